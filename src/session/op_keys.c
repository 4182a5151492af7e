/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making keys (3.2 section 5.18; derivation is in op_derive.c), and random
 * numbers (5.19).  Templates are judged before the expensive work; objects come
 * into being last, a pair's two in one transaction; handles are written only
 * on success.
 */
#include "session/op_int.h"

/* NULL pointers a caller must not give. */
static CK_RV
op_template_ok(const CK_ATTRIBUTE *templ, CK_ULONG n)
{
	return templ == NULL && n != 0 ? CKR_ARGUMENTS_BAD : CKR_OK;
}

CK_RV
op_commit_one(struct session *s, struct obj_draft *d, CK_OBJECT_HANDLE *out)
{
	struct obj_who who = sess_who(s);

	return obj_commit(s->token->space, &who, &d, 1, out);
}

/* The functions that generate have no code of their own for sizes (3.2 sections
 * 5.18.1, 5.18.2): the length in the template is what is wrong. */
static CK_RV
gen_rv(CK_RV rv)
{
	return rv == CKR_KEY_SIZE_RANGE ? CKR_ATTRIBUTE_VALUE_INVALID : rv;
}

/* What a draft asks to generate, within the mechanism's sizes. */
static CK_RV
op_gen_spec(const struct mech_row *row, const struct obj_draft *d,
    struct eng_gen *out)
{
	CK_RV rv;

	if ((rv = obj_draft_gen(d, out)) != CKR_OK)
		return gen_rv(rv);
	out->extra_bits = row->alg.extra_bits;
	if (out->bits != 0 && !mech_size_ok(row, out->bits))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	if (out->type == ENG_SECRET && !mech_size_ok(row, out->len * 8))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	return CKR_OK;
}

/* A draft of a key that mech row makes. */
static CK_RV
op_gen_draft(struct session *s, const struct mech_row *row,
    CK_OBJECT_CLASS class, struct op_template t, struct obj_draft **out)
{
	struct obj_who who = sess_who(s);
	struct obj_request rq = {
		.way = OBJ_WAY_GENERATE, .class = class,
		.key_type = row->keys[0], .mech = row->type,
		.primes_given = (row->traits & MECH_BASE) != 0,
		.templ = t.v, .count = t.n,
	};

	return obj_draft_new(s->token->space, &who, &rq, out);
}

/* What C_GenerateKey makes. */
static CK_OBJECT_CLASS
op_made_class(const struct mech_row *row)
{
	if ((row->traits & MECH_DOMAIN) != 0)
		return CKO_DOMAIN_PARAMETERS;
	return (row->traits & MECH_OTP) != 0 ? CKO_OTP_KEY : CKO_SECRET_KEY;
}

/* The seed of primes goes back in the mechanism's parameter. */
static CK_RV
op_give_seed(const CK_MECHANISM *m, const struct eng_key *key)
{
	KL_AUTO(secret_freep) struct secret *seed = NULL;
	CK_RV rv;

	if ((rv = eng_key_part(library()->eng, key, PART_SEED, &seed)) !=
	    CKR_OK)
		return CKR_DEVICE_ERROR;
	return mech_give_seed(m, secret_view(seed));
}

CK_RV
op_generate_key(struct session *s, const CK_MECHANISM *m, CK_ATTRIBUTE *templ,
    CK_ULONG n, CK_OBJECT_HANDLE *out)
{
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	const struct mech_row *row;
	struct mech_call call;
	struct eng_gen spec;
	CK_RV rv;

	if (m == NULL || out == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = op_template_ok(templ, n)) != CKR_OK)
		return rv;
	row = mech_find(library()->mechs, m->mechanism);
	if (row != NULL && (row->traits & MECH_KEYLESS) != 0)
		return gen_rv(op_derive_keyless(s, m,
		    (struct op_template){ templ, n }, out));
	if ((rv = mech_parse(library()->mechs, m, CKF_GENERATE, &call)) !=
	    CKR_OK)
		return rv;
	if ((rv = op_gen_draft(s, call.row, op_made_class(call.row),
	    (struct op_template){ templ, n }, &d)) != CKR_OK)
		return rv;
	if ((rv = op_gen_spec(call.row, d, &spec)) != CKR_OK)
		return rv;
	spec.making = call.row->alg.making;
	spec.md = call.par.md;
	spec.seed = call.par.shared;
	spec.index = call.par.index;
	rv = gen_rv(eng_key_generate(library()->eng, &spec, &key));
	if (rv != CKR_OK || (rv = obj_draft_set_key(d, key)) != CKR_OK)
		return rv == CKR_DOMAIN_PARAMS_INVALID ?
		    CKR_ATTRIBUTE_VALUE_INVALID : rv;
	if (spec.making == ENG_MAKE_PRIMES &&
	    (rv = op_give_seed(m, key)) != CKR_OK)
		return rv;
	return op_commit_one(s, d, out);
}

/* Generates the pair and commits both drafts, private half last. */
static CK_RV
op_pair_commit(struct session *s, const struct eng_gen *spec,
    struct obj_draft *pub, struct obj_draft *priv, CK_OBJECT_HANDLE out[2])
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	struct obj_draft *drafts[2] = { pub, priv };
	struct obj_who who = sess_who(s);
	CK_RV rv;

	if ((rv = eng_key_generate(library()->eng, spec, &key)) != CKR_OK)
		return gen_rv(rv);
	if ((rv = obj_draft_set_key(pub, key)) != CKR_OK)
		return rv;
	if ((rv = obj_draft_set_key(priv, key)) != CKR_OK)
		return rv;
	return obj_commit(s->token->space, &who, drafts, 2, out);
}

CK_RV
op_generate_pair(struct session *s, const CK_MECHANISM *m,
    const struct op_pair *t, CK_OBJECT_HANDLE *out_pub,
    CK_OBJECT_HANDLE *out_priv)
{
	KL_AUTO(obj_draft_freep) struct obj_draft *pub = NULL;
	KL_AUTO(obj_draft_freep) struct obj_draft *priv = NULL;
	CK_OBJECT_HANDLE made[2];
	struct mech_call call;
	struct eng_gen spec;
	CK_RV rv;

	if (m == NULL || out_pub == NULL || out_priv == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = op_template_ok(t->pub, t->pub_n)) != CKR_OK ||
	    (rv = op_template_ok(t->priv, t->priv_n)) != CKR_OK)
		return rv;
	if ((rv = mech_parse(library()->mechs, m, CKF_GENERATE_KEY_PAIR,
	    &call)) != CKR_OK)
		return rv;
	if ((rv = op_gen_draft(s, call.row, CKO_PUBLIC_KEY,
	    (struct op_template){ t->pub, t->pub_n }, &pub)) != CKR_OK)
		return rv;
	if ((rv = op_gen_draft(s, call.row, CKO_PRIVATE_KEY,
	    (struct op_template){ t->priv, t->priv_n }, &priv)) != CKR_OK)
		return rv;
	if ((rv = op_gen_spec(call.row, pub, &spec)) != CKR_OK)
		return rv;
	spec.prove_later = obj_draft_confined(priv);
	if ((rv = obj_draft_gen_private(priv, &spec)) != CKR_OK)
		return gen_rv(rv);
	if ((rv = op_pair_commit(s, &spec, pub, priv, made)) != CKR_OK)
		return rv;
	*out_pub = made[0];
	*out_priv = made[1];
	return CKR_OK;
}

CK_RV
op_seed(struct session *s, CK_BYTE *seed, CK_ULONG n)
{
	struct bytes view;
	CK_RV rv;

	(void)s;
	if ((rv = op_input(seed, n, &view)) != CKR_OK)
		return rv;
	return eng_seed(library()->eng, view);
}

CK_RV
op_random(struct session *s, CK_BYTE *out, CK_ULONG n)
{
	struct bytes view;
	CK_RV rv;

	(void)s;
	if ((rv = op_input(out, n, &view)) != CKR_OK)
		return rv;
	return eng_random(library()->eng, out, view.n);
}
