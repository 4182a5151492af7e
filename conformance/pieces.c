/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "attack", second part: a wrapped key is taken out piece by piece, by
 * unwrapping its ciphertext with another mechanism than it was made by, an
 * agreed secret by deriving short keys; and keys that ask for the PIN each time
 * are used without it. The attacker is the one of attacks.c; a case fails when
 * he learns something.
 */
#include "kit_ref.h"
#include "suite.h"

#include <string.h>

#include <openssl/hmac.h>

static const CK_BYTE prize[16] = { 0xde, 0xfa, 0xce, 0x01, 0x77, 0x13, 0x37,
	0x42, 0x99, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70 };

static CK_OBJECT_HANDLE
target(void)
{
	struct tmpl t;

	tmpl_secret(&t, CKK_AES, prize, sizeof(prize));
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, true);
	return obj_make(&t);
}

/* A key made here that wraps and unwraps and does not decrypt. */
static CK_OBJECT_HANDLE
wrapper(bool encrypt)
{
	CK_MECHANISM m = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_OBJECT_HANDLE h;
	struct tmpl t = { .n = 0 };

	kit_need_mech(CKM_AES_KEY_GEN, CKF_GENERATE);
	t_u(&t, CKA_VALUE_LEN, 16);
	t_b(&t, CKA_WRAP, true);
	t_b(&t, CKA_UNWRAP, true);
	t_b(&t, CKA_DECRYPT, false);
	t_b(&t, CKA_ENCRYPT, encrypt);
	t_b(&t, CKA_SENSITIVE, true);
	NEED(kit.f->C_GenerateKey(kit.s, &m, t.a, t.n, &h));
	return h;
}

/* Unwraps to a sensitive generic secret; len 0: of what length it has. */
static CK_RV
unwrap(CK_OBJECT_HANDLE by, CK_MECHANISM *m, const CK_BYTE *blob, CK_ULONG n,
    CK_ULONG len, CK_OBJECT_HANDLE *out)
{
	struct tmpl t = { .n = 0 };

	t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(&t, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
	t_b(&t, CKA_SENSITIVE, true);
	if (len != 0)
		t_u(&t, CKA_VALUE_LEN, len);
	return kit.f->C_UnwrapKey(
	    kit.s, m, by, (CK_BYTE *)(uintptr_t)blob, n, t.a, t.n, out);
}

/*
 * Finds the unknown byte `at` of a key of n bytes by what it authenticates;
 * false where the key is of no use.
 */
static bool
guess(CK_OBJECT_HANDLE h, CK_BYTE *key, size_t n, size_t at)
{
	CK_MECHANISM m = { CKM_SHA256_HMAC, NULL, 0 };
	CK_BYTE text[1] = { 'x' }, want[32], got[32];
	CK_ULONG len = sizeof(want);

	if (kit.f->C_SignInit(kit.s, &m, h) != CKR_OK ||
	    kit.f->C_Sign(kit.s, text, 1, want, &len) != CKR_OK)
		return false;
	for (unsigned int v = 0; v < 256; v++) {
		key[at] = (CK_BYTE)v;
		(void)HMAC(EVP_sha256(), key, (int)n, text, 1, got, NULL);
		if (memcmp(want, got, sizeof(got)) == 0)
			return true;
	}
	return false;
}

/* An OAEP block comes out by raw RSA, from its end. */
static void
raw_rsa(const void *arg)
{
	CK_MECHANISM gen = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 },
		     raw = { CKM_RSA_X_509, NULL, 0 };
	CK_BYTE blob[256], found[256] = { 0 };
	CK_OBJECT_HANDLE pub, priv, h;
	CK_ULONG n = sizeof(blob);
	struct tmpl a = { .n = 0 }, b = { .n = 0 };
	struct subject oaep;

	(void)arg;
	kit_need_mech(CKM_RSA_X_509, CKF_UNWRAP);
	kit_need_mech(CKM_SHA256_HMAC, CKF_SIGN);
	subject_init(&oaep, mech_find(CKM_RSA_PKCS_OAEP));
	t_u(&a, CKA_MODULUS_BITS, 2048);
	t_b(&a, CKA_WRAP, true);
	t_b(&b, CKA_UNWRAP, true);
	t_b(&b, CKA_DECRYPT, false);
	NEED(kit.f->C_GenerateKeyPair(
	    kit.s, &gen, a.a, a.n, b.a, b.n, &pub, &priv));
	if (kit.f->C_WrapKey(kit.s, &oaep.m, pub, target(), blob, &n) != CKR_OK)
		return;
	for (CK_ULONG len = 1; len <= 4; len++) {
		memmove(found + 1, found, len);
		if (unwrap(priv, &raw, blob, n, len, &h) == CKR_OK)
			CHECK(!guess(h, found, len, 0),
			    "byte %lu from the end came out", len);
	}
}

/* The same key stream over a key that is known. */
static void
known_stream(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_OBJECT_HANDLE w, k;
	CK_BYTE mine[64], theirs[64], zeros[16] = { 0 };
	CK_ULONG n = sizeof(theirs), m = sizeof(mine);
	struct subject sj;
	struct tmpl t;

	kit_need_mech(*type, CKF_WRAP);
	subject_init(&sj, mech_find(*type));
	subject_length(&sj, 16);
	w = wrapper(false);
	tmpl_secret(&t, CKK_AES, zeros, sizeof(zeros));
	k = obj_make(&t);
	if (kit.f->C_WrapKey(kit.s, &sj.m, w, target(), theirs, &n) != CKR_OK ||
	    kit.f->C_WrapKey(kit.s, &sj.m, w, k, mine, &m) != CKR_OK)
		return;
	for (size_t i = 0; i < 16; i++)
		mine[i] ^= theirs[i];
	CHECK(memcmp(mine, prize, 16) != 0, "the key comes out");
}

/* The first bytes of a GCM ciphertext are unwrapped as a short key, by CTR. */
static void
stream_pieces(const void *arg)
{
	CK_BYTE iv[12] = { 1, 2, 3 }, blob[64], found[16] = { 0 };
	CK_GCM_PARAMS gcm = { iv, 12, 96, NULL, 0, 128 };
	CK_AES_CTR_PARAMS ctr = { 32,
		{ 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 } };
	CK_MECHANISM in = { CKM_AES_GCM, &gcm, sizeof(gcm) },
		     out = { CKM_AES_CTR, &ctr, sizeof(ctr) };
	CK_ULONG n = sizeof(blob);
	CK_OBJECT_HANDLE w, h;

	(void)arg;
	kit_need_mech(CKM_AES_GCM, CKF_WRAP);
	kit_need_mech(CKM_AES_CTR, CKF_UNWRAP);
	kit_need_mech(CKM_SHA256_HMAC, CKF_SIGN);
	w = wrapper(false);
	if (kit.f->C_WrapKey(kit.s, &in, w, target(), blob, &n) != CKR_OK)
		return;
	for (CK_ULONG len = 1; len <= 4; len++)
		if (unwrap(w, &out, blob, len, 0, &h) == CKR_OK &&
		    guess(h, found, len, len - 1))
			CHECK(found[len - 1] != prize[len - 1],
			    "byte %lu came out", len);
}

/* Whether padding is right behind this IV: 1, 0, or -1 where it is refused. */
static int
padding(CK_OBJECT_HANDLE w, CK_BYTE iv[16], const CK_BYTE block[16])
{
	CK_MECHANISM m = { CKM_AES_CBC_PAD, iv, 16 };
	CK_OBJECT_HANDLE h;
	CK_RV rv = unwrap(w, &m, block, 16, 0, &h);

	if (rv == CKR_OK)
		(void)kit.f->C_DestroyObject(kit.s, h);
	return rv == CKR_OK ? 1 : rv == CKR_WRAPPED_KEY_INVALID ? 0 : -1;
}

/* Byte `at` of the decrypted block, those behind it being known. */
static bool
padding_byte(CK_OBJECT_HANDLE w, const CK_BYTE block[16], CK_BYTE *plain,
    unsigned int at)
{
	CK_BYTE pad = (CK_BYTE)(16 - at);

	for (unsigned int v = 0; v < 256; v++) {
		CK_BYTE iv[16] = { 0 };

		for (unsigned int i = at + 1; i < 16; i++)
			iv[i] = plain[i] ^ pad;
		iv[at] = (CK_BYTE)v;
		if (padding(w, iv, block) != 1)
			continue;
		iv[at - 1] ^= 1; /* not the end of a longer padding */
		if (padding(w, iv, block) != 1)
			continue;
		plain[at] = (CK_BYTE)v ^ pad;
		return true;
	}
	return false;
}

/* A block of any ciphertext is decrypted, by asking for its padding. */
static void
padding_pieces(const void *arg)
{
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	CK_BYTE block[16] = { 9, 8, 7 }, plain[16] = { 0 }, again[16];
	CK_ULONG n = sizeof(again);
	CK_OBJECT_HANDLE w;

	(void)arg;
	kit_need_mech(CKM_AES_ECB, CKF_ENCRYPT);
	kit_need_mech(CKM_AES_CBC_PAD, CKF_UNWRAP);
	w = wrapper(true);
	for (unsigned int at = 15; at >= 1; at--)
		if (!padding_byte(w, block, plain, at))
			return;
	for (unsigned int v = 0; v < 256; v++) {
		plain[0] = (CK_BYTE)v;
		NEED(kit.f->C_EncryptInit(kit.s, &ecb, w));
		NEED(kit.f->C_Encrypt(kit.s, plain, 16, again, &n));
		CHECK(memcmp(again, block, 16) != 0, "the block is decrypted");
	}
}

/* The agreed secret, from its end, though the base key lets no derived key be
 * read. */
static void
derive_pieces(const void *arg)
{
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_MECHANISM gen = { CKM_EC_KEY_PAIR_GEN, NULL, 0 },
		     ecdh = { CKM_ECDH1_DERIVE, &p, sizeof(p) };
	const struct curve *c = curve_find("prime256v1");
	CK_BYTE raw[80], found[32] = { 0 };
	size_t n = sizeof(raw);
	CK_OBJECT_HANDLE pub, priv, h;
	struct tmpl hide = { .n = 0 }, a = { .n = 0 }, b = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_ECDH1_DERIVE, CKF_DERIVE);
	kit_need_mech(CKM_SHA256_HMAC, CKF_SIGN);
	t_b(&hide, CKA_SENSITIVE, true);
	t_v(&a, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_b(&b, CKA_DERIVE, true);
	t_v(&b, CKA_DERIVE_TEMPLATE, hide.a, hide.n * sizeof(hide.a[0]));
	if (kit.f->C_GenerateKeyPair(kit.s, &gen, a.a, a.n, b.a, b.n, &pub,
		&priv) != CKR_OK)
		kit_skip("the module has no CKA_DERIVE_TEMPLATE");
	(void)ref_generate(c, raw, &n);
	p.pPublicData = raw;
	p.ulPublicDataLen = n;
	for (CK_ULONG len = 1; len <= 4; len++) {
		struct tmpl t = { .n = 0 };

		t_u(&t, CKA_CLASS, CKO_SECRET_KEY);
		t_u(&t, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
		t_u(&t, CKA_VALUE_LEN, len);
		memmove(found + 1, found, len);
		if (kit.f->C_DeriveKey(
			kit.s, &ecdh, priv, t.a, t.n, &h) == CKR_OK)
			CHECK(!guess(h, found, len, 0),
			    "byte %lu from the end came out", len);
	}
}

/* A key that asks for the PIN before each use is used without. */
static void
always_authenticate(const void *arg)
{
	CK_MECHANISM gen = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 },
		     rsa = { CKM_RSA_PKCS, NULL, 0 };
	CK_BYTE blob[256], out[256];
	CK_ULONG n = sizeof(blob), m = sizeof(out);
	CK_OBJECT_HANDLE pub, priv, h;
	struct tmpl a = { .n = 0 }, b = { .n = 0 }, off = { .n = 0 };

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS, CKF_UNWRAP | CKF_SIGN);
	t_u(&a, CKA_MODULUS_BITS, 2048);
	t_b(&b, CKA_ALWAYS_AUTHENTICATE, true);
	t_b(&b, CKA_EXTRACTABLE, true);
	t_b(&b, CKA_SENSITIVE, true);
	t_b(&b, CKA_PRIVATE, true);
	NEED(kit.f->C_GenerateKeyPair(
	    kit.s, &gen, a.a, a.n, b.a, b.n, &pub, &priv));
	NEED(kit.f->C_EncryptInit(kit.s, &rsa, pub));
	NEED(kit.f->C_Encrypt(
	    kit.s, (CK_BYTE *)(uintptr_t)prize, sizeof(prize), blob, &n));
	CHECK(unwrap(priv, &rsa, blob, n, 0, &h) != CKR_OK,
	    "it unwraps without the PIN");
	t_b(&off, CKA_ALWAYS_AUTHENTICATE, false);
	CHECK(kit.f->C_SetAttributeValue(kit.s, priv, off.a, off.n) != CKR_OK,
	    "the attribute is taken off");
	CHECK(kit.f->C_CopyObject(kit.s, priv, off.a, off.n, &h) != CKR_OK,
	    "a copy is without");
	NEED(kit.f->C_SignInit(kit.s, &rsa, priv));
	WANT(kit.f->C_Sign(kit.s, blob, 16, out, &m), CKR_USER_NOT_LOGGED_IN);
}

static const CK_MECHANISM_TYPE streams[] = { CKM_AES_CTR, CKM_AES_GCM,
	CKM_AES_CCM };

static const struct kit_case cases[] = {
	{ "attack/raw-rsa-pieces", "design 9", AT_USER, raw_rsa, NULL, 0 },
	{ "attack/known-stream/CTR", "design 9", AT_USER, known_stream,
	    &streams[0], 0 },
	{ "attack/known-stream/GCM", "design 9", AT_USER, known_stream,
	    &streams[1], 0 },
	{ "attack/known-stream/CCM", "design 9", AT_USER, known_stream,
	    &streams[2], 0 },
	{ "attack/stream-pieces", "design 9", AT_USER, stream_pieces, NULL, 0 },
	{ "attack/padding-pieces", "design 9", AT_USER, padding_pieces, NULL,
	    0 },
	{ "attack/derive-pieces", "design 9", AT_USER, derive_pieces, NULL, 0 },
	{ "attack/always-authenticate", "4.9", AT_USER, always_authenticate,
	    NULL, 0 },
};

void
piece_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
