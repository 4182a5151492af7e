/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the command says when something is wrong: one line on stderr that says
 * what and what to do.  What a return value means to the person in front of
 * the terminal stands in one table.
 */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>

/* clang-format off */
static const struct meaning {
	CK_RV rv;
	enum cli_exit code;
	const char *text;
} meanings[] = {
	{ CKR_PIN_INCORRECT, CLI_PIN_WRONG, "the PIN is wrong" },
	{ CKR_PIN_LOCKED, CLI_PIN_LOCKED, "the PIN is locked after too many wrong ones; "
	    "the security officer can set a new user PIN" },
	{ CKR_PIN_LEN_RANGE, CLI_FAILED, "the PIN is too short or too long" },
	{ CKR_USER_PIN_NOT_INITIALIZED, CLI_FAILED,
	    "no user PIN is set yet; the security officer sets it" },
	{ CKR_USER_NOT_LOGGED_IN, CLI_FAILED, "this needs the user PIN: add --login" },
	{ CKR_TOKEN_WRITE_PROTECTED, CLI_FAILED,
	    "the store cannot be written; look at its owner and mode" },
	{ CKR_TOKEN_NOT_RECOGNIZED, CLI_FAILED,
	    "the file is no token, or one of a newer kluis" },
	{ CKR_TOKEN_NOT_PRESENT, CLI_NOT_FOUND, "there is no such token" },
	{ CKR_DEVICE_ERROR, CLI_FAILED,
	    "the store is damaged or cannot be read; the log has the reason" },
	{ CKR_DEVICE_MEMORY, CLI_FAILED, "the disk is full" },
	{ CKR_DEVICE_REMOVED, CLI_FAILED,
	    "another process deleted the token or made it anew; try again" },
	{ CKR_FUNCTION_FAILED, CLI_FAILED,
	    "another process was in the way; try again" },
	{ CKR_HOST_MEMORY, CLI_FAILED, "memory ran out" },
	{ CKR_ACTION_PROHIBITED, CLI_FAILED,
	    "the object forbids it (CKA_DESTROYABLE is false)" },
	{ CKR_OBJECT_HANDLE_INVALID, CLI_NOT_FOUND, "the object is gone" },
	{ CKR_GENERAL_ERROR, CLI_FAILED, "the configuration is wrong or something "
	    "unexpected happened; the log has the reason" },
};
/* clang-format on */

enum cli_exit
cli_fail(enum cli_exit code, const char *fmt, ...)
{
	va_list ap;

	fputs("kluis: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

enum cli_exit
cli_fail_rv(CK_RV rv, const char *fmt, ...)
{
	const struct meaning *m = NULL;
	va_list ap;

	for (size_t i = 0; i < KL_COUNT(meanings); i++)
		if (meanings[i].rv == rv)
			m = &meanings[i];
	fputs("kluis: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (m == NULL) {
		fprintf(stderr, ": %s\n", rv_name(rv));
		return CLI_FAILED;
	}
	fprintf(stderr, ": %s (%s)\n", m->text, rv_name(rv));
	return m->code;
}

void
cli_warn(const char *fmt, ...)
{
	va_list ap;

	fputs("kluis: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

enum cli_exit
cli_no_memory(void)
{
	return cli_fail(CLI_FAILED, "memory ran out");
}
