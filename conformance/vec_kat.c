/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The known answers of NIST's CAVP for digests (SHA1ShortMsg.rsp and the like)
 * and for AES in the modes of SP 800-38A (CBCMMT256.rsp and the like), one
 * vector each; vec_nist.c reads the files.
 */
#include "vec.h"

#include <string.h>

static const struct {
	const char *name;
	CK_MECHANISM_TYPE type;
} digests[] = {
	{ "SHA1", CKM_SHA_1 },
	{ "SHA224", CKM_SHA224 },
	{ "SHA256", CKM_SHA256 },
	{ "SHA384", CKM_SHA384 },
	{ "SHA512", CKM_SHA512 },
	{ "SHA512_224", CKM_SHA512_224 },
	{ "SHA512_256", CKM_SHA512_256 },
	{ "SHA3_224", CKM_SHA3_224 },
	{ "SHA3_256", CKM_SHA3_256 },
	{ "SHA3_384", CKM_SHA3_384 },
	{ "SHA3_512", CKM_SHA3_512 },
};

static const struct {
	const char *name;
	CK_MECHANISM_TYPE type;
} modes[] = {
	{ "ECB", CKM_AES_ECB },
	{ "CBC", CKM_AES_CBC },
	{ "OFB", CKM_AES_OFB },
	{ "CFB8", CKM_AES_CFB8 },
	{ "CFB128", CKM_AES_CFB128 },
};

/* One part, and in two. */
static bool
digest_is(CK_MECHANISM *m, struct vbytes msg, struct vbytes want)
{
	CK_BYTE out[64];
	CK_ULONG n = sizeof(out), half = msg.n / 2;

	NEED(kit.f->C_DigestInit(kit.s, m));
	NEED(kit.f->C_Digest(kit.s, msg.v, msg.n, out, &n));
	if (n != want.n || memcmp(out, want.v, n) != 0)
		return false;
	NEED(kit.f->C_DigestInit(kit.s, m));
	NEED(kit.f->C_DigestUpdate(kit.s, msg.v, half));
	NEED(kit.f->C_DigestUpdate(kit.s, msg.v + half, msg.n - half));
	NEED(kit.f->C_DigestFinal(kit.s, out, &n));
	return n == want.n && memcmp(out, want.v, n) == 0;
}

enum outcome
vec_digest(const json_t *group, const json_t *test)
{
	struct vbytes msg = vec_bytes(test, "msg");
	struct vbytes md = vec_bytes(test, "tag");
	CK_MECHANISM m = { 0, NULL, 0 };

	(void)group;
	for (size_t i = 0; i < KIT_COUNT(digests); i++)
		if (strcmp(vec_algorithm, digests[i].name) == 0)
			m.mechanism = digests[i].type;
	if (!vec_offered(m.mechanism, CKF_DIGEST))
		return V_UNSUPPORTED;
	/* "Len = 0" has a message of one byte all the same. */
	if (strcmp(vec_text(test, "len"), "0") == 0)
		msg.n = 0;
	return digest_is(&m, msg, md) ? V_PASSED : V_WRONG;
}

static bool
turns(CK_MECHANISM *m, CK_OBJECT_HANDLE key, struct vbytes msg,
    struct vbytes ct)
{
	CK_BYTE out[VEC_MAX];
	CK_ULONG n = sizeof(out);

	NEED(kit.f->C_EncryptInit(kit.s, m, key));
	NEED(kit.f->C_Encrypt(kit.s, msg.v, msg.n, out, &n));
	if (n != ct.n || memcmp(out, ct.v, n) != 0)
		return false;
	n = sizeof(out);
	NEED(kit.f->C_DecryptInit(kit.s, m, key));
	NEED(kit.f->C_Decrypt(kit.s, ct.v, ct.n, out, &n));
	return n == msg.n && memcmp(out, msg.v, n) == 0;
}

enum outcome
vec_aes(const json_t *group, const json_t *test)
{
	struct vbytes key = vec_bytes(test, "key"), iv = vec_bytes(test, "iv");
	struct vbytes msg = vec_bytes(test, "msg"), ct = vec_bytes(test, "ct");
	CK_MECHANISM m = { 0, iv.n != 0 ? iv.v : NULL, iv.n };
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)group;
	for (size_t i = 0; i < KIT_COUNT(modes); i++)
		if (strcmp(vec_algorithm, modes[i].name) == 0)
			m.mechanism = modes[i].type;
	if (!vec_offered(m.mechanism, CKF_ENCRYPT | CKF_DECRYPT))
		return V_UNSUPPORTED;
	tmpl_secret(&t, CKK_AES, key.v, key.n);
	NEED(obj_try(&t, &h));
	return turns(&m, h, msg, ct) ? V_PASSED : V_WRONG;
}
