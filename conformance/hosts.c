/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "host": programs that treat libcrypto in their own way before they load
 * the module: a configuration without the algorithms the module needs, another
 * allocator, another locale (design 7 and 8).
 */
#include "kit_ref.h"
#include "suite.h"

#include <locale.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A bit of everything, ended in order. */
static void
work(void)
{
	CK_MECHANISM sign = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_MECHANISM cbc = { CKM_AES_CBC, (CK_BYTE[16]){ 0 }, 16 };
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_BYTE out[256], in[32] = { 1 };
	CK_ULONG n = sizeof(out);
	CK_OBJECT_HANDLE pub, priv;

	kit_load();
	NEED(kit_initialize());
	kit_token();
	kit.s = kit_session(CKF_RW_SESSION);
	kit_login(kit.s, CKU_USER);
	pair_rsa(&pub, &priv);
	NEED(kit.f->C_SignInit(kit.s, &sign, priv));
	NEED(kit.f->C_Sign(kit.s, in, sizeof(in), out, &n));
	NEED(kit.f->C_VerifyInit(kit.s, &sign, pub));
	NEED(kit.f->C_Verify(kit.s, in, sizeof(in), out, n));
	n = sizeof(out);
	NEED(kit.f->C_EncryptInit(kit.s, &cbc, key_secret(CKK_AES, 16)));
	NEED(kit.f->C_Encrypt(kit.s, in, sizeof(in), out, &n));
	n = sizeof(out);
	NEED(kit.f->C_DigestInit(kit.s, &sha));
	NEED(kit.f->C_Digest(kit.s, in, sizeof(in), out, &n));
	NEED(pair_curve("prime256v1", &pub, &priv));
	NEED(kit.f->C_GenerateRandom(kit.s, out, 32));
	NEED(kit.f->C_Finalize(NULL));
}

/* libcrypto's configuration offers nothing and asks for what is not there. */
static void
foreign_config(const void *arg)
{
	static const char text[] = "openssl_conf = all\n"
				   "[all]\nproviders = some\n"
				   "alg_section = query\n"
				   "[some]\nbase = base\n"
				   "[base]\nactivate = 1\n"
				   "[query]\ndefault_properties = fips=yes\n";
	char path[600];
	FILE *f;

	(void)arg;
	(void)snprintf(path, sizeof(path), "%s/../openssl.cnf", kit.store);
	REQUIRE((f = fopen(path, "w")) != NULL, "cannot write %s", path);
	(void)fputs(text, f);
	(void)fclose(f);
	(void)setenv("OPENSSL_CONF", path, 1);
	REQUIRE(OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) == 1,
	    "libcrypto does not start");
	REQUIRE(EVP_MD_fetch(NULL, "SHA256", NULL) == NULL,
	    "the configuration has no effect, the case would prove nothing");
	ERR_clear_error();
	work();
}

#define MAGIC 0x6b6c7569735f6f6bULL

struct block {
	uint64_t magic;
	size_t size;
	uint64_t pad[2];
};

static unsigned long blocks;

static void *
own_malloc(size_t n, const char *file, int line)
{
	struct block *b = malloc(sizeof(*b) + n);

	(void)file;
	(void)line;
	if (b == NULL)
		return NULL;
	b->magic = MAGIC;
	b->size = n;
	blocks++;
	return b + 1;
}

static void
own_free(void *p, const char *file, int line)
{
	struct block *b;

	(void)file;
	(void)line;
	if (p == NULL)
		return;
	b = (struct block *)p - 1;
	REQUIRE(b->magic == MAGIC,
	    "OPENSSL_free of memory that libcrypto did not give");
	b->magic = 0;
	free(b);
}

static void *
own_realloc(void *p, size_t n, const char *file, int line)
{
	void *out;

	if (p == NULL)
		return own_malloc(n, file, line);
	if ((out = own_malloc(n, file, line)) == NULL)
		return NULL;
	memcpy(out, p,
	    ((struct block *)p - 1)->size < n ? ((struct block *)p - 1)->size :
						n);
	own_free(p, file, line);
	return out;
}

/* As BIND 9.20 does: free() of what this gives ends the process. */
static void
foreign_allocator(const void *arg)
{
	(void)arg;
	if (CRYPTO_set_mem_functions(own_malloc, own_realloc, own_free) != 1)
		kit_skip("libcrypto has allocated before");
	work();
	CHECK(blocks > 0, "the allocator was never asked");
}

/* The host's queue of errors and errno stay as they were. */
static void
error_queue(const void *arg)
{
	CK_MECHANISM m = { CKM_AES_CBC, (CK_BYTE[16]){ 0 }, 16 };
	CK_BYTE out[16];
	CK_ULONG n = sizeof(out);
	struct tmpl t;
	CK_OBJECT_HANDLE h;

	(void)arg;
	ERR_clear_error();
	tmpl_rsa_public(&t);
	t_v(&t, CKA_PUBLIC_EXPONENT, "\2", 1);
	(void)obj_try(&t, &h);
	tmpl_ec_public(&t);
	t_v(&t, CKA_EC_POINT, "\4\3\4\1\1", 5);
	(void)obj_try(&t, &h);
	NEED(kit.f->C_DecryptInit(kit.s, &m, key_secret(CKK_AES, 16)));
	(void)kit.f->C_Decrypt(kit.s, out, 15, out, &n);
	CHECK(ERR_peek_error() == 0, "an error is left in the host's queue");
	ERR_raise(ERR_LIB_USER, ERR_R_PASSED_INVALID_ARGUMENT);
	(void)obj_try(&t, &h);
	CHECK(ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_USER,
	    "the host's own error was taken away");
}

static void
locale_kept(const void *arg)
{
	const char *before = setlocale(LC_ALL, "C.UTF-8");
	char text[100];

	(void)arg;
	if (before == NULL)
		kit_skip("no C.UTF-8 locale");
	(void)snprintf(text, sizeof(text), "%s", before);
	work();
	CHECK(strcmp(setlocale(LC_ALL, NULL), text) == 0, "locale changed");
}

static const struct kit_case cases[] = {
	{ "host/foreign-config", "design 7", AT_STORE, foreign_config, NULL,
	    0 },
	{ "host/foreign-allocator", "design 8", AT_STORE, foreign_allocator,
	    NULL, 0 },
	{ "host/error-queue", "design 7", AT_USER, error_queue, NULL, 0 },
	{ "host/locale", "design 1", AT_STORE, locale_kept, NULL, 0 },
};

void
host_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
