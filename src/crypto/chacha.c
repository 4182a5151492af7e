/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three forms of ChaCha20 (3.2 sections 6.58 and 6.61), which differ in what
 * they fill the last four words of the state with:
 *
 *	original	counter of 64 bits, nonce of 64 bits
 *	IETF		counter of 32 bits, nonce of 96 bits (RFC 8439)
 *	XChaCha20	a key of its own for each nonce of 192 bits, made by
 *			HChaCha20 of the nonce's first 128 bits, and then the
 *			original form with the other 64
 *
 * libcrypto takes these four words as they are (little-endian, counter first),
 * and counts over two of them.  It has no HChaCha20; but that is a block of the
 * key stream without the addition at its end, of which the words are known that
 * HChaCha20 gives.
 */
#include "crypto/cipher_int.h"

#include <string.h>

#include "base/log.h"

#define BLOCK 64

/* The first four words of the state. */
static const uint32_t sigma[4] = { 0x61707865, 0x3320646e, 0x79622d32,
	0x6b206574 };

static uint32_t
word_at(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
word_put(uint32_t v, uint8_t *out)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

/* One block of the key stream. */
static bool
stream_block(struct eng *e, const uint8_t key[CHACHA_KEY],
    const uint8_t words[CHACHA_IV], uint8_t out[BLOCK])
{
	static const uint8_t zero[BLOCK];
	EVP_CIPHER *cipher = eng_cipher(e, block_cipher(ENG_CHACHA20)->name);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	bool ok;

	ok = cipher != NULL && ctx != NULL &&
	    EVP_CipherInit_ex2(ctx, cipher, key, words, 1, NULL) == 1 &&
	    EVP_CipherUpdate(ctx, out, &n, zero, BLOCK) == 1 && n == BLOCK;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

CK_RV
chacha_subkey(struct eng *e, struct bytes key, const uint8_t nonce[CHACHA_IV],
    uint8_t out[CHACHA_KEY])
{
	WIPE_AUTO(block, BLOCK);

	if (key.n != CHACHA_KEY || !stream_block(e, key.p, nonce, block))
		return log_rv(CKR_DEVICE_ERROR, "engine: no key for XChaCha20");
	for (size_t i = 0; i < 4; i++) {
		word_put(word_at(block + 4 * i) - sigma[i], out + 4 * i);
		word_put(word_at(block + 48 + 4 * i) - word_at(nonce + 4 * i),
		    out + 16 + 4 * i);
	}
	return CKR_OK;
}

/* Blocks until a counter of 4 or 8 bytes overflows, in bytes (UINT64_MAX: more
 * than can be asked for). */
static uint64_t
counter_room(struct bytes counter)
{
	uint64_t from = word_at(counter.p);

	if (counter.n == 4)
		return (((uint64_t)1 << 32) - from) * BLOCK;
	from |= (uint64_t)word_at(counter.p + 4) << 32;
	from = 0 - from;
	return from == 0 || from > UINT64_MAX / BLOCK ? UINT64_MAX :
	    from * BLOCK;
}

static bool
chacha_par_ok(const struct eng_par *par)
{
	size_t c = par->counter.n;

	return (par->iv.n == 12 && c == 4) ||
	    ((par->iv.n == 8 || par->iv.n == 24) && (c == 4 || c == 8));
}

CK_RV
chacha_start(struct eng *e, struct bytes key, const struct eng_par *par,
    struct chacha *out)
{
	struct bytes nonce = par->iv;
	CK_RV rv;

	if (!chacha_par_ok(par))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: ChaCha20: a nonce of %zu, a counter of %zu bytes",
		    par->iv.n, par->counter.n);
	KL_ASSERT(key.n == CHACHA_KEY);
	memset(out->iv, 0, sizeof(out->iv));
	if (nonce.n == CHACHA_XNONCE) {
		if ((rv = chacha_subkey(e, key, nonce.p, out->key)) != CKR_OK)
			return rv;
		nonce = bytes_of(nonce.p + CHACHA_IV, 8);
	} else {
		memcpy(out->key, key.p, CHACHA_KEY);
	}
	memcpy(out->iv, par->counter.p, par->counter.n);
	memcpy(out->iv + CHACHA_IV - nonce.n, nonce.p, nonce.n);
	out->room = counter_room(par->counter);
	return CKR_OK;
}

void
chacha_done(struct chacha *c)
{
	secret_wipe(c, sizeof(*c));
}
