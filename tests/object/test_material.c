/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key material: what is filled in for each key type, in which form, what given
 * values must match, and that a stored key loads again as the same key.
 */
#include "object/obj_kit.h"

static uint8_t ed25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
static uint8_t x25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x6e };
static uint8_t p256_name[] = "\x13\x0aprime256v1";
static uint8_t ed_name[] = "\x13\x0c" "edwards25519";

/* Values of a generated pair, as templates take them. */
static const struct {
	const char *name;
	CK_KEY_TYPE type;
	struct eng_gen gen;
	CK_ATTRIBUTE_TYPE secrets[8];	/* in the private object's secrets */
	CK_ATTRIBUTE_TYPE publics[3];	/* in both objects' attributes */
	size_t point;			/* length of CKA_EC_POINT, 0: none */
} types[] = {
	{ "RSA", CKK_RSA, { .type = ENG_RSA, .bits = 2048 },
	  { CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1,
	    CKA_EXPONENT_2, CKA_COEFFICIENT },
	  { CKA_MODULUS, CKA_PUBLIC_EXPONENT }, 0 },
	{ "P-256", CKK_EC, { .type = ENG_EC,
	  .curve = { kit_p256, sizeof(kit_p256) } },
	  { CKA_VALUE }, { CKA_EC_PARAMS, CKA_EC_POINT }, 67 },
	{ "P-256 by name", CKK_EC, { .type = ENG_EC,
	  .curve = { p256_name, sizeof(p256_name) - 1 } },
	  { CKA_VALUE }, { CKA_EC_PARAMS, CKA_EC_POINT }, 67 },
	{ "Ed25519", CKK_EC_EDWARDS, { .type = ENG_ED,
	  .curve = { ed25519, sizeof(ed25519) } },
	  { CKA_VALUE }, { CKA_EC_PARAMS, CKA_EC_POINT }, 32 },
	{ "Ed25519 by name", CKK_EC_EDWARDS, { .type = ENG_ED,
	  .curve = { ed_name, sizeof(ed_name) - 1 } },
	  { CKA_VALUE }, { CKA_EC_PARAMS, CKA_EC_POINT }, 32 },
	{ "X25519", CKK_EC_MONTGOMERY, { .type = ENG_MONT,
	  .curve = { x25519, sizeof(x25519) } },
	  { CKA_VALUE }, { CKA_EC_PARAMS, CKA_EC_POINT }, 32 },
};

/* Both drafts of a pair of type i. */
struct pair {
	struct obj_draft *pub, *priv;
};

static void
pair_free(struct pair *p)
{
	obj_draft_freep(&p->pub);
	obj_draft_freep(&p->priv);
}

static struct pair
pair_make(size_t i)
{
	static CK_ULONG bits = 2048;
	CK_ATTRIBUTE none[1] = { { 0 } };
	CK_ATTRIBUTE t[2] = { KIT_A(CKA_MODULUS_BITS, bits) };
	struct obj_request rq = kit_request(OBJ_WAY_GENERATE, t);
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	struct pair p;

	if (types[i].gen.curve.n > 0)
		t[0] = (CK_ATTRIBUTE){ CKA_EC_PARAMS,
			(void *)(uintptr_t)types[i].gen.curve.p,
			types[i].gen.curve.n };
	rq.class = CKO_PUBLIC_KEY;
	rq.key_type = types[i].type;
	p.pub = kit_draft(&kit_user, &rq);
	rq = kit_request(OBJ_WAY_GENERATE, none);
	rq.class = CKO_PRIVATE_KEY;
	rq.key_type = types[i].type;
	p.priv = kit_draft(&kit_user, &rq);
	assert_int_equal(eng_key_generate(kit_eng(), &types[i].gen, &key),
	    CKR_OK);
	assert_int_equal(obj_draft_set_key(p.pub, key), CKR_OK);
	assert_int_equal(obj_draft_set_key(p.priv, key), CKR_OK);
	return p;
}

static void
test_filled(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(types); i++) {
		KL_AUTO(pair_free) struct pair p = pair_make(i);
		const struct attrs *a = &p.pub->attrs, *b = &p.priv->attrs;

		for (size_t k = 0; types[i].secrets[k] != 0; k++) {
			assert_true(attrs_bytes(&p.priv->secrets,
			    types[i].secrets[k]).n > 0);
			assert_null(attrs_find(b, types[i].secrets[k]));
		}
		assert_int_equal(p.pub->secrets.n, 0);
		for (size_t k = 0; types[i].publics[k] != 0; k++) {
			struct bytes v = attrs_bytes(a, types[i].publics[k]);

			assert_true(v.n > 0);
			assert_true(bytes_equal(v,
			    attrs_bytes(b, types[i].publics[k])));
		}
		assert_true(attrs_bytes(a, CKA_PUBLIC_KEY_INFO).n > 30);
		assert_true(bytes_equal(attrs_bytes(a, CKA_PUBLIC_KEY_INFO),
		    attrs_bytes(b, CKA_PUBLIC_KEY_INFO)));
		assert_int_equal(attrs_bytes(a, CKA_EC_POINT).n,
		    types[i].point);
		assert_int_equal(attrs_num(a, CKA_MODULUS_BITS, 0),
		    types[i].type == CKK_RSA ? 2048 : 0);
	}
}

/* curveName in, OID out; CKK_EC's point is an OCTET STRING. */
static void
test_forms(void **state)
{
	KL_AUTO(pair_free) struct pair ec = pair_make(2), ed = pair_make(4);
	struct bytes q = attrs_bytes(&ec.pub->attrs, CKA_EC_POINT);

	(void)state;
	assert_true(bytes_equal(attrs_bytes(&ec.pub->attrs, CKA_EC_PARAMS),
	    bytes_of(kit_p256, sizeof(kit_p256))));
	assert_true(bytes_equal(attrs_bytes(&ed.pub->attrs, CKA_EC_PARAMS),
	    bytes_of(ed25519, sizeof(ed25519))));
	assert_int_equal(q.p[0], 0x04);
	assert_int_equal(q.p[1], 65);
	assert_int_equal(q.p[2], 0x04);
}

/* What a template says of an existing key, out of its draft. */
struct import {
	CK_ULONG class, type;
	CK_ATTRIBUTE t[KIT_MAX];
	CK_ULONG n;
};

static void
import_add(struct import *in, CK_ATTRIBUTE_TYPE type, struct bytes v)
{
	assert_true(in->n < KIT_MAX);
	in->t[in->n++] = (CK_ATTRIBUTE){ type, (void *)(uintptr_t)v.p, v.n };
}

static void
import_start(struct import *in, const struct obj_draft *d)
{
	*in = (struct import){ .class = d->schema->class,
		.type = d->schema->key_type };
	import_add(in, CKA_CLASS, bytes_of(&in->class, sizeof(in->class)));
	import_add(in, CKA_KEY_TYPE, bytes_of(&in->type, sizeof(in->type)));
}

static CK_RV
import_run(const struct import *in, struct obj_draft **out)
{
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, in->t);

	rq.count = in->n;
	return obj_draft_new(kit_space(), &kit_user, &rq, out);
}

/* Everything that makes the key, given back: the same key. */
static void
import_pair(size_t i, const struct pair *p)
{
	KL_AUTO(obj_draft_freep) struct obj_draft *a = NULL, *b = NULL;
	struct import pub, priv;

	import_start(&pub, p->pub);
	import_start(&priv, p->priv);
	for (size_t k = 0; types[i].publics[k] != 0; k++) {
		CK_ATTRIBUTE_TYPE t = types[i].publics[k];

		import_add(&pub, t, attrs_bytes(&p->pub->attrs, t));
		import_add(&priv, t, attrs_bytes(&p->pub->attrs, t));
	}
	for (size_t k = 0; types[i].secrets[k] != 0; k++)
		import_add(&priv, types[i].secrets[k],
		    attrs_bytes(&p->priv->secrets, types[i].secrets[k]));
	assert_int_equal(import_run(&pub, &a), CKR_OK);
	assert_int_equal(import_run(&priv, &b), CKR_OK);
	assert_true(bytes_equal(attrs_bytes(&a->attrs, CKA_PUBLIC_KEY_INFO),
	    attrs_bytes(&p->pub->attrs, CKA_PUBLIC_KEY_INFO)));
	assert_true(bytes_equal(attrs_bytes(&b->attrs, CKA_PUBLIC_KEY_INFO),
	    attrs_bytes(&p->pub->attrs, CKA_PUBLIC_KEY_INFO)));
	assert_false(kit_is(b, CKA_LOCAL));
	assert_true(kit_is(b, CKA_SENSITIVE));
}

static void
test_import(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(types); i++) {
		KL_AUTO(pair_free) struct pair p = pair_make(i);

		import_pair(i, &p);
	}
}

/* NSS gives EC private keys without their point. */
static void
test_import_without_point(void **state)
{
	KL_AUTO(pair_free) struct pair p = pair_make(1);
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	struct import in;

	(void)state;
	import_start(&in, p.priv);
	import_add(&in, CKA_EC_PARAMS, bytes_of(kit_p256, sizeof(kit_p256)));
	import_add(&in, CKA_VALUE, attrs_bytes(&p.priv->secrets, CKA_VALUE));
	assert_int_equal(import_run(&in, &d), CKR_OK);
	assert_true(bytes_equal(attrs_bytes(&d->attrs, CKA_EC_POINT),
	    attrs_bytes(&p.pub->attrs, CKA_EC_POINT)));
}

/* Only n and d: the rest reads as empty, the exponent is found. */
static void
test_import_rsa_short(void **state)
{
	KL_AUTO(pair_free) struct pair p = pair_make(0);
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	struct import in;

	(void)state;
	import_start(&in, p.priv);
	import_add(&in, CKA_MODULUS, attrs_bytes(&p.pub->attrs, CKA_MODULUS));
	import_add(&in, CKA_PRIVATE_EXPONENT,
	    attrs_bytes(&p.priv->secrets, CKA_PRIVATE_EXPONENT));
	assert_int_equal(import_run(&in, &d), CKR_OK);
	assert_non_null(attrs_find(&d->secrets, CKA_PRIME_1));
	assert_int_equal(attrs_bytes(&d->secrets, CKA_PRIME_1).n, 0);
	assert_int_equal(attrs_bytes(&d->attrs, CKA_PUBLIC_EXPONENT).n, 3);
}

/* A private key beside the public half of another. */
static void
test_import_mismatch(void **state)
{
	KL_AUTO(pair_free) struct pair p = pair_make(1), q = pair_make(1);
	struct obj_draft *d = NULL;
	struct import in;

	(void)state;
	import_start(&in, p.priv);
	import_add(&in, CKA_EC_PARAMS, bytes_of(kit_p256, sizeof(kit_p256)));
	import_add(&in, CKA_VALUE, attrs_bytes(&p.priv->secrets, CKA_VALUE));
	import_add(&in, CKA_PUBLIC_KEY_INFO,
	    attrs_bytes(&q.pub->attrs, CKA_PUBLIC_KEY_INFO));
	assert_int_equal(import_run(&in, &d), CKR_ATTRIBUTE_VALUE_INVALID);
	in.t[in.n - 1] = (CK_ATTRIBUTE){ CKA_EC_POINT,
		(void *)(uintptr_t)attrs_bytes(&q.pub->attrs, CKA_EC_POINT).p,
		67 };
	assert_int_equal(import_run(&in, &d), CKR_ATTRIBUTE_VALUE_INVALID);
	/* Empty means: as the token finds it. */
	in.t[in.n - 1] = (CK_ATTRIBUTE){ CKA_PUBLIC_KEY_INFO, NULL, 0 };
	assert_int_equal(import_run(&in, &d), CKR_OK);
	assert_true(attrs_bytes(&d->attrs, CKA_PUBLIC_KEY_INFO).n > 0);
	obj_draft_free(d);
}

/* Stored and loaded, it is the same key. */
static void
test_load(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(types); i++) {
		KL_AUTO(pair_free) struct pair p = pair_make(i);
		struct object pub = kit_object(p.pub), priv = kit_object(p.priv);
		KL_AUTO(eng_key_putp) struct eng_key *a = NULL, *b = NULL;
		KL_AUTO(buf_done) struct buf sa = { .p = NULL };
		KL_AUTO(buf_done) struct buf sb = { .p = NULL };

		assert_int_equal(material_load(kit_eng(), &pub, NULL, &a),
		    CKR_OK);
		assert_int_equal(material_load(kit_eng(), &priv,
		    &p.priv->secrets, &b), CKR_OK);
		assert_false(eng_key_private(a));
		assert_true(eng_key_private(b));
		assert_int_equal(eng_key_spki(kit_eng(), a, &sa), CKR_OK);
		assert_int_equal(eng_key_spki(kit_eng(), b, &sb), CKR_OK);
		assert_true(bytes_equal(buf_view(&sa), buf_view(&sb)));
		assert_true(bytes_equal(buf_view(&sa),
		    attrs_bytes(&p.pub->attrs, CKA_PUBLIC_KEY_INFO)));
	}
}

static void
test_load_no_key(void **state)
{
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_data), { 0 } };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_create(t);
	struct object o = kit_object(d);
	struct eng_key *key = NULL;

	(void)state;
	assert_int_equal(material_load(kit_eng(), &o, NULL, &key),
	    CKR_KEY_TYPE_INCONSISTENT);
}

/* AES-128 of 16 zero bytes, and SHA-1 of one. */
static void
test_check_values(void **state)
{
	static uint8_t zero[16];
	CK_ATTRIBUTE aes[] = { KIT_A(CKA_CLASS, kit_secret),
		KIT_A(CKA_KEY_TYPE, kit_aes), KIT_A(CKA_VALUE, zero),
		{ CKA_CHECK_VALUE, "\x66\xe9\x4b", 3 }, { 0 } };
	CK_ATTRIBUTE mac[] = { KIT_A(CKA_CLASS, kit_secret),
		KIT_A(CKA_KEY_TYPE, kit_generic), { CKA_VALUE, zero, 1 },
		{ CKA_CHECK_VALUE, NULL, 0 }, { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, mac);
	KL_AUTO(obj_draft_freep) struct obj_draft *a = NULL, *b = NULL;
	KL_AUTO(obj_draft_freep) struct obj_draft *c = NULL;

	(void)state;
	a = kit_create(aes);
	assert_int_equal(attrs_bytes(&a->attrs, CKA_CHECK_VALUE).n, 3);
	b = kit_create(mac);
	assert_non_null(attrs_find(&b->attrs, CKA_CHECK_VALUE));
	assert_int_equal(attrs_bytes(&b->attrs, CKA_CHECK_VALUE).n, 0);
	rq.count = 3;
	c = kit_draft(&kit_user, &rq);
	assert_true(bytes_equal(attrs_bytes(&c->attrs, CKA_CHECK_VALUE),
	    bytes_of("\x5b\xa9\x3c", 3)));
	assert_int_equal(attrs_num(&c->attrs, CKA_VALUE_LEN, 0), 1);
}

/* Triple DES: only with legacy = yes; 24 bytes, no CKA_VALUE_LEN, parity not
 * judged, a check value by the cipher. */
static void
test_des3(void **state)
{
	static CK_ULONG type = CKK_DES3;
	static uint8_t zero[25];
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_secret),
		KIT_A(CKA_KEY_TYPE, type), { CKA_VALUE, zero, 24 }, { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, t);
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;

	(void)state;
	assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq, &d),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	kit_conf()->legacy = true;
	for (t[2].ulValueLen = 0; t[2].ulValueLen <= 25; t[2].ulValueLen++)
		if (t[2].ulValueLen != 24)
			assert_int_equal(obj_draft_new(kit_space(), &kit_user,
			    &rq, &d), CKR_ATTRIBUTE_VALUE_INVALID);
	t[2].ulValueLen = 24;
	d = kit_create(t);
	kit_conf()->legacy = false;
	/* DES of zero under zero: 8ca64d.. */
	assert_true(bytes_equal(attrs_bytes(&d->attrs, CKA_CHECK_VALUE),
	    bytes_of("\x8c\xa6\x4d", 3)));
	assert_null(attrs_find(&d->attrs, CKA_VALUE_LEN));
	assert_true(kit_is(d, CKA_ENCRYPT));
	assert_true(kit_is(d, CKA_SIGN));
}

/* Keys of the other ciphers: their lengths, and check values by libcrypto's
 * command, of keys that are all zero. */
static const struct {
	const char *name;
	CK_ULONG type;
	bool legacy;
	uint8_t lens[8];	/* all there are, up to 65 bytes; the first is
				   that of the check value */
	const char *kcv;	/* NULL: a provider that is not loaded */
} cipher_keys[] = {
	{ "ARIA", CKK_ARIA, false, { 16, 24, 32 }, "\x4b\x40\xa6" },
	{ "Camellia", CKK_CAMELLIA, false, { 16, 24, 32 }, "\x3d\x02\x80" },
	{ "DES2", CKK_DES2, true, { 16 }, "\x8c\xa6\x4d" },
	{ "SEED", CKK_SEED, false, { 16 }, NULL },
	{ "CAST128", CKK_CAST128, true, { 16 }, NULL },
};

static CK_RV
try_cipher_key(size_t i, size_t n, struct obj_draft **d)
{
	static uint8_t zero[65];
	CK_ULONG type = cipher_keys[i].type;
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_secret),
		KIT_A(CKA_KEY_TYPE, type), { CKA_VALUE, zero, n }, { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, t);

	return obj_draft_new(kit_space(), &kit_user, &rq, d);
}

/* An XTS key is 32 or 64 bytes of two halves that differ; its check value is
 * SHA-1's start. */
static void
test_xts(void **state)
{
	static CK_ULONG type = CKK_AES_XTS;
	static uint8_t value[64];
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_secret),
		KIT_A(CKA_KEY_TYPE, type), { CKA_VALUE, value, 32 }, { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, t);
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	uint8_t kcv[3];

	(void)state;
	for (t[2].ulValueLen = 32; t[2].ulValueLen <= 64;
	     t[2].ulValueLen += 32)
		assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq,
		    &d), CKR_ATTRIBUTE_VALUE_INVALID);
	value[63] = 1;
	for (t[2].ulValueLen = 1; t[2].ulValueLen < 64; t[2].ulValueLen++)
		assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq,
		    &d), CKR_ATTRIBUTE_VALUE_INVALID);
	d = kit_create(t);
	assert_int_equal(eng_sha1_prefix(kit_eng(),
	    bytes_of(value, 64), kcv, 3), CKR_OK);
	assert_true(bytes_equal(attrs_bytes(&d->attrs, CKA_CHECK_VALUE),
	    bytes_of(kcv, 3)));
	assert_int_equal(attrs_num(&d->attrs, CKA_VALUE_LEN, 0), 64);
	assert_false(kit_is(d, CKA_SIGN));
}

/* The keys of keyed BLAKE2b have 64 bytes at most. */
static void
test_blake2_keys(void **state)
{
	static CK_ULONG type = CKK_BLAKE2B_160_HMAC;
	static uint8_t value[65];
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_secret),
		KIT_A(CKA_KEY_TYPE, type), { CKA_VALUE, value, 65 }, { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, t);
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;

	(void)state;
	assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq, &d),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	t[2].ulValueLen = 64;
	d = kit_create(t);
	assert_true(kit_is(d, CKA_SIGN));
	assert_false(kit_is(d, CKA_ENCRYPT));
}

static void
test_cipher_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(cipher_keys); i++) {
		const uint8_t *lens = cipher_keys[i].lens;
		bool offered = cipher_keys[i].kcv != NULL;
		struct obj_draft *d = NULL;

		if (cipher_keys[i].legacy)
			assert_int_not_equal(try_cipher_key(i, lens[0], &d),
			    CKR_OK);
		kit_conf()->legacy = cipher_keys[i].legacy;
		for (size_t n = 0; n <= 65; n++) {
			bool fits = n > 0 && memchr(lens, (int)n, 8) != NULL;

			assert_int_equal(try_cipher_key(i, n, &d),
			    fits && offered ? CKR_OK :
			    CKR_ATTRIBUTE_VALUE_INVALID);
			if (n == lens[0] && offered)
				assert_true(bytes_equal(
				    attrs_bytes(&d->attrs, CKA_CHECK_VALUE),
				    bytes_of(cipher_keys[i].kcv, 3)));
			obj_draft_freep(&d);
		}
		kit_conf()->legacy = false;
	}
}

/* The default provider has no DES, so that such keys are not offered. */
static void
test_des(void **state)
{
	static CK_ULONG type = CKK_DES;
	static uint8_t zero[8];
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_secret),
		KIT_A(CKA_KEY_TYPE, type), KIT_A(CKA_VALUE, zero),
		{ CKA_CHECK_VALUE, NULL, 0 }, { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, t);
	struct obj_draft *d = NULL;

	(void)state;
	kit_conf()->legacy = true;
	assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq, &d),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	kit_conf()->legacy = false;
}

/* A certificate that is none is kept; its check value is SHA-1's start. */
static void
test_certificate(void **state)
{
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_cert),
		KIT_A(CKA_CERTIFICATE_TYPE, kit_x509),
		{ CKA_SUBJECT, "s", 1 }, { CKA_VALUE, "\0", 1 },
		{ CKA_CHECK_VALUE, "abc", 3 }, { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, t);
	struct obj_draft *d = NULL;

	(void)state;
	assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq, &d),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	rq.count = 4;
	d = kit_draft(&kit_user, &rq);
	assert_true(bytes_equal(attrs_bytes(&d->attrs, CKA_CHECK_VALUE),
	    bytes_of("\x5b\xa9\x3c", 3)));
	assert_non_null(attrs_find(&d->attrs, CKA_PUBLIC_KEY_INFO));
	assert_int_equal(attrs_num(&d->attrs, CKA_NAME_HASH_ALGORITHM, 0),
	    CKM_SHA_1);
	obj_draft_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_no_key),
		cmocka_unit_test(test_import_mismatch),
		cmocka_unit_test(test_filled),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_import),
		cmocka_unit_test(test_import_without_point),
		cmocka_unit_test(test_import_rsa_short),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_check_values),
		cmocka_unit_test(test_des3),
		cmocka_unit_test(test_cipher_keys),
		cmocka_unit_test(test_xts),
		cmocka_unit_test(test_blake2_keys),
		cmocka_unit_test(test_des),
		cmocka_unit_test(test_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
