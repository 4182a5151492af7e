/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AES key wrap: "WRAP" is KW (RFC 3394), with pad after PKCS#7 padding to whole
 * semiblocks (CKM_AES_KEY_WRAP_PKCS7); "WRAP-PAD" is KWP (RFC 5649).  3.2 AES
 * Key Wrap: single-part; parts are gathered until the end.
 *
 * Invariant: libcrypto never writes to the caller's memory here.  Unwrapping
 * that fails clears as many bytes as went in, which is 8 more than ever come
 * out, so that it works on a copy of ours.
 */
#include "crypto/cipher_int.h"

#include <string.h>

#include "base/log.h"

#define SEMI	((size_t)8)	/* bytes of a semiblock */
#define KWP_IV	((size_t)4)
/* Input is worked on in a copy, which is as long as a buffer may be. */
#define IN_MAX	(BUF_MAX - 2 * SEMI)

struct keywrap {
	EVP_CIPHER_CTX *ctx;
	bool kwp;
};
_Static_assert(offsetof(struct keywrap, ctx) == 0, "see block_state");

static CK_RV
keywrap_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	/* RFC 3394 section 2.2.3.1, RFC 5649 section 3. */
	static const uint8_t kw_iv[SEMI] = { 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6,
		0xa6, 0xa6 };
	static const uint8_t kwp_iv[KWP_IV] = { 0xa6, 0x59, 0x59, 0xa6 };
	bool kwp = strcmp(op->alg->mode, "WRAP-PAD") == 0;
	struct keywrap *w = block_state(op, sizeof(struct keywrap));
	struct bytes key = BYTES_NONE;
	struct bytes iv = par->iv;
	EVP_CIPHER *evp = NULL;
	CK_RV rv;

	(void)e; /* op has it too */
	if (w == NULL)
		return CKR_HOST_MEMORY;
	EVP_CIPHER_CTX_set_flags(w->ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (iv.n == 0)
		iv = kwp ? bytes_of(kwp_iv, KWP_IV) : bytes_of(kw_iv, SEMI);
	if (iv.n != (kwp ? KWP_IV : SEMI))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: key wrap takes no IV of %zu bytes", iv.n);
	if (!same && (rv = aes_key(op, op->alg->mode, &evp, &key)) != CKR_OK)
		return rv;
	if (EVP_CipherInit_ex2(w->ctx, evp, key.p, iv.p, op->dir == ENG_ENCRYPT,
		NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR,
		    "engine: key wrap does not start");
	w->kwp = kwp;
	return CKR_OK;
}

static size_t
keywrap_once_len(const struct eng_op *op, size_t in_len)
{
	const struct keywrap *w = op->state;

	if (op->dir == ENG_DECRYPT)
		return in_len > SEMI ? in_len - SEMI : 0;
	if (in_len > IN_MAX)
		return SIZE_MAX;
	if (w->kwp)
		in_len = (in_len + SEMI - 1) / SEMI * SEMI;
	else if (op->alg->pad)
		in_len = in_len / SEMI * SEMI + SEMI;
	return in_len + SEMI;
}

static size_t
keywrap_final_len(const struct eng_op *op)
{
	return keywrap_once_len(op, op->gathered.n);
}

/* Whether input of n bytes can be wrapped, or come of wrapping. */
static bool
keywrap_fits(const struct eng_op *op, size_t n)
{
	const struct keywrap *w = op->state;

	if (n > IN_MAX)
		return false;
	if (op->dir == ENG_DECRYPT)
		return n % SEMI == 0 && n >= (w->kwp ? 2 : 3) * SEMI;
	if (w->kwp)
		return n >= 1;
	/* RFC 3394 wraps two semiblocks or more. */
	return op->alg->pad ? n >= SEMI : n >= 2 * SEMI && n % SEMI == 0;
}

/* A copy of in with PKCS#7 padding to a whole number of semiblocks. */
static CK_RV
pad_add(struct bytes in, struct secret **out)
{
	size_t n = SEMI - in.n % SEMI;
	CK_RV rv;

	if ((rv = secret_new(in.n + n, out)) != CKR_OK)
		return rv;
	memcpy(secret_data(*out), in.p, in.n);
	memset(secret_data(*out) + in.n, (int)n, n);
	return CKR_OK;
}

/* How much of b stays without its padding; SIZE_MAX when that is wrong.  In
 * the same time for every content. */
static size_t
pad_check(struct bytes b)
{
	unsigned n = b.p[b.n - 1];
	unsigned bad = (n - 1) & ~7u; /* not 1..8 */

	for (unsigned i = 1; i <= SEMI; i++) {
		unsigned in_pad = (i - 1 - n) >> (sizeof(unsigned) * 8 - 1);

		bad |= (0 - in_pad) & (b.p[b.n - i] ^ n);
	}
	return bad == 0 ? b.n - n : SIZE_MAX;
}

/* Runs the cipher over in, to a secret of its own. */
static bool
keywrap_run(struct keywrap *w, struct bytes in, struct secret *out)
{
	int n;

	if (EVP_CipherUpdate(w->ctx, secret_data(out), &n, in.p,
		(int)in.n) != 1 || n <= 0)
		return false;
	secret_cut(out, (size_t)n);
	return true;
}

static CK_RV
keywrap_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	KL_AUTO(secret_freep) struct secret *padded = NULL;
	KL_AUTO(secret_freep) struct secret *work = NULL;
	bool unwrap = op->dir == ENG_DECRYPT;
	size_t n;
	CK_RV rv;

	if (!keywrap_fits(op, in.n))
		return log_rv(op_len_rv(op), "engine: %zu bytes do not %swrap",
		    in.n, unwrap ? "un" : "");
	if (op->alg->pad && !unwrap) {
		if ((rv = pad_add(in, &padded)) != CKR_OK)
			return rv;
		in = secret_view(padded);
	}
	if ((rv = secret_new(in.n + 2 * SEMI, &work)) != CKR_OK)
		return rv;
	if (!keywrap_run(op->state, in, work))
		return unwrap ? CKR_ENCRYPTED_DATA_INVALID :
				log_rv(CKR_DEVICE_ERROR,
				    "engine: key wrap fails");
	n = secret_len(work);
	if (op->alg->pad && unwrap &&
	    (n = pad_check(secret_view(work))) == SIZE_MAX)
		return CKR_ENCRYPTED_DATA_INVALID;
	memcpy(out, secret_data(work), n);
	*out_len = n;
	return CKR_OK;
}

static CK_RV
keywrap_update(struct eng_op *op, struct bytes in, uint8_t *out,
    size_t *out_len)
{
	CK_RV rv = op_gather(op, in);

	(void)out; /* nothing comes out before the end */
	if (rv == CKR_OK)
		*out_len = 0;
	return rv;
}

static CK_RV
keywrap_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	return keywrap_once(op, buf_view(&op->gathered), out, out_len);
}

const struct eng_family_ops eng_ops_keywrap = {
	.init = keywrap_init,
	.once_len = keywrap_once_len,
	.final_len = keywrap_final_len,
	.once = keywrap_once,
	.update = keywrap_update,
	.final = keywrap_final,
	.free_state = block_state_free,
};
