/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of key derivation (3.2 sections 6.37, 6.38, 6.42 to 6.44, 6.62,
 * 6.64): from the caller's structures to struct mech_derive.  What params.c
 * says of alignment, NULL and views holds here too.
 *
 * Handles are noted, not resolved: no room below session knows objects.
 */
#include "mech/mech_int.h"

#include <string.h>

/* No more rounds of hashing a password than a call may take (minutes). */
#define ROUNDS_MAX 100000000u

/* ---------------------------------------------------------------- pieces */

static const struct {
	CK_MECHANISM_TYPE hmac, hash;
	CK_KEY_TYPE key;
} hmacs[] = {
	{ CKM_SHA_1_HMAC, CKM_SHA_1, CKK_SHA_1_HMAC },
	{ CKM_SHA224_HMAC, CKM_SHA224, CKK_SHA224_HMAC },
	{ CKM_SHA256_HMAC, CKM_SHA256, CKK_SHA256_HMAC },
	{ CKM_SHA384_HMAC, CKM_SHA384, CKK_SHA384_HMAC },
	{ CKM_SHA512_HMAC, CKM_SHA512, CKK_SHA512_HMAC },
	{ CKM_SHA512_224_HMAC, CKM_SHA512_224, CKK_SHA512_224_HMAC },
	{ CKM_SHA512_256_HMAC, CKM_SHA512_256, CKK_SHA512_256_HMAC },
	{ CKM_SHA3_224_HMAC, CKM_SHA3_224, CKK_SHA3_224_HMAC },
	{ CKM_SHA3_256_HMAC, CKM_SHA3_256, CKK_SHA3_256_HMAC },
	{ CKM_SHA3_384_HMAC, CKM_SHA3_384, CKK_SHA3_384_HMAC },
	{ CKM_SHA3_512_HMAC, CKM_SHA3_512, CKK_SHA3_512_HMAC },
};

const char *
mech_hmac_md(CK_MECHANISM_TYPE hmac, CK_KEY_TYPE *type)
{
	for (size_t i = 0; i < KL_COUNT(hmacs); i++)
		if (hmacs[i].hmac == hmac) {
			*type = hmacs[i].key;
			return mech_md(hmacs[i].hash);
		}
	return NULL;
}

/* The PRF that a MAC mechanism stands for; a CMAC wants its cipher's key. */
static CK_RV
par_prf(struct mech_derive *d, CK_MECHANISM_TYPE prf, CK_KEY_TYPE *type)
{
	d->kdf.prf_md = mech_hmac_md(prf, type);
	if (d->kdf.prf_md != NULL)
		return CKR_OK;
	if (prf != CKM_AES_CMAC && prf != CKM_DES3_CMAC)
		return CKR_MECHANISM_PARAM_INVALID;
	d->kdf.prf_cipher = prf == CKM_AES_CMAC ? ENG_AES : ENG_TDEA;
	*type = prf == CKM_AES_CMAC ? CKK_AES : CKK_DES3;
	d->base_type = *type;
	return CKR_OK;
}

/* One more piece, of this kind. */
static CK_RV
piece_new(struct mech_derive *d, enum eng_piece_kind kind,
    struct eng_piece **out)
{
	if (d->kdf.pieces == ENG_PIECES)
		return CKR_MECHANISM_PARAM_INVALID;
	*out = &d->kdf.piece[d->kdf.pieces++];
	(*out)->kind = kind;
	return CKR_OK;
}

CK_RV
par_piece(struct mech_derive *d, const CK_BYTE *p, CK_ULONG n)
{
	struct eng_piece *piece;
	CK_RV rv = piece_new(d, ENG_PIECE_BYTES, &piece);

	return rv != CKR_OK ? rv : par_view(p, n, &piece->data);
}

static CK_RV
par_other(struct mech_derive *d, CK_OBJECT_HANDLE h, CK_KEY_TYPE type,
    const struct eng_key **key)
{
	if (d->n_others == MECH_OTHERS_MAX)
		return CKR_MECHANISM_PARAM_INVALID;
	d->other[d->n_others].handle = h;
	d->other[d->n_others].type = type;
	d->other[d->n_others++].key = key;
	return CKR_OK;
}

CK_RV
par_piece_key(struct mech_derive *d, CK_OBJECT_HANDLE h, CK_KEY_TYPE type)
{
	struct eng_piece *piece;
	CK_RV rv = piece_new(d, ENG_PIECE_KEY, &piece);

	return rv != CKR_OK ? rv : par_other(d, h, type, &piece->key);
}

/* ----------------------------------------------- simple ones (3.2 section 6.43) */

CK_RV
par_derive_none(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	call->derive->key_type = CKK_GENERIC_SECRET;
	return par_none(row, m, purpose, call);
}

CK_RV
par_public(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	call->derive->makes = MECH_MAKES_PUBLIC;
	return par_none(row, m, purpose, call);
}

CK_RV
par_key_handle(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_OBJECT_HANDLE h;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &h, sizeof(h))) != CKR_OK)
		return rv;
	return par_piece_key(call->derive, h, CK_UNAVAILABLE_INFORMATION);
}

/* The data: to encrypt, or to mix. */
CK_RV
par_string_data(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_KEY_DERIVATION_STRING_DATA p;
	CK_RV rv;

	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (row->alg.fam == ENG_F_ENCRYPT_DATA)
		return par_view(p.pData, p.ulLen, &call->derive->kdf.info);
	return par_piece(call->derive, p.pData, p.ulLen);
}

CK_RV
par_extract(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	CK_EXTRACT_PARAMS first;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &first, sizeof(first))) != CKR_OK)
		return rv;
	call->derive->kdf.first_bit = first;
	call->derive->sized = true;
	return CKR_OK;
}

/* The structures of all ciphers: an IV of one block, then pointer and length. */
CK_RV
par_cbc_data(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	bool short_iv = eng_block_len(&row->alg) == 8;
	CK_AES_CBC_ENCRYPT_DATA_PARAMS p;
	CK_DES_CBC_ENCRYPT_DATA_PARAMS p8;
	CK_RV rv;

	(void)purpose;
	call->derive->kdf.iv = bytes_of(m->pParameter, short_iv ? 8 : 16);
	if (short_iv) {
		if ((rv = par_struct(m, &p8, sizeof(p8))) != CKR_OK)
			return rv;
		return par_view(p8.pData, p8.length, &call->derive->kdf.info);
	}
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	return par_view(p.pData, p.length, &call->derive->kdf.info);
}

/* ------------------------------------------------------------------ HKDF */

CK_RV
par_hkdf(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	CK_HKDF_PARAMS p;
	CK_RV rv;

	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	d->kdf.extract = p.bExtract != CK_FALSE;
	d->kdf.expand = p.bExpand != CK_FALSE;
	d->kdf.prf_md = mech_md(p.prfHashMechanism);
	if (d->kdf.prf_md == NULL || (!d->kdf.extract && !d->kdf.expand))
		return CKR_MECHANISM_PARAM_INVALID;
	d->sized = d->kdf.expand;
	if (row->type == CKM_HKDF_DATA)
		d->makes = MECH_MAKES_DATA;
	/* What is not used is not looked at (3.2 section 6.62.3). */
	if (d->kdf.expand && (rv = par_view(p.pInfo, p.ulInfoLen,
	    &d->kdf.info)) != CKR_OK)
		return rv;
	if (!d->kdf.extract || p.ulSaltType == CKF_HKDF_SALT_NULL)
		return CKR_OK;
	if (p.ulSaltType == CKF_HKDF_SALT_DATA)
		return par_view(p.pSalt, p.ulSaltLen, &d->kdf.salt);
	if (p.ulSaltType != CKF_HKDF_SALT_KEY)
		return CKR_MECHANISM_PARAM_INVALID;
	return par_other(d, p.hSaltKey, CK_UNAVAILABLE_INFORMATION,
	    &d->kdf.salt_key);
}

/* ----------------------------------------------------------- SP 800-108 */

/* A number of 8, 16 ... 8 * max bits. */
static CK_RV
number_format(CK_ULONG width, CK_BBOOL little, unsigned max,
    struct eng_piece *piece)
{
	if (width == 0 || width % 8 != 0 || width > 8 * max)
		return CKR_MECHANISM_PARAM_INVALID;
	piece->width = (unsigned)width;
	piece->little = little != CK_FALSE;
	return CKR_OK;
}

static CK_RV
sp800_counter(struct mech_derive *d, const CK_PRF_DATA_PARAM *in,
    enum eng_piece_kind kind)
{
	CK_SP800_108_COUNTER_FORMAT f;
	struct eng_piece *piece;
	CK_RV rv;

	if (in->pValue == NULL || in->ulValueLen != sizeof(f))
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(&f, in->pValue, sizeof(f));
	if ((rv = piece_new(d, kind, &piece)) != CKR_OK)
		return rv;
	return number_format(f.ulWidthInBits, f.bLittleEndian, 4, piece);
}

static CK_RV
sp800_iteration(struct mech_derive *d, const CK_PRF_DATA_PARAM *in)
{
	struct eng_piece *piece;

	if (d->kdf.mode == ENG_KDF_COUNTER)
		return sp800_counter(d, in, ENG_PIECE_ITERATION);
	if (in->pValue != NULL || in->ulValueLen != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	return piece_new(d, ENG_PIECE_ITERATION, &piece);
}

static CK_RV
sp800_length(struct mech_derive *d, const CK_PRF_DATA_PARAM *in)
{
	CK_SP800_108_DKM_LENGTH_FORMAT f;
	struct eng_piece *piece;
	CK_RV rv;

	if (in->pValue == NULL || in->ulValueLen != sizeof(f))
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(&f, in->pValue, sizeof(f));
	if (f.dkmLengthMethod != CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS &&
	    f.dkmLengthMethod != CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = piece_new(d, f.dkmLengthMethod ==
	    CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS ? ENG_PIECE_KEYS_LEN :
	    ENG_PIECE_TOTAL_LEN, &piece)) != CKR_OK)
		return rv;
	return number_format(f.ulWidthInBits, f.bLittleEndian, 8, piece);
}

static CK_RV
sp800_key(struct mech_derive *d, const CK_PRF_DATA_PARAM *in)
{
	CK_OBJECT_HANDLE h;

	if (in->pValue == NULL || in->ulValueLen != sizeof(h))
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(&h, in->pValue, sizeof(h));
	return par_piece_key(d, h, CK_UNAVAILABLE_INFORMATION);
}

static CK_RV
sp800_piece(struct mech_derive *d, const CK_PRF_DATA_PARAM *in)
{
	switch (in->type) {
	case CK_SP800_108_ITERATION_VARIABLE:
		return sp800_iteration(d, in);
	case CK_SP800_108_OPTIONAL_COUNTER:
		/* 3.2 section 6.42.3: counter mode has its counter already. */
		if (d->kdf.mode == ENG_KDF_COUNTER)
			return CKR_MECHANISM_PARAM_INVALID;
		return sp800_counter(d, in, ENG_PIECE_COUNTER);
	case CK_SP800_108_DKM_LENGTH:
		return sp800_length(d, in);
	case CK_SP800_108_BYTE_ARRAY:
		return par_piece(d, in->pValue, in->ulValueLen);
	case CK_SP800_108_KEY_HANDLE:
		return sp800_key(d, in);
	default:
		return CKR_MECHANISM_PARAM_INVALID;
	}
}

/* How often each kind of piece may be there: 3.2 sections 6.42.3 to 6.42.5.
 * The samples of feedback mode and the double pipeline leave the iteration
 * variable out, against the tables; so it would be of no use. */
static CK_RV
sp800_counts(const struct eng_kdf *kdf)
{
	size_t n[ENG_PIECE_TOTAL_LEN + 1] = { 0 };

	for (size_t i = 0; i < kdf->pieces; i++)
		n[kdf->piece[i].kind]++;
	if (n[ENG_PIECE_ITERATION] > 1 || n[ENG_PIECE_COUNTER] > 1 ||
	    n[ENG_PIECE_KEYS_LEN] + n[ENG_PIECE_TOTAL_LEN] > 1 ||
	    n[ENG_PIECE_ITERATION] == 0)
		return CKR_MECHANISM_PARAM_INVALID;
	return CKR_OK;
}

static CK_RV
sp800_pieces(struct mech_derive *d, const CK_PRF_DATA_PARAM *v, CK_ULONG n)
{
	CK_PRF_DATA_PARAM one;
	CK_RV rv;

	if (v == NULL || n == 0 || n > ENG_PIECES)
		return CKR_MECHANISM_PARAM_INVALID;
	for (CK_ULONG i = 0; i < n; i++) {
		memcpy(&one, v + i, sizeof(one));
		if ((rv = sp800_piece(d, &one)) != CKR_OK)
			return rv;
	}
	return sp800_counts(&d->kdf);
}

static CK_RV
sp800_more(struct mech_derive *d, const CK_DERIVED_KEY *v, CK_ULONG n)
{
	CK_DERIVED_KEY one;

	if ((v == NULL) != (n == 0) || n > MECH_MORE_MAX)
		return CKR_MECHANISM_PARAM_INVALID;
	for (CK_ULONG i = 0; i < n; i++) {
		memcpy(&one, v + i, sizeof(one));
		if (one.phKey == NULL ||
		    (one.pTemplate == NULL && one.ulAttributeCount != 0))
			return CKR_MECHANISM_PARAM_INVALID;
		d->more[i].templ = one.pTemplate;
		d->more[i].n = one.ulAttributeCount;
		d->more[i].handle = one.phKey;
	}
	d->n_more = n;
	return CKR_OK;
}

CK_RV
par_sp800(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	CK_SP800_108_FEEDBACK_KDF_PARAMS f = { 0 };
	CK_SP800_108_KDF_PARAMS p;
	CK_KEY_TYPE type;
	CK_RV rv;

	(void)purpose;
	d->makes = MECH_MAKES_KEYS;
	d->sized = true;
	d->kdf.mode = row->type == CKM_SP800_108_COUNTER_KDF ?
	    ENG_KDF_COUNTER : row->type == CKM_SP800_108_FEEDBACK_KDF ?
	    ENG_KDF_FEEDBACK : ENG_KDF_PIPELINE;
	if (d->kdf.mode == ENG_KDF_FEEDBACK) {
		if ((rv = par_struct(m, &f, sizeof(f))) != CKR_OK ||
		    (rv = par_view(f.pIV, f.ulIVLen, &d->kdf.iv)) != CKR_OK)
			return rv;
	} else {
		if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
			return rv;
		f.prfType = p.prfType;
		f.ulNumberOfDataParams = p.ulNumberOfDataParams;
		f.pDataParams = p.pDataParams;
		f.ulAdditionalDerivedKeys = p.ulAdditionalDerivedKeys;
		f.pAdditionalDerivedKeys = p.pAdditionalDerivedKeys;
	}
	if ((rv = par_prf(d, f.prfType, &type)) != CKR_OK ||
	    (rv = sp800_pieces(d, f.pDataParams, f.ulNumberOfDataParams)) !=
	    CKR_OK)
		return rv;
	return sp800_more(d, f.pAdditionalDerivedKeys,
	    f.ulAdditionalDerivedKeys);
}

/* -------------------------------------------------------------- passwords */

static const char *
pbkd2_md(CK_PKCS5_PBKD2_PSEUDO_RANDOM_FUNCTION_TYPE prf)
{
	static const struct {
		CK_PKCS5_PBKD2_PSEUDO_RANDOM_FUNCTION_TYPE prf;
		CK_MECHANISM_TYPE hash;
	} prfs[] = {
		{ CKP_PKCS5_PBKD2_HMAC_SHA1, CKM_SHA_1 },
		{ CKP_PKCS5_PBKD2_HMAC_SHA224, CKM_SHA224 },
		{ CKP_PKCS5_PBKD2_HMAC_SHA256, CKM_SHA256 },
		{ CKP_PKCS5_PBKD2_HMAC_SHA384, CKM_SHA384 },
		{ CKP_PKCS5_PBKD2_HMAC_SHA512, CKM_SHA512 },
		{ CKP_PKCS5_PBKD2_HMAC_SHA512_224, CKM_SHA512_224 },
		{ CKP_PKCS5_PBKD2_HMAC_SHA512_256, CKM_SHA512_256 },
	};

	for (size_t i = 0; i < KL_COUNT(prfs); i++)
		if (prfs[i].prf == prf)
			return mech_md(prfs[i].hash);
	return NULL;
}

/*
 * Both structures have one size and one layout, but for the password's length,
 * which the older one holds behind a pointer.  Lengths of passwords are small
 * numbers, and no pointer points into the first 64 KiB.
 */
#define PASSWORD_END 0x10000u

static CK_RV
pbkd2_password(const CK_PKCS5_PBKD2_PARAMS2 *p, struct bytes *out)
{
	CK_PKCS5_PBKD2_PARAMS old;
	CK_ULONG n = p->ulPasswordLen;

	_Static_assert(sizeof(old) == sizeof(*p), "two layouts");
	if (n >= PASSWORD_END && n % sizeof(n) == 0) {
		memcpy(&old, p, sizeof(old));
		memcpy(&n, old.ulPasswordLen, sizeof(n));
	}
	if (n >= PASSWORD_END)
		return CKR_MECHANISM_PARAM_INVALID;
	return par_view(p->pPassword, n, out);
}

CK_RV
par_pbkd2(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	CK_PKCS5_PBKD2_PARAMS2 p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	d->kdf.prf_md = pbkd2_md(p.prf);
	d->kdf.rounds = p.iterations;
	d->sized = true;
	if (d->kdf.prf_md == NULL || p.saltSource != CKZ_SALT_SPECIFIED ||
	    p.iterations == 0 || p.iterations > ROUNDS_MAX ||
	    p.ulPrfDataLen != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = par_view(p.pSaltSourceData, p.ulSaltSourceDataLen,
	    &d->kdf.salt)) != CKR_OK)
		return rv;
	return pbkd2_password(&p, &d->kdf.password);
}

CK_RV
par_pbe(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	bool mac = row->type == CKM_PBA_SHA1_WITH_SHA1_HMAC;
	CK_PBE_PARAMS p;
	CK_RV rv;

	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (p.ulIteration == 0 || p.ulIteration > ROUNDS_MAX)
		return CKR_MECHANISM_PARAM_INVALID;
	d->kdf.prf_md = row->alg.md;
	d->kdf.rounds = p.ulIteration;
	d->kdf.id = mac ? 3 : 1;
	d->key_type = row->keys[0];
	d->fixed = true;
	d->len = mac ? 20 : row->max;
	if (!mac)
		d->iv = p.pInitVector;
	if ((rv = par_view(p.pSalt, p.ulSaltLen, &d->kdf.salt)) != CKR_OK)
		return rv;
	return par_view(p.pPassword, p.ulPasswordLen, &d->kdf.password);
}

/* ------------------------------------------------------------------- IKE */

/* What all of IKE says: the PRF, whose key type the base key has or which is a
 * generic secret. */
static CK_RV
ike_begin(struct mech_derive *d, CK_MECHANISM_TYPE prf, bool iterate)
{
	struct eng_piece *piece;
	CK_KEY_TYPE type;
	CK_RV rv;

	if ((rv = par_prf(d, prf, &type)) != CKR_OK)
		return rv;
	d->kdf.mode = ENG_KDF_FEEDBACK;
	return iterate ? piece_new(d, ENG_PIECE_ITERATION, &piece) : CKR_OK;
}

/* RFC 7296 section 2.13: T(i) = prf(K, T(i - 1) | S | i). */
CK_RV
par_ike2_plus(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	CK_IKE2_PRF_PLUS_DERIVE_PARAMS p;
	struct eng_piece *piece;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK ||
	    (rv = ike_begin(d, p.prfMechanism, true)) != CKR_OK)
		return rv;
	if (p.bHasSeedKey != CK_FALSE && (rv = par_piece_key(d, p.hSeedKey,
	    CK_UNAVAILABLE_INFORMATION)) != CKR_OK)
		return rv;
	if ((rv = par_piece(d, p.pSeedData, p.ulSeedDataLen)) != CKR_OK ||
	    (rv = piece_new(d, ENG_PIECE_COUNTER, &piece)) != CKR_OK)
		return rv;
	piece->width = 8;
	d->kdf.rounds_max = 255;
	d->sized = true;
	return CKR_OK;
}

CK_RV
par_ike_prf(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	CK_IKE_PRF_DERIVE_PARAMS p;
	CK_KEY_TYPE type;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK)
		return rv;
	if (p.bDataAsKey != CK_FALSE && p.bRekey != CK_FALSE)
		return CKR_ARGUMENTS_BAD;
	if ((rv = ike_begin(d, p.prfMechanism, false)) != CKR_OK ||
	    (rv = par_prf(d, p.prfMechanism, &type)) != CKR_OK)
		return rv;
	if (p.bDataAsKey != CK_FALSE) {
		d->kdf.pieces_key = true;
		d->base_type = CK_UNAVAILABLE_INFORMATION;
	}
	if (p.bRekey != CK_FALSE && (rv = par_piece_key(d, p.hNewKey,
	    CKK_GENERIC_SECRET)) != CKR_OK)
		return rv;
	if ((rv = par_piece(d, p.pNi, p.ulNiLen)) != CKR_OK ||
	    (rv = par_piece(d, p.pNr, p.ulNrLen)) != CKR_OK)
		return rv;
	d->key_type = type;
	d->kdf.rounds_max = 1;
	return CKR_OK;
}

CK_RV
par_ike1_prf(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	struct mech_derive *d = call->derive;
	CK_IKE1_PRF_DERIVE_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK ||
	    (rv = ike_begin(d, p.prfMechanism, false)) != CKR_OK)
		return rv;
	if (p.bHasPrevKey != CK_FALSE && (rv = par_piece_key(d, p.hPrevKey,
	    CK_UNAVAILABLE_INFORMATION)) != CKR_OK)
		return rv;
	if ((rv = par_piece_key(d, p.hKeygxy, CKK_GENERIC_SECRET)) != CKR_OK ||
	    (rv = par_piece(d, p.pCKYi, p.ulCKYiLen)) != CKR_OK ||
	    (rv = par_piece(d, p.pCKYr, p.ulCKYrLen)) != CKR_OK)
		return rv;
	d->typed = true;
	d->kdf.rounds_max = 1;
	return par_piece(d, (const CK_BYTE *)m->pParameter +
	    offsetof(CK_IKE1_PRF_DERIVE_PARAMS, keyNumber), 1);
}

CK_RV
par_ike1_ext(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call)
{
	static const uint8_t zero[1] = { 0 };
	struct mech_derive *d = call->derive;
	CK_IKE1_EXTENDED_DERIVE_PARAMS p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &p, sizeof(p))) != CKR_OK ||
	    (rv = ike_begin(d, p.prfMechanism, true)) != CKR_OK)
		return rv;
	d->kdf.cut_key = p.bHasKeygxy == CK_FALSE;
	d->kdf.rounds_max = 255;
	d->sized = true;
	/* RFC 2409 appendix B: K1 = prf(K, 0) where there is nothing else. */
	if (p.bHasKeygxy == CK_FALSE && p.ulExtraDataLen == 0)
		d->kdf.iv = bytes_of(zero, 1);
	else if (p.bHasKeygxy != CK_FALSE && (rv = par_piece_key(d, p.hKeygxy,
	    CKK_GENERIC_SECRET)) != CKR_OK)
		return rv;
	return par_piece(d, p.pExtraData, p.ulExtraDataLen);
}
