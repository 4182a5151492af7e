/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions (3.2 section 5.6): a table of handles under its own lock, counted
 * structs, one lock each.  A session that is closed while a call runs in it
 * lives until that call has left.
 *
 * Invariants:
 * 1. A session in the table is counted once for being there.
 * 2. token->sessions and ro_sessions count what is in the table; when the
 *    last goes, the login goes (3.2 section 5.6.3).
 */
#include "session/session_int.h"

#include <stdlib.h>
#include <string.h>

#include "session/op.h"

CK_RV
sess_ref(CK_SESSION_HANDLE hs, struct session **out)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold =
	    lock_hold(&lib->sessions_lock);
	void *p;

	(void)hold;
	if (!handles_get(lib->sessions, hs, NULL, &p))
		return CKR_SESSION_HANDLE_INVALID;
	*out = p;
	atomic_fetch_add(&(*out)->refs, 1);
	return CKR_OK;
}

void
sess_unref(struct session *s)
{
	if (s == NULL || atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	lock_done(&s->lock);
	free(s);
}

void
sess_unrefp(struct session **s)
{
	sess_unref(*s);
	*s = NULL;
}

/* Session locked: whether it still stands. */
static CK_RV
sess_standing(const struct session *s)
{
	if (s->closed)
		return CKR_SESSION_HANDLE_INVALID;
	return s->epoch == atomic_load(&s->token->epoch) ? CKR_OK :
	    CKR_DEVICE_REMOVED;
}

/*
 * Session locked and open, which keeps the store open: whether something was
 * committed since the token was last known to be the same.
 */
static bool
sess_stale(const struct session *s)
{
	return store_generation(s->token->store) !=
	    atomic_load(&s->token->generation);
}

/* Lets the token follow; the session's lock is given up meanwhile. */
static CK_RV
sess_follow(struct session *s)
{
	struct token *t = s->token;
	CK_RV rv, standing;

	lock_give(&s->lock);
	lock_take(&t->lock);
	rv = token_refresh(t);
	lock_give(&t->lock);
	lock_take(&s->lock);
	standing = sess_standing(s);
	return standing == CKR_OK ? rv : standing;
}

CK_RV
sess_get(CK_SESSION_HANDLE hs, struct session **out)
{
	struct session *s;
	CK_RV rv;

	if ((rv = sess_ref(hs, &s)) != CKR_OK)
		return rv;
	lock_take(&s->lock);
	rv = sess_standing(s);
	if (rv == CKR_OK && sess_stale(s))
		rv = sess_follow(s);
	if (rv != CKR_OK) {
		sess_put(s);
		return rv;
	}
	*out = s;
	return CKR_OK;
}

void
sess_put(struct session *s)
{
	lock_give(&s->lock);
	sess_unref(s);
}

struct obj_who
sess_who(const struct session *s)
{
	return (struct obj_who){
		.role = atomic_load(&s->token->role),
		.rw = s->rw,
		.session = s->handle,
	};
}

bool
sess_login_holds(const struct session *s, const struct op *op)
{
	return op->login == atomic_load(&s->token->logins);
}

/* Puts a new session into the table. */
static CK_RV
sess_publish(struct session *s, CK_SESSION_HANDLE *out)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold =
	    lock_hold(&lib->sessions_lock);

	(void)hold;
	return handles_add(lib->sessions, 0, s, out);
}

/* Token lock held, token refreshed. */
static CK_RV
sess_may_open(struct token *t, bool rw)
{
	if (!rw && atomic_load(&t->role) == OBJ_ROLE_SO)
		return CKR_SESSION_READ_WRITE_SO_EXISTS;
	if (rw && !store_writable(t->store))
		return CKR_TOKEN_WRITE_PROTECTED;
	return CKR_OK;
}

static CK_RV
sess_new(struct token *t, bool rw, void *app, CK_NOTIFY notify,
    CK_SESSION_HANDLE *out)
{
	struct session *s = calloc(1, sizeof(*s));
	CK_RV rv;

	if (s == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = lock_init(&s->lock, LOCK_SESSION, &library()->calls)) !=
	    CKR_OK) {
		free(s);
		return rv;
	}
	atomic_init(&s->refs, 1);
	s->token = t;
	s->epoch = atomic_load(&t->epoch);
	s->rw = rw;
	s->app = app;
	s->notify = notify;
	/* Nobody knows the number before we return it. */
	if ((rv = sess_publish(s, &s->handle)) != CKR_OK) {
		sess_unref(s);
		return rv;
	}
	*out = s->handle;
	atomic_fetch_add(&t->sessions, 1);
	if (!rw)
		atomic_fetch_add(&t->ro_sessions, 1);
	return CKR_OK;
}

CK_RV
sess_open(CK_SLOT_ID id, CK_FLAGS flags, void *app, CK_NOTIFY notify,
    CK_SESSION_HANDLE *out)
{
	bool rw = (flags & CKF_RW_SESSION) != 0;
	struct token *t;
	CK_RV rv;

	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((flags & CKF_SERIAL_SESSION) == 0)
		return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
	if ((flags & CKF_ASYNC_SESSION) != 0)
		return CKR_SESSION_ASYNC_NOT_SUPPORTED;
	if ((rv = slot_token(id, &t)) != CKR_OK)
		return rv;
	lock_take(&t->lock);
	if (!store_readable(library()->stores))
		rv = CKR_TOKEN_NOT_PRESENT;
	else if ((rv = token_refresh(t)) == CKR_OK &&
	    (rv = sess_may_open(t, rw)) == CKR_OK)
		rv = sess_new(t, rw, app, notify, out);
	lock_give(&t->lock);
	return rv;
}

/* Takes a session out of the table; false when somebody else did. */
static bool
sess_withdraw(struct session *s)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold =
	    lock_hold(&lib->sessions_lock);

	(void)hold;
	return handles_remove(lib->sessions, s->handle);
}

/* Ends what a session was doing.  Session locked, or nobody else knows it. */
static void
sess_end(struct session *s)
{
	s->closed = true;
	op_end_all(s);
	obj_find_free(s->search);
	s->search = NULL;
}

/* Closes a session.  Token lock held. */
static CK_RV
sess_drop(struct session *s)
{
	struct token *t = s->token;

	if (!sess_withdraw(s))
		return CKR_SESSION_HANDLE_INVALID;
	lock_take(&s->lock);
	sess_end(s);
	lock_give(&s->lock);
	if (t->space != NULL)
		obj_space_session_closed(t->space, s->handle);
	if (!s->rw)
		atomic_fetch_sub(&t->ro_sessions, 1);
	if (atomic_fetch_sub(&t->sessions, 1) == 1 &&
	    atomic_load(&t->role) != OBJ_ROLE_PUBLIC)
		token_logout(t);
	sess_unref(s);
	return CKR_OK;
}

CK_RV
sess_close(CK_SESSION_HANDLE hs)
{
	KL_AUTO(sess_unrefp) struct session *s = NULL;
	struct token *t;
	CK_RV rv;

	if ((rv = sess_ref(hs, &s)) != CKR_OK)
		return rv;
	t = s->token;
	lock_take(&t->lock);
	rv = sess_drop(s);
	lock_give(&t->lock);
	return rv;
}

/* A walk over the table that collects a token's sessions, counted. */
struct walk {
	const struct token *token;
	struct session **list;
	size_t n, max;
};

static bool
walk_visit(void *p, uint64_t key, void *arg)
{
	struct walk *w = arg;
	struct session *s = p;

	(void)key;
	if (s->token == w->token && w->n < w->max) {
		atomic_fetch_add(&s->refs, 1);
		w->list[w->n++] = s;
	}
	return false;
}

/* Collects the sessions of a token; an empty walk when memory is short. */
static void
walk_start(struct walk *w, const struct token *t)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold =
	    lock_hold(&lib->sessions_lock);

	(void)hold;
	memset(w, 0, sizeof(*w));
	w->token = t;
	w->max = handles_count(lib->sessions);
	w->list = calloc(w->max + 1, sizeof(struct session *));
	if (w->list == NULL)
		w->max = 0;
	handles_sweep(lib->sessions, walk_visit, w);
}

static void
walk_done(struct walk *w)
{
	for (size_t i = 0; i < w->n; i++)
		sess_unref(w->list[i]);
	free(w->list);
}

void
sess_each(struct token *t, void (*fn)(struct session *s))
{
	KL_AUTO(walk_done) struct walk w;

	walk_start(&w, t);
	for (size_t i = 0; i < w.n; i++) {
		lock_take(&w.list[i]->lock);
		fn(w.list[i]);
		lock_give(&w.list[i]->lock);
	}
}

CK_RV
sess_close_all(CK_SLOT_ID id)
{
	KL_AUTO(walk_done) struct walk w = { 0 };
	struct token *t;
	CK_RV rv;

	if ((rv = slot_token(id, &t)) != CKR_OK)
		return rv;
	lock_take(&t->lock);
	walk_start(&w, t);
	for (size_t i = 0; i < w.n; i++)
		(void)sess_drop(w.list[i]);	/* gone already is as good */
	lock_give(&t->lock);
	return CKR_OK;
}

static bool
free_visit(void *p, uint64_t key, void *arg)
{
	(void)key;
	(void)arg;
	sess_end(p);
	sess_unref(p);
	return true;
}

void
sessions_free(struct library *lib)
{
	if (lib->sessions == NULL)
		return;
	handles_sweep(lib->sessions, free_visit, NULL);
	handles_free(lib->sessions);
	lib->sessions = NULL;
}

CK_RV
sess_info(struct session *s, CK_SESSION_INFO *out)
{
	static const CK_STATE states[3][2] = {
		[OBJ_ROLE_PUBLIC] = { CKS_RO_PUBLIC_SESSION,
		    CKS_RW_PUBLIC_SESSION },
		[OBJ_ROLE_USER] = { CKS_RO_USER_FUNCTIONS,
		    CKS_RW_USER_FUNCTIONS },
		[OBJ_ROLE_SO] = { CKS_RW_SO_FUNCTIONS, CKS_RW_SO_FUNCTIONS },
	};

	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	out->slotID = s->token->slot;
	out->state = states[atomic_load(&s->token->role)][s->rw ? 1 : 0];
	out->flags = CKF_SERIAL_SESSION | (s->rw ? CKF_RW_SESSION : 0);
	out->ulDeviceError = 0;
	return CKR_OK;
}

CK_RV
sess_cancel(struct session *s, CK_FLAGS flags)
{
	static const CK_FLAGS kinds[OP_KINDS] = {
		[OP_ENCRYPT] = CKF_ENCRYPT, [OP_DECRYPT] = CKF_DECRYPT,
		[OP_DIGEST] = CKF_DIGEST, [OP_SIGN] = CKF_SIGN,
		[OP_VERIFY] = CKF_VERIFY,
	};

	for (size_t i = 0; i < OP_KINDS; i++)
		if ((flags & kinds[i]) != 0)
			op_end(&s->ops[i]);
	if ((flags & CKF_FIND_OBJECTS) != 0) {
		obj_find_free(s->search);
		s->search = NULL;
	}
	return CKR_OK;
}

const char *
sess_mech_name(CK_MECHANISM_TYPE type)
{
	return mech_name(type);
}
