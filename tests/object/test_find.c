/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/find.c: who sees what, what is never found, paging, and searches
 * while others create and destroy.
 */
#include "object/space_kit.h"

static CK_ULONG
count_of(struct side *s, const struct obj_who *who, const CK_ATTRIBUTE *t)
{
	return w_find(s, who, t, 7, NULL, 0);
}

static void
test_bad_arguments(void **state)
{
	struct world *w = *state;
	struct obj_search *f = NULL;

	assert_int_equal(obj_find_init(w->a.sp, &w_nobody, NULL, 1, &f),
	    CKR_ARGUMENTS_BAD);
	assert_null(f);
}

/* What cannot be there is not found, and is no error. */
static void
test_nothing_is_no_error(void **state)
{
	struct world *w = *state;
	static CK_ULONG strange = 0xce534353, trust = 0x0b;
	static uint8_t one = 1;
	const CK_ATTRIBUTE t[][3] = {
		{ KIT_A(CKA_CLASS, strange) },
		{ KIT_A(CKA_CLASS, trust) },
		{ KIT_A(0xce535351, one) },
		{ KIT_A(CKA_CLASS, one) },
		{ { CKA_LABEL, NULL, 3 } },
		{ KIT_A(CKA_TOKEN, kit_yes), KIT_A(CKA_TOKEN, kit_no) },
		{ KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_CLASS, kit_secret) },
		{ KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_MODULUS, one) },
	};

	(void)w_login(&w->a);
	(void)w_data(&w->a, "x", true, true);
	(void)w_data(&w->a, "x", false, true);
	(void)w_key(&w->a, "k", true, true, true);
	for (size_t i = 0; i < KL_COUNT(t); i++)
		assert_int_equal(count_of(&w->a, &w_user, t[i]), 0);
}

/* Key material that may not be read is found by no value. */
static void
test_no_oracle(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE t[] = { KIT_A(CKA_VALUE, kit_16), { 0 } };
	const CK_ATTRIBUTE wrong[] = { KIT_A(CKA_VALUE, kit_17), { 0 } };

	(void)w_login(&w->a);
	(void)w_key(&w->a, "shut", true, true, false);
	(void)w_key(&w->a, "shut", false, true, false);
	assert_int_equal(count_of(&w->a, &w_user, t), 0);
	(void)w_key(&w->a, "open", true, true, true);
	(void)w_key(&w->a, "open", false, true, true);
	assert_int_equal(count_of(&w->a, &w_user, t), 2);
	assert_int_equal(count_of(&w->a, &w_user, wrong), 0);
}

static void
test_who_sees_what(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_data), { 0 } };
	const CK_ATTRIBUTE p[] = { KIT_A(CKA_PRIVATE, kit_yes), { 0 } };

	(void)w_login(&w->a);
	(void)w_data(&w->a, "a", true, true);
	(void)w_data(&w->a, "b", true, false);
	(void)w_data(&w->a, "c", false, true);
	(void)w_data(&w->a, "d", false, false);
	assert_int_equal(count_of(&w->a, &w_user, t), 4);
	assert_int_equal(count_of(&w->a, &w_so, t), 2);
	assert_int_equal(count_of(&w->a, &w_nobody, t), 2);
	assert_int_equal(count_of(&w->a, &w_user, p), 2);
	assert_int_equal(count_of(&w->a, &w_so, p), 0);
}

struct narrow {
	CK_ATTRIBUTE t[3];
	CK_ULONG n;
};

static void
test_token_and_private(void **state)
{
	struct world *w = *state;
	const struct narrow c[] = {
		{ { KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_TOKEN, kit_yes) }, 2 },
		{ { KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_TOKEN, kit_no) }, 1 },
		{ { KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_PRIVATE, kit_no) }, 1 },
		{ { KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_PRIVATE, kit_yes) }, 2 },
		{ { KIT_A(CKA_TOKEN, kit_no) }, 1 },
		{ { KIT_A(CKA_TOKEN, kit_yes) }, 2 + PROFILES },
		{ { { 0 } }, 3 + PROFILES },
		/* not indexed: rows are opened and compared */
		{ { KIT_A(CKA_MODIFIABLE, kit_yes) }, 3 },
		{ { KIT_A(CKA_MODIFIABLE, kit_no) }, PROFILES },
		{ { KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_COPYABLE, kit_no) }, 0 },
	};

	(void)w_login(&w->a);
	(void)w_data(&w->a, "a", true, true);
	(void)w_data(&w->a, "b", true, false);
	(void)w_data(&w->a, "c", false, true);
	for (size_t i = 0; i < KL_COUNT(c); i++)
		assert_int_equal(count_of(&w->a, &w_user, c[i].t), c[i].n);
}

/* An empty value carries no tag and is found nevertheless. */
static void
test_empty_values(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_data),
		{ CKA_LABEL, NULL, 0 }, { 0 } };
	const CK_ATTRIBUTE u[] = { KIT_A(CKA_CLASS, kit_data),
		{ CKA_APPLICATION, NULL, 0 }, { 0 } };

	(void)w_login(&w->a);
	(void)w_data(&w->a, "", true, true);
	(void)w_data(&w->a, "x", true, false);
	assert_int_equal(count_of(&w->a, &w_user, t), 1);
	assert_int_equal(count_of(&w->a, &w_user, u), 2);
}

/* NSS finds certificates by ISSUER and SERIAL_NUMBER, as DER INTEGER. */
static void
test_certificate(void **state)
{
	struct world *w = *state;
	static uint8_t name[] = { 0x30, 0x02, 0x31, 0x00 };
	static uint8_t serial[] = { 0x02, 0x01, 0x07 };
	static uint8_t other[] = { 0x02, 0x01, 0x08 };
	CK_OBJECT_HANDLE h, got = 0;
	const CK_ATTRIBUTE c[] = {
		KIT_A(CKA_CLASS, kit_cert), KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_CERTIFICATE_TYPE, kit_x509),
		KIT_A(CKA_SUBJECT, name), KIT_A(CKA_ISSUER, name),
		KIT_A(CKA_SERIAL_NUMBER, serial), KIT_A(CKA_VALUE, kit_17),
	};
	const CK_ATTRIBUTE t[] = { KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_CLASS, kit_cert), KIT_A(CKA_ISSUER, name),
		KIT_A(CKA_SERIAL_NUMBER, serial), { 0 } };
	const CK_ATTRIBUTE u[] = { KIT_A(CKA_ISSUER, name),
		KIT_A(CKA_SERIAL_NUMBER, other), { 0 } };
	const CK_ATTRIBUTE v[] = { KIT_A(CKA_VALUE, kit_17),
		KIT_A(CKA_CLASS, kit_cert), { 0 } };

	assert_int_equal(obj_create(w->a.sp, &w_nobody, c, 7, &h), CKR_OK);
	assert_int_equal(w_find(&w->a, &w_nobody, t, 1, &got, 1), 1);
	assert_int_equal(got, h);
	assert_int_equal(count_of(&w->a, &w_nobody, u), 0);
	assert_int_equal(count_of(&w->a, &w_nobody, v), 1);
	w_again(w, &w->b);
	assert_int_equal(count_of(&w->b, &w_nobody, v), 1);
}

/* Pages: every number once, whatever the batch. */
static void
test_batches(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_data), { 0 } };
	CK_OBJECT_HANDLE first[200], got[200];
	const CK_ULONG batch[] = { 1, 2, 63, 64 };

	(void)w_login(&w->a);
	for (int i = 0; i < 130; i++) /* two full pages of 64 and more */
		(void)w_data(&w->a, "x", i < 128, i % 2 == 0);
	for (int i = 0; i < 64; i++)
		(void)w_data(&w->a, "y", true, false);
	assert_int_equal(w_find(&w->a, &w_user, t, 10, first, 200), 194);
	for (size_t i = 0; i < KL_COUNT(batch); i++) {
		assert_int_equal(w_find(&w->a, &w_user, t, batch[i], got, 200),
		    194);
		assert_memory_equal(got, first, 194 * sizeof(got[0]));
	}
	for (int i = 0; i < 194; i++)
		for (int k = 0; k < i; k++)
			assert_true(first[i] != first[k]);
}

/* Objects made and destroyed meanwhile break nothing. */
static void
test_changes_while_searching(void **state)
{
	struct world *w = *state;
	CK_ATTRIBUTE t = KIT_A(CKA_CLASS, kit_data);
	struct obj_search *f = NULL;
	CK_OBJECT_HANDLE h[100], got, last = 0;
	CK_ULONG n = 1, all = 0;

	(void)w_login(&w->a);
	for (int i = 0; i < 100; i++)
		h[i] = w_data(&w->a, "x", true, true);
	assert_int_equal(obj_find_init(w->a.sp, &w_user, &t, 1, &f), CKR_OK);
	for (int i = 0; n > 0; i++) {
		assert_int_equal(obj_find_next(f, &w_user, &got, 1, &n),
		    CKR_OK);
		assert_true(n == 0 || got > last);
		last = got;
		all += n;
		if (i < 20) {
			(void)w_data(&w->a, "x", true, true);
			assert_int_equal(obj_destroy(w->a.sp, &w_user,
			    h[99 - i]), CKR_OK);
		}
	}
	assert_true(all >= 80 && all <= 120);
	obj_find_free(f);
}

static void
test_logout_while_searching(void **state)
{
	struct world *w = *state;
	CK_ATTRIBUTE t = KIT_A(CKA_CLASS, kit_data);
	struct obj_search *f = NULL;
	CK_OBJECT_HANDLE got[64];
	CK_ULONG n;

	(void)w_login(&w->a);
	for (int i = 0; i < 100; i++)
		(void)w_data(&w->a, "x", true, true);
	assert_int_equal(obj_find_init(w->a.sp, &w_user, &t, 1, &f), CKR_OK);
	assert_int_equal(obj_find_next(f, &w_user, got, 10, &n), CKR_OK);
	assert_int_equal(n, 10);
	w_logout(&w->a);
	assert_int_equal(obj_find_next(f, &w_nobody, got, 64, &n), CKR_OK);
	assert_int_equal(n, 0);
	/* who was taken before the logout */
	assert_int_equal(obj_find_next(f, &w_user, got, 64, &n), CKR_OK);
	assert_int_equal(n, 0);
	obj_find_free(f);
}

/* What the other process makes is found by the next search. */
static void
test_other_process(void **state)
{
	struct world *w = *state;
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	(void)w_login(&w->b);
	assert_int_equal(w_count(&w->b, &w_user, "x"), 0);
	h = w_data(&w->a, "x", true, true);
	assert_int_equal(w_count(&w->b, &w_user, "x"), 1);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h), CKR_OK);
	assert_int_equal(w_count(&w->b, &w_user, "x"), 0);
}

/* All that the schema indexes has its place in the order of find.c: an
 * object with all of it is found by each. */
static void
test_every_indexed_attribute(void **state)
{
	struct world *w = *state;
	const struct schema *sc;
	const struct attr_row *row;
	CK_OBJECT_HANDLE h[2];
	CK_ULONG n = 0;
	CK_ATTRIBUTE d[] = {
		KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_TOKEN, kit_yes),
		KIT_A(CKA_LABEL, kit_16), KIT_A(CKA_APPLICATION, kit_16),
		KIT_A(CKA_OBJECT_ID, kit_16),
	};

	assert_int_equal(obj_create(w->a.sp, &w_nobody, d, 5, h), CKR_OK);
	for (size_t i = 0; (sc = schema_all(i)) != NULL; i++)
		for (size_t k = 0; (row = schema_at(sc, k)) != NULL; k++) {
			if (sc->class != CKO_DATA || !(row->foot & FIND))
				continue;
			uint8_t v[64];
			CK_ATTRIBUTE a[2] = { { row->type, v, sizeof(v) } };

			assert_int_equal(obj_get_attrs(w->a.sp, &w_nobody,
			    h[0], a, 1), CKR_OK);
			h[1] = 0;
			assert_int_equal(w_find(&w->a, &w_nobody, a, 2, h + 1,
			    1), 1);
			assert_int_equal(h[1], h[0]);
			n++;
		}
	assert_int_equal(n, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_bad_arguments),
		W_TEST(test_nothing_is_no_error),
		W_TEST(test_no_oracle),
		W_TEST(test_who_sees_what),
		W_TEST(test_token_and_private),
		W_TEST(test_empty_values),
		W_TEST(test_certificate),
		W_TEST(test_batches),
		W_TEST(test_changes_while_searching),
		W_TEST(test_logout_while_searching),
		W_TEST(test_other_process),
		W_TEST(test_every_indexed_attribute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
