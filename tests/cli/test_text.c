/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text made safe for a terminal, hexadecimal, numbers.
 */
#include "kit/kit.h"

#include "cli/text.h"

/* What text_put writes for n bytes. */
static char *
put(const void *bytes, size_t n)
{
	char *out = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&out, &len);

	assert_non_null(f);
	text_put(f, bytes_of(bytes, n));
	assert_int_equal(fclose(f), 0);
	return out;
}

static void
expect(const char *bytes, const char *want)
{
	char *got = put(bytes, strlen(bytes));

	assert_string_equal(got, want);
	free(got);
}

static void
test_plain(void **state)
{
	(void)state;
	expect("", "");
	expect("a key", "a key");
	expect("Schl\xc3\xbcssel \xe2\x82\xac \xf0\x9f\x94\x91",
	    "Schl\xc3\xbcssel \xe2\x82\xac \xf0\x9f\x94\x91");
	expect("a\\b", "a\\\\b");
}

static void
test_escapes(void **state)
{
	(void)state;
	expect("\x1b[31mred\n\t\x7f", "\\x1b[31mred\\x0a\\x09\\x7f");
	expect("\xc2\x9b" "1m", "\\xc2\\x9b1m");		/* CSI, U+009B */
	expect("\xe2\x80\xae", "\\xe2\\x80\\xae");	/* U+202E */
	expect("\xe2\x81\xa6", "\\xe2\\x81\\xa6");	/* U+2066 */
	expect("\xef\xbb\xbf", "\\xef\\xbb\\xbf");	/* U+FEFF */
}

static void
test_broken(void **state)
{
	char *got;

	(void)state;
	expect("\x80", "\\x80");
	expect("a\xc3", "a\\xc3");
	expect("\xc0\x80", "\\xc0\\x80");		/* overlong */
	expect("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	expect("\xed\xa0\x80", "\\xed\\xa0\\x80");	/* surrogate */
	expect("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	expect("\xc3\x28", "\\xc3(");
	got = put("\0x", 2);
	assert_string_equal(got, "\\x00x");
	free(got);
}

static void
test_utf8(void **state)
{
	(void)state;
	assert_true(text_is_utf8(BYTES_NONE));
	assert_true(text_is_utf8(BYTES_STR("\x1b \xc3\xbc")));
	assert_false(text_is_utf8(BYTES_STR("\xc3\xbc\xc3")));
	assert_false(text_is_utf8(BYTES_STR("\xff")));
}

static void
test_quote(void **state)
{
	char longest[600];
	struct text_quoted q;

	(void)state;
	assert_string_equal(text_quote(&q, BYTES_NONE), "\"\"");
	assert_string_equal(text_quote(&q, BYTES_STR("a\n")), "\"a\\x0a\"");
	for (size_t n = 0; n < sizeof(longest); n++) {
		memset(longest, n % 3 == 0 ? '\n' : 'x', sizeof(longest));
		(void)text_quote(&q, bytes_of(longest, n));
		assert_true(strlen(q.s) < sizeof(q.s));
		assert_int_equal(q.s[strlen(q.s) - 1], '"');
	}
	memset(longest, 'x', sizeof(longest));
	(void)text_quote(&q, bytes_of(longest, sizeof(longest)));
	assert_non_null(strstr(q.s, "x...\""));
}

static void
test_unpad(void **state)
{
	const unsigned char field[] = "a b   ";

	(void)state;
	assert_int_equal(text_unpad(field, 6).n, 3);
	assert_int_equal(text_unpad(field, 3).n, 3);
	assert_int_equal(text_unpad(field + 3, 3).n, 0);
}

static void
unhex(const char *hex, const char *want, size_t n)
{
	struct buf b = { 0 };

	assert_true(text_unhex(hex, &b));
	assert_int_equal(b.n, n);
	assert_memory_equal(b.p, want, n);
	buf_done(&b);
}

static void
test_unhex(void **state)
{
	static const char *const bad[] = { "", "0", "0g", "g0", "0x01", "01:",
		":01", "01 02", "01::02", "0:1" };
	struct buf b = { 0 };

	(void)state;
	unhex("01", "\x01", 1);
	unhex("DEADbeef", "\xde\xad\xbe\xef", 4);
	unhex("00:0a:ff", "\x00\x0a\xff", 3);
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_false(text_unhex(bad[i], &b));
	buf_done(&b);
}

static void
test_number(void **state)
{
	unsigned long n = 7;

	(void)state;
	assert_false(text_number("", 9, &n));
	assert_false(text_number("-1", 9, &n));
	assert_false(text_number("+1", 9, &n));
	assert_false(text_number("1x", 9, &n));
	assert_false(text_number("10", 9, &n));
	assert_false(text_number("99999999999999999999", ~0ul, &n));
	assert_int_equal(n, 7);
	assert_true(text_number("18446744073709551615", ~0ul, &n));
	assert_true(n == ~0ul);
	assert_true(text_number("9", 9, &n));
	assert_int_equal(n, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain), cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_broken), cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_quote), cmocka_unit_test(test_unpad),
		cmocka_unit_test(test_unhex), cmocka_unit_test(test_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
