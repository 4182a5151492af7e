/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing with a token key, and with EVP.
 *
 * The module's operation is C_SignInit + C_Sign. The bare one is what a good
 * program does with a key at hand: a context that it keeps, set up again for
 * the operation, one call to sign. Every message differs from the one before.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/rsa.h>

#define SIG_MAX		4096

/* RFC 8017 §9.2: what CKM_RSA_PKCS is given for a SHA-256 value. */
static const CK_BYTE sha256_info[] = {
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
};

struct sign {
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	EVP_PKEY *pkey;			/* belongs to the bench */
	EVP_PKEY_CTX *pctx;		/* signs what is given, as it is */
	EVP_MD_CTX *mctx;		/* hashes, too */
	CK_BYTE data[64];
	CK_BYTE sig[SIG_MAX];
};

/* The op's input, different for each call. */
static void
sign_next(struct sign *s, const struct op *op)
{
	uint64_t count;

	memcpy(&count, s->data + op->size - sizeof(count), sizeof(count));
	count++;
	memcpy(s->data + op->size - sizeof(count), &count, sizeof(count));
}

static struct sign *
sign_new(struct side *side)
{
	struct sign *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)op_fail_bare(side, "calloc");
		return NULL;
	}
	side->state = s;
	if (side->op->mech == CKM_RSA_PKCS)
		memcpy(s->data, sha256_info, sizeof(sha256_info));
	return s;
}

static bool
sign_module_open(struct side *side)
{
	struct sign *s = sign_new(side);

	return s != NULL && op_session(side, &s->session) &&
		key_module(side->b, side->op->key, &s->key, side->why);
}

static bool
sign_module_run(struct side *side, unsigned long n)
{
	CK_FUNCTION_LIST *p11 = side->b->p11;
	CK_MECHANISM mech = { side->op->mech, NULL, 0 };
	struct sign *s = side->state;
	CK_RV rv;

	while (n-- > 0) {
		CK_ULONG len = sizeof(s->sig);

		sign_next(s, side->op);
		rv = p11->C_SignInit(s->session, &mech, s->key);
		if (rv != CKR_OK)
			return op_fail(side, "C_SignInit", rv);
		rv = p11->C_Sign(s->session, s->data, side->op->size, s->sig,
				 &len);
		if (rv != CKR_OK)
			return op_fail(side, "C_Sign", rv);
		if (len < 64)
			return op_fail(side, "short signature", rv);
	}
	return true;
}

static void
sign_module_close(struct side *side)
{
	struct sign *s = side->state;

	if (s != NULL && s->session != 0)
		(void)side->b->p11->C_CloseSession(s->session);
	free(s);
	side->state = NULL;
}

static bool
sign_bare_open(struct side *side)
{
	struct sign *s = sign_new(side);

	if (s == NULL ||
	    !key_bare(side->b, side->op->key, &s->pkey, side->why))
		return false;
	s->pctx = EVP_PKEY_CTX_new_from_pkey(side->b->lib, s->pkey, NULL);
	s->mctx = EVP_MD_CTX_new();
	if (s->pctx == NULL || s->mctx == NULL)
		return op_fail_bare(side, "EVP_PKEY_CTX_new_from_pkey");
	return true;
}

/* Input is a hash value (ECDSA) or a DigestInfo (RSA). */
static bool
sign_bare_raw(struct side *side, unsigned long n)
{
	struct sign *s = side->state;
	bool rsa = side->op->mech == CKM_RSA_PKCS;

	while (n-- > 0) {
		size_t len = sizeof(s->sig);

		sign_next(s, side->op);
		if (EVP_PKEY_sign_init(s->pctx) != 1 ||
		    (rsa && EVP_PKEY_CTX_set_rsa_padding(
				s->pctx, RSA_PKCS1_PADDING) != 1) ||
		    EVP_PKEY_sign(s->pctx, s->sig, &len, s->data,
				  side->op->size) != 1)
			return op_fail_bare(side, "EVP_PKEY_sign");
	}
	return true;
}

/* Input is the message. */
static bool
sign_bare_message(struct side *side, unsigned long n)
{
	struct sign *s = side->state;

	while (n-- > 0) {
		size_t len = sizeof(s->sig);

		sign_next(s, side->op);
		if (EVP_DigestSignInit_ex(s->mctx, NULL, side->op->md,
					  side->b->lib, NULL, s->pkey,
					  NULL) != 1 ||
		    EVP_DigestSign(s->mctx, s->sig, &len, s->data,
				   side->op->size) != 1)
			return op_fail_bare(side, "EVP_DigestSign");
	}
	return true;
}

static void
sign_bare_close(struct side *side)
{
	struct sign *s = side->state;

	if (s != NULL) {
		EVP_PKEY_CTX_free(s->pctx);
		EVP_MD_CTX_free(s->mctx);
	}
	free(s);
	side->state = NULL;
}

static const struct op_side module_side = {
	sign_module_open, sign_module_run, sign_module_close,
};
static const struct op_side raw_side = {
	sign_bare_open, sign_bare_raw, sign_bare_close,
};
static const struct op_side message_side = {
	sign_bare_open, sign_bare_message, sign_bare_close,
};

const struct op op_sign[] = {
	{ .name = "rsa2048-pkcs", .mech = CKM_RSA_PKCS, .key = KEY_RSA,
	  .size = sizeof(sha256_info) + 32, .threaded = true, .traced = true,
	  .module = &module_side, .bare = &raw_side },
	{ .name = "rsa2048-sha256-pkcs", .mech = CKM_SHA256_RSA_PKCS,
	  .key = KEY_RSA, .size = 64, .md = "SHA256", .threaded = true,
	  .traced = true, .module = &module_side, .bare = &message_side },
	{ .name = "ecdsa-p256", .mech = CKM_ECDSA, .key = KEY_P256,
	  .size = 32, .threaded = true, .traced = true,
	  .module = &module_side, .bare = &raw_side },
	{ .name = "ed25519", .mech = CKM_EDDSA, .key = KEY_ED25519,
	  .size = 64, .threaded = true, .traced = true,
	  .module = &module_side, .bare = &message_side },
	{ .name = "ml-dsa-65", .mech = CKM_ML_DSA, .key = KEY_ML_DSA,
	  .size = 64, .threaded = true, .traced = true,
	  .module = &module_side, .bare = &message_side },
};
const size_t op_sign_len = sizeof(op_sign) / sizeof(op_sign[0]);
