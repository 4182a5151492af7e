/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must not depend on the number of objects: search, start of a process,
 * memory. One token grows from count to count; its objects are AES keys with
 * a label and an ID of their own, and one P-256 key that signs.
 */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_LEN		8
#define FINDS		16	/* different objects that are looked for */
#define RUNS_MIN	3

struct store {
	struct bench *b;
	unsigned long have;		/* objects made so far */
	double fill_rate;		/* of the last filling, per second */
	char keyfile[PATH_MAX_LEN + 16];
	double *value;			/* module's figure by row, or NAN */
};

/* What a search looks for. */
struct find {
	bool by_id;
	unsigned long count;
	unsigned long next;
};

static CK_BBOOL yes = CK_TRUE;

static void
store_label(unsigned long index, char *out, size_t size)
{
	snprintf(out, size, "bench-%08lu", index);
}

static void
store_id(unsigned long index, CK_BYTE *out)
{
	int i;

	for (i = ID_LEN - 1; i >= 0; i--, index >>= 8)
		out[i] = (CK_BYTE)index;
}

static bool
store_create(struct bench *b, unsigned long index, char *why)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_BYTE value[32] = { 0 };
	CK_BYTE id[ID_LEN];
	char label[32];
	CK_ATTRIBUTE attr[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_ENCRYPT, &yes, sizeof(yes) },
		{ CKA_VALUE, value, sizeof(value) },
		{ CKA_ID, id, sizeof(id) },
		{ CKA_LABEL, label, 0 },
	};
	CK_OBJECT_HANDLE made;
	CK_RV rv;

	store_label(index, label, sizeof(label));
	store_id(index, id);
	memcpy(value, id, sizeof(id));
	attr[6].ulValueLen = strlen(label);
	rv = b->p11->C_CreateObject(b->session, attr, 7, &made);
	return rv == CKR_OK ? true : target_fail(why, "C_CreateObject", rv);
}

/* Makes objects until there are count; gives up after opt->fill_s. */
static bool
store_fill(struct store *s, unsigned long count, char *why)
{
	struct bench *b = s->b;
	uint64_t start = meas_now();
	uint64_t limit = (uint64_t)b->opt->fill_s * 1000000000u;
	unsigned long first = s->have;
	char text[64];
	uint64_t spent = 0;

	for (; s->have < count && spent <= limit; s->have++) {
		if (!store_create(b, s->have, why))
			return false;
		spent = meas_now() - start;
		if (s->have % 64 != 0)
			continue;
		snprintf(text, sizeof(text), "object %lu of %lu", s->have,
			 count);
		proc_progress(b, text);
	}
	if (s->have > first)
		s->fill_rate = (double)(s->have - first) * 1e9 / (double)spent;
	if (s->have >= count)
		return true;
	snprintf(why, NOTE_MAX_LEN, "only %lu objects after %u s (--fill)",
		 s->have, b->opt->fill_s);
	return false;
}

static bool
find_run(struct side *side, unsigned long n)
{
	struct bench *b = side->b;
	struct find *f = side->state;
	CK_OBJECT_HANDLE hit[4];
	CK_BYTE id[ID_LEN];
	char label[32];
	CK_RV rv;

	while (n-- > 0) {
		unsigned long k = f->next++ % FINDS;
		unsigned long index = f->count * k / FINDS;
		CK_ATTRIBUTE attr = { CKA_ID, id, sizeof(id) };
		CK_ULONG len = 0;

		store_id(index, id);
		store_label(index, label, sizeof(label));
		if (!f->by_id) {
			attr.type = CKA_LABEL;
			attr.pValue = label;
			attr.ulValueLen = strlen(label);
		}
		rv = b->p11->C_FindObjectsInit(b->session, &attr, 1);
		if (rv != CKR_OK)
			return op_fail(side, "C_FindObjectsInit", rv);
		rv = b->p11->C_FindObjects(b->session, hit, 4, &len);
		if (rv != CKR_OK)
			return op_fail(side, "C_FindObjects", rv);
		rv = b->p11->C_FindObjectsFinal(b->session);
		if (rv != CKR_OK)
			return op_fail(side, "C_FindObjectsFinal", rv);
		if (len != 1)
			return op_fail(side, "not one hit", rv);
	}
	return true;
}

static void
store_find(struct store *s, size_t index, const struct row *row)
{
	static const struct op_side find_side = { .run = find_run };
	struct result res = { .verdict = VERDICT_ABSENT };
	struct find find = { .by_id = row->kind == ROW_FIND_ID,
			     .count = row->count };
	struct side side = { .b = s->b, .fn = &find_side, .state = &find };

	if (!meas_pairs(s->b->opt, 1, &side, NULL, &res.fig, res.note)) {
		proc_report_note(s->b, index, VERDICT_ERROR, res.note);
		return;
	}
	res.fig.module = 1e6 / res.fig.module;
	snprintf(res.note, sizeof(res.note), "token filled at %.0f objects/s",
		 s->fill_rate);
	s->value[index] = res.fig.module;
	proc_report(s->b, index, &res);
}

/* Medians of several started processes. */
struct starts {
	double first_ms;	/* without the PIN's cost */
	double login_ms;
	double bare_ms;
	double rss_mib;		/* above the bare process's */
	double bare_mib;
	double peak_mib;
	double bare_peak_mib;
	char why[NOTE_MAX_LEN];	/* "" when they are there */
};

static void
store_starts(struct store *s, struct starts *out)
{
	double first[ROUNDS_MAX], login[ROUNDS_MAX], bare[ROUNDS_MAX];
	double rss[ROUNDS_MAX], bare_rss[ROUNDS_MAX];
	unsigned rounds = s->b->opt->rounds;
	struct start_report a;
	struct start_report c;
	uint64_t total_a;
	uint64_t total_c;
	unsigned i;

	if (rounds < RUNS_MIN)
		rounds = RUNS_MIN;
	for (i = 0; i < rounds; i++) {
		if (!start_run(s->b, NULL, &a, &total_a, out->why) ||
		    !start_run(s->b, s->keyfile, &c, &total_c, out->why))
			return;
		first[i] = (double)(total_a - a.login_ns) / 1e6;
		login[i] = (double)a.login_ns / 1e6;
		bare[i] = (double)total_c / 1e6;
		rss[i] = (double)(a.rss_kib - c.rss_kib) / 1024;
		bare_rss[i] = (double)c.rss_kib / 1024;
	}
	out->first_ms = meas_quantile(first, rounds, 0.5);
	out->login_ms = meas_quantile(login, rounds, 0.5);
	out->bare_ms = meas_quantile(bare, rounds, 0.5);
	out->rss_mib = meas_quantile(rss, rounds, 0.5);
	out->bare_mib = meas_quantile(bare_rss, rounds, 0.5);
	out->peak_mib = (double)a.peak_kib / 1024;
	out->bare_peak_mib = (double)c.peak_kib / 1024;
}

static void
store_start_row(struct store *s, size_t index, const struct row *row,
		const struct starts *st)
{
	struct result res = { .fig = { NAN, NAN, NAN, NAN, NAN } };

	if (st->why[0] != '\0') {
		proc_report_note(s->b, index, VERDICT_ERROR, st->why);
		return;
	}
	if (row->kind == ROW_FIRST) {
		res.fig.module = st->first_ms;
		res.fig.bare = st->bare_ms;
		snprintf(res.note, sizeof(res.note),
			 "C_Login (%.1f ms) left out", st->login_ms);
	} else if (row->kind == ROW_LOGIN) {
		res.fig.module = st->login_ms;
	} else {
		res.fig.module = st->rss_mib;
		res.fig.bare = st->bare_mib;
		snprintf(res.note, sizeof(res.note), "above bare; peak %.1f "
			 "MiB, bare's peak %.1f MiB", st->peak_mib,
			 st->bare_peak_mib);
	}
	s->value[index] = res.fig.module;
	proc_report(s->b, index, &res);
}

/* Says whether a row of this count needs started processes. */
static bool
store_is_start(const struct row *row)
{
	return row->kind == ROW_FIRST || row->kind == ROW_LOGIN ||
		row->kind == ROW_MEMORY;
}

/* All rows of one count. */
static void
store_count(struct store *s, unsigned long count)
{
	struct starts st = { 0 };
	char why[NOTE_MAX_LEN] = "";
	bool have = false;
	bool filled = true;
	size_t i;

	for (i = 0; i < s->b->plan->len; i++) {
		const struct row *row = &s->b->plan->row[i];

		if (row->group != GROUP_STORE || row->kind == ROW_GROWTH ||
		    row->count != count)
			continue;
		if (filled)
			filled = store_fill(s, count, why);
		if (!filled) {
			proc_report_note(s->b, i, VERDICT_SKIP, why);
			continue;
		}
		proc_progress(s->b, row->name);
		if (!store_is_start(row)) {
			store_find(s, i, row);
			continue;
		}
		if (!have)
			store_starts(s, &st);
		have = true;
		store_start_row(s, i, row, &st);
	}
}

/* The figure at the largest count over that at the smallest. */
static void
store_growth(struct store *s, size_t index, const struct row *row)
{
	const struct plan *plan = s->b->plan;
	struct result res = { .fig = { NAN, NAN, NAN, NAN, NAN } };
	double low = NAN;
	double high = NAN;
	unsigned long from = 0;
	unsigned long to = 0;
	size_t i;

	for (i = 0; i < plan->len; i++) {
		if (plan->row[i].kind != row->of || isnan(s->value[i]))
			continue;
		if (isnan(low)) {
			low = s->value[i];
			from = plan->row[i].count;
		}
		high = s->value[i];
		to = plan->row[i].count;
	}
	if (from == to) {
		proc_report_note(s->b, index, VERDICT_SKIP,
				 "fewer than two counts were measured");
		return;
	}
	res.fig.module = high / low;
	snprintf(res.note, sizeof(res.note), "at %lu over at %lu objects", to,
		 from);
	proc_report(s->b, index, &res);
}

/* The bare process's key, as a file. */
static bool
store_keyfile(struct store *s, char *why)
{
	unsigned char *der = NULL;
	EVP_PKEY *key;
	FILE *f;
	int len;
	bool ok;

	if (!key_bare(s->b, KEY_FIRST, &key, why))
		return false;
	snprintf(s->keyfile, sizeof(s->keyfile), "%s/first.der", s->b->dir);
	len = i2d_PrivateKey(key, &der);
	f = fopen(s->keyfile, "wb");
	ok = f != NULL && len > 0 && fwrite(der, (size_t)len, 1, f) == 1;
	if (f != NULL && fclose(f) != 0)
		ok = false;
	OPENSSL_free(der);
	if (!ok)
		snprintf(why, NOTE_MAX_LEN, "cannot write the bare key");
	return ok;
}

/* Removes the objects from a token that is not ours. */
static void
store_empty(struct store *s)
{
	CK_OBJECT_HANDLE object;
	char why[NOTE_MAX_LEN];
	char label[32];

	while (s->have-- > 0) {
		store_label(s->have, label, sizeof(label));
		if (target_find(s->b, CKO_SECRET_KEY, label, &object, why) &&
		    object != CK_INVALID_HANDLE)
			(void)s->b->p11->C_DestroyObject(s->b->session,
							 object);
	}
}

void
group_store(struct bench *b)
{
	struct store s = { .b = b };
	CK_OBJECT_HANDLE key;
	char why[NOTE_MAX_LEN] = "out of memory";
	size_t i;

	s.value = calloc(b->plan->len, sizeof(*s.value));
	if (s.value == NULL || setenv("BENCH_PIN", b->pin, 1) != 0 ||
	    !key_module(b, KEY_FIRST, &key, why) || !store_keyfile(&s, why)) {
		proc_report_all(b, GROUP_STORE, VERDICT_ERROR, why);
		free(s.value);
		return;
	}
	for (i = 0; i < b->plan->len; i++)
		s.value[i] = NAN;
	for (i = 0; i < b->opt->objects_len; i++)
		store_count(&s, b->opt->objects[i]);
	for (i = 0; i < b->plan->len; i++)
		if (b->plan->row[i].group == GROUP_STORE &&
		    b->plan->row[i].kind == ROW_GROWTH)
			store_growth(&s, i, &b->plan->row[i]);
	if (!b->fresh)
		store_empty(&s);
	free(s.value);
}
