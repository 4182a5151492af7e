/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two operations over one part (3.2 section 5.17): what a missing, short or
 * broken half does to the other, input and output in one place, padding.
 */
#include "api/api_kit.h"

static CK_BYTE iv[16], data[48];
static CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
static CK_MECHANISM pad = { CKM_AES_CBC_PAD, iv, 16 };
static CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
static CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
static CK_MECHANISM rsa = { CKM_RSA_PKCS, NULL, 0 };
static const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;

static CK_OBJECT_HANDLE
setup(void)
{
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (CK_BYTE)(i * 5);
	return api_secret(CKK_AES, AES_KEY);
}

/* Whether the digest so far is that of the first n bytes of data. */
static void
digest_is(CK_ULONG n)
{
	CK_BYTE got[32], want[32];
	CK_ULONG len = 32;

	OK(C_DigestFinal(api.hs, got, &len));
	OK(C_DigestInit(api.hs, &sha));
	OK(C_Digest(api.hs, data, n, want, &len));
	assert_memory_equal(got, want, 32);
}

/* Half of a pair changes nothing, and goes on. */
static void
test_one_missing(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE out[32];
	CK_ULONG n = 32;

	(void)state;
	OK(C_EncryptInit(api.hs, &ecb, key));
	IS(C_DigestEncryptUpdate(api.hs, data, 16, out, &n), none);
	IS(C_SignEncryptUpdate(api.hs, data, 16, out, &n), none);
	OK(C_EncryptUpdate(api.hs, data, 16, out, &n));
	OK(C_DigestInit(api.hs, &sha));
	IS(C_DecryptDigestUpdate(api.hs, data, 16, out, &n), none);
	OK(C_DigestEncryptUpdate(api.hs, data, 16, out, &n));
	assert_int_equal(n, 16);
	digest_is(16);
}

/* Neither a short buffer nor a question feeds the digest. */
static void
test_short(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE out[48];
	CK_ULONG n = 31;

	(void)state;
	OK(C_EncryptInit(api.hs, &ecb, key));
	OK(C_DigestInit(api.hs, &sha));
	IS(C_DigestEncryptUpdate(api.hs, data, 32, out, &n),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 32);
	OK(C_DigestEncryptUpdate(api.hs, data, 32, NULL, &n));
	assert_int_equal(n, 32);
	OK(C_DigestEncryptUpdate(api.hs, data, 32, out, &n));
	OK(C_EncryptFinal(api.hs, out, &n));
	digest_is(32);
}

/* A call that fails ends both. */
static void
test_failure(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE out[48];
	CK_ULONG n = 48;

	(void)state;
	OK(C_EncryptInit(api.hs, &ecb, key));
	OK(C_DigestInit(api.hs, &sha));
	IS(C_DigestEncryptUpdate(api.hs, NULL, 16, out, &n),
	    CKR_ARGUMENTS_BAD);
	IS(C_EncryptFinal(api.hs, out, &n), none);
	IS(C_DigestFinal(api.hs, out, &n), none);
	OK(C_DecryptInit(api.hs, &ecb, key));
	OK(C_DigestInit(api.hs, &sha));
	IS(C_DecryptDigestUpdate(api.hs, data, 16, out, NULL),
	    CKR_ARGUMENTS_BAD);
	IS(C_DecryptFinal(api.hs, out, &n), none);
	IS(C_DigestFinal(api.hs, out, &n), none);
}

/* A half that takes no parts ends both. */
static void
test_single_part(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_OBJECT_HANDLE priv = api_rsa_private(NULL, 0);
	CK_BYTE out[48];
	CK_ULONG n = 48;

	(void)state;
	OK(C_EncryptInit(api.hs, &ecb, key));
	OK(C_SignInit(api.hs, &rsa, priv));
	IS(C_SignEncryptUpdate(api.hs, data, 16, out, &n), none);
	IS(C_EncryptUpdate(api.hs, data, 16, out, &n), none);
	OK(C_SignInit(api.hs, &rsa, priv));
}

/* The plaintext is signed although the ciphertext is written over it. */
static void
test_in_place(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_OBJECT_HANDLE mac = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_BYTE both[48], want[32], got[32];
	CK_ULONG n = 32;

	(void)state;
	OK(C_SignInit(api.hs, &hmac, mac));
	OK(C_Sign(api.hs, data, 48, want, &n));
	memcpy(both, data, 48);
	OK(C_SignInit(api.hs, &hmac, mac));
	OK(C_EncryptInit(api.hs, &ecb, key));
	n = 48;
	OK(C_SignEncryptUpdate(api.hs, both, 48, both, &n));
	assert_memory_not_equal(both, data, 16);
	OK(C_SignFinal(api.hs, got, &n));
	assert_memory_equal(got, want, 32);
	OK(C_SessionCancel(api.hs, CKF_ENCRYPT));
	OK(C_VerifyInit(api.hs, &hmac, mac));
	OK(C_DecryptInit(api.hs, &ecb, key));
	n = 48;
	OK(C_DecryptVerifyUpdate(api.hs, both, 48, both, &n));
	assert_memory_equal(both, data, 48);
	OK(C_VerifyFinal(api.hs, want, 32));
}

/* What padding holds back reaches the digest by the caller's hand only: the
 * example of 3.2 section 5.17.2. */
static void
test_padding(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE sealed[48], out[48];
	CK_ULONG n = 48, got = 48, last = 48;

	(void)state;
	OK(C_EncryptInit(api.hs, &pad, key));
	OK(C_Encrypt(api.hs, data, 40, sealed, &n));
	OK(C_DecryptInit(api.hs, &pad, key));
	OK(C_DigestInit(api.hs, &sha));
	OK(C_DecryptDigestUpdate(api.hs, sealed, n, out, &got));
	assert_int_equal(got, 32);
	OK(C_DecryptFinal(api.hs, out + got, &last));
	assert_int_equal(got + last, 40);
	OK(C_DigestUpdate(api.hs, out + got, last));
	digest_is(40);
}

/* One half may be cancelled without the other. */
static void
test_cancel_one(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE out[48];
	CK_ULONG n = 48;

	(void)state;
	OK(C_EncryptInit(api.hs, &ecb, key));
	OK(C_DigestInit(api.hs, &sha));
	OK(C_DigestEncryptUpdate(api.hs, data, 16, out, &n));
	OK(C_SessionCancel(api.hs, CKF_ENCRYPT));
	IS(C_DigestEncryptUpdate(api.hs, data, 16, out, &n), none);
	digest_is(16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_one_missing), CASE(test_short), CASE(test_failure),
		CASE(test_single_part), CASE(test_in_place),
		CASE(test_padding), CASE(test_cancel_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
