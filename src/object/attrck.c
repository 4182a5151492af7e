/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attributes between the caller's form (CK_ATTRIBUTE, native integers) and the
 * stored one (struct attr in object_int.h).
 *
 * Invariants: 1. a caller's memory is read and written by memcpy only, as it
 * need not be aligned.  2. what attr_from_ck accepted is canonical: booleans
 * are 0 or 1, an empty date is empty, nested lists are sorted.
 * No locks, no state.
 */
#include "object/object_int.h"

#include <string.h>

/* How deep templates may stand in templates, and how many entries they have. */
#define TEMPLATE_DEPTH 4
#define TEMPLATE_MAX 128
#define VALUE_MAX ((size_t)16 << 20)

static CK_RV from_ck(const struct attr_row *row, const CK_ATTRIBUTE *a,
    unsigned depth, struct buf *out) KL_MUST_USE;
static CK_RV to_ck(const struct attr_row *row, struct bytes stored,
    unsigned depth, CK_ATTRIBUTE *a) KL_MUST_USE;

/* ------------------------------------------------------------- inwards */

static CK_RV
bool_from_ck(struct bytes given, struct buf *out)
{
	if (given.n != sizeof(CK_BBOOL) ||
	    (given.p[0] != CK_TRUE && given.p[0] != CK_FALSE))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	buf_put_u8(out, given.p[0]);
	return CKR_OK;
}

/* Numbers, one (many = false) or any count of them. */
static CK_RV
nums_from_ck(struct bytes given, bool many, struct buf *out)
{
	CK_ULONG v;

	if (given.n % sizeof(v) != 0 || (!many && given.n != sizeof(v)))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	for (size_t i = 0; i < given.n; i += sizeof(v)) {
		memcpy(&v, given.p + i, sizeof(v));
		buf_put_u64(out, v == CK_UNAVAILABLE_INFORMATION ? UINT64_MAX :
		    (uint64_t)v);
	}
	return CKR_OK;
}

static unsigned
two_digits(const uint8_t *p)
{
	return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* YYYYMMDD in digits, or empty (3.2 section 3.4, CK_DATE). */
static CK_RV
date_from_ck(struct bytes given, struct buf *out)
{
	unsigned month, day;

	if (given.n == 0)
		return CKR_OK;
	if (given.n != sizeof(CK_DATE))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	for (size_t i = 0; i < given.n; i++)
		if (given.p[i] < '0' || given.p[i] > '9')
			return CKR_ATTRIBUTE_VALUE_INVALID;
	month = two_digits(given.p + 4);
	day = two_digits(given.p + 6);
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	buf_put(out, given);
	return CKR_OK;
}

/* One entry of a template, added to list. */
static CK_RV
entry_from_ck(const uint8_t *p, unsigned depth, struct attrs *list)
{
	KL_AUTO(buf_done) struct buf value = { .p = NULL };
	const struct attr_row *row;
	CK_ATTRIBUTE a;
	CK_RV rv;

	memcpy(&a, p, sizeof(a));
	row = schema_any(a.type);
	if (row == NULL || attrs_find(list, row->type) != NULL)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	if ((rv = from_ck(row, &a, depth, &value)) != CKR_OK)
		return rv;
	return attrs_put(list, row->type, buf_view(&value));
}

static CK_RV
template_from_ck(struct bytes given, unsigned depth, struct buf *out)
{
	KL_AUTO(attrs_done) struct attrs list = { 0 };
	CK_RV rv;

	if (given.n % sizeof(CK_ATTRIBUTE) != 0 || depth == 0 ||
	    given.n / sizeof(CK_ATTRIBUTE) > TEMPLATE_MAX)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	for (size_t i = 0; i < given.n; i += sizeof(CK_ATTRIBUTE))
		if ((rv = entry_from_ck(given.p + i, depth - 1, &list)) !=
		    CKR_OK)
			return rv;
	return attrs_encode(&list, out);
}

static CK_RV
from_ck(const struct attr_row *row, const CK_ATTRIBUTE *a, unsigned depth,
    struct buf *out)
{
	struct bytes given = bytes_of(a->pValue, a->ulValueLen);
	CK_RV rv = CKR_OK;

	if ((given.p == NULL && given.n > 0) || given.n > VALUE_MAX)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	switch (row->kind) {
	case A_BOOL:
		rv = bool_from_ck(given, out);
		break;
	case A_NUM:
	case A_MECHS:
		rv = nums_from_ck(given, row->kind == A_MECHS, out);
		break;
	case A_DATE:
		rv = date_from_ck(given, out);
		break;
	case A_TEMPLATE:
		rv = template_from_ck(given, depth, out);
		break;
	case A_BYTES:
	case A_STRING:
	case A_BIGINT:
		buf_put(out, given);
		break;
	}
	return rv != CKR_OK ? rv : buf_rv(out);
}

CK_RV
attr_from_ck(const struct attr_row *row, const CK_ATTRIBUTE *a,
    struct buf *out)
{
	return from_ck(row, a, TEMPLATE_DEPTH, out);
}

/* ------------------------------------------------------------ outwards */

/* Whether a has room for need bytes; says what is needed or that it is not
 * enough (3.2 section 5.7.5, cases 3 to 5).  *fill: go on and write. */
static CK_RV
room_for(CK_ATTRIBUTE *a, size_t need, bool *fill)
{
	*fill = false;
	if (a->pValue != NULL && a->ulValueLen < need) {
		a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_BUFFER_TOO_SMALL;
	}
	*fill = a->pValue != NULL;
	a->ulValueLen = (CK_ULONG)need;
	return CKR_OK;
}

static CK_RV
bytes_to_ck(struct bytes stored, CK_ATTRIBUTE *a)
{
	bool fill;
	CK_RV rv = room_for(a, stored.n, &fill);

	if (fill && stored.n > 0)
		memcpy(a->pValue, stored.p, stored.n);
	return rv;
}

static CK_RV
nums_to_ck(struct bytes stored, CK_ATTRIBUTE *a)
{
	struct reader r = reader_of(stored);
	size_t count = stored.n / 8;
	CK_ULONG v;
	bool fill;
	CK_RV rv;

	if (stored.n % 8 != 0)
		return CKR_DEVICE_ERROR;
	rv = room_for(a, count * sizeof(v), &fill);
	for (size_t i = 0; fill && i < count; i++) {
		uint64_t n = read_u64(&r);

		v = n > (CK_ULONG)-1 ? CK_UNAVAILABLE_INFORMATION : (CK_ULONG)n;
		memcpy((uint8_t *)a->pValue + i * sizeof(v), &v, sizeof(v));
	}
	return rv;
}

/* One entry of an array of attributes: its type is ours to set, its pValue and
 * ulValueLen are the caller's (3.2 section 5.7.5). */
static CK_RV
entry_to_ck(const struct attr *stored, unsigned depth, uint8_t *p)
{
	const struct attr_row *row =
	    schema_any((CK_ATTRIBUTE_TYPE)stored->type);
	CK_ATTRIBUTE a;
	CK_RV rv;

	if (row == NULL)
		return CKR_DEVICE_ERROR;
	memcpy(&a, p, sizeof(a));
	a.type = row->type;
	rv = to_ck(row, bytes_of(stored->p, stored->n), depth, &a);
	memcpy(p, &a, sizeof(a));
	return rv;
}

static CK_RV
template_to_ck(struct bytes stored, unsigned depth, CK_ATTRIBUTE *a)
{
	KL_AUTO(attrs_done) struct attrs list = { 0 };
	CK_RV rv, worst = CKR_OK;
	bool fill;

	if (depth == 0)
		return CKR_DEVICE_ERROR;
	if ((rv = attrs_decode(stored, &list)) != CKR_OK)
		return rv;
	rv = room_for(a, list.n * sizeof(CK_ATTRIBUTE), &fill);
	for (size_t i = 0; fill && i < list.n; i++) {
		rv = entry_to_ck(&list.v[i], depth - 1,
		    (uint8_t *)a->pValue + i * sizeof(CK_ATTRIBUTE));
		if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
			return rv;
		if (rv != CKR_OK)
			worst = rv;
	}
	return worst != CKR_OK ? worst : rv;
}

static CK_RV
to_ck(const struct attr_row *row, struct bytes stored, unsigned depth,
    CK_ATTRIBUTE *a)
{
	switch (row->kind) {
	case A_NUM:
	case A_MECHS:
		return nums_to_ck(stored, a);
	case A_TEMPLATE:
		return template_to_ck(stored, depth, a);
	case A_BOOL:
	case A_DATE:
	case A_BYTES:
	case A_STRING:
	case A_BIGINT:
		break;
	}
	return bytes_to_ck(stored, a);
}

CK_RV
attr_to_ck(const struct attr_row *row, struct bytes stored, CK_ATTRIBUTE *a)
{
	return to_ck(row, stored, TEMPLATE_DEPTH, a);
}
