/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IVs of messages under one key: made here or by the caller, and none of them
 * twice (3.2 section 6.13, SP 800-38D section 8).
 *
 * What was used is a set of numbers that stays small for all who count.  An IV
 * of up to NUMBER bytes is a number of its length; where all numbers below one
 * prefix were used, the prefix stands for them (level: how many bits it leaves
 * open).  So a counter, and a counter that is xored with something, needs one
 * entry for each bit of its value; random IVs need one each.  Longer IVs enter
 * by their digest.
 *
 * Invariants:
 *  1. slots has room for twice as many entries as there are; an entry is found
 *     from its place on, before the next empty slot (head 0).
 *  2. No two entries contain one another, and no two make one of the next level.
 *  3. count[k] is how many entries of level k there are; those of digests have
 *     level 0.
 */
#include "crypto/eng_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define NUMBER	  13	/* bytes: what an entry holds, and the longest of CCM */
#define LEVELS	  (8 * NUMBER + 1)
#define DIGESTED  (NUMBER + 1)	/* as a length: the number is of a digest */
#define SLOTS_MIN 16u
#define USED_MAX  ((size_t)1 << 20)
/* Free bits that must be there for random ones: fewer repeat too soon. */
#define RANDOM_BITS 32
#define RANDOM_TRIES 8

/* head: length << 48 | level << 40 | the number's first 5 bytes. */
struct entry {
	uint64_t head;
	uint64_t low;
};

struct eng_ivs {
	struct entry *slots;
	size_t room;		/* a power of two */
	size_t used;
	size_t count[LEVELS];
	uint64_t counter;	/* of the next message that wants one */
	size_t last_n;		/* the last that was xored, and of what; 0: none */
	uint8_t last[ENG_IV_ROOM];
	uint8_t base[ENG_IV_ROOM];
};

CK_RV
eng_ivs_new(struct eng_ivs **out)
{
	struct eng_ivs *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return CKR_HOST_MEMORY;
	v->room = SLOTS_MIN;
	v->slots = calloc(v->room, sizeof(*v->slots));
	if (v->slots == NULL) {
		free(v);
		return CKR_HOST_MEMORY;
	}
	*out = v;
	return CKR_OK;
}

void
eng_ivs_free(struct eng_ivs *v)
{
	if (v == NULL)
		return;
	free(v->slots);
	free(v);
}

void
eng_ivs_freep(struct eng_ivs **v)
{
	eng_ivs_free(*v);
	*v = NULL;
}

/* -------------------------------------------------------------- numbers */

#define HIGH (((uint64_t)1 << 40) - 1)

static unsigned
level_of(struct entry e)
{
	return (unsigned)(e.head >> 40 & 0xff);
}

/* How many bits the numbers of its kind have; 0: of a digest. */
static unsigned
bits_of(struct entry e)
{
	unsigned n = (unsigned)(e.head >> 48);

	return n == DIGESTED ? 0 : 8 * n;
}

/* The entry of the next level that contains this one. */
static struct entry
above(struct entry e)
{
	uint64_t high = e.head & HIGH;

	e.low = e.low >> 1 | high << 63;
	e.head = (e.head & ~HIGH) + ((uint64_t)1 << 40);
	e.head |= high >> 1;
	return e;
}

/* The number of an IV, at level 0. */
static CK_RV
number_of(struct eng *e, struct bytes iv, struct entry *out)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	uint64_t kind = iv.n;
	unsigned n = 0;

	if (iv.n > NUMBER) {
		EVP_MD *md = eng_md(e, "SHA2-256");

		if (md == NULL || EVP_Digest(iv.p, iv.n, digest, &n, md,
		    NULL) != 1)
			return log_rv(CKR_DEVICE_ERROR,
			    "engine: no digest of a long IV");
		iv = bytes_of(digest, NUMBER);
		kind = DIGESTED;
	}
	*out = (struct entry){ 0, 0 };
	for (size_t i = 0; i < iv.n; i++) {
		out->head = out->head << 8 | out->low >> 56;
		out->low = out->low << 8 | iv.p[i];
	}
	out->head |= kind << 48;
	return CKR_OK;
}

/* -------------------------------------------------------------- the set */

static size_t
place_of(const struct eng_ivs *v, struct entry e)
{
	uint64_t h = (e.head ^ e.head >> 29) * 0xbf58476d1ce4e5b9u;

	h = (h ^ e.low ^ h >> 32) * 0x94d049bb133111ebu;
	return (size_t)(h ^ h >> 31) & (v->room - 1);
}

/* Where the entry is, or the empty slot where it would be. */
static size_t
slot_of(const struct eng_ivs *v, struct entry e)
{
	size_t i = place_of(v, e);

	while (v->slots[i].head != 0 && (v->slots[i].head != e.head ||
	    v->slots[i].low != e.low))
		i = (i + 1) & (v->room - 1);
	return i;
}

static bool
set_has(const struct eng_ivs *v, struct entry e)
{
	return v->slots[slot_of(v, e)].head != 0;
}

/* Takes an entry out and moves those behind it that would not be found. */
static void
set_remove(struct eng_ivs *v, struct entry e)
{
	size_t mask = v->room - 1;
	size_t hole = slot_of(v, e);

	v->count[level_of(e)]--;
	v->used--;
	for (size_t i = (hole + 1) & mask; v->slots[i].head != 0;
	     i = (i + 1) & mask) {
		size_t home = place_of(v, v->slots[i]);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		v->slots[hole] = v->slots[i];
		hole = i;
	}
	v->slots[hole].head = 0;
}

/* Makes room for one more. */
static CK_RV
set_grow(struct eng_ivs *v)
{
	struct entry *old = v->slots;
	size_t n = v->room;

	if (v->used >= USED_MAX)
		return log_rv(CKR_DEVICE_MEMORY, "engine: more IVs than are "
		    "kept in mind: begin anew, with another key");
	if (v->used < n / 2)
		return CKR_OK;
	if ((v->slots = calloc(2 * n, sizeof(*v->slots))) == NULL) {
		v->slots = old;
		return CKR_HOST_MEMORY;
	}
	v->room = 2 * n;
	for (size_t i = 0; i < n; i++)
		if (old[i].head != 0)
			v->slots[slot_of(v, old[i])] = old[i];
	free(old);
	return CKR_OK;
}

/* Whether the number was used, by itself or below a prefix. */
static bool
was_used(const struct eng_ivs *v, struct entry e)
{
	unsigned bits = bits_of(e);

	for (unsigned k = 0; k <= bits; k++) {
		if (v->count[k] != 0 && set_has(v, e))
			return true;
		e = above(e);
	}
	return false;
}

/* Notes a number that was not used. */
static CK_RV
use(struct eng_ivs *v, struct entry e)
{
	unsigned bits = bits_of(e);
	CK_RV rv;

	if ((rv = set_grow(v)) != CKR_OK)
		return rv;
	while (level_of(e) < bits) {
		struct entry other = e;

		other.low ^= 1;
		if (!set_has(v, other))
			break;
		set_remove(v, other);
		e = above(e);
	}
	v->slots[slot_of(v, e)] = e;
	v->count[level_of(e)]++;
	v->used++;
	return CKR_OK;
}

/* ----------------------------------------------------------- generators */

/* Bits of an IV that are not fixed. */
static size_t
free_bits(const struct eng_iv *iv)
{
	return 8 * iv->n - iv->fixed_bits;
}

/* The bits of byte i that are free. */
static uint8_t
free_mask(const struct eng_iv *iv, size_t i)
{
	if (8 * (i + 1) <= iv->fixed_bits)
		return 0;
	if (8 * i >= iv->fixed_bits)
		return 0xff;
	return (uint8_t)(0xffu >> (iv->fixed_bits - 8 * i));
}

/* Puts the counter into the free bits of room, over `from` xored where there is
 * something. */
static CK_RV
count(struct eng_ivs *v, const struct eng_iv *iv, const uint8_t *from,
    uint8_t *room)
{
	uint64_t n = v->counter;

	if (n == UINT64_MAX || (free_bits(iv) < 64 && n >> free_bits(iv) != 0))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: the counter of the IV has run out");
	for (size_t i = iv->n; i-- > 0; n >>= 8) {
		uint8_t mask = free_mask(iv, i);
		uint8_t low = (uint8_t)n;

		if (from != NULL)
			low ^= from[i];
		room[i] = (uint8_t)((iv->p[i] & ~mask) | (low & mask));
	}
	v->counter++;
	return CKR_OK;
}

/* The counter xored with the caller's free bits.  He passes the same ones each
 * time (3.2 section 6.13), or what came out of the last call. */
static CK_RV
count_xor(struct eng_ivs *v, const struct eng_iv *iv, uint8_t *room)
{
	CK_RV rv;

	if (!bytes_equal(bytes_of(v->last, v->last_n), bytes_of(iv->p, iv->n)))
		memcpy(v->base, iv->p, iv->n);
	if ((rv = count(v, iv, v->base, room)) != CKR_OK)
		return rv;
	v->last_n = iv->n;
	memcpy(v->last, room, iv->n);
	return CKR_OK;
}

static CK_RV
pick(struct eng *e, struct eng_ivs *v, const struct eng_iv *iv, uint8_t *room)
{
	struct entry number;
	CK_RV rv;

	if (free_bits(iv) < RANDOM_BITS)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: %zu random bits are too few for an IV",
		    free_bits(iv));
	for (int try = 0; try < RANDOM_TRIES; try++) {
		if ((rv = eng_random(e, room, iv->n)) != CKR_OK)
			return rv;
		for (size_t i = 0; i < iv->n; i++) {
			uint8_t mask = free_mask(iv, i);

			room[i] = (uint8_t)((iv->p[i] & ~mask) |
			    (room[i] & mask));
		}
		if ((rv = number_of(e, bytes_of(room, iv->n), &number)) !=
		    CKR_OK)
			return rv;
		if (!was_used(v, number))
			return CKR_OK;
	}
	return log_rv(CKR_MECHANISM_PARAM_INVALID,
	    "engine: no random IV that was not used");
}

static CK_RV
generate(struct eng *e, struct eng_ivs *v, const struct eng_iv *iv,
    uint8_t *room)
{
	if (iv->n > ENG_IV_ROOM || iv->fixed_bits > 8 * iv->n)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: an IV of %zu bytes, %zu bits of it fixed", iv->n,
		    iv->fixed_bits);
	switch (iv->gen) {
	case ENG_IV_COUNTER:
		return count(v, iv, NULL, room);
	case ENG_IV_COUNTER_XOR:
		return count_xor(v, iv, room);
	default:
		return pick(e, v, iv, room);
	}
}

CK_RV
eng_ivs_next(struct eng *e, struct eng_ivs *v, const struct eng_iv *iv,
    uint8_t room[ENG_IV_ROOM], struct bytes *out)
{
	struct bytes is = bytes_of(iv->p, iv->n);
	struct entry number;
	CK_RV rv;

	if (iv->n == 0)
		return log_rv(CKR_MECHANISM_PARAM_INVALID, "engine: no IV");
	if (iv->gen != ENG_IV_GIVEN) {
		if ((rv = generate(e, v, iv, room)) != CKR_OK)
			return rv;
		is.p = room;
	} else if (iv->n <= ENG_IV_ROOM) {
		/* What is looked at is what is used, whatever another thread
		 * of the caller does to it. */
		memcpy(room, iv->p, iv->n);
		is.p = room;
	}
	if ((rv = number_of(e, is, &number)) != CKR_OK)
		return rv;
	if (was_used(v, number))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: this IV was used before");
	if ((rv = use(v, number)) != CKR_OK)
		return rv;
	*out = is;
	return CKR_OK;
}
