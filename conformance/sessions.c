/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "session": opening, closing, what a session owns, cancelling, saved
 * state (5.6, 5.20).
 */
#include "suite.h"

#include <string.h>

static CK_STATE
state(CK_SESSION_HANDLE s)
{
	CK_SESSION_INFO i;

	memset(&i, 0, sizeof(i));
	NEED(kit.f->C_GetSessionInfo(s, &i));
	return i.state;
}

static void
open_flags(const void *arg)
{
	CK_SESSION_HANDLE s = 0;
	CK_RV rv;

	(void)arg;
	WANT(kit.f->C_OpenSession(kit.slot, 0, NULL, NULL, &s),
	    CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	WANT(kit.f->C_OpenSession(kit.slot, CKF_RW_SESSION, NULL, NULL, &s),
	    CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	WANT(kit.f->C_OpenSession(
		 kit.slot, CKF_SERIAL_SESSION, NULL, NULL, NULL),
	    CKR_ARGUMENTS_BAD);
	rv = kit.f->C_OpenSession(
	    kit.slot, CKF_SERIAL_SESSION | CKF_ASYNC_SESSION, NULL, NULL, &s);
	if (kit.f32 != NULL)
		WANT(rv, CKR_OK, CKR_SESSION_ASYNC_NOT_SUPPORTED);
	WANT(kit.f->C_OpenSession(kit.slot, CKF_SERIAL_SESSION, &s, NULL, &s),
	    CKR_OK);
}

static void
info(const void *arg)
{
	CK_SESSION_INFO i;
	CK_SESSION_HANDLE ro;

	(void)arg;
	ro = kit_session(0);
	CHECK(ro != kit.s, "two sessions share a handle");
	WANT(kit.f->C_GetSessionInfo(kit.s, NULL), CKR_ARGUMENTS_BAD);
	NEED(kit.f->C_GetSessionInfo(kit.s, &i));
	CHECK(i.slotID == kit.slot &&
		i.flags == (CKF_SERIAL_SESSION | CKF_RW_SESSION) &&
		i.ulDeviceError == 0 && i.state == CKS_RW_PUBLIC_SESSION,
	    "R/W: slot %lu flags 0x%lx error %lu state %lu", i.slotID, i.flags,
	    i.ulDeviceError, i.state);
	NEED(kit.f->C_GetSessionInfo(ro, &i));
	CHECK(i.slotID == kit.slot && i.flags == CKF_SERIAL_SESSION &&
		i.state == CKS_RO_PUBLIC_SESSION,
	    "R/O: slot %lu flags 0x%lx state %lu", i.slotID, i.flags, i.state);
}

static void
close_rules(const void *arg)
{
	CK_SESSION_HANDLE s = kit_session(0);

	(void)arg;
	NEED(kit.f->C_CloseSession(s));
	WANT(kit.f->C_CloseSession(s), CKR_SESSION_HANDLE_INVALID,
	    CKR_SESSION_CLOSED);
	CHECK(state(kit.s) == CKS_RW_USER_FUNCTIONS,
	    "state %lu after another session was closed", state(kit.s));
	NEED(kit.f->C_CloseSession(kit.s));
	kit.s = kit_session(CKF_RW_SESSION);
	CHECK(state(kit.s) == CKS_RW_PUBLIC_SESSION,
	    "still logged in after the last session was closed");
}

static void
close_all(const void *arg)
{
	CK_SESSION_HANDLE s = kit_session(0);
	CK_SESSION_INFO i;

	(void)arg;
	NEED(kit.f->C_CloseAllSessions(kit.slot));
	WANT(kit.f->C_GetSessionInfo(s, &i), CKR_SESSION_HANDLE_INVALID,
	    CKR_SESSION_CLOSED);
	WANT(kit.f->C_GetSessionInfo(kit.s, &i), CKR_SESSION_HANDLE_INVALID,
	    CKR_SESSION_CLOSED);
	WANT(kit.f->C_CloseAllSessions(kit.slot), CKR_OK);
	kit.s = kit_session(CKF_RW_SESSION);
	CHECK(state(kit.s) == CKS_RW_PUBLIC_SESSION,
	    "still logged in after C_CloseAllSessions");
}

/*
 * Session objects are seen by all sessions and die with the one that made
 * them (4.4, 5.6.2).
 */
static void
owns_objects(const void *arg)
{
	CK_SESSION_HANDLE other = kit_session(CKF_RW_SESSION);
	CK_OBJECT_HANDLE mine, theirs, h;
	struct tmpl t;

	(void)arg;
	tmpl_data(&t);
	t_s(&t, CKA_LABEL, "of the first");
	mine = obj_make(&t);
	t_s(&t, CKA_LABEL, "of the second");
	NEED(kit.f->C_CreateObject(other, t.a, t.n, &theirs));
	CHECK(obj_find(kit.s, &t, &h, 1) == 1 && h == theirs,
	    "another session's object is not found under its handle");
	attr_is(theirs, CKA_LABEL, "of the second", 13);
	NEED(kit.f->C_CloseSession(other));
	WANT(attr_rv(theirs, CKA_LABEL), CKR_OBJECT_HANDLE_INVALID);
	CHECK(obj_find(kit.s, &t, &h, 1) == 0,
	    "a session object outlives its session");
	attr_is(mine, CKA_LABEL, "of the first", 12);
}

static void
many(const void *arg)
{
	CK_SESSION_HANDLE s[1500];

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(s); i++)
		NEED(kit.f->C_OpenSession(
		    kit.slot, CKF_SERIAL_SESSION, NULL, NULL, &s[i]));
	CHECK(state(s[KIT_COUNT(s) - 1]) == CKS_RO_USER_FUNCTIONS,
	    "the last one is not logged in");
	for (size_t i = 0; i < KIT_COUNT(s); i++)
		NEED(kit.f->C_CloseSession(s[i]));
	CHECK(state(kit.s) == CKS_RW_USER_FUNCTIONS, "state %lu", state(kit.s));
}

static void
parallel(const void *arg)
{
	(void)arg;
	WANT(kit.f->C_GetFunctionStatus(kit.s), CKR_FUNCTION_NOT_PARALLEL);
	WANT(kit.f->C_CancelFunction(kit.s), CKR_FUNCTION_NOT_PARALLEL);
}

static void
start_all(void)
{
	CK_BYTE iv[16] = { 0 };
	CK_MECHANISM digest = { CKM_SHA256, NULL, 0 },
		     mac = { CKM_SHA256_HMAC, NULL, 0 };
	CK_MECHANISM cbc = { CKM_AES_CBC, iv, sizeof(iv) };
	CK_OBJECT_HANDLE aes = key_secret(CKK_AES, 16),
			 hmac = key_secret(CKK_GENERIC_SECRET, 32);

	NEED(kit.f->C_DigestInit(kit.s, &digest));
	NEED(kit.f->C_EncryptInit(kit.s, &cbc, aes));
	NEED(kit.f->C_SignInit(kit.s, &mac, hmac));
	NEED(kit.f->C_FindObjectsInit(kit.s, NULL, 0));
}

static void
cancel(const void *arg)
{
	CK_BYTE buf[64];
	CK_ULONG n = sizeof(buf);
	CK_RV rv;

	(void)arg;
	kit_need_30();
	kit_need_mech(CKM_AES_CBC, CKF_ENCRYPT);
	kit_need_mech(CKM_SHA256_HMAC, CKF_SIGN);
	start_all();
	WANT(kit.f30->C_SessionCancel(kit.s, 0), CKR_OK);
	NEED(kit.f->C_DigestUpdate(kit.s, buf, 0));
	rv = kit.f30->C_SessionCancel(kit.s, CKF_DIGEST);
	if (rv == CKR_OPERATION_CANCEL_FAILED && kit.profile != PROFILE_KLUIS)
		kit_skip("the module cannot cancel");
	WANT(rv, CKR_OK);
	WANT(kit.f->C_DigestFinal(kit.s, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	n = sizeof(buf);
	WANT(kit.f->C_EncryptUpdate(kit.s, buf, 16, buf + 16, &n), CKR_OK);
	WANT(
	    kit.f30->C_SessionCancel(kit.s, CKF_ENCRYPT | CKF_DECRYPT), CKR_OK);
	WANT(kit.f->C_EncryptFinal(kit.s, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	WANT(kit.f->C_SignUpdate(kit.s, buf, 16), CKR_OK);
	WANT(kit.f30->C_SessionCancel(
		 kit.s, CKF_SIGN | CKF_VERIFY | CKF_FIND_OBJECTS),
	    CKR_OK);
	WANT(kit.f->C_SignFinal(kit.s, buf, &n), CKR_OPERATION_NOT_INITIALIZED);
	WANT(kit.f->C_FindObjectsFinal(kit.s), CKR_OPERATION_NOT_INITIALIZED);
	start_all();
	WANT(kit.f30->C_SessionCancel(
		 kit.s, CKF_DIGEST | CKF_ENCRYPT | CKF_SIGN | CKF_FIND_OBJECTS),
	    CKR_OK);
	start_all();
}

static void
operation_state(const void *arg)
{
	static CK_BYTE saved[8192];
	CK_BYTE a[32], b[32];
	CK_MECHANISM m = { CKM_SHA256, NULL, 0 };
	CK_ULONG len = 0, n = sizeof(a);
	CK_RV rv;

	(void)arg;
	rv = kit.f->C_GetOperationState(kit.s, NULL, &len);
	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		kit_skip("not supported");
	WANT(rv, CKR_OPERATION_NOT_INITIALIZED);
	NEED(kit.f->C_DigestInit(kit.s, &m));
	NEED(kit.f->C_DigestUpdate(kit.s, (CK_BYTE *)"abc", 3));
	rv = kit.f->C_GetOperationState(kit.s, NULL, &len);
	if (rv == CKR_STATE_UNSAVEABLE)
		kit_skip("the state of a digest is not saveable");
	NEED(rv);
	REQUIRE(len > 0 && len <= sizeof(saved), "%lu bytes", len);
	n = len - 1;
	WANT(
	    kit.f->C_GetOperationState(kit.s, saved, &n), CKR_BUFFER_TOO_SMALL);
	NEED(kit.f->C_GetOperationState(kit.s, saved, &len));
	NEED(kit.f->C_DigestUpdate(kit.s, (CK_BYTE *)"def", 3));
	n = sizeof(a);
	NEED(kit.f->C_DigestFinal(kit.s, a, &n));
	NEED(kit.f->C_SetOperationState(kit.s, saved, len, 0, 0));
	NEED(kit.f->C_DigestUpdate(kit.s, (CK_BYTE *)"def", 3));
	n = sizeof(b);
	NEED(kit.f->C_DigestFinal(kit.s, b, &n));
	CHECK(memcmp(a, b, sizeof(a)) == 0,
	    "the restored digest gives another value");
	memset(saved, 0x5a, sizeof(saved));
	WANT(kit.f->C_SetOperationState(kit.s, saved, len, 0, 0),
	    CKR_SAVED_STATE_INVALID);
}

static const struct kit_case cases[] = {
	{ "session/open-flags", "5.6.1", AT_TOKEN, open_flags, NULL, 0 },
	{ "session/info", "5.6.4", AT_PUBLIC, info, NULL, 0 },
	{ "session/close", "5.6.2", AT_USER, close_rules, NULL, 0 },
	{ "session/close-all", "5.6.3", AT_USER, close_all, NULL, 0 },
	{ "session/owns-objects", "4.4, 5.6.2", AT_USER, owns_objects, NULL,
	    0 },
	{ "session/many", "5.6.1", AT_USER, many, NULL, 0 },
	{ "session/parallel", "5.20", AT_PUBLIC, parallel, NULL, 0 },
	{ "session/cancel", "5.6.5", AT_USER, cancel, NULL, 0 },
	{ "session/operation-state", "5.6.6, 5.6.7", AT_PUBLIC, operation_state,
	    NULL, 0 },
};

void
session_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
