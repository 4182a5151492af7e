/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vectors of key pairs: signatures, RSA decryption, key agreement.
 */
#include "vec.h"

#include <stdio.h>
#include <string.h>

static const struct curve *
curve_of(const char *name)
{
	static const struct {
		const char *theirs, *ours;
	} names[] = {
		{ "secp256r1", "prime256v1" },
		{ "edwards25519", "ED25519" },
		{ "edwards448", "ED448" },
		{ "curve25519", "X25519" },
		{ "curve448", "X448" },
	};
	const struct curve *c;

	for (size_t i = 0; i < KIT_COUNT(names); i++)
		if (strcmp(names[i].theirs, name) == 0)
			return curve_find(names[i].ours);
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* An elliptic public key from its raw point. */
static bool
ec_public(const struct curve *c, struct vbytes raw, CK_OBJECT_HANDLE *out)
{
	CK_BYTE der[210] = { 0x04 };
	size_t head = raw.n < 128 ? 2 : 3;
	struct tmpl t;

	if (c == NULL || raw.n + head > sizeof(der))
		return false;
	der[1] = head == 2 ? (CK_BYTE)raw.n : 0x81;
	der[head - 1] = (CK_BYTE)raw.n;
	memcpy(der + head, raw.v, raw.n);
	tmpl_ec_public(&t);
	t_u(&t, CKA_KEY_TYPE, c->type);
	t_v(&t, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_v(&t, CKA_EC_POINT, der, raw.n + head);
	return obj_try(&t, out) == CKR_OK;
}

static bool
verifies(
    CK_MECHANISM *m, CK_OBJECT_HANDLE key, struct vbytes msg, struct vbytes sig)
{
	return kit.f->C_VerifyInit(kit.s, m, key) == CKR_OK &&
	    kit.f->C_Verify(kit.s, msg.v, msg.n, sig.v, sig.n) == CKR_OK;
}

/* One INTEGER, in its shortest form, positive, into field bytes. */
static const CK_BYTE *
der_integer(const CK_BYTE *p, const CK_BYTE *end, CK_BYTE *out, size_t field)
{
	size_t n;

	if (end - p < 3 || p[0] != 0x02 || p[1] >= 0x80 || (n = p[1]) == 0 ||
	    (size_t)(end - p) < n + 2)
		return NULL;
	p += 2;
	if (p[0] >= 0x80 || (n > 1 && p[0] == 0 && p[1] < 0x80))
		return NULL;
	end = p + n;
	if (p[0] == 0 && n > 1)
		p++;
	if ((size_t)(end - p) > field)
		return NULL;
	memset(out, 0, field);
	memcpy(out + field - (size_t)(end - p), p, (size_t)(end - p));
	return end;
}

/* A DER signature as r and s; false where it cannot be expressed so. */
static bool
from_der(struct vbytes der, size_t field, CK_BYTE *out)
{
	const CK_BYTE *p = der.v, *end = der.v + der.n;
	size_t head = 2;

	if (der.n < 8 || p[0] != 0x30)
		return false;
	if (p[1] == 0x81)
		head = 3;
	if (p[head - 1] != der.n - head || (head == 3 && p[2] < 0x80))
		return false;
	p = der_integer(p + head, end, out, field);
	return p != NULL &&
	    (p = der_integer(p, end, out + field, field)) == end;
}

enum outcome
vec_ecdsa(const json_t *group, const json_t *test)
{
	const json_t *k = json_object_get(group, "publicKey");
	const struct curve *c = curve_of(vec_text(k, "curve"));
	const struct vec_hash *h = vec_hash(vec_text(group, "sha"));
	struct vbytes msg = vec_bytes(test, "msg"),
		      sig = vec_bytes(test, "sig");
	CK_MECHANISM m = { CKM_ECDSA, NULL, 0 };
	CK_OBJECT_HANDLE key;
	CK_BYTE hash[64], plain[200];

	if (h == NULL || !vec_offered(CKM_ECDSA, CKF_VERIFY) ||
	    !ec_public(c, vec_bytes(k, "uncompressed"), &key))
		return V_UNSUPPORTED;
	if (strcmp(vec_text(group, "type"), "EcdsaVerify") == 0) {
		if (!from_der(sig, c->field, plain))
			return V_UNSUPPORTED;
		sig = (struct vbytes){ plain, 2 * c->field };
	}
	/* 3.2 §6.3.1: a signature to verify may be shorter, in equal halves. */
	if (sig.n < 2 * c->field && sig.n % 2 == 0 &&
	    strcmp(vec_text(test, "result"), "invalid") == 0)
		return V_UNSUPPORTED;
	if (vec_offered(h->ecdsa, CKF_VERIFY)) {
		m.mechanism = h->ecdsa;
	} else {
		msg.n = ref_digest(h->md, msg.v, msg.n, hash);
		msg.v = hash;
	}
	return vec_judge(test, verifies(&m, key, msg, sig));
}

/* A DSA public key out of its numbers. */
static bool
dsa_public(const json_t *k, CK_OBJECT_HANDLE *out)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		const char *name;
	} parts[] = {
		{ CKA_PRIME, "p" },
		{ CKA_SUBPRIME, "q" },
		{ CKA_BASE, "g" },
		{ CKA_VALUE, "y" },
	};
	struct tmpl t = { .n = 0 };

	t_u(&t, CKA_CLASS, CKO_PUBLIC_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_DSA);
	t_b(&t, CKA_VERIFY, true);
	for (size_t i = 0; i < KIT_COUNT(parts); i++) {
		struct vbytes v = vec_bytes(k, parts[i].name);

		t_v(&t, parts[i].type, v.v, v.n);
	}
	return obj_try(&t, out) == CKR_OK;
}

enum outcome
vec_dsa(const json_t *group, const json_t *test)
{
	const json_t *k = json_object_get(group, "publicKey");
	const struct vec_hash *h = vec_hash(vec_text(group, "sha"));
	struct vbytes msg = vec_bytes(test, "msg"),
		      sig = vec_bytes(test, "sig");
	struct vbytes q = vec_bytes(k, "q");
	size_t size = q.n - (q.n > 0 && q.v[0] == 0 ? 1 : 0);
	CK_MECHANISM m = { h != NULL ? h->dsa : 0, NULL, 0 };
	CK_OBJECT_HANDLE key;
	CK_BYTE plain[200];

	if (h == NULL || !vec_offered(m.mechanism, CKF_VERIFY) ||
	    size > sizeof(plain) / 2 || !dsa_public(k, &key))
		return V_UNSUPPORTED;
	if (strcmp(vec_text(group, "type"), "DsaVerify") == 0) {
		if (!from_der(sig, size, plain))
			return V_UNSUPPORTED;
		sig = (struct vbytes){ plain, 2 * size };
	}
	return vec_judge(test, verifies(&m, key, msg, sig));
}

enum outcome
vec_eddsa(const json_t *group, const json_t *test)
{
	const json_t *k = json_object_get(group, "publicKey");
	CK_MECHANISM m = { CKM_EDDSA, NULL, 0 };
	CK_EDDSA_PARAMS p = { CK_FALSE, 0, NULL };
	CK_OBJECT_HANDLE key;

	if (!vec_offered(CKM_EDDSA, CKF_VERIFY) ||
	    !ec_public(
		curve_of(vec_text(k, "curve")), vec_bytes(k, "pk"), &key))
		return V_UNSUPPORTED;
	if (strcmp(vec_text(k, "curve"), "edwards448") == 0) {
		m.pParameter = &p;
		m.ulParameterLen = sizeof(p);
	}
	return vec_judge(test,
	    verifies(&m, key, vec_bytes(test, "msg"), vec_bytes(test, "sig")));
}

static bool
rsa_public(const json_t *k, CK_OBJECT_HANDLE *out)
{
	struct vbytes n = vec_bytes(k, "modulus");
	struct vbytes e = vec_bytes(k, "publicExponent");
	struct tmpl t;

	while (n.n > 1 && n.v[0] == 0) {
		n.v++;
		n.n--;
	}
	tmpl_rsa_public(&t);
	t_v(&t, CKA_MODULUS, n.v, n.n);
	t_v(&t, CKA_PUBLIC_EXPONENT, e.v, e.n);
	return obj_try(&t, out) == CKR_OK;
}

static bool
rsa_private(const json_t *k, CK_OBJECT_HANDLE *out)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		const char *name;
	} parts[] = {
		{ CKA_MODULUS, "modulus" },
		{ CKA_PUBLIC_EXPONENT, "publicExponent" },
		{ CKA_PRIVATE_EXPONENT, "privateExponent" },
		{ CKA_PRIME_1, "prime1" },
		{ CKA_PRIME_2, "prime2" },
		{ CKA_EXPONENT_1, "exponent1" },
		{ CKA_EXPONENT_2, "exponent2" },
		{ CKA_COEFFICIENT, "coefficient" },
	};
	struct tmpl t;

	tmpl_rsa_private(&t);
	for (size_t i = 0; i < KIT_COUNT(parts); i++) {
		struct vbytes v = vec_bytes(k, parts[i].name);

		while (v.n > 1 && v.v[0] == 0) {
			v.v++;
			v.n--;
		}
		t_drop(&t, parts[i].type);
		if (v.n != 0)
			t_v(&t, parts[i].type, v.v, v.n);
	}
	return obj_try(&t, out) == CKR_OK;
}

enum outcome
vec_rsa_verify(const json_t *group, const json_t *test)
{
	const struct vec_hash *h = vec_hash(vec_text(group, "sha"));
	const struct vec_hash *g = vec_hash(vec_text(group, "mgfSha"));
	bool pss = strcmp(vec_text(group, "type"), "RsassaPssVerify") == 0;
	CK_RSA_PKCS_PSS_PARAMS p;
	CK_MECHANISM m = { 0, NULL, 0 };
	CK_OBJECT_HANDLE key;

	if (h == NULL || (pss && (g == NULL || mech_mgf(g->hash) == 0)))
		return V_UNSUPPORTED;
	m.mechanism = h->rsa;
	if (pss) {
		p.hashAlg = h->hash;
		p.mgf = mech_mgf(g->hash);
		p.sLen = vec_number(group, "sLen");
		m = (CK_MECHANISM){ h->pss, &p, sizeof(p) };
	}
	if (!vec_offered(m.mechanism, CKF_VERIFY) ||
	    !rsa_public(json_object_get(group, "publicKey"), &key))
		return V_UNSUPPORTED;
	return vec_judge(test,
	    verifies(&m, key, vec_bytes(test, "msg"), vec_bytes(test, "sig")));
}

enum outcome
vec_rsa_sign(const json_t *group, const json_t *test)
{
	const struct vec_hash *h = vec_hash(vec_text(group, "sha"));
	struct vbytes msg = vec_bytes(test, "msg"),
		      sig = vec_bytes(test, "sig");
	CK_MECHANISM m = { h != NULL ? h->rsa : 0, NULL, 0 };
	CK_BYTE out[1100];
	CK_ULONG n = sizeof(out);
	CK_OBJECT_HANDLE key;
	bool same;

	if (!vec_offered(m.mechanism, CKF_SIGN) ||
	    !rsa_private(json_object_get(group, "privateKey"), &key))
		return V_UNSUPPORTED;
	same = kit.f->C_SignInit(kit.s, &m, key) == CKR_OK &&
	    kit.f->C_Sign(kit.s, msg.v, msg.n, out, &n) == CKR_OK &&
	    n == sig.n && memcmp(out, sig.v, n) == 0;
	return same ? V_PASSED : V_WRONG;
}

/*
 * PKCS #1 v1.5 may answer a wrong padding with a made-up text (implicit
 * rejection): then any text but the one given is right.
 */
enum outcome
vec_rsa_decrypt(const json_t *group, const json_t *test)
{
	bool oaep = strcmp(vec_text(group, "type"), "RsaesOaepDecrypt") == 0;
	const struct vec_hash *h = vec_hash(vec_text(group, "sha"));
	const struct vec_hash *g = vec_hash(vec_text(group, "mgfSha"));
	struct vbytes msg = vec_bytes(test, "msg"), ct = vec_bytes(test, "ct");
	struct vbytes label = vec_bytes(test, "label");
	CK_RSA_PKCS_OAEP_PARAMS p = { .source = CKZ_DATA_SPECIFIED,
		.pSourceData = label.n != 0 ? label.v : NULL,
		.ulSourceDataLen = label.n };
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_BYTE out[1100];
	CK_ULONG n = sizeof(out);
	CK_OBJECT_HANDLE key;
	CK_RV rv;
	bool done;

	if (oaep &&
	    (h == NULL || g == NULL || mech_mgf(g->hash) == 0 ||
		mech_mgf(h->hash) == 0))
		return V_UNSUPPORTED;
	if (oaep) {
		p.hashAlg = h->hash;
		p.mgf = mech_mgf(g->hash);
		m = (CK_MECHANISM){ CKM_RSA_PKCS_OAEP, &p, sizeof(p) };
	}
	if (!vec_offered(m.mechanism, CKF_DECRYPT) ||
	    !rsa_private(json_object_get(group, "privateKey"), &key))
		return V_UNSUPPORTED;
	rv = kit.f->C_DecryptInit(kit.s, &m, key);
	done = rv == CKR_OK &&
	    kit.f->C_Decrypt(kit.s, ct.v, ct.n, out, &n) == CKR_OK;
	if (done && !oaep && strcmp(vec_text(test, "result"), "invalid") == 0)
		done = n == msg.n && msg.n != 0 && memcmp(out, msg.v, n) == 0;
	else
		done = done && n == msg.n && memcmp(out, msg.v, n) == 0;
	return vec_judge(test, done);
}

/* The point in a SubjectPublicKeyInfo that has just the form expected. */
static bool
spki_point(const struct curve *c, struct vbytes spki, struct vbytes *out)
{
	size_t n = 2 * c->field + 1, inner = 9 + c->oidlen;
	size_t skip = spki.n - n;

	if (spki.n < n + inner + 6 || spki.v[skip - 1] != 0 ||
	    spki.v[skip] != 0x04)
		return false;
	for (size_t i = 0; i + c->oidlen < skip; i++)
		if (memcmp(spki.v + i, c->oid, c->oidlen) == 0) {
			*out = (struct vbytes){ spki.v + skip, n };
			return i >= 13 && i <= 16;
		}
	return false;
}

/* The number as field bytes. */
static bool
pad(struct vbytes v, size_t field, CK_BYTE *out)
{
	while (v.n > field && v.v[0] == 0) {
		v.v++;
		v.n--;
	}
	if (v.n > field)
		return false;
	memset(out, 0, field);
	memcpy(out + field - v.n, v.v, v.n);
	return true;
}

enum outcome
vec_ecdh(const json_t *group, const json_t *test)
{
	const struct curve *c = curve_of(vec_text(group, "curve"));
	struct vbytes point = vec_bytes(test, "public");
	struct vbytes shared = vec_bytes(test, "shared");
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_MECHANISM m = { CKM_ECDH1_DERIVE, &p, sizeof(p) };
	CK_OBJECT_HANDLE key, out;
	CK_BYTE d[100], got[100];
	struct tmpl t;
	bool done;

	if (c == NULL || !vec_offered(m.mechanism, CKF_DERIVE) ||
	    !pad(vec_bytes(test, "private"), c->field, d))
		return V_UNSUPPORTED;
	if (strcmp(vec_text(group, "encoding"), "asn") == 0 &&
	    !spki_point(c, point, &point))
		return V_UNSUPPORTED;
	tmpl_ec_private(&t);
	t_u(&t, CKA_KEY_TYPE, c->type);
	t_v(&t, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_v(&t, CKA_VALUE, d, c->field);
	if (c->type == CKK_EC_MONTGOMERY)
		t_drop(&t, CKA_SIGN);
	if (obj_try(&t, &key) != CKR_OK)
		return V_UNSUPPORTED;
	p.pPublicData = point.v;
	p.ulPublicDataLen = point.n;
	tmpl_secret(&t, CKK_GENERIC_SECRET, NULL, 0);
	t_drop(&t, CKA_VALUE);
	done = kit.f->C_DeriveKey(kit.s, &m, key, t.a, t.n, &out) == CKR_OK &&
	    attr_read(out, CKA_VALUE, got, sizeof(got)) == (long)shared.n &&
	    memcmp(got, shared.v, shared.n) == 0;
	return vec_judge(test, done);
}
