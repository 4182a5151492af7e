/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "saved": states of operations (5.6.6, 5.6.7). A module may save some, all
 * or none; what it saved, it must restore, or say why not.
 */
#include "ops.h"

#include <stdlib.h>
#include <string.h>

#define ROOM 65536

struct saved {
	CK_BYTE bytes[ROOM];
	CK_ULONG n;
};

/* Saves what the session does; skips where that cannot be saved. */
static void
save(struct saved *out)
{
	CK_RV rv;

	out->n = 0;
	rv = kit.f->C_GetOperationState(kit.s, NULL, &out->n);
	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		kit_skip("not offered");
	if (rv == CKR_STATE_UNSAVEABLE)
		kit_skip("cannot be saved");
	WANT(rv, CKR_OK);
	REQUIRE(out->n > 0 && out->n <= ROOM, "a state of %lu bytes", out->n);
	NEED(kit.f->C_GetOperationState(kit.s, out->bytes, &out->n));
}

/* With every key named: none is too many (5.6.7). */
static CK_RV
restore(const struct trial *t, struct saved *v)
{
	bool crypt = t->op == OP_ENCRYPT || t->op == OP_DECRYPT;
	CK_OBJECT_HANDLE key = t->op == OP_DIGEST ? 0 : op_key(t);

	return kit.f->C_SetOperationState(kit.s, v->bytes, v->n,
	    crypt ? key : 0, crypt ? 0 : key);
}

/* Runs the rest of the input and the end; how much came out. */
static size_t
rest(struct trial *t, size_t from, CK_BYTE *out)
{
	CK_ULONG n = SUBJECT_MAX / 2, last;

	NEED(op_update(t->op, t->in + from, t->inlen - from, out, &n));
	if (t->op == OP_VERIFY) {
		last = t->outlen;
		WANT(op_final(t->op, t->out, &last), CKR_OK);
		return 0;
	}
	last = SUBJECT_MAX - n;
	NEED(op_final(t->op, out + n, &last));
	return n + last;
}

/* Saved after the first part, taken up again after something else. */
static void
each(const void *arg)
{
	const struct op_case *c = arg;
	struct saved *v = malloc(sizeof(*v));
	CK_BYTE want[SUBJECT_MAX], got[SUBJECT_MAX], junk[SUBJECT_MAX];
	CK_ULONG n = sizeof(junk);
	struct trial t;
	size_t len, cut;

	REQUIRE(v != NULL, "no memory");
	trial_prepare(&t, c->op, c->row);
	cut = t.inlen / 2;
	NEED(op_init(&t));
	NEED(op_update(t.op, t.in, cut, junk, &n));
	save(v);
	len = rest(&t, cut, want);
	NEED(op_init(&t));
	n = sizeof(junk);
	NEED(op_update(t.op, t.in, t.inlen, junk, &n));
	NEED(restore(&t, v));
	CHECK(rest(&t, cut, got) == len, "another length");
	CHECK(t.sj.random || memcmp(want, got, len) == 0, "another result");
	free(v);
}

static void
digest_start(CK_BYTE byte)
{
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };

	NEED(kit.f->C_DigestInit(kit.s, &sha));
	NEED(kit.f->C_DigestUpdate(kit.s, &byte, 1));
}

static void
arguments(const void *arg)
{
	struct saved *v = malloc(sizeof(*v));
	CK_ULONG n = 0;
	CK_RV rv = kit.f->C_GetOperationState(kit.s, NULL, &n);

	(void)arg;
	REQUIRE(v != NULL, "no memory");
	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		kit_skip("not offered");
	WANT(rv, CKR_OPERATION_NOT_INITIALIZED);
	digest_start(1);
	save(v);
	n = v->n - 1;
	WANT(kit.f->C_GetOperationState(kit.s, v->bytes, &n),
	    CKR_BUFFER_TOO_SMALL);
	CHECK(n >= v->n, "%lu bytes are said to be needed", n);
	WANT(kit.f->C_SetOperationState(kit.s, NULL, v->n, 0, 0),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_SetOperationState(kit.s, v->bytes, v->n - 1, 0, 0),
	    CKR_SAVED_STATE_INVALID);
	WANT(kit.f->C_SetOperationState(kit.s, v->bytes, 0, 0, 0),
	    CKR_SAVED_STATE_INVALID);
	v->bytes[0] ^= 0x55;
	WANT(kit.f->C_SetOperationState(kit.s, v->bytes, v->n, 0, 0),
	    CKR_SAVED_STATE_INVALID);
	free(v);
}

/* A key that nothing in the state uses (5.6.7). */
static void
needless_key(const void *arg)
{
	struct saved *v = malloc(sizeof(*v));
	CK_OBJECT_HANDLE key = key_secret(CKK_AES, 16);

	(void)arg;
	REQUIRE(v != NULL, "no memory");
	digest_start(2);
	save(v);
	WANT(kit.f->C_SetOperationState(kit.s, v->bytes, v->n, key, 0),
	    CKR_KEY_NOT_NEEDED);
	WANT(kit.f->C_SetOperationState(kit.s, v->bytes, v->n, 0, key),
	    CKR_KEY_NOT_NEEDED);
	free(v);
}

/* Another key than the one that was used. */
static void
other_key(const void *arg)
{
	CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
	struct saved *v = malloc(sizeof(*v));
	CK_OBJECT_HANDLE key, other;
	CK_BYTE value[32] = { 7 };
	struct tmpl t;

	(void)arg;
	REQUIRE(v != NULL, "no memory");
	kit_need_mech(CKM_SHA256_HMAC, CKF_SIGN);
	key = key_secret(CKK_GENERIC_SECRET, 32);
	tmpl_secret(&t, CKK_GENERIC_SECRET, value, sizeof(value));
	other = obj_make(&t);
	NEED(kit.f->C_SignInit(kit.s, &hmac, key));
	save(v);
	WANT(kit.f->C_SetOperationState(kit.s, v->bytes, v->n, 0, other),
	    CKR_KEY_CHANGED);
	WANT(kit.f->C_SetOperationState(kit.s, v->bytes, v->n, 0, key),
	    CKR_OK);
	free(v);
}

/* Into another session of the token in the same state, not of another. */
static void
other_session(const void *arg)
{
	CK_SESSION_HANDLE rw = kit_session(CKF_RW_SESSION);
	CK_SESSION_HANDLE ro = kit_session(0);
	struct saved *v = malloc(sizeof(*v));
	CK_BYTE a[32], b[32];
	CK_ULONG n = 32;

	(void)arg;
	REQUIRE(v != NULL, "no memory");
	digest_start(3);
	save(v);
	NEED(kit.f->C_DigestFinal(kit.s, a, &n));
	WANT(kit.f->C_SetOperationState(ro, v->bytes, v->n, 0, 0),
	    CKR_SAVED_STATE_INVALID);
	NEED(kit.f->C_SetOperationState(rw, v->bytes, v->n, 0, 0));
	NEED(kit.f->C_DigestFinal(rw, b, &n));
	CHECK(memcmp(a, b, 32) == 0, "another digest");
	free(v);
}

static const struct kit_case cases[] = {
	{ "saved/arguments", "5.6.6, 5.6.7", AT_USER, arguments, NULL, 0 },
	{ "saved/needless-key", "5.6.7", AT_USER, needless_key, NULL, 0 },
	{ "saved/other-key", "5.6.7", AT_USER, other_key, NULL, 0 },
	{ "saved/other-session", "5.6.7", AT_USER, other_session, NULL, 0 },
};

void
save_cases(struct kit_list *l)
{
	const struct kit_case model = { NULL, "5.6.6, 5.6.7", AT_USER, each,
		NULL, 0 };

	op_add(l, "saved", (1U << OPS) - 1, &model, true);
	kit_add(l, cases, KIT_COUNT(cases));
}
