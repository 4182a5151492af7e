/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where tokens live.  The store sees integers and byte strings, never a key in
 * clear and never an attribute: objects are rows of authenticated or sealed
 * bytes with index tags.  Behind the calls stands a table of functions (struct
 * store_ops in store_int.h): SQLite today, another database later.  So no
 * cursor is held over calls, statements are short, every change is one
 * transaction, and nothing above this room assumes a file.
 *
 * One struct store_env per process (owned by struct library) holds the lock
 * under which the process's private SQLite runs (rank LOCK_STORE; SQLite itself
 * is set to single-threaded, so that a fork in another thread's call cannot
 * leave a mutex locked in the child).  A forked child makes a new store_env;
 * inherited connections are neither used nor closed: the new generation number
 * makes SQLite see other files (its fstat is overridden), so that no inherited
 * lock state is mixed with the child's.
 *
 * Codes: CKR_DEVICE_ERROR (corrupt or I/O, logged), CKR_DEVICE_MEMORY (disk
 * full), CKR_TOKEN_WRITE_PROTECTED (not writable), CKR_HOST_MEMORY,
 * CKR_FUNCTION_FAILED (busy for longer than the timeout, logged),
 * CKR_OBJECT_HANDLE_INVALID (no such row), CKR_DEVICE_REMOVED (the token's file
 * was deleted or replaced meanwhile: close the store and look again).
 */
#ifndef KLUIS_STORE_STORE_H
#define KLUIS_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/lock.h"

struct store_env;
struct store;

/*
 * A process's use of stores.  dir: the store directory (copied; need not
 * exist).  calls: lock callbacks or NULL.  Opens nothing.
 */
CK_RV store_env_new(const char *dir, const struct lock_calls *calls,
    struct store_env **out) KL_MUST_USE;
/* All stores must be closed.  After a fork simply drop the pointer instead. */
void store_env_free(struct store_env *env);

/*
 * The numbers of the tokens that are there, ascending, into slots[0..max); *n
 * gets how many (never more than max).  A directory that does not exist gives
 * 0; one that cannot be read gives 0 and a log line.  Names that are not
 * "<number>.db" with a number 0..STORE_SLOT_MAX are ignored.
 */
#define STORE_SLOT_MAX 65535
CK_RV store_list(struct store_env *env, uint32_t *slots, size_t max,
    size_t *n) KL_MUST_USE;
/* A cheap stamp of the directory (mtime and such) that changes when tokens
 * appear or go; 0 when there is no directory. */
uint64_t store_list_stamp(struct store_env *env);

/* Whether the directory can be read, or is not there yet: when false, store_list's
 * silence does not mean that there are no tokens. */
bool store_readable(struct store_env *env);
/* Whether a token's file is there, or a link of its name. */
bool store_has(struct store_env *env, uint32_t slot);

/*
 * Opens the token of a slot: read-write, or read-only where the file may not be
 * written (store_writable tells).  CKR_TOKEN_NOT_PRESENT when there is no such
 * file, CKR_TOKEN_NOT_RECOGNIZED when it is no kluis token or of a newer
 * format, CKR_DEVICE_ERROR when it cannot be read (logged).  Older formats are
 * migrated in one transaction.
 */
CK_RV store_open(struct store_env *env, uint32_t slot, struct store **out)
    KL_MUST_USE;
/* An empty in-memory store with the same behaviour (tests). */
CK_RV store_open_memory(struct store_env *env, struct store **out) KL_MUST_USE;
void store_close(struct store *s);
bool store_writable(const struct store *s);
/* The file's path for messages ("" in memory); valid while s is open. */
const char *store_path(const struct store *s);

/*
 * Freshness.  The generation of committed changes by whatever process: equal
 * values mean nothing changed since.  One atomic load when the mapped counter
 * is there and even; else PRAGMA data_version (slow path, takes the store
 * lock).  Never 0.
 */
uint64_t store_generation(struct store *s);

/* ---------------------------------------------------------- transactions */

/*
 * A write transaction: BEGIN IMMEDIATE under the store lock (held until done).
 * KL_AUTO(store_tx_done) rolls back unless committed.  Committing makes it
 * durable (synchronous=FULL) and moves the generation.
 */
struct store_tx {
	struct store *store;	/* NULL: not open */
};
CK_RV store_tx_begin(struct store *s, struct store_tx *tx) KL_MUST_USE;
CK_RV store_tx_commit(struct store_tx *tx) KL_MUST_USE;
void store_tx_done(struct store_tx *tx);
/* All functions below that write must run inside a transaction of their store
 * (KL_ASSERT); those that read may run inside or outside one. */

/* ------------------------------------------------------------- the token */

/*
 * Named records of the token: small sealed or authenticated byte strings
 * whose layout is the business of seal and session ("token", "keyslot.user",
 * "keyslot.so", "pin.user", "pin.so", "sethash", "audit").  get appends to
 * out; a missing record gives CKR_OBJECT_HANDLE_INVALID quietly.
 */
CK_RV store_record_get(struct store *s, const char *name, struct buf *out)
    KL_MUST_USE;
CK_RV store_record_put(struct store *s, const char *name, struct bytes value)
    KL_MUST_USE;
CK_RV store_record_delete(struct store *s, const char *name) KL_MUST_USE;

/*
 * Creates the token file of a free slot with a first transaction in which
 * `fill` puts its records: written under a temporary name, synced, then linked
 * into place, so that nobody ever sees half a token; the directory is made 0700
 * (with parents) and the file 0600 when missing.  CKR_TOKEN_NOT_RECOGNIZED is
 * never given; CKR_FUNCTION_FAILED when the slot was taken meanwhile.
 */
CK_RV store_create(struct store_env *env, uint32_t slot,
    CK_RV (*fill)(struct store *s, void *arg), void *arg) KL_MUST_USE;
/* Removes every object, tag and record of a token inside a transaction
 * (C_InitToken on an existing one); row numbers go on from where they were. */
CK_RV store_wipe(struct store *s) KL_MUST_USE;
/* Deletes a token's files for good (kluis delete --token). */
CK_RV store_remove(struct store_env *env, uint32_t slot) KL_MUST_USE;

/* --------------------------------------------------------------- objects */

#define STORE_UUID 16
#define STORE_TAG 16
#define STORE_TAGS_MAX 16

/* A row; as input views are the caller's, as output they live in `mem`. */
struct store_object {
	uint64_t id;			/* row number, never used twice; > 0 */
	uint8_t uuid[STORE_UUID];
	uint64_t version;		/* 1 at creation, +1 at each change */
	uint32_t flags;			/* STORE_F_* */
	struct bytes clear;		/* authenticated, readable by anyone */
	struct bytes sealed;		/* nonce || ciphertext || tag */
	struct bytes secret;		/* likewise, or empty */
	struct bytes tags;		/* STORE_TAG bytes each */
	struct buf mem;
};
#define STORE_F_PRIVATE 1u		/* everything sealed under the master key */
#define STORE_F_LOGIN 2u		/* written under login: in the set-hash */
#define STORE_F_SECRET 4u		/* there is a secret */
void store_object_done(struct store_object *o);

/* Inserts with tags; o->id is set. */
CK_RV store_object_insert(struct store *s, struct store_object *o) KL_MUST_USE;
/* Replaces the row o->id provided its version there is o->version - 1
 * (CKR_FUNCTION_FAILED else), and its tags. */
CK_RV store_object_update(struct store *s, const struct store_object *o)
    KL_MUST_USE;
CK_RV store_object_delete(struct store *s, uint64_t id) KL_MUST_USE;
/* Reads a row.  with_secret: also the secret column. */
CK_RV store_object_get(struct store *s, uint64_t id, bool with_secret,
    struct store_object *out) KL_MUST_USE;
/* Only its version, for freshness. */
CK_RV store_object_version(struct store *s, uint64_t id, uint64_t *version)
    KL_MUST_USE;

/*
 * Row numbers above `after` that carry ALL of the ntags tags (most selective
 * first), ascending, at most max; ntags 0: all rows.  *n < max: no more.
 * flags_mask/flags: only rows whose (flags & mask) == flags.
 */
struct store_query {
	const uint8_t (*tags)[STORE_TAG];
	size_t ntags;
	uint32_t flags_mask;
	uint32_t flags;
	uint64_t after;
};
CK_RV store_find(struct store *s, const struct store_query *q, uint64_t *ids,
    size_t max, size_t *n) KL_MUST_USE;
/* How many rows; cheap (kept by the store, not counted). */
CK_RV store_object_count(struct store *s, uint64_t *n) KL_MUST_USE;

/*
 * Verification: database integrity (PRAGMA integrity_check), and that the tag
 * table holds exactly the tags of the rows, in order and reachable.  *bad_tags
 * is set when the tags do not fit; rebuild writes them anew from the rows' own
 * lists.
 */
CK_RV store_check(struct store *s, bool *bad_tags) KL_MUST_USE;
/* Only the tags part, fast (one ordered scan). */
CK_RV store_tags_check(struct store *s, bool *bad_tags) KL_MUST_USE;
CK_RV store_tags_rebuild(struct store *s) KL_MUST_USE;

/* ----------------------------------------------------------------- audit */

/* Appends an entry; seq is given by the store (1, 2, ...), mac authenticates. */
CK_RV store_audit_append(struct store *s, struct bytes entry,
    const uint8_t mac[32], uint64_t *seq) KL_MUST_USE;
/* The number that the next entry gets, which its MAC binds. */
CK_RV store_audit_next(struct store *s, uint64_t *seq) KL_MUST_USE;
/* Reads entry seq; CKR_OBJECT_HANDLE_INVALID past the end. */
CK_RV store_audit_get(struct store *s, uint64_t seq, struct buf *entry,
    uint8_t mac[32]) KL_MUST_USE;

#endif
