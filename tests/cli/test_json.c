/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers for machines: order, text that is not UTF-8, failures that stick.
 */
#include "kit/kit.h"

#include "cli/json.h"

/* The value in one line; the value is dropped. */
static char *
dump(json_t *v)
{
	char *text;

	assert_non_null(v);
	text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	assert_non_null(text);
	json_decref(v);
	return text;
}

static void
expect(json_t *v, const char *want)
{
	char *got = dump(v);

	assert_string_equal(got, want);
	free(got);
}

static void
test_build(void **state)
{
	struct jout o = jout_object(), list = jout_array();

	(void)state;
	jout_put(&o, "z", json_integer(1));
	jout_add(&list, json_true());
	jout_put(&o, "a", jout_take(&list));
	assert_null(list.v);
	expect(jout_take(&o), "{\"z\":1,\"a\":[true]}");
	assert_null(o.v);
}

static void
test_failure_sticks(void **state)
{
	struct jout o = jout_object(), list = jout_array();

	(void)state;
	jout_add(&list, NULL);
	jout_add(&list, json_true());
	jout_put(&o, "list", jout_take(&list));
	jout_put(&o, "more", json_true());
	assert_null(jout_take(&o));
	jout_done(&o);
	jout_done(&list);
}

static void
test_text(void **state)
{
	(void)state;
	expect(jout_text(BYTES_NONE), "\"\"");
	expect(jout_text(BYTES_STR("\xc3\xbc\n\"")), "\"\xc3\xbc\\n\\\"\"");
	expect(jout_text(BYTES_STR("a\0b")), "\"a\\u0000b\"");
	expect(jout_text(BYTES_STR("a\xff\n")), "\"a\\\\xff\\\\x0a\"");
}

static void
test_hex(void **state)
{
	(void)state;
	expect(jout_hex(BYTES_NONE), "\"\"");
	expect(jout_hex(BYTES_STR("\x00\x9f\xff")), "\"009fff\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_failure_sticks),
		cmocka_unit_test(test_text), cmocka_unit_test(test_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
