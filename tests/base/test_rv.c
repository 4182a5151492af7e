/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of return values: unknown ones, the ends, all in order and their own.
 */
#include "base/rv.h"

#include "kit/kit.h"

static void
test_unknown(void **state)
{
	static const CK_RV unknown[] = { 4, 0x0b, 0x1a, 0x20a, 0x80000000,
		(CK_RV)-1 };

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_string_equal(rv_name(unknown[i]), "CKR_?");
}

static void
test_known(void **state)
{
	(void)state;
	assert_string_equal(rv_name(CKR_OK), "CKR_OK");
	assert_string_equal(rv_name(CKR_HOST_MEMORY), "CKR_HOST_MEMORY");
	assert_string_equal(rv_name(CKR_PIN_INCORRECT), "CKR_PIN_INCORRECT");
	assert_string_equal(rv_name(CKR_BUFFER_TOO_SMALL),
	    "CKR_BUFFER_TOO_SMALL");
	assert_string_equal(rv_name(CKR_PARAMETER_SET_NOT_SUPPORTED),
	    "CKR_PARAMETER_SET_NOT_SUPPORTED");
}

/* A row out of order would not be found by halving, so the count shows it. */
static void
test_all_found(void **state)
{
	size_t known = 0;

	(void)state;
	for (CK_RV rv = 0; rv < 0x1000; rv++)
		known += strcmp(rv_name(rv), "CKR_?") != 0;
	assert_int_equal(known, 104);
}

static void
test_names_differ(void **state)
{
	const char *before = "";

	(void)state;
	for (CK_RV rv = 0; rv < 0x1000; rv++) {
		const char *name = rv_name(rv);

		if (strcmp(name, "CKR_?") == 0)
			continue;
		assert_int_equal(strncmp(name, "CKR_", 4), 0);
		assert_string_not_equal(name, before);
		before = name;
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_all_found),
		cmocka_unit_test(test_names_differ),
	};

	return cmocka_run_group_tests_name("base/rv", tests, NULL, NULL);
}
