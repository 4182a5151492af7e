/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message digests.  The context stays for the life of the operation; only
 * another algorithm is looked up again.
 */
#include "crypto/eng_int.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "base/log.h"

struct digest {
	EVP_MD_CTX *ctx;
	const char *name;	/* the digest's, a row's */
	EVP_MD *md;
	bool sized;		/* libcrypto is told the size */
	size_t size;
};

/* Whether libcrypto (from 3.2 on, of BLAKE2b) takes a size for the digest. */
static bool
md_sized(const EVP_MD *md)
{
	const OSSL_PARAM *settable = EVP_MD_settable_ctx_params(md);

	return settable != NULL &&
	    OSSL_PARAM_locate_const(settable, OSSL_DIGEST_PARAM_SIZE) != NULL;
}

bool
digest_can(struct eng *e, const struct eng_alg *alg)
{
	EVP_MD *md = alg->md != NULL ? eng_md(e, alg->md) : NULL;

	return md != NULL && (alg->size == 0 ||
	    alg->size == (size_t)EVP_MD_get_size(md) || md_sized(md));
}

static void
digest_free(struct eng_op *op)
{
	struct digest *d = op->state;

	EVP_MD_CTX_free(d->ctx);
	free(d);
}

/* The state, made when there is none; NULL when memory is out. */
static struct digest *
digest_state(struct eng_op *op)
{
	struct digest *d = op->state;

	if (d != NULL)
		return d;
	if ((d = calloc(1, sizeof(*d))) == NULL)
		return NULL;
	if ((d->ctx = EVP_MD_CTX_new()) == NULL) {
		free(d);
		return NULL;
	}
	op->state = d;
	return d;
}

/* Looks the digest up. */
static CK_RV
digest_find(struct eng *e, const struct eng_alg *alg, const char *name,
    struct digest *d)
{
	EVP_MD *md = eng_md(e, name);

	d->name = NULL;
	if (md == NULL || !digest_can(e, alg))
		return log_rv(CKR_MECHANISM_INVALID,
		    "engine: no provider has %s", name);
	d->md = md;
	d->sized = md_sized(md);
	d->size = alg->size != 0 ? alg->size : (size_t)EVP_MD_get_size(md);
	d->name = name;
	return CKR_OK;
}

static CK_RV
digest_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	const char *name = par->md != NULL ? par->md : op->alg->md;
	struct digest *d = digest_state(op);
	OSSL_PARAM size[2];
	CK_RV rv;

	if (d == NULL)
		return CKR_HOST_MEMORY;
	same = same && name == d->name;
	if (!same && (rv = digest_find(e, op->alg, name, d)) != CKR_OK)
		return rv;
	/* Said each time: a context keeps the size of the digest before. */
	size[0] = OSSL_PARAM_construct_size_t(OSSL_DIGEST_PARAM_SIZE, &d->size);
	size[1] = OSSL_PARAM_construct_end();
	if (EVP_DigestInit_ex2(d->ctx, same ? NULL : d->md,
	    d->sized ? size : NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s does not start",
		    name);
	return CKR_OK;
}

static size_t
digest_final_len(const struct eng_op *op)
{
	const struct digest *d = op->state;

	return d->size;
}

static size_t
digest_once_len(const struct eng_op *op, size_t in_len)
{
	(void)in_len; /* the result is as long for any input */
	return digest_final_len(op);
}

static CK_RV
digest_update(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct digest *d = op->state;

	(void)out; /* nothing comes out before the end */
	if (in.n > 0 && EVP_DigestUpdate(d->ctx, in.p, in.n) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s fails", d->name);
	*out_len = 0;
	return CKR_OK;
}

static CK_RV
digest_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	struct digest *d = op->state;

	if (EVP_DigestFinal_ex(d->ctx, out, NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s fails", d->name);
	*out_len = d->size;
	return CKR_OK;
}

static CK_RV
digest_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	CK_RV rv = digest_update(op, in, NULL, out_len);

	return rv == CKR_OK ? digest_final(op, out, out_len) : rv;
}

static CK_RV
digest_copy(const struct eng_op *from, struct eng_op *to)
{
	const struct digest *d = from->state;
	struct digest *copy = digest_state(to);

	if (copy == NULL)
		return CKR_HOST_MEMORY;
	copy->size = d->size;
	return EVP_MD_CTX_copy_ex(copy->ctx, d->ctx) == 1 ? CKR_OK :
	    CKR_STATE_UNSAVEABLE;
}

const struct eng_family_ops eng_ops_digest = {
	.quiet = true,
	.init = digest_init,
	.once_len = digest_once_len,
	.final_len = digest_final_len,
	.once = digest_once,
	.update = digest_update,
	.final = digest_final,
	.copy_state = digest_copy,
	.free_state = digest_free,
};
