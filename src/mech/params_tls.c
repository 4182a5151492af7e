/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of the TLS mechanisms (3.2 sections 6.39 and 6.40, and 2.40 for
 * what 3.x has no text of) to struct mech_derive.  The PRF of TLS 1.2 is the
 * double pipeline of SP 800-108 over label and seed, that of TLS 1.0 two of
 * them, so that everything here becomes pieces.
 *
 * Where one parser serves TLS 1.0 and 1.2, the row's md tells them apart: NULL
 * is the older, whose structure is the beginning of the newer.
 */
#include "mech/mech_int.h"

#include <string.h>

#define MASTER_LEN 48
#define PRF_MAX ((CK_ULONG)1 << 20)

/* What a master secret may be used for (3.2 section 6.40.4). */
static const CK_MECHANISM_TYPE of_master[] = {
	CKM_TLS12_KEY_AND_MAC_DERIVE, CKM_TLS12_KEY_SAFE_DERIVE, CKM_TLS_KDF,
	CKM_TLS_MAC, CKM_TLS12_KDF, CKM_TLS12_MAC,
};

/* The PRF over a hash, or TLS 1.0's; the label is the first piece. */
static CK_RV
tls_begin(struct mech_derive *d, CK_MECHANISM_TYPE hash, struct bytes label)
{
	d->kdf.mode = ENG_KDF_PIPELINE;
	d->kdf.tls10 = hash == CKM_TLS_PRF;
	d->kdf.prf_md = d->kdf.tls10 ? "SHA1" : mech_md(hash);
	if (d->kdf.prf_md == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	d->kdf.pieces = 1; /* the iteration variable */
	d->kdf.piece[0].kind = ENG_PIECE_ITERATION;
	return par_piece(d, label.p, label.n);
}

/* Both randoms, the server's first for what is made of a master secret. */
static CK_RV
tls_randoms(struct mech_derive *d, const CK_SSL3_RANDOM_DATA *r,
    bool server_first)
{
	CK_RV rv;

	if (server_first && (rv = par_piece(d, r->pServerRandom,
	    r->ulServerRandomLen)) != CKR_OK)
		return rv;
	if ((rv = par_piece(d, r->pClientRandom, r->ulClientRandomLen)) !=
	    CKR_OK)
		return rv;
	return server_first ? CKR_OK : par_piece(d, r->pServerRandom,
	    r->ulServerRandomLen);
}

CK_RV
par_premaster(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	struct mech_derive *d = call->derive;

	(void)purpose;
	if (m->pParameter == NULL || m->ulParameterLen != sizeof(CK_VERSION))
		return CKR_MECHANISM_PARAM_INVALID;
	d->kdf.info = bytes_of(m->pParameter, sizeof(CK_VERSION));
	d->key_type = row->keys[0];
	d->len = MASTER_LEN;
	d->fixed = true;
	return CKR_OK;
}

/* What a master secret is, and the version in the pre-master secret that is
 * told; Diffie-Hellman has none. */
static CK_RV
tls_master(const struct mech_row *row, struct mech_derive *d,
    CK_VERSION *version)
{
	bool dh = row->alg.mode != NULL;

	d->key_type = CKK_GENERIC_SECRET;
	d->len = MASTER_LEN;
	d->fixed = true;
	d->version = version;
	if (row->alg.md != NULL) {
		d->allowed = of_master;
		d->n_allowed = KL_COUNT(of_master);
	}
	if (dh && version != NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	return CKR_OK;
}

CK_RV
par_tls_master(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	CK_TLS12_MASTER_KEY_DERIVE_PARAMS p = {
		.prfHashMechanism = CKM_TLS_PRF,
	};
	size_t size = row->alg.md != NULL ? sizeof(p) :
	    sizeof(CK_SSL3_MASTER_KEY_DERIVE_PARAMS);
	CK_RV rv;

	(void)purpose;
	if ((rv = par_struct(m, &p, size)) != CKR_OK)
		return rv;
	if (row->alg.md != NULL && p.prfHashMechanism == CKM_TLS_PRF)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = tls_begin(d, p.prfHashMechanism,
	    BYTES_STR("master secret"))) != CKR_OK ||
	    (rv = tls_randoms(d, &p.RandomInfo, false)) != CKR_OK)
		return rv;
	return tls_master(row, d, p.pVersion);
}

CK_RV
par_tls_extended(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	CK_TLS12_EXTENDED_MASTER_KEY_DERIVE_PARAMS p;
	CK_RV rv;

	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (p.ulSessionHashLen == 0)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = tls_begin(d, p.prfHashMechanism,
	    BYTES_STR("extended master secret"))) != CKR_OK ||
	    (rv = par_piece(d, p.pSessionHash, p.ulSessionHashLen)) != CKR_OK)
		return rv;
	return tls_master(row, d, p.pVersion);
}

/* One of the keys of a key block; none when it has no bytes. */
static void
block_key_of(struct mech_derive *d, CK_OBJECT_HANDLE *handle, size_t len,
    bool mac)
{
	if (len == 0)
		return;
	d->more[d->n_more].handle = handle;
	d->more[d->n_more].len = len;
	d->more[d->n_more++].mac = mac;
}

/* The lengths, and where keys and IVs go (RFC 5246 section 6.3). */
static CK_RV
tls_block(struct mech_derive *d, const CK_TLS12_KEY_MAT_PARAMS *p, bool ivs)
{
	CK_SSL3_KEY_MAT_OUT *out = p->pReturnedKeyMaterial;
	CK_ULONG iv = ivs ? p->ulIVSizeInBits : 0;
	size_t mac = p->ulMacSizeInBits / 8, key = p->ulKeySizeInBits / 8;

	if (out == NULL || p->bIsExport != CK_FALSE ||
	    p->ulMacSizeInBits % 8 != 0 || p->ulKeySizeInBits % 8 != 0 ||
	    iv % 8 != 0 || p->ulMacSizeInBits > 4096 ||
	    p->ulKeySizeInBits > 4096 || iv > 4096 ||
	    (iv != 0 && (out->pIVClient == NULL || out->pIVServer == NULL)))
		return CKR_MECHANISM_PARAM_INVALID;
	block_key_of(d, &out->hClientMacSecret, mac, true);
	block_key_of(d, &out->hServerMacSecret, mac, true);
	block_key_of(d, &out->hClientKey, key, false);
	block_key_of(d, &out->hServerKey, key, false);
	d->told[0].p = out->pIVClient;
	d->told[1].p = out->pIVServer;
	d->told[0].n = d->told[1].n = iv / 8;
	if (d->n_more == 0 && iv == 0)
		return CKR_MECHANISM_PARAM_INVALID;
	return CKR_OK;
}

CK_RV
par_tls_block(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	CK_TLS12_KEY_MAT_PARAMS p = { .prfHashMechanism = CKM_TLS_PRF };
	size_t size = row->alg.md != NULL ? sizeof(p) :
	    sizeof(CK_SSL3_KEY_MAT_PARAMS);
	CK_RV rv;

	(void)purpose;
	if ((rv = par_struct(m, &p, size)) != CKR_OK)
		return rv;
	if (row->alg.md != NULL && p.prfHashMechanism == CKM_TLS_PRF)
		return CKR_MECHANISM_PARAM_INVALID;
	d->makes = MECH_MAKES_BLOCK;
	if ((rv = tls_begin(d, p.prfHashMechanism,
	    BYTES_STR("key expansion"))) != CKR_OK ||
	    (rv = tls_randoms(d, &p.RandomInfo, true)) != CKR_OK)
		return rv;
	return tls_block(d, &p, row->type != CKM_TLS12_KEY_SAFE_DERIVE);
}

/* RFC 5705 section 4: client, server, and the context with its length. */
CK_RV
par_tls_kdf(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	struct bytes label;
	CK_TLS_KDF_PARAMS p;
	uint8_t *n = d->len_raw;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK ||
	    (rv = par_view(p.pLabel, p.ulLabelLength, &label)) != CKR_OK ||
	    (rv = tls_begin(d, p.prfMechanism, label)) != CKR_OK ||
	    (rv = tls_randoms(d, &p.RandomInfo, false)) != CKR_OK)
		return rv;
	d->sized = true;
	if (p.pContextData == NULL && p.ulContextDataLength == 0)
		return CKR_OK;
	if (p.ulContextDataLength > 0xffff)
		return CKR_MECHANISM_PARAM_INVALID;
	n[0] = (uint8_t)(p.ulContextDataLength >> 8);
	n[1] = (uint8_t)p.ulContextDataLength;
	if ((rv = par_piece(d, n, 2)) != CKR_OK)
		return rv;
	return par_piece(d, p.pContextData, p.ulContextDataLength);
}

CK_RV
par_tls_prf(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	struct bytes label;
	CK_TLS_PRF_PARAMS p;
	CK_ULONG n;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (p.pOutput == NULL || p.pulOutputLen == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(&n, p.pulOutputLen, sizeof(n));
	if (n == 0 || n > PRF_MAX)
		return CKR_MECHANISM_PARAM_INVALID;
	d->makes = MECH_MAKES_BYTES;
	d->told[0].p = p.pOutput;
	d->told[0].n = n;
	if ((rv = par_view(p.pLabel, p.ulLabelLen, &label)) != CKR_OK ||
	    (rv = tls_begin(d, CKM_TLS_PRF, label)) != CKR_OK)
		return rv;
	return par_piece(d, p.pSeed, p.ulSeedLen);
}

CK_RV
par_tls_mac(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_TLS_MAC_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (p.prfHashMechanism != CKM_TLS_PRF &&
	    (call->par.md = mech_md(p.prfHashMechanism)) == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	/* 3.2 section 6.40.3, and always 12 before TLS 1.2. */
	if (p.ulMacLength < 12 || (call->par.md == NULL &&
	    p.ulMacLength != 12) ||
	    (p.ulServerOrClient != 1 && p.ulServerOrClient != 2))
		return CKR_MECHANISM_PARAM_INVALID;
	call->par.mac_len = p.ulMacLength;
	call->par.label = p.ulServerOrClient == 1 ?
	    BYTES_STR("server finished") : BYTES_STR("client finished");
	return CKR_OK;
}
