/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions that stand in the tables and do nothing yet: each says so, after
 * CKR_CRYPTOKI_NOT_INITIALIZED where that applies, whatever it is given; and
 * src/api/README lists these and no others.
 */
#include "api/api_kit.h"

#include <ctype.h>

#define UNSUPPORTED(X) \
	X(C_MessageEncryptInit, NULL, 0) \
	X(C_EncryptMessage, NULL, 0, NULL, 0, NULL, 0, NULL, NULL) \
	X(C_EncryptMessageBegin, NULL, 0, NULL, 0) \
	X(C_EncryptMessageNext, NULL, 0, NULL, 0, NULL, NULL, 0) \
	X(C_MessageEncryptFinal) \
	X(C_MessageDecryptInit, NULL, 0) \
	X(C_DecryptMessage, NULL, 0, NULL, 0, NULL, 0, NULL, NULL) \
	X(C_DecryptMessageBegin, NULL, 0, NULL, 0) \
	X(C_DecryptMessageNext, NULL, 0, NULL, 0, NULL, NULL, 0) \
	X(C_MessageDecryptFinal) \
	X(C_WrapKeyAuthenticated, NULL, 0, 0, NULL, 0, NULL, NULL) \
	X(C_UnwrapKeyAuthenticated, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL)

#define X(name, ...) \
	static CK_RV \
	call_##name(CK_SESSION_HANDLE hs) \
	{ \
		return name(hs, ##__VA_ARGS__); \
	}
UNSUPPORTED(X)
#undef X

#define X(name, ...) { #name, call_##name },
static const struct {
	const char *name;
	CK_RV (*call)(CK_SESSION_HANDLE hs);
} functions[] = { UNSUPPORTED(X) };
#undef X

static void
all_give(CK_SESSION_HANDLE hs, CK_RV want)
{
	for (size_t i = 0; i < COUNT(functions); i++) {
		CK_RV rv = functions[i].call(hs);

		if (rv != want)
			fail_msg("%s = 0x%lx", functions[i].name, rv);
	}
}

static void
test_before(void **state)
{
	(void)state;
	assert_int_equal(COUNT(functions), 12);
	all_give(0, CKR_CRYPTOKI_NOT_INITIALIZED);
	all_give(1, CKR_CRYPTOKI_NOT_INITIALIZED);
}

static bool
refused_in_child(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < COUNT(functions); i++)
		if (functions[i].call(api.hs) != CKR_CRYPTOKI_NOT_INITIALIZED)
			return false;
	return true;
}

static void
test_forked(void **state)
{
	(void)state;
	assert_int_equal(kit_child(refused_in_child, NULL), 0);
}

/* With a session and without one; what the session does goes on. */
static void
test_unsupported(void **state)
{
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_BYTE out[32];
	CK_ULONG n = sizeof(out);

	(void)state;
	OK(C_DigestInit(api.hs, &sha));
	OK(C_DigestUpdate(api.hs, (CK_BYTE_PTR) "abc", 3));
	all_give(api.hs, CKR_FUNCTION_NOT_SUPPORTED);
	all_give(NOWHERE, CKR_FUNCTION_NOT_SUPPORTED);
	OK(C_DigestFinal(api.hs, out, &n));
	assert_hex(out, n, ABC_SHA256);
}

/* --------------------------------------------------------- the same list */

static char *
source(const char *name)
{
	const char *top = getenv("KLUIS_SRCDIR");
	char *path, *text;

	assert_non_null(top);
	path = kit_path(top, name);
	text = kit_read(path);
	if (text[0] == '\0')
		fail_msg("%s cannot be read", path);
	free(path);
	return text;
}

/* How often the name of a function stands in the text, as a whole word. */
static unsigned
mentions(const char *text, const char *name)
{
	size_t n = strlen(name);
	unsigned found = 0;

	for (const char *p = text; (p = strstr(p, name)) != NULL; p += n)
		found += !isalnum((unsigned char)p[n]) &&
		    (p == text || !isalnum((unsigned char)p[-1]));
	return found;
}

static void
test_readme(void **state)
{
	char *text = source("src/api/README");
	const char *list = strstr(text, "what it will do");
	unsigned names = 0;

	(void)state;
	assert_non_null(list);
	assert_non_null(strstr(text, "92 functions work. The other 12 stand"));
	for (size_t i = 0; i < COUNT(functions); i++)
		if (mentions(list, functions[i].name) != 1)
			fail_msg("src/api/README: %s", functions[i].name);
	for (const char *p = list; (p = strstr(p, "C_")) != NULL; p += 2)
		names++;
	assert_int_equal(names, COUNT(functions));
	free(text);
}

/* unsupported.c defines these functions and no others. */
static void
test_source(void **state)
{
	char *text = source("src/api/unsupported.c");
	unsigned names = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(functions); i++)
		if (mentions(text, functions[i].name) != 1)
			fail_msg("unsupported.c: %s", functions[i].name);
	for (const char *p = text; (p = strstr(p, "\nC_")) != NULL; p += 2)
		names++;
	assert_int_equal(names, COUNT(functions));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before), CASE(test_forked),
		CASE(test_unsupported), cmocka_unit_test(test_readme),
		cmocka_unit_test(test_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
