/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "otp": one-time passwords (6.53), with the test values of RFC 4226,
 * appendix D, and RFC 6238, appendix B.
 */
#include "suite.h"

#include <string.h>

/* A key of RFC 4226's secret. */
static CK_OBJECT_HANDLE
otp_key(bool token)
{
	CK_OBJECT_HANDLE h = 0;
	struct tmpl t = { .n = 0 };

	kit_need_mech(CKM_HOTP, CKF_SIGN);
	t_u(&t, CKA_CLASS, CKO_OTP_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_HOTP);
	t_b(&t, CKA_TOKEN, token);
	t_b(&t, CKA_SIGN, true);
	t_b(&t, CKA_VERIFY, true);
	t_v(&t, CKA_VALUE, "12345678901234567890", 20);
	NEED(obj_try(&t, &h));
	return h;
}

struct answer {
	CK_BYTE block[1024];
	CK_ULONG len;
};

static void
sign_init(CK_OBJECT_HANDLE key)
{
	CK_OTP_PARAMS p = { NULL, 0 };
	CK_MECHANISM m = { CKM_HOTP, &p, sizeof(p) };

	NEED(kit.f->C_SignInit(kit.s, &m, key));
}

static void
sign(CK_OBJECT_HANDLE key, struct answer *a)
{
	sign_init(key);
	a->len = sizeof(a->block);
	NEED(kit.f->C_Sign(kit.s, NULL, 0, a->block, &a->len));
	REQUIRE(a->len >= sizeof(CK_OTP_SIGNATURE_INFO) &&
		a->len <= sizeof(a->block), "%lu bytes", a->len);
}

/* The value of this type, inside the block it must lie in. */
static CK_OTP_PARAM
part(const struct answer *a, CK_OTP_PARAM_TYPE type)
{
	CK_OTP_SIGNATURE_INFO info;
	CK_OTP_PARAM p = { 0, NULL, 0 };
	const CK_BYTE *end = a->block + a->len;

	memcpy(&info, a->block, sizeof(info));
	for (CK_ULONG i = 0; i < info.ulCount; i++) {
		memcpy(&p, &info.pParams[i], sizeof(p));
		REQUIRE((const CK_BYTE *)p.pValue >= a->block &&
			(const CK_BYTE *)p.pValue + p.ulValueLen <= end,
		    "a value lies outside the block");
		if (p.type == type)
			return p;
	}
	REQUIRE(false, "no parameter of type %lu", type);
	return p;
}

static CK_RV
verify(CK_OBJECT_HANDLE key, CK_ULONG counter, const char *value)
{
	CK_BYTE count[8] = { 0, 0, 0, 0, 0, 0, 0, (CK_BYTE)counter };
	CK_OTP_PARAM v = { CK_OTP_COUNTER, count, sizeof(count) };
	CK_OTP_PARAMS p = { &v, 1 };
	CK_MECHANISM m = { CKM_HOTP, &p, sizeof(p) };

	NEED(kit.f->C_VerifyInit(kit.s, &m, key));
	return kit.f->C_Verify(kit.s, NULL, 0,
	    (CK_BYTE_PTR)(uintptr_t)value, strlen(value));
}

static void
rfc4226(const void *arg)
{
	static const char *const want[] = { "755224", "287082", "359152",
		"969429", "338314", "254676", "287922", "162583", "399871",
		"520489" };
	CK_OBJECT_HANDLE key = otp_key(arg != NULL);

	for (size_t i = 0; i < KIT_COUNT(want); i++) {
		struct answer a;
		CK_OTP_PARAM v;

		sign(key, &a);
		v = part(&a, CK_OTP_VALUE);
		CHECK(v.ulValueLen == 6 && memcmp(v.pValue, want[i], 6) == 0,
		    "counter %zu: wrong password", i);
		WANT(verify(key, i, want[i]), CKR_OK);
		WANT(verify(key, i + 1, want[i]), CKR_SIGNATURE_INVALID);
	}
}

/* Asking for the length, or having too little room, uses up no password. */
static void
room(const void *arg)
{
	CK_OBJECT_HANDLE key = otp_key(true);
	CK_BYTE block[1024];
	CK_ULONG n = 0, need;

	(void)arg;
	sign_init(key);
	NEED(kit.f->C_Sign(kit.s, NULL, 0, NULL, &n));
	need = n--;
	WANT(kit.f->C_Sign(kit.s, NULL, 0, block, &n), CKR_BUFFER_TOO_SMALL);
	CHECK(n == need, "needs %lu, then %lu bytes", need, n);
	NEED(kit.f->C_Sign(kit.s, NULL, 0, block, &n));
	(void)attr_is(key, CKA_OTP_COUNTER, "\0\0\0\0\0\0\0\1", 8);
}

static void
params(const void *arg)
{
	static CK_BYTE count[9];
	static CK_FLAGS exclude = CKF_EXCLUDE_COUNTER, unknown = 0x80;
	static CK_ULONG length = 1000;
	CK_OTP_PARAM bad[] = {
		{ CK_OTP_COUNTER, count, 9 }, { CK_OTP_COUNTER, NULL, 8 },
		{ CK_OTP_FLAGS, &exclude, sizeof(exclude) },
		{ CK_OTP_FLAGS, &unknown, sizeof(unknown) },
		{ CK_OTP_OUTPUT_LENGTH, &length, sizeof(length) },
		{ 77, count, 8 },
	};
	CK_OBJECT_HANDLE key = otp_key(false);
	CK_MECHANISM m = { CKM_HOTP, NULL, 0 };

	(void)arg;
	WANT(kit.f->C_SignInit(kit.s, &m, key), CKR_MECHANISM_PARAM_INVALID);
	for (size_t i = 0; i < KIT_COUNT(bad); i++) {
		CK_OTP_PARAMS p = { &bad[i], 1 };

		m.pParameter = &p;
		m.ulParameterLen = sizeof(p);
		kit_note("parameter %zu", i);
		WANT(kit.f->C_SignInit(kit.s, &m, key),
		    CKR_MECHANISM_PARAM_INVALID);
	}
}

/* What is generated works, and no two of its passwords are of one counter. */
static void
generated(const void *arg)
{
	CK_MECHANISM gen = { CKM_HOTP_KEY_GEN, NULL, 0 };
	CK_BYTE last[8] = { 0 };
	CK_OBJECT_HANDLE key;

	(void)arg;
	kit_need_mech(CKM_HOTP_KEY_GEN, CKF_GENERATE);
	NEED(kit.f->C_GenerateKey(kit.s, &gen, NULL, 0, &key));
	(void)attr_is_u(key, CKA_CLASS, CKO_OTP_KEY);
	(void)attr_is_u(key, CKA_KEY_TYPE, CKK_HOTP);
	for (int i = 0; i < 5; i++) {
		struct answer a;
		CK_OTP_PARAM p;

		sign(key, &a);
		p = part(&a, CK_OTP_COUNTER);
		REQUIRE(p.ulValueLen == 8, "a counter of %lu bytes",
		    p.ulValueLen);
		CHECK(i == 0 || memcmp(p.pValue, last, 8) > 0,
		    "password %d is of an old counter", i);
		memcpy(last, p.pValue, 8);
	}
}

/* RFC 6238, appendix B: passwords of the time, with three hashes.  SHA-1's is
 * CKM_HOTP; the other two have kluis' own numbers. */
struct totp {
	CK_MECHANISM_TYPE type;
	const char *secret;
	const char *want; /* at 2009-02-13 23:31:30 */
};
static const struct totp totps[] = {
	{ CKM_HOTP, "12345678901234567890", "89005924" },
	{ 0x8b4c0010UL, "12345678901234567890123456789012", "91819424" },
	{ 0x8b4c0011UL,
	    "1234567890123456789012345678901234567890123456789012345678901234",
	    "93441116" },
};

static CK_OBJECT_HANDLE
totp_key(const struct totp *row)
{
	CK_OBJECT_HANDLE h = 0;
	struct tmpl t = { .n = 0 };
	CK_RV rv;

	kit_need_mech(row->type, CKF_SIGN | CKF_VERIFY);
	t_u(&t, CKA_CLASS, CKO_OTP_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_HOTP);
	t_u(&t, CKA_OTP_TIME_REQUIREMENT, CK_OTP_PARAM_MANDATORY);
	t_u(&t, CKA_OTP_LENGTH, 8);
	t_b(&t, CKA_SIGN, true);
	t_b(&t, CKA_VERIFY, true);
	t_v(&t, CKA_VALUE, row->secret, strlen(row->secret));
	rv = obj_try(&t, &h);
	SKIP_UNLESS(rv == CKR_OK || kit.profile == PROFILE_KLUIS,
	    "no HOTP keys of the time");
	REQUIRE(rv == CKR_OK, "C_CreateObject: %s", kit_rv_name(rv));
	return h;
}

static void
rfc6238(const void *arg)
{
	static char time[] = "20090213233130";
	const struct totp *row = arg;
	CK_OTP_PARAM v = { CK_OTP_TIME, time, 14 }, got;
	CK_OTP_PARAMS p = { &v, 1 };
	CK_MECHANISM m = { row->type, &p, sizeof(p) };
	CK_OBJECT_HANDLE key = totp_key(row);
	struct answer a = { .len = sizeof(a.block) };

	NEED(kit.f->C_SignInit(kit.s, &m, key));
	NEED(kit.f->C_Sign(kit.s, NULL, 0, a.block, &a.len));
	got = part(&a, CK_OTP_VALUE);
	CHECK(got.ulValueLen == 8 && memcmp(got.pValue, row->want, 8) == 0,
	    "wrong password");
	NEED(kit.f->C_VerifyInit(kit.s, &m, key));
	WANT(kit.f->C_Verify(kit.s, NULL, 0,
		 (CK_BYTE_PTR)(uintptr_t)row->want, 8), CKR_OK);
	NEED(kit.f->C_VerifyInit(kit.s, &m, key));
	WANT(kit.f->C_Verify(kit.s, NULL, 0, (CK_BYTE_PTR) "00000000", 8),
	    CKR_SIGNATURE_INVALID);
}

static const struct kit_case cases[] = {
	{ "otp/rfc4226", "6.53.11", AT_USER, rfc4226, NULL, 0 },
	{ "otp/rfc4226-token", "6.53.11", AT_USER, rfc4226, "token", 0 },
	{ "otp/rfc6238-sha1", "6.53.11", AT_USER, rfc6238, &totps[0], 0 },
	{ "otp/rfc6238-sha256", "design", AT_USER, rfc6238, &totps[1], 0 },
	{ "otp/rfc6238-sha512", "design", AT_USER, rfc6238, &totps[2], 0 },
	{ "otp/room", "6.53.7", AT_USER, room, NULL, 0 },
	{ "otp/params", "6.53.5", AT_USER, params, NULL, 0 },
	{ "otp/generated", "6.53.11", AT_USER, generated, NULL, 0 },
};

void
otp_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
