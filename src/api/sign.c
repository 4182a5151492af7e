/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing and verifying, MACs included (3.2 sections 5.13 and 5.15).  Entry
 * points only: see call.h for their shape and session/op.h for the rules.
 */
#include "api/call.h"

#include "session/op.h"

CK_RV
C_SignInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech, CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_init(call.session, OP_SIGN, mech, key);
	return call.rv;
}

CK_RV
C_Sign(CK_SESSION_HANDLE hs, CK_BYTE_PTR data, CK_ULONG data_len,
    CK_BYTE_PTR sig, CK_ULONG_PTR sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " data=%lu", data_len);
	if (call.rv == CKR_OK)
		call.rv = op_once(call.session, OP_SIGN, data, data_len,
		    (struct op_out){ sig, sig_len });
	return call.rv;
}

CK_RV
C_SignUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part, CK_ULONG part_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_feed(call.session, OP_SIGN, part, part_len);
	return call.rv;
}

CK_RV
C_SignFinal(CK_SESSION_HANDLE hs, CK_BYTE_PTR sig, CK_ULONG_PTR sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_final(call.session, OP_SIGN,
		    (struct op_out){ sig, sig_len });
	return call.rv;
}

CK_RV
C_VerifyInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech, CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_init(call.session, OP_VERIFY, mech, key);
	return call.rv;
}

CK_RV
C_Verify(CK_SESSION_HANDLE hs, CK_BYTE_PTR data, CK_ULONG data_len,
    CK_BYTE_PTR sig, CK_ULONG sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " data=%lu signature=%lu", data_len, sig_len);
	if (call.rv == CKR_OK)
		call.rv = op_verify(call.session, data, data_len, sig, sig_len);
	return call.rv;
}

CK_RV
C_VerifyUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part, CK_ULONG part_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_feed(call.session, OP_VERIFY, part, part_len);
	return call.rv;
}

CK_RV
C_VerifyFinal(CK_SESSION_HANDLE hs, CK_BYTE_PTR sig, CK_ULONG sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " signature=%lu", sig_len);
	if (call.rv == CKR_OK)
		call.rv = op_verify_final(call.session, sig, sig_len);
	return call.rv;
}

CK_RV
C_SignRecoverInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_init(call.session, OP_SIGN_RECOVER, mech,
		    key);
	return call.rv;
}

CK_RV
C_SignRecover(CK_SESSION_HANDLE hs, CK_BYTE_PTR data, CK_ULONG data_len,
    CK_BYTE_PTR sig, CK_ULONG_PTR sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " data=%lu", data_len);
	if (call.rv == CKR_OK)
		call.rv = op_once(call.session, OP_SIGN_RECOVER, data,
		    data_len, (struct op_out){ sig, sig_len });
	return call.rv;
}

CK_RV
C_VerifyRecoverInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_init(call.session, OP_VERIFY_RECOVER, mech,
		    key);
	return call.rv;
}

CK_RV
C_VerifyRecover(CK_SESSION_HANDLE hs, CK_BYTE_PTR sig, CK_ULONG sig_len,
    CK_BYTE_PTR data, CK_ULONG_PTR data_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " signature=%lu", sig_len);
	if (call.rv == CKR_OK)
		call.rv = op_once(call.session, OP_VERIFY_RECOVER, sig,
		    sig_len, (struct op_out){ data, data_len });
	return call.rv;
}

CK_RV
C_VerifySignatureInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE key, CK_BYTE_PTR sig, CK_ULONG sig_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu signature=%lu", key, sig_len);
	if (call.rv == CKR_OK)
		call.rv = op_verify_signature_init(call.session, mech, key,
		    sig, sig_len);
	return call.rv;
}

CK_RV
C_VerifySignature(CK_SESSION_HANDLE hs, CK_BYTE_PTR data, CK_ULONG data_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " data=%lu", data_len);
	if (call.rv == CKR_OK)
		call.rv = op_verify_signature(call.session, data, data_len);
	return call.rv;
}

CK_RV
C_VerifySignatureUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part,
    CK_ULONG part_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_feed(call.session, OP_VERIFY_SIGNATURE, part,
		    part_len);
	return call.rv;
}

CK_RV
C_VerifySignatureFinal(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_verify_signature_final(call.session);
	return call.rv;
}
