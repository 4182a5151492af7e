/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "aead": encrypting and decrypting message after message under one init
 * (5.9 and 5.11), with IVs of every generator, and wrapping with additional
 * data (5.18.6 and 5.18.7): every mechanism that claims it, against libcrypto
 * and against the plain functions, then what may follow what.
 */
#include "kit_ref.h"
#include "ops.h"

#include <string.h>

#define LEN 77
#define END CKF_END_OF_MESSAGE

static CK_BYTE text[LEN], aad[20];

static const CK_MECHANISM_TYPE types[] = { CKM_AES_GCM, CKM_AES_CCM,
	CKM_CHACHA20_POLY1305 };

/* A mechanism with its message parameter. */
struct seal {
	CK_MECHANISM m;
	CK_OBJECT_HANDLE key;
	CK_BYTE iv[12], tag[16], out[LEN];
	union {
		CK_GCM_MESSAGE_PARAMS gcm;
		CK_CCM_MESSAGE_PARAMS ccm;
		CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS poly;
	} p;
};

static void
seal_init(struct seal *x, CK_MECHANISM_TYPE type, CK_GENERATOR_FUNCTION gen)
{
	memset(x, 0, sizeof(*x));
	fill(text, sizeof(text), 5);
	fill(aad, sizeof(aad), 8);
	fill(x->iv, sizeof(x->iv), 7);
	x->m = (CK_MECHANISM){ type, &x->p, sizeof(x->p.gcm) };
	if (type == CKM_AES_GCM) {
		x->p.gcm = (CK_GCM_MESSAGE_PARAMS){ x->iv, 12, 32, gen, x->tag,
			128 };
	} else if (type == CKM_AES_CCM) {
		x->p.ccm = (CK_CCM_MESSAGE_PARAMS){ LEN, x->iv, 12, 32, gen,
			x->tag, 16 };
		x->m.ulParameterLen = sizeof(x->p.ccm);
	} else {
		x->p.poly = (CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS){ x->iv,
			96, x->tag };
		x->m.ulParameterLen = sizeof(x->p.poly);
	}
	x->key = type == CKM_CHACHA20_POLY1305 ?
	    key_secret(CKK_CHACHA20, 32) :
	    key_secret(CKK_AES, 16);
}

static void
need(CK_MECHANISM_TYPE type)
{
	kit_need_30();
	kit_need_mech(type, CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT);
}

static CK_RV
encrypt(struct seal *x)
{
	CK_ULONG n = sizeof(x->out);
	CK_RV rv = kit.f30->C_EncryptMessage(kit.s, x->m.pParameter,
	    x->m.ulParameterLen, aad, sizeof(aad), text, LEN, x->out, &n);

	if (rv == CKR_OK)
		CHECK(n == LEN, "%lu bytes of ciphertext", n);
	return rv;
}

static CK_RV
decrypt(struct seal *x)
{
	CK_BYTE back[LEN];
	CK_ULONG n = sizeof(back);
	CK_RV rv = kit.f30->C_DecryptMessage(kit.s, x->m.pParameter,
	    x->m.ulParameterLen, aad, sizeof(aad), x->out, LEN, back, &n);

	if (rv == CKR_OK)
		CHECK(n == LEN && memcmp(back, text, LEN) == 0,
		    "another text comes back");
	return rv;
}

static void
begin(struct seal *x)
{
	NEED(kit.f30->C_MessageEncryptInit(kit.s, &x->m, x->key));
	NEED(kit.f30->C_MessageDecryptInit(kit.s, &x->m, x->key));
}

static void
finish(void)
{
	NEED(kit.f30->C_MessageEncryptFinal(kit.s));
	NEED(kit.f30->C_MessageDecryptFinal(kit.s));
}

/* libcrypto gives the same, tag behind the text. */
static void
truth(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_BYTE want[LEN + 16];
	struct subject sj;
	struct seal x;

	need(*type);
	subject_init(&sj, mech_find(*type));
	subject_length(&sj, LEN);
	seal_init(&x, *type, CKG_NO_GENERATE);
	memcpy(x.iv, sj.iv, sizeof(x.iv));
	begin(&x);
	NEED(encrypt(&x));
	CHECK(ref_cipher(&sj, text, LEN, want) == LEN + 16 &&
		memcmp(want, x.out, LEN) == 0 &&
		memcmp(want + LEN, x.tag, 16) == 0,
	    "another ciphertext than libcrypto's");
	NEED(decrypt(&x));
	finish();
}

/* Begin and Next give what one call gives. */
static void
parts(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_BYTE whole[LEN], tag[16], got[LEN];
	CK_ULONG n = LEN, more;
	struct seal x;

	need(*type);
	seal_init(&x, *type, CKG_NO_GENERATE);
	begin(&x);
	NEED(encrypt(&x));
	memcpy(whole, x.out, LEN);
	memcpy(tag, x.tag, 16);
	finish();
	begin(&x);
	NEED(kit.f30->C_EncryptMessageBegin(kit.s, x.m.pParameter,
	    x.m.ulParameterLen, aad, sizeof(aad)));
	NEED(kit.f30->C_EncryptMessageNext(kit.s, x.m.pParameter,
	    x.m.ulParameterLen, text, 30, got, &n, 0));
	more = LEN - n;
	NEED(kit.f30->C_EncryptMessageNext(kit.s, x.m.pParameter,
	    x.m.ulParameterLen, text + 30, LEN - 30, got + n, &more, END));
	CHECK(n + more == LEN && memcmp(got, whole, LEN) == 0 &&
		memcmp(x.tag, tag, 16) == 0,
	    "in parts it is something else");
	NEED(kit.f30->C_DecryptMessageBegin(kit.s, x.m.pParameter,
	    x.m.ulParameterLen, aad, sizeof(aad)));
	n = LEN;
	NEED(kit.f30->C_DecryptMessageNext(kit.s, x.m.pParameter,
	    x.m.ulParameterLen, whole, 30, got, &n, 0));
	CHECK(kit.profile != PROFILE_KLUIS || n == 0,
	    "%lu bytes before the tag was checked", n);
	more = LEN - n;
	NEED(kit.f30->C_DecryptMessageNext(kit.s, x.m.pParameter,
	    x.m.ulParameterLen, whole + 30, LEN - 30, got + n, &more, END));
	CHECK(n + more == LEN && memcmp(got, text, LEN) == 0,
	    "another text comes back");
	finish();
}

/* Every generator: the fixed bits stay, no IV comes twice. */
static void
generators(const void *arg)
{
	static const CK_GENERATOR_FUNCTION all[] = { CKG_GENERATE,
		CKG_GENERATE_COUNTER, CKG_GENERATE_RANDOM,
		CKG_GENERATE_COUNTER_XOR };
	const CK_MECHANISM_TYPE *type = arg;

	need(*type);
	for (size_t i = 0; i < KIT_COUNT(all); i++) {
		CK_BYTE seen[8][12], first[12];
		struct seal x;

		seal_init(&x, *type, all[i]);
		memcpy(first, x.iv, 12);
		begin(&x);
		for (size_t k = 0; k < KIT_COUNT(seen); k++) {
			NEED(encrypt(&x));
			NEED(decrypt(&x));
			CHECK(memcmp(x.iv, first, 4) == 0,
			    "generator %lu: fixed bits changed", all[i]);
			memcpy(seen[k], x.iv, 12);
			for (size_t j = 0; j < k; j++)
				CHECK(memcmp(seen[j], seen[k], 12) != 0,
				    "generator %lu: an IV came twice", all[i]);
		}
		finish();
	}
}

/* A tag, an IV, data that is wrong: CKR_AEAD_DECRYPT_FAILED. */
static void
forged(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	struct seal x;

	need(*type);
	seal_init(&x, *type, CKG_NO_GENERATE);
	begin(&x);
	NEED(encrypt(&x));
	for (int i = 0; i < 4; i++) {
		CK_BYTE *at = i == 0 ? x.out :
		    i == 1           ? x.tag :
		    i == 2           ? x.iv :
				       aad;

		*at ^= 1;
		WANT(decrypt(&x), CKR_AEAD_DECRYPT_FAILED);
		*at ^= 1;
	}
	NEED(decrypt(&x));
	finish();
}

/* The caller's IV twice under one init (design 9.6). */
static void
repeated(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	struct seal x;

	need(*type);
	if (kit.profile != PROFILE_KLUIS)
		kit_skip("a promise of kluis");
	seal_init(&x, *type, CKG_NO_GENERATE);
	begin(&x);
	NEED(encrypt(&x));
	WANT(encrypt(&x), CKR_MECHANISM_PARAM_INVALID);
	x.iv[11]++;
	NEED(encrypt(&x));
	finish();
}

static void
runs_out(const void *arg)
{
	struct seal x;

	(void)arg;
	need(CKM_AES_GCM);
	seal_init(&x, CKM_AES_GCM, CKG_GENERATE_COUNTER);
	x.p.gcm.ulIvFixedBits = 93;
	begin(&x);
	for (int i = 0; i < 8; i++)
		NEED(encrypt(&x));
	CHECK(encrypt(&x) != CKR_OK, "a counter of 3 bits counts to 9");
	finish();
}

static void
order(const void *arg)
{
	const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;
	CK_BYTE out[LEN];
	CK_ULONG n = LEN;
	struct seal x;

	(void)arg;
	need(CKM_AES_GCM);
	seal_init(&x, CKM_AES_GCM, CKG_GENERATE);
	WANT(encrypt(&x), none);
	WANT(decrypt(&x), none);
	WANT(kit.f30->C_MessageEncryptFinal(kit.s), none);
	WANT(kit.f30->C_MessageDecryptFinal(kit.s), none);
	begin(&x);
	WANT(kit.f30->C_MessageEncryptInit(kit.s, &x.m, x.key),
	    CKR_OPERATION_ACTIVE);
	WANT(kit.f30->C_EncryptMessageNext(kit.s, x.m.pParameter,
		 x.m.ulParameterLen, text, 8, out, &n, END),
	    none);
	NEED(kit.f30->C_EncryptMessageBegin(kit.s, x.m.pParameter,
	    x.m.ulParameterLen, aad, sizeof(aad)));
	WANT(encrypt(&x), CKR_OPERATION_ACTIVE);
	NEED(kit.f30->C_SessionCancel(
	    kit.s, CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT));
	WANT(encrypt(&x), none);
	NEED(kit.f30->C_MessageEncryptInit(kit.s, &x.m, x.key));
	NEED(kit.f30->C_MessageEncryptInit(kit.s, NULL, 0));
	WANT(encrypt(&x), none);
}

/* ---------------------------------------------------------------- keys */

static CK_RV
unwrap(struct seal *x, CK_BYTE *in, CK_ULONG n, CK_OBJECT_HANDLE *out)
{
	struct tmpl t;

	tmpl_secret(&t, CKK_GENERIC_SECRET, NULL, 0);
	t_drop(&t, CKA_VALUE);
	return kit.f32->C_UnwrapKeyAuthenticated(kit.s, &x->m, x->key, in, n,
	    t.a, t.n, aad, sizeof(aad), out);
}

/* There and back; what is wrapped is the message of the value. */
static void
wraps(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_BYTE blob[64], value[32], got[32], tag[16];
	CK_OBJECT_HANDLE key, back;
	CK_ULONG n = 0;
	struct seal x;

	if (kit.f32 == NULL)
		kit_skip("no table of 3.2");
	kit_need_mech(*type, CKF_WRAP | CKF_UNWRAP);
	seal_init(&x, *type, CKG_GENERATE);
	key = key_secret(CKK_GENERIC_SECRET, 32);
	key_bytes(value, sizeof(value));
	NEED(kit.f32->C_WrapKeyAuthenticated(
	    kit.s, &x.m, x.key, key, aad, sizeof(aad), NULL, &n));
	CHECK(n == 32, "%lu bytes are said to be needed", n);
	n = 31;
	WANT(kit.f32->C_WrapKeyAuthenticated(kit.s, &x.m, x.key, key, aad,
		 sizeof(aad), blob, &n),
	    CKR_BUFFER_TOO_SMALL);
	n = sizeof(blob);
	NEED(kit.f32->C_WrapKeyAuthenticated(
	    kit.s, &x.m, x.key, key, aad, sizeof(aad), blob, &n));
	NEED(unwrap(&x, blob, n, &back));
	CHECK(attr_read(back, CKA_VALUE, got, sizeof(got)) == 32 &&
		memcmp(got, value, 32) == 0,
	    "another key comes back");
	memcpy(tag, x.tag, 16);
	for (int i = 0; i < 3; i++) {
		CK_BYTE *at = i == 0 ? blob : i == 1 ? x.tag : aad;

		*at ^= 1;
		WANT(unwrap(&x, blob, n, &back), CKR_WRAPPED_KEY_INVALID);
		*at ^= 1;
	}
}

/* Under an IV that the token made, a sensitive key is no safer: the wrapping key
 * encrypts a known key under the same IV, and the two differ by the prize. */
static void
same_stream(const void *arg)
{
	const CK_MECHANISM_TYPE *type = arg;
	CK_BYTE stolen[64], known[64], zeros[16] = { 0 }, prize[16];
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_ULONG n = sizeof(stolen), m = sizeof(known);
	CK_OBJECT_HANDLE key, victim;
	struct tmpl w = { .n = 0 }, t;
	struct seal x;

	if (kit.f32 == NULL)
		kit_skip("no table of 3.2");
	kit_need_mech(*type, CKF_WRAP);
	seal_init(&x, *type, CKG_GENERATE);
	if (*type == CKM_CHACHA20_POLY1305)
		gen.mechanism = CKM_CHACHA20_KEY_GEN;
	else
		t_u(&w, CKA_VALUE_LEN, 16);
	t_b(&w, CKA_WRAP, true);
	t_b(&w, CKA_UNWRAP, true);
	t_b(&w, CKA_ENCRYPT, false);
	t_b(&w, CKA_DECRYPT, false);
	t_b(&w, CKA_SENSITIVE, true);
	NEED(kit.f->C_GenerateKey(kit.s, &gen, w.a, w.n, &x.key));
	fill(prize, sizeof(prize), 66);
	tmpl_secret(&t, CKK_GENERIC_SECRET, prize, sizeof(prize));
	t_drop(&t, CKA_SENSITIVE);
	t_b(&t, CKA_SENSITIVE, true);
	victim = obj_make(&t);
	tmpl_secret(&t, CKK_GENERIC_SECRET, zeros, sizeof(zeros));
	key = obj_make(&t);
	if (kit.f32->C_WrapKeyAuthenticated(kit.s, &x.m, x.key, victim, aad,
		sizeof(aad), stolen, &n) != CKR_OK)
		return;
	if (*type == CKM_AES_GCM)
		x.p.gcm.ivGenerator = CKG_NO_GENERATE;
	if (*type == CKM_AES_CCM)
		x.p.ccm.nonceGenerator = CKG_NO_GENERATE;
	if (kit.f32->C_WrapKeyAuthenticated(kit.s, &x.m, x.key, key, aad,
		sizeof(aad), known, &m) != CKR_OK)
		return;
	for (size_t i = 0; i < 16; i++)
		stolen[i] ^= known[i];
	CHECK(memcmp(stolen, prize, 16) != 0, "the key comes out");
}

static const struct kit_case each[] = {
	{ "aead/truth", "5.9, 6.13, 6.61", AT_USER, truth, NULL, 0 },
	{ "aead/parts", "5.9, 5.11", AT_USER, parts, NULL, 0 },
	{ "aead/forged", "5.11.2", AT_USER, forged, NULL, 0 },
	{ "aead/repeated", "design 9.6", AT_USER, repeated, NULL, 0 },
	{ "aead/wraps", "5.18.6, 5.18.7", AT_USER, wraps, NULL, 0 },
	{ "attack/same-stream", "design 9", AT_USER, same_stream, NULL, 0 },
};
static const struct kit_case generated = { "aead/generators", "6.13", AT_USER,
	generators, NULL, 0 };
static const struct kit_case once[] = {
	{ "aead/runs-out", "6.13", AT_USER, runs_out, NULL, 0 },
	{ "aead/order", "5.9", AT_USER, order, NULL, 0 },
};

void
aead_cases(struct kit_list *l)
{
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		const char *name = mech_find(types[i])->name;

		for (size_t k = 0; k < KIT_COUNT(each); k++) {
			struct kit_case c = each[k];

			c.arg = &types[i];
			kit_add_named(l, each[k].name, name, &c);
		}
		if (types[i] != CKM_CHACHA20_POLY1305) {
			struct kit_case c = generated;

			c.arg = &types[i];
			kit_add_named(l, generated.name, name, &c);
		}
	}
	kit_add(l, once, KIT_COUNT(once));
}
