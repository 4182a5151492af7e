/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may change of an object: C_SetAttributeValue and C_CopyObject (3.2
 * sections 4.1.2, 4.1.3).
 *
 * Which code wins: CKR_ARGUMENTS_BAD, the session's codes (set), then
 * CKR_ACTION_PROHIBITED, each attribute in turn as when creating (template.c),
 * CKR_ATTRIBUTE_READ_ONLY and CKR_ATTRIBUTE_VALUE_INVALID, what conflicts
 * (CKR_TEMPLATE_INCONSISTENT), the session's codes (copy).
 *
 * Roles (design section 9, rule 3): a role that conflicts with one the key has
 * is not added, and a wrapping key never gets one it was made without.
 * Invariant: CKA_ALWAYS_SENSITIVE and CKA_NEVER_EXTRACTABLE need no update
 * here, since CKA_SENSITIVE only rises and CKA_EXTRACTABLE only falls.
 *
 * Callers hold a reference to the object, whose attributes do not change.
 */
#include "object/policy_int.h"

#include "base/log.h"

struct role_pair {
	CK_ATTRIBUTE_TYPE one, other;
};

static const struct role_pair conflicts[] = {
	{ CKA_WRAP, CKA_DECRYPT },
	{ CKA_UNWRAP, CKA_ENCRYPT },
};

/* What a key made to wrap (ATTR_WRAPS) never gets later. */
static const CK_ATTRIBUTE_TYPE opening[] = {
	CKA_DECRYPT, CKA_ENCRYPT, CKA_DERIVE, CKA_DECAPSULATE
};

static bool
is_true(const struct attrs *a, CK_ATTRIBUTE_TYPE t)
{
	return attrs_bool(a, t, false);
}

/* Whether the change makes t true that was false. */
static bool
adds(const struct attrs *now, const struct attrs *change, CK_ATTRIBUTE_TYPE t)
{
	return !is_true(now, t) && is_true(change, t);
}

/* Rule 3. */
static CK_RV
check_roles(const struct object *o, const struct attrs *change)
{
	const struct attrs *now = &o->attrs;

	if (space_env(o->space)->conf->policy == CONF_POLICY_COMPATIBLE)
		return CKR_OK;
	for (size_t i = 0; i < KL_COUNT(conflicts); i++) {
		CK_ATTRIBUTE_TYPE a = conflicts[i].one, b = conflicts[i].other;

		if ((is_true(now, a) || is_true(change, a)) &&
		    (is_true(now, b) || is_true(change, b)) &&
		    (adds(now, change, a) || adds(now, change, b)))
			return log_rv(CKR_TEMPLATE_INCONSISTENT,
			    "policy: attributes 0x%lx and 0x%lx conflict, one "
			    "cannot be added", a, b);
	}
	for (size_t i = 0; i < KL_COUNT(opening); i++)
		if (attrs_num(now, ATTR_WRAPS, 0) != 0 &&
		    o->class != CKO_PUBLIC_KEY &&
		    adds(now, change, opening[i]))
			return log_rv(CKR_TEMPLATE_INCONSISTENT,
			    "policy: a wrapping key does not get 0x%lx",
			    opening[i]);
	return CKR_OK;
}

/* CKR_ATTRIBUTE_READ_ONLY for footnotes 11 and 12; again: repeating the value
 * is a change too (set) or not (copy). */
static CK_RV
check_latch(const struct attr_row *row, const struct attrs *now,
    struct bytes value, bool again)
{
	bool is = attrs_bool(now, row->type, false);
	bool becomes = value.n == 1 && value.p[0] != 0;

	if (((row->foot & F11) && is && (again || !becomes)) ||
	    ((row->foot & F12) && !is && (again || becomes)))
		return log_rv(CKR_ATTRIBUTE_READ_ONLY,
		    "template: attribute 0x%lx stays as it is", row->type);
	return CKR_OK;
}

/* Whether one attribute may become value; copy: in a copy. */
static CK_RV
check_change(const struct object *o, const struct attr_row *row,
    struct bytes value, bool copy)
{
	bool same = bytes_equal(attrs_bytes(&o->attrs, row->type), value);
	bool may = copy ? (row->foot & COPY) ||
	    ((row->foot & F8) && !(row->foot & NOCOPY)) :
	    (row->foot & F8) != 0;

	if ((row->foot & CLEAR) && (same || value.n == 0))
		return CKR_OK;
	if (row->foot & CLEAR)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "template: attribute 0x%lx does not fit", row->type);
	if ((row->foot & SAME) && same)
		return CKR_OK;
	if (!may || (row->foot & NEVER))
		return log_rv(CKR_ATTRIBUTE_READ_ONLY,
		    "template: attribute 0x%lx cannot be changed", row->type);
	return check_latch(row, &o->attrs, value, !copy);
}

/* CKA_PUBLIC_KEY_INFO of a private key may be written again if it fits (3.2
 * section 4.9); empty means what the token finds anyway. */
static CK_RV
drop_info(const struct object *o, struct attrs *change)
{
	const struct attr *a = attrs_find(change, CKA_PUBLIC_KEY_INFO);

	if (a == NULL)
		return CKR_OK;
	if (a->n > 0 && !bytes_equal(bytes_of(a->p, a->n),
	    attrs_bytes(&o->attrs, CKA_PUBLIC_KEY_INFO)))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "template: CKA_PUBLIC_KEY_INFO of another key");
	attrs_remove(change, CKA_PUBLIC_KEY_INFO);
	return CKR_OK;
}

/* The template as a checked list of changes. */
static CK_RV
read_changes(const struct object *o, const struct obj_who *who,
    const CK_ATTRIBUTE *templ, CK_ULONG count, bool copy,
    struct attrs *out)
{
	KL_AUTO(attrs_done) struct attrs list = { 0 };
	CK_RV rv = template_read(o->schema, templ, count, &list);

	for (size_t i = 0; rv == CKR_OK && i < list.n; i++) {
		const struct attr *a = &list.v[i];
		const struct attr_row *row =
		    schema_row(o->schema, (CK_ATTRIBUTE_TYPE)a->type);

		KL_ASSERT(row != NULL);
		rv = check_change(o, row, bytes_of(a->p, a->n), copy);
		if (rv == CKR_OK)
			rv = policy_trusted(row, bytes_of(a->p, a->n),
			    who->role);
	}
	if (rv != CKR_OK || (rv = drop_info(o, &list)) != CKR_OK ||
	    (rv = check_roles(o, &list)) != CKR_OK)
		return rv;
	*out = list;
	list = (struct attrs){ 0 };
	return CKR_OK;
}

/* A trust object as it would be (3.2 section 4.7). */
static CK_RV
trust_changed(const struct object *o, const struct attrs *change)
{
	KL_AUTO(attrs_done) struct attrs whole = { 0 };
	CK_RV rv;

	if ((rv = attrs_copy(&whole, &o->attrs)) != CKR_OK ||
	    (rv = attrs_copy(&whole, change)) != CKR_OK)
		return rv;
	rv = policy_consistent(&whole);
	/* C_SetAttributeValue has no code for what is missing. */
	return rv == CKR_TEMPLATE_INCOMPLETE ? CKR_TEMPLATE_INCONSISTENT : rv;
}

CK_RV
policy_set(const struct object *o, const struct obj_who *who,
    const CK_ATTRIBUTE *templ, CK_ULONG count, struct attrs *changed)
{
	CK_RV rv;

	if ((rv = template_shape(templ, count)) != CKR_OK ||
	    (rv = policy_session(who, o->token, o->private)) != CKR_OK)
		return rv;
	if (o->schema->builtin || !attrs_bool(&o->attrs, CKA_MODIFIABLE, true))
		return log_rv(CKR_ACTION_PROHIBITED,
		    "object: CKA_MODIFIABLE is false");
	/* 3.2 section 4.6.2: trusted certificates cannot be modified. */
	if (o->class == CKO_CERTIFICATE && who->role != OBJ_ROLE_SO &&
	    is_true(&o->attrs, CKA_TRUSTED))
		return log_rv(CKR_ACTION_PROHIBITED,
		    "object: a trusted certificate");
	if ((rv = read_changes(o, who, templ, count, false, changed)) != CKR_OK)
		return rv;
	return o->class == CKO_TRUST ? trust_changed(o, changed) : CKR_OK;
}

/* The new object's attributes: the old ones, changed. */
static CK_RV
apply_copy(const struct object *o, const struct obj_who *who,
    const struct attrs *change, struct attrs *out)
{
	CK_RV rv;

	if ((rv = attrs_copy(out, &o->attrs)) != CKR_OK)
		return rv;
	attrs_remove(out, CKA_UNIQUE_ID);
	/* The SO trusted that object, not one which others change. */
	if (is_true(out, CKA_TRUSTED) && who->role != OBJ_ROLE_SO &&
	    (rv = attrs_put_bool(out, CKA_TRUSTED, false)) != CKR_OK)
		return rv;
	return attrs_copy(out, change);
}

CK_RV
policy_copy(const struct object *o, const struct obj_who *who,
    const CK_ATTRIBUTE *templ, CK_ULONG count, struct obj_draft *d)
{
	KL_AUTO(attrs_done) struct attrs change = { 0 };
	CK_RV rv;

	if ((rv = template_shape(templ, count)) != CKR_OK)
		return rv;
	/* Two keys with one counter would make each password twice. */
	if (o->class == CKO_OTP_KEY)
		return log_rv(CKR_ACTION_PROHIBITED,
		    "object: keys of one-time passwords are not copied");
	if (o->schema->builtin || !attrs_bool(&o->attrs, CKA_COPYABLE, true))
		return log_rv(CKR_ACTION_PROHIBITED,
		    "object: CKA_COPYABLE is false");
	if ((rv = read_changes(o, who, templ, count, true, &change)) != CKR_OK)
		return rv;
	if (o->private && !attrs_bool(&change, CKA_PRIVATE, true))
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "object: a private object does not become public");
	if ((rv = apply_copy(o, who, &change, &d->attrs)) != CKR_OK ||
	    (rv = policy_consistent(&d->attrs)) != CKR_OK)
		return rv;
	d->schema = o->schema;
	d->way = OBJ_WAY_COPY;
	d->role = who->role;
	d->token = attrs_bool(&d->attrs, CKA_TOKEN, false);
	d->private = attrs_bool(&d->attrs, CKA_PRIVATE, true);
	return policy_session(who, d->token, d->private);
}
