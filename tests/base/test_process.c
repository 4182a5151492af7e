/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mark of this process: unset, in children and grandchildren, set again.
 */
#include "base/process.h"

#include "kit/kit.h"

static bool
child_sees_valid(void *mark)
{
	return process_mark_valid(mark);
}

static bool
child_sets_again(void *mark)
{
	return !process_mark_valid(mark) &&
	    process_mark_set(mark) == CKR_OK && process_mark_valid(mark);
}

/* Sets the mark in the child; it must not hold in the child's child. */
static bool
child_forks(void *mark)
{
	return process_mark_set(mark) == CKR_OK &&
	    kit_child(child_sees_valid, mark) != 0 &&
	    kit_child(child_sets_again, mark) == 0 && process_mark_valid(mark);
}

static void
test_unset(void **state)
{
	struct process_mark m = { .page = NULL };

	(void)state;
	assert_false(process_mark_valid(&m));
}

static void
test_cleared(void **state)
{
	struct process_mark m = { .page = NULL };

	(void)state;
	process_mark_clear(&m);
	assert_int_equal(process_mark_set(&m), CKR_OK);
	process_mark_clear(&m);
	assert_false(process_mark_valid(&m));
}

static void
test_child(void **state)
{
	struct process_mark m = { .page = NULL };

	(void)state;
	assert_int_equal(process_mark_set(&m), CKR_OK);
	assert_true(process_mark_valid(&m));
	assert_int_not_equal(kit_child(child_sees_valid, &m), 0);
	assert_true(process_mark_valid(&m));
	process_mark_clear(&m);
}

static void
test_child_sets_again(void **state)
{
	struct process_mark m = { .page = NULL };

	(void)state;
	assert_int_equal(process_mark_set(&m), CKR_OK);
	assert_int_equal(kit_child(child_sets_again, &m), 0);
	assert_int_equal(kit_child(child_forks, &m), 0);
	assert_true(process_mark_valid(&m));
	process_mark_clear(&m);
}

/* What a kernel without MADV_WIPEONFORK leaves: the process number alone. */
static void
test_without_page(void **state)
{
	struct process_mark m = { .page = NULL, .pid = getpid() };

	(void)state;
	assert_true(process_mark_valid(&m));
	assert_int_not_equal(kit_child(child_sees_valid, &m), 0);
}

static void
test_set_twice(void **state)
{
	struct process_mark m = { .page = NULL };
	const volatile unsigned *page;

	(void)state;
	assert_int_equal(process_mark_set(&m), CKR_OK);
	page = m.page;
	assert_int_equal(process_mark_set(&m), CKR_OK);
	assert_ptr_equal(m.page, page);
	assert_true(process_mark_valid(&m));
	process_mark_clear(&m);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unset),
		cmocka_unit_test(test_cleared),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_child_sets_again),
		cmocka_unit_test(test_without_page),
		cmocka_unit_test(test_set_twice),
	};

	return cmocka_run_group_tests_name("base/process", tests, NULL, NULL);
}
