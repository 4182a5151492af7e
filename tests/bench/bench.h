/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmark: a PKCS#11 module given by path beside bare libcrypto.
 *
 * Who calls whom:
 *
 *	main -> plan (what to measure)            -> report (table, JSON)
 *	     -> proc (one child per module and group of rows)
 *	          -> group_ops | group_create | group_store | group_trace
 *	               -> target (a fresh token), op (module and bare loops),
 *	                  meas (interleaved rounds)
 *
 * Invariants:
 *  1. The first process never loads a module and never calls libcrypto, so
 *     that each child starts from the same state.
 *  2. A module's rounds and the bare rounds they are compared with run in one
 *     process, in turn, on the same threads.
 *  3. Every row of the plan is reported exactly once, in the plan's order;
 *     what could not be measured says why.
 */
#ifndef KLUIS_TESTS_BENCH_H
#define KLUIS_TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <openssl/evp.h>

#include "pkcs11.h"

#define LIST_MAX	8	/* values in --objects and --threads */
#define MODULES_MAX	8
#define THREADS_MAX	64
#define ROUNDS_MAX	101
#define NAME_MAX_LEN	40	/* a row's name with its NUL */
#define NOTE_MAX_LEN	120	/* a row's note with its NUL */
#define PATH_MAX_LEN	512
#define PIN_MAX_LEN	64
#define SIGN_LABEL	"bench-first"	/* the key of the start rows */

struct options {
	const char *module[MODULES_MAX];
	size_t modules;
	const char *only;		/* NULL: every row */
	const char *dir;		/* where temporary stores go */
	const char *json;		/* NULL: no JSON */
	const char *pin;		/* of an existing token */
	unsigned long slot;		/* of an existing token */
	bool has_slot;
	bool list;
	bool check;
	unsigned rounds;
	unsigned time_ms;		/* one side of one round */
	unsigned fill_s;		/* longest time to create objects */
	unsigned long objects[LIST_MAX];
	size_t objects_len;
	unsigned long threads[LIST_MAX];
	size_t threads_len;
};

/* ---- plan.c: the rows and their limits ---- */

enum group { GROUP_OPS, GROUP_CREATE, GROUP_STORE, GROUP_TRACE, GROUP_COUNT };

enum row_kind {
	ROW_OP,			/* op, threads */
	ROW_CREATE,		/* op */
	ROW_FSYNC,
	ROW_FIND_LABEL,		/* count */
	ROW_FIND_ID,		/* count */
	ROW_FIRST,		/* count */
	ROW_LOGIN,		/* count */
	ROW_MEMORY,		/* count */
	ROW_GROWTH,		/* of: largest count over smallest */
	ROW_TRACE,		/* op */
};

enum unit { UNIT_RATE, UNIT_US, UNIT_MS, UNIT_MIB, UNIT_CALLS, UNIT_TIMES };

enum limit_kind {
	LIMIT_NONE,
	LIMIT_RATIO_MIN,	/* median ratio at least */
	LIMIT_MIN,		/* module's figure at least */
	LIMIT_MAX,		/* module's figure below */
	LIMIT_EXCESS,		/* module's figure at most bare's plus value */
};

struct limit {
	enum limit_kind kind;
	double value;
};

struct row {
	char name[NAME_MAX_LEN];
	enum group group;
	enum row_kind kind;
	enum row_kind of;	/* ROW_GROWTH: the rows compared */
	enum unit unit;
	size_t op;		/* index for op_get() */
	unsigned threads;
	unsigned long count;	/* objects in the token */
	struct limit limit;
};

enum verdict {
	VERDICT_ABSENT,		/* nobody reported yet */
	VERDICT_NONE,		/* no limit applies */
	VERDICT_OK,
	VERDICT_MISS,
	VERDICT_SKIP,		/* cannot be measured here; note says why */
	VERDICT_ERROR,		/* failed; note says why */
};

/* Figures are NAN where there is none. */
struct figures {
	double module;
	double bare;
	double ratio;		/* median of the rounds' ratios */
	double ratio_lo;	/* first and third quartile of them */
	double ratio_hi;
};

/* Plain bytes: it travels through a pipe from child to parent. */
struct result {
	size_t row;
	struct figures fig;
	enum verdict verdict;
	char note[NOTE_MAX_LEN];
};

struct plan {
	struct row *row;
	size_t len;
};

/*
 * Makes the list of rows that the options ask for, in the order of the table.
 * Stops the program when memory is short; the plan lives until the end.
 */
void plan_make(const struct options *opt, struct plan *out);

/* Says whether any row of the plan belongs to the group. */
bool plan_has_group(const struct plan *plan, enum group group);

/* Writes the limit as text ("", ">= 0.97", "< 10 ms", ...) to out. */
void plan_limit_text(const struct row *row, char *out, size_t size);

/*
 * Sets the verdict OK or MISS (or NONE where the row has no limit) from the
 * figures. Leaves a verdict that is already set alone.
 */
void plan_judge(const struct row *row, struct result *res);

/* ---- target.c: a module, its library and its token ---- */

struct bench {
	const struct options *opt;
	const struct plan *plan;
	const char *path;		/* the module */
	char dir[PATH_MAX_LEN];		/* this child's own directory */
	bool fresh;			/* the token is ours and new */
	bool own_slot;			/* token chosen by --slot */
	unsigned long slot_given;
	char label[33];			/* of the token, "" for --slot */
	char pin[PIN_MAX_LEN];
	void *dl;
	CK_FUNCTION_LIST *p11;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;	/* logged in, read-write */
	OSSL_LIB_CTX *lib;		/* of the bare loops */
	EVP_PKEY *bare_key[16];		/* by enum key_id, made when used */
	int out;			/* results go here */
};

/*
 * Sets up the environment (KLUIS_STORE, SOFTHSM2_CONF) for a store of its own
 * in b->dir when the module is one that we know how to serve; to be called
 * before target_load(). b->fresh tells whether it is. False with a reason in
 * why (NOTE_MAX_LEN bytes) on failure.
 */
bool target_prepare(struct bench *b, char *why);

/* Loads the module and calls C_Initialize. Reason in why on failure. */
bool target_load(struct bench *b, char *why);

/* Makes the token of a fresh store: C_InitToken, C_InitPIN. */
bool target_make_token(struct bench *b, char *why);

/* Finds the slot by token label or --slot and opens b->session. */
bool target_open(struct bench *b, char *why);

/* Logs the user in on b->session. */
bool target_login(struct bench *b, char *why);

/* All of the above in order. */
bool target_ready(struct bench *b, char *why);

/* Calls C_Finalize. Neither unloads the module nor removes the directory. */
void target_close(struct bench *b);

/* Writes "what: CKR 0x.." to why; returns false so that it can be returned. */
bool target_fail(char *why, const char *what, CK_RV rv);

/*
 * Finds the one object with this label and class in the session. A missing
 * object is CK_INVALID_HANDLE in *out and no failure.
 */
bool target_find(struct bench *b, CK_OBJECT_CLASS class, const char *label,
		 CK_OBJECT_HANDLE *out, char *why);

/* ---- key.c: the keys of the loops, in the token and bare ---- */

enum key_id {
	KEY_NONE,
	KEY_RSA,
	KEY_P256,
	KEY_ED25519,
	KEY_ML_DSA,
	KEY_AES,
	KEY_HMAC,
	KEY_ECDH,
	KEY_FIRST,		/* P-256, label SIGN_LABEL */
	KEY_COUNT,
};

/*
 * Gives the token's private or secret key, made at first use and found again
 * by its label afterwards (other processes included).
 */
bool key_module(struct bench *b, enum key_id id, CK_OBJECT_HANDLE *out,
		char *why);

/*
 * Gives the bare counterpart of an asymmetric key, made at first use and kept
 * in b, which owns it. Only from one thread at a time.
 */
bool key_bare(struct bench *b, enum key_id id, EVP_PKEY **out, char *why);

/*
 * Destroys the keys that key_module() made; for tokens that are not ours.
 * Failures are passed over: there is nobody left to tell.
 */
void key_clean(struct bench *b);

/* DER of the P-256 curve's OID, as CKA_EC_PARAMS. */
extern const CK_BYTE key_p256_params[10];

/* ---- op*.c: one operation, as the module and as libcrypto do it ---- */

struct side;

struct op_side {
	/* Gets ready; reason in side->why on failure. */
	bool (*open)(struct side *side);
	/* Does n operations; reason in side->why on failure. */
	bool (*run)(struct side *side, unsigned long n);
	/* Frees what open made, complete or not. */
	void (*close)(struct side *side);
};

struct op {
	const char *name;
	CK_MECHANISM_TYPE mech;	/* the row is skipped without it */
	enum key_id key;
	size_t size;		/* bytes of input per operation */
	const char *md;		/* digest of the bare side, or NULL */
	bool threaded;		/* one row per thread count */
	bool traced;		/* system calls are counted, too */
	int variant;		/* meaning is the op's own */
	const struct op_side *module;
	const struct op_side *bare;	/* NULL: no counterpart */
};

/* One thread's half of a comparison. */
struct side {
	struct bench *b;
	const struct op *op;
	const struct op_side *fn;
	void *state;
	char why[NOTE_MAX_LEN];
};

extern const struct op op_sign[];	/* op_sign.c */
extern const size_t op_sign_len;
extern const struct op op_agree[];	/* op_agree.c */
extern const size_t op_agree_len;
extern const struct op op_sym[];	/* op_sym.c */
extern const size_t op_sym_len;

/* The index-th operation over all the tables, or NULL past the last. */
const struct op *op_get(size_t index);

/* The operation of this name, or NULL. */
const struct op *op_by_name(const char *name);

/* Opens a read-write session for one side. Reason in side->why. */
bool op_session(struct side *side, CK_SESSION_HANDLE *out);

/* Stores "what: CKR 0x.." or "what: libcrypto" in side->why; false. */
bool op_fail(struct side *side, const char *what, CK_RV rv);
bool op_fail_bare(struct side *side, const char *what);

/* Says whether the module's token lists the mechanism. */
bool op_listed(struct bench *b, CK_MECHANISM_TYPE mech);

/* ---- meas.c: rounds, medians ---- */

/*
 * Measures module[i] and bare[i], i < threads, in turn: all threads run the
 * module's side for opt->time_ms, then all the bare one's, opt->rounds times
 * after one uncounted round. Figures are operations per second over all
 * threads. bare may be NULL. The reason of a failure goes to why.
 */
bool meas_pairs(const struct options *opt, size_t threads, struct side *module,
		struct side *bare, struct figures *out, char *why);

/* Median and quartiles of len values (at least one), which get sorted. */
double meas_quantile(double *value, size_t len, double q);

/* Monotonic time in nanoseconds, comparable between processes. */
uint64_t meas_now(void);

/* ---- groups: each runs in a child of its own ---- */

/* The interleaved operations (group_ops.c). */
void group_ops(struct bench *b);

/* Creation of token objects and the disk's fsync (group_create.c). */
void group_create(struct bench *b);

/* Search, start, memory over object counts (group_store.c). */
void group_store(struct bench *b);

/* System calls per operation, through strace (group_trace.c). */
void group_trace(struct bench *b);

/* ---- start.c: a whole process, from exec to the first signature ---- */

/* What such a process reports on its standard output. */
struct start_report {
	uint64_t end_ns;	/* meas_now() after the signature */
	uint64_t login_ns;	/* spent in C_Login */
	long rss_kib;		/* VmRSS after the signature */
	long peak_kib;		/* VmHWM */
	char why[NOTE_MAX_LEN];	/* "" when all went well */
};

/*
 * Runs "bench --child first ..." on the module (keyfile NULL) or "bench --child
 * bare keyfile" and reads its report; total_ns is from before the fork to
 * end_ns. False with a reason in why.
 */
bool start_run(struct bench *b, const char *keyfile, struct start_report *out,
	       uint64_t *total_ns, char *why);

/* main() of the children started with --child; argv[0] is the kind. */
int start_child(int argc, char **argv);

/*
 * Fills b from a child's arguments: module, slot or "-", token's label; the
 * PIN comes from BENCH_PIN. False when that is not set.
 */
bool start_from_args(struct bench *b, char **argv);

/* Writes the slot argument for such a child. */
void start_slot_arg(const struct bench *b, char *out, size_t size);

/*
 * Starts file (looked up in PATH) with its standard output on a pipe, whose
 * reading end is *out_fd. False with errno set.
 */
bool start_spawn(const char *file, char **argv, int *out_fd, pid_t *out_pid);

/* Waits for the process; its wait status, -1 when there is none. */
int start_wait(pid_t pid);

/*
 * main() of the children whose system calls are counted: module, slot, label,
 * name of the operation, "bare" or "module".
 */
int trace_child(int argc, char **argv);

/* ---- proc.c: children and what they report ---- */

/* Sends a row's result to the parent, judged against the row's limit. */
void proc_report(struct bench *b, size_t row, struct result *res);

/* Reports a row without figures. */
void proc_report_note(struct bench *b, size_t row, enum verdict verdict,
		      const char *note);

/* Reports every row of the group in this way. */
void proc_report_all(struct bench *b, enum group group, enum verdict verdict,
		     const char *note);

/* Names the work in hand on standard error, when that is a terminal. */
void proc_progress(const struct bench *b, const char *what);

/*
 * Runs every group of the plan on one module, each in a child with a
 * directory of its own, and fills res (plan->len of them). False with a reason
 * in why only when not even a child could be made.
 */
bool proc_module(const struct options *opt, const struct plan *plan,
		 const char *path, struct result *res, char *about, char *why);

/* ---- report.c ---- */

/* Prints the table of one module to standard output. */
void report_table(const struct plan *plan, const char *path, const char *about,
		  const struct result *res);

/* What one module gave, for the JSON file. */
struct report {
	const char *path;
	char about[NOTE_MAX_LEN];
	struct result *res;
};

/* Writes everything as JSON; false when the file could not be written. */
bool report_json(const struct options *opt, const struct plan *plan,
		 const struct report *mod, size_t len);

#endif
