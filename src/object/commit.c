/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making, copying, changing and destroying objects.
 *
 * Invariants:
 *  1. All the drafts of a commit become objects, or none: token objects in one
 *     transaction of the store, with the set-hash (set.c); what fails behind it is
 *     undone.
 *  2. Rows are sealed before the transaction begins; in it nothing is
 *     done but reading, writing and the set's arithmetic.
 *  3. A row is changed only from the version that was looked at; else the
 *     change is judged and tried anew.
 *
 * Callers hold at most library, slot, token and session locks.
 */
#include "object/space_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Each try that is lost is a change that another thread or process made. */
#define TRIES_MAX 1000

/* More drafts than any call makes. */
#define DRAFTS_MAX 16

struct item {
	struct object *o;
	struct sealed_row row;		/* token objects */
};
struct items {
	struct item v[DRAFTS_MAX];
	size_t n;
};

static void
items_done(struct items *b)
{
	for (size_t i = 0; i < b->n; i++) {
		obj_put(b->v[i].o);
		sealed_row_done(&b->v[i].row);
	}
}

/* STORE_F_* of a row that is written now. */
static uint32_t
flags_now(bool private, bool login)
{
	return (private ? STORE_F_PRIVATE : 0) | (login ? STORE_F_LOGIN : 0);
}

/* --------------------------------------------------------------- new objects */

/* A new UUID, which is CKA_UNIQUE_ID too (3.2 section 4.4.1). */
static CK_RV
object_name(struct obj_space *sp, struct object *o)
{
	char text[UUID_TEXT];
	CK_RV rv;

	if ((rv = persist_uuid(sp, o->uuid)) != CKR_OK)
		return rv;
	persist_uuid_text(o->uuid, text);
	return attrs_put(&o->attrs, CKA_UNIQUE_ID, bytes_of(text, UUID_TEXT));
}

/* A public key's draft may hold its private half, which a public object must
 * not: its key is built from its own attributes when needed. */
static bool
key_fits(const struct obj_draft *d)
{
	return d->key != NULL && (d->schema->class != CKO_PUBLIC_KEY ||
	    !eng_key_private(d->key));
}

/* A draft becomes an object; what it holds moves. */
static CK_RV
object_from_draft(struct obj_space *sp, const struct obj_who *who,
    struct obj_draft *d, struct object **out)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv;

	if ((rv = object_new(sp, &o)) != CKR_OK)
		return rv;
	o->schema = d->schema;
	o->class = d->schema->class;
	o->key_type = d->schema->key_type;
	o->token = d->token;
	o->private = d->private;
	o->session = d->token ? 0 : who->session;
	o->version = 1;
	o->attrs = d->attrs;
	o->secrets = d->secrets;
	d->attrs = (struct attrs){ 0 };
	d->secrets = (struct attrs){ 0 };
	if (key_fits(d))
		atomic_init(&o->key, eng_key_get(d->key));
	if ((rv = object_name(sp, o)) != CKR_OK)
		return rv;
	*out = KL_TAKE(o);
	return CKR_OK;
}

/* Objects from all drafts, their rows sealed. */
static CK_RV
items_make(struct obj_space *sp, const struct obj_who *who,
    struct obj_draft **drafts, size_t n, bool login, struct items *out)
{
	CK_RV rv;

	for (out->n = 0; out->n < n; out->n++) {
		struct item *it = &out->v[out->n];

		*it = (struct item){ .o = NULL };
		rv = object_from_draft(sp, who, drafts[out->n], &it->o);
		if (rv != CKR_OK)
			return rv;
		if (!it->o->token)
			continue;
		it->o->flags = flags_now(it->o->private, login);
		rv = persist_seal(&sp->env, it->o, &it->o->secrets, &it->row);
		attrs_done(&it->o->secrets);
		if (rv != CKR_OK) {
			out->n++; /* this one too is to be freed */
			return rv;
		}
		it->o->flags = it->row.row.flags;
	}
	return CKR_OK;
}

static CK_RV
rows_insert(struct obj_space *sp, struct items *b, bool login)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	KL_AUTO(set_done) struct set_change set = { .kr = NULL };
	CK_RV rv;

	if ((rv = store_tx_begin(sp->env.store, &tx)) != CKR_OK ||
	    (rv = set_open(&set, sp->env.store, sp->env.keyring, login)) !=
	    CKR_OK)
		return rv;
	for (size_t i = 0; i < b->n; i++) {
		struct store_object *row = &b->v[i].row.row;
		struct seal_bind bind = persist_bind(row);

		if (!b->v[i].o->token)
			continue;
		if ((rv = store_object_insert(sp->env.store, row)) != CKR_OK ||
		    (rv = set_add(&set, &bind)) != CKR_OK)
			return rv;
		b->v[i].o->id = row->id;
	}
	if ((rv = set_close(&set)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

/* ------------------------------------------------------------ taking rows out */

/* Deletes a row whatever its version. */
static CK_RV
row_delete(struct obj_space *sp, uint64_t id)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	KL_AUTO(set_done) struct set_change set = { .kr = NULL };
	KL_AUTO(store_object_done) struct store_object row = { 0 };
	struct store *s = sp->env.store;
	struct seal_bind bind;
	CK_RV rv;

	if ((rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (rv = store_object_get(s, id, false, &row)) != CKR_OK ||
	    (rv = set_open(&set, s, sp->env.keyring,
	    keyring_unlocked(sp->env.keyring))) != CKR_OK)
		return rv;
	bind = persist_bind(&row);
	if ((rv = store_object_delete(s, id)) != CKR_OK ||
	    (rv = set_remove(&set, &bind)) != CKR_OK ||
	    (rv = set_close(&set)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

/* -------------------------------------------------------------- numbers */

static bool
items_token(const struct obj_draft *const *drafts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (drafts[i]->token)
			return true;
	return false;
}

/* The first n objects are taken back: invariant 1. */
static void
items_undo(struct obj_space *sp, const struct items *b, size_t n)
{
	CK_RV rv;

	for (size_t i = 0; i < b->n; i++) {
		if (i < n)
			space_drop(sp, b->v[i].o->handle);
		if (!b->v[i].o->token)
			continue;
		rv = row_delete(sp, b->v[i].o->id);
		if (rv != CKR_OK && rv != CKR_OBJECT_HANDLE_INVALID &&
		    rv != CKR_DEVICE_REMOVED)
			log_error("object: a new object could not be taken "
			    "back: %s", rv_name(rv));
	}
}

/* Numbers for all of them. */
static CK_RV
items_publish(struct obj_space *sp, struct items *b, CK_OBJECT_HANDLE *handles)
{
	CK_RV rv = CKR_OK;

	for (size_t i = 0; i < b->n; i++) {
		struct object *o = b->v[i].o;

		if (!o->token)
			rv = space_add(sp, o);
		else
			rv = space_handle(sp, o->id, o->private, &o->handle);
		if (rv != CKR_OK) {
			items_undo(sp, b, i);
			return rv;
		}
		if (o->token) {
			object_weigh(o);
			(void)space_keep(sp, o); /* else it is loaded later */
		}
	}
	for (size_t i = 0; i < b->n; i++)
		handles[i] = b->v[i].o->handle;
	return CKR_OK;
}

CK_RV
obj_commit(struct obj_space *sp, const struct obj_who *who,
    struct obj_draft **drafts, size_t n, CK_OBJECT_HANDLE *handles)
{
	KL_AUTO(items_done) struct items b;	/* large: the first n are set */
	bool login = keyring_unlocked(sp->env.keyring);
	bool token;
	CK_RV rv;

	b.n = 0;
	KL_ASSERT(n <= DRAFTS_MAX);
	token = items_token((const struct obj_draft *const *)drafts, n);
	if ((rv = policy_pair(drafts, n)) != CKR_OK ||
	    (rv = items_make(sp, who, drafts, n, login, &b)) != CKR_OK)
		return rv;
	if (token && (rv = rows_insert(sp, &b, login)) != CKR_OK)
		return rv;
	return items_publish(sp, &b, handles);
}

/* ----------------------------------------------------------- create and copy */

CK_RV
obj_create(struct obj_space *sp, const struct obj_who *who,
    const CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_HANDLE *out)
{
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	struct obj_request rq = {
		.way = OBJ_WAY_CREATE,
		.class = CK_UNAVAILABLE_INFORMATION,
		.key_type = CK_UNAVAILABLE_INFORMATION,
		.mech = CK_UNAVAILABLE_INFORMATION,
		.templ = templ, .count = count,
	};
	CK_RV rv;

	if ((rv = obj_draft_new(sp, who, &rq, &d)) != CKR_OK)
		return rv;
	return obj_commit(sp, who, &d, 1, out);
}

CK_RV
obj_copy(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, const CK_ATTRIBUTE *templ, CK_ULONG count,
    CK_OBJECT_HANDLE *out)
{
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv;

	if ((rv = obj_open(sp, who, handle, &o)) != CKR_OK ||
	    (rv = draft_copy(sp, who, o, templ, count, &d)) != CKR_OK)
		return rv;
	return obj_commit(sp, who, &d, 1, out);
}

/* ---------------------------------------------------------------- destroying */

CK_RV
obj_destroy(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv;

	if ((rv = obj_open(sp, who, handle, &o)) != CKR_OK ||
	    (rv = policy_session(who, o->token, o->private)) != CKR_OK)
		return rv;
	if (o->schema->builtin || !attrs_bool(&o->attrs, CKA_DESTROYABLE, true))
		return log_rv(CKR_ACTION_PROHIBITED,
		    "object: CKA_DESTROYABLE is false");
	if (o->token && (rv = row_delete(sp, o->id)) != CKR_OK)
		return rv;
	space_drop(sp, handle);
	return CKR_OK;
}

/* ------------------------------------------------------------------ changing */

/* o's attributes with the changes. */
static CK_RV
changed_object(const struct object *o, const struct attrs *change,
    struct object **out)
{
	KL_AUTO(attrs_done) struct attrs a = { 0 };
	CK_RV rv;

	if ((rv = attrs_copy(&a, &o->attrs)) != CKR_OK ||
	    (rv = attrs_copy(&a, change)) != CKR_OK)
		return rv;
	return object_next(o, &a, out);
}

/* Writes the row of a changed object; *stale: it is of another version. */
static CK_RV
row_update(struct obj_space *sp, struct sealed_row *r, bool login,
    bool *stale)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	KL_AUTO(set_done) struct set_change set = { .kr = NULL };
	KL_AUTO(store_object_done) struct store_object old = { 0 };
	struct seal_bind before, after = persist_bind(&r->row);
	struct store *s = sp->env.store;
	CK_RV rv;

	if ((rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (rv = store_object_get(s, r->row.id, false, &old)) != CKR_OK)
		return rv;
	if (old.version + 1 != r->row.version) {
		*stale = true;
		return CKR_OK;
	}
	before = persist_bind(&old);
	if ((rv = set_open(&set, s, sp->env.keyring, login)) != CKR_OK ||
	    (rv = store_object_update(s, &r->row)) != CKR_OK ||
	    (rv = set_remove(&set, &before)) != CKR_OK ||
	    (rv = set_add(&set, &after)) != CKR_OK ||
	    (rv = set_close(&set)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

static CK_RV
change_token(struct obj_space *sp, const struct object *o, struct object *n,
    bool *stale)
{
	KL_AUTO(sealed_row_done) struct sealed_row r = { .row = { 0 } };
	KL_AUTO(attrs_done) struct attrs secrets = { 0 };
	bool login = keyring_unlocked(sp->env.keyring);
	CK_RV rv;

	if ((rv = obj_secrets(sp, o, &secrets)) != CKR_OK)
		return rv;
	n->flags = flags_now(n->private, login);
	if ((rv = persist_seal(&sp->env, n, &secrets, &r)) != CKR_OK)
		return rv;
	n->flags = r.row.flags;
	r.row.id = n->id;
	rv = row_update(sp, &r, login, stale);
	if (rv != CKR_OK || *stale)
		return rv;
	object_weigh(n);
	(void)space_keep(sp, n); /* else it is loaded later */
	return CKR_OK;
}

static CK_RV
change_session(struct obj_space *sp, struct object *o, struct object *n,
    bool *stale)
{
	CK_RV rv;

	if ((rv = attrs_copy(&n->secrets, &o->secrets)) != CKR_OK)
		return rv;
	*stale = !space_swap(sp, o, n);
	return CKR_OK;
}

/* o's attributes with the changes in its place; *stale: somebody else was
 * quicker. */
static CK_RV
change_apply(struct obj_space *sp, struct object *o,
    const struct attrs *change, bool *stale)
{
	KL_AUTO(obj_putp) struct object *n = NULL;
	CK_RV rv = changed_object(o, change, &n);

	if (rv != CKR_OK)
		return rv;
	return o->token ? change_token(sp, o, n, stale) :
	    change_session(sp, o, n, stale);
}

/* One try; *stale: somebody else was quicker. */
static CK_RV
set_once(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, const CK_ATTRIBUTE *templ, CK_ULONG count,
    bool *stale)
{
	KL_AUTO(attrs_done) struct attrs change = { 0 };
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv;

	*stale = false;
	if ((rv = obj_open(sp, who, handle, &o)) != CKR_OK ||
	    (rv = policy_set(o, who, templ, count, &change)) != CKR_OK)
		return rv;
	return change_apply(sp, o, &change, stale);
}

/* One try to move an OTP key's counter. */
static CK_RV
otp_once(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, unsigned by, uint64_t *value, bool *stale)
{
	KL_AUTO(attrs_done) struct attrs change = { 0 };
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv;

	*stale = false;
	if ((rv = obj_open(sp, who, handle, &o)) != CKR_OK ||
	    (rv = otp_moved(o, by, value, &change)) != CKR_OK)
		return rv;
	return change_apply(sp, o, &change, stale);
}

static CK_RV
others_change(CK_OBJECT_HANDLE handle)
{
	return log_rv(CKR_FUNCTION_FAILED,
	    "object: %lu is being changed by others", handle);
}

CK_RV
obj_otp_next(struct obj_space *sp, const struct obj_who *who,
    const struct object *o, unsigned by, uint64_t *out)
{
	bool stale = true;
	uint64_t value = 0;
	CK_RV rv = CKR_OK;

	for (int tries = 0; tries < TRIES_MAX && stale; tries++)
		rv = otp_once(sp, who, o->handle, by, &value, &stale);
	if (rv != CKR_OK || stale)
		return rv != CKR_OK ? rv : others_change(o->handle);
	*out = value;
	return CKR_OK;
}

CK_RV
obj_set_attrs(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, const CK_ATTRIBUTE *templ, CK_ULONG count)
{
	bool stale = true;
	CK_RV rv = CKR_OK;

	for (int tries = 0; tries < TRIES_MAX && stale; tries++)
		rv = set_once(sp, who, handle, templ, count, &stale);
	return rv == CKR_OK && stale ? others_change(handle) : rv;
}
