/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mechanism table: one row each, a file per family.  What a row claims
 * works: flags and sizes are what C_GetMechanismInfo says, and
 * tests/golden/mechanisms.txt shows every change of it.  A row whose algorithm
 * the libcrypto in use lacks is not offered (allow.c).
 *
 * Sizes are in the unit the standard gives the mechanism: bits for RSA,
 * elliptic curves and generic secrets, bytes for ciphers and HMAC, bytes of the
 * public key for ML-KEM, ML-DSA and SLH-DSA; DES states none.
 * An RSA row's minimum is raised or lowered by the configuration (allow.c).
 */
#include "mech/table_int.h"

static const struct mech_rows *const families[] = {
	&mech_rows_aes,
	&mech_rows_chacha,
	&mech_rows_cipher,
	&mech_rows_ec,
	&mech_rows_ffc,
	&mech_rows_hash,
	&mech_rows_otp,
	&mech_rows_kdf,
	&mech_rows_pqc,
	&mech_rows_rsa,
	&mech_rows_tls,
};

const struct mech_row *
mech_row_at(size_t i)
{
	for (size_t k = 0; k < KL_COUNT(families); k++) {
		if (i < families[k]->n)
			return &families[k]->v[i];
		i -= families[k]->n;
	}
	return NULL;
}
