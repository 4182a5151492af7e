/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of ML-KEM, ML-DSA and SLH-DSA (FIPS 203 to 205; 3.2 sections 6.67 to
 * 6.69): the parameter sets, making keys from their parts, and reading parts.
 *
 * The headers of libcrypto 3.0 know none of it: everything goes by the names
 * under which providers offer key types and parameters, so that the same
 * binary has what the libcrypto it meets has.
 *
 * Invariants of an accepted key:
 *  1. Its public half belongs to the private one, and the expanded private key
 *     to the seed where there is one.  libcrypto compares these itself for
 *     ML-KEM and ML-DSA; for SLH-DSA it believes anything, so that is asked
 *     for here.
 *  2. An ML-KEM public key has passed the modulus check (FIPS 203 section 7.2).
 *
 * No state; any thread.
 */
#include "crypto/key_int.h"

#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"
#include "crypto/der.h"

#define PARAM_SEED "seed"	/* not in libcrypto 3.0's headers */

/* 2.16.840.1.101.3.4.ARC.LEAF: nistAlgorithms, whole element. */
#define NIST_OID(arc, leaf)                                                    \
	{ .p = (const uint8_t[]){ DER_OID, 9, 0x60, 0x86, 0x48, 0x01, 0x65,    \
	  0x03, 0x04, (arc), (leaf) }, .n = 11 }

/* clang-format off */
static const struct pqc sets[] = {
	/* type       number  name       OID                 pub   priv  seed  signature */
	{ ENG_ML_KEM,  1, "ML-KEM-512",  NIST_OID(4, 1),      800, 1632, 64, 0 },
	{ ENG_ML_KEM,  2, "ML-KEM-768",  NIST_OID(4, 2),     1184, 2400, 64, 0 },
	{ ENG_ML_KEM,  3, "ML-KEM-1024", NIST_OID(4, 3),     1568, 3168, 64, 0 },
	{ ENG_ML_DSA,  1, "ML-DSA-44",   NIST_OID(3, 17),    1312, 2560, 32, 2420 },
	{ ENG_ML_DSA,  2, "ML-DSA-65",   NIST_OID(3, 18),    1952, 4032, 32, 3309 },
	{ ENG_ML_DSA,  3, "ML-DSA-87",   NIST_OID(3, 19),    2592, 4896, 32, 4627 },
	{ ENG_SLH_DSA,  1, "SLH-DSA-SHA2-128s",  NIST_OID(3, 20), 32,  64, 0,  7856 },
	{ ENG_SLH_DSA,  2, "SLH-DSA-SHAKE-128s", NIST_OID(3, 26), 32,  64, 0,  7856 },
	{ ENG_SLH_DSA,  3, "SLH-DSA-SHA2-128f",  NIST_OID(3, 21), 32,  64, 0, 17088 },
	{ ENG_SLH_DSA,  4, "SLH-DSA-SHAKE-128f", NIST_OID(3, 27), 32,  64, 0, 17088 },
	{ ENG_SLH_DSA,  5, "SLH-DSA-SHA2-192s",  NIST_OID(3, 22), 48,  96, 0, 16224 },
	{ ENG_SLH_DSA,  6, "SLH-DSA-SHAKE-192s", NIST_OID(3, 28), 48,  96, 0, 16224 },
	{ ENG_SLH_DSA,  7, "SLH-DSA-SHA2-192f",  NIST_OID(3, 23), 48,  96, 0, 35664 },
	{ ENG_SLH_DSA,  8, "SLH-DSA-SHAKE-192f", NIST_OID(3, 29), 48,  96, 0, 35664 },
	{ ENG_SLH_DSA,  9, "SLH-DSA-SHA2-256s",  NIST_OID(3, 24), 64, 128, 0, 29792 },
	{ ENG_SLH_DSA, 10, "SLH-DSA-SHAKE-256s", NIST_OID(3, 30), 64, 128, 0, 29792 },
	{ ENG_SLH_DSA, 11, "SLH-DSA-SHA2-256f",  NIST_OID(3, 25), 64, 128, 0, 49856 },
	{ ENG_SLH_DSA, 12, "SLH-DSA-SHAKE-256f", NIST_OID(3, 31), 64, 128, 0, 49856 },
};
/* clang-format on */

const struct pqc *
pqc_at(size_t i)
{
	return i < KL_COUNT(sets) ? &sets[i] : NULL;
}

const struct pqc *
pqc_by_oid(struct bytes oid)
{
	for (size_t i = 0; i < KL_COUNT(sets); i++)
		if (bytes_equal(sets[i].oid, oid))
			return &sets[i];
	return NULL;
}

CK_RV
pqc_find(struct eng *e, enum eng_type type, uint64_t set,
    const struct pqc **out)
{
	for (size_t i = 0; i < KL_COUNT(sets); i++) {
		if (sets[i].type != type || sets[i].set != set)
			continue;
		if (!eng_has_keymgmt(e, sets[i].name))
			break;
		*out = &sets[i];
		return CKR_OK;
	}
	return log_rv(CKR_PARAMETER_SET_NOT_SUPPORTED,
	    "key: no parameter set %llu here", (unsigned long long)set);
}

bool
pqc_can(struct eng *e, const char *family)
{
	for (size_t i = 0; i < KL_COUNT(sets); i++)
		if (strncmp(sets[i].name, family, strlen(family)) == 0 &&
		    eng_has_keymgmt(e, sets[i].name))
			return true;
	return false;
}

bool
key_is_pqc(enum eng_type type)
{
	return type == ENG_ML_KEM || type == ENG_ML_DSA || type == ENG_SLH_DSA;
}

/* The parameter set that parts name. */
static CK_RV
set_of(struct eng *e, enum eng_type type, struct bytes given,
    const struct pqc **out)
{
	struct bytes b = bytes_trim(given);
	uint64_t set = 0;

	if (given.n == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	for (size_t i = 0; i < b.n && i < sizeof(set); i++)
		set = set << 8 | b.p[i];
	return pqc_find(e, type, b.n > sizeof(set) ? 0 : set, out);
}

/* ----------------------------------------------------------------- making */

/* A part of the right length, or none, as a parameter. */
static CK_RV
add_part(struct bytes part, const char *name, size_t len, OSSL_PARAM *params,
    size_t *n)
{
	if (part.n == 0)
		return CKR_OK;
	if (part.n != len)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: %zu bytes of %s instead of %zu", part.n, name, len);
	params[(*n)++] = OSSL_PARAM_construct_octet_string(name,
	    (void *)(uintptr_t)part.p, part.n);
	return CKR_OK;
}

bool
key_fits_pqc(struct eng *e, const struct eng_key *key)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = key_ctx(e, key);

	return pctx != NULL && EVP_PKEY_pairwise_check(pctx) == 1;
}

/* What libcrypto leaves out for SLH-DSA: the halves belong together, and the
 * public one is that which was given. */
static CK_RV
check_slh(struct eng *e, const struct eng_key *key, struct bytes pub)
{
	KL_AUTO(secret_freep) struct secret *is = NULL;
	CK_RV rv;

	if (!key_fits_pqc(e, key))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: the halves of the %s key do not fit",
		    key->pqc->name);
	if (pub.n == 0)
		return CKR_OK;
	if ((rv = eng_key_part(e, key, PART_PUB, &is)) != CKR_OK)
		return rv;
	if (!bytes_equal(secret_view(is), pub))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: the public half is another key's");
	return CKR_OK;
}

void
key_set_pqc(struct eng_key *key, EVP_PKEY *pkey, const struct pqc *set)
{
	key->pkey = pkey;
	key->pqc = set;
	key->bits = set->pub * 8;
	key->len = set->sig;
}

CK_RV
key_import_pqc(struct eng *e, const struct eng_parts *parts, bool checked,
    struct eng_key *key)
{
	struct bytes seed = parts->part[PART_SEED];
	struct bytes priv = parts->part[PART_PRIV];
	struct bytes pub = parts->part[PART_PUB];
	const struct pqc *set;
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM params[4];
	size_t n = 0;
	CK_RV rv;

	if (!key->private)
		seed = priv = BYTES_NONE;
	if ((rv = set_of(e, key->type, parts->part[PART_SET], &set)) != CKR_OK)
		return rv;
	if (key->private ? seed.n + priv.n == 0 : pub.n == 0)
		return CKR_TEMPLATE_INCOMPLETE;
	if ((rv = add_part(seed, PARAM_SEED, set->seed, params, &n)) !=
	    CKR_OK ||
	    (rv = add_part(priv, OSSL_PKEY_PARAM_PRIV_KEY, set->priv, params,
	    &n)) != CKR_OK ||
	    (rv = add_part(pub, OSSL_PKEY_PARAM_PUB_KEY, set->pub, params,
	    &n)) != CKR_OK)
		return rv;
	params[n] = OSSL_PARAM_construct_end();
	if ((rv = key_from_params(e, set->name, key->private ?
	    EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params, &pkey)) != CKR_OK)
		return rv;
	key_set_pqc(key, pkey, set);
	if (set->type == ENG_SLH_DSA && key->private && !checked)
		return check_slh(e, key, pub);
	return CKR_OK;
}

/* ---------------------------------------------------------------- reading */

CK_RV
key_part_pqc(const struct eng_key *k, enum eng_part part, struct secret **out)
{
	uint8_t set[8];

	if (part == PART_SET) {
		for (size_t i = 0; i < sizeof(set); i++)
			set[i] = (uint8_t)(k->pqc->set >> (56 - 8 * i));
		return secret_copy(bytes_of(set, sizeof(set)), out);
	}
	if (part == PART_PUB)
		return key_part_octets(k, OSSL_PKEY_PARAM_PUB_KEY, out);
	if (part == PART_PRIV && k->private)
		return key_part_octets(k, OSSL_PKEY_PARAM_PRIV_KEY, out);
	if (part == PART_SEED && k->private && k->pqc->seed > 0)
		return key_part_octets(k, PARAM_SEED, out);
	return CKR_ATTRIBUTE_TYPE_INVALID;
}
