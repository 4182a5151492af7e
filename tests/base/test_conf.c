/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration: files that are missing, unreadable or wrong, what the
 * application passes, then where files and stores are looked for and who
 * overrides whom.
 */
#include "base/conf.h"

#include "base/conf_kit.h"

/* Makes folder/name and returns its path. */
static char *
make_folder(const char *folder, const char *name)
{
	char *path = kit_path(folder, name);

	assert_int_equal(mkdir(path, 0700), 0);
	return path;
}

/* Puts a user's configuration file below folder, in kluis/kluis.conf. */
static void
make_user_file(const char *folder, const char *text)
{
	char *kluis = make_folder(folder, "kluis");
	char *file = kit_path(kluis, "kluis.conf");

	kit_write(file, text, strlen(text));
	free(file);
	free(kluis);
}

static void
test_named_file_missing(void **state)
{
	struct conf_test *t = *state;

	t->conf.pin_min = 77;
	assert_int_equal(conf_read(NULL, &t->conf), CKR_GENERAL_ERROR);
	conf_assert_told(t, t->file, ": cannot be opened: No such file or "
	    "directory (CKR_GENERAL_ERROR)");
	assert_int_equal(t->conf.pin_min, 77);
}

static void
test_file_is_folder(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(mkdir(t->file, 0700), 0);
	assert_int_equal(conf_read(NULL, &t->conf), CKR_GENERAL_ERROR);
	conf_assert_told(t, t->file,
	    ": cannot be read: Is a directory (CKR_GENERAL_ERROR)");
}

static void
test_file_too_long(void **state)
{
	struct conf_test *t = *state;
	char *text = malloc(300000);

	assert_non_null(text);
	memset(text, '\n', 300000);
	text[299999] = '\0';
	assert_int_equal(conf_of(t, text, NULL), CKR_GENERAL_ERROR);
	conf_assert_told(t, t->file,
	    ": longer than 262144 bytes (CKR_GENERAL_ERROR)");
	free(text);
}

static void
test_file_not_text(void **state)
{
	struct conf_test *t = *state;

	kit_write(t->file, "legacy = yes\0legacy = no\n", 25);
	assert_int_equal(conf_read(NULL, &t->conf), CKR_GENERAL_ERROR);
	conf_assert_told(t, t->file, ": not a text file (CKR_GENERAL_ERROR)");
}

static void
test_wrong_lines(void **state)
{
	static const struct { const char *text, *reason; } rows[] = {
		{ "legacy", ":1: no \"=\" in the line" },
		{ "\n\n# c\n legacy no\n", ":4: no \"=\" in the line" },
		{ "legacy=no\npolicy=x", ":2: policy: \"x\" is not default, "
		  "strict or compatible" },
		{ "store = '/x", ":1: store: quote not closed" },
		{ "store = \"/x' # \n\"", ":1: store: quote not closed" },
		{ "store = '/x'y", ":1: store: text after the quote" },
		{ "store = /x\nuns = 1\nunt = 2", ":2: unknown key \"uns\"" },
		{ "le gacy = no", ":1: unknown key \"le gacy\"" },
	};
	struct conf_test *t = *state;

	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		char *reason = NULL;

		assert_true(asprintf(&reason, "%s (CKR_GENERAL_ERROR)",
		    rows[i].reason) > 0);
		assert_int_equal(conf_of(t, rows[i].text, NULL),
		    CKR_GENERAL_ERROR);
		conf_assert_told(t, t->file, reason);
		free(reason);
	}
}

static void
test_wrong_reserved(void **state)
{
	static const struct { const char *text, *reason; } rows[] = {
		{ "legacy", "a word that is no key=value pair" },
		{ "legacy = yes", "a word that is no key=value pair" },
		{ "legacy=yes strict", "a word that is no key=value pair" },
		{ "=x", "unknown key \"\"" },
		{ "configdir='/x'", "unknown key \"configdir\"" },
		{ "store='/x", "store: quote not closed" },
		{ "store='/x'legacy=yes", "store: text after the quote" },
		{ "pin-min=3", "pin-min: \"3\" is not 4 to 255" },
		{ "store=", "store: not an absolute path: \"\"" },
	};
	struct conf_test *t = *state;

	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		char *reason = NULL;

		assert_true(asprintf(&reason, "%s (CKR_ARGUMENTS_BAD)",
		    rows[i].reason) > 0);
		assert_int_equal(conf_of(t, "", rows[i].text),
		    CKR_ARGUMENTS_BAD);
		conf_assert_told(t, "pReserved: ", reason);
		free(reason);
	}
}

static void
test_reserved_too_long(void **state)
{
	struct conf_test *t = *state;
	char *text = malloc(70000);

	assert_non_null(text);
	memset(text, ' ', 70000);
	text[69999] = '\0';
	assert_int_equal(conf_of(t, "", text), CKR_ARGUMENTS_BAD);
	conf_assert_told(t, "pReserved: ",
	    "no text, or longer than 65535 bytes (CKR_ARGUMENTS_BAD)");
	free(text);
}

/* What others put there may be no memory at all. */
static void
test_reserved_no_memory(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t, "", (const char *)(uintptr_t)1),
	    CKR_ARGUMENTS_BAD);
	conf_assert_told(t, "pReserved: ",
	    "no text, or longer than 65535 bytes (CKR_ARGUMENTS_BAD)");
}

static void
test_wrong_variable(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(setenv("KLUIS_LOG", "debug:", 1), 0);
	assert_int_equal(conf_of(t, "", NULL), CKR_GENERAL_ERROR);
	conf_assert_told(t, "KLUIS_LOG: ", "log: \"debug:\" is not none, error, "
	    "info or debug[:stderr|:syslog|:file:/PATH] (CKR_GENERAL_ERROR)");
}

static void
test_lines(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t, "\n# comment = x\r\n\t # more\n"
	    "  pin-min\t=  8  # eight\r\n"
	    "store=/a#b c\n"
	    "providers = 'a # b' # c\n"
	    "properties = \"it's\"\n"
	    "legacy = yes", NULL), CKR_OK);
	assert_int_equal(t->conf.pin_min, 8);
	assert_string_equal(t->conf.store, "/a#b c");
	assert_string_equal(t->conf.providers, "a # b");
	assert_string_equal(t->conf.properties, "it's");
	assert_true(t->conf.legacy);
	assert_string_equal(t->conf.file, t->file);
}

static void
test_value_is_comment(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t, "properties = # nothing", NULL), CKR_OK);
	assert_string_equal(t->conf.properties, "");
	assert_int_equal(conf_of(t, "properties =#x", NULL), CKR_OK);
	assert_string_equal(t->conf.properties, "#x");
}

static void
test_last_wins(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t, "pin-min = 5\npin-min = 6\nstore = /a\n"
	    "store = /b", "pin-tries=4 pin-tries=5"), CKR_OK);
	assert_int_equal(t->conf.pin_min, 6);
	assert_int_equal(t->conf.pin_tries, 5);
	assert_string_equal(t->conf.store, "/b");
}

static void
test_long_paths(void **state)
{
	struct conf_test *t = *state;
	char *text = malloc(20001);

	assert_non_null(text);
	memset(text, 'x', 20000);
	memcpy(text, "store = /", 9);
	text[20000] = '\0';
	assert_int_equal(conf_of(t, text, NULL), CKR_OK);
	assert_string_equal(t->conf.store, text + 8);
	free(text);
}

static void
test_reserved(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t, "", ""), CKR_OK);
	assert_int_equal(conf_of(t, "", " \t\n"), CKR_OK);
	assert_int_equal(conf_of(t, "pin-min = 5\nlegacy = yes",
	    " pin-min=6\tstore='/a b' providers=\"x\"\nproperties='' "),
	    CKR_OK);
	assert_int_equal(t->conf.pin_min, 6);
	assert_string_equal(t->conf.store, "/a b");
	assert_string_equal(t->conf.providers, "x");
	assert_string_equal(t->conf.properties, "");
	assert_true(t->conf.legacy);
}

static void
test_environment_wins(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(setenv("KLUIS_STORE", "/env", 1), 0);
	assert_int_equal(setenv("KLUIS_LOG", "info", 1), 0);
	assert_int_equal(conf_of(t, "store = /file\nlog = error",
	    "store=/reserved log=debug"), CKR_OK);
	assert_string_equal(t->conf.store, "/env");
	assert_string_equal(t->conf.log, "info");
	assert_int_equal(setenv("KLUIS_STORE", "", 1), 0);
	assert_int_equal(setenv("KLUIS_LOG", "", 1), 0);
	assert_int_equal(conf_of(t, "store = /file\nlog = error",
	    "store=/reserved log=debug"), CKR_OK);
	assert_string_equal(t->conf.store, "/reserved");
	assert_string_equal(t->conf.log, "debug");
}

/* Without KLUIS_CONF: the user's file, by XDG_CONFIG_HOME or below home. */
static void
test_user_file(void **state)
{
	struct conf_test *t = *state;
	char *dot = make_folder(t->folder, ".config");
	char *xdg = make_folder(t->folder, "xdg");

	make_user_file(dot, "pin-min = 8");
	make_user_file(xdg, "pin-min = 9");
	assert_int_equal(setenv("KLUIS_CONF", "", 1), 0);
	assert_int_equal(conf_read(NULL, &t->conf), CKR_OK);
	assert_int_equal(t->conf.pin_min, 8);
	conf_done(&t->conf);
	assert_int_equal(setenv("XDG_CONFIG_HOME", xdg, 1), 0);
	assert_int_equal(conf_read(NULL, &t->conf), CKR_OK);
	assert_int_equal(t->conf.pin_min, 9);
	conf_done(&t->conf);
	/* Relative ones do not count, as the XDG rules say. */
	assert_int_equal(setenv("XDG_CONFIG_HOME", "xdg", 1), 0);
	assert_int_equal(conf_read(NULL, &t->conf), CKR_OK);
	assert_int_equal(t->conf.pin_min, 8);
	free(dot);
	free(xdg);
}

static void
test_user_file_wrong(void **state)
{
	struct conf_test *t = *state;
	char *dot = make_folder(t->folder, ".config");

	make_user_file(dot, "pin-max = 8");
	assert_int_equal(unsetenv("KLUIS_CONF"), 0);
	assert_int_equal(conf_read(NULL, &t->conf), CKR_GENERAL_ERROR);
	conf_assert_told(t, dot, "/kluis/kluis.conf:1: unknown key \"pin-max\" "
	    "(CKR_GENERAL_ERROR)");
	free(dot);
}

static void
test_no_file(void **state)
{
	struct conf_test *t = *state;

	if (access("/etc/kluis/kluis.conf", F_OK) == 0) {
		print_message("SKIP: this system has a kluis.conf\n");
		skip();
	}
	assert_int_equal(unsetenv("KLUIS_CONF"), 0);
	assert_int_equal(conf_read(NULL, &t->conf), CKR_OK);
	assert_null(t->conf.file);
	assert_int_equal(t->conf.pin_min, 4);
}

/* As another user, who may not enter the home directory that HOME names. */
static bool
foreign_home(void *arg)
{
	struct conf_test *t = arg;

	return setgid(65534) == 0 && setuid(65534) == 0 &&
	    conf_read(NULL, &t->conf) == CKR_OK;
}

/* As another user, who sees the file but may not read it. */
static bool
foreign_file(void *arg)
{
	struct conf_test *t = arg;

	return setgid(65534) == 0 && setuid(65534) == 0 &&
	    conf_read(NULL, &t->conf) == CKR_GENERAL_ERROR;
}

static void
test_other_user(void **state)
{
	struct conf_test *t = *state;
	char *dot;

	if (geteuid() != 0 || access("/etc/kluis/kluis.conf", F_OK) == 0) {
		print_message("SKIP: needs root and no kluis.conf\n");
		skip();
	}
	dot = make_folder(t->folder, ".config");
	make_user_file(dot, "pin-min = 8");
	assert_int_equal(unsetenv("KLUIS_CONF"), 0);
	assert_int_equal(kit_child(foreign_home, t), 0);
	assert_int_equal(setenv("KLUIS_CONF", t->file, 1), 0);
	kit_write(t->file, "", 0);
	assert_int_equal(kit_child(foreign_file, t), 0);
	free(dot);
}

/* Neither root's nor any variable: the store lies below the home directory. */
static bool
user_store(void *arg)
{
	struct conf_test *t = arg;
	char *want;

	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return false;
	want = kit_path("/h", ".local/share/kluis");
	if (setenv("KLUIS_CONF", "/dev/null", 1) != 0 ||
	    setenv("HOME", "/h", 1) != 0 ||
	    conf_read(NULL, &t->conf) != CKR_OK ||
	    strcmp(t->conf.store, want) != 0)
		return false;
	free(want);
	conf_done(&t->conf);
	if (setenv("XDG_DATA_HOME", "/d", 1) != 0 ||
	    conf_read(NULL, &t->conf) != CKR_OK)
		return false;
	want = t->conf.store;
	return strcmp(want, "/d/kluis") == 0;
}

static void
test_user_store(void **state)
{
	assert_int_equal(kit_child(user_store, *state), 0);
}

static void
test_root_store(void **state)
{
	struct conf_test *t = *state;

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		skip();
	}
	assert_int_equal(conf_of(t, "", NULL), CKR_OK);
	assert_string_equal(t->conf.store, "/var/lib/kluis");
}

/* Without HOME the user database says where home is. */
static void
test_home_from_database(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(unsetenv("HOME"), 0);
	assert_int_equal(conf_of(t, "store = ~/x", NULL), CKR_OK);
	assert_int_equal(t->conf.store[0], '/');
	assert_string_equal(t->conf.store + strlen(t->conf.store) - 2, "/x");
	assert_null(strstr(t->conf.store, t->folder));
}

static void
test_done_twice(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t, "log = info", NULL), CKR_OK);
	conf_done(&t->conf);
	assert_null(t->conf.store);
	assert_null(t->conf.log);
	conf_done(&t->conf);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CONF_TEST(test_named_file_missing),
		CONF_TEST(test_file_is_folder),
		CONF_TEST(test_file_too_long),
		CONF_TEST(test_file_not_text),
		CONF_TEST(test_wrong_lines),
		CONF_TEST(test_wrong_reserved),
		CONF_TEST(test_reserved_too_long),
		CONF_TEST(test_reserved_no_memory),
		CONF_TEST(test_wrong_variable),
		CONF_TEST(test_lines),
		CONF_TEST(test_value_is_comment),
		CONF_TEST(test_last_wins),
		CONF_TEST(test_long_paths),
		CONF_TEST(test_reserved),
		CONF_TEST(test_environment_wins),
		CONF_TEST(test_user_file),
		CONF_TEST(test_user_file_wrong),
		CONF_TEST(test_no_file),
		CONF_TEST(test_other_user),
		CONF_TEST(test_user_store),
		CONF_TEST(test_root_store),
		CONF_TEST(test_home_from_database),
		CONF_TEST(test_done_twice),
	};

	return cmocka_run_group_tests_name("base/conf", tests, NULL, NULL);
}
