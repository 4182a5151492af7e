/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Areas "message", signing and checking message after message under one init
 * (5.14 and 5.16), and "first", checks whose signature is given before the
 * data (5.15.7 to 5.15.10): every mechanism that claims it, then what may follow
 * what.
 */
#include "ops.h"

#include <string.h>

static CK_BYTE data[] = "to be signed, message by message";
#define LEN ((CK_ULONG)sizeof(data))

/* Skips where the module has no message-based signing with the mechanism. */
static void
need_messages(CK_MECHANISM_TYPE m, CK_FLAGS flags)
{
	kit_need_30();
	kit_need_mech(m, flags);
}

/* The signature must be one of the data, by the plain function. */
static void
is_signature(const struct trial *t, const CK_BYTE *sig, CK_ULONG n)
{
	CK_MECHANISM m = t->sj.m;
	CK_BYTE copy[SUBJECT_MAX];

	REQUIRE(n <= sizeof(copy), "a signature of %lu bytes", n);
	memcpy(copy, sig, n);
	NEED(kit.f->C_VerifyInit(kit.s, &m, t->sj.back));
	WANT(kit.f->C_Verify(kit.s, (CK_BYTE *)(uintptr_t)t->in, t->inlen,
		 copy, n),
	    CKR_OK);
}

/* One message in parts; the last call has the last byte. */
static void
sign_parts(struct trial *t, CK_BYTE *sig, CK_ULONG *n)
{
	NEED(kit.f30->C_SignMessageBegin(kit.s, NULL, 0));
	NEED(kit.f30->C_SignMessageNext(
	    kit.s, NULL, 0, t->in, t->inlen - 1, NULL, NULL));
	NEED(kit.f30->C_SignMessageNext(
	    kit.s, NULL, 0, t->in + t->inlen - 1, 1, sig, n));
}

static void
verify_parts(struct trial *t, CK_BYTE *sig, CK_ULONG n, CK_RV want)
{
	NEED(kit.f30->C_VerifyMessageBegin(kit.s, NULL, 0));
	NEED(kit.f30->C_VerifyMessageNext(
	    kit.s, NULL, 0, t->in, t->inlen - 1, NULL, 0));
	WANT(kit.f30->C_VerifyMessageNext(
		 kit.s, NULL, 0, t->in + t->inlen - 1, 1, sig, n),
	    want);
}

/* What C_GetMechanismInfo claims: three messages under one init. */
static void
signs(const void *arg)
{
	const struct op_case *c = arg;
	CK_BYTE sig[SUBJECT_MAX];
	CK_ULONG n = sizeof(sig);
	CK_MECHANISM_INFO info;
	struct trial t;

	need_messages(c->row->type, CKF_MESSAGE_SIGN);
	(void)kit_has_mech(c->row->type, &info);
	trial_prepare(&t, OP_SIGN, c->row);
	NEED(kit.f30->C_MessageSignInit(kit.s, &t.sj.m, t.sj.fwd));
	for (int i = 0; i < 2; i++) {
		n = sizeof(sig);
		NEED(kit.f30->C_SignMessage(
		    kit.s, NULL, 0, t.in, t.inlen, sig, &n));
		is_signature(&t, sig, n);
	}
	if ((info.flags & CKF_MULTI_MESSAGE) != 0) {
		n = sizeof(sig);
		sign_parts(&t, sig, &n);
		is_signature(&t, sig, n);
	}
	NEED(kit.f30->C_MessageSignFinal(kit.s));
}

static void
verifies(const void *arg)
{
	const struct op_case *c = arg;
	CK_MECHANISM_INFO info;
	CK_MECHANISM m;
	struct trial t;

	need_messages(c->row->type, CKF_MESSAGE_VERIFY);
	(void)kit_has_mech(c->row->type, &info);
	trial_prepare(&t, OP_VERIFY, c->row);
	m = t.sj.m;
	NEED(kit.f30->C_MessageVerifyInit(kit.s, &m, t.sj.back));
	for (int i = 0; i < 2; i++) {
		CK_RV want = i == 0 ? CKR_OK : CKR_SIGNATURE_INVALID;

		t.out[t.outlen - 1] ^= (CK_BYTE)i;
		WANT(kit.f30->C_VerifyMessage(
			 kit.s, NULL, 0, t.in, t.inlen, t.out, t.outlen),
		    want);
		if ((info.flags & CKF_MULTI_MESSAGE) != 0)
			verify_parts(&t, t.out, t.outlen, want);
	}
	NEED(kit.f30->C_MessageVerifyFinal(kit.s));
}

/* ---------------------------------------------------------------- states */

static CK_OBJECT_HANDLE
begin(void)
{
	CK_MECHANISM m = { CKM_SHA256_HMAC, NULL, 0 };
	CK_OBJECT_HANDLE key;

	need_messages(CKM_SHA256_HMAC, CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY);
	key = key_secret(CKK_GENERIC_SECRET, 32);
	NEED(kit.f30->C_MessageSignInit(kit.s, &m, key));
	return key;
}

static CK_RV
sign(CK_BYTE *sig, CK_ULONG *n)
{
	return kit.f30->C_SignMessage(kit.s, NULL, 0, data, LEN, sig, n);
}

static void
order(const void *arg)
{
	const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;
	CK_BYTE sig[32];
	CK_ULONG n = 32;

	(void)arg;
	kit_need_30();
	WANT(sign(sig, &n), none);
	WANT(kit.f30->C_SignMessageBegin(kit.s, NULL, 0), none);
	WANT(kit.f30->C_MessageSignFinal(kit.s), none);
	(void)begin();
	WANT(kit.f30->C_SignMessageNext(
		 kit.s, NULL, 0, data, LEN, sig, &n),
	    none);
	NEED(kit.f30->C_SignMessageBegin(kit.s, NULL, 0));
	WANT(sign(sig, &n), CKR_OPERATION_ACTIVE);
	NEED(kit.f30->C_SessionCancel(kit.s, CKF_MESSAGE_SIGN));
	WANT(sign(sig, &n), none);
	(void)begin();
	NEED(sign(sig, &n));
	NEED(kit.f30->C_MessageSignFinal(kit.s));
	WANT(sign(sig, &n), none);
}

/* Neither a question nor a short buffer ends a message or eats its part. */
static void
lengths(const void *arg)
{
	CK_BYTE want[32], got[32];
	CK_ULONG n = 0;

	(void)arg;
	(void)begin();
	NEED(sign(NULL, &n));
	CHECK(n >= 32, "%lu bytes", n);
	n = 31;
	WANT(sign(want, &n), CKR_BUFFER_TOO_SMALL);
	CHECK(n == 32, "%lu bytes are said to be needed", n);
	NEED(sign(want, &n));
	NEED(kit.f30->C_SignMessageBegin(kit.s, NULL, 0));
	n = 31;
	WANT(kit.f30->C_SignMessageNext(kit.s, NULL, 0, data, LEN, got, &n),
	    CKR_BUFFER_TOO_SMALL);
	NEED(kit.f30->C_SignMessageNext(kit.s, NULL, 0, data, LEN, got, &n));
	CHECK(memcmp(want, got, 32) == 0, "another MAC");
}

/* An error is one of the message; the next one is signed all the same. */
static void
errors(const void *arg)
{
	CK_BYTE sig[32];
	CK_ULONG n = 32;

	(void)arg;
	(void)begin();
	WANT(kit.f30->C_SignMessage(kit.s, NULL, 0, NULL, 5, sig, &n),
	    CKR_ARGUMENTS_BAD);
	WANT(sign(sig, NULL), CKR_ARGUMENTS_BAD);
	WANT(kit.f30->C_SignMessage(kit.s, data, 5, data, LEN, sig, &n),
	    CKR_MECHANISM_PARAM_INVALID, CKR_OK);
	n = 32;
	WANT(sign(sig, &n), CKR_OK);
}

static void
wrong_keys(const void *arg)
{
	CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_OBJECT_HANDLE key, not;
	CK_BYTE value[32] = { 1 };
	struct tmpl t;

	(void)arg;
	key = begin();
	NEED(kit.f30->C_MessageSignFinal(kit.s));
	tmpl_secret(&t, CKK_GENERIC_SECRET, value, sizeof(value));
	t_b(&t, CKA_SIGN, false);
	t_b(&t, CKA_VERIFY, false);
	not = obj_make(&t);
	WANT(kit.f30->C_MessageSignInit(kit.s, &hmac, not),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	WANT(kit.f30->C_MessageVerifyInit(kit.s, &hmac, not),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	WANT(kit.f30->C_MessageSignInit(kit.s, &hmac, 0),
	    CKR_KEY_HANDLE_INVALID);
	WANT(kit.f30->C_MessageSignInit(kit.s, &sha, key),
	    CKR_MECHANISM_INVALID);
	WANT(kit.f30->C_MessageSignInit(kit.s, &hmac,
		 key_secret(CKK_AES, 16)),
	    CKR_KEY_TYPE_INCONSISTENT);
	WANT(kit.f30->C_MessageSignFinal(kit.s), CKR_OPERATION_NOT_INITIALIZED);
}

/* ------------------------------------------------------- signature first */

static CK_RV
first_init(struct trial *t)
{
	CK_MECHANISM m = t->sj.m;

	return kit.f32->C_VerifySignatureInit(
	    kit.s, &m, t->sj.back, t->out, t->outlen);
}

/* Any mechanism that verifies does it this way, too (5.15.7). */
static void
first(const void *arg)
{
	const struct op_case *c = arg;
	struct trial t;

	kit_need_32();
	trial_prepare(&t, OP_VERIFY, c->row);
	for (int i = 0; i < 2; i++) {
		CK_RV want = i == 0 ? CKR_OK : CKR_SIGNATURE_INVALID;

		t.out[t.outlen - 1] ^= (CK_BYTE)i;
		NEED(first_init(&t));
		WANT(kit.f32->C_VerifySignature(kit.s, t.in, t.inlen), want);
		if (!t.sj.multi)
			continue;
		NEED(first_init(&t));
		NEED(kit.f32->C_VerifySignatureUpdate(kit.s, t.in, 1));
		NEED(kit.f32->C_VerifySignatureUpdate(
		    kit.s, t.in + 1, t.inlen - 1));
		WANT(kit.f32->C_VerifySignatureFinal(kit.s), want);
	}
}

static void
first_order(const void *arg)
{
	const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;
	struct trial t;

	(void)arg;
	kit_need_32();
	trial_prepare(&t, OP_VERIFY, mech_find(CKM_SHA256_RSA_PKCS));
	WANT(kit.f32->C_VerifySignature(kit.s, t.in, t.inlen), none);
	WANT(kit.f32->C_VerifySignatureUpdate(kit.s, t.in, 1), none);
	WANT(kit.f32->C_VerifySignatureFinal(kit.s), none);
	NEED(first_init(&t));
	WANT(first_init(&t), CKR_OPERATION_ACTIVE);
	NEED(kit.f32->C_VerifySignatureInit(kit.s, NULL, 0, NULL, 0));
	WANT(kit.f32->C_VerifySignatureFinal(kit.s), none);
	NEED(first_init(&t));
	NEED(kit.f32->C_SessionCancel(kit.s, CKF_VERIFY));
	WANT(kit.f32->C_VerifySignatureFinal(kit.s), none);
	NEED(first_init(&t));
	WANT(kit.f32->C_VerifySignatureUpdate(kit.s, NULL, 1),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f32->C_VerifySignatureFinal(kit.s), none);
	t.outlen--;
	WANT(first_init(&t), CKR_OK);
	WANT(kit.f32->C_VerifySignature(kit.s, t.in, t.inlen),
	    CKR_SIGNATURE_LEN_RANGE);
}

static const struct kit_case cases[] = {
	{ "message/order", "5.14", AT_USER, order, NULL, 0 },
	{ "message/lengths", "5.14", AT_USER, lengths, NULL, 0 },
	{ "message/errors", "5.14", AT_USER, errors, NULL, 0 },
	{ "message/wrong-keys", "5.14.1, 5.16.1", AT_USER, wrong_keys, NULL,
	    0 },
	{ "first/order", "5.15.7 to 5.15.10", AT_USER, first_order, NULL, 0 },
};

void
message_cases(struct kit_list *l)
{
	const struct kit_case sign_one = { NULL, "5.14", AT_USER, signs, NULL,
		0 };
	const struct kit_case check_one = { NULL, "5.16", AT_USER, verifies,
		NULL, 0 };
	const struct kit_case first_one = { NULL, "5.15.7", AT_USER, first,
		NULL, 0 };

	op_add(l, "message", 1U << OP_SIGN, &sign_one, false);
	op_add(l, "message", 1U << OP_VERIFY, &check_one, false);
	op_add(l, "first", 1U << OP_VERIFY, &first_one, false);
	kit_add(l, cases, KIT_COUNT(cases));
}
