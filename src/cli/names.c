/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of classes, key types and curves, for people (and for --class).  Only
 * what kluis can hold has one.
 */
#include "cli/objects.h"

#include <string.h>

/* clang-format off */
static const struct class_row {
	CK_OBJECT_CLASS class;
	const char *name, *word, *code;
	const char *also[2];	/* other words that mean it */
} classes[] = {
	{ CKO_DATA, "data", "data", "CKO_DATA", { NULL, NULL } },
	{ CKO_CERTIFICATE, "certificate", "certificate", "CKO_CERTIFICATE",
	    { "cert", NULL } },
	{ CKO_PUBLIC_KEY, "public key", "public", "CKO_PUBLIC_KEY",
	    { "pubkey", "public-key" } },
	{ CKO_PRIVATE_KEY, "private key", "private", "CKO_PRIVATE_KEY",
	    { "privkey", "private-key" } },
	{ CKO_SECRET_KEY, "secret key", "secret", "CKO_SECRET_KEY",
	    { "secrkey", "secret-key" } },
	{ CKO_PROFILE, "profile", "profile", "CKO_PROFILE", { NULL, NULL } },
	{ CKO_OTP_KEY, "OTP key", "otp", "CKO_OTP_KEY", { "otp-key", NULL } },
	{ CKO_TRUST, "trust", "trust", "CKO_TRUST", { NULL, NULL } },
};

#define KEY(type, name) { CKK_##type, name, "CKK_" #type }
static const struct key_row {
	CK_KEY_TYPE type;
	const char *name, *code;
} key_types[] = {
	KEY(RSA, "RSA"), KEY(EC, "EC"), KEY(EC_EDWARDS, "EdDSA"), KEY(EC_MONTGOMERY, "XDH"),
	KEY(DSA, "DSA"), KEY(DH, "DH"), KEY(X9_42_DH, "X9.42 DH"),
	KEY(ML_KEM, "ML-KEM"), KEY(ML_DSA, "ML-DSA"), KEY(SLH_DSA, "SLH-DSA"),
	KEY(HSS, "HSS"), KEY(XMSS, "XMSS"), KEY(XMSSMT, "XMSS^MT"),
	KEY(GENERIC_SECRET, "generic"), KEY(AES, "AES"), KEY(AES_XTS, "AES-XTS"),
	KEY(DES, "DES"), KEY(DES2, "3DES-2"), KEY(DES3, "3DES"), KEY(CAMELLIA, "Camellia"),
	KEY(ARIA, "ARIA"), KEY(SEED, "SEED"), KEY(CHACHA20, "ChaCha20"),
	KEY(POLY1305, "Poly1305"), KEY(HOTP, "HOTP"), KEY(HKDF, "HKDF"), KEY(MD5_HMAC, "HMAC-MD5"),
	KEY(SHA_1_HMAC, "HMAC-SHA1"), KEY(SHA224_HMAC, "HMAC-SHA224"),
	KEY(SHA256_HMAC, "HMAC-SHA256"), KEY(SHA384_HMAC, "HMAC-SHA384"),
	KEY(SHA512_HMAC, "HMAC-SHA512"), KEY(SHA512_224_HMAC, "HMAC-SHA512/224"),
	KEY(SHA512_256_HMAC, "HMAC-SHA512/256"), KEY(SHA3_224_HMAC, "HMAC-SHA3-224"),
	KEY(SHA3_256_HMAC, "HMAC-SHA3-256"), KEY(SHA3_384_HMAC, "HMAC-SHA3-384"),
	KEY(SHA3_512_HMAC, "HMAC-SHA3-512"),
};

/* The content of the OBJECT IDENTIFIER. */
#define CURVE(der, name) { der, sizeof(der) - 1, name }
static const struct curve_row {
	const char *oid;
	size_t n;
	const char *name;
} curves[] = {
	CURVE("\x2b\x81\x04\x00\x21", "P-224"),
	CURVE("\x2a\x86\x48\xce\x3d\x03\x01\x07", "P-256"),
	CURVE("\x2b\x81\x04\x00\x22", "P-384"),
	CURVE("\x2b\x81\x04\x00\x23", "P-521"),
	CURVE("\x2b\x81\x04\x00\x0a", "secp256k1"),
	CURVE("\x2b\x24\x03\x03\x02\x08\x01\x01\x05", "brainpoolP224r1"),
	CURVE("\x2b\x24\x03\x03\x02\x08\x01\x01\x07", "brainpoolP256r1"),
	CURVE("\x2b\x24\x03\x03\x02\x08\x01\x01\x09", "brainpoolP320r1"),
	CURVE("\x2b\x24\x03\x03\x02\x08\x01\x01\x0b", "brainpoolP384r1"),
	CURVE("\x2b\x24\x03\x03\x02\x08\x01\x01\x0d", "brainpoolP512r1"),
	CURVE("\x2b\x65\x6e", "X25519"), CURVE("\x2b\x65\x6f", "X448"),
	CURVE("\x2b\x65\x70", "Ed25519"), CURVE("\x2b\x65\x71", "Ed448"),
};
/* clang-format on */

static const struct class_row *
class_row(CK_OBJECT_CLASS class)
{
	for (size_t i = 0; i < KL_COUNT(classes); i++)
		if (classes[i].class == class)
			return &classes[i];
	return NULL;
}

const char *
name_class(CK_OBJECT_CLASS class)
{
	const struct class_row *r = class_row(class);

	return r == NULL ? NULL : r->name;
}

const char *
name_class_word(CK_OBJECT_CLASS class)
{
	const struct class_row *r = class_row(class);

	return r == NULL ? NULL : r->word;
}

const char *
name_class_code(CK_OBJECT_CLASS class)
{
	const struct class_row *r = class_row(class);

	return r == NULL ? NULL : r->code;
}

bool
name_class_parse(const char *word, CK_OBJECT_CLASS *out)
{
	for (size_t i = 0; i < KL_COUNT(classes); i++) {
		const struct class_row *r = &classes[i];

		if (strcmp(word, r->word) == 0 ||
		    (r->also[0] != NULL && strcmp(word, r->also[0]) == 0) ||
		    (r->also[1] != NULL && strcmp(word, r->also[1]) == 0)) {
			*out = r->class;
			return true;
		}
	}
	return false;
}

const char *
name_key_type(CK_KEY_TYPE type)
{
	for (size_t i = 0; i < KL_COUNT(key_types); i++)
		if (key_types[i].type == type)
			return key_types[i].name;
	return NULL;
}

const char *
name_key_code(CK_KEY_TYPE type)
{
	for (size_t i = 0; i < KL_COUNT(key_types); i++)
		if (key_types[i].type == type)
			return key_types[i].code;
	return NULL;
}

static const struct set_row {
	CK_KEY_TYPE type;
	CK_ULONG set;
	const char *name;
} sets[] = {
	{ CKK_ML_KEM, CKP_ML_KEM_512, "ML-KEM-512" },
	{ CKK_ML_KEM, CKP_ML_KEM_768, "ML-KEM-768" },
	{ CKK_ML_KEM, CKP_ML_KEM_1024, "ML-KEM-1024" },
	{ CKK_ML_DSA, CKP_ML_DSA_44, "ML-DSA-44" },
	{ CKK_ML_DSA, CKP_ML_DSA_65, "ML-DSA-65" },
	{ CKK_ML_DSA, CKP_ML_DSA_87, "ML-DSA-87" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128S, "SLH-DSA-SHA2-128s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_128S, "SLH-DSA-SHAKE-128s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_128F, "SLH-DSA-SHA2-128f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_128F, "SLH-DSA-SHAKE-128f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_192S, "SLH-DSA-SHA2-192s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_192S, "SLH-DSA-SHAKE-192s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_192F, "SLH-DSA-SHA2-192f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_192F, "SLH-DSA-SHAKE-192f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_256S, "SLH-DSA-SHA2-256s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_256S, "SLH-DSA-SHAKE-256s" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHA2_256F, "SLH-DSA-SHA2-256f" },
	{ CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_256F, "SLH-DSA-SHAKE-256f" },
};

const char *
name_set(CK_KEY_TYPE type, CK_ULONG set)
{
	for (size_t i = 0; i < KL_COUNT(sets); i++)
		if (sets[i].type == type && sets[i].set == set)
			return sets[i].name;
	return NULL;
}

const char *
name_curve(struct bytes params)
{
	/* 06, a length below 128, the content */
	if (params.n < 2 || params.p[0] != 6 || params.p[1] != params.n - 2)
		return NULL;
	for (size_t i = 0; i < KL_COUNT(curves); i++)
		if (bytes_equal(bytes_of(params.p + 2, params.n - 2),
		    bytes_of(curves[i].oid, curves[i].n)))
			return curves[i].name;
	return NULL;
}
