/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front of the store: what all kinds of database have in common.
 *
 * Invariants:
 *  1. Whatever touches a database runs under env->lock.  A transaction holds
 *     it from begin to done; env->owner then names its thread, whose other
 *     calls find the lock theirs.
 *  2. Waiting for another process's transaction happens without the lock, so
 *     that reading goes on meanwhile.
 *  3. Once a write failed, its transaction cannot be committed: nothing is
 *     half-written.  (Only "no such row" changes nothing and spoils nothing.)
 */
#include "store/store_int.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"

#define BUSY_SECONDS 60
#define WAIT_FIRST_NS 100000		/* first pause, then doubled */
#define WAIT_MAX_NS 6400000

static void
enter_done(struct lock **held)
{
	if (*held != NULL)
		lock_give(*held);
}

/* Takes the lock unless it is ours; *held is NULL then.  Locals that hold it
 * are KL_AUTO(enter_done). */
static CK_RV
enter(struct store *s, struct lock **held)
{
	if (env_owned(s->env))
		return CKR_OK;
	lock_take(&s->env->lock);
	*held = &s->env->lock;
	return s->ops->refresh(s);
}

/* Whether s is in a transaction of this thread that may still succeed. */
static CK_RV
writing(const struct store *s)
{
	KL_ASSERT(env_owned(s->env) && s->in_tx);
	return s->tx_rv;
}

/* Keeps the result of a write (invariant 3) and passes it on. */
static CK_RV
written(struct store *s, CK_RV rv)
{
	if (rv != CKR_OK && rv != CKR_OBJECT_HANDLE_INVALID)
		s->tx_rv = rv;
	return rv;
}

/* ------------------------------------------------------------ open, close */

CK_RV
store_open_memory(struct store_env *env, struct store **out)
{
	return sqlite_open_memory(env, out);
}

void
store_close(struct store *s)
{
	struct store_env *env;

	if (s == NULL)
		return;
	env = s->env;
	lock_take(&env->lock);
	s->ops->close(s);
	lock_give(&env->lock);
}

bool
store_writable(const struct store *s)
{
	return s->writable;
}

const char *
store_path(const struct store *s)
{
	return s->path;
}

uint64_t
store_generation(struct store *s)
{
	return s->ops->generation(s);
}

/* ----------------------------------------------------------- transactions */

/* Sleeps for *ns and a bit that differs between processes, then doubles it. */
static void
pause_a_bit(long *ns, uint64_t jitter)
{
	struct timespec t = { .tv_nsec = *ns + (long)(jitter % 1000000) };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
	if (*ns < WAIT_MAX_NS)
		*ns *= 2;
}

static CK_RV
begin_once(struct store *s, bool *busy)
{
	CK_RV rv;

	lock_take(&s->env->lock);
	rv = s->ops->refresh(s);
	if (rv == CKR_OK)
		rv = s->ops->begin(s, busy);
	if (rv != CKR_OK) {
		lock_give(&s->env->lock);
		return rv;
	}
	s->in_tx = true;
	s->tx_rv = CKR_OK;
	atomic_store(&s->env->owner, (uintptr_t)pthread_self());
	return CKR_OK;
}

CK_RV
store_tx_begin(struct store *s, struct store_tx *tx)
{
	struct timespec now, start;
	long ns = WAIT_FIRST_NS;
	bool busy = false;
	CK_RV rv;

	tx->store = NULL;
	KL_ASSERT(!env_owned(s->env));
	if (!s->writable)
		return log_rv(CKR_TOKEN_WRITE_PROTECTED,
		    "store: %s: opened read-only", s->path);
	(void)clock_gettime(CLOCK_MONOTONIC, &start); /* cannot fail */
	for (;;) {
		busy = false;
		if ((rv = begin_once(s, &busy)) == CKR_OK) {
			tx->store = s;
			return CKR_OK;
		}
		if (!busy)
			return rv;
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec > BUSY_SECONDS)
			return log_fail_rv(rv, "store: %s: another process "
			    "has been writing for %d seconds", s->path,
			    BUSY_SECONDS);
		pause_a_bit(&ns, (uint64_t)now.tv_nsec);
	}
}

/* Ends the transaction in the front: the lock is given back. */
static void
tx_leave(struct store_tx *tx)
{
	struct store *s = tx->store;

	tx->store = NULL;
	s->in_tx = false;
	atomic_store(&s->env->owner, 0);
	lock_give(&s->env->lock);
}

CK_RV
store_tx_commit(struct store_tx *tx)
{
	struct store *s = tx->store;
	CK_RV rv;

	KL_ASSERT(s != NULL && env_owned(s->env) && s->in_tx);
	rv = s->tx_rv == CKR_OK ? s->ops->commit(s) : s->tx_rv;
	if (rv != CKR_OK)
		s->ops->rollback(s);
	tx_leave(tx);
	return rv;
}

void
store_tx_done(struct store_tx *tx)
{
	if (tx->store == NULL)
		return;
	tx->store->ops->rollback(tx->store);
	tx_leave(tx);
}

/* ---------------------------------------------------------------- records */

CK_RV
store_record_get(struct store *s, const char *name, struct buf *out)
{
	KL_AUTO(enter_done) struct lock *held = NULL;
	CK_RV rv = enter(s, &held);

	return rv != CKR_OK ? rv : s->ops->record_get(s, name, out);
}

CK_RV
store_record_put(struct store *s, const char *name, struct bytes value)
{
	CK_RV rv = writing(s);

	return rv != CKR_OK ? rv :
	    written(s, s->ops->record_put(s, name, value));
}

CK_RV
store_record_delete(struct store *s, const char *name)
{
	CK_RV rv = writing(s);

	return rv != CKR_OK ? rv : written(s, s->ops->record_delete(s, name));
}

CK_RV
store_wipe(struct store *s)
{
	CK_RV rv = writing(s);

	return rv != CKR_OK ? rv : written(s, s->ops->wipe(s));
}

/* ---------------------------------------------------------------- objects */

void
store_object_done(struct store_object *o)
{
	buf_done(&o->mem);
	*o = (struct store_object){ 0 };
}

/* The list of tags is whole, and no longer than it may be. */
static CK_RV
tags_ok(const struct store_object *o)
{
	KL_ASSERT(o->tags.n % STORE_TAG == 0 &&
	    o->tags.n <= (size_t)STORE_TAGS_MAX * STORE_TAG);
	return CKR_OK;
}

CK_RV
store_object_insert(struct store *s, struct store_object *o)
{
	CK_RV rv;

	if ((rv = writing(s)) != CKR_OK || (rv = tags_ok(o)) != CKR_OK)
		return rv;
	return written(s, s->ops->object_insert(s, o));
}

CK_RV
store_object_update(struct store *s, const struct store_object *o)
{
	CK_RV rv;

	if ((rv = writing(s)) != CKR_OK || (rv = tags_ok(o)) != CKR_OK)
		return rv;
	return written(s, s->ops->object_update(s, o));
}

CK_RV
store_object_delete(struct store *s, uint64_t id)
{
	CK_RV rv = writing(s);

	return rv != CKR_OK ? rv : written(s, s->ops->object_delete(s, id));
}

CK_RV
store_object_get(struct store *s, uint64_t id, bool with_secret,
    struct store_object *out)
{
	KL_AUTO(enter_done) struct lock *held = NULL;
	CK_RV rv = enter(s, &held);

	return rv != CKR_OK ? rv :
	    s->ops->object_get(s, id, with_secret, out);
}

CK_RV
store_object_version(struct store *s, uint64_t id, uint64_t *version)
{
	KL_AUTO(enter_done) struct lock *held = NULL;
	CK_RV rv = enter(s, &held);

	return rv != CKR_OK ? rv : s->ops->object_version(s, id, version);
}

CK_RV
store_object_count(struct store *s, uint64_t *n)
{
	KL_AUTO(enter_done) struct lock *held = NULL;
	CK_RV rv = enter(s, &held);

	return rv != CKR_OK ? rv : s->ops->object_count(s, n);
}

CK_RV
store_find(struct store *s, const struct store_query *q, uint64_t *ids,
    size_t max, size_t *n)
{
	KL_AUTO(enter_done) struct lock *held = NULL;
	CK_RV rv;

	KL_ASSERT(q->ntags <= STORE_TAGS_MAX);
	rv = enter(s, &held);
	return rv != CKR_OK ? rv : s->ops->find(s, q, ids, max, n);
}

/* ------------------------------------------------------------------ check */

CK_RV
store_check(struct store *s, bool *bad_tags)
{
	KL_AUTO(enter_done) struct lock *held = NULL;
	CK_RV rv;

	if ((rv = enter(s, &held)) != CKR_OK ||
	    (rv = s->ops->check(s)) != CKR_OK)
		return rv;
	return s->ops->tags_check(s, bad_tags);
}

CK_RV
store_tags_check(struct store *s, bool *bad_tags)
{
	KL_AUTO(enter_done) struct lock *held = NULL;
	CK_RV rv = enter(s, &held);

	return rv != CKR_OK ? rv : s->ops->tags_check(s, bad_tags);
}

CK_RV
store_tags_rebuild(struct store *s)
{
	CK_RV rv = writing(s);

	return rv != CKR_OK ? rv : written(s, s->ops->tags_rebuild(s));
}

/* ------------------------------------------------------------------ audit */

CK_RV
store_audit_append(struct store *s, struct bytes entry, const uint8_t mac[32],
    uint64_t *seq)
{
	CK_RV rv = writing(s);

	return rv != CKR_OK ? rv :
	    written(s, s->ops->audit_append(s, entry, mac, seq));
}

CK_RV
store_audit_next(struct store *s, uint64_t *seq)
{
	KL_AUTO(enter_done) struct lock *held = NULL;
	CK_RV rv = enter(s, &held);

	return rv != CKR_OK ? rv : s->ops->audit_next(s, seq);
}

CK_RV
store_audit_get(struct store *s, uint64_t seq, struct buf *entry,
    uint8_t mac[32])
{
	KL_AUTO(enter_done) struct lock *held = NULL;
	CK_RV rv = enter(s, &held);

	return rv != CKR_OK ? rv : s->ops->audit_get(s, seq, entry, mac);
}
