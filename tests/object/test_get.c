/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/get.c: every entry is handled, which code wins, key material.
 */
#include "object/space_kit.h"

static void
test_bad_arguments(void **state)
{
	struct world *w = *state;
	CK_ATTRIBUTE a = { CKA_LABEL, NULL, 0 };

	assert_int_equal(obj_get_attrs(w->a.sp, &w_nobody, 99, &a, 1),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(obj_get_attrs(w->a.sp, &w_nobody, 99, NULL, 1),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(obj_get_attrs(w->a.sp, &w_nobody, 99, &a, ~0UL),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(a.ulValueLen, 0);
}

static void
test_sensitive(void **state)
{
	struct world *w = *state;
	uint8_t v[16] = { 0xee };
	CK_ATTRIBUTE full = KIT_A(CKA_VALUE, v);
	CK_ATTRIBUTE len = { CKA_VALUE, NULL, 0 };

	(void)w_login(&w->a);
	for (int token = 0; token < 2; token++) {
		CK_OBJECT_HANDLE h = w_key(&w->a, "k", token != 0, true, false);

		full.ulValueLen = sizeof(v);
		assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &full, 1),
		    CKR_ATTRIBUTE_SENSITIVE);
		assert_true(full.ulValueLen == CK_UNAVAILABLE_INFORMATION);
		assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &len, 1),
		    CKR_ATTRIBUTE_SENSITIVE);
		assert_true(len.ulValueLen == CK_UNAVAILABLE_INFORMATION);
		assert_int_equal(v[0], 0xee);
	}
}

/* All are handled; SENSITIVE over TYPE_INVALID over BUFFER_TOO_SMALL. */
static void
test_every_entry(void **state)
{
	struct world *w = *state;
	char label[8], shortone[1];
	CK_BBOOL flag = 7;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	h = w_key(&w->a, "abc", true, true, false);
	for (CK_ULONG n = 1; n <= 4; n++) {
		CK_ATTRIBUTE a[] = {
			KIT_A(CKA_LABEL, label), KIT_A(CKA_LABEL, shortone),
			{ CKA_MODULUS, label, 8 }, { CKA_VALUE, label, 8 },
			KIT_A(CKA_TOKEN, flag),
		};
		const CK_RV want[] = { 0, CKR_OK, CKR_BUFFER_TOO_SMALL,
			CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_SENSITIVE };

		a[n] = a[4];
		flag = 7;
		assert_true(obj_get_attrs(w->a.sp, &w_user, h, a, n + 1) ==
		    want[n]);
		assert_int_equal(a[0].ulValueLen, 3);
		assert_memory_equal(label, "abc", 3);
		assert_int_equal(flag, CK_TRUE);
		for (CK_ULONG i = 1; i < n; i++)
			assert_true(a[i].ulValueLen ==
			    CK_UNAVAILABLE_INFORMATION);
	}
}

/* Key material that may be read is read, whole and by length. */
static void
test_readable_key(void **state)
{
	struct world *w = *state;
	uint8_t v[2][16];
	CK_ATTRIBUTE len = { CKA_VALUE, NULL, 0 };

	(void)w_login(&w->a);
	for (int token = 0; token < 2; token++) {
		CK_OBJECT_HANDLE h = w_key(&w->a, "k", token != 0, true, true);
		CK_ATTRIBUTE a[] = { KIT_A(CKA_VALUE, v[0]),
			KIT_A(CKA_VALUE, v[1]) };

		assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &len, 1),
		    CKR_OK);
		assert_int_equal(len.ulValueLen, 16);
		assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, a, 2),
		    CKR_OK);
		assert_memory_equal(v[0], kit_16, 16);
		assert_memory_equal(v[1], kit_16, 16);
	}
}

/* A template in two steps: how many, how long, what (3.2 section 5.7.5). */
static void
test_template_in_steps(void **state)
{
	struct world *w = *state;
	CK_ATTRIBUTE in = KIT_A(CKA_LABEL, kit_16);
	CK_ATTRIBUTE t[] = {
		KIT_A(CKA_CLASS, kit_secret), KIT_A(CKA_KEY_TYPE, kit_aes),
		KIT_A(CKA_TOKEN, kit_yes), KIT_A(CKA_VALUE, kit_16),
		KIT_A(CKA_WRAP_TEMPLATE, in),
	};
	CK_ATTRIBUTE inner = { 0, NULL, 0 };
	CK_ATTRIBUTE a = { CKA_WRAP_TEMPLATE, NULL, 0 };
	uint8_t v[16];
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	assert_int_equal(obj_create(w->a.sp, &w_user, t, 5, &h), CKR_OK);
	assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &a, 1), CKR_OK);
	assert_int_equal(a.ulValueLen, sizeof(inner));
	a.pValue = &inner;
	assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &a, 1), CKR_OK);
	assert_int_equal(inner.ulValueLen, 16);
	inner.pValue = v;
	inner.ulValueLen = 3;
	assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &a, 1),
	    CKR_BUFFER_TOO_SMALL);
	inner.ulValueLen = 16;
	assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &a, 1), CKR_OK);
	assert_int_equal(inner.type, CKA_LABEL);
	assert_memory_equal(v, kit_16, 16);
}

static void
test_size(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE t, s;
	CK_ULONG small = 0, large = 0;

	(void)w_login(&w->a);
	assert_int_equal(obj_size(w->a.sp, &w_user, 99, &small),
	    CKR_OBJECT_HANDLE_INVALID);
	for (int token = 0; token < 2; token++) {
		t = w_data(&w->a, "1", token != 0, true);
		s = w_data(&w->a, "1234567890", token != 0, true);
		assert_int_equal(obj_size(w->a.sp, &w_user, t, &small), CKR_OK);
		assert_int_equal(obj_size(w->a.sp, &w_user, s, &large), CKR_OK);
		assert_true(small > 20);
		assert_int_equal(large - small, 9);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_bad_arguments),
		W_TEST(test_sensitive),
		W_TEST(test_every_entry),
		W_TEST(test_readable_key),
		W_TEST(test_template_in_steps),
		W_TEST(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
