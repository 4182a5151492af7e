/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interleaved rounds: a pool of threads, each owning one side of the module
 * and one of bare libcrypto, runs A B A B ...; each B is compared with the A
 * just before it, so whatever else the machine does hits both alike.
 *
 * Invariants:
 *  1. Threads live as long as the comparison: what a library sets up per
 *     thread is paid in the round that is not counted.
 *  2. Between the barriers `gate` and `done` only workers touch their own
 *     struct worker; outside of them only the leader does.
 */
#include "bench.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The clock is read after at least this much work. */
#define BATCH_NS	200000u

struct pool;

struct worker {
	struct pool *pool;
	struct side *side[2];
	unsigned long batch[2];	/* operations between looks at the clock */
	unsigned long ops;	/* of the last round */
	uint64_t end;		/* when it ended */
	bool failed;
	pthread_t thread;
};

struct pool {
	pthread_barrier_t gate;
	pthread_barrier_t done;
	size_t threads;
	int which;		/* side of the coming round; -1: stop */
	uint64_t deadline;
	struct worker *worker;
};

uint64_t
meas_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int
meas_compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

double
meas_quantile(double *value, size_t len, double q)
{
	double at = q * (double)(len - 1);
	size_t low = (size_t)at;
	double part = at - (double)low;

	qsort(value, len, sizeof(*value), meas_compare);
	if (low + 1 >= len)
		return value[len - 1];
	return value[low] * (1 - part) + value[low + 1] * part;
}

/* Runs one side until the deadline. */
static void
meas_work(struct worker *w, int which, uint64_t deadline)
{
	struct side *side = w->side[which];
	uint64_t before = meas_now();
	uint64_t now;

	w->ops = 0;
	do {
		if (!side->fn->run(side, w->batch[which])) {
			w->failed = true;
			break;
		}
		w->ops += w->batch[which];
		now = meas_now();
		if (now - before < BATCH_NS / 2)
			w->batch[which] *= 2;
		before = now;
	} while (now < deadline);
	w->end = meas_now();
}

static void *
meas_thread(void *arg)
{
	struct worker *w = arg;
	struct pool *pool = w->pool;

	for (;;) {
		pthread_barrier_wait(&pool->gate);
		if (pool->which < 0)
			return NULL;
		meas_work(w, pool->which, pool->deadline);
		pthread_barrier_wait(&pool->done);
	}
}

/* One round of one side: operations per second over all threads; NAN = fail. */
static double
meas_round(struct pool *pool, int which, unsigned time_ms)
{
	uint64_t start = meas_now();
	uint64_t end = start + 1;
	double ops = 0;
	bool failed = false;
	size_t i;

	pool->which = which;
	pool->deadline = start + (uint64_t)time_ms * 1000000u;
	pthread_barrier_wait(&pool->gate);
	pthread_barrier_wait(&pool->done);
	for (i = 0; i < pool->threads; i++) {
		ops += (double)pool->worker[i].ops;
		failed = failed || pool->worker[i].failed;
		if (pool->worker[i].end > end)
			end = pool->worker[i].end;
	}
	return failed ? NAN : ops * 1e9 / (double)(end - start);
}

static void
meas_why(const struct pool *pool, char *why)
{
	size_t i;

	snprintf(why, NOTE_MAX_LEN, "failed");
	for (i = 0; i < pool->threads; i++) {
		const struct worker *w = &pool->worker[i];

		if (w->failed)
			snprintf(why, NOTE_MAX_LEN, "%.100s%.10s",
				 w->side[pool->which]->why,
				 pool->which == 1 ? " (bare)" : "");
	}
}

/* All rounds on a running pool. */
static bool
meas_rounds(const struct options *opt, struct pool *pool, bool with_bare,
	    struct figures *out)
{
	double a[ROUNDS_MAX];
	double b[ROUNDS_MAX];
	double r[ROUNDS_MAX];
	unsigned rounds = opt->rounds;
	unsigned i;

	for (i = 0; i < rounds + 1; i++) {
		unsigned at = i == 0 ? 0 : i - 1; /* the first is overwritten */

		a[at] = meas_round(pool, 0, opt->time_ms);
		if (isnan(a[at]))
			return false;
		b[at] = with_bare ? meas_round(pool, 1, opt->time_ms) : 1;
		if (isnan(b[at]))
			return false;
		r[at] = a[at] / b[at];
	}
	out->module = meas_quantile(a, rounds, 0.5);
	out->bare = NAN;
	out->ratio = out->ratio_lo = out->ratio_hi = NAN;
	if (!with_bare)
		return true;
	out->bare = meas_quantile(b, rounds, 0.5);
	out->ratio = meas_quantile(r, rounds, 0.5);
	out->ratio_lo = meas_quantile(r, rounds, 0.25);
	out->ratio_hi = meas_quantile(r, rounds, 0.75);
	return true;
}

bool
meas_pairs(const struct options *opt, size_t threads, struct side *module,
	   struct side *bare, struct figures *out, char *why)
{
	struct pool pool = { .threads = threads };
	size_t i;
	bool ok;

	pool.worker = calloc(threads, sizeof(*pool.worker));
	if (pool.worker == NULL) {
		snprintf(why, NOTE_MAX_LEN, "out of memory");
		return false;
	}
	pthread_barrier_init(&pool.gate, NULL, (unsigned)threads + 1);
	pthread_barrier_init(&pool.done, NULL, (unsigned)threads + 1);
	for (i = 0; i < threads; i++) {
		struct worker *w = &pool.worker[i];

		w->pool = &pool;
		w->side[0] = &module[i];
		w->side[1] = bare == NULL ? NULL : &bare[i];
		w->batch[0] = w->batch[1] = 1;
		if (pthread_create(&w->thread, NULL, meas_thread, w) != 0) {
			/* The others wait at the gate for ever: give up. */
			perror("bench: pthread_create");
			exit(2);
		}
	}
	ok = meas_rounds(opt, &pool, bare != NULL, out);
	if (!ok)
		meas_why(&pool, why);
	pool.which = -1;
	pthread_barrier_wait(&pool.gate);
	for (i = 0; i < threads; i++)
		pthread_join(pool.worker[i].thread, NULL);
	pthread_barrier_destroy(&pool.gate);
	pthread_barrier_destroy(&pool.done);
	free(pool.worker);
	return ok;
}
