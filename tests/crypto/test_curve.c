/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of curves against libcrypto's own, and the forms of CKA_EC_PARAMS.
 */
#include "crypto/pair_kit.h"

#include <ctype.h>
#include <openssl/ec.h>
#include <openssl/objects.h>

#include "crypto/der.h"

static CK_RV
find(enum eng_type type, const char *hex)
{
	KL_AUTO(kit_free) struct kit_bytes b = kit_hex(hex);
	const struct curve *c;

	return curve_find(type, kit_view(&b), &c);
}

static void
test_bad_params(void **state)
{
	(void)state;
	/* nothing, NULL (implicitlyCA), explicit, BER, cut, more than one */
	assert_int_equal(find(ENG_EC, ""), CKR_DOMAIN_PARAMS_INVALID);
	assert_int_equal(find(ENG_EC, "0500"), CKR_DOMAIN_PARAMS_INVALID);
	assert_int_equal(find(ENG_EC, "3003020101"), CKR_DOMAIN_PARAMS_INVALID);
	assert_int_equal(find(ENG_EC, "06810" "52b81040022"),
	    CKR_DOMAIN_PARAMS_INVALID);
	assert_int_equal(find(ENG_EC, "06052b810400"),
	    CKR_DOMAIN_PARAMS_INVALID);
	assert_int_equal(find(ENG_EC, "06052b8104002200"),
	    CKR_DOMAIN_PARAMS_INVALID);
	assert_int_equal(find(ENG_EC, "1305502d323536" "00"),
	    CKR_DOMAIN_PARAMS_INVALID);
	/* well-formed, but not ours: sect163k1, prime192v1, "P-25" */
	assert_int_equal(find(ENG_EC, "06052b81040001"),
	    CKR_CURVE_NOT_SUPPORTED);
	assert_int_equal(find(ENG_EC, "06082a8648ce3d030101"),
	    CKR_CURVE_NOT_SUPPORTED);
	assert_int_equal(find(ENG_EC, "1304502d3235"),
	    CKR_CURVE_NOT_SUPPORTED);
}

/* Every curve belongs to one type of key only. */
static void
test_other_types(void **state)
{
	const struct curve *c;
	const struct curve *got;

	(void)state;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++)
		for (int t = ENG_EC; t <= (int)ENG_MONT; t++)
			assert_int_equal(curve_find((enum eng_type)t, c->oid,
			    &got), t == (int)c->type ? CKR_OK :
			    CKR_CURVE_NOT_SUPPORTED);
}

/* OIDs and sizes are those of libcrypto. */
static void
test_table(void **state)
{
	const struct curve *c;

	(void)state;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		ASN1_OBJECT *obj = OBJ_txt2obj(c->name, 0);
		unsigned char *der = NULL;
		int n = i2d_ASN1_OBJECT(obj, &der);

		assert_int_equal(n, c->oid.n);
		assert_memory_equal(der, c->oid.p, c->oid.n);
		assert_ptr_equal(curve_by_oid(c->oid), c);
		OPENSSL_free(der);
		ASN1_OBJECT_free(obj);
	}
}

static void
test_sizes(void **state)
{
	const struct curve *c;

	(void)state;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		EC_GROUP *group;

		if (c->type != ENG_EC)
			continue;
		group = EC_GROUP_new_by_curve_name(OBJ_sn2nid(c->name));
		assert_non_null(group);
		assert_int_equal(EC_GROUP_get_degree(group), c->bits);
		assert_int_equal((c->bits + 7) / 8, c->len);
		assert_int_equal((EC_GROUP_order_bits(group) + 7) / 8,
		    c->priv);
		assert_true(BN_is_one(EC_GROUP_get0_cofactor(group)));
		assert_true(c->bits >= 224);
		EC_GROUP_free(group);
	}
}

/* All prime curves of 224 bits and more that libcrypto lists are here. */
static void
test_complete(void **state)
{
	EC_builtin_curve all[128];
	size_t n = EC_get_builtin_curves(all, KL_COUNT(all));
	size_t here = 0;

	(void)state;
	assert_true(n <= KL_COUNT(all));
	for (size_t i = 0; i < n; i++) {
		EC_GROUP *group = EC_GROUP_new_by_curve_name(all[i].nid);
		const char *name = OBJ_nid2sn(all[i].nid);
		bool other = strcmp(name, "SM2") == 0 ||
		    strncmp(name, "wap-", 4) == 0; /* WTLS: P-224 again */

		if (!other && EC_GROUP_get_degree(group) >= 224 &&
		    EC_GROUP_get_field_type(group) == NID_X9_62_prime_field) {
			(void)pair_curve(name);
			here++;
		}
		EC_GROUP_free(group);
	}
	assert_int_equal(here, 19);
}

static void
expect_name(const struct curve *c, const char *name)
{
	KL_AUTO(buf_done) struct buf params = { .p = NULL };
	KL_AUTO(buf_done) struct buf upper = { .p = NULL };
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	struct bytes text = bytes_of(name, strlen(name));
	size_t bits = 0;

	der_put(&params, DER_PRINTABLE, text);
	der_put(&upper, DER_PRINTABLE, text);
	for (size_t i = 2; i < upper.n; i++)
		upper.p[i] = (uint8_t)toupper(upper.p[i]);
	assert_int_equal(eng_curve(kit_eng(), c->type, buf_view(&params), &out,
	    &bits), CKR_OK);
	assert_int_equal(bits, c->bits);
	assert_int_equal(eng_curve(kit_eng(), c->type, buf_view(&upper), &out,
	    NULL), CKR_OK);
	assert_int_equal(out.n, 2 * c->oid.n);
	assert_memory_equal(out.p, c->oid.p, c->oid.n);
	assert_memory_equal(out.p + c->oid.n, c->oid.p, c->oid.n);
}

static void
test_names(void **state)
{
	const struct curve *c;

	(void)state;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		expect_name(c, c->name);
		for (size_t a = 0; a < KL_COUNT(c->alias); a++)
			if (c->alias[a] != NULL)
				expect_name(c, c->alias[a]);
	}
}

/* The OIDs in use before RFC 8410. */
static void
test_old_oids(void **state)
{
	(void)state;
	assert_int_equal(find(ENG_ED, "06092b06010401da470f01"), CKR_OK);
	assert_int_equal(find(ENG_MONT, "060a2b060104019755010501"), CKR_OK);
	assert_int_equal(find(ENG_MONT, "06092b06010401da470f01"),
	    CKR_CURVE_NOT_SUPPORTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_params),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_old_oids),
	};

	return cmocka_run_group_tests_name("curve", tests, NULL, NULL);
}
