/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AES key wrap against RFC 3394 section 4 and RFC 5649 section 6; lengths, own
 * initial values, PKCS#7 padding, forgeries and refusals.
 */
#include "crypto/eng_kit.h"

#define KEK128 "000102030405060708090a0b0c0d0e0f"
#define KEK192 KEK128 "1011121314151617"
#define KEK256 KEK192 "18191a1b1c1d1e1f"
#define KWP192 "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"
#define DATA16 "00112233445566778899aabbccddeeff"
#define DATA24 DATA16 "0001020304050607"
#define DATA32 DATA24 "08090a0b0c0d0e0f"

static const struct eng_alg kw = { .fam = ENG_F_KEYWRAP, .mode = "WRAP" };
static const struct eng_alg kwp = { .fam = ENG_F_KEYWRAP, .mode = "WRAP-PAD" };
static const struct eng_alg kw_pad = { .fam = ENG_F_KEYWRAP, .mode = "WRAP",
	.pad = true };

static const struct {
	const struct eng_alg *alg;
	const char *key;
	const char *in;
	const char *out;
} table[] = {
	{ &kw, KEK128, DATA16,
	    "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5" },
	{ &kw, KEK192, DATA16,
	    "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d" },
	{ &kw, KEK256, DATA16,
	    "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7" },
	{ &kw, KEK192, DATA24,
	    "031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2" },
	{ &kw, KEK256, DATA24,
	    "a8f9bc1612c68b3ff6e6f4fbe30e71e4769c8b80a32cb8958cd5d17d6b254da1" },
	{ &kw, KEK256, DATA32,
	    "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43b"
	    "fb988b9b7a02dd21" },
	{ &kwp, KWP192, "c37b7e6492584340bed12207808941155068f738",
	    "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a" },
	{ &kwp, KWP192, "466f7250617369",
	    "afbeb0f07dfbf5419200f2ccb50bb24f" },
};

static CK_RV
run(const struct eng_alg *alg, enum eng_dir dir, struct bytes iv,
    struct bytes in, struct buf *out)
{
	struct kit_run r = { .alg = alg, .dir = dir, .key = kit_key_hex(KEK256),
		.par = { .iv = iv } };
	KL_AUTO(buf_done) struct buf parts = { .p = NULL };
	struct kit_bytes once;
	CK_RV rv = kit_once(&r, in, &once);

	assert_int_equal(kit_parts(&r, in, 5, &parts), rv);
	if (rv == CKR_OK) {
		buf_put(out, kit_view(&once));
		assert_true(bytes_equal(buf_view(out), buf_view(&parts)));
	}
	kit_free(&once);
	eng_key_put(r.key);
	eng_op_free(r.op);
	return rv;
}

static void
test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct kit_run r = { .alg = table[i].alg, .dir = ENG_ENCRYPT,
			.key = kit_key_hex(table[i].key) };
		struct kit_bytes in = kit_hex(table[i].in);
		struct kit_bytes out = kit_hex(table[i].out);

		assert_true(eng_can(kit_eng(), r.alg));
		for (int dir = 0; dir < 2; dir++) {
			struct kit_bytes *from = dir ? &out : &in;
			struct kit_bytes *to = dir ? &in : &out;

			r.dir = dir ? ENG_DECRYPT : ENG_ENCRYPT;
			kit_expect(&r, kit_view(from), kit_view(to));
			for (int shift = -45; shift <= 45; shift++)
				kit_expect_overlap(&r, kit_view(from),
				    kit_view(to), shift);
		}
		kit_free(&in);
		kit_free(&out);
		eng_key_put(r.key);
		eng_op_free(r.op);
	}
}

/* What each form takes, and how long it gets; and back. */
static void
test_lengths(void **state)
{
	static const struct eng_alg *const forms[] = { &kw, &kwp, &kw_pad };
	uint8_t data[80];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37);
	for (size_t n = 0; n <= sizeof(data); n++) {
		bool fits[] = { n >= 16 && n % 8 == 0, n >= 1, n >= 8 };
		size_t size[] = { n + 8, (n + 7) / 8 * 8 + 8, n / 8 * 8 + 16 };

		for (size_t f = 0; f < KL_COUNT(forms); f++) {
			KL_AUTO(buf_done) struct buf out = { .p = NULL };
			KL_AUTO(buf_done) struct buf back = { .p = NULL };

			assert_int_equal(run(forms[f], ENG_ENCRYPT, BYTES_NONE,
					     bytes_of(data, n), &out),
			    fits[f] ? CKR_OK : CKR_DATA_LEN_RANGE);
			if (!fits[f])
				continue;
			assert_int_equal(out.n, size[f]);
			assert_int_equal(run(forms[f], ENG_DECRYPT, BYTES_NONE,
					     buf_view(&out), &back), CKR_OK);
			assert_true(
			    bytes_equal(buf_view(&back), bytes_of(data, n)));
		}
	}
}

static void
test_unwrap_lengths(void **state)
{
	static const uint8_t zero[64];

	(void)state;
	for (size_t n = 0; n <= sizeof(zero); n++) {
		KL_AUTO(buf_done) struct buf out = { .p = NULL };
		struct bytes in = bytes_of(zero, n);
		bool whole = n % 8 == 0;

		assert_int_equal(run(&kw, ENG_DECRYPT, BYTES_NONE, in, &out),
		    whole && n >= 24 ? CKR_ENCRYPTED_DATA_INVALID :
				       CKR_ENCRYPTED_DATA_LEN_RANGE);
		assert_int_equal(run(&kwp, ENG_DECRYPT, BYTES_NONE, in, &out),
		    whole && n >= 16 ? CKR_ENCRYPTED_DATA_INVALID :
				       CKR_ENCRYPTED_DATA_LEN_RANGE);
		assert_int_equal(
		    run(&kw_pad, ENG_DECRYPT, BYTES_NONE, in, &out),
		    whole && n >= 24 ? CKR_ENCRYPTED_DATA_INVALID :
				       CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
}

/* Any changed bit is noticed, and nothing is written then. */
static void
test_forged(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct kit_run r = { .alg = table[i].alg, .dir = ENG_DECRYPT,
			.key = kit_key_hex(table[i].key) };
		struct kit_bytes in = kit_hex(table[i].out);
		struct kit_bytes want = kit_hex(table[i].in);

		for (size_t bit = 0; bit < 8 * in.n; bit++) {
			struct kit_bytes out;

			in.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(kit_once(&r, kit_view(&in), &out),
			    CKR_ENCRYPTED_DATA_INVALID);
			in.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			for (size_t k = 0; k < out.room; k++)
				assert_int_equal(out.p[k], 0xee);
			kit_free(&out);
		}
		kit_expect(&r, kit_view(&in), kit_view(&want));
		kit_free(&in);
		kit_free(&want);
		eng_key_put(r.key);
		eng_op_free(r.op);
	}
}

/* An own initial value counts, and does not stay for the next operation. */
static void
test_iv(void **state)
{
	static const struct eng_alg *const forms[] = { &kw, &kwp, &kw_pad };
	static const uint8_t iv[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const uint8_t data[16] = { 9 };

	(void)state;
	for (size_t f = 0; f < KL_COUNT(forms); f++) {
		KL_AUTO(buf_done) struct buf out = { .p = NULL };
		KL_AUTO(buf_done) struct buf plain = { .p = NULL };
		KL_AUTO(buf_done) struct buf back = { .p = NULL };
		struct bytes own = bytes_of(iv, forms[f] == &kwp ? 4 : 8);
		struct bytes in = bytes_of(data, sizeof(data));

		assert_int_equal(run(forms[f], ENG_ENCRYPT, own, in, &out),
		    CKR_OK);
		assert_int_equal(
		    run(forms[f], ENG_ENCRYPT, BYTES_NONE, in, &plain), CKR_OK);
		assert_false(bytes_equal(buf_view(&out), buf_view(&plain)));
		assert_int_equal(run(forms[f], ENG_DECRYPT, BYTES_NONE,
				     buf_view(&out), &back),
		    CKR_ENCRYPTED_DATA_INVALID);
		assert_int_equal(run(forms[f], ENG_DECRYPT, own,
				     buf_view(&plain), &back),
		    CKR_ENCRYPTED_DATA_INVALID);
		assert_int_equal(
		    run(forms[f], ENG_DECRYPT, own, buf_view(&out), &back),
		    CKR_OK);
		assert_true(bytes_equal(buf_view(&back), in));
	}
}

static void
test_iv_forgotten(void **state)
{
	struct kit_run r = { .alg = &kw, .dir = ENG_ENCRYPT,
		.key = kit_key_hex(KEK128) };
	static const uint8_t iv[8] = { 1 };
	struct kit_bytes in = kit_hex(table[0].in);
	struct kit_bytes want = kit_hex(table[0].out);
	struct kit_bytes out;

	(void)state;
	r.par.iv = bytes_of(iv, sizeof(iv));
	assert_int_equal(kit_once(&r, kit_view(&in), &out), CKR_OK);
	r.par.iv = BYTES_NONE;
	kit_expect(&r, kit_view(&in), kit_view(&want));
	kit_free(&out);
	kit_free(&in);
	kit_free(&want);
	eng_key_put(r.key);
	eng_op_free(r.op);
}

/* What is wrapped well but ends in no padding. */
static void
test_bad_padding(void **state)
{
	static const char *const ends[] = { "00", "09", "0102", "030203", "ff",
		"0708080808080808" };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(ends); i++) {
		KL_AUTO(buf_done) struct buf out = { .p = NULL };
		KL_AUTO(buf_done) struct buf back = { .p = NULL };
		struct kit_bytes end = kit_hex(ends[i]);
		uint8_t data[16] = { 0 };

		memcpy(data + 16 - end.n, end.p, end.n);
		assert_int_equal(run(&kw, ENG_ENCRYPT, BYTES_NONE,
				     bytes_of(data, 16), &out), CKR_OK);
		assert_int_equal(run(&kw_pad, ENG_DECRYPT, BYTES_NONE,
				     buf_view(&out), &back),
		    CKR_ENCRYPTED_DATA_INVALID);
		kit_free(&end);
	}
}

static CK_RV
try_init(const struct eng_alg *alg, const char *key, size_t iv_len)
{
	static const uint8_t iv[16];
	struct kit_run r = { .alg = alg, .dir = ENG_ENCRYPT,
		.key = kit_key_hex(key), .par = { .iv = { iv, iv_len } } };
	CK_RV rv = kit_init(&r);

	eng_key_put(r.key);
	eng_op_free(r.op);
	return rv;
}

static void
test_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 16; n++) {
		assert_int_equal(try_init(&kw, KEK128, n),
		    n == 0 || n == 8 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
		assert_int_equal(try_init(&kw_pad, KEK128, n),
		    n == 0 || n == 8 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
		assert_int_equal(try_init(&kwp, KEK128, n),
		    n == 0 || n == 4 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
	}
	assert_int_equal(try_init(&kw, KEK128 "00", 0), CKR_KEY_SIZE_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_unwrap_lengths),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_iv),
		cmocka_unit_test(test_iv_forgotten),
		cmocka_unit_test(test_bad_padding),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
