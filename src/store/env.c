/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The environment of a process's stores: the folder they lie in, which tokens
 * are there, and the lock.  Opens no database.
 *
 * Callers: store.c and create.c; store_list and store_list_stamp take no lock.
 */
#include "store/store_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

/* A folder changed less than this ago may change again within the same
 * time stamp: file systems count in ticks of the kernel. */
#define SETTLE_NS 50000000

CK_RV
store_env_new(const char *dir, const struct lock_calls *calls,
    struct store_env **out)
{
	struct store_env *env;
	CK_RV rv;

	if ((rv = sqlite_process()) != CKR_OK)
		return rv;
	if ((env = calloc(1, sizeof(*env))) == NULL)
		return log_rv(CKR_HOST_MEMORY, "store: no memory");
	if ((env->dir = mem_string(dir)) == NULL) {
		free(env);
		return log_rv(CKR_HOST_MEMORY, "store: no memory");
	}
	if ((rv = lock_init(&env->lock, LOCK_STORE, calls)) != CKR_OK) {
		free(env->dir);
		free(env);
		return rv;
	}
	*out = env;
	return CKR_OK;
}

void
store_env_free(struct store_env *env)
{
	if (env == NULL)
		return;
	lock_done(&env->lock);
	free(env->dir);
	free(env);
}

bool
env_owned(const struct store_env *env)
{
	return atomic_load_explicit(&env->owner, memory_order_relaxed) ==
	    (uintptr_t)pthread_self();
}

char *
env_path(const struct store_env *env, uint32_t slot, const char *suffix)
{
	return mem_format("%s/%u%s", env->dir, (unsigned)slot, suffix);
}

CK_RV
env_sync_dir(const char *path)
{
	int err, fd;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return log_fail_rv(CKR_DEVICE_ERROR, "store: %s: %s", path,
		    strerror(errno));
	err = fsync(fd) == 0 ? 0 : errno;
	(void)close(fd); /* nothing was written through it */
	/* EINVAL: a file system that has nothing to sync for a folder */
	if (err != 0 && err != EINVAL)
		return log_fail_rv(CKR_DEVICE_ERROR, "store: %s: fsync: %s",
		    path, strerror(err));
	return CKR_OK;
}

/* The number in "<number>.db", or -1: no sign, blank or leading zero. */
static long
slot_of_name(const char *name)
{
	long slot = 0;
	const char *c = name;

	if (*c < '0' || *c > '9' || (*c == '0' && c[1] != '.'))
		return -1;
	for (; *c >= '0' && *c <= '9'; c++) {
		slot = slot * 10 + (*c - '0');
		if (slot > STORE_SLOT_MAX)
			return -1;
	}
	return strcmp(c, ".db") == 0 ? slot : -1;
}

/*
 * Keeps the max smallest numbers, ascending.  An insertion from the back:
 * folders of tokens are small, and most file systems give them in some order.
 */
static size_t
slot_insert(uint32_t *slots, size_t n, size_t max, uint32_t slot)
{
	size_t i;

	if (n == max && (max == 0 || slots[n - 1] < slot))
		return n;
	if (n < max)
		n++;
	for (i = n - 1; i > 0 && slots[i - 1] > slot; i--)
		slots[i] = slots[i - 1];
	slots[i] = slot;
	return n;
}

static void
dir_closep(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d); /* it was only read */
}

CK_RV
store_list(struct store_env *env, uint32_t *slots, size_t max, size_t *n)
{
	KL_AUTO(dir_closep) DIR *d = opendir(env->dir);
	const struct dirent *e;
	size_t found = 0;
	long slot;

	*n = 0;
	if (d == NULL) {
		if (errno == ENOMEM)
			return log_rv(CKR_HOST_MEMORY, "store: no memory");
		if (errno != ENOENT)
			log_error("store: %s: %s; its tokens are not shown",
			    env->dir, strerror(errno));
		return CKR_OK;
	}
	for (;;) {
		errno = 0;
		if ((e = readdir(d)) == NULL)
			break;
		if ((slot = slot_of_name(e->d_name)) >= 0)
			found = slot_insert(slots, found, max, (uint32_t)slot);
	}
	if (errno != 0) {
		log_error("store: %s: %s; its tokens are not shown", env->dir,
		    strerror(errno));
		return CKR_OK;
	}
	*n = found;
	return CKR_OK;
}

static uint64_t
stamp_ns(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

uint64_t
store_list_stamp(struct store_env *env)
{
	struct timespec now;
	struct stat st;
	uint64_t stamp;

	if (stat(env->dir, &st) != 0)
		return 0;
	stamp = stamp_ns(&st.st_mtim) ^ ((uint64_t)st.st_ino << 20) ^
	    ((uint64_t)st.st_dev << 44);
	if (clock_gettime(CLOCK_REALTIME, &now) == 0 &&
	    stamp_ns(&now) - stamp_ns(&st.st_mtim) < SETTLE_NS)
		stamp ^= stamp_ns(&now) << 1 | 1;
	return stamp == 0 ? 1 : stamp;
}

bool
store_readable(struct store_env *env)
{
	return faccessat(AT_FDCWD, env->dir, R_OK | X_OK, AT_EACCESS) == 0 ||
	    errno == ENOENT;
}

bool
store_has(struct store_env *env, uint32_t slot)
{
	char *path = env_path(env, slot, ".db");
	struct stat st;
	bool there = path != NULL && lstat(path, &st) == 0;

	free(path);
	return there;
}
