/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key derivation: which family does it (kdf.c, kdf_plain.c), and key
 * agreement: ECDH on short Weierstrass curves and X25519, X448, with the
 * key derivation functions of 3.2 section 6.3.19.
 *
 * The other's point is put into a key that is kept with ours; making a key
 * from scratch or letting libcrypto check the peer by a multiplication with
 * the order would cost as much as the agreement itself.
 * That check is not needed: setting the point checks the equation, all curves
 * have cofactor 1 (curve.c), and on X25519 and X448 a small order gives
 * zero, which libcrypto refuses.
 *
 * Invariants:
 *  1. What is kept in key->kept is set up for that key and belongs to whoever
 *     took it out of its slot, with one atomic exchange; no lock.
 *  2. Only what ended well is put back.
 *
 * Any thread.
 */
#include "crypto/kdf_int.h"
#include "crypto/key_int.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"
#include "crypto/sign_int.h"

#define SHARED_MAX 66

/* A context with our private key, and a key of the same curve for peers. */
struct derive_kept {
	EVP_PKEY_CTX *pctx;
	EVP_PKEY *peer;
	bool cofactor;
};

static void
kept_freep(struct derive_kept **k)
{
	if (*k != NULL) {
		EVP_PKEY_CTX_free((*k)->pctx);
		EVP_PKEY_free((*k)->peer);
		free(*k);
	}
	*k = NULL;
}

void
derive_forget(struct eng_key *key)
{
	for (size_t i = 0; i < KL_COUNT(key->kept); i++) {
		struct derive_kept *k = atomic_exchange(&key->kept[i], NULL);

		kept_freep(&k);
	}
}

/* Takes one that is set up out of the key, NULL when there is none. */
static struct derive_kept *
kept_take(struct eng_key *key)
{
	struct derive_kept *k = NULL;

	for (size_t i = 0; i < KL_COUNT(key->kept) && k == NULL; i++)
		if (atomic_load_explicit(&key->kept[i],
		    memory_order_relaxed) != NULL)
			k = atomic_exchange(&key->kept[i], NULL);
	return k;
}

/* Puts it where there is room, or frees it. */
static void
kept_put(struct eng_key *key, struct derive_kept *k)
{
	for (size_t i = 0; i < KL_COUNT(key->kept); i++) {
		struct derive_kept *none = NULL;

		if (atomic_compare_exchange_strong(&key->kept[i], &none, k))
			return;
	}
	kept_freep(&k);
}

/* Makes one; parameters are copied into peer, which costs less than making
 * a key by name. */
static CK_RV
kept_new(struct eng *e, const struct eng_key *key, bool cofactor,
    struct derive_kept **out)
{
	KL_AUTO(kept_freep) struct derive_kept *k = calloc(1, sizeof(*k));
	int mode = 1;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_int(
		    OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, &mode),
		OSSL_PARAM_construct_end(),
	};

	if (k == NULL)
		return CKR_HOST_MEMORY;
	k->cofactor = cofactor;
	if ((k->peer = EVP_PKEY_new()) == NULL ||
	    (k->pctx = key_ctx(e, key)) == NULL)
		return CKR_HOST_MEMORY;
	if (EVP_PKEY_copy_parameters(k->peer, key->pkey) != 1 ||
	    EVP_PKEY_derive_init(k->pctx) != 1 ||
	    (cofactor && EVP_PKEY_CTX_set_params(k->pctx, params) != 1))
		return log_rv(CKR_DEVICE_ERROR, "derive: %s does not start",
		    key->curve->name);
	*out = KL_TAKE(k);
	return CKR_OK;
}

/* The shared secret Z: key->curve->len bytes to z. */
static CK_RV
agree(struct eng *e, const struct eng_alg *alg, struct eng_key *key,
    struct bytes given, uint8_t *z)
{
	KL_AUTO(kept_freep) struct derive_kept *k = kept_take(key);
	size_t n = SHARED_MAX;
	struct bytes raw;
	CK_RV rv;

	if (point_raw(key->curve, given, &raw) != CKR_OK)
		return CKR_MECHANISM_PARAM_INVALID;
	if (k != NULL && k->cofactor != alg->cofactor)
		kept_freep(&k);
	if (k == NULL && (rv = kept_new(e, key, alg->cofactor, &k)) != CKR_OK)
		return rv;
	if (EVP_PKEY_set1_encoded_public_key(k->peer, raw.p, raw.n) != 1)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: the point is not on %s", key->curve->name);
	if (EVP_PKEY_derive_set_peer_ex(k->pctx, k->peer, 0) != 1)
		return log_rv(CKR_DEVICE_ERROR, "derive: %s takes no peer",
		    key->curve->name);
	if (EVP_PKEY_derive(k->pctx, z, &n) != 1 || n != key->curve->len)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: %s gives nothing with this point",
		    key->curve->name);
	kept_put(key, KL_TAKE(k));
	return CKR_OK;
}

/* One block of a KDF: hash(Z || counter || info), X9.63, or hash(counter ||
 * Z || info), SP 800-56A one-step. */
static bool
kdf_block(EVP_MD_CTX *mctx, const struct eng_par *par, struct bytes z,
    uint32_t counter, uint8_t *out)
{
	uint8_t raw[4] = { (uint8_t)(counter >> 24), (uint8_t)(counter >> 16),
		(uint8_t)(counter >> 8), (uint8_t)counter };

	return EVP_DigestInit_ex2(mctx, NULL, NULL) == 1 &&
	    (!par->kdf_sp800 || EVP_DigestUpdate(mctx, raw, 4) == 1) &&
	    EVP_DigestUpdate(mctx, z.p, z.n) == 1 &&
	    (par->kdf_sp800 || EVP_DigestUpdate(mctx, raw, 4) == 1) &&
	    (par->shared.n == 0 || EVP_DigestUpdate(mctx, par->shared.p,
	    par->shared.n) == 1) &&
	    EVP_DigestFinal_ex(mctx, out, NULL) == 1;
}

/*
 * n bytes out of Z.  Not through EVP_KDF: libcrypto 3.0 does not survive a
 * lack of memory there, and hashing directly is shorter.
 */
CK_RV
derive_expand(struct eng *e, const struct eng_par *par, struct bytes z,
    uint8_t *out, size_t n)
{
	KL_AUTO(md_ctx_freep) EVP_MD_CTX *mctx = EVP_MD_CTX_new();
	EVP_MD *md = eng_md(e, par->kdf_md);
	WIPE_AUTO(block, EVP_MAX_MD_SIZE);
	uint32_t counter = 1;
	size_t size;

	if (md == NULL)
		return log_rv(CKR_MECHANISM_PARAM_INVALID, "derive: no KDF");
	if (mctx == NULL || EVP_DigestInit_ex2(mctx, md, NULL) != 1)
		return CKR_HOST_MEMORY;
	for (size_t done = 0; done < n; done += size, counter++) {
		if (!kdf_block(mctx, par, z, counter, block))
			return log_rv(CKR_DEVICE_ERROR, "derive: KDF failed");
		size = (size_t)EVP_MD_get_size(md);
		if (size > n - done)
			size = n - done;
		memcpy(out + done, block, size);
	}
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

static CK_RV
ecdh(struct eng *e, const struct eng_alg *alg, const struct eng_par *par,
    struct eng_key *key, size_t len, struct secret **out)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	WIPE_AUTO(z, SHARED_MAX);
	size_t have = key->curve != NULL ? key->curve->len : 0;
	CK_RV rv;

	if ((rv = derive_check(alg, par, key, len)) != CKR_OK ||
	    (rv = eng_key_prove(e, key)) != CKR_OK)
		return rv;
	if ((rv = agree(e, alg, key, par->peer, z)) != CKR_OK)
		return rv;
	if (len == 0)
		len = have;
	if (par->kdf_md == NULL) {
		/* 3.2 section 6.3.20: the leading bytes go. */
		rv = secret_copy(bytes_of(z + have - len, len), &s);
	} else if ((rv = secret_new(len, &s)) == CKR_OK) {
		rv = derive_expand(e, par, bytes_of(z, have), secret_data(s),
		    len);
	}
	if (rv != CKR_OK)
		return rv;
	*out = KL_TAKE(s);
	return CKR_OK;
}

/* The families with a secret base key. */
static CK_RV
from_secret(struct eng *e, const struct eng_alg *alg,
    const struct eng_kdf *kdf, const struct eng_key *key, size_t len,
    struct secret **out)
{
	struct bytes value;

	if (key->type != ENG_SECRET)
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "derive: a key of another kind");
	value = secret_view(key->value);
	switch (alg->fam) {
	case ENG_F_KDF:
		return kdf_derive(e, alg, kdf, value, len, out);
	case ENG_F_HKDF:
		return kdf_hkdf(e, kdf, value, len, out);
	case ENG_F_HASH_KDF:
		return kdf_hash(e, alg, value, len, out);
	case ENG_F_MIX:
		return kdf_mix(alg, kdf, value, len, out);
	case ENG_F_ENCRYPT_DATA:
		return kdf_encrypt(e, alg, kdf, key, len, out);
	default:
		return CKR_GENERAL_ERROR;
	}
}

CK_RV
eng_derive(struct eng *e, const struct eng_alg *alg, const struct eng_par *par,
    struct eng_key *key, size_t len, struct secret **out)
{
	ENG_MARK;

	if (alg->fam == ENG_F_DH)
		return derive_dh(e, alg, par, key, len, out);
	if (alg->fam == ENG_F_ECDH)
		return ecdh(e, alg, par, key, len, out);
	if (alg->fam == ENG_F_PASSWORD)
		return kdf_password(e, alg, par->kdf, len, out);
	if (alg->fam == ENG_F_PREMASTER)
		return kdf_premaster(e, par->kdf, len, out);
	return from_secret(e, alg, par->kdf, key, len, out);
}
