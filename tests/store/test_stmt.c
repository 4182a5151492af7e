/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SQLite's codes as ours, and statements that are reset when they are given
 * back.
 */
#include "store/kit.h"

#include "store/sqlite_int.h"

static void
codes(void **state)
{
	static const struct {
		int rc;
		CK_RV rv;
	} want[] = {
		{ SQLITE_OK, CKR_OK },
		{ SQLITE_NOMEM, CKR_HOST_MEMORY },
		{ SQLITE_IOERR_NOMEM, CKR_HOST_MEMORY },
		{ SQLITE_FULL, CKR_DEVICE_MEMORY },
		{ SQLITE_READONLY, CKR_TOKEN_WRITE_PROTECTED },
		{ SQLITE_READONLY_DIRECTORY, CKR_TOKEN_WRITE_PROTECTED },
		{ SQLITE_BUSY, CKR_FUNCTION_FAILED },
		{ SQLITE_BUSY_RECOVERY, CKR_FUNCTION_FAILED },
		{ SQLITE_LOCKED, CKR_FUNCTION_FAILED },
		{ SQLITE_CONSTRAINT_UNIQUE, CKR_FUNCTION_FAILED },
		{ SQLITE_CORRUPT, CKR_DEVICE_ERROR },
		{ SQLITE_CORRUPT_INDEX, CKR_DEVICE_ERROR },
		{ SQLITE_NOTADB, CKR_DEVICE_ERROR },
		{ SQLITE_IOERR_READ, CKR_DEVICE_ERROR },
		{ SQLITE_CANTOPEN, CKR_DEVICE_ERROR },
		{ SQLITE_ERROR, CKR_DEVICE_ERROR },
	};
	struct kit *k = *state;
	struct store *s;
	size_t i;

	assert_int_equal(store_open_memory(k->env, &s), CKR_OK);
	for (i = 0; i < KL_COUNT(want); i++)
		assert_int_equal(sq_rv(sq_of(s), want[i].rc, "test"),
		    want[i].rv);
	store_close(s);
}

static void
bad_sql(void **state)
{
	struct kit *k = *state;
	struct store *s;
	sqlite3_stmt *st = NULL;

	assert_int_equal(store_open_memory(k->env, &s), CKR_OK);
	assert_int_equal(sq_exec(sq_of(s), "NONSENSE"), CKR_DEVICE_ERROR);
	assert_int_equal(sq_prepare(sq_of(s), "SELECT nothing", &st),
	    CKR_DEVICE_ERROR);
	assert_null(st);
	store_close(s);
}

/* A statement is the same each time and remembers nothing. */
static void
cached(void **state)
{
	struct kit *k = *state;
	struct store *s;
	sqlite3_stmt *a = NULL, *b = NULL;
	bool row = true;

	assert_int_equal(store_open_memory(k->env, &s), CKR_OK);
	(void)kit_add(s, 1);
	assert_int_equal(sq_stmt(sq_of(s), SQ_OBJECT_VERSION, &a), CKR_OK);
	sq_bind_int(a, 1, 1);
	assert_int_equal(sq_step(sq_of(s), a, &row), CKR_OK);
	assert_true(row);
	sq_stmt_done(&a);
	assert_int_equal(sq_stmt(sq_of(s), SQ_OBJECT_VERSION, &b), CKR_OK);
	assert_ptr_equal(a, b);
	assert_int_equal(sq_step(sq_of(s), b, &row), CKR_OK);
	assert_false(row);
	sq_stmt_done(&b);
	store_close(s);
}

static void
types(void **state)
{
	struct kit *k = *state;
	struct store *s;
	KL_AUTO(sq_finalp) sqlite3_stmt *st = NULL;
	struct bytes b = BYTES_NONE;
	uint64_t v = 7;
	bool row;

	assert_int_equal(store_open_memory(k->env, &s), CKR_OK);
	assert_int_equal(sq_prepare(sq_of(s), "SELECT 5, -1, x'0102', x'', "
	    "'t', 1.5, NULL", &st), CKR_OK);
	assert_int_equal(sq_step(sq_of(s), st, &row), CKR_OK);
	assert_true(sq_int(st, 0, &v) && v == 5);
	assert_false(sq_int(st, 1, &v));
	assert_true(sq_blob(st, 2, &b) && b.n == 2 && b.p[1] == 2);
	assert_true(sq_blob(st, 3, &b) && b.n == 0);
	assert_false(sq_blob(st, 4, &b));
	assert_false(sq_int(st, 5, &v));
	assert_false(sq_int(st, 6, &v) || sq_blob(st, 6, &b));
	assert_int_equal(v, 5);
	sq_finalp(&st);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(codes),
		KIT_TEST(bad_sql),
		KIT_TEST(cached),
		KIT_TEST(types),
	};

	return cmocka_run_group_tests_name("store/stmt", tests, NULL, NULL);
}
