/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digests against the examples ("abc") of FIPS 180-4, FIPS 202, RFC 1321, RFC 7693
 * and RIPEMD-160, in parts, of keys.
 */
#include "crypto/eng_kit.h"

static const struct {
	struct eng_alg alg;
	const char *abc;
} table[] = {
	{ { .fam = ENG_F_DIGEST, .md = "MD5" },
	    "900150983cd24fb0d6963f7d28e17f72" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA1" },
	    "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA2-224" },
	    "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA2-256" },
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA2-384" },
	    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	    "8086072ba1e7cc2358baeca134c825a7" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA2-512" },
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA2-512/224" },
	    "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA2-512/256" },
	    "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA3-224" },
	    "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA3-256" },
	    "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA3-384" },
	    "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
	    "98d88cea927ac7f539f1edf228376d25" },
	{ { .fam = ENG_F_DIGEST, .md = "SHA3-512" },
	    "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
	    "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0" },
	{ { .fam = ENG_F_DIGEST, .md = "RIPEMD-160" },
	    "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc" },
	{ { .fam = ENG_F_DIGEST, .md = "BLAKE2B-512", .size = 64 },
	    "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
	    "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923" },
};

/* The other sizes of BLAKE2b (RFC 7693): from libcrypto 3.2 on. */
static const struct {
	struct eng_alg alg;
	const char *abc;
} sized[] = {
	{ { .fam = ENG_F_DIGEST, .md = "BLAKE2B-512", .size = 20 },
	    "384264f676f39536840523f284921cdc68b6846b" },
	{ { .fam = ENG_F_DIGEST, .md = "BLAKE2B-512", .size = 64 },
	    "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
	    "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923" },
	{ { .fam = ENG_F_DIGEST, .md = "BLAKE2B-512", .size = 32 },
	    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319" },
	{ { .fam = ENG_F_DIGEST, .md = "BLAKE2B-512", .size = 48 },
	    "6f56a82c8e7ef526dfe182eb5212f7db9df1317e57815dbda46083fc30f54ee6"
	    "c66ba83be64b302d7cba6ce15bb556f4" },
};

static const struct eng_alg sha256 = { .fam = ENG_F_DIGEST, .md = "SHA2-256" };

/* FIPS 180-4's second example, 56 bytes, and its SHA-256. */
#define TWO_BLOCKS "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
#define TWO_BLOCKS_SHA256                                                      \
	"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
#define EMPTY_SHA256                                                           \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void
expect(const struct eng_alg *alg, struct bytes in, const char *want)
{
	struct kit_run r = { .alg = alg, .dir = ENG_DIGEST };
	struct kit_bytes w = kit_hex(want);

	assert_true(eng_can(kit_eng(), alg));
	kit_expect(&r, in, kit_view(&w));
	kit_free(&w);
	eng_op_free(r.op);
}

static void
test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++)
		expect(&table[i].alg, BYTES_STR("abc"), table[i].abc);
	expect(&sha256, BYTES_STR(TWO_BLOCKS), TWO_BLOCKS_SHA256);
	expect(&sha256, BYTES_NONE, EMPTY_SHA256);
}

/* One operation going from algorithm to algorithm keeps nothing of the last. */
static void
test_change(void **state)
{
	struct kit_run r = { .dir = ENG_DIGEST };
	struct kit_bytes out;
	struct kit_bytes want;

	(void)state;
	for (size_t i = 0; i < 2 * KL_COUNT(table); i++) {
		r.alg = &table[i % KL_COUNT(table)].alg;
		want = kit_hex(table[i % KL_COUNT(table)].abc);
		assert_int_equal(kit_once(&r, BYTES_STR("abc"), &out), CKR_OK);
		assert_int_equal(out.n, want.n);
		assert_memory_equal(out.p, want.p, want.n);
		kit_free(&out);
		kit_free(&want);
	}
	eng_op_free(r.op);
}

/* One operation through all sizes of BLAKE2b: a context keeps the last one. */
static void
test_sizes(void **state)
{
	struct kit_run r = { .dir = ENG_DIGEST };

	(void)state;
	if (!eng_can(kit_eng(), &sized[0].alg)) {
		r.alg = &sized[0].alg;
		assert_int_equal(kit_init(&r), CKR_MECHANISM_INVALID);
		print_message("SKIP: this libcrypto has one size of BLAKE2b\n");
		skip();
	}
	for (size_t i = 0; i < 3 * KL_COUNT(sized); i++) {
		KL_AUTO(kit_free) struct kit_bytes want =
		    kit_hex(sized[i % KL_COUNT(sized)].abc);

		r.alg = &sized[i % KL_COUNT(sized)].alg;
		assert_true(eng_can(kit_eng(), r.alg));
		kit_expect(&r, BYTES_STR("abc"), kit_view(&want));
	}
	eng_op_free(r.op);
}

/* A parameter that names the digest (SHA-512/t) goes before the algorithm's. */
static void
test_named(void **state)
{
	static const struct eng_alg t = { .fam = ENG_F_DIGEST,
		.md = "SHA2-512/256" };
	struct kit_run r = { .alg = &t, .dir = ENG_DIGEST };

	(void)state;
	for (int i = 0; i < 4; i++) {
		bool short_one = i % 2 == 1;
		KL_AUTO(kit_free) struct kit_bytes want = kit_hex(short_one ?
		    "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa" :
		    "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");

		r.par.md = short_one ? "SHA2-512/224" : NULL;
		kit_expect(&r, BYTES_STR("abc"), kit_view(&want));
	}
	eng_op_free(r.op);
}

/* An operation that was broken off does not leak into the next. */
static void
test_restart(void **state)
{
	struct kit_run r = { .alg = &sha256, .dir = ENG_DIGEST };
	struct kit_bytes want = kit_hex(TWO_BLOCKS_SHA256);
	size_t n;

	(void)state;
	assert_int_equal(kit_init(&r), CKR_OK);
	assert_int_equal(eng_op_update(r.op, BYTES_STR("xyz"), NULL, &n),
	    CKR_OK);
	assert_int_equal(n, 0);
	kit_expect(&r, BYTES_STR(TWO_BLOCKS), kit_view(&want));
	assert_int_equal(kit_init(&r), CKR_OK);
	assert_int_equal(eng_op_update(r.op, BYTES_STR("xyz"), NULL, &n),
	    CKR_OK);
	eng_op_rest(r.op);
	kit_expect(&r, BYTES_STR(TWO_BLOCKS), kit_view(&want));
	kit_free(&want);
	eng_op_free(r.op);
}

static void
test_key(void **state)
{
	struct kit_run r = { .alg = &sha256, .dir = ENG_DIGEST };
	struct eng_key *key = kit_key(BYTES_STR("bcdbcde"));
	struct kit_bytes want = kit_hex(TWO_BLOCKS_SHA256);
	uint8_t out[32];
	size_t n;

	(void)state;
	assert_int_equal(kit_init(&r), CKR_OK);
	assert_int_equal(eng_op_update(r.op, BYTES_STR("a"), NULL, &n), CKR_OK);
	assert_int_equal(eng_op_update_key(r.op, key), CKR_OK);
	assert_int_equal(
	    eng_op_update(r.op,
		BYTES_STR("cdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		NULL, &n),
	    CKR_OK);
	assert_int_equal(eng_op_final_len(r.op), 32);
	assert_int_equal(eng_op_final(r.op, out, &n), CKR_OK);
	assert_memory_equal(out, want.p, sizeof(out));
	kit_free(&want);
	eng_key_put(key);
	eng_op_free(r.op);
}

static void
test_unknown(void **state)
{
	static const struct eng_alg none = { .fam = ENG_F_DIGEST,
		.md = "SHA2-257" };
	struct kit_run r = { .alg = &none, .dir = ENG_DIGEST };

	(void)state;
	assert_false(eng_can(kit_eng(), &none));
	assert_int_equal(kit_init(&r), CKR_MECHANISM_INVALID);
	assert_null(r.op);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
