/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of sessions: from a number to its session without a lock, and
 * without a count of references.  Every call of every thread comes through
 * here, so nothing is written that two sessions share.
 *
 *	number n --> map->place[n & mask] --> session, locked --> handle == n?
 *
 * Invariants:
 * 1. A struct session is not freed before C_Finalize: it is used again for a
 *    later session.  So whoever found one may lock it, and must then look
 *    whether its handle is still the one that was asked for.
 * 2. An open session stands in place[handle & mask] of the current map, alone;
 *    a number whose place is taken is passed over, and at least half of the
 *    places are free.
 * 3. A map is replaced by a larger one, not changed in size, and kept until
 *    C_Finalize: a reader may hold the old one.  Of a session that is opened
 *    later nobody knows the number before the new map is there.
 *
 * sessions_lock guards everything but reading.
 */
#include "session/session_int.h"

#include <stdlib.h>

#define PLACES_FIRST ((size_t)64)
#define SESSIONS_MAX ((size_t)1 << 20)

struct sess_map {
	struct sess_map *older;
	size_t mask;		/* places, less 1; a power of two, less 1 */
	struct session *_Atomic place[];
};

/* A map of twice the size (or the first), with all sessions in it. */
static CK_RV
map_grow(struct library *lib, struct sess_map *old)
{
	size_t size = old == NULL ? PLACES_FIRST : 2 * (old->mask + 1);
	struct sess_map *m = calloc(1, sizeof(*m) + size * sizeof(m->place[0]));

	if (m == NULL)
		return CKR_HOST_MEMORY;
	m->older = old;
	m->mask = size - 1;
	for (size_t i = 0; old != NULL && i <= old->mask; i++) {
		struct session *s = atomic_load(&old->place[i]);

		if (s != NULL)
			atomic_store(&m->place[atomic_load(&s->handle) &
			    m->mask], s);
	}
	atomic_store(&lib->map, m);
	return CKR_OK;
}

CK_RV
table_new_session(struct session **out)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold =
	    lock_hold(&lib->sessions_lock);
	struct session *s = lib->spare;
	CK_RV rv;

	(void)hold;
	if (s != NULL) {
		lib->spare = s->next;
		s->next = NULL;
		*out = s;
		return CKR_OK;
	}
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return CKR_HOST_MEMORY;
	rv = lock_init(&s->lock, LOCK_SESSION, &lib->calls);
	if (rv != CKR_OK) {
		free(s);
		return rv;
	}
	*out = s;
	return CKR_OK;
}

CK_RV
table_add(struct session *s)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold =
	    lock_hold(&lib->sessions_lock);
	struct sess_map *m = atomic_load(&lib->map);
	uint64_t n = lib->last_session;
	CK_RV rv;

	(void)hold;
	if (lib->nsessions == SESSIONS_MAX)
		return CKR_SESSION_COUNT;
	if (m == NULL || 2 * (lib->nsessions + 1) > m->mask + 1) {
		if ((rv = map_grow(lib, m)) != CKR_OK)
			return rv;
		m = atomic_load(&lib->map);
	}
	do
		n++;
	while (atomic_load(&m->place[n & m->mask]) != NULL);
	if (n > (CK_ULONG)-1)
		return CKR_SESSION_COUNT;
	lib->last_session = n;
	lib->nsessions++;
	atomic_store(&s->handle, (CK_SESSION_HANDLE)n);
	atomic_store(&m->place[n & m->mask], s);
	return CKR_OK;
}

void
table_remove(struct session *s)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold =
	    lock_hold(&lib->sessions_lock);
	struct sess_map *m = atomic_load(&lib->map);

	(void)hold;
	atomic_store(&m->place[atomic_load(&s->handle) & m->mask], NULL);
	lib->nsessions--;
}

void
table_spare(struct session *s)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold =
	    lock_hold(&lib->sessions_lock);

	(void)hold;
	s->next = lib->spare;
	lib->spare = s;
}

struct session *
table_find(CK_SESSION_HANDLE hs)
{
	struct sess_map *m = atomic_load_explicit(&library()->map,
	    memory_order_acquire);

	if (m == NULL || hs == CK_INVALID_HANDLE)
		return NULL;
	return atomic_load_explicit(&m->place[hs & m->mask],
	    memory_order_acquire);
}

static void
session_free(struct session *s)
{
	lock_done(&s->lock);
	free(s);
}

void
table_free(struct library *lib, void (*end)(struct session *s))
{
	struct sess_map *m = atomic_exchange(&lib->map, NULL);
	struct session *s;

	for (size_t i = 0; m != NULL && i <= m->mask; i++) {
		if ((s = atomic_load(&m->place[i])) == NULL)
			continue;
		end(s);
		session_free(s);
	}
	while (m != NULL) {
		struct sess_map *older = m->older;

		free(m);
		m = older;
	}
	while ((s = lib->spare) != NULL) {
		lib->spare = s->next;
		session_free(s);
	}
	lib->nsessions = 0;
}
