/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The derivations of TLS and IKE through the API: against libcrypto's PRF or
 * HMAC by hand, what is refused, and what a hidden master secret does not tell.
 */
#include "session/derive_kit.h"

#include <openssl/core_names.h>

static CK_ULONG n32 = 32;

/* ------------------------------------------------------------------- TLS */

static CK_BYTE client[32] = "client random", server[32] = "server random";
#define MASTER BASE "202122232425262728292a2b2c2d2e2f"

/* The PRF of libcrypto; hash "MD5-SHA1" is TLS 1.0's. */
static void
tls_prf(const char *hash, const char *text, bool server_first, CK_BYTE *out,
    size_t n)
{
	CK_BYTE key[48], seed[200];
	size_t len = strlen(text);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    (char *)(uintptr_t)hash, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, key,
		    48),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed,
		    len + 64),
		OSSL_PARAM_construct_end(),
	};

	(void)hex(MASTER, key);
	memcpy(seed, text, len);
	memcpy(seed + len, server_first ? server : client, 32);
	memcpy(seed + len + 32, server_first ? client : server, 32);
	reference("TLS1-PRF", params, out, n);
}

static void
test_tls_master(void **state)
{
	CK_VERSION v = { 9, 9 };
	CK_TLS12_MASTER_KEY_DERIVE_PARAMS p = { { client, 32, server, 32 }, &v,
		CKM_SHA384 };
	CK_SSL3_MASTER_KEY_DERIVE_PARAMS old = { { client, 32, server, 32 },
		&v };
	CK_MECHANISM m = PARAM(CKM_TLS12_MASTER_KEY_DERIVE, p);
	CK_MECHANISM om = PARAM(CKM_TLS_MASTER_KEY_DERIVE, old);
	CK_OBJECT_HANDLE h, base = key_of(generic, MASTER, false);
	CK_ATTRIBUTE t[] = { OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE),
		A(CKA_KEY_TYPE, aes) };
	CK_BYTE want[48];

	(void)state;
	tls_prf("SHA384", "master secret", false, want, 48);
	OK(C_DeriveKey(api.hs, &m, base, t, 2, &h));
	assert_bytes(h, want, 48);
	assert_int_equal(v.major, 0);
	assert_int_equal(v.minor, 1);
	tls_prf("MD5-SHA1", "master secret", false, want, 48);
	OK(C_DeriveKey(api.hs, &om, base, t, 2, &h));
	assert_bytes(h, want, 48);
	IS(C_DeriveKey(api.hs, &m, base, t, 3, &h), CKR_TEMPLATE_INCONSISTENT);
	IS(C_DeriveKey(api.hs, &m, key_of(generic, BASE, false), t, 2, &h),
	    CKR_KEY_SIZE_RANGE);
	m.mechanism = CKM_TLS12_MASTER_KEY_DERIVE_DH;
	IS(C_DeriveKey(api.hs, &m, base, t, 2, &h),
	    CKR_MECHANISM_PARAM_INVALID);
	p.pVersion = NULL;
	OK(C_DeriveKey(api.hs, &m, base, t, 2, &h));
	p.prfHashMechanism = CKM_TLS_PRF;
	IS(C_DeriveKey(api.hs, &m, base, t, 2, &h),
	    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_tls_premaster(void **state)
{
	CK_VERSION v = { 3, 3 };
	CK_MECHANISM m = PARAM(CKM_TLS_PRE_MASTER_KEY_GEN, v);
	CK_ATTRIBUTE t[] = { OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) };
	CK_OBJECT_HANDLE h;
	CK_BYTE a[48], b[48];

	(void)state;
	OK(C_GenerateKey(api.hs, &m, t, 2, &h));
	assert_int_equal(api_get(h, CKA_VALUE, a), 48);
	OK(C_GenerateKey(api.hs, &m, t, 2, &h));
	assert_int_equal(api_get(h, CKA_VALUE, b), 48);
	assert_memory_equal(a, b, 2);
	assert_int_equal(a[0] * 16 + a[1], 0x33);
	assert_memory_not_equal(a, b, 48);
	m.ulParameterLen = 1;
	IS(C_GenerateKey(api.hs, &m, t, 2, &h), CKR_MECHANISM_PARAM_INVALID);
}

static void
test_tls_block(void **state)
{
	CK_BYTE ivs[2][8], want[120];
	CK_SSL3_KEY_MAT_OUT out = { 0, 0, 0, 0, ivs[0], ivs[1] };
	CK_TLS12_KEY_MAT_PARAMS p = { 160, 256, 64, CK_FALSE,
		{ client, 32, server, 32 }, &out, CKM_SHA256 };
	CK_MECHANISM m = PARAM(CKM_TLS12_KEY_AND_MAC_DERIVE, p);
	CK_OBJECT_HANDLE base = key_of(generic, MASTER, false);
	CK_ATTRIBUTE t[] = { A(CKA_KEY_TYPE, aes), A(CKA_VALUE_LEN, n32),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) };
	CK_ULONG before;

	(void)state;
	tls_prf("SHA256", "key expansion", true, want, 120);
	OK(C_DeriveKey(api.hs, &m, base, t, 4, NULL));
	assert_bytes(out.hClientMacSecret, want, 20);
	assert_bytes(out.hServerMacSecret, want + 20, 20);
	assert_bytes(out.hClientKey, want + 40, 32);
	assert_bytes(out.hServerKey, want + 72, 32);
	assert_memory_equal(ivs[0], want + 104, 8);
	assert_memory_equal(ivs[1], want + 112, 8);
	assert_int_equal(api_number(out.hServerKey, CKA_KEY_TYPE), CKK_AES);
	assert_int_equal(api_number(out.hServerMacSecret, CKA_KEY_TYPE),
	    CKK_GENERIC_SECRET);
	before = secrets();
	p.ulKeySizeInBits = 136; /* no AES key */
	assert_int_not_equal(C_DeriveKey(api.hs, &m, base, t, 1, NULL),
	    CKR_OK);
	assert_int_equal(secrets(), before);
	p.ulKeySizeInBits = 256;
	p.bIsExport = CK_TRUE;
	IS(C_DeriveKey(api.hs, &m, base, t, 4, NULL),
	    CKR_MECHANISM_PARAM_INVALID);
	p.bIsExport = CK_FALSE;
	out.pIVClient = NULL;
	IS(C_DeriveKey(api.hs, &m, base, t, 4, NULL),
	    CKR_MECHANISM_PARAM_INVALID);
	m.mechanism = CKM_TLS12_KEY_SAFE_DERIVE;
	OK(C_DeriveKey(api.hs, &m, base, t, 4, NULL));
	assert_bytes(out.hServerKey, want + 72, 32);
}

/* IVs of a hidden master secret would show its keys. */
static void
test_tls_hidden(void **state)
{
	CK_BYTE ivs[2][16], bytes[12];
	CK_ULONG n = sizeof(bytes);
	CK_SSL3_KEY_MAT_OUT out = { 0, 0, 0, 0, ivs[0], ivs[1] };
	CK_TLS12_KEY_MAT_PARAMS p = { 0, 256, 128, CK_FALSE,
		{ client, 32, server, 32 }, &out, CKM_SHA256 };
	CK_TLS_PRF_PARAMS prf = { client, 32, label, 5, bytes, &n };
	CK_MECHANISM m = PARAM(CKM_TLS12_KEY_AND_MAC_DERIVE, p);
	CK_MECHANISM pm = PARAM(CKM_TLS_PRF, prf);
	CK_OBJECT_HANDLE base = key_of(generic, MASTER, true);
	CK_ATTRIBUTE t[] = { A(CKA_KEY_TYPE, aes) };

	(void)state;
	IS(C_DeriveKey(api.hs, &m, base, t, 1, NULL),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	IS(C_DeriveKey(api.hs, &pm, base, NULL, 0, NULL),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	p.ulIVSizeInBits = 0;
	OK(C_DeriveKey(api.hs, &m, base, t, 1, NULL));
	assert_true(api_bool(out.hClientKey, CKA_SENSITIVE));
	OK(C_DeriveKey(api.hs, &pm, key_of(generic, MASTER, false), NULL, 0,
	    NULL));
}

/* RFC 5705, with and without context; the finished code of RFC 5246. */
static void
test_tls_exports(void **state)
{
	CK_TLS_KDF_PARAMS p = { CKM_SHA256, label, 5,
		{ client, 32, server, 32 }, NULL, 0 };
	CK_TLS_MAC_PARAMS mac = { CKM_SHA256, 12, 2 };
	CK_MECHANISM m = PARAM(CKM_TLS_KDF, p);
	CK_MECHANISM mm = PARAM(CKM_TLS_MAC, mac);
	CK_OBJECT_HANDLE h, base = key_of(generic, MASTER, false);
	CK_BYTE want[64], seed[64], sig[12];
	CK_ULONG n = sizeof(sig);

	(void)state;
	tls_prf("SHA256", "label", false, want, 64);
	OK(derive(&m, base, generic, 64, &h));
	assert_bytes(h, want, 64);
	p.prfMechanism = CKM_TLS_PRF;
	tls_prf("MD5-SHA1", "label", false, want, 64);
	OK(derive(&m, base, generic, 64, &h));
	assert_bytes(h, want, 64);
	p.pContextData = context;
	OK(derive(&m, base, generic, 64, &h));
	p.ulContextDataLength = 0x10000;
	IS(derive(&m, base, generic, 64, &h), CKR_MECHANISM_PARAM_INVALID);
	tls_prf("SHA256", "client finished", false, want, 12);
	memcpy(seed, client, 32);
	memcpy(seed + 32, server, 32);
	h = key_of(generic, MASTER, false);
	OK(C_SignInit(api.hs, &mm, h));
	OK(C_Sign(api.hs, seed, 64, sig, &n));
	assert_int_equal(n, 12);
	assert_memory_equal(sig, want, 12);
	OK(C_VerifyInit(api.hs, &mm, h));
	OK(C_VerifyUpdate(api.hs, seed, 10));
	OK(C_VerifyUpdate(api.hs, seed + 10, 54));
	OK(C_VerifyFinal(api.hs, sig, 12));
	mac.ulServerOrClient = 3;
	IS(C_SignInit(api.hs, &mm, h), CKR_MECHANISM_PARAM_INVALID);
}

/* ------------------------------------------------------------------- IKE */

static void
test_ike(void **state)
{
	CK_OBJECT_HANDLE gxy = key_of(generic, "a0a1a2a3", false), h;
	CK_OBJECT_HANDLE base = key_of(generic, BASE, false);
	CK_IKE_PRF_DERIVE_PARAMS prf = { CKM_SHA256_HMAC, CK_FALSE, CK_TRUE,
		label, 5, context, 7, gxy };
	CK_IKE1_PRF_DERIVE_PARAMS one = { CKM_SHA256_HMAC, CK_FALSE, gxy, 0,
		label, 5, context, 7, 2 };
	CK_IKE2_PRF_PLUS_DERIVE_PARAMS plus = { CKM_SHA256_HMAC, CK_TRUE, gxy,
		label, 5 };
	CK_MECHANISM m = PARAM(CKM_IKE_PRF_DERIVE, prf);
	CK_MECHANISM m1 = PARAM(CKM_IKE1_PRF_DERIVE, one);
	CK_MECHANISM mp = PARAM(CKM_IKE2_PRF_PLUS_DERIVE, plus);
	CK_BYTE in[80] = "\xa0\xa1\xa2\xa3labelcontext\x02", want[64];
	CK_ATTRIBUTE t[] = { OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE) };

	(void)state;
	hmac256(in, 16, want);
	OK(C_DeriveKey(api.hs, &m, base, t, 2, &h));
	assert_bytes(h, want, 32);
	assert_int_equal(api_number(h, CKA_KEY_TYPE), CKK_SHA256_HMAC);
	hmac256(in, 17, want);
	OK(derive(&m1, base, aes, 16, &h));
	assert_bytes(h, want, 16);
	IS(C_DeriveKey(api.hs, &m1, base, t, 2, &h), CKR_TEMPLATE_INCOMPLETE);
	IS(derive(&m1, base, generic, 33, &h), CKR_KEY_SIZE_RANGE);
	in[9] = 1;
	hmac256(in, 10, want);
	memmove(in + 32, in, 10);
	memcpy(in, want, 32);
	in[41] = 2;
	hmac256(in, 42, want + 32);
	OK(derive(&mp, base, generic, 64, &h));
	assert_bytes(h, want, 64);
	IS(derive(&mp, base, generic, 255 * 32 + 1, &h), CKR_KEY_SIZE_RANGE);
	prf.bDataAsKey = CK_TRUE;
	IS(C_DeriveKey(api.hs, &m, base, t, 2, &h), CKR_ARGUMENTS_BAD);
	prf.bRekey = CK_FALSE;
	OK(C_DeriveKey(api.hs, &m, base, t, 2, &h));
	one.hKeygxy = key_of(CKK_AES, AES_KEY, false);
	IS(derive(&m1, base, aes, 16, &h), CKR_KEY_TYPE_INCONSISTENT);
}

/* RFC 2409 appendix B: with nothing to feed, K1 = prf(K, 0). */
static void
test_ike_extended(void **state)
{
	CK_IKE1_EXTENDED_DERIVE_PARAMS p = { CKM_SHA256_HMAC, CK_FALSE, 0,
		NULL, 0 };
	CK_MECHANISM m = PARAM(CKM_IKE1_EXTENDED_DERIVE, p);
	CK_OBJECT_HANDLE h, base = key_of(generic, BASE, false);
	CK_BYTE want[64];

	(void)state;
	OK(derive(&m, base, generic, 16, &h));
	assert_value(h, "000102030405060708090a0b0c0d0e0f");
	hmac256((const CK_BYTE *)"", 1, want);
	hmac256(want, 32, want + 32);
	OK(derive(&m, base, generic, 64, &h));
	assert_bytes(h, want, 64);
	IS(derive(&m, base, generic, 0, &h), CKR_TEMPLATE_INCOMPLETE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_tls_master), CASE(test_tls_premaster),
		CASE(test_tls_block), CASE(test_tls_hidden),
		CASE(test_tls_exports), CASE(test_ike),
		CASE(test_ike_extended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
