/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/base/utc.c: digits against the C library's own calendar.
 */
#include "base/utc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static bool
seconds(const char *text, uint64_t *out)
{
	assert_int_equal(strlen(text), UTC_OTP_TIME);
	return utc_seconds((const uint8_t *)text, out);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "19691231235959", "20260001000000",
		"20261301000000", "20260132000000", "20260230000000",
		"20260100000000", "20260101240000", "20260101006000",
		"20260101000061", "2026010100000x", "2026010100000 ",
		"20250229000000", "21000229000000" };
	uint8_t text[UTC_TEXT];
	uint64_t s = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (seconds(bad[i], &s))
			fail_msg("%s", bad[i]);
	assert_int_equal(s, 7);
	assert_false(utc_text_of(253402300800u, text));
	assert_true(utc_text_of(253402300799u, text));
	assert_memory_equal(text, "9999123123595900", UTC_TEXT);
}

static void
test_known(void **state)
{
	uint64_t s;

	(void)state;
	assert_true(seconds("19700101000000", &s) && s == 0);
	assert_true(seconds("19700101000059", &s) && s == 59);
	assert_true(seconds("20090213233130", &s) && s == 1234567890);
	assert_true(seconds("26031011113320", &s) && s == 20000000000);
	assert_true(seconds("20161231235960", &s) && s == 1483228799);
}

/* Every day of five hundred years. */
static void
test_calendar(void **state)
{
	(void)state;
	for (time_t t = 43210; t < 500LL * 366 * 86400; t += 86400) {
		char text[80];
		uint8_t back[UTC_TEXT];
		struct tm tm;
		uint64_t s = 0;

		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(strftime(text, sizeof(text), "%Y%m%d%H%M%S",
		    &tm), UTC_OTP_TIME);
		assert_true(seconds(text, &s));
		assert_int_equal(s, t);
		assert_true(utc_text_of(s, back));
		assert_memory_equal(back, text, UTC_OTP_TIME);
	}
}

static void
test_now(void **state)
{
	uint8_t text[UTC_TEXT];
	time_t before = time(NULL), after;
	uint64_t s = 0;

	(void)state;
	assert_true(utc_text(text));
	after = time(NULL);
	assert_memory_equal(text + 14, "00", 2);
	assert_true(utc_seconds(text, &s));
	assert_in_range(s, (uint64_t)before, (uint64_t)after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
