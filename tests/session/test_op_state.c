/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saved states of operations (3.2 sections 5.6.6 and 5.6.7): what is saved,
 * who may restore it, how keys are named, how long it lives.
 */
#include "api/api_kit.h"

#define STATE 32
static CK_BYTE iv[16], data[64] = { 2, 7, 1, 8, 2, 8, 1, 8, 2, 8 };
static CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
static CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
static CK_MECHANISM cbc = { CKM_AES_CBC, iv, 16 };
static const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;
static const CK_RV invalid = CKR_SAVED_STATE_INVALID;

static void
save(CK_SESSION_HANDLE hs, CK_BYTE out[STATE])
{
	CK_ULONG n = STATE;

	OK(C_GetOperationState(hs, out, &n));
	assert_int_equal(n, STATE);
}

static CK_RV
restore(CK_SESSION_HANDLE hs, CK_BYTE *state)
{
	return C_SetOperationState(hs, state, STATE, 0, 0);
}

/* The digest so far is that of data's first n bytes. */
static void
digest_is(CK_SESSION_HANDLE hs, CK_ULONG n)
{
	CK_BYTE got[32], want[32];
	CK_ULONG len = 32;

	OK(C_DigestFinal(hs, got, &len));
	OK(C_DigestInit(hs, &sha));
	OK(C_Digest(hs, data, n, want, &len));
	assert_memory_equal(got, want, 32);
}

static void
test_arguments(void **state)
{
	CK_BYTE name[STATE + 1];
	CK_ULONG n = STATE;

	(void)state;
	IS(C_GetOperationState(api.hs, name, &n), none);
	IS(C_GetOperationState(api.hs, NULL, &n), none);
	OK(C_DigestInit(api.hs, &sha));
	IS(C_GetOperationState(api.hs, name, NULL), CKR_ARGUMENTS_BAD);
	OK(C_GetOperationState(api.hs, NULL, &n));
	assert_int_equal(n, STATE);
	n = STATE - 1;
	IS(C_GetOperationState(api.hs, name, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, STATE);
	save(api.hs, name);
	IS(C_SetOperationState(api.hs, NULL, STATE, 0, 0), CKR_ARGUMENTS_BAD);
	IS(C_SetOperationState(api.hs, name, STATE - 1, 0, 0), invalid);
	IS(C_SetOperationState(api.hs, name, STATE + 1, 0, 0), invalid);
	name[STATE - 1] ^= 1;
	IS(restore(api.hs, name), invalid);
	name[STATE - 1] ^= 1;
	OK(C_DigestUpdate(api.hs, data, 1));	/* nothing ended */
	OK(restore(api.hs, name));
	digest_is(api.hs, 0);
}

/* The example of 3.2 section 5.6.7, again and in another session. */
static void
test_digest(void **state)
{
	CK_SESSION_HANDLE other = kit_session(0, CKF_RW_SESSION);
	CK_BYTE name[STATE], junk[9] = { 1 };

	(void)state;
	OK(C_DigestInit(api.hs, &sha));
	OK(C_DigestUpdate(api.hs, data, 20));
	save(api.hs, name);
	OK(C_DigestUpdate(api.hs, junk, 9));
	OK(restore(api.hs, name));
	OK(C_DigestUpdate(api.hs, data + 20, 10));
	digest_is(api.hs, 30);
	OK(restore(other, name));
	OK(C_DigestUpdate(other, data + 20, 44));
	digest_is(other, 64);
	OK(C_CloseSession(api.hs));	/* the source */
	OK(restore(other, name));
	digest_is(other, 20);
}

/* Two operations at once, keys and all; a search goes. */
static void
test_two(void **state)
{
	CK_OBJECT_HANDLE aes = api_secret(CKK_AES, AES_KEY);
	CK_OBJECT_HANDLE mac = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_BYTE name[STATE], want[64], got[64], tag[32], tag2[32];
	CK_ULONG n = 64, m = 64, t = 32;

	(void)state;
	OK(C_EncryptInit(api.hs, &cbc, aes));
	OK(C_SignInit(api.hs, &hmac, mac));
	OK(C_SignEncryptUpdate(api.hs, data, 20, want, &n));
	assert_int_equal(n, 16);
	save(api.hs, name);
	OK(C_SignEncryptUpdate(api.hs, data + 20, 44, want + 16, &m));
	OK(C_SignFinal(api.hs, tag, &t));
	OK(C_FindObjectsInit(api.hs, NULL, 0));
	OK(restore(api.hs, name));
	IS(C_FindObjectsFinal(api.hs), none);
	m = 64;
	OK(C_SignEncryptUpdate(api.hs, data + 20, 44, got, &m));
	assert_int_equal(m, 48);
	assert_memory_equal(got, want + 16, 48);
	OK(C_SignFinal(api.hs, tag2, &t));
	assert_memory_equal(tag, tag2, 32);
	IS(C_SetOperationState(api.hs, name, STATE, mac, 0), CKR_KEY_CHANGED);
	IS(C_SetOperationState(api.hs, name, STATE, aes, aes),
	    CKR_KEY_CHANGED);
	OK(C_EncryptUpdate(api.hs, data, 16, got, &m));	/* not disturbed */
	OK(C_SetOperationState(api.hs, name, STATE, aes, mac));
}

static void
test_irrelevant_key(void **state)
{
	CK_OBJECT_HANDLE aes = api_secret(CKK_AES, AES_KEY);
	CK_OBJECT_HANDLE mac = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_BYTE name[STATE];

	(void)state;
	OK(C_DigestInit(api.hs, &sha));
	save(api.hs, name);
	IS(C_SetOperationState(api.hs, name, STATE, aes, 0),
	    CKR_KEY_NOT_NEEDED);
	IS(C_SetOperationState(api.hs, name, STATE, 0, mac),
	    CKR_KEY_NOT_NEEDED);
	OK(C_SignInit(api.hs, &hmac, mac));
	save(api.hs, name);
	IS(C_SetOperationState(api.hs, name, STATE, aes, 0),
	    CKR_KEY_NOT_NEEDED);
	OK(C_SetOperationState(api.hs, name, STATE, 0, mac));
}

/* Another session state, another login. */
static void
test_whose(void **state)
{
	CK_SESSION_HANDLE ro = kit_session(0, 0);
	CK_BYTE name[STATE];

	(void)state;
	OK(C_DigestInit(api.hs, &sha));
	save(api.hs, name);
	IS(restore(ro, name), invalid);
	OK(C_Logout(api.hs));
	IS(restore(api.hs, name), invalid);
	OK(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	IS(restore(api.hs, name), invalid);
	save(api.hs, name);	/* the digest itself needs no login */
	OK(restore(api.hs, name));
}

/* A key that went, or that may no longer do it. */
static void
test_key_gone(void **state)
{
	CK_OBJECT_HANDLE mac = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_ATTRIBUTE off = OFF(CKA_SIGN);
	CK_BYTE name[STATE];

	(void)state;
	OK(C_SignInit(api.hs, &hmac, mac));
	save(api.hs, name);
	OK(C_SetAttributeValue(api.hs, mac, &off, 1));
	IS(restore(api.hs, name), invalid);
	mac = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	OK(C_SessionCancel(api.hs, CKF_SIGN));
	OK(C_SignInit(api.hs, &hmac, mac));
	save(api.hs, name);
	OK(C_DestroyObject(api.hs, mac));
	IS(restore(api.hs, name), invalid);
}

static void
test_unsaveable(void **state)
{
	CK_ATTRIBUTE always[] = { ON(CKA_ALWAYS_AUTHENTICATE),
		ON(CKA_PRIVATE) };
	CK_GCM_PARAMS par = { iv, 12, 96, NULL, 0, 128 };
	CK_MECHANISM gcm = { CKM_AES_GCM, &par, sizeof(par) };
	CK_MECHANISM rsa = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE key = api_rsa_private(always, 2);
	CK_BYTE name[STATE];
	CK_ULONG n = STATE;

	(void)state;
	OK(C_SignInit(api.hs, &rsa, key));
	IS(C_GetOperationState(api.hs, name, &n), CKR_STATE_UNSAVEABLE);
	OK(C_Login(api.hs, CKU_CONTEXT_SPECIFIC, KIT_USER, KIT_USER_LEN));
	OK(C_SignUpdate(api.hs, data, 3));
	IS(C_GetOperationState(api.hs, name, &n), CKR_STATE_UNSAVEABLE);
	OK(C_SessionCancel(api.hs, CKF_SIGN));
	OK(C_DigestInit(api.hs, &sha));
	OK(C_EncryptInit(api.hs, &gcm, api_secret(CKK_AES, AES_KEY)));
	IS(C_GetOperationState(api.hs, name, &n), CKR_STATE_UNSAVEABLE);
	OK(C_SessionCancel(api.hs, CKF_ENCRYPT | CKF_DIGEST));
	OK(C_SignRecoverInit(api.hs, &(CK_MECHANISM){ CKM_RSA_PKCS, NULL, 0 },
	    api_rsa_private(NULL, 0)));
	IS(C_GetOperationState(api.hs, name, &n), none);
}

/* A one-time password is for one time. */
static void
test_otp(void **state)
{
	CK_OBJECT_CLASS class = CKO_OTP_KEY;
	CK_KEY_TYPE type = CKK_HOTP;
	CK_BYTE value[20] = { 1 }, counter[8] = { 0 }, name[STATE];
	CK_ULONG digits = 6, n = STATE;
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, class), A(CKA_KEY_TYPE, type),
		A(CKA_VALUE, value), A(CKA_OTP_COUNTER, counter),
		A(CKA_OTP_LENGTH, digits), ON(CKA_SIGN) };
	CK_OTP_PARAMS none_given = { NULL, 0 };
	CK_MECHANISM hotp = { CKM_HOTP, &none_given, sizeof(none_given) };

	(void)state;
	OK(C_SignInit(api.hs, &hotp, api_create(t, COUNT(t))));
	IS(C_GetOperationState(api.hs, name, &n), CKR_STATE_UNSAVEABLE);
}

/* RSA and ECDSA with a hash, and a signature that came first. */
static void
test_signatures(void **state)
{
	CK_MECHANISM rsa = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_BYTE name[STATE], sig[256], abc[] = "abc";
	CK_ULONG n = 256;

	(void)state;
	OK(C_SignInit(api.hs, &rsa, api_rsa_private(NULL, 0)));
	OK(C_SignUpdate(api.hs, abc, 2));
	save(api.hs, name);
	OK(C_SignUpdate(api.hs, abc, 2));
	OK(restore(api.hs, name));
	OK(C_SignUpdate(api.hs, abc + 2, 1));
	OK(C_SignFinal(api.hs, sig, &n));
	assert_hex(sig, n, RSA_SIG);
	OK(C_VerifySignatureInit(api.hs, &rsa, api_rsa_public(), sig, n));
	OK(C_VerifySignatureUpdate(api.hs, abc, 2));
	save(api.hs, name);
	IS(C_VerifySignatureFinal(api.hs), CKR_SIGNATURE_INVALID);
	OK(restore(api.hs, name));
	OK(C_VerifySignatureUpdate(api.hs, abc + 2, 1));
	OK(C_VerifySignatureFinal(api.hs));
}

/* The newest 256 are kept; the last session takes all along. */
static void
test_bound(void **state)
{
	CK_BYTE first[STATE], second[STATE], last[STATE];
	CK_SESSION_HANDLE hs;

	(void)state;
	OK(C_Logout(api.hs));
	OK(C_DigestInit(api.hs, &sha));
	save(api.hs, first);
	save(api.hs, second);
	for (int i = 0; i < 255; i++)
		save(api.hs, last);
	IS(restore(api.hs, first), invalid);
	OK(restore(api.hs, second));
	OK(restore(api.hs, last));
	OK(C_CloseSession(api.hs));
	hs = kit_session(0, CKF_RW_SESSION);
	IS(restore(hs, last), invalid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_arguments), CASE(test_digest), CASE(test_two),
		CASE(test_irrelevant_key), CASE(test_whose),
		CASE(test_key_gone), CASE(test_unsaveable),
		CASE(test_otp), CASE(test_signatures), CASE(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
