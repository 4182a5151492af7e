/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks with a rank.  The order is library, slot, token, session, object,
 * handles, store; a thread may take a lock only when it holds none of the same or a
 * higher rank (KL_DEBUG builds assert it, per thread).  Native pthread mutexes,
 * or the application's callbacks when C_Initialize got callbacks without
 * CKF_OS_LOCKING_OK (3.2 section 5.4.1).
 */
#ifndef KLUIS_BASE_LOCK_H
#define KLUIS_BASE_LOCK_H

#include <pthread.h>

#include "base/auto.h"
#include "base/rv.h"

enum lock_rank {
	LOCK_LIBRARY = 1,
	LOCK_SLOT,
	LOCK_TOKEN,
	LOCK_SESSION,
	LOCK_OBJECT,
	LOCK_HANDLES,
	LOCK_STORE
};

/* The application's mutex callbacks; all four NULL means pthread. */
struct lock_calls {
	CK_CREATEMUTEX create;
	CK_DESTROYMUTEX destroy;
	CK_LOCKMUTEX lock;
	CK_UNLOCKMUTEX unlock;
};

struct lock {
	enum lock_rank rank;
	struct lock_calls calls;
	void *foreign;
	pthread_mutex_t native;
};

/*
 * Makes a lock in place; calls may be NULL or all-NULL for pthread.
 * CKR_CANT_LOCK / CKR_HOST_MEMORY when it cannot be made.
 */
CK_RV lock_init(struct lock *l, enum lock_rank rank,
    const struct lock_calls *calls) KL_MUST_USE;
/* Takes and gives back; waiting is not interruptible.  An application whose
 * callback fails has broken its contract: logged, and treated as locked. */
void lock_take(struct lock *l);
void lock_give(struct lock *l);
/* Destroys an untaken lock. */
void lock_done(struct lock *l);

/* A taken lock as a local: KL_AUTO(lock_hold_done) struct lock *h = lock_hold(&l); */
static inline struct lock *
lock_hold(struct lock *l)
{
	lock_take(l);
	return l;
}
void lock_hold_done(struct lock **l);

#endif
