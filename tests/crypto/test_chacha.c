/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ChaCha20 against RFC 8439 section 2.4.2, HChaCha20 against the draft for
 * XChaCha (section 2.2.1); the three forms against each other, counters that
 * run out, refusals.
 */
#include "crypto/cipher_int.h"

#include "crypto/eng_kit.h"

#define KEY                                                                    \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
/* "Ladies and Gentlemen of the class of '99: ..." */
#define LADIES                                                                 \
	"4c616469657320616e642047656e746c656d656e206f662074686520636c6173" \
	"73206f66202739393a204966204920636f756c64206f6666657220796f75206f" \
	"6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73" \
	"637265656e20776f756c642062652069742e"
#define SEALED                                                                 \
	"6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b" \
	"f91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8" \
	"07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab7793736" \
	"5af90bbf74a35be6b40b8eedf2785e42874d"

static const struct eng_alg chacha = { .fam = ENG_F_CIPHER, .mode = "",
	.cipher = ENG_CHACHA20 };

static const uint8_t zero[200];

static struct kit_run
start(struct bytes nonce, struct bytes counter)
{
	return (struct kit_run){ .alg = &chacha, .dir = ENG_ENCRYPT,
		.key = kit_key_hex(KEY),
		.par = { .iv = nonce, .counter = counter } };
}

static void
test_known(void **state)
{
	static const uint8_t one[4] = { 1 };
	struct kit_bytes nonce = kit_hex("000000000000004a00000000");
	struct kit_bytes in = kit_hex(LADIES), out = kit_hex(SEALED);
	struct kit_run r = start(kit_view(&nonce), bytes_of(one, 4));

	(void)state;
	assert_true(eng_can(kit_eng(), &chacha));
	assert_int_equal(eng_block_len(&chacha), 1);
	kit_expect(&r, kit_view(&in), kit_view(&out));
	r.dir = ENG_DECRYPT;
	kit_expect(&r, kit_view(&out), kit_view(&in));
	for (int shift = -90; shift <= 90; shift++)
		kit_expect_overlap(&r, kit_view(&out), kit_view(&in), shift);
	eng_key_put(r.key);
	eng_op_free(r.op);
	kit_free(&nonce);
	kit_free(&in);
	kit_free(&out);
}

static void
test_subkey(void **state)
{
	struct kit_bytes key = kit_hex(KEY);
	struct kit_bytes nonce = kit_hex("000000090000004a0000000031415927");
	struct kit_bytes want = kit_hex("82413b4227b27bfed30e42508a877d73"
	    "a0f9e4d58a74a853c12ec41326d3ecdc");
	uint8_t out[CHACHA_KEY];

	(void)state;
	assert_int_equal(chacha_subkey(kit_eng(), kit_view(&key), nonce.p, out),
	    CKR_OK);
	assert_memory_equal(out, want.p, sizeof(out));
	kit_free(&key);
	kit_free(&nonce);
	kit_free(&want);
}

/* 200 bytes of key stream. */
static void
stream(struct kit_run *r, struct kit_bytes *out)
{
	assert_int_equal(kit_once(r, bytes_of(zero, sizeof(zero)), out),
	    CKR_OK);
	assert_int_equal(out->n, sizeof(zero));
}

/* The original form and the IETF one see the same words differently; XChaCha20
 * is the original one under the nonce's own key. */
static void
test_forms(void **state)
{
	uint8_t words[24] = { 7, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
		13, 14, 15, 16, 17, 18, 19, 20 };
	struct kit_run old = start(bytes_of(words + 8, 8), bytes_of(words, 8));
	struct kit_run ietf = start(bytes_of(words + 4, 12),
	    bytes_of(words, 4));
	struct kit_run x = start(bytes_of(words, 24), bytes_of(zero, 8));
	struct kit_run under = start(bytes_of(words + 16, 8),
	    bytes_of(zero, 4));
	struct kit_bytes key = kit_hex(KEY), a, b;
	uint8_t sub[CHACHA_KEY];

	(void)state;
	stream(&old, &a);
	stream(&ietf, &b);
	assert_memory_equal(a.p, b.p, a.n);
	kit_free(&a);
	kit_free(&b);
	assert_int_equal(chacha_subkey(kit_eng(), kit_view(&key), words, sub),
	    CKR_OK);
	eng_key_put(under.key);
	under.key = kit_key(bytes_of(sub, sizeof(sub)));
	stream(&x, &a);
	stream(&under, &b);
	assert_memory_equal(a.p, b.p, a.n);
	kit_free(&a);
	kit_free(&b);
	kit_free(&key);
	eng_key_put(old.key);
	eng_key_put(ietf.key);
	eng_key_put(x.key);
	eng_key_put(under.key);
	eng_op_free(old.op);
	eng_op_free(ietf.op);
	eng_op_free(x.op);
	eng_op_free(under.op);
}

/* A counter of 32 bits stops where it would begin again; one of 64 goes on into
 * its upper half. */
static void
test_counter(void **state)
{
	static const uint8_t last[8] = { 0xff, 0xff, 0xff, 0xff };
	static const uint8_t end[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff };
	static const uint8_t next[8] = { 0, 0, 0, 0, 1 };
	static const struct {
		size_t nonce, counter;
		const uint8_t *from;
		bool stops;
	} rows[] = {
		{ 12, 4, last, true }, { 8, 4, last, true },
		{ 24, 4, last, true }, { 8, 8, last, false },
		{ 24, 8, last, false }, { 8, 8, end, true },
		{ 24, 8, end, true }, { 12, 4, zero, false },
	};
	struct kit_run two = start(bytes_of(zero, 8), bytes_of(last, 8));
	struct kit_run upper = start(bytes_of(zero, 8), bytes_of(next, 8));
	struct kit_bytes a, b;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		struct kit_run r = start(bytes_of(zero, rows[i].nonce),
		    bytes_of(rows[i].from, rows[i].counter));

		assert_int_equal(kit_once(&r, bytes_of(zero, 64), &a), CKR_OK);
		kit_free(&a);
		assert_int_equal(kit_once(&r, bytes_of(zero, 65), &a),
		    rows[i].stops ? CKR_DATA_LEN_RANGE : CKR_OK);
		kit_free(&a);
		eng_key_put(r.key);
		eng_op_free(r.op);
	}
	stream(&two, &a);
	stream(&upper, &b);
	assert_memory_equal(a.p + 64, b.p, 64);
	kit_free(&a);
	kit_free(&b);
	eng_key_put(two.key);
	eng_key_put(upper.key);
	eng_op_free(two.op);
	eng_op_free(upper.op);
}

static void
test_refused(void **state)
{
	(void)state;
	for (size_t nonce = 0; nonce <= 26; nonce++)
		for (size_t counter = 0; counter <= 9; counter++) {
			struct kit_run r = start(bytes_of(zero, nonce),
			    bytes_of(zero, counter));
			bool ok = (nonce == 12 && counter == 4) ||
			    ((nonce == 8 || nonce == 24) &&
			    (counter == 4 || counter == 8));

			assert_int_equal(kit_init(&r), ok ? CKR_OK :
			    CKR_MECHANISM_PARAM_INVALID);
			eng_key_put(r.key);
			eng_op_free(r.op);
		}
}

static void
test_key_refused(void **state)
{
	struct kit_run r = start(bytes_of(zero, 12), bytes_of(zero, 4));
	struct eng_key *key = r.key;

	(void)state;
	r.key = NULL;
	assert_int_equal(kit_init(&r), CKR_KEY_TYPE_INCONSISTENT);
	r.key = kit_key(bytes_of(zero, 31));
	assert_int_equal(kit_init(&r), CKR_KEY_SIZE_RANGE);
	eng_key_put(r.key);
	r.key = kit_key(bytes_of(zero, 24));
	assert_int_equal(kit_init(&r), CKR_KEY_SIZE_RANGE);
	eng_key_put(r.key);
	r.key = key;
	assert_int_equal(kit_init(&r), CKR_OK);
	eng_key_put(r.key);
	eng_op_free(r.op);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_subkey),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_counter),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_key_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
