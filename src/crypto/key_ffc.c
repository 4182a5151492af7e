/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DSA, DH (PKCS#3) and X9.42 DH keys and domain parameters out of numbers:
 * what is accepted, what is computed, and handing it to libcrypto.
 *
 * Invariants of what was accepted:
 *  1. p and q have lengths that FIPS 186-4 (DSA), 3.2 section 6.4 (X9.42) or
 *     this file (DH) allow, and no fewer bits than the configuration's rsa-min.
 *  2. q divides p - 1 and is the order of g; a DH group has a safe prime or is
 *     one that libcrypto knows by name.
 *  3. The public value is in the group; a private value is in 1..q-1 (DH:
 *     1..p-2, or as many bits as are told) and has its public value beside it.
 *
 * No state; any thread.
 */
#include "crypto/ffc_int.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "base/log.h"

#define DSA_BITS_MIN 1024	/* FIPS 186-4 section 4.2, whatever rsa-min is */
#define NAME_MAX_LEN 64

void
ffc_done(struct ffc *f)
{
	BN_free(f->p);
	BN_free(f->q);
	BN_free(f->g);
	BN_free(f->y);
	BN_clear_free(f->x);
	BN_CTX_free(f->bn);
	*f = (struct ffc){ .p = NULL };
}

const char *
ffc_type_name(enum eng_type type)
{
	return type == ENG_DSA ? "DSA" : type == ENG_DH ? "DH" :
	    type == ENG_X942 ? "DHX" : NULL;
}

const char *
key_ffc_name(enum eng_part part)
{
	switch (part) {
	case PART_PRIME:
		return OSSL_PKEY_PARAM_FFC_P;
	case PART_SUBPRIME:
		return OSSL_PKEY_PARAM_FFC_Q;
	case PART_BASE:
		return OSSL_PKEY_PARAM_FFC_G;
	case PART_PUB:
		return OSSL_PKEY_PARAM_PUB_KEY;
	case PART_PRIV:
		return OSSL_PKEY_PARAM_PRIV_KEY;
	default:
		return NULL;
	}
}

/* --------------------------------------------------------------- reading */

/* One number into *out, which stays NULL when the part is absent. */
static CK_RV
ffc_number(struct bytes given, bool secret, BIGNUM **out)
{
	struct bytes b = bytes_trim(given);

	if (given.n == 0)
		return CKR_OK;
	if (b.n > FFC_BITS_MAX / 8)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: a number of %zu bytes", b.n);
	if ((*out = secret ? BN_secure_new() : BN_new()) == NULL)
		return CKR_HOST_MEMORY;
	if (secret)
		BN_set_flags(*out, BN_FLG_CONSTTIME);
	return BN_bin2bn(b.p, (int)b.n, *out) != NULL ? CKR_OK :
	    CKR_HOST_MEMORY;
}

/* Lengths of p and q that go together (FIPS 186-4 section 4.2). */
static bool
dsa_sizes(size_t p, size_t q)
{
	return (p == 1024 && q == 160) || (p == 2048 && q == 224) ||
	    (p == 2048 && q == 256) || (p == 3072 && q == 256);
}

/* 3.2 section 6.4: p in steps of 256 bits; q no weaker than DSA's. */
static bool
x942_sizes(size_t p, size_t q)
{
	return p % 256 == 0 && q >= (p < 2048 ? 160u : 224u) && q < p;
}

CK_RV
ffc_check_sizes(struct eng *e, enum eng_type type, size_t p, size_t q)
{
	if (p < DSA_BITS_MIN || p < eng_rsa_min(e) || p > FFC_BITS_MAX ||
	    (type == ENG_DSA && !dsa_sizes(p, q)) ||
	    (type == ENG_X942 && !x942_sizes(p, q)))
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "key: %s with a prime of %zu and a subprime of %zu bits",
		    ffc_type_name(type), p, q);
	return CKR_OK;
}

CK_RV
ffc_read(struct eng *e, enum eng_type type, const struct eng_parts *parts,
    struct ffc *f)
{
	const struct bytes *v = parts->part;
	CK_RV rv;

	if ((f->bn = BN_CTX_secure_new_ex(eng_ctx(e))) == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = ffc_number(v[PART_PRIME], false, &f->p)) != CKR_OK ||
	    (type != ENG_DH && (rv = ffc_number(v[PART_SUBPRIME], false,
	    &f->q)) != CKR_OK) ||
	    (rv = ffc_number(v[PART_BASE], false, &f->g)) != CKR_OK ||
	    (rv = ffc_number(v[PART_PUB], false, &f->y)) != CKR_OK ||
	    (rv = ffc_number(v[PART_PRIV], true, &f->x)) != CKR_OK)
		return rv;
	if (f->p == NULL || (type != ENG_DH && f->q == NULL))
		return CKR_TEMPLATE_INCOMPLETE;
	return ffc_check_sizes(e, type, (size_t)BN_num_bits(f->p),
	    f->q != NULL ? (size_t)BN_num_bits(f->q) : 0);
}

/* -------------------------------------------------------------- checking */

/* 1 < n < p - 1 */
static bool
in_range(const struct ffc *f, const BIGNUM *n, BIGNUM *scratch)
{
	return BN_copy(scratch, f->p) != NULL && BN_sub_word(scratch, 1) == 1 &&
	    !BN_is_zero(n) && !BN_is_one(n) && BN_cmp(n, scratch) < 0;
}

/* n to the power of q is 1 modulo p. */
static bool
of_order(const struct ffc *f, const BIGNUM *n, BIGNUM *scratch)
{
	return BN_mod_exp(scratch, n, f->q, f->p, f->bn) == 1 &&
	    BN_is_one(scratch);
}

/* p and q are prime and q divides p - 1. */
static bool
primes_fit(const struct ffc *f, BIGNUM *scratch)
{
	return BN_is_odd(f->p) && BN_is_odd(f->q) &&
	    BN_mod(scratch, f->p, f->q, f->bn) == 1 && BN_is_one(scratch) &&
	    BN_check_prime(f->q, f->bn, NULL) == 1 &&
	    BN_check_prime(f->p, f->bn, NULL) == 1;
}

/* p and (p - 1) / 2 are prime. */
static bool
is_safe(const struct ffc *f, BIGNUM *scratch)
{
	return BN_is_odd(f->p) && BN_rshift1(scratch, f->p) == 1 &&
	    BN_check_prime(scratch, f->bn, NULL) == 1 &&
	    BN_check_prime(f->p, f->bn, NULL) == 1;
}

/* Whether libcrypto knows the group by name; fills in q when it does. */
static CK_RV
known_group(struct eng *e, enum eng_type type, struct ffc *f, bool *known)
{
	KL_AUTO(pkey_freep) EVP_PKEY *pkey = NULL;
	struct ffc group = { .p = f->p, .q = f->q, .g = f->g };
	char name[NAME_MAX_LEN] = "";
	CK_RV rv;

	*known = false;
	if (type == ENG_DSA || f->g == NULL)
		return CKR_OK;
	if ((rv = ffc_build(e, type, &group, BYTES_NONE, &pkey)) != CKR_OK)
		return rv;
	*known = EVP_PKEY_get_utf8_string_param(pkey,
	    OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof(name), NULL) == 1 &&
	    name[0] != '\0';
	if (*known && f->q == NULL &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_FFC_Q, &f->q) != 1)
		return log_rv(CKR_DEVICE_ERROR, "key: %s without its order",
		    name);
	return CKR_OK;
}

CK_RV
ffc_check_group(struct eng *e, enum eng_type type, struct ffc *f)
{
	KL_AUTO(bn_freep) BIGNUM *scratch = BN_new();
	bool known, ok;
	CK_RV rv;

	if (scratch == NULL)
		return CKR_HOST_MEMORY;
	if (f->g != NULL && !in_range(f, f->g, scratch))
		return log_rv(CKR_DOMAIN_PARAMS_INVALID,
		    "key: %s with a base out of range", ffc_type_name(type));
	if ((rv = known_group(e, type, f, &known)) != CKR_OK)
		return rv;
	if (known)
		return CKR_OK;
	ok = type == ENG_DH ? is_safe(f, scratch) :
	    primes_fit(f, scratch) &&
	    (f->g == NULL || of_order(f, f->g, scratch));
	return ok ? CKR_OK : log_rv(CKR_DOMAIN_PARAMS_INVALID,
	    "key: these numbers are no group for %s", ffc_type_name(type));
}

CK_RV
ffc_check_public(const struct ffc *f, const BIGNUM *y)
{
	KL_AUTO(bn_freep) BIGNUM *scratch = BN_new();
	bool ok;

	if (scratch == NULL)
		return CKR_HOST_MEMORY;
	ok = in_range(f, y, scratch);
	if (ok && f->q != NULL)
		ok = of_order(f, y, scratch);
	else if (ok && BN_kronecker(f->g, f->p, f->bn) == 1)
		ok = BN_kronecker(y, f->p, f->bn) == 1;
	return ok ? CKR_OK : log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
	    "key: the public value is not in the group");
}

/* 0 < x < q, or < p - 1 where there is no q. */
static CK_RV
check_private(const struct ffc *f)
{
	KL_AUTO(bn_freep) BIGNUM *end = BN_dup(f->q != NULL ? f->q : f->p);

	if (end == NULL || (f->q == NULL && BN_sub_word(end, 1) != 1))
		return CKR_HOST_MEMORY;
	if (BN_is_zero(f->x) || BN_cmp(f->x, end) >= 0)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: the private value is out of range");
	return CKR_OK;
}

/* -------------------------------------------------------------- building */

struct builder {
	OSSL_PARAM_BLD *bld;
	OSSL_PARAM *params;
};

static void
builder_done(struct builder *b)
{
	OSSL_PARAM_BLD_free(b->bld);
	OSSL_PARAM_free(b->params);	/* clears what was pushed as secret */
}

static bool
push(struct builder *b, const char *name, const BIGNUM *n)
{
	return n == NULL || OSSL_PARAM_BLD_push_BN(b->bld, name, n) == 1;
}

CK_RV
ffc_build(struct eng *e, enum eng_type type, const struct ffc *f,
    struct bytes seed, EVP_PKEY **out)
{
	KL_AUTO(builder_done) struct builder b = {
		.bld = OSSL_PARAM_BLD_new()
	};
	int selection = f->x != NULL ? EVP_PKEY_KEYPAIR :
	    f->y != NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEY_PARAMETERS;

	if (b.bld == NULL || !push(&b, OSSL_PKEY_PARAM_FFC_P, f->p) ||
	    /* of a DH group that it knows, libcrypto finds the order itself */
	    (type != ENG_DH && !push(&b, OSSL_PKEY_PARAM_FFC_Q, f->q)) ||
	    !push(&b, OSSL_PKEY_PARAM_FFC_G, f->g) ||
	    !push(&b, OSSL_PKEY_PARAM_PUB_KEY, f->y) ||
	    !push(&b, OSSL_PKEY_PARAM_PRIV_KEY, f->x) ||
	    (seed.n != 0 && OSSL_PARAM_BLD_push_octet_string(b.bld,
	    OSSL_PKEY_PARAM_FFC_SEED, seed.p, seed.n) != 1) ||
	    (b.params = OSSL_PARAM_BLD_to_param(b.bld)) == NULL)
		return CKR_HOST_MEMORY;
	return key_from_params(e, ffc_type_name(type), selection, b.params,
	    out);
}

CK_RV
key_set_ffc(struct eng_key *key, EVP_PKEY *pkey)
{
	KL_AUTO(bn_freep) BIGNUM *p = NULL;
	KL_AUTO(bn_freep) BIGNUM *q = NULL;

	key->pkey = pkey;
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_FFC_P, &p) != 1 ||
	    (key->type != ENG_DH &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_FFC_Q, &q) != 1))
		return log_rv(CKR_DEVICE_ERROR, "key: a %s key gives no prime",
		    ffc_type_name(key->type));
	key->bits = (size_t)BN_num_bits(p);
	key->len = (key->bits + 7) / 8;
	key->order = q != NULL ? (size_t)BN_num_bytes(q) : 0;
	return CKR_OK;
}

/* Both halves, checked or trusted; y of a private key is computed. */
static CK_RV
check_halves(struct eng *e, const struct eng_key *key, bool checked,
    struct ffc *f)
{
	CK_RV rv;

	if (f->g == NULL || (key->private ? f->x : f->y) == NULL)
		return CKR_TEMPLATE_INCOMPLETE;
	if (!checked && (rv = ffc_check_group(e, key->type, f)) != CKR_OK)
		return rv;
	if (!key->private)
		return checked ? CKR_OK : ffc_check_public(f, f->y);
	if (!checked && (rv = check_private(f)) != CKR_OK)
		return rv;
	BN_free(f->y);
	if ((f->y = BN_new()) == NULL)
		return CKR_HOST_MEMORY;
	return BN_mod_exp_mont_consttime(f->y, f->g, f->x, f->p, f->bn, NULL)
	    == 1 ? CKR_OK : CKR_HOST_MEMORY;
}

CK_RV
key_import_ffc(struct eng *e, const struct eng_parts *parts, bool checked,
    struct eng_key *key)
{
	KL_AUTO(ffc_done) struct ffc f = { .p = NULL };
	EVP_PKEY *pkey = NULL;
	CK_RV rv;

	if ((rv = ffc_read(e, key->type, parts, &f)) != CKR_OK ||
	    (rv = check_halves(e, key, checked, &f)) != CKR_OK)
		return rv;
	if ((rv = ffc_build(e, key->type, &f, BYTES_NONE, &pkey)) != CKR_OK)
		return rv;
	return key_set_ffc(key, pkey);
}

CK_RV
eng_params_import(struct eng *e, enum eng_type type,
    const struct eng_parts *parts, struct eng_key **out)
{
	ENG_MARK;
	KL_AUTO(eng_key_putp) struct eng_key *key = key_new(type, false);
	KL_AUTO(ffc_done) struct ffc f = { .p = NULL };
	struct eng_parts group = { .part[PART_PRIME] = parts->part[PART_PRIME],
		.part[PART_SUBPRIME] = parts->part[PART_SUBPRIME],
		.part[PART_BASE] = parts->part[PART_BASE] };
	EVP_PKEY *pkey = NULL;
	CK_RV rv;

	KL_ASSERT(ffc_type_name(type) != NULL);
	if (key == NULL)
		return CKR_HOST_MEMORY;
	if (eng_ctx(e) == NULL)
		return CKR_GENERAL_ERROR;
	if ((rv = ffc_read(e, type, &group, &f)) != CKR_OK)
		return rv;
	if (f.g == NULL)
		return CKR_TEMPLATE_INCOMPLETE;
	if ((rv = ffc_check_group(e, type, &f)) != CKR_OK)
		return rv;
	if ((rv = ffc_build(e, type, &f, BYTES_NONE, &pkey)) != CKR_OK ||
	    (rv = key_set_ffc(key, pkey)) != CKR_OK)
		return rv;
	*out = KL_TAKE(key);
	return CKR_OK;
}
