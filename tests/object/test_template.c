/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading templates: shape, numbers out of them, types and values.
 */
#include "object/obj_kit.h"

static void
test_shape(void **state)
{
	static const CK_ATTRIBUTE none[1];

	(void)state;
	assert_int_equal(template_shape(NULL, 1), CKR_ARGUMENTS_BAD);
	assert_int_equal(template_shape(none, 513), CKR_ARGUMENTS_BAD);
	assert_int_equal(template_shape(none, (CK_ULONG)-1), CKR_ARGUMENTS_BAD);
	assert_int_equal(template_shape(NULL, 0), CKR_OK);
	assert_int_equal(template_shape(none, 512), CKR_OK);
}

static void
test_number(void **state)
{
	CK_ATTRIBUTE bad[] = { { CKA_CLASS, &kit_yes, 1 } };
	CK_ATTRIBUTE null[] = { { CKA_CLASS, NULL, sizeof(CK_ULONG) } };
	CK_ATTRIBUTE ok[] = { KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_KEY_TYPE, kit_aes) };
	bool found = false;
	CK_ULONG v = 77;

	(void)state;
	assert_int_equal(template_number(bad, 1, CKA_CLASS, &found, &v),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(template_number(null, 1, CKA_CLASS, &found, &v),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(template_number(ok, 2, CKA_CLASS, &found, &v), CKR_OK);
	assert_false(found);
	assert_int_equal(v, 77);
	assert_int_equal(template_number(ok, 2, CKA_KEY_TYPE, &found, &v),
	    CKR_OK);
	assert_true(found);
	assert_int_equal(v, CKK_AES);
}

static const struct {
	const char *name;
	CK_ATTRIBUTE t[3];
	CK_RV rv;
} cases[] = {
	{ "unknown type", { { 0x7fff0000, NULL, 0 } },
	  CKR_ATTRIBUTE_TYPE_INVALID },
	{ "of another class", { { CKA_MODULUS, NULL, 0 } },
	  CKR_TEMPLATE_INCONSISTENT },
	{ "our own hidden one", { { ATTR_WRAPS, NULL, 0 } },
	  CKR_ATTRIBUTE_TYPE_INVALID },
	{ "twice, not equal",
	  { KIT_A(CKA_TOKEN, kit_yes), KIT_A(CKA_TOKEN, kit_no) },
	  CKR_TEMPLATE_INCONSISTENT },
	{ "bad value", { { CKA_TOKEN, NULL, 0 } },
	  CKR_ATTRIBUTE_VALUE_INVALID },
	{ "the first is judged first",
	  { { CKA_TOKEN, NULL, 0 }, { 0x7fff0000, NULL, 0 } },
	  CKR_ATTRIBUTE_VALUE_INVALID },
	{ "two that are fine",
	  { KIT_A(CKA_TOKEN, kit_yes), { CKA_LABEL, NULL, 0 } }, CKR_OK },
};

static void
test_read(void **state)
{
	const struct schema *s = schema_find(CKO_SECRET_KEY, CKK_AES);

	(void)state;
	for (size_t i = 0; i < KL_COUNT(cases); i++) {
		KL_AUTO(attrs_done) struct attrs out = { 0 };
		CK_ULONG n = kit_count(cases[i].t);
		CK_RV rv = template_read(s, cases[i].t, n, &out);

		if (rv != cases[i].rv)
			fail_msg("%s: 0x%lx", cases[i].name, rv);
		assert_int_equal(out.n, rv == CKR_OK ? n : 0);
	}
}

/* 3.2 section 4.1.1: as if given once. */
static void
test_read_twice(void **state)
{
	CK_ATTRIBUTE t[] = { KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_TOKEN, kit_yes) };
	KL_AUTO(attrs_done) struct attrs a = { 0 };

	(void)state;
	assert_int_equal(template_read(schema_find(CKO_DATA, 0), t, 2, &a),
	    CKR_OK);
	assert_int_equal(a.n, 1);
	assert_true(attrs_bool(&a, CKA_TOKEN, false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
