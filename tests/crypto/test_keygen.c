/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making keys: sizes and exponents that are refused, then that pairs work.
 * (Every other test makes its curve keys here, so every curve is covered.)
 */
#include "crypto/pair_kit.h"

static CK_RV
generate(const struct eng_gen *spec)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	return eng_key_generate(kit_eng(), spec, &key);
}

static void
test_bad_sizes(void **state)
{
	struct eng_gen rsa = { .type = ENG_RSA, .bits = 2047 };
	struct eng_gen secret = { .type = ENG_SECRET };

	(void)state;
	assert_int_equal(generate(&rsa), CKR_KEY_SIZE_RANGE);
	rsa.bits = 16385;
	assert_int_equal(generate(&rsa), CKR_KEY_SIZE_RANGE);
	rsa.bits = 0;
	assert_int_equal(generate(&rsa), CKR_KEY_SIZE_RANGE);
	assert_int_equal(generate(&secret), CKR_KEY_SIZE_RANGE);
	secret.len = (size_t)-1;
	assert_int_equal(generate(&secret), CKR_KEY_SIZE_RANGE);
}

static void
test_bad_exponents(void **state)
{
	static const char *const bad[] = { "00", "01", "0001", "02", "010000",
		"010000000000000000000000000000000000000000000000000000000000"
		"000001" "01" };
	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++) {
		KL_AUTO(kit_free) struct kit_bytes e = kit_hex(bad[i]);
		struct eng_gen spec = { .type = ENG_RSA, .bits = 2048,
		    .pub_exp = kit_view(&e) };

		assert_int_equal(generate(&spec), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

static void
test_bad_curves(void **state)
{
	static const uint8_t sect163k1[] = { 6, 5, 0x2b, 0x81, 4, 0, 1 };
	struct eng_gen spec = { .type = ENG_EC };

	(void)state;
	assert_int_equal(generate(&spec), CKR_TEMPLATE_INCOMPLETE);
	spec.curve = bytes_of(sect163k1, sizeof(sect163k1));
	assert_int_equal(generate(&spec), CKR_CURVE_NOT_SUPPORTED);
	spec.curve = pair_curve("X25519")->oid;
	assert_int_equal(generate(&spec), CKR_CURVE_NOT_SUPPORTED);
	spec.curve = BYTES_STR("?");
	assert_int_equal(generate(&spec), CKR_DOMAIN_PARAMS_INVALID);
}

static void
test_rsa(void **state)
{
	static const char *const exponents[] = { NULL, "03", "010001", "000011",
		"0100000001" };
	static const size_t bits[] = { 2048, 2050, 2048, 3072, 2048 };
	static const struct eng_alg pkcs1 = { .fam = ENG_F_RSA_PKCS1 };
	struct eng_par none = { .ph = false };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bits); i++) {
		KL_AUTO(kit_free) struct kit_bytes e = kit_hex(exponents[i]);
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
		KL_AUTO(secret_freep) struct secret *got = NULL;
		struct eng_gen spec = { .type = ENG_RSA, .bits = bits[i],
		    .pub_exp = kit_view(&e) };
		struct bytes want = e.n > 0 ? bytes_trim(kit_view(&e)) :
		    bytes_of("\1\0\1", 3);

		assert_int_equal(eng_key_generate(kit_eng(), &spec, &key),
		    CKR_OK);
		assert_int_equal(eng_key_bits(key), bits[i]);
		got = pair_part(key, PART_E);
		assert_true(bytes_equal(secret_view(got), want));
		pair_roundtrip(key, &pkcs1, &none, BYTES_STR("x"));
	}
}

static void
test_secrets(void **state)
{
	struct eng_gen spec = { .type = ENG_SECRET, .len = 32 };
	KL_AUTO(eng_key_putp) struct eng_key *a = NULL;
	KL_AUTO(eng_key_putp) struct eng_key *b = NULL;

	(void)state;
	assert_int_equal(eng_key_generate(kit_eng(), &spec, &a), CKR_OK);
	assert_int_equal(eng_key_generate(kit_eng(), &spec, &b), CKR_OK);
	assert_int_equal(eng_key_bits(a), 256);
	assert_int_equal(secret_len(a->value), 32);
	assert_false(secret_equal(secret_view(a->value),
	    secret_view(b->value)));
}

/* DES keys have odd parity in every byte; others do not care. */
static void
test_parity(void **state)
{
	static const enum eng_cipher kinds[] = { ENG_DES3, ENG_AES,
		ENG_CIPHERS };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		struct eng_gen spec = { .type = ENG_SECRET, .len = 240,
			.cipher = kinds[i] };
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
		size_t even = 0;

		assert_int_equal(eng_key_generate(kit_eng(), &spec, &key),
		    CKR_OK);
		for (size_t k = 0; k < 240; k++)
			even += !__builtin_parity(secret_view(key->value).p[k]);
		assert_int_equal(even == 0, kinds[i] == ENG_DES3);
	}
}

static struct eng_key *
generate_unproved(const char *name)
{
	const struct curve *c = pair_curve(name);
	struct eng_gen spec = { .type = c->type, .curve = c->oid,
		.prove_later = true };
	struct eng_key *key = NULL;

	assert_int_equal(eng_key_generate(kit_eng(), &spec, &key), CKR_OK);
	assert_true(atomic_load(&key->unproved));
	return key;
}

/* What a private half does that was never used before. */
static CK_RV
first_sign(struct eng_key *key)
{
	static const struct eng_alg ecdsa = { .fam = ENG_F_ECDSA };
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;

	return eng_op_init(kit_eng(), &ecdsa, NULL, ENG_SIGN, key, &op);
}

static CK_RV
first_derive(struct eng_key *key)
{
	static const struct eng_alg ecdh = { .fam = ENG_F_ECDH };
	KL_AUTO(eng_key_putp) struct eng_key *peer =
	    generate_unproved(key->curve->name);
	KL_AUTO(secret_freep) struct secret *theirs =
	    pair_part(peer, PART_POINT);
	KL_AUTO(secret_freep) struct secret *z = NULL;
	struct eng_par par = { .peer = secret_view(theirs) };

	return eng_derive(kit_eng(), &ecdh, &par, key, 0, &z);
}

static void
test_proved_at_first_use(void **state)
{
	static const char *const names[] = { "prime256v1", "secp521r1",
		"ED25519", "X448" };
	KL_AUTO(eng_key_putp) struct eng_key *a = generate_unproved("secp384r1");
	KL_AUTO(eng_key_putp) struct eng_key *b = generate_unproved("X25519");

	(void)state;
	assert_int_equal(first_sign(a), CKR_OK);
	assert_false(atomic_load(&a->unproved));
	assert_int_equal(first_derive(b), CKR_OK);
	assert_false(atomic_load(&b->unproved));
	for (size_t i = 0; i < KL_COUNT(names); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *k =
		    generate_unproved(names[i]);

		assert_int_equal(eng_key_prove(kit_eng(), k), CKR_OK);
		assert_false(atomic_load(&k->unproved));
		assert_int_equal(eng_key_prove(kit_eng(), k), CKR_OK);
	}
}

/* A pair whose halves do not fit is of no use, however often it is tried. */
static void
test_bad_pair(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *k =
	    generate_unproved("prime256v1");

	(void)state;
	k->point[7] ^= 1;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(first_sign(k), CKR_DEVICE_ERROR);
		assert_int_equal(first_derive(k), CKR_DEVICE_ERROR);
		assert_int_equal(eng_key_prove(kit_eng(), k), CKR_DEVICE_ERROR);
		assert_true(atomic_load(&k->unproved));
	}
	k->point[7] ^= 1;
	assert_int_equal(first_sign(k), CKR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_sizes),
		cmocka_unit_test(test_bad_exponents),
		cmocka_unit_test(test_bad_curves),
		cmocka_unit_test(test_rsa),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_parity),
		cmocka_unit_test(test_proved_at_first_use),
		cmocka_unit_test(test_bad_pair),
	};

	return cmocka_run_group_tests_name("keygen", tests, NULL, NULL);
}
