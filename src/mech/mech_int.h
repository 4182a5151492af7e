/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside mech: the table and the parsers its rows name.
 */
#ifndef KLUIS_MECH_MECH_INT_H
#define KLUIS_MECH_MECH_INT_H

#include "mech/mech.h"

/* Every mechanism kluis knows in turn (i from 0), in no order; NULL past the
 * end. */
const struct mech_row *mech_row_at(size_t i);

/* A digest as mechanism, as MGF and as libcrypto's name. */
struct mech_digest {
	CK_MECHANISM_TYPE mech;
	CK_RSA_PKCS_MGF_TYPE mgf;	/* 0: no MGF1 number */
	const char *md;
};
/* The digest of a mechanism number or of an MGF number; NULL when unknown. */
const char *mech_md(CK_MECHANISM_TYPE type);
const char *mech_mgf_md(CK_RSA_PKCS_MGF_TYPE mgf);

/*
 * Parameter parsers, one per structure of the standard.  Each checks pointer
 * and length against each other and fills call->par with views into the
 * caller's memory: CKR_MECHANISM_PARAM_INVALID otherwise.  Parameters may be
 * unaligned; what the algorithm itself refuses is left to the engine.
 */
typedef CK_RV mech_params_fn(const struct mech_row *row, const CK_MECHANISM *m,
    CK_FLAGS purpose, struct mech_call *call);

/* For parsers: copies the parameter structure of exactly n bytes to out. */
CK_RV par_struct(const CK_MECHANISM *m, void *out, size_t n) KL_MUST_USE;
/* A pointer and a length of a structure as a view; nothing in a parameter is
 * as long as BUF_MAX. */
CK_RV par_view(const CK_BYTE *p, CK_ULONG n, struct bytes *out) KL_MUST_USE;

mech_params_fn par_none;	/* no parameter allowed */
mech_params_fn par_iv;		/* an IV of one block: 3.2 section 6.12 */
mech_params_fn par_ctr;		/* CK_AES_CTR_PARAMS */
mech_params_fn par_gcm;		/* CK_GCM_PARAMS */
				/* (keys: or CK_GCM_WRAP_PARAMS) */
mech_params_fn par_ccm;		/* CK_CCM_PARAMS (or CK_CCM_WRAP_PARAMS) */
mech_params_fn par_gmac;	/* CK_GCM_PARAMS without additional data */
mech_params_fn par_chacha20;	/* CK_CHACHA20_PARAMS */
mech_params_fn par_chacha20_poly1305;
				/* CK_SALSA20_CHACHA20_POLY1305_PARAMS */
mech_params_fn par_wrap_iv;	/* nothing, or 8 bytes (KWP: 4) of IV */
mech_params_fn par_mac_len;	/* CK_MAC_GENERAL_PARAMS */
mech_params_fn par_sha512_t;	/* CK_MAC_GENERAL_PARAMS that is t in bits */
mech_params_fn par_pss;		/* CK_RSA_PKCS_PSS_PARAMS */
mech_params_fn par_oaep;	/* CK_RSA_PKCS_OAEP_PARAMS */
mech_params_fn par_eddsa;	/* nothing, or CK_EDDSA_PARAMS */
mech_params_fn par_ecdh;	/* CK_ECDH1_DERIVE_PARAMS */
mech_params_fn par_rsa_aes;	/* CK_RSA_AES_KEY_WRAP_PARAMS */
mech_params_fn par_ecdh_aes;	/* CK_ECDH_AES_KEY_WRAP_PARAMS */
mech_params_fn par_sign_context;/* nothing, or CK_SIGN_ADDITIONAL_CONTEXT */
mech_params_fn par_hash_sign_context;
				/* CK_HASH_SIGN_ADDITIONAL_CONTEXT */
mech_params_fn par_otp;		/* CK_OTP_PARAMS (params_otp.c) */
mech_params_fn par_dh;		/* a public value: params_ffc.c */
mech_params_fn par_x942_dh;	/* CK_X9_42_DH1_DERIVE_PARAMS */
mech_params_fn par_dsa_primes;	/* CK_DSA_PARAMETER_GEN_PARAM, seed to be filled */
mech_params_fn par_dsa_base;	/* CK_DSA_PARAMETER_GEN_PARAM, seed and index */

/* Room that a caller must have for a seed. */
#define MECH_SEED_MAX 64

/* Those of a message: n bytes at p, which is not NULL. */
typedef CK_RV mech_message_fn(const void *p, size_t n,
    struct mech_message *out);
mech_message_fn msg_gcm;	/* CK_GCM_MESSAGE_PARAMS */
mech_message_fn msg_ccm;	/* CK_CCM_MESSAGE_PARAMS */
mech_message_fn msg_chacha20_poly1305;
				/* CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS */

/* Of derivations (params_kdf.c, params_tls.c); call->derive is set. */
mech_params_fn par_derive_none;	/* no parameter */
mech_params_fn par_key_handle;	/* CK_OBJECT_HANDLE */
mech_params_fn par_string_data;	/* CK_KEY_DERIVATION_STRING_DATA */
mech_params_fn par_extract;	/* CK_EXTRACT_PARAMS */
mech_params_fn par_cbc_data;	/* CK_AES_CBC_ENCRYPT_DATA_PARAMS and kin */
mech_params_fn par_hkdf;	/* CK_HKDF_PARAMS */
mech_params_fn par_sp800;	/* CK_SP800_108_KDF_PARAMS and _FEEDBACK_ */
mech_params_fn par_pbkd2;	/* CK_PKCS5_PBKD2_PARAMS2, or _PARAMS */
mech_params_fn par_pbe;		/* CK_PBE_PARAMS */
mech_params_fn par_ike2_plus;	/* CK_IKE2_PRF_PLUS_DERIVE_PARAMS */
mech_params_fn par_ike_prf;	/* CK_IKE_PRF_DERIVE_PARAMS */
mech_params_fn par_ike1_prf;	/* CK_IKE1_PRF_DERIVE_PARAMS */
mech_params_fn par_ike1_ext;	/* CK_IKE1_EXTENDED_DERIVE_PARAMS */
mech_params_fn par_public;	/* nothing: makes the public key */
mech_params_fn par_premaster;	/* CK_VERSION */
mech_params_fn par_tls_master;	/* CK_SSL3_ or CK_TLS12_MASTER_KEY_DERIVE_PARAMS */
mech_params_fn par_tls_extended;/* CK_TLS12_EXTENDED_MASTER_KEY_DERIVE_PARAMS */
mech_params_fn par_tls_block;	/* CK_SSL3_ or CK_TLS12_KEY_MAT_PARAMS */
mech_params_fn par_tls_kdf;	/* CK_TLS_KDF_PARAMS */
mech_params_fn par_tls_prf;	/* CK_TLS_PRF_PARAMS */
mech_params_fn par_tls_mac;	/* CK_TLS_MAC_PARAMS */

/* A key's HMAC mechanism: its hash and the key type made for it; NULL when it
 * is none. */
const char *mech_hmac_md(CK_MECHANISM_TYPE hmac, CK_KEY_TYPE *type);
/* Adds a piece of bytes, or of the key behind a handle (whose type must be
 * `type`, or CK_UNAVAILABLE_INFORMATION), to what the PRF is fed with:
 * CKR_MECHANISM_PARAM_INVALID. */
CK_RV par_piece(struct mech_derive *d, const CK_BYTE *p, CK_ULONG n)
    KL_MUST_USE;
CK_RV par_piece_key(struct mech_derive *d, CK_OBJECT_HANDLE h,
    CK_KEY_TYPE type) KL_MUST_USE;

#endif
