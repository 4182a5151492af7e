/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of classes, key types and curves.
 */
#include "kit/kit.h"

#include "cli/objects.h"

static void
test_classes(void **state)
{
	static const CK_OBJECT_CLASS all[] = { CKO_DATA, CKO_CERTIFICATE,
		CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKO_SECRET_KEY, CKO_PROFILE };
	CK_OBJECT_CLASS class;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(all); i++) {
		assert_non_null(name_class(all[i]));
		assert_int_equal(strncmp(name_class_code(all[i]), "CKO_", 4),
		    0);
		assert_true(name_class_parse(name_class_word(all[i]), &class));
		assert_int_equal(class, all[i]);
	}
	assert_true(name_class_parse("privkey", &class));
	assert_int_equal(class, CKO_PRIVATE_KEY);
	assert_true(name_class_parse("cert", &class));
	assert_int_equal(class, CKO_CERTIFICATE);
	assert_false(name_class_parse("", &class));
	assert_false(name_class_parse("key", &class));
	assert_null(name_class(0x12345));
	assert_null(name_class_word(0x12345));
	assert_null(name_class_code(0x12345));
}

static void
test_key_types(void **state)
{
	(void)state;
	assert_string_equal(name_key_type(CKK_RSA), "RSA");
	assert_string_equal(name_key_code(CKK_RSA), "CKK_RSA");
	assert_string_equal(name_key_code(CKK_EC_EDWARDS), "CKK_EC_EDWARDS");
	assert_string_equal(name_key_code(CKK_SHA3_512_HMAC),
	    "CKK_SHA3_512_HMAC");
	assert_null(name_key_type(0x12345));
	assert_null(name_key_code(0x12345));
}

static void
test_curves(void **state)
{
	(void)state;
	assert_string_equal(name_curve(BYTES_STR(
	    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")), "P-256");
	assert_string_equal(name_curve(BYTES_STR("\x06\x05\x2b\x81\x04\x00\x22")),
	    "P-384");
	assert_string_equal(name_curve(BYTES_STR("\x06\x03\x2b\x65\x70")),
	    "Ed25519");
	assert_null(name_curve(BYTES_NONE));
	assert_null(name_curve(BYTES_STR("\x06")));
	assert_null(name_curve(BYTES_STR("\x06\x03\x2b\x65\x72")));
	assert_null(name_curve(BYTES_STR("\x06\x04\x2b\x65\x70")));
	assert_null(name_curve(BYTES_STR("\x06\x03\x2b\x65\x70\x00")));
	assert_null(name_curve(BYTES_STR("\x13\x03\x2b\x65\x70")));
}

static void
test_sets(void **state)
{
	(void)state;
	assert_string_equal(name_set(CKK_ML_KEM, 1), "ML-KEM-512");
	assert_string_equal(name_set(CKK_ML_DSA, 2), "ML-DSA-65");
	assert_string_equal(name_set(CKK_SLH_DSA, 12), "SLH-DSA-SHAKE-256f");
	assert_null(name_set(CKK_ML_DSA, 4));
	assert_null(name_set(CKK_EC, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_key_types),
		cmocka_unit_test(test_curves),
		cmocka_unit_test(test_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
