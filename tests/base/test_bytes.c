/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte strings: reads past the end, growth past the limit, then the layout of
 * what is written and read, and that a buf leaves nothing behind.
 */
#include "base/bytes.h"

#include "kit/kit.h"

static void
test_read_past_end(void **state)
{
	struct reader r = reader_of(BYTES_STR("\x01\x02\x03"));

	(void)state;
	assert_int_equal(read_u32(&r), 0);
	assert_true(r.failed);
	/* What would have fitted is refused as well once a read failed. */
	assert_int_equal(read_u8(&r), 0);
	assert_int_equal(read_bytes(&r, 0).n, 0);
	assert_false(read_done(&r));
}

static void
test_read_var_too_long(void **state)
{
	struct reader r = reader_of(BYTES_STR("\x00\x00\x00\x03xy"));
	struct reader huge = reader_of(BYTES_STR("\xff\xff\xff\xffxy"));

	(void)state;
	assert_int_equal(read_var(&r).n, 0);
	assert_true(r.failed);
	assert_null(read_var(&huge).p);
	assert_true(huge.failed);
}

static void
test_read_not_done(void **state)
{
	struct reader r = reader_of(BYTES_STR("\x01\x02"));

	(void)state;
	assert_int_equal(read_u8(&r), 1);
	assert_false(r.failed);
	assert_false(read_done(&r));
	assert_int_equal(read_u8(&r), 2);
	assert_true(read_done(&r));
}

static void
test_read_nothing(void **state)
{
	struct reader r = reader_of(BYTES_NONE);

	(void)state;
	assert_true(read_done(&r));
	assert_int_equal(read_bytes(&r, 0).n, 0);
	assert_true(read_done(&r));
	assert_int_equal(read_bytes(&r, SIZE_MAX).n, 0);
	assert_false(read_done(&r));
}

static void
test_buf_past_limit(void **state)
{
	KL_AUTO(buf_done) struct buf b = { .p = NULL };

	(void)state;
	buf_put_u8(&b, 7);
	assert_null(buf_grow(&b, BUF_MAX));
	assert_int_equal(buf_rv(&b), CKR_HOST_MEMORY);
	/* A failed writer keeps what it had and takes nothing more. */
	buf_put_u8(&b, 8);
	buf_put_var(&b, BYTES_NONE);
	assert_null(buf_grow(&b, 0));
	assert_int_equal(b.n, 1);
	assert_int_equal(b.p[0], 7);
}

static void
test_buf_sizes_overflow(void **state)
{
	static const uint8_t byte = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		KL_AUTO(buf_done) struct buf b = { .p = NULL };
		size_t n = SIZE_MAX - (size_t)i;

		buf_put_u8(&b, 1);
		if (i % 2 == 0)
			buf_put_var(&b, bytes_of(&byte, n));
		else
			buf_put(&b, bytes_of(&byte, n));
		assert_int_equal(buf_rv(&b), CKR_HOST_MEMORY);
		assert_int_equal(b.n, 1);
	}
}

static void
test_buf_var_all_or_nothing(void **state)
{
	KL_AUTO(buf_done) struct buf b = { .p = NULL };
	KL_AUTO(buf_done) struct buf whole = { .p = NULL };

	(void)state;
	assert_non_null(buf_grow(&whole, BUF_MAX));
	assert_int_equal(whole.n, BUF_MAX);
	buf_put_var(&b, buf_view(&whole));
	assert_int_equal(buf_rv(&b), CKR_HOST_MEMORY);
	assert_int_equal(b.n, 0);
}

static void
test_buf_set_too_long(void **state)
{
	KL_AUTO(buf_done) struct buf b = { .p = NULL };
	static const uint8_t byte = 0;

	(void)state;
	assert_int_equal(buf_set(&b, BYTES_STR("old")), CKR_OK);
	assert_int_equal(buf_set(&b, bytes_of(&byte, BUF_MAX + 1)),
	    CKR_HOST_MEMORY);
	assert_true(bytes_equal(buf_view(&b), BYTES_STR("old")));
	assert_int_equal(buf_rv(&b), CKR_OK);
}

static void
test_buf_layout(void **state)
{
	KL_AUTO(buf_done) struct buf b = { .p = NULL };

	(void)state;
	buf_put_u8(&b, 0x01);
	buf_put_u16(&b, 0x0203);
	buf_put_u32(&b, 0x04050607);
	buf_put_u64(&b, 0x08090a0b0c0d0e0fu);
	buf_put_var(&b, BYTES_STR("ab"));
	buf_put(&b, BYTES_NONE);
	assert_int_equal(buf_rv(&b), CKR_OK);
	assert_true(bytes_equal(buf_view(&b),
	    BYTES_STR("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d"
		      "\x0e\x0f\x00\x00\x00\x02" "ab")));
}

static void
test_round_trip(void **state)
{
	KL_AUTO(buf_done) struct buf b = { .p = NULL };
	struct reader r;

	(void)state;
	buf_put_u64(&b, UINT64_MAX - 1);
	buf_put_u32(&b, UINT32_MAX - 1);
	buf_put_u16(&b, UINT16_MAX - 1);
	buf_put_u8(&b, UINT8_MAX - 1);
	buf_put_var(&b, BYTES_NONE);
	buf_put_var(&b, BYTES_STR("text"));
	r = reader_of(buf_view(&b));
	assert_true(read_u64(&r) == UINT64_MAX - 1);
	assert_true(read_u32(&r) == UINT32_MAX - 1);
	assert_true(read_u16(&r) == UINT16_MAX - 1);
	assert_true(read_u8(&r) == UINT8_MAX - 1);
	assert_int_equal(read_var(&r).n, 0);
	assert_true(bytes_equal(read_var(&r), BYTES_STR("text")));
	assert_true(read_done(&r));
}

static void
test_buf_grows(void **state)
{
	KL_AUTO(buf_done) struct buf b = { .p = NULL };
	uint8_t *at;

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		buf_put_u16(&b, (uint16_t)i);
	assert_int_equal(b.n, 200000);
	for (unsigned i = 0; i < 100000; i++) {
		assert_int_equal(b.p[2 * i], (uint8_t)(i >> 8));
		assert_int_equal(b.p[2 * i + 1], (uint8_t)i);
	}
	at = buf_grow(&b, 3);
	assert_ptr_equal(at, b.p + 200000);
	assert_int_equal(at[0] | at[1] | at[2], 0);
}

static void
test_buf_set_part_of_itself(void **state)
{
	KL_AUTO(buf_done) struct buf b = { .p = NULL };

	(void)state;
	assert_int_equal(buf_set(&b, BYTES_STR("0123456789")), CKR_OK);
	assert_int_equal(buf_set(&b, bytes_of(b.p + 3, 4)), CKR_OK);
	assert_true(bytes_equal(buf_view(&b), BYTES_STR("3456")));
	assert_int_equal(buf_set(&b, BYTES_NONE), CKR_OK);
	assert_int_equal(b.n, 0);
}

static void
test_compare(void **state)
{
	(void)state;
	assert_true(bytes_compare(BYTES_STR("a"), BYTES_STR("b")) < 0);
	assert_true(bytes_compare(BYTES_STR("b"), BYTES_STR("ab")) > 0);
	assert_true(bytes_compare(BYTES_STR("a"), BYTES_STR("ab")) < 0);
	assert_true(bytes_compare(BYTES_STR("ab"), BYTES_STR("a")) > 0);
	assert_true(bytes_compare(BYTES_NONE, BYTES_STR("")) == 0);
	assert_true(bytes_compare(BYTES_NONE, BYTES_STR("a")) < 0);
	assert_false(bytes_equal(BYTES_STR("a"), BYTES_STR("a\0")));
	assert_true(bytes_equal(BYTES_STR("a\0b"), BYTES_STR("a\0b")));
}

static void
test_trim(void **state)
{
	(void)state;
	assert_int_equal(bytes_trim(BYTES_NONE).n, 0);
	assert_int_equal(bytes_trim(BYTES_STR("\0\0")).n, 0);
	assert_true(bytes_equal(bytes_trim(BYTES_STR("\0\0\1\0")),
	    BYTES_STR("\1\0")));
	assert_true(bytes_equal(bytes_trim(BYTES_STR("\1")), BYTES_STR("\1")));
}

/* What a buf held is found while it lives, and neither after growing twice
 * and giving back. */
static void
test_buf_wipes(void **state)
{
	static const uint8_t turned[] = { 0x91, 0x17, 0xe4, 0x3c, 0x58, 0xa2,
		0xcd, 0x06, 0x7b, 0xf0, 0x2e, 0x99, 0x41, 0xb5, 0x6a, 0xd8 };
	struct buf b = { .p = NULL };

	(void)state;
	/* Not at the start, where the allocator writes into freed memory. */
	assert_non_null(buf_grow(&b, 32));
	for (size_t i = 0; i < sizeof(turned); i++)
		buf_put_u8(&b, kit_turn(&turned[i]));
	assert_true(kit_memory_holds(turned, sizeof(turned)));
	assert_non_null(buf_grow(&b, 100));
	assert_non_null(buf_grow(&b, 1000));
	explicit_bzero(b.p + 32, sizeof(turned));
	assert_false(kit_memory_holds(turned, sizeof(turned)));
	for (size_t i = 0; i < sizeof(turned); i++)
		buf_put_u8(&b, kit_turn(&turned[i]));
	assert_true(kit_memory_holds(turned, sizeof(turned)));
	buf_done(&b);
	assert_false(kit_memory_holds(turned, sizeof(turned)));
	assert_int_equal(b.n, 0);
	assert_null(b.p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_past_end),
		cmocka_unit_test(test_read_var_too_long),
		cmocka_unit_test(test_read_not_done),
		cmocka_unit_test(test_read_nothing),
		cmocka_unit_test(test_buf_past_limit),
		cmocka_unit_test(test_buf_sizes_overflow),
		cmocka_unit_test(test_buf_var_all_or_nothing),
		cmocka_unit_test(test_buf_set_too_long),
		cmocka_unit_test(test_buf_layout),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_buf_grows),
		cmocka_unit_test(test_buf_set_part_of_itself),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_buf_wipes),
	};

	return cmocka_run_group_tests_name("base/bytes", tests, NULL, NULL);
}
