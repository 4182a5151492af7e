/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AES-XTS against IEEE 1619's vectors and CBC-CS1 against those of RFC 3962
 * (which are CS3's: the last two blocks change places), at once, in parts, in
 * place; lengths of units, IVs and keys.
 */
#include "crypto/eng_kit.h"

#define CHICKEN "636869636b656e207465726979616b69"
#define ZERO	"00000000000000000000000000000000"
#define SOUP                                                                   \
	"4920776f756c64206c696b65207468652047656e6572616c2047617527732043" \
	"6869636b656e2c20706c656173652c20616e6420776f6e746f6e20736f75702e"
#define ONES	"11111111111111111111111111111111"
#define TWOS	"22222222222222222222222222222222"
#define FOURS	"44444444444444444444444444444444"
#define DOWN	"fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0"
#define DOWN2	"bfbebdbcbbbab9b8b7b6b5b4b3b2b1b0"
#define UP17	"000102030405060708090a0b0c0d0e0f10"

static const struct eng_alg xts = { .fam = ENG_F_UNIT, .cipher = ENG_XTS,
	.mode = "XTS" };
static const struct eng_alg cts = { .fam = ENG_F_UNIT, .mode = "CBC-CTS" };
static const struct eng_alg cbc = { .fam = ENG_F_CIPHER, .mode = "CBC" };

static const struct {
	const struct eng_alg *alg;
	const char *key;
	const char *iv;
	const char *in;
	size_t len;		/* of in */
	const char *out;
} table[] = {
	{ &cts, CHICKEN, ZERO, SOUP, 17,
	    "97c6353568f2bf8cb4d8a580362da7ff7f" },
	{ &cts, CHICKEN, ZERO, SOUP, 31, "97687268d6ecccc0c07b25e25ecfe5"
	    "fc00783e0efdb2c1d445d4c8eff7ed22" },
	{ &cts, CHICKEN, ZERO, SOUP, 32, "97687268d6ecccc0c07b25e25ecfe584"
	    "39312523a78662d5be7fcbcc98ebf5a8" },
	{ &cts, CHICKEN, ZERO, SOUP, 47, "97687268d6ecccc0c07b25e25ecfe584"
	    "39312523a78662d5be7fcbcc98ebf5b3fffd940c16a18c1b5549d2f838029e" },
	{ &xts, ONES TWOS, "33333333330000000000000000000000", FOURS FOURS, 32,
	    "c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0" },
	{ &xts, DOWN DOWN2, "9a785634120000000000000000000000", UP17, 17,
	    "6c1625db4671522d3d7599601de7ca09ed" },
};

static void
test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		KL_AUTO(kit_free) struct kit_bytes iv = kit_hex(table[i].iv);
		KL_AUTO(kit_free) struct kit_bytes in = kit_hex(table[i].in);
		KL_AUTO(kit_free) struct kit_bytes out = kit_hex(table[i].out);
		struct kit_run r = { .alg = table[i].alg, .dir = ENG_ENCRYPT,
			.par = { .iv = kit_view(&iv) },
			.key = kit_key_hex(table[i].key) };
		struct bytes text = bytes_of(in.p, table[i].len);

		assert_true(eng_can(kit_eng(), r.alg));
		assert_int_equal(eng_block_len(r.alg), 16);
		for (int shift = -20; shift <= 20; shift++) {
			r.dir = ENG_ENCRYPT;
			kit_expect_overlap(&r, text, kit_view(&out), shift);
			r.dir = ENG_DECRYPT;
			kit_expect_overlap(&r, kit_view(&out), text, shift);
		}
		r.dir = ENG_ENCRYPT;
		kit_expect(&r, text, kit_view(&out));
		r.dir = ENG_DECRYPT;
		kit_expect(&r, kit_view(&out), text);
		eng_op_free(r.op);
		eng_key_put(r.key);
	}
}

/* Whole blocks with CS1 are CBC; what is stolen stands in CBC's last block but
 * one, cut. */
static void
test_cs1(void **state)
{
	KL_AUTO(kit_free) struct kit_bytes iv = kit_hex(ONES);
	uint8_t in[80] = { 0 };
	struct kit_run c = { .alg = &cbc, .dir = ENG_ENCRYPT,
		.par = { .iv = kit_view(&iv) }, .key = kit_key_hex(DOWN) };
	struct kit_run s = { .alg = &cts, .dir = ENG_ENCRYPT,
		.par = { .iv = kit_view(&iv) }, .key = c.key };

	(void)state;
	for (size_t n = 16; n <= 64; n++) {
		size_t whole = (n + 15) / 16 * 16;
		size_t cut = whole - n;
		KL_AUTO(kit_free) struct kit_bytes all = { .p = NULL };

		memset(in, 0, sizeof(in));
		for (size_t i = 0; i < n; i++)
			in[i] = (uint8_t)(i + n);
		assert_int_equal(kit_once(&c, bytes_of(in, whole), &all),
		    CKR_OK);
		memmove(all.p + whole - 16 - cut, all.p + whole - 16, 16);
		s.dir = ENG_ENCRYPT;
		kit_expect(&s, bytes_of(in, n), bytes_of(all.p, n));
		s.dir = ENG_DECRYPT;
		kit_expect(&s, bytes_of(all.p, n), bytes_of(in, n));
	}
	eng_op_free(c.op);
	eng_op_free(s.op);
	eng_key_put(c.key);
}

static CK_RV
run_len(const struct eng_alg *alg, enum eng_dir dir, const char *key, size_t n)
{
	static const uint8_t zero[64];
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	struct kit_run r = { .alg = alg, .dir = dir,
		.par = { .iv = bytes_of(zero, 16) }, .key = kit_key_hex(key) };
	struct kit_bytes once;
	CK_RV rv = kit_once(&r, bytes_of(zero, n), &once);

	kit_free(&once);
	assert_int_equal(kit_parts(&r, bytes_of(zero, n), 7, &out), rv);
	/* and it can begin again */
	assert_int_equal(kit_once(&r, bytes_of(zero, 20), &once), CKR_OK);
	kit_free(&once);
	eng_op_free(r.op);
	eng_key_put(r.key);
	return rv;
}

static void
test_lengths(void **state)
{
	(void)state;
	for (size_t n = 0; n < 40; n++) {
		CK_RV enc = n < 16 ? CKR_DATA_LEN_RANGE : CKR_OK;
		CK_RV dec = n < 16 ? CKR_ENCRYPTED_DATA_LEN_RANGE : CKR_OK;

		assert_int_equal(run_len(&cts, ENG_ENCRYPT, ONES, n), enc);
		assert_int_equal(run_len(&cts, ENG_DECRYPT, ONES, n), dec);
		assert_int_equal(run_len(&xts, ENG_ENCRYPT, ONES TWOS, n), enc);
		assert_int_equal(run_len(&xts, ENG_DECRYPT, ONES TWOS, n), dec);
	}
}

/* An XTS data unit has 2^20 blocks at most. */
static void
test_unit_max(void **state)
{
	size_t max = (size_t)16 << 20;
	struct kit_run r = { .alg = &xts, .dir = ENG_ENCRYPT,
		.key = kit_key_hex(ONES TWOS) };
	static const uint8_t iv[16];
	uint8_t *data = calloc(1, max + 1);
	size_t n;

	(void)state;
	assert_non_null(data);
	r.par.iv = bytes_of(iv, 16);
	assert_int_equal(kit_init(&r), CKR_OK);
	assert_int_equal(eng_op_once(r.op, bytes_of(data, max), data, &n),
	    CKR_OK);
	assert_int_equal(n, max);
	assert_int_equal(kit_init(&r), CKR_OK);
	assert_int_equal(eng_op_once(r.op, bytes_of(data, max + 1), data, &n),
	    CKR_DATA_LEN_RANGE);
	eng_op_free(r.op);
	eng_key_put(r.key);
	free(data);
}

static CK_RV
try_init(const struct eng_alg *alg, enum eng_dir dir, struct eng_key *key,
    size_t iv_len)
{
	static const uint8_t iv[20];
	struct kit_run r = { .alg = alg, .dir = dir, .key = key,
		.par = { .iv = { iv, iv_len } } };
	CK_RV rv = kit_init(&r);

	eng_op_free(r.op);
	return rv;
}

static void
test_refused(void **state)
{
	uint8_t value[66] = { 1 };
	struct eng_key *twice = kit_key_hex(ONES ONES);

	(void)state;
	for (size_t n = 1; n <= sizeof(value); n++) {
		struct eng_key *key = kit_key(bytes_of(value, n));

		assert_int_equal(try_init(&xts, ENG_ENCRYPT, key, 16),
		    n == 32 || n == 64 ? CKR_OK : CKR_KEY_SIZE_RANGE);
		assert_int_equal(try_init(&cts, ENG_ENCRYPT, key, 16),
		    n == 16 || n == 24 || n == 32 ? CKR_OK :
		    CKR_KEY_SIZE_RANGE);
		for (size_t iv = 0; n == 32 && iv <= 20; iv++) {
			CK_RV want = iv == 16 ? CKR_OK :
			    CKR_MECHANISM_PARAM_INVALID;

			assert_int_equal(try_init(&xts, ENG_ENCRYPT, key, iv),
			    want);
			assert_int_equal(try_init(&cts, ENG_DECRYPT, key, iv),
			    want);
		}
		eng_key_put(key);
	}
	/* equal halves, both ways */
	assert_int_equal(try_init(&xts, ENG_ENCRYPT, twice, 16),
	    CKR_KEY_SIZE_RANGE);
	assert_int_equal(try_init(&xts, ENG_DECRYPT, twice, 16),
	    CKR_KEY_SIZE_RANGE);
	assert_int_equal(try_init(&xts, ENG_ENCRYPT, NULL, 16),
	    CKR_KEY_TYPE_INCONSISTENT);
	eng_key_put(twice);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_cs1),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_unit_max),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
