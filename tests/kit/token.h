/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A token of its own for a test that calls the C_ functions: a temporary
 * store with cheap PINs, initialised, with both PINs set.  Header only.  The
 * library is initialised between kit_token_new and kit_token_free.
 */
#ifndef KLUIS_TESTS_TOKEN_H
#define KLUIS_TESTS_TOKEN_H

#include "kit/kit.h"

#include "pkcs11.h"

#define KIT_SO ((CK_UTF8CHAR_PTR) "so-pin-1234")
#define KIT_SO_LEN 11
#define KIT_USER ((CK_UTF8CHAR_PTR) "user-pin")
#define KIT_USER_LEN 8

/* Fails the test unless the call gives CKR_OK. */
#define OK(call) assert_int_equal((call), CKR_OK)

struct kit_token {
	char *folder;
	CK_SLOT_ID slot;
};

/* An empty store with cheap PINs, named by the environment. */
static inline char *
kit_store_new(void)
{
	char *folder = kit_folder_new();
	char *mark = kit_path(folder, "kluis-test-store");
	char *conf = kit_path(folder, "kluis.conf");

	kit_write(mark, "", 0);
	kit_write(conf, "pin-cost = test\n", 16);
	assert_int_equal(setenv("KLUIS_STORE", folder, 1), 0);
	assert_int_equal(setenv("KLUIS_CONF", conf, 1), 0);
	free(mark);
	free(conf);
	return folder;
}

static inline CK_SESSION_HANDLE
kit_session(CK_SLOT_ID slot, CK_FLAGS flags)
{
	CK_SESSION_HANDLE hs = 0;

	OK(C_OpenSession(slot, CKF_SERIAL_SESSION | flags, NULL, NULL, &hs));
	return hs;
}

/* A token labelled "test" in the first slot, user PIN set, no session open. */
static inline void
kit_token_make(CK_SLOT_ID slot)
{
	CK_UTF8CHAR label[32];
	CK_SESSION_HANDLE hs;

	memset(label, ' ', sizeof(label));
	memcpy(label, "test", 4);
	OK(C_InitToken(slot, KIT_SO, KIT_SO_LEN, label));
	hs = kit_session(slot, CKF_RW_SESSION);
	OK(C_Login(hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	OK(C_InitPIN(hs, KIT_USER, KIT_USER_LEN));
	OK(C_CloseSession(hs));
}

static inline int
kit_token_new(void **state)
{
	struct kit_token *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->folder = kit_store_new();
	OK(C_Initialize(NULL));
	kit_token_make(t->slot);
	*state = t;
	return 0;
}

static inline int
kit_token_free(void **state)
{
	struct kit_token *t = *state;

	(void)C_Finalize(NULL);		/* a test may have done it */
	kit_folder_free(t->folder);
	free(t);
	return 0;
}

/* A session with the user logged in. */
static inline CK_SESSION_HANDLE
kit_user(const struct kit_token *t, CK_FLAGS flags)
{
	CK_SESSION_HANDLE hs = kit_session(t->slot, flags);

	OK(C_Login(hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	return hs;
}

/* An AES key of 16 bytes, session object, every usage left to the defaults. */
static inline CK_OBJECT_HANDLE
kit_aes(CK_SESSION_HANDLE hs, CK_BBOOL token)
{
	CK_ULONG len = 16;
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_ATTRIBUTE t[] = { { CKA_VALUE_LEN, &len, sizeof(len) },
		{ CKA_TOKEN, &token, sizeof(token) } };
	CK_OBJECT_HANDLE key = 0;

	OK(C_GenerateKey(hs, &gen, t, 2, &key));
	return key;
}

#endif
