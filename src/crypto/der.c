/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and writing DER.  Nothing here knows what is being encoded.
 *
 * Invariant: a view that is returned lies inside the reader's input, or is
 * empty when the reader failed.
 *
 * No state; any thread.
 */
#include "crypto/der.h"

/* Makes r fail and gives nothing. */
static struct bytes
der_fail(struct reader *r)
{
	r->failed = true;
	r->left = BYTES_NONE;
	return BYTES_NONE;
}

bool
der_next_is(const struct reader *r, uint8_t tag)
{
	return !r->failed && r->left.n > 0 && r->left.p[0] == tag;
}

/* Reads a length; four bytes are more than any input here can have. */
static size_t
der_read_len(struct reader *r)
{
	uint8_t first = read_u8(r);
	size_t count = first & 0x7f;
	size_t len = 0;

	if (first < 0x80)
		return first;
	if (count == 0 || count > 4) {
		(void)der_fail(r); /* indefinite, or absurd */
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		len = len << 8 | read_u8(r);
	if (len < 0x80 || len >> (8 * (count - 1)) == 0)
		(void)der_fail(r); /* not the shortest form */
	return len;
}

struct bytes
der_read(struct reader *r, uint8_t tag)
{
	size_t len;

	if (!der_next_is(r, tag))
		return der_fail(r);
	(void)read_u8(r); /* the tag, just looked at */
	len = der_read_len(r);
	return read_bytes(r, len);
}

struct bytes
der_read_whole(struct reader *r, uint8_t tag)
{
	const uint8_t *start = r->left.p;
	struct bytes content = der_read(r, tag);

	if (r->failed)
		return BYTES_NONE;
	return bytes_of(start, (size_t)(content.p - start) + content.n);
}

struct reader
der_enter(struct reader *r, uint8_t tag)
{
	struct bytes content = der_read(r, tag);
	struct reader inner = reader_of(content);

	inner.failed = r->failed;
	return inner;
}

struct bytes
der_read_uint(struct reader *r)
{
	struct bytes v = der_read(r, DER_INTEGER);

	if (r->failed || v.n == 0 || (v.p[0] & 0x80) != 0)
		return der_fail(r);
	if (v.n > 1 && v.p[0] == 0 && (v.p[1] & 0x80) == 0)
		return der_fail(r);
	return bytes_trim(v);
}

struct bytes
der_read_bits(struct reader *r)
{
	struct bytes v = der_read(r, DER_BIT_STRING);

	if (r->failed || v.n == 0 || v.p[0] != 0)
		return der_fail(r);
	return bytes_of(v.p + 1, v.n - 1);
}

/* Appends tag and length of n bytes that follow. */
static void
der_put_head(struct buf *out, uint8_t tag, size_t n)
{
	buf_put_u8(out, tag);
	if (n < 0x80) {
		buf_put_u8(out, (uint8_t)n);
	} else if (n <= 0xff) {
		buf_put_u8(out, 0x81);
		buf_put_u8(out, (uint8_t)n);
	} else if (n <= 0xffff) {
		buf_put_u8(out, 0x82);
		buf_put_u16(out, (uint16_t)n);
	} else {
		buf_put_u8(out, 0x84 - (n <= 0xffffff));
		if (n > 0xffffff)
			buf_put_u8(out, (uint8_t)(n >> 24));
		buf_put_u8(out, (uint8_t)(n >> 16));
		buf_put_u16(out, (uint16_t)n);
	}
}

void
der_put(struct buf *out, uint8_t tag, struct bytes content)
{
	if (content.n > BUF_MAX) {
		out->failed = true;
		return;
	}
	der_put_head(out, tag, content.n);
	buf_put(out, content);
}

void
der_put_buf(struct buf *out, uint8_t tag, const struct buf *inner)
{
	if (inner->failed)
		out->failed = true;
	der_put(out, tag, buf_view(inner));
}

void
der_put_uint(struct buf *out, struct bytes magnitude)
{
	struct bytes m = bytes_trim(magnitude);
	bool pad = m.n == 0 || (m.p[0] & 0x80) != 0;

	der_put_head(out, DER_INTEGER, m.n + (pad ? 1 : 0));
	if (pad)
		buf_put_u8(out, 0);
	buf_put(out, m);
}

void
der_put_bits(struct buf *out, uint8_t tag, struct bytes content)
{
	der_put_head(out, tag, content.n + 1);
	buf_put_u8(out, 0); /* no unused bits */
	buf_put(out, content);
}
