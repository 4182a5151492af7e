/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a caller's template: its shape, its types and values.  What it may
 * say is policy.c's business.
 * No locks, no state.
 */
#include "object/policy_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

CK_RV
template_shape(const CK_ATTRIBUTE *templ, CK_ULONG count)
{
	if (templ == NULL && count > 0)
		return CKR_ARGUMENTS_BAD;
	if (count > TEMPLATE_ATTRS_MAX)
		return log_rv(CKR_ARGUMENTS_BAD,
		    "template: %lu attributes, at most %d", count,
		    TEMPLATE_ATTRS_MAX);
	return CKR_OK;
}

CK_RV
template_number(const CK_ATTRIBUTE *templ, CK_ULONG count,
    CK_ATTRIBUTE_TYPE type, bool *found, CK_ULONG *out)
{
	for (CK_ULONG i = 0; i < count; i++) {
		if (templ[i].type != type)
			continue;
		if (templ[i].pValue == NULL ||
		    templ[i].ulValueLen != sizeof(CK_ULONG))
			return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
			    "template: attribute 0x%lx is no number", type);
		memcpy(out, templ[i].pValue, sizeof(CK_ULONG));
		*found = true;
		return CKR_OK;
	}
	return CKR_OK;
}

/* One entry, added to list. */
static CK_RV
template_entry(const struct schema *s, const CK_ATTRIBUTE *a,
    struct attrs *list)
{
	KL_AUTO(buf_done) struct buf value = { .p = NULL };
	const struct attr_row *row = schema_row(s, a->type);
	const struct attr *twice;
	CK_RV rv;

	if (row == NULL && schema_any(a->type) == NULL)
		return log_rv(CKR_ATTRIBUTE_TYPE_INVALID,
		    "template: unknown attribute 0x%lx", a->type);
	if (row == NULL)
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "template: attribute 0x%lx is of another class or key "
		    "type", a->type);
	if ((rv = attr_from_ck(row, a, &value)) != CKR_OK)
		return log_rv(rv, "template: value of attribute 0x%lx, %lu "
		    "bytes", a->type, a->ulValueLen);
	/* The same value again is as if given once (3.2 section 4.1.1). */
	twice = attrs_find(list, row->type);
	if (twice != NULL && !secret_equal(bytes_of(twice->p, twice->n),
	    buf_view(&value)))
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "template: attribute 0x%lx with two values", a->type);
	return attrs_put(list, row->type, buf_view(&value));
}

CK_RV
template_read(const struct schema *s, const CK_ATTRIBUTE *templ,
    CK_ULONG count, struct attrs *out)
{
	KL_AUTO(attrs_done) struct attrs list = { 0 };
	CK_RV rv;

	for (CK_ULONG i = 0; i < count; i++)
		if ((rv = template_entry(s, &templ[i], &list)) != CKR_OK)
			return rv;
	*out = list;
	list = (struct attrs){ 0 };
	return CKR_OK;
}

/* Whether an attribute says where a key is kept, or how guarded it is. */
static bool
of_storage(CK_ATTRIBUTE_TYPE type)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_TOKEN, CKA_PRIVATE, CKA_MODIFIABLE, CKA_COPYABLE,
		CKA_DESTROYABLE, CKA_SENSITIVE, CKA_EXTRACTABLE,
	};

	for (size_t i = 0; i < KL_COUNT(types); i++)
		if (types[i] == type)
			return true;
	return false;
}

CK_RV
template_narrow(const struct obj_request *rq, CK_ATTRIBUTE **out, CK_ULONG *n,
    size_t *len)
{
	CK_ATTRIBUTE *v = calloc(rq->count + 1, sizeof(*v));
	bool found = false;
	CK_ULONG said = 0;
	CK_RV rv;

	if (v == NULL)
		return CKR_HOST_MEMORY;
	*out = v;
	*n = 0;
	if (!rq->storage_only && (rv = template_number(rq->templ, rq->count,
	    CKA_VALUE_LEN, &found, &said)) != CKR_OK)
		return rv;
	if (found)
		*len = said;
	for (CK_ULONG i = 0; i < rq->count; i++)
		if (rq->storage_only ? of_storage(rq->templ[i].type) :
		    rq->templ[i].type != CKA_VALUE_LEN)
			v[(*n)++] = rq->templ[i];
	return CKR_OK;
}

/* Adds what another list says; CKR_TEMPLATE_INCONSISTENT when they differ. */
static CK_RV
attrs_merge(struct attrs *to, const struct attrs *from)
{
	CK_RV rv = CKR_OK;

	for (size_t i = 0; rv == CKR_OK && i < from->n; i++) {
		struct bytes b = bytes_of(from->v[i].p, from->v[i].n);
		const struct attr *is = attrs_find(to, from->v[i].type);

		if (is == NULL)
			rv = attrs_put(to, from->v[i].type, b);
		else if (!secret_equal(bytes_of(is->p, is->n), b))
			rv = log_rv(CKR_TEMPLATE_INCONSISTENT,
			    "template: the base key's templates contradict "
			    "each other on attribute 0x%lx",
			    (unsigned long)is->type);
	}
	return rv;
}

/* The attribute with the template for new keys of this way. */
static CK_ATTRIBUTE_TYPE
template_of(enum obj_way way)
{
	return way == OBJ_WAY_UNWRAP ? CKA_UNWRAP_TEMPLATE :
	    way == OBJ_WAY_ENCAPSULATE ? CKA_ENCAPSULATE_TEMPLATE :
	    way == OBJ_WAY_DECAPSULATE ? CKA_DECAPSULATE_TEMPLATE :
	    CKA_DERIVE_TEMPLATE;
}

CK_RV
template_imposed(const struct obj_request *rq, struct attrs *out)
{
	KL_AUTO(attrs_done) struct attrs twin = { 0 };
	const struct attrs *base;
	CK_RV rv;

	if (rq->base == NULL || rq->class == CKO_PUBLIC_KEY)
		return CKR_OK;
	base = &rq->base->attrs;
	rv = attrs_decode(attrs_bytes(base, template_of(rq->way)), out);
	if (rv != CKR_OK || rq->way != OBJ_WAY_DECAPSULATE)
		return rv;
	rv = attrs_decode(attrs_bytes(base, template_of(rq->one_way ?
	    OBJ_WAY_DERIVE : OBJ_WAY_UNWRAP)), &twin);
	return rv != CKR_OK ? rv : attrs_merge(out, &twin);
}
