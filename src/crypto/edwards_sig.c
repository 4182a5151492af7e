/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ed25519ctx, Ed25519ph, Ed448 with a context and Ed448ph (RFC 8032) for
 * libcrypto before 3.2, which has only the pure schemes.
 *
 * libcrypto multiplies points of any short Weierstrass curve, and an Edwards
 * curve is one in other coordinates:
 *
 *	Edwards (x, y)  ->  Montgomery u = (1 + y) / (1 - y), v = u / x
 *	                ->  Weierstrass X = (u + A/3) / B, Y = v / B
 *
 * with A = 2 (a + d) / (a - d) and B = 4 / (a - d).
 *
 * Invariants:
 *  1. What is secret (prefix, r, s) goes only through libcrypto's constant-time paths:
 *     multiplying the generator (a ladder with blinded coordinates), Montgomery
 *     multiplication modulo the order, and hashes.
 *  2. Coordinates are computed with public points only.
 *
 * No shared state; any thread.
 */
#include "crypto/edwards.h"

#include <string.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "base/log.h"
#include "crypto/sign_int.h"

#define LEN_MAX 57
#define HASH_MAX (2 * LEN_MAX)
#define PH_LEN 64
#define ED25519_LEN 32

/* A curve in both forms. */
struct work {
	struct edwards ed;
	EC_GROUP *group;
	BIGNUM *third;		/* A / 3 */
	BIGNUM *b;		/* B */
	EVP_MD *md;		/* SHA-512 or SHAKE256 */
	size_t hash_len;	/* of everything but PH */
};

static void
work_done(struct work *w)
{
	EC_GROUP_free(w->group);
	BN_free(w->third);
	BN_free(w->b);
	edwards_done(&w->ed);
}

static void
point_freep(EC_POINT **p)
{
	EC_POINT_free(*p);
	*p = NULL;
}

static void
mont_freep(BN_MONT_CTX **p)
{
	BN_MONT_CTX_free(*p);
	*p = NULL;
}

/* num / den in the field, to out (which may be num). */
static bool
field_div(const struct edwards *ed, BIGNUM *out, const BIGNUM *num,
    const BIGNUM *den)
{
	KL_AUTO(bn_freep) BIGNUM *inv = BN_mod_inverse(NULL, den, ed->p,
	    ed->ctx);

	return inv != NULL && BN_mod_mul(out, num, inv, ed->p, ed->ctx) == 1;
}

/* A / 3 and B from a and d. */
static bool
work_constants(struct work *w)
{
	const struct edwards *ed = &w->ed;
	KL_AUTO(bn_freep) BIGNUM *diff = BN_new();

	if (diff == NULL || (w->third = BN_new()) == NULL ||
	    (w->b = BN_new()) == NULL ||
	    BN_mod_sub(diff, ed->a, ed->d, ed->p, ed->ctx) != 1 ||
	    BN_set_word(w->b, 4) != 1 ||
	    !field_div(ed, w->b, w->b, diff) ||
	    BN_mod_add(w->third, ed->a, ed->d, ed->p, ed->ctx) != 1 ||
	    BN_mod_lshift1(w->third, w->third, ed->p, ed->ctx) != 1)
		return false;
	return BN_mul_word(diff, 3) == 1 &&
	    field_div(ed, w->third, w->third, diff);
}

/*
 * The Weierstrass coefficients, with t = A/3: a = (1 - 3 t^2) / B^2 and
 * b = t (2 t^2 - 1) / B^3.
 */
static bool
work_group(struct work *w)
{
	const struct edwards *ed = &w->ed;
	KL_AUTO(bn_freep) BIGNUM *tt = BN_new();
	KL_AUTO(bn_freep) BIGNUM *wa = BN_new();
	KL_AUTO(bn_freep) BIGNUM *wb = BN_new();
	KL_AUTO(bn_freep) BIGNUM *bb = BN_new();

	if (tt == NULL || wa == NULL || wb == NULL || bb == NULL ||
	    BN_mod_sqr(tt, w->third, ed->p, ed->ctx) != 1 ||
	    BN_mod_sqr(bb, w->b, ed->p, ed->ctx) != 1)
		return false;
	if (BN_copy(wa, tt) == NULL || BN_mul_word(wa, 3) != 1 ||
	    BN_mod_sub(wa, BN_value_one(), wa, ed->p, ed->ctx) != 1 ||
	    !field_div(ed, wa, wa, bb))
		return false;
	if (BN_mod_lshift1(wb, tt, ed->p, ed->ctx) != 1 ||
	    BN_mod_sub(wb, wb, BN_value_one(), ed->p, ed->ctx) != 1 ||
	    BN_mod_mul(wb, wb, w->third, ed->p, ed->ctx) != 1 ||
	    BN_mod_mul(bb, bb, w->b, ed->p, ed->ctx) != 1 ||
	    !field_div(ed, wb, wb, bb))
		return false;
	w->group = EC_GROUP_new_curve_GFp(ed->p, wa, wb, ed->ctx);
	return w->group != NULL;
}

/* Edwards (x, y), not of small order, as a point of the group. */
static EC_POINT *
point_in(const struct work *w, const BIGNUM *x, const BIGNUM *y)
{
	const struct edwards *ed = &w->ed;
	KL_AUTO(point_freep) EC_POINT *p = EC_POINT_new(w->group);
	KL_AUTO(bn_freep) BIGNUM *u = BN_new();
	KL_AUTO(bn_freep) BIGNUM *v = BN_new();

	if (p == NULL || u == NULL || v == NULL ||
	    BN_mod_sub(v, BN_value_one(), y, ed->p, ed->ctx) != 1 ||
	    BN_mod_add(u, BN_value_one(), y, ed->p, ed->ctx) != 1 ||
	    !field_div(ed, u, u, v) || !field_div(ed, v, u, x) ||
	    BN_mod_add(u, u, w->third, ed->p, ed->ctx) != 1 ||
	    !field_div(ed, u, u, w->b) || !field_div(ed, v, v, w->b) ||
	    EC_POINT_set_affine_coordinates(w->group, p, u, v, ed->ctx) != 1)
		return NULL;
	return KL_TAKE(p);
}

/* Writes (x, y) as RFC 8032 encodes it. */
static bool
encode(const struct edwards *ed, const BIGNUM *x, const BIGNUM *y,
    uint8_t *out)
{
	if (BN_bn2lebinpad(y, out, (int)ed->len) != (int)ed->len)
		return false;
	if (BN_is_odd(x))
		out[ed->len - 1] |= 0x80;
	return true;
}

/* Encodes a point of the group: y = (u - 1) / (u + 1), x = u / v. */
static bool
point_out(const struct work *w, const EC_POINT *p, uint8_t *out)
{
	const struct edwards *ed = &w->ed;
	KL_AUTO(bn_freep) BIGNUM *u = BN_new();
	KL_AUTO(bn_freep) BIGNUM *v = BN_new();
	KL_AUTO(bn_freep) BIGNUM *y = BN_new();

	if (u == NULL || v == NULL || y == NULL)
		return false;
	if (EC_POINT_is_at_infinity(w->group, p))
		return encode(ed, u, BN_value_one(), out); /* u is 0 */
	if (EC_POINT_get_affine_coordinates(w->group, p, u, v, ed->ctx) != 1 ||
	    BN_mod_mul(u, u, w->b, ed->p, ed->ctx) != 1 ||
	    BN_mod_sub(u, u, w->third, ed->p, ed->ctx) != 1 ||
	    BN_mod_mul(v, v, w->b, ed->p, ed->ctx) != 1 ||
	    BN_mod_sub(y, u, BN_value_one(), ed->p, ed->ctx) != 1)
		return false;
	/* v = 0 is the point of order 2, where x = 0. */
	if (!BN_is_zero(v) && !field_div(ed, v, u, v))
		return false;
	return BN_mod_add(u, u, BN_value_one(), ed->p, ed->ctx) == 1 &&
	    field_div(ed, y, y, u) && encode(ed, v, y, out);
}

/* Tells the group the base point, its order and the cofactor. */
static bool
work_generator(struct work *w)
{
	const struct edwards *ed = &w->ed;
	KL_AUTO(bn_freep) BIGNUM *x = BN_new();
	KL_AUTO(bn_freep) BIGNUM *y = BN_new();
	KL_AUTO(bn_freep) BIGNUM *cofactor = BN_new();
	KL_AUTO(point_freep) EC_POINT *base = NULL;
	uint8_t raw[LEN_MAX];

	if (x == NULL || y == NULL || cofactor == NULL ||
	    BN_set_word(cofactor, ed->len == ED25519_LEN ? 8 : 4) != 1 ||
	    BN_bn2lebinpad(ed->base_y, raw, (int)ed->len) < 0 ||
	    edwards_decode(ed, bytes_of(raw, ed->len), x, y) != CKR_OK)
		return false;
	base = point_in(w, x, y);
	return base != NULL && EC_GROUP_set_generator(w->group, base,
	    ed->order, cofactor) == 1;
}

static CK_RV
work_init(struct eng *e, const struct curve *c, struct work *w)
{
	CK_RV rv;

	if ((rv = edwards_init(eng_ctx(e), c, &w->ed)) != CKR_OK)
		return rv;
	w->md = eng_md(e, c->len == ED25519_LEN ? "SHA2-512" : "SHAKE-256");
	w->hash_len = 2 * c->len;
	if (w->md == NULL)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "eddsa: no hash for %s", c->name);
	if (!work_constants(w) || !work_group(w) || !work_generator(w))
		return log_rv(CKR_DEVICE_ERROR, "eddsa: no arithmetic");
	return CKR_OK;
}

/* ---------------------------------------------------------------- hashes */

/* Hashes a number of strings to n bytes. */
static CK_RV
hash(const struct work *w, const struct bytes *in, size_t count, uint8_t *out,
    size_t n)
{
	KL_AUTO(md_ctx_freep) EVP_MD_CTX *mctx = EVP_MD_CTX_new();
	int ok;

	if (mctx == NULL)
		return CKR_HOST_MEMORY;
	ok = EVP_DigestInit_ex2(mctx, w->md, NULL);
	for (size_t i = 0; i < count && ok == 1; i++)
		if (in[i].n > 0)
			ok = EVP_DigestUpdate(mctx, in[i].p, in[i].n);
	if (ok == 1)
		ok = w->ed.len == ED25519_LEN ?
		    EVP_DigestFinal_ex(mctx, out, NULL) :
		    EVP_DigestFinalXOF(mctx, out, n);
	return ok == 1 ? CKR_OK : log_rv(CKR_DEVICE_ERROR, "eddsa: no hash");
}

/* What is hashed before everything else: dom2, dom4 of RFC 8032. */
static void
put_dom(const struct work *w, const struct ed_scheme *scheme, struct buf *out)
{
	if (w->ed.len == ED25519_LEN)
		buf_put(out,
		    BYTES_STR("SigEd25519 no Ed25519 collisions"));
	else
		buf_put(out, BYTES_STR("SigEd448"));
	buf_put_u8(out, scheme->ph);
	buf_put_u8(out, scheme->context_len);
	buf_put(out, bytes_of(scheme->context, scheme->context_len));
}

/* H(dom || first || second || message) modulo the order, as a number. */
static CK_RV
hash_to_scalar(const struct work *w, const struct bytes in[4], BIGNUM *out)
{
	WIPE_AUTO(h, HASH_MAX);
	KL_AUTO(bn_freep) BIGNUM *wide = BN_secure_new();
	CK_RV rv;

	if (wide == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = hash(w, in, 4, h, w->hash_len)) != CKR_OK)
		return rv;
	BN_set_flags(wide, BN_FLG_CONSTTIME);
	if (BN_lebin2bn(h, (int)w->hash_len, wide) == NULL ||
	    BN_nnmod(out, wide, w->ed.order, w->ed.ctx) != 1)
		return CKR_HOST_MEMORY;
	return CKR_OK;
}

/* PH(message): the message itself unless the scheme hashes it first. */
static CK_RV
prehash(const struct work *w, const struct ed_scheme *scheme,
    struct bytes *message, uint8_t room[PH_LEN])
{
	CK_RV rv;

	if (!scheme->ph)
		return CKR_OK;
	if ((rv = hash(w, message, 1, room, PH_LEN)) == CKR_OK)
		*message = bytes_of(room, PH_LEN);
	return rv;
}

/* ------------------------------------------------------ sign and verify */

/* One half of the key: len bytes to out. */
static CK_RV
key_half(const struct eng_key *key, const char *name, uint8_t *out)
{
	size_t n = key->curve->len;

	if (EVP_PKEY_get_octet_string_param(key->pkey, name, out, n, &n) != 1 ||
	    n != key->curve->len)
		return CKR_DEVICE_ERROR;
	return CKR_OK;
}

/* Expands the seed: the clamped scalar, then the prefix (RFC 8032 5.1.5). */
static CK_RV
expand_seed(const struct work *w, const struct eng_key *key, uint8_t *out)
{
	WIPE_AUTO(seed, LEN_MAX);
	size_t n = w->ed.len;
	struct bytes view = bytes_of(seed, n);
	CK_RV rv;

	if ((rv = key_half(key, OSSL_PKEY_PARAM_PRIV_KEY, seed)) != CKR_OK ||
	    (rv = hash(w, &view, 1, out, 2 * n)) != CKR_OK)
		return rv;
	if (n == ED25519_LEN) {
		out[0] &= 0xf8;
		out[n - 1] = (uint8_t)((out[n - 1] & 0x7f) | 0x40);
	} else {
		out[0] &= 0xfc;
		out[n - 1] = 0;
		out[n - 2] |= 0x80;
	}
	return CKR_OK;
}

/* R = r B, encoded. */
static CK_RV
commit(const struct work *w, const BIGNUM *r, uint8_t *out)
{
	KL_AUTO(point_freep) EC_POINT *p = EC_POINT_new(w->group);

	if (p == NULL)
		return CKR_HOST_MEMORY;
	if (EC_POINT_mul(w->group, p, r, NULL, NULL, w->ed.ctx) != 1 ||
	    !point_out(w, p, out))
		return log_rv(CKR_DEVICE_ERROR, "eddsa: multiplication failed");
	return CKR_OK;
}

/* S = (r + k s) modulo the order, len bytes to out. */
static CK_RV
respond(const struct work *w, const BIGNUM *r, const BIGNUM *k,
    struct bytes scalar, uint8_t *out)
{
	KL_AUTO(mont_freep) BN_MONT_CTX *mont = BN_MONT_CTX_new();
	KL_AUTO(bn_freep) BIGNUM *s = BN_secure_new();
	BN_CTX *bn = w->ed.ctx;
	const BIGNUM *order = w->ed.order;

	if (mont == NULL || s == NULL ||
	    BN_lebin2bn(scalar.p, (int)scalar.n, s) == NULL)
		return CKR_HOST_MEMORY;
	BN_set_flags(s, BN_FLG_CONSTTIME);
	if (BN_MONT_CTX_set(mont, order, bn) != 1 ||
	    BN_nnmod(s, s, order, bn) != 1 ||
	    BN_to_montgomery(s, s, mont, bn) != 1 ||
	    BN_mod_mul_montgomery(s, s, k, mont, bn) != 1 ||
	    BN_mod_add_quick(s, s, r, order) != 1 ||
	    BN_bn2lebinpad(s, out, (int)w->ed.len) != (int)w->ed.len)
		return log_rv(CKR_DEVICE_ERROR, "eddsa: arithmetic failed");
	return CKR_OK;
}

CK_RV
edwards_sign(struct eng *e, const struct eng_key *key,
    const struct ed_scheme *scheme, struct bytes in, uint8_t *out)
{
	KL_AUTO(work_done) struct work w = { .hash_len = 0 };
	KL_AUTO(buf_done) struct buf dom = { .p = NULL };
	KL_AUTO(bn_freep) BIGNUM *r = BN_secure_new();
	KL_AUTO(bn_freep) BIGNUM *k = BN_new();
	WIPE_AUTO(secret, HASH_MAX);
	uint8_t public[LEN_MAX];
	uint8_t sig[ED_SIG_MAX];
	uint8_t ph[PH_LEN];
	size_t n = key->curve->len;
	struct bytes of[4];
	CK_RV rv;

	if (r == NULL || k == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = work_init(e, key->curve, &w)) != CKR_OK ||
	    (rv = prehash(&w, scheme, &in, ph)) != CKR_OK ||
	    (rv = expand_seed(&w, key, secret)) != CKR_OK ||
	    (rv = key_half(key, OSSL_PKEY_PARAM_PUB_KEY, public)) != CKR_OK)
		return rv;
	put_dom(&w, scheme, &dom);
	of[0] = buf_view(&dom);
	of[1] = bytes_of(secret + n, n);
	of[2] = BYTES_NONE;
	of[3] = in;
	if ((rv = buf_rv(&dom)) != CKR_OK ||
	    (rv = hash_to_scalar(&w, of, r)) != CKR_OK)
		return rv;
	BN_set_flags(r, BN_FLG_CONSTTIME);
	if ((rv = commit(&w, r, sig)) != CKR_OK)
		return rv;
	of[1] = bytes_of(sig, n);
	of[2] = bytes_of(public, n);
	if ((rv = hash_to_scalar(&w, of, k)) != CKR_OK ||
	    (rv = respond(&w, r, k, bytes_of(secret, n), sig + n)) != CKR_OK)
		return rv;
	memcpy(out, sig, 2 * n);
	return CKR_OK;
}

/* Whether S B - k A is what the signature calls R. */
static CK_RV
check_equation(const struct work *w, const BIGNUM *s, const BIGNUM *k,
    struct bytes public, const uint8_t *want)
{
	KL_AUTO(point_freep) EC_POINT *p = EC_POINT_new(w->group);
	KL_AUTO(point_freep) EC_POINT *a = NULL;
	KL_AUTO(bn_freep) BIGNUM *x = BN_new();
	KL_AUTO(bn_freep) BIGNUM *y = BN_new();
	uint8_t got[LEN_MAX];

	if (p == NULL || x == NULL || y == NULL)
		return CKR_HOST_MEMORY;
	if (edwards_decode(&w->ed, public, x, y) != CKR_OK ||
	    edwards_small_order(&w->ed, y) ||
	    (a = point_in(w, x, y)) == NULL)
		return CKR_SIGNATURE_INVALID;
	/* -A, because A's order need not be that of B. */
	if (EC_POINT_invert(w->group, a, w->ed.ctx) != 1 ||
	    EC_POINT_mul(w->group, p, s, a, k, w->ed.ctx) != 1 ||
	    !point_out(w, p, got))
		return CKR_DEVICE_ERROR;
	return bytes_equal(bytes_of(got, w->ed.len),
	    bytes_of(want, w->ed.len)) ? CKR_OK : CKR_SIGNATURE_INVALID;
}

CK_RV
edwards_verify(struct eng *e, const struct eng_key *key,
    const struct ed_scheme *scheme, struct bytes in, struct bytes sig)
{
	KL_AUTO(work_done) struct work w = { .hash_len = 0 };
	KL_AUTO(buf_done) struct buf dom = { .p = NULL };
	KL_AUTO(bn_freep) BIGNUM *s = BN_new();
	KL_AUTO(bn_freep) BIGNUM *k = BN_new();
	uint8_t public[LEN_MAX];
	uint8_t ph[PH_LEN];
	size_t n = key->curve->len;
	struct bytes of[4];
	CK_RV rv;

	if (s == NULL || k == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = work_init(e, key->curve, &w)) != CKR_OK ||
	    (rv = prehash(&w, scheme, &in, ph)) != CKR_OK ||
	    (rv = key_half(key, OSSL_PKEY_PARAM_PUB_KEY, public)) != CKR_OK)
		return rv;
	if (BN_lebin2bn(sig.p + n, (int)n, s) == NULL)
		return CKR_HOST_MEMORY;
	if (BN_cmp(s, w.ed.order) >= 0)
		return CKR_SIGNATURE_INVALID;
	put_dom(&w, scheme, &dom);
	of[0] = buf_view(&dom);
	of[1] = bytes_of(sig.p, n);
	of[2] = bytes_of(public, n);
	of[3] = in;
	if ((rv = buf_rv(&dom)) != CKR_OK ||
	    (rv = hash_to_scalar(&w, of, k)) != CKR_OK)
		return rv;
	return check_equation(&w, s, k, bytes_of(public, n), sig.p);
}
