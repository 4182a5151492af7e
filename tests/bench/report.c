/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The figures for people (a table per module) and for programs (JSON).
 */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const unit_text[] = {
	[UNIT_RATE] = "", [UNIT_US] = " us", [UNIT_MS] = " ms",
	[UNIT_MIB] = " MiB", [UNIT_CALLS] = " calls", [UNIT_TIMES] = " x",
};
static const char *const unit_json[] = {
	[UNIT_RATE] = "per_s", [UNIT_US] = "us", [UNIT_MS] = "ms",
	[UNIT_MIB] = "MiB", [UNIT_CALLS] = "calls", [UNIT_TIMES] = "times",
};
static const char *const verdict_text[] = {
	[VERDICT_ABSENT] = "?", [VERDICT_NONE] = "", [VERDICT_OK] = "ok",
	[VERDICT_MISS] = "MISS", [VERDICT_SKIP] = "skip",
	[VERDICT_ERROR] = "ERROR",
};
static const char *const verdict_json[] = {
	[VERDICT_ABSENT] = "absent", [VERDICT_NONE] = "none",
	[VERDICT_OK] = "ok", [VERDICT_MISS] = "miss",
	[VERDICT_SKIP] = "skip", [VERDICT_ERROR] = "error",
};
static const char *const limit_json[] = {
	[LIMIT_NONE] = "none", [LIMIT_RATIO_MIN] = "ratio_min",
	[LIMIT_MIN] = "min", [LIMIT_MAX] = "max", [LIMIT_EXCESS] = "excess",
};

/* A number with as many digits as are worth reading. */
static void
report_number(double value, enum unit unit, char *out, size_t size)
{
	int digits = 0;

	if (isnan(value)) {
		snprintf(out, size, "-");
		return;
	}
	if (fabs(value) < 10)
		digits = 2;
	else if (fabs(value) < 1000)
		digits = 1;
	snprintf(out, size, "%.*f%s", digits, value, unit_text[unit]);
}

void
report_table(const struct plan *plan, const char *path, const char *about,
	     const struct result *res)
{
	size_t i;

	printf("\n%s\n%s\n\n", path, about);
	printf("%-29s %14s %14s %7s %10s %-7s %s\n", "what", "module per s",
	       "bare per s", "ratio", "limit", "verdict", "note");
	for (i = 0; i < plan->len; i++) {
		const struct row *row = &plan->row[i];
		char module[32];
		char bare[32];
		char ratio[32];
		char limit[32];

		report_number(res[i].fig.module, row->unit, module,
			      sizeof(module));
		report_number(res[i].fig.bare, row->unit, bare, sizeof(bare));
		snprintf(ratio, sizeof(ratio), "-");
		if (!isnan(res[i].fig.ratio))
			snprintf(ratio, sizeof(ratio), "%.3f",
				 res[i].fig.ratio);
		plan_limit_text(row, limit, sizeof(limit));
		printf("%-29s %14s %14s %7s %10s %-7s %s\n", row->name,
		       module, bare, ratio, limit,
		       verdict_text[res[i].verdict], res[i].note);
	}
	fflush(stdout);
}

static void
json_string(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static void
json_number(FILE *f, const char *name, double value)
{
	if (isnan(value) || isinf(value))
		fprintf(f, ", \"%s\": null", name);
	else
		fprintf(f, ", \"%s\": %.6g", name, value);
}

static void
json_row(FILE *f, const struct row *row, const struct result *res)
{
	fprintf(f, "        {\"name\": ");
	json_string(f, row->name);
	fprintf(f, ", \"unit\": \"%s\"", unit_json[row->unit]);
	json_number(f, "module", res->fig.module);
	json_number(f, "bare", res->fig.bare);
	json_number(f, "ratio", res->fig.ratio);
	json_number(f, "ratio_q1", res->fig.ratio_lo);
	json_number(f, "ratio_q3", res->fig.ratio_hi);
	fprintf(f, ", \"limit\": {\"kind\": \"%s\", \"value\": %g}",
		limit_json[row->limit.kind], row->limit.value);
	fprintf(f, ", \"verdict\": \"%s\", \"note\": ",
		verdict_json[res->verdict]);
	json_string(f, res->note);
	fputc('}', f);
}

/* The processor's name, as Linux tells it. */
static void
report_cpu(char *out, size_t size)
{
	char line[256];
	FILE *f = fopen("/proc/cpuinfo", "r");

	snprintf(out, size, "unknown");
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		const char *at = strstr(line, ": ");

		if (strncmp(line, "model name", 10) != 0 || at == NULL)
			continue;
		snprintf(out, size, "%.*s", (int)strcspn(at + 2, "\n"),
			 at + 2);
		break;
	}
	fclose(f);
}

static void
json_head(FILE *f, const struct options *opt)
{
	char cpu[128];
	char when[32];
	time_t now = time(NULL);
	struct tm tm;

	report_cpu(cpu, sizeof(cpu));
	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	fprintf(f, "{\n  \"format\": 1,\n  \"time\": \"%s\",\n  \"cpu\": ",
		when);
	json_string(f, cpu);
	fprintf(f, ",\n  \"cpus\": %ld,\n  \"rounds\": %u,\n"
		"  \"time_ms\": %u,\n  \"modules\": [",
		sysconf(_SC_NPROCESSORS_ONLN), opt->rounds, opt->time_ms);
}

bool
report_json(const struct options *opt, const struct plan *plan,
	    const struct report *mod, size_t len)
{
	FILE *f = fopen(opt->json, "w");
	size_t m;
	size_t i;
	bool ok;

	if (f == NULL)
		return false;
	json_head(f, opt);
	for (m = 0; m < len; m++) {
		fprintf(f, "%s\n    {\n      \"path\": ", m > 0 ? "," : "");
		json_string(f, mod[m].path);
		fprintf(f, ",\n      \"about\": ");
		json_string(f, mod[m].about);
		fprintf(f, ",\n      \"rows\": [");
		for (i = 0; i < plan->len; i++) {
			fputs(i > 0 ? ",\n" : "\n", f);
			json_row(f, &plan->row[i], &mod[m].res[i]);
		}
		fprintf(f, "\n      ]\n    }");
	}
	fprintf(f, "\n  ]\n}\n");
	ok = !ferror(f);
	return fclose(f) == 0 && ok;
}
