/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Profiles: how a fresh store and a fresh token are made. The profile, taken
 * from the module's file name, is all the suite knows about a particular
 * module.
 */
#include "kit_ref.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	REQUIRE(f != NULL, "cannot write %s", path);
	(void)fputs(text, f);
	(void)fclose(f);
}

/* ---------------------------------------------------------------- stores */

/*
 * The marker beside the tokens is what allows the cheap PIN derivation that
 * the configuration asks for.
 */
static void
prepare_kluis(void)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/kluis-test-store", kit.store);
	write_file(path, "");
	(void)snprintf(path, sizeof(path), "%s/../kluis.conf", kit.store);
	write_file(path, !mech_legacy_run() ?
		"pin-cost = test\n" :
		"pin-cost = test\nlegacy = yes\n"
		"providers = default,legacy\n");
	(void)setenv("KLUIS_CONF", path, 1);
	(void)setenv("KLUIS_STORE", kit.store, 1);
}

static void
prepare_softhsm(void)
{
	char path[600], text[800];

	(void)snprintf(path, sizeof(path), "%s/softhsm2.conf", kit.store);
	(void)snprintf(text, sizeof(text),
	    "directories.tokendir = %s\n"
	    "objectstore.backend = file\n"
	    "log.level = ERROR\n"
	    "slots.removable = false\n",
	    kit.store);
	write_file(path, text);
	(void)setenv("SOFTHSM2_CONF", path, 1);
}

/*
 * The software token lives in one place, and C_InitToken over one whose SO has
 * a PIN of his own leaves a token that nobody can log in to: back to what the
 * factory made, in the files and in the shared memory.
 */
static void
prepare_opencryptoki(void)
{
	static const char *const paths[] = {
		"/var/lib/opencryptoki/swtok/MK_SO",
		"/var/lib/opencryptoki/swtok/MK_USER",
		"/var/lib/opencryptoki/swtok/NVTOK.DAT",
		"/var/lib/opencryptoki/swtok/TOK_OBJ/*",
		"/dev/shm/var.lib.opencryptoki.swtok",
	};
	glob_t found;

	for (size_t i = 0; i < KIT_COUNT(paths); i++) {
		if (glob(paths[i], 0, NULL, &found) != 0)
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++)
			(void)unlink(found.gl_pathv[k]);
		globfree(&found);
	}
}

static void
prepare_nothing(void)
{
}

/* -------------------------------------------------------- initialisation */

static CK_RV
init_plain(const CK_C_INITIALIZE_ARGS *args)
{
	return kit.f->C_Initialize((void *)(uintptr_t)args);
}

/* softokn reads one member more, before pReserved, and must have it. */
struct softokn_args {
	CK_CREATEMUTEX create;
	CK_DESTROYMUTEX destroy;
	CK_LOCKMUTEX lock;
	CK_UNLOCKMUTEX unlock;
	CK_FLAGS flags;
	char *parameters;
	void *reserved;
};

static CK_RV
init_softokn(const CK_C_INITIALIZE_ARGS *args)
{
	char text[800];
	struct softokn_args a = { .parameters = text };

	(void)snprintf(text, sizeof(text),
	    "configdir='sql:%s' certPrefix='' keyPrefix='' secmod='' "
	    "flags=noModDB dbTokenDescription='%s'", kit.store, KIT_LABEL);
	if (args != NULL) {
		a.create = args->CreateMutex;
		a.destroy = args->DestroyMutex;
		a.lock = args->LockMutex;
		a.unlock = args->UnlockMutex;
		a.flags = args->flags;
		a.reserved = args->pReserved;
	}
	return kit.f->C_Initialize(&a);
}

/* ---------------------------------------------------------------- tokens */

static CK_UTF8CHAR *
utf8(const char *s)
{
	return (CK_UTF8CHAR *)(uintptr_t)s;
}

static void
set_user_pin(const char *so_pin)
{
	CK_SESSION_HANDLE s = kit_session(CKF_RW_SESSION);

	NEED(kit.f->C_Login(s, CKU_SO, utf8(so_pin), strlen(so_pin)));
	NEED(kit.f->C_InitPIN(s, utf8(KIT_PIN), strlen(KIT_PIN)));
	NEED(kit.f->C_Logout(s));
	NEED(kit.f->C_CloseSession(s));
}

static void
token_plain(void)
{
	CK_UTF8CHAR label[32];
	CK_SLOT_ID slot;

	REQUIRE(kit_free_slot(&slot), "no free slot for C_InitToken");
	kit_pad(label, sizeof(label), KIT_LABEL);
	NEED(kit.f->C_InitToken(
	    slot, utf8(KIT_SO_PIN), strlen(KIT_SO_PIN), label));
	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot),
	    "the token made by C_InitToken is not listed");
	set_user_pin(KIT_SO_PIN);
}

/* The fresh database is a token already, whose SO has no PIN; setting the
 * user's is all there is to do. */
static void
token_softokn(void)
{
	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot), "softokn has no database");
	set_user_pin("");
}

#define OCK_FACTORY_PIN "87654321"

/* The software token of slot 3. Its PINs come from the factory or the SO, and
 * must be changed before anything else works. */
static void
token_opencryptoki(void)
{
	static const char factory[] = OCK_FACTORY_PIN, first[] = "1234567";
	CK_UTF8CHAR label[32];
	CK_SESSION_HANDLE s;

	kit.slot = 3;
	kit_pad(label, sizeof(label), KIT_LABEL);
	NEED(kit.f->C_InitToken(
	    kit.slot, utf8(factory), strlen(factory), label));
	s = kit_session(CKF_RW_SESSION);
	NEED(kit.f->C_Login(s, CKU_SO, utf8(factory), strlen(factory)));
	NEED(kit.f->C_SetPIN(s, utf8(factory), strlen(factory),
	    utf8(KIT_SO_PIN), strlen(KIT_SO_PIN)));
	NEED(kit.f->C_InitPIN(s, utf8(first), strlen(first)));
	NEED(kit.f->C_Logout(s));
	NEED(kit.f->C_Login(s, CKU_USER, utf8(first), strlen(first)));
	NEED(kit.f->C_SetPIN(s, utf8(first), strlen(first), utf8(KIT_PIN),
	    strlen(KIT_PIN)));
	NEED(kit.f->C_CloseSession(s));
}

/* -------------------------------------------------------------- the table */

static const struct {
	const char *part; /* of the file's name */
	enum kit_profile profile;
	void (*prepare)(void);
	CK_RV (*init)(const CK_C_INITIALIZE_ARGS *args);
	void (*token)(void);
} profiles[] = {
	{ "kluis", PROFILE_KLUIS, prepare_kluis, init_plain, token_plain },
	{ "softhsm", PROFILE_SOFTHSM, prepare_softhsm, init_plain,
	    token_plain },
	{ "softokn", PROFILE_SOFTOKN, prepare_nothing, init_softokn,
	    token_softokn },
	{ "opencryptoki", PROFILE_OPENCRYPTOKI, prepare_opencryptoki,
	    init_plain, token_opencryptoki },
	{ "", PROFILE_OTHER, prepare_nothing, init_plain, token_plain },
};

static size_t
profile_index(void)
{
	const char *base = strrchr(kit.module, '/');
	size_t i = 0;

	base = base != NULL ? base + 1 : kit.module;
	while (strstr(base, profiles[i].part) == NULL)
		i++;
	return i;
}

void
kit_store_prepare(void)
{
	size_t i = profile_index();

	if (mech_legacy_run())
		ref_legacy();
	kit.profile = profiles[i].profile;
	profiles[i].prepare();
}

CK_RV
kit_initialize_with(const CK_C_INITIALIZE_ARGS *args)
{
	return profiles[profile_index()].init(args);
}

CK_RV
kit_initialize(void)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };

	return kit_initialize_with(&args);
}

void
kit_token(void)
{
	profiles[profile_index()].token();
}

void
kit_login(CK_SESSION_HANDLE s, CK_USER_TYPE who)
{
	const char *pin = who == CKU_SO ? KIT_SO_PIN : KIT_PIN;

	if (who == CKU_SO && kit.profile == PROFILE_SOFTOKN)
		kit_skip("softokn has no SO once the user has a PIN");
	NEED(kit.f->C_Login(s, who, utf8(pin), strlen(pin)));
}
