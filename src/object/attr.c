/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attribute lists: sorted arrays of stored values, and their bytes (db/README).
 *
 * Encoded: per attribute the type (8 bytes, big-endian), the length (4 bytes)
 * and the value, ascending by type, nothing before, between or behind; an
 * empty list is no bytes.  One list has one encoding, because these bytes are
 * authenticated.
 *
 * Invariants: 1. types rise strictly.  2. p is NULL exactly when n is 0.
 * 3. values are wiped before their memory goes.
 * No locks: a list belongs to whoever owns the struct around it.
 */
#include "object/object_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* More than any schema has, and as many as a nested template may have. */
#define ATTRS_MAX 512
#define ATTR_VALUE_MAX ((size_t)16 << 20)

static void
attr_done(struct attr *a)
{
	if (a->p != NULL)
		secret_wipe(a->p, a->n);
	free(a->p);
	*a = (struct attr){ 0 };
}

void
attrs_done(struct attrs *a)
{
	for (size_t i = 0; i < a->n; i++)
		attr_done(&a->v[i]);
	free(a->v);
	*a = (struct attrs){ 0 };
}

/* Where type stands, or where it would. */
static size_t
attrs_place(const struct attrs *a, uint64_t type)
{
	size_t lo = 0, hi = a->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (a->v[mid].type < type)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Room for one more. */
static CK_RV
attrs_room(struct attrs *a)
{
	size_t cap = a->cap == 0 ? 16 : a->cap * 2;
	struct attr *v;

	if (a->n < a->cap)
		return CKR_OK;
	if (a->n >= ATTRS_MAX)
		return CKR_HOST_MEMORY;
	if ((v = mem_array(a->v, cap, sizeof(*v))) == NULL)
		return CKR_HOST_MEMORY;
	a->v = v;
	a->cap = cap;
	return CKR_OK;
}

CK_RV
attrs_put(struct attrs *a, uint64_t type, struct bytes value)
{
	struct attr fresh = { .type = type };
	size_t at = attrs_place(a, type);
	bool there = at < a->n && a->v[at].type == type;
	CK_RV rv;

	if (value.n > ATTR_VALUE_MAX)
		return CKR_HOST_MEMORY;
	if (!there && (rv = attrs_room(a)) != CKR_OK)
		return rv;
	if (value.n > 0) {
		if ((fresh.p = calloc(1, value.n)) == NULL)
			return CKR_HOST_MEMORY;
		memcpy(fresh.p, value.p, value.n);
		fresh.n = value.n;
	}
	if (there) {
		attr_done(&a->v[at]);
	} else {
		memmove(&a->v[at + 1], &a->v[at], (a->n - at) * sizeof(*a->v));
		a->n++;
	}
	a->v[at] = fresh;
	return CKR_OK;
}

CK_RV
attrs_put_bool(struct attrs *a, uint64_t type, bool v)
{
	uint8_t b = v ? 1 : 0;

	return attrs_put(a, type, bytes_of(&b, 1));
}

CK_RV
attrs_put_num(struct attrs *a, uint64_t type, uint64_t v)
{
	uint8_t b[8];

	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(v >> (56 - 8 * i));
	return attrs_put(a, type, bytes_of(b, sizeof(b)));
}

const struct attr *
attrs_find(const struct attrs *a, uint64_t type)
{
	size_t at = attrs_place(a, type);

	return at < a->n && a->v[at].type == type ? &a->v[at] : NULL;
}

struct bytes
attrs_bytes(const struct attrs *a, uint64_t type)
{
	const struct attr *t = attrs_find(a, type);

	return t != NULL ? bytes_of(t->p, t->n) : BYTES_NONE;
}

bool
attrs_bool(const struct attrs *a, uint64_t type, bool absent)
{
	const struct attr *t = attrs_find(a, type);

	return t != NULL && t->n == 1 ? t->p[0] != 0 : absent;
}

uint64_t
attrs_num(const struct attrs *a, uint64_t type, uint64_t absent)
{
	const struct attr *t = attrs_find(a, type);
	struct reader r;

	if (t == NULL || t->n != 8)
		return absent;
	r = reader_of(bytes_of(t->p, t->n));
	return read_u64(&r);
}

void
attrs_remove(struct attrs *a, uint64_t type)
{
	size_t at = attrs_place(a, type);

	if (at >= a->n || a->v[at].type != type)
		return;
	attr_done(&a->v[at]);
	a->n--;
	memmove(&a->v[at], &a->v[at + 1], (a->n - at) * sizeof(*a->v));
}

CK_RV
attrs_copy(struct attrs *to, const struct attrs *from)
{
	CK_RV rv;

	for (size_t i = 0; i < from->n; i++) {
		const struct attr *f = &from->v[i];

		rv = attrs_put(to, f->type, bytes_of(f->p, f->n));
		if (rv != CKR_OK)
			return rv;
	}
	return CKR_OK;
}

CK_RV
attrs_encode(const struct attrs *a, struct buf *out)
{
	for (size_t i = 0; i < a->n; i++) {
		buf_put_u64(out, a->v[i].type);
		buf_put_var(out, bytes_of(a->v[i].p, a->v[i].n));
	}
	return buf_rv(out);
}

CK_RV
attrs_decode(struct bytes b, struct attrs *out)
{
	KL_AUTO(attrs_done) struct attrs list = { 0 };
	struct reader r = reader_of(b);
	uint64_t before = 0;
	CK_RV rv;

	while (r.left.n > 0 && !r.failed) {
		uint64_t type = read_u64(&r);
		struct bytes value = read_var(&r);

		if (r.failed || value.n > ATTR_VALUE_MAX ||
		    (list.n > 0 && type <= before) || list.n >= ATTRS_MAX)
			return CKR_DEVICE_ERROR;
		if ((rv = attrs_put(&list, type, value)) != CKR_OK)
			return rv;
		before = type;
	}
	if (!read_done(&r))
		return CKR_DEVICE_ERROR;
	*out = list;
	list = (struct attrs){ 0 };
	return CKR_OK;
}
