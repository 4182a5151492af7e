/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vectors of ML-DSA signatures (Wycheproof), of ML-KEM, and of key generation for ML-KEM,
 * ML-DSA and SLH-DSA (Wycheproof, and NIST's ACVP projections). A key is made
 * from its seed where there is one, and from its expanded form; each must
 * give the other and the same public key.
 */
#include "vec.h"

#include <string.h>

#define KEY_MAX 5000

/* A parameter set as the vectors name it. */
struct pq_set {
	const char *name;
	CK_KEY_TYPE type;
	CK_ULONG set;
	CK_MECHANISM_TYPE use; /* a mechanism that comes with the type */
	CK_ATTRIBUTE_TYPE public_use, private_use;
};

#define SET_KEM(name, n) \
	{ name, CKK_ML_KEM, n, CKM_ML_KEM_KEY_PAIR_GEN, CKA_ENCAPSULATE, CKA_DECAPSULATE }
#define SET_DSA(name, n) \
	{ name, CKK_ML_DSA, n, CKM_ML_DSA, CKA_VERIFY, CKA_SIGN }
#define SET_SLH(name, n) \
	{ "SLH-DSA-" name, CKK_SLH_DSA, n, CKM_SLH_DSA, CKA_VERIFY, CKA_SIGN }

static const struct pq_set sets[] = {
	SET_KEM("ML-KEM-512", CKP_ML_KEM_512),
	SET_KEM("ML-KEM-768", CKP_ML_KEM_768),
	SET_KEM("ML-KEM-1024", CKP_ML_KEM_1024),
	SET_DSA("ML-DSA-44", CKP_ML_DSA_44),
	SET_DSA("ML-DSA-65", CKP_ML_DSA_65),
	SET_DSA("ML-DSA-87", CKP_ML_DSA_87),
	SET_SLH("SHA2-128s", CKP_SLH_DSA_SHA2_128S),
	SET_SLH("SHAKE-128s", CKP_SLH_DSA_SHAKE_128S),
	SET_SLH("SHA2-128f", CKP_SLH_DSA_SHA2_128F),
	SET_SLH("SHAKE-128f", CKP_SLH_DSA_SHAKE_128F),
	SET_SLH("SHA2-192s", CKP_SLH_DSA_SHA2_192S),
	SET_SLH("SHAKE-192s", CKP_SLH_DSA_SHAKE_192S),
	SET_SLH("SHA2-192f", CKP_SLH_DSA_SHA2_192F),
	SET_SLH("SHAKE-192f", CKP_SLH_DSA_SHAKE_192F),
	SET_SLH("SHA2-256s", CKP_SLH_DSA_SHA2_256S),
	SET_SLH("SHAKE-256s", CKP_SLH_DSA_SHAKE_256S),
	SET_SLH("SHA2-256f", CKP_SLH_DSA_SHA2_256F),
	SET_SLH("SHAKE-256f", CKP_SLH_DSA_SHAKE_256F),
};

/* NULL for a set that is unknown or not offered. */
static const struct pq_set *
set_of(const char *name)
{
	for (size_t i = 0; i < KIT_COUNT(sets); i++)
		if (strcmp(sets[i].name, name) == 0)
			return vec_offered(sets[i].use, 0) ? &sets[i] : NULL;
	return NULL;
}

static void
start(struct tmpl *t, const struct pq_set *s, CK_OBJECT_CLASS class)
{
	*t = (struct tmpl){ .n = 0 };
	t_u(t, CKA_CLASS, class);
	t_u(t, CKA_KEY_TYPE, s->type);
	t_u(t, CKA_PARAMETER_SET, s->set);
}

/* A private key from a seed, an expanded key, or both; readable. */
static bool
make_private(const struct pq_set *s, struct vbytes seed, struct vbytes value,
    CK_OBJECT_HANDLE *out)
{
	struct tmpl t;

	start(&t, s, CKO_PRIVATE_KEY);
	t_b(&t, CKA_SENSITIVE, false);
	t_b(&t, CKA_EXTRACTABLE, true);
	t_b(&t, s->private_use, true);
	if (seed.n > 0)
		t_v(&t, CKA_SEED, seed.v, seed.n);
	if (value.n > 0)
		t_v(&t, CKA_VALUE, value.v, value.n);
	return obj_try(&t, out) == CKR_OK;
}

static bool
make_public(
    const struct pq_set *s, struct vbytes value, CK_OBJECT_HANDLE *out)
{
	struct tmpl t;

	start(&t, s, CKO_PUBLIC_KEY);
	t_b(&t, s->public_use, true);
	t_v(&t, CKA_VALUE, value.v, value.n);
	return obj_try(&t, out) == CKR_OK;
}

/* Whether the attribute ends with these bytes; empty ones always. */
static bool
ends(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, struct vbytes want)
{
	CK_BYTE got[KEY_MAX];
	long n = attr_read(h, type, got, sizeof(got));

	return want.n == 0 ||
	    (n >= (long)want.n &&
		memcmp(got + (size_t)n - want.n, want.v, want.n) == 0);
}

/* One import, and what the key must then show. */
static bool
makes(const struct pq_set *s, struct vbytes seed, struct vbytes value,
    struct vbytes want, struct vbytes pub)
{
	CK_OBJECT_HANDLE h;

	return make_private(s, seed, value, &h) && ends(h, CKA_VALUE, want) &&
	    ends(h, CKA_PUBLIC_KEY_INFO, pub);
}

static enum outcome
keygen(const struct pq_set *s, struct vbytes seed, struct vbytes value,
    struct vbytes pub)
{
	const struct vbytes none = { NULL, 0 };

	if (s == NULL)
		return V_UNSUPPORTED;
	if (!makes(s, none, value, value, pub))
		return V_WRONG;
	if (seed.n == 0)
		return V_PASSED;
	return makes(s, seed, none, value, pub) &&
		makes(s, seed, value, value, pub) ?
	    V_PASSED :
	    V_WRONG;
}

enum outcome
vec_mlkem_keygen(const json_t *group, const json_t *test)
{
	return keygen(set_of(vec_text(group, "parameterSet")),
	    vec_bytes(test, "seed"), vec_bytes(test, "dk"),
	    vec_bytes(test, "ek"));
}

enum outcome
vec_acvp_keygen(const json_t *group, const json_t *test)
{
	return keygen(set_of(vec_text(group, "parameterSet")),
	    vec_bytes(test, "seed"), vec_bytes(test, "sk"),
	    vec_bytes(test, "pk"));
}

/* The mechanism with the vector's context. */
static void
with_context(CK_MECHANISM *m, CK_SIGN_ADDITIONAL_CONTEXT *p,
    const json_t *test, struct vbytes context)
{
	*p = (CK_SIGN_ADDITIONAL_CONTEXT){ CKH_DETERMINISTIC_REQUIRED,
		context.v, context.n };
	*m = (CK_MECHANISM){ CKM_ML_DSA, NULL, 0 };
	if (json_object_get(test, "ctx") != NULL) {
		m->pParameter = p;
		m->ulParameterLen = sizeof(*p);
	}
}

static bool
verified(const struct pq_set *s, struct vbytes pub, const json_t *test)
{
	struct vbytes msg = vec_bytes(test, "msg"),
		      sig = vec_bytes(test, "sig");
	CK_SIGN_ADDITIONAL_CONTEXT p;
	CK_OBJECT_HANDLE key;
	CK_MECHANISM m;

	with_context(&m, &p, test, vec_bytes(test, "ctx"));
	return make_public(s, pub, &key) &&
	    kit.f->C_VerifyInit(kit.s, &m, key) == CKR_OK &&
	    kit.f->C_Verify(kit.s, msg.v, msg.n, sig.v, sig.n) == CKR_OK;
}

enum outcome
vec_mldsa_verify(const json_t *group, const json_t *test)
{
	const struct pq_set *s = set_of(vec_algorithm);

	if (s == NULL || json_object_get(test, "msg") == NULL)
		return V_UNSUPPORTED;
	return vec_judge(
	    test, verified(s, vec_bytes(group, "publicKey"), test));
}

/*
 * Vectors that give mu instead of the message cannot be asked for; of a
 * randomised signature only the verification can.
 */
enum outcome
vec_mldsa_sign(const json_t *group, const json_t *test)
{
	const struct pq_set *s = set_of(vec_algorithm);
	struct vbytes msg = vec_bytes(test, "msg"),
		      want = vec_bytes(test, "sig"),
		      pub = vec_bytes(group, "publicKey");
	CK_BYTE sig[KEY_MAX];
	CK_ULONG n = sizeof(sig);
	CK_SIGN_ADDITIONAL_CONTEXT p;
	CK_OBJECT_HANDLE key;
	CK_MECHANISM m;
	bool same;

	if (s == NULL || json_object_get(test, "msg") == NULL)
		return V_UNSUPPORTED;
	if (json_object_get(test, "rnd") != NULL)
		return vec_judge(test, verified(s, pub, test));
	with_context(&m, &p, test, vec_bytes(test, "ctx"));
	p.hedgeVariant = CKH_DETERMINISTIC_REQUIRED;
	m.pParameter = &p;
	m.ulParameterLen = sizeof(p);
	same = make_private(s, vec_bytes(group, "privateSeed"),
		   vec_bytes(group, "privateKey"), &key) &&
	    ends(key, CKA_PUBLIC_KEY_INFO, pub) &&
	    kit.f->C_SignInit(kit.s, &m, key) == CKR_OK &&
	    kit.f->C_Sign(kit.s, msg.v, msg.n, sig, &n) == CKR_OK &&
	    n == want.n && memcmp(sig, want.v, n) == 0;
	if (same && !verified(s, pub, test))
		return V_WRONG;
	return vec_judge(test, same);
}

/* ------------------------------------------------------------- ML-KEM */

/* A readable secret of the length that ML-KEM gives. */
static void
shared_template(struct tmpl *t)
{
	*t = (struct tmpl){ .n = 0 };
	t_u(t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(t, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
	t_u(t, CKA_VALUE_LEN, 32);
	t_b(t, CKA_SENSITIVE, false);
	t_b(t, CKA_EXTRACTABLE, true);
}

/* Whether the private key of these parts decapsulates c to k. */
static bool
decapsulates(const struct pq_set *s, struct vbytes seed, struct vbytes dk,
    struct vbytes c, struct vbytes k)
{
	CK_MECHANISM m = { CKM_ML_KEM, NULL, 0 };
	CK_OBJECT_HANDLE key, out;
	CK_BYTE got[64];
	struct tmpl t;

	shared_template(&t);
	return make_private(s, seed, dk, &key) &&
	    kit.f32->C_DecapsulateKey(
		kit.s, &m, key, t.a, t.n, c.v, c.n, &out) == CKR_OK &&
	    attr_read(out, CKA_VALUE, got, sizeof(got)) == (long)k.n &&
	    memcmp(got, k.v, k.n) == 0;
}

static const struct pq_set *
kem_set(const json_t *group)
{
	if (kit.f32 == NULL || !vec_offered(CKM_ML_KEM, CKF_DECAPSULATE))
		return NULL;
	return set_of(vec_text(group, "parameterSet"));
}

enum outcome
vec_mlkem_decaps(const json_t *group, const json_t *test)
{
	const struct pq_set *s = kem_set(group);

	if (s == NULL)
		return V_UNSUPPORTED;
	return vec_judge(test,
	    decapsulates(s, vec_bytes(test, "seed"), vec_bytes(test, "dk"),
		vec_bytes(test, "c"), vec_bytes(test, "K")));
}

/*
 * The randomness cannot be given, so of a valid vector only that its key is
 * good for encapsulating is seen.
 */
enum outcome
vec_mlkem_encaps(const json_t *group, const json_t *test)
{
	const struct pq_set *s = kem_set(group);
	CK_MECHANISM m = { CKM_ML_KEM, NULL, 0 };
	CK_OBJECT_HANDLE key, out;
	CK_BYTE ct[2000];
	CK_ULONG n = sizeof(ct);
	struct tmpl t;

	if (s == NULL)
		return V_UNSUPPORTED;
	shared_template(&t);
	return vec_judge(test,
	    make_public(s, vec_bytes(test, "ek"), &key) &&
		kit.f32->C_EncapsulateKey(kit.s, &m, key, t.a, t.n, ct, &n,
		    &out) == CKR_OK);
}

/* The key stands with the vector, or with the group. */
enum outcome
vec_acvp_kem(const json_t *group, const json_t *test)
{
	const struct pq_set *s = kem_set(group);
	const json_t *where =
	    json_object_get(test, "dk") != NULL ? test : group;
	const struct vbytes none = { NULL, 0 };

	if (s == NULL)
		return V_UNSUPPORTED;
	return decapsulates(s, none, vec_bytes(where, "dk"),
		   vec_bytes(test, "c"), vec_bytes(test, "k")) ?
	    V_PASSED :
	    V_WRONG;
}
