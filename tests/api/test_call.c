/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard's trace: with KLUIS_LOG=debug one line per call, with function,
 * handles, mechanism, lengths and the code's name; never a PIN, a value or a
 * label (design section 10).  And what the guard answers by itself.
 */
#include "api/api_kit.h"

#define PIN "sesam-4711"
#define LABEL "label-of-a-private-object"
#define VALUE "value-of-a-key-0"	/* 16 bytes, an AES key */
#define DATA "data-to-encrypt!"

static char *log_path;

static int
traced(void **state)
{
	char *setting = NULL;

	assert_true(asprintf(&log_path, "%s/kluis-trace.%ld",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp",
	    (long)getpid()) > 0);
	assert_true(asprintf(&setting, "debug:file:%s", log_path) > 0);
	(void)unlink(log_path);		/* there is none as a rule */
	assert_int_equal(setenv("KLUIS_LOG", setting, 1), 0);
	free(setting);
	return api_new(state);
}

static int
untraced(void **state)
{
	int rv = kit_token_free(state);

	assert_int_equal(unsetenv("KLUIS_LOG"), 0);
	(void)unlink(log_path);
	free(log_path);
	return rv;
}

/* What is logged from here on. */
static void
mark(void)
{
	kit_write(log_path, "", 0);
}

/* How many lines of the log hold the text. */
static unsigned
lines(const char *text)
{
	char *all = kit_read(log_path), *rest = NULL;
	unsigned n = 0;

	for (char *l = strtok_r(all, "\n", &rest); l != NULL;
	    l = strtok_r(NULL, "\n", &rest))
		n += strstr(l, text) != NULL;
	free(all);
	return n;
}

/* The log has one line that ends so. */
static void __attribute__((format(printf, 1, 2)))
assert_line(const char *fmt, ...)
{
	char want[200];
	va_list ap;
	size_t n;
	char *all;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(want, sizeof(want) - 1, fmt, ap);
	va_end(ap);
	assert_true(n < sizeof(want) - 1);
	want[n] = '\n';
	want[n + 1] = '\0';
	all = kit_read(log_path);
	if (strstr(all, want) == NULL)
		fail_msg("no line \"%s\" in\n%s", want, all);
	free(all);
	want[n] = '\0';
	assert_int_equal(lines(want), 1);
}

static void
test_one_line_per_call(void **state)
{
	CK_SESSION_INFO info;

	(void)state;
	mark();
	OK(C_GetSessionInfo(api.hs, &info));
	OK(C_GetSessionInfo(api.hs, &info));
	assert_int_equal(lines(""), 2);
	assert_int_equal(lines("C_GetSessionInfo"), 2);
	assert_int_equal(lines("= CKR_OK"), 2);
}

static void
test_failures(void **state)
{
	CK_MECHANISM none = { 0x7ffffff0, NULL, 0 };
	CK_SLOT_INFO info;

	(void)state;
	mark();
	(void)C_GetSlotInfo(77, &info);
	(void)C_CloseSession(NOWHERE);
	(void)C_DigestInit(api.hs, &none);
	(void)C_DigestInit(api.hs, NULL);
	(void)C_SignInit(NOWHERE, &none, 5);
	assert_line("C_GetSlotInfo slot=77 = CKR_SLOT_ID_INVALID");
	assert_line("C_CloseSession session=%lu = CKR_SESSION_HANDLE_INVALID",
	    NOWHERE);
	assert_line("C_DigestInit session=%lu mechanism=CKM_?/0 = "
	    "CKR_MECHANISM_INVALID", api.hs);
	assert_line("C_DigestInit session=%lu mechanism=NULL = CKR_OK",
	    api.hs);
	assert_line("C_SignInit session=%lu mechanism=CKM_?/0 key=5 = "
	    "CKR_SESSION_HANDLE_INVALID", NOWHERE);
}

static void
test_operation(void **state)
{
	CK_OBJECT_HANDLE key = kit_aes(api.hs, CK_FALSE);
	CK_BYTE iv[16] = { 0 }, out[32];
	CK_MECHANISM cbc = { CKM_AES_CBC_PAD, iv, sizeof(iv) };
	CK_ULONG n = sizeof(out);

	(void)state;
	mark();
	OK(C_EncryptInit(api.hs, &cbc, key));
	OK(C_EncryptUpdate(api.hs, (CK_BYTE_PTR)DATA, 13, out, &n));
	n = sizeof(out);
	OK(C_EncryptFinal(api.hs, out, &n));
	OK(C_GenerateRandom(api.hs, out, 21));
	assert_line("C_EncryptInit session=%lu mechanism=CKM_AES_CBC_PAD/16 "
	    "key=%lu = CKR_OK", api.hs, key);
	assert_line("C_EncryptUpdate session=%lu part=13 = CKR_OK", api.hs);
	assert_line("C_EncryptFinal session=%lu = CKR_OK", api.hs);
	assert_line("C_GenerateRandom session=%lu bytes=21 = CKR_OK", api.hs);
	assert_int_equal(lines(""), 4);
}

/* What a call made is told, and what it was given: handles and counts. */
static void
test_made(void **state)
{
	CK_BYTE wrapped[40];
	CK_MECHANISM kw = { CKM_AES_KEY_WRAP, NULL, 0 };
	CK_OBJECT_HANDLE a = api_secret(CKK_AES, AES_KEY), b;
	CK_ULONG n = sizeof(wrapped);
	CK_ATTRIBUTE t[] = { ON(CKA_EXTRACTABLE), OFF(CKA_SENSITIVE) };

	(void)state;
	mark();
	OK(C_CopyObject(api.hs, a, t, 1, &b));
	OK(C_WrapKey(api.hs, &kw, a, b, wrapped, &n));
	OK(C_DestroyObject(api.hs, b));
	assert_line("C_CopyObject session=%lu object=%lu attributes=1 "
	    "made=%lu = CKR_OK", api.hs, a, b);
	assert_line("C_WrapKey session=%lu mechanism=CKM_AES_KEY_WRAP/0 "
	    "wrapper=%lu key=%lu = CKR_OK", api.hs, a, b);
	assert_line("C_DestroyObject session=%lu object=%lu = CKR_OK", api.hs,
	    b);
}

/* A whole life with PINs, labels, values and data: none is in the log. */
static void
test_no_secrets(void **state)
{
	static const char *const secrets[] = { PIN, LABEL, VALUE, DATA,
		"so-pin", "user-pin", "76616c75652d6f66", "value-of",
		"73657361", "label-of" };
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, class), A(CKA_KEY_TYPE, type),
		ON(CKA_TOKEN), { CKA_VALUE, (void *)(uintptr_t)VALUE, 16 },
		{ CKA_LABEL, (void *)(uintptr_t)LABEL, sizeof(LABEL) - 1 } };
	CK_BYTE out[64];
	CK_ULONG n = sizeof(out);
	CK_OBJECT_HANDLE key;

	(void)state;
	key = api_create(t, COUNT(t));
	assert_int_equal(api_count(t + 4, 1), 1);
	OK(C_SetAttributeValue(api.hs, key, t + 4, 1));
	IS(C_SetAttributeValue(api.hs, key, t + 3, 1), CKR_ATTRIBUTE_READ_ONLY);
	IS(C_CreateObject(api.hs, t + 1, 4, &key), CKR_TEMPLATE_INCOMPLETE);
	OK(C_EncryptInit(api.hs, &ecb, key));
	OK(C_Encrypt(api.hs, (CK_BYTE_PTR)DATA, 16, out, &n));
	OK(C_SeedRandom(api.hs, (CK_BYTE_PTR)DATA, 16));
	OK(C_SetPIN(api.hs, KIT_USER, KIT_USER_LEN, (CK_UTF8CHAR_PTR)PIN, 10));
	OK(C_Logout(api.hs));
	IS(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN),
	    CKR_PIN_INCORRECT);
	OK(C_LoginUser(api.hs, CKU_USER, (CK_UTF8CHAR_PTR)PIN, 10, NULL, 0));
	assert_true(lines("C_") > 15);
	for (size_t i = 0; i < COUNT(secrets); i++)
		if (lines(secrets[i]) != 0)
			fail_msg("the log holds \"%s\"", secrets[i]);
}

/* A note longer than its room is cut, not spilled. */
static void
test_long_note(void **state)
{
	CK_MECHANISM m = { CKM_AES_CBC_PAD, NULL, ~0UL };
	CK_ULONG n = 0;
	CK_OBJECT_HANDLE made;

	(void)state;
	mark();
	IS(C_UnwrapKey(~0UL, &m, ~0UL, (CK_BYTE_PTR)DATA, ~0UL, NULL, ~0UL,
	    &made), CKR_SESSION_HANDLE_INVALID);
	IS(C_WrapKey(~0UL, &m, ~0UL, ~0UL, NULL, &n),
	    CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(lines("C_UnwrapKey session=18446744073709551615 "), 1);
	assert_int_equal(lines(" = CKR_SESSION_HANDLE_INVALID"), 2);
}

static bool
refused_in_child(void *arg)
{
	CK_SESSION_INFO info;
	CK_ULONG n;

	(void)arg;
	return C_GetSessionInfo(api.hs, &info) ==
	    CKR_CRYPTOKI_NOT_INITIALIZED &&
	    C_GetSlotList(CK_FALSE, NULL, &n) == CKR_CRYPTOKI_NOT_INITIALIZED &&
	    C_CloseSession(api.hs) == CKR_CRYPTOKI_NOT_INITIALIZED;
}

static void
test_guard(void **state)
{
	CK_SESSION_INFO info;

	(void)state;
	IS(C_GetSessionInfo(0, &info), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(kit_child(refused_in_child, NULL), 0);
	OK(C_GetSessionInfo(api.hs, &info));
	OK(C_Finalize(NULL));
	assert_true(refused_in_child(NULL));
	/* The handle of before is none now. */
	OK(C_Initialize(NULL));
	IS(C_GetSessionInfo(api.hs, &info), CKR_SESSION_HANDLE_INVALID);
}

#define TRACED(f) cmocka_unit_test_setup_teardown(f, traced, untraced)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRACED(test_one_line_per_call), TRACED(test_failures),
		TRACED(test_operation), TRACED(test_made),
		TRACED(test_no_secrets), TRACED(test_long_note),
		CASE(test_guard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
