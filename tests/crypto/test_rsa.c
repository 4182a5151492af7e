/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSA encryption: wrong keys, parameters, lengths and ciphertexts, then round
 * trips.  (Known answers: test_vectors.)
 */
#include "crypto/pair_kit.h"

static const struct eng_alg pkcs1 = { .fam = ENG_F_RSA_PKCS1 };
static const struct eng_alg x509 = { .fam = ENG_F_RSA_RAW };
static const struct eng_alg oaep = { .fam = ENG_F_RSA_OAEP };

static const uint8_t data[300] = { 9, 8, 7 };

static CK_RV
start(const struct eng_alg *alg, const struct eng_par *par, enum eng_dir dir,
    struct eng_key *key)
{
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;

	return eng_op_init(kit_eng(), alg, par, dir, key, &op);
}

static void
test_wrong_keys(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *public = pair_public(rsa);
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("secp256k1");
	struct eng_par none = { .ph = false };

	(void)state;
	assert_int_equal(start(&pkcs1, &none, ENG_ENCRYPT, ec),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(start(&pkcs1, &none, ENG_DECRYPT, public),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(start(&pkcs1, &none, ENG_ENCRYPT, public), CKR_OK);
	assert_int_equal(start(&pkcs1, &none, ENG_DECRYPT, rsa), CKR_OK);
}

static void
test_oaep_params(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct eng_par wrong[] = {
		{ .md = NULL }, { .md = "NO-SUCH" },
		{ .md = "SHA1", .mgf_md = "NO-SUCH" },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(wrong); i++)
		assert_int_equal(start(&oaep, &wrong[i], ENG_ENCRYPT, rsa),
		    CKR_MECHANISM_PARAM_INVALID);
}

static void
expect_length(struct kit_run *r, size_t n, CK_RV want)
{
	KL_AUTO(kit_free) struct kit_bytes out = { .p = NULL };
	KL_AUTO(buf_done) struct buf parts = { .p = NULL };
	struct bytes in = bytes_of(data, n);

	assert_int_equal(kit_once(r, in, &out), want);
	assert_int_equal(kit_parts(r, in, 100, &parts), want);
}

static void
test_lengths(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct kit_run r = { .alg = &pkcs1, .dir = ENG_ENCRYPT, .key = rsa };

	(void)state;
	expect_length(&r, 245, CKR_OK);
	expect_length(&r, 246, CKR_DATA_LEN_RANGE);
	r.alg = &oaep;
	r.par = (struct eng_par){ .md = "SHA2-256", .mgf_md = "SHA1" };
	expect_length(&r, 190, CKR_OK);
	expect_length(&r, 191, CKR_DATA_LEN_RANGE);
	r.alg = &x509;
	expect_length(&r, 200, CKR_OK);
	expect_length(&r, 257, CKR_DATA_LEN_RANGE);
	r.dir = ENG_DECRYPT;
	expect_length(&r, 255, CKR_ENCRYPTED_DATA_LEN_RANGE);
	expect_length(&r, 257, CKR_ENCRYPTED_DATA_LEN_RANGE);
	expect_length(&r, 0, CKR_ENCRYPTED_DATA_LEN_RANGE);
	r.alg = &pkcs1;
	expect_length(&r, 255, CKR_ENCRYPTED_DATA_LEN_RANGE);
	eng_op_free(r.op);
}

/* Whatever is wrong inside, the code is one; implicit rejection gives data. */
static void
test_bad_padding(void **state)
{
	/* 00 02 expected: type 1, a short pad, no end of padding, no 00 */
	static const uint8_t heads[][4] = { { 0, 1, 1, 1 }, { 0, 2, 0, 1 },
		{ 0, 2, 1, 1 }, { 1, 2, 1, 1 }, { 0, 0, 0, 0 } };
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct kit_run raw = { .alg = &x509, .dir = ENG_ENCRYPT, .key = rsa };
	struct kit_run r = { .dir = ENG_DECRYPT, .key = rsa,
	    .par = { .md = "SHA1", .mgf_md = "SHA1" } };

	(void)state;
	for (size_t i = 0; i < 2 * KL_COUNT(heads); i++) {
		KL_AUTO(kit_free) struct kit_bytes ct = { .p = NULL };
		KL_AUTO(kit_free) struct kit_bytes out = { .p = NULL };
		uint8_t block[256];
		CK_RV rv;

		memset(block, 3, sizeof(block));
		memcpy(block, heads[i / 2], 4);
		assert_int_equal(kit_once(&raw, bytes_of(block, 256), &ct),
		    CKR_OK);
		r.alg = i % 2 == 0 ? &pkcs1 : &oaep;
		rv = kit_once(&r, kit_view(&ct), &out);
		if (rv == CKR_OK)
			assert_ptr_equal(r.alg, &pkcs1);
		else
			assert_int_equal(rv, CKR_ENCRYPTED_DATA_INVALID);
	}
	eng_op_free(raw.op);
	eng_op_free(r.op);
}

/* Ciphertexts that are no number below the modulus. */
static void
test_too_large(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	const struct eng_alg *const algs[] = { &x509, &pkcs1, &oaep };
	uint8_t big[256];

	(void)state;
	memset(big, 0xff, sizeof(big));
	for (size_t i = 0; i < KL_COUNT(algs); i++) {
		struct kit_run r = { .alg = algs[i], .dir = ENG_DECRYPT,
		    .key = rsa, .par = { .md = "SHA1", .mgf_md = "SHA1" } };
		KL_AUTO(kit_free) struct kit_bytes out = { .p = NULL };

		assert_int_equal(kit_once(&r, bytes_of(big, 256), &out),
		    CKR_ENCRYPTED_DATA_INVALID);
		eng_op_free(r.op);
	}
}

/* Encrypts with the public half, decrypts at once, in parts and in place. */
static void
round_trip(struct eng_key *rsa, const struct eng_alg *alg,
    const struct eng_par *par, struct bytes in)
{
	KL_AUTO(eng_key_putp) struct eng_key *public = pair_public(rsa);
	struct kit_run e = { .alg = alg, .par = *par, .dir = ENG_ENCRYPT,
	    .key = public };
	struct kit_run d = { .alg = alg, .par = *par, .dir = ENG_DECRYPT,
	    .key = rsa };
	KL_AUTO(kit_free) struct kit_bytes ct = { .p = NULL };
	KL_AUTO(kit_free) struct kit_bytes out = { .p = NULL };
	KL_AUTO(buf_done) struct buf parts = { .p = NULL };

	assert_int_equal(kit_once(&e, in, &ct), CKR_OK);
	assert_int_equal(ct.n, 256);
	assert_int_equal(kit_once(&d, kit_view(&ct), &out), CKR_OK);
	assert_int_equal(kit_parts(&d, kit_view(&ct), 50, &parts), CKR_OK);
	assert_true(bytes_equal(kit_view(&out), in));
	assert_true(bytes_equal(buf_view(&parts), in));
	kit_expect_overlap(&d, kit_view(&ct), in, 0);
	kit_expect_overlap(&d, kit_view(&ct), in, 9);
	eng_op_free(e.op);
	eng_op_free(d.op);
}

static void
test_round_trips(void **state)
{
	static const char *const hashes[] = { "SHA1", "SHA2-224", "SHA2-256",
		"SHA2-384", "SHA2-512", "SHA3-256" };
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct eng_par par = { .ph = false };

	(void)state;
	round_trip(rsa, &pkcs1, &par, bytes_of(data, 245));
	round_trip(rsa, &pkcs1, &par, bytes_of(data, 0));
	for (size_t i = 0; i < KL_COUNT(hashes); i++) {
		par = (struct eng_par){ .md = hashes[i],
		    .mgf_md = hashes[KL_COUNT(hashes) - 1 - i],
		    .label = bytes_of(data, 20 * i) };
		round_trip(rsa, &oaep, &par, bytes_of(data, 60));
		round_trip(rsa, &oaep, &par, bytes_of(data, 0));
	}
}

/* X.509 gives the whole block back, zeros in front included. */
static void
test_raw(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct kit_run e = { .alg = &x509, .dir = ENG_ENCRYPT, .key = rsa };
	struct kit_run d = { .alg = &x509, .dir = ENG_DECRYPT, .key = rsa };
	KL_AUTO(kit_free) struct kit_bytes ct = { .p = NULL };
	KL_AUTO(kit_free) struct kit_bytes out = { .p = NULL };

	(void)state;
	assert_int_equal(kit_once(&e, bytes_of("\1\2\3", 3), &ct), CKR_OK);
	assert_int_equal(kit_once(&d, kit_view(&ct), &out), CKR_OK);
	assert_int_equal(out.n, 256);
	assert_memory_equal(out.p + 253, "\1\2\3", 3);
	for (size_t i = 0; i < 253; i++)
		assert_int_equal(out.p[i], 0);
	eng_op_free(e.op);
	eng_op_free(d.op);
}

/* A label set before does not stay. */
static void
test_label_changes(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct kit_run e = { .alg = &oaep, .dir = ENG_ENCRYPT, .key = rsa };
	struct kit_run d = { .alg = &oaep, .dir = ENG_DECRYPT, .key = rsa };

	(void)state;
	e.par = d.par = (struct eng_par){ .md = "SHA1", .mgf_md = "SHA1" };
	for (size_t i = 0; i < 6; i++) {
		KL_AUTO(kit_free) struct kit_bytes ct = { .p = NULL };
		KL_AUTO(kit_free) struct kit_bytes a = { .p = NULL };
		KL_AUTO(kit_free) struct kit_bytes b = { .p = NULL };

		e.par.label = d.par.label = bytes_of("label", i % 3);
		assert_int_equal(kit_once(&e, bytes_of(data, 9), &ct), CKR_OK);
		assert_int_equal(kit_once(&d, kit_view(&ct), &a), CKR_OK);
		d.par.label = bytes_of("label", i % 3 + 1);
		assert_int_equal(kit_once(&d, kit_view(&ct), &b),
		    CKR_ENCRYPTED_DATA_INVALID);
	}
	eng_op_free(e.op);
	eng_op_free(d.op);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_keys),
		cmocka_unit_test(test_oaep_params),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_bad_padding),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_label_changes),
	};

	return cmocka_run_group_tests_name("rsa", tests, NULL, NULL);
}
