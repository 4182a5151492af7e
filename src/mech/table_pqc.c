/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): ML-KEM, ML-DSA and SLH-DSA (3.2
 * sections 6.67 to 6.69).  Sizes are bytes of the public key.
 */
#include "mech/table_int.h"

#define PAIR(x, kk, family, lo, hi) \
	{ M(x), .flags = CKF_GENERATE_KEY_PAIR, .min = (lo), .max = (hi), .keys = { kk }, \
	  .nkeys = 1, .traits = MECH_PAIR, .params = par_none, \
	  .alg = { .fam = ENG_F_KEYGEN, .mode = family } }

#define ML_DSA_SIZE .min = 1312, .max = 2592, .keys = { CKK_ML_DSA }, .nkeys = 1
#define SLH_DSA_SIZE .min = 32, .max = 64, .keys = { CKK_SLH_DSA }, .nkeys = 1
#define SIGN(x, family, t, hash, par) \
	{ M(x), .flags = SV, family##_SIZE, .traits = (t), .params = par, \
	  .alg = { .fam = ENG_F_##family, .md = hash } }

static const struct mech_row rows[] = {
	PAIR(ML_KEM_KEY_PAIR_GEN, CKK_ML_KEM, "ML-KEM", 800, 1568),
	{ M(ML_KEM), .flags = KEM, .min = 800, .max = 1568, .keys = { CKK_ML_KEM }, .nkeys = 1,
	  .params = par_none, .alg = { .fam = ENG_F_ML_KEM } },
	PAIR(ML_DSA_KEY_PAIR_GEN, CKK_ML_DSA, "ML-DSA", 1312, 2592),
	PAIR(SLH_DSA_KEY_PAIR_GEN, CKK_SLH_DSA, "SLH-DSA", 32, 64),
	SIGN(ML_DSA, ML_DSA, 0, NULL, par_sign_context),
	SIGN(HASH_ML_DSA, ML_DSA, MECH_SINGLE, NULL, par_hash_sign_context),
	SIGN(HASH_ML_DSA_SHA224, ML_DSA, 0, "SHA2-224", par_sign_context),
	SIGN(HASH_ML_DSA_SHA256, ML_DSA, 0, "SHA2-256", par_sign_context),
	SIGN(HASH_ML_DSA_SHA384, ML_DSA, 0, "SHA2-384", par_sign_context),
	SIGN(HASH_ML_DSA_SHA512, ML_DSA, 0, "SHA2-512", par_sign_context),
	SIGN(HASH_ML_DSA_SHA3_224, ML_DSA, 0, "SHA3-224", par_sign_context),
	SIGN(HASH_ML_DSA_SHA3_256, ML_DSA, 0, "SHA3-256", par_sign_context),
	SIGN(HASH_ML_DSA_SHA3_384, ML_DSA, 0, "SHA3-384", par_sign_context),
	SIGN(HASH_ML_DSA_SHA3_512, ML_DSA, 0, "SHA3-512", par_sign_context),
	SIGN(HASH_ML_DSA_SHAKE128, ML_DSA, 0, "SHAKE-128", par_sign_context),
	SIGN(HASH_ML_DSA_SHAKE256, ML_DSA, 0, "SHAKE-256", par_sign_context),
	SIGN(SLH_DSA, SLH_DSA, 0, NULL, par_sign_context),
	SIGN(HASH_SLH_DSA, SLH_DSA, MECH_SINGLE, NULL, par_hash_sign_context),
	SIGN(HASH_SLH_DSA_SHA224, SLH_DSA, 0, "SHA2-224", par_sign_context),
	SIGN(HASH_SLH_DSA_SHA256, SLH_DSA, 0, "SHA2-256", par_sign_context),
	SIGN(HASH_SLH_DSA_SHA384, SLH_DSA, 0, "SHA2-384", par_sign_context),
	SIGN(HASH_SLH_DSA_SHA512, SLH_DSA, 0, "SHA2-512", par_sign_context),
	SIGN(HASH_SLH_DSA_SHA3_224, SLH_DSA, 0, "SHA3-224", par_sign_context),
	SIGN(HASH_SLH_DSA_SHA3_256, SLH_DSA, 0, "SHA3-256", par_sign_context),
	SIGN(HASH_SLH_DSA_SHA3_384, SLH_DSA, 0, "SHA3-384", par_sign_context),
	SIGN(HASH_SLH_DSA_SHA3_512, SLH_DSA, 0, "SHA3-512", par_sign_context),
	SIGN(HASH_SLH_DSA_SHAKE128, SLH_DSA, 0, "SHAKE-128", par_sign_context),
	SIGN(HASH_SLH_DSA_SHAKE256, SLH_DSA, 0, "SHAKE-256", par_sign_context),
};

const struct mech_rows mech_rows_pqc = { rows, KL_COUNT(rows) };
