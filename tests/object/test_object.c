/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/object.c: who may open what, freshness between two processes,
 * damaged rows, and keys.
 */
#include "object/space_kit.h"

#include <pthread.h>

static void
test_no_such_object(void **state)
{
	struct world *w = *state;

	(void)w_login(&w->a);
	assert_int_equal(w_open_rv(&w->a, &w_user, 0),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(w_open_rv(&w->a, &w_user, 1000),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(w_open_rv(&w->a, &w_user, CK_UNAVAILABLE_INFORMATION),
	    CKR_OBJECT_HANDLE_INVALID);
}

static void
test_private_only_for_user(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	for (int token = 0; token < 2; token++) {
		h = w_data(&w->a, "x", token != 0, true);
		assert_int_equal(w_open_rv(&w->a, &w_nobody, h),
		    CKR_OBJECT_HANDLE_INVALID);
		assert_int_equal(w_open_rv(&w->a, &w_so, h),
		    CKR_OBJECT_HANDLE_INVALID);
		assert_int_equal(w_open_rv(&w->a, &w_user, h), CKR_OK);
		h = w_data(&w->a, "x", token != 0, false);
		assert_int_equal(w_open_rv(&w->a, &w_nobody, h), CKR_OK);
		assert_int_equal(w_open_rv(&w->a, &w_so, h), CKR_OK);
	}
}

/* What the other process did is seen by the next call. */
static void
test_other_process(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE a, b;

	(void)w_login(&w->a);
	(void)w_login(&w->b);
	a = w_data(&w->a, "1", true, true);
	b = w_the(&w->b, &w_user, "1");
	assert_int_equal(w_set_label(&w->a, &w_user, a, "2"), CKR_OK);
	assert_true(w_has_label(&w->b, &w_user, b, "2"));
	(void)w_data(&w->a, "other", true, true);
	assert_true(w_has_label(&w->b, &w_user, b, "2"));
	assert_int_equal(obj_destroy(w->a.sp, &w_user, a), CKR_OK);
	assert_int_equal(w_open_rv(&w->b, &w_user, b),
	    CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(obj_destroy(w->b.sp, &w_user, b),
	    CKR_OBJECT_HANDLE_INVALID);
}

/* Whoever holds an older version keeps it. */
static void
test_old_version_lives(void **state)
{
	struct world *w = *state;
	struct object *old = NULL;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	h = w_data(&w->a, "1", true, true);
	assert_int_equal(obj_open(w->a.sp, &w_user, h, &old), CKR_OK);
	assert_int_equal(w_set_label(&w->a, &w_user, h, "2"), CKR_OK);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h), CKR_OK);
	w_logout(&w->a);
	assert_true(bytes_equal(attrs_bytes(&old->attrs, CKA_LABEL),
	    BYTES_STR("1")));
	obj_put(old);
}

/* A damaged row: a code, one line, one audit entry; the others work. */
static void
test_damaged_row(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE good, bad;
	unsigned event = 0;

	(void)w_login(&w->a);
	(void)w_data(&w->a, "good", true, true);
	(void)w_data(&w->a, "bad", true, true);
	w_close(&w->a);
	w_sql(w, "UPDATE object SET sealed = zeroblob(60) WHERE id = 2");
	w_open(w, &w->a);
	(void)w_login(&w->a);
	assert_int_equal(space_handle(w->a.sp, 1, true, &good), CKR_OK);
	assert_int_equal(space_handle(w->a.sp, 2, true, &bad), CKR_OK);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(w_open_rv(&w->a, &w_user, bad),
		    CKR_DEVICE_ERROR);
		assert_int_equal(w_open_rv(&w->a, &w_user, good), CKR_OK);
	}
	assert_int_equal(w_logged(w, "does not open"), 1);
	assert_int_equal(w_audited(&w->a, &event), 1);
	assert_int_equal(event, AUDIT_OBJECT_BAD);
	assert_int_equal(w_count(&w->a, &w_user, "bad"), 0);
	assert_int_equal(w_count(&w->a, &w_user, "good"), 1);
}

/* A row whose secret was changed: its attributes are there, its key is not. */
static void
test_damaged_secret(void **state)
{
	struct world *w = *state;
	KL_AUTO(obj_putp) struct object *o = NULL;
	struct eng_key *k = NULL;
	CK_OBJECT_HANDLE h;
	uint8_t v[16];
	CK_ATTRIBUTE a = KIT_A(CKA_VALUE, v);

	(void)w_login(&w->a);
	(void)w_key(&w->a, "k", true, true, true);
	w_close(&w->a);
	w_sql(w, "UPDATE object SET secret = x''");
	w_open(w, &w->a);
	(void)w_login(&w->a);
	h = w_the(&w->a, &w_user, "k");
	assert_int_equal(obj_get_attrs(w->a.sp, &w_user, h, &a, 1),
	    CKR_DEVICE_ERROR);
	assert_int_equal(obj_open(w->a.sp, &w_user, h, &o), CKR_OK);
	assert_int_equal(obj_key(w->a.sp, o, &k), CKR_DEVICE_ERROR);
	assert_null(k);
}

/* A private object's number never comes to show a public one. */
static void
test_row_exchanged(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	(void)w_data(&w->a, "private", true, true);
	(void)w_data(&w->a, "public", true, false);
	w_close(&w->a);
	w_sql(w, "DELETE FROM object WHERE id = 1; "
	    "UPDATE object SET id = 1 WHERE id = 2");
	w_open(w, &w->a);
	(void)w_login(&w->a);
	assert_int_equal(space_handle(w->a.sp, 1, true, &h), CKR_OK);
	assert_int_equal(w_open_rv(&w->a, &w_user, h), CKR_DEVICE_ERROR);
}

static void
test_no_key(void **state)
{
	struct world *w = *state;
	KL_AUTO(obj_putp) struct object *o = NULL;
	struct eng_key *k = NULL;
	CK_OBJECT_HANDLE h = w_data(&w->a, "x", false, false);

	assert_int_equal(obj_open(w->a.sp, &w_user, h, &o), CKR_OK);
	assert_int_equal(obj_class(o), CKO_DATA);
	assert_true(obj_key_type(o) == CK_UNAVAILABLE_INFORMATION);
	assert_false(obj_is_private(o));
	assert_false(obj_is_always_auth(o));
	assert_int_equal(obj_key(w->a.sp, o, &k), CKR_KEY_TYPE_INCONSISTENT);
}

/* The key is built once, stays over a change, and no secret with it. */
static void
test_key_once(void **state)
{
	struct world *w = *state;
	KL_AUTO(obj_putp) struct object *o = NULL, *n = NULL;
	struct eng_key *k = NULL, *again = NULL;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	(void)w_key(&w->a, "k", true, true, false);
	w_again(w, &w->a);
	(void)w_login(&w->a);
	h = w_the(&w->a, &w_user, "k");
	assert_int_equal(obj_open(w->a.sp, &w_user, h, &o), CKR_OK);
	assert_null(atomic_load(&o->key));
	assert_int_equal(obj_key(w->a.sp, o, &k), CKR_OK);
	assert_int_equal(obj_key(w->a.sp, o, &again), CKR_OK);
	assert_ptr_equal(k, again);
	assert_int_equal(o->secrets.n, 0);
	assert_int_equal(w_set_label(&w->a, &w_user, h, "k2"), CKR_OK);
	assert_int_equal(obj_open(w->a.sp, &w_user, h, &n), CKR_OK);
	assert_ptr_not_equal(o, n);
	assert_int_equal(obj_key(w->a.sp, n, &again), CKR_OK);
	assert_ptr_equal(k, again);
}

struct racer {
	struct world *w;
	CK_OBJECT_HANDLE h;
	CK_RV rv;
};

static void *
race(void *arg)
{
	struct racer *r = arg;

	for (int i = 0; i < 2000 && r->rv == CKR_OK; i++) {
		KL_AUTO(obj_putp) struct object *o = NULL;
		struct eng_key *k;

		r->rv = obj_open(r->w->a.sp, &w_user, r->h, &o);
		if (r->rv == CKR_OK)
			r->rv = obj_key(r->w->a.sp, o, &k);
		if (r->rv == CKR_OK && i % 100 == 0)
			r->rv = w_set_label(&r->w->a, &w_user, r->h, "y");
		if (r->rv == CKR_FUNCTION_FAILED)
			r->rv = CKR_OK; /* the other thread was quicker, twice */
	}
	return NULL;
}

/* Threads that open, use and change one object. */
static void
test_threads(void **state)
{
	struct world *w = *state;
	struct racer r[4];
	pthread_t t[4];

	(void)w_login(&w->a);
	for (int i = 0; i < 4; i++)
		r[i] = (struct racer){ w, 0, CKR_OK };
	r[0].h = r[1].h = w_key(&w->a, "t", true, true, false);
	r[2].h = r[3].h = w_key(&w->a, "s", false, true, false);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, race, &r[i]), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_int_equal(r[i].rv, CKR_OK);
	}
	w_again(w, &w->a);
	assert_int_equal(w_login(&w->a), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_no_such_object),
		W_TEST(test_private_only_for_user),
		W_TEST(test_other_process),
		W_TEST(test_old_version_lives),
		W_TEST(test_damaged_row),
		W_TEST(test_damaged_secret),
		W_TEST(test_row_exchanged),
		W_TEST(test_no_key),
		W_TEST(test_key_once),
		W_TEST(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
