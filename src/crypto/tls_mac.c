/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The "finished" code of TLS (3.2 section 6.40.3): the PRF over a label and
 * the data.  The PRF reads its seed twice, so that the data is gathered.
 *
 * State: struct tls_mac, of the last init; one thread at a time (op.c).
 */
#include "crypto/cipher_int.h"
#include "crypto/kdf_int.h"

#include <stdlib.h>

#include "base/log.h"

#define MAC_MAX 256

struct tls_mac {
	const char *md;		/* NULL: TLS 1.0 */
	struct bytes label;	/* static text */
	size_t len;
};

static void
tls_mac_free(struct eng_op *op)
{
	free(op->state);
}

static CK_RV
tls_mac_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	struct tls_mac *m = op->state;

	(void)same; /* nothing is set up that could stay */
	if (op->key == NULL || op->key->type != ENG_SECRET)
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "engine: a MAC wants a secret key");
	if ((par->md != NULL && eng_md(e, par->md) == NULL) ||
	    par->mac_len == 0 || par->mac_len > MAC_MAX)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: no TLS MAC of %zu bytes so", par->mac_len);
	if (m == NULL && (m = op->state = calloc(1, sizeof(*m))) == NULL)
		return CKR_HOST_MEMORY;
	m->md = par->md;
	m->label = par->label;
	m->len = par->mac_len;
	return CKR_OK;
}

static size_t
tls_mac_final_len(const struct eng_op *op)
{
	const struct tls_mac *m = op->state;

	return m->len;
}

static size_t
tls_mac_once_len(const struct eng_op *op, size_t in_len)
{
	(void)in_len; /* the result is as long for any input */
	return tls_mac_final_len(op);
}

/* The code over data, m->len bytes to out. */
static CK_RV
tls_mac_run(struct eng_op *op, struct bytes data, uint8_t *out)
{
	const struct tls_mac *m = op->state;
	struct eng_kdf kdf = {
		.prf_md = m->md, .tls10 = m->md == NULL,
		.mode = ENG_KDF_PIPELINE, .pieces = 3,
		.piece = { { .kind = ENG_PIECE_ITERATION },
		    { .kind = ENG_PIECE_BYTES, .data = m->label },
		    { .kind = ENG_PIECE_BYTES, .data = data } },
	};

	return kdf_prf(op->eng, &kdf, secret_view(op->key->value), out,
	    m->len);
}

static CK_RV
tls_mac_once(struct eng_op *op, struct bytes in, uint8_t *out,
    size_t *out_len)
{
	WIPE_AUTO(full, MAC_MAX);
	CK_RV rv = tls_mac_run(op, in, full);

	if (rv != CKR_OK)
		return rv;
	*out_len = tls_mac_final_len(op);
	for (size_t i = 0; i < *out_len; i++)
		out[i] = full[i];
	return CKR_OK;
}

static CK_RV
tls_mac_update(struct eng_op *op, struct bytes in, uint8_t *out,
    size_t *out_len)
{
	(void)out; /* nothing comes out before the end */
	*out_len = 0;
	return op_gather(op, in);
}

static CK_RV
tls_mac_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	return tls_mac_once(op, buf_view(&op->gathered), out, out_len);
}

static CK_RV
tls_mac_verify(struct eng_op *op, struct bytes in, struct bytes sig)
{
	WIPE_AUTO(want, MAC_MAX);
	CK_RV rv;

	if (sig.n != tls_mac_final_len(op))
		return CKR_SIGNATURE_LEN_RANGE;
	if ((rv = tls_mac_run(op, in, want)) != CKR_OK)
		return rv;
	return secret_equal(bytes_of(want, sig.n), sig) ? CKR_OK :
							  CKR_SIGNATURE_INVALID;
}

static CK_RV
tls_mac_verify_final(struct eng_op *op, struct bytes sig)
{
	return tls_mac_verify(op, buf_view(&op->gathered), sig);
}

const struct eng_family_ops eng_ops_tls_mac = {
	.init = tls_mac_init,
	.once_len = tls_mac_once_len,
	.final_len = tls_mac_final_len,
	.once = tls_mac_once,
	.update = tls_mac_update,
	.final = tls_mac_final,
	.verify = tls_mac_verify,
	.verify_final = tls_mac_verify_final,
	.free_state = tls_mac_free,
};
