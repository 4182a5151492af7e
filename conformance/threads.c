/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "thread": several threads, each in its own session or all in one, with
 * native locks and with the application's (design 6; 5.4.1).
 */
#include "kit_ref.h"
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define THREADS 8

struct worker {
	int id;
	CK_SESSION_HANDLE s;
	CK_OBJECT_HANDLE key, pub;
	CK_RV rv; /* first error */
	const char *where;
};

static atomic_int stop;

static bool
ok(struct worker *w, CK_RV rv, const char *where)
{
	if (rv == CKR_OK)
		return true;
	w->rv = rv;
	w->where = where;
	return false;
}

static void
run(void *(*work)(void *), struct worker *w, bool own_session)
{
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++) {
		w[i].id = i;
		w[i].rv = CKR_OK;
		w[i].s = own_session ? kit_session(CKF_RW_SESSION) : kit.s;
		w[i].key = w[0].key;
		w[i].pub = w[0].pub;
	}
	for (int i = 0; i < THREADS; i++)
		REQUIRE(pthread_create(&thread[i], NULL, work, &w[i]) == 0,
		    "no thread");
	for (int i = 0; i < THREADS; i++)
		REQUIRE(pthread_join(thread[i], NULL) == 0, "no end");
}

static void
all_ok(const struct worker *w)
{
	for (int i = 0; i < THREADS; i++)
		CHECK(w[i].rv == CKR_OK, "thread %d: %s: %s", i, w[i].where,
		    kit_rv_name(w[i].rv));
}

static void *
sign_and_verify(void *arg)
{
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	struct worker *w = arg;

	for (int i = 0; i < 40; i++) {
		CK_BYTE in[20], sig[256];
		CK_ULONG n = sizeof(sig);

		fill(in, sizeof(in), (unsigned int)(w->id * 1000 + i));
		if (!ok(w, kit.f->C_SignInit(w->s, &m, w->key), "C_SignInit") ||
		    !ok(w, kit.f->C_Sign(w->s, in, sizeof(in), sig, &n),
			"C_Sign") ||
		    !ok(w, kit.f->C_VerifyInit(w->s, &m, w->pub),
			"C_VerifyInit") ||
		    !ok(w, kit.f->C_Verify(w->s, in, sizeof(in), sig, n),
			"C_Verify"))
			break;
	}
	return NULL;
}

static void
sign_one_key(const void *arg)
{
	struct worker w[THREADS];

	(void)arg;
	kit_need_mech(CKM_SHA256_RSA_PKCS, CKF_SIGN);
	pair_rsa(&w[0].pub, &w[0].key);
	run(sign_and_verify, w, true);
	all_ok(w);
}

/* Creates, finds, reads, encrypts, copies, destroys objects of its own. */
static void *
busy(void *arg)
{
	CK_BYTE iv[16] = { 0 }, text[32] = { 0 }, out[32];
	CK_MECHANISM m = { CKM_AES_CBC, iv, sizeof(iv) };
	struct worker *w = arg;

	for (int i = 0; i < 15; i++) {
		CK_OBJECT_HANDLE h, copy, got[4];
		CK_ULONG n = sizeof(out), found = 0;
		struct tmpl t, q = { .n = 0 };
		char label[30];

		(void)snprintf(
		    label, sizeof(label), "thread %d turn %d", w->id, i);
		tmpl_secret(&t, CKK_AES, text, 16);
		t_s(&t, CKA_LABEL, label);
		t_b(&t, CKA_TOKEN, i % 3 == 0);
		t_s(&q, CKA_LABEL, label);
		if (!ok(w, kit.f->C_CreateObject(w->s, t.a, t.n, &h),
			"C_CreateObject") ||
		    !ok(w, kit.f->C_FindObjectsInit(w->s, q.a, q.n),
			"C_FindObjectsInit") ||
		    !ok(w, kit.f->C_FindObjects(w->s, got, 4, &found),
			"C_FindObjects") ||
		    !ok(w, kit.f->C_FindObjectsFinal(w->s),
			"C_FindObjectsFinal") ||
		    !ok(w,
			found == 1 && got[0] == h ? CKR_OK : CKR_VENDOR_DEFINED,
			"the object found") ||
		    !ok(w, kit.f->C_EncryptInit(w->s, &m, h),
			"C_EncryptInit") ||
		    !ok(w, kit.f->C_Encrypt(w->s, text, sizeof(text), out, &n),
			"C_Encrypt") ||
		    !ok(w, kit.f->C_CopyObject(w->s, h, q.a, q.n, &copy),
			"C_CopyObject") ||
		    !ok(w, kit.f->C_DestroyObject(w->s, h),
			"C_DestroyObject") ||
		    !ok(w, kit.f->C_DestroyObject(w->s, copy),
			"C_DestroyObject of the copy"))
			break;
	}
	return NULL;
}

static void
mixed(const void *arg)
{
	struct tmpl all = { .n = 0 };
	struct worker w[THREADS] = { { .id = 0 } };
	CK_OBJECT_HANDLE h;

	(void)arg;
	run(busy, w, true);
	all_ok(w);
	CHECK(obj_find(kit.s, &all, &h, 1) == 0, "objects are left");
}

/* All in one session: the answers may be any, the process lives. */
static void
one_session(const void *arg)
{
	struct worker w[THREADS] = { { .id = 0 } };
	CK_SESSION_INFO info;

	(void)arg;
	pair_rsa(&w[0].pub, &w[0].key);
	run(busy, w, false);
	run(sign_and_verify, w, false);
	WANT(kit.f->C_GetSessionInfo(kit.s, &info), CKR_OK);
}

static void *
open_and_close(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < 200; i++) {
		CK_SESSION_HANDLE s;
		CK_SESSION_INFO info;

		if (!ok(w,
			kit.f->C_OpenSession(
			    kit.slot, CKF_SERIAL_SESSION, NULL, NULL, &s),
			"C_OpenSession") ||
		    !ok(w, kit.f->C_GetSessionInfo(s, &info),
			"C_GetSessionInfo") ||
		    !ok(w,
			info.state == CKS_RO_USER_FUNCTIONS ?
			    CKR_OK :
			    CKR_VENDOR_DEFINED,
			"the session's state") ||
		    !ok(w, kit.f->C_CloseSession(s), "C_CloseSession"))
			break;
	}
	return NULL;
}

static void
sessions(const void *arg)
{
	struct worker w[THREADS] = { { .id = 0 } };

	(void)arg;
	run(open_and_close, w, false);
	all_ok(w);
}

/*
 * Logging in and out against those who work: only the answers of the
 * standard.
 */
static void *
log_in_and_out(void *arg)
{
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	struct worker *w = arg;

	for (int i = 0; i < 60; i++) {
		CK_BYTE sig[256];
		CK_ULONG n = sizeof(sig);
		CK_RV rv;

		if (w->id == 0) {
			rv = kit.f->C_Logout(w->s);
			if (rv != CKR_OK && !ok(w, rv, "C_Logout"))
				break;
			if (!ok(w,
				kit.f->C_Login(w->s, CKU_USER,
				    (CK_UTF8CHAR *)KIT_PIN, strlen(KIT_PIN)),
				"C_Login"))
				break;
			continue;
		}
		rv = kit.f->C_SignInit(w->s, &m, w->key);
		if (rv == CKR_OK)
			rv = kit.f->C_Sign(w->s, (CK_BYTE *)"x", 1, sig, &n);
		if (rv != CKR_OK && rv != CKR_KEY_HANDLE_INVALID &&
		    rv != CKR_OBJECT_HANDLE_INVALID &&
		    rv != CKR_USER_NOT_LOGGED_IN &&
		    rv != CKR_OPERATION_NOT_INITIALIZED &&
		    !ok(w, rv, "signing"))
			break;
	}
	return NULL;
}

static void
logins(const void *arg)
{
	struct worker w[THREADS] = { { .id = 0 } };

	(void)arg;
	kit_need_mech(CKM_SHA256_RSA_PKCS, CKF_SIGN);
	pair_rsa(&w[0].pub, &w[0].key);
	run(log_in_and_out, w, true);
	all_ok(w);
}

static void *
work_to_the_end(void *arg)
{
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	struct worker *w = arg;

	while (atomic_load(&stop) == 0) {
		CK_BYTE sig[256];
		CK_ULONG n = sizeof(sig);
		CK_OBJECT_HANDLE h;
		struct tmpl t;

		tmpl_data(&t);
		w->rv = kit.f->C_SignInit(w->s, &m, w->key);
		if (w->rv == CKR_OK)
			w->rv = kit.f->C_Sign(w->s, (CK_BYTE *)"x", 1, sig, &n);
		if (w->rv == CKR_OK && w->id % 2 == 0)
			w->rv = kit.f->C_CreateObject(w->s, t.a, t.n, &h);
		if (w->rv != CKR_OK)
			break;
	}
	return NULL;
}

/*
 * C_Finalize while threads work: each gets CKR_CRYPTOKI_NOT_INITIALIZED, and
 * all can start again.
 */
static void
finalize(const void *arg)
{
	struct worker w[THREADS] = { { .id = 0 } };
	pthread_t thread[THREADS];

	(void)arg;
	if (kit.profile != PROFILE_KLUIS)
		kit_skip("the standard leaves it undefined");
	for (int round = 0; round < 5; round++) {
		atomic_store(&stop, 0);
		pair_rsa(&w[0].pub, &w[0].key);
		for (int i = 0; i < THREADS; i++) {
			w[i] = (struct worker){ .id = i,
				.s = kit_session(CKF_RW_SESSION),
				.key = w[0].key };
			REQUIRE(pthread_create(&thread[i], NULL,
				    work_to_the_end, &w[i]) == 0,
			    "no thread");
		}
		(void)usleep(30000);
		WANT(kit.f->C_Finalize(NULL), CKR_OK);
		(void)usleep(30000);
		atomic_store(&stop, 1);
		for (int i = 0; i < THREADS; i++) {
			REQUIRE(pthread_join(thread[i], NULL) == 0, "no end");
			WANT(w[i].rv, CKR_CRYPTOKI_NOT_INITIALIZED);
		}
		NEED(kit_initialize());
		REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot), "no token");
		kit.s = kit_session(CKF_RW_SESSION);
		kit_login(kit.s, CKU_USER);
	}
}

static void *
initialize(void *arg)
{
	struct worker *w = arg;
	CK_C_INITIALIZE_ARGS args;

	memset(&args, 0, sizeof(args));
	args.flags = CKF_OS_LOCKING_OK;
	w->rv = kit_initialize_with(&args);
	return NULL;
}

static void
init_race(const void *arg)
{
	(void)arg;
	for (int round = 0; round < 20; round++) {
		struct worker w[THREADS];
		pthread_t thread[THREADS];
		int done = 0;
		CK_INFO info;

		for (int i = 0; i < THREADS; i++)
			REQUIRE(pthread_create(
				    &thread[i], NULL, initialize, &w[i]) == 0,
			    "no thread");
		for (int i = 0; i < THREADS; i++) {
			REQUIRE(pthread_join(thread[i], NULL) == 0, "no end");
			WANT(w[i].rv, CKR_OK, CKR_CRYPTOKI_ALREADY_INITIALIZED);
			done += w[i].rv == CKR_OK;
		}
		CHECK(done == 1, "%d threads were told CKR_OK", done);
		WANT(kit.f->C_GetInfo(&info), CKR_OK);
		NEED(kit.f->C_Finalize(NULL));
	}
}

static CK_RV
create_mutex(void **out)
{
	static pthread_mutex_t pool[64];
	static atomic_int used;
	int i = atomic_fetch_add(&used, 1);

	if (i >= 64)
		return CKR_HOST_MEMORY;
	(void)pthread_mutex_init(&pool[i], NULL);
	*out = &pool[i];
	return CKR_OK;
}

static CK_RV
destroy_mutex(void *m)
{
	return pthread_mutex_destroy(m) == 0 ? CKR_OK : CKR_GENERAL_ERROR;
}

static CK_RV
lock_mutex(void *m)
{
	return pthread_mutex_lock(m) == 0 ? CKR_OK : CKR_GENERAL_ERROR;
}

static CK_RV
unlock_mutex(void *m)
{
	return pthread_mutex_unlock(m) == 0 ? CKR_OK : CKR_MUTEX_NOT_LOCKED;
}

/* The application's mutexes and no flag: the way of strongSwan. */
static void
callbacks(const void *arg)
{
	struct worker w[THREADS] = { { .id = 0 } };
	CK_C_INITIALIZE_ARGS args;
	CK_RV rv;

	(void)arg;
	NEED(kit.f->C_Finalize(NULL));
	memset(&args, 0, sizeof(args));
	args.CreateMutex = create_mutex;
	args.DestroyMutex = destroy_mutex;
	args.LockMutex = lock_mutex;
	args.UnlockMutex = unlock_mutex;
	rv = kit_initialize_with(&args);
	if (rv == CKR_CANT_LOCK)
		kit_skip("the module does not take mutexes");
	NEED(rv);
	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot), "no token");
	kit.s = kit_session(CKF_RW_SESSION);
	kit_login(kit.s, CKU_USER);
	kit_need_mech(CKM_SHA256_RSA_PKCS, CKF_SIGN);
	pair_rsa(&w[0].pub, &w[0].key);
	run(sign_and_verify, w, true);
	all_ok(w);
	run(busy, w, true);
	all_ok(w);
	NEED(kit.f->C_Finalize(NULL));
}

static const struct kit_case cases[] = {
	{ "thread/sign-one-key", "design 6", AT_USER, sign_one_key, NULL, 120 },
	{ "thread/mixed", "design 6", AT_USER, mixed, NULL, 120 },
	{ "thread/one-session", "design 6", AT_USER, one_session, NULL, 120 },
	{ "thread/sessions", "design 6", AT_USER, sessions, NULL, 120 },
	{ "thread/logins", "design 6", AT_USER, logins, NULL, 120 },
	{ "thread/finalize", "design 6", AT_USER, finalize, NULL, 120 },
	{ "thread/init-race", "5.4.1", AT_LOADED, init_race, NULL, 0 },
	{ "thread/callbacks", "5.4.1", AT_USER, callbacks, NULL, 120 },
};

void
thread_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
