/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside mech: what the parts of the mechanism table share.  One file per
 * family (table_*.c) exports its rows; table.c lists the files.
 */
#ifndef KLUIS_MECH_TABLE_INT_H
#define KLUIS_MECH_TABLE_INT_H

#include "mech/mech_int.h"

/* The rows of one family. */
struct mech_rows {
	const struct mech_row *v;
	size_t n;
};
extern const struct mech_rows mech_rows_aes;
extern const struct mech_rows mech_rows_chacha;
extern const struct mech_rows mech_rows_cipher;
extern const struct mech_rows mech_rows_ec;
extern const struct mech_rows mech_rows_ffc;
extern const struct mech_rows mech_rows_hash;
extern const struct mech_rows mech_rows_otp;
extern const struct mech_rows mech_rows_kdf;
extern const struct mech_rows mech_rows_pqc;
extern const struct mech_rows mech_rows_rsa;
extern const struct mech_rows mech_rows_tls;

/* What many rows say. */
#define M(x) .type = CKM_##x, .name = "CKM_" #x
#define ED (CKF_ENCRYPT | CKF_DECRYPT)
#define SV1 (CKF_SIGN | CKF_VERIFY)	/* one message for each init */
#define SV (SV1 | CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY)
#define SVR (CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER)
#define WU (CKF_WRAP | CKF_UNWRAP)
#define KEM (CKF_ENCAPSULATE | CKF_DECAPSULATE)
#define MED (CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT)

#endif
