/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of key derivation: sizes, NULL and wrong values of each
 * structure, at odd addresses; tests/session/test_op_derive.c has what good
 * ones give.
 */
#include "mech/params_kit.h"

static struct mech_derive d;

/* Runs a parser on a parameter placed at an odd address. */
static CK_RV
run(mech_params_fn *fn, CK_MECHANISM_TYPE type, const void *p, size_t n)
{
	struct mech_row row = { .type = type, .alg = {
		.fam = ENG_F_ENCRYPT_DATA, .cipher = ENG_AES } };

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
		{ par_key_handle, sizeof(CK_OBJECT_HANDLE) },
		{ par_string_data, sizeof(CK_KEY_DERIVATION_STRING_DATA) },
		{ par_extract, sizeof(CK_EXTRACT_PARAMS) },
		{ par_cbc_data, sizeof(CK_AES_CBC_ENCRYPT_DATA_PARAMS) },
		{ par_hkdf, sizeof(CK_HKDF_PARAMS) },
		{ par_sp800, sizeof(CK_SP800_108_KDF_PARAMS) },
		{ par_pbkd2, sizeof(CK_PKCS5_PBKD2_PARAMS2) },
		{ par_pbe, sizeof(CK_PBE_PARAMS) },
		{ par_ike2_plus, sizeof(CK_IKE2_PRF_PLUS_DERIVE_PARAMS) },
		{ par_ike_prf, sizeof(CK_IKE_PRF_DERIVE_PARAMS) },
		{ par_ike1_prf, sizeof(CK_IKE1_PRF_DERIVE_PARAMS) },
		{ par_ike1_ext, sizeof(CK_IKE1_EXTENDED_DERIVE_PARAMS) },
	};
	static const uint8_t zeros[128];

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++)
		for (size_t n = 0; n < sizeof(zeros); n++)
			if (n != rows[i].good)
				assert_int_equal(run(rows[i].fn,
				    CKM_SP800_108_COUNTER_KDF, zeros, n),
				    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_none(void **state)
{
	(void)state;
	assert_int_equal(run(par_derive_none, 0, "x", 1),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_derive_none, 0, "", 0), CKR_OK);
	assert_int_equal(run(par_public, 0, "x", 1),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_public, 0, "", 0), CKR_OK);
	assert_int_equal(d.makes, MECH_MAKES_PUBLIC);
}

static void
test_hmacs(void **state)
{
	CK_KEY_TYPE type;

	(void)state;
	assert_null(mech_hmac_md(CKM_SHA256, &type));
	assert_string_equal(mech_hmac_md(CKM_SHA384_HMAC, &type), "SHA2-384");
	assert_int_equal(type, CKK_SHA384_HMAC);
}

static void
test_pieces_end(void **state)
{
	(void)state;
	d = (struct mech_derive){ .call.derive = &d };
	for (size_t i = 0; i < ENG_PIECES; i++)
		assert_int_equal(par_piece(&d, (const CK_BYTE *)"x", 1),
		    CKR_OK);
	assert_int_equal(par_piece(&d, (const CK_BYTE *)"x", 1),
	    CKR_MECHANISM_PARAM_INVALID);
	d.kdf.pieces = 0;
	for (size_t i = 0; i < MECH_OTHERS_MAX; i++)
		assert_int_equal(par_piece_key(&d, 1, CKK_AES), CKR_OK);
	assert_int_equal(par_piece_key(&d, 1, CKK_AES),
	    CKR_MECHANISM_PARAM_INVALID);
}

/* The older structure is told apart by what stands where the length is. */
static void
test_pbkd2_password(void **state)
{
	CK_ULONG n = 3;
	CK_PKCS5_PBKD2_PARAMS old = { CKZ_SALT_SPECIFIED, NULL, 0, 1,
		CKP_PKCS5_PBKD2_HMAC_SHA1, NULL, 0,
		(CK_BYTE *)(uintptr_t) "abc", &n };
	CK_PKCS5_PBKD2_PARAMS2 p = { CKZ_SALT_SPECIFIED, NULL, 0, 1,
		CKP_PKCS5_PBKD2_HMAC_SHA1, NULL, 0,
		(CK_BYTE *)(uintptr_t) "abc", 2 };

	(void)state;
	assert_int_equal(run(par_pbkd2, 0, &old, sizeof(old)), CKR_OK);
	assert_int_equal(d.kdf.password.n, 3);
	assert_int_equal(run(par_pbkd2, 0, &p, sizeof(p)), CKR_OK);
	assert_int_equal(d.kdf.password.n, 2);
	p.ulPasswordLen = 0x10001;
	assert_int_equal(run(par_pbkd2, 0, &p, sizeof(p)),
	    CKR_MECHANISM_PARAM_INVALID);
	n = 0x10000;
	assert_int_equal(run(par_pbkd2, 0, &old, sizeof(old)),
	    CKR_MECHANISM_PARAM_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_hmacs),
		cmocka_unit_test(test_pieces_end),
		cmocka_unit_test(test_pbkd2_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
