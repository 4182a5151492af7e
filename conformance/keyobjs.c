/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "key": what key objects say of themselves: defaults, history flags,
 * check values, public key information, and the encodings of EC parameters
 * and points (4.8 to 4.11, 6.1, 6.3).
 */
#include "kit_ref.h"
#include "suite.h"

#include <string.h>

static CK_OBJECT_HANDLE
generate_aes(const struct tmpl *t)
{
	CK_MECHANISM m = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_OBJECT_HANDLE h;

	kit_need_mech(CKM_AES_KEY_GEN, CKF_GENERATE);
	NEED(kit.f->C_GenerateKey(
	    kit.s, &m, (CK_ATTRIBUTE *)(uintptr_t)t->a, t->n, &h));
	return h;
}

/* The minimal templates: nothing but the size or the curve. */
static void
generate_bare(CK_KEY_TYPE type, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
	CK_MECHANISM m = { type == CKK_RSA ? CKM_RSA_PKCS_KEY_PAIR_GEN :
					     CKM_EC_KEY_PAIR_GEN,
		NULL, 0 };
	const struct curve *c = curve_find("prime256v1");
	struct tmpl a = { .n = 0 };

	kit_need_mech(m.mechanism, CKF_GENERATE_KEY_PAIR);
	if (type == CKK_RSA)
		t_u(&a, CKA_MODULUS_BITS, 2048);
	else
		t_v(&a, CKA_EC_PARAMS, c->oid, c->oidlen);
	NEED(kit.f->C_GenerateKeyPair(kit.s, &m, a.a, a.n, NULL, 0, pub, priv));
}

static void
imported(const void *arg)
{
	CK_OBJECT_HANDLE h[3], pub;
	struct tmpl t;

	(void)arg;
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, false);
	h[0] = obj_make(&t);
	tmpl_rsa_private(&t);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, false);
	h[1] = obj_make(&t);
	tmpl_ec_private(&t);
	h[2] = obj_make(&t);
	for (int i = 0; i < 3; i++) {
		attr_is_b(h[i], CKA_LOCAL, false);
		attr_is_b(h[i], CKA_ALWAYS_SENSITIVE, false);
		attr_is_b(h[i], CKA_NEVER_EXTRACTABLE, false);
		attr_is_u(
		    h[i], CKA_KEY_GEN_MECHANISM, CK_UNAVAILABLE_INFORMATION);
	}
	tmpl_rsa_public(&t);
	pub = obj_make(&t);
	attr_is_b(pub, CKA_LOCAL, false);
	attr_is_u(pub, CKA_KEY_GEN_MECHANISM, CK_UNAVAILABLE_INFORMATION);
	attr_is_u(pub, CKA_MODULUS_BITS, 2048);
}

static void
generated(const void *arg)
{
	(void)arg;
	for (int i = 0; i < 4; i++) {
		bool sensitive = (i & 1) != 0, extractable = (i & 2) != 0;
		struct tmpl t = { .n = 0 };
		CK_OBJECT_HANDLE h;

		t_u(&t, CKA_VALUE_LEN, 16);
		t_b(&t, CKA_SENSITIVE, sensitive);
		t_b(&t, CKA_EXTRACTABLE, extractable);
		h = generate_aes(&t);
		attr_is_b(h, CKA_LOCAL, true);
		attr_is_u(h, CKA_KEY_GEN_MECHANISM, CKM_AES_KEY_GEN);
		attr_is_b(h, CKA_ALWAYS_SENSITIVE, sensitive);
		attr_is_b(h, CKA_NEVER_EXTRACTABLE, !extractable);
		attr_is_u(h, CKA_VALUE_LEN, 16);
		WANT(attr_rv(h, CKA_VALUE),
		    sensitive || !extractable ? CKR_ATTRIBUTE_SENSITIVE :
						CKR_OK);
	}
}

static void
generated_pairs(const void *arg)
{
	static const CK_KEY_TYPE types[] = { CKK_RSA, CKK_EC };

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		CK_OBJECT_HANDLE pub, priv;

		generate_bare(types[i], &pub, &priv);
		attr_is_u(pub, CKA_CLASS, CKO_PUBLIC_KEY);
		attr_is_u(priv, CKA_CLASS, CKO_PRIVATE_KEY);
		attr_is_u(pub, CKA_KEY_TYPE, types[i]);
		attr_is_u(priv, CKA_KEY_TYPE, types[i]);
		attr_is_b(pub, CKA_LOCAL, true);
		attr_is_b(priv, CKA_LOCAL, true);
		attr_is_u(priv, CKA_KEY_GEN_MECHANISM,
		    attr_u(pub, CKA_KEY_GEN_MECHANISM));
		attr_is_b(pub, CKA_TOKEN, false);
		attr_is_b(priv, CKA_TOKEN, false);
		CHECK(attr_b(priv, CKA_ALWAYS_SENSITIVE) ==
			attr_b(priv, CKA_SENSITIVE),
		    "ALWAYS_SENSITIVE");
		CHECK(attr_b(priv, CKA_NEVER_EXTRACTABLE) ==
			!attr_b(priv, CKA_EXTRACTABLE),
		    "NEVER_EXTRACTABLE");
		if (kit.profile != PROFILE_KLUIS)
			continue;
		attr_is_b(priv, CKA_PRIVATE, true);
		attr_is_b(priv, CKA_SENSITIVE, true);
		attr_is_b(priv, CKA_EXTRACTABLE, false);
	}
}

/* A client that names no usage can still work with its key (design 9). */
static void
usable_defaults(const void *arg)
{
	static const CK_ATTRIBUTE_TYPE of_aes[] = { CKA_ENCRYPT, CKA_DECRYPT,
		CKA_WRAP, CKA_UNWRAP };
	static const CK_ATTRIBUTE_TYPE of_rsa[] = { CKA_DECRYPT, CKA_SIGN,
		CKA_UNWRAP };
	CK_OBJECT_HANDLE pub, priv;
	struct tmpl t = { .n = 0 };

	(void)arg;
	if (kit.profile != PROFILE_KLUIS)
		kit_skip("the defaults of usages are the token's choice");
	t_u(&t, CKA_VALUE_LEN, 32);
	priv = generate_aes(&t);
	for (size_t i = 0; i < KIT_COUNT(of_aes); i++)
		attr_is_b(priv, of_aes[i], true);
	attr_is_b(priv, CKA_SENSITIVE, false);
	attr_is_b(priv, CKA_EXTRACTABLE, true);
	attr_is_b(priv, CKA_PRIVATE, true);
	generate_bare(CKK_RSA, &pub, &priv);
	for (size_t i = 0; i < KIT_COUNT(of_rsa); i++)
		attr_is_b(priv, of_rsa[i], true);
	attr_is_b(pub, CKA_VERIFY, true);
	attr_is_b(pub, CKA_ENCRYPT, true);
	attr_is_b(pub, CKA_WRAP, true);
	generate_bare(CKK_EC, &pub, &priv);
	attr_is_b(priv, CKA_SIGN, true);
	attr_is_b(priv, CKA_DERIVE, true);
	attr_is_b(priv, CKA_DECRYPT, false);
	attr_is_b(pub, CKA_VERIFY, true);
}

static void
empty_defaults(const void *arg)
{
	static const CK_ATTRIBUTE_TYPE common[] = { CKA_ID, CKA_LABEL,
		CKA_START_DATE, CKA_END_DATE, CKA_ALLOWED_MECHANISMS };
	CK_OBJECT_HANDLE h[3], pub;
	struct tmpl t = { .n = 0 };

	(void)arg;
	t_u(&t, CKA_VALUE_LEN, 16);
	h[0] = generate_aes(&t);
	generate_bare(CKK_RSA, &h[1], &h[2]);
	pub = h[1];
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < KIT_COUNT(common); k++)
			attr_is(h[i], common[k], "", 0);
	attr_is(h[0], CKA_WRAP_TEMPLATE, "", 0);
	attr_is(h[0], CKA_UNWRAP_TEMPLATE, "", 0);
	attr_is(pub, CKA_WRAP_TEMPLATE, "", 0);
	attr_is(h[2], CKA_UNWRAP_TEMPLATE, "", 0);
	attr_is(pub, CKA_SUBJECT, "", 0);
	attr_is(h[2], CKA_SUBJECT, "", 0);
	attr_is_b(h[0], CKA_WRAP_WITH_TRUSTED, false);
	attr_is_b(h[2], CKA_WRAP_WITH_TRUSTED, false);
	attr_is_b(h[2], CKA_ALWAYS_AUTHENTICATE, false);
	attr_is_b(h[0], CKA_TRUSTED, false);
	attr_is_b(pub, CKA_TRUSTED, false);
}

static void
check_value(const void *arg)
{
	static const CK_BYTE aes_kcv[] = { 0xc6, 0xa1,
		0x3b }; /* AES-128(00 01 ... 0f) of a zero block */
	CK_BYTE value[20], sum[20];
	CK_OBJECT_HANDLE h;
	struct tmpl t;
	CK_RV rv;

	(void)arg;
	attr_is(key_secret(CKK_AES, 16), CKA_CHECK_VALUE, aes_kcv, 3);
	key_bytes(value, sizeof(value));
	(void)ref_digest("SHA1", value, sizeof(value), sum);
	attr_is(key_secret(CKK_GENERIC_SECRET, 20), CKA_CHECK_VALUE, sum, 3);
	tmpl_secret(&t, CKK_AES, value, 16);
	t_v(&t, CKA_CHECK_VALUE, aes_kcv, 3);
	WANT(obj_try(&t, &h), CKR_OK);
	t_v(&t, CKA_CHECK_VALUE, "bad", 3);
	WANT(obj_try(&t, &h), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	t_v(&t, CKA_CHECK_VALUE, NULL, 0);
	if (WANT(obj_try(&t, &h), CKR_OK)) {
		rv = attr_rv(h, CKA_CHECK_VALUE);
		WANT(rv, CKR_OK, CKR_ATTRIBUTE_TYPE_INVALID);
		if (rv == CKR_OK)
			attr_is(h, CKA_CHECK_VALUE, "", 0);
	}
}

static void
public_key_info(const void *arg)
{
	CK_OBJECT_HANDLE pub, priv;
	const struct curve *c;
	CK_BYTE want[600];

	(void)arg;
	if (kit.f30 == NULL)
		kit_skip("optional before 3.0");
	pair_rsa(&pub, &priv);
	attr_is(pub, CKA_PUBLIC_KEY_INFO, want,
	    ref_spki(ref_public(pub), want, sizeof(want)));
	attr_is(priv, CKA_PUBLIC_KEY_INFO, want,
	    ref_spki(ref_public(pub), want, sizeof(want)));
	pair_ec(&pub, &priv);
	attr_is(priv, CKA_PUBLIC_KEY_INFO, want,
	    ref_spki(ref_public(pub), want, sizeof(want)));
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		if (pair_curve(c->name, &pub, &priv) != CKR_OK)
			continue;
		attr_is(pub, CKA_PUBLIC_KEY_INFO, want,
		    ref_spki(ref_public(pub), want, sizeof(want)));
		attr_is(priv, CKA_PUBLIC_KEY_INFO, want,
		    ref_spki(ref_public(pub), want, sizeof(want)));
	}
}

/*
 * Only modulus and private exponent: accepted, works, and the other parts are
 * absent or empty (6.1.3).
 */
static void
rsa_minimal(const void *arg)
{
	static const CK_ATTRIBUTE_TYPE parts[] = { CKA_PUBLIC_EXPONENT,
		CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1, CKA_EXPONENT_2,
		CKA_COEFFICIENT };
	const bool keep_e = arg != NULL;
	struct subject sj;
	CK_BYTE in[100], sig[256];
	CK_ULONG n = sizeof(sig);
	struct tmpl t;

	kit_need_mech(CKM_SHA256_RSA_PKCS, CKF_SIGN);
	subject_init(&sj, mech_find(CKM_SHA256_RSA_PKCS));
	tmpl_rsa_private(&t);
	for (size_t i = keep_e ? 1 : 0; i < KIT_COUNT(parts); i++)
		t_drop(&t, parts[i]);
	sj.fwd = obj_make(&t);
	for (size_t i = keep_e ? 1 : 0; i < KIT_COUNT(parts); i++)
		WANT(attr_rv(sj.fwd, parts[i]), CKR_OK,
		    CKR_ATTRIBUTE_TYPE_INVALID);
	fill(in, sizeof(in), 1);
	NEED(kit.f->C_SignInit(kit.s, &sj.m, sj.fwd));
	NEED(kit.f->C_Sign(kit.s, in, sizeof(in), sig, &n));
	CHECK(
	    ref_verify(&sj, in, sizeof(in), sig, n), "the signature is wrong");
}

static void
rsa_leading_zero(const void *arg)
{
	CK_BYTE n[257] = { 0 }, *from = n + 1;
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_rsa_public(&t);
	h = obj_make(&t);
	REQUIRE(attr_read(h, CKA_MODULUS, from, 256) == 256, "modulus");
	t_v(&t, CKA_MODULUS, n, sizeof(n));
	if (WANT(obj_try(&t, &h), CKR_OK, CKR_ATTRIBUTE_VALUE_INVALID) &&
	    h != CK_INVALID_HANDLE)
		attr_is_u(h, CKA_MODULUS_BITS, 2048);
}

static void
ec_curve_name(const void *arg)
{
	static const CK_BYTE name[] = { 0x13, 9, 's', 'e', 'c', 'p', '2', '5',
		'6', 'r', '1' };
	static const CK_BYTE unknown[] = { 0x13, 4, 'n', 'o', 'n', 'e' };
	const struct curve *c = curve_find("prime256v1");
	CK_MECHANISM m = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_OBJECT_HANDLE pub, priv;
	struct tmpl a = { .n = 0 };
	CK_BYTE params[64];
	CK_RV rv;
	long n;

	(void)arg;
	kit_need_mech(CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	t_v(&a, CKA_EC_PARAMS, unknown, sizeof(unknown));
	WANT(
	    kit.f->C_GenerateKeyPair(kit.s, &m, a.a, a.n, NULL, 0, &pub, &priv),
	    CKR_CURVE_NOT_SUPPORTED, CKR_DOMAIN_PARAMS_INVALID,
	    CKR_ATTRIBUTE_VALUE_INVALID);
	t_v(&a, CKA_EC_PARAMS, name, sizeof(name));
	rv =
	    kit.f->C_GenerateKeyPair(kit.s, &m, a.a, a.n, NULL, 0, &pub, &priv);
	if (kit.f30 == NULL && rv != CKR_OK)
		kit_skip("curve names are of 3.0");
	NEED(rv);
	n = attr_read(pub, CKA_EC_PARAMS, params, sizeof(params));
	CHECK(
	    (n == (long)c->oidlen && memcmp(params, c->oid, c->oidlen) == 0) ||
		(n == (long)sizeof(name) &&
		    memcmp(params, name, sizeof(name)) == 0),
	    "CKA_EC_PARAMS of %ld bytes", n);
	if (kit.profile == PROFILE_KLUIS)
		attr_is(pub, CKA_EC_PARAMS, c->oid, c->oidlen);
}

/*
 * A point is taken as OCTET STRING and raw, and comes out as OCTET STRING;
 * one that is not on the curve is refused.
 */
static void
ec_point_forms(const void *arg)
{
	const CK_BYTE *der;
	CK_BYTE bad[67];
	CK_OBJECT_HANDLE h;
	struct tmpl t;
	CK_RV rv;

	(void)arg;
	tmpl_ec_public(&t);
	der = t.a[t.n - 1].pValue;
	REQUIRE(t.a[t.n - 1].type == CKA_EC_POINT, "template");
	h = obj_make(&t);
	attr_is(h, CKA_EC_POINT, der, 67);
	memcpy(bad, der, sizeof(bad));
	bad[66] ^= 1;
	t_v(&t, CKA_EC_POINT, bad, sizeof(bad));
	WANT(obj_try(&t, &h), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_PUBLIC_KEY_INVALID);
	t_v(&t, CKA_EC_POINT, der, 66);
	WANT(obj_try(&t, &h), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_PUBLIC_KEY_INVALID);
	t_v(&t, CKA_EC_POINT, der + 2, 65);
	rv = obj_try(&t, &h);
	if (kit.profile == PROFILE_KLUIS)
		NEED(rv);
	if (rv == CKR_OK && kit.profile == PROFILE_KLUIS)
		attr_is(h, CKA_EC_POINT, der, 67);
}

/*
 * Each curve: pair generated, parameters and point in the form the standard
 * gives.
 */
static void
ec_encodings(const void *arg)
{
	CK_OBJECT_HANDLE pub, priv;
	const struct curve *c;
	unsigned int made = 0;

	(void)arg;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		CK_RV rv = pair_curve(c->name, &pub, &priv);

		if (rv == CKR_MECHANISM_INVALID)
			continue;
		if (!CHECK(rv == CKR_OK, "%s: %s", c->name, kit_rv_name(rv)))
			continue;
		made++;
		attr_is_u(pub, CKA_KEY_TYPE, c->type);
		/*
		 * A curve of Edwards or Montgomery may be given back by its
		 * name.
		 */
		if (c->type == CKK_EC || kit.profile == PROFILE_KLUIS) {
			attr_is(pub, CKA_EC_PARAMS, c->oid, c->oidlen);
			attr_is(priv, CKA_EC_PARAMS, c->oid, c->oidlen);
		}
		EVP_PKEY_free(ref_public(pub));
		CHECK(attr_read(priv, CKA_VALUE, (CK_BYTE[100]){ 0 }, 100) > 0,
		    "%s: CKA_VALUE", c->name);
	}
	if (made == 0)
		kit_skip("no curve");
}

static void
sizes(const void *arg)
{
	static const size_t bad_aes[] = { 0, 1, 5, 8, 15, 17, 20, 23, 25, 31,
		33, 64 };
	static const size_t good[] = { 1, 2, 7, 16, 33, 64, 65, 128, 200 };
	static const CK_BYTE value[256] = { 1 };
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(bad_aes); i++) {
		tmpl_secret(&t, CKK_AES, value, bad_aes[i]);
		if (!WANT(obj_try(&t, &h), CKR_ATTRIBUTE_VALUE_INVALID,
			CKR_TEMPLATE_INCONSISTENT, CKR_KEY_SIZE_RANGE,
			CKR_TEMPLATE_INCOMPLETE))
			kit_note("the last one: an AES key of %zu bytes",
			    bad_aes[i]);
	}
	for (size_t i = 0; i < KIT_COUNT(good); i++) {
		h = key_secret(CKK_GENERIC_SECRET, good[i]);
		attr_is_u(h, CKA_VALUE_LEN, good[i]);
	}
}

static void
unique_id(const void *arg)
{
	CK_BYTE id[3][100];
	CK_OBJECT_HANDLE h[3];
	struct tmpl t, u;
	long n[3];

	(void)arg;
	tmpl_data(&t);
	t_b(&t, CKA_TOKEN, true);
	h[0] = obj_make(&t);
	if (kit.f30 == NULL && attr_rv(h[0], CKA_UNIQUE_ID) != CKR_OK)
		kit_skip("CKA_UNIQUE_ID is of 3.0");
	h[1] = obj_make(&t);
	NEED(kit.f->C_CopyObject(kit.s, h[0], NULL, 0, &h[2]));
	for (int i = 0; i < 3; i++) {
		n[i] = attr_read(h[i], CKA_UNIQUE_ID, id[i], sizeof(id[i]));
		REQUIRE(n[i] > 0, "object %d: no CKA_UNIQUE_ID", i);
		for (int k = 0; k < i; k++)
			CHECK(n[k] != n[i] ||
				memcmp(id[k], id[i], (size_t)n[i]) != 0,
			    "objects %d and %d share one", k, i);
	}
	WANT(attr_set(h[0], CKA_UNIQUE_ID, "mine", 4), CKR_ATTRIBUTE_READ_ONLY);
	t_s(&t, CKA_UNIQUE_ID, "mine");
	WANT(obj_try(&t, &h[0]), CKR_ATTRIBUTE_READ_ONLY,
	    CKR_TEMPLATE_INCONSISTENT);
	u.n = 0;
	t_s(&u, CKA_UNIQUE_ID, "mine");
	WANT(kit.f->C_CopyObject(kit.s, h[1], u.a, u.n, &h[0]),
	    CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT);
}

/* The private value must belong to the public one where both are given. */
static void
pair_mismatch(const void *arg)
{
	CK_BYTE d[256];
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_rsa_private(&t);
	h = obj_make(&t);
	REQUIRE(
	    attr_read(h, CKA_PRIVATE_EXPONENT, d, sizeof(d)) > 0, "exponent");
	d[100] ^= 4;
	t_v(&t, CKA_PRIVATE_EXPONENT, d, sizeof(d));
	WANT(obj_try(&t, &h), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	memset(d, 0, sizeof(d));
	tmpl_ec_private(&t);
	t_v(&t, CKA_VALUE, d, 32);
	WANT(obj_try(&t, &h), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	memset(d, 0xff, sizeof(d));
	t_v(&t, CKA_VALUE, d, 32);
	WANT(obj_try(&t, &h), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
}

/* The usages of 3.2 on RSA keys: accepted and kept. */
static void
kem_usages(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	kit_need_32();
	tmpl_rsa_public(&t);
	t_b(&t, CKA_ENCAPSULATE, true);
	h = obj_make(&t);
	attr_is_b(h, CKA_ENCAPSULATE, true);
	tmpl_rsa_private(&t);
	t_b(&t, CKA_DECAPSULATE, true);
	h = obj_make(&t);
	attr_is_b(h, CKA_DECAPSULATE, true);
	tmpl_rsa_private(&t);
	t_b(&t, CKA_DECAPSULATE, false);
	h = obj_make(&t);
	attr_is_b(h, CKA_DECAPSULATE, false);
}

static const struct kit_case cases[] = {
	{ "key/kem-usages", "4.9, 4.10", AT_USER, kem_usages, NULL, 0 },
	{ "key/imported", "4.8, 5.7.1", AT_USER, imported, NULL, 0 },
	{ "key/generated", "4.8, 4.11", AT_USER, generated, NULL, 0 },
	{ "key/generated-pairs", "4.9, 4.10", AT_USER, generated_pairs, NULL,
	    0 },
	{ "key/usable-defaults", "design 9", AT_USER, usable_defaults, NULL,
	    0 },
	{ "key/empty-defaults", "4.8 to 4.11", AT_USER, empty_defaults, NULL,
	    0 },
	{ "key/check-value", "4.11", AT_USER, check_value, NULL, 0 },
	{ "key/public-key-info", "4.9, 4.10", AT_USER, public_key_info, NULL,
	    0 },
	{ "key/rsa-minimal", "6.1.3", AT_USER, rsa_minimal, NULL, 0 },
	{ "key/rsa-with-exponent", "6.1.3", AT_USER, rsa_minimal, "e", 0 },
	{ "key/rsa-leading-zero", "6.1.2", AT_USER, rsa_leading_zero, NULL, 0 },
	{ "key/ec-curve-name", "6.3.3", AT_USER, ec_curve_name, NULL, 0 },
	{ "key/ec-point-forms", "6.3.3", AT_USER, ec_point_forms, NULL, 0 },
	{ "key/ec-encodings", "6.3.3 to 6.3.8", AT_USER, ec_encodings, NULL,
	    0 },
	{ "key/sizes", "6.8, 6.10", AT_USER, sizes, NULL, 0 },
	{ "key/unique-id", "4.4.1", AT_USER, unique_id, NULL, 0 },
	{ "key/pair-mismatch", "design 9", AT_USER, pair_mismatch, NULL, 0 },
};

void
keyobj_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
