/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of what keeps objects: a token in a file, seen by two sides
 * with a connection, keyring and space each, as two processes have them; and
 * a raw connection, as somebody has who can write the file.
 */
#ifndef KLUIS_TESTS_OBJECT_SPACE_KIT_H
#define KLUIS_TESTS_OBJECT_SPACE_KIT_H

#include "object/obj_kit.h"
#include "kit/kit.h"

#include <sqlite3.h>

#include "base/log.h"
#include "object/space_int.h"

#define KIT __attribute__((unused)) static

/* One process: s is NULL when it is not there. */
struct side {
	struct store *store;
	struct keyring *kr;
	struct obj_env env;
	struct obj_space *sp;
	_Atomic uint64_t next;
};
struct world {
	char *dir;
	char *log;
	struct store_env *se;
	struct side a, b;
};

#define W_PIN BYTES_STR("1234")

static const struct obj_who w_user __attribute__((unused)) = {
	.role = OBJ_ROLE_USER, .rw = true, .session = 1
};
static const struct obj_who w_user2 __attribute__((unused)) = {
	.role = OBJ_ROLE_USER, .rw = true, .session = 2
};
static const struct obj_who w_reader __attribute__((unused)) = {
	.role = OBJ_ROLE_USER, .rw = false, .session = 3
};
static const struct obj_who w_nobody __attribute__((unused)) = {
	.role = OBJ_ROLE_PUBLIC, .rw = true, .session = 4
};
static const struct obj_who w_so __attribute__((unused)) = {
	.role = OBJ_ROLE_SO, .rw = true, .session = 5
};

KIT CK_RV
w_fill(struct store *s, void *arg)
{
	KL_AUTO(keyring_freep) struct keyring *kr = NULL;
	KL_AUTO(buf_done) struct buf token = { 0 }, slot = { 0 }, audit = { 0 };
	struct seal_token tok = { .epoch = 1 };
	CK_RV rv;

	(void)arg;
	if ((rv = keyring_create(kit_eng(), &tok, true, &kr)) != CKR_OK ||
	    (rv = keyring_token_record(kr, &token)) != CKR_OK ||
	    (rv = keyring_slot_make(kr, SEAL_USER, W_PIN, &slot)) != CKR_OK ||
	    (rv = seal_audit_first(kr, &audit)) != CKR_OK ||
	    (rv = store_record_put(s, "token", buf_view(&token))) != CKR_OK ||
	    (rv = store_record_put(s, "keyslot.user", buf_view(&slot))) !=
	    CKR_OK ||
	    (rv = store_record_put(s, "audit", buf_view(&audit))) != CKR_OK)
		return rv;
	return obj_space_init_store(s, kr);
}

/* What is on offer for CKO_MECHANISM. */
KIT bool
w_mechanism(void *mechs, size_t i, CK_MECHANISM_TYPE *out)
{
	static const CK_MECHANISM_TYPE offer[] = { CKM_AES_GCM, CKM_ECDSA,
		0x8b4c0001UL };

	(void)mechs;
	if (i >= KL_COUNT(offer))
		return false;
	*out = offer[i];
	return true;
}

KIT void
w_open(struct world *w, struct side *s)
{
	KL_AUTO(buf_done) struct buf record = { 0 };

	assert_int_equal(store_open(w->se, 0, &s->store), CKR_OK);
	assert_int_equal(store_record_get(s->store, "token", &record), CKR_OK);
	assert_int_equal(keyring_open(kit_eng(), buf_view(&record), true,
	    &s->kr), CKR_OK);
	s->env = (struct obj_env){ .eng = kit_eng(), .store = s->store,
		.keyring = s->kr, .conf = kit_conf(), .next_handle = &s->next,
		.mechanism = w_mechanism };
	assert_int_equal(obj_space_new(&s->env, &s->sp), CKR_OK);
}

KIT void
w_close(struct side *s)
{
	obj_space_free(s->sp);
	keyring_free(s->kr);
	store_close(s->store);
	*s = (struct side){ .store = NULL };
}

/* Logs in as session/login.c does. */
KIT unsigned
w_login(struct side *s)
{
	KL_AUTO(buf_done) struct buf slot = { 0 };
	KL_AUTO(secret_freep) struct secret *master = NULL;
	unsigned found = 99;

	assert_int_equal(store_record_get(s->store, "keyslot.user", &slot),
	    CKR_OK);
	assert_int_equal(keyring_slot_try(s->kr, SEAL_USER, buf_view(&slot),
	    W_PIN, &master), CKR_OK);
	assert_int_equal(keyring_unlock(s->kr, master), CKR_OK);
	assert_int_equal(obj_space_verify(s->sp, false, &found), CKR_OK);
	return found;
}

KIT void
w_logout(struct side *s)
{
	keyring_lock(s->kr);
	obj_space_logged_out(s->sp);
}

KIT int
w_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	char *setting;

	assert_non_null(w);
	w->dir = kit_folder_new();
	w->log = kit_path(w->dir, "log");
	assert_true(asprintf(&setting, "error:file:%s", w->log) > 0);
	assert_int_equal(log_setup(setting), CKR_OK);
	free(setting);
	assert_int_equal(store_env_new(w->dir, NULL, &w->se), CKR_OK);
	assert_int_equal(store_create(w->se, 0, w_fill, NULL), CKR_OK);
	w_open(w, &w->a);
	w_open(w, &w->b);
	*state = w;
	return 0;
}

KIT int
w_teardown(void **state)
{
	struct world *w = *state;

	w_close(&w->a);
	w_close(&w->b);
	store_env_free(w->se);
	log_reset();
	kit_folder_free(w->dir);
	free(w->log);
	free(w);
	return 0;
}
#define W_TEST(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)

/* SQL past the store; side b closes first where it must not notice. */
KIT void
w_sql(struct world *w, const char *sql)
{
	char *path = kit_path(w->dir, "0.db");
	sqlite3 *db = NULL;
	char *msg = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &msg) != SQLITE_OK)
		fail_msg("%s: %s", sql, msg);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	free(path);
}

/* Side s is started anew, not logged in. */
KIT void
w_again(struct world *w, struct side *s)
{
	w_close(s);
	w_open(w, s);
}

/* How often text stands in the log. */
KIT unsigned
w_logged(const struct world *w, const char *text)
{
	char *all = kit_read(w->log);
	unsigned n = 0;

	for (const char *at = all; (at = strstr(at, text)) != NULL; at++)
		n++;
	free(all);
	return n;
}

/* How many audit entries there are; *last: the last one's event. */
KIT uint64_t
w_audited(struct side *s, unsigned *last)
{
	uint64_t next, n = 0;
	uint8_t mac[32];

	assert_int_equal(store_audit_next(s->store, &next), CKR_OK);
	for (uint64_t i = 1; i < next; i++, n++) {
		KL_AUTO(buf_done) struct buf e = { 0 };

		assert_int_equal(store_audit_get(s->store, i, &e, mac),
		    CKR_OK);
		assert_int_equal(e.n, 8 + 2 + 16);
		*last = (unsigned)e.p[8] << 8 | e.p[9];
	}
	return n;
}

/* --------------------------------------------------------------- objects */

/* A data object; token, private as told. */
KIT CK_RV
w_data_rv(struct side *s, const struct obj_who *who, const char *label,
    bool token, bool private, CK_OBJECT_HANDLE *out)
{
	CK_BBOOL t = token, p = private;
	CK_ATTRIBUTE a[] = {
		KIT_A(CKA_CLASS, kit_data), KIT_A(CKA_TOKEN, t),
		KIT_A(CKA_PRIVATE, p),
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		{ CKA_VALUE, (void *)(uintptr_t)"worth", 5 },
	};

	return obj_create(s->sp, who, a, 5, out);
}

KIT CK_OBJECT_HANDLE
w_data(struct side *s, const char *label, bool token, bool private)
{
	CK_OBJECT_HANDLE h = 0;

	assert_int_equal(w_data_rv(s, &w_user, label, token, private, &h),
	    CKR_OK);
	assert_true(h != 0);
	return h;
}

/* An AES key; open: not sensitive and extractable. */
KIT CK_OBJECT_HANDLE
w_key(struct side *s, const char *label, bool token, bool private, bool open)
{
	CK_BBOOL t = token, p = private, sensitive = !open, leaves = open;
	CK_OBJECT_HANDLE h = 0;
	CK_ATTRIBUTE a[] = {
		KIT_A(CKA_CLASS, kit_secret), KIT_A(CKA_KEY_TYPE, kit_aes),
		KIT_A(CKA_TOKEN, t), KIT_A(CKA_PRIVATE, p),
		KIT_A(CKA_SENSITIVE, sensitive), KIT_A(CKA_EXTRACTABLE, leaves),
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		KIT_A(CKA_VALUE, kit_16),
	};

	assert_int_equal(obj_create(s->sp, &w_user, a, 8, &h), CKR_OK);
	return h;
}

KIT CK_RV
w_set_label(struct side *s, const struct obj_who *who, CK_OBJECT_HANDLE h,
    const char *label)
{
	CK_ATTRIBUTE a = { CKA_LABEL, (void *)(uintptr_t)label,
		strlen(label) };

	return obj_set_attrs(s->sp, who, h, &a, 1);
}

KIT bool
w_has_label(struct side *s, const struct obj_who *who, CK_OBJECT_HANDLE h,
    const char *label)
{
	char text[64];
	CK_ATTRIBUTE a = { CKA_LABEL, text, sizeof(text) };

	return obj_get_attrs(s->sp, who, h, &a, 1) == CKR_OK &&
	    a.ulValueLen == strlen(label) &&
	    bytes_equal(bytes_of(text, a.ulValueLen),
	    bytes_of(label, strlen(label)));
}

/* A search, batch numbers at a time; the first max are kept, all counted. */
KIT CK_ULONG
w_find(struct side *s, const struct obj_who *who, const CK_ATTRIBUTE *t,
    CK_ULONG batch, CK_OBJECT_HANDLE *out, CK_ULONG max)
{
	struct obj_search *f = NULL;
	CK_OBJECT_HANDLE got[64];
	CK_ULONG n = 1, all = 0;

	assert_true(batch <= 64);
	assert_int_equal(obj_find_init(s->sp, who, t, kit_count(t), &f),
	    CKR_OK);
	while (n > 0) {
		assert_int_equal(obj_find_next(f, who, got, batch, &n),
		    CKR_OK);
		assert_true(n <= batch);
		for (CK_ULONG i = 0; i < n; i++, all++)
			if (all < max)
				out[all] = got[i];
	}
	obj_find_free(f);
	return all;
}

/* How many objects have this label. */
KIT CK_ULONG
w_count(struct side *s, const struct obj_who *who, const char *label)
{
	CK_ATTRIBUTE t[] = {
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		{ 0 },
	};

	return w_find(s, who, t, 10, NULL, 0);
}

/* The one object with this label. */
KIT CK_OBJECT_HANDLE
w_the(struct side *s, const struct obj_who *who, const char *label)
{
	CK_ATTRIBUTE t[] = {
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		{ 0 },
	};
	CK_OBJECT_HANDLE h = 0;

	assert_int_equal(w_find(s, who, t, 10, &h, 1), 1);
	return h;
}

KIT CK_RV
w_open_rv(struct side *s, const struct obj_who *who, CK_OBJECT_HANDLE h)
{
	KL_AUTO(obj_putp) struct object *o = NULL;

	return obj_open(s->sp, who, h, &o);
}

#endif
