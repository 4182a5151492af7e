/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): DSA and Diffie-Hellman in finite
 * fields, PKCS#3's and X9.42's (3.2 sections 6.2 and 6.4).  What is left out is
 * in README.
 */
#include "mech/table_int.h"

#define DSA_SIZE .min = 2048, .max = 3072, .keys = { CKK_DSA }, .nkeys = 1
#define DH_SIZE .min = 2048, .max = 8192, .keys = { CKK_DH }, .nkeys = 1
#define X942_SIZE .min = 2048, .max = 8192, .keys = { CKK_X9_42_DH }, .nkeys = 1
#define DSA(x, hash, t) \
	{ M(x), .flags = SV, DSA_SIZE, .traits = (t), .params = par_none, \
	  .alg = { .fam = ENG_F_DSA, .md = hash } }
#define DSA_PARAMS(x, t, par, what) \
	{ M(x), .flags = CKF_GENERATE, DSA_SIZE, .traits = MECH_DOMAIN | (t), .params = par, \
	  .alg = { .fam = ENG_F_KEYGEN, .mode = "DSA", .making = (what) } }
#define PAIR(x, size, type) \
	{ M(x), .flags = CKF_GENERATE_KEY_PAIR, size, .traits = MECH_PAIR, .params = par_none, \
	  .alg = { .fam = ENG_F_KEYGEN, .mode = type } }

static const struct mech_row rows[] = {
	PAIR(DSA_KEY_PAIR_GEN, DSA_SIZE, "DSA"),
	DSA_PARAMS(DSA_PARAMETER_GEN, 0, par_none, ENG_MAKE_PARAMS),
	DSA_PARAMS(DSA_PROBABILISTIC_PARAMETER_GEN, 0, par_dsa_primes, ENG_MAKE_PRIMES),
	DSA_PARAMS(DSA_FIPS_G_GEN, MECH_BASE, par_dsa_base, ENG_MAKE_BASE),
	DSA(DSA, NULL, MECH_SINGLE),
	DSA(DSA_SHA1, "SHA1", MECH_SHA1),
	DSA(DSA_SHA224, "SHA2-224", 0),
	DSA(DSA_SHA256, "SHA2-256", 0),
	DSA(DSA_SHA384, "SHA2-384", 0),
	DSA(DSA_SHA512, "SHA2-512", 0),
	DSA(DSA_SHA3_224, "SHA3-224", 0),
	DSA(DSA_SHA3_256, "SHA3-256", 0),
	DSA(DSA_SHA3_384, "SHA3-384", 0),
	DSA(DSA_SHA3_512, "SHA3-512", 0),
	PAIR(DH_PKCS_KEY_PAIR_GEN, DH_SIZE, "DH"),
	{ M(DH_PKCS_PARAMETER_GEN), .flags = CKF_GENERATE, DH_SIZE, .traits = MECH_DOMAIN,
	  .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .mode = "DH", .making = ENG_MAKE_PARAMS } },
	{ M(DH_PKCS_DERIVE), .flags = CKF_DERIVE, DH_SIZE, .traits = MECH_NATURAL, .params = par_dh,
	  .alg = { .fam = ENG_F_DH, .mode = "DH" } },
	PAIR(X9_42_DH_KEY_PAIR_GEN, X942_SIZE, "DHX"),
	/* libcrypto makes such parameters as DSA's, and no longer ones. */
	{ M(X9_42_DH_PARAMETER_GEN), .flags = CKF_GENERATE, .min = 2048, .max = 3072,
	  .keys = { CKK_X9_42_DH }, .nkeys = 1, .traits = MECH_DOMAIN, .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .mode = "DSA", .making = ENG_MAKE_PARAMS } },
	{ M(X9_42_DH_DERIVE), .flags = CKF_DERIVE, X942_SIZE, .traits = MECH_NATURAL,
	  .params = par_x942_dh,
	  .alg = { .fam = ENG_F_DH, .mode = "DHX" } },
};

const struct mech_rows mech_rows_ffc = { rows, KL_COUNT(rows) };
