/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making keys.  Every pair is checked before anybody gets it: what one half
 * does, the other undoes.
 *
 * No state; any thread.
 */
#include "crypto/key_int.h"

#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"

#define RSA_BITS_MAX 16384
#define RSA_EXP_MAX  32		/* bytes: 256 bits, FIPS 186-5 A.1.1 */

/* Starts a generation of libcrypto's type name. */
static CK_RV
keygen_start(struct eng *e, const char *name, EVP_PKEY_CTX **out)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	OSSL_LIB_CTX *ctx = eng_ctx(e);

	if (ctx == NULL)
		return CKR_GENERAL_ERROR;
	pctx = EVP_PKEY_CTX_new_from_name(ctx, name, eng_props(e));
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
	key_set_pkey(key, pkey, NULL);
	if (key_probe_rsa(e, pkey, key->len) != CKR_OK)
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "keygen: a new RSA pair does not fit");
	return CKR_OK;
}

/* Whether the point is what the private half gives. */
static CK_RV
check_pair(struct eng *e, const struct eng_key *key)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = key_ctx(e, key);

	if (pctx == NULL)
		return CKR_HOST_MEMORY;
	if (EVP_PKEY_pairwise_check(pctx) != 1)
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "keygen: a new %s pair does not fit", key->curve->name);
	return CKR_OK;
}

static CK_RV
generate_curve(struct eng *e, const struct eng_gen *spec, struct eng_key *key)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	const struct curve *c;
	OSSL_PARAM params[2];
	EVP_PKEY *pkey = NULL;
	CK_RV rv;

	if (spec->curve.n == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	if ((rv = curve_find(spec->type, spec->curve, &c)) != CKR_OK)
		return rv;
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
	    (char *)(uintptr_t)c->name, 0);
	params[1] = OSSL_PARAM_construct_end();
	if ((rv = keygen_start(e, c->type == ENG_EC ? "EC" : c->name,
	    &pctx)) != CKR_OK)
		return c->type == ENG_EC ? rv : CKR_CURVE_NOT_SUPPORTED;
	if (c->type == ENG_EC && EVP_PKEY_CTX_set_params(pctx, params) != 1)
		return log_rv(CKR_CURVE_NOT_SUPPORTED,
		    "keygen: libcrypto has no %s", c->name);
	if (EVP_PKEY_generate(pctx, &pkey) != 1)
		return log_rv(CKR_DEVICE_ERROR, "keygen: %s failed", c->name);
	key_set_pkey(key, pkey, c);
	return check_pair(e, key);
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
	return eng_random(e, secret_data(key->value), spec->len);
}

CK_RV
eng_key_generate(struct eng *e, const struct eng_gen *spec,
    struct eng_key **out)
{
	ENG_MARK;
	KL_AUTO(eng_key_putp) struct eng_key *key = key_new(spec->type, true);
	CK_RV rv;

	KL_ASSERT(spec->type < ENG_TYPES);
	if (key == NULL)
		return CKR_HOST_MEMORY;
	rv = spec->type == ENG_SECRET ? generate_secret(e, spec, key) :
	    spec->type == ENG_RSA ? generate_rsa(e, spec, key) :
	    generate_curve(e, spec, key);
	if (rv != CKR_OK)
		return rv;
	*out = KL_TAKE(key);
	return CKR_OK;
}
