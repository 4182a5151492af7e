/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/verify.c: what is found at login and by the full check, and that
 * an untouched token has no findings.
 */
#include "object/space_kit.h"

/* Five objects, then SQL behind the back, then a login: its findings. */
static unsigned
login_after(struct world *w, const char *sql)
{
	(void)w_login(&w->a);
	for (int i = 0; i < 5; i++)
		(void)w_data(&w->a, "x", true, i < 3);
	w_close(&w->a);
	w_close(&w->b);
	w_sql(w, sql);
	w_open(w, &w->a);
	w_open(w, &w->b);
	return w_login(&w->a);
}

static void
test_needs_login(void **state)
{
	struct world *w = *state;
	unsigned n = 7;

	assert_int_equal(obj_space_verify(w->a.sp, true, &n),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(n, 7);
}

static void
test_untouched(void **state)
{
	struct world *w = *state;
	unsigned n = 7, event = 0;

	assert_int_equal(login_after(w, "SELECT 1"), 0);
	assert_int_equal(obj_space_verify(w->a.sp, true, &n), CKR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(obj_space_verify(w->a.sp, true, NULL), CKR_OK);
	assert_int_equal(w_audited(&w->a, &event), 0);
	assert_int_equal(w_logged(w, "kluis"), 0);
}

/* An object was taken away, with its tags and the count. */
static void
deleted(struct world *w, const char *id)
{
	char sql[200];
	unsigned event = 0;

	(void)snprintf(sql, sizeof(sql), "DELETE FROM object WHERE id = %s; "
	    "DELETE FROM tag WHERE object = %s; UPDATE record SET value = "
	    "x'0000000000000004' WHERE name = 'store.count'", id, id);
	assert_int_equal(login_after(w, sql), 1);
	assert_int_equal(w_audited(&w->a, &event), 1);
	assert_int_equal(event, AUDIT_SET_BAD);
	assert_int_equal(w_logged(w, "taken away"), 1);
	/* told again, and the others work */
	w_logout(&w->a);
	assert_int_equal(w_login(&w->a), 1);
	assert_int_equal(w_count(&w->a, &w_user, "x"), 4);
}

static void
test_private_deleted(void **state)
{
	deleted(*state, "2");
}

static void
test_public_deleted(void **state)
{
	deleted(*state, "4");
}

/* A whole row put back from the past. */
static void
test_row_put_back(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	h = w_data(&w->a, "old", true, true);
	w_sql(w, "CREATE TABLE k AS SELECT * FROM object; "
	    "CREATE TABLE l AS SELECT * FROM tag");
	assert_int_equal(w_set_label(&w->a, &w_user, h, "new"), CKR_OK);
	w_close(&w->a);
	w_close(&w->b);
	w_sql(w, "DELETE FROM object; DELETE FROM tag; "
	    "INSERT INTO object SELECT * FROM k; "
	    "INSERT INTO tag SELECT * FROM l; DROP TABLE k; DROP TABLE l");
	w_open(w, &w->a);
	w_open(w, &w->b);
	assert_int_equal(w_login(&w->a), 1);
	/* it opens: only the set shows it */
	assert_int_equal(w_count(&w->a, &w_user, "old"), 1);
}

static void
test_index_rebuilt(void **state)
{
	struct world *w = *state;
	unsigned event = 0;

	assert_int_equal(login_after(w, "DELETE FROM tag WHERE object < 3"), 1);
	assert_int_equal(w_audited(&w->a, &event), 1);
	assert_int_equal(event, AUDIT_INDEX_BAD);
	assert_int_equal(w_count(&w->a, &w_user, "x"), 5);
	w_logout(&w->a);
	assert_int_equal(w_login(&w->a), 0);
}

/* Also who never logs in gets what is there, from the first search on. */
static void
test_index_rebuilt_in_public(void **state)
{
	struct world *w = *state;
	unsigned event = 0;

	(void)w_data(&w->a, "one", true, false);
	w_close(&w->a);
	w_sql(w, "DELETE FROM tag WHERE object = 1");
	w_open(w, &w->a);
	assert_int_equal(w_count(&w->a, &w_nobody, "one"), 1);
	assert_int_equal(w_logged(w, "index was rebuilt"), 1);
	assert_int_equal(w_audited(&w->a, &event), 1);
	assert_int_equal(event, AUDIT_INDEX_BAD);
	assert_int_equal(w_count(&w->a, &w_nobody, "one"), 1);
	assert_int_equal(w_logged(w, "index was rebuilt"), 1);
}

/* A row's tags led to another object: the search does not believe them. */
static void
test_index_lies(void **state)
{
	struct world *w = *state;

	(void)w_data(&w->a, "one", true, false);
	(void)w_data(&w->a, "two", true, false);
	assert_int_equal(w_count(&w->a, &w_nobody, "one"), 1);
	w_sql(w, "UPDATE tag SET object = 3 - object WHERE tag IN "
	    "(SELECT tag FROM tag GROUP BY tag HAVING count(*) = 1)");
	assert_int_equal(w_count(&w->a, &w_nobody, "one"), 0);
	assert_int_equal(w_login(&w->a), 1);
	assert_int_equal(w_count(&w->a, &w_user, "one"), 1);
}

static void
test_set_gone(void **state)
{
	struct world *w = *state;
	unsigned event = 0;

	assert_int_equal(login_after(w,
	    "DELETE FROM record WHERE name = 'sethash'"), 1);
	assert_int_equal(w_audited(&w->a, &event), 1);
	assert_int_equal(event, AUDIT_SET_NEW);
	(void)w_data(&w->a, "y", true, true);
	w_logout(&w->a);
	assert_int_equal(w_login(&w->a), 0);
}

static void
test_delta_damaged(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;

	assert_int_equal(w_data_rv(&w->a, &w_nobody, "l", true, false, &h),
	    CKR_OK);
	assert_int_equal(login_after(w, "UPDATE record SET value = x'00' "
	    "WHERE name = 'setdelta'"), 1);
	w_logout(&w->a);
	assert_int_equal(w_login(&w->a), 0);
}

/* A secret that does not open is for the full check. */
static void
test_full(void **state)
{
	struct world *w = *state;
	unsigned n = 0, event = 0;

	(void)w_login(&w->a);
	(void)w_key(&w->a, "k", true, true, true);
	w_sql(w, "UPDATE object SET secret = zeroblob(90)");
	assert_int_equal(obj_space_verify(w->a.sp, false, &n), CKR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(obj_space_verify(w->a.sp, true, &n), CKR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(w_audited(&w->a, &event), 1);
	assert_int_equal(event, AUDIT_OBJECT_BAD);
}

/* Above the bound only the numbers are compared at login. */
static void
test_many(void **state)
{
	struct world *w = *state;
	unsigned n = 0;

	(void)w_login(&w->a);
	for (int i = 0; i < 520; i++)
		(void)w_data(&w->a, "x", true, true);
	w_logout(&w->a);
	assert_int_equal(w_login(&w->a), 0);
	assert_int_equal(obj_space_verify(w->a.sp, true, &n), CKR_OK);
	assert_int_equal(n, 0);
	w_close(&w->a);
	w_sql(w, "DELETE FROM object WHERE id = 2; "
	    "DELETE FROM tag WHERE object = 2; UPDATE record SET value = "
	    "x'0000000000000207' WHERE name = 'store.count'");
	w_open(w, &w->a);
	assert_int_equal(w_login(&w->a), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_needs_login),
		W_TEST(test_untouched),
		W_TEST(test_private_deleted),
		W_TEST(test_public_deleted),
		W_TEST(test_row_put_back),
		W_TEST(test_index_rebuilt),
		W_TEST(test_index_rebuilt_in_public),
		W_TEST(test_index_lies),
		W_TEST(test_set_gone),
		W_TEST(test_delta_damaged),
		W_TEST(test_full),
		W_TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
