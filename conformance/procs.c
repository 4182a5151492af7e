/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "process": fork, exit in every order, dlclose, several processes on
 * one token, and what a guest must not do to its host (design 5 and 7;
 * 5.4.1).
 */
#include "suite.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * A child that ends by _exit with 0 when its work succeeded; its reports go
 * where ours go.
 */
static pid_t
start(void (*work)(const void *), const void *arg)
{
	pid_t pid = fork();

	REQUIRE(pid >= 0, "fork");
	if (pid == 0) {
		work(arg);
		_exit(0);
	}
	return pid;
}

static int
finish(pid_t pid)
{
	int status = 0;

	REQUIRE(waitpid(pid, &status, 0) == pid, "waitpid");
	return status;
}

static void
good_end(pid_t pid, const char *what)
{
	int status = finish(pid);

	CHECK(status == 0, "%s: %s %d", what,
	    WIFSIGNALED(status) ? "signal" : "exit status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void
sign_once(CK_OBJECT_HANDLE key)
{
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_BYTE sig[256];
	CK_ULONG n = sizeof(sig);

	NEED(kit.f->C_SignInit(kit.s, &m, key));
	NEED(kit.f->C_Sign(kit.s, (CK_BYTE *)"abc", 3, sig, &n));
}

/* A token key that other processes find by its label. */
static CK_OBJECT_HANDLE
shared_key(void)
{
	struct tmpl t;

	kit_need_mech(CKM_SHA256_RSA_PKCS, CKF_SIGN);
	tmpl_rsa_private(&t);
	t_b(&t, CKA_TOKEN, true);
	t_s(&t, CKA_LABEL, "shared");
	return obj_make(&t);
}

/*
 * Becomes another process: one that has nothing to do with its parent. A
 * module that lets the child inherit an initialised library is started anew
 * here; that it does so is the business of the fork cases alone.
 */
static void
start_anew(void)
{
	CK_RV rv;

	kit_load();
	rv = kit_initialize();
	if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED) {
		NEED(kit.f->C_Finalize(NULL));
		rv = kit_initialize();
	}
	NEED(rv);
}

/* Logs in and signs with the shared key. */
static void
work_with_token(int times)
{
	CK_OBJECT_HANDLE h;
	struct tmpl q = { .n = 0 };

	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot), "the token is not listed");
	kit.s = kit_session(CKF_RW_SESSION);
	kit_login(kit.s, CKU_USER);
	t_s(&q, CKA_LABEL, "shared");
	t_u(&q, CKA_CLASS, CKO_PRIVATE_KEY);
	REQUIRE(obj_find(kit.s, &q, &h, 1) == 1, "the key is not found");
	for (int i = 0; i < times; i++)
		sign_once(h);
}

/* In a child that must find the library uninitialised. */
static void
use_token(const void *arg)
{
	NEED(kit_initialize());
	work_with_token(*(const int *)arg);
}

static const int once = 1, five = 5;

static bool
fork_safe(void)
{
	CK_INTERFACE *i = NULL;

	return kit.f30 != NULL &&
	    kit.f30->C_GetInterface(NULL, NULL, &i, CKF_INTERFACE_FORK_SAFE) ==
	    CKR_OK;
}

/* What the child of a process with a session and a login sees. */
static void
child_looks(const void *arg)
{
	CK_SESSION_HANDLE old = kit.s;
	CK_SESSION_INFO info;
	CK_INFO i;
	CK_ULONG n = 0;

	if (fork_safe()) {
		WANT(kit.f->C_GetSessionInfo(old, &info), CKR_OK);
		return;
	}
	WANT(kit.f->C_GetInfo(&i), CKR_CRYPTOKI_NOT_INITIALIZED);
	WANT(kit.f->C_GetSlotList(CK_FALSE, NULL, &n),
	    CKR_CRYPTOKI_NOT_INITIALIZED);
	WANT(kit.f->C_GetSessionInfo(old, &info), CKR_CRYPTOKI_NOT_INITIALIZED);
	WANT(kit.f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	use_token(arg);
	WANT(kit.f->C_GetSessionInfo(old, &info),
	    old == kit.s ? CKR_OK : CKR_SESSION_HANDLE_INVALID);
}

static void
child_finalizes(const void *arg)
{
	use_token(arg);
	NEED(kit.f->C_Finalize(NULL));
}

/* A child that runs everything registered for the end of a process. */
static void
child_exits(const void *arg)
{
	(void)arg;
	exit(0);
}

static void
child_uses_and_exits(const void *arg)
{
	use_token(arg);
	exit(0);
}

static void
fork_one(const void *arg)
{
	void (*const work[])(const void *) = { child_looks, child_finalizes,
		child_exits, child_uses_and_exits };
	const int which = *(const int *)arg;
	CK_MECHANISM m = { CKM_SHA256, NULL, 0 };
	CK_OBJECT_HANDLE key = shared_key();
	CK_BYTE out[32];
	CK_ULONG n = sizeof(out);
	CK_SESSION_INFO info;

	NEED(kit.f->C_DigestInit(kit.s, &m));
	NEED(kit.f->C_DigestUpdate(kit.s, (CK_BYTE *)"ab", 2));
	good_end(start(work[which], &once), "the child");
	NEED(kit.f->C_GetSessionInfo(kit.s, &info));
	CHECK(info.state == CKS_RW_USER_FUNCTIONS, "the parent's state is %lu",
	    info.state);
	NEED(kit.f->C_DigestUpdate(kit.s, (CK_BYTE *)"c", 1));
	NEED(kit.f->C_DigestFinal(kit.s, out, &n));
	CHECK(
	    out[0] == 0xba && out[31] == 0xad, "the parent's digest is wrong");
	sign_once(key);
	shared_key();
}

static const int forks[] = { 0, 1, 2, 3 };

/* Fork while other threads are inside the library. */
static volatile int stop_threads;

static void *
sign_forever(void *arg)
{
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE key = *(CK_OBJECT_HANDLE *)arg;
	CK_SESSION_HANDLE s = 0;
	CK_BYTE sig[256];

	if (kit.f->C_OpenSession(
		kit.slot, CKF_SERIAL_SESSION, NULL, NULL, &s) != CKR_OK)
		return NULL;
	while (stop_threads == 0) {
		CK_ULONG n = sizeof(sig);
		struct tmpl q = { .n = 0 };
		CK_OBJECT_HANDLE h;
		CK_ULONG found;

		if (kit.f->C_SignInit(s, &m, key) != CKR_OK ||
		    kit.f->C_Sign(s, (CK_BYTE *)"x", 1, sig, &n) != CKR_OK)
			break;
		t_s(&q, CKA_LABEL, "shared");
		if (kit.f->C_FindObjectsInit(s, q.a, q.n) != CKR_OK ||
		    kit.f->C_FindObjects(s, &h, 1, &found) != CKR_OK ||
		    kit.f->C_FindObjectsFinal(s) != CKR_OK)
			break;
	}
	return stop_threads != 0 ? NULL : arg;
}

static void
fork_under_load(const void *arg)
{
	CK_OBJECT_HANDLE key = shared_key();
	pthread_t thread[3];
#ifdef __SANITIZE_ADDRESS__
	kit_skip("AddressSanitizer's allocator does not survive a fork beside "
	    "busy threads");
#endif

	(void)arg;
	stop_threads = 0;
	for (size_t i = 0; i < KIT_COUNT(thread); i++)
		REQUIRE(
		    pthread_create(&thread[i], NULL, sign_forever, &key) == 0,
		    "no thread");
	for (int i = 0; i < 40; i++) {
		pid_t pid =
		    start(i % 2 == 0 ? use_token : child_finalizes, &once);

		good_end(pid, "a child of a busy parent");
	}
	stop_threads = 1;
	for (size_t i = 0; i < KIT_COUNT(thread); i++) {
		void *bad = NULL;

		REQUIRE(pthread_join(thread[i], &bad) == 0, "no end");
		CHECK(bad == NULL, "a thread of the parent met an error");
	}
	sign_once(key);
}

/* Parent and children never give the same random bytes. */
static void
fork_random(const void *arg)
{
	CK_BYTE got[3][32];
	int fd[2];

	(void)arg;
	NEED(kit.f->C_GenerateRandom(kit.s, got[0], 32));
	for (int i = 0; i < 2; i++) {
		REQUIRE(pipe(fd) == 0, "pipe");
		if (fork() == 0) {
			CK_BYTE own[32];

			if (!fork_safe())
				(void)kit_initialize();
			(void)kit_find_slot(KIT_LABEL, &kit.slot);
			kit.s = kit_session(0);
			NEED(kit.f->C_GenerateRandom(kit.s, own, 32));
			_exit(write(fd[1], own, 32) == 32 ? 0 : 1);
		}
		(void)close(fd[1]);
		REQUIRE(read(fd[0], got[i + 1], 32) == 32,
		    "the child gave no bytes");
		(void)close(fd[0]);
		(void)wait(NULL);
	}
	NEED(kit.f->C_GenerateRandom(kit.s, got[0], 32));
	CHECK(memcmp(got[0], got[1], 32) != 0 &&
		memcmp(got[1], got[2], 32) != 0 &&
		memcmp(got[0], got[2], 32) != 0,
	    "two processes got the same bytes");
}

/* ---- the end of a process ---- */

static void
late_calls(void)
{
	CK_ULONG n = 0;

	(void)kit.f->C_GetSlotList(CK_FALSE, NULL, &n);
	(void)kit.f->C_CloseAllSessions(kit.slot);
	(void)kit.f->C_Finalize(NULL);
	(void)kit.f->C_GetSlotList(CK_FALSE, NULL, &n);
}

static void *
exit_in_thread(void *arg)
{
	(void)arg;
	exit(0);
}

static void
leave(const void *arg)
{
	CK_MECHANISM m = { CKM_SHA256, NULL, 0 };
	int how = *(const int *)arg;
	pthread_t thread;

	if (how == 3)
		(void)atexit(late_calls);
	kit_load();
	if (how == 4)
		(void)atexit(late_calls);
	NEED(kit_initialize());
	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot), "no token");
	kit.s = kit_session(CKF_RW_SESSION);
	kit_login(kit.s, CKU_USER);
	NEED(kit.f->C_DigestInit(kit.s, &m));
	if (how == 1)
		NEED(kit.f->C_Finalize(NULL));
	if (how == 5)
		NEED(kit.f->C_CloseAllSessions(kit.slot));
	if (how == 2) {
		(void)pthread_create(&thread, NULL, exit_in_thread, NULL);
		(void)pthread_join(thread, NULL);
	}
	if (how == 6) {
		NEED(kit.f->C_Finalize(NULL));
		(void)dlclose(kit.dl);
	}
	if (how == 7)
		(void)dlclose(kit.dl);
	exit(0);
}

static const int ways[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
static const char *const way_names[] = { "no-finalize", "finalize",
	"from-thread", "atexit-before-load", "atexit-after-load",
	"sessions-closed", "finalize-dlclose", "dlclose-initialised" };

static void
make_token_elsewhere(const void *arg)
{
	(void)arg;
	start_anew();
	kit_token();
	kit.s = kit_session(CKF_RW_SESSION);
	kit_login(kit.s, CKU_USER);
	(void)shared_key();
	NEED(kit.f->C_Finalize(NULL));
}

static void
leaving(const void *arg)
{
	good_end(start(make_token_elsewhere, NULL), "making the token");
	for (int i = 0; i < 5; i++)
		good_end(start(leave, arg), "the process");
}

static void
reload(const void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++) {
		NEED(kit.f->C_Finalize(NULL));
		REQUIRE(dlclose(kit.dl) == 0, "dlclose");
		kit.f30 = NULL;
		kit.f32 = NULL;
		kit_load();
		NEED(kit_initialize());
		REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot),
		    "no token after a new load");
		kit.s = kit_session(CKF_RW_SESSION);
		kit_login(kit.s, CKU_USER);
	}
}

/* ---- several processes ---- */

static void
load_and_use(const void *arg)
{
	start_anew();
	work_with_token(*(const int *)arg);
	NEED(kit.f->C_Finalize(NULL));
}

static void
write_objects(const void *arg)
{
	(void)arg;
	start_anew();
	work_with_token(1);
	for (int i = 0; i < 10; i++) {
		CK_OBJECT_HANDLE h;
		struct tmpl t;

		tmpl_data(&t);
		t_b(&t, CKA_TOKEN, true);
		h = obj_make(&t);
		NEED(attr_set(h, CKA_LABEL, "changed", 7));
		NEED(kit.f->C_DestroyObject(kit.s, h));
	}
}

static void
at_once(const void *arg)
{
	const int count = *(const int *)arg;
	pid_t pid[68];
	int bad = 0;

	good_end(start(make_token_elsewhere, NULL), "making the token");
	for (int i = 0; i < count + 4; i++)
		pid[i] = start(i < count ? load_and_use : write_objects, &five);
	for (int i = 0; i < count + 4; i++)
		bad += finish(pid[i]) != 0;
	CHECK(bad == 0, "%d of %d processes failed", bad, count + 4);
}

static const int eight = 8, sixty_four = 64;

/* The other process makes a token; here it shows at the next list. */
static void
token_appears(const void *arg)
{
	CK_SLOT_ID slot;

	(void)arg;
	CHECK(!kit_find_slot(KIT_LABEL, &slot), "a token before it is made");
	NEED(kit.f->C_Finalize(NULL));
	NEED(kit_initialize());
	(void)kit_find_slot(KIT_LABEL, &slot);
	good_end(start(make_token_elsewhere, NULL), "the other process");
	CHECK(kit_find_slot(KIT_LABEL, &slot), "the new token is not listed");
}

static CK_OBJECT_HANDLE
other_find(void)
{
	CK_OBJECT_HANDLE h;
	struct tmpl q = { .n = 0 };

	t_s(&q, CKA_APPLICATION, "shared data");
	REQUIRE(obj_find(kit.s, &q, &h, 1) == 1,
	    "the other process does not find the object");
	return h;
}

static void
other_changes(const void *arg)
{
	const int what = *(const int *)arg;
	struct tmpl t;

	start_anew();
	work_with_token(1);
	if (what == 0)
		NEED(attr_set(other_find(), CKA_LABEL, "from there", 10));
	if (what == 1)
		NEED(kit.f->C_DestroyObject(kit.s, other_find()));
	if (what == 2) {
		tmpl_data(&t);
		t_b(&t, CKA_TOKEN, true);
		t_s(&t, CKA_LABEL, "new there");
		(void)obj_make(&t);
	}
	NEED(kit.f->C_Finalize(NULL));
}

static void
changes_seen(const void *arg)
{
	CK_OBJECT_HANDLE h, x;
	struct tmpl t, q = { .n = 0 };

	(void)arg;
	(void)shared_key();
	tmpl_data(&t);
	t_b(&t, CKA_TOKEN, true);
	t_s(&t, CKA_APPLICATION, "shared data");
	h = obj_make(&t);
	attr_is(h, CKA_LABEL, "a data object", 13);
	good_end(start(other_changes, &forks[0]), "the other process");
	attr_is(h, CKA_LABEL, "from there", 10);
	t_s(&q, CKA_LABEL, "from there");
	CHECK(obj_find(kit.s, &q, &x, 1) == 1 && x == h,
	    "not found under the label given elsewhere");
	good_end(start(other_changes, &forks[2]), "the other process");
	t_s(&q, CKA_LABEL, "new there");
	CHECK(obj_find(kit.s, &q, &x, 1) == 1,
	    "the object made elsewhere is not found");
	good_end(start(other_changes, &forks[1]), "the other process");
	WANT(attr_rv(h, CKA_LABEL), CKR_OBJECT_HANDLE_INVALID);
	WANT(kit.f->C_DestroyObject(kit.s, h), CKR_OBJECT_HANDLE_INVALID);
}

static void
other_misses_pin(const void *arg)
{
	(void)arg;
	start_anew();
	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot), "no token");
	kit.s = kit_session(0);
	WANT(kit.f->C_Login(kit.s, CKU_USER, (CK_UTF8CHAR *)"wrong-pin-1", 11),
	    CKR_PIN_INCORRECT);
}

static void
pin_counter_shared(const void *arg)
{
	CK_TOKEN_INFO i;

	(void)arg;
	good_end(start(other_misses_pin, NULL), "the other process");
	NEED(kit.f->C_GetTokenInfo(kit.slot, &i));
	CHECK((i.flags & CKF_USER_PIN_COUNT_LOW) != 0,
	    "a miss elsewhere does not show here");
}

/* A writer is killed at any moment: what it was told to be done is there. */
static void
write_and_tell(const void *arg)
{
	int fd = *(const int *)arg;

	start_anew();
	work_with_token(1);
	for (unsigned int i = 0;; i++) {
		char label[20];
		struct tmpl t;

		(void)snprintf(label, sizeof(label), "%u", i);
		tmpl_data(&t);
		t_b(&t, CKA_TOKEN, true);
		t_b(&t, CKA_PRIVATE, i % 2 == 0);
		t_s(&t, CKA_APPLICATION, "killed");
		t_s(&t, CKA_LABEL, label);
		(void)obj_make(&t);
		if (write(fd, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

static void
killed_writer(const void *arg)
{
	(void)arg;
	(void)shared_key();
	for (int round = 0; round < 10; round++) {
		struct tmpl q = { .n = 0 };
		CK_OBJECT_HANDLE h[4000];
		unsigned int last = 0, got = 0;
		size_t n;
		int fd[2];
		pid_t pid;

		REQUIRE(pipe(fd) == 0, "pipe");
		pid = start(write_and_tell, &fd[1]);
		(void)close(fd[1]);
		REQUIRE(read(fd[0], &last, sizeof(last)) == sizeof(last),
		    "the writer wrote nothing");
		(void)usleep(3000U * (unsigned int)(round + 1));
		(void)kill(pid, SIGKILL);
		while (read(fd[0], &got, sizeof(got)) == sizeof(got))
			last = got;
		(void)close(fd[0]);
		(void)finish(pid);
		t_s(&q, CKA_APPLICATION, "killed");
		n = obj_find(kit.s, &q, h, KIT_COUNT(h));
		CHECK(n >= last + 1 && n <= last + 2,
		    "round %d: %u acknowledged, %zu there", round, last + 1, n);
		for (size_t i = 0; i < n && i < KIT_COUNT(h); i++)
			NEED(kit.f->C_DestroyObject(kit.s, h[i]));
	}
}

/* ---- a quiet guest ---- */

static size_t
open_files(bool inherited)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	size_t n = 0;

	REQUIRE(d != NULL, "/proc/self/fd");
	while ((e = readdir(d)) != NULL) {
		int fd = (int)strtol(e->d_name, NULL, 10);

		if (fd < 3 || fd == dirfd(d))
			continue;
		n += !inherited || (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
	}
	(void)closedir(d);
	return n;
}

static void
host_untouched(const void *arg)
{
	size_t before = open_files(false), inherited = open_files(true);
	struct sigaction sa[32], now;
	struct stat st;
	char cwd[500];
	mode_t mask = umask(022);

	(void)arg;
	(void)umask(mask);
	REQUIRE(getcwd(cwd, sizeof(cwd)) != NULL, "getcwd");
	for (int i = 1; i < 32; i++)
		(void)sigaction(i, NULL, &sa[i]);
	kit_load();
	NEED(kit_initialize());
	kit_token();
	kit.s = kit_session(CKF_RW_SESSION);
	kit_login(kit.s, CKU_USER);
	sign_once(shared_key());
	CHECK(open_files(true) == inherited,
	    "%zu descriptors would be inherited over exec",
	    open_files(true) - inherited);
	for (int i = 1; i < 32; i++) {
		(void)sigaction(i, NULL, &now);
		CHECK(now.sa_handler == sa[i].sa_handler,
		    "the handler of signal %d was changed", i);
	}
	NEED(kit.f->C_Finalize(NULL));
	CHECK(open_files(false) <= before + 1, "%zu descriptors are left open",
	    open_files(false) - before);
	CHECK(umask(mask) == mask, "the umask was changed");
	CHECK(fstat(1, &st) != 0 || st.st_size == 0,
	    "the module wrote %lld bytes to the standard descriptors",
	    (long long)st.st_size);
}

static void
no_threads(const void *arg)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	int n = 0;

	(void)arg;
	REQUIRE(d != NULL, "/proc/self/task");
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	(void)closedir(d);
	CHECK(n == 1, "%d threads run", n);
}

static const struct kit_case cases[] = {
	{ "process/fork-child-starts-anew", "design 7", AT_USER, fork_one,
	    &forks[0], 0 },
	{ "process/fork-child-finalizes", "design 7", AT_USER, fork_one,
	    &forks[1], 0 },
	{ "process/fork-child-exits", "design 7", AT_USER, fork_one, &forks[2],
	    0 },
	{ "process/fork-child-uses-and-exits", "design 7", AT_USER, fork_one,
	    &forks[3], 0 },
	{ "process/fork-under-load", "design 7", AT_USER, fork_under_load, NULL,
	    120 },
	{ "process/fork-random", "design 7", AT_USER, fork_random, NULL, 0 },
	{ "process/reload", "design 7", AT_USER, reload, NULL, 0 },
	{ "process/8-at-once", "design 5", AT_STORE, at_once, &eight, 120 },
	{ "process/64-at-once", "design 5", AT_STORE, at_once, &sixty_four,
	    240 },
	{ "process/token-appears", "design 3", AT_INIT, token_appears, NULL,
	    0 },
	{ "process/changes-seen", "design 5", AT_USER, changes_seen, NULL, 0 },
	{ "process/pin-counter-shared", "design 4", AT_USER, pin_counter_shared,
	    NULL, 0 },
	{ "process/killed-writer", "design 5", AT_USER, killed_writer, NULL,
	    120 },
	{ "process/host-untouched", "design 1", AT_STORE, host_untouched, NULL,
	    0 },
	{ "process/no-threads", "design 1", AT_USER, no_threads, NULL, 0 },
};

void
process_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
	for (size_t i = 0; i < KIT_COUNT(ways); i++) {
		struct kit_case c = { NULL, "design 7", AT_STORE, leaving,
			&ways[i], 0 };

		kit_add_named(l, "process/leave", way_names[i], &c);
	}
}
