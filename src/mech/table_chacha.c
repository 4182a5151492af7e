/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): ChaCha20 and Poly1305 (3.2 sections
 * 6.58 to 6.61).  Sizes are in the units stated there: bytes for generation,
 * bits for CKM_CHACHA20; the others state none.
 */
#include "mech/table_int.h"

#define CHACHA .keys = { CKK_CHACHA20 }, .nkeys = 1

static const struct mech_row rows[] = {
	{ M(CHACHA20_KEY_GEN), .flags = CKF_GENERATE, .min = 32, .max = 32, CHACHA,
	  .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_CHACHA20 } },
	{ M(CHACHA20), .flags = ED | WU, .min = 256, .max = 256, CHACHA,
	  .traits = MECH_WEAK_WRAP | MECH_BITS, .params = par_chacha20,
	  .alg = { .fam = ENG_F_CIPHER, .cipher = ENG_CHACHA20, .mode = "" } },
	{ M(CHACHA20_POLY1305), .flags = ED | MED | WU, CHACHA,
	  .params = par_chacha20_poly1305, .message = msg_chacha20_poly1305,
	  .alg = { .fam = ENG_F_AEAD, .cipher = ENG_CHACHA20, .mode = "Poly1305" } },
	{ M(POLY1305_KEY_GEN), .flags = CKF_GENERATE, .keys = { CKK_POLY1305 }, .nkeys = 1,
	  .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .mode = "POLY1305" } },
	{ M(POLY1305), .flags = SV1, .keys = { CKK_POLY1305 }, .nkeys = 1,
	  .params = par_none, .alg = { .fam = ENG_F_POLY1305 } },
};

const struct mech_rows mech_rows_chacha = { rows, KL_COUNT(rows) };
