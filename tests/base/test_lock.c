/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks: what cannot be made, wrong order, then exclusion by both kinds.
 */
#include "base/lock.h"

#include "base/log.h"
#include "kit/kit.h"

#define THREADS 4
#define ROUNDS	20000

/* The application's side: counts, and fails as told. */
static struct {
	CK_RV create_rv, lock_rv;
	int created, destroyed, taken, given;
	pthread_mutex_t mutex;
} app;

static CK_RV
app_create(CK_VOID_PTR_PTR out)
{
	if (app.create_rv != CKR_OK)
		return app.create_rv;
	app.created++;
	*out = &app.mutex;
	return CKR_OK;
}

static CK_RV
app_destroy(CK_VOID_PTR mutex)
{
	assert_ptr_equal(mutex, &app.mutex);
	app.destroyed++;
	return CKR_OK;
}

static CK_RV
app_lock(CK_VOID_PTR mutex)
{
	if (app.lock_rv != CKR_OK)
		return app.lock_rv;
	assert_int_equal(pthread_mutex_lock(mutex), 0);
	app.taken++;
	return CKR_OK;
}

static CK_RV
app_unlock(CK_VOID_PTR mutex)
{
	if (app.lock_rv != CKR_OK)
		return app.lock_rv;
	app.given++;
	assert_int_equal(pthread_mutex_unlock(mutex), 0);
	return CKR_OK;
}

static const struct lock_calls app_calls = { app_create, app_destroy,
	app_lock, app_unlock };

static int
setup(void **state)
{
	(void)state;
	memset(&app, 0, sizeof(app));
	return pthread_mutex_init(&app.mutex, NULL) |
	    (log_setup("none") != CKR_OK);
}

static void
test_incomplete_calls(void **state)
{
	struct lock l;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct lock_calls some = app_calls;

		if (i == 0)
			some.create = NULL;
		else if (i == 1)
			some.destroy = NULL;
		else if (i == 2)
			some.lock = NULL;
		else
			some.unlock = NULL;
		assert_int_equal(lock_init(&l, LOCK_SLOT, &some),
		    CKR_CANT_LOCK);
	}
	assert_int_equal(app.created, 0);
}

static void
test_create_fails(void **state)
{
	struct lock l;

	(void)state;
	app.create_rv = CKR_HOST_MEMORY;
	assert_int_equal(lock_init(&l, LOCK_SLOT, &app_calls),
	    CKR_HOST_MEMORY);
	app.create_rv = CKR_GENERAL_ERROR;
	assert_int_equal(lock_init(&l, LOCK_SLOT, &app_calls), CKR_CANT_LOCK);
}

static void
test_failing_callback_is_told(void **state)
{
	char *folder = kit_folder_new(), *path = kit_path(folder, "log");
	char *setting = NULL, *text;
	struct lock l;

	(void)state;
	assert_true(asprintf(&setting, "error:file:%s", path) > 0);
	assert_int_equal(log_setup(setting), CKR_OK);
	assert_int_equal(lock_init(&l, LOCK_SLOT, &app_calls), CKR_OK);
	app.lock_rv = CKR_MUTEX_BAD;
	lock_take(&l);
	lock_give(&l);
	lock_done(&l);
	text = kit_read(path);
	assert_non_null(strstr(text, "LockMutex failed (CKR_MUTEX_BAD)"));
	assert_non_null(strstr(text, "UnlockMutex failed (CKR_MUTEX_BAD)"));
	log_reset();
	free(text);
	free(setting);
	free(path);
	kit_folder_free(folder);
}

/* Takes two locks with the ranks of arg, in that order, and ends with them. */
static bool
take_two(void *arg)
{
	const enum lock_rank *rank = arg;
	struct lock a, b;

	if (lock_init(&a, rank[0], NULL) != CKR_OK ||
	    lock_init(&b, rank[1], NULL) != CKR_OK)
		return false;
	lock_take(&a);
	lock_take(&b);
	return true;
}

/* Stops debug builds; release builds do not look. */
static void
test_wrong_order_stops(void **state)
{
	enum lock_rank down[] = { LOCK_TOKEN, LOCK_SLOT };
	enum lock_rank same[] = { LOCK_SESSION, LOCK_SESSION };
	enum lock_rank up[] = { LOCK_LIBRARY, LOCK_STORE };

	(void)state;
	assert_int_equal(kit_child(take_two, up), 0);
	assert_int_equal(kit_child(take_two, down) != 0, KL_DEBUGGING);
	assert_int_equal(kit_child(take_two, same) != 0, KL_DEBUGGING);
}

static bool
give_untaken(void *arg)
{
	lock_give(arg);
	return true;
}

static void
test_give_untaken_stops(void **state)
{
	struct lock l;

	(void)state;
	if (!KL_DEBUGGING) {
		print_message("SKIP: asserted in debug builds\n");
		skip();
	}
	assert_int_equal(lock_init(&l, LOCK_OBJECT, NULL), CKR_OK);
	assert_int_not_equal(kit_child(give_untaken, &l), 0);
	lock_done(&l);
}

static void
test_rank_free_again(void **state)
{
	struct lock low, high;

	(void)state;
	assert_int_equal(lock_init(&low, LOCK_LIBRARY, NULL), CKR_OK);
	assert_int_equal(lock_init(&high, LOCK_STORE, NULL), CKR_OK);
	for (int i = 0; i < 2; i++) {
		lock_take(&high);
		lock_give(&high);
		lock_take(&low);
		lock_take(&high);
		/* Not in reverse order: allowed. */
		lock_give(&low);
		lock_give(&high);
	}
	lock_done(&low);
	lock_done(&high);
}

struct race {
	struct lock lock;
	long count;
};

static void *
race_run(void *arg)
{
	struct race *race = arg;

	for (int i = 0; i < ROUNDS; i++) {
		KL_AUTO(lock_hold_done) struct lock *held =
		    lock_hold(&race->lock);
		long seen = race->count;

		(void)held;
		if (i % 64 == 0)
			(void)sched_yield();
		race->count = seen + 1;
	}
	return NULL;
}

/* Lets threads count under a lock; without exclusion some counts get lost. */
static void
race_check(const struct lock_calls *calls)
{
	struct race race = { .count = 0 };
	pthread_t thread[THREADS];

	assert_int_equal(lock_init(&race.lock, LOCK_SESSION, calls), CKR_OK);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, race_run,
		    &race), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(race.count, THREADS * ROUNDS);
	lock_done(&race.lock);
}

static void
test_native_excludes(void **state)
{
	static const struct lock_calls none;

	(void)state;
	race_check(NULL);
	race_check(&none);
	assert_int_equal(app.created, 0);
}

static void
test_callbacks_exclude(void **state)
{
	(void)state;
	race_check(&app_calls);
	assert_int_equal(app.created, 1);
	assert_int_equal(app.destroyed, 1);
	assert_int_equal(app.taken, THREADS * ROUNDS);
	assert_int_equal(app.given, THREADS * ROUNDS);
}

static void
test_hold_done_of_nothing(void **state)
{
	struct lock *none = NULL;

	(void)state;
	lock_hold_done(&none);
	assert_null(none);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_incomplete_calls, setup),
		cmocka_unit_test_setup(test_create_fails, setup),
		cmocka_unit_test_setup(test_failing_callback_is_told, setup),
		cmocka_unit_test_setup(test_wrong_order_stops, setup),
		cmocka_unit_test_setup(test_give_untaken_stops, setup),
		cmocka_unit_test_setup(test_rank_free_again, setup),
		cmocka_unit_test_setup(test_native_excludes, setup),
		cmocka_unit_test_setup(test_callbacks_exclude, setup),
		cmocka_unit_test_setup(test_hold_done_of_nothing, setup),
	};

	return cmocka_run_group_tests_name("base/lock", tests, NULL, NULL);
}
