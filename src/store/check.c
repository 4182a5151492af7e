/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verification: of the database by SQLite, of its schema, and of the tag table
 * against the rows it was made from.
 *
 * The tags are verified in one ordered scan of each side.  The tag table's
 * entries ascend strictly, so every one of them is reached by a look-up; and
 * the two sides have equal numbers and equal sums of a keyed hash of each
 * (tag, row), so they are the same set.  The key is drawn anew each time:
 * nobody can prepare a file whose sums agree.
 */
#include "store/sqlite_int.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"

/* ----------------------------------------------- SipHash-2-4 of 24 bytes */

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t
rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void
sip_rounds(struct sip *s, int n)
{
	for (; n > 0; n--) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotl(s->v1, 13) ^ s->v0;
		s->v3 = rotl(s->v3, 16) ^ s->v2;
		s->v0 = rotl(s->v0, 32) + s->v3;
		s->v2 += s->v1;
		s->v1 = rotl(s->v1, 17) ^ s->v2;
		s->v3 = rotl(s->v3, 21) ^ s->v0;
		s->v2 = rotl(s->v2, 32);
	}
}

static uint64_t
sip(const uint64_t key[2], const uint64_t word[3])
{
	struct sip s = { key[0] ^ 0x736f6d6570736575u,
		key[1] ^ 0x646f72616e646f6du, key[0] ^ 0x6c7967656e657261u,
		key[1] ^ 0x7465646279746573u };
	uint64_t last = (uint64_t)24 << 56;
	size_t i;

	for (i = 0; i < 4; i++) {
		uint64_t m = i < 3 ? word[i] : last;

		s.v3 ^= m;
		sip_rounds(&s, 2);
		s.v0 ^= m;
	}
	s.v2 ^= 0xff;
	sip_rounds(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* A multiset of (tag, row), independent of order. */
struct tag_sum {
	uint64_t key[2][2];
	uint64_t sum[2];
	uint64_t count;
};

static void
sum_add(struct tag_sum *t, const uint8_t *tag, uint64_t id)
{
	uint64_t word[3] = { 0, 0, id };

	memcpy(word, tag, STORE_TAG);
	t->sum[0] += sip(t->key[0], word);
	t->sum[1] += sip(t->key[1], word);
	t->count++;
}

/* -------------------------------------------------------------- both sides */

/* The entries of the tag table; *bad: one is malformed or out of order. */
static CK_RV
sum_table(struct sq *q, struct tag_sum *t, bool *bad)
{
	KL_AUTO(sq_finalp) sqlite3_stmt *st = NULL;
	uint8_t last[STORE_TAG] = { 0 };
	uint64_t id, last_id = 0;
	struct bytes tag;
	bool row;
	int order;
	CK_RV rv;

	rv = sq_prepare(q, "SELECT tag, object FROM tag ORDER BY tag, object",
	    &st);
	while (rv == CKR_OK && (rv = sq_step(q, st, &row)) == CKR_OK && row) {
		if (!sq_blob(st, 0, &tag) || tag.n != STORE_TAG ||
		    !sq_int(st, 1, &id)) {
			*bad = true;
			return CKR_OK;
		}
		order = bytes_compare(tag, bytes_of(last, STORE_TAG));
		if (t->count > 0 &&
		    (order < 0 || (order == 0 && id <= last_id)))
			*bad = true;
		memcpy(last, tag.p, STORE_TAG);
		last_id = id;
		sum_add(t, tag.p, id);
	}
	return rv;
}

/* A row's number and list; logs what is malformed. */
static bool
list_read(struct sq *q, sqlite3_stmt *st, uint64_t *id, struct bytes *tags)
{
	if (sq_int(st, 0, id) && sq_blob(st, 1, tags) &&
	    tags->n % STORE_TAG == 0)
		return true;
	log_error("store: %s: object %lld is malformed", q->base.path,
	    (long long)sqlite3_column_int64(st, 0));
	return false;
}

/* The lists of the rows, and how many rows there are; a malformed row is bad
 * and does not keep the others from being looked at. */
static CK_RV
sum_rows(struct sq *q, struct tag_sum *t, uint64_t *rows, bool *bad)
{
	KL_AUTO(sq_finalp) sqlite3_stmt *st = NULL;
	struct bytes tags;
	uint64_t id;
	bool row;
	CK_RV rv;

	rv = sq_prepare(q, "SELECT id, tags FROM object ORDER BY id", &st);
	while (rv == CKR_OK && (rv = sq_step(q, st, &row)) == CKR_OK && row) {
		(*rows)++;
		if (!list_read(q, st, &id, &tags)) {
			*bad = true;
			continue;
		}
		for (; tags.n > 0; tags.n -= STORE_TAG, tags.p += STORE_TAG)
			sum_add(t, tags.p, id);
	}
	return rv;
}

/* Both scans see one state of the database: inside a savepoint, which is a
 * transaction when there is none. */
static CK_RV
both_sums(struct sq *q, struct tag_sum *table, struct tag_sum *rows, bool *bad)
{
	uint64_t counted = 0, kept = 0;
	CK_RV rv, end;

	if ((rv = sq_exec(q, "SAVEPOINT tags")) != CKR_OK)
		return rv;
	if ((rv = sum_table(q, table, bad)) == CKR_OK &&
	    (rv = sum_rows(q, rows, &counted, bad)) == CKR_OK)
		rv = sq_object_count(&q->base, &kept);
	*bad |= counted != kept;
	end = sq_exec(q, "RELEASE tags");
	return rv != CKR_OK ? rv : end;
}

CK_RV
sq_tags_check(struct store *s, bool *bad_tags)
{
	struct tag_sum table = { 0 }, rows = { 0 };
	bool bad = false;
	CK_RV rv;

	if (getrandom(table.key, sizeof(table.key), 0) !=
	    (ssize_t)sizeof(table.key))
		return log_fail_rv(CKR_DEVICE_ERROR, "store: getrandom: %s",
		    strerror(errno));
	memcpy(rows.key, table.key, sizeof(rows.key));
	if ((rv = both_sums(sq_of(s), &table, &rows, &bad)) != CKR_OK)
		return rv;
	*bad_tags = bad || table.count != rows.count ||
	    table.sum[0] != rows.sum[0] || table.sum[1] != rows.sum[1];
	if (*bad_tags)
		log_error("store: %s: the search index does not fit the "
		    "objects", s->path);
	return CKR_OK;
}

CK_RV
sq_tags_rebuild(struct store *s)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_finalp) sqlite3_stmt *st = NULL;
	uint64_t id, rows = 0;
	struct bytes tags;
	bool row;
	CK_RV rv;

	if ((rv = sq_exec(q, "DELETE FROM tag")) != CKR_OK)
		return rv;
	rv = sq_prepare(q, "SELECT id, tags FROM object ORDER BY id", &st);
	while (rv == CKR_OK && (rv = sq_step(q, st, &row)) == CKR_OK && row) {
		rows++;
		if (list_read(q, st, &id, &tags))
			rv = sq_tags_write(q, SQ_TAG_INSERT, id, tags);
	}
	return rv != CKR_OK ? rv : sq_count_put(q, rows);
}

/* ------------------------------------------------------------ the database */

/* All of a schema as one text, kept by SQLite in *st. */
static CK_RV
schema_text(struct sq *q, sqlite3 *db, sqlite3_stmt **st, const char **text)
{
	int rc;

	rc = sqlite3_prepare_v2(db, "SELECT group_concat(sql, ';') FROM "
	    "(SELECT sql FROM sqlite_schema ORDER BY type, name)", -1, st,
	    NULL);
	if (rc != SQLITE_OK || (rc = sqlite3_step(*st)) != SQLITE_ROW)
		return sq_rv(q, rc, "schema");
	*text = (const char *)sqlite3_column_text(*st, 0);
	return *text == NULL ? CKR_HOST_MEMORY : CKR_OK;
}

static void
db_closep(sqlite3 **db)
{
	(void)sqlite3_close(*db); /* in memory, no statement left */
}

/* A trigger or an index that is none of ours would be somebody's trick. */
static CK_RV
schema_check(struct sq *q)
{
	KL_AUTO(db_closep) sqlite3 *model = NULL;
	KL_AUTO(sq_finalp) sqlite3_stmt *want_st = NULL;
	KL_AUTO(sq_finalp) sqlite3_stmt *have_st = NULL;
	const char *have, *want;
	unsigned n;
	int rc;
	CK_RV rv;

	rc = sqlite3_open_v2(":memory:", &model,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL);
	for (n = 1; rc == SQLITE_OK && n <= SQ_FORMAT; n++)
		rc = sqlite3_exec(model, sq_script(n), NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return sq_rv(q, rc, "schema");
	if ((rv = schema_text(q, model, &want_st, &want)) != CKR_OK ||
	    (rv = schema_text(q, q->db, &have_st, &have)) != CKR_OK)
		return rv;
	if (strcmp(have, want) != 0)
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "store: %s: the schema is not ours", q->base.path);
	return CKR_OK;
}

CK_RV
sq_check(struct store *s)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_finalp) sqlite3_stmt *st = NULL;
	const char *text;
	bool row;
	CK_RV rv;

	if ((rv = schema_check(q)) != CKR_OK ||
	    (rv = sq_prepare(q, "PRAGMA integrity_check(1)", &st)) != CKR_OK ||
	    (rv = sq_step(q, st, &row)) != CKR_OK)
		return rv;
	text = row ? (const char *)sqlite3_column_text(st, 0) : NULL;
	if (text == NULL)
		return log_rv(CKR_HOST_MEMORY, "store: no memory");
	if (strcmp(text, "ok") != 0)
		return log_fail_rv(CKR_DEVICE_ERROR, "store: %s: %s", s->path,
		    text);
	return CKR_OK;
}
