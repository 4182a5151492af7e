/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "hybrid": CKM_RSA_AES_KEY_WRAP and CKM_ECDH_*_AES_KEY_WRAP against a
 * wrapping put together by libcrypto and taken apart by other calls (6.1.19,
 * 6.3.20 to 6.3.22).
 */
#include "kit_ref.h"
#include "suite.h"

#include <string.h>

#define AES_LEN 32

static const CK_BYTE value[24] = "twenty-four byte secret";

/* KWP of libcrypto under these bytes; returns the length. */
static size_t
kwp(const CK_BYTE *aes, bool wrap, const CK_BYTE *in, size_t n, CK_BYTE *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	EVP_CIPHER *e = EVP_CIPHER_fetch(NULL, "AES-256-WRAP-PAD", NULL);
	int len = 0;

	REQUIRE(c != NULL && e != NULL, "libcrypto has no AES key wrap");
	EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	REQUIRE(EVP_CipherInit_ex2(c, e, aes, NULL, wrap, NULL) == 1 &&
		EVP_CipherUpdate(c, out, &len, in, (int)n) == 1,
	    "libcrypto does not %swrap", wrap ? "" : "un");
	EVP_CIPHER_CTX_free(c);
	EVP_CIPHER_free(e);
	return (size_t)len;
}

static void
unwrap_template(struct tmpl *t)
{
	t->n = 0;
	t_u(t, CKA_CLASS, CKO_SECRET_KEY);
	t_u(t, CKA_KEY_TYPE, CKK_GENERIC_SECRET);
	t_b(t, CKA_SENSITIVE, false);
	t_b(t, CKA_EXTRACTABLE, true);
}

static CK_OBJECT_HANDLE
secret(void)
{
	CK_OBJECT_HANDLE h = 0;
	struct tmpl t;

	tmpl_secret(&t, CKK_GENERIC_SECRET, value, sizeof(value));
	NEED(obj_try(&t, &h));
	return h;
}

/* What libcrypto made, unwrapped here. */
static void
comes_in(const struct subject *sj, CK_BYTE *blob, size_t n)
{
	CK_MECHANISM m = sj->m;
	CK_OBJECT_HANDLE got = 0;
	struct tmpl t;

	unwrap_template(&t);
	NEED(kit.f->C_UnwrapKey(
	    kit.s, &m, sj->fwd, blob, n, t.a, t.n, &got));
	attr_is(got, CKA_VALUE, value, sizeof(value));
	blob[n - 1] ^= 1;
	WANT(kit.f->C_UnwrapKey(kit.s, &m, sj->fwd, blob, n, t.a, t.n, &got),
	    CKR_WRAPPED_KEY_INVALID);
	WANT(kit.f->C_UnwrapKey(
		 kit.s, &m, sj->fwd, blob, n - 8, t.a, t.n, &got),
	    CKR_WRAPPED_KEY_INVALID, CKR_WRAPPED_KEY_LEN_RANGE);
	WANT(kit.f->C_UnwrapKey(kit.s, &m, sj->fwd, blob, 8, t.a, t.n, &got),
	    CKR_WRAPPED_KEY_INVALID, CKR_WRAPPED_KEY_LEN_RANGE);
}

/* Wraps here; returns the length. */
static size_t
goes_out(const struct subject *sj, CK_BYTE *blob, CK_ULONG room)
{
	CK_MECHANISM m = sj->m;

	NEED(kit.f->C_WrapKey(kit.s, &m, sj->back, secret(), blob, &room));
	return room;
}

static void
opens(const CK_BYTE *aes, const CK_BYTE *in, size_t n)
{
	CK_BYTE out[64];

	CHECK(n == sizeof(value) + 8 && kwp(aes, false, in, n, out) ==
		    sizeof(value) && memcmp(out, value, sizeof(value)) == 0,
	    "the second part is not the key under the first (%zu bytes)", n);
}

static void
rsa(const void *arg)
{
	CK_BYTE aes[AES_LEN], blob[400];
	CK_ULONG len = sizeof(aes);
	struct subject sj, oaep;
	size_t n;

	(void)arg;
	kit_need_mech(CKM_RSA_AES_KEY_WRAP, CKF_WRAP | CKF_UNWRAP);
	subject_init(&sj, mech_find(CKM_RSA_AES_KEY_WRAP));
	subject_init(&oaep, mech_find(CKM_RSA_PKCS_OAEP));
	n = goes_out(&sj, blob, sizeof(blob));
	NEED(kit.f->C_DecryptInit(kit.s, &oaep.m, oaep.fwd));
	NEED(kit.f->C_Decrypt(kit.s, blob, 256, aes, &len));
	REQUIRE(len == AES_LEN, "an AES key of %lu bytes", len);
	opens(aes, blob + 256, n - 256);
	key_bytes(aes, sizeof(aes));
	n = ref_rsa_encrypt(&oaep, aes, sizeof(aes), blob, sizeof(blob));
	n += kwp(aes, true, value, sizeof(value), blob + n);
	comes_in(&sj, blob, n);
}

/* The AES key is the beginning of what is agreed without a KDF. */
static void
ecdh(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	const struct mech *row = mech_find(*type);
	const struct curve *c = curve_find(
	    row->key == CKK_EC ? "prime256v1" : "X25519");
	size_t head = *type == CKM_ECDH_COF_AES_KEY_WRAP ? 2 : 0;
	CK_BYTE aes[100], blob[400], raw[100];
	CK_ECDH1_DERIVE_PARAMS p = { .kdf = CKD_NULL };
	CK_MECHANISM m = { CKM_ECDH1_DERIVE, &p, sizeof(p) };
	size_t rawlen = sizeof(raw), n, point;
	CK_OBJECT_HANDLE got = 0;
	struct subject sj;
	EVP_PKEY *mine;
	struct tmpl t;

	kit_need_mech(*type, CKF_WRAP | CKF_UNWRAP);
	subject_init(&sj, row);
	mine = ref_generate(c, raw, &rawlen);
	point = rawlen;
	n = goes_out(&sj, blob, sizeof(blob));
	REQUIRE(n > head + point, "%zu bytes", n);
	p.pPublicData = blob + head;
	p.ulPublicDataLen = point;
	unwrap_template(&t);
	t_u(&t, CKA_VALUE_LEN, AES_LEN);
	NEED(kit.f->C_DeriveKey(kit.s, &m, sj.fwd, t.a, t.n, &got));
	(void)attr_read(got, CKA_VALUE, aes, sizeof(aes));
	opens(aes, blob + head + point, n - head - point);
	(void)ref_derive(mine, ref_public(sj.back), aes, sizeof(aes));
	blob[0] = 0x04;
	blob[1] = (CK_BYTE)rawlen;
	memcpy(blob + head, raw, rawlen);
	n = head + rawlen;
	n += kwp(aes, true, value, sizeof(value), blob + n);
	comes_in(&sj, blob, n);
}

void
hybrid_cases(struct kit_list *l)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_ECDH_AES_KEY_WRAP,
		CKM_ECDH_X_AES_KEY_WRAP, CKM_ECDH_COF_AES_KEY_WRAP };
	static const struct kit_case one = { "hybrid/CKM_RSA_AES_KEY_WRAP",
		"6.1.19", AT_USER, rsa, NULL, 0 };

	kit_add(l, &one, 1);
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		struct kit_case k = { NULL, "6.3.20", AT_USER, ecdh, &types[i],
			0 };

		kit_add_named(l, "hybrid", kit_mech_name(types[i]), &k);
	}
}
