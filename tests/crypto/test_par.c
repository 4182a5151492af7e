/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of parameters: they own what they show, and every view of struct
 * eng_par, as eng.h has it, is one of those that are copied.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/eng.h"

static char *
source(const char *name)
{
	const char *dir = getenv("KLUIS_SRCDIR");
	char *path = NULL, *text = NULL;
	size_t room = 0;
	FILE *f;

	assert_true(asprintf(&path, "%s/%s", dir != NULL ? dir : ".",
	    name) > 0);
	f = fopen(path, "r");
	free(path);
	if (f == NULL)
		fail_msg("%s cannot be read", name);
	assert_true(getdelim(&text, &room, '\0', f) > 0);
	(void)fclose(f);
	return text;
}

static void
test_every_view(void **state)
{
	char *header = source("src/crypto/eng.h");
	char *code = source("src/crypto/par.c");
	char *at = strstr(header, "struct eng_par {");
	char *end;
	unsigned found = 0;

	(void)state;
	assert_non_null(at);
	end = strstr(at, "\n};");
	assert_non_null(end);
	*end = '\0';
	while ((at = strstr(at, "struct bytes ")) != NULL) {
		char name[40], want[48];

		assert_int_equal(sscanf(at, "struct bytes %39[a-z0-9_];", name),
		    1);
		(void)snprintf(want, sizeof(want), "V(%s)", name);
		if (strstr(code, want) == NULL)
			fail_msg("src/crypto/par.c: views lacks %s", want);
		found++;
		at++;
	}
	assert_true(found >= 6);
	free(header);
	free(code);
}

static void
test_owns(void **state)
{
	struct eng_par_copy *copy = NULL;
	uint8_t iv[12], context[5] = { 1, 2, 3, 4, 5 };
	struct eng_par par = { .iv = bytes_of(iv, 12), .md = "SHA2-256",
		.context = bytes_of(context, 5), .salt_len = 7 };
	const struct eng_par *got;

	(void)state;
	memset(iv, 9, sizeof(iv));
	assert_int_equal(eng_par_copy(&par, &copy), CKR_OK);
	memset(iv, 0, sizeof(iv));
	memset(context, 0, sizeof(context));
	got = eng_par_view(copy);
	assert_ptr_equal(got->md, par.md);
	assert_int_equal(got->salt_len, 7);
	assert_int_equal(got->iv.n, 12);
	assert_int_equal(got->context.n, 5);
	assert_int_equal(got->label.n, 0);
	assert_int_equal(got->iv.p[0], 9);
	assert_int_equal(got->iv.p[11], 9);
	assert_memory_equal(got->context.p, "\1\2\3\4\5", 5);
	eng_par_free(copy);
	eng_par_free(NULL);
}

static void
test_empty(void **state)
{
	struct eng_par_copy *copy = NULL;
	struct eng_par none = { .mac_len = 3 };

	(void)state;
	assert_int_equal(eng_par_copy(&none, &copy), CKR_OK);
	assert_int_equal(eng_par_view(copy)->mac_len, 3);
	assert_int_equal(eng_par_view(copy)->iv.n, 0);
	eng_par_free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_view), cmocka_unit_test(test_owns),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests_name("par", tests, NULL, NULL);
}
