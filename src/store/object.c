/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of objects, and their entries in the tag table.
 *
 * Invariant: inside every transaction that is committed, the tag table holds
 * for each row exactly the tags of the row's own list (check.c verifies it).
 * The list stands before the long columns of the row, so that reading it
 * never follows overflow pages.
 */
#include "store/sqlite_int.h"

#include <string.h>

#include "base/log.h"

CK_RV
sq_tags_write(struct sq *q, enum sq_id how, uint64_t id, struct bytes tags)
{
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	size_t i;
	CK_RV rv;

	if ((rv = sq_stmt(q, how, &st)) != CKR_OK)
		return rv;
	for (i = 0; i + STORE_TAG <= tags.n; i += STORE_TAG) {
		sq_bind_blob(st, 1, bytes_of(tags.p + i, STORE_TAG));
		sq_bind_int(st, 2, id);
		if ((rv = sq_run(q, st, NULL)) != CKR_OK)
			return rv;
		(void)sqlite3_reset(st); /* the step went well */
	}
	return CKR_OK;
}

/* Deletes the tag entries of a row by the row's own list. */
static CK_RV
tags_drop(struct sq *q, uint64_t id)
{
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	struct bytes tags;
	bool row;
	CK_RV rv;

	if ((rv = sq_stmt(q, SQ_OBJECT_TAGS, &st)) != CKR_OK)
		return rv;
	sq_bind_int(st, 1, id);
	if ((rv = sq_step(q, st, &row)) != CKR_OK)
		return rv;
	if (!row)
		return CKR_OBJECT_HANDLE_INVALID;
	if (!sq_blob(st, 0, &tags))
		return sq_malformed(q, "object", id);
	return sq_tags_write(q, SQ_TAG_DELETE, id, tags);
}

static void
bind_object(sqlite3_stmt *st, const struct store_object *o)
{
	sq_bind_blob(st, 1, bytes_of(o->uuid, STORE_UUID));
	sq_bind_int(st, 2, o->version);
	sq_bind_int(st, 3, o->flags);
	sq_bind_blob(st, 4, o->tags);
	sq_bind_blob(st, 5, o->clear);
	sq_bind_blob(st, 6, o->sealed);
	sq_bind_blob(st, 7, o->secret);
}

CK_RV
sq_object_insert(struct store *s, struct store_object *o)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	uint64_t id;
	CK_RV rv;

	if ((rv = sq_stmt(q, SQ_OBJECT_INSERT, &st)) != CKR_OK)
		return rv;
	bind_object(st, o);
	if ((rv = sq_run(q, st, NULL)) != CKR_OK)
		return rv;
	id = (uint64_t)sqlite3_last_insert_rowid(q->db);
	if ((rv = sq_tags_write(q, SQ_TAG_INSERT, id, o->tags)) != CKR_OK)
		return rv;
	q->count_delta++;
	o->id = id;
	return CKR_OK;
}

CK_RV
sq_object_update(struct store *s, const struct store_object *o)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	int changed;
	CK_RV rv;

	if ((rv = tags_drop(q, o->id)) != CKR_OK ||
	    (rv = sq_stmt(q, SQ_OBJECT_UPDATE, &st)) != CKR_OK)
		return rv;
	bind_object(st, o);
	sq_bind_int(st, 8, o->id);
	if ((rv = sq_run(q, st, &changed)) != CKR_OK)
		return rv;
	if (changed != 1)
		return log_rv(CKR_FUNCTION_FAILED, "store: %s: object %llu is "
		    "not of version %llu any more", s->path,
		    (unsigned long long)o->id,
		    (unsigned long long)(o->version - 1));
	return sq_tags_write(q, SQ_TAG_INSERT, o->id, o->tags);
}

CK_RV
sq_object_delete(struct store *s, uint64_t id)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	CK_RV rv;

	if ((rv = tags_drop(q, id)) != CKR_OK ||
	    (rv = sq_stmt(q, SQ_OBJECT_DELETE, &st)) != CKR_OK)
		return rv;
	sq_bind_int(st, 1, id);
	if ((rv = sq_run(q, st, NULL)) != CKR_OK)
		return rv;
	q->count_delta--;
	return CKR_OK;
}

/* What a row says, as views into the statement. */
struct row {
	struct bytes uuid, tags, clear, sealed, secret;
	uint64_t version, flags;
};

static bool
row_read(sqlite3_stmt *st, bool with_secret, struct row *r)
{
	r->secret = BYTES_NONE;
	return sq_blob(st, 0, &r->uuid) && r->uuid.n == STORE_UUID &&
	    sq_int(st, 1, &r->version) && sq_int(st, 2, &r->flags) &&
	    r->flags <= UINT32_MAX && sq_blob(st, 3, &r->tags) &&
	    r->tags.n % STORE_TAG == 0 && sq_blob(st, 4, &r->clear) &&
	    sq_blob(st, 5, &r->sealed) &&
	    (!with_secret || sq_blob(st, 6, &r->secret));
}

/* The next n bytes of *at, which is moved on. */
static struct bytes
take(const uint8_t **at, size_t n)
{
	struct bytes b = bytes_of(*at, n);

	*at += n;
	return b;
}

static CK_RV
row_copy(const struct row *r, uint64_t id, struct store_object *out)
{
	struct store_object o = { .id = id, .version = r->version,
		.flags = (uint32_t)r->flags };
	const uint8_t *at;
	CK_RV rv;

	memcpy(o.uuid, r->uuid.p, STORE_UUID);
	buf_put(&o.mem, r->tags);
	buf_put(&o.mem, r->clear);
	buf_put(&o.mem, r->sealed);
	buf_put(&o.mem, r->secret);
	if ((rv = buf_rv(&o.mem)) != CKR_OK) {
		buf_done(&o.mem);
		return rv;
	}
	at = o.mem.p;
	if (at != NULL) {
		o.tags = take(&at, r->tags.n);
		o.clear = take(&at, r->clear.n);
		o.sealed = take(&at, r->sealed.n);
		o.secret = take(&at, r->secret.n);
	}
	*out = o;
	return CKR_OK;
}

CK_RV
sq_object_get(struct store *s, uint64_t id, bool with_secret,
    struct store_object *out)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	struct row r;
	bool row;
	CK_RV rv;

	if ((rv = sq_stmt(q, with_secret ? SQ_OBJECT_GET_SECRET :
	    SQ_OBJECT_GET, &st)) != CKR_OK)
		return rv;
	sq_bind_int(st, 1, id);
	if ((rv = sq_step(q, st, &row)) != CKR_OK)
		return rv;
	if (!row)
		return CKR_OBJECT_HANDLE_INVALID;
	if (!row_read(st, with_secret, &r))
		return sq_malformed(q, "object", id);
	return row_copy(&r, id, out);
}

CK_RV
sq_object_version(struct store *s, uint64_t id, uint64_t *version)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	uint64_t v;
	bool row;
	CK_RV rv;

	if ((rv = sq_stmt(q, SQ_OBJECT_VERSION, &st)) != CKR_OK)
		return rv;
	sq_bind_int(st, 1, id);
	if ((rv = sq_step(q, st, &row)) != CKR_OK)
		return rv;
	if (!row)
		return CKR_OBJECT_HANDLE_INVALID;
	if (!sq_int(st, 0, &v))
		return sq_malformed(q, "object", id);
	*version = v;
	return CKR_OK;
}
