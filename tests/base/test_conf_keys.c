/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of the configuration: each wrong value and its line in the log,
 * then each right one.
 */
#include "base/conf.h"

#include "base/conf_kit.h"

static void
test_wrong_values(void **state)
{
	static const struct { const char *line, *reason; } rows[] = {
		{ "stor = /x", "unknown key \"stor\"" },
		{ "Store = /x", "unknown key \"Store\"" },
		{ "= x", "unknown key \"\"" },
		{ "store =", "store: not an absolute path: \"\"" },
		{ "store = x/y", "store: not an absolute path: \"x/y\"" },
		{ "log = loud", "log: \"loud\" is not none, error, info or "
		  "debug[:stderr|:syslog|:file:/PATH]" },
		{ "providers =", "providers: empty" },
		{ "policy = Strict",
		  "policy: \"Strict\" is not default, strict or compatible" },
		{ "legacy = true", "legacy: \"true\" is not yes or no" },
		{ "legacy =", "legacy: \"\" is not yes or no" },
		{ "pin-min = 3", "pin-min: \"3\" is not 4 to 255" },
		{ "pin-min = 256", "pin-min: \"256\" is not 4 to 255" },
		{ "pin-min = 8x", "pin-min: \"8x\" is not 4 to 255" },
		{ "pin-min = -8", "pin-min: \"-8\" is not 4 to 255" },
		{ "pin-min =", "pin-min: \"\" is not 4 to 255" },
		{ "pin-min = 18446744073709551620",
		  "pin-min: \"18446744073709551620\" is not 4 to 255" },
		{ "pin-tries = 2", "pin-tries: \"2\" is not 3 to 255" },
		{ "pin-tries = 256", "pin-tries: \"256\" is not 3 to 255" },
		{ "pin-cost = 1", "pin-cost: \"1\" is not default or test" },
		{ "rsa-min = 511", "rsa-min: \"511\" is not 512 to 16384" },
		{ "rsa-min = 16385",
		  "rsa-min: \"16385\" is not 512 to 16384" },
	};
	struct conf_test *t = *state;

	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		char *reason = NULL;

		assert_true(asprintf(&reason, ":1: %s (CKR_GENERAL_ERROR)",
		    rows[i].reason) > 0);
		assert_int_equal(conf_of(t, rows[i].line, NULL),
		    CKR_GENERAL_ERROR);
		conf_assert_told(t, t->file, reason);
		free(reason);
	}
}

static void
test_defaults(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t, "", NULL), CKR_OK);
	assert_null(t->conf.log);
	assert_null(t->conf.providers);
	assert_null(t->conf.properties);
	assert_int_equal(t->conf.policy, CONF_POLICY_DEFAULT);
	assert_false(t->conf.legacy);
	assert_int_equal(t->conf.pin_min, 4);
	assert_int_equal(t->conf.pin_tries, 10);
	assert_false(t->conf.pin_cost_test);
	assert_int_equal(t->conf.rsa_min, 2048);
}

static void
test_all_keys(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t,
	    "store = /var/x y\nlog = debug:stderr\nproviders = default,legacy\n"
	    "properties = fips=yes,-x\npolicy = strict\nlegacy = yes\n"
	    "pin-min = 255\npin-tries = 3\npin-cost = default\n"
	    "rsa-min = 3072\n", NULL), CKR_OK);
	assert_string_equal(t->conf.store, "/var/x y");
	assert_string_equal(t->conf.log, "debug:stderr");
	assert_string_equal(t->conf.providers, "default,legacy");
	assert_string_equal(t->conf.properties, "fips=yes,-x");
	assert_int_equal(t->conf.policy, CONF_POLICY_STRICT);
	assert_true(t->conf.legacy);
	assert_int_equal(t->conf.pin_min, 255);
	assert_int_equal(t->conf.pin_tries, 3);
	assert_false(t->conf.pin_cost_test);
	assert_int_equal(t->conf.rsa_min, 3072);
}

static void
test_limits(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t, "pin-min=4\npin-tries=255\nrsa-min=512\n"
	    "policy=compatible", NULL), CKR_OK);
	assert_int_equal(t->conf.pin_min, 4);
	assert_int_equal(t->conf.pin_tries, 255);
	assert_int_equal(t->conf.rsa_min, 512);
	assert_int_equal(t->conf.policy, CONF_POLICY_COMPATIBLE);
	assert_int_equal(conf_of(t, "rsa-min=16384\npolicy=default", NULL),
	    CKR_OK);
	assert_int_equal(t->conf.rsa_min, 16384);
	assert_int_equal(t->conf.policy, CONF_POLICY_DEFAULT);
}

/* legacy lowers rsa-min only where that is not set, in whichever order. */
static void
test_legacy_and_rsa_min(void **state)
{
	struct conf_test *t = *state;

	assert_int_equal(conf_of(t, "legacy = yes", NULL), CKR_OK);
	assert_int_equal(t->conf.rsa_min, 1024);
	assert_int_equal(conf_of(t, "rsa-min = 2048\nlegacy = yes", NULL),
	    CKR_OK);
	assert_int_equal(t->conf.rsa_min, 2048);
	assert_int_equal(conf_of(t, "legacy = yes\nlegacy = no", NULL), CKR_OK);
	assert_false(t->conf.legacy);
	assert_int_equal(t->conf.rsa_min, 2048);
}

static void
test_store_below_home(void **state)
{
	struct conf_test *t = *state;
	char *want = kit_path(t->folder, "a/b");

	assert_int_equal(conf_of(t, "store = ~/a/b", NULL), CKR_OK);
	assert_string_equal(t->conf.store, want);
	free(want);
}

/* A program's own relative path starts where the program stands. */
static void
test_store_relative_in_reserved(void **state)
{
	struct conf_test *t = *state;
	char *here = getcwd(NULL, 0), *want = kit_path(here, "a/b");

	assert_int_equal(conf_of(t, "", "store=a/b"), CKR_OK);
	assert_string_equal(t->conf.store, want);
	free(want);
	free(here);
}

static void
test_pin_cost_without_marker(void **state)
{
	struct conf_test *t = *state;
	char *reason = NULL, *text = NULL;

	assert_true(asprintf(&text, "store = %s\npin-cost = test",
	    t->folder) > 0);
	assert_true(asprintf(&reason, "%s/kluis-test-store "
	    "(CKR_GENERAL_ERROR)", t->folder) > 0);
	assert_int_equal(conf_of(t, text, NULL), CKR_GENERAL_ERROR);
	conf_assert_told(t, "configuration: pin-cost = test, but there is no ",
	    reason);
	free(reason);
	free(text);
}

static void
test_pin_cost_with_marker(void **state)
{
	struct conf_test *t = *state;
	char *marker = kit_path(t->folder, "kluis-test-store"), *text = NULL;

	kit_write(marker, "", 0);
	assert_true(asprintf(&text, "store = %s\npin-cost = test",
	    t->folder) > 0);
	assert_int_equal(conf_of(t, text, NULL), CKR_OK);
	assert_true(t->conf.pin_cost_test);
	/* The marker is looked for where the store ends up. */
	assert_int_equal(setenv("KLUIS_STORE", "/nonexistent", 1), 0);
	assert_int_equal(conf_of(t, text, NULL), CKR_GENERAL_ERROR);
	free(text);
	free(marker);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CONF_TEST(test_wrong_values),
		CONF_TEST(test_defaults),
		CONF_TEST(test_all_keys),
		CONF_TEST(test_limits),
		CONF_TEST(test_legacy_and_rsa_min),
		CONF_TEST(test_store_below_home),
		CONF_TEST(test_store_relative_in_reserved),
		CONF_TEST(test_pin_cost_without_marker),
		CONF_TEST(test_pin_cost_with_marker),
	};

	return cmocka_run_group_tests_name("base/conf_keys", tests, NULL,
	    NULL);
}
