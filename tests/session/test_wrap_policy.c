/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the policy of design section 9 refuses when keys leave and come back,
 * seen from a session: with keys as programs make them, through
 * C_SetAttributeValue and C_CopyObject, and with the SO's trust.
 */
#include "api/api_kit.h"

static CK_MECHANISM aes_gen = { CKM_AES_KEY_GEN, NULL, 0 };
static CK_MECHANISM kw = { CKM_AES_KEY_WRAP, NULL, 0 };
static CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
static CK_OBJECT_CLASS secret = CKO_SECRET_KEY, data = CKO_DATA;
static CK_KEY_TYPE aes = CKK_AES;
static CK_ULONG sixteen = 16;
static CK_BYTE out[64], mark[] = "w!";

/* A generated AES key with up to 5 more attributes. */
static CK_OBJECT_HANDLE
generate(const CK_ATTRIBUTE *more, size_t n)
{
	CK_ATTRIBUTE t[6] = { A(CKA_VALUE_LEN, sixteen) };
	CK_OBJECT_HANDLE key = 0;

	assert_true(n <= 5);
	if (n > 0)
		memcpy(t + 1, more, n * sizeof(*more));
	OK(C_GenerateKey(api.hs, &aes_gen, t, n + 1, &key));
	return key;
}

/* A sensitive key that may leave. */
static CK_OBJECT_HANDLE
jewel(void)
{
	const CK_ATTRIBUTE t[] = { ON(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) };

	return generate(t, 2);
}

/* A key made to wrap and not to decrypt. */
static CK_OBJECT_HANDLE
wrapper(void)
{
	const CK_ATTRIBUTE t[] = { OFF(CKA_DECRYPT), ON(CKA_SENSITIVE),
		ON(CKA_EXTRACTABLE) };

	return generate(t, 3);
}

static CK_RV
wrap(CK_MECHANISM *m, CK_OBJECT_HANDLE kek, CK_OBJECT_HANDLE key)
{
	CK_ULONG n = sizeof(out);

	return C_WrapKey(api.hs, m, kek, key, out, &n);
}

static CK_RV
unwrap(CK_OBJECT_HANDLE kek, CK_BBOOL sensitive, CK_OBJECT_HANDLE *key)
{
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, aes),
		A(CKA_SENSITIVE, sensitive), ON(CKA_EXTRACTABLE) };

	return C_UnwrapKey(api.hs, &kw, kek, out, 24, t, 4, key);
}

static void
test_attributes(void **state)
{
	const CK_ATTRIBUTE stays[] = { OFF(CKA_EXTRACTABLE) };
	const CK_ATTRIBUTE idle[] = { OFF(CKA_WRAP), OFF(CKA_UNWRAP) };
	const CK_ATTRIBUTE wary[] = { ON(CKA_WRAP_WITH_TRUSTED) };
	CK_OBJECT_HANDLE plain = generate(NULL, 0), h = 42, none;
	CK_ATTRIBUTE t = A(CKA_CLASS, data);

	(void)state;
	none = generate(idle, 2);
	IS(wrap(&kw, none, plain), CKR_KEY_FUNCTION_NOT_PERMITTED);
	OK(wrap(&kw, plain, plain));
	IS(unwrap(none, CK_FALSE, &h), CKR_KEY_FUNCTION_NOT_PERMITTED);
	IS(wrap(&kw, plain, generate(stays, 1)), CKR_KEY_UNEXTRACTABLE);
	IS(wrap(&kw, plain, generate(wary, 1)), CKR_KEY_NOT_WRAPPABLE);
	IS(wrap(&kw, plain, api_rsa_public()), CKR_KEY_NOT_WRAPPABLE);
	IS(wrap(&kw, plain, api_create(&t, 1)), CKR_KEY_NOT_WRAPPABLE);
	assert_int_equal(h, 42);
}

/* Rule 1: a sensitive key leaves under a key that was made for it only. */
static void
test_rule_1(void **state)
{
	CK_OBJECT_HANDLE key = jewel(), kek = wrapper();
	const CK_ATTRIBUTE blind[] = { OFF(CKA_DECRYPT) };

	(void)state;
	IS(wrap(&kw, generate(NULL, 0), key), CKR_KEY_NOT_WRAPPABLE);
	IS(wrap(&kw, generate(blind, 1), key), CKR_KEY_NOT_WRAPPABLE);
	IS(wrap(&kw, api_secret(CKK_AES, AES_KEY), key),
	    CKR_KEY_NOT_WRAPPABLE);
	IS(wrap(&kw, wrapper(), kek), CKR_KEY_NOT_WRAPPABLE);
	IS(wrap(&kw, key, key), CKR_KEY_NOT_WRAPPABLE);
	OK(wrap(&kw, kek, key));
}

/* Rule 2: what such a key unwraps is sensitive, and wraps no sensitive key. */
static void
test_rule_2(void **state)
{
	CK_OBJECT_HANDLE kek = wrapper(), h = 42;

	(void)state;
	OK(wrap(&kw, kek, jewel()));
	IS(unwrap(kek, CK_FALSE, &h), CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(h, 42);
	OK(unwrap(kek, CK_TRUE, &h));
	assert_true(api_bool(h, CKA_SENSITIVE));
	assert_false(api_bool(h, CKA_LOCAL));
	assert_false(api_bool(h, CKA_ALWAYS_SENSITIVE));
	IS(wrap(&kw, h, jewel()), CKR_KEY_NOT_WRAPPABLE);
}

/* Rule 3: a role that conflicts is not added later, nor by a copy. */
static void
test_rule_3(void **state)
{
	CK_OBJECT_HANDLE kek = wrapper(), h = 42;
	CK_ATTRIBUTE decrypt = ON(CKA_DECRYPT);
	CK_RV rv;

	(void)state;
	rv = C_SetAttributeValue(api.hs, kek, &decrypt, 1);
	assert_true(rv == CKR_TEMPLATE_INCONSISTENT ||
	    rv == CKR_ATTRIBUTE_READ_ONLY);
	rv = C_CopyObject(api.hs, kek, &decrypt, 1, &h);
	assert_true(rv == CKR_TEMPLATE_INCONSISTENT ||
	    rv == CKR_ATTRIBUTE_READ_ONLY);
	assert_int_equal(h, 42);
	assert_false(api_bool(kek, CKA_DECRYPT));
	IS(C_DecryptInit(api.hs, &ecb, kek), CKR_KEY_FUNCTION_NOT_PERMITTED);
	OK(C_CopyObject(api.hs, kek, NULL, 0, &h));
	IS(C_DecryptInit(api.hs, &ecb, h), CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* Rule 4: without integrity only where the wrapping key names the mechanism. */
static void
test_rule_4(void **state)
{
	static CK_MECHANISM_TYPE named[] = { CKM_AES_ECB, CKM_AES_KEY_WRAP };
	static CK_MECHANISM_TYPE other[] = { CKM_AES_KEY_WRAP };
	CK_ATTRIBUTE t[] = { OFF(CKA_DECRYPT), ON(CKA_SENSITIVE),
		A(CKA_ALLOWED_MECHANISMS, named) };
	CK_OBJECT_HANDLE key = jewel();

	(void)state;
	IS(wrap(&ecb, wrapper(), key), CKR_KEY_NOT_WRAPPABLE);
	OK(wrap(&ecb, generate(t, 3), key));
	t[2] = (CK_ATTRIBUTE)A(CKA_ALLOWED_MECHANISMS, other);
	IS(wrap(&ecb, generate(t, 3), key), CKR_MECHANISM_INVALID);
	OK(wrap(&kw, generate(t, 3), key));
	/* A key that may be read leaves by any mechanism. */
	OK(wrap(&ecb, generate(NULL, 0), generate(NULL, 0)));
}

/* The templates of the wrapping and the unwrapping key. */
static void
test_templates(void **state)
{
	CK_BYTE label[] = "w";
	CK_ATTRIBUTE inner[] = { { CKA_LABEL, label, 1 } };
	CK_ATTRIBUTE sign[] = { OFF(CKA_SIGN), { CKA_LABEL, label, 1 } };
	CK_ATTRIBUTE t[] = { A(CKA_WRAP_TEMPLATE, inner),
		A(CKA_UNWRAP_TEMPLATE, sign) };
	CK_OBJECT_HANDLE kek = generate(t, 2), h = 42;
	CK_ATTRIBUTE bad[] = { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, aes),
		ON(CKA_SIGN) };
	CK_BYTE v[600];

	(void)state;
	IS(wrap(&kw, kek, generate(NULL, 0)), CKR_KEY_HANDLE_INVALID);
	OK(wrap(&kw, kek, generate(inner, 1)));
	IS(C_UnwrapKey(api.hs, &kw, kek, out, 24, bad, 3, &h),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(h, 42);
	OK(unwrap(kek, CK_FALSE, &h));
	assert_false(api_bool(h, CKA_SIGN));
	assert_int_equal(api_get(h, CKA_LABEL, v), 1);
	assert_int_equal(v[0], 'w');
}

/* The SO's trust opens what rule 1 closes; nobody else gives it. */
static void
test_trusted(void **state)
{
	const CK_ATTRIBUTE t[] = { ON(CKA_TOKEN), OFF(CKA_PRIVATE),
		ON(CKA_SENSITIVE), { CKA_LABEL, mark, 1 } };
	const CK_ATTRIBUTE wary[] = { ON(CKA_WRAP_WITH_TRUSTED),
		ON(CKA_TOKEN), { CKA_LABEL, mark, 2 } };
	CK_ATTRIBUTE trust = ON(CKA_TRUSTED);
	CK_ATTRIBUTE named = { CKA_LABEL, mark, 2 };
	CK_OBJECT_HANDLE kek = generate(t, 4), key;
	CK_ULONG n = 0;

	(void)state;
	(void)generate(wary, 3);
	IS(C_SetAttributeValue(api.hs, kek, &trust, 1),
	    CKR_ATTRIBUTE_READ_ONLY);
	IS(wrap(&kw, kek, jewel()), CKR_KEY_NOT_WRAPPABLE);
	OK(C_Logout(api.hs));
	OK(C_Login(api.hs, CKU_SO, KIT_SO, KIT_SO_LEN));
	OK(C_SetAttributeValue(api.hs, kek, &trust, 1));
	OK(C_Logout(api.hs));
	OK(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN));
	OK(wrap(&kw, kek, jewel()));
	OK(C_FindObjectsInit(api.hs, &named, 1));
	OK(C_FindObjects(api.hs, &key, 1, &n));
	OK(C_FindObjectsFinal(api.hs));
	assert_int_equal(n, 1);
	OK(wrap(&kw, kek, key));
	OK(wrap(&kw, kek, wrapper()));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_attributes), CASE(test_rule_1), CASE(test_rule_2),
		CASE(test_rule_3), CASE(test_rule_4), CASE(test_templates),
		CASE(test_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
