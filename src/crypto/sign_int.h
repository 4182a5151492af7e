/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside crypto: what sign.c, ecdsa.c, eddsa.c, edwards_sig.c and pqsign.c
 * share.
 */
#ifndef KLUIS_CRYPTO_SIGN_INT_H
#define KLUIS_CRYPTO_SIGN_INT_H

#include "crypto/key_int.h"

static inline void
md_ctx_freep(EVP_MD_CTX **p)
{
	EVP_MD_CTX_free(*p);
	*p = NULL;
}

/* ------------------------------------------------------------ ECDSA, DSA */

/*
 * Signatures as 3.2 sections 6.3.1 and 6.2 have them (r || s, each of size bytes) and as
 * libcrypto has them (DER).  der_to_raw writes 2 * size bytes to out;
 * CKR_DEVICE_ERROR when der is not what libcrypto should give.  raw_to_der
 * takes shorter r and s too, of equal length, and appends to out;
 * CKR_SIGNATURE_LEN_RANGE.
 */
CK_RV ecdsa_der_to_raw(struct bytes der, size_t size, uint8_t *out)
    KL_MUST_USE;
CK_RV ecdsa_raw_to_der(struct bytes raw, size_t size, struct buf *out)
    KL_MUST_USE;

/* ----------------------------------------------------------------- EdDSA */

#define ED_CONTEXT_MAX 255	/* RFC 8032 section 5.1, and 3.2 section 6.3.16 */
#define ED_SIG_MAX 114

/* A scheme of RFC 8032 as parameters select it. */
struct ed_scheme {
	bool dom;		/* with a prefix: ctx, ph, and all of Ed448's */
	bool ph;
	uint8_t context_len;
	uint8_t context[ED_CONTEXT_MAX];
};

/* An EdDSA operation; zeroed to start with. */
struct eddsa {
	struct ed_scheme scheme;
	EVP_MD_CTX *mctx;	/* set up to sign or verify; NULL: without EVP */
	bool used;		/* mctx has done one message */
};

/* Sets ed up for op's key and direction; keep: they are those of last time.
 * CKR_MECHANISM_PARAM_INVALID for a context that is too long. */
CK_RV eddsa_init(struct eng *e, const struct eng_op *op,
    const struct eng_par *par, bool keep, struct eddsa *ed) KL_MUST_USE;
/* Writes 2 * curve->len bytes to out, which may be where in is. */
CK_RV eddsa_sign(struct eng *e, const struct eng_key *key, struct eddsa *ed,
    struct bytes in, uint8_t *out) KL_MUST_USE;
/* CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE. */
CK_RV eddsa_verify(struct eng *e, const struct eng_key *key, struct eddsa *ed,
    struct bytes in, struct bytes sig) KL_MUST_USE;
void eddsa_done(struct eddsa *ed);
/* Sets ed, which is zeroed, up for op like another one. */
CK_RV eddsa_copy(struct eng *e, const struct eng_op *op,
    const struct eddsa *from, struct eddsa *ed) KL_MUST_USE;

/* The schemes with a prefix in our own arithmetic, where libcrypto has none:
 * as eddsa_sign and eddsa_verify, sig of the right length. */
CK_RV edwards_sign(struct eng *e, const struct eng_key *key,
    const struct ed_scheme *scheme, struct bytes in, uint8_t *out) KL_MUST_USE;
CK_RV edwards_verify(struct eng *e, const struct eng_key *key,
    const struct ed_scheme *scheme, struct bytes in, struct bytes sig)
    KL_MUST_USE;

/* ---------------------------------------------------- ML-DSA and SLH-DSA */

#define PQ_CONTEXT_MAX 255	/* FIPS 204, 205 */
#define PQ_PREFIX_MAX  (2 + PQ_CONTEXT_MAX + 11)

/* What parameters select. */
struct pq_scheme {
	size_t hash_len;	/* the message comes as a hash of that length; 0:
				   as it is */
	size_t prefix_n;	/* what is signed before it */
	uint8_t prefix[PQ_PREFIX_MAX];
	bool deterministic;
};

/* An operation; zeroed to start with. */
struct pqsign {
	struct pq_scheme scheme;
	EVP_MD_CTX *mctx;	/* set up to sign or verify */
	bool as_mu;		/* how mctx takes it */
	EVP_MD_CTX *mu;		/* the message so far; NULL: it must come whole */
	uint8_t tr[64];		/* with mu: the hash of the public key */
};

/* Sets pq up for op's algorithm, key and direction; keep: they are those of
 * last time.  CKR_MECHANISM_PARAM_INVALID for a context that is too long, a
 * hash that is not among those of FIPS 204, or what libcrypto cannot do. */
CK_RV pqsign_init(struct eng *e, const struct eng_op *op,
    const struct eng_par *par, bool keep, struct pqsign *pq) KL_MUST_USE;
/* Takes a part of the message; only where mu is not NULL. */
CK_RV pqsign_update(struct pqsign *pq, struct bytes in) KL_MUST_USE;
/* Of the message, or what is left of it: in is the hash where scheme.hash_len is
 * set.  Writes key->pqc->sig bytes to out. */
CK_RV pqsign_sign(struct eng *e, const struct eng_key *key, struct pqsign *pq,
    struct bytes in, uint8_t *out) KL_MUST_USE;
/* CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE. */
CK_RV pqsign_verify(struct eng *e, const struct eng_key *key,
    struct pqsign *pq, struct bytes in, struct bytes sig) KL_MUST_USE;
/* Sets pq, which is zeroed, up for op like another one, the message so far
 * included.  CKR_STATE_UNSAVEABLE besides the codes of init. */
CK_RV pqsign_copy(struct eng *e, const struct eng_op *op,
    const struct pqsign *from, struct pqsign *pq) KL_MUST_USE;
void pqsign_done(struct pqsign *pq);

#endif
