/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of authenticated encryption and of ChaCha20 (3.2 sections 6.13,
 * 6.58 and 6.61).  What params.c says of parsers holds here too.
 */
#include "mech/mech_int.h"

CK_RV
par_gcm(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_GCM_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	/* ulIvBits repeats ulIvLen and is left unset by many callers. */
	if (p.ulIvLen == 0 || p.ulTagBits % 8 != 0 || p.ulTagBits > 128 ||
	    p.ulTagBits == 0)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = par_view(p.pIv, p.ulIvLen, &call->par.iv)) != CKR_OK)
		return rv;
	if ((rv = par_view(p.pAAD, p.ulAADLen, &call->par.aad)) != CKR_OK)
		return rv;
	call->par.tag_len = p.ulTagBits / 8;
	return CKR_OK;
}

CK_RV
par_ccm(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_CCM_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (p.ulNonceLen < 7 || p.ulNonceLen > 13 || p.ulMACLen < 4 ||
	    p.ulMACLen > 16 || p.ulMACLen % 2 != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = par_view(p.pNonce, p.ulNonceLen, &call->par.iv)) != CKR_OK)
		return rv;
	if ((rv = par_view(p.pAAD, p.ulAADLen, &call->par.aad)) != CKR_OK)
		return rv;
	call->par.tag_len = p.ulMACLen;
	call->par.data_len = p.ulDataLen;
	return CKR_OK;
}

CK_RV
par_gmac(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_RV rv;

	if ((rv = par_gcm(row, m, purpose, call)) != CKR_OK)
		return rv;
	/* What is authenticated is the data (3.2 section 6.13). */
	if (call->par.aad.n != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.mac_len = call->par.tag_len;
	return CKR_OK;
}

/* A nonce of `len` bits.  Programs of NSS's make say how many bytes there are,
 * which cannot be meant as bits. */
static CK_RV
par_nonce(const CK_BYTE *p, CK_ULONG len, struct bytes *out)
{
	if (len == 64 || len == 96 || len == 192)
		len /= 8;
	else if (len != 8 && len != 12 && len != 24)
		return CKR_MECHANISM_PARAM_INVALID;
	return par_view(p, len, out);
}

CK_RV
par_chacha20(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_CHACHA20_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (p.blockCounterBits != 32 && p.blockCounterBits != 64)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = par_view(p.pBlockCounter, p.blockCounterBits / 8,
	    &call->par.counter)) != CKR_OK)
		return rv;
	return par_nonce(p.pNonce, p.ulNonceBits, &call->par.iv);
}

CK_RV
par_chacha20_poly1305(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_SALSA20_CHACHA20_POLY1305_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if ((rv = par_nonce(p.pNonce, p.ulNonceLen, &call->par.iv)) != CKR_OK)
		return rv;
	call->par.tag_len = 16;
	return par_view(p.pAAD, p.ulAADLen, &call->par.aad);
}
