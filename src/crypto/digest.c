/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message digests.  The context stays for the life of the operation; only
 * another algorithm is looked up again.
 */
#include "crypto/eng_int.h"

#include <stdlib.h>

#include "base/log.h"

struct digest {
	EVP_MD_CTX *ctx;
	size_t size;
};

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

static CK_RV
digest_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	struct digest *d = digest_state(op);
	EVP_MD *md = NULL;

	(void)par; /* digests take none */
	if (d == NULL)
		return CKR_HOST_MEMORY;
	if (!same) {
		if ((md = eng_md(e, op->alg->md)) == NULL)
			return log_rv(CKR_MECHANISM_INVALID,
			    "engine: no provider has %s", op->alg->md);
		d->size = (size_t)EVP_MD_get_size(md);
	}
	if (EVP_DigestInit_ex2(d->ctx, md, NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s does not start",
		    op->alg->md);
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
		return log_rv(CKR_DEVICE_ERROR, "engine: %s fails",
		    op->alg->md);
	*out_len = 0;
	return CKR_OK;
}

static CK_RV
digest_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	struct digest *d = op->state;

	if (EVP_DigestFinal_ex(d->ctx, out, NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s fails",
		    op->alg->md);
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
