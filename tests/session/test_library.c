/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C_Initialize and C_Finalize: arguments, order, fork, threads, configuration.
 */
#include "kit/token.h"

#include <pthread.h>
#include <time.h>

#include "session/session.h"

static char *folder;

static int
store_setup(void **state)
{
	(void)state;
	folder = kit_store_new();
	return 0;
}

static int
store_teardown(void **state)
{
	(void)state;
	(void)C_Finalize(NULL);
	kit_folder_free(folder);
	return 0;
}

static CK_RV
mutex_new(CK_VOID_PTR_PTR out)
{
	pthread_mutex_t *m = malloc(sizeof(*m));

	if (m == NULL || pthread_mutex_init(m, NULL) != 0)
		return CKR_HOST_MEMORY;
	*out = m;
	return CKR_OK;
}

static unsigned taken;

static CK_RV
mutex_lock(CK_VOID_PTR m)
{
	taken++;
	return pthread_mutex_lock(m) == 0 ? CKR_OK : CKR_GENERAL_ERROR;
}

static CK_RV
mutex_unlock(CK_VOID_PTR m)
{
	return pthread_mutex_unlock(m) == 0 ? CKR_OK : CKR_GENERAL_ERROR;
}

static CK_RV
mutex_free(CK_VOID_PTR m)
{
	free(m);
	return CKR_OK;
}

static void
test_before(void **state)
{
	CK_INFO info;

	(void)state;
	assert_int_equal(C_GetInfo(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(C_GetInfo(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(C_CloseSession(1), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_non_null(strstr(lib_crypto(), "OpenSSL"));
}

static void
test_arguments(void **state)
{
	CK_C_INITIALIZE_ARGS a = { mutex_new, NULL, NULL, NULL, 0, NULL };

	(void)state;
	assert_int_equal(C_Initialize(&a), CKR_ARGUMENTS_BAD);
	a.DestroyMutex = mutex_free;
	a.LockMutex = mutex_lock;
	assert_int_equal(C_Initialize(&a), CKR_ARGUMENTS_BAD);
	a.flags = CKF_OS_LOCKING_OK;
	assert_int_equal(C_Initialize(&a), CKR_ARGUMENTS_BAD);
	a.UnlockMutex = mutex_unlock;
	a.flags = 1UL << 20;
	assert_int_equal(C_Initialize(&a), CKR_ARGUMENTS_BAD);
	a.flags = 0;
	a.pReserved = (CK_VOID_PTR) "no pair here";
	assert_int_equal(C_Initialize(&a), CKR_ARGUMENTS_BAD);
	OK(C_Initialize(NULL));
	assert_int_equal(C_Finalize((CK_VOID_PTR) "x"), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
}

/* strongSwan's way: callbacks and no flag. */
static void
test_callbacks(void **state)
{
	CK_C_INITIALIZE_ARGS a = { mutex_new, mutex_free, mutex_lock,
		mutex_unlock, 0, NULL };
	CK_ULONG n = 0;

	(void)state;
	taken = 0;
	OK(C_Initialize(&a));
	OK(C_GetSlotList(CK_TRUE, NULL, &n));
	assert_true(taken > 0);
	OK(C_Finalize(NULL));
	a.flags = CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS;
	taken = 0;
	OK(C_Initialize(&a));
	OK(C_GetSlotList(CK_TRUE, NULL, &n));
	assert_int_equal(taken, 0);
}

static void
test_reserved(void **state)
{
	CK_C_INITIALIZE_ARGS a = { .flags = CKF_OS_LOCKING_OK };
	char *other = kit_folder_new(), *pairs = NULL;
	CK_SLOT_ID slots[4];
	CK_ULONG n = 4;

	(void)state;
	OK(C_Initialize(NULL));
	kit_token_make(0);
	OK(C_Finalize(NULL));
	assert_int_equal(unsetenv("KLUIS_STORE"), 0);
	assert_true(asprintf(&pairs, "store='%s' pin-min=4", other) > 0);
	assert_int_equal(unsetenv("KLUIS_CONF"), 0);
	a.pReserved = pairs;
	OK(C_Initialize(&a));
	OK(C_GetSlotList(CK_TRUE, slots, &n));
	assert_int_equal(n, 1);
	free(pairs);
	kit_folder_free(other);
}

static void
test_bad_conf(void **state)
{
	char *conf = kit_path(folder, "kluis.conf");

	(void)state;
	kit_write(conf, "stor = /x\n", 10);
	assert_int_equal(C_Initialize(NULL), CKR_GENERAL_ERROR);
	kit_write(conf, "log = loud\n", 11);
	assert_int_equal(C_Initialize(NULL), CKR_GENERAL_ERROR);
	kit_write(conf, "", 0);
	OK(C_Initialize(NULL));
	free(conf);
}

/* Nothing may be on the disk that was not there before. */
static void
test_leaves_no_trace(void **state)
{
	char *nowhere = kit_path(folder, "sub/deeper");
	CK_ULONG n = 0;

	(void)state;
	assert_int_equal(unsetenv("KLUIS_CONF"), 0);
	assert_int_equal(setenv("KLUIS_STORE", nowhere, 1), 0);
	OK(C_Initialize(NULL));
	OK(C_GetSlotList(CK_FALSE, NULL, &n));
	assert_int_equal(n, 1);
	assert_int_not_equal(access(nowhere, F_OK), 0);
	free(nowhere);
}

/* The parent's session and object mean nothing here. */
static int
child_of_fork(CK_SESSION_HANDLE theirs, CK_OBJECT_HANDLE object)
{
	CK_ULONG n = 0;
	CK_SESSION_HANDLE hs;
	CK_SESSION_INFO info;

	if (C_GetSlotList(CK_TRUE, NULL, &n) != CKR_CRYPTOKI_NOT_INITIALIZED)
		return 1;
	if (C_Finalize(NULL) != CKR_CRYPTOKI_NOT_INITIALIZED)
		return 2;
	if (C_Initialize(NULL) != CKR_OK)
		return 3;
	if (C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
	    &hs) != CKR_OK)
		return 4;
	if (C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN) != CKR_OK)
		return 5;
	if (C_GetSessionInfo(theirs, &info) != CKR_SESSION_HANDLE_INVALID)
		return 6;
	for (n = 1; n <= object; n++)
		if (C_DestroyObject(hs, n) != CKR_OBJECT_HANDLE_INVALID)
			return 7;
	return C_Finalize(NULL) == CKR_OK ? 0 : 8;
}

static void
test_fork(void **state)
{
	CK_SESSION_HANDLE hs;
	CK_OBJECT_HANDLE key;
	CK_SESSION_INFO info;
	int status;
	pid_t pid;

	(void)state;
	OK(C_Initialize(NULL));
	kit_token_make(0);
	hs = kit_session(0, CKF_RW_SESSION);
	OK(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	key = kit_aes(hs, CK_TRUE);
	if ((pid = fork()) == 0)
		_exit(child_of_fork(hs, key));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	OK(C_GetSessionInfo(hs, &info));
	assert_int_equal(info.state, CKS_RW_USER_FUNCTIONS);
	(void)kit_aes(hs, CK_TRUE);
}

static void *
wait_for_slot(void *arg)
{
	CK_SLOT_ID slot;

	*(CK_RV *)arg = C_WaitForSlotEvent(0, &slot, NULL);
	return NULL;
}

static void
test_wait_ended(void **state)
{
	const struct timespec moment = { 0, 100000000 };
	CK_RV rv = CKR_OK;
	CK_SLOT_ID slot;
	pthread_t thread;

	(void)state;
	OK(C_Initialize(NULL));
	assert_int_equal(C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL),
	    CKR_NO_EVENT);
	assert_int_equal(C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, &slot),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_slot, &rv), 0);
	(void)nanosleep(&moment, NULL);
	OK(C_Finalize(NULL));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(rv, CKR_CRYPTOKI_NOT_INITIALIZED);
}

/* A token that another process makes is an event and a new slot. */
static void
test_wait_event(void **state)
{
	CK_SLOT_ID slot = 99;
	int status;
	pid_t pid;

	(void)state;
	OK(C_Initialize(NULL));
	assert_int_equal(C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL),
	    CKR_NO_EVENT);
	if ((pid = fork()) == 0) {
		if (C_Initialize(NULL) != CKR_OK)
			_exit(1);
		kit_token_make(0);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	OK(C_WaitForSlotEvent(0, &slot, NULL));
	assert_int_equal(slot, 0);
}

static void *
initialise(void *arg)
{
	*(CK_RV *)arg = C_Initialize(NULL);
	return NULL;
}

static void
test_race(void **state)
{
	CK_RV rv[8];
	pthread_t threads[8];
	unsigned won = 0;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, initialise,
		    &rv[i]), 0);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		won += rv[i] == CKR_OK;
		assert_true(rv[i] == CKR_OK ||
		    rv[i] == CKR_CRYPTOKI_ALREADY_INITIALIZED);
	}
	assert_int_equal(won, 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_before), CASE(test_arguments), CASE(test_callbacks),
		CASE(test_reserved), CASE(test_bad_conf),
		CASE(test_leaves_no_trace), CASE(test_fork),
		CASE(test_wait_ended), CASE(test_wait_event), CASE(test_race),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
