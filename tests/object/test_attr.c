/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attribute lists: order, replacing, and that one list has one encoding.
 */
#include "object/object_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Encodings that no list has: type, length and value per attribute. */
static const struct {
	const char *name;
	const char *bytes;
	size_t n;
} bad[] = {
	{ "cut in the type", "\0\0\0\0\0\0\0", 7 },
	{ "no length", "\0\0\0\0\0\0\0\1", 8 },
	{ "value shorter than its length",
	  "\0\0\0\0\0\0\0\1" "\0\0\0\2" "a", 13 },
	{ "the same type twice",
	  "\0\0\0\0\0\0\0\1" "\0\0\0\0" "\0\0\0\0\0\0\0\1" "\0\0\0\0", 24 },
	{ "falling types",
	  "\0\0\0\0\0\0\0\2" "\0\0\0\0" "\0\0\0\0\0\0\0\1" "\0\0\0\0", 24 },
	{ "a byte behind", "\0\0\0\0\0\0\0\1" "\0\0\0\0" "x", 13 },
	{ "a value of 4 GiB", "\0\0\0\0\0\0\0\1" "\377\377\377\377", 12 },
};

static void
test_decode_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++) {
		struct attrs a = { 0 };
		CK_RV rv = attrs_decode(bytes_of(bad[i].bytes, bad[i].n), &a);

		if (rv != CKR_DEVICE_ERROR)
			fail_msg("%s: 0x%lx", bad[i].name, rv);
		assert_int_equal(a.n, 0);
	}
}

static void
test_order(void **state)
{
	struct attrs a = { 0 };

	(void)state;
	for (uint64_t t = 100; t > 0; t -= 2)
		assert_int_equal(attrs_put_num(&a, t, t), CKR_OK);
	assert_int_equal(a.n, 50);
	for (size_t i = 1; i < a.n; i++)
		assert_true(a.v[i - 1].type < a.v[i].type);
	assert_int_equal(attrs_num(&a, 42, 0), 42);
	assert_null(attrs_find(&a, 41));
	attrs_remove(&a, 42);
	attrs_remove(&a, 41);
	assert_int_equal(a.n, 49);
	assert_null(attrs_find(&a, 42));
	assert_int_equal(attrs_num(&a, 44, 0), 44);
	attrs_done(&a);
	assert_int_equal(a.n, 0);
}

static void
test_values(void **state)
{
	struct attrs a = { 0 };

	(void)state;
	assert_int_equal(attrs_put(&a, 1, BYTES_STR("long")), CKR_OK);
	assert_int_equal(attrs_put(&a, 1, BYTES_STR("x")), CKR_OK);
	assert_int_equal(a.n, 1);
	assert_true(bytes_equal(attrs_bytes(&a, 1), BYTES_STR("x")));
	/* A value may come from the list itself. */
	assert_int_equal(attrs_put(&a, 1, attrs_bytes(&a, 1)), CKR_OK);
	assert_true(bytes_equal(attrs_bytes(&a, 1), BYTES_STR("x")));
	assert_int_equal(attrs_put(&a, 1, BYTES_NONE), CKR_OK);
	assert_non_null(attrs_find(&a, 1));
	assert_null(attrs_find(&a, 1)->p);
	/* The wrong length is as good as absent. */
	assert_true(attrs_bool(&a, 1, true));
	assert_int_equal(attrs_num(&a, 1, 7), 7);
	assert_int_equal(attrs_put_bool(&a, 2, true), CKR_OK);
	assert_true(attrs_bool(&a, 2, false));
	assert_false(attrs_bool(&a, 3, false));
	attrs_done(&a);
}

static void
test_round(void **state)
{
	KL_AUTO(attrs_done) struct attrs a = { 0 }, b = { 0 }, c = { 0 };
	KL_AUTO(buf_done) struct buf x = { .p = NULL }, y = { .p = NULL };

	(void)state;
	assert_int_equal(attrs_put(&a, 0x40000211, BYTES_STR("t")), CKR_OK);
	assert_int_equal(attrs_put(&a, 3, BYTES_NONE), CKR_OK);
	assert_int_equal(attrs_put_num(&a, 0, UINT64_MAX), CKR_OK);
	assert_int_equal(attrs_encode(&a, &x), CKR_OK);
	assert_int_equal(x.n, 20 + 12 + 13);
	assert_int_equal(attrs_decode(buf_view(&x), &b), CKR_OK);
	assert_int_equal(attrs_copy(&c, &b), CKR_OK);
	assert_int_equal(attrs_encode(&c, &y), CKR_OK);
	assert_true(bytes_equal(buf_view(&x), buf_view(&y)));
	assert_int_equal(attrs_num(&c, 0, 0), UINT64_MAX);
}

static void
test_empty(void **state)
{
	struct attrs a = { 0 };
	KL_AUTO(buf_done) struct buf b = { .p = NULL };

	(void)state;
	assert_int_equal(attrs_encode(&a, &b), CKR_OK);
	assert_int_equal(b.n, 0);
	assert_int_equal(attrs_decode(BYTES_NONE, &a), CKR_OK);
	assert_int_equal(a.n, 0);
	attrs_done(&a);
}

static void
test_limit(void **state)
{
	struct attrs a = { 0 };
	CK_RV rv = CKR_OK;

	(void)state;
	for (uint64_t t = 0; t < 600 && rv == CKR_OK; t++)
		rv = attrs_put_bool(&a, t, true);
	assert_int_equal(rv, CKR_HOST_MEMORY);
	assert_int_equal(a.n, 512);
	/* What is there can still be replaced. */
	assert_int_equal(attrs_put_bool(&a, 0, false), CKR_OK);
	attrs_done(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode_refuses),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
