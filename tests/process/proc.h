/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of processes share.  They know the module by its file
 * (KLUIS_MODULE) and by the standard alone, link neither it nor libcrypto, and
 * load it where a case says so: not before.
 *
 * A case runs in a process of its own, the leader of a process group, with a
 * store of its own; the group is killed when it outlives the case's limit.
 * Whatever is wrong ends the process that saw it with status 1 and one line
 * on standard error: a child's end is its parent's business (good_end).
 *
 * Header only.  Output is TAP.
 */
#ifndef KLUIS_TESTS_PROC_H
#define KLUIS_TESTS_PROC_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pkcs11.h"

#define SO_PIN "so-pin-1234"
#define USER_PIN "user-pin"
#define TOKEN "process"
#define KEY "shared"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct proc_case {
	const char *name;
	void (*run)(const void *arg);
	const void *arg;
	unsigned limit;		/* seconds; 0 = 60 */
};

/* The module as this process has loaded it. */
struct proc {
	void *dl;
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE s;
};
static struct proc p;

/* How mod_load opens it. */
static int mod_flags = RTLD_NOW | RTLD_LOCAL;

/* Says what is wrong and ends this process. */
static inline void __attribute__((format(printf, 3, 4), noreturn))
proc_die(const char *file, int line, const char *fmt, ...)
{
	char text[1000];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	dprintf(2, "# %s:%d: %s\n", file, line, text);
	_exit(1);
}

/* Ends this process unless the condition holds. */
#define MUST(cond, ...)                                               \
	do {                                                          \
		if (!(cond))                                          \
			proc_die(__FILE__, __LINE__, __VA_ARGS__);    \
	} while (0)
/* Ends this process unless the call answers CKR_OK. */
#define OK(call)                                                      \
	do {                                                          \
		CK_RV rv_ = (call);                                   \
		MUST(rv_ == CKR_OK, "%s = 0x%lx", #call, rv_);        \
	} while (0)
/* Ends this process unless the call answers this code. */
#define GIVES(call, want)                                             \
	do {                                                          \
		CK_RV rv_ = (call);                                   \
		MUST(rv_ == (want), "%s = 0x%lx, expected %s", #call, rv_, \
		    #want);                                           \
	} while (0)

/* A number from the environment, so that a run can be longer. */
static inline unsigned
proc_count(const char *name, unsigned usual)
{
	const char *text = getenv(name);
	unsigned long n = text != NULL ? strtoul(text, NULL, 10) : 0;

	return n > 0 && n < 1000000 ? (unsigned)n : usual;
}

static inline void
proc_sleep_ms(unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		continue;
}

static inline uint64_t
proc_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ------------------------------------------------------------ the module */

static inline void
mod_load(void)
{
	const char *path = getenv("KLUIS_MODULE");
	CK_C_GetFunctionList get;

	MUST(path != NULL, "KLUIS_MODULE is not set");
	p.dl = dlopen(path, mod_flags);
	MUST(p.dl != NULL, "%s", dlerror());
	get = (CK_C_GetFunctionList)dlsym(p.dl, "C_GetFunctionList");
	MUST(get != NULL, "%s", dlerror());
	OK(get(&p.f));
}

static inline CK_RV
mod_init(void)
{
	CK_C_INITIALIZE_ARGS a = { .flags = CKF_OS_LOCKING_OK };

	return p.f->C_Initialize(&a);
}

static inline void
label_pad(CK_UTF8CHAR out[32], const char *text)
{
	memset(out, ' ', 32);
	memcpy(out, text, strlen(text));
}

/* The slots there are, as C_GetSlotList(NULL) shows them anew. */
static inline CK_ULONG
mod_slots(CK_SLOT_ID *out, CK_ULONG max)
{
	CK_ULONG n = 0;

	OK(p.f->C_GetSlotList(CK_TRUE, NULL, &n));
	MUST(n <= max, "%lu slots", n);
	n = max;
	OK(p.f->C_GetSlotList(CK_TRUE, out, &n));
	return n;
}

static inline bool
mod_find_token(const char *label, CK_SLOT_ID *out)
{
	CK_SLOT_ID all[64];
	CK_ULONG n = mod_slots(all, COUNT(all));
	CK_UTF8CHAR want[32];
	CK_TOKEN_INFO info;

	label_pad(want, label);
	for (CK_ULONG i = 0; i < n; i++) {
		if (p.f->C_GetTokenInfo(all[i], &info) == CKR_OK &&
		    (info.flags & CKF_TOKEN_INITIALIZED) != 0 &&
		    memcmp(info.label, want, 32) == 0) {
			*out = all[i];
			return true;
		}
	}
	return false;
}

static inline CK_SESSION_HANDLE
mod_session(CK_FLAGS flags)
{
	CK_SESSION_HANDLE s = 0;

	OK(p.f->C_OpenSession(p.slot, CKF_SERIAL_SESSION | flags, NULL, NULL,
	    &s));
	return s;
}

static inline CK_RV
mod_login(CK_SESSION_HANDLE s)
{
	return p.f->C_Login(s, CKU_USER, (CK_UTF8CHAR *)USER_PIN,
	    sizeof(USER_PIN) - 1);
}

/* From nothing to a session with the user in. */
static inline void
mod_open(void)
{
	OK(mod_init());
	MUST(mod_find_token(TOKEN, &p.slot), "the token is not listed");
	p.s = mod_session(CKF_RW_SESSION);
	OK(mod_login(p.s));
}

/* A token in the free slot, both PINs set, no session left open. */
static inline void
mod_token_new(const char *label)
{
	CK_UTF8CHAR text[32];
	CK_SLOT_ID all[64];
	CK_ULONG n = mod_slots(all, COUNT(all));
	CK_TOKEN_INFO info = { .flags = CKF_TOKEN_INITIALIZED };

	for (; n > 0 && (info.flags & CKF_TOKEN_INITIALIZED) != 0; n--) {
		p.slot = all[n - 1];
		OK(p.f->C_GetTokenInfo(p.slot, &info));
	}
	MUST((info.flags & CKF_TOKEN_INITIALIZED) == 0, "no free slot");
	label_pad(text, label);
	OK(p.f->C_InitToken(p.slot, (CK_UTF8CHAR *)SO_PIN, sizeof(SO_PIN) - 1,
	    text));
	p.s = mod_session(CKF_RW_SESSION);
	OK(p.f->C_Login(p.s, CKU_SO, (CK_UTF8CHAR *)SO_PIN,
	    sizeof(SO_PIN) - 1));
	OK(p.f->C_InitPIN(p.s, (CK_UTF8CHAR *)USER_PIN, sizeof(USER_PIN) - 1));
	OK(p.f->C_CloseSession(p.s));
}

/* An EC key pair on the token under the label KEY; quick to make and use. */
static inline CK_OBJECT_HANDLE
mod_key_new(void)
{
	CK_BYTE p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	CK_BBOOL yes = CK_TRUE;
	CK_MECHANISM m = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_ATTRIBUTE pub[] = { { CKA_EC_PARAMS, p256, sizeof(p256) },
		{ CKA_TOKEN, &yes, 1 }, { CKA_LABEL, KEY, sizeof(KEY) - 1 } };
	CK_ATTRIBUTE prv[] = { { CKA_TOKEN, &yes, 1 },
		{ CKA_PRIVATE, &yes, 1 }, { CKA_SIGN, &yes, 1 },
		{ CKA_LABEL, KEY, sizeof(KEY) - 1 } };
	CK_OBJECT_HANDLE a = 0, b = 0;

	OK(p.f->C_GenerateKeyPair(p.s, &m, pub, COUNT(pub), prv, COUNT(prv),
	    &a, &b));
	return b;
}

static inline CK_RV
mod_sign_rv(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM m = { CKM_ECDSA, NULL, 0 };
	CK_BYTE hash[32] = { 1, 2, 3 }, sig[64];
	CK_ULONG n = sizeof(sig);
	CK_RV rv = p.f->C_SignInit(s, &m, key);

	return rv == CKR_OK ? p.f->C_Sign(s, hash, 32, sig, &n) : rv;
}

static inline CK_RV
mod_find_rv(CK_SESSION_HANDLE s, CK_ATTRIBUTE *t, CK_ULONG nt,
    CK_OBJECT_HANDLE *out, CK_ULONG *n)
{
	CK_ULONG max = *n;
	CK_RV rv = p.f->C_FindObjectsInit(s, t, nt), end;

	if (rv != CKR_OK)
		return rv;
	rv = p.f->C_FindObjects(s, out, max, n);
	end = p.f->C_FindObjectsFinal(s);
	return rv == CKR_OK ? end : rv;
}

static inline CK_OBJECT_HANDLE
mod_key_find(CK_SESSION_HANDLE s)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_LABEL, KEY, sizeof(KEY) - 1 } };
	CK_OBJECT_HANDLE h[2];
	CK_ULONG n = 2;

	OK(mod_find_rv(s, t, COUNT(t), h, &n));
	MUST(n == 1, "%lu keys are found", n);
	return h[0];
}

/* A data object with a label and a value, on the token when asked. */
static inline CK_RV
mod_data_new(CK_SESSION_HANDLE s, const char *label, const char *value,
    bool token, CK_OBJECT_HANDLE *out)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_BBOOL yes = CK_TRUE, on = token ? CK_TRUE : CK_FALSE;
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_TOKEN, &on, 1 }, { CKA_PRIVATE, &yes, 1 },
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		{ CKA_VALUE, (void *)(uintptr_t)value, strlen(value) } };

	return p.f->C_CreateObject(s, t, COUNT(t), out);
}

static inline CK_ULONG
mod_count(CK_SESSION_HANDLE s, const char *label)
{
	CK_ATTRIBUTE t[] = { { CKA_LABEL, (void *)(uintptr_t)label,
		strlen(label) } };
	CK_OBJECT_HANDLE h[8];
	CK_ULONG n = COUNT(h);

	OK(mod_find_rv(s, t, 1, h, &n));
	return n;
}

/* ----------------------------------------------------------- processes */

/* A child that runs work(arg) and then ends by _exit(0). */
static inline pid_t
proc_start(void (*work)(const void *), const void *arg)
{
	pid_t pid = fork();

	MUST(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0) {
		work(arg);
		_exit(0);
	}
	return pid;
}

static inline int
proc_wait(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) != pid)
		MUST(errno == EINTR, "waitpid: %s", strerror(errno));
	return status;
}

/* Says how a child ended; false unless it was exit status 0. */
static inline bool
proc_good(int status, const char *what)
{
	if (status == 0)
		return true;
	dprintf(2, "# %s: %s %d\n", what,
	    WIFSIGNALED(status) ? "signal" : "exit status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return false;
}

static inline void
good_end(pid_t pid, const char *what)
{
	MUST(proc_good(proc_wait(pid), what), "%s ended badly", what);
}

/* Waits for so long; kills it and answers -1 when it still runs. */
static inline int
proc_wait_ms(pid_t pid, unsigned ms)
{
	uint64_t end = proc_now_ms() + ms;
	int status = -1;

	do {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		proc_sleep_ms(2);
	} while (proc_now_ms() < end);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return -1;
}

static inline void
make_token(const void *arg)
{
	mod_load();
	OK(mod_init());
	mod_token_new(arg != NULL ? arg : TOKEN);
	p.s = mod_session(CKF_RW_SESSION);
	OK(mod_login(p.s));
	(void)mod_key_new();
	OK(p.f->C_Finalize(NULL));
}

/* The case's token with a key, made by a process that is gone afterwards. */
static inline void
proc_token(void)
{
	good_end(proc_start(make_token, NULL), "making the token");
}

/* ------------------------------------------------------------- the cases */

static inline int
proc_remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static inline void
proc_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text),
	    "%s: %s", path, strerror(errno));
	(void)close(fd);
}

/* A store with cheap PINs, named by the environment; errors go to its log. */
static inline void
proc_store(const char *folder)
{
	char path[600], text[620];

	(void)snprintf(path, sizeof(path), "%s/kluis-test-store", folder);
	proc_write(path, "");
	(void)snprintf(path, sizeof(path), "%s/kluis.conf", folder);
	proc_write(path, "pin-cost = test\n");
	(void)setenv("KLUIS_CONF", path, 1);
	(void)setenv("KLUIS_STORE", folder, 1);
	(void)snprintf(text, sizeof(text), "error:file:%s/log", folder);
	(void)setenv("KLUIS_LOG", text, 1);
}

static inline void
proc_show_log(const char *folder)
{
	char path[600], line[400];
	FILE *f;
	int n = 0;

	(void)snprintf(path, sizeof(path), "%s/log", folder);
	f = fopen(path, "re");
	while (f != NULL && n++ < 12 && fgets(line, sizeof(line), f) != NULL)
		dprintf(2, "# log: %s", line);
	if (f != NULL)
		(void)fclose(f);
}

/* Runs one case in its own process group; true when it ended well. */
static inline bool
proc_case_run(const struct proc_case *c)
{
	static const struct rlimit no_core = { 0, 0 };
	const char *base = getenv("TMPDIR");
	char folder[400];
	int status;
	pid_t pid;

	(void)snprintf(folder, sizeof(folder), "%s/kluis-proc.XXXXXX",
	    base != NULL ? base : "/tmp");
	MUST(mkdtemp(folder) != NULL, "%s: %s", folder, strerror(errno));
	pid = fork();
	MUST(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0) {
		(void)setpgid(0, 0);
		(void)setrlimit(RLIMIT_CORE, &no_core);
		proc_store(folder);
		c->run(c->arg);
		_exit(0);
	}
	(void)setpgid(pid, pid);
	status = proc_wait_ms(pid, (c->limit != 0 ? c->limit : 60) * 1000);
	(void)kill(-pid, SIGKILL);	/* what it left running */
	if (status == -1)
		dprintf(2, "# %s: hangs\n", c->name);
	else
		(void)proc_good(status, c->name);
	if (status != 0)
		proc_show_log(folder);
	(void)nftw(folder, proc_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return status == 0;
}

/* All cases, or those whose names begin with argv[1]. */
static inline int
proc_main(int argc, char **argv, const struct proc_case *cases, size_t n)
{
	size_t bad = 0, done = 0;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < n; i++) {
		bool good;

		if (argc > 1 && strncmp(cases[i].name, argv[1],
		    strlen(argv[1])) != 0)
			continue;
		good = proc_case_run(&cases[i]);
		printf("%sok %zu - %s\n", good ? "" : "not ", ++done,
		    cases[i].name);
		bad += good ? 0 : 1;
	}
	printf("1..%zu\n", done);
	return bad == 0 ? 0 : 1;
}

#endif
