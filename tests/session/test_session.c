/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions: opening, closing, cancelling, and being used by several threads
 * while others close them.
 */
#include "kit/token.h"

#include <pthread.h>

static void
test_open_arguments(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs;

	assert_int_equal(C_OpenSession(t->slot, 0, NULL, NULL, &hs),
	    CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	assert_int_equal(C_OpenSession(t->slot, CKF_RW_SESSION, NULL, NULL,
	    &hs), CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	assert_int_equal(C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_OpenSession(31, CKF_SERIAL_SESSION, NULL, NULL,
	    &hs), CKR_SLOT_ID_INVALID);
}

static void
test_handles(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE a = kit_session(t->slot, 0), b;
	CK_SESSION_INFO info;

	assert_int_equal(C_GetSessionInfo(a, NULL), CKR_ARGUMENTS_BAD);
	OK(C_CloseSession(a));
	assert_int_equal(C_CloseSession(a), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(C_GetSessionInfo(a, &info),
	    CKR_SESSION_HANDLE_INVALID);
	b = kit_session(t->slot, CKF_RW_SESSION);
	assert_int_not_equal(a, b);
	OK(C_GetSessionInfo(b, &info));
	assert_int_equal(info.slotID, t->slot);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION | CKF_RW_SESSION);
	assert_int_equal(info.ulDeviceError, 0);
	assert_int_equal(C_CloseSession(CK_INVALID_HANDLE),
	    CKR_SESSION_HANDLE_INVALID);
}

static void
test_cancel(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_session(t->slot, 0);
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_BYTE out[32];
	CK_ULONG n = sizeof(out);

	OK(C_SessionCancel(hs, CKF_DIGEST));
	OK(C_DigestInit(hs, &sha));
	OK(C_FindObjectsInit(hs, NULL, 0));
	OK(C_SessionCancel(hs, CKF_SIGN));
	assert_int_equal(C_DigestInit(hs, &sha), CKR_OPERATION_ACTIVE);
	OK(C_SessionCancel(hs, CKF_DIGEST | CKF_FIND_OBJECTS));
	assert_int_equal(C_Digest(hs, out, 1, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(C_FindObjectsFinal(hs), CKR_OPERATION_NOT_INITIALIZED);
	OK(C_DigestInit(hs, &sha));
	OK(C_DigestInit(hs, NULL));
	assert_int_equal(C_Digest(hs, out, 1, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

struct worker {
	CK_SESSION_HANDLE hs;
	bool wrong;
};

static void *
digest_until_closed(void *arg)
{
	struct worker *w = arg;
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_BYTE out[32];
	CK_RV rv = CKR_OK;

	while (rv == CKR_OK) {
		CK_ULONG n = sizeof(out);

		if ((rv = C_DigestInit(w->hs, &sha)) == CKR_OK)
			rv = C_Digest(w->hs, out, 1, out, &n);
	}
	w->wrong = rv != CKR_SESSION_HANDLE_INVALID &&
	    rv != CKR_OPERATION_NOT_INITIALIZED &&
	    rv != CKR_CRYPTOKI_NOT_INITIALIZED;
	return NULL;
}

/* Four threads at work; the sessions are closed under them, then C_Finalize. */
static void
test_closed_in_use(void **state)
{
	struct kit_token *t = *state;
	struct worker w[4];
	pthread_t threads[4];

	for (size_t i = 0; i < 4; i++) {
		w[i].hs = kit_session(t->slot, 0);
		assert_int_equal(pthread_create(&threads[i], NULL,
		    digest_until_closed, &w[i]), 0);
	}
	OK(C_CloseSession(w[0].hs));
	OK(C_CloseAllSessions(t->slot));
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_false(w[i].wrong);
	}
}

static void
test_finalised_in_use(void **state)
{
	struct kit_token *t = *state;
	struct worker w[4];
	pthread_t threads[4];

	for (size_t i = 0; i < 4; i++) {
		w[i].hs = kit_session(t->slot, 0);
		assert_int_equal(pthread_create(&threads[i], NULL,
		    digest_until_closed, &w[i]), 0);
	}
	OK(C_Finalize(NULL));
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_false(w[i].wrong);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, kit_token_new, kit_token_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_open_arguments), CASE(test_handles),
		CASE(test_cancel), CASE(test_closed_in_use),
		CASE(test_finalised_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
