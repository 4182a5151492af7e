/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making pairs and domain parameters: refused requests, lengths, the groups
 * that are known, and what FIPS 186-4 makes from a seed.
 */
#include "crypto/ffc_kit.h"

static CK_RV
generate(const struct eng_gen *spec)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	return eng_key_generate(kit_eng(), spec, &key);
}

static void
test_bad_sizes(void **state)
{
	static const struct {
		enum eng_type type;
		size_t p, q;
	} rows[] = {
		{ ENG_DSA, 0, 0 }, { ENG_DSA, 1024, 160 }, { ENG_DSA, 2048, 160 },
		{ ENG_DSA, 2047, 0 }, { ENG_DSA, 4096, 256 }, { ENG_DH, 0, 0 },
		{ ENG_DH, 1024, 0 }, { ENG_DH, 10000, 0 },
		{ ENG_X942, 1024, 160 }, { ENG_X942, 8192, 256 },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		struct eng_gen spec = { .type = rows[i].type,
			.making = ENG_MAKE_PARAMS, .bits = rows[i].p,
			.sub_bits = rows[i].q };

		assert_int_equal(generate(&spec), CKR_KEY_SIZE_RANGE);
	}
}

static void
test_bad_pairs(void **state)
{
	FFC_HELD(h);
	struct eng_gen spec = { .type = ENG_DSA };
	uint8_t *p;

	(void)state;
	ffc_take_apart(ffc_group(ENG_DSA), true, &h);
	assert_int_equal(generate(&spec), CKR_TEMPLATE_INCOMPLETE);
	spec.group = h.parts;
	spec.group.part[PART_BASE] = BYTES_NONE;
	assert_int_equal(generate(&spec), CKR_TEMPLATE_INCOMPLETE);
	spec.group = h.parts;
	p = secret_data(h.held[PART_SUBPRIME]);
	p[5] ^= 1;
	assert_int_equal(generate(&spec), CKR_DOMAIN_PARAMS_INVALID);
	p[5] ^= 1;
	assert_int_equal(generate(&spec), CKR_OK);
}

/* Private values have the length that was asked for. */
static void
test_value_bits(void **state)
{
	static const struct {
		size_t bits;
		CK_RV rv;
	} rows[] = {
		{ 100, CKR_ATTRIBUTE_VALUE_INVALID },
		{ 160, CKR_ATTRIBUTE_VALUE_INVALID }, /* 112 bits of strength */
		{ 225, CKR_OK }, { 512, CKR_OK },
		{ 2048, CKR_ATTRIBUTE_VALUE_INVALID },
	};
	FFC_HELD(h);

	(void)state;
	ffc_take_apart(ffc_group(ENG_DH), true, &h);
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
		KL_AUTO(secret_freep) struct secret *x = NULL;
		struct eng_gen spec = { .type = ENG_DH, .group = h.parts,
			.priv_bits = rows[i].bits };

		assert_int_equal(eng_key_generate(kit_eng(), &spec, &key),
		    rows[i].rv);
		if (rows[i].rv != CKR_OK)
			continue;
		x = pair_part(key, PART_PRIV);
		assert_in_range(secret_len(x), rows[i].bits / 8 - 6,
		    (rows[i].bits + 7) / 8);
	}
}

/* A group of safe prime that nobody knows by name. */
static void
test_own_group(void **state)
{
	struct eng_gen spec = { .type = ENG_DH, .making = ENG_MAKE_PARAMS,
		.bits = 1024 };
	KL_AUTO(eng_key_putp) struct eng_key *group = NULL;
	KL_AUTO(eng_key_putp) struct eng_key *pair = NULL;
	KL_AUTO(secret_freep) struct secret *x = NULL;
	static struct eng *legacy;	/* engines are never freed */
	FFC_HELD(h);

	(void)state;
	assert_int_equal(eng_new(NULL, NULL, 1024, &legacy), CKR_OK);
	assert_int_equal(eng_key_generate(legacy, &spec, &group), CKR_OK);
	assert_int_equal(eng_key_bits(group), 1024);
	ffc_take_apart(group, true, &h);
	spec = (struct eng_gen){ .type = ENG_DH, .group = h.parts,
		.priv_bits = 200 };
	assert_int_equal(eng_key_generate(legacy, &spec, &pair), CKR_OK);
	x = pair_part(pair, PART_PRIV);
	assert_int_equal(secret_len(x), 25);
}

static void
test_known_groups(void **state)
{
	static const size_t sizes[] = { 2048, 3072, 4096, 6144, 8192 };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(sizes); i++) {
		struct eng_gen spec = { .type = ENG_DH,
			.making = ENG_MAKE_PARAMS, .bits = sizes[i] };
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
		KL_AUTO(secret_freep) struct secret *p = NULL;

		assert_int_equal(eng_key_generate(kit_eng(), &spec, &key),
		    CKR_OK);
		assert_int_equal(eng_key_bits(key), sizes[i]);
		/* RFC 7919: all begin with 64 ones and the digits of e */
		p = pair_part(key, PART_PRIME);
		assert_memory_equal(secret_data(p),
		    "\xff\xff\xff\xff\xff\xff\xff\xff\xad\xf8\x54\x58", 12);
	}
}

/* Lengths that 3.2 section 6.2.4 gives when none is asked for. */
static void
test_usual_subprimes(void **state)
{
	static const struct { size_t p, q; } rows[] = { { 2048, 28 },
		{ 3072, 32 } };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		struct eng_gen spec = { .type = ENG_DSA,
			.making = ENG_MAKE_PARAMS, .bits = rows[i].p };
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
		KL_AUTO(secret_freep) struct secret *q = NULL;

		assert_int_equal(eng_key_generate(kit_eng(), &spec, &key),
		    CKR_OK);
		q = pair_part(key, PART_SUBPRIME);
		assert_int_equal(secret_len(q), rows[i].q);
	}
}

static void
test_bad_seeds(void **state)
{
	static const uint8_t seed[32] = { 1 };
	struct eng_gen primes = { .type = ENG_DSA, .making = ENG_MAKE_PRIMES,
		.bits = 2048, .sub_bits = 256, .md = "SHA2-224" };
	struct eng_gen base = { .type = ENG_DSA, .making = ENG_MAKE_BASE,
		.md = "SHA2-256", .seed = bytes_of(seed, 32) };
	FFC_HELD(h);

	(void)state;
	assert_int_equal(generate(&primes), CKR_MECHANISM_PARAM_INVALID);
	primes.md = NULL;
	assert_int_equal(generate(&primes), CKR_MECHANISM_PARAM_INVALID);
	ffc_take_apart(ffc_group(ENG_DSA), true, &h);
	assert_int_equal(generate(&base), CKR_TEMPLATE_INCOMPLETE);
	base.group = h.parts;
	assert_int_equal(generate(&base), CKR_TEMPLATE_INCONSISTENT);
	base.group.part[PART_BASE] = BYTES_NONE;
	base.md = "SHA2-224";
	assert_int_equal(generate(&base), CKR_MECHANISM_PARAM_INVALID);
	base.md = "SHA2-256";
	base.index = 256;
	assert_int_equal(generate(&base), CKR_MECHANISM_PARAM_INVALID);
	base.index = 0;
	base.seed = BYTES_NONE;
	assert_int_equal(generate(&base), CKR_MECHANISM_PARAM_INVALID);
}

/* W = hash(seed || "ggen" || index || count), g = W^((p - 1) / q) mod p. */
static void
base_by_hand(const struct ffc_held *h, struct bytes seed, uint8_t index,
    uint8_t out[256])
{
	BN_CTX *bn = BN_CTX_new();
	BIGNUM *p = BN_bin2bn(secret_data(h->held[PART_PRIME]), 256, NULL);
	BIGNUM *q = BN_bin2bn(secret_data(h->held[PART_SUBPRIME]), 32, NULL);
	BIGNUM *e = BN_dup(p), *w;
	uint8_t u[200], hash[32];

	memcpy(u, seed.p, seed.n);
	memcpy(u + seed.n, "ggen", 4);
	u[seed.n + 4] = index;
	u[seed.n + 5] = 0;
	u[seed.n + 6] = 1;
	assert_int_equal(EVP_Digest(u, seed.n + 7, hash, NULL, EVP_sha256(),
	    NULL), 1);
	w = BN_bin2bn(hash, 32, NULL);
	assert_int_equal(BN_sub_word(e, 1), 1);
	assert_int_equal(BN_div(e, NULL, e, q, bn), 1);
	assert_int_equal(BN_mod_exp(w, w, e, p, bn), 1);
	assert_int_equal(BN_bn2binpad(w, out, 256), 256);
	BN_free(p);
	BN_free(q);
	BN_free(e);
	BN_free(w);
	BN_CTX_free(bn);
}

static void
test_seed(void **state)
{
	struct eng_gen spec = { .type = ENG_DSA, .making = ENG_MAKE_PRIMES,
		.bits = 2048, .sub_bits = 256, .md = "SHA2-256" };
	KL_AUTO(eng_key_putp) struct eng_key *primes = NULL;
	KL_AUTO(secret_freep) struct secret *seed = NULL;
	struct secret *none = NULL;
	FFC_HELD(h);

	(void)state;
	assert_int_equal(eng_key_generate(kit_eng(), &spec, &primes), CKR_OK);
	assert_int_equal(eng_key_part(kit_eng(), primes, PART_BASE, &none),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	seed = pair_part(primes, PART_SEED);
	assert_int_equal(secret_len(seed), 32);
	ffc_take_apart(primes, true, &h);
	spec = (struct eng_gen){ .type = ENG_DSA, .making = ENG_MAKE_BASE,
		.group = h.parts, .md = "SHA2-256", .seed = secret_view(seed) };
	for (unsigned index = 0; index < 256; index += 85) {
		KL_AUTO(eng_key_putp) struct eng_key *whole = NULL;
		KL_AUTO(secret_freep) struct secret *g = NULL;
		uint8_t want[256];

		spec.index = index;
		assert_int_equal(eng_key_generate(kit_eng(), &spec, &whole),
		    CKR_OK);
		g = pair_part(whole, PART_BASE);
		base_by_hand(&h, secret_view(seed), (uint8_t)index, want);
		assert_true(bytes_equal(bytes_trim(bytes_of(want, 256)),
		    secret_view(g)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_sizes),
		cmocka_unit_test(test_bad_pairs),
		cmocka_unit_test(test_value_bits),
		cmocka_unit_test(test_own_group),
		cmocka_unit_test(test_known_groups),
		cmocka_unit_test(test_usual_subprimes),
		cmocka_unit_test(test_bad_seeds),
		cmocka_unit_test(test_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
