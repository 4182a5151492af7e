/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key material: attributes into engine keys and back, and what follows from
 * it (CKA_CHECK_VALUE, CKA_PUBLIC_KEY_INFO, lengths).  Which attribute is which
 * part of a key is a table.
 *
 * What is given for a value that follows must match (3.2 sections 4.9, 4.10).
 * Standard forms go out: curves as OID, CKA_EC_POINT of CKK_EC as DER OCTET
 * STRING, of Edwards and Montgomery keys as raw bytes (3.2 section 6.3).
 * A public draft may hold the pair's private key, of which it tells nothing.
 * No locks: drafts belong to one thread, stored objects do not change.
 */
#include "object/policy_int.h"

#include "base/log.h"

struct part_row {
	enum eng_type eng;
	enum eng_part part;
	CK_ATTRIBUTE_TYPE attr;
	enum { EITHER, PUBLIC_HALF, PRIVATE_HALF } half; /* keys that have it */
	bool optional;		/* empty when the key has no such part */
};

static const struct part_row parts[] = {
	{ ENG_SECRET,  PART_VALUE, CKA_VALUE,            PRIVATE_HALF, false },
	{ ENG_RSA,     PART_N,     CKA_MODULUS,          EITHER,       false },
	{ ENG_RSA,     PART_E,     CKA_PUBLIC_EXPONENT,  EITHER,       false },
	{ ENG_RSA,     PART_D,     CKA_PRIVATE_EXPONENT, PRIVATE_HALF, false },
	{ ENG_RSA,     PART_P,     CKA_PRIME_1,          PRIVATE_HALF, true },
	{ ENG_RSA,     PART_Q,     CKA_PRIME_2,          PRIVATE_HALF, true },
	{ ENG_RSA,     PART_DP,    CKA_EXPONENT_1,       PRIVATE_HALF, true },
	{ ENG_RSA,     PART_DQ,    CKA_EXPONENT_2,       PRIVATE_HALF, true },
	{ ENG_RSA,     PART_QINV,  CKA_COEFFICIENT,      PRIVATE_HALF, true },
	{ ENG_EC,      PART_CURVE, CKA_EC_PARAMS,        EITHER,       false },
	{ ENG_EC,      PART_POINT, CKA_EC_POINT,         EITHER,       false },
	{ ENG_EC,      PART_PRIV,  CKA_VALUE,            PRIVATE_HALF, false },
	{ ENG_ED,      PART_CURVE, CKA_EC_PARAMS,        EITHER,       false },
	{ ENG_ED,      PART_POINT, CKA_EC_POINT,         EITHER,       false },
	{ ENG_ED,      PART_PRIV,  CKA_VALUE,            PRIVATE_HALF, false },
	{ ENG_MONT,    PART_CURVE, CKA_EC_PARAMS,        EITHER,       false },
	{ ENG_MONT,    PART_POINT, CKA_EC_POINT,         EITHER,       false },
	{ ENG_MONT,    PART_PRIV,  CKA_VALUE,            PRIVATE_HALF, false },
	{ ENG_DSA,     PART_PRIME, CKA_PRIME,            EITHER,       false },
	{ ENG_DSA,     PART_SUBPRIME, CKA_SUBPRIME,      EITHER,       false },
	{ ENG_DSA,     PART_BASE,  CKA_BASE,             EITHER,       true },
	{ ENG_DSA,     PART_PUB,   CKA_VALUE,            PUBLIC_HALF,  false },
	{ ENG_DSA,     PART_PRIV,  CKA_VALUE,            PRIVATE_HALF, false },
	{ ENG_DH,      PART_PRIME, CKA_PRIME,            EITHER,       false },
	{ ENG_DH,      PART_BASE,  CKA_BASE,             EITHER,       false },
	{ ENG_DH,      PART_PUB,   CKA_VALUE,            PUBLIC_HALF,  false },
	{ ENG_DH,      PART_PRIV,  CKA_VALUE,            PRIVATE_HALF, false },
	{ ENG_X942,    PART_PRIME, CKA_PRIME,            EITHER,       false },
	{ ENG_X942,    PART_SUBPRIME, CKA_SUBPRIME,      EITHER,       false },
	{ ENG_X942,    PART_BASE,  CKA_BASE,             EITHER,       false },
	{ ENG_X942,    PART_PUB,   CKA_VALUE,            PUBLIC_HALF,  false },
	{ ENG_X942,    PART_PRIV,  CKA_VALUE,            PRIVATE_HALF, false },
	{ ENG_ML_KEM,  PART_SET,   CKA_PARAMETER_SET,    EITHER,       false },
	{ ENG_ML_KEM,  PART_PUB,   CKA_VALUE,            PUBLIC_HALF,  false },
	{ ENG_ML_KEM,  PART_SEED,  CKA_SEED,             PRIVATE_HALF, true },
	{ ENG_ML_KEM,  PART_PRIV,  CKA_VALUE,            PRIVATE_HALF, false },
	{ ENG_ML_DSA,  PART_SET,   CKA_PARAMETER_SET,    EITHER,       false },
	{ ENG_ML_DSA,  PART_PUB,   CKA_VALUE,            PUBLIC_HALF,  false },
	{ ENG_ML_DSA,  PART_SEED,  CKA_SEED,             PRIVATE_HALF, true },
	{ ENG_ML_DSA,  PART_PRIV,  CKA_VALUE,            PRIVATE_HALF, false },
	{ ENG_SLH_DSA, PART_SET,   CKA_PARAMETER_SET,    EITHER,       false },
	{ ENG_SLH_DSA, PART_PUB,   CKA_VALUE,            PUBLIC_HALF,  false },
	{ ENG_SLH_DSA, PART_PRIV,  CKA_VALUE,            PRIVATE_HALF, false },
};

/* Whether keys of this schema have the part. */
static bool
part_applies(const struct part_row *p, const struct schema *s)
{
	if (p->eng != s->eng)
		return false;
	if (s->class == CKO_DOMAIN_PARAMETERS)
		return p->half == EITHER;
	return p->half !=
	    (s->class == CKO_PUBLIC_KEY ? PRIVATE_HALF : PUBLIC_HALF);
}

/* Views of a key's parts in its attributes. */
static struct eng_parts
parts_of(const struct schema *s, const struct attrs *attrs,
    const struct attrs *secrets)
{
	struct eng_parts out = { 0 };

	for (size_t i = 0; i < KL_COUNT(parts); i++)
		if (part_applies(&parts[i], s))
			out.part[parts[i].part] = attrs_bytes(
			    parts[i].half == PRIVATE_HALF ? secrets : attrs,
			    parts[i].attr);
	return out;
}

/* --------------------------------------------------------------- filling */

/* A value that follows from the material: put, unless another was given. */
static CK_RV
put_found(struct obj_draft *d, CK_ATTRIBUTE_TYPE type, struct bytes value)
{
	struct bytes given = attrs_bytes(&d->attrs, type);

	if (given.n > 0 && !bytes_equal(given, value))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "object: attribute 0x%lx does not fit the key", type);
	return attrs_put(&d->attrs, type, value);
}

/* The standard form of one part into its attribute. */
static CK_RV
fill_part(struct obj_draft *d, const struct part_row *p)
{
	KL_AUTO(secret_freep) struct secret *value = NULL;
	KL_AUTO(buf_done) struct buf der = { .p = NULL };
	struct attrs *to = p->half == PRIVATE_HALF ? &d->secrets : &d->attrs;
	CK_RV rv = eng_key_part(d->eng, d->key, p->part, &value);

	if (rv == CKR_ATTRIBUTE_TYPE_INVALID && p->optional)
		return attrs_put(to, p->attr, BYTES_NONE);
	if (rv != CKR_OK)
		return rv;
	if (p->part != PART_POINT || p->eng != ENG_EC)
		return attrs_put(to, p->attr, secret_view(value));
	eng_octet_string(secret_view(value), &der);
	if ((rv = buf_rv(&der)) != CKR_OK)
		return rv;
	return attrs_put(to, p->attr, buf_view(&der));
}

/* An empty CKA_CHECK_VALUE in the template: none is to be made (3.2 section
 * 4.10). */
static bool
check_unwanted(const struct obj_draft *d)
{
	const struct attr *check = attrs_find(&d->attrs, CKA_CHECK_VALUE);

	return check != NULL && check->n == 0;
}

/* CKA_VALUE_LEN of key types that have it. */
static CK_RV
fill_len(struct obj_draft *d)
{
	size_t len = eng_key_bits(d->key) / 8;

	if (schema_row(d->schema, CKA_VALUE_LEN) == NULL)
		return CKR_OK;
	if (attrs_num(&d->attrs, CKA_VALUE_LEN, len) != len)
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "object: CKA_VALUE_LEN is not the key's length");
	return attrs_put_num(&d->attrs, CKA_VALUE_LEN, len);
}

/* CKA_VALUE_LEN and CKA_CHECK_VALUE. */
static CK_RV
fill_secret(struct obj_draft *d)
{
	uint8_t kcv[3];
	CK_RV rv;

	if ((rv = fill_len(d)) != CKR_OK)
		return rv;
	if (check_unwanted(d))
		return CKR_OK;
	rv = eng_key_check(d->eng, d->key, d->schema->cipher, kcv);
	if (rv != CKR_OK)
		return rv;
	return put_found(d, CKA_CHECK_VALUE, bytes_of(kcv, sizeof(kcv)));
}

/* How many bits a number has, without leading zero bytes. */
static size_t
bits_of(struct bytes n)
{
	size_t bits = n.n * 8;

	for (unsigned top = n.n > 0 ? n.p[0] : 0; top != 0 && top < 0x80;
	     top <<= 1)
		bits--;
	return bits;
}

/* CKA_VALUE_BITS of a DH private key, unless generation was told. */
static CK_RV
fill_value_bits(struct obj_draft *d)
{
	if (d->schema->class != CKO_PRIVATE_KEY || d->schema->eng != ENG_DH ||
	    attrs_find(&d->attrs, CKA_VALUE_BITS) != NULL)
		return CKR_OK;
	return attrs_put_num(&d->attrs, CKA_VALUE_BITS,
	    bits_of(attrs_bytes(&d->secrets, CKA_VALUE)));
}

/* The length of a number among the attributes, where there is a place for it. */
static CK_RV
put_bits(struct obj_draft *d, CK_ATTRIBUTE_TYPE of, CK_ATTRIBUTE_TYPE type)
{
	if (schema_row(d->schema, type) == NULL)
		return CKR_OK;
	return attrs_put_num(&d->attrs, type,
	    bits_of(attrs_bytes(&d->attrs, of)));
}

/* Domain parameters say how long they are. */
static CK_RV
fill_params(struct obj_draft *d)
{
	CK_RV rv = put_bits(d, CKA_PRIME, CKA_PRIME_BITS);

	return rv != CKR_OK ? rv : put_bits(d, CKA_SUBPRIME, CKA_SUBPRIME_BITS);
}

static CK_RV
fill_pair(struct obj_draft *d)
{
	KL_AUTO(buf_done) struct buf spki = { .p = NULL };
	CK_RV rv;

	if (d->schema->class == CKO_PUBLIC_KEY && d->schema->eng == ENG_RSA &&
	    (rv = attrs_put_num(&d->attrs, CKA_MODULUS_BITS,
	    eng_key_bits(d->key))) != CKR_OK)
		return rv;
	if ((rv = fill_value_bits(d)) != CKR_OK ||
	    (rv = eng_key_spki(d->eng, d->key, &spki)) != CKR_OK)
		return rv;
	return put_found(d, CKA_PUBLIC_KEY_INFO, buf_view(&spki));
}

CK_RV
material_fill(struct obj_draft *d)
{
	CK_RV rv;

	KL_ASSERT(d->key != NULL);
	for (size_t i = 0; i < KL_COUNT(parts); i++)
		if (part_applies(&parts[i], d->schema) &&
		    (rv = fill_part(d, &parts[i])) != CKR_OK)
			return rv;
	if (d->schema->class == CKO_DOMAIN_PARAMETERS)
		return fill_params(d);
	return d->schema->eng == ENG_SECRET ? fill_secret(d) : fill_pair(d);
}

/* ------------------------------------------------------------- importing */

/* CKA_PUBLIC_KEY_INFO of a certificate, unless given.  Content that is no X.509
 * is kept as it is: the standard does not let the token judge it. */
static CK_RV
fill_cert_info(struct obj_draft *d, struct bytes value)
{
	KL_AUTO(buf_done) struct buf spki = { .p = NULL };
	CK_RV rv = CKR_ATTRIBUTE_VALUE_INVALID;

	if (attrs_find(&d->attrs, CKA_PUBLIC_KEY_INFO) != NULL)
		return CKR_OK;
	if (value.n > 0)
		rv = eng_cert_spki(d->eng, value, &spki);
	if (rv == CKR_ATTRIBUTE_VALUE_INVALID)
		return attrs_put(&d->attrs, CKA_PUBLIC_KEY_INFO, BYTES_NONE);
	if (rv != CKR_OK)
		return rv;
	return attrs_put(&d->attrs, CKA_PUBLIC_KEY_INFO, buf_view(&spki));
}

/* What follows from a certificate (3.2 section 4.6.2). */
static CK_RV
fill_certificate(struct obj_draft *d)
{
	struct bytes value = attrs_bytes(&d->attrs, CKA_VALUE);
	uint8_t kcv[3];
	CK_RV rv;

	if ((rv = fill_cert_info(d, value)) != CKR_OK)
		return rv;
	if (value.n == 0 || check_unwanted(d))
		return put_found(d, CKA_CHECK_VALUE, BYTES_NONE);
	rv = eng_sha1_prefix(d->eng, value, kcv, sizeof(kcv));
	if (rv != CKR_OK)
		return rv;
	return put_found(d, CKA_CHECK_VALUE, bytes_of(kcv, sizeof(kcv)));
}

CK_RV
material_import(struct obj_draft *d)
{
	const struct schema *s = d->schema;
	struct eng_parts in = parts_of(s, &d->attrs, &d->secrets);
	CK_RV rv;

	if (d->key != NULL)
		return CKR_OK;
	if (s->class == CKO_CERTIFICATE)
		return fill_certificate(d);
	if (s->eng == ENG_TYPES)
		return CKR_OK;
	if (s->eng == ENG_SECRET && !schema_value_ok(s, in.part[PART_VALUE]))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "object: these %zu bytes are no key of type 0x%lx",
		    in.part[PART_VALUE].n, s->key_type);
	rv = s->class == CKO_DOMAIN_PARAMETERS ?
	    eng_params_import(d->eng, s->eng, &in, &d->key) :
	    eng_key_import(d->eng, s->eng, s->class != CKO_PUBLIC_KEY, &in,
	    &d->key);
	/* C_CreateObject has no code for sizes (3.2 section 5.7.1). */
	if (rv == CKR_KEY_SIZE_RANGE)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	return rv != CKR_OK ? rv : material_fill(d);
}

CK_RV
material_load(struct eng *e, const struct object *o,
    const struct attrs *secrets, struct eng_key **out)
{
	static const struct attrs none = { 0 };
	struct eng_parts in;

	if (o->schema->eng == ENG_TYPES || o->class == CKO_DOMAIN_PARAMETERS)
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "object: class 0x%lx is no key", o->class);
	in = parts_of(o->schema, &o->attrs, secrets != NULL ? secrets : &none);
	return eng_key_load(e, o->schema->eng, o->class != CKO_PUBLIC_KEY, &in,
	    out);
}
