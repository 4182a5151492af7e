/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Object calls of a session (3.2 section 5.7): what may not be NULL, what each
 * kind of session may see and do, searches, and what a session's end takes
 * with it.
 */
#include "api/api_kit.h"

static CK_OBJECT_CLASS data = CKO_DATA, secret = CKO_SECRET_KEY;
static CK_KEY_TYPE aes = CKK_AES;
static CK_BYTE value[16] = { 1, 2, 3 };

/* A data object; the code in which making it ends. */
static CK_RV
make(CK_SESSION_HANDLE hs, CK_BBOOL token, CK_BBOOL private,
    CK_OBJECT_HANDLE *out)
{
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, data), A(CKA_TOKEN, token),
		A(CKA_PRIVATE, private) };

	return C_CreateObject(hs, t, COUNT(t), out);
}

static CK_ULONG
count(CK_SESSION_HANDLE hs)
{
	CK_OBJECT_HANDLE found[32];
	CK_ATTRIBUTE t = A(CKA_CLASS, data);
	CK_ULONG n = 0;

	OK(C_FindObjectsInit(hs, &t, 1));
	OK(C_FindObjects(hs, found, 32, &n));
	OK(C_FindObjectsFinal(hs));
	return n;
}

static void
test_null(void **state)
{
	CK_ATTRIBUTE t = A(CKA_CLASS, data);
	CK_OBJECT_HANDLE h;
	CK_ULONG n;
	const CK_RV bad = CKR_ARGUMENTS_BAD;

	(void)state;
	OK(make(api.hs, CK_FALSE, CK_FALSE, &h));
	IS(C_CreateObject(api.hs, &t, 1, NULL), bad);
	IS(C_CreateObject(api.hs, NULL, 1, &h), bad);
	IS(C_CreateObject(api.hs, NULL, 0, &h), bad);
	IS(C_CopyObject(api.hs, h, NULL, 0, NULL), bad);
	IS(C_CopyObject(api.hs, h, NULL, 1, &h), bad);
	IS(C_GetObjectSize(api.hs, h, NULL), bad);
	IS(C_GetAttributeValue(api.hs, h, NULL, 1), bad);
	IS(C_SetAttributeValue(api.hs, h, NULL, 1), bad);
	IS(C_FindObjectsInit(api.hs, NULL, 1), bad);
	OK(C_FindObjectsInit(api.hs, NULL, 0));
	IS(C_FindObjects(api.hs, NULL, 1, &n), bad);
	IS(C_FindObjects(api.hs, &h, 1, NULL), bad);
	OK(C_FindObjects(api.hs, NULL, 0, &n));
	assert_int_equal(n, 0);
	OK(C_FindObjectsFinal(api.hs));
	OK(C_CopyObject(api.hs, h, NULL, 0, &h));
	assert_int_equal(count(api.hs), 2);
}

/* Logged out: private objects can be neither made, seen nor used. */
static void
test_public(void **state)
{
	CK_OBJECT_HANDLE open, private, h = 42;
	CK_ATTRIBUTE get = A(CKA_CLASS, data);
	CK_ULONG n;

	(void)state;
	OK(make(api.hs, CK_TRUE, CK_FALSE, &open));
	OK(make(api.hs, CK_TRUE, CK_TRUE, &private));
	assert_int_equal(count(api.hs), 2);
	OK(C_Logout(api.hs));
	assert_int_equal(count(api.hs), 1);
	IS(make(api.hs, CK_FALSE, CK_TRUE, &h), CKR_USER_NOT_LOGGED_IN);
	IS(make(api.hs, CK_TRUE, CK_TRUE, &h), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(h, 42);
	IS(C_GetAttributeValue(api.hs, private, &get, 1),
	    CKR_OBJECT_HANDLE_INVALID);
	IS(C_SetAttributeValue(api.hs, private, &get, 0),
	    CKR_OBJECT_HANDLE_INVALID);
	IS(C_CopyObject(api.hs, private, NULL, 0, &h),
	    CKR_OBJECT_HANDLE_INVALID);
	IS(C_GetObjectSize(api.hs, private, &n), CKR_OBJECT_HANDLE_INVALID);
	IS(C_DestroyObject(api.hs, private), CKR_OBJECT_HANDLE_INVALID);
	OK(C_GetAttributeValue(api.hs, open, &get, 1));
	OK(make(api.hs, CK_FALSE, CK_FALSE, &h));
	/* The handle of before the logout is none for ever. */
	OK(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	assert_int_equal(count(api.hs), 3);
	IS(C_GetAttributeValue(api.hs, private, &get, 1),
	    CKR_OBJECT_HANDLE_INVALID);
}

/* A read-only session changes nothing on the token. */
static void
test_read_only(void **state)
{
	CK_SESSION_HANDLE ro = kit_session(api.t->slot, 0);
	CK_ATTRIBUTE set = { CKA_LABEL, value, 1 };
	CK_ATTRIBUTE on_token = ON(CKA_TOKEN);
	CK_OBJECT_HANDLE h, mine, made = 42;

	(void)state;
	OK(make(api.hs, CK_TRUE, CK_FALSE, &h));
	IS(make(ro, CK_TRUE, CK_FALSE, &made), CKR_SESSION_READ_ONLY);
	IS(C_SetAttributeValue(ro, h, &set, 1), CKR_SESSION_READ_ONLY);
	IS(C_CopyObject(ro, h, NULL, 0, &made), CKR_SESSION_READ_ONLY);
	IS(C_DestroyObject(ro, h), CKR_SESSION_READ_ONLY);
	assert_int_equal(made, 42);
	OK(make(ro, CK_FALSE, CK_TRUE, &mine));
	OK(C_SetAttributeValue(ro, mine, &set, 1));
	IS(C_CopyObject(ro, mine, &on_token, 1, &made), CKR_SESSION_READ_ONLY);
	OK(C_CopyObject(ro, mine, NULL, 0, &made));
	OK(C_DestroyObject(ro, mine));
	assert_int_equal(count(ro), 2);
}

static void
test_so(void **state)
{
	CK_OBJECT_HANDLE h;

	(void)state;
	OK(make(api.hs, CK_TRUE, CK_TRUE, &h));
	OK(C_Logout(api.hs));
	OK(C_Login(api.hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	assert_int_equal(count(api.hs), 0);
	IS(make(api.hs, CK_FALSE, CK_TRUE, &h), CKR_USER_NOT_LOGGED_IN);
	OK(make(api.hs, CK_TRUE, CK_FALSE, &h));
	assert_int_equal(count(api.hs), 1);
}

/* Session objects are seen by all sessions and go with theirs. */
static void
test_session_ends(void **state)
{
	CK_SESSION_HANDLE other = kit_session(api.t->slot, CKF_RW_SESSION);
	CK_OBJECT_HANDLE theirs, ours, token;
	CK_ULONG n;

	(void)state;
	OK(make(other, CK_FALSE, CK_FALSE, &theirs));
	OK(make(other, CK_TRUE, CK_FALSE, &token));
	OK(make(api.hs, CK_FALSE, CK_FALSE, &ours));
	assert_int_equal(count(api.hs), 3);
	assert_int_equal(count(other), 3);
	OK(C_CloseSession(other));
	assert_int_equal(count(api.hs), 2);
	IS(C_GetObjectSize(api.hs, theirs, &n), CKR_OBJECT_HANDLE_INVALID);
	OK(C_GetObjectSize(api.hs, token, &n));
	OK(C_GetObjectSize(api.hs, ours, &n));
}

static void
test_find_states(void **state)
{
	CK_SESSION_HANDLE other = kit_session(api.t->slot, 0);
	CK_ATTRIBUTE t = A(CKA_CLASS, data);
	CK_OBJECT_HANDLE h, found[4];
	CK_ULONG n = 42;

	(void)state;
	OK(make(api.hs, CK_FALSE, CK_FALSE, &h));
	IS(C_FindObjects(api.hs, found, 4, &n), CKR_OPERATION_NOT_INITIALIZED);
	IS(C_FindObjectsFinal(api.hs), CKR_OPERATION_NOT_INITIALIZED);
	OK(C_FindObjectsInit(api.hs, &t, 1));
	IS(C_FindObjectsInit(api.hs, &t, 1), CKR_OPERATION_ACTIVE);
	IS(C_FindObjects(other, found, 4, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(n, 42);
	OK(C_FindObjectsInit(other, &t, 1));
	OK(C_FindObjects(api.hs, found, 4, &n));
	assert_int_equal(n, 1);
	OK(C_FindObjects(api.hs, found, 4, &n));
	assert_int_equal(n, 0);
	OK(C_FindObjectsFinal(api.hs));
	OK(C_FindObjects(other, found, 4, &n));
	assert_int_equal(n, 1);
}

/* Token objects that go during a search are not handed out any more; a session
 * object's handle may be, but is none. */
static void
test_find_meanwhile(void **state)
{
	CK_OBJECT_HANDLE h[3], mine, found[32];
	CK_ULONG size;
	CK_ULONG n, before = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		OK(make(api.hs, CK_TRUE, i > 0, &h[i]));
	OK(C_FindObjectsInit(api.hs, NULL, 0));
	OK(C_FindObjects(api.hs, found, 32, &before));
	OK(C_FindObjectsFinal(api.hs));
	OK(C_FindObjectsInit(api.hs, NULL, 0));
	OK(C_DestroyObject(api.hs, h[1]));
	OK(C_FindObjects(api.hs, found, 32, &n));
	assert_int_equal(n, before - 1);
	for (CK_ULONG i = 0; i < n; i++)
		assert_int_not_equal(found[i], h[1]);
	OK(C_FindObjectsFinal(api.hs));
	OK(make(api.hs, CK_FALSE, CK_TRUE, &mine));
	OK(C_FindObjectsInit(api.hs, NULL, 0));
	OK(C_Logout(api.hs));
	OK(C_FindObjects(api.hs, found, 32, &n));
	for (CK_ULONG i = 0; i < n; i++)
		assert_int_not_equal(found[i], h[2]);
	IS(C_GetObjectSize(api.hs, mine, &size), CKR_OBJECT_HANDLE_INVALID);
}

/* Every entry is answered, whatever is wrong with another (5.7.5). */
static void
test_get(void **state)
{
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, aes),
		A(CKA_VALUE, value), ON(CKA_SENSITIVE) };
	CK_OBJECT_HANDLE h = api_create(t, COUNT(t));
	CK_BYTE v[16] = { 0 }, none[16] = { 0 }, label[2];
	CK_ULONG type = 0;
	CK_ATTRIBUTE get[] = { { CKA_VALUE, v, sizeof(v) },
		{ CKA_MODULUS, label, 2 }, { CKA_KEY_TYPE, &type, 3 },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_SENSITIVE, NULL, 0 } };
	CK_RV rv = C_GetAttributeValue(api.hs, h, get, COUNT(get));

	(void)state;
	assert_true(rv == CKR_ATTRIBUTE_SENSITIVE ||
	    rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_BUFFER_TOO_SMALL);
	assert_int_equal(get[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_memory_equal(v, none, sizeof(v));
	assert_int_equal(get[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(get[2].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(get[3].ulValueLen, sizeof(type));
	assert_int_equal(type, CKK_AES);
	assert_int_equal(get[4].ulValueLen, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_null), CASE(test_public), CASE(test_read_only),
		CASE(test_so), CASE(test_session_ends), CASE(test_find_states),
		CASE(test_find_meanwhile), CASE(test_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
