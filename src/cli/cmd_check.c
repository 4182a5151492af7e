/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kluis check: whether the stores of the tokens are whole.  For each token: the
 * database and its index; each row that may be seen (a damaged one is shown to
 * nobody, so those that are seen are counted); and with a login that no object
 * was taken away or put back (the set-hash).
 *
 * The store is opened here a second time beside the library's own connection,
 * for reading.
 */
#include "cli/cli.h"

#include <stdio.h>

#include "cli/objects.h"
#include "cli/text.h"
#include "cli/tokens.h"
#include "session/session.h"
#include "store/store.h"

/* What was found of one token. */
struct findings {
	CK_RV database;
	bool index_bad;
	size_t objects, bad_objects;
	bool full;		/* the set-hash was compared */
	unsigned missing;	/* what the set-hash says */
};

static bool
whole(const struct cli_token *t, const struct findings *f)
{
	return t->rv == CKR_OK && f->database == CKR_OK && !f->index_bad &&
	    f->bad_objects == 0 && f->missing == 0;
}

static void
env_freep(struct store_env **env)
{
	store_env_free(*env);
}

static void
storep_close(struct store **s)
{
	store_close(*s);
}

#define PAGE 256

/* How many rows the session may see. */
static CK_RV
count_rows(struct store *s, bool private, size_t *out)
{
	struct store_query q = { .flags_mask = private ? 0 : STORE_F_PRIVATE };
	uint64_t ids[PAGE];
	size_t n = PAGE, all = 0;
	CK_RV rv;

	for (; n == PAGE; q.after = n > 0 ? ids[n - 1] : 0) {
		if ((rv = store_find(s, &q, ids, PAGE, &n)) != CKR_OK)
			return rv;
		all += n;
	}
	*out = all;
	return CKR_OK;
}

/* Reads each object that is seen; profiles are in no row. */
static enum cli_exit
read_objects(CK_SESSION_HANDLE hs, struct findings *f)
{
	static const struct cli_args everything;
	KL_AUTO(object_list_done) struct object_list found = { 0 };
	enum cli_exit e;

	f->objects = f->bad_objects = 0;
	if ((e = objects_find(hs, &everything, &found)) != CLI_OK)
		return e;
	for (size_t i = 0; i < found.n; i++) {
		KL_AUTO(object_info_done) struct object_info o = { 0 };

		if ((e = object_info_read(hs, found.v[i], &o)) != CLI_OK)
			return e;
		f->objects += o.rv != CKR_OK || o.class != CKO_PROFILE;
		f->bad_objects += o.rv != CKR_OK;
	}
	return CLI_OK;
}

/* Compares rows and objects while no other process writes; where others never
 * rest the last comparison is left out. */
static enum cli_exit
compare(CK_SESSION_HANDLE hs, struct store *s, bool private,
    struct findings *f)
{
	for (int tries = 0; tries < 5; tries++) {
		uint64_t generation = store_generation(s);
		size_t rows = 0;
		enum cli_exit e;

		f->database = count_rows(s, private, &rows);
		if (f->database != CKR_OK)
			return CLI_OK;
		if ((e = read_objects(hs, f)) != CLI_OK)
			return e;
		if (generation != store_generation(s))
			continue;
		f->bad_objects += rows > f->objects ? rows - f->objects : 0;
		f->objects = rows > f->objects ? rows : f->objects;
		return CLI_OK;
	}
	return CLI_OK;
}

static enum cli_exit
check_objects(const struct cli_token *t, struct store *s,
    const struct cli_args *args, struct findings *f)
{
	KL_AUTO(cli_session_done) CK_SESSION_HANDLE hs = CK_INVALID_HANDLE;
	bool private = cli_wants_login(args);
	enum cli_exit e;
	CK_RV rv;

	if ((e = cli_session_open(t, args, false, &hs)) != CLI_OK ||
	    (e = compare(hs, s, private, f)) != CLI_OK)
		return e;
	if (!private)
		return CLI_OK;
	f->full = true;
	rv = login_verify(hs, &f->missing);
	return rv == CKR_OK ? CLI_OK : cli_fail_rv(rv, "slot %lu", t->slot);
}

static void
print_findings(const struct cli_token *t, const struct findings *f)
{
	struct text_quoted q;

	printf("slot %lu %s: ", t->slot, text_quote(&q, cli_token_label(t)));
	if (whole(t, f)) {
		printf("whole; database, index and %zu %sobjects\n",
		    f->objects, f->full ? "" : "public ");
		if (!f->full)
			printf("  private objects and whether any are missing "
			    "can be told with --login only\n");
		return;
	}
	printf("NOT whole\n");
	if (t->rv != CKR_OK)
		printf("  it cannot be opened (%s)\n", rv_name(t->rv));
	if (f->database != CKR_OK)
		printf("  the database is damaged (%s); restore a copy\n",
		    rv_name(f->database));
	if (f->index_bad)
		printf("  the index does not fit the objects; the next login "
		    "makes it anew\n");
	if (f->bad_objects > 0)
		printf("  %zu of %zu objects do not open: changed, damaged, or "
		    "of an older copy\n", f->bad_objects, f->objects);
	if (f->missing > 0)
		printf("  objects were taken away or put back behind the "
		    "token's back (findings: %u)\n", f->missing);
}

static json_t *
findings_json(const struct cli_lib *lib, const struct cli_token *t,
    const struct findings *f)
{
	KL_AUTO(jout_done) struct jout o = jout_object();

	jout_put(&o, "token", cli_token_json(t, lib->conf.store));
	jout_put(&o, "whole", json_boolean(whole(t, f)));
	jout_put(&o, "database", json_string(rv_name(f->database)));
	jout_put(&o, "index", json_boolean(!f->index_bad));
	jout_put(&o, "logged_in", json_boolean(f->full));
	jout_put(&o, "objects", json_integer((json_int_t)f->objects));
	jout_put(&o, "bad_objects", json_integer((json_int_t)f->bad_objects));
	jout_put(&o, "set_findings", f->full ?
	    json_integer((json_int_t)f->missing) : json_null());
	return jout_take(&o);
}

static enum cli_exit
check_token(const struct cli_lib *lib, const struct cli_token *t,
    const struct cli_args *args, struct findings *f)
{
	KL_AUTO(env_freep) struct store_env *env = NULL;
	KL_AUTO(storep_close) struct store *s = NULL;
	CK_RV rv;

	if ((rv = store_env_new(lib->conf.store, NULL, &env)) != CKR_OK)
		return cli_fail_rv(rv, "%s", lib->conf.store);
	f->database = store_open(env, (uint32_t)t->slot, &s);
	if (f->database == CKR_OK)
		f->database = store_check(s, &f->index_bad);
	if (t->rv != CKR_OK || f->database != CKR_OK)
		return CLI_OK;
	return check_objects(t, s, args, f);
}

static enum cli_exit
check_all(const struct cli_lib *lib, const struct cli_tokens *tokens,
    const struct cli_token *only, const struct cli_args *args)
{
	KL_AUTO(jout_done) struct jout list = jout_array();
	bool json = args->opt[OPT_JSON] != NULL;
	enum cli_exit e, result = CLI_OK;

	for (size_t i = 0; i < tokens->n; i++) {
		const struct cli_token *t = &tokens->v[i];
		struct findings f = { .database = CKR_OK };

		if (t->blank || (only != NULL && t != only))
			continue;
		if ((e = check_token(lib, t, args, &f)) != CLI_OK)
			return e;
		if (!whole(t, &f))
			result = CLI_DAMAGED;
		if (json)
			jout_add(&list, findings_json(lib, t, &f));
		else
			print_findings(t, &f);
	}
	if (!json)
		return result;
	return (e = jout_print(&list)) != CLI_OK ? e : result;
}

enum cli_exit
cmd_check(const struct cli_args *args)
{
	KL_AUTO(cli_lib_done) struct cli_lib lib = { .on = false };
	KL_AUTO(cli_tokens_done) struct cli_tokens tokens = { 0 };
	const struct cli_token *only = NULL;
	enum cli_exit e;

	if ((e = cli_lib_open(&lib)) != CLI_OK ||
	    (e = cli_tokens_read(&lib, &tokens)) != CLI_OK)
		return e;
	/* A login is to one token. */
	if ((args->opt[OPT_TOKEN] != NULL || cli_wants_login(args)) &&
	    (e = cli_token_choose(&tokens, args->opt[OPT_TOKEN], &only)) !=
	    CLI_OK)
		return e;
	return check_all(&lib, &tokens, only, args);
}
