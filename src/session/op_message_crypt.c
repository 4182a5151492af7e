/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encrypting and decrypting message after message (3.2 sections 5.9 and 5.11):
 * authenticated encryption with the tag apart.  Called with the session locked;
 * op_message.c has the rules.
 *
 * Each message starts the engine's operation again under the same key, which
 * keeps its contexts.  The caller's IV and tag are written last, when nothing
 * can fail any more, so that an answer other than CKR_OK leaves them alone; a
 * length question or a short buffer uses up no IV.
 */
#include "session/op_int.h"

#include <string.h>

/* A message about to be run. */
struct message {
	struct mech_message par;
	struct bytes iv;		/* the caller's, or in room */
	uint8_t room[ENG_IV_ROOM];
};

/* Reads the message's parameter and additional data. */
static CK_RV
message_read(const struct op *op, const struct op_message *m,
    struct message *msg, struct eng_par *par)
{
	struct bytes aad;
	CK_RV rv;

	if ((rv = op_input(m->aad.p, m->aad.n, &aad)) != CKR_OK)
		return rv;
	if (aad.n > BUF_MAX)
		return CKR_ARGUMENTS_BAD;
	if ((rv = mech_message(op->row, m->par, m->par_len, &msg->par)) !=
	    CKR_OK)
		return rv;
	msg->iv = bytes_of(msg->par.iv.p, msg->par.iv.n);
	*par = (struct eng_par){ .aad = aad, .tag_len = msg->par.tag_len,
		.data_len = msg->par.data_len, .apart = true };
	return CKR_OK;
}

/* Starts the engine on the message; encryption settles its IV here. */
static CK_RV
message_start(struct session *s, enum op_kind kind, struct message *msg,
    struct eng_par *par)
{
	struct op *op = &s->ops[kind];
	CK_RV rv;

	if (kind == OP_MESSAGE_ENCRYPT) {
		if (op->ivs == NULL && (rv = eng_ivs_new(&op->ivs)) != CKR_OK)
			return rv;
		if ((rv = eng_ivs_next(library()->eng, op->ivs, &msg->par.iv,
		    msg->room, &msg->iv)) != CKR_OK)
			return rv;
	}
	par->iv = msg->iv;
	return op_restart_with(s, kind, par);
}

/* Gives the caller an IV that was made here. */
static void
message_tell_iv(const struct message *msg)
{
	if (msg->par.iv.gen != ENG_IV_GIVEN)
		memcpy(msg->par.iv.p, msg->iv.p, msg->iv.n);
}

/* Before the end of a message: where the tag is, or will be. */
static CK_RV
message_expect(struct op *op, enum op_kind kind, const struct mech_message *par)
{
	if (par->tag == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	return kind == OP_MESSAGE_ENCRYPT ? CKR_OK :
	    eng_op_expect(op->eng, bytes_of(par->tag, par->tag_len));
}

/* What decryption calls a tag that is wrong (3.2 section 5.11.2). */
static CK_RV
message_rv(CK_RV rv)
{
	return rv == CKR_ENCRYPTED_DATA_INVALID ? CKR_AEAD_DECRYPT_FAILED : rv;
}

/* A whole message. */
static CK_RV
message_whole(struct session *s, enum op_kind kind,
    const struct op_message *m, struct bytes in, struct op_out out)
{
	struct op *op = &s->ops[kind];
	struct message msg;
	struct eng_par par;
	size_t n = 0;
	bool go;
	CK_RV rv;

	if ((rv = op_input(in.p, in.n, &in)) != CKR_OK ||
	    (rv = message_read(op, m, &msg, &par)) != CKR_OK)
		return rv;
	if (msg.par.tag == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = out_room(out, in.n, &go)) != CKR_OK || !go)
		return rv;
	if ((rv = op_authorised(op)) != CKR_OK ||
	    (rv = message_start(s, kind, &msg, &par)) != CKR_OK ||
	    (rv = message_expect(op, kind, &msg.par)) != CKR_OK ||
	    (rv = eng_op_once(op->eng, in, out.buf, &n)) != CKR_OK)
		return message_rv(rv);
	if (kind == OP_MESSAGE_ENCRYPT) {
		if ((rv = eng_op_tag(op->eng, msg.par.tag)) != CKR_OK)
			return rv;
		message_tell_iv(&msg);
	}
	*out.len = n;
	message_over(op, kind);
	return CKR_OK;
}

CK_RV
op_crypt_message(struct session *s, enum op_kind kind,
    const struct op_message *m, struct bytes in, struct op_out out)
{
	CK_RV rv;

	if ((rv = message_check(s, kind, CALL_ONCE)) != CKR_OK)
		return rv;
	return message_failed(&s->ops[kind], kind,
	    message_whole(s, kind, m, in, out));
}

CK_RV
op_crypt_message_begin(struct session *s, enum op_kind kind,
    const struct op_message *m)
{
	struct op *op = &s->ops[kind];
	struct message msg;
	struct eng_par par;
	CK_RV rv;

	if ((rv = message_check(s, kind, CALL_BEGIN)) != CKR_OK)
		return rv;
	if ((rv = message_read(op, m, &msg, &par)) != CKR_OK ||
	    (rv = op_authorised(op)) != CKR_OK ||
	    (rv = message_start(s, kind, &msg, &par)) != CKR_OK)
		return message_failed(op, kind, rv);
	if (kind == OP_MESSAGE_ENCRYPT)
		message_tell_iv(&msg);
	op->tag_len = msg.par.tag_len;
	op->state = OP_PARTS;
	return CKR_OK;
}

/* A part that others follow. */
static CK_RV
message_part(struct op *op, struct bytes in, struct op_out out)
{
	size_t n = 0;
	bool go;
	CK_RV rv;

	if ((rv = out_room(out, eng_op_update_len(op->eng, in.n), &go)) !=
	    CKR_OK || !go)
		return rv;
	if ((rv = eng_op_update(op->eng, in, out.buf, &n)) == CKR_OK)
		*out.len = n;
	return rv;
}

/* The last part, and the tag. */
static CK_RV
message_last(struct op *op, enum op_kind kind, const struct mech_message *par,
    struct bytes in, struct op_out out)
{
	size_t n = 0, more = 0;
	bool go;
	CK_RV rv;

	if ((rv = out_room(out, eng_op_last_len(op->eng, in.n), &go)) !=
	    CKR_OK || !go)
		return rv;
	if ((rv = message_expect(op, kind, par)) != CKR_OK ||
	    (rv = eng_op_update(op->eng, in, out.buf, &n)) != CKR_OK ||
	    (rv = eng_op_final(op->eng, out.buf + n, &more)) != CKR_OK)
		return message_rv(rv);
	if (kind == OP_MESSAGE_ENCRYPT &&
	    (rv = eng_op_tag(op->eng, par->tag)) != CKR_OK)
		return rv;
	*out.len = n + more;
	message_over(op, kind);
	return CKR_OK;
}

/* The parameter of a part, which must be like that of the message's begin.  Only
 * the last part needs one. */
static CK_RV
message_again(const struct op *op, const struct op_message *m, bool last,
    struct mech_message *par)
{
	CK_RV rv;

	if (!last && m->par == NULL && m->par_len == 0)
		return CKR_OK;
	if ((rv = mech_message(op->row, m->par, m->par_len, par)) != CKR_OK)
		return rv;
	return par->tag_len == op->tag_len ? CKR_OK :
	    CKR_MECHANISM_PARAM_INVALID;
}

CK_RV
op_crypt_message_next(struct session *s, enum op_kind kind,
    const struct op_message *m, struct bytes in, struct op_out out,
    CK_FLAGS flags)
{
	bool last = (flags & CKF_END_OF_MESSAGE) != 0;
	struct op *op = &s->ops[kind];
	struct mech_message par = { .tag = NULL };
	CK_RV rv;

	if ((rv = message_check(s, kind, CALL_NEXT)) != CKR_OK)
		return rv;
	if ((flags & ~(CK_FLAGS)CKF_END_OF_MESSAGE) != 0)
		rv = CKR_ARGUMENTS_BAD;
	else if ((rv = op_input(in.p, in.n, &in)) == CKR_OK &&
	    (rv = message_again(op, m, last, &par)) == CKR_OK)
		rv = last ? message_last(op, kind, &par, in, out) :
		    message_part(op, in, out);
	return message_failed(op, kind, rv);
}
