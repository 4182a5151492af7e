/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Statements: the SQL of single rows in one table, prepared once per
 * connection, and SQLite's result codes turned into ours.
 *
 * Callers: the SQLite files of this room, under the store lock.
 */
#include "store/sqlite_int.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/log.h"

/* clang-format off */
static const char *const sq_sql[SQ_STATEMENTS] = {
	[SQ_BEGIN] = "BEGIN IMMEDIATE",
	[SQ_COMMIT] = "COMMIT",
	[SQ_ROLLBACK] = "ROLLBACK",
	[SQ_DATA_VERSION] = "PRAGMA data_version",
	[SQ_RECORD_GET] = "SELECT value FROM record WHERE name = ?1",
	[SQ_RECORD_PUT] =
	    "INSERT INTO record (name, value) VALUES (?1, ?2) "
	    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	[SQ_RECORD_DELETE] = "DELETE FROM record WHERE name = ?1",
	[SQ_OBJECT_INSERT] =
	    "INSERT INTO object (uuid, version, flags, tags, clear, sealed, "
	    "secret) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQ_OBJECT_UPDATE] =
	    "UPDATE object SET version = ?2, flags = ?3, tags = ?4, "
	    "clear = ?5, sealed = ?6, secret = ?7 "
	    "WHERE id = ?8 AND uuid = ?1 AND version = ?2 - 1",
	[SQ_OBJECT_DELETE] = "DELETE FROM object WHERE id = ?1",
	[SQ_OBJECT_GET] =
	    "SELECT uuid, version, flags, tags, clear, sealed "
	    "FROM object WHERE id = ?1",
	[SQ_OBJECT_GET_SECRET] =
	    "SELECT uuid, version, flags, tags, clear, sealed, secret "
	    "FROM object WHERE id = ?1",
	[SQ_OBJECT_VERSION] = "SELECT version FROM object WHERE id = ?1",
	[SQ_OBJECT_TAGS] = "SELECT tags FROM object WHERE id = ?1",
	[SQ_TAG_INSERT] = "INSERT INTO tag (tag, object) VALUES (?1, ?2)",
	[SQ_TAG_DELETE] = "DELETE FROM tag WHERE tag = ?1 AND object = ?2",
	[SQ_AUDIT_APPEND] =
	    "INSERT INTO audit (seq, entry, mac) VALUES (?1, ?2, ?3)",
	[SQ_AUDIT_NEXT] = "SELECT coalesce(max(seq), 0) + 1 FROM audit",
	[SQ_AUDIT_GET] = "SELECT entry, mac FROM audit WHERE seq = ?1",
};
/* clang-format on */

static bool
is_space(int err)
{
	return err == ENOSPC || err == EDQUOT || err == EFBIG;
}

/* No space left, in any of the ways a file system says so.  SQLite does not
 * keep the errno of a COMMIT; sq_step cleared it before. */
static bool
no_space(struct sq *q, int rc)
{
	int err = errno;

	if ((rc & 0xff) != SQLITE_IOERR)
		return (rc & 0xff) == SQLITE_FULL;
	return is_space(err) ||
	    (q->db != NULL && is_space(sqlite3_system_errno(q->db)));
}

CK_RV
sq_rv(struct sq *q, int rc, const char *what)
{
	bool full = no_space(q, rc);
	const char *why = sqlite3_errstr(rc);
	CK_RV rv;

	if (q->db != NULL && (sqlite3_errcode(q->db) & 0xff) == (rc & 0xff))
		why = sqlite3_errmsg(q->db);
	if (rc == SQLITE_IOERR_NOMEM)
		rc = SQLITE_NOMEM;
	if (full)
		return log_fail_rv(CKR_DEVICE_MEMORY,
		    "store: %s: no space left (%s)", q->base.path, what);
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return CKR_OK;
	case SQLITE_NOMEM:
		return log_rv(CKR_HOST_MEMORY, "store: no memory");
	case SQLITE_READONLY:
	case SQLITE_PERM:
		rv = CKR_TOKEN_WRITE_PROTECTED;
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
	case SQLITE_CONSTRAINT:
		rv = CKR_FUNCTION_FAILED;
		break;
	default:
		rv = CKR_DEVICE_ERROR;
		break;
	}
	return log_fail_rv(rv, "store: %s: %s: %s (%d)", q->base.path, what,
	    why, rc);
}

CK_RV
sq_malformed(struct sq *q, const char *what, uint64_t id)
{
	return log_fail_rv(CKR_DEVICE_ERROR, "store: %s: %s %llu is malformed",
	    q->base.path, what, (unsigned long long)id);
}

CK_RV
sq_exec(struct sq *q, const char *sql)
{
	return sq_rv(q, sqlite3_exec(q->db, sql, NULL, NULL, NULL), sql);
}

CK_RV
sq_prepare(struct sq *q, const char *sql, sqlite3_stmt **out)
{
	return sq_rv(q, sqlite3_prepare_v3(q->db, sql, -1,
	    SQLITE_PREPARE_PERSISTENT, out, NULL), sql);
}

CK_RV
sq_stmt(struct sq *q, enum sq_id id, sqlite3_stmt **out)
{
	CK_RV rv;

	if (q->stmt[id] == NULL &&
	    (rv = sq_prepare(q, sq_sql[id], &q->stmt[id])) != CKR_OK)
		return rv;
	*out = q->stmt[id];
	return CKR_OK;
}

void
sq_stmt_done(sqlite3_stmt **st)
{
	if (*st == NULL)
		return;
	(void)sqlite3_reset(*st); /* repeats what the step said */
	(void)sqlite3_clear_bindings(*st); /* cannot fail */
}

void
sq_finalp(sqlite3_stmt **st)
{
	(void)sqlite3_finalize(*st); /* repeats what the step said */
	*st = NULL;
}

void
sq_stmt_forget(struct sq *q)
{
	size_t i;

	for (i = 0; i < KL_COUNT(q->stmt); i++)
		sq_finalp(&q->stmt[i]);
	for (i = 0; i < KL_COUNT(q->find); i++)
		sq_finalp(&q->find[i]);
}

/*
 * A bind fails for want of memory or beyond SQLite's limits.  NULL stays bound
 * then, which no column takes and no row equals, so that nothing wrong is
 * written or found.
 */
void
sq_bind_int(sqlite3_stmt *st, int i, uint64_t v)
{
	if (v <= INT64_MAX)
		(void)sqlite3_bind_int64(st, i, (sqlite3_int64)v);
}

void
sq_bind_blob(sqlite3_stmt *st, int i, struct bytes b)
{
	(void)sqlite3_bind_blob64(st, i, b.n == 0 ? "" : (const char *)b.p,
	    b.n, SQLITE_STATIC);
}

void
sq_bind_text(sqlite3_stmt *st, int i, const char *text)
{
	(void)sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

CK_RV
sq_step(struct sq *q, sqlite3_stmt *st, bool *row)
{
	int rc;

	errno = 0;
	rc = sqlite3_step(st);
	*row = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return CKR_OK;
	return sq_rv(q, sqlite3_extended_errcode(q->db), sqlite3_sql(st));
}

CK_RV
sq_run(struct sq *q, sqlite3_stmt *st, int *changed)
{
	bool row;
	CK_RV rv;

	if ((rv = sq_step(q, st, &row)) != CKR_OK)
		return rv;
	if (changed != NULL)
		*changed = sqlite3_changes(q->db);
	return CKR_OK;
}

bool
sq_blob(sqlite3_stmt *st, int i, struct bytes *out)
{
	const void *p;

	if (sqlite3_column_type(st, i) != SQLITE_BLOB)
		return false;
	p = sqlite3_column_blob(st, i);
	*out = bytes_of(p, (size_t)sqlite3_column_bytes(st, i));
	return p != NULL || out->n == 0;
}

bool
sq_int(sqlite3_stmt *st, int i, uint64_t *out)
{
	sqlite3_int64 v;

	if (sqlite3_column_type(st, i) != SQLITE_INTEGER)
		return false;
	if ((v = sqlite3_column_int64(st, i)) < 0)
		return false;
	*out = (uint64_t)v;
	return true;
}

CK_RV
sq_number(struct sq *q, const char *sql, int64_t *out)
{
	KL_AUTO(sq_finalp) sqlite3_stmt *st = NULL;
	bool row;
	CK_RV rv;

	if ((rv = sq_prepare(q, sql, &st)) != CKR_OK ||
	    (rv = sq_step(q, st, &row)) != CKR_OK)
		return rv;
	*out = row ? sqlite3_column_int64(st, 0) : 0;
	return CKR_OK;
}
