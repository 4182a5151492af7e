/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searching by tags, alone and together, page by page, and by flags.
 */
#include "store/kit.h"

#define OBJECTS 40

static struct store *
filled(struct kit *k)
{
	struct store *s = kit_token(k, 0);
	uint64_t n;

	for (n = 0; n < OBJECTS; n++)
		(void)kit_add(s, n);
	return s;
}

static void
none(void **state)
{
	struct kit *k = *state;
	struct store *s = filled(k);
	uint8_t tags[2][STORE_TAG];
	struct store_query q = { .tags = tags, .ntags = 2 };
	uint64_t ids[4];
	size_t n = 9;

	kit_tag(tags[0], 0, 1);
	kit_tag(tags[1], 1, 2); /* object 1 has (1, 1) */
	assert_int_equal(store_find(s, &q, ids, 4, &n), CKR_OK);
	assert_int_equal(n, 0);
	q.ntags = 1;
	q.after = UINT64_MAX;
	assert_int_equal(store_find(s, &q, ids, 4, &n), CKR_OK);
	assert_int_equal(n, 0);
	q.after = 0;
	assert_int_equal(store_find(s, &q, ids, 0, &n), CKR_OK);
	assert_int_equal(n, 0);
	store_close(s);
}

static void
intersection(void **state)
{
	struct kit *k = *state;
	struct store *s = filled(k);
	uint8_t tags[3][STORE_TAG];
	struct store_query q = { .tags = tags, .ntags = 3 };
	uint64_t ids[OBJECTS];
	size_t n;

	kit_tag(tags[0], 0, 13);
	kit_tag(tags[1], 1, 3);
	kit_tag(tags[2], 2, 0);
	assert_int_equal(store_find(s, &q, ids, OBJECTS, &n), CKR_OK);
	assert_int_equal(n, 1);
	assert_true(kit_is(s, ids[0], 13));
	/* in whatever order */
	kit_tag(tags[2], 0, 13);
	kit_tag(tags[0], 2, 0);
	assert_int_equal(store_find(s, &q, ids, OBJECTS, &n), CKR_OK);
	assert_int_equal(n, 1);
	assert_true(kit_is(s, ids[0], 13));
	store_close(s);
}

static void
most_tags(void **state)
{
	struct kit *k = *state;
	struct store *s = filled(k);
	uint8_t tags[STORE_TAGS_MAX][STORE_TAG];
	struct store_query q = { .tags = tags, .ntags = STORE_TAGS_MAX };
	uint64_t ids[OBJECTS];
	size_t i, n;

	for (i = 0; i < STORE_TAGS_MAX; i++)
		kit_tag(tags[i], 2, 0);
	assert_int_equal(store_find(s, &q, ids, OBJECTS, &n), CKR_OK);
	assert_int_equal(n, OBJECTS);
	kit_tag(tags[STORE_TAGS_MAX - 1], 1, 4);
	assert_int_equal(store_find(s, &q, ids, OBJECTS, &n), CKR_OK);
	assert_int_equal(n, OBJECTS / 10);
	store_close(s);
}

/* Pages of every size give every row once, ascending. */
static void
pages(void **state)
{
	struct kit *k = *state;
	struct store *s = filled(k);
	uint8_t tags[1][STORE_TAG];
	uint64_t ids[OBJECTS];
	size_t i, n, size, total;

	kit_tag(tags[0], 2, 0);
	for (size = 1; size <= OBJECTS; size++) {
		struct store_query q = { .tags = tags, .ntags = size % 2 };

		for (total = 0, n = size; n == size; total += n) {
			assert_int_equal(store_find(s, &q, ids, size, &n),
			    CKR_OK);
			for (i = 0; i < n; i++) {
				assert_true(ids[i] > q.after);
				q.after = ids[i];
			}
		}
		assert_int_equal(total, OBJECTS);
	}
	store_close(s);
}

static void
flags(void **state)
{
	struct kit *k = *state;
	struct store *s = filled(k);
	uint8_t tags[1][STORE_TAG];
	struct store_query q = { .tags = tags, .ntags = 0,
		.flags_mask = STORE_F_PRIVATE | STORE_F_LOGIN,
		.flags = STORE_F_PRIVATE };
	uint64_t ids[OBJECTS];
	size_t n;

	kit_tag(tags[0], 1, 3);
	assert_int_equal(store_find(s, &q, ids, OBJECTS, &n), CKR_OK);
	assert_int_equal(n, OBJECTS / 2);
	q.ntags = 1; /* 3, 13, 23, 33: none is private */
	assert_int_equal(store_find(s, &q, ids, OBJECTS, &n), CKR_OK);
	assert_int_equal(n, 0);
	q.flags = 0;
	assert_int_equal(store_find(s, &q, ids, OBJECTS, &n), CKR_OK);
	assert_int_equal(n, OBJECTS / 10);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(none),
		KIT_TEST(intersection),
		KIT_TEST(most_tags),
		KIT_TEST(pages),
		KIT_TEST(flags),
	};

	return cmocka_run_group_tests_name("store/find", tests, NULL, NULL);
}
