/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of the store room: the environment, the head that every open
 * store begins with, and the table of functions that a kind of database
 * provides.  store.c is the only caller of that table; it takes the lock,
 * checks that writers are inside a transaction, and remembers a write that
 * failed half-way, so that what stands behind the table need not.
 */
#ifndef KLUIS_STORE_STORE_INT_H
#define KLUIS_STORE_STORE_INT_H

#include <stdatomic.h>
#include <sys/types.h>

#include "store/store.h"

struct store_env {
	struct lock lock;	/* LOCK_STORE: held around all of SQLite */
	char *dir;
	/* The thread (pthread_self) that holds the lock in a transaction; 0:
	 * none.  Only that thread ever finds its own value here. */
	_Atomic uintptr_t owner;
};

/*
 * What a kind of database does.  All are called with the lock held, except
 * generation, which takes it when it must.  Functions that change something
 * are called inside a transaction only.  Meaning and codes are those of
 * the functions of the same name in store.h.
 */
struct store_ops {
	void (*close)(struct store *s);
	/* Before each call outside of a transaction: whether the database is
	 * still there (CKR_DEVICE_REMOVED), and up to date. */
	CK_RV (*refresh)(struct store *s);
	/* *busy: somebody else writes; nothing was logged, try again. */
	CK_RV (*begin)(struct store *s, bool *busy);
	CK_RV (*commit)(struct store *s);
	void (*rollback)(struct store *s);
	uint64_t (*generation)(struct store *s);
	/* Inside a transaction of a token that is being deleted: lets other
	 * processes notice. */
	CK_RV (*retire)(struct store *s);
	CK_RV (*record_get)(struct store *s, const char *name, struct buf *out);
	CK_RV (*record_put)(struct store *s, const char *name,
	    struct bytes value);
	CK_RV (*record_delete)(struct store *s, const char *name);
	CK_RV (*wipe)(struct store *s);
	CK_RV (*object_insert)(struct store *s, struct store_object *o);
	CK_RV (*object_update)(struct store *s, const struct store_object *o);
	CK_RV (*object_delete)(struct store *s, uint64_t id);
	CK_RV (*object_get)(struct store *s, uint64_t id, bool with_secret,
	    struct store_object *out);
	CK_RV (*object_version)(struct store *s, uint64_t id,
	    uint64_t *version);
	CK_RV (*object_count)(struct store *s, uint64_t *n);
	CK_RV (*find)(struct store *s, const struct store_query *q,
	    uint64_t *ids, size_t max, size_t *n);
	CK_RV (*check)(struct store *s);
	CK_RV (*tags_check)(struct store *s, bool *bad_tags);
	CK_RV (*tags_rebuild)(struct store *s);
	CK_RV (*audit_append)(struct store *s, struct bytes entry,
	    const uint8_t mac[32], uint64_t *seq);
	CK_RV (*audit_next)(struct store *s, uint64_t *seq);
	CK_RV (*audit_get)(struct store *s, uint64_t seq, struct buf *entry,
	    uint8_t mac[32]);
};

/* The head of every open store. */
struct store {
	const struct store_ops *ops;
	struct store_env *env;
	char *path;		/* never NULL; "" in memory */
	bool writable;
	bool in_tx;		/* under the lock */
	CK_RV tx_rv;		/* first failed write of the transaction */
};

/* Whether the calling thread has a transaction open in env. */
bool env_owned(const struct store_env *env);
/* "<dir>/<slot><suffix>", owned by the caller; NULL without memory. */
char *env_path(const struct store_env *env, uint32_t slot, const char *suffix);
/* fsync of the folder at path; CKR_DEVICE_ERROR (logged) when it fails. */
CK_RV env_sync_dir(const char *path) KL_MUST_USE;

/*
 * Opens the SQLite database at path (regular file that exists).  gen_path:
 * the file of its generation counter, or NULL for a database that nobody
 * else sees (then it leaves no -wal and -shm behind either).  Both are
 * copied.  fresh: the file is empty and gets the current schema.
 */
CK_RV sqlite_open(struct store_env *env, const char *path,
    const char *gen_path, bool fresh, struct store **out) KL_MUST_USE;
/* An empty database in memory. */
CK_RV sqlite_open_memory(struct store_env *env, struct store **out)
    KL_MUST_USE;
/* Prepares this process's SQLite, once per process (vfs.c). */
CK_RV sqlite_process(void) KL_MUST_USE;

/*
 * The file of a generation counter (gen.c).  Made whole and linked into
 * place when it is missing, with the rights of the database at `like`.
 * CKR_DEVICE_MEMORY, CKR_TOKEN_WRITE_PROTECTED, CKR_DEVICE_ERROR, logged only
 * when unexpected.
 */
CK_RV gen_create(const char *path, const char *like) KL_MUST_USE;

#endif
