/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AES modes that work on a whole unit of data, of a block or more and any number
 * of bytes: XTS (SP 800-38E; 3.2 section 6.15) and CBC with ciphertext stealing
 * (3.2 section 6.12).  The standard names no variant of the latter: CBC-CS1, the
 * first of the addendum to SP 800-38A that it cites, which is what NSS does.
 *
 * libcrypto takes a unit in one piece, so that parts are gathered until the end.
 */
#include "crypto/cipher_int.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "base/log.h"

/* SP 800-38E: 2^20 blocks in a data unit at most. */
#define XTS_MAX ((size_t)AES_BLOCK << 20)
#define CTS_MAX ((size_t)1 << 30)

struct unit {
	EVP_CIPHER_CTX *ctx;
	size_t max;		/* bytes of a unit */
};
_Static_assert(offsetof(struct unit, ctx) == 0, "see block_state");

static CK_RV
unit_key(struct eng_op *op, struct unit *u, const uint8_t *iv)
{
	bool xts = op->alg->cipher == ENG_XTS;
	char mode[] = "CS1";
	OSSL_PARAM cts[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_CIPHER_PARAM_CTS_MODE,
		    mode, 0),
		OSSL_PARAM_construct_end()
	};
	EVP_CIPHER *evp;
	struct bytes key;
	CK_RV rv;

	if ((rv = block_key(op->eng, block_cipher(op->alg->cipher), op->key,
	    op->alg->mode, &evp, &key)) != CKR_OK)
		return rv;
	if (!block_start(u->ctx, evp, key, iv, op->dir == ENG_ENCRYPT) ||
	    (!xts && EVP_CIPHER_CTX_set_params(u->ctx, cts) != 1))
		return log_rv(CKR_DEVICE_ERROR, "engine: AES-%s does not start",
		    op->alg->mode);
	u->max = xts ? XTS_MAX : CTS_MAX;
	return CKR_OK;
}

static CK_RV
unit_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	struct unit *u = block_state(op, sizeof(struct unit));

	(void)e; /* op has it too */
	if (u == NULL)
		return CKR_HOST_MEMORY;
	if (par->iv.n != AES_BLOCK)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: AES-%s takes no IV of %zu bytes", op->alg->mode,
		    par->iv.n);
	if (!same)
		return unit_key(op, u, par->iv.p);
	if (EVP_CipherInit_ex2(u->ctx, NULL, NULL, par->iv.p, -1, NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: AES-%s does not start",
		    op->alg->mode);
	return CKR_OK;
}

static size_t
unit_once_len(const struct eng_op *op, size_t in_len)
{
	(void)op; /* the same length in all modes */
	return in_len;
}

static size_t
unit_final_len(const struct eng_op *op)
{
	return op->gathered.n;
}

static CK_RV
unit_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct unit *u = op->state;
	int n = 0;

	if (in.n < AES_BLOCK || in.n > u->max)
		return log_rv(op_len_rv(op), "engine: AES-%s takes no %zu bytes",
		    op->alg->mode, in.n);
	if (EVP_CipherUpdate(u->ctx, out, &n, in.p, (int)in.n) != 1 ||
	    (size_t)n != in.n)
		return log_rv(CKR_DEVICE_ERROR, "engine: AES-%s fails",
		    op->alg->mode);
	*out_len = in.n;
	return CKR_OK;
}

static CK_RV
unit_update(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	(void)out; /* nothing comes out before the end */
	*out_len = 0;
	return op_gather(op, in);
}

static CK_RV
unit_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	return unit_once(op, buf_view(&op->gathered), out, out_len);
}

const struct eng_family_ops eng_ops_unit = {
	.quiet = true,
	.init = unit_init,
	.once_len = unit_once_len,
	.final_len = unit_final_len,
	.once = unit_once,
	.update = unit_update,
	.final = unit_final,
	.free_state = block_state_free,
};
