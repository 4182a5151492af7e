/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading attributes, and an object's size.
 *
 * Every entry of a template is handled, whatever the others gave (3.2 section
 * 5.7.5); of several codes CKR_ATTRIBUTE_SENSITIVE wins over
 * CKR_ATTRIBUTE_TYPE_INVALID over CKR_BUFFER_TOO_SMALL.
 *
 * Invariant: key material of a token object is in memory only while one call
 * runs that hands it out.
 */
#include "object/policy_int.h"
#include "object/space_int.h"

#include "base/log.h"

/* An object being read: its secrets are fetched when the first is wanted. */
struct reading {
	bool der_points;
	struct obj_space *sp;
	const struct object *o;
	struct attrs secrets;
	bool fetched;
};

static void
reading_done(struct reading *r)
{
	attrs_done(&r->secrets);
}

/* The list in which an attribute stands. */
static CK_RV
list_of(struct reading *r, const struct attr_row *row,
    const struct attrs **out)
{
	CK_RV rv;

	if (!(row->foot & SEAL)) {
		*out = &r->o->attrs;
		return CKR_OK;
	}
	if (!r->fetched &&
	    (rv = obj_secrets(r->sp, r->o, &r->secrets)) != CKR_OK)
		return rv;
	r->fetched = true;
	*out = &r->secrets;
	return CKR_OK;
}

/* A point that 3.0 wraps and 3.2 does not. */
static bool
is_bare_point(const struct object *o, const struct attr_row *row)
{
	return row->type == CKA_EC_POINT && (o->schema->eng == ENG_ED ||
	    o->schema->eng == ENG_MONT);
}

/* Hands a value out in the form the caller's interface knows. */
static CK_RV
read_value(const struct reading *r, const struct attr_row *row,
    const struct attr *v, CK_ATTRIBUTE *a)
{
	KL_AUTO(buf_done) struct buf wrapped = { 0 };
	CK_RV rv;

	if (!r->der_points || !is_bare_point(r->o, row))
		return attr_to_ck(row, bytes_of(v->p, v->n), a);
	eng_octet_string(bytes_of(v->p, v->n), &wrapped);
	if ((rv = buf_rv(&wrapped)) != CKR_OK)
		return rv;
	return attr_to_ck(row, buf_view(&wrapped), a);
}

/* A value that moves. */
static CK_RV
read_live(struct reading *r, const struct attr_row *row, CK_ATTRIBUTE *a)
{
	KL_AUTO(buf_done) struct buf value = { 0 };
	CK_RV rv = builtin_value(r->sp, r->o,
	    a->pValue != NULL ? a->ulValueLen : 0, &value);

	return rv == CKR_OK ? attr_to_ck(row, buf_view(&value), a) : rv;
}

/* One entry; the caller notes failure in it. */
static CK_RV
read_entry(struct reading *r, CK_ATTRIBUTE *a)
{
	const struct attr_row *row = schema_row(r->o->schema, a->type);
	const struct attrs *list;
	const struct attr *v;
	CK_RV rv;

	if (row == NULL)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if (!policy_readable(r->o, row))
		return CKR_ATTRIBUTE_SENSITIVE;
	if (row->foot & LIVE)
		return read_live(r, row, a);
	if ((rv = list_of(r, row, &list)) != CKR_OK)
		return rv;
	if ((v = attrs_find(list, row->type)) == NULL)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	return read_value(r, row, v, a);
}

/* How much a code weighs; 0: a true error. */
static int
code_weight(CK_RV rv)
{
	switch (rv) {
	case CKR_ATTRIBUTE_SENSITIVE:
		return 4;
	case CKR_ATTRIBUTE_TYPE_INVALID:
		return 3;
	case CKR_BUFFER_TOO_SMALL:
		return 2;
	case CKR_OK:
		return 1;
	default:
		return 0;
	}
}

CK_RV
obj_get_attrs(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *templ, CK_ULONG count)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	KL_AUTO(reading_done) struct reading r = {
		.der_points = who->der_points, .sp = sp
	};
	CK_RV rv, worst = CKR_OK;

	if ((rv = template_shape(templ, count)) != CKR_OK ||
	    (rv = obj_open(sp, who, handle, &o)) != CKR_OK)
		return rv;
	r.o = o;
	for (CK_ULONG i = 0; i < count; i++) {
		rv = read_entry(&r, &templ[i]);
		if (code_weight(rv) == 0)
			return rv;
		/* Templates inside one note in their own entries what does
		 * not fit. */
		if (rv == CKR_ATTRIBUTE_SENSITIVE ||
		    rv == CKR_ATTRIBUTE_TYPE_INVALID)
			templ[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
		if (code_weight(rv) > code_weight(worst))
			worst = rv;
	}
	return worst;
}

/* What it takes in the store; for a session object what it would take there,
 * about. */
CK_RV
obj_size(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, CK_ULONG *out)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	struct store_object row = { 0 };
	CK_RV rv;

	if ((rv = obj_open(sp, who, handle, &o)) != CKR_OK)
		return rv;
	if (!o->token || o->id == 0) {
		*out = (CK_ULONG)(object_encoded(&o->attrs) +
		    object_encoded(&o->secrets));
		return CKR_OK;
	}
	rv = store_object_get(sp->env.store, o->id, true, &row);
	if (rv != CKR_OK)
		return rv;
	*out = (CK_ULONG)(STORE_UUID + row.tags.n + row.clear.n +
	    row.sealed.n + row.secret.n);
	store_object_done(&row);
	return CKR_OK;
}
