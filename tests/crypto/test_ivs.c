/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IVs of messages: none twice, whoever makes them and in whatever order; what
 * generators leave alone; counters that run out.  The set is held against a list
 * of what went in.
 */
#include "crypto/eng_kit.h"

static uint8_t room[ENG_IV_ROOM];

static struct eng_ivs *
fresh(void)
{
	struct eng_ivs *v = NULL;

	assert_int_equal(eng_ivs_new(&v), CKR_OK);
	return v;
}

static CK_RV
give(struct eng_ivs *v, const void *p, size_t n)
{
	struct eng_iv iv = { (uint8_t *)(uintptr_t)p, n, 0, ENG_IV_GIVEN };
	struct bytes out = BYTES_NONE;
	CK_RV rv = eng_ivs_next(kit_eng(), v, &iv, room, &out);

	if (rv == CKR_OK) {
		assert_int_equal(out.n, n);
		assert_memory_equal(out.p, p, n);
	}
	return rv;
}

/* Writes i into the last bytes of an IV. */
static void
put(uint8_t *iv, size_t n, uint64_t i)
{
	for (size_t k = n; k-- > 0; i >>= 8)
		iv[k] = (uint8_t)i;
}

static void
test_refused(void **state)
{
	struct eng_ivs *v = fresh();
	uint8_t iv[12] = { 1 };
	struct eng_iv none = { iv, 0, 0, ENG_IV_GIVEN };
	struct bytes out;

	(void)state;
	assert_int_equal(eng_ivs_next(kit_eng(), v, &none, room, &out),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(give(v, iv, 12), CKR_OK);
	assert_int_equal(give(v, iv, 12), CKR_MECHANISM_PARAM_INVALID);
	/* of another length it is another */
	assert_int_equal(give(v, iv, 11), CKR_OK);
	assert_int_equal(give(v, iv, 11), CKR_MECHANISM_PARAM_INVALID);
	eng_ivs_free(v);
	v = fresh();
	assert_int_equal(give(v, iv, 12), CKR_OK);
	eng_ivs_freep(&v);
	assert_null(v);
}

/* Every number of 2 bytes once, in several orders, and each refused after. */
static void
test_all(void **state)
{
	static const unsigned steps[] = { 1, 65535, 4097, 32769, 7919 };

	(void)state;
	for (size_t s = 0; s < KL_COUNT(steps); s++) {
		struct eng_ivs *v = fresh();
		uint8_t iv[2];
		unsigned at = 77;

		for (unsigned i = 0; i < 65536; i++, at += steps[s]) {
			put(iv, 2, at & 0xffff);
			assert_int_equal(give(v, iv, 2), CKR_OK);
			put(iv, 2, (at - i / 2 * steps[s]) & 0xffff);
			assert_int_equal(give(v, iv, 2),
			    CKR_MECHANISM_PARAM_INVALID);
		}
		for (unsigned i = 0; i < 65536; i += 13) {
			put(iv, 2, i);
			assert_int_equal(give(v, iv, 2),
			    CKR_MECHANISM_PARAM_INVALID);
		}
		eng_ivs_free(v);
	}
}

/* Lengths around what a number holds, and long ones. */
static void
test_lengths(void **state)
{
	struct eng_ivs *v = fresh();
	uint8_t iv[400] = { 0 };

	(void)state;
	for (size_t n = 1; n <= sizeof(iv); n++) {
		for (unsigned i = 0; i < 9; i++) {
			put(iv, n, i * 2 % 9);
			assert_int_equal(give(v, iv, n), CKR_OK);
			assert_int_equal(give(v, iv, n),
			    CKR_MECHANISM_PARAM_INVALID);
		}
		memset(iv, 0xff, n);
		assert_int_equal(give(v, iv, n), CKR_OK);
		assert_int_equal(give(v, iv, n), CKR_MECHANISM_PARAM_INVALID);
		iv[0] ^= 1;
		assert_int_equal(give(v, iv, n), CKR_OK);
		memset(iv, 0, n);
	}
	eng_ivs_free(v);
}

/* Who counts, forwards, backwards or xored with something, may do so for longer
 * than random ones are kept in mind. */
static void
test_counts_for_long(void **state)
{
	struct eng_ivs *v = fresh();
	uint8_t iv[12] = { 9 };

	(void)state;
	for (uint64_t i = 0; i < (1u << 20) + 100; i++) {
		put(iv + 4, 8, i ^ 0x1234567890abcdefu);
		assert_int_equal(give(v, iv, 12), CKR_OK);
	}
	put(iv + 4, 8, 5000 ^ 0x1234567890abcdefu);
	assert_int_equal(give(v, iv, 12), CKR_MECHANISM_PARAM_INVALID);
	eng_ivs_free(v);
}

/* Others come to an end. */
static void
test_too_many(void **state)
{
	struct eng_ivs *v = fresh();
	uint8_t iv[8];
	CK_RV rv = CKR_OK;
	uint64_t i = 0;

	(void)state;
	while (rv == CKR_OK && i <= 1u << 20) {
		put(iv, 8, 2 * i++);
		rv = give(v, iv, 8);
	}
	assert_int_equal(rv, CKR_DEVICE_MEMORY);
	assert_int_equal(i, (1u << 20) + 1);
	put(iv, 8, 2 * 4711);
	assert_int_equal(give(v, iv, 8), CKR_MECHANISM_PARAM_INVALID);
	eng_ivs_free(v);
}

/* ----------------------------------------------------------- generators */

static CK_RV
next(struct eng_ivs *v, struct eng_iv iv, uint8_t *out)
{
	struct bytes got = BYTES_NONE;
	CK_RV rv = eng_ivs_next(kit_eng(), v, &iv, room, &got);

	if (rv != CKR_OK)
		return rv;
	assert_int_equal(got.n, iv.n);
	memcpy(out, got.p, got.n);
	return CKR_OK;
}

/* The fixed bits stay, the free ones are 0, 1, 2 ... until there are no more. */
static void
test_counter(void **state)
{
	uint8_t iv[4] = { 0xa5, 0xff, 0xff, 0xff }, out[4];

	(void)state;
	for (size_t bits = 1; bits <= 12; bits++) {
		struct eng_ivs *v = fresh();
		struct eng_iv want = { iv, 4, 32 - bits, ENG_IV_COUNTER };
		uint32_t top = 0xa5ffffff >> bits << bits;

		for (uint32_t i = 0; i < 1u << bits; i++) {
			uint8_t be[4];

			put(be, 4, top | i);
			assert_int_equal(next(v, want, out), CKR_OK);
			assert_memory_equal(out, be, 4);
		}
		assert_int_equal(next(v, want, out),
		    CKR_MECHANISM_PARAM_INVALID);
		assert_int_equal(next(v, want, out),
		    CKR_MECHANISM_PARAM_INVALID);
		eng_ivs_free(v);
	}
}

/* All bits fixed: one message. */
static void
test_all_fixed(void **state)
{
	struct eng_ivs *v = fresh();
	uint8_t iv[12] = { 3, 2, 1 }, out[12];
	struct eng_iv want = { iv, 12, 96, ENG_IV_COUNTER };

	(void)state;
	assert_int_equal(next(v, want, out), CKR_OK);
	assert_memory_equal(out, iv, 12);
	assert_int_equal(next(v, want, out), CKR_MECHANISM_PARAM_INVALID);
	want.fixed_bits = 97;
	assert_int_equal(next(v, want, out), CKR_MECHANISM_PARAM_INVALID);
	want.fixed_bits = SIZE_MAX;
	assert_int_equal(next(v, want, out), CKR_MECHANISM_PARAM_INVALID);
	eng_ivs_free(v);
}

/* As TLS 1.3 does it, whether the caller restores what he passed or not. */
static void
test_xor(void **state)
{
	const uint8_t base[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0xfe };

	(void)state;
	for (int restored = 0; restored < 2; restored++) {
		struct eng_ivs *v = fresh();
		uint8_t iv[12], out[12], be[12];
		struct eng_iv want = { iv, 12, 32, ENG_IV_COUNTER_XOR };

		memcpy(iv, base, 12);
		for (unsigned i = 0; i < 600; i++) {
			put(be, 12, i);
			for (size_t k = 0; k < 12; k++)
				be[k] ^= base[k];
			assert_int_equal(next(v, want, out), CKR_OK);
			assert_memory_equal(out, be, 12);
			memcpy(iv, restored != 0 ? base : out, 12);
		}
		eng_ivs_free(v);
	}
}

/* What varies against the rule is not used twice all the same. */
static void
test_xor_varies(void **state)
{
	struct eng_ivs *v = fresh();
	uint8_t iv[12] = { 0 }, out[12];
	struct eng_iv want = { iv, 12, 0, ENG_IV_COUNTER_XOR };

	(void)state;
	assert_int_equal(next(v, want, out), CKR_OK);
	iv[11] = 7;
	assert_int_equal(next(v, want, out), CKR_OK);	/* 6 */
	iv[11] = 4;
	assert_int_equal(next(v, want, out), CKR_MECHANISM_PARAM_INVALID);
	eng_ivs_free(v);
}

static void
test_random(void **state)
{
	struct eng_ivs *v = fresh();
	uint8_t iv[12] = { 0xff, 0xff, 0xff, 0xff, 0xff }, out[2][12];
	struct eng_iv want = { iv, 12, 37, ENG_IV_RANDOM };
	uint8_t seen = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(next(v, want, out[i % 2]), CKR_OK);
		assert_memory_equal(out[i % 2], iv, 4);
		assert_int_equal(out[i % 2][4] & 0xf8, 0xf8);
		assert_true(i == 0 || memcmp(out[0], out[1], 12) != 0);
		seen |= out[i % 2][11] | out[i % 2][5];
		assert_int_equal(give(v, out[i % 2], 12),
		    CKR_MECHANISM_PARAM_INVALID);
	}
	assert_int_equal(seen, 0xff);
	for (size_t fixed = 0; fixed <= 97; fixed++) {
		want.fixed_bits = fixed;
		assert_int_equal(next(v, want, out[0]), fixed <= 64 ? CKR_OK :
		    CKR_MECHANISM_PARAM_INVALID);
	}
	eng_ivs_free(v);
}

/* One set for all: what the caller gave, a counter does not give again. */
static void
test_mixed(void **state)
{
	struct eng_ivs *v = fresh();
	uint8_t iv[12] = { 0 }, out[12];
	struct eng_iv want = { iv, 12, 32, ENG_IV_COUNTER };

	(void)state;
	put(iv, 12, 1);
	assert_int_equal(give(v, iv, 12), CKR_OK);
	assert_int_equal(next(v, want, out), CKR_OK);
	assert_int_equal(next(v, want, out), CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(next(v, want, out), CKR_OK);
	assert_int_equal(out[11], 2);
	assert_int_equal(give(v, out, 12), CKR_MECHANISM_PARAM_INVALID);
	eng_ivs_free(v);
}

/* Long ones are given, and generated up to the room there is. */
static void
test_long(void **state)
{
	static uint8_t iv[ENG_IV_ROOM + 1], out[ENG_IV_ROOM + 1];
	struct eng_ivs *v = fresh();
	struct eng_iv want = { iv, ENG_IV_ROOM, 64, ENG_IV_COUNTER };

	(void)state;
	assert_int_equal(next(v, want, out), CKR_OK);
	assert_int_equal(next(v, want, out), CKR_OK);
	assert_int_equal(out[ENG_IV_ROOM - 1], 1);
	want.gen = ENG_IV_RANDOM;
	assert_int_equal(next(v, want, out), CKR_OK);
	want.gen = ENG_IV_COUNTER_XOR;
	assert_int_equal(next(v, want, out), CKR_OK);
	want.n++;
	for (want.gen = ENG_IV_COUNTER; want.gen <= ENG_IV_RANDOM; want.gen++)
		assert_int_equal(next(v, want, out),
		    CKR_MECHANISM_PARAM_INVALID);
	want.gen = ENG_IV_GIVEN;
	assert_int_equal(next(v, want, out), CKR_OK);
	assert_int_equal(next(v, want, out), CKR_MECHANISM_PARAM_INVALID);
	eng_ivs_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_counts_for_long),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_counter),
		cmocka_unit_test(test_all_fixed),
		cmocka_unit_test(test_xor),
		cmocka_unit_test(test_xor_varies),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
