/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "finite": DSA, Diffie-Hellman (PKCS#3 and X9.42) and their domain
 * parameters (6.2, 6.4): what is refused as a key, what generation gives,
 * agreement with libcrypto, wrapping and storage.
 */
#include "kit_ref.h"
#include "suite.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <string.h>

#define PRIME 256 /* bytes: 2048 bits everywhere here */

/* A type with its mechanisms and what its keys consist of. */
static const struct kind {
	const char *name;
	CK_KEY_TYPE key;
	CK_MECHANISM_TYPE pair, params, derive;
	bool subprime;
} kinds[] = {
	{ "dsa", CKK_DSA, CKM_DSA_KEY_PAIR_GEN, CKM_DSA_PARAMETER_GEN, 0,
	    true },
	{ "dh", CKK_DH, CKM_DH_PKCS_KEY_PAIR_GEN, CKM_DH_PKCS_PARAMETER_GEN,
	    CKM_DH_PKCS_DERIVE, false },
	{ "x942", CKK_X9_42_DH, CKM_X9_42_DH_KEY_PAIR_GEN,
	    CKM_X9_42_DH_PARAMETER_GEN, CKM_X9_42_DH_DERIVE, true },
};

static CK_RV
generate(const struct kind *k, const struct tmpl *t, CK_OBJECT_HANDLE *out)
{
	CK_MECHANISM m = { k->params, NULL, 0 };

	return kit.f->C_GenerateKey(
	    kit.s, &m, (CK_ATTRIBUTE *)(uintptr_t)t->a, t->n, out);
}

static CK_OBJECT_HANDLE
parameters(const struct kind *k)
{
	struct tmpl t = { .n = 0 };
	CK_OBJECT_HANDLE h;

	kit_need_mech(k->params, CKF_GENERATE);
	t_u(&t, CKA_PRIME_BITS, 8 * PRIME);
	if (k->key == CKK_X9_42_DH)
		t_u(&t, CKA_SUBPRIME_BITS, 256);
	NEED(generate(k, &t, &h));
	return h;
}

/* The numbers of a group, or of a key with its value. */
struct numbers {
	CK_BYTE p[PRIME], q[PRIME], g[PRIME], y[PRIME];
	size_t pn, qn, gn, yn;
};

static size_t
number(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, CK_BYTE *out)
{
	long n = attr_read(h, type, out, PRIME);

	REQUIRE(n > 0, "attribute 0x%lx: %s", type,
	    kit_rv_name(attr_rv(h, type)));
	return (size_t)n;
}

static void
read_numbers(
    const struct kind *k, CK_OBJECT_HANDLE h, bool value, struct numbers *out)
{
	memset(out, 0, sizeof(*out));
	out->pn = number(h, CKA_PRIME, out->p);
	out->gn = number(h, CKA_BASE, out->g);
	if (k->subprime)
		out->qn = number(h, CKA_SUBPRIME, out->q);
	if (value)
		out->yn = number(h, CKA_VALUE, out->y);
}

static void
put_numbers(const struct kind *k, const struct numbers *n, struct tmpl *t)
{
	t_v(t, CKA_PRIME, n->p, n->pn);
	t_v(t, CKA_BASE, n->g, n->gn);
	if (k->subprime)
		t_v(t, CKA_SUBPRIME, n->q, n->qn);
	if (n->yn != 0)
		t_v(t, CKA_VALUE, n->y, n->yn);
}

static CK_RV
pair(const struct kind *k, const struct tmpl *pub, const struct tmpl *priv,
    CK_OBJECT_HANDLE out[2])
{
	CK_MECHANISM m = { k->pair, NULL, 0 };

	return kit.f->C_GenerateKeyPair(kit.s, &m,
	    (CK_ATTRIBUTE *)(uintptr_t)pub->a, pub->n,
	    (CK_ATTRIBUTE *)(uintptr_t)priv->a, priv->n, &out[0], &out[1]);
}

/* A readable pair in a new group; out: public, private. */
static void
new_pair(const struct kind *k, CK_OBJECT_HANDLE out[2])
{
	struct tmpl pub = { .n = 0 }, priv = { .n = 0 };
	struct numbers n;

	kit_need_mech(k->pair, CKF_GENERATE_KEY_PAIR);
	read_numbers(k, parameters(k), false, &n);
	put_numbers(k, &n, &pub);
	t_b(&priv, CKA_SENSITIVE, false);
	t_b(&priv, CKA_EXTRACTABLE, true);
	NEED(pair(k, &pub, &priv, out));
}

/* Domain parameters: attributes, lengths, what may not be given. */
static void
domain(const void *arg)
{
	const struct kind *k = arg;
	CK_OBJECT_HANDLE h, copy;
	struct tmpl t = { .n = 0 };
	struct numbers n;

	h = parameters(k);
	attr_is_u(h, CKA_CLASS, CKO_DOMAIN_PARAMETERS);
	attr_is_u(h, CKA_KEY_TYPE, k->key);
	attr_is_b(h, CKA_LOCAL, true);
	attr_is_b(h, CKA_PRIVATE, false);
	attr_is_u(h, CKA_PRIME_BITS, 8 * PRIME);
	read_numbers(k, h, false, &n);
	CHECK(n.pn == PRIME && n.p[0] >= 0x80, "a prime of %zu bytes", n.pn);
	if (k->key == CKK_DSA)
		CHECK(n.qn == 28, "6.2.4: a subprime of %zu bytes", n.qn);
	if (k->key == CKK_X9_42_DH)
		attr_is_u(h, CKA_SUBPRIME_BITS, 256);
	NEED(kit.f->C_CopyObject(kit.s, h, NULL, 0, &copy));
	attr_is_b(copy, CKA_LOCAL, true);
	attr_is(copy, CKA_PRIME, n.p, n.pn);
	t_u(&t, CKA_CLASS, CKO_DOMAIN_PARAMETERS);
	t_u(&t, CKA_KEY_TYPE, k->key);
	put_numbers(k, &n, &t);
	h = obj_make(&t);
	attr_is_b(h, CKA_LOCAL, false);
	attr_is_u(h, CKA_PRIME_BITS, 8 * PRIME);
	t_u(&t, CKA_PRIME_BITS, 8 * PRIME);
	WANT(obj_try(&t, &h), CKR_ATTRIBUTE_READ_ONLY,
	    CKR_TEMPLATE_INCONSISTENT);
	t_drop(&t, CKA_PRIME_BITS);
	t_drop(&t, CKA_BASE);
	WANT(obj_try(&t, &h), CKR_TEMPLATE_INCOMPLETE);
}

static void
domain_refused(const void *arg)
{
	const struct kind *k = arg;
	static const CK_ULONG sizes[] = { 0, 1, 512, 1000, 100000,
		(CK_ULONG)-1 };
	CK_MECHANISM m = { k->params, (void *)(uintptr_t) "x", 1 };
	struct tmpl t = { .n = 0 };
	CK_OBJECT_HANDLE h;
	CK_BYTE p[PRIME] = { 0x80 };

	kit_need_mech(k->params, CKF_GENERATE);
	WANT(generate(k, &t, &h), CKR_TEMPLATE_INCOMPLETE);
	t_u(&t, CKA_PRIME_BITS, 8 * PRIME);
	if (k->key == CKK_X9_42_DH) {
		WANT(generate(k, &t, &h), CKR_TEMPLATE_INCOMPLETE);
		t_u(&t, CKA_SUBPRIME_BITS, 256);
	}
	WANT(kit.f->C_GenerateKey(kit.s, &m, t.a, t.n, &h),
	    CKR_MECHANISM_PARAM_INVALID);
	t_v(&t, CKA_PRIME, p, sizeof(p));
	WANT(generate(k, &t, &h), CKR_ATTRIBUTE_READ_ONLY,
	    CKR_TEMPLATE_INCONSISTENT);
	t_drop(&t, CKA_PRIME);
	for (size_t i = 0; i < KIT_COUNT(sizes); i++) {
		t_u(&t, CKA_PRIME_BITS, sizes[i]);
		WANT(generate(k, &t, &h), CKR_ATTRIBUTE_VALUE_INVALID,
		    CKR_TEMPLATE_INCONSISTENT);
	}
	t_u(&t, CKA_PRIME_BITS, 8 * PRIME);
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	WANT(generate(k, &t, &h), CKR_TEMPLATE_INCONSISTENT);
}

/* 6.2.7 to 6.2.9: primes and their seed, then the base from them. */
static void
seeds(const void *arg)
{
	CK_BYTE seed[64];
	CK_DSA_PARAMETER_GEN_PARAM p = { CKM_SHA256, seed, sizeof(seed), 0 };
	CK_MECHANISM primes = { CKM_DSA_PROBABILISTIC_PARAMETER_GEN, &p,
		sizeof(p) };
	CK_MECHANISM base = { CKM_DSA_FIPS_G_GEN, &p, sizeof(p) };
	struct tmpl t = { .n = 0 }, full = { .n = 0 };
	CK_OBJECT_HANDLE h, other, two[2];
	struct numbers n = { .pn = 0 };
	CK_BYTE g[PRIME];

	(void)arg;
	kit_need_mech(primes.mechanism, CKF_GENERATE);
	kit_need_mech(base.mechanism, CKF_GENERATE);
	t_u(&t, CKA_PRIME_BITS, 2048);
	t_u(&t, CKA_SUBPRIME_BITS, 256);
	p.ulSeedLen = 0;
	WANT(kit.f->C_GenerateKey(kit.s, &primes, t.a, t.n, &h),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulSeedLen = sizeof(seed);
	p.hash = CKM_SHA_1;
	WANT(kit.f->C_GenerateKey(kit.s, &primes, t.a, t.n, &h),
	    CKR_MECHANISM_PARAM_INVALID);
	p.hash = CKM_SHA256;
	NEED(kit.f->C_GenerateKey(kit.s, &primes, t.a, t.n, &h));
	CHECK(p.ulSeedLen >= 32 && p.ulSeedLen <= sizeof(seed),
	    "a seed of %lu bytes", p.ulSeedLen);
	attr_is_u(h, CKA_SUBPRIME_BITS, 256);
	CHECK(attr_read(h, CKA_BASE, g, sizeof(g)) <= 0, "a base was made");
	n.pn = number(h, CKA_PRIME, n.p);
	n.qn = number(h, CKA_SUBPRIME, n.q);
	WANT(kit.f->C_GenerateKey(kit.s, &base, t.a, t.n, &h),
	    CKR_TEMPLATE_INCOMPLETE);
	t.n = 0;
	t_v(&t, CKA_PRIME, n.p, n.pn);
	t_v(&t, CKA_SUBPRIME, n.q, n.qn);
	p.ulIndex = 256;
	WANT(kit.f->C_GenerateKey(kit.s, &base, t.a, t.n, &h),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulIndex = 1;
	NEED(kit.f->C_GenerateKey(kit.s, &base, t.a, t.n, &h));
	NEED(kit.f->C_GenerateKey(kit.s, &base, t.a, t.n, &other));
	n.gn = number(h, CKA_BASE, n.g);
	attr_is(other, CKA_BASE, n.g, n.gn);
	p.ulIndex = 2;
	NEED(kit.f->C_GenerateKey(kit.s, &base, t.a, t.n, &other));
	CHECK(number(other, CKA_BASE, g) != n.gn || memcmp(g, n.g, n.gn) != 0,
	    "the index does not matter");
	put_numbers(&kinds[0], &n, &full);
	t.n = 0;
	WANT(pair(&kinds[0], &full, &t, two), CKR_OK);
	n.p[100] ^= 1;
	t_v(&t, CKA_PRIME, n.p, n.pn);
	t_v(&t, CKA_SUBPRIME, n.q, n.qn);
	WANT(kit.f->C_GenerateKey(kit.s, &base, t.a, t.n, &h),
	    CKR_ATTRIBUTE_VALUE_INVALID);
}

/* A pair: attributes, public half from its numbers, both halves as imports. */
static void
pairs(const void *arg)
{
	const struct kind *k = arg;
	CK_OBJECT_HANDLE h[2], again;
	CK_BYTE want[1200], got[1200];
	struct numbers n, x;
	struct tmpl t = { .n = 0 };
	size_t wantlen;

	new_pair(k, h);
	read_numbers(k, h[0], true, &n);
	read_numbers(k, h[1], true, &x);
	CHECK(n.pn == x.pn && memcmp(n.p, x.p, n.pn) == 0 &&
		n.gn == x.gn && memcmp(n.g, x.g, n.gn) == 0,
	    "the halves are in two groups");
	attr_is_b(h[0], CKA_LOCAL, true);
	attr_is_b(h[1], CKA_LOCAL, true);
	attr_is_u(h[1], CKA_KEY_GEN_MECHANISM, k->pair);
	attr_is_b(h[1], k->derive != 0 ? CKA_DERIVE : CKA_SIGN, true);
	wantlen = ref_spki(ref_public(h[0]), want, sizeof(want));
	if (k->key != CKK_DH) /* libcrypto adds a length there */
		attr_is(h[0], CKA_PUBLIC_KEY_INFO, want, wantlen);
	CHECK(attr_read(h[0], CKA_PUBLIC_KEY_INFO, got, sizeof(got)) > 0 &&
		attr_is(h[1], CKA_PUBLIC_KEY_INFO, got,
		    (size_t)attr_read(h[0], CKA_PUBLIC_KEY_INFO, got,
			sizeof(got))),
	    "the halves' CKA_PUBLIC_KEY_INFO differ");
	t_u(&t, CKA_CLASS, CKO_PRIVATE_KEY);
	t_u(&t, CKA_KEY_TYPE, k->key);
	put_numbers(k, &x, &t);
	again = obj_make(&t);
	attr_is_b(again, CKA_LOCAL, false);
	attr_is(again, CKA_PUBLIC_KEY_INFO, got,
	    (size_t)attr_read(h[0], CKA_PUBLIC_KEY_INFO, got, sizeof(got)));
}

/* Numbers that are no key: each is refused when it is given. */
static void
refused(const void *arg)
{
	const struct kind *k = arg;
	static const CK_ATTRIBUTE_TYPE all[] = { CKA_PRIME, CKA_BASE,
		CKA_SUBPRIME, CKA_VALUE };
	CK_OBJECT_HANDLE h[2], out;
	CK_BYTE zero = 0, one = 1;
	struct numbers n, bad;
	struct tmpl t = { .n = 0 }, none = { .n = 0 };

	new_pair(k, h);
	read_numbers(k, h[0], true, &n);
	t_u(&t, CKA_CLASS, CKO_PUBLIC_KEY);
	t_u(&t, CKA_KEY_TYPE, k->key);
	put_numbers(k, &n, &t);
	out = obj_make(&t);
	for (size_t i = 0; i < KIT_COUNT(all); i++) {
		if (all[i] == CKA_SUBPRIME && !k->subprime)
			continue;
		put_numbers(k, &n, &t);
		t_drop(&t, all[i]);
		WANT(obj_try(&t, &out), CKR_TEMPLATE_INCOMPLETE);
		t_v(&t, all[i], &zero, 1);
		WANT(obj_try(&t, &out), CKR_ATTRIBUTE_VALUE_INVALID,
		    CKR_DOMAIN_PARAMS_INVALID);
		t_v(&t, all[i], &one, 1);
		WANT(obj_try(&t, &out), CKR_ATTRIBUTE_VALUE_INVALID,
		    CKR_DOMAIN_PARAMS_INVALID);
		t_v(&t, all[i], n.p, n.pn);
		if (all[i] != CKA_PRIME)
			WANT(obj_try(&t, &out), CKR_ATTRIBUTE_VALUE_INVALID,
			    CKR_DOMAIN_PARAMS_INVALID);
	}
	bad = n;
	bad.p[PRIME - 1] ^= 2;
	bad.yn = 0;
	t.n = 0;
	put_numbers(k, &bad, &t);
	WANT(pair(k, &t, &none, h), CKR_DOMAIN_PARAMS_INVALID,
	    CKR_ATTRIBUTE_VALUE_INVALID);
	t_drop(&t, CKA_BASE);
	WANT(pair(k, &t, &none, h), CKR_TEMPLATE_INCOMPLETE);
}

/* 6.4: CKA_VALUE_BITS limits the private value. */
static void
value_bits(const void *arg)
{
	const struct kind *k = &kinds[1];
	static const CK_ULONG good[] = { 256, 320 }, bad[] = { 0, 1, 100, 4000 };
	struct tmpl pub = { .n = 0 }, priv = { .n = 0 };
	CK_OBJECT_HANDLE h[2];
	CK_BYTE x[PRIME];
	struct numbers n;

	(void)arg;
	kit_need_mech(k->pair, CKF_GENERATE_KEY_PAIR);
	read_numbers(k, parameters(k), false, &n);
	put_numbers(k, &n, &pub);
	t_b(&priv, CKA_SENSITIVE, false);
	t_b(&priv, CKA_EXTRACTABLE, true);
	NEED(pair(k, &pub, &priv, h));
	CHECK(attr_u(h[1], CKA_VALUE_BITS) <= 8 * number(h[1], CKA_VALUE, x) &&
		attr_u(h[1], CKA_VALUE_BITS) >
		    8 * (number(h[1], CKA_VALUE, x) - 1),
	    "CKA_VALUE_BITS is not the value's length");
	for (size_t i = 0; i < KIT_COUNT(good); i++) {
		t_u(&priv, CKA_VALUE_BITS, good[i]);
		NEED(pair(k, &pub, &priv, h));
		attr_is_u(h[1], CKA_VALUE_BITS, good[i]);
		CHECK(number(h[1], CKA_VALUE, x) <= good[i] / 8,
		    "a longer private value");
	}
	for (size_t i = 0; i < KIT_COUNT(bad); i++) {
		t_u(&priv, CKA_VALUE_BITS, bad[i]);
		WANT(pair(k, &pub, &priv, h), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

/* Derivation by either mechanism with CKD_NULL or a KDF. */
static CK_RV
derive(const struct kind *k, CK_OBJECT_HANDLE base,
    CK_X9_42_DH1_DERIVE_PARAMS *p, CK_ULONG len, CK_OBJECT_HANDLE *out)
{
	CK_MECHANISM m = { k->derive, p, sizeof(*p) };
	struct tmpl t = { .n = 0 };

	if (k->key == CKK_DH) {
		m.pParameter = p->pPublicData;
		m.ulParameterLen = p->ulPublicDataLen;
	}
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
	t_b(&t, CKA_SENSITIVE, false);
	t_b(&t, CKA_EXTRACTABLE, true);
	if (len != 0)
		t_u(&t, CKA_VALUE_LEN, len);
	return kit.f->C_DeriveKey(kit.s, &m, base, t.a, t.n, out);
}

/* libcrypto's pair in the group of one of ours, and its public value. */
static EVP_PKEY *
partner(CK_OBJECT_HANDLE pub, CK_BYTE *y, size_t *yn)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ref_public(pub), NULL);
	EVP_PKEY *key = NULL;
	BIGNUM *bn = NULL;

	REQUIRE(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
		EVP_PKEY_generate(ctx, &key) == 1 &&
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PUB_KEY, &bn) == 1,
	    "libcrypto: a partner");
	*yn = (size_t)BN_bn2bin(bn, y);
	BN_free(bn);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* The shared secret by libcrypto, as long as the prime (PKCS #3). */
static void
their_secret(EVP_PKEY *mine, EVP_PKEY *theirs, CK_BYTE *z)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(mine, NULL);
	unsigned int pad = 1;
	size_t n = PRIME;
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &pad),
		OSSL_PARAM_construct_end(),
	};

	REQUIRE(ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_params(ctx, params) == 1 &&
		EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
		EVP_PKEY_derive(ctx, z, &n) == 1 && n == PRIME,
	    "libcrypto: shared secret");
	EVP_PKEY_CTX_free(ctx);
}

static void
agree(const void *arg)
{
	const struct kind *k = arg;
	CK_BYTE y[PRIME], z[PRIME];
	CK_OBJECT_HANDLE h[2], out;
	CK_X9_42_DH1_DERIVE_PARAMS p = { .kdf = CKD_NULL, .pPublicData = y };
	EVP_PKEY *mine;
	size_t n;

	kit_need_mech(k->derive, CKF_DERIVE);
	new_pair(k, h);
	mine = partner(h[0], y, &n);
	p.ulPublicDataLen = n;
	their_secret(mine, ref_public(h[0]), z);
	NEED(derive(k, h[1], &p, 0, &out));
	attr_is(out, CKA_VALUE, z, PRIME);
	attr_is_b(out, CKA_LOCAL, false);
	/* 6.4: bytes are removed from the leading end */
	NEED(derive(k, h[1], &p, 32, &out));
	attr_is(out, CKA_VALUE, z + PRIME - 32, 32);
	WANT(derive(k, h[1], &p, PRIME + 1, &out), CKR_KEY_SIZE_RANGE,
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID);
	/* the public half derives nothing */
	WANT(derive(k, h[0], &p, 32, &out), CKR_KEY_TYPE_INCONSISTENT,
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* 1, p - 1, p, more than p, nothing, no parameter. */
static void
bad_peers(const void *arg)
{
	const struct kind *k = arg;
	CK_BYTE long_one[PRIME + 1] = { 1 }, one = 1, zero = 0;
	CK_OBJECT_HANDLE h[2], out;
	CK_MECHANISM m = { k->derive, NULL, 0 };
	struct numbers n;

	kit_need_mech(k->derive, CKF_DERIVE);
	new_pair(k, h);
	read_numbers(k, h[0], true, &n);
	struct {
		CK_BYTE *v;
		CK_ULONG n;
	} rows[] = { { &zero, 1 }, { &one, 1 }, { n.p, n.pn }, { n.q, 0 },
		{ long_one, sizeof(long_one) }, { n.y, n.yn } };

	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		CK_X9_42_DH1_DERIVE_PARAMS p = { .kdf = CKD_NULL,
			.pPublicData = rows[i].v,
			.ulPublicDataLen = rows[i].n };

		WANT(derive(k, h[1], &p, 32, &out), rows[i].v == n.y ? CKR_OK :
			CKR_MECHANISM_PARAM_INVALID);
	}
	n.p[PRIME - 1] ^= 1;
	CK_X9_42_DH1_DERIVE_PARAMS minus = { .kdf = CKD_NULL,
		.pPublicData = n.p, .ulPublicDataLen = n.pn };
	WANT(derive(k, h[1], &minus, 32, &out), CKR_MECHANISM_PARAM_INVALID);
	WANT(kit.f->C_DeriveKey(kit.s, &m, h[1], NULL, 0, &out),
	    CKR_MECHANISM_PARAM_INVALID);
}

/* X9.42's key derivation functions by hand. */
static void
functions(const void *arg)
{
	static const CK_BYTE info[] = { 0x30, 0x1c, 0x30, 0x13, 0x06, 0x0b,
		0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x03,
		0x06, 0x04, 0x04, 0x00, 0x00, 0x00, 0x01, 0xa2, 0x05, 0x04,
		0x03, 0x01, 0x02, 0x03 };
	const struct kind *k = &kinds[2];
	CK_BYTE y[PRIME], in[PRIME + 40], block[64], other[sizeof(info)];
	CK_OBJECT_HANDLE h[2], out;
	CK_X9_42_DH1_DERIVE_PARAMS p = { .pPublicData = y };
	size_t n;

	(void)arg;
	kit_need_mech(k->derive, CKF_DERIVE);
	new_pair(k, h);
	their_secret(partner(h[0], y, &n), ref_public(h[0]), in);
	p.ulPublicDataLen = n;
	memcpy(other, info, sizeof(info));
	p.pOtherInfo = other;
	p.ulOtherInfoLen = sizeof(info);
	WANT(derive(k, h[1], &p, 20, &out), CKR_MECHANISM_PARAM_INVALID);
	p.kdf = CKD_SHA1_KDF_CONCATENATE;
	memcpy(in + PRIME, "\0\0\0\1", 4);
	memcpy(in + PRIME + 4, info, sizeof(info));
	(void)ref_digest("SHA1", in, PRIME + 4 + sizeof(info), block);
	NEED(derive(k, h[1], &p, 16, &out));
	attr_is(out, CKA_VALUE, block, 16);
	p.kdf = CKD_SHA1_KDF_ASN1;
	memcpy(in + PRIME, info, sizeof(info));
	(void)ref_digest("SHA1", in, PRIME + sizeof(info), block);
	in[PRIME + 22] = 2; /* the counter */
	(void)ref_digest("SHA1", in, PRIME + sizeof(info), block + 20);
	NEED(derive(k, h[1], &p, 40, &out));
	attr_is(out, CKA_VALUE, block, 40);
	other[1]++;
	WANT(derive(k, h[1], &p, 40, &out), CKR_MECHANISM_PARAM_INVALID);
	p.ulOtherInfoLen = 0;
	WANT(derive(k, h[1], &p, 40, &out), CKR_MECHANISM_PARAM_INVALID);
	p.kdf = 99;
	WANT(derive(k, h[1], &p, 40, &out), CKR_MECHANISM_PARAM_INVALID);
}

/* A private key leaves as PKCS#8 (6.7) and comes back the same. */
static void
wrapped(const void *arg)
{
	const struct kind *k = arg;
	CK_MECHANISM m = { CKM_AES_KEY_WRAP_KWP, NULL, 0 };
	CK_OBJECT_HANDLE h[2], back, w;
	CK_BYTE blob[2048], x[PRIME];
	CK_ULONG n = sizeof(blob);
	struct tmpl t = { .n = 0 };
	size_t xn;

	kit_need_mech(m.mechanism, CKF_WRAP | CKF_UNWRAP);
	new_pair(k, h);
	xn = number(h[1], CKA_VALUE, x);
	w = key_secret(CKK_AES, 32);
	NEED(kit.f->C_WrapKey(kit.s, &m, w, h[1], blob, &n));
	t_u(&t, CKA_CLASS, CKO_PRIVATE_KEY);
	t_u(&t, CKA_KEY_TYPE, k->key);
	t_b(&t, CKA_SENSITIVE, false);
	NEED(kit.f->C_UnwrapKey(kit.s, &m, w, blob, n, t.a, t.n, &back));
	attr_is(back, CKA_VALUE, x, xn);
	attr_is_b(back, CKA_LOCAL, false);
	t_u(&t, CKA_KEY_TYPE, CKK_RSA);
	WANT(kit.f->C_UnwrapKey(kit.s, &m, w, blob, n, t.a, t.n, &back),
	    CKR_WRAPPED_KEY_INVALID);
}

/* Token objects of all three classes, sensitive, read again after a login. */
static void
stored(const void *arg)
{
	const struct kind *k = arg;
	struct tmpl pub = { .n = 0 }, priv = { .n = 0 }, t = { .n = 0 };
	CK_OBJECT_HANDLE h[2], found[2];
	CK_BYTE y[PRIME], z[PRIME];
	CK_X9_42_DH1_DERIVE_PARAMS p = { .kdf = CKD_NULL, .pPublicData = y };
	struct numbers n;

	kit_need_mech(k->pair, CKF_GENERATE_KEY_PAIR);
	read_numbers(k, parameters(k), false, &n);
	t_u(&t, CKA_CLASS, CKO_DOMAIN_PARAMETERS);
	t_u(&t, CKA_KEY_TYPE, k->key);
	t_b(&t, CKA_TOKEN, true);
	put_numbers(k, &n, &t);
	(void)obj_make(&t);
	put_numbers(k, &n, &pub);
	t_b(&pub, CKA_TOKEN, true);
	t_b(&priv, CKA_TOKEN, true);
	t_s(&priv, CKA_ID, "finite");
	NEED(pair(k, &pub, &priv, h));
	NEED(kit.f->C_Logout(kit.s));
	kit_login(kit.s, CKU_USER);
	t.n = 0;
	t_u(&t, CKA_CLASS, CKO_DOMAIN_PARAMETERS);
	t_b(&t, CKA_TOKEN, true);
	REQUIRE(obj_find(kit.s, &t, found, 2) == 1, "the parameters are gone");
	attr_is(found[0], CKA_PRIME, n.p, n.pn);
	t.n = 0;
	t_s(&t, CKA_ID, "finite");
	REQUIRE(obj_find(kit.s, &t, found, 2) == 1, "the private key is gone");
	attr_is(found[0], CKA_PRIME, n.p, n.pn);
	WANT(attr_rv(found[0], CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	if (k->derive == 0) {
		CK_MECHANISM m = { CKM_DSA_SHA256, NULL, 0 };
		CK_ULONG len = sizeof(z);

		NEED(kit.f->C_SignInit(kit.s, &m, found[0]));
		NEED(kit.f->C_Sign(kit.s, n.p, 100, z, &len));
		t.n = 0;
		t_u(&t, CKA_CLASS, CKO_PUBLIC_KEY);
		REQUIRE(obj_find(kit.s, &t, found, 2) == 1, "no public key");
		NEED(kit.f->C_VerifyInit(kit.s, &m, found[0]));
		WANT(kit.f->C_Verify(kit.s, n.p, 100, z, len), CKR_OK);
		z[3] ^= 1;
		NEED(kit.f->C_VerifyInit(kit.s, &m, found[0]));
		WANT(kit.f->C_Verify(kit.s, n.p, 100, z, len),
		    CKR_SIGNATURE_INVALID);
		return;
	}
	p.ulPublicDataLen = n.gn; /* the base is a public value, of 1 */
	memcpy(y, n.g, n.gn);
	WANT(derive(k, found[0], &p, 32, h), CKR_OK);
}

/* 6.2.11: lengths of data and signatures. */
static void
dsa_lengths(const void *arg)
{
	static const struct {
		CK_ULONG n;
		CK_RV rv;
	} rows[] = { { 0, CKR_DATA_LEN_RANGE }, { 1, CKR_DATA_LEN_RANGE },
		{ 19, CKR_DATA_LEN_RANGE }, { 20, CKR_OK }, { 28, CKR_OK },
		{ 32, CKR_OK }, { 48, CKR_OK }, { 64, CKR_OK },
		{ 65, CKR_DATA_LEN_RANGE } };
	CK_MECHANISM m = { CKM_DSA, NULL, 0 };
	CK_BYTE in[65] = { 1 }, sig[80];
	CK_OBJECT_HANDLE pub, priv;
	CK_ULONG n;

	(void)arg;
	kit_need_mech(CKM_DSA, CKF_SIGN | CKF_VERIFY);
	pair_dsa(&pub, &priv);
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		n = sizeof(sig);
		NEED(kit.f->C_SignInit(kit.s, &m, priv));
		WANT(kit.f->C_Sign(kit.s, in, rows[i].n, sig, &n), rows[i].rv);
		if (rows[i].rv != CKR_OK)
			continue;
		CHECK(n == 64, "a signature of %lu bytes", n);
		for (CK_ULONG len = 62; len <= 66; len++) {
			NEED(kit.f->C_VerifyInit(kit.s, &m, pub));
			WANT(kit.f->C_Verify(kit.s, in, rows[i].n, sig, len),
			    len == 64 ? CKR_OK : CKR_SIGNATURE_LEN_RANGE);
		}
	}
}

static const struct kit_case cases[] = {
	{ "finite/dsa-seeds", "6.2.7 to 6.2.9", AT_USER, seeds, NULL, 240 },
	{ "finite/dsa-lengths", "6.2.11", AT_USER, dsa_lengths, NULL, 0 },
	{ "finite/value-bits", "6.4.6", AT_USER, value_bits, NULL, 0 },
	{ "finite/functions", "6.4.12", AT_USER, functions, NULL, 0 },
};

void
finite_cases(struct kit_list *l)
{
	static const struct {
		const char *area;
		void (*run)(const void *arg);
		bool derive;
	} rows[] = {
		{ "finite/domain", domain, false },
		{ "finite/domain-refused", domain_refused, false },
		{ "finite/pair", pairs, false },
		{ "finite/refused", refused, false },
		{ "finite/wrapped", wrapped, false },
		{ "finite/stored", stored, false },
		{ "finite/agree", agree, true },
		{ "finite/bad-peers", bad_peers, true },
	};

	for (size_t i = 0; i < KIT_COUNT(rows); i++)
		for (size_t n = 0; n < KIT_COUNT(kinds); n++) {
			struct kit_case c = { NULL, "6.2, 6.4", AT_USER,
				rows[i].run, &kinds[n], 240 };

			if (!rows[i].derive || kinds[n].derive != 0)
				kit_add_named(
				    l, rows[i].area, kinds[n].name, &c);
		}
	kit_add(l, cases, KIT_COUNT(cases));
}
