/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DSA, DH and X9.42 keys out of numbers: what is refused first, then what
 * comes back out of what was taken.
 */
#include "crypto/ffc_kit.h"

static const enum eng_type types[] = { ENG_DSA, ENG_DH, ENG_X942 };

static CK_RV
import(enum eng_type type, bool private, const struct eng_parts *parts)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	return eng_key_import(kit_eng(), type, private, parts, &key);
}

static CK_RV
import_params(enum eng_type type, const struct eng_parts *parts)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	return eng_params_import(kit_eng(), type, parts, &key);
}

static void
test_missing(void **state)
{
	static const enum eng_part all[] = { PART_PRIME, PART_SUBPRIME,
		PART_BASE, PART_PUB };

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		FFC_HELD(h);

		ffc_take_apart(pair, true, &h);
		for (size_t i = 0; i < KL_COUNT(all); i++) {
			struct eng_parts parts = h.parts;

			if (types[t] == ENG_DH && all[i] == PART_SUBPRIME)
				continue;
			parts.part[all[i]] = BYTES_NONE;
			assert_int_equal(import(types[t], false, &parts),
			    CKR_TEMPLATE_INCOMPLETE);
			if (all[i] != PART_PUB)
				assert_int_equal(import_params(types[t],
				    &parts), CKR_TEMPLATE_INCOMPLETE);
		}
		assert_int_equal(import(types[t], true, &h.parts),
		    CKR_TEMPLATE_INCOMPLETE);
		assert_int_equal(import(types[t], false, &h.parts), CKR_OK);
		assert_int_equal(import_params(types[t], &h.parts), CKR_OK);
	}
}

static void
test_sizes(void **state)
{
	static const struct {
		enum eng_type type;
		size_t p, q;
		CK_RV rv;
	} rows[] = {
		{ ENG_DSA, 1024, 160, CKR_KEY_SIZE_RANGE },
		{ ENG_DSA, 2048, 160, CKR_KEY_SIZE_RANGE },
		{ ENG_DSA, 2048, 224, CKR_OK },
		{ ENG_DSA, 2048, 256, CKR_OK },
		{ ENG_DSA, 2560, 256, CKR_KEY_SIZE_RANGE },
		{ ENG_DSA, 3072, 224, CKR_KEY_SIZE_RANGE },
		{ ENG_DSA, 3072, 256, CKR_OK },
		{ ENG_DSA, 4096, 256, CKR_KEY_SIZE_RANGE },
		{ ENG_DH, 2047, 0, CKR_KEY_SIZE_RANGE },
		{ ENG_DH, 2048, 0, CKR_OK },
		{ ENG_DH, 8193, 0, CKR_KEY_SIZE_RANGE },
		{ ENG_X942, 2048, 160, CKR_KEY_SIZE_RANGE },
		{ ENG_X942, 2112, 224, CKR_KEY_SIZE_RANGE },
		{ ENG_X942, 2048, 2048, CKR_KEY_SIZE_RANGE },
		{ ENG_X942, 2048, 2047, CKR_OK },
	};
	static struct eng *legacy;	/* engines are never freed */

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++)
		assert_int_equal(ffc_check_sizes(kit_eng(), rows[i].type,
		    rows[i].p, rows[i].q), rows[i].rv);
	assert_int_equal(eng_new(NULL, NULL, 512, &legacy), CKR_OK);
	assert_int_equal(ffc_check_sizes(legacy, ENG_DSA, 1024, 160), CKR_OK);
	assert_int_equal(ffc_check_sizes(legacy, ENG_DSA, 512, 160),
	    CKR_KEY_SIZE_RANGE);
	assert_int_equal(ffc_check_sizes(legacy, ENG_DH, 1023, 0),
	    CKR_KEY_SIZE_RANGE);
}

/* A group with one number changed is none. */
static void
test_bad_groups(void **state)
{
	static const enum eng_part all[] = { PART_PRIME, PART_SUBPRIME,
		PART_BASE };

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		FFC_HELD(h);

		ffc_take_apart(pair, true, &h);
		for (size_t i = 0; i < KL_COUNT(all); i++) {
			struct secret *s = h.held[all[i]];

			/* In a DH group of safe prime any base is good. */
			if (types[t] == ENG_DH && all[i] != PART_PRIME)
				continue;
			secret_data(s)[secret_len(s) - 1] ^= 2;
			assert_int_equal(import(types[t], false, &h.parts),
			    CKR_DOMAIN_PARAMS_INVALID);
			assert_int_equal(import_params(types[t], &h.parts),
			    CKR_DOMAIN_PARAMS_INVALID);
			secret_data(s)[secret_len(s) - 1] ^= 2;
		}
		assert_int_equal(import(types[t], false, &h.parts), CKR_OK);
	}
}

/* n minus k, as bytes of n's length (k small, n odd). */
static struct secret *
minus(const struct secret *n, uint8_t k)
{
	struct secret *s = NULL;
	uint8_t *p;
	size_t at = secret_len(n) - 1;

	assert_int_equal(secret_copy(secret_view(n), &s), CKR_OK);
	p = secret_data(s);
	while (p[at] < k) {
		p[at] = (uint8_t)(p[at] - k);
		k = 1;
		at--;
	}
	p[at] = (uint8_t)(p[at] - k);
	return s;
}

static void
test_bases(void **state)
{
	static const uint8_t zero = 0, one = 1, two = 2;

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(secret_freep) struct secret *top = NULL;
		FFC_HELD(h);

		ffc_take_apart(ffc_group(types[t]), true, &h);
		top = minus(h.held[PART_PRIME], 1);
		h.parts.part[PART_BASE] = bytes_of(&zero, 1);
		assert_int_equal(import_params(types[t], &h.parts),
		    CKR_DOMAIN_PARAMS_INVALID);
		h.parts.part[PART_BASE] = bytes_of(&one, 1);
		assert_int_equal(import_params(types[t], &h.parts),
		    CKR_DOMAIN_PARAMS_INVALID);
		h.parts.part[PART_BASE] = secret_view(top);
		assert_int_equal(import_params(types[t], &h.parts),
		    CKR_DOMAIN_PARAMS_INVALID);
		/* a square only by chance, or of order (p - 1) / 2 */
		h.parts.part[PART_BASE] = bytes_of(&two, 1);
		assert_int_equal(import_params(types[t], &h.parts),
		    types[t] == ENG_DH ? CKR_OK : CKR_DOMAIN_PARAMS_INVALID);
	}
}

static void
test_bad_public(void **state)
{
	static const uint8_t zero = 0, one = 1;

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		KL_AUTO(secret_freep) struct secret *top = NULL;
		FFC_HELD(h);
		struct secret *y;

		ffc_take_apart(pair, true, &h);
		y = h.held[PART_PUB];
		h.parts.part[PART_PUB] = bytes_of(&zero, 1);
		assert_int_equal(import(types[t], false, &h.parts),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		h.parts.part[PART_PUB] = bytes_of(&one, 1);
		assert_int_equal(import(types[t], false, &h.parts),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		/* of order 2 */
		top = minus(h.held[PART_PRIME], 1);
		h.parts.part[PART_PUB] = secret_view(top);
		assert_int_equal(import(types[t], false, &h.parts),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		/* p - y is in the other half, as p is 3 modulo 4 for DH; of
		 * order 2 q for the others */
		h.parts.part[PART_PUB] = h.parts.part[PART_PRIME];
		assert_int_equal(import(types[t], false, &h.parts),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		h.parts.part[PART_PUB] = secret_view(y);
		assert_int_equal(import(types[t], false, &h.parts), CKR_OK);
	}
}

/* The subgroup: p - y is no power of g. */
static void
test_subgroup(void **state)
{
	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		KL_AUTO(bn_freep) BIGNUM *p = NULL;
		KL_AUTO(bn_freep) BIGNUM *y = NULL;
		uint8_t out[256];
		FFC_HELD(h);

		ffc_take_apart(pair, true, &h);
		p = BN_bin2bn(secret_data(h.held[PART_PRIME]), 256, NULL);
		y = BN_bin2bn(secret_data(h.held[PART_PUB]),
		    (int)secret_len(h.held[PART_PUB]), NULL);
		assert_int_equal(BN_sub(y, p, y), 1);
		assert_int_equal(BN_bn2binpad(y, out, sizeof(out)), 256);
		h.parts.part[PART_PUB] = bytes_of(out, sizeof(out));
		assert_int_equal(import(types[t], false, &h.parts),
		    CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

static void
test_bad_private(void **state)
{
	static const uint8_t zero = 0, one = 1;

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		FFC_HELD(h);

		ffc_take_apart(pair, false, &h);
		h.parts.part[PART_PRIV] = bytes_of(&zero, 1);
		assert_int_equal(import(types[t], true, &h.parts),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		h.parts.part[PART_PRIV] = types[t] == ENG_DH ?
		    h.parts.part[PART_PRIME] : h.parts.part[PART_SUBPRIME];
		assert_int_equal(import(types[t], true, &h.parts),
		    CKR_ATTRIBUTE_VALUE_INVALID);
		h.parts.part[PART_PRIV] = bytes_of(&one, 1);
		assert_int_equal(import(types[t], true, &h.parts), CKR_OK);
	}
}

/* A private key knows its public half, loaded or imported; parts come back. */
static void
test_round(void **state)
{
	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		KL_AUTO(eng_key_putp) struct eng_key *again = NULL;
		KL_AUTO(eng_key_putp) struct eng_key *loaded = NULL;
		KL_AUTO(secret_freep) struct secret *y = NULL;
		KL_AUTO(secret_freep) struct secret *y1 = NULL;
		KL_AUTO(secret_freep) struct secret *y2 = NULL;
		FFC_HELD(h);

		ffc_take_apart(pair, false, &h);
		assert_int_equal(eng_key_import(kit_eng(), types[t], true,
		    &h.parts, &again), CKR_OK);
		assert_int_equal(eng_key_load(kit_eng(), types[t], true,
		    &h.parts, &loaded), CKR_OK);
		assert_int_equal(eng_key_bits(again), 2048);
		assert_true(eng_key_private(again));
		y = pair_part(pair, PART_PUB);
		y1 = pair_part(again, PART_PUB);
		y2 = pair_part(loaded, PART_PUB);
		assert_true(bytes_equal(secret_view(y), secret_view(y1)));
		assert_true(bytes_equal(secret_view(y), secret_view(y2)));
	}
}

/* Halves and parameters do not give what they have not. */
static void
test_parts(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(ENG_DSA);
	KL_AUTO(eng_key_putp) struct eng_key *public = ffc_public(pair);
	struct secret *s = NULL;

	(void)state;
	assert_false(eng_key_private(public));
	assert_int_equal(eng_key_part(kit_eng(), public, PART_PRIV, &s),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	assert_int_equal(eng_key_part(kit_eng(), public, PART_N, &s),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	assert_int_equal(eng_key_part(kit_eng(), ffc_group(ENG_DSA), PART_PUB,
	    &s), CKR_ATTRIBUTE_TYPE_INVALID);
	assert_int_equal(eng_key_part(kit_eng(), public, PART_SEED, &s),
	    CKR_ATTRIBUTE_TYPE_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_bad_groups),
		cmocka_unit_test(test_bases),
		cmocka_unit_test(test_bad_public),
		cmocka_unit_test(test_subgroup),
		cmocka_unit_test(test_bad_private),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
