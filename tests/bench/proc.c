/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Children: one per module and group of rows, with a directory of its own and
 * a pipe on which it reports results.
 *
 * Invariant: whatever a child does, crash included, every row of its group
 * ends with a verdict and its directory is gone.
 */
#include "bench.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In result.row: no row, the note tells about the module. */
#define ROW_ABOUT	SIZE_MAX

/* Set by SIGINT and SIGTERM: clean up and end. */
static volatile sig_atomic_t stopped;

static void (*const group_run[GROUP_COUNT])(struct bench *) = {
	[GROUP_OPS] = group_ops,
	[GROUP_CREATE] = group_create,
	[GROUP_STORE] = group_store,
	[GROUP_TRACE] = group_trace,
};

static void
proc_send(const struct bench *b, const struct result *res)
{
	/* Shorter than PIPE_BUF, so it goes as a whole or not at all. */
	if (write(b->out, res, sizeof(*res)) != (ssize_t)sizeof(*res))
		_exit(2);
}

void
proc_report(struct bench *b, size_t row, struct result *res)
{
	res->row = row;
	plan_judge(&b->plan->row[row], res);
	proc_send(b, res);
}

void
proc_report_note(struct bench *b, size_t row, enum verdict verdict,
		 const char *note)
{
	struct result res = {
		.fig = { NAN, NAN, NAN, NAN, NAN }, .verdict = verdict,
	};

	snprintf(res.note, sizeof(res.note), "%s", note);
	proc_report(b, row, &res);
}

void
proc_report_all(struct bench *b, enum group group, enum verdict verdict,
		const char *note)
{
	size_t i;

	for (i = 0; i < b->plan->len; i++)
		if (b->plan->row[i].group == group)
			proc_report_note(b, i, verdict, note);
}

void
proc_progress(const struct bench *b, const char *what)
{
	const char *name = strrchr(b->path, '/');

	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s: %s", name == NULL ? b->path :
			name + 1, what);
}

/* Copies a padded field of the API, without the padding. */
static int
proc_padded(const CK_UTF8CHAR *text, int len)
{
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\0'))
		len--;
	return len;
}

static void
proc_about(const struct bench *b)
{
	struct result res = { .row = ROW_ABOUT };
	CK_INFO info;

	if (b->p11 == NULL || b->p11->C_GetInfo(&info) != CKR_OK)
		return;
	snprintf(res.note, sizeof(res.note), "%.*s %u.%u, PKCS#11 %u.%u; "
		 "bare: %s", proc_padded(info.libraryDescription, 32),
		 (const char *)info.libraryDescription,
		 info.libraryVersion.major, info.libraryVersion.minor,
		 info.cryptokiVersion.major, info.cryptokiVersion.minor,
		 OpenSSL_version(OPENSSL_VERSION));
	proc_send(b, &res);
}

/* The child: gets everything ready, runs the group and ends. */
static _Noreturn void
proc_child(struct bench *b, enum group group)
{
	char why[NOTE_MAX_LEN] = "";
	size_t i;

	proc_progress(b, "token");
	b->lib = OSSL_LIB_CTX_new();
	if (b->lib == NULL)
		_exit(2);
	if (target_ready(b, why)) {
		proc_about(b);
		group_run[group](b);
		if (!b->fresh)
			key_clean(b);
	} else {
		proc_report_all(b, group, VERDICT_ERROR, why);
	}
	for (i = 0; i < KEY_COUNT; i++)
		EVP_PKEY_free(b->bare_key[i]);
	target_close(b);
	OSSL_LIB_CTX_free(b->lib);
	exit(0);
}

static int
proc_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
proc_ended(const struct plan *plan, enum group group, int status,
	   struct result *res)
{
	size_t i;

	for (i = 0; i < plan->len; i++) {
		struct result *r = &res[i];

		if (plan->row[i].group != group ||
		    r->verdict != VERDICT_ABSENT)
			continue;
		r->verdict = VERDICT_ERROR;
		r->fig = (struct figures){ NAN, NAN, NAN, NAN, NAN };
		if (WIFSIGNALED(status))
			snprintf(r->note, sizeof(r->note), "the process died "
				 "of signal %d", WTERMSIG(status));
		else
			snprintf(r->note, sizeof(r->note), "the process ended "
				 "with status %d", WEXITSTATUS(status));
	}
}

static void
proc_stop(int sig)
{
	stopped = sig;
}

/* Catches (or, in a child, no longer catches) the signals that end us. */
static void
proc_signals(void (*handler)(int))
{
	struct sigaction act = { .sa_handler = handler };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

/* Reads results until the child has closed its end. */
static void
proc_collect(int fd, const struct plan *plan, struct result *res, char *about)
{
	struct result one;
	ssize_t got;

	for (;;) {
		got = read(fd, &one, sizeof(one));
		if (got < 0 && errno == EINTR && !stopped)
			continue;
		if (got != (ssize_t)sizeof(one))
			return;
		if (one.row == ROW_ABOUT)
			snprintf(about, NOTE_MAX_LEN, "%s", one.note);
		else if (one.row < plan->len)
			res[one.row] = one;
	}
}

static bool
proc_group(struct bench *b, enum group group, struct result *res, char *about,
	   char *why)
{
	int fd[2];
	int status = 0;
	pid_t pid;

	snprintf(b->dir, sizeof(b->dir), "%s/kluis-bench.XXXXXX", b->opt->dir);
	if (mkdtemp(b->dir) == NULL) {
		snprintf(why, NOTE_MAX_LEN, "mkdtemp in %.60s: %s",
			 b->opt->dir, strerror(errno));
		return false;
	}
	if (pipe(fd) != 0 || (pid = fork()) < 0) {
		snprintf(why, NOTE_MAX_LEN, "fork: %s", strerror(errno));
		return false;
	}
	if (pid == 0) {
		proc_signals(SIG_DFL);
		close(fd[0]);
		b->out = fd[1];
		proc_child(b, group);
	}
	close(fd[1]);
	proc_collect(fd[0], b->plan, res, about);
	close(fd[0]);
	if (stopped)
		(void)kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	proc_ended(b->plan, group, status, res);
	(void)nftw(b->dir, proc_remove, 16, FTW_DEPTH | FTW_PHYS);
	if (stopped)
		exit(128 + stopped);
	return true;
}

bool
proc_module(const struct options *opt, const struct plan *plan,
	    const char *path, struct result *res, char *about, char *why)
{
	enum group group;

	about[0] = '\0';
	proc_signals(proc_stop);
	for (group = 0; group < GROUP_COUNT; group++) {
		struct bench b = { .opt = opt, .plan = plan, .path = path };

		if (plan_has_group(plan, group) &&
		    !proc_group(&b, group, res, about, why))
			return false;
	}
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	return true;
}
