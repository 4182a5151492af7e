/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drafts: what they ask to generate, taking keys, and that a copy is complete.
 */
#include "object/obj_kit.h"

static CK_ULONG zero = 0, sixteen = 16, seventeen = 17, bits = 2048;
static CK_ULONG huge = (CK_ULONG)-1;
static uint8_t exponent[] = { 1, 0, 1 };
static uint8_t point[65] = { 4 };

/* What generation is asked for by a secret or public key's template. */
static const struct {
	const char *name;
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE type;
	CK_ATTRIBUTE t[3];
	CK_RV rv;
	struct eng_gen gen;
} gens[] = {
	{ "AES of 17 bytes", CKO_SECRET_KEY, CKK_AES,
	  { KIT_A(CKA_VALUE_LEN, seventeen) }, CKR_KEY_SIZE_RANGE, { 0 } },
	{ "generic of no byte", CKO_SECRET_KEY, CKK_GENERIC_SECRET,
	  { KIT_A(CKA_VALUE_LEN, zero) }, CKR_KEY_SIZE_RANGE, { 0 } },
	{ "generic, huge", CKO_SECRET_KEY, CKK_GENERIC_SECRET,
	  { KIT_A(CKA_VALUE_LEN, huge) }, CKR_KEY_SIZE_RANGE, { 0 } },
	{ "RSA, huge", CKO_PUBLIC_KEY, CKK_RSA,
	  { KIT_A(CKA_MODULUS_BITS, huge) }, CKR_KEY_SIZE_RANGE, { 0 } },
	{ "RSA of no bit", CKO_PUBLIC_KEY, CKK_RSA,
	  { KIT_A(CKA_MODULUS_BITS, zero) }, CKR_KEY_SIZE_RANGE, { 0 } },
	{ "EC without a curve", CKO_PUBLIC_KEY, CKK_EC,
	  { { CKA_EC_PARAMS, NULL, 0 } }, CKR_TEMPLATE_INCOMPLETE, { 0 } },
	{ "AES", CKO_SECRET_KEY, CKK_AES, { KIT_A(CKA_VALUE_LEN, sixteen) },
	  CKR_OK, { .type = ENG_SECRET, .len = 16 } },
	{ "triple DES", CKO_SECRET_KEY, CKK_DES3, { { 0 } }, CKR_OK,
	  { .type = ENG_SECRET, .len = 24, .cipher = ENG_DES3 } },
	{ "RSA", CKO_PUBLIC_KEY, CKK_RSA, { KIT_A(CKA_MODULUS_BITS, bits),
	  KIT_A(CKA_PUBLIC_EXPONENT, exponent) }, CKR_OK,
	  { .type = ENG_RSA, .bits = 2048, .pub_exp = { exponent, 3 } } },
	{ "EC", CKO_PUBLIC_KEY, CKK_EC, { KIT_A(CKA_EC_PARAMS, kit_p256) },
	  CKR_OK, { .type = ENG_EC,
	    .curve = { kit_p256, sizeof(kit_p256) } } },
};

static void
test_gen(void **state)
{
	(void)state;
	kit_conf()->legacy = true;
	for (size_t i = 0; i < KL_COUNT(gens); i++) {
		struct obj_request rq = kit_request(OBJ_WAY_GENERATE,
		    gens[i].t);
		KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
		struct eng_gen gen = { 0 };
		CK_RV rv;

		rq.class = gens[i].class;
		rq.key_type = gens[i].type;
		d = kit_draft(&kit_user, &rq);
		rv = obj_draft_gen(d, &gen);
		if (rv != gens[i].rv)
			fail_msg("%s: 0x%lx", gens[i].name, rv);
		assert_int_equal(gen.type, gens[i].gen.type);
		assert_int_equal(gen.cipher, gens[i].gen.cipher);
		assert_int_equal(gen.bits, gens[i].gen.bits);
		assert_int_equal(gen.len, gens[i].gen.len);
		assert_true(bytes_equal(gen.curve, gens[i].gen.curve));
		assert_true(bytes_equal(gen.pub_exp, gens[i].gen.pub_exp));
		assert_int_equal(obj_draft_key_type(d), gens[i].type);
	}
	kit_conf()->legacy = false;
}

/* A key of another type, or only its public half, is not taken. */
static void
test_set_key_refuses(void **state)
{
	CK_ATTRIBUTE none[1] = { { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_GENERATE, none);
	struct eng_gen gen = { .type = ENG_EC,
		.curve = { kit_p256, sizeof(kit_p256) } };
	KL_AUTO(obj_draft_freep) struct obj_draft *rsa = NULL, *ec = NULL;
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL, *pub = NULL;
	KL_AUTO(secret_freep) struct secret *q = NULL;
	struct eng_parts parts = { .part[PART_CURVE] = gen.curve };

	(void)state;
	rq.class = CKO_PRIVATE_KEY;
	rq.key_type = CKK_RSA;
	rsa = kit_draft(&kit_user, &rq);
	rq.key_type = CKK_EC;
	ec = kit_draft(&kit_user, &rq);
	assert_int_equal(eng_key_generate(kit_eng(), &gen, &key), CKR_OK);
	assert_int_equal(obj_draft_set_key(rsa, key), CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(eng_key_part(kit_eng(), key, PART_POINT, &q), CKR_OK);
	parts.part[PART_POINT] = secret_view(q);
	assert_int_equal(eng_key_import(kit_eng(), ENG_EC, false, &parts, &pub),
	    CKR_OK);
	assert_int_equal(obj_draft_set_key(ec, pub), CKR_TEMPLATE_INCONSISTENT);
	assert_int_equal(obj_draft_set_key(ec, key), CKR_OK);
	assert_ptr_equal(ec->key, key);
}

/* Nothing is left of a draft that failed. */
static void
test_failed_import(void **state)
{
	CK_ATTRIBUTE t[] = { KIT_A(CKA_CLASS, kit_public),
		KIT_A(CKA_KEY_TYPE, kit_ec), KIT_A(CKA_EC_PARAMS, kit_p256),
		KIT_A(CKA_EC_POINT, point), { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_CREATE, t);
	struct obj_draft *d = NULL;

	(void)state;
	assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq, &d),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_null(d);
	obj_draft_freep(&d);
}

static void
test_copy_complete(void **state)
{
	CK_ATTRIBUTE none[1] = { { 0 } };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_generate(none);
	KL_AUTO(obj_draft_freep) struct obj_draft *c = NULL;
	KL_AUTO(buf_done) struct buf a = { .p = NULL }, b = { .p = NULL };
	struct object o = kit_object(d);

	(void)state;
	assert_int_equal(draft_copy(kit_space(), &kit_user, &o, NULL, 0, &c),
	    CKR_OK);
	assert_int_equal(attrs_encode(&d->attrs, &a), CKR_OK);
	assert_int_equal(attrs_encode(&c->attrs, &b), CKR_OK);
	assert_true(bytes_equal(buf_view(&a), buf_view(&b)));
	assert_int_equal(c->way, OBJ_WAY_COPY);
	assert_ptr_equal(c->schema, d->schema);
	assert_true(c->private && !c->token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gen),
		cmocka_unit_test(test_set_key_refuses),
		cmocka_unit_test(test_failed_import),
		cmocka_unit_test(test_copy_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
