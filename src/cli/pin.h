/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where PINs come from, and questions to whoever sits at the terminal.  A PIN
 * is never an argument of the command line, where every user of the machine could
 * read it.
 */
#ifndef KLUIS_CLI_PIN_H
#define KLUIS_CLI_PIN_H

#include <stdbool.h>

#include "base/secret.h"
#include "cli/cli.h"

/* The longest PIN (bytes); the library's own limits are asked from the token. */
#define PIN_MAX 255

/*
 * Gets a PIN from source, owned by the caller:
 *	file:PATH	the first line of the file, without its newline
 *	env:NAME	an environment variable
 *	fd:N		the next line of an open descriptor; two PINs may come
 *			from one
 *	prompt, NULL	the terminal, without echo; twice when it is a new
 *			PIN (what says which, as in "User PIN")
 * An end of a file before a newline ends the line.  CLI_USAGE for a source of
 * another form, CLI_FAILED with a line when there is no PIN to be had there, or the
 * two typed ones differ.
 */
enum cli_exit pin_get(const char *source, const char *what, bool new_pin,
    struct secret **out) KL_MUST_USE;

/* CLI_USAGE with a line unless source is NULL or one of those above.  The line
 * does not repeat it: it might be a PIN. */
enum cli_exit pin_source_check(const char *source) KL_MUST_USE;

/*
 * Asks on the terminal whether something is meant: the answer must be `word`,
 * which the question names.  CLI_OK; CLI_FAILED with a line when it is another or
 * there is no terminal (then the line says that --yes would do).
 */
enum cli_exit pin_confirm(const char *question, struct bytes word) KL_MUST_USE;

/*
 * Writes question to the terminal and reads a line from there, with or without
 * echo.  A signal that ends or stops the command finds the terminal as it was.
 * CLI_FAILED with a line when there is no terminal (hint says what to do
 * instead), at an end of file, or when the line is longer than PIN_MAX.
 */
enum cli_exit terminal_ask(const char *question, bool echo, const char *hint,
    struct secret **out) KL_MUST_USE;

#endif
