/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots and tokens: numbers that stay, the free slot, what C_InitToken keeps
 * and what it wipes, a store that cannot be read.
 */
#include <sys/stat.h>

#include "kit/token.h"

#include "store/store.h"

static CK_ULONG
slots(CK_SLOT_ID *out, CK_ULONG max)
{
	CK_ULONG n = 0;

	OK(C_GetSlotList(CK_TRUE, NULL, &n));
	assert_true(n <= max);
	OK(C_GetSlotList(CK_TRUE, out, &n));
	return n;
}

static void
test_arguments(void **state)
{
	struct kit_token *t = *state;
	CK_SLOT_ID ids[1];
	CK_ULONG n = 1;
	CK_SLOT_INFO info;
	CK_TOKEN_INFO token;

	assert_int_equal(C_GetSlotList(CK_TRUE, ids, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_GetSlotList(CK_TRUE, ids, &n),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 2);
	assert_int_equal(C_GetSlotInfo(77, &info), CKR_SLOT_ID_INVALID);
	assert_int_equal(C_GetSlotInfo(~0UL, &info), CKR_SLOT_ID_INVALID);
	assert_int_equal(C_GetSlotInfo(t->slot, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_GetTokenInfo(t->slot, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_GetTokenInfo(77, &token), CKR_SLOT_ID_INVALID);
}

static void
test_free_slot(void **state)
{
	CK_SLOT_ID ids[4];
	CK_TOKEN_INFO info;
	CK_SESSION_HANDLE hs;

	(void)state;
	assert_int_equal(slots(ids, 4), 2);
	assert_int_equal(ids[0], 0);
	assert_int_equal(ids[1], 1);
	OK(C_GetTokenInfo(1, &info));
	assert_false(info.flags & CKF_TOKEN_INITIALIZED);
	assert_int_equal(C_OpenSession(1, CKF_SERIAL_SESSION, NULL, NULL, &hs),
	    CKR_TOKEN_NOT_RECOGNIZED);
	kit_token_make(1);
	OK(C_GetTokenInfo(1, &info));
	assert_true(info.flags & CKF_TOKEN_INITIALIZED);
	assert_int_equal(slots(ids, 4), 3);
}

/* A file that is no token of ours is not shown as one that waits for
 * C_InitToken, nor does that write over it. */
static void
test_foreign_file(void **state)
{
	struct kit_token *t = *state;
	char *path = kit_path(t->folder, "1.db");
	CK_UTF8CHAR label[32], pin[] = "12345678";
	CK_TOKEN_INFO info;
	struct stat st;
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs("a letter", f) >= 0);
	assert_int_equal(fclose(f), 0);
	memset(label, ' ', sizeof(label));
	assert_int_equal(C_GetTokenInfo(1, &info), CKR_TOKEN_NOT_RECOGNIZED);
	assert_int_not_equal(C_InitToken(1, pin, 8, label), CKR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 8);
	free(path);
}

/* The middle one goes: the others keep their numbers, it is offered again. */
static void
test_numbers_stay(void **state)
{
	struct kit_token *t = *state;
	char *middle = kit_path(t->folder, "1.db");
	CK_TOKEN_INFO before, after;
	CK_SLOT_ID ids[4];

	kit_token_make(1);
	kit_token_make(2);
	OK(C_GetTokenInfo(2, &before));
	assert_int_equal(unlink(middle), 0);
	assert_int_equal(slots(ids, 4), 3);
	assert_int_equal(ids[1], 1);
	OK(C_GetTokenInfo(2, &after));
	assert_memory_equal(before.serialNumber, after.serialNumber, 16);
	OK(C_GetTokenInfo(1, &after));
	assert_false(after.flags & CKF_TOKEN_INITIALIZED);
	free(middle);
}

static void
test_init_again(void **state)
{
	struct kit_token *t = *state;
	CK_TOKEN_INFO before, after;
	CK_SESSION_HANDLE hs = kit_user(t, CKF_RW_SESSION);
	CK_UTF8CHAR label[32];
	CK_OBJECT_HANDLE found;
	CK_ULONG n = 9;
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE templ = { CKA_CLASS, &class, sizeof(class) };

	memset(label, 'x', sizeof(label));
	(void)kit_aes(hs, CK_TRUE);
	OK(C_GetTokenInfo(t->slot, &before));
	assert_int_equal(before.ulSessionCount, 1);
	assert_int_equal(C_InitToken(t->slot, KIT_SO, KIT_SO_LEN, label),
	    CKR_SESSION_EXISTS);
	OK(C_CloseSession(hs));
	assert_int_equal(C_InitToken(t->slot, KIT_USER, KIT_USER_LEN, label),
	    CKR_PIN_INCORRECT);
	assert_int_equal(C_InitToken(t->slot, KIT_SO, KIT_SO_LEN, NULL),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(C_InitToken(t->slot, NULL, 4, label),
	    CKR_ARGUMENTS_BAD);
	OK(C_InitToken(t->slot, KIT_SO, KIT_SO_LEN, label));
	OK(C_GetTokenInfo(t->slot, &after));
	assert_memory_equal(before.serialNumber, after.serialNumber, 16);
	assert_memory_equal(after.label, label, 32);
	kit_token_make(t->slot);
	hs = kit_user(t, 0);
	OK(C_FindObjectsInit(hs, &templ, 1));
	OK(C_FindObjects(hs, &found, 1, &n));
	assert_int_equal(n, 0);
}

static void
test_pin_length(void **state)
{
	CK_UTF8CHAR label[32];

	(void)state;
	memset(label, ' ', sizeof(label));
	assert_int_equal(C_InitToken(1, KIT_SO, 3, label), CKR_PIN_LEN_RANGE);
	assert_int_equal(C_InitToken(1, KIT_SO, 0, label), CKR_PIN_LEN_RANGE);
	OK(C_InitToken(1, KIT_SO, 4, label));
}

/* Another process makes the token anew: our sessions are over, a new one
 * sees the new token. */
static void
test_made_anew_elsewhere(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_user(t, CKF_RW_SESSION), next;
	CK_OBJECT_HANDLE key = kit_aes(hs, CK_TRUE);
	CK_BBOOL sensitive;
	CK_ATTRIBUTE a = { CKA_SENSITIVE, &sensitive, sizeof(sensitive) };
	CK_SESSION_INFO info;
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		if (C_Initialize(NULL) != CKR_OK)
			_exit(1);
		kit_token_make(t->slot);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(C_GetAttributeValue(hs, key, &a, 1),
	    CKR_DEVICE_REMOVED);
	OK(C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL, &next));
	assert_int_equal(C_GetSessionInfo(hs, &info), CKR_DEVICE_REMOVED);
	OK(C_GetSessionInfo(next, &info));
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
	OK(C_Login(next, CKU_USER, KIT_USER, KIT_USER_LEN));
	OK(C_CloseSession(hs));
}

/* A process that deletes the token, and puts another in its place. */
static void
elsewhere(const struct kit_token *t, bool make)
{
	struct store_env *env;
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		if (store_env_new(t->folder, NULL, &env) != CKR_OK ||
		    store_remove(env, (uint32_t)t->slot) != CKR_OK)
			_exit(1);
		if (make && C_Initialize(NULL) != CKR_OK)
			_exit(2);
		if (make)
			kit_token_make(t->slot);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Another token lies in the slot: it is followed, with sessions open on the
 * old one or without. */
static void
test_replaced(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_user(t, CKF_RW_SESSION), next;
	CK_TOKEN_INFO before, after;
	CK_SESSION_INFO info;

	for (int i = 0; i < 2; i++) {
		OK(C_GetTokenInfo(t->slot, &before));
		elsewhere(t, true);
		OK(C_GetTokenInfo(t->slot, &after));
		assert_memory_not_equal(before.serialNumber,
		    after.serialNumber, 16);
		if (i == 0) {
			assert_int_equal(C_GetSessionInfo(hs, &info),
			    CKR_DEVICE_REMOVED);
			OK(C_CloseSession(hs));
		}
		next = kit_user(t, CKF_RW_SESSION);
		(void)kit_aes(next, CK_TRUE);
		OK(C_CloseAllSessions(t->slot));
	}
}

static void
test_deleted(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_user(t, CKF_RW_SESSION), next;
	CK_TOKEN_INFO info;

	elsewhere(t, false);
	assert_int_equal(C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    &next), CKR_DEVICE_REMOVED);
	OK(C_CloseSession(hs));
	assert_int_equal(C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    &next), CKR_TOKEN_NOT_RECOGNIZED);
	OK(C_GetTokenInfo(t->slot, &info));
	assert_false(info.flags & CKF_TOKEN_INITIALIZED);
	kit_token_make(t->slot);
	(void)kit_user(t, 0);
}

/* Root reads everything, so the folder is made a file. */
static void
test_unreadable(void **state)
{
	struct kit_token *t = *state;
	char *file = kit_path(t->folder, "file");
	CK_SLOT_ID ids[4];
	CK_SESSION_HANDLE hs;

	kit_write(file, "", 0);
	OK(C_Finalize(NULL));
	assert_int_equal(setenv("KLUIS_STORE", file, 1), 0);
	assert_int_equal(unsetenv("KLUIS_CONF"), 0);
	OK(C_Initialize(NULL));
	assert_int_equal(slots(ids, 4), 0);
	assert_int_equal(C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &hs),
	    CKR_TOKEN_NOT_PRESENT);
	free(file);
}

static void
test_mechanisms(void **state)
{
	CK_MECHANISM_TYPE *types;
	CK_MECHANISM_INFO info;
	CK_ULONG n = 0;

	(void)state;
	assert_int_equal(C_GetMechanismList(0, NULL, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_GetMechanismList(55, NULL, &n),
	    CKR_SLOT_ID_INVALID);
	OK(C_GetMechanismList(0, NULL, &n));
	assert_non_null(types = calloc(n, sizeof(*types)));
	n--;
	assert_int_equal(C_GetMechanismList(0, types, &n),
	    CKR_BUFFER_TOO_SMALL);
	OK(C_GetMechanismList(0, types, &n));
	for (CK_ULONG i = 0; i < n; i++) {
		memset(&info, 0xff, sizeof(info));
		OK(C_GetMechanismInfo(0, types[i], &info));
		assert_true(info.ulMinKeySize <= info.ulMaxKeySize);
	}
	assert_int_equal(C_GetMechanismInfo(0, 0x7ffffff0, &info),
	    CKR_MECHANISM_INVALID);
	free(types);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, kit_token_new, kit_token_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_arguments), CASE(test_free_slot),
		CASE(test_numbers_stay), CASE(test_init_again),
		CASE(test_foreign_file),
		CASE(test_pin_length), CASE(test_made_anew_elsewhere),
		CASE(test_replaced), CASE(test_deleted),
		CASE(test_unreadable), CASE(test_mechanisms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
