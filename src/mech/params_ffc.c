/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of DSA and Diffie-Hellman mechanisms (3.2 sections 6.2 and 6.4):
 * caller's structures into struct eng_par, as in params.c, and back: one of
 * them returns something.
 *
 * No state; any thread.
 */
#include "mech/mech_int.h"

#include <string.h>

CK_RV
par_dh(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	(void)row;
	(void)purpose;
	if (m->pParameter == NULL || m->ulParameterLen == 0)
		return CKR_MECHANISM_PARAM_INVALID;
	return par_view(m->pParameter, m->ulParameterLen, &call->par.peer);
}

CK_RV
par_x942_dh(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_X9_42_DH1_DERIVE_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if ((p.kdf != CKD_NULL && p.kdf != CKD_SHA1_KDF_ASN1 &&
	    p.kdf != CKD_SHA1_KDF_CONCATENATE) || p.ulPublicDataLen == 0 ||
	    (p.kdf == CKD_NULL && p.ulOtherInfoLen != 0) ||
	    (p.kdf == CKD_SHA1_KDF_ASN1 && p.ulOtherInfoLen == 0))
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.kdf_md = p.kdf == CKD_NULL ? NULL : "SHA1";
	call->par.kdf_asn1 = p.kdf == CKD_SHA1_KDF_ASN1;
	if ((rv = par_view(p.pOtherInfo, p.ulOtherInfoLen,
	    &call->par.shared)) != CKR_OK)
		return rv;
	return par_view(p.pPublicData, p.ulPublicDataLen, &call->par.peer);
}

/* The hash of CK_DSA_PARAMETER_GEN_PARAM: one of FIPS 180-4. */
static CK_RV
dsa_params(const CK_MECHANISM *m, CK_DSA_PARAMETER_GEN_PARAM *p,
    struct mech_call *call)
{
	CK_RV rv = par_struct(m, p, sizeof(*p));

	if (rv != CKR_OK)
		return rv;
	if (p->hash != CKM_SHA_1 && p->hash != CKM_SHA224 &&
	    p->hash != CKM_SHA256 && p->hash != CKM_SHA384 &&
	    p->hash != CKM_SHA512)
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.md = mech_md(p->hash);
	return call->par.md != NULL ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

CK_RV
par_dsa_primes(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_DSA_PARAMETER_GEN_PARAM p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = dsa_params(m, &p, call)) != CKR_OK)
		return rv;
	/* libcrypto's seeds have the hash's length. */
	if (p.pSeed == NULL || p.ulSeedLen < MECH_SEED_MAX)
		return CKR_MECHANISM_PARAM_INVALID;
	return CKR_OK;
}

CK_RV
par_dsa_base(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_DSA_PARAMETER_GEN_PARAM p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = dsa_params(m, &p, call)) != CKR_OK)
		return rv;
	/* FIPS 186-4 section A.2.3: the index is one byte. */
	if (p.ulSeedLen == 0 || p.ulIndex > 255)
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.index = (unsigned)p.ulIndex;
	return par_view(p.pSeed, p.ulSeedLen, &call->par.shared);
}

CK_RV
mech_give_seed(const CK_MECHANISM *m, struct bytes seed)
{
	CK_DSA_PARAMETER_GEN_PARAM p;
	CK_RV rv = par_struct(m, &p, sizeof(p));

	if (rv != CKR_OK)
		return rv;
	if (p.pSeed == NULL || p.ulSeedLen < seed.n)
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(p.pSeed, seed.p, seed.n);
	p.ulSeedLen = (CK_ULONG)seed.n;
	memcpy(m->pParameter, &p, sizeof(p));
	return CKR_OK;
}
