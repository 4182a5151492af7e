/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where PINs come from: see pin.h.  A PIN is read into wiped memory and handed
 * out as a struct secret.
 */
#include "cli/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/text.h"

static const char hint[] = "give --pin-source or --so-pin-source";

/* One line from fd, byte by byte, so that the next line stays for the next
 * reader.  from names the source in messages. */
static enum cli_exit
pin_line(int fd, const char *from, struct secret **out)
{
	WIPE_AUTO(line, PIN_MAX + 1);
	size_t n = 0;
	ssize_t got;
	uint8_t c = 0;

	while ((got = read(fd, &c, 1)) == 1 && c != '\n') {
		if (n == PIN_MAX)
			return cli_fail(CLI_FAILED, "%s: the PIN is longer "
			    "than %d bytes", from, PIN_MAX);
		line[n++] = c;
	}
	if (got < 0)
		return cli_fail(CLI_FAILED, "%s: %s", from, strerror(errno));
	if (got == 0 && n == 0)
		return cli_fail(CLI_FAILED, "%s: there is no PIN in it", from);
	if (secret_copy(bytes_of(line, n), out) != CKR_OK)
		return cli_no_memory();
	return CLI_OK;
}

static enum cli_exit
pin_file(const char *path, struct secret **out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum cli_exit e;
	struct stat st;

	if (fd < 0)
		return cli_fail(CLI_FAILED, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & (S_IRGRP | S_IROTH)) != 0)
		cli_warn("warning: %s holds a PIN and others may read it "
		    "(mode %04o)", path, (unsigned)(st.st_mode & 07777));
	e = pin_line(fd, path, out);
	(void)close(fd); /* it was only read */
	return e;
}

static enum cli_exit
pin_env(const char *name, struct secret **out)
{
	const char *value = secure_getenv(name);

	if (value == NULL)
		return cli_fail(CLI_FAILED, "the environment has no %s, where "
		    "the PIN should be", name);
	if (secret_copy(bytes_of(value, strlen(value)), out) != CKR_OK)
		return cli_no_memory();
	return CLI_OK;
}

/* A new PIN is typed twice. */
static enum cli_exit
pin_prompt(const char *what, bool new_pin, struct secret **out)
{
	KL_AUTO(secret_freep) struct secret *first = NULL;
	KL_AUTO(secret_freep) struct secret *second = NULL;
	char question[64];
	enum cli_exit e;

	(void)snprintf(question, sizeof(question), "%s%s: ",
	    new_pin ? "New " : "", what);
	if ((e = terminal_ask(question, false, hint, &first)) != CLI_OK)
		return e;
	if (new_pin) {
		e = terminal_ask("The same again: ", false, hint, &second);
		if (e != CLI_OK)
			return e;
		if (!secret_equal(secret_view(first), secret_view(second)))
			return cli_fail(CLI_FAILED, "the two are not the same; "
			    "nothing was changed");
	}
	*out = KL_TAKE(first);
	return CLI_OK;
}

enum cli_exit
pin_source_check(const char *source)
{
	unsigned long fd;

	if (source == NULL || strcmp(source, "prompt") == 0 ||
	    strncmp(source, "file:", 5) == 0 ||
	    strncmp(source, "env:", 4) == 0 || (strncmp(source, "fd:", 3) ==
	    0 && text_number(source + 3, INT_MAX, &fd)))
		return CLI_OK;
	return cli_fail(CLI_USAGE, "a PIN's source must be file:PATH, "
	    "env:NAME, fd:N or prompt; the PIN itself is no argument, because "
	    "others can see it there");
}

enum cli_exit
pin_get(const char *source, const char *what, bool new_pin,
    struct secret **out)
{
	unsigned long fd = 0;
	enum cli_exit e;

	if ((e = pin_source_check(source)) != CLI_OK)
		return e;
	if (source == NULL || strcmp(source, "prompt") == 0)
		return pin_prompt(what, new_pin, out);
	if (strncmp(source, "file:", 5) == 0)
		return pin_file(source + 5, out);
	if (strncmp(source, "env:", 4) == 0)
		return pin_env(source + 4, out);
	(void)text_number(source + 3, INT_MAX, &fd); /* it is one: checked */
	return pin_line((int)fd, source, out);
}

enum cli_exit
pin_confirm(const char *question, struct bytes word)
{
	KL_AUTO(secret_freep) struct secret *answer = NULL;
	enum cli_exit e = terminal_ask(question, true,
	    "nothing was changed; with --yes it would be done", &answer);

	if (e != CLI_OK)
		return e;
	if (!bytes_equal(secret_view(answer), word))
		return cli_fail(CLI_FAILED, "not confirmed; nothing was "
		    "changed");
	return CLI_OK;
}
