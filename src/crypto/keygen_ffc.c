/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making DSA, DH and X9.42 pairs and domain parameters.
 *
 * DH parameters of the sizes of RFC 7919 are its groups: a safe prime of 2048
 * bits takes libcrypto a minute, is no better than one that everybody can
 * check, and SP 800-56A approves only the latter.  X9.42 parameters are made as
 * DSA's are (FIPS 186-4 appendix A.1), which libcrypto does for more sizes.
 *
 * No state; any thread.
 */
#include "crypto/ffc_int.h"

#include <stdio.h>
#include <openssl/core_names.h>

#include "base/log.h"

#define PARAMS_MAX 6
#define PRIV_BITS_MIN 160	/* twice 80 bits of strength, as legacy has */

/* ----------------------------------------------------------------- pairs */

static CK_RV
pair_check(struct eng *e, const struct eng_key *key)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = key_ctx(e, key);

	if (pctx != NULL && EVP_PKEY_pairwise_check(pctx) == 1)
		return CKR_OK;
	return log_fail_rv(CKR_DEVICE_ERROR,
	    "keygen: a new %s pair does not fit", ffc_type_name(key->type));
}

/* A pair in a group that is given; 0 or the most bits of its private value. */
static CK_RV
generate_pair(struct eng *e, const struct eng_gen *spec, struct eng_key *key)
{
	KL_AUTO(ffc_done) struct ffc f = { .p = NULL };
	KL_AUTO(pkey_freep) EVP_PKEY *group = NULL;
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	int priv_bits = (int)spec->priv_bits;
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_DH_PRIV_LEN,
		    &priv_bits),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *pkey = NULL;
	CK_RV rv;

	if ((rv = ffc_read(e, spec->type, &spec->group, &f)) != CKR_OK)
		return rv;
	if (f.g == NULL)
		return CKR_TEMPLATE_INCOMPLETE;
	if (spec->priv_bits != 0 && (spec->priv_bits < PRIV_BITS_MIN ||
	    spec->priv_bits >= (size_t)BN_num_bits(f.p)))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "keygen: a private value of %zu bits", spec->priv_bits);
	if ((rv = ffc_check_group(e, spec->type, &f)) != CKR_OK ||
	    (rv = ffc_build(e, spec->type, &f, BYTES_NONE, &group)) != CKR_OK)
		return rv;
	pctx = EVP_PKEY_CTX_new_from_pkey(eng_ctx(e), group, eng_props(e));
	if (pctx == NULL)
		return CKR_HOST_MEMORY;
	/* A group known by name demands bits enough for its strength. */
	if (EVP_PKEY_keygen_init(pctx) != 1 ||
	    (priv_bits != 0 && EVP_PKEY_CTX_set_params(pctx, params) != 1) ||
	    EVP_PKEY_generate(pctx, &pkey) != 1)
		return log_rv(spec->priv_bits != 0 ?
		    CKR_ATTRIBUTE_VALUE_INVALID : CKR_DEVICE_ERROR,
		    "keygen: %s failed", ffc_type_name(spec->type));
	if ((rv = key_set_ffc(key, pkey)) != CKR_OK)
		return rv;
	return pair_check(e, key);
}

/* ------------------------------------------------------------ parameters */

/* Runs a generation of parameters that pctx was made for. */
static CK_RV
run_paramgen(EVP_PKEY_CTX *pctx, const OSSL_PARAM *params, EVP_PKEY **out)
{
	EVP_PKEY *pkey = NULL;

	if (pctx == NULL)
		return CKR_DEVICE_ERROR;
	if (EVP_PKEY_paramgen_init(pctx) != 1 ||
	    EVP_PKEY_CTX_set_params(pctx, params) != 1 ||
	    EVP_PKEY_generate(pctx, &pkey) != 1)
		return log_rv(CKR_DEVICE_ERROR,
		    "keygen: domain parameters failed");
	*out = pkey;
	return CKR_OK;
}

/* A safe prime and a base. */
static CK_RV
generate_dh(struct eng *e, size_t bits, EVP_PKEY **out)
{
	static const size_t rfc7919[] = { 2048, 3072, 4096, 6144, 8192 };
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = key_ctx_of(e, "DH");
	char group[16] = "";
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_PBITS, &bits),
		OSSL_PARAM_construct_end(),
	};

	for (size_t i = 0; i < KL_COUNT(rfc7919); i++)
		if (rfc7919[i] == bits)
			(void)snprintf(group, sizeof(group), "ffdhe%zu", bits);
	if (group[0] != '\0')
		params[0] = OSSL_PARAM_construct_utf8_string(
		    OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	return run_paramgen(pctx, params, out);
}

/* What generation after FIPS 186-4 is told. */
struct fips {
	size_t p, q;		/* bits */
	const char *md;		/* NULL: libcrypto's choice */
	int index;		/* of a verifiable base; -1: any base */
};

static CK_RV
run_fips(EVP_PKEY_CTX *pctx, const struct fips *how, EVP_PKEY **out)
{
	struct fips in = *how;
	char type[] = "fips186_4";
	OSSL_PARAM params[PARAMS_MAX];
	size_t n = 0;

	params[n++] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_FFC_TYPE, type, 0);
	params[n++] = OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_PBITS,
	    &in.p);
	params[n++] = OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_QBITS,
	    &in.q);
	if (in.md != NULL)
		params[n++] = OSSL_PARAM_construct_utf8_string(
		    OSSL_PKEY_PARAM_FFC_DIGEST, (char *)(uintptr_t)in.md, 0);
	if (in.index >= 0)
		params[n++] = OSSL_PARAM_construct_int(
		    OSSL_PKEY_PARAM_FFC_GINDEX, &in.index);
	params[n] = OSSL_PARAM_construct_end();
	return run_paramgen(pctx, params, out);
}

/* FIPS 186-4 section A.1.1.2: the hash is as long as q at least. */
static CK_RV
check_hash(struct eng *e, const char *name, size_t q)
{
	EVP_MD *md = name != NULL ? eng_md(e, name) : NULL;

	if (md == NULL || (size_t)EVP_MD_get_size(md) * 8 < q)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "keygen: no hash for a subprime of %zu bits", q);
	return CKR_OK;
}

/* The subprime's length that 3.2 section 6.2.4 goes with a DSA prime. */
static size_t
usual_subprime(size_t p)
{
	return p <= 1024 ? 160 : p == 2048 ? 224 : 256;
}

static bool
read_group(EVP_PKEY *pkey, struct ffc *f)
{
	return EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_FFC_P, &f->p) == 1 &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_FFC_Q, &f->q) == 1 &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_FFC_G, &f->g) == 1;
}

/* Primes and their seed, without the base that came with them. */
static CK_RV
only_primes(struct eng *e, EVP_PKEY *from, struct ffc *f, EVP_PKEY **out)
{
	uint8_t seed[EVP_MAX_MD_SIZE];
	size_t n = 0;

	BN_free(f->g);
	f->g = NULL;
	if (EVP_PKEY_get_octet_string_param(from, OSSL_PKEY_PARAM_FFC_SEED,
	    seed, sizeof(seed), &n) != 1)
		return log_rv(CKR_DEVICE_ERROR, "keygen: primes without seed");
	return ffc_build(e, ENG_DSA, f, bytes_of(seed, n), out);
}

/* DSA and X9.42 parameters, or DSA's primes alone. */
static CK_RV
generate_group(struct eng *e, const struct eng_gen *spec, EVP_PKEY **out)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = key_ctx_of(e, "DSA");
	KL_AUTO(pkey_freep) EVP_PKEY *made = NULL;
	KL_AUTO(ffc_done) struct ffc f = { .p = NULL };
	bool primes = spec->making == ENG_MAKE_PRIMES;
	struct fips how = { .p = spec->bits, .q = spec->sub_bits,
		.md = primes ? spec->md : NULL, .index = -1 };
	CK_RV rv;

	if (how.q == 0)
		how.q = usual_subprime(how.p);
	/* What DSA takes is what libcrypto makes. */
	if ((rv = ffc_check_sizes(e, ENG_DSA, how.p, how.q)) != CKR_OK ||
	    (primes && (rv = check_hash(e, how.md, how.q)) != CKR_OK) ||
	    (rv = run_fips(pctx, &how, &made)) != CKR_OK)
		return rv;
	if (!read_group(made, &f))
		return log_rv(CKR_DEVICE_ERROR, "keygen: no domain parameters");
	if (primes)
		return only_primes(e, made, &f, out);
	return ffc_build(e, spec->type, &f, BYTES_NONE, out);
}

/* The base of given primes (FIPS 186-4 section A.2.3). */
static CK_RV
generate_base(struct eng *e, const struct eng_gen *spec, EVP_PKEY **out)
{
	KL_AUTO(ffc_done) struct ffc f = { .p = NULL };
	KL_AUTO(pkey_freep) EVP_PKEY *primes = NULL;
	KL_AUTO(pkey_freep) EVP_PKEY *made = NULL;
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = NULL;
	struct fips how = { .md = spec->md, .index = (int)spec->index };
	CK_RV rv;

	if (spec->seed.n == 0 || spec->index > 255)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = ffc_read(e, ENG_DSA, &spec->group, &f)) != CKR_OK)
		return rv;
	how.p = (size_t)BN_num_bits(f.p);
	how.q = (size_t)BN_num_bits(f.q);
	if (f.g != NULL)
		return CKR_TEMPLATE_INCONSISTENT;
	if ((rv = check_hash(e, how.md, how.q)) != CKR_OK ||
	    (rv = ffc_check_group(e, ENG_DSA, &f)) != CKR_OK ||
	    (rv = ffc_build(e, ENG_DSA, &f, spec->seed, &primes)) != CKR_OK)
		return rv;
	pctx = EVP_PKEY_CTX_new_from_pkey(eng_ctx(e), primes, eng_props(e));
	if ((rv = run_fips(pctx, &how, &made)) != CKR_OK)
		return rv;
	ffc_done(&f);
	if (!read_group(made, &f))
		return log_rv(CKR_DEVICE_ERROR, "keygen: no base");
	return ffc_build(e, ENG_DSA, &f, BYTES_NONE, out);
}

CK_RV
key_generate_ffc(struct eng *e, const struct eng_gen *spec,
    struct eng_key *key)
{
	EVP_PKEY *pkey = NULL;
	CK_RV rv = CKR_OK;

	if (eng_ctx(e) == NULL)
		return CKR_GENERAL_ERROR;
	if (spec->making == ENG_MAKE_KEY)
		return generate_pair(e, spec, key);
	if (spec->making == ENG_MAKE_BASE)
		rv = generate_base(e, spec, &pkey);
	else if (spec->type != ENG_DH)
		rv = generate_group(e, spec, &pkey);
	else if ((rv = ffc_check_sizes(e, ENG_DH, spec->bits, 0)) == CKR_OK)
		rv = generate_dh(e, spec->bits, &pkey);
	return rv == CKR_OK ? key_set_ffc(key, pkey) : rv;
}
