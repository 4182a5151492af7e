/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): AES (3.2 sections 6.10 to 6.16).
 */
#include "mech/table_int.h"

#include "kluis.h"

#define AES_SIZE .min = 16, .max = 32, .keys = { CKK_AES }, .nkeys = 1
#define AES(x, f, t, par, ...) \
	{ M(x), .flags = (f), AES_SIZE, .traits = (t), .params = par, .alg = { __VA_ARGS__ } }
/* As a stream cipher under an IV of a block. */
#define AES_STREAM(x, m) \
	AES(x, ED | WU, MECH_WEAK_WRAP, par_iv, .fam = ENG_F_CIPHER, .mode = (m))
/* RFC 3566 is about keys of 128 bits. */
#define AES_XCBC(x, n) \
	{ M(x), .flags = SV, .min = 16, .max = 16, .keys = { CKK_AES }, .nkeys = 1, \
	  .params = par_none, .alg = { .fam = ENG_F_XCBC, .size = (n) } }
#define XTS_SIZE .min = 32, .max = 64, .keys = { CKK_AES_XTS }, .nkeys = 1

static const struct mech_row rows[] = {
	{ M(AES_KEY_GEN), .flags = CKF_GENERATE, AES_SIZE,
	  .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_AES } },
	AES(AES_ECB, ED | WU, MECH_WEAK_WRAP | MECH_ZERO_PAD, par_none,
	    .fam = ENG_F_CIPHER, .mode = "ECB"),
	AES(AES_CBC, ED | WU, MECH_WEAK_WRAP | MECH_ZERO_PAD, par_iv,
	    .fam = ENG_F_CIPHER, .mode = "CBC"),
	AES(AES_CBC_PAD, ED | WU, MECH_WEAK_WRAP, par_iv,
	    .fam = ENG_F_CIPHER, .mode = "CBC", .pad = true),
	AES(AES_CTR, ED | WU, MECH_WEAK_WRAP, par_ctr, .fam = ENG_F_CIPHER, .mode = "CTR"),
	AES_STREAM(AES_OFB, "OFB"),
	AES_STREAM(AES_CFB128, "CFB"),
	AES_STREAM(AES_CFB8, "CFB8"),
	AES_STREAM(AES_CFB1, "CFB1"),
	AES(AES_CTS, ED | WU, MECH_WEAK_WRAP, par_iv, .fam = ENG_F_UNIT, .mode = "CBC-CTS"),
	{ M(AES_XTS_KEY_GEN), .flags = CKF_GENERATE, XTS_SIZE,
	  .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_XTS } },
	{ M(AES_XTS), .flags = ED | WU, XTS_SIZE, .traits = MECH_WEAK_WRAP,
	  .params = par_iv, .alg = { .fam = ENG_F_UNIT, .cipher = ENG_XTS, .mode = "XTS" } },
	{ M(AES_GCM), .flags = ED | MED | WU, AES_SIZE, .params = par_gcm,
	  .message = msg_gcm, .alg = { .fam = ENG_F_AEAD, .mode = "GCM" } },
	{ M(AES_CCM), .flags = ED | MED | WU, AES_SIZE, .params = par_ccm,
	  .message = msg_ccm, .alg = { .fam = ENG_F_AEAD, .mode = "CCM" } },
	AES(AES_GMAC, SV1, 0, par_gmac, .fam = ENG_F_GMAC),
	AES(AES_MAC, SV, 0, par_none, .fam = ENG_F_CBCMAC, .size = 8),
	AES(AES_MAC_GENERAL, SV, 0, par_mac_len, .fam = ENG_F_CBCMAC),
	AES_XCBC(AES_XCBC_MAC, 0),
	AES_XCBC(AES_XCBC_MAC_96, 12),
	AES(AES_CMAC, SV, 0, par_none, .fam = ENG_F_CMAC),
	AES(AES_CMAC_GENERAL, SV, 0, par_mac_len, .fam = ENG_F_CMAC),
	AES(AES_KEY_WRAP, ED | WU, MECH_SINGLE | MECH_ZERO_PAD, par_wrap_iv,
	    .fam = ENG_F_KEYWRAP, .mode = "WRAP"),
	AES(AES_KEY_WRAP_PAD, ED | WU, MECH_SINGLE, par_wrap_iv,
	    .fam = ENG_F_KEYWRAP, .mode = "WRAP", .pad = true),
	AES(AES_KEY_WRAP_KWP, ED | WU, MECH_SINGLE, par_wrap_iv,
	    .fam = ENG_F_KEYWRAP, .mode = "WRAP-PAD"),
	AES(AES_KEY_WRAP_PKCS7, ED | WU, MECH_SINGLE, par_wrap_iv,
	    .fam = ENG_F_KEYWRAP, .mode = "WRAP", .pad = true),
	AES(NSS_AES_KEY_WRAP, ED | WU, MECH_SINGLE | MECH_ZERO_PAD, par_wrap_iv,
	    .fam = ENG_F_KEYWRAP, .mode = "WRAP"),
};

const struct mech_rows mech_rows_aes = { rows, KL_COUNT(rows) };
