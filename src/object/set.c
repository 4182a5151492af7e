/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which objects there must be: keeps the set-hash (seal/seal.h) in step with the
 * rows, also where the key that it needs is not at hand.
 *
 * Rows written under login carry STORE_F_LOGIN and are summands of the set.
 * Public objects may also be made, changed and destroyed without login, when
 * the set cannot be read.  Then the record "setdelta" says what is to be done
 * at the next login:
 *
 *	8 bytes  loose: how many rows there are without STORE_F_LOGIN
 *	then for each summand to take off the set, because its row was changed
 *	(it lost the flag) or destroyed:
 *	16 UUID, 8 version, 4 flags, 4 length and clear, 4 length and tags
 *
 * all of it sealed under the store key as the secret of an object with UUID 0
 * and version 1.  A missing record is loose = 0 and no entry.
 *
 * What this proves: that no private object was deleted or put back from the
 * past, since entries of private rows are not accepted.  Who can write the file
 * can also do to public objects what anybody may do without login.
 *
 * Callers hold a transaction of the store from set_open to set_close.
 */
#include "object/space_int.h"

#include <string.h>

#include "base/log.h"

#define RECORD_SET "sethash"
#define RECORD_DELTA "setdelta"

/* Entries that wait for a login: as many bytes as this at most. */
#define PENDING_MAX ((size_t)1 << 20)

/* The binding of the delta record. */
static struct seal_bind
delta_bind(void)
{
	return (struct seal_bind){ .version = 1 };
}

void
set_done(struct set_change *c)
{
	buf_done(&c->pending);
}

/* ----------------------------------------------------------------- reading */

static CK_RV
delta_parse(struct set_change *c, struct bytes plain)
{
	struct reader r = reader_of(plain);

	c->loose = read_u64(&r);
	return r.failed ? CKR_DEVICE_ERROR : buf_set(&c->pending, r.left);
}

static CK_RV
delta_read(struct set_change *c)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	struct seal_bind bind = delta_bind();
	CK_RV rv = store_record_get(c->store, RECORD_DELTA, &record);

	if (rv == CKR_OBJECT_HANDLE_INVALID)
		return CKR_OK;
	if (rv != CKR_OK ||
	    (rv = seal_object_open(c->kr, false, SEAL_SECRET, &bind,
	    buf_view(&record), &plain)) != CKR_OK)
		return rv;
	return delta_parse(c, secret_view(plain));
}

/* The next entry of what waits. */
static struct seal_bind
pending_next(struct reader *r)
{
	struct seal_bind b = { .version = 0 };
	struct bytes uuid = read_bytes(r, SEAL_UUID);

	if (uuid.n == SEAL_UUID)
		memcpy(b.uuid, uuid.p, SEAL_UUID);
	b.version = read_u64(r);
	b.flags = read_u32(r);
	b.clear = read_var(r);
	b.tags = read_var(r);
	return b;
}

/* Takes off the set what was waiting. */
static CK_RV
pending_fold(struct set_change *c)
{
	struct reader r = reader_of(buf_view(&c->pending));
	CK_RV rv;

	while (r.left.n > 0 && !r.failed) {
		struct seal_bind b = pending_next(&r);

		if (r.failed || (b.flags & STORE_F_PRIVATE) ||
		    !(b.flags & STORE_F_LOGIN))
			return log_fail_rv(CKR_DEVICE_ERROR,
			    "object: %s: record \"" RECORD_DELTA "\" is not "
			    "ours", store_path(c->store));
		if ((rv = seal_set_remove(c->kr, &c->set, &b)) != CKR_OK)
			return rv;
		c->set_moved = true;
		c->delta_moved = true;
	}
	buf_done(&c->pending);
	return CKR_OK;
}

CK_RV
set_token(struct store *s, const struct keyring *kr)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	KL_AUTO(buf_done) struct buf ours = { 0 };
	CK_RV rv = store_record_get(s, "token", &record);

	if (rv == CKR_OBJECT_HANDLE_INVALID)
		return CKR_OK;
	if (rv != CKR_OK || (rv = keyring_token_record(kr, &ours)) != CKR_OK)
		return rv;
	if (bytes_equal(buf_view(&record), buf_view(&ours)))
		return CKR_OK;
	return log_rv(CKR_DEVICE_REMOVED,
	    "object: %s: another process made the token anew", store_path(s));
}

CK_RV
set_open(struct set_change *c, struct store *s, const struct keyring *kr,
    bool login)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	CK_RV rv;

	*c = (struct set_change){ .kr = kr, .store = s, .login = login };
	if ((rv = set_token(s, kr)) != CKR_OK ||
	    (rv = delta_read(c)) != CKR_OK)
		return rv;
	if (!login)
		return CKR_OK;
	rv = store_record_get(s, RECORD_SET, &record);
	if (rv == CKR_OBJECT_HANDLE_INVALID)
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "object: %s: record \"" RECORD_SET "\" is missing",
		    store_path(s));
	if (rv != CKR_OK ||
	    (rv = seal_set_read(kr, buf_view(&record), &c->set)) != CKR_OK)
		return rv;
	return pending_fold(c);
}

bool
set_folded(const struct set_change *c)
{
	return c->delta_moved;
}

/* ---------------------------------------------------------------- changing */

CK_RV
set_add(struct set_change *c, const struct seal_bind *bind)
{
	KL_ASSERT(c->login == ((bind->flags & STORE_F_LOGIN) != 0));
	if (!c->login) {
		c->loose++;
		c->delta_moved = true;
		return CKR_OK;
	}
	c->set_moved = true;
	return seal_set_add(c->kr, &c->set, bind);
}

/* A row of the set goes and the set cannot be read: remembered. */
static CK_RV
pending_add(struct set_change *c, const struct seal_bind *bind)
{
	if (bind->flags & STORE_F_PRIVATE)
		return CKR_USER_NOT_LOGGED_IN;
	buf_put(&c->pending, bytes_of(bind->uuid, SEAL_UUID));
	buf_put_u64(&c->pending, bind->version);
	buf_put_u32(&c->pending, bind->flags);
	buf_put_var(&c->pending, bind->clear);
	buf_put_var(&c->pending, bind->tags);
	c->delta_moved = true;
	if (c->pending.n > PENDING_MAX)
		return log_rv(CKR_USER_NOT_LOGGED_IN, "object: too much was "
		    "changed without login: log in, then go on");
	return buf_rv(&c->pending);
}

CK_RV
set_remove(struct set_change *c, const struct seal_bind *bind)
{
	if (!(bind->flags & STORE_F_LOGIN)) {
		c->loose -= c->loose > 0 ? 1 : 0;
		c->delta_moved = true;
		return CKR_OK;
	}
	if (!c->login)
		return pending_add(c, bind);
	c->set_moved = true;
	return seal_set_remove(c->kr, &c->set, bind);
}

/* ----------------------------------------------------------------- writing */

CK_RV
set_write(struct store *s, const struct keyring *kr,
    const struct seal_set *set)
{
	KL_AUTO(buf_done) struct buf record = { 0 };
	CK_RV rv;

	if ((rv = seal_set_record(kr, set, &record)) != CKR_OK)
		return rv;
	return store_record_put(s, RECORD_SET, buf_view(&record));
}

static CK_RV
delta_write(struct set_change *c)
{
	KL_AUTO(buf_done) struct buf plain = { 0 };
	KL_AUTO(buf_done) struct buf record = { 0 };
	struct seal_bind bind = delta_bind();
	CK_RV rv;

	buf_put_u64(&plain, c->loose);
	buf_put(&plain, buf_view(&c->pending));
	if ((rv = buf_rv(&plain)) != CKR_OK ||
	    (rv = seal_object(c->kr, false, SEAL_SECRET, &bind,
	    buf_view(&plain), &record)) != CKR_OK)
		return rv;
	return store_record_put(c->store, RECORD_DELTA, buf_view(&record));
}

CK_RV
set_close(struct set_change *c)
{
	CK_RV rv;

	if (c->set_moved &&
	    (rv = set_write(c->store, c->kr, &c->set)) != CKR_OK)
		return rv;
	return c->delta_moved ? delta_write(c) : CKR_OK;
}

CK_RV
obj_space_init_store(struct store *store, const struct keyring *kr)
{
	const struct seal_set none = { 0 };

	return set_write(store, kr, &none);
}
