/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message digests (3.2 section 5.12).  Entry points only: see call.h for
 * their shape and session/op.h for the rules.
 */
#include "api/call.h"

#include "session/op.h"

CK_RV
C_DigestInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	if (call.rv == CKR_OK)
		call.rv = op_digest_init(call.session, mech);
	return call.rv;
}

CK_RV
C_Digest(CK_SESSION_HANDLE hs, CK_BYTE_PTR data, CK_ULONG data_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " data=%lu", data_len);
	if (call.rv == CKR_OK)
		call.rv = op_once(call.session, OP_DIGEST, data, data_len,
		    (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_DigestUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part, CK_ULONG part_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_feed(call.session, OP_DIGEST, part, part_len);
	return call.rv;
}

CK_RV
C_DigestKey(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_digest_key(call.session, key);
	return call.rv;
}

CK_RV
C_DigestFinal(CK_SESSION_HANDLE hs, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_final(call.session, OP_DIGEST,
		    (struct op_out){ out, out_len });
	return call.rv;
}
