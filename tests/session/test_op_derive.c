/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deriving keys through the API: each kind of mechanism against libcrypto's own
 * functions or published answers, what is refused, several keys or none, and
 * what keeps hidden keys hidden.
 */
#include "session/derive_kit.h"

#include <openssl/core_names.h>

/* ------------------------------------------------------------------ HKDF */

static CK_OBJECT_CLASS secret_class = CKO_SECRET_KEY, data_class = CKO_DATA;
static CK_KEY_TYPE hkdf_type = CKK_HKDF;
static CK_BYTE zero[1] = { 0 };
static CK_ULONG n16 = 16, n20 = 20, n32 = 32, n42 = 42;

#define OKM "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
#define PRK "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
#define IKM "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"

static CK_BYTE salt[13] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
static CK_BYTE info[10] = { 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7,
	0xf8, 0xf9 };

/* RFC 5869 appendix A.1. */
static CK_HKDF_PARAMS
hkdf_params(void)
{
	return (CK_HKDF_PARAMS){ CK_TRUE, CK_TRUE, CKM_SHA256,
		CKF_HKDF_SALT_DATA, salt, sizeof(salt), 0, info,
		sizeof(info) };
}

static void
test_hkdf(void **state)
{
	CK_HKDF_PARAMS p = hkdf_params();
	CK_MECHANISM m = PARAM(CKM_HKDF_DERIVE, p);
	CK_OBJECT_HANDLE h, base = key_of(CKK_HKDF, IKM, false);

	(void)state;
	OK(derive(&m, base, generic, 42, &h));
	assert_value(h, OKM);
	p.bExpand = CK_FALSE;
	OK(derive(&m, base, hkdf_type, 0, &h));
	assert_value(h, PRK);
	IS(derive(&m, base, generic, 31, &h), CKR_KEY_SIZE_RANGE);
	p.bExpand = CK_TRUE;
	p.bExtract = CK_FALSE;
	p.ulSaltType = 77; /* not looked at */
	OK(derive(&m, key_of(CKK_GENERIC_SECRET, PRK, false), generic, 42,
	    &h));
	assert_value(h, OKM);
	p.bExtract = CK_TRUE;
	p.ulSaltType = CKF_HKDF_SALT_KEY;
	p.hSaltKey = key_of(CKK_GENERIC_SECRET, "000102030405060708090a0b0c",
	    false);
	OK(derive(&m, base, generic, 42, &h));
	assert_value(h, OKM);
}

/* RFC 5869 appendix A.3: no salt, no info. */
static void
test_hkdf_bare(void **state)
{
	CK_HKDF_PARAMS p = { CK_TRUE, CK_TRUE, CKM_SHA256,
		CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 0 };
	CK_MECHANISM m = PARAM(CKM_HKDF_DERIVE, p);
	CK_OBJECT_HANDLE h, base = key_of(CKK_HKDF, IKM, false);

	(void)state;
	OK(derive(&m, base, generic, 42, &h));
	assert_value(h, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f"
	    "3c738d2d9d201395faa4b61a96c8");
	IS(derive(&m, base, generic, 255 * 32 + 1, &h), CKR_KEY_SIZE_RANGE);
	IS(derive(&m, base, generic, 0, &h), CKR_TEMPLATE_INCOMPLETE);
	IS(derive(&m, key_of(CKK_AES, BASE, false), generic, 42, &h),
	    CKR_KEY_TYPE_INCONSISTENT);
	IS(C_DeriveKey(api.hs, &m, base, NULL, 0, NULL), CKR_ARGUMENTS_BAD);
}

static void
test_hkdf_wrong(void **state)
{
	CK_HKDF_PARAMS good = hkdf_params(), p;
	CK_MECHANISM m = PARAM(CKM_HKDF_DERIVE, p);
	CK_OBJECT_HANDLE h = 0, base = key_of(CKK_HKDF, IKM, false);

	(void)state;
	for (int i = 0; i < 7; i++) {
		p = good;
		m.ulParameterLen = sizeof(p) - (i == 0);
		if (i == 1)
			p.bExtract = p.bExpand = CK_FALSE;
		if (i == 2)
			p.prfHashMechanism = CKM_SHA256_HMAC;
		if (i == 3)
			p.ulSaltType = 3;
		if (i == 4)
			p.pSalt = NULL;
		if (i == 5)
			p.pInfo = NULL;
		if (i == 6) {
			p.ulSaltType = CKF_HKDF_SALT_KEY;
			p.hSaltKey = NOWHERE;
		}
		IS(derive(&m, base, generic, 42, &h), i == 6 ?
		    CKR_KEY_HANDLE_INVALID : CKR_MECHANISM_PARAM_INVALID);
	}
}

static void
test_hkdf_data(void **state)
{
	CK_HKDF_PARAMS p = hkdf_params();
	CK_MECHANISM m = PARAM(CKM_HKDF_DATA, p);
	CK_ATTRIBUTE t[] = { A(CKA_VALUE_LEN, n42), A(CKA_CLASS, data_class) };
	CK_OBJECT_HANDLE h, base = key_of(CKK_HKDF, IKM, true);

	(void)state;
	OK(C_DeriveKey(api.hs, &m, base, t, 2, &h));
	assert_int_equal(api_number(h, CKA_CLASS), CKO_DATA);
	assert_value(h, OKM);
	assert_true(api_bool(h, CKA_PRIVATE));
	IS(C_DeriveKey(api.hs, &m, base, t + 1, 1, &h),
	    CKR_TEMPLATE_INCOMPLETE);
	t[1] = (CK_ATTRIBUTE)A(CKA_CLASS, secret_class);
	IS(C_DeriveKey(api.hs, &m, base, t, 2, &h), CKR_TEMPLATE_INCONSISTENT);
}

/* ------------------------------------------------------------- SP 800-108 */


/* libcrypto's one order: [i] || label || 00 || context || [L], counters of 32
 * bits; mode "COUNTER" or "FEEDBACK". */
static void
kbkdf(const char *mode, const char *mac, const char *hash, CK_BYTE *out,
    size_t n)
{
	CK_BYTE key[32];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE,
		    (char *)(uintptr_t)mode, 0),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC,
		    (char *)(uintptr_t)mac, 0),
		OSSL_PARAM_construct_utf8_string(strcmp(mac, "CMAC") == 0 ?
		    OSSL_KDF_PARAM_CIPHER : OSSL_KDF_PARAM_DIGEST,
		    (char *)(uintptr_t)hash, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key, 32),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, label,
		    5),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, context,
		    7),
		OSSL_PARAM_construct_end(),
	};

	(void)hex(BASE, key);
	reference("KBKDF", params, out, n);
}

static void
test_sp800(void **state)
{
	static const struct {
		CK_MECHANISM_TYPE prf;
		const char *mac, *name;
	} prfs[] = { { CKM_SHA_1_HMAC, "HMAC", "SHA1" },
		{ CKM_SHA256_HMAC, "HMAC", "SHA256" },
		{ CKM_SHA512_HMAC, "HMAC", "SHA512" },
		{ CKM_SHA3_256_HMAC, "HMAC", "SHA3-256" },
		{ CKM_AES_CMAC, "CMAC", "AES-256-CBC" } };
	CK_SP800_108_COUNTER_FORMAT i = { CK_FALSE, 32 };
	CK_SP800_108_DKM_LENGTH_FORMAT l = {
		CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 32 };
	CK_PRF_DATA_PARAM d[] = {
		{ CK_SP800_108_ITERATION_VARIABLE, &i, sizeof(i) },
		{ CK_SP800_108_BYTE_ARRAY, label, 5 },
		{ CK_SP800_108_BYTE_ARRAY, zero, 1 },
		{ CK_SP800_108_BYTE_ARRAY, context, 7 },
		{ CK_SP800_108_DKM_LENGTH, &l, sizeof(l) } };
	CK_PRF_DATA_PARAM fd[] = {
		{ CK_SP800_108_ITERATION_VARIABLE, NULL, 0 },
		{ CK_SP800_108_OPTIONAL_COUNTER, &i, sizeof(i) },
		d[1], d[2], d[3], d[4] };
	CK_SP800_108_KDF_PARAMS p = { 0, 5, d, 0, NULL };
	CK_SP800_108_FEEDBACK_KDF_PARAMS f = { 0, 6, fd, 0, NULL, 0, NULL };
	CK_MECHANISM counter = PARAM(CKM_SP800_108_COUNTER_KDF, p);
	CK_MECHANISM feedback = PARAM(CKM_SP800_108_FEEDBACK_KDF, f);
	CK_BYTE want[100];

	(void)state;
	for (size_t k = 0; k < COUNT(prfs); k++) {
		CK_OBJECT_HANDLE h, base = key_of(prfs[k].prf == CKM_AES_CMAC ?
		    CKK_AES : CKK_GENERIC_SECRET, BASE, false);

		p.prfType = f.prfType = prfs[k].prf;
		kbkdf("COUNTER", prfs[k].mac, prfs[k].name, want, 100);
		OK(derive(&counter, base, generic, 100, &h));
		assert_bytes(h, want, 100);
		kbkdf("FEEDBACK", prfs[k].mac, prfs[k].name, want, 100);
		OK(derive(&feedback, base, generic, 100, &h));
		assert_bytes(h, want, 100);
	}
}

static void
test_sp800_fields(void **state)
{
	CK_SP800_108_COUNTER_FORMAT i = { CK_TRUE, 24 };
	CK_SP800_108_DKM_LENGTH_FORMAT l = {
		CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS, CK_TRUE, 16 };
	CK_OBJECT_HANDLE h, second = key_of(CKK_AES,
	    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf", false);
	CK_PRF_DATA_PARAM d[] = {
		{ CK_SP800_108_BYTE_ARRAY, label, 5 },
		{ CK_SP800_108_DKM_LENGTH, &l, sizeof(l) },
		{ CK_SP800_108_ITERATION_VARIABLE, &i, sizeof(i) },
		{ CK_SP800_108_KEY_HANDLE, &second, sizeof(second) } };
	CK_SP800_108_KDF_PARAMS p = { CKM_SHA256_HMAC, 4, d, 0, NULL };
	CK_MECHANISM m = PARAM(CKM_SP800_108_COUNTER_KDF, p);
	/* 40 bytes: two segments, 512 bits */
	CK_BYTE in[] = "label\x00\x02\x01\x00\x00................";
	CK_BYTE want[64];

	(void)state;
	(void)hex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf", in + 10);
	hmac256(in, 26, want);
	in[7] = 2;
	hmac256(in, 26, want + 32);
	OK(derive(&m, key_of(generic, BASE, false), generic, 40, &h));
	assert_bytes(h, want, 40);
}

static void
test_sp800_pipeline(void **state)
{
	CK_SP800_108_COUNTER_FORMAT i = { CK_FALSE, 8 };
	CK_PRF_DATA_PARAM d[] = {
		{ CK_SP800_108_ITERATION_VARIABLE, NULL, 0 },
		{ CK_SP800_108_OPTIONAL_COUNTER, &i, sizeof(i) },
		{ CK_SP800_108_BYTE_ARRAY, label, 5 } };
	CK_SP800_108_KDF_PARAMS p = { CKM_SHA256_HMAC, 3, d, 0, NULL };
	CK_MECHANISM m = PARAM(CKM_SP800_108_DOUBLE_PIPELINE_KDF, p);
	CK_BYTE in[38], want[64];
	CK_OBJECT_HANDLE h;

	(void)state;
	hmac256(label, 5, in); /* A(1) */
	in[32] = 1;
	memcpy(in + 33, label, 5);
	hmac256(in, 38, want);
	hmac256(in, 32, in); /* A(2) */
	in[32] = 2;
	hmac256(in, 38, want + 32);
	OK(derive(&m, key_of(generic, BASE, false), generic, 64, &h));
	assert_bytes(h, want, 64);
	/* 255 rounds and no more */
	IS(derive(&m, key_of(generic, BASE, false), generic, 255 * 32 + 1,
	    &h), CKR_KEY_SIZE_RANGE);
}

static void
test_sp800_wrong(void **state)
{
	CK_SP800_108_COUNTER_FORMAT i = { CK_FALSE, 32 }, odd = { CK_FALSE, 12 };
	CK_PRF_DATA_PARAM ok = { CK_SP800_108_ITERATION_VARIABLE, &i,
		sizeof(i) };
	CK_PRF_DATA_PARAM bad[] = {
		{ CK_SP800_108_ITERATION_VARIABLE, &i, sizeof(i) - 1 },
		{ CK_SP800_108_ITERATION_VARIABLE, NULL, 0 },
		{ CK_SP800_108_ITERATION_VARIABLE, &odd, sizeof(odd) },
		{ CK_SP800_108_OPTIONAL_COUNTER, &i, sizeof(i) },
		{ CK_SP800_108_BYTE_ARRAY, NULL, 1 },
		{ CK_SP800_108_DKM_LENGTH, &i, sizeof(i) },
		{ CK_SP800_108_KEY_HANDLE, NULL, 0 }, { 99, NULL, 0 } };
	CK_PRF_DATA_PARAM d[2];
	CK_SP800_108_KDF_PARAMS p = { CKM_SHA256_HMAC, 2, d, 0, NULL };
	CK_MECHANISM m = PARAM(CKM_SP800_108_COUNTER_KDF, p);
	CK_OBJECT_HANDLE h, base = key_of(generic, BASE, false);

	(void)state;
	for (size_t k = 0; k < COUNT(bad); k++) {
		d[0] = ok;
		d[1] = bad[k];
		IS(derive(&m, base, generic, 16, &h),
		    CKR_MECHANISM_PARAM_INVALID);
	}
	d[1] = ok; /* twice */
	IS(derive(&m, base, generic, 16, &h), CKR_MECHANISM_PARAM_INVALID);
	p.ulNumberOfDataParams = 1;
	OK(derive(&m, base, generic, 16, &h));
	p.prfType = CKM_AES_CMAC;
	IS(derive(&m, base, generic, 16, &h), CKR_KEY_TYPE_INCONSISTENT);
	p.prfType = CKM_SHA256;
	IS(derive(&m, base, generic, 16, &h), CKR_MECHANISM_PARAM_INVALID);
}

/* Several keys: disjoint segments, and none when one cannot be. */
static void
test_sp800_several(void **state)
{
	CK_SP800_108_COUNTER_FORMAT i = { CK_FALSE, 8 };
	CK_PRF_DATA_PARAM d[] = {
		{ CK_SP800_108_ITERATION_VARIABLE, &i, sizeof(i) } };
	CK_ATTRIBUTE first[] = { A(CKA_VALUE_LEN, n42), OFF(CKA_SENSITIVE),
		ON(CKA_EXTRACTABLE) };
	CK_ATTRIBUTE second[] = { A(CKA_VALUE_LEN, n16), A(CKA_KEY_TYPE, aes),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) };
	CK_OBJECT_HANDLE h[3] = { 9, 9, 9 };
	CK_DERIVED_KEY more[] = { { second, 4, &h[1] },
		{ second, 4, &h[2] } };
	CK_SP800_108_KDF_PARAMS p = { CKM_SHA256_HMAC, 1, d, 2, more };
	CK_MECHANISM m = PARAM(CKM_SP800_108_COUNTER_KDF, p);
	CK_OBJECT_HANDLE base = key_of(generic, BASE, false);
	CK_ULONG before = secrets();
	CK_BYTE want[32], n;

	(void)state;
	OK(C_DeriveKey(api.hs, &m, base, first, 3, &h[0]));
	assert_int_equal(secrets(), before + 3);
	n = 3;
	hmac256(&n, 1, want);
	assert_bytes(h[1], want, 16);
	n = 4;
	hmac256(&n, 1, want);
	assert_bytes(h[2], want, 16);
	assert_int_equal(api_number(h[2], CKA_KEY_TYPE), CKK_AES);
	more[1].pTemplate = first; /* as AES: 42 bytes */
	more[1].ulAttributeCount = 3;
	first[1] = (CK_ATTRIBUTE)A(CKA_KEY_TYPE, aes);
	h[0] = 7;
	assert_int_not_equal(C_DeriveKey(api.hs, &m, base, second, 4, &h[0]),
	    CKR_OK);
	assert_int_equal(h[0], 7);
	first[0] = (CK_ATTRIBUTE)ON(CKA_MODULUS);
	IS(C_DeriveKey(api.hs, &m, base, second, 4, &h[0]),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(h[2], CK_INVALID_HANDLE);
	assert_int_equal(secrets(), before + 3);
	more[1].phKey = NULL;
	IS(C_DeriveKey(api.hs, &m, base, second, 4, &h[0]),
	    CKR_MECHANISM_PARAM_INVALID);
}

/* --------------------------------------------------- simple ones and hashes */

static CK_RV
mix(CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE base, const char *data,
    CK_ULONG n, CK_OBJECT_HANDLE *out)
{
	CK_BYTE v[64];
	CK_KEY_DERIVATION_STRING_DATA p = { v, hex(data, v) };
	CK_MECHANISM m = PARAM(type, p);

	return derive(&m, base, generic, n, out);
}

/* The standard's own examples (3.2 section 6.43). */
static void
test_mix(void **state)
{
	CK_OBJECT_HANDLE h, base = key_of(generic, "01234567", false);
	CK_OBJECT_HANDLE other = key_of(generic, "89abcdef", false);
	CK_OBJECT_HANDLE bits = key_of(generic, "329f84a9", false);
	CK_EXTRACT_PARAMS first = 21;
	CK_MECHANISM two = PARAM(CKM_CONCATENATE_BASE_AND_KEY, other);
	CK_MECHANISM extract = PARAM(CKM_EXTRACT_KEY_FROM_KEY, first);

	(void)state;
	OK(derive(&two, base, generic, 0, &h));
	assert_value(h, "0123456789abcdef");
	OK(mix(CKM_CONCATENATE_BASE_AND_DATA, base, "89abcdef", 6, &h));
	assert_value(h, "0123456789ab");
	OK(mix(CKM_CONCATENATE_DATA_AND_BASE, base, "89abcdef", 0, &h));
	assert_value(h, "89abcdef01234567");
	OK(mix(CKM_XOR_BASE_AND_DATA, base, "89abcdefff", 0, &h));
	assert_value(h, "88888888");
	OK(derive(&extract, bits, generic, 2, &h));
	assert_value(h, "9526");
	IS(derive(&extract, bits, generic, 5, &h), CKR_KEY_SIZE_RANGE);
	IS(derive(&extract, bits, generic, 0, &h), CKR_TEMPLATE_INCOMPLETE);
	first = 32;
	IS(derive(&extract, bits, generic, 2, &h),
	    CKR_MECHANISM_PARAM_INVALID);
	IS(mix(CKM_CONCATENATE_BASE_AND_DATA, base, "89", 6, &h),
	    CKR_KEY_SIZE_RANGE);
	IS(mix(CKM_XOR_BASE_AND_DATA, base, "89abcdefff", 5, &h),
	    CKR_KEY_SIZE_RANGE);
	other = NOWHERE;
	IS(derive(&two, base, generic, 0, &h), CKR_KEY_HANDLE_INVALID);
	other = base;
	IS(derive(&two, base, aes, 0, &h), CKR_TEMPLATE_INCOMPLETE);
}

static void
test_hash(void **state)
{
	CK_MECHANISM m = { CKM_SHA256_KEY_DERIVATION, NULL, 0 };
	CK_MECHANISM xof = { CKM_SHAKE_128_KEY_DERIVATION, NULL, 0 };
	CK_OBJECT_HANDLE h, base = key_of(generic, "616263", false);

	(void)state;
	OK(derive(&m, base, generic, 0, &h));
	assert_value(h, ABC_SHA256);
	OK(derive(&m, base, aes, 16, &h));
	assert_value(h, "ba7816bf8f01cfea414140de5dae2223");
	IS(derive(&m, base, generic, 33, &h), CKR_KEY_SIZE_RANGE);
	IS(derive(&m, base, aes, 0, &h), CKR_TEMPLATE_INCOMPLETE);
	m.pParameter = salt;
	m.ulParameterLen = 1;
	IS(derive(&m, base, generic, 0, &h), CKR_MECHANISM_PARAM_INVALID);
	OK(derive(&xof, base, generic, 20, &h));
	assert_value(h, "5881092dd818bf5cf8a3ddb793fbcba74097d5c5");
	IS(derive(&xof, base, generic, 0, &h), CKR_KEY_SIZE_RANGE);
}

static void
test_encrypt_data(void **state)
{
	CK_AES_CBC_ENCRYPT_DATA_PARAMS p = { .length = 32 };
	CK_MECHANISM cbc = PARAM(CKM_AES_CBC_ENCRYPT_DATA, p);
	CK_OBJECT_HANDLE h, base = key_of(CKK_AES, AES_KEY, false);
	CK_BYTE plain[32];

	(void)state;
	(void)hex(AES_PLAIN, plain);
	(void)hex(AES_IV, p.iv);
	p.pData = plain;
	OK(mix(CKM_AES_ECB_ENCRYPT_DATA, base, AES_PLAIN, 0, &h));
	assert_value(h, AES_ECB);
	OK(derive(&cbc, base, generic, 0, &h));
	assert_value(h, AES_CBC);
	IS(mix(CKM_AES_ECB_ENCRYPT_DATA, base, AES_PLAIN, 33, &h),
	    CKR_DATA_LEN_RANGE);
	IS(mix(CKM_AES_ECB_ENCRYPT_DATA, base, "00", 0, &h),
	    CKR_DATA_LEN_RANGE);
	IS(mix(CKM_AES_ECB_ENCRYPT_DATA, key_of(generic, AES_KEY, false),
	    AES_PLAIN, 0, &h), CKR_KEY_TYPE_INCONSISTENT);
	p.pData = NULL;
	IS(derive(&cbc, base, generic, 0, &h), CKR_MECHANISM_PARAM_INVALID);
}

/* What mixes a hidden key stays hidden, whole, and is not cut. */
static void
test_hidden(void **state)
{
	CK_BYTE v[16] = { 1 };
	CK_KEY_DERIVATION_STRING_DATA p = { v, sizeof(v) };
	CK_MECHANISM m = PARAM(CKM_CONCATENATE_DATA_AND_BASE, p);
	CK_EXTRACT_PARAMS first = 8;
	CK_MECHANISM extract = PARAM(CKM_EXTRACT_KEY_FROM_KEY, first);
	CK_ATTRIBUTE t[] = { ON(CKA_DERIVE), A(CKA_VALUE_LEN, n16) };
	CK_OBJECT_HANDLE h, joined, base = key_of(generic, BASE, true);

	(void)state;
	IS(derive(&m, base, generic, 0, &h), CKR_TEMPLATE_INCONSISTENT);
	IS(C_DeriveKey(api.hs, &m, base, t, 2, &h), CKR_KEY_SIZE_RANGE);
	OK(C_DeriveKey(api.hs, &m, base, t, 1, &joined));
	assert_true(api_bool(joined, CKA_SENSITIVE));
	assert_false(api_bool(joined, CKA_EXTRACTABLE));
	IS(C_DeriveKey(api.hs, &extract, joined, t, 2, &h),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	OK(C_DeriveKey(api.hs, &extract, base, t, 2, &h));
	assert_true(api_bool(h, CKA_SENSITIVE));
	n16 = 13;
	IS(C_DeriveKey(api.hs, &extract, base, t, 2, &h),
	    CKR_TEMPLATE_INCONSISTENT);
	n16 = 16;
	m.mechanism = CKM_XOR_BASE_AND_DATA;
	p.ulLen = 1; /* one byte, without a length in the template */
	IS(C_DeriveKey(api.hs, &m, base, t, 1, &h), CKR_TEMPLATE_INCONSISTENT);
}

/* A wrapping key has no twin that decrypts. */
static void
test_no_twin(void **state)
{
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_EXTRACT_PARAMS first = 0;
	CK_MECHANISM m = PARAM(CKM_EXTRACT_KEY_FROM_KEY, first);
	CK_ATTRIBUTE t[] = { A(CKA_VALUE_LEN, n32), ON(CKA_WRAP),
		OFF(CKA_DECRYPT), ON(CKA_DERIVE), ON(CKA_SENSITIVE) };
	CK_ATTRIBUTE twin[] = { A(CKA_VALUE_LEN, n32), A(CKA_KEY_TYPE, aes),
		ON(CKA_DECRYPT) };
	CK_OBJECT_HANDLE w, h;

	(void)state;
	OK(C_GenerateKey(api.hs, &gen, t, COUNT(t), &w));
	IS(C_DeriveKey(api.hs, &m, w, twin, 3, &h),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* A second key counts like the first. */
static void
test_second_hidden(void **state)
{
	CK_OBJECT_HANDLE other = key_of(generic, BASE, true), h;
	CK_OBJECT_HANDLE base = key_of(generic, "aa", false);
	CK_MECHANISM m = PARAM(CKM_CONCATENATE_BASE_AND_KEY, other);
	CK_ATTRIBUTE t = OFF(CKA_SENSITIVE);

	(void)state;
	IS(C_DeriveKey(api.hs, &m, base, &t, 1, &h),
	    CKR_TEMPLATE_INCONSISTENT);
	OK(C_DeriveKey(api.hs, &m, base, NULL, 0, &h));
	assert_true(api_bool(h, CKA_SENSITIVE));
	assert_false(api_bool(h, CKA_ALWAYS_SENSITIVE));
	OK(C_SetAttributeValue(api.hs, other,
	    &(CK_ATTRIBUTE)OFF(CKA_DERIVE), 1));
	IS(C_DeriveKey(api.hs, &m, base, NULL, 0, &h),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* -------------------------------------------------------------- passwords */

/* RFC 6070, and RFC 7914 section 11. */
static void
test_pbkdf2(void **state)
{
	CK_PKCS5_PBKD2_PARAMS2 p = { CKZ_SALT_SPECIFIED,
		(CK_BYTE *)(uintptr_t) "saltSALTsaltSALTsaltSALTsaltSALTsalt",
		36, 4096, CKP_PKCS5_PBKD2_HMAC_SHA1, NULL, 0,
		(CK_BYTE *)(uintptr_t) "passwordPASSWORDpassword", 24 };
	CK_ULONG len = 24, n25 = 25;
	CK_PKCS5_PBKD2_PARAMS old = { CKZ_SALT_SPECIFIED, p.pSaltSourceData,
		36, 4096, CKP_PKCS5_PBKD2_HMAC_SHA1, NULL, 0, p.pPassword,
		&len };
	CK_MECHANISM m = PARAM(CKM_PKCS5_PBKD2, p);
	CK_MECHANISM om = PARAM(CKM_PKCS5_PBKD2, old);
	CK_ATTRIBUTE t[] = { A(CKA_KEY_TYPE, generic), A(CKA_VALUE_LEN, n25),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) };
	CK_OBJECT_HANDLE h;

	(void)state;
	OK(C_GenerateKey(api.hs, &m, t, 4, &h));
	assert_value(h, "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038");
	assert_false(api_bool(h, CKA_LOCAL));
	assert_false(api_bool(h, CKA_ALWAYS_SENSITIVE));
	OK(C_GenerateKey(api.hs, &om, t, 4, &h));
	assert_value(h, "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038");
	p.iterations = 0;
	IS(C_GenerateKey(api.hs, &m, t, 4, &h), CKR_MECHANISM_PARAM_INVALID);
	p.iterations = 1;
	p.prf = CKP_PKCS5_PBKD2_HMAC_GOSTR3411;
	IS(C_GenerateKey(api.hs, &m, t, 4, &h), CKR_MECHANISM_PARAM_INVALID);
	p.prf = CKP_PKCS5_PBKD2_HMAC_SHA256;
	p.saltSource = 0;
	IS(C_GenerateKey(api.hs, &m, t, 4, &h), CKR_MECHANISM_PARAM_INVALID);
	p.saltSource = CKZ_SALT_SPECIFIED;
	IS(C_GenerateKey(api.hs, &m, t, 1, &h), CKR_TEMPLATE_INCOMPLETE);
	IS(C_GenerateKey(api.hs, &m, t, 4, NULL), CKR_ARGUMENTS_BAD);
}

/* PKCS#12: the password as that standard gives it, with its end. */
static void
test_pkcs12(void **state)
{
	static CK_BYTE password[] = { 0, 's', 0, 'm', 0, 'e', 0, 'g', 0, 0 };
	CK_BYTE want[20];
	int id = 3;
	uint64_t rounds = 1000;
	CK_PBE_PARAMS p = { NULL, password, sizeof(password), salt, 8, 1000 };
	CK_MECHANISM m = PARAM(CKM_PBA_SHA1_WITH_SHA1_HMAC, p);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    (char *)(uintptr_t) "SHA1", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD,
		    password, sizeof(password)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt,
		    8),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &rounds),
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS12_ID, &id),
		OSSL_PARAM_construct_end(),
	};
	CK_ATTRIBUTE t[] = { OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE),
		A(CKA_VALUE_LEN, n20) };
	CK_OBJECT_HANDLE h;

	(void)state;
	reference("PKCS12KDF", params, want, 20);
	OK(C_GenerateKey(api.hs, &m, t, 2, &h));
	assert_bytes(h, want, 20);
	OK(C_GenerateKey(api.hs, &m, t, 3, &h));
	assert_bytes(h, want, 20);
	n20 = 19;
	assert_int_not_equal(C_GenerateKey(api.hs, &m, t, 3, &h), CKR_OK);
	n20 = 20;
	p.ulIteration = 0;
	IS(C_GenerateKey(api.hs, &m, t, 2, &h), CKR_MECHANISM_PARAM_INVALID);
}

/* ------------------------------------------------------------- public keys */

static void
test_public(void **state)
{
	static CK_BYTE p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	CK_MECHANISM gen = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_MECHANISM m = { CKM_PUB_KEY_FROM_PRIV_KEY, NULL, 0 };
	CK_ATTRIBUTE t = A(CKA_EC_PARAMS, p256);
	CK_BYTE id[] = { 1, 2 }, a[200], b[200];
	CK_ATTRIBUTE own[] = { A(CKA_ID, id), OFF(CKA_SIGN) };
	CK_OBJECT_HANDLE pub, priv, h;

	(void)state;
	OK(C_GenerateKeyPair(api.hs, &gen, &t, 1, own, 2, &pub, &priv));
	OK(C_DeriveKey(api.hs, &m, priv, NULL, 0, &h));
	assert_int_equal(api_number(h, CKA_CLASS), CKO_PUBLIC_KEY);
	assert_int_equal(api_get(h, CKA_EC_POINT, a),
	    api_get(pub, CKA_EC_POINT, b));
	assert_memory_equal(a, b, 67);
	assert_int_equal(api_get(h, CKA_ID, a), 2);
	assert_false(api_bool(h, CKA_VERIFY));
	assert_false(api_bool(h, CKA_PRIVATE));
	assert_false(api_bool(h, CKA_LOCAL));
	IS(C_DeriveKey(api.hs, &m, pub, NULL, 0, &h),
	    CKR_KEY_TYPE_INCONSISTENT);
	IS(C_DeriveKey(api.hs, &m, key_of(generic, BASE, false), NULL, 0, &h),
	    CKR_KEY_TYPE_INCONSISTENT);
}

/* Defaults of SP 800-108 are the base's; CKA_DERIVE_TEMPLATE narrows. */
static void
test_inherits(void **state)
{
	CK_SP800_108_COUNTER_FORMAT i = { CK_FALSE, 8 };
	CK_PRF_DATA_PARAM d = { CK_SP800_108_ITERATION_VARIABLE, &i,
		sizeof(i) };
	CK_SP800_108_KDF_PARAMS p = { CKM_SHA256_HMAC, 1, &d, 0, NULL };
	CK_MECHANISM m = PARAM(CKM_SP800_108_COUNTER_KDF, p);
	CK_ATTRIBUTE t[] = { A(CKA_VALUE_LEN, n32), OFF(CKA_SENSITIVE) };
	CK_OBJECT_HANDLE h, base = key_of(generic, BASE, true);

	(void)state;
	OK(C_DeriveKey(api.hs, &m, base, t, 1, &h));
	assert_true(api_bool(h, CKA_SENSITIVE));
	assert_false(api_bool(h, CKA_EXTRACTABLE));
	OK(C_DeriveKey(api.hs, &m, base, t, 2, &h));
	assert_false(api_bool(h, CKA_SENSITIVE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_hkdf), CASE(test_hkdf_bare), CASE(test_hkdf_wrong),
		CASE(test_hkdf_data), CASE(test_sp800),
		CASE(test_sp800_fields), CASE(test_sp800_pipeline),
		CASE(test_sp800_wrong), CASE(test_sp800_several),
		CASE(test_mix), CASE(test_hash), CASE(test_encrypt_data),
		CASE(test_hidden), CASE(test_no_twin),
		CASE(test_second_hidden), CASE(test_pbkdf2),
		CASE(test_pkcs12), CASE(test_public),
		CASE(test_inherits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
