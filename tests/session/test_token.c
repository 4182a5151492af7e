/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A token under a running process: made anew, damaged, taken away or read-only
 * (db/README sections 5 and 6, design section 3 and 5).  What stands in the
 * store is changed as another process would.
 */
#include "api/api_kit.h"

#include <limits.h>

#include "store/store.h"

/* ------------------------------------------- another process at the store */

struct change {
	uint32_t slot;
	const char *record;	/* whose byte `at` is turned; */
	long at;		/* -1: from the end; LONG_MIN: it is deleted */
	const char *from;	/* not NULL: gets this record's bytes instead */
};
#define GONE LONG_MIN

static CK_RV
change_in(struct store *s, const struct change *c)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	KL_AUTO(buf_done) struct buf b = { 0 };
	size_t at;
	CK_RV rv;

	if ((rv = store_tx_begin(s, &tx)) != CKR_OK)
		return rv;
	if (c->at == GONE) {
		if ((rv = store_record_delete(s, c->record)) != CKR_OK)
			return rv;
		return store_tx_commit(&tx);
	}
	if ((rv = store_record_get(s, c->from != NULL ? c->from : c->record,
	    &b)) != CKR_OK)
		return rv;
	at = c->at < 0 ? b.n - (size_t)-c->at : (size_t)c->at;
	if (at >= b.n)
		return CKR_ARGUMENTS_BAD;
	if (c->from == NULL)
		b.p[at] ^= 0x40;
	if ((rv = store_record_put(s, c->record, buf_view(&b))) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

static bool
change_apart(void *arg)
{
	const struct change *c = arg;
	struct store_env *env = NULL;
	struct store *s = NULL;

	MUST(store_env_new(getenv("KLUIS_STORE"), NULL, &env) == CKR_OK);
	MUST(store_open(env, c->slot, &s) == CKR_OK);
	MUST(change_in(s, c) == CKR_OK);
	store_close(s);
	store_env_free(env);
	return true;
}

static void
change(const char *record, long at)
{
	struct change c = { 0, record, at, NULL };

	assert_int_equal(kit_child(change_apart, &c), 0);
}

static CK_RV
login(CK_USER_TYPE type)
{
	return type == CKU_SO ? C_Login(api.hs, CKU_SO, KIT_SO, KIT_SO_LEN) :
	    C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN);
}

/* A new session, logged out. */
static CK_RV
fresh(void)
{
	(void)C_CloseAllSessions(0);	/* there may be none */
	return C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
	    NULL, &api.hs);
}

/* ------------------------------------------------------------- made anew */

static bool
remake(void *arg)
{
	CK_UTF8CHAR label[32];

	(void)arg;
	memset(label, 'n', sizeof(label));
	MUST(C_Initialize(NULL) == CKR_OK);
	MUST(C_InitToken(0, KIT_SO, KIT_SO_LEN, label) == CKR_OK);
	MUST(C_Finalize(NULL) == CKR_OK);
	return true;
}

/* Whatever was going on with the old token is over, and nothing of it is
 * left in the new one. */
static void
test_made_anew(void **state)
{
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	CK_OBJECT_HANDLE key = kit_aes(api.hs, CK_TRUE);
	CK_TOKEN_INFO before, after;
	CK_BYTE buf[16] = { 0 };
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_GetTokenInfo(0, &before));
	OK(C_EncryptInit(api.hs, &ecb, key));
	assert_int_equal(kit_child(remake, NULL), 0);
	OK(C_GetTokenInfo(0, &after));
	assert_memory_equal(before.serialNumber, after.serialNumber, 16);
	assert_int_equal(after.label[0], 'n');
	assert_false(after.flags & CKF_USER_PIN_INITIALIZED);
	IS(C_Encrypt(api.hs, buf, 16, buf, &n), CKR_DEVICE_REMOVED);
	IS(C_EncryptInit(api.hs, &ecb, key), CKR_DEVICE_REMOVED);
	IS(login(CKU_SO), CKR_DEVICE_REMOVED);
	IS(C_Logout(api.hs), CKR_DEVICE_REMOVED);
	OK(C_CloseSession(api.hs));
	OK(fresh());
	IS(login(CKU_USER), CKR_USER_PIN_NOT_INITIALIZED);
	OK(login(CKU_SO));
	OK(C_InitPIN(api.hs, KIT_USER, KIT_USER_LEN));
	OK(C_Logout(api.hs));
	OK(login(CKU_USER));
	IS(C_EncryptInit(api.hs, &ecb, key), CKR_KEY_HANDLE_INVALID);
	assert_int_equal(api_count(&(CK_ATTRIBUTE)ON(CKA_ENCRYPT), 1), 0);
}

/* --------------------------------------------------------------- damage */

/* A token record that is not whole: no session, no description; the other
 * token works; and this one, too, once its record is back. */
static void
test_token_record(void **state)
{
	static const long places[] = { 0, 1, 17, 50, 60, -33, -1 };
	CK_TOKEN_INFO info;

	(void)state;
	kit_token_make(1);
	for (size_t i = 0; i < COUNT(places); i++) {
		OK(C_Finalize(NULL));
		change("token", places[i]);
		OK(C_Initialize(NULL));
		IS(C_GetTokenInfo(0, &info), CKR_DEVICE_ERROR);
		IS(fresh(), CKR_DEVICE_ERROR);
		OK(C_GetTokenInfo(1, &info));
		OK(C_CloseSession(kit_session(1, 0)));
		change("token", places[i]);
		OK(C_GetTokenInfo(0, &info));
		OK(fresh());
		OK(login(CKU_USER));
	}
	OK(C_Finalize(NULL));
	change("token", GONE);
	OK(C_Initialize(NULL));
	IS(C_GetTokenInfo(0, &info), CKR_DEVICE_ERROR);
	IS(fresh(), CKR_DEVICE_ERROR);
}

/* Damage done while the token is in use shows at the next look. */
static void
test_token_record_meanwhile(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	change("token", -1);
	IS(C_GetTokenInfo(0, &info), CKR_DEVICE_ERROR);
	IS(C_Logout(api.hs), CKR_DEVICE_ERROR);
	change("token", -1);
	OK(C_GetTokenInfo(0, &info));
	OK(C_Logout(api.hs));
	OK(login(CKU_USER));
}

/* Counts and keyslots of a role: damaged, or another role's. */
static void
test_pin_records(void **state)
{
	static const struct {
		CK_USER_TYPE type, other;
		const char *pin, *slot, *pin_other, *slot_other;
	} roles[] = {
		{ CKU_USER, CKU_SO, "pin.user", "keyslot.user", "pin.so",
		  "keyslot.so" },
		{ CKU_SO, CKU_USER, "pin.so", "keyslot.so", "pin.user",
		  "keyslot.user" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *names[2] = { roles[i].pin, roles[i].slot };

		for (size_t k = 0; k < 2; k++) {
			OK(fresh());
			change(names[k], -1);
			IS(login(roles[i].type), CKR_DEVICE_ERROR);
			change(names[k], -1);
			change(names[k], 3);
			IS(login(roles[i].type), CKR_DEVICE_ERROR);
			OK(login(roles[i].other));
			OK(C_Logout(api.hs));
			change(names[k], 3);
			OK(login(roles[i].type));
		}
	}
}

static void
test_swapped_records(void **state)
{
	struct change slot = { 0, "keyslot.user", 0, "keyslot.so" };
	struct change pin = { 0, "pin.user", 0, "pin.so" };
	CK_TOKEN_INFO info;

	(void)state;
	OK(fresh());
	assert_int_equal(kit_child(change_apart, &pin), 0);
	IS(login(CKU_USER), CKR_DEVICE_ERROR);
	IS(C_GetTokenInfo(0, &info), CKR_DEVICE_ERROR);
	OK(login(CKU_SO));
	OK(C_InitPIN(api.hs, KIT_USER, KIT_USER_LEN));
	OK(C_Logout(api.hs));
	assert_int_equal(kit_child(change_apart, &slot), 0);
	IS(C_Login(api.hs, CKU_USER, KIT_SO, KIT_SO_LEN), CKR_DEVICE_ERROR);
	OK(C_GetTokenInfo(0, &info));
	assert_false(info.flags & CKF_USER_PIN_COUNT_LOW);
}

/* Without its count a PIN is none; without its keyslot something is wrong. */
static void
test_missing_records(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	OK(fresh());
	change("keyslot.user", GONE);
	IS(login(CKU_USER), CKR_DEVICE_ERROR);
	change("pin.user", GONE);
	IS(login(CKU_USER), CKR_USER_PIN_NOT_INITIALIZED);
	OK(C_GetTokenInfo(0, &info));
	assert_false(info.flags & CKF_USER_PIN_INITIALIZED);
	OK(login(CKU_SO));
	OK(C_InitPIN(api.hs, KIT_USER, KIT_USER_LEN));
	OK(C_Logout(api.hs));
	OK(login(CKU_USER));
}

/* ------------------------------------------------------ gone and read-only */

/* The file goes while the token is in use: nothing is written where nobody
 * finds it again, and the slot is blank in the end. */
static void
test_file_gone(void **state)
{
	CK_OBJECT_CLASS data = CKO_DATA;
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, data), ON(CKA_TOKEN) };
	char *path = kit_path(api.t->folder, "0.db");
	CK_OBJECT_HANDLE h = 42;
	CK_TOKEN_INFO info;
	CK_ULONG n;

	(void)state;
	assert_int_equal(unlink(path), 0);
	free(path);
	IS(C_CreateObject(api.hs, t, 2, &h), CKR_DEVICE_REMOVED);
	assert_int_equal(h, 42);
	OK(C_CloseAllSessions(0));
	OK(C_GetSlotList(CK_TRUE, NULL, &n));
	OK(C_GetTokenInfo(0, &info));
	assert_false(info.flags & CKF_TOKEN_INITIALIZED);
	kit_token_make(0);
	OK(fresh());
	OK(login(CKU_USER));
}

/* Makes the token's files ones that everybody reads and nobody writes. */
static void
protect(const char *folder)
{
	static const char *const names[] = { "0.db", "0.db-wal", "0.db-shm",
		"0.gen", "kluis.conf", "kluis-test-store" };

	for (size_t i = 0; i < COUNT(names); i++) {
		char *path = kit_path(folder, names[i]);

		if (access(path, F_OK) == 0)
			assert_int_equal(chmod(path, 0444), 0);
		free(path);
	}
	assert_int_equal(chmod(folder, 0555), 0);
}

/* In a process without rights: the token reads, and PINs are still tried. */
static bool
reads_only(void *arg)
{
	CK_UTF8CHAR label[32];
	CK_TOKEN_INFO info;
	CK_SESSION_HANDLE hs;
	CK_OBJECT_HANDLE h = 42, found[2];
	CK_ATTRIBUTE t = ON(CKA_ENCRYPT), on = ON(CKA_TOKEN);
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_BYTE buf[16] = { 0 };
	CK_ULONG n = 0, len = 16;
	CK_ATTRIBUTE make[] = { A(CKA_VALUE_LEN, len), on };

	(void)arg;
	memset(label, ' ', sizeof(label));
	MUST(geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0));
	MUST(C_Initialize(NULL) == CKR_OK);
	MUST(C_GetTokenInfo(0, &info) == CKR_OK);
	MUST((info.flags & CKF_WRITE_PROTECTED) != 0);
	MUST(C_InitToken(0, KIT_SO, KIT_SO_LEN, label) ==
	    CKR_TOKEN_WRITE_PROTECTED);
	MUST(C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
	    &hs) == CKR_TOKEN_WRITE_PROTECTED);
	MUST(C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &hs) == CKR_OK);
	for (int i = 0; i < 3; i++)
		MUST(C_Login(hs, CKU_USER, KIT_SO, KIT_SO_LEN) ==
		    CKR_PIN_INCORRECT);
	MUST(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN) == CKR_OK);
	MUST(C_FindObjectsInit(hs, &t, 1) == CKR_OK);
	MUST(C_FindObjects(hs, found, 2, &n) == CKR_OK && n == 1);
	MUST(C_FindObjectsFinal(hs) == CKR_OK);
	MUST(C_EncryptInit(hs, &ecb, found[0]) == CKR_OK);
	n = sizeof(buf);
	MUST(C_Encrypt(hs, buf, 16, buf, &n) == CKR_OK && n == 16);
	MUST(C_GenerateKey(hs, &gen, make, 2, &h) == CKR_SESSION_READ_ONLY);
	MUST(C_DestroyObject(hs, found[0]) == CKR_SESSION_READ_ONLY);
	MUST(h == 42);
	MUST(C_GenerateKey(hs, &gen, make, 1, &h) == CKR_OK);
	return C_Finalize(NULL) == CKR_OK;
}

static void
test_read_only(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	(void)kit_aes(api.hs, CK_TRUE);
	OK(C_Finalize(NULL));
	protect(api.t->folder);
	assert_int_equal(kit_child(reads_only, NULL), 0);
	assert_int_equal(chmod(api.t->folder, 0755), 0);
	OK(C_Initialize(NULL));
	OK(C_GetTokenInfo(0, &info));
	assert_false(info.flags & CKF_USER_PIN_COUNT_LOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_made_anew), CASE(test_token_record),
		CASE(test_token_record_meanwhile), CASE(test_pin_records),
		CASE(test_swapped_records), CASE(test_missing_records),
		CASE(test_file_gone), CASE(test_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
