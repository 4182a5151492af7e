/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kluis show: a token, or those of its objects that the options choose, in
 * detail.
 */
#include "cli/cli.h"

#include <stdio.h>

#include "cli/objects.h"
#include "cli/text.h"
#include "cli/tokens.h"

/* ----------------------------------------------------------------- token */

/* The state of a PIN from its four flags. */
static const char *
pin_words(CK_FLAGS flags, CK_FLAGS low, CK_FLAGS final, CK_FLAGS locked)
{
	if ((flags & locked) != 0)
		return "locked";
	if ((flags & final) != 0)
		return "set, one more wrong PIN locks it";
	return (flags & low) != 0 ? "set, wrong PINs were given" : "set";
}

static void
print_token(const struct cli_token *t, const char *store)
{
	const CK_TOKEN_INFO *i = &t->info;
	struct text_quoted label;

	printf("token %s\n", text_quote(&label, cli_token_label(t)));
	printf("  %-12s %lu\n", "slot", t->slot);
	printf("  %-12s %.16s\n", "serial", (const char *)i->serialNumber);
	printf("  %-12s %s/%lu.db%s\n", "file", store, t->slot,
	    (i->flags & CKF_WRITE_PROTECTED) != 0 ? " (read-only)" : "");
	printf("  %-12s %s\n", "user PIN",
	    (i->flags & CKF_USER_PIN_INITIALIZED) == 0 ? "not set yet" :
	    pin_words(i->flags, CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY,
	    CKF_USER_PIN_LOCKED));
	printf("  %-12s %s\n", "SO PIN", pin_words(i->flags,
	    CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED));
	printf("  %-12s %lu to %lu bytes\n", "PIN length", i->ulMinPinLen,
	    i->ulMaxPinLen);
}

/* How many objects the session sees; profiles are the token's own. */
static enum cli_exit
count_objects(CK_SESSION_HANDLE hs, size_t *out)
{
	static const struct cli_args all;
	static const struct cli_args profiles = {
		.opt = { [OPT_CLASS] = "profile" }
	};
	KL_AUTO(object_list_done) struct object_list found = { 0 };
	KL_AUTO(object_list_done) struct object_list own = { 0 };
	enum cli_exit e;

	if ((e = objects_find(hs, &all, &found)) != CLI_OK ||
	    (e = objects_find(hs, &profiles, &own)) != CLI_OK)
		return e;
	*out = found.n > own.n ? found.n - own.n : 0;
	return CLI_OK;
}

static enum cli_exit
show_token(const struct cli_lib *lib, const struct cli_token *t,
    const struct cli_args *args)
{
	KL_AUTO(cli_session_done) CK_SESSION_HANDLE hs = CK_INVALID_HANDLE;
	KL_AUTO(jout_done) struct jout o = jout_object();
	bool all = cli_wants_login(args);
	enum cli_exit e;
	size_t n;

	if ((e = cli_session_open(t, args, false, &hs)) != CLI_OK ||
	    (e = count_objects(hs, &n)) != CLI_OK)
		return e;
	if (args->opt[OPT_JSON] == NULL) {
		print_token(t, lib->conf.store);
		printf("  %-12s %zu%s\n", "objects", n,
		    all ? "" : " public (all of them with --login)");
		return CLI_OK;
	}
	jout_put(&o, "token", cli_token_json(t, lib->conf.store));
	jout_put(&o, "logged_in", json_boolean(all));
	jout_put(&o, "object_count", json_integer((json_int_t)n));
	return jout_print(&o);
}

/* --------------------------------------------------------------- objects */

static void
print_object(CK_SESSION_HANDLE hs, const struct object_info *o,
    struct bytes print)
{
	char name[OBJECT_NAME];

	printf("%s\n", object_name(o, name));
	printf("  %-12s ", "unique id");
	text_put(stdout, buf_view(&o->unique_id));
	printf("\n  %-12s %s\n", "seen",
	    o->private ? "after login only" : "by everybody");
	if (o->key_type != CK_UNAVAILABLE_INFORMATION) {
		printf("  %-12s ", "usages");
		object_print_usages(hs, o->handle);
		putchar('\n');
	}
	if (print.n > 0) {
		printf("  %-12s SHA-256 ", "fingerprint");
		text_put_hex(stdout, print);
		putchar('\n');
	}
	printf("  attributes\n");
	object_print_attrs(hs, o);
}

static enum cli_exit
show_object(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h, struct jout *list)
{
	KL_AUTO(object_info_done) struct object_info o = { 0 };
	KL_AUTO(jout_done) struct jout j = { NULL, true };
	KL_AUTO(buf_done) struct buf print = { 0 };
	enum cli_exit e;

	if ((e = object_info_read(hs, h, &o)) != CLI_OK)
		return e;
	if (o.rv != CKR_OK)
		return cli_fail_rv(o.rv, "object %lu", h);
	if ((e = object_fingerprint(hs, &o, &print)) != CLI_OK)
		return e;
	if (list == NULL) {
		print_object(hs, &o, buf_view(&print));
		return CLI_OK;
	}
	j = object_json(hs, &o);
	if (print.n > 0)
		jout_put(&j, "sha256", jout_hex(buf_view(&print)));
	jout_put(&j, "attributes", object_attrs_json(hs, &o));
	jout_add(list, jout_take(&j));
	return CLI_OK;
}

static enum cli_exit
show_objects(const struct cli_token *t, const struct cli_args *args)
{
	KL_AUTO(cli_session_done) CK_SESSION_HANDLE hs = CK_INVALID_HANDLE;
	KL_AUTO(object_list_done) struct object_list found = { 0 };
	KL_AUTO(jout_done) struct jout list = jout_array();
	bool json = args->opt[OPT_JSON] != NULL;
	enum cli_exit e;

	if ((e = cli_session_open(t, args, false, &hs)) != CLI_OK ||
	    (e = objects_find(hs, args, &found)) != CLI_OK)
		return e;
	if (found.n == 0)
		return cli_fail(CLI_NOT_FOUND, "no object fits%s",
		    cli_wants_login(args) ? "" :
		    "; private ones are seen with --login only");
	for (size_t i = 0; i < found.n; i++) {
		if (!json && i > 0)
			putchar('\n');
		e = show_object(hs, found.v[i], json ? &list : NULL);
		if (e != CLI_OK)
			return e;
	}
	return json ? jout_print(&list) : CLI_OK;
}

enum cli_exit
cmd_show(const struct cli_args *args)
{
	KL_AUTO(cli_lib_done) struct cli_lib lib = { .on = false };
	KL_AUTO(cli_tokens_done) struct cli_tokens tokens = { 0 };
	const struct cli_token *t;
	enum cli_exit e;

	if ((e = cli_lib_open(&lib)) != CLI_OK ||
	    (e = cli_tokens_read(&lib, &tokens)) != CLI_OK ||
	    (e = cli_token_choose(&tokens, args->opt[OPT_TOKEN], &t)) != CLI_OK)
		return e;
	return objects_chosen(args) ? show_objects(t, args) :
	    show_token(&lib, t, args);
}
