/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "kem": C_EncapsulateKey and C_DecapsulateKey with every mechanism that
 * claims them, against decryption and agreement by other calls, by libcrypto
 * and by the openssl command; lengths, templates, broken ciphertexts (5.18.8, 5.18.9).
 */
#include "kit_ref.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 2048

/* A mechanism ready to encapsulate: pair, parameter, what it makes. */
struct kem {
	CK_MECHANISM m;
	union {
		CK_RSA_PKCS_OAEP_PARAMS oaep;
		CK_ECDH1_DERIVE_PARAMS ecdh;
	} p;
	CK_OBJECT_HANDLE pub, priv;
	size_t ctlen; /* of a ciphertext */
	size_t keylen; /* of the secret; 0: as the template says */
	bool rejects; /* a changed ciphertext is refused for certain */
};

static const CK_MECHANISM_TYPE types[] = { CKM_RSA_PKCS, CKM_RSA_PKCS_OAEP,
	CKM_RSA_X_509, CKM_ECDH1_DERIVE, CKM_ECDH1_COFACTOR_DERIVE,
	CKM_ML_KEM };

static void
ml_kem_pair(struct kem *k, CK_ULONG set)
{
	CK_MECHANISM m = { CKM_ML_KEM_KEY_PAIR_GEN, NULL, 0 };
	struct tmpl t = { .n = 0 };

	t_u(&t, CKA_PARAMETER_SET, set);
	NEED(kit.f->C_GenerateKeyPair(
	    kit.s, &m, t.a, t.n, NULL, 0, &k->pub, &k->priv));
}

/* Needs the mechanism. */
static void
kem_init(struct kem *k, CK_MECHANISM_TYPE type)
{
	memset(k, 0, sizeof(*k));
	kit_need_32();
	kit_need_mech(type, CKF_ENCAPSULATE | CKF_DECAPSULATE);
	k->m.mechanism = type;
	k->ctlen = 256;
	switch (type) {
	case CKM_ML_KEM:
		ml_kem_pair(k, CKP_ML_KEM_768);
		k->ctlen = 1088;
		k->keylen = 32;
		return;
	case CKM_ECDH1_DERIVE:
	case CKM_ECDH1_COFACTOR_DERIVE:
		pair_ec(&k->pub, &k->priv);
		k->p.ecdh.kdf = CKD_NULL;
		k->m.pParameter = &k->p.ecdh;
		k->m.ulParameterLen = sizeof(k->p.ecdh);
		k->ctlen = 65;
		return;
	case CKM_RSA_PKCS_OAEP:
		k->p.oaep = (CK_RSA_PKCS_OAEP_PARAMS){ .hashAlg = CKM_SHA_1,
			.mgf = CKG_MGF1_SHA1, .source = CKZ_DATA_SPECIFIED };
		k->m.pParameter = &k->p.oaep;
		k->m.ulParameterLen = sizeof(k->p.oaep);
		k->rejects = true;
		break;
	case CKM_RSA_X_509:
		k->keylen = 256;
		break;
	default:
		break;
	}
	pair_rsa(&k->pub, &k->priv);
}

/* A readable secret of len bytes; 0: the template says nothing of it. */
static void
secret_template(struct tmpl *t, size_t len)
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
encap(struct kem *k, struct tmpl *t, CK_BYTE *ct, CK_ULONG *n,
    CK_OBJECT_HANDLE *out)
{
	return kit.f32->C_EncapsulateKey(
	    kit.s, &k->m, k->pub, t->a, t->n, ct, n, out);
}

static CK_RV
decap(struct kem *k, struct tmpl *t, CK_BYTE *ct, CK_ULONG n,
    CK_OBJECT_HANDLE *out)
{
	return kit.f32->C_DecapsulateKey(
	    kit.s, &k->m, k->priv, t->a, t->n, ct, n, out);
}

/* What both sections list of the new key. */
static void
new_key(CK_OBJECT_HANDLE h, const CK_BYTE *value, size_t len)
{
	attr_is(h, CKA_VALUE, value, len);
	attr_is_u(h, CKA_CLASS, CKO_SECRET_KEY);
	attr_is_u(h, CKA_VALUE_LEN, len);
	attr_is_b(h, CKA_EXTRACTABLE, true);
	attr_is_b(h, CKA_LOCAL, false);
	attr_is_b(h, CKA_ALWAYS_SENSITIVE, false);
	attr_is_b(h, CKA_NEVER_EXTRACTABLE, false);
	CHECK(attr_rv(h, CKA_UNIQUE_ID) == CKR_OK, "no CKA_UNIQUE_ID");
}

/* The value by a way of its own: decryption, or agreement. */
static size_t
other_way(struct kem *k, CK_BYTE *ct, CK_ULONG n, CK_BYTE *out)
{
	CK_ECDH1_DERIVE_PARAMS with = k->p.ecdh;
	CK_MECHANISM m = { k->m.mechanism, &with, sizeof(with) };
	CK_OBJECT_HANDLE h = 0;
	CK_ULONG len = ROOM;
	struct tmpl t;

	if (k->m.mechanism == CKM_ML_KEM)
		return 0;
	if (k->ctlen == 256) {
		NEED(kit.f->C_DecryptInit(kit.s, &k->m, k->priv));
		NEED(kit.f->C_Decrypt(kit.s, ct, n, out, &len));
		return len;
	}
	with.pPublicData = ct;
	with.ulPublicDataLen = n;
	secret_template(&t, 32);
	NEED(kit.f->C_DeriveKey(kit.s, &m, k->priv, t.a, t.n, &h));
	return (size_t)attr_read(h, CKA_VALUE, out, ROOM);
}

static void
both(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_BYTE ct[ROOM], again[ROOM], a[ROOM], b[ROOM];
	CK_OBJECT_HANDLE one = 0, two = 0;
	CK_ULONG n = sizeof(ct), m = sizeof(again);
	struct tmpl t;
	struct kem k;
	long len;

	kem_init(&k, *type);
	secret_template(&t, k.keylen != 0 ? 0 : 32);
	NEED(encap(&k, &t, ct, &n, &one));
	CHECK(n == k.ctlen, "a ciphertext of %lu bytes", n);
	NEED(decap(&k, &t, ct, n, &two));
	CHECK(one != two, "one handle for both");
	len = attr_read(one, CKA_VALUE, a, sizeof(a));
	REQUIRE(len == (k.keylen != 0 ? (long)k.keylen : 32), "%ld bytes", len);
	new_key(one, a, (size_t)len);
	new_key(two, a, (size_t)len);
	if (k.m.mechanism != CKM_ML_KEM)
		CHECK(other_way(&k, ct, n, b) == (size_t)len &&
			memcmp(a, b, (size_t)len) == 0,
		    "by another call it is another value");
	NEED(encap(&k, &t, again, &m, &two));
	CHECK(m == n && memcmp(ct, again, n) != 0, "the same ciphertext twice");
	(void)attr_read(two, CKA_VALUE, b, sizeof(b));
	CHECK(memcmp(a, b, (size_t)len) != 0, "the same secret twice");
}

static void
lengths(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_OBJECT_HANDLE h = 4242, many[256];
	CK_BYTE ct[ROOM];
	CK_ULONG n = 0;
	struct tmpl t, all = { .n = 0 };
	struct kem k;
	size_t before;

	kem_init(&k, *type);
	secret_template(&t, k.keylen != 0 ? 0 : 32);
	before = obj_find(kit.s, &all, many, KIT_COUNT(many));
	NEED(encap(&k, &t, NULL, &n, &h));
	CHECK(n == k.ctlen, "told %lu bytes", n);
	n = k.ctlen - 1;
	WANT(encap(&k, &t, ct, &n, &h), CKR_BUFFER_TOO_SMALL);
	CHECK(n == k.ctlen, "told %lu bytes after a short buffer", n);
	CHECK(obj_find(kit.s, &all, many, KIT_COUNT(many)) == before,
	    "a key came of asking for a length");
	CHECK(h == 4242, "the handle was written");
	WANT(encap(&k, &t, ct, &n, &h), CKR_OK);
	WANT(decap(&k, &t, ct, k.ctlen - 1, &h), CKR_WRAPPED_KEY_LEN_RANGE,
	    CKR_WRAPPED_KEY_INVALID);
	WANT(decap(&k, &t, ct, 0, &h), CKR_WRAPPED_KEY_LEN_RANGE,
	    CKR_WRAPPED_KEY_INVALID, CKR_ARGUMENTS_BAD);
}

/* What was changed on its way gives no key, or another one. */
static void
broken(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_OBJECT_HANDLE one = 0, two = 0;
	CK_BYTE ct[ROOM], a[ROOM], b[ROOM];
	CK_ULONG n = sizeof(ct);
	struct tmpl t;
	struct kem k;
	long len;
	CK_RV rv;

	kem_init(&k, *type);
	secret_template(&t, k.keylen != 0 ? 0 : 32);
	NEED(encap(&k, &t, ct, &n, &one));
	len = attr_read(one, CKA_VALUE, a, sizeof(a));
	ct[n / 2] ^= 1;
	rv = decap(&k, &t, ct, n, &two);
	CHECK(rv == CKR_WRAPPED_KEY_INVALID || (rv == CKR_OK && !k.rejects),
	    "%s", kit_rv_name(rv));
	if (k.m.mechanism == CKM_ML_KEM)
		CHECK(rv == CKR_OK, "ML-KEM rejects without a word: %s",
		    kit_rv_name(rv));
	if (rv == CKR_OK)
		CHECK(attr_read(two, CKA_VALUE, b, sizeof(b)) != len ||
			memcmp(a, b, (size_t)len) != 0,
		    "the same secret for another ciphertext");
}

static void
usages(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_OBJECT_HANDLE h = 0, aes = key_secret(CKK_AES, 16);
	CK_BYTE ct[ROOM];
	CK_ULONG n = sizeof(ct);
	struct tmpl t;
	struct kem k;

	kem_init(&k, *type);
	secret_template(&t, k.keylen != 0 ? 0 : 32);
	NEED(encap(&k, &t, ct, &n, &h));
	WANT(kit.f32->C_EncapsulateKey(
		 kit.s, &k.m, k.priv, t.a, t.n, ct, &n, &h),
	    CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	WANT(kit.f32->C_EncapsulateKey(
		 kit.s, &k.m, aes, t.a, t.n, ct, &n, &h),
	    CKR_KEY_TYPE_INCONSISTENT);
	WANT(kit.f32->C_EncapsulateKey(
		 kit.s, &k.m, 99999, t.a, t.n, ct, &n, &h),
	    CKR_KEY_HANDLE_INVALID);
	WANT(kit.f32->C_DecapsulateKey(
		 kit.s, &k.m, 99999, t.a, t.n, ct, n, &h),
	    CKR_UNWRAPPING_KEY_HANDLE_INVALID);
	WANT(kit.f32->C_DecapsulateKey(
		 kit.s, &k.m, k.pub, t.a, t.n, ct, n, &h),
	    CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT,
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	NEED(attr_set_b(k.pub, CKA_ENCAPSULATE, false));
	NEED(attr_set_b(k.priv, CKA_DECAPSULATE, false));
	WANT(encap(&k, &t, ct, &n, &h), CKR_KEY_FUNCTION_NOT_PERMITTED,
	    CKR_KEY_TYPE_INCONSISTENT);
	WANT(decap(&k, &t, ct, n, &h), CKR_KEY_FUNCTION_NOT_PERMITTED,
	    CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
}

static void
templates(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_OBJECT_HANDLE h = 4242;
	CK_BYTE ct[ROOM] = { 0 };
	CK_ULONG n = sizeof(ct);
	struct tmpl t;
	struct kem k;

	kem_init(&k, *type);
	secret_template(&t, k.keylen != 0 ? 0 : 32);
	t_u(&t, CKA_CLASS, CKO_DATA);
	WANT(encap(&k, &t, ct, &n, &h), CKR_TEMPLATE_INCONSISTENT);
	secret_template(&t, k.keylen != 0 ? 0 : 32);
	t_v(&t, CKA_VALUE, ct, 32);
	WANT(encap(&k, &t, ct, &n, &h), CKR_ATTRIBUTE_READ_ONLY,
	    CKR_TEMPLATE_INCONSISTENT);
	t_drop(&t, CKA_VALUE);
	t_b(&t, CKA_LOCAL, true);
	WANT(encap(&k, &t, ct, &n, &h), CKR_ATTRIBUTE_READ_ONLY,
	    CKR_TEMPLATE_INCONSISTENT);
	/* An AES key of no size that there is. */
	secret_template(&t, 33);
	t_u(&t, CKA_KEY_TYPE, CKK_AES);
	WANT(encap(&k, &t, ct, &n, &h), CKR_TEMPLATE_INCONSISTENT,
	    CKR_ATTRIBUTE_VALUE_INVALID, CKR_KEY_SIZE_RANGE);
	CHECK(h == 4242, "the handle was written");
}

static void
curve(const void *arg)
{
	const struct curve *c = arg;
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_MECHANISM m = { CKM_ECDH1_DERIVE, &p, sizeof(p) };
	CK_BYTE raw[200], want[100];
	CK_OBJECT_HANDLE pub, priv, out;
	size_t rawlen = sizeof(raw), n;
	struct tmpl t;
	EVP_PKEY *mine;
	CK_RV rv;

	kit_need_32();
	kit_need_mech(m.mechanism, CKF_ENCAPSULATE | CKF_DECAPSULATE);
	rv = pair_curve(c->name, &pub, &priv);
	if (rv == CKR_MECHANISM_INVALID)
		kit_skip("no pairs of this type");
	NEED(rv);
	mine = ref_generate(c, raw, &rawlen);
	n = ref_derive(mine, ref_public(pub), want, sizeof(want));
	secret_template(&t, n);
	NEED(kit.f32->C_DecapsulateKey(
	    kit.s, &m, priv, t.a, t.n, raw, rawlen, &out));
	attr_is(out, CKA_VALUE, want, n);
}

/* Every parameter set: what libcrypto encapsulates is decapsulated here. */
static void
ml_kem(const void *arg)
{
	static const char *const names[] = { "ML-KEM-512", "ML-KEM-768",
		"ML-KEM-1024" };
	CK_BYTE ek[ROOM], ct[ROOM], want[32];
	struct tmpl t;
	struct kem k;

	(void)arg;
	kem_init(&k, CKM_ML_KEM);
	secret_template(&t, 32);
	for (CK_ULONG set = CKP_ML_KEM_512; set <= CKP_ML_KEM_1024; set++) {
		size_t n = sizeof(ct), len = sizeof(want);
		EVP_PKEY_CTX *c;
		EVP_PKEY *theirs;
		CK_OBJECT_HANDLE out;
		long eklen;

		ml_kem_pair(&k, set);
		eklen = attr_read(k.pub, CKA_VALUE, ek, sizeof(ek));
		REQUIRE(eklen > 0, "no encapsulation key");
		theirs = EVP_PKEY_new_raw_public_key_ex(
		    NULL, names[set - 1], NULL, ek, (size_t)eklen);
		SKIP_UNLESS(theirs != NULL, "the libcrypto here has no ML-KEM");
		c = EVP_PKEY_CTX_new_from_pkey(NULL, theirs, NULL);
		REQUIRE(c != NULL && EVP_PKEY_encapsulate_init(c, NULL) == 1 &&
			EVP_PKEY_encapsulate(c, ct, &n, want, &len) == 1,
		    "libcrypto does not encapsulate");
		NEED(decap(&k, &t, ct, n, &out));
		attr_is(out, CKA_VALUE, want, len);
		EVP_PKEY_CTX_free(c);
		EVP_PKEY_free(theirs);
	}
}

/* Runs a shell command in the case's directory. */
static bool
runs(const char *command)
{
	char all[1024];
	int n = snprintf(all, sizeof(all), "cd '%s' && { %s; } >out.log 2>&1",
	    kit.store, command);

	return n > 0 && (size_t)n < sizeof(all) && system(all) == 0;
}

static size_t
file_read(const char *name, CK_BYTE *out, size_t room)
{
	FILE *f = fopen(kit_text("%s/%s", kit.store, name), "rb");
	size_t n = f != NULL ? fread(out, 1, room, f) : 0;

	if (f != NULL)
		(void)fclose(f); /* only read */
	return n;
}

static void
file_write(const char *name, const CK_BYTE *data, size_t n)
{
	FILE *f = fopen(kit_text("%s/%s", kit.store, name), "wb");

	REQUIRE(f != NULL && fwrite(data, 1, n, f) == n && fclose(f) == 0,
	    "%s cannot be written", name);
}

/* The openssl command encapsulates for a key of the token. */
static void
tool_to_token(CK_ULONG set)
{
	CK_BYTE spki[ROOM], ct[ROOM], ss[64];
	CK_OBJECT_HANDLE out = 0;
	struct tmpl t;
	struct kem k;
	size_t n, len;
	long got;

	kem_init(&k, CKM_ML_KEM);
	ml_kem_pair(&k, set);
	got = attr_read(k.pub, CKA_PUBLIC_KEY_INFO, spki, sizeof(spki));
	REQUIRE(got > 0, "no CKA_PUBLIC_KEY_INFO");
	file_write("pub.der", spki, (size_t)got);
	REQUIRE(runs("openssl pkeyutl -encap -pubin -keyform DER -inkey pub.der "
		     "-out ct -secret ss"),
	    "openssl does not encapsulate");
	n = file_read("ct", ct, sizeof(ct));
	len = file_read("ss", ss, sizeof(ss));
	secret_template(&t, 32);
	NEED(decap(&k, &t, ct, n, &out));
	attr_is(out, CKA_VALUE, ss, len);
}

/* The token encapsulates for a key of the openssl command. */
static void
token_to_tool(CK_ULONG set, const char *name, size_t eklen)
{
	CK_BYTE spki[ROOM], ct[ROOM], ss[64];
	CK_ULONG n = sizeof(ct);
	CK_OBJECT_HANDLE out = 0;
	struct tmpl t = { .n = 0 };
	struct kem k;
	size_t len;

	kem_init(&k, CKM_ML_KEM);
	REQUIRE(runs(kit_text(
		    "openssl genpkey -algorithm %s -out priv.pem", name)) &&
		runs("openssl pkey -in priv.pem -pubout -outform DER "
		     "-out theirs.der"),
	    "openssl makes no %s pair", name);
	len = file_read("theirs.der", spki, sizeof(spki));
	REQUIRE(len > eklen, "a public key of %zu bytes", len);
	t_u(&t, CKA_CLASS, CKO_PUBLIC_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_ML_KEM);
	t_u(&t, CKA_PARAMETER_SET, set);
	t_b(&t, CKA_ENCAPSULATE, true);
	t_v(&t, CKA_VALUE, spki + len - eklen, eklen);
	NEED(obj_try(&t, &k.pub));
	secret_template(&t, 32);
	NEED(encap(&k, &t, ct, &n, &out));
	file_write("ct2", ct, n);
	REQUIRE(runs("openssl pkeyutl -decap -inkey priv.pem -in ct2 "
		     "-secret ss2"),
	    "openssl does not decapsulate");
	len = file_read("ss2", ss, sizeof(ss));
	attr_is(out, CKA_VALUE, ss, len);
}

static void
tool(const void *arg)
{
	(void)arg;
	kit_need_32();
	kit_need_mech(CKM_ML_KEM, CKF_ENCAPSULATE | CKF_DECAPSULATE);
	SKIP_UNLESS(runs("openssl genpkey -algorithm ML-KEM-768"),
	    "no openssl command that knows ML-KEM");
	tool_to_token(CKP_ML_KEM_512);
	tool_to_token(CKP_ML_KEM_768);
	tool_to_token(CKP_ML_KEM_1024);
	token_to_tool(CKP_ML_KEM_512, "ML-KEM-512", 800);
	token_to_tool(CKP_ML_KEM_768, "ML-KEM-768", 1184);
	token_to_tool(CKP_ML_KEM_1024, "ML-KEM-1024", 1568);
}

void
kem_cases(struct kit_list *l)
{
	static const struct {
		const char *area;
		void (*run)(const void *);
	} rows[] = {
		{ "kem/both", both },
		{ "kem/lengths", lengths },
		{ "kem/broken", broken },
		{ "kem/usages", usages },
		{ "kem/templates", templates },
	};
	static const struct kit_case more[] = {
		{ "kem/ml-kem", "6.68", AT_USER, ml_kem, NULL, 0 },
		{ "kem/openssl", "6.68", AT_USER, tool, NULL, 0 },
	};
	const struct curve *c;

	for (size_t r = 0; r < KIT_COUNT(rows); r++)
		for (size_t i = 0; i < KIT_COUNT(types); i++) {
			struct kit_case k = { NULL, "5.18.8, 5.18.9", AT_USER,
				rows[r].run, &types[i], 0 };

			kit_add_named(
			    l, rows[r].area, kit_mech_name(types[i]), &k);
		}
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		struct kit_case k = { NULL, "6.3", AT_USER, curve, c, 0 };

		if (c->type != CKK_EC_EDWARDS)
			kit_add_named(l, "kem/curve", c->name, &k);
	}
	kit_add(l, more, KIT_COUNT(more));
}
