/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Authenticated encryption: GCM and CCM of a block cipher, ChaCha20 with
 * Poly1305.  The tag follows the ciphertext (3.2 sections 6.13 and 6.61), or is
 * kept apart from it, as messages and authenticated wrapping want it.
 *
 * Invariants:
 *  1. iv_len and tag_len are what ctx was last told; it is told again only
 *     when they change.  Long IVs of GCM become short ones before (gcm_iv.c),
 *     XChaCha20's nonce another key and a nonce (chacha.c).
 *  2. No plaintext leaves before its tag was checked: decryption in parts
 *     gathers, and what a failed one wrote is wiped.
 *  3. CCM fixes the length before the data, so that it gathers in both
 *     directions and runs at the end, in one piece.
 *  4. Additional data is processed by init, because the caller's view of it
 *     ends there.
 *  5. With the tag apart, `tag` is the one to find while decryption runs
 *     (known tells whether there is one), else that of the last encryption.
 */
#include "crypto/cipher_int.h"

#include <limits.h>
#include <string.h>

#include "base/log.h"

#define TAG_MAX 16

struct aead_kind {
	const char *mode;	/* as rows and libcrypto say */
	bool ccm;
	bool rekeys;		/* takes a key for each message */
	size_t iv_min, iv_max;	/* bytes */
	size_t tag_min, tag_step;	/* up to TAG_MAX */
	uint64_t max;		/* bytes of a message */
};

static const struct aead_kind kinds[] = {
	/* SP 800-38D section 5.2.1.1: 2^39 - 256 bits */
	{ "GCM", false, false, 1, UINT32_MAX, 4, 1, ((uint64_t)1 << 36) - 32 },
	{ "CCM", true, false, 7, 13, 4, 2, INT_MAX },
	/* RFC 8439 section 2.8: what a counter of 32 bits leaves */
	{ "Poly1305", false, true, 12, CHACHA_XNONCE, TAG_MAX, 1,
	    ((uint64_t)1 << 38) - 64 },
};

struct aead {
	EVP_CIPHER_CTX *ctx;
	const struct aead_kind *kind;
	size_t iv_len;
	size_t tag_len;
	size_t data_len;	/* CCM: of the plaintext */
	uint64_t total;		/* bytes done, but for CCM */
	bool apart;
	bool known;
	uint8_t tag[TAG_MAX];
};
_Static_assert(offsetof(struct aead, ctx) == 0, "see block_state");

/* What init works with besides the caller's parameter. */
struct aead_start {
	struct bytes key;	/* none: the context has it */
	struct bytes iv;
	uint8_t key_room[CHACHA_KEY];
	uint8_t iv_room[AES_BLOCK];
};

static void
start_done(struct aead_start *st)
{
	if (st->key.p == st->key_room)
		secret_wipe(st->key_room, sizeof(st->key_room));
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
aead_par_ok(const struct aead_kind *k, const struct eng_par *par)
{
	if (par->iv.n < k->iv_min || par->iv.n > k->iv_max ||
	    par->tag_len < k->tag_min || par->tag_len > TAG_MAX ||
	    (par->tag_len - k->tag_min) % k->tag_step != 0)
		return false;
	if (k->ccm)
		return par->aad.n <= INT_MAX &&
		    ccm_len_fits(par->data_len, par->iv.n);
	return !k->rekeys || par->iv.n == k->iv_min || par->iv.n == k->iv_max;
}

/* Names the cipher and the key; lengths are unknown to the context again. */
static CK_RV
aead_key(struct eng_op *op, struct aead *a, struct bytes *key)
{
	const struct block_cipher *b = block_cipher(op->alg->cipher);
	EVP_CIPHER *evp;
	CK_RV rv;

	if ((rv = block_key(op->eng, b, op->key, op->alg->mode, &evp, key)) !=
	    CKR_OK)
		return rv;
	if (EVP_CipherInit_ex2(a->ctx, evp, NULL, NULL, op->dir == ENG_ENCRYPT,
		NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s does not start",
		    op->alg->mode);
	a->iv_len = a->tag_len = 0;
	return CKR_OK;
}

/* Whether the context needs its key (again).  CCM works its lengths into the
 * key, or goes on with the old. */
static bool
aead_stale(const struct aead *a, const struct eng_par *par)
{
	return a->kind->rekeys || (a->kind->ccm &&
	    (a->iv_len != par->iv.n || a->tag_len != par->tag_len));
}

/* Key and IV as libcrypto takes them. */
static CK_RV
aead_short(struct eng_op *op, struct aead_start *st)
{
	const uint8_t *nonce = st->iv.p;
	CK_RV rv;

	if (op->alg->cipher == ENG_CHACHA20) {
		if (st->iv.n != CHACHA_XNONCE)
			return CKR_OK;
		rv = chacha_subkey(op->eng, st->key, nonce, st->key_room);
		st->key = bytes_of(st->key_room, CHACHA_KEY);
		memset(st->iv_room, 0, 4);
		memcpy(st->iv_room + 4, nonce + CHACHA_IV, 8);
		st->iv = bytes_of(st->iv_room, 12);
		return rv;
	}
	if (st->iv.n <= GCM_IV_MAX)
		return CKR_OK;
	rv = gcm_short_iv(op->eng, block_cipher(op->alg->cipher),
	    secret_view(op->key->value), st->iv, st->iv_room);
	st->iv = bytes_of(st->iv_room, AES_BLOCK);
	return rv;
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
	if (a->kind->ccm && a->tag_len != tag_len &&
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

	if (a->kind->ccm && EVP_CipherUpdate(a->ctx, NULL, &n, NULL,
				(int)par->data_len) != 1)
		return false;
	return par->aad.n == 0 || aes_feed(a->ctx, par->aad, NULL, &none);
}

/* The kind of a row, NULL when there is none. */
static const struct aead_kind *
aead_kind(const struct eng_alg *alg)
{
	for (size_t i = 0; i < KL_COUNT(kinds); i++)
		if (strcmp(kinds[i].mode, alg->mode) == 0)
			return &kinds[i];
	return NULL;
}

/* Notes the tag that decryption is to find. */
static CK_RV
aead_expect(struct aead *a, struct bytes tag)
{
	if (tag.n != a->tag_len)
		return log_rv(CKR_ENCRYPTED_DATA_LEN_RANGE,
		    "engine: a tag of %zu bytes", tag.n);
	memcpy(a->tag, tag.p, tag.n);
	a->known = true;
	return CKR_OK;
}

static CK_RV
aead_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	KL_AUTO(start_done) struct aead_start st;
	struct aead *a = block_state(op, sizeof(struct aead));
	CK_RV rv;

	(void)e; /* op has it too */
	st.key = BYTES_NONE;	/* the rooms need not be cleared */
	st.iv = par->iv;
	if (a == NULL)
		return CKR_HOST_MEMORY;
	if (!same)
		a->kind = aead_kind(op->alg);
	KL_ASSERT(a->kind != NULL);
	if (!same || aead_stale(a, par))
		if ((rv = aead_key(op, a, &st.key)) != CKR_OK)
			return rv;
	if (!aead_par_ok(a->kind, par))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: %s: IV of %zu, tag of %zu bytes",
		    op->alg->mode, par->iv.n, par->tag_len);
	if ((rv = aead_short(op, &st)) != CKR_OK)
		return rv;
	if (!aead_lengths(a, st.iv.n, par->tag_len) ||
	    EVP_CipherInit_ex2(a->ctx, NULL, st.key.p, st.iv.p, -1, NULL) !=
	    1 || !aead_head(a, par))
		return log_rv(CKR_DEVICE_ERROR, "engine: %s does not start",
		    op->alg->mode);
	a->data_len = par->data_len;
	a->total = 0;
	a->apart = par->apart;
	a->known = false;
	return par->tag.n > 0 ? aead_expect(a, par->tag) : CKR_OK;
}

/* ------------------------------------------------------------- lengths */

/* Whether parts are kept until the end. */
static bool
aead_gathers(const struct eng_op *op)
{
	const struct aead *a = op->state;

	return a->kind->ccm || op->dir == ENG_DECRYPT;
}

/* Bytes of the tag in what goes in or comes out. */
static size_t
aead_tail(const struct aead *a)
{
	return a->apart ? 0 : a->tag_len;
}

static size_t
aead_once_len(const struct eng_op *op, size_t in_len)
{
	const struct aead *a = op->state;
	size_t tail = aead_tail(a);

	if (op->dir == ENG_DECRYPT)
		return in_len > tail ? in_len - tail : 0;
	return in_len > SIZE_MAX - TAG_MAX ? SIZE_MAX : in_len + tail;
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

	if (a->kind->ccm)
		return a->data_len +
		    (op->dir == ENG_ENCRYPT ? aead_tail(a) : 0);
	return aead_once_len(op, op->gathered.n);
}

/* ----------------------------------------------------------------- run */

/* Runs data through; an empty message too, which CCM has to be told of. */
static bool
aead_run(struct aead *a, struct bytes in, uint8_t *out, size_t *out_len)
{
	uint8_t empty = 0;
	int n;

	if (in.n > 0 || !a->kind->ccm)
		return aes_feed(a->ctx, in, out, out_len);
	*out_len = 0;
	return EVP_CipherUpdate(a->ctx, &empty, &n, &empty, 0) == 1;
}

static CK_RV
aead_feed(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct aead *a = op->state;

	if (in.n > a->kind->max - a->total)
		return log_rv(op_len_rv(op), "engine: too long for %s",
		    op->alg->mode);
	if (!aead_run(a, in, out, out_len))
		return log_rv(CKR_DEVICE_ERROR, "engine: %s fails",
		    op->alg->mode);
	a->total += in.n;
	return CKR_OK;
}

/* Ends encryption; the tag goes to out, behind the text, or is kept. */
static CK_RV
aead_tag(struct eng_op *op, uint8_t *out)
{
	struct aead *a = op->state;
	uint8_t none[AES_BLOCK];
	int n;

	if (EVP_CipherFinal_ex(a->ctx, none, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_GET_TAG, (int)a->tag_len,
		a->apart ? a->tag : out) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s fails",
		    op->alg->mode);
	a->known = a->apart;
	return CKR_OK;
}

static CK_RV
aead_encrypt(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct aead *a = op->state;
	size_t n;
	CK_RV rv;

	if (a->kind->ccm && in.n != a->data_len)
		return log_rv(CKR_DATA_LEN_RANGE,
		    "engine: CCM was told of another length");
	if ((rv = aead_feed(op, in, out, &n)) != CKR_OK ||
	    (rv = aead_tag(op, a->apart ? NULL : out + n)) != CKR_OK)
		return rv;
	*out_len = n + aead_tail(a);
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
	return a->kind->ccm || EVP_CipherFinal_ex(a->ctx, none, &n) == 1;
}

static CK_RV
aead_decrypt(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct aead *a = op->state;
	size_t tail = aead_tail(a);
	struct bytes text;
	struct bytes tag;

	if (in.n < tail || in.n - tail > a->kind->max ||
	    (a->kind->ccm && in.n - tail != a->data_len))
		return log_rv(CKR_ENCRYPTED_DATA_LEN_RANGE,
		    "engine: %zu bytes with a tag of %zu", in.n, tail);
	text = bytes_of(in.p, in.n - tail);
	tag = a->apart ? bytes_of(a->tag, a->tag_len) :
	    bytes_of(in.p + text.n, tail);
	if ((a->apart && !a->known) || !aead_check(a, text, tag, out)) {
		if (text.n > 0)
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
		*out_len = aead_tail(a);
	return rv;
}

size_t
eng_op_last_len(const struct eng_op *op, size_t in_len)
{
	const struct aead *a = op->state;

	if (a->kind->ccm)
		return a->data_len;
	return op->dir == ENG_ENCRYPT ? in_len : op->gathered.n + in_len;
}

CK_RV
eng_op_tag(const struct eng_op *op, uint8_t *out)
{
	const struct aead *a = op->state;

	KL_ASSERT(op->ops == &eng_ops_aead && a->apart && a->known);
	memcpy(out, a->tag, a->tag_len);
	return CKR_OK;
}

CK_RV
eng_op_expect(struct eng_op *op, struct bytes tag)
{
	struct aead *a = op->state;

	KL_ASSERT(op->ops == &eng_ops_aead && a->apart && op->running);
	return aead_expect(a, tag);
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
	.free_state = block_state_free,
};
