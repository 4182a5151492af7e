/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The forms of an ECDSA signature, without keys.
 */
#include "crypto/eng_kit.h"
#include "crypto/sign_int.h"

static CK_RV
to_raw(const char *hex, size_t size, uint8_t *out)
{
	KL_AUTO(kit_free) struct kit_bytes der = kit_hex(hex);

	return ecdsa_der_to_raw(kit_view(&der), size, out);
}

static void
test_der_bad(void **state)
{
	static const char *const bad[] = {
		"", "3000", "3003020101", "300602010102010100",
		"3006020100020101",	/* r = 0 */
		"3006020101020100",	/* s = 0 */
		"3006020181020101",	/* negative */
		"3009020101020101020101",
		"300a02050102030405020101", /* r too long */
	};
	uint8_t out[8];

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_int_equal(to_raw(bad[i], 4, out), CKR_DEVICE_ERROR);
}

static void
test_raw_bad(void **state)
{
	static const uint8_t raw[12];

	(void)state;
	for (size_t n = 0; n <= sizeof(raw); n++) {
		KL_AUTO(buf_done) struct buf out = { .p = NULL };
		CK_RV want = n > 0 && n % 2 == 0 && n <= 8 ? CKR_OK :
		    CKR_SIGNATURE_LEN_RANGE;

		assert_int_equal(ecdsa_raw_to_der(bytes_of(raw, n), 4, &out),
		    want);
	}
}

static void
test_both_ways(void **state)
{
	static const char *const pairs[][2] = {
		{ "3006020101020102", "0000000100000002" },
		{ "300d02050080000000" "020400800000", "8000000000800000" },
		{ "300e020500ffffffff020500fffffffe", "fffffffffffffffe" },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(pairs); i++) {
		KL_AUTO(kit_free) struct kit_bytes der = kit_hex(pairs[i][0]);
		KL_AUTO(kit_free) struct kit_bytes raw = kit_hex(pairs[i][1]);
		KL_AUTO(buf_done) struct buf again = { .p = NULL };
		uint8_t out[8];

		assert_int_equal(ecdsa_der_to_raw(kit_view(&der), 4, out),
		    CKR_OK);
		assert_memory_equal(out, raw.p, 8);
		assert_int_equal(ecdsa_raw_to_der(kit_view(&raw), 4, &again),
		    CKR_OK);
		assert_int_equal(again.n, der.n);
		assert_memory_equal(again.p, der.p, der.n);
	}
}

/* 3.2 section 6.3.1: shorter halves of equal length. */
static void
test_short_halves(void **state)
{
	KL_AUTO(kit_free) struct kit_bytes raw = kit_hex("0102");
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	KL_AUTO(kit_free) struct kit_bytes want = kit_hex("3006020101020102");

	(void)state;
	assert_int_equal(ecdsa_raw_to_der(kit_view(&raw), 4, &out), CKR_OK);
	assert_int_equal(out.n, want.n);
	assert_memory_equal(out.p, want.p, want.n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_der_bad),
		cmocka_unit_test(test_raw_bad),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_short_halves),
	};

	return cmocka_run_group_tests_name("ecdsa", tests, NULL, NULL);
}
