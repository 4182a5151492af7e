/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a key may be used in some way: its class, its usage attribute, its
 * allowed mechanisms, its dates, and what it would tell of a wrapped key.  The
 * usages are rows of a table.
 *
 * Callers hold a reference to the object, whose attributes do not change.
 */
#include "object/policy_int.h"

#include "base/log.h"
#include "base/utc.h"

struct use_row {
	CK_ATTRIBUTE_TYPE attr;	/* the boolean that allows it */
	bool by_secret, by_private, by_public;
	bool dated;		/* makes something new: the dates count */
};
#define NO_ATTR CK_UNAVAILABLE_INFORMATION

static const struct use_row uses[] = {
	/* use                       attribute            sec    priv   pub    dated */
	[OBJ_USE_ENCRYPT] =        { CKA_ENCRYPT,         true,  false, true,  true },
	[OBJ_USE_DECRYPT] =        { CKA_DECRYPT,         true,  true,  false, false },
	[OBJ_USE_SIGN] =           { CKA_SIGN,            true,  true,  false, true },
	[OBJ_USE_VERIFY] =         { CKA_VERIFY,          true,  false, true,  false },
	[OBJ_USE_SIGN_RECOVER] =   { CKA_SIGN_RECOVER,    false, true,  false, true },
	[OBJ_USE_VERIFY_RECOVER] = { CKA_VERIFY_RECOVER,  false, false, true,  false },
	[OBJ_USE_WRAP] =           { CKA_WRAP,            true,  false, true,  true },
	[OBJ_USE_UNWRAP] =         { CKA_UNWRAP,          true,  true,  false, false },
	[OBJ_USE_DERIVE] =         { CKA_DERIVE,          true,  true,  false, true },
	[OBJ_USE_ENCAPSULATE] =    { CKA_ENCAPSULATE,     false, false, true,  true },
	[OBJ_USE_DECAPSULATE] =    { CKA_DECAPSULATE,     false, true,  false, false },
	[OBJ_USE_DIGEST] =         { NO_ATTR,             true,  false, false, false },
	[OBJ_USE_PUBLIC] =         { NO_ATTR,             false, true,  false, false },
};

uint32_t
use_bit(CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < KL_COUNT(uses); i++)
		if (uses[i].attr == type && type != NO_ATTR)
			return (uint32_t)1 << i;
	return 0;
}

static bool
use_fits(const struct use_row *u, CK_OBJECT_CLASS class)
{
	/* Passwords are all that such a key gives: what else could be made of
	 * it tells them without moving its counter. */
	if (class == CKO_OTP_KEY)
		return u->attr == CKA_SIGN || u->attr == CKA_VERIFY;
	return (class == CKO_SECRET_KEY && u->by_secret) ||
	    (class == CKO_PRIVATE_KEY && u->by_private) ||
	    (class == CKO_PUBLIC_KEY && u->by_public);
}

bool
use_names(const struct object *o, CK_MECHANISM_TYPE mech)
{
	struct reader r = reader_of(attrs_bytes(&o->attrs,
	    CKA_ALLOWED_MECHANISMS));

	while (r.left.n > 0 && !r.failed)
		if (read_u64(&r) == (uint64_t)mech)
			return true;
	return false;
}

static bool
mechanism_allowed(const struct object *o, CK_MECHANISM_TYPE mech)
{
	return attrs_bytes(&o->attrs, CKA_ALLOWED_MECHANISMS).n == 0 ||
	    use_names(o, mech);
}

/*
 * What a wrapping key that may not decrypt (ATTR_WRAPS) must not do although
 * its attributes allow it, because it opens what was wrapped all the same: a
 * raw RSA signature is the decryption, and so is decapsulation.
 */
static bool
opens_wrapped(const struct object *o, enum obj_use use, CK_MECHANISM_TYPE mech)
{
	if (attrs_num(&o->attrs, ATTR_WRAPS, 0) == 0)
		return false;
	return use == OBJ_USE_DECRYPT || use == OBJ_USE_DECAPSULATE ||
	    ((use == OBJ_USE_SIGN || use == OBJ_USE_SIGN_RECOVER) &&
	    mech == CKM_RSA_X_509);
}

/*
 * Mechanisms without integrity, by which unwrapping tells what is inside: a
 * part of the ciphertext is a key of a few bytes, which is guessed and checked
 * (any), or whether padding was right tells of it (the others: Bardou and
 * others 2012).  So a ciphertext of a mechanism with integrity is opened too.
 */
static const struct {
	CK_MECHANISM_TYPE mech;
	bool any;		/* counts for every key that may not decrypt,
				   else for those that wrap sensitive keys */
} tellers[] = {
	{ CKM_RSA_X_509, true }, { CKM_AES_CTR, true },
	{ CKM_AES_OFB, true }, { CKM_AES_CFB1, true },
	{ CKM_AES_CFB8, true }, { CKM_AES_CFB128, true },
	{ CKM_CAMELLIA_CTR, true },
	{ CKM_CHACHA20, true },
	{ CKM_RSA_PKCS, false }, { CKM_AES_ECB, false },
	{ CKM_AES_CBC, false }, { CKM_AES_CBC_PAD, false },
	{ CKM_AES_CTS, false }, { CKM_AES_XTS, false },
	{ CKM_DES_ECB, false }, { CKM_DES_CBC, false },
	{ CKM_DES_CBC_PAD, false }, { CKM_DES3_ECB, false },
	{ CKM_DES3_CBC, false }, { CKM_DES3_CBC_PAD, false },
	{ CKM_ARIA_ECB, false }, { CKM_ARIA_CBC, false },
	{ CKM_ARIA_CBC_PAD, false }, { CKM_CAMELLIA_ECB, false },
	{ CKM_CAMELLIA_CBC, false }, { CKM_CAMELLIA_CBC_PAD, false },
	{ CKM_SEED_ECB, false }, { CKM_SEED_CBC, false },
	{ CKM_SEED_CBC_PAD, false }, { CKM_BLOWFISH_CBC, false },
	{ CKM_BLOWFISH_CBC_PAD, false }, { CKM_CAST128_ECB, false },
	{ CKM_CAST128_CBC, false }, { CKM_CAST128_CBC_PAD, false },
	{ CKM_IDEA_ECB, false }, { CKM_IDEA_CBC, false },
	{ CKM_IDEA_CBC_PAD, false },
};

/* Whether a key that may not decrypt would tell by unwrapping or decapsulating so: rules 2 and
 * 4 of design section 9.  A key that names the mechanism was made for it. */
static bool
tells_wrapped(const struct object *o, enum obj_use use, CK_MECHANISM_TYPE mech)
{
	bool wraps = attrs_num(&o->attrs, ATTR_WRAPS, 0) != 0 ||
	    attrs_bool(&o->attrs, CKA_TRUSTED, false);

	if ((use != OBJ_USE_UNWRAP && use != OBJ_USE_DECAPSULATE) ||
	    attrs_bool(&o->attrs, CKA_DECRYPT, false) ||
	    space_env(o->space)->conf->policy == CONF_POLICY_COMPATIBLE ||
	    use_names(o, mech))
		return false;
	for (size_t i = 0; i < KL_COUNT(tellers); i++)
		if (tellers[i].mech == mech)
			return tellers[i].any || wraps;
	return false;
}

/* Derivations whose result holds bytes of the base key as they are; cut: not
 * all of them. */
static const struct {
	CK_MECHANISM_TYPE mech;
	bool cut;
} byte_givers[] = {
	{ CKM_EXTRACT_KEY_FROM_KEY, true },
	{ CKM_IKE1_EXTENDED_DERIVE, true },
	{ CKM_XOR_BASE_AND_DATA, true },
	{ CKM_CONCATENATE_BASE_AND_KEY, false },
	{ CKM_CONCATENATE_BASE_AND_DATA, false },
	{ CKM_CONCATENATE_DATA_AND_BASE, false },
};

/* Whether deriving so would make a twin of a wrapping key with other roles, or
 * cut unknown bytes out of known ones (ATTR_JOINED): rules 1 and 5. */
static bool
gives_bytes(const struct object *o, enum obj_use use, CK_MECHANISM_TYPE mech)
{
	bool wraps = attrs_num(&o->attrs, ATTR_WRAPS, 0) != 0 ||
	    attrs_bool(&o->attrs, CKA_TRUSTED, false);
	bool joined = attrs_num(&o->attrs, ATTR_JOINED, 0) != 0;

	if (use != OBJ_USE_DERIVE || o->class != CKO_SECRET_KEY ||
	    (!wraps && !joined))
		return false;
	for (size_t i = 0; i < KL_COUNT(byte_givers); i++)
		if (byte_givers[i].mech == mech)
			return wraps || byte_givers[i].cut;
	return false;
}

/* The standard leaves the dates to the application (3.2 section 4.7); design
 * section 9 lets them count for what makes something new. */
static bool
within_dates(const struct object *o)
{
	struct bytes start = attrs_bytes(&o->attrs, CKA_START_DATE);
	struct bytes end = attrs_bytes(&o->attrs, CKA_END_DATE);
	uint8_t text[UTC_TEXT];
	struct bytes now = bytes_of(text, sizeof(CK_DATE));

	if (start.n == 0 && end.n == 0)
		return true;
	if (!utc_text(text))
		return false;
	return (start.n == 0 ||
	    bytes_compare(start, now) <= 0) &&
	    (end.n == 0 || bytes_compare(now, end) <= 0);
}

/* The answer in full, in the order of object.h. */
static CK_RV
use_judge(const struct object *o, enum obj_use use, CK_MECHANISM_TYPE mech)
{
	const struct use_row *u = &uses[use];

	if (!use_fits(u, o->class))
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "object: class 0x%lx cannot be used so", o->class);
	if (u->attr != NO_ATTR && !attrs_bool(&o->attrs, u->attr, false))
		return log_rv(CKR_KEY_FUNCTION_NOT_PERMITTED,
		    "object: attribute 0x%lx is false", u->attr);
	if (opens_wrapped(o, use, mech))
		return log_rv(CKR_KEY_FUNCTION_NOT_PERMITTED,
		    "policy: a wrapping key does not open what it wrapped");
	if (tells_wrapped(o, use, mech))
		return log_rv(CKR_KEY_FUNCTION_NOT_PERMITTED,
		    "policy: a key that may not decrypt unwraps without "
		    "integrity only what it names in CKA_ALLOWED_MECHANISMS");
	if (gives_bytes(o, use, mech))
		return log_rv(CKR_KEY_FUNCTION_NOT_PERMITTED,
		    "policy: no key is made of bytes of this one");
	if (!mechanism_allowed(o, mech))
		return log_rv(CKR_MECHANISM_INVALID,
		    "object: mechanism 0x%lx is not in "
		    "CKA_ALLOWED_MECHANISMS", mech);
	if (u->dated && !within_dates(o))
		return log_rv(CKR_KEY_FUNCTION_NOT_PERMITTED,
		    "object: today is outside the key's dates");
	return CKR_OK;
}

#define USES_KNOWN ((uint32_t)1 << 31)

/* One bit for each use that no list of mechanisms, no date and no past of the
 * key narrows: most keys, and the same for ever, since attributes stay. */
static uint32_t
uses_free(const struct object *o)
{
	uint32_t bits = USES_KNOWN;

	if (attrs_bytes(&o->attrs, CKA_ALLOWED_MECHANISMS).n != 0 ||
	    attrs_bytes(&o->attrs, CKA_START_DATE).n != 0 ||
	    attrs_bytes(&o->attrs, CKA_END_DATE).n != 0 ||
	    attrs_num(&o->attrs, ATTR_WRAPS, 0) != 0)
		return bits;
	for (size_t i = 0; i < KL_COUNT(uses); i++)
		if (use_fits(&uses[i], o->class) && (uses[i].attr == NO_ATTR ||
		    attrs_bool(&o->attrs, uses[i].attr, false)))
			bits |= (uint32_t)1 << i;
	if (!attrs_bool(&o->attrs, CKA_DECRYPT, false))
		bits &= ~((uint32_t)1 << OBJ_USE_UNWRAP |
		    (uint32_t)1 << OBJ_USE_DECAPSULATE);
	if (attrs_num(&o->attrs, ATTR_JOINED, 0) != 0 ||
	    attrs_bool(&o->attrs, CKA_TRUSTED, false))
		bits &= ~((uint32_t)1 << OBJ_USE_DERIVE);
	return bits;
}

CK_RV
obj_may(struct object *o, enum obj_use use, CK_MECHANISM_TYPE mech)
{
	uint32_t bits;

	KL_ASSERT((size_t)use < KL_COUNT(uses));
	bits = atomic_load_explicit(&o->free_uses, memory_order_relaxed);
	if (bits == 0) {
		bits = uses_free(o);
		atomic_store_explicit(&o->free_uses, bits,
		    memory_order_relaxed);
	}
	if ((bits >> use & 1) != 0)
		return CKR_OK;
	return use_judge(o, use, mech);
}
