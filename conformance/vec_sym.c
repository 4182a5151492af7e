/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vectors of secret keys: AEAD, CBC, XTS, MACs, key wrapping. Each is run forwards
 * and backwards.
 */
#include "vec.h"

#include <string.h>

static bool
secret(CK_KEY_TYPE type, struct vbytes key, CK_OBJECT_HANDLE *out)
{
	struct tmpl t;

	tmpl_secret(&t, type, key.v, key.n);
	return obj_try(&t, out) == CKR_OK;
}

static bool
encrypts(
    CK_MECHANISM *m, CK_OBJECT_HANDLE key, struct vbytes in, struct vbytes want)
{
	CK_BYTE out[VEC_MAX];
	CK_ULONG n = sizeof(out);

	return kit.f->C_EncryptInit(kit.s, m, key) == CKR_OK &&
	    kit.f->C_Encrypt(kit.s, in.v, in.n, out, &n) == CKR_OK &&
	    n == want.n && memcmp(out, want.v, n) == 0;
}

static bool
decrypts(
    CK_MECHANISM *m, CK_OBJECT_HANDLE key, struct vbytes in, struct vbytes want)
{
	CK_BYTE out[VEC_MAX];
	CK_ULONG n = sizeof(out);

	return kit.f->C_DecryptInit(kit.s, m, key) == CKR_OK &&
	    kit.f->C_Decrypt(kit.s, in.v, in.n, out, &n) == CKR_OK &&
	    n == want.n && memcmp(out, want.v, n) == 0;
}

/* A valid vector must work both ways, an invalid one must not decrypt. */
static enum outcome
both_ways(const json_t *test, CK_MECHANISM *m, CK_OBJECT_HANDLE key,
    struct vbytes msg, struct vbytes ct)
{
	bool valid = strcmp(vec_text(test, "result"), "valid") == 0;
	bool back = decrypts(m, key, ct, msg);

	if (valid && !encrypts(m, key, msg, ct))
		return V_WRONG;
	return vec_judge(test, back);
}

/* The vector as a message, whose tag stands apart, where the module has that. */
static bool
by_message(CK_MECHANISM *m, CK_OBJECT_HANDLE key, const json_t *test,
    struct vbytes tag, bool valid)
{
	struct vbytes aad = vec_bytes(test, "aad"), msg = vec_bytes(test, "msg");
	struct vbytes ct = vec_bytes(test, "ct");
	CK_BYTE out[VEC_MAX], want[16];
	CK_ULONG n = sizeof(out);
	bool good, back;

	REQUIRE(tag.n <= sizeof(want), "a tag of %zu bytes", tag.n);
	memcpy(want, tag.v, tag.n);
	if (kit.f30->C_MessageDecryptInit(kit.s, m, key) != CKR_OK)
		return !valid;
	back = kit.f30->C_DecryptMessage(kit.s, m->pParameter,
		   m->ulParameterLen, aad.v, aad.n, ct.v, ct.n, out, &n) ==
		CKR_OK &&
	    n == msg.n && memcmp(out, msg.v, n) == 0;
	(void)kit.f30->C_MessageDecryptFinal(kit.s);
	if (!valid || !back)
		return back == valid;
	memset(tag.v, 0, tag.n);
	n = sizeof(out);
	if (kit.f30->C_MessageEncryptInit(kit.s, m, key) != CKR_OK)
		return false;
	good = kit.f30->C_EncryptMessage(kit.s, m->pParameter,
		   m->ulParameterLen, aad.v, aad.n, msg.v, msg.n, out, &n) ==
		CKR_OK &&
	    n == ct.n && memcmp(out, ct.v, n) == 0 &&
	    memcmp(tag.v, want, tag.n) == 0;
	(void)kit.f30->C_MessageEncryptFinal(kit.s);
	return good;
}

/* by_message with the mechanism's own parameter. */
static bool
message_too(CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, const json_t *test,
    struct vbytes tag)
{
	struct vbytes iv = vec_bytes(test, "iv");
	bool valid = strcmp(vec_text(test, "result"), "valid") == 0;
	CK_GCM_MESSAGE_PARAMS g = { iv.v, iv.n, 0, CKG_NO_GENERATE, tag.v,
		tag.n * 8 };
	CK_CCM_MESSAGE_PARAMS c = { vec_bytes(test, "ct").n, iv.v, iv.n, 0,
		CKG_NO_GENERATE, tag.v, tag.n };
	CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS p = { iv.v, iv.n * 8, tag.v };
	CK_MECHANISM m = { type, &p, sizeof(p) };

	if (type == CKM_AES_GCM)
		m = (CK_MECHANISM){ type, &g, sizeof(g) };
	else if (type == CKM_AES_CCM)
		m = (CK_MECHANISM){ type, &c, sizeof(c) };
	/* the parameter of ChaCha20-Poly1305 has no length of the tag: 16 */
	if (m.pParameter == &p && tag.n != 16)
		return !valid;
	return kit.f30 == NULL || !vec_offered(type, CKF_MESSAGE_DECRYPT) ||
	    by_message(&m, key, test, tag, valid);
}

enum outcome
vec_aead(const json_t *group, const json_t *test)
{
	bool gcm = strcmp(vec_algorithm, "AES-GCM") == 0;
	bool poly = strcmp(vec_algorithm, "CHACHA20-POLY1305") == 0 ||
	    strcmp(vec_algorithm, "XCHACHA20-POLY1305") == 0;
	struct vbytes iv = vec_bytes(test, "iv"), aad = vec_bytes(test, "aad");
	struct vbytes ct = vec_bytes(test, "ct"), tag = vec_bytes(test, "tag");
	struct vbytes msg = vec_bytes(test, "msg"), all;
	size_t tagbits = vec_number(group, "tagSize");
	CK_GCM_PARAMS g = { .pIv = iv.v,
		.ulIvLen = iv.n,
		.ulIvBits = iv.n * 8,
		.pAAD = aad.n != 0 ? aad.v : NULL,
		.ulAADLen = aad.n,
		.ulTagBits = tagbits };
	CK_CCM_PARAMS c = { .ulDataLen = ct.n,
		.pNonce = iv.v,
		.ulNonceLen = iv.n,
		.pAAD = aad.n != 0 ? aad.v : NULL,
		.ulAADLen = aad.n,
		.ulMACLen = tagbits / 8 };
	CK_SALSA20_CHACHA20_POLY1305_PARAMS p = { .pNonce = iv.v,
		.ulNonceLen = iv.n * 8,
		.pAAD = aad.n != 0 ? aad.v : NULL,
		.ulAADLen = aad.n };
	CK_MECHANISM m = { CKM_AES_CCM, &c, sizeof(c) };
	CK_BYTE joined[VEC_MAX];
	CK_OBJECT_HANDLE key;

	if (gcm)
		m = (CK_MECHANISM){ CKM_AES_GCM, &g, sizeof(g) };
	else if (poly)
		m = (CK_MECHANISM){ CKM_CHACHA20_POLY1305, &p, sizeof(p) };
	else if (strcmp(vec_algorithm, "AES-CCM") != 0)
		return V_UNSUPPORTED;
	if (!vec_offered(m.mechanism, CKF_ENCRYPT | CKF_DECRYPT) ||
	    !secret(poly ? CKK_CHACHA20 : CKK_AES, vec_bytes(test, "key"),
		&key))
		return V_UNSUPPORTED;
	REQUIRE(ct.n + tag.n <= sizeof(joined), "the vector is too long");
	memcpy(joined, ct.v, ct.n);
	memcpy(joined + ct.n, tag.v, tag.n);
	all = (struct vbytes){ joined, ct.n + tag.n };
	if (!message_too(m.mechanism, key, test, tag))
		return V_WRONG;
	return both_ways(test, &m, key, msg, all);
}

/* CBC with padding and XTS; a short data unit number is one with zeros behind
 * it. */
enum outcome
vec_cbc(const json_t *group, const json_t *test)
{
	bool xts = strcmp(vec_algorithm, "AES-XTS") == 0;
	struct vbytes iv = vec_bytes(test, "iv");
	CK_BYTE unit[16] = { 0 };
	CK_MECHANISM m = { CKM_AES_CBC_PAD, iv.v, iv.n };
	CK_OBJECT_HANDLE key;

	(void)group;
	if (xts) {
		REQUIRE(iv.n <= sizeof(unit), "an IV of %zu bytes", iv.n);
		memcpy(unit, iv.v, iv.n);
		m = (CK_MECHANISM){ CKM_AES_XTS, unit, sizeof(unit) };
	} else if (strcmp(vec_algorithm, "AES-CBC-PKCS5") != 0) {
		return V_UNSUPPORTED;
	}
	if (!vec_offered(m.mechanism, CKF_ENCRYPT | CKF_DECRYPT) ||
	    !secret(xts ? CKK_AES_XTS : CKK_AES, vec_bytes(test, "key"), &key))
		return V_UNSUPPORTED;
	return both_ways(
	    test, &m, key, vec_bytes(test, "msg"), vec_bytes(test, "ct"));
}

/* The mechanism with a length of its own where the tag is a short one. */
static bool
mac_mechanism(size_t taglen, CK_MECHANISM *m, CK_ULONG *len)
{
	static const struct {
		const char *name;
		CK_MECHANISM_TYPE full, general;
		size_t size;
	} rows[] = {
		{ "AES-CMAC", CKM_AES_CMAC, CKM_AES_CMAC_GENERAL, 16 },
		{ "HMACSHA1", CKM_SHA_1_HMAC, CKM_SHA_1_HMAC_GENERAL, 20 },
		{ "HMACSHA224", CKM_SHA224_HMAC, CKM_SHA224_HMAC_GENERAL, 28 },
		{ "HMACSHA256", CKM_SHA256_HMAC, CKM_SHA256_HMAC_GENERAL, 32 },
		{ "HMACSHA384", CKM_SHA384_HMAC, CKM_SHA384_HMAC_GENERAL, 48 },
		{ "HMACSHA512", CKM_SHA512_HMAC, CKM_SHA512_HMAC_GENERAL, 64 },
		{ "HMACSHA512/256", CKM_SHA512_256_HMAC,
		    CKM_SHA512_256_HMAC_GENERAL, 32 },
		{ "HMACSHA3-256", CKM_SHA3_256_HMAC, CKM_SHA3_256_HMAC_GENERAL,
		    32 },
		{ "HMACSHA3-512", CKM_SHA3_512_HMAC, CKM_SHA3_512_HMAC_GENERAL,
		    64 },
	};

	*len = taglen;
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		bool full = taglen == rows[i].size;

		if (strcmp(rows[i].name, vec_algorithm) != 0)
			continue;
		m->mechanism = full ? rows[i].full : rows[i].general;
		m->pParameter = full ? NULL : len;
		m->ulParameterLen = full ? 0 : sizeof(*len);
		return vec_offered(m->mechanism, CKF_SIGN | CKF_VERIFY);
	}
	return false;
}

/* GMAC, which has an IV too. */
static bool
gmac_mechanism(const json_t *test, size_t taglen, CK_MECHANISM *m,
    CK_GCM_PARAMS *p)
{
	struct vbytes iv = vec_bytes(test, "iv");

	*p = (CK_GCM_PARAMS){ .pIv = iv.v,
		.ulIvLen = iv.n,
		.ulTagBits = taglen * 8 };
	*m = (CK_MECHANISM){ CKM_AES_GMAC, p, sizeof(*p) };
	return vec_offered(m->mechanism, CKF_SIGN | CKF_VERIFY);
}

enum outcome
vec_mac(const json_t *group, const json_t *test)
{
	bool gmac = strcmp(vec_algorithm, "AES-GMAC") == 0;
	CK_KEY_TYPE type = gmac || strcmp(vec_algorithm, "AES-CMAC") == 0 ?
	    CKK_AES :
	    CKK_GENERIC_SECRET;
	size_t taglen = vec_number(group, "tagSize") / 8;
	CK_GCM_PARAMS gcm;
	struct vbytes msg = vec_bytes(test, "msg"),
		      tag = vec_bytes(test, "tag");
	CK_BYTE out[64];
	CK_ULONG n = sizeof(out), len;
	CK_OBJECT_HANDLE key;
	CK_MECHANISM m;
	bool same, verified;

	if (!(gmac ? gmac_mechanism(test, taglen, &m, &gcm) :
		     mac_mechanism(taglen, &m, &len)) ||
	    !secret(type, vec_bytes(test, "key"), &key))
		return V_UNSUPPORTED;
	same = kit.f->C_SignInit(kit.s, &m, key) == CKR_OK &&
	    kit.f->C_Sign(kit.s, msg.v, msg.n, out, &n) == CKR_OK &&
	    n == tag.n && memcmp(out, tag.v, n) == 0;
	verified = kit.f->C_VerifyInit(kit.s, &m, key) == CKR_OK &&
	    kit.f->C_Verify(kit.s, msg.v, msg.n, tag.v, tag.n) == CKR_OK;
	return same != verified ? V_WRONG : vec_judge(test, verified);
}

/* As a key: wrapped and unwrapped. As data, where the mechanism encrypts. */
enum outcome
vec_keywrap(const json_t *group, const json_t *test)
{
	bool kwp = strcmp(vec_algorithm, "AES-KWP") == 0;
	struct vbytes msg = vec_bytes(test, "msg"), ct = vec_bytes(test, "ct");
	bool valid = strcmp(vec_text(test, "result"), "valid") == 0, done;
	CK_MECHANISM m = { kwp ? CKM_AES_KEY_WRAP_KWP : CKM_AES_KEY_WRAP, NULL,
		0 };
	CK_OBJECT_HANDLE kek, key, back;
	CK_BYTE out[VEC_MAX];
	CK_ULONG n = sizeof(out);
	struct tmpl t;

	(void)group;
	if (!vec_offered(m.mechanism, CKF_WRAP | CKF_UNWRAP) ||
	    !secret(CKK_AES, vec_bytes(test, "key"), &kek))
		return V_UNSUPPORTED;
	tmpl_secret(&t, CKK_GENERIC_SECRET, NULL, 0);
	t_drop(&t, CKA_VALUE);
	done = kit.f->C_UnwrapKey(
		   kit.s, &m, kek, ct.v, ct.n, t.a, t.n, &back) == CKR_OK &&
	    attr_read(back, CKA_VALUE, out, sizeof(out)) == (long)msg.n &&
	    memcmp(out, msg.v, msg.n) == 0;
	if (!valid || msg.n == 0)
		return vec_judge(test, done);
	if (!secret(CKK_GENERIC_SECRET, msg, &key))
		return V_WRONG;
	done = done &&
	    kit.f->C_WrapKey(kit.s, &m, kek, key, out, &n) == CKR_OK &&
	    n == ct.n && memcmp(out, ct.v, n) == 0;
	if (done && vec_offered(m.mechanism, CKF_ENCRYPT | CKF_DECRYPT))
		done = encrypts(&m, kek, msg, ct) && decrypts(&m, kek, ct, msg);
	return vec_judge(test, done);
}
