/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key management and random numbers (3.2 sections 5.18 and 5.20) at the entry
 * points: known answers, which come out only when each argument arrives where it
 * belongs.  The rules are tested in tests/session/test_op_keys.c and
 * test_op_wrap.c.
 */
#include "api/api_kit.h"

static CK_MECHANISM aes_gen = { CKM_AES_KEY_GEN, NULL, 0 };
static CK_MECHANISM ec_gen = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
static CK_MECHANISM kw = { CKM_AES_KEY_WRAP, NULL, 0 };
static CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
static CK_KEY_TYPE aes = CKK_AES;

static void
all_fail(CK_SESSION_HANDLE hs, CK_RV rv)
{
	CK_ATTRIBUTE t = A(CKA_CLASS, secret);
	CK_OBJECT_HANDLE made = 42, other = 42;
	CK_BYTE buf[24] = { 0 };
	CK_ULONG n = sizeof(buf);

	IS(C_GenerateKey(hs, &aes_gen, &t, 1, &made), rv);
	IS(C_GenerateKeyPair(hs, &ec_gen, &t, 1, &t, 1, &made, &other), rv);
	IS(C_WrapKey(hs, &kw, 1, 1, buf, &n), rv);
	IS(C_UnwrapKey(hs, &kw, 1, buf, n, &t, 1, &made), rv);
	IS(C_DeriveKey(hs, &kw, 1, &t, 1, &made), rv);
	IS(C_SeedRandom(hs, buf, 4), rv);
	IS(C_GenerateRandom(hs, buf, 4), rv);
	assert_int_equal(made, 42);
	assert_int_equal(other, 42);
	assert_int_equal(n, sizeof(buf));
	assert_int_equal(buf[0] | buf[1] | buf[2] | buf[3], 0);
}

static void
test_before(void **state)
{
	(void)state;
	all_fail(1, CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
test_bad_session(void **state)
{
	(void)state;
	all_fail(NOWHERE, CKR_SESSION_HANDLE_INVALID);
	all_fail(0, CKR_SESSION_HANDLE_INVALID);
}

static void
test_generate(void **state)
{
	CK_ULONG len = 24;
	CK_ATTRIBUTE t[] = { A(CKA_VALUE_LEN, len), ON(CKA_EXTRACTABLE),
		ON(CKA_MODULUS) };
	CK_OBJECT_HANDLE key = 42;

	(void)state;
	IS(C_GenerateKey(api.hs, &aes_gen, t, 0, &key),
	    CKR_TEMPLATE_INCOMPLETE);
	IS(C_GenerateKey(api.hs, &aes_gen, t, 3, &key),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(key, 42);
	OK(C_GenerateKey(api.hs, &aes_gen, t, 2, &key));
	assert_int_equal(api_number(key, CKA_VALUE_LEN), 24);
	assert_true(api_bool(key, CKA_EXTRACTABLE));
}

/* Templates and handles: the public half's first. */
static void
test_generate_pair(void **state)
{
	CK_BYTE oid[16];
	CK_ATTRIBUTE pub[] = { { CKA_EC_PARAMS, oid, hex(P256_OID, oid) },
		{ CKA_LABEL, (void *)(uintptr_t) "public", 6 },
		ON(CKA_SENSITIVE) };
	CK_ATTRIBUTE priv[] = {
		{ CKA_LABEL, (void *)(uintptr_t) "private!", 8 },
		ON(CKA_WRAP) };
	CK_OBJECT_HANDLE a = 42, b = 42;
	CK_BYTE v[600];

	(void)state;
	IS(C_GenerateKeyPair(api.hs, &ec_gen, pub, 3, priv, 1, &a, &b),
	    CKR_TEMPLATE_INCONSISTENT);
	IS(C_GenerateKeyPair(api.hs, &ec_gen, pub, 2, priv, 2, &a, &b),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_true(a == 42 && b == 42);
	OK(C_GenerateKeyPair(api.hs, &ec_gen, pub, 2, priv, 1, &a, &b));
	assert_int_equal(api_number(a, CKA_CLASS), CKO_PUBLIC_KEY);
	assert_int_equal(api_number(b, CKA_CLASS), CKO_PRIVATE_KEY);
	assert_int_equal(api_get(a, CKA_LABEL, v), 6);
	assert_int_equal(api_get(b, CKA_LABEL, v), 8);
}

/* The key under the wrapping key, not the other way round. */
static void
test_wrap(void **state)
{
	CK_OBJECT_HANDLE kek = api_secret(CKK_AES, KW_KEK);
	CK_OBJECT_HANDLE key = api_secret(CKK_AES, KW_KEY);
	CK_BYTE out[32];
	CK_ULONG n = 23;

	(void)state;
	IS(C_WrapKey(api.hs, &kw, kek + 999, key, out, &n),
	    CKR_WRAPPING_KEY_HANDLE_INVALID);
	IS(C_WrapKey(api.hs, &kw, kek, key + 999, out, &n),
	    CKR_KEY_HANDLE_INVALID);
	IS(C_WrapKey(api.hs, &kw, kek, key, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 24);
	n = sizeof(out);
	OK(C_WrapKey(api.hs, &kw, kek, key, out, &n));
	assert_hex(out, n, KW_OUT);
}

static void
test_unwrap(void **state)
{
	CK_OBJECT_HANDLE kek = api_secret(CKK_AES, KW_KEK), key = 42;
	CK_BYTE in[24];
	CK_ULONG n = hex(KW_OUT, in);
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, aes),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE), ON(CKA_MODULUS) };

	(void)state;
	IS(C_UnwrapKey(api.hs, &kw, kek + 999, in, n, t, 4, &key),
	    CKR_UNWRAPPING_KEY_HANDLE_INVALID);
	IS(C_UnwrapKey(api.hs, &kw, kek, in, 16, t, 4, &key),
	    CKR_WRAPPED_KEY_LEN_RANGE);
	IS(C_UnwrapKey(api.hs, &kw, kek, in, n, t, 5, &key),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(key, 42);
	OK(C_UnwrapKey(api.hs, &kw, kek, in, n, t, 4, &key));
	assert_value(key, KW_KEY);
}

static void
test_derive(void **state)
{
	CK_BYTE point[65] = { 4 };
	CK_ECDH1_DERIVE_PARAMS p = { CKD_NULL, 0, NULL,
		1 + hex(DH_RX DH_RY, point + 1), point };
	CK_MECHANISM ecdh = { CKM_ECDH1_DERIVE, &p, sizeof(p) };
	CK_OBJECT_HANDLE base = api_ec_private(DH_I), key = 42;
	CK_KEY_TYPE generic = CKK_GENERIC_SECRET;
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, generic),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE), ON(CKA_MODULUS) };

	(void)state;
	IS(C_DeriveKey(api.hs, &ecdh, base + 999, t, 4, &key),
	    CKR_KEY_HANDLE_INVALID);
	IS(C_DeriveKey(api.hs, &ecdh, base, t, 5, &key),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(key, 42);
	OK(C_DeriveKey(api.hs, &ecdh, base, t, 4, &key));
	assert_value(key, DH_Z);
}

/* As many bytes as were asked for, not one more. */
static void
test_random(void **state)
{
	CK_BYTE a[40] = { 0 }, b[40] = { 0 }, zero[8] = { 0 };

	(void)state;
	IS(C_SeedRandom(api.hs, NULL, 4), CKR_ARGUMENTS_BAD);
	IS(C_GenerateRandom(api.hs, NULL, 4), CKR_ARGUMENTS_BAD);
	OK(C_GenerateRandom(api.hs, a, 0));
	assert_memory_equal(a, zero, 8);
	OK(C_SeedRandom(api.hs, b, 32));
	OK(C_GenerateRandom(api.hs, a, 32));
	OK(C_GenerateRandom(api.hs, b, 32));
	assert_memory_not_equal(a, b, 32);
	assert_memory_not_equal(a + 24, zero, 8);
	assert_memory_equal(a + 32, zero, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_bad_session),
		CASE(test_generate), CASE(test_generate_pair),
		CASE(test_wrap), CASE(test_unwrap), CASE(test_derive),
		CASE(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
