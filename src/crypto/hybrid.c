/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wrapping in two steps: an AES key made for this once carries the key, and
 * RSA or an agreement carries the AES key (3.2 sections 6.1.19 and 6.3.20 to
 * 6.3.22).  The result is what carries the AES key, then the key wrapped by
 * AES_KEY_WRAP_KWP:
 *
 *	"OAEP"	RSA-OAEP ciphertext, as long as the modulus
 *	"ECDH"	the transport key's public point: bare bytes (RFC 7748, X9.62
 *		uncompressed), with cofactor a DER OCTET STRING around them.  Both
 *		forms are taken: what follows has whole blocks of 8 bytes, so only
 *		one of them fits.
 *
 * Invariant: whatever is wrong in something of a possible length takes one
 * path: where the first step fails, the second goes on with a key of random
 * bytes.
 *
 * One thread per operation.
 */
#include "crypto/cipher_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "crypto/key_int.h"

#define SEMI 8			/* a block of AES key wrap */
#define KWP_MIN 16		/* the shortest key, wrapped */
#define DER_MAX 3		/* head of an OCTET STRING of a point */

static const struct eng_alg kwp = { .fam = ENG_F_KEYWRAP, .cipher = ENG_AES,
	.mode = "WRAP-PAD" };
static const struct eng_alg carriers[] = {
	{ .fam = ENG_F_RSA_OAEP },
	{ .fam = ENG_F_ECDH },
	{ .fam = ENG_F_ECDH, .cofactor = true },
};

struct hybrid {
	const struct eng_alg *carrier;
	struct eng_par par;	/* of the carrier; views the next */
	struct buf extra;	/* label or shared data */
	size_t aes_len;		/* bytes of the AES key */
	size_t ct_len;		/* bytes of the carrier as it is written */
};

static void
hybrid_free(struct eng_op *op)
{
	struct hybrid *h = op->state;

	buf_done(&h->extra);
	free(h);
}

static bool
by_rsa(const struct hybrid *h)
{
	return h->carrier->fam == ENG_F_RSA_OAEP;
}

/* A hash's name that lives as long as the engine; NULL stays NULL. */
static CK_RV
lasting_name(struct eng *e, const char *name, const char **out)
{
	EVP_MD *md = name != NULL ? eng_md(e, name) : NULL;

	if (name != NULL && md == NULL)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "hybrid: no such hash");
	*out = md != NULL ? EVP_MD_get0_name(md) : NULL;
	return CKR_OK;
}

/* Keeps what the carrier needs of par. */
static CK_RV
hybrid_read(struct eng *e, const struct eng_par *par, struct hybrid *h)
{
	struct bytes extra = by_rsa(h) ? par->label : par->shared;
	CK_RV rv;

	h->par = (struct eng_par){ .kdf_sp800 = par->kdf_sp800 };
	if ((rv = lasting_name(e, par->md, &h->par.md)) != CKR_OK ||
	    (rv = lasting_name(e, par->mgf_md, &h->par.mgf_md)) != CKR_OK ||
	    (rv = lasting_name(e, par->kdf_md, &h->par.kdf_md)) != CKR_OK ||
	    (rv = buf_set(&h->extra, extra)) != CKR_OK)
		return rv;
	if (by_rsa(h))
		h->par.label = buf_view(&h->extra);
	else
		h->par.shared = buf_view(&h->extra);
	h->aes_len = par->aes_len;
	return CKR_OK;
}

static size_t
der_len(size_t n)
{
	return n + (n < 128 ? 2 : DER_MAX);
}

static CK_RV
hybrid_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	struct hybrid *h = op->state;
	CK_RV rv;

	(void)same; /* nothing is kept that the key could use again */
	if (op->key == NULL || (op->dir == ENG_DECRYPT && !op->key->private))
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "hybrid: a key of another kind");
	if (h == NULL && (h = op->state = calloc(1, sizeof(*h))) == NULL)
		return CKR_HOST_MEMORY;
	h->carrier = &carriers[strcmp(op->alg->mode, "OAEP") == 0 ? 0 :
	    op->alg->cofactor ? 2 : 1];
	if ((rv = eng_encap_len(e, h->carrier, op->key, &h->ct_len)) !=
	    CKR_OK || (rv = hybrid_read(e, par, h)) != CKR_OK)
		return rv;
	if (h->carrier->cofactor)
		h->ct_len = der_len(h->ct_len);
	/* Without a KDF the key is the beginning of the shared secret. */
	if (!by_rsa(h) && h->par.kdf_md == NULL &&
	    h->aes_len > op->key->curve->len)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "hybrid: the curve has no AES key of %zu bytes",
		    h->aes_len);
	return CKR_OK;
}

static size_t
hybrid_once_len(const struct eng_op *op, size_t in_len)
{
	const struct hybrid *h = op->state;

	if (op->dir == ENG_DECRYPT)
		return in_len;
	if (in_len > BUF_MAX)
		return SIZE_MAX;
	return h->ct_len + (in_len + SEMI - 1) / SEMI * SEMI + SEMI;
}

/* What eng_encap and eng_decap are asked for. */
static struct eng_kem
kem_of(const struct hybrid *h)
{
	bool whole = !by_rsa(h) && h->par.kdf_md == NULL;

	return (struct eng_kem){ h->carrier, &h->par, whole ? 0 : h->aes_len };
}

/* The AES key as a key, of the first bytes of a secret. */
static CK_RV
aes_of(struct eng *e, const struct hybrid *h, struct secret *s,
    struct eng_key **out)
{
	struct eng_parts parts = { .part = { { NULL, 0 } } };

	parts.part[PART_VALUE] = bytes_of(secret_data(s), h->aes_len);
	return eng_key_import(e, ENG_SECRET, true, &parts, out);
}

static CK_RV
hybrid_wrap(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	KL_AUTO(eng_key_putp) struct eng_key *aes = NULL;
	KL_AUTO(eng_op_freep) struct eng_op *inner = NULL;
	KL_AUTO(buf_done) struct buf ct = { .p = NULL };
	KL_AUTO(buf_done) struct buf der = { .p = NULL };
	const struct hybrid *h = op->state;
	const struct eng_kem kem = kem_of(h);
	struct bytes head;
	size_t n = 0;
	CK_RV rv;

	if ((rv = eng_encap(op->eng, &kem, op->key, &ct, &s)) != CKR_OK ||
	    (rv = aes_of(op->eng, h, s, &aes)) != CKR_OK ||
	    (rv = eng_op_init(op->eng, &kwp, NULL, ENG_ENCRYPT, aes,
	    &inner)) != CKR_OK)
		return rv;
	if (h->carrier->cofactor)
		eng_octet_string(buf_view(&ct), &der);
	if ((rv = buf_rv(&der)) != CKR_OK)
		return rv;
	head = buf_view(h->carrier->cofactor ? &der : &ct);
	KL_ASSERT(head.n == h->ct_len);
	if ((rv = eng_op_once(inner, in, out + head.n, &n)) != CKR_OK)
		return rv;
	memcpy(out, head.p, head.n);
	*out_len = head.n + n;
	return CKR_OK;
}

/* How many bytes carry the AES key; 0: not of a possible length. */
static size_t
carrier_len(const struct eng_op *op, size_t n)
{
	const struct hybrid *h = op->state;
	size_t bare = by_rsa(h) ? h->ct_len : op->key->point_n;
	const size_t lens[] = { h->ct_len, bare, der_len(bare) };

	for (size_t i = 0; i < (by_rsa(h) ? 1 : KL_COUNT(lens)); i++)
		if (n >= lens[i] + KWP_MIN && (n - lens[i]) % SEMI == 0)
			return lens[i];
	return 0;
}

/* The AES key out of its carrier, or random bytes. */
static CK_RV
aes_open(struct eng_op *op, struct bytes ct, struct eng_key **out)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	KL_AUTO(secret_freep) struct secret *other = NULL;
	const struct hybrid *h = op->state;
	const struct eng_kem kem = kem_of(h);
	bool good;
	CK_RV rv;

	if ((rv = secret_new(h->aes_len, &other)) != CKR_OK ||
	    (rv = eng_random(op->eng, secret_data(other), h->aes_len)) !=
	    CKR_OK)
		return rv;
	rv = eng_decap(op->eng, &kem, op->key, ct, &s);
	if (rv != CKR_OK && rv != CKR_ENCRYPTED_DATA_INVALID &&
	    rv != CKR_ENCRYPTED_DATA_LEN_RANGE)
		return rv;
	good = rv == CKR_OK && (by_rsa(h) ? secret_len(s) == h->aes_len :
	    secret_len(s) >= h->aes_len);
	return aes_of(op->eng, h, good ? s : other, out);
}

static CK_RV
hybrid_unwrap(struct eng_op *op, struct bytes in, uint8_t *out,
    size_t *out_len)
{
	KL_AUTO(eng_key_putp) struct eng_key *aes = NULL;
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	size_t n = carrier_len(op, in.n);
	CK_RV rv;

	if (n == 0)
		return log_rv(CKR_ENCRYPTED_DATA_LEN_RANGE,
		    "hybrid: %zu bytes do not unwrap", in.n);
	if ((rv = aes_open(op, bytes_of(in.p, n), &aes)) != CKR_OK)
		return rv;
	rv = eng_open(op->eng, &kwp, NULL, aes, bytes_of(in.p + n, in.n - n),
	    &plain);
	if (rv != CKR_OK)
		return rv;
	memcpy(out, secret_data(plain), secret_len(plain));
	*out_len = secret_len(plain);
	return CKR_OK;
}

static CK_RV
hybrid_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	return op->dir == ENG_ENCRYPT ? hybrid_wrap(op, in, out, out_len) :
	    hybrid_unwrap(op, in, out, out_len);
}

bool
hybrid_can(struct eng *e, const struct eng_alg *alg)
{
	return block_can(e, ENG_AES, kwp.mode) &&
	    eng_can(e, &carriers[strcmp(alg->mode, "OAEP") == 0 ? 0 : 1]);
}

const struct eng_family_ops eng_ops_hybrid = {
	.init = hybrid_init,
	.once_len = hybrid_once_len,
	.once = hybrid_once,
	.free_state = hybrid_free,
};
