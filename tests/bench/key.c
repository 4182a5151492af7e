/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of the loops: one row per key, with the template that makes it in
 * the token and the name under which libcrypto makes its counterpart.
 *
 * Token keys are token objects with a label of their own, so a child started
 * later finds the key that another one made.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define TEMPLATE_MAX	6

const CK_BYTE key_p256_params[10] = {	/* 1.2.840.10045.3.1.7 */
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
};
static const CK_BYTE ed25519_params[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
static const CK_BYTE rsa_exponent[] = { 0x01, 0x00, 0x01 };
static const CK_ULONG rsa_bits = 2048;
static const CK_ULONG ml_dsa_65 = CKP_ML_DSA_65;
static const CK_ULONG secret_len = 32;
static const CK_BBOOL yes = CK_TRUE;

static const struct key_row {
	const char *label;
	CK_MECHANISM_TYPE gen;
	CK_ATTRIBUTE_TYPE use;		/* of the private or secret key */
	CK_ATTRIBUTE_TYPE use_public;	/* 0: a secret key */
	struct {
		CK_ATTRIBUTE_TYPE type;
		const void *value;
		CK_ULONG len;
	} param[2];
	const char *bare;		/* NULL: made by the operation */
	const char *group;
	size_t bits;
} keys[KEY_COUNT] = {
	[KEY_RSA] = { "bench-rsa2048", CKM_RSA_PKCS_KEY_PAIR_GEN,
		CKA_SIGN, CKA_VERIFY,
		{ { CKA_MODULUS_BITS, &rsa_bits, sizeof(rsa_bits) },
		  { CKA_PUBLIC_EXPONENT, rsa_exponent, sizeof(rsa_exponent) } },
		"RSA", NULL, 2048 },
	[KEY_P256] = { "bench-p256", CKM_EC_KEY_PAIR_GEN,
		CKA_SIGN, CKA_VERIFY,
		{ { CKA_EC_PARAMS, key_p256_params, sizeof(key_p256_params) } },
		"EC", "P-256", 0 },
	[KEY_ED25519] = { "bench-ed25519", CKM_EC_EDWARDS_KEY_PAIR_GEN,
		CKA_SIGN, CKA_VERIFY,
		{ { CKA_EC_PARAMS, ed25519_params, sizeof(ed25519_params) } },
		"ED25519", NULL, 0 },
	[KEY_ML_DSA] = { "bench-ml-dsa-65", CKM_ML_DSA_KEY_PAIR_GEN,
		CKA_SIGN, CKA_VERIFY,
		{ { CKA_PARAMETER_SET, &ml_dsa_65, sizeof(ml_dsa_65) } },
		"ML-DSA-65", NULL, 0 },
	[KEY_AES] = { "bench-aes256", CKM_AES_KEY_GEN, CKA_ENCRYPT, 0,
		{ { CKA_VALUE_LEN, &secret_len, sizeof(secret_len) } },
		NULL, NULL, 0 },
	[KEY_HMAC] = { "bench-hmac", CKM_GENERIC_SECRET_KEY_GEN, CKA_SIGN, 0,
		{ { CKA_VALUE_LEN, &secret_len, sizeof(secret_len) } },
		NULL, NULL, 0 },
	[KEY_ECDH] = { "bench-ecdh", CKM_EC_KEY_PAIR_GEN,
		CKA_DERIVE, CKA_DERIVE,
		{ { CKA_EC_PARAMS, key_p256_params, sizeof(key_p256_params) } },
		"EC", "P-256", 0 },
	[KEY_FIRST] = { SIGN_LABEL, CKM_EC_KEY_PAIR_GEN,
		CKA_SIGN, CKA_VERIFY,
		{ { CKA_EC_PARAMS, key_p256_params, sizeof(key_p256_params) } },
		"EC", "P-256", 0 },
};

static CK_ATTRIBUTE
key_attr(CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG len)
{
	/* A template takes void *, though C_Generate* only reads it. */
	CK_ATTRIBUTE attr = { type, (void *)(uintptr_t)value, len };

	return attr;
}

/* Token, label, use and, where they belong, the parameters. */
static CK_ULONG
key_template(const struct key_row *row, CK_ATTRIBUTE_TYPE use, bool params,
	     CK_ATTRIBUTE *out)
{
	CK_ULONG len = 0;
	size_t i;

	out[len++] = key_attr(CKA_TOKEN, &yes, sizeof(yes));
	out[len++] = key_attr(CKA_LABEL, row->label, strlen(row->label));
	/* A public key says CKA_DERIVE of its private half only. */
	if (use != CKA_DERIVE || !params)
		out[len++] = key_attr(use, &yes, sizeof(yes));
	for (i = 0; params && i < 2 && row->param[i].len != 0; i++)
		out[len++] = key_attr(row->param[i].type, row->param[i].value,
				      row->param[i].len);
	return len;
}

static bool
key_make(struct bench *b, const struct key_row *row, CK_OBJECT_HANDLE *out,
	 char *why)
{
	CK_MECHANISM mech = { row->gen, NULL, 0 };
	CK_ATTRIBUTE public[TEMPLATE_MAX];
	CK_ATTRIBUTE private[TEMPLATE_MAX];
	CK_OBJECT_HANDLE other;
	CK_ULONG public_len;
	CK_ULONG private_len;
	CK_RV rv;

	if (row->use_public == 0) {
		private_len = key_template(row, row->use, true, private);
		rv = b->p11->C_GenerateKey(b->session, &mech, private,
					   private_len, out);
		return rv == CKR_OK ? true :
			target_fail(why, "C_GenerateKey", rv);
	}
	public_len = key_template(row, row->use_public, true, public);
	private_len = key_template(row, row->use, false, private);
	rv = b->p11->C_GenerateKeyPair(b->session, &mech, public, public_len,
				       private, private_len, &other, out);
	return rv == CKR_OK ? true : target_fail(why, "C_GenerateKeyPair", rv);
}

bool
key_module(struct bench *b, enum key_id id, CK_OBJECT_HANDLE *out, char *why)
{
	const struct key_row *row = &keys[id];
	CK_OBJECT_CLASS class = row->use_public == 0 ? CKO_SECRET_KEY :
		CKO_PRIVATE_KEY;

	if (!target_find(b, class, row->label, out, why))
		return false;
	return *out != CK_INVALID_HANDLE || key_make(b, row, out, why);
}

bool
key_bare(struct bench *b, enum key_id id, EVP_PKEY **out, char *why)
{
	const struct key_row *row = &keys[id];

	if (b->bare_key[id] == NULL) {
		if (row->group != NULL)
			b->bare_key[id] = EVP_PKEY_Q_keygen(b->lib, NULL,
							    row->bare,
							    row->group);
		else
			b->bare_key[id] = EVP_PKEY_Q_keygen(b->lib, NULL,
							    row->bare,
							    row->bits);
	}
	if (b->bare_key[id] == NULL) {
		snprintf(why, NOTE_MAX_LEN, "libcrypto has no %s", row->bare);
		return false;
	}
	*out = b->bare_key[id];
	return true;
}

void
key_clean(struct bench *b)
{
	static const CK_OBJECT_CLASS class[] = {
		CKO_SECRET_KEY, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY,
	};
	CK_OBJECT_HANDLE object;
	char why[NOTE_MAX_LEN];
	size_t i;
	size_t k;

	for (k = KEY_NONE + 1; k < KEY_COUNT; k++)
		for (i = 0; i < sizeof(class) / sizeof(class[0]); i++)
			if (target_find(b, class[i], keys[k].label, &object,
					why) && object != CK_INVALID_HANDLE)
				(void)b->p11->C_DestroyObject(b->session,
							      object);
}
