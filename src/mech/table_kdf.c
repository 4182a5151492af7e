/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): key derivation, but for agreement
 * (3.2 sections 6.20 to 6.44, 6.62, 6.64) and TLS (table_tls.c).
 */
#include "mech/table_int.h"

#define SECRETS .min = 8, .max = 524288, .traits = MECH_ANY_KEY
/* The hash of a key (3.2 section 6.20.5). */
#define HASHED(x, hash, how) \
	{ M(x), .flags = CKF_DERIVE, SECRETS, .params = par_derive_none, \
	  .alg = { .fam = ENG_F_HASH_KDF, .md = hash, .mode = how, .cipher = ENG_CIPHERS } }
#define MIX(x, how, par) \
	{ M(x), .flags = CKF_DERIVE, .min = 8, .max = 524288, .traits = MECH_ANY_KEY | MECH_MIXES, \
	  .params = par, .alg = { .fam = ENG_F_MIX, .mode = how, .cipher = ENG_CIPHERS } }
/* The ciphertext of data (3.2 section 6.44 and others). */
#define ENCRYPTED(x, kk, which, t, lo, hi) \
	{ M(x##_ECB_ENCRYPT_DATA), .flags = CKF_DERIVE, .min = (lo), .max = (hi), \
	  .keys = { kk }, .nkeys = 1, .traits = MECH_MIXES | (t), .params = par_string_data, \
	  .alg = { .fam = ENG_F_ENCRYPT_DATA, .mode = "ECB", .cipher = which } }, \
	{ M(x##_CBC_ENCRYPT_DATA), .flags = CKF_DERIVE, .min = (lo), .max = (hi), \
	  .keys = { kk }, .nkeys = 1, .traits = MECH_MIXES | (t), .params = par_cbc_data, \
	  .alg = { .fam = ENG_F_ENCRYPT_DATA, .mode = "CBC", .cipher = which } }
#define KDF(x, t, par) \
	{ M(x), .flags = CKF_DERIVE, .min = 8, .max = 524288, .traits = MECH_ANY_KEY | (t), \
	  .params = par, .alg = { .fam = ENG_F_KDF, .cipher = ENG_CIPHERS } }
#define HKDF(x, t) \
	{ M(x), .flags = CKF_DERIVE, .min = 8, .max = 524288, .traits = MECH_NATURAL | (t), \
	  .keys = { CKK_HKDF, CKK_GENERIC_SECRET }, .nkeys = 2, .params = par_hkdf, \
	  .alg = { .fam = ENG_F_HKDF, .cipher = ENG_CIPHERS } }
#define PBE(x, kk, n, which, t) \
	{ M(x), .flags = CKF_GENERATE, .min = (n), .max = (n), .keys = { kk }, .nkeys = 1, \
	  .traits = MECH_KEYLESS | (t), .params = par_pbe, \
	  .alg = { .fam = ENG_F_PASSWORD, .mode = "PKCS12KDF", .md = "SHA1", .cipher = which } }

static const struct mech_row rows[] = {
	HASHED(SHA512_224_KEY_DERIVATION, "SHA2-512/224", NULL),
	HASHED(SHA512_256_KEY_DERIVATION, "SHA2-512/256", NULL),
	HASHED(SHA1_KEY_DERIVATION, "SHA1", NULL),
	HASHED(SHA224_KEY_DERIVATION, "SHA2-224", NULL),
	HASHED(SHA256_KEY_DERIVATION, "SHA2-256", NULL),
	HASHED(SHA384_KEY_DERIVATION, "SHA2-384", NULL),
	HASHED(SHA512_KEY_DERIVATION, "SHA2-512", NULL),
	HASHED(SHA3_224_KEY_DERIVATION, "SHA3-224", NULL),
	HASHED(SHA3_256_KEY_DERIVATION, "SHA3-256", NULL),
	HASHED(SHA3_384_KEY_DERIVATION, "SHA3-384", NULL),
	HASHED(SHA3_512_KEY_DERIVATION, "SHA3-512", NULL),
	HASHED(SHAKE_128_KEY_DERIVATION, "SHAKE-128", "XOF"),
	HASHED(SHAKE_256_KEY_DERIVATION, "SHAKE-256", "XOF"),
	HASHED(BLAKE2B_512_KEY_DERIVE, "BLAKE2B-512", NULL),
	MIX(CONCATENATE_BASE_AND_KEY, "join", par_key_handle),
	MIX(CONCATENATE_BASE_AND_DATA, "join", par_string_data),
	MIX(CONCATENATE_DATA_AND_BASE, "prepend", par_string_data),
	MIX(XOR_BASE_AND_DATA, "xor", par_string_data),
	MIX(EXTRACT_KEY_FROM_KEY, "extract", par_extract),
	{ M(PUB_KEY_FROM_PRIV_KEY), .flags = CKF_DERIVE, .traits = MECH_ANY_KEY,
	  .params = par_public,
	  .alg = { .fam = ENG_F_MIX, .mode = "public", .cipher = ENG_CIPHERS } },
	ENCRYPTED(AES, CKK_AES, ENG_AES, 0, 16, 32),
	ENCRYPTED(ARIA, CKK_ARIA, ENG_ARIA, 0, 16, 32),
	ENCRYPTED(CAMELLIA, CKK_CAMELLIA, ENG_CAMELLIA, 0, 16, 32),
	ENCRYPTED(SEED, CKK_SEED, ENG_SEED, MECH_LEGACY, 16, 16),
	ENCRYPTED(DES3, CKK_DES3, ENG_DES3, MECH_LEGACY, 24, 24),
	ENCRYPTED(DES, CKK_DES, ENG_DES, MECH_LEGACY, 8, 8),
	HKDF(HKDF_DERIVE, 0),
	HKDF(HKDF_DATA, 0),
	{ M(HKDF_KEY_GEN), .flags = CKF_GENERATE, .min = 8, .max = 524288,
	  .keys = { CKK_HKDF }, .nkeys = 1, .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_CIPHERS } },
	KDF(SP800_108_COUNTER_KDF, MECH_INHERITS, par_sp800),
	KDF(SP800_108_FEEDBACK_KDF, MECH_INHERITS, par_sp800),
	KDF(SP800_108_DOUBLE_PIPELINE_KDF, MECH_INHERITS, par_sp800),
	KDF(IKE2_PRF_PLUS_DERIVE, 0, par_ike2_plus),
	KDF(IKE_PRF_DERIVE, MECH_NATURAL, par_ike_prf),
	KDF(IKE1_PRF_DERIVE, MECH_NATURAL, par_ike1_prf),
	KDF(IKE1_EXTENDED_DERIVE, MECH_MIXES, par_ike1_ext),
	{ M(PKCS5_PBKD2), .flags = CKF_GENERATE, .min = 8, .max = 524288,
	  .traits = MECH_KEYLESS | MECH_ANY_KEY, .params = par_pbkd2,
	  .alg = { .fam = ENG_F_PASSWORD, .mode = "PBKDF2", .cipher = ENG_CIPHERS } },
	PBE(PBE_SHA1_DES3_EDE_CBC, CKK_DES3, 24, ENG_DES3, MECH_LEGACY),
	PBE(PBE_SHA1_DES2_EDE_CBC, CKK_DES2, 16, ENG_DES2, MECH_LEGACY),
	PBE(PBA_SHA1_WITH_SHA1_HMAC, CKK_GENERIC_SECRET, 160, ENG_CIPHERS, 0),
};

const struct mech_rows mech_rows_kdf = { rows, KL_COUNT(rows) };
