/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): Block ciphers: encryption, MACs and
 * key wrapping (3.2 sections 6.10 to 6.17).
 */
#include "mech/table_int.h"

#define AES_SIZE .min = 16, .max = 32, .keys = { CKK_AES }, .nkeys = 1
#define AES(x, f, t, par, ...) \
	{ M(x), .flags = (f), AES_SIZE, .traits = (t), .params = par, .alg = { __VA_ARGS__ } }
#define DES_GEN(x, kk, c) \
	{ M(x), .flags = CKF_GENERATE, .keys = { kk }, .nkeys = 1, .traits = MECH_LEGACY, \
	  .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .cipher = (c) } }
#define DES(x, kk, c, t, par, ...) \
	{ M(x), .flags = ED | WU, .keys = { kk }, .nkeys = 1, \
	  .traits = MECH_LEGACY | MECH_WEAK_WRAP | (t), .params = par, \
	  .alg = { .fam = ENG_F_CIPHER, .cipher = (c), __VA_ARGS__ } }

static const struct mech_row rows[] = {
	DES_GEN(DES_KEY_GEN, CKK_DES, ENG_DES),
	DES(DES_ECB, CKK_DES, ENG_DES, MECH_ZERO_PAD, par_none, .mode = "ECB"),
	DES(DES_CBC, CKK_DES, ENG_DES, MECH_ZERO_PAD, par_iv, .mode = "CBC"),
	DES(DES_CBC_PAD, CKK_DES, ENG_DES, 0, par_iv, .mode = "CBC", .pad = true),
	DES_GEN(DES3_KEY_GEN, CKK_DES3, ENG_DES3),
	DES(DES3_ECB, CKK_DES3, ENG_DES3, MECH_ZERO_PAD, par_none, .mode = "ECB"),
	DES(DES3_CBC, CKK_DES3, ENG_DES3, MECH_ZERO_PAD, par_iv, .mode = "CBC"),
	DES(DES3_CBC_PAD, CKK_DES3, ENG_DES3, 0, par_iv, .mode = "CBC", .pad = true),
	{ M(AES_KEY_GEN), .flags = CKF_GENERATE, AES_SIZE,
	  .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .cipher = ENG_AES } },
	AES(AES_ECB, ED | WU, MECH_WEAK_WRAP | MECH_ZERO_PAD, par_none,
	    .fam = ENG_F_CIPHER, .mode = "ECB"),
	AES(AES_CBC, ED | WU, MECH_WEAK_WRAP | MECH_ZERO_PAD, par_iv,
	    .fam = ENG_F_CIPHER, .mode = "CBC"),
	AES(AES_CBC_PAD, ED | WU, MECH_WEAK_WRAP, par_iv,
	    .fam = ENG_F_CIPHER, .mode = "CBC", .pad = true),
	AES(AES_CTR, ED | WU, MECH_WEAK_WRAP, par_ctr, .fam = ENG_F_CIPHER, .mode = "CTR"),
	AES(AES_GCM, ED | WU, 0, par_gcm, .fam = ENG_F_AEAD, .mode = "GCM"),
	AES(AES_CCM, ED | WU, 0, par_ccm, .fam = ENG_F_AEAD, .mode = "CCM"),
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
};

const struct mech_rows mech_rows_cipher = { rows, KL_COUNT(rows) };
