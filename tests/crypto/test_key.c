/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of all types: missing parts, reading parts back, references, loading
 * what was accepted before, check values.
 */
#include "crypto/pair_kit.h"

#include <openssl/err.h>

static void
test_missing_parts(void **state)
{
	struct eng_parts none = { .part = { { NULL, 0 } } };
	struct eng_key *key = NULL;

	(void)state;
	for (int type = 0; type < (int)ENG_TYPES; type++)
		for (int private = 0; private < 2; private++) {
			assert_int_equal(eng_key_import(kit_eng(),
			    (enum eng_type)type, private, &none, &key),
			    CKR_TEMPLATE_INCOMPLETE);
			assert_int_equal(eng_key_load(kit_eng(),
			    (enum eng_type)type, private, &none, &key),
			    CKR_TEMPLATE_INCOMPLETE);
			assert_null(key);
		}
}

static void
no_part(const struct eng_key *key, enum eng_part part)
{
	struct secret *s = NULL;

	assert_int_equal(eng_key_part(kit_eng(), key, part, &s),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	assert_null(s);
}

static void
test_parts_that_are_not(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *rsa_pub = pair_public(rsa);
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("secp384r1");
	KL_AUTO(eng_key_putp) struct eng_key *ec_pub = pair_public(ec);
	KL_AUTO(eng_key_putp) struct eng_key *ed = pair_generate("ED448");
	KL_AUTO(eng_key_putp) struct eng_key *ed_pub = pair_public(ed);
	KL_AUTO(eng_key_putp) struct eng_key *aes = kit_key_hex("0011");

	(void)state;
	for (int part = PART_D; part < (int)PARTS; part++)
		no_part(rsa_pub, (enum eng_part)part);
	for (int part = PART_CURVE; part < (int)PARTS; part++)
		no_part(rsa, (enum eng_part)part);
	for (int part = PART_N; part < (int)PART_CURVE; part++) {
		no_part(ec, (enum eng_part)part);
		no_part(aes, (enum eng_part)part);
	}
	no_part(ec_pub, PART_PRIV);
	no_part(ed_pub, PART_PRIV);
	no_part(ec, PART_VALUE);
	no_part(aes, PART_POINT);
	assert_false(eng_key_private(ec_pub));
	assert_true(eng_key_private(aes));
}

/* Takes a pair apart, and builds it again from all parts. */
static void
rebuild(const struct eng_key *key)
{
	struct secret *held[PARTS] = { NULL };
	struct eng_parts parts = { .part = { { NULL, 0 } } };
	KL_AUTO(eng_key_putp) struct eng_key *imported = NULL;
	KL_AUTO(eng_key_putp) struct eng_key *loaded = NULL;

	for (int i = 0; i < (int)PARTS; i++)
		if (eng_key_part(kit_eng(), key, (enum eng_part)i, &held[i]) ==
		    CKR_OK)
			parts.part[i] = secret_view(held[i]);
	assert_int_equal(eng_key_import(kit_eng(), key->type, true, &parts,
	    &imported), CKR_OK);
	assert_int_equal(eng_key_load(kit_eng(), key->type, true, &parts,
	    &loaded), CKR_OK);
	assert_int_equal(eng_key_bits(imported), eng_key_bits(key));
	assert_int_equal(eng_key_bits(loaded), eng_key_bits(key));
	for (int i = 0; i < (int)PARTS; i++) {
		KL_AUTO(secret_freep) struct secret *a = NULL;
		KL_AUTO(secret_freep) struct secret *b = NULL;

		if (held[i] == NULL)
			continue;
		a = pair_part(imported, (enum eng_part)i);
		b = pair_part(loaded, (enum eng_part)i);
		assert_true(secret_equal(secret_view(held[i]), secret_view(a)));
		assert_true(secret_equal(secret_view(held[i]), secret_view(b)));
		secret_free(held[i]);
	}
}

static void
test_rebuild(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *aes = kit_key_hex("0011223344");
	const struct curve *c;

	(void)state;
	rebuild(rsa);
	rebuild(aes);
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = pair_generate(
		    c->name);

		rebuild(key);
		assert_int_equal(eng_key_type(key), c->type);
		assert_int_equal(eng_key_bits(key), c->bits);
	}
}

static void
test_references(void **state)
{
	struct eng_key *key = kit_key_hex("00");

	(void)state;
	eng_key_put(NULL);
	assert_ptr_equal(eng_key_get(key), key);
	eng_key_put(key);
	assert_int_equal(eng_key_bits(key), 8);
	eng_key_putp(&key);
	assert_null(key);
}

static void
test_check_values(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *aes = kit_key_hex(
	    "00000000000000000000000000000000");
	KL_AUTO(eng_key_putp) struct eng_key *abc = kit_key_hex("616263");
	KL_AUTO(eng_key_putp) struct eng_key *des3 = kit_key_hex(
	    "0123456789abcdef0123456789abcdef0123456789abcdef");
	KL_AUTO(eng_key_putp) struct eng_key *des =
	    kit_key_hex("0123456789abcdef");
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	uint8_t out[20];

	(void)state;
	assert_int_equal(eng_key_check(kit_eng(), ec, ENG_CIPHERS, out),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(eng_key_check(kit_eng(), abc, ENG_AES, out),
	    CKR_KEY_SIZE_RANGE);
	/* AES-128 of zero under zero: 66e94b..; SHA-1("abc"): a9993e.. */
	assert_int_equal(eng_key_check(kit_eng(), aes, ENG_AES, out), CKR_OK);
	assert_memory_equal(out, "\x66\xe9\x4b", 3);
	/* DES of zero under 0123456789abcdef: d5d44f.. */
	assert_int_equal(eng_key_check(kit_eng(), aes, ENG_DES3, out),
	    CKR_KEY_SIZE_RANGE);
	assert_int_equal(eng_key_check(kit_eng(), des3, ENG_DES3, out), CKR_OK);
	assert_memory_equal(out, "\xd5\xd4\x4f", 3);
	/* the default provider has no DES */
	assert_int_equal(eng_key_check(kit_eng(), des, ENG_DES, out),
	    CKR_DEVICE_ERROR);
	assert_int_equal(eng_key_check(kit_eng(), abc, ENG_CIPHERS, out),
	    CKR_OK);
	assert_memory_equal(out, "\xa9\x99\x3e", 3);
	assert_int_equal(eng_sha1_prefix(kit_eng(), BYTES_STR("abc"), out, 20),
	    CKR_OK);
	assert_memory_equal(out + 16, "\x9c\xd0\xd8\x9d", 4);
}

/* A refused key leaves what the host had in libcrypto's error queue. */
static void
test_error_queue(void **state)
{
	const struct curve *c = pair_curve("prime256v1");
	struct eng_key *key = NULL;
	char bad[131] = "04";

	(void)state;
	memset(bad + 2, '1', 128);
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 77);
	assert_int_equal(pair_import(c, NULL, bad, &key),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 77);
	assert_int_equal(ERR_get_error(), 0);
	assert_int_equal(pair_import(c, NULL, bad, &key),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(ERR_get_error(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing_parts),
		cmocka_unit_test(test_parts_that_are_not),
		cmocka_unit_test(test_rebuild),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_check_values),
		cmocka_unit_test(test_error_queue),
	};

	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
