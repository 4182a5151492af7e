/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The function tables of 2.40, 3.0 and 3.2 and how callers get them (3.2
 * section 5.4).  Constant data; these functions work before C_Initialize
 * and in a forked child.
 */
#include "api/call.h"

#include <string.h>

#include "session/out.h"

#define FN_2_40(name) .name = name,
#define FN_3_0(name) .name = name,
#define FN_3_2(name) .name = name,
#define FN(version, name) FN_##version(name)

static const CK_FUNCTION_LIST_3_2 table_3_2 = {
	.version = { 3, 2 },
#include "api/functions.def"
};

/* Callers of the older tables read what their version said: one entry differs. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

#undef FN_3_2
#define FN_3_2(name)
static const CK_FUNCTION_LIST_3_0 table_3_0 = {
	.version = { 3, 0 },
#include "api/functions.def"
	.C_GetAttributeValue = api_get_attribute_value_3_0,
};

#undef FN_3_0
#define FN_3_0(name)
static const CK_FUNCTION_LIST table_2_40 = {
	.version = { 2, 40 },
#include "api/functions.def"
	.C_GetAttributeValue = api_get_attribute_value_3_0,
};
#pragma GCC diagnostic pop

/* The interface's types are not const; what they point to is. */
#define NAME ((CK_UTF8CHAR_PTR)"PKCS 11")

/*
 * The default comes first.  CKF_INTERFACE_FORK_SAFE is not set: a forked
 * child starts uninitialised, it does not keep its parent's sessions.
 */
static const CK_INTERFACE interfaces[] = {
	{ NAME, (CK_VOID_PTR)&table_3_2, 0 },
	{ NAME, (CK_VOID_PTR)&table_3_0, 0 },
	{ NAME, (CK_VOID_PTR)&table_2_40, 0 },
};

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR out)
{
	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	*out = (CK_FUNCTION_LIST_PTR)&table_2_40;
	return CKR_OK;
}

CK_RV
C_GetInterfaceList(CK_INTERFACE_PTR out, CK_ULONG_PTR count)
{
	CK_ULONG room;

	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	room = *count;
	*count = KL_COUNT(interfaces);
	if (out == NULL)
		return CKR_OK;
	if (room < KL_COUNT(interfaces))
		return CKR_BUFFER_TOO_SMALL;
	memcpy(out, interfaces, sizeof(interfaces));
	return CKR_OK;
}

static bool
interface_fits(const CK_INTERFACE *i, const CK_UTF8CHAR *name,
    const CK_VERSION *version, CK_FLAGS flags)
{
	const CK_VERSION *own = i->pFunctionList;

	if (name != NULL && strcmp((const char *)name,
	    (const char *)i->pInterfaceName) != 0)
		return false;
	if (version != NULL && (version->major != own->major ||
	    version->minor != own->minor))
		return false;
	return (i->flags & flags) == flags;
}

CK_RV
C_GetInterface(CK_UTF8CHAR_PTR name, CK_VERSION_PTR version,
    CK_INTERFACE_PTR_PTR out, CK_FLAGS flags)
{
	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	for (size_t i = 0; i < KL_COUNT(interfaces); i++) {
		if (interface_fits(&interfaces[i], name, version, flags)) {
			*out = (CK_INTERFACE_PTR)&interfaces[i];
			return CKR_OK;
		}
	}
	return CKR_ARGUMENTS_BAD;
}
