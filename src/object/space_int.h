/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside object: what the files that keep objects share (space, object,
 * persist, set, commit, get, find, profile, verify).
 *
 * struct obj_space has one lock (LOCK_OBJECT), taken by the space_* functions
 * and by nobody else, for moments: no cryptography, store or system call
 * happens under it.  A store transaction holds a lock of higher rank, so no
 * space_* function is called inside one.
 */
#ifndef KLUIS_OBJECT_SPACE_INT_H
#define KLUIS_OBJECT_SPACE_INT_H

#include <time.h>

#include "object/object_int.h"

/* ----------------------------------------------------------------- space.c */

#define PROFILES 4
#define BUILTINS_MAX 8192	/* their numbers (builtin.c) are below it */

/*
 * Loaded token objects, so many and so many bytes at most; a hand goes round and
 * throws out what nobody used since it came by.
 */
#define CACHE_MAX 1024
#define CACHE_BYTES ((size_t)6 << 20)
struct cache {
	struct object *v[CACHE_MAX];
	size_t n, hand, bytes;
};

/* Rows that do not open: told once for each generation of the store, and looked
 * at again after a while, as it may have been a want of memory. */
#define BAD_ROWS 16
#define BAD_SECONDS 60
struct bad_row {
	uint64_t id, generation;
	time_t since;
};

/* Random bytes for so many UUIDs are fetched at a time: libcrypto makes a system
 * call each time. */
#define UUIDS 64

struct obj_space {
	struct obj_env env;
	struct lock lock;
	struct handles *table;		/* see space.c */
	struct handles *owners;		/* session -> first of its objects */
	_Atomic uint64_t next_owner;
	struct cache cache;
	struct bad_row bad[BAD_ROWS];
	size_t bad_next;
	struct object *profiles[PROFILES];
	uint8_t uuids[UUIDS][SEAL_UUID];
	size_t n_uuids;			/* left of them */
	atomic_bool index_seen;		/* verify_index_once has run */
};

/* What a number stands for. */
struct space_entry {
	CK_OBJECT_HANDLE handle;
	uint64_t id;		/* row number, 0: session or profile object */
	bool private;
	struct object *o;	/* one reference, NULL: not loaded */
};
/* Looks a number up; false when there is none. */
bool space_get(struct obj_space *sp, CK_OBJECT_HANDLE handle,
    struct space_entry *out);
/* The number of a row, given at first sight.  CKR_USER_NOT_LOGGED_IN for a private
 * one when the keyring is locked, CKR_HOST_MEMORY. */
CK_RV space_handle(struct obj_space *sp, uint64_t id, bool private,
    CK_OBJECT_HANDLE *out) KL_MUST_USE;
/* Takes in a session object (one reference of its own) and sets o->handle.
 * Codes as space_handle. */
CK_RV space_add(struct obj_space *sp, struct object *o) KL_MUST_USE;
/* Puts fresh in the place of the session object old; false when old was
 * changed or destroyed meanwhile. */
bool space_swap(struct obj_space *sp, struct object *old, struct object *fresh);
/* Keeps a loaded token object under its number o->handle unless a newer one is
 * there; false when the number is none any more. */
bool space_keep(struct obj_space *sp, struct object *o);
/* The object of this number is gone; the number is never given again. */
void space_drop(struct obj_space *sp, CK_OBJECT_HANDLE handle);
/* Calls fn for every session object, in no order, with the space locked: fn
 * looks and takes references, no more. */
void space_each(struct obj_space *sp, void (*fn)(struct object *o, void *arg),
    void *arg);
/* The built-in object with this number (builtin.c), if it was made; one
 * reference. */
bool space_builtin(struct obj_space *sp, size_t n, struct object **out);
/* Takes a built-in object in and gives it its handle, unless another thread was
 * quicker; *out is what is there now, one reference.  CKR_HOST_MEMORY. */
CK_RV space_add_builtin(struct obj_space *sp, size_t n, struct object *o,
    struct object **out) KL_MUST_USE;
/* Random bytes for a UUID, never given before. */
CK_RV space_uuid(struct obj_space *sp, uint8_t out[SEAL_UUID]) KL_MUST_USE;
/* Whether row id was found damaged at this generation, not long ago; and
 * remembers that. */
bool space_bad(struct obj_space *sp, uint64_t id, uint64_t generation);
void space_set_bad(struct obj_space *sp, uint64_t id, uint64_t generation);

/* ---------------------------------------------------------------- object.c */

/* An empty object with one reference. */
CK_RV object_new(struct obj_space *sp, struct object **out) KL_MUST_USE;
/* One more reference. */
struct object *object_get(struct object *o);
/* A new version of o with these attributes (moved), the same key and handle;
 * secrets are not copied. */
CK_RV object_next(const struct object *o, struct attrs *attrs,
    struct object **out) KL_MUST_USE;
/* The row's object, loaded or from the cache, under its number; one reference. */
CK_RV object_by_row(struct obj_space *sp, uint64_t id, bool private,
    struct object **out) KL_MUST_USE;
/* Notes what a token object takes in memory, for the cache. */
void object_weigh(struct object *o);
/* Bytes that a list takes in encoded form. */
size_t object_encoded(const struct attrs *a);

/* --------------------------------------------------------------- persist.c */

#define UUID_TEXT 36
/* A new UUID (version 4), and its text form (no NUL). */
CK_RV persist_uuid(struct obj_space *sp, uint8_t out[SEAL_UUID]) KL_MUST_USE;
void persist_uuid_text(const uint8_t uuid[SEAL_UUID], char out[UUID_TEXT]);

/* A row being written: `row` views the rest.  Zero-initialised is empty. */
struct sealed_row {
	struct store_object row;
	struct buf clear, sealed, secret;
	uint8_t tags[STORE_TAGS_MAX * STORE_TAG];
};
void sealed_row_done(struct sealed_row *r);
/*
 * Seals o (its uuid, version, flags, attrs) with these secrets into *out, whose
 * row.id stays 0.  CKR_USER_NOT_LOGGED_IN for a private object when locked.
 */
CK_RV persist_seal(const struct obj_env *env, const struct object *o,
    const struct attrs *secrets, struct sealed_row *out) KL_MUST_USE;
/* What binds a row's columns: views of the row. */
struct seal_bind persist_bind(const struct store_object *row);
/* Opens a row into an object (no handle, seen = 0).  CKR_DEVICE_ERROR (logged) when
 * it is not what was written, CKR_USER_NOT_LOGGED_IN when locked. */
CK_RV persist_open(struct obj_space *sp, const struct store_object *row,
    struct object **out) KL_MUST_USE;
/* Opens a row's secret column (read with_secret) into *out (empty before). */
CK_RV persist_secrets(const struct obj_env *env,
    const struct store_object *row, struct attrs *out) KL_MUST_USE;
/* Whether an attribute with this value carries a search tag: empty ones do not. */
bool persist_tagged(const struct attr_row *row, struct bytes value);

/* ------------------------------------------------------------------- set.c */

/*
 * Keeps the set-hash (seal.h) in step inside one transaction of the store: open,
 * any number of adds and removes, close before the commit.
 */
struct set_change {
	const struct keyring *kr;
	struct store *store;
	bool login;		/* rows written now are in the set */
	struct seal_set set;	/* when login */
	struct buf pending;	/* the "setdelta" record, see set.c */
	uint64_t loose;
	bool set_moved, delta_moved;
};
void set_done(struct set_change *c);
/* Whether the store still holds the token whose keys these are (or none, in
 * tests): CKR_DEVICE_REMOVED else.  To be asked in the transaction. */
CK_RV set_token(struct store *s, const struct keyring *kr) KL_MUST_USE;
/* login: the keyring is unlocked and what is written has STORE_F_LOGIN.  Codes
 * of set_token. */
CK_RV set_open(struct set_change *c, struct store *s, const struct keyring *kr,
    bool login) KL_MUST_USE;
CK_RV set_add(struct set_change *c, const struct seal_bind *bind) KL_MUST_USE;
/* CKR_USER_NOT_LOGGED_IN when too much was changed without login. */
CK_RV set_remove(struct set_change *c, const struct seal_bind *bind)
    KL_MUST_USE;
CK_RV set_close(struct set_change *c) KL_MUST_USE;
/* Whether opening with login folded something in, so that closing is worth a
 * transaction. */
bool set_folded(const struct set_change *c);
/* Writes a set over exactly these rows' sum, for a record that cannot be read. */
CK_RV set_write(struct store *s, const struct keyring *kr,
    const struct seal_set *set) KL_MUST_USE;

/* --------------------------------------------------------------- profile.c */

/* Makes the profile objects and their numbers; part of obj_space_new. */
CK_RV profile_make(struct obj_space *sp, size_t i, struct object **out)
    KL_MUST_USE;

/* --------------------------------------------------------------- builtin.c */

/* Shows every built-in object of a class but profiles, made if need be, to
 * fn, which may take references.  No object for other classes.
 * CKR_HOST_MEMORY. */
struct builtin_look {
	void (*fn)(struct object *o, void *arg);
	void *arg;
};
CK_RV builtin_each(struct obj_space *sp, CK_OBJECT_CLASS class,
    const struct builtin_look *look) KL_MUST_USE;
/*
 * The value of a LIVE attribute of a hardware feature, LIVE_VALUE bytes
 * appended to out.  room: what the caller has room for; when that is not enough
 * the bytes mean nothing and the counter stands still.  CKR_DEVICE_ERROR (no
 * time of day, or a damaged record), the store's codes, CKR_DEVICE_REMOVED.
 */
#define LIVE_VALUE 16
CK_RV builtin_value(struct obj_space *sp, const struct object *o, size_t room,
    struct buf *out) KL_MUST_USE;

/* ---------------------------------------------------------------- verify.c */

enum audit_event {
	AUDIT_OBJECT_BAD = 1,	/* an object's row does not open */
	AUDIT_SET_BAD = 2,	/* objects are missing or from the past */
	AUDIT_INDEX_BAD = 3,	/* the search index did not fit: rebuilt */
	AUDIT_SET_NEW = 4	/* the set-hash could not be read: begun anew */
};
/*
 * Appends an entry to the audit trail (db/README), uuid all zero when it is about
 * no object.  A failure is logged and otherwise without effect: what is to be
 * told must not be kept from happening.
 */
void verify_audit(struct obj_space *sp, enum audit_event event,
    const uint8_t uuid[SEAL_UUID]);
/*
 * Before a search of token objects: compares the search index with the rows,
 * as a login does, unless that was done since the space was made; so a damaged
 * index hides nothing from who never logs in.
 */
void verify_index_once(struct obj_space *sp);

#endif
