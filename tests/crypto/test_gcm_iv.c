/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long IVs for GCM: up to 128 bytes libcrypto itself says whether the short
 * one that stands for them is right; beyond that a value of another GCM does.
 */
#include "crypto/cipher_int.h"

#include "crypto/eng_kit.h"

static const struct eng_alg gcm = { .fam = ENG_F_AEAD, .mode = "GCM" };

static const struct block_cipher *
aes(void)
{
	return block_cipher(ENG_AES);
}

/* 300 bytes that are all over the place. */
static const uint8_t *
material(void)
{
	static uint8_t out[300];

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * i * 7 + i * 13 + 5);
	return out;
}

static void
encrypt(struct eng_key *key, struct bytes iv, struct kit_bytes *out)
{
	struct kit_run r = { .alg = &gcm, .dir = ENG_ENCRYPT, .key = key,
		.par = { .iv = iv, .tag_len = 16 } };

	assert_int_equal(kit_once(&r, BYTES_STR("some plaintext"), out),
	    CKR_OK);
	eng_op_free(r.op);
}

static void
test_stands_for(void **state)
{
	static const size_t sizes[] = { 16, 24, 32 };

	(void)state;
	for (size_t n = 1; n <= 128; n++) {
		struct bytes value = bytes_of(material() + n, sizes[n % 3]);
		struct bytes iv = bytes_of(material(), n);
		uint8_t short_iv[AES_BLOCK];
		struct eng_key *key;
		struct kit_bytes direct;
		struct kit_bytes other;

		if (n == 12)
			continue;
		key = kit_key(value);
		assert_int_equal(gcm_short_iv(kit_eng(), aes(), value, iv, short_iv),
		    CKR_OK);
		encrypt(key, iv, &direct);
		encrypt(key, bytes_of(short_iv, sizeof(short_iv)), &other);
		assert_int_equal(direct.n, other.n);
		assert_memory_equal(direct.p, other.p, direct.n);
		kit_free(&direct);
		kit_free(&other);
		eng_key_put(key);
	}
}

/* 16 bytes stand for themselves. */
static void
test_itself(void **state)
{
	struct bytes iv = bytes_of(material(), AES_BLOCK);
	uint8_t out[AES_BLOCK];

	(void)state;
	assert_int_equal(
	    gcm_short_iv(kit_eng(), aes(), bytes_of(material(), 32), iv, out), CKR_OK);
	assert_memory_equal(out, material(), sizeof(out));
}

static const struct {
	size_t n;
	const char *out;
} known[] = {
	{ 129,
	    "af8512ac403fac8e16d85f10e3aacd686956eb37b943c841dc826b960c9a" },
	{ 144,
	    "b0ce81b6f056c31a1855b28744cce0abb9de67126685eb92989f88e692a1" },
	{ 257,
	    "dce7f7626344dd24ab58485bc0d875eb34d83a8c55691a819f7bde9dbeaa" },
};

/* Computed by another implementation, key and IV from material(). */
static void
test_known(void **state)
{
	struct eng_key *key = kit_key(bytes_of(material(), 32));

	(void)state;
	for (size_t i = 0; i < KL_COUNT(known); i++) {
		struct kit_bytes want = kit_hex(known[i].out);
		struct kit_bytes out;

		encrypt(key, bytes_of(material() + 32, known[i].n), &out);
		assert_int_equal(out.n, want.n);
		assert_memory_equal(out.p, want.p, want.n);
		kit_free(&out);
		kit_free(&want);
	}
	eng_key_put(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stands_for),
		cmocka_unit_test(test_itself),
		cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
