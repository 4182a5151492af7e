/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module under test: how it is loaded, its slots and sessions. How a fresh
 * store and a fresh token are made is in kit_profile.c.
 */
#include "kit.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
kit_load(void)
{
	CK_C_GetFunctionList get_list;
	CK_C_GetInterface get_interface;
	CK_VERSION v30 = { 3, 0 }, v32 = { 3, 2 };
	CK_INTERFACE *i = NULL;
	void *sym;

	kit.dl = dlopen(kit.module, RTLD_NOW | RTLD_LOCAL);
	REQUIRE(kit.dl != NULL, "cannot load: %s", dlerror());
	sym = dlsym(kit.dl, "C_GetFunctionList");
	REQUIRE(sym != NULL, "no symbol C_GetFunctionList");
	memcpy(&get_list, &sym, sizeof(get_list));
	NEED(get_list(&kit.f));
	sym = dlsym(kit.dl, "C_GetInterface");
	if (sym == NULL)
		return;
	memcpy(&get_interface, &sym, sizeof(get_interface));
	if (get_interface((CK_UTF8CHAR *)"PKCS 11", &v30, &i, 0) == CKR_OK)
		kit.f30 = i->pFunctionList;
	if (get_interface((CK_UTF8CHAR *)"PKCS 11", &v32, &i, 0) == CKR_OK)
		kit.f32 = i->pFunctionList;
}

void
kit_pad(CK_UTF8CHAR *out, size_t room, const char *text)
{
	memset(out, ' ', room);
	memcpy(out, text, strlen(text) < room ? strlen(text) : room);
}

static size_t
slot_list(CK_SLOT_ID *out, size_t max)
{
	CK_ULONG n = 0;

	NEED(kit.f->C_GetSlotList(CK_FALSE, NULL, &n));
	REQUIRE(n <= max, "%lu slots", n);
	NEED(kit.f->C_GetSlotList(CK_FALSE, out, &n));
	return n;
}

bool
kit_free_slot(CK_SLOT_ID *out)
{
	CK_SLOT_ID list[256];
	size_t n = slot_list(list, KIT_COUNT(list));
	CK_TOKEN_INFO info;

	for (size_t i = 0; i < n; i++) {
		if (kit.f->C_GetTokenInfo(list[i], &info) != CKR_OK ||
		    (info.flags & CKF_TOKEN_INITIALIZED) != 0)
			continue;
		*out = list[i];
		return true;
	}
	return false;
}

CK_SLOT_ID
kit_need_free_slot(void)
{
	CK_SLOT_ID slot;

	if (!kit_free_slot(&slot)) {
		REQUIRE(kit.profile != PROFILE_KLUIS, "no free slot");
		kit_skip("the module has no slot left for another token");
	}
	return slot;
}

bool
kit_find_slot(const char *label, CK_SLOT_ID *out)
{
	CK_SLOT_ID list[256];
	size_t n = slot_list(list, KIT_COUNT(list));
	CK_UTF8CHAR want[32];
	CK_TOKEN_INFO info;

	kit_pad(want, sizeof(want), label);
	for (size_t i = 0; i < n; i++) {
		if (kit.f->C_GetTokenInfo(list[i], &info) != CKR_OK ||
		    memcmp(info.label, want, sizeof(want)) != 0)
			continue;
		*out = list[i];
		return true;
	}
	return false;
}

CK_SESSION_HANDLE
kit_session(CK_FLAGS flags)
{
	CK_SESSION_HANDLE s = CK_INVALID_HANDLE;

	NEED(kit.f->C_OpenSession(
	    kit.slot, CKF_SERIAL_SESSION | flags, NULL, NULL, &s));
	REQUIRE(s != CK_INVALID_HANDLE, "C_OpenSession gave handle 0");
	return s;
}

void
kit_raise(enum kit_level level)
{
	kit_store_prepare();
	if (level >= AT_LOADED)
		kit_load();
	if (level >= AT_INIT)
		NEED(kit_initialize());
	if (level >= AT_TOKEN)
		kit_token();
	if (level >= AT_PUBLIC)
		kit.s = kit_session(CKF_RW_SESSION);
	if (level >= AT_USER)
		kit_login(kit.s, CKU_USER);
}

bool
kit_has_mech(CK_MECHANISM_TYPE m, CK_MECHANISM_INFO *info)
{
	CK_MECHANISM_INFO own;

	if (info == NULL)
		info = &own;
	memset(info, 0, sizeof(*info));
	return kit.f->C_GetMechanismInfo(kit.slot, m, info) == CKR_OK;
}

void
kit_need_mech(CK_MECHANISM_TYPE m, CK_FLAGS flags)
{
	CK_MECHANISM_INFO info;

	if (!kit_has_mech(m, &info))
		kit_skip("%s is not offered", kit_mech_name(m));
	if ((info.flags & flags) != flags)
		kit_skip(
		    "%s is not offered for this operation", kit_mech_name(m));
}

void
kit_need_30(void)
{
	if (kit.f30 != NULL)
		return;
	if (kit.profile == PROFILE_KLUIS)
		REQUIRE(kit.f30 != NULL, "no 3.0 interface");
	kit_skip("the module offers no 3.0 interface");
}

void
kit_need_32(void)
{
	if (kit.f32 != NULL)
		return;
	if (kit.profile == PROFILE_KLUIS)
		REQUIRE(kit.f32 != NULL, "no 3.2 interface");
	kit_skip("the module offers no 3.2 interface");
}
