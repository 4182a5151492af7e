/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message-based encryption and decryption: the table of states, what a failure
 * ends and what it leaves alone, IVs that are made here, given twice or run out,
 * streams, and that nothing comes out before its tag was checked.
 */
#include "api/api_kit.h"

#define KEY "000102030405060708090a0b0c0d0e0f"
#define LONG_KEY KEY KEY

static CK_BYTE data[80] = { 3, 1, 4, 1, 5, 9, 2, 6 };
static CK_BYTE aad[20] = { 2, 7, 1, 8, 2, 8 };
static const CK_RV none = CKR_OPERATION_NOT_INITIALIZED;
static const CK_RV active = CKR_OPERATION_ACTIVE;
static const CK_RV param = CKR_MECHANISM_PARAM_INVALID;

/* A message's parameter, by mechanism. */
struct par {
	CK_MECHANISM m;
	CK_BYTE iv[12], tag[16];
	union {
		CK_GCM_MESSAGE_PARAMS gcm;
		CK_CCM_MESSAGE_PARAMS ccm;
		CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS poly;
	} p;
};
#define PAR(x) (x)->m.pParameter, (x)->m.ulParameterLen

static void
gcm(struct par *x, CK_GENERATOR_FUNCTION gen, CK_ULONG fixed)
{
	memset(x, 0, sizeof(*x));
	x->p.gcm = (CK_GCM_MESSAGE_PARAMS){ x->iv, 12, fixed, gen, x->tag,
		128 };
	x->m = (CK_MECHANISM){ CKM_AES_GCM, &x->p, sizeof(x->p.gcm) };
}

static void
ccm(struct par *x, CK_GENERATOR_FUNCTION gen, CK_ULONG len)
{
	memset(x, 0, sizeof(*x));
	x->p.ccm = (CK_CCM_MESSAGE_PARAMS){ len, x->iv, 12, 32, gen, x->tag,
		16 };
	x->m = (CK_MECHANISM){ CKM_AES_CCM, &x->p, sizeof(x->p.ccm) };
}

static void
poly(struct par *x)
{
	memset(x, 0, sizeof(*x));
	x->p.poly = (CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS){ x->iv, 96,
		x->tag };
	x->m = (CK_MECHANISM){ CKM_CHACHA20_POLY1305, &x->p,
		sizeof(x->p.poly) };
}

static CK_RV
encrypt(const struct par *x, CK_ULONG n, CK_BYTE *out, CK_ULONG *len)
{
	return C_EncryptMessage(api.hs, PAR(x), aad, sizeof(aad), data, n, out,
	    len);
}

static CK_RV
decrypt(const struct par *x, CK_BYTE *in, CK_ULONG n, CK_BYTE *out,
    CK_ULONG *len)
{
	return C_DecryptMessage(api.hs, PAR(x), aad, sizeof(aad), in, n, out,
	    len);
}

#define BEGIN(x) C_EncryptMessageBegin(api.hs, PAR(x), aad, sizeof(aad))
#define NEXT(x, p, n, out, len, f) \
	C_EncryptMessageNext(api.hs, PAR(x), p, n, out, len, f)
#define BACK(x) C_DecryptMessageBegin(api.hs, PAR(x), aad, sizeof(aad))
#define BACK_NEXT(x, p, n, out, len, f) \
	C_DecryptMessageNext(api.hs, PAR(x), p, n, out, len, f)
#define END CKF_END_OF_MESSAGE

/* A key of the mechanism, with a message operation in both directions. */
static CK_OBJECT_HANDLE
setup(struct par *x)
{
	bool chacha = x->m.mechanism == CKM_CHACHA20_POLY1305;
	CK_OBJECT_HANDLE key = api_secret(chacha ? CKK_CHACHA20 : CKK_AES,
	    chacha ? LONG_KEY : KEY);

	OK(C_MessageEncryptInit(api.hs, &x->m, key));
	OK(C_MessageDecryptInit(api.hs, &x->m, key));
	return key;
}

/* The i-th mechanism with an IV that was not used yet; false: no more. */
static bool
mechanism(size_t i, struct par *x)
{
	if (i == 0)
		gcm(x, CKG_NO_GENERATE, 0);
	else if (i == 1)
		ccm(x, CKG_NO_GENERATE, sizeof(data));
	else if (i == 2)
		poly(x);
	return i < 3;
}

/* ---------------------------------------------------------------- states */

/* Calls in a wrong order end the message and leave the operation. */
static void
test_order(void **state)
{
	struct par x;
	CK_BYTE out[80];
	CK_ULONG n = sizeof(out);

	(void)state;
	gcm(&x, CKG_GENERATE, 32);
	IS(encrypt(&x, 8, out, &n), none);
	IS(C_MessageEncryptFinal(api.hs), none);
	setup(&x);
	IS(NEXT(&x, data, 8, out, &n, 0), none);
	IS(NEXT(&x, data, 8, out, &n, END), none);
	OK(BEGIN(&x));
	IS(BEGIN(&x), active);
	IS(NEXT(&x, data, 8, out, &n, 0), none);
	OK(BEGIN(&x));
	IS(encrypt(&x, 8, out, &n), active);
	IS(NEXT(&x, data, 8, out, &n, 0), none);
	OK(BEGIN(&x));
	IS(C_MessageEncryptFinal(api.hs), active);
	OK(encrypt(&x, 8, out, &n));
	OK(BEGIN(&x));
	OK(NEXT(&x, data, 8, out, &n, END));
	OK(C_MessageEncryptFinal(api.hs));
	IS(C_MessageEncryptFinal(api.hs), none);
	IS(BEGIN(&x), none);
}

static void
test_init(void **state)
{
	struct par x;
	CK_MECHANISM bare = { CKM_AES_GCM, NULL, 0 };
	CK_MECHANISM cbc = { CKM_AES_CBC, x.iv, 16 };
	CK_MECHANISM odd = { CKM_AES_GCM, &x.p, sizeof(CK_GCM_PARAMS) + 8 };
	CK_OBJECT_HANDLE key = api_secret(CKK_AES, KEY);
	CK_OBJECT_HANDLE mac = api_secret(CKK_GENERIC_SECRET, KEY);
	CK_ATTRIBUTE off[] = { OFF(CKA_ENCRYPT), OFF(CKA_DECRYPT) };

	(void)state;
	gcm(&x, CKG_GENERATE, 0);
	IS(C_MessageEncryptInit(api.hs, &cbc, key), CKR_MECHANISM_INVALID);
	IS(C_MessageEncryptInit(api.hs, &odd, key), param);
	IS(C_MessageEncryptInit(api.hs, &x.m, mac), CKR_KEY_TYPE_INCONSISTENT);
	IS(C_MessageEncryptInit(api.hs, &x.m, mac + 99),
	    CKR_KEY_HANDLE_INVALID);
	x.p.gcm.ulTagBits = 129;
	IS(C_MessageDecryptInit(api.hs, &x.m, key), param);
	OK(C_MessageEncryptInit(api.hs, &bare, key));
	IS(C_MessageEncryptInit(api.hs, &bare, key), active);
	OK(C_MessageDecryptInit(api.hs, &bare, key));
	IS(C_MessageDecryptInit(api.hs, &bare, key), active);
	OK(C_MessageEncryptInit(api.hs, NULL, 0));	/* cancels */
	OK(C_MessageDecryptInit(api.hs, NULL, 0));
	IS(C_MessageEncryptFinal(api.hs), none);
	IS(C_MessageDecryptFinal(api.hs), none);
	OK(C_SetAttributeValue(api.hs, key, off, 2));
	IS(C_MessageEncryptInit(api.hs, &bare, key),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	IS(C_MessageDecryptInit(api.hs, &bare, key),
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static void
test_cancel(void **state)
{
	struct par x;

	(void)state;
	gcm(&x, CKG_GENERATE, 0);
	setup(&x);
	OK(BEGIN(&x));
	OK(C_SessionCancel(api.hs, CKF_ENCRYPT | CKF_DECRYPT));
	OK(C_SessionCancel(api.hs, CKF_MESSAGE_ENCRYPT));
	IS(BEGIN(&x), none);
	OK(BACK(&x));
	OK(C_SessionCancel(api.hs, CKF_MESSAGE_DECRYPT));
	IS(BACK(&x), none);
}

/* A message operation and a plain one do not see each other. */
static void
test_beside(void **state)
{
	struct par x;
	CK_BYTE iv[12] = { 9 }, out[96], all[96];
	CK_GCM_PARAMS g = { iv, 12, 96, aad, sizeof(aad), 128 };
	CK_MECHANISM plain = { CKM_AES_GCM, &g, sizeof(g) };
	CK_ULONG n = sizeof(out), m = sizeof(all), k = sizeof(all);
	CK_OBJECT_HANDLE key;

	(void)state;
	gcm(&x, CKG_NO_GENERATE, 0);
	memcpy(x.iv, iv, 12);
	key = setup(&x);
	OK(C_EncryptInit(api.hs, &plain, key));
	OK(C_EncryptUpdate(api.hs, data, 10, all, &m));
	OK(encrypt(&x, 80, out, &n));
	k = sizeof(all) - m;
	OK(C_EncryptUpdate(api.hs, data + 10, 70, all + m, &k));
	m += k;
	k = sizeof(all) - m;
	OK(C_EncryptFinal(api.hs, all + m, &k));
	assert_int_equal(m, 80);
	assert_memory_equal(all, out, 80);
	assert_memory_equal(all + 80, x.tag, 16);
}

/* ------------------------------------------------------------- arguments */

/* Wrong arguments end the message; the next one is not disturbed, and the
 * caller's IV and tag are not touched. */
static void
test_failures(void **state)
{
	struct par x, y;
	CK_BYTE out[80];
	CK_ULONG n = sizeof(out);

	(void)state;
	gcm(&x, CKG_GENERATE, 32);
	y = x;
	setup(&x);
	IS(C_EncryptMessage(api.hs, NULL, 0, aad, 4, data, 8, out, &n), param);
	IS(C_EncryptMessage(api.hs, &x.p, sizeof(x.p.gcm) - 1, aad, 4, data, 8,
	    out, &n), param);
	IS(C_EncryptMessage(api.hs, PAR(&x), NULL, 4, data, 8, out, &n),
	    CKR_ARGUMENTS_BAD);
	IS(C_EncryptMessage(api.hs, PAR(&x), aad, 4, NULL, 8, out, &n),
	    CKR_ARGUMENTS_BAD);
	IS(encrypt(&x, 8, out, NULL), CKR_ARGUMENTS_BAD);
	IS(C_EncryptMessageBegin(api.hs, NULL, 0, aad, 4), param);
	IS(NEXT(&x, data, 8, out, &n, 0), none);
	x.p.gcm.ivGenerator = 5;
	IS(encrypt(&x, 8, out, &n), param);
	x.p.gcm.ivGenerator = CKG_GENERATE;
	x.p.gcm.pIv = NULL;
	IS(encrypt(&x, 8, out, &n), param);
	x.p.gcm.pIv = x.iv;
	x.p.gcm.ulIvFixedBits = 97;
	IS(encrypt(&x, 8, out, &n), param);
	x.p.gcm.ulIvFixedBits = 32;
	x.p.gcm.pTag = NULL;
	IS(encrypt(&x, 8, out, &n), param);
	x.p.gcm.pTag = x.tag;
	assert_memory_equal(x.iv, y.iv, 12);
	assert_memory_equal(x.tag, y.tag, 16);
	assert_int_equal(n, sizeof(out));
	OK(encrypt(&x, 8, out, &n));
	assert_memory_not_equal(x.iv, y.iv, 12);
	assert_memory_not_equal(x.tag, y.tag, 16);
}

/* What a part may be wrong about. */
static void
test_part_failures(void **state)
{
	struct par x;
	CK_BYTE out[80];
	CK_ULONG n = sizeof(out);

	(void)state;
	gcm(&x, CKG_GENERATE, 32);
	setup(&x);
	OK(BEGIN(&x));
	IS(NEXT(&x, data, 8, out, &n, 2), CKR_ARGUMENTS_BAD);
	OK(BEGIN(&x));
	IS(NEXT(&x, NULL, 8, out, &n, 0), CKR_ARGUMENTS_BAD);
	OK(BEGIN(&x));
	x.p.gcm.ulTagBits = 96;	/* not what it began with */
	IS(NEXT(&x, data, 8, out, &n, END), param);
	x.p.gcm.ulTagBits = 128;
	OK(BEGIN(&x));
	IS(C_EncryptMessageNext(api.hs, NULL, 0, data, 8, out, &n, END), param);
	IS(NEXT(&x, data, 8, out, &n, END), none);
	OK(BEGIN(&x));
	OK(C_EncryptMessageNext(api.hs, NULL, 0, data, 8, out, &n, 0));
	x.p.gcm.pTag = NULL;
	n = sizeof(out);
	IS(NEXT(&x, data, 8, out, &n, END), param);
}

/* A question and a short buffer change nothing, and use up no IV. */
static void
test_short(void **state)
{
	struct par x;
	CK_BYTE out[80], last[12] = { 0 };
	CK_ULONG n = 0;

	(void)state;
	gcm(&x, CKG_GENERATE_COUNTER, 32);
	setup(&x);
	OK(encrypt(&x, 8, NULL, &n));
	assert_int_equal(n, 8);
	n = 7;
	IS(encrypt(&x, 8, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 8);
	OK(encrypt(&x, 8, out, &n));
	assert_memory_equal(x.iv, last, 12);	/* the counter's first */
	OK(BEGIN(&x));
	last[11] = 1;
	assert_memory_equal(x.iv, last, 12);
	OK(NEXT(&x, data, 9, NULL, &n, 0));
	assert_int_equal(n, 9);
	n = 8;
	IS(NEXT(&x, data, 9, out, &n, 0), CKR_BUFFER_TOO_SMALL);
	OK(NEXT(&x, data, 9, out, &n, 0));
	n = 3;
	IS(NEXT(&x, data, 9, out, &n, END), CKR_BUFFER_TOO_SMALL);
	OK(NEXT(&x, data, 9, NULL, &n, END));
	OK(NEXT(&x, data, 9, out, &n, END));
}

/* ------------------------------------------------------------------- IVs */

/* The caller's IV, given twice under one init, is refused; under the next one it
 * is the caller's business. */
static void
test_repeated(void **state)
{
	struct par x;
	CK_BYTE out[80];
	CK_ULONG n = sizeof(out);
	CK_OBJECT_HANDLE key;

	(void)state;
	for (size_t i = 0; mechanism(i, &x); i++) {
		key = setup(&x);
		OK(encrypt(&x, 80, out, &n));
		IS(encrypt(&x, 80, out, &n), param);
		IS(BEGIN(&x), param);
		x.iv[3]++;
		OK(BEGIN(&x));
		OK(NEXT(&x, data, 80, out, &n, END));
		IS(encrypt(&x, 80, out, &n), param);
		x.iv[3]++;
		OK(encrypt(&x, 80, out, &n));
		OK(C_MessageEncryptFinal(api.hs));
		OK(C_MessageEncryptInit(api.hs, &x.m, key));
		OK(encrypt(&x, 80, out, &n));
		OK(C_MessageEncryptFinal(api.hs));
		OK(C_MessageDecryptFinal(api.hs));
	}
}

/* Decryption takes an IV as often as one likes. */
static void
test_decrypt_again(void **state)
{
	struct par x;
	CK_BYTE out[80], back[80];
	CK_ULONG n = sizeof(out), m = sizeof(back);

	(void)state;
	for (size_t i = 0; mechanism(i, &x); i++) {
		setup(&x);
		OK(encrypt(&x, 80, out, &n));
		for (int k = 0; k < 3; k++) {
			OK(decrypt(&x, out, 80, back, &m));
			assert_int_equal(m, 80);
			assert_memory_equal(back, data, 80);
		}
		OK(C_MessageEncryptFinal(api.hs));
		OK(C_MessageDecryptFinal(api.hs));
	}
}

/* Every generator: what is fixed stays, each IV is new, and decrypts. */
static void
test_generators(void **state)
{
	static const CK_GENERATOR_FUNCTION all[] = { CKG_GENERATE,
		CKG_GENERATE_COUNTER, CKG_GENERATE_RANDOM,
		CKG_GENERATE_COUNTER_XOR };
	CK_BYTE out[80], back[80], ivs[20][12];
	CK_ULONG n = sizeof(out), m = sizeof(back);

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(all); i++) {
		struct par x;

		if (i % 2 == 0)
			gcm(&x, all[i / 2], 32);
		else
			ccm(&x, all[i / 2], 80);
		memcpy(x.iv, "abcdefghijkl", 12);
		setup(&x);
		for (int k = 0; k < 20; k++) {
			OK(encrypt(&x, 80, out, &n));
			assert_memory_equal(x.iv, "abcd", 4);
			memcpy(ivs[k], x.iv, 12);
			for (int j = 0; j < k; j++)
				assert_memory_not_equal(ivs[j], x.iv, 12);
			OK(decrypt(&x, out, 80, back, &m));
			assert_memory_equal(back, data, 80);
		}
		if (all[i / 2] == CKG_GENERATE_COUNTER) {
			assert_int_equal(ivs[19][11], 19);
			assert_int_equal(ivs[0][10] | ivs[0][11], 0);
		}
		if (all[i / 2] == CKG_GENERATE_COUNTER_XOR)
			assert_int_equal(ivs[19][11], 'l' ^ 19);
		OK(C_MessageEncryptFinal(api.hs));
		OK(C_MessageDecryptFinal(api.hs));
	}
}

static void
test_counter_runs_out(void **state)
{
	struct par x;
	CK_BYTE out[80];
	CK_ULONG n = sizeof(out);

	(void)state;
	gcm(&x, CKG_GENERATE_COUNTER, 92);
	setup(&x);
	for (int i = 0; i < 16; i++)
		OK(encrypt(&x, 8, out, &n));
	IS(encrypt(&x, 8, out, &n), param);
	IS(BEGIN(&x), param);
	x.p.gcm.ulIvFixedBits = 88;
	OK(encrypt(&x, 8, out, &n));
	assert_int_equal(x.iv[11], 16);
}

/* --------------------------------------------------------- what comes out */

/* In parts of every size the same as at once; GCM and ChaCha20-Poly1305 give
 * each part as it comes. */
static void
test_parts(void **state)
{
	struct par x, y;
	CK_BYTE out[80], whole[80];
	CK_ULONG n;

	(void)state;
	for (size_t i = 0; mechanism(i, &x); i++) {
		CK_OBJECT_HANDLE key = setup(&x);

		n = 80;
		OK(encrypt(&x, 80, whole, &n));
		OK(C_MessageEncryptFinal(api.hs));
		for (CK_ULONG step = 1; step <= 81; step += 5) {
			CK_ULONG at = 0, given = 0;

			(void)mechanism(i, &y);
			OK(C_MessageEncryptInit(api.hs, &y.m, key));
			OK(BEGIN(&y));
			for (; at + step < 80; at += step, given += n) {
				n = 80 - given;
				OK(NEXT(&y, data + at, step, out + given, &n,
				    0));
				assert_int_equal(n, i == 1 ? 0 : step);
			}
			n = 80 - given;
			OK(NEXT(&y, data + at, 80 - at, out + given, &n, END));
			assert_int_equal(given + n, 80);
			assert_memory_equal(out, whole, 80);
			assert_memory_equal(y.tag, x.tag, 16);
			OK(C_MessageEncryptFinal(api.hs));
		}
		OK(C_MessageDecryptFinal(api.hs));
	}
}

/* Decryption in parts: nothing before the last one, then all of it. */
static void
test_decrypt_parts(void **state)
{
	struct par x;
	CK_BYTE out[80], back[80];
	CK_ULONG n = 80;

	(void)state;
	for (size_t i = 0; mechanism(i, &x); i++) {
		setup(&x);
		n = 80;
		OK(encrypt(&x, 80, out, &n));
		OK(BACK(&x));
		n = 80;
		OK(BACK_NEXT(&x, out, 33, back, &n, 0));
		assert_int_equal(n, 0);
		n = 79;
		IS(BACK_NEXT(&x, out + 33, 47, back, &n, END),
		    CKR_BUFFER_TOO_SMALL);
		assert_int_equal(n, 80);
		OK(BACK_NEXT(&x, out + 33, 47, back, &n, END));
		assert_int_equal(n, 80);
		assert_memory_equal(back, data, 80);
		OK(C_MessageEncryptFinal(api.hs));
		OK(C_MessageDecryptFinal(api.hs));
	}
}

/* Whatever is wrong with a message: one code, and nothing in the buffer. */
static void
test_forged(void **state)
{
	CK_BYTE out[80], back[80], zero[80] = { 0 };
	CK_BYTE *bad[4];
	struct par x;
	CK_ULONG n;

	(void)state;
	for (size_t i = 0; mechanism(i, &x); i++) {
		setup(&x);
		n = 80;
		OK(encrypt(&x, 80, out, &n));
		bad[0] = out + 5;
		bad[1] = x.tag + 15;
		bad[2] = x.iv;
		bad[3] = aad + 3;
		for (size_t k = 0; k < COUNT(bad); k++) {
			memset(back, 0, sizeof(back));
			*bad[k] ^= 1;
			n = 80;
			IS(decrypt(&x, out, 80, back, &n),
			    CKR_AEAD_DECRYPT_FAILED);
			assert_memory_equal(back, zero, 80);
			assert_int_equal(n, 80);
			OK(BACK(&x));
			OK(BACK_NEXT(&x, out, 40, back, &n, 0));
			n = 80;
			IS(BACK_NEXT(&x, out + 40, 40, back, &n, END),
			    CKR_AEAD_DECRYPT_FAILED);
			IS(BACK_NEXT(&x, out, 1, back, &n, END), none);
			assert_memory_equal(back, zero, 80);
			*bad[k] ^= 1;
		}
		OK(decrypt(&x, out, 80, back, &n));
		OK(C_MessageEncryptFinal(api.hs));
		OK(C_MessageDecryptFinal(api.hs));
	}
}

/* CCM holds to the length it was told. */
static void
test_ccm_length(void **state)
{
	struct par x;
	CK_BYTE out[80];
	CK_ULONG n = 80;

	(void)state;
	ccm(&x, CKG_GENERATE, 40);
	setup(&x);
	IS(encrypt(&x, 39, out, &n), CKR_DATA_LEN_RANGE);
	OK(BEGIN(&x));
	OK(NEXT(&x, data, 20, out, &n, 0));
	n = 80;
	IS(NEXT(&x, data, 21, out, &n, END), CKR_DATA_LEN_RANGE);
	IS(decrypt(&x, out, 41, out, &n), CKR_ENCRYPTED_DATA_LEN_RANGE);
}

/* In place, and messages of nothing. */
static void
test_in_place(void **state)
{
	struct par x;
	CK_BYTE buf[80], out[1];
	CK_ULONG n = 80;

	(void)state;
	for (size_t i = 0; mechanism(i, &x); i++) {
		setup(&x);
		memcpy(buf, data, 80);
		n = 80;
		OK(C_EncryptMessage(api.hs, PAR(&x), NULL, 0, buf, 80, buf,
		    &n));
		assert_memory_not_equal(buf, data, 80);
		OK(C_DecryptMessage(api.hs, PAR(&x), NULL, 0, buf, 80, buf,
		    &n));
		assert_memory_equal(buf, data, 80);
		x.iv[0]++;
		if (x.m.mechanism == CKM_AES_CCM)
			x.p.ccm.ulDataLen = 0;
		OK(C_EncryptMessage(api.hs, PAR(&x), aad, 20, NULL, 0, out,
		    &n));
		assert_int_equal(n, 0);
		OK(C_DecryptMessage(api.hs, PAR(&x), aad, 20, NULL, 0, out,
		    &n));
		x.tag[0] ^= 1;
		IS(C_DecryptMessage(api.hs, PAR(&x), aad, 20, NULL, 0, out, &n),
		    CKR_AEAD_DECRYPT_FAILED);
		OK(C_MessageEncryptFinal(api.hs));
		OK(C_MessageDecryptFinal(api.hs));
	}
}

/* A private key's messages end with the login. */
static void
test_logout(void **state)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_BYTE v[16] = { 1 }, out[80];
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, class), A(CKA_KEY_TYPE, type),
		ON(CKA_PRIVATE), { CKA_VALUE, v, 16 } };
	struct par x;
	CK_ULONG n = 80;

	(void)state;
	gcm(&x, CKG_GENERATE, 0);
	OK(C_MessageEncryptInit(api.hs, &x.m, api_create(t, COUNT(t))));
	OK(BEGIN(&x));
	OK(C_Logout(api.hs));
	IS(NEXT(&x, data, 8, out, &n, END), none);
	IS(encrypt(&x, 8, out, &n), none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_order), CASE(test_init), CASE(test_cancel),
		CASE(test_beside), CASE(test_failures),
		CASE(test_part_failures), CASE(test_short),
		CASE(test_repeated), CASE(test_decrypt_again),
		CASE(test_generators), CASE(test_counter_runs_out),
		CASE(test_parts), CASE(test_decrypt_parts), CASE(test_forged),
		CASE(test_ccm_length), CASE(test_in_place), CASE(test_logout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
