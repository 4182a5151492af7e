/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/otp.c: what keys of one-time passwords may say, and their counter,
 * of which no value is taken twice.
 */
#include "object/space_kit.h"

static CK_ULONG c_otp = CKO_OTP_KEY, k_hotp = CKK_HOTP;
static CK_ULONG n0 = 0, n1 = 1, n2 = 2, n3 = 3, n5 = 5, n9 = 9;
static uint8_t count0[8], last[8] = { 255, 255, 255, 255, 255, 255, 255, 254 };

#define OTP KIT_A(CKA_CLASS, c_otp), KIT_A(CKA_KEY_TYPE, k_hotp), \
	KIT_A(CKA_VALUE, kit_16)

static void
test_refused(void **state)
{
	struct world *w = *state;
	const struct {
		CK_ATTRIBUTE t[6];
		CK_RV rv;
	} rows[] = {
		{ { KIT_A(CKA_CLASS, c_otp), KIT_A(CKA_KEY_TYPE, k_hotp) },
		  CKR_TEMPLATE_INCOMPLETE },
		{ { KIT_A(CKA_CLASS, kit_secret), KIT_A(CKA_KEY_TYPE, k_hotp),
		    KIT_A(CKA_VALUE, kit_16) }, CKR_ATTRIBUTE_VALUE_INVALID },
		{ { KIT_A(CKA_CLASS, c_otp), KIT_A(CKA_KEY_TYPE, kit_aes),
		    KIT_A(CKA_VALUE, kit_16) }, CKR_ATTRIBUTE_VALUE_INVALID },
		{ { KIT_A(CKA_CLASS, c_otp), KIT_A(CKA_KEY_TYPE, k_hotp),
		    { CKA_VALUE, kit_16, 9 } }, CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, KIT_A(CKA_OTP_FORMAT, n1) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, KIT_A(CKA_OTP_LENGTH, n5) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, KIT_A(CKA_OTP_LENGTH, n9) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, KIT_A(CKA_OTP_CHALLENGE_REQUIREMENT, n1) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, KIT_A(CKA_OTP_PIN_REQUIREMENT, n2) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, KIT_A(CKA_OTP_TIME_REQUIREMENT, n3) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, KIT_A(CKA_OTP_COUNTER_REQUIREMENT, n3) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, KIT_A(CKA_OTP_TIME_INTERVAL, n0) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, { CKA_OTP_COUNTER, count0, 7 } },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { OTP, { CKA_OTP_TIME, count0, 0 } },
		  CKR_ATTRIBUTE_READ_ONLY },
		{ { OTP, KIT_A(CKA_OTP_TIME_REQUIREMENT, n1),
		    KIT_A(CKA_OTP_COUNTER_REQUIREMENT, n1) },
		  CKR_TEMPLATE_INCONSISTENT },
	};

	(void)w_login(&w->a);
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		CK_OBJECT_HANDLE h;
		CK_RV rv = obj_create(w->a.sp, &w_user, rows[i].t,
		    kit_count(rows[i].t), &h);

		if (rv != rows[i].rv)
			fail_msg("row %zu: 0x%lx", i, rv);
	}
}

/* A token's key with this counter. */
static CK_OBJECT_HANDLE
make(struct side *s, uint8_t *counter, CK_BBOOL *token)
{
	const CK_ATTRIBUTE t[] = { OTP, { CKA_OTP_COUNTER, counter, 8 },
		{ CKA_TOKEN, token, 1 } };
	CK_OBJECT_HANDLE h = 0;

	assert_int_equal(obj_create(s->sp, &w_user, t, KL_COUNT(t), &h),
	    CKR_OK);
	return h;
}

static CK_RV
next(struct side *s, const struct obj_who *who, CK_OBJECT_HANDLE h,
    unsigned by, uint64_t *out)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv = obj_open(s->sp, who, h, &o);

	return rv != CKR_OK ? rv : obj_otp_next(s->sp, who, o, by, out);
}

static void
test_next(void **state)
{
	struct world *w = *state;
	uint64_t v = 99;

	(void)w_login(&w->a);
	for (int i = 0; i < 2; i++) {
		CK_OBJECT_HANDLE h = make(&w->a, count0,
		    i == 0 ? &kit_no : &kit_yes);

		assert_int_equal(next(&w->a, &w_reader, h, 1, &v), CKR_OK);
		assert_int_equal(v, 0);
		assert_int_equal(next(&w->a, &w_user, h, 1, &v), CKR_OK);
		assert_int_equal(v, 1);
		/* the one after the next, and on behind it */
		assert_int_equal(next(&w->a, &w_user, h, 2, &v), CKR_OK);
		assert_int_equal(v, 3);
		assert_int_equal(next(&w->a, &w_user, h, 1, &v), CKR_OK);
		assert_int_equal(v, 4);
	}
}

static void
test_end(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;
	uint64_t v = 0;

	(void)w_login(&w->a);
	h = make(&w->a, last, &kit_yes);
	assert_int_equal(next(&w->a, &w_user, h, 2, &v), CKR_FUNCTION_FAILED);
	assert_int_equal(next(&w->a, &w_user, h, 1, &v), CKR_OK);
	assert_int_equal(next(&w->a, &w_user, h, 1, &v), CKR_FUNCTION_FAILED);
	assert_true(v == UINT64_MAX - 1);
}

/* Two processes with one key take turns. */
static void
test_two_sides(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, c_otp), { 0 } };
	CK_OBJECT_HANDLE a, b = 0;
	uint64_t v = 0;

	(void)w_login(&w->a);
	(void)w_login(&w->b);
	a = make(&w->a, count0, &kit_yes);
	assert_int_equal(w_find(&w->b, &w_user, t, 8, &b, 1), 1);
	for (uint64_t i = 0; i < 8; i++) {
		struct side *s = i % 3 == 0 ? &w->b : &w->a;

		assert_int_equal(next(s, &w_user, s == &w->a ? a : b, 1, &v),
		    CKR_OK);
		assert_int_equal(v, i);
	}
}

/* No twin, no way back. */
static void
test_kept(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE back[] = { { CKA_OTP_COUNTER, count0, 8 } };
	CK_OBJECT_HANDLE h, twin;
	uint64_t v;

	(void)w_login(&w->a);
	h = make(&w->a, count0, &kit_yes);
	assert_int_equal(obj_copy(w->a.sp, &w_user, h, NULL, 0, &twin),
	    CKR_ACTION_PROHIBITED);
	assert_int_equal(obj_set_attrs(w->a.sp, &w_user, h, back, 1),
	    CKR_ATTRIBUTE_READ_ONLY);
	w_logout(&w->a);
	assert_int_equal(next(&w->a, &w_nobody, h, 1, &v),
	    CKR_OBJECT_HANDLE_INVALID);
}

/* It makes passwords and nothing else, whatever its template says. */
static void
test_uses(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE t[] = { OTP, KIT_A(CKA_DERIVE, kit_yes),
		KIT_A(CKA_ENCRYPT, kit_yes), KIT_A(CKA_WRAP, kit_yes) };
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	assert_int_equal(obj_create(w->a.sp, &w_user, t, KL_COUNT(t), &h),
	    CKR_OK);
	assert_int_equal(obj_open(w->a.sp, &w_user, h, &o), CKR_OK);
	for (enum obj_use u = 0; u <= OBJ_USE_DIGEST; u++)
		assert_int_equal(obj_may(o, u, CKM_HOTP), u == OBJ_USE_SIGN ||
		    u == OBJ_USE_VERIFY ? CKR_OK : CKR_KEY_TYPE_INCONSISTENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_refused),
		W_TEST(test_next),
		W_TEST(test_end),
		W_TEST(test_two_sides),
		W_TEST(test_kept),
		W_TEST(test_uses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
