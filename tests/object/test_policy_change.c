/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C_SetAttributeValue and C_CopyObject: footnotes 8, 10, 11 and 12, what is
 * prohibited, roles (design section 9, rule 3), and what a copy keeps.
 */
#include "object/obj_kit.h"

static uint8_t junk[8] = "junk", other[8] = "other";
static CK_ULONG sixteen = 16;
static const struct obj_who reader = {
	.role = OBJ_ROLE_USER, .rw = false, .session = 1
};

#define AES KIT_A(CKA_CLASS, kit_secret), KIT_A(CKA_KEY_TYPE, kit_aes)
#define VALUE KIT_A(CKA_VALUE, kit_16)
#define LABEL KIT_A(CKA_LABEL, junk)

struct change_case {
	const char *name;
	CK_ATTRIBUTE of[4];	/* the object: an AES key with these besides */
	CK_ATTRIBUTE t[3];
	CK_RV set, copy;
	const struct obj_who *who;
	bool generated;
};

#define OFF(type) KIT_A(type, kit_no)
#define ON(type) KIT_A(type, kit_yes)
#define RO CKR_ATTRIBUTE_READ_ONLY
#define CONFLICT CKR_TEMPLATE_INCONSISTENT

static const struct change_case cases[] = {
	{ "no change", { { 0 } }, { { 0 } }, CKR_OK, CKR_OK, NULL, false },
	{ "label", { { 0 } }, { LABEL }, CKR_OK, CKR_OK, NULL, false },
	{ "unknown", { { 0 } }, { { 0x7fff0000, NULL, 0 } },
	  CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_TYPE_INVALID, NULL, false },
	{ "of another class", { { 0 } }, { { CKA_MODULUS, NULL, 0 } },
	  CKR_TEMPLATE_INCONSISTENT, CKR_TEMPLATE_INCONSISTENT, NULL, false },
	{ "twice", { { 0 } }, { LABEL, { CKA_LABEL, "z", 1 } },
	  CKR_TEMPLATE_INCONSISTENT, CKR_TEMPLATE_INCONSISTENT, NULL, false },
	{ "bad value", { { 0 } }, { { CKA_SIGN, junk, 2 } },
	  CKR_ATTRIBUTE_VALUE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID, NULL,
	  false },
	{ "class", { { 0 } }, { KIT_A(CKA_CLASS, kit_secret) }, RO, RO, NULL,
	  false },
	{ "value", { { 0 } }, { VALUE }, RO, RO, NULL, false },
	{ "length", { { 0 } }, { KIT_A(CKA_VALUE_LEN, sixteen) }, RO, RO, NULL,
	  false },
	{ "unique ID", { { 0 } }, { KIT_A(CKA_UNIQUE_ID, junk) }, RO, RO, NULL,
	  false },
	{ "local", { { 0 } }, { ON(CKA_LOCAL) }, RO, RO, NULL, false },
	{ "token", { { 0 } }, { ON(CKA_TOKEN) }, RO, CKR_OK, NULL, false },
	{ "token, read-only", { { 0 } }, { ON(CKA_TOKEN) }, RO,
	  CKR_SESSION_READ_ONLY, &reader, false },
	{ "session object, read-only", { { 0 } }, { LABEL }, CKR_OK, CKR_OK,
	  &reader, false },
	{ "token object, read-only", { ON(CKA_TOKEN) }, { LABEL },
	  CKR_SESSION_READ_ONLY, CKR_SESSION_READ_ONLY, &reader, false },
	{ "private, without login", { { 0 } }, { LABEL },
	  CKR_USER_NOT_LOGGED_IN, CKR_USER_NOT_LOGGED_IN, &kit_nobody, false },
	{ "not modifiable", { OFF(CKA_MODIFIABLE) }, { LABEL },
	  CKR_ACTION_PROHIBITED, CKR_OK, NULL, false },
	{ "not copyable", { OFF(CKA_COPYABLE) }, { LABEL },
	  CKR_OK, CKR_ACTION_PROHIBITED, NULL, false },
	{ "no more copyable", { { 0 } }, { OFF(CKA_COPYABLE) }, CKR_OK, CKR_OK,
	  NULL, false },
	{ "copyable again", { OFF(CKA_COPYABLE) }, { ON(CKA_COPYABLE) },
	  RO, CKR_ACTION_PROHIBITED, NULL, false },
	{ "to public", { { 0 } }, { OFF(CKA_PRIVATE) },
	  RO, CKR_TEMPLATE_INCONSISTENT, NULL, false },
	{ "to private", { OFF(CKA_PRIVATE) }, { ON(CKA_PRIVATE) },
	  RO, CKR_OK, NULL, false },
	{ "to sensitive", { { 0 } }, { ON(CKA_SENSITIVE) }, CKR_OK, CKR_OK,
	  NULL, false },
	{ "sensitive again", { ON(CKA_SENSITIVE) }, { ON(CKA_SENSITIVE) },
	  RO, CKR_OK, NULL, false },
	{ "not sensitive", { ON(CKA_SENSITIVE) }, { OFF(CKA_SENSITIVE) },
	  RO, RO, NULL, false },
	{ "to unextractable", { { 0 } }, { OFF(CKA_EXTRACTABLE) },
	  CKR_OK, CKR_OK, NULL, false },
	{ "unextractable again", { OFF(CKA_EXTRACTABLE) },
	  { OFF(CKA_EXTRACTABLE) }, RO, CKR_OK, NULL, false },
	{ "extractable", { OFF(CKA_EXTRACTABLE) }, { ON(CKA_EXTRACTABLE) },
	  RO, RO, NULL, false },
	{ "wrap with trusted stays off", { { 0 } },
	  { OFF(CKA_WRAP_WITH_TRUSTED) }, CKR_OK, CKR_OK, NULL, false },
	{ "wrap with trusted off", { ON(CKA_WRAP_WITH_TRUSTED) },
	  { OFF(CKA_WRAP_WITH_TRUSTED) }, RO, RO, NULL, false },
	{ "trusted, by the user", { { 0 } }, { ON(CKA_TRUSTED) }, RO, RO, NULL,
	  false },
	{ "trusted, by the SO", { OFF(CKA_PRIVATE) }, { ON(CKA_TRUSTED) },
	  CKR_OK, CKR_OK, &kit_so, false },
	{ "check value away", { { 0 } }, { { CKA_CHECK_VALUE, NULL, 0 } },
	  CKR_OK, CKR_OK, NULL, false },
	{ "check value wrong", { { 0 } }, { { CKA_CHECK_VALUE, junk, 3 } },
	  CKR_ATTRIBUTE_VALUE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID, NULL,
	  false },
	{ "allowed mechanisms", { { 0 } }, { { CKA_ALLOWED_MECHANISMS, NULL, 0 } },
	  RO, RO, NULL, false },

	{ "role: wrap to decrypt", { OFF(CKA_WRAP) }, { ON(CKA_WRAP) },
	  CONFLICT, CONFLICT, NULL, false },
	{ "role: decrypt to wrap", { OFF(CKA_DECRYPT) }, { ON(CKA_DECRYPT) },
	  CONFLICT, CONFLICT, NULL, false },
	{ "role: unwrap to encrypt", { OFF(CKA_UNWRAP) }, { ON(CKA_UNWRAP) },
	  CONFLICT, CONFLICT, NULL, false },
	{ "role: exchanged at once", { OFF(CKA_DECRYPT) },
	  { OFF(CKA_WRAP), ON(CKA_DECRYPT) }, CONFLICT, CONFLICT, NULL, false },
	{ "role: both at once", { OFF(CKA_DECRYPT), OFF(CKA_WRAP) },
	  { ON(CKA_WRAP), ON(CKA_DECRYPT) }, CONFLICT, CONFLICT, NULL, false },
	{ "role: one of none", { OFF(CKA_DECRYPT), OFF(CKA_WRAP) },
	  { ON(CKA_DECRYPT) }, CKR_OK, CKR_OK, NULL, false },
	{ "role: taken away", { { 0 } }, { OFF(CKA_WRAP) }, CKR_OK, CKR_OK,
	  NULL, false },
	{ "role: repeated", { { 0 } }, { ON(CKA_WRAP), ON(CKA_DECRYPT) },
	  CKR_OK, CKR_OK, NULL, false },
	{ "wrapping key: derive",
	  { OFF(CKA_DECRYPT), OFF(CKA_UNWRAP), ON(CKA_SENSITIVE) },
	  { ON(CKA_DERIVE) }, CONFLICT, CONFLICT, NULL, true },
};

/* The case's object, as a draft. */
static struct obj_draft *
subject(const struct change_case *c)
{
	CK_ATTRIBUTE t[8] = { AES, VALUE };

	if (c->generated)
		return kit_generate(c->of);
	memcpy(t + 3, c->of, sizeof(c->of));
	return kit_create(t);
}

static void
test_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(cases); i++) {
		const struct change_case *c = &cases[i];
		KL_AUTO(obj_draft_freep) struct obj_draft *d = subject(c);
		KL_AUTO(attrs_done) struct attrs out = { 0 };
		struct object o = kit_object(d);
		CK_RV rv = policy_set(&o, c->who != NULL ? c->who : &kit_user,
		    c->t, kit_count(c->t), &out);

		if (rv != c->set)
			fail_msg("%s: 0x%lx", c->name, rv);
		assert_int_equal(out.n, rv == CKR_OK ? kit_count(c->t) : 0);
	}
}

static void
test_copy(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(cases); i++) {
		const struct change_case *c = &cases[i];
		KL_AUTO(obj_draft_freep) struct obj_draft *d = subject(c);
		KL_AUTO(obj_draft_freep) struct obj_draft *out = NULL;
		struct object o = kit_object(d);
		CK_RV rv = draft_copy(kit_space(),
		    c->who != NULL ? c->who : &kit_user, &o, c->t,
		    kit_count(c->t), &out);

		if (rv != c->copy)
			fail_msg("%s: 0x%lx", c->name, rv);
	}
}

static void
test_no_array(void **state)
{
	CK_ATTRIBUTE t[4] = { AES, VALUE };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_create(t);
	KL_AUTO(attrs_done) struct attrs out = { 0 };
	struct object o = kit_object(d);
	struct obj_draft *copy = NULL;

	(void)state;
	assert_int_equal(policy_set(&o, &kit_user, NULL, 1, &out),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(draft_copy(kit_space(), &kit_user, &o, NULL, 1, &copy),
	    CKR_ARGUMENTS_BAD);
	assert_int_equal(policy_set(&o, &kit_user, NULL, 0, &out), CKR_OK);
}

static void
test_compatible(void **state)
{
	CK_ATTRIBUTE of[5] = { AES, VALUE, OFF(CKA_DECRYPT) };
	CK_ATTRIBUTE t[] = { ON(CKA_DECRYPT) };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_create(of);
	KL_AUTO(attrs_done) struct attrs out = { 0 };
	struct object o = kit_object(d);
	CK_RV rv;

	(void)state;
	kit_conf()->policy = CONF_POLICY_COMPATIBLE;
	rv = policy_set(&o, &kit_user, t, 1, &out);
	kit_conf()->policy = CONF_POLICY_DEFAULT;
	assert_int_equal(rv, CKR_OK);
}

/* Roles that are taken away do not make room for others in a wrapping key,
 * nor do copies. */
static void
test_wrapping_key(void **state)
{
	CK_ATTRIBUTE of[] = { OFF(CKA_DECRYPT), ON(CKA_SENSITIVE), { 0 } };
	CK_ATTRIBUTE away[] = { OFF(CKA_WRAP) }, more[] = { ON(CKA_DECRYPT) };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_generate(of);
	KL_AUTO(obj_draft_freep) struct obj_draft *copy = NULL, *no = NULL;
	KL_AUTO(attrs_done) struct attrs out = { 0 };
	struct object o = kit_object(d), oc;

	(void)state;
	assert_int_equal(draft_copy(kit_space(), &kit_user, &o, away, 1, &copy),
	    CKR_OK);
	assert_false(kit_is(copy, CKA_WRAP));
	oc = kit_object(copy);
	assert_int_equal(policy_set(&oc, &kit_user, more, 1, &out), CONFLICT);
	assert_int_equal(draft_copy(kit_space(), &kit_user, &oc, more, 1, &no),
	    CONFLICT);
}

/* Trust changes, but not into trust in something without a hash, and not for
 * another certificate. */
static void
test_trust(void **state)
{
	static CK_ULONG class = CKO_TRUST, anchor = CKT_TRUST_ANCHOR, odd = 5;
	CK_ATTRIBUTE of[] = { KIT_A(CKA_CLASS, class), KIT_A(CKA_ISSUER, junk),
		KIT_A(CKA_SERIAL_NUMBER, junk), { 0 } };
	const struct {
		CK_ATTRIBUTE t[3];
		CK_RV rv;
	} changes[] = {
		{ { KIT_A(CKA_TRUST_SERVER_AUTH, anchor) }, CONFLICT },
		{ { KIT_A(CKA_TRUST_SERVER_AUTH, odd) },
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ { KIT_A(CKA_ISSUER, other) }, RO },
		{ { KIT_A(CKA_TRUST_SERVER_AUTH, anchor),
		    KIT_A(CKA_HASH_OF_CERTIFICATE, junk) }, CKR_OK },
	};
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_create(of);
	struct object o = kit_object(d);

	(void)state;
	assert_false(d->private);
	for (size_t i = 0; i < KL_COUNT(changes); i++) {
		KL_AUTO(attrs_done) struct attrs out = { 0 };

		assert_int_equal(policy_set(&o, &kit_user, changes[i].t,
		    kit_count(changes[i].t), &out), changes[i].rv);
	}
}

static void
test_copy_keeps(void **state)
{
	CK_ATTRIBUTE of[] = { ON(CKA_SENSITIVE), ON(CKA_EXTRACTABLE), { 0 } };
	CK_ATTRIBUTE t[] = { OFF(CKA_EXTRACTABLE), LABEL };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_generate(of);
	KL_AUTO(obj_draft_freep) struct obj_draft *c = NULL;
	struct object o = kit_object(d);

	(void)state;
	assert_int_equal(attrs_put(&d->attrs, CKA_UNIQUE_ID, BYTES_STR("id")),
	    CKR_OK);
	o.attrs = d->attrs;
	assert_int_equal(draft_copy(kit_space(), &kit_user, &o, t, 2, &c),
	    CKR_OK);
	assert_true(kit_is(c, CKA_LOCAL) && kit_is(c, CKA_ALWAYS_SENSITIVE));
	assert_false(kit_is(c, CKA_EXTRACTABLE));
	assert_false(kit_is(c, CKA_NEVER_EXTRACTABLE));
	assert_int_equal(attrs_num(&c->attrs, CKA_KEY_GEN_MECHANISM, 0),
	    CKM_AES_KEY_GEN);
	assert_null(attrs_find(&c->attrs, CKA_UNIQUE_ID));
	assert_int_equal(attrs_bytes(&c->attrs, CKA_LABEL).n, sizeof(junk));
	assert_true(bytes_equal(attrs_bytes(&c->secrets, CKA_VALUE),
	    attrs_bytes(&d->secrets, CKA_VALUE)));
	assert_ptr_equal(c->key, d->key);
}

/* A copy is not what the SO trusted. */
static void
test_copy_trust(void **state)
{
	CK_ATTRIBUTE of[] = { AES, VALUE, OFF(CKA_PRIVATE), ON(CKA_TRUSTED),
		{ 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, of);
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL, *c = NULL;
	struct object o;

	(void)state;
	d = kit_draft(&kit_so, &rq);
	o = kit_object(d);
	assert_int_equal(draft_copy(kit_space(), &kit_user, &o, NULL, 0, &c),
	    CKR_OK);
	assert_false(kit_is(c, CKA_TRUSTED));
	obj_draft_freep(&c);
	assert_int_equal(draft_copy(kit_space(), &kit_so, &o, NULL, 0, &c),
	    CKR_OK);
	assert_true(kit_is(c, CKA_TRUSTED));
}

/* Certificates: NSS writes label, ID and the subject there is. */
static void
test_certificate(void **state)
{
	CK_ATTRIBUTE of[] = { KIT_A(CKA_CLASS, kit_cert),
		KIT_A(CKA_CERTIFICATE_TYPE, kit_x509), KIT_A(CKA_SUBJECT, junk),
		KIT_A(CKA_VALUE, junk), { 0 }, { 0 } };
	CK_ATTRIBUTE nss[] = { LABEL, KIT_A(CKA_ID, other),
		KIT_A(CKA_SUBJECT, junk) };
	CK_ATTRIBUTE bad[] = { KIT_A(CKA_SUBJECT, other) };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_create(of);
	KL_AUTO(attrs_done) struct attrs a = { 0 }, b = { 0 };
	struct object o = kit_object(d);

	(void)state;
	assert_int_equal(policy_set(&o, &kit_user, bad, 1, &a), RO);
	assert_int_equal(policy_set(&o, &kit_user, nss, 3, &a), CKR_OK);
	assert_int_equal(attrs_put_bool(&d->attrs, CKA_TRUSTED, true), CKR_OK);
	assert_int_equal(policy_set(&o, &kit_user, nss, 3, &b),
	    CKR_ACTION_PROHIBITED);
	assert_int_equal(policy_set(&o, &kit_so, nss, 3, &b), CKR_OK);
}

/* Data objects change (libraries rewrite their value), but a copy keeps what
 * they are. */
static void
test_data(void **state)
{
	CK_ATTRIBUTE of[] = { KIT_A(CKA_CLASS, kit_data), { 0 } };
	CK_ATTRIBUTE t[] = { KIT_A(CKA_VALUE, junk),
		KIT_A(CKA_APPLICATION, junk), KIT_A(CKA_OBJECT_ID, junk) };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_create(of);
	KL_AUTO(obj_draft_freep) struct obj_draft *c = NULL;
	KL_AUTO(attrs_done) struct attrs a = { 0 };
	struct object o = kit_object(d);

	(void)state;
	assert_int_equal(policy_set(&o, &kit_nobody, t, 3, &a), CKR_OK);
	assert_int_equal(draft_copy(kit_space(), &kit_user, &o, t, 3, &c), RO);
	assert_int_equal(draft_copy(kit_space(), &kit_user, &o, t, 2, &c),
	    CKR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_array),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_wrapping_key),
		cmocka_unit_test(test_copy_trust),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_copy_keeps),
		cmocka_unit_test(test_compatible),
		cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
