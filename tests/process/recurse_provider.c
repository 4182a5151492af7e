/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A provider of OpenSSL that does what pkcs11-provider does to a module: as
 * soon as libcrypto loads it (from openssl.cnf, in the middle of whatever made
 * libcrypto read its configuration) it loads the module named by KLUIS_MODULE,
 * calls C_Initialize and looks around. It offers no algorithm.
 *
 * RECURSE_LOG names a file to which it writes what it got; RECURSE_FINALIZE
 * lets it call C_Finalize when it is unloaded.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core.h>
#include <openssl/core_dispatch.h>

#include "pkcs11.h"

OSSL_provider_init_fn OSSL_provider_init;

struct state {
	CK_FUNCTION_LIST *f;
};

static void
note(const char *what, CK_RV rv)
{
	const char *path = getenv("RECURSE_LOG");
	int fd = path == NULL ? -1 :
	    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd >= 0) {
		dprintf(fd, "%s 0x%lx\n", what, rv);
		(void)close(fd);
	}
}

/* A slot list and a look at each token, as a provider does at its start. */
static void
look_around(CK_FUNCTION_LIST *f)
{
	CK_SLOT_ID slots[16];
	CK_ULONG n = 0;
	CK_RV rv = f->C_GetSlotList(CK_TRUE, NULL, &n);

	n = 16;
	if (rv == CKR_OK)
		rv = f->C_GetSlotList(CK_TRUE, slots, &n);
	for (CK_ULONG i = 0; rv == CKR_OK && i < n; i++) {
		CK_SESSION_HANDLE s;
		CK_TOKEN_INFO info;
		CK_BYTE random[8];

		rv = f->C_GetTokenInfo(slots[i], &info);
		if (rv != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0)
			continue;
		rv = f->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL,
		    &s);
		if (rv == CKR_OK)
			rv = f->C_GenerateRandom(s, random, sizeof(random));
		if (rv == CKR_OK)
			rv = f->C_CloseSession(s);
	}
	note("look", rv);
}

static void
teardown(void *ctx)
{
	struct state *st = ctx;

	if (st->f != NULL && getenv("RECURSE_FINALIZE") != NULL)
		note("finalize", st->f->C_Finalize(NULL));
	free(st);
}

static const OSSL_ALGORITHM *
query(void *ctx, int operation, int *no_cache)
{
	(void)ctx;
	(void)operation;
	*no_cache = 0;
	return NULL;
}

static const OSSL_DISPATCH table[] = {
	{ OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))teardown },
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
	{ 0, NULL },
};

int __attribute__((visibility("default")))
OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **ctx)
{
	const char *path = getenv("KLUIS_MODULE");
	void *dl = dlopen(path != NULL ? path : "", RTLD_NOW | RTLD_LOCAL);
	CK_C_GetFunctionList get = dl == NULL ? NULL :
	    (CK_C_GetFunctionList)dlsym(dl, "C_GetFunctionList");
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	struct state *st = calloc(1, sizeof(*st));
	CK_RV rv;

	(void)handle;
	(void)in;
	if (st == NULL || get == NULL || get(&st->f) != CKR_OK) {
		note("load", CKR_GENERAL_ERROR);
		free(st);
		return 0;
	}
	rv = st->f->C_Initialize(&args);
	note("initialize", rv);
	if (rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
		look_around(st->f);
	*ctx = st;
	*out = table;
	return 1;
}
