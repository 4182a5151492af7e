/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows where one operation of the module stands beside the same work done
 * with bare libcrypto, in interleaved rounds on the same threads.
 */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Opens one side per thread; false at the first that does not open. */
static bool
ops_open(struct bench *b, const struct op *op, const struct op_side *fn,
	 size_t threads, struct side *side)
{
	size_t i;

	for (i = 0; i < threads; i++) {
		side[i].b = b;
		side[i].op = op;
		side[i].fn = fn;
	}
	for (i = 0; i < threads; i++)
		if (!fn->open(&side[i])) {
			memcpy(side[0].why, side[i].why, NOTE_MAX_LEN);
			return false;
		}
	return true;
}

static void
ops_row(struct bench *b, size_t index, const struct row *row)
{
	const struct op *op = op_get(row->op);
	struct result res = { .verdict = VERDICT_ABSENT };
	struct side module[THREADS_MAX] = { 0 };
	struct side bare[THREADS_MAX] = { 0 };
	size_t i;
	bool ok = false;

	/* The bare side first: without it there is nothing to compare. */
	if (!ops_open(b, op, op->bare, row->threads, bare)) {
		proc_report_note(b, index, VERDICT_SKIP, bare[0].why);
	} else if (!ops_open(b, op, op->module, row->threads, module)) {
		proc_report_note(b, index, VERDICT_ERROR, module[0].why);
	} else {
		ok = meas_pairs(b->opt, row->threads, module, bare, &res.fig,
				res.note);
		if (ok)
			proc_report(b, index, &res);
		else
			proc_report_note(b, index, VERDICT_ERROR, res.note);
	}
	for (i = 0; i < row->threads; i++) {
		op->module->close(&module[i]);
		op->bare->close(&bare[i]);
	}
}

void
group_ops(struct bench *b)
{
	size_t i;

	for (i = 0; i < b->plan->len; i++) {
		const struct row *row = &b->plan->row[i];

		if (row->group != GROUP_OPS)
			continue;
		proc_progress(b, row->name);
		if (!op_listed(b, op_get(row->op)->mech))
			proc_report_note(b, i, VERDICT_SKIP,
					 "the module does not list the "
					 "mechanism");
		else
			ops_row(b, i, row);
	}
}
