/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of object's templates and policy: a space over a store in
 * memory, templates as tables, drafts out of them, and objects out of drafts
 * that live on the test's stack.
 */
#ifndef KLUIS_TESTS_OBJECT_OBJ_KIT_H
#define KLUIS_TESTS_OBJECT_OBJ_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "object/policy_int.h"

/* Values that tables of templates point to. */
static CK_BBOOL kit_yes __attribute__((unused)) = CK_TRUE;
static CK_BBOOL kit_no __attribute__((unused)) = CK_FALSE;
static CK_ULONG kit_data __attribute__((unused)) = CKO_DATA;
static CK_ULONG kit_cert __attribute__((unused)) = CKO_CERTIFICATE;
static CK_ULONG kit_public __attribute__((unused)) = CKO_PUBLIC_KEY;
static CK_ULONG kit_private __attribute__((unused)) = CKO_PRIVATE_KEY;
static CK_ULONG kit_secret __attribute__((unused)) = CKO_SECRET_KEY;
static CK_ULONG kit_x509 __attribute__((unused)) = CKC_X_509;
static CK_ULONG kit_rsa __attribute__((unused)) = CKK_RSA;
static CK_ULONG kit_ec __attribute__((unused)) = CKK_EC;
static CK_ULONG kit_aes __attribute__((unused)) = CKK_AES;
static CK_ULONG kit_generic __attribute__((unused)) = CKK_GENERIC_SECRET;
static uint8_t kit_16[16] __attribute__((unused)) = { 1, 2, 3 };
static uint8_t kit_17[17] __attribute__((unused)) = { 1, 2, 3 };
/* P-256 */
static uint8_t kit_p256[] __attribute__((unused)) = {
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07
};

/* A table's attribute out of a variable; a table ends at a row of zeros, so
 * that CKA_CLASS must not be NULL and empty. */
#define KIT_A(type, var) { (type), &(var), sizeof(var) }
#define KIT_MAX 24

static inline CK_ULONG
kit_count(const CK_ATTRIBUTE *t)
{
	CK_ULONG n = 0;

	while (n < KIT_MAX &&
	    (t[n].type != 0 || t[n].pValue != NULL || t[n].ulValueLen != 0))
		n++;
	return n;
}

static inline struct conf *
kit_conf(void)
{
	static struct conf conf = { .rsa_min = 2048 };

	return &conf;
}

static inline struct eng *
kit_eng(void)
{
	static struct eng *e;

	if (e == NULL)
		assert_int_equal(eng_new(NULL, NULL, 2048, &e), CKR_OK);
	return e;
}

/* The test's space, over a new token in memory; it stays for ever. */
static inline struct obj_space *
kit_space(void)
{
	static struct obj_space *sp;
	static struct obj_env env;
	static struct store_env *se;
	static _Atomic uint64_t next;
	struct seal_token tok = { .epoch = 1 };
	struct keyring *kr = NULL;

	if (sp != NULL)
		return sp;
	assert_int_equal(store_env_new("/nowhere", NULL, &se), CKR_OK);
	assert_int_equal(store_open_memory(se, &env.store), CKR_OK);
	assert_int_equal(keyring_create(kit_eng(), &tok, true, &kr), CKR_OK);
	env.eng = kit_eng();
	env.keyring = kr;
	env.conf = kit_conf();
	env.next_handle = &next;
	assert_int_equal(obj_space_new(&env, &sp), CKR_OK);
	return sp;
}

static const struct obj_who kit_user __attribute__((unused)) = {
	.role = OBJ_ROLE_USER, .rw = true, .session = 1
};
static const struct obj_who kit_nobody __attribute__((unused)) = {
	.role = OBJ_ROLE_PUBLIC, .rw = true, .session = 1
};
static const struct obj_who kit_so __attribute__((unused)) = {
	.role = OBJ_ROLE_SO, .rw = true, .session = 1
};

/* A request for `way` with a table's template, class and type left open. */
static inline struct obj_request
kit_request(enum obj_way way, const CK_ATTRIBUTE *t)
{
	return (struct obj_request){ .way = way,
		.class = CK_UNAVAILABLE_INFORMATION,
		.key_type = CK_UNAVAILABLE_INFORMATION,
		.templ = t, .count = kit_count(t) };
}

/* A draft that must come about. */
static inline struct obj_draft *
kit_draft(const struct obj_who *who, const struct obj_request *rq)
{
	struct obj_draft *d = NULL;

	assert_int_equal(obj_draft_new(kit_space(), who, rq, &d), CKR_OK);
	return d;
}

static inline struct obj_draft *
kit_create(const CK_ATTRIBUTE *t)
{
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, t);

	return kit_draft(&kit_user, &rq);
}

/* A generated secret key (AES-128) with these attributes besides. */
static inline struct obj_draft *
kit_generate(const CK_ATTRIBUTE *t)
{
	static CK_ULONG len = 16;
	CK_ATTRIBUTE all[KIT_MAX + 1] = { KIT_A(CKA_VALUE_LEN, len) };
	struct obj_request rq = kit_request(OBJ_WAY_GENERATE, all);
	struct eng_key *key = NULL;
	struct eng_gen gen;
	struct obj_draft *d;

	memcpy(all + 1, t, kit_count(t) * sizeof(*t));
	rq.count = 1 + kit_count(t);
	rq.class = CKO_SECRET_KEY;
	rq.key_type = CKK_AES;
	rq.mech = CKM_AES_KEY_GEN;
	d = kit_draft(&kit_user, &rq);
	assert_int_equal(obj_draft_gen(d, &gen), CKR_OK);
	assert_int_equal(eng_key_generate(kit_eng(), &gen, &key), CKR_OK);
	assert_int_equal(obj_draft_set_key(d, key), CKR_OK);
	eng_key_put(key);
	return d;
}

/* A session object that looks into a draft, for calls that only read it. */
static inline struct object
kit_object(const struct obj_draft *d)
{
	struct object o = { .space = d->space, .schema = d->schema,
		.class = d->schema->class, .key_type = d->schema->key_type,
		.token = d->token, .private = d->private,
		.attrs = d->attrs, .secrets = d->secrets };

	atomic_init(&o.refs, 1);
	atomic_init(&o.key, d->key);
	return o;
}

static inline bool
kit_is(const struct obj_draft *d, CK_ATTRIBUTE_TYPE t)
{
	assert_non_null(attrs_find(&d->attrs, t));
	return attrs_bool(&d->attrs, t, false);
}

#endif
