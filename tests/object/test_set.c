/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/set.c: the set-hash stays in step through every way in which rows
 * are made, changed and destroyed, with login and without.
 */
#include "object/space_kit.h"

/* How many summands, loose rows and waiting bytes there are. */
struct now {
	uint64_t count, loose;
	size_t pending;
};

static struct now
now_of(struct side *s)
{
	KL_AUTO(set_done) struct set_change c = { .kr = NULL };
	struct now n;

	assert_int_equal(set_open(&c, s->store, s->kr, false), CKR_OK);
	n = (struct now){ 0, c.loose, c.pending.n };
	if (!keyring_unlocked(s->kr))
		return n;
	set_done(&c);
	assert_int_equal(set_open(&c, s->store, s->kr, true), CKR_OK);
	n.count = c.set.count;
	return n;
}

static void
test_locked_and_missing(void **state)
{
	struct world *w = *state;
	KL_AUTO(set_done) struct set_change c = { .kr = NULL };

	assert_int_equal(set_open(&c, w->a.store, w->a.kr, true),
	    CKR_USER_NOT_LOGGED_IN);
	(void)w_login(&w->a);
	w_sql(w, "DELETE FROM record WHERE name = 'sethash'");
	assert_int_equal(set_open(&c, w->a.store, w->a.kr, true),
	    CKR_DEVICE_ERROR);
	assert_int_equal(w_logged(w, "missing"), 1);
}

/* A token made anew by another process is not written to with the old keys. */
static void
test_another_token(void **state)
{
	static const uint8_t none[SEAL_UUID];
	struct world *w = *state;
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->b);
	assert_int_equal(store_tx_begin(w->a.store, &tx), CKR_OK);
	assert_int_equal(store_wipe(w->a.store), CKR_OK);
	assert_int_equal(w_fill(w->a.store, NULL), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_int_equal(w_data_rv(&w->a, &w_nobody, "x", true, false, &h),
	    CKR_DEVICE_REMOVED);
	assert_int_equal(w_data_rv(&w->b, &w_user, "x", true, true, &h),
	    CKR_DEVICE_REMOVED);
	assert_int_equal(obj_space_verify(w->b.sp, false, NULL), CKR_OK);
	verify_audit(w->b.sp, AUDIT_SET_BAD, none);
	assert_int_equal(w_logged(w, "object"), 0);
	w_close(&w->b);
	w_open(w, &w->b);
	assert_int_equal(w_login(&w->b), 0);
}

static void
test_damaged_delta(void **state)
{
	struct world *w = *state;
	KL_AUTO(set_done) struct set_change c = { .kr = NULL };
	CK_OBJECT_HANDLE h;

	assert_int_equal(w_data_rv(&w->a, &w_nobody, "x", true, false, &h),
	    CKR_OK);
	w_sql(w, "UPDATE record SET value = zeroblob(50) "
	    "WHERE name = 'setdelta'");
	assert_int_equal(set_open(&c, w->a.store, w->a.kr, false),
	    CKR_DEVICE_ERROR);
}

/* Under login: every row is a summand. */
static void
test_with_login(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h[3];

	(void)w_login(&w->a);
	for (int i = 0; i < 3; i++)
		h[i] = w_data(&w->a, "x", true, i != 0);
	assert_int_equal(now_of(&w->a).count, 3);
	assert_int_equal(w_set_label(&w->a, &w_user, h[1], "y"), CKR_OK);
	assert_int_equal(now_of(&w->a).count, 3);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h[0]), CKR_OK);
	assert_int_equal(now_of(&w->a).count, 2);
	w_logout(&w->a);
	assert_int_equal(w_login(&w->a), 0);
	assert_int_equal(obj_destroy(w->a.sp, &w_user,
	    w_the(&w->a, &w_user, "y")), CKR_OK);
	w_logout(&w->a);
	assert_int_equal(w_login(&w->a), 0);
	assert_int_equal(now_of(&w->a).count, 1);
}

/* Without: rows are loose until they are written under login. */
static void
test_without_login(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h[3];

	for (int i = 0; i < 3; i++)
		assert_int_equal(w_data_rv(&w->a, &w_nobody, "x", true, false,
		    &h[i]), CKR_OK);
	assert_int_equal(now_of(&w->a).loose, 3);
	assert_int_equal(w_set_label(&w->a, &w_nobody, h[0], "y"), CKR_OK);
	assert_int_equal(now_of(&w->a).loose, 3);
	assert_int_equal(obj_destroy(w->a.sp, &w_nobody, h[1]), CKR_OK);
	assert_int_equal(now_of(&w->a).loose, 2);
	assert_int_equal(now_of(&w->a).pending, 0);
	assert_int_equal(w_login(&w->a), 0);
	assert_int_equal(w_set_label(&w->a, &w_user, h[2], "z"), CKR_OK);
	assert_int_equal(now_of(&w->a).loose, 1);
	assert_int_equal(now_of(&w->a).count, 1);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h[0]), CKR_OK);
	assert_int_equal(now_of(&w->a).loose, 0);
	w_logout(&w->a);
	assert_int_equal(w_login(&w->a), 0);
}

/* Rows of the set changed and destroyed without login wait for the next. */
static void
test_folded_at_login(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h[4];
	struct now n;

	(void)w_login(&w->a);
	for (int i = 0; i < 4; i++)
		h[i] = w_data(&w->a, "x", true, i == 3);
	w_logout(&w->a);
	assert_int_equal(w_set_label(&w->a, &w_nobody, h[0], "y"), CKR_OK);
	assert_int_equal(obj_destroy(w->a.sp, &w_so, h[1]), CKR_OK);
	n = now_of(&w->a);
	assert_true(n.pending > 0);
	assert_int_equal(n.loose, 1);
	w_again(w, &w->a);
	assert_int_equal(w_login(&w->a), 0);
	n = now_of(&w->a);
	assert_int_equal(n.pending, 0);
	assert_int_equal(n.loose, 1);
	assert_int_equal(n.count, 2);
	w_logout(&w->a);
	assert_int_equal(w_login(&w->a), 0);
}

/* One process is logged in while another, which is not, changes a row. */
static void
test_folded_by_the_next_writer(void **state)
{
	struct world *w = *state;
	struct now n;

	(void)w_login(&w->a);
	(void)w_data(&w->a, "x", true, false);
	assert_int_equal(obj_destroy(w->b.sp, &w_nobody,
	    w_the(&w->b, &w_nobody, "x")), CKR_OK);
	assert_true(now_of(&w->b).pending > 0);
	(void)w_data(&w->a, "y", true, true);
	n = now_of(&w->b);
	assert_int_equal(n.pending, 0);
	assert_int_equal(n.loose, 0);
	assert_int_equal(now_of(&w->a).count, 1);
	assert_int_equal(w_login(&w->b), 0);
}

/* An entry for a private row is nobody's to make. */
static void
test_no_private_entry(void **state)
{
	struct world *w = *state;
	KL_AUTO(set_done) struct set_change c = { .kr = NULL };
	struct seal_bind b = { .version = 1,
		.flags = STORE_F_LOGIN | STORE_F_PRIVATE };
	KL_AUTO(buf_done) struct buf plain = { 0 }, record = { 0 };
	struct seal_bind delta = { .version = 1 };
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };

	assert_int_equal(set_open(&c, w->a.store, w->a.kr, false), CKR_OK);
	assert_int_equal(set_remove(&c, &b), CKR_USER_NOT_LOGGED_IN);
	/* forged: whoever has the file has the store key */
	buf_put_u64(&plain, 0);
	buf_put(&plain, bytes_of(b.uuid, SEAL_UUID));
	buf_put_u64(&plain, b.version);
	buf_put_u32(&plain, b.flags);
	buf_put_var(&plain, BYTES_NONE);
	buf_put_var(&plain, BYTES_NONE);
	assert_int_equal(seal_object(w->a.kr, false, SEAL_SECRET, &delta,
	    buf_view(&plain), &record), CKR_OK);
	assert_int_equal(store_tx_begin(w->a.store, &tx), CKR_OK);
	assert_int_equal(store_record_put(w->a.store, "setdelta",
	    buf_view(&record)), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_int_equal(w_login(&w->a), 1);
}

/* What waits is bounded. */
static void
test_bounded(void **state)
{
	struct world *w = *state;
	static uint8_t large[300000];
	CK_ATTRIBUTE a[] = {
		KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_PRIVATE, kit_no), KIT_A(CKA_VALUE, large),
	};
	CK_OBJECT_HANDLE h[4];

	(void)w_login(&w->a);
	for (int i = 0; i < 4; i++)
		assert_int_equal(obj_create(w->a.sp, &w_user, a, 4, &h[i]),
		    CKR_OK);
	w_logout(&w->a);
	for (int i = 0; i < 3; i++)
		assert_int_equal(obj_destroy(w->a.sp, &w_nobody, h[i]),
		    CKR_OK);
	assert_int_equal(obj_destroy(w->a.sp, &w_nobody, h[3]),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(w_login(&w->a), 0);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h[3]), CKR_OK);
	assert_int_equal(now_of(&w->a).count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_locked_and_missing),
		W_TEST(test_another_token),
		W_TEST(test_damaged_delta),
		W_TEST(test_with_login),
		W_TEST(test_without_login),
		W_TEST(test_folded_at_login),
		W_TEST(test_folded_by_the_next_writer),
		W_TEST(test_no_private_entry),
		W_TEST(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
