/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of authenticated encryption and of ChaCha20 (3.2 sections 6.13,
 * 6.58 and 6.61).  What params.c says of parsers holds here too.
 */
#include "mech/mech_int.h"

#include <string.h>

/* The generators of 3.2 section 6.13.  CKG_GENERATE leaves the way to the token:
 * it is random. */
static const struct {
	CK_GENERATOR_FUNCTION name;
	enum eng_iv_gen gen;
} generators[] = {
	{ CKG_NO_GENERATE, ENG_IV_GIVEN },
	{ CKG_GENERATE, ENG_IV_RANDOM },
	{ CKG_GENERATE_COUNTER, ENG_IV_COUNTER },
	{ CKG_GENERATE_RANDOM, ENG_IV_RANDOM },
	{ CKG_GENERATE_COUNTER_XOR, ENG_IV_COUNTER_XOR },
};

/* An IV that may be generated where it stands. */
static CK_RV
par_generated(CK_BYTE *p, CK_ULONG n, CK_ULONG fixed, CK_GENERATOR_FUNCTION g,
    struct eng_iv *out)
{
	size_t i = 0;

	while (i < KL_COUNT(generators) && generators[i].name != g)
		i++;
	if (i == KL_COUNT(generators) || p == NULL || n == 0 || n > BUF_MAX)
		return CKR_MECHANISM_PARAM_INVALID;
	*out = (struct eng_iv){ p, n, fixed, generators[i].gen };
	return CKR_OK;
}

static bool
gcm_tag_ok(CK_ULONG bits)
{
	return bits % 8 == 0 && bits > 0 && bits <= 128;
}

static bool
ccm_lengths_ok(CK_ULONG nonce, CK_ULONG mac)
{
	return nonce >= 7 && nonce <= 13 && mac >= 4 && mac <= 16 &&
	    mac % 2 == 0;
}

CK_RV
msg_gcm(const void *p, size_t n, struct mech_message *out)
{
	CK_GCM_MESSAGE_PARAMS g;

	if (n != sizeof(g))
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(&g, p, n);
	if (!gcm_tag_ok(g.ulTagBits))
		return CKR_MECHANISM_PARAM_INVALID;
	out->tag = g.pTag;
	out->tag_len = g.ulTagBits / 8;
	return par_generated(g.pIv, g.ulIvLen, g.ulIvFixedBits, g.ivGenerator,
	    &out->iv);
}

CK_RV
msg_ccm(const void *p, size_t n, struct mech_message *out)
{
	CK_CCM_MESSAGE_PARAMS c;

	if (n != sizeof(c))
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(&c, p, n);
	if (!ccm_lengths_ok(c.ulNonceLen, c.ulMACLen))
		return CKR_MECHANISM_PARAM_INVALID;
	out->tag = c.pMAC;
	out->tag_len = c.ulMACLen;
	out->data_len = c.ulDataLen;
	return par_generated(c.pNonce, c.ulNonceLen, c.ulNonceFixedBits,
	    c.nonceGenerator, &out->iv);
}

/* CK_GCM_PARAMS, and for keys CK_GCM_WRAP_PARAMS, which is longer. */
static CK_RV
par_gcm_wrap(const CK_MECHANISM *m, struct mech_call *call)
{
	CK_GCM_WRAP_PARAMS p;
	CK_RV rv;

	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (!gcm_tag_ok(p.ulTagBits))
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = par_generated(p.pIv, p.ulIvLen, p.ulIvFixedBits,
	    p.ivGenerator, &call->iv)) != CKR_OK)
		return rv;
	call->par.iv = bytes_of(p.pIv, p.ulIvLen);
	call->par.tag_len = p.ulTagBits / 8;
	return par_view(p.pAAD, p.ulAADLen, &call->par.aad);
}

static CK_RV
par_ccm_wrap(const CK_MECHANISM *m, struct mech_call *call)
{
	CK_CCM_WRAP_PARAMS p;
	CK_RV rv;

	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (!ccm_lengths_ok(p.ulNonceLen, p.ulMACLen))
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = par_generated(p.pNonce, p.ulNonceLen, p.ulNonceFixedBits,
	    p.nonceGenerator, &call->iv)) != CKR_OK)
		return rv;
	call->par.iv = bytes_of(p.pNonce, p.ulNonceLen);
	call->par.tag_len = p.ulMACLen;
	return par_view(p.pAAD, p.ulAADLen, &call->par.aad);
}

static bool
is_wrap(CK_FLAGS purpose)
{
	return (purpose & (CKF_WRAP | CKF_UNWRAP)) != 0;
}

CK_RV
par_gcm(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_GCM_PARAMS p;
	CK_RV rv;

	(void)row;
	if (is_wrap(purpose) && m->ulParameterLen == sizeof(CK_GCM_WRAP_PARAMS))
		return par_gcm_wrap(m, call);
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	/* ulIvBits repeats ulIvLen and is left unset by many callers. */
	if (p.ulIvLen == 0 || !gcm_tag_ok(p.ulTagBits))
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
	if (is_wrap(purpose) && m->ulParameterLen == sizeof(CK_CCM_WRAP_PARAMS))
		return par_ccm_wrap(m, call);
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (!ccm_lengths_ok(p.ulNonceLen, p.ulMACLen))
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

CK_RV
msg_chacha20_poly1305(const void *p, size_t n, struct mech_message *out)
{
	CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS c;
	struct bytes nonce;
	CK_RV rv;

	if (n != sizeof(c))
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(&c, p, n);
	if ((rv = par_nonce(c.pNonce, c.ulNonceLen, &nonce)) != CKR_OK)
		return rv;
	out->tag = c.pTag;
	out->tag_len = 16;
	out->iv = (struct eng_iv){ c.pNonce, nonce.n, 0, ENG_IV_GIVEN };
	return CKR_OK;
}
