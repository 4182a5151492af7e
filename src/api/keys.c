/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key management and random numbers (3.2 sections 5.18 and 5.20).  Entry
 * points only: see call.h for their shape and session/op.h for the rules.
 */
#include "api/call.h"

#include "session/op.h"

CK_RV
C_GenerateKey(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_ATTRIBUTE_PTR templ, CK_ULONG count, CK_OBJECT_HANDLE_PTR key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	if (call.rv == CKR_OK)
		call.rv = op_generate_key(call.session, mech, templ, count,
		    key);
	if (call.rv == CKR_OK)
		api_note(&call, " made=%lu", *key);
	return call.rv;
}

CK_RV
C_GenerateKeyPair(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_ATTRIBUTE_PTR pub, CK_ULONG pub_count, CK_ATTRIBUTE_PTR priv,
    CK_ULONG priv_count, CK_OBJECT_HANDLE_PTR pub_key,
    CK_OBJECT_HANDLE_PTR priv_key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);
	const struct op_pair templ = { pub, pub_count, priv, priv_count };

	api_note_mech(&call, mech);
	if (call.rv == CKR_OK)
		call.rv = op_generate_pair(call.session, mech, &templ, pub_key,
		    priv_key);
	if (call.rv == CKR_OK)
		api_note(&call, " made=%lu,%lu", *pub_key, *priv_key);
	return call.rv;
}

CK_RV
C_WrapKey(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech, CK_OBJECT_HANDLE wrapper,
    CK_OBJECT_HANDLE key, CK_BYTE_PTR wrapped, CK_ULONG_PTR wrapped_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " wrapper=%lu key=%lu", wrapper, key);
	if (call.rv == CKR_OK)
		call.rv = op_wrap(call.session, mech, wrapper, key,
		    (struct op_out){ wrapped, wrapped_len });
	return call.rv;
}

CK_RV
C_UnwrapKey(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE unwrapper, CK_BYTE_PTR wrapped, CK_ULONG wrapped_len,
    CK_ATTRIBUTE_PTR templ, CK_ULONG count, CK_OBJECT_HANDLE_PTR key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " unwrapper=%lu wrapped=%lu", unwrapper, wrapped_len);
	if (call.rv == CKR_OK)
		call.rv = op_unwrap(call.session, mech, unwrapper,
		    bytes_of(wrapped, wrapped_len),
		    (struct op_template){ templ, count }, key);
	if (call.rv == CKR_OK)
		api_note(&call, " made=%lu", *key);
	return call.rv;
}

CK_RV
C_WrapKeyAuthenticated(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE wrapper, CK_OBJECT_HANDLE key, CK_BYTE_PTR aad,
    CK_ULONG aad_len, CK_BYTE_PTR wrapped, CK_ULONG_PTR wrapped_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " wrapper=%lu key=%lu aad=%lu", wrapper, key, aad_len);
	if (call.rv == CKR_OK)
		call.rv = op_wrap_authenticated(call.session, mech, wrapper,
		    key, bytes_of(aad, aad_len),
		    (struct op_out){ wrapped, wrapped_len });
	return call.rv;
}

CK_RV
C_UnwrapKeyAuthenticated(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE unwrapper, CK_BYTE_PTR wrapped, CK_ULONG wrapped_len,
    CK_ATTRIBUTE_PTR templ, CK_ULONG count, CK_BYTE_PTR aad, CK_ULONG aad_len,
    CK_OBJECT_HANDLE_PTR key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);
	const struct op_wrapped in = { bytes_of(wrapped, wrapped_len),
		bytes_of(aad, aad_len) };

	api_note_mech(&call, mech);
	api_note(&call, " unwrapper=%lu wrapped=%lu aad=%lu", unwrapper,
	    wrapped_len, aad_len);
	if (call.rv == CKR_OK)
		call.rv = op_unwrap_authenticated(call.session, mech,
		    unwrapper, in, (struct op_template){ templ, count }, key);
	if (call.rv == CKR_OK)
		api_note(&call, " made=%lu", *key);
	return call.rv;
}

CK_RV
C_DeriveKey(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech, CK_OBJECT_HANDLE base,
    CK_ATTRIBUTE_PTR templ, CK_ULONG count, CK_OBJECT_HANDLE_PTR key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " base=%lu", base);
	if (call.rv == CKR_OK)
		call.rv = op_derive(call.session, mech, base,
		    (struct op_template){ templ, count }, key);
	/* Some mechanisms make no key, or hand them out elsewhere. */
	if (call.rv == CKR_OK && key != NULL)
		api_note(&call, " made=%lu", *key);
	return call.rv;
}

CK_RV
C_EncapsulateKey(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE public_key, CK_ATTRIBUTE_PTR templ, CK_ULONG count,
    CK_BYTE_PTR ciphertext, CK_ULONG_PTR ciphertext_len,
    CK_OBJECT_HANDLE_PTR key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu", public_key);
	if (call.rv == CKR_OK)
		call.rv = op_encapsulate(call.session, mech, public_key,
		    (struct op_template){ templ, count },
		    (struct op_out){ ciphertext, ciphertext_len }, key);
	if (call.rv == CKR_OK && ciphertext != NULL)
		api_note(&call, " made=%lu", *key);
	return call.rv;
}

CK_RV
C_DecapsulateKey(CK_SESSION_HANDLE hs, CK_MECHANISM_PTR mech,
    CK_OBJECT_HANDLE private_key, CK_ATTRIBUTE_PTR templ, CK_ULONG count,
    CK_BYTE_PTR ciphertext, CK_ULONG ciphertext_len, CK_OBJECT_HANDLE_PTR key)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note_mech(&call, mech);
	api_note(&call, " key=%lu ciphertext=%lu", private_key,
	    ciphertext_len);
	if (call.rv == CKR_OK)
		call.rv = op_decapsulate(call.session, mech, private_key,
		    (struct op_template){ templ, count },
		    bytes_of(ciphertext, ciphertext_len), key);
	if (call.rv == CKR_OK)
		api_note(&call, " made=%lu", *key);
	return call.rv;
}

CK_RV
C_SeedRandom(CK_SESSION_HANDLE hs, CK_BYTE_PTR seed, CK_ULONG seed_len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " seed=%lu", seed_len);
	if (call.rv == CKR_OK)
		call.rv = op_seed(call.session, seed, seed_len);
	return call.rv;
}

CK_RV
C_GenerateRandom(CK_SESSION_HANDLE hs, CK_BYTE_PTR out, CK_ULONG len)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " bytes=%lu", len);
	if (call.rv == CKR_OK)
		call.rv = op_random(call.session, out, len);
	return call.rv;
}
