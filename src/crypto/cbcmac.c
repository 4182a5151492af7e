/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MACs that are made of a block cipher in CBC mode, which libcrypto does not
 * have: CBC-MAC (FIPS PUB 113; 3.2 section 6.10.10 and its like) and
 * AES-XCBC-MAC (RFC 3566; 3.2 section 6.10.12).
 *
 * The message is filled up to whole blocks: CBC-MAC with zeros, one block of
 * them when there is no message at all (no document says; without it the code
 * would not depend on the key), XCBC by a bit and zeros, but only where it is
 * not whole, and the last block is mixed with one key or another.
 *
 * Invariant: `held` are the last n bytes of what came, up to a whole block; all
 * before them went through ctx.  n is 0 at the start only.
 */
#include "crypto/cipher_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* What goes through the cipher at once; what comes out is thrown away. */
#define CHUNK ((size_t)512)

struct cbcmac {
	EVP_CIPHER_CTX *ctx;
	size_t block;
	uint8_t held[AES_BLOCK];
	size_t n;
	bool xcbc;
	uint8_t whole[AES_BLOCK];	/* K2 of RFC 3566 */
	uint8_t cut[AES_BLOCK];		/* K3 */
};

void
cbcmac_free(struct cbcmac *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->ctx);
	secret_wipe(c, sizeof(*c));
	free(c);
}

static void
cbcmac_freep(struct cbcmac **c)
{
	cbcmac_free(*c);
	*c = NULL;
}

struct cbcmac *
cbcmac_copy(const struct cbcmac *c)
{
	KL_AUTO(cbcmac_freep) struct cbcmac *copy = calloc(1, sizeof(*copy));

	if (copy == NULL)
		return NULL;
	*copy = *c;
	if ((copy->ctx = EVP_CIPHER_CTX_new()) == NULL ||
	    EVP_CIPHER_CTX_copy(copy->ctx, c->ctx) != 1)
		return NULL;
	return KL_TAKE(copy);
}

/* Begins CBC with no IV under a key. */
static bool
start(struct cbcmac *c, EVP_CIPHER *cbc, struct bytes key)
{
	static const uint8_t zero[AES_BLOCK];

	return block_start(c->ctx, cbc, key, zero, true) &&
	    EVP_CIPHER_CTX_set_padding(c->ctx, 0) == 1;
}

/* Whole blocks through the cipher; out has as much room as in. */
static bool
run(struct cbcmac *c, struct bytes in, uint8_t *out)
{
	int n = 0;

	return EVP_CipherUpdate(c->ctx, out, &n, in.p, (int)in.n) == 1 &&
	    (size_t)n == in.n;
}

/*
 * The three keys of RFC 3566 section 4: blocks of ones, twos and threes under
 * the caller's key.
 */
static CK_RV
start_xcbc(const struct eng_op *op, struct cbcmac *c)
{
	WIPE_AUTO(k1, AES_BLOCK);
	uint8_t number[AES_BLOCK];
	uint8_t *out[] = { k1, c->whole, c->cut };
	EVP_CIPHER *ecb, *cbc;
	struct bytes key;
	CK_RV rv;

	if ((rv = aes_key(op, "ECB", &ecb, &key)) != CKR_OK ||
	    (rv = aes_key(op, "CBC", &cbc, &key)) != CKR_OK)
		return rv;
	if (key.n != AES_BLOCK)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "engine: XCBC takes AES keys of 128 bits only");
	if (!start(c, ecb, key))
		return log_rv(CKR_DEVICE_ERROR, "engine: XCBC does not start");
	for (size_t i = 0; i < KL_COUNT(out); i++) {
		memset(number, (int)i + 1, sizeof(number));
		if (!run(c, bytes_of(number, sizeof(number)), out[i]))
			return log_rv(CKR_DEVICE_ERROR, "engine: XCBC fails");
	}
	if (!start(c, cbc, bytes_of(k1, sizeof(k1))))
		return log_rv(CKR_DEVICE_ERROR, "engine: XCBC does not start");
	return CKR_OK;
}

static CK_RV
start_plain(const struct eng_op *op, struct cbcmac *c)
{
	const struct block_cipher *b = block_cipher(op->alg->cipher);
	EVP_CIPHER *cbc;
	struct bytes key;
	CK_RV rv;

	if ((rv = block_key(op->eng, b, op->key, "CBC", &cbc, &key)) != CKR_OK)
		return rv;
	return start(c, cbc, key) ? CKR_OK : log_rv(CKR_DEVICE_ERROR,
	    "engine: %s-MAC does not start", b->name);
}

CK_RV
cbcmac_new(const struct eng_op *op, struct cbcmac **out, size_t *out_size)
{
	KL_AUTO(cbcmac_freep) struct cbcmac *c = calloc(1, sizeof(*c));
	CK_RV rv;

	if (c == NULL || (c->ctx = EVP_CIPHER_CTX_new()) == NULL)
		return CKR_HOST_MEMORY;
	c->xcbc = op->alg->fam == ENG_F_XCBC;
	c->block = block_cipher(op->alg->cipher)->block;
	rv = c->xcbc ? start_xcbc(op, c) : start_plain(op, c);
	if (rv != CKR_OK)
		return rv;
	*out_size = c->block;
	*out = KL_TAKE(c);
	return CKR_OK;
}

bool
cbcmac_restart(struct cbcmac *c)
{
	static const uint8_t zero[AES_BLOCK];

	c->n = 0;
	return EVP_CipherInit_ex2(c->ctx, NULL, NULL, zero, -1, NULL) == 1;
}

bool
cbcmac_update(struct cbcmac *c, struct bytes in)
{
	WIPE_AUTO(scratch, CHUNK);

	while (in.n > 0) {
		size_t part = c->block - c->n;

		if (c->n == c->block) {
			/* more follows, so that this is not the last */
			if (!run(c, bytes_of(c->held, c->block), scratch))
				return false;
			c->n = 0;
			continue;
		}
		if (c->n == 0 && in.n > c->block) {
			part = (in.n - 1) & ~(c->block - 1);
			part = part < CHUNK ? part : CHUNK;
			if (!run(c, bytes_of(in.p, part), scratch))
				return false;
		} else {
			part = part < in.n ? part : in.n;
			memcpy(c->held + c->n, in.p, part);
			c->n += part;
		}
		in = bytes_of(in.p + part, in.n - part);
	}
	return true;
}

bool
cbcmac_final(struct cbcmac *c, uint8_t *out)
{
	const uint8_t *mix = c->n == c->block ? c->whole : c->cut;

	if (c->n < c->block) {
		memset(c->held + c->n, 0, c->block - c->n);
		if (c->xcbc)
			c->held[c->n] = 0x80;
	}
	for (size_t i = 0; c->xcbc && i < c->block; i++)
		c->held[i] ^= mix[i];
	c->n = 0;
	return run(c, bytes_of(c->held, c->block), out);
}
