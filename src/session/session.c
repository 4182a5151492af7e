/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions (3.2 section 5.6): opening, finding, closing; one lock each.  How
 * they are found is table.c's.
 *
 * Invariants:
 * 1. A session is opened and closed under its token's lock and has a number
 *    (handle) as long as it is open; the number is set and cleared with the
 *    session locked or known to nobody.
 * 2. token->sessions and ro_sessions count what is in the token's list; when
 *    the last goes, the login goes (3.2 section 5.6.3).
 */
#include "session/session_int.h"

#include <string.h>

#include "session/op.h"

bool
sess_is(const struct session *s, CK_SESSION_HANDLE hs)
{
	return atomic_load_explicit(&s->handle, memory_order_relaxed) == hs;
}

/* Session locked: whether it still stands. */
static CK_RV
sess_standing(const struct session *s, CK_SESSION_HANDLE hs)
{
	if (!sess_is(s, hs))
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
sess_follow(struct session *s, CK_SESSION_HANDLE hs)
{
	struct token *t = s->token;
	CK_RV rv, standing;

	lock_give(&s->lock);
	lock_take(&t->lock);
	rv = token_refresh(t);
	lock_give(&t->lock);
	lock_take(&s->lock);
	standing = sess_standing(s, hs);
	return standing == CKR_OK ? rv : standing;
}

CK_RV
sess_get(CK_SESSION_HANDLE hs, struct session **out)
{
	struct session *s = table_find(hs);
	CK_RV rv;

	if (s == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	lock_take(&s->lock);
	rv = sess_standing(s, hs);
	if (rv == CKR_OK && sess_stale(s))
		rv = sess_follow(s, hs);
	if (rv != CKR_OK) {
		lock_give(&s->lock);
		return rv;
	}
	*out = s;
	return CKR_OK;
}

void
sess_put(struct session *s)
{
	lock_give(&s->lock);
}

bool
sess_exists(CK_SESSION_HANDLE hs)
{
	const struct session *s = table_find(hs);

	return s != NULL && sess_is(s, hs);
}

CK_RV
sess_hold(CK_SESSION_HANDLE hs, struct session **out)
{
	struct session *s = table_find(hs);
	struct token *t = NULL;

	if (s == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	lock_take(&s->lock);
	if (sess_is(s, hs))
		t = s->token;
	lock_give(&s->lock);
	if (t == NULL)
		return CKR_SESSION_HANDLE_INVALID;
	lock_take(&t->lock);
	if (!sess_is(s, hs)) {
		lock_give(&t->lock);
		return CKR_SESSION_HANDLE_INVALID;
	}
	*out = s;
	return CKR_OK;
}

struct obj_who
sess_who(const struct session *s)
{
	return (struct obj_who){
		.role = atomic_load(&s->token->role),
		.rw = s->rw,
		.session = atomic_load(&s->handle),
	};
}

bool
sess_login_holds(const struct session *s, const struct op *op)
{
	return op->login == atomic_load(&s->token->logins);
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

/* Takes a session into its token's list, or out of it.  Token lock held. */
static void
list_add(struct session *s)
{
	struct token *t = s->token;

	s->prev = NULL;
	s->next = t->first;
	if (s->next != NULL)
		s->next->prev = s;
	t->first = s;
	atomic_fetch_add(&t->sessions, 1);
	if (!s->rw)
		atomic_fetch_add(&t->ro_sessions, 1);
}

static void
list_remove(struct session *s)
{
	struct token *t = s->token;

	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		t->first = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	if (!s->rw)
		atomic_fetch_sub(&t->ro_sessions, 1);
	atomic_fetch_sub(&t->sessions, 1);
}

static CK_RV
sess_new(struct token *t, bool rw, void *app, CK_NOTIFY notify,
    CK_SESSION_HANDLE *out)
{
	struct session *s;
	CK_RV rv;

	if ((rv = table_new_session(&s)) != CKR_OK)
		return rv;
	/* Somebody may have found it by the number of an earlier session. */
	lock_take(&s->lock);
	s->token = t;
	s->epoch = atomic_load(&t->epoch);
	s->rw = rw;
	s->app = app;
	s->notify = notify;
	lock_give(&s->lock);
	if ((rv = table_add(s)) != CKR_OK) {
		table_spare(s);
		return rv;
	}
	list_add(s);
	*out = atomic_load(&s->handle);
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

/* Ends what a session was doing.  Session locked, or nobody else knows it. */
static void
sess_end(struct session *s)
{
	op_end_all(s);
	memset(s->ops, 0, sizeof(s->ops));
	eng_ivs_freep(&s->wrap_ivs);
	obj_find_free(s->search);
	s->search = NULL;
}

/* Closes a session.  Token lock held. */
static void
sess_drop(struct session *s)
{
	struct token *t = s->token;
	CK_SESSION_HANDLE hs = atomic_load(&s->handle);

	table_remove(s);
	lock_take(&s->lock);
	sess_end(s);
	atomic_store(&s->handle, CK_INVALID_HANDLE);
	lock_give(&s->lock);
	list_remove(s);
	if (t->space != NULL)
		obj_space_session_closed(t->space, hs);
	if (t->first == NULL && atomic_load(&t->role) != OBJ_ROLE_PUBLIC)
		token_logout(t);
	if (t->first == NULL)
		op_states_drop(t);
	table_spare(s);
}

CK_RV
sess_close(CK_SESSION_HANDLE hs)
{
	struct session *s;
	struct token *t;
	CK_RV rv;

	if ((rv = sess_hold(hs, &s)) != CKR_OK)
		return rv;
	t = s->token;
	sess_drop(s);
	lock_give(&t->lock);
	return CKR_OK;
}

void
sess_each(struct token *t, void (*fn)(struct session *s))
{
	for (struct session *s = t->first; s != NULL; s = s->next) {
		lock_take(&s->lock);
		fn(s);
		lock_give(&s->lock);
	}
}

CK_RV
sess_close_all(CK_SLOT_ID id)
{
	struct token *t;
	CK_RV rv;

	if ((rv = slot_token(id, &t)) != CKR_OK)
		return rv;
	lock_take(&t->lock);
	while (t->first != NULL)
		sess_drop(t->first);
	lock_give(&t->lock);
	return CKR_OK;
}

void
sessions_free(struct library *lib)
{
	table_free(lib, sess_end);
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
	op_cancel(s, flags);
	if ((flags & CKF_FIND_OBJECTS) != 0) {
		obj_find_free(s->search);
		s->search = NULL;
	}
	return CKR_OK;
}

CK_RV
sess_validation_flags(struct session *s, CK_SESSION_VALIDATION_FLAGS_TYPE type,
    CK_FLAGS *out)
{
	(void)s;	/* no session has any */
	if (out == NULL || type != CKS_LAST_VALIDATION_OK)
		return CKR_ARGUMENTS_BAD;
	*out = 0;
	return CKR_OK;
}

CK_RV
sess_async_find(struct session *s, const CK_UTF8CHAR *function)
{
	(void)s;	/* each call is over when it returns */
	return function == NULL ? CKR_ARGUMENTS_BAD :
	    CKR_OPERATION_NOT_INITIALIZED;
}

const char *
sess_mech_name(CK_MECHANISM_TYPE type)
{
	return mech_name(type);
}
