/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operations as one list, and what their modules' sides have in common.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>

const struct op *
op_get(size_t index)
{
	if (index < op_sign_len)
		return &op_sign[index];
	index -= op_sign_len;
	if (index < op_sym_len)
		return &op_sym[index];
	index -= op_sym_len;
	return index < op_agree_len ? &op_agree[index] : NULL;
}

const struct op *
op_by_name(const char *name)
{
	const struct op *op;
	size_t i;

	for (i = 0; (op = op_get(i)) != NULL; i++)
		if (strcmp(op->name, name) == 0)
			return op;
	return NULL;
}

bool
op_fail(struct side *side, const char *what, CK_RV rv)
{
	return target_fail(side->why, what, rv);
}

bool
op_fail_bare(struct side *side, const char *what)
{
	snprintf(side->why, sizeof(side->why), "%s failed", what);
	return false;
}

bool
op_session(struct side *side, CK_SESSION_HANDLE *out)
{
	CK_RV rv;

	rv = side->b->p11->C_OpenSession(side->b->slot,
					 CKF_SERIAL_SESSION | CKF_RW_SESSION,
					 NULL, NULL, out);
	return rv == CKR_OK ? true : op_fail(side, "C_OpenSession", rv);
}

bool
op_listed(struct bench *b, CK_MECHANISM_TYPE mech)
{
	CK_MECHANISM_INFO info;

	return b->p11->C_GetMechanismInfo(b->slot, mech, &info) == CKR_OK;
}
