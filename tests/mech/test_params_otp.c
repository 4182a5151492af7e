/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CK_OTP_PARAMS: what is refused, then what the list gives.
 */
#include "mech/mech_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct mech_row row = { .type = CKM_HOTP };

static CK_RV
run(const void *p, size_t n, struct mech_call *call)
{
	const CK_MECHANISM m = { CKM_HOTP, (void *)(uintptr_t)p, n };

	memset(call, 0, sizeof(*call));
	return par_otp(&row, &m, CKF_SIGN, call);
}

static CK_RV
list(CK_OTP_PARAM *v, CK_ULONG n, struct mech_call *call)
{
	CK_OTP_PARAMS p = { v, n };

	return run(&p, sizeof(p), call);
}

static void
test_shape(void **state)
{
	static const uint8_t zero[64];
	struct mech_call call;
	CK_OTP_PARAMS p = { NULL, 1 };
	CK_OTP_PARAM many[33];

	(void)state;
	for (size_t n = 0; n < sizeof(zero); n++)
		if (n != sizeof(CK_OTP_PARAMS))
			assert_int_equal(run(n > 0 ? zero : NULL, n, &call),
			    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(&p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	memset(many, 0, sizeof(many));
	assert_int_equal(list(many, 33, &call), CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(list(NULL, 0, &call), CKR_OK);
	assert_int_equal(call.otp.given, 0);
}

static void
test_values(void **state)
{
	static CK_ULONG eight = 8, flags = 0x40, type8 = CK_OTP_OUTPUT_FORMAT + 1;
	static uint8_t counter[9];
	static char time[] = "20260230000000", pin[] = "1234";
	struct mech_call call;
	CK_OTP_PARAM bad[] = {
		{ CK_OTP_COUNTER, counter, 7 }, { CK_OTP_COUNTER, counter, 9 },
		{ CK_OTP_COUNTER, NULL, 8 }, { CK_OTP_COUNTER, NULL, 0 },
		{ CK_OTP_TIME, time, 14 }, { CK_OTP_TIME, time, 13 },
		{ CK_OTP_FLAGS, &flags, sizeof(flags) },
		{ CK_OTP_FLAGS, &eight, 4 },
		{ CK_OTP_OUTPUT_LENGTH, &eight, 4 },
		{ CK_OTP_OUTPUT_FORMAT, &eight, 0 },
		{ CK_OTP_VALUE, pin, 4 }, { CK_OTP_PIN, NULL, 4 },
		{ CK_OTP_CHALLENGE, pin, ~0ul }, { 0, NULL, 0 },
		{ 0, pin, 4 }, { 0, pin, 4 },
	};

	(void)state;
	bad[14].type = type8;
	bad[15].type = ~0ul;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		if (list(&bad[i], 1, &call) != CKR_MECHANISM_PARAM_INVALID)
			fail_msg("row %zu", i);
}

static void
test_twice(void **state)
{
	static char pin[] = "1234";
	CK_OTP_PARAM v[] = { { CK_OTP_PIN, pin, 4 }, { CK_OTP_PIN, pin, 4 } };
	struct mech_call call;

	(void)state;
	assert_int_equal(list(v, 1, &call), CKR_OK);
	assert_int_equal(list(v, 2, &call), CKR_MECHANISM_PARAM_INVALID);
}

static void
test_good(void **state)
{
	static uint8_t counter[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static char time[] = "20090213233130";
	static CK_ULONG flags = CKF_NEXT_OTP | CKF_EXCLUDE_PIN, len = 7, format = 3;
	CK_OTP_PARAM v[] = {
		{ CK_OTP_COUNTER, counter, 8 }, { CK_OTP_TIME, time, 14 },
		{ CK_OTP_FLAGS, &flags, sizeof(flags) },
		{ CK_OTP_OUTPUT_LENGTH, &len, sizeof(len) },
		{ CK_OTP_OUTPUT_FORMAT, &format, sizeof(format) },
		{ CK_OTP_CHALLENGE, NULL, 0 },
	};
	struct mech_call call;

	(void)state;
	assert_int_equal(list(v, KL_COUNT(v), &call), CKR_OK);
	assert_int_equal(call.otp.given, 0xfc);
	assert_int_equal(call.otp.counter, 0x0102030405060708);
	assert_int_equal(call.otp.seconds, 1234567890);
	assert_int_equal(call.otp.flags, flags);
	assert_int_equal(call.otp.length, 7);
	assert_int_equal(call.otp.format, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
