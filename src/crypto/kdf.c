/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key derivation by iterating a pseudo-random function: the three modes of
 * SP 800-108 with input put together from pieces (3.2 section 6.42), and what
 * is made of them: HKDF-Expand and the PRFs of IKE are feedback mode (6.62,
 * 6.64), that of TLS 1.2 the double pipeline, that of TLS 1.0 two of them (6.40).
 * libcrypto's own KBKDF has one order of the pieces only.
 *
 * Invariants:
 *  1. A counter is written in full: rounds that it cannot count are refused
 *     before the first.
 *  2. What a PRF gave is wiped, but for what is handed out.
 *
 * Any thread; nothing is kept.
 */
#include "crypto/kdf_int.h"
#include "crypto/cipher_int.h"
#include "crypto/key_int.h"

#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"

#define PRF_MAX EVP_MAX_MD_SIZE

/* A keyed pseudo-random function. */
struct prf {
	EVP_MAC_CTX *ctx;
	size_t len;		/* bytes of its output */
	bool fresh;		/* keyed, and nothing fed yet */
};

static void
prf_done(struct prf *p)
{
	EVP_MAC_CTX_free(p->ctx);
	p->ctx = NULL;
}

/* Keys a function: HMAC over md, or the CMAC that kdf names. */
static CK_RV
prf_init(struct eng *e, const struct eng_kdf *kdf, const char *md,
    struct bytes key, struct prf *p)
{
	EVP_MAC *kind = eng_mac(e, md != NULL ? "HMAC" : "CMAC");
	struct eng_key view = { .type = ENG_SECRET };
	KL_AUTO(secret_freep) struct secret *value = NULL;
	const char *param = OSSL_MAC_PARAM_DIGEST, *name = md;
	EVP_CIPHER *cipher;
	CK_RV rv;

	if (kind == NULL || (md != NULL && eng_md(e, md) == NULL))
		return log_rv(CKR_MECHANISM_PARAM_INVALID, "derive: no PRF");
	if (md == NULL) {
		if ((rv = secret_copy(key, &value)) != CKR_OK)
			return rv;
		view.value = value;
		if ((rv = block_key(e, block_cipher(kdf->prf_cipher), &view,
		    "CBC", &cipher, &key)) != CKR_OK)
			return rv;
		param = OSSL_MAC_PARAM_CIPHER;
		name = EVP_CIPHER_get0_name(cipher);
	}
	if ((p->ctx = EVP_MAC_CTX_new(kind)) == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = mac_start(e, p->ctx, OSSL_PARAM_construct_utf8_string(param,
	    (char *)(uintptr_t)name, 0), key, BYTES_NONE)) != CKR_OK)
		return rv;
	p->len = EVP_MAC_CTX_get_mac_size(p->ctx);
	p->fresh = true;
	KL_ASSERT(p->len <= PRF_MAX);
	return CKR_OK;
}

static bool
prf_begin(struct prf *p)
{
	bool ok = p->fresh || EVP_MAC_init(p->ctx, NULL, 0, NULL) == 1;

	p->fresh = false;
	return ok;
}

static bool
prf_feed(struct prf *p, struct bytes in)
{
	return in.n == 0 || EVP_MAC_update(p->ctx, in.p, in.n) == 1;
}

/* Writes p->len bytes to out. */
static bool
prf_end(struct prf *p, uint8_t *out)
{
	size_t n;

	return EVP_MAC_final(p->ctx, out, &n, PRF_MAX) == 1 && n == p->len;
}

/* ---------------------------------------------------------------- rounds */

struct rounds {
	const struct eng_kdf *kdf;
	struct prf prf;
	uint32_t i;			/* of the round, from 1 */
	uint32_t n;			/* of all */
	uint8_t chain[PRF_MAX];		/* what the mode iterates */
	size_t chain_n;			/* 0: the IV */
	uint8_t out[PRF_MAX];		/* of the last round */
};

static void
rounds_done(struct rounds *r)
{
	prf_done(&r->prf);
	secret_wipe(r, sizeof(*r));
}

static bool
feed_number(struct rounds *r, const struct eng_piece *p, uint64_t v)
{
	uint8_t raw[8];
	size_t n = p->width / 8;

	for (size_t k = 0; k < n; k++)
		raw[p->little ? k : n - 1 - k] = (uint8_t)(v >> 8 * k);
	return prf_feed(&r->prf, bytes_of(raw, n));
}

static bool
feed_piece(struct rounds *r, const struct eng_piece *p)
{
	switch (p->kind) {
	case ENG_PIECE_BYTES:
		return prf_feed(&r->prf, p->data);
	case ENG_PIECE_KEY:
		return prf_feed(&r->prf, secret_view(p->key->value));
	case ENG_PIECE_ITERATION:
		if (r->kdf->mode == ENG_KDF_COUNTER)
			return feed_number(r, p, r->i);
		return prf_feed(&r->prf, r->chain_n > 0 ?
		    bytes_of(r->chain, r->chain_n) : r->kdf->iv);
	case ENG_PIECE_COUNTER:
		return feed_number(r, p, r->i);
	case ENG_PIECE_KEYS_LEN:
		return feed_number(r, p, (uint64_t)r->kdf->keys_len * 8);
	case ENG_PIECE_TOTAL_LEN:
		return feed_number(r, p, (uint64_t)r->n * r->prf.len * 8);
	}
	return false;
}

/* All pieces; fixed: only those that do not depend on the round. */
static bool
feed_pieces(struct rounds *r, bool fixed)
{
	bool ok = true;

	for (size_t i = 0; ok && i < r->kdf->pieces; i++) {
		const struct eng_piece *p = &r->kdf->piece[i];

		if (!fixed || (p->kind != ENG_PIECE_ITERATION &&
		    p->kind != ENG_PIECE_COUNTER))
			ok = feed_piece(r, p);
	}
	return ok;
}

/* A(i) of the double pipeline from A(i - 1); A(0) is the fixed pieces. */
static bool
pipeline_step(struct rounds *r)
{
	bool ok = prf_begin(&r->prf) && (r->chain_n > 0 ?
	    prf_feed(&r->prf, bytes_of(r->chain, r->chain_n)) :
	    feed_pieces(r, true)) && prf_end(&r->prf, r->chain);

	r->chain_n = r->prf.len;
	return ok;
}

/* One round into r->out. */
static bool
round_run(struct rounds *r)
{
	if (r->kdf->mode == ENG_KDF_PIPELINE && !pipeline_step(r))
		return false;
	if (!prf_begin(&r->prf) || !feed_pieces(r, false) ||
	    !prf_end(&r->prf, r->out))
		return false;
	if (r->kdf->mode == ENG_KDF_FEEDBACK) {
		memcpy(r->chain, r->out, r->prf.len);
		r->chain_n = r->prf.len;
	}
	return true;
}

/* Whether v fits in width bits. */
static bool
fits(uint64_t v, unsigned width)
{
	return width >= 64 || v >> width == 0;
}

/* Whether so many rounds are allowed and every number can be written. */
static bool
rounds_ok(const struct eng_kdf *kdf, size_t n, size_t unit)
{
	if (n > (kdf->rounds_max != 0 ? kdf->rounds_max : UINT32_MAX))
		return false;
	for (size_t i = 0; i < kdf->pieces; i++) {
		const struct eng_piece *p = &kdf->piece[i];

		if ((p->kind == ENG_PIECE_COUNTER ||
		    (p->kind == ENG_PIECE_ITERATION &&
		    kdf->mode == ENG_KDF_COUNTER)) && !fits(n, p->width))
			return false;
		if (p->kind == ENG_PIECE_KEYS_LEN &&
		    !fits((uint64_t)kdf->keys_len * 8, p->width))
			return false;
		if (p->kind == ENG_PIECE_TOTAL_LEN &&
		    !fits((uint64_t)n * unit * 8, p->width))
			return false;
	}
	return true;
}

/* n bytes to out, by a function over md (NULL: CMAC). */
static CK_RV
kdf_run(struct eng *e, const struct eng_kdf *kdf, const char *md,
    struct bytes key, uint8_t *out, size_t n)
{
	KL_AUTO(rounds_done) struct rounds r = { .kdf = kdf };
	size_t count, size;
	CK_RV rv;

	if ((rv = prf_init(e, kdf, md, key, &r.prf)) != CKR_OK)
		return rv;
	count = (n + r.prf.len - 1) / r.prf.len;
	if (!rounds_ok(kdf, count, r.prf.len))
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "derive: %zu bytes cannot be had so", n);
	r.n = (uint32_t)count;
	for (size_t done = 0; done < n; done += size) {
		r.i++;
		if (!round_run(&r))
			return log_rv(CKR_DEVICE_ERROR, "derive: a PRF fails");
		size = n - done < r.prf.len ? n - done : r.prf.len;
		memcpy(out + done, r.out, size);
	}
	return CKR_OK;
}

/* ------------------------------------------------------------ the families */

size_t
eng_kdf_unit(struct eng *e, const struct eng_alg *alg,
    const struct eng_kdf *kdf)
{
	EVP_MD *md;

	if (alg->fam != ENG_F_KDF || kdf->tls10)
		return 1;
	if (kdf->prf_md == NULL)
		return block_cipher(kdf->prf_cipher)->block;
	md = eng_md(e, kdf->prf_md);
	return md != NULL ? (size_t)EVP_MD_get_size(md) : 0;
}

/* RFC 2246 section 5: halves of the key, which share a byte when it is odd. */
static CK_RV
tls10_run(struct eng *e, const struct eng_kdf *kdf, struct bytes key,
    uint8_t *out, size_t n)
{
	KL_AUTO(secret_freep) struct secret *other = NULL;
	size_t half = (key.n + 1) / 2;
	CK_RV rv;

	if ((rv = secret_new(n, &other)) != CKR_OK ||
	    (rv = kdf_run(e, kdf, "MD5", bytes_of(key.p, half), out, n)) !=
	    CKR_OK || (rv = kdf_run(e, kdf, "SHA1",
	    bytes_of(key.p + key.n - half, half), secret_data(other), n)) !=
	    CKR_OK)
		return rv;
	for (size_t i = 0; i < n; i++)
		out[i] ^= secret_data(other)[i];
	return CKR_OK;
}

CK_RV
kdf_prf(struct eng *e, const struct eng_kdf *kdf, struct bytes key,
    uint8_t *out, size_t n)
{
	if (kdf->tls10)
		return tls10_run(e, kdf, key, out, n);
	return kdf_run(e, kdf, kdf->prf_md, key, out, n);
}

/* IKE_PRF with the data as key: one output of the PRF over the key. */
static CK_RV
swapped(struct eng *e, const struct eng_kdf *kdf, struct bytes key,
    uint8_t *out)
{
	KL_AUTO(buf_done) struct buf data = { .p = NULL };
	KL_AUTO(prf_done) struct prf p = { .ctx = NULL };
	WIPE_AUTO(full, PRF_MAX);
	CK_RV rv;

	for (size_t i = 0; i < kdf->pieces; i++)
		buf_put(&data, kdf->piece[i].data);
	if ((rv = buf_rv(&data)) != CKR_OK ||
	    (rv = prf_init(e, kdf, kdf->prf_md, buf_view(&data), &p)) !=
	    CKR_OK)
		return rv;
	if (!prf_begin(&p) || !prf_feed(&p, key) || !prf_end(&p, full))
		return log_rv(CKR_DEVICE_ERROR, "derive: a PRF fails");
	memcpy(out, full, p.len);
	return CKR_OK;
}

CK_RV
kdf_derive(struct eng *e, const struct eng_alg *alg,
    const struct eng_kdf *kdf, struct bytes key, size_t len,
    struct secret **out)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	size_t unit = eng_kdf_unit(e, alg, kdf);
	CK_RV rv;

	if (unit == 0)
		return log_rv(CKR_MECHANISM_PARAM_INVALID, "derive: no PRF");
	if (len == 0)
		len = unit;
	if (len > BUF_MAX || (kdf->pieces_key && len != unit))
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "derive: %zu bytes cannot be had", len);
	if (kdf->cut_key && len <= unit) {
		if (len > key.n)
			return CKR_KEY_SIZE_RANGE;
		return secret_copy(bytes_of(key.p, len), out);
	}
	if ((rv = secret_new(len, &s)) != CKR_OK)
		return rv;
	rv = kdf->pieces_key ? swapped(e, kdf, key, secret_data(s)) :
	    kdf_prf(e, kdf, key, secret_data(s), len);
	if (rv == CKR_OK)
		*out = KL_TAKE(s);
	return rv;
}

/* RFC 5869 section 2.2: the PRK, h bytes. */
static CK_RV
hkdf_extract(struct eng *e, const struct eng_kdf *kdf, struct bytes key,
    uint8_t *out, size_t h)
{
	KL_AUTO(prf_done) struct prf p = { .ctx = NULL };
	uint8_t zero[PRF_MAX] = { 0 };
	struct bytes salt = kdf->salt_key != NULL ?
	    secret_view(kdf->salt_key->value) : kdf->salt;
	CK_RV rv;

	if (salt.n == 0)
		salt = bytes_of(zero, h);
	if ((rv = prf_init(e, kdf, kdf->prf_md, salt, &p)) != CKR_OK)
		return rv;
	if (!prf_begin(&p) || !prf_feed(&p, key) || !prf_end(&p, out))
		return log_rv(CKR_DEVICE_ERROR, "derive: a PRF fails");
	return CKR_OK;
}

CK_RV
kdf_hkdf(struct eng *e, const struct eng_kdf *kdf, struct bytes key,
    size_t len, struct secret **out)
{
	static const struct eng_alg kdf_alg = { .fam = ENG_F_KDF };
	size_t h = eng_kdf_unit(e, &kdf_alg, kdf);
	struct eng_kdf expand = {
		.prf_md = kdf->prf_md, .mode = ENG_KDF_FEEDBACK,
		.rounds_max = 255, .pieces = 3,
		.piece = { { .kind = ENG_PIECE_ITERATION },
		    { .kind = ENG_PIECE_BYTES, .data = kdf->info },
		    { .kind = ENG_PIECE_COUNTER, .width = 8 } },
	};
	WIPE_AUTO(prk, PRF_MAX);
	CK_RV rv;

	if (h == 0)
		return log_rv(CKR_MECHANISM_PARAM_INVALID, "derive: no PRF");
	if (kdf->expand ? len == 0 : len != 0 && len != h)
		return log_rv(CKR_KEY_SIZE_RANGE,
		    "derive: HKDF does not give %zu bytes", len);
	if (kdf->extract) {
		if ((rv = hkdf_extract(e, kdf, key, prk, h)) != CKR_OK)
			return rv;
		key = bytes_of(prk, h);
	}
	if (!kdf->expand)
		return secret_copy(key, out);
	return kdf_derive(e, &kdf_alg, &expand, key, len, out);
}
