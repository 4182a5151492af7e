/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verification finds every change of the tag table, a foreign schema, and
 * damage anywhere in the file; a damaged file never crashes the reader.
 */
#include "store/kit.h"

#include <time.h>

#define OBJECTS 30

static struct store *
filled(struct kit *k)
{
	struct store *s = kit_token(k, 0);
	uint64_t n;

	for (n = 0; n < OBJECTS; n++)
		(void)kit_add(s, n);
	return s;
}

static bool
tags_bad(struct kit *k)
{
	struct store *s = NULL;
	bool bad = false;

	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_int_equal(store_tags_check(s, &bad), CKR_OK);
	store_close(s);
	return bad;
}

static void
rebuild(struct kit *k)
{
	struct store *s = NULL;
	struct store_tx tx = { NULL };

	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_tags_rebuild(s), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	store_close(s);
}

static void
clean(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	bool bad = true;

	assert_int_equal(store_check(s, &bad), CKR_OK);
	assert_false(bad);
	store_close(s);
	assert_int_equal(store_remove(k->env, 0), CKR_OK);
	s = filled(k);
	bad = true;
	assert_int_equal(store_check(s, &bad), CKR_OK);
	assert_false(bad);
	store_close(s);
}

/* Each way to change the tag table is seen, and mended by a rebuild. */
static void
changed_tags(void **state)
{
	static const char *const sql[] = {
		"DELETE FROM tag WHERE object = 1",
		"DELETE FROM tag",
		"INSERT INTO tag VALUES (x'00112233445566778899aabbccddeeff', "
		"1)",
		"INSERT INTO tag SELECT tag, 99 FROM tag WHERE object = 1",
		"INSERT INTO tag VALUES (x'00', 1)",
		"INSERT INTO tag VALUES ('text', 1)",
		"INSERT INTO tag VALUES (x'00112233445566778899aabbccddeeff', "
		"'x')",
		"UPDATE tag SET object = 2 WHERE object = 1 AND "
		"tag NOT IN (SELECT tag FROM tag WHERE object = 2)",
		/* two rows change one tag each: sums that are not keyed agree */
		"UPDATE tag SET object = 203 - object WHERE object IN (101, "
		"102); UPDATE tag SET object = CASE object WHEN 1 THEN 2 ELSE "
		"1 END WHERE object IN (1, 2) AND substr(tag, 2, 1) = x'00'",
		"UPDATE record SET value = x'00000000000000ff' "
		"WHERE name = 'store.count'",
		"UPDATE record SET value = x'00' WHERE name = 'store.count'",
		"DELETE FROM record WHERE name = 'store.count'",
	};
	struct kit *k = *state;
	size_t i;

	store_close(filled(k));
	for (i = 0; i < KL_COUNT(sql); i++) {
		assert_false(tags_bad(k));
		kit_sql(k, "0.db", sql[i]);
		assert_true(tags_bad(k));
		rebuild(k);
	}
	assert_false(tags_bad(k));
}

/* Changing the lists in the rows is seen too; a malformed row does not hide
 * the others' state. */
static void
changed_rows(void **state)
{
	struct kit *k = *state;
	struct store *s = NULL;

	store_close(filled(k));
	kit_sql(k, "0.db", "UPDATE object SET tags = x'' WHERE id = 3");
	assert_true(tags_bad(k));
	rebuild(k);
	assert_false(tags_bad(k));
	kit_sql(k, "0.db", "UPDATE object SET tags = x'00' WHERE id = 4");
	assert_true(tags_bad(k));
	rebuild(k);
	assert_true(tags_bad(k));
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_true(kit_is(s, 5, 4));
	assert_int_equal(kit_find(s, 0, 4), 1);
	store_close(s);
}

static void
foreign_schema(void **state)
{
	static const char *const sql[][2] = {
		{ "CREATE TRIGGER t AFTER INSERT ON object BEGIN DELETE FROM "
		  "record; END", "DROP TRIGGER t" },
		{ "CREATE TABLE t (x)", "DROP TABLE t" },
		{ "CREATE INDEX i ON object (flags)", "DROP INDEX i" },
		{ "CREATE VIEW v AS SELECT 1", "DROP VIEW v" },
	};
	struct kit *k = *state;
	struct store *s = filled(k);
	bool bad = false;
	size_t i;

	for (i = 0; i < KL_COUNT(sql); i++) {
		store_close(s);
		kit_sql(k, "0.db", sql[i][0]);
		assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
		assert_int_equal(store_check(s, &bad), CKR_DEVICE_ERROR);
		/* and no trigger of anybody runs */
		(void)kit_add(s, 1000 + i);
		assert_int_equal(kit_find(s, 0, 1000 + i), 1);
		store_close(s);
		kit_sql(k, "0.db", sql[i][1]);
		assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	}
	assert_int_equal(store_check(s, &bad), CKR_OK);
	assert_false(bad);
	store_close(s);
}

/* Reads all that a token holds; only the codes of damage may come back. */
static bool
read_all(struct kit *k)
{
	struct store *s = NULL;
	struct store_object o = { 0 };
	struct store_query q = { .ntags = 0 };
	uint64_t ids[2 * OBJECTS], id;
	bool bad = false, fine = true;
	size_t n = 0;
	CK_RV rv = store_open(k->env, 0, &s);

	if (rv != CKR_OK) {
		assert_true(rv == CKR_DEVICE_ERROR ||
		    rv == CKR_TOKEN_NOT_RECOGNIZED);
		return false;
	}
	rv = store_find(s, &q, ids, 2 * OBJECTS, &n);
	fine = rv == CKR_OK && n == OBJECTS;
	for (id = 1; id <= OBJECTS; id++) {
		rv = store_object_get(s, id, true, &o);
		fine &= rv == CKR_OK && kit_is(s, id, id - 1);
		assert_true(rv == CKR_OK || rv == CKR_DEVICE_ERROR ||
		    rv == CKR_OBJECT_HANDLE_INVALID);
		store_object_done(&o);
	}
	rv = store_check(s, &bad);
	assert_true(rv == CKR_OK || rv == CKR_DEVICE_ERROR);
	fine &= rv == CKR_OK && !bad;
	store_close(s);
	return fine;
}

/*
 * A byte turned over every so often through the whole file.  What is not
 * noticed here must be a byte that means nothing (free space, counters of
 * SQLite's own), or one that seal authenticates: so only crashes, wrong codes
 * and unseen changes of what was read fail.
 */
static void
flipped_bytes(void **state)
{
	struct kit *k = *state;
	struct stat st;
	off_t at;
	uint8_t b;
	int fd, seen = 0;

	store_close(filled(k));
	assert_true(read_all(k));
	assert_int_equal(stat(kit_path(k, "0.db"), &st), 0);
	for (at = 0; at < st.st_size; at += at < 200 ? 1 : 97) {
		assert_true((fd = open(kit_path(k, "0.db"),
		    O_RDWR | O_CLOEXEC)) >= 0);
		assert_int_equal(pread(fd, &b, 1, at), 1);
		b = (uint8_t)~b;
		assert_int_equal(pwrite(fd, &b, 1, at), 1);
		seen += read_all(k) ? 0 : 1;
		(void)unlink(kit_path(k, "0.db-wal"));
		(void)unlink(kit_path(k, "0.db-shm"));
		b = (uint8_t)~b;
		assert_int_equal(pwrite(fd, &b, 1, at), 1);
		assert_int_equal(close(fd), 0);
	}
	assert_true(seen > 30);
	assert_true(read_all(k));
}

/* Cut short anywhere.  The last page may be one that holds little. */
static void
truncated(void **state)
{
	struct kit *k = *state;
	struct stat st;
	int unseen = 0;

	store_close(filled(k));
	assert_int_equal(stat(kit_path(k, "0.db"), &st), 0);
	while (st.st_size > 1000) {
		st.st_size -= 1777;
		assert_int_equal(truncate(kit_path(k, "0.db"), st.st_size), 0);
		unseen += read_all(k) ? 1 : 0;
	}
	assert_true(unseen <= 2);
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* At login: 500 objects in 3 ms; sanitizers and a busy machine get ten times
 * that, and the best of several runs counts. */
static void
quick(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	struct kit_object o;
	double best = 1, t;
	uint64_t n;
	bool bad;
	int i;

	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	for (n = 0; n < 500; n++) {
		kit_object(&o, n);
		assert_int_equal(store_object_insert(s, &o.o), CKR_OK);
	}
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	for (i = 0; i < 20; i++) {
		t = seconds();
		assert_int_equal(store_tags_check(s, &bad), CKR_OK);
		t = seconds() - t;
		best = t < best ? t : best;
		assert_false(bad);
	}
	assert_true(best < 0.03);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(clean),
		KIT_TEST(changed_tags),
		KIT_TEST(changed_rows),
		KIT_TEST(foreign_schema),
		KIT_TEST(flipped_bytes),
		KIT_TEST(truncated),
		KIT_TEST(quick),
	};

	return cmocka_run_group_tests_name("store/check", tests, NULL, NULL);
}
