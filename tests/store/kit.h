/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the store share: a folder of their own, an environment,
 * tokens, objects made of a number, children that report by their exit code,
 * and raw access to a database file, as an attacker or a restored backup has.
 */
#ifndef KLUIS_TESTS_STORE_KIT_H
#define KLUIS_TESTS_STORE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "store/store_int.h"

#define KIT __attribute__((unused)) static

struct kit {
	char dir[256];		/* the test's folder, removed at the end */
	char store[300];	/* the store's, below it */
	struct store_env *env;
};

KIT int
kit_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct kit *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return -1;
	(void)snprintf(k->dir, sizeof(k->dir), "%s/kit.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(k->dir) == NULL || log_setup("none") != CKR_OK)
		return -1;
	(void)snprintf(k->store, sizeof(k->store), "%s/a/store", k->dir);
	if (store_env_new(k->store, NULL, &k->env) != CKR_OK)
		return -1;
	*state = k;
	return 0;
}

KIT int
kit_rm(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

KIT int
kit_teardown(void **state)
{
	struct kit *k = *state;

	store_env_free(k->env);
	(void)chmod(k->store, 0700);
	(void)nftw(k->dir, kit_rm, 16, FTW_DEPTH | FTW_PHYS);
	free(k);
	return 0;
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

/* A path below the store; valid until the eighth call after this one. */
KIT const char *
kit_path(const struct kit *k, const char *name)
{
	static char path[8][600];
	static unsigned next;
	char *p = path[next++ % 8];

	(void)snprintf(p, sizeof(path[0]), "%s/%s", k->store, name);
	return p;
}

KIT bool
kit_exists(const struct kit *k, const char *name)
{
	return access(kit_path(k, name), F_OK) == 0;
}

KIT CK_RV
kit_fill(struct store *s, void *arg)
{
	return store_record_put(s, "token", bytes_of(arg,
	    arg == NULL ? 0 : strlen(arg)));
}

/* Makes token `slot` and opens it. */
KIT struct store *
kit_token(struct kit *k, uint32_t slot)
{
	struct store *s = NULL;
	char what[] = "token";

	assert_int_equal(store_create(k->env, slot, kit_fill, what), CKR_OK);
	assert_int_equal(store_open(k->env, slot, &s), CKR_OK);
	return s;
}

/* Tag i of the objects that are made of number n. */
KIT void
kit_tag(uint8_t tag[STORE_TAG], unsigned i, uint64_t n)
{
	memset(tag, 0, STORE_TAG);
	tag[0] = (uint8_t)(n * 2654435761u >> 16);
	tag[1] = (uint8_t)i;
	memcpy(tag + 4, &n, sizeof(n));
}

/* An object made of n, with tags (0, n), (1, n % 10) and (2, 0). */
struct kit_object {
	struct store_object o;
	uint8_t tags[3][STORE_TAG];
	char text[3][40];
};

KIT void
kit_object(struct kit_object *k, uint64_t n)
{
	static const char *const what[] = { "clear", "sealed", "secret" };
	unsigned i;

	memset(k, 0, sizeof(*k));
	memcpy(k->o.uuid, &n, sizeof(n));
	k->o.version = 1;
	k->o.flags = n % 2 == 0 ? STORE_F_PRIVATE : 0;
	kit_tag(k->tags[0], 0, n);
	kit_tag(k->tags[1], 1, n % 10);
	kit_tag(k->tags[2], 2, 0);
	k->o.tags = bytes_of(k->tags, sizeof(k->tags));
	for (i = 0; i < 3; i++)
		(void)snprintf(k->text[i], sizeof(k->text[i]), "%s %llu",
		    what[i], (unsigned long long)n);
	k->o.clear = bytes_of(k->text[0], strlen(k->text[0]));
	k->o.sealed = bytes_of(k->text[1], strlen(k->text[1]));
	k->o.secret = bytes_of(k->text[2], strlen(k->text[2]));
}

/* Adds the object made of n in a transaction of its own; its row or 0. */
KIT uint64_t
kit_add_rv(struct store *s, uint64_t n, CK_RV *rv)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	struct kit_object k;

	kit_object(&k, n);
	if ((*rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (*rv = store_object_insert(s, &k.o)) != CKR_OK ||
	    (*rv = store_tx_commit(&tx)) != CKR_OK)
		return 0;
	return k.o.id;
}

KIT uint64_t
kit_add(struct store *s, uint64_t n)
{
	CK_RV rv;
	uint64_t id = kit_add_rv(s, n, &rv);

	assert_int_equal(rv, CKR_OK);
	return id;
}

/* Whether row id is the object made of n, whole. */
KIT bool
kit_is(struct store *s, uint64_t id, uint64_t n)
{
	struct store_object o = { 0 };
	struct kit_object want;
	bool same;

	kit_object(&want, n);
	if (store_object_get(s, id, true, &o) != CKR_OK)
		return false;
	/* public */
	same = memcmp(o.uuid, want.o.uuid, STORE_UUID) == 0 && o.id == id &&
	    bytes_equal(o.clear, want.o.clear) && o.flags == want.o.flags &&
	    bytes_equal(o.sealed, want.o.sealed) &&
	    bytes_equal(o.secret, want.o.secret) &&
	    bytes_equal(o.tags, want.o.tags);
	store_object_done(&o);
	return same;
}

/* How many rows carry tag (i, n); at most 64 are looked at. */
KIT size_t
kit_find(struct store *s, unsigned i, uint64_t n)
{
	uint8_t tag[1][STORE_TAG];
	struct store_query q = { .tags = tag, .ntags = 1 };
	uint64_t ids[64];
	size_t found = 0;

	kit_tag(tag[0], i, n);
	assert_int_equal(store_find(s, &q, ids, 64, &found), CKR_OK);
	return found;
}

/* Runs SQL on the file of a token, past the store. */
KIT void
kit_sql(const struct kit *k, const char *name, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(kit_path(k, name), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* For tests in which a child goes on with what its parent had open. */
KIT void
kit_needs_private_sqlite(void)
{
#ifndef KL_SQLITE_STATIC
	print_message("SKIP: SQLite is shared with the host, so a child must "
	    "execute another program first\n");
	skip();
#endif
}

/* Waits for a child: its exit code, or 256 + the signal that ended it. */
KIT int
kit_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    256 + WTERMSIG(status);
}

#endif
