/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Post-quantum keys: what must not be taken, what a key gives back in each of
 * its forms, and that libcrypto reads what is written.  Where libcrypto has
 * none of them, only that everything is refused; the rest is skipped.
 */
#include "crypto/pair_kit.h"

#include <openssl/x509.h>

/* One of each type; the small ones are fast. */
static const struct {
	enum eng_type type;
	uint8_t set;
} kinds[] = {
	{ ENG_ML_KEM, 2 }, { ENG_ML_DSA, 2 }, { ENG_SLH_DSA, 3 },
};

static bool
here(void)
{
	return eng_has_keymgmt(kit_eng(), "ML-DSA-65") &&
	    eng_has_keymgmt(kit_eng(), "ML-KEM-768") &&
	    eng_has_keymgmt(kit_eng(), "SLH-DSA-SHA2-128f");
}

/* A pair and all its parts; what it lacks is NULL. */
struct pair {
	struct eng_key *key;
	struct secret *held[PARTS];
	struct eng_parts parts;
};

static void
pair_done(struct pair *p)
{
	eng_key_put(p->key);
	for (size_t i = 0; i < PARTS; i++)
		secret_free(p->held[i]);
}

static struct pair
pair_new(size_t kind)
{
	static const enum eng_part all[] = { PART_SET, PART_PUB, PART_PRIV,
		PART_SEED };
	struct eng_gen gen = { .type = kinds[kind].type,
		.set = kinds[kind].set };
	struct pair p = { .key = NULL };

	assert_int_equal(eng_key_generate(kit_eng(), &gen, &p.key), CKR_OK);
	for (size_t i = 0; i < KL_COUNT(all); i++) {
		CK_RV rv = eng_key_part(kit_eng(), p.key, all[i],
		    &p.held[all[i]]);

		if (rv == CKR_OK)
			p.parts.part[all[i]] = secret_view(p.held[all[i]]);
		else
			assert_int_equal(rv, CKR_ATTRIBUTE_TYPE_INVALID);
	}
	assert_int_equal(p.parts.part[PART_SEED].n > 0,
	    gen.type != ENG_SLH_DSA);
	return p;
}

static CK_RV
import(enum eng_type type, bool private, const struct eng_parts *parts)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	return eng_key_import(kit_eng(), type, private, parts, &key);
}

static void
test_refused(void **state)
{
	static const uint8_t number[2][9] = { { 99 }, { 1, 0, 0, 0, 0, 0, 0, 0, 1 } };
	static const uint8_t some[64];
	struct eng_parts parts = { 0 };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		enum eng_type type = kinds[i].type;
		struct eng_gen gen = { .type = type, .set = 99 };
		struct eng_key *key = NULL;

		parts = (struct eng_parts){ 0 };
		assert_int_equal(eng_key_generate(kit_eng(), &gen, &key),
		    CKR_PARAMETER_SET_NOT_SUPPORTED);
		assert_int_equal(import(type, true, &parts),
		    CKR_TEMPLATE_INCOMPLETE);
		parts.part[PART_PRIV] = parts.part[PART_PUB] =
		    bytes_of(some, sizeof(some));
		parts.part[PART_SET] = bytes_of(number[0], 1);
		assert_int_equal(import(type, true, &parts),
		    CKR_PARAMETER_SET_NOT_SUPPORTED);
		/* 2^64 + 1 is not 1 */
		parts.part[PART_SET] = bytes_of(number[1], 9);
		assert_int_equal(import(type, false, &parts),
		    CKR_PARAMETER_SET_NOT_SUPPORTED);
	}
}

static void
test_bad_parts(void **state)
{
	(void)state;
	if (!here())
		skip();
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		KL_AUTO(pair_done) struct pair a = pair_new(i);
		KL_AUTO(pair_done) struct pair b = pair_new(i);
		enum eng_type type = kinds[i].type;
		struct eng_parts p = a.parts;

		assert_int_equal(import(type, true, &p), CKR_OK);
		p.part[PART_PUB] = b.parts.part[PART_PUB];
		assert_int_equal(import(type, true, &p),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		p = a.parts;
		p.part[PART_PRIV].n--;
		assert_int_equal(import(type, true, &p),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		p = a.parts;
		p.part[PART_PUB].n--;
		assert_int_equal(import(type, false, &p),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		p = (struct eng_parts){ .part[PART_SET] = a.parts.part[PART_SET] };
		assert_int_equal(import(type, true, &p),
		    CKR_TEMPLATE_INCOMPLETE);
		assert_int_equal(import(type, false, &p),
		    CKR_TEMPLATE_INCOMPLETE);
		if (a.parts.part[PART_SEED].n == 0)
			continue;
		p = a.parts;
		p.part[PART_SEED] = b.parts.part[PART_SEED];
		assert_int_equal(import(type, true, &p),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		p.part[PART_SEED].n--;
		p.part[PART_PRIV] = BYTES_NONE;
		assert_int_equal(import(type, true, &p),
		    CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

/* One bit changed in the private key, where that can be seen: not in SLH-DSA's
 * second quarter and ML-KEM's last 32 bytes, which are random values. */
static void
test_flipped(void **state)
{
	(void)state;
	if (!here())
		skip();
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		KL_AUTO(pair_done) struct pair a = pair_new(i);
		struct eng_parts p = a.parts;
		uint8_t *priv = secret_data(a.held[PART_PRIV]);
		size_t n = secret_len(a.held[PART_PRIV]);
		const size_t at[] = { 0, n / 2, n / 8 * 7, n - 33 };

		p.part[PART_SEED] = p.part[PART_PUB] = BYTES_NONE;
		for (size_t k = 0; k < KL_COUNT(at); k++) {
			if (kinds[i].type == ENG_SLH_DSA && at[k] / (n / 4) == 1)
				continue;
			priv[at[k]] ^= 1;
			assert_int_equal(import(kinds[i].type, true, &p),
			    CKR_ATTRIBUTE_VALUE_INVALID);
			priv[at[k]] ^= 1;
		}
		assert_int_equal(import(kinds[i].type, true, &p), CKR_OK);
	}
}

static void
test_modulus(void **state)
{
	(void)state;
	if (!here())
		skip();
	KL_AUTO(pair_done) struct pair a = pair_new(0);
	uint8_t *pub = secret_data(a.held[PART_PUB]);

	/* a coefficient of 4095 is not below 3329 */
	pub[0] = pub[1] = 0xff;
	assert_int_equal(import(ENG_ML_KEM, false, &a.parts),
	    CKR_ATTRIBUTE_VALUE_INVALID);
}

/* Imports what is left of p and compares with the whole pair. */
static void
check_form(size_t kind, const struct pair *whole, struct eng_parts p)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	KL_AUTO(eng_key_putp) struct eng_key *loaded = NULL;
	KL_AUTO(secret_freep) struct secret *der = NULL;
	KL_AUTO(eng_key_putp) struct eng_key *back = NULL;
	static const enum eng_part same[] = { PART_SET, PART_PUB, PART_PRIV };
	struct secret *s = NULL;

	assert_int_equal(eng_key_import(kit_eng(), kinds[kind].type, true, &p,
	    &key), CKR_OK);
	assert_int_equal(eng_key_load(kit_eng(), kinds[kind].type, true, &p,
	    &loaded), CKR_OK);
	assert_int_equal(eng_key_pkcs8(kit_eng(), key, &der), CKR_OK);
	assert_int_equal(eng_key_from_pkcs8(kit_eng(), secret_view(der), false,
	    &back), CKR_OK);
	assert_int_equal(eng_key_type(back), kinds[kind].type);
	for (size_t i = 0; i < KL_COUNT(same); i++) {
		struct eng_key *const keys[] = { key, loaded, back };

		for (size_t k = 0; k < KL_COUNT(keys); k++) {
			assert_int_equal(eng_key_part(kit_eng(), keys[k],
			    same[i], &s), CKR_OK);
			assert_true(bytes_equal(secret_view(s),
			    whole->parts.part[same[i]]));
			secret_free(s);
		}
	}
	assert_int_equal(eng_key_part(kit_eng(), back, PART_SEED, &s),
	    p.part[PART_SEED].n > 0 ? CKR_OK : CKR_ATTRIBUTE_TYPE_INVALID);
	if (p.part[PART_SEED].n > 0)
		secret_free(s);
}

static void
test_forms(void **state)
{
	(void)state;
	if (!here())
		skip();
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		KL_AUTO(pair_done) struct pair a = pair_new(i);
		struct eng_parts p = a.parts;

		check_form(i, &a, p);
		p.part[PART_PUB] = BYTES_NONE;
		check_form(i, &a, p);
		p.part[PART_SEED] = BYTES_NONE;
		check_form(i, &a, p);
		if (a.parts.part[PART_SEED].n == 0)
			continue;
		p = a.parts;
		p.part[PART_PRIV] = p.part[PART_PUB] = BYTES_NONE;
		check_form(i, &a, p);
	}
}

/* libcrypto reads our two encodings as the same key. */
static void
test_libcrypto_reads(void **state)
{
	(void)state;
	if (!here())
		skip();
	for (size_t i = 0; i < KL_COUNT(kinds); i++) {
		KL_AUTO(pair_done) struct pair a = pair_new(i);
		KL_AUTO(secret_freep) struct secret *der = NULL;
		KL_AUTO(buf_done) struct buf spki = { .p = NULL };
		KL_AUTO(pkey_freep) EVP_PKEY *priv = NULL;
		KL_AUTO(pkey_freep) EVP_PKEY *pub = NULL;
		const unsigned char *at;

		assert_int_equal(eng_key_pkcs8(kit_eng(), a.key, &der), CKR_OK);
		assert_int_equal(eng_key_spki(kit_eng(), a.key, &spki), CKR_OK);
		at = secret_data(der);
		priv = d2i_AutoPrivateKey_ex(NULL, &at, (long)secret_len(der),
		    eng_ctx(kit_eng()), NULL);
		assert_non_null(priv);
		at = spki.p;
		pub = d2i_PUBKEY_ex(NULL, &at, (long)spki.n, eng_ctx(kit_eng()),
		    NULL);
		assert_non_null(pub);
		assert_int_equal(EVP_PKEY_eq(priv, pub), 1);
		assert_int_equal(EVP_PKEY_eq(priv, a.key->pkey), 1);
	}
}

/* Every set: its row's numbers are libcrypto's. */
static void
test_all_sets(void **state)
{
	const struct pqc *row;

	(void)state;
	if (!here())
		skip();
	for (size_t i = 0; (row = pqc_at(i)) != NULL; i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
		KL_AUTO(secret_freep) struct secret *pub = NULL;
		KL_AUTO(secret_freep) struct secret *priv = NULL;
		KL_AUTO(buf_done) struct buf spki = { .p = NULL };
		struct eng_gen gen = { .type = row->type, .set = row->set };
		unsigned char *theirs = NULL;
		int n;

		/* making one of the small and slow ones takes a second */
		if (strstr(row->name, "SHAKE") != NULL &&
		    row->name[strlen(row->name) - 1] == 's')
			continue;
		assert_int_equal(eng_key_generate(kit_eng(), &gen, &key),
		    CKR_OK);
		assert_int_equal(eng_key_part(kit_eng(), key, PART_PUB, &pub),
		    CKR_OK);
		assert_int_equal(eng_key_part(kit_eng(), key, PART_PRIV, &priv),
		    CKR_OK);
		assert_int_equal(secret_len(pub), row->pub);
		assert_int_equal(secret_len(priv), row->priv);
		assert_int_equal(eng_key_bits(key), row->pub * 8);
		if (row->sig > 0)
			assert_int_equal(EVP_PKEY_get_size(key->pkey),
			    row->sig);
		assert_int_equal(eng_key_spki(kit_eng(), key, &spki), CKR_OK);
		n = i2d_PUBKEY(key->pkey, &theirs);
		assert_true(n > 0 && bytes_equal(buf_view(&spki),
		    bytes_of(theirs, (size_t)n)));
		OPENSSL_free(theirs);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bad_parts),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_modulus),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_libcrypto_reads),
		cmocka_unit_test(test_all_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
