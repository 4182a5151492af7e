/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wrapping and unwrapping keys (3.2 sections 5.18.3, 5.18.4, 5.18.6 and 5.18.7):
 * policy from object, the cipher from crypto.  Whatever fails in unwrapping (padding, tag,
 * structure, a length that padding hid) takes one path and gives
 * CKR_WRAPPED_KEY_INVALID.
 */
#include "session/op_int.h"

#include <string.h>

/* Block length to which a mechanism pads a value with zeros; 1: it does not. */
static size_t
wrap_block(const struct mech_row *row)
{
	return (row->traits & MECH_ZERO_PAD) != 0 ? eng_block_len(&row->alg) : 1;
}

/* A copy of value with zeros up to a whole number of blocks. */
static CK_RV
wrap_pad(const struct mech_row *row, struct secret **value)
{
	KL_AUTO(secret_freep) struct secret *padded = NULL;
	size_t block = wrap_block(row), n = secret_len(*value);
	size_t whole = (n + block - 1) / block * block;
	CK_RV rv;

	if (whole == n)
		return CKR_OK;
	if ((rv = secret_new(whole, &padded)) != CKR_OK)
		return rv;
	memcpy(secret_data(padded), secret_data(*value), n);
	secret_free(*value);
	*value = KL_TAKE(padded);
	return CKR_OK;
}

/* A mechanism's codes for its key, as wrapping names them. */
static CK_RV
wrap_rv(CK_RV rv)
{
	switch (rv) {
	case CKR_KEY_TYPE_INCONSISTENT:
		return CKR_WRAPPING_KEY_TYPE_INCONSISTENT;
	case CKR_KEY_SIZE_RANGE:
		return CKR_WRAPPING_KEY_SIZE_RANGE;
	default:
		return rv;
	}
}

CK_RV
op_unwrap_rv(CK_RV rv)
{
	switch (rv) {
	case CKR_KEY_TYPE_INCONSISTENT:
		return CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT;
	case CKR_KEY_SIZE_RANGE:
		return CKR_UNWRAPPING_KEY_SIZE_RANGE;
	case CKR_ENCRYPTED_DATA_INVALID:
	case CKR_DATA_INVALID:
		return CKR_WRAPPED_KEY_INVALID;
	case CKR_ENCRYPTED_DATA_LEN_RANGE:
	case CKR_DATA_LEN_RANGE:
		return CKR_WRAPPED_KEY_LEN_RANGE;
	default:
		return rv;
	}
}

/* Starts once more with an IV made here, in room.  The session keeps in mind
 * which it made, for whatever key, so that its counter never gives one twice. */
static CK_RV
wrap_iv(struct session *s, const struct mech_call *call, struct eng_par *par,
    uint8_t room[ENG_IV_ROOM], struct eng_key *wrapper, struct eng_op **op)
{
	CK_RV rv;

	if (s->wrap_ivs == NULL &&
	    (rv = eng_ivs_new(&s->wrap_ivs)) != CKR_OK)
		return rv;
	if ((rv = eng_ivs_next(library()->eng, s->wrap_ivs, &call->iv, room,
	    &par->iv)) != CKR_OK)
		return rv;
	return eng_op_init(library()->eng, &call->row->alg, par, ENG_ENCRYPT,
	    wrapper, op);
}

/* Gives the caller what goes beside the wrapped key. */
static CK_RV
wrap_beside(const struct mech_call *call, const struct eng_par *par,
    const struct eng_op *op)
{
	CK_RV rv;

	if (call->tag != NULL &&
	    (rv = eng_op_tag(op, call->tag)) != CKR_OK)
		return rv;
	if (call->iv.gen != ENG_IV_GIVEN)
		memcpy(call->iv.p, par->iv.p, par->iv.n);
	return CKR_OK;
}

/* Encrypts the value to the caller by the length convention. */
static CK_RV
wrap_value(struct session *s, const struct mech_call *call,
    struct eng_key *wrapper, struct secret **value, struct op_out out)
{
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
	uint8_t room[ENG_IV_ROOM];
	struct eng_par par = call->par;
	size_t n = 0;
	bool go;
	CK_RV rv;

	if ((rv = wrap_pad(call->row, value)) != CKR_OK)
		return rv;
	par.data_len = secret_len(*value);
	if ((rv = eng_op_init(library()->eng, &call->row->alg, &par,
	    ENG_ENCRYPT, wrapper, &op)) != CKR_OK)
		return wrap_rv(rv);
	if ((rv = out_room(out, eng_op_once_len(op, secret_len(*value)),
	    &go)) != CKR_OK || !go)
		return rv;
	if (call->iv.gen != ENG_IV_GIVEN &&
	    (rv = wrap_iv(s, call, &par, room, wrapper, &op)) != CKR_OK)
		return rv;
	rv = eng_op_once(op, secret_view(*value), out.buf, &n);
	/* The key is too long for the mechanism (RSA). */
	if (rv == CKR_DATA_LEN_RANGE || rv == CKR_DATA_INVALID)
		return CKR_KEY_SIZE_RANGE;
	if (rv != CKR_OK || (rv = wrap_beside(call, &par, op)) != CKR_OK)
		return rv;
	*out.len = n;
	return CKR_OK;
}

/* ECB and CBC pad with zeros at the end, raw RSA at the beginning, which a
 * private key's encoding does not survive: 3.2 sections 6.10.5, 6.10.6 and 6.1.12
 * speak of secret keys. */
static bool
secrets_only(const struct mech_row *row)
{
	return row->alg.fam == ENG_F_RSA_RAW ||
	    (row->alg.fam == ENG_F_CIPHER && wrap_block(row) > 1);
}

/* Wraps with a mechanism that was read. */
static CK_RV
wrap_key(struct session *s, const struct mech_call *call,
    CK_OBJECT_HANDLE wrapper, CK_OBJECT_HANDLE handle, struct op_out out)
{
	KL_AUTO(obj_putp) struct object *w = NULL;
	KL_AUTO(obj_putp) struct object *o = NULL;
	KL_AUTO(secret_freep) struct secret *value = NULL;
	struct obj_space *sp = s->token->space;
	const struct mech_row *row = call->row;
	struct eng_key *key;
	CK_RV rv;

	if ((rv = op_open_key(s, wrapper, CKR_WRAPPING_KEY_HANDLE_INVALID,
	    &w)) != CKR_OK)
		return rv;
	if ((rv = op_open_key(s, handle, CKR_KEY_HANDLE_INVALID, &o)) !=
	    CKR_OK)
		return rv;
	if ((rv = op_key_fits(s, row, w, OBJ_USE_WRAP, &key)) != CKR_OK)
		return wrap_rv(rv);
	if (obj_class(o) == CKO_PRIVATE_KEY && secrets_only(row))
		return CKR_KEY_NOT_WRAPPABLE;
	if ((rv = obj_may_wrap(sp, w, o, row->type,
	    (row->traits & MECH_WEAK_WRAP) != 0)) != CKR_OK)
		return rv;
	if ((rv = obj_wrap_value(sp, o, &value)) != CKR_OK)
		return rv;
	return wrap_value(s, call, key, &value, out);
}

CK_RV
op_wrap(struct session *s, const CK_MECHANISM *m, CK_OBJECT_HANDLE wrapper,
    CK_OBJECT_HANDLE key, struct op_out out)
{
	struct mech_call call;
	CK_RV rv;

	if (m == NULL || out.len == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = mech_parse(library()->mechs, m, CKF_WRAP, &call)) != CKR_OK)
		return rv;
	return wrap_key(s, &call, wrapper, key, out);
}

/* Additional data as a caller gives it. */
static CK_RV
wrap_aad(struct bytes aad)
{
	return (aad.p == NULL && aad.n != 0) || aad.n > BUF_MAX ?
	    CKR_ARGUMENTS_BAD : CKR_OK;
}

CK_RV
op_wrap_authenticated(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE wrapper, CK_OBJECT_HANDLE key, struct bytes aad,
    struct op_out out)
{
	struct mech_call call;
	CK_RV rv;

	if (m == NULL || out.len == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = wrap_aad(aad)) != CKR_OK ||
	    (rv = mech_parse_wrap(library()->mechs, m, CKF_WRAP, aad,
	    &call)) != CKR_OK)
		return rv;
	return wrap_key(s, &call, wrapper, key, out);
}

/* Decrypts the wrapped key into a secret. */
static CK_RV
unwrap_value(const struct mech_call *call, struct eng_key *key,
    struct bytes wrapped, struct secret **out)
{
	struct eng_par par = call->par;
	size_t tail = par.apart ? 0 : par.tag_len;

	if (wrapped.n > tail)
		par.data_len = wrapped.n - tail;
	return eng_open(library()->eng, &call->row->alg, &par, key, wrapped,
	    out);
}

/* The unwrapping key opened and checked; *key is borrowed from *out. */
static CK_RV
unwrap_key(struct session *s, const struct mech_row *row,
    CK_OBJECT_HANDLE handle, struct object **out, struct eng_key **key)
{
	CK_RV rv;

	if ((rv = op_open_key(s, handle, CKR_UNWRAPPING_KEY_HANDLE_INVALID,
	    out)) != CKR_OK)
		return rv;
	return op_unwrap_rv(op_key_fits_once(s, row, *out, OBJ_USE_UNWRAP, key));
}

/* The key within what was decrypted: a raw RSA block carries it at its end
 * (3.2 section 6.1.12), as long as the template says. */
static struct bytes
unwrap_view(const struct mech_row *row, const struct obj_draft *d,
    const struct secret *plain)
{
	struct bytes all = secret_view(plain);
	size_t len = obj_draft_len(d);

	if (row->alg.fam != ENG_F_RSA_RAW || len == 0 || len > all.n)
		return all;
	return bytes_of(all.p + (all.n - len), len);
}

/* The key within what was decrypted, into the draft.  A length that padding
 * hid is told no more than the padding itself. */
static CK_RV
unwrap_into(const struct mech_row *row, struct obj_draft *d,
    const struct secret *plain)
{
	bool hidden = row->alg.pad || row->alg.fam == ENG_F_RSA_PKCS1 ||
	    row->alg.fam == ENG_F_RSA_OAEP;
	CK_RV rv = obj_draft_set_wrapped(d, unwrap_view(row, d, plain),
	    wrap_block(row));

	return rv == CKR_WRAPPED_KEY_LEN_RANGE && hidden ?
	    CKR_WRAPPED_KEY_INVALID : rv;
}

/* Unwraps with a mechanism that was read. */
static CK_RV
unwrap_to(struct session *s, const struct mech_call *call,
    CK_OBJECT_HANDLE unwrapper, struct bytes wrapped, struct op_template t,
    CK_OBJECT_HANDLE *out)
{
	KL_AUTO(obj_putp) struct object *u = NULL;
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	struct obj_who who = sess_who(s);
	struct obj_request rq = {
		.way = OBJ_WAY_UNWRAP, .class = CK_UNAVAILABLE_INFORMATION,
		.key_type = CK_UNAVAILABLE_INFORMATION,
		.templ = t.v, .count = t.n,
	};
	struct eng_key *key;
	CK_RV rv;

	if ((rv = unwrap_key(s, call->row, unwrapper, &u, &key)) != CKR_OK)
		return rv;
	rq.base = u;
	rq.mech = call->row->type;
	if ((rv = obj_draft_new(s->token->space, &who, &rq, &d)) != CKR_OK)
		return rv;
	if ((rv = unwrap_value(call, key, wrapped, &plain)) != CKR_OK)
		return op_unwrap_rv(rv);
	if ((rv = unwrap_into(call->row, d, plain)) != CKR_OK)
		return rv;
	return op_commit_one(s, d, out);
}

/* What no unwrapping may be asked. */
static CK_RV
unwrap_args(const CK_MECHANISM *m, struct bytes wrapped, struct op_template t,
    const CK_OBJECT_HANDLE *out)
{
	if (m == NULL || out == NULL || (wrapped.p == NULL && wrapped.n != 0) ||
	    (t.v == NULL && t.n != 0))
		return CKR_ARGUMENTS_BAD;
	return wrapped.n > BUF_MAX ? CKR_WRAPPED_KEY_LEN_RANGE : CKR_OK;
}

CK_RV
op_unwrap(struct session *s, const CK_MECHANISM *m, CK_OBJECT_HANDLE unwrapper,
    struct bytes wrapped, struct op_template t, CK_OBJECT_HANDLE *out)
{
	struct mech_call call;
	CK_RV rv;

	if ((rv = unwrap_args(m, wrapped, t, out)) != CKR_OK ||
	    (rv = mech_parse(library()->mechs, m, CKF_UNWRAP, &call)) !=
	    CKR_OK)
		return rv;
	return unwrap_to(s, &call, unwrapper, wrapped, t, out);
}

CK_RV
op_unwrap_authenticated(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE unwrapper, struct op_wrapped in, struct op_template t,
    CK_OBJECT_HANDLE *out)
{
	struct mech_call call;
	CK_RV rv;

	if ((rv = unwrap_args(m, in.key, t, out)) != CKR_OK ||
	    (rv = wrap_aad(in.aad)) != CKR_OK ||
	    (rv = mech_parse_wrap(library()->mechs, m, CKF_UNWRAP, in.aad,
	    &call)) != CKR_OK)
		return rv;
	return unwrap_to(s, &call, unwrapper, in.key, t, out);
}
