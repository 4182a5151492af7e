/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C_GetTokenInfo (3.2 section 5.5.4): flags in every state of both PINs, with
 * other limits of tries and lengths, and the counts of sessions.
 */
#include "api/api_kit.h"

#define USER_BITS (CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_COUNT_LOW | \
	CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)
#define SO_BITS (CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY | \
	CKF_SO_PIN_LOCKED)
/* What any token of ours says of itself. */
#define EVER (CKF_RNG | CKF_LOGIN_REQUIRED | CKF_DUAL_CRYPTO_OPERATIONS | \
	CKF_RESTORE_KEY_NOT_NEEDED)
#define ALWAYS (EVER | CKF_TOKEN_INITIALIZED | \
	CKF_CLOCK_ON_TOKEN)

static CK_TOKEN_INFO
info_of(CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info;

	memset(&info, 0xff, sizeof(info));
	OK(C_GetTokenInfo(slot, &info));
	return info;
}

static void
assert_flags(CK_FLAGS want)
{
	assert_int_equal(info_of(0).flags, want);
}

static void
assert_field(const CK_UTF8CHAR *field, size_t size, const char *text)
{
	size_t n = strlen(text);

	assert_memory_equal(field, text, n);
	for (size_t i = n; i < size; i++)
		assert_int_equal(field[i], ' ');
}

static void
wrong(CK_USER_TYPE type)
{
	IS(C_Login(api.hs, type, (CK_UTF8CHAR_PTR) "no-pin", 6),
	    CKR_PIN_INCORRECT);
}

static void
test_arguments(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	IS(C_GetTokenInfo(0, NULL), CKR_ARGUMENTS_BAD);
	IS(C_GetTokenInfo(2, &info), CKR_SLOT_ID_INVALID);
	IS(C_GetTokenInfo(~0UL, &info), CKR_SLOT_ID_INVALID);
}

static void
test_blank(void **state)
{
	CK_TOKEN_INFO info = info_of(1);

	(void)state;
	assert_int_equal(info.flags, EVER | CKF_CLOCK_ON_TOKEN);
	assert_memory_equal(info.utcTime, "20", 2);
	assert_field(info.label, 32, "");
	assert_field(info.serialNumber, 16, "");
	assert_int_equal(info.ulSessionCount, 0);
	assert_int_equal(info.ulRwSessionCount, 0);
}

static void
test_fields(void **state)
{
	CK_TOKEN_INFO info = info_of(0);
	const CK_ULONG unknown = CK_UNAVAILABLE_INFORMATION;

	(void)state;
	assert_field(info.label, 32, "test");
	assert_field(info.manufacturerID, 32, "kluis");
	assert_field(info.model, 16, "kluis v1");
	for (size_t i = 0; i < 16; i++)
		assert_non_null(strchr("0123456789abcdef",
		    info.serialNumber[i]));
	assert_memory_equal(info.utcTime, "20", 2);
	assert_memory_equal(info.utcTime + 14, "00", 2);
	assert_int_equal(info.ulMaxSessionCount, CK_EFFECTIVELY_INFINITE);
	assert_int_equal(info.ulMaxRwSessionCount, CK_EFFECTIVELY_INFINITE);
	assert_int_equal(info.ulMinPinLen, 4);
	assert_int_equal(info.ulMaxPinLen, 255);
	assert_int_equal(info.ulTotalPublicMemory, unknown);
	assert_int_equal(info.ulFreePublicMemory, unknown);
	assert_int_equal(info.ulTotalPrivateMemory, unknown);
	assert_int_equal(info.ulFreePrivateMemory, unknown);
	assert_flags(ALWAYS | CKF_USER_PIN_INITIALIZED);
}

/* Two tokens, two serial numbers. */
static void
test_serial(void **state)
{
	CK_TOKEN_INFO a, b;

	(void)state;
	kit_token_make(1);
	a = info_of(0);
	b = info_of(1);
	assert_memory_not_equal(a.serialNumber, b.serialNumber, 16);
}

static void
test_counts(void **state)
{
	CK_SESSION_HANDLE rw, ro;
	CK_TOKEN_INFO info;

	(void)state;
	rw = kit_session(0, CKF_RW_SESSION);
	ro = kit_session(0, 0);
	info = info_of(0);
	assert_int_equal(info.ulSessionCount, 3);
	assert_int_equal(info.ulRwSessionCount, 2);
	OK(C_CloseSession(rw));
	info = info_of(0);
	assert_int_equal(info.ulSessionCount, 2);
	assert_int_equal(info.ulRwSessionCount, 1);
	OK(C_CloseSession(api.hs));
	info = info_of(0);
	assert_int_equal(info.ulSessionCount, 1);
	assert_int_equal(info.ulRwSessionCount, 0);
	OK(C_CloseSession(ro));
	assert_int_equal(info_of(0).ulSessionCount, 0);
}

/* A new token without a user PIN, then with one, then without again. */
static void
test_user_pin_set(void **state)
{
	CK_UTF8CHAR label[32];

	(void)state;
	memset(label, ' ', sizeof(label));
	OK(C_CloseAllSessions(0));
	OK(C_InitToken(0, KIT_SO, KIT_SO_LEN, label));
	assert_flags(ALWAYS);
	api.hs = kit_session(0, CKF_RW_SESSION);
	OK(C_Login(api.hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	OK(C_InitPIN(api.hs, KIT_USER, KIT_USER_LEN));
	assert_flags(ALWAYS | CKF_USER_PIN_INITIALIZED);
	OK(C_CloseAllSessions(0));
	OK(C_InitToken(0, KIT_SO, KIT_SO_LEN, label));
	assert_flags(ALWAYS);
}

/* From no miss to the lock, with the tries that the configuration gives. */
static void
misses(CK_USER_TYPE type, unsigned tries, CK_FLAGS low, CK_FLAGS final,
    CK_FLAGS locked)
{
	const CK_FLAGS other = ALWAYS | CKF_USER_PIN_INITIALIZED;

	assert_flags(other);
	for (unsigned i = 1; i <= tries; i++) {
		wrong(type);
		assert_flags(other | low | (i == tries ? locked :
		    i == tries - 1 ? final : 0));
	}
	IS(C_Login(api.hs, type, (CK_UTF8CHAR_PTR) "no-pin", 6),
	    CKR_PIN_LOCKED);
	assert_flags(other | low | locked);
}

/* Begins again with a configuration of this text besides cheap PINs. */
static void
configure(const char *text)
{
	char *path = kit_path(api.t->folder, "kluis.conf"), *all = NULL;

	OK(C_Finalize(NULL));
	assert_true(asprintf(&all, "pin-cost = test\n%s\n", text) > 0);
	kit_write(path, all, strlen(all));
	free(all);
	free(path);
	OK(C_Initialize(NULL));
	api.hs = kit_session(0, CKF_RW_SESSION);
}

static void
test_user_misses(void **state)
{
	(void)state;
	configure("");
	misses(CKU_USER, 10, CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY,
	    CKF_USER_PIN_LOCKED);
}

static void
test_so_misses(void **state)
{
	(void)state;
	configure("");
	misses(CKU_SO, 10, CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY,
	    CKF_SO_PIN_LOCKED);
}

static void
test_other_tries(void **state)
{
	(void)state;
	configure("pin-tries = 3");
	misses(CKU_USER, 3, CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY,
	    CKF_USER_PIN_LOCKED);
	/* More tries given later open it again: the count stays. */
	configure("pin-tries = 4");
	assert_int_equal(info_of(0).flags & USER_BITS,
	    CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_COUNT_LOW |
	    CKF_USER_PIN_FINAL_TRY);
	OK(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	assert_flags(ALWAYS | CKF_USER_PIN_INITIALIZED);
}

/* One role's misses are not the other's. */
static void
test_roles_apart(void **state)
{
	(void)state;
	OK(C_Logout(api.hs));
	wrong(CKU_USER);
	assert_int_equal(info_of(0).flags & SO_BITS, 0);
	wrong(CKU_SO);
	assert_int_equal(info_of(0).flags & (SO_BITS | USER_BITS),
	    CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_COUNT_LOW |
	    CKF_SO_PIN_COUNT_LOW);
	OK(C_Login(api.hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	assert_int_equal(info_of(0).flags & (SO_BITS | USER_BITS),
	    CKF_USER_PIN_INITIALIZED | CKF_USER_PIN_COUNT_LOW);
	OK(C_InitPIN(api.hs, KIT_USER, KIT_USER_LEN));
	assert_flags(ALWAYS | CKF_USER_PIN_INITIALIZED);
}

static void
test_pin_length(void **state)
{
	(void)state;
	configure("pin-min = 8");
	assert_int_equal(info_of(0).ulMinPinLen, 8);
	assert_int_equal(info_of(1).ulMinPinLen, 8);
	OK(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	IS(C_SetPIN(api.hs, KIT_USER, KIT_USER_LEN, KIT_SO, 7),
	    CKR_PIN_LEN_RANGE);
	OK(C_SetPIN(api.hs, KIT_USER, KIT_USER_LEN, KIT_SO, 8));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_arguments), CASE(test_blank), CASE(test_fields),
		CASE(test_serial), CASE(test_counts), CASE(test_user_pin_set),
		CASE(test_user_misses), CASE(test_so_misses),
		CASE(test_other_tries), CASE(test_roles_apart),
		CASE(test_pin_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
