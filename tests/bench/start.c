/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole process from before its fork to its first signature, and what it
 * holds in memory then: with the module, and with libcrypto alone.
 *
 * The child reports through its standard output as a struct start_report, in
 * bytes; parent and child are the same program. The PIN travels in the
 * environment, for arguments can be read by everybody.
 */
#include "bench.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/x509.h>

#define DER_MAX	4096
#define HASH_LEN	32

extern char **environ;

/* The value of one line of /proc/self/status, in KiB; 0 without it. */
static long
start_status(const char *field)
{
	char line[256];
	size_t len = strlen(field);
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");

	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, field, len) == 0)
			kib = strtol(line + len, NULL, 10);
	fclose(f);
	return kib;
}

/* The module's child: everything up to one signature. */
static bool
start_first(struct bench *b, struct start_report *out)
{
	CK_MECHANISM mech = { CKM_ECDSA, NULL, 0 };
	CK_BYTE hash[HASH_LEN] = { 1 };
	CK_BYTE sig[256];
	CK_ULONG len = sizeof(sig);
	CK_OBJECT_HANDLE key;
	uint64_t before;
	CK_RV rv;

	if (!target_load(b, out->why) || !target_open(b, out->why))
		return false;
	before = meas_now();
	if (!target_login(b, out->why))
		return false;
	out->login_ns = meas_now() - before;
	if (!target_find(b, CKO_PRIVATE_KEY, SIGN_LABEL, &key, out->why))
		return false;
	if (key == CK_INVALID_HANDLE)
		return target_fail(out->why, "key not found", CKR_OK);
	if ((rv = b->p11->C_SignInit(b->session, &mech, key)) != CKR_OK)
		return target_fail(out->why, "C_SignInit", rv);
	rv = b->p11->C_Sign(b->session, hash, sizeof(hash), sig, &len);
	if (rv != CKR_OK)
		return target_fail(out->why, "C_Sign", rv);
	out->end_ns = meas_now();
	return true;
}

/* The bare child: the key from a file, one signature. */
static bool
start_bare(const char *keyfile, struct start_report *out)
{
	unsigned char der[DER_MAX];
	unsigned char hash[HASH_LEN] = { 1 };
	unsigned char sig[256];
	const unsigned char *at = der;
	size_t len = sizeof(sig);
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
	EVP_PKEY *key;
	EVP_PKEY_CTX *ctx;
	FILE *f = fopen(keyfile, "rb");
	size_t got;
	bool ok;

	snprintf(out->why, sizeof(out->why), "bare: no signature");
	if (f == NULL)
		return false;
	got = fread(der, 1, sizeof(der), f);
	fclose(f);
	key = d2i_AutoPrivateKey_ex(NULL, &at, (long)got, lib, NULL);
	ctx = EVP_PKEY_CTX_new_from_pkey(lib, key, NULL);
	ok = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
		EVP_PKEY_sign(ctx, sig, &len, hash, sizeof(hash)) == 1;
	out->end_ns = meas_now();
	/* Memory is read before anything is freed. */
	out->rss_kib = start_status("VmRSS:");
	out->peak_kib = start_status("VmHWM:");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	OSSL_LIB_CTX_free(lib);
	if (ok)
		out->why[0] = '\0';
	return ok;
}

bool
start_from_args(struct bench *b, char **argv)
{
	const char *pin = getenv("BENCH_PIN");

	b->path = argv[0];
	b->own_slot = strcmp(argv[1], "-") != 0;
	b->slot_given = strtoul(argv[1], NULL, 0);
	snprintf(b->label, sizeof(b->label), "%s", argv[2]);
	snprintf(b->pin, sizeof(b->pin), "%s", pin == NULL ? "" : pin);
	return pin != NULL;
}

int
start_child(int argc, char **argv)
{
	struct start_report rep = { 0 };
	struct bench b = { 0 };

	if (argc == 2 && strcmp(argv[0], "bare") == 0) {
		(void)start_bare(argv[1], &rep);	/* rep.why tells */
	} else if (argc == 4 && strcmp(argv[0], "first") == 0 &&
		   start_from_args(&b, argv + 1)) {
		if (start_first(&b, &rep)) {
			rep.rss_kib = start_status("VmRSS:");
			rep.peak_kib = start_status("VmHWM:");
		}
	} else {
		return 2;
	}
	if (fwrite(&rep, sizeof(rep), 1, stdout) != 1 || fflush(stdout) != 0)
		return 2;
	target_close(&b);
	return 0;
}

bool
start_spawn(const char *file, char **argv, int *out_fd, pid_t *out_pid)
{
	posix_spawn_file_actions_t act;
	int fd[2];
	int rc;

	if (pipe(fd) != 0)
		return false;
	posix_spawn_file_actions_init(&act);
	posix_spawn_file_actions_adddup2(&act, fd[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&act, fd[0]);
	posix_spawn_file_actions_addclose(&act, fd[1]);
	rc = posix_spawnp(out_pid, file, &act, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&act);
	close(fd[1]);
	if (rc != 0) {
		close(fd[0]);
		errno = rc;
		return false;
	}
	*out_fd = fd[0];
	return true;
}

int
start_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

void
start_slot_arg(const struct bench *b, char *out, size_t size)
{
	if (b->own_slot)
		snprintf(out, size, "%lu", b->slot_given);
	else
		snprintf(out, size, "-");
}

bool
start_run(struct bench *b, const char *keyfile, struct start_report *out,
	  uint64_t *total_ns, char *why)
{
	char exe[] = "/proc/self/exe";
	char slot[32];
	char *first[] = { exe, (char[]){ "--child" }, (char[]){ "first" },
		(char *)(uintptr_t)b->path, slot, b->label, NULL };
	char *bare[] = { exe, (char[]){ "--child" }, (char[]){ "bare" },
		(char *)(uintptr_t)keyfile, NULL };
	uint64_t before;
	ssize_t got;
	pid_t pid;
	int fd;

	start_slot_arg(b, slot, sizeof(slot));
	before = meas_now();
	if (!start_spawn(exe, keyfile == NULL ? first : bare, &fd, &pid)) {
		snprintf(why, NOTE_MAX_LEN, "spawn: %s", strerror(errno));
		return false;
	}
	got = read(fd, out, sizeof(*out));
	close(fd);
	if (start_wait(pid) != 0 || got != (ssize_t)sizeof(*out)) {
		snprintf(why, NOTE_MAX_LEN, "the started process failed");
		return false;
	}
	if (out->why[0] != '\0') {
		memcpy(why, out->why, NOTE_MAX_LEN);
		return false;
	}
	*total_ns = out->end_ns - before;
	return true;
}
