/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The little of DER that keys need (X.690): definite, shortest lengths, tags
 * of one byte.  Inside crypto only.  Reading uses struct reader, whose `failed`
 * is looked at once, at the end; writing appends to a struct buf likewise.
 */
#ifndef KLUIS_CRYPTO_DER_H
#define KLUIS_CRYPTO_DER_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/bytes.h"

#define DER_INTEGER      0x02
#define DER_BIT_STRING   0x03
#define DER_OCTET_STRING 0x04
#define DER_NULL         0x05
#define DER_OID          0x06
#define DER_PRINTABLE    0x13
#define DER_SEQUENCE     0x30
#define DER_SET          0x31
#define DER_CONTEXT(n)   (0x80 | (n)) /* [n] IMPLICIT, primitive */
#define DER_EXPLICIT(n)  (0xa0 | (n)) /* [n], constructed */

/* Whether the next element has this tag; false at the end. */
bool der_next_is(const struct reader *r, uint8_t tag);
/* The content of the next element, a view into the input.  Another tag, a
 * length that is not the shortest or goes past the end make r fail. */
struct bytes der_read(struct reader *r, uint8_t tag);
/* The same, but the whole element with tag and length. */
struct bytes der_read_whole(struct reader *r, uint8_t tag);
/* Reads an element and returns a reader of its content (failed as r is). */
struct reader der_enter(struct reader *r, uint8_t tag);
/* A non-negative INTEGER as a magnitude without leading zeros (zero is
 * empty); negative or padded ones make r fail. */
struct bytes der_read_uint(struct reader *r);
/* The bytes of a BIT STRING without unused bits. */
struct bytes der_read_bits(struct reader *r);

/* Appends an element with this tag around content. */
void der_put(struct buf *out, uint8_t tag, struct bytes content);
/* The same around what was built in inner; a failure of inner is passed on. */
void der_put_buf(struct buf *out, uint8_t tag, const struct buf *inner);
/* Appends an INTEGER; magnitude is big-endian, leading zeros are dropped. */
void der_put_uint(struct buf *out, struct bytes magnitude);
/* Appends a BIT STRING of whole bytes. */
void der_put_bits(struct buf *out, uint8_t tag, struct bytes content);

#endif
