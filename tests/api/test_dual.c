/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two operations over one part (3.2 section 5.17) at the entry points: which two
 * each function drives, with known answers for both.
 */
#include "api/api_kit.h"

static CK_BYTE iv[16], plain[32], sealed[32];
static CK_MECHANISM cbc = { CKM_AES_CBC, iv, 16 };
static CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
static CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };

typedef CK_RV dual_fn(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR,
    CK_ULONG_PTR);
static dual_fn *const duals[] = { C_DigestEncryptUpdate,
	C_DecryptDigestUpdate, C_SignEncryptUpdate, C_DecryptVerifyUpdate };

static void
all_give(CK_SESSION_HANDLE hs, CK_RV rv)
{
	CK_BYTE out[32];
	CK_ULONG n = 32;

	for (size_t i = 0; i < COUNT(duals); i++)
		IS(duals[i](hs, plain, 32, out, &n), rv);
	assert_int_equal(n, 32);
}

static void
test_before(void **state)
{
	(void)state;
	all_give(1, CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
test_no_session(void **state)
{
	(void)state;
	all_give(NOWHERE, CKR_SESSION_HANDLE_INVALID);
	all_give(api.hs, CKR_OPERATION_NOT_INITIALIZED);
}

static CK_OBJECT_HANDLE
setup(void)
{
	hex(AES_IV, iv);
	hex(AES_PLAIN, plain);
	hex(AES_CBC, sealed);
	return api_secret(CKK_AES, AES_KEY);
}

/* The digest of the plaintext, made alone. */
static void
plain_digest(CK_BYTE out[32])
{
	CK_ULONG n = 32;

	OK(C_DigestInit(api.hs, &sha));
	OK(C_Digest(api.hs, plain, 32, out, &n));
}

static void
test_digest(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE want[32], got[32], out[32];
	CK_ULONG n = 32;

	(void)state;
	plain_digest(want);
	OK(C_DigestInit(api.hs, &sha));
	OK(C_EncryptInit(api.hs, &cbc, key));
	OK(C_DigestEncryptUpdate(api.hs, plain, 32, out, &n));
	assert_hex(out, n, AES_CBC);
	OK(C_DigestFinal(api.hs, got, &n));
	assert_memory_equal(got, want, 32);
	OK(C_EncryptFinal(api.hs, out, &n));
	OK(C_DecryptInit(api.hs, &cbc, key));
	OK(C_DigestInit(api.hs, &sha));
	n = 32;
	OK(C_DecryptDigestUpdate(api.hs, sealed, 32, out, &n));
	assert_hex(out, n, AES_PLAIN);
	OK(C_DigestFinal(api.hs, got, &n));
	assert_memory_equal(got, want, 32);
	OK(C_DecryptFinal(api.hs, out, &n));
}

static void
test_mac(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_OBJECT_HANDLE mac_key = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_BYTE want[32], mac[32], out[32];
	CK_ULONG n = 32;

	(void)state;
	OK(C_SignInit(api.hs, &hmac, mac_key));
	OK(C_Sign(api.hs, plain, 32, want, &n));
	OK(C_SignInit(api.hs, &hmac, mac_key));
	OK(C_EncryptInit(api.hs, &cbc, key));
	OK(C_SignEncryptUpdate(api.hs, plain, 32, out, &n));
	assert_hex(out, n, AES_CBC);
	OK(C_SignFinal(api.hs, mac, &n));
	assert_memory_equal(mac, want, 32);
	OK(C_EncryptFinal(api.hs, out, &n));
	OK(C_VerifyInit(api.hs, &hmac, mac_key));
	OK(C_DecryptInit(api.hs, &cbc, key));
	n = 32;
	OK(C_DecryptVerifyUpdate(api.hs, sealed, 32, out, &n));
	assert_hex(out, n, AES_PLAIN);
	OK(C_VerifyFinal(api.hs, mac, 32));
	OK(C_DecryptFinal(api.hs, out, &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_no_session),
		CASE(test_digest), CASE(test_mac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
