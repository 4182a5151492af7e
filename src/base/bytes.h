/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte strings: a borrowed view (struct bytes), an owned one that grows
 * (struct buf), and fixed-width big-endian reading and writing, which is how
 * every stored or authenticated record of kluis is laid out.  A buf is wiped
 * whenever its memory is given back, so it may hold sealed input, but long-lived
 * secrets belong into struct secret (base/secret.h).
 */
#ifndef KLUIS_BASE_BYTES_H
#define KLUIS_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/rv.h"

/* A view of n bytes at p, owned by somebody else; p may be NULL when n is 0. */
struct bytes {
	const uint8_t *p;
	size_t n;
};

/* Makes a view.  BYTES_STR views a string literal without its NUL. */
static inline struct bytes
bytes_of(const void *p, size_t n)
{
	return (struct bytes){ .p = (const uint8_t *)p, .n = n };
}
#define BYTES_NONE ((struct bytes){ NULL, 0 })
#define BYTES_STR(literal) bytes_of((literal), sizeof(literal) - 1)

/* Whether two public byte strings are equal (not constant time). */
bool bytes_equal(struct bytes a, struct bytes b);
/* Orders two public byte strings as memcmp does, shorter first on a tie. */
int bytes_compare(struct bytes a, struct bytes b);
/* b without leading zero bytes: an unsigned big-endian number in short form. */
struct bytes bytes_trim(struct bytes b);

/*
 * An owned, growing byte string.  Zero-initialised is empty.  All buf_put_*
 * append; the first failed allocation (or growth past BUF_MAX) sets `failed`
 * and later calls do nothing, so a writer checks once, with buf_rv.
 */
struct buf {
	uint8_t *p;
	size_t n;
	size_t cap;
	bool failed;
};
#define BUF_MAX ((size_t)64 << 20)

/* Wipes and frees the content of *b and leaves it empty; for KL_AUTO. */
void buf_done(struct buf *b);
/* CKR_HOST_MEMORY when an append failed since b was empty, else CKR_OK. */
CK_RV buf_rv(const struct buf *b) KL_MUST_USE;
/* The content as a view, valid until the next change of b. */
static inline struct bytes
buf_view(const struct buf *b)
{
	return bytes_of(b->p, b->n);
}
/* Appends raw bytes. */
void buf_put(struct buf *b, struct bytes data);
/* Appends n zero bytes and returns where they start, NULL on failure. */
uint8_t *buf_grow(struct buf *b, size_t n);
/* Appends integers, big-endian, of 1, 2, 4 and 8 bytes. */
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u16(struct buf *b, uint16_t v);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
/* Appends a 4-byte length, then the bytes. */
void buf_put_var(struct buf *b, struct bytes data);
/* Replaces the content of b by a copy of data. */
CK_RV buf_set(struct buf *b, struct bytes data) KL_MUST_USE;

/*
 * A reader over a view.  A read past the end sets `failed`, returns zero or
 * an empty view, and all later reads do the same; check once at the end.
 */
struct reader {
	struct bytes left;
	bool failed;
};
static inline struct reader
reader_of(struct bytes b)
{
	return (struct reader){ .left = b, .failed = false };
}
uint8_t read_u8(struct reader *r);
uint16_t read_u16(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);
/* The next n bytes, as a view into the reader's input. */
struct bytes read_bytes(struct reader *r, size_t n);
/* A 4-byte length and that many bytes. */
struct bytes read_var(struct reader *r);
/* Whether everything was read without failure and nothing is left. */
bool read_done(const struct reader *r);

#endif
