/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "attack": the classic attacks on the interface, carried out. Each case
 * plays an attacker who is logged in and may call everything, but does not
 * know the value of one sensitive key; the case fails when that value comes
 * out. How the module stops him is its own affair.
 */
#include "kit_ref.h"
#include "suite.h"

#include <string.h>

/* The secret that must not come out. */
static const CK_BYTE prize[16] = { 0xde, 0xfa, 0xce, 0x01, 0x77, 0x13, 0x37,
	0x42, 0x99, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70 };
/* What the attacker knows and may import. */
static const CK_BYTE known[16] = { 0 };

static CK_OBJECT_HANDLE
target(void)
{
	struct tmpl t;

	tmpl_secret(&t, CKK_AES, prize, sizeof(prize));
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, true);
	return obj_make(&t);
}

static bool
contains(const CK_BYTE *hay, size_t n)
{
	for (size_t i = 0; i + sizeof(prize) <= n; i++)
		if (memcmp(hay + i, prize, sizeof(prize)) == 0)
			return true;
	return false;
}

/*
 * A wrapping key as an attacker would ask for it: made here, with these
 * roles. CK_INVALID_HANDLE where refused.
 */
static CK_OBJECT_HANDLE
made_here(bool decrypt, bool unwrap)
{
	CK_MECHANISM m = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_OBJECT_HANDLE h = CK_INVALID_HANDLE;
	struct tmpl t = { .n = 0 };

	kit_need_mech(CKM_AES_KEY_GEN, CKF_GENERATE);
	t_u(&t, CKA_VALUE_LEN, 16);
	t_b(&t, CKA_WRAP, true);
	t_b(&t, CKA_UNWRAP, unwrap);
	t_b(&t, CKA_DECRYPT, decrypt);
	t_b(&t, CKA_ENCRYPT, decrypt);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, true);
	return kit.f->C_GenerateKey(kit.s, &m, t.a, t.n, &h) == CKR_OK ?
	    h :
	    CK_INVALID_HANDLE;
}

static bool
usable(const struct mech *row, CK_FLAGS flags)
{
	CK_MECHANISM_INFO info;

	return row->key == CKK_AES && (row->may & flags) == flags &&
	    kit_has_mech(row->type, &info) && (info.flags & flags) == flags;
}

static void
try_decrypt(const struct mech *row, CK_OBJECT_HANDLE key, const CK_BYTE *blob,
    size_t n, const char *how)
{
	CK_BYTE out[300];
	CK_ULONG outlen = sizeof(out);
	struct subject sj;

	subject_init(&sj, row);
	subject_length(&sj, n >= 16 ? n - 16 : 0);
	memset(out, 0, sizeof(out));
	if (kit.f->C_DecryptInit(kit.s, &sj.m, key) != CKR_OK ||
	    kit.f->C_Decrypt(
		kit.s, (CK_BYTE *)(uintptr_t)blob, n, out, &outlen) != CKR_OK)
		return;
	CHECK(!contains(out, sizeof(out)), "%s: the key comes out by %s", how,
	    row->name);
}

/* Wrap and decrypt with one key, by every pair of mechanisms. */
static void
wrap_decrypt(const void *arg)
{
	CK_OBJECT_HANDLE w = made_here(true, false), k = target();
	const struct mech *row, *other;

	(void)arg;
	if (w == CK_INVALID_HANDLE)
		return;
	for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
		CK_BYTE blob[300];
		CK_ULONG n = sizeof(blob);
		struct subject sj;

		if (!usable(row, CKF_WRAP))
			continue;
		subject_init(&sj, row);
		subject_length(&sj, 16);
		if (kit.f->C_WrapKey(kit.s, &sj.m, w, k, blob, &n) != CKR_OK)
			continue;
		for (size_t m = 0; (other = mech_at(m)) != NULL; m++)
			if (usable(other, CKF_DECRYPT))
				try_decrypt(other, w, blob, n, row->name);
	}
}

/* The decrypting role is added after wrapping, to the key or to a copy. */
static void
wrap_then_decrypt(const void *arg)
{
	CK_OBJECT_HANDLE w = made_here(false, false), k = target(),
			 copy = CK_INVALID_HANDLE;
	const struct mech *row;
	struct tmpl c = { .n = 0 };

	(void)arg;
	if (w == CK_INVALID_HANDLE)
		return;
	t_b(&c, CKA_DECRYPT, true);
	(void)kit.f->C_CopyObject(kit.s, w, c.a, c.n, &copy);
	for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
		CK_BYTE blob[300];
		CK_ULONG n = sizeof(blob);
		struct subject sj;

		if (!usable(row, CKF_WRAP | CKF_DECRYPT))
			continue;
		subject_init(&sj, row);
		subject_length(&sj, 16);
		if (kit.f->C_WrapKey(kit.s, &sj.m, w, k, blob, &n) != CKR_OK)
			continue;
		if (copy != CK_INVALID_HANDLE)
			try_decrypt(row, copy, blob, n, "role added to a copy");
		if (attr_set_b(w, CKA_DECRYPT, true) == CKR_OK)
			try_decrypt(row, w, blob, n, "role added to the key");
	}
}

static void
read_back(CK_OBJECT_HANDLE h, const char *how)
{
	CK_BYTE value[100];
	long n = attr_read(h, CKA_VALUE, value, sizeof(value));

	CHECK(n <= 0 || !contains(value, (size_t)n),
	    "%s: the value is readable", how);
}

static void
unwrap_template(struct tmpl *t, CK_KEY_TYPE type)
{
	t->n = 0;
	t_u(t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(t, CKA_KEY_TYPE, type);
	t_b(t, CKA_SENSITIVE, false);
	t_b(t, CKA_EXTRACTABLE, true);
}

/*
 * Wrapped and unwrapped again, this time not sensitive, as the same type and
 * as another.
 */
static void
rewrap(const void *arg)
{
	CK_OBJECT_HANDLE w[2] = { made_here(false, true),
		made_here(true, true) },
			 k = target();
	static const CK_KEY_TYPE types[] = { CKK_AES, CKK_GENERIC_SECRET };
	const struct mech *row;

	(void)arg;
	for (size_t i = 0; (row = mech_at(i)) != NULL; i++)
		for (size_t j = 0; j < 4; j++) {
			CK_BYTE blob[300];
			CK_ULONG n = sizeof(blob);
			CK_OBJECT_HANDLE h = 0;
			struct subject sj;
			struct tmpl t;

			if (!usable(row, CKF_WRAP | CKF_UNWRAP) ||
			    w[j / 2] == CK_INVALID_HANDLE)
				continue;
			subject_init(&sj, row);
			subject_length(&sj, 16);
			if (kit.f->C_WrapKey(
				kit.s, &sj.m, w[j / 2], k, blob, &n) != CKR_OK)
				continue;
			unwrap_template(&t, types[j % 2]);
			if (kit.f->C_UnwrapKey(kit.s, &sj.m, w[j / 2], blob, n,
				t.a, t.n, &h) == CKR_OK)
				read_back(
				    h, kit_text("%s, row %zu", row->name, j));
		}
}

/* The blob under a key the attacker knows is opened with libcrypto. */
static void
open_with_known(
    const struct mech *row, const CK_BYTE *blob, size_t n, const char *how)
{
	static const char *const modes[] = { "AES-128-ECB", "AES-128-WRAP",
		"AES-128-WRAP-PAD", "AES-128-CBC", "AES-128-CTR" };
	CK_BYTE iv[16], out[400];

	fill(iv, sizeof(iv), 7);
	for (size_t i = 0; i < KIT_COUNT(modes); i++) {
		EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, modes[i], NULL);
		EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
		int len = 0;

		memset(out, 0, sizeof(out));
		if (EVP_DecryptInit_ex(ctx, cipher, NULL, known,
			i == 3 || i == 4 ? iv : NULL) == 1 &&
		    EVP_CIPHER_CTX_set_padding(ctx, 0) >= 0)
			(void)EVP_DecryptUpdate(ctx, out, &len, blob, (int)n);
		CHECK(!contains(out, sizeof(out)), "%s: %s under a known key",
		    how, row->name);
		EVP_CIPHER_CTX_free(ctx);
		EVP_CIPHER_free(cipher);
	}
}

static void
wrap_under_known(CK_OBJECT_HANDLE w, const char *how)
{
	CK_OBJECT_HANDLE k = target();
	const struct mech *row;

	for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
		CK_BYTE blob[300];
		CK_ULONG n = sizeof(blob);
		struct subject sj;

		if (!usable(row, CKF_WRAP))
			continue;
		subject_init(&sj, row);
		subject_length(&sj, 16);
		if (kit.f->C_WrapKey(kit.s, &sj.m, w, k, blob, &n) == CKR_OK)
			open_with_known(row, blob, n, how);
	}
}

/* A wrapping key with known bytes: imported, or a copy of an imported key. */
static void
import_known(const void *arg)
{
	CK_OBJECT_HANDLE w, copy;
	struct tmpl t, c = { .n = 0 };

	(void)arg;
	tmpl_secret(&t, CKK_AES, known, sizeof(known));
	t_b(&t, CKA_DECRYPT, false);
	t_b(&t, CKA_ENCRYPT, false);
	if (obj_try(&t, &w) != CKR_OK)
		return;
	wrap_under_known(w, "imported");
	t_b(&c, CKA_SENSITIVE, true);
	if (kit.f->C_CopyObject(kit.s, w, c.a, c.n, &copy) == CKR_OK)
		wrap_under_known(copy, "copied");
}

/*
 * Known bytes encrypted with a key of ours are unwrapped by it to a wrapping
 * key.
 */
static void
trojan(const void *arg)
{
	CK_OBJECT_HANDLE w = made_here(true, true);
	const struct mech *row;

	(void)arg;
	if (w == CK_INVALID_HANDLE)
		return;
	for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
		CK_BYTE blob[300];
		CK_ULONG n = sizeof(blob);
		CK_OBJECT_HANDLE h = 0;
		struct subject sj;
		struct tmpl t;

		if (!usable(row, CKF_ENCRYPT | CKF_UNWRAP))
			continue;
		subject_init(&sj, row);
		subject_length(&sj, sizeof(known));
		if (kit.f->C_EncryptInit(kit.s, &sj.m, w) != CKR_OK ||
		    kit.f->C_Encrypt(kit.s, (CK_BYTE *)(uintptr_t)known,
			sizeof(known), blob, &n) != CKR_OK)
			continue;
		unwrap_template(&t, CKK_AES);
		t_b(&t, CKA_WRAP, true);
		t_b(&t, CKA_DECRYPT, false);
		t_b(&t, CKA_ENCRYPT, false);
		t_b(&t, CKA_SENSITIVE, true);
		if (kit.f->C_UnwrapKey(
			kit.s, &sj.m, w, blob, n, t.a, t.n, &h) == CKR_OK)
			wrap_under_known(h, row->name);
	}
}

/*
 * A public key whose private half the attacker has, and one with exponent 1.
 */
static void
public_key_wraps(const void *arg)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_RSA_PKCS,
		CKM_RSA_PKCS_OAEP, CKM_RSA_X_509 };
	CK_OBJECT_HANDLE k = target(), weak = 0, priv;
	struct tmpl t;

	(void)arg;
	tmpl_rsa_public(&t);
	t_v(&t, CKA_PUBLIC_EXPONENT, "\1", 1);
	(void)obj_try(&t, &weak);
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		CK_BYTE blob[300], out[300] = { 0 };
		CK_ULONG n = sizeof(blob), outlen = sizeof(out);
		CK_MECHANISM_INFO info;
		struct subject sj;

		if (!kit_has_mech(types[i], &info) ||
		    (info.flags & CKF_WRAP) == 0)
			continue;
		subject_init(&sj, mech_find(types[i]));
		priv = sj.fwd;
		if (kit.f->C_WrapKey(kit.s, &sj.m, sj.back, k, blob, &n) ==
			CKR_OK &&
		    kit.f->C_DecryptInit(kit.s, &sj.m, priv) == CKR_OK &&
		    kit.f->C_Decrypt(kit.s, blob, n, out, &outlen) == CKR_OK)
			CHECK(!contains(out, sizeof(out)),
			    "%s under an imported public key", sj.row->name);
		n = sizeof(blob);
		if (weak != 0 &&
		    kit.f->C_WrapKey(kit.s, &sj.m, weak, k, blob, &n) == CKR_OK)
			CHECK(!contains(blob, n), "%s with exponent 1",
			    sj.row->name);
	}
}

/*
 * A wrapping key is itself exported, and brought back as a twin that
 * decrypts.
 */
static void
twin(const void *arg)
{
	CK_OBJECT_HANDLE inner = made_here(false, false),
			 outer = made_here(false, true), k = target();
	const struct mech *row;

	(void)arg;
	for (size_t i = 0;
	     inner != 0 && outer != 0 && (row = mech_at(i)) != NULL; i++) {
		CK_BYTE blob[300], key_blob[300];
		CK_ULONG n = sizeof(blob), m = sizeof(key_blob);
		CK_OBJECT_HANDLE h = 0;
		struct subject sj;
		struct tmpl t;

		if (!usable(row, CKF_WRAP | CKF_UNWRAP | CKF_DECRYPT))
			continue;
		subject_init(&sj, row);
		subject_length(&sj, 16);
		if (kit.f->C_WrapKey(kit.s, &sj.m, inner, k, blob, &n) !=
			CKR_OK ||
		    kit.f->C_WrapKey(
			kit.s, &sj.m, outer, inner, key_blob, &m) != CKR_OK)
			continue;
		unwrap_template(&t, CKK_AES);
		t_b(&t, CKA_SENSITIVE, true);
		t_b(&t, CKA_DECRYPT, true);
		if (kit.f->C_UnwrapKey(kit.s, &sj.m, outer, key_blob, m, t.a,
			t.n, &h) == CKR_OK)
			try_decrypt(row, h, blob, n, "twin");
	}
}

/* Attributes of the target itself: set, copied, searched for. */
static void
weaken(const void *arg)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_SENSITIVE, CKA_PRIVATE,
		CKA_WRAP_WITH_TRUSTED };
	CK_OBJECT_HANDLE k = target(), h;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		struct tmpl c = { .n = 0 };

		t_b(&c, types[i], false);
		if (kit.f->C_CopyObject(kit.s, k, c.a, c.n, &h) == CKR_OK)
			read_back(h,
			    kit_text(
				"copied with attribute 0x%lx FALSE", types[i]));
		(void)attr_set_b(k, types[i], false);
		read_back(k, kit_text("attribute 0x%lx set FALSE", types[i]));
	}
	(void)attr_set(k, CKA_KEY_TYPE, &(CK_KEY_TYPE){ CKK_GENERIC_SECRET },
	    sizeof(CK_KEY_TYPE));
	(void)attr_set(k, CKA_CLASS, &(CK_OBJECT_CLASS){ CKO_DATA },
	    sizeof(CK_OBJECT_CLASS));
	read_back(k, "made a data object");
}

/*
 * A search for the value would tell a guess from a miss; a sensitive value is
 * not searchable.
 */
static void
search_oracle(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl q = { .n = 0 };

	(void)arg;
	(void)target();
	t_v(&q, CKA_VALUE, prize, sizeof(prize));
	CHECK(obj_find(kit.s, &q, &h, 1) == 0,
	    "the sensitive value is found by C_FindObjects");
}

/* Wrong paddings are not told apart: one code for all, or a made-up result. */
static void
padding_oracle(const void *arg)
{
	CK_RV first = CKR_OK;
	bool mixed = false;

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS, CKF_DECRYPT);
	kit_need_mech(CKM_RSA_X_509, CKF_ENCRYPT);
	for (unsigned int i = 0; i < 12; i++) {
		CK_BYTE block[256], text[256], out[256];
		CK_ULONG n = sizeof(text), m = sizeof(out);
		struct subject raw, pad;
		CK_RV rv;

		subject_init(&raw, mech_find(CKM_RSA_X_509));
		subject_init(&pad, mech_find(CKM_RSA_PKCS));
		fill(block, sizeof(block), i);
		for (size_t k = 2; k < sizeof(block); k++)
			block[k] |= 1;
		block[0] = i % 4 == 3 ? 1 : 0;
		block[1] = i % 4 == 1 ? 1 : 2;
		if (i % 4 == 2)
			block[5] = 0;
		NEED(kit.f->C_EncryptInit(kit.s, &raw.m, raw.back));
		NEED(kit.f->C_Encrypt(kit.s, block, sizeof(block), text, &n));
		NEED(kit.f->C_DecryptInit(kit.s, &pad.m, pad.fwd));
		rv = kit.f->C_Decrypt(kit.s, text, n, out, &m);
		if (i == 0)
			first = rv;
		mixed = mixed || rv != first;
	}
	CHECK(!mixed,
	    "different wrong paddings get different answers (the first: %s)",
	    kit_rv_name(first));
}

/* One block through C_Encrypt or C_Decrypt with AES-ECB. */
static bool
oracle(CK_OBJECT_HANDLE w, bool forward, CK_BYTE *block)
{
	CK_MECHANISM m = { CKM_AES_ECB, NULL, 0 };
	CK_BYTE out[32];
	CK_ULONG n = sizeof(out);

	if (forward ? kit.f->C_EncryptInit(kit.s, &m, w) != CKR_OK ||
		    kit.f->C_Encrypt(kit.s, block, 16, out, &n) != CKR_OK :
		      kit.f->C_DecryptInit(kit.s, &m, w) != CKR_OK ||
		    kit.f->C_Decrypt(kit.s, block, 16, out, &n) != CKR_OK)
		return false;
	memcpy(block, out, 16);
	return true;
}

/* The key wrapping of SP 800-38F by hand, over the oracle: a is A, R1, R2. */
static bool
wrap_by_oracle(CK_OBJECT_HANDLE w, CK_BYTE a[24])
{
	for (unsigned int t = 1; t <= 12; t++) {
		CK_BYTE *r = a + 8 + 8 * ((t - 1) % 2), b[16];

		memcpy(b, a, 8);
		memcpy(b + 8, r, 8);
		if (!oracle(w, true, b))
			return false;
		memcpy(a, b, 8);
		a[7] ^= (CK_BYTE)t;
		memcpy(r, b + 8, 8);
	}
	return true;
}

static bool
unwrap_by_oracle(CK_OBJECT_HANDLE w, CK_BYTE a[24])
{
	for (unsigned int t = 12; t >= 1; t--) {
		CK_BYTE *r = a + 8 + 8 * ((t - 1) % 2), b[16];

		memcpy(b, a, 8);
		b[7] ^= (CK_BYTE)t;
		memcpy(b + 8, r, 8);
		if (!oracle(w, false, b))
			return false;
		memcpy(a, b, 8);
		memcpy(r, b + 8, 8);
	}
	return true;
}

/* A mechanism that only wraps is opened by one that only decrypts. */
static void
wrap_oracle(const void *arg)
{
	CK_MECHANISM m = { CKM_AES_KEY_WRAP, NULL, 0 };
	CK_OBJECT_HANDLE w = made_here(true, true), k = target();
	CK_BYTE blob[24];
	CK_ULONG n = sizeof(blob);

	(void)arg;
	kit_need_mech(CKM_AES_ECB, CKF_ENCRYPT | CKF_DECRYPT);
	kit_need_mech(CKM_AES_KEY_WRAP, CKF_WRAP);
	if (w != CK_INVALID_HANDLE &&
	    kit.f->C_WrapKey(kit.s, &m, w, k, blob, &n) == CKR_OK &&
	    unwrap_by_oracle(w, blob))
		CHECK(!contains(blob, sizeof(blob)), "the key comes out");
}

/* A blob made by hand over the oracle brings in a wrapping key. */
static void
trojan_oracle(const void *arg)
{
	CK_MECHANISM m = { CKM_AES_KEY_WRAP, NULL, 0 };
	CK_OBJECT_HANDLE w = made_here(true, true), h = 0;
	CK_BYTE blob[24];
	struct tmpl t;

	(void)arg;
	kit_need_mech(CKM_AES_ECB, CKF_ENCRYPT | CKF_DECRYPT);
	kit_need_mech(CKM_AES_KEY_WRAP, CKF_UNWRAP);
	memset(blob, 0xa6, 8);
	memcpy(blob + 8, known, sizeof(known));
	unwrap_template(&t, CKK_AES);
	t_b(&t, CKA_WRAP, true);
	t_b(&t, CKA_DECRYPT, false);
	t_b(&t, CKA_ENCRYPT, false);
	t_b(&t, CKA_SENSITIVE, true);
	if (w != CK_INVALID_HANDLE && wrap_by_oracle(w, blob) &&
	    kit.f->C_UnwrapKey(
		kit.s, &m, w, blob, sizeof(blob), t.a, t.n, &h) == CKR_OK)
		wrap_under_known(h, "trojan");
}

static const struct kit_case cases[] = {
	{ "attack/wrap-oracle", "design 9", AT_USER, wrap_oracle, NULL, 0 },
	{ "attack/trojan-oracle", "design 9", AT_USER, trojan_oracle, NULL, 0 },
	{ "attack/wrap-decrypt", "design 9", AT_USER, wrap_decrypt, NULL, 0 },
	{ "attack/wrap-then-decrypt", "design 9", AT_USER, wrap_then_decrypt,
	    NULL, 0 },
	{ "attack/rewrap", "design 9", AT_USER, rewrap, NULL, 0 },
	{ "attack/import-known", "design 9", AT_USER, import_known, NULL, 0 },
	{ "attack/trojan", "design 9", AT_USER, trojan, NULL, 0 },
	{ "attack/public-key-wraps", "design 9", AT_USER, public_key_wraps,
	    NULL, 0 },
	{ "attack/twin", "design 9", AT_USER, twin, NULL, 0 },
	{ "attack/weaken", "4.1.2, 4.1.3", AT_USER, weaken, NULL, 0 },
	{ "attack/search-oracle", "design 9", AT_USER, search_oracle, NULL, 0 },
	{ "attack/padding-oracle", "design 8", AT_USER, padding_oracle, NULL,
	    0 },
};

void
attack_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
