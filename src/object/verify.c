/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the store still holds what was written: the set-hash against the
 * rows, the search index, and with `full` every row and the database itself.
 *
 * At login of the user all rows are summed up to VERIFY_ROWS of them; of more
 * only the number is compared, since a login must not take longer the more
 * objects there are.  What is found is logged, put into the audit trail, and
 * told again at the next login, as long as it is so; only what can be derived
 * from the rows is repaired: the index, and a set-hash record that cannot be read.
 *
 * A sum over rows is believed when the store's generation is the same before
 * and after it; where others keep writing it is made inside a transaction.
 *
 * Callers hold at most library, slot, token and session locks.
 */
#include "object/space_int.h"

#include <string.h>
#include <time.h>

#include "base/log.h"

#define VERIFY_ROWS 512
#define PAGE 64
#define TRIES 3
/* Damaged objects that are put into the audit trail one by one. */
#define BAD_MAX 32

struct verifier {
	struct obj_space *sp;
	bool full;
	struct seal_set sum;		/* over the rows with STORE_F_LOGIN */
	uint64_t loose;			/* rows without */
	uint8_t bad[BAD_MAX][SEAL_UUID];
	size_t n_bad;			/* all of them, may exceed BAD_MAX */
};

/* -------------------------------------------------------------- audit trail */

static CK_RV
audit_write(struct obj_space *sp, struct bytes entry)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	KL_AUTO(buf_done) struct buf record = { 0 };
	KL_AUTO(buf_done) struct buf next = { 0 };
	struct store *s = sp->env.store;
	uint8_t mac[SEAL_MAC];
	uint64_t seq;
	CK_RV rv;

	if ((rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (rv = set_token(s, sp->env.keyring)) != CKR_OK ||
	    (rv = store_record_get(s, "audit", &record)) != CKR_OK ||
	    (rv = store_audit_next(s, &seq)) != CKR_OK ||
	    (rv = seal_audit_step(sp->env.keyring, buf_view(&record), seq,
	    entry, mac, &next)) != CKR_OK ||
	    (rv = store_audit_append(s, entry, mac, &seq)) != CKR_OK ||
	    (rv = store_record_put(s, "audit", buf_view(&next))) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

void
verify_audit(struct obj_space *sp, enum audit_event event,
    const uint8_t uuid[SEAL_UUID])
{
	KL_AUTO(buf_done) struct buf entry = { 0 };
	time_t now = time(NULL);
	CK_RV rv;

	if (!store_writable(sp->env.store))
		return;
	buf_put_u64(&entry, now < 0 ? 0 : (uint64_t)now);
	buf_put_u16(&entry, (uint16_t)event);
	buf_put(&entry, bytes_of(uuid, SEAL_UUID));
	if ((rv = buf_rv(&entry)) == CKR_OK)
		rv = audit_write(sp, buf_view(&entry));
	if (rv != CKR_OK && rv != CKR_DEVICE_REMOVED)
		log_error("object: %s: event %d did not get into the audit "
		    "trail", store_path(sp->env.store), (int)event);
}

/* ------------------------------------------------------------------ the rows */

/* Opens all that a row holds. */
static CK_RV
row_opens(struct obj_space *sp, const struct store_object *row)
{
	KL_AUTO(attrs_done) struct attrs secrets = { 0 };
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv;

	if ((rv = persist_open(sp, row, &o)) != CKR_OK)
		return rv;
	return persist_secrets(&sp->env, row, &secrets);
}

static CK_RV
row_sum(struct verifier *v, uint64_t id)
{
	KL_AUTO(store_object_done) struct store_object row = { 0 };
	struct seal_bind bind;
	CK_RV rv;

	rv = store_object_get(v->sp->env.store, id, v->full, &row);
	if (rv == CKR_OBJECT_HANDLE_INVALID)
		return CKR_OK; /* the generation tells that it went */
	if (rv != CKR_OK)
		return rv;
	bind = persist_bind(&row);
	if (v->full && (rv = row_opens(v->sp, &row)) == CKR_DEVICE_ERROR) {
		if (v->n_bad < BAD_MAX)
			memcpy(v->bad[v->n_bad], row.uuid, SEAL_UUID);
		v->n_bad++;
	} else if (rv != CKR_OK) {
		return rv;
	}
	if (row.flags & STORE_F_LOGIN)
		return seal_set_add(v->sp->env.keyring, &v->sum, &bind);
	v->loose++;
	return CKR_OK;
}

/* Sums all rows. */
static CK_RV
rows_sum(struct verifier *v)
{
	struct store_query q = { .ntags = 0 };
	uint64_t page[PAGE];
	size_t n = PAGE;
	CK_RV rv;

	v->sum = (struct seal_set){ 0 };
	v->loose = 0;
	v->n_bad = 0;
	while (n == PAGE) {
		rv = store_find(v->sp->env.store, &q, page, PAGE, &n);
		for (size_t i = 0; rv == CKR_OK && i < n; i++)
			rv = row_sum(v, page[i]);
		if (rv != CKR_OK)
			return rv;
		q.after = n > 0 ? page[n - 1] : q.after;
	}
	return CKR_OK;
}

/* ------------------------------------------------------------------- the set */

/* Whether set and rows agree; all: the rows were summed. */
static bool
set_agrees(const struct verifier *v, const struct set_change *set, bool all,
    uint64_t count)
{
	if (!all)
		return count == set->set.count + set->loose;
	return v->sum.count == set->set.count && v->loose == set->loose &&
	    secret_equal(bytes_of(v->sum.sum, sizeof(v->sum.sum)),
	    bytes_of(set->set.sum, sizeof(set->set.sum)));
}

/* One comparison. */
static CK_RV
set_compare(struct verifier *v, struct set_change *set, bool *agrees)
{
	struct store *s = v->sp->env.store;
	uint64_t count;
	bool all;
	CK_RV rv;

	if ((rv = set_open(set, s, v->sp->env.keyring, true)) != CKR_OK ||
	    (rv = store_object_count(s, &count)) != CKR_OK)
		return rv;
	all = v->full || count <= VERIFY_ROWS;
	if (all && (rv = rows_sum(v)) != CKR_OK)
		return rv;
	*agrees = set_agrees(v, set, all, count);
	return CKR_OK;
}

/* The same inside a transaction, where nobody else writes. */
static CK_RV
set_compare_alone(struct verifier *v, struct set_change *set, bool *agrees)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	CK_RV rv;

	if ((rv = store_tx_begin(v->sp->env.store, &tx)) != CKR_OK)
		return rv;
	return set_compare(v, set, agrees);
}

/* Compares until nobody wrote meanwhile; *set is left open for set_done. */
static CK_RV
set_verify(struct verifier *v, struct set_change *set, bool *agrees)
{
	struct store *s = v->sp->env.store;
	CK_RV rv;

	for (int i = 0; i < TRIES; i++) {
		uint64_t gen = store_generation(s);

		set_done(set);
		rv = set_compare(v, set, agrees);
		if ((rv == CKR_OK && *agrees) || gen == store_generation(s))
			return rv;
	}
	set_done(set);
	return store_writable(s) ? set_compare_alone(v, set, agrees) : rv;
}

/* Begins the set anew from the rows: its records cannot be read. */
static CK_RV
set_renew(struct verifier *v)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	KL_AUTO(set_done) struct set_change set = { .kr = NULL };
	struct store *s = v->sp->env.store;
	const struct keyring *kr = v->sp->env.keyring;
	CK_RV rv;

	if ((rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (rv = set_token(s, kr)) != CKR_OK ||
	    (rv = rows_sum(v)) != CKR_OK)
		return rv;
	set = (struct set_change){ .kr = kr, .store = s, .login = true,
		.set = v->sum, .loose = v->loose, .set_moved = true,
		.delta_moved = true };
	if ((rv = set_close(&set)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

/* Takes into the set what waited for a login. */
static CK_RV
set_fold(struct verifier *v)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	KL_AUTO(set_done) struct set_change set = { .kr = NULL };
	struct store *s = v->sp->env.store;
	CK_RV rv;

	if ((rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (rv = set_open(&set, s, v->sp->env.keyring, true)) != CKR_OK ||
	    (rv = set_close(&set)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

/* Verifies the set; the number of findings. */
static unsigned
verify_set(struct verifier *v)
{
	static const uint8_t none[SEAL_UUID];
	KL_AUTO(set_done) struct set_change set = { .kr = NULL };
	struct store *s = v->sp->env.store;
	bool agrees = true;
	CK_RV rv = set_verify(v, &set, &agrees);

	if (rv == CKR_OK && agrees) {
		if (set_folded(&set) && store_writable(s))
			rv = set_fold(v);
		if (rv != CKR_OK && rv != CKR_DEVICE_REMOVED)
			log_error("object: %s: what was changed without login "
			    "still waits", store_path(s));
		return 0;
	}
	if (rv == CKR_OK) {
		log_error("object: %s: objects were taken away or put back "
		    "from the past", store_path(s));
		verify_audit(v->sp, AUDIT_SET_BAD, none);
		return 1;
	}
	if (rv == CKR_DEVICE_REMOVED)
		return 0; /* the next call tells */
	log_error("object: %s: which objects there must be cannot be read",
	    store_path(s));
	if (rv == CKR_DEVICE_ERROR && store_writable(s) &&
	    set_renew(v) == CKR_OK)
		verify_audit(v->sp, AUDIT_SET_NEW, none);
	return 1;
}

/* ------------------------------------------------------------------ the index */

static CK_RV
index_rebuild(struct store *s)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	CK_RV rv;

	if ((rv = store_tx_begin(s, &tx)) != CKR_OK ||
	    (rv = store_tags_rebuild(s)) != CKR_OK)
		return rv;
	return store_tx_commit(&tx);
}

static unsigned
verify_index(struct verifier *v)
{
	static const uint8_t none[SEAL_UUID];
	struct store *s = v->sp->env.store;
	bool bad = false;
	uint64_t count;
	CK_RV rv;

	if ((rv = store_object_count(s, &count)) != CKR_OK)
		return 1;
	if (v->full)
		rv = store_check(s, &bad);
	else if (count <= VERIFY_ROWS)
		rv = store_tags_check(s, &bad);
	if (rv == CKR_OK && !bad)
		return 0;
	if (!bad || !store_writable(s))
		return 1;
	if (index_rebuild(s) != CKR_OK) {
		log_error("object: %s: the search index could not be rebuilt",
		    store_path(s));
		return 1;
	}
	log_error("object: %s: the search index was rebuilt", store_path(s));
	verify_audit(v->sp, AUDIT_INDEX_BAD, none);
	return 1;
}

void
verify_index_once(struct obj_space *sp)
{
	struct verifier v = { .sp = sp };

	/* What is found is logged, and the search goes on. */
	if (!atomic_exchange(&sp->index_seen, true))
		(void)verify_index(&v);
}

/* ---------------------------------------------------------------------- all */

CK_RV
obj_space_verify(struct obj_space *sp, bool full, unsigned *found)
{
	struct verifier v = { .sp = sp, .full = full };
	unsigned n = 0;

	if (!keyring_unlocked(sp->env.keyring))
		return CKR_USER_NOT_LOGGED_IN;
	atomic_store(&sp->index_seen, true);
	n += verify_index(&v);
	n += verify_set(&v);
	for (size_t i = 0; i < v.n_bad && i < BAD_MAX; i++)
		verify_audit(sp, AUDIT_OBJECT_BAD, v.bad[i]);
	n += (unsigned)v.n_bad;
	if (found != NULL)
		*found = n;
	return CKR_OK;
}
