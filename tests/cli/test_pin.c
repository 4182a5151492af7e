/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sources of PINs.  The prompt is driven by tests/cli/test_kluis, which has a
 * terminal.
 */
#include "kit/kit.h"

#include "cli/pin.h"

/* What source gives; NULL when it must fail so. */
static void
expect(const char *source, enum cli_exit want, struct bytes pin)
{
	struct secret *got = NULL;

	assert_int_equal(pin_get(source, "test", false, &got), want);
	if (want != CLI_OK) {
		assert_null(got);
		return;
	}
	assert_true(bytes_equal(secret_view(got), pin));
	secret_free(got);
}

static void
from_file(const char *content, size_t n, enum cli_exit want, struct bytes pin)
{
	char *folder = kit_folder_new(), *path = kit_path(folder, "pin");
	char *source = NULL;

	kit_write(path, content, n);
	assert_true(asprintf(&source, "file:%s", path) > 0);
	expect(source, want, pin);
	free(source);
	free(path);
	kit_folder_free(folder);
}

static void
test_file(void **state)
{
	char line[PIN_MAX + 2];

	(void)state;
	from_file("1234\n", 5, CLI_OK, BYTES_STR("1234"));
	from_file("1234", 4, CLI_OK, BYTES_STR("1234"));
	from_file("12 34 \r\nnext\n", 13, CLI_OK, BYTES_STR("12 34 \r"));
	from_file("a\0b\n", 4, CLI_OK, BYTES_STR("a\0b"));
	from_file("\n", 1, CLI_OK, BYTES_NONE);
	from_file("", 0, CLI_FAILED, BYTES_NONE);
	memset(line, 'x', sizeof(line));
	line[PIN_MAX] = '\n';
	from_file(line, PIN_MAX + 1, CLI_OK, bytes_of(line, PIN_MAX));
	line[PIN_MAX] = 'x';
	line[PIN_MAX + 1] = '\n';
	from_file(line, sizeof(line), CLI_FAILED, BYTES_NONE);
	expect("file:/nowhere/pin", CLI_FAILED, BYTES_NONE);
}

static void
test_env(void **state)
{
	(void)state;
	assert_int_equal(setenv("KLUIS_TEST_PIN", "of env\n", 1), 0);
	expect("env:KLUIS_TEST_PIN", CLI_OK, BYTES_STR("of env\n"));
	assert_int_equal(unsetenv("KLUIS_TEST_PIN"), 0);
	expect("env:KLUIS_TEST_PIN", CLI_FAILED, BYTES_NONE);
}

static void
test_fd(void **state)
{
	char source[16];
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "first\nsecond\n", 13), 13);
	assert_int_equal(close(fds[1]), 0);
	(void)snprintf(source, sizeof(source), "fd:%d", fds[0]);
	expect(source, CLI_OK, BYTES_STR("first"));
	expect(source, CLI_OK, BYTES_STR("second"));
	expect(source, CLI_FAILED, BYTES_NONE);
	assert_int_equal(close(fds[0]), 0);
	expect(source, CLI_FAILED, BYTES_NONE);
}

static void
test_forms(void **state)
{
	static const char *const bad[] = { "", "1234", "pass:1234", "fd:",
		"fd:x", "fd:-1", "fd:99999999999", "FILE:x", "prompt:" };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++) {
		assert_int_equal(pin_source_check(bad[i]), CLI_USAGE);
		expect(bad[i], CLI_USAGE, BYTES_NONE);
	}
	assert_int_equal(pin_source_check(NULL), CLI_OK);
	assert_int_equal(pin_source_check("prompt"), CLI_OK);
	assert_int_equal(pin_source_check("fd:0"), CLI_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file), cmocka_unit_test(test_env),
		cmocka_unit_test(test_fd), cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
