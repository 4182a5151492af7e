/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of derivation: base keys, what libcrypto's own functions give,
 * and how many keys there are.
 */
#ifndef KLUIS_TESTS_SESSION_DERIVE_KIT_H
#define KLUIS_TESTS_SESSION_DERIVE_KIT_H

#include "api/api_kit.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#define PARAM(m, p) { (m), &(p), sizeof(p) }
#define BASE "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static CK_KEY_TYPE generic = CKK_GENERIC_SECRET, aes = CKK_AES;
static CK_BYTE label[] = "label", context[] = "context";

/* A key of these bytes that derives; hidden: sensitive. */
static inline CK_OBJECT_HANDLE
key_of(CK_KEY_TYPE type, const char *value, bool hidden)
{
	CK_BYTE v[256];
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, class),
		A(CKA_KEY_TYPE, type), { CKA_VALUE, v, hex(value, v) },
		ON(CKA_DERIVE), { CKA_SENSITIVE, hidden ? &yes : &no, 1 },
		{ CKA_EXTRACTABLE, hidden ? &no : &yes, 1 } };

	return api_create(t, COUNT(t));
}

/* Derives a readable key of n bytes (0: as it comes) of a type. */
static inline CK_RV
derive(CK_MECHANISM *m, CK_OBJECT_HANDLE base, CK_KEY_TYPE type, CK_ULONG n,
    CK_OBJECT_HANDLE *out)
{
	CK_ATTRIBUTE t[] = { OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE),
		A(CKA_KEY_TYPE, type), A(CKA_VALUE_LEN, n) };

	return C_DeriveKey(api.hs, m, base, t, n != 0 ? 4 : 3, out);
}

static inline void
assert_bytes(CK_OBJECT_HANDLE h, const CK_BYTE *want, CK_ULONG n)
{
	CK_BYTE v[512];

	assert_int_equal(api_get(h, CKA_VALUE, v), n);
	assert_memory_equal(v, want, n);
}

/* How many secret keys there are. */
static inline CK_ULONG
secrets(void)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE t = A(CKA_CLASS, class);

	return api_count(&t, 1);
}

/* n bytes of a function of libcrypto's. */
static inline void
reference(const char *name, OSSL_PARAM *params, CK_BYTE *out, size_t n)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

	assert_int_equal(EVP_KDF_derive(ctx, out, n, params), 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

/* HMAC-SHA-256 under BASE. */
static inline void
hmac256(const CK_BYTE *in, size_t n, CK_BYTE out[32])
{
	CK_BYTE key[32];
	size_t len;

	(void)hex(BASE, key);
	assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, 32,
	    in, n, out, 32, &len));
}

#endif
