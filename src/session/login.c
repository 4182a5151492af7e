/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logins and PINs (3.2 sections 5.6.9 to 5.6.11, 5.5.8, 5.5.9).  A login
 * belongs to the token and this process, all sessions move together.  A
 * PIN's derivation takes a tenth of a second: it runs under no lock, and the
 * state is looked at again before it changes.
 */
#include "session/session_int.h"

#include <string.h>

/* A session's handle turned into the session, with its token locked. */
struct entry {
	struct session *s;
	struct token *t;	/* locked */
};

static CK_RV
entry_open(CK_SESSION_HANDLE hs, struct entry *out)
{
	CK_RV rv;

	if ((rv = sess_hold(hs, &out->s)) != CKR_OK)
		return rv;
	out->t = out->s->token;
	if ((rv = token_refresh(out->t)) != CKR_OK)
		return rv == CKR_TOKEN_NOT_RECOGNIZED ? CKR_DEVICE_REMOVED : rv;
	if (out->s->epoch != atomic_load(&out->t->epoch))
		return CKR_DEVICE_REMOVED;
	return CKR_OK;
}

static void
entry_done(struct entry *e)
{
	if (e->t != NULL)
		lock_give(&e->t->lock);
}

/* Whether this role may log in now.  Token lock held. */
static CK_RV
login_allowed(struct token *t, enum obj_role role)
{
	enum obj_role now = atomic_load(&t->role);

	if (now == role)
		return CKR_USER_ALREADY_LOGGED_IN;
	if (now != OBJ_ROLE_PUBLIC)
		return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
	if (role == OBJ_ROLE_SO && atomic_load(&t->ro_sessions) > 0)
		return CKR_SESSION_READ_ONLY_EXISTS;
	return CKR_OK;
}

/* The PIN was right.  Token lock held. */
static CK_RV
login_enter(struct token *t, enum obj_role role, const struct secret *master)
{
	CK_RV rv;

	if ((rv = login_allowed(t, role)) != CKR_OK)
		return rv;
	rv = role == OBJ_ROLE_SO ?
	    vault_new(secret_view(master), &t->so_master) :
	    keyring_unlock(t->keyring, master);
	if (rv != CKR_OK)
		return rv;
	atomic_fetch_add(&t->logins, 1);
	atomic_store(&t->role, role);
	return CKR_OK;
}

/* A login as user or SO. */
static CK_RV
login_role(CK_SESSION_HANDLE hs, enum obj_role role, struct bytes pin)
{
	KL_AUTO(entry_done) struct entry e = { NULL, NULL };
	KL_AUTO(secret_freep) struct secret *master = NULL;
	enum seal_role slot = role == OBJ_ROLE_SO ? SEAL_SO : SEAL_USER;
	struct token_door door;
	CK_RV rv;

	if ((rv = entry_open(hs, &e)) != CKR_OK ||
	    (rv = login_allowed(e.t, role)) != CKR_OK)
		return rv;
	door = token_door(e.t);
	e.t->trying++;
	lock_give(&e.t->lock);
	rv = token_try_pin(&door, slot, pin, &master);
	lock_take(&e.t->lock);
	e.t->trying--;
	if (rv == CKR_OK && !sess_is(e.s, hs))
		rv = CKR_SESSION_CLOSED;
	if (rv == CKR_OK && e.s->epoch != atomic_load(&e.t->epoch))
		rv = CKR_DEVICE_REMOVED;
	if (rv == CKR_OK)
		rv = login_enter(e.t, role, master);
	if (rv != CKR_OK || role != OBJ_ROLE_USER)
		return rv;
	return obj_space_verify(e.t->space, false, NULL);
}

/* Tries the user's PIN for an operation that waits for it.  Session locked,
 * which keeps the token as it is: token_logout waits for the session. */
static CK_RV
login_again(struct session *s, struct bytes pin)
{
	KL_AUTO(secret_freep) struct secret *master = NULL;
	const struct token_door door = token_door(s->token);
	CK_RV rv;

	if (!op_wants_auth(s))
		return CKR_OPERATION_NOT_INITIALIZED;
	if (atomic_load(&s->token->role) != OBJ_ROLE_USER)
		return CKR_USER_NOT_LOGGED_IN;
	rv = token_try_pin(&door, SEAL_USER, pin, &master);
	if (rv == CKR_OK)
		(void)op_authenticated(s);	/* one waits: asked above */
	return rv;
}

/* The PIN is locked: its user is logged out (3.2 section 4.9). */
static void
login_lost(CK_SESSION_HANDLE hs)
{
	KL_AUTO(entry_done) struct entry e = { NULL, NULL };

	if (entry_open(hs, &e) == CKR_OK &&
	    atomic_load(&e.t->role) == OBJ_ROLE_USER)
		token_logout(e.t);
}

/*
 * Authenticates the operation that waits for it (3.2 section 5.6.9): it may be
 * tried again after a wrong PIN.
 */
static CK_RV
login_context(CK_SESSION_HANDLE hs, struct bytes pin)
{
	struct session *s;
	CK_RV rv;

	if ((rv = sess_get(hs, &s)) != CKR_OK)
		return rv;
	rv = login_again(s, pin);
	sess_put(s);
	if (rv == CKR_PIN_LOCKED)
		login_lost(hs);
	return rv;
}

static CK_RV
login_by_type(CK_SESSION_HANDLE hs, CK_USER_TYPE type, struct bytes pin)
{
	switch (type) {
	case CKU_SO:
		return login_role(hs, OBJ_ROLE_SO, pin);
	case CKU_USER:
		return login_role(hs, OBJ_ROLE_USER, pin);
	case CKU_CONTEXT_SPECIFIC:
		return login_context(hs, pin);
	default:
		return CKR_USER_TYPE_INVALID;
	}
}

CK_RV
login_login(CK_SESSION_HANDLE hs, CK_USER_TYPE type, const CK_UTF8CHAR *pin,
    CK_ULONG pin_len)
{
	if (!sess_exists(hs))	/* answered before the other arguments */
		return CKR_SESSION_HANDLE_INVALID;
	if (pin == NULL)
		return CKR_ARGUMENTS_BAD;
	return login_by_type(hs, type, bytes_of(pin, pin_len));
}

CK_RV
login_user(CK_SESSION_HANDLE hs, CK_USER_TYPE type, struct bytes pin,
    struct bytes name)
{
	struct bytes role = type == CKU_SO ? BYTES_STR("so") :
	    BYTES_STR("user");

	if (!sess_exists(hs))	/* answered before the other arguments */
		return CKR_SESSION_HANDLE_INVALID;
	if (pin.p == NULL || (name.p == NULL && name.n != 0))
		return CKR_ARGUMENTS_BAD;
	if (type != CKU_SO && type != CKU_USER && type != CKU_CONTEXT_SPECIFIC)
		return CKR_USER_TYPE_INVALID;
	/* One user and one SO: no other name can be right. */
	if (name.n != 0 && !bytes_equal(name, role))
		return CKR_PIN_INCORRECT;
	return login_by_type(hs, type, pin);
}

CK_RV
login_logout(CK_SESSION_HANDLE hs)
{
	KL_AUTO(entry_done) struct entry e = { NULL, NULL };
	CK_RV rv;

	if ((rv = entry_open(hs, &e)) != CKR_OK)
		return rv;
	if (atomic_load(&e.t->role) == OBJ_ROLE_PUBLIC)
		return CKR_USER_NOT_LOGGED_IN;
	token_logout(e.t);
	return CKR_OK;
}

CK_RV
login_init_pin(CK_SESSION_HANDLE hs, const CK_UTF8CHAR *pin, CK_ULONG pin_len)
{
	KL_AUTO(entry_done) struct entry e = { NULL, NULL };
	KL_AUTO(secret_freep) struct secret *master = NULL;
	CK_RV rv;

	if ((rv = entry_open(hs, &e)) != CKR_OK)
		return rv;
	if (atomic_load(&e.t->role) != OBJ_ROLE_SO)
		return CKR_USER_NOT_LOGGED_IN;
	if (pin == NULL && pin_len != 0)
		return CKR_ARGUMENTS_BAD;
	if ((rv = token_pin_ok(bytes_of(pin, pin_len))) != CKR_OK)
		return rv;
	if ((rv = secret_new(SEAL_MASTER, &master)) != CKR_OK ||
	    (rv = vault_get(e.t->so_master, secret_data(master),
	    SEAL_MASTER)) != CKR_OK)
		return rv;
	return token_write_pin(e.t, SEAL_USER, bytes_of(pin, pin_len), master);
}

CK_RV
login_set_pin(CK_SESSION_HANDLE hs, struct bytes old_pin, struct bytes new_pin)
{
	KL_AUTO(entry_done) struct entry e = { NULL, NULL };
	KL_AUTO(secret_freep) struct secret *master = NULL;
	struct token_door door;
	enum seal_role role;
	CK_RV rv;

	if ((rv = entry_open(hs, &e)) != CKR_OK)
		return rv;
	if (!e.s->rw)
		return CKR_SESSION_READ_ONLY;
	if (old_pin.p == NULL || new_pin.p == NULL)
		return CKR_ARGUMENTS_BAD;
	role = atomic_load(&e.t->role) == OBJ_ROLE_SO ? SEAL_SO : SEAL_USER;
	if ((rv = token_pin_ok(new_pin)) != CKR_OK)
		return rv;
	door = token_door(e.t);
	if ((rv = token_try_pin(&door, role, old_pin, &master)) != CKR_OK)
		return rv;
	return token_write_pin(e.t, role, new_pin, master);
}

CK_RV
login_verify(CK_SESSION_HANDLE hs, unsigned *findings)
{
	KL_AUTO(entry_done) struct entry e = { NULL, NULL };
	CK_RV rv;

	if ((rv = entry_open(hs, &e)) != CKR_OK)
		return rv;
	if (atomic_load(&e.t->role) != OBJ_ROLE_USER)
		return CKR_USER_NOT_LOGGED_IN;
	return obj_space_verify(e.t->space, true, findings);
}
