/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Primitives on byte strings for seal: HKDF, HMAC and SHA-256, AES-256-GCM
 * with a random nonce, and how a PIN becomes a key.
 *
 * Contexts are made per call: what seal does is bound by the store, and a call
 * that keeps nothing needs no lock.
 */
#include "crypto/prim.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/log.h"
#include "crypto/cipher_int.h"

#define HASH	  "SHA2-256"
#define HKDF_MAX  ((size_t)255 * 32)
/* Both kinds: memory at most, parallel lanes at most. */
#define KDF_BYTES ((uint64_t)1 << 30)
#define KDF_LANES 16
#define KDF_ROUNDS 64

static void
cipher_ctx_freep(EVP_CIPHER_CTX **c)
{
	EVP_CIPHER_CTX_free(*c);
	*c = NULL;
}

static void
mac_ctx_freep(EVP_MAC_CTX **c)
{
	EVP_MAC_CTX_free(*c);
	*c = NULL;
}

static void
kdf_ctx_freep(EVP_KDF_CTX **c)
{
	EVP_KDF_CTX_free(*c);
	*c = NULL;
}

/* Takes the host's error queue back to its mark, and makes rv of ok. */
static CK_RV
prim_rv(bool ok, const char *what)
{
	ERR_pop_to_mark();
	return ok ? CKR_OK :
		    log_fail_rv(CKR_DEVICE_ERROR, "engine: %s fails", what);
}

/* ----------------------------------------------------------- parameters */

/* A list of parameters under construction. */
struct params {
	OSSL_PARAM at[9];
	size_t n;
};

/* The constructors take pointers to what they only read. */
static void *
unconst(const void *p)
{
	return (void *)(uintptr_t)p;
}

static void
par_text(struct params *p, const char *name, const char *value)
{
	if (value != NULL)
		p->at[p->n++] = OSSL_PARAM_construct_utf8_string(name,
		    unconst(value), 0);
}

static void
par_bytes(struct params *p, const char *name, struct bytes value)
{
	/* A NULL pointer would mean "absent" to some. */
	p->at[p->n++] = OSSL_PARAM_construct_octet_string(name,
	    unconst(value.p != NULL ? (const void *)value.p : ""), value.n);
}

static void
par_u32(struct params *p, const char *name, const uint32_t *value)
{
	p->at[p->n++] = OSSL_PARAM_construct_uint32(name, unconst(value));
}

static void
par_u64(struct params *p, const char *name, const uint64_t *value)
{
	p->at[p->n++] = OSSL_PARAM_construct_uint64(name, unconst(value));
}

/* Runs a key derivation function; params lacks its end. */
static bool
kdf_run(struct eng *e, const char *name, struct params *p, uint8_t *out,
    size_t n)
{
	KL_AUTO(kdf_ctx_freep) EVP_KDF_CTX *ctx = NULL;
	EVP_KDF *kdf = eng_kdf(e, name);

	par_text(p, OSSL_KDF_PARAM_PROPERTIES, eng_props(e));
	p->at[p->n] = OSSL_PARAM_construct_end();
	return kdf != NULL && (ctx = EVP_KDF_CTX_new(kdf)) != NULL &&
	    EVP_KDF_derive(ctx, out, n, p->at) == 1;
}

/* ------------------------------------------------------- hash functions */

CK_RV
prim_hkdf(struct eng *e, struct bytes key, struct bytes salt, struct bytes info,
    uint8_t *out, size_t n)
{
	struct params p = { .n = 0 };

	KL_ASSERT(n > 0 && n <= HKDF_MAX && key.n > 0);
	/* The first that every token needs. */
	if (eng_kdf(e, "HKDF") == NULL)
		return log_fail_rv(CKR_DEVICE_ERROR, "engine: no provider has "
		    "HKDF: look at `providers` and `properties` in the "
		    "configuration");
	par_text(&p, OSSL_KDF_PARAM_DIGEST, HASH);
	par_bytes(&p, OSSL_KDF_PARAM_KEY, key);
	if (salt.n > 0)
		par_bytes(&p, OSSL_KDF_PARAM_SALT, salt);
	if (info.n > 0)
		par_bytes(&p, OSSL_KDF_PARAM_INFO, info);
	ERR_set_mark();
	return prim_rv(kdf_run(e, "HKDF", &p, out, n), "HKDF");
}

CK_RV
prim_hmac(struct eng *e, struct bytes key, struct bytes data, uint8_t out[32])
{
	KL_AUTO(mac_ctx_freep) EVP_MAC_CTX *ctx = NULL;
	EVP_MAC *mac = eng_mac(e, "HMAC");
	struct params p = { .n = 0 };
	size_t n = 0;
	bool ok;

	par_text(&p, OSSL_MAC_PARAM_DIGEST, HASH);
	par_text(&p, OSSL_MAC_PARAM_PROPERTIES, eng_props(e));
	p.at[p.n] = OSSL_PARAM_construct_end();
	ERR_set_mark();
	ok = mac != NULL && (ctx = EVP_MAC_CTX_new(mac)) != NULL &&
	    EVP_MAC_init(ctx, key.p != NULL ? key.p : (const uint8_t *)"",
		key.n, p.at) == 1 &&
	    EVP_MAC_update(ctx, data.p, data.n) == 1 &&
	    EVP_MAC_final(ctx, out, &n, 32) == 1 && n == 32;
	return prim_rv(ok, "HMAC");
}

CK_RV
prim_sha256(struct eng *e, struct bytes data, uint8_t out[32])
{
	EVP_MD *md = eng_md(e, HASH);
	bool ok;

	ERR_set_mark();
	ok = md != NULL && EVP_Digest(data.p, data.n, out, NULL, md, NULL) == 1;
	return prim_rv(ok, HASH);
}

/* --------------------------------------------------------- seal and open */

/* A context for AES-256-GCM with key and nonce that has seen aad, or NULL. */
static EVP_CIPHER_CTX *
gcm_start(struct eng *e, struct bytes key, const uint8_t *nonce,
    struct bytes aad, bool encrypt)
{
	KL_AUTO(cipher_ctx_freep) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	EVP_CIPHER *gcm = aes_cipher(e, PRIM_KEY, "GCM");
	size_t none;

	if (ctx == NULL || gcm == NULL || key.n != PRIM_KEY)
		return NULL;
	/* GCM's own nonce length is PRIM_NONCE. */
	if (EVP_CipherInit_ex2(ctx, gcm, key.p, nonce, encrypt, NULL) != 1 ||
	    !aes_feed(ctx, aad, NULL, &none))
		return NULL;
	return KL_TAKE(ctx);
}

/* Encrypts to p: PRIM_NONCE bytes of nonce are there, the rest is written. */
static bool
gcm_seal(struct eng *e, struct bytes key, struct bytes aad, struct bytes plain,
    uint8_t *p)
{
	KL_AUTO(cipher_ctx_freep)
	EVP_CIPHER_CTX *ctx = gcm_start(e, key, p, aad, true);
	uint8_t *text = p + PRIM_NONCE;
	size_t n;
	int last;

	return ctx != NULL && aes_feed(ctx, plain, text, &n) && n == plain.n &&
	    EVP_CipherFinal_ex(ctx, text + n, &last) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, PRIM_TAG,
		text + n) == 1;
}

CK_RV
prim_seal(struct eng *e, struct bytes key, struct bytes aad, struct bytes plain,
    struct buf *out)
{
	size_t start = out->n;
	uint8_t *p;
	CK_RV rv;

	if (plain.n > BUF_MAX - PRIM_NONCE - PRIM_TAG)
		return CKR_HOST_MEMORY;
	if ((p = buf_grow(out, PRIM_NONCE + plain.n + PRIM_TAG)) == NULL)
		return buf_rv(out);
	if ((rv = eng_random(e, p, PRIM_NONCE)) == CKR_OK) {
		ERR_set_mark();
		rv = prim_rv(gcm_seal(e, key, aad, plain, p), "sealing");
	}
	if (rv != CKR_OK) {
		secret_wipe(p, out->n - start);
		out->n = start;
	}
	return rv;
}

/* Decrypts and checks; out has room for all but nonce and tag. */
static bool
gcm_open(EVP_CIPHER_CTX *ctx, struct bytes sealed, uint8_t *out)
{
	struct bytes text = bytes_of(sealed.p + PRIM_NONCE,
	    sealed.n - PRIM_NONCE - PRIM_TAG);
	uint8_t tag[PRIM_TAG];
	uint8_t none[AES_BLOCK];
	size_t n;
	int last;

	memcpy(tag, text.p + text.n, sizeof(tag));
	return aes_feed(ctx, text, out, &n) && n == text.n &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, PRIM_TAG,
		tag) == 1 &&
	    EVP_CipherFinal_ex(ctx, none, &last) == 1;
}

CK_RV
prim_open(struct eng *e, struct bytes key, struct bytes aad,
    struct bytes sealed, struct secret **out)
{
	KL_AUTO(cipher_ctx_freep) EVP_CIPHER_CTX *ctx = NULL;
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	bool ok;
	CK_RV rv;

	if (sealed.n < PRIM_NONCE + PRIM_TAG)
		return CKR_ENCRYPTED_DATA_INVALID;
	rv = secret_new(sealed.n - PRIM_NONCE - PRIM_TAG, &plain);
	if (rv != CKR_OK)
		return rv;
	ERR_set_mark();
	/* Want of memory must not look like a wrong key. */
	if ((ctx = gcm_start(e, key, sealed.p, aad, false)) == NULL)
		return prim_rv(false, "opening");
	ok = gcm_open(ctx, sealed, secret_data(plain));
	ERR_pop_to_mark();
	if (!ok)
		return CKR_ENCRYPTED_DATA_INVALID;
	*out = KL_TAKE(plain);
	return CKR_OK;
}

/* ------------------------------------------------------------------ PINs */

CK_RV
prim_pin_kdf_new(struct eng *e, bool test, struct prim_pin_kdf *out)
{
	struct prim_pin_kdf k = { .kdf = PRIM_KDF_SCRYPT, .cost = 15, .r = 8,
		.p = 1 };
	CK_RV rv;

	if (test)
		k.cost = 4;
	else if (eng_kdf(e, "ARGON2ID") != NULL)
		/* RFC 9106 section 4, second recommended option. */
		k = (struct prim_pin_kdf){ .kdf = PRIM_KDF_ARGON2ID,
			.cost = 65536, .r = 3, .p = 4 };
	if ((rv = eng_random(e, k.salt, sizeof(k.salt))) != CKR_OK)
		return rv;
	*out = k;
	return CKR_OK;
}

static bool
scrypt_ok(const struct prim_pin_kdf *k, bool test)
{
	if (k->cost < (test ? 1 : 15) || k->cost > 20)
		return false;
	if (k->r < (test ? 1 : 8) || k->p < 1 || k->p > KDF_LANES)
		return false;
	return k->r <= KDF_BYTES / 128 >> k->cost;
}

static bool
argon2_ok(const struct prim_pin_kdf *k, bool test)
{
	if (k->p < 1 || k->p > KDF_LANES || k->r < 1 || k->r > KDF_ROUNDS)
		return false;
	/* RFC 9106 section 3.1: 8 blocks of 1 KiB a lane. */
	if (k->cost < 8 * k->p || k->cost > KDF_BYTES / 1024)
		return false;
	/* As much work as 32 MiB, the memory of our scrypt, in 3 passes. */
	return test || (k->cost >= 32768 && (uint64_t)k->cost * k->r >= 98304);
}

bool
prim_pin_kdf_ok(const struct prim_pin_kdf *k, bool test)
{
	switch (k->kdf) {
	case PRIM_KDF_SCRYPT:
		return scrypt_ok(k, test);
	case PRIM_KDF_ARGON2ID:
		return argon2_ok(k, test);
	}
	return false;
}

static void
md_ctx_freep(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
	*c = NULL;
}

/* What the functions take for the PIN: see prim.h. */
static bool
pin_digest(struct eng *e, struct bytes pin, uint8_t out[PRIM_KEY])
{
	KL_AUTO(md_ctx_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	KL_AUTO(buf_done) struct buf head = { 0 };
	EVP_MD *md = eng_md(e, HASH);

	if (pin.n > BUF_MAX)
		return false;
	buf_put(&head, BYTES_STR("kluis.v1 pin"));
	buf_put_u32(&head, (uint32_t)pin.n);
	return buf_rv(&head) == CKR_OK && ctx != NULL && md != NULL &&
	    EVP_DigestInit_ex2(ctx, md, NULL) == 1 &&
	    EVP_DigestUpdate(ctx, head.p, head.n) == 1 &&
	    EVP_DigestUpdate(ctx, pin.p, pin.n) == 1 &&
	    EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

static bool
scrypt_key(struct eng *e, const struct prim_pin_kdf *k, struct bytes password,
    uint8_t out[PRIM_KEY])
{
	struct params p = { .n = 0 };
	uint64_t n = (uint64_t)1 << k->cost;
	/* libcrypto refuses what it reckons to need more than this. */
	uint64_t max = 128 * (uint64_t)k->r * (n + k->p + 2) + 1024;

	par_bytes(&p, OSSL_KDF_PARAM_PASSWORD, password);
	par_bytes(&p, OSSL_KDF_PARAM_SALT, bytes_of(k->salt, sizeof(k->salt)));
	par_u64(&p, OSSL_KDF_PARAM_SCRYPT_N, &n);
	par_u32(&p, OSSL_KDF_PARAM_SCRYPT_R, &k->r);
	par_u32(&p, OSSL_KDF_PARAM_SCRYPT_P, &k->p);
	par_u64(&p, OSSL_KDF_PARAM_SCRYPT_MAXMEM, &max);
	return kdf_run(e, "SCRYPT", &p, out, PRIM_KEY);
}

/* libcrypto 3.2 and later; its parameters' names are not in older headers. */
static bool
argon2_key(struct eng *e, const struct prim_pin_kdf *k, struct bytes password,
    uint8_t out[PRIM_KEY])
{
	struct params p = { .n = 0 };

	par_bytes(&p, OSSL_KDF_PARAM_PASSWORD, password);
	par_bytes(&p, OSSL_KDF_PARAM_SALT, bytes_of(k->salt, sizeof(k->salt)));
	par_u32(&p, "memcost", &k->cost);
	par_u32(&p, "iter", &k->r);
	par_u32(&p, "lanes", &k->p);
	return kdf_run(e, "ARGON2ID", &p, out, PRIM_KEY);
}

/* Whether libcrypto has what k asks for; otherwise says what to do about it. */
static CK_RV
pin_kdf_there(struct eng *e, const struct prim_pin_kdf *k)
{
	if (k->kdf != PRIM_KDF_ARGON2ID || eng_kdf(e, "ARGON2ID") != NULL)
		return CKR_OK;
	return log_fail_rv(CKR_DEVICE_ERROR, "engine: this PIN was set with "
	    "Argon2id, which %s and its providers here do not have: use the "
	    "token with OpenSSL 3.2 or later", eng_library());
}

CK_RV
prim_pin_key(struct eng *e, const struct prim_pin_kdf *k, struct bytes pin,
    uint8_t out[PRIM_KEY])
{
	WIPE_AUTO(digest, PRIM_KEY);
	struct bytes password = bytes_of(digest, sizeof(digest));
	bool ok;
	CK_RV rv;

	KL_ASSERT(prim_pin_kdf_ok(k, true));
	if ((rv = pin_kdf_there(e, k)) != CKR_OK)
		return rv;
	ERR_set_mark();
	ok = pin_digest(e, pin, digest) &&
	    (k->kdf == PRIM_KDF_SCRYPT ? scrypt_key(e, k, password, out) :
					 argon2_key(e, k, password, out));
	return prim_rv(ok, "the derivation of a key from a PIN");
}
