/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference for ML-DSA and SLH-DSA: libcrypto checks M' as FIPS 204 and
 * FIPS 205 build it, where the message was hashed; else it is left to put the
 * context in. All by name, as the headers of older libcryptos know none.
 */
#include "kit_ref.h"

#include <openssl/core_names.h>
#include <string.h>

static const struct {
	CK_KEY_TYPE type;
	CK_ULONG set;
	const char *name;
} sets[] = {
	{ CKK_ML_KEM, CKP_ML_KEM_512, "ML-KEM-512" },
	{ CKK_ML_KEM, CKP_ML_KEM_768, "ML-KEM-768" },
	{ CKK_ML_KEM, CKP_ML_KEM_1024, "ML-KEM-1024" },
	{ CKK_ML_DSA, CKP_ML_DSA_44, "ML-DSA-44" },
	{ CKK_ML_DSA, CKP_ML_DSA_65, "ML-DSA-65" },
	{ CKK_ML_DSA, CKP_ML_DSA_87, "ML-DSA-87" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128S, "SLH-DSA-SHA2-128s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_128S, "SLH-DSA-SHAKE-128s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128F, "SLH-DSA-SHA2-128f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_128F, "SLH-DSA-SHAKE-128f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_192S, "SLH-DSA-SHA2-192s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_192S, "SLH-DSA-SHAKE-192s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_192F, "SLH-DSA-SHA2-192f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_192F, "SLH-DSA-SHAKE-192f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_256S, "SLH-DSA-SHA2-256s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_256S, "SLH-DSA-SHAKE-256s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_256F, "SLH-DSA-SHA2-256f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_256F, "SLH-DSA-SHAKE-256f" },
};

/* OIDs of hashes: 2.16.840.1.101.3.4.2.LEAF; len: what is signed of it. */
static const struct {
	const char *md;
	CK_BYTE leaf;
	size_t len;
} hashes[] = {
	{ "SHA2-256", 1, 32 },
	{ "SHA2-384", 2, 48 },
	{ "SHA2-512", 3, 64 },
	{ "SHA2-224", 4, 28 },
	{ "SHA3-224", 7, 28 },
	{ "SHA3-256", 8, 32 },
	{ "SHA3-384", 9, 48 },
	{ "SHA3-512", 10, 64 },
	{ "SHAKE-128", 11, 32 },
	{ "SHAKE-256", 12, 64 },
};

const char *
ref_pq_name(CK_KEY_TYPE type, CK_ULONG set)
{
	for (size_t i = 0; i < KIT_COUNT(sets); i++)
		if (sets[i].type == type && sets[i].set == set)
			return sets[i].name;
	return NULL;
}

bool
ref_has(const struct mech *row)
{
	EVP_KEYMGMT *there;

	for (size_t i = 0; i < KIT_COUNT(sets); i++)
		if (sets[i].type == row->key) {
			there = EVP_KEYMGMT_fetch(NULL, sets[i].name, NULL);
			EVP_KEYMGMT_free(there);
			return there != NULL;
		}
	return true;
}

static EVP_PKEY *
pq_public(CK_OBJECT_HANDLE h)
{
	CK_BYTE value[ATTR_ROOM];
	long n = attr_read(h, CKA_VALUE, value, sizeof(value));
	const char *name = ref_pq_name(
	    attr_u(h, CKA_KEY_TYPE), attr_u(h, CKA_PARAMETER_SET));
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_octet_string(
				     OSSL_PKEY_PARAM_PUB_KEY, value,
				     n > 0 ? (size_t)n : 0),
		OSSL_PARAM_construct_end() };
	EVP_PKEY *key = NULL;

	REQUIRE(ctx != NULL && n > 0 && EVP_PKEY_fromdata_init(ctx) == 1 &&
		EVP_PKEY_fromdata(
		    ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1,
	    "libcrypto does not take the public key");
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* M' of a hashed message; returns the length. */
static size_t
prehashed(const struct ref_pq *how, const CK_BYTE *in, size_t len, CK_BYTE *out)
{
	static const CK_BYTE oid[] = { 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02 };
	EVP_MD *md = EVP_MD_fetch(NULL, how->md, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = 2, i = 0;
	int ok;

	while (i < KIT_COUNT(hashes) && strcmp(hashes[i].md, how->md) != 0)
		i++;
	REQUIRE(i < KIT_COUNT(hashes) && md != NULL && ctx != NULL,
	    "the suite has no %s", how->md);
	out[0] = 1;
	out[1] = (CK_BYTE)how->contextlen;
	if (how->contextlen > 0)
		memcpy(out + n, how->context, how->contextlen);
	n += how->contextlen;
	memcpy(out + n, oid, sizeof(oid));
	n += sizeof(oid);
	out[n++] = hashes[i].leaf;
	ok = EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
	    EVP_DigestUpdate(ctx, in, len) == 1;
	if (how->hashed)
		memcpy(out + n, in, len);
	else
		ok = ok &&
		    ((EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) != 0 ?
			    EVP_DigestFinalXOF(ctx, out + n, hashes[i].len) :
			    EVP_DigestFinal_ex(ctx, out + n, NULL)) == 1;
	REQUIRE(ok, "libcrypto: %s", how->md);
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(md);
	return n + hashes[i].len;
}

bool
ref_verify_pq(const struct ref_pq *how, const CK_BYTE *in, size_t len,
    const CK_BYTE *sig, size_t siglen)
{
	CK_BYTE made[400], none[1] = { 0 };
	EVP_PKEY *key = pq_public(how->key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int zero = 0;
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_octet_string(
				     "context-string",
				     how->contextlen > 0 ?
					 (CK_BYTE *)(uintptr_t)how->context :
					 none,
				     how->contextlen),
		OSSL_PARAM_construct_end() };
	bool ok;

	if (how->md != NULL) {
		len = prehashed(how, in, len, made);
		in = made;
		params[0] = OSSL_PARAM_construct_int("message-encoding", &zero);
	}
	REQUIRE(ctx != NULL &&
		EVP_DigestVerifyInit_ex(
		    ctx, NULL, NULL, NULL, NULL, key, params) == 1,
	    "libcrypto: cannot verify");
	ok = EVP_DigestVerify(ctx, sig, siglen, in, len) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok;
}
