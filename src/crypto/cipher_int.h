/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside crypto: what the families over a block cipher (cipher, aead, keywrap,
 * mac) share.  aead and keywrap know AES only.
 */
#ifndef KLUIS_CRYPTO_CIPHER_INT_H
#define KLUIS_CRYPTO_CIPHER_INT_H

#include "crypto/eng_int.h"

#define AES_BLOCK 16

/* Facts of a block cipher. */
#define BLOCK_KEYS 3
struct block_cipher {
	const char *name;		/* for the log */
	size_t block;			/* bytes, a power of two, <= AES_BLOCK */
	struct {
		size_t len;		/* bytes of a key; 0 = no further */
		const char *name;	/* as libcrypto says, without the mode */
	} keys[BLOCK_KEYS];
	size_t key_min;			/* not 0: the one row of keys goes for all
					   lengths from here to its own */
	bool parity;			/* key bytes have odd parity */
	bool halves;			/* a key is two that must differ */
	const char *only;		/* the one mode there is, NULL = many */
};
const struct block_cipher *block_cipher(enum eng_cipher which);
/*
 * The cipher in a mode as libcrypto names it ("CBC") and the bytes of k; both
 * stay the engine's and the key's.  CKR_KEY_TYPE_INCONSISTENT,
 * CKR_KEY_SIZE_RANGE, CKR_MECHANISM_INVALID (providers lack it).
 */
CK_RV block_key(struct eng *e, const struct block_cipher *b,
    const struct eng_key *k, const char *mode, EVP_CIPHER **cipher,
    struct bytes *value) KL_MUST_USE;
/*
 * Gives the context cipher, key, IV (NULL = later) and direction, and tells it
 * the key's length where the cipher takes several.  False on failure.
 */
bool block_start(EVP_CIPHER_CTX *ctx, EVP_CIPHER *cipher, struct bytes key,
    const uint8_t *iv, bool encrypt) KL_MUST_USE;
/* Whether the providers have the cipher in a mode, for its longest keys. */
bool block_can(struct eng *e, enum eng_cipher which, const char *mode);

/* AES of key_len bytes in a mode as libcrypto names it ("GCM"); NULL when the
 * providers lack it.  Kept by the engine. */
EVP_CIPHER *aes_cipher(struct eng *e, size_t key_len, const char *mode);
/* block_key for AES under an operation's key. */
CK_RV aes_key(const struct eng_op *op, const char *mode, EVP_CIPHER **cipher,
    struct bytes *value) KL_MUST_USE;
/*
 * EVP_CipherUpdate for any length: runs in through ctx; *out_len gets what
 * was written to out.  out NULL: in is additional data.  False on failure.
 */
bool aes_feed(EVP_CIPHER_CTX *ctx, struct bytes in, uint8_t *out,
    size_t *out_len) KL_MUST_USE;
/*
 * An IV of one block that starts GCM under this AES key just as iv, of any
 * length but 12 bytes, does.  CKR_DEVICE_ERROR.
 */
CK_RV gcm_short_iv(struct eng *e, struct bytes key, struct bytes iv,
    uint8_t out[AES_BLOCK]) KL_MUST_USE;
/* Appends input to op->gathered.  CKR_DATA_LEN_RANGE or
 * CKR_ENCRYPTED_DATA_LEN_RANGE above BUF_MAX, CKR_HOST_MEMORY. */
CK_RV op_gather(struct eng_op *op, struct bytes in) KL_MUST_USE;
/* The code for input of a wrong length in the operation's direction. */
CK_RV op_len_rv(const struct eng_op *op);

#endif
