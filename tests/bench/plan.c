/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is measured and what must hold: the list of rows made from the
 * operations' tables and the options, and the one table of limits.
 *
 * The plan depends on the options only, never on the module, so the output has
 * the same rows in the same order for every module.
 */
#include "bench.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "The same at 100 and at 1 000 000": at most this many times. */
#define SAME	1.5

/* Calls per operation that count as none: an allocator's call now and then. */
#define NO_CALL	0.02

/* The first pattern that fits a row's name decides. */
static const struct limit_row {
	const char *pattern;
	struct limit limit;
} limits[] = {
	{ "rsa2048-*",		{ LIMIT_RATIO_MIN, 0.97 } },
	{ "ecdsa-p256/*",	{ LIMIT_RATIO_MIN, 0.97 } },
	{ "ed25519/*",		{ LIMIT_RATIO_MIN, 0.97 } },
	{ "ml-dsa-65/*",	{ LIMIT_RATIO_MIN, 0.97 } },
	{ "aes256-gcm/64",	{ LIMIT_RATIO_MIN, 0.5 } },
	{ "aes256-gcm/1024",	{ LIMIT_RATIO_MIN, 0.8 } },
	{ "aes256-gcm/16384",	{ LIMIT_RATIO_MIN, 0.97 } },
	{ "hmac-sha256/64",	{ LIMIT_RATIO_MIN, 0.5 } },
	{ "sha256/64",		{ LIMIT_RATIO_MIN, 0.5 } },
	{ "ecdh-p256",		{ LIMIT_RATIO_MIN, 0.9 } },
	{ "ec-p256-keygen",	{ LIMIT_RATIO_MIN, 0.9 } },
	{ "create-*",		{ LIMIT_MIN, 1000 } },
	{ "generate-*",		{ LIMIT_MIN, 1000 } },
	{ "find-*/growth",	{ LIMIT_MAX, SAME } },
	{ "start/growth",	{ LIMIT_MAX, SAME } },
	{ "find-*",		{ LIMIT_MAX, 30 } },
	{ "start/*",		{ LIMIT_MAX, 10 } },
	{ "memory/*",		{ LIMIT_MAX, 8 } },
	{ "syscalls/*",		{ LIMIT_EXCESS, NO_CALL } },
	{ "*",			{ LIMIT_NONE, 0 } },
};

static bool
plan_wanted(const struct options *opt, const char *name)
{
	if (opt->only == NULL)
		return true;
	if (strpbrk(opt->only, "*?[") != NULL)
		return fnmatch(opt->only, name, 0) == 0;
	return strstr(name, opt->only) != NULL;
}

/* Adds the row if it is wanted; the name is set already. */
static void
plan_add(const struct options *opt, struct plan *plan, const struct row *row)
{
	struct row *more;
	size_t i;

	if (!plan_wanted(opt, row->name))
		return;
	more = reallocarray(plan->row, plan->len + 1, sizeof(*more));
	if (more == NULL) {
		perror("bench");
		exit(2);
	}
	plan->row = more;
	more[plan->len] = *row;
	for (i = 0; fnmatch(limits[i].pattern, row->name, 0) != 0; i++)
		continue;
	more[plan->len++].limit = limits[i].limit;
}

static void
plan_ops(const struct options *opt, struct plan *plan)
{
	const struct op *op;
	size_t i;
	size_t t;

	for (i = 0; (op = op_get(i)) != NULL; i++) {
		struct row row = { .group = GROUP_OPS, .kind = ROW_OP,
				   .op = i, .threads = 1 };

		if (!op->threaded) {
			snprintf(row.name, sizeof(row.name), "%s", op->name);
			plan_add(opt, plan, &row);
			continue;
		}
		for (t = 0; t < opt->threads_len; t++) {
			row.threads = (unsigned)opt->threads[t];
			snprintf(row.name, sizeof(row.name), "%s/%ut",
				 op->name, row.threads);
			plan_add(opt, plan, &row);
		}
	}
}

static void
plan_create(const struct options *opt, struct plan *plan)
{
	static const struct row rows[] = {
		{ .name = "create-aes", .kind = ROW_CREATE, .op = 0 },
		{ .name = "generate-aes", .kind = ROW_CREATE, .op = 1 },
		{ .name = "fsync", .kind = ROW_FSYNC, .unit = UNIT_MS },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct row row = rows[i];

		row.group = GROUP_CREATE;
		plan_add(opt, plan, &row);
	}
}

static const struct count_kind {
	const char *name;
	enum row_kind kind;
	enum unit unit;
	bool growth;
} count_kinds[] = {
	{ "find-label", ROW_FIND_LABEL, UNIT_US, true },
	{ "find-id", ROW_FIND_ID, UNIT_US, true },
	{ "start", ROW_FIRST, UNIT_MS, true },
	{ "login", ROW_LOGIN, UNIT_MS, false },
	{ "memory", ROW_MEMORY, UNIT_MIB, false },
};

/* Rows by kind, then by count: the group runs them by count. */
static void
plan_store(const struct options *opt, struct plan *plan)
{
	const struct count_kind *kind;
	size_t i;
	size_t k;

	for (k = 0; k < sizeof(count_kinds) / sizeof(count_kinds[0]); k++) {
		struct row row = { .group = GROUP_STORE };

		kind = &count_kinds[k];
		row.kind = kind->kind;
		row.unit = kind->unit;
		for (i = 0; i < opt->objects_len; i++) {
			row.count = opt->objects[i];
			snprintf(row.name, sizeof(row.name), "%s/%lu",
				 kind->name, row.count);
			plan_add(opt, plan, &row);
		}
		if (!kind->growth || opt->objects_len < 2)
			continue;
		row.kind = ROW_GROWTH;
		row.of = kind->kind;
		row.unit = UNIT_TIMES;
		snprintf(row.name, sizeof(row.name), "%s/growth", kind->name);
		plan_add(opt, plan, &row);
	}
}

static void
plan_trace(const struct options *opt, struct plan *plan)
{
	const struct op *op;
	size_t i;

	for (i = 0; (op = op_get(i)) != NULL; i++) {
		struct row row = { .group = GROUP_TRACE, .kind = ROW_TRACE,
				   .unit = UNIT_CALLS, .op = i };

		if (!op->traced)
			continue;
		snprintf(row.name, sizeof(row.name), "syscalls/%s", op->name);
		plan_add(opt, plan, &row);
	}
}

void
plan_make(const struct options *opt, struct plan *out)
{
	out->row = NULL;
	out->len = 0;
	plan_ops(opt, out);
	plan_create(opt, out);
	plan_store(opt, out);
	plan_trace(opt, out);
}

bool
plan_has_group(const struct plan *plan, enum group group)
{
	size_t i;

	for (i = 0; i < plan->len; i++)
		if (plan->row[i].group == group)
			return true;
	return false;
}

void
plan_limit_text(const struct row *row, char *out, size_t size)
{
	static const char *const unit[] = {
		[UNIT_RATE] = "/s", [UNIT_US] = " us", [UNIT_MS] = " ms",
		[UNIT_MIB] = " MiB", [UNIT_CALLS] = "", [UNIT_TIMES] = " x",
	};

	switch (row->limit.kind) {
	case LIMIT_NONE:
		snprintf(out, size, "%s", "");
		break;
	case LIMIT_RATIO_MIN:
		snprintf(out, size, ">= %.2f", row->limit.value);
		break;
	case LIMIT_MIN:
		snprintf(out, size, ">= %g%s", row->limit.value,
			 unit[row->unit]);
		break;
	case LIMIT_MAX:
		snprintf(out, size, "< %g%s", row->limit.value,
			 unit[row->unit]);
		break;
	case LIMIT_EXCESS:
		snprintf(out, size, "+ none");
		break;
	}
}

void
plan_judge(const struct row *row, struct result *res)
{
	const struct limit *limit = &row->limit;
	bool holds = false;

	if (res->verdict != VERDICT_ABSENT)
		return;
	switch (limit->kind) {
	case LIMIT_NONE:
		res->verdict = VERDICT_NONE;
		return;
	case LIMIT_RATIO_MIN:
		holds = res->fig.ratio >= limit->value;
		break;
	case LIMIT_MIN:
		holds = res->fig.module >= limit->value;
		break;
	case LIMIT_MAX:
		holds = res->fig.module < limit->value;
		break;
	case LIMIT_EXCESS:
		holds = res->fig.module <= res->fig.bare + limit->value;
		break;
	}
	res->verdict = holds ? VERDICT_OK : VERDICT_MISS;
}
