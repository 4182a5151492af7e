/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is a token, in which format, and how a database becomes one.
 */
#include "store/kit.h"

#include "store/sqlite_int.h"

/* Opening the token after sql was run on its file. */
static void
opens(struct kit *k, const char *sql, CK_RV want)
{
	struct store *s = NULL;

	kit_sql(k, "0.db", sql);
	assert_int_equal(store_open(k->env, 0, &s), want);
	store_close(s);
}

static void
other_formats(void **state)
{
	struct kit *k = *state;

	store_close(kit_token(k, 0));
	opens(k, "PRAGMA user_version = 2", CKR_TOKEN_NOT_RECOGNIZED);
	opens(k, "PRAGMA user_version = 0", CKR_TOKEN_NOT_RECOGNIZED);
	opens(k, "PRAGMA user_version = -1", CKR_TOKEN_NOT_RECOGNIZED);
	opens(k, "PRAGMA user_version = 1", CKR_OK);
	opens(k, "PRAGMA application_id = 1", CKR_TOKEN_NOT_RECOGNIZED);
	opens(k, "PRAGMA application_id = 1802270057", CKR_OK);
}

static void
other_files(void **state)
{
	struct kit *k = *state;
	struct store *s = NULL;
	FILE *f;
	int i;

	store_close(kit_token(k, 0));
	assert_non_null(f = fopen(kit_path(k, "1.db"), "w"));
	assert_int_equal(fclose(f), 0);
	assert_int_equal(store_open(k->env, 1, &s), CKR_TOKEN_NOT_RECOGNIZED);
	assert_non_null(f = fopen(kit_path(k, "2.db"), "w"));
	for (i = 0; i < 1000; i++)
		assert_true(fputs("not a database ", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(store_open(k->env, 2, &s), CKR_TOKEN_NOT_RECOGNIZED);
	assert_int_equal(mkdir(kit_path(k, "3.db"), 0700), 0);
	assert_int_equal(store_open(k->env, 3, &s), CKR_TOKEN_NOT_RECOGNIZED);
	assert_int_equal(symlink("nowhere", kit_path(k, "4.db")), 0);
	assert_int_equal(store_open(k->env, 4, &s), CKR_DEVICE_ERROR);
	assert_int_equal(store_open(k->env, 5, &s), CKR_TOKEN_NOT_PRESENT);
	assert_null(s);
}

/* A second process that wants to migrate finds it done. */
static void
done_already(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	uint64_t id = kit_add(s, 1);

	assert_int_equal(sq_migrate(sq_of(s), 0), CKR_OK);
	assert_true(kit_is(s, id, 1));
	assert_true(kit_add(s, 2) > id);
	store_close(s);
}

/* A script that fails leaves nothing, and no open transaction. */
static void
failing(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	uint64_t id = kit_add(s, 1);

	assert_int_equal(sq_exec(sq_of(s), "PRAGMA user_version = 0"), CKR_OK);
	assert_int_equal(sq_migrate(sq_of(s), 0), CKR_DEVICE_ERROR);
	assert_int_equal(sq_exec(sq_of(s), "PRAGMA user_version = 1"), CKR_OK);
	assert_true(kit_is(s, id, 1));
	assert_true(kit_add(s, 2) > id);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(other_formats),
		KIT_TEST(other_files),
		KIT_TEST(done_already),
		KIT_TEST(failing),
	};

	return cmocka_run_group_tests_name("store/migrate", tests, NULL, NULL);
}
