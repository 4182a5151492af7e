/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running operations: one part, updates, final; for encryption, decryption,
 * digests and signatures alike (3.2 sections 5.8 to 5.13).
 *
 * The lengths of what encryption, digests and signatures give are known
 * before they run, so a short buffer is refused with the operation untouched.
 * Decryption may give less than its bound: with a buffer under the bound it
 * runs into a wiped buffer of our own, and a result that does not fit is kept
 * for the repeated call (`pending`).
 */
#include "session/op_int.h"

#include <string.h>

CK_RV
op_input(const CK_BYTE *in, CK_ULONG in_len, struct bytes *out)
{
	if ((in == NULL && in_len != 0) || in_len > PTRDIFF_MAX)
		return CKR_ARGUMENTS_BAD;
	*out = bytes_of(in, in_len);
	return CKR_OK;
}

/* Runs once or final of the engine's operation. */
static CK_RV
op_engine(struct op *op, bool final, struct bytes in, uint8_t *out, size_t *n)
{
	return final ? eng_op_final(op->eng, out, n) :
	    eng_op_once(op->eng, in, out, n);
}

/* Hands a kept result out; the operation is over once it fitted. */
static CK_RV
op_pending(struct op *op, bool final, struct op_out out)
{
	CK_RV rv;

	if (op->pending_final != final)
		return op_failed(op, CKR_OPERATION_ACTIVE);
	rv = out_bytes(out, secret_view(op->pending));
	if (rv == CKR_OK && out.buf != NULL)
		op_end(op);
	return op_failed(op, rv);
}

/* Decryption into a buffer under the bound. */
static CK_RV
op_by_way(struct op *op, bool final, struct bytes in, size_t bound,
    struct op_out out)
{
	KL_AUTO(secret_freep) struct secret *tmp = NULL;
	size_t n = 0;
	CK_RV rv;

	if ((rv = secret_new(bound, &tmp)) != CKR_OK)
		return rv;
	if ((rv = op_engine(op, final, in, secret_data(tmp), &n)) != CKR_OK)
		return rv;
	secret_cut(tmp, n);
	rv = out_bytes(out, secret_view(tmp));
	if (rv == CKR_BUFFER_TOO_SMALL) {
		op->pending = KL_TAKE(tmp);
		op->pending_final = final;
	}
	return rv;
}

/* The last step of an operation, into the caller's buffer. */
static CK_RV
op_finish(struct op *op, enum op_kind kind, bool final, struct bytes in,
    struct op_out out)
{
	size_t n = 0;
	size_t bound = final ? eng_op_final_len(op->eng) :
	    eng_op_once_len(op->eng, in.n);
	bool go;
	CK_RV rv;

	if ((kind == OP_DECRYPT || kind == OP_VERIFY_RECOVER) &&
	    out.buf != NULL && *out.len < bound)
		return op_by_way(op, final, in, bound, out);
	if ((rv = out_room(out, bound, &go)) != CKR_OK || !go)
		return rv;
	if ((rv = op_engine(op, final, in, out.buf, &n)) == CKR_OK)
		*out.len = n;
	return rv;
}

static CK_RV
op_last(struct session *s, enum op_kind kind, bool final, struct bytes in,
    struct op_out out)
{
	bool asking = out.len != NULL && out.buf == NULL;
	struct op *op = &s->ops[kind];
	CK_RV rv;

	if (out.len == NULL)
		return op_failed(op, CKR_ARGUMENTS_BAD);
	if (op->pending != NULL)
		return op_pending(op, final, out);
	if (!asking && (rv = op_authorised(op)) != CKR_OK)
		return op_failed(op, rv);
	rv = op->otp != NULL ? op_otp_sign(s, op, in, out) :
	    op_finish(op, kind, final, in, out);
	if (rv == CKR_OK && !asking)
		op_end(op);
	return op_failed(op, rv);
}

CK_RV
op_once(struct session *s, enum op_kind kind, const CK_BYTE *in,
    CK_ULONG in_len, struct op_out out)
{
	struct op *op = &s->ops[kind];
	struct bytes view;
	CK_RV rv;

	if ((rv = op_check(s, kind, OP_CALL_ONCE)) != CKR_OK)
		return rv;
	if ((rv = op_input(in, in_len, &view)) != CKR_OK)
		return op_failed(op, rv);
	rv = op_last(s, kind, false, view, out);
	if (op->state == OP_READY)
		op->state = OP_ASKED;
	return rv;
}

CK_RV
op_final(struct session *s, enum op_kind kind, struct op_out out)
{
	CK_RV rv;

	if ((rv = op_check(s, kind, OP_CALL_FINAL)) != CKR_OK)
		return rv;
	return op_last(s, kind, true, BYTES_NONE, out);
}

CK_RV
op_update_begin(struct session *s, enum op_kind kind, struct bytes in,
    struct op_out out, bool *go)
{
	struct op *op = &s->ops[kind];
	CK_RV rv;

	*go = false;
	if ((rv = op_check(s, kind, OP_CALL_UPDATE)) != CKR_OK)
		return rv;
	if ((rv = op_input(in.p, in.n, &in)) != CKR_OK || op->pending != NULL)
		return op_failed(op, rv != CKR_OK ? rv : CKR_OPERATION_ACTIVE);
	rv = out_room(out, eng_op_update_len(op->eng, in.n), go);
	if (rv == CKR_OK && *go && (rv = op_authorised(op)) != CKR_OK)
		*go = false;
	return op_failed(op, rv);
}

CK_RV
op_update_run(struct op *op, struct bytes in, struct op_out out)
{
	size_t n = 0;
	CK_RV rv;

	if ((rv = eng_op_update(op->eng, in, out.buf, &n)) != CKR_OK)
		return op_failed(op, rv);
	*out.len = n;
	op->state = OP_PARTS;
	return CKR_OK;
}

CK_RV
op_update(struct session *s, enum op_kind kind, const CK_BYTE *in,
    CK_ULONG in_len, struct op_out out)
{
	struct bytes view = bytes_of(in, in_len);
	bool go;
	CK_RV rv;

	if ((rv = op_update_begin(s, kind, view, out, &go)) != CKR_OK || !go)
		return rv;
	return op_update_run(&s->ops[kind], view, out);
}

CK_RV
op_feed(struct session *s, enum op_kind kind, const CK_BYTE *in,
    CK_ULONG in_len)
{
	struct op *op = &s->ops[kind];
	struct bytes view;
	size_t none = 0;
	CK_RV rv;

	if ((rv = op_check(s, kind, OP_CALL_UPDATE)) != CKR_OK)
		return rv;
	if ((rv = op_input(in, in_len, &view)) == CKR_OK &&
	    (rv = op_authorised(op)) == CKR_OK)
		rv = eng_op_update(op->eng, view, NULL, &none);
	if (rv != CKR_OK)
		return op_failed(op, rv);
	op->state = OP_PARTS;
	return CKR_OK;
}

CK_RV
op_digest_key(struct session *s, CK_OBJECT_HANDLE handle)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	struct op *op = &s->ops[OP_DIGEST];
	struct eng_key *key;
	CK_RV rv;

	if ((rv = op_check(s, OP_DIGEST, OP_CALL_UPDATE)) != CKR_OK)
		return rv;
	/* A handle that is none leaves the digest alive. */
	if ((rv = op_open_key(s, handle, CKR_KEY_HANDLE_INVALID, &o)) !=
	    CKR_OK)
		return rv;
	if (obj_class(o) != CKO_SECRET_KEY)
		return op_failed(op, CKR_KEY_INDIGESTIBLE);
	if ((rv = obj_may(o, OBJ_USE_DIGEST, op->row->type)) == CKR_OK &&
	    (rv = obj_key(s->token->space, o, &key)) == CKR_OK)
		rv = eng_op_update_key(op->eng, key);
	if (rv != CKR_OK)
		return op_failed(op, rv);
	op->state = OP_PARTS;
	return CKR_OK;
}

CK_RV
op_mark(struct bytes sig, struct bytes *out)
{
	if (sig.n > PTRDIFF_MAX)
		return CKR_SIGNATURE_LEN_RANGE;
	return op_input(sig.p, sig.n, out);
}

/* A check in one part, of either kind. */
static CK_RV
op_verify_once(struct session *s, enum op_kind kind, struct bytes in,
    struct bytes sig)
{
	struct op *op = &s->ops[kind];
	CK_RV rv;

	if ((rv = op_input(in.p, in.n, &in)) == CKR_OK &&
	    (rv = op_mark(sig, &sig)) == CKR_OK)
		rv = op->otp != NULL ? op_otp_verify(s, op, in, sig) :
		    eng_op_verify(op->eng, in, sig);
	op_end(op);
	return rv;
}

/* The end of a check in parts. */
static CK_RV
op_verify_end(struct session *s, enum op_kind kind, struct bytes sig)
{
	struct op *op = &s->ops[kind];
	CK_RV rv;

	if ((rv = op_mark(sig, &sig)) == CKR_OK)
		rv = op->otp != NULL ?
		    op_otp_verify(s, op, BYTES_NONE, sig) :
		    eng_op_verify_final(op->eng, sig);
	op_end(op);
	return rv;
}

CK_RV
op_verify(struct session *s, const CK_BYTE *in, CK_ULONG in_len,
    const CK_BYTE *sig, CK_ULONG sig_len)
{
	CK_RV rv;

	if ((rv = op_check(s, OP_VERIFY, OP_CALL_ONCE)) != CKR_OK)
		return rv;
	return op_verify_once(s, OP_VERIFY, bytes_of(in, in_len),
	    bytes_of(sig, sig_len));
}

CK_RV
op_verify_final(struct session *s, const CK_BYTE *sig, CK_ULONG sig_len)
{
	CK_RV rv;

	if ((rv = op_check(s, OP_VERIFY, OP_CALL_FINAL)) != CKR_OK)
		return rv;
	return op_verify_end(s, OP_VERIFY, bytes_of(sig, sig_len));
}

CK_RV
op_verify_signature_init(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE key, const CK_BYTE *sig, CK_ULONG sig_len)
{
	struct op *op = &s->ops[OP_VERIFY_SIGNATURE];
	struct bytes view = BYTES_NONE;
	CK_RV rv;

	/* 3.2 has no code here for a signature longer than any. */
	if (m != NULL && ((rv = op_input(sig, sig_len, &view)) != CKR_OK ||
	    view.n > BUF_MAX))
		return CKR_ARGUMENTS_BAD;
	if ((rv = op_crypt_init(s, OP_VERIFY_SIGNATURE, m, key)) != CKR_OK ||
	    m == NULL)
		return rv;
	return op_failed(op, buf_set(&op->mark, view));
}

CK_RV
op_verify_signature(struct session *s, const CK_BYTE *in, CK_ULONG in_len)
{
	struct op *op = &s->ops[OP_VERIFY_SIGNATURE];
	CK_RV rv;

	if ((rv = op_check(s, OP_VERIFY_SIGNATURE, OP_CALL_ONCE)) != CKR_OK)
		return rv;
	return op_verify_once(s, OP_VERIFY_SIGNATURE, bytes_of(in, in_len),
	    buf_view(&op->mark));
}

CK_RV
op_verify_signature_final(struct session *s)
{
	struct op *op = &s->ops[OP_VERIFY_SIGNATURE];
	CK_RV rv;

	if ((rv = op_check(s, OP_VERIFY_SIGNATURE, OP_CALL_FINAL)) != CKR_OK)
		return rv;
	return op_verify_end(s, OP_VERIFY_SIGNATURE, buf_view(&op->mark));
}
