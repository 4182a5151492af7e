/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Symmetric operations while libcrypto runs out of memory: its n-th allocation
 * fails, n = 1, 2, ... until the case passes.  Each failure must be an error
 * that leaves nothing behind, and the next try must work.
 */
#include "crypto/eng_int.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "crypto/eng_kit.h"
#include "crypto/prim.h"

/* Counts down to the allocation that fails; 0 = none does. */
static unsigned long countdown;

static bool
fails_now(void)
{
	return countdown > 0 && --countdown == 0;
}

static void *
fault_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails_now() ? NULL : malloc(n);
}

static void *
fault_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails_now() ? NULL : realloc(p, n);
}

static void
fault_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/*
 * Runs the case until it passes without a failed allocation.  It is run once
 * before, so that what libcrypto and the engine make once is made.
 */
static void
each_failure(CK_RV (*run)(const void *arg), const void *arg)
{
	bool failed = true;

	assert_int_equal(run(arg), CKR_OK);
	for (unsigned long n = 1; failed; n++) {
		CK_RV rv;

		countdown = n;
		rv = run(arg);
		failed = countdown == 0;
		countdown = 0;
		if (!failed)
			assert_int_equal(rv, CKR_OK);
		if (rv != CKR_OK && rv != CKR_HOST_MEMORY)
			assert_int_equal(rv, CKR_DEVICE_ERROR);
		assert_int_equal(ERR_peek_error(), 0);
		assert_int_equal(run(arg), CKR_OK);
	}
}

static const uint8_t bytes[200] = { 1, 2, 3 };
static struct eng_key *key;

#define ALG(...) (&(const struct eng_alg){ __VA_ARGS__ })

static const struct kit_run runs[] = {
	{ .alg = ALG(.fam = ENG_F_DIGEST, .md = "SHA2-256"),
	    .dir = ENG_DIGEST },
	{ .alg = ALG(.fam = ENG_F_DIGEST, .md = "SHA3-256"),
	    .dir = ENG_DIGEST },
	{ .alg = ALG(.fam = ENG_F_HMAC, .md = "SHA2-256"), .dir = ENG_SIGN },
	{ .alg = ALG(.fam = ENG_F_CMAC), .dir = ENG_SIGN },
	{ .alg = ALG(.fam = ENG_F_CBCMAC), .dir = ENG_SIGN },
	{ .alg = ALG(.fam = ENG_F_XCBC), .dir = ENG_SIGN },
	{ .alg = ALG(.fam = ENG_F_BLAKE2, .size = 20), .dir = ENG_SIGN },
	{ .alg = ALG(.fam = ENG_F_UNIT, .mode = "CBC-CTS"), .dir = ENG_ENCRYPT,
	    .par = { .iv = { bytes, 16 } } },
	{ .alg = ALG(.fam = ENG_F_CIPHER, .mode = "CFB8"), .dir = ENG_ENCRYPT,
	    .par = { .iv = { bytes, 16 } } },
	{ .alg = ALG(.fam = ENG_F_CIPHER, .mode = "ECB"), .dir = ENG_ENCRYPT },
	{ .alg = ALG(.fam = ENG_F_CIPHER, .mode = "CBC", .pad = true),
	    .dir = ENG_ENCRYPT, .par = { .iv = { bytes, 16 } } },
	{ .alg = ALG(.fam = ENG_F_CIPHER, .mode = "CTR"), .dir = ENG_DECRYPT,
	    .par = { .iv = { bytes, 16 }, .ctr_bits = 128 } },
	{ .alg = ALG(.fam = ENG_F_AEAD, .mode = "GCM"), .dir = ENG_ENCRYPT,
	    .par = { .iv = { bytes, 12 }, .tag_len = 16 } },
	{ .alg = ALG(.fam = ENG_F_AEAD, .mode = "GCM"), .dir = ENG_ENCRYPT,
	    .par = { .iv = { bytes, 150 }, .tag_len = 16 } },
	{ .alg = ALG(.fam = ENG_F_AEAD, .mode = "CCM"), .dir = ENG_ENCRYPT,
	    .par = { .iv = { bytes, 12 }, .tag_len = 16, .data_len = 48 } },
	{ .alg = ALG(.fam = ENG_F_KEYWRAP, .mode = "WRAP"),
	    .dir = ENG_ENCRYPT },
};

/* A new operation, run twice, the second time over what it kept. */
static CK_RV
run_op(const void *arg)
{
	struct kit_run r = *(const struct kit_run *)arg;
	CK_RV rv = CKR_OK;

	r.key = r.dir == ENG_DIGEST ? NULL : key;
	for (int i = 0; i < 2 && rv == CKR_OK; i++) {
		struct kit_bytes out;

		rv = kit_once(&r, bytes_of(bytes, 48), &out);
		kit_free(&out);
	}
	eng_op_free(r.op);
	return rv;
}

static void
test_operations(void **state)
{
	(void)state;
	key = kit_key(bytes_of(bytes, 16));
	for (size_t i = 0; i < KL_COUNT(runs); i++)
		each_failure(run_op, &runs[i]);
	eng_key_putp(&key);
}

/* An operation that failed on the way is used for the next. */
static void
test_same_operation(void **state)
{
	struct kit_bytes out;
	struct kit_bytes want;

	(void)state;
	key = kit_key(bytes_of(bytes, 16));
	for (size_t i = 0; i < KL_COUNT(runs); i++) {
		struct kit_run r = runs[i];
		bool failed = true;

		r.key = r.dir == ENG_DIGEST ? NULL : key;
		assert_int_equal(kit_once(&r, bytes_of(bytes, 48), &want),
		    CKR_OK);
		for (unsigned long n = 1; failed; n++) {
			countdown = n;
			if (kit_once(&r, bytes_of(bytes, 48), &out) == CKR_OK)
				assert_memory_equal(out.p, want.p, want.n);
			failed = countdown == 0;
			countdown = 0;
			kit_free(&out);
			assert_int_equal(
			    kit_once(&r, bytes_of(bytes, 48), &out), CKR_OK);
			assert_memory_equal(out.p, want.p, want.n);
			kit_free(&out);
		}
		kit_free(&want);
		eng_op_free(r.op);
	}
	eng_key_putp(&key);
}

static CK_RV
run_seal(const void *arg)
{
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	KL_AUTO(secret_freep) struct secret *back = NULL;
	CK_RV rv;

	(void)arg;
	buf_put(&out, BYTES_STR("before"));
	rv = prim_seal(kit_eng(), bytes_of(bytes, PRIM_KEY), BYTES_STR("aad"),
	    BYTES_STR("plain"), &out);
	if (rv != CKR_OK) {
		assert_int_equal(out.n, 6);
		return rv;
	}
	return prim_open(kit_eng(), bytes_of(bytes, PRIM_KEY), BYTES_STR("aad"),
	    bytes_of(out.p + 6, out.n - 6), &back);
}

static CK_RV
run_hashes(const void *arg)
{
	uint8_t out[32];
	CK_RV rv;

	(void)arg;
	rv = prim_sha256(kit_eng(), BYTES_STR("abc"), out);
	if (rv == CKR_OK)
		rv = prim_hmac(kit_eng(), BYTES_STR("abc"), BYTES_NONE, out);
	if (rv == CKR_OK)
		rv = prim_hkdf(kit_eng(), BYTES_STR("abc"), BYTES_NONE,
		    BYTES_STR("info"), out, sizeof(out));
	return rv;
}

static CK_RV
run_pin(const void *arg)
{
	static const struct prim_pin_kdf k = { PRIM_KDF_SCRYPT, 4, 8, 1,
		{ 1, 2, 3 } };
	uint8_t out[PRIM_KEY];

	(void)arg;
	return prim_pin_key(kit_eng(), &k, BYTES_STR("1234"), out);
}

static void
test_primitives(void **state)
{
	(void)state;
	each_failure(run_seal, NULL);
	each_failure(run_hashes, NULL);
	each_failure(run_pin, NULL);
}

/* A fetch that failed for want of memory is not remembered as lacking. */
static void
test_fetch(void **state)
{
	static const char *const names[] = { "SHA2-224", "SHA2-384",
		"SHA3-224", "SHA3-384", "SHA3-512", "SHA2-512" };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(names); i++) {
		for (unsigned long n = 1; n <= 60; n++) {
			countdown = n;
			(void)eng_md(kit_eng(), names[i]);
			countdown = 0;
		}
		assert_non_null(eng_md(kit_eng(), names[i]));
		assert_int_equal(ERR_peek_error(), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_same_operation),
		cmocka_unit_test(test_primitives),
		cmocka_unit_test(test_fetch),
	};

	/* before libcrypto allocates anything */
	if (CRYPTO_set_mem_functions(fault_malloc, fault_realloc,
		fault_free) != 1)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
