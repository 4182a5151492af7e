/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operation manager: the table of states and calls for every kind, what
 * ends an operation and what leaves it alone, context-specific logins, the
 * end of a login (3.2 sections 5.2 and 5.8 to 5.15).
 */
#include "kit/token.h"

static CK_BYTE buf[64];

struct fixture {
	struct kit_token *t;
	CK_SESSION_HANDLE hs;
	CK_OBJECT_HANDLE key;
};
static struct fixture f;

static int
fixture_new(void **state)
{
	if (kit_token_new(state) != 0)
		return 1;
	f.t = *state;
	f.hs = kit_user(f.t, CKF_RW_SESSION);
	f.key = kit_aes(f.hs, CK_FALSE);
	return 0;
}

static CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
static CK_MECHANISM cmac = { CKM_AES_CMAC, NULL, 0 };
static CK_MECHANISM sha256 = { CKM_SHA256, NULL, 0 };

static void
test_idle(void **state)
{
	CK_ULONG n = sizeof(buf);
	const CK_RV no = CKR_OPERATION_NOT_INITIALIZED;

	(void)state;
	assert_int_equal(C_Encrypt(f.hs, buf, 16, buf, &n), no);
	assert_int_equal(C_EncryptUpdate(f.hs, buf, 16, buf, &n), no);
	assert_int_equal(C_EncryptFinal(f.hs, buf, &n), no);
	assert_int_equal(C_Decrypt(f.hs, buf, 16, buf, &n), no);
	assert_int_equal(C_DecryptUpdate(f.hs, buf, 16, buf, &n), no);
	assert_int_equal(C_DecryptFinal(f.hs, buf, &n), no);
	assert_int_equal(C_Digest(f.hs, buf, 16, buf, &n), no);
	assert_int_equal(C_DigestUpdate(f.hs, buf, 16), no);
	assert_int_equal(C_DigestKey(f.hs, f.key), no);
	assert_int_equal(C_DigestFinal(f.hs, buf, &n), no);
	assert_int_equal(C_Sign(f.hs, buf, 16, buf, &n), no);
	assert_int_equal(C_SignUpdate(f.hs, buf, 16), no);
	assert_int_equal(C_SignFinal(f.hs, buf, &n), no);
	assert_int_equal(C_Verify(f.hs, buf, 16, buf, 16), no);
	assert_int_equal(C_VerifyUpdate(f.hs, buf, 16), no);
	assert_int_equal(C_VerifyFinal(f.hs, buf, 16), no);
}

static void
test_init_twice(void **state)
{
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_EncryptInit(f.hs, &ecb, f.key));
	assert_int_equal(C_EncryptInit(f.hs, &ecb, f.key),
	    CKR_OPERATION_ACTIVE);
	OK(C_DecryptInit(f.hs, &ecb, f.key));
	OK(C_DigestInit(f.hs, &sha256));
	OK(C_SignInit(f.hs, &cmac, f.key));
	OK(C_VerifyInit(f.hs, &cmac, f.key));
	OK(C_Encrypt(f.hs, buf, 16, buf, &n));
	assert_int_equal(n, 16);
}

static void
test_bad_init(void **state)
{
	CK_MECHANISM none = { 0x7ffffff0, NULL, 0 };
	CK_MECHANISM gcm = { CKM_AES_GCM, NULL, 0 };
	CK_MECHANISM rsa = { CKM_RSA_PKCS, NULL, 0 };

	(void)state;
	assert_int_equal(C_EncryptInit(f.hs, &none, f.key),
	    CKR_MECHANISM_INVALID);
	assert_int_equal(C_EncryptInit(f.hs, &cmac, f.key),
	    CKR_MECHANISM_INVALID);
	assert_int_equal(C_EncryptInit(f.hs, &ecb, 4711),
	    CKR_KEY_HANDLE_INVALID);
	assert_int_equal(C_EncryptInit(f.hs, &gcm, f.key),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(C_EncryptInit(f.hs, &rsa, f.key),
	    CKR_KEY_TYPE_INCONSISTENT);
	OK(C_EncryptInit(f.hs, &ecb, f.key));
}

static void
test_once_after_update(void **state)
{
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_EncryptInit(f.hs, &ecb, f.key));
	OK(C_EncryptUpdate(f.hs, buf, 16, buf, &n));
	assert_int_equal(C_Encrypt(f.hs, buf, 16, buf, &n),
	    CKR_OPERATION_ACTIVE);
	assert_int_equal(C_EncryptFinal(f.hs, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	OK(C_SignInit(f.hs, &cmac, f.key));
	OK(C_SignUpdate(f.hs, buf, 3));
	assert_int_equal(C_Sign(f.hs, buf, 16, buf, &n), CKR_OPERATION_ACTIVE);
	assert_int_equal(C_SignFinal(f.hs, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

static void
test_bad_arguments_end(void **state)
{
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_EncryptInit(f.hs, &ecb, f.key));
	assert_int_equal(C_Encrypt(f.hs, NULL, 16, buf, &n),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(C_Encrypt(f.hs, buf, 16, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	OK(C_EncryptInit(f.hs, &ecb, f.key));
	assert_int_equal(C_Encrypt(f.hs, buf, 16, buf, NULL),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(C_Encrypt(f.hs, buf, 16, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	OK(C_DigestInit(f.hs, &sha256));
	assert_int_equal(C_DigestUpdate(f.hs, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_DigestUpdate(f.hs, buf, 1),
	    CKR_OPERATION_NOT_INITIALIZED);
	OK(C_VerifyInit(f.hs, &cmac, f.key));
	assert_int_equal(C_Verify(f.hs, buf, 1, NULL, 16), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_VerifyFinal(f.hs, buf, 16),
	    CKR_OPERATION_NOT_INITIALIZED);
}

static void
test_lengths(void **state)
{
	CK_ULONG n = 0;

	(void)state;
	OK(C_EncryptInit(f.hs, &ecb, f.key));
	OK(C_Encrypt(f.hs, buf, 32, NULL, &n));
	assert_int_equal(n, 32);
	n = 31;
	assert_int_equal(C_Encrypt(f.hs, buf, 32, buf, &n),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 32);
	OK(C_Encrypt(f.hs, buf, 32, buf, &n));
	OK(C_DigestInit(f.hs, &sha256));
	n = 31;
	assert_int_equal(C_Digest(f.hs, buf, 1, buf, &n),
	    CKR_BUFFER_TOO_SMALL);
	OK(C_Digest(f.hs, buf, 1, buf, &n));
	assert_int_equal(n, 32);
	assert_int_equal(C_Digest(f.hs, buf, 1, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

/* After a one-part length query the one-part call is what must follow. */
static void
test_asked(void **state)
{
	CK_ULONG n = 0;

	(void)state;
	OK(C_EncryptInit(f.hs, &ecb, f.key));
	OK(C_Encrypt(f.hs, buf, 32, NULL, &n));
	assert_int_equal(C_EncryptUpdate(f.hs, buf, 16, buf, &n),
	    CKR_OPERATION_ACTIVE);
	assert_int_equal(C_Encrypt(f.hs, buf, 16, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	OK(C_DigestInit(f.hs, &sha256));
	OK(C_Digest(f.hs, buf, 1, NULL, &n));
	assert_int_equal(C_DigestFinal(f.hs, buf, &n), CKR_OPERATION_ACTIVE);
	OK(C_DigestInit(f.hs, &sha256));
	OK(C_DigestFinal(f.hs, NULL, &n));
	OK(C_DigestUpdate(f.hs, buf, 1));
	n = sizeof(buf);
	OK(C_DigestFinal(f.hs, buf, &n));
}

/* What a padded decryption gives is known only afterwards. */
static void
test_padded_decrypt(void **state)
{
	CK_BYTE iv[16] = { 0 }, sealed[32], out[32];
	CK_MECHANISM pad = { CKM_AES_CBC_PAD, iv, 16 };
	CK_ULONG n = sizeof(sealed), m;

	(void)state;
	OK(C_EncryptInit(f.hs, &pad, f.key));
	OK(C_Encrypt(f.hs, (CK_BYTE_PTR) "seventeen letters", 17, sealed, &n));
	assert_int_equal(n, 32);
	OK(C_DecryptInit(f.hs, &pad, f.key));
	m = 16;
	assert_int_equal(C_Decrypt(f.hs, sealed, n, out, &m),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(m, 17);
	OK(C_Decrypt(f.hs, sealed, n, out, &m));
	assert_int_equal(m, 17);
	assert_memory_equal(out, "seventeen letters", 17);
	OK(C_DecryptInit(f.hs, &pad, f.key));
	m = 17;
	OK(C_Decrypt(f.hs, sealed, n, out, &m));
	sealed[15] ^= 1;
	OK(C_DecryptInit(f.hs, &pad, f.key));
	m = sizeof(out);
	assert_int_equal(C_Decrypt(f.hs, sealed, n, out, &m),
	    CKR_ENCRYPTED_DATA_INVALID);
}

static void
test_single_part_only(void **state)
{
	CK_MECHANISM wrap = { CKM_AES_KEY_WRAP, NULL, 0 };
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_EncryptInit(f.hs, &wrap, f.key));
	assert_int_equal(C_EncryptUpdate(f.hs, buf, 16, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(C_Encrypt(f.hs, buf, 16, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

static void
test_digest_key(void **state)
{
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_DigestInit(f.hs, &sha256));
	assert_int_equal(C_DigestKey(f.hs, 0), CKR_KEY_HANDLE_INVALID);
	OK(C_DigestKey(f.hs, f.key));
	OK(C_DigestFinal(f.hs, buf, &n));
	assert_int_equal(n, 32);
}

/* The key goes while its operation runs; the next init must not find it. */
static void
test_destroyed_key(void **state)
{
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_EncryptInit(f.hs, &ecb, f.key));
	OK(C_DestroyObject(f.hs, f.key));
	(void)C_Encrypt(f.hs, buf, 16, buf, &n);
	assert_int_equal(C_EncryptInit(f.hs, &ecb, f.key),
	    CKR_KEY_HANDLE_INVALID);
}

/* The key of the last operation is kept; what another session does to it is
 * seen by the next init all the same. */
static void
kept_key_follows(CK_BBOOL token)
{
	CK_SESSION_HANDLE other = kit_session(f.t->slot, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = kit_aes(f.hs, token);
	CK_BBOOL no = CK_FALSE;
	CK_ATTRIBUTE set = { CKA_ENCRYPT, &no, sizeof(no) };
	CK_ULONG n = sizeof(buf);

	for (int i = 0; i < 2; i++) {
		OK(C_EncryptInit(f.hs, &ecb, key));
		OK(C_Encrypt(f.hs, buf, 16, buf, &n));
	}
	OK(C_SetAttributeValue(other, key, &set, 1));
	assert_int_equal(C_EncryptInit(f.hs, &ecb, key),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	OK(C_DecryptInit(f.hs, &ecb, key));
	OK(C_Decrypt(f.hs, buf, 16, buf, &n));
	OK(C_DestroyObject(other, key));
	assert_int_equal(C_DecryptInit(f.hs, &ecb, key),
	    CKR_KEY_HANDLE_INVALID);
	assert_int_equal(C_EncryptInit(f.hs, &ecb, key),
	    CKR_KEY_HANDLE_INVALID);
}

static void
test_kept_session_key(void **state)
{
	(void)state;
	kept_key_follows(CK_FALSE);
}

static void
test_kept_token_key(void **state)
{
	(void)state;
	kept_key_follows(CK_TRUE);
}

/* A session object goes with the session that made it. */
static void
test_kept_key_of_session(void **state)
{
	CK_SESSION_HANDLE other = kit_session(f.t->slot, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = kit_aes(other, CK_FALSE);
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_SignInit(f.hs, &cmac, key));
	OK(C_Sign(f.hs, buf, 16, buf, &n));
	OK(C_CloseSession(other));
	assert_int_equal(C_SignInit(f.hs, &cmac, key), CKR_KEY_HANDLE_INVALID);
}

/* A private key that an init only looked at does not outlive the login
 * either. */
static void
test_logout_forgets(void **state)
{
	CK_OBJECT_HANDLE key = kit_aes(f.hs, CK_TRUE);
	CK_MECHANISM rsa = { CKM_RSA_PKCS, NULL, 0 };

	(void)state;
	assert_int_equal(C_EncryptInit(f.hs, &rsa, key),
	    CKR_KEY_TYPE_INCONSISTENT);
	OK(C_Logout(f.hs));
	assert_int_equal(C_EncryptInit(f.hs, &ecb, key),
	    CKR_KEY_HANDLE_INVALID);
	OK(C_Login(f.hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	assert_int_equal(C_EncryptInit(f.hs, &ecb, key),
	    CKR_KEY_HANDLE_INVALID);
}

static void
test_logout_ends(void **state)
{
	CK_ULONG n = sizeof(buf);
	CK_OBJECT_HANDLE key = kit_aes(f.hs, CK_TRUE);

	(void)state;
	OK(C_EncryptInit(f.hs, &ecb, key));
	OK(C_Logout(f.hs));
	assert_int_equal(C_Encrypt(f.hs, buf, 16, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(C_EncryptInit(f.hs, &ecb, key),
	    CKR_KEY_HANDLE_INVALID);
	OK(C_Login(f.hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	assert_int_equal(C_EncryptInit(f.hs, &ecb, key),
	    CKR_KEY_HANDLE_INVALID);
}

/* An EC pair whose private half wants the PIN for each signature. */
static CK_OBJECT_HANDLE
careful_key(void)
{
	CK_BYTE p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE pub[] = { { CKA_EC_PARAMS, p256, sizeof(p256) } };
	CK_ATTRIBUTE priv[] = { { CKA_ALWAYS_AUTHENTICATE, &yes, 1 } };
	CK_MECHANISM gen = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_OBJECT_HANDLE a, b;

	OK(C_GenerateKeyPair(f.hs, &gen, pub, 1, priv, 1, &a, &b));
	return b;
}

static void
test_context_login(void **state)
{
	CK_MECHANISM ecdsa = { CKM_ECDSA_SHA256, NULL, 0 };
	CK_OBJECT_HANDLE key = careful_key();
	CK_ULONG n = sizeof(buf);

	(void)state;
	OK(C_SignInit(f.hs, &ecdsa, key));
	assert_int_equal(C_Sign(f.hs, buf, 3, buf, &n),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(C_Sign(f.hs, buf, 3, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	OK(C_SignInit(f.hs, &ecdsa, key));
	assert_int_equal(C_Login(f.hs, CKU_CONTEXT_SPECIFIC, KIT_SO,
	    KIT_SO_LEN), CKR_PIN_INCORRECT);
	OK(C_SignFinal(f.hs, NULL, &n));
	OK(C_Login(f.hs, CKU_CONTEXT_SPECIFIC, KIT_USER, KIT_USER_LEN));
	OK(C_SignUpdate(f.hs, buf, 3));
	OK(C_SignUpdate(f.hs, buf, 3));
	n = sizeof(buf);
	OK(C_SignFinal(f.hs, buf, &n));
	assert_int_equal(n, 64);
	OK(C_SignInit(f.hs, &ecdsa, key));
	assert_int_equal(C_SignUpdate(f.hs, buf, 3), CKR_USER_NOT_LOGGED_IN);
}

/* Calls that are over at once have no place for the login. */
static void
test_context_once(void **state)
{
	CK_BYTE point[80];
	CK_ATTRIBUTE q = { CKA_EC_POINT, point, sizeof(point) };
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL, .pPublicData = point };
	CK_MECHANISM ecdh = { CKM_ECDH1_DERIVE, &p, sizeof(p) };
	CK_OBJECT_HANDLE key = careful_key(), h;

	(void)state;
	OK(C_GetAttributeValue(f.hs, key, &q, 1));
	p.ulPublicDataLen = q.ulValueLen;
	assert_int_equal(C_DeriveKey(f.hs, &ecdh, key, NULL, 0, &h),
	    CKR_USER_NOT_LOGGED_IN);
}

/* One login is for one operation, the one that was begun last. */
static void
test_context_each(void **state)
{
	CK_BBOOL yes = CK_TRUE;
	CK_ULONG bits = 2048, n = 256, m = 256;
	CK_ATTRIBUTE pub[] = { { CKA_MODULUS_BITS, &bits, sizeof(bits) } };
	CK_ATTRIBUTE priv[] = { { CKA_ALWAYS_AUTHENTICATE, &yes, 1 } };
	CK_MECHANISM gen = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_MECHANISM rsa = { CKM_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE a, b, h;
	CK_BYTE text[256], out[256];

	(void)state;
	OK(C_GenerateKeyPair(f.hs, &gen, pub, 1, priv, 1, &a, &b));
	OK(C_EncryptInit(f.hs, &rsa, a));
	OK(C_Encrypt(f.hs, buf, 16, text, &n));
	assert_int_equal(C_UnwrapKey(f.hs, &rsa, b, text, n, NULL, 0, &h),
	    CKR_USER_NOT_LOGGED_IN);
	OK(C_DecryptInit(f.hs, &rsa, b));
	OK(C_SignInit(f.hs, &rsa, b));
	OK(C_Login(f.hs, CKU_CONTEXT_SPECIFIC, KIT_USER, KIT_USER_LEN));
	OK(C_Sign(f.hs, text, 16, out, &m));
	m = sizeof(out);
	assert_int_equal(C_Decrypt(f.hs, text, n, out, &m),
	    CKR_USER_NOT_LOGGED_IN);
	OK(C_SignInit(f.hs, &rsa, b));
	OK(C_DecryptInit(f.hs, &rsa, b));
	OK(C_Login(f.hs, CKU_CONTEXT_SPECIFIC, KIT_USER, KIT_USER_LEN));
	OK(C_Login(f.hs, CKU_CONTEXT_SPECIFIC, KIT_USER, KIT_USER_LEN));
	assert_int_equal(C_Login(f.hs, CKU_CONTEXT_SPECIFIC, KIT_USER,
	    KIT_USER_LEN), CKR_OPERATION_NOT_INITIALIZED);
	OK(C_Decrypt(f.hs, text, n, out, &m));
	m = sizeof(out);
	OK(C_Sign(f.hs, text, 16, out, &m));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_new, kit_token_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_idle), CASE(test_init_twice), CASE(test_bad_init),
		CASE(test_once_after_update), CASE(test_bad_arguments_end),
		CASE(test_lengths), CASE(test_asked),
		CASE(test_padded_decrypt),
		CASE(test_single_part_only), CASE(test_digest_key),
		CASE(test_destroyed_key), CASE(test_kept_session_key),
		CASE(test_kept_token_key), CASE(test_kept_key_of_session),
		CASE(test_logout_forgets), CASE(test_logout_ends),
		CASE(test_context_login),
		CASE(test_context_once), CASE(test_context_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
