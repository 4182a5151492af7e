/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What unit tests share: cmocka with the headers it wants before it, a
 * temporary folder, small files, a child process, a search through this
 * process's memory.  Header only.  A helper that cannot do its work fails the
 * test that called it.
 */
#ifndef KLUIS_TESTS_KIT_H
#define KLUIS_TESTS_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A new temporary folder below TMPDIR; its path is owned by the caller. */
static inline char *
kit_folder_new(void)
{
	const char *base = getenv("TMPDIR");
	char *path = NULL;

	assert_true(asprintf(&path, "%s/kluis-unit.XXXXXX",
	    base != NULL ? base : "/tmp") > 0);
	assert_non_null(mkdtemp(path));
	return path;
}

static inline int
kit_remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* Removes a folder with all it holds, and frees its path. */
static inline void
kit_folder_free(char *path)
{
	assert_int_equal(nftw(path, kit_remove_one, 16, FTW_DEPTH | FTW_PHYS),
	    0);
	free(path);
}

/* folder/name in new memory. */
static inline char *
kit_path(const char *folder, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	return path;
}

/* Writes n bytes to a new or emptied file. */
static inline void
kit_write(const char *path, const void *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_true(write(fd, data, n) == (ssize_t)n);
	assert_int_equal(close(fd), 0);
}

/* The content of a file as a string in new memory, "" when there is none. */
static inline char *
kit_read(const char *path)
{
	size_t max = (size_t)1 << 20, n = 0;
	char *text = calloc(1, max + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	assert_non_null(text);
	for (; fd >= 0 && got > 0 && n < max; n += (size_t)got) {
		got = read(fd, text + n, max - n);
		assert_true(got >= 0);
	}
	if (fd >= 0)
		assert_int_equal(close(fd), 0);
	return text;
}

/*
 * Runs fn(arg) in a forked child and returns the child's wait status: 0 when
 * fn answered true, exit code 1 when false, a signal or another code when it
 * was stopped.
 */
static inline int
kit_child(bool (*fn)(void *arg), void *arg)
{
	static const int signals[] = { SIGILL, SIGSEGV, SIGBUS, SIGFPE,
		SIGABRT, SIGTRAP };
	static const struct rlimit no_core = { 0, 0 };
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &no_core); /* only tidiness */
		/* cmocka's handlers would go on with the next test. */
		for (size_t i = 0; i < sizeof(signals) / sizeof(int); i++)
			(void)signal(signals[i], SIG_DFL); /* known signals */
		_exit(fn(arg) ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* A byte with all bits turned, worked out when it is called and not by the
 * compiler, which would put a table of the results into the program. */
static inline uint8_t
kit_turn(const uint8_t *byte)
{
	return (uint8_t)~*(const volatile uint8_t *)byte;
}

/* Whether data[0..n) holds the needle, which is given with all bits turned. */
static inline bool
kit_holds(const uint8_t *data, size_t n, const uint8_t *turned, size_t len)
{
	for (size_t i = 0; i + len <= n; i++) {
		size_t j = 0;

		while (j < len && (data[i + j] ^ turned[j]) == 0xff)
			j++;
		if (j == len)
			return true;
	}
	return false;
}

/*
 * Whether the needle (len <= 64 bytes, given with all bits turned, so that the
 * search does not find itself) stands anywhere in this process's writable or
 * anonymous memory.  Mappings above 64 MiB (sanitizers') are left out.
 */
static inline bool
kit_memory_holds(const uint8_t *turned, size_t len)
{
	static uint8_t chunk[1 << 16];
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	unsigned long from, to;
	char line[512], mode[8];
	bool found = false;

	assert_non_null(maps);
	assert_true(mem >= 0);
	while (!found && fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
		    mode[0] != 'r' || to - from > (64ul << 20))
			continue;
		while (!found && from < to) {
			ssize_t got = pread(mem, chunk, sizeof(chunk),
			    (off_t)from);

			if (got <= 0)
				break;
			found = kit_holds(chunk, (size_t)got, turned, len);
			from += (size_t)got > len && from + (size_t)got < to ?
			    (size_t)got - len : (size_t)got;
		}
	}
	explicit_bzero(chunk, sizeof(chunk));
	assert_int_equal(fclose(maps), 0);
	assert_int_equal(close(mem), 0);
	return found;
}

#endif
