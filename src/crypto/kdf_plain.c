/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key derivations without a pseudo-random function of their own: hashing a key
 * (3.2 sections 6.20 to 6.36), joining, XORing and cutting keys (6.43),
 * encrypting data (6.44 and others), passwords (6.37, 6.38), and the pre-master
 * secret of TLS.
 *
 * Policy (what a result may be) is not decided here, except `whole`.
 * Any thread; nothing is kept.
 */
#include "crypto/cipher_int.h"
#include "crypto/kdf_int.h"
#include "crypto/sign_int.h"

#include <string.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>

#include "base/log.h"

/* --------------------------------------------------------------- hashing */

CK_RV
kdf_hash(struct eng *e, const struct eng_alg *alg, struct bytes key,
    size_t len, struct secret **out)
{
	KL_AUTO(md_ctx_freep) EVP_MD_CTX *mctx = EVP_MD_CTX_new();
	KL_AUTO(secret_freep) struct secret *s = NULL;
	EVP_MD *md = eng_md(e, alg->md);
	bool xof = alg->mode != NULL;
	size_t have;
	CK_RV rv;

	if (md == NULL)
		return log_rv(CKR_MECHANISM_INVALID, "derive: no %s", alg->md);
	have = xof ? len : (size_t)EVP_MD_get_size(md);
	if (have == 0 || len > have || have > BUF_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "derive: %s does not give %zu bytes", alg->md, len);
	if (mctx == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = secret_new(have, &s)) != CKR_OK)
		return rv;
	if (EVP_DigestInit_ex2(mctx, md, NULL) != 1 ||
	    EVP_DigestUpdate(mctx, key.p, key.n) != 1 || (xof ?
	    EVP_DigestFinalXOF(mctx, secret_data(s), have) :
	    EVP_DigestFinal_ex(mctx, secret_data(s), NULL)) != 1)
		return log_rv(CKR_DEVICE_ERROR, "derive: %s fails", alg->md);
	if (len != 0)
		secret_cut(s, len);
	*out = KL_TAKE(s);
	return CKR_OK;
}

/* ---------------------------------------------------------------- mixing */

static void
put_pieces(struct buf *b, const struct eng_kdf *kdf)
{
	for (size_t i = 0; i < kdf->pieces; i++)
		buf_put(b, kdf->piece[i].kind == ENG_PIECE_KEY ?
		    secret_view(kdf->piece[i].key->value) :
		    kdf->piece[i].data);
}

/* The shorter of key and pieces, XORed. */
static void
put_xor(struct buf *b, const struct eng_kdf *kdf, struct bytes key)
{
	struct bytes data = kdf->piece[0].data;
	size_t n = data.n < key.n ? data.n : key.n;
	uint8_t *p = buf_grow(b, n);

	for (size_t i = 0; p != NULL && i < n; i++)
		p[i] = key.p[i] ^ data.p[i];
}

/* 3.2 section 6.43.7: n bytes from a bit on, past the end from the start. */
static void
put_bits(struct buf *b, struct bytes key, size_t first, size_t n)
{
	uint8_t *p = buf_grow(b, n);
	unsigned shift = first % 8;

	for (size_t i = 0; p != NULL && i < n; i++) {
		unsigned two = (unsigned)key.p[(first / 8 + i) % key.n] << 8 |
		    key.p[(first / 8 + i + 1) % key.n];

		p[i] = (uint8_t)(two << shift >> 8);
	}
}

CK_RV
kdf_mix(const struct eng_alg *alg, const struct eng_kdf *kdf,
    struct bytes key, size_t len, struct secret **out)
{
	KL_AUTO(buf_done) struct buf all = { .p = NULL };
	bool extract = strcmp(alg->mode, "extract") == 0;
	CK_RV rv;

	if (extract) {
		if (kdf->first_bit >= key.n * 8)
			return log_rv(CKR_MECHANISM_PARAM_INVALID,
			    "derive: the key has no such bit");
		if (len > 0 && len <= key.n)
			put_bits(&all, key, kdf->first_bit, len);
	} else if (strcmp(alg->mode, "xor") == 0) {
		put_xor(&all, kdf, key);
	} else if (strcmp(alg->mode, "join") == 0) {
		buf_put(&all, key);
		put_pieces(&all, kdf);
	} else {
		put_pieces(&all, kdf);
		buf_put(&all, key);
	}
	if ((rv = buf_rv(&all)) != CKR_OK)
		return rv;
	if (len == 0)
		len = all.n;
	if (len == 0 || len > all.n || (kdf->whole && len != all.n))
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "derive: %zu bytes cannot be had", len);
	return secret_copy(bytes_of(all.p, len), out);
}

/* -------------------------------------------------------- encrypting data */

static void
cipher_ctx_freep(EVP_CIPHER_CTX **p)
{
	EVP_CIPHER_CTX_free(*p);
	*p = NULL;
}

CK_RV
kdf_encrypt(struct eng *e, const struct eng_alg *alg,
    const struct eng_kdf *kdf, const struct eng_key *k, size_t len,
    struct secret **out)
{
	KL_AUTO(cipher_ctx_freep) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	KL_AUTO(secret_freep) struct secret *s = NULL;
	const struct block_cipher *b = block_cipher(alg->cipher);
	EVP_CIPHER *cipher;
	struct bytes key;
	size_t n;
	CK_RV rv;

	if (kdf->info.n == 0 || kdf->info.n % b->block != 0 ||
	    len > kdf->info.n)
		return log_rv(CKR_DATA_LEN_RANGE,
		    "derive: %zu bytes of data to encrypt", kdf->info.n);
	if (ctx == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = block_key(e, b, k, alg->mode, &cipher, &key)) != CKR_OK ||
	    (rv = secret_new(kdf->info.n, &s)) != CKR_OK)
		return rv;
	if (!block_start(ctx, cipher, key, kdf->iv.p, true) ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 ||
	    !aes_feed(ctx, kdf->info, secret_data(s), &n) || n != kdf->info.n)
		return log_rv(CKR_DEVICE_ERROR, "derive: %s fails", b->name);
	if (len != 0)
		secret_cut(s, len);
	*out = KL_TAKE(s);
	return CKR_OK;
}

/* ------------------------------------------------------- without a base key */

static void
kdf_ctx_freep(EVP_KDF_CTX **p)
{
	EVP_KDF_CTX_free(*p);
	*p = NULL;
}

/* What libcrypto's function is told; it lifts the limits of SP 800-132, which
 * ask for more than old passwords' keys were made with. */
static void
password_params(struct eng *e, const struct eng_kdf *kdf, uint64_t *rounds,
    int *id, OSSL_PARAM params[7])
{
	const char *props = eng_props(e);
	size_t n = 0;

	params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
	    (char *)(uintptr_t)kdf->prf_md, 0);
	params[n++] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_PASSWORD, (void *)(uintptr_t)kdf->password.p,
	    kdf->password.n);
	params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
	    (void *)(uintptr_t)kdf->salt.p, kdf->salt.n);
	params[n++] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, rounds);
	params[n++] = OSSL_PARAM_construct_int(kdf->id != 0 ?
	    OSSL_KDF_PARAM_PKCS12_ID : OSSL_KDF_PARAM_PKCS5, id);
	if (props != NULL)
		params[n++] = OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_PROPERTIES, (char *)(uintptr_t)props, 0);
	params[n] = OSSL_PARAM_construct_end();
}

CK_RV
kdf_password(struct eng *e, const struct eng_alg *alg,
    const struct eng_kdf *kdf, size_t len, struct secret **out)
{
	EVP_KDF *kind = eng_kdf(e, alg->mode);
	KL_AUTO(kdf_ctx_freep) EVP_KDF_CTX *ctx = NULL;
	KL_AUTO(secret_freep) struct secret *s = NULL;
	int id = kdf->id != 0 ? kdf->id : 1;
	uint64_t rounds = kdf->rounds;
	OSSL_PARAM params[7];
	CK_RV rv;

	if (kind == NULL || eng_md(e, kdf->prf_md) == NULL)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: no %s with this hash", alg->mode);
	if (len == 0 || len > BUF_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "derive: %zu bytes from a password", len);
	if ((ctx = EVP_KDF_CTX_new(kind)) == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = secret_new(len, &s)) != CKR_OK)
		return rv;
	password_params(e, kdf, &rounds, &id, params);
	if (EVP_KDF_derive(ctx, secret_data(s), len, params) != 1)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: %s refuses", alg->mode);
	*out = KL_TAKE(s);
	return CKR_OK;
}

CK_RV
kdf_premaster(struct eng *e, const struct eng_kdf *kdf, size_t len,
    struct secret **out)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	CK_RV rv;

	if (len <= kdf->info.n || len > BUF_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE, "derive: no such secret");
	if ((rv = secret_new(len, &s)) != CKR_OK ||
	    (rv = eng_random(e, secret_data(s), len)) != CKR_OK)
		return rv;
	memcpy(secret_data(s), kdf->info.p, kdf->info.n);
	*out = KL_TAKE(s);
	return CKR_OK;
}
