/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message-based encryption and decryption (3.2 sections 5.9 and 5.11).  Entry
 * points only: see call.h for their shape and session/op.h for the rules.
 */
#include "api/call.h"

#include "session/op.h"

CK_RV
C_MessageEncryptInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_init(call.session, OP_MESSAGE_ENCRYPT,
		    mech, key);
	return call.rv;
}

CK_RV
C_EncryptMessage(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR aad, CK_ULONG aad_len, CK_BYTE_PTR data, CK_ULONG data_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);
	const struct op_message m = { par, par_len, bytes_of(aad, aad_len) };

	api_note(&call, " par=%lu aad=%lu data=%lu", par_len, aad_len,
	    data_len);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_message(call.session, OP_MESSAGE_ENCRYPT,
		    &m, bytes_of(data, data_len),
		    (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_EncryptMessageBegin(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR aad, CK_ULONG aad_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);
	const struct op_message m = { par, par_len, bytes_of(aad, aad_len) };

	api_note(&call, " par=%lu aad=%lu", par_len, aad_len);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_message_begin(call.session,
		    OP_MESSAGE_ENCRYPT, &m);
	return call.rv;
}

CK_RV
C_EncryptMessageNext(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR part, CK_ULONG part_len, CK_BYTE_PTR out, CK_ULONG_PTR out_len,
    CK_FLAGS flags)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);
	const struct op_message m = { par, par_len, BYTES_NONE };

	api_note(&call, " par=%lu part=%lu flags=%lx", par_len, part_len,
	    flags);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_message_next(call.session,
		    OP_MESSAGE_ENCRYPT, &m, bytes_of(part, part_len),
		    (struct op_out){ out, out_len }, flags);
	return call.rv;
}

CK_RV
C_MessageEncryptFinal(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_message_finish(call.session, OP_MESSAGE_ENCRYPT);
	return call.rv;
}

CK_RV
C_MessageDecryptInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_init(call.session, OP_MESSAGE_DECRYPT,
		    mech, key);
	return call.rv;
}

CK_RV
C_DecryptMessage(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR aad, CK_ULONG aad_len, CK_BYTE_PTR data, CK_ULONG data_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);
	const struct op_message m = { par, par_len, bytes_of(aad, aad_len) };

	api_note(&call, " par=%lu aad=%lu data=%lu", par_len, aad_len,
	    data_len);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_message(call.session, OP_MESSAGE_DECRYPT,
		    &m, bytes_of(data, data_len),
		    (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_DecryptMessageBegin(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR aad, CK_ULONG aad_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);
	const struct op_message m = { par, par_len, bytes_of(aad, aad_len) };

	api_note(&call, " par=%lu aad=%lu", par_len, aad_len);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_message_begin(call.session,
		    OP_MESSAGE_DECRYPT, &m);
	return call.rv;
}

CK_RV
C_DecryptMessageNext(CK_SESSION_HANDLE hs, CK_VOID_PTR par, CK_ULONG par_len,
    CK_BYTE_PTR part, CK_ULONG part_len, CK_BYTE_PTR out, CK_ULONG_PTR out_len,
    CK_FLAGS flags)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);
	const struct op_message m = { par, par_len, BYTES_NONE };

	api_note(&call, " par=%lu part=%lu flags=%lx", par_len, part_len,
	    flags);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_message_next(call.session,
		    OP_MESSAGE_DECRYPT, &m, bytes_of(part, part_len),
		    (struct op_out){ out, out_len }, flags);
	return call.rv;
}

CK_RV
C_MessageDecryptFinal(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_message_finish(call.session, OP_MESSAGE_DECRYPT);
	return call.rv;
}
