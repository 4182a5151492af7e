/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A token: its store, keys and objects in this process, its PINs, and how it
 * is made.  Callers hold the token's lock unless a function says otherwise.
 *
 * Invariants:
 * 1. store, keyring and space are all there or none; record holds the bytes of
 *    the "token" record they belong to.
 * 2. When that record changed (another process made the token anew, or put
 *    another in its place) all three follow, the login ends and epoch moves;
 *    the old ones are retired.
 * 3. role is OBJ_ROLE_USER exactly while keyring is unlocked; the SO's copy of
 *    the master key is in so_master and never in the keyring.
 */
#include "session/session_int.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

CK_RV
token_new(CK_SLOT_ID slot, struct token **out)
{
	struct token *t = calloc(1, sizeof(*t));
	CK_RV rv;

	if (t == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = lock_init(&t->lock, LOCK_TOKEN, &library()->calls)) !=
	    CKR_OK) {
		free(t);
		return rv;
	}
	t->slot = slot;
	t->role = OBJ_ROLE_PUBLIC;
	t->logins = 1;
	*out = t;
	return CKR_OK;
}

bool
token_idle(const struct token *t)
{
	return t->first == NULL && t->trying == 0;
}

/* Frees what was retired.  Nobody may be in it. */
static void
token_settle(struct token *t)
{
	struct retired *r;

	while ((r = t->retired) != NULL) {
		t->retired = r->next;
		obj_space_free(r->space);
		keyring_free(r->keyring);
		store_close(r->store);
		free(r);
	}
}

static void
token_close(struct token *t)
{
	token_settle(t);
	obj_space_free(t->space);
	t->space = NULL;
	keyring_freep(&t->keyring);
	store_close(t->store);
	t->store = NULL;
	vault_freep(&t->so_master);
	buf_done(&t->record);
}

void
token_free(struct token *t)
{
	token_close(t);
	lock_done(&t->lock);
	free(t);
}

void
token_forget(struct token *t)
{
	token_close(t);
	atomic_store(&t->role, OBJ_ROLE_PUBLIC);
	atomic_fetch_add(&t->logins, 1);
}

static void
session_logged_out(struct session *s)
{
	op_logged_out(s);
}

void
token_logout(struct token *t)
{
	atomic_store(&t->role, OBJ_ROLE_PUBLIC);
	atomic_fetch_add(&t->logins, 1);
	vault_freep(&t->so_master);
	/* Calls that came in as the user end as the user: what they began to
	 * write they can finish. */
	sess_each(t, session_logged_out);
	op_states_drop(t);
	if (t->keyring != NULL)
		keyring_lock(t->keyring);
	if (t->space != NULL)
		obj_space_logged_out(t->space);
}

/* Puts what the token worked with aside for whoever still runs in it; the
 * store only when another follows it. */
static CK_RV
token_retire(struct token *t, const struct store *next)
{
	struct retired *r;

	if (t->keyring == NULL)
		return CKR_OK;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return CKR_HOST_MEMORY;
	token_logout(t);
	r->keyring = KL_TAKE(t->keyring);
	r->space = t->space;
	r->store = next == t->store ? NULL : t->store;
	r->next = t->retired;
	t->retired = r;
	return CKR_OK;
}

/* For the objects that tell what mechanisms there are. */
static bool
mechanism_at(void *mechs, size_t i, CK_MECHANISM_TYPE *out)
{
	const struct mech_row *row = mech_at(mechs, i);

	if (row != NULL)
		*out = row->type;
	return row != NULL;
}

/* Keyring and space from a "token" record of this store, which becomes the
 * token's. */
static CK_RV
token_load(struct token *t, struct store *store, struct bytes record)
{
	KL_AUTO(keyring_freep) struct keyring *kr = NULL;
	struct library *lib = library();
	struct obj_space *space = NULL;
	struct obj_env env = {
		.eng = lib->eng, .store = store, .conf = &lib->conf,
		.calls = &lib->calls, .next_handle = &lib->next_object,
		.mechanism = mechanism_at, .mechs = lib->mechs,
	};
	CK_RV rv;

	if ((rv = keyring_open(lib->eng, record, lib->conf.pin_cost_test,
	    &kr)) != CKR_OK)
		return rv;
	env.keyring = kr;
	if ((rv = obj_space_new(&env, &space)) != CKR_OK)
		return rv;
	if ((rv = buf_set(&t->record, record)) != CKR_OK ||
	    (rv = token_retire(t, store)) != CKR_OK) {
		obj_space_free(space);
		return rv;
	}
	t->keyring = KL_TAKE(kr);
	t->space = space;
	t->store = store;
	atomic_fetch_add(&t->epoch, 1);
	if (token_idle(t))
		token_settle(t);
	return CKR_OK;
}

static CK_RV
token_open(struct token *t)
{
	struct store *s;
	CK_RV rv = store_open(library()->stores, (uint32_t)t->slot, &s);

	if (rv == CKR_TOKEN_NOT_PRESENT)
		return CKR_TOKEN_NOT_RECOGNIZED;
	if (rv == CKR_OK)
		t->store = s;
	return rv;
}

static CK_RV
record_missing(const struct token *t)
{
	return log_fail_rv(CKR_DEVICE_ERROR,
	    "slot %lu: the token record is missing", t->slot);
}

/* The token's file was deleted, or another is in its place. */
static CK_RV
token_replaced(struct token *t)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	struct store *s;
	uint64_t generation;
	CK_RV rv = store_open(library()->stores, (uint32_t)t->slot, &s);

	if (rv == CKR_TOKEN_NOT_PRESENT && token_idle(t)) {
		token_forget(t);
		return CKR_TOKEN_NOT_RECOGNIZED;
	}
	if (rv != CKR_OK)
		return rv == CKR_TOKEN_NOT_PRESENT ? CKR_DEVICE_REMOVED : rv;
	generation = store_generation(s);
	rv = store_record_get(s, "token", &record);
	if (rv == CKR_OK)
		rv = token_load(t, s, buf_view(&record));
	if (rv == CKR_OK)
		t->generation = generation;
	else
		store_close(s);
	return rv == CKR_OBJECT_HANDLE_INVALID ? record_missing(t) : rv;
}

CK_RV
token_refresh(struct token *t)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	uint64_t generation;
	CK_RV rv;

	if (t->store == NULL && (rv = token_open(t)) != CKR_OK)
		return rv;
	generation = store_generation(t->store);
	if (t->keyring != NULL && generation == t->generation)
		return CKR_OK;
	rv = store_record_get(t->store, "token", &record);
	if (rv == CKR_DEVICE_REMOVED && t->keyring != NULL)
		return token_replaced(t);
	if (rv == CKR_OK && (t->keyring == NULL ||
	    !bytes_equal(buf_view(&record), buf_view(&t->record))))
		rv = token_load(t, t->store, buf_view(&record));
	if (rv == CKR_OK) {
		t->generation = generation;
		return CKR_OK;
	}
	if (t->keyring == NULL) {
		store_close(t->store);
		t->store = NULL;
	}
	return rv == CKR_OBJECT_HANDLE_INVALID ? record_missing(t) : rv;
}

/* ------------------------------------------------------------------ PINs */

static const char *
pin_name(enum seal_role role)
{
	return role == SEAL_SO ? "pin.so" : "pin.user";
}

static const char *
slot_name(enum seal_role role)
{
	return role == SEAL_SO ? "keyslot.so" : "keyslot.user";
}

/* There is no count: nor must there be a keyslot, since both are written
 * together (meanwhile, perhaps: then there is a count too).  Who takes the
 * count away gets no tries for it. */
static CK_RV
pin_none(const struct token_door *d, enum seal_role role, struct buf *record,
    struct seal_pin *out)
{
	KL_AUTO(buf_done) struct buf slot = { 0 };
	CK_RV rv = store_record_get(d->store, slot_name(role), &slot);

	memset(out, 0, sizeof(*out));
	if (rv != CKR_OK)
		return rv == CKR_OBJECT_HANDLE_INVALID ? CKR_OK : rv;
	rv = store_record_get(d->store, pin_name(role), record);
	if (rv == CKR_OBJECT_HANDLE_INVALID)
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "slot %lu: the record %s is missing", d->slot,
		    pin_name(role));
	return rv != CKR_OK ? rv :
	    seal_pin_read(d->keyring, role, buf_view(record), out);
}

struct token_door
token_door(const struct token *t)
{
	return (struct token_door){ t->store, t->keyring, t->slot };
}

CK_RV
token_pin(const struct token_door *d, enum seal_role role, struct seal_pin *out)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	CK_RV rv = store_record_get(d->store, pin_name(role), &record);

	if (rv == CKR_OBJECT_HANDLE_INVALID)
		return pin_none(d, role, &record, out);
	if (rv != CKR_OK)
		return rv;
	return seal_pin_read(d->keyring, role, buf_view(&record), out);
}

CK_RV
token_pin_ok(struct bytes pin)
{
	if (pin.p == NULL && pin.n != 0)
		return CKR_ARGUMENTS_BAD;
	if (pin.n < library()->conf.pin_min || pin.n > 255)
		return CKR_PIN_LEN_RANGE;
	return CKR_OK;
}

static bool
pin_locked(const struct seal_pin *pin)
{
	return pin->failures >= library()->conf.pin_tries;
}

static CK_RV
pin_put(const struct token_door *d, enum seal_role role,
    const struct seal_pin *pin)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	CK_RV rv;

	if ((rv = seal_pin_record(d->keyring, role, pin, &record)) != CKR_OK)
		return rv;
	return store_record_put(d->store, pin_name(role), buf_view(&record));
}

/*
 * Sets the count to one more, or to none; what other processes counted
 * meanwhile decides.  CKR_PIN_LOCKED when the tries are used up.
 */
static CK_RV
pin_count(const struct token_door *d, enum seal_role role, bool miss)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	struct seal_pin pin;
	CK_RV rv;

	if ((rv = store_tx_begin(d->store, &tx)) != CKR_OK)
		return rv;
	if ((rv = token_pin(d, role, &pin)) != CKR_OK)
		return rv;
	if (pin_locked(&pin))
		return CKR_PIN_LOCKED;
	pin.failures = miss ? pin.failures + 1 : 0;
	if ((rv = pin_put(d, role, &pin)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

/* A wrong PIN: counted before the answer is given. */
static CK_RV
pin_missed(const struct token_door *d, enum seal_role role)
{
	CK_RV rv = pin_count(d, role, true);

	/* A store that cannot be written can still be read and guessed at by
	 * whoever reads it; there is nothing to count in. */
	if (rv == CKR_OK || rv == CKR_TOKEN_WRITE_PROTECTED)
		return CKR_PIN_INCORRECT;
	return rv;
}

/* A right PIN: writes only when misses were counted before it. */
static CK_RV
pin_hit(const struct token_door *d, enum seal_role role)
{
	struct seal_pin pin;
	CK_RV rv;

	if ((rv = token_pin(d, role, &pin)) != CKR_OK)
		return rv;
	if (pin_locked(&pin))
		return CKR_PIN_LOCKED;
	if (pin.failures == 0)
		return CKR_OK;
	rv = pin_count(d, role, false);
	return rv == CKR_TOKEN_WRITE_PROTECTED ? CKR_OK : rv;
}

/* Whether the store still holds the token whose keys are here. */
static CK_RV
door_still(const struct token_door *d)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	KL_AUTO(buf_done) struct buf ours = { 0 };
	CK_RV rv = store_record_get(d->store, "token", &record);

	if (rv != CKR_OK ||
	    (rv = keyring_token_record(d->keyring, &ours)) != CKR_OK)
		return rv;
	return bytes_equal(buf_view(&record), buf_view(&ours)) ? CKR_OK :
	    CKR_DEVICE_REMOVED;
}

CK_RV
token_try_pin(const struct token_door *d, enum seal_role role, struct bytes pin,
    struct secret **master)
{
	KL_AUTO(secret_freep) struct secret *key = NULL;
	KL_AUTO(buf_done) struct buf slot = { 0 };
	struct seal_pin state;
	CK_RV rv;

	if ((rv = token_pin(d, role, &state)) != CKR_OK)
		return rv;
	if (!state.set)
		return CKR_USER_PIN_NOT_INITIALIZED;
	if (pin_locked(&state))
		return CKR_PIN_LOCKED;
	if ((rv = store_record_get(d->store, slot_name(role), &slot)) !=
	    CKR_OK)
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "slot %lu: %s cannot be read", d->slot, slot_name(role));
	rv = keyring_slot_try(d->keyring, role, buf_view(&slot), pin, &key);
	if ((rv == CKR_OK || rv == CKR_PIN_INCORRECT) &&
	    door_still(d) != CKR_OK)
		return CKR_DEVICE_REMOVED;
	if (rv == CKR_PIN_INCORRECT)
		return pin_missed(d, role);
	if (rv != CKR_OK || (rv = pin_hit(d, role)) != CKR_OK)
		return rv;
	*master = KL_TAKE(key);
	return CKR_OK;
}

/* What a PIN becomes in the store. */
struct pin_records {
	enum seal_role role;
	struct buf slot, count;
};

static void
pin_records_done(struct pin_records *r)
{
	buf_done(&r->slot);
	buf_done(&r->count);
}

/* Keyslot and fresh count of a role: takes the derivation's time, so it comes
 * before the transaction. */
static CK_RV
pin_make(const struct keyring *kr, enum seal_role role, struct bytes pin,
    struct pin_records *out)
{
	struct seal_pin state = {
		.set = true, .min = (uint8_t)library()->conf.pin_min, .max = 255
	};
	CK_RV rv;

	out->role = role;
	if ((rv = keyring_slot_make(kr, role, pin, &out->slot)) != CKR_OK)
		return rv;
	return seal_pin_record(kr, role, &state, &out->count);
}

/* Into an open transaction. */
static CK_RV
pin_store(struct store *s, const struct pin_records *r)
{
	CK_RV rv;

	if ((rv = store_record_put(s, slot_name(r->role),
	    buf_view(&r->slot))) != CKR_OK)
		return rv;
	return store_record_put(s, pin_name(r->role), buf_view(&r->count));
}

CK_RV
token_write_pin(struct token *t, enum seal_role role, struct bytes pin,
    const struct secret *master)
{
	KL_AUTO(keyring_freep) struct keyring *kr = NULL;
	KL_AUTO(pin_records_done) struct pin_records pr = { 0 };
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	const struct token_door door = token_door(t);
	struct library *lib = library();
	CK_RV rv;

	/* A keyring of its own: the token's stays locked. */
	if ((rv = keyring_open(lib->eng, buf_view(&t->record),
	    lib->conf.pin_cost_test, &kr)) != CKR_OK ||
	    (rv = keyring_unlock(kr, master)) != CKR_OK ||
	    (rv = pin_make(kr, role, pin, &pr)) != CKR_OK)
		return rv;
	if ((rv = store_tx_begin(t->store, &tx)) != CKR_OK ||
	    (rv = door_still(&door)) != CKR_OK ||
	    (rv = pin_store(t->store, &pr)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

/* --------------------------------------------------------- making tokens */

struct making {
	struct keyring *keyring;
	struct bytes so_pin;
	struct pin_records so;
};

static void
making_done(struct making *m)
{
	keyring_freep(&m->keyring);
	pin_records_done(&m->so);
}

/* The first records of a token, into an open transaction. */
static CK_RV
token_fill(struct store *s, void *arg)
{
	const struct making *m = arg;
	KL_AUTO(buf_done) struct buf token = { 0 };
	KL_AUTO(buf_done) struct buf audit = { 0 };
	CK_RV rv;

	if ((rv = keyring_token_record(m->keyring, &token)) != CKR_OK ||
	    (rv = store_record_put(s, "token", buf_view(&token))) != CKR_OK ||
	    (rv = seal_audit_first(m->keyring, &audit)) != CKR_OK ||
	    (rv = store_record_put(s, "audit", buf_view(&audit))) != CKR_OK ||
	    (rv = pin_store(s, &m->so)) != CKR_OK)
		return rv;
	return obj_space_init_store(s, m->keyring);
}

/* The new token's identity: label given, serial kept when it had one. */
static void
token_identity(const struct token *t, const uint8_t label[SEAL_LABEL],
    struct seal_token *out)
{
	memset(out, 0, sizeof(*out));
	if (t->keyring != NULL) {
		const struct seal_token *old = keyring_token(t->keyring);

		memcpy(out->serial, old->serial, sizeof(out->serial));
		out->epoch = old->epoch + 1;
	}
	memcpy(out->label, label, SEAL_LABEL);
	out->created = (uint64_t)time(NULL);
}

/* C_InitToken on a token that is there: everything goes, the serial stays. */
static CK_RV
token_remake(struct token *t, const struct making *m)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	KL_AUTO(secret_freep) struct secret *master = NULL;
	const struct token_door door = token_door(t);
	CK_RV rv;

	if (atomic_load(&t->sessions) > 0)
		return CKR_SESSION_EXISTS;
	if ((rv = token_try_pin(&door, SEAL_SO, m->so_pin, &master)) != CKR_OK)
		return rv;
	if ((rv = store_tx_begin(t->store, &tx)) != CKR_OK ||
	    (rv = door_still(&door)) != CKR_OK ||
	    (rv = store_wipe(t->store)) != CKR_OK ||
	    (rv = token_fill(t->store, (void *)(uintptr_t)m)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

CK_RV
token_make(struct token *t, struct bytes so_pin,
    const uint8_t label[SEAL_LABEL])
{
	KL_AUTO(making_done) struct making m = { .so_pin = so_pin };
	struct library *lib = library();
	struct seal_token identity;
	CK_RV there = token_refresh(t), rv;

	if (there != CKR_OK && there != CKR_TOKEN_NOT_RECOGNIZED)
		return there;
	/* On a token that is there the PIN is tried, not set. */
	if (there != CKR_OK && (rv = token_pin_ok(so_pin)) != CKR_OK)
		return rv;
	token_identity(t, label, &identity);
	if ((rv = keyring_create(lib->eng, &identity, lib->conf.pin_cost_test,
	    &m.keyring)) != CKR_OK ||
	    (rv = pin_make(m.keyring, SEAL_SO, so_pin, &m.so)) != CKR_OK)
		return rv;
	if (there == CKR_OK)
		rv = token_remake(t, &m);
	else
		rv = store_create(lib->stores, (uint32_t)t->slot, token_fill,
		    &m);
	return rv == CKR_OK ? token_refresh(t) : rv;
}
