/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing and checking message after message (3.2 sections 5.14 and 5.16).
 * Called with the session locked; op_message.c has the rules.
 *
 * Each message starts the engine's operation again with the parameters that
 * init gave and the operation keeps, which keeps its contexts too.
 */
#include "session/op_int.h"

/* message_check, and that no mechanism has parameters for a message. */
static CK_RV
sign_check(struct session *s, enum op_kind kind, enum message_call call,
    CK_ULONG par_len)
{
	CK_RV rv = message_check(s, kind, call);

	if (rv == CKR_OK && par_len != 0)
		rv = message_failed(&s->ops[kind], kind,
		    CKR_MECHANISM_PARAM_INVALID);
	return rv;
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

	if ((rv = sign_check(s, kind, CALL_BEGIN, par_len)) != CKR_OK)
		return rv;
	if ((rv = op_restart(s, kind)) == CKR_OK)
		op->state = OP_PARTS;
	return message_failed(op, kind, rv);
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

	rv = sign_check(s, OP_MESSAGE_SIGN, CALL_ONCE, par_len);
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

	rv = sign_check(s, OP_MESSAGE_SIGN, CALL_NEXT, par_len);
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

	rv = sign_check(s, OP_MESSAGE_VERIFY, CALL_ONCE, par_len);
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

	rv = sign_check(s, OP_MESSAGE_VERIFY, CALL_NEXT, par_len);
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
