/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs cases, each in a process of its own, for the programs suite and
 * vectors.
 */
#ifndef CONFORMANCE_DRIVER_H
#define CONFORMANCE_DRIVER_H

#include "kit.h"

struct options {
	const char *module;
	const char *only; /* a pattern or the beginning of names; or NULL */
	const char *json; /* file for the results; or NULL */
	bool list; /* print names and sections instead */
	bool keep; /* leave the stores where they are */
};

/*
 * Reads the options --list, --keep, --only, --json and the module's path; what
 * is left goes to rest (room for argc). False: wrong use.
 */
bool driver_options(int argc, char **argv, struct options *o, char **rest);
/* The exit status: 0 nothing failed, 1 something failed, 2 no start. */
int driver_run(const struct kit_list *l, const struct options *o);

#endif
