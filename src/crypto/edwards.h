/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside crypto: arithmetic on the Edwards curves of RFC 8032 for what
 * libcrypto does not offer: looking at public points and, on libcrypto before
 * 3.2, the ph and ctx schemes (eddsa.c).
 */
#ifndef KLUIS_CRYPTO_EDWARDS_H
#define KLUIS_CRYPTO_EDWARDS_H

#include <openssl/bn.h>

#include "crypto/key_int.h"

/* A curve a x^2 + y^2 = 1 + d x^2 y^2; all of it owned. */
struct edwards {
	size_t len;		/* bytes of a point or scalar: 32, 57 */
	BN_CTX *ctx;		/* in secure memory */
	BIGNUM *p;		/* field */
	BIGNUM *a;
	BIGNUM *d;
	BIGNUM *order;		/* of the base point */
	BIGNUM *base_y;		/* of the base point, whose x is even */
};

/* Fills in *ed for a row of type ENG_ED; done may be called on a zeroed or half-built
 * one.  CKR_HOST_MEMORY. */
CK_RV edwards_init(OSSL_LIB_CTX *ctx, const struct curve *c,
    struct edwards *ed) KL_MUST_USE;
void edwards_done(struct edwards *ed);

/*
 * Decodes a public point of ed->len bytes into x and y (RFC 8032 sections 5.1.3,
 * 5.2.3; not constant time).  CKR_ATTRIBUTE_VALUE_INVALID when no point of
 * the curve is encoded so, or not in the shortest way.
 */
CK_RV edwards_decode(const struct edwards *ed, struct bytes in, BIGNUM *x,
    BIGNUM *y) KL_MUST_USE;
/* Whether a point with this y has an order that divides the cofactor. */
bool edwards_small_order(const struct edwards *ed, const BIGNUM *y);

#endif
