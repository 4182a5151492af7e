/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The length convention of 3.2 section 5.2, once for every function that has
 * output of variable length.  No state, no lock.
 */
#include "session/out.h"

#include <string.h>

CK_RV
out_room(struct op_out out, size_t need, bool *go)
{
	bool enough;

	*go = false;
	if (out.len == NULL)
		return CKR_ARGUMENTS_BAD;
	enough = out.buf != NULL && *out.len >= need;
	*go = enough;
	if (enough)
		return CKR_OK;
	*out.len = need;
	return out.buf == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
}

CK_RV
out_bytes(struct op_out out, struct bytes result)
{
	bool go;
	CK_RV rv;

	if ((rv = out_room(out, result.n, &go)) != CKR_OK || !go)
		return rv;
	if (result.n > 0)
		memcpy(out.buf, result.p, result.n);
	*out.len = result.n;
	return CKR_OK;
}

CK_RV
out_ulongs(const CK_ULONG *items, CK_ULONG n, CK_ULONG *buf, CK_ULONG *count)
{
	bool enough;

	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	enough = buf != NULL && *count >= n;
	*count = n;
	if (!enough)
		return buf == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
	if (n > 0)
		memcpy(buf, items, n * sizeof(*items));
	return CKR_OK;
}
