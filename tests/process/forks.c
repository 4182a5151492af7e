/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fork: whatever the parent was doing, the child starts uninitialised, works
 * after C_Initialize, ends as it likes, and the parent notices nothing
 * (design 7).  KLUIS_TEST_FORKS (60) is the number of forks per busy case.
 */
#include "process/proc.h"

#include <spawn.h>
#include <stdatomic.h>

extern char **environ;

/* How a child ends. */
enum ending { END_EXIT, END_QUICK, END_FINALIZE, END_KILLED, ENDINGS };

static void __attribute__((noreturn))
end_as(unsigned how)
{
	if (how == END_QUICK)
		_exit(0);
	if (how == END_FINALIZE)
		OK(p.f->C_Finalize(NULL));
	if (how == END_KILLED)
		(void)kill(getpid(), SIGKILL);
	exit(0);
}

static void
ended_as(pid_t pid, unsigned how)
{
	int status = proc_wait(pid);

	if (how == END_KILLED && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGKILL)
		return;
	MUST(proc_good(status, "a child"), "a child that ends by way %u", how);
}

/* Nothing of the parent's is to be had before C_Initialize. */
static void
must_be_off(void)
{
	CK_SESSION_INFO info;
	CK_BYTE random[8];
	CK_ULONG n = 0;

	GIVES(p.f->C_GetSlotList(CK_FALSE, NULL, &n),
	    CKR_CRYPTOKI_NOT_INITIALIZED);
	GIVES(p.f->C_GetSessionInfo(p.s, &info), CKR_CRYPTOKI_NOT_INITIALIZED);
	GIVES(p.f->C_GenerateRandom(p.s, random, sizeof(random)),
	    CKR_CRYPTOKI_NOT_INITIALIZED);
	GIVES(p.f->C_CloseSession(p.s), CKR_CRYPTOKI_NOT_INITIALIZED);
	GIVES(p.f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

/* A whole life: open, write, find, sign, remove. */
static void
live(const char *label)
{
	CK_OBJECT_HANDLE h = 0;

	mod_open();
	OK(mod_sign_rv(p.s, mod_key_find(p.s)));
	OK(mod_data_new(p.s, label, "value", true, &h));
	MUST(mod_count(p.s, label) == 1, "%s is not found", label);
	OK(p.f->C_DestroyObject(p.s, h));
}

static void
child_life(void)
{
	char label[40];

	(void)snprintf(label, sizeof(label), "child %ld", (long)getpid());
	live(label);
}

/* ------------------------------------------------- one thread, one fork */

static void
before_init(const void *arg)
{
	proc_token();
	mod_load();
	for (unsigned how = 0; how < ENDINGS; how++) {
		pid_t pid = fork();

		MUST(pid >= 0, "fork");
		if (pid == 0) {
			must_be_off();
			child_life();
			end_as(how);
		}
		ended_as(pid, how);
	}
	(void)arg;
	child_life();
}

/* A parent in the middle of everything an application can be in. */
struct middle {
	CK_OBJECT_HANDLE key, session_object;
	CK_SESSION_HANDLE searching;
};

static void
middle_enter(struct middle *m)
{
	CK_MECHANISM digest = { CKM_SHA256, NULL, 0 };
	CK_ATTRIBUTE label[] = { { CKA_LABEL, KEY, sizeof(KEY) - 1 } };

	mod_load();
	mod_open();
	m->key = mod_key_find(p.s);
	m->searching = mod_session(0);
	OK(mod_data_new(p.s, "session", "value", false, &m->session_object));
	OK(p.f->C_FindObjectsInit(m->searching, label, 1));
	OK(p.f->C_DigestInit(p.s, &digest));
	OK(p.f->C_DigestUpdate(p.s, (CK_BYTE *)"ab", 2));
}

/* Everything goes on where it was. */
static void
middle_leave(const struct middle *m)
{
	static const CK_BYTE abc[] = { 0xba, 0x78, 0x16, 0xbf };
	CK_SESSION_INFO info;
	CK_OBJECT_HANDLE h[8];
	CK_BYTE out[32];
	CK_ULONG n = sizeof(out), size = 0;

	OK(p.f->C_GetSessionInfo(p.s, &info));
	MUST(info.state == CKS_RW_USER_FUNCTIONS, "state %lu", info.state);
	OK(p.f->C_DigestUpdate(p.s, (CK_BYTE *)"c", 1));
	OK(p.f->C_DigestFinal(p.s, out, &n));
	MUST(memcmp(out, abc, sizeof(abc)) == 0, "the digest is wrong");
	OK(p.f->C_FindObjects(m->searching, h, COUNT(h), &n));
	MUST(n == 2, "the search has %lu objects", n);
	OK(p.f->C_FindObjectsFinal(m->searching));
	OK(p.f->C_GetObjectSize(p.s, m->session_object, &size));
	OK(mod_sign_rv(p.s, m->key));
	MUST(mod_count(p.s, "session") == 1, "the session object is gone");
	OK(p.f->C_CloseSession(m->searching));
}

static void
after_init(const void *arg)
{
	unsigned how = *(const unsigned *)arg;
	struct middle m;

	proc_token();
	for (int i = 0; i < 3; i++) {
		pid_t pid;

		middle_enter(&m);
		pid = fork();
		MUST(pid >= 0, "fork");
		if (pid == 0) {
			must_be_off();
			child_life();
			MUST(mod_count(p.s, "session") == 0,
			    "the parent's session object is here");
			end_as(how);
		}
		ended_as(pid, how);
		middle_leave(&m);
		OK(p.f->C_Finalize(NULL));
	}
}

/* A child that never asks the module anything, and ends. */
static void
silent_child(const void *arg)
{
	struct middle m;

	(void)arg;
	proc_token();
	middle_enter(&m);
	for (unsigned how = 0; how < ENDINGS; how++) {
		pid_t pid = fork();

		MUST(pid >= 0, "fork");
		if (pid == 0) {
			if (how == END_FINALIZE)
				GIVES(p.f->C_Finalize(NULL),
				    CKR_CRYPTOKI_NOT_INITIALIZED);
			end_as(how == END_FINALIZE ? END_EXIT : how);
		}
		ended_as(pid, how);
	}
	middle_leave(&m);
}

static void
grandchildren(const void *arg)
{
	struct middle m;
	pid_t pid;

	(void)arg;
	proc_token();
	middle_enter(&m);
	pid = fork();
	MUST(pid >= 0, "fork");
	if (pid == 0) {
		/* of a child that has not begun, and of one that has */
		for (int i = 0; i < 2; i++) {
			pid_t grand = fork();

			MUST(grand >= 0, "fork");
			if (grand == 0) {
				must_be_off();
				child_life();
				end_as(END_EXIT);
			}
			ended_as(grand, END_EXIT);
			if (i == 0)
				child_life();
		}
		OK(mod_sign_rv(p.s, mod_key_find(p.s)));
		end_as(END_FINALIZE);
	}
	ended_as(pid, END_FINALIZE);
	middle_leave(&m);
}

/* A chain: each is the child of the one before, which has ended. */
static void
daemons(const void *arg)
{
	int fd[2];
	char byte;

	(void)arg;
	proc_token();
	MUST(pipe(fd) == 0, "pipe");
	mod_load();
	mod_open();
	for (int i = 0; i < 6; i++) {
		pid_t pid = fork();

		MUST(pid >= 0, "fork");
		if (pid > 0 && i == 0) {
			(void)close(fd[1]);
			MUST(read(fd[0], &byte, 1) == 1,
			    "the last of the chain did not come to its end");
			_exit(0);
		}
		if (pid > 0)
			end_as((unsigned)i % 3);
		must_be_off();
		child_life();
	}
	MUST(write(fd[1], "x", 1) == 1, "pipe");
}

static void
third(const void *arg)
{
	(void)arg;
	mod_load();
	child_life();
	OK(p.f->C_Finalize(NULL));
}

/* The parent gives up and goes; its child and a newcomer go on. */
static void
parent_leaves(const void *arg)
{
	struct middle m;
	int to_child[2], to_us[2];
	char byte;
	pid_t pid;

	proc_token();
	MUST(pipe(to_child) == 0 && pipe(to_us) == 0, "pipe");
	pid = fork();
	MUST(pid >= 0, "fork");
	if (pid == 0) {
		middle_enter(&m);
		if (fork() == 0) {
			child_life();
			MUST(write(to_us[1], "a", 1) == 1, "pipe");
			MUST(read(to_child[0], &byte, 1) == 1, "pipe");
			for (int i = 0; i < 20; i++)
				OK(mod_sign_rv(p.s, mod_key_find(p.s)));
			OK(p.f->C_Finalize(NULL));
			child_life();
			MUST(write(to_us[1], "b", 1) == 1, "pipe");
			exit(0);
		}
		proc_sleep_ms(20);
		end_as(END_FINALIZE);
	}
	(void)close(to_us[1]);
	ended_as(pid, END_FINALIZE);
	MUST(read(to_us[0], &byte, 1) == 1, "the child did not start");
	good_end(proc_start(third, NULL), "a third process");
	MUST(write(to_child[1], "x", 1) == 1, "pipe");
	good_end(proc_start(third, NULL), "a third process");
	MUST(read(to_us[0], &byte, 1) == 1, "the child did not go on");
	good_end(proc_start(third, NULL), "a third process");
	(void)arg;
}

/* What the child's end must not take away: the locks on the parent's files. */
static void
locks_kept(const void *arg)
{
	struct middle m;

	(void)arg;
	proc_token();
	middle_enter(&m);
	for (int i = 0; i < 10; i++) {
		CK_OBJECT_HANDLE h = 0;
		char label[40];
		pid_t pid = fork();

		MUST(pid >= 0, "fork");
		if (pid == 0) {
			child_life();
			end_as((unsigned)i % ENDINGS);
		}
		ended_as(pid, (unsigned)i % ENDINGS);
		good_end(proc_start(third, NULL), "a third process");
		(void)snprintf(label, sizeof(label), "parent %d", i);
		OK(mod_data_new(p.s, label, "value", true, &h));
	}
	for (int i = 0; i < 10; i++) {
		char label[40];

		(void)snprintf(label, sizeof(label), "parent %d", i);
		MUST(mod_count(p.s, label) == 1, "%s is lost", label);
	}
}

/* ---------------------------------------------------- forks while busy */

static atomic_int stop;
static atomic_ulong turns[8];

/* No turn of a thread may fail, whatever is forked meanwhile. */
static void *
busy_thread(void *arg)
{
	unsigned id = *(unsigned *)arg;
	CK_SESSION_HANDLE s = mod_session(CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = mod_key_find(s);
	CK_BYTE random[16];
	char label[40];

	(void)snprintf(label, sizeof(label), "thread %u", id);
	while (atomic_load(&stop) == 0) {
		CK_OBJECT_HANDLE h = 0;
		CK_SESSION_HANDLE other;

		OK(mod_sign_rv(s, key));
		OK(p.f->C_GenerateRandom(s, random, sizeof(random)));
		OK(mod_data_new(s, label, "value", id % 2 == 0, &h));
		MUST(mod_count(s, label) == 1, "%s is not found", label);
		OK(p.f->C_DestroyObject(s, h));
		other = mod_session(0);
		OK(p.f->C_CloseSession(other));
		atomic_fetch_add(&turns[id], 1);
	}
	return NULL;
}

static void
busy_start(pthread_t *thread, unsigned *ids, unsigned n,
    void *(*work)(void *))
{
	for (unsigned i = 0; i < n; i++) {
		ids[i] = i;
		MUST(pthread_create(&thread[i], NULL, work, &ids[i]) == 0,
		    "no thread");
	}
}

static void
busy_stop(pthread_t *thread, unsigned n)
{
	atomic_store(&stop, 1);
	for (unsigned i = 0; i < n; i++)
		MUST(pthread_join(thread[i], NULL) == 0, "no end");
}

/* One fork of a busy parent; a child that hangs is a failure by itself. */
static void
fork_busy(unsigned how)
{
	pid_t pid = fork();
	int status;

	MUST(pid >= 0, "fork");
	if (pid == 0) {
		must_be_off();
		child_life();
		end_as(how);
	}
	status = proc_wait_ms(pid, 30000);
	MUST(status != -1, "a child of a busy parent hangs");
	MUST(status == 0 || (how == END_KILLED && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGKILL), "a child of a busy parent: 0x%x",
	    (unsigned)status);
}

static void
while_busy(const void *arg)
{
	unsigned n = proc_count("KLUIS_TEST_FORKS", *(const unsigned *)arg);
	pthread_t thread[4];
	unsigned ids[4];

	proc_token();
	mod_load();
	mod_open();
	busy_start(thread, ids, COUNT(thread), busy_thread);
	for (unsigned i = 0; i < n; i++)
		fork_busy(i % ENDINGS);
	busy_stop(thread, COUNT(thread));
	for (size_t i = 0; i < COUNT(thread); i++)
		MUST(atomic_load(&turns[i]) > 0, "a thread stood still");
	OK(mod_sign_rv(p.s, mod_key_find(p.s)));
	OK(p.f->C_Finalize(NULL));
}

/* C_Initialize and C_Finalize in one thread, forks in another. */
static void *
restart_thread(void *arg)
{
	CK_SLOT_ID slot;

	while (atomic_load(&stop) == 0) {
		OK(mod_init());
		MUST(mod_find_token(TOKEN, &slot), "no token");
		OK(p.f->C_Finalize(NULL));
		atomic_fetch_add(&turns[*(unsigned *)arg], 1);
	}
	return NULL;
}

static void
while_starting(const void *arg)
{
	unsigned n = proc_count("KLUIS_TEST_FORKS", *(const unsigned *)arg);
	pthread_t thread;
	unsigned id;

	proc_token();
	mod_load();
	busy_start(&thread, &id, 1, restart_thread);
	for (unsigned i = 0; i < n; i++)
		fork_busy(i % ENDINGS);
	busy_stop(&thread, 1);
	child_life();
}

/* Another program is started from a busy process: nothing leaks into it. */
static void
spawning(const void *arg)
{
	char *const command[] = { (char *)(uintptr_t)"sh",
		(char *)(uintptr_t)"-c", (char *)(uintptr_t)
		"ls -l /proc/self/fd | grep -F \"$KLUIS_STORE\" && exit 1; :",
		NULL };
	pthread_t thread[3];
	unsigned ids[3];

	(void)arg;
	proc_token();
	mod_load();
	mod_open();
	busy_start(thread, ids, COUNT(thread), busy_thread);
	for (int i = 0; i < 20; i++) {
		pid_t pid = -1;

		MUST(posix_spawnp(&pid, "sh", NULL, NULL, command, environ) ==
		    0, "no sh");
		good_end(pid, "a program that looks for our files");
	}
	busy_stop(thread, COUNT(thread));
}

/* ------------------------------------------------------------- the rest */

/* Parent and children never draw the same random bytes. */
static void
random_bytes(const void *arg)
{
	enum { CHILDREN = 4 };
	CK_BYTE got[CHILDREN + 2][32];
	int fd[2];

	(void)arg;
	proc_token();
	mod_load();
	mod_open();
	OK(p.f->C_GenerateRandom(p.s, got[CHILDREN], 32));
	for (int i = 0; i < CHILDREN; i++) {
		MUST(pipe(fd) == 0, "pipe");
		if (fork() == 0) {
			mod_open();
			OK(p.f->C_GenerateRandom(p.s, got[0], 32));
			_exit(write(fd[1], got[0], 32) == 32 ? 0 : 1);
		}
		(void)close(fd[1]);
		MUST(read(fd[0], got[i], 32) == 32, "a child gave no bytes");
		(void)close(fd[0]);
	}
	OK(p.f->C_GenerateRandom(p.s, got[CHILDREN + 1], 32));
	for (int i = 0; i < CHILDREN + 2; i++)
		for (int j = 0; j < i; j++)
			MUST(memcmp(got[i], got[j], 32) != 0,
			    "%d and %d drew the same", i, j);
}

/*
 * A host that closes every descriptor and opens files of its own, which then
 * have the numbers of ours: they are not written to.
 */
static void
descriptors_closed(const void *arg)
{
	bool forked = *(const unsigned *)arg != 0;
	const char *store = getenv("KLUIS_STORE");
	CK_OBJECT_HANDLE h = 0;
	char path[600];
	pid_t pid;

	proc_token();
	mod_load();
	mod_open();
	OK(mod_data_new(p.s, "first", "value", true, &h));
	if (forked && (pid = fork()) != 0)
		_exit(proc_wait(pid) == 0 ? 0 : 1);
	for (int fd = 3; fd < 256; fd++)
		(void)close(fd);
	for (int i = 0; i < 40; i++) {
		(void)snprintf(path, sizeof(path), "%s/own.%d", store, i);
		MUST(open(path, O_RDWR | O_CREAT, 0600) >= 0, "%s", path);
	}
	if (forked)
		child_life();
	/* Else any answer will do. */
	(void)mod_data_new(p.s, "second", "value", true, &h);
	(void)mod_sign_rv(p.s, h);
	(void)p.f->C_Finalize(NULL);
	for (int fd = 3; fd < 43; fd++) {
		struct stat st;

		MUST(fstat(fd, &st) != 0 || st.st_size == 0,
		    "%lld bytes were written to a file of the host",
		    (long long)st.st_size);
		MUST(!forked || fcntl(fd, F_GETFD) != -1,
		    "a file of the host was closed");
	}
	good_end(proc_start(third, NULL), "a third process");
}

static const unsigned numbers[] = { 0, 1, 2, 3 }, sixty = 60;

int
main(int argc, char **argv)
{
	static const struct proc_case cases[] = {
		{ "fork before C_Initialize", before_init, NULL, 0 },
		{ "fork after it, child exits", after_init, &numbers[0], 0 },
		{ "fork after it, child _exits", after_init, &numbers[1], 0 },
		{ "fork after it, child finalizes", after_init, &numbers[2], 0 },
		{ "fork after it, child is killed", after_init, &numbers[3], 0 },
		{ "fork, child ends in silence", silent_child, NULL, 0 },
		{ "fork, grandchildren", grandchildren, NULL, 0 },
		{ "fork, a chain of daemons", daemons, NULL, 0 },
		{ "fork, parent leaves, child goes on", parent_leaves, NULL, 0 },
		{ "fork, parent's locks stay", locks_kept, NULL, 0 },
		{ "fork, threads busy", while_busy, &sixty, 120 },
		{ "fork, thread starts and stops", while_starting, &sixty, 120 },
		{ "fork, programs started, threads busy", spawning, NULL, 0 },
		{ "fork, random bytes differ", random_bytes, NULL, 0 },
		{ "descriptors closed by the host", descriptors_closed,
		    &numbers[0], 0 },
		{ "descriptors closed by a child", descriptors_closed,
		    &numbers[1], 0 },
	};

	return proc_main(argc, argv, cases, COUNT(cases));
}
