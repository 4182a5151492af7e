/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Authenticated wrapping (3.2 sections 5.18.6 and 5.18.7), and wrapping with an
 * IV made here: there and back for every mechanism and kind of key, additional
 * data, what is written when, the policy, and failures that tell nothing.
 */
#include "api/api_kit.h"

#define SECRET_20 "c37b7e6492584340bed12207808941155068f738"
#define KEK "000102030405060708090a0b0c0d0e0f"

static CK_BYTE aad[9] = { 4, 3, 2, 1 };
static CK_BYTE iv[24], tag[16];
static CK_GCM_MESSAGE_PARAMS gcm = { iv, 12, 32, CKG_GENERATE, tag, 128 };
static CK_CCM_MESSAGE_PARAMS ccm = { 0, iv, 12, 32, CKG_GENERATE, tag, 16 };
static CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS poly = { iv, 96, tag };
static CK_MECHANISM mechs[] = {
	{ CKM_AES_GCM, &gcm, sizeof(gcm) },
	{ CKM_AES_CCM, &ccm, sizeof(ccm) },
	{ CKM_CHACHA20_POLY1305, &poly, sizeof(poly) },
};
static CK_OBJECT_CLASS secret = CKO_SECRET_KEY, private = CKO_PRIVATE_KEY;
static CK_KEY_TYPE generic = CKK_GENERIC_SECRET, rsa = CKK_RSA;

/* Ours for the test: parameters as they began. */
static void
reset(void)
{
	memset(iv, 0, sizeof(iv));
	memset(tag, 0, sizeof(tag));
	gcm = (CK_GCM_MESSAGE_PARAMS){ iv, 12, 32, CKG_GENERATE, tag, 128 };
	ccm = (CK_CCM_MESSAGE_PARAMS){ 0, iv, 12, 32, CKG_GENERATE, tag, 16 };
	poly = (CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS){ iv, 96, tag };
}

static CK_OBJECT_HANDLE
kek(const CK_MECHANISM *m)
{
	return m->mechanism == CKM_CHACHA20_POLY1305 ?
	    api_secret(CKK_CHACHA20, KEK KEK) : api_secret(CKK_AES, KEK);
}

static CK_RV
wrap(CK_MECHANISM *m, CK_OBJECT_HANDLE w, CK_OBJECT_HANDLE key, CK_BYTE *out,
    CK_ULONG *n)
{
	return C_WrapKeyAuthenticated(api.hs, m, w, key, aad, sizeof(aad), out,
	    n);
}

static CK_RV
unwrap(CK_MECHANISM *m, CK_OBJECT_HANDLE w, CK_BYTE *in, CK_ULONG n,
    CK_OBJECT_HANDLE *out)
{
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, generic),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) };

	return C_UnwrapKeyAuthenticated(api.hs, m, w, in, n, t, COUNT(t), aad,
	    sizeof(aad), out);
}

static void
test_there_and_back(void **state)
{
	CK_OBJECT_HANDLE key, back, w;
	CK_BYTE out[64];
	CK_ULONG n;

	(void)state;
	reset();
	key = api_secret(CKK_GENERIC_SECRET, SECRET_20);
	for (size_t i = 0; i < COUNT(mechs); i++) {
		w = kek(&mechs[i]);
		n = 0;
		OK(wrap(&mechs[i], w, key, NULL, &n));
		assert_int_equal(n, 20);
		OK(wrap(&mechs[i], w, key, out, &n));
		assert_int_equal(n, 20);
		OK(unwrap(&mechs[i], w, out, n, &back));
		assert_value(back, SECRET_20);
		assert_false(api_bool(back, CKA_LOCAL));
		assert_false(api_bool(back, CKA_ALWAYS_SENSITIVE));
		assert_false(api_bool(back, CKA_NEVER_EXTRACTABLE));
	}
}

static void
test_private(void **state)
{
	static CK_BYTE out[2000];
	CK_ATTRIBUTE more[] = { OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) };
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, private), A(CKA_KEY_TYPE, rsa) };
	CK_OBJECT_HANDLE key, back, w;
	CK_ULONG n;

	(void)state;
	reset();
	key = api_rsa_private(more, COUNT(more));
	for (size_t i = 0; i < COUNT(mechs); i++) {
		w = kek(&mechs[i]);
		n = sizeof(out);
		OK(wrap(&mechs[i], w, key, out, &n));
		OK(C_UnwrapKeyAuthenticated(api.hs, &mechs[i], w, out, n, t,
		    COUNT(t), aad, sizeof(aad), &back));
	}
}

/* What the message functions and wrapping give is the same. */
static void
test_same_as_message(void **state)
{
	CK_OBJECT_HANDLE key, w;
	CK_BYTE out[64], text[20], sealed[64], first[16];
	CK_ULONG n = sizeof(out), m = sizeof(sealed);

	(void)state;
	reset();
	key = api_secret(CKK_GENERIC_SECRET, SECRET_20);
	w = kek(&mechs[0]);
	OK(wrap(&mechs[0], w, key, out, &n));
	memcpy(first, tag, 16);
	memset(tag, 0, 16);
	gcm.ivGenerator = CKG_NO_GENERATE;
	OK(C_MessageEncryptInit(api.hs, &mechs[0], w));
	OK(C_EncryptMessage(api.hs, &gcm, sizeof(gcm), aad, sizeof(aad), text,
	    hex(SECRET_20, text), sealed, &m));
	assert_int_equal(m, n);
	assert_memory_equal(sealed, out, n);
	assert_memory_equal(tag, first, 16);
}

/* IV and tag are written on success only, a question uses up nothing. */
static void
test_written(void **state)
{
	CK_OBJECT_HANDLE key, w;
	CK_BYTE out[64], zero[16] = { 0 };
	CK_ULONG n = 19;

	(void)state;
	reset();
	key = api_secret(CKK_GENERIC_SECRET, SECRET_20);
	w = kek(&mechs[0]);
	IS(wrap(&mechs[0], w, key, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 20);
	OK(wrap(&mechs[0], w, key, NULL, &n));
	assert_memory_equal(iv, zero, 12);
	assert_memory_equal(tag, zero, 16);
	gcm.ivGenerator = CKG_GENERATE_COUNTER;
	for (CK_BYTE i = 0; i < 5; i++) {
		OK(wrap(&mechs[0], w, key, NULL, &n));
		OK(wrap(&mechs[0], w, key, out, &n));
		assert_int_equal(iv[11], i);
		assert_memory_equal(iv, zero, 11);
	}
	/* another key does not begin anew */
	OK(wrap(&mechs[0], api_secret(CKK_AES, SECRET_20 "00112233"), key, out,
	    &n));
	assert_int_equal(iv[11], 5);
	gcm.ulIvFixedBits = 96;	/* nothing left to count with */
	IS(wrap(&mechs[0], w, key, out, &n), CKR_MECHANISM_PARAM_INVALID);
}

static void
test_forged(void **state)
{
	CK_OBJECT_HANDLE key, w, back;
	CK_BYTE out[64];
	CK_ULONG n;

	(void)state;
	reset();
	key = api_secret(CKK_GENERIC_SECRET, SECRET_20);
	for (size_t i = 0; i < COUNT(mechs); i++) {
		CK_BYTE *bad[] = { out, out + 19, tag, tag + 15, iv, aad };

		w = kek(&mechs[i]);
		n = sizeof(out);
		OK(wrap(&mechs[i], w, key, out, &n));
		for (size_t k = 0; k < COUNT(bad); k++) {
			*bad[k] ^= 1;
			back = 7;
			IS(unwrap(&mechs[i], w, out, n, &back),
			    CKR_WRAPPED_KEY_INVALID);
			assert_int_equal(back, 7);
			*bad[k] ^= 1;
		}
		IS(unwrap(&mechs[i], w, out, n - 1, &back),
		    CKR_WRAPPED_KEY_INVALID);
		OK(unwrap(&mechs[i], w, out, n, &back));
	}
}

static void
test_arguments(void **state)
{
	CK_OBJECT_HANDLE key, w, back;
	CK_MECHANISM cbc = { CKM_AES_CBC_PAD, iv, 16 };
	CK_GCM_PARAMS plain = { iv, 12, 96, NULL, 0, 128 };
	CK_MECHANISM old = { CKM_AES_GCM, &plain, sizeof(plain) - 8 };
	CK_MECHANISM *m = &mechs[0];
	CK_BYTE out[64];
	CK_ULONG n = sizeof(out);

	(void)state;
	reset();
	key = api_secret(CKK_GENERIC_SECRET, SECRET_20);
	w = kek(m);
	IS(wrap(NULL, w, key, out, &n), CKR_ARGUMENTS_BAD);
	IS(wrap(m, w, key, out, NULL), CKR_ARGUMENTS_BAD);
	IS(C_WrapKeyAuthenticated(api.hs, m, w, key, NULL, 1, out, &n),
	    CKR_ARGUMENTS_BAD);
	IS(wrap(&cbc, w, key, out, &n), CKR_MECHANISM_INVALID);
	IS(wrap(&old, w, key, out, &n), CKR_MECHANISM_PARAM_INVALID);
	IS(wrap(m, w + 99, key, out, &n), CKR_WRAPPING_KEY_HANDLE_INVALID);
	IS(wrap(m, w, key + 99, out, &n), CKR_KEY_HANDLE_INVALID);
	IS(wrap(m, key, key, out, &n), CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	gcm.pTag = NULL;
	IS(wrap(m, w, key, out, &n), CKR_MECHANISM_PARAM_INVALID);
	gcm.pTag = tag;
	OK(wrap(m, w, key, out, &n));
	IS(unwrap(NULL, w, out, n, &back), CKR_ARGUMENTS_BAD);
	IS(unwrap(m, w, NULL, n, &back), CKR_ARGUMENTS_BAD);
	IS(unwrap(m, w, out, n, NULL), CKR_ARGUMENTS_BAD);
	IS(C_UnwrapKeyAuthenticated(api.hs, m, w, out, n, NULL, 3, aad, 9,
	    &back), CKR_ARGUMENTS_BAD);
	IS(C_UnwrapKeyAuthenticated(api.hs, m, w, out, n, NULL, 0, NULL, 9,
	    &back), CKR_ARGUMENTS_BAD);
	IS(unwrap(&cbc, w, out, n, &back), CKR_MECHANISM_INVALID);
	IS(unwrap(m, w + 99, out, n, &back),
	    CKR_UNWRAPPING_KEY_HANDLE_INVALID);
	IS(unwrap(m, key, out, n, &back),
	    CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	IS(C_UnwrapKeyAuthenticated(api.hs, m, w, out, n, NULL, 0, aad,
	    sizeof(aad), &back), CKR_TEMPLATE_INCOMPLETE);
	gcm.pTag = NULL;
	IS(unwrap(m, w, out, n, &back), CKR_MECHANISM_PARAM_INVALID);
}

/* Rule 1 of design section 9: an IV made here changes nothing, because the same
 * key wraps under an IV of the caller too. */
static void
test_policy(void **state)
{
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_ULONG len = 16, n = 64;
	CK_ATTRIBUTE t[] = { A(CKA_VALUE_LEN, len), ON(CKA_WRAP),
		ON(CKA_UNWRAP), OFF(CKA_ENCRYPT), OFF(CKA_DECRYPT),
		ON(CKA_SENSITIVE) };
	CK_ATTRIBUTE prize[] = { A(CKA_VALUE_LEN, len), ON(CKA_SENSITIVE),
		ON(CKA_EXTRACTABLE) };
	CK_ATTRIBUTE stays[] = { A(CKA_VALUE_LEN, len), OFF(CKA_EXTRACTABLE) };
	CK_OBJECT_HANDLE w, key, locked;
	CK_BYTE out[64];

	(void)state;
	reset();
	OK(C_GenerateKey(api.hs, &gen, t, COUNT(t), &w));
	OK(C_GenerateKey(api.hs, &gen, prize, COUNT(prize), &key));
	OK(C_GenerateKey(api.hs, &gen, stays, COUNT(stays), &locked));
	IS(wrap(&mechs[0], w, key, out, &n), CKR_KEY_NOT_WRAPPABLE);
	IS(wrap(&mechs[1], w, key, out, &n), CKR_KEY_NOT_WRAPPABLE);
	IS(wrap(&mechs[0], w, locked, out, &n), CKR_KEY_UNEXTRACTABLE);
	OK(wrap(&mechs[0], w, api_secret(CKK_GENERIC_SECRET, SECRET_20), out,
	    &n));
}

/* C_WrapKey with the longer structures: the tag behind the key, the IV made
 * here; and with the old ones nothing changed. */
static void
test_wrap_params(void **state)
{
	CK_GCM_WRAP_PARAMS g = { iv, 12, 32, CKG_GENERATE, aad, sizeof(aad),
		128 };
	CK_CCM_WRAP_PARAMS c = { 0, iv, 12, 32, CKG_GENERATE, aad, sizeof(aad),
		16 };
	CK_MECHANISM m[] = { { CKM_AES_GCM, &g, sizeof(g) },
		{ CKM_AES_CCM, &c, sizeof(c) } };
	CK_GCM_PARAMS plain = { iv, 12, 96, aad, sizeof(aad), 128 };
	CK_MECHANISM old = { CKM_AES_GCM, &plain, sizeof(plain) };
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, generic),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) };
	CK_BYTE out[64], before[12], zero[12] = { 0 };
	CK_OBJECT_HANDLE key, w, back;
	CK_ULONG n;

	(void)state;
	reset();
	key = api_secret(CKK_GENERIC_SECRET, SECRET_20);
	w = kek(&mechs[0]);
	for (size_t i = 0; i < COUNT(m); i++) {
		OK(C_WrapKey(api.hs, &m[i], w, key, NULL, &n));
		assert_int_equal(n, 36);
		memcpy(before, iv, 12);
		OK(C_WrapKey(api.hs, &m[i], w, key, out, &n));
		assert_memory_not_equal(iv, before, 12);
		assert_memory_equal(iv, zero, 4);
		OK(C_UnwrapKey(api.hs, &m[i], w, out, n, t, COUNT(t), &back));
		assert_value(back, SECRET_20);
		if (i == 0)
			OK(C_UnwrapKey(api.hs, &old, w, out, n, t, COUNT(t),
			    &back));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_there_and_back), CASE(test_private),
		CASE(test_same_as_message), CASE(test_written),
		CASE(test_forged), CASE(test_arguments), CASE(test_policy),
		CASE(test_wrap_params),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
