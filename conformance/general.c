/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "general": the function tables and interfaces, C_Initialize and
 * C_Finalize, C_GetInfo (5.4).
 */
#include "suite.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef CK_RV (*any_function)(void);

/* A function table is a CK_VERSION followed by pointers. */
static void
check_full(const char *which, const void *list, size_t bytes)
{
	size_t at = offsetof(CK_FUNCTION_LIST, C_Initialize);

	for (size_t i = 0; at + sizeof(any_function) <= bytes;
	     i++, at += sizeof(any_function)) {
		any_function p;

		memcpy(&p, (const char *)list + at, sizeof(p));
		CHECK(p != NULL, "%s: entry %zu is NULL", which, i + 1);
	}
}

static void
function_list(const void *arg)
{
	(void)arg;
	CHECK(kit.f->version.major == 2, "version %u.%u", kit.f->version.major,
	    kit.f->version.minor);
	if (kit.profile == PROFILE_KLUIS)
		CHECK(kit.f->version.minor == 40, "version 2.%u",
		    kit.f->version.minor);
	check_full("2.40", kit.f, sizeof(CK_FUNCTION_LIST));
	WANT(kit.f->C_GetFunctionList(NULL), CKR_ARGUMENTS_BAD);
}

static CK_C_GetInterface
get_interface(void)
{
	void *sym = dlsym(kit.dl, "C_GetInterface");
	CK_C_GetInterface fn = NULL;

	if (sym == NULL)
		kit_need_30();
	memcpy(&fn, &sym, sizeof(fn));
	return fn;
}

static void
interface_list(const void *arg)
{
	CK_INTERFACE list[20];
	CK_ULONG n = 0, less;
	unsigned int have = 0;

	(void)arg;
	kit_need_30();
	WANT(kit.f30->C_GetInterfaceList(NULL, NULL), CKR_ARGUMENTS_BAD);
	NEED(kit.f30->C_GetInterfaceList(NULL, &n));
	REQUIRE(n >= 1 && n <= KIT_COUNT(list), "%lu interfaces", n);
	less = n - 1;
	WANT(kit.f30->C_GetInterfaceList(list, &less), CKR_BUFFER_TOO_SMALL);
	CHECK(less == n, "short buffer: count %lu, want %lu", less, n);
	NEED(kit.f30->C_GetInterfaceList(list, &n));
	for (CK_ULONG i = 0; i < n; i++) {
		CK_VERSION v;

		REQUIRE(list[i].pInterfaceName != NULL &&
			list[i].pFunctionList != NULL,
		    "interface %lu has NULLs", i);
		if (strcmp((const char *)list[i].pInterfaceName, "PKCS 11") !=
		    0)
			continue;
		memcpy(&v, list[i].pFunctionList, sizeof(v));
		have |= v.major == 2             ? 1U :
		    v.major == 3 && v.minor == 0 ? 2U :
		    v.major == 3 && v.minor == 2 ? 4U :
						   0U;
	}
	if (kit.profile == PROFILE_KLUIS)
		CHECK(have == 7,
		    "2.40, 3.0 and 3.2 are not all listed (bits %u)", have);
	CHECK((have & 6) != 0, "no 3.x interface is listed");
}

static void
interface_default(const void *arg)
{
	CK_C_GetInterface get = get_interface();
	CK_INTERFACE *i = NULL;
	CK_VERSION v;

	(void)arg;
	WANT(get(NULL, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
	NEED(get(NULL, NULL, &i, 0));
	REQUIRE(i != NULL && i->pFunctionList != NULL, "no default interface");
	memcpy(&v, i->pFunctionList, sizeof(v));
	CHECK(strcmp((const char *)i->pInterfaceName, "PKCS 11") == 0,
	    "default is \"%s\"", (const char *)i->pInterfaceName);
	if (kit.profile == PROFILE_KLUIS)
		CHECK(v.major == 3 && v.minor == 2, "default is %u.%u", v.major,
		    v.minor);
}

static void
interface_versions(const void *arg)
{
	static const struct {
		CK_VERSION v;
		bool must;
		size_t size;
	} rows[] = {
		{ { 2, 40 }, true, sizeof(CK_FUNCTION_LIST) },
		{ { 3, 0 }, true, sizeof(CK_FUNCTION_LIST_3_0) },
		{ { 3, 2 }, true, sizeof(CK_FUNCTION_LIST_3_2) },
		{ { 9, 9 }, false, 0 },
		{ { 0, 0 }, false, 0 },
		{ { 2, 39 }, false, 0 },
	};
	CK_C_GetInterface get = get_interface();

	(void)arg;
	for (size_t k = 0; k < KIT_COUNT(rows); k++) {
		CK_VERSION v = rows[k].v, got;
		CK_INTERFACE *i = NULL;
		CK_RV rv = get((CK_UTF8CHAR *)"PKCS 11", &v, &i, 0);

		if (!rows[k].must) {
			WANT(rv, CKR_ARGUMENTS_BAD, CKR_FUNCTION_FAILED);
			continue;
		}
		if (rv != CKR_OK && kit.profile != PROFILE_KLUIS)
			continue;
		NEED(rv);
		memcpy(&got, i->pFunctionList, sizeof(got));
		CHECK(memcmp(&got, &v, sizeof(v)) == 0,
		    "asked %u.%u, got %u.%u", v.major, v.minor, got.major,
		    got.minor);
		check_full("interface", i->pFunctionList, rows[k].size);
		i = NULL;
		NEED(get(NULL, &v, &i, 0));
		memcpy(&got, i->pFunctionList, sizeof(got));
		CHECK(memcmp(&got, &v, sizeof(v)) == 0,
		    "no name, asked %u.%u, got %u.%u", v.major, v.minor,
		    got.major, got.minor);
	}
	{
		CK_INTERFACE *i = NULL;

		WANT(get((CK_UTF8CHAR *)"no such interface", NULL, &i, 0),
		    CKR_ARGUMENTS_BAD, CKR_FUNCTION_FAILED);
		WANT(get((CK_UTF8CHAR *)"PKCS 11", NULL, &i, 0x40000000UL),
		    CKR_ARGUMENTS_BAD, CKR_FUNCTION_FAILED);
		WANT(get((CK_UTF8CHAR *)"PKCS 11", NULL, &i, 0), CKR_OK);
	}
}

static unsigned int mutexes, locked, made;

static CK_RV
create_mutex(void **out)
{
	*out = &mutexes;
	mutexes++;
	made++;
	return CKR_OK;
}

static CK_RV
destroy_mutex(void *m)
{
	(void)m;
	mutexes--;
	return CKR_OK;
}

static CK_RV
lock_mutex(void *m)
{
	(void)m;
	locked++;
	return CKR_OK;
}

static CK_RV
unlock_mutex(void *m)
{
	(void)m;
	locked--;
	return CKR_OK;
}

static void
init_round(const char *what, CK_C_INITIALIZE_ARGS *args, CK_RV other)
{
	CK_RV rv = kit_initialize_with(args);

	if (rv == CKR_OK) {
		CK_ULONG n = 0;

		WANT(kit.f->C_GetSlotList(CK_FALSE, NULL, &n), CKR_OK);
		WANT(kit_initialize_with(args),
		    CKR_CRYPTOKI_ALREADY_INITIALIZED);
		WANT(kit.f->C_Finalize(NULL), CKR_OK);
	} else {
		CHECK(rv == other, "%s: got %s, want CKR_OK or %s", what,
		    kit_rv_name(rv), kit_rv_name(other));
	}
}

static void
init_arguments(const void *arg)
{
	(void)arg;
	init_round("NULL", NULL, CKR_OK);
	for (unsigned int i = 0; i < 8; i++) {
		CK_C_INITIALIZE_ARGS args;
		char what[60];

		memset(&args, 0, sizeof(args));
		args.flags = ((i & 1) != 0 ? CKF_OS_LOCKING_OK : 0) |
		    ((i & 2) != 0 ? CKF_LIBRARY_CANT_CREATE_OS_THREADS : 0);
		if ((i & 4) != 0) {
			args.CreateMutex = create_mutex;
			args.DestroyMutex = destroy_mutex;
			args.LockMutex = lock_mutex;
			args.UnlockMutex = unlock_mutex;
		}
		(void)snprintf(what, sizeof(what), "flags 0x%lx%s", args.flags,
		    (i & 4) != 0 ? ", callbacks" : "");
		init_round(what, &args,
		    (i & 4) != 0 && (i & 1) == 0 ? CKR_CANT_LOCK :
			(i & 2) != 0             ? CKR_NEED_TO_CREATE_THREADS :
						   CKR_OK);
		CHECK(locked == 0, "%s: %u mutexes left locked", what, locked);
		CHECK(mutexes == 0, "%s: %u of %u mutexes not destroyed", what,
		    mutexes, made);
	}
}

static void
init_some_callbacks(const void *arg)
{
	(void)arg;
	for (unsigned int i = 1; i < 15; i++) {
		CK_C_INITIALIZE_ARGS args;

		memset(&args, 0, sizeof(args));
		args.flags = (i & 1) != 0 ? CKF_OS_LOCKING_OK : 0;
		args.CreateMutex = (i & 1) != 0 ? create_mutex : NULL;
		args.DestroyMutex = (i & 2) != 0 ? destroy_mutex : NULL;
		args.LockMutex = (i & 4) != 0 ? lock_mutex : NULL;
		args.UnlockMutex = (i & 8) != 0 ? unlock_mutex : NULL;
		if (!WANT(kit_initialize_with(&args), CKR_ARGUMENTS_BAD))
			(void)kit.f->C_Finalize(NULL);
	}
	NEED(kit_initialize_with(NULL));
}

static CK_RV
refuse_mutex(void **out)
{
	(void)out;
	return CKR_HOST_MEMORY;
}

/*
 * Callbacks that fail: an error or a library that does without them, and no
 * half-done state afterwards.
 */
static void
init_failing_callback(const void *arg)
{
	CK_C_INITIALIZE_ARGS args;
	CK_RV rv;

	(void)arg;
	memset(&args, 0, sizeof(args));
	args.CreateMutex = refuse_mutex;
	args.DestroyMutex = destroy_mutex;
	args.LockMutex = lock_mutex;
	args.UnlockMutex = unlock_mutex;
	rv = kit_initialize_with(&args);
	WANT(rv, CKR_OK, CKR_HOST_MEMORY, CKR_CANT_LOCK, CKR_GENERAL_ERROR,
	    CKR_FUNCTION_FAILED);
	if (rv == CKR_OK)
		WANT(kit.f->C_Finalize(NULL), CKR_OK, CKR_HOST_MEMORY);
	NEED(kit_initialize_with(NULL));
}

static void
init_reserved(const void *arg)
{
	CK_C_INITIALIZE_ARGS args;

	(void)arg;
	memset(&args, 0, sizeof(args));
	args.flags = CKF_OS_LOCKING_OK;
	args.pReserved = (void *)(uintptr_t) "?";
	WANT(kit_initialize_with(&args), CKR_ARGUMENTS_BAD);
	args.pReserved = NULL;
	NEED(kit_initialize_with(&args));
}

static void
finalize_rules(const void *arg)
{
	CK_INFO info;
	int x;

	(void)arg;
	WANT(kit.f->C_Finalize(&x), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_GetInfo(&info), CKR_OK);
	WANT(kit_initialize_with(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	WANT(kit.f->C_Finalize(NULL), CKR_OK);
	WANT(kit.f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	for (int i = 0; i < 20; i++) {
		WANT(kit_initialize(), CKR_OK);
		WANT(kit.f->C_Finalize(NULL), CKR_OK);
	}
}

/*
 * C_Finalize ends sessions and logins; old handles do not come back to life.
 */
static void
finalize_ends_all(const void *arg)
{
	CK_SESSION_INFO info;
	struct tmpl t;
	CK_OBJECT_HANDLE h;
	CK_SESSION_HANDLE old = kit.s;

	(void)arg;
	tmpl_data(&t);
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, true);
	h = obj_make(&t);
	NEED(kit.f->C_Finalize(NULL));
	NEED(kit_initialize());
	WANT(kit.f->C_GetSessionInfo(old, &info), CKR_SESSION_HANDLE_INVALID);
	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot),
	    "the token is gone after C_Finalize and C_Initialize");
	kit.s = kit_session(CKF_RW_SESSION);
	NEED(kit.f->C_GetSessionInfo(kit.s, &info));
	CHECK(info.state == CKS_RW_PUBLIC_SESSION, "state %lu after C_Finalize",
	    info.state);
	CHECK(obj_find(kit.s, &t, &h, 1) == 0,
	    "a private object is found without login");
	kit_login(kit.s, CKU_USER);
	CHECK(obj_find(kit.s, &t, &h, 1) == 1, "the token object is gone");
}

static void
padded(const char *what, const CK_UTF8CHAR *s, size_t n)
{
	CHECK(memchr(s, 0, n) == NULL, "%s is not padded with blanks", what);
}

static void
get_info(const void *arg)
{
	CK_INFO info;

	(void)arg;
	WANT(kit.f->C_GetInfo(NULL), CKR_ARGUMENTS_BAD);
	memset(&info, 0, sizeof(info));
	info.flags = (CK_FLAGS)-1;
	NEED(kit.f->C_GetInfo(&info));
	CHECK(info.flags == 0, "flags 0x%lx", info.flags);
	CHECK((info.cryptokiVersion.major == 2 &&
		  info.cryptokiVersion.minor >= 1) ||
		info.cryptokiVersion.major == 3,
	    "Cryptoki version %u.%u", info.cryptokiVersion.major,
	    info.cryptokiVersion.minor);
	padded(
	    "manufacturerID", info.manufacturerID, sizeof(info.manufacturerID));
	padded("libraryDescription", info.libraryDescription,
	    sizeof(info.libraryDescription));
}

static const struct kit_case cases[] = {
	{ "general/function-list", "5.4.4", AT_LOADED, function_list, NULL, 0 },
	{ "general/interface-list", "5.4.5", AT_LOADED, interface_list, NULL,
	    0 },
	{ "general/interface-default", "5.4.6", AT_LOADED, interface_default,
	    NULL, 0 },
	{ "general/interface-versions", "5.4.6", AT_LOADED, interface_versions,
	    NULL, 0 },
	{ "general/interface-initialised", "5.4.6", AT_INIT, interface_versions,
	    NULL, 0 },
	{ "general/init-arguments", "5.4.1", AT_LOADED, init_arguments, NULL,
	    0 },
	{ "general/init-some-callbacks", "5.4.1", AT_LOADED,
	    init_some_callbacks, NULL, 0 },
	{ "general/init-failing-callback", "5.4.1", AT_LOADED,
	    init_failing_callback, NULL, 0 },
	{ "general/init-reserved", "5.4.1", AT_LOADED, init_reserved, NULL, 0 },
	{ "general/finalize", "5.4.2", AT_INIT, finalize_rules, NULL, 0 },
	{ "general/finalize-ends-all", "5.4.2", AT_USER, finalize_ends_all,
	    NULL, 0 },
	{ "general/info", "5.4.3", AT_INIT, get_info, NULL, 0 },
};

void
general_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
