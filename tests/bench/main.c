/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of the benchmark.
 *
 * Exit status: 0 measured (even when limits are missed), 1 a limit missed or a
 * row failed under --check, 2 it could not run, or a module could not be used.
 */
#include "bench.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
"usage: bench MODULE [options]\n"
"  --module FILE    one more module (may be repeated)\n"
"  --only PATTERN   rows whose name contains or (with * ? [) matches it\n"
"  --rounds N       rounds per row (11)\n"
"  --time MS        one side of one round (100)\n"
"  --objects LIST   objects in the token (100,10000)\n"
"  --threads LIST   threads that sign (1,2,4,8)\n"
"  --fill S         longest time to create objects for one count (300)\n"
"  --quick          3 rounds of 20 ms, 1 thread, 100 objects\n"
"  --dir DIR        where temporary stores go ($TMPDIR or /tmp)\n"
"  --slot N --pin P the token of a module other than kluis and SoftHSM2\n"
"  --json FILE      write the figures as JSON, too\n"
"  --check          exit 1 when a limit is missed\n"
"  --list           name the rows and their limits, and end\n";

enum {
	OPT_MODULE = 256, OPT_ONLY, OPT_ROUNDS, OPT_TIME, OPT_OBJECTS,
	OPT_THREADS, OPT_FILL, OPT_QUICK, OPT_DIR, OPT_SLOT, OPT_PIN,
	OPT_JSON, OPT_CHECK, OPT_LIST, OPT_HELP,
};

static const struct option longopts[] = {
	{ "module", required_argument, NULL, OPT_MODULE },
	{ "only", required_argument, NULL, OPT_ONLY },
	{ "rounds", required_argument, NULL, OPT_ROUNDS },
	{ "time", required_argument, NULL, OPT_TIME },
	{ "objects", required_argument, NULL, OPT_OBJECTS },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "fill", required_argument, NULL, OPT_FILL },
	{ "quick", no_argument, NULL, OPT_QUICK },
	{ "dir", required_argument, NULL, OPT_DIR },
	{ "slot", required_argument, NULL, OPT_SLOT },
	{ "pin", required_argument, NULL, OPT_PIN },
	{ "json", required_argument, NULL, OPT_JSON },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static _Noreturn void
main_usage(const char *what)
{
	fprintf(stderr, "bench: %s\n%s", what, usage);
	exit(2);
}

/* A decimal number between the limits; ends the program otherwise. */
static unsigned long
main_number(const char *text, unsigned long low, unsigned long high,
	    const char **end)
{
	char *stop;
	unsigned long value = strtoul(text, &stop, 0);

	if (stop == text || value < low || value > high)
		main_usage("a number is missing, too small or too large");
	if (end == NULL && *stop != '\0')
		main_usage("not a number");
	if (end != NULL)
		*end = stop;
	return value;
}

static int
main_compare(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a;
	unsigned long y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

/* "1,2,4" in rising order, each once. */
static void
main_list(const char *text, unsigned long high, unsigned long *out,
	  size_t *out_len)
{
	size_t len = 0;
	size_t i;
	size_t kept = 1;

	for (;; text++) {
		if (len == LIST_MAX)
			main_usage("a list is too long");
		out[len++] = main_number(text, 1, high, &text);
		if (*text != ',')
			break;
	}
	if (*text != '\0')
		main_usage("a list is numbers with commas between them");
	qsort(out, len, sizeof(*out), main_compare);
	for (i = 1; i < len; i++)
		if (out[i] != out[kept - 1])
			out[kept++] = out[i];
	*out_len = kept;
}

static void
main_module(struct options *opt, const char *path)
{
	if (opt->modules == MODULES_MAX)
		main_usage("too many modules");
	opt->module[opt->modules++] = path;
}

static void
main_quick(struct options *opt)
{
	opt->rounds = 3;
	opt->time_ms = 20;
	opt->fill_s = 20;
	main_list("1", 1, opt->threads, &opt->threads_len);
	main_list("100", 100, opt->objects, &opt->objects_len);
}

static void
main_option(struct options *opt, int c)
{
	switch (c) {
	case OPT_MODULE:
		main_module(opt, optarg);
		break;
	case OPT_ONLY:
		opt->only = optarg;
		break;
	case OPT_ROUNDS:
		opt->rounds = (unsigned)main_number(optarg, 1, ROUNDS_MAX,
						    NULL);
		break;
	case OPT_TIME:
		opt->time_ms = (unsigned)main_number(optarg, 1, 60000, NULL);
		break;
	case OPT_OBJECTS:
		main_list(optarg, 10000000, opt->objects, &opt->objects_len);
		break;
	case OPT_THREADS:
		main_list(optarg, THREADS_MAX, opt->threads,
			  &opt->threads_len);
		break;
	case OPT_FILL:
		opt->fill_s = (unsigned)main_number(optarg, 1, 86400, NULL);
		break;
	case OPT_DIR:
		opt->dir = optarg;
		break;
	case OPT_SLOT:
		opt->slot = main_number(optarg, 0, ULONG_MAX, NULL);
		opt->has_slot = true;
		break;
	case OPT_PIN:
		opt->pin = optarg;
		break;
	case OPT_JSON:
		opt->json = optarg;
		break;
	case OPT_CHECK:
		opt->check = true;
		break;
	case OPT_LIST:
		opt->list = true;
		break;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	default:
		main_usage("unknown option");
	}
}

static void
main_parse(int argc, char **argv, struct options *opt)
{
	int c;

	opt->dir = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
	opt->rounds = 11;
	opt->time_ms = 100;
	opt->fill_s = 300;
	main_list("1,2,4,8", THREADS_MAX, opt->threads, &opt->threads_len);
	main_list("100,10000", 10000, opt->objects, &opt->objects_len);
	/* --quick gives defaults, wherever it stands on the line. */
	while ((c = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		if (c == OPT_QUICK)
			main_quick(opt);
	optind = 1;
	while ((c = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		if (c != OPT_QUICK)
			main_option(opt, c);
	for (; optind < argc; optind++)
		main_module(opt, argv[optind]);
	if (opt->modules == 0 && !opt->list)
		main_usage("which module?");
}

static void
main_print_list(const struct plan *plan)
{
	char limit[32];
	size_t i;

	for (i = 0; i < plan->len; i++) {
		plan_limit_text(&plan->row[i], limit, sizeof(limit));
		printf("%-29s %s\n", plan->row[i].name, limit);
	}
}

/*
 * Measures and prints. *missed: rows that missed their limit or failed;
 * *absent: modules that could not be used at all.
 */
static void
main_measure(const struct options *opt, const struct plan *plan,
	     size_t *missed, size_t *absent)
{
	static struct report reports[MODULES_MAX];
	char why[NOTE_MAX_LEN];
	size_t m;
	size_t i;

	*missed = 0;
	*absent = 0;
	for (m = 0; m < opt->modules; m++) {
		struct report *rep = &reports[m];

		rep->path = opt->module[m];
		rep->res = calloc(plan->len, sizeof(*rep->res));
		if (rep->res == NULL || !proc_module(opt, plan, rep->path,
				rep->res, rep->about, why)) {
			fprintf(stderr, "bench: %s\n", rep->res == NULL ?
				"out of memory" : why);
			exit(2);
		}
		report_table(plan, rep->path, rep->about, rep->res);
		for (i = 0; i < plan->len; i++)
			*missed += rep->res[i].verdict == VERDICT_MISS ||
				rep->res[i].verdict == VERDICT_ERROR;
		*absent += rep->about[0] == '\0';
	}
	if (opt->json != NULL &&
	    !report_json(opt, plan, reports, opt->modules)) {
		perror(opt->json);
		exit(2);
	}
	for (m = 0; m < opt->modules; m++)
		free(reports[m].res);
}

int
main(int argc, char **argv)
{
	struct options opt = { .only = NULL };
	struct plan plan;
	size_t missed;
	size_t absent;

	if (argc > 3 && strcmp(argv[1], "--child") == 0) {
		if (strcmp(argv[2], "ops") == 0)
			return trace_child(argc - 3, argv + 3);
		return start_child(argc - 2, argv + 2);
	}
	main_parse(argc, argv, &opt);
	plan_make(&opt, &plan);
	if (plan.len == 0)
		main_usage("no row has such a name");
	if (opt.list) {
		main_print_list(&plan);
		free(plan.row);
		return 0;
	}
	main_measure(&opt, &plan, &missed, &absent);
	free(plan.row);
	if (absent > 0)
		return 2;
	return opt.check && missed > 0 ? 1 : 0;
}
