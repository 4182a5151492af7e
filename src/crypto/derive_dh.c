/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diffie-Hellman in finite fields (PKCS#3, X9.42): the shared secret, as long
 * as the prime, leading zeros and all, and the key derivation functions of
 * X9.42 (3.2 section 6.4).
 *
 * The other's value is looked at before it meets our private one: 1 < y < p - 1,
 * and in the subgroup of the base (ffc_check_public; where libcrypto knows the
 * order, it does that itself).
 *
 * No state; any thread.
 */
#include "crypto/ffc_int.h"

#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"
#include "crypto/der.h"
#include "crypto/sign_int.h"

/* -------------------------------------------------------------- agreeing */

static CK_RV
take(const struct eng_key *key, const char *name, BIGNUM **out)
{
	return EVP_PKEY_get_bn_param(key->pkey, name, out) == 1 ? CKR_OK :
	    log_rv(CKR_DEVICE_ERROR, "derive: a key without its group");
}

/* The other's key in our group. */
static CK_RV
peer_key(struct eng *e, const struct eng_key *key, struct bytes value,
    EVP_PKEY **out)
{
	KL_AUTO(ffc_done) struct ffc f = { .bn = BN_CTX_new_ex(eng_ctx(e)) };
	struct bytes y = bytes_trim(value);
	CK_RV rv;

	if (y.n > key->len)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: a public value of %zu bytes", y.n);
	if (f.bn == NULL || (f.y = BN_bin2bn(y.p, (int)y.n, NULL)) == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = take(key, OSSL_PKEY_PARAM_FFC_P, &f.p)) != CKR_OK ||
	    (rv = take(key, OSSL_PKEY_PARAM_FFC_G, &f.g)) != CKR_OK ||
	    (key->type == ENG_X942 &&
	    (rv = take(key, OSSL_PKEY_PARAM_FFC_Q, &f.q)) != CKR_OK))
		return rv;
	rv = ffc_check_public(&f, f.y);
	if (rv == CKR_OK)
		rv = ffc_build(e, key->type, &f, BYTES_NONE, out);
	return rv == CKR_ATTRIBUTE_VALUE_INVALID ?
	    CKR_MECHANISM_PARAM_INVALID : rv;
}

/* The shared secret, of the prime's length (PKCS#3 section 8.3). */
static CK_RV
agree(struct eng *e, const struct eng_key *key, struct bytes value,
    struct secret **out)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = key_ctx(e, key);
	KL_AUTO(pkey_freep) EVP_PKEY *peer = NULL;
	KL_AUTO(secret_freep) struct secret *z = NULL;
	size_t n = key->len;
	unsigned pad = 1;
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &pad),
		OSSL_PARAM_construct_end(),
	};
	CK_RV rv;

	if (pctx == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = peer_key(e, key, value, &peer)) != CKR_OK ||
	    (rv = secret_new(n, &z)) != CKR_OK)
		return rv;
	if (EVP_PKEY_derive_init(pctx) != 1 ||
	    EVP_PKEY_CTX_set_params(pctx, params) != 1 ||
	    EVP_PKEY_derive_set_peer_ex(pctx, peer, 0) != 1)
		return log_rv(CKR_DEVICE_ERROR, "derive: %s does not start",
		    ffc_type_name(key->type));
	if (EVP_PKEY_derive(pctx, secret_data(z), &n) != 1 || n != key->len)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: nothing comes of this public value");
	*out = KL_TAKE(z);
	return CKR_OK;
}

/* ------------------------------------------- CKD_SHA1_KDF_ASN1 (RFC 2631) */

/*
 * Where the counter stands in OtherInfo ::= SEQUENCE { keyInfo SEQUENCE {
 * OBJECT IDENTIFIER, counter OCTET STRING (4 bytes) }, ... }: its offset, 0
 * when that is not what info is.
 */
static size_t
counter_offset(struct bytes info)
{
	struct reader all = reader_of(info);
	struct reader seq = der_enter(&all, DER_SEQUENCE);
	struct reader key = der_enter(&seq, DER_SEQUENCE);
	struct bytes counter;

	(void)der_read(&key, DER_OID);
	counter = der_read(&key, DER_OCTET_STRING);
	if (!read_done(&key) || seq.failed || !read_done(&all) ||
	    counter.n != 4)
		return 0;
	return (size_t)(counter.p - info.p);
}

/* One block: hash(Z || OtherInfo with this counter). */
static bool
asn1_block(EVP_MD_CTX *mctx, struct bytes z, struct buf *info, size_t at,
    uint32_t counter, uint8_t *out)
{
	for (size_t i = 0; i < 4; i++)
		info->p[at + i] = (uint8_t)(counter >> (24 - 8 * i));
	return EVP_DigestInit_ex2(mctx, NULL, NULL) == 1 &&
	    EVP_DigestUpdate(mctx, z.p, z.n) == 1 &&
	    EVP_DigestUpdate(mctx, info->p, info->n) == 1 &&
	    EVP_DigestFinal_ex(mctx, out, NULL) == 1;
}

/* n bytes out of Z. */
static CK_RV
expand_asn1(struct eng *e, const struct eng_par *par, struct bytes z,
    uint8_t *out, size_t n)
{
	KL_AUTO(md_ctx_freep) EVP_MD_CTX *mctx = EVP_MD_CTX_new();
	KL_AUTO(buf_done) struct buf info = { .p = NULL };
	EVP_MD *md = eng_md(e, par->kdf_md);
	size_t at = counter_offset(par->shared);
	WIPE_AUTO(block, EVP_MAX_MD_SIZE);
	uint32_t counter = 1;
	size_t size;

	if (md == NULL || at == 0)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "derive: this is no OtherInfo of X9.42");
	buf_put(&info, par->shared);
	if (mctx == NULL || buf_rv(&info) != CKR_OK ||
	    EVP_DigestInit_ex2(mctx, md, NULL) != 1)
		return CKR_HOST_MEMORY;
	for (size_t done = 0; done < n; done += size, counter++) {
		if (!asn1_block(mctx, z, &info, at, counter, block))
			return log_rv(CKR_DEVICE_ERROR, "derive: KDF failed");
		size = (size_t)EVP_MD_get_size(md);
		if (size > n - done)
			size = n - done;
		memcpy(out + done, block, size);
	}
	return CKR_OK;
}

CK_RV
derive_dh(struct eng *e, const struct eng_alg *alg, const struct eng_par *par,
    struct eng_key *key, size_t len, struct secret **out)
{
	KL_AUTO(secret_freep) struct secret *z = NULL;
	KL_AUTO(secret_freep) struct secret *s = NULL;
	CK_RV rv;

	if (ffc_type_name(key->type) == NULL || !key->private ||
	    strcmp(ffc_type_name(key->type), alg->mode) != 0)
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "derive: a key of another kind");
	if (par->kdf_md == NULL ? len > key->len : len == 0 || len > BUF_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "derive: %zu bytes cannot be had", len);
	if ((rv = agree(e, key, par->peer, &z)) != CKR_OK)
		return rv;
	if (len == 0)
		len = key->len;
	/* 3.2 section 6.4: the leading bytes go. */
	if (par->kdf_md == NULL)
		return secret_copy(bytes_of(secret_data(z) + key->len - len,
		    len), out);
	if ((rv = secret_new(len, &s)) != CKR_OK)
		return rv;
	rv = par->kdf_asn1 ?
	    expand_asn1(e, par, secret_view(z), secret_data(s), len) :
	    derive_expand(e, par, secret_view(z), secret_data(s), len);
	if (rv == CKR_OK)
		*out = KL_TAKE(s);
	return rv;
}
