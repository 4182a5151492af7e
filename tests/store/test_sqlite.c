/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connection: settings, read-only files and folders, a full disk, death of
 * a writer, and many processes at once.
 */
#include "store/kit.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "store/sqlite_int.h"

/* A number that a PRAGMA says, through the connection of s. */
static int64_t
setting(struct store *s, const char *name)
{
	char sql[100];
	int64_t v = -1;

	(void)snprintf(sql, sizeof(sql), "PRAGMA %s", name);
	assert_int_equal(sq_number(sq_of(s), sql, &v), CKR_OK);
	return v;
}

static void
settings(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	sqlite3_stmt *st = NULL;
	bool row;

	assert_int_equal(setting(s, "synchronous"), 2);
	assert_int_equal(setting(s, "secure_delete"), 1);
	assert_int_equal(setting(s, "trusted_schema"), 0);
	assert_int_equal(setting(s, "cell_size_check"), 1);
	assert_int_equal(setting(s, "mmap_size"), 0);
	assert_int_equal(setting(s, "application_id"), SQ_APPLICATION);
	assert_int_equal(setting(s, "user_version"), SQ_FORMAT);
	assert_int_equal(sq_prepare(sq_of(s), "PRAGMA journal_mode", &st),
	    CKR_OK);
	assert_int_equal(sq_step(sq_of(s), st, &row), CKR_OK);
	assert_string_equal((const char *)sqlite3_column_text(st, 0), "wal");
	sq_finalp(&st);
	/* no back door for SQL that somebody smuggles in */
	assert_int_equal(sq_exec(sq_of(s), "PRAGMA writable_schema = ON; "
	    "UPDATE sqlite_schema SET sql = sql"), CKR_DEVICE_ERROR);
	store_close(s);
}

/* ----------------------------------------------------------- read-only */

/* Runs f in a child without root's rights; its exit code. */
static int
as_nobody(struct kit *k, int (*f)(struct kit *k))
{
	char above[300];
	pid_t pid;

	if (geteuid() == 0) {
		(void)snprintf(above, sizeof(above), "%s/a", k->dir);
		assert_int_equal(chmod(k->dir, 0711), 0);
		(void)chmod(above, 0711); /* not every test has it */
	}
	if ((pid = fork()) == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 ||
		    setuid(65534) != 0))
			_exit(99);
		_exit(f(k));
	}
	return kit_wait(pid);
}

/* The token reads, does not write, and says so. */
static int
reads_only(struct kit *k)
{
	struct store_env *env = NULL;
	struct store_tx tx = { NULL };
	struct store *s = NULL;
	bool bad = true;
	uint64_t n = 0;

	if (store_env_new(k->store, NULL, &env) != CKR_OK)
		return 1;
	if (store_open(env, 0, &s) != CKR_OK)
		return 2;
	if (store_writable(s))
		return 3;
	if (!kit_is(s, 1, 1) || kit_find(s, 0, 1) != 1 ||
	    store_object_count(s, &n) != CKR_OK || n != 1)
		return 4;
	if (store_tx_begin(s, &tx) != CKR_TOKEN_WRITE_PROTECTED)
		return 5;
	if (store_generation(s) == 0 ||
	    store_generation(s) != store_generation(s))
		return 6;
	if (store_check(s, &bad) != CKR_OK || bad)
		return 7;
	store_close(s);
	return 0;
}

static void
protect(struct kit *k, mode_t file, mode_t folder)
{
	static const char *const names[] = {
		"0.db", "0.db-wal", "0.db-shm", "0.gen"
	};
	size_t i;

	for (i = 0; i < KL_COUNT(names); i++)
		if (kit_exists(k, names[i]))
			assert_int_equal(chmod(kit_path(k, names[i]), file),
			    0);
	assert_int_equal(chmod(k->store, folder), 0);
}

static void
read_only_file(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);

	(void)kit_add(s, 1);
	store_close(s);
	protect(k, 0444, 0555);
	assert_int_equal(as_nobody(k, reads_only), 0);
	/* while another process has it open, with the object in the log */
	protect(k, 0600, 0700);
	assert_int_equal(store_remove(k->env, 0), CKR_OK);
	s = kit_token(k, 0);
	(void)kit_add(s, 1);
	protect(k, 0444, 0555);
	assert_int_equal(as_nobody(k, reads_only), 0);
	store_close(s);
}

/* No -wal, no -shm, and none can be made: a copy on a CD, say. */
static void
read_only_copy(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);

	(void)kit_add(s, 1);
	store_close(s);
	assert_int_equal(unlink(kit_path(k, "0.db-wal")), 0);
	assert_int_equal(unlink(kit_path(k, "0.db-shm")), 0);
	protect(k, 0444, 0555);
	assert_int_equal(as_nobody(k, reads_only), 0);
	assert_int_equal(unlink(kit_path(k, "0.gen")), 0);
	assert_int_equal(as_nobody(k, reads_only), 0);
	assert_false(kit_exists(k, "0.gen"));
}

static int
sees_changes(struct kit *k)
{
	struct store_env *env = NULL;
	struct store *s = NULL;
	uint64_t gen;
	char c = 'r';

	if (store_env_new(k->store, NULL, &env) != CKR_OK ||
	    store_open(env, 0, &s) != CKR_OK)
		return 1;
	if (!sq_of(s)->immutable || !kit_is(s, 1, 1))
		return 2;
	gen = store_generation(s);
	if (write(3, &c, 1) != 1 || read(4, &c, 1) != 1)
		return 3;
	if (gen == store_generation(s))
		return 4;
	return kit_is(s, 2, 2) ? 0 : 5;
}

/* An immutable connection follows what a process with more rights writes. */
static void
immutable_follows(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	int there[2], back[2];
	pid_t pid;
	char c;

	(void)kit_add(s, 1);
	store_close(s);
	assert_int_equal(unlink(kit_path(k, "0.db-wal")), 0);
	assert_int_equal(unlink(kit_path(k, "0.db-shm")), 0);
	protect(k, 0444, 0555);
	assert_int_equal(pipe(there), 0);
	assert_int_equal(pipe(back), 0);
	if ((pid = fork()) == 0) {
		/* 3 and 4 are known to sees_changes */
		if (dup2(back[1], 103) < 0 || dup2(there[0], 104) < 0 ||
		    dup2(103, 3) < 0 || dup2(104, 4) < 0)
			_exit(90);
		_exit(as_nobody(k, sees_changes));
	}
	assert_int_equal(read(back[0], &c, 1), 1);
	if (geteuid() != 0) {
		print_message("SKIP: only root writes in a protected folder\n");
		(void)kill(pid, SIGKILL);
		(void)kit_wait(pid);
		skip();
	}
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	(void)kit_add(s, 2);
	protect(k, 0444, 0555);
	assert_int_equal(write(there[1], "x", 1), 1);
	assert_int_equal(kit_wait(pid), 0);
	store_close(s);
	assert_int_equal(close(there[0]) + close(there[1]) + close(back[0]) +
	    close(back[1]), 0);
}

static int
refuses(struct kit *k)
{
	struct store_env *env = NULL;
	struct store *s = NULL;

	if (store_env_new(k->store, NULL, &env) != CKR_OK)
		return 1;
	return store_open(env, 0, &s) == CKR_DEVICE_ERROR ? 0 : 2;
}

/* A log with content that cannot be used is not silently left out. */
static void
log_not_left_out(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);

	kit_needs_private_sqlite();
	(void)kit_add(s, 1);
	assert_int_equal(link(kit_path(k, "0.db"), kit_path(k, "1.db")), 0);
	assert_int_equal(link(kit_path(k, "0.db-wal"), kit_path(k, "w")), 0);
	assert_int_equal(rename(kit_path(k, "0.db"), kit_path(k, "2.db")), 0);
	assert_int_equal(rename(kit_path(k, "2.db"), kit_path(k, "0.db")), 0);
	assert_int_equal(unlink(kit_path(k, "0.db-shm")), 0);
	protect(k, 0444, 0555);
	assert_int_equal(as_nobody(k, refuses), 0);
	protect(k, 0600, 0700);
	store_close(s);
}

static void
unreadable(void **state)
{
	struct kit *k = *state;

	store_close(kit_token(k, 0));
	protect(k, 0000, 0555);
	assert_int_equal(as_nobody(k, refuses), 0);
}

/* ------------------------------------------------------------- full disk */

/* Fills the file-size limit; what fits is kept, the rest refused cleanly. */
static int
until_full(struct kit *k)
{
	const struct rlimit small = { 300000, RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct store_env *env = NULL;
	struct store *s = NULL;
	uint64_t i, id = 0, kept = 0, n = 0;
	bool bad = true;
	CK_RV rv = CKR_OK;

	(void)signal(SIGXFSZ, SIG_IGN);
	if (store_env_new(k->store, NULL, &env) != CKR_OK ||
	    store_open(env, 0, &s) != CKR_OK ||
	    setrlimit(RLIMIT_FSIZE, &small) != 0)
		return 1;
	for (i = 1; i < 100000 && rv == CKR_OK; i++) {
		id = kit_add_rv(s, i, &rv);
		kept += rv == CKR_OK;
	}
	if (rv != CKR_DEVICE_MEMORY)
		return 2;
	if (kept < 10 || !kit_is(s, kept, kept))
		return 3;
	if (store_object_count(s, &n) != CKR_OK || n != kept)
		return 4;
	if (setrlimit(RLIMIT_FSIZE, &none) != 0)
		return 5;
	id = kit_add_rv(s, 200000, &rv);
	if (rv != CKR_OK || !kit_is(s, id, 200000))
		return 6;
	if (store_check(s, &bad) != CKR_OK || bad)
		return 7;
	store_close(s);
	return 0;
}

static void
full_by_limit(void **state)
{
	struct kit *k = *state;
	pid_t pid;

	store_close(kit_token(k, 0));
	if ((pid = fork()) == 0)
		_exit(until_full(k));
	assert_int_equal(kit_wait(pid), 0);
}

/* A small file system of its own; -1 when we may not mount one. */
static int
full_mount(struct kit *k)
{
	char text[] = "token";
	struct store_env *env = NULL;
	struct store *s = NULL, *t = NULL;
	uint64_t i, n = 0;
	bool bad = true;
	CK_RV rv = CKR_OK;
	int fd;

	if (mount("none", k->store, "tmpfs", 0, "size=400k") != 0)
		return 77;
	if (store_env_new(k->store, NULL, &env) != CKR_OK ||
	    store_create(env, 0, kit_fill, text) != CKR_OK ||
	    store_open(env, 0, &s) != CKR_OK)
		return 1;
	for (i = 1; i < 100000 && rv == CKR_OK; i++)
		(void)kit_add_rv(s, i, &rv);
	if (rv != CKR_DEVICE_MEMORY || !kit_is(s, i - 2, i - 2))
		return 2;
	/* not a block left: no new token either, and no half of one */
	fd = open(kit_path(k, "fill"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, kit_path, 4096) > 0)
		;
	if (store_create(env, 1, kit_fill, text) != CKR_DEVICE_MEMORY ||
	    kit_exists(k, "1.db"))
		return 3;
	/* a second connection opens and reads what there is */
	if (store_open(env, 0, &t) != CKR_OK ||
	    store_object_count(t, &n) != CKR_OK || n != i - 2)
		return 4;
	store_close(t);
	if (unlink(kit_path(k, "fill")) != 0 || close(fd) != 0)
		return 5;
	if (store_check(s, &bad) != CKR_OK || bad)
		return 6;
	store_close(s);
	return umount2(k->store, MNT_DETACH) == 0 ? 0 : 8;
}

static void
full_disk(void **state)
{
	struct kit *k = *state;
	pid_t pid;
	int code;

	store_close(kit_token(k, 0));
	if ((pid = fork()) == 0)
		_exit(full_mount(k));
	code = kit_wait(pid);
	if (code != 0)
		(void)umount2(k->store, MNT_DETACH);
	if (code == 77) {
		print_message("SKIP: no right to mount a small file system\n");
		skip();
	}
	assert_int_equal(code, 0);
}

/* ------------------------------------------------------- death, and crowds */

/* Adds objects for ever, telling each row that was acknowledged. */
static void
add_and_tell(const struct kit *k, int out, uint64_t from)
{
	struct store_env *env = NULL;
	struct store *s = NULL;
	uint64_t pair[2];
	CK_RV rv;

	if (store_env_new(k->store, NULL, &env) != CKR_OK ||
	    store_open(env, 0, &s) != CKR_OK)
		_exit(1);
	for (pair[1] = from;; pair[1]++) {
		pair[0] = kit_add_rv(s, pair[1], &rv);
		if (rv != CKR_OK ||
		    write(out, pair, sizeof(pair)) != sizeof(pair))
			_exit(2);
	}
}

/* A writer is killed again and again: nothing it acknowledged is missing. */
static void
killed_writer(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct timespec pause = { .tv_nsec = 5000000 };
	uint64_t pair[2];
	bool bad = true;
	pid_t pid;
	int i, out[2];
	long told = 0;

	for (i = 0; i < 25; i++) {
		assert_int_equal(pipe(out), 0);
		if ((pid = fork()) == 0)
			add_and_tell(k, out[1], (uint64_t)(i + 1) * 100000);
		assert_int_equal(close(out[1]), 0);
		assert_int_equal(read(out[0], pair, sizeof(pair)),
		    sizeof(pair));
		(void)nanosleep(&pause, NULL);
		pause.tv_nsec = 1000000 + (pause.tv_nsec * 7) % 9000000;
		assert_int_equal(kill(pid, SIGKILL), 0);
		do {
			assert_true(kit_is(s, pair[0], pair[1]));
			told++;
		} while (read(out[0], pair, sizeof(pair)) == sizeof(pair));
		assert_int_equal(kit_wait(pid), 256 + SIGKILL);
		assert_int_equal(close(out[0]), 0);
		(void)kit_add(s, (uint64_t)i);
	}
	assert_true(told >= 25);
	assert_int_equal(store_check(s, &bad), CKR_OK);
	assert_false(bad);
	store_close(s);
}

/* Waits for the start, opens, reads and writes; an exit code. */
static int
one_of_many(const struct kit *k, int start, int number)
{
	struct store_env *env = NULL;
	struct store *s = NULL;
	uint64_t i, n, id;
	CK_RV rv;
	char c;

	if (read(start, &c, 1) != 0)
		return 1;
	if (store_env_new(k->store, NULL, &env) != CKR_OK)
		return 2;
	if (store_open(env, 0, &s) != CKR_OK)
		return 3;
	if (!kit_is(s, 1, 1))
		return 4;
	for (i = 0; number % 4 == 0 && i < 20; i++) {
		n = (uint64_t)(number + 1) * 1000 + i;
		id = kit_add_rv(s, n, &rv);
		if (rv != CKR_OK)
			return 5;
		if (!kit_is(s, id, n))
			return 6;
	}
	store_close(s);
	return 0;
}

/* 64 processes at one moment, every fourth of which writes: none fails. */
static void
crowd(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	bool bad = true;
	pid_t pid[64];
	int i, start[2];
	uint64_t n;

	(void)kit_add(s, 1);
	store_close(s);
	assert_int_equal(pipe(start), 0);
	for (i = 0; i < 64; i++)
		if ((pid[i] = fork()) == 0) {
			(void)close(start[1]);
			_exit(one_of_many(k, start[0], i));
		}
	assert_int_equal(close(start[1]), 0);
	for (i = 0; i < 64; i++)
		assert_int_equal(kit_wait(pid[i]), 0);
	assert_int_equal(close(start[0]), 0);
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 1 + 16 * 20);
	assert_int_equal(store_check(s, &bad), CKR_OK);
	assert_false(bad);
	store_close(s);
}

/* A path with every awkward character, also as a URI. */
static void
odd_path(void **state)
{
	struct kit *k = *state;
	struct kit odd = *k;
	struct store *s;

	(void)snprintf(odd.store, sizeof(odd.store),
	    "%s/a b?c#d%%41&e=f;g'h\"\xc3\xa4", k->dir);
	assert_int_equal(store_env_new(odd.store, NULL, &odd.env), CKR_OK);
	s = kit_token(&odd, 0);
	(void)kit_add(s, 1);
	store_close(s);
	assert_int_equal(unlink(kit_path(&odd, "0.db-wal")), 0);
	assert_int_equal(unlink(kit_path(&odd, "0.db-shm")), 0);
	protect(&odd, 0444, 0555);
	assert_int_equal(as_nobody(&odd, reads_only), 0);
	protect(&odd, 0600, 0700);
	store_env_free(odd.env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(settings),
		KIT_TEST(read_only_file),
		KIT_TEST(read_only_copy),
		KIT_TEST(immutable_follows),
		KIT_TEST(log_not_left_out),
		KIT_TEST(unreadable),
		KIT_TEST(full_by_limit),
		KIT_TEST(full_disk),
		KIT_TEST(killed_writer),
		KIT_TEST(crowd),
		KIT_TEST(odd_path),
	};

	return cmocka_run_group_tests_name("store/sqlite", tests, NULL, NULL);
}
