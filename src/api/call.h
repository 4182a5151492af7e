/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard around every entry point: initialised and not forked, the
 * session found and locked, one trace line when the log wants it, all given back
 * on the way out.  Entry points hold no state and have this shape:
 *
 *	KL_AUTO(api_leave) struct api_call call = api_enter_session(__func__, hs);
 *
 *	if (call.rv == CKR_OK)
 *		call.rv = op_something(call.session, ...);
 *	return call.rv;
 *
 * Include this file first: it gives the C_ functions their visibility.
 */
#ifndef KLUIS_API_CALL_H
#define KLUIS_API_CALL_H

#pragma GCC visibility push(default)
#include "pkcs11.h"
#pragma GCC visibility pop

#include <stdbool.h>

#include "base/auto.h"
#include "session/session.h"

/* Small, because it is handed over by value in each call. */
struct api_call {
	CK_RV rv;			/* CKR_OK: go on */
	struct session *session;	/* locked; NULL when there is none */
	const char *name;
	char *note;			/* NULL: no trace is wanted */
	bool inside;			/* lib_leave is due */
};

/* For functions that take no session.  rv: CKR_CRYPTOKI_NOT_INITIALIZED. */
struct api_call api_enter(const char *name);
/*
 * Finds and locks the session: CKR_SESSION_HANDLE_INVALID and what sess_get
 * says besides.
 */
struct api_call api_enter_session(const char *name, CK_SESSION_HANDLE hs);
/* For functions that take a session's handle but lock the token first (login
 * and its kin): counts the call in and notes the handle. */
struct api_call api_enter_handle(const char *name, CK_SESSION_HANDLE hs);
/* Gives session and library back and writes the trace line. */
void api_leave(struct api_call *call);
/*
 * Adds to the trace line, printf-style: handles, mechanism names, lengths;
 * never values, PINs or labels.  Costs one test when tracing is off.
 */
#define api_note(call, ...)                                                    \
	do {                                                                   \
		if ((call)->note != NULL)                                      \
			api_note_add((call), __VA_ARGS__);                     \
	} while (0)
void api_note_add(struct api_call *call, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds a mechanism's name and parameter length ("CKM_AES_GCM/48"). */
#define api_note_mech(call, m)                                                 \
	do {                                                                   \
		if ((call)->note != NULL)                                      \
			api_note_mech_add((call), (m));                        \
	} while (0)
void api_note_mech_add(struct api_call *call, const CK_MECHANISM *m);

/*
 * C_GetAttributeValue as the tables of 2.40 and 3.0 have it (object.c): points
 * of Edwards and Montgomery keys in the form that 3.0 gave them.
 */
CK_RV api_get_attribute_value_3_0(CK_SESSION_HANDLE hs,
    CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR templ, CK_ULONG count);

#endif
