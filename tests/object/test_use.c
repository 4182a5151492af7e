/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may do what: class, usage attribute, allowed mechanisms, dates, and what
 * wrapping keys must not do.
 */
#include "mech/mech_int.h"
#include "object/obj_kit.h"

static CK_MECHANISM_TYPE gcm[] = { CKM_AES_KEY_WRAP, CKM_AES_GCM };
static CK_MECHANISM_TYPE cbc[] = { CKM_AES_CBC_PAD, CKM_AES_CTR };

#define OFF(type) KIT_A(type, kit_no)
#define ON(type) KIT_A(type, kit_yes)
#define FUTURE { CKA_START_DATE, "29990101", 8 }
#define PAST { CKA_END_DATE, "20010101", 8 }
#define NOT_PERMITTED CKR_KEY_FUNCTION_NOT_PERMITTED

static const struct {
	const char *name;
	CK_ATTRIBUTE of[4];	/* an AES key with these */
	enum obj_use use;
	CK_MECHANISM_TYPE mech;
	CK_RV rv;
} cases[] = {
	{ "class", { { 0 } }, OBJ_USE_SIGN_RECOVER, CKM_AES_CMAC,
	  CKR_KEY_TYPE_INCONSISTENT },
	{ "usage", { OFF(CKA_ENCRYPT) }, OBJ_USE_ENCRYPT, CKM_AES_GCM,
	  NOT_PERMITTED },
	{ "usage by default off", { { 0 } }, OBJ_USE_DERIVE,
	  CKM_AES_ECB_ENCRYPT_DATA, NOT_PERMITTED },
	{ "mechanism", { KIT_A(CKA_ALLOWED_MECHANISMS, gcm) },
	  OBJ_USE_ENCRYPT, CKM_AES_CBC, CKR_MECHANISM_INVALID },
	{ "mechanism of a digest", { KIT_A(CKA_ALLOWED_MECHANISMS, gcm) },
	  OBJ_USE_DIGEST, CKM_SHA256, CKR_MECHANISM_INVALID },
	{ "too early", { FUTURE }, OBJ_USE_ENCRYPT, CKM_AES_GCM,
	  NOT_PERMITTED },
	{ "too late", { PAST }, OBJ_USE_WRAP, CKM_AES_GCM, NOT_PERMITTED },
	{ "what exists is read", { PAST }, OBJ_USE_DECRYPT, CKM_AES_GCM,
	  CKR_OK },
	{ "what exists is verified", { PAST }, OBJ_USE_VERIFY, CKM_AES_CMAC,
	  CKR_OK },
	{ "within dates", { { CKA_START_DATE, "20010101", 8 },
	  { CKA_END_DATE, "29990101", 8 } }, OBJ_USE_SIGN, CKM_AES_CMAC,
	  CKR_OK },
	{ "mechanism named", { KIT_A(CKA_ALLOWED_MECHANISMS, gcm) },
	  OBJ_USE_ENCRYPT, CKM_AES_GCM, CKR_OK },
	{ "encrypt", { { 0 } }, OBJ_USE_ENCRYPT, CKM_AES_GCM, CKR_OK },
	{ "digest", { { 0 } }, OBJ_USE_DIGEST, CKM_SHA256, CKR_OK },
	{ "a key that decrypts unwraps anyhow", { { 0 } }, OBJ_USE_UNWRAP,
	  CKM_AES_CTR, CKR_OK },
	{ "another not by a stream", { OFF(CKA_DECRYPT) }, OBJ_USE_UNWRAP,
	  CKM_AES_CTR, NOT_PERMITTED },
	{ "but by blocks", { OFF(CKA_DECRYPT) }, OBJ_USE_UNWRAP,
	  CKM_AES_CBC_PAD, CKR_OK },
	{ "a wrapping key not by blocks either", { OFF(CKA_DECRYPT),
	  ON(CKA_SENSITIVE) }, OBJ_USE_UNWRAP, CKM_AES_CBC_PAD, NOT_PERMITTED },
	{ "only by those it names", { OFF(CKA_DECRYPT), ON(CKA_SENSITIVE),
	  KIT_A(CKA_ALLOWED_MECHANISMS, cbc) }, OBJ_USE_UNWRAP,
	  CKM_AES_CBC_PAD, CKR_OK },
	{ "and by those with integrity", { OFF(CKA_DECRYPT),
	  ON(CKA_SENSITIVE) }, OBJ_USE_UNWRAP, CKM_AES_KEY_WRAP, CKR_OK },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(cases); i++) {
		KL_AUTO(obj_draft_freep) struct obj_draft *d =
		    kit_generate(cases[i].of);
		struct object o = kit_object(d);
		CK_RV rv = obj_may(&o, cases[i].use, cases[i].mech);

		if (rv != cases[i].rv)
			fail_msg("%s: 0x%lx", cases[i].name, rv);
	}
}

/* Public keys do not derive, data does nothing. */
static void
test_classes(void **state)
{
	struct object o = { .class = CKO_PUBLIC_KEY };

	(void)state;
	assert_int_equal(attrs_put_bool(&o.attrs, CKA_DERIVE, true), CKR_OK);
	assert_int_equal(obj_may(&o, OBJ_USE_DERIVE, CKM_ECDH1_DERIVE),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(obj_may(&o, OBJ_USE_DIGEST, CKM_SHA256),
	    CKR_KEY_TYPE_INCONSISTENT);
	o.class = CKO_DATA;
	assert_int_equal(obj_may(&o, OBJ_USE_ENCRYPT, CKM_AES_GCM),
	    CKR_KEY_TYPE_INCONSISTENT);
	attrs_done(&o.attrs);
}

/* The private half of a wrapping pair: a raw signature would decrypt. */
static void
test_wrapping_pair(void **state)
{
	struct object o = { .space = kit_space(), .class = CKO_PRIVATE_KEY };

	(void)state;
	assert_int_equal(attrs_put_bool(&o.attrs, CKA_SIGN, true), CKR_OK);
	assert_int_equal(attrs_put_bool(&o.attrs, CKA_UNWRAP, true), CKR_OK);
	assert_int_equal(obj_may(&o, OBJ_USE_UNWRAP, CKM_RSA_X_509),
	    NOT_PERMITTED);
	assert_int_equal(obj_may(&o, OBJ_USE_UNWRAP, CKM_RSA_PKCS), CKR_OK);
	assert_int_equal(attrs_put_bool(&o.attrs, CKA_DECAPSULATE, true),
	    CKR_OK);
	assert_int_equal(obj_may(&o, OBJ_USE_SIGN, CKM_RSA_X_509), CKR_OK);
	assert_int_equal(attrs_put_num(&o.attrs, ATTR_WRAPS, 1),
	    CKR_OK);
	o.free_uses = 0;	/* as in another object: attributes stay */
	assert_int_equal(obj_may(&o, OBJ_USE_SIGN, CKM_RSA_X_509),
	    NOT_PERMITTED);
	assert_int_equal(obj_may(&o, OBJ_USE_DECAPSULATE, CKM_RSA_PKCS),
	    NOT_PERMITTED);
	assert_int_equal(obj_may(&o, OBJ_USE_SIGN, CKM_RSA_PKCS), CKR_OK);
	assert_int_equal(obj_may(&o, OBJ_USE_UNWRAP, CKM_RSA_PKCS),
	    NOT_PERMITTED);
	assert_int_equal(obj_may(&o, OBJ_USE_UNWRAP, CKM_RSA_PKCS_OAEP),
	    CKR_OK);
	kit_conf()->policy = CONF_POLICY_COMPATIBLE;
	assert_int_equal(obj_may(&o, OBJ_USE_UNWRAP, CKM_RSA_PKCS), CKR_OK);
	kit_conf()->policy = CONF_POLICY_DEFAULT;
	attrs_done(&o.attrs);
}

/* No mechanism without integrity unwraps with a wrapping key that does not name
 * it: the list here has all that the mechanism table marks so. */
static void
test_all_weak(void **state)
{
	CK_ATTRIBUTE of[] = { OFF(CKA_DECRYPT), ON(CKA_SENSITIVE), { 0 } };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_generate(of);
	struct object o = kit_object(d);
	const struct mech_row *row;

	(void)state;
	for (size_t i = 0; (row = mech_row_at(i)) != NULL; i++)
		if ((row->flags & CKF_UNWRAP) != 0 &&
		    obj_may(&o, OBJ_USE_UNWRAP, row->type) !=
		    ((row->traits & MECH_WEAK_WRAP) != 0 ? NOT_PERMITTED :
		    CKR_OK))
			fail_msg("%s", row->name);
}

static void
test_bits(void **state)
{
	(void)state;
	assert_int_equal(use_bit(CKA_LABEL), 0);
	assert_int_equal(use_bit(CK_UNAVAILABLE_INFORMATION), 0);
	assert_int_equal(use_bit(CKA_SIGN), 1u << OBJ_USE_SIGN);
	assert_int_equal(use_bit(CKA_DECAPSULATE), 1u << OBJ_USE_DECAPSULATE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_wrapping_pair),
		cmocka_unit_test(test_all_weak),
		cmocka_unit_test(test_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
