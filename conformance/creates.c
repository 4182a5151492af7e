/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "create": C_CreateObject for every class, and what it must refuse
 * (4.1, 4.4 to 4.11, 5.7.1).
 */
#include "suite.h"

#include <openssl/evp.h>
#include <string.h>

#define UNKNOWN_ATTRIBUTE 0x7fff1234UL

/* A refused template leaves no object behind. */
static void
refused(const char *what, const struct tmpl *t, const CK_RV *want, size_t n)
{
	struct tmpl all = { .n = 0 };
	CK_OBJECT_HANDLE h, left;
	size_t before = obj_find(kit.s, &all, &left, 1);

	if (kit_rv(__FILE__, __LINE__, what, obj_try(t, &h), want, n))
		CHECK(obj_find(kit.s, &all, &left, 1) == before,
		    "%s: an object is left behind", what);
	else if (h != CK_INVALID_HANDLE)
		(void)kit.f->C_DestroyObject(kit.s, h);
}

#define REFUSED(what, t, ...)                            \
	refused(what, t, (const CK_RV[]){ __VA_ARGS__ }, \
	    sizeof((const CK_RV[]){ __VA_ARGS__ }) / sizeof(CK_RV))

static void
storage_defaults(CK_OBJECT_HANDLE h, CK_OBJECT_CLASS class)
{
	attr_is_u(h, CKA_CLASS, class);
	attr_is_b(h, CKA_TOKEN, false);
	attr_is_b(h, CKA_MODIFIABLE, true);
	attr_is_b(h, CKA_COPYABLE, true);
	attr_is_b(h, CKA_DESTROYABLE, true);
}

static void
data(const void *arg)
{
	static const CK_BYTE oid[] = { 0x06, 0x03, 0x55, 0x04, 0x03 };
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_data(&t);
	t_v(&t, CKA_OBJECT_ID, oid, sizeof(oid));
	h = obj_make(&t);
	storage_defaults(h, CKO_DATA);
	attr_is(h, CKA_LABEL, "a data object", 13);
	attr_is(h, CKA_APPLICATION, "conformance", 11);
	attr_is(h, CKA_OBJECT_ID, oid, sizeof(oid));
	attr_is(h, CKA_VALUE, "some bytes", 10);
	t.n = 0;
	t_u(&t, CKA_CLASS, CKO_DATA);
	h = obj_make(&t);
	storage_defaults(h, CKO_DATA);
	attr_is(h, CKA_LABEL, "", 0);
	attr_is(h, CKA_APPLICATION, "", 0);
	attr_is(h, CKA_OBJECT_ID, "", 0);
	attr_is(h, CKA_VALUE, "", 0);
}

/* A large value, byte for byte, as token object too. */
static void
data_large(const void *arg)
{
	static CK_BYTE value[1 << 18], got[1 << 18];
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	fill(value, sizeof(value), 3);
	for (int token = 0; token < 2; token++) {
		tmpl_data(&t);
		t_b(&t, CKA_TOKEN, token != 0);
		t_b(&t, CKA_PRIVATE, token != 0);
		t_v(&t, CKA_VALUE, value, sizeof(value));
		h = obj_make(&t);
		CHECK(attr_read(h, CKA_VALUE, got, sizeof(got)) ==
			    (long)sizeof(got) &&
			memcmp(value, got, sizeof(got)) == 0,
		    "token %d: the value differs", token);
	}
}

static void
certificate(const void *arg)
{
	CK_BYTE sum[20];
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_cert(&t);
	h = obj_make(&t);
	storage_defaults(h, CKO_CERTIFICATE);
	for (CK_ULONG i = 0; i < t.n; i++)
		attr_is(h, t.a[i].type, t.a[i].pValue, t.a[i].ulValueLen);
	attr_is_b(h, CKA_TRUSTED, false);
	attr_is_u(
	    h, CKA_CERTIFICATE_CATEGORY, CK_CERTIFICATE_CATEGORY_UNSPECIFIED);
	attr_is(h, CKA_START_DATE, "", 0);
	attr_is(h, CKA_END_DATE, "", 0);
	attr_is(h, CKA_URL, "", 0);
	attr_is(h, CKA_HASH_OF_SUBJECT_PUBLIC_KEY, "", 0);
	attr_is(h, CKA_HASH_OF_ISSUER_PUBLIC_KEY, "", 0);
	attr_is_u(
	    h, CKA_JAVA_MIDP_SECURITY_DOMAIN, CK_SECURITY_DOMAIN_UNSPECIFIED);
	REQUIRE(EVP_Digest(t.a[t.n - 1].pValue, t.a[t.n - 1].ulValueLen, sum,
		    NULL, EVP_sha1(), NULL) == 1,
	    "libcrypto");
	attr_is(h, CKA_CHECK_VALUE, sum, 3);
	if (kit.f30 != NULL)
		attr_is_u(h, CKA_NAME_HASH_ALGORITHM, CKM_SHA_1);
	t_drop(&t, CKA_ID);
	t_drop(&t, CKA_ISSUER);
	t_drop(&t, CKA_SERIAL_NUMBER);
	h = obj_make(&t);
	attr_is(h, CKA_ID, "", 0);
	attr_is(h, CKA_ISSUER, "", 0);
	attr_is(h, CKA_SERIAL_NUMBER, "", 0);
}

static void
certificate_incomplete(const void *arg)
{
	struct tmpl t;

	(void)arg;
	tmpl_cert(&t);
	t_drop(&t, CKA_CERTIFICATE_TYPE);
	REFUSED("without CERTIFICATE_TYPE", &t, CKR_TEMPLATE_INCOMPLETE);
	tmpl_cert(&t);
	t_drop(&t, CKA_SUBJECT);
	REFUSED("without SUBJECT", &t, CKR_TEMPLATE_INCOMPLETE);
	tmpl_cert(&t);
	t_drop(&t, CKA_VALUE);
	REFUSED("without VALUE and URL", &t, CKR_TEMPLATE_INCOMPLETE);
	tmpl_cert(&t);
	t_u(&t, CKA_CERTIFICATE_TYPE, 0x7777);
	REFUSED("unknown CERTIFICATE_TYPE", &t, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	tmpl_cert(&t);
	t_b(&t, CKA_TRUSTED, true);
	REFUSED("TRUSTED by the user", &t, CKR_ATTRIBUTE_READ_ONLY,
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_USER_NOT_LOGGED_IN);
}

static void
certificate_trusted(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	kit_login(kit.s, CKU_SO);
	tmpl_cert(&t);
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, false);
	t_b(&t, CKA_TRUSTED, true);
	t_u(&t, CKA_CERTIFICATE_CATEGORY, CK_CERTIFICATE_CATEGORY_AUTHORITY);
	h = obj_make(&t);
	attr_is_b(h, CKA_TRUSTED, true);
	attr_is_u(
	    h, CKA_CERTIFICATE_CATEGORY, CK_CERTIFICATE_CATEGORY_AUTHORITY);
}

typedef void (*maker)(struct tmpl *t);

static void
aes_template(struct tmpl *t)
{
	static const CK_BYTE value[16] = { 1, 2, 3 };

	tmpl_secret(t, CKK_AES, value, sizeof(value));
}

static void
edwards_template(struct tmpl *t)
{
	const struct curve *c = curve_find("ED25519");
	static const CK_BYTE value[32] = { 9, 8, 7 };

	tmpl_ec_private(t);
	t_drop(t, CKA_DERIVE);
	t_u(t, CKA_KEY_TYPE, CKK_EC_EDWARDS);
	t_v(t, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_v(t, CKA_VALUE, value, sizeof(value));
}

/* What each template cannot do without. */
static const struct {
	const char *name;
	maker make;
	CK_ATTRIBUTE_TYPE needs[5];
} key_rows[] = {
	{ "RSA public", tmpl_rsa_public,
	    { CKA_CLASS, CKA_KEY_TYPE, CKA_MODULUS, CKA_PUBLIC_EXPONENT } },
	{ "RSA private", tmpl_rsa_private,
	    { CKA_CLASS, CKA_KEY_TYPE, CKA_MODULUS, CKA_PRIVATE_EXPONENT } },
	{ "EC public", tmpl_ec_public,
	    { CKA_CLASS, CKA_KEY_TYPE, CKA_EC_PARAMS, CKA_EC_POINT } },
	{ "EC private", tmpl_ec_private,
	    { CKA_CLASS, CKA_KEY_TYPE, CKA_EC_PARAMS, CKA_VALUE } },
	{ "AES", aes_template, { CKA_CLASS, CKA_KEY_TYPE, CKA_VALUE } },
	{ "Ed25519 private", edwards_template,
	    { CKA_CLASS, CKA_KEY_TYPE, CKA_EC_PARAMS, CKA_VALUE } },
	{ "data", tmpl_data, { CKA_CLASS } },
};

static void
incomplete(const void *arg)
{
	struct tmpl t;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(key_rows); i++)
		for (size_t k = 0;
		     k < 5 && (k == 0 || key_rows[i].needs[k] != 0); k++) {
			key_rows[i].make(&t);
			t_drop(&t, key_rows[i].needs[k]);
			REFUSED(kit_text("%s without attribute 0x%lx",
				    key_rows[i].name, key_rows[i].needs[k]),
			    &t, CKR_TEMPLATE_INCOMPLETE);
		}
}

static void
complete(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(key_rows); i++)
		for (int token = 0; token < 2; token++) {
			key_rows[i].make(&t);
			t_b(&t, CKA_TOKEN, token != 0);
			if (!WANT(obj_try(&t, &h), CKR_OK)) {
				kit_note("the last one: %s, token %d",
				    key_rows[i].name, token);
				continue;
			}
			for (CK_ULONG k = 0; k < t.n; k++)
				if (t.a[k].type != CKA_EC_POINT)
					attr_is(h, t.a[k].type, t.a[k].pValue,
					    t.a[k].ulValueLen);
		}
}

static void
arguments(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_data(&t);
	WANT(kit.f->C_CreateObject(kit.s, NULL, 1, &h), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_CreateObject(kit.s, t.a, t.n, NULL), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_CreateObject(kit.s, NULL, 0, &h), CKR_TEMPLATE_INCOMPLETE,
	    CKR_ARGUMENTS_BAD);
	t_u(&t, CKA_CLASS, 0x7777);
	REFUSED("unknown class", &t, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	aes_template(&t);
	t_u(&t, CKA_KEY_TYPE, 0x7777);
	REFUSED("unknown key type", &t, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	aes_template(&t);
	t_u(&t, CKA_KEY_TYPE, CKK_RSA);
	REFUSED("secret key of type RSA", &t, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_TYPE_INVALID);
	tmpl_data(&t);
	t_v(&t, UNKNOWN_ATTRIBUTE, "x", 1);
	REFUSED("unknown attribute", &t, CKR_ATTRIBUTE_TYPE_INVALID);
	t_v(&t, UNKNOWN_ATTRIBUTE, "x", 0);
	REFUSED("unknown empty attribute", &t, CKR_ATTRIBUTE_TYPE_INVALID);
}

static void
lengths(const void *arg)
{
	static const CK_BYTE zero[64] = { 0 };
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		size_t len;
	} rows[] = {
		{ CKA_TOKEN, 0 },
		{ CKA_TOKEN, 2 },
		{ CKA_TOKEN, 8 },
		{ CKA_PRIVATE, 0 },
		{ CKA_SENSITIVE, 4 },
		{ CKA_ENCRYPT, 8 },
		{ CKA_CLASS, 4 },
		{ CKA_CLASS, 0 },
		{ CKA_KEY_TYPE, 4 },
		{ CKA_KEY_TYPE, 9 },
		{ CKA_START_DATE, 7 },
		{ CKA_END_DATE, 9 },
		{ CKA_ALLOWED_MECHANISMS, 7 },
	};
	struct tmpl t;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		aes_template(&t);
		t_v(&t, rows[i].type, zero, rows[i].len);
		REFUSED(kit_text("attribute 0x%lx of %zu bytes", rows[i].type,
			    rows[i].len),
		    &t, CKR_ATTRIBUTE_VALUE_INVALID);
	}
	aes_template(&t);
	t_v(&t, CKA_LABEL, NULL, 5);
	REFUSED("NULL value with a length", &t, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_ARGUMENTS_BAD);
	aes_template(&t);
	t_v(&t, CKA_VALUE, zero, 16);
	t.a[t.n - 1].ulValueLen = (CK_ULONG)-1;
	REFUSED("value of -1 bytes", &t, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_ARGUMENTS_BAD, CKR_HOST_MEMORY, CKR_DEVICE_MEMORY);
	aes_template(&t);
	t_v(&t, CKA_LABEL, NULL, 0);
	(void)obj_make(&t);
}

static void
duplicates(const void *arg)
{
	static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_OBJECT_HANDLE h;
	struct tmpl t;
	CK_RV rv;

	(void)arg;
	aes_template(&t);
	t_append(&t, CKA_LABEL, "x", 1);
	t_append(&t, CKA_LABEL, "x", 1);
	rv = obj_try(&t, &h);
	WANT(rv, CKR_OK, CKR_TEMPLATE_INCONSISTENT);
	aes_template(&t);
	t_append(&t, CKA_LABEL, "x", 1);
	t_append(&t, CKA_LABEL, "y", 1);
	REFUSED("two labels", &t, CKR_TEMPLATE_INCONSISTENT);
	aes_template(&t);
	t_append(&t, CKA_SIGN, &yes, 1);
	t_append(&t, CKA_SIGN, &no, 1);
	REFUSED("SIGN true and false", &t, CKR_TEMPLATE_INCONSISTENT);
}

static void
foreign(const void *arg)
{
	static const struct {
		maker make;
		CK_ATTRIBUTE_TYPE type;
	} rows[] = {
		{ aes_template, CKA_MODULUS },
		{ aes_template, CKA_EC_PARAMS },
		{ aes_template, CKA_APPLICATION },
		{ aes_template, CKA_CERTIFICATE_TYPE },
		{ tmpl_data, CKA_SIGN },
		{ tmpl_data, CKA_SENSITIVE },
		{ tmpl_data, CKA_KEY_TYPE },
		{ tmpl_cert, CKA_SENSITIVE },
		{ tmpl_cert, CKA_ENCRYPT },
		{ tmpl_rsa_public, CKA_PRIVATE_EXPONENT },
		{ tmpl_rsa_public, CKA_EC_POINT },
		{ tmpl_rsa_public, CKA_SENSITIVE },
		{ tmpl_rsa_private, CKA_VALUE },
		{ tmpl_rsa_private, CKA_EC_PARAMS },
		{ tmpl_ec_private, CKA_MODULUS },
		{ tmpl_ec_public, CKA_VALUE },
		{ tmpl_rsa_private, CKA_APPLICATION },
	};
	static const CK_BYTE yes[8] = { CK_TRUE };
	struct tmpl t;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		bool number = rows[i].type == CKA_KEY_TYPE ||
		    rows[i].type == CKA_CERTIFICATE_TYPE;

		rows[i].make(&t);
		t_v(&t, rows[i].type, yes, number ? sizeof(CK_ULONG) : 1);
		REFUSED(kit_text("row %zu: attribute 0x%lx of another class", i,
			    rows[i].type),
		    &t, CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_TYPE_INVALID);
	}
}

static void
read_only(const void *arg)
{
	static const struct {
		maker make;
		CK_ATTRIBUTE_TYPE type;
		size_t len;
	} rows[] = {
		{ aes_template, CKA_LOCAL, 1 },
		{ aes_template, CKA_KEY_GEN_MECHANISM, sizeof(CK_ULONG) },
		{ aes_template, CKA_ALWAYS_SENSITIVE, 1 },
		{ aes_template, CKA_NEVER_EXTRACTABLE, 1 },
		{ aes_template, CKA_VALUE_LEN, sizeof(CK_ULONG) },
		{ tmpl_rsa_public, CKA_MODULUS_BITS, sizeof(CK_ULONG) },
		{ tmpl_rsa_public, CKA_LOCAL, 1 },
		{ tmpl_rsa_private, CKA_NEVER_EXTRACTABLE, 1 },
		{ tmpl_rsa_private, CKA_ALWAYS_SENSITIVE, 1 },
		{ aes_template, CKA_UNIQUE_ID, 8 },
		{ tmpl_data, CKA_UNIQUE_ID, 8 },
	};
	static const CK_BYTE value[8] = { CK_TRUE };
	struct tmpl t;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		rows[i].make(&t);
		t_v(&t, rows[i].type, value, rows[i].len);
		REFUSED(
		    kit_text(
			"row %zu: attribute 0x%lx, which the token fills in", i,
			rows[i].type),
		    &t, CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT,
		    CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

/*
 * Profile objects, where there are any, name a profile; nobody can make one
 * that lies.
 */
static void
profiles(const void *arg)
{
	CK_OBJECT_HANDLE h[16];
	struct tmpl t = { .n = 0 };
	size_t n;

	(void)arg;
	t_u(&t, CKA_CLASS, CKO_PROFILE);
	n = obj_find(kit.s, &t, h, KIT_COUNT(h));
	for (size_t i = 0; i < n && i < KIT_COUNT(h); i++) {
		CK_ULONG id = attr_u(h[i], CKA_PROFILE_ID);

		CHECK(id != CKP_INVALID_ID && id != CK_UNAVAILABLE_INFORMATION,
		    "profile 0x%lx", id);
		WANT(kit.f->C_DestroyObject(kit.s, h[i]), CKR_ACTION_PROHIBITED,
		    CKR_OBJECT_HANDLE_INVALID, CKR_TOKEN_WRITE_PROTECTED,
		    CKR_SESSION_READ_ONLY, CKR_FUNCTION_REJECTED);
	}
	if (n == 0)
		kit_skip("the token shows no profile object");
}

static const struct kit_case cases[] = {
	{ "create/data", "4.5", AT_USER, data, NULL, 0 },
	{ "create/data-large", "4.5", AT_USER, data_large, NULL, 0 },
	{ "create/certificate", "4.6", AT_USER, certificate, NULL, 0 },
	{ "create/certificate-incomplete", "4.6", AT_USER,
	    certificate_incomplete, NULL, 0 },
	{ "create/certificate-trusted", "4.6.3", AT_PUBLIC, certificate_trusted,
	    NULL, 0 },
	{ "create/complete", "4.1.1", AT_USER, complete, NULL, 0 },
	{ "create/incomplete", "4.1.1", AT_USER, incomplete, NULL, 0 },
	{ "create/arguments", "4.1.1, 5.7.1", AT_USER, arguments, NULL, 0 },
	{ "create/lengths", "4.1.1", AT_USER, lengths, NULL, 0 },
	{ "create/duplicates", "4.1.1", AT_USER, duplicates, NULL, 0 },
	{ "create/foreign", "4.1.1", AT_USER, foreign, NULL, 0 },
	{ "create/read-only", "4.1.1", AT_USER, read_only, NULL, 0 },
	{ "create/profiles", "4.14", AT_USER, profiles, NULL, 0 },
};

void
create_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
