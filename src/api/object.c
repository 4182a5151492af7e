/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Object management (3.2 section 5.7).  Entry points only: see call.h for
 * their shape and object/object.h for the rules.
 */
#include "api/call.h"

CK_RV
C_CreateObject(CK_SESSION_HANDLE hs, CK_ATTRIBUTE_PTR templ, CK_ULONG count,
    CK_OBJECT_HANDLE_PTR object)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " attributes=%lu", count);
	if (call.rv == CKR_OK)
		call.rv = sess_object_create(call.session, templ, count,
		    object);
	if (call.rv == CKR_OK)
		api_note(&call, " made=%lu", *object);
	return call.rv;
}

CK_RV
C_CopyObject(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_PTR templ, CK_ULONG count, CK_OBJECT_HANDLE_PTR copy)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " object=%lu attributes=%lu", object, count);
	if (call.rv == CKR_OK)
		call.rv = sess_object_copy(call.session, object, templ, count,
		    copy);
	if (call.rv == CKR_OK)
		api_note(&call, " made=%lu", *copy);
	return call.rv;
}

CK_RV
C_DestroyObject(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE object)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " object=%lu", object);
	if (call.rv == CKR_OK)
		call.rv = sess_object_destroy(call.session, object);
	return call.rv;
}

CK_RV
C_GetObjectSize(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE object,
    CK_ULONG_PTR size)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " object=%lu", object);
	if (call.rv == CKR_OK)
		call.rv = sess_object_size(call.session, object, size);
	return call.rv;
}

CK_RV
C_GetAttributeValue(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_PTR templ, CK_ULONG count)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " object=%lu attributes=%lu", object, count);
	if (call.rv == CKR_OK)
		call.rv = sess_object_get(call.session, object, templ, count,
		    false);
	return call.rv;
}

CK_RV
api_get_attribute_value_3_0(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_PTR templ, CK_ULONG count)
{
	KL_AUTO(api_leave) struct api_call call =
	    api_enter_session("C_GetAttributeValue(3.0)", hs);

	api_note(&call, " object=%lu attributes=%lu", object, count);
	if (call.rv == CKR_OK)
		call.rv = sess_object_get(call.session, object, templ, count,
		    true);
	return call.rv;
}

CK_RV
C_SetAttributeValue(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_PTR templ, CK_ULONG count)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " object=%lu attributes=%lu", object, count);
	if (call.rv == CKR_OK)
		call.rv = sess_object_set(call.session, object, templ, count);
	return call.rv;
}

CK_RV
C_FindObjectsInit(CK_SESSION_HANDLE hs, CK_ATTRIBUTE_PTR templ, CK_ULONG count)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " attributes=%lu", count);
	if (call.rv == CKR_OK)
		call.rv = sess_find_init(call.session, templ, count);
	return call.rv;
}

CK_RV
C_FindObjects(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE_PTR objects, CK_ULONG max,
    CK_ULONG_PTR count)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	api_note(&call, " max=%lu", max);
	if (call.rv == CKR_OK)
		call.rv = sess_find(call.session, objects, max, count);
	if (call.rv == CKR_OK)
		api_note(&call, " found=%lu", *count);
	return call.rv;
}

CK_RV
C_FindObjectsFinal(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = sess_find_final(call.session);
	return call.rv;
}
