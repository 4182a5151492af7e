/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front of operations: states, changes of family, references to keys, and
 * libcrypto's error queue, which stays as the host left it.
 */
#include "crypto/eng_kit.h"

#include <openssl/err.h>

static const struct eng_alg sha256 = { .fam = ENG_F_DIGEST, .md = "SHA2-256" };
static const struct eng_alg hmac = { .fam = ENG_F_HMAC, .md = "SHA2-256" };
static const struct eng_alg cmac = { .fam = ENG_F_CMAC };
static const struct eng_alg ecb = { .fam = ENG_F_CIPHER, .mode = "ECB" };
static const struct eng_alg pad = { .fam = ENG_F_CIPHER, .mode = "CBC",
	.pad = true };
static const struct eng_alg gcm = { .fam = ENG_F_AEAD, .mode = "GCM" };
static const struct eng_alg ccm = { .fam = ENG_F_AEAD, .mode = "CCM" };
static const struct eng_alg wrap = { .fam = ENG_F_KEYWRAP, .mode = "WRAP" };
static const struct eng_alg none = { .fam = ENG_F_NONE };
static const struct eng_alg keygen = { .fam = ENG_F_KEYGEN };

static const uint8_t bytes[64] = { 1, 2, 3 };

/* A run of each symmetric family that works, 48 bytes of input. */
static const struct kit_run runs[] = {
	{ .alg = &sha256, .dir = ENG_DIGEST },
	{ .alg = &hmac, .dir = ENG_SIGN },
	{ .alg = &cmac, .dir = ENG_SIGN, .par = { .mac_len = 8 } },
	{ .alg = &ecb, .dir = ENG_ENCRYPT },
	{ .alg = &ecb, .dir = ENG_DECRYPT },
	{ .alg = &pad, .dir = ENG_ENCRYPT, .par = { .iv = { bytes, 16 } } },
	{ .alg = &gcm, .dir = ENG_ENCRYPT,
	    .par = { .iv = { bytes, 12 }, .tag_len = 16 } },
	{ .alg = &ccm, .dir = ENG_ENCRYPT,
	    .par = { .iv = { bytes, 12 }, .tag_len = 16, .data_len = 48 } },
	{ .alg = &wrap, .dir = ENG_ENCRYPT },
};
#define INPUT bytes_of(bytes, 48)

static struct eng_key *
a_key(void)
{
	return kit_key(bytes_of(bytes, 16));
}

/* ------------------------------------------------------------ directions */

static void
test_directions(void **state)
{
	static const struct eng_alg *const algs[] = { &sha256, &hmac, &ecb,
		&gcm, &wrap, &none, &keygen };
	static const bool fits[][5] = {
		/* encrypt, decrypt, sign, verify, digest */
		{ false, false, false, false, true },
		{ false, false, true, true, false },
		{ true, true, false, false, false },
		{ true, true, false, false, false },
		{ true, true, false, false, false },
		{ false, false, false, false, false },
		{ false, false, false, false, false },
	};
	struct kit_run r = { .key = a_key() };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(algs); i++) {
		for (int d = ENG_ENCRYPT; d <= ENG_DIGEST; d++) {
			if (fits[i][d])
				continue;
			r.alg = algs[i];
			r.dir = (enum eng_dir)d;
			assert_int_equal(kit_init(&r), CKR_MECHANISM_INVALID);
			assert_null(r.op);
		}
	}
	eng_key_put(r.key);
}

static void
test_can(void **state)
{
	static const struct eng_alg no_mode = { .fam = ENG_F_CIPHER,
		.mode = "NONSENSE" };
	static const struct eng_alg no_md = { .fam = ENG_F_HMAC,
		.md = "NONSENSE" };
	static const struct eng_alg no_keys = { .fam = ENG_F_KEYGEN,
		.mode = "NONSENSE" };
	static const struct eng_alg pairs[] = {
		{ .fam = ENG_F_RSA_PKCS1 }, { .fam = ENG_F_RSA_RAW },
		{ .fam = ENG_F_RSA_PSS, .md = "SHA2-256" },
		{ .fam = ENG_F_RSA_OAEP }, { .fam = ENG_F_ECDSA },
		{ .fam = ENG_F_EDDSA }, { .fam = ENG_F_ECDH },
		{ .fam = ENG_F_KEYGEN, .mode = "RSA" },
	};
	static const struct eng_alg bad_md = { .fam = ENG_F_RSA_PSS,
		.md = "NONSENSE" };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(runs); i++)
		assert_true(eng_can(kit_eng(), runs[i].alg));
	for (size_t i = 0; i < KL_COUNT(pairs); i++)
		assert_true(eng_can(kit_eng(), &pairs[i]));
	assert_true(eng_can(kit_eng(), &keygen));
	assert_false(eng_can(kit_eng(), &none));
	assert_false(eng_can(kit_eng(), &no_mode));
	assert_false(eng_can(kit_eng(), &no_md));
	assert_false(eng_can(kit_eng(), &no_keys));
	assert_false(eng_can(kit_eng(), &bad_md));
}

/* ---------------------------------------------------------------- states */

/* Nothing runs without init, nor after an operation's end. */
static void
expect_idle(struct eng_op *op)
{
	uint8_t out[64];
	size_t n = 55;

	assert_int_equal(eng_op_once(op, INPUT, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(eng_op_update(op, INPUT, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(eng_op_final(op, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(eng_op_verify(op, INPUT, INPUT),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(eng_op_verify_final(op, INPUT),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(n, 55);
}

static void
test_states(void **state)
{
	struct eng_key *key = a_key();

	(void)state;
	for (size_t i = 0; i < KL_COUNT(runs); i++) {
		KL_AUTO(buf_done) struct buf out = { .p = NULL };
		struct kit_run r = runs[i];
		struct kit_bytes once;

		r.key = i > 0 ? key : NULL;
		assert_int_equal(kit_once(&r, INPUT, &once), CKR_OK);
		expect_idle(r.op);
		assert_int_equal(kit_parts(&r, INPUT, 48, &out), CKR_OK);
		expect_idle(r.op);
		assert_true(bytes_equal(kit_view(&once), buf_view(&out)));
		/* broken off */
		assert_int_equal(kit_init(&r), CKR_OK);
		eng_op_rest(r.op);
		expect_idle(r.op);
		kit_free(&once);
		eng_op_free(r.op);
	}
	eng_key_put(key);
}

/* Calls that a family does not have. */
static void
test_no_such_call(void **state)
{
	struct kit_run r = runs[3];

	(void)state;
	r.key = a_key();
	assert_int_equal(kit_init(&r), CKR_OK);
	assert_int_equal(eng_op_verify(r.op, INPUT, INPUT),
	    CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(eng_op_verify_final(r.op, INPUT),
	    CKR_FUNCTION_NOT_SUPPORTED);
	eng_key_put(r.key);
	eng_op_free(r.op);
	/* and of nothing at all */
	eng_op_free(NULL);
	eng_op_rest(NULL);
	r.op = NULL;
	eng_op_freep(&r.op);
}

/* One operation through all families, in an order that meets each pair. */
static void
test_families(void **state)
{
	struct eng_op *op = NULL;
	struct kit_bytes want[KL_COUNT(runs)];
	struct eng_key *key = a_key();

	(void)state;
	for (size_t i = 0; i < KL_COUNT(runs); i++) {
		struct kit_run r = runs[i];

		r.key = i > 0 ? key : NULL;
		assert_int_equal(kit_once(&r, INPUT, &want[i]), CKR_OK);
		eng_op_free(r.op);
	}
	for (size_t i = 0; i < KL_COUNT(runs) * KL_COUNT(runs) * 2; i++) {
		size_t k = (i % 2 ? i / 2 / KL_COUNT(runs) : i / 2) %
		    KL_COUNT(runs);
		struct kit_run r = runs[k];
		struct kit_bytes out;

		r.key = k > 0 ? key : NULL;
		r.op = op;
		assert_int_equal(kit_once(&r, INPUT, &out), CKR_OK);
		assert_true(bytes_equal(kit_view(&out), kit_view(&want[k])));
		op = r.op;
		kit_free(&out);
	}
	for (size_t i = 0; i < KL_COUNT(runs); i++)
		kit_free(&want[i]);
	eng_key_put(key);
	eng_op_free(op);
}

/* A refused init leaves the operation fit for the next, whatever that is. */
static void
test_after_refusal(void **state)
{
	struct kit_run good = runs[6];
	struct kit_bytes first;

	(void)state;
	good.key = a_key();
	assert_int_equal(kit_once(&good, INPUT, &first), CKR_OK);
	for (int i = 0; i < 3; i++) {
		struct kit_run bad = good;
		struct kit_bytes again;

		bad.op = good.op;
		if (i == 0)
			bad.par.iv = BYTES_NONE;
		else if (i == 1)
			bad.key = NULL;
		else
			bad.alg = &none;
		assert_true(kit_init(&bad) != CKR_OK);
		if (i < 2)
			expect_idle(bad.op);
		good.op = bad.op;
		assert_int_equal(kit_once(&good, INPUT, &again), CKR_OK);
		assert_true(bytes_equal(kit_view(&first), kit_view(&again)));
		kit_free(&again);
	}
	kit_free(&first);
	eng_key_put(good.key);
	eng_op_free(good.op);
}

/* ------------------------------------------------------------------ keys */

/* The operation holds its key; the caller may let go of it. */
static void
test_key_reference(void **state)
{
	struct kit_run r = runs[1];
	struct kit_bytes first;
	struct kit_bytes again;

	(void)state;
	r.key = a_key();
	assert_int_equal(kit_once(&r, INPUT, &first), CKR_OK);
	eng_key_put(r.key);
	/* r.key is only compared from here on, the operation keeps it alive */
	assert_int_equal(kit_once(&r, INPUT, &again), CKR_OK);
	assert_true(bytes_equal(kit_view(&first), kit_view(&again)));
	kit_free(&again);
	/* another key of the same bytes gives the same, other bytes do not */
	r.key = a_key();
	assert_int_equal(kit_once(&r, INPUT, &again), CKR_OK);
	assert_true(bytes_equal(kit_view(&first), kit_view(&again)));
	kit_free(&again);
	eng_key_put(r.key);
	r.key = kit_key(bytes_of(bytes + 1, 16));
	assert_int_equal(kit_once(&r, INPUT, &again), CKR_OK);
	assert_false(bytes_equal(kit_view(&first), kit_view(&again)));
	kit_free(&again);
	kit_free(&first);
	eng_key_put(r.key);
	eng_op_free(r.op);
}

static void
test_indigestible(void **state)
{
	/* prime256v1 */
	static const uint8_t p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07 };
	struct eng_gen gen = { .type = ENG_EC,
		.curve = { p256, sizeof(p256) } };
	struct eng_key *pair = NULL;
	struct kit_run r = runs[0];
	struct eng_key *key = a_key();

	(void)state;
	assert_int_equal(eng_key_generate(kit_eng(), &gen, &pair), CKR_OK);
	assert_int_equal(kit_init(&r), CKR_OK);
	assert_int_equal(eng_op_update_key(r.op, pair), CKR_KEY_INDIGESTIBLE);
	eng_op_freep(&r.op);
	r = runs[1];
	r.key = key;
	assert_int_equal(kit_init(&r), CKR_OK);
	assert_int_equal(eng_op_update_key(r.op, key), CKR_KEY_INDIGESTIBLE);
	eng_op_freep(&r.op);
	/* nor does a pair make a MAC or encrypt */
	for (size_t i = 1; i < KL_COUNT(runs); i++) {
		r = runs[i];
		r.key = pair;
		assert_int_equal(kit_init(&r), CKR_KEY_TYPE_INCONSISTENT);
	}
	eng_key_put(pair);
	eng_key_put(key);
}

/* ------------------------------------------------- libcrypto's error queue */

/* Takes the host's errors off the queue: they must be all there is. */
static void
expect_queue(int hosts)
{
	for (int i = 0; i < hosts; i++)
		assert_int_equal(ERR_GET_REASON(ERR_get_error()), 100 + i);
	assert_int_equal(ERR_get_error(), 0);
}

/* Runs things that fail inside libcrypto. */
static void
fail_all(struct eng_key *key)
{
	static const struct eng_alg lacking = { .fam = ENG_F_DIGEST,
		.md = "LACKING" };
	static const struct {
		const struct eng_alg *alg;
		CK_RV rv;
	} fails[] = {
		{ &gcm, CKR_ENCRYPTED_DATA_INVALID },
		{ &ccm, CKR_ENCRYPTED_DATA_INVALID },
		{ &pad, CKR_ENCRYPTED_DATA_INVALID },
		{ &wrap, CKR_ENCRYPTED_DATA_INVALID },
	};

	for (size_t i = 0; i < KL_COUNT(fails); i++) {
		struct kit_run r = { .alg = fails[i].alg, .dir = ENG_DECRYPT,
			.key = key, .par = { .tag_len = 16, .data_len = 32 } };
		struct kit_bytes out;

		if (r.alg != &wrap)
			r.par.iv = bytes_of(bytes, r.alg == &pad ? 16 : 12);
		assert_int_equal(kit_once(&r, INPUT, &out), fails[i].rv);
		kit_free(&out);
		eng_op_free(r.op);
	}
	assert_false(eng_can(kit_eng(), &lacking));
}

static void
test_error_queue(void **state)
{
	struct eng_key *key = a_key();

	(void)state;
	ERR_clear_error();
	for (int hosts = 0; hosts < 4; hosts++) {
		for (int i = 0; i < hosts; i++)
			ERR_raise(ERR_LIB_USER, 100 + i);
		fail_all(key);
		for (size_t i = 0; i < KL_COUNT(runs); i++) {
			struct kit_run r = runs[i];
			struct kit_bytes out;

			r.key = i > 0 ? key : NULL;
			for (int k = 0; k < 2; k++) {
				assert_int_equal(kit_once(&r, INPUT, &out),
				    CKR_OK);
				kit_free(&out);
			}
			eng_op_free(r.op);
		}
		expect_queue(hosts);
	}
	eng_key_put(key);
}

/* No mark of ours is left behind either: the host's own still works. */
static void
test_error_marks(void **state)
{
	struct eng_key *key = a_key();

	(void)state;
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 100);
	assert_int_equal(ERR_set_mark(), 1);
	ERR_raise(ERR_LIB_USER, 101);
	fail_all(key);
	ERR_raise(ERR_LIB_USER, 102);
	assert_int_equal(ERR_pop_to_mark(), 1);
	expect_queue(1);
	eng_key_put(key);
}

/* ---------------------------------------------------------------- copies */

/* Goes on with a copy taken after 20 bytes: as the first one does. */
static void
copy_goes_on(const struct kit_run *run)
{
	KL_AUTO(eng_op_freep) struct eng_op *copy = NULL;
	struct kit_run r = *run;
	uint8_t out[2][96];
	size_t n[2], head, last;

	r.key = r.alg == &sha256 ? NULL : a_key();
	assert_int_equal(kit_init(&r), CKR_OK);
	assert_int_equal(eng_op_update(r.op, bytes_of(bytes, 20), out[0],
	    &head), CKR_OK);
	assert_int_equal(eng_op_copy(r.op, &copy), CKR_OK);
	for (int i = 0; i < 2; i++) {
		struct eng_op *op = i == 0 ? r.op : copy;

		assert_int_equal(eng_op_update(op, bytes_of(bytes + 20, 28),
		    out[i], &n[i]), CKR_OK);
		assert_int_equal(eng_op_final(op, out[i] + n[i], &last),
		    CKR_OK);
		n[i] += last;
	}
	assert_int_equal(n[0], n[1]);
	assert_memory_equal(out[0], out[1], n[0]);
	eng_op_free(r.op);
	eng_key_put(r.key);
}

static void
test_copies(void **state)
{
	static const struct eng_alg ctr = { .fam = ENG_F_CIPHER,
		.mode = "CTR" };
	static const struct eng_alg mac = { .fam = ENG_F_CBCMAC, .size = 8 };
	static const struct eng_alg xcbc = { .fam = ENG_F_XCBC, .size = 12 };
	const struct kit_run more[] = {
		{ .alg = &ctr, .dir = ENG_ENCRYPT,
		    .par = { .iv = { bytes, 16 }, .ctr_bits = 32 } },
		{ .alg = &mac, .dir = ENG_SIGN },
		{ .alg = &xcbc, .dir = ENG_SIGN },
	};

	(void)state;
	for (size_t i = 0; runs[i].alg != &gcm; i++)
		copy_goes_on(&runs[i]);
	for (size_t i = 0; i < KL_COUNT(more); i++)
		copy_goes_on(&more[i]);
}

/* What cannot be copied says so and is not disturbed. */
static void
test_no_copy(void **state)
{
	struct eng_op *copy = NULL;
	uint8_t out[96];
	size_t n;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(runs); i++) {
		struct kit_run r = runs[i];

		if (r.alg != &gcm && r.alg != &ccm && r.alg != &wrap)
			continue;
		r.key = a_key();
		assert_int_equal(kit_init(&r), CKR_OK);
		assert_int_equal(eng_op_copy(r.op, &copy),
		    CKR_STATE_UNSAVEABLE);
		assert_null(copy);
		assert_int_equal(eng_op_once(r.op, INPUT, out, &n), CKR_OK);
		assert_int_equal(eng_op_copy(r.op, &copy),
		    CKR_STATE_UNSAVEABLE);
		eng_op_free(r.op);
		eng_key_put(r.key);
	}
	expect_queue(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_can),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_no_such_call),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_after_refusal),
		cmocka_unit_test(test_key_reference),
		cmocka_unit_test(test_indigestible),
		cmocka_unit_test(test_error_queue),
		cmocka_unit_test(test_error_marks),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_no_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
