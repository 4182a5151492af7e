/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of sessions: numbers that are never given twice, many sessions at
 * once, structs that are used again, and looking up while the table grows.
 */
#include "kit/token.h"

#include <pthread.h>
#include <stdatomic.h>

#define MANY 1000

static CK_RV
info_rv(CK_SESSION_HANDLE hs)
{
	CK_SESSION_INFO info;

	return C_GetSessionInfo(hs, &info);
}

static void
test_no_number(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs;

	assert_int_equal(info_rv(CK_INVALID_HANDLE), CKR_SESSION_HANDLE_INVALID);
	hs = kit_session(t->slot, 0);
	assert_int_equal(info_rv(CK_INVALID_HANDLE), CKR_SESSION_HANDLE_INVALID);
	for (CK_ULONG step = 1; step != 0; step <<= 1)
		assert_int_equal(info_rv(hs + step),
		    CKR_SESSION_HANDLE_INVALID);
	OK(C_CloseSession(hs));
	assert_int_equal(info_rv(CK_INVALID_HANDLE), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(C_CloseSession(CK_INVALID_HANDLE),
	    CKR_SESSION_HANDLE_INVALID);
}

/* Numbers rise for ever, while old ones stand among them. */
static void
test_numbers_rise(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE old[8], last = 0;

	for (size_t i = 0; i < 8; i++)
		old[i] = kit_session(t->slot, 0);
	last = old[7];
	for (size_t i = 0; i < MANY; i++) {
		CK_SESSION_HANDLE hs = kit_session(t->slot, 0);

		assert_true(hs > last);
		assert_int_equal(info_rv(hs), CKR_OK);
		OK(C_CloseSession(hs));
		assert_int_equal(info_rv(hs), CKR_SESSION_HANDLE_INVALID);
		last = hs;
	}
	for (size_t i = 0; i < 8; i++)
		OK(info_rv(old[i]));
}

/* Numbers rise over C_Finalize too. */
static void
test_over_finalize(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE a = kit_session(t->slot, 0), b;

	OK(C_Finalize(NULL));
	OK(C_Initialize(NULL));
	assert_int_equal(info_rv(a), CKR_SESSION_HANDLE_INVALID);
	b = kit_session(t->slot, 0);
	assert_true(b > a);
}

static void
test_many(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs[MANY];
	CK_TOKEN_INFO info;

	for (size_t i = 0; i < MANY; i++)
		hs[i] = kit_session(t->slot, i % 2 == 0 ? CKF_RW_SESSION : 0);
	for (size_t i = 0; i < MANY; i++)
		OK(info_rv(hs[i]));
	OK(C_GetTokenInfo(t->slot, &info));
	assert_int_equal(info.ulSessionCount, MANY);
	assert_int_equal(info.ulRwSessionCount, MANY / 2);
	for (size_t i = 0; i < MANY; i += 3)
		OK(C_CloseSession(hs[i]));
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(info_rv(hs[i]),
		    i % 3 == 0 ? CKR_SESSION_HANDLE_INVALID : CKR_OK);
	OK(C_CloseAllSessions(t->slot));
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(info_rv(hs[i]), CKR_SESSION_HANDLE_INVALID);
	OK(C_GetTokenInfo(t->slot, &info));
	assert_int_equal(info.ulSessionCount, 0);
}

/* An operation of an earlier session is none of the next one's. */
static void
test_used_again(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE a = kit_session(t->slot, 0), b;
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_BYTE out[32];
	CK_ULONG n = sizeof(out);

	OK(C_DigestInit(a, &sha));
	OK(C_FindObjectsInit(a, NULL, 0));
	OK(C_CloseSession(a));
	b = kit_session(t->slot, 0);
	assert_int_equal(C_Digest(b, out, 1, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(C_FindObjectsFinal(b), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(C_DigestInit(a, &sha), CKR_SESSION_HANDLE_INVALID);
	OK(C_DigestInit(b, &sha));
}

struct looker {
	CK_SESSION_HANDLE hs;
	atomic_bool stop;
	atomic_ulong wrong;
};

/* One session stays and is always found; numbers of others never show it. */
static void *
look(void *arg)
{
	struct looker *l = arg;
	CK_SESSION_INFO info;

	while (!atomic_load(&l->stop))
		if (C_GetSessionInfo(l->hs, &info) != CKR_OK ||
		    (info.flags & CKF_RW_SESSION) == 0)
			atomic_fetch_add(&l->wrong, 1);
	return NULL;
}

static void
test_found_while_growing(void **state)
{
	struct kit_token *t = *state;
	struct looker l = { .hs = kit_session(t->slot, CKF_RW_SESSION) };
	CK_SESSION_HANDLE hs[MANY];
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, look, &l), 0);
	for (size_t i = 0; i < MANY; i++)
		hs[i] = kit_session(t->slot, 0);
	for (size_t i = 0; i < MANY; i++)
		OK(C_CloseSession(hs[i]));
	atomic_store(&l.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(atomic_load(&l.wrong), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, kit_token_new, kit_token_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_no_number), CASE(test_numbers_rise),
		CASE(test_over_finalize), CASE(test_many),
		CASE(test_used_again), CASE(test_found_while_growing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
