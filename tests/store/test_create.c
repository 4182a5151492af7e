/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens come into being whole or not at all, and go for good.
 */
#include "store/kit.h"

#include <dirent.h>
#include <signal.h>

/* How many names the folder holds besides the lock. */
static int
names(const struct kit *k)
{
	DIR *d = opendir(k->store);
	const struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 &&
		    strcmp(e->d_name, ".lock") != 0)
			n++;
	if (d != NULL)
		assert_int_equal(closedir(d), 0);
	return n;
}

static CK_RV
fill_fails(struct store *s, void *arg)
{
	(void)arg;
	assert_int_equal(store_record_put(s, "token", BYTES_STR("x")), CKR_OK);
	return CKR_PIN_INVALID;
}

static CK_RV
fill_dies(struct store *s, void *arg)
{
	(void)arg;
	assert_int_equal(store_record_put(s, "token", BYTES_STR("x")), CKR_OK);
	(void)kill(getpid(), SIGKILL);
	return CKR_OK;
}

static void
failing(void **state)
{
	struct kit *k = *state;
	struct store *s = NULL;

	assert_int_equal(store_create(k->env, 0, fill_fails, NULL),
	    CKR_PIN_INVALID);
	assert_int_equal(names(k), 0);
	assert_int_equal(store_open(k->env, 0, &s), CKR_TOKEN_NOT_PRESENT);
}

static void
dying(void **state)
{
	struct kit *k = *state;
	struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	char left[300] = "";
	struct dirent *e;
	uint32_t slots[2];
	pid_t pid;
	size_t n;
	DIR *d;

	if ((pid = fork()) == 0)
		_exit(store_create(k->env, 0, fill_dies, NULL) == CKR_OK);
	assert_int_equal(kit_wait(pid), 256 + SIGKILL);
	assert_int_equal(store_list(k->env, slots, 2, &n), CKR_OK);
	assert_int_equal(n, 0);
	/* what it left is swept away when it has become old */
	assert_non_null(d = opendir(k->store));
	while ((e = readdir(d)) != NULL)
		if (strncmp(e->d_name, ".new-", 5) == 0) {
			(void)snprintf(left, sizeof(left), "%s", e->d_name);
			assert_int_equal(utimensat(dirfd(d), left, old, 0), 0);
		}
	assert_int_equal(closedir(d), 0);
	assert_true(left[0] != '\0');
	store_close(kit_token(k, 0));
	assert_false(kit_exists(k, left));
}

static void
rights(void **state)
{
	struct kit *k = *state;
	struct stat st;

	store_close(kit_token(k, 3));
	assert_int_equal(stat(k->store, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(kit_path(k, "3.db"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(kit_path(k, "3.gen"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 4096);
}

static void
taken(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	char text[] = "other";

	assert_int_equal(store_create(k->env, 0, kit_fill, text),
	    CKR_FUNCTION_FAILED);
	(void)kit_add(s, 1);
	store_close(s);
}

static void
filled(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 65535);
	KL_AUTO(buf_done) struct buf b = { 0 };

	assert_int_equal(store_record_get(s, "token", &b), CKR_OK);
	assert_true(bytes_equal(buf_view(&b), BYTES_STR("token")));
	assert_string_equal(store_path(s), kit_path(k, "65535.db"));
	assert_true(store_writable(s));
	store_close(s);
}

/* Of many processes that want the same number one gets it, whole. */
static void
race(void **state)
{
	struct kit *k = *state;
	struct store *s = NULL;
	pid_t pid[16];
	int i, code, winners = 0;
	char text[16];

	for (i = 0; i < 16; i++) {
		if ((pid[i] = fork()) != 0)
			continue;
		struct store_env *env = NULL;

		(void)snprintf(text, sizeof(text), "%d", i);
		if (store_env_new(k->store, NULL, &env) != CKR_OK)
			_exit(2);
		switch (store_create(env, 0, kit_fill, text)) {
		case CKR_OK:
			_exit(0);
		case CKR_FUNCTION_FAILED:
			_exit(1);
		default:
			_exit(3);
		}
	}
	for (i = 0; i < 16; i++) {
		code = kit_wait(pid[i]);
		assert_true(code == 0 || code == 1);
		winners += code == 0;
	}
	assert_int_equal(winners, 1);
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	(void)kit_add(s, 1);
	store_close(s);
	assert_int_equal(names(k), 4);
}

static void
removal(void **state)
{
	struct kit *k = *state;
	struct store *s = NULL;
	FILE *f;

	assert_int_equal(store_remove(k->env, 0), CKR_TOKEN_NOT_PRESENT);
	s = kit_token(k, 0);
	(void)kit_add(s, 1);
	store_close(s);
	assert_int_equal(store_remove(k->env, 1), CKR_TOKEN_NOT_PRESENT);
	assert_int_equal(store_remove(k->env, 0), CKR_OK);
	assert_int_equal(names(k), 0);
	assert_int_equal(store_open(k->env, 0, &s), CKR_TOKEN_NOT_PRESENT);
	/* what is no token can be deleted too */
	assert_non_null(f = fopen(kit_path(k, "1.db"), "w"));
	assert_int_equal(fclose(f), 0);
	assert_int_equal(store_remove(k->env, 1), CKR_OK);
	assert_int_equal(names(k), 0);
}

/* A log that an earlier token left is not taken for the new one's. */
static void
old_log(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	uint64_t n;

	(void)kit_add(s, 1);
	assert_int_equal(link(kit_path(k, "0.db-wal"), kit_path(k, "w")), 0);
	store_close(s);
	assert_int_equal(store_remove(k->env, 0), CKR_OK);
	s = kit_token(k, 1);
	(void)kit_add(s, 2);
	assert_int_equal(link(kit_path(k, "1.db-wal"),
	    kit_path(k, "0.db-wal")), 0);
	store_close(kit_token(k, 0));
	store_close(s);
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 0);
	store_close(s);
}

/*
 * A token is deleted and made anew while a connection to the old one is open:
 * that one notices, writes nothing, and does not hurt the new one's log when
 * it closes.
 */
static void
deleted_under_us(void **state)
{
	struct kit *k = *state;
	struct store *old = kit_token(k, 0), *fresh, *again;
	struct store_object o = { 0 };
	uint64_t id = kit_add(old, 1), gen = store_generation(old);
	CK_RV rv;

	assert_int_equal(store_remove(k->env, 0), CKR_OK);
	assert_true(gen != store_generation(old));
	assert_int_equal(store_object_get(old, id, true, &o),
	    CKR_DEVICE_REMOVED);
	fresh = kit_token(k, 0);
	(void)kit_add_rv(old, 2, &rv);
	assert_int_equal(rv, CKR_DEVICE_REMOVED);
	id = kit_add(fresh, 3);
	store_close(old);
	id = kit_add(fresh, 4);
	assert_int_equal(store_open(k->env, 0, &again), CKR_OK);
	assert_true(kit_is(again, id, 4));
	store_close(again);
	store_close(fresh);
	assert_int_equal(store_open(k->env, 0, &again), CKR_OK);
	assert_true(kit_is(again, id, 4));
	store_close(again);
}

/* Nobody looked between the deletion and the new token. */
static void
replaced_unseen(void **state)
{
	struct kit *k = *state;
	struct store *old = kit_token(k, 0), *fresh;
	struct store_object o = { 0 };
	uint64_t id = kit_add(old, 1), gen = store_generation(old);

	assert_int_equal(store_remove(k->env, 0), CKR_OK);
	fresh = kit_token(k, 0);
	assert_true(gen != store_generation(old));
	for (int i = 0; i < 2; i++)
		assert_int_equal(store_object_get(old, id, true, &o),
		    CKR_DEVICE_REMOVED);
	store_close(old);
	store_close(fresh);
}

/* Deleted and made anew between two calls: the new counter says nothing of the
 * old file. */
static void
remade_under_us(void **state)
{
	struct kit *k = *state;
	struct store *old = kit_token(k, 0);
	struct store_object o = { 0 };
	uint64_t id = kit_add(old, 1), gen = store_generation(old);

	assert_int_equal(store_remove(k->env, 0), CKR_OK);
	store_close(kit_token(k, 0));
	assert_int_equal(store_object_get(old, id, true, &o),
	    CKR_DEVICE_REMOVED);
	assert_true(gen != store_generation(old));
	assert_int_equal(store_object_get(old, id, true, &o),
	    CKR_DEVICE_REMOVED);
	store_close(old);
}

/* Files replaced by hand, without the store: found when it is used next. */
static void
replaced_by_hand(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_object o = { 0 };
	uint64_t id = kit_add(s, 1);
	CK_RV rv;

	store_close(kit_token(k, 1));
	assert_int_equal(rename(kit_path(k, "1.db"), kit_path(k, "0.db")), 0);
	assert_int_equal(store_object_get(s, id, true, &o),
	    CKR_DEVICE_REMOVED);
	(void)kit_add_rv(s, 1, &rv);
	assert_int_equal(rv, CKR_DEVICE_REMOVED);
	store_close(s);
}

/* A folder that is open to a group is so for making tokens, too; and a lock
 * that is there already is nobody's to give away. */
static void
shared_by_a_group(void **state)
{
	struct kit *k = *state;
	struct stat st;

	store_close(kit_token(k, 0));
	assert_int_equal(stat(kit_path(k, ".lock"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(k->store, 0770), 0);
	store_close(kit_token(k, 1));
	assert_int_equal(stat(kit_path(k, ".lock"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(unlink(kit_path(k, ".lock")), 0);
	store_close(kit_token(k, 2));
	assert_int_equal(stat(kit_path(k, ".lock"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(stat(kit_path(k, "2.db"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* What root finds in a user's folder is not made the user's. */
static void
lock_of_another(void **state)
{
	struct kit *k = *state;
	struct stat st;

	if (geteuid() != 0) {
		print_message("SKIP: not root\n");
		skip();
	}
	store_close(kit_token(k, 0));
	assert_int_equal(unlink(kit_path(k, ".lock")), 0);
	assert_int_equal(link(kit_path(k, "0.db"), kit_path(k, ".lock")), 0);
	assert_int_equal(chown(k->store, 65534, 65534), 0);
	store_close(kit_token(k, 1));
	assert_int_equal(stat(kit_path(k, "0.db"), &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(unlink(kit_path(k, ".lock")), 0);
	store_close(kit_token(k, 2));
	assert_int_equal(stat(kit_path(k, ".lock"), &st), 0);
	assert_int_equal(st.st_uid, 65534);
}

/* A link whose file is not there is a token that cannot be read, no free
 * place. */
static void
link_into_the_void(void **state)
{
	struct kit *k = *state;
	struct store *s = NULL;

	store_close(kit_token(k, 0));
	assert_int_equal(symlink("/nonexistent/1.db", kit_path(k, "1.db")), 0);
	assert_true(store_has(k->env, 1));
	assert_int_equal(store_open(k->env, 1, &s), CKR_DEVICE_ERROR);
	assert_int_equal(store_create(k->env, 1, kit_fill, NULL),
	    CKR_FUNCTION_FAILED);
	assert_int_equal(store_open(k->env, 2, &s), CKR_TOKEN_NOT_PRESENT);
	assert_false(store_has(k->env, 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(failing),
		KIT_TEST(dying),
		KIT_TEST(rights),
		KIT_TEST(taken),
		KIT_TEST(filled),
		KIT_TEST(race),
		KIT_TEST(removal),
		KIT_TEST(old_log),
		KIT_TEST(deleted_under_us),
		KIT_TEST(remade_under_us),
		KIT_TEST(replaced_unseen),
		KIT_TEST(replaced_by_hand),
		KIT_TEST(shared_by_a_group),
		KIT_TEST(lock_of_another),
		KIT_TEST(link_into_the_void),
	};

	return cmocka_run_group_tests_name("store/create", tests, NULL, NULL);
}
