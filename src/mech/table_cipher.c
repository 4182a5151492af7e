/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): Block ciphers other than AES (3.2
 * sections 6.18, 6.19 and 6.45 to 6.52, CAST128 and IDEA of the historical
 * document): encryption, MACs, key wrapping.
 */
#include "mech/table_int.h"

#define GEN(x, kk, c, lo, hi, t) \
	{ M(x), .flags = CKF_GENERATE, .min = (lo), .max = (hi), .keys = { kk }, .nkeys = 1, \
	  .traits = (t), .params = par_none, .alg = { .fam = ENG_F_KEYGEN, .cipher = (c) } }
#define ROW(x, f, kk, c, lo, hi, t, par, ...) \
	{ M(x), .flags = (f), .min = (lo), .max = (hi), .keys = { kk }, .nkeys = 1, \
	  .traits = (t), .params = par, .alg = { .cipher = (c), __VA_ARGS__ } }
#define WEAK (MECH_WEAK_WRAP)
#define ZERO (MECH_WEAK_WRAP | MECH_ZERO_PAD)
/* Key generation, the modes that every cipher has, and a MAC of half a block
 * or as long as the caller says.  Lengths in bytes. */
#define CIPHER(X, kk, c, lo, hi, half, t) \
	GEN(X##_KEY_GEN, kk, c, lo, hi, t), \
	ROW(X##_ECB, ED | WU, kk, c, lo, hi, (t) | ZERO, par_none, \
	    .fam = ENG_F_CIPHER, .mode = "ECB"), \
	ROW(X##_CBC, ED | WU, kk, c, lo, hi, (t) | ZERO, par_iv, \
	    .fam = ENG_F_CIPHER, .mode = "CBC"), \
	ROW(X##_CBC_PAD, ED | WU, kk, c, lo, hi, (t) | WEAK, par_iv, \
	    .fam = ENG_F_CIPHER, .mode = "CBC", .pad = true), \
	ROW(X##_MAC, SV, kk, c, lo, hi, t, par_none, .fam = ENG_F_CBCMAC, .size = (half)), \
	ROW(X##_MAC_GENERAL, SV, kk, c, lo, hi, t, par_mac_len, .fam = ENG_F_CBCMAC)

/* Triple DES: keys of either length (3.2 section 6.18.4). */
#define TDEA(x, f, t, par, ...) \
	{ M(x), .flags = (f), .keys = { CKK_DES3, CKK_DES2 }, .nkeys = 2, \
	  .traits = MECH_LEGACY | (t), .params = par, \
	  .alg = { .cipher = ENG_TDEA, __VA_ARGS__ } }
/* DES as a stream cipher, with keys of one, two or three times its length. */
#define DEA(x, n, m, ...) \
	{ M(x), .flags = ED, .keys = { __VA_ARGS__ }, .nkeys = (n), .traits = MECH_LEGACY, \
	  .params = par_iv, .alg = { .fam = ENG_F_CIPHER, .cipher = ENG_DEA, .mode = (m) } }

static const struct mech_row rows[] = {
	CIPHER(DES, CKK_DES, ENG_DES, 0, 0, 4, MECH_LEGACY),
	GEN(DES2_KEY_GEN, CKK_DES2, ENG_DES2, 0, 0, MECH_LEGACY),
	GEN(DES3_KEY_GEN, CKK_DES3, ENG_DES3, 0, 0, MECH_LEGACY),
	TDEA(DES3_ECB, ED | WU, ZERO, par_none, .fam = ENG_F_CIPHER, .mode = "ECB"),
	TDEA(DES3_CBC, ED | WU, ZERO, par_iv, .fam = ENG_F_CIPHER, .mode = "CBC"),
	TDEA(DES3_CBC_PAD, ED | WU, WEAK, par_iv, .fam = ENG_F_CIPHER, .mode = "CBC", .pad = true),
	TDEA(DES3_MAC, SV, 0, par_none, .fam = ENG_F_CBCMAC, .size = 4),
	TDEA(DES3_MAC_GENERAL, SV, 0, par_mac_len, .fam = ENG_F_CBCMAC),
	TDEA(DES3_CMAC, SV, 0, par_none, .fam = ENG_F_CMAC),
	TDEA(DES3_CMAC_GENERAL, SV, 0, par_mac_len, .fam = ENG_F_CMAC),
	DEA(DES_OFB64, 3, "OFB", CKK_DES3, CKK_DES2, CKK_DES),
	DEA(DES_CFB64, 3, "CFB", CKK_DES3, CKK_DES2, CKK_DES),
	DEA(DES_CFB8, 2, "CFB8", CKK_DES3, CKK_DES),
	CIPHER(ARIA, CKK_ARIA, ENG_ARIA, 16, 32, 8, 0),
	CIPHER(CAMELLIA, CKK_CAMELLIA, ENG_CAMELLIA, 16, 32, 8, 0),
	ROW(CAMELLIA_CTR, ED | WU, CKK_CAMELLIA, ENG_CAMELLIA, 16, 32, WEAK, par_ctr,
	    .fam = ENG_F_CIPHER, .mode = "CTR"),
	CIPHER(SEED, CKK_SEED, ENG_SEED, 16, 16, 8, 0),
	GEN(BLOWFISH_KEY_GEN, CKK_BLOWFISH, ENG_BLOWFISH, 4, 56, MECH_LEGACY),
	ROW(BLOWFISH_CBC, ED | WU, CKK_BLOWFISH, ENG_BLOWFISH, 4, 56, MECH_LEGACY | ZERO, par_iv,
	    .fam = ENG_F_CIPHER, .mode = "CBC"),
	ROW(BLOWFISH_CBC_PAD, ED | WU, CKK_BLOWFISH, ENG_BLOWFISH, 4, 56, MECH_LEGACY | WEAK,
	    par_iv, .fam = ENG_F_CIPHER, .mode = "CBC", .pad = true),
	CIPHER(CAST128, CKK_CAST128, ENG_CAST5, 5, 16, 4, MECH_LEGACY),
	CIPHER(IDEA, CKK_IDEA, ENG_IDEA, 16, 16, 4, MECH_LEGACY),
};

const struct mech_rows mech_rows_cipher = { rows, KL_COUNT(rows) };
