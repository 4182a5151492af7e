/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/space.c: numbers, session objects and their owners, logout, and
 * the cache's bounds.
 */
#include "object/space_kit.h"

/* Numbers rise, are the same for every session, and are never given again. */
static void
test_numbers(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE one, two, three;

	(void)w_login(&w->a);
	one = w_data(&w->a, "1", true, true);
	two = w_data(&w->a, "2", false, true);
	assert_true(two > one);
	assert_int_equal(w_the(&w->a, &w_user2, "1"), one);
	assert_int_equal(w_the(&w->a, &w_user2, "2"), two);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, one), CKR_OK);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, two), CKR_OK);
	three = w_data(&w->a, "3", false, true);
	assert_true(three > two);
	assert_int_equal(w_open_rv(&w->a, &w_user, one),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(w_open_rv(&w->a, &w_user, two),
	    CKR_OBJECT_HANDLE_INVALID);
}

/* After a logout private numbers are invalid for ever (3.2 section 5.6.10). */
static void
test_logout(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h[4], again;

	(void)w_login(&w->a);
	for (int i = 0; i < 4; i++)
		h[i] = w_data(&w->a, i < 2 ? "private" : "public", i % 2 == 0,
		    i < 2);
	w_logout(&w->a);
	(void)w_login(&w->a);
	for (int i = 0; i < 4; i++)
		assert_int_equal(w_open_rv(&w->a, &w_user, h[i]), i < 2 ?
		    CKR_OBJECT_HANDLE_INVALID : CKR_OK);
	again = w_the(&w->a, &w_user, "private"); /* the token object */
	assert_true(again > h[3]);
	assert_int_equal(w_count(&w->a, &w_user, "public"), 2);
}

static void
test_private_numbers_need_login(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h = 0;

	assert_int_equal(space_handle(w->a.sp, 1, true, &h),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(space_handle(w->a.sp, 1, false, &h), CKR_OK);
	(void)w_login(&w->a);
	assert_int_equal(space_handle(w->a.sp, 1, true, &h), CKR_OK);
}

/* A session's objects go with it, and no others. */
static void
test_session_closed(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h[8], token;

	(void)w_login(&w->a);
	token = w_data(&w->a, "t", true, true);
	for (int i = 0; i < 8; i++)
		assert_int_equal(w_data_rv(&w->a, i % 2 ? &w_user : &w_user2,
		    "s", false, i < 4, &h[i]), CKR_OK);
	/* one from the middle, the first and the last of a list */
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h[3]), CKR_OK);
	assert_int_equal(w_set_label(&w->a, &w_user, h[5], "s"), CKR_OK);
	assert_int_equal(w_set_label(&w->a, &w_user, h[7], "s"), CKR_OK);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h[7]), CKR_OK);
	assert_int_equal(w_count(&w->a, &w_user, "s"), 6);
	obj_space_session_closed(w->a.sp, 1);
	assert_int_equal(w_count(&w->a, &w_user, "s"), 4);
	assert_int_equal(w_open_rv(&w->a, &w_user, h[1]),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(w_open_rv(&w->a, &w_user, h[0]), CKR_OK);
	obj_space_session_closed(w->a.sp, 1);
	obj_space_session_closed(w->a.sp, 99);
	obj_space_session_closed(w->a.sp, 2);
	assert_int_equal(w_count(&w->a, &w_user, "s"), 0);
	assert_int_equal(handles_count(w->a.sp->owners), 0);
	assert_int_equal(w_open_rv(&w->a, &w_user, token), CKR_OK);
}

static void
test_swap_of_what_is_gone(void **state)
{
	struct world *w = *state;
	struct object *old = NULL, *fresh = NULL;
	struct attrs none = { 0 };
	CK_OBJECT_HANDLE h = w_data(&w->a, "x", false, false);

	assert_int_equal(obj_open(w->a.sp, &w_nobody, h, &old), CKR_OK);
	assert_int_equal(object_next(old, &none, &fresh), CKR_OK);
	assert_int_equal(obj_destroy(w->a.sp, &w_nobody, h), CKR_OK);
	assert_false(space_swap(w->a.sp, old, fresh));
	obj_put(old);
	obj_put(fresh);
}

/* More objects than the cache holds: bounded, and all of them usable. */
static void
test_cache_by_number(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_data), { 0 } };
	static CK_OBJECT_HANDLE h[CACHE_MAX + 100];
	struct object *held = NULL;
	CK_ULONG n = KL_COUNT(h);

	(void)w_login(&w->a);
	for (CK_ULONG i = 0; i < n; i++)
		(void)w_data(&w->a, "x", true, true);
	assert_int_equal(w->a.sp->cache.n, CACHE_MAX);
	w_again(w, &w->a);
	(void)w_login(&w->a);
	assert_int_equal(w_find(&w->a, &w_user, t, 64, h, n), n);
	assert_int_equal(obj_open(w->a.sp, &w_user, h[0], &held), CKR_OK);
	for (int round = 0; round < 2; round++)
		for (CK_ULONG i = 1; i < n; i++) {
			assert_int_equal(w_open_rv(&w->a, &w_user, h[i]),
			    CKR_OK);
			assert_true(w->a.sp->cache.n <= CACHE_MAX);
		}
	assert_int_equal(w->a.sp->cache.n, CACHE_MAX);
	assert_true(w->a.sp->cache.bytes <= CACHE_BYTES);
	/* what somebody holds is thrown out last: it is the one in memory */
	assert_true(held->cache_at != 0);
	obj_put(held);
}

static void
test_cache_by_size(void **state)
{
	struct world *w = *state;
	static uint8_t large[CACHE_BYTES / 5], huge[CACHE_BYTES / 3];
	CK_ATTRIBUTE a[] = {
		KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_PRIVATE, kit_no), KIT_A(CKA_VALUE, large),
	};
	CK_OBJECT_HANDLE h[9];

	for (int i = 0; i < 8; i++)
		assert_int_equal(obj_create(w->a.sp, &w_nobody, a, 4, &h[i]),
		    CKR_OK);
	assert_int_equal(w->a.sp->cache.n, 4);
	a[3] = (CK_ATTRIBUTE)KIT_A(CKA_VALUE, huge);
	assert_int_equal(obj_create(w->a.sp, &w_nobody, a, 4, &h[8]), CKR_OK);
	for (int i = 8; i >= 0; i--)
		assert_int_equal(w_open_rv(&w->a, &w_nobody, h[i]), CKR_OK);
	assert_true(w->a.sp->cache.bytes <= CACHE_BYTES);
	assert_int_equal(w->a.sp->cache.n, 4);
}

static void
test_bad_rows_are_remembered(void **state)
{
	struct world *w = *state;

	assert_false(space_bad(w->a.sp, 7, 1));
	space_set_bad(w->a.sp, 7, 1);
	assert_true(space_bad(w->a.sp, 7, 1));
	assert_false(space_bad(w->a.sp, 7, 2));
	space_set_bad(w->a.sp, 7, 2);
	assert_false(space_bad(w->a.sp, 7, 1));
	for (uint64_t i = 100; i < 100 + BAD_ROWS - 1; i++)
		space_set_bad(w->a.sp, i, 2);
	assert_true(space_bad(w->a.sp, 7, 2));
	space_set_bad(w->a.sp, 200, 2);
	assert_true(space_bad(w->a.sp, 200, 2));
	/* not for ever */
	for (size_t i = 0; i < BAD_ROWS; i++)
		w->a.sp->bad[i].since -= BAD_SECONDS;
	assert_false(space_bad(w->a.sp, 200, 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_numbers),
		W_TEST(test_logout),
		W_TEST(test_private_numbers_need_login),
		W_TEST(test_session_closed),
		W_TEST(test_swap_of_what_is_gone),
		W_TEST(test_cache_by_number),
		W_TEST(test_cache_by_size),
		W_TEST(test_bad_rows_are_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
