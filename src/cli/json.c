/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers for machines: see json.h.  Keys keep the order in which they were
 * put, so that a diff of two answers shows what changed.
 */
#include "cli/json.h"

#include <stdlib.h>
#include <string.h>

#include "cli/text.h"

struct jout
jout_object(void)
{
	json_t *v = json_object();

	return (struct jout){ .v = v, .failed = v == NULL };
}

struct jout
jout_array(void)
{
	json_t *v = json_array();

	return (struct jout){ .v = v, .failed = v == NULL };
}

void
jout_put(struct jout *o, const char *key, json_t *value)
{
	if (json_object_set_new(o->v, key, value) != 0)
		o->failed = true;
}

void
jout_add(struct jout *o, json_t *value)
{
	if (json_array_append_new(o->v, value) != 0)
		o->failed = true;
}

json_t *
jout_take(struct jout *o)
{
	json_t *v = o->v;

	o->v = NULL;
	if (!o->failed)
		return v;
	json_decref(v);
	return NULL;
}

void
jout_done(struct jout *o)
{
	json_decref(o->v);
	o->v = NULL;
}

enum cli_exit
jout_print(struct jout *o)
{
	json_t *v = jout_take(o);
	int bad;

	if (v == NULL)
		return cli_no_memory();
	bad = json_dumpf(v, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	json_decref(v);
	if (bad != 0 || putchar('\n') == EOF)
		return cli_fail(CLI_FAILED, "the answer cannot be written");
	return CLI_OK;
}

json_t *
jout_text(struct bytes b)
{
	KL_AUTO(buf_done) struct buf safe = { 0 };
	char c[TEXT_CHAR];

	if (b.n == 0)
		return json_string("");
	if (text_is_utf8(b))
		return json_stringn((const char *)b.p, b.n);
	while (b.n > 0) {
		text_char(&b, c);
		buf_put(&safe, bytes_of(c, strlen(c)));
	}
	if (buf_rv(&safe) != CKR_OK)
		return NULL;
	return json_stringn((const char *)safe.p, safe.n);
}

json_t *
jout_hex(struct bytes b)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = malloc(2 * b.n + 1);
	json_t *v;

	if (hex == NULL)
		return NULL;
	for (size_t i = 0; i < b.n; i++) {
		hex[2 * i] = digits[b.p[i] >> 4];
		hex[2 * i + 1] = digits[b.p[i] & 15];
	}
	v = json_stringn(hex, 2 * b.n);
	free(hex);
	return v;
}
