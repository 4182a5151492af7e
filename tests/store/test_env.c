/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which tokens a folder holds, and whether that has changed.
 */
#include "store/kit.h"

static void
touch(const struct kit *k, const char *name)
{
	int fd = open(kit_path(k, name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

static void
no_folder(void **state)
{
	struct kit *k = *state;
	uint32_t slots[4];
	size_t n = 9;

	assert_int_equal(store_list(k->env, slots, 4, &n), CKR_OK);
	assert_int_equal(n, 0);
	assert_true(store_list_stamp(k->env) == 0);
	assert_false(kit_exists(k, ""));
}

static void
names(void **state)
{
	static const char *const ignored[] = {
		"00.db", "01.db", "65536.db", "99999999999999999999.db",
		"-1.db", " 1.db", "+1.db", "1.dbx", "1.db-wal", "1.db-shm",
		"1.gen", "1", ".db", "x.db", "1.DB", ".lock", ".new-0.db"
	};
	struct kit *k = *state;
	uint32_t slots[8];
	size_t i, n;

	store_close(kit_token(k, 7));
	for (i = 0; i < KL_COUNT(ignored); i++)
		touch(k, ignored[i]);
	touch(k, "0.db");
	touch(k, "65535.db");
	touch(k, "10.db");
	assert_int_equal(store_list(k->env, slots, 8, &n), CKR_OK);
	assert_int_equal(n, 4);
	assert_int_equal(slots[0], 0);
	assert_int_equal(slots[1], 7);
	assert_int_equal(slots[2], 10);
	assert_int_equal(slots[3], 65535);
	/* no room: the smallest ones */
	assert_int_equal(store_list(k->env, slots, 2, &n), CKR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(slots[0], 0);
	assert_int_equal(slots[1], 7);
	assert_int_equal(store_list(k->env, slots, 0, &n), CKR_OK);
	assert_int_equal(n, 0);
}

/* A folder that cannot be read gives no token and a line in the log. */
static void
unreadable(void **state)
{
	struct kit *k = *state;
	char log[400], line[600] = "", setting[420];
	uint32_t slots[4];
	size_t n = 9;
	FILE *f;

	/* a file where the folder should be: root reads every folder */
	(void)snprintf(log, sizeof(log), "%s/a", k->dir);
	assert_int_equal(mkdir(log, 0700), 0);
	assert_non_null(f = fopen(k->store, "w"));
	assert_int_equal(fclose(f), 0);
	(void)snprintf(log, sizeof(log), "%s/log", k->dir);
	(void)snprintf(setting, sizeof(setting), "error:file:%s", log);
	assert_int_equal(log_setup(setting), CKR_OK);
	assert_int_equal(store_list(k->env, slots, 4, &n), CKR_OK);
	assert_int_equal(log_setup("none"), CKR_OK);
	assert_int_equal(n, 0);
	assert_non_null(f = fopen(log, "r"));
	assert_non_null(fgets(line, sizeof(line), f));
	assert_non_null(strstr(line, k->store));
	assert_int_equal(fclose(f), 0);
}

static void
stamp(void **state)
{
	struct kit *k = *state;
	struct timespec past[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	uint64_t old;

	store_close(kit_token(k, 0));
	/* just changed: no two stamps are equal until it has settled */
	assert_true(store_list_stamp(k->env) != store_list_stamp(k->env));
	assert_int_equal(utimensat(AT_FDCWD, k->store, past, 0), 0);
	old = store_list_stamp(k->env);
	assert_true(old != 0);
	assert_true(old == store_list_stamp(k->env));
	store_close(kit_token(k, 1));
	assert_true(old != store_list_stamp(k->env));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(no_folder),
		KIT_TEST(names),
		KIT_TEST(unreadable),
		KIT_TEST(stamp),
	};

	return cmocka_run_group_tests_name("store/env", tests, NULL, NULL);
}
