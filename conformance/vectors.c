/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vectors MODULE DIRECTORY... [--only PATTERN] [--json FILE]: every vector
 * file below the directories, one TAP line each with the numbers passed,
 * wrong and unsupported; all of them together at the end.  Exit status as that
 * of suite.
 */
#include "driver.h"
#include "vec.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define FILE_LIMIT 300

/* What all files gave; shared with the processes in which they run. */
static struct tally *all;

void
vec_count(struct tally *t, enum outcome o, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	t->count[o]++;
	if (o != V_WRONG)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	kit_fail(__FILE__, __LINE__, "%s", text);
}

void
vec_report(const struct tally *t)
{
	for (size_t i = 0; i < KIT_COUNT(t->count); i++)
		all->count[i] += t->count[i];
	if (t->count[V_PASSED] + t->count[V_WRONG] == 0)
		kit_skip(
		    "none of %u vectors is supported", t->count[V_UNSUPPORTED]);
	kit_note("%u passed, %u wrong, %u unsupported", t->count[V_PASSED],
	    t->count[V_WRONG], t->count[V_UNSUPPORTED]);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcmp(name + n - m, end) == 0;
}

/* A file that nothing here reads is no reason to be silent about it. */
static void
unknown_file(const void *path)
{
	(void)path;
	kit_skip("no kind of file that is known here");
}

static void
add_file(struct kit_list *l, const char *dir, const char *name)
{
	struct kit_case c = { NULL, "6", AT_USER, NULL, NULL, FILE_LIMIT };
	size_t n = strlen(dir) + strlen(name) + 2;
	char *path = malloc(n);

	if (path == NULL)
		abort();
	(void)snprintf(path, n, "%s/%s", dir, name);
	c.arg = path;
	if (ends_with(name, ".json"))
		c.run = vec_json_file;
	else if (strcmp(name, "rfc8032.txt") == 0)
		c.run = vec_rfc8032_file;
	else if (vec_nist_knows(name))
		c.run = vec_nist_file;
	else if (ends_with(name, ".rsp"))
		c.run = unknown_file;
	else
		return;
	kit_add_named(l, "vectors", name, &c);
}

static void
add_directory(struct kit_list *l, const char *dir)
{
	struct dirent **v;
	int n = scandir(dir, &v, NULL, by_name);

	for (int i = 0; i < n; i++) {
		char sub[4096];
		struct stat st;

		if (v[i]->d_name[0] == '.')
			continue;
		(void)snprintf(sub, sizeof(sub), "%s/%s", dir, v[i]->d_name);
		if (stat(sub, &st) == 0 && S_ISDIR(st.st_mode))
			add_directory(l, sub);
		else
			add_file(l, dir, v[i]->d_name);
		free(v[i]);
	}
	if (n >= 0)
		free(v);
}

int
main(int argc, char **argv)
{
	struct kit_list l = { NULL, 0, 0 };
	char **rest = calloc((size_t)argc + 1, sizeof(*rest));
	struct options o;
	int status;

	if (rest == NULL || !driver_options(argc, argv, &o, rest) ||
	    rest[0] == NULL) {
		(void)fputs("usage: vectors MODULE DIRECTORY... [--list] "
			    "[--only PATTERN] [--json FILE]\n",
		    stderr);
		return 2;
	}
	all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED) {
		perror("vectors");
		return 2;
	}
	for (size_t i = 0; rest[i] != NULL; i++)
		add_directory(&l, rest[i]);
	status = driver_run(&l, &o);
	if (!o.list)
		printf("# vectors: %u passed, %u wrong, %u unsupported\n",
		    all->count[V_PASSED], all->count[V_WRONG],
		    all->count[V_UNSUPPORTED]);
	return status;
}
