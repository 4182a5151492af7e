/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handle tables: entries in the order of their numbers, in blocks of fixed
 * size, and a hash index from key to position.
 *
 *   blocks[0]           blocks[1]           blocks[2]
 *   1 2 3 (4) 5 ...     300 301 ...         712 713 -     () = dead
 *
 * Numbers only rise, so an added entry is always the last one and the whole
 * stays sorted without moving anything.  A number is found by a guess that is
 * right when no numbers were skipped, else by halving.
 *
 * Invariants:
 *  1. Numbers rise strictly over all positions, dead entries included;
 *     blocks[i].first is the number at slot 0 of block i.
 *  2. No block is empty and all but the last are full; a full one without
 *     living entries is given back (entries NULL) and keeps its place until
 *     the next packing.
 *  3. live counts the living entries, dead the positions that are lost to
 *     dead ones; packing makes dead 0 and happens when dead > live + BLOCK,
 *     so it costs each removal a constant share.
 *  4. index slots hold position + 1, 0 = empty, and are probed linearly.  A
 *     slot of a dead entry stays as a stepping stone until the index is built
 *     anew; indexed counts all slots in use and stays below 7/8 of the size.
 *
 * 24 bytes an entry and 4 to 8 of index.  Not locked: the owner locks; only the
 * counter may be drawn from by other tables at the same time.
 */
#include "base/handles.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK		((size_t)256)
#define BLOCKS_MAX	((size_t)UINT32_MAX / BLOCK - 1)
#define INDEX_FIRST	((size_t)64)
#define NUMBER_MAX	((uint64_t)((CK_ULONG)-1 >> 1))

struct entry {
	uint64_t tag; /* number * 2, plus 1 when dead */
	uint64_t key;
	void *ptr;
};

struct block {
	uint64_t first;
	struct entry *entries;
	uint32_t used;
	uint32_t live;
};

struct handles {
	_Atomic uint64_t *next;
	struct block *blocks;
	size_t n_blocks, cap_blocks;
	size_t live, dead;
	uint32_t *index;
	size_t index_size, indexed;
};

static bool
entry_dead(const struct entry *e)
{
	return (e->tag & 1) != 0;
}

static uint64_t
entry_number(const struct entry *e)
{
	return e->tag >> 1;
}

CK_RV
handles_new(_Atomic uint64_t *next, struct handles **out)
{
	struct handles *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return CKR_HOST_MEMORY;
	t->next = next;
	*out = t;
	return CKR_OK;
}

void
handles_free(struct handles *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n_blocks; i++)
		free(t->blocks[i].entries);
	free(t->blocks);
	free(t->index);
	free(t);
}

/* Where the search for a key starts, for an index of the given size. */
static size_t
index_start(uint64_t key, size_t size)
{
	uint64_t mixed = (key ^ (key >> 32)) * 0x9e3779b97f4a7c15u;

	/* The high half, scaled to the size, which is no power of two. */
	return (size_t)(((mixed >> 32) * size) >> 32);
}

/* The living entry at a position, NULL when it died. */
static struct entry *
entry_at(const struct handles *t, size_t position)
{
	struct entry *block = t->blocks[position / BLOCK].entries;

	if (block == NULL || entry_dead(&block[position % BLOCK]))
		return NULL;
	return &block[position % BLOCK];
}

/* Puts a position into an index that has an empty slot. */
static void
index_put(uint32_t *index, size_t size, uint64_t key, size_t position)
{
	size_t i = index_start(key, size);

	while (index[i] != 0)
		i = i + 1 < size ? i + 1 : 0;
	index[i] = (uint32_t)(position + 1);
}

/* Fills an empty index from the living entries. */
static void
index_fill(struct handles *t)
{
	const struct entry *e;

	t->indexed = 0;
	for (size_t at = 0; at < t->n_blocks * BLOCK; at++) {
		if (at % BLOCK >= t->blocks[at / BLOCK].used ||
		    (e = entry_at(t, at)) == NULL || e->key == 0)
			continue;
		index_put(t->index, t->index_size, e->key, at);
		t->indexed++;
	}
}

/* Makes sure that one more key fits below the load of invariant 4. */
static CK_RV
index_reserve(struct handles *t)
{
	size_t size = t->index_size;
	uint32_t *fresh;

	if (t->indexed + 1 < size - size / 8)
		return CKR_OK;
	/* Half as much again, unless stepping stones alone made it full. */
	if (size == 0)
		size = INDEX_FIRST;
	else if (t->live > size / 2)
		size += size / 2;
	if ((fresh = calloc(size, sizeof(*fresh))) == NULL)
		return CKR_HOST_MEMORY;
	free(t->index);
	t->index = fresh;
	t->index_size = size;
	index_fill(t);
	return CKR_OK;
}

/* Makes sure that the last block has a free slot. */
static CK_RV
blocks_reserve(struct handles *t)
{
	size_t cap = t->cap_blocks;
	struct block *wider;
	struct entry *entries;

	if (t->n_blocks > 0 && t->blocks[t->n_blocks - 1].used < BLOCK)
		return CKR_OK;
	if (t->n_blocks == BLOCKS_MAX)
		return CKR_HOST_MEMORY;
	if (t->n_blocks == cap) {
		cap = cap > 0 ? cap + cap / 2 + 1 : 1;
		wider = mem_array(t->blocks, cap, sizeof(*wider));
		if (wider == NULL)
			return CKR_HOST_MEMORY;
		t->blocks = wider;
		t->cap_blocks = cap;
	}
	if ((entries = calloc(BLOCK, sizeof(*entries))) == NULL)
		return CKR_HOST_MEMORY;
	t->blocks[t->n_blocks++] = (struct block){ .entries = entries };
	return CKR_OK;
}

CK_RV
handles_add(struct handles *t, uint64_t key, void *ptr, CK_ULONG *out)
{
	struct block *last;
	uint64_t number;
	CK_RV rv;

	/* Half of the range, since a tag has one bit less for the number. */
	if (atomic_load(t->next) >= NUMBER_MAX)
		return CKR_HOST_MEMORY;
	if (key != 0 && (rv = index_reserve(t)) != CKR_OK)
		return rv;
	/* Last, so that no failure leaves an empty block behind. */
	if ((rv = blocks_reserve(t)) != CKR_OK)
		return rv;
	number = atomic_fetch_add(t->next, 1) + 1;
	last = &t->blocks[t->n_blocks - 1];
	if (last->used == 0)
		last->first = number;
	last->entries[last->used] = (struct entry){ number << 1, key, ptr };
	if (key != 0) {
		index_put(t->index, t->index_size, key,
		    (t->n_blocks - 1) * BLOCK + last->used);
		t->indexed++;
	}
	last->used++;
	last->live++;
	t->live++;
	*out = (CK_ULONG)number;
	return CKR_OK;
}

/*
 * The block that may hold a number; NULL when none can.  Numbers rise by one
 * at least, so a number lies at most as many positions behind the first as
 * their difference says: the last candidate is the first guess.
 */
static struct block *
block_find(const struct handles *t, uint64_t number)
{
	size_t low = 0, high = t->n_blocks, guess;

	if (high == 0 || number < t->blocks[0].first)
		return NULL;
	if ((number - t->blocks[0].first) / BLOCK < high)
		high = (size_t)((number - t->blocks[0].first) / BLOCK) + 1;
	guess = high - 1;
	while (high - low > 1) {
		if (t->blocks[guess].first <= number)
			low = guess;
		else
			high = guess;
		guess = low + (high - low) / 2;
	}
	return &t->blocks[low];
}

/* The living entry with a number, and its block, or NULL; guesses likewise. */
static struct entry *
entry_find(const struct handles *t, uint64_t number, struct block **out_block)
{
	struct block *b = block_find(t, number);
	size_t low = 0, high, guess;

	if (b == NULL || b->entries == NULL)
		return NULL;
	high = b->used;
	if (number - b->first < high)
		high = (size_t)(number - b->first) + 1;
	guess = high - 1;
	while (high - low > 1) {
		if (entry_number(&b->entries[guess]) <= number)
			low = guess;
		else
			high = guess;
		guess = low + (high - low) / 2;
	}
	*out_block = b;
	return b->entries[low].tag == number << 1 ? &b->entries[low] : NULL;
}

bool
handles_get(const struct handles *t, CK_ULONG handle, uint64_t *key,
    void **ptr)
{
	struct block *b;
	const struct entry *e = entry_find(t, handle, &b);

	if (e == NULL)
		return false;
	if (key != NULL)
		*key = e->key;
	if (ptr != NULL)
		*ptr = e->ptr;
	return true;
}

CK_ULONG
handles_by_key(const struct handles *t, uint64_t key)
{
	const struct entry *e;
	size_t i;

	if (key == 0 || t->index_size == 0)
		return 0;
	for (i = index_start(key, t->index_size); t->index[i] != 0;
	     i = i + 1 < t->index_size ? i + 1 : 0) {
		e = entry_at(t, t->index[i] - 1);
		if (e != NULL && e->key == key)
			return (CK_ULONG)entry_number(e);
	}
	return 0;
}

bool
handles_set(struct handles *t, CK_ULONG handle, void *ptr)
{
	struct block *b;
	struct entry *e = entry_find(t, handle, &b);

	if (e == NULL)
		return false;
	e->ptr = ptr;
	return true;
}

/* Marks an entry dead and gives its block back when it was the last there. */
static void
entry_kill(struct handles *t, struct block *b, struct entry *e)
{
	e->tag |= 1;
	e->ptr = NULL;
	b->live--;
	t->live--;
	t->dead++;
	if (b->live == 0 && b->used == BLOCK) {
		free(b->entries);
		b->entries = NULL;
	}
}

/* Builds the index anew after packing, smaller when that can be had. */
static void
index_rebuild(struct handles *t)
{
	size_t size = t->live + t->live / 2 + INDEX_FIRST;
	uint32_t *fresh = NULL;

	if (size < t->index_size)
		fresh = calloc(size, sizeof(*fresh));
	if (fresh != NULL) {
		free(t->index);
		t->index = fresh;
		t->index_size = size;
	} else if (t->index_size > 0) {
		memset(t->index, 0, t->index_size * sizeof(*t->index));
	}
	index_fill(t);
}

/* Takes the places of blocks that were given back out of the list. */
static void
blocks_close_up(struct handles *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_blocks; i++) {
		if (t->blocks[i].entries != NULL)
			t->blocks[n++] = t->blocks[i];
	}
	t->n_blocks = n;
}

/* Sets the rows of the blocks that hold the first n positions, frees others. */
static void
blocks_cut(struct handles *t, size_t n)
{
	size_t keep = (n + BLOCK - 1) / BLOCK;

	for (size_t i = keep; i < t->n_blocks; i++)
		free(t->blocks[i].entries);
	for (size_t i = 0; i < keep; i++) {
		struct block *b = &t->blocks[i];
		size_t left = n - i * BLOCK;

		b->first = entry_number(&b->entries[0]);
		b->used = b->live = (uint32_t)(left < BLOCK ? left : BLOCK);
	}
	t->n_blocks = keep;
}

/* Moves the living entries together when the dead outweigh them. */
static void
pack(struct handles *t)
{
	size_t to = 0;

	if (t->dead <= t->live + BLOCK)
		return;
	blocks_close_up(t);
	/* In place: no entry moves to a later position than its own. */
	for (size_t i = 0; i < t->n_blocks; i++) {
		for (size_t j = 0; j < t->blocks[i].used; j++) {
			struct entry e = t->blocks[i].entries[j];

			if (entry_dead(&e))
				continue;
			t->blocks[to / BLOCK].entries[to % BLOCK] = e;
			to++;
		}
	}
	blocks_cut(t, to);
	t->dead = 0;
	index_rebuild(t);
}

bool
handles_remove(struct handles *t, CK_ULONG handle)
{
	struct block *b;
	struct entry *e = entry_find(t, handle, &b);

	if (e == NULL)
		return false;
	entry_kill(t, b, e);
	pack(t);
	return true;
}

void
handles_sweep(struct handles *t,
    bool (*drop)(void *ptr, uint64_t key, void *arg), void *arg)
{
	for (size_t i = 0; i < t->n_blocks; i++) {
		struct block *b = &t->blocks[i];

		/* entries becomes NULL with the last one of a block. */
		for (size_t j = 0; b->entries != NULL && j < b->used; j++) {
			struct entry *e = &b->entries[j];

			if (!entry_dead(e) && drop(e->ptr, e->key, arg))
				entry_kill(t, b, e);
		}
	}
	pack(t);
}

size_t
handles_count(const struct handles *t)
{
	return t->live;
}
