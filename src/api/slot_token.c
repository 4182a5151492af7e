/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slot and token management (3.2 section 5.5).  Entry points only: see
 * call.h for their shape and session/session.h for the rules.
 */
#include "api/call.h"

CK_RV
C_GetSlotList(CK_BBOOL present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	if (call.rv == CKR_OK)
		call.rv = slot_list(present, list, count);
	return call.rv;
}

CK_RV
C_GetSlotInfo(CK_SLOT_ID id, CK_SLOT_INFO_PTR info)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	api_note(&call, " slot=%lu", id);
	if (call.rv == CKR_OK)
		call.rv = slot_info(id, info);
	return call.rv;
}

CK_RV
C_GetTokenInfo(CK_SLOT_ID id, CK_TOKEN_INFO_PTR info)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	api_note(&call, " slot=%lu", id);
	if (call.rv == CKR_OK)
		call.rv = slot_token_info(id, info);
	return call.rv;
}

CK_RV
C_GetMechanismList(CK_SLOT_ID id, CK_MECHANISM_TYPE_PTR list,
    CK_ULONG_PTR count)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	api_note(&call, " slot=%lu", id);
	if (call.rv == CKR_OK)
		call.rv = slot_mechanisms(id, list, count);
	return call.rv;
}

CK_RV
C_GetMechanismInfo(CK_SLOT_ID id, CK_MECHANISM_TYPE type,
    CK_MECHANISM_INFO_PTR info)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	api_note(&call, " slot=%lu type=0x%lx", id, type);
	if (call.rv == CKR_OK)
		call.rv = slot_mechanism_info(id, type, info);
	return call.rv;
}

CK_RV
C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	api_note(&call, " flags=0x%lx", flags);
	if (call.rv == CKR_OK)
		call.rv = reserved != NULL ? CKR_ARGUMENTS_BAD :
		    slot_wait(flags, slot);
	return call.rv;
}

CK_RV
C_InitToken(CK_SLOT_ID id, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len,
    CK_UTF8CHAR_PTR label)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	api_note(&call, " slot=%lu", id);
	if (call.rv == CKR_OK)
		call.rv = slot_init_token(id, pin, pin_len, label);
	return call.rv;
}

CK_RV
C_InitPIN(CK_SESSION_HANDLE hs, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_handle(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = login_init_pin(hs, pin, pin_len);
	return call.rv;
}

CK_RV
C_SetPIN(CK_SESSION_HANDLE hs, CK_UTF8CHAR_PTR old_pin, CK_ULONG old_len,
    CK_UTF8CHAR_PTR new_pin, CK_ULONG new_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_handle(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = login_set_pin(hs, bytes_of(old_pin, old_len),
		    bytes_of(new_pin, new_len));
	return call.rv;
}
