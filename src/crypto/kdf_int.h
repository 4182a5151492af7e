/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside crypto: the key derivations that derive.c chooses from.  Arguments as
 * of eng_derive; key is the base key's value, len 0 the natural length.  Any
 * thread, no locks.
 */
#ifndef KLUIS_CRYPTO_KDF_INT_H
#define KLUIS_CRYPTO_KDF_INT_H

#include "crypto/eng_int.h"

/* kdf.c.  kdf_prf writes n bytes to out: kdf's mode, or TLS 1.0's PRF. */
CK_RV kdf_prf(struct eng *e, const struct eng_kdf *kdf, struct bytes key,
    uint8_t *out, size_t n) KL_MUST_USE;
CK_RV kdf_derive(struct eng *e, const struct eng_alg *alg,
    const struct eng_kdf *kdf, struct bytes key, size_t len,
    struct secret **out) KL_MUST_USE;
CK_RV kdf_hkdf(struct eng *e, const struct eng_kdf *kdf, struct bytes key,
    size_t len, struct secret **out) KL_MUST_USE;

/* kdf_plain.c.  kdf_hash: ENG_F_HASH_KDF; kdf_mix: ENG_F_MIX. */
CK_RV kdf_hash(struct eng *e, const struct eng_alg *alg, struct bytes key,
    size_t len, struct secret **out) KL_MUST_USE;
CK_RV kdf_mix(const struct eng_alg *alg, const struct eng_kdf *kdf,
    struct bytes key, size_t len, struct secret **out) KL_MUST_USE;
/* ENG_F_ENCRYPT_DATA under k. */
CK_RV kdf_encrypt(struct eng *e, const struct eng_alg *alg,
    const struct eng_kdf *kdf, const struct eng_key *k, size_t len,
    struct secret **out) KL_MUST_USE;
/* ENG_F_PASSWORD and ENG_F_PREMASTER: no key. */
CK_RV kdf_password(struct eng *e, const struct eng_alg *alg,
    const struct eng_kdf *kdf, size_t len, struct secret **out) KL_MUST_USE;
CK_RV kdf_premaster(struct eng *e, const struct eng_kdf *kdf, size_t len,
    struct secret **out) KL_MUST_USE;

#endif
