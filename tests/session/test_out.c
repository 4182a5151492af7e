/* SPDX-License-Identifier: BSD-2-Clause */
/* The length convention of 3.2 section 5.2, in its one place. */
#include "kit/kit.h"

#include "session/out.h"

static void
test_null_length(void **state)
{
	CK_BYTE buf[4];
	bool go = true;

	(void)state;
	assert_int_equal(out_room((struct op_out){ buf, NULL }, 4, &go),
	    CKR_ARGUMENTS_BAD);
	assert_false(go);
	assert_int_equal(out_ulongs(NULL, 0, NULL, NULL), CKR_ARGUMENTS_BAD);
}

static void
test_short(void **state)
{
	CK_BYTE buf[4] = { 9, 9, 9, 9 };
	CK_ULONG len = 3;

	(void)state;
	assert_int_equal(out_bytes((struct op_out){ buf, &len },
	    bytes_of("abcd", 4)), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(len, 4);
	assert_int_equal(buf[0], 9);
}

static void
test_query(void **state)
{
	CK_ULONG len = 77;
	bool go = true;

	(void)state;
	assert_int_equal(out_room((struct op_out){ NULL, &len }, 5, &go),
	    CKR_OK);
	assert_int_equal(len, 5);
	assert_false(go);
}

static void
test_fits(void **state)
{
	CK_BYTE buf[8] = { 0 };
	CK_ULONG len = sizeof(buf);

	(void)state;
	assert_int_equal(out_bytes((struct op_out){ buf, &len },
	    bytes_of("abcd", 4)), CKR_OK);
	assert_int_equal(len, 4);
	assert_memory_equal(buf, "abcd", 4);
	len = 0;
	assert_int_equal(out_bytes((struct op_out){ buf, &len }, BYTES_NONE),
	    CKR_OK);
	assert_int_equal(len, 0);
}

static void
test_lists(void **state)
{
	const CK_ULONG items[] = { 3, 5, 7 };
	CK_ULONG got[3] = { 0 }, n = 2;

	(void)state;
	assert_int_equal(out_ulongs(items, 3, got, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 3);
	assert_int_equal(got[0], 0);
	assert_int_equal(out_ulongs(items, 3, NULL, &n), CKR_OK);
	assert_int_equal(out_ulongs(items, 3, got, &n), CKR_OK);
	assert_int_equal(got[2], 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_null_length),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
