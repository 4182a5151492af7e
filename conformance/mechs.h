/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the suite knows of mechanisms: one row each (mechs.c), and a subject,
 * that is a mechanism made ready for use with keys, parameter and input
 * lengths, so that one test serves all of them.
 */
#ifndef CONFORMANCE_MECHS_H
#define CONFORMANCE_MECHS_H

#include "kit.h"

enum mech_kind {
	K_DIGEST,
	K_HMAC,
	K_HMAC_GENERAL,
	K_CMAC,
	K_CMAC_GENERAL,
	K_RSA_PKCS,
	K_RSA_X509,
	K_RSA_SIGN,
	K_PSS_RAW,
	K_PSS,
	K_OAEP,
	K_ECDSA_RAW,
	K_ECDSA,
	K_EDDSA,
	K_PQ, /* ML-DSA, SLH-DSA: of the message, */
	K_PQ_HASH, /* of its hash, made by the module, */
	K_PQ_RAW, /* or by the caller */
	K_ECB,
	K_CBC,
	K_CBC_PAD,
	K_CTR,
	K_GCM,
	K_CCM,
	K_GMAC,
	K_CHACHA,
	K_CHACHA_POLY,
	K_POLY,
	K_STREAM,
	K_UNIT, /* any length from a block on, at once */
	K_KW,
	K_KWP,
	K_CBCMAC,
	K_CBCMAC_GENERAL,
	K_XCBC,
	K_BLAKE2, /* the keyed variant */
	K_BLAKE2_GENERAL,
	K_DIGEST_T, /* a parameter says how many bits */
	K_HMAC_T,
	K_HYBRID,
	K_KEYGEN,
	K_PAIRGEN,
	K_DERIVE,
};

struct mech {
	CK_MECHANISM_TYPE type;
	const char *name;
	enum mech_kind kind;
	const char *
	    md; /* libcrypto's digest or cipher name, NULL where there is none */
	CK_MECHANISM_TYPE md_type; /* the digest's mechanism */
	CK_KEY_TYPE key; /* of the key used or made */
	CK_FLAGS may; /* operations that the standard gives it */
	const char *cipher; /* libcrypto's name without the mode; NULL: AES-128 */
	size_t keylen, block; /* bytes of its key and block; 0: 16 */
	size_t size; /* bytes of the result, where the row says it */
};

const struct mech *mech_find(CK_MECHANISM_TYPE m);
const struct mech *mech_at(size_t i); /* NULL after the last */

/* Rows of mechs_sym.c; those of mechs.c come before. */
const struct mech *mech_sym_at(size_t i);
/* Whether only legacy mechanisms are looked at (SUITE_LEGACY). */
bool mech_legacy_run(void);

/* Signatures of SLH-DSA-SHA2-128f are 17088 bytes. */
#define SUBJECT_MAX 20480

struct subject {
	const struct mech *row;
	CK_MECHANISM m;
	union {
		CK_BYTE iv[16];
		CK_AES_CTR_PARAMS ctr;
		CK_GCM_PARAMS gcm;
		CK_CCM_PARAMS ccm;
		CK_CHACHA20_PARAMS chacha;
		CK_SALSA20_CHACHA20_POLY1305_PARAMS chacha_poly;
		CK_RSA_PKCS_PSS_PARAMS pss;
		CK_RSA_PKCS_OAEP_PARAMS oaep;
		CK_RSA_AES_KEY_WRAP_PARAMS rsa_aes;
		CK_ECDH_AES_KEY_WRAP_PARAMS ecdh_aes;
		CK_HASH_SIGN_ADDITIONAL_CONTEXT pq;
		CK_ULONG len;
	} p;
	CK_BYTE iv[16], aad[20];
	CK_RSA_PKCS_OAEP_PARAMS inner; /* of rsa_aes */
	CK_OBJECT_HANDLE fwd,
	    back; /* encrypts or signs; decrypts or verifies; 0 for digests */
	size_t unit; /* input of a one-part call is a multiple of it */
	size_t sample; /* a good length of input */
	size_t least; /* the shortest input allowed */
	size_t exact; /* the only length allowed; 0: any multiple of unit */
	bool multi; /* more than one part allowed */
	bool random; /* the same input gives another output each time */
};

/* Makes keys and parameter; the mechanism must be offered. */
void subject_init(struct subject *sj, const struct mech *row);
/*
 * Before each operation: the parameter for this length of plain data (CCM
 * carries it).
 */
void subject_length(struct subject *sj, size_t plain);

/* For subject_init: the kinds from K_CBCMAC to K_BLAKE2_GENERAL. */
void subject_block_mac(struct subject *sj);

/* CKG_MGF1 and PSS/OAEP parameters for the digest. */
CK_RSA_PKCS_MGF_TYPE mech_mgf(CK_MECHANISM_TYPE digest);
size_t mech_md_size(const char *md);

#endif
