/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit chain: goes on without a login, breaks when entries are missing,
 * and can be computed again by who has the master key.
 */
#include "seal/kit.h"

#define ENTRIES 5

static void
text_of(unsigned i, char out[16])
{
	(void)snprintf(out, 16, "entry %u", i);
}

/* Writes entries first... into mac, leaving the record. */
static void
write_entries(const struct kit *k, uint64_t first, struct buf *record,
    uint8_t mac[ENTRIES][SEAL_MAC])
{
	char text[16];
	unsigned i;

	for (i = 0; i < ENTRIES; i++) {
		struct buf next = { 0 };

		text_of(i, text);
		assert_int_equal(seal_audit_step(k->kr, buf_view(record),
		    first + i, bytes_of(text, strlen(text)), mac[i], &next),
		    CKR_OK);
		buf_done(record);
		*record = next;
	}
}

static void
tampered(void **state)
{
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf r = { 0 };
	KL_AUTO(buf_done) struct buf next = { 0 };
	uint8_t mac[ENTRIES][SEAL_MAC], m[SEAL_MAC] = { 9 };
	size_t i;

	assert_int_equal(seal_audit_first(k->kr, &r), CKR_OK);
	write_entries(k, 1, &r, mac);
	for (i = 0; i < r.n; i++) {
		r.p[i] ^= 1;
		assert_int_equal(seal_audit_step(k->kr, buf_view(&r),
		    1 + ENTRIES, BYTES_NONE, m, &next), CKR_DEVICE_ERROR);
		r.p[i] ^= 1;
	}
	assert_int_equal(m[0], 9);
	assert_int_equal(next.n, 0);
}

/* The chain cannot be set back or forward. */
static void
wrong_number(void **state)
{
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf r = { 0 };
	KL_AUTO(buf_done) struct buf next = { 0 };
	uint8_t mac[ENTRIES][SEAL_MAC], m[SEAL_MAC];

	assert_int_equal(seal_audit_first(k->kr, &r), CKR_OK);
	write_entries(k, 10, &r, mac);
	assert_int_equal(seal_audit_step(k->kr, buf_view(&r), 10 + ENTRIES - 1,
	    BYTES_NONE, m, &next), CKR_DEVICE_ERROR);
	assert_int_equal(seal_audit_step(k->kr, buf_view(&r), 10 + ENTRIES + 1,
	    BYTES_NONE, m, &next), CKR_DEVICE_ERROR);
	assert_int_equal(seal_audit_step(k->kr, buf_view(&r), 10 + ENTRIES,
	    BYTES_NONE, m, &next), CKR_OK);
}

/* Logged out, entries can be written but no chain begun. */
static void
logged_out(void **state)
{
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf r = { 0 };
	KL_AUTO(buf_done) struct buf other = { 0 };
	uint8_t mac[ENTRIES][SEAL_MAC];

	assert_int_equal(seal_audit_first(k->kr, &r), CKR_OK);
	keyring_lock(k->kr);
	write_entries(k, 1, &r, mac);
	assert_int_equal(seal_audit_first(k->kr, &other),
	    CKR_USER_NOT_LOGGED_IN);
}

/* As db/README says, step by step, from the master key's side. */
static void
computed_again(void **state)
{
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf r = { 0 };
	uint8_t mac[ENTRIES][SEAL_MAC], key[PRIM_KEY], m[SEAL_MAC];
	char text[16];
	unsigned i;

	assert_int_equal(seal_audit_first(k->kr, &r), CKR_OK);
	write_entries(k, 3, &r, mac);
	assert_int_equal(seal_key(k->kr, KEY_AUDIT_FIRST, key), CKR_OK);
	for (i = 0; i < ENTRIES; i++) {
		KL_AUTO(buf_done) struct buf data = { 0 };

		text_of(i, text);
		buf_put_u64(&data, 3 + i);
		buf_put(&data, bytes_of(text, strlen(text)));
		assert_int_equal(prim_hmac(k->e, bytes_of(key, PRIM_KEY),
		    buf_view(&data), m), CKR_OK);
		assert_memory_equal(m, mac[i], SEAL_MAC);
		assert_int_equal(prim_hkdf(k->e, bytes_of(key, PRIM_KEY),
		    BYTES_NONE, BYTES_STR("kluis.v1 audit next"), key,
		    PRIM_KEY), CKR_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(tampered),
		KIT_TEST(wrong_number),
		KIT_TEST(logged_out),
		KIT_TEST(computed_again),
	};

	return cmocka_run_group_tests_name("seal/audit", tests, NULL, NULL);
}
