/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CKA_EC_POINT by interface: bare bytes for callers of 3.2, a DER OCTET STRING
 * for those of 2.40 and 3.0, the same for all for a short Weierstrass key.
 */
#include "kit/token.h"

static CK_OBJECT_HANDLE
pair(CK_SESSION_HANDLE hs, CK_MECHANISM_TYPE type, CK_BYTE *curve, CK_ULONG n)
{
	CK_MECHANISM m = { type, NULL, 0 };
	CK_ATTRIBUTE pub[] = { { CKA_EC_PARAMS, curve, n } };
	CK_OBJECT_HANDLE a, b;

	OK(C_GenerateKeyPair(hs, &m, pub, 1, NULL, 0, &a, &b));
	return a;
}

/* Reads the point by length query and value; gives its length. */
static CK_ULONG
point(CK_C_GetAttributeValue get, CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE key,
    CK_BYTE out[80])
{
	CK_ATTRIBUTE a = { CKA_EC_POINT, NULL, 0 };
	CK_ULONG n;

	OK(get(hs, key, &a, 1));
	n = a.ulValueLen;
	assert_true(n <= 80);
	a.pValue = out;
	a.ulValueLen = n - 1;
	assert_int_equal(get(hs, key, &a, 1), CKR_BUFFER_TOO_SMALL);
	a.ulValueLen = n;
	OK(get(hs, key, &a, 1));
	assert_int_equal(a.ulValueLen, n);
	return n;
}

static CK_FUNCTION_LIST_3_0_PTR
table_3_0(void)
{
	CK_VERSION version = { 3, 0 };
	CK_INTERFACE_PTR i;

	OK(C_GetInterface(NULL, &version, &i, 0));
	return i->pFunctionList;
}

static void
check_bare(const struct kit_token *t, CK_MECHANISM_TYPE type, CK_BYTE last)
{
	CK_BYTE curve[] = { 6, 3, 0x2b, 0x65, last };
	CK_SESSION_HANDLE hs = kit_user(t, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = pair(hs, type, curve, sizeof(curve));
	CK_FUNCTION_LIST_PTR old;
	CK_BYTE bare[80], der[80];

	OK(C_GetFunctionList(&old));
	assert_int_equal(point(C_GetAttributeValue, hs, key, bare), 32);
	assert_int_equal(point(old->C_GetAttributeValue, hs, key, der), 34);
	assert_int_equal(der[0], 4);
	assert_int_equal(der[1], 32);
	assert_memory_equal(der + 2, bare, 32);
	assert_int_equal(point(table_3_0()->C_GetAttributeValue, hs, key, der),
	    34);
}

static void
test_edwards(void **state)
{
	check_bare(*state, CKM_EC_EDWARDS_KEY_PAIR_GEN, 0x70);
}

static void
test_montgomery(void **state)
{
	check_bare(*state, CKM_EC_MONTGOMERY_KEY_PAIR_GEN, 0x6e);
}

static void
test_weierstrass(void **state)
{
	CK_BYTE p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	CK_SESSION_HANDLE hs = kit_user(*state, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = pair(hs, CKM_EC_KEY_PAIR_GEN, p256,
	    sizeof(p256));
	CK_FUNCTION_LIST_PTR old;
	CK_BYTE now[80], then[80];

	OK(C_GetFunctionList(&old));
	assert_int_equal(point(C_GetAttributeValue, hs, key, now), 67);
	assert_int_equal(point(old->C_GetAttributeValue, hs, key, then), 67);
	assert_memory_equal(now, then, 67);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, kit_token_new, kit_token_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_edwards), CASE(test_montgomery),
		CASE(test_weierstrass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
