/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers for machines (--json): a JSON value that is built piece by piece and
 * printed whole.  The first piece that cannot be made (memory) marks the value
 * as failed; the writer asks once, by printing or taking it.
 */
#ifndef KLUIS_CLI_JSON_H
#define KLUIS_CLI_JSON_H

#include <jansson.h>

#include "base/bytes.h"
#include "cli/cli.h"

/* An object or array in the making. */
struct jout {
	json_t *v;
	bool failed;
};

/* An empty object; an empty array. */
struct jout jout_object(void);
struct jout jout_array(void);
/* Sets a member of an object, appends to an array; value is taken over, NULL
 * marks the whole as failed. */
void jout_put(struct jout *o, const char *key, json_t *value);
void jout_add(struct jout *o, json_t *value);
/* The value, owned by the caller, NULL when something failed; o is empty. */
json_t *jout_take(struct jout *o);
/* Drops what was not taken; for KL_AUTO. */
void jout_done(struct jout *o);
/* Prints to stdout and drops.  CLI_FAILED with a line when it cannot. */
enum cli_exit jout_print(struct jout *o);

/* A string of bytes: as it is when it is UTF-8, else with \xNN for what is
 * not printable. */
json_t *jout_text(struct bytes b);
/* A string of hex digits. */
json_t *jout_hex(struct bytes b);

#endif
