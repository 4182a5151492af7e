/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making keys (3.2 section 5.18): templates judged before the work, sizes, a
 * pair's two halves or none, what a key gets by its type, and agreement both
 * ways with every kind of derivation function.
 */
#include "api/api_kit.h"

#include <time.h>

static CK_MECHANISM aes_gen = { CKM_AES_KEY_GEN, NULL, 0 };
static CK_MECHANISM generic_gen = { CKM_GENERIC_SECRET_KEY_GEN, NULL, 0 };
static CK_MECHANISM rsa_gen = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
static CK_MECHANISM ec_gen = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
static CK_MECHANISM ed_gen = { CKM_EC_EDWARDS_KEY_PAIR_GEN, NULL, 0 };
static CK_MECHANISM mont_gen = { CKM_EC_MONTGOMERY_KEY_PAIR_GEN, NULL, 0 };

static CK_BYTE p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
static CK_BYTE ed25519[] = { 6, 3, 0x2b, 0x65, 0x70 };
static CK_BYTE x25519[] = { 6, 3, 0x2b, 0x65, 0x6e };
static CK_BYTE no_curve[] = { 6, 3, 0x2b, 0x65, 0x01 };
static CK_OBJECT_CLASS secret = CKO_SECRET_KEY, public = CKO_PUBLIC_KEY;
static CK_KEY_TYPE aes = CKK_AES, generic = CKK_GENERIC_SECRET;
static CK_ULONG sixteen = 16, forty = 40, bits = 2048, huge = 8192;

static CK_RV
pair(CK_MECHANISM *m, CK_ATTRIBUTE *pub, CK_ULONG pub_n, CK_ATTRIBUTE *priv,
    CK_ULONG priv_n)
{
	CK_OBJECT_HANDLE a = 42, b = 43;
	CK_RV rv = C_GenerateKeyPair(api.hs, m, pub, pub_n, priv, priv_n, &a,
	    &b);

	assert_true(rv == CKR_OK || (a == 42 && b == 43));
	return rv;
}

static void
test_null(void **state)
{
	CK_ATTRIBUTE t = A(CKA_EC_PARAMS, p256);
	CK_OBJECT_HANDLE h;
	const CK_RV bad = CKR_ARGUMENTS_BAD;

	(void)state;
	IS(C_GenerateKey(api.hs, NULL, &t, 0, &h), bad);
	IS(C_GenerateKey(api.hs, &aes_gen, &t, 1, NULL), bad);
	IS(C_GenerateKey(api.hs, &aes_gen, NULL, 1, &h), bad);
	IS(C_GenerateKeyPair(api.hs, NULL, &t, 1, NULL, 0, &h, &h), bad);
	IS(C_GenerateKeyPair(api.hs, &ec_gen, NULL, 1, NULL, 0, &h, &h), bad);
	IS(C_GenerateKeyPair(api.hs, &ec_gen, &t, 1, NULL, 1, &h, &h), bad);
	IS(C_GenerateKeyPair(api.hs, &ec_gen, &t, 1, NULL, 0, NULL, &h), bad);
	IS(C_GenerateKeyPair(api.hs, &ec_gen, &t, 1, NULL, 0, &h, NULL), bad);
	IS(C_DeriveKey(api.hs, NULL, 1, NULL, 0, &h), bad);
	IS(C_DeriveKey(api.hs, &aes_gen, 1, NULL, 0, NULL),
	    CKR_MECHANISM_INVALID);
	IS(C_DeriveKey(api.hs, &aes_gen, 1, NULL, 1, &h), bad);
}

static void
test_bad_mechanism(void **state)
{
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	CK_MECHANISM with = { CKM_AES_KEY_GEN, p256, sizeof(p256) };
	CK_ATTRIBUTE t = A(CKA_VALUE_LEN, sixteen);
	CK_OBJECT_HANDLE h;

	(void)state;
	IS(C_GenerateKey(api.hs, &ecb, &t, 1, &h), CKR_MECHANISM_INVALID);
	IS(C_GenerateKey(api.hs, &ec_gen, &t, 1, &h), CKR_MECHANISM_INVALID);
	IS(C_GenerateKey(api.hs, &with, &t, 1, &h),
	    CKR_MECHANISM_PARAM_INVALID);
	IS(pair(&aes_gen, &t, 1, NULL, 0), CKR_MECHANISM_INVALID);
	IS(C_DeriveKey(api.hs, &aes_gen, 1, &t, 1, &h), CKR_MECHANISM_INVALID);
}

static void
test_secret_templates(void **state)
{
	CK_BYTE two = 2, value[16] = { 1 };
	CK_BBOOL wrong[2] = { 1, 1 };
	const struct {
		CK_ATTRIBUTE t[2];
		CK_RV rv;
	} cases[] = {
		{ { A(CKA_VALUE_LEN, sixteen), A(CKA_CLASS, public) },
		  CKR_TEMPLATE_INCONSISTENT },
		{ { A(CKA_VALUE_LEN, sixteen), A(CKA_KEY_TYPE, generic) },
		  CKR_TEMPLATE_INCONSISTENT },
		{ { A(CKA_VALUE_LEN, sixteen), A(CKA_VALUE, value) },
		  CKR_ATTRIBUTE_READ_ONLY },
		{ { A(CKA_VALUE_LEN, sixteen), ON(CKA_LOCAL) },
		  CKR_ATTRIBUTE_READ_ONLY },
		{ { A(CKA_VALUE_LEN, sixteen), ON(CKA_TRUSTED) },
		  CKR_ATTRIBUTE_READ_ONLY },
		{ { A(CKA_VALUE_LEN, sixteen), A(CKA_SENSITIVE, two) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { A(CKA_VALUE_LEN, sixteen), A(CKA_SENSITIVE, wrong) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { A(CKA_VALUE_LEN, sixteen), { 0x7ffffff0, &two, 1 } },
		  CKR_ATTRIBUTE_TYPE_INVALID },
		{ { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, aes) },
		  CKR_TEMPLATE_INCOMPLETE },
	};
	CK_OBJECT_HANDLE h = 42;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_ATTRIBUTE t[2] = { cases[i].t[0], cases[i].t[1] };
		CK_RV rv = C_GenerateKey(api.hs, &aes_gen, t, 2, &h);

		if (rv != cases[i].rv)
			fail_msg("case %zu: 0x%lx", i, rv);
	}
	assert_int_equal(h, 42);
	assert_int_equal(api_count(&(CK_ATTRIBUTE)A(CKA_CLASS, secret), 1), 0);
}

/* A wrong template is refused before 8192 bits are worked out, which takes
 * seconds. */
static void
test_judged_first(void **state)
{
	CK_ATTRIBUTE pub[] = { A(CKA_MODULUS_BITS, huge), ON(CKA_SIGN) };
	CK_ATTRIBUTE priv[] = { ON(CKA_VERIFY) };
	clock_t start = clock();

	(void)state;
	IS(pair(&rsa_gen, pub, 1, priv, 1), CKR_TEMPLATE_INCONSISTENT);
	IS(pair(&rsa_gen, pub, 2, NULL, 0), CKR_TEMPLATE_INCONSISTENT);
	IS(pair(&rsa_gen, pub, 0, NULL, 0), CKR_TEMPLATE_INCOMPLETE);
	OK(C_Logout(api.hs));
	IS(pair(&rsa_gen, pub, 1, NULL, 0), CKR_USER_NOT_LOGGED_IN);
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 0.5);
}

static void
test_sizes(void **state)
{
	static const CK_ULONG aes_bad[] = { 1, 15, 17, 33, 64, 1UL << 32,
		(1UL << 32) + 16, ~0UL };
	static const CK_ULONG generic_bad[] = { 65537, ~0UL };
	static const CK_ULONG rsa_bad[] = { 0, 512, 1024, 2047, 8193, 16384,
		(1UL << 32) + 2048, ~0UL };
	CK_ULONG n;
	CK_ATTRIBUTE len = A(CKA_VALUE_LEN, n), b = A(CKA_MODULUS_BITS, n);
	CK_OBJECT_HANDLE h = 42;

	(void)state;
	for (size_t i = 0; i < COUNT(aes_bad); i++) {
		n = aes_bad[i];
		IS(C_GenerateKey(api.hs, &aes_gen, &len, 1, &h),
		    CKR_ATTRIBUTE_VALUE_INVALID);
	}
	for (size_t i = 0; i < COUNT(generic_bad); i++) {
		n = generic_bad[i];
		IS(C_GenerateKey(api.hs, &generic_gen, &len, 1, &h),
		    CKR_ATTRIBUTE_VALUE_INVALID);
	}
	for (size_t i = 0; i < COUNT(rsa_bad); i++) {
		n = rsa_bad[i];
		IS(pair(&rsa_gen, &b, 1, NULL, 0), CKR_ATTRIBUTE_VALUE_INVALID);
	}
	n = 0;
	IS(C_GenerateKey(api.hs, &aes_gen, &len, 1, &h),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(h, 42);
	n = 1;
	OK(C_GenerateKey(api.hs, &generic_gen, &len, 1, &h));
	n = 65536;
	OK(C_GenerateKey(api.hs, &generic_gen, &len, 1, &h));
}

static void
test_weak_pairs(void **state)
{
	CK_BYTE one = 1, even[] = { 1, 0, 0 };
	CK_ATTRIBUTE e1[] = { A(CKA_MODULUS_BITS, bits),
		A(CKA_PUBLIC_EXPONENT, one) };
	CK_ATTRIBUTE e2[] = { A(CKA_MODULUS_BITS, bits),
		A(CKA_PUBLIC_EXPONENT, even) };
	CK_ATTRIBUTE curve = A(CKA_EC_PARAMS, no_curve);
	CK_ATTRIBUTE other = A(CKA_EC_PARAMS, ed25519);

	(void)state;
	IS(pair(&rsa_gen, e1, 2, NULL, 0), CKR_ATTRIBUTE_VALUE_INVALID);
	IS(pair(&rsa_gen, e2, 2, NULL, 0), CKR_ATTRIBUTE_VALUE_INVALID);
	IS(pair(&ec_gen, &curve, 1, NULL, 0), CKR_CURVE_NOT_SUPPORTED);
	IS(pair(&ec_gen, &other, 1, NULL, 0), CKR_CURVE_NOT_SUPPORTED);
	IS(pair(&ec_gen, &curve, 0, NULL, 0), CKR_TEMPLATE_INCOMPLETE);
}

/* ------------------------------------------------------------ all or none */

static CK_ULONG
objects(void)
{
	return api_count(NULL, 0);
}

static void
test_none(void **state)
{
	CK_SESSION_HANDLE ro = kit_session(api.t->slot, 0);
	CK_ATTRIBUTE pub[] = { A(CKA_EC_PARAMS, p256), ON(CKA_TOKEN) };
	CK_ATTRIBUTE priv[] = { ON(CKA_TOKEN), ON(CKA_MODULUS) };
	CK_ULONG before = objects();
	CK_OBJECT_HANDLE a = 42, b = 43;

	(void)state;
	IS(pair(&ec_gen, pub, 2, priv, 2), CKR_TEMPLATE_INCONSISTENT);
	IS(C_GenerateKeyPair(ro, &ec_gen, pub, 1, priv, 1, &a, &b),
	    CKR_SESSION_READ_ONLY);
	IS(C_GenerateKeyPair(ro, &ec_gen, pub, 2, priv, 0, &a, &b),
	    CKR_SESSION_READ_ONLY);
	assert_true(a == 42 && b == 43);
	assert_int_equal(objects(), before);
	OK(pair(&ec_gen, pub, 2, priv, 1));
	OK(pair(&ec_gen, pub, 1, priv, 1));
	assert_int_equal(objects(), before + 4);
}

/* Where no file can grow: the private half on the token is not stored, and the
 * public one, in memory, does not stay. */
static bool
none_when_full(void *arg)
{
	CK_ATTRIBUTE pub[] = { A(CKA_EC_PARAMS, p256), ON(CKA_TOKEN) };
	CK_ATTRIBUTE priv[] = { ON(CKA_TOKEN) }, all = A(CKA_CLASS, public);
	struct rlimit limit, none;
	CK_OBJECT_HANDLE a = 42, b = 43, found[4];
	CK_ULONG n = 0;

	(void)arg;
	MUST(C_Initialize(NULL) == CKR_OK);
	MUST(C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
	    &api.hs) == CKR_OK);
	MUST(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN) == CKR_OK);
	MUST(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	MUST(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	none = (struct rlimit){ 0, limit.rlim_max };
	MUST(setrlimit(RLIMIT_FSIZE, &none) == 0);
	MUST(C_GenerateKeyPair(api.hs, &ec_gen, pub, 1, priv, 1, &a, &b) !=
	    CKR_OK);
	MUST(C_GenerateKeyPair(api.hs, &ec_gen, pub, 2, NULL, 0, &a, &b) !=
	    CKR_OK);
	MUST(a == 42 && b == 43);
	MUST(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	MUST(C_FindObjectsInit(api.hs, &all, 1) == CKR_OK);
	MUST(C_FindObjects(api.hs, found, 4, &n) == CKR_OK && n == 0);
	MUST(C_FindObjectsFinal(api.hs) == CKR_OK);
	MUST(C_GenerateKeyPair(api.hs, &ec_gen, pub, 1, priv, 1, &a, &b) ==
	    CKR_OK);
	return true;
}

static void
test_none_when_full(void **state)
{
	(void)state;
	OK(C_Finalize(NULL));
	assert_int_equal(kit_child(none_when_full, NULL), 0);
}

/* --------------------------------------------------------------- defaults */

struct usages {
	CK_MECHANISM *m;
	CK_ATTRIBUTE pub;
	const char *on_pub, *on_priv;	/* first letters: see below */
};
static const struct {
	char letter;
	CK_ATTRIBUTE_TYPE type;
} letters[] = {
	{ 'e', CKA_ENCRYPT }, { 'd', CKA_DECRYPT }, { 's', CKA_SIGN },
	{ 'v', CKA_VERIFY }, { 'w', CKA_WRAP }, { 'u', CKA_UNWRAP },
	{ 'D', CKA_DERIVE },
};

static void
assert_usages(CK_OBJECT_HANDLE h, const char *on)
{
	for (size_t i = 0; i < COUNT(letters); i++) {
		CK_BBOOL v = CK_FALSE;
		CK_ATTRIBUTE t = A(letters[i].type, v);
		CK_RV rv = C_GetAttributeValue(api.hs, h, &t, 1);

		if (rv != CKR_ATTRIBUTE_TYPE_INVALID)
			OK(rv);
		if (v != (strchr(on, letters[i].letter) != NULL))
			fail_msg("\"%s\": %c", on, letters[i].letter);
	}
}

static void
test_pair_defaults(void **state)
{
	struct usages all[] = {
		{ &rsa_gen, A(CKA_MODULUS_BITS, bits), "evw", "dsu" },
		{ &ec_gen, A(CKA_EC_PARAMS, p256), "v", "sD" },
		{ &ed_gen, A(CKA_EC_PARAMS, ed25519), "v", "s" },
		{ &mont_gen, A(CKA_EC_PARAMS, x25519), "", "D" },
	};
	CK_OBJECT_HANDLE a, b;

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		OK(C_GenerateKeyPair(api.hs, all[i].m, &all[i].pub, 1, NULL, 0,
		    &a, &b));
		assert_usages(a, all[i].on_pub);
		assert_usages(b, all[i].on_priv);
		assert_false(api_bool(a, CKA_PRIVATE));
		assert_true(api_bool(b, CKA_PRIVATE));
		assert_true(api_bool(b, CKA_SENSITIVE));
		assert_true(api_bool(b, CKA_ALWAYS_SENSITIVE));
		assert_false(api_bool(b, CKA_EXTRACTABLE));
		assert_true(api_bool(b, CKA_NEVER_EXTRACTABLE));
		for (size_t k = 0; k < 2; k++) {
			CK_OBJECT_HANDLE h = k == 0 ? a : b;

			assert_true(api_bool(h, CKA_LOCAL));
			assert_false(api_bool(h, CKA_TOKEN));
			assert_int_equal(api_number(h, CKA_KEY_GEN_MECHANISM),
			    all[i].m->mechanism);
		}
	}
}

static void
test_secret_defaults(void **state)
{
	CK_ATTRIBUTE t[] = { A(CKA_VALUE_LEN, sixteen), ON(CKA_SENSITIVE) };
	CK_OBJECT_HANDLE h;

	(void)state;
	OK(C_GenerateKey(api.hs, &aes_gen, t, 1, &h));
	assert_usages(h, "edsvwu");
	assert_int_equal(api_number(h, CKA_KEY_TYPE), CKK_AES);
	assert_true(api_bool(h, CKA_PRIVATE));
	assert_true(api_bool(h, CKA_LOCAL));
	assert_int_equal(api_number(h, CKA_KEY_GEN_MECHANISM),
	    CKM_AES_KEY_GEN);
	assert_true(api_bool(h, CKA_EXTRACTABLE) ==
	    !api_bool(h, CKA_SENSITIVE));
	OK(C_GenerateKey(api.hs, &generic_gen, t, 2, &h));
	assert_usages(h, "sv");
	assert_int_equal(api_number(h, CKA_KEY_TYPE), CKK_GENERIC_SECRET);
	assert_false(api_bool(h, CKA_EXTRACTABLE));
	assert_true(api_bool(h, CKA_ALWAYS_SENSITIVE));
}

/* -------------------------------------------------------------- agreement */

static CK_BYTE point[67] = { 4, 65, 4 };
static CK_ECDH1_DERIVE_PARAMS par;
static CK_MECHANISM ecdh = { CKM_ECDH1_DERIVE, &par, sizeof(par) };

/* The other's point as bare bytes, no derivation function. */
static void
peer(const char *xy)
{
	(void)hex(xy, point + 3);
	par = (CK_ECDH1_DERIVE_PARAMS){ CKD_NULL, 0, NULL, 65, point + 2 };
}

/* Derives a key that may be read; len 0: none is asked for. */
static CK_RV
agree(CK_OBJECT_HANDLE base, CK_KEY_TYPE type, CK_ULONG len,
    CK_OBJECT_HANDLE *out)
{
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, secret), A(CKA_KEY_TYPE, type),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE),
		A(CKA_VALUE_LEN, len) };

	return C_DeriveKey(api.hs, &ecdh, base, t, len == 0 ? 4 : 5, out);
}

static void
test_agree(void **state)
{
	CK_OBJECT_HANDLE i = api_ec_private(DH_I), r = api_ec_private(DH_R), h;

	(void)state;
	peer(DH_RX DH_RY);
	OK(agree(i, CKK_GENERIC_SECRET, 0, &h));
	assert_value(h, DH_Z);
	assert_false(api_bool(h, CKA_LOCAL));
	peer(DH_IX DH_IY);
	OK(agree(r, CKK_GENERIC_SECRET, 0, &h));
	assert_value(h, DH_Z);
	/* The point as a DER OCTET STRING, and the cofactor's mechanism. */
	par.pPublicData = point;
	par.ulPublicDataLen = sizeof(point);
	ecdh.mechanism = CKM_ECDH1_COFACTOR_DERIVE;
	OK(agree(r, CKK_AES, 0, &h));
	ecdh.mechanism = CKM_ECDH1_DERIVE;
	assert_value(h, DH_Z);
	/* Shorter: the leading bytes go. */
	OK(agree(r, CKK_AES, 16, &h));
	assert_value(h, &DH_Z[32]);
	assert_int_equal(api_number(h, CKA_VALUE_LEN), 16);
	IS(agree(r, CKK_GENERIC_SECRET, 33, &h), CKR_KEY_SIZE_RANGE);
}

/* The default of a template that says nothing is a generic secret. */
static void
test_agree_silent(void **state)
{
	CK_OBJECT_HANDLE i = api_ec_private(DH_I), h;

	(void)state;
	peer(DH_RX DH_RY);
	OK(C_DeriveKey(api.hs, &ecdh, i, NULL, 0, &h));
	assert_int_equal(api_number(h, CKA_CLASS), CKO_SECRET_KEY);
	assert_int_equal(api_number(h, CKA_KEY_TYPE), CKK_GENERIC_SECRET);
	assert_int_equal(api_number(h, CKA_VALUE_LEN), 32);
}

/* X9.63 and SP 800-56A over DH_Z and "info", worked out by another program. */
static void
test_kdfs(void **state)
{
	static const struct {
		CK_EC_KDF_TYPE kdf;
		const char *want;
	} kdfs[] = {
		{ CKD_SHA1_KDF,
		  "ba96c1ad6985571fed409078843327ed518dd6e440e05600566fd9258760"
		  "8cf828ef19973fc194b4" },
		{ CKD_SHA256_KDF,
		  "1660bc357314e58d942a6546ef9cc0a1ce31f1960ca93a8d77d2a2838bfd"
		  "69e97e30a832431c5310" },
		{ CKD_SHA512_KDF,
		  "bb7801a720bf89f4b712be5bd4fbc3f4539d4ab2a14c981b69573923f03a"
		  "3ec5444d5a2972771330" },
		{ CKD_SHA1_KDF_SP800,
		  "5124bf5978b48a14a55b56e9cbfac5c716db8c3a1f5d7f3ee51c82050df4"
		  "fdf70c6cc8c3f5883026" },
		{ CKD_SHA256_KDF_SP800,
		  "c3c8652135c00ed05eb56fa632ba3780ddc5b918e8807e3b31d9668fa4bc"
		  "35b6e92c462a26245af1" },
		{ CKD_SHA512_KDF_SP800,
		  "f0a31227aaa43623df2011123d24bdde880476b4e412c5c1af3ecfb44012"
		  "23f4dbd704c843bd05bb" },
	};
	CK_OBJECT_HANDLE i = api_ec_private(DH_I), h;

	(void)state;
	for (size_t k = 0; k < COUNT(kdfs); k++) {
		peer(DH_RX DH_RY);
		par.kdf = kdfs[k].kdf;
		par.pSharedData = (CK_BYTE_PTR) "info";
		par.ulSharedDataLen = 4;
		OK(agree(i, CKK_GENERIC_SECRET, forty, &h));
		assert_value(h, kdfs[k].want);
		IS(agree(i, CKK_AES, forty, &h), CKR_TEMPLATE_INCONSISTENT);
		par.ulSharedDataLen = 0;
		OK(agree(i, CKK_AES, 16, &h));
		assert_int_equal(api_number(h, CKA_VALUE_LEN), 16);
	}
}

static void
test_bad_agreement(void **state)
{
	CK_OBJECT_HANDLE i = api_ec_private(DH_I), h = 42;
	const CK_RV bad = CKR_MECHANISM_PARAM_INVALID;

	(void)state;
	peer(DH_RX DH_RY);
	par.kdf = 0x7777;
	IS(agree(i, CKK_AES, 16, &h), bad);
	peer(DH_RX DH_RY);
	par.pSharedData = point;
	par.ulSharedDataLen = 1;
	IS(agree(i, CKK_AES, 16, &h), bad);
	peer(DH_RX DH_RY);
	par.ulPublicDataLen = 64;
	IS(agree(i, CKK_AES, 16, &h), bad);
	par.ulPublicDataLen = 0;
	IS(agree(i, CKK_AES, 16, &h), bad);
	par.ulPublicDataLen = 65;
	par.pPublicData = NULL;
	IS(agree(i, CKK_AES, 16, &h), bad);
	/* Not on the curve. */
	peer(DH_RX DH_RX);
	IS(agree(i, CKK_AES, 16, &h), bad);
	peer(DH_RX DH_RY);
	ecdh.ulParameterLen--;
	IS(agree(i, CKK_AES, 16, &h), bad);
	ecdh.ulParameterLen++;
	OK(agree(i, CKK_AES, 16, &h));
}

static void
test_bad_base(void **state)
{
	CK_ATTRIBUTE off = OFF(CKA_DERIVE);
	CK_OBJECT_HANDLE i = api_ec_private(DH_I), h = 42;

	(void)state;
	peer(DH_RX DH_RY);
	IS(agree(api_ec_public(DH_IX DH_IY), CKK_AES, 16, &h),
	    CKR_KEY_TYPE_INCONSISTENT);
	IS(agree(api_rsa_private(NULL, 0), CKK_AES, 16, &h),
	    CKR_KEY_TYPE_INCONSISTENT);
	IS(agree(api_secret(CKK_AES, AES_KEY), CKK_AES, 16, &h),
	    CKR_KEY_TYPE_INCONSISTENT);
	IS(agree(i, CKK_AES, 17, &h), CKR_TEMPLATE_INCONSISTENT);
	IS(agree(i, CKK_EC, 0, &h), CKR_ATTRIBUTE_VALUE_INVALID);
	OK(C_SetAttributeValue(api.hs, i, &off, 1));
	IS(agree(i, CKK_AES, 16, &h), CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_int_equal(h, 42);
}

/* The base key's own template is imposed on what is derived from it. */
static void
test_derive_template(void **state)
{
	CK_BYTE oid[16], scalar[32];
	CK_ATTRIBUTE imposed[] = { ON(CKA_SENSITIVE), OFF(CKA_VERIFY) };
	CK_OBJECT_CLASS private = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = CKK_EC;
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, private), A(CKA_KEY_TYPE, type),
		ON(CKA_DERIVE), A(CKA_DERIVE_TEMPLATE, imposed),
		{ CKA_EC_PARAMS, oid, hex(P256_OID, oid) },
		{ CKA_VALUE, scalar, hex(DH_I, scalar) } };
	CK_OBJECT_HANDLE base = api_create(t, COUNT(t)), h = 42;

	(void)state;
	peer(DH_RX DH_RY);
	IS(agree(base, CKK_AES, 16, &h), CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(h, 42);
	OK(C_DeriveKey(api.hs, &ecdh, base, NULL, 0, &h));
	assert_true(api_bool(h, CKA_SENSITIVE));
	assert_false(api_bool(h, CKA_VERIFY));
}

/* Two pairs made here find the same secret, on a Montgomery curve, too. */
static void
test_x25519(void **state)
{
	CK_ATTRIBUTE pub = A(CKA_EC_PARAMS, x25519);
	CK_OBJECT_HANDLE a[2], b[2], h;
	CK_BYTE raw[600], one[600], two[600];

	(void)state;
	for (size_t i = 0; i < 2; i++)
		OK(C_GenerateKeyPair(api.hs, &mont_gen, &pub, 1, NULL, 0,
		    &a[i], &b[i]));
	for (size_t i = 0; i < 2; i++) {
		par = (CK_ECDH1_DERIVE_PARAMS){ CKD_NULL, 0, NULL,
			api_get(a[1 - i], CKA_EC_POINT, raw), raw };
		OK(agree(b[i], CKK_GENERIC_SECRET, 0, &h));
		assert_int_equal(api_get(h, CKA_VALUE, i == 0 ? one : two), 32);
	}
	assert_memory_equal(one, two, 32);
	memset(raw, 0, sizeof(raw));
	IS(agree(b[0], CKK_AES, 16, &h), CKR_MECHANISM_PARAM_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_null), CASE(test_bad_mechanism),
		CASE(test_secret_templates), CASE(test_judged_first),
		CASE(test_sizes), CASE(test_weak_pairs), CASE(test_none),
		CASE(test_none_when_full), CASE(test_pair_defaults),
		CASE(test_secret_defaults), CASE(test_agree),
		CASE(test_agree_silent), CASE(test_kdfs),
		CASE(test_bad_agreement), CASE(test_bad_base),
		CASE(test_derive_template), CASE(test_x25519),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
