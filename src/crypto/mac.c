/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message authentication codes: HMAC over any digest, CMAC of any block cipher,
 * keyed BLAKE2b, those over CBC (cbcmac.c), GMAC, Poly1305.  The context is
 * keyed once; the next message with the same key resets it, but for GMAC, which
 * has an IV for each message, and Poly1305, whose key is spent.
 *
 * Invariants: kind is the EVP_MAC that ctx belongs to; cbc is there when the
 * algorithm is one of CBC's, and then used instead of ctx; `size` is the length
 * of what either makes, `len` the length in use, 0 < len <= size.
 */
#include "crypto/cipher_int.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "base/log.h"

#define BLAKE2_KEY_MAX 64

struct mac {
	EVP_MAC *kind;
	EVP_MAC_CTX *ctx;
	struct cbcmac *cbc;
	const char *md;		/* HMAC: the digest's name, a row's */
	size_t size;
	size_t len;
};

static void
mac_free(struct eng_op *op)
{
	struct mac *m = op->state;

	EVP_MAC_CTX_free(m->ctx);
	cbcmac_free(m->cbc);
	free(m);
}

/* The state with a context of this kind, made or changed when it is not so. */
static CK_RV
mac_state(struct eng_op *op, const char *name)
{
	EVP_MAC *kind = eng_mac(op->eng, name);
	struct mac *m = op->state;

	if (kind == NULL)
		return log_rv(CKR_MECHANISM_INVALID,
		    "engine: no provider has %s", name);
	if (m->kind == kind)
		return CKR_OK;
	EVP_MAC_CTX_free(m->ctx);
	m->kind = NULL;
	if ((m->ctx = EVP_MAC_CTX_new(kind)) == NULL)
		return CKR_HOST_MEMORY;
	m->kind = kind;
	return CKR_OK;
}

CK_RV
mac_start(struct eng *e, EVP_MAC_CTX *ctx, OSSL_PARAM own, struct bytes key,
    struct bytes iv)
{
	const char *props = eng_props(e);
	OSSL_PARAM params[4];
	size_t n = 0;

	if (own.key != NULL)
		params[n++] = own;
	if (iv.n > 0)
		params[n++] = OSSL_PARAM_construct_octet_string(
		    OSSL_MAC_PARAM_IV, (void *)(uintptr_t)iv.p, iv.n);
	if (props != NULL)
		params[n++] = OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_PROPERTIES, (char *)(uintptr_t)props, 0);
	params[n] = OSSL_PARAM_construct_end();
	/* NULL would mean the key it has. */
	if (EVP_MAC_init(ctx, key.p != NULL ? key.p : (const uint8_t *)"",
	    key.n, params) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: MAC does not start");
	return CKR_OK;
}

/* Keys the operation's context; own and iv as of mac_start. */
static CK_RV
mac_key(struct eng_op *op, struct bytes key, OSSL_PARAM own, struct bytes iv)
{
	struct mac *m = op->state;
	CK_RV rv = mac_start(op->eng, m->ctx, own, key, iv);

	if (rv == CKR_OK)
		m->size = EVP_MAC_CTX_get_mac_size(m->ctx);
	return rv;
}

/* What the hash or cipher of a MAC goes by. */
static OSSL_PARAM
named(const char *param, const char *value)
{
	return OSSL_PARAM_construct_utf8_string(param,
	    (char *)(uintptr_t)value, 0);
}

static CK_RV
hmac_init(struct eng_op *op, const char *md)
{
	CK_RV rv;

	if (op->key == NULL || op->key->type != ENG_SECRET)
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "engine: HMAC wants a secret key");
	if (eng_md(op->eng, md) == NULL)
		return log_rv(CKR_MECHANISM_INVALID,
		    "engine: no provider has %s", md);
	if ((rv = mac_state(op, "HMAC")) != CKR_OK)
		return rv;
	return mac_key(op, secret_view(op->key->value),
	    named(OSSL_MAC_PARAM_DIGEST, md), BYTES_NONE);
}

static CK_RV
cmac_init(struct eng_op *op)
{
	EVP_CIPHER *cipher;
	struct bytes key;
	CK_RV rv;

	if ((rv = block_key(op->eng, block_cipher(op->alg->cipher), op->key,
	    "CBC", &cipher, &key)) != CKR_OK)
		return rv;
	if ((rv = mac_state(op, "CMAC")) != CKR_OK)
		return rv;
	return mac_key(op, key, named(OSSL_MAC_PARAM_CIPHER,
	    EVP_CIPHER_get0_name(cipher)), BYTES_NONE);
}

static CK_RV
gmac_init(struct eng_op *op, const struct eng_par *par)
{
	const struct block_cipher *b = block_cipher(op->alg->cipher);
	uint8_t short_iv[AES_BLOCK];
	struct bytes iv = par->iv;
	EVP_CIPHER *cipher;
	struct bytes key;
	CK_RV rv;

	/* As short as GCM's: SP 800-38D section 5.2.1.2 and appendix C. */
	if (iv.n == 0 || par->mac_len < 4)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: GMAC: IV of %zu, tag of %zu bytes", iv.n,
		    par->mac_len);
	if ((rv = block_key(op->eng, b, op->key, "GCM", &cipher, &key)) !=
	    CKR_OK || (rv = mac_state(op, "GMAC")) != CKR_OK)
		return rv;
	if (iv.n > GCM_IV_MAX) {
		if ((rv = gcm_short_iv(op->eng, b, key, iv, short_iv)) !=
		    CKR_OK)
			return rv;
		iv = bytes_of(short_iv, AES_BLOCK);
	}
	return mac_key(op, key, named(OSSL_MAC_PARAM_CIPHER,
	    EVP_CIPHER_get0_name(cipher)), iv);
}

static CK_RV
poly1305_init(struct eng_op *op)
{
	CK_RV rv;

	if (op->key == NULL || op->key->type != ENG_SECRET)
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "engine: Poly1305 wants a secret key");
	if (secret_len(op->key->value) != CHACHA_KEY)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "engine: a key for Poly1305 has %d bytes", CHACHA_KEY);
	if ((rv = mac_state(op, "POLY1305")) != CKR_OK)
		return rv;
	return mac_key(op, secret_view(op->key->value),
	    OSSL_PARAM_construct_end(), BYTES_NONE);
}

/* BLAKE2b with a key in its first block (RFC 7693 section 2.9); its size is
 * part of what is hashed. */
static CK_RV
blake2_init(struct eng_op *op)
{
	size_t size = op->alg->size;
	CK_RV rv;

	if (op->key == NULL || op->key->type != ENG_SECRET)
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "engine: BLAKE2b wants a secret key");
	if (secret_len(op->key->value) > BLAKE2_KEY_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "engine: BLAKE2b takes keys of %d bytes at most",
		    BLAKE2_KEY_MAX);
	if ((rv = mac_state(op, "BLAKE2BMAC")) != CKR_OK)
		return rv;
	return mac_key(op, secret_view(op->key->value),
	    OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
	    BYTES_NONE);
}

/* Keys what the algorithm needs. */
static CK_RV
mac_begin(struct eng_op *op, const struct eng_par *par, const char *md)
{
	struct mac *m = op->state;

	cbcmac_free(m->cbc);
	m->cbc = NULL;
	m->md = md;
	switch (op->alg->fam) {
	case ENG_F_HMAC:
		return hmac_init(op, md);
	case ENG_F_CMAC:
		return cmac_init(op);
	case ENG_F_BLAKE2:
		return blake2_init(op);
	case ENG_F_GMAC:
		return gmac_init(op, par);
	case ENG_F_POLY1305:
		return poly1305_init(op);
	default:
		return cbcmac_new(op, &m->cbc, &m->size);
	}
}

/* The next message under the same key. */
static CK_RV
mac_again(struct mac *m)
{
	if (m->cbc != NULL ? cbcmac_restart(m->cbc) :
	    EVP_MAC_init(m->ctx, NULL, 0, NULL) == 1)
		return CKR_OK;
	return log_rv(CKR_DEVICE_ERROR, "engine: MAC does not restart");
}

static CK_RV
mac_init(struct eng *e, struct eng_op *op, const struct eng_par *par, bool same)
{
	const char *md = par->md != NULL ? par->md : op->alg->md;
	struct mac *m = op->state;
	size_t full;
	CK_RV rv;

	(void)e; /* op has it too */
	if (m == NULL && (m = op->state = calloc(1, sizeof(*m))) == NULL)
		return CKR_HOST_MEMORY;
	same = same && md == m->md && op->alg->fam != ENG_F_GMAC &&
	    op->alg->fam != ENG_F_POLY1305;
	rv = same ? mac_again(m) : mac_begin(op, par, md);
	if (rv != CKR_OK)
		return rv;
	full = op->alg->size != 0 ? op->alg->size : m->size;
	if (par->mac_len > full)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: a MAC of %zu bytes out of %zu", par->mac_len,
		    full);
	m->len = par->mac_len > 0 ? par->mac_len : full;
	return CKR_OK;
}

static size_t
mac_final_len(const struct eng_op *op)
{
	const struct mac *m = op->state;

	return m->len;
}

static size_t
mac_once_len(const struct eng_op *op, size_t in_len)
{
	(void)in_len; /* the result is as long for any input */
	return mac_final_len(op);
}

static CK_RV
mac_update(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct mac *m = op->state;

	(void)out; /* nothing comes out before the end */
	if (in.n > 0 && (m->cbc != NULL ? !cbcmac_update(m->cbc, in) :
	    EVP_MAC_update(m->ctx, in.p, in.n) != 1))
		return log_rv(CKR_DEVICE_ERROR, "engine: MAC fails");
	*out_len = 0;
	return CKR_OK;
}

static CK_RV
mac_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	struct mac *m = op->state;
	WIPE_AUTO(full, EVP_MAX_MD_SIZE);
	size_t n = m->size;

	if (m->cbc != NULL ? !cbcmac_final(m->cbc, full) :
	    EVP_MAC_final(m->ctx, full, &n, sizeof(full)) != 1 ||
	    n != m->size)
		return log_rv(CKR_DEVICE_ERROR, "engine: MAC fails");
	memcpy(out, full, m->len);
	*out_len = m->len;
	return CKR_OK;
}

static CK_RV
mac_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	CK_RV rv = mac_update(op, in, NULL, out_len);

	return rv == CKR_OK ? mac_final(op, out, out_len) : rv;
}

static CK_RV
mac_verify_final(struct eng_op *op, struct bytes sig)
{
	struct mac *m = op->state;
	WIPE_AUTO(want, EVP_MAX_MD_SIZE);
	size_t n;
	CK_RV rv;

	if (sig.n != m->len)
		return CKR_SIGNATURE_LEN_RANGE;
	if ((rv = mac_final(op, want, &n)) != CKR_OK)
		return rv;
	return secret_equal(bytes_of(want, n), sig) ? CKR_OK :
						      CKR_SIGNATURE_INVALID;
}

static CK_RV
mac_verify(struct eng_op *op, struct bytes in, struct bytes sig)
{
	size_t none;
	CK_RV rv = mac_update(op, in, NULL, &none);

	return rv == CKR_OK ? mac_verify_final(op, sig) : rv;
}

static CK_RV
mac_copy(const struct eng_op *from, struct eng_op *to)
{
	const struct mac *m = from->state;
	struct mac *copy = calloc(1, sizeof(*copy));

	if ((to->state = copy) == NULL)
		return CKR_HOST_MEMORY;
	*copy = *m;
	copy->ctx = m->ctx != NULL ? EVP_MAC_CTX_dup(m->ctx) : NULL;
	copy->cbc = m->cbc != NULL ? cbcmac_copy(m->cbc) : NULL;
	return (m->ctx != NULL && copy->ctx == NULL) ||
	    (m->cbc != NULL && copy->cbc == NULL) ? CKR_STATE_UNSAVEABLE :
	    CKR_OK;
}

const struct eng_family_ops eng_ops_mac = {
	.quiet = true,
	.init = mac_init,
	.once_len = mac_once_len,
	.final_len = mac_final_len,
	.once = mac_once,
	.update = mac_update,
	.final = mac_final,
	.verify = mac_verify,
	.verify_final = mac_verify_final,
	.copy_state = mac_copy,
	.free_state = mac_free,
};
