/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MACs over CBC: AES-XCBC-MAC against RFC 3566 section 4.6, CBC-MAC against
 * the last block that CBC itself gives, messages of all lengths in all parts.
 */
#include "crypto/eng_kit.h"

#define KEY "000102030405060708090a0b0c0d0e0f"

static const struct eng_alg xcbc = { .fam = ENG_F_XCBC };
static const struct eng_alg aes_mac = { .fam = ENG_F_CBCMAC };
static const struct eng_alg aes_half = { .fam = ENG_F_CBCMAC, .size = 8 };
static const struct eng_alg des_mac = { .fam = ENG_F_CBCMAC,
	.cipher = ENG_TDEA };
static const struct eng_alg aes_cbc = { .fam = ENG_F_CIPHER, .mode = "CBC" };
static const struct eng_alg des_cbc = { .fam = ENG_F_CIPHER, .mode = "CBC",
	.cipher = ENG_TDEA };

static void
test_xcbc(void **state)
{
	static const struct {
		size_t len;	/* of 00 01 02 ... */
		const char *mac;
	} rows[] = {
		{ 0, "75f0251d528ac01c4573dfd584d79f29" },
		{ 3, "5b376580ae2f19afe7219ceef172756f" },
		{ 16, "d2a246fa349b68a79998a4394ff7a263" },
		{ 20, "47f51b4564966215b8985c63055ed308" },
		{ 32, "f54f0ec8d2b9f3d36807734bd5283fd4" },
		{ 34, "becbb3bccdb518a30677d5481fb6b4d8" },
	};
	struct kit_run r = { .alg = &xcbc, .dir = ENG_SIGN,
		.key = kit_key_hex(KEY) };
	uint8_t in[34];

	(void)state;
	assert_true(eng_can(kit_eng(), &xcbc));
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(kit_free) struct kit_bytes want = kit_hex(rows[i].mac);

		kit_expect(&r, bytes_of(in, rows[i].len), kit_view(&want));
	}
	eng_op_free(r.op);
	eng_key_put(r.key);
}

/* 1000 zero bytes, more than go through at once. */
static void
test_xcbc_long(void **state)
{
	static const uint8_t zero[1000];
	KL_AUTO(kit_free) struct kit_bytes want =
	    kit_hex("f0dafee895db30253761103b5d84528f");
	struct kit_run r = { .alg = &xcbc, .dir = ENG_SIGN,
		.key = kit_key_hex(KEY) };

	(void)state;
	kit_expect(&r, bytes_of(zero, sizeof(zero)), kit_view(&want));
	eng_op_free(r.op);
	eng_key_put(r.key);
}

/* What CBC makes of the message, filled with zeros to whole blocks (one at
 * least): its last block. */
static void
expect_cbc(const struct eng_alg *mac, const struct eng_alg *cbc,
    const char *key, size_t block)
{
	static const uint8_t iv[16];
	uint8_t in[KIT_MAX] = { 0 };
	struct kit_run m = { .alg = mac, .dir = ENG_SIGN,
		.key = kit_key_hex(key) };
	struct kit_run c = { .alg = cbc, .dir = ENG_ENCRYPT, .key = m.key,
		.par = { .iv = bytes_of(iv, block) } };

	for (size_t n = 0; n <= 1000; n += n < 50 ? 1 : 95) {
		size_t whole = n == 0 ? block : (n + block - 1) / block * block;
		struct kit_bytes all;

		assert_int_equal(kit_once(&c, bytes_of(in, whole), &all),
		    CKR_OK);
		kit_expect(&m, bytes_of(in, n),
		    bytes_of(all.p + whole - block, block));
		kit_free(&all);
		in[n] = (uint8_t)(n * 7 + 1);
		memset(in + n + 1, 0, sizeof(in) - n - 1);
	}
	eng_op_free(c.op);
	eng_op_free(m.op);
	eng_key_put(m.key);
}

static void
test_cbcmac(void **state)
{
	(void)state;
	expect_cbc(&aes_mac, &aes_cbc, KEY, 16);
	expect_cbc(&aes_mac, &aes_cbc, KEY KEY, 16);
	expect_cbc(&des_mac, &des_cbc, "0123456789abcdef23456789abcdef01"
	    "456789abcdef0123", 8);
}

static CK_RV
try_sign(const struct eng_alg *alg, struct eng_key *key, size_t len)
{
	struct kit_run r = { .alg = alg, .dir = ENG_SIGN, .key = key,
		.par = { .mac_len = len } };
	CK_RV rv = kit_init(&r);

	if (rv == CKR_OK)
		assert_int_equal(eng_op_final_len(r.op), len != 0 ? len :
		    alg->size != 0 ? alg->size : alg == &des_mac ? 8 : 16);
	eng_op_free(r.op);
	return rv;
}

static void
test_refused(void **state)
{
	static const uint8_t bytes[40] = { 1 };

	(void)state;
	for (size_t n = 1; n <= sizeof(bytes); n++) {
		struct eng_key *key = kit_key(bytes_of(bytes, n));
		bool aes = n == 16 || n == 24 || n == 32;

		assert_int_equal(try_sign(&xcbc, key, 0), n == 16 ? CKR_OK :
		    CKR_KEY_SIZE_RANGE);
		assert_int_equal(try_sign(&aes_mac, key, 0), aes ? CKR_OK :
		    CKR_KEY_SIZE_RANGE);
		assert_int_equal(try_sign(&des_mac, key, 0),
		    n == 16 || n == 24 ? CKR_OK : CKR_KEY_SIZE_RANGE);
		if (n == 16)
			for (size_t len = 1; len <= 20; len++) {
				assert_int_equal(try_sign(&aes_mac, key, len),
				    len <= 16 ? CKR_OK :
				    CKR_MECHANISM_PARAM_INVALID);
				assert_int_equal(try_sign(&aes_half, key, len),
				    len <= 8 ? CKR_OK :
				    CKR_MECHANISM_PARAM_INVALID);
				assert_int_equal(try_sign(&des_mac, key, len),
				    len <= 8 ? CKR_OK :
				    CKR_MECHANISM_PARAM_INVALID);
			}
		eng_key_put(key);
	}
	assert_int_equal(try_sign(&xcbc, NULL, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(try_sign(&aes_mac, NULL, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xcbc),
		cmocka_unit_test(test_xcbc_long),
		cmocka_unit_test(test_cbcmac),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
