/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference for MACs that libcrypto has not: CBC-MAC as the last block of
 * CBC, XCBC written out (RFC 3566); and for BLAKE2b of any size.
 */
#include "kit_ref.h"

#include <openssl/core_names.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>

/* Encrypts whole blocks in a mode, without IV (all zeros). */
static void
blocks(const struct subject *sj, const char *mode, const CK_BYTE *key,
    const CK_BYTE *in, size_t len, CK_BYTE *out)
{
	static const CK_BYTE zero[16];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	EVP_CIPHER *cipher;
	char name[40];
	int n = 0;

	(void)snprintf(name, sizeof(name), "%s-%s", sj->row->cipher, mode);
	cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	REQUIRE(ctx != NULL && cipher != NULL &&
		ref_start(ctx, cipher, key, sj->row->keylen, zero) &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		EVP_EncryptUpdate(ctx, out, &n, in, (int)len) == 1 &&
		(size_t)n == len,
	    "libcrypto: %s", name);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
}

/* CBC's last block. */
static void
last_block(const struct subject *sj, const CK_BYTE *key, const CK_BYTE *in,
    size_t whole, CK_BYTE *out)
{
	CK_BYTE all[SUBJECT_MAX];

	blocks(sj, "CBC", key, in, whole, all);
	memcpy(out, all + whole - sj->row->block, sj->row->block);
}

static void
xcbc(const struct subject *sj, const CK_BYTE *key, CK_BYTE *text, size_t len,
    CK_BYTE *out)
{
	CK_BYTE numbers[48], keys[48];
	size_t whole = len == 0 ? 16 : (len + 15) / 16 * 16;

	for (size_t i = 0; i < sizeof(numbers); i++)
		numbers[i] = (CK_BYTE)(i / 16 + 1);
	blocks(sj, "ECB", key, numbers, sizeof(numbers), keys);
	if (whole != len)
		text[len] = 0x80;
	for (size_t i = 0; i < 16; i++)
		text[whole - 16 + i] ^= keys[(whole == len ? 16 : 32) + i];
	last_block(sj, keys, text, whole, out);
}

static void
blake2(const struct subject *sj, const CK_BYTE *key, const CK_BYTE *in,
    size_t len, CK_BYTE *out)
{
	size_t size = sj->row->size, n = 0;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(
				    OSSL_MAC_PARAM_SIZE, &size),
		OSSL_PARAM_END };

	REQUIRE(EVP_Q_mac(NULL, "BLAKE2BMAC", NULL, NULL, params, key,
		    sj->row->keylen, in, len, out, 64, &n) != NULL &&
		n == size,
	    "libcrypto: BLAKE2BMAC");
}

size_t
ref_block_mac(
    const struct subject *sj, const CK_BYTE *in, size_t len, CK_BYTE *out)
{
	CK_BYTE key[64], text[SUBJECT_MAX] = { 0 };
	size_t block = sj->row->block;

	REQUIRE(len + 16 <= sizeof(text), "the suite's buffer is short");
	key_bytes(key, sizeof(key));
	memcpy(text, in, len);
	if (sj->row->kind == K_XCBC)
		xcbc(sj, key, text, len, out);
	else if (block != 0)
		last_block(sj, key, text,
		    len == 0 ? block : (len + block - 1) / block * block, out);
	else
		blake2(sj, key, in, len, out);
	return sj->m.pParameter != NULL ? sj->p.len : sj->row->size;
}

size_t
ref_digest_row(const struct mech *row, const CK_BYTE *in, size_t len, CK_BYTE *out)
{
	size_t size = row->size;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(
				    OSSL_DIGEST_PARAM_SIZE, &size),
		OSSL_PARAM_END };
	EVP_MD *fetched = EVP_MD_fetch(NULL, row->md, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int n = 0;

	REQUIRE(fetched != NULL && ctx != NULL, "libcrypto: %s", row->md);
	if (size == 0 || size == (size_t)EVP_MD_get_size(fetched))
		params[0] = OSSL_PARAM_construct_end();
	REQUIRE(EVP_DigestInit_ex2(ctx, fetched, params) == 1 &&
		EVP_DigestUpdate(ctx, in, len) == 1 &&
		EVP_DigestFinal_ex(ctx, out, &n) == 1,
	    "libcrypto: %s", row->md);
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(fetched);
	return n;
}

void
ref_legacy(void)
{
	REQUIRE(OSSL_PROVIDER_load(NULL, "default") != NULL &&
		OSSL_PROVIDER_load(NULL, "legacy") != NULL,
	    "libcrypto: no legacy provider");
}
