/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encrypting and decrypting with RSA: PKCS#1 v1.5, OAEP, X.509.
 *
 * Invariants:
 *  1. pctx belongs to the key, direction and parameters in `oaep`; op.c's
 *     `same` is false after a failed call, and then it is made anew.
 *  2. Whatever is wrong inside a ciphertext of the right length, the answer is
 *     CKR_ENCRYPTED_DATA_INVALID (or, where libcrypto has implicit
 *     rejection, a random-looking message).
 *  3. Decrypted bytes live in a struct secret until they are handed out.
 *
 * One thread per operation.
 */
#include "crypto/key_int.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/rsa.h>

#include "base/log.h"

#define PKCS1_OVERHEAD 11

struct oaep {
	const char *md;		/* as eng_md knows them: not borrowed */
	const char *mgf_md;
	size_t hash_len;
	struct bytes label;
};

struct rsa_state {
	EVP_PKEY_CTX *pctx;
	struct oaep oaep;	/* label views the next */
	struct buf label;
};

static void
rsa_free(struct eng_op *op)
{
	struct rsa_state *st = op->state;

	if (st == NULL)
		return;
	EVP_PKEY_CTX_free(st->pctx);
	buf_done(&st->label);
	free(st);
	op->state = NULL;
}

/* Reads and checks the parameters of OAEP (3.2 section 6.1.9). */
static CK_RV
oaep_read(struct eng *e, const struct eng_op *op, const struct eng_par *par,
    struct oaep *out)
{
	const char *mgf = par->mgf_md != NULL ? par->mgf_md : par->md;
	EVP_MD *md;
	EVP_MD *mgf_md;

	if (par->md == NULL || (md = eng_md(e, par->md)) == NULL ||
	    (mgf_md = eng_md(e, mgf)) == NULL)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "oaep: no such hash");
	/* Their own names, because they live as long as the engine. */
	out->md = EVP_MD_get0_name(md);
	out->mgf_md = EVP_MD_get0_name(mgf_md);
	out->hash_len = (size_t)EVP_MD_get_size(md);
	out->label = par->label;
	if (2 * out->hash_len + 2 > op->key->len)
		return log_rv(CKR_KEY_SIZE_RANGE, "oaep: the key is too small");
	return CKR_OK;
}

static bool
oaep_same(const struct oaep *a, const struct oaep *b)
{
	return a->md == b->md && a->mgf_md == b->mgf_md &&
	    bytes_equal(a->label, b->label);
}

/* The label is handed over to pctx. */
static bool
rsa_set_label(EVP_PKEY_CTX *c, struct bytes label)
{
	uint8_t *copy;

	if (label.n == 0)
		return true;
	if ((copy = OPENSSL_memdup(label.p, label.n)) == NULL)
		return false;
	if (EVP_PKEY_CTX_set0_rsa_oaep_label(c, copy, (int)label.n) == 1)
		return true;
	OPENSSL_free(copy);
	return false;
}

/* By calls, not by OSSL_PARAM: see rsa_set_params in sign.c. */
static bool
rsa_set_params(struct eng *e, const struct eng_op *op, struct rsa_state *st)
{
	enum eng_family fam = op->alg->fam;
	EVP_PKEY_CTX *c = st->pctx;

	if (fam != ENG_F_RSA_OAEP)
		return EVP_PKEY_CTX_set_rsa_padding(c, fam == ENG_F_RSA_RAW ?
		    RSA_NO_PADDING : RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_OAEP_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_oaep_md(c, eng_md(e, st->oaep.md)) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(c, eng_md(e, st->oaep.mgf_md)) == 1 &&
	    rsa_set_label(c, bytes_of(st->label.p, st->label.n));
}

static CK_RV
rsa_set_up(struct eng *e, const struct eng_op *op, struct rsa_state *st)
{
	int ok;

	EVP_PKEY_CTX_free(st->pctx);
	if ((st->pctx = key_ctx(e, op->key)) == NULL)
		return CKR_HOST_MEMORY;
	ok = op->dir == ENG_ENCRYPT ? EVP_PKEY_encrypt_init(st->pctx) :
	    EVP_PKEY_decrypt_init(st->pctx);
	if (ok == 1 && rsa_set_params(e, op, st))
		return CKR_OK;
	EVP_PKEY_CTX_free(st->pctx);
	st->pctx = NULL;
	return log_rv(CKR_MECHANISM_PARAM_INVALID,
	    "rsa: libcrypto does not do this with this key");
}

static CK_RV
rsa_init(struct eng *e, struct eng_op *op, const struct eng_par *par, bool same)
{
	struct rsa_state *st = op->state;
	struct oaep oaep = { .hash_len = 0 };
	CK_RV rv;

	if (op->key == NULL || op->key->type != ENG_RSA ||
	    (op->dir == ENG_DECRYPT && !op->key->private))
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "rsa: a key of another kind");
	if (st == NULL && (st = op->state = calloc(1, sizeof(*st))) == NULL)
		return CKR_HOST_MEMORY;
	if (op->alg->fam == ENG_F_RSA_OAEP &&
	    (rv = oaep_read(e, op, par, &oaep)) != CKR_OK)
		return rv;
	if (same && st->pctx != NULL && oaep_same(&oaep, &st->oaep))
		return CKR_OK;
	if ((rv = buf_set(&st->label, oaep.label)) != CKR_OK)
		return rv;
	st->oaep = oaep;
	st->oaep.label = buf_view(&st->label);
	return rsa_set_up(e, op, st);
}

/* The most bytes of message that the padding leaves room for. */
static size_t
rsa_room(const struct eng_op *op)
{
	const struct rsa_state *st = op->state;
	size_t k = op->key->len;

	if (op->alg->fam == ENG_F_RSA_OAEP)
		return k - 2 * st->oaep.hash_len - 2;
	return op->alg->fam == ENG_F_RSA_RAW ? k : k - PKCS1_OVERHEAD;
}

static size_t
rsa_len(const struct eng_op *op, size_t in_len)
{
	(void)in_len;
	return op->dir == ENG_ENCRYPT ? op->key->len : rsa_room(op);
}

static size_t
rsa_final_len(const struct eng_op *op)
{
	return rsa_len(op, 0);
}

static CK_RV
rsa_update(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	(void)out;
	*out_len = 0;
	/* Nothing longer than the modulus can come to a good end. */
	if (op->gathered.n + in.n > op->key->len)
		return op->dir == ENG_ENCRYPT ? CKR_DATA_LEN_RANGE :
		    CKR_ENCRYPTED_DATA_LEN_RANGE;
	buf_put(&op->gathered, in);
	return buf_rv(&op->gathered);
}

/* X.509 fills the message up with zeros in front (3.2 section 6.1.14). */
static CK_RV
rsa_fill(const struct eng_op *op, struct bytes in, struct secret **out)
{
	size_t k = op->alg->fam == ENG_F_RSA_RAW ? op->key->len : in.n;
	CK_RV rv;

	if ((rv = secret_new(k, out)) == CKR_OK && in.n > 0)
		memcpy(secret_data(*out) + k - in.n, in.p, in.n);
	return rv;
}

static CK_RV
rsa_encrypt(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	KL_AUTO(secret_freep) struct secret *message = NULL;
	struct rsa_state *st = op->state;
	size_t n = op->key->len;
	CK_RV rv;

	if (in.n > rsa_room(op))
		return log_rv(CKR_DATA_LEN_RANGE,
		    "rsa: a message of %zu bytes does not fit", in.n);
	/* A copy also because out may be where in is. */
	if ((rv = rsa_fill(op, in, &message)) != CKR_OK)
		return rv;
	if (EVP_PKEY_encrypt(st->pctx, out, &n, secret_data(message),
	    secret_len(message)) != 1 || n != op->key->len)
		return log_rv(op->alg->fam == ENG_F_RSA_RAW ?
		    CKR_DATA_INVALID : CKR_DEVICE_ERROR,
		    "rsa: encrypting failed");
	*out_len = n;
	return CKR_OK;
}

static CK_RV
rsa_decrypt(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	KL_AUTO(secret_freep) struct secret *message = NULL;
	struct rsa_state *st = op->state;
	size_t n = op->key->len;
	CK_RV rv;

	if (in.n != op->key->len)
		return log_rv(CKR_ENCRYPTED_DATA_LEN_RANGE,
		    "rsa: a ciphertext of %zu bytes", in.n);
	if ((rv = secret_new(n, &message)) != CKR_OK)
		return rv;
	if (EVP_PKEY_decrypt(st->pctx, secret_data(message), &n, in.p,
	    in.n) != 1 || n > rsa_room(op))
		return CKR_ENCRYPTED_DATA_INVALID;
	if (n > 0)
		memcpy(out, secret_data(message), n);
	*out_len = n;
	return CKR_OK;
}

static CK_RV
rsa_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	return op->dir == ENG_ENCRYPT ? rsa_encrypt(op, in, out, out_len) :
	    rsa_decrypt(op, in, out, out_len);
}

static CK_RV
rsa_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	return rsa_once(op, buf_view(&op->gathered), out, out_len);
}

const struct eng_family_ops eng_ops_rsa_crypt = {
	.init = rsa_init,
	.once_len = rsa_len,
	.final_len = rsa_final_len,
	.once = rsa_once,
	.update = rsa_update,
	.final = rsa_final,
	.free_state = rsa_free,
};
