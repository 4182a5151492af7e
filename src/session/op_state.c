/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saved states of operations (3.2 sections 5.6.6 and 5.6.7).
 *
 * libcrypto hands out no digest's insides that another process could take in,
 * and those of a MAC or a cipher are a key's.  So a state stays in this process,
 * copied context by context, and what the caller gets is its number: random, so
 * that it can be neither guessed nor made up.  It can be restored any number of
 * times, in any session of the token that is in the same session state, under
 * the same login, as long as the keys are there and may still be used so.
 *
 * Invariants:
 * 1. The list is guarded by saved_lock (LOCK_HANDLES); a state that is looked at
 *    outside of it is counted in refs.  No other lock is taken inside.
 * 2. There are at most STATES_MAX; the one that was saved first goes first.
 * 3. States go with the token's logout and with its last session.  They hold no
 *    object: keys are known by handle, and opened again.
 * 4. An operation that needed a PIN of its own is not copied: one PIN is for
 *    one use; nor is one that makes a password, which counts.
 */
#include "session/op_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define STATES_MAX 256
#define STATE_LEN 32
static const uint8_t mark[4] = { 'K', 'L', 'S', 1 };

static const enum op_kind savable[] = {
	OP_ENCRYPT, OP_DECRYPT, OP_DIGEST, OP_SIGN, OP_VERIFY,
	OP_VERIFY_SIGNATURE,
};
#define SAVABLE KL_COUNT(savable)

struct op_saved {
	struct op_saved *next;
	unsigned refs;		/* the list's is one */
	uint8_t name[STATE_LEN];
	const struct token *token;
	uint64_t epoch, logins;	/* the token's */
	CK_STATE state;		/* the session's */
	struct op ops[SAVABLE];	/* keys not counted: they are looked up again */
	CK_OBJECT_HANDLE keys[SAVABLE];
};

/* ------------------------------------------------------- one state */

static void
ops_free(struct op ops[SAVABLE])
{
	for (size_t i = 0; i < SAVABLE; i++) {
		op_end(&ops[i]);
		eng_op_freep(&ops[i].eng);
		obj_putp(&ops[i].key);
	}
}

static void
saved_free(struct op_saved *v)
{
	if (v == NULL)
		return;
	ops_free(v->ops);
	free(v);
}

static void
saved_freep(struct op_saved **v)
{
	saved_free(*v);
	*v = NULL;
}

/* An operation's copy without its key. */
static CK_RV
op_copy(const struct op *from, struct op *out)
{
	CK_RV rv;

	if ((rv = eng_op_copy(from->eng, &out->eng)) != CKR_OK)
		return rv;
	out->state = from->state;
	out->row = from->row;
	out->login = from->login;
	out->asked_at = from->asked_at;
	return buf_set(&out->mark, buf_view(&from->mark));
}

/* Copies one of the session's operations; 3.2 says CKR_STATE_UNSAVEABLE for
 * whatever stands against it. */
static CK_RV
save_one(const struct op *op, struct op_saved *v, size_t i)
{
	CK_RV rv;

	if (op->pending != NULL || op->otp != NULL ||
	    (op->key != NULL && obj_is_always_auth(op->key)))
		return CKR_STATE_UNSAVEABLE;
	if (op->key != NULL)
		v->keys[i] = obj_handle(op->key);
	rv = op_copy(op, &v->ops[i]);
	return rv == CKR_HOST_MEMORY || rv == CKR_OK ? rv :
	    log_rv(CKR_STATE_UNSAVEABLE, "session: %s cannot be saved",
	    op->row->name);
}

static CK_STATE
session_state(struct session *s)
{
	CK_SESSION_INFO info;

	return sess_info(s, &info) == CKR_OK ? info.state : 0;
}

/* All that the session does and 3.2 lets be saved. */
static CK_RV
saved_new(struct session *s, struct op_saved **out)
{
	KL_AUTO(saved_freep) struct op_saved *v = calloc(1, sizeof(*v));
	bool any = false;
	CK_RV rv;

	if (v == NULL)
		return CKR_HOST_MEMORY;
	for (size_t i = 0; i < SAVABLE; i++) {
		const struct op *op = &s->ops[savable[i]];

		if (op->state == OP_IDLE || op_login_lost(s, op))
			continue;
		any = true;
		if ((rv = save_one(op, v, i)) != CKR_OK)
			return rv;
	}
	if (!any)
		return CKR_OPERATION_NOT_INITIALIZED;
	v->refs = 1;
	v->token = s->token;
	v->epoch = s->epoch;
	v->logins = atomic_load(&s->token->logins);
	v->state = session_state(s);
	*out = KL_TAKE(v);
	return CKR_OK;
}

/* -------------------------------------------------------- the list */

static void
saved_put(struct op_saved *v)
{
	bool last;

	if (v == NULL)
		return;
	lock_take(&library()->saved_lock);
	last = --v->refs == 0;
	lock_give(&library()->saved_lock);
	if (last)
		saved_free(v);
}

static void
saved_putp(struct op_saved **v)
{
	saved_put(*v);
	*v = NULL;
}

/* Takes those of a token (NULL: all) that come after the first `keep` out of the
 * list, and gives them back. */
static void
saved_drop(const struct token *t, size_t keep)
{
	struct library *lib = library();
	struct op_saved *out = NULL, *v, **at = &lib->saved;

	lock_take(&lib->saved_lock);
	while ((v = *at) != NULL) {
		if (keep > 0 || (t != NULL && v->token != t)) {
			keep -= keep > 0;
			at = &v->next;
			continue;
		}
		*at = v->next;
		v->next = out;
		out = v;
	}
	lock_give(&lib->saved_lock);
	while ((v = out) != NULL) {
		out = v->next;
		saved_put(v);
	}
}

void
op_states_drop(const struct token *t)
{
	if (library()->saved_lock.rank != 0)
		saved_drop(t, 0);
}

static void
saved_add(struct op_saved *v)
{
	struct library *lib = library();

	lock_take(&lib->saved_lock);
	v->next = lib->saved;
	lib->saved = v;
	lock_give(&lib->saved_lock);
	saved_drop(NULL, STATES_MAX);
}

/* The state of that name, counted, or NULL. */
static struct op_saved *
saved_find(struct bytes name)
{
	KL_AUTO(lock_hold_done) struct lock *held =
	    lock_hold(&library()->saved_lock);
	struct op_saved *v = library()->saved;

	(void)held;
	while (v != NULL && !secret_equal(bytes_of(v->name, STATE_LEN), name))
		v = v->next;
	if (v != NULL)
		v->refs++;
	return v;
}

/* ------------------------------------------------------------ save */

CK_RV
op_state_get(struct session *s, struct op_out out)
{
	KL_AUTO(saved_freep) struct op_saved *v = NULL;
	bool go;
	CK_RV rv;

	if (out.len == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = saved_new(s, &v)) != CKR_OK)
		return rv;
	if ((rv = out_room(out, STATE_LEN, &go)) != CKR_OK || !go)
		return rv;
	memcpy(v->name, mark, sizeof(mark));
	if ((rv = eng_random(library()->eng, v->name + sizeof(mark),
	    STATE_LEN - sizeof(mark))) != CKR_OK)
		return rv;
	if ((rv = out_bytes(out, bytes_of(v->name, STATE_LEN))) == CKR_OK)
		saved_add(KL_TAKE(v));
	return rv;
}

/* --------------------------------------------------------- restore */

/* The key of one of the state's operations into its copy: still there, and
 * still allowed. */
static CK_RV
restore_key(struct session *s, const struct op_saved *v, size_t i,
    struct op *op)
{
	if (v->keys[i] == CK_INVALID_HANDLE)
		return CKR_OK;
	if (op_open_key(s, v->keys[i], CKR_SAVED_STATE_INVALID, &op->key) !=
	    CKR_OK)
		return CKR_SAVED_STATE_INVALID;
	return obj_may(op->key, op_use(savable[i]), op->row->type) == CKR_OK ?
	    CKR_OK : CKR_SAVED_STATE_INVALID;
}

/* Copies the state's operations; *ops is to be freed whatever the answer. */
static CK_RV
restore_copy(struct session *s, const struct op_saved *v,
    struct op ops[SAVABLE])
{
	CK_RV rv;

	for (size_t i = 0; i < SAVABLE; i++) {
		if (v->ops[i].state == OP_IDLE)
			continue;
		if ((rv = op_copy(&v->ops[i], &ops[i])) != CKR_OK ||
		    (rv = restore_key(s, v, i, &ops[i])) != CKR_OK)
			return rv;
	}
	return CKR_OK;
}

/*
 * A key that the caller named for the state's operations: encryption and
 * decryption, or the others.  They have their own; what is named must be that.
 */
static CK_RV
named_key(const struct op_saved *v, bool crypt, CK_OBJECT_HANDLE key)
{
	bool wanted = false;

	if (key == CK_INVALID_HANDLE)
		return CKR_OK;
	for (size_t i = 0; i < SAVABLE; i++) {
		bool is = savable[i] == OP_ENCRYPT || savable[i] == OP_DECRYPT;

		if (is != crypt || v->keys[i] == CK_INVALID_HANDLE)
			continue;
		if (v->keys[i] == key)
			return CKR_OK;
		wanted = true;
	}
	return wanted ? CKR_KEY_CHANGED : CKR_KEY_NOT_NEEDED;
}

/* Whether the state belongs to sessions like this one. */
static bool
state_fits(struct session *s, const struct op_saved *v)
{
	return v->token == s->token && v->epoch == s->epoch &&
	    v->logins == atomic_load(&s->token->logins) &&
	    v->state == session_state(s);
}

/* Puts the copies in the place of whatever the session does. */
static void
restore_into(struct session *s, struct op ops[SAVABLE])
{
	op_end_all(s);
	obj_find_free(s->search);
	s->search = NULL;
	for (size_t i = 0; i < SAVABLE; i++) {
		s->ops[savable[i]] = ops[i];
		ops[i] = (struct op){ .state = OP_IDLE };
	}
}

CK_RV
op_state_set(struct session *s, struct bytes name, CK_OBJECT_HANDLE crypt_key,
    CK_OBJECT_HANDLE auth_key)
{
	KL_AUTO(saved_putp) struct op_saved *v = NULL;
	struct op ops[SAVABLE] = { { .state = OP_IDLE } };
	CK_RV rv;

	if (name.p == NULL)
		return CKR_ARGUMENTS_BAD;
	if (name.n != STATE_LEN || (v = saved_find(name)) == NULL ||
	    !state_fits(s, v))
		return log_rv(CKR_SAVED_STATE_INVALID,
		    "session: no such state for this session");
	if ((rv = named_key(v, true, crypt_key)) != CKR_OK ||
	    (rv = named_key(v, false, auth_key)) != CKR_OK)
		return rv;
	if ((rv = restore_copy(s, v, ops)) == CKR_OK)
		restore_into(s, ops);
	ops_free(ops);
	return rv;
}
