/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Areas "length" and "parts": the convention for output lengths (5.2), and
 * that parts give what the whole gives, for every mechanism and operation.
 */
#include "ops.h"

#include <string.h>

/* Room to spare that a size answer may ask for beyond what comes out. */
#define SLACK 64

static void
untouched(const CK_BYTE *buf, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (buf[i] != 0xa5) {
			kit_fail(__FILE__, __LINE__,
			    "a short buffer was written at %zu", i);
			return;
		}
}

/*
 * Before decrypting nobody knows what padding leaves; the input's length is
 * then a fair answer.
 */
static bool
fair_size(const struct trial *t, CK_ULONG n, size_t exact)
{
	return n >= exact &&
	    (n <= exact + SLACK || (t->op == OP_DECRYPT && n <= t->inlen));
}

/*
 * Asks for the length, gives too little, then enough, through one of the two
 * calls.
 */
static void
convention(const struct trial *t, bool final, size_t exact)
{
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = 0, need;
	CK_RV rv;

	rv = final ? op_final(t->op, NULL, &n) :
		     op_one(t->op, t->in, t->inlen, NULL, &n);
	if (!WANT(rv, CKR_OK))
		return;
	CHECK(
	    fair_size(t, n, exact), "size answer %lu, %zu come out", n, exact);
	need = n;
	if (exact != 0) {
		memset(out, 0xa5, sizeof(out));
		n = exact - 1;
		rv = final ? op_final(t->op, out, &n) :
			     op_one(t->op, t->in, t->inlen, out, &n);
		if (!WANT(rv, CKR_BUFFER_TOO_SMALL))
			return;
		CHECK(fair_size(t, n, exact),
		    "short buffer: length %lu, want %zu", n, exact);
		untouched(out, exact - 1);
	}
	memset(out, 0xa5, sizeof(out));
	n = need;
	rv = final ? op_final(t->op, out, &n) :
		     op_one(t->op, t->in, t->inlen, out, &n);
	if (!WANT(rv, CKR_OK))
		return;
	CHECK(n == exact, "%lu bytes came out, want %zu", n, exact);
	for (size_t i = need; i < need + 16 && i < sizeof(out); i++)
		CHECK(out[i] == 0xa5, "byte %zu behind the buffer was written",
		    i - need);
	rv = final ? op_final(t->op, out, &n) :
		     op_one(t->op, t->in, t->inlen, out, &n);
	WANT(rv, CKR_OPERATION_NOT_INITIALIZED);
}

static void
one_part(const void *arg)
{
	const struct op_case *c = arg;
	struct trial t;

	trial_prepare(&t, c->op, c->row);
	NEED(op_init(&t));
	convention(&t, false, t.outlen);
}

/*
 * All in one update, then the convention of the final call for what is left.
 */
static void
final_part(const void *arg)
{
	const struct op_case *c = arg;
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = 0;
	struct trial t;

	trial_prepare(&t, c->op, c->row);
	NEED(op_init(&t));
	if (op_streams(t.op)) {
		NEED(op_update(t.op, t.in, t.inlen, NULL, &n));
		CHECK(n <= t.inlen + SLACK, "size answer %lu for %zu bytes", n,
		    t.inlen);
		if (n > 0 && t.sj.row->kind != K_CCM &&
		    (t.op == OP_ENCRYPT || t.sj.row->kind != K_GCM)) {
			n = 0;
			WANT(op_update(t.op, t.in, t.inlen, out, &n),
			    CKR_BUFFER_TOO_SMALL, CKR_OK);
			CHECK(n <= t.inlen + SLACK, "short buffer: length %lu",
			    n);
			if (n == 0)
				return;
		}
	}
	n = sizeof(out);
	NEED(op_update(t.op, t.in, t.inlen, out, &n));
	CHECK(n <= t.outlen, "the update gives %lu of %zu bytes", n, t.outlen);
	CHECK(t.sj.random || memcmp(out, t.out, n) == 0,
	    "the update's output differs");
	convention(&t, true, t.outlen - n);
}

/* In chunks of the given size; the whole output into out. */
static size_t
in_chunks(const struct trial *t, size_t chunk, CK_BYTE *out)
{
	size_t total = 0;
	CK_ULONG n;

	NEED(op_init(t));
	for (size_t at = 0; at < t->inlen; at += chunk) {
		size_t part = t->inlen - at < chunk ? t->inlen - at : chunk;

		n = SUBJECT_MAX - total;
		NEED(op_update(t->op, t->in + at, part, out + total, &n));
		total += n;
	}
	if (t->op == OP_VERIFY) {
		n = t->outlen;
		memcpy(out, t->out, n);
	} else {
		n = SUBJECT_MAX - total;
	}
	NEED(op_final(t->op, out + total, &n));
	return total + n;
}

static void
parts(const void *arg)
{
	static const size_t chunks[] = { 1, 3, 7, 15, 16, 17, 31, 33, 64, 100 };
	static const size_t lengths[] = { 1, 15, 16, 17, 48, 100, 1008 };
	const struct op_case *c = arg;
	CK_BYTE out[SUBJECT_MAX];

	kit_need_mech(c->row->type, op_flag(c->op));
	for (size_t i = 0; i < KIT_COUNT(lengths); i++) {
		struct trial t;

		subject_init(&t.sj, c->row);
		if (lengths[i] % t.sj.unit != 0 || lengths[i] < t.sj.least)
			continue;
		trial_prepare_len(&t, c->op, c->row, lengths[i]);
		for (size_t k = 0; k < KIT_COUNT(chunks); k++) {
			size_t n = in_chunks(&t, chunks[k], out);

			if (c->op == OP_SIGN && t.sj.random)
				CHECK(n == t.outlen,
				    "%zu bytes by %zu: %zu bytes come out",
				    lengths[i], chunks[k], n);
			else
				CHECK(
				    n == t.outlen && memcmp(out, t.out, n) == 0,
				    "%zu bytes by %zu: another output (%zu of %zu)",
				    lengths[i], chunks[k], n, t.outlen);
		}
	}
}

/*
 * Nothing at all, in one part and in none; updates of nothing change nothing.
 */
static void
empty(const void *arg)
{
	const struct op_case *c = arg;
	CK_BYTE a[SUBJECT_MAX], b[SUBJECT_MAX];
	CK_ULONG n = sizeof(a), m = sizeof(b);
	struct trial t;
	CK_RV rv;

	trial_prepare(&t, c->op, c->row);
	subject_length(&t.sj, 0);
	NEED(op_init(&t));
	if (t.sj.least != 0) {
		WANT(op_one(t.op, (const CK_BYTE *)"", 0, a, &n),
		    CKR_DATA_LEN_RANGE);
		NEED(op_init(&t));
		WANT(op_final(t.op, b, &m), CKR_DATA_LEN_RANGE);
		return;
	}
	NEED(op_one(t.op, (const CK_BYTE *)"", 0, a, &n));
	NEED(op_init(&t));
	WANT(op_final(t.op, b, &m), CKR_OK);
	if (!t.sj.random)
		CHECK(n == m && memcmp(a, b, n) == 0,
		    "nothing in one part gives %lu bytes, in none %lu", n, m);
	NEED(op_init(&t));
	m = sizeof(b);
	rv = op_update(t.op, NULL, 0, b, &m);
	if (kit.profile == PROFILE_KLUIS || rv != CKR_ARGUMENTS_BAD)
		WANT(rv, CKR_OK);
	if (rv != CKR_OK) {
		op_abort(t.op);
		NEED(op_init(&t));
	}
	CHECK(rv != CKR_OK || m == 0, "%lu bytes from nothing", m);
	m = sizeof(b);
	WANT(op_update(t.op, (const CK_BYTE *)"", 0, b, &m), CKR_OK);
	m = sizeof(b);
	WANT(op_final(t.op, b, &m), CKR_OK);
}

void
oplen_cases(struct kit_list *l)
{
	static const struct kit_case one = { NULL, "5.2", AT_USER, one_part,
		NULL, 0 };
	static const struct kit_case last = { NULL, "5.2", AT_USER, final_part,
		NULL, 0 };
	static const struct kit_case chunked = { NULL, "5.8 to 5.15", AT_USER,
		parts, NULL, 0 };
	static const struct kit_case none = { NULL, "5.8 to 5.15", AT_USER,
		empty, NULL, 0 };
	const unsigned int out = 1U << OP_ENCRYPT | 1U << OP_DECRYPT |
	    1U << OP_SIGN | 1U << OP_DIGEST;

	op_add(l, "length/one", out, &one, false);
	op_add(l, "length/final", out, &last, true);
	op_add(l, "parts", out | 1U << OP_VERIFY, &chunked, true);
	op_add(l, "empty", 1U << OP_ENCRYPT | 1U << OP_SIGN | 1U << OP_DIGEST,
	    &none, true);
}
