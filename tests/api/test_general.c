/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * General-purpose functions (3.2 section 5.4) and the two of parallel
 * management (5.21); C_Initialize's rules are in tests/session/test_library.c.
 */
#include "api/api_kit.h"

/* A field padded with blanks, without a NUL. */
static void
assert_field(const CK_UTF8CHAR *field, size_t size, const char *text)
{
	size_t n = strlen(text);

	assert_memory_equal(field, text, n);
	for (size_t i = n; i < size; i++)
		assert_int_equal(field[i], ' ');
}

static void
test_before(void **state)
{
	CK_INFO info;

	(void)state;
	IS(C_GetInfo(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
	IS(C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	IS(C_Finalize((CK_VOID_PTR) "x"), CKR_CRYPTOKI_NOT_INITIALIZED);
	IS(C_GetFunctionStatus(1), CKR_CRYPTOKI_NOT_INITIALIZED);
	IS(C_CancelFunction(1), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
test_info(void **state)
{
	unsigned major, minor;
	CK_INFO info;

	(void)state;
	IS(C_GetInfo(NULL), CKR_ARGUMENTS_BAD);
	memset(&info, 0xff, sizeof(info));
	OK(C_GetInfo(&info));
	assert_int_equal(info.cryptokiVersion.major, 3);
	assert_int_equal(info.cryptokiVersion.minor, 2);
	assert_field(info.manufacturerID, 32, "kluis");
	assert_int_equal(info.flags, 0);
	assert_field(info.libraryDescription, 32, "kluis cryptographic token");
	assert_true(sscanf(PACKAGE_VERSION, "%u.%u", &major, &minor) == 2);
	assert_int_equal(info.libraryVersion.major, major);
	assert_int_equal(info.libraryVersion.minor, minor);
}

static void
test_parallel(void **state)
{
	(void)state;
	IS(C_GetFunctionStatus(api.hs), CKR_FUNCTION_NOT_PARALLEL);
	IS(C_CancelFunction(api.hs), CKR_FUNCTION_NOT_PARALLEL);
}

static void
test_finalize(void **state)
{
	CK_SESSION_INFO info;
	CK_INFO about;

	(void)state;
	IS(C_Finalize((CK_VOID_PTR) "x"), CKR_ARGUMENTS_BAD);
	OK(C_GetSessionInfo(api.hs, &info));
	IS(C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	OK(C_Finalize(NULL));
	IS(C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	IS(C_GetInfo(&about), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
test_initialize_takes_arguments(void **state)
{
	CK_C_INITIALIZE_ARGS a = { .flags = CKF_OS_LOCKING_OK };
	CK_INFO info;

	(void)state;
	OK(C_Finalize(NULL));
	a.pReserved = (CK_VOID_PTR) "no pair";
	IS(C_Initialize(&a), CKR_ARGUMENTS_BAD);
	IS(C_GetInfo(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
	a.pReserved = NULL;
	OK(C_Initialize(&a));
	OK(C_GetInfo(&info));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_info),
		CASE(test_parallel), CASE(test_finalize),
		CASE(test_initialize_takes_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
