/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The set-hash: order does not matter, everything else does.
 */
#include "seal/kit.h"

static struct seal_set
sum(const struct kit *k, const unsigned *numbers, size_t n)
{
	struct seal_set set = { 0 };
	struct seal_bind b;
	size_t i;

	for (i = 0; i < n; i++) {
		b = kit_bind(numbers[i]);
		assert_int_equal(seal_set_add(k->kr, &set, &b), CKR_OK);
	}
	assert_int_equal(set.count, n);
	return set;
}

static bool
same(const struct seal_set *a, const struct seal_set *b)
{
	return bytes_equal(bytes_of(a->sum, 32), bytes_of(b->sum, 32)) &&
	    a->count == b->count;
}

static void
tampered(void **state)
{
	struct kit *k = *state;
	static const unsigned one[] = { 1 };
	struct seal_set set = sum(k, one, 1), out = { 0 };
	KL_AUTO(buf_done) struct buf r = { 0 };
	size_t i;

	assert_int_equal(seal_set_record(k->kr, &set, &r), CKR_OK);
	for (i = 0; i < r.n; i++) {
		r.p[i] ^= 4;
		assert_int_equal(seal_set_read(k->kr, buf_view(&r), &out),
		    CKR_DEVICE_ERROR);
		r.p[i] ^= 4;
		assert_int_equal(seal_set_read(k->kr, bytes_of(r.p, i), &out),
		    CKR_DEVICE_ERROR);
	}
	assert_int_equal(out.count, 0);
	assert_int_equal(seal_set_read(k->kr, buf_view(&r), &out), CKR_OK);
	assert_true(same(&set, &out));
	assert_int_equal(out.counter, 1);
	/* the sum is not to be seen */
	assert_null(memmem(r.p, r.n, set.sum, 8));
}

/* Whoever knows the store key can make a MAC, but no sum. */
static void
forged(void **state)
{
	struct kit *k = *state;
	struct seal_set set = { 0 }, out = { 0 };
	KL_AUTO(buf_done) struct buf r = { 0 };
	KL_AUTO(buf_done) struct buf f = { 0 };

	assert_int_equal(seal_set_record(k->kr, &set, &r), CKR_OK);
	r.p[20] ^= 1;
	assert_int_equal(seal_record_make(k->kr, "sethash",
	    bytes_of(r.p, r.n - SEAL_MAC), &f), CKR_OK);
	assert_int_equal(seal_set_read(k->kr, buf_view(&f), &out),
	    CKR_DEVICE_ERROR);
}

static void
locked(void **state)
{
	struct kit *k = *state;
	struct seal_set set = { 0 };
	const struct seal_bind b = kit_bind(1);
	KL_AUTO(buf_done) struct buf r = { 0 };

	assert_int_equal(seal_set_record(k->kr, &set, &r), CKR_OK);
	keyring_lock(k->kr);
	assert_int_equal(seal_set_add(k->kr, &set, &b),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(seal_set_remove(k->kr, &set, &b),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(seal_set_read(k->kr, buf_view(&r), &set),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(set.counter, 0);
}

static void
order(void **state)
{
	struct kit *k = *state;
	static const unsigned a[] = { 1, 2, 3, 4 }, b[] = { 3, 1, 4, 2 },
	    c[] = { 1, 2, 3 }, d[] = { 1, 2, 3, 5 };
	struct seal_set sa = sum(k, a, 4), sb = sum(k, b, 4);
	struct seal_set sc = sum(k, c, 3), sd = sum(k, d, 4);
	struct seal_bind four = kit_bind(4);

	assert_true(same(&sa, &sb));
	assert_false(same(&sa, &sc));
	assert_false(same(&sa, &sd));
	assert_int_equal(seal_set_remove(k->kr, &sa, &four), CKR_OK);
	assert_true(same(&sa, &sc));
	assert_int_equal(sa.counter, 5);
}

/* Add and take out is nothing, through every carry. */
static void
borrow(void **state)
{
	struct kit *k = *state;
	struct seal_set set, was;
	struct seal_bind b;
	unsigned i;

	for (i = 0; i < 200; i++) {
		memset(&set, i % 2 == 0 ? 0 : 0xff, sizeof(set));
		was = set;
		b = kit_bind(i);
		b.version = i;
		assert_int_equal(seal_set_remove(k->kr, &set, &b), CKR_OK);
		assert_false(same(&set, &was));
		assert_int_equal(seal_set_add(k->kr, &set, &b), CKR_OK);
		assert_true(same(&set, &was));
	}
}

static void
every_field(void **state)
{
	struct kit *k = *state;
	const struct seal_bind b = kit_bind(1);
	struct seal_set set = { 0 }, other;
	struct seal_bind c;
	int i;

	assert_int_equal(seal_set_add(k->kr, &set, &b), CKR_OK);
	for (i = 0; i < 5; i++) {
		c = b;
		c.uuid[0] ^= i == 0;
		c.version += i == 1;
		c.flags ^= i == 2;
		c.clear.n -= i == 3;
		c.tags.n -= i == 4;
		other = (struct seal_set){ 0 };
		assert_int_equal(seal_set_add(k->kr, &other, &c), CKR_OK);
		assert_false(same(&set, &other));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(tampered),
		KIT_TEST(forged),
		KIT_TEST(locked),
		KIT_TEST(order),
		KIT_TEST(borrow),
		KIT_TEST(every_field),
	};

	return cmocka_run_group_tests_name("seal/set", tests, NULL, NULL);
}
