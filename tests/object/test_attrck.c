/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attributes between callers and store: what is refused, the stored form, and
 * reading back in two steps (3.2 section 5.7.5).
 */
#include "object/object_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static CK_ULONG num = 0x01020304;
static CK_ULONG nums[2] = { 1, CK_UNAVAILABLE_INFORMATION };
static CK_BBOOL yes = CK_TRUE;
static uint8_t two = 2;
static CK_ATTRIBUTE inner_ok[] = { { CKA_SENSITIVE, &yes, sizeof(yes) },
	{ CKA_CLASS, &num, sizeof(num) } };
static CK_ATTRIBUTE inner_twice[] = { { CKA_SENSITIVE, &yes, sizeof(yes) },
	{ CKA_SENSITIVE, &yes, sizeof(yes) } };
static CK_ATTRIBUTE inner_bad[] = { { CKA_SENSITIVE, &two, sizeof(two) } };
static CK_ATTRIBUTE inner_unknown[] = { { 0x7fff0000, &yes, sizeof(yes) } };

static const struct {
	const char *name;
	CK_ATTRIBUTE a;
} bad[] = {
	{ "NULL with a length", { CKA_LABEL, NULL, 1 } },
	{ "boolean of no byte", { CKA_TOKEN, &yes, 0 } },
	{ "boolean of 8 bytes", { CKA_TOKEN, &num, sizeof(num) } },
	{ "boolean 2", { CKA_TOKEN, &two, 1 } },
	{ "number of 1 byte", { CKA_CLASS, &two, 1 } },
	{ "number of 16 bytes", { CKA_CLASS, nums, sizeof(nums) } },
	{ "number of no byte", { CKA_CLASS, NULL, 0 } },
	{ "mechanisms of 1 byte", { CKA_ALLOWED_MECHANISMS, &two, 1 } },
	{ "date of 7 bytes", { CKA_START_DATE, "2026010", 7 } },
	{ "date of letters", { CKA_START_DATE, "2026JAN1", 8 } },
	{ "date in month 13", { CKA_START_DATE, "20261301", 8 } },
	{ "date on day 0", { CKA_START_DATE, "20260100", 8 } },
	{ "template, half an entry",
	  { CKA_WRAP_TEMPLATE, inner_ok, sizeof(inner_ok) - 1 } },
	{ "template, one twice",
	  { CKA_WRAP_TEMPLATE, inner_twice, sizeof(inner_twice) } },
	{ "template, bad value",
	  { CKA_WRAP_TEMPLATE, inner_bad, sizeof(inner_bad) } },
	{ "template, unknown type",
	  { CKA_WRAP_TEMPLATE, inner_unknown, sizeof(inner_unknown) } },
	{ "value of 17 MiB", { CKA_VALUE, &two, (CK_ULONG)17 << 20 } },
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++) {
		KL_AUTO(buf_done) struct buf out = { .p = NULL };
		const struct attr_row *row = schema_any(bad[i].a.type);
		CK_RV rv;

		assert_non_null(row);
		rv = attr_from_ck(row, &bad[i].a, &out);
		if (rv != CKR_ATTRIBUTE_VALUE_INVALID)
			fail_msg("%s: 0x%lx", bad[i].name, rv);
	}
}

static const struct {
	CK_ATTRIBUTE a;
	const char *stored;
	size_t n;
} good[] = {
	{ { CKA_TOKEN, &yes, 1 }, "\1", 1 },
	{ { CKA_CLASS, &num, sizeof(num) }, "\0\0\0\0\1\2\3\4", 8 },
	{ { CKA_ALLOWED_MECHANISMS, nums, sizeof(nums) },
	  "\0\0\0\0\0\0\0\1\377\377\377\377\377\377\377\377", 16 },
	{ { CKA_ALLOWED_MECHANISMS, NULL, 0 }, "", 0 },
	{ { CKA_START_DATE, "20260131", 8 }, "20260131", 8 },
	{ { CKA_START_DATE, NULL, 0 }, "", 0 },
	{ { CKA_LABEL, "label", 5 }, "label", 5 },
	{ { CKA_MODULUS, "\0\1", 2 }, "\0\1", 2 },
	{ { CKA_WRAP_TEMPLATE, inner_ok, sizeof(inner_ok) },
	  "\0\0\0\0\0\0\0\0" "\0\0\0\10" "\0\0\0\0\1\2\3\4"
	  "\0\0\0\0\0\0\1\3" "\0\0\0\1" "\1", 33 },
};

/* In and out again, from and to places that are not aligned. */
static void
test_round(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(good); i++) {
		const struct attr_row *row = schema_any(good[i].a.type);
		CK_ATTRIBUTE a = good[i].a;
		KL_AUTO(buf_done) struct buf out = { .p = NULL };
		uint8_t odd[129];

		if (a.ulValueLen > 0)
			memcpy(odd + 1, a.pValue, a.ulValueLen);
		a.pValue = odd + 1;
		assert_int_equal(attr_from_ck(row, &a, &out), CKR_OK);
		assert_true(bytes_equal(buf_view(&out),
		    bytes_of(good[i].stored, good[i].n)));
		if (row->kind == A_TEMPLATE)
			continue;
		memset(odd, 0xee, sizeof(odd));
		a.ulValueLen = sizeof(odd) - 1;
		assert_int_equal(attr_to_ck(row, buf_view(&out), &a), CKR_OK);
		assert_int_equal(a.ulValueLen, good[i].a.ulValueLen);
		if (a.ulValueLen > 0)
			assert_memory_equal(odd + 1, good[i].a.pValue,
			    a.ulValueLen);
		assert_int_equal(odd[1 + a.ulValueLen], 0xee);
	}
}

static void
test_room(void **state)
{
	const struct attr_row *row = schema_any(CKA_LABEL);
	uint8_t buf[4] = { 9, 9, 9, 9 };
	CK_ATTRIBUTE a = { CKA_LABEL, NULL, 77 };

	(void)state;
	assert_int_equal(attr_to_ck(row, BYTES_STR("abc"), &a), CKR_OK);
	assert_int_equal(a.ulValueLen, 3);
	a.pValue = buf;
	a.ulValueLen = 2;
	assert_int_equal(attr_to_ck(row, BYTES_STR("abc"), &a),
	    CKR_BUFFER_TOO_SMALL);
	assert_true(a.ulValueLen == CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(buf[0], 9);
}

/* The three calls that read an array of attributes. */
static void
test_template_steps(void **state)
{
	const struct attr_row *row = schema_any(CKA_WRAP_TEMPLATE);
	struct bytes stored = bytes_of(good[8].stored, good[8].n);
	CK_ATTRIBUTE in[2] = { { 1, NULL, 0 }, { 1, NULL, 0 } };
	CK_ATTRIBUTE a = { CKA_WRAP_TEMPLATE, NULL, 0 };
	CK_ULONG class = 0;
	uint8_t small[1];

	(void)state;
	assert_int_equal(attr_to_ck(row, stored, &a), CKR_OK);
	assert_int_equal(a.ulValueLen, sizeof(in));
	a.pValue = in;
	assert_int_equal(attr_to_ck(row, stored, &a), CKR_OK);
	assert_int_equal(in[0].type, CKA_CLASS);
	assert_int_equal(in[0].ulValueLen, sizeof(CK_ULONG));
	assert_int_equal(in[1].type, CKA_SENSITIVE);
	assert_int_equal(in[1].ulValueLen, 1);
	in[0].pValue = &class;
	in[1].pValue = small;
	assert_int_equal(attr_to_ck(row, stored, &a), CKR_OK);
	assert_int_equal(class, num);
	assert_int_equal(small[0], CK_TRUE);
	/* One entry too small: the others are filled all the same. */
	in[0].ulValueLen = 1;
	small[0] = 9;
	assert_int_equal(attr_to_ck(row, stored, &a), CKR_BUFFER_TOO_SMALL);
	assert_true(in[0].ulValueLen == CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(small[0], CK_TRUE);
	a.ulValueLen = sizeof(in) - 1;
	assert_int_equal(attr_to_ck(row, stored, &a), CKR_BUFFER_TOO_SMALL);
	assert_true(a.ulValueLen == CK_UNAVAILABLE_INFORMATION);
}

/* Templates in templates end somewhere. */
static void
test_template_depth(void **state)
{
	const struct attr_row *row = schema_any(CKA_UNWRAP_TEMPLATE);
	KL_AUTO(buf_done) struct buf ok = { .p = NULL }, no = { .p = NULL };
	CK_ATTRIBUTE t[6];

	(void)state;
	t[0] = (CK_ATTRIBUTE){ CKA_LABEL, NULL, 0 };
	for (size_t i = 1; i < KL_COUNT(t); i++)
		t[i] = (CK_ATTRIBUTE){ CKA_UNWRAP_TEMPLATE, &t[i - 1],
			sizeof(t[0]) };
	assert_int_equal(attr_from_ck(row, &t[4], &ok), CKR_OK);
	assert_int_equal(attr_from_ck(row, &t[5], &no),
	    CKR_ATTRIBUTE_VALUE_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_template_depth),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_template_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
