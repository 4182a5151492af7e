/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Primitives that seal builds on: small, on byte strings, all through the
 * engine's fetched algorithms.  Thread-safe.  CKR_DEVICE_ERROR when libcrypto
 * fails where it must not.
 */
#ifndef KLUIS_CRYPTO_PRIM_H
#define KLUIS_CRYPTO_PRIM_H

#include "crypto/eng.h"

#define PRIM_KEY 32		/* bytes of every key here */
#define PRIM_NONCE 12
#define PRIM_TAG 16

/*
 * HKDF-SHA256 (extract and expand): 0 < n <= 8160 bytes to out from key (1
 * byte or more), salt and info (either may be empty).
 */
CK_RV prim_hkdf(struct eng *e, struct bytes key, struct bytes salt,
    struct bytes info, uint8_t *out, size_t n) KL_MUST_USE;
/* HMAC-SHA256 of data; 32 bytes to out. */
CK_RV prim_hmac(struct eng *e, struct bytes key, struct bytes data,
    uint8_t out[32]) KL_MUST_USE;
/* SHA-256 of data; 32 bytes to out. */
CK_RV prim_sha256(struct eng *e, struct bytes data, uint8_t out[32])
    KL_MUST_USE;

/*
 * AES-256-GCM with a fresh random nonce: appends nonce (12) || ciphertext ||
 * tag (16) to out.  key is PRIM_KEY bytes.
 */
CK_RV prim_seal(struct eng *e, struct bytes key, struct bytes aad,
    struct bytes plain, struct buf *out) KL_MUST_USE;
/* The reverse; *out owned by the caller.  CKR_ENCRYPTED_DATA_INVALID for
 * anything that does not open, whatever the reason; want of memory is no such
 * reason (CKR_HOST_MEMORY, CKR_DEVICE_ERROR). */
CK_RV prim_open(struct eng *e, struct bytes key, struct bytes aad,
    struct bytes sealed, struct secret **out) KL_MUST_USE;

/* How a PIN becomes a key: stored per keyslot. */
enum prim_kdf { PRIM_KDF_SCRYPT = 1, PRIM_KDF_ARGON2ID = 2 };
struct prim_pin_kdf {
	enum prim_kdf kdf;
	uint32_t cost;		/* scrypt: log2 N; Argon2id: KiB of memory */
	uint32_t r;		/* scrypt: r; Argon2id: passes */
	uint32_t p;		/* scrypt: p; Argon2id: lanes */
	uint8_t salt[16];
};
/* Fills in today's best parameters (Argon2id where libcrypto has it, scrypt
 * 2^15/8/1 otherwise; with test: scrypt 2^4/8/1) and a random salt. */
CK_RV prim_pin_kdf_new(struct eng *e, bool test, struct prim_pin_kdf *out)
    KL_MUST_USE;
/* Whether the parameters are within what we run: not under the floor (unless
 * test) and not over 2^20 scrypt / 1 GiB. */
bool prim_pin_kdf_ok(const struct prim_pin_kdf *k, bool test);
/*
 * The key-encryption key of pin (any bytes, any length): PRIM_KEY bytes to out.
 * What the function is given as its password is
 *	SHA-256("kluis.v1 pin" || u32 length of pin, big-endian || pin)
 * and not the PIN itself: scrypt's PBKDF2 hands its password to HMAC, which
 * fills a short key with zeros and hashes a long one, so that a PIN with zeros
 * behind it would be the same PIN.
 * CKR_DEVICE_ERROR, with a log line that says where the token can be used, when
 * k asks for Argon2id and libcrypto has none.
 */
CK_RV prim_pin_key(struct eng *e, const struct prim_pin_kdf *k,
    struct bytes pin, uint8_t out[PRIM_KEY]) KL_MUST_USE;

#endif
