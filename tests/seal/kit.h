/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of seal share: an engine, a token's keyring, an object.
 */
#ifndef KLUIS_TESTS_SEAL_KIT_H
#define KLUIS_TESTS_SEAL_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "seal/seal_int.h"

#define KIT __attribute__((unused)) static

struct kit {
	struct eng *e;
	struct seal_token tok;
	struct keyring *kr;	/* unlocked */
};

/* One engine for the whole program: it is never freed. */
static struct eng *kit_engine;

KIT int
kit_setup(void **state)
{
	struct kit *k = calloc(1, sizeof(*k));

	if (k == NULL || log_setup("none") != CKR_OK)
		return -1;
	if (kit_engine == NULL &&
	    eng_new(NULL, NULL, 2048, &kit_engine) != CKR_OK)
		return -1;
	k->e = kit_engine;
	memset(k->tok.label, ' ', SEAL_LABEL);
	memcpy(k->tok.label, "test", 4);
	k->tok.created = 1700000000;
	k->tok.epoch = 1;
	if (keyring_create(k->e, &k->tok, true, &k->kr) != CKR_OK)
		return -1;
	*state = k;
	return 0;
}

KIT int
kit_teardown(void **state)
{
	struct kit *k = *state;

	keyring_free(k->kr);
	free(k);
	return 0;
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

/* What object n is bound to. */
KIT struct seal_bind
kit_bind(unsigned n)
{
	static const uint8_t tags[32] = { 1, 2, 3 };
	struct seal_bind b = { .version = 7, .flags = 2,
		.clear = BYTES_STR("public attributes"),
		.tags = bytes_of(tags, sizeof(tags)) };

	memset(b.uuid, (int)n, sizeof(b.uuid));
	return b;
}

/* A keyring from the same token record, locked. */
KIT struct keyring *
kit_reopen(const struct kit *k)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	struct keyring *kr = NULL;

	assert_int_equal(keyring_token_record(k->kr, &record), CKR_OK);
	assert_int_equal(keyring_open(k->e, buf_view(&record), true, &kr),
	    CKR_OK);
	return kr;
}

/* Puts the master key of k's keyring into kr. */
KIT void
kit_unlock(const struct kit *k, struct keyring *kr)
{
	KL_AUTO(secret_freep) struct secret *master = NULL;

	assert_int_equal(secret_new(PRIM_KEY, &master), CKR_OK);
	assert_int_equal(seal_key(k->kr, KEY_MASTER, secret_data(master)),
	    CKR_OK);
	assert_int_equal(keyring_unlock(kr, master), CKR_OK);
}

#endif
