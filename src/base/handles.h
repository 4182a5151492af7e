/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handle tables: numbers for the caller, pointers for us.  Numbers start at 1,
 * only rise, and are never used twice in the table's life; they fit 32 bits so
 * long as fewer than 2^32 were handed out.  Each entry also carries a 64-bit
 * key by which it can be found again (an object's row number), so that the
 * same thing always gets the same number.  24 bytes or less per entry besides
 * hashing.  Not locked: the owner locks.
 */
#ifndef KLUIS_BASE_HANDLES_H
#define KLUIS_BASE_HANDLES_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/rv.h"

struct handles;

/*
 * A new empty table.  *next is the counter numbers are drawn from (shared by
 * several tables that must not give the same number), which the owner keeps
 * for the table's life; it holds the last number given, 0 at the beginning.
 * CKR_HOST_MEMORY.
 */
CK_RV handles_new(_Atomic uint64_t *next, struct handles **out) KL_MUST_USE;
/* Frees the table, not what its pointers point to. */
void handles_free(struct handles *t);
/*
 * Adds an entry: key (0 = none; else unique in the table) and ptr (may be
 * NULL); *out gets the new number.  CKR_HOST_MEMORY, also when the numbers
 * or the table's positions (2^32) are used up.
 */
CK_RV handles_add(struct handles *t, uint64_t key, void *ptr, CK_ULONG *out)
    KL_MUST_USE;
/* Finds by number: true and *key, *ptr (either may be NULL) when it is there. */
bool handles_get(const struct handles *t, CK_ULONG handle, uint64_t *key,
    void **ptr);
/* Finds the number by key; 0 when there is none, as for key 0. */
CK_ULONG handles_by_key(const struct handles *t, uint64_t key);
/* Changes the pointer of an existing entry; false when there is no such. */
bool handles_set(struct handles *t, CK_ULONG handle, void *ptr);
/* Removes an entry; its number is never given again.  False when absent. */
bool handles_remove(struct handles *t, CK_ULONG handle);
/*
 * Removes all entries for which drop(ptr, key, arg) says true, in the order of
 * their numbers, and frees what is no longer used.  drop may free what ptr
 * points to; it must not use the table.
 */
void handles_sweep(struct handles *t,
    bool (*drop)(void *ptr, uint64_t key, void *arg), void *arg);
/* How many entries. */
size_t handles_count(const struct handles *t);

#endif
