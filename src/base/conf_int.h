/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of the configuration: what conf.c (where settings are found) and
 * conf_keys.c (what they may be) share.  All under the library lock.
 */
#ifndef KLUIS_BASE_CONF_INT_H
#define KLUIS_BASE_CONF_INT_H

#include "base/conf.h"

/* Where a setting comes from, for messages and for relative paths. */
struct conf_origin {
	const char *name;	/* a file, a variable, "pReserved" */
	size_t line;		/* in a file, from 1; 0 = no file's line */
	CK_RV rv;		/* what being wrong answers */
};

/*
 * Tells what is wrong with an input in one error line that begins with its
 * origin, and returns from->rv (CKR_HOST_MEMORY when it cannot be told).
 */
CK_RV conf_wrong(const struct conf_origin *from, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * Sets the key called name from text, both borrowed.  from->rv after a line in
 * the log when there is no such key or it does not take the text;
 * CKR_HOST_MEMORY.
 */
CK_RV conf_key_set(struct conf *c, const char *name, const char *text,
    const struct conf_origin *from) KL_MUST_USE;
/*
 * The user's path below an XDG directory, owned by the caller:
 * $variable/tail when that is set and absolute, else home/below_home/tail.
 * CKR_OK with *out as it was when there is no home directory; CKR_HOST_MEMORY.
 */
CK_RV conf_xdg_path(const char *variable, const char *below_home,
    const char *tail, char **out) KL_MUST_USE;
/* Replaces the owned string *slot (NULL is fine) by a copy of text.
 * CKR_HOST_MEMORY. */
CK_RV conf_string_set(char **slot, const char *text) KL_MUST_USE;
/* Frees an owned string, for KL_AUTO. */
void conf_string_free(char **s);

#endif
