/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message-based signing and checking (3.2 sections 5.14 and 5.16) at the entry
 * points: known answers for one message after the other.
 */
#include "api/api_kit.h"

static CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
static CK_MECHANISM rsa = { CKM_SHA256_RSA_PKCS, NULL, 0 };
static CK_BYTE text[] = HMAC_TEXT, abc[] = "abc";
#define TEXT_LEN (sizeof(text) - 1)

static void
all_fail(CK_SESSION_HANDLE hs, CK_RV rv)
{
	CK_BYTE sig[32] = { 0 };
	CK_ULONG n = 32;

	IS(C_SignMessage(hs, NULL, 0, text, 3, sig, &n), rv);
	IS(C_SignMessageBegin(hs, NULL, 0), rv);
	IS(C_SignMessageNext(hs, NULL, 0, text, 3, sig, &n), rv);
	IS(C_MessageSignFinal(hs), rv);
	IS(C_VerifyMessage(hs, NULL, 0, text, 3, sig, n), rv);
	IS(C_VerifyMessageBegin(hs, NULL, 0), rv);
	IS(C_VerifyMessageNext(hs, NULL, 0, text, 3, sig, n), rv);
	IS(C_MessageVerifyFinal(hs), rv);
	assert_int_equal(n, 32);
}

static void
test_before(void **state)
{
	(void)state;
	all_fail(1, CKR_CRYPTOKI_NOT_INITIALIZED);
	IS(C_MessageSignInit(1, &hmac, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
	IS(C_MessageVerifyInit(1, &hmac, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
test_no_session(void **state)
{
	(void)state;
	all_fail(NOWHERE, CKR_SESSION_HANDLE_INVALID);
	IS(C_MessageSignInit(NOWHERE, &hmac, 1), CKR_SESSION_HANDLE_INVALID);
	IS(C_MessageVerifyInit(NOWHERE, &hmac, 1), CKR_SESSION_HANDLE_INVALID);
	all_fail(api.hs, CKR_OPERATION_NOT_INITIALIZED);
}

static void
test_init(void **state)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };

	(void)state;
	IS(C_MessageSignInit(api.hs, NULL, key), CKR_ARGUMENTS_BAD);
	IS(C_MessageVerifyInit(api.hs, NULL, key), CKR_ARGUMENTS_BAD);
	IS(C_MessageSignInit(api.hs, &hmac, key + 99), CKR_KEY_HANDLE_INVALID);
	IS(C_MessageSignInit(api.hs, &sha, key), CKR_MECHANISM_INVALID);
	IS(C_MessageVerifyInit(api.hs, &rsa, key), CKR_KEY_TYPE_INCONSISTENT);
	OK(C_MessageSignInit(api.hs, &hmac, key));
	IS(C_MessageSignInit(api.hs, &hmac, key), CKR_OPERATION_ACTIVE);
	OK(C_SignInit(api.hs, &hmac, key));
	OK(C_MessageSignFinal(api.hs));
}

static void
test_sign(void **state)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_BYTE sig[40];
	CK_ULONG n = 31;

	(void)state;
	OK(C_MessageSignInit(api.hs, &hmac, key));
	IS(C_SignMessage(api.hs, NULL, 0, text, TEXT_LEN, sig, &n),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 32);
	for (int i = 0; i < 3; i++) {
		n = 40;
		OK(C_SignMessage(api.hs, NULL, 0, text, TEXT_LEN, sig, &n));
		assert_hex(sig, n, HMAC_MAC);
		memset(sig, 0, sizeof(sig));
		OK(C_SignMessageBegin(api.hs, NULL, 0));
		OK(C_SignMessageNext(api.hs, NULL, 0, text, 5, NULL, NULL));
		OK(C_SignMessageNext(api.hs, NULL, 0, text + 5, 7, sig, NULL));
		n = 40;
		OK(C_SignMessageNext(api.hs, NULL, 0, text + 12, TEXT_LEN - 12,
		    sig, &n));
		assert_hex(sig, n, HMAC_MAC);
	}
	OK(C_MessageSignFinal(api.hs));
	all_fail(api.hs, CKR_OPERATION_NOT_INITIALIZED);
}

static void
test_verify(void **state)
{
	CK_OBJECT_HANDLE key = api_rsa_public();
	CK_BYTE sig[256];
	CK_ULONG n = hex(RSA_SIG, sig);

	(void)state;
	OK(C_MessageVerifyInit(api.hs, &rsa, key));
	for (int i = 0; i < 2; i++) {
		OK(C_VerifyMessage(api.hs, NULL, 0, abc, 3, sig, n));
		IS(C_VerifyMessage(api.hs, NULL, 0, abc, 2, sig, n),
		    CKR_SIGNATURE_INVALID);
		IS(C_VerifyMessage(api.hs, NULL, 0, abc, 3, sig, n - 1),
		    CKR_SIGNATURE_LEN_RANGE);
		OK(C_VerifyMessageBegin(api.hs, NULL, 0));
		OK(C_VerifyMessageNext(api.hs, NULL, 0, abc, 1, NULL, 0));
		OK(C_VerifyMessageNext(api.hs, NULL, 0, abc + 1, 2, sig, n));
		OK(C_VerifyMessageBegin(api.hs, NULL, 0));
		IS(C_VerifyMessageNext(api.hs, NULL, 0, abc + 1, 2, sig, n),
		    CKR_SIGNATURE_INVALID);
	}
	OK(C_MessageVerifyFinal(api.hs));
	all_fail(api.hs, CKR_OPERATION_NOT_INITIALIZED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_no_session),
		CASE(test_init), CASE(test_sign), CASE(test_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
