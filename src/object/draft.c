/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drafts: objects on their way.  obj_draft_new judges the template
 * (policy.c), the key material comes by import (material.c), obj_draft_set_key
 * or wrap.c, and obj_commit makes the object.
 *
 * Invariants: 1. a draft handed out passed the policy.  2. key material is in
 * `secrets` and `key` only, and goes with the draft.
 * No locks: a draft belongs to one thread.
 */
#include "object/policy_int.h"

#include <stdlib.h>

#include "base/log.h"

/* An RSA modulus that long cannot be meant. */
#define BITS_MAX 65536

void
obj_draft_free(struct obj_draft *d)
{
	if (d == NULL)
		return;
	attrs_done(&d->attrs);
	attrs_done(&d->secrets);
	eng_key_put(d->key);
	free(d);
}

void
obj_draft_freep(struct obj_draft **d)
{
	obj_draft_free(*d);
	*d = NULL;
}

static CK_RV
draft_alloc(struct obj_space *sp, struct obj_draft **out)
{
	const struct obj_env *env = space_env(sp);
	struct obj_draft *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return CKR_HOST_MEMORY;
	d->space = sp;
	d->eng = env->eng;
	d->conf = env->conf;
	*out = d;
	return CKR_OK;
}

CK_RV
obj_draft_new(struct obj_space *sp, const struct obj_who *who,
    const struct obj_request *rq, struct obj_draft **out)
{
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	CK_RV rv;

	if ((rv = draft_alloc(sp, &d)) != CKR_OK ||
	    (rv = policy_draft(d, who, rq)) != CKR_OK)
		return rv;
	if (rq->way == OBJ_WAY_CREATE && (rv = material_import(d)) != CKR_OK)
		return rv;
	*out = KL_TAKE(d);
	return CKR_OK;
}

CK_RV
draft_copy(struct obj_space *sp, const struct obj_who *who, struct object *o,
    const CK_ATTRIBUTE *templ, CK_ULONG count, struct obj_draft **out)
{
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	struct eng_key *k;
	CK_RV rv;

	if ((rv = draft_alloc(sp, &d)) != CKR_OK ||
	    (rv = policy_copy(o, who, templ, count, d)) != CKR_OK ||
	    (rv = obj_secrets(sp, o, &d->secrets)) != CKR_OK)
		return rv;
	if ((k = atomic_load(&o->key)) != NULL) {
		/* What is stored is proved. */
		if ((rv = eng_key_prove(d->eng, k)) != CKR_OK)
			return rv;
		d->key = eng_key_get(k);
	}
	*out = KL_TAKE(d);
	return CKR_OK;
}

CK_KEY_TYPE
obj_draft_key_type(const struct obj_draft *d)
{
	return d->schema->key_type;
}

size_t
obj_draft_len(const struct obj_draft *d)
{
	uint64_t n = attrs_num(&d->attrs, CKA_VALUE_LEN,
	    d->schema->fixed_len);

	if (n == 0)
		return d->len;
	return n > SIZE_MAX ? SIZE_MAX : (size_t)n;
}

/* A secret key's length to generate. */
static CK_RV
gen_secret(const struct obj_draft *d, struct eng_gen *gen)
{
	gen->len = obj_draft_len(d);
	if (gen->len == 0)
		gen->len = d->schema->gen_len;
	gen->cipher = d->schema->cipher;
	if (!schema_len_ok(d->schema, gen->len) || gen->len > BUF_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "generate: %zu bytes for key type 0x%lx", gen->len,
		    d->schema->key_type);
	return CKR_OK;
}

static CK_RV
gen_rsa(const struct obj_draft *d, struct eng_gen *gen)
{
	uint64_t bits = attrs_num(&d->attrs, CKA_MODULUS_BITS, 0);

	if (attrs_find(&d->attrs, CKA_MODULUS_BITS) == NULL)
		return log_rv(CKR_TEMPLATE_INCOMPLETE,
		    "generate: no CKA_MODULUS_BITS");
	if (bits == 0 || bits > BITS_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "generate: CKA_MODULUS_BITS is out of all bounds");
	gen->bits = (size_t)bits;
	gen->pub_exp = attrs_bytes(&d->attrs, CKA_PUBLIC_EXPONENT);
	if (gen->pub_exp.n == 0 &&
	    attrs_find(&d->attrs, CKA_PUBLIC_EXPONENT) != NULL)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "generate: CKA_PUBLIC_EXPONENT is empty");
	return CKR_OK;
}

/* A length in bits from the template; 0 when it is not there. */
static CK_RV
gen_bits(const struct obj_draft *d, CK_ATTRIBUTE_TYPE type, size_t *out)
{
	uint64_t bits = attrs_num(&d->attrs, type, 0);

	if (bits > BITS_MAX || (bits == 0 && attrs_find(&d->attrs, type) !=
	    NULL))
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "generate: attribute 0x%lx is out of all bounds", type);
	*out = (size_t)bits;
	return CKR_OK;
}

/* Of domain parameters their lengths, of a pair (d is its public half) or a
 * base what is given of them. */
static CK_RV
gen_ffc(const struct obj_draft *d, struct eng_gen *gen)
{
	CK_RV rv;

	gen->group.part[PART_PRIME] = attrs_bytes(&d->attrs, CKA_PRIME);
	gen->group.part[PART_SUBPRIME] = attrs_bytes(&d->attrs, CKA_SUBPRIME);
	gen->group.part[PART_BASE] = attrs_bytes(&d->attrs, CKA_BASE);
	if ((rv = gen_bits(d, CKA_PRIME_BITS, &gen->bits)) != CKR_OK)
		return rv;
	return gen_bits(d, CKA_SUBPRIME_BITS, &gen->sub_bits);
}

CK_RV
obj_draft_gen(const struct obj_draft *d, struct eng_gen *out)
{
	struct eng_gen gen = { .type = d->schema->eng };
	CK_RV rv = CKR_OK;

	switch (d->schema->eng) {
	case ENG_SECRET:
		rv = gen_secret(d, &gen);
		break;
	case ENG_RSA:
		rv = gen_rsa(d, &gen);
		break;
	case ENG_EC:
	case ENG_ED:
	case ENG_MONT:
		gen.curve = attrs_bytes(&d->attrs, CKA_EC_PARAMS);
		if (gen.curve.n == 0)
			rv = log_rv(CKR_TEMPLATE_INCOMPLETE,
			    "generate: no CKA_EC_PARAMS");
		break;
	case ENG_DSA:
	case ENG_DH:
	case ENG_X942:
		rv = gen_ffc(d, &gen);
		break;
	case ENG_ML_KEM:
	case ENG_ML_DSA:
	case ENG_SLH_DSA:
		gen.set = attrs_num(&d->attrs, CKA_PARAMETER_SET, 0);
		if (attrs_find(&d->attrs, CKA_PARAMETER_SET) == NULL)
			rv = log_rv(CKR_TEMPLATE_INCOMPLETE,
			    "generate: no CKA_PARAMETER_SET");
		break;
	case ENG_TYPES:
		rv = CKR_GENERAL_ERROR;
		break;
	}
	if (rv == CKR_OK)
		*out = gen;
	return rv;
}

CK_RV
obj_draft_gen_private(const struct obj_draft *priv, struct eng_gen *out)
{
	return gen_bits(priv, CKA_VALUE_BITS, &out->priv_bits);
}

bool
obj_draft_confined(const struct obj_draft *d)
{
	return !d->token && attrs_bool(&d->attrs, CKA_SENSITIVE, false) &&
	    !attrs_bool(&d->attrs, CKA_EXTRACTABLE, true);
}

CK_RV
obj_draft_set_key(struct obj_draft *d, struct eng_key *key)
{
	bool secret_half = d->schema->class != CKO_PUBLIC_KEY &&
	    d->schema->class != CKO_DOMAIN_PARAMETERS;

	if (eng_key_type(key) != d->schema->eng ||
	    (secret_half && !eng_key_private(key)))
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "object: a key of another type than the template's");
	eng_key_put(d->key);
	d->key = eng_key_get(key);
	return material_fill(d);
}
