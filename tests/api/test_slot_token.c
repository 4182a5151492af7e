/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slot and token management (3.2 section 5.5) at the entry points: each
 * argument arrives where it belongs.  The rules are tested in tests/session.
 */
#include "api/api_kit.h"

static void
test_before(void **state)
{
	CK_UTF8CHAR label[32] = { 0 };
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;
	CK_MECHANISM_INFO mech;
	CK_SLOT_ID id;
	CK_ULONG n = 0;
	const CK_RV want = CKR_CRYPTOKI_NOT_INITIALIZED;

	(void)state;
	IS(C_GetSlotList(CK_TRUE, NULL, &n), want);
	IS(C_GetSlotInfo(0, &slot), want);
	IS(C_GetTokenInfo(0, &token), want);
	IS(C_GetMechanismList(0, NULL, &n), want);
	IS(C_GetMechanismInfo(0, CKM_AES_ECB, &mech), want);
	IS(C_WaitForSlotEvent(CKF_DONT_BLOCK, &id, NULL), want);
	IS(C_InitToken(0, KIT_SO, KIT_SO_LEN, label), want);
	IS(C_InitPIN(1, KIT_USER, KIT_USER_LEN), want);
	IS(C_SetPIN(1, KIT_USER, KIT_USER_LEN, KIT_SO, KIT_SO_LEN), want);
}

static void
test_bad_arguments(void **state)
{
	CK_SLOT_ID id = 5;
	CK_ULONG n = 0;
	CK_MECHANISM_INFO mech;

	(void)state;
	IS(C_GetSlotList(CK_TRUE, &id, NULL), CKR_ARGUMENTS_BAD);
	IS(C_GetSlotInfo(0, NULL), CKR_ARGUMENTS_BAD);
	IS(C_GetTokenInfo(0, NULL), CKR_ARGUMENTS_BAD);
	IS(C_GetMechanismList(0, NULL, NULL), CKR_ARGUMENTS_BAD);
	IS(C_GetMechanismList(77, NULL, &n), CKR_SLOT_ID_INVALID);
	IS(C_GetMechanismInfo(0, CKM_AES_ECB, NULL), CKR_ARGUMENTS_BAD);
	IS(C_GetMechanismInfo(77, CKM_AES_ECB, &mech), CKR_SLOT_ID_INVALID);
	IS(C_GetMechanismInfo(0, 0x7ffffff0, &mech), CKR_MECHANISM_INVALID);
	IS(C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL), CKR_ARGUMENTS_BAD);
	IS(C_WaitForSlotEvent(CKF_DONT_BLOCK, &id, &n), CKR_ARGUMENTS_BAD);
	assert_int_equal(id, 5);
	IS(C_InitToken(77, KIT_SO, KIT_SO_LEN, KIT_USER), CKR_SLOT_ID_INVALID);
	IS(C_InitPIN(NOWHERE, KIT_USER, KIT_USER_LEN),
	    CKR_SESSION_HANDLE_INVALID);
	IS(C_SetPIN(NOWHERE, KIT_USER, KIT_USER_LEN, KIT_SO, KIT_SO_LEN),
	    CKR_SESSION_HANDLE_INVALID);
}

static void
test_slots(void **state)
{
	CK_SLOT_ID ids[3] = { 9, 9, 9 };
	CK_ULONG n = 3;
	CK_SLOT_INFO info;

	(void)state;
	OK(C_GetSlotList(CK_FALSE, ids, &n));
	assert_int_equal(n, 2);
	assert_int_equal(ids[0], 0);
	assert_int_equal(ids[1], 1);
	assert_int_equal(ids[2], 9);
	OK(C_GetSlotInfo(1, &info));
	assert_memory_equal(info.slotDescription, "kluis slot 1 ", 13);
	assert_int_equal(info.flags, CKF_TOKEN_PRESENT);
}

/* Each type on the list has information; what is not on it has none. */
static void
test_mechanisms(void **state)
{
	CK_MECHANISM_TYPE types[300];
	CK_ULONG n = 0, m = 1;
	CK_MECHANISM_INFO info;

	(void)state;
	OK(C_GetMechanismList(0, NULL, &n));
	assert_true(n > 50 && n < 300);
	IS(C_GetMechanismList(0, types, &m), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(m, n);
	OK(C_GetMechanismList(0, types, &m));
	for (CK_ULONG i = 0; i < n; i++) {
		OK(C_GetMechanismInfo(0, types[i], &info));
		assert_int_not_equal(info.flags, 0);
		assert_true(info.ulMinKeySize <= info.ulMaxKeySize);
		assert_true(i == 0 || types[i] > types[i - 1]);
	}
	OK(C_GetMechanismInfo(0, CKM_AES_KEY_GEN, &info));
	assert_int_equal(info.ulMinKeySize, 16);
	assert_int_equal(info.ulMaxKeySize, 32);
	assert_int_equal(info.flags, CKF_GENERATE);
}

/* Slot 1 gets the PIN and the label it was given, with their lengths. */
static void
test_init_token(void **state)
{
	CK_UTF8CHAR label[32];
	CK_TOKEN_INFO info;
	CK_SESSION_HANDLE hs;

	(void)state;
	for (size_t i = 0; i < sizeof(label); i++)
		label[i] = (CK_UTF8CHAR)('a' + i % 26);
	OK(C_InitToken(1, KIT_SO, 6, label));
	OK(C_GetTokenInfo(1, &info));
	assert_memory_equal(info.label, label, sizeof(label));
	hs = kit_session(1, CKF_RW_SESSION);
	IS(C_Login(hs, CKU_SO, KIT_SO, KIT_SO_LEN), CKR_PIN_INCORRECT);
	IS(C_InitPIN(hs, KIT_USER, KIT_USER_LEN), CKR_USER_NOT_LOGGED_IN);
	OK(C_Login(hs, CKU_SO, KIT_SO, 6));
	OK(C_InitPIN(hs, KIT_USER, 5));
	OK(C_Logout(hs));
	IS(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN), CKR_PIN_INCORRECT);
	OK(C_Login(hs, CKU_USER, KIT_USER, 5));
	OK(C_GetTokenInfo(0, &info));
	assert_memory_equal(info.label, "test ", 5);
}

/* Old and new PIN in this order, each with its own length. */
static void
test_set_pin(void **state)
{
	CK_UTF8CHAR_PTR next = (CK_UTF8CHAR_PTR) "next-pin-and-more";

	(void)state;
	IS(C_SetPIN(api.hs, next, 8, KIT_USER, KIT_USER_LEN),
	    CKR_PIN_INCORRECT);
	IS(C_SetPIN(api.hs, KIT_USER, KIT_USER_LEN - 1, next, 8),
	    CKR_PIN_INCORRECT);
	OK(C_SetPIN(api.hs, KIT_USER, KIT_USER_LEN, next, 12));
	OK(C_Logout(api.hs));
	IS(C_Login(api.hs, CKU_USER, next, 8), CKR_PIN_INCORRECT);
	OK(C_Login(api.hs, CKU_USER, next, 12));
}

/* What was there at first is no event; each token that comes is one, even
 * when two come at once or the list was read meanwhile. */
static void
test_wait(void **state)
{
	CK_SLOT_ID id = 5, ids[4];
	CK_ULONG n = 0;
	CK_UTF8CHAR label[32];

	(void)state;
	memset(label, ' ', sizeof(label));
	OK(C_Finalize(NULL));
	OK(C_Initialize(NULL));
	IS(C_WaitForSlotEvent(CKF_DONT_BLOCK, &id, NULL), CKR_NO_EVENT);
	assert_int_equal(id, 5);
	OK(C_InitToken(1, KIT_SO, KIT_SO_LEN, label));
	OK(C_InitToken(2, KIT_SO, KIT_SO_LEN, label));
	OK(C_GetSlotList(CK_TRUE, NULL, &n));
	OK(C_WaitForSlotEvent(CKF_DONT_BLOCK, &ids[0], NULL));
	OK(C_WaitForSlotEvent(0, &ids[1], NULL));
	assert_true(ids[0] + ids[1] == 3 && ids[0] != ids[1]);
	IS(C_WaitForSlotEvent(CKF_DONT_BLOCK, &id, NULL), CKR_NO_EVENT);
	assert_int_equal(id, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_bad_arguments),
		CASE(test_slots), CASE(test_mechanisms), CASE(test_init_token),
		CASE(test_set_pin), CASE(test_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
