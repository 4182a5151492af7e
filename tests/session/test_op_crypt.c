/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running operations (3.2 sections 5.2 and 5.8 to 5.15): results that wait for a
 * buffer, input and output in the same memory, no input at all, parts of every
 * size, and questions for lengths, for every kind of operation.
 */
#include "api/api_kit.h"

#define MAX 256
static CK_BYTE iv[16], in[MAX];
static CK_GCM_PARAMS gcm_par = { iv, 12, 96, NULL, 0, 128 };
static CK_AES_CTR_PARAMS ctr_par = { .ulCounterBits = 64 };

static CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
static CK_MECHANISM pad = { CKM_AES_CBC_PAD, iv, 16 };
static CK_MECHANISM gcm = { CKM_AES_GCM, &gcm_par, sizeof(gcm_par) };
static CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
static CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };

/* Ciphers that work in parts, and how long n bytes become. */
static const struct cipher {
	CK_MECHANISM m;
	CK_ULONG len;		/* of the input */
	CK_ULONG sealed;	/* of the output */
} ciphers[] = {
	{ { CKM_AES_ECB, NULL, 0 }, 64, 64 },
	{ { CKM_AES_CBC, iv, 16 }, 64, 64 },
	{ { CKM_AES_CBC_PAD, iv, 16 }, 61, 64 },
	{ { CKM_AES_CBC_PAD, iv, 16 }, 64, 80 },
	{ { CKM_AES_CTR, &ctr_par, sizeof(ctr_par) }, 61, 61 },
	{ { CKM_AES_GCM, &gcm_par, sizeof(gcm_par) }, 61, 77 },
};

static CK_OBJECT_HANDLE
setup(void)
{
	for (size_t i = 0; i < MAX; i++)
		in[i] = (CK_BYTE)(i * 7);
	return api_secret(CKK_AES, AES_KEY);
}

typedef CK_RV once_fn(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR,
    CK_ULONG_PTR);
typedef CK_RV init_fn(CK_SESSION_HANDLE, CK_MECHANISM_PTR, CK_OBJECT_HANDLE);
typedef CK_RV final_fn(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG_PTR);
static const struct way {
	init_fn *init;
	once_fn *once, *update;
	final_fn *final;
} ways[] = {
	{ C_EncryptInit, C_Encrypt, C_EncryptUpdate, C_EncryptFinal },
	{ C_DecryptInit, C_Decrypt, C_DecryptUpdate, C_DecryptFinal },
};

/* One part, into memory of its own. */
static CK_ULONG
apart(const struct way *w, const struct cipher *c, CK_OBJECT_HANDLE key,
    const CK_BYTE *from, CK_ULONG len, CK_BYTE *out)
{
	CK_MECHANISM m = c->m;
	CK_BYTE copy[MAX];
	CK_ULONG n = MAX;

	memcpy(copy, from, len);
	OK(w->init(api.hs, &m, key));
	OK(w->once(api.hs, copy, len, out, &n));
	return n;
}

/* One part, with out at some distance of in, both in one array. */
static void
overlapped(const struct way *w, const struct cipher *c, CK_OBJECT_HANDLE key,
    const CK_BYTE *from, CK_ULONG len, long distance)
{
	CK_MECHANISM m = c->m;
	CK_BYTE want[MAX], shared[2 * MAX] = { 0 };
	CK_ULONG n = MAX, right = apart(w, c, key, from, len, want);

	memcpy(shared + 100, from, len);
	OK(w->init(api.hs, &m, key));
	OK(w->once(api.hs, shared + 100, len, shared + 100 + distance, &n));
	assert_int_equal(n, right);
	if (memcmp(shared + 100 + distance, want, n) != 0)
		fail_msg("mechanism 0x%lx, distance %ld", m.mechanism,
		    distance);
}

static void
test_overlap(void **state)
{
	static const long distances[] = { 0, 1, -1, 5, -5, 16, -16, 40, -40 };
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE sealed[MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(ciphers); i++) {
		const struct cipher *c = &ciphers[i];
		CK_ULONG n = apart(&ways[0], c, key, in, c->len, sealed);

		assert_int_equal(n, c->sealed);
		for (size_t k = 0; k < COUNT(distances); k++) {
			overlapped(&ways[0], c, key, in, c->len, distances[k]);
			overlapped(&ways[1], c, key, sealed, n, distances[k]);
		}
	}
}

/* In parts of some size, each written over where it stood. */
static void
in_parts(const struct way *w, const struct cipher *c, CK_OBJECT_HANDLE key,
    const CK_BYTE *from, CK_ULONG len, CK_ULONG size)
{
	CK_MECHANISM m = c->m;
	CK_BYTE want[MAX], got[2 * MAX], part[MAX];
	CK_ULONG n, total = 0, right = apart(w, c, key, from, len, want);

	OK(w->init(api.hs, &m, key));
	for (CK_ULONG at = 0; at < len; at += size) {
		CK_ULONG some = len - at < size ? len - at : size;

		memcpy(part, from + at, some);
		n = sizeof(part);
		OK(w->update(api.hs, part, some, part, &n));
		memcpy(got + total, part, n);
		total += n;
	}
	n = sizeof(part);
	OK(w->final(api.hs, part, &n));
	memcpy(got + total, part, n);
	assert_int_equal(total + n, right);
	if (memcmp(got, want, right) != 0)
		fail_msg("mechanism 0x%lx in parts of %lu", m.mechanism, size);
}

static void
test_parts(void **state)
{
	static const CK_ULONG sizes[] = { 1, 3, 15, 16, 17, 33, 64 };
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE sealed[MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(ciphers); i++) {
		const struct cipher *c = &ciphers[i];
		CK_ULONG n = apart(&ways[0], c, key, in, c->len, sealed);

		for (size_t k = 0; k < COUNT(sizes); k++) {
			in_parts(&ways[0], c, key, in, c->len, sizes[k]);
			in_parts(&ways[1], c, key, sealed, n, sizes[k]);
		}
	}
}

/* ------------------------------------------------------------- no input */

static void
test_empty_cipher(void **state)
{
	static const CK_ULONG sealed[] = { 0, 0, 16, 16, 0, 16 };
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE out[32], back[32];

	(void)state;
	for (size_t i = 0; i < COUNT(ciphers); i++) {
		CK_MECHANISM m = ciphers[i].m;
		CK_ULONG n = sizeof(out), len = 7;

		OK(C_EncryptInit(api.hs, &m, key));
		OK(C_Encrypt(api.hs, NULL, 0, out, &n));
		assert_int_equal(n, sealed[i]);
		OK(C_DecryptInit(api.hs, &m, key));
		OK(C_DecryptUpdate(api.hs, NULL, 0, back, &len));
		assert_int_equal(len, 0);
		len = sizeof(back);
		OK(C_DecryptUpdate(api.hs, out, n, back, &len));
		n = len;
		len = sizeof(back) - n;
		OK(C_DecryptFinal(api.hs, back + n, &len));
		assert_int_equal(n + len, 0);
	}
}

/* SHA-256 of nothing, and HMAC of nothing against itself. */
static void
test_empty_rest(void **state)
{
	static const char nothing[] =
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	CK_OBJECT_HANDLE key = api_secret(CKK_GENERIC_SECRET, HMAC_KEY);
	CK_BYTE out[32], again[32];
	CK_ULONG n = sizeof(out);

	(void)state;
	OK(C_DigestInit(api.hs, &sha));
	OK(C_Digest(api.hs, NULL, 0, out, &n));
	assert_hex(out, n, nothing);
	OK(C_DigestInit(api.hs, &sha));
	OK(C_DigestUpdate(api.hs, NULL, 0));
	OK(C_DigestFinal(api.hs, out, &n));
	assert_hex(out, n, nothing);
	OK(C_DigestInit(api.hs, &sha));
	OK(C_DigestFinal(api.hs, out, &n));
	assert_hex(out, n, nothing);
	OK(C_SignInit(api.hs, &hmac, key));
	OK(C_Sign(api.hs, NULL, 0, out, &n));
	OK(C_SignInit(api.hs, &hmac, key));
	OK(C_SignUpdate(api.hs, NULL, 0));
	OK(C_SignFinal(api.hs, again, &n));
	assert_memory_equal(out, again, 32);
	OK(C_VerifyInit(api.hs, &hmac, key));
	OK(C_Verify(api.hs, NULL, 0, out, 32));
	OK(C_VerifyInit(api.hs, &hmac, key));
	OK(C_VerifyUpdate(api.hs, NULL, 0));
	OK(C_VerifyFinal(api.hs, out, 32));
	OK(C_VerifyInit(api.hs, &hmac, key));
	IS(C_Verify(api.hs, NULL, 0, NULL, 0), CKR_SIGNATURE_LEN_RANGE);
}

/* -------------------------------------------------------------- lengths */

/* A short buffer takes nothing in: the same part is given again. */
static void
test_short_update(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE out[MAX], want[MAX];
	CK_ULONG n = 15, right = apart(&ways[0], &ciphers[0], key, in, 64,
	    want);

	(void)state;
	OK(C_EncryptInit(api.hs, &ecb, key));
	IS(C_EncryptUpdate(api.hs, in, 16, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_true(n >= 16);
	OK(C_EncryptUpdate(api.hs, in, 16, NULL, &n));
	assert_true(n >= 16);
	n = 16;
	OK(C_EncryptUpdate(api.hs, in, 16, out, &n));
	assert_int_equal(n, 16);
	n = 0;
	IS(C_EncryptUpdate(api.hs, in + 16, 48, out + 16, &n),
	    CKR_BUFFER_TOO_SMALL);
	n = 48;
	OK(C_EncryptUpdate(api.hs, in + 16, 48, out + 16, &n));
	n = 0;
	OK(C_EncryptFinal(api.hs, out, &n));
	assert_memory_equal(out, want, right);
}

static void
test_short_final(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE out[MAX];
	CK_ULONG n = sizeof(out);

	(void)state;
	OK(C_EncryptInit(api.hs, &gcm, key));
	OK(C_EncryptUpdate(api.hs, in, 5, out, &n));
	n = 15;
	IS(C_EncryptFinal(api.hs, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 16);
	OK(C_EncryptFinal(api.hs, NULL, &n));
	assert_int_equal(n, 16);
	OK(C_EncryptFinal(api.hs, out, &n));
	IS(C_EncryptFinal(api.hs, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	OK(C_SignInit(api.hs, &hmac, api_secret(CKK_SHA256_HMAC, HMAC_KEY)));
	OK(C_SignUpdate(api.hs, in, 5));
	n = 31;
	IS(C_SignFinal(api.hs, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 32);
	OK(C_SignFinal(api.hs, out, &n));
	OK(C_DigestInit(api.hs, &sha));
	OK(C_DigestUpdate(api.hs, in, 5));
	n = 0;
	IS(C_DigestFinal(api.hs, out, &n), CKR_BUFFER_TOO_SMALL);
	OK(C_DigestFinal(api.hs, out, &n));
	assert_int_equal(n, 32);
}

/* No room for a length ends the operation, as any failure does. */
static void
test_no_length(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE out[MAX];
	CK_ULONG n = sizeof(out);

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		OK(ways[i].init(api.hs, &ecb, key));
		IS(ways[i].update(api.hs, in, 16, out, NULL),
		    CKR_ARGUMENTS_BAD);
		IS(ways[i].final(api.hs, out, &n),
		    CKR_OPERATION_NOT_INITIALIZED);
		OK(ways[i].init(api.hs, &ecb, key));
		IS(ways[i].final(api.hs, out, NULL), CKR_ARGUMENTS_BAD);
		IS(ways[i].final(api.hs, out, &n),
		    CKR_OPERATION_NOT_INITIALIZED);
	}
	OK(C_DigestInit(api.hs, &sha));
	IS(C_DigestFinal(api.hs, out, NULL), CKR_ARGUMENTS_BAD);
	IS(C_DigestFinal(api.hs, out, &n), CKR_OPERATION_NOT_INITIALIZED);
}

/* --------------------------------------------- results that wait (pending) */

/* "in" of 20 bytes, padded and encrypted. */
static void
seal_20(CK_OBJECT_HANDLE key, CK_BYTE out[32])
{
	CK_ULONG n = 32;

	OK(C_EncryptInit(api.hs, &pad, key));
	OK(C_Encrypt(api.hs, in, 20, out, &n));
	assert_int_equal(n, 32);
}

static void
test_pending_once(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE sealed[32], out[32];
	CK_ULONG n = 19;

	(void)state;
	seal_20(key, sealed);
	memset(out, 0x55, sizeof(out));
	OK(C_DecryptInit(api.hs, &pad, key));
	IS(C_Decrypt(api.hs, sealed, 32, out, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 20);
	assert_int_equal(out[0], 0x55);
	OK(C_Decrypt(api.hs, sealed, 32, NULL, &n));
	assert_int_equal(n, 20);
	n = 3;
	IS(C_Decrypt(api.hs, sealed, 32, out, &n), CKR_BUFFER_TOO_SMALL);
	OK(C_Decrypt(api.hs, sealed, 32, out, &n));
	assert_int_equal(n, 20);
	assert_memory_equal(out, in, 20);
	assert_int_equal(out[20], 0x55);
	IS(C_Decrypt(api.hs, sealed, 32, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
}

static void
test_pending_final(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE sealed[32], out[32];
	CK_ULONG n = sizeof(out), first;

	(void)state;
	seal_20(key, sealed);
	OK(C_DecryptInit(api.hs, &pad, key));
	OK(C_DecryptUpdate(api.hs, sealed, 32, out, &n));
	first = n;
	n = 3;
	IS(C_DecryptFinal(api.hs, out + first, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(first + n, 20);
	OK(C_DecryptFinal(api.hs, NULL, &n));
	assert_int_equal(first + n, 20);
	OK(C_DecryptFinal(api.hs, out + first, &n));
	assert_memory_equal(out, in, 20);
	IS(C_DecryptFinal(api.hs, out, &n), CKR_OPERATION_NOT_INITIALIZED);
}

/* While a result waits only its own call may follow. */
static void
test_pending_disturbed(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE sealed[32], out[32];
	CK_ULONG n = 3;

	(void)state;
	seal_20(key, sealed);
	OK(C_DecryptInit(api.hs, &pad, key));
	IS(C_Decrypt(api.hs, sealed, 32, out, &n), CKR_BUFFER_TOO_SMALL);
	n = sizeof(out);
	IS(C_DecryptUpdate(api.hs, sealed, 32, out, &n), CKR_OPERATION_ACTIVE);
	IS(C_Decrypt(api.hs, sealed, 32, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	OK(C_DecryptInit(api.hs, &pad, key));
	OK(C_DecryptUpdate(api.hs, sealed, 32, out, &n));
	n = 0;
	IS(C_DecryptFinal(api.hs, out, &n), CKR_BUFFER_TOO_SMALL);
	n = sizeof(out);
	IS(C_DecryptUpdate(api.hs, sealed, 16, out, &n), CKR_OPERATION_ACTIVE);
	IS(C_DecryptFinal(api.hs, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	/* Cancelled and begun anew, the old result is gone. */
	OK(C_DecryptInit(api.hs, &pad, key));
	n = 3;
	IS(C_Decrypt(api.hs, sealed, 32, out, &n), CKR_BUFFER_TOO_SMALL);
	OK(C_DecryptInit(api.hs, NULL, 0));
	OK(C_DecryptInit(api.hs, &ecb, key));
	n = sizeof(out);
	OK(C_Decrypt(api.hs, sealed, 32, out, &n));
	assert_int_equal(n, 32);
}

/* Failures come at once, with a short buffer as with a long one. */
static void
test_pending_failure(void **state)
{
	CK_OBJECT_HANDLE key = setup();
	CK_BYTE sealed[32], out[32];

	(void)state;
	seal_20(key, sealed);
	sealed[15] ^= 1;
	for (CK_ULONG room = 0; room <= 32; room += 16) {
		CK_ULONG n = room;

		OK(C_DecryptInit(api.hs, &pad, key));
		IS(C_Decrypt(api.hs, sealed, 32, out, &n),
		    CKR_ENCRYPTED_DATA_INVALID);
		IS(C_Decrypt(api.hs, sealed, 32, out, &n),
		    CKR_OPERATION_NOT_INITIALIZED);
		n = room;
		OK(C_DecryptInit(api.hs, &pad, key));
		IS(C_Decrypt(api.hs, sealed, 31, out, &n),
		    CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
}

/* More bytes than there can be in memory are not touched. */
static void
test_absurd(void **state)
{
	const CK_ULONG huge = ~0UL;
	CK_OBJECT_HANDLE key = setup(), k = 42;
	CK_BYTE out[MAX];
	CK_ULONG n = sizeof(out);
	CK_ATTRIBUTE label = { CKA_LABEL, NULL, 0 };

	(void)state;
	OK(C_DigestInit(api.hs, &sha));
	IS(C_Digest(api.hs, in, huge, out, &n), CKR_ARGUMENTS_BAD);
	OK(C_DigestInit(api.hs, &sha));
	IS(C_DigestUpdate(api.hs, in, huge), CKR_ARGUMENTS_BAD);
	OK(C_EncryptInit(api.hs, &pad, key));
	IS(C_Encrypt(api.hs, in, huge, NULL, &n), CKR_ARGUMENTS_BAD);
	OK(C_EncryptInit(api.hs, &ecb, key));
	IS(C_EncryptUpdate(api.hs, in, huge - 15, out, &n), CKR_ARGUMENTS_BAD);
	OK(C_DecryptInit(api.hs, &gcm, key));
	IS(C_Decrypt(api.hs, in, huge, out, &n), CKR_ARGUMENTS_BAD);
	IS(C_GenerateRandom(api.hs, out, huge), CKR_ARGUMENTS_BAD);
	IS(C_SeedRandom(api.hs, in, huge), CKR_ARGUMENTS_BAD);
	IS(C_UnwrapKey(api.hs, &ecb, key, in, huge, NULL, 0, &k),
	    CKR_WRAPPED_KEY_LEN_RANGE);
	IS(C_GetAttributeValue(api.hs, key, &label, huge), CKR_ARGUMENTS_BAD);
	key = api_secret(CKK_GENERIC_SECRET, AES_KEY);
	OK(C_VerifyInit(api.hs, &hmac, key));
	IS(C_Verify(api.hs, in, 1, out, huge), CKR_SIGNATURE_LEN_RANGE);
	OK(C_VerifyInit(api.hs, &hmac, key));
	IS(C_Verify(api.hs, in, huge, out, 32), CKR_ARGUMENTS_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_overlap), CASE(test_parts), CASE(test_empty_cipher),
		CASE(test_empty_rest), CASE(test_short_update),
		CASE(test_short_final), CASE(test_no_length),
		CASE(test_pending_once), CASE(test_pending_final),
		CASE(test_pending_disturbed), CASE(test_pending_failure),
		CASE(test_absurd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
