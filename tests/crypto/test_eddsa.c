/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EdDSA: the five schemes with the answers of RFC 8032 section 7, whichever
 * way they are done, and what must be refused.
 */
#include "crypto/pair_kit.h"
#include "crypto/rfc8032.h"
#include "crypto/sign_int.h"

static const struct eng_alg eddsa = { .fam = ENG_F_EDDSA };

/* A row in bytes, with its pair. */
struct row {
	struct eng_key *key;
	struct kit_bytes message, context, sig;
	struct eng_par par;
};

static void
row_done(struct row *r)
{
	eng_key_put(r->key);
	kit_free(&r->message);
	kit_free(&r->context);
	kit_free(&r->sig);
}

static void
row_read(size_t i, struct row *r)
{
	assert_int_equal(pair_import(pair_curve(rows[i].curve), rows[i].priv,
	    rows[i].point, &r->key), CKR_OK);
	r->message = kit_hex(rows[i].message);
	r->context = kit_hex(rows[i].context);
	r->sig = kit_hex(rows[i].sig);
	r->par = (struct eng_par){ .has_context = rows[i].given,
	    .ph = rows[i].ph, .context = kit_view(&r->context) };
}

static void
test_wrong_kinds(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(eng_key_putp) struct eng_key *ed = pair_generate("ED25519");
	KL_AUTO(eng_key_putp) struct eng_key *public = pair_public(ed);
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
	static const uint8_t context[256];
	struct eng_par par = { .has_context = true,
	    .context = bytes_of(context, 256) };
	struct eng_par none = { .ph = false };

	(void)state;
	assert_int_equal(eng_op_init(kit_eng(), &eddsa, &none, ENG_SIGN, ec,
	    &op), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(eng_op_init(kit_eng(), &eddsa, &none, ENG_SIGN,
	    public, &op), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(eng_op_init(kit_eng(), &eddsa, &par, ENG_SIGN, ed,
	    &op), CKR_MECHANISM_PARAM_INVALID);
	par.context.n = 255;
	assert_int_equal(eng_op_init(kit_eng(), &eddsa, &par, ENG_SIGN, ed,
	    &op), CKR_OK);
}

static void
test_signature_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(row_done) struct row r = { .key = NULL };
		struct kit_run v = { .alg = &eddsa, .dir = ENG_VERIFY };

		row_read(i, &r);
		v.key = r.key;
		v.par = r.par;
		for (size_t n = 0; n < r.sig.n; n += 7)
			assert_int_equal(pair_verify(&v, kit_view(&r.message),
			    bytes_of(r.sig.p, n)), CKR_SIGNATURE_LEN_RANGE);
		eng_op_free(v.op);
	}
}

/* Every byte of signature, message and context counts. */
static void
test_flipped_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(row_done) struct row r = { .key = NULL };
		struct kit_run v = { .alg = &eddsa, .dir = ENG_VERIFY };
		struct kit_bytes *at[] = { &r.sig, &r.message, &r.context };

		row_read(i, &r);
		v.key = r.key;
		v.par = r.par;
		for (size_t b = 0; b < KL_COUNT(at); b++)
			for (size_t n = 0; n < at[b]->n; n += 5) {
				at[b]->p[n] ^= 0x10;
				assert_int_equal(pair_verify(&v,
				    kit_view(&r.message), kit_view(&r.sig)),
				    CKR_SIGNATURE_INVALID);
				at[b]->p[n] ^= 0x10;
			}
		eng_op_free(v.op);
	}
}

static void
test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(row_done) struct row r = { .key = NULL };
		struct kit_run s = { .alg = &eddsa, .dir = ENG_SIGN };
		struct kit_run v = { .alg = &eddsa, .dir = ENG_VERIFY };

		row_read(i, &r);
		s.key = v.key = r.key;
		s.par = v.par = r.par;
		kit_expect(&s, kit_view(&r.message), kit_view(&r.sig));
		kit_expect_overlap(&s, kit_view(&r.message),
		    kit_view(&r.sig), 0);
		kit_expect_overlap(&s, kit_view(&r.message),
		    kit_view(&r.sig), 3);
		assert_int_equal(pair_verify(&v, kit_view(&r.message),
		    kit_view(&r.sig)), CKR_OK);
		assert_int_equal(pair_verify_parts(&v, kit_view(&r.message), 3,
		    kit_view(&r.sig)), CKR_OK);
		eng_op_free(s.op);
		eng_op_free(v.op);
	}
}

/* Contexts that are set up keep nothing of the scheme before. */
static void
test_changing_schemes(void **state)
{
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
	KL_AUTO(row_done) struct row r = { .key = NULL };
	uint8_t sig[8][ED_SIG_MAX];
	size_t n;

	(void)state;
	row_read(0, &r);
	for (size_t i = 0; i < KL_COUNT(sig); i++) {
		struct eng_par par = { .has_context = (i & 1) != 0,
		    .ph = (i & 2) != 0 };

		assert_int_equal(eng_op_init(kit_eng(), &eddsa, &par, ENG_SIGN,
		    r.key, &op), CKR_OK);
		assert_int_equal(eng_op_once(op, BYTES_STR("m"), sig[i], &n),
		    CKR_OK);
		assert_int_equal(n, 64);
	}
	/* The pure scheme, ctx and ph differ; ph implies a parameter. */
	assert_memory_not_equal(sig[0], sig[1], 64);
	assert_memory_not_equal(sig[0], sig[2], 64);
	assert_memory_not_equal(sig[1], sig[2], 64);
	assert_memory_equal(sig[2], sig[3], 64);
	for (size_t i = 0; i < 4; i++)
		assert_memory_equal(sig[i], sig[i + 4], 64);
}

/* Ed448 has its prefix always, so an empty context is no context. */
static void
test_ed448_empty_context(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = pair_generate("ED448");
	struct kit_run s = { .alg = &eddsa, .dir = ENG_SIGN, .key = key };
	KL_AUTO(kit_free) struct kit_bytes a = { .p = NULL };
	KL_AUTO(kit_free) struct kit_bytes b = { .p = NULL };

	(void)state;
	assert_int_equal(kit_once(&s, BYTES_STR("m"), &a), CKR_OK);
	s.par.has_context = true;
	assert_int_equal(kit_once(&s, BYTES_STR("m"), &b), CKR_OK);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	eng_op_free(s.op);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_kinds),
		cmocka_unit_test(test_signature_lengths),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_changing_schemes),
		cmocka_unit_test(test_ed448_empty_context),
	};

	return cmocka_run_group_tests_name("eddsa", tests, NULL, NULL);
}
