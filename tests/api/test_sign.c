/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing and verifying (3.2 sections 5.13 and 5.15) at the entry points:
 * known answers, which come out only when each argument arrives where it belongs.
 */
#include "api/api_kit.h"

static CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
static CK_MECHANISM rsa = { CKM_SHA256_RSA_PKCS, NULL, 0 };
static CK_MECHANISM raw = { CKM_RSA_PKCS, NULL, 0 };
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
	IS(C_SignRecoverInit(hs, &raw, 1), rv);
	IS(C_SignRecover(hs, text, 3, sig, &n), rv);
	IS(C_VerifyRecoverInit(hs, &raw, 1), rv);
	IS(C_VerifyRecover(hs, sig, 32, sig, &n), rv);
	IS(C_VerifySignatureInit(hs, &hmac, 1, sig, 32), rv);
	IS(C_VerifySignature(hs, text, 3), rv);
	IS(C_VerifySignatureUpdate(hs, text, 3), rv);
	IS(C_VerifySignatureFinal(hs), rv);
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

/* The DigestInfo around SHA-256 of "abc" is what that signature carries. */
#define ABC_INFO "3031300d060960864801650304020105000420" ABC_SHA256

static void
test_recover(void **state)
{
	CK_OBJECT_HANDLE priv = api_rsa_private(NULL, 0);
	CK_OBJECT_HANDLE pub = api_rsa_public();
	CK_BYTE info[64], sig[256], out[256];
	CK_ULONG n = 255, info_len = hex(ABC_INFO, info);

	(void)state;
	IS(C_SignRecoverInit(api.hs, &raw, pub), CKR_KEY_TYPE_INCONSISTENT);
	IS(C_SignRecoverInit(api.hs, &rsa, priv), CKR_MECHANISM_INVALID);
	IS(C_VerifyRecoverInit(api.hs, &raw, priv), CKR_KEY_TYPE_INCONSISTENT);
	OK(C_SignRecoverInit(api.hs, &raw, priv));
	IS(C_Sign(api.hs, info, info_len, sig, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	IS(C_SignRecover(api.hs, info, info_len, sig, &n),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 256);
	OK(C_SignRecover(api.hs, info, info_len, sig, &n));
	assert_hex(sig, n, RSA_SIG);
	OK(C_VerifyRecoverInit(api.hs, &raw, pub));
	n = 50;
	IS(C_VerifyRecover(api.hs, sig, 256, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 51);
	OK(C_VerifyRecover(api.hs, sig, 256, out, &n));
	assert_hex(out, n, ABC_INFO);
	IS(C_VerifyRecover(api.hs, sig, 256, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

/* What is wrong with a signature is said before that the buffer is short. */
static void
test_recover_bad(void **state)
{
	CK_OBJECT_HANDLE pub = api_rsa_public();
	CK_BYTE sig[257], out[256];
	CK_ULONG n = 1;

	(void)state;
	hex(RSA_SIG, sig);
	OK(C_VerifyRecoverInit(api.hs, &raw, pub));
	IS(C_VerifyRecover(api.hs, sig, 255, out, &n),
	    CKR_SIGNATURE_LEN_RANGE);
	OK(C_VerifyRecoverInit(api.hs, &raw, pub));
	IS(C_VerifyRecover(api.hs, sig, 257, out, &n),
	    CKR_SIGNATURE_LEN_RANGE);
	sig[0] ^= 1;
	OK(C_VerifyRecoverInit(api.hs, &raw, pub));
	IS(C_VerifyRecover(api.hs, sig, 256, out, &n), CKR_SIGNATURE_INVALID);
	assert_int_equal(n, 1);
	OK(C_VerifyRecoverInit(api.hs, &raw, pub));
	OK(C_VerifyRecoverInit(api.hs, NULL, 0));
	IS(C_VerifyRecover(api.hs, sig, 256, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	OK(C_VerifyRecoverInit(api.hs, &raw, pub));
	OK(C_SessionCancel(api.hs, CKF_VERIFY_RECOVER));
	IS(C_VerifyRecover(api.hs, sig, 256, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

/* A key that asks for the PIN before each use asks here, too. */
static void
test_recover_auth(void **state)
{
	CK_ATTRIBUTE always[] = { ON(CKA_ALWAYS_AUTHENTICATE),
		ON(CKA_PRIVATE) };
	CK_OBJECT_HANDLE key = api_rsa_private(always, 2);
	CK_BYTE sig[256];
	CK_ULONG n = 256;

	(void)state;
	OK(C_SignRecoverInit(api.hs, &raw, key));
	IS(C_SignRecover(api.hs, abc, 3, sig, &n), CKR_USER_NOT_LOGGED_IN);
	OK(C_SignRecoverInit(api.hs, &raw, key));
	OK(C_SignRecover(api.hs, abc, 3, NULL, &n));
	OK(C_Login(api.hs, CKU_CONTEXT_SPECIFIC, KIT_USER, KIT_USER_LEN));
	OK(C_SignRecover(api.hs, abc, 3, sig, &n));
	OK(C_SignRecoverInit(api.hs, &raw, key));
	OK(C_Logout(api.hs));
	IS(C_SignRecover(api.hs, abc, 3, sig, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

/* A key without the right signs and opens nothing so. */
static void
test_recover_right(void **state)
{
	CK_ATTRIBUTE off[] = { OFF(CKA_SIGN_RECOVER) };
	CK_OBJECT_HANDLE priv = api_rsa_private(off, 1);
	CK_OBJECT_HANDLE pub = api_rsa_public();
	CK_ATTRIBUTE not[] = { OFF(CKA_VERIFY_RECOVER) };

	(void)state;
	IS(C_SignRecoverInit(api.hs, &raw, priv),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	OK(C_SignInit(api.hs, &raw, priv));
	OK(C_SetAttributeValue(api.hs, pub, not, 1));
	IS(C_VerifyRecoverInit(api.hs, &raw, pub),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* The signature first: in one part, in parts, wrong, cancelled. */
static void
test_signature_first(void **state)
{
	CK_OBJECT_HANDLE key = api_rsa_public();
	CK_BYTE sig[257];
	CK_ULONG n = hex(RSA_SIG, sig);
	const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;

	(void)state;
	OK(C_VerifySignatureInit(api.hs, &rsa, key, sig, n));
	IS(C_VerifySignatureInit(api.hs, &rsa, key, sig, n),
	    CKR_OPERATION_ACTIVE);
	IS(C_Verify(api.hs, abc, 3, sig, n), none);
	sig[0] ^= 1;	/* the module has its own copy */
	OK(C_VerifySignature(api.hs, abc, 3));
	IS(C_VerifySignature(api.hs, abc, 3), none);
	OK(C_VerifySignatureInit(api.hs, &rsa, key, sig, n));
	IS(C_VerifySignature(api.hs, abc, 3), CKR_SIGNATURE_INVALID);
	sig[0] ^= 1;
	OK(C_VerifySignatureInit(api.hs, &rsa, key, sig, n));
	OK(C_VerifySignatureUpdate(api.hs, abc, 1));
	OK(C_VerifySignatureUpdate(api.hs, abc + 1, 2));
	OK(C_VerifySignatureFinal(api.hs));
	IS(C_VerifySignatureFinal(api.hs), none);
	OK(C_VerifySignatureInit(api.hs, &rsa, key, sig, n));
	OK(C_VerifySignatureUpdate(api.hs, abc, 1));
	IS(C_VerifySignature(api.hs, abc + 1, 2), none);
	IS(C_VerifySignatureFinal(api.hs), none);
}

static void
test_signature_first_bad(void **state)
{
	CK_OBJECT_HANDLE key = api_rsa_public();
	CK_BYTE sig[257];
	CK_ULONG n = hex(RSA_SIG, sig);
	const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;

	(void)state;
	IS(C_VerifySignatureInit(api.hs, &rsa, key, NULL, n),
	    CKR_ARGUMENTS_BAD);
	IS(C_VerifySignatureInit(api.hs, &rsa, key + 999, sig, n),
	    CKR_KEY_HANDLE_INVALID);
	IS(C_VerifySignatureInit(api.hs, &hmac, key, sig, n),
	    CKR_KEY_TYPE_INCONSISTENT);
	IS(C_VerifySignature(api.hs, abc, 3), none);
	OK(C_VerifySignatureInit(api.hs, &rsa, key, sig, n - 1));
	IS(C_VerifySignature(api.hs, abc, 3), CKR_SIGNATURE_LEN_RANGE);
	OK(C_VerifySignatureInit(api.hs, &rsa, key, sig, n + 1));
	IS(C_VerifySignatureFinal(api.hs), CKR_SIGNATURE_LEN_RANGE);
	OK(C_VerifySignatureInit(api.hs, &rsa, key, sig, n));
	IS(C_VerifySignatureUpdate(api.hs, NULL, 3), CKR_ARGUMENTS_BAD);
	IS(C_VerifySignatureFinal(api.hs), none);
	OK(C_VerifySignatureInit(api.hs, &rsa, key, sig, n));
	OK(C_VerifySignatureInit(api.hs, NULL, 0, NULL, 0));
	IS(C_VerifySignature(api.hs, abc, 3), none);
	OK(C_VerifySignatureInit(api.hs, &rsa, key, sig, n));
	OK(C_SessionCancel(api.hs, CKF_VERIFY));
	IS(C_VerifySignature(api.hs, abc, 3), none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_bad_session),
		CASE(test_not_each_other), CASE(test_hmac),
		CASE(test_verify_hmac), CASE(test_verify_ecdsa),
		CASE(test_verify_rsa), CASE(test_sign_rsa),
		CASE(test_recover), CASE(test_recover_bad),
		CASE(test_recover_auth), CASE(test_recover_right),
		CASE(test_signature_first), CASE(test_signature_first_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
