/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finite-field keys as DER: broken ones, round trips, and that libcrypto's own
 * decoders read what we write.
 */
#include "crypto/ffc_kit.h"

#include <openssl/x509.h>

static const enum eng_type types[] = { ENG_DSA, ENG_DH, ENG_X942 };

/* No byte of the frame or the parameters may change unnoticed. */
static void
test_broken(void **state)
{
	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		KL_AUTO(secret_freep) struct secret *der = NULL;
		KL_AUTO(eng_key_putp) struct eng_key *again = NULL;
		uint8_t *p;

		assert_int_equal(eng_key_pkcs8(kit_eng(), pair, &der), CKR_OK);
		p = secret_data(der);
		for (size_t i = 0; i < 30; i++) {
			p[i] ^= 0x40;
			assert_int_equal(eng_key_from_pkcs8(kit_eng(),
			    secret_view(der), false, &again),
			    CKR_WRAPPED_KEY_INVALID);
			p[i] ^= 0x40;
		}
		for (size_t n = 0; n < secret_len(der); n += 37)
			assert_int_equal(eng_key_from_pkcs8(kit_eng(),
			    bytes_of(p, n), false, &again),
			    CKR_WRAPPED_KEY_INVALID);
	}
}

static void
test_round(void **state)
{
	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		KL_AUTO(eng_key_putp) struct eng_key *again = NULL;
		KL_AUTO(secret_freep) struct secret *der = NULL;
		KL_AUTO(secret_freep) struct secret *x = NULL;
		KL_AUTO(secret_freep) struct secret *x1 = NULL;

		assert_int_equal(eng_key_pkcs8(kit_eng(), pair, &der), CKR_OK);
		assert_int_equal(eng_key_from_pkcs8(kit_eng(),
		    secret_view(der), false, &again), CKR_OK);
		assert_int_equal(eng_key_type(again), types[t]);
		x = pair_part(pair, PART_PRIV);
		x1 = pair_part(again, PART_PRIV);
		assert_true(bytes_equal(secret_view(x), secret_view(x1)));
	}
}

/* libcrypto reads both halves and finds that they are a pair. */
static void
test_libcrypto(void **state)
{
	static const char *const names[] = { "DSA", "DH", "DHX" };

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		KL_AUTO(secret_freep) struct secret *der = NULL;
		KL_AUTO(buf_done) struct buf spki = { .p = NULL };
		KL_AUTO(pkey_freep) EVP_PKEY *priv = NULL;
		KL_AUTO(pkey_freep) EVP_PKEY *pub = NULL;
		const unsigned char *p;

		assert_int_equal(eng_key_pkcs8(kit_eng(), pair, &der), CKR_OK);
		assert_int_equal(eng_key_spki(kit_eng(), pair, &spki), CKR_OK);
		p = secret_data(der);
		priv = d2i_AutoPrivateKey(NULL, &p, (long)secret_len(der));
		p = spki.p;
		pub = d2i_PUBKEY(NULL, &p, (long)spki.n);
		assert_non_null(priv);
		assert_non_null(pub);
		assert_true(EVP_PKEY_is_a(priv, names[t]));
		assert_int_equal(EVP_PKEY_eq(priv, pub), 1);
	}
}

/* What others write besides is skipped. */
static void
test_optional(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(ENG_DH);
	KL_AUTO(eng_key_putp) struct eng_key *again = NULL;
	unsigned char *der = NULL;
	PKCS8_PRIV_KEY_INFO *info;
	int n;

	(void)state;
	/* libcrypto writes privateValueLength for the groups it knows */
	info = EVP_PKEY2PKCS8(pair->pkey);
	assert_non_null(info);
	n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	PKCS8_PRIV_KEY_INFO_free(info);
	assert_true(n > 0);
	assert_int_equal(eng_key_from_pkcs8(kit_eng(), bytes_of(der, (size_t)n),
	    false, &again), CKR_OK);
	assert_int_equal(eng_key_type(again), ENG_DH);
	OPENSSL_free(der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_libcrypto),
		cmocka_unit_test(test_optional),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
