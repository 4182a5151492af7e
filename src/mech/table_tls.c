/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the mechanism table (table.c): TLS (3.2 section 6.40, and 2.40 for
 * TLS 1.0 and 1.1).  md: what is asked for is TLS 1.2's structure with the hash
 * in it; mode "DH": the pre-master secret has no version in it.
 */
#include "mech/table_int.h"

#define MASTER(x, hash, how, lo, hi, par) \
	{ M(x), .flags = CKF_DERIVE, .min = (lo), .max = (hi), .keys = { CKK_GENERIC_SECRET }, \
	  .nkeys = 1, .traits = MECH_BYTES, .params = par, \
	  .alg = { .fam = ENG_F_KDF, .md = hash, .mode = how, .cipher = ENG_CIPHERS } }
#define BLOCK(x, hash, par) \
	{ M(x), .flags = CKF_DERIVE, .min = 48, .max = 48, .keys = { CKK_GENERIC_SECRET }, \
	  .nkeys = 1, .traits = MECH_MIXES | MECH_INHERITS | MECH_BYTES, .params = par, \
	  .alg = { .fam = ENG_F_KDF, .md = hash, .cipher = ENG_CIPHERS } }
#define EXPORT(x, t, par) \
	{ M(x), .flags = CKF_DERIVE, .min = 1, .max = 65536, .keys = { CKK_GENERIC_SECRET }, \
	  .nkeys = 1, .traits = MECH_BYTES | (t), .params = par, \
	  .alg = { .fam = ENG_F_KDF, .cipher = ENG_CIPHERS } }
#define FINISHED(x) \
	{ M(x), .flags = SV, .min = 1, .max = 65536, .keys = { CKK_GENERIC_SECRET }, .nkeys = 1, \
	  .traits = MECH_BYTES, .params = par_tls_mac, \
	  .alg = { .fam = ENG_F_TLS_MAC, .cipher = ENG_CIPHERS } }

static const struct mech_row rows[] = {
	{ M(TLS_PRE_MASTER_KEY_GEN), .flags = CKF_GENERATE, .min = 48, .max = 48,
	  .keys = { CKK_GENERIC_SECRET }, .nkeys = 1, .traits = MECH_KEYLESS | MECH_BYTES,
	  .params = par_premaster, .alg = { .fam = ENG_F_PREMASTER, .cipher = ENG_CIPHERS } },
	MASTER(TLS_MASTER_KEY_DERIVE, NULL, NULL, 48, 48, par_tls_master),
	MASTER(TLS_MASTER_KEY_DERIVE_DH, NULL, "DH", 1, 65536, par_tls_master),
	MASTER(TLS12_MASTER_KEY_DERIVE, "SHA2-256", NULL, 48, 48, par_tls_master),
	MASTER(TLS12_MASTER_KEY_DERIVE_DH, "SHA2-256", "DH", 1, 65536, par_tls_master),
	MASTER(TLS12_EXTENDED_MASTER_KEY_DERIVE, "SHA2-256", NULL, 48, 48, par_tls_extended),
	MASTER(TLS12_EXTENDED_MASTER_KEY_DERIVE_DH, "SHA2-256", "DH", 1, 65536, par_tls_extended),
	BLOCK(TLS_KEY_AND_MAC_DERIVE, NULL, par_tls_block),
	BLOCK(TLS12_KEY_AND_MAC_DERIVE, "SHA2-256", par_tls_block),
	BLOCK(TLS12_KEY_SAFE_DERIVE, "SHA2-256", par_tls_block),
	EXPORT(TLS_KDF, MECH_MIXES | MECH_INHERITS, par_tls_kdf),
	EXPORT(TLS12_KDF, MECH_MIXES | MECH_INHERITS, par_tls_kdf),
	EXPORT(TLS_PRF, 0, par_tls_prf),
	FINISHED(TLS_MAC),
	FINISHED(TLS12_MAC),
};

const struct mech_rows mech_rows_tls = { rows, KL_COUNT(rows) };
