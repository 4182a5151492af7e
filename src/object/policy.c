/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a template to a complete set of attributes, for create, generate,
 * unwrap and derive; set and copy are in policy_change.c.
 *
 * The order in which a template is judged, hence which code wins:
 *  1. CKR_ARGUMENTS_BAD: no array, or too long.
 *  2. class and key type: missing CKR_TEMPLATE_INCOMPLETE, unknown
 *     CKR_ATTRIBUTE_VALUE_INVALID, not what the function makes
 *     CKR_TEMPLATE_INCONSISTENT.
 *  3. each attribute in turn: CKR_ATTRIBUTE_TYPE_INVALID,
 *     CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID (template.c).
 *  4. what the caller may not say: CKR_ATTRIBUTE_READ_ONLY (footnotes 2, 4, 6
 *     and 10; values that the token fills in).
 *  5. the base key's template contradicts: CKR_TEMPLATE_INCONSISTENT.
 *  6. what is missing: CKR_TEMPLATE_INCOMPLETE (footnotes 1, 3, 5).
 *  7. what does not go together: CKR_TEMPLATE_INCONSISTENT.
 *  8. the session: CKR_SESSION_READ_ONLY, CKR_USER_NOT_LOGGED_IN.
 *  9. key material (material.c).
 *
 * Invariants of the attributes made here: CKA_SENSITIVE and CKA_EXTRACTABLE
 * stand before what depends on them (schema.c's order); SEAL attributes are in
 * draft->secrets only.
 * No locks: a draft belongs to one thread.
 */
#include "object/policy_int.h"

#include <stdlib.h>

#include "base/log.h"

/* --------------------------------------------------- class and key type */

/* A number that chooses the schema: *out is what the function assumes, and
 * becomes what the template says, else what the base key's template says; when
 * the function makes only one thing (fixed), it must not say otherwise. */
static CK_RV
wanted_number(const struct obj_request *rq, const struct attrs *imposed,
    CK_ATTRIBUTE_TYPE type, bool fixed, CK_ULONG *out)
{
	uint64_t from_base = attrs_num(imposed, type, UINT64_MAX);
	CK_ULONG said = 0, assumed = *out;
	bool found = false;
	CK_RV rv;

	rv = template_number(rq->templ, rq->count, type, &found, &said);
	if (rv != CKR_OK)
		return rv;
	if (!found && from_base != UINT64_MAX) {
		said = (CK_ULONG)from_base;
		found = true;
	}
	if (found && fixed && said != assumed)
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "template: attribute 0x%lx is 0x%lx, the mechanism makes "
		    "0x%lx", type, said, assumed);
	*out = found ? said : assumed;
	return CKR_OK;
}

/* Ways that end in a generic secret key where nothing else is said. */
static bool
makes_secret(enum obj_way way)
{
	return way == OBJ_WAY_DERIVE || way == OBJ_WAY_ENCAPSULATE ||
	    way == OBJ_WAY_DECAPSULATE;
}

/* The key or certificate type, 0 for classes without one. */
static CK_RV
wanted_type(const struct obj_request *rq, const struct attrs *imposed,
    CK_OBJECT_CLASS class, CK_ULONG *out)
{
	CK_ATTRIBUTE_TYPE chooser = schema_chooser(class);

	*out = 0;
	if (chooser == CK_UNAVAILABLE_INFORMATION)
		return CKR_OK;
	*out = CK_UNAVAILABLE_INFORMATION;
	if (chooser != CKA_KEY_TYPE)
		return wanted_number(rq, imposed, chooser, false, out);
	*out = rq->key_type;
	if (makes_secret(rq->way) && !rq->typed &&
	    *out == CK_UNAVAILABLE_INFORMATION)
		*out = CKK_GENERIC_SECRET;
	return wanted_number(rq, imposed, CKA_KEY_TYPE,
	    rq->way == OBJ_WAY_GENERATE || rq->fixed, out);
}

static bool
class_known(CK_OBJECT_CLASS class)
{
	const struct schema *s;

	for (size_t i = 0; (s = schema_all(i)) != NULL; i++)
		if (s->class == class)
			return true;
	return false;
}

/* Whether new objects of this kind are on offer: the configuration allows them,
 * and libcrypto has the cipher that a key is for. */
static bool
type_offered(const struct obj_draft *d, const struct schema *s)
{
	const struct eng_alg alg = { .fam = ENG_F_CIPHER, .mode = "ECB",
		.cipher = s->cipher };

	if (s->legacy && !d->conf->legacy)
		return false;
	return s->eng != ENG_SECRET || s->cipher == ENG_CIPHERS ||
	    eng_can(d->eng, &alg);
}

/* Step 2. */
static CK_RV
choose_schema(const struct obj_draft *d, const struct obj_request *rq,
    const struct attrs *imposed, const struct schema **out)
{
	bool fixed = rq->class != CK_UNAVAILABLE_INFORMATION;
	CK_OBJECT_CLASS class = rq->class;
	const struct schema *s;
	CK_ULONG type;
	CK_RV rv;

	if (makes_secret(rq->way) && !fixed)
		class = CKO_SECRET_KEY;
	rv = wanted_number(rq, imposed, CKA_CLASS, fixed, &class);
	if (rv != CKR_OK)
		return rv;
	if (class == CK_UNAVAILABLE_INFORMATION)
		return log_rv(CKR_TEMPLATE_INCOMPLETE, "template: no class");
	if ((rv = wanted_type(rq, imposed, class, &type)) != CKR_OK)
		return rv;
	if (type == CK_UNAVAILABLE_INFORMATION && class_known(class))
		return log_rv(CKR_TEMPLATE_INCOMPLETE,
		    "template: class 0x%lx without its type", class);
	s = schema_find(class, type);
	if (s == NULL || !type_offered(d, s))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "template: class 0x%lx, type 0x%lx is not supported",
		    class, type);
	if (rq->way != OBJ_WAY_CREATE && s->eng == ENG_TYPES &&
	    !(rq->way == OBJ_WAY_DERIVE && rq->class == CKO_DATA))
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "template: class 0x%lx is no key", class);
	if (s->class == CKO_OTP_KEY && rq->way != OBJ_WAY_CREATE &&
	    rq->way != OBJ_WAY_GENERATE)
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "template: keys of one-time passwords are made otherwise");
	*out = s;
	return CKR_OK;
}

/* -------------------------------------------------------- the footnotes */

/* Which footnote forbids, which one demands, by the way. */
static unsigned
forbidding(enum obj_way way)
{
	return way == OBJ_WAY_CREATE ? F2 : way == OBJ_WAY_GENERATE ? F4 : F6;
}

static unsigned
demanding(enum obj_way way)
{
	switch (way) {
	case OBJ_WAY_CREATE:
		return F1;
	case OBJ_WAY_GENERATE:
		return F3;
	case OBJ_WAY_UNWRAP:
		return F5;
	case OBJ_WAY_DERIVE:
	case OBJ_WAY_ENCAPSULATE:
	case OBJ_WAY_DECAPSULATE:
	case OBJ_WAY_COPY:
		break;
	}
	return 0;
}

CK_RV
policy_trusted(const struct attr_row *row, struct bytes value,
    enum obj_role role)
{
	if ((row->foot & F10) && role != OBJ_ROLE_SO && value.n == 1 &&
	    value.p[0] != 0)
		return log_rv(CKR_ATTRIBUTE_READ_ONLY,
		    "template: only the SO makes attribute 0x%lx true",
		    row->type);
	return CKR_OK;
}

/* Step 4. */
static CK_RV
check_given(const struct obj_draft *d, const struct attrs *given)
{
	for (size_t i = 0; i < given->n; i++) {
		const struct attr *a = &given->v[i];
		const struct attr_row *row =
		    schema_row(d->schema, (CK_ATTRIBUTE_TYPE)a->type);
		CK_RV rv;

		KL_ASSERT(row != NULL);
		if ((row->foot & (NEVER | forbidding(d->way))) &&
		    !(d->primes_given && (row->foot & GIVEN)))
			return log_rv(CKR_ATTRIBUTE_READ_ONLY,
			    "template: attribute 0x%lx may not be given",
			    row->type);
		rv = policy_trusted(row, bytes_of(a->p, a->n), d->role);
		if (rv != CKR_OK)
			return rv;
	}
	return CKR_OK;
}

/* Step 5: what the base key imposes is added, and must not contradict. */
static CK_RV
merge_imposed(const struct obj_draft *d, const struct attrs *imposed,
    struct attrs *given)
{
	for (size_t i = 0; i < imposed->n; i++) {
		const struct attr *want = &imposed->v[i];
		const struct attr *said = attrs_find(given, want->type);
		CK_RV rv;

		if (schema_row(d->schema, (CK_ATTRIBUTE_TYPE)want->type) ==
		    NULL || (said != NULL && !secret_equal(
		    bytes_of(said->p, said->n), bytes_of(want->p, want->n))))
			return log_rv(CKR_TEMPLATE_INCONSISTENT,
			    "template: attribute 0x%lx is not what the base "
			    "key's template says",
			    (unsigned long)want->type);
		if (said != NULL)
			continue;
		rv = attrs_put(given, want->type, bytes_of(want->p, want->n));
		if (rv != CKR_OK)
			return rv;
	}
	return check_given(d, given);
}

/* Step 6. */
static CK_RV
check_missing(const struct obj_draft *d, const struct attrs *given)
{
	const struct attr_row *row;
	unsigned wanted = d->primes_given ? GIVEN : demanding(d->way);

	for (size_t i = 0; (row = schema_at(d->schema, i)) != NULL; i++)
		if ((row->foot & wanted) &&
		    attrs_find(given, row->type) == NULL)
			return log_rv(CKR_TEMPLATE_INCOMPLETE,
			    "template: attribute 0x%lx is missing", row->type);
	if (d->way == OBJ_WAY_CREATE && d->schema->class == CKO_CERTIFICATE &&
	    d->schema->sub == CKC_X_509 && attrs_bytes(given, CKA_VALUE).n == 0 &&
	    (attrs_bytes(given, CKA_URL).n == 0 ||
	    attrs_bytes(given, CKA_HASH_OF_SUBJECT_PUBLIC_KEY).n == 0 ||
	    attrs_bytes(given, CKA_HASH_OF_ISSUER_PUBLIC_KEY).n == 0))
		return log_rv(CKR_TEMPLATE_INCOMPLETE,
		    "template: a certificate needs its value, or a URL and "
		    "both hashes (3.2 section 4.6.3)");
	return CKR_OK;
}

/* -------------------------------------------------------------- defaults */

/* Decapsulation is a derivation or an unwrapping, by its mechanism. */
static bool
is_derived(const struct obj_draft *d)
{
	return d->way == OBJ_WAY_DERIVE ||
	    (d->way == OBJ_WAY_DECAPSULATE && d->one_way);
}

static bool
is_unwrapped(const struct obj_draft *d)
{
	return d->way == OBJ_WAY_UNWRAP ||
	    (d->way == OBJ_WAY_DECAPSULATE && !d->one_way);
}

/* Whether the base key's sensitivity goes on to what is derived (rule 5). */
static bool
keeps_base(const struct obj_draft *d)
{
	return is_derived(d) && d->schema->class != CKO_PUBLIC_KEY &&
	    (!d->one_way || d->conf->policy == CONF_POLICY_STRICT);
}

/* Whether rule 2 demands a sensitive key. */
static bool
must_unwrap_sensitive(const struct obj_draft *d)
{
	return is_unwrapped(d) && !d->base_may_decrypt &&
	    d->conf->policy != CONF_POLICY_COMPATIBLE;
}

static bool
default_sensitive(const struct obj_draft *d)
{
	return d->schema->class == CKO_PRIVATE_KEY ||
	    must_unwrap_sensitive(d) ||
	    ((keeps_base(d) || d->inherits) && d->base_sensitive);
}

static bool
default_extractable(const struct obj_draft *d)
{
	if ((keeps_base(d) || d->inherits) && !d->base_extractable)
		return false;
	/* 3.2 sections 5.18.4, 5.18.8 and 5.18.9 */
	if (is_unwrapped(d) || d->way == OBJ_WAY_ENCAPSULATE ||
	    d->way == OBJ_WAY_DECAPSULATE)
		return true;
	return !attrs_bool(&d->attrs, CKA_SENSITIVE, true);
}

/* CKA_ALWAYS_SENSITIVE or CKA_NEVER_EXTRACTABLE: now says what the key is, base
 * what the base key has always been. */
static bool
always(const struct obj_draft *d, bool now, bool base)
{
	return now && (d->way == OBJ_WAY_GENERATE ||
	    (d->way == OBJ_WAY_DERIVE && base));
}

/* D_CAN.  A key that was told not to decrypt (RSA), or not to derive (EC), does
 * not decapsulate either: that is the same computation. */
static bool
default_usage(const struct obj_draft *d, const struct attr_row *row)
{
	static const CK_ATTRIBUTE_TYPE same[] = { CKA_DECRYPT, CKA_DERIVE };

	for (size_t i = 0; i < KL_COUNT(same); i++)
		if (row->type == CKA_DECAPSULATE &&
		    (d->schema->can & use_bit(same[i])))
			return attrs_bool(&d->attrs, same[i], false);
	return d->schema->can & use_bit(row->type);
}

/* D_RULE; what material.c fills in is left out. */
static CK_RV
put_ruled(struct obj_draft *d, const struct attr_row *row)
{
	bool key = d->schema->class == CKO_PRIVATE_KEY ||
	    d->schema->class == CKO_SECRET_KEY ||
	    d->schema->class == CKO_OTP_KEY;
	bool made = d->way == OBJ_WAY_GENERATE;
	struct attrs *a = &d->attrs;

	switch (row->type) {
	case CKA_PRIVATE:
		return attrs_put_bool(a, row->type, key ||
		    (d->way == OBJ_WAY_DERIVE && d->schema->class == CKO_DATA));
	case CKA_SENSITIVE:
		return attrs_put_bool(a, row->type, default_sensitive(d));
	case CKA_EXTRACTABLE:
		return attrs_put_bool(a, row->type, default_extractable(d));
	case CKA_LOCAL:
		return attrs_put_bool(a, row->type, made);
	case CKA_KEY_GEN_MECHANISM:
		return attrs_put_num(a, row->type, made ? d->mech : UINT64_MAX);
	case CKA_ALWAYS_SENSITIVE:
		return attrs_put_bool(a, row->type, always(d,
		    attrs_bool(a, CKA_SENSITIVE, false),
		    d->base_always_sensitive));
	case CKA_NEVER_EXTRACTABLE:
		return attrs_put_bool(a, row->type, always(d,
		    !attrs_bool(a, CKA_EXTRACTABLE, true),
		    d->base_never_extractable));
	case CKA_NAME_HASH_ALGORITHM:
		return attrs_put_num(a, row->type, CKM_SHA_1);
	default:
		return otp_default(a, row);
	}
}

/* What the public half takes over from a private key, row by row, when the
 * template is silent (3.2 section 6.43.8): false when that is not said of it. */
static bool
policy_of_pair(struct obj_draft *d, const struct attr_row *row, CK_RV *rv)
{
	static const struct {
		CK_ATTRIBUTE_TYPE public, private;
	} same[] = {
		{ CKA_ENCRYPT, CKA_DECRYPT }, { CKA_VERIFY, CKA_SIGN },
		{ CKA_VERIFY_RECOVER, CKA_SIGN_RECOVER },
		{ CKA_WRAP, CKA_UNWRAP }, { CKA_ENCAPSULATE, CKA_DECAPSULATE },
		{ CKA_DERIVE, CKA_DERIVE }, { CKA_ID, CKA_ID },
		{ CKA_START_DATE, CKA_START_DATE },
		{ CKA_END_DATE, CKA_END_DATE }, { CKA_SUBJECT, CKA_SUBJECT },
		{ CKA_KEY_GEN_MECHANISM, CKA_KEY_GEN_MECHANISM },
		{ CKA_ALLOWED_MECHANISMS, CKA_ALLOWED_MECHANISMS },
	};

	for (size_t i = 0; i < KL_COUNT(same); i++) {
		const struct attr *a;

		if (same[i].public != row->type)
			continue;
		a = attrs_find(&d->pair->attrs, same[i].private);
		if (a == NULL)
			return false;
		*rv = attrs_put(&d->attrs, row->type, bytes_of(a->p, a->n));
		return true;
	}
	return false;
}

static CK_RV
put_default(struct obj_draft *d, const struct attr_row *row)
{
	struct attrs *a = row->foot & SEAL ? &d->secrets : &d->attrs;

	switch (row->def) {
	case D_NONE:
		break;
	case D_EMPTY:
		return attrs_put(a, row->type, BYTES_NONE);
	case D_TRUE:
	case D_FALSE:
		return attrs_put_bool(a, row->type, row->def == D_TRUE);
	case D_ZERO:
		return attrs_put_num(a, row->type, 0);
	case D_CAN:
		return attrs_put_bool(a, row->type, default_usage(d, row));
	case D_RULE:
		return put_ruled(d, row);
	}
	return CKR_OK;
}

/* Given values and defaults into the draft, in the schema's order. */
static CK_RV
fill_draft(struct obj_draft *d, const struct attrs *given)
{
	const struct attr_row *row;
	CK_RV rv;

	rv = attrs_put_num(&d->attrs, CKA_CLASS, d->schema->class);
	if (rv == CKR_OK && d->schema->eng != ENG_TYPES)
		rv = attrs_put_num(&d->attrs, CKA_KEY_TYPE,
		    d->schema->key_type);
	for (size_t i = 0; rv == CKR_OK &&
	    (row = schema_at(d->schema, i)) != NULL; i++) {
		const struct attr *a = attrs_find(given, row->type);

		if (a == NULL)
			rv = d->pair != NULL && policy_of_pair(d, row, &rv) ?
			    rv : put_default(d, row);
		else
			rv = attrs_put(row->foot & SEAL ? &d->secrets :
			    &d->attrs, a->type, bytes_of(a->p, a->n));
	}
	d->token = attrs_bool(&d->attrs, CKA_TOKEN, false);
	d->private = attrs_bool(&d->attrs, CKA_PRIVATE, true);
	return rv;
}

/* ----------------------------------------------------------- consistency */

/* What is trusted is known by its hash (3.2 section 4.7). */
static CK_RV
trust_consistent(const struct attrs *a)
{
	bool trusts = false;

	for (CK_ATTRIBUTE_TYPE t = CKA_TRUST_SERVER_AUTH;
	    t <= CKA_TRUST_OCSP_SIGNING; t++) {
		uint64_t v = attrs_num(a, t, CKT_TRUST_UNKNOWN);

		if (v > CKT_TRUST_MUST_VERIFY_TRUST)
			return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
			    "template: no such trust");
		trusts |= v != CKT_TRUST_UNKNOWN && v != CKT_NOT_TRUSTED;
	}
	if (trusts && attrs_bytes(a, CKA_HASH_OF_CERTIFICATE).n == 0)
		return log_rv(CKR_TEMPLATE_INCOMPLETE,
		    "template: trust in a certificate without its hash");
	return CKR_OK;
}

CK_RV
policy_consistent(const struct attrs *a)
{
	/* 3.2 section 4.9 */
	if (attrs_bool(a, CKA_ALWAYS_AUTHENTICATE, false) &&
	    !attrs_bool(a, CKA_PRIVATE, true))
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "template: CKA_ALWAYS_AUTHENTICATE on a public object");
	if (attrs_num(a, CKA_CERTIFICATE_CATEGORY, 0) >
	    CK_CERTIFICATE_CATEGORY_OTHER_ENTITY ||
	    attrs_num(a, CKA_JAVA_MIDP_SECURITY_DOMAIN, 0) >
	    CK_SECURITY_DOMAIN_THIRD_PARTY)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "template: no such certificate category or domain");
	if (attrs_num(a, CKA_CLASS, 0) == CKO_TRUST)
		return trust_consistent(a);
	if (attrs_num(a, CKA_CLASS, 0) == CKO_OTP_KEY)
		return otp_consistent(a);
	return CKR_OK;
}

bool
obj_draft_hides(const struct obj_draft *d)
{
	return keeps_base(d) && d->base_sensitive;
}

bool
obj_may_tell(const struct object *o)
{
	return space_env(o->space)->conf->policy == CONF_POLICY_COMPATIBLE ||
	    (!attrs_bool(&o->attrs, CKA_SENSITIVE, true) &&
	    attrs_bool(&o->attrs, CKA_EXTRACTABLE, false));
}

/* A derived key that nobody may read but that is short enough to be guessed
 * (HIDDEN_MIN), and of which a longer one shows one byte more, tells all of
 * what it is derived from. */
static bool
tells_base(const struct obj_draft *d, const struct attrs *imposed)
{
	size_t len = obj_draft_len(d);

	return is_derived(d) && len != 0 && len < HIDDEN_MIN &&
	    (attrs_bool(imposed, CKA_SENSITIVE, false) ||
	    obj_draft_hides(d));
}

/* Rules 2 and 5 of design section 9. */
static CK_RV
check_base(const struct obj_draft *d, const struct attrs *imposed)
{
	bool sensitive = attrs_bool(&d->attrs, CKA_SENSITIVE, false);
	bool extractable = d->schema->class == CKO_DATA ||
	    attrs_bool(&d->attrs, CKA_EXTRACTABLE, false);

	if (must_unwrap_sensitive(d) && !sensitive)
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "policy: this key unwraps to sensitive keys only");
	if (keeps_base(d) && ((d->base_sensitive && !sensitive) ||
	    (!d->base_extractable && extractable)))
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "policy: a key derived so is as guarded as its base");
	if (tells_base(d, imposed))
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "policy: a key that must be sensitive, of %zu bytes",
		    obj_draft_len(d));
	return CKR_OK;
}

CK_RV
policy_session(const struct obj_who *who, bool token, bool private)
{
	if (token && !who->rw)
		return log_rv(CKR_SESSION_READ_ONLY,
		    "object: a token object in a read-only session");
	if (private && who->role != OBJ_ROLE_USER)
		return log_rv(CKR_USER_NOT_LOGGED_IN,
		    "object: a private object without the user");
	return CKR_OK;
}

/* ------------------------------------------------------------ the drafts */

/* Whether the base key can be asked what it unwraps: it decrypts, or it gives
 * the secret of any agreement, on nobody's terms. */
static bool
may_decrypt(const struct obj_draft *d, const struct attrs *a)
{
	uint64_t type = attrs_num(a, CKA_KEY_TYPE, UINT64_MAX);

	if (attrs_bool(a, CKA_DECRYPT, false))
		return true;
	return (type == CKK_EC || type == CKK_EC_MONTGOMERY) &&
	    d->conf->policy != CONF_POLICY_STRICT &&
	    attrs_bool(a, CKA_DERIVE, false) &&
	    attrs_bytes(a, CKA_DERIVE_TEMPLATE).n == 0 &&
	    attrs_bytes(a, CKA_ALLOWED_MECHANISMS).n == 0;
}

static void
note_base(struct obj_draft *d, const struct attrs *a)
{
	d->base_sensitive = attrs_bool(a, CKA_SENSITIVE, true);
	d->base_always_sensitive = attrs_bool(a, CKA_ALWAYS_SENSITIVE, false);
	d->base_extractable = attrs_bool(a, CKA_EXTRACTABLE, false);
	d->base_never_extractable = attrs_bool(a, CKA_NEVER_EXTRACTABLE, false);
	d->base_may_decrypt = may_decrypt(d, a);
}

/* Another key that goes into it: the new key is as guarded as the most guarded
 * of them, but where 3.2 section 6.42.8 says "any". */
static void
note_other(struct obj_draft *d, const struct attrs *a)
{
	bool sensitive = attrs_bool(a, CKA_ALWAYS_SENSITIVE, false);
	bool never = attrs_bool(a, CKA_NEVER_EXTRACTABLE, false);

	d->base_sensitive |= attrs_bool(a, CKA_SENSITIVE, true);
	d->base_extractable &= attrs_bool(a, CKA_EXTRACTABLE, false);
	if (d->inherits) {
		d->base_always_sensitive |= sensitive;
		d->base_never_extractable |= never;
	} else {
		d->base_always_sensitive &= sensitive;
		d->base_never_extractable &= never;
	}
}

/* What the request says of a derivation. */
static void
note_request(struct obj_draft *d, const struct obj_request *rq)
{
	d->way = rq->way;
	d->mech = rq->mech;
	d->one_way = rq->one_way;
	d->primes_given = rq->primes_given;
	d->inherits = rq->inherits;
	d->joins = rq->joins;
	d->len = rq->len;
	d->base_extractable = d->base_may_decrypt = true;
	if (rq->base != NULL)
		note_base(d, &rq->base->attrs);
	for (size_t i = 0; i < rq->n_others; i++)
		note_other(d, &rq->others[i]->attrs);
	if (rq->way == OBJ_WAY_DERIVE && rq->class == CKO_PUBLIC_KEY)
		d->pair = rq->base;
}

/* Whether a key can never be read, so that nobody has a twin of it. */
static bool
is_hidden(const struct attrs *a)
{
	return attrs_bool(a, CKA_SENSITIVE, false) ||
	    !attrs_bool(a, CKA_EXTRACTABLE, true);
}

/* A secret key made here to wrap and never to decrypt; pairs: policy_pair. */
static CK_RV
note_wraps(struct obj_draft *d)
{
	if (d->way != OBJ_WAY_GENERATE || d->schema->class != CKO_SECRET_KEY ||
	    !attrs_bool(&d->attrs, CKA_WRAP, false) ||
	    attrs_bool(&d->attrs, CKA_DECRYPT, true) || !is_hidden(&d->attrs))
		return CKR_OK;
	return attrs_put_num(&d->attrs, ATTR_WRAPS, 1);
}

/* ATTR_JOINED, and the mechanisms a derived key is for. */
static CK_RV
note_derived(struct obj_draft *d, const struct obj_request *rq)
{
	KL_AUTO(buf_done) struct buf list = { .p = NULL };
	CK_RV rv;

	if (d->joins && obj_draft_hides(d) && (rv = attrs_put_num(&d->attrs,
	    ATTR_JOINED, 1)) != CKR_OK)
		return rv;
	if (rq->n_allowed == 0 ||
	    attrs_bytes(&d->attrs, CKA_ALLOWED_MECHANISMS).n > 0)
		return CKR_OK;
	for (size_t i = 0; i < rq->n_allowed; i++)
		buf_put_u64(&list, rq->allowed[i]);
	if ((rv = buf_rv(&list)) != CKR_OK)
		return rv;
	return attrs_put(&d->attrs, CKA_ALLOWED_MECHANISMS, buf_view(&list));
}

/* All but the shape of the template, which is rq's whole one. */
static CK_RV
policy_judge(struct obj_draft *d, const struct obj_who *who,
    const struct obj_request *rq)
{
	KL_AUTO(attrs_done) struct attrs imposed = { 0 };
	KL_AUTO(attrs_done) struct attrs given = { 0 };
	CK_RV rv;

	if ((rv = template_imposed(rq, &imposed)) != CKR_OK ||
	    (rv = choose_schema(d, rq, &imposed, &d->schema)) != CKR_OK ||
	    (rv = template_read(d->schema, rq->templ, rq->count, &given)) !=
	    CKR_OK ||
	    (rv = check_given(d, &given)) != CKR_OK ||
	    (rv = merge_imposed(d, &imposed, &given)) != CKR_OK)
		return rv;
	/* Which key it becomes was settled by choose_schema. */
	if (d->schema->eng != ENG_TYPES && (rv = attrs_put_num(&given,
	    CKA_KEY_TYPE, d->schema->key_type)) != CKR_OK)
		return rv;
	if ((rv = check_missing(d, &given)) != CKR_OK ||
	    (rv = fill_draft(d, &given)) != CKR_OK ||
	    (rv = policy_consistent(&d->attrs)) != CKR_OK ||
	    (rv = check_base(d, &imposed)) != CKR_OK ||
	    (rv = note_wraps(d)) != CKR_OK ||
	    (rv = note_derived(d, rq)) != CKR_OK)
		return rv;
	return policy_session(who, d->token, d->private);
}

static void
attributes_freep(CK_ATTRIBUTE **v)
{
	free(*v);
	*v = NULL;
}

CK_RV
policy_draft(struct obj_draft *d, const struct obj_who *who,
    const struct obj_request *rq)
{
	KL_AUTO(attributes_freep) CK_ATTRIBUTE *v = NULL;
	struct obj_request narrow = *rq;
	CK_RV rv;

	d->role = who->role;
	note_request(d, rq);
	if ((rv = template_shape(rq->templ, rq->count)) != CKR_OK)
		return rv;
	if (rq->way != OBJ_WAY_DERIVE ||
	    (!rq->storage_only && rq->class != CKO_DATA))
		return policy_judge(d, who, rq);
	if ((rv = template_narrow(rq, &v, &narrow.count, &d->len)) != CKR_OK)
		return rv;
	narrow.templ = v;
	return policy_judge(d, who, &narrow);
}

CK_RV
policy_pair(struct obj_draft *const *drafts, size_t n)
{
	const struct attrs *pub, *priv;
	size_t p;
	CK_RV rv;

	if (n != 2 || drafts[0]->way != OBJ_WAY_GENERATE ||
	    drafts[1]->way != OBJ_WAY_GENERATE)
		return CKR_OK;
	p = drafts[0]->schema->class == CKO_PUBLIC_KEY ? 0 : 1;
	if (drafts[p]->schema->class != CKO_PUBLIC_KEY ||
	    drafts[1 - p]->schema->class != CKO_PRIVATE_KEY)
		return CKR_OK;
	pub = &drafts[p]->attrs;
	priv = &drafts[1 - p]->attrs;
	if (!attrs_bool(pub, CKA_WRAP, false) ||
	    !attrs_bool(priv, CKA_UNWRAP, false) ||
	    attrs_bool(priv, CKA_DECRYPT, true) ||
	    attrs_bool(priv, CKA_DERIVE, false) || !is_hidden(priv))
		return CKR_OK;
	rv = attrs_put_num(&drafts[0]->attrs, ATTR_WRAPS, 1);
	if (rv != CKR_OK)
		return rv;
	return attrs_put_num(&drafts[1]->attrs, ATTR_WRAPS, 1);
}

bool
policy_readable(const struct object *o, const struct attr_row *row)
{
	return !(row->foot & F7) ||
	    (!attrs_bool(&o->attrs, CKA_SENSITIVE, true) &&
	    attrs_bool(&o->attrs, CKA_EXTRACTABLE, false));
}
