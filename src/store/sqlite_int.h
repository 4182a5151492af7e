/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SQLite kind of store, behind struct store_ops: one connection, its
 * prepared statements, and the mapped generation counter.  Everything here
 * runs under the store lock, except gen_value and the start of sq_generation.
 */
#ifndef KLUIS_STORE_SQLITE_INT_H
#define KLUIS_STORE_SQLITE_INT_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "store/store_int.h"

#define SQ_APPLICATION 1802270057	/* "klui" */
#define SQ_FORMAT 1			/* user_version that this code writes */

/* ------------------------------------------------------------ generation */

/*
 * The mapped counter next to a database.  Values: even = nobody commits, odd
 * = somebody does, or died doing so.  Old mappings stay until gen_done, since
 * readers look without a lock.
 */
#define GEN_SIZE 4096
#define GEN_OLD 8
struct gen {
	char *path;		/* NULL: no counter */
	char *like;		/* the database, whose rights a new file gets */
	_Atomic(const _Atomic uint64_t *) map;
	dev_t dev;		/* of the mapped file */
	ino_t ino;
	const void *old[GEN_OLD];
	size_t n_old;
};
/* Maps the file if it is there and whole; otherwise there is no value. */
void gen_map(struct gen *g);
/* The counter when it is mapped and even, else 0.  One atomic load. */
uint64_t gen_value(const struct gen *g);
/* Looks whether the mapped file is still the one at the path; else maps that
 * one, if it is there and whole. */
void gen_check(struct gen *g);
/*
 * Before a commit, under the database's write lock, and after it: makes the
 * counter odd (mapping, making or mending the file as needed), and even with
 * a value that it did not have before.
 */
struct gen_mark {
	int fd;			/* the open file; -1: there is no counter */
	uint64_t odd;		/* what was written */
};
CK_RV gen_mark_odd(struct gen *g, struct gen_mark *m) KL_MUST_USE;
void gen_mark_even(struct gen *g, struct gen_mark *m);
void gen_done(struct gen *g);

/* ------------------------------------------------------------ connection */

enum sq_id {
	SQ_BEGIN, SQ_COMMIT, SQ_ROLLBACK, SQ_DATA_VERSION,
	SQ_RECORD_GET, SQ_RECORD_PUT, SQ_RECORD_DELETE,
	SQ_OBJECT_INSERT, SQ_OBJECT_UPDATE, SQ_OBJECT_DELETE,
	SQ_OBJECT_GET, SQ_OBJECT_GET_SECRET, SQ_OBJECT_VERSION, SQ_OBJECT_TAGS,
	SQ_TAG_INSERT, SQ_TAG_DELETE,
	SQ_AUDIT_APPEND, SQ_AUDIT_NEXT, SQ_AUDIT_GET,
	SQ_STATEMENTS
};

struct sq {
	struct store base;
	sqlite3 *db;
	sqlite3_stmt *stmt[SQ_STATEMENTS];
	sqlite3_stmt *find[STORE_TAGS_MAX + 1];
	struct gen gen;
	bool nowait;		/* busy handler: give up at once */
	bool gone;		/* the file was deleted or replaced */
	uint64_t commits;	/* by this connection */
	uint64_t failures;	/* of the slow path of sq_generation */
	int changes;		/* total_changes at the transaction's begin */
	int64_t count_delta;	/* objects added by the transaction */
	/* Read without locks or -shm, from a folder that cannot be written:
	 * what the file looked like then. */
	bool immutable;
	struct stat seen;
};

static inline struct sq *
sq_of(struct store *s)
{
	return (struct sq *)s;
}

/* ------------------------------------------------ statements, codes (stmt.c) */

/*
 * SQLite's result rc as a CK_RV; logs what an administrator must see, naming
 * file, reason and `what` was being done.
 */
CK_RV sq_rv(struct sq *q, int rc, const char *what) KL_MUST_USE;
/* Runs a script, for set-up only. */
CK_RV sq_exec(struct sq *q, const char *sql) KL_MUST_USE;
/* Prepares sql for good. */
CK_RV sq_prepare(struct sq *q, const char *sql, sqlite3_stmt **out)
    KL_MUST_USE;
/* The cached statement; give it back by KL_AUTO(sq_stmt_done), which resets it
 * and forgets what was bound, so bound bytes need only live as long. */
CK_RV sq_stmt(struct sq *q, enum sq_id id, sqlite3_stmt **out) KL_MUST_USE;
void sq_stmt_done(sqlite3_stmt **st);
/* Closes a statement that is not cached; for KL_AUTO. */
void sq_finalp(sqlite3_stmt **st);
/* Finalizes all cached statements. */
void sq_stmt_forget(struct sq *q);
/* Bind; out of memory and the like shows at the step. i counts from 1. */
void sq_bind_int(sqlite3_stmt *st, int i, uint64_t v);
void sq_bind_blob(sqlite3_stmt *st, int i, struct bytes b);
void sq_bind_text(sqlite3_stmt *st, int i, const char *text);
/* One step; *row: whether there is a row. */
CK_RV sq_step(struct sq *q, sqlite3_stmt *st, bool *row) KL_MUST_USE;
/* Steps a statement that gives no row; *changed may be NULL. */
CK_RV sq_run(struct sq *q, sqlite3_stmt *st, int *changed) KL_MUST_USE;
/* Column i as a byte string, valid until the next step; false when it is of
 * another type (a stored value that we did not write). */
bool sq_blob(sqlite3_stmt *st, int i, struct bytes *out);
/* Column i as an unsigned number; false when negative or not an integer. */
bool sq_int(sqlite3_stmt *st, int i, uint64_t *out);
/* One number from a one-row statement such as a PRAGMA. */
CK_RV sq_number(struct sq *q, const char *sql, int64_t *out) KL_MUST_USE;
/* A row or value that this code cannot have written: logs and says so. */
CK_RV sq_malformed(struct sq *q, const char *what, uint64_t id) KL_MUST_USE;

/* --------------------------------------------------- schema (migrate.c) */

extern const char sq_schema_0001[];
/* The script that makes format n from format n - 1; NULL when there is none. */
const char *sq_script(unsigned n);
/* Takes the open database from format `from` to SQ_FORMAT in one transaction. */
CK_RV sq_migrate(struct sq *q, unsigned from) KL_MUST_USE;
/*
 * Whether this is a token in a format that this code reads, migrating it when
 * it is older.  CKR_TOKEN_NOT_RECOGNIZED (logged).
 */
CK_RV sq_recognise(struct sq *q) KL_MUST_USE;

/* --------------------------------- the operations, see struct store_ops */

CK_RV sq_record_get(struct store *s, const char *name, struct buf *out);
/* Whether all records can be found: CKR_DEVICE_ERROR (logged) when not. */
CK_RV sq_records_check(struct sq *q) KL_MUST_USE;
CK_RV sq_record_put(struct store *s, const char *name, struct bytes value);
CK_RV sq_record_delete(struct store *s, const char *name);
CK_RV sq_wipe(struct store *s);
/* Writes the number of objects if the transaction changed it (record.c). */
CK_RV sq_count_flush(struct sq *q) KL_MUST_USE;
/* Writes it, as what the transaction will leave. */
CK_RV sq_count_put(struct sq *q, uint64_t n) KL_MUST_USE;
CK_RV sq_object_insert(struct store *s, struct store_object *o);
CK_RV sq_object_update(struct store *s, const struct store_object *o);
CK_RV sq_object_delete(struct store *s, uint64_t id);
CK_RV sq_object_get(struct store *s, uint64_t id, bool with_secret,
    struct store_object *out);
CK_RV sq_object_version(struct store *s, uint64_t id, uint64_t *version);
CK_RV sq_object_count(struct store *s, uint64_t *n);
/* Adds or removes the tag entries of object id. */
CK_RV sq_tags_write(struct sq *q, enum sq_id how, uint64_t id,
    struct bytes tags) KL_MUST_USE;
CK_RV sq_find(struct store *s, const struct store_query *q, uint64_t *ids,
    size_t max, size_t *n);
CK_RV sq_check(struct store *s);
CK_RV sq_tags_check(struct store *s, bool *bad_tags);
CK_RV sq_tags_rebuild(struct store *s);
CK_RV sq_audit_append(struct store *s, struct bytes entry,
    const uint8_t mac[32], uint64_t *seq);
CK_RV sq_audit_next(struct store *s, uint64_t *seq);
CK_RV sq_audit_get(struct store *s, uint64_t seq, struct buf *entry,
    uint8_t mac[32]);

#endif
