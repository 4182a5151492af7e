/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a list of cases and prints the results as TAP.
 *
 * Invariants: each case runs in a process and a process group of its own, in
 * an empty directory; a crash or a hang is the case's failure and nobody
 * else's.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "driver.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define USUAL_LIMIT 60
#define MAX_LINES   14
#define NOTE_LINES  3

enum verdict { PASSED, FAILED, SKIPPED };

struct result {
	enum verdict verdict;
	double seconds;
	char *line[MAX_LINES]; /* first character: F, S or N */
	size_t lines, dropped; /* kept; left out because there were too many */
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* The same line twice is one; notes have a little room of their own. */
static void
add_line(struct result *r, const char *line)
{
	size_t room = line[0] == 'N' ? MAX_LINES : MAX_LINES - NOTE_LINES;

	for (size_t i = 0; i < r->lines; i++)
		if (strcmp(r->line[i], line) == 0)
			return;
	if (r->lines >= room)
		r->dropped++;
	else if ((r->line[r->lines] = strdup(line)) != NULL)
		r->lines++;
}

/*
 * Splits what came through the pipe into lines; what is incomplete stays in
 * buf.
 */
static void
take_lines(struct result *r, char *buf, size_t *have)
{
	char *start = buf, *end;

	buf[*have] = '\0';
	while ((end = strchr(start, '\n')) != NULL) {
		*end = '\0';
		add_line(r, start);
		start = end + 1;
	}
	*have = strlen(start);
	memmove(buf, start, *have);
}

static void
run_child(const struct kit_case *c, int fd, const char *output)
{
	int out;

	(void)setpgid(0, 0);
	if (dup2(fd, KIT_FD) < 0)
		_exit(KIT_EXIT_FAILED);
	(void)fcntl(KIT_FD, F_SETFD, FD_CLOEXEC);
	out = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (out >= 0) {
		(void)dup2(out, 1);
		(void)dup2(out, 2);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	kit_raise(c->level);
	c->run(c->arg);
	exit(0);
}

/*
 * Reads reports until the case's process is gone or its time is over. Returns
 * the wait status, -1 for a hang.
 */
static int
watch(pid_t pid, int fd, unsigned int limit, struct result *r)
{
	double end = now() + limit;
	static char buf[16384];
	size_t have = 0;
	int status = -1;
	bool gone = false;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n = 0;

		if (poll(&p, 1, gone ? 0 : 20) > 0 &&
		    (n = read(fd, buf + have, sizeof(buf) - 1 - have)) > 0) {
			have += (size_t)n;
			take_lines(r, buf, &have);
			if (have == sizeof(buf) - 1)
				have = 0;
			continue;
		}
		if (gone)
			return status;
		if (waitpid(pid, &status, WNOHANG) == pid)
			gone = true;
		else if (now() > end)
			break;
		else if (n == 0 && (p.revents & POLLHUP) != 0)
			(void)usleep(2000);
	}
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return -1;
}

static bool
has_tag(const struct result *r, char tag)
{
	for (size_t i = 0; i < r->lines; i++)
		if (r->line[i][0] == tag)
			return true;
	return false;
}

static void
judge(struct result *r, int status, unsigned int limit)
{
	char line[100];

	r->verdict = FAILED;
	if (status == -1) {
		(void)snprintf(line, sizeof(line),
		    "Fhangs: not finished after %u s", limit);
		add_line(r, line);
	} else if (WIFSIGNALED(status)) {
		(void)snprintf(line, sizeof(line), "Fcrashes: signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
		add_line(r, line);
	} else if (WEXITSTATUS(status) == 0 && !has_tag(r, 'F')) {
		r->verdict = PASSED;
	} else if (WEXITSTATUS(status) == KIT_EXIT_SKIPPED &&
	    !has_tag(r, 'F')) {
		r->verdict = SKIPPED;
	} else if (!has_tag(r, 'F')) {
		(void)snprintf(line, sizeof(line), "Fexits with status %d",
		    WEXITSTATUS(status));
		add_line(r, line);
	}
}

/*
 * What the case's process wrote to its standard descriptors belongs to the
 * report of a failure.
 */
static void
add_output(struct result *r, const char *path)
{
	char text[300];
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return;
	while (r->verdict == FAILED &&
	    fgets(text + 1, (int)sizeof(text) - 1, f) != NULL) {
		text[0] = 'N';
		text[1 + strcspn(text + 1, "\n")] = '\0';
		add_line(r, text);
	}
	(void)fclose(f);
}

static void
run_case(
    const struct kit_case *c, const char *base, bool keep, struct result *r)
{
	static unsigned int number;
	unsigned int limit = c->limit != 0 ? c->limit : USUAL_LIMIT;
	char output[PATH_MAX];
	double start = now();
	int fd[2];
	pid_t pid;

	memset(r, 0, sizeof(*r));
	(void)snprintf(
	    kit.store, sizeof(kit.store), "%s/store%u", base, ++number);
	(void)snprintf(output, sizeof(output), "%s/output", base);
	(void)unlink(output);
	if (mkdir(kit.store, 0700) != 0 || pipe(fd) != 0) {
		perror("suite");
		exit(2);
	}
	/* What is still buffered would be written by the child as well. */
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)close(fd[0]);
		run_child(c, fd[1], output);
	}
	(void)close(fd[1]);
	judge(r, watch(pid, fd[0], limit, r), limit);
	(void)kill(-pid, SIGKILL);
	(void)close(fd[0]);
	r->seconds = now() - start;
	add_output(r, output);
	if (!keep)
		(void)nftw(kit.store, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
print_tap(size_t number, const struct kit_case *c, const struct result *r)
{
	const char *reason = "";

	for (size_t i = 0; i < r->lines; i++)
		if (r->line[i][0] == 'S')
			reason = r->line[i] + 1;
	if (r->verdict == SKIPPED)
		printf("ok %zu - %s # SKIP %s\n", number, c->name, reason);
	else
		printf("%s %zu - %s\n", r->verdict == PASSED ? "ok" : "not ok",
		    number, c->name);
	if (r->verdict == FAILED)
		printf("#   section %s\n", c->section);
	for (size_t i = 0; i < r->lines; i++)
		if (r->line[i][0] != 'S')
			printf("#   %s\n", r->line[i] + 1);
	if (r->dropped != 0)
		printf("#   and %zu more\n", r->dropped);
	(void)fflush(stdout);
}

static void
json_text(FILE *f, const char *s)
{
	(void)fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			(void)fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			(void)fprintf(f, "\\u%04x", (unsigned int)*s);
		else
			(void)fputc(*s, f);
	}
	(void)fputc('"', f);
}

static void
print_json(
    FILE *f, bool first, const struct kit_case *c, const struct result *r)
{
	static const char *const word[] = { "passed", "failed", "skipped" };

	(void)fprintf(f, "%s\n {\"name\": ", first ? "" : ",");
	json_text(f, c->name);
	(void)fprintf(f, ", \"section\": ");
	json_text(f, c->section);
	(void)fprintf(f,
	    ", \"result\": \"%s\", \"seconds\": %.3f, \"lines\": [",
	    word[r->verdict], r->seconds);
	for (size_t i = 0; i < r->lines; i++) {
		if (i > 0)
			(void)fputs(", ", f);
		json_text(f, r->line[i] + 1);
	}
	(void)fputs("]}", f);
}

static bool
selected(const struct kit_case *c, const struct options *o)
{
	return o->only == NULL || fnmatch(o->only, c->name, 0) == 0 ||
	    strncmp(c->name, o->only, strlen(o->only)) == 0;
}

int
driver_run(const struct kit_list *l, const struct options *o)
{
	size_t count[3] = { 0, 0, 0 }, number = 0, total = 0;
	char base[400];
	const char *tmp = getenv("TMPDIR");
	FILE *json = NULL;

	for (size_t i = 0; o->list && i < l->n; i++)
		printf("%s\t%s\n", l->v[i].name, l->v[i].section);
	if (o->list)
		return 0;
	(void)snprintf(base, sizeof(base), "%s/conformance.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(base) == NULL ||
	    (o->json != NULL && (json = fopen(o->json, "w")) == NULL)) {
		perror("suite");
		return 2;
	}
	for (size_t i = 0; i < l->n; i++)
		total += selected(&l->v[i], o);
	printf("TAP version 13\n1..%zu\n", total);
	if (json != NULL)
		(void)fputc('[', json);
	for (size_t i = 0; i < l->n; i++) {
		struct result r;

		if (!selected(&l->v[i], o))
			continue;
		run_case(&l->v[i], base, o->keep, &r);
		count[r.verdict]++;
		print_tap(++number, &l->v[i], &r);
		if (json != NULL)
			print_json(json, number == 1, &l->v[i], &r);
		for (size_t k = 0; k < r.lines; k++)
			free(r.line[k]);
	}
	if (json != NULL) {
		(void)fputs("\n]\n", json);
		(void)fclose(json);
	}
	if (o->keep)
		printf("# stores are in %s\n", base);
	else
		(void)nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	printf("# %zu passed, %zu failed, %zu skipped\n", count[PASSED],
	    count[FAILED], count[SKIPPED]);
	return count[FAILED] == 0 ? 0 : 1;
}

bool
driver_options(int argc, char **argv, struct options *o, char **rest)
{
	static char path[PATH_MAX];
	size_t n = 0;

	memset(o, 0, sizeof(*o));
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--list") == 0)
			o->list = true;
		else if (strcmp(argv[i], "--keep") == 0)
			o->keep = true;
		else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
			o->only = argv[++i];
		else if (strcmp(argv[i], "--json") == 0 && i + 1 < argc)
			o->json = argv[++i];
		else if (argv[i][0] == '-')
			return false;
		else if (o->module == NULL)
			o->module = argv[i];
		else
			rest[n++] = argv[i];
	}
	rest[n] = NULL;
	if (o->module != NULL)
		kit.module =
		    realpath(o->module, path) != NULL ? path : o->module;
	return o->module != NULL || o->list;
}
