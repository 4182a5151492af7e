/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hosts that use libcrypto themselves: an openssl.cnf that loads the module
 * while libcrypto reads it, in any order with the host's own C_Initialize; a
 * library context and property queries of the host's own; an allocator of the
 * host's own below libcrypto (BIND 9.20); libcrypto's error queue (design 7
 * and 8).
 *
 * RECURSE_PROVIDER, set by make, is the provider's file (recurse_provider.c).
 */
#include "process/proc.h"

#include <stdatomic.h>

#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

static char notes[600];

/* Writes an openssl.cnf for this case and names it in the environment. */
static void
configure(const char *default_sect, const char *algorithms)
{
	const char *store = getenv("KLUIS_STORE");
	char path[600], text[2000];

	(void)snprintf(text, sizeof(text),
	    "openssl_conf = init\n"
	    "[init]\nproviders = provs\nalg_section = algs\n"
	    "[provs]\n%s"
	    "[default_sect]\nactivate = 1\n"
	    "[recurse_sect]\nmodule = %s\nactivate = 1\n"
	    "[algs]\n%s", default_sect, RECURSE_PROVIDER, algorithms);
	(void)snprintf(path, sizeof(path), "%s/openssl.cnf", store);
	proc_write(path, text);
	(void)setenv("OPENSSL_CONF", path, 1);
	(void)snprintf(notes, sizeof(notes), "%s/notes", store);
	(void)setenv("RECURSE_LOG", notes, 1);
}

#define FIRST "recurse = recurse_sect\ndefault = default_sect\n"
#define LAST "default = default_sect\nrecurse = recurse_sect\n"

/* What the provider got, e.g. "initialize 0x0\nlook 0x0\n". */
static void
noted(const char *want, const char *or)
{
	char got[400] = "";
	FILE *f = fopen(notes, "re");
	size_t n = f == NULL ? 0 : fread(got, 1, sizeof(got) - 1, f);

	got[n] = '\0';
	if (f != NULL)
		(void)fclose(f);
	for (char *c = got; *c != '\0'; c++)
		if (*c == '\n')
			*c = ' ';
	MUST(strcmp(got, want) == 0 || strcmp(got, or) == 0,
	    "the provider got \"%s\"", got);
}

#define WORKED "initialize 0x0 look 0x0 "
#define SECOND "initialize 0x191 look 0x0 "

/* The whole way to a signature and back. */
static void
work(void)
{
	CK_OBJECT_HANDLE key = mod_key_find(p.s);

	for (int i = 0; i < 3; i++)
		OK(mod_sign_rv(p.s, key));
}

static void
open_after(CK_RV rv)
{
	MUST(rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED,
	    "C_Initialize = 0x%lx", rv);
	MUST(mod_find_token(TOKEN, &p.slot), "the token is not listed");
	p.s = mod_session(CKF_RW_SESSION);
	OK(mod_login(p.s));
	work();
}

/* The host's C_Initialize makes libcrypto read openssl.cnf. */
static void
from_initialize(const void *arg)
{
	proc_token();
	configure(arg, "");
	mod_load();
	open_after(mod_init());
	noted(WORKED, SECOND);
	OK(p.f->C_Finalize(NULL));
	mod_open();
	work();
	exit(0);
}

/* libcrypto has read openssl.cnf before the host knows the module. */
static void
from_libcrypto(const void *arg)
{
	CK_BYTE out[8];

	proc_token();
	configure(arg, "");
	MUST(OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) == 1,
	    "OPENSSL_init_crypto");
	noted(WORKED, WORKED);
	MUST(RAND_bytes(out, sizeof(out)) == 1, "RAND_bytes");
	mod_load();
	open_after(mod_init());
	exit(0);
}

/* The provider ends the module when libcrypto unloads it, at exit. */
static void
finalize_at_exit(const void *arg)
{
	proc_token();
	configure(arg, "");
	(void)setenv("RECURSE_FINALIZE", "1", 1);
	mod_load();
	open_after(mod_init());
	exit(0);
}

/* Threads: one inside libcrypto's reading, others call C_Initialize. */
static void *
initialize_thread(void *arg)
{
	CK_RV rv = mod_init();

	(void)arg;
	MUST(rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED,
	    "C_Initialize = 0x%lx", rv);
	return NULL;
}

static void
from_threads(const void *arg)
{
	pthread_t thread[6];

	proc_token();
	configure(arg, "");
	mod_load();
	for (size_t i = 0; i < COUNT(thread); i++)
		MUST(pthread_create(&thread[i], NULL, initialize_thread,
		    NULL) == 0, "no thread");
	for (size_t i = 0; i < COUNT(thread); i++)
		MUST(pthread_join(thread[i], NULL) == 0, "no end");
	open_after(mod_init());
}

/* A child of such a host. */
static void
from_child(const void *arg)
{
	pid_t pid;

	proc_token();
	configure(arg, "");
	mod_load();
	open_after(mod_init());
	pid = fork();
	MUST(pid >= 0, "fork");
	if (pid == 0) {
		open_after(mod_init());
		exit(0);
	}
	good_end(pid, "the child");
	work();
}

/* ----------------------------------------------- the host's own settings */

/* Neither default properties nor a missing default provider reach us. */
static void
properties(const void *arg)
{
	CK_BYTE out[8];

	proc_token();
	configure(LAST, "default_properties = provider=nowhere\n");
	mod_load();
	open_after(mod_init());
	MUST(EVP_MD_fetch(NULL, "SHA256", NULL) == NULL,
	    "the host's properties have no effect: the case tests nothing");
	MUST(RAND_bytes(out, sizeof(out)) != 1,
	    "the host has random numbers: the case tests nothing");
	ERR_clear_error();
	OK(p.f->C_GenerateRandom(p.s, out, sizeof(out)));
	work();
	(void)arg;
}

/* A context of the host's with the provider in it, dropped while we work. */
static void
own_context(const void *arg)
{
	OSSL_LIB_CTX *ctx;
	OSSL_PROVIDER *prov;

	(void)arg;
	proc_token();
	configure("default = default_sect\n", "");
	(void)setenv("RECURSE_LOG", notes, 1);
	ctx = OSSL_LIB_CTX_new();
	MUST(ctx != NULL, "OSSL_LIB_CTX_new");
	mod_load();
	open_after(mod_init());
	prov = OSSL_PROVIDER_load(ctx, RECURSE_PROVIDER);
	MUST(prov != NULL, "OSSL_PROVIDER_load");
	noted(SECOND, SECOND);
	work();
	MUST(OSSL_PROVIDER_unload(prov) == 1, "OSSL_PROVIDER_unload");
	OSSL_LIB_CTX_free(ctx);
	work();
	exit(0);
}

/* The default context is as the host left it: ours never enters it. */
static void
context_untouched(const void *arg)
{
	OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new(), *old;

	(void)arg;
	proc_token();
	old = OSSL_LIB_CTX_set0_default(ctx);
	MUST(ctx != NULL && old != NULL, "OSSL_LIB_CTX_set0_default");
	mod_load();
	mod_open();
	work();
	MUST(OSSL_LIB_CTX_set0_default(NULL) == ctx,
	    "the thread's default context was changed");
	(void)OSSL_LIB_CTX_set0_default(old);
	OSSL_LIB_CTX_free(ctx);
	work();
	exit(0);
}

/* The host's queue of errors is its own: none added, none taken. */
static void
errors_untouched(const void *arg)
{
	CK_MECHANISM m = { CKM_ECDSA, NULL, 0 };
	CK_BYTE hash[32] = { 0 }, sig[64] = { 1 };
	CK_ULONG n = 1;

	(void)arg;
	proc_token();
	mod_load();
	mod_open();
	for (int full = 0; full < 2; full++) {
		ERR_clear_error();
		if (full == 1)
			ERR_raise(ERR_LIB_USER, 77);
		work();
		(void)p.f->C_SignInit(p.s, &m, 4711);
		(void)p.f->C_SignInit(p.s, &m, mod_key_find(p.s));
		(void)p.f->C_Sign(p.s, hash, 32, sig, &n);
		(void)p.f->C_Login(p.s, CKU_USER, sig, 9);
		OK(p.f->C_Finalize(NULL));
		mod_open();
		if (full == 1)
			MUST(ERR_GET_REASON(ERR_get_error()) == 77,
			    "an error of the host's is gone");
		MUST(ERR_peek_error() == 0, "errors of ours are left: %s",
		    ERR_error_string(ERR_peek_error(), NULL));
	}
}

/* --------------------------------------------------------- the allocator */

#define MARK 0x6b6c756973616c6cu

struct head {
	uint64_t mark;
	size_t size;
};

static atomic_long blocks;
static atomic_ulong taken;

static void *
host_malloc(size_t n, const char *file, int line)
{
	struct head *h;

	(void)file;
	(void)line;
	if (n == 0 || (h = malloc(sizeof(*h) + n)) == NULL)
		return NULL;
	*h = (struct head){ MARK, n };
	atomic_fetch_add(&blocks, 1);
	atomic_fetch_add(&taken, 1);
	return h + 1;
}

static void
host_free(void *block, const char *file, int line)
{
	struct head *h = block;

	if (block == NULL)
		return;
	h--;
	MUST(h->mark == MARK, "%s:%d frees a block that is not libcrypto's",
	    file, line);
	h->mark = 0;
	atomic_fetch_sub(&blocks, 1);
	free(h);
}

static void *
host_realloc(void *block, size_t n, const char *file, int line)
{
	struct head *h = block;
	void *moved;

	if (block == NULL)
		return host_malloc(n, file, line);
	h--;
	MUST(h->mark == MARK, "%s:%d moves a block that is not libcrypto's",
	    file, line);
	if (n == 0) {
		host_free(block, file, line);
		return NULL;
	}
	moved = host_malloc(n, file, line);
	if (moved != NULL) {
		memcpy(moved, block, h->size < n ? h->size : n);
		host_free(block, file, line);
	}
	return moved;
}

/* One of each kind of work, so that every kind of block is freed. */
static void
all_kinds(void)
{
	CK_BYTE modulus[600], random[32];
	CK_ULONG bits = 2048, n = 1, many = 0;
	CK_MECHANISM rsa = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_MECHANISM sign = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_MECHANISM_TYPE *types;
	CK_ATTRIBUTE pub[] = { { CKA_MODULUS_BITS, &bits, sizeof(bits) } };
	CK_ATTRIBUTE get[] = { { CKA_MODULUS, modulus, sizeof(modulus) } };
	CK_OBJECT_HANDLE a, b;

	OK(p.f->C_GetMechanismList(p.slot, NULL, &many));
	types = calloc(many, sizeof(*types));
	MUST(types != NULL, "no memory");
	OK(p.f->C_GetMechanismList(p.slot, types, &many));
	free(types);
	OK(p.f->C_GenerateKeyPair(p.s, &rsa, pub, 1, NULL, 0, &a, &b));
	OK(p.f->C_GetAttributeValue(p.s, a, get, 1));
	OK(p.f->C_SignInit(p.s, &sign, b));
	n = sizeof(modulus);
	OK(p.f->C_Sign(p.s, random, sizeof(random), modulus, &n));
	OK(p.f->C_VerifyInit(p.s, &sign, a));
	OK(p.f->C_Verify(p.s, random, sizeof(random), modulus, n));
	modulus[5] ^= 1;
	OK(p.f->C_VerifyInit(p.s, &sign, a));
	GIVES(p.f->C_Verify(p.s, random, sizeof(random), modulus, n),
	    CKR_SIGNATURE_INVALID);
	OK(p.f->C_GenerateRandom(p.s, random, sizeof(random)));
	OK(p.f->C_DestroyObject(p.s, b));
	work();
}

static void
allocator(const void *arg)
{
	long before = 0;

	(void)arg;
	MUST(CRYPTO_set_mem_functions(host_malloc, host_realloc, host_free) ==
	    1, "CRYPTO_set_mem_functions");
	make_token(NULL);
	for (int i = 0; i < 4; i++) {
		mod_open();
		all_kinds();
		OK(p.f->C_Finalize(NULL));
		/* what the first turn fetched stays */
		if (i == 1)
			before = atomic_load(&blocks);
		else if (i > 1)
			MUST(atomic_load(&blocks) <= before,
			    "%ld blocks more", atomic_load(&blocks) - before);
	}
	MUST(atomic_load(&taken) > 1000, "the allocator was not used");
	exit(0);
}

int
main(int argc, char **argv)
{
	static const struct proc_case cases[] = {
		{ "hosts: openssl.cnf loads us in C_Initialize",
		    from_initialize, LAST, 0 },
		{ "hosts: the same, before the default provider",
		    from_initialize, FIRST, 0 },
		{ "hosts: the same, without a default provider",
		    from_initialize, "recurse = recurse_sect\n", 0 },
		{ "hosts: openssl.cnf loads us first", from_libcrypto, LAST,
		    0 },
		{ "hosts: openssl.cnf loads us, the default last",
		    from_libcrypto, FIRST, 0 },
		{ "hosts: a provider finalizes at exit", finalize_at_exit,
		    LAST, 0 },
		{ "hosts: threads start us together", from_threads, LAST, 0 },
		{ "hosts: a child of such a host", from_child, LAST, 0 },
		{ "hosts: default properties have no effect", properties,
		    NULL, 0 },
		{ "hosts: a library context of its own", own_context, NULL,
		    0 },
		{ "hosts: the default context is left alone",
		    context_untouched, NULL, 0 },
		{ "hosts: the error queue is left alone", errors_untouched,
		    NULL, 0 },
		{ "hosts: an allocator of its own", allocator, NULL, 0 },
	};

	return proc_main(argc, argv, cases, COUNT(cases));
}
