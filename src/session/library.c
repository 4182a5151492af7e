/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library as a whole: C_Initialize, C_Finalize, and the door every call
 * comes in by.  Owns the one global of kluis.
 *
 *	OFF --lib_initialize--> STARTING --> ON --lib_finalize--> STOPPING --> OFF
 *	any state of an ancestor --lib_initialize in the child--> STARTING
 *
 * Invariants:
 * 1. Until STARTING nothing but the atomics of struct library is touched.
 * 2. A call is inside (calls_in) only between lib_enter and lib_leave, and
 *    only while ON or STOPPING in this very process; what C_Finalize frees is free of
 *    users, or it is left alone (invariant 4).
 * 3. No lock is held while libcrypto reads openssl.cnf: that may load a
 *    provider which loads us and calls C_Initialize on this same thread.
 * 4. After a fork the child frees, closes and unlocks nothing of its
 *    parent's: the old struct is kept reachable and never looked at.
 * 5. After libcrypto's clean-up nothing calls it: everything answers
 *    CKR_CRYPTOKI_NOT_INITIALIZED.
 */
#include "session/session_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

/* How long C_Finalize waits for calls in other threads, in milliseconds. */
#define FINALIZE_PATIENCE 5000

static struct library lib;

struct library *
library(void)
{
	return &lib;
}

static uint64_t
state_word(enum lib_state state)
{
	return (uint64_t)getpid() << 8 | (uint64_t)state;
}

static enum lib_state
state_of(uint64_t word)
{
	return (enum lib_state)(word & 0xff);
}

/* What C_Initialize was given, checked. */
struct lib_args {
	struct lock_calls calls;	/* zero: native locks */
	const char *reserved;
};

static CK_RV
args_read(const CK_C_INITIALIZE_ARGS *args, struct lib_args *out)
{
	int given;

	memset(out, 0, sizeof(*out));
	if (args == NULL)
		return CKR_OK;
	given = (args->CreateMutex != NULL) + (args->DestroyMutex != NULL) +
	    (args->LockMutex != NULL) + (args->UnlockMutex != NULL);
	if (given != 0 && given != 4)
		return CKR_ARGUMENTS_BAD;
	if ((args->flags & ~(CK_FLAGS)(CKF_LIBRARY_CANT_CREATE_OS_THREADS |
	    CKF_OS_LOCKING_OK)) != 0)
		return CKR_ARGUMENTS_BAD;
	/* 3.2 section 5.4.1: with the flag set native locks may be used even
	 * where callbacks are given. */
	if (given == 4 && (args->flags & CKF_OS_LOCKING_OK) == 0)
		out->calls = (struct lock_calls){ args->CreateMutex,
			args->DestroyMutex, args->LockMutex,
			args->UnlockMutex };
	out->reserved = args->pReserved;
	return CKR_OK;
}

/* Keeps the parent's struct reachable and starts from nothing. */
static CK_RV
forget_ancestor(void)
{
	struct library *old = malloc(sizeof(*old));
	uint64_t state = atomic_load(&lib.state);

	if (old == NULL)
		return CKR_HOST_MEMORY;
	memcpy(old, &lib, sizeof(*old));
	memset(&lib, 0, sizeof(lib));
	atomic_store(&lib.state, state);
	lib.ancestor = old;
	return CKR_OK;
}

static CK_RV
start_engine(void)
{
	const struct conf *c = &lib.conf;

	if (lib.eng != NULL && eng_same(lib.eng, c->providers, c->properties,
	    c->rsa_min))
		return CKR_OK;
	return eng_new(c->providers, c->properties, c->rsa_min, &lib.eng);
}

static CK_RV
start_parts(const struct lib_args *args)
{
	CK_RV rv;

	if ((rv = conf_read(args->reserved, &lib.conf)) != CKR_OK)
		return rv;
	if ((rv = log_setup(lib.conf.log)) != CKR_OK)
		return log_fail_rv(CKR_GENERAL_ERROR, "log setting \"%s\" is "
		    "not level[:stderr|syslog|file:PATH]", lib.conf.log);
	if ((rv = lock_init(&lib.lock, LOCK_LIBRARY, &lib.calls)) != CKR_OK)
		return rv;
	if ((rv = lock_init(&lib.sessions_lock, LOCK_HANDLES, &lib.calls)) !=
	    CKR_OK)
		return rv;
	if ((rv = start_engine()) != CKR_OK)
		return rv;
	if ((rv = mechs_new(lib.eng, &lib.conf, &lib.mechs)) != CKR_OK)
		return rv;
	if ((rv = handles_new(&lib.next_session, &lib.sessions)) != CKR_OK)
		return rv;
	return store_env_new(lib.conf.store, &lib.calls, &lib.stores);
}

/* Gives back what start_parts made, in reverse; each part may be missing. */
static void
stop_parts(void)
{
	sessions_free(&lib);
	slots_free(&lib);
	store_env_free(lib.stores);
	lib.stores = NULL;
	mechs_free(lib.mechs);
	lib.mechs = NULL;
	if (lib.sessions_lock.rank != 0)
		lock_done(&lib.sessions_lock);
	if (lib.lock.rank != 0)
		lock_done(&lib.lock);
	memset(&lib.sessions_lock, 0, sizeof(lib.sessions_lock));
	memset(&lib.lock, 0, sizeof(lib.lock));
	conf_done(&lib.conf);
	log_reset();
}

/*
 * Lets libcrypto read its configuration, with no lock held and nothing begun.
 * True when a C_Initialize from inside there (a provider that loads us) did
 * the work already.
 */
static bool
prepare(void)
{
	uintptr_t self = (uintptr_t)pthread_self(), nobody = 0;
	bool mine;

	if (atomic_load(&lib.preparing) == self)
		return false;
	mine = atomic_compare_exchange_strong(&lib.preparing, &nobody, self);
	eng_prepare();
	if (mine)
		atomic_store(&lib.preparing, 0);
	return mine && atomic_exchange(&lib.nested, false);
}

static CK_RV
start(const struct lib_args *args)
{
	CK_RV rv;

	if ((rv = process_mark_set(&lib.mark)) != CKR_OK)
		return rv;
	lib.calls = args->calls;
	if ((rv = start_parts(args)) != CKR_OK) {
		stop_parts();
		return rv;
	}
	if (atomic_load(&lib.preparing) == (uintptr_t)pthread_self())
		atomic_store(&lib.nested, true);
	return CKR_OK;
}

CK_RV
lib_initialize(const CK_C_INITIALIZE_ARGS *args)
{
	uint64_t seen = atomic_load(&lib.state);
	bool inherited = seen != 0 && seen >> 8 != (uint64_t)getpid();
	struct lib_args a;
	CK_RV rv;

	if (state_of(seen) != LIB_OFF && !inherited)
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	if ((rv = args_read(args, &a)) != CKR_OK)
		return rv;
	if (inherited) {
		atomic_store(&lib.preparing, 0);
		atomic_store(&lib.nested, false);
	}
	if (prepare())
		return CKR_OK;
	if (eng_gone())
		return CKR_FUNCTION_FAILED;
	if (!atomic_compare_exchange_strong(&lib.state, &seen,
	    state_word(LIB_STARTING)))
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	rv = inherited ? forget_ancestor() : CKR_OK;
	if (rv == CKR_OK)
		rv = start(&a);
	atomic_store(&lib.state, state_word(rv == CKR_OK ? LIB_ON : LIB_OFF));
	return rv;
}

/* Whether calls may come in: ON, by this process, with libcrypto alive. */
static bool
is_on(void)
{
	return state_of(atomic_load(&lib.state)) == LIB_ON &&
	    process_mark_valid(&lib.mark) && !eng_gone();
}

CK_RV
lib_enter(void)
{
	if (!is_on())
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	atomic_fetch_add(&lib.calls_in, 1);
	/* C_Finalize may have begun between the two. */
	if (state_of(atomic_load(&lib.state)) != LIB_ON) {
		lib_leave();
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	}
	return CKR_OK;
}

void
lib_leave(void)
{
	atomic_fetch_sub(&lib.calls_in, 1);
}

const char *
lib_crypto(void)
{
	return eng_library();
}

bool
lib_stopping(void)
{
	return state_of(atomic_load(&lib.state)) != LIB_ON;
}

/* Waits until every other call has left; false when patience ran out. */
static bool
calls_left(void)
{
	const struct timespec ms = { 0, 1000000 };

	for (int i = 0; i < FINALIZE_PATIENCE; i++) {
		if (atomic_load(&lib.calls_in) == 0)
			return true;
		(void)nanosleep(&ms, NULL);
	}
	return false;
}

CK_RV
lib_finalize(void)
{
	uint64_t on = state_word(LIB_ON);
	CK_RV rv = CKR_OK;

	if (!is_on())
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (!atomic_compare_exchange_strong(&lib.state, &on,
	    state_word(LIB_STOPPING)))
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (calls_left()) {
		stop_parts();
	} else {
		log_error("C_Finalize: calls in other threads did not end; "
		    "their memory is left alone");
		rv = forget_ancestor();
	}
	atomic_store(&lib.state, state_word(LIB_OFF));
	return rv;
}
