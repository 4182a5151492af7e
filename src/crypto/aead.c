/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AES-GCM and AES-CCM: the tag follows the ciphertext (3.2 Additional AES
 * mechanisms).
 *
 * Invariants:
 *  1. iv_len and tag_len are what ctx was last told; it is told again only
 *     when they change.  Long IVs become short ones before (gcm_iv.c).
 *  2. No plaintext leaves before its tag was checked: decryption in parts
 *     gathers, and what a failed one wrote is wiped.
 *  3. CCM fixes the length before the data, so that it gathers in both
 *     directions and runs at the end, in one piece.
 *  4. Additional data is processed by init, because the caller's view of it
 *     ends there.
 */
#include "crypto/cipher_int.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* SP 800-38D section 5.2.1.1: 2^39 - 256 bits. */
#define GCM_MAX	    (((uint64_t)1 << 36) - 32)
#define TAG_MAX	    16
/* The longest IV that libcrypto takes. */
#define GCM_IV_MAX  128
#define GCM_TAG_MIN 4

struct aead {
	EVP_CIPHER_CTX *ctx;
	bool ccm;
	size_t iv_len;
	size_t tag_len;
	size_t data_len;	/* CCM: of the plaintext */
	uint64_t total;		/* GCM: bytes done */
};

static void
aead_free(struct eng_op *op)
{
	struct aead *a = op->state;

	EVP_CIPHER_CTX_free(a->ctx);
	free(a);
}

/* The state, made when there is none; NULL when memory is out. */
static struct aead *
aead_state(struct eng_op *op)
{
	struct aead *a = op->state;

	if (a != NULL)
		return a;
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return NULL;
	if ((a->ctx = EVP_CIPHER_CTX_new()) == NULL) {
		free(a);
		return NULL;
	}
	op->state = a;
	return a;
}

/* ---------------------------------------------------------------- init */

/* Whether a nonce leaves enough bytes to write the length in. */
static bool
ccm_len_fits(size_t data_len, size_t iv_len)
{
	size_t bits = 8 * (15 - iv_len);

	return data_len <= INT_MAX && (bits >= 64 || data_len >> bits == 0);
}

static bool
ccm_par_ok(const struct eng_par *par)
{
	return par->iv.n >= 7 && par->iv.n <= 13 && par->tag_len >= 4 &&
	    par->tag_len <= TAG_MAX && par->tag_len % 2 == 0 &&
	    par->aad.n <= INT_MAX && ccm_len_fits(par->data_len, par->iv.n);
}

static bool
gcm_par_ok(const struct eng_par *par)
{
	return par->iv.n > 0 && par->iv.n <= UINT32_MAX &&
	    par->tag_len >= GCM_TAG_MIN && par->tag_len <= TAG_MAX;
}

/* Names the cipher and the key; lengths are unknown to the context again. */
static CK_RV
aead_key(struct eng_op *op, struct aead *a, struct bytes *key)
{
	EVP_CIPHER *evp;
	CK_RV rv;

	if ((rv = aes_key(op, op->alg->mode, &evp, key)) != CKR_OK)
		return rv;
	if (EVP_CipherInit_ex2(a->ctx, evp, NULL, NULL, op->dir == ENG_ENCRYPT,
		NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: AES-%s does not start",
		    op->alg->mode);
	a->iv_len = a->tag_len = 0;
	return CKR_OK;
}

/* CCM works its lengths into the key: new ones need the key again, or the
 * context goes on with the old. */
static bool
aead_ccm_stale(const struct aead *a, const struct eng_par *par)
{
	return a->ccm &&
	    (a->iv_len != par->iv.n || a->tag_len != par->tag_len);
}

/* Tells the context lengths that are new to it. */
static bool
aead_lengths(struct aead *a, size_t iv_len, size_t tag_len)
{
	if (a->iv_len != iv_len &&
	    EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)iv_len,
		NULL) != 1)
		return false;
	a->iv_len = iv_len;
	/* GCM makes a whole tag and cuts it; CCM computes with its length. */
	if (a->ccm && a->tag_len != tag_len &&
	    EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag_len,
		NULL) != 1)
		return false;
	a->tag_len = tag_len;
	return true;
}

/* Processes what comes before the data: CCM's length, additional data. */
static bool
aead_head(struct aead *a, const struct eng_par *par)
{
	size_t none;
	int n;

	if (a->ccm && EVP_CipherUpdate(a->ctx, NULL, &n, NULL,
			  (int)par->data_len) != 1)
		return false;
	return par->aad.n == 0 || aes_feed(a->ctx, par->aad, NULL, &none);
}

static CK_RV
aead_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	struct aead *a = aead_state(op);
	struct bytes key = BYTES_NONE;
	struct bytes iv = par->iv;
	uint8_t short_iv[AES_BLOCK];
	CK_RV rv;

	if (a == NULL)
		return CKR_HOST_MEMORY;
	if (!same)
		a->ccm = strcmp(op->alg->mode, "CCM") == 0;
	if (!same || aead_ccm_stale(a, par))
		if ((rv = aead_key(op, a, &key)) != CKR_OK)
			return rv;
	if (!(a->ccm ? ccm_par_ok(par) : gcm_par_ok(par)))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: AES-%s: IV of %zu, tag of %zu bytes",
		    op->alg->mode, par->iv.n, par->tag_len);
	if (iv.n > GCM_IV_MAX) {
		rv = gcm_short_iv(e, secret_view(op->key->value), iv, short_iv);
		if (rv != CKR_OK)
			return rv;
		iv = bytes_of(short_iv, AES_BLOCK);
	}
	if (!aead_lengths(a, iv.n, par->tag_len) ||
	    EVP_CipherInit_ex2(a->ctx, NULL, key.p, iv.p, -1, NULL) != 1 ||
	    !aead_head(a, par))
		return log_rv(CKR_DEVICE_ERROR, "engine: AES-%s does not start",
		    op->alg->mode);
	a->data_len = par->data_len;
	a->total = 0;
	return CKR_OK;
}

/* ------------------------------------------------------------- lengths */

/* Whether parts are kept until the end. */
static bool
aead_gathers(const struct eng_op *op)
{
	const struct aead *a = op->state;

	return a->ccm || op->dir == ENG_DECRYPT;
}

static size_t
aead_once_len(const struct eng_op *op, size_t in_len)
{
	const struct aead *a = op->state;

	if (op->dir == ENG_DECRYPT)
		return in_len > a->tag_len ? in_len - a->tag_len : 0;
	return in_len > SIZE_MAX - TAG_MAX ? SIZE_MAX : in_len + a->tag_len;
}

static size_t
aead_update_len(const struct eng_op *op, size_t in_len)
{
	return aead_gathers(op) ? 0 : in_len;
}

static size_t
aead_final_len(const struct eng_op *op)
{
	const struct aead *a = op->state;

	if (a->ccm)
		return a->data_len +
		    (op->dir == ENG_ENCRYPT ? a->tag_len : 0);
	return aead_once_len(op, op->gathered.n);
}

/* ----------------------------------------------------------------- run */

/* Runs data through; an empty message too, which CCM has to be told of. */
static bool
aead_run(struct aead *a, struct bytes in, uint8_t *out, size_t *out_len)
{
	uint8_t empty = 0;
	int n;

	if (in.n > 0 || !a->ccm)
		return aes_feed(a->ctx, in, out, out_len);
	*out_len = 0;
	return EVP_CipherUpdate(a->ctx, &empty, &n, &empty, 0) == 1;
}

static CK_RV
aead_feed(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct aead *a = op->state;

	if (!a->ccm && in.n > GCM_MAX - a->total)
		return log_rv(op_len_rv(op), "engine: too long for GCM");
	if (!aead_run(a, in, out, out_len))
		return log_rv(CKR_DEVICE_ERROR, "engine: AES-%s fails",
		    op->alg->mode);
	a->total += in.n;
	return CKR_OK;
}

/* Ends encryption and writes the tag to out. */
static CK_RV
aead_tag(struct eng_op *op, uint8_t *out)
{
	struct aead *a = op->state;
	uint8_t none[AES_BLOCK];
	int n;

	if (EVP_CipherFinal_ex(a->ctx, none, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_GET_TAG, (int)a->tag_len,
		out) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: AES-%s fails",
		    op->alg->mode);
	return CKR_OK;
}

static CK_RV
aead_encrypt(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct aead *a = op->state;
	size_t n;
	CK_RV rv;

	if (a->ccm && in.n != a->data_len)
		return log_rv(CKR_DATA_LEN_RANGE,
		    "engine: CCM was told of another length");
	if ((rv = aead_feed(op, in, out, &n)) != CKR_OK ||
	    (rv = aead_tag(op, out + n)) != CKR_OK)
		return rv;
	*out_len = n + a->tag_len;
	return CKR_OK;
}

/* Decrypts text; whether tag is its tag. */
static bool
aead_check(struct aead *a, struct bytes text, struct bytes tag, uint8_t *out)
{
	uint8_t none[AES_BLOCK];
	uint8_t copy[TAG_MAX];
	size_t done;
	int n;

	memcpy(copy, tag.p, tag.n);
	if (EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag.n,
		copy) != 1)
		return false;
	if (!aead_run(a, text, out, &done) || done != text.n)
		return false;
	/* CCM has checked already, and has nothing more to say. */
	return a->ccm || EVP_CipherFinal_ex(a->ctx, none, &n) == 1;
}

static CK_RV
aead_decrypt(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct aead *a = op->state;
	struct bytes text;
	struct bytes tag;

	if (in.n < a->tag_len || in.n - a->tag_len > GCM_MAX ||
	    (a->ccm && in.n - a->tag_len != a->data_len))
		return log_rv(CKR_ENCRYPTED_DATA_LEN_RANGE,
		    "engine: %zu bytes with a tag of %zu", in.n, a->tag_len);
	text = bytes_of(in.p, in.n - a->tag_len);
	tag = bytes_of(in.p + text.n, a->tag_len);
	if (!aead_check(a, text, tag, out)) {
		secret_wipe(out, text.n);
		return CKR_ENCRYPTED_DATA_INVALID;
	}
	*out_len = text.n;
	return CKR_OK;
}

static CK_RV
aead_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	return op->dir == ENG_ENCRYPT ? aead_encrypt(op, in, out, out_len) :
					aead_decrypt(op, in, out, out_len);
}

static CK_RV
aead_update(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	CK_RV rv;

	if (!aead_gathers(op))
		return aead_feed(op, in, out, out_len);
	if ((rv = op_gather(op, in)) == CKR_OK)
		*out_len = 0;
	return rv;
}

static bool
aead_in_place(const struct eng_op *op)
{
	(void)op; /* what does not gather is a stream */
	return true;
}

static CK_RV
aead_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	struct aead *a = op->state;
	CK_RV rv;

	if (aead_gathers(op))
		return aead_once(op, buf_view(&op->gathered), out, out_len);
	if ((rv = aead_tag(op, out)) == CKR_OK)
		*out_len = a->tag_len;
	return rv;
}

const struct eng_family_ops eng_ops_aead = {
	.quiet = true,
	.init = aead_init,
	.once_len = aead_once_len,
	.update_len = aead_update_len,
	.final_len = aead_final_len,
	.once = aead_once,
	.update = aead_update,
	.in_place = aead_in_place,
	.final = aead_final,
	.free_state = aead_free,
};
