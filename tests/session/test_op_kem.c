/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C_EncapsulateKey and C_DecapsulateKey (3.2 sections 5.18.8 and 5.18.9): what
 * is refused, the length convention, what the new keys are, and the policy of
 * design section 9.  ML-KEM is tried where libcrypto has it.
 */
#include "api/api_kit.h"

static CK_RSA_PKCS_OAEP_PARAMS oaep_par = { CKM_SHA256, CKG_MGF1_SHA256,
	CKZ_DATA_SPECIFIED, NULL, 0 };
static CK_ECDH1_DERIVE_PARAMS ecdh_par = { .kdf = CKD_NULL };
static CK_ECDH1_DERIVE_PARAMS kdf_par = { .kdf = CKD_SHA256_KDF };

static CK_MECHANISM rsa = { CKM_RSA_PKCS, NULL, 0 };
static CK_MECHANISM oaep = { CKM_RSA_PKCS_OAEP, &oaep_par, sizeof(oaep_par) };
static CK_MECHANISM raw = { CKM_RSA_X_509, NULL, 0 };
static CK_MECHANISM ecdh = { CKM_ECDH1_DERIVE, &ecdh_par, sizeof(ecdh_par) };
static CK_MECHANISM kdf = { CKM_ECDH1_DERIVE, &kdf_par, sizeof(kdf_par) };

static CK_OBJECT_CLASS secret = CKO_SECRET_KEY, data = CKO_DATA;
static CK_KEY_TYPE aes = CKK_AES, generic = CKK_GENERIC_SECRET;
static CK_ULONG len16 = 16, len32 = 32, len33 = 33;
static CK_BYTE ct[2000];
static CK_ULONG ct_len;

/* Templates that most cases use: a readable AES key, any readable key. */
static CK_ATTRIBUTE aes16[] = { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, aes),
	A(CKA_VALUE_LEN, len16), OFF(CKA_SENSITIVE) };
static CK_ATTRIBUTE open_key[] = { OFF(CKA_SENSITIVE) };

/* A generated P-256 pair with up to 3 more attributes on either side. */
static void
ec_pair(const CK_ATTRIBUTE *pub, size_t n, const CK_ATTRIBUTE *priv, size_t m,
    CK_OBJECT_HANDLE out[2])
{
	CK_MECHANISM gen = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_BYTE oid[16];
	CK_ATTRIBUTE a[4] = { { CKA_EC_PARAMS, oid, hex(P256_OID, oid) } };
	CK_ATTRIBUTE b[3];

	assert_true(n <= 3 && m <= 3);
	if (n > 0)
		memcpy(a + 1, pub, n * sizeof(*pub));
	if (m > 0)
		memcpy(b, priv, m * sizeof(*priv));
	OK(C_GenerateKeyPair(api.hs, &gen, a, n + 1, b, m, &out[0], &out[1]));
}

static CK_RV
encap(CK_MECHANISM *m, CK_OBJECT_HANDLE key, CK_ATTRIBUTE *t, CK_ULONG n,
    CK_OBJECT_HANDLE *out)
{
	ct_len = sizeof(ct);
	return C_EncapsulateKey(api.hs, m, key, t, n, ct, &ct_len, out);
}

static CK_RV
decap(CK_MECHANISM *m, CK_OBJECT_HANDLE key, CK_ATTRIBUTE *t, CK_ULONG n,
    CK_OBJECT_HANDLE *out)
{
	return C_DecapsulateKey(api.hs, m, key, t, n, ct, ct_len, out);
}

static CK_ULONG
all_objects(void)
{
	return api_count(NULL, 0);
}

static void
test_arguments(void **state)
{
	CK_OBJECT_HANDLE pub = api_rsa_public(), h = 42;
	CK_OBJECT_HANDLE priv = api_rsa_private(NULL, 0);
	CK_ULONG n = sizeof(ct), before = all_objects();

	(void)state;
	IS(C_EncapsulateKey(NOWHERE, &rsa, pub, aes16, 4, ct, &n, &h),
	    CKR_SESSION_HANDLE_INVALID);
	IS(C_EncapsulateKey(api.hs, NULL, pub, aes16, 4, ct, &n, &h),
	    CKR_ARGUMENTS_BAD);
	IS(C_EncapsulateKey(api.hs, &rsa, pub, NULL, 4, ct, &n, &h),
	    CKR_ARGUMENTS_BAD);
	IS(C_EncapsulateKey(api.hs, &rsa, pub, aes16, 4, ct, NULL, &h),
	    CKR_ARGUMENTS_BAD);
	IS(C_EncapsulateKey(api.hs, &rsa, pub, aes16, 4, ct, &n, NULL),
	    CKR_ARGUMENTS_BAD);
	IS(C_DecapsulateKey(NOWHERE, &rsa, priv, aes16, 4, ct, 256, &h),
	    CKR_SESSION_HANDLE_INVALID);
	IS(C_DecapsulateKey(api.hs, NULL, priv, aes16, 4, ct, 256, &h),
	    CKR_ARGUMENTS_BAD);
	IS(C_DecapsulateKey(api.hs, &rsa, priv, NULL, 4, ct, 256, &h),
	    CKR_ARGUMENTS_BAD);
	IS(C_DecapsulateKey(api.hs, &rsa, priv, aes16, 4, NULL, 256, &h),
	    CKR_ARGUMENTS_BAD);
	IS(C_DecapsulateKey(api.hs, &rsa, priv, aes16, 4, ct, 256, NULL),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(h, 42);
	assert_int_equal(n, sizeof(ct));
	assert_int_equal(all_objects(), before);
}

static void
test_mechanisms(void **state)
{
	CK_OBJECT_HANDLE pub = api_rsa_public(), h = 42;
	CK_OBJECT_HANDLE priv = api_rsa_private(NULL, 0);
	CK_MECHANISM cbc = { CKM_AES_CBC, ct, 16 }, bad = kdf;
	CK_ECDH1_DERIVE_PARAMS with = { .kdf = CKD_NULL, .pPublicData = ct,
		.ulPublicDataLen = 65 };
	CK_OBJECT_HANDLE ec[2];

	(void)state;
	ec_pair(NULL, 0, NULL, 0, ec);
	ct_len = 256;
	IS(encap(&cbc, pub, aes16, 4, &h), CKR_MECHANISM_INVALID);
	IS(decap(&cbc, priv, aes16, 4, &h), CKR_MECHANISM_INVALID);
	bad.ulParameterLen--;
	IS(encap(&bad, ec[0], aes16, 4, &h), CKR_MECHANISM_PARAM_INVALID);
	/* The ciphertext takes the public value's place. */
	bad = (CK_MECHANISM){ CKM_ECDH1_DERIVE, &with, sizeof(with) };
	IS(encap(&bad, ec[0], aes16, 4, &h), CKR_MECHANISM_PARAM_INVALID);
	IS(decap(&bad, ec[1], aes16, 4, &h), CKR_MECHANISM_PARAM_INVALID);
	with.ulPublicDataLen = 0;
	IS(encap(&bad, ec[0], aes16, 4, &h), CKR_MECHANISM_PARAM_INVALID);
	bad = (CK_MECHANISM){ CKM_RSA_PKCS, ct, 4 };
	IS(encap(&bad, pub, aes16, 4, &h), CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(h, 42);
}

static void
test_keys(void **state)
{
	CK_OBJECT_HANDLE pub = api_rsa_public(), h = 42;
	CK_OBJECT_HANDLE priv = api_rsa_private(NULL, 0);
	CK_OBJECT_HANDLE sec = api_secret(CKK_AES, AES_KEY), ec[2];
	CK_ATTRIBUTE idle_pub = OFF(CKA_ENCAPSULATE);
	CK_ATTRIBUTE idle_priv[] = { ON(CKA_DERIVE), OFF(CKA_DECAPSULATE) };

	(void)state;
	ct_len = 256;
	IS(encap(&rsa, 9999, aes16, 4, &h), CKR_KEY_HANDLE_INVALID);
	IS(decap(&rsa, 9999, aes16, 4, &h), CKR_UNWRAPPING_KEY_HANDLE_INVALID);
	IS(encap(&rsa, sec, aes16, 4, &h), CKR_KEY_TYPE_INCONSISTENT);
	IS(encap(&rsa, priv, aes16, 4, &h), CKR_KEY_TYPE_INCONSISTENT);
	IS(decap(&rsa, sec, aes16, 4, &h),
	    CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	IS(decap(&rsa, pub, aes16, 4, &h),
	    CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	IS(encap(&ecdh, pub, aes16, 4, &h), CKR_KEY_TYPE_INCONSISTENT);
	ec_pair(&idle_pub, 1, idle_priv, 2, ec);
	IS(encap(&ecdh, ec[0], aes16, 4, &h), CKR_KEY_FUNCTION_NOT_PERMITTED);
	IS(decap(&ecdh, ec[1], aes16, 4, &h), CKR_KEY_FUNCTION_NOT_PERMITTED);
	/* What may not derive does not decapsulate unless it is told to. */
	idle_priv[0].pValue = &no;
	ec_pair(NULL, 0, idle_priv, 1, ec);
	assert_false(api_bool(ec[1], CKA_DECAPSULATE));
	assert_int_equal(h, 42);
}

static void
test_length(void **state)
{
	CK_OBJECT_HANDLE pub = api_rsa_public(), h = 42, ec[2];
	CK_ULONG n = 0, before;

	(void)state;
	ec_pair(NULL, 0, NULL, 0, ec);
	before = all_objects();
	OK(C_EncapsulateKey(api.hs, &rsa, pub, aes16, 4, NULL, &n, NULL));
	assert_int_equal(n, 256);
	OK(C_EncapsulateKey(api.hs, &ecdh, ec[0], aes16, 4, NULL, &n, &h));
	assert_int_equal(n, 65);
	n = 64;
	IS(C_EncapsulateKey(api.hs, &ecdh, ec[0], aes16, 4, ct, &n, &h),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 65);
	assert_int_equal(h, 42);
	assert_int_equal(all_objects(), before);
	OK(C_EncapsulateKey(api.hs, &ecdh, ec[0], aes16, 4, ct, &n, &h));
	assert_int_equal(n, 65);
	assert_int_equal(all_objects(), before + 1);
}

static void
test_templates(void **state)
{
	CK_ATTRIBUTE wrong[] = { A(CKA_CLASS, data), A(CKA_KEY_TYPE, aes) };
	CK_ATTRIBUTE value[] = { { CKA_VALUE, ct, 16 } };
	CK_ATTRIBUTE gen[] = { A(CKA_KEY_TYPE, generic) };
	CK_ATTRIBUTE odd[] = { A(CKA_KEY_TYPE, aes), A(CKA_VALUE_LEN, len33) };
	CK_ATTRIBUTE local[] = { ON(CKA_LOCAL) };
	CK_OBJECT_HANDLE pub = api_rsa_public(), h = 42, ec[2];
	CK_ULONG before;

	(void)state;
	ec_pair(NULL, 0, NULL, 0, ec);
	before = all_objects();
	IS(encap(&ecdh, ec[0], wrong, 2, &h), CKR_TEMPLATE_INCONSISTENT);
	IS(encap(&ecdh, ec[0], value, 1, &h), CKR_ATTRIBUTE_READ_ONLY);
	IS(encap(&ecdh, ec[0], local, 1, &h), CKR_ATTRIBUTE_READ_ONLY);
	IS(encap(&ecdh, ec[0], odd, 2, &h), CKR_TEMPLATE_INCONSISTENT);
	IS(encap(&rsa, pub, odd, 2, &h), CKR_TEMPLATE_INCONSISTENT);
	IS(encap(&rsa, pub, gen, 1, &h), CKR_TEMPLATE_INCOMPLETE);
	IS(encap(&kdf, ec[0], gen, 1, &h), CKR_TEMPLATE_INCOMPLETE);
	IS(encap(&raw, pub, aes16, 4, &h), CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(ct_len, sizeof(ct));
	assert_int_equal(h, 42);
	assert_int_equal(all_objects(), before);
}

/* What the new keys are (both sections' lists). */
static void
assert_new(CK_OBJECT_HANDLE h, CK_KEY_TYPE type, CK_ULONG len)
{
	assert_int_equal(api_number(h, CKA_CLASS), CKO_SECRET_KEY);
	assert_int_equal(api_number(h, CKA_KEY_TYPE), type);
	assert_int_equal(api_number(h, CKA_VALUE_LEN), len);
	assert_int_equal(api_number(h, CKA_KEY_GEN_MECHANISM),
	    CK_UNAVAILABLE_INFORMATION);
	assert_true(api_bool(h, CKA_EXTRACTABLE));
	assert_false(api_bool(h, CKA_LOCAL));
	assert_false(api_bool(h, CKA_ALWAYS_SENSITIVE));
	assert_false(api_bool(h, CKA_NEVER_EXTRACTABLE));
}

static void
there_and_back(CK_MECHANISM *m, CK_OBJECT_HANDLE pub, CK_OBJECT_HANDLE priv,
    CK_ATTRIBUTE *t, CK_ULONG n)
{
	CK_OBJECT_HANDLE a = 0, b = 0;
	CK_BYTE x[600], y[600];
	CK_ULONG len;

	OK(encap(m, pub, t, n, &a));
	OK(decap(m, priv, t, n, &b));
	len = api_get(a, CKA_VALUE, x);
	assert_int_equal(api_get(b, CKA_VALUE, y), len);
	assert_memory_equal(x, y, len);
	assert_new(a, n > 2 ? CKK_AES : CKK_GENERIC_SECRET, len);
	assert_new(b, n > 2 ? CKK_AES : CKK_GENERIC_SECRET, len);
}

static void
test_pairs(void **state)
{
	CK_OBJECT_HANDLE pub = api_rsa_public(), ec[2];
	CK_OBJECT_HANDLE priv = api_rsa_private(NULL, 0);
	CK_ATTRIBUTE sized[] = { A(CKA_VALUE_LEN, len33), OFF(CKA_SENSITIVE) };

	(void)state;
	ec_pair(NULL, 0, NULL, 0, ec);
	there_and_back(&rsa, pub, priv, aes16, 4);
	there_and_back(&rsa, pub, priv, sized, 2);
	there_and_back(&oaep, pub, priv, aes16, 4);
	there_and_back(&raw, pub, priv, open_key, 1);
	there_and_back(&ecdh, ec[0], ec[1], aes16, 4);
	there_and_back(&ecdh, ec[0], ec[1], open_key, 1);
	there_and_back(&kdf, ec[0], ec[1], sized, 2);
}

static void
test_broken(void **state)
{
	CK_OBJECT_HANDLE pub = api_rsa_public(), h = 42, ec[2], made;
	CK_OBJECT_HANDLE priv = api_rsa_private(NULL, 0);

	(void)state;
	ec_pair(NULL, 0, NULL, 0, ec);
	OK(encap(&oaep, pub, aes16, 4, &made));
	ct[100] ^= 1;
	IS(decap(&oaep, priv, aes16, 4, &h), CKR_WRAPPED_KEY_INVALID);
	ct_len = 255;
	IS(decap(&oaep, priv, aes16, 4, &h), CKR_WRAPPED_KEY_LEN_RANGE);
	OK(encap(&ecdh, ec[0], aes16, 4, &made));
	ct[64] ^= 1;
	IS(decap(&ecdh, ec[1], aes16, 4, &h), CKR_WRAPPED_KEY_INVALID);
	ct_len = 64;
	IS(decap(&ecdh, ec[1], aes16, 4, &h), CKR_WRAPPED_KEY_LEN_RANGE);
	/* Of another length than the template says: as bad as bad padding. */
	OK(encap(&oaep, pub, aes16, 4, &made));
	aes16[2].pValue = &len32;
	IS(decap(&oaep, priv, aes16, 4, &h), CKR_WRAPPED_KEY_INVALID);
	aes16[2].pValue = &len16;
	assert_int_equal(h, 42);
}

/* The templates on the pair bind the new key, under both their numbers. */
static void
test_key_templates(void **state)
{
	static CK_BBOOL hard = CK_TRUE;
	static CK_ATTRIBUTE inside[] = { { CKA_SENSITIVE, &hard, 1 } };
	CK_ATTRIBUTE enc = { CKA_ENCAPSULATE_TEMPLATE, inside, sizeof(inside) };
	CK_ATTRIBUTE dec = { CKA_DECAPSULATE_TEMPLATE | CKF_ARRAY_ATTRIBUTE,
		inside, sizeof(inside) };
	CK_ATTRIBUTE der = { CKA_DERIVE_TEMPLATE, inside, sizeof(inside) };
	CK_OBJECT_HANDLE ec[2], plain[2], h = 42;

	(void)state;
	ec_pair(&enc, 1, &dec, 1, ec);
	IS(encap(&ecdh, ec[0], aes16, 4, &h), CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(h, 42);
	OK(encap(&ecdh, ec[0], aes16, 3, &h));
	assert_true(api_bool(h, CKA_SENSITIVE));
	IS(decap(&ecdh, ec[1], aes16, 4, &h), CKR_TEMPLATE_INCONSISTENT);
	OK(decap(&ecdh, ec[1], aes16, 3, &h));
	assert_true(api_bool(h, CKA_SENSITIVE));
	/* What binds derivation binds its twin. */
	ec_pair(NULL, 0, &der, 1, plain);
	OK(encap(&ecdh, plain[0], aes16, 4, &h));
	IS(decap(&ecdh, plain[1], aes16, 4, &h), CKR_TEMPLATE_INCONSISTENT);
	OK(decap(&ecdh, plain[1], aes16, 3, &h));
	assert_true(api_bool(h, CKA_SENSITIVE));
}

/* Decapsulating with RSA is unwrapping: rules 1 and 2 of design section 9. */
static void
test_policy(void **state)
{
	CK_ATTRIBUTE blind[] = { OFF(CKA_DECRYPT), ON(CKA_DECAPSULATE) };
	CK_ATTRIBUTE asks[] = { ON(CKA_ALWAYS_AUTHENTICATE) };
	CK_OBJECT_HANDLE pub = api_rsa_public(), h = 42;
	CK_OBJECT_HANDLE priv = api_rsa_private(blind, 2);

	(void)state;
	OK(encap(&oaep, pub, aes16, 4, &h));
	IS(decap(&oaep, priv, aes16, 4, &h), CKR_TEMPLATE_INCONSISTENT);
	OK(decap(&oaep, priv, aes16, 3, &h));
	assert_true(api_bool(h, CKA_SENSITIVE));
	OK(encap(&raw, pub, open_key, 1, &h));
	IS(decap(&raw, priv, NULL, 0, &h), CKR_KEY_FUNCTION_NOT_PERMITTED);
	priv = api_rsa_private(blind, 1);
	assert_false(api_bool(priv, CKA_DECAPSULATE));
	priv = api_rsa_private(asks, 1);
	IS(decap(&raw, priv, open_key, 1, &h), CKR_USER_NOT_LOGGED_IN);
}

static void
test_ml_kem(void **state)
{
	CK_MECHANISM gen = { CKM_ML_KEM_KEY_PAIR_GEN, NULL, 0 };
	CK_MECHANISM kem = { CKM_ML_KEM, NULL, 0 };
	CK_ML_KEM_PARAMETER_SET_TYPE set = CKP_ML_KEM_768;
	CK_ATTRIBUTE t = A(CKA_PARAMETER_SET, set);
	CK_ATTRIBUTE aes32[] = { A(CKA_KEY_TYPE, aes), OFF(CKA_SENSITIVE),
		A(CKA_VALUE_LEN, len32) };
	CK_OBJECT_HANDLE pub, priv, h = 42;
	CK_MECHANISM_INFO info;

	(void)state;
	if (C_GetMechanismInfo(api.t->slot, CKM_ML_KEM, &info) != CKR_OK)
		skip();
	assert_int_equal(info.flags, CKF_ENCAPSULATE | CKF_DECAPSULATE);
	OK(C_GenerateKeyPair(api.hs, &gen, &t, 1, NULL, 0, &pub, &priv));
	there_and_back(&kem, pub, priv, open_key, 1);
	there_and_back(&kem, pub, priv, aes32, 3);
	assert_int_equal(ct_len, 1088);
	IS(encap(&kem, pub, aes16, 4, &h), CKR_TEMPLATE_INCONSISTENT);
	IS(encap(&kem, api_rsa_public(), aes32, 3, &h),
	    CKR_KEY_TYPE_INCONSISTENT);
	ct_len = 1087;
	IS(decap(&kem, priv, aes32, 3, &h), CKR_WRAPPED_KEY_LEN_RANGE);
	assert_int_equal(h, 42);
	/* Implicit rejection: another key, no error. */
	OK(encap(&kem, pub, aes32, 3, &h));
	ct[7] ^= 1;
	OK(decap(&kem, priv, aes32, 3, &h));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_arguments),
		CASE(test_mechanisms),
		CASE(test_keys),
		CASE(test_length),
		CASE(test_templates),
		CASE(test_pairs),
		CASE(test_broken),
		CASE(test_key_templates),
		CASE(test_policy),
		CASE(test_ml_kem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
