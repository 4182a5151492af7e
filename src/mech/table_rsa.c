/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): RSA (3.2 section 6.1).
 */
#include "mech/table_int.h"

#define RSA_SIZE .min = 2048, .max = 16384, .keys = { CKK_RSA }, .nkeys = 1
#define RSA_SIGN(x, hash, t) \
	{ M(x), .flags = SV, RSA_SIZE, .traits = (t), .params = par_none, \
	  .alg = { .fam = ENG_F_RSA_PKCS1, .md = hash } }
#define RSA_PSS(x, hash, t) \
	{ M(x), .flags = SV, RSA_SIZE, .traits = (t), .params = par_pss, \
	  .alg = { .fam = ENG_F_RSA_PSS, .md = hash } }

static const struct mech_row rows[] = {
	{ M(RSA_PKCS_KEY_PAIR_GEN), .flags = CKF_GENERATE_KEY_PAIR,
	  .min = 2048, .max = 8192, .keys = { CKK_RSA }, .nkeys = 1,
	  .traits = MECH_PAIR, .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .mode = "RSA" } },
	{ M(RSA_PKCS), .flags = ED | SV | SVR | WU | KEM, RSA_SIZE,
	  .traits = MECH_SINGLE | MECH_WEAK_WRAP, .params = par_none,
	  .alg = { .fam = ENG_F_RSA_PKCS1 } },
	{ M(RSA_X_509), .flags = ED | SV | SVR | WU | KEM, RSA_SIZE,
	  .traits = MECH_SINGLE | MECH_WEAK_WRAP, .params = par_none,
	  .alg = { .fam = ENG_F_RSA_RAW } },
	RSA_SIGN(MD5_RSA_PKCS, "MD5", MECH_LEGACY | MECH_SHA1),
	RSA_SIGN(SHA1_RSA_PKCS, "SHA1", MECH_SHA1),
	RSA_SIGN(RIPEMD160_RSA_PKCS, "RIPEMD160", MECH_LEGACY | MECH_SHA1),
	{ M(RSA_PKCS_OAEP), .flags = ED | WU | KEM, RSA_SIZE, .traits = MECH_SINGLE,
	  .params = par_oaep, .alg = { .fam = ENG_F_RSA_OAEP } },
	{ M(RSA_AES_KEY_WRAP), .flags = WU, RSA_SIZE, .params = par_rsa_aes,
	  .alg = { .fam = ENG_F_HYBRID, .mode = "OAEP" } },
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
	RSA_SIGN(SHA3_256_RSA_PKCS, "SHA3-256", 0),
	RSA_SIGN(SHA3_384_RSA_PKCS, "SHA3-384", 0),
	RSA_SIGN(SHA3_512_RSA_PKCS, "SHA3-512", 0),
	RSA_PSS(SHA3_256_RSA_PKCS_PSS, "SHA3-256", 0),
	RSA_PSS(SHA3_384_RSA_PKCS_PSS, "SHA3-384", 0),
	RSA_PSS(SHA3_512_RSA_PKCS_PSS, "SHA3-512", 0),
	RSA_SIGN(SHA3_224_RSA_PKCS, "SHA3-224", 0),
	RSA_PSS(SHA3_224_RSA_PKCS_PSS, "SHA3-224", 0),
};

const struct mech_rows mech_rows_rsa = { rows, KL_COUNT(rows) };
