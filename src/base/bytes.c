/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte strings: views, the growing buf, and the reader.
 *
 * Invariants of struct buf:
 *  1. n <= cap <= BUF_MAX, and p is NULL exactly when cap is 0.
 *  2. Memory that held content is wiped before it is freed; it never goes
 *     through realloc, which could leave a copy behind.
 *  3. Once `failed` is set the content does not change until buf_done or a
 *     successful buf_set.
 * Invariant of struct reader: once `failed` is set nothing is left.
 *
 * No shared state; a value belongs to whoever holds it.
 */
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

/* The first allocation of a buf, so that short records need only one. */
#define BUF_FIRST ((size_t)64)

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return bytes_compare(a, b) == 0;
}

int
bytes_compare(struct bytes a, struct bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0; /* public */

	if (order != 0)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

struct bytes
bytes_trim(struct bytes b)
{
	while (b.n > 0 && b.p[0] == 0) {
		b.p++;
		b.n--;
	}
	return b;
}

void
buf_done(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	free(b->p);
	*b = (struct buf){ .p = NULL };
}

CK_RV
buf_rv(const struct buf *b)
{
	return b->failed ? CKR_HOST_MEMORY : CKR_OK;
}

/* Makes room for n more bytes, by doubling; false, with failed set, if not. */
static bool
buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap > 0 ? b->cap : BUF_FIRST;
	uint8_t *p;

	if (b->failed)
		return false;
	if (n <= b->cap - b->n)
		return true;
	if (n > BUF_MAX - b->n) {
		b->failed = true;
		return false;
	}
	while (cap < b->n + n)
		cap *= 2;
	if (cap > BUF_MAX)
		cap = BUF_MAX;
	if ((p = calloc(1, cap)) == NULL) {
		b->failed = true;
		return false;
	}
	if (b->p != NULL) {
		memcpy(p, b->p, b->n);
		explicit_bzero(b->p, b->cap);
		free(b->p);
	}
	b->p = p;
	b->cap = cap;
	return true;
}

uint8_t *
buf_grow(struct buf *b, size_t n)
{
	uint8_t *start;

	/* Room for one byte at least, so that n = 0 does not answer NULL. */
	if (!buf_reserve(b, n > 0 ? n : 1))
		return NULL;
	start = b->p + b->n;
	memset(start, 0, n);
	b->n += n;
	return start;
}

void
buf_put(struct buf *b, struct bytes data)
{
	if (data.n == 0 || !buf_reserve(b, data.n))
		return;
	memcpy(b->p + b->n, data.p, data.n);
	b->n += data.n;
}

/* Appends the low n bytes of v, highest first. */
static void
buf_put_int(struct buf *b, uint64_t v, size_t n)
{
	uint8_t raw[8];

	for (size_t i = 0; i < n; i++)
		raw[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	buf_put(b, bytes_of(raw, n));
	explicit_bzero(raw, sizeof(raw));
}

void
buf_put_u8(struct buf *b, uint8_t v)
{
	buf_put_int(b, v, 1);
}

void
buf_put_u16(struct buf *b, uint16_t v)
{
	buf_put_int(b, v, 2);
}

void
buf_put_u32(struct buf *b, uint32_t v)
{
	buf_put_int(b, v, 4);
}

void
buf_put_u64(struct buf *b, uint64_t v)
{
	buf_put_int(b, v, 8);
}

void
buf_put_var(struct buf *b, struct bytes data)
{
	/* Reserving both at once keeps a failure from leaving a lone length. */
	if (data.n > BUF_MAX || !buf_reserve(b, data.n + 4)) {
		b->failed = true;
		return;
	}
	buf_put_u32(b, (uint32_t)data.n);
	buf_put(b, data);
}

CK_RV
buf_set(struct buf *b, struct bytes data)
{
	struct buf fresh = { .p = NULL };

	buf_put(&fresh, data);
	if (fresh.failed)
		return CKR_HOST_MEMORY;
	/* Only now, because data may be a part of the old content. */
	buf_done(b);
	*b = fresh;
	return CKR_OK;
}

struct bytes
read_bytes(struct reader *r, size_t n)
{
	struct bytes got;

	if (r->failed || n > r->left.n) {
		r->failed = true;
		r->left = BYTES_NONE;
		return BYTES_NONE;
	}
	if (n == 0)
		return bytes_of(r->left.p, 0);
	got = bytes_of(r->left.p, n);
	r->left = bytes_of(r->left.p + n, r->left.n - n);
	return got;
}

/* Reads a big-endian integer of n bytes, n <= 8. */
static uint64_t
read_int(struct reader *r, size_t n)
{
	struct bytes raw = read_bytes(r, n);
	uint64_t v = 0;

	for (size_t i = 0; i < raw.n; i++)
		v = v << 8 | raw.p[i];
	return v;
}

uint8_t
read_u8(struct reader *r)
{
	return (uint8_t)read_int(r, 1);
}

uint16_t
read_u16(struct reader *r)
{
	return (uint16_t)read_int(r, 2);
}

uint32_t
read_u32(struct reader *r)
{
	return (uint32_t)read_int(r, 4);
}

uint64_t
read_u64(struct reader *r)
{
	return read_int(r, 8);
}

struct bytes
read_var(struct reader *r)
{
	return read_bytes(r, read_u32(r));
}

bool
read_done(const struct reader *r)
{
	return !r->failed && r->left.n == 0;
}
