/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration: defaults, then the file, then the application's pairs, then
 * the environment; each replaces what the one before said.
 *
 * Invariants:
 *  1. Whatever is wrong is told once, as "<origin>: <reason>" in one line,
 *     where <origin> is the file with its line, "pReserved", or the variable.
 *  2. *out of conf_read changes only on success.
 *
 * The environment is read through secure_getenv only.  A relative directory
 * in an XDG variable is ignored, as the XDG rules want it.  Called by
 * C_Initialize under the library lock, and by the command.
 */
#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/conf_int.h"

/* No real configuration is longer; stops at /dev/zero and the like. */
#define CONF_MAX	((size_t)256 << 10)
#define RESERVED_MAX	((size_t)64 << 10)

#define SYSTEM_FILE	"/etc/kluis/kluis.conf"
#define ROOT_STORE	"/var/lib/kluis"
#define TEST_MARKER	"kluis-test-store"

static bool
is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n';
}

static char *
skip_blank(char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* Cuts white space off the end of s[0..n) by a NUL. */
static void
cut_blank(char *s, size_t n)
{
	while (n > 0 && is_blank(s[n - 1]))
		n--;
	s[n] = '\0';
}

/*
 * Takes a quoted value off *at, which stands on the quote: *out is what stands
 * inside, *at moves behind the closing quote.  False when there is none.
 */
static bool
quoted_take(char **at, char **out)
{
	char *end = strchr(*at + 1, **at);

	if (end == NULL)
		return false;
	*end = '\0';
	*out = *at + 1;
	*at = end + 1;
	return true;
}

/* Reads one line of a file (NUL-terminated, changed in place). */
static CK_RV
line_read(struct conf *c, char *line, const struct conf_origin *from)
{
	char *name = skip_blank(line), *text, *rest, *equals;

	if (*name == '\0' || *name == '#')
		return CKR_OK;
	if ((equals = strchr(name, '=')) == NULL)
		return conf_wrong(from, "no \"=\" in the line");
	cut_blank(name, (size_t)(equals - name));
	text = skip_blank(equals + 1);
	if (*text == '"' || *text == '\'') {
		rest = text;
		if (!quoted_take(&rest, &text))
			return conf_wrong(from, "%s: quote not closed", name);
		rest = skip_blank(rest);
		if (*rest != '\0' && *rest != '#')
			return conf_wrong(from, "%s: text after the quote", name);
		return conf_key_set(c, name, text, from);
	}
	/* A # within a word belongs to it: paths may hold one. */
	for (rest = text; *rest != '\0'; rest++) {
		if (*rest == '#' && is_blank(rest[-1]))
			break;
	}
	cut_blank(text, (size_t)(rest - text));
	return conf_key_set(c, name, text, from);
}

/* Reads the lines of a file's content; appends a NUL to it. */
static CK_RV
lines_read(struct conf *c, const char *path, struct buf *content)
{
	struct conf_origin from = { path, 0, CKR_GENERAL_ERROR };
	char *line, *end;
	CK_RV rv = CKR_OK;

	if (memchr(content->p, 0, content->n) != NULL)
		return conf_wrong(&from, "not a text file");
	buf_put_u8(content, 0);
	if ((rv = buf_rv(content)) != CKR_OK)
		return rv;
	for (line = (char *)content->p; rv == CKR_OK && line != NULL;
	     line = end) {
		from.line++;
		if ((end = strchr(line, '\n')) != NULL)
			*end++ = '\0';
		rv = line_read(c, line, &from);
	}
	return rv;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* was only read */
}

/* Reads a whole file of at most CONF_MAX bytes. */
static CK_RV
content_read(int fd, const struct conf_origin *from, struct buf *out)
{
	char chunk[4096];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return conf_wrong(from, "cannot be read: %s",
			    strerrordesc_np(errno));
		if (out->n + (size_t)got > CONF_MAX)
			return conf_wrong(from, "longer than %zu bytes", CONF_MAX);
		buf_put(out, bytes_of(chunk, (size_t)got));
	}
	return buf_rv(out);
}

/*
 * Whether opening a default file failed because there is none for us: it does
 * not exist, or lies in a directory that this user may not even enter (HOME of
 * a daemon that gave up root).
 */
static bool
file_absent(const char *path, int err)
{
	struct stat st;

	if (err == ENOENT || err == ENOTDIR)
		return true;
	return err == EACCES && stat(path, &st) != 0;
}

/*
 * Reads a file; *out_found tells whether it is there.  When it must be and is
 * not, or is conf_wrong, that is an error.
 */
static CK_RV
file_read(struct conf *c, const char *path, bool required, bool *out_found)
{
	struct conf_origin from = { path, 0, CKR_GENERAL_ERROR };
	KL_AUTO(buf_done) struct buf content = { .p = NULL };
	KL_AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	CK_RV rv;

	if (fd < 0) {
		int err = errno;

		*out_found = false;
		if (!required && file_absent(path, err))
			return CKR_OK;
		return conf_wrong(&from, "cannot be opened: %s",
		    strerrordesc_np(err));
	}
	*out_found = true;
	if ((rv = content_read(fd, &from, &content)) != CKR_OK)
		return rv;
	if (content.n > 0 && (rv = lines_read(c, path, &content)) != CKR_OK)
		return rv;
	return conf_string_set(&c->file, path);
}

/* Finds and reads the file: KLUIS_CONF, the user's, the system's. */
static CK_RV
file_find(struct conf *c)
{
	KL_AUTO(conf_string_free) char *path = NULL;
	const char *named = secure_getenv("KLUIS_CONF");
	bool found = false;
	CK_RV rv;

	if (named != NULL && named[0] != '\0')
		return file_read(c, named, true, &found);
	rv = conf_xdg_path("XDG_CONFIG_HOME", ".config", "kluis/kluis.conf", &path);
	if (rv != CKR_OK)
		return rv;
	if (path != NULL) {
		rv = file_read(c, path, false, &found);
		if (rv != CKR_OK || found)
			return rv;
	}
	return file_read(c, SYSTEM_FILE, false, &found);
}

/* Takes one pair off *at; *out_name is NULL when nothing is left. */
static CK_RV
pair_take(char **at, char **out_name, char **out_text,
    const struct conf_origin *from)
{
	char *name = skip_blank(*at), *p;

	*out_name = NULL;
	if (*name == '\0')
		return CKR_OK;
	for (p = name; *p != '=' && *p != '\0' && !is_blank(*p); p++)
		;
	if (*p != '=')
		return conf_wrong(from, "a word that is no key=value pair");
	*p++ = '\0';
	*out_text = p;
	if (*p == '"' || *p == '\'') {
		if (!quoted_take(&p, out_text))
			return conf_wrong(from, "%s: quote not closed", name);
		if (*p != '\0' && !is_blank(*p))
			return conf_wrong(from, "%s: text after the quote", name);
	}
	while (*p != '\0' && !is_blank(*p))
		p++;
	if (*p != '\0')
		*p++ = '\0';
	*at = p;
	*out_name = name;
	return CKR_OK;
}

/*
 * Copies the application's string, at most RESERVED_MAX bytes with its NUL.
 * pReserved is meant for others by many who set it, so what it points to may be
 * no string and no memory at all: the kernel is asked to copy, page by page, and says so
 * instead of the process being killed.
 */
static CK_RV
reserved_copy(const char *reserved, char **out)
{
	KL_AUTO(conf_string_free) char *copy = calloc(1, RESERVED_MAX);
	size_t got = 0;

	if (copy == NULL)
		return CKR_HOST_MEMORY;
	while (got < RESERVED_MAX) {
		size_t page = 4096 - ((uintptr_t)reserved + got) % 4096;
		size_t n = page < RESERVED_MAX - got ? page : RESERVED_MAX - got;
		struct iovec from = { (char *)(uintptr_t)reserved + got, n };
		struct iovec to = { copy + got, n };
		ssize_t r = process_vm_readv(getpid(), &to, 1, &from, 1, 0);

		/* Not allowed in here (a sandbox): it is taken at its word. */
		if (r < 0 && errno != EFAULT) {
			memcpy(copy + got, reserved + got,
			    strnlen(reserved + got, n));
			r = (ssize_t)n;
		}
		if (r <= 0)
			return CKR_ARGUMENTS_BAD;
		if (memchr(copy + got, '\0', (size_t)r) != NULL) {
			*out = KL_TAKE(copy);
			return CKR_OK;
		}
		got += (size_t)r;
	}
	return CKR_ARGUMENTS_BAD;
}

/* Reads the application's string of pairs. */
static CK_RV
reserved_read(struct conf *c, const char *reserved)
{
	static const struct conf_origin from = { "pReserved", 0,
		CKR_ARGUMENTS_BAD };
	KL_AUTO(conf_string_free) char *copy = NULL;
	char *at, *name, *text = NULL;
	CK_RV rv;

	rv = reserved_copy(reserved, &copy);
	if (rv == CKR_ARGUMENTS_BAD)
		return conf_wrong(&from, "no text, or longer than %zu bytes",
		    RESERVED_MAX - 1);
	if (rv != CKR_OK)
		return rv;
	at = copy;
	for (;;) {
		rv = pair_take(&at, &name, &text, &from);
		if (rv != CKR_OK || name == NULL)
			return rv;
		if ((rv = conf_key_set(c, name, text, &from)) != CKR_OK)
			return rv;
	}
}

/* Applies the variables that stand for a key; empty ones do not count. */
static CK_RV
environment_read(struct conf *c)
{
	static const struct { const char *variable, *key; } rows[] = {
		{ "KLUIS_STORE", "store" },
		{ "KLUIS_LOG", "log" },
	};
	CK_RV rv;

	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		const struct conf_origin from = { rows[i].variable, 0,
			CKR_GENERAL_ERROR };
		const char *text = secure_getenv(rows[i].variable);

		if (text == NULL || text[0] == '\0')
			continue;
		if ((rv = conf_key_set(c, rows[i].key, text, &from)) != CKR_OK)
			return rv;
	}
	return CKR_OK;
}

/* Fills what nothing has set, and checks what depends on several settings. */
static CK_RV
defaults_fill(struct conf *c)
{
	KL_AUTO(conf_string_free) char *marker = NULL;
	CK_RV rv;

	if (c->rsa_min == 0)
		c->rsa_min = c->legacy ? 1024 : 2048;
	if (c->store == NULL && geteuid() == 0)
		rv = conf_string_set(&c->store, ROOT_STORE);
	else if (c->store == NULL)
		rv = conf_xdg_path("XDG_DATA_HOME", ".local/share", "kluis",
		    &c->store);
	else
		rv = CKR_OK;
	if (rv != CKR_OK)
		return rv;
	if (c->store == NULL)
		return log_fail_rv(CKR_GENERAL_ERROR, "configuration: no home "
		    "directory for the store; set KLUIS_STORE or store =");
	if (!c->pin_cost_test)
		return CKR_OK;
	if ((marker = mem_format("%s/" TEST_MARKER, c->store)) == NULL)
		return CKR_HOST_MEMORY;
	if (access(marker, F_OK) != 0)
		return log_fail_rv(CKR_GENERAL_ERROR, "configuration: "
		    "pin-cost = test, but there is no %s", marker);
	return CKR_OK;
}

CK_RV
conf_read(const char *reserved, struct conf *out)
{
	KL_AUTO(conf_done) struct conf c = { .pin_min = 4, .pin_tries = 10 };
	CK_RV rv;

	if ((rv = file_find(&c)) != CKR_OK)
		return rv;
	if (reserved != NULL && (rv = reserved_read(&c, reserved)) != CKR_OK)
		return rv;
	if ((rv = environment_read(&c)) != CKR_OK)
		return rv;
	if ((rv = defaults_fill(&c)) != CKR_OK)
		return rv;
	*out = c;
	c = (struct conf){ .file = NULL };
	return CKR_OK;
}

void
conf_done(struct conf *c)
{
	free(c->file);
	free(c->store);
	free(c->log);
	free(c->providers);
	free(c->properties);
	*c = (struct conf){ .file = NULL };
}
