/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSA keys: weak and inconsistent ones first, then what may be left out.
 */
#include "crypto/pair_kit.h"

/* The numbers of the test key, to be spoiled one by one. */
struct numbers {
	struct secret *held[PART_QINV + 1];
	struct eng_parts parts;
};

static void
numbers_read(struct numbers *n)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = pair_rsa();

	memset(n, 0, sizeof(*n));
	for (int i = 0; i <= (int)PART_QINV; i++) {
		n->held[i] = pair_part(key, (enum eng_part)i);
		n->parts.part[i] = secret_view(n->held[i]);
	}
}

static void
numbers_done(struct numbers *n)
{
	for (int i = 0; i <= (int)PART_QINV; i++)
		secret_free(n->held[i]);
}

static CK_RV
import(const struct numbers *n, bool private)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	return eng_key_import(kit_eng(), ENG_RSA, private, &n->parts, &key);
}

static void
test_flipped_numbers(void **state)
{
	KL_AUTO(numbers_done) struct numbers n;

	(void)state;
	numbers_read(&n);
	for (int i = 0; i <= (int)PART_QINV; i++)
		for (size_t at = 0; at < secret_len(n.held[i]); at += 41) {
			uint8_t *p = secret_data(n.held[i]) + at;
			CK_RV rv;

			*p ^= 2;
			rv = import(&n, true);
			if (rv != CKR_KEY_SIZE_RANGE)
				assert_int_equal(rv,
				    CKR_ATTRIBUTE_VALUE_INVALID);
			*p ^= 2;
		}
	assert_int_equal(import(&n, true), CKR_OK);
}

static void
test_even_numbers(void **state)
{
	static const int odd[] = { PART_N, PART_E, PART_P, PART_Q };
	KL_AUTO(numbers_done) struct numbers n;

	(void)state;
	numbers_read(&n);
	for (size_t i = 0; i < KL_COUNT(odd); i++) {
		struct secret *s = n.held[odd[i]];

		secret_data(s)[secret_len(s) - 1] ^= 1;
		assert_int_equal(import(&n, true),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		if (odd[i] <= (int)PART_E)
			assert_int_equal(import(&n, false),
			    CKR_ATTRIBUTE_VALUE_INVALID);
		secret_data(s)[secret_len(s) - 1] ^= 1;
	}
}

static void
test_exponents(void **state)
{
	static const uint8_t one = 1;
	static const uint8_t zero = 0;
	KL_AUTO(numbers_done) struct numbers n;

	(void)state;
	numbers_read(&n);
	n.parts.part[PART_E] = bytes_of(&one, 1);
	assert_int_equal(import(&n, false), CKR_ATTRIBUTE_VALUE_INVALID);
	n.parts.part[PART_E] = bytes_of(&zero, 1);
	assert_int_equal(import(&n, false), CKR_ATTRIBUTE_VALUE_INVALID);
	n.parts.part[PART_E] = secret_view(n.held[PART_N]);
	assert_int_equal(import(&n, false), CKR_ATTRIBUTE_VALUE_INVALID);
	numbers_done(&n);
	numbers_read(&n);
	n.parts.part[PART_D] = bytes_of(&one, 1);
	assert_int_equal(import(&n, true), CKR_ATTRIBUTE_VALUE_INVALID);
	n.parts.part[PART_D] = secret_view(n.held[PART_N]);
	assert_int_equal(import(&n, true), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* p = n, q = 1 and p = q satisfy some of the equations. */
static void
test_trivial_primes(void **state)
{
	static const uint8_t one = 1;
	KL_AUTO(numbers_done) struct numbers n;

	(void)state;
	numbers_read(&n);
	n.parts.part[PART_P] = secret_view(n.held[PART_N]);
	n.parts.part[PART_Q] = bytes_of(&one, 1);
	n.parts.part[PART_DP] = n.parts.part[PART_DQ] =
	    n.parts.part[PART_QINV] = BYTES_NONE;
	assert_int_equal(import(&n, true), CKR_ATTRIBUTE_VALUE_INVALID);
	n.parts.part[PART_P] = n.parts.part[PART_Q] =
	    secret_view(n.held[PART_P]);
	assert_int_equal(import(&n, true), CKR_ATTRIBUTE_VALUE_INVALID);
	n.parts.part[PART_Q] = BYTES_NONE;
	assert_int_equal(import(&n, true), CKR_TEMPLATE_INCOMPLETE);
}

static void
test_sizes(void **state)
{
	KL_AUTO(numbers_done) struct numbers n;
	uint8_t big[2049];

	(void)state;
	memset(big, 0xff, sizeof(big));
	numbers_read(&n);
	n.parts.part[PART_N] = bytes_of(big, 255); /* 2040 bits */
	assert_int_equal(import(&n, false), CKR_KEY_SIZE_RANGE);
	n.parts.part[PART_N] = bytes_of(big, 2048);
	assert_int_equal(import(&n, false), CKR_OK);
	n.parts.part[PART_N] = bytes_of(big, 2049);
	assert_int_equal(import(&n, false), CKR_KEY_SIZE_RANGE);
	/* zeros in front do not count */
	memset(big, 0, 1800);
	n.parts.part[PART_N] = bytes_of(big, 2049);
	assert_int_equal(import(&n, false), CKR_KEY_SIZE_RANGE);
	memset(big + 1700, 0xff, 100);
	assert_int_equal(import(&n, false), CKR_OK);
}

/* Signs with the key as it is and verifies with n and e. */
static void
expect_works(const struct numbers *n)
{
	static const struct eng_alg pkcs1 = { .fam = ENG_F_RSA_PKCS1,
	    .md = "SHA2-256" };
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	KL_AUTO(eng_key_putp) struct eng_key *again = NULL;
	struct eng_par none = { .ph = false };

	assert_int_equal(eng_key_import(kit_eng(), ENG_RSA, true, &n->parts,
	    &key), CKR_OK);
	pair_roundtrip(key, &pkcs1, &none, BYTES_STR("message"));
	assert_int_equal(eng_key_load(kit_eng(), ENG_RSA, true, &n->parts,
	    &again), CKR_OK);
	pair_roundtrip(again, &pkcs1, &none, BYTES_STR("message"));
}

static void
test_left_out(void **state)
{
	KL_AUTO(numbers_done) struct numbers n;
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	KL_AUTO(secret_freep) struct secret *p = NULL;
	KL_AUTO(secret_freep) struct secret *e = NULL;

	(void)state;
	numbers_read(&n);
	n.parts.part[PART_DP] = n.parts.part[PART_DQ] =
	    n.parts.part[PART_QINV] = BYTES_NONE;
	expect_works(&n);
	n.parts.part[PART_E] = BYTES_NONE;
	expect_works(&n);
	n.parts.part[PART_P] = n.parts.part[PART_Q] = BYTES_NONE;
	expect_works(&n);
	/* What was not given is not there, but for the exponent. */
	assert_int_equal(eng_key_import(kit_eng(), ENG_RSA, true, &n.parts,
	    &key), CKR_OK);
	assert_int_equal(eng_key_part(kit_eng(), key, PART_P, &p),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	e = pair_part(key, PART_E);
	assert_true(bytes_equal(secret_view(e),
	    secret_view(n.held[PART_E])));
	n.parts.part[PART_DP] = secret_view(n.held[PART_DP]);
	assert_int_equal(import(&n, true), CKR_TEMPLATE_INCOMPLETE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flipped_numbers),
		cmocka_unit_test(test_even_numbers),
		cmocka_unit_test(test_exponents),
		cmocka_unit_test(test_trivial_primes),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_left_out),
	};

	return cmocka_run_group_tests_name("key_rsa", tests, NULL, NULL);
}
