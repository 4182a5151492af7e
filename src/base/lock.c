/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks with a rank, on pthread mutexes or the application's callbacks.
 *
 * Invariants:
 *  1. calls is either all NULL (then native is in use) or complete (then
 *     foreign is what the application's create gave).
 *  2. In KL_DEBUG builds held_ranks has bit r set while this thread holds a
 *     lock of rank r; a lock is taken only when no bit at or above its own
 *     rank is set.  Release builds never touch it.
 */
#include "base/lock.h"

#include <stdbool.h>

#include "base/log.h"

/* Ranks held by this thread; a debugging aid, empty in release builds. */
static _Thread_local unsigned held_ranks;

static bool
calls_empty(const struct lock_calls *c)
{
	return c == NULL || (c->create == NULL && c->destroy == NULL &&
	    c->lock == NULL && c->unlock == NULL);
}

static bool
calls_complete(const struct lock_calls *c)
{
	return c->create != NULL && c->destroy != NULL && c->lock != NULL &&
	    c->unlock != NULL;
}

/* Makes the lock through the application's callbacks. */
static CK_RV
lock_init_foreign(struct lock *fresh, const struct lock_calls *calls)
{
	CK_RV rv;

	if (!calls_complete(calls))
		return log_rv(CKR_CANT_LOCK, "lock: not all four callbacks");
	fresh->calls = *calls;
	rv = fresh->calls.create(&fresh->foreign);
	if (rv == CKR_OK || rv == CKR_HOST_MEMORY)
		return rv;
	return log_rv(CKR_CANT_LOCK,
	    "lock: the application's CreateMutex gave %s", rv_name(rv));
}

CK_RV
lock_init(struct lock *l, enum lock_rank rank, const struct lock_calls *calls)
{
	struct lock fresh = { .rank = rank };
	CK_RV rv;

	if (calls_empty(calls)) {
		if (pthread_mutex_init(&fresh.native, NULL) != 0)
			return CKR_CANT_LOCK;
	} else if ((rv = lock_init_foreign(&fresh, calls)) != CKR_OK) {
		return rv;
	}
	*l = fresh;
	return CKR_OK;
}

/* Logs a callback that failed: the application has broken its contract. */
static void
foreign_check(const char *what, CK_RV rv)
{
	if (rv != CKR_OK)
		log_error("lock: the application's %s failed (%s)", what,
		    rv_name(rv));
}

void
lock_take(struct lock *l)
{
	if (KL_DEBUGGING) {
		if (held_ranks >> l->rank != 0)
			kl_assert_failed("lock rank", __FILE__, __LINE__);
		held_ranks |= 1u << l->rank;
	}
	if (l->calls.lock != NULL)
		foreign_check("LockMutex", l->calls.lock(l->foreign));
	else if (pthread_mutex_lock(&l->native) != 0)
		kl_assert_failed("pthread_mutex_lock", __FILE__, __LINE__);
}

void
lock_give(struct lock *l)
{
	if (KL_DEBUGGING) {
		if ((held_ranks & (1u << l->rank)) == 0)
			kl_assert_failed("lock held", __FILE__, __LINE__);
		held_ranks &= ~(1u << l->rank);
	}
	if (l->calls.unlock != NULL)
		foreign_check("UnlockMutex", l->calls.unlock(l->foreign));
	else if (pthread_mutex_unlock(&l->native) != 0)
		kl_assert_failed("pthread_mutex_unlock", __FILE__, __LINE__);
}

void
lock_done(struct lock *l)
{
	if (l->calls.destroy != NULL)
		foreign_check("DestroyMutex", l->calls.destroy(l->foreign));
	else if (pthread_mutex_destroy(&l->native) != 0)
		kl_assert_failed("pthread_mutex_destroy", __FILE__, __LINE__);
}

void
lock_hold_done(struct lock **l)
{
	if (*l != NULL)
		lock_give(*l);
	*l = NULL;
}
