/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encapsulating and decapsulating keys (3.2 sections 5.18.8 and 5.18.9): policy
 * from object, the computation from crypto.
 *
 * Invariants:
 *  1. The caller's buffer and length are written after the new key is there.
 *  2. What is wrong inside a ciphertext of the right length gives
 *     CKR_WRAPPED_KEY_INVALID, whatever it is.
 *
 * Called with the session locked.
 */
#include "session/op_int.h"

/* RSA carries what was encrypted: to decapsulate is to unwrap. */
static bool
kem_unwraps(const struct mech_row *row)
{
	return row->alg.fam == ENG_F_RSA_PKCS1 ||
	    row->alg.fam == ENG_F_RSA_OAEP || row->alg.fam == ENG_F_RSA_RAW;
}

/* A draft of the new key, which the base key's template binds. */
static CK_RV
kem_draft(struct session *s, const struct mech_row *row, enum obj_way way,
    const struct object *base, struct op_template t, struct obj_draft **out)
{
	struct obj_who who = sess_who(s);
	struct obj_request rq = {
		.way = way, .class = CKO_SECRET_KEY,
		.key_type = CK_UNAVAILABLE_INFORMATION, .mech = row->type,
		.base = base, .one_way = !kem_unwraps(row),
		.templ = t.v, .count = t.n,
	};

	return obj_draft_new(s->token->space, &who, &rq, out);
}

/* Makes the key, and then gives the ciphertext out. */
static CK_RV
encap_into(struct session *s, const struct mech_call *call,
    struct eng_key *key, struct obj_draft *d, struct op_out out,
    CK_OBJECT_HANDLE *out_key)
{
	KL_AUTO(secret_freep) struct secret *value = NULL;
	KL_AUTO(buf_done) struct buf ct = { .p = NULL };
	const struct eng_kem kem = { &call->row->alg, &call->par,
		obj_draft_len(d) };
	CK_OBJECT_HANDLE made;
	CK_RV rv;

	if ((rv = eng_encap(library()->eng, &kem, key, &ct, &value)) !=
	    CKR_OK)
		return rv;
	if ((rv = obj_draft_set_value(d, secret_view(value))) != CKR_OK ||
	    (rv = op_commit_one(s, d, &made)) != CKR_OK)
		return rv;
	*out_key = made;
	return out_bytes(out, buf_view(&ct));
}

CK_RV
op_encapsulate(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE public_key, struct op_template t, struct op_out out,
    CK_OBJECT_HANDLE *out_key)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	struct mech_call call;
	struct eng_key *key;
	size_t n;
	bool go;
	CK_RV rv;

	if (m == NULL || out.len == NULL || (t.v == NULL && t.n != 0) ||
	    (out_key == NULL && out.buf != NULL))
		return CKR_ARGUMENTS_BAD;
	if ((rv = mech_parse(library()->mechs, m, CKF_ENCAPSULATE, &call)) !=
	    CKR_OK ||
	    (rv = op_open_key(s, public_key, CKR_KEY_HANDLE_INVALID, &o)) !=
	    CKR_OK ||
	    (rv = op_key_fits(s, call.row, o, OBJ_USE_ENCAPSULATE, &key)) !=
	    CKR_OK)
		return rv;
	if ((rv = eng_encap_len(library()->eng, &call.row->alg, key, &n)) !=
	    CKR_OK || (rv = out_room(out, n, &go)) != CKR_OK || !go)
		return rv;
	if ((rv = kem_draft(s, call.row, OBJ_WAY_ENCAPSULATE, o, t, &d)) !=
	    CKR_OK)
		return rv;
	return encap_into(s, &call, key, d, out, out_key);
}

/* What was decapsulated, into the draft; padding tells nothing of lengths. */
static CK_RV
decap_into(const struct mech_row *row, const struct secret *value,
    struct obj_draft *d)
{
	CK_RV rv;

	if (!kem_unwraps(row) || row->alg.fam == ENG_F_RSA_RAW)
		return obj_draft_set_value(d, secret_view(value));
	rv = obj_draft_set_wrapped(d, secret_view(value), 1);
	return rv == CKR_WRAPPED_KEY_LEN_RANGE ? CKR_WRAPPED_KEY_INVALID : rv;
}

CK_RV
op_decapsulate(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE private_key, struct op_template t, struct bytes ct,
    CK_OBJECT_HANDLE *out)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	KL_AUTO(secret_freep) struct secret *value = NULL;
	struct mech_call call;
	struct eng_kem kem = { .par = &call.par };
	struct eng_key *key;
	CK_RV rv;

	if (m == NULL || out == NULL || (ct.p == NULL && ct.n != 0) ||
	    (t.v == NULL && t.n != 0))
		return CKR_ARGUMENTS_BAD;
	if ((rv = mech_parse(library()->mechs, m, CKF_DECAPSULATE, &call)) !=
	    CKR_OK ||
	    (rv = op_open_key(s, private_key,
	    CKR_UNWRAPPING_KEY_HANDLE_INVALID, &o)) != CKR_OK)
		return rv;
	if ((rv = op_key_fits_once(s, call.row, o, OBJ_USE_DECAPSULATE,
	    &key)) != CKR_OK)
		return op_unwrap_rv(rv);
	if ((rv = kem_draft(s, call.row, OBJ_WAY_DECAPSULATE, o, t, &d)) !=
	    CKR_OK)
		return rv;
	kem.alg = &call.row->alg;
	kem.len = obj_draft_len(d);
	if ((rv = eng_decap(library()->eng, &kem, key, ct, &value)) != CKR_OK)
		return op_unwrap_rv(rv);
	if ((rv = decap_into(call.row, value, d)) != CKR_OK)
		return rv;
	return op_commit_one(s, d, out);
}
