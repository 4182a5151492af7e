/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Eight threads on one token for seconds, with native locks and with the
 * application's own: no call fails that may not fail, no answer is wrong, and
 * every mutex that was made is destroyed, locked and unlocked in pairs
 * (design 6; 5.4.1).  KLUIS_TEST_SECONDS (2) is the time per case.
 */
#include "process/proc.h"

#include <stdatomic.h>

#define THREADS 8

/* ------------------------------------------ the application's own mutexes */

struct app_mutex {
	pthread_mutex_t m;
	_Atomic(uintptr_t) owner;
};

static atomic_long mutexes, locked;

static CK_RV
app_create(void **out)
{
	struct app_mutex *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return CKR_HOST_MEMORY;
	(void)pthread_mutex_init(&m->m, NULL);
	atomic_fetch_add(&mutexes, 1);
	*out = m;
	return CKR_OK;
}

static CK_RV
app_destroy(void *mutex)
{
	struct app_mutex *m = mutex;

	MUST(atomic_load(&m->owner) == 0, "a locked mutex is destroyed");
	MUST(pthread_mutex_destroy(&m->m) == 0, "pthread_mutex_destroy");
	free(m);
	atomic_fetch_sub(&mutexes, 1);
	return CKR_OK;
}

static CK_RV
app_lock(void *mutex)
{
	struct app_mutex *m = mutex;
	uintptr_t self = (uintptr_t)pthread_self();

	MUST(atomic_load(&m->owner) != self, "locked twice by one thread");
	MUST(pthread_mutex_lock(&m->m) == 0, "pthread_mutex_lock");
	atomic_store(&m->owner, self);
	atomic_fetch_add(&locked, 1);
	return CKR_OK;
}

static CK_RV
app_unlock(void *mutex)
{
	struct app_mutex *m = mutex;

	MUST(atomic_load(&m->owner) == (uintptr_t)pthread_self(),
	    "unlocked by a thread that does not hold it");
	atomic_store(&m->owner, 0);
	atomic_fetch_sub(&locked, 1);
	MUST(pthread_mutex_unlock(&m->m) == 0, "pthread_mutex_unlock");
	return CKR_OK;
}

/* How C_Initialize is called. */
struct mode {
	bool callbacks;
	CK_FLAGS flags;
};

static void
start(const struct mode *mode)
{
	CK_C_INITIALIZE_ARGS a = { .flags = mode->flags };

	if (mode->callbacks) {
		a.CreateMutex = app_create;
		a.DestroyMutex = app_destroy;
		a.LockMutex = app_lock;
		a.UnlockMutex = app_unlock;
	}
	OK(p.f->C_Initialize(&a));
	MUST(mod_find_token(TOKEN, &p.slot), "the token is not listed");
	p.s = mod_session(CKF_RW_SESSION);
	OK(mod_login(p.s));
}

static void
end(const struct mode *mode)
{
	OK(p.f->C_Finalize(NULL));
	MUST(atomic_load(&mutexes) == 0, "%ld mutexes are left",
	    atomic_load(&mutexes));
	MUST(atomic_load(&locked) == 0, "%ld mutexes are locked",
	    atomic_load(&locked));
	(void)mode;
}

/* ----------------------------------------------------------- the threads */

static atomic_int stop;
static atomic_ulong turns;

struct worker {
	unsigned id;
	CK_SESSION_HANDLE s;
	CK_OBJECT_HANDLE prv, pub;
};

static void
run(void *(*work)(void *))
{
	unsigned seconds = proc_count("KLUIS_TEST_SECONDS", 2);
	struct worker w[THREADS];
	pthread_t thread[THREADS];

	atomic_store(&stop, 0);
	atomic_store(&turns, 0);
	for (unsigned i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ .id = i };
		MUST(pthread_create(&thread[i], NULL, work, &w[i]) == 0,
		    "no thread");
	}
	proc_sleep_ms(seconds * 1000);
	atomic_store(&stop, 1);
	for (unsigned i = 0; i < THREADS; i++)
		MUST(pthread_join(thread[i], NULL) == 0, "no end");
	MUST(atomic_load(&turns) >= THREADS, "only %lu turns",
	    atomic_load(&turns));
	dprintf(2, "# %lu turns\n", atomic_load(&turns));
}

static void
pair_new(struct worker *w)
{
	CK_BYTE p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	CK_MECHANISM m = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_ATTRIBUTE pub[] = { { CKA_EC_PARAMS, p256, sizeof(p256) } };

	OK(p.f->C_GenerateKeyPair(w->s, &m, pub, 1, NULL, 0, &w->pub,
	    &w->prv));
}

/* Signs and verifies a text of its own; another's signature is not good. */
static void
sign_verify(struct worker *w, unsigned turn)
{
	CK_MECHANISM m = { CKM_ECDSA, NULL, 0 };
	CK_BYTE hash[32] = { (CK_BYTE)w->id, (CK_BYTE)turn, 1 }, sig[64];
	CK_ULONG n = sizeof(sig);

	OK(p.f->C_SignInit(w->s, &m, w->prv));
	OK(p.f->C_Sign(w->s, hash, 32, sig, &n));
	OK(p.f->C_VerifyInit(w->s, &m, w->pub));
	OK(p.f->C_Verify(w->s, hash, 32, sig, n));
	hash[31] = 1;
	OK(p.f->C_VerifyInit(w->s, &m, w->pub));
	GIVES(p.f->C_Verify(w->s, hash, 32, sig, n), CKR_SIGNATURE_INVALID);
}

/* A key of its own: made, used, changed, copied, removed. */
static void
key_life(struct worker *w, unsigned turn)
{
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_BYTE iv[16] = { (CK_BYTE)turn }, text[32] = { 1 }, out[48];
	CK_MECHANISM cbc = { CKM_AES_CBC_PAD, iv, sizeof(iv) };
	CK_ULONG len = 32, n = sizeof(out), back = sizeof(out);
	CK_BBOOL token = turn % 2 == 0 ? CK_TRUE : CK_FALSE;
	CK_OBJECT_HANDLE key, copy;
	char label[40];
	CK_ATTRIBUTE t[] = { { CKA_VALUE_LEN, &len, sizeof(len) },
		{ CKA_TOKEN, &token, 1 }, { CKA_LABEL, label, 0 } };

	(void)snprintf(label, sizeof(label), "key %u", w->id);
	t[2].ulValueLen = strlen(label);
	OK(p.f->C_GenerateKey(w->s, &gen, t, COUNT(t), &key));
	MUST(mod_count(w->s, label) == 1, "%s is not found", label);
	OK(p.f->C_EncryptInit(w->s, &cbc, key));
	OK(p.f->C_Encrypt(w->s, text, 32, out, &n));
	OK(p.f->C_CopyObject(w->s, key, NULL, 0, &copy));
	label[0] = 'K';
	OK(p.f->C_SetAttributeValue(w->s, key, &t[2], 1));
	OK(p.f->C_DecryptInit(w->s, &cbc, copy));
	OK(p.f->C_Decrypt(w->s, out, n, out, &back));
	MUST(back == 32 && memcmp(out, text, 32) == 0, "decrypted wrongly");
	OK(p.f->C_DestroyObject(w->s, key));
	OK(p.f->C_DestroyObject(w->s, copy));
}

static void *
mixed_thread(void *arg)
{
	struct worker *w = arg;
	CK_BYTE random[20];

	w->s = mod_session(CKF_RW_SESSION);
	pair_new(w);
	for (unsigned turn = 0; atomic_load(&stop) == 0; turn++) {
		CK_SESSION_HANDLE other = mod_session(0);
		CK_TOKEN_INFO info;
		CK_SLOT_ID slots[8];

		sign_verify(w, turn);
		key_life(w, turn);
		OK(mod_sign_rv(other, mod_key_find(other)));
		OK(p.f->C_GenerateRandom(w->s, random, sizeof(random)));
		OK(p.f->C_GetTokenInfo(p.slot, &info));
		MUST(mod_slots(slots, 8) == 2, "not two slots");
		OK(p.f->C_CloseSession(other));
		atomic_fetch_add(&turns, 1);
	}
	return NULL;
}

/* Objects of the test must be gone, and the old key must work. */
static void
as_before(void)
{
	for (unsigned i = 0; i < THREADS; i++) {
		char label[40];

		(void)snprintf(label, sizeof(label), "key %u", i);
		MUST(mod_count(p.s, label) == 0, "%s is left", label);
	}
	OK(mod_sign_rv(p.s, mod_key_find(p.s)));
}

static void
mixed(const void *arg)
{
	const struct mode *mode = arg;

	proc_token();
	mod_load();
	start(mode);
	run(mixed_thread);
	as_before();
	end(mode);
}

/* What a call may say whose login comes and goes. */
static void
may(CK_RV rv, const char *what)
{
	static const CK_RV fine[] = { CKR_OK, CKR_USER_NOT_LOGGED_IN,
		CKR_USER_ALREADY_LOGGED_IN, CKR_KEY_HANDLE_INVALID,
		CKR_OBJECT_HANDLE_INVALID, CKR_OPERATION_NOT_INITIALIZED };

	for (size_t i = 0; i < COUNT(fine); i++)
		if (rv == fine[i])
			return;
	MUST(false, "%s = 0x%lx", what, rv);
}

static void *
login_thread(void *arg)
{
	struct worker *w = arg;

	w->s = mod_session(CKF_RW_SESSION);
	for (unsigned turn = 0; atomic_load(&stop) == 0; turn++) {
		CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
		CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) },
			{ CKA_LABEL, KEY, sizeof(KEY) - 1 } };
		CK_OBJECT_HANDLE h = 0;
		CK_ULONG n = 1;

		may(mod_login(w->s), "C_Login");
		may(mod_find_rv(w->s, t, COUNT(t), &h, &n), "C_FindObjects");
		for (int i = 0; i < 5; i++)
			may(mod_sign_rv(w->s, h), "C_Sign");
		may(mod_data_new(w->s, "shortlived", "value", turn % 2 == 0,
		    &h), "C_CreateObject");
		may(p.f->C_DestroyObject(w->s, h), "C_DestroyObject");
		if (turn % 4 == w->id % 4)
			may(p.f->C_Logout(w->s), "C_Logout");
		atomic_fetch_add(&turns, 1);
	}
	return NULL;
}

static void
logins(const void *arg)
{
	const struct mode *mode = arg;
	CK_SESSION_INFO info;

	proc_token();
	mod_load();
	start(mode);
	run(login_thread);
	may(mod_login(p.s), "C_Login");
	OK(p.f->C_GetSessionInfo(p.s, &info));
	MUST(info.state == CKS_RW_USER_FUNCTIONS, "state %lu", info.state);
	as_before();
	end(mode);
}

/* All in one session, where anything may be answered: the process lives. */
static void *
one_session_thread(void *arg)
{
	CK_OBJECT_HANDLE key = mod_key_find(mod_session(0));
	CK_MECHANISM m = { CKM_ECDSA, NULL, 0 }, d = { CKM_SHA256, NULL, 0 };
	CK_BYTE in[32] = { 0 }, out[64];

	(void)arg;
	while (atomic_load(&stop) == 0) {
		CK_ULONG n = sizeof(out);
		CK_OBJECT_HANDLE h[4];

		(void)p.f->C_SignInit(p.s, &m, key);
		(void)p.f->C_Sign(p.s, in, sizeof(in), out, &n);
		(void)p.f->C_FindObjectsInit(p.s, NULL, 0);
		(void)p.f->C_FindObjects(p.s, h, COUNT(h), &n);
		n = sizeof(out);
		(void)p.f->C_DigestInit(p.s, &d);
		(void)p.f->C_DigestUpdate(p.s, in, sizeof(in));
		(void)p.f->C_DigestFinal(p.s, out, &n);
		(void)p.f->C_FindObjectsFinal(p.s);
		atomic_fetch_add(&turns, 1);
	}
	return NULL;
}

static void
one_session(const void *arg)
{
	const struct mode *mode = arg;
	CK_SESSION_INFO info;

	proc_token();
	mod_load();
	start(mode);
	run(one_session_thread);
	OK(p.f->C_GetSessionInfo(p.s, &info));
	OK(p.f->C_CloseSession(p.s));
	p.s = mod_session(CKF_RW_SESSION);
	as_before();
	end(mode);
}

/* Sessions closed under the feet of those who use them. */
static void *
closing_thread(void *arg)
{
	const struct worker *w = arg;

	while (atomic_load(&stop) == 0) {
		CK_SESSION_HANDLE s;
		CK_OBJECT_HANDLE h;
		CK_RV rv = p.f->C_OpenSession(p.slot, CKF_SERIAL_SESSION |
		    CKF_RW_SESSION, NULL, NULL, &s);

		MUST(rv == CKR_OK, "C_OpenSession = 0x%lx", rv);
		(void)mod_login(s);
		(void)mod_data_new(s, "session", "value", false, &h);
		rv = mod_sign_rv(s, h);
		MUST(rv != CKR_OK && rv != CKR_GENERAL_ERROR,
		    "C_Sign with no key = 0x%lx", rv);
		if (w->id == 0)
			(void)p.f->C_CloseAllSessions(p.slot);
		else
			(void)p.f->C_CloseSession(s);
		atomic_fetch_add(&turns, 1);
	}
	return NULL;
}

static void
closing(const void *arg)
{
	const struct mode *mode = arg;

	proc_token();
	mod_load();
	start(mode);
	run(closing_thread);
	OK(p.f->C_CloseAllSessions(p.slot));
	p.s = mod_session(CKF_RW_SESSION);
	OK(mod_login(p.s));
	as_before();
	end(mode);
}

/* Many threads call C_Initialize at once: one of them starts it. */
static atomic_int winners;

static void *
initialize_thread(void *arg)
{
	CK_RV rv = p.f->C_Initialize(arg);
	CK_INFO info;

	OK(p.f->C_GetInfo(&info));
	if (rv == CKR_OK)
		atomic_fetch_add(&winners, 1);
	else
		MUST(rv == CKR_CRYPTOKI_ALREADY_INITIALIZED,
		    "C_Initialize = 0x%lx", rv);
	return NULL;
}

static void
initialize(const void *arg)
{
	CK_C_INITIALIZE_ARGS a = { .flags = CKF_OS_LOCKING_OK };
	pthread_t thread[THREADS];

	(void)arg;
	proc_token();
	mod_load();
	for (int i = 0; i < 20; i++) {
		atomic_store(&winners, 0);
		for (int j = 0; j < THREADS; j++)
			MUST(pthread_create(&thread[j], NULL,
			    initialize_thread, &a) == 0, "no thread");
		for (int j = 0; j < THREADS; j++)
			MUST(pthread_join(thread[j], NULL) == 0, "no end");
		MUST(atomic_load(&winners) == 1, "%d started it",
		    atomic_load(&winners));
		OK(p.f->C_Finalize(NULL));
	}
}

static const struct mode native = { false, CKF_OS_LOCKING_OK };
static const struct mode none = { true, 0 };
static const struct mode both = { true, CKF_OS_LOCKING_OK |
	CKF_LIBRARY_CANT_CREATE_OS_THREADS };

int
main(int argc, char **argv)
{
	static const struct proc_case cases[] = {
		{ "threads: a mix, native locks", mixed, &native, 120 },
		{ "threads: a mix, the application's locks", mixed, &none,
		    120 },
		{ "threads: a mix, either locks", mixed, &both, 120 },
		{ "threads: logins, native locks", logins, &native, 120 },
		{ "threads: logins, the application's locks", logins, &none,
		    120 },
		{ "threads: all in one session", one_session, &native, 120 },
		{ "threads: one session, the application's locks",
		    one_session, &none, 120 },
		{ "threads: sessions closed in use", closing, &native, 120 },
		{ "threads: closed in use, the application's locks",
		    closing, &none, 120 },
		{ "threads: C_Initialize by all", initialize, NULL, 60 },
	};

	return proc_main(argc, argv, cases, COUNT(cases));
}
