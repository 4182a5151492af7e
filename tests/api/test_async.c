/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asynchronous calls of a synchronous token (3.2 section 5.21): no session of
 * that kind, nothing to complete, to name or to join, whatever else is going on.
 */
#include "api/api_kit.h"

#define NAME(s) ((CK_UTF8CHAR_PTR)(s))

static void
all_give(CK_SESSION_HANDLE hs, CK_RV rv, CK_RV join)
{
	CK_BYTE data[8] = { 0 };
	CK_ASYNC_DATA result = { 0, data, 7, 8, 9 };
	CK_ULONG id = 77;

	IS(C_AsyncComplete(hs, NAME("C_Sign"), &result), rv);
	IS(C_AsyncComplete(hs, NAME("C_SignInit"), NULL), rv);
	IS(C_AsyncGetID(hs, NAME("C_Sign"), &id), rv);
	IS(C_AsyncJoin(hs, NAME("C_Sign"), 1, data, sizeof(data)), join);
	assert_int_equal(id, 77);
	assert_ptr_equal(result.pValue, data);
	assert_int_equal(result.ulValue, 7);
	assert_int_equal(result.hObject, 8);
}

static void
test_before(void **state)
{
	(void)state;
	all_give(1, CKR_CRYPTOKI_NOT_INITIALIZED,
	    CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
test_nothing(void **state)
{
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_BYTE out[32];
	CK_ULONG n = sizeof(out);

	(void)state;
	all_give(NOWHERE, CKR_SESSION_HANDLE_INVALID,
	    CKR_SESSION_HANDLE_INVALID);
	OK(C_DigestInit(api.hs, &sha));
	all_give(api.hs, CKR_OPERATION_NOT_INITIALIZED,
	    CKR_SAVED_STATE_INVALID);
	OK(C_Digest(api.hs, NULL, 0, out, &n));
}

static void
test_arguments(void **state)
{
	CK_ULONG id = 0;

	(void)state;
	IS(C_AsyncComplete(api.hs, NULL, NULL), CKR_ARGUMENTS_BAD);
	IS(C_AsyncGetID(api.hs, NULL, &id), CKR_ARGUMENTS_BAD);
	IS(C_AsyncGetID(api.hs, NAME("C_Sign"), NULL), CKR_ARGUMENTS_BAD);
	IS(C_AsyncJoin(api.hs, NULL, 1, NULL, 0), CKR_ARGUMENTS_BAD);
}

static void
test_no_session(void **state)
{
	CK_SESSION_HANDLE hs = 0;
	CK_TOKEN_INFO info;

	(void)state;
	IS(C_OpenSession(0, CKF_SERIAL_SESSION | CKF_ASYNC_SESSION, NULL, NULL,
	    &hs), CKR_SESSION_ASYNC_NOT_SUPPORTED);
	assert_int_equal(hs, 0);
	OK(C_GetTokenInfo(0, &info));
	assert_int_equal(info.flags & CKF_ASYNC_SESSION_SUPPORTED, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_nothing),
		CASE(test_arguments), CASE(test_no_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
