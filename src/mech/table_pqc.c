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

static const struct mech_row rows[] = {
	PAIR(ML_KEM_KEY_PAIR_GEN, CKK_ML_KEM, "ML-KEM", 800, 1568),
	PAIR(ML_DSA_KEY_PAIR_GEN, CKK_ML_DSA, "ML-DSA", 1312, 2592),
	PAIR(SLH_DSA_KEY_PAIR_GEN, CKK_SLH_DSA, "SLH-DSA", 32, 64),
};

const struct mech_rows mech_rows_pqc = { rows, KL_COUNT(rows) };
