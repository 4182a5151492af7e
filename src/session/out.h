/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one place of the length convention (3.2 section 5.2): a NULL buffer asks
 * for the size, a short one gets CKR_BUFFER_TOO_SMALL and the needed length.
 * (It stands in session, not in api, because the operations must know the
 * answer before they run.)
 */
#ifndef KLUIS_SESSION_OUT_H
#define KLUIS_SESSION_OUT_H

#include "session/op.h"

/*
 * Judges the caller's buffer against need bytes.  *go true: the buffer holds
 * them, go on.  Otherwise the returned code is the call's answer: CKR_OK with
 * *out.len = need for a NULL buffer, CKR_BUFFER_TOO_SMALL with *out.len =
 * need.  out.len NULL is CKR_ARGUMENTS_BAD.
 */
CK_RV out_room(struct op_out out, size_t need, bool *go) KL_MUST_USE;
/* Copies a whole result to the caller by the same rule. */
CK_RV out_bytes(struct op_out out, struct bytes result) KL_MUST_USE;
/* The same for lists of CK_ULONG-sized items (slots, mechanisms): counts. */
CK_RV out_ulongs(const CK_ULONG *items, CK_ULONG n, CK_ULONG *buf,
    CK_ULONG *count) KL_MUST_USE;

#endif
