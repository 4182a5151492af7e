/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing and checking message after message (3.2 sections 5.14 and 5.16).
 * Called with the session locked; the table drawn in op.h is `rules` here.
 *
 * Each message starts the engine's operation again with the parameters that
 * init gave and the operation keeps, which keeps its contexts too.
 *
 * Invariants: 1. OP_ASKED is not used: a question for a length leaves OP_READY.
 * 2. Whatever ends a message forgets its data and asks for the next login.
 */
#include "session/op_int.h"

enum message_call { CALL_ONCE, CALL_BEGIN, CALL_NEXT, CALL_FINISH, CALLS };

#define NOT_INIT CKR_OPERATION_NOT_INITIALIZED
#define ACTIVE CKR_OPERATION_ACTIVE
static const CK_RV rules[OP_STATES][CALLS] = {
	/*             once      begin     next      finish */
	[OP_IDLE] =  { NOT_INIT, NOT_INIT, NOT_INIT, NOT_INIT },
	[OP_READY] = { CKR_OK,   CKR_OK,   NOT_INIT, CKR_OK },
	[OP_PARTS] = { ACTIVE,   ACTIVE,   CKR_OK,   ACTIVE },
};

/* Ends the message; the operation waits for the next. */
static void
message_over(struct op *op, enum op_kind kind)
{
	op->state = OP_READY;
	eng_op_rest(op->eng);
	op_ask_auth(op, kind);
}

static CK_RV
message_failed(struct op *op, enum op_kind kind, CK_RV rv)
{
	if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
		message_over(op, kind);
	return rv;
}

/* Whether the table lets this call through; what is not CKR_OK has ended the
 * message, and a login that is over the operation. */
static CK_RV
message_check(struct session *s, enum op_kind kind, enum message_call call,
    CK_ULONG par_len)
{
	struct op *op = &s->ops[kind];
	CK_RV rv = rules[op->state][call];

	if (op->state == OP_IDLE)
		return rv;
	if (op_login_lost(s, op))
		return op_failed(op, CKR_USER_NOT_LOGGED_IN);
	if (rv == CKR_OK && (call == CALL_BEGIN || call == CALL_NEXT) &&
	    (op->row->traits & MECH_SINGLE) != 0)
		rv = CKR_OPERATION_NOT_INITIALIZED;
	else if (rv == CKR_OK && par_len != 0)
		rv = CKR_MECHANISM_PARAM_INVALID;
	return message_failed(op, kind, rv);
}

CK_RV
op_message_init(struct session *s, enum op_kind kind, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE key)
{
	/* 3.2 sections 5.14.1 and 5.16.1 do not cancel so. */
	if (m == NULL)
		return CKR_ARGUMENTS_BAD;
	return op_crypt_init(s, kind, m, key);
}

CK_RV
op_message_begin(struct session *s, enum op_kind kind, CK_ULONG par_len)
{
	struct op *op = &s->ops[kind];
	CK_RV rv;

	if ((rv = message_check(s, kind, CALL_BEGIN, par_len)) != CKR_OK)
		return rv;
	if ((rv = op_restart(s, kind)) == CKR_OK)
		op->state = OP_PARTS;
	return message_failed(op, kind, rv);
}

CK_RV
op_message_finish(struct session *s, enum op_kind kind)
{
	CK_RV rv;

	if ((rv = message_check(s, kind, CALL_FINISH, 0)) == CKR_OK)
		op_end(&s->ops[kind]);
	return rv;
}

/* One more part of a message. */
static CK_RV
message_part(struct op *op, struct bytes in)
{
	size_t none;
	CK_RV rv;

	if ((rv = op_authorised(op)) != CKR_OK || in.n == 0)
		return rv;
	return eng_op_update(op->eng, in, NULL, &none);
}

/* A whole message, into a signature. */
static CK_RV
sign_whole(struct session *s, struct bytes in, struct op_out out)
{
	struct op *op = &s->ops[OP_MESSAGE_SIGN];
	size_t n = 0;
	bool go;
	CK_RV rv;

	if ((rv = op_input(in.p, in.n, &in)) != CKR_OK ||
	    (rv = op_restart(s, OP_MESSAGE_SIGN)) != CKR_OK ||
	    (rv = out_room(out, eng_op_once_len(op->eng, in.n), &go)) !=
	    CKR_OK || !go)
		return rv;
	if ((rv = op_authorised(op)) != CKR_OK ||
	    (rv = eng_op_once(op->eng, in, out.buf, &n)) != CKR_OK)
		return rv;
	*out.len = n;
	message_over(op, OP_MESSAGE_SIGN);
	return CKR_OK;
}

CK_RV
op_sign_message(struct session *s, CK_ULONG par_len, struct bytes in,
    struct op_out out)
{
	struct op *op = &s->ops[OP_MESSAGE_SIGN];
	CK_RV rv;

	rv = message_check(s, OP_MESSAGE_SIGN, CALL_ONCE, par_len);
	if (rv != CKR_OK)
		return rv;
	return message_failed(op, OP_MESSAGE_SIGN, sign_whole(s, in, out));
}

/* The last part; a buffer that is short leaves it to be given again. */
static CK_RV
sign_last(struct op *op, struct bytes in, struct op_out out)
{
	size_t n = 0;
	bool go;
	CK_RV rv;

	if ((rv = out_room(out, eng_op_final_len(op->eng), &go)) != CKR_OK ||
	    !go)
		return rv;
	if ((rv = message_part(op, in)) != CKR_OK ||
	    (rv = eng_op_final(op->eng, out.buf, &n)) != CKR_OK)
		return rv;
	*out.len = n;
	message_over(op, OP_MESSAGE_SIGN);
	return CKR_OK;
}

CK_RV
op_sign_message_next(struct session *s, CK_ULONG par_len, struct bytes in,
    struct op_out out)
{
	struct op *op = &s->ops[OP_MESSAGE_SIGN];
	CK_RV rv;

	rv = message_check(s, OP_MESSAGE_SIGN, CALL_NEXT, par_len);
	if (rv != CKR_OK)
		return rv;
	if ((rv = op_input(in.p, in.n, &in)) == CKR_OK)
		rv = out.len == NULL ? message_part(op, in) :
		    sign_last(op, in, out);
	return message_failed(op, OP_MESSAGE_SIGN, rv);
}

CK_RV
op_verify_message(struct session *s, CK_ULONG par_len, struct bytes in,
    struct bytes sig)
{
	struct op *op = &s->ops[OP_MESSAGE_VERIFY];
	CK_RV rv;

	rv = message_check(s, OP_MESSAGE_VERIFY, CALL_ONCE, par_len);
	if (rv != CKR_OK)
		return rv;
	if ((rv = op_input(in.p, in.n, &in)) == CKR_OK &&
	    (rv = op_mark(sig, &sig)) == CKR_OK &&
	    (rv = op_restart(s, OP_MESSAGE_VERIFY)) == CKR_OK)
		rv = eng_op_verify(op->eng, in, sig);
	message_over(op, OP_MESSAGE_VERIFY);
	return rv;
}

CK_RV
op_verify_message_next(struct session *s, CK_ULONG par_len, struct bytes in,
    struct bytes sig)
{
	struct op *op = &s->ops[OP_MESSAGE_VERIFY];
	CK_RV rv;

	rv = message_check(s, OP_MESSAGE_VERIFY, CALL_NEXT, par_len);
	if (rv != CKR_OK)
		return rv;
	if ((rv = op_input(in.p, in.n, &in)) == CKR_OK)
		rv = message_part(op, in);
	if (sig.p == NULL)
		return message_failed(op, OP_MESSAGE_VERIFY, rv);
	if (rv == CKR_OK && (rv = op_mark(sig, &sig)) == CKR_OK)
		rv = eng_op_verify_final(op->eng, sig);
	message_over(op, OP_MESSAGE_VERIFY);
	return rv;
}
