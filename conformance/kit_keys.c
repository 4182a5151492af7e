/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects of the cases: complete templates for each class, keys whose bytes
 * the suite knows, attribute checks. Everything happens in kit.s.
 */
#include "kit.h"
#include "kit_fixed.h"

#include <stdio.h>
#include <string.h>

/* Whether it makes a data object. */
static bool
t_is_data(const struct tmpl *t)
{
	CK_OBJECT_CLASS class;

	for (size_t i = 0; i < t->n; i++)
		if (t->a[i].type == CKA_CLASS &&
		    t->a[i].ulValueLen == sizeof(class)) {
			memcpy(&class, t->a[i].pValue, sizeof(class));
			return class == CKO_DATA;
		}
	return false;
}

CK_RV
obj_try(const struct tmpl *t, CK_OBJECT_HANDLE *out)
{
	*out = CK_INVALID_HANDLE;
	return kit.f->C_CreateObject(
	    kit.s, (CK_ATTRIBUTE *)(uintptr_t)t->a, t->n, out);
}

CK_OBJECT_HANDLE
obj_make(const struct tmpl *t)
{
	CK_OBJECT_HANDLE h;
	CK_RV rv = obj_try(t, &h);

	if (rv == CKR_ATTRIBUTE_VALUE_INVALID && t_is_data(t) &&
	    kit.profile == PROFILE_SOFTOKN)
		kit_skip("softokn keeps no data objects");
	NEED(rv);
	return h;
}

long
attr_read(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, void *buf, size_t room)
{
	CK_ATTRIBUTE a = { type, buf, room };

	if (kit.f->C_GetAttributeValue(kit.s, h, &a, 1) != CKR_OK)
		return -1;
	return (long)a.ulValueLen;
}

CK_RV
attr_rv(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE buf[ATTR_ROOM];
	CK_ATTRIBUTE a = { type, buf, sizeof(buf) };

	return kit.f->C_GetAttributeValue(kit.s, h, &a, 1);
}

CK_ULONG
attr_u(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG v = CK_UNAVAILABLE_INFORMATION;
	long n = attr_read(h, type, &v, sizeof(v));

	CHECK(n == (long)sizeof(v), "attribute 0x%lx: %s, length %ld", type,
	    kit_rv_name(attr_rv(h, type)), n);
	return v;
}

bool
attr_b(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL v = 2;
	long n = attr_read(h, type, &v, sizeof(v));

	CHECK(n == 1 && v <= 1, "attribute 0x%lx: %s, length %ld, value %u",
	    type, kit_rv_name(attr_rv(h, type)), n, (unsigned int)v);
	return v == CK_TRUE;
}

static void
hex_text(char *out, size_t room, const CK_BYTE *v, size_t n)
{
	out[0] = '\0';
	for (size_t i = 0; i < n && i < 24 && 2 * i + 3 < room; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", v[i]);
}

bool
attr_is(
    CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, const void *want, size_t len)
{
	CK_BYTE got[ATTR_ROOM];
	char a[64], b[64];
	long n = attr_read(h, type, got, sizeof(got));

	if (n == (long)len && (len == 0 || memcmp(got, want, len) == 0))
		return true;
	hex_text(a, sizeof(a), got, n > 0 ? (size_t)n : 0);
	hex_text(b, sizeof(b), want, len);
	return CHECK(false,
	    "attribute 0x%lx: %s, %ld bytes %s; want %zu bytes %s", type,
	    kit_rv_name(attr_rv(h, type)), n, a, len, b);
}

bool
attr_is_b(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, bool want)
{
	CK_BBOOL b = want ? CK_TRUE : CK_FALSE;

	return attr_is(h, type, &b, sizeof(b));
}

bool
attr_is_u(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, CK_ULONG want)
{
	return attr_is(h, type, &want, sizeof(want));
}

CK_RV
attr_set(
    CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	CK_ATTRIBUTE a = { type, (void *)(uintptr_t)value, len };

	return kit.f->C_SetAttributeValue(kit.s, h, &a, 1);
}

CK_RV
attr_set_b(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, bool value)
{
	CK_BBOOL b = value ? CK_TRUE : CK_FALSE;

	return attr_set(h, type, &b, sizeof(b));
}

/* Objects that a token may show of itself; nobody made them. */
static bool
is_builtin(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE h)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE a = { CKA_CLASS, &class, sizeof(class) };

	return kit.f->C_GetAttributeValue(s, h, &a, 1) == CKR_OK &&
	    (class == CKO_PROFILE || class == CKO_MECHANISM ||
		class == CKO_HW_FEATURE || class == CKO_VALIDATION);
}

size_t
obj_find(CK_SESSION_HANDLE s, const struct tmpl *t, CK_OBJECT_HANDLE *out,
    size_t max)
{
	CK_OBJECT_HANDLE h[16];
	CK_ULONG n = 0;
	size_t total = 0;

	NEED(kit.f->C_FindObjectsInit(
	    s, t->n != 0 ? (CK_ATTRIBUTE *)(uintptr_t)t->a : NULL, t->n));
	do {
		NEED(kit.f->C_FindObjects(s, h, KIT_COUNT(h), &n));
		for (CK_ULONG i = 0; i < n; i++) {
			if (t->n == 0 && is_builtin(s, h[i]))
				continue;
			if (total < max)
				out[total] = h[i];
			total++;
		}
	} while (n != 0 && total < 100000);
	NEED(kit.f->C_FindObjectsFinal(s));
	return total;
}

void
tmpl_data(struct tmpl *t)
{
	t->n = 0;
	t_u(t, CKA_CLASS, CKO_DATA);
	t_s(t, CKA_LABEL, "a data object");
	t_s(t, CKA_APPLICATION, "conformance");
	t_s(t, CKA_VALUE, "some bytes");
}

/*
 * A certificate's content is opaque to the standard; SUBJECT and VALUE are
 * what it asks for.
 */
void
tmpl_cert(struct tmpl *t)
{
	static const CK_BYTE subject[] = { 0x30, 0x0f, 0x31, 0x0d, 0x30, 0x0b,
		0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x04, 't', 'e', 's', 't' };
	static const CK_BYTE serial[] = { 0x02, 0x01, 0x01 };
	static CK_BYTE value[1200];
	static size_t len;

	if (len == 0)
		len = hex_bytes(fixed_certificate, value, sizeof(value));
	t->n = 0;
	t_u(t, CKA_CLASS, CKO_CERTIFICATE);
	t_u(t, CKA_CERTIFICATE_TYPE, CKC_X_509);
	t_v(t, CKA_SUBJECT, subject, sizeof(subject));
	t_v(t, CKA_ISSUER, subject, sizeof(subject));
	t_v(t, CKA_SERIAL_NUMBER, serial, sizeof(serial));
	t_s(t, CKA_LABEL, "a certificate");
	t_s(t, CKA_ID, "cert-id");
	t_v(t, CKA_VALUE, value, len);
}

void
tmpl_secret(struct tmpl *t, CK_KEY_TYPE type, const void *value, size_t len)
{
	t->n = 0;
	t_u(t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(t, CKA_KEY_TYPE, type);
	t_b(t, CKA_SENSITIVE, false);
	t_b(t, CKA_EXTRACTABLE, true);
	t_b(t, CKA_SIGN, true);
	t_b(t, CKA_VERIFY, true);
	switch (type) {
	case CKK_AES:
	case CKK_AES_XTS:
	case CKK_ARIA:
	case CKK_CAMELLIA:
	case CKK_SEED:
	case CKK_DES:
	case CKK_DES2:
	case CKK_DES3:
	case CKK_BLOWFISH:
	case CKK_CAST128:
	case CKK_IDEA:
		t_b(t, CKA_ENCRYPT, true);
		t_b(t, CKA_DECRYPT, true);
		t_b(t, CKA_WRAP, true);
		t_b(t, CKA_UNWRAP, true);
		break;
	default:
		break;
	}
	t_b(t, CKA_DERIVE, true);
	t_v(t, CKA_VALUE, value, len);
}

struct number {
	CK_ATTRIBUTE_TYPE type;
	const char *hex;
};

static void
add_numbers(
    struct tmpl *t, const struct number *v, size_t n, CK_BYTE (*buf)[260])
{
	for (size_t i = 0; i < n; i++)
		t_v(t, v[i].type, buf[i],
		    hex_bytes(v[i].hex, buf[i], sizeof(buf[i])));
}

void
tmpl_rsa_public(struct tmpl *t)
{
	static const struct number v[] = { { CKA_MODULUS, fixed_rsa_n },
		{ CKA_PUBLIC_EXPONENT, fixed_rsa_e } };
	static CK_BYTE buf[KIT_COUNT(v)][260];

	t->n = 0;
	t_u(t, CKA_CLASS, CKO_PUBLIC_KEY);
	t_u(t, CKA_KEY_TYPE, CKK_RSA);
	t_b(t, CKA_VERIFY, true);
	t_b(t, CKA_ENCRYPT, true);
	t_b(t, CKA_WRAP, true);
	add_numbers(t, v, KIT_COUNT(v), buf);
}

static void
private_usage(struct tmpl *t, CK_KEY_TYPE type)
{
	t->n = 0;
	t_u(t, CKA_CLASS, CKO_PRIVATE_KEY);
	t_u(t, CKA_KEY_TYPE, type);
	t_b(t, CKA_SENSITIVE, false);
	t_b(t, CKA_EXTRACTABLE, true);
	t_b(t, CKA_SIGN, true);
}

void
tmpl_rsa_private(struct tmpl *t)
{
	static const struct number v[] = {
		{ CKA_MODULUS, fixed_rsa_n },
		{ CKA_PUBLIC_EXPONENT, fixed_rsa_e },
		{ CKA_PRIVATE_EXPONENT, fixed_rsa_d },
		{ CKA_PRIME_1, fixed_rsa_p },
		{ CKA_PRIME_2, fixed_rsa_q },
		{ CKA_EXPONENT_1, fixed_rsa_dp },
		{ CKA_EXPONENT_2, fixed_rsa_dq },
		{ CKA_COEFFICIENT, fixed_rsa_qi },
	};
	static CK_BYTE buf[KIT_COUNT(v)][260];

	private_usage(t, CKK_RSA);
	t_b(t, CKA_DECRYPT, true);
	t_b(t, CKA_UNWRAP, true);
	add_numbers(t, v, KIT_COUNT(v), buf);
}

void
tmpl_ec_public(struct tmpl *t)
{
	const struct curve *c = curve_find("prime256v1");
	static CK_BYTE point[67] = { 0x04, 0x41 };

	(void)hex_bytes(fixed_ec_q, point + 2, sizeof(point) - 2);
	t->n = 0;
	t_u(t, CKA_CLASS, CKO_PUBLIC_KEY);
	t_u(t, CKA_KEY_TYPE, CKK_EC);
	t_b(t, CKA_VERIFY, true);
	t_v(t, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_v(t, CKA_EC_POINT, point, sizeof(point));
}

void
tmpl_ec_private(struct tmpl *t)
{
	const struct curve *c = curve_find("prime256v1");
	static CK_BYTE d[32];

	private_usage(t, CKK_EC);
	t_b(t, CKA_DERIVE, true);
	t_v(t, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_v(t, CKA_VALUE, d, hex_bytes(fixed_ec_d, d, sizeof(d)));
}

void
key_bytes(CK_BYTE *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (CK_BYTE)i;
}

CK_OBJECT_HANDLE
key_secret(CK_KEY_TYPE type, size_t len)
{
	CK_BYTE value[256];
	struct tmpl t;

	REQUIRE(
	    len <= sizeof(value), "the suite asks for a key of %zu bytes", len);
	key_bytes(value, len);
	tmpl_secret(&t, type, value, len);
	return obj_make(&t);
}

void
pair_rsa(CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
	struct tmpl t;

	tmpl_rsa_public(&t);
	*pub = obj_make(&t);
	tmpl_rsa_private(&t);
	*priv = obj_make(&t);
}

void
pair_ec(CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
	struct tmpl t;

	tmpl_ec_public(&t);
	*pub = obj_make(&t);
	tmpl_ec_private(&t);
	*priv = obj_make(&t);
}

void
pair_dsa(CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
	static const struct number v[] = { { CKA_PRIME, fixed_dsa_p },
		{ CKA_SUBPRIME, fixed_dsa_q }, { CKA_BASE, fixed_dsa_g } };
	static const struct number y[] = { { CKA_VALUE, fixed_dsa_y } };
	static const struct number x[] = { { CKA_VALUE, fixed_dsa_x } };
	static CK_BYTE group[KIT_COUNT(v)][260], value[1][260];
	struct tmpl t = { .n = 0 };

	t_u(&t, CKA_CLASS, CKO_PUBLIC_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_DSA);
	t_b(&t, CKA_VERIFY, true);
	add_numbers(&t, v, KIT_COUNT(v), group);
	add_numbers(&t, y, KIT_COUNT(y), value);
	*pub = obj_make(&t);
	private_usage(&t, CKK_DSA);
	add_numbers(&t, v, KIT_COUNT(v), group);
	add_numbers(&t, x, KIT_COUNT(x), value);
	*priv = obj_make(&t);
}

CK_RV
pair_dsa_new(CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
	static const struct number v[] = { { CKA_PRIME, fixed_dsa_p },
		{ CKA_SUBPRIME, fixed_dsa_q }, { CKA_BASE, fixed_dsa_g } };
	static CK_BYTE group[KIT_COUNT(v)][260];
	CK_MECHANISM m = { .mechanism = CKM_DSA_KEY_PAIR_GEN };
	struct tmpl a = { .n = 0 }, b = { .n = 0 };

	add_numbers(&a, v, KIT_COUNT(v), group);
	t_b(&a, CKA_VERIFY, true);
	t_b(&b, CKA_SIGN, true);
	return kit.f->C_GenerateKeyPair(
	    kit.s, &m, a.a, a.n, b.a, b.n, pub, priv);
}

static const struct curve curves[] = {
	{ "prime256v1",
	    { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 }, 10,
	    32, CKK_EC },
	{ "secp224r1", { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x21 }, 7, 28,
	    CKK_EC },
	{ "secp384r1", { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 }, 7, 48,
	    CKK_EC },
	{ "secp521r1", { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23 }, 7, 66,
	    CKK_EC },
	{ "secp256k1", { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a }, 7, 32,
	    CKK_EC },
	{ "brainpoolP256r1",
	    { 0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01,
		0x07 },
	    11, 32, CKK_EC },
	{ "brainpoolP384r1",
	    { 0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01,
		0x0b },
	    11, 48, CKK_EC },
	{ "brainpoolP512r1",
	    { 0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01,
		0x0d },
	    11, 64, CKK_EC },
	{ "ED25519", { 0x06, 0x03, 0x2b, 0x65, 0x70 }, 5, 32, CKK_EC_EDWARDS },
	{ "ED448", { 0x06, 0x03, 0x2b, 0x65, 0x71 }, 5, 57, CKK_EC_EDWARDS },
	{ "X25519", { 0x06, 0x03, 0x2b, 0x65, 0x6e }, 5, 32,
	    CKK_EC_MONTGOMERY },
	{ "X448", { 0x06, 0x03, 0x2b, 0x65, 0x6f }, 5, 56, CKK_EC_MONTGOMERY },
};

/*
 * The OID, or for the newer curves the name that 6.3.5 and 6.3.7 allow as
 * well.
 */
const struct curve *
curve_by_params(const CK_BYTE *params, size_t n)
{
	static const struct {
		const char *name, *params;
	} names[] = {
		{ "ED25519",
		    "\x13\x0c"
		    "edwards25519" },
		{ "ED448",
		    "\x13\x0a"
		    "edwards448" },
		{ "X25519",
		    "\x13\x0a"
		    "curve25519" },
		{ "X448",
		    "\x13\x08"
		    "curve448" },
	};

	for (size_t i = 0; i < KIT_COUNT(curves); i++)
		if (n == curves[i].oidlen &&
		    memcmp(params, curves[i].oid, n) == 0)
			return &curves[i];
	for (size_t i = 0; i < KIT_COUNT(names); i++)
		if (n == strlen(names[i].params) &&
		    memcmp(params, names[i].params, n) == 0)
			return curve_find(names[i].name);
	return NULL;
}

const struct curve *
curve_at(size_t i)
{
	return i < KIT_COUNT(curves) ? &curves[i] : NULL;
}

const struct curve *
curve_find(const char *name)
{
	for (size_t i = 0; i < KIT_COUNT(curves); i++)
		if (strcmp(curves[i].name, name) == 0)
			return &curves[i];
	REQUIRE(false, "the suite has no curve %s", name);
	return NULL;
}

CK_RV
pair_curve(const char *curve, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
	const struct curve *c = curve_find(curve);
	CK_MECHANISM m = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	struct tmpl a = { .n = 0 }, b = { .n = 0 };

	if (c->type == CKK_EC_EDWARDS)
		m.mechanism = CKM_EC_EDWARDS_KEY_PAIR_GEN;
	if (c->type == CKK_EC_MONTGOMERY)
		m.mechanism = CKM_EC_MONTGOMERY_KEY_PAIR_GEN;
	t_v(&a, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_b(&b, CKA_SENSITIVE, false);
	t_b(&b, CKA_EXTRACTABLE, true);
	if (c->type != CKK_EC_MONTGOMERY) {
		t_b(&a, CKA_VERIFY, true);
		t_b(&b, CKA_SIGN, true);
	}
	if (c->type != CKK_EC_EDWARDS)
		t_b(&b, CKA_DERIVE, true);
	return kit.f->C_GenerateKeyPair(
	    kit.s, &m, a.a, a.n, b.a, b.n, pub, priv);
}

CK_MECHANISM_TYPE
pq_generates(CK_KEY_TYPE type)
{
	return type == CKK_ML_KEM  ? CKM_ML_KEM_KEY_PAIR_GEN :
	    type == CKK_ML_DSA ? CKM_ML_DSA_KEY_PAIR_GEN :
				     CKM_SLH_DSA_KEY_PAIR_GEN;
}

CK_RV
pair_pq(CK_KEY_TYPE type, CK_ULONG set, CK_OBJECT_HANDLE *pub,
    CK_OBJECT_HANDLE *priv)
{
	CK_MECHANISM m = { pq_generates(type), NULL, 0 };
	struct tmpl a = { .n = 0 }, b = { .n = 0 };

	t_u(&a, CKA_PARAMETER_SET, set);
	t_b(&a, type == CKK_ML_KEM ? CKA_ENCAPSULATE : CKA_VERIFY, true);
	t_b(&b, type == CKK_ML_KEM ? CKA_DECAPSULATE : CKA_SIGN, true);
	t_b(&b, CKA_SENSITIVE, false);
	t_b(&b, CKA_EXTRACTABLE, true);
	return kit.f->C_GenerateKeyPair(
	    kit.s, &m, a.a, a.n, b.a, b.n, pub, priv);
}
