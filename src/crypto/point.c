/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public points: reading CKA_EC_POINT in its forms, and checking that a point
 * is one that may be calculated with.
 *
 * No state; any thread.
 */
#include "crypto/key_int.h"

#include <openssl/core_names.h>
#include <openssl/objects.h>

#include "base/log.h"
#include "crypto/der.h"
#include "crypto/edwards.h"

static void
group_freep(EC_GROUP **p)
{
	EC_GROUP_free(*p);
	*p = NULL;
}

static void
ec_point_freep(EC_POINT **p)
{
	EC_POINT_free(*p);
	*p = NULL;
}

static void
edwards_auto_done(struct edwards *ed)
{
	edwards_done(ed);
}

/* Whether raw has a length and a form byte that fit the curve. */
static bool
point_fits(const struct curve *c, struct bytes raw)
{
	if (c->type != ENG_EC)
		return raw.n == c->len;
	if (raw.n == 1 + 2 * c->len)
		return raw.p[0] == 0x04;
	return raw.n == 1 + c->len && (raw.p[0] == 0x02 || raw.p[0] == 0x03);
}

/*
 * The lengths decide: with its two bytes or more of tag and length, DER is
 * longer than the form it holds and never as long as the other one, so what
 * fits as raw bytes is raw even if it starts like DER.
 */
CK_RV
point_raw(const struct curve *c, struct bytes point, struct bytes *out)
{
	struct reader r = reader_of(point);
	struct bytes raw = point;

	if (!point_fits(c, raw)) {
		raw = der_next_is(&r, DER_BIT_STRING) ? der_read_bits(&r) :
		    der_read(&r, DER_OCTET_STRING);
		if (!read_done(&r) || !point_fits(c, raw))
			return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
			    "point: not one of %s", c->name);
	}
	*out = raw;
	return CKR_OK;
}

EC_GROUP *
point_group(struct eng *e, const struct curve *c)
{
	OSSL_LIB_CTX *ctx = eng_ctx(e);

	if (ctx == NULL)
		return NULL;
	return EC_GROUP_new_by_curve_name_ex(ctx, eng_props(e),
	    OBJ_sn2nid(c->name));
}

/* Appends p in its uncompressed form. */
static CK_RV
point_put(const struct curve *c, const EC_GROUP *group, const EC_POINT *p,
    BN_CTX *bn, struct buf *out)
{
	size_t len = 1 + 2 * c->len;
	uint8_t raw[1 + 2 * 66];

	KL_ASSERT(len <= sizeof(raw));
	/* The point at infinity would take one byte only. */
	if (EC_POINT_point2oct(group, p, POINT_CONVERSION_UNCOMPRESSED, raw,
	    sizeof(raw), bn) != len)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	buf_put(out, bytes_of(raw, len));
	return buf_rv(out);
}

static CK_RV
point_check_ec(struct eng *e, const struct curve *c, struct bytes raw,
    struct buf *out)
{
	KL_AUTO(group_freep) EC_GROUP *group = point_group(e, c);
	KL_AUTO(ec_point_freep) EC_POINT *p = NULL;

	if (group == NULL)
		return CKR_CURVE_NOT_SUPPORTED;
	if ((p = EC_POINT_new(group)) == NULL)
		return CKR_HOST_MEMORY;
	/* Solves the equation or checks it. */
	if (EC_POINT_oct2point(group, p, raw.p, raw.n, NULL) != 1)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "point: not on the curve %s", c->name);
	return point_put(c, group, p, NULL, out);
}

CK_RV
point_of_scalar(struct eng *e, const struct curve *c, const EC_GROUP *group,
    struct bytes scalar, struct buf *out)
{
	ENG_MARK;
	KL_AUTO(group_freep) EC_GROUP *mine = NULL;
	KL_AUTO(ec_point_freep) EC_POINT *p = NULL;
	KL_AUTO(bn_freep) BIGNUM *k = BN_secure_new();
	KL_AUTO(bn_ctx_freep) BN_CTX *bn = BN_CTX_secure_new_ex(eng_ctx(e));

	if (group == NULL)
		group = mine = point_group(e, c);
	if (group == NULL)
		return CKR_CURVE_NOT_SUPPORTED;
	if (k == NULL || bn == NULL || (p = EC_POINT_new(group)) == NULL ||
	    BN_bin2bn(scalar.p, (int)scalar.n, k) == NULL)
		return CKR_HOST_MEMORY;
	BN_set_flags(k, BN_FLG_CONSTTIME);
	if (BN_is_zero(k) || BN_cmp(k, EC_GROUP_get0_order(group)) >= 0)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: the scalar is not between 1 and the order");
	if (EC_POINT_mul(group, p, k, NULL, NULL, bn) != 1)
		return CKR_DEVICE_ERROR;
	return point_put(c, group, p, bn, out);
}

/* An Edwards point decodes and has a large order. */
static CK_RV
point_check_ed(struct eng *e, const struct curve *c, struct bytes raw)
{
	KL_AUTO(edwards_auto_done) struct edwards ed = { .len = 0 };
	KL_AUTO(bn_freep) BIGNUM *x = BN_new();
	KL_AUTO(bn_freep) BIGNUM *y = BN_new();
	CK_RV rv;

	if (x == NULL || y == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = edwards_init(eng_ctx(e), c, &ed)) != CKR_OK)
		return rv;
	if ((rv = edwards_decode(&ed, raw, x, y)) != CKR_OK)
		return log_rv(rv, "point: not on the curve %s", c->name);
	if (edwards_small_order(&ed, y))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "point: of small order on %s", c->name);
	return CKR_OK;
}

/* A key of the curve with a fixed private half, to derive with. */
static CK_RV
montgomery_probe(struct eng *e, const struct curve *c, EVP_PKEY **out)
{
	uint8_t one[56] = { 1 }; /* clamped, it becomes a multiple of 8 */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY,
		    one, c->priv),
		OSSL_PARAM_construct_end(),
	};

	return key_from_params(e, c->name, EVP_PKEY_KEYPAIR, params, out);
}

/*
 * All private keys are multiples of the cofactor, so a point of small order
 * gives zero with any of them, which libcrypto refuses (RFC 7748 section 6).
 * Every other string is a point of the curve or its twist.
 */
static CK_RV
point_check_mont(struct eng *e, const struct curve *c, struct bytes raw)
{
	KL_AUTO(pkey_freep) EVP_PKEY *mine = NULL;
	KL_AUTO(pkey_freep) EVP_PKEY *peer = NULL;
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	WIPE_AUTO(z, 56);
	size_t len = sizeof(z);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    (void *)(uintptr_t)raw.p, raw.n),
		OSSL_PARAM_construct_end(),
	};
	CK_RV rv;

	if ((rv = montgomery_probe(e, c, &mine)) != CKR_OK)
		return rv;
	if ((rv = key_from_params(e, c->name, EVP_PKEY_PUBLIC_KEY, params,
	    &peer)) != CKR_OK)
		return rv;
	pctx = EVP_PKEY_CTX_new_from_pkey(eng_ctx(e), mine, eng_props(e));
	if (pctx == NULL || EVP_PKEY_derive_init(pctx) != 1 ||
	    EVP_PKEY_derive_set_peer_ex(pctx, peer, 0) != 1)
		return CKR_DEVICE_ERROR;
	if (EVP_PKEY_derive(pctx, z, &len) != 1)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "point: of small order on %s", c->name);
	return CKR_OK;
}

CK_RV
point_check(struct eng *e, const struct curve *c, struct bytes raw,
    struct buf *out)
{
	ENG_MARK;
	CK_RV rv;

	if (c->type == ENG_EC)
		return point_check_ec(e, c, raw, out);
	rv = c->type == ENG_ED ? point_check_ed(e, c, raw) :
	    point_check_mont(e, c, raw);
	if (rv != CKR_OK)
		return rv;
	buf_put(out, raw);
	return buf_rv(out);
}

CK_RV
eng_point(struct eng *e, enum eng_type type, struct bytes curve,
    struct bytes point, struct buf *out)
{
	const struct curve *c;
	struct bytes raw;
	CK_RV rv;

	if ((rv = curve_find(type, curve, &c)) != CKR_OK)
		return rv;
	if ((rv = point_raw(c, point, &raw)) != CKR_OK)
		return rv;
	return point_check(e, c, raw, out);
}

void
eng_octet_string(struct bytes data, struct buf *out)
{
	der_put(out, DER_OCTET_STRING, data);
}
