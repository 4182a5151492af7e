/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "attribute": C_GetAttributeValue and C_GetObjectSize (5.7.4, 5.7.5).
 */
#include "suite.h"

#include <string.h>

#define GONE CK_UNAVAILABLE_INFORMATION

static CK_OBJECT_HANDLE
hidden_aes(void)
{
	struct tmpl t;

	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_b(&t, CKA_SENSITIVE, true);
	t_s(&t, CKA_LABEL, "hidden");
	return obj_make(&t);
}

static void
one_by_one(const void *arg)
{
	CK_BYTE buf[64];
	CK_ATTRIBUTE a = { CKA_LABEL, NULL, 7 };
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_data(&t);
	h = obj_make(&t);
	NEED(kit.f->C_GetAttributeValue(kit.s, h, &a, 1));
	CHECK(a.ulValueLen == 13, "length query: %lu", a.ulValueLen);
	memset(buf, 0xa5, sizeof(buf));
	a.pValue = buf;
	a.ulValueLen = 12;
	WANT(kit.f->C_GetAttributeValue(kit.s, h, &a, 1), CKR_BUFFER_TOO_SMALL);
	CHECK(a.ulValueLen == GONE, "short buffer: length %lu", a.ulValueLen);
	CHECK(buf[0] == 0xa5, "short buffer was written");
	a.ulValueLen = sizeof(buf);
	NEED(kit.f->C_GetAttributeValue(kit.s, h, &a, 1));
	CHECK(a.ulValueLen == 13 && memcmp(buf, "a data object", 13) == 0 &&
		buf[13] == 0xa5,
	    "long buffer");
	a.ulValueLen = 13;
	WANT(kit.f->C_GetAttributeValue(kit.s, h, &a, 1), CKR_OK);
	WANT(kit.f->C_GetAttributeValue(kit.s, h, NULL, 1), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_GetAttributeValue(kit.s, h, &a, 0), CKR_OK,
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_GetAttributeValue(kit.s, 0, &a, 1),
	    CKR_OBJECT_HANDLE_INVALID);
	WANT(kit.f->C_GetAttributeValue(kit.s, (CK_OBJECT_HANDLE)-1, &a, 1),
	    CKR_OBJECT_HANDLE_INVALID);
	WANT(kit.f->C_GetAttributeValue(kit.s, h + 1000, &a, 1),
	    CKR_OBJECT_HANDLE_INVALID);
	NEED(kit.f->C_DestroyObject(kit.s, h));
	a.ulValueLen = sizeof(buf);
	WANT(kit.f->C_GetAttributeValue(kit.s, h, &a, 1),
	    CKR_OBJECT_HANDLE_INVALID);
}

/*
 * Good, unknown, sensitive and short in one call: each entry is served, then
 * the error comes.
 */
static void
mixed(const void *arg)
{
	CK_BYTE label[20], value[20], unknown[20], tiny[2];
	CK_OBJECT_CLASS class = 0;
	CK_BBOOL token = 7;
	CK_ATTRIBUTE a[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_VALUE, value, sizeof(value) },
		{ CKA_MODULUS, unknown, sizeof(unknown) },
		{ CKA_LABEL, label, sizeof(label) },
		{ CKA_LABEL, tiny, sizeof(tiny) },
		{ 0x7fff1234UL, unknown, sizeof(unknown) },
		{ CKA_TOKEN, &token, sizeof(token) },
		{ CKA_LABEL, NULL, 0 },
	};

	(void)arg;
	WANT(kit.f->C_GetAttributeValue(kit.s, hidden_aes(), a, KIT_COUNT(a)),
	    CKR_ATTRIBUTE_SENSITIVE, CKR_ATTRIBUTE_TYPE_INVALID,
	    CKR_BUFFER_TOO_SMALL);
	CHECK(a[0].ulValueLen == sizeof(class) && class == CKO_SECRET_KEY,
	    "CLASS: %lu", a[0].ulValueLen);
	CHECK(a[1].ulValueLen == GONE, "sensitive VALUE: %lu", a[1].ulValueLen);
	CHECK(a[2].ulValueLen == GONE, "MODULUS: %lu", a[2].ulValueLen);
	CHECK(a[3].ulValueLen == 6 && memcmp(label, "hidden", 6) == 0,
	    "LABEL: %lu", a[3].ulValueLen);
	CHECK(a[4].ulValueLen == GONE, "short LABEL: %lu", a[4].ulValueLen);
	CHECK(
	    a[5].ulValueLen == GONE, "unknown attribute: %lu", a[5].ulValueLen);
	CHECK(a[6].ulValueLen == 1 && token == CK_FALSE, "TOKEN: %lu",
	    a[6].ulValueLen);
	CHECK(a[7].ulValueLen == 6, "LABEL's length: %lu", a[7].ulValueLen);
}

static void
sensitive(const void *arg)
{
	static const CK_ATTRIBUTE_TYPE of_rsa[] = { CKA_PRIVATE_EXPONENT,
		CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1, CKA_EXPONENT_2,
		CKA_COEFFICIENT };
	CK_OBJECT_HANDLE h[3];
	struct tmpl t;

	(void)arg;
	for (int i = 0; i < 3; i++) {
		bool hide = i != 1, extract = i == 0;

		tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
		t_b(&t, CKA_SENSITIVE, hide);
		t_b(&t, CKA_EXTRACTABLE, extract);
		h[0] = obj_make(&t);
		tmpl_rsa_private(&t);
		t_b(&t, CKA_SENSITIVE, hide);
		t_b(&t, CKA_EXTRACTABLE, extract);
		h[1] = obj_make(&t);
		tmpl_ec_private(&t);
		t_b(&t, CKA_SENSITIVE, hide);
		t_b(&t, CKA_EXTRACTABLE, extract);
		h[2] = obj_make(&t);
		for (size_t k = 0; k < KIT_COUNT(of_rsa); k++)
			WANT(attr_rv(h[1], of_rsa[k]), CKR_ATTRIBUTE_SENSITIVE);
		for (int k = 0; k < 3; k += 2) {
			CK_ATTRIBUTE q = { CKA_VALUE, NULL, 0 };

			WANT(attr_rv(h[k], CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
			WANT(kit.f->C_GetAttributeValue(kit.s, h[k], &q, 1),
			    CKR_ATTRIBUTE_SENSITIVE);
			CHECK(q.ulValueLen == GONE,
			    "length of a sensitive value: %lu", q.ulValueLen);
		}
		WANT(attr_rv(h[0], CKA_VALUE_LEN), CKR_OK);
		WANT(attr_rv(h[1], CKA_MODULUS), CKR_OK);
		WANT(attr_rv(h[1], CKA_PUBLIC_EXPONENT), CKR_OK);
		WANT(attr_rv(h[2], CKA_EC_PARAMS), CKR_OK);
	}
}

/*
 * What clients read of every object: there or not, but never a general error.
 */
static void
on_every_class(const void *arg)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_UNWRAP, CKA_WRAP,
		CKA_SENSITIVE, CKA_EXTRACTABLE, CKA_NEVER_EXTRACTABLE,
		CKA_CERTIFICATE_CATEGORY, CKA_TRUSTED, CKA_ALLOWED_MECHANISMS,
		CKA_UNIQUE_ID, CKA_MODULUS_BITS, CKA_ALWAYS_AUTHENTICATE,
		CKA_EC_POINT, CKA_EC_PARAMS, CKA_PUBLIC_KEY_INFO, CKA_COPYABLE,
		CKA_ID, CKA_SUBJECT, CKA_URL, CKA_CHECK_VALUE, CKA_VALUE_LEN,
		CKA_WRAP_TEMPLATE, CKA_HAS_RESET };
	void (*const make[])(struct tmpl *) = { tmpl_data, tmpl_cert,
		tmpl_rsa_public, tmpl_rsa_private, tmpl_ec_public,
		tmpl_ec_private };
	struct tmpl t;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(make); i++) {
		CK_OBJECT_HANDLE h;

		make[i](&t);
		h = obj_make(&t);
		for (size_t k = 0; k < KIT_COUNT(types); k++) {
			CK_ATTRIBUTE a = { types[k], NULL, 3 };
			CK_RV rv = kit.f->C_GetAttributeValue(kit.s, h, &a, 1);

			CHECK((rv == CKR_OK && a.ulValueLen < 2000) ||
				(rv == CKR_ATTRIBUTE_TYPE_INVALID &&
				    a.ulValueLen == GONE),
			    "class %zu, attribute 0x%lx: %s, length %lu", i,
			    types[k], kit_rv_name(rv), a.ulValueLen);
		}
		WANT(attr_rv(h, CKA_HAS_RESET), CKR_ATTRIBUTE_TYPE_INVALID);
		WANT(attr_rv(h, 0x7fff1234UL), CKR_ATTRIBUTE_TYPE_INVALID);
	}
}

/*
 * A template attribute is read in steps: count, then sizes, then values
 * (5.7.5).
 */
static void
templates(const void *arg)
{
	static CK_BBOOL yes = CK_TRUE;
	static CK_KEY_TYPE aes = CKK_AES;
	static CK_ATTRIBUTE inner[] = { { CKA_EXTRACTABLE, &yes, sizeof(yes) },
		{ CKA_KEY_TYPE, &aes, sizeof(aes) } };
	CK_ATTRIBUTE got[2], a = { CKA_WRAP_TEMPLATE, NULL, 0 };
	CK_BYTE values[2][8];
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_v(&t, CKA_WRAP_TEMPLATE, inner, sizeof(inner));
	h = obj_make(&t);
	NEED(kit.f->C_GetAttributeValue(kit.s, h, &a, 1));
	REQUIRE(a.ulValueLen == sizeof(got), "length %lu, want %zu",
	    a.ulValueLen, sizeof(got));
	memset(got, 0, sizeof(got));
	a.pValue = got;
	NEED(kit.f->C_GetAttributeValue(kit.s, h, &a, 1));
	for (int i = 0; i < 2; i++) {
		bool type = got[i].type == CKA_KEY_TYPE;

		CHECK(type || got[i].type == CKA_EXTRACTABLE,
		    "entry %d: type 0x%lx", i, got[i].type);
		CHECK(got[i].ulValueLen == (type ? sizeof(aes) : 1),
		    "entry %d: length %lu", i, got[i].ulValueLen);
		got[i].pValue = values[i];
	}
	NEED(kit.f->C_GetAttributeValue(kit.s, h, &a, 1));
	for (int i = 0; i < 2; i++) {
		CK_ULONG v;

		memcpy(&v, values[i], sizeof(v));
		CHECK(got[i].type == CKA_KEY_TYPE ? v == CKK_AES :
						    values[i][0] == CK_TRUE,
		    "entry %d: value", i);
	}
	got[0].ulValueLen = got[1].ulValueLen = 0;
	WANT(kit.f->C_GetAttributeValue(kit.s, h, &a, 1), CKR_BUFFER_TOO_SMALL);
	a.ulValueLen = sizeof(got[0]);
	WANT(kit.f->C_GetAttributeValue(kit.s, h, &a, 1), CKR_BUFFER_TOO_SMALL);
}

static void
allowed_mechanisms(const void *arg)
{
	static const CK_MECHANISM_TYPE list[] = { CKM_AES_CBC,
		CKM_AES_CBC_PAD };
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_v(&t, CKA_ALLOWED_MECHANISMS, list, sizeof(list));
	h = obj_make(&t);
	attr_is(h, CKA_ALLOWED_MECHANISMS, list, sizeof(list));
}

static void
object_size(const void *arg)
{
	CK_ULONG n = 0;
	CK_OBJECT_HANDLE h;
	struct tmpl t;
	CK_RV rv;

	(void)arg;
	tmpl_data(&t);
	h = obj_make(&t);
	rv = kit.f->C_GetObjectSize(kit.s, h, &n);
	WANT(rv, CKR_OK, CKR_INFORMATION_SENSITIVE);
	WANT(kit.f->C_GetObjectSize(kit.s, h, NULL), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_GetObjectSize(kit.s, 0, &n), CKR_OBJECT_HANDLE_INVALID);
	NEED(kit.f->C_DestroyObject(kit.s, h));
	WANT(kit.f->C_GetObjectSize(kit.s, h, &n), CKR_OBJECT_HANDLE_INVALID);
}

/* Values need not be aligned: buffers and template values at odd addresses. */
static void
unaligned(const void *arg)
{
	CK_BYTE raw[64], out[64];
	CK_ULONG class = CKO_DATA, got = 0;
	CK_ATTRIBUTE make[] = { { CKA_CLASS, raw + 1, sizeof(class) },
		{ CKA_LABEL, raw + 33, 3 } };
	CK_ATTRIBUTE a = { CKA_CLASS, out + 3, sizeof(class) };
	CK_OBJECT_HANDLE h;

	(void)arg;
	memcpy(raw + 1, &class, sizeof(class));
	memcpy(raw + 33, "abc", 3);
	NEED(kit.f->C_CreateObject(kit.s, make, 2, &h));
	NEED(kit.f->C_GetAttributeValue(kit.s, h, &a, 1));
	memcpy(&got, out + 3, sizeof(got));
	CHECK(got == CKO_DATA, "class %lu", got);
}

static const struct kit_case cases[] = {
	{ "attribute/one-by-one", "5.7.5", AT_USER, one_by_one, NULL, 0 },
	{ "attribute/mixed", "5.7.5", AT_USER, mixed, NULL, 0 },
	{ "attribute/sensitive", "4.10, 4.11, 5.7.5", AT_USER, sensitive, NULL,
	    0 },
	{ "attribute/on-every-class", "5.7.5", AT_USER, on_every_class, NULL,
	    0 },
	{ "attribute/templates", "5.7.5", AT_USER, templates, NULL, 0 },
	{ "attribute/allowed-mechanisms", "4.8", AT_USER, allowed_mechanisms,
	    NULL, 0 },
	{ "attribute/object-size", "5.7.4", AT_USER, object_size, NULL, 0 },
	{ "attribute/unaligned", "5.7.5", AT_USER, unaligned, NULL, 0 },
};

void
attr_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
