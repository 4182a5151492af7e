/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls per operation with a key that has been used already.
 *
 * A child does some operations, marks the place with a look at a file that
 * cannot exist, does TRACE_OPS operations, marks again; it runs under strace,
 * and the calls between the marks are counted in the log. libcrypto makes
 * calls of its own (3.0 asks for the process ID with each random number), so
 * the bare side is counted as well and the limit holds for the difference.
 */
#include "bench.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRACE_OPS	400
#define TRACE_WARM	20
#define MARK_BEGIN	"/kluis-bench-begin"
#define MARK_END	"/kluis-bench-end"
#define NAMES_MAX	64

/* Calls by name, as found between the marks. */
struct calls {
	struct {
		char name[32];
		unsigned long count;
	} by[NAMES_MAX];
	size_t len;
	unsigned long total;
};

int
trace_child(int argc, char **argv)
{
	struct bench b = { 0 };
	struct side side = { .b = &b };
	bool bare;
	bool ok;

	if (argc != 5 || !start_from_args(&b, argv))
		return 2;
	side.op = op_by_name(argv[3]);
	bare = strcmp(argv[4], "bare") == 0;
	b.lib = OSSL_LIB_CTX_new();
	if (side.op == NULL || b.lib == NULL)
		return 2;
	side.fn = bare ? side.op->bare : side.op->module;
	ok = (bare || (target_load(&b, side.why) &&
		       target_open(&b, side.why) &&
		       target_login(&b, side.why))) &&
		side.fn->open(&side) && side.fn->run(&side, TRACE_WARM);
	if (ok) {
		/* Only the calls as such matter: they show in the log. */
		(void)access(MARK_BEGIN, F_OK);
		ok = side.fn->run(&side, TRACE_OPS);
		(void)access(MARK_END, F_OK);
	}
	if (!ok)
		fprintf(stdout, "%s", side.why);
	fflush(stdout);
	side.fn->close(&side);
	target_close(&b);
	OSSL_LIB_CTX_free(b.lib);
	return ok ? 0 : 1;
}

/* The call's name in a line of the log ("123 read(3, ..."), or "". */
static void
trace_name(const char *line, char *out, size_t size)
{
	size_t len = 0;

	while (isdigit((unsigned char)*line) || *line == ' ')
		line++;
	while ((isalnum((unsigned char)line[len]) || line[len] == '_') &&
	       len + 1 < size)
		len++;
	if (line[len] != '(')
		len = 0;
	memcpy(out, line, len);
	out[len] = '\0';
}

static void
trace_add(struct calls *calls, const char *name)
{
	size_t i;

	calls->total++;
	for (i = 0; i < calls->len; i++)
		if (strcmp(calls->by[i].name, name) == 0)
			break;
	if (i == NAMES_MAX)
		return;
	if (i == calls->len) {
		snprintf(calls->by[i].name, sizeof(calls->by[i].name), "%s",
			 name);
		calls->len++;
	}
	calls->by[i].count++;
}

/* Counts between the marks; false when they are not both there. */
static bool
trace_read(const char *log, struct calls *out)
{
	char line[1024];
	char name[32];
	int marks = 0;
	FILE *f = fopen(log, "r");

	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strstr(line, MARK_BEGIN) != NULL ||
		    strstr(line, MARK_END) != NULL) {
			marks++;
			continue;
		}
		trace_name(line, name, sizeof(name));
		if (marks == 1 && name[0] != '\0')
			trace_add(out, name);
	}
	fclose(f);
	return marks == 2;
}

/* One child under strace; reason in why. *skip: strace does not work here. */
static bool
trace_run(struct bench *b, const struct op *op, bool bare, struct calls *out,
	  bool *skip, char *why)
{
	char log[PATH_MAX_LEN + 16];
	char exe[PATH_MAX_LEN];
	char slot[32];
	char *argv[] = { (char[]){ "strace" }, (char[]){ "-f" },
		(char[]){ "-qq" }, (char[]){ "-o" }, log, exe,
		(char[]){ "--child" }, (char[]){ "ops" },
		(char *)(uintptr_t)b->path, slot, b->label,
		(char *)(uintptr_t)op->name,
		bare ? (char[]){ "bare" } : (char[]){ "module" }, NULL };
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	ssize_t got;
	pid_t pid;
	int fd;

	*skip = true;
	snprintf(log, sizeof(log), "%s/strace.log", b->dir);
	start_slot_arg(b, slot, sizeof(slot));
	exe[len < 0 ? 0 : len] = '\0';
	if (!start_spawn("strace", argv, &fd, &pid)) {
		snprintf(why, NOTE_MAX_LEN, "strace: %s", strerror(errno));
		return false;
	}
	got = read(fd, why, NOTE_MAX_LEN - 1);
	why[got < 0 ? 0 : got] = '\0';
	close(fd);
	if (start_wait(pid) == 0 && trace_read(log, out))
		return true;
	*skip = why[0] == '\0';		/* our child always says why */
	if (*skip)
		snprintf(why, NOTE_MAX_LEN, "strace cannot trace here");
	return false;
}

/* The most frequent names: "getpid 1.0, read 0.5". */
static void
trace_note(const struct calls *calls, char *out, size_t size)
{
	struct calls left = *calls;
	size_t used = 0;
	size_t i;
	int k;

	out[0] = '\0';
	for (k = 0; k < 4 && used < size; k++) {
		size_t best = 0;

		for (i = 1; i < left.len; i++)
			if (left.by[i].count > left.by[best].count)
				best = i;
		if (left.len == 0 || left.by[best].count == 0)
			return;
		used += (size_t)snprintf(out + used, size - used, "%s%s %.2f",
					 k > 0 ? ", " : "", left.by[best].name,
					 (double)left.by[best].count /
					 TRACE_OPS);
		left.by[best].count = 0;
	}
}

static void
trace_row(struct bench *b, size_t index, const struct op *op)
{
	struct result res = { .fig = { NAN, NAN, NAN, NAN, NAN } };
	struct calls module = { .len = 0 };
	struct calls bare = { .len = 0 };
	CK_OBJECT_HANDLE key;
	bool skip = false;

	if (op->key != KEY_NONE && !key_module(b, op->key, &key, res.note)) {
		proc_report_note(b, index, VERDICT_ERROR, res.note);
		return;
	}
	if (!trace_run(b, op, true, &bare, &skip, res.note)) {
		proc_report_note(b, index, VERDICT_SKIP, res.note);
		return;
	}
	if (!trace_run(b, op, false, &module, &skip, res.note)) {
		proc_report_note(b, index,
				 skip ? VERDICT_SKIP : VERDICT_ERROR, res.note);
		return;
	}
	res.fig.module = (double)module.total / TRACE_OPS;
	res.fig.bare = (double)bare.total / TRACE_OPS;
	trace_note(&module, res.note, sizeof(res.note));
	proc_report(b, index, &res);
}

void
group_trace(struct bench *b)
{
	size_t i;

	if (setenv("BENCH_PIN", b->pin, 1) != 0) {
		proc_report_all(b, GROUP_TRACE, VERDICT_ERROR, "setenv");
		return;
	}
	for (i = 0; i < b->plan->len; i++) {
		const struct row *row = &b->plan->row[i];
		const struct op *op = op_get(row->op);

		if (row->group != GROUP_TRACE)
			continue;
		proc_progress(b, row->name);
		if (!op_listed(b, op->mech))
			proc_report_note(b, i, VERDICT_SKIP,
					 "the module does not list the "
					 "mechanism");
		else
			trace_row(b, i, op);
	}
}
