/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations of a session.  A session runs at most one of each kind at a
 * time (several kinds together are allowed); all functions are called with the
 * session locked (sess_get).  The rules are those of 3.2 sections 5.2 and
 * 5.8-5.16, kept as one table (op.c):
 *
 *	            Init            once             update          final
 *	 idle   --> ready           NOT_INIT         NOT_INIT        NOT_INIT
 *	 ready      ACTIVE(stays)   -> idle          -> parts        -> idle
 *	 asked      ACTIVE(stays)   -> idle          ACTIVE -> idle  ACTIVE -> idle
 *	 parts      ACTIVE(stays)   ACTIVE -> idle   parts           -> idle
 *
 * asked: a one-part call was asked for its length, or its buffer was too
 * short: what follows is that call again (suites of other makers insist).
 *
 * Every failure of once, update or final ends the operation, except
 * CKR_BUFFER_TOO_SMALL; asking for a length (NULL buffer) changes nothing.
 * Init with a NULL mechanism cancels.  A key with CKA_ALWAYS_AUTHENTICATE needs
 * a context-specific login between Init and use (op_authenticated), one for
 * each operation; C_UnwrapKey and C_DeriveKey, which have no Init, refuse it.
 *
 * Message-based kinds (3.2 sections 5.9, 5.11, 5.14 and 5.16) run one message after the other
 * until they are finished; `parts` is within a message, `ready` between two:
 *
 *	            Init            once      begin     next       finish
 *	 idle   --> ready           NOT_INIT  NOT_INIT  NOT_INIT   NOT_INIT
 *	 ready      ACTIVE(stays)   ready     -> parts  NOT_INIT   -> idle
 *	 parts      ACTIVE(stays)   ACTIVE    ACTIVE    parts, or  ACTIVE
 *	                            -> ready  -> ready  -> ready   -> ready
 *
 * There a failure ends the message, not the operation.
 *
 * Mechanisms that the standard marks "single-part only" answer update and
 * final with CKR_OPERATION_NOT_INITIALIZED (no multi-part operation was), and end.
 */
#ifndef KLUIS_SESSION_OP_H
#define KLUIS_SESSION_OP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/rv.h"

struct session;

enum op_kind {
	OP_ENCRYPT, OP_DECRYPT, OP_DIGEST, OP_SIGN, OP_VERIFY,
	OP_SIGN_RECOVER, OP_VERIFY_RECOVER,
	OP_VERIFY_SIGNATURE,	/* the signature was given to init */
	OP_MESSAGE_SIGN, OP_MESSAGE_VERIFY,
	OP_MESSAGE_ENCRYPT, OP_MESSAGE_DECRYPT,
	OP_KINDS
};

/* A caller's output buffer; session/out.h judges it.  buf NULL: only the
 * length is wanted. */
struct op_out {
	CK_BYTE *buf;
	CK_ULONG *len;		/* in: room; out: written or needed */
};

CK_RV op_crypt_init(struct session *s, enum op_kind kind,
    const CK_MECHANISM *m, CK_OBJECT_HANDLE key) KL_MUST_USE;
/* Encrypt, decrypt, digest, sign in one part, with or without recovery of the
 * data; in with a NULL pointer and a length is CKR_ARGUMENTS_BAD, which ends
 * the operation like any failure. */
CK_RV op_once(struct session *s, enum op_kind kind, const CK_BYTE *in,
    CK_ULONG in_len, struct op_out out) KL_MUST_USE;
CK_RV op_update(struct session *s, enum op_kind kind, const CK_BYTE *in,
    CK_ULONG in_len, struct op_out out) KL_MUST_USE;
CK_RV op_final(struct session *s, enum op_kind kind, struct op_out out)
    KL_MUST_USE;
/* The next part of a digest, signature or check: gives nothing back. */
CK_RV op_feed(struct session *s, enum op_kind kind, const CK_BYTE *in,
    CK_ULONG in_len) KL_MUST_USE;
CK_RV op_digest_init(struct session *s, const CK_MECHANISM *m) KL_MUST_USE;
CK_RV op_digest_key(struct session *s, CK_OBJECT_HANDLE key) KL_MUST_USE;
CK_RV op_verify(struct session *s, const CK_BYTE *in, CK_ULONG in_len,
    const CK_BYTE *sig, CK_ULONG sig_len) KL_MUST_USE;
CK_RV op_verify_final(struct session *s, const CK_BYTE *sig, CK_ULONG sig_len)
    KL_MUST_USE;
/*
 * Checks of a signature that comes first (3.2 section 5.15.7): init copies it
 * and is op_crypt_init otherwise; then op_verify_signature, or op_feed of
 * OP_VERIFY_SIGNATURE and op_verify_signature_final.
 */
CK_RV op_verify_signature_init(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE key, const CK_BYTE *sig, CK_ULONG sig_len) KL_MUST_USE;
CK_RV op_verify_signature(struct session *s, const CK_BYTE *in,
    CK_ULONG in_len) KL_MUST_USE;
CK_RV op_verify_signature_final(struct session *s) KL_MUST_USE;

/*
 * Signatures and checks of messages under one init; kind is OP_MESSAGE_SIGN or
 * OP_MESSAGE_VERIFY.  par_len must be 0: no mechanism of 3.2 has parameters for
 * the single message (CKR_MECHANISM_PARAM_INVALID).  A key with
 * CKA_ALWAYS_AUTHENTICATE asks for a login for each message.
 */
CK_RV op_message_init(struct session *s, enum op_kind kind,
    const CK_MECHANISM *m, CK_OBJECT_HANDLE key) KL_MUST_USE;
CK_RV op_message_begin(struct session *s, enum op_kind kind, CK_ULONG par_len)
    KL_MUST_USE;
CK_RV op_message_finish(struct session *s, enum op_kind kind) KL_MUST_USE;
CK_RV op_sign_message(struct session *s, CK_ULONG par_len, struct bytes in,
    struct op_out out) KL_MUST_USE;
/* out.len NULL: more parts follow. */
CK_RV op_sign_message_next(struct session *s, CK_ULONG par_len,
    struct bytes in, struct op_out out) KL_MUST_USE;
CK_RV op_verify_message(struct session *s, CK_ULONG par_len, struct bytes in,
    struct bytes sig) KL_MUST_USE;
/* sig.p NULL: more parts follow. */
CK_RV op_verify_message_next(struct session *s, CK_ULONG par_len,
    struct bytes in, struct bytes sig) KL_MUST_USE;

/*
 * Encryption and decryption of messages under one op_crypt_init; kind is
 * OP_MESSAGE_ENCRYPT or OP_MESSAGE_DECRYPT.  Each message has its parameter
 * (mech_message), to which encryption writes the IV, when it is generated, and
 * the tag; both only on success.  An IV that was used under the same init is
 * refused (eng_ivs_next).  Decryption gives nothing before its tag was checked,
 * so in parts all comes with the last one: CKR_AEAD_DECRYPT_FAILED.
 * end: flags has CKF_END_OF_MESSAGE; without it m may have no parameter.
 */
struct op_message {
	const void *par;
	CK_ULONG par_len;
	struct bytes aad;	/* not for _next */
};
CK_RV op_crypt_message(struct session *s, enum op_kind kind,
    const struct op_message *m, struct bytes in, struct op_out out)
    KL_MUST_USE;
CK_RV op_crypt_message_begin(struct session *s, enum op_kind kind,
    const struct op_message *m) KL_MUST_USE;
CK_RV op_crypt_message_next(struct session *s, enum op_kind kind,
    const struct op_message *m, struct bytes in, struct op_out out,
    CK_FLAGS flags) KL_MUST_USE;

/*
 * C_GetOperationState and C_SetOperationState (3.2 sections 5.6.6 and 5.6.7):
 * what may be saved and for whom is at the head of op_state.c.  get:
 * CKR_OPERATION_NOT_INITIALIZED, CKR_STATE_UNSAVEABLE.  set:
 * CKR_SAVED_STATE_INVALID, CKR_KEY_CHANGED, CKR_KEY_NOT_NEEDED, and then nothing
 * changed; on success all that the session did before is cancelled.  Keys need
 * not be named (CKF_RESTORE_KEY_NOT_NEEDED).
 */
CK_RV op_state_get(struct session *s, struct op_out out) KL_MUST_USE;
CK_RV op_state_set(struct session *s, struct bytes state,
    CK_OBJECT_HANDLE crypt_key, CK_OBJECT_HANDLE auth_key) KL_MUST_USE;

/*
 * One part through two operations (3.2 section 5.17): crypt, OP_ENCRYPT or
 * OP_DECRYPT, gives the output; also, OP_DIGEST, OP_SIGN or OP_VERIFY, takes
 * the plaintext.  When one of the two is not active, or out is short or asks for
 * the length, nothing changes; any other failure ends both.
 */
CK_RV op_dual_update(struct session *s, enum op_kind crypt, enum op_kind also,
    struct bytes in, struct op_out out) KL_MUST_USE;

/* Keys: generation, wrapping, derivation (3.2 section 5.18). */
CK_RV op_generate_key(struct session *s, const CK_MECHANISM *m,
    CK_ATTRIBUTE *templ, CK_ULONG n, CK_OBJECT_HANDLE *out) KL_MUST_USE;
struct op_pair {
	CK_ATTRIBUTE *pub;
	CK_ULONG pub_n;
	CK_ATTRIBUTE *priv;
	CK_ULONG priv_n;
};
CK_RV op_generate_pair(struct session *s, const CK_MECHANISM *m,
    const struct op_pair *templ, CK_OBJECT_HANDLE *out_pub,
    CK_OBJECT_HANDLE *out_priv) KL_MUST_USE;
CK_RV op_wrap(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE wrapper, CK_OBJECT_HANDLE key, struct op_out out)
    KL_MUST_USE;
struct op_template {
	CK_ATTRIBUTE *v;
	CK_ULONG n;
};
CK_RV op_unwrap(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE unwrapper, struct bytes wrapped,
    struct op_template templ, CK_OBJECT_HANDLE *out) KL_MUST_USE;
/*
 * Authenticated wrapping (3.2 sections 5.18.6 and 5.18.7): m has the parameter of
 * a message, aad comes beside it.  Wrapping writes the tag there, and the IV when
 * it is generated; both only on success.  Counters go on for the session's life.
 */
CK_RV op_wrap_authenticated(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE wrapper, CK_OBJECT_HANDLE key, struct bytes aad,
    struct op_out out) KL_MUST_USE;
struct op_wrapped {
	struct bytes key;
	struct bytes aad;
};
CK_RV op_unwrap_authenticated(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE unwrapper, struct op_wrapped in,
    struct op_template templ, CK_OBJECT_HANDLE *out) KL_MUST_USE;
/* out may be NULL where the mechanism has another place for its handles, or makes
 * none. */
CK_RV op_derive(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE base, struct op_template templ, CK_OBJECT_HANDLE *out)
    KL_MUST_USE;
/*
 * A new secret key and what carries it to the owner of the private key (3.2
 * sections 5.18.8 and 5.18.9).  out: the ciphertext, by the length convention;
 * no key is made when only its length is told.  A key with
 * CKA_ALWAYS_AUTHENTICATE does not decapsulate, as it does not unwrap.
 */
CK_RV op_encapsulate(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE public_key, struct op_template templ, struct op_out out,
    CK_OBJECT_HANDLE *out_key) KL_MUST_USE;
CK_RV op_decapsulate(struct session *s, const CK_MECHANISM *m,
    CK_OBJECT_HANDLE private_key, struct op_template templ, struct bytes ct,
    CK_OBJECT_HANDLE *out) KL_MUST_USE;
CK_RV op_seed(struct session *s, CK_BYTE *seed, CK_ULONG n) KL_MUST_USE;
CK_RV op_random(struct session *s, CK_BYTE *out, CK_ULONG n) KL_MUST_USE;

#endif
