/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operation manager: which call is allowed when (the table below, drawn
 * in op.h), how an operation starts and ends.  Everything here runs under the
 * session's lock.
 *
 * Invariants:
 * 1. state != OP_IDLE exactly while row is set.
 * 2. Every failure of a call other than CKR_BUFFER_TOO_SMALL leaves OP_IDLE
 *    (3.2 section 5.2); a length query changes nothing.
 * 3. key (counted) and eng, holding the engine key, may outlive the operation,
 *    so that the next init with the same key looks up and rebuilds nothing, and
 *    writes nothing that other sessions use; they are only ever used again
 *    after obj_still or obj_open, and obj_may, have let the caller through, and
 *    they are given back when the session closes or, for a private key, the
 *    user logs out.
 */
#include "session/op_int.h"

#include "base/log.h"

static const CK_RV rules[OP_STATES][OP_CALLS] = {
	/*             once                  update   final */
	[OP_IDLE] = { CKR_OPERATION_NOT_INITIALIZED,
	    CKR_OPERATION_NOT_INITIALIZED, CKR_OPERATION_NOT_INITIALIZED },
	[OP_READY] = { CKR_OK, CKR_OK, CKR_OK },
	[OP_ASKED] = { CKR_OK, CKR_OPERATION_ACTIVE, CKR_OPERATION_ACTIVE },
	[OP_PARTS] = { CKR_OPERATION_ACTIVE, CKR_OK, CKR_OK },
};

void
op_end(struct op *op)
{
	op->state = OP_IDLE;
	op->row = NULL;
	op->must_auth = false;
	secret_freep(&op->pending);
	buf_done(&op->mark);
	eng_par_free(op->par);
	op->par = NULL;
	op_otp_end(op);
	eng_ivs_freep(&op->ivs);
	if (op->eng != NULL)
		eng_op_rest(op->eng);
}

void
op_end_all(struct session *s)
{
	for (size_t i = 0; i < OP_KINDS; i++) {
		op_end(&s->ops[i]);
		eng_op_freep(&s->ops[i].eng);
		obj_putp(&s->ops[i].key);
	}
}

void
op_logged_out(struct session *s)
{
	for (size_t i = 0; i < OP_KINDS; i++) {
		struct op *op = &s->ops[i];

		if (op->login != 0) {
			op_end(op);
			eng_op_freep(&op->eng);
			op->login = 0;
		}
		if (op->key != NULL && obj_is_private(op->key))
			obj_putp(&op->key);
	}
}

bool
op_wants_auth(const struct session *s)
{
	for (size_t i = 0; i < OP_KINDS; i++)
		if (s->ops[i].must_auth)
			return true;
	return false;
}

bool
op_authenticated(struct session *s)
{
	struct op *last = NULL;

	for (size_t i = 0; i < OP_KINDS; i++)
		if (s->ops[i].must_auth && (last == NULL ||
		    s->ops[i].asked_at > last->asked_at))
			last = &s->ops[i];
	if (last != NULL)
		last->must_auth = false;
	return last != NULL;
}

CK_RV
op_failed(struct op *op, CK_RV rv)
{
	if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
		op_end(op);
	return rv;
}

/* A private key's operation does not outlive the login it was begun under. */
bool
op_login_lost(const struct session *s, const struct op *op)
{
	return op->login != 0 && !sess_login_holds(s, op);
}

CK_RV
op_check(struct session *s, enum op_kind kind, enum op_call call)
{
	struct op *op = &s->ops[kind];
	CK_RV rv = rules[op->state][call];

	if (op->state == OP_IDLE)
		return rv;
	/* C_VerifySignature has no other code for it (3.2 section 5.15.8). */
	if (rv == CKR_OPERATION_ACTIVE && kind == OP_VERIFY_SIGNATURE)
		rv = CKR_OPERATION_NOT_INITIALIZED;
	/* A password has one part, of which C_SignFinal may be asked too. */
	if (rv == CKR_OK && call != OP_CALL_ONCE &&
	    (op->row->traits & MECH_SINGLE) != 0 &&
	    !(call == OP_CALL_FINAL && op->otp != NULL))
		rv = CKR_OPERATION_NOT_INITIALIZED;
	else if (rv == CKR_OK && op_login_lost(s, op))
		rv = CKR_USER_NOT_LOGGED_IN;
	return op_failed(op, rv);
}

CK_RV
op_authorised(struct op *op)
{
	return op->must_auth ? CKR_USER_NOT_LOGGED_IN : CKR_OK;
}

static const struct {
	CK_FLAGS purpose;
	enum obj_use use;
	enum eng_dir dir;
} kinds[OP_KINDS] = {
	[OP_ENCRYPT] = { CKF_ENCRYPT, OBJ_USE_ENCRYPT, ENG_ENCRYPT },
	[OP_DECRYPT] = { CKF_DECRYPT, OBJ_USE_DECRYPT, ENG_DECRYPT },
	[OP_DIGEST] = { CKF_DIGEST, OBJ_USE_DIGEST, ENG_DIGEST },
	[OP_SIGN] = { CKF_SIGN, OBJ_USE_SIGN, ENG_SIGN },
	[OP_VERIFY] = { CKF_VERIFY, OBJ_USE_VERIFY, ENG_VERIFY },
	[OP_SIGN_RECOVER] = { CKF_SIGN_RECOVER, OBJ_USE_SIGN_RECOVER,
	    ENG_SIGN },
	[OP_VERIFY_RECOVER] = { CKF_VERIFY_RECOVER, OBJ_USE_VERIFY_RECOVER,
	    ENG_RECOVER },
	[OP_VERIFY_SIGNATURE] = { CKF_VERIFY, OBJ_USE_VERIFY, ENG_VERIFY },
	[OP_MESSAGE_SIGN] = { CKF_MESSAGE_SIGN, OBJ_USE_SIGN, ENG_SIGN },
	[OP_MESSAGE_VERIFY] = { CKF_MESSAGE_VERIFY, OBJ_USE_VERIFY,
	    ENG_VERIFY },
	[OP_MESSAGE_ENCRYPT] = { CKF_MESSAGE_ENCRYPT, OBJ_USE_ENCRYPT,
	    ENG_ENCRYPT },
	[OP_MESSAGE_DECRYPT] = { CKF_MESSAGE_DECRYPT, OBJ_USE_DECRYPT,
	    ENG_DECRYPT },
};

/* Whether a kind starts the engine at its init, at each message with the
 * parameters of its init, or with those of the message. */
static const enum { AT_INIT, AGAIN, EACH } starts[OP_KINDS] = {
	[OP_MESSAGE_SIGN] = AGAIN, [OP_MESSAGE_VERIFY] = AGAIN,
	[OP_MESSAGE_ENCRYPT] = EACH, [OP_MESSAGE_DECRYPT] = EACH,
};

enum obj_use
op_use(enum op_kind kind)
{
	return kinds[kind].use;
}

void
op_cancel(struct session *s, CK_FLAGS flags)
{
	for (size_t i = 0; i < OP_KINDS; i++)
		if ((flags & kinds[i].purpose) != 0)
			op_end(&s->ops[i]);
}

CK_RV
op_open_key(struct session *s, CK_OBJECT_HANDLE handle, CK_RV invalid,
    struct object **out)
{
	struct obj_who who = sess_who(s);
	CK_RV rv = obj_open(s->token->space, &who, handle, out);

	return rv == CKR_OBJECT_HANDLE_INVALID ? invalid : rv;
}

CK_RV
op_key_fits(struct session *s, const struct mech_row *row, struct object *o,
    enum obj_use use, struct eng_key **out)
{
	struct eng_key *key;
	CK_RV rv;

	if (!mech_takes(row, obj_key_type(o)))
		return CKR_KEY_TYPE_INCONSISTENT;
	if ((rv = obj_may(o, use, row->type)) != CKR_OK)
		return rv;
	if ((rv = obj_key(s->token->space, o, &key)) != CKR_OK)
		return rv;
	if (!mech_size_ok(row, eng_key_bits(key)))
		return CKR_KEY_SIZE_RANGE;
	*out = key;
	return CKR_OK;
}

CK_RV
op_key_fits_once(struct session *s, const struct mech_row *row,
    struct object *o, enum obj_use use, struct eng_key **out)
{
	struct eng_key *key;
	CK_RV rv;

	if ((rv = op_key_fits(s, row, o, use, &key)) != CKR_OK)
		return rv;
	if (obj_is_always_auth(o))
		return log_rv(CKR_USER_NOT_LOGGED_IN, "session: the key asks "
		    "for the PIN before each use, which this call has no "
		    "place for");
	*out = key;
	return CKR_OK;
}

/* Makes the object of a handle the operation's key, unless it is already. */
static CK_RV
op_take_key(struct session *s, struct op *op, CK_OBJECT_HANDLE handle)
{
	struct obj_who who = sess_who(s);
	struct object *o;
	CK_RV rv;

	if (op->key != NULL && obj_still(op->key, &who, handle))
		return CKR_OK;
	rv = op_open_key(s, handle, CKR_KEY_HANDLE_INVALID, &o);
	if (rv != CKR_OK)
		return rv;
	obj_put(op->key);
	op->key = o;
	return CKR_OK;
}

void
op_ask_auth(struct op *op, enum op_kind kind)
{
	op->must_auth = op->key != NULL && obj_is_always_auth(op->key) &&
	    (kinds[kind].dir == ENG_SIGN || kinds[kind].dir == ENG_DECRYPT);
}

CK_RV
op_restart_with(struct session *s, enum op_kind kind, const struct eng_par *par)
{
	struct op *op = &s->ops[kind];
	struct eng_key *key;
	CK_RV rv;

	if ((rv = obj_key(s->token->space, op->key, &key)) != CKR_OK)
		return rv;
	return eng_op_init(library()->eng, &op->row->alg, par,
	    kinds[kind].dir, key, &op->eng);
}

CK_RV
op_restart(struct session *s, enum op_kind kind)
{
	return op_restart_with(s, kind, eng_par_view(s->ops[kind].par));
}

/* Turns a checked mechanism and key (NULL for digests) into a ready
 * operation. */
static CK_RV
op_start(struct session *s, enum op_kind kind, const struct mech_call *call,
    struct eng_key *eng_key)
{
	bool otp = (call->row->traits & MECH_OTP) != 0;
	enum eng_dir dir = otp ? ENG_SIGN : kinds[kind].dir;
	struct op *op = &s->ops[kind];
	CK_RV rv;

	if (starts[kind] != EACH &&
	    (rv = eng_op_init(library()->eng, &call->row->alg, &call->par,
	    dir, eng_key, &op->eng)) != CKR_OK)
		return rv;
	if (starts[kind] == AGAIN &&
	    (rv = eng_par_copy(&call->par, &op->par)) != CKR_OK)
		return rv;
	op->state = OP_READY;
	op->row = call->row;
	op->login = 0;
	if (op->key != NULL && obj_is_private(op->key))
		op->login = atomic_load(&s->token->logins);
	op_ask_auth(op, kind);
	op->asked_at = ++s->inits;
	return otp ? op_failed(op, op_otp_begin(op, &call->otp,
	    kinds[kind].dir == ENG_VERIFY)) : CKR_OK;
}

/* What every init does first: cancelling, and one operation at a time. */
static CK_RV
op_init_begin(struct op *op, const CK_MECHANISM *m, bool *go)
{
	*go = false;
	if (m == NULL) {
		op_end(op);
		return CKR_OK;
	}
	if (op->state != OP_IDLE)
		return CKR_OPERATION_ACTIVE;
	*go = true;
	return CKR_OK;
}

CK_RV
op_crypt_init(struct session *s, enum op_kind kind, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE handle)
{
	struct op *op = &s->ops[kind];
	struct mech_call call;
	struct eng_key *key;
	bool go;
	CK_RV rv;

	if ((rv = op_init_begin(op, m, &go)) != CKR_OK || !go)
		return rv;
	if ((rv = mech_parse(library()->mechs, m, kinds[kind].purpose,
	    &call)) != CKR_OK)
		return rv;
	if ((rv = op_take_key(s, op, handle)) != CKR_OK)
		return rv;
	if ((rv = op_key_fits(s, call.row, op->key, kinds[kind].use, &key)) !=
	    CKR_OK)
		return rv;
	return op_start(s, kind, &call, key);
}

CK_RV
op_digest_init(struct session *s, const CK_MECHANISM *m)
{
	struct mech_call call;
	bool go;
	CK_RV rv;

	if ((rv = op_init_begin(&s->ops[OP_DIGEST], m, &go)) != CKR_OK || !go)
		return rv;
	if ((rv = mech_parse(library()->mechs, m, CKF_DIGEST, &call)) !=
	    CKR_OK)
		return rv;
	return op_start(s, OP_DIGEST, &call, NULL);
}
