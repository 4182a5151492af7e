/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): Digests, HMAC and generic
 * secrets (3.2 sections 6.8, 6.9 and 6.20 to 6.36).
 */
#include "mech/table_int.h"

#define HMAC_ROW(x, kk, hash, t, par) \
	{ M(x), .flags = SV, .min = 1, .max = 65536, .keys = { CKK_GENERIC_SECRET, kk }, \
	  .nkeys = 2, .traits = (t), .params = par, .alg = { .fam = ENG_F_HMAC, .md = hash } }
/* A digest, its HMAC, and HMAC of a length that the caller says. */
#define HASH(X, hash, t) \
	{ M(X), .flags = CKF_DIGEST, .traits = (t), .params = par_none, \
	  .alg = { .fam = ENG_F_DIGEST, .md = hash } }, \
	HMAC_ROW(X##_HMAC, CKK_##X##_HMAC, hash, t, par_none), \
	HMAC_ROW(X##_HMAC_GENERAL, CKK_##X##_HMAC, hash, t, par_mac_len)
/* Keys for HMAC; lengths in bytes. */
#define HASH_GEN(X, hash) \
	{ M(X##_KEY_GEN), .flags = CKF_GENERATE, .min = 1, .max = 65536, \
	  .keys = { CKK_##X##_HMAC }, .nkeys = 1, .params = par_none, \
	  .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_CIPHERS, .md = hash } }
/* BLAKE2b of n bytes; its "HMAC" is the keyed variant (3.2 sections 6.33 to 6.36),
 * of keys up to 64 bytes.  The other sizes than 64 are digests from libcrypto 3.2 on. */
#define BLAKE2_MAC(x, kk, n, par) \
	{ M(x), .flags = SV, .min = 1, .max = 64, .keys = { CKK_GENERIC_SECRET, kk }, .nkeys = 2, \
	  .params = par, .alg = { .fam = ENG_F_BLAKE2, .size = (n) } }
#define BLAKE2(X, n) \
	{ M(X), .flags = CKF_DIGEST, .params = par_none, \
	  .alg = { .fam = ENG_F_DIGEST, .md = "BLAKE2B-512", .size = (n) } }, \
	BLAKE2_MAC(X##_HMAC, CKK_##X##_HMAC, n, par_none), \
	BLAKE2_MAC(X##_HMAC_GENERAL, CKK_##X##_HMAC, n, par_mac_len), \
	{ M(X##_KEY_GEN), .flags = CKF_GENERATE, .min = 1, .max = 64, \
	  .keys = { CKK_##X##_HMAC }, .nkeys = 1, .params = par_none, \
	  .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_CIPHERS, .md = "BLAKE2B-512" } }

static const struct mech_row rows[] = {
	HASH(SHA512_224, "SHA2-512/224", 0),
	HASH_GEN(SHA512_224, "SHA2-512/224"),
	HASH(SHA512_256, "SHA2-512/256", 0),
	HASH_GEN(SHA512_256, "SHA2-512/256"),
	HASH(MD5, "MD5", MECH_LEGACY),
	HASH(RIPEMD160, "RIPEMD-160", MECH_LEGACY),
	HASH(SHA_1, "SHA1", 0),
	HASH_GEN(SHA_1, "SHA1"),
	HASH(SHA224, "SHA2-224", 0),
	HASH_GEN(SHA224, "SHA2-224"),
	HASH(SHA256, "SHA2-256", 0),
	HASH_GEN(SHA256, "SHA2-256"),
	HASH(SHA384, "SHA2-384", 0),
	HASH_GEN(SHA384, "SHA2-384"),
	HASH(SHA512, "SHA2-512", 0),
	HASH_GEN(SHA512, "SHA2-512"),
	HASH(SHA3_224, "SHA3-224", 0),
	HASH_GEN(SHA3_224, "SHA3-224"),
	HASH(SHA3_256, "SHA3-256", 0),
	HASH_GEN(SHA3_256, "SHA3-256"),
	HASH(SHA3_384, "SHA3-384", 0),
	HASH_GEN(SHA3_384, "SHA3-384"),
	HASH(SHA3_512, "SHA3-512", 0),
	HASH_GEN(SHA3_512, "SHA3-512"),
	/* SHA-512/t where libcrypto has it: t = 224 and 256 (par_sha512_t). */
	{ M(SHA512_T), .flags = CKF_DIGEST, .params = par_sha512_t,
	  .alg = { .fam = ENG_F_DIGEST, .md = "SHA2-512/256" } },
	HMAC_ROW(SHA512_T_HMAC, CKK_SHA512_T_HMAC, "SHA2-512/256", 0, par_sha512_t),
	HASH_GEN(SHA512_T, "SHA2-512/256"),
	BLAKE2(BLAKE2B_160, 20),
	BLAKE2(BLAKE2B_256, 32),
	BLAKE2(BLAKE2B_384, 48),
	BLAKE2(BLAKE2B_512, 64),
	{ M(GENERIC_SECRET_KEY_GEN), .flags = CKF_GENERATE, .min = 8, .max = 524288,
	  .keys = { CKK_GENERIC_SECRET }, .nkeys = 1, .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_CIPHERS } },
};

const struct mech_rows mech_rows_hash = { rows, KL_COUNT(rows) };
