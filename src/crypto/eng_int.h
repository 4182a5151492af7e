/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside crypto: the engine's and the keys' insides, and the table by which
 * operations of all families share one front (op.c).
 */
#ifndef KLUIS_CRYPTO_ENG_INT_H
#define KLUIS_CRYPTO_ENG_INT_H

#include <stdatomic.h>
#include <pthread.h>
#include <openssl/evp.h>

#include "crypto/eng.h"

/*
 * The engine's library context, made on first call; NULL (and logged) when the
 * providers do not load.  The property query (NULL = none) goes with it to
 * every fetch.
 */
OSSL_LIB_CTX *eng_ctx(struct eng *e);
const char *eng_props(const struct eng *e);
size_t eng_rsa_min(const struct eng *e);
/*
 * Fetched algorithms, kept for the engine's life: the caller does not free
 * them.  NULL when the providers lack it (remembered).  name as libcrypto knows
 * it ("SHA2-256", "AES-256-GCM", "HMAC").  One short lock, no lock once cached.
 */
EVP_MD *eng_md(struct eng *e, const char *name);
EVP_CIPHER *eng_cipher(struct eng *e, const char *name);
EVP_MAC *eng_mac(struct eng *e, const char *name);
EVP_KDF *eng_kdf(struct eng *e, const char *name);
/* Whether a key manager / signature of that name is there ("ED25519"). */
bool eng_has_keymgmt(struct eng *e, const char *name);

/*
 * Places, one per curve, where keygen.c leaves what it set up for the next
 * generation; slot < ENG_KEPT.  Whoever takes the content out with an atomic
 * exchange owns it.
 */
#define ENG_KEPT 32
void *_Atomic *eng_kept(struct eng *e, size_t slot);

/* A key: secret bytes or an EVP_PKEY, and what is asked of it often. */
struct curve;
struct pqc;
struct derive_kept;
#define ENG_DERIVE_KEPT 4
#define ENG_POINT_MAX 133
struct eng_key {
	atomic_uint refs;
	enum eng_type type;
	bool private;
	size_t bits;
	const struct curve *curve;	/* EC, ED, MONT: its row (key_int.h) */
	const struct pqc *pqc;	/* ML-KEM, ML-DSA, SLH-DSA: likewise */
	size_t len;		/* RSA, DSA, DH: bytes of the modulus, the prime;
				   ML-DSA, SLH-DSA: of a signature */
	size_t order;		/* DSA, X942: bytes of the subprime */
	struct secret *value;	/* SECRET */
	EVP_PKEY *pkey;		/* others; freed by OPENSSL means */
	atomic_bool unproved;	/* the pairwise check is still due (keygen.c) */
	uint8_t point[ENG_POINT_MAX];	/* with curve: the public half as in
				   PART_POINT, which libcrypto makes anew each time,
				   at the price of an inversion */
	size_t point_n;
	/* agreements that are set up, each taken by one thread (derive.c) */
	struct derive_kept *_Atomic kept[ENG_DERIVE_KEPT];
};

/*
 * One family's part of an operation.  State is what the family keeps in
 * op->state (allocated by init when NULL, wiped and freed by free_state).
 * Any of update/final/... may be NULL where the family cannot (verify for
 * ciphers); op.c answers then.
 */
struct eng_op;
struct eng_family_ops {
	/* calls queue no error in libcrypto, unless it fails (which is then
	 * CKR_DEVICE_ERROR or CKR_HOST_MEMORY) or in decryption, so that op.c
	 * need not clean up after them */
	bool quiet;
	/* same: alg, key and dir are those of the last init, contexts may stay */
	CK_RV (*init)(struct eng *e, struct eng_op *op,
	    const struct eng_par *par, bool same);
	size_t (*once_len)(const struct eng_op *op, size_t in_len);
	size_t (*update_len)(const struct eng_op *op, size_t in_len);
	size_t (*final_len)(const struct eng_op *op);
	CK_RV (*once)(struct eng_op *op, struct bytes in, uint8_t *out,
	    size_t *out_len);
	CK_RV (*update)(struct eng_op *op, struct bytes in, uint8_t *out,
	    size_t *out_len);
	/* whether the next update may read and write the same place; NULL: no */
	bool (*in_place)(const struct eng_op *op);
	CK_RV (*final)(struct eng_op *op, uint8_t *out, size_t *out_len);
	CK_RV (*verify)(struct eng_op *op, struct bytes in, struct bytes sig);
	CK_RV (*verify_final)(struct eng_op *op, struct bytes sig);
	/* makes to->state, which is NULL, like that of from, whose alg, dir
	 * and key to has; CKR_STATE_UNSAVEABLE.  NULL: cannot */
	CK_RV (*copy_state)(const struct eng_op *from, struct eng_op *to);
	void (*free_state)(struct eng_op *op);
};

struct eng_op {
	struct eng *eng;
	const struct eng_family_ops *ops;
	const struct eng_alg *alg;	/* rows live for ever */
	enum eng_dir dir;
	struct eng_key *key;		/* counted */
	bool ready;			/* the last init succeeded: state fits
					   alg, dir and key */
	bool running;
	struct buf gathered;		/* input of families that cannot stream */
	void *state;
};

/* Whether the providers have the digest, in the size that alg asks for. */
bool digest_can(struct eng *e, const struct eng_alg *alg);

/* The families: cipher.c (with chacha.c), unit.c, aead.c, keywrap.c,
 * digest.c, mac.c (with cbcmac.c), sign.c, rsa.c */
extern const struct eng_family_ops eng_ops_digest;
extern const struct eng_family_ops eng_ops_mac;
extern const struct eng_family_ops eng_ops_tls_mac;
extern const struct eng_family_ops eng_ops_cipher;
extern const struct eng_family_ops eng_ops_unit;
extern const struct eng_family_ops eng_ops_aead;
extern const struct eng_family_ops eng_ops_keywrap;
extern const struct eng_family_ops eng_ops_sign;
extern const struct eng_family_ops eng_ops_rsa_crypt;
extern const struct eng_family_ops eng_ops_hybrid;
/* Whether the libcrypto in use has both steps of it (hybrid.c). */
bool hybrid_can(struct eng *e, const struct eng_alg *alg);

#endif
