/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside session: the library, slots, tokens, sessions.  library.c owns the
 * one global, slot.c the list of slots, token.c a token's keys and PINs,
 * session.c and table.c sessions, login.c logins, op*.c operations.
 */
#ifndef KLUIS_SESSION_SESSION_INT_H
#define KLUIS_SESSION_SESSION_INT_H

#include <stdatomic.h>
#include <time.h>

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
enum op_state { OP_IDLE, OP_READY, OP_ASKED, OP_PARTS, OP_STATES };
struct op {
	enum op_state state;
	const struct mech_row *row;
	struct object *key;	/* counted, also when idle; NULL for digests */
	bool must_auth;		/* ALWAYS_AUTHENTICATE and not yet done */
	uint64_t asked_at;	/* the session's count of inits when it began */
	uint64_t login;		/* token's login count when a private key was taken;
				   0 = does not depend on the login */
	struct eng_op *eng;	/* kept between operations */
	struct secret *pending;	/* result that did not fit the caller's buffer */
	bool pending_final;	/* it is that of final, not of once */
	struct buf mark;	/* the signature that init was given */
	struct eng_par_copy *par;	/* of message-based kinds */
	struct otp *otp;	/* one-time passwords (op_otp.c), else NULL */
	struct eng_ivs *ivs;	/* OP_MESSAGE_ENCRYPT: those that were used */
	size_t tag_len;		/* of the message under way */
};

/*
 * A session; its struct serves one after the other (table.c).  It stays open
 * while its token's lock is held; everything but handle, next and prev is
 * guarded by its own lock.
 */
struct session {
	struct lock lock;	/* LOCK_SESSION */
	_Atomic CK_SESSION_HANDLE handle;	/* 0: not open */
	struct token *token;	/* lives as long as the library */
	struct session *next, *prev;	/* of the token: token lock */
	uint64_t epoch;		/* of the token when it was opened */
	bool rw;
	void *app;
	CK_NOTIFY notify;
	struct op ops[OP_KINDS];
	uint64_t inits;
	struct eng_ivs *wrap_ivs;	/* made for wrapped keys; NULL: none */
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
/* A context-specific login succeeded: the operation that was begun last of those
 * waiting for one goes on.  False when none was waiting.  Session locked. */
bool op_authenticated(struct session *s);
/* Ends the operations that flags (CKF_ENCRYPT ...) name.  Session locked. */
void op_cancel(struct session *s, CK_FLAGS flags);
/* Forgets the saved states of a token, or all (NULL).  Its lock held, or nobody
 * else inside. */
void op_states_drop(const struct token *t);
/* Whether an operation waits for a context-specific login.  Session locked. */
bool op_wants_auth(const struct session *s);

/*
 * A slot's token in this process; lives until C_Finalize.  lock (LOCK_TOKEN)
 * guards everything but the atomics.  When another process made the token
 * anew, keyring and space are replaced and the old ones retired, not freed: a
 * call in another thread may still be using them; its session's epoch is old,
 * so it is the last one.
 */
struct token {
	struct lock lock;
	CK_SLOT_ID slot;
	struct store *_Atomic store;	/* NULL: nothing initialised in the slot */
	struct keyring *keyring;
	struct obj_space *_Atomic space;
	struct buf record;		/* the "token" record these were made from */
	struct vault *so_master;	/* while the SO is logged in, for C_InitPIN */
	_Atomic enum obj_role role;	/* who is logged in */
	_Atomic uint64_t logins;	/* +1 at each login and logout; never 0 */
	_Atomic uint64_t epoch;		/* +1 whenever keyring and space change */
	_Atomic uint64_t generation;	/* at which record was known fresh */
	_Atomic unsigned sessions, ro_sessions;
	struct session *first;		/* of the open ones */
	unsigned trying;		/* PINs, without the lock */
	bool present;			/* as last told by C_WaitForSlotEvent */
	struct retired *retired;
};
struct retired {
	struct retired *next;
	struct keyring *keyring;
	struct obj_space *space;
	struct store *store;		/* NULL: it is still the token's */
};

/*
 * The one global.  state: pid << 8 | LIB_*, so that one exchange tells a
 * parent's state from our own; inside: how many calls are inside, counted apart
 * for threads that would else write the same memory all the time; lock
 * (LOCK_LIBRARY) guards the list of slots; sessions_lock (LOCK_HANDLES) the
 * table of sessions (table.c); saved_lock (LOCK_HANDLES) the saved states of
 * operations (op_state.c).
 */
enum lib_state { LIB_OFF, LIB_STARTING, LIB_ON, LIB_STOPPING };
#define LIB_COUNTS 16
struct lib_count {
	_Alignas(64) atomic_uint calls;	/* a cache line of its own */
};
struct sess_map;
struct op_saved;
struct library {
	_Atomic uint64_t state;
	atomic_uint napping;		/* how many of them wait for an event */
	atomic_uint forking;		/* threads that are about to fork */
	_Atomic uintptr_t ending;	/* thread that cleans libcrypto up; 0: none */
	bool fork_arranged;		/* the handlers of a fork are registered */
	_Atomic uintptr_t starting;	/* thread that is STARTING it */
	_Atomic uintptr_t preparing;	/* thread that reads openssl.cnf */
	atomic_bool nested;		/* a C_Initialize from inside there worked */
	struct process_mark mark;
	struct lock_calls calls;
	struct lock lock;
	struct lock sessions_lock;
	struct lock saved_lock;
	struct conf conf;
	struct eng *eng;		/* kept over C_Finalize when unchanged */
	struct mechs *mechs;
	struct store_env *stores;
	struct token **tokens;		/* every slot ever shown; grows */
	size_t ntokens;
	CK_SLOT_ID *shown;		/* what C_GetSlotList last gave, ascending */
	size_t nshown;
	bool looked;			/* the list was read once: what is new
					   since then is an event */
	uint64_t event_stamp;		/* of the directory when every event
					   had been told */
	struct sess_map *_Atomic map;	/* of sessions, by number */
	struct session *spare;		/* structs for later sessions */
	size_t nsessions;		/* open ones */
	struct op_saved *saved;		/* the newest first */
	uint64_t last_session;		/* the number given last */
	_Atomic uint64_t next_object;
	struct library *ancestor;	/* what a fork left behind: never
					   touched, only kept reachable */
	struct lib_count inside[LIB_COUNTS];
};
struct library *library(void);
/* Whether C_Finalize or the process's end has begun (blocking waits end). */
bool lib_stopping(void);
/* Waits inside a call that holds no lock; forks and the process's end do not
 * wait for it meanwhile. */
void lib_nap(const struct timespec *time);

/* slot.c: makes and frees the slots' part of the library (library lock not
 * needed: nobody else is inside). */
void slots_free(struct library *lib);

/* The token of a slot that C_GetSlotList shows; CKR_SLOT_ID_INVALID. */
CK_RV slot_token(CK_SLOT_ID id, struct token **out) KL_MUST_USE;
/*
 * Opens the token's store when not yet open and follows what other processes
 * did (created, initialised anew).  Token lock held.  CKR_TOKEN_NOT_RECOGNIZED
 * when nothing is initialised in the slot.
 */
CK_RV token_refresh(struct token *t) KL_MUST_USE;
CK_RV token_new(CK_SLOT_ID slot, struct token **out) KL_MUST_USE;
void token_free(struct token *t);
/* The token's files are gone and it is idle: back to an empty slot.  Token
 * lock held. */
void token_forget(struct token *t);
/* Logs out whoever is in.  Token lock held. */
void token_logout(struct token *t);

/* Whether no session is open and no PIN is being tried: nobody is in what
 * was retired.  Token lock held. */
bool token_idle(const struct token *t);

/* What is needed to look at a token's PINs, borrowed.  Token lock held; it may
 * be used without while trying counts it, or a session is locked. */
struct token_door {
	struct store *store;
	struct keyring *keyring;
	CK_SLOT_ID slot;
};
struct token_door token_door(const struct token *t);
/* What a PIN record says; a missing one reads as "not set". */
CK_RV token_pin(const struct token_door *d, enum seal_role role,
    struct seal_pin *out) KL_MUST_USE;
/* CKR_PIN_LEN_RANGE, CKR_ARGUMENTS_BAD for a PIN that is to be set. */
CK_RV token_pin_ok(struct bytes pin) KL_MUST_USE;
/*
 * Tries a PIN: counts a miss in the store before it answers, resets the count
 * after a hit, and gives the master key.  No lock is needed (it takes the derivation's time).
 * CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_USER_PIN_NOT_INITIALIZED,
 * CKR_DEVICE_ERROR.
 */
CK_RV token_try_pin(const struct token_door *d, enum seal_role role,
    struct bytes pin, struct secret **master) KL_MUST_USE;
/* Sets a role's PIN (keyslot and count) in one transaction.  Token lock held. */
CK_RV token_write_pin(struct token *t, enum seal_role role, struct bytes pin,
    const struct secret *master) KL_MUST_USE;
/* Makes or re-makes the token of a slot (C_InitToken).  Token lock held. */
CK_RV token_make(struct token *t, struct bytes so_pin,
    const uint8_t label[SEAL_LABEL]) KL_MUST_USE;

/*
 * Finds a session and takes its token's lock, under which the session stays
 * open; it is not locked itself.  CKR_SESSION_HANDLE_INVALID, with no lock.
 */
CK_RV sess_hold(CK_SESSION_HANDLE hs, struct session **out) KL_MUST_USE;
/* Whether s is still that session.  Its token locked, or s itself. */
bool sess_is(const struct session *s, CK_SESSION_HANDLE hs);
/* Whether there is such a session. */
bool sess_exists(CK_SESSION_HANDLE hs);
/* Runs fn on every session of a token, each locked.  Token lock held. */
void sess_each(struct token *t, void (*fn)(struct session *s));
/* Frees the table and what is left in it (C_Finalize). */
void sessions_free(struct library *lib);

/*
 * The table of sessions (table.c).  A struct for a new session, with no number
 * yet and its lock not held; CKR_HOST_MEMORY, CKR_CANT_LOCK.  Paired with
 * table_spare.
 */
CK_RV table_new_session(struct session **out) KL_MUST_USE;
/* Gives s a new number (s->handle) and lets it be found; all else of it is set.
 * CKR_HOST_MEMORY, CKR_SESSION_COUNT. */
CK_RV table_add(struct session *s) KL_MUST_USE;
/* Lets s be found no more; its number stays for who has it locked. */
void table_remove(struct session *s);
/* Takes back a struct that has no number any more. */
void table_spare(struct session *s);
/* The struct in which the session may be, NULL when there is none: it is to be
 * locked, and then looked at (sess_is). */
struct session *table_find(CK_SESSION_HANDLE hs);
/* Frees it all; end is called on each open session before.  Nobody else is
 * inside. */
void table_free(struct library *lib, void (*end)(struct session *s));

/* Who asks, for the object room.  Session locked. */
struct obj_who sess_who(const struct session *s);
/* Whether an operation's private key is still covered by a login. */
bool sess_login_holds(const struct session *s, const struct op *op);

#endif
