/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encryption and decryption (3.2 sections 5.8 and 5.10).  Entry points only:
 * see call.h for their shape and session/op.h for the rules.
 */
#include "api/call.h"

#include "session/op.h"

CK_RV
C_EncryptInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech, CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_init(call.session, OP_ENCRYPT, mech, key);
	return call.rv;
}

CK_RV
C_Encrypt(CK_SESSION_HANDLE hs, CK_BYTE_PTR data, CK_ULONG data_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " data=%lu", data_len);
	if (call.rv == CKR_OK)
		call.rv = op_once(call.session, OP_ENCRYPT, data, data_len,
		    (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_EncryptUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part, CK_ULONG part_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_update(call.session, OP_ENCRYPT, part, part_len,
		    (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_EncryptFinal(CK_SESSION_HANDLE hs, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_final(call.session, OP_ENCRYPT,
		    (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_DecryptInit(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech, CK_OBJECT_HANDLE key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", key);
	if (call.rv == CKR_OK)
		call.rv = op_crypt_init(call.session, OP_DECRYPT, mech, key);
	return call.rv;
}

CK_RV
C_Decrypt(CK_SESSION_HANDLE hs, CK_BYTE_PTR data, CK_ULONG data_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " data=%lu", data_len);
	if (call.rv == CKR_OK)
		call.rv = op_once(call.session, OP_DECRYPT, data, data_len,
		    (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_DecryptUpdate(CK_SESSION_HANDLE hs, CK_BYTE_PTR part, CK_ULONG part_len,
    CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " part=%lu", part_len);
	if (call.rv == CKR_OK)
		call.rv = op_update(call.session, OP_DECRYPT, part, part_len,
		    (struct op_out){ out, out_len });
	return call.rv;
}

CK_RV
C_DecryptFinal(CK_SESSION_HANDLE hs, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = op_final(call.session, OP_DECRYPT,
		    (struct op_out){ out, out_len });
	return call.rv;
}
