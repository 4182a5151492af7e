/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three tables and the three functions that give them (3.2 section 5.4):
 * whole, alike, right in version and length, there before C_Initialize and in a
 * forked child.
 */
#include "api/api_kit.h"

#define ENTRIES(type) \
	((sizeof(type) - offsetof(type, C_Initialize)) / sizeof(void *))

static CK_UTF8CHAR std[] = "PKCS 11";

/* The interface of a version, which must be there. */
static const CK_INTERFACE *
interface(CK_BYTE major, CK_BYTE minor)
{
	CK_VERSION v = { major, minor };
	CK_INTERFACE *i = NULL;

	OK(C_GetInterface(std, &v, &i, 0));
	assert_non_null(i);
	assert_string_equal((const char *)i->pInterfaceName, "PKCS 11");
	assert_int_equal(i->flags, 0);
	assert_memory_equal(i->pFunctionList, &v, sizeof(v));
	return i;
}

static void
test_arguments(void **state)
{
	CK_INTERFACE *i = NULL;
	CK_ULONG n = 3;

	(void)state;
	IS(C_GetFunctionList(NULL), CKR_ARGUMENTS_BAD);
	IS(C_GetInterfaceList(NULL, NULL), CKR_ARGUMENTS_BAD);
	IS(C_GetInterface(NULL, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
	IS(C_GetInterface((CK_UTF8CHAR_PTR) "pkcs 11", NULL, &i, 0),
	    CKR_ARGUMENTS_BAD);
	IS(C_GetInterface((CK_UTF8CHAR_PTR) "", NULL, &i, 0),
	    CKR_ARGUMENTS_BAD);
	assert_null(i);
	OK(C_GetInterfaceList(NULL, &n));
	assert_int_equal(n, 3);
}

/* Versions between and beside those that there are; flags that none has. */
static void
test_no_such_interface(void **state)
{
	static const CK_VERSION none[] = { { 0, 0 }, { 2, 0 }, { 2, 20 },
		{ 2, 41 }, { 3, 1 }, { 3, 3 }, { 40, 2 }, { 4, 0 } };
	CK_VERSION fits = { 3, 2 };
	CK_INTERFACE *i = NULL;

	(void)state;
	for (size_t k = 0; k < COUNT(none); k++) {
		CK_VERSION v = none[k];

		IS(C_GetInterface(std, &v, &i, 0), CKR_ARGUMENTS_BAD);
		IS(C_GetInterface(NULL, &v, &i, 0), CKR_ARGUMENTS_BAD);
	}
	IS(C_GetInterface(std, &fits, &i, CKF_INTERFACE_FORK_SAFE),
	    CKR_ARGUMENTS_BAD);
	IS(C_GetInterface(NULL, NULL, &i, CKF_INTERFACE_FORK_SAFE),
	    CKR_ARGUMENTS_BAD);
	IS(C_GetInterface(NULL, NULL, &i, 1UL << 20), CKR_ARGUMENTS_BAD);
	assert_null(i);
}

/* A name, a version or neither: the default is the newest. */
static void
test_defaults(void **state)
{
	const CK_INTERFACE *newest = interface(3, 2);
	CK_VERSION old = { 2, 40 };
	CK_INTERFACE *i = NULL;

	(void)state;
	OK(C_GetInterface(NULL, NULL, &i, 0));
	assert_ptr_equal(i, newest);
	OK(C_GetInterface(std, NULL, &i, 0));
	assert_ptr_equal(i, newest);
	OK(C_GetInterface(NULL, &old, &i, 0));
	assert_ptr_equal(i, interface(2, 40));
}

static void
test_list(void **state)
{
	CK_INTERFACE list[4] = { { NULL, NULL, 0 } };
	CK_ULONG n = 2;

	(void)state;
	IS(C_GetInterfaceList(list, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 3);
	assert_null(list[0].pInterfaceName);
	n = 0;
	IS(C_GetInterfaceList(list, &n), CKR_BUFFER_TOO_SMALL);
	n = 4;
	OK(C_GetInterfaceList(list, &n));
	assert_int_equal(n, 3);
	assert_ptr_equal(list[0].pFunctionList, interface(3, 2)->pFunctionList);
	assert_ptr_equal(list[1].pFunctionList, interface(3, 0)->pFunctionList);
	assert_ptr_equal(list[2].pFunctionList,
	    interface(2, 40)->pFunctionList);
	for (size_t i = 0; i < n; i++)
		assert_string_equal((const char *)list[i].pInterfaceName,
		    "PKCS 11");
	assert_null(list[3].pInterfaceName);
}

/* Every slot of a table filled. */
static void
assert_whole(const void *table, size_t entries, size_t want)
{
	const CK_FUNCTION_LIST *t = table;
	void *const *slot = (void *const *)(const void *)&t->C_Initialize;

	assert_int_equal(entries, want);
	for (size_t i = 0; i < entries; i++)
		if (slot[i] == NULL)
			fail_msg("entry %zu of %zu is NULL", i, entries);
}

static void
test_whole(void **state)
{
	(void)state;
	assert_whole(interface(2, 40)->pFunctionList,
	    ENTRIES(CK_FUNCTION_LIST), 68);
	assert_whole(interface(3, 0)->pFunctionList,
	    ENTRIES(CK_FUNCTION_LIST_3_0), 92);
	assert_whole(interface(3, 2)->pFunctionList,
	    ENTRIES(CK_FUNCTION_LIST_3_2), 104);
}

/*
 * Each name leads to its own function, in every table that has it.  One entry
 * is of the older tables alone: C_GetAttributeValue gives points as 3.0 did.
 */
static void
test_same_functions(void **state)
{
	CK_FUNCTION_LIST a = *(CK_FUNCTION_LIST *)
	    interface(2, 40)->pFunctionList;
	CK_FUNCTION_LIST_3_0 b = *(CK_FUNCTION_LIST_3_0 *)
	    interface(3, 0)->pFunctionList;
	const CK_FUNCTION_LIST_3_2 *c = interface(3, 2)->pFunctionList;
	size_t n = 0;

	(void)state;
	assert_ptr_equal(a.C_GetAttributeValue, b.C_GetAttributeValue);
	assert_ptr_not_equal(a.C_GetAttributeValue, C_GetAttributeValue);
	a.C_GetAttributeValue = b.C_GetAttributeValue = C_GetAttributeValue;
#define SAME(t, name) assert_true((t).name == name)
#define FN_2_40(name) SAME(a, name); SAME(b, name); SAME(*c, name); n++;
#define FN_3_0(name) SAME(b, name); SAME(*c, name); n++;
#define FN_3_2(name) SAME(*c, name); n++;
#define FN(version, name) FN_##version(name)
#include "api/functions.def"
	assert_int_equal(n, 104);
}

static void
test_function_list(void **state)
{
	CK_FUNCTION_LIST *list = NULL, *inner = NULL;

	(void)state;
	OK(C_GetFunctionList(&list));
	assert_ptr_equal(list, interface(2, 40)->pFunctionList);
	assert_int_equal(list->version.major, 2);
	assert_int_equal(list->version.minor, 40);
	OK(list->C_GetFunctionList(&inner));
	assert_ptr_equal(inner, list);
}

static bool
works_in_child(void *arg)
{
	CK_FUNCTION_LIST *list = NULL;
	CK_INTERFACE *i = NULL;
	CK_ULONG n = 0;
	CK_INFO info;

	return C_GetFunctionList(&list) == CKR_OK && list == arg &&
	    C_GetInterface(NULL, NULL, &i, 0) == CKR_OK && i != NULL &&
	    C_GetInterfaceList(NULL, &n) == CKR_OK && n == 3 &&
	    list->C_GetInfo(&info) == CKR_CRYPTOKI_NOT_INITIALIZED;
}

static void
test_before_initialize(void **state)
{
	CK_FUNCTION_LIST *list = NULL;

	(void)state;
	OK(C_GetFunctionList(&list));
	assert_true(works_in_child(list));
	assert_int_equal(kit_child(works_in_child, list), 0);
}

static void
test_forked(void **state)
{
	CK_FUNCTION_LIST *list = NULL;
	CK_SESSION_INFO info;

	(void)state;
	OK(C_GetFunctionList(&list));
	assert_int_equal(kit_child(works_in_child, list), 0);
	OK(C_GetSessionInfo(api.hs, &info));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_no_such_interface),
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_list),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_same_functions),
		cmocka_unit_test(test_function_list),
		cmocka_unit_test(test_before_initialize), CASE(test_forked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
