/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Session management (3.2 section 5.6).  Entry points only: see call.h for
 * their shape and session/session.h for the rules.
 */
#include "api/call.h"

#include "session/op.h"

CK_RV
C_OpenSession(CK_SLOT_ID id, CK_FLAGS flags, CK_VOID_PTR app, CK_NOTIFY notify,
    CK_SESSION_HANDLE_PTR hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	api_note(&call, " slot=%lu flags=0x%lx", id, flags);
	if (call.rv == CKR_OK)
		call.rv = sess_open(id, flags, app, notify, hs);
	if (call.rv == CKR_OK)
		api_note(&call, " session=%lu", *hs);
	return call.rv;
}

CK_RV
C_CloseSession(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_handle(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = sess_close(hs);
	return call.rv;
}

CK_RV
C_CloseAllSessions(CK_SLOT_ID id)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	api_note(&call, " slot=%lu", id);
	if (call.rv == CKR_OK)
		call.rv = sess_close_all(id);
	return call.rv;
}

CK_RV
C_GetSessionInfo(CK_SESSION_HANDLE hs, CK_SESSION_INFO_PTR info)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = sess_info(call.session, info);
	return call.rv;
}

CK_RV
C_SessionCancel(CK_SESSION_HANDLE hs, CK_FLAGS flags)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " flags=0x%lx", flags);
	if (call.rv == CKR_OK)
		call.rv = sess_cancel(call.session, flags);
	return call.rv;
}

CK_RV
C_GetOperationState(CK_SESSION_HANDLE hs, CK_BYTE_PTR state,
    CK_ULONG_PTR state_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_state_get(call.session,
		    (struct op_out){ state, state_len });
	return call.rv;
}

CK_RV
C_SetOperationState(CK_SESSION_HANDLE hs, CK_BYTE_PTR state,
    CK_ULONG state_len, CK_OBJECT_HANDLE crypt_key, CK_OBJECT_HANDLE auth_key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " state=%lu keys=%lu,%lu", state_len, crypt_key,
	    auth_key);
	if (call.rv == CKR_OK)
		call.rv = op_state_set(call.session,
		    bytes_of(state, state_len), crypt_key, auth_key);
	return call.rv;
}

CK_RV
C_Login(CK_SESSION_HANDLE hs, CK_USER_TYPE type, CK_UTF8CHAR_PTR pin,
    CK_ULONG pin_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_handle(__func__, hs);

	api_note(&call, " user=%lu", type);
	if (call.rv == CKR_OK)
		call.rv = login_login(hs, type, pin, pin_len);
	return call.rv;
}

CK_RV
C_LoginUser(CK_SESSION_HANDLE hs, CK_USER_TYPE type, CK_UTF8CHAR_PTR pin,
    CK_ULONG pin_len, CK_UTF8CHAR_PTR name, CK_ULONG name_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_handle(__func__, hs);

	api_note(&call, " user=%lu", type);
	if (call.rv == CKR_OK)
		call.rv = login_user(hs, type, bytes_of(pin, pin_len),
		    bytes_of(name, name_len));
	return call.rv;
}

CK_RV
C_Logout(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_handle(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = login_logout(hs);
	return call.rv;
}

CK_RV
C_GetSessionValidationFlags(CK_SESSION_HANDLE hs,
    CK_SESSION_VALIDATION_FLAGS_TYPE type, CK_FLAGS_PTR flags)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " type=%lu", type);
	if (call.rv == CKR_OK)
		call.rv = sess_validation_flags(call.session, type, flags);
	return call.rv;
}
