/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front of all operations: picks the family, decides what of an operation
 * that ran before can stay, keeps libcrypto's error queue as the caller left
 * it, and copies input that output would overwrite.
 *
 *            init ok                    update ok
 *   idle -------------> running <----------------------+
 *    ^  ^                | | |                         |
 *    |  |   init fails   | | +-------------------------+
 *    |  +----------------+ |
 *    +---------------------+  once, final, verify, or any failure
 *
 * Invariants:
 *  1. `ready` says that state belongs to alg, dir and key as they stand; only
 *     then may a family re-use what it keyed.
 *  2. While `running` is not set nothing but init, rest and free touches state.
 *  3. key is counted; it stays after the operation's end so that the next init
 *     with the same key finds the key schedule.
 *
 * One thread at a time uses one operation; the session's lock sees to that.
 */
#include "crypto/cipher_int.h"
#include "crypto/key_int.h"

#include <stdlib.h>

#include <openssl/err.h>

#include "base/log.h"

#define DIR(d) (1u << (d))
#define CRYPT  (DIR(ENG_ENCRYPT) | DIR(ENG_DECRYPT))
#define SIGN   (DIR(ENG_SIGN) | DIR(ENG_VERIFY))
#define RECOVER DIR(ENG_RECOVER)

#define COPY_MAX 4096u	/* gathered input that a copy takes along */

/* clang-format off */
static const struct {
	const struct eng_family_ops *sign;	/* and digest */
	const struct eng_family_ops *crypt;
	unsigned dirs;
} families[] = {
	[ENG_F_DIGEST]    = { &eng_ops_digest, NULL,               DIR(ENG_DIGEST) },
	[ENG_F_HMAC]      = { &eng_ops_mac,    NULL,               SIGN },
	[ENG_F_CMAC]      = { &eng_ops_mac,    NULL,               SIGN },
	[ENG_F_GMAC]      = { &eng_ops_mac,    NULL,               SIGN },
	[ENG_F_POLY1305]  = { &eng_ops_mac,    NULL,               SIGN },
	[ENG_F_CBCMAC]    = { &eng_ops_mac,    NULL,               SIGN },
	[ENG_F_XCBC]      = { &eng_ops_mac,    NULL,               SIGN },
	[ENG_F_BLAKE2]    = { &eng_ops_mac,    NULL,               SIGN },
	[ENG_F_UNIT]      = { NULL,            &eng_ops_unit,      CRYPT },
	[ENG_F_CIPHER]    = { NULL,            &eng_ops_cipher,    CRYPT },
	[ENG_F_AEAD]      = { NULL,            &eng_ops_aead,      CRYPT },
	[ENG_F_KEYWRAP]   = { NULL,            &eng_ops_keywrap,   CRYPT },
	[ENG_F_RSA_PKCS1] = { &eng_ops_sign,   &eng_ops_rsa_crypt, SIGN | CRYPT | RECOVER },
	[ENG_F_RSA_RAW]   = { &eng_ops_sign,   &eng_ops_rsa_crypt, SIGN | CRYPT | RECOVER },
	[ENG_F_RSA_PSS]   = { &eng_ops_sign,   NULL,               SIGN },
	[ENG_F_RSA_OAEP]  = { NULL,            &eng_ops_rsa_crypt, CRYPT },
	[ENG_F_ECDSA]     = { &eng_ops_sign,   NULL,               SIGN },
	[ENG_F_EDDSA]     = { &eng_ops_sign,   NULL,               SIGN },
	[ENG_F_ML_DSA]    = { &eng_ops_sign,   NULL,               SIGN },
	[ENG_F_SLH_DSA]   = { &eng_ops_sign,   NULL,               SIGN },
	[ENG_F_HYBRID]    = { NULL,            &eng_ops_hybrid,    CRYPT },
	[ENG_F_ML_KEM]    = { NULL,            NULL,               0 },
	[ENG_F_DSA]       = { &eng_ops_sign,   NULL,               SIGN },
	[ENG_F_TLS_MAC]   = { &eng_ops_tls_mac, NULL,              SIGN },
	[ENG_F_KEYGEN]    = { NULL,            NULL,               0 },
};
/* clang-format on */

/* The family's table for a direction, NULL when it has none. */
static const struct eng_family_ops *
family_ops(const struct eng_alg *alg, enum eng_dir dir)
{
	if ((size_t)alg->fam >= KL_COUNT(families) ||
	    (families[alg->fam].dirs & DIR(dir)) == 0)
		return NULL;
	if (dir == ENG_ENCRYPT || dir == ENG_DECRYPT)
		return families[alg->fam].crypt;
	return families[alg->fam].sign;
}

/* ------------------------------------------------------- what there is */

/* Whether random bytes can be had; the generator is the one that a library
 * context of no configuration uses. */
static bool
can_random(struct eng *e)
{
	OSSL_LIB_CTX *ctx = eng_ctx(e);
	EVP_RAND *drbg = NULL;

	if (ctx == NULL)
		return false;
	ERR_set_mark();
	drbg = EVP_RAND_fetch(ctx, "CTR-DRBG", eng_props(e));
	ERR_pop_to_mark();
	EVP_RAND_free(drbg);
	return drbg != NULL;
}

/* The derivations. */
static bool
can_derive(struct eng *e, const struct eng_alg *alg)
{
	switch (alg->fam) {
	case ENG_F_HASH_KDF:
		return alg->md != NULL;
	case ENG_F_MIX:
		/* The check value of what comes out. */
		return eng_md(e, "SHA1") != NULL;
	case ENG_F_ENCRYPT_DATA:
		return block_can(e, alg->cipher, alg->mode);
	case ENG_F_PASSWORD:
		return eng_kdf(e, alg->mode) != NULL &&
		    (alg->cipher == ENG_CIPHERS ||
		    block_can(e, alg->cipher, "CBC"));
	case ENG_F_PREMASTER:
		return can_random(e);
	default:
		return eng_mac(e, "HMAC") != NULL;
	}
}

bool
eng_can(struct eng *e, const struct eng_alg *alg)
{
	if (alg->md != NULL && eng_md(e, alg->md) == NULL)
		return false;
	switch (alg->fam) {
	case ENG_F_DIGEST:
		return digest_can(e, alg);
	case ENG_F_HMAC:
		return alg->md != NULL && eng_mac(e, "HMAC") != NULL;
	case ENG_F_CMAC:
		return eng_mac(e, "CMAC") != NULL &&
		    block_can(e, alg->cipher, "CBC");
	case ENG_F_GMAC:
		return eng_mac(e, "GMAC") != NULL &&
		    block_can(e, alg->cipher, "GCM");
	case ENG_F_POLY1305:
		return eng_mac(e, "POLY1305") != NULL;
	case ENG_F_CBCMAC:
		return block_can(e, alg->cipher, "CBC");
	case ENG_F_XCBC:
		return block_can(e, ENG_AES, "CBC") &&
		    block_can(e, ENG_AES, "ECB");
	case ENG_F_BLAKE2:
		return eng_mac(e, "BLAKE2BMAC") != NULL;
	case ENG_F_UNIT:
	case ENG_F_CIPHER:
	case ENG_F_AEAD:
	case ENG_F_KEYWRAP:
		return block_can(e, alg->cipher, alg->mode);
	case ENG_F_RSA_PKCS1:
	case ENG_F_RSA_RAW:
	case ENG_F_RSA_PSS:
	case ENG_F_RSA_OAEP:
		return eng_has_keymgmt(e, "RSA");
	case ENG_F_ECDSA:
		return eng_has_keymgmt(e, "EC");
	case ENG_F_DSA:
		return eng_has_keymgmt(e, "DSA");
	case ENG_F_DH:
		return eng_has_keymgmt(e, alg->mode);
	case ENG_F_EDDSA:
		return eng_has_keymgmt(e, "ED25519");
	case ENG_F_ML_DSA:
		return pqc_can(e, "ML-DSA");
	case ENG_F_SLH_DSA:
		return pqc_can(e, "SLH-DSA");
	case ENG_F_ECDH:
		return eng_has_keymgmt(e, "EC") ||
		    eng_has_keymgmt(e, "X25519");
	case ENG_F_HYBRID:
		return hybrid_can(e, alg);
	case ENG_F_ML_KEM:
		return pqc_can(e, "ML-KEM");
	case ENG_F_KDF:
	case ENG_F_HKDF:
	case ENG_F_TLS_MAC:
	case ENG_F_HASH_KDF:
	case ENG_F_MIX:
	case ENG_F_ENCRYPT_DATA:
	case ENG_F_PASSWORD:
	case ENG_F_PREMASTER:
		return can_derive(e, alg);
	case ENG_F_KEYGEN:
		if (alg->mode != NULL)
			return eng_has_keymgmt(e, alg->mode) ||
			    pqc_can(e, alg->mode);
		/* A cipher's key is of no use without it. */
		return can_random(e) && (alg->cipher == ENG_CIPHERS ||
		    block_can(e, alg->cipher, block_raw(alg->cipher)));
	case ENG_F_NONE:
		break;
	}
	return false;
}

/* ------------------------------------------- libcrypto's error queue */

/*
 * Around a call into a family: takes back what libcrypto queued.  A mark costs
 * as much as a tenth of encrypting a short message, so that calls which queue
 * nothing unless libcrypto itself fails (quiet) go without: should that happen,
 * the queue is emptied, because the host can do without old errors better than
 * with ours.
 */
static inline void
guard_set(bool quiet)
{
	if (!quiet)
		ERR_set_mark();
}

/* Ends what guard_set began; passes rv on. */
static inline CK_RV
guard_end(bool quiet, CK_RV rv)
{
	if (!quiet)
		ERR_pop_to_mark();
	else if (rv == CKR_DEVICE_ERROR || rv == CKR_HOST_MEMORY)
		ERR_clear_error();
	return rv;
}

/* Whether running the operation is quiet: bad padding and tags are not. */
static inline bool
op_quiet(const struct eng_op *op)
{
	return op->ops->quiet && op->dir != ENG_DECRYPT;
}

/* ------------------------------------------------------ start and end */

/* Drops what the operation knows of its algorithm. */
static void
op_forget(struct eng_op *op)
{
	if (op->state != NULL)
		op->ops->free_state(op);
	op->state = NULL;
	op->ready = false;
}

/* Points the operation at another algorithm, direction or key. */
static void
op_aim(struct eng_op *op, const struct eng_alg *alg, enum eng_dir dir,
    struct eng_key *key)
{
	const struct eng_family_ops *ops = family_ops(alg, dir);

	if (op->ops != ops)
		op_forget(op);
	op->ops = ops;
	op->alg = alg;
	op->dir = dir;
	if (op->key != key) {
		eng_key_put(op->key);
		op->key = key != NULL ? eng_key_get(key) : NULL;
	}
}

/* A new operation of no algorithm yet, NULL when memory is out. */
static struct eng_op *
op_new(struct eng *e)
{
	struct eng_op *op = calloc(1, sizeof(*op));

	if (op != NULL)
		op->eng = e;
	return op;
}

CK_RV
eng_op_init(struct eng *e, const struct eng_alg *alg, const struct eng_par *par,
    enum eng_dir dir, struct eng_key *key, struct eng_op **op)
{
	static const struct eng_par none;
	struct eng_op *o = *op;
	bool same;
	bool quiet;
	CK_RV rv;

	if (family_ops(alg, dir) == NULL)
		return log_rv(CKR_MECHANISM_INVALID,
		    "engine: family %d cannot go in direction %d",
		    (int)alg->fam, (int)dir);
	if (key != NULL && (o == NULL || o->key != key) &&
	    (rv = eng_key_prove(e, key)) != CKR_OK)
		return rv;
	if (o == NULL && (o = op_new(e)) == NULL)
		return CKR_HOST_MEMORY;
	same = o->ready && o->alg == alg && o->dir == dir && o->key == key &&
	    o->eng == e;
	if (!same) {
		if (o->eng != e)
			op_forget(o);
		o->eng = e;
		op_aim(o, alg, dir, key);
	}
	if (o->gathered.p != NULL)
		buf_done(&o->gathered);
	o->ready = o->running = false;
	quiet = same && o->ops->quiet;
	guard_set(quiet);
	rv = guard_end(quiet, o->ops->init(e, o, par != NULL ? par : &none, same));
	o->ready = o->running = rv == CKR_OK;
	if (*op == NULL && rv != CKR_OK)
		eng_op_free(o);
	else
		*op = o;
	return rv;
}

/* Makes to, which is new, what from is. */
static CK_RV
op_duplicate(const struct eng_op *from, struct eng_op *to)
{
	CK_RV rv;

	op_aim(to, from->alg, from->dir, from->key);
	if ((rv = buf_set(&to->gathered, buf_view(&from->gathered))) != CKR_OK)
		return rv;
	guard_set(false);
	rv = guard_end(false, from->ops->copy_state(from, to));
	to->ready = to->running = rv == CKR_OK;
	return rv;
}

CK_RV
eng_op_copy(const struct eng_op *op, struct eng_op **out)
{
	struct eng_op *o;
	CK_RV rv;

	if (!op->running || op->ops->copy_state == NULL ||
	    op->gathered.n > COPY_MAX)
		return CKR_STATE_UNSAVEABLE;
	if ((o = op_new(op->eng)) == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = op_duplicate(op, o)) != CKR_OK) {
		eng_op_free(o);
		return rv;
	}
	*out = o;
	return CKR_OK;
}

void
eng_op_rest(struct eng_op *op)
{
	if (op == NULL || eng_gone())
		return;
	buf_done(&op->gathered);
	/* An operation cut short has its data in its contexts. */
	if (op->running)
		op_forget(op);
	op->running = false;
}

void
eng_op_free(struct eng_op *op)
{
	if (op == NULL || eng_gone())
		return;
	op_forget(op);
	buf_done(&op->gathered);
	eng_key_put(op->key);
	free(op);
}

void
eng_op_freep(struct eng_op **op)
{
	eng_op_free(*op);
	*op = NULL;
}

/* ------------------------------------------------------------- lengths */

size_t
eng_op_once_len(const struct eng_op *op, size_t in_len)
{
	return op->ops->once_len != NULL ? op->ops->once_len(op, in_len) : 0;
}

size_t
eng_op_update_len(const struct eng_op *op, size_t in_len)
{
	return op->ops->update_len != NULL ? op->ops->update_len(op, in_len) :
					     0;
}

size_t
eng_op_final_len(const struct eng_op *op)
{
	return op->ops->final_len != NULL ? op->ops->final_len(op) : 0;
}

/* ----------------------------------------------------------------- run */

/* Whether the call asked for (it is there or not) may be made now. */
static CK_RV
op_check(const struct eng_op *op, bool there)
{
	if (!op->running)
		return log_rv(CKR_OPERATION_NOT_INITIALIZED,
		    "engine: no operation is running");
	if (!there)
		return log_rv(CKR_FUNCTION_NOT_SUPPORTED,
		    "engine: family %d has no such call", (int)op->alg->fam);
	return CKR_OK;
}

/* Whether out[0..n) and in share a byte. */
static bool
overlaps(struct bytes in, const uint8_t *out, size_t n)
{
	uintptr_t a = (uintptr_t)in.p;
	uintptr_t b = (uintptr_t)out;

	return in.n > 0 && n > 0 && a < b + n && b < a + in.n;
}

/*
 * Replaces *in by a copy, kept in *copy, when writing n bytes to out would
 * overwrite input before it is read; exact: the same place is fine.
 */
static CK_RV
keep_apart(struct bytes *in, const uint8_t *out, size_t n, bool exact,
    struct secret **copy)
{
	CK_RV rv;

	if (!overlaps(*in, out, n) || (exact && in->p == out))
		return CKR_OK;
	if ((rv = secret_copy(*in, copy)) != CKR_OK)
		return rv;
	*in = secret_view(*copy);
	return CKR_OK;
}

CK_RV
eng_op_once(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	KL_AUTO(secret_freep) struct secret *copy = NULL;
	CK_RV rv;

	if ((rv = op_check(op, op->ops->once != NULL)) != CKR_OK)
		return rv;
	rv = keep_apart(&in, out, op->ops->once_len(op, in.n), true, &copy);
	if (rv == CKR_OK) {
		guard_set(op_quiet(op));
		rv = guard_end(op_quiet(op), op->ops->once(op, in, out, out_len));
	}
	op->running = false;
	op->ready = rv == CKR_OK;
	return rv;
}

CK_RV
eng_op_update(struct eng_op *op, struct bytes in, uint8_t *out, size_t *out_len)
{
	KL_AUTO(secret_freep) struct secret *copy = NULL;
	bool exact;
	CK_RV rv;

	if ((rv = op_check(op, op->ops->update != NULL)) != CKR_OK)
		return rv;
	exact = op->ops->in_place != NULL && op->ops->in_place(op);
	rv = keep_apart(&in, out, eng_op_update_len(op, in.n), exact, &copy);
	if (rv == CKR_OK) {
		guard_set(op_quiet(op));
		rv = guard_end(op_quiet(op), op->ops->update(op, in, out, out_len));
	}
	op->running = op->ready = rv == CKR_OK;
	return rv;
}

CK_RV
eng_op_final(struct eng_op *op, uint8_t *out, size_t *out_len)
{
	CK_RV rv;

	if ((rv = op_check(op, op->ops->final != NULL)) != CKR_OK)
		return rv;
	guard_set(op_quiet(op));
	rv = guard_end(op_quiet(op), op->ops->final(op, out, out_len));
	buf_done(&op->gathered);
	op->running = false;
	op->ready = rv == CKR_OK;
	return rv;
}

CK_RV
eng_op_verify(struct eng_op *op, struct bytes in, struct bytes sig)
{
	CK_RV rv;

	if ((rv = op_check(op, op->ops->verify != NULL)) != CKR_OK)
		return rv;
	guard_set(op_quiet(op));
	rv = guard_end(op_quiet(op), op->ops->verify(op, in, sig));
	op->running = false;
	op->ready = rv == CKR_OK;
	return rv;
}

CK_RV
eng_op_verify_final(struct eng_op *op, struct bytes sig)
{
	CK_RV rv;

	if ((rv = op_check(op, op->ops->verify_final != NULL)) != CKR_OK)
		return rv;
	guard_set(op_quiet(op));
	rv = guard_end(op_quiet(op), op->ops->verify_final(op, sig));
	buf_done(&op->gathered);
	op->running = false;
	op->ready = rv == CKR_OK;
	return rv;
}

CK_RV
eng_op_update_key(struct eng_op *op, const struct eng_key *key)
{
	size_t none;

	if (op->alg->fam != ENG_F_DIGEST || key->type != ENG_SECRET)
		return log_rv(CKR_KEY_INDIGESTIBLE,
		    "engine: only secret keys can be digested");
	return eng_op_update(op, secret_view(key->value), NULL, &none);
}
