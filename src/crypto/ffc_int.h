/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside crypto: finite-field keys (DSA, DH, X9.42 DH) as numbers; what
 * key_ffc.c, keygen_ffc.c and derive_dh.c share.
 */
#ifndef KLUIS_CRYPTO_FFC_INT_H
#define KLUIS_CRYPTO_FFC_INT_H

#include "crypto/key_int.h"

#define FFC_BITS_MAX 8192	/* of a prime: RFC 3526's and 7919's largest */

/* The numbers of a key, owned; NULL = absent. */
struct ffc {
	BIGNUM *p, *q, *g;
	BIGNUM *y;		/* public */
	BIGNUM *x;		/* private */
	BN_CTX *bn;
};
void ffc_done(struct ffc *f);

/* libcrypto's name of a finite-field type, NULL for other types. */
const char *ffc_type_name(enum eng_type type);

/* Whether primes of p and subprimes of q bits (DH: 0) are taken and made:
 * CKR_KEY_SIZE_RANGE. */
CK_RV ffc_check_sizes(struct eng *e, enum eng_type type, size_t p, size_t q)
    KL_MUST_USE;
/*
 * Reads the parts that are there into *f (zeroed before) and looks at the
 * lengths of p and q: CKR_KEY_SIZE_RANGE; CKR_TEMPLATE_INCOMPLETE without p,
 * or without q where the type has one; CKR_DOMAIN_PARAMS_INVALID.
 */
CK_RV ffc_read(struct eng *e, enum eng_type type,
    const struct eng_parts *parts, struct ffc *f) KL_MUST_USE;
/*
 * Whether p and q, and g when it is there, are a group: primes, q divides p - 1
 * and is g's order; for DH p is a safe prime, or p and g are a group that
 * libcrypto knows by name, whose q is then filled in.
 * CKR_DOMAIN_PARAMS_INVALID.  May take a tenth of a second.
 */
CK_RV ffc_check_group(struct eng *e, enum eng_type type, struct ffc *f)
    KL_MUST_USE;
/*
 * Whether y is a public value of the group: 1 < y < p - 1, and in the subgroup
 * that g generates (of order q; in a DH group of safe prime, the squares when g
 * is one).  CKR_ATTRIBUTE_VALUE_INVALID.
 */
CK_RV ffc_check_public(const struct ffc *f, const BIGNUM *y) KL_MUST_USE;
/*
 * Makes libcrypto's key of what is in f: with x a pair, with y a public key,
 * else parameters.  seed goes along when not empty (DSA parameters).
 * CKR_ATTRIBUTE_VALUE_INVALID.
 */
CK_RV ffc_build(struct eng *e, enum eng_type type, const struct ffc *f,
    struct bytes seed, EVP_PKEY **out) KL_MUST_USE;
/* Gives key the pkey (taken over in any case) and fills in what is asked of it
 * often.  CKR_DEVICE_ERROR. */
CK_RV key_set_ffc(struct eng_key *key, EVP_PKEY *pkey) KL_MUST_USE;

#endif
