/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mechanism table: one row each, ascending by number.  What a row claims
 * works: flags and sizes are what C_GetMechanismInfo says, and
 * tests/golden/mechanisms.txt shows every change of it.  A row whose algorithm
 * the libcrypto in use lacks is not offered (allow.c).
 *
 * Sizes are in the unit the standard gives the mechanism: bits for RSA,
 * elliptic curves and generic secrets, bytes for AES and HMAC; DES states none.
 * An RSA row's minimum is raised or lowered by the configuration (allow.c).
 */
#include "mech/mech_int.h"

#define M(x) .type = CKM_##x, .name = "CKM_" #x
#define ED (CKF_ENCRYPT | CKF_DECRYPT)
#define SV (CKF_SIGN | CKF_VERIFY)
#define WU (CKF_WRAP | CKF_UNWRAP)
#define CURVE                                                                  \
	(CKF_EC_F_P | CKF_EC_OID | CKF_EC_CURVENAME | CKF_EC_UNCOMPRESS |      \
	    CKF_EC_COMPRESS)
#define NAMED (CKF_EC_F_P | CKF_EC_OID | CKF_EC_CURVENAME)

#define RSA_SIZE .min = 2048, .max = 16384, .keys = { CKK_RSA }, .nkeys = 1
#define EC_SIZE .min = 224, .max = 521, .keys = { CKK_EC }, .nkeys = 1
#define AES_SIZE .min = 16, .max = 32, .keys = { CKK_AES }, .nkeys = 1
#define HMAC_SIZE(kk) .min = 1, .max = 65536, \
	.keys = { CKK_GENERIC_SECRET, kk }, .nkeys = 2

#define RSA_SIGN(x, hash, t) \
	{ M(x), .flags = SV, RSA_SIZE, .traits = (t), .params = par_none, \
	  .alg = { .fam = ENG_F_RSA_PKCS1, .md = hash } }
#define RSA_PSS(x, hash, t) \
	{ M(x), .flags = SV, RSA_SIZE, .traits = (t), .params = par_pss, \
	  .alg = { .fam = ENG_F_RSA_PSS, .md = hash } }
#define ECDSA(x, hash, t) \
	{ M(x), .flags = SV | CURVE, EC_SIZE, .traits = (t), .params = par_none, \
	  .alg = { .fam = ENG_F_ECDSA, .md = hash } }
#define DIGEST(x, hash, t) \
	{ M(x), .flags = CKF_DIGEST, .traits = (t), .params = par_none, \
	  .alg = { .fam = ENG_F_DIGEST, .md = hash } }
#define HMAC(x, kk, hash, t) \
	{ M(x), .flags = SV, HMAC_SIZE(kk), .traits = (t), .params = par_none, \
	  .alg = { .fam = ENG_F_HMAC, .md = hash } }
#define HMAC_GENERAL(x, kk, hash, t) \
	{ M(x), .flags = SV, HMAC_SIZE(kk), .traits = (t), .params = par_mac_len, \
	  .alg = { .fam = ENG_F_HMAC, .md = hash } }
#define AES(x, f, t, par, ...) \
	{ M(x), .flags = (f), AES_SIZE, .traits = (t), .params = par, .alg = { __VA_ARGS__ } }
#define DES_GEN(x, kk, c) \
	{ M(x), .flags = CKF_GENERATE, .keys = { kk }, .nkeys = 1, .traits = MECH_LEGACY, \
	  .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .cipher = (c) } }
#define DES(x, kk, c, t, par, ...) \
	{ M(x), .flags = ED | WU, .keys = { kk }, .nkeys = 1, \
	  .traits = MECH_LEGACY | MECH_WEAK_WRAP | (t), .params = par, \
	  .alg = { .fam = ENG_F_CIPHER, .cipher = (c), __VA_ARGS__ } }

static const struct mech_row table[] = {
	{ M(RSA_PKCS_KEY_PAIR_GEN), .flags = CKF_GENERATE_KEY_PAIR,
	  .min = 2048, .max = 8192, .keys = { CKK_RSA }, .nkeys = 1,
	  .traits = MECH_PAIR, .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .mode = "RSA" } },
	{ M(RSA_PKCS), .flags = ED | SV | WU, RSA_SIZE,
	  .traits = MECH_SINGLE | MECH_WEAK_WRAP, .params = par_none,
	  .alg = { .fam = ENG_F_RSA_PKCS1 } },
	{ M(RSA_X_509), .flags = ED | SV | WU, RSA_SIZE,
	  .traits = MECH_SINGLE | MECH_WEAK_WRAP, .params = par_none,
	  .alg = { .fam = ENG_F_RSA_RAW } },
	RSA_SIGN(MD5_RSA_PKCS, "MD5", MECH_LEGACY | MECH_SHA1),
	RSA_SIGN(SHA1_RSA_PKCS, "SHA1", MECH_SHA1),
	{ M(RSA_PKCS_OAEP), .flags = ED | WU, RSA_SIZE, .traits = MECH_SINGLE,
	  .params = par_oaep, .alg = { .fam = ENG_F_RSA_OAEP } },
	{ M(RSA_PKCS_PSS), .flags = SV, RSA_SIZE, .traits = MECH_SINGLE,
	  .params = par_pss, .alg = { .fam = ENG_F_RSA_PSS } },
	RSA_PSS(SHA1_RSA_PKCS_PSS, "SHA1", MECH_SHA1),
	RSA_SIGN(SHA256_RSA_PKCS, "SHA2-256", 0),
	RSA_SIGN(SHA384_RSA_PKCS, "SHA2-384", 0),
	RSA_SIGN(SHA512_RSA_PKCS, "SHA2-512", 0),
	RSA_PSS(SHA256_RSA_PKCS_PSS, "SHA2-256", 0),
	RSA_PSS(SHA384_RSA_PKCS_PSS, "SHA2-384", 0),
	RSA_PSS(SHA512_RSA_PKCS_PSS, "SHA2-512", 0),
	RSA_SIGN(SHA224_RSA_PKCS, "SHA2-224", 0),
	RSA_PSS(SHA224_RSA_PKCS_PSS, "SHA2-224", 0),
	DIGEST(SHA512_224, "SHA2-512/224", 0),
	HMAC(SHA512_224_HMAC, CKK_SHA512_224_HMAC, "SHA2-512/224", 0),
	HMAC_GENERAL(SHA512_224_HMAC_GENERAL, CKK_SHA512_224_HMAC, "SHA2-512/224", 0),
	DIGEST(SHA512_256, "SHA2-512/256", 0),
	HMAC(SHA512_256_HMAC, CKK_SHA512_256_HMAC, "SHA2-512/256", 0),
	HMAC_GENERAL(SHA512_256_HMAC_GENERAL, CKK_SHA512_256_HMAC, "SHA2-512/256", 0),
	RSA_SIGN(SHA3_256_RSA_PKCS, "SHA3-256", 0),
	RSA_SIGN(SHA3_384_RSA_PKCS, "SHA3-384", 0),
	RSA_SIGN(SHA3_512_RSA_PKCS, "SHA3-512", 0),
	RSA_PSS(SHA3_256_RSA_PKCS_PSS, "SHA3-256", 0),
	RSA_PSS(SHA3_384_RSA_PKCS_PSS, "SHA3-384", 0),
	RSA_PSS(SHA3_512_RSA_PKCS_PSS, "SHA3-512", 0),
	RSA_SIGN(SHA3_224_RSA_PKCS, "SHA3-224", 0),
	RSA_PSS(SHA3_224_RSA_PKCS_PSS, "SHA3-224", 0),
	DES_GEN(DES_KEY_GEN, CKK_DES, ENG_DES),
	DES(DES_ECB, CKK_DES, ENG_DES, MECH_ZERO_PAD, par_none, .mode = "ECB"),
	DES(DES_CBC, CKK_DES, ENG_DES, MECH_ZERO_PAD, par_iv, .mode = "CBC"),
	DES(DES_CBC_PAD, CKK_DES, ENG_DES, 0, par_iv, .mode = "CBC", .pad = true),
	DES_GEN(DES3_KEY_GEN, CKK_DES3, ENG_DES3),
	DES(DES3_ECB, CKK_DES3, ENG_DES3, MECH_ZERO_PAD, par_none, .mode = "ECB"),
	DES(DES3_CBC, CKK_DES3, ENG_DES3, MECH_ZERO_PAD, par_iv, .mode = "CBC"),
	DES(DES3_CBC_PAD, CKK_DES3, ENG_DES3, 0, par_iv, .mode = "CBC", .pad = true),
	DIGEST(MD5, "MD5", MECH_LEGACY),
	HMAC(MD5_HMAC, CKK_MD5_HMAC, "MD5", MECH_LEGACY),
	HMAC_GENERAL(MD5_HMAC_GENERAL, CKK_MD5_HMAC, "MD5", MECH_LEGACY),
	DIGEST(SHA_1, "SHA1", 0),
	HMAC(SHA_1_HMAC, CKK_SHA_1_HMAC, "SHA1", 0),
	HMAC_GENERAL(SHA_1_HMAC_GENERAL, CKK_SHA_1_HMAC, "SHA1", 0),
	DIGEST(SHA256, "SHA2-256", 0),
	HMAC(SHA256_HMAC, CKK_SHA256_HMAC, "SHA2-256", 0),
	HMAC_GENERAL(SHA256_HMAC_GENERAL, CKK_SHA256_HMAC, "SHA2-256", 0),
	DIGEST(SHA224, "SHA2-224", 0),
	HMAC(SHA224_HMAC, CKK_SHA224_HMAC, "SHA2-224", 0),
	HMAC_GENERAL(SHA224_HMAC_GENERAL, CKK_SHA224_HMAC, "SHA2-224", 0),
	DIGEST(SHA384, "SHA2-384", 0),
	HMAC(SHA384_HMAC, CKK_SHA384_HMAC, "SHA2-384", 0),
	HMAC_GENERAL(SHA384_HMAC_GENERAL, CKK_SHA384_HMAC, "SHA2-384", 0),
	DIGEST(SHA512, "SHA2-512", 0),
	HMAC(SHA512_HMAC, CKK_SHA512_HMAC, "SHA2-512", 0),
	HMAC_GENERAL(SHA512_HMAC_GENERAL, CKK_SHA512_HMAC, "SHA2-512", 0),
	DIGEST(SHA3_256, "SHA3-256", 0),
	HMAC(SHA3_256_HMAC, CKK_SHA3_256_HMAC, "SHA3-256", 0),
	HMAC_GENERAL(SHA3_256_HMAC_GENERAL, CKK_SHA3_256_HMAC, "SHA3-256", 0),
	DIGEST(SHA3_224, "SHA3-224", 0),
	HMAC(SHA3_224_HMAC, CKK_SHA3_224_HMAC, "SHA3-224", 0),
	HMAC_GENERAL(SHA3_224_HMAC_GENERAL, CKK_SHA3_224_HMAC, "SHA3-224", 0),
	DIGEST(SHA3_384, "SHA3-384", 0),
	HMAC(SHA3_384_HMAC, CKK_SHA3_384_HMAC, "SHA3-384", 0),
	HMAC_GENERAL(SHA3_384_HMAC_GENERAL, CKK_SHA3_384_HMAC, "SHA3-384", 0),
	DIGEST(SHA3_512, "SHA3-512", 0),
	HMAC(SHA3_512_HMAC, CKK_SHA3_512_HMAC, "SHA3-512", 0),
	HMAC_GENERAL(SHA3_512_HMAC_GENERAL, CKK_SHA3_512_HMAC, "SHA3-512", 0),
	{ M(GENERIC_SECRET_KEY_GEN), .flags = CKF_GENERATE, .min = 8, .max = 524288,
	  .keys = { CKK_GENERIC_SECRET }, .nkeys = 1, .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_CIPHERS } },
	{ M(EC_KEY_PAIR_GEN), .flags = CKF_GENERATE_KEY_PAIR | CURVE, EC_SIZE,
	  .traits = MECH_PAIR, .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .mode = "EC" } },
	ECDSA(ECDSA, NULL, MECH_SINGLE),
	ECDSA(ECDSA_SHA1, "SHA1", MECH_SHA1),
	ECDSA(ECDSA_SHA224, "SHA2-224", 0),
	ECDSA(ECDSA_SHA256, "SHA2-256", 0),
	ECDSA(ECDSA_SHA384, "SHA2-384", 0),
	ECDSA(ECDSA_SHA512, "SHA2-512", 0),
	ECDSA(ECDSA_SHA3_224, "SHA3-224", 0),
	ECDSA(ECDSA_SHA3_256, "SHA3-256", 0),
	ECDSA(ECDSA_SHA3_384, "SHA3-384", 0),
	ECDSA(ECDSA_SHA3_512, "SHA3-512", 0),
	{ M(ECDH1_DERIVE), .flags = CKF_DERIVE | CURVE, .min = 224, .max = 521,
	  .keys = { CKK_EC, CKK_EC_MONTGOMERY }, .nkeys = 2,
	  .params = par_ecdh, .alg = { .fam = ENG_F_ECDH } },
	{ M(ECDH1_COFACTOR_DERIVE), .flags = CKF_DERIVE | CURVE, .min = 224, .max = 521,
	  .keys = { CKK_EC, CKK_EC_MONTGOMERY }, .nkeys = 2,
	  .params = par_ecdh, .alg = { .fam = ENG_F_ECDH, .cofactor = true } },
	{ M(EC_EDWARDS_KEY_PAIR_GEN), .flags = CKF_GENERATE_KEY_PAIR | NAMED,
	  .min = 255, .max = 448, .keys = { CKK_EC_EDWARDS }, .nkeys = 1,
	  .traits = MECH_PAIR, .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .mode = "ED25519" } },
	{ M(EC_MONTGOMERY_KEY_PAIR_GEN), .flags = CKF_GENERATE_KEY_PAIR | NAMED,
	  .min = 255, .max = 448, .keys = { CKK_EC_MONTGOMERY }, .nkeys = 1,
	  .traits = MECH_PAIR, .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .mode = "X25519" } },
	{ M(EDDSA), .flags = SV | NAMED, .min = 255, .max = 448,
	  .keys = { CKK_EC_EDWARDS }, .nkeys = 1, .params = par_eddsa,
	  .alg = { .fam = ENG_F_EDDSA } },
	{ M(AES_KEY_GEN), .flags = CKF_GENERATE, AES_SIZE,
	  .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_AES } },
	AES(AES_ECB, ED | WU, MECH_WEAK_WRAP | MECH_ZERO_PAD, par_none,
	    .fam = ENG_F_CIPHER, .mode = "ECB"),
	AES(AES_CBC, ED | WU, MECH_WEAK_WRAP | MECH_ZERO_PAD, par_iv,
	    .fam = ENG_F_CIPHER, .mode = "CBC"),
	AES(AES_CBC_PAD, ED | WU, MECH_WEAK_WRAP, par_iv,
	    .fam = ENG_F_CIPHER, .mode = "CBC", .pad = true),
	AES(AES_CTR, ED | WU, MECH_WEAK_WRAP, par_ctr, .fam = ENG_F_CIPHER, .mode = "CTR"),
	AES(AES_GCM, ED | WU, 0, par_gcm, .fam = ENG_F_AEAD, .mode = "GCM"),
	AES(AES_CCM, ED | WU, 0, par_ccm, .fam = ENG_F_AEAD, .mode = "CCM"),
	AES(AES_CMAC, SV, 0, par_none, .fam = ENG_F_CMAC),
	AES(AES_CMAC_GENERAL, SV, 0, par_mac_len, .fam = ENG_F_CMAC),
	AES(AES_KEY_WRAP, ED | WU, MECH_SINGLE | MECH_ZERO_PAD, par_wrap_iv,
	    .fam = ENG_F_KEYWRAP, .mode = "WRAP"),
	AES(AES_KEY_WRAP_PAD, ED | WU, MECH_SINGLE, par_wrap_iv,
	    .fam = ENG_F_KEYWRAP, .mode = "WRAP", .pad = true),
	AES(AES_KEY_WRAP_KWP, ED | WU, MECH_SINGLE, par_wrap_iv,
	    .fam = ENG_F_KEYWRAP, .mode = "WRAP-PAD"),
	AES(AES_KEY_WRAP_PKCS7, ED | WU, MECH_SINGLE, par_wrap_iv,
	    .fam = ENG_F_KEYWRAP, .mode = "WRAP", .pad = true),
};

const struct mech_row *
mech_table(size_t *n)
{
	*n = KL_COUNT(table);
	return table;
}
