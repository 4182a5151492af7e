/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handle tables: what is not there, used-up numbers, then finding, removing
 * and sweeping against a plain model, and the cost of a large table.
 */
#include "base/handles.h"

#include <malloc.h>
#include <stdatomic.h>

#include "kit/kit.h"

#define MODEL_MAX 20000
#define LARGE	  1000000

struct fixture {
	_Atomic uint64_t next;
	struct handles *table;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	return f == NULL || handles_new(&f->next, &f->table) != CKR_OK;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	handles_free(f->table);
	free(f);
	return 0;
}

static CK_ULONG
add(struct fixture *f, uint64_t key, void *ptr)
{
	CK_ULONG h = 0;

	assert_int_equal(handles_add(f->table, key, ptr, &h), CKR_OK);
	return h;
}

static void
test_empty(void **state)
{
	struct fixture *f = *state;

	assert_false(handles_get(f->table, 0, NULL, NULL));
	assert_false(handles_get(f->table, 1, NULL, NULL));
	assert_false(handles_get(f->table, (CK_ULONG)-1, NULL, NULL));
	assert_int_equal(handles_by_key(f->table, 1), 0);
	assert_false(handles_set(f->table, 1, NULL));
	assert_false(handles_remove(f->table, 1));
	assert_int_equal(handles_count(f->table), 0);
	handles_free(NULL);
}

static void
test_absent(void **state)
{
	struct fixture *f = *state;
	uint64_t key = 99;
	void *ptr = f;

	assert_int_equal(add(f, 5, NULL), 1);
	assert_int_equal(add(f, 6, NULL), 2);
	assert_true(handles_remove(f->table, 1));
	assert_false(handles_remove(f->table, 1));
	assert_false(handles_get(f->table, 0, &key, &ptr));
	assert_false(handles_get(f->table, 1, &key, &ptr));
	assert_false(handles_get(f->table, 3, &key, &ptr));
	assert_false(handles_set(f->table, 1, f));
	assert_int_equal(handles_by_key(f->table, 5), 0);
	assert_int_equal(handles_by_key(f->table, 0), 0);
	/* Nothing was written. */
	assert_int_equal(key, 99);
	assert_ptr_equal(ptr, f);
}

static void
test_numbers_used_up(void **state)
{
	struct fixture *f = *state;
	CK_ULONG max = (CK_ULONG)-1 >> 1, h = 7;

	f->next = max - 1;
	assert_int_equal(add(f, 1, f), max);
	assert_int_equal(handles_add(f->table, 2, f, &h), CKR_HOST_MEMORY);
	assert_int_equal(h, 7);
	assert_int_equal(handles_by_key(f->table, 2), 0);
	assert_true(handles_get(f->table, max, NULL, NULL));
	assert_int_equal(handles_by_key(f->table, 1), max);
	assert_int_equal(handles_count(f->table), 1);
}

static void
test_never_again(void **state)
{
	struct fixture *f = *state;

	for (CK_ULONG i = 1; i <= 3000; i++) {
		assert_int_equal(add(f, 1, NULL), i);
		assert_int_equal(handles_by_key(f->table, 1), i);
		assert_true(handles_remove(f->table, i));
	}
	assert_int_equal(handles_count(f->table), 0);
}

static void
test_set(void **state)
{
	struct fixture *f = *state;
	CK_ULONG h = add(f, 9, NULL);
	uint64_t key = 0;
	void *ptr = f;

	assert_true(handles_get(f->table, h, &key, &ptr));
	assert_int_equal(key, 9);
	assert_null(ptr);
	assert_true(handles_set(f->table, h, f));
	assert_true(handles_get(f->table, h, NULL, &ptr));
	assert_ptr_equal(ptr, f);
}

/* Two tables that draw from one counter never give the same number. */
static void
test_shared_counter(void **state)
{
	struct fixture *f = *state, other = { .next = 0 };
	CK_ULONG h;

	assert_int_equal(handles_new(&f->next, &other.table), CKR_OK);
	for (CK_ULONG i = 1; i < 4000; i += 2) {
		assert_int_equal(add(f, i, f), i);
		assert_int_equal(handles_add(other.table, i, NULL, &h), CKR_OK);
		assert_int_equal(h, i + 1);
	}
	for (CK_ULONG i = 1; i < 4000; i++) {
		assert_int_equal(handles_get(f->table, i, NULL, NULL), i % 2);
		assert_int_equal(handles_get(other.table, i, NULL, NULL),
		    i % 2 == 0);
	}
	handles_free(other.table);
}

/* Numbers beyond 32 bits and wide gaps. */
static void
test_wide_numbers(void **state)
{
	struct fixture *f = *state;
	CK_ULONG h[64];

	if (sizeof(CK_ULONG) < 8) {
		print_message("SKIP: CK_ULONG has 32 bits here\n");
		skip();
	}
	for (unsigned i = 0; i < 62; i++) {
		f->next = UINT64_C(1) << i;
		h[i] = add(f, i + 1, NULL);
		assert_true(h[i] == (UINT64_C(1) << i) + 1);
	}
	for (unsigned i = 0; i < 62; i++) {
		assert_true(handles_get(f->table, h[i], NULL, NULL));
		if (i > 1)
			assert_false(handles_get(f->table, h[i] - 1, NULL,
			    NULL));
		assert_true(handles_by_key(f->table, i + 1) == h[i]);
	}
}

/* --- against a model --- */

struct model {
	uint64_t key[MODEL_MAX + 1]; /* by number; 0 = not there */
	uint64_t seed;
	uint64_t divisor; /* of the sweep */
};

/* A repeatable stream of numbers; xorshift of 64 bits. */
static uint64_t
draw(struct model *m)
{
	m->seed ^= m->seed << 13;
	m->seed ^= m->seed >> 7;
	m->seed ^= m->seed << 17;
	return m->seed;
}

static void
model_check(const struct fixture *f, const struct model *m)
{
	size_t n = 0;

	for (CK_ULONG h = 1; h <= f->next; h++) {
		uint64_t key = 0;
		void *ptr = NULL;
		bool there = handles_get(f->table, h, &key, &ptr);

		assert_int_equal(there, m->key[h] != 0);
		if (!there)
			continue;
		n++;
		assert_true(key == m->key[h]);
		assert_true((uintptr_t)ptr == (uintptr_t)key);
		assert_int_equal(handles_by_key(f->table, key), h);
	}
	assert_int_equal(handles_count(f->table), n);
}

static bool
drop_multiple(void *ptr, uint64_t key, void *arg)
{
	const struct model *m = arg;

	assert_true((uintptr_t)ptr == (uintptr_t)key);
	return key % m->divisor == 0;
}

static void
model_sweep(struct fixture *f, struct model *m)
{
	m->divisor = draw(m) % 4 + 1;
	handles_sweep(f->table, drop_multiple, m);
	for (size_t h = 1; h <= f->next; h++) {
		if (m->key[h] % m->divisor == 0)
			m->key[h] = 0;
	}
}

/* Adds, skips numbers, removes and re-adds keys, in a share of `removing`. */
static void
model_run(struct fixture *f, uint64_t removing)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->seed = 0x123456789abcdefu + removing;
	while (f->next < MODEL_MAX) {
		uint64_t what = draw(m) % 1000;

		if (what < removing) {
			CK_ULONG h = (CK_ULONG)(draw(m) % (f->next + 1));

			assert_int_equal(handles_remove(f->table, h),
			    m->key[h] != 0);
			m->key[h] = 0;
		} else if (what < removing + 50) {
			f->next++;
		} else if (what == 999 && draw(m) % 8 == 0) {
			model_sweep(f, m);
			model_check(f, m);
		} else {
			uint64_t key = (f->next + 1) * 0x10001;

			m->key[add(f, key, (void *)(uintptr_t)key)] = key;
		}
	}
	model_check(f, m);
	free(m);
}

static void
test_model(void **state)
{
	struct fixture *f = *state;

	for (uint64_t removing = 0; removing <= 900; removing += 300) {
		model_run(f, removing);
		handles_free(f->table);
		f->table = NULL;
		f->next = 0;
		assert_int_equal(handles_new(&f->next, &f->table), CKR_OK);
	}
}

/* --- a large table --- */

static size_t
heap_used(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static bool
drop_all_but_some(void *ptr, uint64_t key, void *arg)
{
	(void)ptr;
	(void)arg;
	return key % 1000 != 0;
}

static void
test_large(void **state)
{
	struct fixture *f = *state;

	for (CK_ULONG i = 1; i <= LARGE; i++)
		assert_int_equal(add(f, i * 7, NULL), i);
	for (CK_ULONG i = 1; i <= LARGE; i++) {
		uint64_t key = 0;

		assert_true(handles_get(f->table, i, &key, NULL));
		assert_true(key == i * 7);
		assert_int_equal(handles_by_key(f->table, i * 7), i);
	}
	handles_sweep(f->table, drop_all_but_some, NULL);
	assert_int_equal(handles_count(f->table), LARGE / 1000);
	for (CK_ULONG i = 1; i <= LARGE; i++)
		assert_int_equal(handles_get(f->table, i, NULL, NULL),
		    i % 1000 == 0);
	assert_int_equal(add(f, 1, NULL), LARGE + 1);
}

/* At most 32 bytes an entry, and nearly nothing once they are swept. */
static void
test_large_memory(void **state)
{
	struct fixture *f = *state;
	size_t before = heap_used(), full;

	if (before == 0) {
		print_message("SKIP: the allocator does not count\n");
		skip();
	}
	for (CK_ULONG i = 1; i <= LARGE; i++)
		assert_int_equal(add(f, i, NULL), i);
	full = heap_used() - before;
	assert_true(full <= (size_t)32 * LARGE);
	handles_sweep(f->table, drop_all_but_some, NULL);
	assert_true(heap_used() - before <= full / 100);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_empty),
		T(test_absent),
		T(test_numbers_used_up),
		T(test_never_again),
		T(test_set),
		T(test_shared_counter),
		T(test_wide_numbers),
		T(test_model),
		T(test_large),
		T(test_large_memory),
	};

	return cmocka_run_group_tests_name("base/handles", tests, NULL, NULL);
}
