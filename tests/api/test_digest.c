/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message digests (3.2 section 5.12) at the entry points: known answers, which
 * come out only when each argument arrives where it belongs.
 */
#include "api/api_kit.h"

static CK_MECHANISM sha256 = { CKM_SHA256, NULL, 0 };
static CK_BYTE abc[] = "abcd";

static void
all_fail(CK_SESSION_HANDLE hs, CK_RV rv)
{
	CK_BYTE out[32];
	CK_ULONG n = 32;

	IS(C_DigestInit(hs, &sha256), rv);
	IS(C_Digest(hs, abc, 3, out, &n), rv);
	IS(C_DigestUpdate(hs, abc, 3), rv);
	IS(C_DigestKey(hs, 1), rv);
	IS(C_DigestFinal(hs, out, &n), rv);
	assert_int_equal(n, 32);
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

static void
test_bad_init(void **state)
{
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	CK_MECHANISM with = { CKM_SHA256, abc, 3 };

	(void)state;
	IS(C_DigestInit(api.hs, &ecb), CKR_MECHANISM_INVALID);
	IS(C_DigestInit(api.hs, &with), CKR_MECHANISM_PARAM_INVALID);
	IS(C_DigestUpdate(api.hs, abc, 3), CKR_OPERATION_NOT_INITIALIZED);
}

static void
test_once(void **state)
{
	CK_BYTE out[40];
	CK_ULONG n = 31;

	(void)state;
	memset(out, 0x55, sizeof(out));
	OK(C_DigestInit(api.hs, &sha256));
	IS(C_Digest(api.hs, abc, 3, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 32);
	n = sizeof(out);
	OK(C_Digest(api.hs, abc, 3, out, &n));
	assert_hex(out, n, ABC_SHA256);
	assert_int_equal(out[32], 0x55);
	IS(C_Digest(api.hs, abc, 3, out, &n), CKR_OPERATION_NOT_INITIALIZED);
}

static void
test_parts(void **state)
{
	CK_BYTE out[32];
	CK_ULONG n = sizeof(out);

	(void)state;
	OK(C_DigestInit(api.hs, &sha256));
	OK(C_DigestUpdate(api.hs, abc, 1));
	OK(C_DigestUpdate(api.hs, abc + 1, 2));
	OK(C_DigestFinal(api.hs, out, &n));
	assert_hex(out, n, ABC_SHA256);
}

/* "abc" where the b is a key's value. */
static void
test_key(void **state)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_GENERIC_SECRET, "62");
	CK_BYTE out[32];
	CK_ULONG n = sizeof(out);

	(void)state;
	OK(C_DigestInit(api.hs, &sha256));
	IS(C_DigestKey(api.hs, key + 999), CKR_KEY_HANDLE_INVALID);
	OK(C_DigestUpdate(api.hs, abc, 1));
	OK(C_DigestKey(api.hs, key));
	OK(C_DigestUpdate(api.hs, abc + 2, 1));
	OK(C_DigestFinal(api.hs, out, &n));
	assert_hex(out, n, ABC_SHA256);
}

static void
test_key_that_is_none(void **state)
{
	CK_OBJECT_HANDLE key = api_rsa_public();

	(void)state;
	OK(C_DigestInit(api.hs, &sha256));
	IS(C_DigestKey(api.hs, key), CKR_KEY_INDIGESTIBLE);
	IS(C_DigestUpdate(api.hs, abc, 1), CKR_OPERATION_NOT_INITIALIZED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_bad_session),
		CASE(test_bad_init), CASE(test_once), CASE(test_parts),
		CASE(test_key), CASE(test_key_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
