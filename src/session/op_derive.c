/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deriving keys (3.2 section 5.18.5), and making them from passwords, which
 * C_GenerateKey does (6.37, 6.38).  What a mechanism makes is said by struct
 * mech_derive: one key, several, a data object, bytes.
 *
 * The bytes for everything come from the engine in one piece; `at` is where
 * each part begins.
 *
 * Invariants:
 *  1. Every template is judged before the engine works, and all objects come
 *     into being in one transaction, or none.
 *  2. Nothing is written to the caller's memory before that, but
 *     CK_INVALID_HANDLE where a template of several was wrong (6.42.6).
 */
#include "session/op_int.h"

#include <string.h>

#include "base/log.h"

#define MADE_MAX (MECH_MORE_MAX + 1)

/* A derivation on its way. */
struct derivation {
	struct session *s;
	struct mech_derive in;
	struct object *base;		/* NULL: from a password */
	struct eng_key *key;		/* base's; borrowed */
	struct object *other[MECH_OTHERS_MAX];
	struct obj_draft *draft[MADE_MAX];
	CK_OBJECT_HANDLE *handle[MADE_MAX];	/* where each goes */
	size_t len[MADE_MAX], at[MADE_MAX];
	size_t n;
	size_t total;			/* bytes to derive; 0: what is natural */
	struct secret *bytes;
};

static void
derivation_done(struct derivation *d)
{
	for (size_t i = 0; i < d->n; i++)
		obj_draft_free(d->draft[i]);
	for (size_t i = 0; i < KL_COUNT(d->other); i++)
		obj_put(d->other[i]);
	obj_put(d->base);
	secret_free(d->bytes);
}

/* ------------------------------------------------------------- what goes in */

/* The second keys: each must do as a base key too. */
static CK_RV
open_others(struct derivation *d)
{
	const struct mech_row *row = d->in.call.row;
	struct eng_key *key;
	CK_RV rv;

	for (size_t i = 0; i < d->in.n_others; i++) {
		if ((rv = op_open_key(d->s, d->in.other[i].handle,
		    CKR_KEY_HANDLE_INVALID, &d->other[i])) != CKR_OK)
			return rv;
		if (obj_class(d->other[i]) != CKO_SECRET_KEY ||
		    (d->in.other[i].type != CK_UNAVAILABLE_INFORMATION &&
		    obj_key_type(d->other[i]) != d->in.other[i].type))
			return log_rv(CKR_KEY_TYPE_INCONSISTENT,
			    "derive: the second key is of another type");
		if ((rv = obj_may(d->other[i], OBJ_USE_DERIVE, row->type)) !=
		    CKR_OK || (rv = obj_key(d->s->token->space, d->other[i],
		    &key)) != CKR_OK)
			return rv;
		if (obj_is_always_auth(d->other[i]))
			return CKR_USER_NOT_LOGGED_IN;
		*d->in.other[i].key = key;
	}
	return CKR_OK;
}

static CK_RV
open_base(struct derivation *d, CK_OBJECT_HANDLE handle)
{
	enum obj_use use = d->in.makes == MECH_MAKES_PUBLIC ? OBJ_USE_PUBLIC :
	    OBJ_USE_DERIVE;
	CK_RV rv;

	if ((rv = op_open_key(d->s, handle, CKR_KEY_HANDLE_INVALID,
	    &d->base)) != CKR_OK)
		return rv;
	if (d->in.base_type != CK_UNAVAILABLE_INFORMATION &&
	    obj_key_type(d->base) != d->in.base_type)
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "derive: the PRF wants a key of another type");
	if ((rv = op_key_fits_once(d->s, d->in.call.row, d->base, use,
	    &d->key)) != CKR_OK)
		return rv;
	return open_others(d);
}

/* ----------------------------------------------------------- what comes out */

static struct obj_request
request(const struct derivation *d)
{
	const struct mech_row *row = d->in.call.row;

	return (struct obj_request){
		.way = OBJ_WAY_DERIVE, .class = CKO_SECRET_KEY,
		.key_type = d->in.key_type, .mech = row->type,
		.base = d->base,
		.one_way = (row->traits & MECH_MIXES) == 0,
		.inherits = (row->traits & MECH_INHERITS) != 0,
		.joins = row->alg.fam == ENG_F_MIX &&
		    d->in.kdf.pieces > 0 && d->in.kdf.piece[0].kind !=
		    ENG_PIECE_ITERATION,
		.fixed = d->in.fixed, .typed = d->in.typed, .len = d->in.len,
		.others = d->other, .n_others = d->in.n_others,
		.allowed = d->in.allowed, .n_allowed = d->in.n_allowed,
	};
}

/* One more draft; its bytes follow those before. */
static CK_RV
add(struct derivation *d, const struct obj_request *rq,
    CK_OBJECT_HANDLE *handle)
{
	struct obj_who who = sess_who(d->s);
	bool bare = (d->in.call.row->traits & MECH_NATURAL) == 0;
	struct obj_draft *made;
	CK_RV rv;

	KL_ASSERT(d->n < MADE_MAX);
	if ((rv = obj_draft_new(d->s->token->space, &who, rq, &made)) !=
	    CKR_OK)
		return rv;
	d->draft[d->n] = made;
	d->handle[d->n] = handle;
	d->len[d->n] = rq->storage_only || d->in.makes == MECH_MAKES_BLOCK ?
	    rq->len : obj_draft_len(made);
	if (d->in.fixed && d->len[d->n] != d->in.len) {
		d->n++;
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "derive: the mechanism makes %zu bytes", d->in.len);
	}
	/* 3.2 section 6.43.3: a type of several lengths asks for one. */
	if (d->len[d->n++] == 0 && (d->in.sized || (bare &&
	    obj_draft_key_type(made) != CKK_GENERIC_SECRET)) &&
	    d->in.makes != MECH_MAKES_PUBLIC)
		return log_rv(CKR_TEMPLATE_INCOMPLETE, "derive: no length");
	return CKR_OK;
}

/* The key that the call itself makes. */
static CK_RV
plan_one(struct derivation *d, struct op_template t, CK_OBJECT_HANDLE *out)
{
	struct obj_request rq = request(d);

	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	rq.templ = t.v;
	rq.count = t.n;
	if (d->in.makes == MECH_MAKES_DATA)
		rq.class = CKO_DATA;
	if (d->in.makes == MECH_MAKES_PUBLIC) {
		rq.class = CKO_PUBLIC_KEY;
		rq.key_type = obj_key_type(d->base);
		rq.fixed = true;
	}
	return add(d, &rq, out);
}

/* SP 800-108: further keys with templates of their own, each beginning with
 * output of its own; the one at fault is shown. */
static CK_RV
plan_more(struct derivation *d)
{
	for (size_t i = 0; i < d->in.n_more; i++) {
		struct obj_request rq = request(d);
		CK_RV rv;

		rq.templ = d->in.more[i].templ;
		rq.count = d->in.more[i].n;
		if ((rv = add(d, &rq, d->in.more[i].handle)) != CKR_OK) {
			*d->in.more[i].handle = CK_INVALID_HANDLE;
			return rv;
		}
	}
	return CKR_OK;
}

/* A key block: the MAC keys are generic secrets kept like the others. */
static CK_RV
plan_block(struct derivation *d, struct op_template t)
{
	for (size_t i = 0; i < d->in.n_more; i++) {
		struct obj_request rq = request(d);
		CK_RV rv;

		rq.templ = t.v;
		rq.count = t.n;
		rq.len = d->in.more[i].len;
		if (d->in.more[i].mac) {
			rq.storage_only = true;
			rq.key_type = CKK_GENERIC_SECRET;
		}
		if ((rv = add(d, &rq, d->in.more[i].handle)) != CKR_OK)
			return rv;
	}
	return CKR_OK;
}

static CK_RV
plan(struct derivation *d, struct op_template t, CK_OBJECT_HANDLE *out)
{
	CK_RV rv = CKR_OK;

	if (d->in.makes == MECH_MAKES_BLOCK)
		return plan_block(d, t);
	if (d->in.makes != MECH_MAKES_BYTES)
		rv = plan_one(d, t, out);
	if (rv == CKR_OK && d->in.makes == MECH_MAKES_KEYS)
		rv = plan_more(d);
	return rv;
}

/* Where each part begins, and how long all is. */
static CK_RV
lay_out(struct derivation *d)
{
	size_t unit = 1;

	if (d->in.makes == MECH_MAKES_KEYS &&
	    (unit = eng_kdf_unit(library()->eng, &d->in.call.row->alg,
	    &d->in.kdf)) == 0)
		return CKR_MECHANISM_PARAM_INVALID;
	for (size_t i = 0; i < d->n; i++) {
		if (d->len[i] > BUF_MAX)
			return CKR_KEY_SIZE_RANGE;
		d->total = (d->total + unit - 1) / unit * unit;
		d->at[i] = d->total;
		d->total += d->len[i];
		d->in.kdf.keys_len += d->len[i];
		if (d->total > BUF_MAX)
			return CKR_KEY_SIZE_RANGE;
	}
	for (size_t i = 0; i < KL_COUNT(d->in.told); i++)
		d->total += d->in.told[i].n;
	return CKR_OK;
}

/* -------------------------------------------------------------- the work */

/* Whether bytes that go to the caller would show what is hidden. */
static CK_RV
may_tell(const struct derivation *d)
{
	if (d->in.told[0].n > 0 && !obj_may_tell(d->base))
		return log_rv(CKR_KEY_FUNCTION_NOT_PERMITTED,
		    "policy: bytes that may be those of hidden keys");
	return CKR_OK;
}

/* Bytes into drafts. */
static CK_RV
fill(struct derivation *d)
{
	struct bytes all = secret_view(d->bytes);
	CK_RV rv;

	if (d->in.makes == MECH_MAKES_PUBLIC)
		return obj_draft_set_key(d->draft[0], d->key);
	for (size_t i = 0; i < d->n; i++) {
		size_t len = d->len[i] != 0 ? d->len[i] : all.n;

		KL_ASSERT(d->at[i] + len <= all.n);
		if ((rv = obj_draft_set_value(d->draft[i],
		    bytes_of(all.p + d->at[i], len))) != CKR_OK)
			return rv;
	}
	return CKR_OK;
}

/* The IV of PKCS#12, made like the key with another id. */
static CK_RV
make_iv(struct derivation *d, struct secret **out)
{
	struct eng_kdf kdf = d->in.kdf;
	struct eng_par par = { .kdf = &kdf };

	kdf.id = 2;
	return eng_derive(library()->eng, &d->in.call.row->alg, &par, NULL, 8,
	    out);
}

/* What the caller learns beside handles. */
static void
tell(struct derivation *d, struct bytes version, struct bytes iv)
{
	size_t at = secret_len(d->bytes);

	for (size_t i = KL_COUNT(d->in.told); i-- > 0;) {
		at -= d->in.told[i].n;
		if (d->in.told[i].n > 0)
			memcpy(d->in.told[i].p, secret_data(d->bytes) + at,
			    d->in.told[i].n);
	}
	if (d->in.version != NULL)
		memcpy(d->in.version, version.p, sizeof(*d->in.version));
	if (d->in.iv != NULL)
		memcpy(d->in.iv, iv.p, iv.n);
}

/* Commits all drafts and hands out their handles. */
static CK_RV
commit(struct derivation *d)
{
	CK_OBJECT_HANDLE made[MADE_MAX];
	struct obj_who who = sess_who(d->s);
	CK_RV rv;

	if (d->n == 0)
		return CKR_OK;
	if ((rv = obj_commit(d->s->token->space, &who, d->draft, d->n,
	    made)) != CKR_OK)
		return rv;
	for (size_t i = 0; i < d->n; i++)
		*d->handle[i] = made[i];
	return CKR_OK;
}

/* Everything after the keys that go in are there. */
static CK_RV
run(struct derivation *d, struct op_template t, CK_OBJECT_HANDLE *out)
{
	KL_AUTO(secret_freep) struct secret *base = NULL;
	KL_AUTO(secret_freep) struct secret *iv = NULL;
	struct eng *e = library()->eng;
	CK_RV rv;

	if ((rv = may_tell(d)) != CKR_OK || (rv = plan(d, t, out)) != CKR_OK ||
	    (rv = lay_out(d)) != CKR_OK)
		return rv;
	d->in.kdf.whole = d->in.call.row->alg.fam == ENG_F_MIX && d->n > 0 &&
	    obj_draft_hides(d->draft[0]);
	if (d->in.makes != MECH_MAKES_PUBLIC && (rv = eng_derive(e,
	    &d->in.call.row->alg, &d->in.call.par, d->key, d->total,
	    &d->bytes)) != CKR_OK)
		return rv;
	if (d->in.iv != NULL && (rv = make_iv(d, &iv)) != CKR_OK)
		return rv;
	if (d->in.version != NULL && (rv = eng_key_part(e, d->key, PART_VALUE,
	    &base)) != CKR_OK)
		return rv;
	if ((rv = fill(d)) != CKR_OK || (rv = commit(d)) != CKR_OK)
		return rv;
	tell(d, secret_view(base), secret_view(iv));
	return CKR_OK;
}

CK_RV
op_derive(struct session *s, const CK_MECHANISM *m, CK_OBJECT_HANDLE base,
    struct op_template t, CK_OBJECT_HANDLE *out)
{
	KL_AUTO(derivation_done) struct derivation d = { .s = s };
	CK_RV rv;

	if (m == NULL || (t.v == NULL && t.n != 0))
		return CKR_ARGUMENTS_BAD;
	if ((rv = mech_parse_derive(library()->mechs, m, CKF_DERIVE, &d.in)) !=
	    CKR_OK || (rv = open_base(&d, base)) != CKR_OK)
		return rv;
	return run(&d, t, out);
}

CK_RV
op_derive_keyless(struct session *s, const CK_MECHANISM *m,
    struct op_template t, CK_OBJECT_HANDLE *out)
{
	KL_AUTO(derivation_done) struct derivation d = { .s = s };
	CK_RV rv;

	if ((rv = mech_parse_derive(library()->mechs, m, CKF_GENERATE,
	    &d.in)) != CKR_OK)
		return rv;
	return run(&d, t, out);
}
