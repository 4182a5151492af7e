/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The named curves: their names, object identifiers and sizes, and reading
 * CKA_EC_PARAMS (3.2 section 6.3.3).
 *
 * Invariants:
 *  1. Every short Weierstrass curve here has cofactor 1 and a prime field of
 *     224 bits or more, so a point on it that is not at infinity is safe.
 *  2. oid is what eng_curve gives; no two rows share an OID or, within a type,
 *     a name.
 *
 * The table is constant; any thread.
 */
#include "crypto/key_int.h"

#include <string.h>
#include <strings.h>
#include <openssl/objects.h>

#include "base/log.h"
#include "crypto/der.h"

#define OID(bytes) { (const uint8_t *)(bytes), sizeof(bytes) - 1 }
#define CERTICOM "\x06\x05\x2b\x81\x04\x00"
#define X962     "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01"
#define TELETRUST "\x06\x09\x2b\x24\x03\x03\x02\x08\x01\x01"
#define THAWTE   "\x06\x03\x2b\x65"
#define GNU_ED   "\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01"
#define GNU_X    "\x06\x0a\x2b\x06\x01\x04\x01\x97\x55\x01\x05\x01"

#define NO_OID { NULL, 0 }
#define EC(name, oid, bits, len, order, ...)                                   \
	{ ENG_EC, name, { __VA_ARGS__ }, OID(oid), NO_OID, bits, len, order }
#define RFC(type, name, oid, old, bits, len, ...)                              \
	{ type, name, { __VA_ARGS__ }, OID(oid), old, bits, len, len }

static const struct curve curves[] = {
	EC("prime256v1", X962 "\x07", 256, 32, 32, "P-256", "secp256r1", "nistp256"),
	EC("secp384r1", CERTICOM "\x22", 384, 48, 48, "P-384", "nistp384"),
	EC("secp521r1", CERTICOM "\x23", 521, 66, 66, "P-521", "nistp521"),
	EC("secp224r1", CERTICOM "\x21", 224, 28, 28, "P-224", "nistp224"),
	EC("secp224k1", CERTICOM "\x20", 224, 28, 29, NULL),
	EC("secp256k1", CERTICOM "\x0a", 256, 32, 32, NULL),
	EC("prime239v1", X962 "\x04", 239, 30, 30, NULL),
	EC("prime239v2", X962 "\x05", 239, 30, 30, NULL),
	EC("prime239v3", X962 "\x06", 239, 30, 30, NULL),
	EC("brainpoolP224r1", TELETRUST "\x05", 224, 28, 28, NULL),
	EC("brainpoolP224t1", TELETRUST "\x06", 224, 28, 28, NULL),
	EC("brainpoolP256r1", TELETRUST "\x07", 256, 32, 32, NULL),
	EC("brainpoolP256t1", TELETRUST "\x08", 256, 32, 32, NULL),
	EC("brainpoolP320r1", TELETRUST "\x09", 320, 40, 40, NULL),
	EC("brainpoolP320t1", TELETRUST "\x0a", 320, 40, 40, NULL),
	EC("brainpoolP384r1", TELETRUST "\x0b", 384, 48, 48, NULL),
	EC("brainpoolP384t1", TELETRUST "\x0c", 384, 48, 48, NULL),
	EC("brainpoolP512r1", TELETRUST "\x0d", 512, 64, 64, NULL),
	EC("brainpoolP512t1", TELETRUST "\x0e", 512, 64, 64, NULL),
	RFC(ENG_ED, "ED25519", THAWTE "\x70", OID(GNU_ED), 255, 32,
	    "edwards25519", "id-Ed25519"),
	RFC(ENG_ED, "ED448", THAWTE "\x71", NO_OID, 448, 57,
	    "edwards448", "id-Ed448"),
	RFC(ENG_MONT, "X25519", THAWTE "\x6e", OID(GNU_X), 255, 32,
	    "curve25519", "id-X25519"),
	RFC(ENG_MONT, "X448", THAWTE "\x6f", NO_OID, 448, 56,
	    "curve448", "id-X448"),
};

const struct curve *
curve_at(size_t i)
{
	return i < KL_COUNT(curves) ? &curves[i] : NULL;
}

size_t
curve_index(const struct curve *c)
{
	return (size_t)(c - curves);
}

const struct curve *
curve_by_oid(struct bytes oid)
{
	for (size_t i = 0; i < KL_COUNT(curves); i++)
		if (oid.n > 0 && (bytes_equal(oid, curves[i].oid) ||
		    bytes_equal(oid, curves[i].old_oid)))
			return &curves[i];
	return NULL;
}

/* Whether text spells name, case aside. */
static bool
name_is(const char *name, struct bytes text)
{
	return name != NULL && strlen(name) == text.n &&
	    strncasecmp(name, (const char *)text.p, text.n) == 0;
}

static const struct curve *
curve_by_name(struct bytes text)
{
	for (size_t i = 0; i < KL_COUNT(curves); i++) {
		if (name_is(curves[i].name, text))
			return &curves[i];
		for (size_t a = 0; a < KL_COUNT(curves[i].alias); a++)
			if (name_is(curves[i].alias[a], text))
				return &curves[i];
	}
	return NULL;
}

CK_RV
curve_find(enum eng_type type, struct bytes params, const struct curve **out)
{
	struct reader r = reader_of(params);
	const struct curve *c = NULL;
	struct bytes name;

	if (der_next_is(&r, DER_OID)) {
		(void)der_read(&r, DER_OID); /* only to see that it is whole */
		if (read_done(&r))
			c = curve_by_oid(params);
	} else if (der_next_is(&r, DER_PRINTABLE)) {
		name = der_read(&r, DER_PRINTABLE);
		if (read_done(&r))
			c = curve_by_name(name);
	} else {
		/* Explicit parameters too: 3.2 section 6.3. */
		return log_rv(CKR_DOMAIN_PARAMS_INVALID,
		    "curve: parameters are neither an OID nor a name");
	}
	if (!read_done(&r))
		return log_rv(CKR_DOMAIN_PARAMS_INVALID,
		    "curve: parameters are not DER");
	if (c == NULL || c->type != type)
		return log_rv(CKR_CURVE_NOT_SUPPORTED,
		    "curve: not one of this key type");
	*out = c;
	return CKR_OK;
}

bool
curve_usable(struct eng *e, const struct curve *c)
{
	ENG_MARK;
	OSSL_LIB_CTX *ctx = eng_ctx(e);
	EC_GROUP *group;

	if (c->type != ENG_EC)
		return eng_has_keymgmt(e, c->name);
	if (ctx == NULL || !eng_has_keymgmt(e, "EC"))
		return false;
	/* Some distributions leave curves out. */
	group = EC_GROUP_new_by_curve_name_ex(ctx, eng_props(e),
	    OBJ_sn2nid(c->name));
	EC_GROUP_free(group);
	return group != NULL;
}

CK_RV
eng_curve(struct eng *e, enum eng_type type, struct bytes params,
    struct buf *out, size_t *bits)
{
	const struct curve *c;
	CK_RV rv;

	if ((rv = curve_find(type, params, &c)) != CKR_OK)
		return rv;
	if (!curve_usable(e, c))
		return log_rv(CKR_CURVE_NOT_SUPPORTED,
		    "curve: libcrypto has no %s", c->name);
	buf_put(out, c->oid);
	if ((rv = buf_rv(out)) == CKR_OK && bits != NULL)
		*bits = c->bits;
	return rv;
}
