/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forks: a child's new connection has nothing to do with what it inherited.
 */
#include "store/kit.h"

#include <pthread.h>

#define ROUNDS 60

/* Adds ROUNDS objects and reads each back; the number of failures. */
static int
add_many(struct store *s, uint64_t from)
{
	uint64_t i, id;
	int failures = 0;
	CK_RV rv;

	for (i = 0; i < ROUNDS; i++) {
		id = kit_add_rv(s, from + i, &rv);
		failures += rv != CKR_OK || !kit_is(s, id, from + i);
	}
	return failures > 100 ? 100 : failures;
}

/* What a forked child does: an environment and a connection of its own. */
static int
child(const struct kit *k, uint64_t from, int go)
{
	struct store_env *env = NULL;
	struct store *s = NULL;
	char c;
	int failures;

	if (store_env_new(k->store, NULL, &env) != CKR_OK)
		return 101;
	if (store_open(env, 0, &s) != CKR_OK)
		return 102;
	failures = add_many(s, from);
	/* the parent has closed its connection, or is gone */
	if (go >= 0 && read(go, &c, 1) < 0)
		return 103;
	failures += add_many(s, from + 1000);
	store_close(s);
	store_env_free(env);
	return failures;
}

static void
check_all(struct kit *k, uint64_t want)
{
	struct store *s = NULL;
	bool bad = true;
	uint64_t n;

	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, want);
	assert_int_equal(store_check(s, &bad), CKR_OK);
	assert_false(bad);
	store_close(s);
}

/* Both write; the parent closes; the child writes on while a third opens. */
static void
parent_closes(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	int go[2];
	pid_t a, b;

	kit_needs_private_sqlite();
	(void)kit_add(s, 99999);
	assert_int_equal(pipe(go), 0);
	if ((a = fork()) == 0)
		_exit(child(k, 10000, go[0]));
	assert_int_equal(add_many(s, 20000), 0);
	store_close(s);
	assert_int_equal(write(go[1], "x", 1), 1);
	if ((b = fork()) == 0)
		_exit(child(k, 30000, -1));
	assert_int_equal(kit_wait(a), 0);
	assert_int_equal(kit_wait(b), 0);
	assert_int_equal(close(go[0]) + close(go[1]), 0);
	check_all(k, 1 + 5 * ROUNDS);
}

/* The process in the middle exits with its connection open, as daemons do;
 * its child goes on. */
static void
parent_exits(void **state)
{
	struct kit *k = *state;
	int go[2], done[2];
	char code = -1;
	pid_t pid;

	kit_needs_private_sqlite();
	store_close(kit_token(k, 0));
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(done), 0);
	if ((pid = fork()) == 0) {
		struct store_env *env = NULL;
		struct store *s = NULL;

		if (store_env_new(k->store, NULL, &env) != CKR_OK ||
		    store_open(env, 0, &s) != CKR_OK)
			_exit(104);
		if (fork() == 0) {
			code = (char)child(k, 10000, go[0]);
			_exit(write(done[1], &code, 1) == 1 ? 0 : 1);
		}
		_exit(add_many(s, 20000));
	}
	assert_int_equal(kit_wait(pid), 0);
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(read(done[0], &code, 1), 1);
	assert_int_equal(code, 0);
	assert_int_equal(close(go[0]) + close(go[1]) + close(done[0]) +
	    close(done[1]), 0);
	check_all(k, 3 * ROUNDS);
}

/* Opens, sees nothing of what is not committed, then waits its turn. */
static int
child_in_transaction(const struct kit *k, int go)
{
	struct store_env *env = NULL;
	struct store *t = NULL;
	uint64_t n = 9;

	if (store_env_new(k->store, NULL, &env) != CKR_OK ||
	    store_open(env, 0, &t) != CKR_OK ||
	    store_object_count(t, &n) != CKR_OK || n != 0)
		return 101;
	if (write(go, "x", 1) != 1)
		return 102;
	return add_many(t, 100);
}

struct forker {
	struct kit *k;
	int go;
	pid_t pid;
};

static void *
fork_in_thread(void *arg)
{
	struct forker *f = arg;

	if ((f->pid = fork()) == 0)
		_exit(child_in_transaction(f->k, f->go));
	return NULL;
}

/* The parent's locks hold against the child: a transaction that is open in
 * one thread while another forks keeps the child waiting, and is nobody's
 * but the parent's. */
static void
fork_in_transaction(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	struct forker f = { k, -1, -1 };
	struct kit_object o;
	pthread_t thread;
	int go[2];
	char c;

	kit_needs_private_sqlite();
	assert_int_equal(pipe(go), 0);
	f.go = go[1];
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	kit_object(&o, 5);
	assert_int_equal(store_object_insert(s, &o.o), CKR_OK);
	assert_int_equal(pthread_create(&thread, NULL, fork_in_thread, &f), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(read(go[0], &c, 1), 1);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_true(kit_is(s, o.o.id, 5));
	assert_int_equal(kit_wait(f.pid), 0);
	store_close(s);
	assert_int_equal(close(go[0]) + close(go[1]), 0);
	check_all(k, 1 + ROUNDS);
}

/* A child that closes every descriptor it inherited, before or after it has
 * opened its own connection, cannot hurt the parent. */
static void
child_closes_all(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	pid_t pid;
	int fd;

	kit_needs_private_sqlite();
	(void)kit_add(s, 1);
	if ((pid = fork()) == 0) {
		for (fd = 3; fd < 256; fd++)
			(void)close(fd);
		_exit(child(k, 1000, -1));
	}
	assert_int_equal(add_many(s, 5000), 0);
	assert_int_equal(kit_wait(pid), 0);
	store_close(s);
	check_all(k, 1 + 3 * ROUNDS);
}

/* Grandchildren, each of whom forks while it has a connection. */
static void
generations(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	pid_t pid;
	int depth, code;

	kit_needs_private_sqlite();
	if ((pid = fork()) == 0) {
		for (depth = 1; depth <= 4; depth++) {
			struct store_env *env = NULL;
			struct store *t = NULL;
			pid_t next;

			if (store_env_new(k->store, NULL, &env) != CKR_OK ||
			    store_open(env, 0, &t) != CKR_OK)
				_exit(1);
			next = depth < 4 ? fork() : -1;
			if (next == 0)
				continue;
			code = add_many(t, (uint64_t)depth * 1000);
			store_close(t);
			_exit(next > 0 ? code + kit_wait(next) : code);
		}
	}
	assert_int_equal(add_many(s, 9000), 0);
	assert_int_equal(kit_wait(pid), 0);
	store_close(s);
	check_all(k, 5 * ROUNDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(parent_closes),
		KIT_TEST(parent_exits),
		KIT_TEST(fork_in_transaction),
		KIT_TEST(child_closes_all),
		KIT_TEST(generations),
	};

	return cmocka_run_group_tests_name("store/vfs", tests, NULL, NULL);
}
