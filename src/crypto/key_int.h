/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside crypto: what the files about key pairs share (curve, point, key*,
 * keygen, pkcs8, sign, rsa, derive).
 */
#ifndef KLUIS_CRYPTO_KEY_INT_H
#define KLUIS_CRYPTO_KEY_INT_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/eng_int.h"

/*
 * Keeps libcrypto's error queue as the host left it: declare
 *	ENG_MARK;
 * first in a function that calls libcrypto; whatever is queued after that is
 * gone when the function returns.
 */
static inline void
eng_mark_done(const int *mark)
{
	(void)mark;
	(void)ERR_pop_to_mark(); /* without a mark, the queue was empty */
}
#define ENG_MARK                                                               \
	KL_AUTO(eng_mark_done)                                                 \
	int eng_mark_ __attribute__((unused)) = ERR_set_mark()

/* Freeing functions for KL_AUTO. */
static inline void
pkey_freep(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
	*p = NULL;
}
static inline void
pkey_ctx_freep(EVP_PKEY_CTX **p)
{
	EVP_PKEY_CTX_free(*p);
	*p = NULL;
}
static inline void
bn_freep(BIGNUM **p)
{
	BN_clear_free(*p);
	*p = NULL;
}
static inline void
bn_ctx_freep(BN_CTX **p)
{
	BN_CTX_free(*p);
	*p = NULL;
}

/* ---------------------------------------------------------------- curves */

/* A named curve; rows are static. */
struct curve {
	enum eng_type type;
	const char *name;	/* libcrypto's group, or key type (ED, MONT) */
	const char *alias[4];	/* other names of the curveName form */
	struct bytes oid;	/* standard form of CKA_EC_PARAMS, DER */
	struct bytes old_oid;	/* taken too; empty = none */
	size_t bits;		/* of the field */
	size_t len;		/* bytes: EC a coordinate, else the public key */
	size_t priv;		/* bytes: EC the order, else the private key */
};

/* The row of EC parameters in any accepted form.  Errors as eng_curve, but
 * does not look whether libcrypto has the curve. */
CK_RV curve_find(enum eng_type type, struct bytes params,
    const struct curve **out) KL_MUST_USE;
/* The row whose (old or standard) OID this is, whatever its type, or NULL. */
const struct curve *curve_by_oid(struct bytes oid);
/* All rows in turn; NULL after the last.  curve_index is the reverse. */
const struct curve *curve_at(size_t i);
size_t curve_index(const struct curve *c);
/* Whether libcrypto and the providers in use have it. */
bool curve_usable(struct eng *e, const struct curve *c);

/*
 * Takes the DER (if any) off a point as callers give it: *out is a view into
 * point, of a length and a form byte that fit the curve.  Nothing is computed.
 * CKR_ATTRIBUTE_VALUE_INVALID.
 */
CK_RV point_raw(const struct curve *c, struct bytes point, struct bytes *out)
    KL_MUST_USE;
/*
 * Checks a raw point in full (on the curve, not at infinity, not of small
 * order) and appends it, uncompressed.  CKR_ATTRIBUTE_VALUE_INVALID.
 */
CK_RV point_check(struct eng *e, const struct curve *c, struct bytes raw,
    struct buf *out) KL_MUST_USE;
/* A new group of an EC curve, NULL when there is none. */
EC_GROUP *point_group(struct eng *e, const struct curve *c);
/* The public point of a private EC scalar (c->priv bytes), appended
 * uncompressed; CKR_ATTRIBUTE_VALUE_INVALID unless 0 < scalar < order.  group
 * may be NULL, else it is one of this curve that is at hand. */
CK_RV point_of_scalar(struct eng *e, const struct curve *c,
    const EC_GROUP *group, struct bytes scalar, struct buf *out) KL_MUST_USE;

/* --------------------------------------------- post-quantum parameter sets */

/* A parameter set of FIPS 203, 204 or 205; rows are static. */
struct pqc {
	enum eng_type type;
	uint64_t set;		/* the standard's number: CKP_ML_DSA_44 ... */
	const char *name;	/* libcrypto's key type */
	struct bytes oid;	/* of SubjectPublicKeyInfo and PKCS#8, DER */
	size_t pub, priv;	/* bytes of the keys, */
	size_t seed;		/* of the private key's seed (0: has none), */
	size_t sig;		/* and of a signature (0: does not sign) */
};

/* The row of a set that libcrypto has; CKR_PARAMETER_SET_NOT_SUPPORTED. */
CK_RV pqc_find(struct eng *e, enum eng_type type, uint64_t set,
    const struct pqc **out) KL_MUST_USE;
/* The row with this OID, whether libcrypto has it or not, or NULL. */
const struct pqc *pqc_by_oid(struct bytes oid);
/* All rows in turn (i from 0); NULL after the last. */
const struct pqc *pqc_at(size_t i);
/* Whether libcrypto has any set whose name begins with family ("ML-DSA"). */
bool pqc_can(struct eng *e, const char *family);
/* Whether keys of the type have such a row. */
bool key_is_pqc(enum eng_type type);

/* ------------------------------------------------------------------ keys */

/* A new key of this type with no content and one reference, or NULL. */
struct eng_key *key_new(enum eng_type type, bool private);
/* The reverse of import by type; checked = material from the store, see
 * eng_key_load.  They fill in key->pkey, curve, bits, len. */
CK_RV key_import_rsa(struct eng *e, const struct eng_parts *parts,
    bool checked, struct eng_key *key) KL_MUST_USE;
CK_RV key_import_pqc(struct eng *e, const struct eng_parts *parts,
    bool checked, struct eng_key *key) KL_MUST_USE;
/* Whether the numbers of a private RSA key fit each other, as far as
 * arithmetic tells: CKR_ATTRIBUTE_VALUE_INVALID and others as import. */
CK_RV key_check_rsa(struct eng *e, const struct eng_parts *parts) KL_MUST_USE;
CK_RV key_import_curve(struct eng *e, const struct eng_parts *parts,
    bool checked, struct eng_key *key) KL_MUST_USE;
CK_RV key_import_ffc(struct eng *e, const struct eng_parts *parts,
    bool checked, struct eng_key *key) KL_MUST_USE;
/* libcrypto's name of a finite-field number, NULL for other parts. */
const char *key_ffc_name(enum eng_part part);
/* Generates what spec says of DSA, DH or X942 (keygen_ffc.c). */
CK_RV key_generate_ffc(struct eng *e, const struct eng_gen *spec,
    struct eng_key *key) KL_MUST_USE;
/* The AlgorithmIdentifier of a finite-field key, and what its BIT STRING and
 * OCTET STRING hold, appended (pkcs8_ffc.c). */
CK_RV ffc_put_algorithm(struct eng *e, const struct eng_key *k,
    struct buf *out) KL_MUST_USE;
CK_RV ffc_put_number(struct eng *e, const struct eng_key *k,
    enum eng_part part, struct buf *out) KL_MUST_USE;
/* Reads the parameters that follow oid (a whole element) in an
 * AlgorithmIdentifier; false when oid is none of ours.  What is wrong makes
 * alg fail. */
bool ffc_read_algorithm(struct bytes oid, struct reader *alg,
    enum eng_type *type, struct eng_parts *parts);
/* libcrypto's name of an RSA number, NULL for other parts. */
const char *key_rsa_name(enum eng_part part);
/* Gives key the pair pkey (taken over in any case) and fills in what is asked of
 * it often.  CKR_DEVICE_ERROR. */
void key_set_rsa(struct eng_key *key, EVP_PKEY *pkey);
CK_RV key_set_curve(struct eng_key *key, EVP_PKEY *pkey, const struct curve *c)
    KL_MUST_USE;
void key_set_pqc(struct eng_key *key, EVP_PKEY *pkey, const struct pqc *set);
/* Whether the halves of a post-quantum pair belong together: ML-KEM tries,
 * ML-DSA and SLH-DSA compute the public one anew. */
bool key_fits_pqc(struct eng *e, const struct eng_key *key);
/* eng_key_part for keys with a parameter set. */
CK_RV key_part_pqc(const struct eng_key *k, enum eng_part part,
    struct secret **out) KL_MUST_USE;
/* A part that libcrypto has as bytes under this name;
 * CKR_ATTRIBUTE_TYPE_INVALID when it does not have it. */
CK_RV key_part_octets(const struct eng_key *k, const char *name,
    struct secret **out) KL_MUST_USE;
/* A context for keys of libcrypto's type name, kept away from engines that the
 * host made the default; NULL when there is no such type here. */
EVP_PKEY_CTX *key_ctx_of(struct eng *e, const char *type);
/* Makes an EVP_PKEY of libcrypto's type name out of params; selection is
 * EVP_PKEY_KEYPAIR or EVP_PKEY_PUBLIC_KEY.  CKR_ATTRIBUTE_VALUE_INVALID. */
CK_RV key_from_params(struct eng *e, const char *type, int selection,
    OSSL_PARAM *params, EVP_PKEY **out) KL_MUST_USE;
/* Signs and verifies a fixed block with an RSA pair (raw, so that it works
 * for every size): CKR_ATTRIBUTE_VALUE_INVALID when that fails. */
CK_RV key_probe_rsa(struct eng *e, EVP_PKEY *pkey, size_t len) KL_MUST_USE;
/* n bytes out of a shared secret z by the KDF that par names (X9.63, X9.42's
 * concatenation, SP 800-56A): derive.c. */
CK_RV derive_expand(struct eng *e, const struct eng_par *par, struct bytes z,
    uint8_t *out, size_t n) KL_MUST_USE;
/* eng_derive for ENG_F_DH: derive_dh.c. */
CK_RV derive_dh(struct eng *e, const struct eng_alg *alg,
    const struct eng_par *par, struct eng_key *key, size_t len,
    struct secret **out) KL_MUST_USE;
/* Frees what derive.c keeps in a key that goes away. */
void derive_forget(struct eng_key *key);
/* A new context for operations with key; NULL when out of memory. */
EVP_PKEY_CTX *key_ctx(struct eng *e, const struct eng_key *key);

#endif
