/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wrapping and unwrapping (3.2 sections 5.18.3 and 5.18.4): every mechanism
 * with secret and with private keys, what the policy of design section 9
 * refuses at this level, and failures that tell nothing.
 */
#include "api/api_kit.h"

#define SECRET_20 "c37b7e6492584340bed12207808941155068f738"
#define KWP_KEK "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"
#define KWP_OUT "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a"

/* A wrapped key. */
struct blob {
	CK_BYTE *p;
	CK_ULONG n;
};

static CK_BYTE iv[16] = { 9, 8, 7 };
static CK_GCM_PARAMS gcm_par = { iv, 12, 96, NULL, 0, 128 };
static CK_CCM_PARAMS ccm_par = { 0, iv, 12, NULL, 0, 16 };
static CK_AES_CTR_PARAMS ctr_par = { .ulCounterBits = 64 };
static CK_RSA_PKCS_OAEP_PARAMS oaep_par = { CKM_SHA_1, CKG_MGF1_SHA1,
	CKZ_DATA_SPECIFIED, NULL, 0 };

static CK_MECHANISM kw = { CKM_AES_KEY_WRAP, NULL, 0 };
static CK_MECHANISM kwp = { CKM_AES_KEY_WRAP_KWP, NULL, 0 };
static CK_MECHANISM pad = { CKM_AES_CBC_PAD, iv, 16 };
static CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
static CK_MECHANISM rsa = { CKM_RSA_PKCS, NULL, 0 };
static CK_MECHANISM raw = { CKM_RSA_X_509, NULL, 0 };

static CK_OBJECT_CLASS secret = CKO_SECRET_KEY, private = CKO_PRIVATE_KEY;
static CK_KEY_TYPE ec = CKK_EC;

/* What every mechanism does to keys of three kinds: CKR_OK, or why not. */
static const struct mech_case {
	CK_MECHANISM m;
	bool rsa;		/* wraps under an RSA key, not an AES key */
	CK_RV odd;		/* a secret of 20 bytes */
	CK_RV ec, rsa_key;	/* private keys */
} mechs[] = {
	{ { CKM_RSA_PKCS, NULL, 0 }, true, CKR_OK, CKR_OK, CKR_KEY_SIZE_RANGE },
	{ { CKM_RSA_PKCS_OAEP, &oaep_par, sizeof(oaep_par) }, true, CKR_OK,
	  CKR_OK, CKR_KEY_SIZE_RANGE },
	{ { CKM_RSA_X_509, NULL, 0 }, true, CKR_OK, CKR_KEY_NOT_WRAPPABLE,
	  CKR_KEY_NOT_WRAPPABLE },
	{ { CKM_AES_ECB, NULL, 0 }, false, CKR_OK, CKR_KEY_NOT_WRAPPABLE,
	  CKR_KEY_NOT_WRAPPABLE },
	{ { CKM_AES_CBC, iv, 16 }, false, CKR_OK, CKR_KEY_NOT_WRAPPABLE,
	  CKR_KEY_NOT_WRAPPABLE },
	{ { CKM_AES_CBC_PAD, iv, 16 }, false, CKR_OK, CKR_OK, CKR_OK },
	{ { CKM_AES_CTR, &ctr_par, sizeof(ctr_par) }, false, CKR_OK, CKR_OK,
	  CKR_OK },
	{ { CKM_AES_GCM, &gcm_par, sizeof(gcm_par) }, false, CKR_OK, CKR_OK,
	  CKR_OK },
	{ { CKM_AES_CCM, &ccm_par, sizeof(ccm_par) }, false, CKR_OK, CKR_OK,
	  CKR_OK },
	{ { CKM_AES_KEY_WRAP, NULL, 0 }, false, CKR_OK, CKR_OK, CKR_OK },
	{ { CKM_AES_KEY_WRAP_PAD, NULL, 0 }, false, CKR_OK, CKR_OK, CKR_OK },
	{ { CKM_AES_KEY_WRAP_KWP, NULL, 0 }, false, CKR_OK, CKR_OK, CKR_OK },
	{ { CKM_AES_KEY_WRAP_PKCS7, NULL, 0 }, false, CKR_OK, CKR_OK, CKR_OK },
};

/* Wraps with a buffer of the length that was told. */
static CK_RV
wrap(CK_MECHANISM *m, CK_OBJECT_HANDLE kek, CK_OBJECT_HANDLE key, CK_BYTE *out,
    CK_ULONG *n)
{
	CK_RV rv = C_WrapKey(api.hs, m, kek, key, NULL, n);

	if (rv != CKR_OK)
		return rv;
	assert_true(*n <= 2000);
	return C_WrapKey(api.hs, m, kek, key, out, n);
}

/* Unwraps to a key that may be read; len 0: no length is asked for. */
static CK_RV
unwrap(CK_MECHANISM *m, CK_OBJECT_HANDLE kek, struct blob in,
    CK_KEY_TYPE type, CK_ULONG len, CK_OBJECT_HANDLE *out)
{
	bool pair = type == CKK_EC || type == CKK_RSA;
	CK_ATTRIBUTE t[] = { { CKA_CLASS, pair ? &private : &secret,
		sizeof(secret) }, A(CKA_KEY_TYPE, type), OFF(CKA_SENSITIVE),
		ON(CKA_EXTRACTABLE), A(CKA_VALUE_LEN, len) };

	return C_UnwrapKey(api.hs, m, kek, in.p, in.n, t, len == 0 ? 4 : 5,
	    out);
}

static void
keks(CK_OBJECT_HANDLE out[2][2])
{
	out[0][0] = out[0][1] = api_secret(CKK_AES, AES_KEY);
	out[1][0] = api_rsa_public();
	out[1][1] = api_rsa_private(NULL, 0);
}

/* Out and in again: the same value; or the code that the table says. */
static void
there_and_back(const struct mech_case *c, CK_OBJECT_HANDLE key,
    CK_ATTRIBUTE_TYPE what, CK_RV want)
{
	CK_MECHANISM m = c->m;
	CK_BYTE out[2000], before[600], after[600];
	CK_OBJECT_HANDLE kek[2][2], back;
	CK_ULONG n = 0, type = api_number(key, CKA_KEY_TYPE);
	CK_ULONG len = type == CKK_GENERIC_SECRET ? 20 : type == CKK_AES ? 16 :
	    0;
	CK_RV rv;

	keks(kek);
	rv = wrap(&m, kek[c->rsa][0], key, out, &n);
	if (rv != want)
		fail_msg("mechanism 0x%lx, key type %lu: 0x%lx", m.mechanism,
		    type, rv);
	if (rv != CKR_OK)
		return;
	rv = unwrap(&m, kek[c->rsa][1], (struct blob){ out, n }, type, len,
	    &back);
	if (rv != CKR_OK)
		fail_msg("mechanism 0x%lx, key type %lu: back 0x%lx",
		    m.mechanism, type, rv);
	n = api_get(key, what, before);
	assert_int_equal(api_get(back, what, after), n);
	assert_memory_equal(before, after, n);
	assert_false(api_bool(back, CKA_LOCAL));
	assert_false(api_bool(back, CKA_ALWAYS_SENSITIVE));
}

static void
test_secret_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mechs); i++) {
		there_and_back(&mechs[i], api_secret(CKK_AES, KW_KEY),
		    CKA_VALUE, CKR_OK);
		there_and_back(&mechs[i],
		    api_secret(CKK_GENERIC_SECRET, SECRET_20), CKA_VALUE,
		    mechs[i].odd);
	}
}

static void
test_private_keys(void **state)
{
	const CK_ATTRIBUTE open[] = { OFF(CKA_SENSITIVE),
		ON(CKA_EXTRACTABLE) };

	(void)state;
	for (size_t i = 0; i < COUNT(mechs); i++) {
		there_and_back(&mechs[i], api_ec_private(DH_I), CKA_VALUE,
		    mechs[i].ec);
		there_and_back(&mechs[i], api_rsa_private(open, 2),
		    CKA_PRIVATE_EXPONENT, mechs[i].rsa_key);
	}
}

/* RFC 5649 section 6: 20 bytes under a key of 24. */
static void
test_kwp_answer(void **state)
{
	CK_BYTE out[64];
	CK_ULONG n = 0;

	(void)state;
	OK(wrap(&kwp, api_secret(CKK_AES, KWP_KEK),
	    api_secret(CKK_GENERIC_SECRET, SECRET_20), out, &n));
	assert_hex(out, n, KWP_OUT);
}

/* ------------------------------------------------------------- arguments */

static void
test_arguments(void **state)
{
	CK_OBJECT_HANDLE kek = api_secret(CKK_AES, AES_KEY), h = 42;
	CK_OBJECT_HANDLE hmac = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_BYTE out[64] = { 0 };
	CK_ULONG n = sizeof(out);
	const CK_RV bad = CKR_ARGUMENTS_BAD;

	(void)state;
	IS(C_WrapKey(api.hs, NULL, kek, kek, out, &n), bad);
	IS(C_WrapKey(api.hs, &kw, kek, kek, out, NULL), bad);
	IS(C_WrapKey(api.hs, &sha, kek, kek, out, &n), CKR_MECHANISM_INVALID);
	IS(C_WrapKey(api.hs, &rsa, kek, kek, out, &n),
	    CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	IS(C_WrapKey(api.hs, &kw, hmac, kek, out, &n),
	    CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	IS(C_UnwrapKey(api.hs, NULL, kek, out, 24, NULL, 0, &h), bad);
	IS(C_UnwrapKey(api.hs, &kw, kek, NULL, 24, NULL, 0, &h), bad);
	IS(C_UnwrapKey(api.hs, &kw, kek, out, 24, NULL, 1, &h), bad);
	IS(C_UnwrapKey(api.hs, &kw, kek, out, 24, NULL, 0, NULL), bad);
	IS(C_UnwrapKey(api.hs, &kw, kek, out, 24, NULL, 0, &h),
	    CKR_TEMPLATE_INCOMPLETE);
	IS(C_UnwrapKey(api.hs, &sha, kek, out, 24, NULL, 0, &h),
	    CKR_MECHANISM_INVALID);
	IS(C_UnwrapKey(api.hs, &kw, hmac, out, 24, NULL, 0, &h),
	    CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	IS(C_UnwrapKey(api.hs, &rsa, kek, out, 24, NULL, 0, &h),
	    CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	assert_int_equal(h, 42);
}

/* Halves of a pair do what their class can: public wraps, private unwraps. */
static void
test_halves(void **state)
{
	CK_OBJECT_HANDLE k[2][2], h = 42, key = api_secret(CKK_AES, KW_KEY);
	CK_BYTE out[256];
	CK_ULONG n = sizeof(out);

	(void)state;
	keks(k);
	IS(C_WrapKey(api.hs, &rsa, k[1][1], key, out, &n),
	    CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	OK(C_WrapKey(api.hs, &rsa, k[1][0], key, out, &n));
	IS(unwrap(&rsa, k[1][0], (struct blob){ out, n }, CKK_AES, 0, &h),
	    CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	OK(unwrap(&rsa, k[1][1], (struct blob){ out, n }, CKK_AES, 0, &h));
}

/* ---------------------------------------------- failures that tell nothing */

/* Every code that damaged input of the right length gives is this one; it
 * may_succeed where damage can look like a key: CBC padding that fits, and
 * RSA_PKCS, for which libcrypto from 3.2 on makes up a message of any length. */
static void
damaged(CK_MECHANISM *m, CK_OBJECT_HANDLE kek, struct blob in,
    bool may_succeed)
{
	CK_OBJECT_HANDLE h = 42;
	CK_ULONG step = in.n > 64 ? 16 : 1;

	for (CK_ULONG i = 0; i < in.n; i += step) {
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			CK_RV rv;

			in.p[i] ^= (CK_BYTE)bit;
			rv = unwrap(m, kek, in, CKK_AES, 0, &h);
			in.p[i] ^= (CK_BYTE)bit;
			if (rv != CKR_WRAPPED_KEY_INVALID &&
			    !(may_succeed && rv == CKR_OK))
				fail_msg("0x%lx, byte %lu, bit %u: 0x%lx",
				    m->mechanism, i, bit, rv);
		}
	}
}

static void
test_damaged(void **state)
{
	static const size_t which[] = { 0, 1, 5, 7, 8, 9, 10, 11, 12 };

	(void)state;
	for (size_t i = 0; i < COUNT(which); i++) {
		const struct mech_case *c = &mechs[which[i]];
		CK_MECHANISM m = c->m;
		CK_OBJECT_HANDLE kek[2][2];
		CK_BYTE out[256];
		CK_ULONG n = 0;

		keks(kek);
		OK(wrap(&m, kek[c->rsa][0], api_secret(CKK_AES, KW_KEY), out,
		    &n));
		damaged(&m, kek[c->rsa][1], (struct blob){ out, n },
		    m.mechanism == CKM_AES_CBC_PAD ||
		    m.mechanism == CKM_RSA_PKCS);
	}
}

/*
 * The block before the padding turned through all values: good padding over
 * a wrong length reads as bad padding does, else whoever may unwrap reads what
 * he may not.
 */
static void
test_padding_oracle(void **state)
{
	CK_OBJECT_HANDLE kek = api_secret(CKK_AES, AES_KEY), h;
	CK_BYTE out[64];
	CK_ULONG n = 0;
	unsigned good = 0;

	(void)state;
	OK(wrap(&pad, kek, api_secret(CKK_AES, KW_KEY), out, &n));
	assert_int_equal(n, 32);
	for (unsigned v = 0; v < 256; v++) {
		CK_RV rv;

		out[15] ^= (CK_BYTE)v;
		rv = unwrap(&pad, kek, (struct blob){ out, n }, CKK_AES, 0,
		    &h);
		out[15] ^= (CK_BYTE)v;
		good += rv == CKR_OK;
		if (rv != CKR_OK)
			IS(rv, CKR_WRAPPED_KEY_INVALID);
	}
	assert_int_equal(good, 1);
}

/* Well wrapped, but no key of the type that is asked for. */
static void
test_wrong_contents(void **state)
{
	CK_OBJECT_HANDLE k[2][2], h = 42;
	CK_OBJECT_HANDLE odd = api_secret(CKK_GENERIC_SECRET, SECRET_20);
	CK_BYTE out[2000];
	CK_ULONG n = 0;

	(void)state;
	keks(k);
	OK(wrap(&rsa, k[1][0], odd, out, &n));
	IS(unwrap(&rsa, k[1][1], (struct blob){ out, n }, CKK_AES, 0, &h),
	    CKR_WRAPPED_KEY_INVALID);
	IS(unwrap(&rsa, k[1][1], (struct blob){ out, n }, CKK_EC, 0, &h),
	    CKR_WRAPPED_KEY_INVALID);
	IS(unwrap(&rsa, k[1][1], (struct blob){ out, n },
	    CKK_GENERIC_SECRET, 19, &h), CKR_WRAPPED_KEY_INVALID);
	n = 0;
	OK(wrap(&pad, k[0][0], api_ec_private(DH_I), out, &n));
	IS(unwrap(&pad, k[0][0], (struct blob){ out, n }, CKK_AES, 0, &h),
	    CKR_WRAPPED_KEY_INVALID);
	IS(unwrap(&pad, k[0][0], (struct blob){ out, n }, CKK_RSA, 0, &h),
	    CKR_WRAPPED_KEY_INVALID);
	assert_int_equal(h, 42);
	assert_int_equal(api_count(&(CK_ATTRIBUTE)A(CKA_KEY_TYPE, ec), 1), 1);
}

/* A length that anybody sees is told. */
static void
test_wrong_lengths(void **state)
{
	CK_OBJECT_HANDLE k[2][2], h = 42;
	CK_BYTE in[600] = { 0 };

	(void)state;
	keks(k);
	for (CK_ULONG n = 0; n < 40; n++) {
		CK_RV rv = unwrap(&kw, k[0][0], (struct blob){ in, n },
		    CKK_AES, 0, &h);

		IS(rv, n % 8 != 0 || n < 24 ? CKR_WRAPPED_KEY_LEN_RANGE :
		    CKR_WRAPPED_KEY_INVALID);
		IS(unwrap(&rsa, k[1][1], (struct blob){ in, n }, CKK_AES,
		    0, &h), CKR_WRAPPED_KEY_LEN_RANGE);
		if (n % 16 != 0 || n == 0)
			IS(unwrap(&pad, k[0][0], (struct blob){ in, n },
			    CKK_AES, 0, &h), CKR_WRAPPED_KEY_LEN_RANGE);
		if (n % 16 != 0 || n == 0)
			IS(unwrap(&ecb, k[0][0], (struct blob){ in, n },
			    CKK_AES, 0, &h), CKR_WRAPPED_KEY_LEN_RANGE);
	}
	IS(unwrap(&ecb, k[0][0], (struct blob){ in, 48 }, CKK_AES, 0, &h),
	    CKR_WRAPPED_KEY_LEN_RANGE);
	assert_int_equal(h, 42);
}

/* ------------------------------------------------- zeros, and raw RSA */

/* Zeros pad a value to whole blocks: the length asked for cuts them off. */
static void
test_zero_padding(void **state)
{
	CK_OBJECT_HANDLE kek = api_secret(CKK_AES, AES_KEY), h = 42;
	CK_BYTE out[64];
	CK_ULONG n = 0;

	(void)state;
	OK(wrap(&ecb, kek, api_secret(CKK_GENERIC_SECRET, SECRET_20), out,
	    &n));
	assert_int_equal(n, 32);
	OK(unwrap(&ecb, kek, (struct blob){ out, n }, CKK_GENERIC_SECRET,
	    20, &h));
	assert_value(h, SECRET_20);
	OK(unwrap(&ecb, kek, (struct blob){ out, n }, CKK_GENERIC_SECRET,
	    0, &h));
	assert_value(h, SECRET_20 "000000000000000000000000");
	/* Shorter by more than padding, and where no zeros are. */
	IS(unwrap(&ecb, kek, (struct blob){ out, n }, CKK_AES, 16, &h),
	    CKR_WRAPPED_KEY_LEN_RANGE);
	IS(unwrap(&ecb, kek, (struct blob){ out, n }, CKK_GENERIC_SECRET,
	    19, &h), CKR_WRAPPED_KEY_LEN_RANGE);
	IS(unwrap(&ecb, kek, (struct blob){ out, n }, CKK_GENERIC_SECRET,
	    33, &h), CKR_WRAPPED_KEY_LEN_RANGE);
}

/* A raw block carries the key at its end. */
static void
test_raw_rsa(void **state)
{
	CK_OBJECT_HANDLE k[2][2], h = 42;
	CK_BYTE out[256], v[600];
	CK_ULONG n = 0;

	(void)state;
	keks(k);
	OK(wrap(&raw, k[1][0], api_secret(CKK_AES, KW_KEY), out, &n));
	assert_int_equal(n, 256);
	OK(unwrap(&raw, k[1][1], (struct blob){ out, n }, CKK_AES, 16,
	    &h));
	assert_value(h, KW_KEY);
	OK(unwrap(&raw, k[1][1], (struct blob){ out, n },
	    CKK_GENERIC_SECRET, 0, &h));
	assert_int_equal(api_get(h, CKA_VALUE, v), 256);
	assert_int_equal(v[239], 0);
	assert_hex(v + 240, 16, KW_KEY);
	IS(unwrap(&raw, k[1][1], (struct blob){ out, n }, CKK_AES, 0, &h),
	    CKR_WRAPPED_KEY_LEN_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_secret_keys), CASE(test_private_keys),
		CASE(test_kwp_answer), CASE(test_arguments),
		CASE(test_halves), CASE(test_damaged),
		CASE(test_padding_oracle), CASE(test_wrong_contents),
		CASE(test_wrong_lengths), CASE(test_zero_padding),
		CASE(test_raw_rsa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
