/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connection: opening, transactions, freshness.
 *
 * Invariants:
 *  1. A token's database is in WAL mode from its creation on; opening one
 *     writes nothing to it, so that any number of processes may do so at once.
 *  2. -wal and -shm are kept when the last connection closes (the log
 *     emptied): SQLite deletes them by name, and by then the name may belong
 *     to a new token.
 *  3. The database file is opened by SQLite alone.  Closing any other
 *     descriptor of it would drop this process's locks.
 *  4. After a file was deleted or replaced nothing is read from or written to
 *     it any more: begin checks that under the write lock, which store_remove
 *     holds while it deletes; every reading checks it before.  Who reads
 *     nothing learns of it by the generation, which store_remove leaves odd.
 *
 * How a file is opened: read-write; SQLite itself falls back to read-only where
 * the file may not be written.  Where -wal and -shm are missing and cannot be
 * made (a folder that may not be written), as an immutable file, provided that
 * there is no log with content; it is then opened anew whenever the file has
 * changed.
 */
#include "store/sqlite_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define BUSY_STEP_NS 20000000
#define BUSY_SECONDS 60
#define BUSY_STEPS (BUSY_SECONDS * (1000000000 / BUSY_STEP_NS))
#define SLOW ((uint64_t)1 << 63)	/* marks values that are no counter's */
#define ODD_ONE ((uint64_t)1 << 62)	/* and those of failures */

#ifdef KL_SQLITE_STATIC
#define OPEN_THREADS SQLITE_OPEN_NOMUTEX
#else
#define OPEN_THREADS SQLITE_OPEN_FULLMUTEX
#endif

/* The log keeps the length that it reaches between two checkpoints (a thousand
 * pages) until the last connection closes: writing over blocks that exist costs
 * half of what appending new ones does, at each commit. */
#define LOG_KEPT "4194304"

static const char sq_settings[] =
    "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
    "PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;"
    "PRAGMA mmap_size = 0; PRAGMA cache_size = -2048;"
    "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = " LOG_KEPT ";";

/* SQLite's busy handler: waits a minute, except for a writer's turn, which
 * the front waits for without the lock. */
static int
on_busy(void *arg, int count)
{
	const struct sq *q = arg;
	struct timespec t = { .tv_nsec = BUSY_STEP_NS };

	if (q->nowait || count >= BUSY_STEPS)
		return 0;
	if (count < 10)
		t.tv_nsec = BUSY_STEP_NS / 20;
	(void)nanosleep(&t, NULL); /* a signal shortens it */
	return 1;
}

/* ---------------------------------------------------------------- opening */

static void
disconnect(struct sq *q)
{
	sq_stmt_forget(q);
	if (q->db != NULL)
		(void)sqlite3_close(q->db); /* no statement is left */
	q->db = NULL;
}

/* The path as a URI with immutable=1; NULL without memory. */
static char *
immutable_uri(const char *path)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char tail[] = "?immutable=1";
	char *uri = malloc(8 + 3 * strlen(path) + sizeof(tail));
	char *u = uri;

	if (uri == NULL)
		return NULL;
	memcpy(u, "file:", 5);
	u += 5;
	for (; *path != '\0'; path++) {
		unsigned char c = (unsigned char)*path;

		if (c == '/' || (c > ' ' && c < 0x7f && c != '?' && c != '#' &&
		    c != '%')) {
			*u++ = (char)c;
			continue;
		}
		*u++ = '%';
		*u++ = hex[c >> 4];
		*u++ = hex[c & 15];
	}
	memcpy(u, tail, sizeof(tail));
	return uri;
}

static void
configure(sqlite3 *db)
{
	/* Each only narrows what SQLite does; an old one may not know all. */
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)BUF_MAX);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_extended_result_codes(db, 1);
}

/*
 * Connects and reads the first page.  Returns SQLite's code, for the choice
 * of what to try next.
 */
static int
connect(struct sq *q, const char *name, int flags)
{
	int one = 1, rc;

	rc = sqlite3_open_v2(name, &q->db, flags | OPEN_THREADS, NULL);
	if (rc != SQLITE_OK || q->db == NULL)
		return rc == SQLITE_OK ? SQLITE_NOMEM : rc;
	configure(q->db);
	if ((rc = sqlite3_busy_handler(q->db, on_busy, q)) != SQLITE_OK)
		return rc;
	if (q->gen.path != NULL)
		(void)sqlite3_file_control(q->db, "main",
		    SQLITE_FCNTL_PERSIST_WAL, &one); /* unix always takes it */
	if ((rc = sqlite3_exec(q->db, sq_settings, NULL, NULL, NULL)) !=
	    SQLITE_OK)
		return rc;
	return sqlite3_exec(q->db, "SELECT count(*) FROM sqlite_schema", NULL,
	    NULL, NULL);
}

/* Whether a log with content lies beside the file: then it counts. */
static bool
has_log(const struct sq *q)
{
	struct stat st;
	char *wal = mem_format("%s-wal", q->base.path);
	bool has;

	if (wal == NULL)
		return true;
	has = stat(wal, &st) == 0 ? st.st_size > 0 : errno != ENOENT;
	free(wal);
	return has;
}

static int
connect_immutable(struct sq *q)
{
	char *uri = NULL;
	int rc = SQLITE_CANTOPEN;

	if (has_log(q) || stat(q->base.path, &q->seen) != 0)
		return rc;
	if ((uri = immutable_uri(q->base.path)) == NULL)
		return SQLITE_NOMEM;
	rc = connect(q, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
	q->immutable = rc == SQLITE_OK;
	free(uri);
	return rc;
}

static int
connect_some_way(struct sq *q)
{
	int rc;

	q->immutable = false;
	rc = connect(q, q->base.path, SQLITE_OPEN_READWRITE);
	if ((rc & 0xff) == SQLITE_CANTOPEN) {
		disconnect(q);
		rc = connect(q, q->base.path, SQLITE_OPEN_READONLY);
	}
	if ((rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY) {
		disconnect(q);
		rc = connect_immutable(q);
	}
	return rc;
}

static bool
has_moved(struct sq *q)
{
	int moved = 0;

	if (*q->base.path == '\0')
		return false;
	return sqlite3_file_control(q->db, "main", SQLITE_FCNTL_HAS_MOVED,
	    &moved) == SQLITE_OK && moved != 0;
}

/* Opens what is at the path now, with its counter. */
static CK_RV
open_file(struct sq *q)
{
	struct timespec now, start;
	int rc;

	(void)clock_gettime(CLOCK_MONOTONIC, &start); /* cannot fail */
	do {
		rc = connect_some_way(q);
		if (rc == SQLITE_OK) {
			gen_map(&q->gen);
			if (!has_moved(q))
				return CKR_OK;
			rc = SQLITE_BUSY;
		}
		disconnect(q);
		if (access(q->base.path, F_OK) != 0 && errno == ENOENT)
			return CKR_TOKEN_NOT_PRESENT;
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((rc & 0xff) == SQLITE_BUSY &&
	    now.tv_sec - start.tv_sec < BUSY_SECONDS);
	if ((rc & 0xff) == SQLITE_NOTADB)
		return log_fail_rv(CKR_TOKEN_NOT_RECOGNIZED,
		    "store: %s: not a database", q->base.path);
	return sq_rv(q, rc, "open");
}

static void
sq_close(struct store *s)
{
	struct sq *q = sq_of(s);

	disconnect(q);
	gen_done(&q->gen);
	free(q->base.path);
	free(q);
}

static void
sq_closep(struct sq **q)
{
	if (*q != NULL)
		sq_close(&(*q)->base);
}

/* ----------------------------------------------------------- transactions */

/*
 * A file that changes under an immutable connection would be read half old,
 * half new: connect again.
 */
static CK_RV
refresh_immutable(struct sq *q)
{
	struct stat now;
	int rc;

	if (stat(q->base.path, &now) == 0 && now.st_ino == q->seen.st_ino &&
	    now.st_size == q->seen.st_size &&
	    now.st_mtim.tv_sec == q->seen.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == q->seen.st_mtim.tv_nsec && !has_log(q))
		return CKR_OK;
	disconnect(q);
	q->commits++;
	if ((rc = connect_some_way(q)) == SQLITE_OK)
		return CKR_OK;
	disconnect(q);
	return sq_rv(q, rc, "open again");
}

static CK_RV
sq_refresh(struct store *s)
{
	struct sq *q = sq_of(s);

	if (q->immutable || q->db == NULL)
		return refresh_immutable(q);
	gen_check(&q->gen);
	if (!q->gone)
		q->gone = has_moved(q);
	return q->gone ? CKR_DEVICE_REMOVED : CKR_OK;
}

static CK_RV
sq_begin(struct store *s, bool *busy)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	CK_RV rv;
	int rc;

	if ((rv = sq_stmt(q, SQ_BEGIN, &st)) != CKR_OK)
		return rv;
	q->nowait = true;
	rc = sqlite3_step(st);
	q->nowait = false;
	if ((rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_PROTOCOL) {
		*busy = true;
		return CKR_FUNCTION_FAILED;
	}
	if (rc != SQLITE_DONE)
		return sq_rv(q, rc, "BEGIN");
	q->count_delta = 0;
	q->changes = sqlite3_total_changes(q->db);
	if (!has_moved(q))
		return CKR_OK;
	q->gone = true;
	s->ops->rollback(s);
	return log_rv(CKR_DEVICE_REMOVED, "store: %s: was deleted", s->path);
}

static CK_RV
run_id(struct sq *q, enum sq_id id)
{
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	CK_RV rv;

	if ((rv = sq_stmt(q, id, &st)) != CKR_OK)
		return rv;
	return sq_run(q, st, NULL);
}

static CK_RV
sq_commit(struct store *s)
{
	struct sq *q = sq_of(s);
	struct gen_mark mark;
	CK_RV rv;

	if ((rv = sq_count_flush(q)) != CKR_OK)
		return rv;
	if (sqlite3_total_changes(q->db) == q->changes)
		return run_id(q, SQ_COMMIT);
	if ((rv = gen_mark_odd(&q->gen, &mark)) != CKR_OK)
		return rv;
	if ((rv = run_id(q, SQ_COMMIT)) == CKR_OK)
		q->commits++;
	gen_mark_even(&q->gen, &mark);
	return rv;
}

static void
sq_rollback(struct store *s)
{
	struct sq *q = sq_of(s);

	/* SQLite rolls back by itself after some errors. */
	if (sqlite3_get_autocommit(q->db) == 0 &&
	    run_id(q, SQ_ROLLBACK) != CKR_OK)
		log_error("store: %s: cannot roll back", s->path);
	q->count_delta = 0;
}

/* -------------------------------------------------------------- freshness */

/*
 * Without a counter: bit 63 set, so that no value of one kind equals one of
 * the other; then our own commits, which data_version does not count; then
 * data_version.  A failure gives a value that was never given before, so
 * that the caller looks, and meets the error.
 */
static uint64_t
slow_generation(struct sq *q)
{
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	uint64_t version = 0;
	bool row;

	if (q->base.ops->refresh(&q->base) != CKR_OK ||
	    sq_stmt(q, SQ_DATA_VERSION, &st) != CKR_OK ||
	    sq_step(q, st, &row) != CKR_OK || !row || !sq_int(st, 0, &version))
		return SLOW | ODD_ONE | ++q->failures;
	return SLOW | (q->commits & 0x3fffffff) << 32 | (version & 0xffffffff);
}

static uint64_t
sq_generation(struct store *s)
{
	struct sq *q = sq_of(s);
	uint64_t v = gen_value(&q->gen);
	bool ours;

	if (v != 0)
		return v;
	ours = env_owned(s->env);
	if (!ours)
		lock_take(&s->env->lock);
	if (atomic_load(&q->gen.map) == NULL)
		gen_map(&q->gen);
	v = slow_generation(q);
	if (!ours)
		lock_give(&s->env->lock);
	return v;
}

/* A generation that stays odd makes readers ask, and see that the file is
 * gone. */
static CK_RV
sq_retire(struct store *s)
{
	struct gen_mark mark;
	CK_RV rv;

	if ((rv = gen_mark_odd(&sq_of(s)->gen, &mark)) != CKR_OK)
		return rv;
	if (mark.fd >= 0)
		(void)close(mark.fd); /* pwrite went well */
	return CKR_OK;
}

/* ------------------------------------------------------------ constructors */

static const struct store_ops sq_ops = {
	.close = sq_close,
	.refresh = sq_refresh,
	.begin = sq_begin,
	.commit = sq_commit,
	.rollback = sq_rollback,
	.generation = sq_generation,
	.retire = sq_retire,
	.record_get = sq_record_get,
	.record_put = sq_record_put,
	.record_delete = sq_record_delete,
	.wipe = sq_wipe,
	.object_insert = sq_object_insert,
	.object_update = sq_object_update,
	.object_delete = sq_object_delete,
	.object_get = sq_object_get,
	.object_version = sq_object_version,
	.object_count = sq_object_count,
	.find = sq_find,
	.check = sq_check,
	.tags_check = sq_tags_check,
	.tags_rebuild = sq_tags_rebuild,
	.audit_append = sq_audit_append,
	.audit_next = sq_audit_next,
	.audit_get = sq_audit_get,
};

static CK_RV
sq_new(struct store_env *env, const char *path, const char *gen_path,
    struct sq **out)
{
	KL_AUTO(sq_closep) struct sq *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return log_rv(CKR_HOST_MEMORY, "store: no memory");
	q->base.ops = &sq_ops;
	q->base.env = env;
	if ((q->base.path = mem_string(path)) == NULL || (gen_path != NULL &&
	    ((q->gen.path = mem_string(gen_path)) == NULL ||
	    (q->gen.like = mem_string(path)) == NULL)))
		return log_rv(CKR_HOST_MEMORY, "store: no memory");
	*out = KL_TAKE(q);
	return CKR_OK;
}

/* Makes a fresh file a token database, in WAL mode. */
static CK_RV
format(struct sq *q)
{
	CK_RV rv;

	if ((rv = sq_exec(q, "PRAGMA journal_mode = WAL")) != CKR_OK)
		return rv;
	return sq_migrate(q, 0);
}

CK_RV
sqlite_open(struct store_env *env, const char *path, const char *gen_path,
    bool fresh, struct store **out)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&env->lock);
	KL_AUTO(sq_closep) struct sq *q = NULL;
	CK_RV rv;

	(void)held; /* given back by its cleanup */
	if ((rv = sq_new(env, path, gen_path, &q)) != CKR_OK ||
	    (rv = open_file(q)) != CKR_OK)
		return rv;
	q->base.writable = !q->immutable &&
	    sqlite3_db_readonly(q->db, "main") == 0;
	if ((rv = fresh ? format(q) : sq_recognise(q)) != CKR_OK ||
	    (rv = sq_records_check(q)) != CKR_OK)
		return rv;
	if (gen_path != NULL && q->base.writable &&
	    atomic_load(&q->gen.map) == NULL) {
		/* Without a counter all works, only slower. */
		if (gen_create(gen_path, path) == CKR_OK)
			gen_map(&q->gen);
	}
	*out = &KL_TAKE(q)->base;
	return CKR_OK;
}

CK_RV
sqlite_open_memory(struct store_env *env, struct store **out)
{
	KL_AUTO(lock_hold_done) struct lock *held = lock_hold(&env->lock);
	KL_AUTO(sq_closep) struct sq *q = NULL;
	CK_RV rv;
	int rc;

	(void)held; /* given back by its cleanup */
	if ((rv = sq_new(env, "", NULL, &q)) != CKR_OK)
		return rv;
	rc = connect(q, ":memory:", SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY);
	if ((rv = sq_rv(q, rc, "open")) != CKR_OK ||
	    (rv = sq_migrate(q, 0)) != CKR_OK)
		return rv;
	q->base.writable = true;
	*out = &KL_TAKE(q)->base;
	return CKR_OK;
}
