/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects in memory: references, looking up, freshness, their keys.
 *
 *	number --space_get--> entry --+-- session, profile object: ready
 *	                              +-- loaded, seen = generation: ready
 *	                              +-- loaded, generation moved: version asked
 *	                              |     same: seen = generation, ready
 *	                              +-- else: row read, opened, kept
 *	                                    gone: the number is dropped
 *
 * Invariants:
 *  1. The generation is read before the row or its version is: what is
 *     committed in between only makes the next use look again.
 *  2. A token object's secrets are never in memory, but for the moment in which
 *     its key is built or they are asked for; `key` is put in place once and
 *     stays.
 *  3. Nothing here holds the space's lock while it reads or opens.
 */
#include "object/object.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "object/space_int.h"

/* What an object takes in memory besides its values: itself and a key ready
 * for use, about. */
#define COST_OBJECT 512
#define COST_KEY 4096
#define COST_ATTR (sizeof(struct attr) + 16)

/* -------------------------------------------------------------- references */

CK_RV
object_new(struct obj_space *sp, struct object **out)
{
	struct object *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return CKR_HOST_MEMORY;
	atomic_init(&o->refs, 1);
	o->space = sp;
	o->key_type = CK_UNAVAILABLE_INFORMATION;
	*out = o;
	return CKR_OK;
}

struct object *
object_get(struct object *o)
{
	atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
	return o;
}

void
obj_put(struct object *o)
{
	if (o == NULL ||
	    atomic_fetch_sub_explicit(&o->refs, 1, memory_order_acq_rel) != 1)
		return;
	attrs_done(&o->attrs);
	attrs_done(&o->secrets);
	eng_key_put(atomic_load(&o->key));
	free(o);
}

void
obj_putp(struct object **o)
{
	obj_put(*o);
	*o = NULL;
}

CK_RV
object_next(const struct object *o, struct attrs *attrs, struct object **out)
{
	struct eng_key *key = atomic_load(&((struct object *)o)->key);
	struct object *n;
	CK_RV rv;

	if ((rv = object_new(o->space, &n)) != CKR_OK)
		return rv;
	n->schema = o->schema;
	n->class = o->class;
	n->key_type = o->key_type;
	n->handle = o->handle;
	n->token = o->token;
	n->private = o->private;
	n->session = o->session;
	n->id = o->id;
	memcpy(n->uuid, o->uuid, SEAL_UUID);
	n->version = o->version + 1;
	n->flags = o->flags;
	n->attrs = *attrs;
	*attrs = (struct attrs){ 0 };
	if (key != NULL)
		atomic_init(&n->key, eng_key_get(key));
	*out = n;
	return CKR_OK;
}

size_t
object_encoded(const struct attrs *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		n += 8 + 4 + a->v[i].n;
	return n;
}

/* ------------------------------------------------------------------ loading */

void
object_weigh(struct object *o)
{
	o->cost = COST_OBJECT + object_encoded(&o->attrs) +
	    o->attrs.cap * COST_ATTR +
	    (o->schema->eng != ENG_TYPES ? COST_KEY : 0);
}

static bool
uuid_same(const uint8_t a[SEAL_UUID], const uint8_t b[SEAL_UUID])
{
	return bytes_equal(bytes_of(a, SEAL_UUID), bytes_of(b, SEAL_UUID));
}

/* A row that does not open: told once, in the log (by seal) and in the audit
 * trail; then quiet until the store changes. */
static CK_RV
row_bad(struct obj_space *sp, const struct store_object *row)
{
	verify_audit(sp, AUDIT_OBJECT_BAD, row->uuid);
	space_set_bad(sp, row->id, store_generation(sp->env.store));
	return CKR_DEVICE_ERROR;
}

/* The key of an older version of the same object: its material never
 * changes, so it need not be built again. */
static void
inherit_key(struct object *o, struct object *old)
{
	struct eng_key *k;

	if (old == NULL || !uuid_same(old->uuid, o->uuid))
		return;
	if ((k = atomic_load(&old->key)) != NULL)
		atomic_init(&o->key, eng_key_get(k));
}

static CK_RV
row_open(struct obj_space *sp, const struct space_entry *e,
    const struct store_object *row, struct object **out)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv = persist_open(sp, row, &o);

	/* Logged out meanwhile: the number is none any more. */
	if (rv == CKR_USER_NOT_LOGGED_IN)
		return CKR_OBJECT_HANDLE_INVALID;
	if (rv == CKR_DEVICE_ERROR)
		return row_bad(sp, row);
	if (rv != CKR_OK)
		return rv;
	/* A private object's number never shows a public one. */
	if (o->private != e->private) {
		log_error("object: row %llu holds another object",
		    (unsigned long long)row->id);
		return row_bad(sp, row);
	}
	o->handle = e->handle;
	object_weigh(o);
	inherit_key(o, e->o);
	*out = KL_TAKE(o);
	return CKR_OK;
}

/* Reads an entry's row anew; gen was read before. */
static CK_RV
entry_load(struct obj_space *sp, const struct space_entry *e, uint64_t gen,
    struct object **out)
{
	KL_AUTO(store_object_done) struct store_object row = { 0 };
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv;

	if (space_bad(sp, e->id, gen))
		return CKR_DEVICE_ERROR;
	rv = store_object_get(sp->env.store, e->id, false, &row);
	if (rv == CKR_OBJECT_HANDLE_INVALID)
		space_drop(sp, e->handle);
	if (rv != CKR_OK || (rv = row_open(sp, e, &row, &o)) != CKR_OK)
		return rv;
	atomic_store(&o->seen, gen);
	if (!space_keep(sp, o))
		return CKR_OBJECT_HANDLE_INVALID;
	*out = KL_TAKE(o);
	return CKR_OK;
}

/* Whether an entry's loaded object is what the row says now. */
static CK_RV
entry_current(struct obj_space *sp, const struct space_entry *e, uint64_t gen,
    bool *current)
{
	uint64_t version;
	CK_RV rv = store_object_version(sp->env.store, e->id, &version);

	if (rv == CKR_OBJECT_HANDLE_INVALID)
		space_drop(sp, e->handle);
	if (rv != CKR_OK)
		return rv;
	*current = version == e->o->version;
	if (*current)
		atomic_store(&e->o->seen, gen);
	return CKR_OK;
}

/* The object of an entry, fresh; takes the entry's reference. */
static CK_RV
entry_object(struct obj_space *sp, struct space_entry *e, struct object **out)
{
	KL_AUTO(obj_putp) struct object *old = e->o;
	bool current = false;
	uint64_t gen;
	CK_RV rv;

	if (e->id == 0) {
		*out = KL_TAKE(old);
		return CKR_OK;
	}
	gen = store_generation(sp->env.store);
	if (old != NULL && atomic_load(&old->seen) == gen) {
		*out = KL_TAKE(old);
		return CKR_OK;
	}
	if (old != NULL &&
	    (rv = entry_current(sp, e, gen, &current)) != CKR_OK)
		return rv;
	if (!current)
		return entry_load(sp, e, gen, out);
	*out = KL_TAKE(old);
	return CKR_OK;
}

/* ------------------------------------------------------------------ look-up */

CK_RV
obj_open(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, struct object **out)
{
	struct space_entry e;

	if (!space_get(sp, handle, &e))
		return log_rv(CKR_OBJECT_HANDLE_INVALID,
		    "object: no object %lu", handle);
	if (e.private && who->role != OBJ_ROLE_USER) {
		obj_put(e.o);
		return log_rv(CKR_OBJECT_HANDLE_INVALID,
		    "object: %lu is private and no user logged in", handle);
	}
	return entry_object(sp, &e, out);
}

bool
obj_still(const struct object *o, const struct obj_who *who,
    CK_OBJECT_HANDLE handle)
{
	return o->handle == handle && atomic_load(&o->listed) &&
	    (!o->private || who->role == OBJ_ROLE_USER) &&
	    (o->id == 0 || atomic_load(&o->seen) ==
	    store_generation(o->space->env.store));
}

CK_RV
object_by_row(struct obj_space *sp, uint64_t id, bool private,
    struct object **out)
{
	struct space_entry e;
	CK_OBJECT_HANDLE handle;
	CK_RV rv;

	if ((rv = space_handle(sp, id, private, &handle)) != CKR_OK)
		return rv;
	if (!space_get(sp, handle, &e))
		return CKR_OBJECT_HANDLE_INVALID;
	return entry_object(sp, &e, out);
}

CK_OBJECT_HANDLE
obj_handle(const struct object *o)
{
	return o->handle;
}

CK_OBJECT_CLASS
obj_class(const struct object *o)
{
	return o->class;
}

CK_KEY_TYPE
obj_key_type(const struct object *o)
{
	return o->key_type;
}

bool
obj_is_private(const struct object *o)
{
	return o->private;
}

bool
obj_is_always_auth(const struct object *o)
{
	return attrs_bool(&o->attrs, CKA_ALWAYS_AUTHENTICATE, false);
}

/* --------------------------------------------------------- secrets and keys */

CK_RV
obj_secrets(struct obj_space *sp, const struct object *o, struct attrs *out)
{
	KL_AUTO(store_object_done) struct store_object row = { 0 };
	CK_RV rv;

	if (!o->token || o->id == 0)
		return attrs_copy(out, &o->secrets);
	rv = store_object_get(sp->env.store, o->id, true, &row);
	if (rv != CKR_OK)
		return rv;
	/* A newer version will do: the material never changes. */
	if (!uuid_same(row.uuid, o->uuid))
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "object: row %llu holds another object",
		    (unsigned long long)o->id);
	rv = persist_secrets(&sp->env, &row, out);
	if (rv != CKR_DEVICE_ERROR)
		return rv;
	return row_bad(sp, &row);
}

/* Puts k in place unless another thread was quicker; takes the reference. */
static struct eng_key *
key_publish(struct object *o, struct eng_key *k)
{
	struct eng_key *there = NULL;

	if (atomic_compare_exchange_strong(&o->key, &there, k))
		return k;
	eng_key_put(k);
	return there;
}

/* Builds the key of an object. */
static CK_RV
key_build(struct obj_space *sp, struct object *o, struct eng_key **out)
{
	KL_AUTO(attrs_done) struct attrs secrets = { 0 };
	struct eng_key *k;
	CK_RV rv;

	if (o->class != CKO_PUBLIC_KEY &&
	    (rv = obj_secrets(sp, o, &secrets)) != CKR_OK)
		return rv;
	if ((rv = material_load(sp->env.eng, o, &secrets, &k)) != CKR_OK)
		return rv;
	*out = key_publish(o, k);
	return CKR_OK;
}

CK_RV
obj_key(struct obj_space *sp, struct object *o, struct eng_key **out)
{
	struct eng_key *k = atomic_load(&o->key);

	if (k == NULL)
		return key_build(sp, o, out);
	*out = k;
	return CKR_OK;
}
