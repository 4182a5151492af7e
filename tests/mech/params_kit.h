/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of parameter parsers share.
 */
#ifndef TESTS_MECH_PARAMS_KIT_H
#define TESTS_MECH_PARAMS_KIT_H

#include "mech/mech_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Runs a parser on a copy of the n bytes at p that lies at an odd address and is
 * gone afterwards. */
static inline CK_RV
run_odd(mech_params_fn *fn, const struct mech_row *row, struct bytes p,
    CK_FLAGS purpose, struct mech_call *call)
{
	uint8_t *odd = malloc(p.n + 1);
	CK_MECHANISM m = { row->type, odd + 1, p.n };
	CK_RV rv;

	assert_non_null(odd);
	if (p.n > 0)
		memcpy(odd + 1, p.p, p.n);
	rv = fn(row, &m, purpose, call);
	free(odd);
	return rv;
}

#endif
