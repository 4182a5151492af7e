/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our own arithmetic for EdDSA, also where libcrypto has the schemes: the
 * answers of RFC 8032 and signatures with the order added.
 */
#include "crypto/pair_kit.h"
#include "crypto/rfc8032.h"
#include "crypto/sign_int.h"

static struct ed_scheme
scheme_of(size_t i)
{
	KL_AUTO(kit_free) struct kit_bytes context = kit_hex(rows[i].context);
	struct ed_scheme s = { .dom = true, .ph = rows[i].ph,
	    .context_len = (uint8_t)context.n };

	memcpy(s.context, context.p, context.n);
	return s;
}

/* Only what has a prefix is done this way. */
static bool
ours(size_t i)
{
	return rows[i].given || strcmp(rows[i].curve, "ED448") == 0;
}

static struct eng_key *
key_of(size_t i)
{
	struct eng_key *key = NULL;

	assert_int_equal(pair_import(pair_curve(rows[i].curve), rows[i].priv,
	    rows[i].point, &key), CKR_OK);
	return key;
}

/* S is refused when it is not below the order. */
static void
test_malleable(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = key_of(i);
		KL_AUTO(kit_free) struct kit_bytes in = kit_hex(
		    rows[i].message);
		KL_AUTO(kit_free) struct kit_bytes sig = kit_hex(rows[i].sig);
		/* The orders, little-endian. */
		KL_AUTO(kit_free) struct kit_bytes order = kit_hex(sig.n == 64 ?
		    "edd3f55c1a631258d69cf7a2def9de14"
		    "00000000000000000000000000000010" :
		    "f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7c"
		    "ffffffffffffffffffffffffffffffffffffffffffffffffffffff3f"
		    "00");
		struct ed_scheme scheme = scheme_of(i);
		unsigned carry = 0;

		if (!ours(i))
			continue;
		assert_int_equal(order.n, sig.n / 2);
		for (size_t b = 0; b < order.n; b++) {
			carry += (unsigned)sig.p[sig.n / 2 + b] + order.p[b];
			sig.p[sig.n / 2 + b] = (uint8_t)carry;
			carry >>= 8;
		}
		assert_int_equal(edwards_verify(kit_eng(), key, &scheme,
		    kit_view(&in), kit_view(&sig)), CKR_SIGNATURE_INVALID);
	}
}

static void
test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = key_of(i);
		KL_AUTO(kit_free) struct kit_bytes in = kit_hex(
		    rows[i].message);
		KL_AUTO(kit_free) struct kit_bytes sig = kit_hex(rows[i].sig);
		struct ed_scheme scheme = scheme_of(i);
		uint8_t got[ED_SIG_MAX];

		if (!ours(i))
			continue;
		assert_int_equal(edwards_sign(kit_eng(), key, &scheme,
		    kit_view(&in), got), CKR_OK);
		assert_memory_equal(got, sig.p, sig.n);
		assert_int_equal(edwards_verify(kit_eng(), key, &scheme,
		    kit_view(&in), kit_view(&sig)), CKR_OK);
	}
}

/* With an empty context Ed448 is what libcrypto has always had. */
static void
test_against_libcrypto(void **state)
{
	static const struct eng_alg eddsa = { .fam = ENG_F_EDDSA };
	static const struct ed_scheme scheme = { .dom = true };

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = pair_generate(
		    "ED448");
		struct kit_run v = { .alg = &eddsa, .dir = ENG_VERIFY,
		    .key = key };
		uint8_t message[20];
		uint8_t sig[ED_SIG_MAX];

		assert_int_equal(eng_random(kit_eng(), message, i), CKR_OK);
		assert_int_equal(edwards_sign(kit_eng(), key, &scheme,
		    bytes_of(message, i), sig), CKR_OK);
		assert_int_equal(pair_verify(&v, bytes_of(message, i),
		    bytes_of(sig, sizeof(sig))), CKR_OK);
		eng_op_free(v.op);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_malleable),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_against_libcrypto),
	};

	return cmocka_run_group_tests_name("edwards_sig", tests, NULL, NULL);
}
