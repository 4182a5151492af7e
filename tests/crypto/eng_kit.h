/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of crypto: one engine, keys and bytes out of hexadecimal text,
 * and running an operation at once or in parts.
 */
#ifndef KLUIS_TESTS_CRYPTO_ENG_KIT_H
#define KLUIS_TESTS_CRYPTO_ENG_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/eng.h"

#define KIT_MAX 1024

/* The test's engine; it stays for ever, as engines do. */
static inline struct eng *
kit_eng(void)
{
	static struct eng *e;

	if (e == NULL)
		assert_int_equal(eng_new(NULL, NULL, 2048, &e), CKR_OK);
	return e;
}

/* Bytes in memory of their own, with a mark behind them that must be whole
 * when they are freed: libcrypto's assembler is invisible to sanitizers. */
#define KIT_MARK 16
struct kit_bytes {
	uint8_t *p;
	size_t n;
	size_t room;
};

static inline struct kit_bytes
kit_alloc(size_t n)
{
	struct kit_bytes b = { .p = malloc(n + KIT_MARK), .n = n, .room = n };

	assert_non_null(b.p);
	memset(b.p, 0xee, n + KIT_MARK);
	return b;
}

static inline void
kit_free(struct kit_bytes *b)
{
	for (size_t i = 0; b->p != NULL && i < KIT_MARK; i++)
		assert_int_equal(b->p[b->room + i], 0xee);
	free(b->p);
	b->p = NULL;
}

static inline struct bytes
kit_view(const struct kit_bytes *b)
{
	return bytes_of(b->p, b->n);
}

static inline unsigned
kit_digit(char c)
{
	const char *all = "0123456789abcdef";
	const char *at = strchr(all, c);

	assert_true(c != '\0' && at != NULL);
	return (unsigned)(at - all);
}

/* The bytes that hexadecimal text (NULL = none) stands for. */
static inline struct kit_bytes
kit_hex(const char *text)
{
	struct kit_bytes b = kit_alloc(text != NULL ? strlen(text) / 2 : 0);

	for (size_t i = 0; i < b.n; i++)
		b.p[i] = (uint8_t)(kit_digit(text[2 * i]) << 4 |
		    kit_digit(text[2 * i + 1]));
	return b;
}

/* A secret key of these bytes; the caller has one reference. */
static inline struct eng_key *
kit_key(struct bytes value)
{
	struct eng_parts parts = { .part = { [PART_VALUE] = value } };
	struct eng_key *key = NULL;

	assert_int_equal(
	    eng_key_import(kit_eng(), ENG_SECRET, true, &parts, &key), CKR_OK);
	return key;
}

static inline struct eng_key *
kit_key_hex(const char *text)
{
	KL_AUTO(kit_free) struct kit_bytes b = kit_hex(text);

	return kit_key(kit_view(&b));
}

/* An operation to run: what eng_op_init wants. */
struct kit_run {
	const struct eng_alg *alg;
	struct eng_par par;
	enum eng_dir dir;
	struct eng_key *key;
	struct eng_op *op;	/* kept between runs, free it in the end */
};

static inline CK_RV
kit_init(struct kit_run *r)
{
	return eng_op_init(kit_eng(), r->alg, &r->par, r->dir, r->key, &r->op);
}

/* Runs in one piece; *out is exactly the result.  What once_len promises is
 * all the room there is. */
static inline CK_RV
kit_once(struct kit_run *r, struct bytes in, struct kit_bytes *out)
{
	size_t n = 0;
	CK_RV rv = kit_init(r);

	*out = kit_alloc(0);
	if (rv != CKR_OK)
		return rv;
	kit_free(out);
	*out = kit_alloc(eng_op_once_len(r->op, in.n));
	rv = eng_op_once(r->op, in, out->p, &n);
	eng_op_rest(r->op);
	assert_true(n <= out->n);
	out->n = n;
	return rv;
}

/* One update into memory of exactly the promised size, appended to *out. */
static inline CK_RV
kit_update(struct kit_run *r, struct bytes in, struct buf *out)
{
	size_t room = eng_op_update_len(r->op, in.n);
	KL_AUTO(kit_free) struct kit_bytes part = kit_alloc(room);
	size_t n = 0;
	CK_RV rv = eng_op_update(r->op, in, part.p, &n);

	if (rv != CKR_OK)
		return rv;
	assert_int_equal(n, room);
	buf_put(out, bytes_of(part.p, n));
	return CKR_OK;
}

/* Runs in parts of step bytes, the first of them one byte shorter. */
static inline CK_RV
kit_parts(struct kit_run *r, struct bytes in, size_t step, struct buf *out)
{
	struct kit_bytes last;
	size_t n = 0;
	size_t part = step - 1;
	CK_RV rv = kit_init(r);

	while (rv == CKR_OK && in.n > 0) {
		part = part < in.n ? part : in.n;
		rv = kit_update(r, bytes_of(in.p, part), out);
		in = bytes_of(in.p + part, in.n - part);
		part = step;
	}
	if (rv != CKR_OK)
		return rv;
	last = kit_alloc(eng_op_final_len(r->op));
	if ((rv = eng_op_final(r->op, last.p, &n)) == CKR_OK)
		buf_put(out, bytes_of(last.p, n));
	kit_free(&last);
	eng_op_rest(r->op);
	return rv;
}

/* Asserts that the run gives want, at once, and in parts of every size up to
 * 35 bytes, and in place. */
static inline void
kit_expect(struct kit_run *r, struct bytes in, struct bytes want)
{
	KL_AUTO(kit_free) struct kit_bytes once = { .p = NULL };

	assert_int_equal(kit_once(r, in, &once), CKR_OK);
	assert_int_equal(once.n, want.n);
	assert_memory_equal(once.p, want.p, want.n);
	for (size_t step = 1; step <= 35; step++) {
		KL_AUTO(buf_done) struct buf out = { .p = NULL };

		assert_int_equal(kit_parts(r, in, step, &out), CKR_OK);
		assert_int_equal(out.n, want.n);
		if (want.n > 0)
			assert_memory_equal(out.p, want.p, want.n);
	}
}

/* The same where output lies shift bytes after (before: negative) input. */
static inline void
kit_expect_overlap(struct kit_run *r, struct bytes in, struct bytes want,
    int shift)
{
	static uint8_t room[2 * KIT_MAX];
	uint8_t *from = room + KIT_MAX / 2;
	size_t n = 0;

	assert_true(in.n <= KIT_MAX && want.n <= KIT_MAX);
	memcpy(from, in.p, in.n);
	assert_int_equal(kit_init(r), CKR_OK);
	assert_int_equal(
	    eng_op_once(r->op, bytes_of(from, in.n), from + shift, &n), CKR_OK);
	assert_int_equal(n, want.n);
	assert_memory_equal(from + shift, want.p, want.n);
}

#endif
