/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSA keys out of numbers: what is accepted, what is computed, and handing it
 * to libcrypto.
 *
 * Invariants of an accepted key:
 *  1. The modulus is odd and has rsa_min to 16384 bits; 3 <= e < n, e odd.
 *  2. A private key is 1 < d < n and undoes what e does; with p and q,
 *     n = p q, d e = 1 modulo p - 1 and q - 1, and the CRT numbers fit.
 *
 * No state; any thread.
 */
#include "crypto/key_int.h"

#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"

#define RSA_BITS_MAX 16384
/* libcrypto runs no longer exponents for moduli above this size. */
#define RSA_LONG_BITS 3072
#define RSA_LONG_EXP_BITS 64

#define NUMBERS (PART_QINV + 1)

/* The numbers by enum eng_part; NULL = absent.  All owned. */
struct rsa_numbers {
	BIGNUM *v[NUMBERS];
	BN_CTX *bn;
};

static void
rsa_numbers_done(struct rsa_numbers *num)
{
	for (size_t i = 0; i < NUMBERS; i++)
		BN_clear_free(num->v[i]);
	BN_CTX_free(num->bn);
}

/* A fresh number for secrets; NULL when out of memory. */
static BIGNUM *
secret_number(void)
{
	BIGNUM *bn = BN_secure_new();

	if (bn != NULL)
		BN_set_flags(bn, BN_FLG_CONSTTIME);
	return bn;
}

/* Copies the parts into numbers: the first two, or all for private keys. */
static CK_RV
rsa_read(struct eng *e, const struct eng_parts *parts, bool private,
    struct rsa_numbers *num)
{
	if ((num->bn = BN_CTX_secure_new_ex(eng_ctx(e))) == NULL)
		return CKR_HOST_MEMORY;
	for (size_t i = 0; i < (private ? NUMBERS : PART_D); i++) {
		struct bytes b = bytes_trim(parts->part[i]);

		if (parts->part[i].n == 0)
			continue;
		if (b.n > RSA_BITS_MAX / 8)
			return log_rv(i == PART_N ? CKR_KEY_SIZE_RANGE :
			    CKR_ATTRIBUTE_VALUE_INVALID, "key: RSA too long");
		num->v[i] = i < PART_D ? BN_new() : secret_number();
		if (num->v[i] == NULL ||
		    BN_bin2bn(b.p, (int)b.n, num->v[i]) == NULL)
			return CKR_HOST_MEMORY;
	}
	if (num->v[PART_N] == NULL ||
	    (private ? num->v[PART_D] == NULL : num->v[PART_E] == NULL))
		return CKR_TEMPLATE_INCOMPLETE;
	if ((num->v[PART_P] == NULL) != (num->v[PART_Q] == NULL))
		return log_rv(CKR_TEMPLATE_INCOMPLETE, "key: RSA half of p, q");
	if (num->v[PART_P] == NULL && (num->v[PART_DP] != NULL ||
	    num->v[PART_DQ] != NULL || num->v[PART_QINV] != NULL))
		return log_rv(CKR_TEMPLATE_INCOMPLETE, "key: RSA without p, q");
	return CKR_OK;
}

static CK_RV
rsa_check_modulus(struct eng *e, const BIGNUM *n)
{
	size_t bits = (size_t)BN_num_bits(n);

	if (bits < eng_rsa_min(e) || bits > RSA_BITS_MAX)
		return log_rv(CKR_KEY_SIZE_RANGE, "key: RSA of %zu bits", bits);
	if (!BN_is_odd(n))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: RSA modulus is even");
	return CKR_OK;
}

static CK_RV
rsa_check_exponent(const BIGNUM *n, const BIGNUM *exp)
{
	if (!BN_is_odd(exp) || BN_is_one(exp) || BN_cmp(exp, n) >= 0 ||
	    (BN_num_bits(n) > RSA_LONG_BITS &&
	    BN_num_bits(exp) > RSA_LONG_EXP_BITS))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: RSA public exponent not usable");
	return CKR_OK;
}

/*
 * Finds e for a private key that came without: 3.2 section 6.1.3 lets it
 * be absent, but blinding and checking need it.
 */
static CK_RV
rsa_find_exponent(struct rsa_numbers *num)
{
	static const uint64_t usual[] = { 0x10001, 3, 17, 5, 7, 11, 13, 35, 37,
	    41, 257, 0x100000001 };
	KL_AUTO(bn_freep) BIGNUM *two = BN_new();
	KL_AUTO(bn_freep) BIGNUM *s = BN_new();
	KL_AUTO(bn_freep) BIGNUM *back = BN_new();
	KL_AUTO(bn_freep) BIGNUM *exp = BN_new();
	const BIGNUM *n = num->v[PART_N];

	if (two == NULL || s == NULL || back == NULL || exp == NULL ||
	    BN_set_word(two, 2) != 1)
		return CKR_HOST_MEMORY;
	if (BN_mod_exp(s, two, num->v[PART_D], n, num->bn) != 1)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	for (size_t i = 0; i < KL_COUNT(usual); i++) {
		if (BN_set_word(exp, usual[i]) != 1)
			return CKR_HOST_MEMORY;
		if (BN_mod_exp(back, s, exp, n, num->bn) != 1)
			return CKR_ATTRIBUTE_VALUE_INVALID;
		if (BN_cmp(back, two) == 0) {
			num->v[PART_E] = KL_TAKE(exp);
			return CKR_OK;
		}
	}
	return log_rv(CKR_TEMPLATE_INCOMPLETE,
	    "key: RSA private key needs its public exponent");
}

/* Computes value = d mod (prime - 1), or checks the one that is there; and
 * that d e = 1 modulo prime - 1. */
static CK_RV
rsa_crt_exponent(struct rsa_numbers *num, const BIGNUM *prime, BIGNUM **value)
{
	KL_AUTO(bn_freep) BIGNUM *less = secret_number();
	KL_AUTO(bn_freep) BIGNUM *got = secret_number();
	KL_AUTO(bn_freep) BIGNUM *one = secret_number();

	if (less == NULL || got == NULL || one == NULL ||
	    BN_sub(less, prime, BN_value_one()) != 1 ||
	    BN_nnmod(got, num->v[PART_D], less, num->bn) != 1 ||
	    BN_mod_mul(one, got, num->v[PART_E], less, num->bn) != 1)
		return CKR_HOST_MEMORY;
	if (!BN_is_one(one) || (*value != NULL && BN_cmp(*value, got) != 0))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: RSA exponents do not fit each other");
	if (*value == NULL)
		*value = KL_TAKE(got);
	return CKR_OK;
}

/* The inverse of q modulo p. */
static CK_RV
rsa_crt_coefficient(struct rsa_numbers *num)
{
	KL_AUTO(bn_freep) BIGNUM *got = secret_number();

	if (got == NULL)
		return CKR_HOST_MEMORY;
	if (BN_mod_inverse(got, num->v[PART_Q], num->v[PART_P], num->bn) ==
	    NULL)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: RSA primes are not prime to each other");
	if (num->v[PART_QINV] != NULL && BN_cmp(got, num->v[PART_QINV]) != 0)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: RSA coefficient does not fit");
	if (num->v[PART_QINV] == NULL)
		num->v[PART_QINV] = KL_TAKE(got);
	return CKR_OK;
}

/* Checks n = p q and the CRT numbers; computes those that are absent. */
static CK_RV
rsa_check_primes(struct rsa_numbers *num)
{
	KL_AUTO(bn_freep) BIGNUM *n = secret_number();
	const BIGNUM *p = num->v[PART_P];
	const BIGNUM *q = num->v[PART_Q];
	CK_RV rv;

	if (n == NULL || BN_mul(n, p, q, num->bn) != 1)
		return CKR_HOST_MEMORY;
	if (BN_is_one(p) || BN_is_one(q) || BN_cmp(p, q) == 0 ||
	    BN_cmp(n, num->v[PART_N]) != 0)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: RSA primes do not fit the modulus");
	if ((rv = rsa_crt_exponent(num, p, &num->v[PART_DP])) != CKR_OK ||
	    (rv = rsa_crt_exponent(num, q, &num->v[PART_DQ])) != CKR_OK)
		return rv;
	return rsa_crt_coefficient(num);
}

/* The checks and completions that cost little or are needed anyway. */
static CK_RV
rsa_complete(struct eng *e, struct rsa_numbers *num, bool checked)
{
	BIGNUM *const *v = num->v;
	bool crt = v[PART_P] != NULL;
	CK_RV rv;

	if ((rv = rsa_check_modulus(e, v[PART_N])) != CKR_OK)
		return rv;
	if (v[PART_D] != NULL && (BN_is_zero(v[PART_D]) ||
	    BN_is_one(v[PART_D]) || BN_cmp(v[PART_D], v[PART_N]) >= 0))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: RSA private exponent out of range");
	if (v[PART_E] == NULL && (rv = rsa_find_exponent(num)) != CKR_OK)
		return rv;
	if ((rv = rsa_check_exponent(v[PART_N], v[PART_E])) != CKR_OK)
		return rv;
	if (crt && (!checked || v[PART_DP] == NULL || v[PART_DQ] == NULL ||
	    v[PART_QINV] == NULL))
		return rsa_check_primes(num);
	return CKR_OK;
}

const char *
key_rsa_name(enum eng_part part)
{
	static const char *const names[NUMBERS] = {
		[PART_N] = OSSL_PKEY_PARAM_RSA_N,
		[PART_E] = OSSL_PKEY_PARAM_RSA_E,
		[PART_D] = OSSL_PKEY_PARAM_RSA_D,
		[PART_P] = OSSL_PKEY_PARAM_RSA_FACTOR1,
		[PART_Q] = OSSL_PKEY_PARAM_RSA_FACTOR2,
		[PART_DP] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
		[PART_DQ] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
		[PART_QINV] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
	};

	return part < NUMBERS ? names[part] : NULL;
}

/* One parameter out of one number; the bytes go to room. */
static OSSL_PARAM
rsa_param(enum eng_part part, const BIGNUM *bn, uint8_t *room)
{
	int n = BN_num_bytes(bn);

	(void)BN_bn2nativepad(bn, room, n); /* n bytes: always fits */
	return OSSL_PARAM_construct_BN(key_rsa_name(part), room, (size_t)n);
}

static CK_RV
rsa_build(struct eng *e, const struct rsa_numbers *num, EVP_PKEY **out)
{
	KL_AUTO(secret_freep) struct secret *room = NULL;
	OSSL_PARAM params[NUMBERS + 1];
	size_t used = 0;
	size_t count = 0;
	CK_RV rv;

	if ((rv = secret_new(NUMBERS * (RSA_BITS_MAX / 8), &room)) != CKR_OK)
		return rv;
	for (size_t i = 0; i < NUMBERS; i++) {
		if (num->v[i] == NULL)
			continue;
		params[count++] = rsa_param((enum eng_part)i, num->v[i],
		    secret_data(room) + used);
		used += (size_t)BN_num_bytes(num->v[i]);
	}
	params[count] = OSSL_PARAM_construct_end();
	return key_from_params(e, "RSA", num->v[PART_D] != NULL ?
	    EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params, out);
}

CK_RV
key_probe_rsa(struct eng *e, EVP_PKEY *pkey, size_t len)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new_from_pkey(
	    eng_ctx(e), pkey, eng_props(e));
	KL_AUTO(secret_freep) struct secret *sig = NULL;
	static const uint8_t block[] = "kluis: pairwise check";
	CK_RV rv;

	if (pctx == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = secret_new(len, &sig)) != CKR_OK)
		return rv;
	if (EVP_PKEY_sign_init(pctx) != 1 ||
	    EVP_PKEY_sign(pctx, secret_data(sig), &len, block,
	    sizeof(block)) != 1 ||
	    EVP_PKEY_verify_init(pctx) != 1 ||
	    EVP_PKEY_verify(pctx, secret_data(sig), len, block,
	    sizeof(block)) != 1)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "key: RSA halves do not fit each other");
	return CKR_OK;
}

CK_RV
key_check_rsa(struct eng *e, const struct eng_parts *parts)
{
	KL_AUTO(rsa_numbers_done) struct rsa_numbers num = { .bn = NULL };
	CK_RV rv;

	if ((rv = rsa_read(e, parts, true, &num)) != CKR_OK)
		return rv;
	return rsa_complete(e, &num, false);
}

CK_RV
key_import_rsa(struct eng *e, const struct eng_parts *parts, bool checked,
    struct eng_key *key)
{
	KL_AUTO(rsa_numbers_done) struct rsa_numbers num = { .bn = NULL };
	EVP_PKEY *pkey = NULL;
	CK_RV rv;

	if ((rv = rsa_read(e, parts, key->private, &num)) != CKR_OK)
		return rv;
	if ((rv = rsa_complete(e, &num, checked)) != CKR_OK)
		return rv;
	if ((rv = rsa_build(e, &num, &pkey)) != CKR_OK)
		return rv;
	key_set_rsa(key, pkey);
	if (!key->private || checked)
		return CKR_OK;
	return key_probe_rsa(e, pkey, key->len);
}
