/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "change": C_SetAttributeValue, C_CopyObject, C_DestroyObject (4.1.2,
 * 4.1.3, 5.7.2, 5.7.3, 5.7.6).
 */
#include "suite.h"

#include <string.h>

static CK_OBJECT_HANDLE
aes(bool sensitive, bool extractable)
{
	struct tmpl t;

	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_b(&t, CKA_SENSITIVE, sensitive);
	t_b(&t, CKA_EXTRACTABLE, extractable);
	return obj_make(&t);
}

static CK_RV
copy_with(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, bool value,
    CK_OBJECT_HANDLE *out)
{
	struct tmpl t = { .n = 0 };

	t_b(&t, type, value);
	return kit.f->C_CopyObject(kit.s, h, t.a, t.n, out);
}

static void
set_and_read(const void *arg)
{
	CK_SESSION_HANDLE first = kit.s;
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_rsa_private(&t);
	t_b(&t, CKA_TOKEN, true);
	t_s(&t, CKA_LABEL, "before");
	h = obj_make(&t);
	NEED(attr_set(h, CKA_LABEL, "after it", 8));
	NEED(attr_set(h, CKA_ID, "\1\2\3", 3));
	NEED(attr_set(h, CKA_SUBJECT, "0", 1));
	NEED(attr_set_b(h, CKA_DECRYPT, false));
	NEED(attr_set(h, CKA_START_DATE, "20260101", 8));
	kit.s = kit_session(0);
	attr_is(h, CKA_LABEL, "after it", 8);
	attr_is(h, CKA_ID, "\1\2\3", 3);
	attr_is(h, CKA_SUBJECT, "0", 1);
	attr_is_b(h, CKA_DECRYPT, false);
	attr_is(h, CKA_START_DATE, "20260101", 8);
	kit.s = first;
	NEED(attr_set(h, CKA_LABEL, "", 0));
	attr_is(h, CKA_LABEL, "", 0);
}

/* The object under its new and old label, over a restart of the library. */
static void
set_is_kept(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_data(&t);
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, arg != NULL);
	h = obj_make(&t);
	NEED(attr_set(h, CKA_LABEL, "new", 3));
	NEED(kit.f->C_Finalize(NULL));
	NEED(kit_initialize());
	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot), "token gone");
	kit.s = kit_session(CKF_RW_SESSION);
	kit_login(kit.s, CKU_USER);
	CHECK(obj_find(kit.s, &t, &h, 1) == 0, "found under its old label");
	t_s(&t, CKA_LABEL, "new");
	REQUIRE(
	    obj_find(kit.s, &t, &h, 1) == 1, "not found under its new label");
	attr_is(h, CKA_VALUE, "some bytes", 10);
}

static void
read_only(const void *arg)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		size_t len;
	} rows[] = {
		{ CKA_CLASS, sizeof(CK_ULONG) },
		{ CKA_KEY_TYPE, sizeof(CK_ULONG) },
		{ CKA_TOKEN, 1 },
		{ CKA_PRIVATE, 1 },
		{ CKA_MODIFIABLE, 1 },
		{ CKA_LOCAL, 1 },
		{ CKA_KEY_GEN_MECHANISM, sizeof(CK_ULONG) },
		{ CKA_ALWAYS_SENSITIVE, 1 },
		{ CKA_NEVER_EXTRACTABLE, 1 },
		{ CKA_VALUE_LEN, sizeof(CK_ULONG) },
		{ CKA_VALUE, 16 },
		{ CKA_DESTROYABLE, 1 },
	};
	CK_OBJECT_HANDLE h = aes(false, true);
	CK_BYTE value[16] = { 1 };

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		CK_RV rv = attr_set(h, rows[i].type, value, rows[i].len);

		if (rows[i].type == CKA_DESTROYABLE && rv == CKR_OK)
			continue;
		CHECK(rv == CKR_ATTRIBUTE_READ_ONLY ||
			rv == CKR_TEMPLATE_INCONSISTENT,
		    "attribute 0x%lx: %s", rows[i].type, kit_rv_name(rv));
	}
	WANT(attr_set(h, 0x7fff1234UL, value, 1), CKR_ATTRIBUTE_TYPE_INVALID);
	WANT(attr_set(h, CKA_MODULUS, value, 1), CKR_ATTRIBUTE_TYPE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_READ_ONLY);
	WANT(attr_set(h, CKA_SIGN, value, 4), CKR_ATTRIBUTE_VALUE_INVALID);
	WANT(kit.f->C_SetAttributeValue(kit.s, h, NULL, 1), CKR_ARGUMENTS_BAD);
	WANT(attr_set(0, CKA_LABEL, "x", 1), CKR_OBJECT_HANDLE_INVALID);
	attr_is(h, CKA_VALUE, "0123456789abcdef", 16);
}

static void
atomic(const void *arg)
{
	static CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE a[] = { { CKA_LABEL, (void *)(uintptr_t) "new", 3 },
		{ CKA_LOCAL, &yes, 1 } };
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_s(&t, CKA_LABEL, "old");
	t_b(&t, CKA_TOKEN, arg != NULL);
	h = obj_make(&t);
	WANT(kit.f->C_SetAttributeValue(kit.s, h, a, 2),
	    CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT);
	attr_is(h, CKA_LABEL, "old", 3);
}

static void
latches(const void *arg)
{
	CK_OBJECT_HANDLE h = aes(false, true), copy;

	(void)arg;
	WANT(attr_set_b(h, CKA_SENSITIVE, false), CKR_OK);
	WANT(attr_set_b(h, CKA_EXTRACTABLE, true), CKR_OK);
	WANT(attr_set_b(h, CKA_WRAP_WITH_TRUSTED, false), CKR_OK);
	NEED(attr_set_b(h, CKA_SENSITIVE, true));
	WANT(attr_set_b(h, CKA_SENSITIVE, false), CKR_ATTRIBUTE_READ_ONLY);
	WANT(attr_set_b(h, CKA_SENSITIVE, true), CKR_ATTRIBUTE_READ_ONLY);
	NEED(attr_set_b(h, CKA_EXTRACTABLE, false));
	WANT(attr_set_b(h, CKA_EXTRACTABLE, true), CKR_ATTRIBUTE_READ_ONLY);
	WANT(attr_set_b(h, CKA_EXTRACTABLE, false), CKR_ATTRIBUTE_READ_ONLY);
	NEED(attr_set_b(h, CKA_WRAP_WITH_TRUSTED, true));
	WANT(attr_set_b(h, CKA_WRAP_WITH_TRUSTED, false),
	    CKR_ATTRIBUTE_READ_ONLY);
	WANT(copy_with(h, CKA_SENSITIVE, false, &copy), CKR_ATTRIBUTE_READ_ONLY,
	    CKR_TEMPLATE_INCONSISTENT);
	WANT(copy_with(h, CKA_EXTRACTABLE, true, &copy),
	    CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT);
	WANT(copy_with(h, CKA_WRAP_WITH_TRUSTED, false, &copy),
	    CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT);
	attr_is_b(h, CKA_SENSITIVE, true);
	attr_is_b(h, CKA_EXTRACTABLE, false);
	attr_is_b(h, CKA_ALWAYS_SENSITIVE, false);
	attr_is_b(h, CKA_NEVER_EXTRACTABLE, false);
}

static void
prohibited(const void *arg)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
	} rows[] = { { CKA_MODIFIABLE }, { CKA_COPYABLE },
		{ CKA_DESTROYABLE } };
	CK_OBJECT_HANDLE copy;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		CK_OBJECT_HANDLE h;
		struct tmpl t;

		tmpl_data(&t);
		t_b(&t, rows[i].type, false);
		h = obj_make(&t);
		attr_is_b(h, rows[i].type, false);
		WANT(attr_set(h, CKA_LABEL, "x", 1),
		    i == 0 ? CKR_ACTION_PROHIBITED : CKR_OK);
		WANT(kit.f->C_CopyObject(kit.s, h, NULL, 0, &copy),
		    i == 1 ? CKR_ACTION_PROHIBITED : CKR_OK);
		WANT(attr_set_b(h, CKA_COPYABLE, true),
		    i == 0     ? CKR_ACTION_PROHIBITED :
			i == 1 ? CKR_ATTRIBUTE_READ_ONLY :
				 CKR_OK,
		    CKR_ATTRIBUTE_READ_ONLY);
		WANT(kit.f->C_DestroyObject(kit.s, h),
		    i == 2 ? CKR_ACTION_PROHIBITED : CKR_OK);
	}
}

static void
copy_rules(const void *arg)
{
	CK_OBJECT_HANDLE h, copy;
	struct tmpl t, c = { .n = 0 };

	(void)arg;
	tmpl_data(&t);
	h = obj_make(&t);
	WANT(kit.f->C_CopyObject(kit.s, h, NULL, 1, &copy), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_CopyObject(kit.s, h, t.a, 1, NULL), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_CopyObject(kit.s, 0, NULL, 0, &copy),
	    CKR_OBJECT_HANDLE_INVALID);
	NEED(kit.f->C_CopyObject(kit.s, h, NULL, 0, &copy));
	CHECK(copy != h, "the copy has the original's handle");
	attr_is(copy, CKA_VALUE, "some bytes", 10);
	t_s(&c, CKA_LABEL, "a copy");
	t_b(&c, CKA_TOKEN, true);
	t_b(&c, CKA_MODIFIABLE, false);
	NEED(kit.f->C_CopyObject(kit.s, h, c.a, c.n, &copy));
	attr_is(copy, CKA_LABEL, "a copy", 6);
	attr_is_b(copy, CKA_TOKEN, true);
	attr_is_b(copy, CKA_MODIFIABLE, false);
	attr_is(h, CKA_LABEL, "a data object", 13);
	attr_is_b(h, CKA_TOKEN, false);
	NEED(kit.f->C_DestroyObject(kit.s, h));
	attr_is(copy, CKA_VALUE, "some bytes", 10);
	c.n = 0;
	t_u(&c, CKA_CLASS, CKO_DATA);
	WANT(kit.f->C_CopyObject(kit.s, copy, c.a, c.n, &h),
	    CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT);
	c.n = 0;
	t_s(&c, 0x7fff1234UL, "x");
	WANT(kit.f->C_CopyObject(kit.s, copy, c.a, c.n, &h),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	c.n = 0;
	t_s(&c, CKA_OBJECT_ID, "x");
	WANT(kit.f->C_CopyObject(kit.s, copy, c.a, c.n, &h),
	    CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT, CKR_OK);
}

static void
copy_keys(const void *arg)
{
	CK_OBJECT_HANDLE h = aes(false, true), copy, again;

	(void)arg;
	NEED(copy_with(h, CKA_SENSITIVE, true, &copy));
	attr_is_b(copy, CKA_SENSITIVE, true);
	attr_is_b(copy, CKA_ALWAYS_SENSITIVE, false);
	WANT(attr_rv(copy, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	NEED(copy_with(h, CKA_EXTRACTABLE, false, &copy));
	attr_is_b(copy, CKA_EXTRACTABLE, false);
	attr_is_b(copy, CKA_NEVER_EXTRACTABLE, false);
	NEED(copy_with(h, CKA_TOKEN, true, &copy));
	attr_is(copy, CKA_VALUE, "0123456789abcdef", 16);
	attr_is_b(copy, CKA_LOCAL, false);
	/* NSS takes a copy of a copy with an empty template. */
	NEED(copy_with(copy, CKA_TOKEN, false, &again));
	NEED(kit.f->C_CopyObject(kit.s, again, NULL, 0, &copy));
	attr_is(copy, CKA_VALUE, "0123456789abcdef", 16);
}

/* A key made here stays LOCAL in its copy, with its history. */
static void
copy_history(const void *arg)
{
	CK_MECHANISM m = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_OBJECT_HANDLE h, copy;
	struct tmpl t = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_AES_KEY_GEN, CKF_GENERATE);
	t_u(&t, CKA_VALUE_LEN, 16);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, false);
	NEED(kit.f->C_GenerateKey(kit.s, &m, t.a, t.n, &h));
	NEED(kit.f->C_CopyObject(kit.s, h, NULL, 0, &copy));
	attr_is_b(copy, CKA_LOCAL, true);
	attr_is_u(copy, CKA_KEY_GEN_MECHANISM, CKM_AES_KEY_GEN);
	attr_is_b(copy, CKA_ALWAYS_SENSITIVE, true);
	attr_is_b(copy, CKA_NEVER_EXTRACTABLE, true);
}

static void
copy_to_public(const void *arg)
{
	CK_OBJECT_HANDLE h, copy;
	struct tmpl t;

	(void)arg;
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_PRIVATE, true);
	h = obj_make(&t);
	WANT(copy_with(h, CKA_PRIVATE, false, &copy), CKR_TEMPLATE_INCONSISTENT,
	    CKR_ATTRIBUTE_READ_ONLY);
	tmpl_data(&t);
	t_b(&t, CKA_PRIVATE, false);
	h = obj_make(&t);
	WANT(copy_with(h, CKA_PRIVATE, true, &copy), CKR_OK);
	attr_is_b(copy, CKA_PRIVATE, true);
	attr_is(copy, CKA_VALUE, "some bytes", 10);
}

static void
destroy(const void *arg)
{
	CK_SESSION_HANDLE other = kit_session(CKF_RW_SESSION);
	CK_OBJECT_HANDLE h, last = 0;
	struct tmpl t;

	(void)arg;
	for (int i = 0; i < 40; i++) {
		tmpl_data(&t);
		t_b(&t, CKA_TOKEN, i % 2 != 0);
		h = obj_make(&t);
		CHECK(h != last, "a handle is used again");
		last = h;
		NEED(kit.f->C_DestroyObject(i % 4 < 2 ? kit.s : other, h));
		WANT(kit.f->C_DestroyObject(kit.s, h),
		    CKR_OBJECT_HANDLE_INVALID);
		CHECK(obj_find(other, &t, &h, 1) == 0,
		    "found after it was destroyed");
	}
	WANT(kit.f->C_DestroyObject(kit.s, 0), CKR_OBJECT_HANDLE_INVALID);
	WANT(kit.f->C_DestroyObject(kit.s, (CK_OBJECT_HANDLE)-1),
	    CKR_OBJECT_HANDLE_INVALID);
}

/*
 * A key that goes while it is used: the operation may end well or not, the
 * process may not.
 */
static void
destroy_in_use(const void *arg)
{
	CK_BYTE iv[16] = { 0 }, buf[32] = { 0 };
	CK_MECHANISM m = { CKM_AES_CBC, iv, sizeof(iv) };
	CK_SESSION_HANDLE other = kit_session(CKF_RW_SESSION);
	CK_ULONG n = sizeof(buf);
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_b(&t, CKA_TOKEN, true);
	h = obj_make(&t);
	NEED(kit.f->C_EncryptInit(kit.s, &m, h));
	NEED(kit.f->C_DestroyObject(other, h));
	WANT(kit.f->C_EncryptUpdate(kit.s, buf, 16, buf, &n), CKR_OK,
	    CKR_OPERATION_NOT_INITIALIZED, CKR_KEY_HANDLE_INVALID,
	    CKR_FUNCTION_FAILED);
	(void)kit.f->C_EncryptFinal(kit.s, buf, &n);
	WANT(kit.f->C_EncryptInit(kit.s, &m, h), CKR_KEY_HANDLE_INVALID);
}

static void
trusted(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_rsa_public(&t);
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, false);
	h = obj_make(&t);
	WANT(attr_set_b(h, CKA_TRUSTED, true), CKR_ATTRIBUTE_READ_ONLY,
	    CKR_USER_NOT_LOGGED_IN, CKR_TEMPLATE_INCONSISTENT);
	t_b(&t, CKA_TRUSTED, true);
	WANT(obj_try(&t, &h), CKR_ATTRIBUTE_READ_ONLY, CKR_USER_NOT_LOGGED_IN,
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID);
	NEED(kit.f->C_Logout(kit.s));
	kit_login(kit.s, CKU_SO);
	t_drop(&t, CKA_TRUSTED);
	REQUIRE(obj_find(kit.s, &t, &h, 1) == 1, "the public key is not found");
	WANT(attr_set_b(h, CKA_TRUSTED, true), CKR_OK);
	attr_is_b(h, CKA_TRUSTED, true);
}

/* A data object's value may be changed (clients do). */
static void
data_value(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_data(&t);
	h = obj_make(&t);
	if (kit.profile == PROFILE_KLUIS)
		NEED(attr_set(h, CKA_VALUE, "other", 5));
	else if (!WANT(attr_set(h, CKA_VALUE, "other", 5), CKR_OK,
		     CKR_ATTRIBUTE_READ_ONLY) ||
	    attr_set(h, CKA_VALUE, "other", 5) != CKR_OK)
		kit_skip("the token does not change a data object's value");
	attr_is(h, CKA_VALUE, "other", 5);
}

static const struct kit_case cases[] = {
	{ "change/set-and-read", "5.7.6", AT_USER, set_and_read, NULL, 0 },
	{ "change/set-is-kept-public", "5.7.6", AT_USER, set_is_kept, NULL, 0 },
	{ "change/set-is-kept-private", "5.7.6", AT_USER, set_is_kept,
	    "private", 0 },
	{ "change/read-only", "4.1.2", AT_USER, read_only, NULL, 0 },
	{ "change/atomic-session", "4.1.2", AT_USER, atomic, NULL, 0 },
	{ "change/atomic-token", "4.1.2", AT_USER, atomic, "token", 0 },
	{ "change/latches", "4.10, 4.11", AT_USER, latches, NULL, 0 },
	{ "change/prohibited", "4.4", AT_USER, prohibited, NULL, 0 },
	{ "change/copy-rules", "4.1.3", AT_USER, copy_rules, NULL, 0 },
	{ "change/copy-keys", "5.7.2", AT_USER, copy_keys, NULL, 0 },
	{ "change/copy-history", "5.7.2", AT_USER, copy_history, NULL, 0 },
	{ "change/copy-to-public", "4.1.3", AT_USER, copy_to_public, NULL, 0 },
	{ "change/destroy", "5.7.3", AT_USER, destroy, NULL, 0 },
	{ "change/destroy-in-use", "5.7.3", AT_USER, destroy_in_use, NULL, 0 },
	{ "change/trusted", "4.9", AT_USER, trusted, NULL, 0 },
	{ "change/data-value", "4.5", AT_USER, data_value, NULL, 0 },
};

void
change_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
