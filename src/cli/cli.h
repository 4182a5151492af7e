/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command `kluis`: what its files share.  main.c has the table of verbs,
 * options.c reads their options, cmd_*.c are the verbs.  Everything that
 * PKCS#11 can do goes through the C_ functions, so that the command sees what
 * every other program sees; only deleting a token (while the library is not
 * initialised) and verifying its file (reading) use the store directly.
 *
 * One thread, no locks.  Results go to stdout, what is wrong and what to do
 * about it to stderr in one line.  Functions that can fail return an
 * enum cli_exit, which becomes the exit status; whoever finds a failure first
 * writes its line, above that it is passed on.
 */
#ifndef KLUIS_CLI_CLI_H
#define KLUIS_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/rv.h"

/* The exit statuses; kluis.1 lists them, so they never change their meaning. */
enum cli_exit {
	CLI_OK,			/* done */
	CLI_FAILED,		/* not done, for the reason told */
	CLI_USAGE,		/* the command line is wrong */
	CLI_NOT_FOUND,		/* no such token or object */
	CLI_PIN_WRONG,		/* wrong PIN */
	CLI_PIN_LOCKED,		/* PIN locked by too many wrong ones */
	CLI_SEVERAL,		/* more than one token or object fits */
	CLI_DAMAGED		/* check found something that must not be */
};

/* ----------------------------------------------------------- messages */

/* Writes "kluis: " and the text, printf-style without newline, as one line to
 * stderr and returns code. */
enum cli_exit cli_fail(enum cli_exit code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * The same for a failed call of the library: "kluis: <what>: <meaning of rv
 * and what to do> (<its name>)".  The status follows from rv.
 */
enum cli_exit cli_fail_rv(CK_RV rv, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A line on stderr that does not stop anything. */
void cli_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* CLI_FAILED with a line: memory ran out. */
enum cli_exit cli_no_memory(void);

/* ------------------------------------------------------------ options */

/* Every option of every verb; the order is that of the table in options.c. */
enum cli_opt {
	OPT_TOKEN,
	OPT_SLOT,
	OPT_LABEL,
	OPT_ID,
	OPT_UNIQUE_ID,
	OPT_CLASS,
	OPT_LOGIN,
	OPT_PIN_SOURCE,
	OPT_SO_PIN_SOURCE,
	OPT_ALL,
	OPT_WHOLE_TOKEN,
	OPT_YES,
	OPT_JSON,
	OPT_COUNT
};
#define OPT(name) (1u << (OPT_##name))
/* How objects are chosen, how a user logs in. */
#define OPTS_OBJECT (OPT(LABEL) | OPT(ID) | OPT(UNIQUE_ID) | OPT(CLASS))
#define OPTS_LOGIN (OPT(LOGIN) | OPT(PIN_SOURCE))

/*
 * What a verb was given.  opt[OPT_X] is NULL when the option was not given,
 * the option's argument when it takes one, else "".  Borrowed from argv.
 */
struct cli_args {
	const char *opt[OPT_COUNT];
	bool help;		/* --help or -h: nothing after it was read */
};

/* A verb: a row of the table in main.c. */
struct cli_verb {
	const char *name;
	const char *summary;	/* one line, no full stop */
	const char *synopsis;	/* its options, as in the manual */
	unsigned options;	/* OPT() of those it takes */
	enum cli_exit (*run)(const struct cli_args *args);
};

/*
 * Reads the options of verb from argv[1..argc), argv[0] being the verb.
 * CLI_USAGE with one line for an option that the verb does not take, a missing
 * argument, or anything that is no option; the line never repeats an option's
 * argument, which might be a PIN.
 */
enum cli_exit cli_options(const struct cli_verb *verb, int argc, char **argv,
    struct cli_args *out) KL_MUST_USE;
/* Writes what the verb does and its options to stdout. */
void cli_options_help(const struct cli_verb *verb);

/* -------------------------------------------------------------- verbs */
/* Each does one verb with the options that its row in main.c allows and
 * writes its result to stdout. */
enum cli_exit cmd_init(const struct cli_args *args);
enum cli_exit cmd_list(const struct cli_args *args);
enum cli_exit cmd_show(const struct cli_args *args);
enum cli_exit cmd_delete(const struct cli_args *args);
enum cli_exit cmd_check(const struct cli_args *args);
enum cli_exit cmd_version(const struct cli_args *args);

#endif
