/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of seal: the keys of a keyring by name, and what every stored
 * value of this room has in common.  Byte layouts and labels: db/README.
 */
#ifndef KLUIS_SEAL_SEAL_INT_H
#define KLUIS_SEAL_SEAL_INT_H

#include "crypto/prim.h"
#include "seal/seal.h"

#define SEAL_FORMAT 1	/* first byte of every record */

/* The keys: those before KEY_MASTER are always there, the others while the
 * keyring is unlocked.  The first of each kind is random, the rest derived. */
enum seal_key {
	KEY_STORE,
	KEY_PUBLIC_OBJECT,
	KEY_PUBLIC_INDEX,
	KEY_RECORD,
	KEY_AUDIT_SEAL,
	KEY_MASTER,
	KEY_PRIVATE_OBJECT,
	KEY_PRIVATE_INDEX,
	KEY_INTEGRITY,
	KEY_SET_SEAL,
	KEY_AUDIT_FIRST,
	SEAL_KEYS
};

/* What a sealed value is for; part of its additional data, next to the values
 * of enum seal_use. */
enum seal_kind { SEAL_KIND_SLOT = 16, SEAL_KIND_SET = 17, SEAL_KIND_AUDIT = 18 };

/*
 * Copies a key out, to be wiped by the caller.  CKR_USER_NOT_LOGGED_IN for a
 * key under the master key when the keyring is locked.
 */
CK_RV seal_key(const struct keyring *kr, enum seal_key which,
    uint8_t out[PRIM_KEY]) KL_MUST_USE;
struct eng *seal_eng(const struct keyring *kr);
bool seal_cheap(const struct keyring *kr);

/* Begins additional data: "kluis.v1", what it is for, serial, epoch. */
void seal_aad(const struct keyring *kr, unsigned what, struct buf *out);

/* Appends body and its MAC under the store key to out: a record. */
CK_RV seal_record_make(const struct keyring *kr, const char *name,
    struct bytes body, struct buf *out) KL_MUST_USE;
/*
 * The body of a record, as a view into it.  CKR_DEVICE_ERROR (logged with the
 * name) when the MAC does not fit.
 */
CK_RV seal_record_open(const struct keyring *kr, const char *name,
    struct bytes record, struct bytes *body) KL_MUST_USE;
/* The same complaint, for a body that cannot be read. */
CK_RV seal_record_bad(const struct keyring *kr, const char *name) KL_MUST_USE;

#endif
