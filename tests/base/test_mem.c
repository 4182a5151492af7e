/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of src/base/mem.c. */
#include "kit/kit.h"

#include "base/bytes.h"
#include "base/mem.h"

static void
test_array_too_large(void **state)
{
	char *old = mem_string("kept"), *more;

	(void)state;
	assert_non_null(old);
	assert_null(mem_array(old, SIZE_MAX / 2, 3));
	assert_null(mem_array(NULL, SIZE_MAX, 2));
	assert_string_equal(old, "kept");
	more = mem_array(old, 100, 10);
	assert_non_null(more);
	assert_string_equal(more, "kept");
	free(more);
}

static void
test_string(void **state)
{
	static const char *const texts[] = { "", "a", "some text" };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(texts); i++) {
		char *copy = mem_string(texts[i]);

		assert_non_null(copy);
		assert_ptr_not_equal(copy, texts[i]);
		assert_string_equal(copy, texts[i]);
		free(copy);
	}
}

static void
test_format(void **state)
{
	char *text = mem_format("%s/%u%s", "folder", 7u, ".db"), *empty;

	(void)state;
	assert_non_null(text);
	assert_string_equal(text, "folder/7.db");
	free(text);
	text = mem_format("%0300d", 1);
	assert_non_null(text);
	assert_int_equal(strlen(text), 300);
	free(text);
	empty = mem_format("%s", "");
	assert_non_null(empty);
	assert_string_equal(empty, "");
	free(empty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_array_too_large),
		cmocka_unit_test(test_string),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests_name("base/mem", tests, NULL, NULL);
}
