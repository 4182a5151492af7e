/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two configuration tests share: an environment with nothing of the
 * caller's in it, a folder, and the log in a file of that folder.
 */
#ifndef KLUIS_TESTS_CONF_KIT_H
#define KLUIS_TESTS_CONF_KIT_H

#include "base/conf.h"
#include "base/log.h"
#include "kit/kit.h"

struct conf_test {
	char *folder;
	char *file;	/* KLUIS_CONF points here */
	char *log;	/* where errors are told */
	struct conf conf;
};

static inline int
conf_setup(void **state)
{
	static const char *const variables[] = { "KLUIS_CONF", "KLUIS_LOG",
		"KLUIS_STORE", "XDG_CONFIG_HOME", "XDG_DATA_HOME" };
	struct conf_test *t = calloc(1, sizeof(*t));
	char *setting = NULL;

	assert_non_null(t);
	for (size_t i = 0; i < KL_COUNT(variables); i++)
		assert_int_equal(unsetenv(variables[i]), 0);
	t->folder = kit_folder_new();
	t->file = kit_path(t->folder, "conf");
	t->log = kit_path(t->folder, "log");
	assert_int_equal(setenv("HOME", t->folder, 1), 0);
	assert_int_equal(setenv("KLUIS_CONF", t->file, 1), 0);
	assert_true(asprintf(&setting, "error:file:%s", t->log) > 0);
	assert_int_equal(log_setup(setting), CKR_OK);
	free(setting);
	*state = t;
	return 0;
}

static inline int
conf_teardown(void **state)
{
	struct conf_test *t = *state;

	log_reset();
	conf_done(&t->conf);
	free(t->file);
	free(t->log);
	kit_folder_free(t->folder);
	free(t);
	return 0;
}

/* Reads the configuration with text as its file and `reserved`. */
static inline CK_RV
conf_of(struct conf_test *t, const char *text, const char *reserved)
{
	kit_write(t->file, text, strlen(text));
	conf_done(&t->conf);
	return conf_read(reserved, &t->conf);
}

/*
 * Asserts that exactly one line was logged since the last time, that its
 * message is before + after, and empties the log.
 */
static inline void
conf_assert_told(struct conf_test *t, const char *before, const char *after)
{
	char *text = kit_read(t->log), *want = NULL;
	char *message = strstr(text, " error ");

	assert_non_null(message);
	assert_true(asprintf(&want, " error %s%s\n", before, after) > 0);
	assert_string_equal(message, want);
	free(want);
	free(text);
	kit_write(t->log, "", 0);
}

#define CONF_TEST(name)                                                        \
	cmocka_unit_test_setup_teardown(name, conf_setup, conf_teardown)

#endif
