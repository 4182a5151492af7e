/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a process, in every order: none crashes, none hangs, and a call
 * that comes too late says CKR_CRYPTOKI_NOT_INITIALIZED (design 7).
 *
 * libcrypto is reached by dlopen, as the copy that the module uses; this
 * program is not linked with it, so that its exit handlers can be registered
 * before, after or without ours.
 */
#include "process/proc.h"

#include <stdatomic.h>

/* What an exit handler does. */
enum act { ACT_NONE, ACT_CLOSE, ACT_FINALIZE, ACT_SIGN, ACT_TWICE, ACTS };
/* When it is registered. */
enum when { WHEN_BEFORE, WHEN_LOADED, WHEN_STARTED, WHENS };
/* Who cleans libcrypto up, and when. */
enum clean { CLEAN_EXIT, CLEAN_BEFORE, CLEAN_HANDLER, CLEANS };

struct plan {
	enum act act;
	enum when when;
	enum clean clean;
	bool finalize;
	bool close;		/* dlclose before exit */
};

static struct plan plan;
static CK_OBJECT_HANDLE key;

/* Either it still works or it says that it is over; nothing else. */
static void
late(CK_RV rv, const char *what)
{
	MUST(rv == CKR_OK || rv == CKR_CRYPTOKI_NOT_INITIALIZED,
	    "%s at the end = 0x%lx", what, rv);
}

static void
libcrypto_cleanup(void)
{
	void *dl = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_NOLOAD);
	void (*cleanup)(void);

	if (dl == NULL)
		return;
	cleanup = (void (*)(void))dlsym(dl, "OPENSSL_cleanup");
	MUST(cleanup != NULL, "no OPENSSL_cleanup");
	cleanup();
}

static void
handler(void)
{
	if (plan.clean == CLEAN_HANDLER)
		libcrypto_cleanup();
	if (p.f == NULL)
		return;
	if (plan.act == ACT_CLOSE || plan.act == ACT_TWICE)
		late(p.f->C_CloseAllSessions(p.slot), "C_CloseAllSessions");
	if (plan.act == ACT_SIGN && !plan.close)
		late(mod_sign_rv(p.s, key), "C_Sign");
	if (plan.act == ACT_FINALIZE || plan.act == ACT_TWICE) {
		late(p.f->C_Finalize(NULL), "C_Finalize");
		GIVES(p.f->C_CloseAllSessions(p.slot),
		    CKR_CRYPTOKI_NOT_INITIALIZED);
		GIVES(p.f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	}
}

/* One process, from its start to its end by exit(). */
static void
leave(const void *arg)
{
	plan = *(const struct plan *)arg;
	if (plan.when == WHEN_BEFORE)
		(void)atexit(handler);
	mod_load();
	if (plan.when == WHEN_LOADED)
		(void)atexit(handler);
	mod_open();
	if (plan.when == WHEN_STARTED)
		(void)atexit(handler);
	key = mod_key_find(p.s);
	OK(mod_sign_rv(p.s, key));
	OK(p.f->C_FindObjectsInit(p.s, NULL, 0));
	if (plan.clean == CLEAN_BEFORE) {
		libcrypto_cleanup();
		GIVES(mod_sign_rv(p.s, key), CKR_CRYPTOKI_NOT_INITIALIZED);
	}
	if (plan.finalize)
		late(p.f->C_Finalize(NULL), "C_Finalize");
	if (plan.close)
		MUST(dlclose(p.dl) == 0, "dlclose");
	exit(0);
}

static void
leave_each(struct plan pl, unsigned *bad, unsigned *all)
{
	for (int i = 0; i < 4; i++) {
		pid_t pid;
		int status;

		pl.finalize = (i & 1) != 0;
		pl.close = (i & 2) != 0;
		pid = proc_start(leave, &pl);
		status = proc_wait_ms(pid, 20000);
		*all += 1;
		if (status == 0)
			continue;
		*bad += 1;
		dprintf(2, "# status 0x%x: act %u, registered %u, clean-up %u, "
		    "finalize %d, dlclose %d\n", (unsigned)status, pl.act,
		    pl.when, pl.clean, pl.finalize, pl.close);
	}
}

static void
matrix(const void *arg)
{
	struct plan pl = { .clean = *(const enum clean *)arg };
	unsigned bad = 0, all = 0;

	proc_token();
	for (unsigned act = 0; act < ACTS; act++) {
		for (unsigned when = 0; when < WHENS; when++) {
			pl.act = act;
			pl.when = when;
			leave_each(pl, &bad, &all);
		}
	}
	MUST(bad == 0, "%u of %u processes ended badly", bad, all);
}

/* --------------------------------------------------------- with threads */

static atomic_int started;

/* Uses the module until it is told that it is over. */
static void *
sign_thread(void *arg)
{
	CK_SESSION_HANDLE s = mod_session(0);
	CK_RV rv = CKR_OK;

	(void)arg;
	atomic_fetch_add(&started, 1);
	while (rv == CKR_OK)
		rv = mod_sign_rv(s, key);
	MUST(rv == CKR_CRYPTOKI_NOT_INITIALIZED ||
	    rv == CKR_SESSION_HANDLE_INVALID, "C_Sign = 0x%lx", rv);
	return NULL;
}

/* Generates a key that takes long, and another one. */
static void *
generate_thread(void *arg)
{
	CK_MECHANISM m = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_ULONG bits = 2048;
	CK_ATTRIBUTE pub[] = { { CKA_MODULUS_BITS, &bits, sizeof(bits) } };
	CK_SESSION_HANDLE s = mod_session(CKF_RW_SESSION);
	CK_OBJECT_HANDLE a, b;
	CK_RV rv = CKR_OK;

	(void)arg;
	atomic_fetch_add(&started, 1);
	while (rv == CKR_OK)
		rv = p.f->C_GenerateKeyPair(s, &m, pub, 1, NULL, 0, &a, &b);
	MUST(rv == CKR_CRYPTOKI_NOT_INITIALIZED ||
	    rv == CKR_SESSION_HANDLE_INVALID, "C_GenerateKeyPair = 0x%lx", rv);
	return NULL;
}

static void *
wait_thread(void *arg)
{
	CK_SLOT_ID slot;
	CK_RV rv = CKR_OK;

	(void)arg;
	atomic_fetch_add(&started, 1);
	while (rv == CKR_OK)
		rv = p.f->C_WaitForSlotEvent(0, &slot, NULL);
	MUST(rv == CKR_CRYPTOKI_NOT_INITIALIZED, "C_WaitForSlotEvent = 0x%lx",
	    rv);
	return NULL;
}

/* Writes objects until it is told that it is over. */
static void *
write_thread(void *arg)
{
	CK_SESSION_HANDLE s = mod_session(CKF_RW_SESSION);
	CK_OBJECT_HANDLE h;
	CK_RV rv = CKR_OK;

	(void)arg;
	atomic_fetch_add(&started, 1);
	while (rv == CKR_OK) {
		rv = mod_data_new(s, "written", "value", true, &h);
		if (rv == CKR_OK)
			rv = p.f->C_DestroyObject(s, h);
	}
	MUST(rv == CKR_CRYPTOKI_NOT_INITIALIZED ||
	    rv == CKR_SESSION_HANDLE_INVALID, "C_CreateObject = 0x%lx", rv);
	return NULL;
}

static void *(*const threads[])(void *) = { sign_thread, generate_thread,
	wait_thread, write_thread };

static void
threads_start(pthread_t *thread, size_t n, void *(*work)(void *))
{
	atomic_store(&started, 0);
	for (size_t i = 0; i < n; i++)
		MUST(pthread_create(&thread[i], NULL, work, NULL) == 0,
		    "no thread");
	while (atomic_load(&started) != (int)n)
		proc_sleep_ms(1);
	proc_sleep_ms(10);
}

struct inside {
	unsigned thread;	/* of threads[] */
	unsigned way;
};

static void
exit_inside(const void *arg)
{
	const struct inside *in = arg;
	pthread_t thread[2];

	plan = (struct plan){ .act = ACT_TWICE };
	if (in->way == 1)
		(void)atexit(handler);
	mod_load();
	mod_open();
	key = mod_key_find(p.s);
	threads_start(thread, COUNT(thread), threads[in->thread]);
	if (in->way == 2)
		(void)dlclose(p.dl);
	exit(0);
}

/* exit() while threads are still inside. */
static void
inside(const void *arg)
{
	struct inside in = { .thread = *(const unsigned *)arg };
	unsigned bad = 0;

	proc_token();
	for (in.way = 0; in.way < 3; in.way++) {
		for (int i = 0; i < 8; i++) {
			pid_t pid = proc_start(exit_inside, &in);
			int status = proc_wait_ms(pid, 20000);

			if (status == 0)
				continue;
			dprintf(2, "# way %u: status 0x%x\n", in.way,
			    (unsigned)status);
			bad++;
		}
	}
	MUST(bad == 0, "%u of 24 processes ended badly", bad);
}

/* C_Finalize while other threads are inside, and again from the start. */
static void
finalize_inside(const void *arg)
{
	unsigned which = *(const unsigned *)arg;
	pthread_t thread[4];

	proc_token();
	mod_load();
	for (int i = 0; i < (which == 1 ? 2 : 20); i++) {
		mod_open();
		key = mod_key_find(p.s);
		threads_start(thread, COUNT(thread), threads[which]);
		OK(p.f->C_Finalize(NULL));
		for (size_t j = 0; j < COUNT(thread); j++)
			MUST(pthread_join(thread[j], NULL) == 0, "no end");
	}
}

/* The thread that used the module ends after C_Finalize and dlclose. */
static void *
used_thread(void *arg)
{
	OK(mod_sign_rv(mod_session(0), key));
	atomic_fetch_add(&started, 1);
	while (atomic_load((atomic_int *)arg) == 0)
		proc_sleep_ms(1);
	return NULL;
}

static void
thread_ends_later(const void *arg)
{
	atomic_int go = 0;
	pthread_t thread;

	(void)arg;
	proc_token();
	mod_load();
	mod_open();
	key = mod_key_find(p.s);
	MUST(pthread_create(&thread, NULL, used_thread, &go) == 0, "thread");
	while (atomic_load(&started) != 1)
		proc_sleep_ms(1);
	OK(p.f->C_Finalize(NULL));
	MUST(dlclose(p.dl) == 0, "dlclose");
	atomic_store(&go, 1);
	MUST(pthread_join(thread, NULL) == 0, "no end");
	exit(0);
}

static void *
exit_thread(void *arg)
{
	OK(mod_sign_rv(mod_session(0), key));
	exit(arg != NULL ? 1 : 0);
}

static void
exit_from_thread(const void *arg)
{
	pthread_t thread;

	(void)arg;
	proc_token();
	plan = (struct plan){ .act = ACT_TWICE };
	(void)atexit(handler);
	mod_load();
	mod_open();
	key = mod_key_find(p.s);
	MUST(pthread_create(&thread, NULL, exit_thread, NULL) == 0, "thread");
	for (;;)
		(void)mod_sign_rv(p.s, key);
}

/* main returns although the module was never started, or in vain. */
static void
never_started(const void *arg)
{
	(void)arg;
	plan = (struct plan){ .act = ACT_TWICE };
	(void)atexit(handler);
	mod_load();
	GIVES(p.f->C_CloseAllSessions(0), CKR_CRYPTOKI_NOT_INITIALIZED);
	(void)setenv("KLUIS_CONF", "/nonexistent/kluis.conf", 1);
	GIVES(mod_init(), CKR_GENERAL_ERROR);
	GIVES(p.f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	exit(0);
}

static void
too_late(const void *arg)
{
	CK_RV rv;

	proc_token();
	(void)arg;
	mod_load();
	mod_open();
	libcrypto_cleanup();
	GIVES(p.f->C_CloseAllSessions(p.slot), CKR_CRYPTOKI_NOT_INITIALIZED);
	GIVES(p.f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	rv = mod_init();
	MUST(rv != CKR_OK, "C_Initialize works without libcrypto");
	exit(0);
}

static const unsigned numbers[] = { 0, 1, 2, 3 };
static const enum clean cleans[] = { CLEAN_EXIT, CLEAN_BEFORE, CLEAN_HANDLER };

int
main(int argc, char **argv)
{
	static const struct proc_case cases[] = {
		{ "exit, libcrypto cleans up by itself", matrix, &cleans[0],
		    180 },
		{ "exit, libcrypto cleaned up before", matrix, &cleans[1],
		    180 },
		{ "exit, libcrypto cleaned up in a handler", matrix,
		    &cleans[2], 180 },
		{ "exit, threads sign", inside, &numbers[0], 120 },
		{ "exit, threads generate", inside, &numbers[1], 120 },
		{ "exit, threads wait for events", inside, &numbers[2], 120 },
		{ "exit, threads write", inside, &numbers[3], 120 },
		{ "C_Finalize, threads sign", finalize_inside, &numbers[0],
		    120 },
		{ "C_Finalize, threads generate", finalize_inside,
		    &numbers[1], 180 },
		{ "C_Finalize, threads wait for events", finalize_inside,
		    &numbers[2], 120 },
		{ "C_Finalize, threads write", finalize_inside, &numbers[3],
		    120 },
		{ "dlclose, a thread ends later", thread_ends_later, NULL, 0 },
		{ "exit from a thread", exit_from_thread, NULL, 0 },
		{ "exit, never started", never_started, NULL, 0 },
		{ "calls after libcrypto's clean-up", too_late, NULL, 0 },
	};

	return proc_main(argc, argv, cases, COUNT(cases));
}
