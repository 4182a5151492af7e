/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ML-DSA and SLH-DSA: parameters that must be refused, and that libcrypto's own
 * signatures and ours are the same, for contexts of every kind, in one part
 * and in several, one operation after the other.  Skipped where libcrypto has
 * neither.
 */
#include "crypto/pair_kit.h"

#include <openssl/core_names.h>

#include "crypto/sign_int.h"

static const struct {
	struct eng_alg alg;
	struct eng_gen gen;
} kinds[] = {
	{ { .fam = ENG_F_ML_DSA }, { .type = ENG_ML_DSA, .set = 2 } },
	{ { .fam = ENG_F_SLH_DSA }, { .type = ENG_SLH_DSA, .set = 3 } },
};

static uint8_t text[300];

static bool
here(void)
{
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)i;
	return eng_can(kit_eng(), &kinds[0].alg) &&
	    eng_can(kit_eng(), &kinds[1].alg);
}

static struct eng_key *
key_make(size_t kind)
{
	struct eng_key *key = NULL;

	assert_int_equal(eng_key_generate(kit_eng(), &kinds[kind].gen, &key),
	    CKR_OK);
	return key;
}

static void
op_start(struct eng_op **op, const struct eng_alg *alg,
    const struct eng_par *par, enum eng_dir dir, struct eng_key *key)
{
	assert_int_equal(eng_op_init(kit_eng(), alg, par, dir, key, op),
	    CKR_OK);
}

/* Signs in parts of `step` bytes (0: at once). */
static struct secret *
sign(struct eng_op **op, const struct eng_alg *alg, const struct eng_par *par,
    struct eng_key *key, struct bytes in, size_t step)
{
	struct secret *sig = NULL;
	size_t n = 0;

	op_start(op, alg, par, ENG_SIGN, key);
	assert_int_equal(secret_new(eng_op_once_len(*op, in.n), &sig), CKR_OK);
	if (step == 0) {
		assert_int_equal(eng_op_once(*op, in, secret_data(sig), &n),
		    CKR_OK);
	} else {
		for (size_t i = 0; i < in.n; i += step)
			assert_int_equal(eng_op_update(*op, bytes_of(in.p + i,
			    in.n - i < step ? in.n - i : step), NULL, &n),
			    CKR_OK);
		assert_int_equal(eng_op_final(*op, secret_data(sig), &n),
		    CKR_OK);
	}
	assert_int_equal(n, secret_len(sig));
	assert_int_equal(n, key->pqc->sig);
	return sig;
}

static CK_RV
verify(struct eng_op **op, const struct eng_alg *alg,
    const struct eng_par *par, struct eng_key *key, struct bytes in,
    struct bytes sig)
{
	op_start(op, alg, par, ENG_VERIFY, key);
	return eng_op_verify(*op, in, sig);
}

static void
test_refused(void **state)
{
	static const struct eng_alg rsa = { .fam = ENG_F_RSA_PKCS1 };

	(void)state;
	if (!here())
		skip();
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = key_make(i);
		KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
		struct eng_par par = { .context = bytes_of(text, 256) };

		assert_int_equal(eng_op_init(kit_eng(), &kinds[i].alg, &par,
		    ENG_SIGN, key, &op), CKR_MECHANISM_PARAM_INVALID);
		par = (struct eng_par){ .md = "SHA1" };
		assert_int_equal(eng_op_init(kit_eng(), &kinds[i].alg, &par,
		    ENG_SIGN, key, &op), CKR_MECHANISM_PARAM_INVALID);
		assert_int_equal(eng_op_init(kit_eng(), &kinds[1 - i].alg, NULL,
		    ENG_SIGN, key, &op), CKR_KEY_TYPE_INCONSISTENT);
		assert_int_equal(eng_op_init(kit_eng(), &rsa, NULL, ENG_SIGN,
		    key, &op), CKR_KEY_TYPE_INCONSISTENT);
		assert_int_equal(eng_op_init(kit_eng(), &kinds[i].alg, NULL,
		    ENG_ENCRYPT, key, &op), CKR_MECHANISM_INVALID);
	}
}

static void
test_bad_signatures(void **state)
{
	(void)state;
	if (!here())
		skip();
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = key_make(i);
		KL_AUTO(eng_op_freep) struct eng_op *s = NULL;
		KL_AUTO(eng_op_freep) struct eng_op *v = NULL;
		const struct eng_alg *alg = &kinds[i].alg;
		struct eng_par par = { .context = bytes_of(text, 3) };
		struct eng_par other = { .context = bytes_of(text + 1, 3) };
		struct bytes in = bytes_of(text, 40);
		KL_AUTO(secret_freep) struct secret *sig = sign(&s, alg, &par,
		    key, in, 0);
		struct bytes view = secret_view(sig);

		assert_int_equal(verify(&v, alg, &par, key, in, view), CKR_OK);
		assert_int_equal(verify(&v, alg, &par, key, bytes_of(text, 39),
		    view), CKR_SIGNATURE_INVALID);
		assert_int_equal(verify(&v, alg, &other, key, in, view),
		    CKR_SIGNATURE_INVALID);
		assert_int_equal(verify(&v, alg, NULL, key, in, view),
		    CKR_SIGNATURE_INVALID);
		assert_int_equal(verify(&v, alg, &par, key, in,
		    bytes_of(view.p, view.n - 1)), CKR_SIGNATURE_LEN_RANGE);
		secret_data(sig)[9] ^= 1;
		assert_int_equal(verify(&v, alg, &par, key, in, view),
		    CKR_SIGNATURE_INVALID);
		secret_data(sig)[9] ^= 1;
		assert_int_equal(verify(&v, alg, &par, key, in, view), CKR_OK);
	}
}

/* Checks a signature with libcrypto alone, which takes the context itself. */
static bool
theirs(const struct eng_key *key, struct bytes context, struct bytes in,
    struct bytes sig)
{
	KL_AUTO(md_ctx_freep) EVP_MD_CTX *c = EVP_MD_CTX_new();
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_octet_string("context-string",
		    (void *)(uintptr_t)context.p, context.n),
		OSSL_PARAM_construct_end(),
	};

	assert_int_equal(EVP_DigestVerifyInit_ex(c, NULL, NULL,
	    eng_ctx(kit_eng()), NULL, key->pkey, params), 1);
	return EVP_DigestVerify(c, sig.p, sig.n, in.p, in.n) == 1;
}

static void
test_against_libcrypto(void **state)
{
	static const size_t contexts[] = { 0, 1, 255 };
	static const size_t steps[] = { 0, 1, 64, 300 };

	(void)state;
	if (!here())
		skip();
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = key_make(i);
		KL_AUTO(eng_op_freep) struct eng_op *op = NULL;

		for (size_t k = 0; k < KL_COUNT(contexts) * 4; k++) {
			struct eng_par par = { .context = bytes_of(text,
			    contexts[k / 4]) };
			struct bytes in = bytes_of(text, 300 - k);
			KL_AUTO(secret_freep) struct secret *sig = sign(&op,
			    &kinds[i].alg, &par, key, in, steps[k % 4]);

			assert_true(theirs(key, par.context, in,
			    secret_view(sig)));
		}
	}
}

/* Deterministic signatures repeat, hedged ones do not; a change between two
 * operations counts. */
static void
test_hedging(void **state)
{
	(void)state;
	if (!here())
		skip();
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = key_make(i);
		KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
		const bool deterministic[] = { true, true, false, false, true };
		struct secret *sig[5];
		struct bytes in = bytes_of(text, 7);

		for (size_t k = 0; k < 5; k++) {
			struct eng_par par = { .deterministic =
			    deterministic[k] };

			sig[k] = sign(&op, &kinds[i].alg, &par, key, in, 0);
		}
		assert_true(bytes_equal(secret_view(sig[0]), secret_view(sig[1])));
		assert_true(bytes_equal(secret_view(sig[0]), secret_view(sig[4])));
		assert_false(bytes_equal(secret_view(sig[0]), secret_view(sig[2])));
		assert_false(bytes_equal(secret_view(sig[2]), secret_view(sig[3])));
		for (size_t k = 0; k < 5; k++)
			secret_free(sig[k]);
	}
}

/* Signing a hash and having the message hashed are the same; libcrypto checks
 * it as the message that the standards make of it. */
static void
test_hashes(void **state)
{
	static const struct {
		const char *md;
		size_t len;
	} hashes[] = {
		{ "SHA2-224", 28 }, { "SHA2-256", 32 }, { "SHA2-384", 48 },
		{ "SHA2-512", 64 }, { "SHA3-224", 28 }, { "SHA3-256", 32 },
		{ "SHA3-384", 48 }, { "SHA3-512", 64 }, { "SHAKE-128", 32 },
		{ "SHAKE-256", 64 },
	};

	(void)state;
	if (!here())
		skip();
	for (size_t k = 0; k < KL_COUNT(hashes) * 2; k++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = key_make(k % 2);
		KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
		struct eng_alg alg = { .fam = kinds[k % 2].alg.fam,
			.md = hashes[k / 2].md };
		struct eng_par par = { .md = alg.md };
		KL_AUTO(md_ctx_freep) EVP_MD_CTX *c = EVP_MD_CTX_new();
		KL_AUTO(secret_freep) struct secret *sig = sign(&op, &alg, NULL,
		    key, bytes_of(text, 200), k % 3 * 50);
		uint8_t hash[64];
		struct bytes h = bytes_of(hash, hashes[k / 2].len);

		assert_int_equal(EVP_DigestInit_ex2(c, eng_md(kit_eng(),
		    alg.md), NULL), 1);
		assert_int_equal(EVP_DigestUpdate(c, text, 200), 1);
		if (k / 2 < 8)
			assert_int_equal(EVP_DigestFinal_ex(c, hash, NULL), 1);
		else
			assert_int_equal(EVP_DigestFinalXOF(c, hash, h.n), 1);
		assert_int_equal(verify(&op, &kinds[k % 2].alg, &par, key, h,
		    secret_view(sig)), CKR_OK);
		assert_int_equal(verify(&op, &kinds[k % 2].alg, NULL, key, h,
		    secret_view(sig)), CKR_SIGNATURE_INVALID);
		h.n--;
		assert_int_equal(verify(&op, &kinds[k % 2].alg, &par, key, h,
		    secret_view(sig)), CKR_DATA_LEN_RANGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bad_signatures),
		cmocka_unit_test(test_against_libcrypto),
		cmocka_unit_test(test_hedging),
		cmocka_unit_test(test_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
