/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long IVs for GCM.  The standard allows up to 2^32 - 1 bytes (3.2 Additional
 * AES mechanisms), libcrypto stops at 128.  GCM makes its first counter block
 * of an IV that is not 96 bits long by GHASH (SP 800-38D section 7.1), and
 * GHASH of one block can be undone: so each long IV has an IV of 16 bytes that
 * gives the same counter block, and libcrypto is given that one.
 *
 * With blocks B1 .. Bm of the padded IV, Y the hash of the first m - 1 of them
 * and L(n) the block that holds a length of n bytes, both sides of
 *	((Y + Bm) * H + L(n)) * H  =  (X * H + L(16)) * H
 * are counter blocks, and X = Y + Bm + (L(n) + L(16)) / H is that IV.
 *
 * H depends on the key, so that all arithmetic takes the same time for all
 * values.
 */
#include "crypto/cipher_int.h"

#include <string.h>

#include "base/log.h"

/* An element of GF(2^128) as SP 800-38D section 6.3 writes it: the coefficient
 * of x^0 is the highest bit of the first byte, here of hi. */
struct gf {
	uint64_t hi;
	uint64_t lo;
};

static void
gf_done(struct gf *a)
{
	secret_wipe(a, sizeof(*a));
}

static struct gf
gf_add(struct gf a, struct gf b)
{
	return (struct gf){ .hi = a.hi ^ b.hi, .lo = a.lo ^ b.lo };
}

static struct gf
gf_mul(struct gf a, struct gf b)
{
	struct gf sum = { 0, 0 };

	for (unsigned i = 0; i < 128; i++) {
		uint64_t bit = i < 64 ? a.hi >> (63 - i) : a.lo >> (127 - i);
		uint64_t take = 0 - (bit & 1);
		uint64_t over = 0 - (b.lo & 1);

		sum.hi ^= b.hi & take;
		sum.lo ^= b.lo & take;
		b.lo = b.lo >> 1 | b.hi << 63;
		b.hi = b.hi >> 1 ^ (over & (uint64_t)0xe1 << 56);
	}
	return sum;
}

/* 1 / a, which is a to the power of 2^128 - 2. */
static struct gf
gf_invert(struct gf a)
{
	struct gf out = { (uint64_t)1 << 63, 0 };

	for (int i = 1; i < 128; i++) {
		a = gf_mul(a, a);
		out = gf_mul(out, a);
	}
	return out;
}

/* Reads up to a block, as if zeros came after it. */
static struct gf
gf_read(struct bytes b)
{
	struct gf out = { 0, 0 };

	for (size_t i = 0; i < b.n && i < 8; i++)
		out.hi |= (uint64_t)b.p[i] << (56 - 8 * i);
	for (size_t i = 8; i < b.n && i < AES_BLOCK; i++)
		out.lo |= (uint64_t)b.p[i] << (120 - 8 * i);
	return out;
}

static void
gf_write(struct gf a, uint8_t out[AES_BLOCK])
{
	for (size_t i = 0; i < 8; i++) {
		out[i] = (uint8_t)(a.hi >> (56 - 8 * i));
		out[8 + i] = (uint8_t)(a.lo >> (56 - 8 * i));
	}
}

/* The hash key: a block of zeros, encrypted. */
static bool
hash_key(struct eng *e, const struct block_cipher *b, struct bytes key,
    struct gf *out)
{
	static const uint8_t zero[AES_BLOCK];
	EVP_CIPHER *ecb = block_evp(e, b, key.n, "ECB");
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	WIPE_AUTO(h, AES_BLOCK);
	int n = 0;
	bool ok;

	ok = ecb != NULL && ctx != NULL &&
	    EVP_CipherInit_ex2(ctx, ecb, key.p, NULL, 1, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	    EVP_CipherUpdate(ctx, h, &n, zero, AES_BLOCK) == 1 &&
	    n == AES_BLOCK;
	EVP_CIPHER_CTX_free(ctx);
	if (ok)
		*out = gf_read(bytes_of(h, AES_BLOCK));
	return ok;
}

CK_RV
gcm_short_iv(struct eng *e, const struct block_cipher *b, struct bytes key,
    struct bytes iv, uint8_t out[AES_BLOCK])
{
	KL_AUTO(gf_done) struct gf h = { 0, 0 };
	KL_AUTO(gf_done) struct gf sum = { 0, 0 };
	struct gf lengths = { 0, 8 * (uint64_t)iv.n ^ 8 * AES_BLOCK };

	if (!hash_key(e, b, key, &h))
		return log_rv(CKR_DEVICE_ERROR, "engine: no hash key for GCM");
	while (iv.n > AES_BLOCK) {
		sum = gf_mul(gf_add(sum, gf_read(iv)), h);
		iv = bytes_of(iv.p + AES_BLOCK, iv.n - AES_BLOCK);
	}
	sum = gf_add(sum, gf_read(iv));
	sum = gf_add(sum, gf_mul(lengths, gf_invert(h)));
	gf_write(sum, out);
	return CKR_OK;
}
