/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Object management (3.2 section 5.7) at the entry points: each argument
 * arrives where it belongs.  The rules are tested in tests/object and
 * tests/session/test_objects.c.
 */
#include "api/api_kit.h"

static CK_OBJECT_CLASS data_class = CKO_DATA;

/* A data object with a label and a value. */
static CK_OBJECT_HANDLE
thing(const char *label, const char *value)
{
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, data_class),
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		{ CKA_VALUE, (void *)(uintptr_t)value, strlen(value) } };

	return api_create(t, COUNT(t));
}

static void
assert_text(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, const char *want)
{
	CK_BYTE v[600];

	assert_int_equal(api_get(h, type, v), strlen(want));
	assert_memory_equal(v, want, strlen(want));
}

/* Every function with this session, which fails all of them alike. */
static void
all_fail(CK_SESSION_HANDLE hs, CK_RV rv)
{
	CK_ATTRIBUTE t = A(CKA_CLASS, data_class);
	CK_OBJECT_HANDLE made = 42;
	CK_ULONG n = 42;

	IS(C_CreateObject(hs, &t, 1, &made), rv);
	IS(C_CopyObject(hs, 1, &t, 1, &made), rv);
	IS(C_DestroyObject(hs, 1), rv);
	IS(C_GetObjectSize(hs, 1, &n), rv);
	IS(C_GetAttributeValue(hs, 1, &t, 1), rv);
	IS(C_SetAttributeValue(hs, 1, &t, 1), rv);
	IS(C_FindObjectsInit(hs, &t, 1), rv);
	IS(C_FindObjects(hs, &made, 1, &n), rv);
	IS(C_FindObjectsFinal(hs), rv);
	assert_int_equal(made, 42);
	assert_int_equal(n, 42);
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

/* The count counts: what stands after it is not read. */
static void
test_create(void **state)
{
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, data_class),
		{ CKA_LABEL, (void *)(uintptr_t) "label", 5 },
		{ CKA_MODULUS, (void *)(uintptr_t) "no", 2 } };
	CK_OBJECT_HANDLE h = 42;

	(void)state;
	IS(C_CreateObject(api.hs, t, 0, &h), CKR_TEMPLATE_INCOMPLETE);
	IS(C_CreateObject(api.hs, t, 3, &h), CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(h, 42);
	OK(C_CreateObject(api.hs, t, 2, &h));
	assert_text(h, CKA_LABEL, "label");
	assert_int_equal(api_number(h, CKA_CLASS), CKO_DATA);
}

static void
test_copy(void **state)
{
	CK_OBJECT_HANDLE a = thing("one", "value"), b = 42;
	CK_ATTRIBUTE t[] = { { CKA_LABEL, (void *)(uintptr_t) "two", 3 },
		{ CKA_MODULUS, (void *)(uintptr_t) "no", 2 } };

	(void)state;
	IS(C_CopyObject(api.hs, a + 999, t, 1, &b), CKR_OBJECT_HANDLE_INVALID);
	IS(C_CopyObject(api.hs, a, t, 2, &b), CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(b, 42);
	OK(C_CopyObject(api.hs, a, t, 1, &b));
	assert_int_not_equal(a, b);
	assert_text(a, CKA_LABEL, "one");
	assert_text(b, CKA_LABEL, "two");
	assert_text(b, CKA_VALUE, "value");
}

static void
test_destroy(void **state)
{
	CK_OBJECT_HANDLE a = thing("one", ""), b = thing("two", "");
	CK_ULONG n = 0;

	(void)state;
	IS(C_DestroyObject(api.hs, b + 999), CKR_OBJECT_HANDLE_INVALID);
	OK(C_DestroyObject(api.hs, a));
	IS(C_DestroyObject(api.hs, a), CKR_OBJECT_HANDLE_INVALID);
	IS(C_GetObjectSize(api.hs, a, &n), CKR_OBJECT_HANDLE_INVALID);
	OK(C_GetObjectSize(api.hs, b, &n));
	assert_true(n != 0);
}

static void
test_attributes(void **state)
{
	CK_OBJECT_HANDLE h = thing("one", "value"), other = thing("x", "y");
	CK_BYTE a[8], b[8];
	CK_ATTRIBUTE get[] = { { CKA_LABEL, a, 8 }, { CKA_VALUE, b, 8 } };
	CK_ATTRIBUTE set = { CKA_LABEL, (void *)(uintptr_t) "three", 5 };

	(void)state;
	IS(C_SetAttributeValue(api.hs, h + 999, &set, 1),
	    CKR_OBJECT_HANDLE_INVALID);
	IS(C_GetAttributeValue(api.hs, h + 999, get, 1),
	    CKR_OBJECT_HANDLE_INVALID);
	OK(C_GetAttributeValue(api.hs, h, get, 1));
	assert_int_equal(get[0].ulValueLen, 3);
	assert_int_equal(get[1].ulValueLen, 8);
	OK(C_SetAttributeValue(api.hs, h, &set, 1));
	assert_text(h, CKA_LABEL, "three");
	assert_text(other, CKA_LABEL, "x");
	OK(C_SetAttributeValue(api.hs, h, &set, 0));
}

static void
test_find(void **state)
{
	CK_OBJECT_HANDLE a = thing("one", ""), b = thing("one", "");
	CK_OBJECT_HANDLE c = thing("one", ""), found[4] = { 42, 42, 42, 42 };
	CK_ATTRIBUTE t[] = { { CKA_LABEL, (void *)(uintptr_t) "one", 3 },
		{ CKA_VALUE, (void *)(uintptr_t) "no", 2 } };
	CK_ULONG n = 42;

	(void)state;
	assert_int_equal(api_count(t, 2), 0);
	OK(C_FindObjectsInit(api.hs, t, 1));
	OK(C_FindObjects(api.hs, found, 1, &n));
	assert_int_equal(n, 1);
	assert_int_equal(found[1], 42);
	OK(C_FindObjects(api.hs, found + 1, 2, &n));
	assert_int_equal(n, 2);
	assert_int_equal(found[0] + found[1] + found[2], a + b + c);
	assert_int_equal(found[0] * found[1] * found[2], a * b * c);
	assert_int_equal(found[3], 42);
	OK(C_FindObjects(api.hs, found, 3, &n));
	assert_int_equal(n, 0);
	OK(C_FindObjectsFinal(api.hs));
	IS(C_FindObjectsFinal(api.hs), CKR_OPERATION_NOT_INITIALIZED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_bad_session),
		CASE(test_create), CASE(test_copy), CASE(test_destroy),
		CASE(test_attributes), CASE(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
