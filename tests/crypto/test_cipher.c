/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AES in ECB, CBC and CTR against the examples of SP 800-38A (appendix F), with
 * padding, in parts, in place and overlapping, and every refusal; triple DES
 * against NIST's example values (the first 32 bytes; the rest from libcrypto),
 * DES against FIPS 81 (appendices B and C) where there is a legacy provider.
 */
#include "crypto/eng_kit.h"

#define AES128 "2b7e151628aed2a6abf7158809cf4f3c"
#define AES192 "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"
#define AES256                                                                 \
	"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
#define PLAIN                                                                  \
	"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"     \
	"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
#define DES3 "0123456789abcdef23456789abcdef01456789abcdef0123"
#define IV  "000102030405060708090a0b0c0d0e0f"
#define CTR "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"

static const struct eng_alg ecb = { .fam = ENG_F_CIPHER, .mode = "ECB" };
static const struct eng_alg cbc = { .fam = ENG_F_CIPHER, .mode = "CBC" };
static const struct eng_alg cbc_pad = { .fam = ENG_F_CIPHER, .mode = "CBC",
	.pad = true };
static const struct eng_alg ctr = { .fam = ENG_F_CIPHER, .mode = "CTR" };
static const struct eng_alg des3_ecb = { .fam = ENG_F_CIPHER, .mode = "ECB",
	.cipher = ENG_DES3 };
static const struct eng_alg des3_cbc = { .fam = ENG_F_CIPHER, .mode = "CBC",
	.cipher = ENG_DES3 };
static const struct eng_alg des3_pad = { .fam = ENG_F_CIPHER, .mode = "CBC",
	.cipher = ENG_DES3, .pad = true };
static const struct eng_alg des_ecb = { .fam = ENG_F_CIPHER, .mode = "ECB",
	.cipher = ENG_DES };
static const struct eng_alg des_cbc = { .fam = ENG_F_CIPHER, .mode = "CBC",
	.cipher = ENG_DES };

static const struct {
	const struct eng_alg *alg;
	const char *key;
	const char *iv;
	const char *out;
} table[] = {
	{ &ecb, AES128, NULL,
	    "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"
	    "43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4" },
	{ &ecb, AES192, NULL,
	    "bd334f1d6e45f25ff712a214571fa5cc974104846d0ad3ad7734ecb3ecee4eef"
	    "ef7afd2270e2e60adce0ba2face6444e9a4b41ba738d6c72fb16691603c18e0e" },
	{ &ecb, AES256, NULL,
	    "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870"
	    "b6ed21b99ca6f4f9f153e7b1beafed1d23304b7a39f9f3ff067d8d8f9e24ecc7" },
	{ &cbc, AES128, IV,
	    "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
	    "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7" },
	{ &cbc, AES192, IV,
	    "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"
	    "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd" },
	{ &cbc, AES256, IV,
	    "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
	    "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b" },
	{ &ctr, AES128, CTR,
	    "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
	    "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee" },
	{ &ctr, AES192, CTR,
	    "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94"
	    "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050" },
	{ &ctr, AES256, CTR,
	    "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
	    "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6" },
	{ &des3_ecb, DES3, NULL,
	    "714772f339841d34267fcc4bd2949cc3ee11c22a576a303876183f99c0b6de87"
	    "3583992d38124eb5c6fcd81a0054e2df6c4a09ac778ee1400533463c6f961f25" },
	{ &des3_cbc, DES3, "f69f2445df4f9b17",
	    "2079c3d53aa763e193b79e2569ab5262516570481f25b50f73c0bda85c8e0da7"
	    "9bd86425fae429fdbd65a7a21b6e5d20925d8b0ef919a428154b96ed90f2bc1e" },
};
#define ROW_AES_CBC  3
#define ROW_AES_CTR  6
#define ROW_DES3_CBC 10

/* A run of a row; free with done(). */
static struct kit_run
start(size_t i, struct kit_bytes *iv)
{
	struct kit_run r = { .alg = table[i].alg, .dir = ENG_ENCRYPT };

	*iv = kit_hex(table[i].iv);
	r.par.iv = kit_view(iv);
	r.par.ctr_bits = 128;
	r.key = kit_key_hex(table[i].key);
	return r;
}

static void
done(struct kit_run *r, struct kit_bytes *iv)
{
	eng_key_put(r->key);
	eng_op_freep(&r->op);
	kit_free(iv);
}

static void
test_known(void **state)
{
	struct kit_bytes plain = kit_hex(PLAIN);

	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct kit_bytes iv;
		struct kit_run r = start(i, &iv);
		struct kit_bytes want = kit_hex(table[i].out);

		assert_true(eng_can(kit_eng(), r.alg));
		kit_expect(&r, kit_view(&plain), kit_view(&want));
		r.dir = ENG_DECRYPT;
		kit_expect(&r, kit_view(&want), kit_view(&plain));
		r.dir = ENG_ENCRYPT;
		kit_expect(&r, bytes_of(plain.p, 0), bytes_of(want.p, 0));
		kit_free(&want);
		done(&r, &iv);
	}
	kit_free(&plain);
}

/* Output in place, and at all distances that overlap input. */
static void
test_overlap(void **state)
{
	struct kit_bytes plain = kit_hex(PLAIN);

	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct kit_bytes iv;
		struct kit_run r = start(i, &iv);
		struct kit_bytes want = kit_hex(table[i].out);

		for (int shift = -70; shift <= 70; shift++) {
			r.dir = ENG_ENCRYPT;
			kit_expect_overlap(&r, kit_view(&plain),
			    kit_view(&want), shift);
			r.dir = ENG_DECRYPT;
			kit_expect_overlap(&r, kit_view(&want),
			    kit_view(&plain), shift);
		}
		kit_free(&want);
		done(&r, &iv);
	}
	kit_free(&plain);
}

/* Parts of any size, each encrypted into the place it came from. */
static void
test_parts_in_place(void **state)
{
	struct kit_bytes plain = kit_hex(PLAIN);

	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct kit_bytes iv;
		struct kit_run r = start(i, &iv);
		struct kit_bytes want = kit_hex(table[i].out);
		uint8_t room[128];
		size_t got = 0;

		assert_int_equal(kit_init(&r), CKR_OK);
		for (size_t at = 0; at < plain.n;) {
			size_t part = plain.n - at < 23 ? plain.n - at : 23;
			size_t n;

			memcpy(room, plain.p + at, part);
			assert_int_equal(
			    eng_op_update(r.op, bytes_of(room, part), room, &n),
			    CKR_OK);
			assert_memory_equal(room, want.p + got, n);
			got += n;
			at += part;
		}
		assert_int_equal(got, want.n);
		kit_free(&want);
		done(&r, &iv);
	}
	kit_free(&plain);
}

/* Padding of every length there and back, against CBC (a row) without it. */
static void
expect_padding(size_t row, const struct eng_alg *pad, size_t block)
{
	struct kit_bytes plain = kit_hex(PLAIN);
	struct kit_bytes iv;
	struct kit_run r = start(row, &iv);
	struct kit_run bare = r;

	assert_int_equal(eng_block_len(pad), block);
	bare.op = NULL;
	r.alg = pad;
	for (size_t n = 0; n <= 48; n++) {
		uint8_t padded[64];
		size_t full = n / block * block + block;
		struct kit_bytes want;

		memcpy(padded, plain.p, n);
		memset(padded + n, (int)(full - n), full - n);
		assert_int_equal(
		    kit_once(&bare, bytes_of(padded, full), &want), CKR_OK);
		r.dir = ENG_ENCRYPT;
		kit_expect(&r, bytes_of(plain.p, n), kit_view(&want));
		r.dir = ENG_DECRYPT;
		kit_expect(&r, kit_view(&want), bytes_of(plain.p, n));
		kit_free(&want);
	}
	eng_op_free(bare.op);
	done(&r, &iv);
	kit_free(&plain);
}

static void
test_padding(void **state)
{
	(void)state;
	expect_padding(ROW_AES_CBC, &cbc_pad, 16);
	expect_padding(ROW_DES3_CBC, &des3_pad, 8);
}

/* Encrypts two blocks that end in bytes, without padding; what says decryption
 * with padding, at once and in parts? */
static CK_RV
unpad_row(size_t row, const struct eng_alg *pad, const char *end)
{
	KL_AUTO(kit_free) struct kit_bytes tail = kit_hex(end);
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	struct kit_bytes iv;
	struct kit_run r = start(row, &iv);
	struct kit_bytes sealed;
	struct kit_bytes plain;
	uint8_t block[32] = { 0 };
	CK_RV rv;

	memcpy(block + 32 - tail.n, tail.p, tail.n);
	assert_int_equal(kit_once(&r, bytes_of(block, 32), &sealed), CKR_OK);
	r.alg = pad;
	r.dir = ENG_DECRYPT;
	rv = kit_once(&r, kit_view(&sealed), &plain);
	assert_int_equal(kit_parts(&r, kit_view(&sealed), 5, &out), rv);
	kit_free(&plain);
	kit_free(&sealed);
	done(&r, &iv);
	return rv;
}

static CK_RV
unpad(const char *end)
{
	return unpad_row(ROW_AES_CBC, &cbc_pad, end);
}

static CK_RV
unpad_des3(const char *end)
{
	return unpad_row(ROW_DES3_CBC, &des3_pad, end);
}

static void
test_bad_padding(void **state)
{
	(void)state;
	assert_int_equal(unpad("01"), CKR_OK);
	assert_int_equal(unpad("0202"), CKR_OK);
	assert_int_equal(unpad("10101010101010101010101010101010"), CKR_OK);
	assert_int_equal(unpad("00"), CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(unpad("0102"), CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(unpad("020303"), CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(unpad("0f101010101010101010101010101010"),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(unpad("1111111111111111111111111111111111"),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(unpad("ff"), CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(unpad_des3("01"), CKR_OK);
	assert_int_equal(unpad_des3("0808080808080808"), CKR_OK);
	assert_int_equal(unpad_des3("0708080808080808"),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(unpad_des3("090909090909090909"),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(unpad_des3("10101010101010101010101010101010"),
	    CKR_ENCRYPTED_DATA_INVALID);
}

/* What says a run over n bytes?  At once and in parts it must be the same. */
static CK_RV
run_len(const struct eng_alg *alg, enum eng_dir dir, size_t n)
{
	static const uint8_t zero[64];
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	struct kit_bytes iv;
	size_t row = alg->cipher == ENG_DES3 ? ROW_DES3_CBC :
	    alg == &ecb ? 0 : ROW_AES_CBC;
	struct kit_run r = start(row, &iv);
	struct kit_bytes once;
	CK_RV rv;

	r.alg = alg;
	r.dir = dir;
	rv = kit_once(&r, bytes_of(zero, n), &once);
	assert_int_equal(kit_parts(&r, bytes_of(zero, n), 7, &out), rv);
	kit_free(&once);
	done(&r, &iv);
	return rv;
}

static void
test_lengths(void **state)
{
	(void)state;
	for (size_t n = 1; n < 48; n++) {
		bool whole = n % 16 == 0;
		bool whole8 = n % 8 == 0;
		CK_RV enc = whole ? CKR_OK : CKR_DATA_LEN_RANGE;
		CK_RV dec = whole ? CKR_OK : CKR_ENCRYPTED_DATA_LEN_RANGE;

		assert_int_equal(run_len(&ecb, ENG_ENCRYPT, n), enc);
		assert_int_equal(run_len(&ecb, ENG_DECRYPT, n), dec);
		assert_int_equal(run_len(&cbc, ENG_ENCRYPT, n), enc);
		assert_int_equal(run_len(&cbc, ENG_DECRYPT, n), dec);
		assert_int_equal(run_len(&ctr, ENG_ENCRYPT, n), CKR_OK);
		assert_int_equal(run_len(&cbc_pad, ENG_ENCRYPT, n), CKR_OK);
		if (!whole)
			assert_int_equal(run_len(&cbc_pad, ENG_DECRYPT, n),
			    dec);
		assert_int_equal(run_len(&des3_cbc, ENG_ENCRYPT, n),
		    whole8 ? CKR_OK : CKR_DATA_LEN_RANGE);
		assert_int_equal(run_len(&des3_cbc, ENG_DECRYPT, n),
		    whole8 ? CKR_OK : CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
	assert_int_equal(run_len(&cbc_pad, ENG_DECRYPT, 0),
	    CKR_ENCRYPTED_DATA_LEN_RANGE);
}

/* ----------------------------------------------------------------- CTR */

static const struct {
	const char *block;
	unsigned bits;
	size_t blocks;	/* that can be processed; 0 = more than tried */
} counters[] = {
	/* 3.2 AES with Counter: 2 bits from 1 on are 3 blocks */
	{ "00000000000000000000000000000001", 2, 3 },
	{ "ffffffffffffffffffffffffffffff00", 1, 2 },
	{ "ffffffffffffffffffffffffffffff01", 1, 1 },
	{ "000000000000000000000000000000ff", 8, 1 },
	{ "000000000000000000000000000000fe", 8, 2 },
	{ "000000000000000000000000000000ff", 9, 0 },
	{ "00000000000000000000000000000000", 3, 8 },
	{ "000000000000000000000000fffffffd", 32, 3 },
	{ "000000000000000000000000fffffffd", 33, 0 },
	{ "0000000000000000fffffffffffffffc", 64, 4 },
	{ "0000000000000000fffffffffffffffc", 65, 0 },
	{ "0000000000000001fffffffffffffffe", 65, 2 },
	{ "fffffffffffffffffffffffffffffffb", 128, 5 },
	{ "fffffffffffffffffffffffffffffffb", 127, 5 },
	{ "7ffffffffffffffffffffffffffffffb", 127, 5 },
	{ "7ffffffffffffffffffffffffffffffb", 128, 0 },
	{ "00000000000000000000000000000000", 128, 0 },
};

static void
test_ctr_room(void **state)
{
	static const uint8_t zero[16 * 16];

	(void)state;
	for (size_t i = 0; i < KL_COUNT(counters); i++) {
		struct kit_bytes block = kit_hex(counters[i].block);
		struct kit_bytes iv;
		struct kit_run r = start(ROW_AES_CTR, &iv);
		size_t fits = counters[i].blocks * 16;
		struct kit_bytes out;
		bool free_run = fits == 0;

		r.par.iv = kit_view(&block);
		r.par.ctr_bits = counters[i].bits;
		fits = free_run ? sizeof(zero) : fits;
		assert_int_equal(kit_once(&r, bytes_of(zero, fits), &out),
		    CKR_OK);
		kit_free(&out);
		for (int dec = 0; dec < 2 && !free_run; dec++) {
			KL_AUTO(buf_done) struct buf parts = { .p = NULL };

			r.dir = dec ? ENG_DECRYPT : ENG_ENCRYPT;
			assert_int_equal(
			    kit_parts(&r, bytes_of(zero, fits + 1), 11, &parts),
			    dec ? CKR_ENCRYPTED_DATA_LEN_RANGE :
				  CKR_DATA_LEN_RANGE);
			/* all that fits came out before */
			assert_true(parts.n + 11 > fits);
		}
		kit_free(&block);
		done(&r, &iv);
	}
}

/* ------------------------------------------------------------- refusals */

static CK_RV
try_init(const struct eng_alg *alg, struct eng_key *key, size_t iv_len,
    unsigned bits)
{
	static const uint8_t iv[32];
	struct kit_run r = { .alg = alg, .dir = ENG_ENCRYPT, .key = key,
		.par = { .iv = { iv, iv_len }, .ctr_bits = bits } };
	CK_RV rv = kit_init(&r);

	eng_op_free(r.op);
	return rv;
}

static void
test_refused(void **state)
{
	static const uint8_t zero[33];
	struct eng_key *key = kit_key_hex(AES128);

	(void)state;
	assert_int_equal(try_init(&ecb, key, 0, 0), CKR_OK);
	assert_int_equal(try_init(&ecb, key, 16, 0),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&cbc, key, 0, 0),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&cbc, key, 15, 0),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&cbc, key, 17, 0),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&ctr, key, 16, 0),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&ctr, key, 16, 129),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&cbc, NULL, 16, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	eng_key_put(key);
	for (size_t n = 1; n <= sizeof(zero); n++) {
		key = kit_key(bytes_of(zero, n));
		assert_int_equal(try_init(&cbc, key, 16, 0),
		    n == 16 || n == 24 || n == 32 ? CKR_OK :
						    CKR_KEY_SIZE_RANGE);
		assert_int_equal(try_init(&des3_cbc, key, 8, 0),
		    n == 24 ? CKR_OK : CKR_KEY_SIZE_RANGE);
		assert_int_equal(try_init(&des3_cbc, key, 16, 0),
		    CKR_MECHANISM_PARAM_INVALID);
		eng_key_put(key);
	}
}

/* ------------------------------------------------------------------ DES */

/* What one operation of engine e makes of FIPS 81's text. */
static void
expect_des(struct eng *e, const struct eng_alg *alg, const char *iv_hex,
    const char *out_hex)
{
	KL_AUTO(eng_key_putp) struct eng_key *key =
	    kit_key_hex("0123456789abcdef");
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
	KL_AUTO(kit_free) struct kit_bytes want = kit_hex(out_hex);
	KL_AUTO(kit_free) struct kit_bytes iv = kit_hex(iv_hex);
	struct eng_par par = { .iv = kit_view(&iv) };
	struct bytes text = BYTES_STR("Now is the time for all ");
	uint8_t out[24];
	size_t n = 0;

	assert_int_equal(eng_op_init(e, alg, &par, ENG_ENCRYPT, key, &op),
	    CKR_OK);
	assert_int_equal(eng_op_once(op, text, out, &n), CKR_OK);
	assert_int_equal(n, sizeof(out));
	assert_memory_equal(out, want.p, n);
	assert_int_equal(eng_op_init(e, alg, &par, ENG_DECRYPT, key, &op),
	    CKR_OK);
	assert_int_equal(eng_op_once(op, bytes_of(out, n), out, &n), CKR_OK);
	assert_memory_equal(out, text.p, text.n);
}

static void
test_des(void **state)
{
	static const struct eng_alg gen = { .fam = ENG_F_KEYGEN,
		.cipher = ENG_DES };
	static struct eng *e; /* stays, as engines do */

	(void)state;
	assert_int_equal(eng_new("default,legacy", NULL, 2048, &e), CKR_OK);
	if (!eng_can(e, &des_ecb)) {
		assert_false(eng_can(e, &gen));
		print_message("SKIP: this libcrypto has no legacy provider\n");
		skip();
	}
	assert_true(eng_can(e, &gen));
	assert_true(eng_can(e, &des_cbc));
	expect_des(e, &des_ecb, NULL,
	    "3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53");
	expect_des(e, &des_cbc, "1234567890abcdef",
	    "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6");
}

/* The default provider alone has no DES, and says so. */
static void
test_des_lacking(void **state)
{
	static const struct eng_alg gen = { .fam = ENG_F_KEYGEN,
		.cipher = ENG_DES };
	struct eng_key *key = kit_key_hex("0123456789abcdef");

	(void)state;
	assert_false(eng_can(kit_eng(), &des_ecb));
	assert_false(eng_can(kit_eng(), &gen));
	assert_int_equal(try_init(&des_cbc, key, 8, 0), CKR_MECHANISM_INVALID);
	eng_key_put(key);
}

/* One operation through all rows and directions: nothing of one shows in the
 * next, whatever changes between them. */
static void
test_change(void **state)
{
	struct kit_bytes plain = kit_hex(PLAIN);
	struct eng_op *op = NULL;

	(void)state;
	for (size_t i = 0; i < 4 * KL_COUNT(table); i++) {
		size_t k = i * 5 % KL_COUNT(table);
		struct kit_bytes iv;
		struct kit_run r = start(k, &iv);
		struct kit_bytes want = kit_hex(table[k].out);
		struct kit_bytes out;

		r.op = op;
		r.dir = i % 3 ? ENG_ENCRYPT : ENG_DECRYPT;
		assert_int_equal(
		    kit_once(&r, kit_view(i % 3 ? &plain : &want), &out),
		    CKR_OK);
		assert_memory_equal(out.p, (i % 3 ? &want : &plain)->p, 64);
		op = KL_TAKE(r.op);
		kit_free(&out);
		kit_free(&want);
		done(&r, &iv);
	}
	eng_op_free(op);
	kit_free(&plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_parts_in_place),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_bad_padding),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_ctr_room),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_des),
		cmocka_unit_test(test_des_lacking),
		cmocka_unit_test(test_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
