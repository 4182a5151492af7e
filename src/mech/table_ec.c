/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): Elliptic curves (3.2 section 6.3).
 */
#include "mech/table_int.h"

#define CURVE                                                                  \
	(CKF_EC_F_P | CKF_EC_OID | CKF_EC_CURVENAME | CKF_EC_UNCOMPRESS |      \
	    CKF_EC_COMPRESS)
#define NAMED (CKF_EC_F_P | CKF_EC_OID | CKF_EC_CURVENAME)
#define EC_SIZE .min = 224, .max = 521, .keys = { CKK_EC }, .nkeys = 1
#define ECDSA(x, hash, t) \
	{ M(x), .flags = SV | CURVE, EC_SIZE, .traits = (t), .params = par_none, \
	  .alg = { .fam = ENG_F_ECDSA, .md = hash } }

static const struct mech_row rows[] = {
	{ M(EC_KEY_PAIR_GEN), .flags = CKF_GENERATE_KEY_PAIR | CURVE, EC_SIZE,
	  .traits = MECH_PAIR, .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .mode = "EC" } },
	{ M(EC_KEY_PAIR_GEN_W_EXTRA_BITS), .flags = CKF_GENERATE_KEY_PAIR | CURVE, EC_SIZE,
	  .traits = MECH_PAIR, .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .mode = "EC", .extra_bits = true } },
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
	{ M(ECDH1_DERIVE), .flags = CKF_DERIVE | KEM | CURVE, .min = 224, .max = 521,
	  .keys = { CKK_EC, CKK_EC_MONTGOMERY }, .nkeys = 2, .traits = MECH_NATURAL,
	  .params = par_ecdh, .alg = { .fam = ENG_F_ECDH } },
	{ M(ECDH1_COFACTOR_DERIVE), .flags = CKF_DERIVE | KEM | CURVE, .min = 224, .max = 521,
	  .keys = { CKK_EC, CKK_EC_MONTGOMERY }, .nkeys = 2, .traits = MECH_NATURAL,
	  .params = par_ecdh, .alg = { .fam = ENG_F_ECDH, .cofactor = true } },
	{ M(ECDH_AES_KEY_WRAP), .flags = WU | CURVE, .min = 224, .max = 521,
	  .keys = { CKK_EC, CKK_EC_MONTGOMERY }, .nkeys = 2, .params = par_ecdh_aes,
	  .alg = { .fam = ENG_F_HYBRID, .mode = "ECDH" } },
	{ M(ECDH_X_AES_KEY_WRAP), .flags = WU | NAMED, .min = 255, .max = 448,
	  .keys = { CKK_EC_MONTGOMERY }, .nkeys = 1, .params = par_ecdh_aes,
	  .alg = { .fam = ENG_F_HYBRID, .mode = "ECDH" } },
	{ M(ECDH_COF_AES_KEY_WRAP), .flags = WU | CURVE, EC_SIZE, .params = par_ecdh_aes,
	  .alg = { .fam = ENG_F_HYBRID, .mode = "ECDH", .cofactor = true } },
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
};

const struct mech_rows mech_rows_ec = { rows, KL_COUNT(rows) };
