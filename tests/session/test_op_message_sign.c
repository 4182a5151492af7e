/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message-based signing and checking: the table of states, what a failure
 * ends, parameters that stay, logins for each message, cancelling.
 */
#include "api/api_kit.h"

static CK_BYTE data[64] = { 3, 1, 4, 1, 5, 9, 2, 6 };
static CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
static const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;
static const CK_RV active = CKR_OPERATION_ACTIVE;

#define SIGN(len, buf, n) C_SignMessage(api.hs, NULL, 0, data, len, buf, n)
#define SIGN_BEGIN() C_SignMessageBegin(api.hs, NULL, 0)
#define SIGN_NEXT(len, buf, n) \
	C_SignMessageNext(api.hs, NULL, 0, data, len, buf, n)

static CK_OBJECT_HANDLE
setup(void)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);

	OK(C_MessageSignInit(api.hs, &hmac, key));
	return key;
}

/* The MAC of the first len bytes of data. */
static void
mac_is(CK_OBJECT_HANDLE key, CK_ULONG len, CK_BYTE *mac, CK_ULONG n)
{
	OK(C_VerifyInit(api.hs, &hmac, key));
	OK(C_Verify(api.hs, data, len, mac, n));
}

/* Calls in a wrong order end the message and leave the operation. */
static void
test_order(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE mac[32];
	CK_ULONG n = 32;

	(void)state;
	IS(SIGN_NEXT(8, mac, &n), none);
	OK(SIGN_BEGIN());
	IS(SIGN_BEGIN(), active);
	IS(SIGN_NEXT(8, mac, &n), none);
	OK(SIGN_BEGIN());
	OK(SIGN_NEXT(8, NULL, NULL));
	IS(SIGN(8, mac, &n), active);
	OK(SIGN_BEGIN());
	OK(SIGN_NEXT(8, NULL, NULL));
	IS(C_MessageSignFinal(api.hs), active);
	OK(SIGN(8, mac, &n));
	mac_is(key, 8, mac, n);
	OK(C_MessageSignFinal(api.hs));
	IS(C_MessageSignFinal(api.hs), none);
}

/* A short buffer and a question leave a last part to be given again. */
static void
test_short(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE mac[32];
	CK_ULONG n = 0;

	(void)state;
	OK(SIGN_BEGIN());
	OK(SIGN_NEXT(0, NULL, NULL));
	OK(SIGN_NEXT(8, NULL, &n));
	assert_int_equal(n, 32);
	n = 31;
	IS(SIGN_NEXT(8, mac, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 32);
	OK(SIGN_NEXT(8, mac, &n));
	mac_is(key, 8, mac, n);
	OK(SIGN(8, NULL, &n));
	OK(SIGN_BEGIN());	/* no answer is owed */
	OK(SIGN_NEXT(0, mac, &n));
	mac_is(key, 0, mac, n);
}

/* Wrong arguments end the message; the next one is not disturbed. */
static void
test_failures(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE mac[32];
	CK_ULONG n = 32;
	const CK_RV param = CKR_MECHANISM_PARAM_INVALID;

	(void)state;
	IS(C_SignMessage(api.hs, data, 8, data, 8, mac, &n), param);
	IS(C_SignMessageBegin(api.hs, data, 8), param);
	IS(SIGN_NEXT(8, mac, &n), none);
	OK(C_SignMessageBegin(api.hs, data, 0));
	OK(SIGN_NEXT(8, NULL, NULL));
	IS(C_SignMessageNext(api.hs, data, 8, data, 8, mac, &n), param);
	IS(SIGN_NEXT(8, mac, &n), none);
	IS(SIGN(8, mac, NULL), CKR_ARGUMENTS_BAD);
	IS(C_SignMessage(api.hs, NULL, 0, NULL, 8, mac, &n),
	    CKR_ARGUMENTS_BAD);
	OK(SIGN_BEGIN());
	IS(C_SignMessageNext(api.hs, NULL, 0, NULL, 8, NULL, NULL),
	    CKR_ARGUMENTS_BAD);
	IS(SIGN_NEXT(8, mac, &n), none);
	OK(SIGN(8, mac, &n));
	mac_is(key, 8, mac, n);
}

static void
test_verify_failures(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE mac[32];
	CK_ULONG n = 32;

	(void)state;
	OK(SIGN(8, mac, &n));
	OK(C_MessageVerifyInit(api.hs, &hmac, key));
	IS(C_VerifyMessage(api.hs, NULL, 0, data, 8, NULL, 32),
	    CKR_ARGUMENTS_BAD);
	OK(C_VerifyMessageBegin(api.hs, NULL, 0));
	IS(C_VerifyMessage(api.hs, NULL, 0, data, 8, mac, n), active);
	IS(C_VerifyMessageNext(api.hs, NULL, 0, data, 8, mac, n), none);
	OK(C_VerifyMessageBegin(api.hs, NULL, 0));
	IS(C_VerifyMessageNext(api.hs, NULL, 0, NULL, 8, NULL, 0),
	    CKR_ARGUMENTS_BAD);
	OK(C_VerifyMessageBegin(api.hs, NULL, 0));
	IS(C_VerifyMessageNext(api.hs, NULL, 0, data, 8, mac, 31),
	    CKR_SIGNATURE_LEN_RANGE);
	IS(C_VerifyMessageNext(api.hs, NULL, 0, data, 8, mac, 32), none);
	OK(C_VerifyMessage(api.hs, NULL, 0, data, 8, mac, 32));
}

/* A mechanism of one part has no parts here either. */
static void
test_single(void **state)
{
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE key = api_rsa_private(NULL, 0);
	CK_OBJECT_HANDLE pub = api_rsa_public();
	CK_MECHANISM_INFO info;
	CK_BYTE sig[256];
	CK_ULONG n = 256;

	(void)state;
	OK(C_GetMechanismInfo(0, CKM_RSA_PKCS, &info));
	assert_int_equal(info.flags & (CKF_MESSAGE_SIGN | CKF_MULTI_MESSAGE),
	    CKF_MESSAGE_SIGN);
	OK(C_GetMechanismInfo(0, CKM_SHA256_HMAC, &info));
	assert_true((info.flags & CKF_MESSAGE_VERIFY) != 0 &&
	    (info.flags & CKF_MULTI_MESSAGE) != 0);
	OK(C_MessageSignInit(api.hs, &m, key));
	IS(SIGN_BEGIN(), none);
	OK(SIGN(20, sig, &n));
	IS(C_SignMessage(api.hs, NULL, 0, sig, 256, sig, &n),
	    CKR_DATA_LEN_RANGE);
	OK(SIGN(20, sig, &n));
	OK(C_VerifyInit(api.hs, &m, pub));
	OK(C_Verify(api.hs, data, 20, sig, n));
}

/* The parameter of init serves each message, though the caller's is gone. */
static void
test_parameter(void **state)
{
	CK_RSA_PKCS_PSS_PARAMS pss = { CKM_SHA256, CKG_MGF1_SHA256, 17 };
	CK_RSA_PKCS_PSS_PARAMS same = pss;
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof(pss) };
	CK_MECHANISM check = { CKM_SHA256_RSA_PKCS_PSS, &same, sizeof(same) };
	CK_OBJECT_HANDLE key = api_rsa_private(NULL, 0);
	CK_OBJECT_HANDLE pub = api_rsa_public();
	CK_BYTE sig[256];
	CK_ULONG n = 256;

	(void)state;
	OK(C_MessageSignInit(api.hs, &m, key));
	memset(&pss, 0xff, sizeof(pss));
	for (int i = 0; i < 3; i++) {
		OK(SIGN(8, sig, &n));
		OK(C_VerifyInit(api.hs, &check, pub));
		OK(C_Verify(api.hs, data, 8, sig, n));
	}
}

/* A key that asks for the PIN before each use asks before each message. */
static void
test_always_auth(void **state)
{
	CK_ATTRIBUTE always[] = { ON(CKA_ALWAYS_AUTHENTICATE),
		ON(CKA_PRIVATE) };
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE key = api_rsa_private(always, 2);
	CK_BYTE sig[256];
	CK_ULONG n = 256;

	(void)state;
	OK(C_MessageSignInit(api.hs, &m, key));
	IS(SIGN(8, sig, &n), CKR_USER_NOT_LOGGED_IN);
	OK(SIGN(8, NULL, &n));
	OK(C_Login(api.hs, CKU_CONTEXT_SPECIFIC, KIT_USER, KIT_USER_LEN));
	OK(SIGN(8, sig, &n));
	IS(SIGN(8, sig, &n), CKR_USER_NOT_LOGGED_IN);
	OK(SIGN_BEGIN());
	OK(C_Login(api.hs, CKU_CONTEXT_SPECIFIC, KIT_USER, KIT_USER_LEN));
	OK(SIGN_NEXT(8, NULL, NULL));
	OK(SIGN_NEXT(8, sig, &n));
	OK(SIGN_BEGIN());
	IS(SIGN_NEXT(8, NULL, NULL), CKR_USER_NOT_LOGGED_IN);
	OK(C_MessageSignFinal(api.hs));
	IS(C_Login(api.hs, CKU_CONTEXT_SPECIFIC, KIT_USER, KIT_USER_LEN), none);
}

static void
test_cancel(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE mac[32] = { 0 };
	CK_ULONG n = 32;

	(void)state;
	OK(C_MessageVerifyInit(api.hs, &hmac, key));
	OK(SIGN_BEGIN());
	OK(C_SessionCancel(api.hs, CKF_SIGN | CKF_VERIFY | CKF_ENCRYPT));
	OK(SIGN_NEXT(8, mac, &n));
	OK(C_SessionCancel(api.hs, CKF_MESSAGE_SIGN));
	IS(SIGN(8, mac, &n), none);
	OK(C_VerifyMessage(api.hs, NULL, 0, data, 8, mac, 32));
	OK(C_SessionCancel(api.hs, CKF_MESSAGE_VERIFY));
	IS(C_VerifyMessage(api.hs, NULL, 0, data, 8, mac, 32), none);
}

/* Logging out ends what a private key does. */
static void
test_logout(void **state)
{
	CK_ATTRIBUTE private[] = { ON(CKA_PRIVATE) };
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE key = api_rsa_private(private, 1);
	CK_BYTE sig[256];
	CK_ULONG n = 256;

	(void)state;
	OK(C_MessageSignInit(api.hs, &m, key));
	OK(SIGN_BEGIN());
	OK(C_Logout(api.hs));
	IS(SIGN_NEXT(8, sig, &n), none);
	IS(C_MessageSignFinal(api.hs), none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_order), CASE(test_short), CASE(test_failures),
		CASE(test_verify_failures), CASE(test_single),
		CASE(test_parameter), CASE(test_always_auth),
		CASE(test_cancel), CASE(test_logout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
