/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generation counter: moves with every commit of whatever connection, and
 * where it is missing, odd or damaged, freshness is still told, by SQLite.
 */
#include "store/kit.h"

#include "store/sqlite_int.h"

#define SLOW ((uint64_t)1 << 63)

static void
overwrite(const struct kit *k, off_t at, const void *p, size_t n)
{
	int fd = open(kit_path(k, "0.gen"), O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, p, n, at), (ssize_t)n);
	assert_int_equal(close(fd), 0);
}

static uint64_t
counter(const struct kit *k)
{
	int fd = open(kit_path(k, "0.gen"), O_RDONLY | O_CLOEXEC);
	uint64_t v = 0;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &v, sizeof(v), 0), sizeof(v));
	assert_int_equal(close(fd), 0);
	return v;
}

/* Two connections: what one commits, the other sees, and reading moves
 * nothing.  Both kinds of generation must pass. */
static void
two_see(struct kit *k, struct store *s, struct store *t)
{
	struct store_tx tx = { NULL };
	uint64_t a, b;

	(void)k;
	a = store_generation(s);
	b = store_generation(t);
	assert_true(a != 0 && b != 0);
	assert_int_equal(kit_find(s, 9, 9), 0);
	assert_true(a == store_generation(s) && b == store_generation(t));
	(void)kit_add(s, a);
	assert_true(a != store_generation(s));
	assert_true(b != store_generation(t));
	a = store_generation(s);
	b = store_generation(t);
	assert_int_equal(store_tx_begin(t, &tx), CKR_OK);
	assert_int_equal(store_record_put(t, "x", BYTES_STR("x")), CKR_OK);
	assert_true(a == store_generation(t) || b == store_generation(t));
	store_tx_done(&tx);
	assert_true(a == store_generation(s) && b == store_generation(t));
}

static void
counts(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0), *t;
	struct store_tx tx = { NULL };
	uint64_t a;

	assert_int_equal(store_open(k->env, 0, &t), CKR_OK);
	two_see(k, s, t);
	a = store_generation(s);
	assert_true((a & (SLOW | 1)) == 0);
	assert_true(a == store_generation(t));
	/* a transaction that changed nothing moves nothing */
	assert_int_equal(store_tx_begin(s, &tx), CKR_OK);
	assert_int_equal(store_tx_commit(&tx), CKR_OK);
	assert_true(a == store_generation(t));
	store_close(t);
	store_close(s);
}

/* A writer that died between its two marks: slow, but right; the next commit
 * mends it. */
static void
odd(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0), *t;
	uint64_t a, v;

	assert_int_equal(store_open(k->env, 0, &t), CKR_OK);
	a = store_generation(s);
	v = counter(k) | 1;
	overwrite(k, 0, &v, sizeof(v));
	assert_true((store_generation(s) & SLOW) != 0);
	assert_true(a != store_generation(s));
	(void)kit_add(s, 1);
	assert_true(counter(k) > v && (counter(k) & 1) == 0);
	assert_true((store_generation(t) & SLOW) == 0);
	two_see(k, s, t);
	store_close(t);
	store_close(s);
}

/* Stays odd throughout, as if every writer died: all by data_version. */
static void
always_slow(void **state)
{
	struct kit *k = *state;
	struct store *s, *t;
	uint64_t a;

	store_close(kit_token(k, 0));
	assert_int_equal(sqlite_open(k->env, kit_path(k, "0.db"), NULL, false,
	    &s), CKR_OK);
	assert_int_equal(sqlite_open(k->env, kit_path(k, "0.db"), NULL, false,
	    &t), CKR_OK);
	a = store_generation(s);
	assert_true((a & SLOW) != 0);
	two_see(k, s, t);
	store_close(t);
	store_close(s);
}

static void
missing(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0), *t;

	store_close(s);
	assert_int_equal(unlink(kit_path(k, "0.gen")), 0);
	/* made anew by whoever may */
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_true((store_generation(s) & SLOW) == 0);
	assert_int_equal(store_open(k->env, 0, &t), CKR_OK);
	two_see(k, s, t);
	store_close(t);
	store_close(s);
}

static void
damaged(void **state)
{
	static const uint8_t junk[64] = { 0xff, 0xff };
	static const off_t at[] = { 0, 8, 16 };
	struct kit *k = *state;
	struct store *s = kit_token(k, 0), *t;
	size_t i;

	for (i = 0; i < KL_COUNT(at); i++) {
		store_close(s);
		overwrite(k, at[i], junk, 8);
		assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
		assert_true((store_generation(s) & SLOW) != 0);
		(void)kit_add(s, i);
		assert_true((store_generation(s) & SLOW) == 0);
	}
	assert_int_equal(store_open(k->env, 0, &t), CKR_OK);
	two_see(k, s, t);
	store_close(t);
	store_close(s);
}

/* Cut off while nobody maps it: not mapped, then mended. */
static void
cut_off(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);

	store_close(s);
	assert_int_equal(truncate(kit_path(k, "0.gen"), 10), 0);
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_true((store_generation(s) & SLOW) != 0);
	(void)kit_add(s, 1);
	assert_true((store_generation(s) & SLOW) == 0);
	store_close(s);
}

/* A writer whose COMMIT is done and the next one, which has begun meanwhile,
 * end their marks in any order: who looked between the two sees that the
 * second one committed. */
static void
overlapping(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0), *t;
	struct gen *one = &sq_of(s)->gen, *two;
	struct gen_mark a, b;
	uint64_t before, seen;

	assert_int_equal(store_open(k->env, 0, &t), CKR_OK);
	two = &sq_of(t)->gen;
	for (int first = 0; first < 2; first++) {
		before = gen_value(one);
		assert_int_equal(gen_mark_odd(one, &a), CKR_OK);
		assert_int_equal(gen_mark_odd(two, &b), CKR_OK);
		assert_int_equal(gen_value(one), 0);
		gen_mark_even(one, first == 0 ? &a : &b);
		/* the first writer does not end the second's mark */
		assert_int_equal(gen_value(one) == 0, first == 0);
		gen_mark_even(two, first == 0 ? &b : &a);
		assert_true(gen_value(one) != 0 && gen_value(one) != before);
	}
	/* as if the first had looked just before the second's mark */
	assert_int_equal(gen_mark_odd(one, &a), CKR_OK);
	assert_int_equal(gen_mark_odd(two, &b), CKR_OK);
	overwrite(k, 0, &a.odd, sizeof(a.odd));
	gen_mark_even(one, &a);
	seen = gen_value(one);
	assert_true(seen != 0);
	gen_mark_even(two, &b);
	assert_true(gen_value(one) != 0 && gen_value(one) != seen);
	store_close(t);
	store_close(s);
}

/* Replaced under two open connections: the writer notices and maps the new
 * file, and who only reads does at the next reading. */
static void
replaced(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0), *t;

	assert_int_equal(store_open(k->env, 0, &t), CKR_OK);
	assert_int_equal(unlink(kit_path(k, "0.gen")), 0);
	(void)kit_add(s, 1);
	assert_int_equal(counter(k), store_generation(s));
	assert_int_equal(kit_find(t, 9, 9), 0);
	assert_int_equal(counter(k), store_generation(t));
	two_see(k, s, t);
	store_close(t);
	store_close(s);
}

/* A link in its place is not followed; the token works on. */
static void
symbolic_link(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	uint64_t a;
	CK_RV rv;

	store_close(s);
	assert_int_equal(rename(kit_path(k, "0.gen"), kit_path(k, "x")), 0);
	assert_int_equal(symlink("x", kit_path(k, "0.gen")), 0);
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	a = store_generation(s);
	assert_true((a & SLOW) != 0);
	(void)kit_add_rv(s, 1, &rv);
	assert_int_equal(rv, CKR_DEVICE_ERROR);
	store_close(s);
}

static void
new_values_differ(void **state)
{
	struct kit *k = *state;
	struct store *s = kit_token(k, 0);
	uint64_t a = store_generation(s);

	store_close(s);
	assert_int_equal(unlink(kit_path(k, "0.gen")), 0);
	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_true(store_generation(s) > a);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(counts),
		KIT_TEST(odd),
		KIT_TEST(always_slow),
		KIT_TEST(missing),
		KIT_TEST(damaged),
		KIT_TEST(cut_off),
		KIT_TEST(overlapping),
		KIT_TEST(replaced),
		KIT_TEST(symbolic_link),
		KIT_TEST(new_values_differ),
	};

	return cmocka_run_group_tests_name("store/gen", tests, NULL, NULL);
}
