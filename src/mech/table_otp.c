/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): one-time passwords (3.2 section
 * 6.53).  HOTP of the standard is that of RFC 4226, with SHA-1; the two of our
 * own are those of RFC 6238 with the other hashes.
 */
#include "mech/table_int.h"

#include "kluis.h"

#define OTP(x, hash) \
	{ M(x), .flags = SV1, .min = 1, .max = 65536, .keys = { CKK_HOTP }, \
	  .nkeys = 1, .traits = MECH_OTP | MECH_SINGLE, .params = par_otp, \
	  .alg = { .fam = ENG_F_HMAC, .md = hash } }

static const struct mech_row rows[] = {
	{ M(HOTP_KEY_GEN), .flags = CKF_GENERATE, .min = 16, .max = 65536,
	  .keys = { CKK_HOTP }, .nkeys = 1, .traits = MECH_OTP,
	  .params = par_none,
	  .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_CIPHERS } },
	OTP(HOTP, "SHA1"),
	OTP(KLUIS_HOTP_SHA256, "SHA2-256"),
	OTP(KLUIS_HOTP_SHA512, "SHA2-512"),
};

const struct mech_rows mech_rows_otp = { rows, KL_COUNT(rows) };
