/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * General-purpose functions and what is left of parallel function management
 * (3.2 sections 5.4 and 5.21).
 */
#include "api/call.h"

#include <string.h>

#include "base/log.h"

CK_RV
C_Initialize(CK_VOID_PTR args)
{
	CK_RV rv = lib_initialize(args);

	log_debug("%s = %s", __func__, rv_name(rv));
	return rv;
}

CK_RV
C_Finalize(CK_VOID_PTR reserved)
{
	if (reserved != NULL) {
		KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

		return call.rv == CKR_OK ? CKR_ARGUMENTS_BAD : call.rv;
	}
	log_debug("%s", __func__);
	return lib_finalize();
}

/* The first two numbers of kluis's version ("0.1.0"). */
static CK_VERSION
own_version(void)
{
	const char *text = PACKAGE_VERSION;
	CK_VERSION v = { 0, 0 };

	while (*text >= '0' && *text <= '9')
		v.major = (CK_BYTE)(v.major * 10 + (*text++ - '0'));
	for (text++; *text >= '0' && *text <= '9'; text++)
		v.minor = (CK_BYTE)(v.minor * 10 + (*text - '0'));
	return v;
}

CK_RV
C_GetInfo(CK_INFO_PTR info)
{
	KL_AUTO(api_leave) struct api_call call = api_enter(__func__);

	if (call.rv != CKR_OK)
		return call.rv;
	if (info == NULL) {
		call.rv = CKR_ARGUMENTS_BAD;
		return call.rv;
	}
	memset(info, 0, sizeof(*info));
	info->cryptokiVersion = (CK_VERSION){ 3, 2 };
	memset(info->manufacturerID, ' ', sizeof(info->manufacturerID));
	memcpy(info->manufacturerID, "kluis", 5);
	memset(info->libraryDescription, ' ',
	    sizeof(info->libraryDescription));
	memcpy(info->libraryDescription, "kluis cryptographic token", 25);
	info->libraryVersion = own_version();
	return call.rv;
}

CK_RV
C_GetFunctionStatus(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_handle(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = CKR_FUNCTION_NOT_PARALLEL;
	return call.rv;
}

CK_RV
C_CancelFunction(CK_SESSION_HANDLE hs)
{
	KL_AUTO(api_leave) struct api_call call = api_enter_handle(__func__, hs);

	if (call.rv == CKR_OK)
		call.rv = CKR_FUNCTION_NOT_PARALLEL;
	return call.rv;
}
