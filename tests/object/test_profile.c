/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/object/profile.c: the built-in objects are there for everybody, whole,
 * and cannot be changed.
 */
#include "object/space_kit.h"

static CK_ULONG profile_class = CKO_PROFILE;

static void
test_cannot_be_changed(void **state)
{
	struct world *w = *state;
	const CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, profile_class), { 0 } };
	CK_OBJECT_HANDLE h = 0, copy;

	(void)w_login(&w->a);
	assert_int_equal(w_find(&w->a, &w_user, t, 1, &h, 1), PROFILES);
	assert_int_equal(obj_destroy(w->a.sp, &w_user, h),
	    CKR_ACTION_PROHIBITED);
	assert_int_equal(obj_copy(w->a.sp, &w_user, h, NULL, 0, &copy),
	    CKR_ACTION_PROHIBITED);
	assert_int_equal(w_set_label(&w->a, &w_user, h, "x"),
	    CKR_ACTION_PROHIBITED);
	assert_int_equal(w_find(&w->a, &w_user, t, 1, &h, 1), PROFILES);
}

static void
test_cannot_be_made(void **state)
{
	struct world *w = *state;
	static CK_ULONG id = CKP_BASELINE_PROVIDER;
	CK_ATTRIBUTE a[] = { KIT_A(CKA_CLASS, profile_class),
		KIT_A(CKA_PROFILE_ID, id) };
	CK_OBJECT_HANDLE h;

	(void)w_login(&w->a);
	assert_int_not_equal(obj_create(w->a.sp, &w_user, a, 2, &h), CKR_OK);
}

/* Each has its number, in every side's space the same attributes. */
static void
test_found_by_everybody(void **state)
{
	struct world *w = *state;
	const CK_ULONG ids[PROFILES] = { CKP_BASELINE_PROVIDER,
		CKP_EXTENDED_PROVIDER, CKP_AUTHENTICATION_TOKEN,
		CKP_PUBLIC_CERTIFICATES_TOKEN };

	for (size_t i = 0; i < PROFILES; i++) {
		CK_ULONG id = ids[i];
		const CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, profile_class),
			KIT_A(CKA_TOKEN, kit_yes), KIT_A(CKA_PROFILE_ID, id),
			{ 0 } };
		CK_OBJECT_HANDLE h = 0;

		assert_int_equal(w_find(&w->a, &w_nobody, t, 1, &h, 1), 1);
		assert_int_equal(w_find(&w->b, &w_so, t, 1, NULL, 0), 1);
		assert_int_equal(w_open_rv(&w->a, &w_nobody, h), CKR_OK);
	}
}

/* All that the schema has, the object has. */
static void
test_whole(void **state)
{
	struct world *w = *state;
	const struct attr_row *row;

	for (size_t i = 0; i < PROFILES; i++) {
		const struct object *o = w->a.sp->profiles[i];

		for (size_t k = 0; (row = schema_at(o->schema, k)) != NULL; k++) {
			uint8_t v[64];
			CK_ATTRIBUTE a = { row->type, v, sizeof(v) };

			assert_int_equal(obj_get_attrs(w->a.sp, &w_nobody,
			    o->handle, &a, 1), CKR_OK);
			assert_true(a.ulValueLen > 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		W_TEST(test_cannot_be_changed),
		W_TEST(test_cannot_be_made),
		W_TEST(test_found_by_everybody),
		W_TEST(test_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
