/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store while things fail below it: the n-th allocation of SQLite, or the
 * n-th call that reads, writes, syncs, opens or locks a file, n = 1, 2, ...
 * until the case passes.  Every failure gives a code that store.h names,
 * leaves nothing half-written, and the next try works.
 */
#include "store/kit.h"

#include "store/sqlite_int.h"

/* Counts down to what fails; 0: nothing does.  times: how often in a row. */
static unsigned long countdown;
static unsigned long times;

static bool
fails_now(void)
{
	if (countdown == 0)
		return false;
	if (countdown > 1) {
		countdown--;
		return false;
	}
	if (--times == 0)
		countdown = 0;
	return true;
}

/* ------------------------------------------------------------ allocations */

static sqlite3_mem_methods plain;

static void *
fault_malloc(int n)
{
	return fails_now() ? NULL : plain.xMalloc(n);
}

static void *
fault_realloc(void *p, int n)
{
	return fails_now() ? NULL : plain.xRealloc(p, n);
}

/* Before the first environment: SQLite must not have started. */
static int
arrange_memory(void)
{
	sqlite3_mem_methods m;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain) != SQLITE_OK)
		return -1;
	m = plain;
	m.xMalloc = fault_malloc;
	m.xRealloc = fault_realloc;
	return sqlite3_config(SQLITE_CONFIG_MALLOC, &m) == SQLITE_OK ? 0 : -1;
}

/* ------------------------------------------------------------ system calls */

static bool calls_fail;
static bool locks_hold;
static int fault_errno;

static bool
call_fails(void)
{
	if (!calls_fail || !fails_now())
		return false;
	errno = fault_errno;
	return true;
}

static ssize_t
fault_pread(int fd, void *p, size_t n, off_t at)
{
	return call_fails() ? -1 : pread(fd, p, n, at);
}

static ssize_t
fault_pwrite(int fd, const void *p, size_t n, off_t at)
{
	return call_fails() ? -1 : pwrite(fd, p, n, at);
}

static int
fault_open(const char *path, int flags, int mode)
{
	return call_fails() ? -1 : open(path, flags, mode);
}

static int
fault_truncate(int fd, off_t n)
{
	return call_fails() ? -1 : ftruncate(fd, n);
}

/* SQLite takes a lock that fails for one held elsewhere, and waits; giving one
 * back does not fail. */
static int
fault_fcntl(int fd, int op, void *arg)
{
	bool take = op == F_SETLK &&
	    ((const struct flock *)arg)->l_type != F_UNLCK;

	return take && !locks_hold && call_fails() ? -1 : fcntl(fd, op, arg);
}

static void
arrange_calls(void)
{
	static const struct {
		const char *name;
		sqlite3_syscall_ptr f;
	} calls[] = {
		{ "pread", (sqlite3_syscall_ptr)fault_pread },
		{ "pwrite", (sqlite3_syscall_ptr)fault_pwrite },
		{ "open", (sqlite3_syscall_ptr)fault_open },
		{ "ftruncate", (sqlite3_syscall_ptr)fault_truncate },
		{ "fcntl", (sqlite3_syscall_ptr)fault_fcntl },
	};
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	size_t i;

	for (i = 0; i < KL_COUNT(calls); i++)
		assert_int_equal(vfs->xSetSystemCall(vfs, calls[i].name,
		    calls[i].f), SQLITE_OK);
}

/* ---------------------------------------------------------------- the case */

/* Adds n, changes it, adds n + 1, deletes that: one transaction. */
static CK_RV
change(struct store *s, uint64_t n, uint64_t *id)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	struct kit_object a, b;
	CK_RV rv;

	kit_object(&a, n);
	kit_object(&b, n + 1);
	if ((rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (rv = store_object_insert(s, &a.o)) != CKR_OK ||
	    (rv = store_object_insert(s, &b.o)) != CKR_OK ||
	    (rv = store_object_delete(s, b.o.id)) != CKR_OK ||
	    (rv = store_record_put(s, "r", a.o.clear)) != CKR_OK)
		return rv;
	a.o.version++;
	if ((rv = store_object_update(s, &a.o)) != CKR_OK ||
	    (rv = store_tx_commit(&tx)) != CKR_OK)
		return rv;
	*id = a.o.id;
	return CKR_OK;
}

/* Opens, changes, finds, reads, closes; *id: what was acknowledged. */
static CK_RV
use(struct kit *k, uint64_t n, uint64_t *id)
{
	struct store_object o = { 0 };
	struct store *s = NULL;
	uint8_t tag[1][STORE_TAG];
	struct store_query q = { .tags = tag, .ntags = 1 };
	uint64_t found[2];
	size_t n_found = 0;
	CK_RV rv;

	kit_tag(tag[0], 0, n);
	if ((rv = store_open(k->env, 0, &s)) != CKR_OK)
		return rv;
	if ((rv = change(s, n, id)) == CKR_OK &&
	    (rv = store_find(s, &q, found, 2, &n_found)) == CKR_OK &&
	    (rv = store_object_get(s, *id, true, &o)) == CKR_OK) {
		assert_int_equal(n_found, 1);
		assert_int_equal(o.version, 2);
	}
	assert_true(store_generation(s) != 0);
	store_object_done(&o);
	store_close(s);
	return rv;
}

static bool
named(CK_RV rv)
{
	return rv == CKR_DEVICE_ERROR || rv == CKR_DEVICE_MEMORY ||
	    rv == CKR_HOST_MEMORY || rv == CKR_TOKEN_WRITE_PROTECTED ||
	    rv == CKR_FUNCTION_FAILED || rv == CKR_TOKEN_NOT_RECOGNIZED;
}

/* Whole, and everything acknowledged is there. */
static void
verify(struct kit *k, uint64_t id, uint64_t objects, bool exact)
{
	struct store *s = NULL;
	struct store_object o = { 0 };
	bool bad = true;
	uint64_t n;

	assert_int_equal(store_open(k->env, 0, &s), CKR_OK);
	assert_int_equal(store_check(s, &bad), CKR_OK);
	assert_false(bad);
	if (id != 0) {
		assert_int_equal(store_object_get(s, id, true, &o), CKR_OK);
		assert_int_equal(o.version, 2);
		store_object_done(&o);
	}
	assert_int_equal(store_object_count(s, &n), CKR_OK);
	assert_true(exact ? n == objects : n >= objects);
	store_close(s);
}

static void
each_failure(struct kit *k, unsigned long in_a_row)
{
	uint64_t id, last = 0, kept = 0, n = 10;
	unsigned long i;
	bool failed = true;
	CK_RV rv;

	store_close(kit_token(k, 0));
	for (i = 1; failed; i++, n += 10) {
		countdown = i;
		times = in_a_row;
		id = 0;
		rv = use(k, n, &id);
		failed = countdown == 0 || times != in_a_row;
		countdown = 0;
		assert_true(rv == CKR_OK || named(rv));
		if (id != 0) {
			last = id;
			kept++;
		}
		/* a COMMIT that reports an error may be there after all */
		verify(k, last, kept, false);
	}
	assert_true(i > 20);
	assert_int_equal(rv, CKR_OK);
}

static void
memory(void **state)
{
	each_failure(*state, 1);
}

static void
memory_gone(void **state)
{
	each_failure(*state, 1000000);
}

static void
calls(struct kit *k, int err, unsigned long in_a_row)
{
	arrange_calls();
	calls_fail = true;
	locks_hold = in_a_row > 1;
	fault_errno = err;
	each_failure(k, in_a_row);
	calls_fail = false;
}

static void
io_error(void **state)
{
	calls(*state, EIO, 1);
}

static void
io_dead(void **state)
{
	calls(*state, EIO, 1000000);
}

static void
no_space(void **state)
{
	calls(*state, ENOSPC, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(memory),
		KIT_TEST(memory_gone),
		KIT_TEST(io_error),
		KIT_TEST(io_dead),
		KIT_TEST(no_space),
	};

	if (arrange_memory() != 0)
		return 1;
	return cmocka_run_group_tests_name("store/fault", tests, NULL, NULL);
}
