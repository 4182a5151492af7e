/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/persist.c: whatever is changed in a row behind our back, nothing
 * of it is used; and the store's columns hold what db/README says.
 */
#include "object/space_kit.h"

/* What is done to row 1 (row 2 is another object of the same kind), and what
 * still opens then: attributes, secrets. */
struct tamper {
	const char *sql;
	bool attrs, secrets;
};

static const struct tamper tampers[] = {
	{ "UPDATE object SET version = version + 1 WHERE id = 1", 0, 0 },
	{ "UPDATE object SET flags = flags | 2 WHERE id = 1", 0, 0 },
	{ "UPDATE object SET flags = flags & ~4 WHERE id = 1", 0, 0 },
	{ "UPDATE object SET flags = flags & ~1 WHERE id = 1", 0, 0 },
	{ "UPDATE object SET flags = flags | 1 WHERE id = 1", 0, 0 },
	{ "UPDATE object SET flags = flags | 256 WHERE id = 1", 0, 0 },
	{ "UPDATE object SET tags = substr(tags, 17) WHERE id = 1", 0, 0 },
	{ "UPDATE object SET tags = x'' WHERE id = 1", 0, 0 },
	{ "UPDATE object SET clear = zeroblob(1 + length(clear)) WHERE id = 1", 0, 0 },
	{ "UPDATE object SET sealed = x'' WHERE id = 1", 0, 1 },
	{ "UPDATE object SET sealed = substr(sealed, 2) WHERE id = 1", 0, 1 },
	{ "UPDATE object SET sealed = CAST(substr(sealed, 1, length(sealed) - 4)"
	  " || x'00010203' AS BLOB) WHERE id = 1", 0, 1 },
	{ "UPDATE object SET sealed = (SELECT sealed FROM object WHERE id = 2) "
	  "WHERE id = 1", 0, 1 },
	{ "UPDATE object SET secret = (SELECT secret FROM object WHERE id = 2) "
	  "WHERE id = 1", 1, 0 },
	{ "UPDATE object SET secret = sealed WHERE id = 1", 1, 0 },
	{ "UPDATE object SET sealed = secret WHERE id = 1", 0, 1 },
	{ "UPDATE object SET secret = x'' WHERE id = 1", 1, 0 },
	{ "UPDATE object SET secret = CAST(substr(secret, 1, length(secret) - 4)"
	  " || x'00010203' AS BLOB) WHERE id = 1", 1, 0 },
	{ "UPDATE object SET uuid = x'00112233445566778899aabbccddeeff' "
	  "WHERE id = 1", 0, 0 },
};

/* Row 1 as it is now. */
static void
check_row(struct world *w, const struct tamper *t)
{
	KL_AUTO(store_object_done) struct store_object row = { 0 };
	KL_AUTO(attrs_done) struct attrs secrets = { 0 };
	KL_AUTO(obj_putp) struct object *o = NULL;
	unsigned logged = w_logged(w, "object");

	assert_int_equal(store_object_get(w->a.store, 1, true, &row), CKR_OK);
	assert_int_equal(persist_open(w->a.sp, &row, &o),
	    t->attrs ? CKR_OK : CKR_DEVICE_ERROR);
	if ((row.flags & STORE_F_SECRET) && (t->secrets || t->attrs))
		assert_int_equal(persist_secrets(&w->a.env, &row, &secrets),
		    t->secrets ? CKR_OK : CKR_DEVICE_ERROR);
	if (!t->attrs)
		assert_null(o);
	if (!t->secrets)
		assert_int_equal(secrets.n, 0);
	if (!t->attrs || !t->secrets)
		assert_true(w_logged(w, "object") > logged);
}

static void
tampered(struct world *w, bool private)
{
	static const struct tamper whole = { "", true, true };

	(void)w_login(&w->a);
	(void)w_key(&w->a, "1", true, private, true);
	(void)w_key(&w->a, "2", true, private, true);
	w_sql(w, "CREATE TABLE keep AS SELECT * FROM object");
	for (size_t i = 0; i < KL_COUNT(tampers); i++) {
		check_row(w, &whole);
		w_sql(w, tampers[i].sql);
		/* what it already says is no change */
		if (i != 1 && i != (private ? 4 : 3))
			check_row(w, &tampers[i]);
		w_sql(w, "DELETE FROM object; "
		    "INSERT INTO object SELECT * FROM keep");
	}
	w_sql(w, "DROP TABLE keep");
}

static void
test_tampered_private(void **state)
{
	tampered(*state, true);
}

static void
test_tampered_public(void **state)
{
	tampered(*state, false);
}

/* An older version of a row does not open with the newer one's number. */
static void
test_put_back(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;
	static const struct tamper bad = { "", false, false };

	(void)w_login(&w->a);
	h = w_key(&w->a, "old", true, true, true);
	w_sql(w, "CREATE TABLE keep AS SELECT * FROM object");
	assert_int_equal(w_set_label(&w->a, &w_user, h, "new"), CKR_OK);
	w_sql(w, "UPDATE object SET sealed = (SELECT sealed FROM keep), "
	    "tags = (SELECT tags FROM keep), secret = (SELECT secret FROM "
	    "keep); DROP TABLE keep");
	check_row(w, &bad);
}

static void
test_locked(void **state)
{
	struct world *w = *state;
	KL_AUTO(store_object_done) struct store_object row = { 0 };
	KL_AUTO(attrs_done) struct attrs secrets = { 0 };
	struct object *o = NULL;

	(void)w_login(&w->a);
	(void)w_key(&w->a, "1", true, true, true);
	w_logout(&w->a);
	assert_int_equal(store_object_get(w->a.store, 1, true, &row), CKR_OK);
	assert_int_equal(persist_open(w->a.sp, &row, &o),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(persist_secrets(&w->a.env, &row, &secrets),
	    CKR_USER_NOT_LOGGED_IN);
}

/* Whether needle stands in a column. */
static bool
holds(struct bytes b, const void *needle, size_t n)
{
	return b.n >= n && memmem(b.p, b.n, needle, n) != NULL;
}

static void
test_columns(void **state)
{
	struct world *w = *state;

	(void)w_login(&w->a);
	(void)w_key(&w->a, "hidden label", true, true, true);
	(void)w_key(&w->a, "shown label", true, false, true);
	(void)w_data(&w->a, "shown label", true, false);
	for (uint64_t id = 1; id <= 3; id++) {
		KL_AUTO(store_object_done) struct store_object r = { 0 };

		assert_int_equal(store_object_get(w->a.store, id, true, &r),
		    CKR_OK);
		assert_int_equal(r.version, 1);
		assert_int_equal(r.flags, STORE_F_LOGIN |
		    (id == 1 ? STORE_F_PRIVATE : 0) |
		    (id < 3 ? STORE_F_SECRET : 0));
		assert_true((r.clear.n == 0) == (id == 1));
		assert_true((r.secret.n == 0) == (id == 3));
		assert_true(holds(r.clear, "shown label", 11) == (id != 1));
		assert_false(holds(bytes_of(r.mem.p, r.mem.n), "hidden", 6));
		assert_false(holds(bytes_of(r.mem.p, r.mem.n), kit_16, 16));
		/* CLASS, LABEL, UNIQUE_ID, and KEY_TYPE */
		assert_int_equal(r.tags.n, (id < 3 ? 4 : 3) * STORE_TAG);
	}
}

static void
test_uuid(void **state)
{
	struct world *w = *state;
	uint8_t u[3 * UUIDS][SEAL_UUID];
	char text[UUID_TEXT];
	const uint8_t known[SEAL_UUID] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
		0x4d, 0xef, 0x80, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xff };

	for (size_t i = 0; i < KL_COUNT(u); i++) {
		assert_int_equal(persist_uuid(w->a.sp, u[i]), CKR_OK);
		assert_int_equal(u[i][6] >> 4, 4);
		assert_int_equal(u[i][8] >> 6, 2);
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(u[i], u[k], SEAL_UUID);
	}
	persist_uuid_text(known, text);
	assert_memory_equal(text, "01234567-89ab-4def-8001-0203040506ff",
	    UUID_TEXT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_tampered_private),
		W_TEST(test_tampered_public),
		W_TEST(test_put_back),
		W_TEST(test_locked),
		W_TEST(test_columns),
		W_TEST(test_uuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
