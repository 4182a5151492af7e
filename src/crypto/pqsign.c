/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ML-DSA and SLH-DSA (FIPS 204, FIPS 205; 3.2 sections 6.67 and 6.69).
 *
 * What is signed is M' = prefix || message, or with a hash M' = prefix ||
 * hash(message); the prefix tells which, and has the context and the hash's
 * OID.  libcrypto takes no message in parts and no hashed ones, so M' is built
 * here, and handed over in one of two ways:
 *
 *  as mu	ML-DSA signs mu = SHAKE256(SHAKE256(public key) || M'), which is
 *		made here as the message comes: any length in constant memory.
 *  raw		SLH-DSA reads M' twice and must have it whole.
 *
 * Invariants:
 *  1. mctx is set up for the scheme, key and direction of the last init.
 *  2. mu, where it is not NULL, holds what was absorbed since init; with it no
 *     message is gathered.
 *
 * libcrypto ignores parameters that it does not know: whether it knows them is
 * asked first.  Its ML-DSA (3.5) does not see when memory runs out in the midst of
 * a signature and gives a wrong one, which might tell of the key: what it queued
 * of errors is looked at (queue_mark).  One thread per operation.
 */
#include "crypto/sign_int.h"

#include <string.h>
#include <openssl/core_names.h>

#include "base/log.h"
#include "crypto/der.h"

/* Parameter names that libcrypto 3.0's headers do not have yet. */
#define PARAM_MU	    "mu"
#define PARAM_ENCODING	    "message-encoding"
#define PARAM_DETERMINISTIC "deterministic"

#define SHAKE256 "SHAKE-256"
#define MU_LEN	 64
#define PUB_MAX	 2592

/* What may hash a message before it is signed; the OIDs are hashAlgs LEAF of
 * NIST, XOFs give twice their strength (FIPS 204 section 5.4.1). */
static const struct prehash {
	const char *md;
	uint8_t leaf;
	uint8_t len;
} prehashes[] = {
	{ "SHA2-256", 1, 32 },
	{ "SHA2-384", 2, 48 },
	{ "SHA2-512", 3, 64 },
	{ "SHA2-224", 4, 28 },
	{ "SHA2-512/224", 5, 28 },
	{ "SHA2-512/256", 6, 32 },
	{ "SHA3-224", 7, 28 },
	{ "SHA3-256", 8, 32 },
	{ "SHA3-384", 9, 48 },
	{ "SHA3-512", 10, 64 },
	{ "SHAKE-128", 11, 32 },
	{ SHAKE256, 12, 64 },
};

void
pqsign_done(struct pqsign *pq)
{
	EVP_MD_CTX_free(pq->mctx);
	EVP_MD_CTX_free(pq->mu);
	*pq = (struct pqsign){ .mctx = NULL };
}

/* ------------------------------------------------------------------ init */

/* Reads the parameters: M's prefix (FIPS 204 algorithms 2 and 4), and whether
 * the signature may be random. */
static CK_RV
scheme_read(const struct eng_op *op, const struct eng_par *par,
    struct pq_scheme *out)
{
	static const uint8_t oid[] = { DER_OID, 9, 0x60, 0x86, 0x48, 0x01,
		0x65, 0x03, 0x04, 0x02 };
	const char *md = op->alg->md != NULL ? op->alg->md : par->md;
	size_t n = 2;
	size_t i = 0;

	if (par->context.n > PQ_CONTEXT_MAX)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "pq: context of %zu bytes", par->context.n);
	while (md != NULL && i < KL_COUNT(prehashes) &&
	    strcmp(prehashes[i].md, md) != 0)
		i++;
	if (i == KL_COUNT(prehashes))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "pq: %s hashes no message here", md);
	out->prefix[0] = md != NULL;
	out->prefix[1] = (uint8_t)par->context.n;
	if (par->context.n > 0)
		memcpy(out->prefix + n, par->context.p, par->context.n);
	n += par->context.n;
	if (md != NULL) {
		memcpy(out->prefix + n, oid, sizeof(oid));
		n += sizeof(oid);
		out->prefix[n++] = prehashes[i].leaf;
		out->hash_len = prehashes[i].len;
	}
	out->prefix_n = n;
	out->deterministic = par->deterministic && op->dir == ENG_SIGN;
	return CKR_OK;
}

/* The prefix tells of the hash. */
static bool
scheme_same(const struct pq_scheme *a, const struct pq_scheme *b)
{
	return a->deterministic == b->deterministic && bytes_equal(
	    bytes_of(a->prefix, a->prefix_n), bytes_of(b->prefix, b->prefix_n));
}

/* Whether libcrypto can be told what the scheme needs, and how M' will come. */
static CK_RV
pqsign_ask(EVP_PKEY_CTX *pctx, const struct eng_op *op, struct pqsign *pq)
{
	const OSSL_PARAM *settable = EVP_PKEY_CTX_settable_params(pctx);

	pq->as_mu = op->alg->fam == ENG_F_ML_DSA && settable != NULL &&
	    OSSL_PARAM_locate_const(settable, PARAM_MU) != NULL;
	if (settable == NULL || (!pq->as_mu && OSSL_PARAM_locate_const(settable,
	    PARAM_ENCODING) == NULL) || (pq->scheme.deterministic &&
	    OSSL_PARAM_locate_const(settable, PARAM_DETERMINISTIC) == NULL))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "pq: libcrypto cannot be told what to sign");
	return CKR_OK;
}

/* Begins a message in mctx; pkey is NULL when mctx has it already.  Parameters
 * are forgotten each time. */
static bool
pqsign_begin(struct eng *e, enum eng_dir dir, EVP_PKEY *pkey,
    struct pqsign *pq)
{
	int one = 1, zero = 0;
	OSSL_PARAM params[3];
	size_t n = 0;

	params[n++] = pq->as_mu ? OSSL_PARAM_construct_int(PARAM_MU, &one) :
	    OSSL_PARAM_construct_int(PARAM_ENCODING, &zero);
	if (pq->scheme.deterministic)
		params[n++] = OSSL_PARAM_construct_int(PARAM_DETERMINISTIC,
		    &one);
	params[n] = OSSL_PARAM_construct_end();
	return (dir == ENG_SIGN ?
	    EVP_DigestSignInit_ex(pq->mctx, NULL, NULL, eng_ctx(e),
	    eng_props(e), pkey, params) :
	    EVP_DigestVerifyInit_ex(pq->mctx, NULL, NULL, eng_ctx(e),
	    eng_props(e), pkey, params)) == 1;
}

/* tr = SHAKE256(public key), which begins what mu is the hash of. */
static CK_RV
hash_public(struct eng *e, const struct eng_key *key, struct pqsign *pq)
{
	EVP_MD *shake = eng_md(e, SHAKE256);
	uint8_t pub[PUB_MAX];
	size_t n = 0;

	if (pq->mu == NULL && (pq->mu = EVP_MD_CTX_new()) == NULL)
		return CKR_HOST_MEMORY;
	if (shake == NULL || EVP_PKEY_get_octet_string_param(key->pkey,
	    OSSL_PKEY_PARAM_PUB_KEY, pub, sizeof(pub), &n) != 1 ||
	    EVP_DigestInit_ex2(pq->mu, shake, NULL) != 1 ||
	    EVP_DigestUpdate(pq->mu, pub, n) != 1 ||
	    EVP_DigestFinalXOF(pq->mu, pq->tr, sizeof(pq->tr)) != 1)
		return log_rv(CKR_DEVICE_ERROR, "pq: no hash of the key");
	return CKR_OK;
}

static CK_RV
pqsign_set_up(struct eng *e, const struct eng_op *op, struct pqsign *pq)
{
	EVP_PKEY_CTX *pctx = NULL; /* belongs to mctx */
	CK_RV rv;

	if ((pq->mctx = EVP_MD_CTX_new()) == NULL)
		return CKR_HOST_MEMORY;
	if (!pqsign_begin(e, op->dir, op->key->pkey, pq) ||
	    (pctx = EVP_MD_CTX_get_pkey_ctx(pq->mctx)) == NULL)
		return log_rv(CKR_DEVICE_ERROR, "pq: libcrypto has no %s",
		    op->key->pqc->name);
	if ((rv = pqsign_ask(pctx, op, pq)) != CKR_OK || !pq->as_mu)
		return rv;
	return hash_public(e, op->key, pq);
}

/* Begins mu anew. */
static CK_RV
mu_start(struct pqsign *pq)
{
	if (pq->mu == NULL)
		return CKR_OK;
	if (EVP_DigestInit_ex2(pq->mu, NULL, NULL) != 1 ||
	    EVP_DigestUpdate(pq->mu, pq->tr, sizeof(pq->tr)) != 1 ||
	    EVP_DigestUpdate(pq->mu, pq->scheme.prefix, pq->scheme.prefix_n) !=
	    1)
		return log_rv(CKR_DEVICE_ERROR, "pq: hashing failed");
	return CKR_OK;
}

CK_RV
pqsign_init(struct eng *e, const struct eng_op *op, const struct eng_par *par,
    bool keep, struct pqsign *pq)
{
	struct pq_scheme scheme = { .prefix_n = 0 };
	CK_RV rv;

	if ((rv = scheme_read(op, par, &scheme)) != CKR_OK)
		return rv;
	if (keep && pq->mctx != NULL && scheme_same(&scheme, &pq->scheme))
		return mu_start(pq);
	pqsign_done(pq);
	pq->scheme = scheme;
	if ((rv = pqsign_set_up(e, op, pq)) == CKR_OK)
		rv = mu_start(pq);
	if (rv != CKR_OK)
		pqsign_done(pq);
	return rv;
}

CK_RV
pqsign_copy(struct eng *e, const struct eng_op *op, const struct pqsign *from,
    struct pqsign *pq)
{
	CK_RV rv;

	pq->scheme = from->scheme;
	if ((rv = pqsign_set_up(e, op, pq)) != CKR_OK || from->mu == NULL)
		return rv;
	return pq->mu != NULL && EVP_MD_CTX_copy_ex(pq->mu, from->mu) == 1 ?
	    CKR_OK : CKR_STATE_UNSAVEABLE;
}

/* --------------------------------------------------------------- running */

CK_RV
pqsign_update(struct pqsign *pq, struct bytes in)
{
	if (EVP_DigestUpdate(pq->mu, in.p, in.n) != 1)
		return log_rv(CKR_DEVICE_ERROR, "pq: hashing failed");
	return CKR_OK;
}

/* What libcrypto is to sign for the message, or the rest of it: mu, in room, or
 * all of M', in *whole. */
static CK_RV
pqsign_input(struct pqsign *pq, struct bytes in, uint8_t room[MU_LEN],
    struct buf *whole, struct bytes *out)
{
	if (pq->mu == NULL) {
		buf_put(whole, bytes_of(pq->scheme.prefix,
		    pq->scheme.prefix_n));
		buf_put(whole, in);
		*out = buf_view(whole);
		return buf_rv(whole);
	}
	if ((in.n > 0 && EVP_DigestUpdate(pq->mu, in.p, in.n) != 1) ||
	    EVP_DigestFinalXOF(pq->mu, room, MU_LEN) != 1)
		return log_rv(CKR_DEVICE_ERROR, "pq: hashing failed");
	*out = bytes_of(room, MU_LEN);
	return CKR_OK;
}

/* An error of ours on top of the queue, which goes with op.c's mark: what
 * libcrypto queues comes to lie above it. */
#define MARK_REASON 1

static void
queue_mark(void)
{
	ERR_raise(ERR_LIB_USER, MARK_REASON);
}

static bool
queue_grew(void)
{
	unsigned long last = ERR_peek_last_error();

	return ERR_GET_LIB(last) != ERR_LIB_USER ||
	    ERR_GET_REASON(last) != MARK_REASON;
}

CK_RV
pqsign_sign(struct eng *e, const struct eng_key *key, struct pqsign *pq,
    struct bytes in, uint8_t *out)
{
	KL_AUTO(buf_done) struct buf whole = { .p = NULL };
	WIPE_AUTO(mu, MU_LEN);
	size_t n = key->pqc->sig;
	struct bytes tbs;
	CK_RV rv;

	if ((rv = pqsign_input(pq, in, mu, &whole, &tbs)) != CKR_OK)
		return rv;
	if (!pqsign_begin(e, ENG_SIGN, NULL, pq))
		return log_rv(CKR_DEVICE_ERROR, "pq: no new message");
	queue_mark();
	if (EVP_DigestSign(pq->mctx, out, &n, tbs.p, tbs.n) == 1 &&
	    n == key->pqc->sig && !queue_grew())
		return CKR_OK;
	secret_wipe(out, key->pqc->sig);
	return log_rv(CKR_DEVICE_ERROR, "pq: signing failed");
}

CK_RV
pqsign_verify(struct eng *e, const struct eng_key *key, struct pqsign *pq,
    struct bytes in, struct bytes sig)
{
	KL_AUTO(buf_done) struct buf whole = { .p = NULL };
	WIPE_AUTO(mu, MU_LEN);
	struct bytes tbs;
	CK_RV rv;

	if (sig.n != key->pqc->sig)
		return log_rv(CKR_SIGNATURE_LEN_RANGE,
		    "pq: signature of %zu bytes", sig.n);
	if ((rv = pqsign_input(pq, in, mu, &whole, &tbs)) != CKR_OK)
		return rv;
	if (!pqsign_begin(e, ENG_VERIFY, NULL, pq))
		return log_rv(CKR_DEVICE_ERROR, "pq: no new message");
	return EVP_DigestVerify(pq->mctx, sig.p, sig.n, tbs.p, tbs.n) == 1 ?
	    CKR_OK : CKR_SIGNATURE_INVALID;
}
