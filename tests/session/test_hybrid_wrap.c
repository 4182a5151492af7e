/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CKM_RSA_AES_KEY_WRAP and the CKM_ECDH_*_AES_KEY_WRAP from a session: wrong
 * parameters and keys, keys of every kind there and back, and what the policy
 * of design section 9 makes of them.  What the bytes are is
 * tests/crypto/test_hybrid's business.
 */
#include "api/api_kit.h"

static CK_RSA_PKCS_OAEP_PARAMS oaep_par = { CKM_SHA256, CKG_MGF1_SHA256,
	CKZ_DATA_SPECIFIED, NULL, 0 };
static CK_RSA_AES_KEY_WRAP_PARAMS rsa_par = { 256, &oaep_par };
static CK_ECDH_AES_KEY_WRAP_PARAMS ec_par = { 256, CKD_SHA256_KDF, 0, NULL };

static CK_MECHANISM oaep = { CKM_RSA_PKCS_OAEP, &oaep_par, sizeof(oaep_par) };
static CK_MECHANISM rsa = { CKM_RSA_AES_KEY_WRAP, &rsa_par, sizeof(rsa_par) };
static CK_MECHANISM ecdh = { CKM_ECDH_AES_KEY_WRAP, &ec_par, sizeof(ec_par) };
static CK_MECHANISM cof = { CKM_ECDH_COF_AES_KEY_WRAP, &ec_par,
	sizeof(ec_par) };
static CK_MECHANISM mont = { CKM_ECDH_X_AES_KEY_WRAP, &ec_par,
	sizeof(ec_par) };

static CK_OBJECT_CLASS secret = CKO_SECRET_KEY, private = CKO_PRIVATE_KEY;
static CK_ULONG len16 = 16, bits2048 = 2048;
static CK_BYTE blob[3000];

/* A pair that wraps and unwraps, with up to 3 more private attributes. */
static void
pair(CK_MECHANISM_TYPE type, const CK_ATTRIBUTE *more, size_t n,
    CK_OBJECT_HANDLE out[2])
{
	const char *curve = type == CKM_EC_KEY_PAIR_GEN ? P256_OID :
	    "06032b656e"; /* X25519 */
	CK_MECHANISM m = { type, NULL, 0 };
	CK_BYTE oid[16];
	CK_ATTRIBUTE pub[] = { ON(CKA_WRAP),
		{ CKA_EC_PARAMS, oid, hex(curve, oid) } };
	CK_ATTRIBUTE priv[4] = { ON(CKA_UNWRAP) };

	assert_true(n <= 3);
	if (type == CKM_RSA_PKCS_KEY_PAIR_GEN)
		pub[1] = (CK_ATTRIBUTE)A(CKA_MODULUS_BITS, bits2048);
	if (n > 0)
		memcpy(priv + 1, more, n * sizeof(*more));
	OK(C_GenerateKeyPair(api.hs, &m, pub, 2, priv, n + 1, &out[0],
	    &out[1]));
}

static CK_RV
wrap(CK_MECHANISM *m, CK_OBJECT_HANDLE kek, CK_OBJECT_HANDLE key, CK_ULONG *n)
{
	*n = sizeof(blob);
	return C_WrapKey(api.hs, m, kek, key, blob, n);
}

static CK_RV
unwrap(CK_MECHANISM *m, CK_OBJECT_HANDLE kek, CK_KEY_TYPE type,
    CK_BBOOL sensitive, CK_ULONG n, CK_OBJECT_HANDLE *out)
{
	CK_ATTRIBUTE t[] = { { CKA_CLASS, type == CKK_AES ||
		type == CKK_GENERIC_SECRET ? &secret : &private,
		sizeof(secret) }, A(CKA_KEY_TYPE, type),
		A(CKA_SENSITIVE, sensitive) };

	return C_UnwrapKey(api.hs, m, kek, blob, n, t, 3, out);
}

/* A sensitive AES key that may leave. */
static CK_OBJECT_HANDLE
jewel(void)
{
	CK_MECHANISM m = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_ATTRIBUTE t[] = { A(CKA_VALUE_LEN, len16), ON(CKA_SENSITIVE),
		ON(CKA_EXTRACTABLE) };
	CK_OBJECT_HANDLE key = 0;

	OK(C_GenerateKey(api.hs, &m, t, 3, &key));
	return key;
}

static void
test_parameters(void **state)
{
	CK_OBJECT_HANDLE pub = api_rsa_public(), ec[2];
	CK_OBJECT_HANDLE key = api_secret(CKK_AES, AES_KEY);
	CK_RSA_AES_KEY_WRAP_PARAMS r = rsa_par;
	CK_ECDH_AES_KEY_WRAP_PARAMS e = ec_par;
	CK_MECHANISM mr = { CKM_RSA_AES_KEY_WRAP, &r, sizeof(r) };
	CK_MECHANISM me = { CKM_ECDH_AES_KEY_WRAP, &e, sizeof(e) };
	CK_ULONG n;

	(void)state;
	pair(CKM_EC_KEY_PAIR_GEN, NULL, 0, ec);
	r.ulAESKeyBits = 255;
	IS(wrap(&mr, pub, key, &n), CKR_MECHANISM_PARAM_INVALID);
	r.ulAESKeyBits = 32;
	IS(wrap(&mr, pub, key, &n), CKR_MECHANISM_PARAM_INVALID);
	r = rsa_par;
	r.pOAEPParams = NULL;
	IS(wrap(&mr, pub, key, &n), CKR_MECHANISM_PARAM_INVALID);
	mr.ulParameterLen--;
	IS(wrap(&mr, pub, key, &n), CKR_MECHANISM_PARAM_INVALID);
	mr.pParameter = NULL;
	mr.ulParameterLen = 0;
	IS(wrap(&mr, pub, key, &n), CKR_MECHANISM_PARAM_INVALID);
	e.ulAESKeyBits = 0;
	IS(wrap(&me, ec[0], key, &n), CKR_MECHANISM_PARAM_INVALID);
	e = ec_par;
	e.kdf = 4711;
	IS(wrap(&me, ec[0], key, &n), CKR_MECHANISM_PARAM_INVALID);
	e = ec_par;
	e.ulSharedDataLen = 3;
	IS(wrap(&me, ec[0], key, &n), CKR_MECHANISM_PARAM_INVALID);
	me.ulParameterLen++;
	IS(wrap(&me, ec[0], key, &n), CKR_MECHANISM_PARAM_INVALID);
}

static void
test_keys(void **state)
{
	CK_OBJECT_HANDLE ec[2], x[2], h = 42;
	CK_OBJECT_HANDLE key = api_secret(CKK_AES, AES_KEY);
	CK_ULONG n;

	(void)state;
	pair(CKM_EC_KEY_PAIR_GEN, NULL, 0, ec);
	pair(CKM_EC_MONTGOMERY_KEY_PAIR_GEN, NULL, 0, x);
	IS(wrap(&rsa, ec[0], key, &n), CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	IS(wrap(&ecdh, api_rsa_public(), key, &n),
	    CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	IS(wrap(&cof, x[0], key, &n), CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	IS(wrap(&mont, ec[0], key, &n), CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	IS(unwrap(&mont, ec[1], CKK_AES, CK_TRUE, 65 + 24, &h),
	    CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	/* Nobody said that this key wraps. */
	IS(wrap(&ecdh, api_ec_public(EC_X EC_Y), key, &n),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_int_equal(h, 42);
}

/* Out and in: how long it is, and that the new key does what the old did. */
static void
there_and_back(CK_MECHANISM *m, CK_OBJECT_HANDLE kek[2], CK_ULONG head)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_AES, AES_KEY), h = 0;
	CK_OBJECT_HANDLE ec = api_ec_private(DH_I);
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_BYTE a[32], b[32], text[600];
	CK_ULONG n = 0, room, len = sizeof(a);

	OK(C_WrapKey(api.hs, m, kek[0], key, NULL, &n));
	assert_int_equal(n, head + 24);
	room = n - 1;
	IS(C_WrapKey(api.hs, m, kek[0], key, blob, &room),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(room, n);
	OK(wrap(m, kek[0], key, &n));
	assert_int_equal(n, head + 24);
	IS(unwrap(m, kek[1], CKK_AES, CK_TRUE, n - 1, &h),
	    CKR_WRAPPED_KEY_LEN_RANGE);
	OK(unwrap(m, kek[1], CKK_AES, CK_TRUE, n, &h));
	OK(C_DigestInit(api.hs, &sha));
	OK(C_DigestKey(api.hs, key));
	OK(C_DigestFinal(api.hs, a, &len));
	OK(C_DigestInit(api.hs, &sha));
	OK(C_DigestKey(api.hs, h));
	OK(C_DigestFinal(api.hs, b, &len));
	assert_memory_equal(a, b, 32);
	blob[n - 1] ^= 1;
	IS(unwrap(m, kek[1], CKK_AES, CK_TRUE, n, &h),
	    CKR_WRAPPED_KEY_INVALID);
	/* Private keys too, of any length. */
	OK(wrap(m, kek[0], ec, &n));
	OK(unwrap(m, kek[1], CKK_EC, CK_TRUE, n, &h));
	len = api_get(ec, CKA_EC_POINT, text);
	assert_true(len == 67 && api_get(h, CKA_EC_POINT, text + 300) == len);
	assert_memory_equal(text, text + 300, len);
	OK(wrap(m, kek[0], api_rsa_private((CK_ATTRIBUTE[]){
	    OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) }, 2), &n));
	OK(unwrap(m, kek[1], CKK_RSA, CK_TRUE, n, &h));
	IS(unwrap(m, kek[1], CKK_EC, CK_TRUE, n, &h), CKR_WRAPPED_KEY_INVALID);
}

static void
test_there_and_back(void **state)
{
	CK_OBJECT_HANDLE r[2] = { api_rsa_public(), api_rsa_private(NULL, 0) };
	CK_OBJECT_HANDLE ec[2], x[2];

	(void)state;
	pair(CKM_EC_KEY_PAIR_GEN, NULL, 0, ec);
	pair(CKM_EC_MONTGOMERY_KEY_PAIR_GEN, NULL, 0, x);
	there_and_back(&rsa, r, 256);
	there_and_back(&ecdh, ec, 65);
	there_and_back(&ecdh, x, 32);
	there_and_back(&mont, x, 32);
	there_and_back(&cof, ec, 67);
}

/* The first half of CKM_RSA_AES_KEY_WRAP unwraps to an AES key that opens the
 * second: no key that is not trusted takes a sensitive one so. */
static void
test_rsa_policy(void **state)
{
	const CK_ATTRIBUTE t[] = { OFF(CKA_DECRYPT), ON(CKA_SENSITIVE) };
	CK_OBJECT_HANDLE k[2], h = 42;
	CK_ULONG n;

	(void)state;
	pair(CKM_RSA_PKCS_KEY_PAIR_GEN, t, 2, k);
	OK(wrap(&oaep, k[0], jewel(), &n));
	IS(wrap(&rsa, k[0], jewel(), &n), CKR_KEY_NOT_WRAPPABLE);
	OK(wrap(&rsa, k[0], api_secret(CKK_AES, AES_KEY), &n));
	/* Rule 2 */
	IS(unwrap(&rsa, k[1], CKK_AES, CK_FALSE, n, &h),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(h, 42);
	OK(unwrap(&rsa, k[1], CKK_AES, CK_TRUE, n, &h));
}

/* An EC pair wraps sensitive keys where its private half neither derives nor
 * decapsulates, and it does not learn to. */
static void
test_ec_policy(void **state)
{
	const CK_ATTRIBUTE t[] = { OFF(CKA_DERIVE), ON(CKA_SENSITIVE),
		ON(CKA_DECAPSULATE) };
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_MECHANISM m = { CKM_ECDH1_DERIVE, &p, sizeof(p) };
	CK_ATTRIBUTE derive = ON(CKA_DERIVE);
	CK_OBJECT_HANDLE k[2], h = 42;
	CK_ULONG n;

	(void)state;
	pair(CKM_EC_KEY_PAIR_GEN, NULL, 0, k);
	IS(wrap(&ecdh, k[0], jewel(), &n), CKR_KEY_NOT_WRAPPABLE);
	pair(CKM_EC_KEY_PAIR_GEN, t, 3, k);
	OK(wrap(&ecdh, k[0], jewel(), &n));
	IS(unwrap(&ecdh, k[1], CKK_AES, CK_FALSE, n, &h),
	    CKR_TEMPLATE_INCONSISTENT);
	IS(C_DecapsulateKey(api.hs, &m, k[1], NULL, 0, blob, 65, &h),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	IS(C_SetAttributeValue(api.hs, k[1], &derive, 1),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(h, 42);
	OK(unwrap(&ecdh, k[1], CKK_AES, CK_TRUE, n, &h));
}

/* Another generator, the same pairs. */
static void
test_extra_bits(void **state)
{
	CK_MECHANISM gen = { CKM_EC_KEY_PAIR_GEN_W_EXTRA_BITS, NULL, 0 };
	CK_MECHANISM sig = { CKM_ECDSA_SHA256, NULL, 0 };
	CK_BYTE oid[16], none[1] = { 0 };
	CK_ATTRIBUTE t = { CKA_EC_PARAMS, oid, hex(P256_OID, oid) };
	CK_OBJECT_HANDLE pub, priv;
	CK_ULONG n;

	(void)state;
	OK(C_GenerateKeyPair(api.hs, &gen, &t, 1, NULL, 0, &pub, &priv));
	assert_int_equal(api_number(priv, CKA_KEY_GEN_MECHANISM),
	    CKM_EC_KEY_PAIR_GEN_W_EXTRA_BITS);
	assert_true(api_bool(priv, CKA_LOCAL));
	OK(C_SignInit(api.hs, &sig, priv));
	n = sizeof(blob);
	OK(C_Sign(api.hs, none, 1, blob, &n));
	OK(C_VerifyInit(api.hs, &sig, pub));
	OK(C_Verify(api.hs, none, 1, blob, n));
	t.ulValueLen = 0;
	IS(C_GenerateKeyPair(api.hs, &gen, &t, 1, NULL, 0, &pub, &priv),
	    CKR_TEMPLATE_INCOMPLETE);
	t.pValue = none;
	t.ulValueLen = 1;
	IS(C_GenerateKeyPair(api.hs, &gen, &t, 1, NULL, 0, &pub, &priv),
	    CKR_DOMAIN_PARAMS_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_parameters), CASE(test_keys),
		CASE(test_there_and_back), CASE(test_rsa_policy),
		CASE(test_ec_policy), CASE(test_extra_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
