/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EC, Edwards and Montgomery keys out of their parts: what is accepted, and
 * handing it to libcrypto.
 *
 * Invariant of an accepted key: the point passed point_check or was computed
 * from the private half.
 *
 * No state; any thread.
 */
#include "crypto/key_int.h"

#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"

#define PRIV_MAX 66

/* Parts as libcrypto wants them; views are borrowed. */
struct halves {
	const struct curve *c;
	struct bytes point;	/* uncompressed; empty = compute (ED, MONT) */
	struct bytes priv;	/* c->priv bytes; empty for public keys */
};

static CK_RV
curve_build(struct eng *e, const struct halves *h, EVP_PKEY **out)
{
	WIPE_AUTO(number, PRIV_MAX);
	OSSL_PARAM params[4];
	bool ec = h->c->type == ENG_EC;
	size_t n = 0;

	KL_ASSERT(h->priv.n <= sizeof(number));
	if (ec)
		params[n++] = OSSL_PARAM_construct_utf8_string(
		    OSSL_PKEY_PARAM_GROUP_NAME,
		    (char *)(uintptr_t)h->c->name, 0);
	if (h->point.n > 0)
		params[n++] = OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)h->point.p,
		    h->point.n);
	if (h->priv.n > 0 && ec) {
		/* Numbers are handed over in the machine's byte order. */
		for (size_t i = 0; i < h->priv.n; i++)
			number[__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? i :
			    h->priv.n - 1 - i] = h->priv.p[i];
		params[n++] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY,
		    number, h->priv.n);
	} else if (h->priv.n > 0) {
		params[n++] = OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PRIV_KEY, (void *)(uintptr_t)h->priv.p,
		    h->priv.n);
	}
	params[n] = OSSL_PARAM_construct_end();
	return key_from_params(e, ec ? "EC" : h->c->name, h->priv.n > 0 ?
	    EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params, out);
}

/* The private half in c->priv bytes, written to room. */
static CK_RV
private_half(const struct curve *c, struct bytes given, uint8_t *room,
    struct bytes *out)
{
	struct bytes b = c->type == ENG_EC ? bytes_trim(given) : given;

	if (given.n == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	if (c->type == ENG_EC ? b.n > c->priv : b.n != c->priv)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: private half of %zu bytes on %s", b.n, c->name);
	if (b.n > 0)
		memcpy(room + c->priv - b.n, b.p, b.n);
	*out = bytes_of(room, c->priv);
	return CKR_OK;
}

/* The public point as given, uncompressed, in full check unless checked. */
static CK_RV
public_half(struct eng *e, const struct curve *c, struct bytes given,
    bool checked, struct buf *out)
{
	struct bytes raw;
	CK_RV rv;

	if ((rv = point_raw(c, given, &raw)) != CKR_OK)
		return rv;
	/* Compressed points need the arithmetic in any case. */
	if (!checked || (c->type == ENG_EC && raw.p[0] != 0x04))
		return point_check(e, c, raw, out);
	buf_put(out, raw);
	return buf_rv(out);
}

/* The point that belongs to priv. */
static CK_RV
computed_half(struct eng *e, const struct curve *c, struct bytes priv,
    struct buf *out)
{
	KL_AUTO(pkey_freep) EVP_PKEY *pkey = NULL;
	struct halves h = { .c = c, .priv = priv };
	uint8_t *room;
	size_t n = c->len;
	CK_RV rv;

	if (c->type == ENG_EC)
		return point_of_scalar(e, c, NULL, priv, out);
	if ((rv = curve_build(e, &h, &pkey)) != CKR_OK)
		return rv;
	if ((room = buf_grow(out, n)) == NULL)
		return CKR_HOST_MEMORY;
	if (EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY,
	    room, n, &n) != 1 || n != c->len)
		return CKR_DEVICE_ERROR;
	return CKR_OK;
}

static CK_RV
import_private(struct eng *e, const struct curve *c,
    const struct eng_parts *parts, bool checked, EVP_PKEY **out)
{
	KL_AUTO(buf_done) struct buf given = { .p = NULL };
	KL_AUTO(buf_done) struct buf computed = { .p = NULL };
	struct halves h = { .c = c };
	WIPE_AUTO(room, PRIV_MAX);
	bool has_point = parts->part[PART_POINT].n > 0;
	CK_RV rv;

	if ((rv = private_half(c, parts->part[PART_PRIV], room, &h.priv)) !=
	    CKR_OK)
		return rv;
	if (has_point && (rv = public_half(e, c, parts->part[PART_POINT],
	    true, &given)) != CKR_OK)
		return rv;
	if (has_point && checked) {
		h.point = buf_view(&given);
		return curve_build(e, &h, out);
	}
	if ((rv = computed_half(e, c, h.priv, &computed)) != CKR_OK)
		return rv;
	h.point = buf_view(&computed);
	/* Equal to a computed point, it needs no check of its own. */
	if (has_point && !bytes_equal(buf_view(&given), h.point))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: the point does not belong to the private half");
	return curve_build(e, &h, out);
}

static CK_RV
import_public(struct eng *e, const struct curve *c,
    const struct eng_parts *parts, bool checked, EVP_PKEY **out)
{
	KL_AUTO(buf_done) struct buf point = { .p = NULL };
	struct halves h = { .c = c };
	CK_RV rv;

	if (parts->part[PART_POINT].n == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	if ((rv = public_half(e, c, parts->part[PART_POINT], checked,
	    &point)) != CKR_OK)
		return rv;
	h.point = buf_view(&point);
	return curve_build(e, &h, out);
}

CK_RV
key_import_curve(struct eng *e, const struct eng_parts *parts, bool checked,
    struct eng_key *key)
{
	const struct curve *c;
	EVP_PKEY *pkey = NULL;
	CK_RV rv;

	if (parts->part[PART_CURVE].n == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	if ((rv = curve_find(key->type, parts->part[PART_CURVE], &c)) != CKR_OK)
		return rv;
	if (!checked && !curve_usable(e, c))
		return log_rv(CKR_CURVE_NOT_SUPPORTED,
		    "key: libcrypto has no %s", c->name);
	rv = key->private ? import_private(e, c, parts, checked, &pkey) :
	    import_public(e, c, parts, checked, &pkey);
	return rv == CKR_OK ? key_set_curve(key, pkey, c) : rv;
}
