/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of ML-DSA and SLH-DSA: wrong lengths, pointers and values first,
 * then what good ones give.
 */
#include "mech/params_kit.h"

static CK_BYTE context[256];

/* Runs a parser on a parameter placed at an odd address. */
static CK_RV
run(mech_params_fn *fn, const void *p, size_t n, CK_FLAGS purpose,
    struct mech_call *call)
{
	static const struct mech_row row = { .type = CKM_ML_DSA };

	memset(call, 0, sizeof(*call));
	return run_odd(fn, &row, bytes_of(p, n), purpose, call);
}

static CK_RV
run_sign(CK_HEDGE_TYPE hedge, CK_BYTE *p, CK_ULONG n, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_SIGN_ADDITIONAL_CONTEXT c = { hedge, p, n };

	return run(par_sign_context, &c, sizeof(c), purpose, call);
}

static void
test_bad(void **state)
{
	static const CK_MECHANISM_TYPE hashes[] = { CKM_RSA_PKCS,
		CKM_SHA256_HMAC, CKM_VENDOR_DEFINED };
	CK_HASH_SIGN_ADDITIONAL_CONTEXT h = { .hash = CKM_SHA256 };
	struct mech_call call;

	(void)state;
	for (size_t n = 0; n < sizeof(h); n++) {
		assert_int_equal(run(par_hash_sign_context, &h, n, CKF_SIGN,
		    &call), CKR_MECHANISM_PARAM_INVALID);
		if (n != 0 && n != sizeof(CK_SIGN_ADDITIONAL_CONTEXT))
			assert_int_equal(run(par_sign_context, &h, n, CKF_SIGN,
			    &call), CKR_MECHANISM_PARAM_INVALID);
	}
	for (size_t i = 0; i < KL_COUNT(hashes); i++) {
		h.hash = hashes[i];
		assert_int_equal(run(par_hash_sign_context, &h, sizeof(h),
		    CKF_SIGN, &call), CKR_MECHANISM_PARAM_INVALID);
	}
	assert_int_equal(run_sign(3, NULL, 0, CKF_SIGN, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run_sign(0, NULL, 1, CKF_SIGN, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run_sign(0, context, 256, CKF_SIGN, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run_sign(0, context, 256, CKF_VERIFY, &call),
	    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_good(void **state)
{
	CK_HASH_SIGN_ADDITIONAL_CONTEXT h = { CKH_HEDGE_REQUIRED, context, 9,
		CKM_SHA3_384 };
	struct mech_call call;

	(void)state;
	assert_int_equal(run(par_sign_context, NULL, 0, CKF_SIGN, &call),
	    CKR_OK);
	assert_int_equal(call.par.context.n, 0);
	assert_false(call.par.deterministic);
	assert_int_equal(run_sign(CKH_DETERMINISTIC_REQUIRED, context, 255,
	    CKF_SIGN, &call), CKR_OK);
	assert_ptr_equal(call.par.context.p, context);
	assert_int_equal(call.par.context.n, 255);
	assert_true(call.par.deterministic);
	/* ignored when verifying */
	assert_int_equal(run_sign(77, NULL, 0, CKF_VERIFY, &call), CKR_OK);
	assert_int_equal(run(par_hash_sign_context, &h, sizeof(h), CKF_SIGN,
	    &call), CKR_OK);
	assert_string_equal(call.par.md, "SHA3-384");
	assert_int_equal(call.par.context.n, 9);
	assert_false(call.par.deterministic);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
