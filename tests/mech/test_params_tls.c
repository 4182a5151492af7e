/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of the TLS mechanisms: sizes and values that are refused, and
 * where the parts of a key block go; tests/session/test_op_derive.c has what
 * they give.
 */
#include "mech/params_kit.h"

static struct mech_derive d;

/* Runs a parser of a TLS 1.2 mechanism on a parameter at an odd address. */
static CK_RV
run(mech_params_fn *fn, CK_MECHANISM_TYPE type, const void *p, size_t n)
{
	struct mech_row row = { .type = type, .alg = { .fam = ENG_F_KDF,
		.md = "SHA2-256" } };

	d = (struct mech_derive){ .call.derive = &d };
	return run_odd(fn, &row, bytes_of(p, n), CKF_DERIVE, &d.call);
}

static void
test_lengths(void **state)
{
	static const struct {
		mech_params_fn *fn;
		size_t good;
	} rows[] = {
		{ par_premaster, sizeof(CK_VERSION) },
		{ par_tls_master, sizeof(CK_TLS12_MASTER_KEY_DERIVE_PARAMS) },
		{ par_tls_extended,
		    sizeof(CK_TLS12_EXTENDED_MASTER_KEY_DERIVE_PARAMS) },
		{ par_tls_block, sizeof(CK_TLS12_KEY_MAT_PARAMS) },
		{ par_tls_kdf, sizeof(CK_TLS_KDF_PARAMS) },
		{ par_tls_prf, sizeof(CK_TLS_PRF_PARAMS) },
		{ par_tls_mac, sizeof(CK_TLS_MAC_PARAMS) },
	};
	static const uint8_t zeros[128];

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++)
		for (size_t n = 0; n < sizeof(zeros); n++)
			if (n != rows[i].good)
				assert_int_equal(run(rows[i].fn, 0, zeros, n),
				    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_block(void **state)
{
	CK_BYTE iv[2][16];
	CK_SSL3_KEY_MAT_OUT out = { .pIVClient = iv[0], .pIVServer = iv[1] };
	CK_TLS12_KEY_MAT_PARAMS good = { .ulKeySizeInBits = 128,
		.ulIVSizeInBits = 128, .pReturnedKeyMaterial = &out,
		.prfHashMechanism = CKM_SHA256 }, p = good;

	(void)state;
	assert_int_equal(run(par_tls_block, 0, &p, sizeof(p)), CKR_OK);
	assert_int_equal(d.n_more, 2);
	assert_ptr_equal(d.more[0].handle, &out.hClientKey);
	assert_ptr_equal(d.told[1].p, iv[1]);
	assert_int_equal(d.told[0].n, 16);
	for (int i = 0; i < 6; i++) {
		p = good;
		if (i == 0)
			p.pReturnedKeyMaterial = NULL;
		if (i == 1)
			p.ulMacSizeInBits = 7;
		if (i == 2)
			p.ulKeySizeInBits = (CK_ULONG)-8;
		if (i == 3)
			p.prfHashMechanism = CKM_TLS_PRF;
		if (i == 4)
			p.RandomInfo.ulClientRandomLen = 1;
		if (i == 5)
			p.ulKeySizeInBits = p.ulIVSizeInBits = 0;
		assert_int_equal(run(par_tls_block, 0, &p, sizeof(p)),
		    CKR_MECHANISM_PARAM_INVALID);
	}
}

static void
test_mac(void **state)
{
	CK_TLS_MAC_PARAMS p = { CKM_TLS_PRF, 12, 1 };

	(void)state;
	assert_int_equal(run(par_tls_mac, 0, &p, sizeof(p)), CKR_OK);
	assert_null(d.call.par.md);
	p.ulMacLength = 13; /* TLS 1.0 has 12 */
	assert_int_equal(run(par_tls_mac, 0, &p, sizeof(p)),
	    CKR_MECHANISM_PARAM_INVALID);
	p.prfHashMechanism = CKM_SHA256;
	assert_int_equal(run(par_tls_mac, 0, &p, sizeof(p)), CKR_OK);
	p.ulMacLength = 11;
	assert_int_equal(run(par_tls_mac, 0, &p, sizeof(p)),
	    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_prf(void **state)
{
	CK_BYTE out[4];
	CK_ULONG n = 0;
	CK_TLS_PRF_PARAMS p = { .pOutput = out, .pulOutputLen = &n };

	(void)state;
	assert_int_equal(run(par_tls_prf, 0, &p, sizeof(p)),
	    CKR_MECHANISM_PARAM_INVALID);
	n = 4;
	assert_int_equal(run(par_tls_prf, 0, &p, sizeof(p)), CKR_OK);
	p.pOutput = NULL;
	assert_int_equal(run(par_tls_prf, 0, &p, sizeof(p)),
	    CKR_MECHANISM_PARAM_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_prf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
