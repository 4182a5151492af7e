/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logins and PINs: states, counts and locks, C_InitPIN and C_SetPIN, what a
 * login does to sessions (3.2 sections 5.5.8, 5.5.9, 5.6.9 to 5.6.11).
 */
#include "kit/token.h"

#include "session/session.h"
#include "store/store.h"

static const CK_UTF8CHAR bad[] = "not-it";

static CK_RV
login_bad(CK_SESSION_HANDLE hs, CK_USER_TYPE type)
{
	return C_Login(hs, type, (CK_UTF8CHAR_PTR)bad, 6);
}

static CK_FLAGS
token_flags(const struct kit_token *t)
{
	CK_TOKEN_INFO info;

	OK(C_GetTokenInfo(t->slot, &info));
	return info.flags;
}

static CK_STATE
state_of(CK_SESSION_HANDLE hs)
{
	CK_SESSION_INFO info;

	OK(C_GetSessionInfo(hs, &info));
	return info.state;
}

static void
test_arguments(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_session(t->slot, CKF_RW_SESSION);

	assert_int_equal(C_Login(hs + 1, CKU_USER, KIT_USER, KIT_USER_LEN),
	    CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(C_Login(hs, CKU_USER, NULL, 8), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_Login(hs, 9, KIT_USER, KIT_USER_LEN),
	    CKR_USER_TYPE_INVALID);
	assert_int_equal(C_Login(hs, CKU_CONTEXT_SPECIFIC, KIT_USER,
	    KIT_USER_LEN), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(C_Login(hs, CKU_SO, KIT_SO, 0), CKR_PIN_INCORRECT);
	assert_int_equal(C_Logout(hs), CKR_USER_NOT_LOGGED_IN);
}

static void
test_states(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE rw = kit_session(t->slot, CKF_RW_SESSION);
	CK_SESSION_HANDLE ro = kit_session(t->slot, 0), more;

	assert_int_equal(state_of(rw), CKS_RW_PUBLIC_SESSION);
	assert_int_equal(state_of(ro), CKS_RO_PUBLIC_SESSION);
	assert_int_equal(C_Login(rw, CKU_SO, KIT_SO, KIT_SO_LEN),
	    CKR_SESSION_READ_ONLY_EXISTS);
	OK(C_Login(ro, CKU_USER, KIT_USER, KIT_USER_LEN));
	assert_int_equal(state_of(rw), CKS_RW_USER_FUNCTIONS);
	assert_int_equal(state_of(ro), CKS_RO_USER_FUNCTIONS);
	assert_int_equal(C_Login(rw, CKU_USER, KIT_USER, KIT_USER_LEN),
	    CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(C_Login(rw, CKU_SO, KIT_SO, KIT_SO_LEN),
	    CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	OK(C_CloseSession(ro));
	OK(C_Logout(rw));
	OK(C_Login(rw, CKU_SO, KIT_SO, KIT_SO_LEN));
	assert_int_equal(state_of(rw), CKS_RW_SO_FUNCTIONS);
	assert_int_equal(C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    &more), CKR_SESSION_READ_WRITE_SO_EXISTS);
}

static void
test_last_session_logs_out(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_user(t, 0);

	OK(C_CloseSession(hs));
	hs = kit_session(t->slot, 0);
	assert_int_equal(state_of(hs), CKS_RO_PUBLIC_SESSION);
	OK(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	OK(C_CloseAllSessions(t->slot));
	assert_int_equal(C_Logout(hs), CKR_SESSION_HANDLE_INVALID);
}

/* Takes a record out of the token, as somebody who can write the file. */
static void
take_record(const struct kit_token *t, const char *name)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	struct store_env *env = NULL;
	struct store *s = NULL;

	OK(store_env_new(t->folder, NULL, &env));
	OK(store_open(env, (uint32_t)t->slot, &s));
	OK(store_tx_begin(s, &tx));
	OK(store_record_delete(s, name));
	OK(store_tx_commit(&tx));
	store_close(s);
	store_env_free(env);
}

/* Without its count a PIN has no tries, and is not one that was never set. */
static void
test_count_taken(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs;

	OK(C_Finalize(NULL));
	take_record(t, "pin.user");
	OK(C_Initialize(NULL));
	hs = kit_session(t->slot, CKF_RW_SESSION);
	assert_int_equal(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN),
	    CKR_DEVICE_ERROR);
	assert_int_equal(login_bad(hs, CKU_USER), CKR_DEVICE_ERROR);
	/* The SO gives the user a new one. */
	OK(C_Login(hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	OK(C_InitPIN(hs, KIT_USER, KIT_USER_LEN));
	OK(C_Logout(hs));
	OK(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN));
}

static void
test_lock(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_session(t->slot, CKF_RW_SESSION);
	const CK_FLAGS all = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY |
	    CKF_USER_PIN_LOCKED;

	assert_int_equal(token_flags(t) & all, 0);
	for (int i = 1; i <= 10; i++) {
		assert_int_equal(login_bad(hs, CKU_USER), CKR_PIN_INCORRECT);
		assert_int_equal(token_flags(t) & all, i == 10 ?
		    CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_LOCKED : i == 9 ?
		    CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY :
		    CKF_USER_PIN_COUNT_LOW);
	}
	assert_int_equal(login_bad(hs, CKU_USER), CKR_PIN_LOCKED);
	assert_int_equal(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN),
	    CKR_PIN_LOCKED);
	OK(C_Finalize(NULL));
	OK(C_Initialize(NULL));
	hs = kit_session(t->slot, CKF_RW_SESSION);
	assert_int_equal(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN),
	    CKR_PIN_LOCKED);
	OK(C_Login(hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	OK(C_InitPIN(hs, KIT_USER, KIT_USER_LEN));
	OK(C_Logout(hs));
	OK(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	assert_int_equal(token_flags(t) & all, 0);
}

/* An operation that waits for the PIN; the private half needs it each time. */
static void
sign_init_always(CK_SESSION_HANDLE hs)
{
	static CK_BYTE p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
		0x03, 0x01, 0x07 };
	CK_BBOOL yes = CK_TRUE;
	CK_MECHANISM gen = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_MECHANISM ecdsa = { CKM_ECDSA, NULL, 0 };
	CK_ATTRIBUTE pub = { CKA_EC_PARAMS, p256, sizeof(p256) };
	CK_ATTRIBUTE priv = { CKA_ALWAYS_AUTHENTICATE, &yes, sizeof(yes) };
	CK_OBJECT_HANDLE a, b;

	OK(C_GenerateKeyPair(hs, &gen, &pub, 1, &priv, 1, &a, &b));
	OK(C_SignInit(hs, &ecdsa, b));
}

/* Who locks the PIN while signing is logged out (3.2 section 4.9). */
static void
test_lock_again(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_user(t, CKF_RW_SESSION);
	CK_BYTE sig[64];
	CK_ULONG n = sizeof(sig);

	sign_init_always(hs);
	for (int i = 0; i < 10; i++)
		assert_int_equal(login_bad(hs, CKU_CONTEXT_SPECIFIC),
		    CKR_PIN_INCORRECT);
	assert_int_equal(state_of(hs), CKS_RW_USER_FUNCTIONS);
	assert_int_equal(login_bad(hs, CKU_CONTEXT_SPECIFIC), CKR_PIN_LOCKED);
	assert_int_equal(state_of(hs), CKS_RW_PUBLIC_SESSION);
	assert_int_equal(C_Sign(hs, sig, 32, sig, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

static void
test_hit_clears_count(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_session(t->slot, CKF_RW_SESSION);

	assert_int_equal(login_bad(hs, CKU_USER), CKR_PIN_INCORRECT);
	assert_true(token_flags(t) & CKF_USER_PIN_COUNT_LOW);
	OK(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	assert_false(token_flags(t) & CKF_USER_PIN_COUNT_LOW);
}

static void
test_so_lock(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_session(t->slot, CKF_RW_SESSION);
	CK_UTF8CHAR label[32];

	memset(label, ' ', sizeof(label));
	for (int i = 0; i < 10; i++)
		assert_int_equal(login_bad(hs, CKU_SO), CKR_PIN_INCORRECT);
	assert_true(token_flags(t) & CKF_SO_PIN_LOCKED);
	assert_int_equal(C_Login(hs, CKU_SO, KIT_SO, KIT_SO_LEN),
	    CKR_PIN_LOCKED);
	OK(C_CloseSession(hs));
	assert_int_equal(C_InitToken(t->slot, KIT_SO, KIT_SO_LEN, label),
	    CKR_PIN_LOCKED);
}

/* Eight processes guess at once: no more than ten guesses are answered. */
static void
test_parallel_guessing(void **state)
{
	struct kit_token *t = *state;
	unsigned wrong = 0;
	pid_t pids[8];
	int status;

	OK(C_Finalize(NULL));
	for (size_t i = 0; i < 8; i++) {
		if ((pids[i] = fork()) == 0) {
			CK_SESSION_HANDLE hs;
			int told = 0;

			if (C_Initialize(NULL) != CKR_OK)
				_exit(99);
			hs = kit_session(t->slot, 0);
			for (int k = 0; k < 5; k++)
				told += login_bad(hs, CKU_USER) ==
				    CKR_PIN_INCORRECT;
			_exit(told);
		}
	}
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 5);
		wrong += (unsigned)WEXITSTATUS(status);
	}
	assert_int_equal(wrong, 10);
	OK(C_Initialize(NULL));
	assert_true(token_flags(t) & CKF_USER_PIN_LOCKED);
}

static void
test_init_pin(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_session(t->slot, CKF_RW_SESSION);
	CK_UTF8CHAR longest[256];

	memset(longest, 'p', sizeof(longest));
	assert_int_equal(C_InitPIN(hs, KIT_USER, KIT_USER_LEN),
	    CKR_USER_NOT_LOGGED_IN);
	OK(C_Login(hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	assert_int_equal(C_InitPIN(hs, NULL, 4), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_InitPIN(hs, KIT_USER, 0), CKR_PIN_LEN_RANGE);
	assert_int_equal(C_InitPIN(hs, KIT_USER, 3), CKR_PIN_LEN_RANGE);
	assert_int_equal(C_InitPIN(hs, longest, 256), CKR_PIN_LEN_RANGE);
	OK(C_InitPIN(hs, longest, 255));
	OK(C_Logout(hs));
	OK(C_Login(hs, CKU_USER, longest, 255));
}

/* The user's private objects survive a new PIN from the SO. */
static void
test_init_pin_keeps_objects(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_user(t, CKF_RW_SESSION);
	CK_OBJECT_HANDLE found[4];
	CK_ULONG n = 0;
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE templ = { CKA_CLASS, &class, sizeof(class) };

	(void)kit_aes(hs, CK_TRUE);
	OK(C_Logout(hs));
	OK(C_Login(hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	OK(C_FindObjectsInit(hs, &templ, 1));
	OK(C_FindObjects(hs, found, 4, &n));
	OK(C_FindObjectsFinal(hs));
	assert_int_equal(n, 0);
	OK(C_InitPIN(hs, (CK_UTF8CHAR_PTR) "another", 7));
	OK(C_Logout(hs));
	assert_int_equal(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN),
	    CKR_PIN_INCORRECT);
	OK(C_Login(hs, CKU_USER, (CK_UTF8CHAR_PTR) "another", 7));
	OK(C_FindObjectsInit(hs, &templ, 1));
	OK(C_FindObjects(hs, found, 4, &n));
	OK(C_FindObjectsFinal(hs));
	assert_int_equal(n, 1);
}

static void
test_set_pin(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_session(t->slot, CKF_RW_SESSION);
	CK_SESSION_HANDLE ro = kit_session(t->slot, 0);
	CK_UTF8CHAR_PTR next = (CK_UTF8CHAR_PTR) "next-pin";

	assert_int_equal(C_SetPIN(ro, KIT_USER, KIT_USER_LEN, next, 8),
	    CKR_SESSION_READ_ONLY);
	OK(C_CloseSession(ro));
	assert_int_equal(C_SetPIN(hs, NULL, 0, next, 8), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_SetPIN(hs, KIT_USER, KIT_USER_LEN, next, 2),
	    CKR_PIN_LEN_RANGE);
	assert_int_equal(C_SetPIN(hs, next, 8, next, 8), CKR_PIN_INCORRECT);
	assert_true(token_flags(t) & CKF_USER_PIN_COUNT_LOW);
	OK(C_SetPIN(hs, KIT_USER, KIT_USER_LEN, next, 8));
	assert_int_equal(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN),
	    CKR_PIN_INCORRECT);
	OK(C_Login(hs, CKU_USER, next, 8));
	OK(C_SetPIN(hs, next, 8, KIT_USER, KIT_USER_LEN));
	OK(C_Logout(hs));
	OK(C_Login(hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	OK(C_SetPIN(hs, KIT_SO, KIT_SO_LEN, next, 8));
	OK(C_Logout(hs));
	OK(C_Login(hs, CKU_SO, next, 8));
}

static void
test_no_user_pin(void **state)
{
	struct kit_token *t = *state;
	CK_UTF8CHAR label[32];
	CK_SESSION_HANDLE hs;

	memset(label, ' ', sizeof(label));
	OK(C_InitToken(t->slot, KIT_SO, KIT_SO_LEN, label));
	assert_false(token_flags(t) & CKF_USER_PIN_INITIALIZED);
	hs = kit_session(t->slot, CKF_RW_SESSION);
	assert_int_equal(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN),
	    CKR_USER_PIN_NOT_INITIALIZED);
}

static void
test_login_user(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_session(t->slot, CKF_RW_SESSION);

	assert_int_equal(C_LoginUser(hs, CKU_USER, KIT_USER, KIT_USER_LEN,
	    (CK_UTF8CHAR_PTR) "so", 2), CKR_PIN_INCORRECT);
	assert_int_equal(C_LoginUser(hs, CKU_USER, KIT_USER, KIT_USER_LEN,
	    NULL, 2), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_LoginUser(hs, 7, KIT_USER, KIT_USER_LEN, NULL, 0),
	    CKR_USER_TYPE_INVALID);
	OK(C_LoginUser(hs, CKU_USER, KIT_USER, KIT_USER_LEN,
	    (CK_UTF8CHAR_PTR) "user", 4));
	OK(C_Logout(hs));
	OK(C_LoginUser(hs, CKU_SO, KIT_SO, KIT_SO_LEN, NULL, 0));
}

static void
test_verify(void **state)
{
	struct kit_token *t = *state;
	CK_SESSION_HANDLE hs = kit_session(t->slot, CKF_RW_SESSION);
	unsigned findings = 7;

	assert_int_equal(login_verify(hs, &findings), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(findings, 7);
	OK(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	(void)kit_aes(hs, CK_TRUE);
	OK(login_verify(hs, &findings));
	assert_int_equal(findings, 0);
	assert_int_equal(login_verify(hs + 1, &findings),
	    CKR_SESSION_HANDLE_INVALID);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, kit_token_new, kit_token_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_arguments), CASE(test_states),
		CASE(test_last_session_logs_out), CASE(test_lock),
		CASE(test_count_taken),
		CASE(test_lock_again),
		CASE(test_hit_clears_count), CASE(test_so_lock),
		CASE(test_parallel_guessing), CASE(test_init_pin),
		CASE(test_init_pin_keeps_objects), CASE(test_set_pin),
		CASE(test_no_user_pin), CASE(test_login_user),
		CASE(test_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
