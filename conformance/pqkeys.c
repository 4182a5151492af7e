/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "pqkeys": keys of ML-KEM, ML-DSA and SLH-DSA (6.67 to 6.69):
 * generation, import in each form, what must not be taken, what may be read,
 * wrapping, and token objects.
 */
#include "kit_ref.h"
#include "suite.h"

#include <string.h>

struct kind {
	const char *name;
	CK_KEY_TYPE type;
	CK_ULONG set;
	size_t pub, priv, seed;
};

/* Sets that are made fast; the slow ones are in the unit tests and vectors. */
static const struct kind kinds[] = {
	{ "ML-KEM-512", CKK_ML_KEM, CKP_ML_KEM_512, 800, 1632, 64 },
	{ "ML-KEM-768", CKK_ML_KEM, CKP_ML_KEM_768, 1184, 2400, 64 },
	{ "ML-KEM-1024", CKK_ML_KEM, CKP_ML_KEM_1024, 1568, 3168, 64 },
	{ "ML-DSA-44", CKK_ML_DSA, CKP_ML_DSA_44, 1312, 2560, 32 },
	{ "ML-DSA-65", CKK_ML_DSA, CKP_ML_DSA_65, 1952, 4032, 32 },
	{ "ML-DSA-87", CKK_ML_DSA, CKP_ML_DSA_87, 2592, 4896, 32 },
	{ "SLH-DSA-SHA2-128f", CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128F, 32, 64, 0 },
	{ "SLH-DSA-SHAKE-192f", CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_192F, 48, 96,
	    0 },
	{ "SLH-DSA-SHA2-256f", CKK_SLH_DSA, CKP_SLH_DSA_SHA2_256F, 64, 128, 0 },
};

/* A readable pair and its values. */
struct pair {
	CK_OBJECT_HANDLE pub, priv;
	CK_BYTE pubv[ATTR_ROOM], privv[ATTR_ROOM], seed[64];
};

static void
pair_make(const struct kind *k, struct pair *p)
{
	kit_need_mech(pq_generates(k->type), CKF_GENERATE_KEY_PAIR);
	NEED(pair_pq(k->type, k->set, &p->pub, &p->priv));
	REQUIRE(attr_read(p->pub, CKA_VALUE, p->pubv, ATTR_ROOM) ==
			(long)k->pub &&
		attr_read(p->priv, CKA_VALUE, p->privv, ATTR_ROOM) ==
		    (long)k->priv,
	    "%s: values of another size", k->name);
	if (k->seed > 0)
		REQUIRE(attr_read(p->priv, CKA_SEED, p->seed, 64) ==
			(long)k->seed,
		    "%s: no seed of %zu bytes", k->name, k->seed);
}

static void
generate(const void *arg)
{
	const struct kind *k = arg;
	CK_MECHANISM m = { pq_generates(k->type), NULL, 0 };
	CK_OBJECT_HANDLE pub, priv;
	struct tmpl a = { .n = 0 }, b = { .n = 0 };
	struct pair p;

	pair_make(k, &p);
	attr_is_u(p.pub, CKA_PARAMETER_SET, k->set);
	attr_is_u(p.priv, CKA_PARAMETER_SET, k->set);
	attr_is_u(p.priv, CKA_KEY_TYPE, k->type);
	attr_is_b(p.priv, CKA_LOCAL, true);
	attr_is_u(p.priv, CKA_KEY_GEN_MECHANISM, m.mechanism);
	WANT(kit.f->C_GenerateKeyPair(kit.s, &m, NULL, 0, NULL, 0, &pub, &priv),
	    CKR_TEMPLATE_INCOMPLETE);
	t_u(&a, CKA_PARAMETER_SET, 99);
	WANT(kit.f->C_GenerateKeyPair(
		 kit.s, &m, a.a, a.n, NULL, 0, &pub, &priv),
	    CKR_PARAMETER_SET_NOT_SUPPORTED, CKR_ATTRIBUTE_VALUE_INVALID);
	t_u(&a, CKA_PARAMETER_SET, k->set);
	t_v(&b, CKA_VALUE, p.privv, k->priv);
	WANT(
	    kit.f->C_GenerateKeyPair(
		kit.s, &m, a.a, a.n, b.a, b.n, &pub, &priv),
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_READ_ONLY,
	    CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID);
	m.pParameter = &p;
	m.ulParameterLen = 1;
	WANT(kit.f->C_GenerateKeyPair(
		 kit.s, &m, a.a, a.n, NULL, 0, &pub, &priv),
	    CKR_MECHANISM_PARAM_INVALID);
}

static void
start(struct tmpl *t, const struct kind *k, CK_OBJECT_CLASS class)
{
	*t = (struct tmpl){ .n = 0 };
	t_u(t, CKA_CLASS, class);
	t_u(t, CKA_KEY_TYPE, k->type);
	t_u(t, CKA_PARAMETER_SET, k->set);
	if (class != CKO_PRIVATE_KEY)
		return;
	t_b(t, CKA_SENSITIVE, false);
	t_b(t, CKA_EXTRACTABLE, true);
}

/* The imported key shows the values of the pair. */
static void
is_pair(CK_OBJECT_HANDLE h, const struct kind *k, const struct pair *p,
    bool seed)
{
	CK_BYTE info[ATTR_ROOM];
	long n = attr_read(p->pub, CKA_PUBLIC_KEY_INFO, info, sizeof(info));

	attr_is(h, CKA_VALUE, p->privv, k->priv);
	attr_is_b(h, CKA_LOCAL, false);
	if (CHECK(n > (long)k->pub, "no CKA_PUBLIC_KEY_INFO"))
		attr_is(h, CKA_PUBLIC_KEY_INFO, info, (size_t)n);
	if (k->seed > 0)
		attr_is(h, CKA_SEED, p->seed, seed ? k->seed : 0);
}

static void
import(const void *arg)
{
	const struct kind *k = arg;
	CK_OBJECT_HANDLE h;
	struct pair p;
	struct tmpl t;

	pair_make(k, &p);
	start(&t, k, CKO_PRIVATE_KEY);
	WANT(obj_try(&t, &h), CKR_TEMPLATE_INCOMPLETE);
	t_v(&t, CKA_VALUE, p.privv, k->priv);
	if (WANT(obj_try(&t, &h), CKR_OK))
		is_pair(h, k, &p, false);
	if (k->seed > 0) {
		t_v(&t, CKA_SEED, p.seed, k->seed);
		if (WANT(obj_try(&t, &h), CKR_OK))
			is_pair(h, k, &p, true);
		t_drop(&t, CKA_VALUE);
		if (WANT(obj_try(&t, &h), CKR_OK))
			is_pair(h, k, &p, true);
	}
	start(&t, k, CKO_PUBLIC_KEY);
	t_v(&t, CKA_VALUE, p.pubv, k->pub);
	if (WANT(obj_try(&t, &h), CKR_OK))
		attr_is(h, CKA_VALUE, p.pubv, k->pub);
}

#define REFUSES(t) \
	WANT(obj_try(t, &h), CKR_ATTRIBUTE_VALUE_INVALID, \
	    CKR_TEMPLATE_INCONSISTENT)

static void
import_bad(const void *arg)
{
	const struct kind *k = arg;
	struct pair p, other;
	CK_OBJECT_HANDLE h;
	CK_BYTE info[ATTR_ROOM];
	struct tmpl t;
	long n;

	pair_make(k, &p);
	pair_make(k, &other);
	start(&t, k, CKO_PRIVATE_KEY);
	t_v(&t, CKA_VALUE, p.privv, k->priv - 1);
	REFUSES(&t);
	t_v(&t, CKA_VALUE, p.privv, k->priv + 1);
	REFUSES(&t);
	/* a private key whose parts are not one key's */
	memcpy(p.privv + k->priv / 2, other.privv + k->priv / 2, k->priv / 2);
	t_v(&t, CKA_VALUE, p.privv, k->priv);
	REFUSES(&t);
	/* another key's public half */
	n = attr_read(p.pub, CKA_PUBLIC_KEY_INFO, info, sizeof(info));
	t_v(&t, CKA_VALUE, other.privv, k->priv);
	t_v(&t, CKA_PUBLIC_KEY_INFO, info, n > 0 ? (size_t)n : 0);
	REFUSES(&t);
	t_drop(&t, CKA_PUBLIC_KEY_INFO);
	t_u(&t, CKA_PARAMETER_SET, 99);
	WANT(obj_try(&t, &h), CKR_PARAMETER_SET_NOT_SUPPORTED,
	    CKR_ATTRIBUTE_VALUE_INVALID);
	if (k->seed > 0) {
		t_u(&t, CKA_PARAMETER_SET, k->set);
		t_v(&t, CKA_SEED, p.seed, k->seed);
		REFUSES(&t);
		t_drop(&t, CKA_VALUE);
		t_v(&t, CKA_SEED, p.seed, k->seed - 1);
		REFUSES(&t);
	}
	start(&t, k, CKO_PUBLIC_KEY);
	WANT(obj_try(&t, &h), CKR_TEMPLATE_INCOMPLETE);
	t_v(&t, CKA_VALUE, p.pubv, k->pub - 1);
	REFUSES(&t);
	if (k->type != CKK_ML_KEM)
		return;
	/* a coefficient that is not below the modulus */
	p.pubv[0] = p.pubv[1] = 0xff;
	t_v(&t, CKA_VALUE, p.pubv, k->pub);
	REFUSES(&t);
}

/* Seed and private key are as secret as each other. */
static void
hidden(const void *arg)
{
	const struct kind *k = arg;
	static const bool sensitive[] = { true, false, true };
	static const bool extractable[] = { true, false, false };
	struct pair p;

	pair_make(k, &p);
	for (size_t i = 0; i < KIT_COUNT(sensitive); i++) {
		CK_OBJECT_HANDLE h;
		struct tmpl t;

		start(&t, k, CKO_PRIVATE_KEY);
		t_b(&t, CKA_SENSITIVE, sensitive[i]);
		t_b(&t, CKA_EXTRACTABLE, extractable[i]);
		t_v(&t, CKA_VALUE, p.privv, k->priv);
		if (k->seed > 0)
			t_v(&t, CKA_SEED, p.seed, k->seed);
		NEED(obj_try(&t, &h));
		WANT(attr_rv(h, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
		if (k->seed > 0)
			WANT(attr_rv(h, CKA_SEED), CKR_ATTRIBUTE_SENSITIVE);
		attr_is_u(h, CKA_PARAMETER_SET, k->set);
	}
}

/* Wrapped and unwrapped, with the seed and without. */
static void
wrap(const void *arg)
{
	const struct kind *k = arg;
	CK_MECHANISM m = { CKM_AES_KEY_WRAP_KWP, NULL, 0 };
	CK_OBJECT_HANDLE by, h, got;
	struct pair p;

	kit_need_mech(m.mechanism, CKF_WRAP | CKF_UNWRAP);
	pair_make(k, &p);
	by = key_secret(CKK_AES, 32);
	for (int seed = 0; seed < (k->seed > 0 ? 2 : 1); seed++) {
		static CK_BYTE blob[SUBJECT_MAX];
		CK_ULONG n = sizeof(blob);
		struct tmpl t;

		start(&t, k, CKO_PRIVATE_KEY);
		t_v(&t, CKA_VALUE, p.privv, k->priv);
		if (seed == 1)
			t_v(&t, CKA_SEED, p.seed, k->seed);
		NEED(obj_try(&t, &h));
		NEED(kit.f->C_WrapKey(kit.s, &m, by, h, blob, &n));
		start(&t, k, CKO_PRIVATE_KEY);
		t_drop(&t, CKA_PARAMETER_SET);
		if (WANT(kit.f->C_UnwrapKey(
			     kit.s, &m, by, blob, n, t.a, t.n, &got),
			CKR_OK))
			is_pair(got, k, &p, seed == 1);
		t_u(&t, CKA_KEY_TYPE, CKK_EC);
		WANT(kit.f->C_UnwrapKey(
			 kit.s, &m, by, blob, n, t.a, t.n, &got),
		    CKR_WRAPPED_KEY_INVALID, CKR_TEMPLATE_INCONSISTENT);
	}
}

/* A copy on the token, found in another session. */
static void
token(const void *arg)
{
	const struct kind *k = arg;
	CK_OBJECT_HANDLE h, found[2];
	struct tmpl t = { .n = 0 };
	CK_SESSION_HANDLE old;
	struct pair p;

	pair_make(k, &p);
	t_b(&t, CKA_TOKEN, true);
	t_s(&t, CKA_LABEL, "kept");
	NEED(kit.f->C_CopyObject(kit.s, p.priv, t.a, t.n, &h));
	NEED(kit.f->C_CopyObject(kit.s, p.pub, t.a, t.n, &h));
	old = kit.s;
	NEED(kit.f->C_Logout(old));
	NEED(kit.f->C_CloseSession(old));
	kit.s = kit_session(CKF_RW_SESSION);
	kit_login(kit.s, CKU_USER);
	t_u(&t, CKA_KEY_TYPE, k->type);
	REQUIRE(obj_find(kit.s, &t, found, 2) == 2, "not both are found");
	for (size_t i = 0; i < 2; i++) {
		if (attr_u(found[i], CKA_CLASS) == CKO_PUBLIC_KEY) {
			attr_is(found[i], CKA_VALUE, p.pubv, k->pub);
			continue;
		}
		attr_is(found[i], CKA_VALUE, p.privv, k->priv);
		if (k->seed > 0)
			attr_is(found[i], CKA_SEED, p.seed, k->seed);
	}
}

/* Usages that a template does not name, and that the standard leaves open. */
static void
defaults(const void *arg)
{
	const struct kind *k = arg;
	bool kem = k->type == CKK_ML_KEM;
	CK_MECHANISM m = { pq_generates(k->type), NULL, 0 };
	struct tmpl t = { .n = 0 };
	CK_OBJECT_HANDLE pub, priv;

	if (kit.profile != PROFILE_KLUIS)
		kit_skip("the token's choice");
	kit_need_mech(m.mechanism, CKF_GENERATE_KEY_PAIR);
	t_u(&t, CKA_PARAMETER_SET, k->set);
	NEED(kit.f->C_GenerateKeyPair(
	    kit.s, &m, t.a, t.n, NULL, 0, &pub, &priv));
	attr_is_b(pub, CKA_VERIFY, !kem);
	attr_is_b(pub, CKA_ENCAPSULATE, kem);
	attr_is_b(pub, CKA_ENCRYPT, false);
	attr_is_b(pub, CKA_WRAP, false);
	attr_is_b(priv, CKA_SIGN, !kem);
	attr_is_b(priv, CKA_DECAPSULATE, kem);
	attr_is_b(priv, CKA_DECRYPT, false);
	attr_is_b(priv, CKA_DERIVE, false);
	attr_is_b(priv, CKA_SENSITIVE, true);
	attr_is_b(priv, CKA_EXTRACTABLE, false);
	attr_is_b(priv, CKA_PRIVATE, true);
}

void
pqkey_cases(struct kit_list *l)
{
	static const struct {
		const char *area;
		void (*run)(const void *);
	} cases[] = {
		{ "pqkeys/generate", generate },
		{ "pqkeys/import", import },
		{ "pqkeys/import-bad", import_bad },
		{ "pqkeys/hidden", hidden },
		{ "pqkeys/wrap", wrap },
		{ "pqkeys/token", token },
		{ "pqkeys/defaults", defaults },
	};

	for (size_t i = 0; i < KIT_COUNT(cases); i++)
		for (size_t j = 0; j < KIT_COUNT(kinds); j++) {
			struct kit_case c = { NULL, "6.67-6.69", AT_USER,
				cases[i].run, &kinds[j], 0 };

			kit_add_named(l, cases[i].area, kinds[j].name, &c);
		}
}
