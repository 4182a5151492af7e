/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searching by tags.  The first tag's entries are read in order of the row
 * numbers, and the others are looked up for each: so a search costs what its
 * most selective tag, which the caller puts first, has entries; and going on
 * after the last number found costs one look-up.  No cursor stays open.
 */
#include "store/sqlite_int.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

/* Parameters: ?1 = after, ?2 = max, ?3 = flags_mask, ?4 = flags, ?5... = tags */
#define FIRST_TAG 5

/* clang-format off */
static const char sql_all[] =
    "SELECT id FROM object WHERE id > ?1 AND (flags & ?3) = ?4 "
    "ORDER BY id LIMIT ?2";
static const char sql_first[] =
    "SELECT t.object FROM tag t WHERE t.tag = ?5 AND t.object > ?1";
static const char sql_more[] =
    " AND EXISTS (SELECT 1 FROM tag WHERE tag = ?%zu AND object = t.object)";
static const char sql_flags[] =
    " AND (?3 = 0 OR EXISTS (SELECT 1 FROM object o WHERE o.id = t.object "
    "AND (o.flags & ?3) = ?4)) ORDER BY t.object LIMIT ?2";
/* clang-format on */

static CK_RV
find_prepare(struct sq *q, size_t ntags, sqlite3_stmt **out)
{
	char sql[sizeof(sql_first) + sizeof(sql_flags) +
	    STORE_TAGS_MAX * (sizeof(sql_more) + 8)];
	size_t at, i;

	if (ntags == 0)
		return sq_prepare(q, sql_all, out);
	at = (size_t)snprintf(sql, sizeof(sql), "%s", sql_first);
	for (i = 1; i < ntags; i++)
		at += (size_t)snprintf(sql + at, sizeof(sql) - at, sql_more,
		    FIRST_TAG + i);
	(void)snprintf(sql + at, sizeof(sql) - at, "%s", sql_flags);
	return sq_prepare(q, sql, out);
}

static void
find_bind(sqlite3_stmt *st, const struct store_query *query, size_t max)
{
	size_t i;

	sq_bind_int(st, 1, query->after);
	sq_bind_int(st, 2, max);
	sq_bind_int(st, 3, query->flags_mask);
	sq_bind_int(st, 4, query->flags);
	for (i = 0; i < query->ntags; i++)
		sq_bind_blob(st, (int)(FIRST_TAG + i),
		    bytes_of(query->tags[i], STORE_TAG));
}

CK_RV
sq_find(struct store *s, const struct store_query *query, uint64_t *ids,
    size_t max, size_t *n)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	size_t found = 0;
	bool row = true;
	CK_RV rv;

	if (q->find[query->ntags] == NULL && (rv = find_prepare(q,
	    query->ntags, &q->find[query->ntags])) != CKR_OK)
		return rv;
	st = q->find[query->ntags];
	find_bind(st, query, max);
	while (found < max) {
		if ((rv = sq_step(q, st, &row)) != CKR_OK)
			return rv;
		if (!row)
			break;
		if (!sq_int(st, 0, &ids[found]) || ids[found] == 0)
			return sq_malformed(q, "a tag's object", 0);
		found++;
	}
	*n = found;
	return CKR_OK;
}
