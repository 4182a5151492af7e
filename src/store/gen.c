/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generation counter next to a database, through which a process sees with
 * one atomic load that another one committed something.
 *
 *	offset 0   the counter, 8 bytes in the machine's byte order
 *	offset 8   "kluisgen"
 *	offset 16  0x0102030405060708 in the machine's byte order
 *	then zeros up to GEN_SIZE
 *
 * Invariants:
 *  1. It is odd from before a COMMIT, under the database's write lock, until
 *     after it, when the lock is gone.  So the next writer may mark before
 *     the last one has ended its own mark.  Every mark is a value of its own
 *     (value_new): a writer ends its mark when it finds that or an even one,
 *     and leaves the odd one of another alone, who ends it.  Whatever their
 *     order, after a writer's end the counter is odd or a value that it did
 *     not have before that writer's COMMIT.  A writer that dies in between
 *     leaves it odd: readers ask SQLite until the next commit.
 *  2. The file is given its full length, in blocks that exist, before it is
 *     linked into place, and is never made shorter: the mapping cannot
 *     fault.  The counter is written by pwrite, since a full disk would make a
 *     store into the mapping a SIGBUS on a copy-on-write file system.
 *  3. The file is opened anew for each commit and must be the mapped one.
 *     No descriptor stays open: a host that closes all of them would else have
 *     eight bytes written into a file of its own.
 *  4. Every reading of the database looks whether the file is still the mapped
 *     one (gen_check); between two such readings a counter that was deleted
 *     or replaced tells nothing new.
 *
 * Who makes the file shorter while it is mapped kills the processes that map
 * it, as with SQLite's -shm.
 */
#include "store/sqlite_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define GEN_MAGIC "kluisgen"
#define GEN_ORDER 0x0102030405060708u
#define VALUE_RANDOM ((uint64_t)0xfff)	/* these bits: about 4 us */

struct gen_head {
	uint64_t counter;
	char magic[8];
	uint64_t order;
};

static void
fd_closep(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* pwrite has told what went wrong */
}

/* errno as a code; no line for what a read-only store always meets. */
static CK_RV
gen_rv(const char *path, int err)
{
	if (err == EACCES || err == EPERM || err == EROFS)
		return log_rv(CKR_TOKEN_WRITE_PROTECTED, "store: %s: %s", path,
		    strerror(err));
	if (err == ENOSPC || err == EDQUOT || err == EFBIG)
		return log_fail_rv(CKR_DEVICE_MEMORY, "store: %s: %s", path,
		    strerror(err));
	return log_fail_rv(CKR_DEVICE_ERROR, "store: %s: %s", path,
	    strerror(err));
}

/*
 * An even value that this token's counter never had: the time of day in
 * nanoseconds with random low bits, and more than `last` in any case.
 */
static uint64_t
value_new(uint64_t last)
{
	struct timespec now;
	uint64_t r = 0, v;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail */
	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) < 0)
		r = 0; /* the time alone */
	v = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	v = (v & ~VALUE_RANDOM) | (r & VALUE_RANDOM);
	return (v > last ? v : last + 2) & ~(uint64_t)1;
}

static struct gen_head
head_new(void)
{
	struct gen_head h = { .order = GEN_ORDER, .counter = value_new(0) };

	memcpy(h.magic, GEN_MAGIC, sizeof(h.magic));
	return h;
}

static bool
head_ok(const struct gen_head *h)
{
	/* public */
	return memcmp(h->magic, GEN_MAGIC, sizeof(h->magic)) == 0 &&
	    h->order == GEN_ORDER && h->counter != 0 &&
	    h->counter >> 63 == 0;
}

/* Writes a whole new file through fd; errno or 0. */
static int
fill(int fd)
{
	union {
		struct gen_head head;
		char byte[GEN_SIZE];
	} page = { { 0 } };
	ssize_t n;

	page.head = head_new();
	n = pwrite(fd, &page, sizeof(page), 0);
	if (n < 0)
		return errno;
	if (n != (ssize_t)sizeof(page))
		return ENOSPC;
	return fsync(fd) == 0 ? 0 : errno;
}

/* Gives the file owner and mode of the database `like`; errno or 0. */
static int
set_rights(int fd, const char *like)
{
	struct stat st;

	if (stat(like, &st) != 0)
		return errno;
	if (geteuid() == 0 && fchown(fd, st.st_uid, st.st_gid) != 0)
		return errno;
	return fchmod(fd, st.st_mode & 0666) == 0 ? 0 : errno;
}

CK_RV
gen_create(const char *path, const char *like)
{
	KL_AUTO(fd_closep) int fd = -1;
	char temp[4096];
	uint64_t r;
	int err, n;

	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		return gen_rv(path, errno);
	n = snprintf(temp, sizeof(temp), "%s.%016llx", path,
	    (unsigned long long)r);
	if (n < 0 || (size_t)n >= sizeof(temp))
		return gen_rv(path, ENAMETOOLONG);
	fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return gen_rv(path, errno);
	if ((err = set_rights(fd, like)) == 0 && (err = fill(fd)) == 0 &&
	    link(temp, path) != 0 && errno != EEXIST)
		err = errno;
	(void)unlink(temp); /* a left-over harms nobody */
	return err == 0 ? CKR_OK : gen_rv(path, err);
}

/* Retires the present mapping; false when too many are kept already. */
static bool
retire(struct gen *g)
{
	const _Atomic uint64_t *map = atomic_load(&g->map);

	if (map == NULL)
		return true;
	atomic_store(&g->map, NULL);
	if (g->n_old == GEN_OLD)
		return false; /* this mapping leaks, and no new one is made */
	g->old[g->n_old++] = (const void *)(uintptr_t)map;
	return true;
}

/* Maps the file open in fd, if it is whole. */
static void
map_fd(struct gen *g, int fd)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < GEN_SIZE || !retire(g))
		return;
	p = mmap(NULL, GEN_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return;
	if (!head_ok(p)) {
		(void)munmap(p, GEN_SIZE); /* it was only read */
		return;
	}
	g->dev = st.st_dev;
	g->ino = st.st_ino;
	atomic_store(&g->map, (const _Atomic uint64_t *)p);
}

void
gen_map(struct gen *g)
{
	KL_AUTO(fd_closep) int fd = -1;

	if (g->path == NULL)
		return;
	fd = open(g->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0)
		map_fd(g, fd);
}

void
gen_check(struct gen *g)
{
	struct stat st;

	if (atomic_load(&g->map) == NULL)
		return;
	if (stat(g->path, &st) == 0 && st.st_dev == g->dev &&
	    st.st_ino == g->ino)
		return;
	(void)retire(g); /* without a value SQLite is asked */
	gen_map(g);
}

uint64_t
gen_value(const struct gen *g)
{
	const _Atomic uint64_t *map =
	    atomic_load_explicit(&g->map, memory_order_acquire);
	uint64_t v;

	if (map == NULL)
		return 0;
	v = atomic_load_explicit(map, memory_order_acquire);
	return (v & 1) != 0 || v >> 63 != 0 ? 0 : v;
}

static int
open_rw(const char *path)
{
	return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/* Opens the counter for writing, made if it is missing; mends its head. */
static CK_RV
open_whole(struct gen *g, int *out, struct gen_head *h)
{
	KL_AUTO(fd_closep) int fd = open_rw(g->path);
	struct stat st;
	int err;
	CK_RV rv;

	if (fd < 0 && errno == ENOENT) {
		if ((rv = gen_create(g->path, g->like)) != CKR_OK)
			return rv;
		fd = open_rw(g->path);
	}
	if (fd < 0 || fstat(fd, &st) != 0)
		return gen_rv(g->path, errno);
	if (st.st_size < GEN_SIZE ||
	    pread(fd, h, sizeof(*h), 0) != (ssize_t)sizeof(*h) ||
	    !head_ok(h)) {
		log_error("store: %s: damaged, written anew", g->path);
		if ((err = fill(fd)) != 0)
			return gen_rv(g->path, err);
		*h = head_new();
	}
	if (atomic_load(&g->map) == NULL || g->dev != st.st_dev ||
	    g->ino != st.st_ino)
		map_fd(g, fd);
	*out = fd;
	fd = -1;
	return CKR_OK;
}

CK_RV
gen_mark_odd(struct gen *g, struct gen_mark *m)
{
	struct gen_head h;
	int opened = -1;
	CK_RV rv;

	*m = (struct gen_mark){ .fd = -1 };
	if (g->path == NULL)
		return CKR_OK;
	if ((rv = open_whole(g, &opened, &h)) != CKR_OK)
		return rv;
	h.counter = value_new(h.counter) | 1;
	if (pwrite(opened, &h.counter, sizeof(h.counter), 0) !=
	    (ssize_t)sizeof(h.counter)) {
		rv = gen_rv(g->path, errno);
		fd_closep(&opened);
		return rv;
	}
	*m = (struct gen_mark){ .fd = opened, .odd = h.counter };
	return CKR_OK;
}

void
gen_mark_even(struct gen *g, struct gen_mark *m)
{
	uint64_t v = 0;
	bool ok;

	if (m->fd < 0)
		return;
	ok = pread(m->fd, &v, sizeof(v), 0) == (ssize_t)sizeof(v);
	if (ok && ((v & 1) == 0 || v == m->odd)) {
		v = value_new(v);
		ok = pwrite(m->fd, &v, sizeof(v), 0) == (ssize_t)sizeof(v);
	}
	/* The counter stays odd then, which costs time only. */
	if (!ok)
		log_error("store: %s: %s", g->path, strerror(errno));
	fd_closep(&m->fd);
	m->fd = -1;
}

static void
unmap(const void *p)
{
	if (p != NULL)
		(void)munmap((void *)(uintptr_t)p, GEN_SIZE); /* only read */
}

void
gen_done(struct gen *g)
{
	unmap((const void *)(uintptr_t)atomic_load(&g->map));
	while (g->n_old > 0)
		unmap(g->old[--g->n_old]);
	free(g->path);
	free(g->like);
	*g = (struct gen){ 0 };
}
