/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: the library context with its providers, the algorithms fetched
 * from it, randomness, and libcrypto's end.
 *
 * Invariants:
 *  1. The library context is made once, under the engine's lock, and stays:
 *     threads keep DRBGs in it.  A set-up that failed is remembered, so that
 *     its cause is logged once.
 *  2. An entry of a cache never changes after it was published, and is never
 *     removed; readers walk the lists without a lock.  Names come from tables
 *     of ours, so the lists stay short.
 *  3. The two atomics below are the one state of this room that belongs to the
 *     process: libcrypto is cleaned up once per process, whatever engines were
 *     made before or after, and its handler takes no argument.
 *
 * Any thread may call anything here; no lock of another room is taken.
 */
#include "crypto/eng_int.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#include "base/log.h"
#include "base/mem.h"

#define PROVIDERS_DEFAULT "default"
#define PROVIDERS_MAX	  16
/* What one call of the DRBG takes as additional input at most. */
#define SEED_CHUNK	  ((size_t)1024)

enum cache_kind {
	CACHE_MD,
	CACHE_CIPHER,
	CACHE_MAC,
	CACHE_KDF,
	CACHE_KEYMGMT,
	CACHE_KINDS
};

/* A fetched algorithm, or the memory (alg NULL) that there is none. */
struct cached {
	const struct cached *next;
	void *alg;
	char name[];
};

struct eng {
	struct eng *older;	/* the one before it, used no more */
	char *providers;
	char *properties;
	size_t rsa_min;
	pthread_mutex_t lock;	/* for making ctx and adding to caches */
	bool broken;		/* under lock: the providers did not load */
	OSSL_LIB_CTX *_Atomic ctx;
	const struct cached *_Atomic cache[CACHE_KINDS];
	void *_Atomic kept[ENG_KEPT];
};

static atomic_bool gone;	  /* libcrypto was cleaned up */
static atomic_bool gone_arranged; /* the handler below is registered */

static void
eng_free(struct eng *e)
{
	free(e->providers);
	free(e->properties);
	free(e);
}

/* Copies a string that may be NULL; false when memory is out. */
static bool
copy_string(const char *s, char **out)
{
	return s == NULL || (*out = mem_string(s)) != NULL;
}

CK_RV
eng_new(const char *providers, const char *properties, size_t rsa_min,
    struct eng **out)
{
	struct eng *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return CKR_HOST_MEMORY;
	if (providers == NULL)
		providers = PROVIDERS_DEFAULT;
	e->rsa_min = rsa_min;
	if (!copy_string(providers, &e->providers) ||
	    !copy_string(properties, &e->properties) ||
	    pthread_mutex_init(&e->lock, NULL) != 0) {
		eng_free(e);
		return CKR_HOST_MEMORY;
	}
	*out = e;
	return CKR_OK;
}

/* Whether two strings that may be NULL are the same. */
static bool
same_string(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

void
eng_succeed(struct eng *e, struct eng *older)
{
	e->older = older;
}

bool
eng_same(const struct eng *e, const char *providers, const char *properties,
    size_t rsa_min)
{
	if (providers == NULL)
		providers = PROVIDERS_DEFAULT;
	return same_string(e->providers, providers) &&
	    same_string(e->properties, properties) && e->rsa_min == rsa_min;
}

static void
note_gone(void)
{
	atomic_store(&gone, true);
}

void
eng_prepare(void (*end)(void))
{
	/*
	 * Called every time, not once: when another thread is at it libcrypto
	 * makes us wait, and when the configuration itself brought us here it
	 * lets us pass.  A once-lock of our own would hang in the second case.
	 */
	ERR_set_mark();
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1 &&
	    OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) !=
	    1) {
		/* Not a broken openssl.cnf: nothing starts any more. */
		note_gone();
	} else if (!atomic_exchange(&gone_arranged, true) &&
	    /* what is registered last runs first */
	    ((end != NULL && OPENSSL_atexit(end) != 1) ||
	    OPENSSL_atexit(note_gone) != 1)) {
		log_error("engine: libcrypto takes no exit handler");
		atomic_store(&gone_arranged, false);
	}
	ERR_pop_to_mark();
}

bool
eng_gone(void)
{
	return atomic_load(&gone);
}

const char *
eng_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

/* A library context in the making, and the providers loaded into it. */
struct fresh {
	OSSL_LIB_CTX *ctx;
	OSSL_PROVIDER *loaded[PROVIDERS_MAX];
	size_t n;
};

/* Undoes a context that is not wanted; nothing was fetched from it yet. */
static void
fresh_done(struct fresh *f)
{
	if (f->ctx == NULL)
		return;
	while (f->n > 0)
		OSSL_PROVIDER_unload(f->loaded[--f->n]);
	OSSL_LIB_CTX_free(f->ctx);
}

/* Loads the providers of a comma-separated list, which is taken apart. */
static CK_RV
fresh_load(struct fresh *f, char *list)
{
	char *rest = list;
	char *name;

	while ((name = strsep(&rest, ", \t")) != NULL) {
		const char *why;

		if (*name == '\0')
			continue;
		if (f->n >= PROVIDERS_MAX)
			return log_fail_rv(CKR_GENERAL_ERROR,
			    "engine: more than %d providers", PROVIDERS_MAX);
		f->loaded[f->n] = OSSL_PROVIDER_load(f->ctx, name);
		if (f->loaded[f->n] != NULL) {
			f->n++;
			continue;
		}
		why = ERR_reason_error_string(ERR_peek_last_error());
		return log_fail_rv(CKR_GENERAL_ERROR,
		    "engine: provider %s does not load: %s", name,
		    why != NULL ? why : "no reason given");
	}
	return CKR_OK;
}

/* Makes the library context with its providers, under the engine's lock. */
static OSSL_LIB_CTX *
make_ctx(struct eng *e)
{
	KL_AUTO(fresh_done) struct fresh f = { .ctx = OSSL_LIB_CTX_new() };
	char *list = mem_string(e->providers);
	OSSL_LIB_CTX *ctx;
	CK_RV rv = CKR_HOST_MEMORY;

	if (f.ctx != NULL && list != NULL)
		rv = fresh_load(&f, list);
	free(list);
	if (rv != CKR_OK) {
		e->broken = rv != CKR_HOST_MEMORY;
		return NULL;
	}
	ctx = KL_TAKE(f.ctx);
	atomic_store_explicit(&e->ctx, ctx, memory_order_release);
	return ctx;
}

OSSL_LIB_CTX *
eng_ctx(struct eng *e)
{
	OSSL_LIB_CTX *ctx = atomic_load_explicit(&e->ctx,
	    memory_order_acquire);

	if (ctx != NULL)
		return ctx;
	pthread_mutex_lock(&e->lock);
	ctx = atomic_load(&e->ctx);
	if (ctx == NULL && !e->broken) {
		ERR_set_mark();
		ctx = make_ctx(e);
		ERR_pop_to_mark();
	}
	pthread_mutex_unlock(&e->lock);
	return ctx;
}

const char *
eng_props(const struct eng *e)
{
	return e->properties;
}

size_t
eng_rsa_min(const struct eng *e)
{
	return e->rsa_min;
}

void *_Atomic *
eng_kept(struct eng *e, size_t slot)
{
	return slot < ENG_KEPT ? &e->kept[slot] : NULL;
}

static void *
fetch(struct eng *e, OSSL_LIB_CTX *ctx, enum cache_kind kind, const char *name)
{
	switch (kind) {
	case CACHE_MD:
		return EVP_MD_fetch(ctx, name, e->properties);
	case CACHE_CIPHER:
		return EVP_CIPHER_fetch(ctx, name, e->properties);
	case CACHE_MAC:
		return EVP_MAC_fetch(ctx, name, e->properties);
	case CACHE_KDF:
		return EVP_KDF_fetch(ctx, name, e->properties);
	case CACHE_KEYMGMT:
		return EVP_KEYMGMT_fetch(ctx, name, e->properties);
	case CACHE_KINDS:
		break;
	}
	return NULL;
}

static const struct cached *
cache_find(struct eng *e, enum cache_kind kind, const char *name)
{
	const struct cached *it = atomic_load_explicit(&e->cache[kind],
	    memory_order_acquire);

	while (it != NULL && strcmp(it->name, name) != 0)
		it = it->next;
	return it;
}

/*
 * Fetches, and publishes what came of it; under the engine's lock.  NULL when
 * the fetch failed for another reason than that no provider has it.
 */
static const struct cached *
cache_add(struct eng *e, OSSL_LIB_CTX *ctx, enum cache_kind kind,
    const char *name)
{
	size_t n = strlen(name) + 1;
	struct cached *it = calloc(1, sizeof(*it) + n);
	int why = 0;

	if (it == NULL)
		return NULL;
	memcpy(it->name, name, n);
	ERR_set_mark();
	if ((it->alg = fetch(e, ctx, kind, name)) == NULL)
		why = ERR_GET_REASON(ERR_peek_last_error());
	ERR_pop_to_mark();
	if (it->alg == NULL && why != ERR_R_UNSUPPORTED) {
		free(it);
		return NULL;
	}
	it->next = atomic_load_explicit(&e->cache[kind], memory_order_relaxed);
	atomic_store_explicit(&e->cache[kind], it, memory_order_release);
	if (it->alg == NULL)
		log_debug("engine: no provider has %s", name);
	return it;
}

static void *
cache_get(struct eng *e, enum cache_kind kind, const char *name)
{
	const struct cached *it = cache_find(e, kind, name);
	OSSL_LIB_CTX *ctx;

	if (it != NULL)
		return it->alg;
	if ((ctx = eng_ctx(e)) == NULL)
		return NULL;
	pthread_mutex_lock(&e->lock);
	if ((it = cache_find(e, kind, name)) == NULL)
		it = cache_add(e, ctx, kind, name);
	pthread_mutex_unlock(&e->lock);
	return it != NULL ? it->alg : NULL;
}

EVP_MD *
eng_md(struct eng *e, const char *name)
{
	return cache_get(e, CACHE_MD, name);
}

EVP_CIPHER *
eng_cipher(struct eng *e, const char *name)
{
	return cache_get(e, CACHE_CIPHER, name);
}

EVP_MAC *
eng_mac(struct eng *e, const char *name)
{
	return cache_get(e, CACHE_MAC, name);
}

EVP_KDF *
eng_kdf(struct eng *e, const char *name)
{
	return cache_get(e, CACHE_KDF, name);
}

bool
eng_has_keymgmt(struct eng *e, const char *name)
{
	return cache_get(e, CACHE_KEYMGMT, name) != NULL;
}

CK_RV
eng_random(struct eng *e, uint8_t *p, size_t n)
{
	OSSL_LIB_CTX *ctx = eng_ctx(e);
	int ok;

	if (ctx == NULL)
		return CKR_GENERAL_ERROR;
	if (n == 0)
		return CKR_OK;
	ERR_set_mark();
	ok = RAND_bytes_ex(ctx, p, n, 0);
	ERR_pop_to_mark();
	if (ok != 1) {
		secret_wipe(p, n);
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "engine: the DRBG gives no random bytes");
	}
	return CKR_OK;
}

/* Lets one DRBG draw something, thrown away, with seed as additional input. */
static bool
stir(EVP_RAND_CTX *drbg, struct bytes seed)
{
	WIPE_AUTO(drawn, 16);

	return drbg != NULL && EVP_RAND_generate(drbg, drawn, sizeof(drawn), 0,
	    0, seed.p, seed.n) == 1;
}

CK_RV
eng_seed(struct eng *e, struct bytes seed)
{
	OSSL_LIB_CTX *ctx = eng_ctx(e);
	bool ok = true;

	if (ctx == NULL)
		return CKR_GENERAL_ERROR;
	ERR_set_mark();
	while (seed.n > 0 && ok) {
		size_t n = seed.n < SEED_CHUNK ? seed.n : SEED_CHUNK;
		struct bytes part = bytes_of(seed.p, n);

		/*
		 * The primary reseeds the others of all threads; this
		 * thread's own takes it at once.
		 */
		ok = stir(RAND_get0_primary(ctx), part) &&
		    stir(RAND_get0_public(ctx), part);
		seed = bytes_of(seed.p + n, seed.n - n);
	}
	ERR_pop_to_mark();
	return ok ? CKR_OK :
	    log_fail_rv(CKR_DEVICE_ERROR, "engine: the DRBG takes no seed");
}
