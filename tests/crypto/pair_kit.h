/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of key pairs, on top of eng_kit.h: keys out of hexadecimal
 * parts, signing and verifying in one call.
 */
#ifndef KLUIS_TESTS_CRYPTO_PAIR_KIT_H
#define KLUIS_TESTS_CRYPTO_PAIR_KIT_H

#include "crypto/eng_kit.h"
#include "crypto/key_int.h"

/* An RSA key of 2048 bits made for the tests, as PKCS#8. */
static inline struct kit_bytes
pair_rsa_pkcs8(void)
{
	return kit_hex(
	    "308204be020100300d06092a864886f70d0101010500048204a8308204a402010002"
	    "82010100b9eea81771709760667ebd795077aad960e07484b14d1f47c6f341b6f81b"
	    "254e48e368d485af3815368fd58a2a90acbf719821287b7f8cf62cb97b726e5eaa88"
	    "3fa0a99b1a2b875bc83b0ecc39f3e0db7ef56a1e9cb8faedeaf1715325d4b1383ea5"
	    "e50ba29fdc9c561fc24589efef03b230f013b13caeacb6ab8cc8a75964bcd96c8ebe"
	    "90ef4b9af61044878bdd6d89d8858f3ca1b0d04dc1780eacdff6d54c7b6634635e2c"
	    "355e68b864c00ab952a9deb5f4bb2167038b8a1a558997e2b76ad85f687a839f9d96"
	    "c67a074726dccc8819efabe4da1deacf5e64c3dc2246ed2fbf80055a9547affa5767"
	    "5d4ca90e79c9b438283678641c4ec48db17b45a06fb10203010001028201000a4bef"
	    "d31c87cd04f1a823260cbc13ccbb535d75dbbbc1a25ff4d3617bebef979e41b9bf20"
	    "8820e5a12d3b4e237d4f93bfdeaf8cbbb4c741a573157b08d1afeff6561763c22c96"
	    "efbb999f002b00192663fed8999eb9951687e4470fabbb539fcc6db3797ed00b8f92"
	    "2ac014c9c6c27319f3212dcb5593a1779c43224ee2371f30a7615cc531924b91731e"
	    "990546bed69b25e9eef63ea737f9b2edfa02dd1046a07661ac5905af233bdd7f1976"
	    "a23c1120fc1c1119c173b219fcf8126151e738ed91d4aeb1b2609c2e429a98800e2b"
	    "cb1f179662acfcfca82efeba0ccf69c1e7a1416b81da960c90f146b3b775327546e5"
	    "3fb61c7a1f3991f4b8fb00a84b6c6102818100e9fa881c9c44725a202904579cbdde"
	    "4477903730e620d0f5a1dd936f3c6a7a227f4c955d7f40a1940490e7d6d923ba621b"
	    "e7a54c2bf8b3f85555171e136c09778148ee00572bc0af5afecf9bd42bd41698299d"
	    "7f1da39c3c6f9d423fdc7bcb8c93cc8ec76c20e69837b298eeb70c692537559d27ed"
	    "42040add582446cc5d625f02818100cb6e7f796dbb0fa0803941f6db036e5a4e34c0"
	    "1882bcc15e743af37662882f43e3dbc654ae6f9c30b138f5be175dba46d720874e92"
	    "4fd4af655d750396f89dc339bcf937b39e65f0b75ec123245336fd0f38388f417c72"
	    "b337460597d7db9749ca31571eacd384fcb423c4af53aef0921073845db74350cc94"
	    "fde4ee44df07ef02818100b0835965c419faeeb4ee5ca13fd519362bc0f772035a64"
	    "69ba482f6eae7461595f11c668f794299141f4938248e3a43b5973e306d8f151cc19"
	    "8c0cd99aab5964f77aae5a4168f77f12b5c2a77b63e927767986a09c1a8ec62529cd"
	    "0de266de035a88ea79d5bfe8569346400b6eba8524175f9624c5df94af2196da1f33"
	    "138c1f0281805c2db595502372f14728aabb30825d7e8df15919c223c57b072faf21"
	    "f583bfe703589285cc84c6414a0c854d9d48db1f3e5b7ef41b58110768e6f01eb049"
	    "f7327ef721f61b6daac36853873065454fa55b401e60cb4b98ad9c5e1e2aafa4d0e8"
	    "9eb5bcc4298baeb6d2e962360fb5354cfa275dd3193767654c1dbf9e3796d8010281"
	    "8100d44bbead1cc24213078055721e737fecf350a0c866f72f06c25f57eb14f779d3"
	    "b67339c18570b510eeb2469604558a28905f631414ae321a0db3430dde65b881319f"
	    "f546492047be4d9cf5a6a96e58bca9df3a49f5307f2aad0da84d3a24f3d57cd9bca9"
	    "784cb91c689383185b371c4961e08fa2a8dd5cae4cc041173f0f2f71");
}

static inline struct eng_key *
pair_rsa(void)
{
	KL_AUTO(kit_free) struct kit_bytes der = pair_rsa_pkcs8();
	struct eng_key *key = NULL;

	assert_int_equal(eng_key_from_pkcs8(kit_eng(), kit_view(&der), false,
	    &key), CKR_OK);
	return key;
}

/* The row of a curve by libcrypto's name. */
static inline const struct curve *
pair_curve(const char *name)
{
	const struct curve *c;

	for (size_t i = 0; (c = curve_at(i)) != NULL; i++)
		if (strcmp(c->name, name) == 0)
			return c;
	fail_msg("no curve %s", name);
	return NULL;
}

/* One part of a key; asserts that it is there. */
static inline struct secret *
pair_part(const struct eng_key *key, enum eng_part part)
{
	struct secret *s = NULL;

	assert_int_equal(eng_key_part(kit_eng(), key, part, &s), CKR_OK);
	return s;
}

/* The public half of a pair, imported anew. */
static inline struct eng_key *
pair_public(const struct eng_key *key)
{
	bool rsa = eng_key_type(key) == ENG_RSA;
	bool pqc = key_is_pqc(eng_key_type(key));
	enum eng_part a = rsa ? PART_N : pqc ? PART_SET : PART_CURVE;
	enum eng_part b = rsa ? PART_E : pqc ? PART_PUB : PART_POINT;
	KL_AUTO(secret_freep) struct secret *first = pair_part(key, a);
	KL_AUTO(secret_freep) struct secret *second = pair_part(key, b);
	struct eng_parts parts = { .part = { { NULL, 0 } } };
	struct eng_key *out = NULL;

	parts.part[a] = secret_view(first);
	parts.part[b] = secret_view(second);
	assert_int_equal(eng_key_import(kit_eng(), eng_key_type(key), false,
	    &parts, &out), CKR_OK);
	return out;
}

/* Imports a key of a curve; hexadecimal halves, NULL = absent. */
static inline CK_RV
pair_import(const struct curve *c, const char *priv, const char *point,
    struct eng_key **out)
{
	KL_AUTO(kit_free) struct kit_bytes a = kit_hex(priv);
	KL_AUTO(kit_free) struct kit_bytes b = kit_hex(point);
	struct eng_parts parts = { .part = { [PART_CURVE] = c->oid,
	    [PART_PRIV] = kit_view(&a), [PART_POINT] = kit_view(&b) } };

	return eng_key_import(kit_eng(), c->type, priv != NULL, &parts, out);
}

static inline struct eng_key *
pair_generate(const char *curve)
{
	const struct curve *c = pair_curve(curve);
	struct eng_gen spec = { .type = c->type, .curve = c->oid };
	struct eng_key *key = NULL;

	assert_int_equal(eng_key_generate(kit_eng(), &spec, &key), CKR_OK);
	return key;
}

/* Verifies in one piece; r->dir is ENG_VERIFY. */
static inline CK_RV
pair_verify(struct kit_run *r, struct bytes in, struct bytes sig)
{
	CK_RV rv = kit_init(r);

	if (rv == CKR_OK)
		rv = eng_op_verify(r->op, in, sig);
	eng_op_rest(r->op);
	return rv;
}

/* Verifies in parts of step bytes. */
static inline CK_RV
pair_verify_parts(struct kit_run *r, struct bytes in, size_t step,
    struct bytes sig)
{
	CK_RV rv = kit_init(r);
	size_t none;

	while (rv == CKR_OK && in.n > 0) {
		size_t n = in.n < step ? in.n : step;

		rv = eng_op_update(r->op, bytes_of(in.p, n), NULL, &none);
		in = bytes_of(in.p + n, in.n - n);
	}
	if (rv == CKR_OK)
		rv = eng_op_verify_final(r->op, sig);
	eng_op_rest(r->op);
	return rv;
}

/* Signs with the pair and verifies with its public half, at once and in
 * parts; a flipped bit in the signature is seen. */
static inline void
pair_roundtrip(struct eng_key *key, const struct eng_alg *alg,
    const struct eng_par *par, struct bytes in)
{
	KL_AUTO(eng_key_putp) struct eng_key *public = pair_public(key);
	struct kit_run s = { .alg = alg, .par = *par, .dir = ENG_SIGN,
	    .key = key };
	struct kit_run v = { .alg = alg, .par = *par, .dir = ENG_VERIFY,
	    .key = public };
	KL_AUTO(kit_free) struct kit_bytes sig = { .p = NULL };
	KL_AUTO(buf_done) struct buf parts = { .p = NULL };

	assert_int_equal(kit_once(&s, in, &sig), CKR_OK);
	assert_int_equal(kit_parts(&s, in, 7, &parts), CKR_OK);
	assert_int_equal(pair_verify(&v, in, kit_view(&sig)), CKR_OK);
	assert_int_equal(pair_verify(&v, in, buf_view(&parts)), CKR_OK);
	assert_int_equal(pair_verify_parts(&v, in, 5, kit_view(&sig)), CKR_OK);
	sig.p[sig.n / 3] ^= 4;
	assert_int_equal(pair_verify(&v, in, kit_view(&sig)),
	    CKR_SIGNATURE_INVALID);
	assert_int_equal(pair_verify_parts(&v, in, 9, kit_view(&sig)),
	    CKR_SIGNATURE_INVALID);
	eng_op_free(s.op);
	eng_op_free(v.op);
}

#endif
