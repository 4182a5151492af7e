/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What api may ask of the session room: the library, slots and tokens,
 * sessions and logins.  Operations are in session/op.h.  All state of kluis
 * hangs under the one struct library (library.c).
 *
 * Locks: api_enter_* (src/api/call.c) takes what a call needs through the functions
 * here; each says which lock its caller holds.
 */
#ifndef KLUIS_SESSION_SESSION_H
#define KLUIS_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/rv.h"

struct session;
struct token;

/* -------------------------------------------------------------- library */

/*
 * C_Initialize / C_Finalize (3.2 section 5.4).  Checks the arguments: 1-3 of 4 callbacks,
 * reserved that is neither NULL nor configuration text, unknown flags.  After a fork the
 * child starts clean.  lib_finalize waits until calls in flight have left, wakes
 * blocking C_WaitForSlotEvent, and gives everything back; CKR_FUNCTION_FAILED when
 * they do not leave: all stays as it was.
 */
CK_RV lib_initialize(const CK_C_INITIALIZE_ARGS *args) KL_MUST_USE;
CK_RV lib_finalize(void) KL_MUST_USE;
/*
 * Counts a call in: CKR_CRYPTOKI_NOT_INITIALIZED when not initialised, in a
 * forked child, or after libcrypto is gone.  Each success is paired with lib_leave.
 */
CK_RV lib_enter(void) KL_MUST_USE;
void lib_leave(void);
/* The cryptographic library that this process runs on, in words, whether
 * initialised or not; static storage. */
const char *lib_crypto(void);

/* ------------------------------------------------------- slots and tokens */

CK_RV slot_list(CK_BBOOL present, CK_SLOT_ID *out, CK_ULONG *count) KL_MUST_USE;
CK_RV slot_info(CK_SLOT_ID id, CK_SLOT_INFO *out) KL_MUST_USE;
CK_RV slot_token_info(CK_SLOT_ID id, CK_TOKEN_INFO *out) KL_MUST_USE;
CK_RV slot_mechanisms(CK_SLOT_ID id, CK_MECHANISM_TYPE *out, CK_ULONG *count)
    KL_MUST_USE;
CK_RV slot_mechanism_info(CK_SLOT_ID id, CK_MECHANISM_TYPE type,
    CK_MECHANISM_INFO *out) KL_MUST_USE;
/* C_WaitForSlotEvent; the blocking form holds no lock while it waits. */
CK_RV slot_wait(CK_FLAGS flags, CK_SLOT_ID *out) KL_MUST_USE;
CK_RV slot_init_token(CK_SLOT_ID id, CK_UTF8CHAR *pin, CK_ULONG pin_len,
    CK_UTF8CHAR *label) KL_MUST_USE;

/* ------------------------------------------------------------- sessions */

CK_RV sess_open(CK_SLOT_ID id, CK_FLAGS flags, void *app, CK_NOTIFY notify,
    CK_SESSION_HANDLE *out) KL_MUST_USE;
CK_RV sess_close(CK_SESSION_HANDLE hs) KL_MUST_USE;
CK_RV sess_close_all(CK_SLOT_ID id) KL_MUST_USE;
/*
 * Finds a session, counts a reference and locks it (LOCK_SESSION); paired with sess_put.
 * CKR_SESSION_HANDLE_INVALID; CKR_TOKEN_NOT_PRESENT / CKR_DEVICE_REMOVED when
 * its token was taken away or made anew by another process.
 */
CK_RV sess_get(CK_SESSION_HANDLE hs, struct session **out) KL_MUST_USE;
void sess_put(struct session *s);
CK_RV sess_info(struct session *s, CK_SESSION_INFO *out) KL_MUST_USE;
/* C_SessionCancel; flags name the operations (3.2 section 5.6.8). */
CK_RV sess_cancel(struct session *s, CK_FLAGS flags) KL_MUST_USE;
/*
 * C_GetSessionValidationFlags (3.2 section 4.15.3): none, because kluis is not
 * validated by anybody.  CKR_ARGUMENTS_BAD for a type that the standard does not
 * have.
 */
CK_RV sess_validation_flags(struct session *s,
    CK_SESSION_VALIDATION_FLAGS_TYPE type, CK_FLAGS *out) KL_MUST_USE;
/*
 * Looks for the asynchronous operation of a function (3.2 section 5.21).  There
 * is none, as C_OpenSession opens no asynchronous session:
 * CKR_OPERATION_NOT_INITIALIZED; CKR_ARGUMENTS_BAD without a name.
 */
CK_RV sess_async_find(struct session *s, const CK_UTF8CHAR *function)
    KL_MUST_USE;

/* ----------------------------------------------------------------- login */
/* These take handles, not locked sessions: they need the token's lock first
 * (order library, slot, token, session). */
CK_RV login_login(CK_SESSION_HANDLE hs, CK_USER_TYPE type, const CK_UTF8CHAR *pin,
    CK_ULONG pin_len) KL_MUST_USE;
/* C_LoginUser: the user name must be empty or the role's name ("user", "so"). */
CK_RV login_user(CK_SESSION_HANDLE hs, CK_USER_TYPE type, struct bytes pin,
    struct bytes name) KL_MUST_USE;
CK_RV login_logout(CK_SESSION_HANDLE hs) KL_MUST_USE;
CK_RV login_init_pin(CK_SESSION_HANDLE hs, const CK_UTF8CHAR *pin, CK_ULONG pin_len)
    KL_MUST_USE;
CK_RV login_set_pin(CK_SESSION_HANDLE hs, struct bytes old_pin,
    struct bytes new_pin) KL_MUST_USE;
/*
 * For `kluis check`: compares the set-hash and the index with all rows of the
 * session's token; *findings gets how much does not fit (each is logged, a
 * damaged index is made anew).  CKR_USER_NOT_LOGGED_IN without a user.
 */
CK_RV login_verify(CK_SESSION_HANDLE hs, unsigned *findings) KL_MUST_USE;

/* --------------------------------------------------------------- objects */
/* Thin: take who asks from the session, call object room.  Session locked. */
CK_RV sess_object_create(struct session *s, CK_ATTRIBUTE *templ, CK_ULONG n,
    CK_OBJECT_HANDLE *out) KL_MUST_USE;
CK_RV sess_object_copy(struct session *s, CK_OBJECT_HANDLE h,
    CK_ATTRIBUTE *templ, CK_ULONG n, CK_OBJECT_HANDLE *out) KL_MUST_USE;
CK_RV sess_object_destroy(struct session *s, CK_OBJECT_HANDLE h) KL_MUST_USE;
CK_RV sess_object_size(struct session *s, CK_OBJECT_HANDLE h, CK_ULONG *out)
    KL_MUST_USE;
/* der_points: the caller came by an interface older than 3.2 (object.h). */
CK_RV sess_object_get(struct session *s, CK_OBJECT_HANDLE h,
    CK_ATTRIBUTE *templ, CK_ULONG n, bool der_points) KL_MUST_USE;
CK_RV sess_object_set(struct session *s, CK_OBJECT_HANDLE h,
    CK_ATTRIBUTE *templ, CK_ULONG n) KL_MUST_USE;
CK_RV sess_find_init(struct session *s, CK_ATTRIBUTE *templ, CK_ULONG n)
    KL_MUST_USE;
CK_RV sess_find(struct session *s, CK_OBJECT_HANDLE *out, CK_ULONG max,
    CK_ULONG *n) KL_MUST_USE;
CK_RV sess_find_final(struct session *s) KL_MUST_USE;

/* ------------------------------------------------------------- logging */
/* A mechanism's name for the trace ("CKM_AES_GCM"). */
const char *sess_mech_name(CK_MECHANISM_TYPE type);

#endif
