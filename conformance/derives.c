/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "derive": C_DeriveKey with ECDH on every curve, the key derivation
 * functions, wrong points and templates (5.18.5, 6.3.16 to 6.3.18).
 */
#include "kit_ref.h"
#include "suite.h"

#include <string.h>

static void
derive_template(struct tmpl *t, CK_ULONG len)
{
	t->n = 0;
	t_u(t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(t, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
	t_b(t, CKA_SENSITIVE, false);
	t_b(t, CKA_EXTRACTABLE, true);
	if (len != 0)
		t_u(t, CKA_VALUE_LEN, len);
}

static CK_RV
derive(CK_ECDH1_DERIVE_PARAMS *p, CK_OBJECT_HANDLE base, const struct tmpl *t,
    CK_OBJECT_HANDLE *out)
{
	CK_MECHANISM m = { CKM_ECDH1_DERIVE, p, sizeof(*p) };

	return kit.f->C_DeriveKey(
	    kit.s, &m, base, (CK_ATTRIBUTE *)(uintptr_t)t->a, t->n, out);
}

/*
 * A pair here, a pair in libcrypto; both must come to one secret. The point
 * is given raw and as OCTET STRING.
 */
static void
curve(const void *arg)
{
	const struct curve *c = arg;
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_BYTE raw[200], der[210], want[100];
	CK_OBJECT_HANDLE pub, priv, out;
	size_t rawlen = sizeof(raw), n;
	EVP_PKEY *mine;
	struct tmpl t;
	CK_RV rv;

	kit_need_mech(CKM_ECDH1_DERIVE, CKF_DERIVE);
	rv = pair_curve(c->name, &pub, &priv);
	if (rv == CKR_MECHANISM_INVALID)
		kit_skip("no pairs of this type");
	NEED(rv);
	mine = ref_generate(c, raw, &rawlen);
	n = ref_derive(mine, ref_public(pub), want, sizeof(want));
	derive_template(&t, n);
	p.pPublicData = raw;
	p.ulPublicDataLen = rawlen;
	NEED(derive(&p, priv, &t, &out));
	attr_is(out, CKA_VALUE, want, n);
	attr_is_b(out, CKA_LOCAL, false);
	der[0] = 0x04;
	der[1] = rawlen < 128 ? (CK_BYTE)rawlen : 0x81;
	der[2] = (CK_BYTE)rawlen;
	memcpy(der + (rawlen < 128 ? 2 : 3), raw, rawlen);
	p.pPublicData = der;
	p.ulPublicDataLen = rawlen + (rawlen < 128 ? 2 : 3);
	rv = derive(&p, priv, &t, &out);
	if (kit.profile == PROFILE_KLUIS || rv == CKR_OK) {
		NEED(rv);
		attr_is(out, CKA_VALUE, want, n);
	}
}

/*
 * X9.63 with each hash, with and without shared data; without a KDF the
 * secret loses its leading bytes.
 */
static void
functions(const void *arg)
{
	static const struct {
		CK_EC_KDF_TYPE kdf;
		const char *md;
	} rows[] = {
		{ CKD_NULL, NULL },
		{ CKD_SHA1_KDF, "SHA1" },
		{ CKD_SHA224_KDF, "SHA2-224" },
		{ CKD_SHA256_KDF, "SHA2-256" },
		{ CKD_SHA384_KDF, "SHA2-384" },
		{ CKD_SHA512_KDF, "SHA2-512" },
	};
	const struct curve *c = curve_find("prime256v1");
	CK_BYTE raw[80], z[32], input[60], block[64];
	CK_OBJECT_HANDLE pub, priv, out;
	size_t rawlen = sizeof(raw);
	struct tmpl t;

	(void)arg;
	kit_need_mech(CKM_ECDH1_DERIVE, CKF_DERIVE);
	pair_ec(&pub, &priv);
	(void)ref_derive(
	    ref_generate(c, raw, &rawlen), ref_public(pub), z, sizeof(z));
	for (size_t i = 0; i < KIT_COUNT(rows); i++)
		for (size_t shared = 0; shared <= 9; shared += 9) {
			CK_ECDH1_DERIVE_PARAMS p = { .kdf = rows[i].kdf,
				.ulPublicDataLen = rawlen,
				.pPublicData = raw };
			CK_RV rv;

			if (rows[i].kdf == CKD_NULL && shared != 0)
				continue;
			memcpy(input, z, 32);
			memcpy(input + 32, "\0\0\0\1", 4);
			fill(input + 36, shared, 3);
			p.pSharedData = shared != 0 ? input + 36 : NULL;
			p.ulSharedDataLen = shared;
			derive_template(&t, 16);
			rv = derive(&p, priv, &t, &out);
			if (rv == CKR_MECHANISM_PARAM_INVALID &&
			    rows[i].md != NULL && kit.profile != PROFILE_KLUIS)
				continue;
			if (!CHECK(rv == CKR_OK, "KDF %lu: %s", rows[i].kdf,
				kit_rv_name(rv)))
				continue;
			if (rows[i].md != NULL)
				(void)ref_digest(
				    rows[i].md, input, 36 + shared, block);
			attr_is(out, CKA_VALUE,
			    rows[i].md != NULL ? block : z + 16, 16);
		}
}

static void
templates(const void *arg)
{
	const struct curve *c = curve_find("prime256v1");
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_BYTE raw[80], z[32];
	CK_OBJECT_HANDLE pub, priv, out;
	size_t rawlen = sizeof(raw);
	struct tmpl t;

	(void)arg;
	kit_need_mech(CKM_ECDH1_DERIVE, CKF_DERIVE);
	pair_ec(&pub, &priv);
	(void)ref_derive(
	    ref_generate(c, raw, &rawlen), ref_public(pub), z, sizeof(z));
	p.pPublicData = raw;
	p.ulPublicDataLen = rawlen;
	derive_template(&t, 0);
	NEED(derive(&p, priv, &t, &out));
	attr_is(out, CKA_VALUE, z, 32);
	derive_template(&t, 16);
	t_u(&t, CKA_KEY_TYPE, CKK_AES);
	t_b(&t, CKA_ENCRYPT, true);
	NEED(derive(&p, priv, &t, &out));
	attr_is(out, CKA_VALUE, z + 16, 16);
	attr_is_u(out, CKA_KEY_TYPE, CKK_AES);
	derive_template(&t, 33);
	WANT(derive(&p, priv, &t, &out), CKR_KEY_SIZE_RANGE,
	    CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT,
	    CKR_MECHANISM_PARAM_INVALID);
	derive_template(&t, 17);
	t_u(&t, CKA_KEY_TYPE, CKK_AES);
	WANT(derive(&p, priv, &t, &out), CKR_KEY_SIZE_RANGE,
	    CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT);
	derive_template(&t, 16);
	t_v(&t, CKA_VALUE, z, 16);
	WANT(derive(&p, priv, &t, &out), CKR_TEMPLATE_INCONSISTENT,
	    CKR_ATTRIBUTE_READ_ONLY, CKR_ATTRIBUTE_TYPE_INVALID,
	    CKR_ATTRIBUTE_VALUE_INVALID);
	derive_template(&t, 16);
	WANT(derive(&p, 0, &t, &out), CKR_KEY_HANDLE_INVALID);
	WANT(derive(&p, key_secret(CKK_AES, 16), &t, &out),
	    CKR_KEY_TYPE_INCONSISTENT);
	WANT(derive(&p, pub, &t, &out), CKR_KEY_TYPE_INCONSISTENT,
	    CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_KEY_HANDLE_INVALID);
	tmpl_ec_private(&t);
	t_b(&t, CKA_DERIVE, false);
	priv = obj_make(&t);
	derive_template(&t, 16);
	WANT(derive(&p, priv, &t, &out), CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static void
wrong_parameters(const void *arg)
{
	const struct curve *c = curve_find("prime256v1");
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_MECHANISM m = { CKM_ECDH1_DERIVE, &p, sizeof(p) };
	CK_BYTE raw[80], bad[80];
	CK_OBJECT_HANDLE pub, priv, out;
	size_t rawlen = sizeof(raw);
	struct tmpl t;

	(void)arg;
	kit_need_mech(CKM_ECDH1_DERIVE, CKF_DERIVE);
	pair_ec(&pub, &priv);
	(void)ref_generate(c, raw, &rawlen);
	derive_template(&t, 32);
	p.pPublicData = raw;
	p.ulPublicDataLen = rawlen;
	m.ulParameterLen--;
	WANT(kit.f->C_DeriveKey(kit.s, &m, priv, t.a, t.n, &out),
	    CKR_MECHANISM_PARAM_INVALID);
	m.pParameter = NULL;
	WANT(kit.f->C_DeriveKey(kit.s, &m, priv, t.a, t.n, &out),
	    CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	p.kdf = 0x7777;
	WANT(derive(&p, priv, &t, &out), CKR_MECHANISM_PARAM_INVALID);
	p.kdf = CKD_NULL;
	p.pSharedData = raw;
	p.ulSharedDataLen = 4;
	WANT(derive(&p, priv, &t, &out), CKR_MECHANISM_PARAM_INVALID);
	p.pSharedData = NULL;
	p.ulSharedDataLen = 0;
	p.pPublicData = NULL;
	WANT(derive(&p, priv, &t, &out), CKR_MECHANISM_PARAM_INVALID,
	    CKR_ARGUMENTS_BAD);
	memcpy(bad, raw, rawlen);
	bad[rawlen - 1] ^= 1;
	for (int i = 0; i < 5; i++) {
		static const CK_BYTE infinity[1] = { 0 };

		p.pPublicData = i == 1 ? (CK_BYTE *)(uintptr_t)infinity :
		    i >= 3             ? raw :
					 bad;
		p.ulPublicDataLen = i == 1 ? 1 :
		    i == 2                 ? rawlen - 1 :
		    i == 3                 ? rawlen - 32 :
		    i == 4                 ? 0 :
					     rawlen;
		if (!WANT(derive(&p, priv, &t, &out),
			CKR_MECHANISM_PARAM_INVALID, CKR_PUBLIC_KEY_INVALID,
			CKR_ARGUMENTS_BAD))
			kit_note("wrong point, row %d", i);
	}
}

/*
 * A raw point whose bytes look like a DER OCTET STRING is still a raw point.
 */
static void
looks_like_der(const void *arg)
{
	const struct curve *c = curve_find("prime256v1");
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_BYTE raw[80], z[32];
	CK_OBJECT_HANDLE pub, priv, out;
	struct tmpl t;

	(void)arg;
	kit_need_mech(CKM_ECDH1_DERIVE, CKF_DERIVE);
	pair_ec(&pub, &priv);
	for (int i = 0; i < 20000; i++) {
		size_t rawlen = sizeof(raw);
		EVP_PKEY *mine = ref_generate(c, raw, &rawlen);

		if (raw[1] != rawlen - 2) {
			EVP_PKEY_free(mine);
			continue;
		}
		(void)ref_derive(mine, ref_public(pub), z, sizeof(z));
		derive_template(&t, 32);
		p.pPublicData = raw;
		p.ulPublicDataLen = rawlen;
		NEED(derive(&p, priv, &t, &out));
		attr_is(out, CKA_VALUE, z, 32);
		return;
	}
	kit_skip("no such point in 20000 tries");
}

/*
 * Low-order and zero points of the Montgomery curves give no key (RFC 7748
 * 6).
 */
static void
small_order(const void *arg)
{
	static const CK_BYTE zero[32] = { 0 }, one[32] = { 1 };
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL, .ulPublicDataLen = 32 };
	CK_OBJECT_HANDLE pub, priv, out;
	struct tmpl t;
	CK_RV rv;

	(void)arg;
	kit_need_mech(CKM_ECDH1_DERIVE, CKF_DERIVE);
	rv = pair_curve("X25519", &pub, &priv);
	if (rv == CKR_MECHANISM_INVALID)
		kit_skip("no X25519");
	NEED(rv);
	derive_template(&t, 32);
	p.pPublicData = (CK_BYTE *)(uintptr_t)zero;
	WANT(derive(&p, priv, &t, &out), CKR_MECHANISM_PARAM_INVALID,
	    CKR_PUBLIC_KEY_INVALID);
	p.pPublicData = (CK_BYTE *)(uintptr_t)one;
	WANT(derive(&p, priv, &t, &out), CKR_MECHANISM_PARAM_INVALID,
	    CKR_PUBLIC_KEY_INVALID);
}

static void
cofactor(const void *arg)
{
	const struct curve *c = curve_find("secp384r1");
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_MECHANISM m = { CKM_ECDH1_COFACTOR_DERIVE, &p, sizeof(p) };
	CK_BYTE raw[100], z[48];
	CK_OBJECT_HANDLE pub, priv, out;
	size_t rawlen = sizeof(raw);
	struct tmpl t;

	(void)arg;
	kit_need_mech(CKM_ECDH1_COFACTOR_DERIVE, CKF_DERIVE);
	NEED(pair_curve(c->name, &pub, &priv));
	(void)ref_derive(
	    ref_generate(c, raw, &rawlen), ref_public(pub), z, sizeof(z));
	p.pPublicData = raw;
	p.ulPublicDataLen = rawlen;
	derive_template(&t, 48);
	NEED(kit.f->C_DeriveKey(kit.s, &m, priv, t.a, t.n, &out));
	attr_is(out, CKA_VALUE, z, 48);
}

static const struct kit_case cases[] = {
	{ "derive/functions", "6.3.17", AT_USER, functions, NULL, 0 },
	{ "derive/templates", "5.18.5", AT_USER, templates, NULL, 0 },
	{ "derive/wrong-parameters", "6.3.17", AT_USER, wrong_parameters, NULL,
	    0 },
	{ "derive/looks-like-der", "6.3.17", AT_USER, looks_like_der, NULL, 0 },
	{ "derive/small-order", "6.3.17, RFC 7748", AT_USER, small_order, NULL,
	    0 },
	{ "derive/cofactor", "6.3.18", AT_USER, cofactor, NULL, 0 },
};

void
derive_cases(struct kit_list *l)
{
	const struct curve *c;

	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		struct kit_case k = { NULL, "6.3.17", AT_USER, curve, c, 0 };

		if (c->type != CKK_EC_EDWARDS)
			kit_add_named(l, "derive/curve", c->name, &k);
	}
	kit_add(l, cases, KIT_COUNT(cases));
}
