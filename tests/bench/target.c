/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module, its library and its token.
 *
 * kluis and SoftHSM2 are recognised by the file's name and get a fresh store
 * in the child's own directory; every other module is used with the token
 * given by --slot and --pin. Called from one thread, before and after the
 * measurements.
 */
#include "bench.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TOKEN_LABEL	"kluis-bench"
#define USER_PIN	"bench-user-1"
#define SO_PIN		"bench-so-12345"
#define SLOTS_MAX	64

bool
target_fail(char *why, const char *what, CK_RV rv)
{
	snprintf(why, NOTE_MAX_LEN, "%s: CKR 0x%lx", what, (unsigned long)rv);
	return false;
}

/* The label as the standard pads it, in 32 bytes (3.2 §5.5.7). */
static void
target_pad_label(const char *label, CK_UTF8CHAR *out)
{
	memset(out, ' ', 32);
	memcpy(out, label, strlen(label));
}

static bool
target_prepare_softhsm(struct bench *b, const char *store, char *why)
{
	char conf[PATH_MAX_LEN + 16];
	FILE *f;

	snprintf(conf, sizeof(conf), "%s/softhsm2.conf", b->dir);
	f = fopen(conf, "w");
	if (f == NULL) {
		snprintf(why, NOTE_MAX_LEN, "cannot write softhsm2.conf");
		return false;
	}
	fprintf(f, "directories.tokendir = %s\n"
		"objectstore.backend = file\nlog.level = ERROR\n", store);
	if (fclose(f) != 0 || setenv("SOFTHSM2_CONF", conf, 1) != 0) {
		snprintf(why, NOTE_MAX_LEN, "cannot write softhsm2.conf");
		return false;
	}
	return true;
}

bool
target_prepare(struct bench *b, char *why)
{
	const char *name = strrchr(b->path, '/');
	char store[PATH_MAX_LEN + 16];

	name = name == NULL ? b->path : name + 1;
	b->fresh = strstr(name, "kluis") != NULL ||
		strstr(name, "softhsm") != NULL;
	if (!b->fresh) {
		if (!b->opt->has_slot || b->opt->pin == NULL) {
			snprintf(why, NOTE_MAX_LEN,
				 "this module needs --slot and --pin");
			return false;
		}
		b->own_slot = true;
		b->slot_given = b->opt->slot;
		snprintf(b->pin, sizeof(b->pin), "%s", b->opt->pin);
		return true;
	}
	snprintf(b->label, sizeof(b->label), "%s", TOKEN_LABEL);
	snprintf(b->pin, sizeof(b->pin), "%s", USER_PIN);
	snprintf(store, sizeof(store), "%s/store", b->dir);
	if (mkdir(store, 0700) != 0) {
		snprintf(why, NOTE_MAX_LEN, "cannot make %.80s", store);
		return false;
	}
	if (strstr(name, "softhsm") != NULL)
		return target_prepare_softhsm(b, store, why);
	/* A configuration of the user's must not change the figures. */
	if (setenv("KLUIS_STORE", store, 1) != 0 ||
	    setenv("KLUIS_CONF", "/dev/null", 1) != 0) {
		snprintf(why, NOTE_MAX_LEN, "setenv failed");
		return false;
	}
	return true;
}

bool
target_load(struct bench *b, char *why)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	CK_RV (*get)(CK_FUNCTION_LIST **);
	CK_RV rv;

	b->dl = dlopen(b->path, RTLD_NOW | RTLD_LOCAL);
	if (b->dl == NULL) {
		snprintf(why, NOTE_MAX_LEN, "%s", dlerror());
		return false;
	}
	*(void **)&get = dlsym(b->dl, "C_GetFunctionList");
	if (get == NULL) {
		snprintf(why, NOTE_MAX_LEN, "no C_GetFunctionList");
		return false;
	}
	if ((rv = get(&b->p11)) != CKR_OK)
		return target_fail(why, "C_GetFunctionList", rv);
	if ((rv = b->p11->C_Initialize(&args)) != CKR_OK) {
		b->p11 = NULL;
		return target_fail(why, "C_Initialize", rv);
	}
	return true;
}

/*
 * Finds a slot whose token has the label, or, when label is NULL, one whose
 * token is not initialised.
 */
static bool
target_slot(struct bench *b, const char *label, CK_SLOT_ID *out, char *why)
{
	CK_SLOT_ID slot[SLOTS_MAX];
	CK_UTF8CHAR padded[32];
	CK_ULONG len = SLOTS_MAX;
	CK_ULONG i;
	CK_RV rv;

	if (label != NULL)
		target_pad_label(label, padded);
	if ((rv = b->p11->C_GetSlotList(CK_TRUE, slot, &len)) != CKR_OK)
		return target_fail(why, "C_GetSlotList", rv);
	for (i = 0; i < len; i++) {
		CK_TOKEN_INFO info;
		bool made;

		if (b->p11->C_GetTokenInfo(slot[i], &info) != CKR_OK)
			continue;
		made = (info.flags & CKF_TOKEN_INITIALIZED) != 0;
		if (label == NULL ? made : !made ||
		    memcmp(info.label, padded, sizeof(padded)) != 0)
			continue;
		*out = slot[i];
		return true;
	}
	snprintf(why, NOTE_MAX_LEN, "no slot with %s", label == NULL ?
		 "an uninitialised token" : label);
	return false;
}

static bool
target_init_pin(struct bench *b, CK_SESSION_HANDLE session, char *why)
{
	CK_RV rv;

	rv = b->p11->C_Login(session, CKU_SO, (CK_UTF8CHAR *)SO_PIN,
			     strlen(SO_PIN));
	if (rv != CKR_OK)
		return target_fail(why, "C_Login(CKU_SO)", rv);
	rv = b->p11->C_InitPIN(session, (CK_UTF8CHAR *)b->pin, strlen(b->pin));
	if (rv != CKR_OK)
		return target_fail(why, "C_InitPIN", rv);
	if ((rv = b->p11->C_Logout(session)) != CKR_OK)
		return target_fail(why, "C_Logout", rv);
	return true;
}

bool
target_make_token(struct bench *b, char *why)
{
	CK_UTF8CHAR padded[32];
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slot;
	CK_RV rv;
	bool ok;

	target_pad_label(b->label, padded);
	if (!target_slot(b, NULL, &slot, why))
		return false;
	rv = b->p11->C_InitToken(slot, (CK_UTF8CHAR *)SO_PIN, strlen(SO_PIN),
				 padded);
	if (rv != CKR_OK)
		return target_fail(why, "C_InitToken", rv);
	if (!target_slot(b, b->label, &slot, why))
		return false;
	rv = b->p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
				   NULL, NULL, &session);
	if (rv != CKR_OK)
		return target_fail(why, "C_OpenSession", rv);
	ok = target_init_pin(b, session, why);
	(void)b->p11->C_CloseSession(session);	/* nothing hangs on it */
	return ok;
}

bool
target_open(struct bench *b, char *why)
{
	CK_RV rv;

	b->slot = b->slot_given;
	if (!b->own_slot && !target_slot(b, b->label, &b->slot, why))
		return false;
	rv = b->p11->C_OpenSession(b->slot,
				   CKF_SERIAL_SESSION | CKF_RW_SESSION,
				   NULL, NULL, &b->session);
	if (rv != CKR_OK)
		return target_fail(why, "C_OpenSession", rv);
	return true;
}

bool
target_login(struct bench *b, char *why)
{
	CK_RV rv;

	rv = b->p11->C_Login(b->session, CKU_USER, (CK_UTF8CHAR *)b->pin,
			     strlen(b->pin));
	return rv == CKR_OK ? true : target_fail(why, "C_Login", rv);
}

bool
target_ready(struct bench *b, char *why)
{
	return target_prepare(b, why) && target_load(b, why) &&
		(!b->fresh || target_make_token(b, why)) &&
		target_open(b, why) && target_login(b, why);
}

void
target_close(struct bench *b)
{
	if (b->p11 != NULL)
		(void)b->p11->C_Finalize(NULL);	/* the process ends anyway */
	b->p11 = NULL;
	/* The file stays mapped: a leak check at exit then names its places. */
	b->dl = NULL;
}

bool
target_find(struct bench *b, CK_OBJECT_CLASS class, const char *label,
	    CK_OBJECT_HANDLE *out, char *why)
{
	CK_ATTRIBUTE find[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
	};
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
	CK_ULONG len = 0;
	CK_RV rv;

	if ((rv = b->p11->C_FindObjectsInit(b->session, find, 2)) != CKR_OK)
		return target_fail(why, "C_FindObjectsInit", rv);
	rv = b->p11->C_FindObjects(b->session, &object, 1, &len);
	if (rv != CKR_OK)
		return target_fail(why, "C_FindObjects", rv);
	if ((rv = b->p11->C_FindObjectsFinal(b->session)) != CKR_OK)
		return target_fail(why, "C_FindObjectsFinal", rv);
	*out = len == 1 ? object : CK_INVALID_HANDLE;
	return true;
}
