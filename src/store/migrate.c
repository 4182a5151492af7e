/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats: recognising a token's database, and taking it from an older format
 * to the present one.  A script per format, run in order inside one
 * transaction, each of which sets user_version at its end; a new token is made
 * by the same scripts from nothing.
 *
 * Callers: sqlite.c, under the store lock, outside of a transaction.
 */
#include "store/sqlite_int.h"

#include "base/log.h"

const char *
sq_script(unsigned n)
{
	static const char *const scripts[SQ_FORMAT] = { sq_schema_0001 };

	return n >= 1 && n <= SQ_FORMAT ? scripts[n - 1] : NULL;
}

/* Rolls back what a failed step left open. */
static CK_RV
give_up(struct sq *q, CK_RV rv)
{
	if (sqlite3_get_autocommit(q->db) == 0)
		(void)sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
	return rv;
}

CK_RV
sq_migrate(struct sq *q, unsigned from)
{
	int64_t now = 0;
	unsigned n;
	CK_RV rv;

	if ((rv = sq_exec(q, "BEGIN IMMEDIATE")) != CKR_OK)
		return rv;
	/* Somebody else may have done it while we waited. */
	if ((rv = sq_number(q, "PRAGMA user_version", &now)) != CKR_OK)
		return give_up(q, rv);
	if (now != (int64_t)from)
		return give_up(q, CKR_OK);
	for (n = from + 1; n <= SQ_FORMAT; n++)
		if ((rv = sq_exec(q, sq_script(n))) != CKR_OK)
			return give_up(q, rv);
	if ((rv = sq_exec(q, "COMMIT")) != CKR_OK)
		return give_up(q, rv);
	return CKR_OK;
}

CK_RV
sq_recognise(struct sq *q)
{
	int64_t app = 0, format = 0;
	CK_RV rv;

	if ((rv = sq_number(q, "PRAGMA application_id", &app)) != CKR_OK ||
	    (rv = sq_number(q, "PRAGMA user_version", &format)) != CKR_OK)
		return rv;
	if (app != SQ_APPLICATION || format < 1)
		return log_fail_rv(CKR_TOKEN_NOT_RECOGNIZED,
		    "store: %s: not a token", q->base.path);
	if (format > SQ_FORMAT)
		return log_fail_rv(CKR_TOKEN_NOT_RECOGNIZED,
		    "store: %s: has format %lld, this version of kluis reads "
		    "formats up to %d", q->base.path, (long long)format,
		    SQ_FORMAT);
	return format == SQ_FORMAT ? CKR_OK : sq_migrate(q, (unsigned)format);
}
