/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making keys.  Every pair is checked before it is used: what one half does,
 * the other undoes.  On the fast curves that takes as long as making the pair.
 *
 * Invariant: what is kept with the engine is owned by whoever took it out of
 * its place, with one atomic exchange; it is put back after a success only.
 *
 * Any thread.
 */
#include "crypto/key_int.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"
#include "crypto/cipher_int.h"
#include "crypto/ffc_int.h"

#define RSA_BITS_MAX 16384
#define EXTRA_BYTES  8		/* FIPS 186-5 A.2.1: 64 bits */
#define RSA_EXP_MAX  32		/* bytes: 256 bits, FIPS 186-5 A.1.1 */

/* Starts a generation of libcrypto's type name. */
static CK_RV
keygen_start(struct eng *e, const char *name, EVP_PKEY_CTX **out)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;

	if (eng_ctx(e) == NULL)
		return CKR_GENERAL_ERROR;
	pctx = key_ctx_of(e, name);
	if (pctx == NULL || EVP_PKEY_keygen_init(pctx) != 1)
		return log_rv(CKR_DEVICE_ERROR, "keygen: no %s here", name);
	*out = KL_TAKE(pctx);
	return CKR_OK;
}

/* The public exponent in the machine's byte order, checked. */
static CK_RV
rsa_exponent(struct bytes given, uint8_t *room, OSSL_PARAM *out)
{
	static const uint8_t usual[] = { 0x01, 0x00, 0x01 };
	struct bytes b = bytes_trim(given);

	if (given.n == 0)
		b = bytes_of(usual, sizeof(usual));
	if (b.n == 0 || b.n > RSA_EXP_MAX || (b.p[b.n - 1] & 1) == 0 ||
	    (b.n == 1 && b.p[0] < 3))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "keygen: public exponent not usable");
	for (size_t i = 0; i < b.n; i++)
		room[__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? i :
		    b.n - 1 - i] = b.p[i];
	*out = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, room, b.n);
	return CKR_OK;
}

static CK_RV
generate_rsa(struct eng *e, const struct eng_gen *spec, struct eng_key *key)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	uint8_t exponent[RSA_EXP_MAX];
	size_t bits = spec->bits;
	OSSL_PARAM params[3];
	EVP_PKEY *pkey = NULL;
	CK_RV rv;

	if (bits < eng_rsa_min(e) || bits > RSA_BITS_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE, "keygen: %zu bits", bits);
	params[0] = OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS,
	    &bits);
	if ((rv = rsa_exponent(spec->pub_exp, exponent, &params[1])) != CKR_OK)
		return rv;
	params[2] = OSSL_PARAM_construct_end();
	if ((rv = keygen_start(e, "RSA", &pctx)) != CKR_OK)
		return rv;
	if (EVP_PKEY_CTX_set_params(pctx, params) != 1 ||
	    EVP_PKEY_generate(pctx, &pkey) != 1)
		return log_rv(CKR_DEVICE_ERROR, "keygen: RSA failed");
	key_set_rsa(key, pkey);
	if (key_probe_rsa(e, pkey, key->len) != CKR_OK)
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "keygen: a new RSA pair does not fit");
	return CKR_OK;
}

/*
 * What is set up for a curve and kept for the next pair: it costs as much as
 * making a pair on the fast curves.
 */
struct keygen_kept {
	EVP_PKEY_CTX *pctx;
	EC_GROUP *group;	/* EC only */
};

static void
kept_freep(struct keygen_kept **k)
{
	if (*k != NULL) {
		EVP_PKEY_CTX_free((*k)->pctx);
		EC_GROUP_free((*k)->group);
		free(*k);
	}
	*k = NULL;
}

static CK_RV
kept_new(struct eng *e, const struct curve *c, struct keygen_kept **out)
{
	KL_AUTO(kept_freep) struct keygen_kept *k = calloc(1, sizeof(*k));
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    (char *)(uintptr_t)c->name, 0),
		OSSL_PARAM_construct_end(),
	};
	CK_RV rv;

	if (k == NULL)
		return CKR_HOST_MEMORY;
	rv = keygen_start(e, c->type == ENG_EC ? "EC" : c->name, &k->pctx);
	if (rv != CKR_OK)
		return c->type == ENG_EC ? rv : CKR_CURVE_NOT_SUPPORTED;
	if (c->type == ENG_EC &&
	    (EVP_PKEY_CTX_set_params(k->pctx, params) != 1 ||
	    (k->group = point_group(e, c)) == NULL))
		return log_rv(CKR_CURVE_NOT_SUPPORTED,
		    "keygen: libcrypto has no %s", c->name);
	*out = KL_TAKE(k);
	return CKR_OK;
}

/* Whether the point of an EC pair is its private half times the base point:
 * what EVP_PKEY_pairwise_check does, in a third of the time. */
static bool
check_pair_ec(struct eng *e, const struct eng_key *key, const EC_GROUP *group)
{
	KL_AUTO(secret_freep) struct secret *priv = NULL;
	KL_AUTO(buf_done) struct buf want = { .p = NULL };

	return eng_key_part(e, key, PART_PRIV, &priv) == CKR_OK &&
	    point_of_scalar(e, key->curve, group, secret_view(priv), &want) ==
	    CKR_OK && bytes_equal(buf_view(&want),
	    bytes_of(key->point, key->point_n));
}

static bool
check_pair_rfc(struct eng *e, const struct eng_key *key)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = key_ctx(e, key);

	return pctx != NULL && EVP_PKEY_pairwise_check(pctx) == 1;
}

/* The check of a pair; k: what is kept for its curve, NULL when nothing is. */
static CK_RV
check_pair(struct eng *e, const struct eng_key *key,
    const struct keygen_kept *k)
{
	const EC_GROUP *group = k != NULL ? k->group : NULL;

	if (key->type == ENG_EC ? check_pair_ec(e, key, group) :
	    check_pair_rfc(e, key))
		return CKR_OK;
	return log_fail_rv(CKR_DEVICE_ERROR,
	    "keygen: a new %s pair does not fit", key->curve->name);
}

/* What is kept for a curve, NULL when nothing is; and puts it back. */
static struct keygen_kept *
kept_take(struct eng *e, const struct curve *c)
{
	return atomic_exchange(eng_kept(e, curve_index(c)), NULL);
}

static void
kept_put(struct eng *e, const struct curve *c, struct keygen_kept **k)
{
	void *none = NULL;

	if (*k != NULL && atomic_compare_exchange_strong(
	    eng_kept(e, curve_index(c)), &none, *k))
		*k = NULL; /* the engine's now */
}

/* A scalar out of more random bits than the order has, so that no value is
 * likelier than another: (c mod (n - 1)) + 1, of c->priv bytes. */
static CK_RV
extra_scalar(struct eng *e, const struct curve *c, const EC_GROUP *group,
    struct secret **out)
{
	KL_AUTO(secret_freep) struct secret *raw = NULL;
	KL_AUTO(secret_freep) struct secret *scalar = NULL;
	KL_AUTO(bn_freep) BIGNUM *n = BN_dup(EC_GROUP_get0_order(group));
	KL_AUTO(bn_freep) BIGNUM *d = BN_secure_new();
	KL_AUTO(bn_ctx_freep) BN_CTX *bctx = BN_CTX_secure_new_ex(eng_ctx(e));
	CK_RV rv;

	if (n == NULL || d == NULL || bctx == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = secret_new(c->priv + EXTRA_BYTES, &raw)) != CKR_OK ||
	    (rv = secret_new(c->priv, &scalar)) != CKR_OK ||
	    (rv = eng_random(e, secret_data(raw), secret_len(raw))) != CKR_OK)
		return rv;
	if (BN_bin2bn(secret_data(raw), (int)secret_len(raw), d) == NULL)
		return CKR_HOST_MEMORY;
	BN_set_flags(d, BN_FLG_CONSTTIME);
	if (BN_sub_word(n, 1) != 1 || BN_mod(d, d, n, bctx) != 1 ||
	    BN_add_word(d, 1) != 1 || BN_bn2binpad(d, secret_data(scalar),
	    (int)c->priv) < 0)
		return log_rv(CKR_DEVICE_ERROR, "keygen: no scalar");
	*out = KL_TAKE(scalar);
	return CKR_OK;
}

/* A pair of such a scalar, whose point is computed from it: that is the check
 * of a pair too. */
static CK_RV
generate_extra(struct eng *e, const struct eng_gen *spec, struct eng_key *key)
{
	KL_AUTO(kept_freep) struct keygen_kept *k = NULL;
	KL_AUTO(secret_freep) struct secret *scalar = NULL;
	struct eng_parts parts = { .part = { { NULL, 0 } } };
	const struct curve *c;
	CK_RV rv;

	if ((rv = curve_find(ENG_EC, spec->curve, &c)) != CKR_OK ||
	    (rv = kept_new(e, c, &k)) != CKR_OK ||
	    (rv = extra_scalar(e, c, k->group, &scalar)) != CKR_OK)
		return rv;
	parts.part[PART_CURVE] = c->oid;
	parts.part[PART_PRIV] = secret_view(scalar);
	rv = key_import_curve(e, &parts, false, key);
	return rv == CKR_ATTRIBUTE_VALUE_INVALID ? log_fail_rv(
	    CKR_DEVICE_ERROR, "keygen: a new %s pair does not fit", c->name) :
	    rv;
}

static CK_RV
generate_curve(struct eng *e, const struct eng_gen *spec, struct eng_key *key)
{
	KL_AUTO(kept_freep) struct keygen_kept *k = NULL;
	const struct curve *c;
	EVP_PKEY *pkey = NULL;
	CK_RV rv;

	if (spec->curve.n == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	if (spec->extra_bits)
		return generate_extra(e, spec, key);
	if ((rv = curve_find(spec->type, spec->curve, &c)) != CKR_OK)
		return rv;
	KL_ASSERT(curve_index(c) < ENG_KEPT);
	k = kept_take(e, c);
	if (k == NULL && (rv = kept_new(e, c, &k)) != CKR_OK)
		return rv;
	if (EVP_PKEY_generate(k->pctx, &pkey) != 1)
		return log_rv(CKR_DEVICE_ERROR, "keygen: %s failed", c->name);
	if ((rv = key_set_curve(key, pkey, c)) != CKR_OK)
		return rv;
	if (spec->prove_later)
		atomic_store(&key->unproved, true);
	else if ((rv = check_pair(e, key, k)) != CKR_OK)
		return rv;
	kept_put(e, c, &k);
	return CKR_OK;
}

static CK_RV
generate_pqc(struct eng *e, const struct eng_gen *spec, struct eng_key *key)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	const struct pqc *set;
	EVP_PKEY *pkey = NULL;
	CK_RV rv;

	if ((rv = pqc_find(e, spec->type, spec->set, &set)) != CKR_OK ||
	    (rv = keygen_start(e, set->name, &pctx)) != CKR_OK)
		return rv;
	if (EVP_PKEY_generate(pctx, &pkey) != 1)
		return log_rv(CKR_DEVICE_ERROR, "keygen: %s failed", set->name);
	key_set_pqc(key, pkey, set);
	if (!key_fits_pqc(e, key))
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "keygen: a new %s pair does not fit", set->name);
	return CKR_OK;
}

static CK_RV
prove(struct eng *e, struct eng_key *key)
{
	ENG_MARK;
	KL_AUTO(kept_freep) struct keygen_kept *k = kept_take(e, key->curve);
	CK_RV rv;

	if ((rv = check_pair(e, key, k)) != CKR_OK)
		return rv;
	atomic_store(&key->unproved, false);
	kept_put(e, key->curve, &k);
	return CKR_OK;
}

CK_RV
eng_key_prove(struct eng *e, struct eng_key *key)
{
	return atomic_load(&key->unproved) ? prove(e, key) : CKR_OK;
}

void
eng_cipher_parity(enum eng_cipher which, uint8_t *value, size_t n)
{
	if (which == ENG_CIPHERS || !block_cipher(which)->parity)
		return;
	/* The number of ones is odd, by the lowest bit (FIPS PUB 46-3). */
	for (size_t i = 0; i < n; i++) {
		unsigned ones = (unsigned)value[i] >> 1;

		ones ^= ones >> 4;
		ones ^= ones >> 2;
		ones ^= ones >> 1;
		value[i] = (uint8_t)((value[i] & 0xfeu) | (~ones & 1u));
	}
}

static CK_RV
generate_secret(struct eng *e, const struct eng_gen *spec, struct eng_key *key)
{
	CK_RV rv;

	if (spec->len == 0 || spec->len > BUF_MAX)
		return CKR_KEY_SIZE_RANGE;
	key->bits = spec->len * 8;
	if ((rv = secret_new(spec->len, &key->value)) != CKR_OK)
		return rv;
	rv = eng_random(e, secret_data(key->value), spec->len);
	if (rv == CKR_OK)
		eng_cipher_parity(spec->cipher, secret_data(key->value),
		    spec->len);
	return rv;
}

CK_RV
eng_key_generate(struct eng *e, const struct eng_gen *spec,
    struct eng_key **out)
{
	ENG_MARK;
	KL_AUTO(eng_key_putp) struct eng_key *key = key_new(spec->type,
	    spec->making == ENG_MAKE_KEY);
	CK_RV rv;

	KL_ASSERT(spec->type < ENG_TYPES);
	if (key == NULL)
		return CKR_HOST_MEMORY;
	rv = spec->type == ENG_SECRET ? generate_secret(e, spec, key) :
	    spec->type == ENG_RSA ? generate_rsa(e, spec, key) :
	    key_is_pqc(spec->type) ? generate_pqc(e, spec, key) :
	    ffc_type_name(spec->type) != NULL ? key_generate_ffc(e, spec, key) :
	    generate_curve(e, spec, key);
	if (rv != CKR_OK)
		return rv;
	*out = KL_TAKE(key);
	return CKR_OK;
}
