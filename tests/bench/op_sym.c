/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AES-GCM and HMAC with a token key, and digests; the same with EVP.
 *
 * The bare side keeps its context with the key in it and starts it again for
 * each operation, with a new IV where there is one.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>

#define TAG_LEN		16
#define KEY_LEN		32

struct sym {
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *cctx;
	EVP_MD *md;
	EVP_MD_CTX *dctx;
	EVP_MAC *mac;
	EVP_MAC_CTX *mctx;
	CK_BYTE iv[12];
	CK_BYTE *in;
	CK_BYTE *out;		/* op->size + 64 */
};

static struct sym *
sym_new(struct side *side)
{
	struct sym *s = calloc(1, sizeof(*s));

	side->state = s;
	if (s == NULL) {
		(void)op_fail_bare(side, "calloc");
		return NULL;
	}
	s->in = calloc(1, side->op->size);
	s->out = calloc(1, side->op->size + 64);
	if (s->in == NULL || s->out == NULL) {
		(void)op_fail_bare(side, "calloc");
		return NULL;
	}
	/* Each thread starts its IVs elsewhere. */
	memcpy(s->iv, &s, sizeof(s) < 8 ? sizeof(s) : 8);
	return s;
}

/* Never the same input twice. */
static void
sym_next(CK_BYTE *bytes)
{
	uint32_t count;

	memcpy(&count, bytes, sizeof(count));
	count++;
	memcpy(bytes, &count, sizeof(count));
}

static bool
sym_module_open(struct side *side)
{
	struct sym *s = sym_new(side);

	if (s == NULL || !op_session(side, &s->session))
		return false;
	return side->op->key == KEY_NONE ||
		key_module(side->b, side->op->key, &s->key, side->why);
}

static void
sym_close(struct side *side)
{
	struct sym *s = side->state;

	if (s == NULL)
		return;
	if (s->session != 0)
		(void)side->b->p11->C_CloseSession(s->session);
	EVP_CIPHER_CTX_free(s->cctx);
	EVP_CIPHER_free(s->cipher);
	EVP_MD_CTX_free(s->dctx);
	EVP_MD_free(s->md);
	EVP_MAC_CTX_free(s->mctx);
	EVP_MAC_free(s->mac);
	free(s->in);
	free(s->out);
	free(s);
	side->state = NULL;
}

static bool
gcm_module_run(struct side *side, unsigned long n)
{
	CK_FUNCTION_LIST *p11 = side->b->p11;
	struct sym *s = side->state;
	CK_GCM_PARAMS params = {
		.pIv = s->iv, .ulIvLen = sizeof(s->iv),
		.ulIvBits = 8 * sizeof(s->iv), .ulTagBits = 8 * TAG_LEN,
	};
	CK_MECHANISM mech = { CKM_AES_GCM, &params, sizeof(params) };
	CK_RV rv;

	while (n-- > 0) {
		CK_ULONG len = side->op->size + 64;

		sym_next(s->iv + 8);
		rv = p11->C_EncryptInit(s->session, &mech, s->key);
		if (rv != CKR_OK)
			return op_fail(side, "C_EncryptInit", rv);
		rv = p11->C_Encrypt(s->session, s->in, side->op->size, s->out,
				    &len);
		if (rv != CKR_OK)
			return op_fail(side, "C_Encrypt", rv);
		if (len != side->op->size + TAG_LEN)
			return op_fail(side, "length of ciphertext", rv);
	}
	return true;
}

static bool
gcm_bare_open(struct side *side)
{
	static const unsigned char key[KEY_LEN] = { 1 };
	struct sym *s = sym_new(side);

	if (s == NULL)
		return false;
	s->cipher = EVP_CIPHER_fetch(side->b->lib, "AES-256-GCM", NULL);
	s->cctx = EVP_CIPHER_CTX_new();
	if (s->cipher == NULL || s->cctx == NULL ||
	    EVP_EncryptInit_ex2(s->cctx, s->cipher, key, s->iv, NULL) != 1)
		return op_fail_bare(side, "EVP_EncryptInit_ex2");
	return true;
}

static bool
gcm_bare_run(struct side *side, unsigned long n)
{
	struct sym *s = side->state;
	int size = (int)side->op->size;

	while (n-- > 0) {
		int len;
		int last;

		sym_next(s->iv + 8);
		if (EVP_EncryptInit_ex2(s->cctx, NULL, NULL, s->iv,
					NULL) != 1 ||
		    EVP_EncryptUpdate(s->cctx, s->out, &len, s->in,
				      size) != 1 ||
		    EVP_EncryptFinal_ex(s->cctx, s->out + len, &last) != 1 ||
		    EVP_CIPHER_CTX_ctrl(s->cctx, EVP_CTRL_AEAD_GET_TAG,
					TAG_LEN, s->out + len + last) != 1)
			return op_fail_bare(side, "AES-256-GCM");
	}
	return true;
}

static bool
hmac_module_run(struct side *side, unsigned long n)
{
	CK_FUNCTION_LIST *p11 = side->b->p11;
	CK_MECHANISM mech = { CKM_SHA256_HMAC, NULL, 0 };
	struct sym *s = side->state;
	CK_RV rv;

	while (n-- > 0) {
		CK_ULONG len = 64;

		sym_next(s->in);
		rv = p11->C_SignInit(s->session, &mech, s->key);
		if (rv != CKR_OK)
			return op_fail(side, "C_SignInit", rv);
		rv = p11->C_Sign(s->session, s->in, side->op->size, s->out,
				 &len);
		if (rv != CKR_OK)
			return op_fail(side, "C_Sign", rv);
	}
	return true;
}

static bool
hmac_bare_open(struct side *side)
{
	static const unsigned char key[KEY_LEN] = { 1 };
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						 (char[]){ "SHA256" }, 0),
		OSSL_PARAM_construct_end(),
	};
	struct sym *s = sym_new(side);

	if (s == NULL)
		return false;
	s->mac = EVP_MAC_fetch(side->b->lib, "HMAC", NULL);
	s->mctx = EVP_MAC_CTX_new(s->mac);
	if (s->mctx == NULL ||
	    EVP_MAC_init(s->mctx, key, sizeof(key), params) != 1)
		return op_fail_bare(side, "EVP_MAC_init");
	return true;
}

static bool
hmac_bare_run(struct side *side, unsigned long n)
{
	struct sym *s = side->state;

	while (n-- > 0) {
		size_t len;

		sym_next(s->in);
		if (EVP_MAC_init(s->mctx, NULL, 0, NULL) != 1 ||
		    EVP_MAC_update(s->mctx, s->in, side->op->size) != 1 ||
		    EVP_MAC_final(s->mctx, s->out, &len, 64) != 1)
			return op_fail_bare(side, "HMAC");
	}
	return true;
}

static bool
digest_module_run(struct side *side, unsigned long n)
{
	CK_FUNCTION_LIST *p11 = side->b->p11;
	CK_MECHANISM mech = { side->op->mech, NULL, 0 };
	struct sym *s = side->state;
	CK_RV rv;

	while (n-- > 0) {
		CK_ULONG len = 64;

		sym_next(s->in);
		if ((rv = p11->C_DigestInit(s->session, &mech)) != CKR_OK)
			return op_fail(side, "C_DigestInit", rv);
		rv = p11->C_Digest(s->session, s->in, side->op->size, s->out,
				   &len);
		if (rv != CKR_OK)
			return op_fail(side, "C_Digest", rv);
	}
	return true;
}

static bool
digest_bare_open(struct side *side)
{
	struct sym *s = sym_new(side);

	if (s == NULL)
		return false;
	s->md = EVP_MD_fetch(side->b->lib, side->op->md, NULL);
	s->dctx = EVP_MD_CTX_new();
	if (s->md == NULL || s->dctx == NULL)
		return op_fail_bare(side, "EVP_MD_fetch");
	return true;
}

static bool
digest_bare_run(struct side *side, unsigned long n)
{
	struct sym *s = side->state;

	while (n-- > 0) {
		unsigned len;

		sym_next(s->in);
		if (EVP_DigestInit_ex2(s->dctx, s->md, NULL) != 1 ||
		    EVP_DigestUpdate(s->dctx, s->in, side->op->size) != 1 ||
		    EVP_DigestFinal_ex(s->dctx, s->out, &len) != 1)
			return op_fail_bare(side, "digest");
	}
	return true;
}

static const struct op_side gcm_module = {
	sym_module_open, gcm_module_run, sym_close,
};
static const struct op_side gcm_bare = {
	gcm_bare_open, gcm_bare_run, sym_close,
};
static const struct op_side hmac_module = {
	sym_module_open, hmac_module_run, sym_close,
};
static const struct op_side hmac_bare = {
	hmac_bare_open, hmac_bare_run, sym_close,
};
static const struct op_side digest_module = {
	sym_module_open, digest_module_run, sym_close,
};
static const struct op_side digest_bare = {
	digest_bare_open, digest_bare_run, sym_close,
};

#define GCM(text, bytes) \
	.name = "aes256-gcm/" text, .mech = CKM_AES_GCM, .key = KEY_AES, \
	.size = (bytes), .module = &gcm_module, .bare = &gcm_bare

const struct op op_sym[] = {
	{ GCM("64", 64) },
	{ GCM("1024", 1024), .traced = true },
	{ GCM("16384", 16384) },
	{ GCM("1048576", 1048576) },
	{ .name = "hmac-sha256/64", .mech = CKM_SHA256_HMAC, .key = KEY_HMAC,
	  .size = 64, .traced = true, .module = &hmac_module,
	  .bare = &hmac_bare },
	{ .name = "sha256/64", .mech = CKM_SHA256, .key = KEY_NONE,
	  .size = 64, .md = "SHA256", .traced = true,
	  .module = &digest_module, .bare = &digest_bare },
};
const size_t op_sym_len = sizeof(op_sym) / sizeof(op_sym[0]);
