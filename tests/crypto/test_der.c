/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER: what is not the one right encoding, and that writing and reading are
 * each other's reverse at every change of the length's form.
 */
#include "crypto/eng_kit.h"
#include "crypto/der.h"

static bool
reads(const char *hex, uint8_t tag)
{
	KL_AUTO(kit_free) struct kit_bytes b = kit_hex(hex);
	struct reader r = reader_of(kit_view(&b));

	(void)der_read(&r, tag);
	return read_done(&r);
}

static void
test_bad_lengths(void **state)
{
	static const char *const bad[] = {
		"", "04", "0401", "040201", "05", "0381", "0400" "00",
		"0480" "0000",		/* indefinite */
		"048100",		/* could be shorter */
		"04810100", "0482000100",
		"04820080",		/* and cut */
		"0485000000000100",	/* five bytes of length */
		"04ff00", "0484ffffffff00", "048400000001" "00",
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_false(reads(bad[i], DER_OCTET_STRING));
	assert_true(reads("0400", DER_OCTET_STRING));
	assert_true(reads("040155", DER_OCTET_STRING));
	assert_false(reads("040155", DER_OID));
}

static void
test_integers(void **state)
{
	static const struct {
		const char *hex;
		bool ok;
		size_t n;
	} all[] = {
		{ "0200", false, 0 }, { "020180", false, 0 },
		{ "0202ffff", false, 0 }, { "02020001", false, 0 },
		{ "02020000", false, 0 }, { "020100", true, 0 },
		{ "020101", true, 1 }, { "02020080", true, 1 },
		{ "02027fff", true, 2 },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(all); i++) {
		KL_AUTO(kit_free) struct kit_bytes b = kit_hex(all[i].hex);
		KL_AUTO(buf_done) struct buf again = { .p = NULL };
		struct reader r = reader_of(kit_view(&b));
		struct bytes v = der_read_uint(&r);

		assert_int_equal(read_done(&r), all[i].ok);
		assert_int_equal(v.n, all[i].n);
		if (!all[i].ok)
			continue;
		der_put_uint(&again, v);
		assert_int_equal(again.n, b.n);
		assert_memory_equal(again.p, b.p, b.n);
	}
}

static void
test_bit_strings(void **state)
{
	static const char *const bad[] = { "0300", "030101", "03020780" };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++) {
		KL_AUTO(kit_free) struct kit_bytes b = kit_hex(bad[i]);
		struct reader r = reader_of(kit_view(&b));

		(void)der_read_bits(&r);
		assert_true(r.failed);
	}
}

static void
test_round_trip(void **state)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536,
	    16777215, 16777216 };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(sizes); i++) {
		KL_AUTO(kit_free) struct kit_bytes b = kit_alloc(sizes[i]);
		KL_AUTO(buf_done) struct buf out = { .p = NULL };
		struct reader r;

		der_put(&out, DER_OCTET_STRING, kit_view(&b));
		assert_int_equal(buf_rv(&out), CKR_OK);
		r = reader_of(buf_view(&out));
		assert_int_equal(der_read(&r, DER_OCTET_STRING).n, b.n);
		assert_true(read_done(&r));
		r = reader_of(buf_view(&out));
		assert_int_equal(der_read_whole(&r, DER_OCTET_STRING).n,
		    out.n);
	}
}

static void
test_nesting(void **state)
{
	KL_AUTO(kit_free) struct kit_bytes b = kit_hex("300402010530" "00");
	struct reader r = reader_of(kit_view(&b));
	struct reader in = der_enter(&r, DER_SEQUENCE);
	struct buf broken = { .failed = true };
	struct buf out = { .p = NULL };

	(void)state;
	assert_int_equal(der_read_uint(&in).n, 1);
	/* The second sequence begins inside the first and ends outside. */
	(void)der_enter(&in, DER_SEQUENCE);
	assert_true(in.failed);
	r = reader_of(BYTES_NONE);
	in = der_enter(&r, DER_SEQUENCE);
	assert_true(r.failed && in.failed);
	der_put_buf(&out, DER_SEQUENCE, &broken);
	assert_int_equal(buf_rv(&out), CKR_HOST_MEMORY);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_lengths),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_bit_strings),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_nesting),
	};

	return cmocka_run_group_tests_name("der", tests, NULL, NULL);
}
