/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key encapsulation: wrong keys, lengths and ciphertexts; that both sides come
 * to one secret; and that RSASVE and ECDH are what SP 800-56 says, against
 * arithmetic by hand.  ML-KEM is skipped where libcrypto has none.
 */
#include "crypto/pair_kit.h"

static const struct eng_alg pkcs1 = { .fam = ENG_F_RSA_PKCS1 };
static const struct eng_alg oaep = { .fam = ENG_F_RSA_OAEP };
static const struct eng_alg raw = { .fam = ENG_F_RSA_RAW };
static const struct eng_alg ecdh = { .fam = ENG_F_ECDH };
static const struct eng_alg cofactor = { .fam = ENG_F_ECDH, .cofactor = true };
static const struct eng_alg ml_kem = { .fam = ENG_F_ML_KEM };
static const struct eng_par none, sha = { .md = "SHA2-256" };

static CK_RV
encap(const struct eng_alg *alg, struct eng_key *key, size_t len)
{
	KL_AUTO(buf_done) struct buf ct = { .p = NULL };
	KL_AUTO(secret_freep) struct secret *s = NULL;
	const struct eng_kem k = { alg, &sha, len };
	CK_RV rv = eng_encap(kit_eng(), &k, key, &ct, &s);

	assert_int_equal(s != NULL, rv == CKR_OK);
	return rv;
}

static CK_RV
decap(const struct eng_alg *alg, struct eng_key *key, struct bytes ct,
    size_t len)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	const struct eng_kem k = { alg, &sha, len };
	CK_RV rv = eng_decap(kit_eng(), &k, key, ct, &s);

	assert_int_equal(s != NULL, rv == CKR_OK);
	return rv;
}

static void
test_wrong_keys(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(eng_key_putp) struct eng_key *x = pair_generate("X25519");
	KL_AUTO(eng_key_putp) struct eng_key *ed = pair_generate("ED25519");
	KL_AUTO(eng_key_putp) struct eng_key *pub = pair_public(ec);
	static const uint8_t ct[256] = { 0 };
	size_t n;

	(void)state;
	assert_int_equal(encap(&pkcs1, ec, 16), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(encap(&raw, ec, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(encap(&ecdh, rsa, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(encap(&ecdh, ed, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(encap(&cofactor, x, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(encap(&ml_kem, x, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(decap(&ecdh, pub, bytes_of(ct, 65), 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(decap(&ml_kem, rsa, bytes_of(ct, 256), 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(eng_encap_len(kit_eng(), &ecdh, rsa, &n),
	    CKR_KEY_TYPE_INCONSISTENT);
}

static void
test_lengths(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	static const uint8_t ct[257] = { 0 };
	size_t n;

	(void)state;
	assert_int_equal(encap(&pkcs1, rsa, 0), CKR_TEMPLATE_INCOMPLETE);
	assert_int_equal(encap(&pkcs1, rsa, 246), CKR_KEY_SIZE_RANGE);
	assert_int_equal(encap(&pkcs1, rsa, 245), CKR_OK);
	assert_int_equal(encap(&oaep, rsa, 191), CKR_KEY_SIZE_RANGE);
	assert_int_equal(encap(&oaep, rsa, 190), CKR_OK);
	assert_int_equal(encap(&ecdh, ec, 33), CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(decap(&pkcs1, rsa, bytes_of(ct, 255), 0),
	    CKR_ENCRYPTED_DATA_LEN_RANGE);
	assert_int_equal(decap(&raw, rsa, bytes_of(ct, 257), 0),
	    CKR_ENCRYPTED_DATA_LEN_RANGE);
	assert_int_equal(decap(&ecdh, ec, bytes_of(ct, 64), 0),
	    CKR_ENCRYPTED_DATA_LEN_RANGE);
	assert_int_equal(decap(&ecdh, ec, BYTES_NONE, 0),
	    CKR_ENCRYPTED_DATA_LEN_RANGE);
	assert_int_equal(eng_encap_len(kit_eng(), &raw, rsa, &n), CKR_OK);
	assert_int_equal(n, 256);
	assert_int_equal(eng_encap_len(kit_eng(), &ecdh, ec, &n), CKR_OK);
	assert_int_equal(n, 65);
}

static void
test_broken(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(eng_key_putp) struct eng_key *x = pair_generate("X25519");
	uint8_t ct[256] = { 0x04, 1 };

	(void)state;
	assert_int_equal(decap(&ecdh, ec, bytes_of(ct, 65), 0),
	    CKR_ENCRYPTED_DATA_INVALID);
	memset(ct, 0, sizeof(ct));
	assert_int_equal(decap(&ecdh, x, bytes_of(ct, 32), 0),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(decap(&oaep, rsa, bytes_of(ct, 256), 0),
	    CKR_ENCRYPTED_DATA_INVALID);
	memset(ct, 0xff, sizeof(ct)); /* not below the modulus */
	assert_int_equal(decap(&raw, rsa, bytes_of(ct, 256), 0),
	    CKR_ENCRYPTED_DATA_INVALID);
}

/* Both sides, with one algorithm; *ct is the ciphertext. */
static struct secret *
both(const struct eng_alg *alg, const struct eng_par *par, struct eng_key *key,
    size_t len, struct buf *ct)
{
	KL_AUTO(eng_key_putp) struct eng_key *pub = pair_public(key);
	KL_AUTO(secret_freep) struct secret *there = NULL;
	const struct eng_kem k = { alg, par, len };
	struct secret *here = NULL;
	size_t n = 0;

	assert_int_equal(eng_encap(kit_eng(), &k, pub, ct, &there), CKR_OK);
	assert_int_equal(eng_encap_len(kit_eng(), alg, pub, &n), CKR_OK);
	assert_int_equal(ct->n, n);
	assert_int_equal(eng_decap(kit_eng(), &k, key, buf_view(ct), &here),
	    CKR_OK);
	assert_true(secret_equal(secret_view(here), secret_view(there)));
	assert_true(len == 0 || secret_len(here) == len);
	return here;
}

static void
test_rsa(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(buf_done) struct buf a = { .p = NULL };
	KL_AUTO(buf_done) struct buf b = { .p = NULL };
	KL_AUTO(buf_done) struct buf c = { .p = NULL };
	KL_AUTO(secret_freep) struct secret *one = NULL;
	KL_AUTO(secret_freep) struct secret *two = NULL;
	KL_AUTO(secret_freep) struct secret *three = NULL;
	KL_AUTO(secret_freep) struct secret *plain = NULL;

	(void)state;
	one = both(&pkcs1, &none, rsa, 32, &a);
	two = both(&oaep, &sha, rsa, 32, &b);
	assert_false(secret_equal(secret_view(one), secret_view(two)));
	/* RSASVE: the secret is what the private operation gives. */
	three = both(&raw, &none, rsa, 0, &c);
	assert_int_equal(secret_len(three), 256);
	assert_int_equal(eng_open(kit_eng(), &raw, &none, rsa, buf_view(&c),
	    &plain), CKR_OK);
	assert_true(secret_equal(secret_view(plain), secret_view(three)));
}

/* The ciphertext is a point, and deriving with it gives the same. */
static void
test_ecdh(void **state)
{
	static const char *const curves[] = { "prime256v1", "secp521r1",
		"X25519", "X448" };
	static const struct eng_par kdf = { .kdf_md = "SHA2-256",
		.shared = { (const uint8_t *)"info", 4 } };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(curves); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key =
		    pair_generate(curves[i]);
		KL_AUTO(buf_done) struct buf a = { .p = NULL };
		KL_AUTO(buf_done) struct buf b = { .p = NULL };
		KL_AUTO(secret_freep) struct secret *bare = NULL;
		KL_AUTO(secret_freep) struct secret *made = NULL;
		KL_AUTO(secret_freep) struct secret *want = NULL;
		struct eng_par par = kdf;

		bare = both(&ecdh, &none, key, 0, &a);
		made = both(&ecdh, &kdf, key, 100, &b);
		assert_false(bytes_equal(buf_view(&a), buf_view(&b)));
		par.peer = buf_view(&b);
		assert_int_equal(eng_derive(kit_eng(), &ecdh, &par, key, 100,
		    &want), CKR_OK);
		assert_true(secret_equal(secret_view(want), secret_view(made)));
		assert_true(secret_len(bare) >= 32);
	}
}

/* A ciphertext that was changed gives another secret, always the same. */
static void
test_ml_kem(void **state)
{
	static const size_t lens[] = { 768, 1088, 1568 };

	(void)state;
	if (!eng_can(kit_eng(), &ml_kem))
		skip();
	for (uint64_t set = 1; set <= 3; set++) {
		const struct eng_gen gen = { .type = ENG_ML_KEM, .set = set };
		const struct eng_kem k = { &ml_kem, &none, 0 };
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
		KL_AUTO(buf_done) struct buf ct = { .p = NULL };
		KL_AUTO(secret_freep) struct secret *s = NULL;
		KL_AUTO(secret_freep) struct secret *other = NULL;
		KL_AUTO(secret_freep) struct secret *again = NULL;

		assert_int_equal(eng_key_generate(kit_eng(), &gen, &key),
		    CKR_OK);
		s = both(&ml_kem, &none, key, 0, &ct);
		assert_int_equal(ct.n, lens[set - 1]);
		assert_int_equal(secret_len(s), 32);
		assert_int_equal(decap(&ml_kem, key, bytes_of(ct.p, ct.n - 1),
		    0), CKR_ENCRYPTED_DATA_LEN_RANGE);
		ct.p[5] ^= 1;
		assert_int_equal(eng_decap(kit_eng(), &k, key, buf_view(&ct),
		    &other), CKR_OK);
		assert_int_equal(eng_decap(kit_eng(), &k, key, buf_view(&ct),
		    &again), CKR_OK);
		assert_true(secret_equal(secret_view(other),
		    secret_view(again)));
		assert_false(secret_equal(secret_view(other), secret_view(s)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_keys),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_rsa),
		cmocka_unit_test(test_ecdh),
		cmocka_unit_test(test_ml_kem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
