/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoding of Edwards points: what is no point, what has a small order, and
 * that the parameters are the curves'.
 */
#include "crypto/pair_kit.h"
#include "crypto/edwards.h"

static void
edwards_auto_done(struct edwards *ed)
{
	edwards_done(ed);
}

static CK_RV
decode(const char *curve, const char *hex, bool *small)
{
	KL_AUTO(edwards_auto_done) struct edwards ed = { .len = 0 };
	KL_AUTO(kit_free) struct kit_bytes b = kit_hex(hex);
	KL_AUTO(bn_freep) BIGNUM *x = BN_new();
	KL_AUTO(bn_freep) BIGNUM *y = BN_new();
	CK_RV rv;

	assert_int_equal(edwards_init(eng_ctx(kit_eng()), pair_curve(curve),
	    &ed), CKR_OK);
	rv = edwards_decode(&ed, kit_view(&b), x, y);
	*small = rv == CKR_OK && edwards_small_order(&ed, y);
	return rv;
}

static void
test_no_points(void **state)
{
	static const char *const bad[][2] = {
		/* y = 2 is not on the curve */
		{ "ED25519", "02000000000000000000000000000000"
		    "00000000000000000000000000000000" },
		/* y = p, p + 1: not the shortest form of 0, 1 */
		{ "ED25519", "edffffffffffffffffffffffffffffff"
		    "ffffffffffffffffffffffffffffff7f" },
		{ "ED25519", "eeffffffffffffffffffffffffffffff"
		    "ffffffffffffffffffffffffffffff7f" },
		/* x = 0 and odd */
		{ "ED25519", "01000000000000000000000000000000"
		    "00000000000000000000000000000080" },
		{ "ED25519", "0100" },
		/* a bit above y */
		{ "ED448", "0100000000000000000000000000000000000000000000000000"
		    "0000000000000000000000000000000000000000000000000000"
		    "0000000001" },
		{ "ED448", "ffffffffffffffffffffffffffffffffffffffffffffffffffff"
		    "ffff"
		    "feffffffffffffffffffffffffffffffffffffffffffffffffff"
		    "ffff00" },
	};
	bool small;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_int_equal(decode(bad[i][0], bad[i][1], &small),
		    CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
test_small_orders(void **state)
{
	static const char *const small_ones[][2] = {
		/* order 1, 2, 4 */
		{ "ED25519", "01000000000000000000000000000000"
		    "00000000000000000000000000000000" },
		{ "ED25519", "ecffffffffffffffffffffffffffffff"
		    "ffffffffffffffffffffffffffffff7f" },
		{ "ED25519", "00000000000000000000000000000000"
		    "00000000000000000000000000000000" },
		{ "ED25519", "00000000000000000000000000000000"
		    "00000000000000000000000000000080" },
		/* order 8 */
		{ "ED25519", "26e8958fc2b227b045c3f489f2ef98f0"
		    "d5dfac05d3c63339b13802886d53fc05" },
		{ "ED25519", "c7176a703d4dd84fba3c0b760d10670f"
		    "2a2053fa2c39ccc64ec7fd7792ac03fa" },
		{ "ED448", "0100000000000000000000000000000000000000000000000000"
		    "0000000000000000000000000000000000000000000000000000"
		    "0000000000" },
		{ "ED448", "0000000000000000000000000000000000000000000000000000"
		    "0000000000000000000000000000000000000000000000000000"
		    "0000000080" },
		{ "ED448", "feffffffffffffffffffffffffffffffffffffffffffffffffff"
		    "ffff"
		    "feffffffffffffffffffffffffffffffffffffffffffffffffff"
		    "ffff00" },
	};
	bool small;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(small_ones); i++) {
		assert_int_equal(decode(small_ones[i][0], small_ones[i][1],
		    &small), CKR_OK);
		assert_true(small);
	}
}

/* Keys of libcrypto decode and are not small: the parameters are right. */
static void
test_real_points(void **state)
{
	static const char *const names[] = { "ED25519", "ED448" };

	(void)state;
	for (size_t i = 0; i < 16; i++) {
		KL_AUTO(edwards_auto_done) struct edwards ed = { .len = 0 };
		KL_AUTO(eng_key_putp) struct eng_key *key = pair_generate(
		    names[i % 2]);
		KL_AUTO(secret_freep) struct secret *p = pair_part(key,
		    PART_POINT);
		KL_AUTO(bn_freep) BIGNUM *x = BN_new();
		KL_AUTO(bn_freep) BIGNUM *y = BN_new();

		assert_int_equal(edwards_init(eng_ctx(kit_eng()), key->curve,
		    &ed), CKR_OK);
		assert_int_equal(edwards_decode(&ed, secret_view(p), x, y),
		    CKR_OK);
		assert_int_equal(BN_is_odd(x),
		    secret_view(p).p[ed.len - 1] >> 7);
		assert_false(edwards_small_order(&ed, y));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_points),
		cmocka_unit_test(test_small_orders),
		cmocka_unit_test(test_real_points),
	};

	return cmocka_run_group_tests_name("edwards", tests, NULL, NULL);
}
