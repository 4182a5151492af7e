/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asynchronous calls (3.2 section 5.21), of which a synchronous token has none
 * to complete, to name or to join.  Entry points only: see call.h.
 */
#include "api/call.h"

CK_RV
C_AsyncComplete(CK_SESSION_HANDLE hs, CK_UTF8CHAR_PTR function,
    CK_ASYNC_DATA_PTR result)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	(void)result;	/* optional; nothing completed */
	if (call.rv == CKR_OK)
		call.rv = sess_async_find(call.session, function);
	return call.rv;
}

CK_RV
C_AsyncGetID(CK_SESSION_HANDLE hs, CK_UTF8CHAR_PTR function, CK_ULONG_PTR id)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = id == NULL ? CKR_ARGUMENTS_BAD :
		    sess_async_find(call.session, function);
	return call.rv;
}

CK_RV
C_AsyncJoin(CK_SESSION_HANDLE hs, CK_UTF8CHAR_PTR function, CK_ULONG id,
    CK_BYTE_PTR data, CK_ULONG data_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	(void)data;
	(void)data_len;	/* no function is joined that would need them */
	api_note(&call, " id=%lu", id);
	if (call.rv == CKR_OK)
		call.rv = sess_async_find(call.session, function);
	/* No number was ever given out. */
	if (call.rv == CKR_OPERATION_NOT_INITIALIZED)
		call.rv = CKR_SAVED_STATE_INVALID;
	return call.rv;
}
