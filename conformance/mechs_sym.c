/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows of symmetric mechanisms beyond AES's usual modes and HMAC, and how
 * they become subjects. Those that modules offer only when told to (legacy) come
 * instead of all others, with SUITE_LEGACY in the environment.
 */
#include "mechs.h"

#include <stdlib.h>
#include <string.h>

#define M(x)  .type = CKM_##x, .name = "CKM_" #x
#define ED    (CKF_ENCRYPT | CKF_DECRYPT)
#define WU    (CKF_WRAP | CKF_UNWRAP)
#define SV                                                         \
	(CKF_SIGN | CKF_VERIFY | CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY | \
	    CKF_MULTI_MESSAGE)

/* clang-format off */
#define GEN(x, kk, n) { M(x), K_KEYGEN, NULL, 0, kk, CKF_GENERATE, .keylen = (n) }
/* A cipher in a mode, with a key and a block of so many bytes. */
#define CRYPT(x, kind, mode, kk, c, n, b) \
	{ M(x), kind, mode, 0, kk, ED | WU, .cipher = (c), .keylen = (n), .block = (b) }
/* As a stream of bytes, which wraps no keys. */
#define STREAM(x, mode, kk, c, n, b) \
	{ M(x), K_STREAM, mode, 0, kk, ED, .cipher = (c), .keylen = (n), .block = (b) }
#define MAC(x, kind, kk, c, n, b, s) \
	{ M(x), kind, NULL, 0, kk, SV, .cipher = (c), .keylen = (n), .block = (b), .size = (s) }
#define CIPHER(X, kk, c, n, b) \
	GEN(X##_KEY_GEN, kk, n), \
	CRYPT(X##_ECB, K_ECB, "ECB", kk, c, n, b), \
	CRYPT(X##_CBC, K_CBC, "CBC", kk, c, n, b), \
	CRYPT(X##_CBC_PAD, K_CBC_PAD, "CBC", kk, c, n, b), \
	MAC(X##_MAC, K_CBCMAC, kk, c, n, b, (b) / 2), \
	MAC(X##_MAC_GENERAL, K_CBCMAC_GENERAL, kk, c, n, b, b)
#define HASH_GEN(X) GEN(X##_KEY_GEN, CKK_##X##_HMAC, 24)
#define BLAKE2(X, n) \
	{ M(X), K_DIGEST, "BLAKE2B-512", CKM_##X, CKK_GENERIC_SECRET, CKF_DIGEST, .size = (n) }, \
	{ M(X##_HMAC), K_BLAKE2, NULL, CKM_##X, CKK_##X##_HMAC, SV, .keylen = 33, .size = (n) }, \
	{ M(X##_HMAC_GENERAL), K_BLAKE2_GENERAL, NULL, CKM_##X, CKK_GENERIC_SECRET, SV, \
	  .keylen = 64, .size = (n) }, \
	GEN(X##_KEY_GEN, CKK_##X##_HMAC, 64)
#define HASH(X, md) \
	{ M(X), K_DIGEST, md, CKM_##X, CKK_GENERIC_SECRET, CKF_DIGEST }, \
	{ M(X##_HMAC), K_HMAC, md, CKM_##X, CKK_##X##_HMAC, SV }, \
	{ M(X##_HMAC_GENERAL), K_HMAC_GENERAL, md, CKM_##X, CKK_GENERIC_SECRET, SV }

static const struct mech usual[] = {
	{ M(AES_CFB1), K_STREAM, "CFB1", 0, CKK_AES, ED | WU },
	CRYPT(AES_CTS, K_UNIT, "CBC-CTS", CKK_AES, "AES-128", 16, 16),
	CRYPT(AES_XTS, K_UNIT, "XTS", CKK_AES_XTS, "AES-128", 32, 16),
	GEN(AES_XTS_KEY_GEN, CKK_AES_XTS, 64),
	MAC(AES_MAC, K_CBCMAC, CKK_AES, "AES-128", 16, 16, 8),
	MAC(AES_MAC_GENERAL, K_CBCMAC_GENERAL, CKK_AES, "AES-128", 16, 16, 16),
	MAC(AES_XCBC_MAC, K_XCBC, CKK_AES, "AES-128", 16, 16, 16),
	MAC(AES_XCBC_MAC_96, K_XCBC, CKK_AES, "AES-128", 16, 16, 12),
	CIPHER(ARIA, CKK_ARIA, "ARIA-192", 24, 16),
	CIPHER(CAMELLIA, CKK_CAMELLIA, "CAMELLIA-256", 32, 16),
	CRYPT(CAMELLIA_CTR, K_CTR, "CTR", CKK_CAMELLIA, "CAMELLIA-128", 16, 16),
	HASH_GEN(SHA_1),
	HASH_GEN(SHA224),
	HASH_GEN(SHA256),
	HASH_GEN(SHA384),
	HASH_GEN(SHA512),
	HASH_GEN(SHA512_224),
	HASH_GEN(SHA512_256),
	HASH_GEN(SHA512_T),
	HASH_GEN(SHA3_224),
	HASH_GEN(SHA3_256),
	HASH_GEN(SHA3_384),
	HASH_GEN(SHA3_512),
	{ M(SHA512_T), K_DIGEST_T, "SHA2-512/224", CKM_SHA512_224, CKK_GENERIC_SECRET, CKF_DIGEST,
	  .size = 28 },
	{ M(SHA512_T_HMAC), K_HMAC_T, "SHA2-512/256", CKM_SHA512_256, CKK_SHA512_T_HMAC, SV,
	  .size = 32 },
	BLAKE2(BLAKE2B_160, 20),
	BLAKE2(BLAKE2B_256, 32),
	BLAKE2(BLAKE2B_384, 48),
	BLAKE2(BLAKE2B_512, 64),
};

static const struct mech legacy[] = {
	CIPHER(SEED, CKK_SEED, "SEED", 16, 16),
	CIPHER(DES, CKK_DES, "DES", 8, 8),
	GEN(DES2_KEY_GEN, CKK_DES2, 16),
	CIPHER(DES3, CKK_DES3, "DES-EDE3", 24, 8),
	MAC(DES3_CMAC, K_CMAC, CKK_DES2, "DES-EDE", 16, 8, 8),
	MAC(DES3_CMAC_GENERAL, K_CMAC_GENERAL, CKK_DES3, "DES-EDE3", 24, 8, 8),
	STREAM(DES_OFB64, "OFB", CKK_DES2, "DES-EDE", 16, 8),
	STREAM(DES_CFB64, "CFB", CKK_DES, "DES", 8, 8),
	STREAM(DES_CFB8, "CFB8", CKK_DES3, "DES-EDE3", 24, 8),
	GEN(BLOWFISH_KEY_GEN, CKK_BLOWFISH, 56),
	CRYPT(BLOWFISH_CBC, K_CBC, "CBC", CKK_BLOWFISH, "BF", 56, 8),
	CRYPT(BLOWFISH_CBC_PAD, K_CBC_PAD, "CBC", CKK_BLOWFISH, "BF", 5, 8),
	CIPHER(CAST128, CKK_CAST128, "CAST5", 7, 8),
	CIPHER(IDEA, CKK_IDEA, "IDEA", 16, 8),
	HASH(MD5, "MD5"),
	HASH(RIPEMD160, "RIPEMD-160"),
};
/* clang-format on */

bool
mech_legacy_run(void)
{
	return getenv("SUITE_LEGACY") != NULL;
}

const struct mech *
mech_sym_at(size_t i)
{
	if (mech_legacy_run())
		return i < KIT_COUNT(legacy) ? &legacy[i] : NULL;
	return i < KIT_COUNT(usual) ? &usual[i] : NULL;
}

void
subject_block_mac(struct subject *sj)
{
	const struct mech *row = sj->row;
	bool general = row->kind == K_CBCMAC_GENERAL ||
	    row->kind == K_BLAKE2_GENERAL;

	sj->fwd = sj->back = key_secret(row->key, row->keylen);
	sj->sample = 77;
	sj->multi = true;
	if (!general)
		return;
	sj->p.len = row->size - 4;
	sj->m.pParameter = &sj->p.len;
	sj->m.ulParameterLen = sizeof(sj->p.len);
}
