/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of objects: what is written comes back, versions are kept, rows that
 * are malformed are refused and leave the others alone.
 */
#include "store/kit.h"

static void
missing(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_object o = { 0 };
	struct store_tx tx = { NULL };
	uint64_t v = 7;

	assert_int_equal(store_object_get(s, 1, true, &o),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(store_object_get(s, UINT64_MAX, true, &o),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(store_object_version(s, 1, &v),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(v, 7);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_object_delete(s, 1), CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	store_close(s);
}

static void
insert_get(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_object o = { 0 };
	uint64_t id = kit_add(s, 1), other = kit_add(s, 2), n, v;

	assert_true(id > 0 && other > id);
	assert_true(kit_is(s, id, 1));
	assert_true(kit_is(s, other, 2));
	assert_int_equal(store_object_get(s, id, false, &o), CKR_OK);
	assert_int_equal(o.secret.n, 0);
	assert_int_equal(o.version, 1);
	store_object_done(&o);
	assert_int_equal(store_object_version(s, id, &v), CKR_OK);
	assert_int_equal(v, 1);
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 2);
	store_close(s);
}

static void
empty_columns(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_object in = { .version = 1 }, out = { 0 };
	struct store_tx tx = { NULL };

	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_object_insert(s, &in), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_int_equal(store_object_get(s, in.id, true, &out), CKR_OK);
	assert_int_equal(out.clear.n + out.sealed.n + out.secret.n +
	    out.tags.n, 0);
	store_object_done(&out);
	store_close(s);
}

static void
same_uuid(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	struct kit_object o;
	uint64_t id = kit_add(s, 1), n;

	kit_object(&o, 1);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_object_insert(s, &o.o), CKR_FUNCTION_FAILED);
	/* a transaction with a failed write never commits */
	assert_int_equal(store_record_put(s, "x", BYTES_NONE),
	    CKR_FUNCTION_FAILED);
	assert_int_equal(store_tx_commit(&tx), CKR_FUNCTION_FAILED);
	assert_true(kit_is(s, id, 1));
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 1);
	store_close(s);
}

static void
update(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	struct kit_object o;
	uint64_t id = kit_add(s, 1), v;

	kit_object(&o, 1);
	o.o.id = id;
	o.o.version = 2;
	kit_tag(o.tags[0], 0, 77);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_object_update(s, &o.o), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_int_equal(store_object_version(s, id, &v), CKR_OK);
	assert_int_equal(v, 2);
	assert_int_equal(kit_find(s, 0, 1), 0);
	assert_int_equal(kit_find(s, 0, 77), 1);
	/* the same again is a change of an older version */
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_object_update(s, &o.o), CKR_FUNCTION_FAILED);
	store_tx_done(&tx);
	o.o.id = id + 1;
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_object_update(s, &o.o),
	    CKR_OBJECT_HANDLE_INVALID);
	store_tx_done(&tx);
	assert_int_equal(kit_find(s, 0, 77), 1);
	store_close(s);
}

static void
delete_for_good(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	uint64_t id = kit_add(s, 1), n;

	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_object_delete(s, id), CKR_OK);
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_false(kit_is(s, id, 1));
	assert_int_equal(kit_find(s, 0, 1), 0);
	/* row numbers are never used twice */
	assert_true(kit_add(s, 2) > id);
	store_close(s);
}

static void
rollback(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	struct kit_object o;
	uint64_t n;

	kit_object(&o, 1);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_object_insert(s, &o.o), CKR_OK);
	assert_true(kit_is(s, o.o.id, 1));
	store_tx_done(&tx);
	assert_false(kit_is(s, o.o.id, 1));
	assert_int_equal(kit_find(s, 0, 1), 0);
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 0);
	store_close(s);
}

/* Values of another type or size than we write, one column at a time. */
static void
malformed(void **state)
{
	static const char *const set[] = {
		"uuid = x'00'", "uuid = 'text'", "version = 'x'",
		"version = -1", "flags = 4294967296", "flags = x'00'",
		"tags = x'0011'", "tags = 1", "clear = 'text'",
		"sealed = 1.5", "secret = 'text'"
	};
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	uint64_t id = kit_add(s, 1), other = kit_add(s, 2);
	struct store_object o = { 0 };
	char sql[200];
	size_t i;

	for (i = 0; i < KL_COUNT(set); i++) {
		(void)snprintf(sql, sizeof(sql), "CREATE TABLE keep AS SELECT "
		    "* FROM object WHERE id = 1; UPDATE object SET %s "
		    "WHERE id = 1", set[i]);
		store_close(s);
		kit_sql(k, "0.db", sql);
		assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
		assert_int_equal(store_object_get(s, id, true, &o),
		    CKR_DEVICE_ERROR);
		assert_true(kit_is(s, other, 2));
		store_close(s);
		kit_sql(k, "0.db", "REPLACE INTO object SELECT * FROM keep; "
		    "DROP TABLE keep");
		assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	}
	assert_true(kit_is(s, id, 1));
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(missing),
		KIT_TEST(insert_get),
		KIT_TEST(empty_columns),
		KIT_TEST(same_uuid),
		KIT_TEST(update),
		KIT_TEST(delete_for_good),
		KIT_TEST(rollback),
		KIT_TEST(malformed),
	};

	return cmocka_run_group_tests_name("store/object", tests, NULL, NULL);
}
