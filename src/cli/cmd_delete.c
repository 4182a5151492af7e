/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kluis delete: objects, or with --whole-token a token with all it holds.
 *
 * Invariant: nothing is deleted that was not named before on the terminal, or
 * by options that leave no choice: several objects need --all, a token needs
 * --whole-token and its label typed, unless --yes is given.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "cli/objects.h"
#include "cli/pin.h"
#include "cli/text.h"
#include "cli/tokens.h"
#include "store/store.h"

/* ----------------------------------------------------------------- token */

/* Asks for a token that can be named by its label, else for a plain yes. */
static enum cli_exit
confirm_token(const struct cli_token *t)
{
	struct bytes label = cli_token_label(t);
	struct text_quoted q;
	char question[2 * TEXT_QUOTED + 128];

	(void)text_quote(&q, label);
	/* What is shown as it is can be typed as it is. */
	if (t->rv == CKR_OK && label.n > 0 && strlen(q.s) == label.n + 2) {
		(void)snprintf(question, sizeof(question), "This destroys "
		    "token %s in slot %lu with every key in it.\n"
		    "Type its label to go on: ", q.s, t->slot);
		return pin_confirm(question, label);
	}
	(void)snprintf(question, sizeof(question), "This destroys the token "
	    "in slot %lu with every key in it.\nType yes to go on: ", t->slot);
	return pin_confirm(question, BYTES_STR("yes"));
}

/* The library is finalized before, so that nothing holds the file. */
static enum cli_exit
remove_token(struct cli_lib *lib, const struct cli_token *t)
{
	struct store_env *env;
	struct text_quoted q;
	CK_RV rv;

	cli_lib_close(lib);
	if ((rv = store_env_new(lib->conf.store, NULL, &env)) != CKR_OK)
		return cli_fail_rv(rv, "%s", lib->conf.store);
	rv = store_remove(env, (uint32_t)t->slot);
	store_env_free(env);
	if (rv != CKR_OK)
		return cli_fail_rv(rv, "slot %lu", t->slot);
	if (t->rv == CKR_OK)
		printf("deleted token %s, slot %lu\n",
		    text_quote(&q, cli_token_label(t)), t->slot);
	else
		printf("deleted the token in slot %lu\n", t->slot);
	return CLI_OK;
}

static enum cli_exit
delete_token(struct cli_lib *lib, const struct cli_token *t,
    const struct cli_args *args)
{
	enum cli_exit e;

	if (args->opt[OPT_YES] == NULL && (e = confirm_token(t)) != CLI_OK)
		return e;
	return remove_token(lib, t);
}

/* --------------------------------------------------------------- objects */

/* Says what would be deleted, on stderr, where questions are. */
static enum cli_exit
name_objects(CK_SESSION_HANDLE hs, const struct object_list *found)
{
	for (size_t i = 0; i < found->n; i++) {
		KL_AUTO(object_info_done) struct object_info o = { 0 };
		enum cli_exit e = object_info_read(hs, found->v[i], &o);
		char name[OBJECT_NAME];

		if (e != CLI_OK)
			return e;
		fprintf(stderr, "  %s\n", object_name(&o, name));
	}
	return CLI_OK;
}

static enum cli_exit
confirm_objects(CK_SESSION_HANDLE hs, const struct object_list *found,
    const struct cli_args *args)
{
	char question[64];
	enum cli_exit e;

	if (found->n > 1 && args->opt[OPT_ALL] == NULL) {
		if ((e = name_objects(hs, found)) != CLI_OK)
			return e;
		return cli_fail(CLI_SEVERAL, "%zu objects fit; choose one by "
		    "--unique-id or --class, or take --all", found->n);
	}
	if (args->opt[OPT_YES] != NULL)
		return CLI_OK;
	if ((e = name_objects(hs, found)) != CLI_OK)
		return e;
	(void)snprintf(question, sizeof(question), "Delete %s? Type yes to "
	    "go on: ", found->n == 1 ? "this" : "these");
	return pin_confirm(question, BYTES_STR("yes"));
}

static enum cli_exit
destroy_one(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h)
{
	KL_AUTO(object_info_done) struct object_info o = { 0 };
	char name[OBJECT_NAME];
	enum cli_exit e;
	CK_RV rv;

	if ((e = object_info_read(hs, h, &o)) != CLI_OK)
		return e;
	(void)object_name(&o, name);
	if ((rv = C_DestroyObject(hs, h)) != CKR_OK)
		return cli_fail_rv(rv, "%s", name);
	printf("deleted %s\n", name);
	return CLI_OK;
}

static enum cli_exit
delete_objects(const struct cli_token *t, const struct cli_args *args)
{
	KL_AUTO(cli_session_done) CK_SESSION_HANDLE hs = CK_INVALID_HANDLE;
	KL_AUTO(object_list_done) struct object_list found = { 0 };
	enum cli_exit e;

	if ((e = cli_session_open(t, args, true, &hs)) != CLI_OK ||
	    (e = objects_find(hs, args, &found)) != CLI_OK)
		return e;
	if (found.n == 0)
		return cli_fail(CLI_NOT_FOUND, "no object fits%s",
		    cli_wants_login(args) ? "" :
		    "; private ones are seen with --login only");
	if ((e = confirm_objects(hs, &found, args)) != CLI_OK)
		return e;
	for (size_t i = 0; i < found.n; i++)
		if ((e = destroy_one(hs, found.v[i])) != CLI_OK)
			return e;
	return CLI_OK;
}

enum cli_exit
cmd_delete(const struct cli_args *args)
{
	KL_AUTO(cli_lib_done) struct cli_lib lib = { .on = false };
	KL_AUTO(cli_tokens_done) struct cli_tokens tokens = { 0 };
	bool whole = args->opt[OPT_WHOLE_TOKEN] != NULL;
	const struct cli_token *t;
	enum cli_exit e;

	if (whole && (objects_chosen(args) || args->opt[OPT_ALL] != NULL))
		return cli_fail(CLI_USAGE, "delete: --whole-token and a choice "
		    "of objects exclude each other");
	if (whole && args->opt[OPT_TOKEN] == NULL)
		return cli_fail(CLI_USAGE, "delete: --whole-token wants the "
		    "token named with --token");
	if (!whole && !objects_chosen(args))
		return cli_fail(CLI_USAGE, "delete: say what with --id, "
		    "--label, --unique-id or --class");
	if ((e = cli_lib_open(&lib)) != CLI_OK ||
	    (e = cli_tokens_read(&lib, &tokens)) != CLI_OK ||
	    (e = cli_token_choose(&tokens, args->opt[OPT_TOKEN], &t)) != CLI_OK)
		return e;
	return whole ? delete_token(&lib, t, args) : delete_objects(t, args);
}
