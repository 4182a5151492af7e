/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "generate": C_GenerateKey and C_GenerateKeyPair (5.18.1, 5.18.2).
 */
#include "kit_ref.h"
#include "suite.h"

#include <string.h>

static CK_RV
key(CK_MECHANISM_TYPE type, const struct tmpl *t, CK_OBJECT_HANDLE *out)
{
	CK_MECHANISM m = { type, NULL, 0 };

	*out = CK_INVALID_HANDLE;
	return kit.f->C_GenerateKey(
	    kit.s, &m, (CK_ATTRIBUTE *)(uintptr_t)t->a, t->n, out);
}

static CK_RV
rsa(const struct tmpl *pub, CK_OBJECT_HANDLE *a, CK_OBJECT_HANDLE *b)
{
	CK_MECHANISM m = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };

	return kit.f->C_GenerateKeyPair(kit.s, &m,
	    (CK_ATTRIBUTE *)(uintptr_t)pub->a, pub->n, NULL, 0, a, b);
}

static void
secret_sizes(const void *arg)
{
	static const CK_ULONG aes[] = { 16, 24, 32 },
			      bad[] = { 0, 1, 15, 17, 33, 64, (CK_ULONG)-1 };
	static const CK_ULONG generic[] = { 1, 10, 16, 32, 100 };
	CK_BYTE a[128], b[128];
	CK_OBJECT_HANDLE h;
	struct tmpl t = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_AES_KEY_GEN, CKF_GENERATE);
	kit_need_mech(CKM_GENERIC_SECRET_KEY_GEN, CKF_GENERATE);
	t_b(&t, CKA_SENSITIVE, false);
	t_b(&t, CKA_EXTRACTABLE, true);
	for (size_t i = 0; i < KIT_COUNT(aes); i++) {
		t_u(&t, CKA_VALUE_LEN, aes[i]);
		NEED(key(CKM_AES_KEY_GEN, &t, &h));
		CHECK(attr_read(h, CKA_VALUE, a, sizeof(a)) == (long)aes[i],
		    "an AES key of another size");
		attr_is_u(h, CKA_KEY_TYPE, CKK_AES);
		NEED(key(CKM_AES_KEY_GEN, &t, &h));
		CHECK(attr_read(h, CKA_VALUE, b, sizeof(b)) > 0 &&
			memcmp(a, b, 16) != 0,
		    "the same key twice");
	}
	for (size_t i = 0; i < KIT_COUNT(bad); i++) {
		t_u(&t, CKA_VALUE_LEN, bad[i]);
		if (!WANT(key(CKM_AES_KEY_GEN, &t, &h),
			CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT,
			CKR_KEY_SIZE_RANGE,
			bad[i] == 0 ? CKR_TEMPLATE_INCOMPLETE :
				      CKR_KEY_SIZE_RANGE))
			kit_note("AES key of %lu bytes", bad[i]);
	}
	for (size_t i = 0; i < KIT_COUNT(generic); i++) {
		t_u(&t, CKA_VALUE_LEN, generic[i]);
		if (!WANT(key(CKM_GENERIC_SECRET_KEY_GEN, &t, &h), CKR_OK))
			continue;
		CHECK(attr_read(h, CKA_VALUE, a, sizeof(a)) == (long)generic[i],
		    "a generic secret of another size");
		attr_is_u(h, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
	}
}

static void
secret_templates(const void *arg)
{
	CK_MECHANISM m = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_OBJECT_HANDLE h;
	struct tmpl t = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_AES_KEY_GEN, CKF_GENERATE);
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_TEMPLATE_INCOMPLETE);
	WANT(kit.f->C_GenerateKey(kit.s, &m, NULL, 1, &h), CKR_ARGUMENTS_BAD);
	t_u(&t, CKA_VALUE_LEN, 16);
	WANT(
	    kit.f->C_GenerateKey(kit.s, &m, t.a, t.n, NULL), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_GenerateKey(kit.s, NULL, t.a, t.n, &h), CKR_ARGUMENTS_BAD,
	    CKR_MECHANISM_INVALID);
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_AES);
	NEED(key(CKM_AES_KEY_GEN, &t, &h));
	t_u(&t, CKA_KEY_TYPE, CKK_DES3);
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_TEMPLATE_INCONSISTENT,
	    CKR_ATTRIBUTE_VALUE_INVALID);
	t_u(&t, CKA_KEY_TYPE, CKK_AES);
	t_u(&t, CKA_CLASS, CKO_PRIVATE_KEY);
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_TEMPLATE_INCONSISTENT,
	    CKR_ATTRIBUTE_VALUE_INVALID);
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_v(&t, CKA_VALUE, "0123456789abcdef", 16);
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_TEMPLATE_INCONSISTENT,
	    CKR_ATTRIBUTE_READ_ONLY, CKR_ATTRIBUTE_TYPE_INVALID,
	    CKR_ATTRIBUTE_VALUE_INVALID);
	t_drop(&t, CKA_VALUE);
	t_b(&t, CKA_LOCAL, false);
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_TEMPLATE_INCONSISTENT,
	    CKR_ATTRIBUTE_READ_ONLY);
	t_drop(&t, CKA_LOCAL);
	t_s(&t, 0x7fff1234UL, "x");
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_ATTRIBUTE_TYPE_INVALID);
}

static void
mechanisms(const void *arg)
{
	CK_MECHANISM m = { CKM_SHA256, NULL, 0 };
	CK_OBJECT_HANDLE a, b;
	struct tmpl t = { .n = 0 };

	(void)arg;
	t_u(&t, CKA_VALUE_LEN, 16);
	WANT(key(CKM_SHA256, &t, &a), CKR_MECHANISM_INVALID);
	WANT(key(0x7fffffffUL, &t, &a), CKR_MECHANISM_INVALID);
	WANT(key(CKM_RSA_PKCS_KEY_PAIR_GEN, &t, &a), CKR_MECHANISM_INVALID);
	WANT(kit.f->C_GenerateKeyPair(kit.s, &m, NULL, 0, NULL, 0, &a, &b),
	    CKR_MECHANISM_INVALID);
	m.mechanism = CKM_AES_KEY_GEN;
	WANT(kit.f->C_GenerateKeyPair(kit.s, &m, NULL, 0, NULL, 0, &a, &b),
	    CKR_MECHANISM_INVALID);
}

/* Who may make which keys: as for any object (5.7.1). */
static void
states(const void *arg)
{
	CK_SESSION_HANDLE ro = kit_session(0);
	CK_OBJECT_HANDLE h;
	struct tmpl t = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_AES_KEY_GEN, CKF_GENERATE);
	t_u(&t, CKA_VALUE_LEN, 16);
	t_b(&t, CKA_PRIVATE, true);
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_USER_NOT_LOGGED_IN);
	t_b(&t, CKA_PRIVATE, false);
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_OK);
	t_b(&t, CKA_TOKEN, true);
	kit.s = ro;
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_SESSION_READ_ONLY);
	t_b(&t, CKA_TOKEN, false);
	WANT(key(CKM_AES_KEY_GEN, &t, &h), CKR_OK);
}

static void
rsa_sizes(const void *arg)
{
	static const CK_ULONG sizes[] = { 2048, 3072 };

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	for (size_t i = 0; i < KIT_COUNT(sizes); i++) {
		CK_OBJECT_HANDLE pub, priv;
		struct tmpl t = { .n = 0 };
		CK_BYTE n[1100], m[1100];

		t_u(&t, CKA_MODULUS_BITS, sizes[i]);
		t_v(&t, CKA_PUBLIC_EXPONENT, "\1\0\1", 3);
		NEED(rsa(&t, &pub, &priv));
		attr_is_u(pub, CKA_MODULUS_BITS, sizes[i]);
		attr_is(pub, CKA_PUBLIC_EXPONENT, "\1\0\1", 3);
		attr_is(priv, CKA_PUBLIC_EXPONENT, "\1\0\1", 3);
		CHECK(attr_read(pub, CKA_MODULUS, n, sizeof(n)) ==
			    (long)sizes[i] / 8 &&
			n[0] >= 0x80,
		    "modulus");
		CHECK(attr_read(priv, CKA_MODULUS, m, sizeof(m)) ==
			    (long)sizes[i] / 8 &&
			memcmp(n, m, sizes[i] / 8) == 0,
		    "the halves have different moduli");
	}
}

static void
rsa_templates(const void *arg)
{
	static const char *const bad_e[] = { "\1", "\2", "\1\0\2", "", "\0" };
	static const size_t bad_e_len[] = { 1, 1, 3, 0, 1 };
	CK_OBJECT_HANDLE a, b;
	struct tmpl t = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	WANT(rsa(&t, &a, &b), CKR_TEMPLATE_INCOMPLETE);
	for (size_t i = 0; i < KIT_COUNT(bad_e); i++) {
		t_u(&t, CKA_MODULUS_BITS, 2048);
		t_v(&t, CKA_PUBLIC_EXPONENT, bad_e[i], bad_e_len[i]);
		if (!WANT(rsa(&t, &a, &b), CKR_ATTRIBUTE_VALUE_INVALID,
			CKR_TEMPLATE_INCONSISTENT))
			kit_note("row %zu of wrong exponents", i);
	}
	t_drop(&t, CKA_PUBLIC_EXPONENT);
	t_u(&t, CKA_MODULUS_BITS, 0);
	WANT(rsa(&t, &a, &b), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_KEY_SIZE_RANGE,
	    CKR_TEMPLATE_INCOMPLETE);
	t_u(&t, CKA_MODULUS_BITS, 100);
	WANT(rsa(&t, &a, &b), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_KEY_SIZE_RANGE);
	t_u(&t, CKA_MODULUS_BITS, 1UL << 30);
	WANT(rsa(&t, &a, &b), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_KEY_SIZE_RANGE);
	t_u(&t, CKA_MODULUS_BITS, 2048);
	t_v(&t, CKA_MODULUS, "x", 1);
	WANT(rsa(&t, &a, &b), CKR_ATTRIBUTE_READ_ONLY,
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_TYPE_INVALID,
	    CKR_ATTRIBUTE_VALUE_INVALID);
}

/* One half refused means that neither exists afterwards. */
static void
pair_all_or_nothing(const void *arg)
{
	CK_MECHANISM m = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	const struct curve *c = curve_find("prime256v1");
	CK_OBJECT_HANDLE a = 77, b = 77, h;
	struct tmpl pub = { .n = 0 }, priv = { .n = 0 }, all = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	t_v(&pub, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_b(&pub, CKA_TOKEN, true);
	t_b(&priv, CKA_TOKEN, true);
	t_s(&priv, 0x7fff1234UL, "x");
	WANT(kit.f->C_GenerateKeyPair(
		 kit.s, &m, pub.a, pub.n, priv.a, priv.n, &a, &b),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	CHECK(obj_find(kit.s, &all, &h, 1) == 0, "one half was left behind");
	t_drop(&priv, 0x7fff1234UL);
	t_u(&priv, CKA_KEY_TYPE, CKK_RSA);
	WANT(kit.f->C_GenerateKeyPair(
		 kit.s, &m, pub.a, pub.n, priv.a, priv.n, &a, &b),
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID);
	CHECK(obj_find(kit.s, &all, &h, 1) == 0, "one half was left behind");
	WANT(kit.f->C_GenerateKeyPair(kit.s, &m, NULL, 0, NULL, 0, &a, &b),
	    CKR_TEMPLATE_INCOMPLETE);
	WANT(kit.f->C_GenerateKeyPair(
		 kit.s, &m, pub.a, pub.n, NULL, 0, NULL, &b),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_GenerateKeyPair(
		 kit.s, &m, pub.a, pub.n, NULL, 0, &a, NULL),
	    CKR_ARGUMENTS_BAD);
}

static void
ec_bad_params(const void *arg)
{
	static const struct {
		const char *what;
		CK_BYTE v[12];
		size_t n;
	} rows[] = {
		{ "nothing", { 0 }, 0 },
		{ "rubbish", { 1, 2, 3 }, 3 },
		{ "unknown OID", { 6, 3, 0x2a, 3, 4 }, 5 },
		{ "cut OID", { 6, 8, 0x2a, 0x86 }, 4 },
		{ "NULL (implicit CA)", { 5, 0 }, 2 },
		{ "an OID and more", { 6, 5, 0x2b, 0x81, 4, 0, 0x22, 0 }, 8 },
	};
	CK_MECHANISM m = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };

	(void)arg;
	kit_need_mech(CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		CK_OBJECT_HANDLE a, b;
		struct tmpl t = { .n = 0 };

		t_v(&t, CKA_EC_PARAMS, rows[i].v, rows[i].n);
		if (!WANT(kit.f->C_GenerateKeyPair(
			      kit.s, &m, t.a, t.n, NULL, 0, &a, &b),
			CKR_CURVE_NOT_SUPPORTED, CKR_DOMAIN_PARAMS_INVALID,
			CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT,
			CKR_TEMPLATE_INCOMPLETE))
			kit_note("the parameters: %s", rows[i].what);
	}
}

/* Token pairs live on after a restart and still sign. */
static void
kept(const void *arg)
{
	struct subject sj;
	CK_MECHANISM m = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	const struct curve *c = curve_find("prime256v1");
	struct tmpl pub = { .n = 0 }, priv = { .n = 0 }, q = { .n = 0 };
	CK_BYTE in[32] = { 1 }, sig[64];
	CK_ULONG n = sizeof(sig);
	CK_OBJECT_HANDLE a, b;

	(void)arg;
	kit_need_mech(CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	t_v(&pub, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_b(&pub, CKA_TOKEN, true);
	t_s(&pub, CKA_ID, "pair");
	t_b(&priv, CKA_TOKEN, true);
	t_b(&priv, CKA_SIGN, true);
	t_s(&priv, CKA_ID, "pair");
	NEED(kit.f->C_GenerateKeyPair(
	    kit.s, &m, pub.a, pub.n, priv.a, priv.n, &a, &b));
	NEED(kit.f->C_Finalize(NULL));
	NEED(kit_initialize());
	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot), "token gone");
	kit.s = kit_session(0);
	kit_login(kit.s, CKU_USER);
	subject_init(&sj, mech_find(CKM_ECDSA));
	t_s(&q, CKA_ID, "pair");
	t_u(&q, CKA_CLASS, CKO_PRIVATE_KEY);
	REQUIRE(
	    obj_find(kit.s, &q, &sj.fwd, 1) == 1, "the private key is gone");
	t_u(&q, CKA_CLASS, CKO_PUBLIC_KEY);
	REQUIRE(
	    obj_find(kit.s, &q, &sj.back, 1) == 1, "the public key is gone");
	NEED(kit.f->C_SignInit(kit.s, &sj.m, sj.fwd));
	NEED(kit.f->C_Sign(kit.s, in, sizeof(in), sig, &n));
	CHECK(ref_verify(&sj, in, sizeof(in), sig, n), "wrong signature");
}

static const struct kit_case cases[] = {
	{ "generate/secret-sizes", "6.8, 6.10", AT_USER, secret_sizes, NULL,
	    0 },
	{ "generate/secret-templates", "5.18.1", AT_USER, secret_templates,
	    NULL, 0 },
	{ "generate/mechanisms", "5.18.1, 5.18.2", AT_USER, mechanisms, NULL,
	    0 },
	{ "generate/states", "5.7.1, 5.18.1", AT_PUBLIC, states, NULL, 0 },
	{ "generate/rsa-sizes", "6.1.4", AT_USER, rsa_sizes, NULL, 120 },
	{ "generate/rsa-templates", "6.1.4", AT_USER, rsa_templates, NULL,
	    120 },
	{ "generate/all-or-nothing", "5.18.2", AT_USER, pair_all_or_nothing,
	    NULL, 0 },
	{ "generate/ec-bad-parameters", "6.3.3", AT_USER, ec_bad_params, NULL,
	    0 },
	{ "generate/kept", "5.18.2", AT_USER, kept, NULL, 0 },
};

void
keygen_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
