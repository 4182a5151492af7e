/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encryption and decryption (3.2 sections 5.8 and 5.10) at the entry points:
 * known answers, which come out only when each argument arrives where it
 * belongs.  The rules are tested in tests/session.
 */
#include "api/api_kit.h"

static CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };

/* Every function with a session that fails all of them alike. */
static void
all_fail(CK_SESSION_HANDLE hs, CK_RV rv)
{
	CK_BYTE in[16] = { 0 }, out[16];
	CK_ULONG n = 16;

	IS(C_EncryptInit(hs, &ecb, 1), rv);
	IS(C_Encrypt(hs, in, 16, out, &n), rv);
	IS(C_EncryptUpdate(hs, in, 16, out, &n), rv);
	IS(C_EncryptFinal(hs, out, &n), rv);
	IS(C_DecryptInit(hs, &ecb, 1), rv);
	IS(C_Decrypt(hs, in, 16, out, &n), rv);
	IS(C_DecryptUpdate(hs, in, 16, out, &n), rv);
	IS(C_DecryptFinal(hs, out, &n), rv);
	assert_int_equal(n, 16);
}

static void
test_before(void **state)
{
	(void)state;
	all_fail(1, CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
test_bad_session(void **state)
{
	(void)state;
	all_fail(NOWHERE, CKR_SESSION_HANDLE_INVALID);
	all_fail(0, CKR_SESSION_HANDLE_INVALID);
}

/* Encryption and decryption are two operations, begun by two functions. */
static void
test_not_each_other(void **state)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_AES, AES_KEY);
	CK_BYTE in[16] = { 0 }, out[16];
	CK_ULONG n = 16;

	(void)state;
	IS(C_EncryptInit(api.hs, &ecb, key + 999), CKR_KEY_HANDLE_INVALID);
	IS(C_DecryptInit(api.hs, &ecb, key + 999), CKR_KEY_HANDLE_INVALID);
	OK(C_EncryptInit(api.hs, &ecb, key));
	IS(C_Decrypt(api.hs, in, 16, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	IS(C_DecryptUpdate(api.hs, in, 16, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	IS(C_DecryptFinal(api.hs, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	OK(C_Encrypt(api.hs, in, 16, out, &n));
	OK(C_DecryptInit(api.hs, &ecb, key));
	IS(C_Encrypt(api.hs, in, 16, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	IS(C_EncryptUpdate(api.hs, in, 16, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	IS(C_EncryptFinal(api.hs, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	OK(C_Decrypt(api.hs, in, 16, out, &n));
}

/* In one part and in two of unequal length. */
static void
both_ways(CK_MECHANISM *m, CK_OBJECT_HANDLE key, const char *plain,
    const char *sealed)
{
	CK_BYTE in[128], out[128];
	CK_ULONG len = hex(plain, in), n = sizeof(out), more = sizeof(out);

	OK(C_EncryptInit(api.hs, m, key));
	OK(C_Encrypt(api.hs, in, len, out, &n));
	assert_hex(out, n, sealed);
	OK(C_EncryptInit(api.hs, m, key));
	n = sizeof(out);
	OK(C_EncryptUpdate(api.hs, in, 20, out, &n));
	more = sizeof(out) - n;
	OK(C_EncryptUpdate(api.hs, in + 20, len - 20, out + n, &more));
	n += more;
	more = sizeof(out) - n;
	OK(C_EncryptFinal(api.hs, out + n, &more));
	assert_hex(out, n + more, sealed);

	len = hex(sealed, in);
	OK(C_DecryptInit(api.hs, m, key));
	n = sizeof(out);
	OK(C_Decrypt(api.hs, in, len, out, &n));
	assert_hex(out, n, plain);
	OK(C_DecryptInit(api.hs, m, key));
	n = sizeof(out);
	OK(C_DecryptUpdate(api.hs, in, 20, out, &n));
	more = sizeof(out) - n;
	OK(C_DecryptUpdate(api.hs, in + 20, len - 20, out + n, &more));
	n += more;
	more = sizeof(out) - n;
	OK(C_DecryptFinal(api.hs, out + n, &more));
	assert_hex(out, n + more, plain);
}

static void
test_ecb(void **state)
{
	(void)state;
	both_ways(&ecb, api_secret(CKK_AES, AES_KEY), AES_PLAIN, AES_ECB);
}

static void
test_cbc(void **state)
{
	CK_BYTE iv[16];
	CK_MECHANISM cbc = { CKM_AES_CBC, iv, hex(AES_IV, iv) };

	(void)state;
	both_ways(&cbc, api_secret(CKK_AES, AES_KEY), AES_PLAIN, AES_CBC);
}

/* Test case 4 of the GCM specification: IV, additional data and a tag. */
#define GCM_KEY "feffe9928665731c6d6a8f9467308308"
#define GCM_IV "cafebabefacedbaddecaf888"
#define GCM_AAD "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define GCM_PLAIN \
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" \
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define GCM_SEALED \
	"42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" \
	"21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
#define GCM_TAG "5bc94fbc3221a5db94fae95ae7121a47"

static void
test_gcm(void **state)
{
	CK_BYTE iv[12], aad[20], bad[128], out[128];
	CK_GCM_PARAMS p = { iv, hex(GCM_IV, iv), 96, aad, hex(GCM_AAD, aad),
		128 };
	CK_MECHANISM gcm = { CKM_AES_GCM, &p, sizeof(p) };
	CK_OBJECT_HANDLE key = api_secret(CKK_AES, GCM_KEY);
	CK_ULONG n = hex(GCM_SEALED GCM_TAG, bad), m = sizeof(out);

	(void)state;
	both_ways(&gcm, key, GCM_PLAIN, GCM_SEALED GCM_TAG);
	bad[n - 1] ^= 1;
	memset(out, 0x55, sizeof(out));
	OK(C_DecryptInit(api.hs, &gcm, key));
	IS(C_Decrypt(api.hs, bad, n, out, &m), CKR_ENCRYPTED_DATA_INVALID);
	p.ulAADLen--;
	bad[n - 1] ^= 1;
	OK(C_DecryptInit(api.hs, &gcm, key));
	IS(C_Decrypt(api.hs, bad, n, out, &m), CKR_ENCRYPTED_DATA_INVALID);
}

/* Lengths are the caller's: what stands behind them is neither read nor
 * written, and an answer never exceeds the room. */
static void
test_lengths(void **state)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_AES, AES_KEY);
	CK_BYTE in[32], out[48];
	CK_ULONG n = 15;

	(void)state;
	(void)hex(AES_PLAIN, in);
	memset(out, 0x55, sizeof(out));
	OK(C_EncryptInit(api.hs, &ecb, key));
	IS(C_Encrypt(api.hs, in, 16, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 16);
	for (size_t i = 0; i < sizeof(out); i++)
		assert_int_equal(out[i], 0x55);
	n = sizeof(out);
	OK(C_Encrypt(api.hs, in, 16, out, &n));
	assert_int_equal(n, 16);
	for (size_t i = 16; i < sizeof(out); i++)
		assert_int_equal(out[i], 0x55);
	OK(C_DecryptInit(api.hs, &ecb, key));
	OK(C_DecryptFinal(api.hs, NULL, &n));
	assert_int_equal(n, 0);
	OK(C_DecryptUpdate(api.hs, out, 16, NULL, &n));
	assert_true(n >= 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_bad_session),
		CASE(test_not_each_other), CASE(test_ecb), CASE(test_cbc),
		CASE(test_gcm), CASE(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
