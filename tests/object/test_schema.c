/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema: that its rows are sound, and the dump in tests/golden/schema.txt,
 * so that a change of policy is a line in a diff.
 * KLUIS_GOLDEN_WRITE=1 writes the dump anew.
 */
#include "object/object_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const kinds[] = {
	[A_BOOL] = "bool", [A_NUM] = "number", [A_BYTES] = "bytes",
	[A_STRING] = "string", [A_BIGINT] = "bigint", [A_DATE] = "date",
	[A_MECHS] = "mechanisms", [A_TEMPLATE] = "template",
};
static const char *const defaults[] = {
	[D_NONE] = "-", [D_EMPTY] = "empty", [D_TRUE] = "true",
	[D_FALSE] = "false", [D_ZERO] = "0", [D_CAN] = "can",
	[D_RULE] = "rule",
};
static const struct {
	unsigned bit;
	const char *name;
} feet[] = {
	{ F1, "1" }, { F2, "2" }, { F3, "3" }, { F4, "4" }, { F5, "5" },
	{ F6, "6" }, { F7, "7" }, { F8, "8" }, { F9, "9" }, { F10, "10" },
	{ F11, "11" }, { F12, "12" }, { SEAL, "seal" }, { COPY, "copy" },
	{ FIND, "find" }, { NEVER, "never" }, { NOCOPY, "nocopy" },
	{ SAME, "same" }, { CLEAR, "clear" }, { LIVE, "live" },
	{ GIVEN, "given" },
};

static void
dump_schema(FILE *f, const struct schema *s)
{
	const struct attr_row *r;

	fprintf(f, "class %lx type %lx can %03x%s%s\n", s->class,
	    s->eng == ENG_TYPES ? s->sub : s->key_type, s->can,
	    s->legacy ? " legacy" : "", s->builtin ? " builtin" : "");
	for (size_t i = 0; (r = schema_at(s, i)) != NULL; i++) {
		fprintf(f, "\t%08lx %s %s", r->type, kinds[r->kind],
		    defaults[r->def]);
		for (size_t k = 0; k < KL_COUNT(feet); k++)
			if (r->foot & feet[k].bit)
				fprintf(f, " %s", feet[k].name);
		fprintf(f, "\n");
	}
}

static char *
dump_all(void)
{
	const struct schema *s;
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	for (size_t i = 0; (s = schema_all(i)) != NULL; i++)
		dump_schema(f, s);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void
test_golden(void **state)
{
	const char *top = getenv("KLUIS_SRCDIR");
	char *text = dump_all(), *want, *path;
	size_t n = strlen(text);
	FILE *f;

	(void)state;
	assert_true(asprintf(&path, "%s/tests/golden/schema.txt",
	    top != NULL ? top : ".") > 0);
	if (getenv("KLUIS_GOLDEN_WRITE") != NULL) {
		assert_non_null(f = fopen(path, "w"));
		assert_int_equal(fwrite(text, 1, n, f), n);
		assert_int_equal(fclose(f), 0);
	}
	assert_non_null(f = fopen(path, "r"));
	assert_non_null(want = calloc(1, n + 2));
	assert_int_equal(fread(want, 1, n + 1, f), n);
	fclose(f);
	assert_string_equal(text, want);
	free(want);
	free(text);
	free(path);
}

static void
test_unknown(void **state)
{
	(void)state;
	assert_null(schema_find(CKO_HW_FEATURE, CKH_USER_INTERFACE));
	assert_null(schema_find(CKO_SECRET_KEY, CKK_RC4));
	assert_null(schema_find(CKO_SECRET_KEY, CKK_RSA));
	assert_null(schema_find(CKO_CERTIFICATE, CKC_WTLS));
	assert_null(schema_any(0x7fff0000));
	assert_null(schema_any(ATTR_WRAPS));
	assert_null(schema_row(schema_find(CKO_DATA, 0), CKA_ID));
}

static void
test_array_bit(void **state)
{
	const struct schema *s = schema_find(CKO_PUBLIC_KEY, CKK_RSA);

	(void)state;
	assert_non_null(schema_row(s, 0x4000062a));
	assert_ptr_equal(schema_row(s, 0x4000062a), schema_row(s, 0x62a));
	assert_int_equal(schema_row(s, 0x62a)->type, schema_type(0x4000062a));
	assert_int_equal(schema_type(CKA_WRAP_TEMPLATE), CKA_WRAP_TEMPLATE);
}

/* Each row once; sealed is what is not revealed; no more than the store takes
 * of tags; a type has one kind of encoding. */
static void
test_rows_sound(void **state)
{
	const struct schema *s;
	const struct attr_row *r;

	(void)state;
	for (size_t i = 0; (s = schema_all(i)) != NULL; i++) {
		size_t tags = 0;

		assert_ptr_equal(schema_find(s->class, s->eng == ENG_TYPES ?
		    s->sub : s->key_type), s);
		assert_true(s->eng != ENG_SECRET || s->len_ok != NULL ||
		    s->cipher != ENG_CIPHERS);
		assert_true(s->fixed_len == 0 ||
		    schema_len_ok(s, s->fixed_len));
		if (s->eng != ENG_SECRET)
			assert_null(schema_row(s, CKA_VALUE_LEN));
		else if (s->fixed_len == 0)
			assert_non_null(schema_row(s, CKA_VALUE_LEN));
		for (size_t k = 0; (r = schema_at(s, k)) != NULL; k++) {
			bool text = r->kind == A_BYTES || r->kind == A_BIGINT;
			const struct attr_row *any = schema_any(r->type);

			assert_ptr_equal(schema_row(s, r->type), r);
			assert_int_equal(!!(r->foot & SEAL), !!(r->foot & F7));
			assert_true(any->kind == r->kind || text);
			tags += (r->foot & FIND) != 0;
		}
		assert_true(tags <= STORE_TAGS_MAX);
	}
}

/* policy.c fills rows in turn: these need what stands before them. */
static void
test_order(void **state)
{
	static const CK_ATTRIBUTE_TYPE order[] = { CKA_SENSITIVE,
		CKA_EXTRACTABLE, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE };
	const struct schema *s;
	const struct attr_row *r;

	(void)state;
	for (size_t i = 0; (s = schema_all(i)) != NULL; i++) {
		size_t next = 0;

		for (size_t k = 0; (r = schema_at(s, k)) != NULL; k++)
			if (next < KL_COUNT(order) && r->type == order[next])
				next++;
		assert_int_equal(next, schema_row(s, CKA_SENSITIVE) != NULL ?
		    KL_COUNT(order) : 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_array_bit),
		cmocka_unit_test(test_rows_sound),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
