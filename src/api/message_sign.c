/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing and checking message after message (3.2 sections 5.14 and 5.16).
 * Entry points only: see call.h for their shape and session/op.h for the rules.
 * The parameter of a single message is looked at for its length alone: no
 * mechanism has one.
 */
#include "api/call.h"

#include "session/op.h"

CK_RV
C_MessageSignInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_message_init(call.session, OP_MESSAGE_SIGN, mech,
		    key);
	return call.rv;
}

CK_RV
C_SignMessage(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR sig, CK_ULONG_PTR sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	(void)par;
	api_note(&call, " parameter=%lu data=%lu", par_len, data_len);
	if (call.rv == CKR_OK)
		call.rv = op_sign_message(call.session, par_len,
		    bytes_of(data, data_len), (struct op_out){ sig, sig_len });
	return call.rv;
}

CK_RV
C_SignMessageBegin(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	(void)par;
	api_note(&call, " parameter=%lu", par_len);
	if (call.rv == CKR_OK)
		call.rv = op_message_begin(call.session, OP_MESSAGE_SIGN,
		    par_len);
	return call.rv;
}

CK_RV
C_SignMessageNext(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR part, CK_ULONG part_len, CK_BYTE_PTR sig, CK_ULONG_PTR sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	(void)par;
	api_note(&call, " parameter=%lu part=%lu", par_len, part_len);
	if (call.rv == CKR_OK)
		call.rv = op_sign_message_next(call.session, par_len,
		    bytes_of(part, part_len), (struct op_out){ sig, sig_len });
	return call.rv;
}

CK_RV
C_MessageSignFinal(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_message_finish(call.session, OP_MESSAGE_SIGN);
	return call.rv;
}

CK_RV
C_MessageVerifyInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_message_init(call.session, OP_MESSAGE_VERIFY, mech,
		    key);
	return call.rv;
}

CK_RV
C_VerifyMessage(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR sig, CK_ULONG sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	(void)par;
	api_note(&call, " parameter=%lu data=%lu signature=%lu", par_len,
	    data_len, sig_len);
	if (call.rv == CKR_OK)
		call.rv = op_verify_message(call.session, par_len,
		    bytes_of(data, data_len), bytes_of(sig, sig_len));
	return call.rv;
}

CK_RV
C_VerifyMessageBegin(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	(void)par;
	api_note(&call, " parameter=%lu", par_len);
	if (call.rv == CKR_OK)
		call.rv = op_message_begin(call.session, OP_MESSAGE_VERIFY,
		    par_len);
	return call.rv;
}

CK_RV
C_VerifyMessageNext(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR part, CK_ULONG part_len, CK_BYTE_PTR sig, CK_ULONG sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	(void)par;
	api_note(&call, " parameter=%lu part=%lu signature=%lu", par_len,
	    part_len, sig_len);
	if (call.rv == CKR_OK)
		call.rv = op_verify_message_next(call.session, par_len,
		    bytes_of(part, part_len), bytes_of(sig, sig_len));
	return call.rv;
}

CK_RV
C_MessageVerifyFinal(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_message_finish(call.session, OP_MESSAGE_VERIFY);
	return call.rv;
}
