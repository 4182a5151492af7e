/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys: making them from parts, counting references, reading parts back, and
 * check values.  What is special to a type stands in key_rsa.c, key_curve.c,
 * key_ffc.c, key_pqc.c.
 *
 * Invariants:
 *  1. A key does not change once it was handed out, so it needs no lock;
 *     libcrypto's own caches in an EVP_PKEY are safe between threads, and so
 *     are what derive.c keeps in a key and `unproved`, which is only cleared.
 *  2. value is set for ENG_SECRET, pkey for all others, curve and point for
 *     EC, ED and MONT, pqc for ML_KEM, ML_DSA and SLH_DSA.
 *  3. A private key always holds its public half.
 */
#include "crypto/key_int.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"
#include "crypto/cipher_int.h"
#include "crypto/ffc_int.h"

#define SHA1_LEN 20

struct eng_key *
key_new(enum eng_type type, bool private)
{
	struct eng_key *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	atomic_init(&k->refs, 1);
	k->type = type;
	k->private = private;
	return k;
}

struct eng_key *
eng_key_get(struct eng_key *k)
{
	(void)atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
	return k;
}

void
eng_key_put(struct eng_key *k)
{
	if (k == NULL ||
	    atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) != 1)
		return;
	secret_free(k->value);
	if (!eng_gone()) {
		derive_forget(k);
		EVP_PKEY_free(k->pkey);
	}
	free(k);
}

void
eng_key_putp(struct eng_key **k)
{
	eng_key_put(*k);
	*k = NULL;
}

enum eng_type
eng_key_type(const struct eng_key *k)
{
	return k->type;
}

bool
eng_key_private(const struct eng_key *k)
{
	return k->private;
}

size_t
eng_key_bits(const struct eng_key *k)
{
	return k->bits;
}

EVP_PKEY_CTX *
key_ctx(struct eng *e, const struct eng_key *key)
{
	return EVP_PKEY_CTX_new_from_pkey(eng_ctx(e), key->pkey, eng_props(e));
}

/*
 * Names under which libcrypto's own tables do not know the type: a host that
 * made an engine the default for keys (libp11 does) would otherwise have
 * EVP_PKEY_CTX_new_from_name hand our keys to that engine, whatever the
 * library context, and through it back to us.
 */
static const struct {
	const char *name, *oid;
} type_oids[] = {
	{ "RSA", "1.2.840.113549.1.1.1" },
	{ "EC", "1.2.840.10045.2.1" },
	{ "DSA", "1.2.840.10040.4.1" },
	{ "DH", "1.2.840.113549.1.3.1" },
	{ "DHX", "1.2.840.10046.2.1" },
	{ "X25519", "1.3.101.110" },
	{ "X448", "1.3.101.111" },
	{ "ED25519", "1.3.101.112" },
	{ "ED448", "1.3.101.113" },
};

EVP_PKEY_CTX *
key_ctx_of(struct eng *e, const char *type)
{
	OSSL_LIB_CTX *ctx = eng_ctx(e);

	for (size_t i = 0; i < KL_COUNT(type_oids); i++)
		if (strcmp(type_oids[i].name, type) == 0)
			type = type_oids[i].oid;
	return ctx == NULL ? NULL :
	    EVP_PKEY_CTX_new_from_name(ctx, type, eng_props(e));
}

CK_RV
key_from_params(struct eng *e, const char *type, int selection,
    OSSL_PARAM *params, EVP_PKEY **out)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	EVP_PKEY *pkey = NULL;

	if (eng_ctx(e) == NULL)
		return CKR_GENERAL_ERROR;
	pctx = key_ctx_of(e, type);
	if (pctx == NULL || EVP_PKEY_fromdata_init(pctx) != 1)
		return log_rv(CKR_DEVICE_ERROR, "key: no %s here", type);
	if (EVP_PKEY_fromdata(pctx, &pkey, selection, params) != 1)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: libcrypto does not take this %s key", type);
	*out = pkey;
	return CKR_OK;
}

void
key_set_rsa(struct eng_key *key, EVP_PKEY *pkey)
{
	key->pkey = pkey;
	key->bits = (size_t)EVP_PKEY_get_bits(pkey);
	key->len = (key->bits + 7) / 8;
}

CK_RV
key_set_curve(struct eng_key *key, EVP_PKEY *pkey, const struct curve *c)
{
	key->pkey = pkey;
	key->curve = c;
	key->bits = c->bits;
	if (EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY,
	    key->point, sizeof(key->point), &key->point_n) != 1)
		return log_rv(CKR_DEVICE_ERROR, "key: a %s key gives no point",
		    c->name);
	return CKR_OK;
}

static CK_RV
key_import_secret(const struct eng_parts *parts, struct eng_key *key)
{
	struct bytes value = parts->part[PART_VALUE];

	if (value.n == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	key->bits = value.n * 8;
	return secret_copy(value, &key->value);
}

/* eng_key_import and, with checked set, eng_key_load. */
static CK_RV
key_make(struct eng *e, struct eng_key *key, const struct eng_parts *parts,
    bool checked)
{
	ENG_MARK;

	if (key->type == ENG_SECRET)
		return key_import_secret(parts, key);
	if (eng_ctx(e) == NULL)
		return CKR_GENERAL_ERROR;
	if (key->type == ENG_RSA)
		return key_import_rsa(e, parts, checked, key);
	if (key_is_pqc(key->type))
		return key_import_pqc(e, parts, checked, key);
	if (ffc_type_name(key->type) != NULL)
		return key_import_ffc(e, parts, checked, key);
	return key_import_curve(e, parts, checked, key);
}

CK_RV
eng_key_import(struct eng *e, enum eng_type type, bool private,
    const struct eng_parts *parts, struct eng_key **out)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = key_new(type,
	    private || type == ENG_SECRET);
	CK_RV rv;

	KL_ASSERT(type < ENG_TYPES);
	if (key == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = key_make(e, key, parts, false)) != CKR_OK)
		return rv;
	*out = KL_TAKE(key);
	return CKR_OK;
}

CK_RV
eng_key_load(struct eng *e, enum eng_type type, bool private,
    const struct eng_parts *parts, struct eng_key **out)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = key_new(type,
	    private || type == ENG_SECRET);
	CK_RV rv;

	KL_ASSERT(type < ENG_TYPES);
	if (key == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = key_make(e, key, parts, true)) != CKR_OK)
		return rv;
	*out = KL_TAKE(key);
	return CKR_OK;
}

/* ----------------------------------------------------------------- parts */

/* A number of the key; min: bytes to fill up with leading zeros. */
static CK_RV
part_number(const struct eng_key *k, const char *name, size_t min,
    struct secret **out)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	KL_AUTO(bn_freep) BIGNUM *bn = NULL;
	size_t n;
	CK_RV rv;

	if (EVP_PKEY_get_bn_param(k->pkey, name, &bn) != 1)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	n = (size_t)BN_num_bytes(bn);
	if (n < min)
		n = min;
	if ((rv = secret_new(n, &s)) != CKR_OK)
		return rv;
	if (BN_bn2binpad(bn, secret_data(s), (int)n) != (int)n)
		return CKR_DEVICE_ERROR;
	*out = KL_TAKE(s);
	return CKR_OK;
}

CK_RV
key_part_octets(const struct eng_key *k, const char *name, struct secret **out)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	size_t n = 0;
	CK_RV rv;

	if (EVP_PKEY_get_octet_string_param(k->pkey, name, NULL, 0, &n) != 1 ||
	    n == 0)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if ((rv = secret_new(n, &s)) != CKR_OK)
		return rv;
	if (EVP_PKEY_get_octet_string_param(k->pkey, name, secret_data(s), n,
	    &n) != 1)
		return CKR_DEVICE_ERROR;
	*out = KL_TAKE(s);
	return CKR_OK;
}

static CK_RV
part_of_curve(const struct eng_key *k, enum eng_part part, struct secret **out)
{
	if (part == PART_CURVE)
		return secret_copy(k->curve->oid, out);
	if (part == PART_POINT)
		return secret_copy(bytes_of(k->point, k->point_n), out);
	if (part != PART_PRIV || !k->private)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if (k->type == ENG_EC)
		return part_number(k, OSSL_PKEY_PARAM_PRIV_KEY,
		    k->curve->priv, out);
	return key_part_octets(k, OSSL_PKEY_PARAM_PRIV_KEY, out);
}

static CK_RV
part_of_ffc(const struct eng_key *k, enum eng_part part, struct secret **out)
{
	if (part == PART_SEED)
		return key_part_octets(k, OSSL_PKEY_PARAM_FFC_SEED, out);
	if (key_ffc_name(part) == NULL || (part == PART_PRIV && !k->private))
		return CKR_ATTRIBUTE_TYPE_INVALID;
	return part_number(k, key_ffc_name(part), 0, out);
}

CK_RV
eng_key_part(struct eng *e, const struct eng_key *k, enum eng_part part,
    struct secret **out)
{
	ENG_MARK;

	(void)e; /* the key knows its provider */
	if (k->type == ENG_SECRET) {
		if (part != PART_VALUE)
			return CKR_ATTRIBUTE_TYPE_INVALID;
		return secret_copy(secret_view(k->value), out);
	}
	if (key_is_pqc(k->type))
		return key_part_pqc(k, part, out);
	if (ffc_type_name(k->type) != NULL)
		return part_of_ffc(k, part, out);
	if (k->type != ENG_RSA)
		return part_of_curve(k, part, out);
	if (key_rsa_name(part) == NULL || (part >= PART_D && !k->private))
		return CKR_ATTRIBUTE_TYPE_INVALID;
	return part_number(k, key_rsa_name(part), 0, out);
}

/* ---------------------------------------------------------- check values */

CK_RV
eng_sha1_prefix(struct eng *e, struct bytes data, uint8_t *out, size_t n)
{
	ENG_MARK;
	EVP_MD *md = eng_md(e, "SHA1");
	WIPE_AUTO(digest, SHA1_LEN);

	KL_ASSERT(n <= sizeof(digest));
	if (md == NULL || EVP_Digest(data.p, data.n, digest, NULL, md, NULL)
	    != 1)
		return log_rv(CKR_DEVICE_ERROR, "key: no SHA-1");
	memcpy(out, digest, n);
	return CKR_OK;
}

static void
cipher_ctx_freep(EVP_CIPHER_CTX **p)
{
	EVP_CIPHER_CTX_free(*p);
	*p = NULL;
}

/* The first bytes of a zero block under the key. */
static CK_RV
check_block(struct eng *e, const struct eng_key *k,
    const struct block_cipher *b, uint8_t out[3])
{
	KL_AUTO(cipher_ctx_freep) EVP_CIPHER_CTX *cc = EVP_CIPHER_CTX_new();
	static const uint8_t zero[AES_BLOCK];
	uint8_t block[2 * AES_BLOCK];
	struct bytes value;
	EVP_CIPHER *cipher;
	int n = 0;
	CK_RV rv;

	if (cc == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = block_key(e, b, k, "ECB", &cipher, &value)) != CKR_OK)
		return rv == CKR_MECHANISM_INVALID ? CKR_DEVICE_ERROR : rv;
	if (!block_start(cc, cipher, value, NULL, true) ||
	    EVP_CIPHER_CTX_set_padding(cc, 0) != 1 ||
	    EVP_EncryptUpdate(cc, block, &n, zero, (int)b->block) != 1 ||
	    (size_t)n != b->block)
		return log_rv(CKR_DEVICE_ERROR, "key: %s fails", b->name);
	memcpy(out, block, 3);
	return CKR_OK;
}

CK_RV
eng_key_check(struct eng *e, const struct eng_key *k, enum eng_cipher cipher,
    uint8_t out[3])
{
	ENG_MARK;

	if (k->type != ENG_SECRET)
		return CKR_KEY_TYPE_INCONSISTENT;
	if (cipher != ENG_CIPHERS && block_cipher(cipher)->only == NULL)
		return check_block(e, k, block_cipher(cipher), out);
	return eng_sha1_prefix(e, secret_view(k->value), out, 3);
}
