/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The built-in scripts are those of db/sqlite, byte by byte, and there are no
 * others there.
 */
#include "store/kit.h"

#include "store/sqlite_int.h"

static void
file_of(char *path, size_t n, unsigned number)
{
	const char *top = getenv("KLUIS_SRCDIR");

	(void)snprintf(path, n, "%s/db/sqlite/%04u.sql",
	    top == NULL ? "." : top, number);
}

static void
same_as_file(void **state)
{
	char path[4096], text[65536];
	unsigned number;
	size_t n;
	FILE *f;

	(void)state;
	for (number = 1; number <= SQ_FORMAT; number++) {
		file_of(path, sizeof(path), number);
		assert_non_null(f = fopen(path, "r"));
		n = fread(text, 1, sizeof(text) - 1, f);
		assert_int_equal(fclose(f), 0);
		text[n] = '\0';
		assert_string_equal(text, sq_script(number));
	}
}

static void
no_others(void **state)
{
	char path[4096];

	(void)state;
	file_of(path, sizeof(path), SQ_FORMAT + 1);
	assert_int_equal(access(path, F_OK), -1);
	assert_null(sq_script(0));
	assert_null(sq_script(SQ_FORMAT + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_file),
		cmocka_unit_test(no_others),
	};

	return cmocka_run_group_tests_name("store/schema", tests, NULL, NULL);
}
