/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "policy": the rules that keep keys in, seen from an honest client:
 * what must still work and what the standard itself asks (4.8 to 4.11); and
 * weak material that is refused.
 */
#include "kit_ref.h"
#include "suite.h"

#include <string.h>

static const struct mech *
any_wrap(void)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_KEY_WRAP_KWP,
		CKM_AES_KEY_WRAP_PAD, CKM_AES_KEY_WRAP };
	CK_MECHANISM_INFO info;

	for (size_t i = 0; i < KIT_COUNT(types); i++)
		if (kit_has_mech(types[i], &info) &&
		    (info.flags & CKF_WRAP) != 0)
			return mech_find(types[i]);
	kit_skip("no AES key wrap");
}

/* A key made here that wraps and unwraps and does nothing else. */
static CK_OBJECT_HANDLE
wrap_only(void)
{
	CK_MECHANISM m = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_OBJECT_HANDLE h;
	struct tmpl t = { .n = 0 };

	t_u(&t, CKA_VALUE_LEN, 32);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, false);
	t_b(&t, CKA_ENCRYPT, false);
	t_b(&t, CKA_DECRYPT, false);
	t_b(&t, CKA_WRAP, true);
	t_b(&t, CKA_UNWRAP, true);
	NEED(kit.f->C_GenerateKey(kit.s, &m, t.a, t.n, &h));
	return h;
}

static CK_OBJECT_HANDLE
secret(const CK_BYTE *value, bool with_trusted)
{
	struct tmpl t;

	tmpl_secret(&t, CKK_AES, value, 16);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, true);
	if (with_trusted)
		t_b(&t, CKA_WRAP_WITH_TRUSTED, true);
	return obj_make(&t);
}

/*
 * A sensitive key travels under a wrap-only key and comes back as a working
 * sensitive key.
 */
static void
backup(const void *arg)
{
	CK_MECHANISM m = { 0, NULL, 0 },
		     cbc = { CKM_AES_CBC, (CK_BYTE[16]){ 0 }, 16 };
	CK_BYTE value[16] = { 3, 1, 4 }, blob[100], a[16], b[16];
	CK_OBJECT_HANDLE w, k, back;
	CK_ULONG n = sizeof(blob), alen = 16, blen = 16;
	struct tmpl t = { .n = 0 };

	(void)arg;
	m.mechanism = any_wrap()->type;
	w = wrap_only();
	k = secret(value, false);
	NEED(kit.f->C_WrapKey(kit.s, &m, w, k, blob, &n));
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_AES);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_ENCRYPT, true);
	NEED(kit.f->C_UnwrapKey(kit.s, &m, w, blob, n, t.a, t.n, &back));
	attr_is_b(back, CKA_SENSITIVE, true);
	WANT(attr_rv(back, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	NEED(kit.f->C_EncryptInit(kit.s, &cbc, k));
	NEED(kit.f->C_Encrypt(kit.s, value, 16, a, &alen));
	NEED(kit.f->C_EncryptInit(kit.s, &cbc, back));
	NEED(kit.f->C_Encrypt(kit.s, value, 16, b, &blen));
	CHECK(memcmp(a, b, 16) == 0, "another key came back");
}

/*
 * What NSS and CMS do: an RSA pair with every usage unwraps a content key and
 * uses it, here even reads it.
 */
static void
content_key(const void *arg)
{
	CK_BYTE value[16] = { 2, 7, 1 }, text[256];
	CK_ULONG n = sizeof(text);
	CK_OBJECT_HANDLE h;
	struct subject sj;
	struct tmpl t = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS, CKF_UNWRAP);
	subject_init(&sj, mech_find(CKM_RSA_PKCS));
	n = ref_rsa_encrypt(&sj, value, sizeof(value), text, sizeof(text));
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_AES);
	t_b(&t, CKA_DECRYPT, true);
	t_b(&t, CKA_SENSITIVE, false);
	t_b(&t, CKA_EXTRACTABLE, true);
	NEED(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, text, n, t.a, t.n, &h));
	attr_is(h, CKA_VALUE, value, sizeof(value));
}

/*
 * What engines and Java do: agree on a key with a sensitive private key and
 * read the secret.
 */
static void
agreed_key(const void *arg)
{
	const struct curve *c = curve_find("prime256v1");
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_MECHANISM m = { CKM_ECDH1_DERIVE, &p, sizeof(p) };
	CK_BYTE raw[80], z[32];
	CK_OBJECT_HANDLE pub, priv, h;
	size_t rawlen = sizeof(raw);
	struct tmpl t;

	(void)arg;
	kit_need_mech(CKM_ECDH1_DERIVE, CKF_DERIVE);
	tmpl_ec_public(&t);
	pub = obj_make(&t);
	tmpl_ec_private(&t);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, false);
	priv = obj_make(&t);
	(void)ref_derive(
	    ref_generate(c, raw, &rawlen), ref_public(pub), z, sizeof(z));
	p.pPublicData = raw;
	p.ulPublicDataLen = rawlen;
	t.n = 0;
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
	t_b(&t, CKA_SENSITIVE, false);
	t_b(&t, CKA_EXTRACTABLE, true);
	NEED(kit.f->C_DeriveKey(kit.s, &m, priv, t.a, t.n, &h));
	attr_is(h, CKA_VALUE, z, sizeof(z));
	attr_is_b(h, CKA_ALWAYS_SENSITIVE, false);
	attr_is_b(h, CKA_NEVER_EXTRACTABLE, false);
}

/* CKA_WRAP_WITH_TRUSTED keys leave only under a key that the SO marked. */
static void
with_trusted(const void *arg)
{
	CK_MECHANISM m = { CKM_RSA_PKCS_OAEP, NULL, 0 };
	CK_BYTE value[16] = { 5, 5, 5 }, blob[300];
	CK_OBJECT_HANDLE pub, k;
	CK_ULONG n = sizeof(blob);
	struct subject sj;
	struct tmpl t, q;

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS_OAEP, CKF_WRAP);
	subject_init(&sj, mech_find(CKM_RSA_PKCS_OAEP));
	m = sj.m;
	tmpl_rsa_public(&t);
	t_s(&t, CKA_LABEL, "trusted");
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, false);
	pub = obj_make(&t);
	WANT(kit.f->C_WrapKey(kit.s, &m, pub, secret(value, true), blob, &n),
	    CKR_KEY_NOT_WRAPPABLE);
	NEED(kit.f->C_Logout(kit.s));
	kit_login(kit.s, CKU_SO);
	q.n = 0;
	t_s(&q, CKA_LABEL, "trusted");
	REQUIRE(obj_find(kit.s, &q, &pub, 1) == 1, "public key gone");
	if (attr_set_b(pub, CKA_TRUSTED, true) != CKR_OK)
		kit_skip("the SO cannot set CKA_TRUSTED");
	NEED(kit.f->C_Logout(kit.s));
	kit_login(kit.s, CKU_USER);
	REQUIRE(obj_find(kit.s, &q, &pub, 1) == 1, "public key gone");
	k = secret(value, true);
	n = sizeof(blob);
	WANT(kit.f->C_WrapKey(kit.s, &m, pub, k, blob, &n), CKR_OK);
}

static CK_RV
import_rsa(const CK_BYTE *n, size_t nlen, const char *e, size_t elen)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;
	CK_RV rv;

	tmpl_rsa_public(&t);
	if (n != NULL)
		t_v(&t, CKA_MODULUS, n, nlen);
	t_v(&t, CKA_PUBLIC_EXPONENT, e, elen);
	rv = obj_try(&t, &h);
	if (rv == CKR_OK)
		(void)kit.f->C_DestroyObject(kit.s, h);
	return rv;
}

static void
weak_rsa(const void *arg)
{
	CK_BYTE n[256];

	(void)arg;
	WANT(import_rsa(NULL, 0, "\1", 1), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	WANT(import_rsa(NULL, 0, "\0\0\1", 3), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	WANT(import_rsa(NULL, 0, "\2", 1), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	WANT(import_rsa(NULL, 0, "\1\0\0", 3), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	WANT(import_rsa(NULL, 0, "\0", 1), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	WANT(import_rsa(NULL, 0, "", 0), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_TEMPLATE_INCOMPLETE);
	fill(n, sizeof(n), 1);
	n[0] |= 0x80;
	n[255] &= 0xfe;
	WANT(import_rsa(n, sizeof(n), "\1\0\1", 3), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	memset(n, 0, sizeof(n));
	WANT(import_rsa(n, sizeof(n), "\1\0\1", 3), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT);
	WANT(import_rsa(n, 0, "\1\0\1", 3), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_TEMPLATE_INCOMPLETE);
	fill(n, 32, 2);
	n[0] |= 0x80;
	n[31] |= 1;
	WANT(import_rsa(n, 32, "\1\0\1", 3), CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_TEMPLATE_INCONSISTENT, CKR_KEY_SIZE_RANGE);
}

/*
 * The role that conflicts with one a key has cannot be added (design 9, rule
 * 3).
 */
static void
roles_added(const void *arg)
{
	static const struct {
		CK_ATTRIBUTE_TYPE has, adds;
	} rows[] = {
		{ CKA_WRAP, CKA_DECRYPT },
		{ CKA_DECRYPT, CKA_WRAP },
		{ CKA_UNWRAP, CKA_ENCRYPT },
		{ CKA_ENCRYPT, CKA_UNWRAP },
	};

	(void)arg;
	if (kit.profile != PROFILE_KLUIS)
		kit_skip("a rule of kluis");
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		CK_OBJECT_HANDLE h, copy;
		struct tmpl t, c = { .n = 0 };

		tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
		t_b(&t, CKA_ENCRYPT, rows[i].has == CKA_ENCRYPT);
		t_b(&t, CKA_DECRYPT, rows[i].has == CKA_DECRYPT);
		t_b(&t, CKA_WRAP, rows[i].has == CKA_WRAP);
		t_b(&t, CKA_UNWRAP, rows[i].has == CKA_UNWRAP);
		t_b(&t, CKA_SENSITIVE, true);
		h = obj_make(&t);
		WANT(attr_set_b(h, rows[i].adds, true), CKR_ATTRIBUTE_READ_ONLY,
		    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID,
		    CKR_ACTION_PROHIBITED);
		t_b(&c, rows[i].adds, true);
		WANT(kit.f->C_CopyObject(kit.s, h, c.a, c.n, &copy),
		    CKR_ATTRIBUTE_READ_ONLY, CKR_TEMPLATE_INCONSISTENT,
		    CKR_ATTRIBUTE_VALUE_INVALID, CKR_ACTION_PROHIBITED);
		attr_is_b(h, rows[i].adds, false);
		WANT(attr_set_b(h, rows[i].has, false), CKR_OK);
	}
}

/* A blob that is no key of the type and size asked for (design 9, rule 4). */
static void
not_such_a_key(const void *arg)
{
	CK_BYTE blob[2000];
	CK_OBJECT_HANDLE pub, rsa, ec, h;
	CK_ULONG n = sizeof(blob);
	struct subject sj;
	struct tmpl t = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_AES_KEY_WRAP_KWP, CKF_WRAP | CKF_UNWRAP);
	subject_init(&sj, mech_find(CKM_AES_KEY_WRAP_KWP));
	pair_rsa(&pub, &rsa);
	pair_ec(&pub, &ec);
	NEED(kit.f->C_WrapKey(kit.s, &sj.m, sj.fwd, rsa, blob, &n));
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_AES);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &h),
	    CKR_WRAPPED_KEY_INVALID, CKR_WRAPPED_KEY_LEN_RANGE,
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID);
	t_u(&t, CKA_CLASS, CKO_PRIVATE_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_EC);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &h),
	    CKR_WRAPPED_KEY_INVALID, CKR_TEMPLATE_INCONSISTENT);
	n = sizeof(blob);
	NEED(kit.f->C_WrapKey(kit.s, &sj.m, sj.fwd,
	    key_secret(CKK_GENERIC_SECRET, 17), blob, &n));
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_AES);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &h),
	    CKR_WRAPPED_KEY_INVALID, CKR_WRAPPED_KEY_LEN_RANGE,
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_KEY_SIZE_RANGE);
}

static const struct kit_case cases[] = {
	{ "policy/backup", "design 9", AT_USER, backup, NULL, 0 },
	{ "policy/content-key", "design 9", AT_USER, content_key, NULL, 0 },
	{ "policy/agreed-key", "design 9", AT_USER, agreed_key, NULL, 0 },
	{ "policy/with-trusted", "4.9, 4.11", AT_USER, with_trusted, NULL, 0 },
	{ "policy/weak-rsa", "design 9", AT_USER, weak_rsa, NULL, 0 },
	{ "policy/roles-added", "design 9", AT_USER, roles_added, NULL, 0 },
	{ "policy/not-such-a-key", "design 9", AT_USER, not_such_a_key, NULL,
	    0 },
};

void
policy_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
