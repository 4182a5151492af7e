/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing and verifying with key pairs: RSA PKCS#1, PSS and X.509, ECDSA, DSA;
 * EdDSA by way of eddsa.c, ML-DSA and SLH-DSA of pqsign.c.
 *
 * Messages are hashed here and the hash is signed through an EVP_PKEY_CTX
 * that stays set up between operations, because libcrypto's own combination
 * of the two sets everything up anew for each message.
 *
 * Invariants:
 *  1. pctx belongs to the key, direction and parameters in `pss`; it is thrown
 *     away when one of them changes and when a call on it failed.
 *  2. mctx is set up with md, and fresh, from init until the first byte.
 *  3. Without md, input gathers in op->gathered until the end, unless pqsign.c
 *     can take it in parts.
 *
 * One thread per operation.
 */
#include "crypto/sign_int.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "base/log.h"

#define RSA_PKCS1_OVERHEAD 11
#define DER_SIG_MAX 160		/* ECDSA on 521 bits needs 139 */

/* Parameters of PSS; names as libcrypto knows them. */
struct pss {
	char md[24];
	char mgf_md[24];
	size_t salt;
};

struct sign_state {
	EVP_PKEY_CTX *pctx;
	EVP_MD_CTX *mctx;
	EVP_MD *md;		/* hash done here; NULL: input is the hash */
	size_t hash_len;	/* what raw PSS, ML-DSA and SLH-DSA of a hash want
				   as input, and what an XOF is to give */
	size_t sig_len;
	struct pss pss;
	struct eddsa ed;
	struct pqsign pq;
};

/* ------------------------------------------------------------------ init */

static void
sign_free(struct eng_op *op)
{
	struct sign_state *st = op->state;

	if (st == NULL)
		return;
	EVP_PKEY_CTX_free(st->pctx);
	EVP_MD_CTX_free(st->mctx);
	eddsa_done(&st->ed);
	pqsign_done(&st->pq);
	free(st);
	op->state = NULL;
}

/* Whether the family is pqsign.c's. */
static bool
is_pq(const struct eng_op *op)
{
	return op->alg->fam == ENG_F_ML_DSA || op->alg->fam == ENG_F_SLH_DSA;
}

/* The type of key that a family works with. */
static CK_RV
sign_check_key(const struct eng_op *op)
{
	enum eng_type want = op->alg->fam == ENG_F_ECDSA ? ENG_EC :
	    op->alg->fam == ENG_F_EDDSA ? ENG_ED :
	    op->alg->fam == ENG_F_ML_DSA ? ENG_ML_DSA :
	    op->alg->fam == ENG_F_SLH_DSA ? ENG_SLH_DSA :
	    op->alg->fam == ENG_F_DSA ? ENG_DSA : ENG_RSA;

	if (op->key == NULL || op->key->type != want ||
	    (op->dir == ENG_SIGN && !op->key->private))
		return log_rv(CKR_KEY_TYPE_INCONSISTENT,
		    "sign: a key of another kind");
	return CKR_OK;
}

static size_t
sign_size(const struct eng_key *key)
{
	if (key->type == ENG_DSA)
		return 2 * key->order;
	if (key->curve == NULL)
		return key->len;
	return 2 * (key->type == ENG_EC ? key->curve->priv : key->curve->len);
}

/* Copies a digest's name; false when it is too long to be one. */
static bool
copy_name(char *to, size_t room, const char *name)
{
	size_t n = strlen(name);

	if (n >= room)
		return false;
	memcpy(to, name, n + 1);
	return true;
}

/* Reads and checks the parameters of PSS (3.2 section 6.1.11, RFC 8017 9.1). */
static CK_RV
pss_read(struct eng *e, const struct eng_op *op, const struct eng_par *par,
    struct pss *out, size_t *hash_len)
{
	const char *name = par->md != NULL ? par->md : op->alg->md;
	const char *mgf = par->mgf_md != NULL ? par->mgf_md : name;
	size_t room = (op->key->bits - 1 + 7) / 8;
	EVP_MD *md;

	if (name == NULL || (op->alg->md != NULL &&
	    strcmp(name, op->alg->md) != 0))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "pss: another hash than the mechanism's");
	if ((md = eng_md(e, name)) == NULL || eng_md(e, mgf) == NULL ||
	    !copy_name(out->md, sizeof(out->md), name) ||
	    !copy_name(out->mgf_md, sizeof(out->mgf_md), mgf))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "pss: no such hash");
	*hash_len = (size_t)EVP_MD_get_size(md);
	if (room < *hash_len + 2)
		return log_rv(CKR_KEY_SIZE_RANGE, "pss: the key is too small");
	if (par->salt_len > room - *hash_len - 2)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "pss: a salt of %zu bytes does not fit", par->salt_len);
	out->salt = par->salt_len;
	return CKR_OK;
}

/*
 * Tells pctx padding and hashes of an RSA scheme.  By calls, not by OSSL_PARAM:
 * where the host made an engine the default for keys (libp11 does), libcrypto
 * 3.0 makes a context of the old kind, which understands only these.
 */
static bool
rsa_set_params(struct eng *e, const struct eng_op *op, struct sign_state *st)
{
	enum eng_family fam = op->alg->fam;
	bool raw = fam == ENG_F_RSA_RAW || op->dir == ENG_RECOVER;
	EVP_PKEY_CTX *c = st->pctx;

	if (fam != ENG_F_RSA_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(c, raw ? RSA_NO_PADDING :
		    RSA_PKCS1_PADDING) == 1 &&
		    (st->md == NULL ||
		    EVP_PKEY_CTX_set_signature_md(c, st->md) == 1);
	return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(c, eng_md(e, st->pss.md)) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(c, eng_md(e, st->pss.mgf_md)) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(c, (int)st->pss.salt) == 1;
}

static int
sign_start(enum eng_dir dir, EVP_PKEY_CTX *pctx)
{
	if (dir == ENG_RECOVER)
		return EVP_PKEY_verify_recover_init(pctx);
	return dir == ENG_SIGN ? EVP_PKEY_sign_init(pctx) :
	    EVP_PKEY_verify_init(pctx);
}

/* Makes pctx for op's key and direction. */
static CK_RV
sign_set_up(struct eng *e, const struct eng_op *op, struct sign_state *st)
{
	int ok;

	EVP_PKEY_CTX_free(st->pctx);
	if ((st->pctx = key_ctx(e, op->key)) == NULL)
		return CKR_HOST_MEMORY;
	ok = sign_start(op->dir, st->pctx);
	if (ok == 1 && op->key->type == ENG_RSA)
		ok = rsa_set_params(e, op, st);
	if (ok == 1)
		return CKR_OK;
	EVP_PKEY_CTX_free(st->pctx);
	st->pctx = NULL;
	return log_rv(CKR_MECHANISM_PARAM_INVALID,
	    "sign: libcrypto does not do this with this key");
}

/* Starts the hash; keep: mctx knows it already. */
static CK_RV
sign_start_hash(const struct eng_op *op, struct sign_state *st, bool keep)
{
	if (op->alg->md == NULL)
		return CKR_OK;
	if (st->mctx == NULL && (st->mctx = EVP_MD_CTX_new()) == NULL)
		return CKR_HOST_MEMORY;
	if (EVP_DigestInit_ex2(st->mctx, keep ? NULL : st->md, NULL) != 1)
		return log_rv(CKR_DEVICE_ERROR, "sign: no %s", op->alg->md);
	return CKR_OK;
}

/* Sets up a family that does without pctx; keep as in sign_init. */
static CK_RV
sign_init_other(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool keep, struct sign_state *st)
{
	CK_RV rv;

	if (!is_pq(op))
		return eddsa_init(e, op, par, keep, &st->ed);
	if ((rv = pqsign_init(e, op, par, keep, &st->pq)) != CKR_OK)
		return rv;
	st->hash_len = st->pq.scheme.hash_len;
	return sign_start_hash(op, st, keep);
}

/* PKCS#1 with a hash puts a DigestInfo around it, of at most 19 bytes. */
static CK_RV
sign_check_size(const struct eng_op *op, const struct sign_state *st)
{
	if (op->alg->fam == ENG_F_RSA_PKCS1 && st->md != NULL &&
	    (size_t)EVP_MD_get_size(st->md) + 19 + RSA_PKCS1_OVERHEAD >
	    op->key->len)
		return log_rv(CKR_KEY_SIZE_RANGE, "sign: the key is too small");
	return CKR_OK;
}

static CK_RV
sign_init(struct eng *e, struct eng_op *op, const struct eng_par *par,
    bool same)
{
	struct sign_state *st = op->state;
	struct pss pss = { .salt = 0 };
	size_t hash_len = 0;
	CK_RV rv;

	if (!same && (rv = sign_check_key(op)) != CKR_OK)
		return rv;
	if (st == NULL && (st = op->state = calloc(1, sizeof(*st))) == NULL)
		return CKR_HOST_MEMORY;
	st->sig_len = sign_size(op->key);
	if (op->alg->fam == ENG_F_RSA_PSS &&
	    (rv = pss_read(e, op, par, &pss, &hash_len)) != CKR_OK)
		return rv;
	if (!same)
		st->md = NULL;
	if (op->alg->md != NULL && st->md == NULL &&
	    (st->md = eng_md(e, op->alg->md)) == NULL)
		return CKR_MECHANISM_INVALID;
	if (op->alg->fam == ENG_F_EDDSA || is_pq(op))
		return sign_init_other(e, op, par, same, st);
	if ((rv = sign_start_hash(op, st, same)) != CKR_OK)
		return rv;
	/* Zero-filled by its initialiser, names and all. */
	if (same && st->pctx != NULL && bytes_equal(
	    bytes_of(&pss, sizeof(pss)), bytes_of(&st->pss, sizeof(pss))))
		return CKR_OK;
	st->pss = pss;
	st->hash_len = hash_len;
	if ((rv = sign_check_size(op, st)) != CKR_OK)
		return rv;
	return sign_set_up(e, op, st);
}

/* --------------------------------------------------------------- running */

static size_t
sign_len(const struct eng_op *op, size_t in_len)
{
	const struct sign_state *st = op->state;

	(void)in_len;
	if (op->dir == ENG_RECOVER && op->alg->fam == ENG_F_RSA_PKCS1)
		return st->sig_len - RSA_PKCS1_OVERHEAD;
	return st->sig_len;
}

static size_t
sign_final_len(const struct eng_op *op)
{
	return sign_len(op, 0);
}

/* What CKM_DSA signs (3.2 section 6.2.11). */
static bool
is_hash_len(size_t n)
{
	return n == 20 || n == 28 || n == 32 || n == 48 || n == 64;
}

/* What was given to sign without hashing it here fits the scheme. */
static CK_RV
sign_check_input(const struct eng_op *op, const struct sign_state *st,
    size_t n)
{
	size_t k = op->key->len;
	bool fits = true;

	if (op->alg->fam == ENG_F_RSA_PKCS1)
		fits = k >= RSA_PKCS1_OVERHEAD && n <= k - RSA_PKCS1_OVERHEAD;
	else if (op->alg->fam == ENG_F_RSA_RAW)
		fits = n <= k;
	else if (st->hash_len > 0)
		fits = n == st->hash_len;
	else if (op->alg->fam == ENG_F_DSA)
		fits = is_hash_len(n);
	return fits ? CKR_OK : log_rv(CKR_DATA_LEN_RANGE,
	    "sign: %zu bytes do not fit", n);
}

static CK_RV
sign_update(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	struct sign_state *st = op->state;

	(void)out;
	*out_len = 0;
	if (st->md != NULL && op->alg->fam != ENG_F_EDDSA)
		return EVP_DigestUpdate(st->mctx, in.p, in.n) == 1 ? CKR_OK :
		    log_rv(CKR_DEVICE_ERROR, "sign: hashing failed");
	if (st->pq.mu != NULL)
		return pqsign_update(&st->pq, in);
	/* No scheme of RSA takes more than the modulus has; stop early. */
	if (op->key->type == ENG_RSA && op->gathered.n + in.n > op->key->len)
		return CKR_DATA_LEN_RANGE;
	buf_put(&op->gathered, in);
	return buf_rv(&op->gathered);
}

/* Ends the hash: n bytes to hash, of an XOF as many as the scheme wants. */
static bool
sign_end_hash(struct sign_state *st, uint8_t *hash, unsigned *n)
{
	if ((EVP_MD_get_flags(st->md) & EVP_MD_FLAG_XOF) == 0)
		return EVP_DigestFinal_ex(st->mctx, hash, n) == 1;
	*n = (unsigned)st->hash_len;
	return EVP_DigestFinalXOF(st->mctx, hash, st->hash_len) == 1;
}

/*
 * What goes into pctx for the whole input `in` (with md, the rest of it):
 * the hash, or in itself; X.509 fills it up to the modulus' length, in
 * *padded.  hash has room for EVP_MAX_MD_SIZE bytes.
 */
static CK_RV
sign_prepare(struct eng_op *op, struct bytes in, uint8_t *hash,
    struct secret **padded, struct bytes *tbs)
{
	struct sign_state *st = op->state;
	size_t k = op->key->len;
	unsigned n = 0;
	CK_RV rv;

	*tbs = in;
	if (st->md != NULL) {
		if ((in.n > 0 && EVP_DigestUpdate(st->mctx, in.p, in.n) != 1)
		    || !sign_end_hash(st, hash, &n))
			return log_rv(CKR_DEVICE_ERROR, "sign: hashing failed");
		*tbs = bytes_of(hash, n);
		return CKR_OK;
	}
	if ((rv = sign_check_input(op, st, in.n)) != CKR_OK)
		return rv;
	if (op->alg->fam != ENG_F_RSA_RAW)
		return CKR_OK;
	if ((rv = secret_new(k, padded)) != CKR_OK)
		return rv;
	if (in.n > 0)
		memcpy(secret_data(*padded) + k - in.n, in.p, in.n);
	*tbs = secret_view(*padded);
	return CKR_OK;
}

/* Whether signatures are two numbers, which libcrypto has as DER. */
static bool
is_two_numbers(const struct eng_op *op)
{
	return op->alg->fam == ENG_F_ECDSA || op->alg->fam == ENG_F_DSA;
}

static CK_RV
sign_tbs_two(struct sign_state *st, struct bytes tbs, uint8_t *out)
{
	uint8_t der[DER_SIG_MAX];
	size_t n = sizeof(der);

	if (EVP_PKEY_sign(st->pctx, der, &n, tbs.p, tbs.n) != 1)
		return log_rv(CKR_DEVICE_ERROR, "sign: signing failed");
	return ecdsa_der_to_raw(bytes_of(der, n), st->sig_len / 2, out);
}

static CK_RV
sign_whole(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	KL_AUTO(secret_freep) struct secret *padded = NULL;
	struct sign_state *st = op->state;
	uint8_t hash[EVP_MAX_MD_SIZE];
	size_t n = st->sig_len;
	struct bytes tbs;
	CK_RV rv;

	if (op->alg->fam == ENG_F_EDDSA) {
		rv = eddsa_sign(op->eng, op->key, &st->ed, in, out);
	} else if ((rv = sign_prepare(op, in, hash, &padded, &tbs)) !=
	    CKR_OK) {
		return rv;
	} else if (is_pq(op)) {
		rv = pqsign_sign(op->eng, op->key, &st->pq, tbs, out);
	} else if (is_two_numbers(op)) {
		rv = sign_tbs_two(st, tbs, out);
	} else if (EVP_PKEY_sign(st->pctx, out, &n, tbs.p, tbs.n) != 1 ||
	    n != st->sig_len) {
		/* All lengths were checked: the number is not below n. */
		rv = op->alg->fam == ENG_F_RSA_RAW ? CKR_DATA_INVALID :
		    CKR_DEVICE_ERROR;
		log_debug("sign: RSA failed");
	}
	if (rv == CKR_OK)
		*out_len = st->sig_len;
	return rv;
}

static CK_RV
sign_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	return sign_whole(op, buf_view(&op->gathered), out, out_len);
}

/* ---------------------------------------------------- what a signature has */

/* The message in a block of RFC 8017 section 9.2: 00 01 ff ... ff 00 message,
 * at least eight of ff.  Nothing in it is secret. */
static CK_RV
block_message(struct bytes block, struct bytes *out)
{
	size_t i = 2;

	if (block.n < RSA_PKCS1_OVERHEAD || block.p[0] != 0 || block.p[1] != 1)
		return CKR_SIGNATURE_INVALID;
	while (i < block.n && block.p[i] == 0xff)
		i++;
	if (i < RSA_PKCS1_OVERHEAD - 1 || i == block.n || block.p[i] != 0)
		return CKR_SIGNATURE_INVALID;
	*out = bytes_of(block.p + i + 1, block.n - i - 1);
	return CKR_OK;
}

/* Opens a signature with pctx, which is set up for it without padding, into
 * *block; *out is the message there. */
static CK_RV
recover(const struct eng_op *op, EVP_PKEY_CTX *pctx, struct bytes sig,
    struct secret **block, struct bytes *out)
{
	size_t n = op->key->len;
	CK_RV rv;

	if (sig.n != n)
		return log_rv(CKR_SIGNATURE_LEN_RANGE,
		    "verify: signature of %zu bytes", sig.n);
	if ((rv = secret_new(n, block)) != CKR_OK)
		return rv;
	if (EVP_PKEY_verify_recover(pctx, secret_data(*block), &n, sig.p,
	    sig.n) != 1 || n != op->key->len)
		return CKR_SIGNATURE_INVALID;
	*out = secret_view(*block);
	return op->alg->fam == ENG_F_RSA_RAW ? CKR_OK :
	    block_message(*out, out);
}

static CK_RV
recover_whole(struct eng_op *op, struct bytes sig, uint8_t *out,
    size_t *out_len)
{
	KL_AUTO(secret_freep) struct secret *block = NULL;
	struct sign_state *st = op->state;
	struct bytes message;
	CK_RV rv;

	if ((rv = recover(op, st->pctx, sig, &block, &message)) != CKR_OK)
		return rv;
	if (message.n > 0)
		memcpy(out, message.p, message.n);
	*out_len = message.n;
	return CKR_OK;
}

static CK_RV
sign_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	return op->dir == ENG_RECOVER ? recover_whole(op, in, out, out_len) :
	    sign_whole(op, in, out, out_len);
}

/* PKCS#1 of an empty message, which libcrypto signs but cannot tell from an
 * error when it verifies. */
static CK_RV
verify_empty(struct eng_op *op, struct bytes sig)
{
	KL_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *pctx = key_ctx(op->eng, op->key);
	KL_AUTO(secret_freep) struct secret *block = NULL;
	struct bytes message;
	CK_RV rv;

	if (pctx == NULL)
		return CKR_HOST_MEMORY;
	if (sign_start(ENG_RECOVER, pctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_NO_PADDING) != 1)
		return log_rv(CKR_DEVICE_ERROR, "verify: RSA does not start");
	if ((rv = recover(op, pctx, sig, &block, &message)) != CKR_OK)
		return rv;
	return message.n == 0 ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static CK_RV
verify_whole(struct eng_op *op, struct bytes in, struct bytes sig)
{
	KL_AUTO(secret_freep) struct secret *padded = NULL;
	KL_AUTO(buf_done) struct buf der = { .p = NULL };
	struct sign_state *st = op->state;
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct bytes tbs;
	CK_RV rv;

	if (op->alg->fam == ENG_F_EDDSA)
		return eddsa_verify(op->eng, op->key, &st->ed, in, sig);
	if ((rv = sign_prepare(op, in, hash, &padded, &tbs)) != CKR_OK)
		return rv;
	if (is_pq(op))
		return pqsign_verify(op->eng, op->key, &st->pq, tbs, sig);
	/* 3.2 section 6.3.1 allows shorter ones of ECDSA; DSA's are whole. */
	if (op->alg->fam != ENG_F_ECDSA && sig.n != st->sig_len)
		return log_rv(CKR_SIGNATURE_LEN_RANGE,
		    "verify: signature of %zu bytes", sig.n);
	if (is_two_numbers(op)) {
		if ((rv = ecdsa_raw_to_der(sig, st->sig_len / 2, &der)) !=
		    CKR_OK)
			return rv;
		sig = buf_view(&der);
	}
	if (op->alg->fam == ENG_F_RSA_PKCS1 && tbs.n == 0)
		return verify_empty(op, sig);
	if (EVP_PKEY_verify(st->pctx, sig.p, sig.n, tbs.p, tbs.n) != 1)
		return CKR_SIGNATURE_INVALID;
	return CKR_OK;
}

static CK_RV
verify_final(struct eng_op *op, struct bytes sig)
{
	return verify_whole(op, buf_view(&op->gathered), sig);
}

/* pctx has no state of its own between init and the end: it is made anew. */
static CK_RV
sign_copy(const struct eng_op *from, struct eng_op *to)
{
	const struct sign_state *st = from->state;
	struct sign_state *copy;

	if ((copy = to->state = calloc(1, sizeof(*copy))) == NULL)
		return CKR_HOST_MEMORY;
	copy->md = st->md;
	copy->hash_len = st->hash_len;
	copy->sig_len = st->sig_len;
	copy->pss = st->pss;
	if (from->alg->fam == ENG_F_EDDSA)
		return eddsa_copy(to->eng, to, &st->ed, &copy->ed);
	if (st->mctx != NULL && ((copy->mctx = EVP_MD_CTX_new()) == NULL ||
	    EVP_MD_CTX_copy_ex(copy->mctx, st->mctx) != 1))
		return CKR_STATE_UNSAVEABLE;
	if (is_pq(from))
		return pqsign_copy(to->eng, to, &st->pq, &copy->pq);
	return sign_set_up(to->eng, to, copy);
}

const struct eng_family_ops eng_ops_sign = {
	.init = sign_init,
	.once_len = sign_len,
	.final_len = sign_final_len,
	.once = sign_once,
	.update = sign_update,
	.final = sign_final,
	.verify = verify_whole,
	.verify_final = verify_final,
	.copy_state = sign_copy,
	.free_state = sign_free,
};
