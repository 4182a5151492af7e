/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of ML-DSA and SLH-DSA (3.2 sections 6.67 and 6.69).  Invariants as
 * in params.c.
 */
#include "mech/mech_int.h"

#define CONTEXT_MAX 255
#define SIGNING (CKF_SIGN | CKF_MESSAGE_SIGN)

/* The two things that both structures begin with.  Verification ignores the
 * hedge variant. */
static CK_RV
read_context(CK_HEDGE_TYPE hedge, const CK_BYTE *p, CK_ULONG n,
    CK_FLAGS purpose, struct mech_call *call)
{
	if (n > CONTEXT_MAX || ((purpose & SIGNING) != 0 &&
	    hedge != CKH_HEDGE_PREFERRED && hedge != CKH_HEDGE_REQUIRED &&
	    hedge != CKH_DETERMINISTIC_REQUIRED))
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.deterministic = hedge == CKH_DETERMINISTIC_REQUIRED;
	return par_view(p, n, &call->par.context);
}

CK_RV
par_sign_context(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_SIGN_ADDITIONAL_CONTEXT p;
	CK_RV rv;

	(void)row;
	if (m->ulParameterLen == 0)
		return CKR_OK;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	return read_context(p.hedgeVariant, p.pContext, p.ulContextLen,
	    purpose, call);
}

CK_RV
par_hash_sign_context(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_HASH_SIGN_ADDITIONAL_CONTEXT p;
	CK_RV rv;

	(void)row;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	/* Which of them may be used, the engine knows. */
	if ((call->par.md = mech_md(p.hash)) == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	return read_context(p.hedgeVariant, p.pContext, p.ulContextLen,
	    purpose, call);
}
