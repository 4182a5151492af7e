/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of the monotonic counter: back as it was written, and refused when
 * anything of it was changed.
 */
#include "seal/kit.h"

static void
tampered(void **state)
{
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf r = { 0 };
	uint64_t out = 5;

	assert_int_equal(seal_counter_record(k->kr, 99, &r), CKR_OK);
	for (size_t i = 0; i < r.n; i++) {
		r.p[i] ^= 4;
		assert_int_equal(seal_counter_read(k->kr, buf_view(&r), &out),
		    CKR_DEVICE_ERROR);
		r.p[i] ^= 4;
		assert_int_equal(seal_counter_read(k->kr, bytes_of(r.p, i),
		    &out), CKR_DEVICE_ERROR);
	}
	assert_int_equal(out, 5);
}

static void
back(void **state)
{
	struct kit *k = *state;
	static const uint64_t values[] = { 0, 1, UINT64_MAX };

	for (size_t i = 0; i < 3; i++) {
		KL_AUTO(buf_done) struct buf r = { 0 };
		uint64_t out = 7;

		assert_int_equal(seal_counter_record(k->kr, values[i], &r),
		    CKR_OK);
		assert_int_equal(seal_counter_read(k->kr, buf_view(&r), &out),
		    CKR_OK);
		assert_true(out == values[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(tampered),
		KIT_TEST(back),
	};

	return cmocka_run_group_tests_name("seal/counter", tests, NULL, NULL);
}
