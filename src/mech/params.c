/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mechanism parameters (3.2 chapter 6): from the caller's structures to
 * struct eng_par.  Nothing is kept: views point into the caller's memory and
 * the engine copies what it needs while the call lasts.
 *
 * Invariants:
 * 1. A parser reads at most ulParameterLen bytes at pParameter, and copies a
 *    structure before looking at it, so that alignment does not matter.
 * 2. A pointer inside a structure is NULL only where its length is 0.
 */
#include "mech/mech_int.h"

#include <string.h>

static const struct mech_digest digests[] = {
	{ CKM_SHA_1, CKG_MGF1_SHA1, "SHA1" },
	{ CKM_SHA224, CKG_MGF1_SHA224, "SHA2-224" },
	{ CKM_SHA256, CKG_MGF1_SHA256, "SHA2-256" },
	{ CKM_SHA384, CKG_MGF1_SHA384, "SHA2-384" },
	{ CKM_SHA512, CKG_MGF1_SHA512, "SHA2-512" },
	{ CKM_SHA512_224, 0, "SHA2-512/224" },
	{ CKM_SHA512_256, 0, "SHA2-512/256" },
	{ CKM_SHA3_224, CKG_MGF1_SHA3_224, "SHA3-224" },
	{ CKM_SHA3_256, CKG_MGF1_SHA3_256, "SHA3-256" },
	{ CKM_SHA3_384, CKG_MGF1_SHA3_384, "SHA3-384" },
	{ CKM_SHA3_512, CKG_MGF1_SHA3_512, "SHA3-512" },
};

const char *
mech_md(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < KL_COUNT(digests); i++)
		if (digests[i].mech == type)
			return digests[i].md;
	return NULL;
}

const char *
mech_mgf_md(CK_RSA_PKCS_MGF_TYPE mgf)
{
	for (size_t i = 0; i < KL_COUNT(digests); i++)
		if (digests[i].mgf == mgf && mgf != 0)
			return digests[i].md;
	return NULL;
}

CK_RV
par_struct(const CK_MECHANISM *m, void *out, size_t n)
{
	if (m->pParameter == NULL || m->ulParameterLen != n)
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(out, m->pParameter, n);
	return CKR_OK;
}

CK_RV
par_view(const CK_BYTE *p, CK_ULONG n, struct bytes *out)
{
	if ((p == NULL && n != 0) || n > BUF_MAX)
		return CKR_MECHANISM_PARAM_INVALID;
	*out = bytes_of(p, n);
	return CKR_OK;
}

CK_RV
par_none(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	(void)row;
	(void)purpose;
	(void)call;
	/* A pointer with no bytes behind it is harmless and common. */
	if (m->ulParameterLen != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	return CKR_OK;
}

CK_RV
par_iv(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	size_t block = eng_block_len(&row->alg);

	(void)purpose;
	if (m->pParameter == NULL || m->ulParameterLen != block)
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.iv = bytes_of(m->pParameter, block);
	return CKR_OK;
}

CK_RV
par_ctr(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_AES_CTR_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (p.ulCounterBits < 1 || p.ulCounterBits > 128)
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.ctr_bits = (unsigned)p.ulCounterBits;
	call->par.iv = bytes_of((const uint8_t *)m->pParameter +
	    offsetof(CK_AES_CTR_PARAMS, cb), sizeof(p.cb));
	return CKR_OK;
}

CK_RV
par_wrap_iv(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	size_t want = row->type == CKM_AES_KEY_WRAP_KWP ? 4 : 8;

	(void)purpose;
	if (m->ulParameterLen == 0)
		return CKR_OK;
	if (m->pParameter == NULL || m->ulParameterLen != want)
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.iv = bytes_of(m->pParameter, want);
	return CKR_OK;
}

CK_RV
par_mac_len(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_MAC_GENERAL_PARAMS n;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &n, sizeof(n))) != CKR_OK)
		return rv;
	if (n == 0)
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.mac_len = n;
	return CKR_OK;
}

CK_RV
par_sha512_t(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_MAC_GENERAL_PARAMS t;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &t, sizeof(t))) != CKR_OK)
		return rv;
	/* 3.2 section 6.27.2 has more; libcrypto makes these two. */
	if (t != 224 && t != 256)
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.md = mech_md(t == 224 ? CKM_SHA512_224 : CKM_SHA512_256);
	return CKR_OK;
}

CK_RV
par_pss(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_RSA_PKCS_PSS_PARAMS p;
	CK_RV rv;

	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	call->par.md = mech_md(p.hashAlg);
	call->par.mgf_md = mech_mgf_md(p.mgf);
	call->par.salt_len = p.sLen;
	if (call->par.md == NULL || call->par.mgf_md == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	/* A mechanism that hashes says the same hash twice. */
	if (row->alg.md != NULL && strcmp(row->alg.md, call->par.md) != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	return CKR_OK;
}

CK_RV
par_oaep(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_RSA_PKCS_OAEP_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	call->par.md = mech_md(p.hashAlg);
	call->par.mgf_md = mech_mgf_md(p.mgf);
	if (call->par.md == NULL || call->par.mgf_md == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	/* Clients that have no label say source 0 or CKZ_DATA_SPECIFIED. */
	if (p.source != CKZ_DATA_SPECIFIED &&
	    !(p.source == 0 && p.ulSourceDataLen == 0))
		return CKR_MECHANISM_PARAM_INVALID;
	return par_view(p.pSourceData, p.ulSourceDataLen, &call->par.label);
}

CK_RV
par_eddsa(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_EDDSA_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if (m->ulParameterLen == 0)
		return CKR_OK;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (p.ulContextDataLen > 255)
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.has_context = true;
	call->par.ph = p.phFlag != CK_FALSE;
	return par_view(p.pContextData, p.ulContextDataLen,
	    &call->par.context);
}

/* The key derivation functions of 3.2 table "EC: Key Derivation Functions". */
static const struct {
	CK_EC_KDF_TYPE kdf;
	const char *md;
	bool sp800;
} kdfs[] = {
	{ CKD_NULL, NULL, false },
	{ CKD_SHA1_KDF, "SHA1", false },
	{ CKD_SHA224_KDF, "SHA2-224", false },
	{ CKD_SHA256_KDF, "SHA2-256", false },
	{ CKD_SHA384_KDF, "SHA2-384", false },
	{ CKD_SHA512_KDF, "SHA2-512", false },
	{ CKD_SHA3_224_KDF, "SHA3-224", false },
	{ CKD_SHA3_256_KDF, "SHA3-256", false },
	{ CKD_SHA3_384_KDF, "SHA3-384", false },
	{ CKD_SHA3_512_KDF, "SHA3-512", false },
	{ CKD_SHA1_KDF_SP800, "SHA1", true },
	{ CKD_SHA224_KDF_SP800, "SHA2-224", true },
	{ CKD_SHA256_KDF_SP800, "SHA2-256", true },
	{ CKD_SHA384_KDF_SP800, "SHA2-384", true },
	{ CKD_SHA512_KDF_SP800, "SHA2-512", true },
	{ CKD_SHA3_224_KDF_SP800, "SHA3-224", true },
	{ CKD_SHA3_256_KDF_SP800, "SHA3-256", true },
	{ CKD_SHA3_384_KDF_SP800, "SHA3-384", true },
	{ CKD_SHA3_512_KDF_SP800, "SHA3-512", true },
};

/* A key derivation function with its shared data; 3.2 section 6.3.17: none
 * with CKD_NULL. */
static CK_RV
par_kdf(CK_EC_KDF_TYPE kdf, const CK_BYTE *shared, CK_ULONG shared_len,
    struct eng_par *out)
{
	size_t i = 0;

	while (i < KL_COUNT(kdfs) && kdfs[i].kdf != kdf)
		i++;
	if (i == KL_COUNT(kdfs) || (kdf == CKD_NULL && shared_len != 0))
		return CKR_MECHANISM_PARAM_INVALID;
	out->kdf_md = kdfs[i].md;
	out->kdf_sp800 = kdfs[i].sp800;
	return par_view(shared, shared_len, &out->shared);
}

CK_RV
par_ecdh(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	bool kem = purpose == CKF_ENCAPSULATE || purpose == CKF_DECAPSULATE;
	CK_ECDH1_DERIVE_PARAMS p;
	CK_RV rv;

	(void)row;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if ((rv = par_kdf(p.kdf, p.pSharedData, p.ulSharedDataLen,
	    &call->par)) != CKR_OK)
		return rv;
	/* 3.2 section 6.3.17: a ciphertext takes the point's place. */
	if (kem ? p.pPublicData != NULL || p.ulPublicDataLen != 0 :
	    p.ulPublicDataLen == 0)
		return CKR_MECHANISM_PARAM_INVALID;
	return par_view(p.pPublicData, p.ulPublicDataLen, &call->par.peer);
}

/* The length of the AES key that carries a key, in bits. */
static CK_RV
par_aes_bits(CK_ULONG bits, struct eng_par *out)
{
	if (bits != 128 && bits != 192 && bits != 256)
		return CKR_MECHANISM_PARAM_INVALID;
	out->aes_len = bits / 8;
	return CKR_OK;
}

CK_RV
par_rsa_aes(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_RSA_AES_KEY_WRAP_PARAMS p;
	CK_MECHANISM inner = { CKM_RSA_PKCS_OAEP, NULL,
		sizeof(CK_RSA_PKCS_OAEP_PARAMS) };
	CK_RV rv;

	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK ||
	    (rv = par_aes_bits(p.ulAESKeyBits, &call->par)) != CKR_OK)
		return rv;
	inner.pParameter = p.pOAEPParams;
	return par_oaep(row, &inner, purpose, call);
}

CK_RV
par_ecdh_aes(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_ECDH_AES_KEY_WRAP_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK ||
	    (rv = par_aes_bits(p.ulAESKeyBits, &call->par)) != CKR_OK)
		return rv;
	return par_kdf(p.kdf, p.pSharedData, p.ulSharedDataLen, &call->par);
}
