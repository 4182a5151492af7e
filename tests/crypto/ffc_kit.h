/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of finite-field keys, on top of pair_kit.h: groups made once
 * for each type, pairs, keys taken apart into parts that can be changed.
 */
#ifndef KLUIS_TESTS_CRYPTO_FFC_KIT_H
#define KLUIS_TESTS_CRYPTO_FFC_KIT_H

#include "crypto/ffc_int.h"
#include "crypto/pair_kit.h"

/* Parts of a key, owned; a test may change the bytes. */
struct ffc_held {
	struct secret *held[PARTS];
	struct eng_parts parts;
};

static inline void
ffc_held_done(struct ffc_held *h)
{
	for (size_t i = 0; i < PARTS; i++)
		secret_free(h->held[i]);
}

/* All parts that the key has, but those of the other half if public is set. */
static inline void
ffc_take_apart(const struct eng_key *key, bool public, struct ffc_held *h)
{
	static const enum eng_part all[] = { PART_PRIME, PART_SUBPRIME,
		PART_BASE, PART_PUB, PART_PRIV };

	for (size_t i = 0; i < KL_COUNT(all); i++) {
		enum eng_part p = all[i];

		if (p == (public ? PART_PRIV : PART_PUB) ||
		    eng_key_part(kit_eng(), key, p, &h->held[p]) != CKR_OK)
			continue;
		h->parts.part[p] = secret_view(h->held[p]);
	}
}

/* Parameters of 2048 bits, made once for each type. */
static inline struct eng_key *
ffc_group(enum eng_type type)
{
	static struct eng_key *made[ENG_TYPES];
	struct eng_gen spec = { .type = type, .making = ENG_MAKE_PARAMS,
		.bits = 2048, .sub_bits = type == ENG_DH ? 0 : 256 };

	if (made[type] == NULL)
		assert_int_equal(eng_key_generate(kit_eng(), &spec,
		    &made[type]), CKR_OK);
	return made[type];
}

static inline struct eng_key *
ffc_pair(enum eng_type type)
{
	struct ffc_held h __attribute__((cleanup(ffc_held_done))) = {
		.held = { NULL } };
	struct eng_gen spec = { .type = type };
	struct eng_key *key = NULL;

	ffc_take_apart(ffc_group(type), true, &h);
	spec.group = h.parts;
	assert_int_equal(eng_key_generate(kit_eng(), &spec, &key), CKR_OK);
	return key;
}

/* The public half of a pair as a key of its own. */
static inline struct eng_key *
ffc_public(const struct eng_key *pair)
{
	struct ffc_held h __attribute__((cleanup(ffc_held_done))) = {
		.held = { NULL } };
	struct eng_key *key = NULL;

	ffc_take_apart(pair, true, &h);
	assert_int_equal(eng_key_import(kit_eng(), eng_key_type(pair), false,
	    &h.parts, &key), CKR_OK);
	return key;
}

#define FFC_HELD(name)                                                         \
	struct ffc_held name __attribute__((cleanup(ffc_held_done))) = {       \
		.held = { NULL } }

#endif
