/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside crypto: what the families over a symmetric cipher (cipher, aead,
 * keywrap, mac) share.  keywrap knows AES only.
 */
#ifndef KLUIS_CRYPTO_CIPHER_INT_H
#define KLUIS_CRYPTO_CIPHER_INT_H

#include "crypto/eng_int.h"

#define AES_BLOCK 16

/*
 * The state of a family whose struct begins with the cipher's context: op's,
 * made zeroed, `size` bytes, with a new context, when there is none; NULL when
 * memory is out.  block_state_free is such a family's free_state.
 */
void *block_state(struct eng_op *op, size_t size);
void block_state_free(struct eng_op *op);

/* Facts of a cipher; a stream cipher has blocks of 1. */
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
 * The cipher in a mode as libcrypto names it ("CBC"; "": what has no mode) and the bytes of k; both
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
/* The cipher by the length of the key; NULL when the providers lack it. */
EVP_CIPHER *block_evp(struct eng *e, const struct block_cipher *b,
    size_t key_len, const char *mode);
/* The mode that is nothing but the cipher: "ECB", of a stream cipher "". */
const char *block_raw(enum eng_cipher which);
/* Whether the providers have the cipher in a mode, for its longest keys. */
bool block_can(struct eng *e, enum eng_cipher which, const char *mode);

/*
 * The MACs over CBC (cbcmac.c) for mac.c: ENG_F_CBCMAC and ENG_F_XCBC.  A new
 * one keyed for op, *out_size the bytes it makes: codes as block_key.  Update
 * and final (which writes so many bytes) are false when libcrypto fails; after
 * final, or for another message, restart.
 */
struct cbcmac;
CK_RV cbcmac_new(const struct eng_op *op, struct cbcmac **out,
    size_t *out_size) KL_MUST_USE;
bool cbcmac_restart(struct cbcmac *c) KL_MUST_USE;
bool cbcmac_update(struct cbcmac *c, struct bytes in) KL_MUST_USE;
bool cbcmac_final(struct cbcmac *c, uint8_t *out) KL_MUST_USE;
/* Another one that goes on from there; NULL when memory is out or libcrypto
 * cannot. */
struct cbcmac *cbcmac_copy(const struct cbcmac *c);
void cbcmac_free(struct cbcmac *c);

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
 * An IV of one block that starts GCM under this key of cipher b (which has
 * blocks of 16 bytes) just as iv, of any length but 12 bytes, does.
 * CKR_DEVICE_ERROR.
 */
CK_RV gcm_short_iv(struct eng *e, const struct block_cipher *b,
    struct bytes key, struct bytes iv, uint8_t out[AES_BLOCK]) KL_MUST_USE;
/* The longest IV that libcrypto takes for GCM; others are made short. */
#define GCM_IV_MAX 128

/* ChaCha20 (chacha.c): the key, the words of the state that libcrypto calls
 * IV, a nonce of XChaCha20. */
#define CHACHA_KEY    32
#define CHACHA_IV     16
#define CHACHA_XNONCE 24
struct chacha {
	uint8_t key[CHACHA_KEY];
	uint8_t iv[CHACHA_IV];
	uint64_t room;		/* bytes until the counter overflows */
};
/* What the stream starts with for par.iv and par.counter under a key of
 * CHACHA_KEY bytes; chacha_done wipes it.  CKR_MECHANISM_PARAM_INVALID,
 * CKR_DEVICE_ERROR. */
CK_RV chacha_start(struct eng *e, struct bytes key, const struct eng_par *par,
    struct chacha *out) KL_MUST_USE;
void chacha_done(struct chacha *c);
/* XChaCha20's key for the first 16 bytes of its nonce.  CKR_DEVICE_ERROR. */
CK_RV chacha_subkey(struct eng *e, struct bytes key,
    const uint8_t nonce[CHACHA_IV], uint8_t out[CHACHA_KEY]) KL_MUST_USE;
/* Gives a MAC context what it goes by (own; its end: nothing), its key, which may
 * be empty, and an IV (none: it takes none).  CKR_DEVICE_ERROR. */
CK_RV mac_start(struct eng *e, EVP_MAC_CTX *ctx, OSSL_PARAM own,
    struct bytes key, struct bytes iv) KL_MUST_USE;
/* Appends input to op->gathered.  CKR_DATA_LEN_RANGE or
 * CKR_ENCRYPTED_DATA_LEN_RANGE above BUF_MAX, CKR_HOST_MEMORY. */
CK_RV op_gather(struct eng_op *op, struct bytes in) KL_MUST_USE;
/* The code for input of a wrong length in the operation's direction. */
CK_RV op_len_rv(const struct eng_op *op);

#endif
