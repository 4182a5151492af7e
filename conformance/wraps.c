/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "wrap": C_WrapKey and C_UnwrapKey: every wrapping mechanism with every
 * kind of key, and the rules (5.18.3, 5.18.4).
 */
#include "kit_ref.h"
#include "suite.h"

#include <string.h>

enum kind {
	AES_16,
	AES_32,
	GENERIC_20,
	RSA_PRIVATE,
	EC_PRIVATE,
	ED_PRIVATE,
	KINDS
};

static const struct {
	const char *name;
	CK_KEY_TYPE type;
	size_t len;
} kinds[KINDS] = {
	{ "AES-128", CKK_AES, 16 },
	{ "AES-256", CKK_AES, 32 },
	{ "secret of 20 bytes", CKK_GENERIC_SECRET, 20 },
	{ "RSA private key", CKK_RSA, 0 },
	{ "P-256 private key", CKK_EC, 0 },
	{ "Ed25519 private key", CKK_EC_EDWARDS, 0 },
};

/* The target: a readable key, so that the outcome can be compared. */
static bool
target(enum kind kind, CK_OBJECT_HANDLE *out)
{
	CK_OBJECT_HANDLE pub;

	switch (kind) {
	case RSA_PRIVATE:
		pair_rsa(&pub, out);
		return true;
	case EC_PRIVATE:
		pair_ec(&pub, out);
		return true;
	case ED_PRIVATE:
		return pair_curve("ED25519", &pub, out) == CKR_OK;
	default:
		*out = key_secret(kinds[kind].type, kinds[kind].len);
		return true;
	}
}

static void
unwrap_template(struct tmpl *t, enum kind kind)
{
	t->n = 0;
	t_u(t, CKA_CLASS,
	    kinds[kind].len != 0 ? CKO_SECRET_KEY : CKO_PRIVATE_KEY);
	t_u(t, CKA_KEY_TYPE, kinds[kind].type);
	t_b(t, CKA_SENSITIVE, false);
	t_b(t, CKA_EXTRACTABLE, true);
	t_s(t, CKA_LABEL, "unwrapped");
}

static void
same_value(enum kind kind, CK_OBJECT_HANDLE a, CK_OBJECT_HANDLE b)
{
	CK_ATTRIBUTE_TYPE type =
	    kind == RSA_PRIVATE ? CKA_PRIVATE_EXPONENT : CKA_VALUE;
	CK_BYTE value[1100];
	long n = attr_read(a, type, value, sizeof(value));

	REQUIRE(n > 0, "the key to wrap is not readable");
	attr_is(b, type, value, (size_t)n);
	attr_is(b, CKA_LABEL, "unwrapped", 9);
	attr_is_b(b, CKA_LOCAL, false);
	attr_is_b(b, CKA_ALWAYS_SENSITIVE, false);
	attr_is_b(b, CKA_NEVER_EXTRACTABLE, false);
	if (kind == RSA_PRIVATE)
		attr_read(a, CKA_MODULUS, value, sizeof(value));
	if (kind == RSA_PRIVATE)
		attr_is(b, CKA_MODULUS, value, 256);
	if (kinds[kind].len != 0)
		attr_is_u(b, CKA_VALUE_LEN, kinds[kind].len);
}

/*
 * Kinds that the mechanism's text cannot take: not a multiple of the block,
 * or longer than the modulus.
 */
static bool
cannot(const struct subject *sj, enum kind kind)
{
	bool asymmetric = kinds[kind].len == 0;

	switch (sj->row->kind) {
	case K_ECB:
	case K_CBC:
	case K_RSA_X509:
		return asymmetric || kind == GENERIC_20;
	case K_KW:
		return asymmetric;
	case K_RSA_PKCS:
	case K_OAEP:
		return asymmetric;
	default:
		return false;
	}
}

/* What comes out is cut to CKA_VALUE_LEN. */
static bool
pads_with_zeros(const struct subject *sj)
{
	return sj->row->kind == K_RSA_X509 || sj->row->kind == K_ECB ||
	    sj->row->kind == K_CBC || sj->row->kind == K_KW;
}

static void
round_trip(const void *arg)
{
	const struct mech *row = arg;
	struct subject sj;

	kit_need_mech(row->type, CKF_WRAP | CKF_UNWRAP);
	subject_init(&sj, row);
	for (enum kind kind = 0; kind < KINDS; kind++) {
		CK_OBJECT_HANDLE key, got = 0;
		CK_BYTE blob[SUBJECT_MAX];
		CK_ULONG need = 0, n;
		struct tmpl t;
		CK_RV rv;

		if (!target(kind, &key))
			continue;
		subject_length(&sj, kinds[kind].len);
		rv = kit.f->C_WrapKey(kit.s, &sj.m, sj.back, key, NULL, &need);
		if (rv != CKR_OK &&
		    (cannot(&sj, kind) || kinds[kind].len == 0)) {
			CHECK(rv == CKR_KEY_NOT_WRAPPABLE ||
				rv == CKR_KEY_SIZE_RANGE ||
				rv == CKR_MECHANISM_INVALID,
			    "%s: %s", kinds[kind].name, kit_rv_name(rv));
			continue;
		}
		if (!CHECK(rv == CKR_OK && need <= sizeof(blob),
			"%s: size query %s, %lu", kinds[kind].name,
			kit_rv_name(rv), need))
			continue;
		n = need > 1 ? 1 : 0;
		WANT(kit.f->C_WrapKey(kit.s, &sj.m, sj.back, key, blob, &n),
		    CKR_BUFFER_TOO_SMALL,
		    cannot(&sj, kind) ? CKR_KEY_SIZE_RANGE :
					CKR_BUFFER_TOO_SMALL);
		n = need;
		rv = kit.f->C_WrapKey(kit.s, &sj.m, sj.back, key, blob, &n);
		if (!CHECK(rv == CKR_OK || cannot(&sj, kind), "%s: wrap %s",
			kinds[kind].name, kit_rv_name(rv)) ||
		    rv != CKR_OK)
			continue;
		CHECK(n <= need, "%s: %lu bytes, announced %lu",
		    kinds[kind].name, n, need);
		unwrap_template(&t, kind);
		if (pads_with_zeros(&sj) && kinds[kind].len != 0)
			t_u(&t, CKA_VALUE_LEN, kinds[kind].len);
		rv = kit.f->C_UnwrapKey(
		    kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &got);
		if (CHECK(rv == CKR_OK || cannot(&sj, kind), "%s: unwrap %s",
			kinds[kind].name, kit_rv_name(rv)) &&
		    rv == CKR_OK)
			same_value(kind, key, got);
	}
}

/* The blob is what libcrypto makes of the key's bytes. */
static void
reference(const void *arg)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_KEY_WRAP,
		CKM_AES_KEY_WRAP_KWP, CKM_AES_CBC_PAD, CKM_AES_GCM };
	static const size_t lens[] = { 16, 32, 20, 7, 1 };
	unsigned int tried = 0;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		CK_MECHANISM_INFO info;
		struct subject sj;

		if (!kit_has_mech(types[i], &info) ||
		    (info.flags & CKF_WRAP) == 0)
			continue;
		subject_init(&sj, mech_find(types[i]));
		for (size_t k = 0; k < KIT_COUNT(lens); k++) {
			CK_BYTE value[40], want[100], got[100];
			CK_ULONG n = sizeof(got);
			size_t wantlen;

			if (sj.row->kind == K_KW && lens[k] % 8 != 0)
				continue;
			key_bytes(value, sizeof(value));
			wantlen = ref_cipher(&sj, value, lens[k], want);
			if (WANT(kit.f->C_WrapKey(kit.s, &sj.m, sj.back,
				     key_secret(CKK_GENERIC_SECRET, lens[k]),
				     got, &n),
				CKR_OK))
				CHECK(n == wantlen && memcmp(got, want, n) == 0,
				    "%s of %zu bytes: another blob",
				    sj.row->name, lens[k]);
			tried++;
		}
	}
	if (tried == 0)
		kit_skip("no mechanism");
}

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

static void
rules(const void *arg)
{
	CK_OBJECT_HANDLE key = key_secret(CKK_AES, 16), h;
	CK_BYTE blob[100];
	CK_ULONG n = sizeof(blob);
	struct subject sj;
	struct tmpl t;

	(void)arg;
	subject_init(&sj, any_wrap());
	WANT(kit.f->C_WrapKey(kit.s, &sj.m, 0, key, blob, &n),
	    CKR_WRAPPING_KEY_HANDLE_INVALID);
	WANT(kit.f->C_WrapKey(kit.s, &sj.m, sj.fwd, 0, blob, &n),
	    CKR_KEY_HANDLE_INVALID);
	WANT(kit.f->C_WrapKey(kit.s, NULL, sj.fwd, key, blob, &n),
	    CKR_ARGUMENTS_BAD, CKR_MECHANISM_INVALID);
	WANT(kit.f->C_WrapKey(kit.s, &sj.m, sj.fwd, key, blob, NULL),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_WrapKey(kit.s, &(CK_MECHANISM){ 0x7fffffffUL, NULL, 0 },
		 sj.fwd, key, blob, &n),
	    CKR_MECHANISM_INVALID);
	WANT(kit.f->C_WrapKey(kit.s, &(CK_MECHANISM){ CKM_SHA256, NULL, 0 },
		 sj.fwd, key, blob, &n),
	    CKR_MECHANISM_INVALID);
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_b(&t, CKA_EXTRACTABLE, false);
	h = obj_make(&t);
	WANT(kit.f->C_WrapKey(kit.s, &sj.m, sj.fwd, h, blob, &n),
	    CKR_KEY_UNEXTRACTABLE);
	WANT(kit.f->C_WrapKey(kit.s, &sj.m, sj.fwd, h, NULL, &n),
	    CKR_KEY_UNEXTRACTABLE);
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_b(&t, CKA_WRAP, false);
	t_b(&t, CKA_UNWRAP, false);
	h = obj_make(&t);
	WANT(kit.f->C_WrapKey(kit.s, &sj.m, h, key, blob, &n),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, h, blob, 24, t.a, 2, &h),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	h = key_secret(CKK_GENERIC_SECRET, 16);
	n = sizeof(blob);
	WANT(kit.f->C_WrapKey(kit.s, &sj.m, h, key, blob, &n),
	    CKR_WRAPPING_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	NEED(kit.f->C_WrapKey(kit.s, &sj.m, sj.fwd, key, blob, &n));
}

static void
unwrap_rules(const void *arg)
{
	CK_BYTE blob[100];
	CK_ULONG n = sizeof(blob);
	CK_OBJECT_HANDLE h;
	struct subject sj;
	struct tmpl t;

	(void)arg;
	subject_init(&sj, any_wrap());
	NEED(kit.f->C_WrapKey(
	    kit.s, &sj.m, sj.fwd, key_secret(CKK_AES, 16), blob, &n));
	unwrap_template(&t, AES_16);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, 0, blob, n, t.a, t.n, &h),
	    CKR_UNWRAPPING_KEY_HANDLE_INVALID);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, NULL, n, t.a, t.n, &h),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, NULL),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, NULL, 3, &h),
	    CKR_ARGUMENTS_BAD);
	WANT(
	    kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n - 3, t.a, t.n, &h),
	    CKR_WRAPPED_KEY_LEN_RANGE, CKR_WRAPPED_KEY_INVALID);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, 0, t.a, t.n, &h),
	    CKR_WRAPPED_KEY_LEN_RANGE, CKR_WRAPPED_KEY_INVALID,
	    CKR_ARGUMENTS_BAD);
	blob[3] ^= 1;
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &h),
	    CKR_WRAPPED_KEY_INVALID);
	blob[3] ^= 1;
	t_drop(&t, CKA_KEY_TYPE);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &h),
	    CKR_TEMPLATE_INCOMPLETE);
	unwrap_template(&t, AES_16);
	t_v(&t, CKA_VALUE, blob, 16);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &h),
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_READ_ONLY,
	    CKR_ATTRIBUTE_VALUE_INVALID, CKR_ATTRIBUTE_TYPE_INVALID);
	unwrap_template(&t, AES_16);
	t_u(&t, CKA_CLASS, CKO_DATA);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &h),
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_ATTRIBUTE_TYPE_INVALID);
	unwrap_template(&t, RSA_PRIVATE);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &h),
	    CKR_WRAPPED_KEY_INVALID, CKR_TEMPLATE_INCONSISTENT,
	    CKR_ATTRIBUTE_VALUE_INVALID);
	unwrap_template(&t, AES_16);
	t_u(&t, CKA_VALUE_LEN, 32);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, sj.fwd, blob, n, t.a, t.n, &h),
	    CKR_TEMPLATE_INCONSISTENT, CKR_WRAPPED_KEY_LEN_RANGE,
	    CKR_WRAPPED_KEY_INVALID, CKR_ATTRIBUTE_VALUE_INVALID,
	    CKR_ATTRIBUTE_READ_ONLY);
}

/*
 * CKA_WRAP_TEMPLATE must match the key to wrap; CKA_UNWRAP_TEMPLATE is put
 * onto what comes out (4.8).
 */
static void
templates(const void *arg)
{
	static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	static CK_ATTRIBUTE must[] = { { CKA_SIGN, &no, 1 } },
			    put[] = { { CKA_SENSITIVE, &yes, 1 } };
	CK_BYTE blob[100];
	CK_ULONG n = sizeof(blob);
	CK_OBJECT_HANDLE wrapper, h;
	struct subject sj;
	struct tmpl t;

	(void)arg;
	subject_init(&sj, any_wrap());
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_v(&t, CKA_WRAP_TEMPLATE, must, sizeof(must));
	t_v(&t, CKA_UNWRAP_TEMPLATE, put, sizeof(put));
	wrapper = obj_make(&t);
	WANT(kit.f->C_WrapKey(
		 kit.s, &sj.m, wrapper, key_secret(CKK_AES, 16), blob, &n),
	    CKR_KEY_HANDLE_INVALID, CKR_KEY_NOT_WRAPPABLE);
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_b(&t, CKA_SIGN, false);
	n = sizeof(blob);
	NEED(kit.f->C_WrapKey(kit.s, &sj.m, wrapper, obj_make(&t), blob, &n));
	unwrap_template(&t, AES_16);
	WANT(kit.f->C_UnwrapKey(kit.s, &sj.m, wrapper, blob, n, t.a, t.n, &h),
	    CKR_TEMPLATE_INCONSISTENT);
	t_drop(&t, CKA_SENSITIVE);
	NEED(kit.f->C_UnwrapKey(kit.s, &sj.m, wrapper, blob, n, t.a, t.n, &h));
	attr_is_b(h, CKA_SENSITIVE, true);
}

static const struct kit_case cases[] = {
	{ "wrap/reference", "6.10 to 6.16", AT_USER, reference, NULL, 0 },
	{ "wrap/rules", "5.18.3", AT_USER, rules, NULL, 0 },
	{ "wrap/unwrap-rules", "5.18.4", AT_USER, unwrap_rules, NULL, 0 },
	{ "wrap/templates", "4.9 to 4.11", AT_USER, templates, NULL, 0 },
};

void
wrap_cases(struct kit_list *l)
{
	const struct mech *row;

	for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
		struct kit_case c = { NULL, "5.18.3, 5.18.4", AT_USER,
			round_trip, row, 0 };

		if ((row->may & CKF_WRAP) != 0)
			kit_add_named(l, "wrap/round-trip", row->name, &c);
	}
	kit_add(l, cases, KIT_COUNT(cases));
}
