/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keyring: one token's keys in this process, and the record of the token
 * itself.
 *
 * Invariants:
 *  1. Keys rest in two vaults: the store key with what is derived from it,
 *     from the making of the keyring on, and the master key with what is
 *     derived from it, between unlock and lock.
 *  2. The second vault is looked at, installed and taken away under `lock`
 *     only; a key copied out before keyring_lock serves the operation that asked
 *     for it and no other.
 *  3. Every derivation is salted with serial and epoch, so that no two lives
 *     of a token share a key.
 */
#include "seal/seal_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define STORE_KEYS KEY_MASTER
#define MASTER_KEYS (SEAL_KEYS - KEY_MASTER)
#define TOKEN_RECORD "token"

struct keyring {
	struct eng *e;
	struct seal_token token;
	bool cheap;
	struct vault *store;
	pthread_mutex_t *lock;	/* of master */
	struct vault *master;	/* NULL: locked */
};

static const char *const labels[SEAL_KEYS] = {
	[KEY_PUBLIC_OBJECT] = "kluis.v1 public objects",
	[KEY_PUBLIC_INDEX] = "kluis.v1 public index",
	[KEY_RECORD] = "kluis.v1 records",
	[KEY_AUDIT_SEAL] = "kluis.v1 audit seal",
	[KEY_PRIVATE_OBJECT] = "kluis.v1 private objects",
	[KEY_PRIVATE_INDEX] = "kluis.v1 private index",
	[KEY_INTEGRITY] = "kluis.v1 integrity",
	[KEY_SET_SEAL] = "kluis.v1 set seal",
	[KEY_AUDIT_FIRST] = "kluis.v1 audit first",
};

const struct seal_token *
keyring_token(const struct keyring *kr)
{
	return &kr->token;
}

struct eng *
seal_eng(const struct keyring *kr)
{
	return kr->e;
}

bool
seal_cheap(const struct keyring *kr)
{
	return kr->cheap;
}

/* ------------------------------------------------------------------- keys */

/*
 * A vault with the random key `root`, whose number is first, and the keys
 * below last that are derived from it.
 */
static CK_RV
derive(const struct keyring *kr, enum seal_key first, enum seal_key last,
    struct bytes root, struct vault **out)
{
	KL_AUTO(buf_done) struct buf salt = { 0 };
	WIPE_AUTO(keys, SEAL_KEYS * PRIM_KEY);
	enum seal_key k;
	CK_RV rv;

	buf_put(&salt, bytes_of(kr->token.serial, SEAL_SERIAL));
	buf_put_u64(&salt, kr->token.epoch);
	if ((rv = buf_rv(&salt)) != CKR_OK)
		return rv;
	memcpy(keys, root.p, PRIM_KEY);
	for (k = first + 1; k < last; k++)
		if ((rv = prim_hkdf(kr->e, root, buf_view(&salt),
		    bytes_of(labels[k], strlen(labels[k])),
		    keys + (k - first) * PRIM_KEY, PRIM_KEY)) != CKR_OK)
			return rv;
	return vault_new(bytes_of(keys, (last - first) * PRIM_KEY), out);
}

CK_RV
seal_key(const struct keyring *kr, enum seal_key which, uint8_t out[PRIM_KEY])
{
	WIPE_AUTO(keys, SEAL_KEYS * PRIM_KEY);
	size_t at = which;
	CK_RV rv;

	if (which < KEY_MASTER) {
		rv = vault_get(kr->store, keys, STORE_KEYS * PRIM_KEY);
	} else {
		at -= KEY_MASTER;
		(void)pthread_mutex_lock(kr->lock); /* a plain mutex */
		rv = kr->master == NULL ? CKR_USER_NOT_LOGGED_IN :
		    vault_get(kr->master, keys, MASTER_KEYS * PRIM_KEY);
		(void)pthread_mutex_unlock(kr->lock);
	}
	if (rv == CKR_OK)
		memcpy(out, keys + at * PRIM_KEY, PRIM_KEY);
	return rv;
}

CK_RV
keyring_unlock(struct keyring *kr, const struct secret *master)
{
	struct vault *fresh = NULL, *old;
	CK_RV rv;

	KL_ASSERT(secret_len(master) == PRIM_KEY);
	if ((rv = derive(kr, KEY_MASTER, SEAL_KEYS, secret_view(master),
	    &fresh)) != CKR_OK)
		return rv;
	(void)pthread_mutex_lock(kr->lock); /* a plain mutex */
	old = kr->master;
	kr->master = fresh;
	(void)pthread_mutex_unlock(kr->lock);
	vault_free(old);
	return CKR_OK;
}

void
keyring_lock(struct keyring *kr)
{
	struct vault *old;

	(void)pthread_mutex_lock(kr->lock); /* a plain mutex */
	old = kr->master;
	kr->master = NULL;
	(void)pthread_mutex_unlock(kr->lock);
	vault_free(old);
}

bool
keyring_unlocked(const struct keyring *kr)
{
	bool is;

	(void)pthread_mutex_lock(kr->lock); /* a plain mutex */
	is = kr->master != NULL;
	(void)pthread_mutex_unlock(kr->lock);
	return is;
}

/* ------------------------------------------------------------ make and free */

/* A keyring without keys. */
static CK_RV
keyring_new(struct eng *e, bool cheap, struct keyring **out)
{
	KL_AUTO(keyring_freep) struct keyring *kr = calloc(1, sizeof(*kr));

	if (kr == NULL)
		return log_rv(CKR_HOST_MEMORY, "seal: no memory");
	if ((kr->lock = malloc(sizeof(*kr->lock))) == NULL)
		return log_rv(CKR_HOST_MEMORY, "seal: no memory");
	if (pthread_mutex_init(kr->lock, NULL) != 0) {
		free(kr->lock);
		kr->lock = NULL;
		return log_rv(CKR_HOST_MEMORY, "seal: no lock");
	}
	kr->e = e;
	kr->cheap = cheap;
	*out = KL_TAKE(kr);
	return CKR_OK;
}

void
keyring_free(struct keyring *kr)
{
	if (kr == NULL)
		return;
	vault_free(kr->store);
	vault_free(kr->master);
	if (kr->lock != NULL)
		(void)pthread_mutex_destroy(kr->lock); /* nobody has it */
	free(kr->lock);
	free(kr);
}

void
keyring_freep(struct keyring **kr)
{
	keyring_free(*kr);
	*kr = NULL;
}

static CK_RV
random_serial(struct eng *e, char serial[SEAL_SERIAL])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t r[SEAL_SERIAL / 2];
	size_t i;
	CK_RV rv;

	if ((rv = eng_random(e, r, sizeof(r))) != CKR_OK)
		return rv;
	for (i = 0; i < SEAL_SERIAL; i++)
		serial[i] = hex[i % 2 == 0 ? r[i / 2] >> 4 : r[i / 2] & 15];
	return CKR_OK;
}

CK_RV
keyring_create(struct eng *e, struct seal_token *tok, bool cheap,
    struct keyring **out)
{
	KL_AUTO(keyring_freep) struct keyring *kr = NULL;
	WIPE_AUTO(root, 2 * PRIM_KEY);
	struct seal_token token = *tok;
	CK_RV rv;

	if (token.serial[0] == 0 &&
	    (rv = random_serial(e, token.serial)) != CKR_OK)
		return rv;
	if ((rv = eng_random(e, root, sizeof(root))) != CKR_OK ||
	    (rv = keyring_new(e, cheap, &kr)) != CKR_OK)
		return rv;
	kr->token = token;
	if ((rv = derive(kr, KEY_STORE, KEY_MASTER, bytes_of(root, PRIM_KEY),
	    &kr->store)) != CKR_OK || (rv = derive(kr, KEY_MASTER, SEAL_KEYS,
	    bytes_of(root + PRIM_KEY, PRIM_KEY), &kr->master)) != CKR_OK)
		return rv;
	*tok = token;
	*out = KL_TAKE(kr);
	return CKR_OK;
}

/* ---------------------------------------------------------------- records */

void
seal_aad(const struct keyring *kr, unsigned what, struct buf *out)
{
	buf_put(out, BYTES_STR("kluis.v1"));
	buf_put_u8(out, (uint8_t)what);
	buf_put(out, bytes_of(kr->token.serial, SEAL_SERIAL));
	buf_put_u64(out, kr->token.epoch);
}

static CK_RV
record_mac(const struct keyring *kr, const char *name, struct bytes body,
    uint8_t mac[SEAL_MAC])
{
	KL_AUTO(buf_done) struct buf data = { 0 };
	WIPE_AUTO(key, PRIM_KEY);
	CK_RV rv;

	buf_put(&data, bytes_of(name, strlen(name) + 1));
	buf_put(&data, body);
	if ((rv = buf_rv(&data)) != CKR_OK ||
	    (rv = seal_key(kr, KEY_RECORD, key)) != CKR_OK)
		return rv;
	return prim_hmac(kr->e, bytes_of(key, sizeof(key)), buf_view(&data),
	    mac);
}

CK_RV
seal_record_make(const struct keyring *kr, const char *name,
    struct bytes body, struct buf *out)
{
	uint8_t mac[SEAL_MAC];
	CK_RV rv;

	if ((rv = record_mac(kr, name, body, mac)) != CKR_OK)
		return rv;
	buf_put(out, body);
	buf_put(out, bytes_of(mac, sizeof(mac)));
	return buf_rv(out);
}

CK_RV
seal_record_bad(const struct keyring *kr, const char *name)
{
	return log_fail_rv(CKR_DEVICE_ERROR,
	    "seal: token %.16s: the record %s was changed or is damaged",
	    kr->token.serial, name);
}

CK_RV
seal_record_open(const struct keyring *kr, const char *name,
    struct bytes record, struct bytes *body)
{
	uint8_t mac[SEAL_MAC];
	struct bytes b;
	CK_RV rv;

	if (record.n < SEAL_MAC + 1)
		return seal_record_bad(kr, name);
	b = bytes_of(record.p, record.n - SEAL_MAC);
	if ((rv = record_mac(kr, name, b, mac)) != CKR_OK)
		return rv;
	if (!secret_equal(bytes_of(mac, SEAL_MAC),
	    bytes_of(record.p + b.n, SEAL_MAC)) || b.p[0] != SEAL_FORMAT)
		return seal_record_bad(kr, name);
	*body = b;
	return CKR_OK;
}

CK_RV
keyring_token_record(const struct keyring *kr, struct buf *out)
{
	KL_AUTO(buf_done) struct buf body = { 0 };
	WIPE_AUTO(key, PRIM_KEY);
	CK_RV rv;

	if ((rv = seal_key(kr, KEY_STORE, key)) != CKR_OK)
		return rv;
	buf_put_u8(&body, SEAL_FORMAT);
	buf_put(&body, bytes_of(kr->token.serial, SEAL_SERIAL));
	buf_put(&body, bytes_of(kr->token.label, SEAL_LABEL));
	buf_put_u64(&body, kr->token.created);
	buf_put_u64(&body, kr->token.epoch);
	buf_put(&body, bytes_of(key, sizeof(key)));
	if ((rv = buf_rv(&body)) != CKR_OK)
		return rv;
	return seal_record_make(kr, TOKEN_RECORD, buf_view(&body), out);
}

CK_RV
keyring_open(struct eng *e, struct bytes record, bool cheap,
    struct keyring **out)
{
	KL_AUTO(keyring_freep) struct keyring *kr = NULL;
	struct bytes body, serial, label, key;
	struct reader r = reader_of(record);
	CK_RV rv;

	if ((rv = keyring_new(e, cheap, &kr)) != CKR_OK)
		return rv;
	(void)read_u8(&r); /* seal_record_open looks at it */
	serial = read_bytes(&r, SEAL_SERIAL);
	label = read_bytes(&r, SEAL_LABEL);
	kr->token.created = read_u64(&r);
	kr->token.epoch = read_u64(&r);
	key = read_bytes(&r, PRIM_KEY);
	(void)read_bytes(&r, SEAL_MAC);
	if (!read_done(&r))
		return seal_record_bad(kr, TOKEN_RECORD);
	memcpy(kr->token.serial, serial.p, SEAL_SERIAL);
	memcpy(kr->token.label, label.p, SEAL_LABEL);
	/* The key is the record's own: this shows damage, no forgery. */
	if ((rv = derive(kr, KEY_STORE, KEY_MASTER, key, &kr->store)) !=
	    CKR_OK ||
	    (rv = seal_record_open(kr, TOKEN_RECORD, record, &body)) != CKR_OK)
		return rv;
	*out = KL_TAKE(kr);
	return CKR_OK;
}
