/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kluis: a table of verbs and a loop.  See cli.h for what verbs may do.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "cli/objects.h"
#include "cli/pin.h"

/* clang-format off */
static const struct cli_verb verbs[] = {
	{ "init", "Makes a token, or makes one anew",
	    "--label TEXT [--slot N|free] [options]",
	    OPT(LABEL) | OPT(SLOT) | OPT(SO_PIN_SOURCE) | OPT(PIN_SOURCE) | OPT(YES) | OPT(JSON),
	    cmd_init },
	{ "list", "Shows the tokens, or a token's objects",
	    "[--token TOKEN] [--login] [options]",
	    OPT(TOKEN) | OPTS_LOGIN | OPTS_OBJECT | OPT(JSON), cmd_list },
	{ "show", "Shows a token or an object in detail",
	    "[--token TOKEN] [--login] [--id HEX | --label TEXT | --unique-id UUID] [options]",
	    OPT(TOKEN) | OPTS_LOGIN | OPTS_OBJECT | OPT(JSON), cmd_show },
	{ "delete", "Deletes an object, or a whole token",
	    "[--token TOKEN] [--login] --id HEX | --label TEXT | --whole-token [options]",
	    OPT(TOKEN) | OPTS_LOGIN | OPTS_OBJECT | OPT(ALL) | OPT(WHOLE_TOKEN) | OPT(YES),
	    cmd_delete },
	{ "check", "Verifies that a token's store is whole",
	    "[--token TOKEN] [--login] [options]",
	    OPT(TOKEN) | OPTS_LOGIN | OPT(JSON), cmd_check },
	{ "version", "Shows the version, the store and the configuration in use",
	    "[--json]", OPT(JSON), cmd_version },
};
/* clang-format on */

static const struct cli_verb *
verb_find(const char *name)
{
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = "version";
	for (size_t i = 0; i < KL_COUNT(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static void
help(FILE *f)
{
	fputs("usage: kluis VERB [options]\n"
	    "       kluis --version | --help\n"
	    "Looks after the tokens of kluis, a PKCS#11 module.\n\n", f);
	for (size_t i = 0; i < KL_COUNT(verbs); i++)
		fprintf(f, "  %-9s %s\n", verbs[i].name, verbs[i].summary);
	fputs("  help      Shows the options of a verb: kluis help VERB\n\n"
	    "PINs are asked for without echo, or read from where --pin-source "
	    "says; they are\nnever arguments.  The manual is kluis(1).\n", f);
}

/* kluis help [VERB] */
static enum cli_exit
cmd_help(int argc, char **argv)
{
	const struct cli_verb *verb;

	if (argc < 2 || argv[1][0] == '-') {
		help(stdout);
		return CLI_OK;
	}
	if ((verb = verb_find(argv[1])) == NULL)
		return cli_fail(CLI_USAGE, "there is no such verb; \"kluis "
		    "help\" shows all");
	cli_options_help(verb);
	return CLI_OK;
}

static enum cli_exit
run(int argc, char **argv)
{
	const struct cli_verb *verb;
	struct cli_args args;
	enum cli_exit e;

	if (strcmp(argv[0], "help") == 0 || strcmp(argv[0], "--help") == 0 ||
	    strcmp(argv[0], "-h") == 0)
		return cmd_help(argc, argv);
	if ((verb = verb_find(argv[0])) == NULL)
		return cli_fail(CLI_USAGE, "\"%s\" is no verb; \"kluis help\" "
		    "shows all", argv[0]);
	if ((e = cli_options(verb, argc, argv, &args)) != CLI_OK)
		return e;
	if (args.help) {
		cli_options_help(verb);
		return CLI_OK;
	}
	if ((e = pin_source_check(args.opt[OPT_PIN_SOURCE])) != CLI_OK ||
	    (e = pin_source_check(args.opt[OPT_SO_PIN_SOURCE])) != CLI_OK ||
	    (e = objects_choice_check(&args)) != CLI_OK)
		return e;
	return verb->run(&args);
}

int
main(int argc, char **argv)
{
	enum cli_exit e;

	if (argc < 2) {
		help(stderr);
		return CLI_USAGE;
	}
	e = run(argc - 1, argv + 1);
	if ((fflush(stdout) != 0 || ferror(stdout) != 0) && e == CLI_OK)
		e = cli_fail(CLI_FAILED, "the output cannot be written");
	return (int)e;
}
