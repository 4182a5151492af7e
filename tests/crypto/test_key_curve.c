/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of curves: bad halves, halves of different pairs, and the forms that
 * are taken.
 */
#include "crypto/pair_kit.h"

#include "crypto/der.h"

#define ONE "0000000000000000000000000000000000000000000000000000000000000001"

static CK_RV
import(const char *curve, const char *priv, const char *point)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	return pair_import(pair_curve(curve), priv, point, &key);
}

static void
test_bad_private_halves(void **state)
{
	static const char *const bad[][2] = {
		{ "prime256v1", "00" }, { "prime256v1", "01" ONE },
		/* the order */
		{ "prime256v1", "ffffffff00000000ffffffffffffffff"
		    "bce6faada7179e84f3b9cac2fc632551" },
		{ "ED25519", "01" }, { "ED25519", ONE "00" },
		{ "ED25519", "00" ONE }, { "ED448", ONE },
		{ "X25519", ONE "00" }, { "X448", ONE },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_int_equal(import(bad[i][0], bad[i][1], NULL),
		    CKR_ATTRIBUTE_VALUE_INVALID);
	/* Zeros in front of a scalar are none of its own. */
	assert_int_equal(import("prime256v1", "01", NULL), CKR_OK);
	assert_int_equal(import("prime256v1", "0000" ONE, NULL), CKR_OK);
}

static void
test_bad_public_halves(void **state)
{
	(void)state;
	assert_int_equal(import("prime256v1", NULL, "00"),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(import("prime256v1", NULL, "04" ONE ONE),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(import("X25519", NULL,
	    "00000000000000000000000000000000"
	    "00000000000000000000000000000000"), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(import("ED25519", NULL,
	    "01000000000000000000000000000000"
	    "00000000000000000000000000000000"), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* The private half of one pair with the public half of another. */
static void
test_mismatch(void **state)
{
	const struct curve *c;

	(void)state;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		KL_AUTO(eng_key_putp) struct eng_key *a = pair_generate(
		    c->name);
		KL_AUTO(eng_key_putp) struct eng_key *b = pair_generate(
		    c->name);
		KL_AUTO(secret_freep) struct secret *priv = pair_part(a,
		    PART_PRIV);
		KL_AUTO(secret_freep) struct secret *point = pair_part(b,
		    PART_POINT);
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
		struct eng_parts parts = { .part = { [PART_CURVE] = c->oid,
		    [PART_PRIV] = secret_view(priv),
		    [PART_POINT] = secret_view(point) } };

		assert_int_equal(eng_key_import(kit_eng(), c->type, true,
		    &parts, &key), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

static void
test_wrong_curves(void **state)
{
	static const uint8_t sect163k1[] = { 6, 5, 0x2b, 0x81, 4, 0, 1 };
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	const struct curve *ed = pair_curve("ED25519");
	struct eng_parts parts = { .part = { [PART_PRIV] = BYTES_STR("x") } };

	(void)state;
	parts.part[PART_CURVE] = bytes_of(sect163k1, sizeof(sect163k1));
	assert_int_equal(eng_key_import(kit_eng(), ENG_EC, true, &parts, &key),
	    CKR_CURVE_NOT_SUPPORTED);
	parts.part[PART_CURVE] = ed->oid;
	assert_int_equal(eng_key_import(kit_eng(), ENG_EC, true, &parts, &key),
	    CKR_CURVE_NOT_SUPPORTED);
	parts.part[PART_CURVE] = BYTES_STR("x");
	assert_int_equal(eng_key_import(kit_eng(), ENG_EC, true, &parts, &key),
	    CKR_DOMAIN_PARAMS_INVALID);
}

/* A pair without its point gets the right one. */
static void
test_computed_points(void **state)
{
	const struct curve *c;

	(void)state;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		KL_AUTO(eng_key_putp) struct eng_key *a = pair_generate(
		    c->name);
		KL_AUTO(secret_freep) struct secret *priv = pair_part(a,
		    PART_PRIV);
		KL_AUTO(secret_freep) struct secret *want = pair_part(a,
		    PART_POINT);
		struct eng_parts parts = { .part = { [PART_CURVE] = c->oid,
		    [PART_PRIV] = secret_view(priv) } };

		for (int load = 0; load < 2; load++) {
			KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
			KL_AUTO(secret_freep) struct secret *got = NULL;

			assert_int_equal((load ? eng_key_load :
			    eng_key_import)(kit_eng(), c->type, true, &parts,
			    &key), CKR_OK);
			got = pair_part(key, PART_POINT);
			assert_true(bytes_equal(secret_view(got),
			    secret_view(want)));
		}
	}
}

/* Parameters by name, the point compressed in an OCTET STRING: standard
 * form out. */
static void
test_other_forms(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *a = pair_generate("secp384r1");
	KL_AUTO(secret_freep) struct secret *want = pair_part(a, PART_POINT);
	KL_AUTO(secret_freep) struct secret *curve = NULL;
	KL_AUTO(secret_freep) struct secret *point = NULL;
	KL_AUTO(buf_done) struct buf name = { .p = NULL };
	KL_AUTO(buf_done) struct buf wrapped = { .p = NULL };
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	struct eng_parts parts = { .part = { { NULL, 0 } } };
	uint8_t small[49];

	(void)state;
	small[0] = 2 + (secret_data(want)[96] & 1);
	memcpy(small + 1, secret_data(want) + 1, 48);
	eng_octet_string(bytes_of(small, 49), &wrapped);
	der_put(&name, DER_PRINTABLE, BYTES_STR("P-384"));
	parts.part[PART_CURVE] = buf_view(&name);
	parts.part[PART_POINT] = buf_view(&wrapped);
	assert_int_equal(eng_key_import(kit_eng(), ENG_EC, false, &parts,
	    &key), CKR_OK);
	curve = pair_part(key, PART_CURVE);
	point = pair_part(key, PART_POINT);
	assert_true(bytes_equal(secret_view(curve), a->curve->oid));
	assert_true(bytes_equal(secret_view(point), secret_view(want)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_private_halves),
		cmocka_unit_test(test_bad_public_halves),
		cmocka_unit_test(test_mismatch),
		cmocka_unit_test(test_wrong_curves),
		cmocka_unit_test(test_computed_points),
		cmocka_unit_test(test_other_forms),
	};

	return cmocka_run_group_tests_name("key_curve", tests, NULL, NULL);
}
