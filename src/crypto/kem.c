/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key encapsulation (3.2 sections 5.18.8 and 5.18.9): a secret and what carries
 * it to the owner of a public key.
 *
 *	RSA_PKCS1, RSA_OAEP	random bytes, encrypted (3.2 section 6.1)
 *	RSA_RAW			RSASVE of SP 800-56B, by libcrypto
 *	ML_KEM			FIPS 203, by libcrypto
 *	ECDH			agreement with a pair made for this once, whose
 *				public half is the ciphertext (section 6.3.17)
 *
 * Invariants:
 *  1. The length of a ciphertext depends on the key alone.
 *  2. A ciphertext of the right length gives a secret or
 *     CKR_ENCRYPTED_DATA_INVALID; with ML-KEM always a secret (implicit
 *     rejection), with RSA_PKCS1 where libcrypto does so too.
 *
 * No state; any thread.
 */
#include "crypto/key_int.h"

#include <openssl/core_names.h>

#include "base/log.h"

static bool
is_rsa_crypt(const struct eng_alg *alg)
{
	return alg->fam == ENG_F_RSA_PKCS1 || alg->fam == ENG_F_RSA_OAEP;
}

/* Whether the key is of the algorithm's kind, and the half that is needed. */
static CK_RV
kem_check(const struct eng_alg *alg, const struct eng_key *key, bool private)
{
	bool fits = is_rsa_crypt(alg) || alg->fam == ENG_F_RSA_RAW ?
	    key->type == ENG_RSA :
	    alg->fam == ENG_F_ML_KEM ? key->type == ENG_ML_KEM :
	    alg->fam == ENG_F_ECDH && (key->type == ENG_EC ||
	    (key->type == ENG_MONT && !alg->cofactor));

	if (fits && (key->private || !private))
		return CKR_OK;
	return log_rv(CKR_KEY_TYPE_INCONSISTENT, "kem: a key of another kind");
}

/* ------------------------------------------------ RSASVE and ML-KEM */

/* A context of libcrypto's, set up to encapsulate or to decapsulate. */
static CK_RV
kem_start(struct eng *e, const struct eng_key *key, bool private,
    EVP_PKEY_CTX **out)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = key_ctx(e, key);

	if (pctx == NULL)
		return CKR_HOST_MEMORY;
	if ((private ? EVP_PKEY_decapsulate_init(pctx, NULL) :
	    EVP_PKEY_encapsulate_init(pctx, NULL)) != 1 ||
	    (key->type == ENG_RSA &&
	    EVP_PKEY_CTX_set_kem_op(pctx, "RSASVE") != 1))
		return log_rv(CKR_DEVICE_ERROR,
		    "kem: libcrypto does not do this with this key");
	*out = KL_TAKE(pctx);
	return CKR_OK;
}

static CK_RV
evp_encap(struct eng *e, const struct eng_key *key, struct buf *ct,
    struct secret **out)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	KL_AUTO(secret_freep) struct secret *s = NULL;
	size_t n = 0, len = 0;
	uint8_t *at;
	CK_RV rv;

	if ((rv = kem_start(e, key, false, &pctx)) != CKR_OK)
		return rv;
	if (EVP_PKEY_encapsulate(pctx, NULL, &n, NULL, &len) != 1)
		return log_rv(CKR_DEVICE_ERROR, "kem: no lengths");
	if ((rv = secret_new(len, &s)) != CKR_OK)
		return rv;
	if ((at = buf_grow(ct, n)) == NULL)
		return CKR_HOST_MEMORY;
	if (EVP_PKEY_encapsulate(pctx, at, &n, secret_data(s), &len) != 1)
		return log_rv(CKR_DEVICE_ERROR, "kem: encapsulating failed");
	*out = KL_TAKE(s);
	return CKR_OK;
}

static CK_RV
evp_decap(struct eng *e, const struct eng_key *key, struct bytes ct,
    struct secret **out)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	KL_AUTO(secret_freep) struct secret *s = NULL;
	size_t len = 0;
	CK_RV rv;

	if ((rv = kem_start(e, key, true, &pctx)) != CKR_OK)
		return rv;
	if (EVP_PKEY_decapsulate(pctx, NULL, &len, ct.p, ct.n) != 1)
		return log_rv(CKR_DEVICE_ERROR, "kem: no length");
	if ((rv = secret_new(len, &s)) != CKR_OK)
		return rv;
	if (EVP_PKEY_decapsulate(pctx, secret_data(s), &len, ct.p, ct.n) != 1)
		return CKR_ENCRYPTED_DATA_INVALID;
	secret_cut(s, len);
	*out = KL_TAKE(s);
	return CKR_OK;
}

/* ------------------------------------------------------ RSA, encrypting */

static CK_RV
rsa_encap(struct eng *e, const struct eng_kem *k, struct eng_key *key,
    struct buf *ct, struct secret **out)
{
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
	KL_AUTO(secret_freep) struct secret *s = NULL;
	uint8_t *at;
	size_t n;
	CK_RV rv;

	if (k->len == 0)
		return log_rv(CKR_TEMPLATE_INCOMPLETE,
		    "kem: no length of the new key");
	if ((rv = secret_new(k->len, &s)) != CKR_OK ||
	    (rv = eng_random(e, secret_data(s), k->len)) != CKR_OK ||
	    (rv = eng_op_init(e, k->alg, k->par, ENG_ENCRYPT, key, &op)) !=
	    CKR_OK)
		return rv;
	if ((at = buf_grow(ct, key->len)) == NULL)
		return CKR_HOST_MEMORY;
	rv = eng_op_once(op, secret_view(s), at, &n);
	if (rv != CKR_OK)
		return rv == CKR_DATA_LEN_RANGE ? CKR_KEY_SIZE_RANGE : rv;
	*out = KL_TAKE(s);
	return CKR_OK;
}

CK_RV
eng_open(struct eng *e, const struct eng_alg *alg, const struct eng_par *par,
    struct eng_key *key, struct bytes in, struct secret **out)
{
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	size_t n = 0;
	CK_RV rv;

	if ((rv = eng_op_init(e, alg, par, ENG_DECRYPT, key, &op)) != CKR_OK ||
	    (rv = secret_new(eng_op_once_len(op, in.n), &plain)) != CKR_OK ||
	    (rv = eng_op_once(op, in, secret_data(plain), &n)) != CKR_OK)
		return rv;
	secret_cut(plain, n);
	*out = KL_TAKE(plain);
	return CKR_OK;
}

/* ------------------------------------------------------------- ECDH */

/* A pair for this once, on the key's curve; the agreement proves it. */
static CK_RV
ecdh_encap(struct eng *e, const struct eng_kem *k, struct eng_key *key,
    struct buf *ct, struct secret **out)
{
	KL_AUTO(eng_key_putp) struct eng_key *pair = NULL;
	const struct eng_gen spec = { .type = key->type,
		.curve = key->curve->oid, .prove_later = true };
	struct eng_par with = *k->par;
	CK_RV rv;

	with.peer = bytes_of(key->point, key->point_n);
	if ((rv = eng_key_generate(e, &spec, &pair)) != CKR_OK ||
	    (rv = eng_derive(e, k->alg, &with, pair, k->len, out)) != CKR_OK)
		return rv;
	buf_put(ct, bytes_of(pair->point, pair->point_n));
	if ((rv = buf_rv(ct)) != CKR_OK)
		secret_freep(out);
	return rv;
}

/* A point that is none counts as a broken ciphertext, not as a parameter. */
static CK_RV
ecdh_decap(struct eng *e, const struct eng_kem *k, struct eng_key *key,
    struct bytes ct, struct secret **out)
{
	struct eng_par with = *k->par;
	struct bytes raw;

	if (point_raw(key->curve, ct, &raw) != CKR_OK)
		return ct.n == key->point_n ? CKR_ENCRYPTED_DATA_INVALID :
		    CKR_ENCRYPTED_DATA_LEN_RANGE;
	with.peer = raw;
	return eng_derive(e, k->alg, &with, key, k->len, out);
}

/* What eng_derive answers, said of what was asked for. */
static CK_RV
ecdh_rv(CK_RV rv, size_t len)
{
	if (rv == CKR_KEY_SIZE_RANGE)
		return len == 0 ? CKR_TEMPLATE_INCOMPLETE :
		    CKR_TEMPLATE_INCONSISTENT;
	return rv == CKR_MECHANISM_PARAM_INVALID ? CKR_ENCRYPTED_DATA_INVALID :
	    rv;
}

/* -------------------------------------------------------------- all */

CK_RV
eng_encap_len(struct eng *e, const struct eng_alg *alg,
    const struct eng_key *key, size_t *out)
{
	ENG_MARK;
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	size_t n = 0, len = 0;
	CK_RV rv;

	if ((rv = kem_check(alg, key, false)) != CKR_OK)
		return rv;
	if (key->type == ENG_RSA) {
		*out = key->len;
		return CKR_OK;
	}
	if (key->curve != NULL) {
		*out = key->point_n;
		return CKR_OK;
	}
	if ((rv = kem_start(e, key, false, &pctx)) != CKR_OK)
		return rv;
	if (EVP_PKEY_encapsulate(pctx, NULL, &n, NULL, &len) != 1)
		return log_rv(CKR_DEVICE_ERROR, "kem: no lengths");
	*out = n;
	return CKR_OK;
}

CK_RV
eng_encap(struct eng *e, const struct eng_kem *k, struct eng_key *key,
    struct buf *ct, struct secret **out)
{
	ENG_MARK;
	CK_RV rv;

	if ((rv = kem_check(k->alg, key, false)) != CKR_OK)
		return rv;
	if (is_rsa_crypt(k->alg))
		return rsa_encap(e, k, key, ct, out);
	if (k->alg->fam != ENG_F_ECDH)
		return evp_encap(e, key, ct, out);
	rv = ecdh_encap(e, k, key, ct, out);
	return rv == CKR_MECHANISM_PARAM_INVALID ? rv : ecdh_rv(rv, k->len);
}

CK_RV
eng_decap(struct eng *e, const struct eng_kem *k, struct eng_key *key,
    struct bytes ct, struct secret **out)
{
	ENG_MARK;
	size_t want;
	CK_RV rv;

	if ((rv = kem_check(k->alg, key, true)) != CKR_OK ||
	    (rv = eng_key_prove(e, key)) != CKR_OK)
		return rv;
	if (k->alg->fam == ENG_F_ECDH)
		return ecdh_rv(ecdh_decap(e, k, key, ct, out), k->len);
	if ((rv = eng_encap_len(e, k->alg, key, &want)) != CKR_OK)
		return rv;
	if (ct.n != want)
		return log_rv(CKR_ENCRYPTED_DATA_LEN_RANGE,
		    "kem: a ciphertext of %zu bytes", ct.n);
	if (is_rsa_crypt(k->alg))
		return eng_open(e, k->alg, k->par, key, ct, out);
	return evp_decap(e, key, ct, out);
}
