/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key agreement: ECDH on short Weierstrass curves and X25519, X448, with the
 * key derivation functions of 3.2 section 6.3.19.
 *
 * The other's point is put into a key that copies the parameters of ours;
 * making a key from scratch or letting libcrypto check the peer by a
 * multiplication with the order would cost as much as the agreement itself.
 * That check is not needed: setting the point checks the equation, all curves
 * have cofactor 1 (curve.c), and on X25519 and X448 a small order gives
 * zero, which libcrypto refuses.
 *
 * No state; any thread.
 */
#include "crypto/key_int.h"

#include <string.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>

#include "base/log.h"

#define SHARED_MAX 66

static void
kdf_ctx_freep(EVP_KDF_CTX **p)
{
	EVP_KDF_CTX_free(*p);
	*p = NULL;
}

static CK_RV
peer_key(const struct eng_key *key, struct bytes given, EVP_PKEY **out)
{
	KL_AUTO(pkey_freep) EVP_PKEY *peer = EVP_PKEY_new();
	struct bytes raw;

	if (peer == NULL)
		return CKR_HOST_MEMORY;
	if (point_raw(key->curve, given, &raw) != CKR_OK)
		return CKR_MECHANISM_PARAM_INVALID;
	if (EVP_PKEY_copy_parameters(peer, key->pkey) != 1)
		return log_rv(CKR_DEVICE_ERROR,
		    "derive: parameters of %s not copied", key->curve->name);
	if (EVP_PKEY_set1_encoded_public_key(peer, raw.p, raw.n) != 1)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: the point is not on %s", key->curve->name);
	*out = KL_TAKE(peer);
	return CKR_OK;
}

/* The shared secret Z: key->curve->len bytes to z. */
static CK_RV
agree(struct eng *e, const struct eng_alg *alg, const struct eng_key *key,
    struct bytes given, uint8_t *z)
{
	KL_AUTO(pkey_freep) EVP_PKEY *peer = NULL;
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	int cofactor = 1;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_int(
		    OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, &cofactor),
		OSSL_PARAM_construct_end(),
	};
	size_t n = SHARED_MAX;
	CK_RV rv;

	if ((rv = peer_key(key, given, &peer)) != CKR_OK)
		return rv;
	if ((pctx = key_ctx(e, key)) == NULL)
		return CKR_HOST_MEMORY;
	if (EVP_PKEY_derive_init(pctx) != 1 ||
	    (alg->cofactor && EVP_PKEY_CTX_set_params(pctx, params) != 1) ||
	    EVP_PKEY_derive_set_peer_ex(pctx, peer, 0) != 1)
		return log_rv(CKR_DEVICE_ERROR, "derive: %s does not start",
		    key->curve->name);
	if (EVP_PKEY_derive(pctx, z, &n) != 1 || n != key->curve->len)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: %s gives nothing with this point",
		    key->curve->name);
	return CKR_OK;
}

/*
 * X9.63: hash(Z || counter || info); SP 800-56A one-step: hash(counter || Z
 * || info).  n bytes to out.
 */
static CK_RV
expand(struct eng *e, const struct eng_par *par, struct bytes z, uint8_t *out,
    size_t n)
{
	EVP_KDF *kdf = eng_kdf(e, par->kdf_sp800 ? "SSKDF" : "X963KDF");
	KL_AUTO(kdf_ctx_freep) EVP_KDF_CTX *kctx = NULL;
	const char *props = eng_props(e);
	OSSL_PARAM params[5];
	size_t count = 0;

	if (kdf == NULL || eng_md(e, par->kdf_md) == NULL)
		return log_rv(CKR_MECHANISM_PARAM_INVALID, "derive: no KDF");
	if ((kctx = EVP_KDF_CTX_new(kdf)) == NULL)
		return CKR_HOST_MEMORY;
	params[count++] = OSSL_PARAM_construct_utf8_string(
	    OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)par->kdf_md, 0);
	if (props != NULL)
		params[count++] = OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_PROPERTIES, (char *)(uintptr_t)props, 0);
	params[count++] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)z.p, z.n);
	if (par->shared.n > 0)
		params[count++] = OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)par->shared.p,
		    par->shared.n);
	params[count] = OSSL_PARAM_construct_end();
	if (EVP_KDF_derive(kctx, out, n, params) != 1)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: the KDF refuses");
	return CKR_OK;
}

static CK_RV
derive_check(const struct eng_alg *alg, const struct eng_par *par,
    const struct eng_key *key, size_t len)
{
	if (!key->private || (key->type != ENG_EC &&
	    (key->type != ENG_MONT || alg->cofactor)))
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "derive: a key of another kind");
	if (par->kdf_md == NULL && par->shared.n > 0)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: shared data without a KDF");
	if (par->kdf_md == NULL ? len > key->curve->len :
	    len == 0 || len > BUF_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "derive: %zu bytes cannot be had", len);
	return CKR_OK;
}

CK_RV
eng_derive(struct eng *e, const struct eng_alg *alg, const struct eng_par *par,
    struct eng_key *key, size_t len, struct secret **out)
{
	ENG_MARK;
	KL_AUTO(secret_freep) struct secret *s = NULL;
	WIPE_AUTO(z, SHARED_MAX);
	size_t have = key->curve != NULL ? key->curve->len : 0;
	CK_RV rv;

	KL_ASSERT(alg->fam == ENG_F_ECDH);
	if ((rv = derive_check(alg, par, key, len)) != CKR_OK)
		return rv;
	if ((rv = agree(e, alg, key, par->peer, z)) != CKR_OK)
		return rv;
	if (len == 0)
		len = have;
	if (par->kdf_md == NULL) {
		/* 3.2 section 6.3.20: the leading bytes go. */
		rv = secret_copy(bytes_of(z + have - len, len), &s);
	} else if ((rv = secret_new(len, &s)) == CKR_OK) {
		rv = expand(e, par, bytes_of(z, have), secret_data(s), len);
	}
	if (rv != CKR_OK)
		return rv;
	*out = KL_TAKE(s);
	return CKR_OK;
}
