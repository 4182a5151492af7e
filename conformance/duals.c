/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Areas "dual", two operations over one part (5.17); "recover", signatures that
 * carry their data (5.13.5, 5.15.5); and "async", what a token without
 * asynchronous sessions answers (5.21). A module may lack each of them.
 */
#include "ops.h"

#include <string.h>

static CK_BYTE data[64] = { 1, 2, 3, 4 };

struct dual {
	const char *name;
	CK_RV (*init_crypt)(CK_SESSION_HANDLE, CK_MECHANISM_PTR,
	    CK_OBJECT_HANDLE);
	CK_RV (*update)(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR,
	    CK_ULONG_PTR);
	CK_RV (*crypt_update)(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG,
	    CK_BYTE_PTR, CK_ULONG_PTR);
	bool digest; /* else a MAC made or checked */
	bool decrypt;
};

static CK_OBJECT_HANDLE aes, mac;

/* Reads one of the four as the module has it; skips where it has none. */
static struct dual
dual_at(const void *arg)
{
	const struct dual all[] = {
		{ "digest-encrypt", kit.f->C_EncryptInit,
		    kit.f->C_DigestEncryptUpdate, kit.f->C_EncryptUpdate, true,
		    false },
		{ "decrypt-digest", kit.f->C_DecryptInit,
		    kit.f->C_DecryptDigestUpdate, kit.f->C_DecryptUpdate, true,
		    true },
		{ "sign-encrypt", kit.f->C_EncryptInit,
		    kit.f->C_SignEncryptUpdate, kit.f->C_EncryptUpdate, false,
		    false },
		{ "decrypt-verify", kit.f->C_DecryptInit,
		    kit.f->C_DecryptVerifyUpdate, kit.f->C_DecryptUpdate, false,
		    true },
	};
	struct dual d = all[*(const int *)arg];
	CK_BYTE out[16];
	CK_ULONG n = 16;

	if (d.update(kit.s, data, 16, out, &n) == CKR_FUNCTION_NOT_SUPPORTED)
		kit_skip("not offered");
	kit_need_mech(CKM_AES_ECB, CKF_ENCRYPT | CKF_DECRYPT);
	kit_need_mech(CKM_SHA256_HMAC, CKF_SIGN | CKF_VERIFY);
	kit_need_mech(CKM_SHA256, CKF_DIGEST);
	aes = key_secret(CKK_AES, 16);
	mac = key_secret(CKK_GENERIC_SECRET, 32);
	return d;
}

static void
start_crypt(const struct dual *d)
{
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };

	NEED(d->init_crypt(kit.s, &ecb, aes));
}

static void
start_other(const struct dual *d)
{
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };

	if (d->digest)
		NEED(kit.f->C_DigestInit(kit.s, &sha));
	else if (d->decrypt)
		NEED(kit.f->C_VerifyInit(kit.s, &hmac, mac));
	else
		NEED(kit.f->C_SignInit(kit.s, &hmac, mac));
}

/* The second operation has seen these bytes and no others. */
static void
has_seen(const struct dual *d, const CK_BYTE *in, CK_ULONG n)
{
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
	CK_BYTE *p = (CK_BYTE *)(uintptr_t)in;
	CK_BYTE got[32], want[32];
	CK_ULONG len = 32;

	if (d->digest) {
		NEED(kit.f->C_DigestFinal(kit.s, got, &len));
		NEED(kit.f->C_DigestInit(kit.s, &sha));
		NEED(kit.f->C_Digest(kit.s, p, n, want, &len));
	} else if (!d->decrypt) {
		NEED(kit.f->C_SignFinal(kit.s, got, &len));
		NEED(kit.f->C_SignInit(kit.s, &hmac, mac));
		NEED(kit.f->C_Sign(kit.s, p, n, want, &len));
	} else {
		NEED(kit.f->C_SignInit(kit.s, &hmac, mac));
		NEED(kit.f->C_Sign(kit.s, p, n, want, &len));
		NEED(kit.f->C_VerifyFinal(kit.s, want, 32));
		return;
	}
	CHECK(memcmp(got, want, 32) == 0, "%s: other bytes went in", d->name);
}

/* Two parts, one in place; both halves give what they give alone. */
static void
works(const void *arg)
{
	struct dual d = dual_at(arg);
	CK_BYTE want[64], both[64], plain[64];
	CK_ULONG n = 64;

	start_crypt(&d);
	NEED(d.crypt_update(kit.s, data, 64, want, &n));
	REQUIRE(n == 64, "%lu bytes", n);
	NEED(d.init_crypt(kit.s, NULL, 0));
	memcpy(plain, d.decrypt ? want : data, 64);
	memcpy(both, data, 64);
	start_crypt(&d);
	start_other(&d);
	n = 32;
	NEED(d.update(kit.s, data, 32, both, &n));
	CHECK(n == 32, "%lu bytes", n);
	NEED(d.update(kit.s, both + 32, 32, both + 32, &n));
	CHECK(memcmp(both, want, 64) == 0, "another output");
	has_seen(&d, plain, 64);
}

/* 5.17: no output, nothing for the other half. */
static void
short_buffer(const void *arg)
{
	struct dual d = dual_at(arg);
	CK_BYTE out[32], plain[32];
	CK_ULONG n = 31;

	start_crypt(&d);
	start_other(&d);
	WANT(d.update(kit.s, data, 32, out, &n), CKR_BUFFER_TOO_SMALL);
	CHECK(n == 32, "%lu bytes are said to be needed", n);
	WANT(d.update(kit.s, data, 32, NULL, &n), CKR_OK);
	NEED(d.update(kit.s, data, 32, out, &n));
	memcpy(plain, d.decrypt ? out : data, 32);
	has_seen(&d, plain, 32);
}

static void
one_alone(const void *arg)
{
	struct dual d = dual_at(arg);
	CK_BYTE out[32];
	CK_ULONG n = 32;

	WANT(d.update(kit.s, data, 32, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	start_crypt(&d);
	WANT(d.update(kit.s, data, 32, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	(void)d.init_crypt(kit.s, NULL, 0);
	start_other(&d);
	WANT(d.update(kit.s, data, 32, out, &n), CKR_OPERATION_NOT_INITIALIZED);
}

/* 5.6.8: one half may be cancelled without the other. */
static void
cancel_one(const void *arg)
{
	struct dual d = dual_at(arg);
	CK_BYTE out[16], plain[16];
	CK_ULONG n = 16;

	kit_need_30();
	start_crypt(&d);
	start_other(&d);
	NEED(d.update(kit.s, data, 16, out, &n));
	memcpy(plain, d.decrypt ? out : data, 16);
	NEED(kit.f30->C_SessionCancel(
	    kit.s, d.decrypt ? CKF_DECRYPT : CKF_ENCRYPT));
	WANT(d.update(kit.s, data, 16, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	has_seen(&d, plain, 16);
}

/* -------------------------------------------------------------- recovery */

/* The pair and a signature of 20 bytes with recovery. */
static void
recoverable(CK_OBJECT_HANDLE *pub, CK_BYTE sig[256])
{
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE priv;
	CK_ULONG n = 255;

	kit_need_mech(CKM_RSA_PKCS, CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER);
	pair_rsa(pub, &priv);
	NEED(kit.f->C_SignRecoverInit(kit.s, &m, priv));
	WANT(kit.f->C_SignRecoverInit(kit.s, &m, priv), CKR_OPERATION_ACTIVE);
	WANT(kit.f->C_SignRecover(kit.s, data, 20, sig, &n),
	    CKR_BUFFER_TOO_SMALL);
	NEED(kit.f->C_SignRecover(kit.s, data, 20, sig, &n));
	WANT(kit.f->C_SignRecover(kit.s, data, 20, sig, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

static void
recover_lengths(const void *arg)
{
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_BYTE sig[256], out[256];
	CK_OBJECT_HANDLE pub;
	CK_ULONG n = 19;

	(void)arg;
	recoverable(&pub, sig);
	NEED(kit.f->C_VerifyRecoverInit(kit.s, &m, pub));
	WANT(kit.f->C_VerifyRecover(kit.s, sig, 256, out, &n),
	    CKR_BUFFER_TOO_SMALL);
	CHECK(n >= 20, "%lu bytes are said to be needed", n);
	NEED(kit.f->C_VerifyRecover(kit.s, sig, 256, out, &n));
	CHECK(n == 20 && memcmp(out, data, 20) == 0, "other data came back");
	WANT(kit.f->C_VerifyRecover(kit.s, sig, 256, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

/* 5.15.6: what is wrong with the signature goes before the buffer. */
static void
recover_wrong(const void *arg)
{
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_BYTE sig[256], out[256];
	CK_OBJECT_HANDLE pub;
	CK_ULONG n = 1;

	(void)arg;
	recoverable(&pub, sig);
	sig[200] ^= 1;
	NEED(kit.f->C_VerifyRecoverInit(kit.s, &m, pub));
	WANT(kit.f->C_VerifyRecover(kit.s, sig, 256, out, &n),
	    CKR_SIGNATURE_INVALID);
	NEED(kit.f->C_VerifyRecoverInit(kit.s, &m, pub));
	WANT(kit.f->C_VerifyRecover(kit.s, sig, 255, out, &n),
	    CKR_SIGNATURE_LEN_RANGE);
	WANT(kit.f->C_VerifyRecover(kit.s, sig, 255, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

static void
recover_rights(const void *arg)
{
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE pub, priv;
	struct tmpl t;

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS, CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER);
	pair_rsa(&pub, &priv);
	WANT(kit.f->C_SignRecoverInit(kit.s, &m, pub),
	    CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	WANT(kit.f->C_VerifyRecoverInit(kit.s, &m, priv),
	    CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	WANT(kit.f->C_SignRecoverInit(kit.s, &m, 0), CKR_KEY_HANDLE_INVALID);
	tmpl_rsa_private(&t);
	t_b(&t, CKA_SIGN_RECOVER, false);
	WANT(kit.f->C_SignRecoverInit(kit.s, &m, obj_make(&t)),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	tmpl_rsa_public(&t);
	t_b(&t, CKA_VERIFY_RECOVER, false);
	WANT(kit.f->C_VerifyRecoverInit(kit.s, &m, obj_make(&t)),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* ----------------------------------------------------------------- async */

static void
synchronous(const void *arg)
{
	CK_UTF8CHAR *name = (CK_UTF8CHAR *)(uintptr_t) "C_Sign";
	CK_BYTE out[8];
	CK_TOKEN_INFO info;
	CK_ULONG id = 0;

	(void)arg;
	kit_need_32();
	NEED(kit.f->C_GetTokenInfo(kit.slot, &info));
	if ((info.flags & CKF_ASYNC_SESSION_SUPPORTED) != 0)
		kit_skip("the token has asynchronous sessions");
	WANT(kit.f32->C_AsyncGetID(kit.s, name, &id),
	    CKR_OPERATION_NOT_INITIALIZED, CKR_FUNCTION_NOT_SUPPORTED);
	WANT(kit.f32->C_AsyncComplete(kit.s, name, NULL),
	    CKR_OPERATION_NOT_INITIALIZED, CKR_FUNCTION_NOT_SUPPORTED);
	WANT(kit.f32->C_AsyncJoin(kit.s, name, 1, out, sizeof(out)),
	    CKR_SAVED_STATE_INVALID, CKR_FUNCTION_NOT_SUPPORTED);
}

static const struct kit_case cases[] = {
	{ "recover/lengths", "5.13.5, 5.15.5", AT_USER, recover_lengths, NULL,
	    0 },
	{ "recover/wrong", "5.15.6", AT_USER, recover_wrong, NULL, 0 },
	{ "recover/rights", "5.13.5, 5.15.5", AT_USER, recover_rights, NULL,
	    0 },
	{ "async/synchronous", "5.21", AT_USER, synchronous, NULL, 0 },
};

void
dual_cases(struct kit_list *l)
{
	static const struct {
		const char *area;
		void (*run)(const void *);
	} each[] = {
		{ "dual/works", works },
		{ "dual/short-buffer", short_buffer },
		{ "dual/one-alone", one_alone },
		{ "dual/cancel-one", cancel_one },
	};
	static const int which[] = { 0, 1, 2, 3 };
	static const char *const names[] = { "digest-encrypt",
		"decrypt-digest", "sign-encrypt", "decrypt-verify" };

	for (size_t i = 0; i < KIT_COUNT(each); i++)
		for (size_t k = 0; k < KIT_COUNT(which); k++) {
			struct kit_case c = { NULL, "5.17", AT_USER,
				each[i].run, &which[k], 0 };

			kit_add_named(l, each[i].area, names[k], &c);
		}
	kit_add(l, cases, KIT_COUNT(cases));
}
