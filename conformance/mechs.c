/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mechanisms the suite can prove, one row each, and how a row becomes a
 * subject.
 */
#include "mechs.h"

#include <openssl/evp.h>
#include <string.h>

#define M(x)    .type = CKM_##x, .name = "CKM_" #x
#define GENERIC CKK_GENERIC_SECRET
#define PAIR    CKF_GENERATE_KEY_PAIR
#define SV1     (CKF_SIGN | CKF_VERIFY)
#define SV \
	(SV1 | CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY | CKF_MULTI_MESSAGE)
#define ED      (CKF_ENCRYPT | CKF_DECRYPT)
#define WU      (CKF_WRAP | CKF_UNWRAP)
#define RECOVER (CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER)
#define KEM     (CKF_ENCAPSULATE | CKF_DECAPSULATE)
#define MSG     (CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT | CKF_MULTI_MESSAGE)
#define EC                                                             \
	(CKF_EC_F_P | CKF_EC_F_2M | CKF_EC_ECPARAMETERS | CKF_EC_OID | \
	    CKF_EC_UNCOMPRESS | CKF_EC_COMPRESS | CKF_EC_CURVENAME)

/* clang-format off */
static const struct mech table[] = {
	{ M(SHA_1), K_DIGEST, "SHA1", CKM_SHA_1, GENERIC, CKF_DIGEST },
	{ M(SHA224), K_DIGEST, "SHA2-224", CKM_SHA224, GENERIC, CKF_DIGEST },
	{ M(SHA256), K_DIGEST, "SHA2-256", CKM_SHA256, GENERIC, CKF_DIGEST },
	{ M(SHA384), K_DIGEST, "SHA2-384", CKM_SHA384, GENERIC, CKF_DIGEST },
	{ M(SHA512), K_DIGEST, "SHA2-512", CKM_SHA512, GENERIC, CKF_DIGEST },
	{ M(SHA512_224), K_DIGEST, "SHA2-512/224", CKM_SHA512_224, GENERIC, CKF_DIGEST },
	{ M(SHA512_256), K_DIGEST, "SHA2-512/256", CKM_SHA512_256, GENERIC, CKF_DIGEST },
	{ M(SHA3_224), K_DIGEST, "SHA3-224", CKM_SHA3_224, GENERIC, CKF_DIGEST },
	{ M(SHA3_256), K_DIGEST, "SHA3-256", CKM_SHA3_256, GENERIC, CKF_DIGEST },
	{ M(SHA3_384), K_DIGEST, "SHA3-384", CKM_SHA3_384, GENERIC, CKF_DIGEST },
	{ M(SHA3_512), K_DIGEST, "SHA3-512", CKM_SHA3_512, GENERIC, CKF_DIGEST },
	{ M(SHA_1_HMAC), K_HMAC, "SHA1", CKM_SHA_1, GENERIC, SV },
	{ M(SHA224_HMAC), K_HMAC, "SHA2-224", CKM_SHA224, GENERIC, SV },
	{ M(SHA256_HMAC), K_HMAC, "SHA2-256", CKM_SHA256, GENERIC, SV },
	{ M(SHA384_HMAC), K_HMAC, "SHA2-384", CKM_SHA384, GENERIC, SV },
	{ M(SHA512_HMAC), K_HMAC, "SHA2-512", CKM_SHA512, GENERIC, SV },
	{ M(SHA512_224_HMAC), K_HMAC, "SHA2-512/224", CKM_SHA512_224, GENERIC, SV },
	{ M(SHA512_256_HMAC), K_HMAC, "SHA2-512/256", CKM_SHA512_256, GENERIC, SV },
	{ M(SHA3_224_HMAC), K_HMAC, "SHA3-224", CKM_SHA3_224, GENERIC, SV },
	{ M(SHA3_256_HMAC), K_HMAC, "SHA3-256", CKM_SHA3_256, GENERIC, SV },
	{ M(SHA3_384_HMAC), K_HMAC, "SHA3-384", CKM_SHA3_384, GENERIC, SV },
	{ M(SHA3_512_HMAC), K_HMAC, "SHA3-512", CKM_SHA3_512, GENERIC, SV },
	{ M(SHA_1_HMAC_GENERAL), K_HMAC_GENERAL, "SHA1", CKM_SHA_1, GENERIC, SV },
	{ M(SHA224_HMAC_GENERAL), K_HMAC_GENERAL, "SHA2-224", CKM_SHA224, GENERIC, SV },
	{ M(SHA256_HMAC_GENERAL), K_HMAC_GENERAL, "SHA2-256", CKM_SHA256, GENERIC, SV },
	{ M(SHA384_HMAC_GENERAL), K_HMAC_GENERAL, "SHA2-384", CKM_SHA384, GENERIC, SV },
	{ M(SHA512_HMAC_GENERAL), K_HMAC_GENERAL, "SHA2-512", CKM_SHA512, GENERIC, SV },
	{ M(SHA512_224_HMAC_GENERAL), K_HMAC_GENERAL, "SHA2-512/224", CKM_SHA512_224, GENERIC, SV },
	{ M(SHA512_256_HMAC_GENERAL), K_HMAC_GENERAL, "SHA2-512/256", CKM_SHA512_256, GENERIC, SV },
	{ M(SHA3_224_HMAC_GENERAL), K_HMAC_GENERAL, "SHA3-224", CKM_SHA3_224, GENERIC, SV },
	{ M(SHA3_256_HMAC_GENERAL), K_HMAC_GENERAL, "SHA3-256", CKM_SHA3_256, GENERIC, SV },
	{ M(SHA3_384_HMAC_GENERAL), K_HMAC_GENERAL, "SHA3-384", CKM_SHA3_384, GENERIC, SV },
	{ M(SHA3_512_HMAC_GENERAL), K_HMAC_GENERAL, "SHA3-512", CKM_SHA3_512, GENERIC, SV },
	{ M(AES_CMAC), K_CMAC, "AES", 0, CKK_AES, SV },
	{ M(AES_CMAC_GENERAL), K_CMAC_GENERAL, "AES", 0, CKK_AES, SV },
	{ M(RSA_PKCS), K_RSA_PKCS, NULL, 0, CKK_RSA, SV | ED | RECOVER | WU | KEM },
	{ M(RSA_X_509), K_RSA_X509, NULL, 0, CKK_RSA, SV | ED | RECOVER | WU | KEM },
	{ M(SHA1_RSA_PKCS), K_RSA_SIGN, "SHA1", CKM_SHA_1, CKK_RSA, SV },
	{ M(SHA224_RSA_PKCS), K_RSA_SIGN, "SHA2-224", CKM_SHA224, CKK_RSA, SV },
	{ M(SHA256_RSA_PKCS), K_RSA_SIGN, "SHA2-256", CKM_SHA256, CKK_RSA, SV },
	{ M(SHA384_RSA_PKCS), K_RSA_SIGN, "SHA2-384", CKM_SHA384, CKK_RSA, SV },
	{ M(SHA512_RSA_PKCS), K_RSA_SIGN, "SHA2-512", CKM_SHA512, CKK_RSA, SV },
	{ M(SHA3_224_RSA_PKCS), K_RSA_SIGN, "SHA3-224", CKM_SHA3_224, CKK_RSA, SV },
	{ M(SHA3_256_RSA_PKCS), K_RSA_SIGN, "SHA3-256", CKM_SHA3_256, CKK_RSA, SV },
	{ M(SHA3_384_RSA_PKCS), K_RSA_SIGN, "SHA3-384", CKM_SHA3_384, CKK_RSA, SV },
	{ M(SHA3_512_RSA_PKCS), K_RSA_SIGN, "SHA3-512", CKM_SHA3_512, CKK_RSA, SV },
	{ M(RSA_PKCS_PSS), K_PSS_RAW, "SHA2-256", CKM_SHA256, CKK_RSA, SV },
	{ M(SHA1_RSA_PKCS_PSS), K_PSS, "SHA1", CKM_SHA_1, CKK_RSA, SV },
	{ M(SHA224_RSA_PKCS_PSS), K_PSS, "SHA2-224", CKM_SHA224, CKK_RSA, SV },
	{ M(SHA256_RSA_PKCS_PSS), K_PSS, "SHA2-256", CKM_SHA256, CKK_RSA, SV },
	{ M(SHA384_RSA_PKCS_PSS), K_PSS, "SHA2-384", CKM_SHA384, CKK_RSA, SV },
	{ M(SHA512_RSA_PKCS_PSS), K_PSS, "SHA2-512", CKM_SHA512, CKK_RSA, SV },
	{ M(SHA3_224_RSA_PKCS_PSS), K_PSS, "SHA3-224", CKM_SHA3_224, CKK_RSA, SV },
	{ M(SHA3_256_RSA_PKCS_PSS), K_PSS, "SHA3-256", CKM_SHA3_256, CKK_RSA, SV },
	{ M(SHA3_384_RSA_PKCS_PSS), K_PSS, "SHA3-384", CKM_SHA3_384, CKK_RSA, SV },
	{ M(SHA3_512_RSA_PKCS_PSS), K_PSS, "SHA3-512", CKM_SHA3_512, CKK_RSA, SV },
	{ M(RSA_PKCS_OAEP), K_OAEP, "SHA1", CKM_SHA_1, CKK_RSA, ED | WU | KEM },
	{ M(ECDSA), K_ECDSA_RAW, NULL, 0, CKK_EC, SV | EC },
	{ M(ECDSA_SHA1), K_ECDSA, "SHA1", CKM_SHA_1, CKK_EC, SV | EC },
	{ M(ECDSA_SHA224), K_ECDSA, "SHA2-224", CKM_SHA224, CKK_EC, SV | EC },
	{ M(ECDSA_SHA256), K_ECDSA, "SHA2-256", CKM_SHA256, CKK_EC, SV | EC },
	{ M(ECDSA_SHA384), K_ECDSA, "SHA2-384", CKM_SHA384, CKK_EC, SV | EC },
	{ M(ECDSA_SHA512), K_ECDSA, "SHA2-512", CKM_SHA512, CKK_EC, SV | EC },
	{ M(ECDSA_SHA3_224), K_ECDSA, "SHA3-224", CKM_SHA3_224, CKK_EC, SV | EC },
	{ M(ECDSA_SHA3_256), K_ECDSA, "SHA3-256", CKM_SHA3_256, CKK_EC, SV | EC },
	{ M(ECDSA_SHA3_384), K_ECDSA, "SHA3-384", CKM_SHA3_384, CKK_EC, SV | EC },
	{ M(ECDSA_SHA3_512), K_ECDSA, "SHA3-512", CKM_SHA3_512, CKK_EC, SV | EC },
	{ M(DSA), K_ECDSA_RAW, NULL, 0, CKK_DSA, SV },
	{ M(DSA_SHA1), K_ECDSA, "SHA1", CKM_SHA_1, CKK_DSA, SV },
	{ M(DSA_SHA224), K_ECDSA, "SHA2-224", CKM_SHA224, CKK_DSA, SV },
	{ M(DSA_SHA256), K_ECDSA, "SHA2-256", CKM_SHA256, CKK_DSA, SV },
	{ M(DSA_SHA384), K_ECDSA, "SHA2-384", CKM_SHA384, CKK_DSA, SV },
	{ M(DSA_SHA512), K_ECDSA, "SHA2-512", CKM_SHA512, CKK_DSA, SV },
	{ M(DSA_SHA3_224), K_ECDSA, "SHA3-224", CKM_SHA3_224, CKK_DSA, SV },
	{ M(DSA_SHA3_256), K_ECDSA, "SHA3-256", CKM_SHA3_256, CKK_DSA, SV },
	{ M(DSA_SHA3_384), K_ECDSA, "SHA3-384", CKM_SHA3_384, CKK_DSA, SV },
	{ M(DSA_SHA3_512), K_ECDSA, "SHA3-512", CKM_SHA3_512, CKK_DSA, SV },
	{ M(EDDSA), K_EDDSA, NULL, 0, CKK_EC_EDWARDS, SV | EC | PAIR },
	{ M(ML_KEM_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_ML_KEM, PAIR },
	{ M(ML_DSA_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_ML_DSA, PAIR },
	{ M(ML_DSA), K_PQ, NULL, 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA), K_PQ_RAW, "SHA2-256", CKM_SHA256, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHA224), K_PQ_HASH, "SHA2-224", 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHA256), K_PQ_HASH, "SHA2-256", 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHA384), K_PQ_HASH, "SHA2-384", 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHA512), K_PQ_HASH, "SHA2-512", 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHA3_224), K_PQ_HASH, "SHA3-224", 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHA3_256), K_PQ_HASH, "SHA3-256", 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHA3_384), K_PQ_HASH, "SHA3-384", 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHA3_512), K_PQ_HASH, "SHA3-512", 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHAKE128), K_PQ_HASH, "SHAKE-128", 0, CKK_ML_DSA, SV },
	{ M(HASH_ML_DSA_SHAKE256), K_PQ_HASH, "SHAKE-256", 0, CKK_ML_DSA, SV },
	{ M(SLH_DSA_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_SLH_DSA, PAIR },
	{ M(SLH_DSA), K_PQ, NULL, 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA), K_PQ_RAW, "SHA2-256", CKM_SHA256, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHA224), K_PQ_HASH, "SHA2-224", 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHA256), K_PQ_HASH, "SHA2-256", 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHA384), K_PQ_HASH, "SHA2-384", 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHA512), K_PQ_HASH, "SHA2-512", 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHA3_224), K_PQ_HASH, "SHA3-224", 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHA3_256), K_PQ_HASH, "SHA3-256", 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHA3_384), K_PQ_HASH, "SHA3-384", 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHA3_512), K_PQ_HASH, "SHA3-512", 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHAKE128), K_PQ_HASH, "SHAKE-128", 0, CKK_SLH_DSA, SV },
	{ M(HASH_SLH_DSA_SHAKE256), K_PQ_HASH, "SHAKE-256", 0, CKK_SLH_DSA, SV },
	{ M(AES_ECB), K_ECB, "ECB", 0, CKK_AES, ED | WU },
	{ M(AES_CBC), K_CBC, "CBC", 0, CKK_AES, ED | WU },
	{ M(AES_CBC_PAD), K_CBC_PAD, "CBC", 0, CKK_AES, ED | WU },
	{ M(AES_CTR), K_CTR, "CTR", 0, CKK_AES, ED | WU },
	{ M(AES_GCM), K_GCM, "GCM", 0, CKK_AES, ED | WU | MSG },
	{ M(AES_CCM), K_CCM, "CCM", 0, CKK_AES, ED | WU | MSG },
	{ M(AES_GMAC), K_GMAC, "AES", 0, CKK_AES, SV1 },
	{ M(CHACHA20), K_CHACHA, "ChaCha20", 0, CKK_CHACHA20, ED | WU },
	{ M(CHACHA20_POLY1305), K_CHACHA_POLY, "ChaCha20-Poly1305", 0, CKK_CHACHA20,
	    ED | WU | MSG },
	{ M(POLY1305), K_POLY, "POLY1305", 0, CKK_POLY1305, SV1 },
	{ M(CHACHA20_KEY_GEN), K_KEYGEN, NULL, 0, CKK_CHACHA20, CKF_GENERATE },
	{ M(POLY1305_KEY_GEN), K_KEYGEN, NULL, 0, CKK_POLY1305, CKF_GENERATE },
	{ M(AES_OFB), K_STREAM, "OFB", 0, CKK_AES, ED | WU },
	{ M(AES_CFB128), K_STREAM, "CFB", 0, CKK_AES, ED | WU },
	{ M(AES_CFB8), K_STREAM, "CFB8", 0, CKK_AES, ED | WU },
	{ M(AES_KEY_WRAP), K_KW, "WRAP", 0, CKK_AES, ED | WU },
	{ .type = 0xce534351UL, .name = "CKM_NSS_AES_KEY_WRAP", K_KW, "WRAP", 0, CKK_AES,
	    ED | WU },
	{ M(AES_KEY_WRAP_KWP), K_KWP, "WRAP-PAD", 0, CKK_AES, ED | WU },
	{ M(AES_KEY_WRAP_PAD), K_KWP, NULL, 0, CKK_AES, ED | WU },
	{ M(RSA_AES_KEY_WRAP), K_HYBRID, "SHA1", CKM_SHA_1, CKK_RSA, WU },
	{ M(ECDH_AES_KEY_WRAP), K_HYBRID, NULL, 0, CKK_EC, WU | EC },
	{ M(ECDH_COF_AES_KEY_WRAP), K_HYBRID, NULL, 0, CKK_EC, WU | EC },
	{ M(ECDH_X_AES_KEY_WRAP), K_HYBRID, NULL, 0, CKK_EC_MONTGOMERY, WU | EC },
	{ M(AES_KEY_GEN), K_KEYGEN, NULL, 0, CKK_AES, CKF_GENERATE },
	{ M(GENERIC_SECRET_KEY_GEN), K_KEYGEN, NULL, 0, GENERIC, CKF_GENERATE },
	{ M(RSA_PKCS_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_RSA, PAIR },
	{ M(EC_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_EC, PAIR | EC },
	{ M(EC_KEY_PAIR_GEN_W_EXTRA_BITS), K_PAIRGEN, NULL, 0, CKK_EC, PAIR | EC },
	{ M(EC_EDWARDS_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_EC_EDWARDS, PAIR | EC },
	{ M(EC_MONTGOMERY_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_EC_MONTGOMERY, PAIR | EC },
	{ M(DSA_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_DSA, PAIR },
	{ M(DSA_PARAMETER_GEN), K_KEYGEN, NULL, 0, CKK_DSA, CKF_GENERATE },
	{ M(DSA_PROBABILISTIC_PARAMETER_GEN), K_KEYGEN, NULL, 0, CKK_DSA, CKF_GENERATE },
	{ M(DSA_FIPS_G_GEN), K_KEYGEN, NULL, 0, CKK_DSA, CKF_GENERATE },
	{ M(DH_PKCS_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_DH, PAIR },
	{ M(DH_PKCS_PARAMETER_GEN), K_KEYGEN, NULL, 0, CKK_DH, CKF_GENERATE },
	{ M(DH_PKCS_DERIVE), K_DERIVE, NULL, 0, CKK_DH, CKF_DERIVE | KEM },
	{ M(X9_42_DH_KEY_PAIR_GEN), K_PAIRGEN, NULL, 0, CKK_X9_42_DH, PAIR },
	{ M(X9_42_DH_PARAMETER_GEN), K_KEYGEN, NULL, 0, CKK_X9_42_DH, CKF_GENERATE },
	{ M(X9_42_DH_DERIVE), K_DERIVE, NULL, 0, CKK_X9_42_DH, CKF_DERIVE | KEM },
	{ M(ECDH1_DERIVE), K_DERIVE, NULL, 0, CKK_EC, CKF_DERIVE | KEM | EC },
	{ M(ECDH1_COFACTOR_DERIVE), K_DERIVE, NULL, 0, CKK_EC, CKF_DERIVE | KEM | EC },
};
/* clang-format on */

const struct mech *
mech_find(CK_MECHANISM_TYPE m)
{
	const struct mech *row;

	for (size_t i = 0; (row = mech_at(i)) != NULL; i++)
		if (row->type == m)
			return row;
	for (size_t i = 0; mech_legacy_run() && i < KIT_COUNT(table); i++)
		if (table[i].type == m)
			return &table[i];
	return NULL;
}

const struct mech *
mech_at(size_t i)
{
	if (mech_legacy_run())
		return mech_sym_at(i);
	return i < KIT_COUNT(table) ? &table[i] :
				      mech_sym_at(i - KIT_COUNT(table));
}

CK_RSA_PKCS_MGF_TYPE
mech_mgf(CK_MECHANISM_TYPE digest)
{
	static const struct {
		CK_MECHANISM_TYPE md;
		CK_RSA_PKCS_MGF_TYPE mgf;
	} mgfs[] = {
		{ CKM_SHA_1, CKG_MGF1_SHA1 },
		{ CKM_SHA224, CKG_MGF1_SHA224 },
		{ CKM_SHA256, CKG_MGF1_SHA256 },
		{ CKM_SHA384, CKG_MGF1_SHA384 },
		{ CKM_SHA512, CKG_MGF1_SHA512 },
		{ CKM_SHA3_224, CKG_MGF1_SHA3_224 },
		{ CKM_SHA3_256, CKG_MGF1_SHA3_256 },
		{ CKM_SHA3_384, CKG_MGF1_SHA3_384 },
		{ CKM_SHA3_512, CKG_MGF1_SHA3_512 },
	};

	for (size_t i = 0; i < KIT_COUNT(mgfs); i++)
		if (mgfs[i].md == digest)
			return mgfs[i].mgf;
	return 0;
}

size_t
mech_md_size(const char *md)
{
	EVP_MD *fetched = EVP_MD_fetch(NULL, md, NULL);
	int size;

	REQUIRE(fetched != NULL, "libcrypto lacks %s", md);
	size = EVP_MD_get_size(fetched);
	EVP_MD_free(fetched);
	return (size_t)size;
}

static void
subject_cipher(struct subject *sj, size_t paramlen, size_t unit)
{
	fill(sj->iv, sizeof(sj->iv), 7);
	fill(sj->aad, sizeof(sj->aad), 8);
	sj->m.pParameter = paramlen != 0 ? &sj->p : NULL;
	sj->m.ulParameterLen = paramlen;
	sj->unit = unit;
	sj->sample = 64;
	sj->multi = true;
	sj->fwd = sj->back = key_secret(sj->row->key,
	    sj->row->keylen != 0          ? sj->row->keylen :
		sj->row->key == CKK_CHACHA20 ? 32 :
					       16);
	if (paramlen <= sizeof(sj->p.iv))
		memcpy(sj->p.iv, sj->iv, sizeof(sj->p.iv));
}

static void
subject_aead(struct subject *sj)
{
	if (sj->row->kind == K_GCM || sj->row->kind == K_GMAC) {
		subject_cipher(sj, sizeof(sj->p.gcm), 1);
		sj->p.gcm = (CK_GCM_PARAMS){ .pIv = sj->iv,
			.ulIvLen = 12,
			.ulIvBits = 96,
			.pAAD = sj->aad,
			.ulAADLen = sizeof(sj->aad),
			.ulTagBits = 128 };
		if (sj->row->kind == K_GMAC)
			sj->p.gcm.ulAADLen = 0;
		return;
	}
	if (sj->row->kind == K_CHACHA) {
		subject_cipher(sj, sizeof(sj->p.chacha), 1);
		sj->p.chacha = (CK_CHACHA20_PARAMS){ .pBlockCounter = sj->aad,
			.blockCounterBits = 32,
			.pNonce = sj->iv,
			.ulNonceBits = 96 };
		return;
	}
	if (sj->row->kind == K_CHACHA_POLY) {
		subject_cipher(sj, sizeof(sj->p.chacha_poly), 1);
		sj->p.chacha_poly = (CK_SALSA20_CHACHA20_POLY1305_PARAMS){
			.pNonce = sj->iv,
			.ulNonceLen = 96,
			.pAAD = sj->aad,
			.ulAADLen = sizeof(sj->aad)
		};
		return;
	}
	subject_cipher(sj, sizeof(sj->p.ccm), 1);
	sj->p.ccm = (CK_CCM_PARAMS){ .ulDataLen = sj->sample,
		.pNonce = sj->iv,
		.ulNonceLen = 12,
		.pAAD = sj->aad,
		.ulAADLen = sizeof(sj->aad),
		.ulMACLen = 16 };
}

static void
subject_symmetric(struct subject *sj)
{
	size_t block = sj->row->block != 0 ? sj->row->block : 16;

	switch (sj->row->kind) {
	case K_ECB:
		subject_cipher(sj, 0, block);
		break;
	case K_CBC:
		subject_cipher(sj, block, block);
		break;
	case K_CBC_PAD:
	case K_STREAM:
	case K_UNIT:
		subject_cipher(sj, block, 1);
		sj->least = sj->row->kind == K_UNIT ? block : 0;
		break;
	case K_CTR:
		subject_cipher(sj, sizeof(sj->p.ctr), 1);
		sj->p.ctr.ulCounterBits = 128;
		memcpy(sj->p.ctr.cb, sj->iv, 16);
		break;
	case K_KW:
	case K_KWP:
		subject_cipher(sj, 0, sj->row->kind == K_KW ? 8 : 1);
		sj->multi = false;
		break;
	default:
		subject_aead(sj);
		break;
	}
}

static void
subject_mac(struct subject *sj)
{
	bool cmac = sj->row->kind == K_CMAC || sj->row->kind == K_CMAC_GENERAL;

	if (sj->row->kind == K_GMAC) {
		subject_aead(sj);
		return;
	}
	sj->fwd = sj->back = key_secret(sj->row->key,
	    sj->row->keylen != 0               ? sj->row->keylen :
		sj->row->kind == K_POLY ? 32 :
		cmac                    ? 16 :
					  64);
	sj->unit = 1;
	sj->sample = 77;
	sj->multi = true;
	if (sj->row->kind != K_HMAC_GENERAL && sj->row->kind != K_CMAC_GENERAL)
		return;
	sj->p.len = cmac ? 7 : mech_md_size(sj->row->md) - 4;
	sj->m.pParameter = &sj->p.len;
	sj->m.ulParameterLen = sizeof(sj->p.len);
}

static void
subject_rsa(struct subject *sj)
{
	enum mech_kind kind = sj->row->kind;

	pair_rsa(&sj->back, &sj->fwd);
	sj->unit = 1;
	sj->sample = kind == K_RSA_SIGN || kind == K_PSS ? 100 : 32;
	sj->multi = kind == K_RSA_SIGN || kind == K_PSS;
	sj->random = kind == K_PSS || kind == K_PSS_RAW || kind == K_OAEP;
	if (kind == K_RSA_X509)
		sj->exact = sj->sample = 256;
	if (kind == K_PSS || kind == K_PSS_RAW) {
		sj->p.pss.hashAlg = sj->row->md_type;
		sj->p.pss.mgf = mech_mgf(sj->row->md_type);
		sj->p.pss.sLen = mech_md_size(sj->row->md);
		sj->m.pParameter = &sj->p.pss;
		sj->m.ulParameterLen = sizeof(sj->p.pss);
		if (kind == K_PSS_RAW)
			sj->exact = 32;
	}
	if (kind == K_OAEP) {
		sj->p.oaep.hashAlg = sj->row->md_type;
		sj->p.oaep.mgf = mech_mgf(sj->row->md_type);
		sj->p.oaep.source = CKZ_DATA_SPECIFIED;
		sj->m.pParameter = &sj->p.oaep;
		sj->m.ulParameterLen = sizeof(sj->p.oaep);
	}
}

/* The sets whose keys and signatures are made fastest. */
static void
subject_pq(struct subject *sj)
{
	CK_KEY_TYPE type = sj->row->key;

	kit_need_mech(pq_generates(type), CKF_GENERATE_KEY_PAIR);
	NEED(pair_pq(type,
	    type == CKK_ML_DSA ? CKP_ML_DSA_44 : CKP_SLH_DSA_SHA2_128F,
	    &sj->back, &sj->fwd));
	sj->random = true;
	sj->multi = sj->row->kind != K_PQ_RAW;
	if (sj->multi)
		return;
	sj->exact = sj->sample = mech_md_size(sj->row->md);
	sj->p.pq.hash = sj->row->md_type;
	sj->m.pParameter = &sj->p.pq;
	sj->m.ulParameterLen = sizeof(sj->p.pq);
}

/* Pairs that wrap and unwrap, AES-256 between. */
static void
subject_hybrid(struct subject *sj)
{
	if (sj->row->key == CKK_RSA) {
		pair_rsa(&sj->back, &sj->fwd);
		sj->inner = (CK_RSA_PKCS_OAEP_PARAMS){
			.hashAlg = sj->row->md_type,
			.mgf = mech_mgf(sj->row->md_type),
			.source = CKZ_DATA_SPECIFIED };
		sj->p.rsa_aes = (CK_RSA_AES_KEY_WRAP_PARAMS){ 256,
			&sj->inner };
		sj->m.ulParameterLen = sizeof(sj->p.rsa_aes);
	} else {
		if (sj->row->key == CKK_EC)
			pair_ec(&sj->back, &sj->fwd);
		else
			NEED(pair_curve("X25519", &sj->back, &sj->fwd));
		NEED(attr_set_b(sj->back, CKA_WRAP, true));
		NEED(attr_set_b(sj->fwd, CKA_UNWRAP, true));
		sj->p.ecdh_aes = (CK_ECDH_AES_KEY_WRAP_PARAMS){ 256, CKD_NULL,
			0, NULL };
		sj->m.ulParameterLen = sizeof(sj->p.ecdh_aes);
	}
	sj->m.pParameter = &sj->p;
	sj->random = true;
}

void
subject_init(struct subject *sj, const struct mech *row)
{
	memset(sj, 0, sizeof(*sj));
	sj->row = row;
	sj->m.mechanism = row->type;
	sj->unit = 1;
	sj->sample = 100;
	switch (row->kind) {
	case K_DIGEST:
		sj->multi = true;
		break;
	case K_DIGEST_T:
	case K_HMAC_T:
		if (row->kind == K_HMAC_T)
			subject_mac(sj);
		sj->multi = true;
		sj->p.len = 8 * row->size;
		sj->m.pParameter = &sj->p.len;
		sj->m.ulParameterLen = sizeof(sj->p.len);
		break;
	case K_CBCMAC:
	case K_CBCMAC_GENERAL:
	case K_XCBC:
	case K_BLAKE2:
	case K_BLAKE2_GENERAL:
		subject_block_mac(sj);
		break;
	case K_HMAC:
	case K_HMAC_GENERAL:
	case K_CMAC:
	case K_CMAC_GENERAL:
	case K_GMAC:
	case K_POLY:
		subject_mac(sj);
		break;
	case K_ECDSA_RAW:
	case K_ECDSA:
		if (row->key == CKK_DSA)
			pair_dsa(&sj->back, &sj->fwd);
		else
			pair_ec(&sj->back, &sj->fwd);
		sj->random = true;
		sj->multi = row->kind == K_ECDSA;
		sj->sample = row->kind == K_ECDSA ? 100 : 32;
		break;
	case K_PQ:
	case K_PQ_HASH:
	case K_PQ_RAW:
		subject_pq(sj);
		break;
	case K_HYBRID:
		subject_hybrid(sj);
		break;
	case K_EDDSA:
		NEED(pair_curve("ED25519", &sj->back, &sj->fwd));
		break;
	default:
		if (row->key == CKK_RSA)
			subject_rsa(sj);
		else
			subject_symmetric(sj);
		break;
	}
}

void
subject_length(struct subject *sj, size_t plain)
{
	if (sj->row->kind == K_CCM)
		sj->p.ccm.ulDataLen = plain;
}
