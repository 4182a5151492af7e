/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of a verb: which are taken, what is said of wrong ones, and that an
 * argument, which may be a PIN, is never repeated.
 */
#include "kit/kit.h"

#include "cli/cli.h"

static const struct cli_verb verb = {
	.name = "verb", .summary = "Tests", .synopsis = "[options]",
	.options = OPT(TOKEN) | OPT(LABEL) | OPTS_LOGIN | OPT(JSON),
};

#define WORDS_MAX 8

/* Reads the NULL-ended words; what went to stderr is returned, to be freed. */
static char *
read_words(const char *const *words, struct cli_args *out, enum cli_exit want)
{
	char *argv[WORDS_MAX + 2] = { (char *)(uintptr_t)"verb" };
	char *folder = kit_folder_new(), *path = kit_path(folder, "stderr");
	int argc = 1, saved = dup(STDERR_FILENO);
	enum cli_exit got;
	char *text;

	for (; words[argc - 1] != NULL && argc <= WORDS_MAX; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	assert_true(saved >= 0);
	assert_non_null(freopen(path, "we", stderr));
	got = cli_options(&verb, argc, argv, out);
	assert_int_equal(fflush(stderr), 0);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	assert_int_equal(close(saved), 0);
	text = kit_read(path);
	free(path);
	kit_folder_free(folder);
	assert_int_equal(got, want);
	return text;
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_taken(void **state)
{
	struct cli_args a;

	(void)state;
	free(read_words(WORDS("--token", "t", "--label=", "--login"), &a,
	    CLI_OK));
	assert_string_equal(a.opt[OPT_TOKEN], "t");
	assert_string_equal(a.opt[OPT_LABEL], "");
	assert_string_equal(a.opt[OPT_LOGIN], "");
	assert_null(a.opt[OPT_JSON]);
	assert_false(a.help);
	free(read_words(WORDS("--tok", "--json", "--js"), &a, CLI_OK));
	assert_string_equal(a.opt[OPT_TOKEN], "--json");
	assert_non_null(a.opt[OPT_JSON]);
}

static void
test_help(void **state)
{
	struct cli_args a;

	(void)state;
	free(read_words(WORDS("--json", "--help"), &a, CLI_OK));
	assert_true(a.help);
	free(read_words(WORDS("-h", "--nonsense"), &a, CLI_OK));
	assert_true(a.help);
}

/* The words are refused with a line that holds `has`, and no "s3cret". */
static void
refused(const char *const *words, const char *has)
{
	struct cli_args a;
	char *text = read_words(words, &a, CLI_USAGE);

	assert_non_null(strstr(text, has));
	assert_null(strstr(text, "s3cret"));
	assert_non_null(strchr(text, '\n'));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
}

static void
test_refused(void **state)
{
	(void)state;
	refused(WORDS("--slot", "1"), "--slot is not an option here");
	refused(WORDS("--nonsense"), "--nonsense is not an option");
	refused(WORDS("--nonsense=s3cret"), "--nonsense is not an option");
	refused(WORDS("--l", "s3cret"), "--l is not an option");
	refused(WORDS("--token"), "--token needs an argument");
	refused(WORDS("--json=s3cret"), "--json takes no argument");
	refused(WORDS("--json", "--json"), "--json is given twice");
	refused(WORDS("--token", "a", "--token", "b"), "given twice");
	refused(WORDS("s3cret"), "a word too many");
	refused(WORDS("--login", "s3cret", "--json"), "a word too many");
	refused(WORDS("--pin-source", "s3cret", "-xs3cret"), "-x is not");
	refused(WORDS("--", "--json"), "a word too many");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken), cmocka_unit_test(test_help),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
