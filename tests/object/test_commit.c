/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/commit.c: session rules, all or none, what survives a restart,
 * change and destruction, by one process and by two.
 */
#include "object/space_kit.h"

static void
test_read_only_session_makes_no_token_object(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	assert_int_equal(w_data_rv(&w->a, &w_reader, "x", true, true, &h),
	    CKR_SESSION_READ_ONLY);
	assert_int_equal(w_data_rv(&w->a, &w_reader, "x", false, true, &h),
	    CKR_OK);
}

static void
test_nobody_makes_no_private_object(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;

	assert_int_equal(w_data_rv(&w->a, &w_nobody, "x", true, true, &h),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(w_data_rv(&w->a, &w_nobody, "x", false, true, &h),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(w_data_rv(&w->a, &w_nobody, "x", true, false, &h),
	    CKR_OK);
}

/* The role was taken before somebody logged out: the keyring decides. */
static void
test_logout_while_creating(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;

	assert_int_equal(w_data_rv(&w->a, &w_user, "x", true, true, &h),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(w_data_rv(&w->a, &w_user, "x", false, true, &h),
	    CKR_USER_NOT_LOGGED_IN);
}

static void
test_destroy_refused(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;
	CK_ATTRIBUTE a[] = {
		KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_DESTROYABLE, kit_no),
	};

	(void)w_login(&w->a);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, 77),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, 0),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(obj_create(w->a.sp, &w_user, a, 3, &h), CKR_OK);
	assert_int_equal(obj_destroy(w->a.sp, &w_reader, h),
	    CKR_SESSION_READ_ONLY);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h),
	    CKR_ACTION_PROHIBITED);
	assert_int_equal(w_open_rv(&w->a, &w_user, h), CKR_OK);
}

static void
test_set_refused(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	h = w_data(&w->a, "x", true, true);
	assert_int_equal(w_set_label(&w->a, &w_user, 77, "y"),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(w_set_label(&w->a, &w_reader, h, "y"),
	    CKR_SESSION_READ_ONLY);
	assert_int_equal(w_set_label(&w->a, &w_nobody, h, "y"),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_true(w_has_label(&w->a, &w_user, h, "x"));
}

/* One of two drafts cannot be stored: neither is. */
static void
test_all_or_none(void **state)
{
	struct world *w = *state;
	struct obj_draft *d[2] = { NULL, NULL };
	CK_OBJECT_HANDLE h[2] = { 1234, 1234 };
	CK_ATTRIBUTE a[] = {
		KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_PRIVATE, kit_no), { 0 },
	};
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, a);
	uint64_t n;

	assert_int_equal(obj_draft_new(w->a.sp, &w_nobody, &rq, &d[0]),
	    CKR_OK);
	assert_int_equal(obj_draft_new(w->a.sp, &w_nobody, &rq, &d[1]),
	    CKR_OK);
	d[1]->private = true; /* and nobody is logged in */
	assert_int_equal(obj_commit(w->a.sp, &w_nobody, d, 2, h),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(store_object_count(w->a.store, &n), CKR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(h[0], 1234);
	obj_draft_free(d[0]);
	obj_draft_free(d[1]);
}

/* A session object's number fails behind the transaction: the row goes. */
static void
test_undone_behind_the_transaction(void **state)
{
	struct world *w = *state;
	struct obj_draft *d[2] = { NULL, NULL };
	CK_OBJECT_HANDLE h[2];
	CK_ATTRIBUTE a[] = {
		KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_PRIVATE, kit_no), { 0 },
	};
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, a);
	uint64_t n;

	assert_int_equal(obj_draft_new(w->a.sp, &w_nobody, &rq, &d[0]),
	    CKR_OK);
	a[1].pValue = &kit_no;
	assert_int_equal(obj_draft_new(w->a.sp, &w_nobody, &rq, &d[1]),
	    CKR_OK);
	d[1]->private = true;
	assert_int_equal(obj_commit(w->a.sp, &w_nobody, d, 2, h),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(store_object_count(w->a.store, &n), CKR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(w_login(&w->a), 0);
	obj_draft_free(d[0]);
	obj_draft_free(d[1]);
}

static void
test_token_object_survives(void **state)
{
	struct world *w = *state;

	(void)w_login(&w->a);
	(void)w_data(&w->a, "stays", true, true);
	(void)w_data(&w->a, "public", true, false);
	(void)w_data(&w->a, "goes", false, true);
	w_again(w, &w->a);
	assert_int_equal(w_count(&w->a, &w_nobody, "public"), 1);
	assert_int_equal(w_count(&w->a, &w_nobody, "stays"), 0);
	assert_int_equal(w_login(&w->a), 0);
	assert_int_equal(w_count(&w->a, &w_user, "stays"), 1);
	assert_int_equal(w_count(&w->a, &w_user, "goes"), 0);
}

static void
test_unique_id(void **state)
{
	struct world *w = *state;
	char one[64], two[64];
	CK_ATTRIBUTE a = { CKA_UNIQUE_ID, one, sizeof(one) };
	CK_ATTRIBUTE b = { CKA_UNIQUE_ID, two, sizeof(two) };
	CK_OBJECT_HANDLE h, copy;

	(void)w_login(&w->a);
	h = w_data(&w->a, "x", false, true);
	assert_int_equal(obj_copy(w->a.sp, &w_user, h, NULL, 0, &copy), CKR_OK);
	assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &a, 1), CKR_OK);
	assert_int_equal(obj_get_attrs(w->a.sp, &w_user, copy, &b, 1), CKR_OK);
	assert_int_equal(a.ulValueLen, 36);
	assert_int_equal(one[14], '4');
	assert_memory_not_equal(one, two, 36);
}

/* A copy has the key material and can be changed on the way. */
static void
test_copy_of_key(void **state)
{
	struct world *w = *state;
	KL_AUTO(obj_putp) struct object *o = NULL;
	KL_AUTO(attrs_done) struct attrs secrets = { 0 };
	CK_ATTRIBUTE a = KIT_A(CKA_TOKEN, kit_no);
	CK_OBJECT_HANDLE h, copy;

	(void)w_login(&w->a);
	h = w_key(&w->a, "k", true, true, false);
	w_again(w, &w->a);
	(void)w_login(&w->a);
	h = w_the(&w->a, &w_user, "k");
	assert_int_equal(obj_copy(w->a.sp, &w_user, h, &a, 1, &copy), CKR_OK);
	assert_int_equal(obj_open(w->a.sp, &w_user, copy, &o), CKR_OK);
	assert_false(o->token);
	assert_int_equal(obj_secrets(w->a.sp, o, &secrets), CKR_OK);
	assert_true(bytes_equal(attrs_bytes(&secrets, CKA_VALUE),
	    bytes_of(kit_16, 16)));
}

static void
test_set_and_search(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE t, s;

	(void)w_login(&w->a);
	t = w_key(&w->a, "t1", true, true, true);
	s = w_key(&w->a, "s1", false, true, true);
	assert_int_equal(w_set_label(&w->a, &w_user, t, "t2"), CKR_OK);
	assert_int_equal(w_set_label(&w->a, &w_user, s, "s2"), CKR_OK);
	assert_int_equal(w_count(&w->a, &w_user, "t1"), 0);
	assert_int_equal(w_count(&w->a, &w_user, "s1"), 0);
	assert_int_equal(w_the(&w->a, &w_user, "t2"), t);
	assert_int_equal(w_the(&w->a, &w_user, "s2"), s);
	w_again(w, &w->a);
	assert_int_equal(w_login(&w->a), 0);
	assert_int_equal(w_count(&w->a, &w_user, "t2"), 1);
}

/* After a change the secret still opens: it was sealed anew. */
static void
test_secret_after_change(void **state)
{
	struct world *w = *state;
	uint8_t v[16];
	CK_ATTRIBUTE a = KIT_A(CKA_VALUE, v);
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	h = w_key(&w->a, "k", true, false, true);
	assert_int_equal(w_set_label(&w->a, &w_user, h, "k2"), CKR_OK);
	assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &a, 1), CKR_OK);
	assert_memory_equal(v, kit_16, 16);
}

/* Changed by the other process between our looking and writing. */
static void
test_two_processes_change(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE a, b;

	(void)w_login(&w->a);
	(void)w_login(&w->b);
	a = w_data(&w->a, "0", true, true);
	b = w_the(&w->b, &w_user, "0");
	assert_int_equal(w_set_label(&w->b, &w_user, b, "1"), CKR_OK);
	assert_int_equal(w_set_label(&w->a, &w_user, a, "2"), CKR_OK);
	assert_true(w_has_label(&w->b, &w_user, b, "2"));
	assert_int_equal(obj_destroy(w->b.sp, &w_user, b), CKR_OK);
	assert_int_equal(w_set_label(&w->a, &w_user, a, "3"),
	    CKR_OBJECT_HANDLE_INVALID);
	w_again(w, &w->a);
	assert_int_equal(w_login(&w->a), 0);
}

/* Many session objects come and go without leaving anything. */
static void
test_session_objects_leave_nothing(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h, last = 0;

	(void)w_login(&w->a);
	for (int i = 0; i < 3000; i++) {
		h = w_data(&w->a, "x", false, true);
		assert_true(h > last);
		last = h;
		assert_int_equal(obj_destroy(w->a.sp, &w_user, h), CKR_OK);
	}
	assert_int_equal(handles_count(w->a.sp->table), PROFILES);
	assert_int_equal(handles_count(w->a.sp->owners), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_read_only_session_makes_no_token_object),
		W_TEST(test_nobody_makes_no_private_object),
		W_TEST(test_logout_while_creating),
		W_TEST(test_destroy_refused),
		W_TEST(test_set_refused),
		W_TEST(test_all_or_none),
		W_TEST(test_undone_behind_the_transaction),
		W_TEST(test_token_object_survives),
		W_TEST(test_unique_id),
		W_TEST(test_copy_of_key),
		W_TEST(test_set_and_search),
		W_TEST(test_secret_after_change),
		W_TEST(test_two_processes_change),
		W_TEST(test_session_objects_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
