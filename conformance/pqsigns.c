/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "pqsigns": signatures of ML-DSA and SLH-DSA with their parameters:
 * contexts, hedged and deterministic, messages in parts, hashes made by the
 * caller (6.67, 6.69). What each mechanism claims is in area "truth".
 */
#include "kit_ref.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define SIG_MAX 50000

struct kind {
	const char *name;
	CK_KEY_TYPE type;
	CK_ULONG set;
	CK_MECHANISM_TYPE sign, hash;
	size_t sig;
};

static const struct kind kinds[] = {
	{ "ML-DSA-44", CKK_ML_DSA, CKP_ML_DSA_44, CKM_ML_DSA, CKM_HASH_ML_DSA,
	    2420 },
	{ "ML-DSA-65", CKK_ML_DSA, CKP_ML_DSA_65, CKM_ML_DSA, CKM_HASH_ML_DSA,
	    3309 },
	{ "ML-DSA-87", CKK_ML_DSA, CKP_ML_DSA_87, CKM_ML_DSA, CKM_HASH_ML_DSA,
	    4627 },
	{ "SLH-DSA-SHA2-128f", CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128F, CKM_SLH_DSA,
	    CKM_HASH_SLH_DSA, 17088 },
	{ "SLH-DSA-SHAKE-128f", CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_128F,
	    CKM_SLH_DSA, CKM_HASH_SLH_DSA, 17088 },
	{ "SLH-DSA-SHA2-256f", CKK_SLH_DSA, CKP_SLH_DSA_SHA2_256F, CKM_SLH_DSA,
	    CKM_HASH_SLH_DSA, 49856 },
};

static CK_BYTE text[5000], context[256];

static void
prepare(const struct kind *k, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
	kit_need_mech(k->sign, CKF_SIGN | CKF_VERIFY);
	NEED(pair_pq(k->type, k->set, pub, priv));
	fill(text, sizeof(text), 3);
	fill(context, sizeof(context), 4);
}

/* In one part. */
static void
sign(const struct kind *k, CK_MECHANISM *m, CK_OBJECT_HANDLE key, size_t len,
    CK_BYTE *sig)
{
	CK_ULONG n = SIG_MAX;

	NEED(kit.f->C_SignInit(kit.s, m, key));
	NEED(kit.f->C_Sign(kit.s, text, len, sig, &n));
	REQUIRE(n == k->sig, "a signature of %lu bytes", n);
}

static CK_RV
verify(const struct kind *k, CK_MECHANISM *m, CK_OBJECT_HANDLE key, size_t len,
    CK_BYTE *sig)
{
	NEED(kit.f->C_VerifyInit(kit.s, m, key));
	return kit.f->C_Verify(kit.s, text, len, sig, k->sig);
}

static void
contexts(const void *arg)
{
	static const CK_ULONG lens[] = { 0, 1, 100, 255 };
	const struct kind *k = arg;
	static CK_BYTE sig[SIG_MAX];
	CK_SIGN_ADDITIONAL_CONTEXT p = { CKH_HEDGE_PREFERRED, context, 0 };
	CK_MECHANISM m = { k->sign, &p, sizeof(p) };
	CK_MECHANISM plain = { k->sign, NULL, 0 };
	CK_OBJECT_HANDLE pub, priv;

	prepare(k, &pub, &priv);
	for (size_t i = 0; i < KIT_COUNT(lens); i++) {
		const struct ref_pq how = { .key = pub,
			.context = context,
			.contextlen = lens[i] };

		p.ulContextLen = lens[i];
		sign(k, &m, priv, 77, sig);
		CHECK(ref_verify_pq(&how, text, 77, sig, k->sig),
		    "%lu bytes of context: libcrypto refuses", lens[i]);
		WANT(verify(k, &m, pub, 77, sig), CKR_OK);
		WANT(verify(k, &plain, pub, 77, sig),
		    lens[i] == 0 ? CKR_OK : CKR_SIGNATURE_INVALID);
		p.ulContextLen = lens[i] ^ 1;
		WANT(verify(k, &m, pub, 77, sig), CKR_SIGNATURE_INVALID);
	}
	p.ulContextLen = 256;
	WANT(kit.f->C_SignInit(kit.s, &m, priv), CKR_MECHANISM_PARAM_INVALID);
	WANT(kit.f->C_VerifyInit(kit.s, &m, pub), CKR_MECHANISM_PARAM_INVALID);
	p.ulContextLen = 1;
	p.pContext = NULL;
	WANT(kit.f->C_SignInit(kit.s, &m, priv), CKR_MECHANISM_PARAM_INVALID);
	m.ulParameterLen--;
	WANT(kit.f->C_SignInit(kit.s, &m, priv), CKR_MECHANISM_PARAM_INVALID);
}

static void
hedging(const void *arg)
{
	const struct kind *k = arg;
	static CK_BYTE a[SIG_MAX], b[SIG_MAX];
	CK_SIGN_ADDITIONAL_CONTEXT p = { CKH_DETERMINISTIC_REQUIRED, NULL, 0 };
	CK_MECHANISM m = { k->sign, &p, sizeof(p) };
	CK_OBJECT_HANDLE pub, priv;

	prepare(k, &pub, &priv);
	sign(k, &m, priv, 77, a);
	sign(k, &m, priv, 77, b);
	CHECK(memcmp(a, b, k->sig) == 0, "deterministic, but two signatures");
	WANT(verify(k, &m, pub, 77, a), CKR_OK);
	p.hedgeVariant = CKH_HEDGE_REQUIRED;
	sign(k, &m, priv, 77, a);
	CHECK(memcmp(a, b, k->sig) != 0, "hedged, but the same signature");
	sign(k, &m, priv, 77, b);
	CHECK(memcmp(a, b, k->sig) != 0, "hedged, but the same signature");
	p.hedgeVariant = 3;
	WANT(kit.f->C_SignInit(kit.s, &m, priv), CKR_MECHANISM_PARAM_INVALID);
	/* on verification the variant is ignored */
	WANT(verify(k, &m, pub, 77, b), CKR_OK);
	WANT(verify(k, &m, pub, 76, b), CKR_SIGNATURE_INVALID);
}

/* Parts of every size make the signature of the whole. */
static void
parts(const void *arg)
{
	static const size_t steps[] = { 1, 64, 135, 136, 137, 1000, 5000 };
	const struct kind *k = arg;
	static CK_BYTE a[SIG_MAX], b[SIG_MAX];
	CK_SIGN_ADDITIONAL_CONTEXT p = { CKH_DETERMINISTIC_REQUIRED, context,
		9 };
	CK_MECHANISM m = { k->sign, &p, sizeof(p) };
	CK_OBJECT_HANDLE pub, priv;

	prepare(k, &pub, &priv);
	sign(k, &m, priv, sizeof(text), a);
	for (size_t i = 0; i < KIT_COUNT(steps); i++) {
		CK_ULONG n = sizeof(b);

		if (k->type == CKK_SLH_DSA && i % 3 != 0)
			continue;
		NEED(kit.f->C_SignInit(kit.s, &m, priv));
		for (size_t at = 0; at < sizeof(text); at += steps[i])
			NEED(kit.f->C_SignUpdate(kit.s, text + at,
			    sizeof(text) - at < steps[i] ? sizeof(text) - at :
							   steps[i]));
		NEED(kit.f->C_SignFinal(kit.s, NULL, &n));
		CHECK(n == k->sig, "a signature of %lu bytes", n);
		NEED(kit.f->C_SignFinal(kit.s, b, &n));
		CHECK(n == k->sig && memcmp(a, b, n) == 0,
		    "parts of %zu bytes: another signature", steps[i]);
	}
	sign(k, &m, priv, 0, a);
	WANT(verify(k, &m, pub, 0, a), CKR_OK);
}

/* A hash that the caller made: which, how long, and in one part only. */
static void
hashed(const void *arg)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		const char *md;
		size_t len;
	} hashes[] = {
		{ CKM_SHA224, "SHA2-224", 28 },
		{ CKM_SHA256, "SHA2-256", 32 },
		{ CKM_SHA384, "SHA2-384", 48 },
		{ CKM_SHA512, "SHA2-512", 64 },
		{ CKM_SHA3_224, "SHA3-224", 28 },
		{ CKM_SHA3_256, "SHA3-256", 32 },
		{ CKM_SHA3_384, "SHA3-384", 48 },
		{ CKM_SHA3_512, "SHA3-512", 64 },
	};
	const struct kind *k = arg;
	static CK_BYTE sig[SIG_MAX];
	CK_HASH_SIGN_ADDITIONAL_CONTEXT p = { CKH_HEDGE_PREFERRED, context, 5,
		0 };
	CK_MECHANISM m = { k->hash, &p, sizeof(p) };
	CK_OBJECT_HANDLE pub, priv;
	CK_ULONG n = sizeof(sig);

	prepare(k, &pub, &priv);
	for (size_t i = 0; i < KIT_COUNT(hashes); i++) {
		const struct ref_pq how = { pub, hashes[i].md, true, context,
			5 };
		size_t len = hashes[i].len;

		p.hash = hashes[i].type;
		sign(k, &m, priv, len, sig);
		CHECK(ref_verify_pq(&how, text, len, sig, k->sig),
		    "%s: libcrypto refuses", hashes[i].md);
		WANT(verify(k, &m, pub, len, sig), CKR_OK);
		WANT(verify(k, &m, pub, len - 1, sig), CKR_DATA_LEN_RANGE,
		    CKR_SIGNATURE_INVALID);
		n = sizeof(sig);
		NEED(kit.f->C_SignInit(kit.s, &m, priv));
		WANT(kit.f->C_Sign(kit.s, text, len + 1, sig, &n),
		    CKR_DATA_LEN_RANGE);
	}
	p.hash = CKM_RSA_PKCS;
	WANT(kit.f->C_SignInit(kit.s, &m, priv), CKR_MECHANISM_PARAM_INVALID);
	p.hash = CKM_SHA_1;
	WANT(kit.f->C_SignInit(kit.s, &m, priv), CKR_MECHANISM_PARAM_INVALID);
	m = (CK_MECHANISM){ k->hash, NULL, 0 };
	WANT(kit.f->C_SignInit(kit.s, &m, priv), CKR_MECHANISM_PARAM_INVALID);
}

/* Keys of the wrong kind and without the right. */
static void
keys(const void *arg)
{
	const struct kind *k = arg, *o = &kinds[k->type == CKK_ML_DSA ? 3 : 0];
	CK_MECHANISM m = { k->sign, NULL, 0 };
	CK_OBJECT_HANDLE pub, priv, opub, opriv, h;
	struct tmpl t = { .n = 0 };
	CK_BYTE small[100];
	CK_ULONG n = sizeof(small);

	prepare(o, &opub, &opriv);
	prepare(k, &pub, &priv);
	WANT(kit.f->C_SignInit(kit.s, &m, opriv), CKR_KEY_TYPE_INCONSISTENT);
	WANT(kit.f->C_SignInit(kit.s, &m, pub), CKR_KEY_TYPE_INCONSISTENT,
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	t_b(&t, CKA_SIGN, false);
	NEED(kit.f->C_CopyObject(kit.s, priv, t.a, t.n, &h));
	WANT(kit.f->C_SignInit(kit.s, &m, h), CKR_KEY_FUNCTION_NOT_PERMITTED);
	NEED(kit.f->C_SignInit(kit.s, &m, priv));
	WANT(kit.f->C_Sign(kit.s, text, 5, small, &n), CKR_BUFFER_TOO_SMALL);
	CHECK(n == k->sig, "short buffer: length %lu", n);
}

void
pqsign_cases(struct kit_list *l)
{
	static const struct {
		const char *area;
		void (*run)(const void *);
	} cases[] = {
		{ "pqsigns/contexts", contexts },
		{ "pqsigns/hedging", hedging },
		{ "pqsigns/parts", parts },
		{ "pqsigns/hashed", hashed },
		{ "pqsigns/keys", keys },
	};

	for (size_t i = 0; i < KIT_COUNT(cases); i++)
		for (size_t j = 0; j < KIT_COUNT(kinds); j++) {
			struct kit_case c = { NULL, "6.67, 6.69", AT_USER,
				cases[i].run, &kinds[j], 0 };

			kit_add_named(l, cases[i].area, kinds[j].name, &c);
		}
}
