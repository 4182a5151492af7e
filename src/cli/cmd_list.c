/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kluis list: the tokens; with --token or a login the objects of one.
 */
#include "cli/cli.h"

#include <stdio.h>

#include "cli/objects.h"
#include "cli/text.h"
#include "cli/tokens.h"

/* ---------------------------------------------------------------- tokens */

static void
print_token(const struct cli_token *t)
{
	struct text_quoted label = { "" };

	if (t->rv == CKR_OK && !t->blank)
		(void)text_quote(&label, cli_token_label(t));
	printf("%4lu  %-24s  %-16.16s  %s\n", t->slot, label.s,
	    t->rv == CKR_OK ? (const char *)t->info.serialNumber : "",
	    cli_token_state(t));
}

/* All tokens.  One that cannot be opened is shown, and is a failure. */
static enum cli_exit
list_tokens(const struct cli_lib *lib, const struct cli_tokens *tokens,
    bool json)
{
	KL_AUTO(jout_done) struct jout o = jout_object();
	KL_AUTO(jout_done) struct jout list = jout_array();
	enum cli_exit e, result = CLI_OK;

	if (!json)
		printf("slot  %-24s  %-16s  state\n", "label", "serial");
	for (size_t i = 0; i < tokens->n; i++) {
		const struct cli_token *t = &tokens->v[i];

		if (t->rv != CKR_OK)
			result = cli_token_usable(t);
		if (!json)
			print_token(t);
		else if (!t->blank)
			jout_add(&list, cli_token_json(t, lib->conf.store));
	}
	if (!json)
		return result;
	jout_put(&o, "store", json_string(lib->conf.store));
	jout_put(&o, "tokens", jout_take(&list));
	e = jout_print(&o);
	return e != CLI_OK ? e : result;
}

/* --------------------------------------------------------------- objects */

/* What is being listed, and what was seen so far. */
struct listing {
	CK_SESSION_HANDLE hs;
	bool all;		/* profiles too */
	struct jout *json;	/* NULL: for people */
	size_t shown;
	bool damaged;
};

/* One object.  Profiles are the token's own and come only when asked for. */
static enum cli_exit
list_object(struct listing *l, CK_OBJECT_HANDLE h)
{
	KL_AUTO(object_info_done) struct object_info o = { 0 };
	KL_AUTO(jout_done) struct jout j = { NULL, true };
	enum cli_exit e = object_info_read(l->hs, h, &o);

	if (e != CLI_OK)
		return e;
	if (o.rv == CKR_OK && o.class == CKO_PROFILE && !l->all)
		return CLI_OK;
	l->shown++;
	if (o.rv != CKR_OK)
		l->damaged = true;
	if (l->json == NULL) {
		object_print_line(l->hs, &o);
		return CLI_OK;
	}
	j = object_json(l->hs, &o);
	jout_add(l->json, jout_take(&j));
	return CLI_OK;
}

static enum cli_exit
list_result(const struct cli_args *args, const struct listing *l)
{
	if (l->damaged)
		return cli_fail(CLI_DAMAGED, "some objects cannot be read; "
		    "\"kluis check\" says more");
	if (l->shown > 0 || !objects_chosen(args))
		return CLI_OK;
	return cli_fail(CLI_NOT_FOUND, "no object fits%s",
	    cli_wants_login(args) ? "" :
	    "; private ones are seen with --login only");
}

static enum cli_exit
list_objects(const struct cli_lib *lib, const struct cli_token *t,
    const struct cli_args *args)
{
	KL_AUTO(cli_session_done) CK_SESSION_HANDLE hs = CK_INVALID_HANDLE;
	KL_AUTO(object_list_done) struct object_list found = { 0 };
	KL_AUTO(jout_done) struct jout o = jout_object();
	KL_AUTO(jout_done) struct jout list = jout_array();
	bool json = args->opt[OPT_JSON] != NULL;
	struct listing l = { .all = objects_chosen(args),
		.json = json ? &list : NULL };
	enum cli_exit e;

	if ((e = cli_session_open(t, args, false, &hs)) != CLI_OK ||
	    (e = objects_find(hs, args, &found)) != CLI_OK)
		return e;
	l.hs = hs;
	if (!json)
		print_token(t);
	for (size_t i = 0; i < found.n; i++)
		if ((e = list_object(&l, found.v[i])) != CLI_OK)
			return e;
	if (json) {
		jout_put(&o, "token", cli_token_json(t, lib->conf.store));
		jout_put(&o, "logged_in", json_boolean(cli_wants_login(args)));
		jout_put(&o, "objects", jout_take(&list));
		if ((e = jout_print(&o)) != CLI_OK)
			return e;
	} else if (l.shown == 0) {
		printf("  no %s%s\n", cli_wants_login(args) ? "" : "public ",
		    objects_chosen(args) ? "object that fits" : "objects");
	}
	return list_result(args, &l);
}

enum cli_exit
cmd_list(const struct cli_args *args)
{
	KL_AUTO(cli_lib_done) struct cli_lib lib = { .on = false };
	KL_AUTO(cli_tokens_done) struct cli_tokens tokens = { 0 };
	const struct cli_token *t;
	enum cli_exit e;

	if ((e = cli_lib_open(&lib)) != CLI_OK ||
	    (e = cli_tokens_read(&lib, &tokens)) != CLI_OK)
		return e;
	if (args->opt[OPT_TOKEN] == NULL && !cli_wants_login(args) &&
	    !objects_chosen(args))
		return list_tokens(&lib, &tokens, args->opt[OPT_JSON] != NULL);
	e = cli_token_choose(&tokens, args->opt[OPT_TOKEN], &t);
	return e != CLI_OK ? e : list_objects(&lib, t, args);
}
