/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A token's objects in this process: their numbers, session objects, and the
 * bounded cache of loaded token objects.
 *
 * One table gives all numbers.  An entry's key and pointer say what it is:
 *
 *	key                      pointer          it is
 *	0                        the object       a session object
 *	row << 1 | private       NULL or object   a token object, loaded or not
 *	the topmost even ones    the object       a built-in object
 *
 * Invariants (the lock held):
 *  1. A pointer in the table is one reference, and listed is set in what it
 *     points to and in nothing else.
 *  2. A session object is in the list of its owner, which begins at the
 *     pointer of that session's entry in `owners`; no list is empty.
 *  3. A token object that the table points to is in the cache, and the other way
 *     round; built-in objects are in neither list nor cache.
 *  4. While the keyring is locked the table has no private entry: they are
 *     added only when it is unlocked, and it is locked before they are swept.
 *
 * Callers hold at most library, slot, token and session locks, and no
 * transaction of the store.
 */
#include "object/space_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Keys of built-in objects, profiles first: no row has such a number. */
#define KEY_BUILTIN(i) ((UINT64_MAX - 1) - 2 * (uint64_t)(i))
#define KEY_IS_ROW(key) ((key) != 0 && (key) < KEY_BUILTIN(BUILTINS_MAX))

static uint64_t
row_key(uint64_t id, bool private)
{
	return id << 1 | (private ? 1 : 0);
}

const struct obj_env *
space_env(const struct obj_space *sp)
{
	return &sp->env;
}

/* ---------------------------------------------------------------- pointers */

/* A reference to o for the table. */
static struct object *
list(struct object *o)
{
	atomic_store(&o->listed, true);
	return object_get(o);
}

/* The table points to o no more. */
static void
unlist(struct object *o)
{
	atomic_store(&o->listed, false);
	obj_put(o);
}

/* ------------------------------------------------------------------ cache */

static void
cache_remove(struct cache *c, struct object *o)
{
	size_t at = o->cache_at;

	if (at == 0)
		return;
	c->bytes -= o->cost;
	c->v[at - 1] = c->v[--c->n];
	c->v[at - 1]->cache_at = at;
	o->cache_at = 0;
}

/* Throws one object out, one that nobody holds or used lately when there is
 * such a one. */
static void
cache_evict(struct obj_space *sp)
{
	struct cache *c = &sp->cache;
	struct object *o = NULL;

	for (size_t i = 0; i < 2 * c->n; i++) {
		c->hand = (c->hand + 1) % c->n;
		o = c->v[c->hand];
		if (!o->used && atomic_load(&o->refs) == 1)
			break;
		o->used = false;
	}
	cache_remove(c, o);
	(void)handles_set(sp->table, o->handle, NULL); /* invariant 3 */
	unlist(o);
}

/* Room for o, which is not in the table yet; false when it is too large. */
static bool
cache_room(struct obj_space *sp, const struct object *o)
{
	struct cache *c = &sp->cache;

	if (o->cost > CACHE_BYTES / 4)
		return false;
	while (c->n == CACHE_MAX || c->bytes + o->cost > CACHE_BYTES)
		cache_evict(sp);
	return true;
}

static void
cache_add(struct cache *c, struct object *o)
{
	c->v[c->n++] = o;
	o->cache_at = c->n;
	c->bytes += o->cost;
	o->used = true;
}

/* ---------------------------------------------------------------- owners */

static CK_RV
owner_add(struct obj_space *sp, struct object *o)
{
	CK_ULONG list = handles_by_key(sp->owners, o->session);
	void *first = NULL;

	if (list == 0)
		return handles_add(sp->owners, o->session, o, &list);
	(void)handles_get(sp->owners, list, NULL, &first); /* just found */
	o->next = first;
	o->next->prev = o;
	(void)handles_set(sp->owners, list, o);
	return CKR_OK;
}

/* The list of o's owner begins at first now; NULL: it is empty. */
static void
owner_first(struct obj_space *sp, const struct object *o, struct object *first)
{
	CK_ULONG list = handles_by_key(sp->owners, o->session);

	if (first != NULL)
		(void)handles_set(sp->owners, list, first);
	else
		(void)handles_remove(sp->owners, list);
}

static void
owner_remove(struct obj_space *sp, struct object *o)
{
	if (o->prev != NULL)
		o->prev->next = o->next;
	else
		owner_first(sp, o, o->next);
	if (o->next != NULL)
		o->next->prev = o->prev;
	o->prev = NULL;
	o->next = NULL;
}

/* ------------------------------------------------------------- make and free */

static CK_RV
space_profiles(struct obj_space *sp)
{
	CK_RV rv;

	for (size_t i = 0; i < PROFILES; i++) {
		struct object *o;

		if ((rv = profile_make(sp, i, &o)) != CKR_OK)
			return rv;
		rv = handles_add(sp->table, KEY_BUILTIN(i), o, &o->handle);
		if (rv != CKR_OK) {
			obj_put(o);
			return rv;
		}
		atomic_store(&o->listed, true);
		sp->profiles[i] = o;
	}
	return CKR_OK;
}

CK_RV
obj_space_new(const struct obj_env *env, struct obj_space **out)
{
	struct obj_space *sp = calloc(1, sizeof(*sp));
	CK_RV rv;

	if (sp == NULL)
		return CKR_HOST_MEMORY;
	sp->env = *env;
	if ((rv = lock_init(&sp->lock, LOCK_OBJECT, env->calls)) != CKR_OK) {
		free(sp);
		return rv;
	}
	if ((rv = handles_new(env->next_handle, &sp->table)) != CKR_OK ||
	    (rv = handles_new(&sp->next_owner, &sp->owners)) != CKR_OK ||
	    (rv = space_profiles(sp)) != CKR_OK) {
		obj_space_free(sp);
		return rv;
	}
	*out = sp;
	return CKR_OK;
}

/* An entry leaves the table: invariants 2 and 3, and its reference. */
static void
entry_gone(struct obj_space *sp, uint64_t key, struct object *o)
{
	if (o == NULL)
		return;
	if (key == 0)
		owner_remove(sp, o);
	else if (KEY_IS_ROW(key))
		cache_remove(&sp->cache, o);
	unlist(o);
}

static bool
drop_all(void *ptr, uint64_t key, void *arg)
{
	entry_gone(arg, key, ptr);
	return true;
}

void
obj_space_free(struct obj_space *sp)
{
	if (sp == NULL)
		return;
	if (sp->table != NULL)
		handles_sweep(sp->table, drop_all, sp);
	handles_free(sp->table);
	handles_free(sp->owners);
	lock_done(&sp->lock);
	free(sp);
}

void
obj_space_session_closed(struct obj_space *sp, CK_SESSION_HANDLE session)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	CK_ULONG list;
	void *first;

	(void)held;
	while ((list = handles_by_key(sp->owners, session)) != 0 &&
	    handles_get(sp->owners, list, NULL, &first)) {
		struct object *o = first;

		(void)handles_remove(sp->table, o->handle);
		entry_gone(sp, 0, o);
	}
}

static bool
drop_private(void *ptr, uint64_t key, void *arg)
{
	struct object *o = ptr;
	bool private = KEY_IS_ROW(key) ? (key & 1) != 0 : o->private;

	if (private)
		entry_gone(arg, key, o);
	return private;
}

void
obj_space_logged_out(struct obj_space *sp)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);

	(void)held;
	handles_sweep(sp->table, drop_private, sp);
}

/* ---------------------------------------------------------------- entries */

bool
space_get(struct obj_space *sp, CK_OBJECT_HANDLE handle,
    struct space_entry *out)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	struct object *o;
	uint64_t key;
	void *ptr;

	(void)held;
	if (!handles_get(sp->table, handle, &key, &ptr))
		return false;
	o = ptr;
	if (o != NULL) {
		(void)object_get(o);
		o->used = true;
	}
	out->handle = handle;
	out->id = KEY_IS_ROW(key) ? key >> 1 : 0;
	out->private = KEY_IS_ROW(key) ? (key & 1) != 0 : o->private;
	out->o = o;
	return true;
}

CK_RV
space_handle(struct obj_space *sp, uint64_t id, bool private,
    CK_OBJECT_HANDLE *out)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	uint64_t key = row_key(id, private);
	CK_ULONG handle = handles_by_key(sp->table, key);

	(void)held;
	KL_ASSERT(id != 0 && KEY_IS_ROW(key) && id <= UINT64_MAX >> 1);
	if (handle != 0) {
		*out = handle;
		return CKR_OK;
	}
	if (private && !keyring_unlocked(sp->env.keyring))
		return CKR_USER_NOT_LOGGED_IN;
	return handles_add(sp->table, key, NULL, out);
}

CK_RV
space_add(struct obj_space *sp, struct object *o)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	CK_RV rv;

	(void)held;
	if (o->private && !keyring_unlocked(sp->env.keyring))
		return CKR_USER_NOT_LOGGED_IN;
	if ((rv = owner_add(sp, o)) != CKR_OK)
		return rv;
	if ((rv = handles_add(sp->table, 0, o, &o->handle)) != CKR_OK) {
		owner_remove(sp, o);
		return rv;
	}
	(void)list(o);
	return CKR_OK;
}

bool
space_swap(struct obj_space *sp, struct object *old, struct object *fresh)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	void *ptr = NULL;

	(void)held;
	if (!handles_get(sp->table, old->handle, NULL, &ptr) || ptr != old)
		return false;
	fresh->prev = old->prev;
	fresh->next = old->next;
	if (fresh->prev != NULL)
		fresh->prev->next = fresh;
	else
		owner_first(sp, old, fresh);
	if (fresh->next != NULL)
		fresh->next->prev = fresh;
	old->prev = NULL;
	old->next = NULL;
	(void)handles_set(sp->table, old->handle, list(fresh));
	unlist(old);
	return true;
}

bool
space_keep(struct obj_space *sp, struct object *o)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	struct object *old;
	uint64_t key = 0;
	void *ptr = NULL;

	(void)held;
	if (!handles_get(sp->table, o->handle, &key, &ptr) ||
	    key != row_key(o->id, o->private))
		return false;
	old = ptr;
	if (old != NULL && old->version > o->version)
		return true;
	if (old != NULL) {
		(void)handles_set(sp->table, o->handle, NULL);
		entry_gone(sp, key, old);
	}
	if (cache_room(sp, o)) {
		(void)handles_set(sp->table, o->handle, list(o));
		cache_add(&sp->cache, o);
	}
	return true;
}

void
space_drop(struct obj_space *sp, CK_OBJECT_HANDLE handle)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	uint64_t key;
	void *ptr;

	(void)held;
	if (!handles_get(sp->table, handle, &key, &ptr))
		return;
	(void)handles_remove(sp->table, handle);
	entry_gone(sp, key, ptr);
}

/* -------------------------------------------------------- built-in objects */

/* The lock held. */
static bool
builtin_there(struct obj_space *sp, size_t n, struct object **out)
{
	CK_ULONG handle = handles_by_key(sp->table, KEY_BUILTIN(n));
	void *ptr = NULL;

	if (handle == 0 || !handles_get(sp->table, handle, NULL, &ptr))
		return false;
	*out = object_get(ptr);
	return true;
}

bool
space_builtin(struct obj_space *sp, size_t n, struct object **out)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);

	(void)held;
	return builtin_there(sp, n, out);
}

CK_RV
space_add_builtin(struct obj_space *sp, size_t n, struct object *o,
    struct object **out)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	CK_RV rv;

	(void)held;
	KL_ASSERT(n < BUILTINS_MAX);
	if (builtin_there(sp, n, out))
		return CKR_OK;
	rv = handles_add(sp->table, KEY_BUILTIN(n), o, &o->handle);
	if (rv != CKR_OK)
		return rv;
	*out = object_get(list(o));
	return CKR_OK;
}

/* -------------------------------------------------------- session objects */

struct each {
	void (*fn)(struct object *o, void *arg);
	void *arg;
};

/* One owner's list. */
static bool
each_owner(void *ptr, uint64_t key, void *arg)
{
	struct each *e = arg;

	(void)key;
	for (struct object *o = ptr; o != NULL; o = o->next)
		e->fn(o, e->arg);
	return false;
}

void
space_each(struct obj_space *sp, void (*fn)(struct object *o, void *arg),
    void *arg)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	struct each e = { fn, arg };

	(void)held;
	handles_sweep(sp->owners, each_owner, &e);
}

/* ------------------------------------------------------------------- UUIDs */

static bool
uuid_take(struct obj_space *sp, uint8_t out[SEAL_UUID])
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);

	(void)held;
	if (sp->n_uuids == 0)
		return false;
	memcpy(out, sp->uuids[--sp->n_uuids], SEAL_UUID);
	return true;
}

static void
uuid_stock(struct obj_space *sp, uint8_t (*fresh)[SEAL_UUID])
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);

	(void)held;
	memcpy(sp->uuids, fresh, sizeof(sp->uuids));
	sp->n_uuids = UUIDS;
}

CK_RV
space_uuid(struct obj_space *sp, uint8_t out[SEAL_UUID])
{
	uint8_t fresh[UUIDS][SEAL_UUID];
	CK_RV rv;

	/* More than once when other threads were quicker. */
	while (!uuid_take(sp, out)) {
		rv = eng_random(sp->env.eng, fresh[0], sizeof(fresh));
		if (rv != CKR_OK)
			return rv;
		uuid_stock(sp, fresh);
	}
	return CKR_OK;
}

/* ------------------------------------------------------------ damaged rows */

bool
space_bad(struct obj_space *sp, uint64_t id, uint64_t generation)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	time_t now = time(NULL);

	(void)held;
	for (size_t i = 0; i < BAD_ROWS; i++) {
		const struct bad_row *b = &sp->bad[i];

		if (b->id == id && b->generation == generation &&
		    now >= b->since && now - b->since < BAD_SECONDS)
			return true;
	}
	return false;
}

void
space_set_bad(struct obj_space *sp, uint64_t id, uint64_t generation)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&sp->lock);
	size_t at = sp->bad_next;

	(void)held;
	for (size_t i = 0; i < BAD_ROWS; i++)
		if (sp->bad[i].id == id)
			at = i;
	if (at == sp->bad_next)
		sp->bad_next = (at + 1) % BAD_ROWS;
	sp->bad[at] = (struct bad_row){ id, generation, time(NULL) };
}
