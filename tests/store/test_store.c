/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front: transactions and threads, the same for every kind of database.
 */
#include "store/kit.h"

#include <pthread.h>

/* All that one store does, on one in memory. */
static void
in_memory(void **state)
{
	struct kit *k = *state;
	struct store *s, *t;
	uint64_t id, n, gen;
	bool bad = true;

	assert_int_equal(store_open_memory(k->env, &s), CKR_OK);
	assert_int_equal(store_open_memory(k->env, &t), CKR_OK);
	assert_string_equal(store_path(s), "");
	assert_true(store_writable(s));
	gen = store_generation(s);
	assert_true(gen != 0 && gen == store_generation(s));
	id = kit_add(s, 1);
	assert_true(gen != store_generation(s));
	assert_true(kit_is(s, id, 1));
	assert_int_equal(kit_find(s, 0, 1), 1);
	assert_int_equal(kit_find(t, 0, 1), 0);
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_check(s, &bad), CKR_OK);
	assert_false(bad);
	assert_false(kit_exists(k, ""));
	store_close(t);
	store_close(s);
	store_close(NULL);
}

/* Done twice, done after commit, commit after a failure: all harmless. */
static void
endings(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	struct kit_object o;
	uint64_t id = kit_add(s, 1);

	store_tx_done(&tx);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	kit_object(&o, 1); /* its UUID is taken */
	assert_int_equal(store_object_insert(s, &o.o), CKR_FUNCTION_FAILED);
	/* reading goes on, writing does not */
	assert_true(kit_is(s, id, 1));
	assert_int_equal(store_object_delete(s, id), CKR_FUNCTION_FAILED);
	assert_int_equal(store_wipe(s), CKR_FUNCTION_FAILED);
	assert_int_equal(store_tx_commit(&tx), CKR_FUNCTION_FAILED);
	store_tx_done(&tx);
	store_tx_done(&tx);
	assert_true(kit_is(s, id, 1));
	assert_true(kit_add(s, 2) > id);
	store_close(s);
}

/* Another store of the environment inside a transaction. */
static void
two_stores(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0), *t = kit_token(k, 1);
	struct store_tx tx = { NULL };
	struct kit_object o;
	uint64_t id = kit_add(t, 1);

	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	kit_object(&o, 2);
	assert_int_equal(store_object_insert(s, &o.o), CKR_OK);
	assert_true(kit_is(t, id, 1));
	assert_true(store_generation(t) != 0);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_true(kit_is(s, o.o.id, 2));
	store_close(t);
	store_close(s);
}

struct worker {
	struct kit *k;
	struct store *s;
	unsigned number;
	int failures;
};

/* Adds, finds, changes and deletes; counts what does not come out right. */
static void *
work(void *arg)
{
	struct worker *w = arg;
	struct store_tx tx = { NULL };
	uint64_t i, id, n;
	CK_RV rv;

	for (i = 0; i < 20; i++) {
		n = w->number * 1000 + i;
		id = kit_add_rv(w->s, n, &rv);
		w->failures += rv != CKR_OK || !kit_is(w->s, id, n);
		w->failures += store_generation(w->s) == 0;
		if (i % 2 == 0)
			continue;
		rv = store_tx_begin(w->s, &tx);
		if (rv == CKR_OK)
			rv = store_object_delete(w->s, id);
		if (rv == CKR_OK)
			rv = store_tx_commit(&tx);
		store_tx_done(&tx);
		w->failures += rv != CKR_OK || kit_is(w->s, id, n);
	}
	return NULL;
}

static void
threads(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0), *t = kit_token(k, 1);
	struct worker w[8];
	pthread_t thread[8];
	bool bad = true;
	unsigned i;
	uint64_t n;

	for (i = 0; i < 8; i++) {
		w[i] = (struct worker){ k, i < 5 ? s : t, i, 0 };
		assert_int_equal(pthread_create(&thread[i], NULL, work, &w[i]),
		    0);
	}
	for (i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_int_equal(w[i].failures, 0);
	}
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 50);
	assert_int_equal(store_check(s, &bad), CKR_OK);
	assert_false(bad);
	store_close(t);
	store_close(s);
}

/* Reading is not held up by a thread that waits for another process. */
static void
reading_while_waiting(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct worker w = { k, s, 1, 0 };
	uint64_t id = kit_add(s, 1);
	pthread_t thread;
	sqlite3 *other;
	int i;

	/* stands for the other process: a connection past the store */
	assert_int_equal(sqlite3_open(kit_path(k, "0.db"), &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL,
	    NULL), SQLITE_OK);
	assert_int_equal(pthread_create(&thread, NULL, work, &w), 0);
	for (i = 0; i < 200; i++)
		assert_true(kit_is(s, id, 1));
	assert_int_equal(kit_find(s, 2, 0), 1);
	lock_take(&k->env->lock);
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	lock_give(&k->env->lock);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(w.failures, 0);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(in_memory),
		KIT_TEST(endings),
		KIT_TEST(two_stores),
		KIT_TEST(threads),
		KIT_TEST(reading_while_waiting),
	};

	return cmocka_run_group_tests_name("store/store", tests, NULL, NULL);
}
