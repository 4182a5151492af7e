/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "cipher": what the symmetric mechanisms and their key types have of
 * their own: generated keys, check values, lengths of keys, of data units and
 * of MACs (6.10 to 6.16, 6.18 to 6.36, 6.45 to 6.51).
 */
#include "kit_ref.h"
#include "ops.h"

#include <string.h>

/* Key types of one length have no CKA_VALUE_LEN. */
static bool
one_length(CK_KEY_TYPE type)
{
	return type == CKK_DES || type == CKK_DES2 || type == CKK_DES3 ||
	    type == CKK_SEED || type == CKK_IDEA;
}

static CK_RV
generate(const struct mech *row, CK_ULONG len, CK_OBJECT_HANDLE *out)
{
	CK_MECHANISM m = { row->type, NULL, 0 };
	struct tmpl t = { .n = 0 };

	t_b(&t, CKA_SENSITIVE, false);
	t_b(&t, CKA_EXTRACTABLE, true);
	if (!one_length(row->key))
		t_u(&t, CKA_VALUE_LEN, len);
	return kit.f->C_GenerateKey(kit.s, &m, t.a, t.n, out);
}

static void
generated(const void *arg)
{
	const struct mech *row = arg;
	CK_BYTE a[200], b[200];
	CK_MECHANISM_INFO info;
	CK_OBJECT_HANDLE h, g;

	kit_need_mech(row->type, CKF_GENERATE);
	(void)kit_has_mech(row->type, &info);
	NEED(generate(row, row->keylen, &h));
	NEED(generate(row, row->keylen, &g));
	attr_is_u(h, CKA_CLASS, CKO_SECRET_KEY);
	attr_is_u(h, CKA_KEY_TYPE, row->key);
	attr_is_u(h, CKA_KEY_GEN_MECHANISM, row->type);
	attr_is_b(h, CKA_LOCAL, true);
	CHECK(attr_read(h, CKA_VALUE, a, sizeof(a)) == (long)row->keylen &&
		attr_read(g, CKA_VALUE, b, sizeof(b)) == (long)row->keylen,
	    "not %zu bytes", row->keylen);
	CHECK(memcmp(a, b, row->keylen) != 0, "the same key twice");
	if (one_length(row->key))
		return;
	attr_is_u(h, CKA_VALUE_LEN, row->keylen);
	WANT(generate(row, info.ulMaxKeySize + 1, &h), CKR_KEY_SIZE_RANGE,
	    CKR_ATTRIBUTE_VALUE_INVALID);
	WANT(generate(row, 0, &h), CKR_KEY_SIZE_RANGE,
	    CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCOMPLETE);
	NEED(generate(row, info.ulMaxKeySize, &h));
	NEED(generate(row, info.ulMinKeySize, &h));
}

/* The check value is the beginning of a zero block under ECB (4.10). */
static void
check_value(const void *arg)
{
	static const CK_BYTE zero[16];
	const struct mech *row = arg;
	CK_BYTE want[16];
	struct subject sj;

	kit_need_mech(row->type, CKF_ENCRYPT);
	subject_init(&sj, row);
	(void)ref_cipher(&sj, zero, row->block != 0 ? row->block : 16, want);
	attr_is(sj.fwd, CKA_CHECK_VALUE, want, 3);
}

/* A MAC of any length is the beginning of the longest; none is no longer. */
static void
mac_lengths(const void *arg)
{
	const struct mech *row = arg;
	size_t size = row->size != 0 ? row->size : mech_md_size(row->md);
	CK_BYTE in[50], full[64], got[64];
	struct subject sj;
	CK_ULONG n;

	kit_need_mech(row->type, CKF_SIGN);
	subject_init(&sj, row);
	fill(in, sizeof(in), 3);
	for (sj.p.len = size; sj.p.len > 0; sj.p.len--) {
		n = sizeof(got);
		NEED(kit.f->C_SignInit(kit.s, &sj.m, sj.fwd));
		NEED(kit.f->C_Sign(kit.s, in, sizeof(in), got, &n));
		if (sj.p.len == size)
			memcpy(full, got, size);
		CHECK(n == sj.p.len && memcmp(got, full, n) == 0,
		    "%lu bytes: another beginning", n);
	}
	REFUSE_INIT("no byte", OP_SIGN, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID);
	sj.p.len = size + 1;
	REFUSE_INIT("a byte too many", OP_VERIFY, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID);
}

/* XTS and CTS need a block at least, in one part and in several. */
static void
unit_lengths(const void *arg)
{
	const struct mech *row = arg;
	CK_BYTE in[40] = { 0 }, out[64], back[64];
	struct subject sj;

	kit_need_mech(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	subject_init(&sj, row);
	for (size_t len = 0; len < sizeof(in); len++) {
		CK_ULONG n = sizeof(out), m = sizeof(back);

		NEED(kit.f->C_EncryptInit(kit.s, &sj.m, sj.fwd));
		if (len < 16) {
			WANT(kit.f->C_Encrypt(kit.s, in, len, out, &n),
			    CKR_DATA_LEN_RANGE);
			NEED(kit.f->C_DecryptInit(kit.s, &sj.m, sj.fwd));
			WANT(kit.f->C_Decrypt(kit.s, in, len, out, &n),
			    CKR_ENCRYPTED_DATA_LEN_RANGE);
			continue;
		}
		NEED(kit.f->C_Encrypt(kit.s, in, len, out, &n));
		NEED(kit.f->C_DecryptInit(kit.s, &sj.m, sj.fwd));
		NEED(kit.f->C_Decrypt(kit.s, out, n, back, &m));
		CHECK(n == len && m == len && memcmp(in, back, len) == 0,
		    "%zu bytes do not come back", len);
	}
}

static CK_RV
make(CK_KEY_TYPE type, const CK_BYTE *value, size_t len, CK_OBJECT_HANDLE *h)
{
	struct tmpl t;

	tmpl_secret(&t, type, value, len);
	return obj_try(&t, h);
}

/* XTS keys have 32 or 64 bytes, in two halves that differ. */
static void
xts_keys(const void *arg)
{
	CK_MECHANISM m = { CKM_AES_ECB, NULL, 0 };
	CK_BYTE value[66], twice[64], blob[64];
	CK_OBJECT_HANDLE h, kek = 0;
	CK_ULONG n = sizeof(blob);
	struct tmpl t = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_AES_XTS, CKF_ENCRYPT);
	key_bytes(value, sizeof(value));
	memset(twice, 7, sizeof(twice));
	for (size_t len = 1; len <= sizeof(value); len++)
		WANT(make(CKK_AES_XTS, value, len, &h),
		    len == 32 || len == 64 ? CKR_OK :
					     CKR_ATTRIBUTE_VALUE_INVALID);
	if (kit.profile != PROFILE_KLUIS)
		return;
	WANT(make(CKK_AES_XTS, twice, 32, &h), CKR_ATTRIBUTE_VALUE_INVALID);
	WANT(make(CKK_AES_XTS, twice, 64, &h), CKR_ATTRIBUTE_VALUE_INVALID);
	/* nor do they come out of a wrapping */
	kek = key_secret(CKK_AES, 16);
	NEED(make(CKK_GENERIC_SECRET, twice, 64, &h));
	NEED(kit.f->C_WrapKey(kit.s, &m, kek, h, blob, &n));
	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_AES_XTS);
	WANT(kit.f->C_UnwrapKey(kit.s, &m, kek, blob, n, t.a, t.n, &h),
	    CKR_WRAPPED_KEY_INVALID);
	/* and AES's own mechanisms take none */
	REFUSE_INIT("an XTS key", OP_ENCRYPT, &m, key_secret(CKK_AES_XTS, 32),
	    CKR_KEY_TYPE_INCONSISTENT);
	m.mechanism = CKM_AES_XTS;
	m.pParameter = value;
	m.ulParameterLen = 16;
	REFUSE_INIT("an AES key", OP_ENCRYPT, &m, key_secret(CKK_AES, 32),
	    CKR_KEY_TYPE_INCONSISTENT);
}

/* RFC 3566 is about keys of 128 bits. */
static void
xcbc_keys(const void *arg)
{
	CK_MECHANISM m = { CKM_AES_XCBC_MAC, NULL, 0 };

	(void)arg;
	kit_need_mech(m.mechanism, CKF_SIGN);
	if (kit.profile != PROFILE_KLUIS)
		kit_skip("others may take longer keys");
	REFUSE_INIT("24 bytes", OP_SIGN, &m, key_secret(CKK_AES, 24),
	    CKR_KEY_SIZE_RANGE);
	REFUSE_INIT("32 bytes", OP_SIGN, &m, key_secret(CKK_AES, 32),
	    CKR_KEY_SIZE_RANGE);
}

/* RFC 7693's keys have 64 bytes at most. */
static void
blake2_keys(const void *arg)
{
	CK_MECHANISM m = { CKM_BLAKE2B_512_HMAC, NULL, 0 };
	CK_BYTE value[65] = { 1 };
	CK_OBJECT_HANDLE h;

	(void)arg;
	kit_need_mech(m.mechanism, CKF_SIGN);
	WANT(kit.f->C_SignInit(kit.s, &m, key_secret(CKK_GENERIC_SECRET, 1)),
	    CKR_OK);
	op_abort(OP_SIGN);
	REFUSE_INIT("65 bytes", OP_SIGN, &m,
	    key_secret(CKK_GENERIC_SECRET, 65), CKR_KEY_SIZE_RANGE);
	REFUSE_INIT("another size's key", OP_SIGN, &m,
	    key_secret(CKK_BLAKE2B_256_HMAC, 32), CKR_KEY_TYPE_INCONSISTENT);
	WANT(make(CKK_BLAKE2B_512_HMAC, value, 65, &h),
	    CKR_ATTRIBUTE_VALUE_INVALID);
}

/* t is 1 to 511 and not 384; what libcrypto lacks is refused too. */
static void
sha512_t(const void *arg)
{
	static const CK_ULONG wrong[] = { 0, 384, 512, (CK_ULONG)-1 };
	CK_MAC_GENERAL_PARAMS t;
	CK_MECHANISM m = { CKM_SHA512_T, &t, sizeof(t) };

	(void)arg;
	kit_need_mech(m.mechanism, CKF_DIGEST);
	for (size_t i = 0; i < KIT_COUNT(wrong); i++) {
		t = wrong[i];
		WANT(kit.f->C_DigestInit(kit.s, &m),
		    CKR_MECHANISM_PARAM_INVALID);
	}
	for (t = 224; t <= 256; t += 32) {
		static const CK_BYTE abc[] = "abc";
		CK_BYTE got[64], want[64];
		CK_ULONG n = sizeof(got);
		size_t len = ref_digest(t == 224 ? "SHA2-512/224" :
						   "SHA2-512/256",
		    abc, 3, want);

		NEED(kit.f->C_DigestInit(kit.s, &m));
		NEED(kit.f->C_Digest(
		    kit.s, (CK_BYTE *)(uintptr_t)abc, 3, got, &n));
		CHECK(n == len && memcmp(got, want, n) == 0, "t = %lu: wrong",
		    t);
	}
}

static const struct kit_case cases[] = {
	{ "cipher/xts-keys", "6.15", AT_USER, xts_keys, NULL, 0 },
	{ "cipher/xcbc-keys", "6.10.12", AT_USER, xcbc_keys, NULL, 0 },
	{ "cipher/blake2-keys", "6.36", AT_USER, blake2_keys, NULL, 0 },
	{ "cipher/sha512-t", "6.27.2", AT_USER, sha512_t, NULL, 0 },
};

void
cipher_cases(struct kit_list *l)
{
	const struct mech *row;

	for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
		struct kit_case c = { NULL, "6", AT_USER, NULL, row, 0 };

		if (row->kind == K_KEYGEN && row->keylen != 0) {
			c.run = generated;
			kit_add_named(l, "cipher/generate", row->name, &c);
		} else if (row->kind == K_ECB) {
			c.run = check_value;
			kit_add_named(l, "cipher/check-value", row->name, &c);
		} else if (row->kind == K_CBCMAC_GENERAL ||
		    row->kind == K_BLAKE2_GENERAL ||
		    row->kind == K_HMAC_GENERAL) {
			c.run = mac_lengths;
			kit_add_named(l, "cipher/mac-length", row->name, &c);
		} else if (row->kind == K_UNIT) {
			c.run = unit_lengths;
			kit_add_named(l, "cipher/unit-length", row->name, &c);
		}
	}
	kit_add(l, cases, KIT_COUNT(cases));
}
