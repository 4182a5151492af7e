/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside session: the library, slots, tokens, sessions.  library.c owns the
 * one global, slot.c the list of slots, token.c a token's keys and PINs,
 * session.c sessions, login.c logins, op*.c operations.
 */
#ifndef KLUIS_SESSION_SESSION_INT_H
#define KLUIS_SESSION_SESSION_INT_H

#include <stdatomic.h>

#include "base/conf.h"
#include "base/handles.h"
#include "base/lock.h"
#include "base/process.h"
#include "crypto/eng.h"
#include "mech/mech.h"
#include "object/object.h"
#include "seal/seal.h"
#include "session/op.h"
#include "session/session.h"
#include "store/store.h"

/* One operation of a session; its row in the table of op.c is `state`. */
enum op_state { OP_IDLE, OP_READY, OP_PARTS };
struct op {
	enum op_state state;
	const struct mech_row *row;
	struct object *key;	/* counted; NULL for digests */
	bool must_auth;		/* ALWAYS_AUTHENTICATE and not yet done */
	uint64_t login;		/* token's login count when a private key was taken;
				   0 = does not depend on the login */
	struct eng_op *eng;	/* kept between operations */
	struct secret *pending;	/* result that did not fit the caller's buffer */
	bool pending_final;	/* it is that of final, not of once */
};

struct session {
	atomic_uint refs;
	struct lock lock;	/* LOCK_SESSION */
	CK_SESSION_HANDLE handle;
	struct token *token;	/* lives as long as the library */
	bool rw;
	bool closed;		/* no longer in the table */
	void *app;
	CK_NOTIFY notify;
	struct op ops[OP_KINDS];
	struct obj_search *search;
};
/* Ends an operation: back to idle, key given back, result wiped; contexts stay
 * for the next init with the same key. */
void op_end(struct op *op);
/* Ends and frees all of a session's operations. */
void op_end_all(struct session *s);
/* The user logged out: ends operations with private keys and forgets the
 * contexts kept for them.  Session locked. */
void op_logged_out(struct session *s);
/* A context-specific login succeeded: the operations waiting for it go on.
 * False when none was waiting.  Session locked. */
bool op_authenticated(struct session *s);
/* Whether an operation waits for a context-specific login.  Session locked. */
bool op_wants_auth(const struct session *s);

/*
 * A slot's token in this process.  lock (LOCK_TOKEN) guards logins, PINs and
 * the pointers; role and logins are read without it.
 */
struct token {
	struct lock lock;
	CK_SLOT_ID slot;
	struct store *store;		/* NULL: nothing initialised in the slot */
	struct keyring *keyring;
	struct obj_space *space;
	_Atomic enum obj_role role;	/* who is logged in */
	_Atomic uint64_t logins;	/* +1 at each login and logout */
	uint64_t epoch;			/* of the "token" record that was read */
	uint64_t generation;		/* at which the record was checked */
	unsigned sessions, ro_sessions;
};

/*
 * The one global.  lock (LOCK_LIBRARY) guards everything but the atomics.
 * calls_in: how many calls are inside; state: LIB_*.
 */
enum lib_state { LIB_OFF, LIB_STARTING, LIB_ON, LIB_STOPPING };
struct library {
	_Atomic int state;
	atomic_uint calls_in;
	struct process_mark mark;
	struct lock_calls calls;
	struct lock lock;
	struct conf conf;
	struct eng *eng;		/* kept over C_Finalize when unchanged */
	struct mechs *mechs;
	struct store_env *stores;
	struct token **tokens;		/* by first appearance; grows */
	size_t ntokens;
	uint64_t list_stamp;
	struct lock sessions_lock;	/* LOCK_HANDLES */
	struct handles *sessions;
	_Atomic uint64_t next_session;
	_Atomic uint64_t next_object;
	unsigned waiters;		/* in C_WaitForSlotEvent */
};
struct library *library(void);

/* The token of a slot that C_GetSlotList shows; CKR_SLOT_ID_INVALID. */
CK_RV slot_token(CK_SLOT_ID id, struct token **out) KL_MUST_USE;
/*
 * Opens the token's store when not yet open and follows what other processes
 * did (created, initialised anew, removed).  Token lock held.
 * CKR_TOKEN_NOT_PRESENT, CKR_TOKEN_NOT_RECOGNIZED (free slot).
 */
CK_RV token_refresh(struct token *t) KL_MUST_USE;
/* Who asks, for the object room.  Session locked. */
struct obj_who sess_who(const struct session *s);
/* Whether an operation's private key is still covered by a login. */
bool sess_login_holds(const struct session *s, const struct op *op);

#endif
