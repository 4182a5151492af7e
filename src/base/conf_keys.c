/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of the configuration: what each takes, and how it is told when it
 * is wrong.
 *
 * Invariants:
 *  1. Every setting is a row of `keys` with a function that checks its text;
 *     the file, the application's string and the environment go through the
 *     same rows.
 *  2. A setting that is wrong leaves struct conf as it was.
 *
 * Called by conf.c only.
 */
#include "base/conf_int.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define PASSWD_MAX	((size_t)1 << 20)

void
conf_string_free(char **s)
{
	free(*s);
	*s = NULL;
}

CK_RV
conf_wrong(const struct conf_origin *from, const char *fmt, ...)
{
	KL_AUTO(conf_string_free) char *why = NULL;
	va_list ap;

	va_start(ap, fmt);
	why = mem_vformat(fmt, ap);
	va_end(ap);
	if (why == NULL)
		return CKR_HOST_MEMORY;
	if (from->line > 0)
		return log_fail_rv(from->rv, "%s:%zu: %s", from->name,
		    from->line, why);
	return log_fail_rv(from->rv, "%s: %s", from->name, why);
}

CK_RV
conf_string_set(char **slot, const char *text)
{
	char *copy = mem_string(text);

	if (copy == NULL)
		return CKR_HOST_MEMORY;
	free(*slot);
	*slot = copy;
	return CKR_OK;
}

/* The home directory in new memory; CKR_OK with NULL when there is none. */
static CK_RV
home_find(char **out)
{
	const char *home = secure_getenv("HOME");
	struct passwd pw, *found = NULL;
	int err;

	if (home != NULL && home[0] == '/')
		return conf_string_set(out, home);
	for (size_t n = 1024; n <= PASSWD_MAX; n *= 2) {
		KL_AUTO(conf_string_free) char *room = malloc(n);

		if (room == NULL)
			return CKR_HOST_MEMORY;
		err = getpwuid_r(geteuid(), &pw, room, n, &found);
		if (err == ERANGE)
			continue;
		if (err != 0 || found == NULL || pw.pw_dir[0] != '/')
			return CKR_OK;
		return conf_string_set(out, pw.pw_dir);
	}
	return CKR_OK;
}

CK_RV
conf_xdg_path(const char *variable, const char *below_home, const char *tail,
    char **out)
{
	KL_AUTO(conf_string_free) char *home = NULL;
	const char *base = secure_getenv(variable);
	char *path;
	CK_RV rv;

	if (base != NULL && base[0] == '/') {
		path = mem_format("%s/%s", base, tail);
	} else {
		if ((rv = home_find(&home)) != CKR_OK || home == NULL)
			return rv;
		path = mem_format("%s/%s/%s", home, below_home, tail);
	}
	if (path == NULL)
		return CKR_HOST_MEMORY;
	*out = path;
	return CKR_OK;
}

/* The working directory in new memory; CKR_OK with NULL when there is none. */
static CK_RV
cwd_find(char **out)
{
	char room[PATH_MAX];

	return getcwd(room, sizeof(room)) == NULL ? CKR_OK :
	    conf_string_set(out, room);
}

/*
 * store: absolute, or ~/ below the home directory.  What a person types into
 * a variable or a program passes may be relative to the working directory; in
 * a file that would mean something else for every reader.
 */
static CK_RV
set_store(struct conf *c, const char *text, const struct conf_origin *from)
{
	KL_AUTO(conf_string_free) char *base = NULL;
	char *path;
	CK_RV rv;

	if (text[0] == '/')
		return conf_string_set(&c->store, text);
	if (strncmp(text, "~/", 2) == 0) {
		if ((rv = home_find(&base)) != CKR_OK)
			return rv;
		text += 2;
	} else if (from->line > 0 || text[0] == '\0') {
		return conf_wrong(from, "store: not an absolute path: \"%s\"", text);
	} else {
		if ((rv = cwd_find(&base)) != CKR_OK)
			return rv;
	}
	if (base == NULL)
		return conf_wrong(from, "store: no directory to start from");
	if ((path = mem_format("%s/%s", base, text)) == NULL)
		return CKR_HOST_MEMORY;
	free(c->store);
	c->store = path;
	return CKR_OK;
}

static CK_RV
set_log(struct conf *c, const char *text, const struct conf_origin *from)
{
	if (!log_setting_valid(text))
		return conf_wrong(from, "log: \"%s\" is not none, error, info or "
		    "debug[:stderr|:syslog|:file:/PATH]", text);
	return conf_string_set(&c->log, text);
}

static CK_RV
set_providers(struct conf *c, const char *text, const struct conf_origin *from)
{
	if (text[0] == '\0')
		return conf_wrong(from, "providers: empty");
	return conf_string_set(&c->providers, text);
}

static CK_RV
set_properties(struct conf *c, const char *text, const struct conf_origin *from)
{
	(void)from; /* an empty query is a query */
	return conf_string_set(&c->properties, text);
}

static CK_RV
set_policy(struct conf *c, const char *text, const struct conf_origin *from)
{
	static const char *const words[] = {
		[CONF_POLICY_DEFAULT] = "default",
		[CONF_POLICY_STRICT] = "strict",
		[CONF_POLICY_COMPATIBLE] = "compatible",
	};

	for (size_t i = 0; i < KL_COUNT(words); i++) {
		if (strcmp(text, words[i]) == 0) {
			c->policy = (enum conf_policy)i;
			return CKR_OK;
		}
	}
	return conf_wrong(from, "policy: \"%s\" is not default, strict or "
	    "compatible", text);
}

static CK_RV
set_legacy(struct conf *c, const char *text, const struct conf_origin *from)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return conf_wrong(from, "legacy: \"%s\" is not yes or no", text);
	c->legacy = text[0] == 'y';
	return CKR_OK;
}

static CK_RV
set_pin_cost(struct conf *c, const char *text, const struct conf_origin *from)
{
	if (strcmp(text, "test") != 0 && strcmp(text, "default") != 0)
		return conf_wrong(from, "pin-cost: \"%s\" is not default or test",
		    text);
	c->pin_cost_test = text[0] == 't';
	return CKR_OK;
}

/* Parses a plain decimal number of at most nine digits. */
static bool
number_parse(const char *text, unsigned *out)
{
	unsigned v = 0;
	size_t n;

	for (n = 0; text[n] >= '0' && text[n] <= '9' && n < 9; n++)
		v = v * 10 + (unsigned)(text[n] - '0');
	if (n == 0 || text[n] != '\0')
		return false;
	*out = v;
	return true;
}

static CK_RV
set_pin_min(struct conf *c, const char *text, const struct conf_origin *from)
{
	unsigned v;

	if (!number_parse(text, &v) || v < 4 || v > 255)
		return conf_wrong(from, "pin-min: \"%s\" is not 4 to 255", text);
	c->pin_min = v;
	return CKR_OK;
}

static CK_RV
set_pin_tries(struct conf *c, const char *text, const struct conf_origin *from)
{
	unsigned v;

	if (!number_parse(text, &v) || v < 3 || v > 255)
		return conf_wrong(from, "pin-tries: \"%s\" is not 3 to 255", text);
	c->pin_tries = v;
	return CKR_OK;
}

static CK_RV
set_rsa_min(struct conf *c, const char *text, const struct conf_origin *from)
{
	unsigned v;

	if (!number_parse(text, &v) || v < 512 || v > 16384)
		return conf_wrong(from, "rsa-min: \"%s\" is not 512 to 16384", text);
	c->rsa_min = v;
	return CKR_OK;
}

static const struct key {
	const char *name;
	CK_RV (*set)(struct conf *c, const char *text,
	    const struct conf_origin *from);
} keys[] = {
	{ "store", set_store },
	{ "log", set_log },
	{ "providers", set_providers },
	{ "properties", set_properties },
	{ "policy", set_policy },
	{ "legacy", set_legacy },
	{ "pin-min", set_pin_min },
	{ "pin-tries", set_pin_tries },
	{ "pin-cost", set_pin_cost },
	{ "rsa-min", set_rsa_min },
};

CK_RV
conf_key_set(struct conf *c, const char *name, const char *text,
    const struct conf_origin *from)
{
	for (size_t i = 0; i < KL_COUNT(keys); i++) {
		if (strcmp(name, keys[i].name) == 0)
			return keys[i].set(c, text, from);
	}
	return conf_wrong(from, "unknown key \"%s\"", name);
}
