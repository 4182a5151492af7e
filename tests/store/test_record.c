/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records, the number of objects, wiping, and the audit trail.
 */
#include "store/kit.h"

static void
records(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	KL_AUTO(buf_done) struct buf b = { 0 };

	assert_int_equal(store_record_get(s, "x", &b),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_record_delete(s, "x"),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(store_record_put(s, "x", BYTES_STR("one")), CKR_OK);
	assert_int_equal(store_record_put(s, "x", BYTES_STR("two")), CKR_OK);
	assert_int_equal(store_record_put(s, "y", BYTES_NONE), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	buf_put(&b, BYTES_STR("before "));
	assert_int_equal(store_record_get(s, "x", &b), CKR_OK);
	assert_true(bytes_equal(buf_view(&b), BYTES_STR("before two")));
	assert_int_equal(store_record_get(s, "y", &b), CKR_OK);
	assert_int_equal(b.n, 10);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_record_delete(s, "x"), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_int_equal(store_record_get(s, "x", &b),
	    CKR_OBJECT_HANDLE_INVALID);
	store_close(s);
}

static void
malformed(void **state)
{
	struct kit *k = *state;
	KL_AUTO(buf_done) struct buf b = { 0 };
	struct store *s = kit_token(k, 0);

	store_close(s);
	kit_sql(k, "0.db", "UPDATE record SET value = 'text'");
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_int_equal(store_record_get(s, "token", &b), CKR_DEVICE_ERROR);
	assert_int_equal(b.n, 0);
	store_close(s);
}

/* Writes c over the first byte of what is `name` in the file. */
static void
rename_first(const struct kit *k, const char *name, char c)
{
	static char file[65536];
	int fd = open(kit_path(k, "0.db"), O_RDWR | O_CLOEXEC);
	ssize_t n = read(fd, file, sizeof(file));
	char *at;

	assert_true(n > 0);
	assert_non_null(at = memmem(file, (size_t)n, name, strlen(name)));
	assert_int_equal(pwrite(fd, &c, 1, at - file), 1);
	assert_int_equal(close(fd), 0);
}

/* A name that was changed in place makes others seem missing. */
static void
out_of_order(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };

	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_record_put(s, "out.of", BYTES_STR("1")), CKR_OK);
	assert_int_equal(store_record_put(s, "pin.no", BYTES_STR("2")), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	store_close(s);
	rename_first(k, "pin.no", '`');
	s = NULL;
	assert_int_equal(store_open(k->env, 0, &s), CKR_DEVICE_ERROR);
	assert_null(s);
	rename_first(k, "`in.no", 'p');
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	store_close(s);
}

/* The count follows commits, roll-backs, and other connections. */
static void
count(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0), *t;
	struct store_tx tx = { NULL };
	struct kit_object o;
	uint64_t n;

	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 0);
	(void)kit_add(s, 1);
	(void)kit_add(s, 2);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	kit_object(&o, 3);
	assert_int_equal(store_object_insert(s, &o.o), CKR_OK);
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 3);
	store_tx_done(&tx);
	assert_int_equal(store_open(k->env, 0, &t), CKR_OK);
	assert_int_equal(store_object_count(t, &n), CKR_OK);
	assert_int_equal(n, 2);
	store_close(t);
	store_close(s);
}

static void
wipe(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	uint64_t id = kit_add(s, 1), n;
	bool bad = true;

	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_wipe(s), CKR_OK);
	assert_int_equal(store_record_put(s, "token", BYTES_STR("2")), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_false(kit_is(s, id, 1));
	assert_int_equal(kit_find(s, 0, 1), 0);
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_int_equal(n, 0);
	assert_true(kit_add(s, 1) > id);
	assert_int_equal(store_tags_check(s, &bad), CKR_OK);
	assert_false(bad);
	store_close(s);
}

/* What was deleted cannot be read in the file. */
static void
wipe_leaves_no_bytes(void **state)
{
	static const char mark[] = "sealed 4711";
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	char *file = calloc(1, 1 << 20);
	size_t n;
	FILE *f;

	assert_non_null(file);
	(void)kit_add(s, 4711);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_wipe(s), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	store_close(s);
	assert_non_null(f = fopen(kit_path(k, "0.db"), "r"));
	n = fread(file, 1, 1 << 20, f);
	assert_int_equal(fclose(f), 0);
	assert_null(memmem(file, n, mark, sizeof(mark) - 1));
	free(file);
}

static void
audit(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	struct store_tx tx = { NULL };
	KL_AUTO(buf_done) struct buf b = { 0 };
	uint8_t mac[32] = { 1, 2, 3 }, got[32] = { 0 };
	uint64_t seq = 0;

	assert_int_equal(store_audit_get(s, 1, &b, got),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(store_audit_next(s, &seq), CKR_OK);
	assert_int_equal(seq, 1);
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_audit_append(s, BYTES_STR("a"), mac, &seq),
	    CKR_OK);
	assert_int_equal(seq, 1);
	assert_int_equal(store_audit_append(s, BYTES_STR("b"), mac, &seq),
	    CKR_OK);
	assert_int_equal(seq, 2);
	/* the trail survives what wipes the token */
	assert_int_equal(store_wipe(s), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_int_equal(store_audit_get(s, 2, &b, got), CKR_OK);
	assert_true(bytes_equal(buf_view(&b), BYTES_STR("b")));
	assert_memory_equal(got, mac, 32);
	assert_int_equal(store_audit_get(s, 3, &b, got),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(store_audit_next(s, &seq), CKR_OK);
	assert_int_equal(seq, 3);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(records),
		KIT_TEST(malformed),
		KIT_TEST(out_of_order),
		KIT_TEST(count),
		KIT_TEST(wipe),
		KIT_TEST(wipe_leaves_no_bytes),
		KIT_TEST(audit),
	};

	return cmocka_run_group_tests_name("store/record", tests, NULL, NULL);
}
