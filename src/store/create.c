/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and deleting token files, and opening them by slot.
 *
 *	<dir>/<slot>.db        the database (db/README)
 *	<dir>/<slot>.db-wal    its log, <slot>.db-shm the index of the log (SQLite)
 *	<dir>/<slot>.gen       the generation counter (gen.c)
 *	<dir>/.lock            held (flock) while token files appear or go
 *	<dir>/.new-*           a token being made
 *
 * Invariants:
 *  1. A name <slot>.db appears by link(2), with everything in it and synced.
 *  2. Before that, under the lock, nothing of an earlier token of that number
 *     is left: SQLite would take an old log for the new database's.
 *  3. A token is deleted under its own write lock and the folder's, and its
 *     generation is left odd, so that other processes notice (sqlite.c).
 */
#include "store/store_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define LOCK_SECONDS 60
#define LEFTOVER_SECONDS 3600	/* a .new-* this old was abandoned */
#define NEW_PREFIX ".new-"

static void
pathp_free(char **p)
{
	free(*p);
	*p = NULL;
}

static void
storep_close(struct store **s)
{
	store_close(*s);
	*s = NULL;
}

static void
fd_closep(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* nothing was written through it */
}

static CK_RV
errno_rv(const char *path)
{
	CK_RV rv = CKR_DEVICE_ERROR;

	if (errno == EACCES || errno == EPERM || errno == EROFS)
		rv = CKR_TOKEN_WRITE_PROTECTED;
	else if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		rv = CKR_DEVICE_MEMORY;
	return log_fail_rv(rv, "store: %s: %s", path, strerror(errno));
}

static CK_RV
no_memory(void)
{
	return log_rv(CKR_HOST_MEMORY, "store: no memory");
}

/* ------------------------------------------------------------- the folder */

/* Makes dir with its parents, 0700; those that are there stay as they are. */
static CK_RV
make_dir(const char *dir)
{
	KL_AUTO(pathp_free) char *path = mem_string(dir);
	char *slash;

	if (path == NULL)
		return no_memory();
	for (slash = path + 1; *slash != '\0'; slash++) {
		if (*slash != '/')
			continue;
		*slash = '\0';
		if (mkdir(path, 0700) != 0 && access(path, F_OK) != 0)
			return errno_rv(path);
		*slash = '/';
	}
	if (mkdir(path, 0700) == 0) {
		if ((slash = strrchr(path, '/')) == NULL || slash == path)
			return CKR_OK;
		*slash = '\0';
		return env_sync_dir(path);
	}
	return errno == EEXIST ? CKR_OK : errno_rv(path);
}

/*
 * Gives a lock that was just made to those whom the folder belongs to: root
 * must not keep the folder's owner from making tokens, nor whoever was first a
 * group to which the folder is open.  A lock that was there is left as it is:
 * it may be anybody's file, under another name.
 */
static CK_RV
lock_share(const struct store_env *env, int fd, const char *path)
{
	struct stat st;

	if (stat(env->dir, &st) != 0 ||
	    (geteuid() == 0 && fchown(fd, st.st_uid, st.st_gid) != 0) ||
	    ((st.st_mode & S_IWGRP) != 0 && fchmod(fd, 0660) != 0))
		return errno_rv(path);
	return CKR_OK;
}

/* Opens the folder's lock, made when it is missing. */
static CK_RV
lock_open(const struct store_env *env, const char *path, int *out)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	KL_AUTO(fd_closep) int fd = open(path, flags | O_CREAT | O_EXCL, 0600);
	CK_RV rv;

	if (fd >= 0 && (rv = lock_share(env, fd, path)) != CKR_OK)
		return rv;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, flags);
	if (fd < 0)
		return errno_rv(path);
	*out = fd;
	fd = -1;
	return CKR_OK;
}

/* The folder's lock, as an open file that gives it back when closed. */
static CK_RV
dir_lock(const struct store_env *env, int *out)
{
	KL_AUTO(pathp_free) char *path = NULL;
	KL_AUTO(fd_closep) int fd = -1;
	struct timespec step = { .tv_nsec = 10000000 };
	CK_RV rv;
	int i;

	if ((path = mem_format("%s/.lock", env->dir)) == NULL)
		return no_memory();
	if ((rv = lock_open(env, path, &fd)) != CKR_OK)
		return rv;
	for (i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return errno_rv(path);
		if (i == LOCK_SECONDS * 100)
			return log_fail_rv(CKR_FUNCTION_FAILED, "store: %s: "
			    "held by another process for %d seconds", path,
			    LOCK_SECONDS);
		(void)nanosleep(&step, NULL); /* a signal shortens it */
	}
	*out = fd;
	fd = -1;
	return CKR_OK;
}

static void
dir_closep(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d); /* it was only read */
}

/* Deletes what processes that died left of tokens being made. */
static void
sweep(const struct store_env *env)
{
	KL_AUTO(dir_closep) DIR *d = opendir(env->dir);
	const struct dirent *e;
	struct stat st;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, NEW_PREFIX, strlen(NEW_PREFIX)) != 0)
			continue;
		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
		    0 && time(NULL) - st.st_mtime > LEFTOVER_SECONDS)
			(void)unlinkat(dirfd(d), e->d_name, 0); /* try */
	}
}

/* ------------------------------------------------------------------- open */

CK_RV
store_open(struct store_env *env, uint32_t slot, struct store **out)
{
	KL_AUTO(pathp_free) char *path = env_path(env, slot, ".db");
	KL_AUTO(pathp_free) char *gen = env_path(env, slot, ".gen");
	struct stat st;
	int err;

	if (path == NULL || gen == NULL)
		return no_memory();
	if (stat(path, &st) != 0) {
		err = errno;
		/* A link into the void holds a token's place: it may lie on a
		 * disk that is not there now. */
		if ((err == ENOENT || err == ENOTDIR) &&
		    lstat(path, &st) != 0)
			return CKR_TOKEN_NOT_PRESENT;
		return log_fail_rv(CKR_DEVICE_ERROR, "store: %s: %s", path,
		    strerror(err));
	}
	if (!S_ISREG(st.st_mode))
		return log_fail_rv(CKR_TOKEN_NOT_RECOGNIZED,
		    "store: %s: not a file", path);
	return sqlite_open(env, path, gen, false, out);
}

/* ----------------------------------------------------------------- create */

/* A file being made: deleted at the end, whatever happened to it. */
struct draft {
	char *path;
};

static void
draft_done(struct draft *d)
{
	static const char *const suffix[] = { "", "-wal", "-shm", "-journal" };
	char name[4096];
	size_t i;

	for (i = 0; d->path != NULL && i < KL_COUNT(suffix); i++)
		if ((size_t)snprintf(name, sizeof(name), "%s%s", d->path,
		    suffix[i]) < sizeof(name))
			(void)unlink(name); /* most are not there */
	free(d->path);
	d->path = NULL;
}

static CK_RV
draft_init(const struct store_env *env, struct draft *d)
{
	KL_AUTO(fd_closep) int fd = -1;
	uint64_t r;

	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		return errno_rv(env->dir);
	d->path = mem_format("%s/" NEW_PREFIX "%016llx", env->dir,
	    (unsigned long long)r);
	if (d->path == NULL)
		return no_memory();
	fd = open(d->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? errno_rv(d->path) : CKR_OK;
}

/* Everything of the token, in the draft's database. */
static CK_RV
draft_fill(struct store_env *env, const struct draft *d,
    CK_RV (*fill)(struct store *s, void *arg), void *arg)
{
	KL_AUTO(storep_close) struct store *s = NULL;
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	CK_RV rv;

	if ((rv = sqlite_open(env, d->path, NULL, true, &s)) != CKR_OK ||
	    (rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (rv = fill(s, arg)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

/* The database is closed and its log gone: one file, to be made durable. */
static CK_RV
draft_sync(const struct draft *d)
{
	KL_AUTO(fd_closep) int fd = open(d->path, O_RDWR | O_CLOEXEC);

	return fd < 0 || fsync(fd) != 0 ? errno_rv(d->path) : CKR_OK;
}

/* Deletes a file of the slot, if it is there. */
static CK_RV
drop(const struct store_env *env, uint32_t slot, const char *suffix)
{
	KL_AUTO(pathp_free) char *path = env_path(env, slot, suffix);

	if (path == NULL)
		return no_memory();
	return unlink(path) == 0 || errno == ENOENT ? CKR_OK : errno_rv(path);
}

/* Under the folder's lock: puts the draft in the slot's place. */
static CK_RV
draft_link(const struct store_env *env, const struct draft *d, uint32_t slot)
{
	KL_AUTO(pathp_free) char *path = env_path(env, slot, ".db");
	KL_AUTO(pathp_free) char *gen = env_path(env, slot, ".gen");
	CK_RV rv;

	if (path == NULL || gen == NULL)
		return no_memory();
	if (access(path, F_OK) == 0)
		return log_rv(CKR_FUNCTION_FAILED,
		    "store: %s: taken meanwhile", path);
	if ((rv = drop(env, slot, ".db-wal")) != CKR_OK ||
	    (rv = drop(env, slot, ".db-shm")) != CKR_OK ||
	    (rv = drop(env, slot, ".gen")) != CKR_OK ||
	    (rv = gen_create(gen, d->path)) != CKR_OK)
		return rv;
	if (link(d->path, path) == 0)
		return env_sync_dir(env->dir);
	if (errno == EEXIST)
		return log_rv(CKR_FUNCTION_FAILED,
		    "store: %s: taken meanwhile", path);
	return errno_rv(path);
}

CK_RV
store_create(struct store_env *env, uint32_t slot,
    CK_RV (*fill)(struct store *s, void *arg), void *arg)
{
	KL_AUTO(draft_done) struct draft d = { NULL };
	KL_AUTO(fd_closep) int lock = -1;
	CK_RV rv;

	KL_ASSERT(slot <= STORE_SLOT_MAX);
	if ((rv = make_dir(env->dir)) != CKR_OK ||
	    (rv = draft_init(env, &d)) != CKR_OK ||
	    (rv = draft_fill(env, &d, fill, arg)) != CKR_OK ||
	    (rv = draft_sync(&d)) != CKR_OK ||
	    (rv = dir_lock(env, &lock)) != CKR_OK)
		return rv;
	sweep(env);
	return draft_link(env, &d, slot);
}

/* ----------------------------------------------------------------- remove */

static CK_RV
drop_all(const struct store_env *env, uint32_t slot)
{
	CK_RV rv;

	if ((rv = drop(env, slot, ".db")) != CKR_OK ||
	    (rv = drop(env, slot, ".db-wal")) != CKR_OK ||
	    (rv = drop(env, slot, ".db-shm")) != CKR_OK ||
	    (rv = drop(env, slot, ".gen")) != CKR_OK)
		return rv;
	return env_sync_dir(env->dir);
}

CK_RV
store_remove(struct store_env *env, uint32_t slot)
{
	KL_AUTO(fd_closep) int lock = -1;
	KL_AUTO(storep_close) struct store *s = NULL;
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	CK_RV rv;

	if (access(env->dir, F_OK) != 0 && errno == ENOENT)
		return CKR_TOKEN_NOT_PRESENT;
	if ((rv = dir_lock(env, &lock)) != CKR_OK)
		return rv;
	rv = store_open(env, slot, &s);
	/* What is damaged or none of ours has no other users: just delete. */
	if (rv == CKR_DEVICE_ERROR || rv == CKR_TOKEN_NOT_RECOGNIZED)
		return drop_all(env, slot);
	if (rv != CKR_OK || (rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (rv = s->ops->retire(s)) != CKR_OK)
		return rv;
	return drop_all(env, slot);
}
