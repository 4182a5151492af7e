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
 * 2. A call is inside (calls_in()) only between lib_enter and lib_leave, and
 *    only while ON or STOPPING in this very process; what C_Finalize frees is
 *    free of users, or all stays as it was (STOPPING --> ON).
 * 3. No lock is held while libcrypto reads openssl.cnf: that may load a
 *    provider which loads us and calls C_Initialize on this same thread.
 * 4. After a fork the child frees, closes and unlocks nothing of its
 *    parent's: the old struct is kept reachable and never looked at.
 * 5. After libcrypto's clean-up nothing calls it: everything answers
 *    CKR_CRYPTOKI_NOT_INITIALIZED.  The clean-up begins when the calls that
 *    are inside have left (lib_ended), since exit() runs it under the feet of
 *    the other threads.
 * 6. While a thread forks no other thread is inside (fork_before): libcrypto
 *    has locks for the whole process, such as the one around its choice of
 *    random numbers, that a child would find locked for ever.
 * 7. Each of these waits ends: a call that takes longer is left where it is.
 * 8. No number of a session or an object is given twice in a process, nor in a
 *    child one that its parent had given.
 */
#include "session/session_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

/* How long we wait for calls in other threads, in milliseconds: C_Finalize; the
 * end of the process; a fork, and those whom a fork keeps waiting. */
#define FINALIZE_PATIENCE 20000
#define END_PATIENCE 5000
#define END_LINGER_MS 100
#define FORK_PATIENCE 100
#define NAPS_PER_MS 10

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

/* Where this thread counts its calls: addresses of threads lie apart by their
 * stacks. */
static atomic_uint *
my_count(void)
{
	return &lib.inside[((uintptr_t)pthread_self() >> 12) % LIB_COUNTS].calls;
}

/* How many calls are inside.  Who is to stay out sees why as soon as it was
 * counted, so what a count misses while it is added up turns back. */
static unsigned
calls_in(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < LIB_COUNTS; i++)
		n += atomic_load(&lib.inside[i].calls);
	return n;
}

/* In a forked child: keeps the parent's struct reachable and starts from
 * nothing.  Numbers go on, so that none of the parent's stands for something
 * here. */
static CK_RV
forget_ancestor(void)
{
	struct library *old = malloc(sizeof(*old));
	uint64_t state = atomic_load(&lib.state);
	unsigned forking = atomic_load(&lib.forking);

	if (old == NULL)
		return CKR_HOST_MEMORY;
	memcpy(old, &lib, sizeof(*old));
	memset(&lib, 0, sizeof(lib));
	atomic_store(&lib.state, state);
	atomic_store(&lib.forking, forking);
	atomic_store(&lib.next_object, atomic_load(&old->next_object));
	lib.last_session = old->last_session;
	lib.fork_arranged = old->fork_arranged;
	lib.ancestor = old;
	return CKR_OK;
}

static void
nap(void)
{
	const struct timespec t = { 0, 1000000 / NAPS_PER_MS };

	(void)nanosleep(&t, NULL);
}

/* Waits until no thread but those that nap is inside; false when patience ran
 * out. */
static bool
wait_quiet(int ms)
{
	for (int i = 0; i < ms * NAPS_PER_MS; i++) {
		if (calls_in() == atomic_load(&lib.napping))
			return true;
		nap();
	}
	return false;
}

/* libcrypto is about to be cleaned up; eng_gone() is true already. */
static void
lib_ended(void)
{
	atomic_store(&lib.ending, (uintptr_t)pthread_self());
	if (process_mark_valid(&lib.mark))
		(void)wait_quiet(END_PATIENCE); /* else as it is */
}

static void
fork_before(void)
{
	atomic_fetch_add(&lib.forking, 1);
	if (process_mark_valid(&lib.mark))
		(void)wait_quiet(FORK_PATIENCE); /* else as it is */
}

static void
fork_parent(void)
{
	atomic_fetch_sub(&lib.forking, 1);
}

static void
fork_child(void)
{
	atomic_store(&lib.forking, 0);
}

/* Once for a process and its children.  STARTING, so nobody else is here. */
static CK_RV
arrange_fork(void)
{
	if (lib.fork_arranged)
		return CKR_OK;
	if (pthread_atfork(fork_before, fork_parent, fork_child) != 0)
		return CKR_HOST_MEMORY;
	lib.fork_arranged = true;
	return CKR_OK;
}

static CK_RV
start_engine(void)
{
	const struct conf *c = &lib.conf;
	struct eng *older = lib.eng;
	CK_RV rv;

	if (lib.eng != NULL && eng_same(lib.eng, c->providers, c->properties,
	    c->rsa_min))
		return CKR_OK;
	if ((rv = eng_new(c->providers, c->properties, c->rsa_min,
	    &lib.eng)) == CKR_OK)
		eng_succeed(lib.eng, older);
	return rv;
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
	if ((rv = lock_init(&lib.saved_lock, LOCK_HANDLES, &lib.calls)) !=
	    CKR_OK)
		return rv;
	if ((rv = start_engine()) != CKR_OK)
		return rv;
	if ((rv = mechs_new(lib.eng, &lib.conf, &lib.mechs)) != CKR_OK)
		return rv;
	return store_env_new(lib.conf.store, &lib.calls, &lib.stores);
}

/* Gives back what start_parts made, in reverse; each part may be missing. */
static void
stop_parts(void)
{
	sessions_free(&lib);
	op_states_drop(NULL);
	slots_free(&lib);
	store_env_free(lib.stores);
	lib.stores = NULL;
	mechs_free(lib.mechs);
	lib.mechs = NULL;
	if (lib.saved_lock.rank != 0)
		lock_done(&lib.saved_lock);
	if (lib.sessions_lock.rank != 0)
		lock_done(&lib.sessions_lock);
	if (lib.lock.rank != 0)
		lock_done(&lib.lock);
	memset(&lib.saved_lock, 0, sizeof(lib.saved_lock));
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
	eng_prepare(lib_ended);
	if (mine)
		atomic_store(&lib.preparing, 0);
	return mine && atomic_exchange(&lib.nested, false);
}

static CK_RV
start(const struct lib_args *args)
{
	CK_RV rv;

	if ((rv = process_mark_set(&lib.mark)) != CKR_OK ||
	    (rv = arrange_fork()) != CKR_OK)
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

/*
 * The state, once no other thread is STARTING: who is told that it is
 * initialised may use it.  This thread itself may be, when a provider that it
 * loads calls C_Initialize.
 */
static uint64_t
state_settled(void)
{
	uintptr_t self = (uintptr_t)pthread_self();
	uint64_t seen = atomic_load(&lib.state);

	for (int i = 0; i < END_PATIENCE * NAPS_PER_MS &&
	    seen == state_word(LIB_STARTING) &&
	    atomic_load(&lib.starting) != self; i++) {
		nap();
		seen = atomic_load(&lib.state);
	}
	return seen;
}

CK_RV
lib_initialize(const CK_C_INITIALIZE_ARGS *args)
{
	uint64_t seen = state_settled();
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
		return lib_initialize(args);	/* another thread was faster */
	rv = inherited ? forget_ancestor() : CKR_OK;
	atomic_fetch_add(my_count(), 1);
	atomic_store(&lib.starting, (uintptr_t)pthread_self());
	if (rv == CKR_OK)
		rv = start(&a);
	atomic_store(&lib.starting, 0);
	lib_leave();
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

/* Whether the call that was just counted in may stay. */
static bool
may_stay(int naps)
{
	return is_on() && (atomic_load(&lib.forking) == 0 ||
	    naps > FORK_PATIENCE * NAPS_PER_MS);
}

/*
 * A thread that is turned away because the process ends is likely to end
 * itself at once, and libcrypto does not survive a thread's end beside its own
 * clean-up: it comes back when that is over, if there is anything to come
 * back to.
 */
static void
linger(void)
{
	const struct timespec t = { 0, END_LINGER_MS * 1000000L };
	uintptr_t ending = atomic_load(&lib.ending);

	if (ending != 0 && ending != (uintptr_t)pthread_self() &&
	    process_mark_valid(&lib.mark))
		(void)nanosleep(&t, NULL);
}

CK_RV
lib_enter(void)
{
	for (int naps = 0;; naps++) {
		/* First, so that the end or a fork that begins sees it. */
		atomic_fetch_add(my_count(), 1);
		if (may_stay(naps))
			return CKR_OK;
		lib_leave();
		if (!is_on()) {
			linger();
			return CKR_CRYPTOKI_NOT_INITIALIZED;
		}
		if (atomic_load(&lib.forking) != 0)
			nap();
	}
}

void
lib_leave(void)
{
	atomic_fetch_sub(my_count(), 1);
}

const char *
lib_crypto(void)
{
	return eng_library();
}

bool
lib_stopping(void)
{
	return state_of(atomic_load(&lib.state)) != LIB_ON || eng_gone();
}

void
lib_nap(const struct timespec *time)
{
	int naps = 0;

	atomic_fetch_add(&lib.napping, 1);
	(void)nanosleep(time, NULL);
	atomic_fetch_sub(&lib.napping, 1);
	while (atomic_load(&lib.forking) != 0 &&
	    naps++ < FORK_PATIENCE * NAPS_PER_MS) {
		atomic_fetch_add(&lib.napping, 1);
		nap();
		atomic_fetch_sub(&lib.napping, 1);
	}
}

/* Waits until every other call has left; false when patience ran out. */
static bool
calls_left(void)
{
	for (int i = 0; i < FINALIZE_PATIENCE * NAPS_PER_MS; i++) {
		if (calls_in() == 0)
			return true;
		nap();
	}
	return false;
}

CK_RV
lib_finalize(void)
{
	uint64_t on = state_word(LIB_ON);

	if (!is_on())
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (!atomic_compare_exchange_strong(&lib.state, &on,
	    state_word(LIB_STOPPING)))
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (!calls_left()) {
		/* What they work with must stay. */
		atomic_store(&lib.state, state_word(LIB_ON));
		return log_fail_rv(CKR_FUNCTION_FAILED, "C_Finalize: calls in "
		    "other threads did not end; still initialised");
	}
	atomic_fetch_add(my_count(), 1);
	stop_parts();
	lib_leave();
	atomic_store(&lib.state, state_word(LIB_OFF));
	return CKR_OK;
}
