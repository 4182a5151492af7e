/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside session: what the op_*.c files share.  Everything here is called
 * with the session locked.
 */
#ifndef KLUIS_SESSION_OP_INT_H
#define KLUIS_SESSION_OP_INT_H

#include "session/out.h"
#include "session/session_int.h"

enum op_call { OP_CALL_ONCE, OP_CALL_UPDATE, OP_CALL_FINAL, OP_CALLS };

/*
 * Whether the table lets this call through: CKR_OPERATION_NOT_INITIALIZED,
 * CKR_OPERATION_ACTIVE, CKR_USER_NOT_LOGGED_IN (the login ended); what is not
 * CKR_OK has ended the operation.
 */
CK_RV op_check(struct session *s, enum op_kind kind, enum op_call call)
    KL_MUST_USE;
/* What an operation's key is used for. */
enum obj_use op_use(enum op_kind kind);
/* Whether the login is over that the operation was begun under. */
bool op_login_lost(const struct session *s, const struct op *op);
/* Starts the operation once more, with the key and parameters of its init:
 * message-based kinds, which keep them. */
CK_RV op_restart(struct session *s, enum op_kind kind) KL_MUST_USE;
/* The same with parameters of its own. */
CK_RV op_restart_with(struct session *s, enum op_kind kind,
    const struct eng_par *par) KL_MUST_USE;
/* Message-based kinds (op_message.c): their calls and the end of a message. */
enum message_call {
	CALL_ONCE, CALL_BEGIN, CALL_NEXT, CALL_FINISH, MESSAGE_CALLS
};
/* Whether the table lets this call through; what is not CKR_OK has ended the
 * message, and a login that is over the operation. */
CK_RV message_check(struct session *s, enum op_kind kind,
    enum message_call call) KL_MUST_USE;
/* Ends the message; the operation waits for the next. */
void message_over(struct op *op, enum op_kind kind);
/* Returns rv; ends the message first when rv ends one. */
CK_RV message_failed(struct op *op, enum op_kind kind, CK_RV rv);
/* Asks for a context-specific login when the key wants one for each use. */
void op_ask_auth(struct op *op, enum op_kind kind);
/* A signature to check, as a view: CKR_SIGNATURE_LEN_RANGE for more than there
 * can be in memory, CKR_ARGUMENTS_BAD for NULL with a length. */
CK_RV op_mark(struct bytes sig, struct bytes *out) KL_MUST_USE;
/* CKR_USER_NOT_LOGGED_IN while a context-specific login is missing. */
CK_RV op_authorised(struct op *op) KL_MUST_USE;
/* Returns rv; ends the operation first when rv ends one. */
CK_RV op_failed(struct op *op, CK_RV rv);

/* The caller's bytes as a view: CKR_ARGUMENTS_BAD for NULL with a length and
 * for more than there can be in memory. */
CK_RV op_input(const CK_BYTE *in, CK_ULONG in_len, struct bytes *out)
    KL_MUST_USE;

/*
 * What op_update does before it runs: *go true, the part is to be run into
 * out.buf.  Otherwise the code is the call's answer.
 */
CK_RV op_update_begin(struct session *s, enum op_kind kind, struct bytes in,
    struct op_out out, bool *go) KL_MUST_USE;
/* Runs the part and notes that there was one. */
CK_RV op_update_run(struct op *op, struct bytes in, struct op_out out)
    KL_MUST_USE;

/* Opens a key by handle for the session's caller; a handle that is none gives
 * `invalid`.  *out is counted. */
CK_RV op_open_key(struct session *s, CK_OBJECT_HANDLE handle, CK_RV invalid,
    struct object **out) KL_MUST_USE;
/*
 * Whether the row may be used with the key, and the engine's key (borrowed
 * from o): CKR_KEY_TYPE_INCONSISTENT, obj_may's codes, CKR_KEY_SIZE_RANGE.
 */
CK_RV op_key_fits(struct session *s, const struct mech_row *row,
    struct object *o, enum obj_use use, struct eng_key **out) KL_MUST_USE;
/* The same for a call that is over at once: a key with CKA_ALWAYS_AUTHENTICATE
 * gives CKR_USER_NOT_LOGGED_IN, as there is no time for the login. */
CK_RV op_key_fits_once(struct session *s, const struct mech_row *row,
    struct object *o, enum obj_use use, struct eng_key **out) KL_MUST_USE;
/*
 * One-time passwords (op_otp.c).  begin: the parameters of an operation that has
 * just started, against its key: CKR_MECHANISM_PARAM_INVALID.  sign and verify:
 * the last step, with the data (of which there must be none:
 * CKR_DATA_LEN_RANGE); codes of out_room and obj_otp_next,
 * CKR_SIGNATURE_LEN_RANGE, CKR_SIGNATURE_INVALID.  end: forgets.
 */
CK_RV op_otp_begin(struct op *op, const struct mech_otp *p, bool verify)
    KL_MUST_USE;
CK_RV op_otp_sign(struct session *s, struct op *op, struct bytes in,
    struct op_out out) KL_MUST_USE;
CK_RV op_otp_verify(struct session *s, struct op *op, struct bytes in,
    struct bytes value) KL_MUST_USE;
void op_otp_end(struct op *op);

/* A mechanism's codes for its key and its input, as C_UnwrapKey and
 * C_DecapsulateKey name them. */
CK_RV op_unwrap_rv(CK_RV rv) KL_MUST_USE;
/* Makes a key from no other (row MECH_KEYLESS): passwords, 3.2 section 6.37.  Codes
 * as C_DeriveKey has them. */
CK_RV op_derive_keyless(struct session *s, const CK_MECHANISM *m,
    struct op_template t, CK_OBJECT_HANDLE *out) KL_MUST_USE;
/* Makes one draft an object. */
CK_RV op_commit_one(struct session *s, struct obj_draft *d,
    CK_OBJECT_HANDLE *out) KL_MUST_USE;

#endif
