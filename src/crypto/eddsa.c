/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EdDSA: choosing the scheme (3.2 section 6.3.14, RFC 8032) and running it
 * through libcrypto, or through edwards_sig.c where libcrypto lacks it (the ph
 * and ctx schemes came with 3.2).
 *
 * Invariant: mctx is set up for the scheme, key and direction of the last
 * eddsa_init, or NULL when the scheme is done without EVP.
 *
 * One thread per operation.
 */
#include "crypto/sign_int.h"

#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"

/* Parameter names that libcrypto 3.0's headers do not have yet. */
#define PARAM_INSTANCE "instance"
#define PARAM_CONTEXT  "context-string"

#define ED448_LEN 57

void
eddsa_done(struct eddsa *ed)
{
	EVP_MD_CTX_free(ed->mctx);
	*ed = (struct eddsa){ .mctx = NULL };
}

/*
 * Which of the five schemes it is.  Without a parameter it is the pure one,
 * which for Ed448 is that with an empty context.  With a parameter Ed25519
 * has its prefix, even if the context is empty: that is Ed25519ctx.
 */
static CK_RV
scheme_read(const struct eng_key *key, const struct eng_par *par,
    struct ed_scheme *out)
{
	bool given = par->has_context || par->ph || par->context.n > 0;

	if (par->context.n > ED_CONTEXT_MAX)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "eddsa: context of %zu bytes", par->context.n);
	out->dom = given;
	out->ph = par->ph;
	out->context_len = (uint8_t)par->context.n;
	if (par->context.n > 0)
		memcpy(out->context, par->context.p, par->context.n);
	if (key->curve->len == ED448_LEN && !par->ph && par->context.n == 0)
		out->dom = false;
	return CKR_OK;
}

/* Whether EVP offers the scheme; unknown parameters would be ignored. */
static bool
evp_has_schemes(EVP_PKEY_CTX *pctx)
{
	const OSSL_PARAM *settable = EVP_PKEY_CTX_settable_params(pctx);

	return settable != NULL &&
	    OSSL_PARAM_locate_const(settable, PARAM_INSTANCE) != NULL &&
	    OSSL_PARAM_locate_const(settable, PARAM_CONTEXT) != NULL;
}

/* Tells EVP which scheme; false when it does not have it. */
static bool
evp_set_scheme(EVP_PKEY_CTX *pctx, const struct eng_key *key,
    struct ed_scheme *scheme)
{
	bool ed448 = key->curve->len == ED448_LEN;
	const char *name = scheme->ph ? (ed448 ? "Ed448ph" : "Ed25519ph") :
	    (ed448 ? "Ed448" : "Ed25519ctx");
	OSSL_PARAM params[3] = {
		OSSL_PARAM_construct_utf8_string(PARAM_INSTANCE,
		    (char *)(uintptr_t)name, 0),
		OSSL_PARAM_construct_octet_string(PARAM_CONTEXT,
		    scheme->context, scheme->context_len),
		OSSL_PARAM_construct_end(),
	};

	/* libcrypto refuses Ed25519ctx with an empty context. */
	if (!ed448 && !scheme->ph && scheme->context_len == 0)
		return false;
	return evp_has_schemes(pctx) &&
	    EVP_PKEY_CTX_set_params(pctx, params) == 1;
}

/* Sets mctx up, or leaves it NULL for schemes that are ours to do. */
static CK_RV
eddsa_set_up(struct eng *e, const struct eng_op *op, struct eddsa *ed)
{
	KL_AUTO(md_ctx_freep) EVP_MD_CTX *mctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL; /* belongs to mctx */
	int ok;

	EVP_MD_CTX_free(ed->mctx);
	ed->mctx = NULL;
	ed->used = false;
	if (mctx == NULL)
		return CKR_HOST_MEMORY;
	ok = op->dir == ENG_SIGN ?
	    EVP_DigestSignInit_ex(mctx, &pctx, NULL, eng_ctx(e), eng_props(e),
	    op->key->pkey, NULL) :
	    EVP_DigestVerifyInit_ex(mctx, &pctx, NULL, eng_ctx(e),
	    eng_props(e), op->key->pkey, NULL);
	if (ok != 1)
		return log_rv(CKR_DEVICE_ERROR, "eddsa: libcrypto has no %s",
		    op->key->curve->name);
	if (!ed->scheme.dom || evp_set_scheme(pctx, op->key, &ed->scheme))
		ed->mctx = KL_TAKE(mctx);
	return CKR_OK;
}

CK_RV
eddsa_init(struct eng *e, const struct eng_op *op, const struct eng_par *par,
    bool keep, struct eddsa *ed)
{
	struct ed_scheme scheme = { .dom = false };
	CK_RV rv;

	if ((rv = scheme_read(op->key, par, &scheme)) != CKR_OK)
		return rv;
	if (keep && bytes_equal(bytes_of(&scheme, sizeof(scheme)),
	    bytes_of(&ed->scheme, sizeof(scheme))))
		return CKR_OK;
	ed->scheme = scheme;
	return eddsa_set_up(e, op, ed);
}

CK_RV
eddsa_copy(struct eng *e, const struct eng_op *op, const struct eddsa *from,
    struct eddsa *ed)
{
	ed->scheme = from->scheme;
	return eddsa_set_up(e, op, ed);
}

CK_RV
eddsa_sign(struct eng *e, const struct eng_key *key, struct eddsa *ed,
    struct bytes in, uint8_t *out)
{
	uint8_t sig[ED_SIG_MAX];
	size_t n = sizeof(sig);

	if (ed->mctx == NULL)
		return edwards_sign(e, key, &ed->scheme, in, out);
	/* Without a key this only says that another message begins. */
	if (ed->used && EVP_DigestSignInit_ex(ed->mctx, NULL, NULL, eng_ctx(e),
	    eng_props(e), NULL, NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "eddsa: no second message");
	ed->used = true;
	if (EVP_DigestSign(ed->mctx, sig, &n, in.p, in.n) != 1 ||
	    n != 2 * key->curve->len)
		return log_rv(CKR_DEVICE_ERROR, "eddsa: signing failed");
	memcpy(out, sig, n);
	return CKR_OK;
}

CK_RV
eddsa_verify(struct eng *e, const struct eng_key *key, struct eddsa *ed,
    struct bytes in, struct bytes sig)
{
	if (sig.n != 2 * key->curve->len)
		return log_rv(CKR_SIGNATURE_LEN_RANGE,
		    "eddsa: signature of %zu bytes", sig.n);
	if (ed->mctx == NULL)
		return edwards_verify(e, key, &ed->scheme, in, sig);
	if (ed->used && EVP_DigestVerifyInit_ex(ed->mctx, NULL, NULL,
	    eng_ctx(e), eng_props(e), NULL, NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "eddsa: no second message");
	ed->used = true;
	if (EVP_DigestVerify(ed->mctx, sig.p, sig.n, in.p, in.n) != 1)
		return CKR_SIGNATURE_INVALID;
	return CKR_OK;
}
