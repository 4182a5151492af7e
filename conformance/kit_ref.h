/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference: libcrypto, which checks what the module computed and
 * computes what the module must accept. Failures of libcrypto itself end the
 * case.
 */
#ifndef CONFORMANCE_KIT_REF_H
#define CONFORMANCE_KIT_REF_H

#include "mechs.h"

#include <openssl/evp.h>

/*
 * The public key from its attributes (not from CKA_PUBLIC_KEY_INFO), any
 * class of object that has them.
 */
EVP_PKEY *ref_public(CK_OBJECT_HANDLE h);
/* Its SubjectPublicKeyInfo; returns the length. */
size_t ref_spki(EVP_PKEY *key, CK_BYTE *out, size_t room);
/*
 * The point or raw key in CKA_EC_POINT without the OCTET STRING around it;
 * returns the length.
 */
size_t
ref_point(CK_OBJECT_HANDLE h, const struct curve *c, CK_BYTE *out, size_t room);
/*
 * A fresh pair on the curve, and its public value as PKCS#11 carries it raw;
 * returns the length.
 */
EVP_PKEY *ref_generate(const struct curve *c, CK_BYTE *raw, size_t *rawlen);
/*
 * The shared secret of one of our keys with the public key of the object;
 * returns the length.
 */
size_t ref_derive(EVP_PKEY *mine, EVP_PKEY *theirs, CK_BYTE *out, size_t room);

size_t ref_digest(const char *md, const CK_BYTE *in, size_t len, CK_BYTE *out);
/* libcrypto here shall have what is in its legacy provider. */
void ref_legacy(void);
/* The row's digest, of its size. */
size_t ref_digest_row(
    const struct mech *row, const CK_BYTE *in, size_t len, CK_BYTE *out);
/* The same for the MACs from K_CBCMAC to K_BLAKE2_GENERAL. */
size_t ref_block_mac(
    const struct subject *sj, const CK_BYTE *in, size_t len, CK_BYTE *out);
/* Begins encryption with a key of so many bytes (0: the cipher's own). */
bool ref_start(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher,
    const CK_BYTE *key, size_t keylen, const CK_BYTE *iv);
/*
 * The MAC that the subject must give with the key's bytes; returns the
 * length.
 */
size_t
ref_mac(const struct subject *sj, const CK_BYTE *in, size_t len, CK_BYTE *out);
/*
 * The ciphertext (with tag) that the symmetric subject must give; returns the
 * length, 0 where libcrypto has no such mode.
 */
size_t ref_cipher(
    const struct subject *sj, const CK_BYTE *in, size_t len, CK_BYTE *out);
/*
 * Checks a signature of ML-DSA or SLH-DSA under the public key's attributes,
 * of the message as it is, or with md of its hash.
 */
struct ref_pq {
	CK_OBJECT_HANDLE key;
	const char *md;
	bool hashed; /* what comes is the hash */
	const CK_BYTE *context;
	size_t contextlen;
};
bool ref_verify_pq(const struct ref_pq *how, const CK_BYTE *in, size_t len,
    const CK_BYTE *sig, size_t siglen);
/* libcrypto's name of a parameter set; NULL where the suite knows none. */
const char *ref_pq_name(CK_KEY_TYPE type, CK_ULONG set);
/* Whether the libcrypto in use has what the mechanism needs. */
bool ref_has(const struct mech *row);
/* Checks a signature of the subject; sig as PKCS#11 gives it. */
bool ref_verify(const struct subject *sj, const CK_BYTE *in, size_t len,
    const CK_BYTE *sig, size_t siglen);
/*
 * Encrypts with the subject's RSA public key, so that the module may decrypt.
 */
size_t ref_rsa_encrypt(const struct subject *sj, const CK_BYTE *in, size_t len,
    CK_BYTE *out, size_t room);

#endif
