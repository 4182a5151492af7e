/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "calls": the answers that all functions share: before C_Initialize,
 * with a session handle that does not exist, and with NULL wherever a pointer
 * goes (which must be answered and not crash).
 */
#include "calls.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define INDEX(name, ...) I_##name,
enum {
	CALLS_20(INDEX) FIRST_30,
	CALLS_30(INDEX) FIRST_32,
	CALLS_32(INDEX) AFTER_LAST
};
#define LAST_20 (FIRST_30 - 1)
#define LAST_30 (FIRST_32 - 1)

#define NAME(name, ...) #name,
static const char *const names[] = { CALLS_20(NAME) "", CALLS_30(NAME) "",
	CALLS_32(NAME) };

/*
 * A call that can succeed with nothing but a session or zeros, or that would
 * wait.
 */
static const int may_succeed[] = {
	I_C_Finalize,
	I_C_CloseSession,
	I_C_CloseAllSessions,
	I_C_FindObjectsInit,
	I_C_SessionCancel,
	I_C_SeedRandom,
	I_C_GenerateRandom,
	I_C_DigestUpdate,
};

/* What few modules have; the others may say so at once. */
static const int optional[] = {
	I_C_GetOperationState,
	I_C_SetOperationState,
	I_C_SignRecoverInit,
	I_C_SignRecover,
	I_C_VerifyRecoverInit,
	I_C_VerifyRecover,
	I_C_DigestEncryptUpdate,
	I_C_DecryptDigestUpdate,
	I_C_SignEncryptUpdate,
	I_C_DecryptVerifyUpdate,
};

static bool
one_of(int i, const int *list, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (list[k] == i)
			return true;
	return false;
}

#define CASE_20(name, ...) \
	case I_##name:     \
		return kit.f->name(__VA_ARGS__);
#define CASE_30(name, ...) \
	case I_##name:     \
		return kit.f30->name(__VA_ARGS__);
#define CASE_32(name, ...) \
	case I_##name:     \
		return kit.f32->name(__VA_ARGS__);

static CK_RV
call(int i, CK_SESSION_HANDLE s)
{
	switch (i) {
		CALLS_20(CASE_20)
		CALLS_30(CASE_30)
		CALLS_32(CASE_32)
	default:
		return CKR_OK;
	}
}

#define SAME_30(name, ...) \
	case I_##name:     \
		return kit.f30->name(__VA_ARGS__);
#define SAME_32(name, ...) \
	case I_##name:     \
		return kit.f32->name(__VA_ARGS__);

/* The older functions through the newer tables. */
static CK_RV
call_newer(int i, CK_SESSION_HANDLE s, bool through_32)
{
	if (through_32) {
		switch (i) {
			CALLS_20(SAME_32)
			CALLS_30(SAME_32)
		default:
			return CKR_OK;
		}
	}
	switch (i) {
		CALLS_20(SAME_30)
	default:
		return CKR_OK;
	}
}

static void
expect(
    const char *name, const char *when, CK_RV got, const CK_RV *want, size_t n)
{
	char text[80];

	(void)snprintf(text, sizeof(text), "%s %s", name, when);
	(void)kit_rv(__FILE__, __LINE__, text, got, want, n);
}

static void
before_init_one(int i, CK_RV rv)
{
	CK_RV want[] = { CKR_CRYPTOKI_NOT_INITIALIZED,
		CKR_CRYPTOKI_NOT_INITIALIZED };

	if (i == I_C_GetFunctionStatus || i == I_C_CancelFunction)
		want[1] = CKR_FUNCTION_NOT_PARALLEL;
	if (i >= FIRST_30)
		want[1] = CKR_FUNCTION_NOT_SUPPORTED;
	expect(names[i], "before C_Initialize", rv, want, KIT_COUNT(want));
}

static void
before_init_range(int first, int last)
{
	for (int i = first; i <= last; i++)
		before_init_one(i, call(i, 0));
}

static void
before_init_20(const void *arg)
{
	(void)arg;
	before_init_range(0, LAST_20);
}

static void
before_init_30(const void *arg)
{
	(void)arg;
	kit_need_30();
	before_init_range(FIRST_30 + 1, LAST_30);
	for (int i = 0; i <= LAST_20; i++)
		before_init_one(i, call_newer(i, 0, false));
}

static void
before_init_32(const void *arg)
{
	(void)arg;
	kit_need_32();
	before_init_range(FIRST_32 + 1, AFTER_LAST - 1);
	for (int i = 0; i <= LAST_30; i++)
		if (i != FIRST_30)
			before_init_one(i, call_newer(i, 0, true));
}

static void
after_finalize(const void *arg)
{
	(void)arg;
	NEED(kit.f->C_Finalize(NULL));
	before_init_range(0, LAST_20);
	if (kit.f30 != NULL)
		before_init_range(FIRST_30 + 1, LAST_30);
	if (kit.f32 != NULL)
		before_init_range(FIRST_32 + 1, AFTER_LAST - 1);
}

/* Whether the list gives the function the session as its first argument. */
static bool
takes_session(int i)
{
	return i >= I_C_InitPIN && i != I_C_OpenSession &&
	    i != I_C_CloseAllSessions && i != I_C_WaitForSlotEvent;
}

static void
bad_session_range(int first, int last, CK_SESSION_HANDLE s)
{
	for (int i = first; i <= last; i++) {
		CK_RV want[] = { CKR_SESSION_HANDLE_INVALID, CKR_ARGUMENTS_BAD,
			CKR_SESSION_HANDLE_INVALID };

		if (!takes_session(i))
			continue;
		if (i == I_C_GetFunctionStatus || i == I_C_CancelFunction)
			want[2] = CKR_FUNCTION_NOT_PARALLEL;
		if (i >= FIRST_30 || one_of(i, optional, KIT_COUNT(optional)))
			want[2] = CKR_FUNCTION_NOT_SUPPORTED;
		expect(names[i], "with a wrong session", call(i, s), want,
		    KIT_COUNT(want));
	}
}

static void
bad_session(const void *arg)
{
	static const CK_SESSION_HANDLE bad[] = { 0, 0x7fffffff,
		(CK_SESSION_HANDLE)-1 };
	CK_SESSION_HANDLE closed = kit_session(0);

	(void)arg;
	NEED(kit.f->C_CloseSession(closed));
	for (size_t k = 0; k <= KIT_COUNT(bad); k++) {
		CK_SESSION_HANDLE s = k < KIT_COUNT(bad) ? bad[k] : closed;

		bad_session_range(0, LAST_20, s);
		if (kit.f30 != NULL)
			bad_session_range(FIRST_30 + 1, LAST_30, s);
		if (kit.f32 != NULL)
			bad_session_range(FIRST_32 + 1, AFTER_LAST - 1, s);
	}
}

static void
null_arguments(const void *arg)
{
	const char *const *name = arg;
	int i = (int)(name - names);
	CK_SESSION_INFO info;
	CK_RV rv;

	if (i >= FIRST_30)
		kit_need_30();
	if (i >= FIRST_32)
		kit_need_32();
	rv = call(i, kit.s);
	if (rv == CKR_OK && !one_of(i, may_succeed, KIT_COUNT(may_succeed)))
		CHECK(i == I_C_Logout || strstr(*name, "Init") != NULL,
		    "%s with NULL arguments: CKR_OK", *name);
	CHECK(rv != CKR_GENERAL_ERROR && rv != CKR_DEVICE_ERROR &&
		rv != CKR_HOST_MEMORY,
	    "%s with NULL arguments: %s", *name, kit_rv_name(rv));
	if (i != I_C_Finalize && i != I_C_CloseSession &&
	    i != I_C_CloseAllSessions)
		WANT(kit.f->C_GetSessionInfo(kit.s, &info), CKR_OK);
}

static const struct kit_case cases[] = {
	{ "calls/before-init-2.40", "5.1.1", AT_LOADED, before_init_20, NULL,
	    0 },
	{ "calls/before-init-3.0", "5.1.1", AT_LOADED, before_init_30, NULL,
	    0 },
	{ "calls/before-init-3.2", "5.1.1", AT_LOADED, before_init_32, NULL,
	    0 },
	{ "calls/after-finalize", "5.1.1, 5.4.2", AT_USER, after_finalize, NULL,
	    0 },
	{ "calls/bad-session", "5.1.2", AT_USER, bad_session, NULL, 0 },
};

void
calls_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
	for (size_t i = 0; i < KIT_COUNT(names); i++) {
		struct kit_case c = { NULL, "5.1", AT_USER, null_arguments,
			&names[i], 20 };

		if (names[i][0] != '\0' && (int)i != I_C_WaitForSlotEvent)
			kit_add_named(l, "calls/null", names[i], &c);
	}
}
