/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What SQLite needs once per process, and again in a forked child.
 *
 * SQLite keeps one list per process of the files it has open, by device and
 * inode number, with the POSIX locks it holds on each.  Locks are not
 * inherited by a forked child, the list is: a child's new connection to a
 * file its parent had open would be believed to hold the parent's locks.
 * A checkpoint or the deletion of a log under the parent's feet would be the
 * result.  So in a child the device numbers that SQLite gets to see are
 * shifted by the process's generation (how many forks lie between it and the
 * first process that made a store): its files are never those of the list
 * it inherited.  The inherited connections are left alone, neither used nor
 * closed; closing a descriptor of theirs would drop the child's own locks.
 *
 * All this works on our private copy of SQLite (KL_SQLITE_STATIC).  A copy
 * shared with the host is left as it is: it then needs a host that does not
 * fork while stores are open, or that executes another program afterwards.
 *
 * The state in this file outlives C_Finalize, as SQLite's own state does;
 * it is written by store_env_new only, under the library lock.
 */
#include "store/store_int.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/process.h"

#ifdef KL_SQLITE_STATIC

#define SHIFT 44	/* above the bits of real device numbers */

static struct {
	struct process_mark mark;
	bool ready;
	dev_t generation;
} sqlite_state;

static int
shifted_fstat(int fd, struct stat *st)
{
	int r = fstat(fd, st);

	if (r == 0)
		st->st_dev += sqlite_state.generation << SHIFT;
	return r;
}

static int
shifted_stat(const char *path, struct stat *st)
{
	int r = stat(path, st);

	if (r == 0)
		st->st_dev += sqlite_state.generation << SHIFT;
	return r;
}

static int
sqlite_configure(void)
{
	sqlite3_vfs *vfs;
	int rc;

	if ((rc = sqlite3_config(SQLITE_CONFIG_SINGLETHREAD)) != SQLITE_OK ||
	    (rc = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0)) != SQLITE_OK ||
	    (rc = sqlite3_config(SQLITE_CONFIG_URI, 0)) != SQLITE_OK ||
	    (rc = sqlite3_initialize()) != SQLITE_OK)
		return rc;
	if ((vfs = sqlite3_vfs_find(NULL)) == NULL || vfs->iVersion < 3)
		return SQLITE_ERROR;
	if ((rc = vfs->xSetSystemCall(vfs, "fstat",
	    (sqlite3_syscall_ptr)shifted_fstat)) != SQLITE_OK)
		return rc;
	return vfs->xSetSystemCall(vfs, "stat",
	    (sqlite3_syscall_ptr)shifted_stat);
}

CK_RV
sqlite_process(void)
{
	CK_RV rv;
	int rc;

	if (!sqlite_state.ready) {
		if ((rc = sqlite_configure()) != SQLITE_OK)
			return log_fail_rv(CKR_GENERAL_ERROR,
			    "store: SQLite does not start: %s",
			    sqlite3_errstr(rc));
		if ((rv = process_mark_set(&sqlite_state.mark)) != CKR_OK)
			return rv;
		sqlite_state.ready = true;
		return CKR_OK;
	}
	if (process_mark_valid(&sqlite_state.mark))
		return CKR_OK;
	if ((rv = process_mark_set(&sqlite_state.mark)) != CKR_OK)
		return rv;
	sqlite_state.generation++;
	return CKR_OK;
}

#else

CK_RV
sqlite_process(void)
{
	int rc = sqlite3_initialize();

	if (rc != SQLITE_OK)
		return log_fail_rv(CKR_GENERAL_ERROR,
		    "store: SQLite does not start: %s", sqlite3_errstr(rc));
	if (sqlite3_threadsafe() == 0)
		return log_fail_rv(CKR_GENERAL_ERROR,
		    "store: the host's SQLite knows no threads");
	return CKR_OK;
}

#endif
