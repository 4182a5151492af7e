/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of all verbs in one table, and reading them.  An option has one
 * meaning wherever it may be given; which verb takes which stands in main.c.
 */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct option_row {
	const char *name;
	const char *argument;	/* NULL: takes none */
	const char *help;
} rows[OPT_COUNT] = {
	[OPT_TOKEN] = { "token", "TOKEN", "the token: its label, serial number or slot\n"
	    "(label:, serial: or slot: before it leaves no doubt)" },
	[OPT_SLOT] = { "slot", "N|free", "the slot; free (default) is the lowest free one" },
	[OPT_LABEL] = { "label", "TEXT", "the label" },
	[OPT_ID] = { "id", "HEX", "the object's CKA_ID in hexadecimal" },
	[OPT_UNIQUE_ID] = { "unique-id", "UUID", "the object's CKA_UNIQUE_ID" },
	[OPT_CLASS] = { "class", "CLASS",
	    "data, certificate, public, private, secret or profile" },
	[OPT_LOGIN] = { "login", NULL, "log in as user; the PIN is asked for" },
	[OPT_PIN_SOURCE] = { "pin-source", "SOURCE",
	    "where the user PIN comes from (implies a login):\n"
	    "file:PATH, env:NAME, fd:N or prompt" },
	[OPT_SO_PIN_SOURCE] = { "so-pin-source", "SOURCE",
	    "the same for the security officer's PIN" },
	[OPT_ALL] = { "all", NULL, "take all objects that fit, not just one" },
	[OPT_WHOLE_TOKEN] = { "whole-token", NULL, "the token itself with everything in it" },
	[OPT_YES] = { "yes", NULL, "do not ask whether it is meant" },
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
};
/* clang-format on */

/* getopt's values: above all characters, so that short options differ. */
#define LONG(opt) (256 + (opt))
#define LONG_HELP LONG(OPT_COUNT)

/* getopt's table: every option, and --help. */
static void
longopts(struct option out[OPT_COUNT + 2])
{
	memset(out, 0, (OPT_COUNT + 2) * sizeof(*out));
	for (int i = 0; i < OPT_COUNT; i++) {
		out[i].name = rows[i].name;
		out[i].has_arg = rows[i].argument != NULL ?
		    required_argument : no_argument;
		out[i].val = LONG(i);
	}
	out[OPT_COUNT].name = "help";
	out[OPT_COUNT].val = LONG_HELP;
}

/* Something that getopt did not take; word is where it stands if it is a long
 * option.  Never repeats what follows a '='. */
static enum cli_exit
refused(const struct cli_verb *verb, const char *word)
{
	if (optopt >= LONG(0) && optopt < LONG_HELP)
		return cli_fail(CLI_USAGE, "%s: --%s takes no argument",
		    verb->name, rows[optopt - LONG(0)].name);
	if (optopt > 0 && optopt < LONG(0))
		return cli_fail(CLI_USAGE, "%s: -%c is not an option; see "
		    "\"kluis help %s\"", verb->name, optopt, verb->name);
	return cli_fail(CLI_USAGE, "%s: %.*s is not an option; see "
	    "\"kluis help %s\"", verb->name, (int)strcspn(word, "="), word,
	    verb->name);
}

/* Notes one option that getopt knows. */
static enum cli_exit
option_take(const struct cli_verb *verb, int opt, struct cli_args *out)
{
	if ((verb->options & 1u << opt) == 0)
		return cli_fail(CLI_USAGE, "%s: --%s is not an option here; "
		    "see \"kluis help %s\"", verb->name, rows[opt].name,
		    verb->name);
	if (out->opt[opt] != NULL)
		return cli_fail(CLI_USAGE, "%s: --%s is given twice",
		    verb->name, rows[opt].name);
	out->opt[opt] = optarg != NULL ? optarg : "";
	return CLI_OK;
}

enum cli_exit
cli_options(const struct cli_verb *verb, int argc, char **argv,
    struct cli_args *out)
{
	struct option options[OPT_COUNT + 2];
	enum cli_exit e;
	int opt;

	longopts(options);
	memset(out, 0, sizeof(*out));
	opterr = 0;
	optind = 0;	/* start anew */
	while ((opt = getopt_long(argc, argv, "+:h", options, NULL)) != -1) {
		if (opt == 'h' || opt == LONG_HELP) {
			out->help = true;
			return CLI_OK;
		}
		if (opt == ':')
			return cli_fail(CLI_USAGE, "%s: --%s needs an "
			    "argument", verb->name,
			    rows[optopt - LONG(0)].name);
		if (opt == '?')
			return refused(verb, argv[optind - 1]);
		if ((e = option_take(verb, opt - LONG(0), out)) != CLI_OK)
			return e;
	}
	if (optind < argc)
		return cli_fail(CLI_USAGE, "%s: there is a word too many, "
		    "which is no option; see \"kluis help %s\"", verb->name,
		    verb->name);
	return CLI_OK;
}

/* One option, its help lines below each other. */
static void
help_row(const struct option_row *row)
{
	char left[40];
	const char *line = row->help;

	(void)snprintf(left, sizeof(left), "--%s %s", row->name,
	    row->argument != NULL ? row->argument : "");
	while (line != NULL) {
		const char *next = strchr(line, '\n');
		size_t n = next != NULL ? (size_t)(next - line) : strlen(line);

		printf("  %-24s %.*s\n", left, (int)n, line);
		left[0] = '\0';
		line = next != NULL ? next + 1 : NULL;
	}
}

void
cli_options_help(const struct cli_verb *verb)
{
	printf("usage: kluis %s %s\n%s.\n", verb->name, verb->synopsis,
	    verb->summary);
	for (int i = 0; i < OPT_COUNT; i++)
		if ((verb->options & 1u << i) != 0)
			help_row(&rows[i]);
}
