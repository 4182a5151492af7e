/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Edwards curves of RFC 8032 in numbers: parameters, decoding of points,
 * small orders.
 *
 * Invariant: nothing here is used with secrets; it is not constant time.
 *
 * No shared state; a struct edwards belongs to one thread.
 */
#include "crypto/edwards.h"

#include <string.h>

#include "base/log.h"

/* RFC 8032 sections 5.1 and 5.2; hexadecimal, "-" is negative. */
struct edwards_row {
	size_t len;
	const char *p;
	const char *a;
	const char *d_num;	/* d = d_num / d_den */
	const char *d_den;
	const char *order;
	const char *base_y;
};
static const struct edwards_row rows[] = {
	{ 32, "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED",
	    "-1", "-1DB41", "1DB42",
	    "1000000000000000000000000000000014DEF9DEA2F79CD65812631A5CF5D3ED",
	    "6666666666666666666666666666666666666666666666666666666666666658" },
	{ 57, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE"
	      "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
	    "1", "-98A9", "1",
	    "3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
	    "7CCA23E9C44EDB49AED63690216CC2728DC58F552378C292AB5844F3",
	    "693F46716EB6BC248876203756C9C7624BEA73736CA3984087789C1E"
	    "05A0C2D73AD3FF1CE67C39C4FDBD132C4ED7C8AD9808795BF230FA14" },
};

void
edwards_done(struct edwards *ed)
{
	BN_free(ed->p);
	BN_free(ed->a);
	BN_free(ed->d);
	BN_free(ed->order);
	BN_free(ed->base_y);
	BN_CTX_free(ed->ctx);
	*ed = (struct edwards){ .len = 0 };
}

/* d = num / den in the field. */
static bool
edwards_ratio(struct edwards *ed, const char *num, const char *den)
{
	KL_AUTO(bn_freep) BIGNUM *below = NULL;

	return BN_hex2bn(&below, den) != 0 && BN_hex2bn(&ed->d, num) != 0 &&
	    BN_mod_inverse(below, below, ed->p, ed->ctx) != NULL &&
	    BN_mod_mul(ed->d, ed->d, below, ed->p, ed->ctx) == 1 &&
	    BN_nnmod(ed->d, ed->d, ed->p, ed->ctx) == 1;
}

CK_RV
edwards_init(OSSL_LIB_CTX *ctx, const struct curve *c, struct edwards *ed)
{
	const struct edwards_row *row = &rows[c->len == rows[0].len ? 0 : 1];

	ed->len = row->len;
	ed->ctx = BN_CTX_secure_new_ex(ctx);
	if (ed->ctx == NULL || BN_hex2bn(&ed->p, row->p) == 0 ||
	    BN_hex2bn(&ed->a, row->a) == 0 ||
	    BN_nnmod(ed->a, ed->a, ed->p, ed->ctx) != 1 ||
	    BN_hex2bn(&ed->order, row->order) == 0 ||
	    BN_hex2bn(&ed->base_y, row->base_y) == 0 ||
	    !edwards_ratio(ed, row->d_num, row->d_den))
		return CKR_HOST_MEMORY;
	return CKR_OK;
}

/* x of even or odd parity from y: x^2 = (1 - y^2) / (a - d y^2). */
static CK_RV
edwards_x(const struct edwards *ed, const BIGNUM *y, bool odd, BIGNUM *x)
{
	KL_AUTO(bn_freep) BIGNUM *yy = BN_new();
	KL_AUTO(bn_freep) BIGNUM *below = BN_new();

	if (yy == NULL || below == NULL ||
	    BN_mod_sqr(yy, y, ed->p, ed->ctx) != 1 ||
	    BN_mod_mul(below, ed->d, yy, ed->p, ed->ctx) != 1 ||
	    BN_mod_sub(below, ed->a, below, ed->p, ed->ctx) != 1 ||
	    BN_mod_sub(yy, BN_value_one(), yy, ed->p, ed->ctx) != 1)
		return CKR_HOST_MEMORY;
	/* a - d y^2 is never zero: a/d is no square. */
	if (BN_mod_inverse(below, below, ed->p, ed->ctx) == NULL ||
	    BN_mod_mul(yy, yy, below, ed->p, ed->ctx) != 1)
		return CKR_HOST_MEMORY;
	if (BN_mod_sqrt(x, yy, ed->p, ed->ctx) == NULL)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	if (BN_is_zero(x) && odd)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	if ((BN_is_odd(x) != 0) != odd && BN_sub(x, ed->p, x) != 1)
		return CKR_HOST_MEMORY;
	return CKR_OK;
}

CK_RV
edwards_decode(const struct edwards *ed, struct bytes in, BIGNUM *x, BIGNUM *y)
{
	uint8_t raw[57];
	bool odd;

	if (in.n != ed->len || in.n > sizeof(raw))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	memcpy(raw, in.p, in.n);
	odd = (raw[in.n - 1] & 0x80) != 0;
	raw[in.n - 1] &= 0x7f;
	if (BN_lebin2bn(raw, (int)in.n, y) == NULL)
		return CKR_HOST_MEMORY;
	if (BN_cmp(y, ed->p) >= 0)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	return edwards_x(ed, y, odd, x);
}

/*
 * y of a point P of small order: 0 (order 4), 1 (the neutral element), -1
 * (order 2); with cofactor 8 (a = -1) also where 2P has y = 0, which means
 * x^2 = -y^2, or d y^4 + 2 y^2 - 1 = 0.
 */
bool
edwards_small_order(const struct edwards *ed, const BIGNUM *y)
{
	KL_AUTO(bn_freep) BIGNUM *t = BN_new();
	KL_AUTO(bn_freep) BIGNUM *yy = BN_new();

	if (t == NULL || yy == NULL || BN_mod_sqr(yy, y, ed->p, ed->ctx) != 1)
		return true;
	if (BN_is_zero(yy) || BN_is_one(yy))
		return true;
	if (BN_is_one(ed->a))
		return false;
	/* (d y^2 + 2) y^2 */
	if (BN_mod_mul(t, ed->d, yy, ed->p, ed->ctx) != 1 ||
	    BN_add_word(t, 2) != 1 ||
	    BN_mod_mul(t, t, yy, ed->p, ed->ctx) != 1)
		return true;
	return BN_is_one(t);
}
