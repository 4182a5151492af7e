/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What belongs to the token as a whole: named records, the number of objects,
 * the audit trail, and wiping it all.
 *
 * The number of objects is a record of the store itself, "store.count" (8
 * bytes, big-endian; missing = 0), brought up to date once per transaction.
 * It is not authenticated: the set-hash of seal is.
 */
#include "store/sqlite_int.h"

#include "base/log.h"

#define COUNT_RECORD "store.count"

CK_RV
sq_record_get(struct store *s, const char *name, struct buf *out)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	struct bytes value;
	bool row;
	CK_RV rv;

	if ((rv = sq_stmt(q, SQ_RECORD_GET, &st)) != CKR_OK)
		return rv;
	sq_bind_text(st, 1, name);
	if ((rv = sq_step(q, st, &row)) != CKR_OK)
		return rv;
	if (!row)
		return CKR_OBJECT_HANDLE_INVALID;
	if (!sq_blob(st, 0, &value))
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "store: %s: record %s is malformed", s->path, name);
	buf_put(out, value);
	return buf_rv(out);
}

CK_RV
sq_record_put(struct store *s, const char *name, struct bytes value)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	CK_RV rv;

	if ((rv = sq_stmt(q, SQ_RECORD_PUT, &st)) != CKR_OK)
		return rv;
	sq_bind_text(st, 1, name);
	sq_bind_blob(st, 2, value);
	return sq_run(q, st, NULL);
}

CK_RV
sq_record_delete(struct store *s, const char *name)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	int changed;
	CK_RV rv;

	if ((rv = sq_stmt(q, SQ_RECORD_DELETE, &st)) != CKR_OK)
		return rv;
	sq_bind_text(st, 1, name);
	if ((rv = sq_run(q, st, &changed)) != CKR_OK)
		return rv;
	return changed == 0 ? CKR_OBJECT_HANDLE_INVALID : CKR_OK;
}

/*
 * In a table whose entries are out of order look-ups miss what is there: a PIN
 * would seem never to have been set.
 */
CK_RV
sq_records_check(struct sq *q)
{
	KL_AUTO(sq_finalp) sqlite3_stmt *st = NULL;
	KL_AUTO(buf_done) struct buf last = { 0 };
	bool row = false;
	CK_RV rv;

	rv = sq_prepare(q, "SELECT name FROM record ORDER BY name", &st);
	while (rv == CKR_OK && (rv = sq_step(q, st, &row)) == CKR_OK && row) {
		bool text = sqlite3_column_type(st, 0) == SQLITE_TEXT;
		const void *p = sqlite3_column_blob(st, 0);
		struct bytes name = bytes_of(p,
		    (size_t)sqlite3_column_bytes(st, 0));

		if (!text || p == NULL ||
		    bytes_compare(name, buf_view(&last)) <= 0)
			return log_fail_rv(CKR_DEVICE_ERROR, "store: %s: the "
			    "records are out of order", q->base.path);
		rv = buf_set(&last, name);
	}
	return rv;
}

/* The stored number, without what the transaction has added.  A malformed one
 * counts as 0, which store_tags_check finds and store_tags_rebuild mends. */
static CK_RV
count_stored(struct sq *q, uint64_t *n)
{
	KL_AUTO(buf_done) struct buf value = { 0 };
	struct reader r;
	uint64_t v;
	CK_RV rv;

	rv = sq_record_get(&q->base, COUNT_RECORD, &value);
	if (rv != CKR_OK) {
		*n = 0;
		return rv == CKR_OBJECT_HANDLE_INVALID ? CKR_OK : rv;
	}
	r = reader_of(buf_view(&value));
	v = read_u64(&r);
	if (!read_done(&r) || v > INT64_MAX) {
		log_error("store: %s: record %s is malformed", q->base.path,
		    COUNT_RECORD);
		v = 0;
	}
	*n = v;
	return CKR_OK;
}

CK_RV
sq_object_count(struct store *s, uint64_t *n)
{
	struct sq *q = sq_of(s);
	uint64_t stored;
	CK_RV rv;

	if ((rv = count_stored(q, &stored)) != CKR_OK)
		return rv;
	stored += s->in_tx ? (uint64_t)q->count_delta : 0;
	*n = stored > INT64_MAX ? 0 : stored;
	return CKR_OK;
}

CK_RV
sq_count_put(struct sq *q, uint64_t n)
{
	KL_AUTO(buf_done) struct buf value = { 0 };
	CK_RV rv;

	buf_put_u64(&value, n);
	if ((rv = buf_rv(&value)) != CKR_OK || (rv = sq_record_put(&q->base,
	    COUNT_RECORD, buf_view(&value))) != CKR_OK)
		return rv;
	q->count_delta = 0;
	return CKR_OK;
}

CK_RV
sq_count_flush(struct sq *q)
{
	uint64_t n;
	CK_RV rv;

	if (q->count_delta == 0)
		return CKR_OK;
	if ((rv = sq_object_count(&q->base, &n)) != CKR_OK)
		return rv;
	return sq_count_put(q, n);
}

CK_RV
sq_wipe(struct store *s)
{
	struct sq *q = sq_of(s);

	q->count_delta = 0;
	return sq_exec(q,
	    "DELETE FROM tag; DELETE FROM object; DELETE FROM record;");
}

/* ------------------------------------------------------------------ audit */

CK_RV
sq_audit_next(struct store *s, uint64_t *seq)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	bool row;
	CK_RV rv;

	if ((rv = sq_stmt(q, SQ_AUDIT_NEXT, &st)) != CKR_OK ||
	    (rv = sq_step(q, st, &row)) != CKR_OK)
		return rv;
	if (!row || !sq_int(st, 0, seq))
		return sq_malformed(q, "the last audit entry", 0);
	return CKR_OK;
}

CK_RV
sq_audit_append(struct store *s, struct bytes entry, const uint8_t mac[32],
    uint64_t *seq)
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	uint64_t next;
	CK_RV rv;

	if ((rv = sq_audit_next(s, &next)) != CKR_OK ||
	    (rv = sq_stmt(q, SQ_AUDIT_APPEND, &st)) != CKR_OK)
		return rv;
	sq_bind_int(st, 1, next);
	sq_bind_blob(st, 2, entry);
	sq_bind_blob(st, 3, bytes_of(mac, 32));
	if ((rv = sq_run(q, st, NULL)) != CKR_OK)
		return rv;
	*seq = next;
	return CKR_OK;
}

CK_RV
sq_audit_get(struct store *s, uint64_t seq, struct buf *entry, uint8_t mac[32])
{
	struct sq *q = sq_of(s);
	KL_AUTO(sq_stmt_done) sqlite3_stmt *st = NULL;
	struct bytes e, m;
	bool row;
	CK_RV rv;

	if ((rv = sq_stmt(q, SQ_AUDIT_GET, &st)) != CKR_OK)
		return rv;
	sq_bind_int(st, 1, seq);
	if ((rv = sq_step(q, st, &row)) != CKR_OK)
		return rv;
	if (!row)
		return CKR_OBJECT_HANDLE_INVALID;
	if (!sq_blob(st, 0, &e) || !sq_blob(st, 1, &m) || m.n != 32)
		return sq_malformed(q, "audit entry", seq);
	buf_put(entry, e);
	if ((rv = buf_rv(entry)) != CKR_OK)
		return rv;
	for (size_t i = 0; i < m.n; i++)
		mac[i] = m.p[i];
	return CKR_OK;
}
