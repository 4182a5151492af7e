/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Just enough of JSON to read test vectors: a value is a piece of the file's
 * text, found by skipping over what stands before it.  Files of vectors are
 * well-formed; anything else fails the test.
 */
#ifndef KLUIS_TESTS_CRYPTO_JSON_H
#define KLUIS_TESTS_CRYPTO_JSON_H

#include "crypto/eng_kit.h"

#include <stdio.h>

/* A value's text; p is NULL when it is not there. */
struct json {
	const char *p;
	const char *end;
};

static inline const char *
json_space(const char *p)
{
	while (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r' ||
	    *p == ',' || *p == ':')
		p++;
	return p;
}

static inline const char *
json_skip_string(const char *p)
{
	assert_int_equal(*p, '"');
	for (p++; *p != '"'; p++) {
		assert_true(*p != '\0');
		if (*p == '\\')
			p++;
	}
	return p + 1;
}

/* The end of the value that starts at p. */
static inline const char *
json_skip(const char *p)
{
	int depth = 0;

	do {
		p = json_space(p);
		assert_true(*p != '\0');
		if (*p == '"') {
			p = json_skip_string(p);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		else
			p += strcspn(p, ",}] \n\r\t") - 1;
		p++;
	} while (depth > 0);
	return p;
}

/* The member `name` of an object. */
static inline struct json
json_get(struct json obj, const char *name)
{
	size_t n = strlen(name);
	const char *p;

	assert_non_null(obj.p);
	assert_int_equal(*obj.p, '{');
	for (p = json_space(obj.p + 1); *p != '}'; p = json_space(p)) {
		const char *key = p + 1;
		const char *value = json_space(json_skip_string(p));

		p = json_skip(value);
		if (strncmp(key, name, n) == 0 && key[n] == '"')
			return (struct json){ value, p };
	}
	return (struct json){ NULL, NULL };
}

/* Goes through an array: *item is the next one; start with *item zeroed. */
static inline bool
json_next(struct json array, struct json *item)
{
	const char *p = json_space(item->p == NULL ? array.p + 1 : item->end);

	assert_int_equal(*array.p, '[');
	if (*p == ']')
		return false;
	*item = (struct json){ p, json_skip(p) };
	return true;
}

/* Whether a member is the string `text`. */
static inline bool
json_is(struct json obj, const char *name, const char *text)
{
	struct json v = json_get(obj, name);

	return v.p != NULL && *v.p == '"' &&
	    (size_t)(v.end - v.p) == strlen(text) + 2 &&
	    strncmp(v.p + 1, text, strlen(text)) == 0;
}

/* A member that is a hexadecimal string, in bytes (absent: none). */
static inline struct kit_bytes
json_hex(struct json obj, const char *name)
{
	struct json v = json_get(obj, name);
	char *text;
	struct kit_bytes b;

	if (v.p == NULL)
		return kit_alloc(0);
	text = strndup(v.p + 1, (size_t)(v.end - v.p) - 2);
	assert_non_null(text);
	b = kit_hex(text);
	free(text);
	return b;
}

/* A member that is a number. */
static inline long
json_int(struct json obj, const char *name)
{
	struct json v = json_get(obj, name);

	assert_non_null(v.p);
	return strtol(v.p, NULL, 10);
}

/*
 * The vectors `file` of the folder ../shared/vectors/wycheproof beside the
 * source tree, in memory that the caller frees through *text; not there: the
 * test is skipped.
 */
static inline struct json
json_vectors(const char *file, char **text)
{
	const char *top = getenv("KLUIS_SRCDIR");
	char path[4096];
	FILE *f;
	long n;

	(void)snprintf(path, sizeof(path), "%s/../shared/vectors/wycheproof/%s",
	    top != NULL ? top : ".", file);
	if ((f = fopen(path, "r")) == NULL) {
		print_message("SKIP: no %s\n", path);
		skip();
	}
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	rewind(f);
	*text = calloc(1, (size_t)n + 1);
	assert_non_null(*text);
	assert_int_equal(fread(*text, 1, (size_t)n, f), n);
	(void)fclose(f);
	return (struct json){ json_space(*text), *text + n };
}

#endif
