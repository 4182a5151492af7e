/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing and verifying (3.2 sections 5.13 and 5.15) at the entry points:
 * known answers, which come out only when each argument arrives where it belongs.
 */
#include "api/api_kit.h"

static CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
static CK_MECHANISM rsa = { CKM_SHA256_RSA_PKCS, NULL, 0 };
static CK_MECHANISM ecdsa = { CKM_ECDSA_SHA256, NULL, 0 };
static CK_BYTE text[] = HMAC_TEXT, abc[] = "abcd", sample[] = "sample";
#define TEXT_LEN (sizeof(text) - 1)

static void
all_fail(CK_SESSION_HANDLE hs, CK_RV rv)
{
	CK_BYTE sig[32] = { 0 };
	CK_ULONG n = 32;

	IS(C_SignInit(hs, &hmac, 1), rv);
	IS(C_Sign(hs, text, 3, sig, &n), rv);
	IS(C_SignUpdate(hs, text, 3), rv);
	IS(C_SignFinal(hs, sig, &n), rv);
	IS(C_VerifyInit(hs, &hmac, 1), rv);
	IS(C_Verify(hs, text, 3, sig, 32), rv);
	IS(C_VerifyUpdate(hs, text, 3), rv);
	IS(C_VerifyFinal(hs, sig, 32), rv);
	assert_int_equal(n, 32);
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
test_not_each_other(void **state)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_BYTE sig[32];
	CK_ULONG n = sizeof(sig);
	const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;

	(void)state;
	IS(C_SignInit(api.hs, &hmac, key + 999), CKR_KEY_HANDLE_INVALID);
	IS(C_VerifyInit(api.hs, &hmac, key + 999), CKR_KEY_HANDLE_INVALID);
	OK(C_SignInit(api.hs, &hmac, key));
	IS(C_VerifyUpdate(api.hs, text, 3), none);
	IS(C_Verify(api.hs, text, 3, sig, n), none);
	IS(C_VerifyFinal(api.hs, sig, n), none);
	OK(C_Sign(api.hs, text, 3, sig, &n));
	OK(C_VerifyInit(api.hs, &hmac, key));
	IS(C_SignUpdate(api.hs, text, 3), none);
	IS(C_Sign(api.hs, text, 3, sig, &n), none);
	IS(C_SignFinal(api.hs, sig, &n), none);
	OK(C_Verify(api.hs, text, 3, sig, 32));
}

static void
test_hmac(void **state)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_BYTE sig[40];
	CK_ULONG n = 31;

	(void)state;
	memset(sig, 0x55, sizeof(sig));
	OK(C_SignInit(api.hs, &hmac, key));
	IS(C_Sign(api.hs, text, TEXT_LEN, sig, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 32);
	n = sizeof(sig);
	OK(C_Sign(api.hs, text, TEXT_LEN, sig, &n));
	assert_hex(sig, n, HMAC_MAC);
	assert_int_equal(sig[32], 0x55);
	OK(C_SignInit(api.hs, &hmac, key));
	OK(C_SignUpdate(api.hs, text, 5));
	OK(C_SignUpdate(api.hs, text + 5, TEXT_LEN - 5));
	n = sizeof(sig);
	OK(C_SignFinal(api.hs, sig, &n));
	assert_hex(sig, n, HMAC_MAC);
}

/* In one part and in two; not with a byte changed, missing or too many. */
static void
verifies(CK_MECHANISM *m, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG len,
    const char *text_sig)
{
	CK_BYTE sig[300] = { 0 };
	CK_ULONG n = hex(text_sig, sig);

	OK(C_VerifyInit(api.hs, m, key));
	OK(C_Verify(api.hs, data, len, sig, n));
	OK(C_VerifyInit(api.hs, m, key));
	OK(C_VerifyUpdate(api.hs, data, 1));
	OK(C_VerifyUpdate(api.hs, data + 1, len - 1));
	OK(C_VerifyFinal(api.hs, sig, n));
	OK(C_VerifyInit(api.hs, m, key));
	IS(C_Verify(api.hs, data, len - 1, sig, n), CKR_SIGNATURE_INVALID);
	OK(C_VerifyInit(api.hs, m, key));
	IS(C_Verify(api.hs, data, len, sig, n - 1), CKR_SIGNATURE_LEN_RANGE);
	OK(C_VerifyInit(api.hs, m, key));
	OK(C_VerifyUpdate(api.hs, data, len));
	IS(C_VerifyFinal(api.hs, sig, n + 1), CKR_SIGNATURE_LEN_RANGE);
	sig[n - 1] ^= 1;
	OK(C_VerifyInit(api.hs, m, key));
	IS(C_Verify(api.hs, data, len, sig, n), CKR_SIGNATURE_INVALID);
	OK(C_VerifyInit(api.hs, m, key));
	OK(C_VerifyUpdate(api.hs, data, len));
	IS(C_VerifyFinal(api.hs, sig, n), CKR_SIGNATURE_INVALID);
}

static void
test_verify_hmac(void **state)
{
	(void)state;
	verifies(&hmac, api_secret(CKK_GENERIC_SECRET, HMAC_KEY), text,
	    TEXT_LEN, HMAC_MAC);
}

static void
test_verify_ecdsa(void **state)
{
	(void)state;
	verifies(&ecdsa, api_ec_public(EC_X EC_Y), sample, 6, EC_R EC_S);
}

static void
test_verify_rsa(void **state)
{
	(void)state;
	verifies(&rsa, api_rsa_public(), abc, 3, RSA_SIG);
}

/* This signature has one value: another program made it, too. */
static void
test_sign_rsa(void **state)
{
	CK_OBJECT_HANDLE key = api_rsa_private(NULL, 0);
	CK_BYTE sig[256];
	CK_ULONG n = 0;

	(void)state;
	IS(C_VerifyInit(api.hs, &rsa, key), CKR_KEY_TYPE_INCONSISTENT);
	OK(C_SignInit(api.hs, &rsa, key));
	OK(C_Sign(api.hs, abc, 3, NULL, &n));
	assert_int_equal(n, 256);
	OK(C_Sign(api.hs, abc, 3, sig, &n));
	assert_hex(sig, n, RSA_SIG);
	OK(C_SignInit(api.hs, &rsa, key));
	OK(C_SignUpdate(api.hs, abc, 3));
	OK(C_SignFinal(api.hs, sig, &n));
	assert_hex(sig, n, RSA_SIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_bad_session),
		CASE(test_not_each_other), CASE(test_hmac),
		CASE(test_verify_hmac), CASE(test_verify_ecdsa),
		CASE(test_verify_rsa), CASE(test_sign_rsa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
