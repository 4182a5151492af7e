/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two operations over one part (3.2 section 5.17).  Entry points only: see
 * call.h for their shape and session/op.h for the rules.
 */
#include "api/call.h"

#include "session/op.h"

CK_RV
C_DigestEncryptUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part, CK_ULONG part_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_dual_update(call.session, OP_ENCRYPT, OP_DIGEST,
		    bytes_of(part, part_len), (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_DecryptDigestUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part, CK_ULONG part_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_dual_update(call.session, OP_DECRYPT, OP_DIGEST,
		    bytes_of(part, part_len), (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_SignEncryptUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part, CK_ULONG part_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_dual_update(call.session, OP_ENCRYPT, OP_SIGN,
		    bytes_of(part, part_len), (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_DecryptVerifyUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part, CK_ULONG part_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_dual_update(call.session, OP_DECRYPT, OP_VERIFY,
		    bytes_of(part, part_len), (struct op_out){ out, out_len });
	return call.rv;
}
