/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keyslots and PIN counters: a wrong PIN is one thing, a damaged record
 * another, and neither gives a key or a free try.
 */
#include "seal/kit.h"

#define PIN BYTES_STR("1234")

static void
slot(const struct kit *k, enum seal_role role, struct bytes pin,
    struct buf *out)
{
	assert_int_equal(keyring_slot_make(k->kr, role, pin, out), CKR_OK);
}

static CK_RV
try(const struct kit *k, enum seal_role role, const struct buf *r,
    struct bytes pin)
{
	KL_AUTO(secret_freep) struct secret *master = NULL;
	CK_RV rv = keyring_slot_try(k->kr, role, buf_view(r), pin, &master);

	assert_true((rv == CKR_OK) == (master != NULL));
	return rv;
}

static void
wrong_pin(void **state)
{
	static const char with_nul[] = "12\0" "34";
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf r = { 0 };

	slot(k, SEAL_USER, PIN, &r);
	assert_int_equal(try(k, SEAL_USER, &r, BYTES_STR("1235")),
	    CKR_PIN_INCORRECT);
	assert_int_equal(try(k, SEAL_USER, &r, BYTES_STR("12345")),
	    CKR_PIN_INCORRECT);
	assert_int_equal(try(k, SEAL_USER, &r, BYTES_STR("123")),
	    CKR_PIN_INCORRECT);
	assert_int_equal(try(k, SEAL_USER, &r, BYTES_NONE),
	    CKR_PIN_INCORRECT);
	/* a zero byte behind it is a byte of it */
	assert_int_equal(try(k, SEAL_USER, &r, bytes_of("1234\0", 5)),
	    CKR_PIN_INCORRECT);
	assert_int_equal(try(k, SEAL_USER, &r, PIN), CKR_OK);
	/* any bytes may be a PIN */
	buf_done(&r);
	slot(k, SEAL_USER, bytes_of(with_nul, 5), &r);
	assert_int_equal(try(k, SEAL_USER, &r, bytes_of(with_nul, 2)),
	    CKR_PIN_INCORRECT);
	assert_int_equal(try(k, SEAL_USER, &r, bytes_of(with_nul, 5)),
	    CKR_OK);
}

/* Every changed byte is damage, never a wrong PIN. */
static void
damaged(void **state)
{
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf r = { 0 };
	size_t i;

	slot(k, SEAL_USER, PIN, &r);
	for (i = 0; i < r.n; i++) {
		r.p[i] ^= 0x80;
		assert_int_equal(try(k, SEAL_USER, &r, PIN),
		    CKR_DEVICE_ERROR);
		assert_int_equal(try(k, SEAL_USER, &r, BYTES_STR("no")),
		    CKR_DEVICE_ERROR);
		r.p[i] ^= 0x80;
	}
	assert_int_equal(try(k, SEAL_USER, &r, PIN), CKR_OK);
	r.n--;
	assert_int_equal(try(k, SEAL_USER, &r, PIN), CKR_DEVICE_ERROR);
	r.n = 0;
	assert_int_equal(try(k, SEAL_USER, &r, PIN), CKR_DEVICE_ERROR);
}

/* A keyslot is of one role and one token. */
static void
exchanged(void **state)
{
	struct kit *k = *state;
	struct seal_token tok = k->tok;
	struct keyring *other = NULL;
	KL_AUTO(buf_done) struct buf r = { 0 };
	KL_AUTO(secret_freep) struct secret *master = NULL;

	slot(k, SEAL_SO, PIN, &r);
	assert_int_equal(try(k, SEAL_USER, &r, PIN), CKR_DEVICE_ERROR);
	assert_int_equal(keyring_create(k->e, &tok, true, &other), CKR_OK);
	assert_int_equal(keyring_slot_try(other, SEAL_SO, buf_view(&r), PIN,
	    &master), CKR_DEVICE_ERROR);
	assert_null(master);
	keyring_free(other);
}

/* Even with a right MAC the derivation's cost stays within limits. */
static void
cost_limits(void **state)
{
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf r = { 0 };
	KL_AUTO(buf_done) struct buf forged = { 0 };
	KL_AUTO(buf_done) struct buf record = { 0 };
	struct keyring *strict = NULL;
	KL_AUTO(secret_freep) struct secret *master = NULL;

	slot(k, SEAL_USER, PIN, &r);
	/* cost is the u32 at offset 3 */
	r.p[6] = 40;
	assert_int_equal(seal_record_make(k->kr, "keyslot.user",
	    bytes_of(r.p, r.n - SEAL_MAC), &forged), CKR_OK);
	assert_int_equal(try(k, SEAL_USER, &forged, PIN), CKR_DEVICE_ERROR);
	/* the tests' cheap cost is no cost outside of them */
	r.p[6] = 4;
	assert_int_equal(keyring_token_record(k->kr, &record), CKR_OK);
	assert_int_equal(keyring_open(k->e, buf_view(&record), false, &strict),
	    CKR_OK);
	assert_int_equal(keyring_slot_try(strict, SEAL_USER, buf_view(&r), PIN,
	    &master), CKR_DEVICE_ERROR);
	keyring_free(strict);
}

/* Two PINs open the same key, which opens what the first sealed. */
static void
opens(void **state)
{
	struct kit *k = *state;
	struct keyring *kr = kit_reopen(k);
	const struct seal_bind b = kit_bind(1);
	KL_AUTO(buf_done) struct buf user = { 0 };
	KL_AUTO(buf_done) struct buf so = { 0 };
	KL_AUTO(buf_done) struct buf sealed = { 0 };
	KL_AUTO(secret_freep) struct secret *one = NULL;
	KL_AUTO(secret_freep) struct secret *two = NULL;
	KL_AUTO(secret_freep) struct secret *plain = NULL;

	slot(k, SEAL_USER, PIN, &user);
	slot(k, SEAL_SO, BYTES_STR("so-pin"), &so);
	assert_int_equal(seal_object(k->kr, true, SEAL_SECRET, &b,
	    BYTES_STR("key"), &sealed), CKR_OK);
	assert_int_equal(keyring_slot_try(kr, SEAL_USER, buf_view(&user), PIN,
	    &one), CKR_OK);
	assert_int_equal(keyring_slot_try(kr, SEAL_SO, buf_view(&so),
	    BYTES_STR("so-pin"), &two), CKR_OK);
	assert_true(secret_equal(secret_view(one), secret_view(two)));
	assert_false(keyring_unlocked(kr));
	assert_int_equal(keyring_unlock(kr, two), CKR_OK);
	assert_int_equal(seal_object_open(kr, true, SEAL_SECRET, &b,
	    buf_view(&sealed), &plain), CKR_OK);
	assert_true(bytes_equal(secret_view(plain), BYTES_STR("key")));
	/* the same PIN twice gives two records */
	keyring_lock(kr);
	buf_done(&so);
	slot(k, SEAL_USER, PIN, &so);
	assert_memory_not_equal(so.p, user.p, so.n);
	assert_int_equal(keyring_slot_make(kr, SEAL_USER, PIN, &so),
	    CKR_USER_NOT_LOGGED_IN);
	keyring_free(kr);
}

static void
counter(void **state)
{
	struct kit *k = *state;
	struct seal_pin in = { .failures = 3, .set = true, .min = 4,
		.max = 255 };
	struct seal_pin out = { 0 };
	KL_AUTO(buf_done) struct buf r = { 0 };
	size_t i;

	assert_int_equal(seal_pin_record(k->kr, SEAL_USER, &in, &r), CKR_OK);
	for (i = 0; i < r.n; i++) {
		r.p[i] ^= 1;
		assert_int_equal(seal_pin_read(k->kr, SEAL_USER, buf_view(&r),
		    &out), CKR_DEVICE_ERROR);
		r.p[i] ^= 1;
	}
	assert_int_equal(seal_pin_read(k->kr, SEAL_SO, buf_view(&r), &out),
	    CKR_DEVICE_ERROR);
	assert_int_equal(seal_pin_read(k->kr, SEAL_USER, BYTES_NONE, &out),
	    CKR_DEVICE_ERROR);
	assert_int_equal(out.max, 0);
	assert_int_equal(seal_pin_read(k->kr, SEAL_USER, buf_view(&r), &out),
	    CKR_OK);
	assert_int_equal(out.failures, 3);
	assert_true(out.set);
	assert_int_equal(out.min, 4);
	assert_int_equal(out.max, 255);
}

/* Reading the counter needs no PIN. */
static void
counter_locked(void **state)
{
	struct kit *k = *state;
	const struct seal_pin in = { .failures = UINT32_MAX };
	struct seal_pin out;
	KL_AUTO(buf_done) struct buf r = { 0 };

	keyring_lock(k->kr);
	assert_int_equal(seal_pin_record(k->kr, SEAL_SO, &in, &r), CKR_OK);
	assert_int_equal(seal_pin_read(k->kr, SEAL_SO, buf_view(&r), &out),
	    CKR_OK);
	assert_false(out.set);
	assert_true(out.failures == UINT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(wrong_pin),
		KIT_TEST(damaged),
		KIT_TEST(exchanged),
		KIT_TEST(cost_limits),
		KIT_TEST(opens),
		KIT_TEST(counter),
		KIT_TEST(counter_locked),
	};

	return cmocka_run_group_tests_name("seal/pin", tests, NULL, NULL);
}
