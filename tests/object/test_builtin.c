/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/builtin.c: mechanisms, clock and counter are found by who asks for
 * their class and by nobody else, and no value of the counter is given twice.
 */
#include "object/space_kit.h"

#include <time.h>

#include "base/utc.h"

static CK_ULONG c_feature = CKO_HW_FEATURE, c_mechanism = CKO_MECHANISM;
static CK_ULONG c_validation = CKO_VALIDATION;
static CK_ULONG h_clock = CKH_CLOCK, h_counter = CKH_MONOTONIC_COUNTER;
static CK_ULONG h_screen = CKH_USER_INTERFACE;
static CK_ULONG m_ecdsa = CKM_ECDSA, m_none = CKM_RSA_PKCS;

/* How many there are, as nobody. */
static CK_ULONG
count(struct side *s, const CK_ATTRIBUTE *t)
{
	CK_OBJECT_HANDLE h[16];

	return w_find(s, &w_nobody, t, 8, h, 16);
}

static CK_OBJECT_HANDLE
feature(struct side *s, const CK_ULONG *type)
{
	const CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, c_feature),
		{ CKA_HW_FEATURE_TYPE, (void *)(uintptr_t)type,
		    sizeof(*type) }, { 0 } };
	CK_OBJECT_HANDLE h = 0;

	assert_int_equal(w_find(s, &w_nobody, t, 8, &h, 1), 1);
	return h;
}

static CK_RV
read_value(struct side *s, CK_OBJECT_HANDLE h, CK_ATTRIBUTE *a)
{
	return obj_get_attrs(s->sp, &w_nobody, h, a, 1);
}

/* The counter's value in `out`. */
static void
count_on(struct side *s, uint8_t out[LIVE_VALUE])
{
	CK_ATTRIBUTE a = { CKA_VALUE, out, LIVE_VALUE };

	assert_int_equal(read_value(s, feature(s, &h_counter), &a), CKR_OK);
	assert_int_equal(a.ulValueLen, LIVE_VALUE);
}

static void
test_hidden(void **state)
{
	struct world *w = *state;
	const struct {
		CK_ATTRIBUTE t[3];
		CK_ULONG n;
	} asked[] = {
		{ { { 0 } }, PROFILES },
		{ { KIT_A(CKA_MECHANISM_TYPE, m_ecdsa) }, 0 },
		{ { KIT_A(CKA_HW_FEATURE_TYPE, h_clock) }, 0 },
		{ { KIT_A(CKA_CLASS, c_validation) }, 0 },
		{ { KIT_A(CKA_CLASS, c_feature),
		    KIT_A(CKA_HW_FEATURE_TYPE, h_screen) }, 0 },
		{ { KIT_A(CKA_CLASS, c_feature), KIT_A(CKA_TOKEN, kit_yes) },
		  0 },
		{ { KIT_A(CKA_CLASS, c_mechanism),
		    KIT_A(CKA_MECHANISM_TYPE, m_none) }, 0 },
	};

	for (size_t i = 0; i < KL_COUNT(asked); i++) {
		if (count(&w->a, asked[i].t) != asked[i].n)
			fail_msg("row %zu", i);
		/* Nothing is made until their class is named. */
		if (asked[i].t[0].type != CKA_CLASS)
			assert_int_equal(handles_count(w->a.sp->table),
			    PROFILES);
	}
}

static void
test_found(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE all[] = { KIT_A(CKA_CLASS, c_mechanism), { 0 } };
	const CK_ATTRIBUTE features[] = { KIT_A(CKA_CLASS, c_feature), { 0 } };
	const CK_ATTRIBUTE one[] = { KIT_A(CKA_CLASS, c_mechanism),
		KIT_A(CKA_MECHANISM_TYPE, m_ecdsa), { 0 } };
	CK_OBJECT_HANDLE h = 0, again = 1;
	CK_ULONG v = 0;
	CK_ATTRIBUTE a = KIT_A(CKA_MECHANISM_TYPE, v);

	assert_int_equal(count(&w->a, all), 3);
	assert_int_equal(count(&w->a, features), 2);
	assert_int_equal(w_find(&w->a, &w_nobody, one, 8, &h, 1), 1);
	assert_int_equal(read_value(&w->a, h, &a), CKR_OK);
	assert_int_equal(v, CKM_ECDSA);
	/* The same number after a login and a logout, and for the SO. */
	(void)w_login(&w->a);
	w_logout(&w->a);
	assert_int_equal(w_find(&w->a, &w_so, one, 8, &again, 1), 1);
	assert_int_equal(h, again);
}

static void
test_cannot_be_changed(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h = feature(&w->a, &h_clock), out;
	CK_ATTRIBUTE now = { CKA_VALUE, "2026010112000000", 16 };
	CK_ATTRIBUTE made[] = { KIT_A(CKA_CLASS, c_feature),
		KIT_A(CKA_HW_FEATURE_TYPE, h_clock) };
	CK_ATTRIBUTE mech[] = { KIT_A(CKA_CLASS, c_mechanism),
		KIT_A(CKA_MECHANISM_TYPE, m_ecdsa) };

	(void)w_login(&w->a);
	assert_int_equal(obj_set_attrs(w->a.sp, &w_user, h, &now, 1),
	    CKR_ACTION_PROHIBITED);
	assert_int_equal(obj_copy(w->a.sp, &w_user, h, NULL, 0, &out),
	    CKR_ACTION_PROHIBITED);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h),
	    CKR_ACTION_PROHIBITED);
	assert_int_equal(obj_create(w->a.sp, &w_user, made, 2, &out),
	    CKR_ATTRIBUTE_READ_ONLY);
	assert_int_equal(obj_create(w->a.sp, &w_user, mech, 2, &out),
	    CKR_ATTRIBUTE_READ_ONLY);
	assert_int_equal(obj_set_attrs(w->a.sp, &w_reader, h, &now, 1),
	    CKR_SESSION_READ_ONLY);
}

static void
test_clock(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h = feature(&w->a, &h_clock);
	uint8_t text[20] = { 0 };
	CK_ATTRIBUTE a = { CKA_VALUE, NULL, 0 };
	time_t before = time(NULL);
	uint64_t s = 0;

	assert_int_equal(read_value(&w->a, h, &a), CKR_OK);
	assert_int_equal(a.ulValueLen, 16);
	a.pValue = text;
	a.ulValueLen = 15;
	assert_int_equal(read_value(&w->a, h, &a), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(text[0], 0);
	a.ulValueLen = sizeof(text);
	assert_int_equal(read_value(&w->a, h, &a), CKR_OK);
	assert_int_equal(a.ulValueLen, 16);
	assert_true(utc_seconds(text, &s));
	assert_true(s >= (uint64_t)before && s <= (uint64_t)time(NULL));
}

/* It rises with each reading, whichever process reads, and stands still where
 * nothing was read. */
static void
test_counter(void **state)
{
	struct world *w = *state;
	uint8_t last[LIVE_VALUE] = { 0 }, now[LIVE_VALUE];
	CK_ATTRIBUTE a = { CKA_VALUE, NULL, 0 };

	for (unsigned i = 0; i < 6; i++) {
		count_on(i % 2 == 0 ? &w->a : &w->b, now);
		assert_true(memcmp(last, now, sizeof(now)) < 0);
		memcpy(last, now, sizeof(last));
	}
	assert_int_equal(read_value(&w->a, feature(&w->a, &h_counter), &a),
	    CKR_OK);
	assert_int_equal(a.ulValueLen, LIVE_VALUE);
	a.pValue = now;
	a.ulValueLen = LIVE_VALUE - 1;
	assert_int_equal(read_value(&w->a, feature(&w->a, &h_counter), &a),
	    CKR_BUFFER_TOO_SMALL);
	count_on(&w->a, now);
	assert_int_equal(now[LIVE_VALUE - 1], last[LIVE_VALUE - 1] + 1);
}

/* A damaged record gives no value, least of all the first again. */
static void
test_counter_damaged(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h = feature(&w->a, &h_counter);
	uint8_t now[LIVE_VALUE];
	CK_ATTRIBUTE a = { CKA_VALUE, now, LIVE_VALUE };

	count_on(&w->a, now);
	{
		KL_AUTO(store_tx_done) struct store_tx tx = { NULL };

		assert_int_equal(store_tx_begin(w->b.store, &tx), CKR_OK);
		assert_int_equal(store_record_put(w->b.store, "counter",
		    BYTES_STR("1")), CKR_OK);
		assert_int_equal(store_tx_commit(&tx), CKR_OK);
	}
	assert_int_equal(read_value(&w->a, h, &a), CKR_DEVICE_ERROR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_hidden),
		W_TEST(test_found),
		W_TEST(test_cannot_be_changed),
		W_TEST(test_clock),
		W_TEST(test_counter),
		W_TEST(test_counter_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
