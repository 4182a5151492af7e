/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The token record, the keys, and locking, also while they are in use.
 */
#include "seal/kit.h"

#include <pthread.h>

/* No byte of the record can be changed, none cut off or added. */
static void
record_tampered(void **state)
{
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf r = { 0 };
	struct keyring *kr = NULL;
	size_t i;

	assert_int_equal(keyring_token_record(k->kr, &r), CKR_OK);
	assert_int_equal(r.n, 1 + 16 + 32 + 8 + 8 + 32 + 32);
	for (i = 0; i < r.n; i++) {
		r.p[i] ^= 1;
		assert_int_equal(keyring_open(k->e, buf_view(&r), true, &kr),
		    CKR_DEVICE_ERROR);
		r.p[i] ^= 1;
		assert_int_equal(keyring_open(k->e, bytes_of(r.p, i), true,
		    &kr), CKR_DEVICE_ERROR);
	}
	buf_put_u8(&r, 0);
	assert_int_equal(keyring_open(k->e, buf_view(&r), true, &kr),
	    CKR_DEVICE_ERROR);
	assert_null(kr);
}

static void
record_again(void **state)
{
	struct kit *k = *state;
	struct keyring *kr = kit_reopen(k);

	assert_memory_equal(keyring_token(kr), &k->tok, sizeof(k->tok));
	assert_false(keyring_unlocked(kr));
	assert_true(keyring_unlocked(k->kr));
	keyring_free(kr);
	keyring_free(NULL);
}

static void
serial(void **state)
{
	struct kit *k = *state;
	struct seal_token tok = { .epoch = 2 };
	struct keyring *kr = NULL;
	size_t i;

	for (i = 0; i < SEAL_SERIAL; i++)
		assert_non_null(strchr("0123456789abcdef",
		    k->tok.serial[i]));
	assert_int_equal(keyring_create(k->e, &tok, true, &kr), CKR_OK);
	assert_memory_not_equal(tok.serial, k->tok.serial, SEAL_SERIAL);
	keyring_freep(&kr);
	assert_null(kr);
	/* one that is there is kept */
	tok = k->tok;
	assert_int_equal(keyring_create(k->e, &tok, true, &kr), CKR_OK);
	assert_memory_equal(tok.serial, k->tok.serial, SEAL_SERIAL);
	keyring_free(kr);
}

/* No two keys are equal, in one keyring or between two. */
static void
all_differ(void **state)
{
	struct kit *k = *state;
	struct seal_token tok = k->tok;
	struct keyring *kr = NULL;
	uint8_t key[2 * SEAL_KEYS][PRIM_KEY];
	static const uint8_t zero[PRIM_KEY];
	int i, j;

	assert_int_equal(keyring_create(k->e, &tok, true, &kr), CKR_OK);
	for (i = 0; i < SEAL_KEYS; i++) {
		assert_int_equal(seal_key(k->kr, (enum seal_key)i, key[i]),
		    CKR_OK);
		assert_int_equal(seal_key(kr, (enum seal_key)i,
		    key[SEAL_KEYS + i]), CKR_OK);
	}
	for (i = 0; i < 2 * SEAL_KEYS; i++) {
		assert_memory_not_equal(key[i], zero, PRIM_KEY);
		for (j = 0; j < i; j++)
			assert_memory_not_equal(key[i], key[j], PRIM_KEY);
	}
	keyring_free(kr);
}

/* One master key gives the same keys again, and others in another epoch. */
static void
epochs_differ(void **state)
{
	struct kit *k = *state;
	struct keyring *same = kit_reopen(k), *later = NULL;
	struct seal_token tok = k->tok;
	uint8_t a[PRIM_KEY], b[PRIM_KEY];
	int i;

	tok.epoch++;
	assert_int_equal(keyring_create(k->e, &tok, true, &later), CKR_OK);
	kit_unlock(k, same);
	kit_unlock(k, later);
	for (i = KEY_MASTER + 1; i < SEAL_KEYS; i++) {
		assert_int_equal(seal_key(k->kr, (enum seal_key)i, a), CKR_OK);
		assert_int_equal(seal_key(same, (enum seal_key)i, b), CKR_OK);
		assert_memory_equal(a, b, PRIM_KEY);
		assert_int_equal(seal_key(later, (enum seal_key)i, b), CKR_OK);
		assert_memory_not_equal(a, b, PRIM_KEY);
	}
	keyring_free(same);
	keyring_free(later);
}

static void
locked(void **state)
{
	struct kit *k = *state;
	uint8_t key[PRIM_KEY] = { 9 };
	int i;

	keyring_lock(k->kr);
	keyring_lock(k->kr);
	assert_false(keyring_unlocked(k->kr));
	for (i = KEY_MASTER; i < SEAL_KEYS; i++)
		assert_int_equal(seal_key(k->kr, (enum seal_key)i, key),
		    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(key[0], 9);
	for (i = 0; i < KEY_MASTER; i++)
		assert_int_equal(seal_key(k->kr, (enum seal_key)i, key),
		    CKR_OK);
}

struct user {
	struct kit *k;
	int wrong;
	int worked;
};

static void *
use(void *arg)
{
	struct user *u = arg;
	const struct seal_bind b = kit_bind(1);
	CK_RV rv;
	int i;

	for (i = 0; i < 300; i++) {
		KL_AUTO(buf_done) struct buf out = { 0 };

		rv = seal_object(u->k->kr, true, SEAL_ATTRS, &b,
		    BYTES_STR("x"), &out);
		u->worked += rv == CKR_OK;
		u->wrong += rv != CKR_OK && rv != CKR_USER_NOT_LOGGED_IN;
	}
	return NULL;
}

/* Sealing while somebody locks and unlocks: works or says "not logged in". */
static void
threads(void **state)
{
	struct kit *k = *state;
	KL_AUTO(secret_freep) struct secret *master = NULL;
	struct user u[4];
	pthread_t t[4];
	int i;

	assert_int_equal(secret_new(PRIM_KEY, &master), CKR_OK);
	assert_int_equal(seal_key(k->kr, KEY_MASTER, secret_data(master)),
	    CKR_OK);
	for (i = 0; i < 4; i++) {
		u[i] = (struct user){ k, 0, 0 };
		assert_int_equal(pthread_create(&t[i], NULL, use, &u[i]), 0);
	}
	for (i = 0; i < 200; i++) {
		keyring_lock(k->kr);
		assert_int_equal(keyring_unlock(k->kr, master), CKR_OK);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_int_equal(u[i].wrong, 0);
	}
	assert_true(keyring_unlocked(k->kr));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(record_tampered),
		KIT_TEST(record_again),
		KIT_TEST(serial),
		KIT_TEST(all_differ),
		KIT_TEST(epochs_differ),
		KIT_TEST(locked),
		KIT_TEST(threads),
	};

	return cmocka_run_group_tests_name("seal/keyring", tests, NULL, NULL);
}
