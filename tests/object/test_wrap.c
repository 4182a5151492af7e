/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may wrap whom (design section 9, rules 1 and 4, and the standard's own
 * attributes), and what is taken out of a wrapping or a derivation.
 */
#include "object/obj_kit.h"

static CK_MECHANISM_TYPE ecb[] = { CKM_AES_ECB, CKM_AES_GCM };
static CK_ATTRIBUTE label_a[] = { { CKA_LABEL, "a", 1 } };
static CK_ATTRIBUTE value_any[] = { KIT_A(CKA_VALUE, kit_16) };
static CK_ULONG sixteen = 16, twenty = 20, twentyfour = 24;

#define AES KIT_A(CKA_CLASS, kit_secret), KIT_A(CKA_KEY_TYPE, kit_aes)
#define OFF(type) KIT_A(type, kit_no)
#define ON(type) KIT_A(type, kit_yes)
#define SENSITIVE ON(CKA_SENSITIVE), ON(CKA_EXTRACTABLE)
#define GOOD OFF(CKA_DECRYPT), ON(CKA_SENSITIVE)
#define STREAM GOOD, OFF(CKA_ENCRYPT), KIT_A(CKA_ALLOWED_MECHANISMS, ecb)
#define DEFAULT CONF_POLICY_DEFAULT
#define NO CKR_KEY_NOT_WRAPPABLE

struct wrap_case {
	const char *name;
	CK_ATTRIBUTE wrapper[6];	/* generated AES key */
	CK_ATTRIBUTE key[5];		/* generated AES key */
	CK_MECHANISM_TYPE mech;
	bool weak;
	enum conf_policy policy;
	CK_RV rv;
	bool imported;		/* the wrapper is, instead */
	bool trusted;		/* the SO trusts the wrapper */
};

static const struct wrap_case cases[] = {
	{ "unextractable", { GOOD }, { OFF(CKA_EXTRACTABLE) },
	  CKM_AES_KEY_WRAP, false, DEFAULT, CKR_KEY_UNEXTRACTABLE, 0, 0 },
	{ "unextractable, compatible", { GOOD }, { OFF(CKA_EXTRACTABLE) },
	  CKM_AES_KEY_WRAP, false, CONF_POLICY_COMPATIBLE,
	  CKR_KEY_UNEXTRACTABLE, 0, 0 },
	{ "only with trusted", { GOOD }, { ON(CKA_WRAP_WITH_TRUSTED) },
	  CKM_AES_KEY_WRAP, false, DEFAULT, NO, 0, 0 },
	{ "with trusted", { GOOD }, { ON(CKA_WRAP_WITH_TRUSTED) },
	  CKM_AES_KEY_WRAP, false, DEFAULT, CKR_OK, 0, true },
	{ "template mismatch", { KIT_A(CKA_WRAP_TEMPLATE, label_a) },
	  { { CKA_LABEL, "b", 1 } }, CKM_AES_KEY_WRAP, false, DEFAULT,
	  CKR_KEY_HANDLE_INVALID, 0, 0 },
	{ "template does not ask for values",
	  { KIT_A(CKA_WRAP_TEMPLATE, value_any) }, { { 0 } },
	  CKM_AES_KEY_WRAP, false, DEFAULT, CKR_KEY_HANDLE_INVALID, 0, 0 },
	{ "template match", { KIT_A(CKA_WRAP_TEMPLATE, label_a) },
	  { { CKA_LABEL, "a", 1 } }, CKM_AES_KEY_WRAP, false, DEFAULT, CKR_OK,
	  0, 0 },
	{ "plain key, any wrapper", { { 0 } }, { { 0 } },
	  CKM_AES_ECB, true, DEFAULT, CKR_OK, true, 0 },
	{ "rule 1: wrapper decrypts", { ON(CKA_SENSITIVE) }, { SENSITIVE },
	  CKM_AES_KEY_WRAP, false, DEFAULT, NO, 0, 0 },
	{ "rule 1: wrapper can be read", { OFF(CKA_DECRYPT) }, { SENSITIVE },
	  CKM_AES_KEY_WRAP, false, DEFAULT, NO, 0, 0 },
	{ "rule 1: wrapper imported", { GOOD }, { SENSITIVE },
	  CKM_AES_KEY_WRAP, false, DEFAULT, NO, true, 0 },
	{ "rule 1: imported, trusted", { ON(CKA_SENSITIVE) }, { SENSITIVE },
	  CKM_AES_KEY_WRAP, false, DEFAULT, CKR_OK, true, true },
	{ "rule 1: good wrapper", { GOOD }, { SENSITIVE },
	  CKM_AES_KEY_WRAP, false, DEFAULT, CKR_OK, 0, 0 },
	{ "rule 1: key stream", { STREAM }, { SENSITIVE },
	  CKM_AES_GCM, false, DEFAULT, NO, 0, 0 },
	{ "rule 1: key stream, trusted", { GOOD }, { SENSITIVE },
	  CKM_AES_GCM, false, DEFAULT, NO, 0, true },
	{ "rule 1: key stream, trusted and named", { STREAM }, { SENSITIVE },
	  CKM_AES_GCM, false, DEFAULT, CKR_OK, 0, true },
	{ "rule 1: key stream over a plain key", { GOOD }, { { 0 } },
	  CKM_AES_GCM, false, DEFAULT, CKR_OK, 0, 0 },
	{ "rule 1: wrapping keys stay", { GOOD },
	  { OFF(CKA_DECRYPT), SENSITIVE },
	  CKM_AES_KEY_WRAP, false, DEFAULT, NO, 0, 0 },
	{ "rule 1: but leave under trusted ones", { GOOD },
	  { OFF(CKA_DECRYPT), SENSITIVE },
	  CKM_AES_KEY_WRAP, false, DEFAULT, CKR_OK, 0, true },
	{ "rule 4: weak", { GOOD }, { SENSITIVE },
	  CKM_AES_ECB, true, DEFAULT, NO, 0, 0 },
	{ "rule 4: weak, trusted", { GOOD }, { SENSITIVE },
	  CKM_AES_ECB, true, DEFAULT, NO, 0, true },
	{ "rule 4: named", { GOOD, KIT_A(CKA_ALLOWED_MECHANISMS, ecb) },
	  { SENSITIVE }, CKM_AES_ECB, true, DEFAULT, CKR_OK, 0, 0 },
	{ "strict: not trusted", { GOOD }, { SENSITIVE },
	  CKM_AES_KEY_WRAP, false, CONF_POLICY_STRICT, NO, 0, 0 },
	{ "strict: trusted", { GOOD }, { SENSITIVE },
	  CKM_AES_KEY_WRAP, false, CONF_POLICY_STRICT, CKR_OK, 0, true },
	{ "strict: plain key, imported wrapper", { { 0 } }, { { 0 } },
	  CKM_AES_KEY_WRAP, false, CONF_POLICY_STRICT, NO, true, 0 },
	{ "compatible", { { 0 } }, { SENSITIVE },
	  CKM_AES_ECB, true, CONF_POLICY_COMPATIBLE, CKR_OK, true, 0 },
};

/* The case's wrapping key. */
static struct obj_draft *
wrapper_of(const struct wrap_case *c)
{
	CK_ATTRIBUTE t[10] = { AES, KIT_A(CKA_VALUE, kit_16) };
	struct obj_draft *d;

	memcpy(t + 3, c->wrapper, sizeof(c->wrapper));
	d = c->imported ? kit_create(t) : kit_generate(c->wrapper);
	assert_int_equal(attrs_put_bool(&d->attrs, CKA_TRUSTED, c->trusted),
	    CKR_OK);
	return d;
}

static void
test_may_wrap(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(cases); i++) {
		const struct wrap_case *c = &cases[i];
		KL_AUTO(obj_draft_freep) struct obj_draft *w = wrapper_of(c);
		KL_AUTO(obj_draft_freep) struct obj_draft *k =
		    kit_generate(c->key);
		struct object ow = kit_object(w), ok = kit_object(k);
		CK_RV rv;

		kit_conf()->policy = c->policy;
		rv = obj_may_wrap(kit_space(), &ow, &ok, c->mech, c->weak);
		kit_conf()->policy = CONF_POLICY_DEFAULT;
		if (rv != c->rv)
			fail_msg("%s: 0x%lx", c->name, rv);
	}
}

static void
test_may_wrap_class(void **state)
{
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_data), { 0 } };
	CK_ATTRIBUTE none[1] = { { 0 } };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_create(t);
	KL_AUTO(obj_draft_freep) struct obj_draft *w = kit_generate(none);
	KL_AUTO(secret_freep) struct secret *s = NULL;
	struct object o = kit_object(d), ow = kit_object(w);

	(void)state;
	assert_int_equal(obj_may_wrap(kit_space(), &ow, &o, CKM_AES_GCM, false),
	    NO);
	assert_int_equal(obj_wrap_value(kit_space(), &o, &s), NO);
	assert_int_equal(obj_wrap_value(kit_space(), &ow, &s), CKR_OK);
	assert_true(bytes_equal(secret_view(s),
	    attrs_bytes(&w->secrets, CKA_VALUE)));
}

/* A key that asks for the PIN each time: only under a trusted key. */
static void
test_may_wrap_always(void **state)
{
	CK_ATTRIBUTE good[] = { GOOD, { 0 } };
	CK_ATTRIBUTE plain[] = { SENSITIVE, { 0 } };
	KL_AUTO(obj_draft_freep) struct obj_draft *w = kit_generate(good);
	KL_AUTO(obj_draft_freep) struct obj_draft *k = kit_generate(plain);
	struct object ow = kit_object(w), ok;

	(void)state;
	assert_int_equal(attrs_put_bool(&k->attrs, CKA_ALWAYS_AUTHENTICATE,
	    true), CKR_OK);
	ok = kit_object(k);
	assert_int_equal(obj_may_wrap(kit_space(), &ow, &ok, CKM_AES_KEY_WRAP,
	    false), NO);
	assert_int_equal(attrs_put_bool(&w->attrs, CKA_TRUSTED, true), CKR_OK);
	ow = kit_object(w);
	assert_int_equal(obj_may_wrap(kit_space(), &ow, &ok, CKM_AES_KEY_WRAP,
	    false), CKR_OK);
}

/* Pairs: the halves are marked when the private one only unwraps. */
static void
test_pair(void **state)
{
	static const struct {
		CK_ATTRIBUTE priv[3];
		bool wraps;
	} pairs[] = {
		{ { { 0 } }, false },
		{ { OFF(CKA_DECRYPT) }, true },
		{ { OFF(CKA_DECRYPT), OFF(CKA_UNWRAP) }, false },
		{ { OFF(CKA_DECRYPT), OFF(CKA_SENSITIVE) }, false },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(pairs); i++) {
		CK_ULONG bits = 2048;
		CK_ATTRIBUTE pub[2] = { KIT_A(CKA_MODULUS_BITS, bits) };
		struct obj_request rq = kit_request(OBJ_WAY_GENERATE, pub);
		struct obj_draft *d[2];

		rq.key_type = CKK_RSA;
		rq.class = CKO_PUBLIC_KEY;
		d[0] = kit_draft(&kit_user, &rq);
		rq.class = CKO_PRIVATE_KEY;
		rq.templ = pairs[i].priv;
		rq.count = kit_count(pairs[i].priv);
		d[1] = kit_draft(&kit_user, &rq);
		assert_int_equal(policy_pair(d, 2), CKR_OK);
		assert_true((attrs_num(&d[0]->attrs, ATTR_WRAPS, 0) != 0) ==
		    pairs[i].wraps);
		assert_true((attrs_num(&d[1]->attrs, ATTR_WRAPS, 0) != 0) ==
		    pairs[i].wraps);
		obj_draft_free(d[0]);
		obj_draft_free(d[1]);
	}
}

/* ---------------------------------------------------------- coming back */

static const uint8_t zeros[48] = { 1, 2, 3, [15] = 9, [36] = 5 };
static const uint8_t full[40] = { 1, 2, 3, [15] = 9, [20] = 7, [39] = 1 };

static const struct {
	const char *name;
	CK_ATTRIBUTE t[4];
	struct bytes in;
	size_t block;
	CK_RV rv;
	size_t len;
} unwraps[] = {
	{ "AES of 20 bytes", { AES }, { full, 20 }, 1,
	  CKR_WRAPPED_KEY_LEN_RANGE, 0 },
	{ "AES of a blob", { AES }, { full, 40 }, 1,
	  CKR_WRAPPED_KEY_LEN_RANGE, 0 },
	{ "nothing", { AES }, { full, 0 }, 1,
	  CKR_WRAPPED_KEY_LEN_RANGE, 0 },
	{ "longer than wanted", { AES, KIT_A(CKA_VALUE_LEN, sixteen) },
	  { full, 24 }, 1, CKR_WRAPPED_KEY_LEN_RANGE, 0 },
	{ "longer, and no padding", { AES, KIT_A(CKA_VALUE_LEN, sixteen) },
	  { full, 32 }, 16, CKR_WRAPPED_KEY_LEN_RANGE, 0 },
	{ "too much padding", { AES, KIT_A(CKA_VALUE_LEN, sixteen) },
	  { zeros, 24 }, 8, CKR_WRAPPED_KEY_LEN_RANGE, 0 },
	{ "shorter than wanted", { AES, KIT_A(CKA_VALUE_LEN, twenty) },
	  { full, 16 }, 1, CKR_WRAPPED_KEY_LEN_RANGE, 0 },
	{ "AES", { AES }, { full, 16 }, 1, CKR_OK, 16 },
	{ "AES, wanted", { AES, KIT_A(CKA_VALUE_LEN, sixteen) }, { full, 16 },
	  16, CKR_OK, 16 },
	{ "generic, padded", { KIT_A(CKA_CLASS, kit_secret),
	  KIT_A(CKA_KEY_TYPE, kit_generic), KIT_A(CKA_VALUE_LEN, twenty) },
	  { zeros, 32 }, 16, CKR_OK, 20 },
	{ "generic, padded to semiblocks", { KIT_A(CKA_CLASS, kit_secret),
	  KIT_A(CKA_KEY_TYPE, kit_generic), KIT_A(CKA_VALUE_LEN, twenty) },
	  { zeros, 24 }, 8, CKR_OK, 20 },
	{ "generic, padded for another block", { KIT_A(CKA_CLASS, kit_secret),
	  KIT_A(CKA_KEY_TYPE, kit_generic), KIT_A(CKA_VALUE_LEN, twenty) },
	  { zeros, 32 }, 8, CKR_WRAPPED_KEY_LEN_RANGE, 0 },
	{ "AES of 24 bytes or 32", { AES }, { zeros + 16, 32 }, 16,
	  CKR_TEMPLATE_INCOMPLETE, 0 },
	{ "AES of 24 bytes, wanted", { AES, KIT_A(CKA_VALUE_LEN, twentyfour) },
	  { zeros + 16, 32 }, 16, CKR_OK, 24 },
	{ "AES of 32 bytes, unfilled", { AES }, { zeros + 16, 32 }, 8, CKR_OK,
	  32 },
	{ "generic, all of it", { KIT_A(CKA_CLASS, kit_secret),
	  KIT_A(CKA_KEY_TYPE, kit_generic) }, { full, 33 }, 16, CKR_OK, 33 },
	{ "private, of junk", { KIT_A(CKA_CLASS, kit_private),
	  KIT_A(CKA_KEY_TYPE, kit_ec) }, { full, 40 }, 1,
	  CKR_WRAPPED_KEY_INVALID, 0 },
};

static void
test_unwrap(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(unwraps); i++) {
		struct obj_request rq = kit_request(OBJ_WAY_UNWRAP,
		    unwraps[i].t);
		KL_AUTO(obj_draft_freep) struct obj_draft *d =
		    kit_draft(&kit_user, &rq);
		CK_RV rv = obj_draft_set_wrapped(d, unwraps[i].in,
		    unwraps[i].block);

		if (rv != unwraps[i].rv)
			fail_msg("%s: 0x%lx", unwraps[i].name, rv);
		if (rv != CKR_OK)
			continue;
		assert_int_equal(attrs_num(&d->attrs, CKA_VALUE_LEN, 0),
		    unwraps[i].len);
		assert_true(bytes_equal(attrs_bytes(&d->secrets, CKA_VALUE),
		    bytes_of(unwraps[i].in.p, unwraps[i].len)));
	}
}

/* A private key out and in again, as another type, and as a secret key. */
static void
test_unwrap_private(void **state)
{
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_private),
		KIT_A(CKA_KEY_TYPE, kit_ec), { 0 } };
	CK_ATTRIBUTE as_rsa[] = { KIT_A(CKA_CLASS, kit_private),
		KIT_A(CKA_KEY_TYPE, kit_rsa), { 0 } };
	CK_ATTRIBUTE as_aes[] = { AES, { 0 } };
	const CK_ATTRIBUTE *all[] = { as_aes, as_rsa, t };
	static const CK_RV rvs[] = { CKR_WRAPPED_KEY_LEN_RANGE,
		CKR_WRAPPED_KEY_INVALID, CKR_OK };
	struct eng_gen gen = { .type = ENG_EC,
		.curve = { kit_p256, sizeof(kit_p256) } };
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	KL_AUTO(secret_freep) struct secret *der = NULL;

	(void)state;
	assert_int_equal(eng_key_generate(kit_eng(), &gen, &key), CKR_OK);
	assert_int_equal(eng_key_pkcs8(kit_eng(), key, &der), CKR_OK);
	for (size_t i = 0; i < KL_COUNT(all); i++) {
		struct obj_request rq = kit_request(OBJ_WAY_UNWRAP, all[i]);
		KL_AUTO(obj_draft_freep) struct obj_draft *d =
		    kit_draft(&kit_user, &rq);

		assert_int_equal(obj_draft_set_wrapped(d, secret_view(der),
		    1), rvs[i]);
		if (rvs[i] == CKR_OK)
			assert_int_equal(
			    attrs_bytes(&d->secrets, CKA_VALUE).n, 32);
	}
}

static void
test_derived(void **state)
{
	CK_ATTRIBUTE t[] = { KIT_A(CKA_KEY_TYPE, kit_aes),
		KIT_A(CKA_VALUE_LEN, sixteen), { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_DERIVE, t);
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;

	(void)state;
	d = kit_draft(&kit_user, &rq);
	assert_int_equal(obj_draft_len(d), 16);
	assert_int_equal(obj_draft_set_value(d, bytes_of(full, 32)),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(obj_draft_set_value(d, bytes_of(full, 15)),
	    CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(obj_draft_set_value(d, bytes_of(full, 16)), CKR_OK);
	assert_int_equal(attrs_bytes(&d->attrs, CKA_CHECK_VALUE).n, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_may_wrap_class),
		cmocka_unit_test(test_may_wrap),
		cmocka_unit_test(test_may_wrap_always),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_unwrap),
		cmocka_unit_test(test_unwrap_private),
		cmocka_unit_test(test_derived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
