/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The modes that make a stream cipher of AES against SP 800-38A (F.3, F.4), and
 * the other ciphers against their documents' examples: ARIA (RFC 5794), Camellia
 * (RFC 3713, RFC 5528), SEED (RFC 4269), DES (FIPS 81), triple DES with two keys,
 * Blowfish (its author's), CAST5 (RFC 2144).  Which keys are taken.
 */
#include "crypto/eng_kit.h"

#define AES128 "2b7e151628aed2a6abf7158809cf4f3c"
#define AES192 "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"
#define AES256                                                                 \
	"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
#define PLAIN18 "6bc1bee22e409f96e93d7e117393172aae2d"
#define PLAIN                                                                  \
	"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"     \
	"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
#define IV	"000102030405060708090a0b0c0d0e0f"
#define UP128	"00112233445566778899aabbccddeeff"
#define CAM	"0123456789abcdeffedcba9876543210"
#define DES	"0123456789abcdef"
#define DES_IV	"1234567890abcdef"
#define BF	"0123456789abcdeff0e1d2c3b4a59687"
/* "Now is the time for all ", and Blowfish's "7654321 Now is the time for " */
#define NOW	"4e6f77206973207468652074696d6520666f7220616c6c20"
#define BF_NOW	"37363534333231204e6f77206973207468652074696d6520666f722000000000"

#define ALG(name, c, m)                                                        \
	static const struct eng_alg name = { .fam = ENG_F_CIPHER,              \
		.cipher = (c), .mode = (m) }
ALG(ofb, ENG_AES, "OFB");
ALG(cfb, ENG_AES, "CFB");
ALG(cfb8, ENG_AES, "CFB8");
ALG(cfb1, ENG_AES, "CFB1");
ALG(aria, ENG_ARIA, "ECB");
ALG(camellia, ENG_CAMELLIA, "ECB");
ALG(camellia_ctr, ENG_CAMELLIA, "CTR");
ALG(tdea, ENG_TDEA, "ECB");
ALG(tdea_cbc, ENG_TDEA, "CBC");
ALG(dea_ofb, ENG_DEA, "OFB");
ALG(seed, ENG_SEED, "ECB");
ALG(des_ofb, ENG_DEA, "OFB");
ALG(des_cfb, ENG_DEA, "CFB");
ALG(des_cfb8, ENG_DEA, "CFB8");
ALG(bf, ENG_BLOWFISH, "ECB");
ALG(bf_cbc, ENG_BLOWFISH, "CBC");
ALG(cast, ENG_CAST5, "ECB");

struct known {
	const struct eng_alg *alg;
	const char *key;
	const char *iv;
	const char *in;
	const char *out;
};

static const struct known table[] = {
	{ &ofb, AES128, IV, PLAIN,
	    "3b3fd92eb72dad20333449f8e83cfb4a7789508d16918f03f53c52dac54ed825"
	    "9740051e9c5fecf64344f7a82260edcc304c6528f659c77866a510d9c1d6ae5e" },
	{ &ofb, AES192, IV, PLAIN,
	    "cdc80d6fddf18cab34c25909c99a4174fcc28b8d4c63837c09e81700c1100401"
	    "8d9a9aeac0f6596f559c6d4daf59a5f26d9f200857ca6c3e9cac524bd9acc92a" },
	{ &ofb, AES256, IV, PLAIN,
	    "dc7e84bfda79164b7ecd8486985d38604febdc6740d20b3ac88f6ad82a4fb08d"
	    "71ab47a086e86eedf39d1c5bba97c4080126141d67f37be8538f5a8be740e484" },
	{ &cfb, AES128, IV, PLAIN,
	    "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"
	    "26751f67a3cbb140b1808cf187a4f4dfc04b05357c5d1c0eeac4c66f9ff7f2e6" },
	{ &cfb, AES192, IV, PLAIN,
	    "cdc80d6fddf18cab34c25909c99a417467ce7f7f81173621961a2b70171d3d7a"
	    "2e1e8a1dd59b88b1c8e60fed1efac4c9c05f9f9ca9834fa042ae8fba584b09ff" },
	{ &cfb, AES256, IV, PLAIN,
	    "dc7e84bfda79164b7ecd8486985d386039ffed143b28b1c832113c6331e5407b"
	    "df10132415e54b92a13ed0a8267ae2f975a385741ab9cef82031623d55b1e471" },
	{ &cfb8, AES128, IV, PLAIN18,
	    "3b79424c9c0dd436bace9e0ed4586a4f32b9" },
	{ &cfb8, AES192, IV, PLAIN18,
	    "cda2521ef0a905ca44cd057cbf0d47a0678a" },
	{ &cfb8, AES256, IV, PLAIN18,
	    "dc1f1a8520a64db55fcc8ac554844e889700" },
	{ &cfb1, AES128, IV, "6bc1",
	    "68b3" },
	{ &cfb1, AES192, IV, "6bc1",
	    "9359" },
	{ &cfb1, AES256, IV, "6bc1",
	    "9029" },
	{ &aria, IV, NULL, UP128, "d718fbd6ab644c739da95f3be6451778" },
	{ &aria, IV "1011121314151617", NULL, UP128,
	    "26449c1805dbe7aa25a468ce263a9e79" },
	{ &aria, IV "101112131415161718191a1b1c1d1e1f", NULL, UP128,
	    "f92bd7c79fb72e2f2b8f80c1972d24fc" },
	{ &camellia, CAM, NULL, CAM, "67673138549669730857065648eabe43" },
	{ &camellia, CAM "0011223344556677", NULL, CAM,
	    "b4993401b3e996f84ee5cee7d79b09b9" },
	{ &camellia, CAM UP128, NULL, CAM,
	    "9acc237dff16d76c20ef7c919e3a7509" },
	{ &camellia_ctr, "ae6852f8121067cc4bf7a5765577f39e",
	    "00000030000000000000000000000001",
	    "53696e676c6520626c6f636b206d7367",
	    "d09dc29a8214619a20877c76db1f0b3f" },
	/* one key twice is single DES */
	{ &tdea, DES DES, NULL, NOW,
	    "3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53" },
	{ &tdea, DES DES DES, NULL, NOW,
	    "3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53" },
	{ &tdea_cbc, DES DES, DES_IV, NOW,
	    "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6" },
	{ &dea_ofb, DES DES, DES_IV, NOW,
	    "f3096249c7f46e5135f24a242eeb3d3f3d6d5be3255af8c3" },
	{ &dea_ofb, DES DES DES, DES_IV, NOW,
	    "f3096249c7f46e5135f24a242eeb3d3f3d6d5be3255af8c3" },
	{ &des_cfb8, DES DES DES, DES_IV, NOW,
	    "f31fda07011462ee187f43d80a7cd9b5b0d290da6e5b9a87" },
};

/* Of the legacy provider. */
static const struct known legacy[] = {
	{ &seed, "00000000000000000000000000000000", NULL, IV,
	    "5ebac6e0054e166819aff1cc6d346cdb" },
	{ &des_ofb, DES, DES_IV, NOW,
	    "f3096249c7f46e5135f24a242eeb3d3f3d6d5be3255af8c3" },
	{ &des_cfb, DES, DES_IV, NOW,
	    "f3096249c7f46e51a69e839b1a92f78403467133898ea622" },
	{ &des_cfb8, DES, DES_IV, NOW,
	    "f31fda07011462ee187f43d80a7cd9b5b0d290da6e5b9a87" },
	{ &bf, DES, NULL, "1111111111111111", "61f9c3802281b096" },
	{ &bf_cbc, BF, "fedcba9876543210", BF_NOW,
	    "6b77b4d63006dee605b156e27403979358deb9e7154616d959f1652bd5ff92cc" },
	{ &cast, "0123456712345678234567893456789a", NULL, DES,
	    "238b4fe5847e44b2" },
	{ &cast, "01234567123456782345", NULL, DES, "eb6a711a2c02271b" },
	{ &cast, "0123456712", NULL, DES, "7ac816d16e9b302e" },
};

static void
expect_known(const struct known *k)
{
	KL_AUTO(kit_free) struct kit_bytes iv = kit_hex(k->iv);
	KL_AUTO(kit_free) struct kit_bytes in = kit_hex(k->in);
	KL_AUTO(kit_free) struct kit_bytes out = kit_hex(k->out);
	struct kit_run r = { .alg = k->alg, .dir = ENG_ENCRYPT,
		.par = { .iv = kit_view(&iv), .ctr_bits = 32 },
		.key = kit_key_hex(k->key) };

	kit_expect(&r, kit_view(&in), kit_view(&out));
	/* again, with the contexts that are there */
	kit_expect(&r, kit_view(&in), kit_view(&out));
	kit_expect_overlap(&r, kit_view(&in), kit_view(&out), 3);
	r.dir = ENG_DECRYPT;
	kit_expect(&r, kit_view(&out), kit_view(&in));
	kit_expect_overlap(&r, kit_view(&out), kit_view(&in), -5);
	eng_op_freep(&r.op);
	eng_key_put(r.key);
}

static void
test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		assert_true(eng_can(kit_eng(), table[i].alg));
		expect_known(&table[i]);
	}
}

/* The legacy provider's: in an engine of their own. */
static void
test_legacy(void **state)
{
	static struct eng *e; /* stays, as engines do */

	(void)state;
	assert_int_equal(eng_new("default,legacy", NULL, 2048, &e), CKR_OK);
	if (!eng_can(e, &seed)) {
		print_message("SKIP: this libcrypto has no legacy provider\n");
		skip();
	}
	for (size_t i = 0; i < KL_COUNT(legacy); i++) {
		const struct known *k = &legacy[i];
		KL_AUTO(eng_key_putp) struct eng_key *key = kit_key_hex(k->key);
		KL_AUTO(kit_free) struct kit_bytes iv = kit_hex(k->iv);
		KL_AUTO(kit_free) struct kit_bytes in = kit_hex(k->in);
		KL_AUTO(kit_free) struct kit_bytes want = kit_hex(k->out);
		KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
		struct eng_par par = { .iv = kit_view(&iv) };
		uint8_t out[64];
		size_t n;

		assert_true(eng_can(e, k->alg));
		for (int again = 0; again < 2; again++) {
			assert_int_equal(eng_op_init(e, k->alg, &par,
			    ENG_ENCRYPT, key, &op), CKR_OK);
			assert_int_equal(eng_op_once(op, kit_view(&in), out,
			    &n), CKR_OK);
			assert_int_equal(n, want.n);
			assert_memory_equal(out, want.p, n);
		}
		assert_int_equal(eng_op_init(e, k->alg, &par, ENG_DECRYPT, key,
		    &op), CKR_OK);
		assert_int_equal(eng_op_once(op, kit_view(&want), out, &n),
		    CKR_OK);
		assert_memory_equal(out, in.p, in.n);
	}
}

/* The default provider alone lacks them, and says so. */
static void
test_lacking(void **state)
{
	struct eng_key *key = kit_key_hex(AES128);
	struct kit_run r = { .alg = &seed, .dir = ENG_ENCRYPT, .key = key };

	(void)state;
	assert_false(eng_can(kit_eng(), &seed));
	assert_false(eng_can(kit_eng(), &bf));
	assert_false(eng_can(kit_eng(), &cast));
	assert_int_equal(kit_init(&r), CKR_MECHANISM_INVALID);
	eng_key_put(key);
}

/* Lengths of keys, in bytes; zero ends the list. */
static const struct {
	enum eng_cipher which;
	size_t lens[4];
	size_t from, to;
} lengths[] = {
	{ ENG_AES, { 16, 24, 32 }, 0, 0 },
	{ ENG_XTS, { 32, 64 }, 0, 0 },
	{ ENG_ARIA, { 16, 24, 32 }, 0, 0 },
	{ ENG_CAMELLIA, { 16, 24, 32 }, 0, 0 },
	{ ENG_SEED, { 16 }, 0, 0 },
	{ ENG_DES, { 8 }, 0, 0 },
	{ ENG_DES2, { 16 }, 0, 0 },
	{ ENG_DES3, { 24 }, 0, 0 },
	{ ENG_TDEA, { 16, 24 }, 0, 0 },
	{ ENG_DEA, { 8, 16, 24 }, 0, 0 },
	{ ENG_BLOWFISH, { 0 }, 4, 56 },
	{ ENG_CAST5, { 0 }, 5, 16 },
	{ ENG_IDEA, { 16 }, 0, 0 },
	{ ENG_CHACHA20, { 32 }, 0, 0 },
	{ ENG_CIPHERS, { 0 }, 1, 100 },
};

static void
test_lengths(void **state)
{
	static const uint8_t bytes[100] = { 1 };

	(void)state;
	assert_int_equal(KL_COUNT(lengths), ENG_CIPHERS + 1);
	for (size_t i = 0; i < KL_COUNT(lengths); i++)
		for (size_t n = 0; n < sizeof(bytes); n++) {
			bool want = n >= lengths[i].from && n <= lengths[i].to;

			for (size_t k = 0; k < 4; k++)
				want |= n == lengths[i].lens[k];
			want &= n != 0;
			assert_int_equal(eng_cipher_len(lengths[i].which, n),
			    want);
			assert_int_equal(eng_cipher_key(lengths[i].which,
			    bytes_of(bytes, n)), want);
		}
}

/* The halves of an XTS key differ, if only in the last byte. */
static void
test_halves(void **state)
{
	uint8_t key[64] = { 0 };

	(void)state;
	assert_false(eng_cipher_key(ENG_XTS, bytes_of(key, 32)));
	assert_false(eng_cipher_key(ENG_XTS, bytes_of(key, 64)));
	key[31] = 1;
	assert_true(eng_cipher_key(ENG_XTS, bytes_of(key, 32)));
	assert_true(eng_cipher_key(ENG_XTS, bytes_of(key, 64)));
	key[63] = 1;
	assert_false(eng_cipher_key(ENG_XTS, bytes_of(key, 64)));
	assert_true(eng_cipher_key(ENG_AES, bytes_of(key + 32, 16)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_legacy),
		cmocka_unit_test(test_lacking),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
