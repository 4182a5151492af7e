/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Session management (3.2 section 5.6) at the entry points: each argument
 * arrives where it belongs.  The rules are tested in tests/session.
 */
#include "api/api_kit.h"

static void
test_before(void **state)
{
	CK_SESSION_HANDLE hs = 0;
	CK_SESSION_INFO info;
	const CK_RV want = CKR_CRYPTOKI_NOT_INITIALIZED;

	(void)state;
	IS(C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &hs), want);
	IS(C_CloseSession(1), want);
	IS(C_CloseAllSessions(0), want);
	IS(C_GetSessionInfo(1, &info), want);
	IS(C_SessionCancel(1, CKF_DIGEST), want);
	IS(C_Login(1, CKU_USER, KIT_USER, KIT_USER_LEN), want);
	IS(C_LoginUser(1, CKU_USER, KIT_USER, KIT_USER_LEN, NULL, 0), want);
	IS(C_Logout(1), want);
	assert_int_equal(hs, 0);
}

static void
test_bad_session(void **state)
{
	CK_SESSION_INFO info;
	const CK_RV want = CKR_SESSION_HANDLE_INVALID;

	(void)state;
	IS(C_CloseSession(NOWHERE), want);
	IS(C_CloseAllSessions(77), CKR_SLOT_ID_INVALID);
	IS(C_GetSessionInfo(NOWHERE, &info), want);
	IS(C_GetSessionInfo(api.hs, NULL), CKR_ARGUMENTS_BAD);
	IS(C_SessionCancel(NOWHERE, CKF_DIGEST), want);
	IS(C_Login(NOWHERE, CKU_USER, KIT_USER, KIT_USER_LEN), want);
	IS(C_LoginUser(NOWHERE, CKU_USER, KIT_USER, KIT_USER_LEN, NULL, 0), want);
	IS(C_Logout(NOWHERE), want);
}

static void
test_open(void **state)
{
	CK_SESSION_HANDLE hs = 42;
	CK_SESSION_INFO info;

	(void)state;
	IS(C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, NULL),
	    CKR_ARGUMENTS_BAD);
	IS(C_OpenSession(0, 0, NULL, NULL, &hs),
	    CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	IS(C_OpenSession(77, CKF_SERIAL_SESSION, NULL, NULL, &hs),
	    CKR_SLOT_ID_INVALID);
	assert_int_equal(hs, 42);
	kit_token_make(1);
	OK(C_OpenSession(1, CKF_SERIAL_SESSION, &hs, NULL, &hs));
	memset(&info, 0xff, sizeof(info));
	OK(C_GetSessionInfo(hs, &info));
	assert_int_equal(info.slotID, 1);
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION);
	assert_int_equal(info.ulDeviceError, 0);
	OK(C_GetSessionInfo(api.hs, &info));
	assert_int_equal(info.slotID, 0);
	assert_int_equal(info.state, CKS_RW_USER_FUNCTIONS);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION | CKF_RW_SESSION);
}

/* One session closes, or all of one slot; the others stay. */
static void
test_close(void **state)
{
	CK_SESSION_HANDLE other, second = kit_session(0, 0);
	CK_SESSION_INFO info;

	(void)state;
	kit_token_make(1);
	other = kit_session(1, 0);
	OK(C_CloseSession(second));
	IS(C_CloseSession(second), CKR_SESSION_HANDLE_INVALID);
	OK(C_GetSessionInfo(api.hs, &info));
	OK(C_CloseAllSessions(0));
	IS(C_GetSessionInfo(api.hs, &info), CKR_SESSION_HANDLE_INVALID);
	OK(C_GetSessionInfo(other, &info));
	OK(C_CloseAllSessions(0));
}

static void
test_login(void **state)
{
	(void)state;
	OK(C_Logout(api.hs));
	IS(C_Logout(api.hs), CKR_USER_NOT_LOGGED_IN);
	IS(C_Login(api.hs, CKU_USER, KIT_SO, KIT_SO_LEN), CKR_PIN_INCORRECT);
	IS(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN - 1),
	    CKR_PIN_INCORRECT);
	IS(C_Login(api.hs, 77, KIT_USER, KIT_USER_LEN), CKR_USER_TYPE_INVALID);
	OK(C_Login(api.hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	OK(C_Logout(api.hs));
	OK(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN));
}

/* PIN before name, each with its own length. */
static void
test_login_user(void **state)
{
	CK_UTF8CHAR_PTR name = (CK_UTF8CHAR_PTR) "user and more";

	(void)state;
	OK(C_Logout(api.hs));
	IS(C_LoginUser(api.hs, CKU_USER, name, 4, KIT_USER, KIT_USER_LEN),
	    CKR_PIN_INCORRECT);
	IS(C_LoginUser(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN, name, 5),
	    CKR_PIN_INCORRECT);
	IS(C_LoginUser(api.hs, CKU_USER, KIT_USER, 4, name, 4),
	    CKR_PIN_INCORRECT);
	OK(C_LoginUser(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN, name, 4));
}

static void
test_cancel(void **state)
{
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	CK_OBJECT_HANDLE key = kit_aes(api.hs, CK_FALSE);
	CK_BYTE buf[32] = { 0 };
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_DigestInit(api.hs, &sha));
	OK(C_EncryptInit(api.hs, &ecb, key));
	OK(C_SessionCancel(api.hs, CKF_DIGEST));
	IS(C_Digest(api.hs, buf, 1, buf, &n), CKR_OPERATION_NOT_INITIALIZED);
	OK(C_Encrypt(api.hs, buf, 16, buf, &n));
	assert_int_equal(n, 16);
}

/* Nobody validated the module (3.2 section 4.15.3). */
static void
test_validation(void **state)
{
	CK_FLAGS flags = 77;

	(void)state;
	IS(C_GetSessionValidationFlags(NOWHERE, CKS_LAST_VALIDATION_OK,
	    &flags), CKR_SESSION_HANDLE_INVALID);
	IS(C_GetSessionValidationFlags(api.hs, CKS_LAST_VALIDATION_OK, NULL),
	    CKR_ARGUMENTS_BAD);
	IS(C_GetSessionValidationFlags(api.hs, 2, &flags), CKR_ARGUMENTS_BAD);
	assert_int_equal(flags, 77);
	OK(C_GetSessionValidationFlags(api.hs, CKS_LAST_VALIDATION_OK,
	    &flags));
	assert_int_equal(flags, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_bad_session),
		CASE(test_open), CASE(test_close), CASE(test_login),
		CASE(test_login_user), CASE(test_cancel),
		CASE(test_validation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
