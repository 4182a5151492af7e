/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many processes on one token: that all of them succeed at the same moment,
 * and that a writer which is killed leaves what it was promised, all of it,
 * and nothing by halves.
 *
 * KLUIS_TEST_PROCESSES (64) and KLUIS_TEST_KILLS (10) make a run longer.
 */
#include "process/proc.h"

#include <sqlite3.h>

/* ---------------------------------------------------- all at one moment */

#define WRITERS 4
#define SIGNS 20
#define WRITES 25

static int gate[2];

/* Every worker waits for the starting gun. */
static void
gate_wait(void)
{
	char byte;

	(void)close(gate[1]);
	MUST(read(gate[0], &byte, 1) == 0, "the gate: %s", strerror(errno));
}

static void
write_some(unsigned id)
{
	for (unsigned i = 0; i < WRITES; i++) {
		CK_OBJECT_HANDLE h = 0;
		char label[40];

		(void)snprintf(label, sizeof(label), "writer %u %u", id, i);
		OK(mod_data_new(p.s, label, "value", true, &h));
		MUST(mod_count(p.s, label) == 1, "%s is not found", label);
		OK(p.f->C_DestroyObject(p.s, h));
		MUST(mod_count(p.s, label) == 0, "%s is still there", label);
	}
}

static void
worker(const void *arg)
{
	unsigned id = *(const unsigned *)arg;
	CK_OBJECT_HANDLE key;

	gate_wait();
	mod_load();
	mod_open();
	key = mod_key_find(p.s);
	for (int i = 0; i < SIGNS; i++)
		OK(mod_sign_rv(p.s, key));
	if (id < WRITERS)
		write_some(id);
	OK(p.f->C_Finalize(NULL));
}

static void
nothing_left(const void *arg)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) } };
	CK_OBJECT_HANDLE h;
	CK_ULONG n = 1;

	(void)arg;
	mod_load();
	mod_open();
	OK(mod_find_rv(p.s, t, 1, &h, &n));
	MUST(n == 0, "an object of a writer is left");
}

static void
at_once(const void *arg)
{
	unsigned n = proc_count("KLUIS_TEST_PROCESSES", *(const unsigned *)arg);
	unsigned bad = 0;
	pid_t *pids = calloc(n, sizeof(*pids));

	MUST(pids != NULL, "no memory");
	proc_token();
	MUST(pipe(gate) == 0, "pipe");
	for (unsigned i = 0; i < n; i++)
		pids[i] = proc_start(worker, &i);
	(void)close(gate[0]);
	(void)close(gate[1]);
	for (unsigned i = 0; i < n; i++)
		bad += proc_good(proc_wait(pids[i]), "a worker") ? 0 : 1;
	free(pids);
	MUST(bad == 0, "%u of %u processes failed", bad, n);
	good_end(proc_start(nothing_left, NULL), "the look afterwards");
}

/* -------------------------------------------------------------- kill -9 */

/*
 * What the writer was promised, written to the pipe after the call's return.
 * Object n of a round: created; label changed when n % 3 == 1; destroyed when
 * n % 3 == 2.
 */
struct promise {
	unsigned n;
	unsigned step;		/* 1 created, 2 changed, 3 destroyed */
};

static int promises[2];

static void
promise(unsigned n, unsigned step)
{
	struct promise pr = { n, step };

	MUST(write(promises[1], &pr, sizeof(pr)) == sizeof(pr), "pipe");
}

static void
text_of(char out[40], const char *what, unsigned round, unsigned n)
{
	(void)snprintf(out, 40, "%s %u.%u", what, round, n);
}

static void
writer(const void *arg)
{
	unsigned round = *(const unsigned *)arg;

	mod_load();
	mod_open();
	for (unsigned n = 0;; n++) {
		CK_OBJECT_HANDLE h = 0;
		char label[40], value[40];
		CK_ATTRIBUTE t = { CKA_LABEL, label, 0 };

		text_of(label, "made", round, n);
		text_of(value, "value", round, n);
		OK(mod_data_new(p.s, label, value, true, &h));
		promise(n, 1);
		if (n % 3 == 1) {
			text_of(label, "changed", round, n);
			t.ulValueLen = strlen(label);
			OK(p.f->C_SetAttributeValue(p.s, h, &t, 1));
			promise(n, 2);
		} else if (n % 3 == 2) {
			OK(p.f->C_DestroyObject(p.s, h));
			promise(n, 3);
		}
	}
}

/* 1 when it is there under this label with the right value, else 0. */
static CK_ULONG
there(const char *what, unsigned round, unsigned n)
{
	char label[40], value[40], got[60];
	CK_ATTRIBUTE t = { CKA_LABEL, label, 0 };
	CK_ATTRIBUTE v = { CKA_VALUE, got, sizeof(got) };
	CK_OBJECT_HANDLE h[2];
	CK_ULONG found = 2;

	text_of(label, what, round, n);
	text_of(value, "value", round, n);
	t.ulValueLen = strlen(label);
	OK(mod_find_rv(p.s, &t, 1, h, &found));
	MUST(found <= 1, "%s: found twice", label);
	if (found == 0)
		return 0;
	OK(p.f->C_GetAttributeValue(p.s, h[0], &v, 1));
	MUST(v.ulValueLen == strlen(value) &&
	    memcmp(got, value, v.ulValueLen) == 0, "%s: wrong value", label);
	return 1;
}

static void
kept(unsigned round, unsigned n, unsigned step)
{
	CK_ULONG made = there("made", round, n);
	CK_ULONG changed = there("changed", round, n);
	unsigned last = n % 3 == 0 ? 1 : n % 3 == 1 ? 2 : 3;

	if (step == 2)
		MUST(changed == 1 && made == 0, "change %u.%u is lost",
		    round, n);
	else if (step == 3)
		MUST(made == 0, "%u.%u is back", round, n);
	else if (step == last)
		MUST(made == 1, "%u.%u is lost", round, n);
	else	/* the next step may have happened, unpromised */
		MUST(n % 3 == 2 || made + changed == 1, "%u.%u is lost",
		    round, n);
}

struct round {
	unsigned number;
	unsigned n;		/* objects with a promise */
	unsigned char *steps;
};

static void
verify(const void *arg)
{
	const struct round *r = arg;

	mod_load();
	mod_open();
	for (unsigned i = 0; i < r->n; i++)
		kept(r->number, i, r->steps[i]);
	MUST(there("made", r->number, r->n + 1) == 0, "two without a promise");
	OK(mod_sign_rv(p.s, mod_key_find(p.s)));
	OK(p.f->C_Finalize(NULL));
}

static void
read_promises(struct round *r)
{
	struct promise pr;
	ssize_t got;

	while ((got = read(promises[0], &pr, sizeof(pr))) == sizeof(pr)) {
		if (pr.n >= r->n) {
			r->steps = realloc(r->steps, pr.n + 1);
			MUST(r->steps != NULL, "no memory");
			r->n = pr.n + 1;
		}
		r->steps[pr.n] = (unsigned char)pr.step;
	}
	MUST(got == 0, "a promise by halves");
}

static sqlite3_int64
ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3_int64 n;

	MUST(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK,
	    "%s: %s", sql, sqlite3_errmsg(db));
	MUST(sqlite3_step(stmt) == SQLITE_ROW, "%s: %s", sql,
	    sqlite3_errmsg(db));
	n = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return n;
}

/* The database as SQLite and db/README see it. */
static void
whole_database(const void *arg)
{
	const char *store = getenv("KLUIS_STORE");
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	char path[600];

	(void)arg;
	(void)snprintf(path, sizeof(path), "%s/0.db", store);
	MUST(sqlite3_open(path, &db) == SQLITE_OK, "%s", path);
	MUST(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt,
	    NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW &&
	    strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0,
	    "integrity_check");
	(void)sqlite3_finalize(stmt);
	MUST(ask(db, "SELECT count(*) FROM tag WHERE object NOT IN "
	    "(SELECT id FROM object)") == 0, "tags without an object");
	MUST(ask(db, "SELECT count(*) FROM object WHERE length(tags) / 16 <> "
	    "(SELECT count(*) FROM tag WHERE object = object.id)") == 0,
	    "objects without their tags");
	(void)sqlite3_close(db);
}

static void
kills(const void *arg)
{
	unsigned n = proc_count("KLUIS_TEST_KILLS", *(const unsigned *)arg);
	uint32_t random = 12345;
	unsigned total = 0;

	proc_token();
	for (unsigned i = 0; i < n; i++) {
		struct round r = { .number = i };
		pid_t pid;

		MUST(pipe(promises) == 0, "pipe");
		pid = proc_start(writer, &i);
		(void)close(promises[1]);
		random = random * 1664525 + 1013904223;
		proc_sleep_ms(60 + (random >> 16) % 240);
		(void)kill(pid, SIGKILL);
		MUST(WIFSIGNALED(proc_wait(pid)), "the writer failed");
		read_promises(&r);
		(void)close(promises[0]);
		good_end(proc_start(verify, &r), "the look afterwards");
		good_end(proc_start(whole_database, NULL), "the database");
		total += r.n;
		free(r.steps);
	}
	dprintf(2, "# %u kills, %u objects promised, none lost\n", n, total);
	MUST(total > n, "the writers did not get to write");
}

static const unsigned sixty_four = 64, ten = 10;

int
main(int argc, char **argv)
{
	static const struct proc_case cases[] = {
		{ "many: all start, log in, sign at once", at_once,
		    &sixty_four, 180 },
		{ "many: a killed writer's promises are kept", kills, &ten,
		    180 },
	};

	return proc_main(argc, argv, cases, COUNT(cases));
}
