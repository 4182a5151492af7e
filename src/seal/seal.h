/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys that seal a token, and sealing with them.  Knows no attribute and
 * no SQL: records go out and come in as bytes (layout: db/README), callers put
 * them into the store.
 *
 *	store key SK (random, in the "token" record, behind no PIN)
 *	  |- HKDF -> public objects root, public index key, record MAC key
 *	PIN --SHA-256, scrypt/Argon2id--> KEK --opens--> keyslot --> master key MK
 *	  |- HKDF -> private objects root, private index key, integrity key, audit key
 *	object key = HKDF(root, UUID, use) --AES-256-GCM--> sealed columns
 *
 * struct keyring is one token's keys in this process: always SK's, and MK's
 * after an unlock, in vaults (base/secret.h).  Locking: callers hold the token
 * lock for unlock and lock; seal_* and index functions may run concurrently
 * with each other, and with keyring_lock (they then fail with
 * CKR_USER_NOT_LOGGED_IN).
 */
#ifndef KLUIS_SEAL_SEAL_H
#define KLUIS_SEAL_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/eng.h"

#define SEAL_SERIAL 16		/* hex digits of the serial number */
#define SEAL_LABEL 32		/* blank-padded token label */
#define SEAL_UUID 16
#define SEAL_TAG 16
#define SEAL_MAC 32
#define SEAL_MASTER 32		/* bytes of the master key */

struct keyring;

/* What the "token" record says, apart from the store key. */
struct seal_token {
	char serial[SEAL_SERIAL];
	uint8_t label[SEAL_LABEL];
	uint64_t created;	/* seconds since 1970 */
	uint64_t epoch;		/* +1 at each C_InitToken; part of the serial's AAD */
};

enum seal_role { SEAL_USER = 1, SEAL_SO = 2, SEAL_RECOVERY = 3, SEAL_DEVICE = 4 };

/*
 * A new token: random store key and master key (the keyring is unlocked until
 * keyring_lock).  tok->serial is kept when its first byte is not 0, else made;
 * the rest of *tok is the caller's.  cheap: test-grade PIN derivation
 * (conf.pin_cost_test).
 */
CK_RV keyring_create(struct eng *e, struct seal_token *tok, bool cheap,
    struct keyring **out) KL_MUST_USE;
/* The "token" record to store (MAC'ed under the store key). */
CK_RV keyring_token_record(const struct keyring *kr, struct buf *out)
    KL_MUST_USE;
/* Reads a "token" record; CKR_DEVICE_ERROR (logged) when it is damaged. */
CK_RV keyring_open(struct eng *e, struct bytes record, bool cheap,
    struct keyring **out) KL_MUST_USE;
const struct seal_token *keyring_token(const struct keyring *kr);
void keyring_free(struct keyring *kr);
void keyring_freep(struct keyring **kr);

/* A keyslot record that lets pin open the (unlocked) master key. */
CK_RV keyring_slot_make(const struct keyring *kr, enum seal_role role,
    struct bytes pin, struct buf *out) KL_MUST_USE;
/*
 * Tries pin on a keyslot record without changing the keyring: CKR_OK,
 * CKR_PIN_INCORRECT, or CKR_DEVICE_ERROR (logged) when the record is damaged or
 * its cost is outside the limits.  Takes the derivation's time (100 ms class)
 * in every case where the record is whole; no lock needed.  *out gets the
 * master key (SEAL_MASTER bytes) for keyring_unlock.
 */
CK_RV keyring_slot_try(const struct keyring *kr, enum seal_role role,
    struct bytes record, struct bytes pin, struct secret **out) KL_MUST_USE;
/* Installs the master key (kept in vaults); keyring_lock wipes it. */
CK_RV keyring_unlock(struct keyring *kr, const struct secret *master)
    KL_MUST_USE;
void keyring_lock(struct keyring *kr);
bool keyring_unlocked(const struct keyring *kr);

/* ------------------------------------------------------------- PIN state */

/* A "pin.*" record: failures counted, authenticated under the store key. */
struct seal_pin {
	uint32_t failures;
	bool set;		/* whether this role has a PIN at all */
	uint8_t min, max;	/* length limits at the time it was set */
};
CK_RV seal_pin_record(const struct keyring *kr, enum seal_role role,
    const struct seal_pin *pin, struct buf *out) KL_MUST_USE;
/* CKR_DEVICE_ERROR (logged) when damaged: nobody gets free tries. */
CK_RV seal_pin_read(const struct keyring *kr, enum seal_role role,
    struct bytes record, struct seal_pin *out) KL_MUST_USE;

/* --------------------------------------------------------------- objects */

/* What is bound into every sealed value of one object. */
struct seal_bind {
	uint8_t uuid[SEAL_UUID];
	uint64_t version;
	uint32_t flags;
	struct bytes clear;	/* the public attributes */
	struct bytes tags;
};
enum seal_use { SEAL_ATTRS = 1, SEAL_SECRET = 2 };
/*
 * Seals plain for an object: under the master key's root when private is set
 * (CKR_USER_NOT_LOGGED_IN when locked), else under the store key's.  use tells
 * the two columns apart (own key each).  plain may be empty: then it
 * authenticates the binding alone.  Appends to out.
 */
CK_RV seal_object(const struct keyring *kr, bool private, enum seal_use use,
    const struct seal_bind *bind, struct bytes plain, struct buf *out)
    KL_MUST_USE;
/* The reverse.  CKR_DEVICE_ERROR, one log line with the UUID, when it does not
 * open (tampered, swapped, older); CKR_USER_NOT_LOGGED_IN when locked. */
CK_RV seal_object_open(const struct keyring *kr, bool private,
    enum seal_use use, const struct seal_bind *bind, struct bytes sealed,
    struct secret **out) KL_MUST_USE;

/* Index tag of an attribute value: HMAC(index key, type (8 bytes) || value). */
CK_RV seal_tag(const struct keyring *kr, bool private, uint64_t type,
    struct bytes value, uint8_t out[SEAL_TAG]) KL_MUST_USE;

/* -------------------------------------------------------------- set-hash */

/*
 * The sum, modulo 2^256, of HMAC(integrity key, uuid || version || flags ||
 * SHA-256(clear) || SHA-256(tags)) over all objects written under login, with
 * their number and a counter; sealed in the "sethash" record.  Needs an
 * unlocked keyring.
 */
struct seal_set {
	uint64_t counter;
	uint64_t count;
	uint8_t sum[32];
};
CK_RV seal_set_add(const struct keyring *kr, struct seal_set *set,
    const struct seal_bind *bind) KL_MUST_USE;
CK_RV seal_set_remove(const struct keyring *kr, struct seal_set *set,
    const struct seal_bind *bind) KL_MUST_USE;
CK_RV seal_set_record(const struct keyring *kr, const struct seal_set *set,
    struct buf *out) KL_MUST_USE;
CK_RV seal_set_read(const struct keyring *kr, struct bytes record,
    struct seal_set *out) KL_MUST_USE;

/* --------------------------------------------------------------- counter */

/* The "counter" record, authenticated under the store key, appended to out;
 * and back: CKR_DEVICE_ERROR (logged) when it is damaged. */
CK_RV seal_counter_record(const struct keyring *kr, uint64_t value,
    struct buf *out) KL_MUST_USE;
CK_RV seal_counter_read(const struct keyring *kr, struct bytes record,
    uint64_t *out) KL_MUST_USE;

/* ----------------------------------------------------------------- audit */

/*
 * The audit chain (design section 10): the "audit" record holds the current
 * entry key sealed under the store key; each entry's MAC = HMAC(entry key, seq
 * || entry), next entry key = HKDF(entry key), the old one is gone.  Key 1 is
 * derived from the master key, so that a verifier with a PIN can recompute all.
 */
CK_RV seal_audit_first(const struct keyring *kr, struct buf *record)
    KL_MUST_USE;
/* MACs an entry and gives the record to store in its place. */
CK_RV seal_audit_step(const struct keyring *kr, struct bytes record,
    uint64_t seq, struct bytes entry, uint8_t mac[SEAL_MAC],
    struct buf *next) KL_MUST_USE;

#endif
