/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ciphers without authentication: ECB, CBC, CBC with PKCS#7 padding, the modes
 * that make a stream cipher of a block cipher (CTR, OFB, CFB), and ChaCha20
 * (chacha.c); and what all their families share (cipher_int.h).
 *
 * Invariants:
 *  1. `pending` is how many bytes libcrypto holds back: less than a block, or
 *     up to a whole one when padding is to be taken off (only the last block
 *     has it, and any block may be the last).
 *  2. CTR and ChaCha20: `left` is how many bytes can still be processed before
 *     the counter bits overflow.  Nothing ever wraps, so that libcrypto's longer
 *     counter gives the same blocks as one of fewer bits.
 */
#include "crypto/cipher_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* What one EVP_CipherUpdate is given at most: an int, and whole blocks. */
#define FEED_MAX ((size_t)1 << 30)

/* ------------------------------------------------------------- shared */

static const struct block_cipher ciphers[ENG_CIPHERS] = {
	[ENG_AES] = { .name = "AES", .block = AES_BLOCK, .keys = {
	    { 16, "AES-128" }, { 24, "AES-192" }, { 32, "AES-256" } } },
	[ENG_XTS] = { .name = "AES", .block = AES_BLOCK, .keys = {
	    { 32, "AES-128" }, { 64, "AES-256" } },
	    .halves = true, .only = "XTS" },
	[ENG_ARIA] = { .name = "ARIA", .block = 16, .keys = {
	    { 16, "ARIA-128" }, { 24, "ARIA-192" }, { 32, "ARIA-256" } } },
	[ENG_CAMELLIA] = { .name = "CAMELLIA", .block = 16, .keys = {
	    { 16, "CAMELLIA-128" }, { 24, "CAMELLIA-192" },
	    { 32, "CAMELLIA-256" } } },
	[ENG_SEED] = { .name = "SEED", .block = 16, .keys = {
	    { 16, "SEED" } } },
	[ENG_DES] = { .name = "DES", .block = 8, .keys = {
	    { 8, "DES" } }, .parity = true },
	[ENG_DES2] = { .name = "DES-EDE", .block = 8, .keys = {
	    { 16, "DES-EDE" } }, .parity = true },
	[ENG_DES3] = { .name = "DES-EDE3", .block = 8, .keys = {
	    { 24, "DES-EDE3" } }, .parity = true },
	[ENG_TDEA] = { .name = "triple DES", .block = 8, .keys = {
	    { 16, "DES-EDE" }, { 24, "DES-EDE3" } }, .parity = true },
	[ENG_DEA] = { .name = "DES", .block = 8, .keys = {
	    { 8, "DES" }, { 16, "DES-EDE" }, { 24, "DES-EDE3" } },
	    .parity = true },
	/* The shortest keys are their designers' (RFC 2144 section 2.5). */
	[ENG_BLOWFISH] = { .name = "Blowfish", .block = 8, .keys = {
	    { 56, "BF" } }, .key_min = 4 },
	[ENG_CAST5] = { .name = "CAST5", .block = 8, .keys = {
	    { 16, "CAST5" } }, .key_min = 5 },
	[ENG_IDEA] = { .name = "IDEA", .block = 8, .keys = {
	    { 16, "IDEA" } } },
	[ENG_CHACHA20] = { .name = "ChaCha20", .block = 1, .keys = {
	    { CHACHA_KEY, "ChaCha20" } } },
};

const struct block_cipher *
block_cipher(enum eng_cipher which)
{
	return &ciphers[which];
}

/* libcrypto's name of the cipher under keys of n bytes, without the mode; NULL
 * when they are none. */
static const char *
block_name(const struct block_cipher *b, size_t n)
{
	if (b->key_min != 0)
		return n >= b->key_min && n <= b->keys[0].len ?
		    b->keys[0].name : NULL;
	for (size_t i = 0; n != 0 && i < BLOCK_KEYS; i++)
		if (b->keys[i].len == n)
			return b->keys[i].name;
	return NULL;
}

/* Bytes of the longest key. */
static size_t
block_key_max(const struct block_cipher *b)
{
	size_t max = 0;

	for (size_t i = 0; i < BLOCK_KEYS && b->keys[i].len != 0; i++)
		max = b->keys[i].len;
	return max;
}

bool
eng_cipher_len(enum eng_cipher which, size_t n)
{
	return which == ENG_CIPHERS ? n >= 1 :
				      block_name(&ciphers[which], n) != NULL;
}

/* Whether the bytes are a key of the cipher. */
static bool
block_fits(const struct block_cipher *b, struct bytes v)
{
	size_t half = v.n / 2;

	return block_name(b, v.n) != NULL && !(b->halves &&
	    secret_equal(bytes_of(v.p, half), bytes_of(v.p + half, half)));
}

bool
eng_cipher_key(enum eng_cipher which, struct bytes value)
{
	return which == ENG_CIPHERS ? value.n >= 1 :
				      block_fits(&ciphers[which], value);
}

EVP_CIPHER *
block_evp(struct eng *e, const struct block_cipher *b, size_t key_len,
    const char *mode)
{
	const char *base = block_name(b, key_len);
	char name[32];
	int n;

	if (base == NULL)
		return NULL;
	n = snprintf(name, sizeof(name), "%s%s%s", base,
	    mode[0] != '\0' ? "-" : "", mode);
	if (n < 0 || (size_t)n >= sizeof(name))
		return NULL;
	return eng_cipher(e, name);
}

const char *
block_raw(enum eng_cipher which)
{
	return block_cipher(which)->block > 1 ? "ECB" : "";
}

bool
block_can(struct eng *e, enum eng_cipher which, const char *mode)
{
	const struct block_cipher *b = block_cipher(which);

	if (b->only != NULL)
		mode = b->only;
	return mode != NULL &&
	    block_evp(e, b, block_key_max(b), mode) != NULL;
}

CK_RV
block_key(struct eng *e, const struct block_cipher *b, const struct eng_key *k,
    const char *mode, EVP_CIPHER **cipher, struct bytes *value)
{
	struct bytes v;
	EVP_CIPHER *c;

	if (k == NULL || k->type != ENG_SECRET)
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "engine: %s wants a secret key", b->name);
	v = secret_view(k->value);
	if (!block_fits(b, v))
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "engine: these %zu bytes are no %s key", v.n, b->name);
	if ((c = block_evp(e, b, v.n, mode)) == NULL)
		return log_rv(CKR_MECHANISM_INVALID,
		    "engine: no provider has %s-%s", b->name, mode);
	*cipher = c;
	*value = v;
	return CKR_OK;
}

bool
block_start(EVP_CIPHER_CTX *ctx, EVP_CIPHER *cipher, struct bytes key,
    const uint8_t *iv, bool encrypt)
{
	if ((size_t)EVP_CIPHER_get_key_length(cipher) == key.n)
		return EVP_CipherInit_ex2(ctx, cipher, key.p, iv, encrypt,
		    NULL) == 1;
	return EVP_CipherInit_ex2(ctx, cipher, NULL, NULL, encrypt, NULL) ==
	    1 && EVP_CIPHER_CTX_set_key_length(ctx, (int)key.n) == 1 &&
	    EVP_CipherInit_ex2(ctx, NULL, key.p, iv, -1, NULL) == 1;
}

size_t
eng_block_len(const struct eng_alg *alg)
{
	if (alg->fam == ENG_F_KEYWRAP)
		return 8; /* RFC 3394 section 2 */
	return alg->fam == ENG_F_CIPHER || alg->fam == ENG_F_UNIT ||
	    alg->fam == ENG_F_ENCRYPT_DATA ?
	    ciphers[alg->cipher].block : 1;
}

EVP_CIPHER *
aes_cipher(struct eng *e, size_t key_len, const char *mode)
{
	return block_evp(e, &ciphers[ENG_AES], key_len, mode);
}

CK_RV
aes_key(const struct eng_op *op, const char *mode, EVP_CIPHER **cipher,
    struct bytes *value)
{
	return block_key(op->eng, &ciphers[ENG_AES], op->key, mode, cipher,
	    value);
}

bool
aes_feed(EVP_CIPHER_CTX *ctx, struct bytes in, uint8_t *out, size_t *out_len)
{
	size_t done = 0;
	int n;

	while (in.n > 0) {
		size_t part = in.n < FEED_MAX ? in.n : FEED_MAX;

		if (EVP_CipherUpdate(ctx, out != NULL ? out + done : NULL, &n,
			in.p, (int)part) != 1)
			return false;
		done += (size_t)n;
		in = bytes_of(in.p + part, in.n - part);
	}
	*out_len = done;
	return true;
}

CK_RV
op_len_rv(const struct eng_op *op)
{
	return op->dir == ENG_DECRYPT ? CKR_ENCRYPTED_DATA_LEN_RANGE :
					CKR_DATA_LEN_RANGE;
}

CK_RV
op_gather(struct eng_op *op, struct bytes in)
{
	if (in.n > BUF_MAX - op->gathered.n)
		return log_rv(op_len_rv(op),
		    "engine: more input than is kept in parts");
	buf_put(&op->gathered, in);
	return buf_rv(&op->gathered);
}

/* ------------------------------------------------------------ the family */

struct cipher {
	EVP_CIPHER_CTX *ctx;
	const struct block_cipher *kind;
	bool block;		/* works in whole blocks */
	bool unpad;		/* takes padding off */
	size_t pending;
	uint64_t left;		/* CTR, ChaCha20 */
};
_Static_assert(offsetof(struct cipher, ctx) == 0, "see block_state");

static bool
is_mode(const struct eng_alg *alg, const char *mode)
{
	return strcmp(alg->mode, mode) == 0;
}

void *
block_state(struct eng_op *op, size_t size)
{
	EVP_CIPHER_CTX **ctx = op->state;

	if (ctx != NULL)
		return ctx;
	if ((ctx = calloc(1, size)) == NULL)
		return NULL;
	if ((*ctx = EVP_CIPHER_CTX_new()) == NULL) {
		free(ctx);
		return NULL;
	}
	op->state = ctx;
	return ctx;
}

void
block_state_free(struct eng_op *op)
{
	EVP_CIPHER_CTX **ctx = op->state;

	EVP_CIPHER_CTX_free(*ctx);
	free(ctx);
}

/*
 * Bytes from a counter block on until its low `bits` bits overflow
 * (UINT64_MAX: more than can be asked for), 3.2 AES with Counter.
 */
static uint64_t
ctr_room(const uint8_t block[AES_BLOCK], unsigned bits)
{
	uint64_t high = 0;
	uint64_t low = 0;
	uint64_t blocks;

	for (size_t i = 0; i < 8; i++) {
		high = high << 8 | block[i];
		low = low << 8 | block[8 + i];
	}
	if (bits > 64 && ~(high | (bits < 128 ? UINT64_MAX << (bits - 64) : 0)))
		return UINT64_MAX;
	blocks = bits < 64 ? ((uint64_t)1 << bits) -
		(low & (((uint64_t)1 << bits) - 1)) : 0 - low;
	if (blocks == 0 || blocks > UINT64_MAX / AES_BLOCK)
		return UINT64_MAX;
	return blocks * AES_BLOCK;
}

static CK_RV
cipher_par(const struct eng_op *op, const struct eng_par *par)
{
	bool ecb = is_mode(op->alg, "ECB");

	if (par->iv.n != (ecb ? 0 : eng_block_len(op->alg)))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: %s-%s takes no IV of %zu bytes",
		    block_cipher(op->alg->cipher)->name, op->alg->mode,
		    par->iv.n);
	if (is_mode(op->alg, "CTR") &&
	    (par->ctr_bits < 1 || par->ctr_bits > 128))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "engine: a counter of %u bits", par->ctr_bits);
	return CKR_OK;
}

/* Gives the context cipher, key and padding. */
static CK_RV
cipher_key(struct eng_op *op, struct cipher *c, const struct eng_par *par)
{
	struct bytes key;
	EVP_CIPHER *evp;
	CK_RV rv;

	c->kind = block_cipher(op->alg->cipher);
	if ((rv = block_key(op->eng, c->kind, op->key, op->alg->mode, &evp,
	    &key)) != CKR_OK)
		return rv;
	if (!block_start(c->ctx, evp, key, par->iv.p,
	    op->dir == ENG_ENCRYPT) ||
	    EVP_CIPHER_CTX_set_padding(c->ctx, op->alg->pad) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s-%s does not start",
		    c->kind->name, op->alg->mode);
	c->block = is_mode(op->alg, "ECB") || is_mode(op->alg, "CBC");
	c->unpad = op->alg->pad && op->dir == ENG_DECRYPT;
	return CKR_OK;
}

/* Starts ChaCha20, with its key each time: a nonce may have its own. */
static CK_RV
cipher_chacha(struct eng_op *op, struct cipher *c, const struct eng_par *par)
{
	KL_AUTO(chacha_done) struct chacha start = { .room = 0 };
	EVP_CIPHER *evp;
	struct bytes key;
	CK_RV rv;

	c->kind = block_cipher(ENG_CHACHA20);
	if ((rv = block_key(op->eng, c->kind, op->key, op->alg->mode, &evp,
	    &key)) != CKR_OK ||
	    (rv = chacha_start(op->eng, key, par, &start)) != CKR_OK)
		return rv;
	if (EVP_CipherInit_ex2(c->ctx, evp, start.key, start.iv,
		op->dir == ENG_ENCRYPT, NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s does not start",
		    c->kind->name);
	c->block = c->unpad = false;
	c->pending = 0;
	c->left = start.room;
	return CKR_OK;
}

static CK_RV
cipher_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	struct cipher *c;
	CK_RV rv;

	(void)e; /* op has it too */
	if ((c = block_state(op, sizeof(struct cipher))) == NULL)
		return CKR_HOST_MEMORY;
	if (op->alg->cipher == ENG_CHACHA20)
		return cipher_chacha(op, c, par);
	if ((rv = cipher_par(op, par)) != CKR_OK)
		return rv;
	if (!same && (rv = cipher_key(op, c, par)) != CKR_OK)
		return rv;
	if (same && EVP_CipherInit_ex2(c->ctx, NULL, NULL, par->iv.p, -1,
			NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "engine: %s-%s does not start",
		    c->kind->name, op->alg->mode);
	c->pending = 0;
	c->left = is_mode(op->alg, "CTR") ?
	    ctr_room(par->iv.p, par->ctr_bits) : UINT64_MAX;
	return CKR_OK;
}

/* The bytes of n that make whole blocks. */
static size_t
whole_blocks(const struct cipher *c, size_t n)
{
	return n & ~(c->kind->block - 1);
}

static size_t
cipher_update_len(const struct eng_op *op, size_t in_len)
{
	const struct cipher *c = op->state;
	size_t n;

	if (!c->block || in_len == 0)
		return in_len;
	if (in_len > SIZE_MAX - AES_BLOCK)
		return SIZE_MAX;
	n = c->pending + in_len;
	return whole_blocks(c, c->unpad ? n - 1 : n);
}

static size_t
cipher_final_len(const struct eng_op *op)
{
	const struct cipher *c = op->state;

	if (!op->alg->pad)
		return 0;
	return c->unpad ? c->kind->block - 1 : c->kind->block;
}

static size_t
cipher_once_len(const struct eng_op *op, size_t in_len)
{
	const struct cipher *c = op->state;

	if (!op->alg->pad)
		return in_len;
	if (op->dir == ENG_DECRYPT)
		return in_len > 0 ? in_len - 1 : 0;
	if (in_len > SIZE_MAX - AES_BLOCK)
		return SIZE_MAX;
	return whole_blocks(c, in_len) + c->kind->block;
}

static CK_RV
cipher_update(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct cipher *c = op->state;
	size_t total = c->pending + in.n;
	size_t n;

	if (in.n > c->left)
		return log_rv(op_len_rv(op), "engine: the counter overflows");
	if (!aes_feed(c->ctx, in, out, &n))
		return log_rv(CKR_DEVICE_ERROR, "engine: %s-%s fails",
		    c->kind->name, op->alg->mode);
	if (c->block)
		c->pending = total - n;
	else
		c->left -= c->left == UINT64_MAX ? 0 : in.n;
	*out_len = n;
	return CKR_OK;
}

static bool
cipher_in_place(const struct eng_op *op)
{
	const struct cipher *c = op->state;

	return c->pending == 0;
}

static CK_RV
cipher_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	struct cipher *c = op->state;
	WIPE_AUTO(last, AES_BLOCK);
	int n = 0;

	if (!c->block) {
		*out_len = 0;
		return CKR_OK;
	}
	if (c->unpad ? c->pending != c->kind->block :
		       !op->alg->pad && c->pending > 0)
		return log_rv(op_len_rv(op), "engine: not whole blocks");
	if (EVP_CipherFinal_ex(c->ctx, last, &n) != 1)
		return c->unpad ? CKR_ENCRYPTED_DATA_INVALID :
				  log_rv(CKR_DEVICE_ERROR,
				      "engine: %s-%s fails",
				      c->kind->name, op->alg->mode);
	if (n > 0)
		memcpy(out, last, (size_t)n);
	*out_len = (size_t)n;
	return CKR_OK;
}

static CK_RV
cipher_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct cipher *c = op->state;
	size_t n = 0;
	size_t last;
	CK_RV rv;

	/* Before anything is written, so that in-place input survives. */
	if (c->block && whole_blocks(c, in.n) != in.n &&
	    (c->unpad || !op->alg->pad))
		return log_rv(op_len_rv(op), "engine: not whole blocks");
	if ((rv = cipher_update(op, in, out, &n)) != CKR_OK)
		return rv;
	if ((rv = cipher_final(op, n > 0 ? out + n : out, &last)) != CKR_OK) {
		if (c->unpad && n > 0)
			secret_wipe(out, n);
		return rv;
	}
	*out_len = n + last;
	return CKR_OK;
}

static CK_RV
cipher_copy(const struct eng_op *from, struct eng_op *to)
{
	const struct cipher *c = from->state;
	struct cipher *copy = block_state(to, sizeof(struct cipher));
	EVP_CIPHER_CTX *ctx;

	if (copy == NULL)
		return CKR_HOST_MEMORY;
	ctx = copy->ctx;
	*copy = *c;
	copy->ctx = ctx;
	return EVP_CIPHER_CTX_copy(ctx, c->ctx) == 1 ? CKR_OK :
	    CKR_STATE_UNSAVEABLE;
}

const struct eng_family_ops eng_ops_cipher = {
	.quiet = true,
	.init = cipher_init,
	.once_len = cipher_once_len,
	.update_len = cipher_update_len,
	.final_len = cipher_final_len,
	.once = cipher_once,
	.update = cipher_update,
	.in_place = cipher_in_place,
	.final = cipher_final,
	.copy_state = cipher_copy,
	.free_state = block_state_free,
};
