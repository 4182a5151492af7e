/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which mechanisms are on offer: configuration, libcrypto, and the answers of
 * mech_parse.
 */
#include "mech/mech_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct eng *eng;

static struct mechs *
offer(const struct conf *conf)
{
	struct mechs *m = NULL;

	assert_int_equal(mechs_new(eng, conf, &m), CKR_OK);
	return m;
}

static const struct conf plain = { .rsa_min = 2048 };

static void
test_unknown(void **state)
{
	struct mechs *m = offer(&plain);
	CK_MECHANISM bad = { 0x7fffffff, NULL, 0 };
	struct mech_call call;

	(void)state;
	assert_null(mech_find(m, bad.mechanism));
	assert_int_equal(mech_parse(m, &bad, CKF_SIGN, &call),
	    CKR_MECHANISM_INVALID);
	assert_string_equal(mech_name(bad.mechanism), "CKM_?");
	mechs_free(m);
}

/* Whatever is listed is found by its number, and no other number is. */
static void
test_found_by_number(void **state)
{
	struct mechs *m = offer(&plain);
	const struct mech_row *row;
	size_t n = 0, standard = 0, found = 0;

	(void)state;
	while ((row = mech_at(m, n)) != NULL) {
		assert_ptr_equal(mech_find(m, row->type), row);
		standard += row->type < CKM_VENDOR_DEFINED;
		n++;
	}
	assert_true(standard > 0);
	for (CK_MECHANISM_TYPE type = 0; type < 0x10000; type++)
		if ((row = mech_find(m, type)) != NULL) {
			assert_int_equal(row->type, type);
			found++;
		}
	assert_int_equal(found, standard);
	mechs_free(m);
}

static void
test_wrong_purpose(void **state)
{
	struct mechs *m = offer(&plain);
	CK_MECHANISM sha = { CKM_SHA256, NULL, 0 };
	struct mech_call call;

	(void)state;
	assert_int_equal(mech_parse(m, &sha, CKF_SIGN, &call),
	    CKR_MECHANISM_INVALID);
	assert_int_equal(mech_parse(m, &sha, CKF_DIGEST, &call), CKR_OK);
	assert_int_equal(call.row->type, CKM_SHA256);
	sha.ulParameterLen = 3;
	assert_int_equal(mech_parse(m, &sha, CKF_DIGEST, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	mechs_free(m);
}

static void
test_edwards_alias(void **state)
{
	struct mechs *m = offer(&plain);
	CK_MECHANISM ed = { CKM_EDDSA, NULL, 0 };
	struct mech_call call;

	(void)state;
	assert_int_equal(mech_parse(m, &ed, CKF_GENERATE_KEY_PAIR, &call),
	    CKR_OK);
	assert_int_equal(call.row->type, CKM_EC_EDWARDS_KEY_PAIR_GEN);
	mechs_free(m);
}

static void
test_strict_sha1(void **state)
{
	struct conf strict = { .rsa_min = 2048, .policy = CONF_POLICY_STRICT,
		.legacy = true };
	struct mechs *m = offer(&strict);
	CK_MECHANISM sha1 = { CKM_SHA1_RSA_PKCS, NULL, 0 };
	CK_MECHANISM md5 = { CKM_MD5_RSA_PKCS, NULL, 0 };
	struct mech_call call;

	(void)state;
	assert_int_equal(mech_parse(m, &sha1, CKF_SIGN, &call),
	    CKR_MECHANISM_INVALID);
	assert_int_equal(mech_parse(m, &sha1, CKF_VERIFY, &call), CKR_OK);
	assert_int_equal(mech_parse(m, &md5, CKF_SIGN, &call),
	    CKR_MECHANISM_INVALID);
	assert_int_equal(mech_parse(m, &md5, CKF_VERIFY, &call), CKR_OK);
	mechs_free(m);
}

static void
test_rsa_min(void **state)
{
	struct conf c = { .rsa_min = 3072 };
	struct mechs *m = offer(&c);
	const struct mech_row *row = mech_find(m, CKM_RSA_PKCS);
	CK_MECHANISM_INFO info = { 1, 1, ~0UL };

	(void)state;
	assert_non_null(row);
	assert_false(mech_size_ok(row, 2048));
	assert_true(mech_size_ok(row, 3072));
	mech_info(row, &info);
	assert_int_equal(info.ulMinKeySize, 3072);
	assert_int_equal(info.flags, row->flags);
	assert_true(mech_takes(row, CKK_RSA));
	assert_false(mech_takes(row, CKK_EC));
	row = mech_find(m, CKM_AES_CBC);
	assert_true(mech_size_ok(row, 256));
	assert_false(mech_size_ok(row, 64));
	mechs_free(m);
}

/* The smallest prime of DSA and DH is rsa-min too, but not below 1024. */
static void
test_ffc_min(void **state)
{
	static const struct { size_t rsa, want; } rows[] = { { 512, 1024 },
		{ 1024, 1024 }, { 2048, 2048 }, { 3072, 3072 } };
	static const CK_MECHANISM_TYPE types[] = { CKM_DSA_SHA256,
		CKM_DH_PKCS_DERIVE, CKM_X9_42_DH_KEY_PAIR_GEN };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		struct conf c = { .rsa_min = rows[i].rsa };
		struct mechs *m = offer(&c);

		for (size_t k = 0; k < KL_COUNT(types); k++)
			assert_int_equal(mech_find(m, types[k])->min,
			    rows[i].want);
		mechs_free(m);
	}
}

static const CK_MECHANISM_TYPE legacy[] = { CKM_MD5_RSA_PKCS,
	CKM_DES3_KEY_GEN, CKM_DES3_ECB, CKM_DES3_CBC, CKM_DES3_CBC_PAD, CKM_MD5,
	CKM_MD5_HMAC, CKM_MD5_HMAC_GENERAL };

/* Single DES besides wants a provider that has it. */
static const CK_MECHANISM_TYPE single_des[] = { CKM_DES_KEY_GEN, CKM_DES_ECB,
	CKM_DES_CBC, CKM_DES_CBC_PAD };

static void
test_legacy(void **state)
{
	struct conf old = { .rsa_min = 1024, .legacy = true };
	struct mechs *m = offer(&plain), *more = offer(&old);
	const struct mech_row *row;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(legacy); i++) {
		assert_null(mech_find(m, legacy[i]));
		assert_non_null(mech_find(more, legacy[i]));
	}
	for (size_t i = 0; i < KL_COUNT(single_des); i++) {
		assert_null(mech_find(m, single_des[i]));
		assert_null(mech_find(more, single_des[i]));
	}
	row = mech_find(more, CKM_DES3_CBC);
	assert_true(mech_takes(row, CKK_DES3));
	assert_false(mech_takes(row, CKK_AES));
	assert_true(mech_size_ok(row, 192));
	assert_int_equal(row->max, 0);
	mechs_free(m);
	mechs_free(more);
}

static void
test_legacy_provider(void **state)
{
	struct conf old = { .rsa_min = 1024, .legacy = true };
	struct eng_alg des = { .fam = ENG_F_KEYGEN, .cipher = ENG_DES };
	static struct eng *e;	/* an engine lives as long as its process */
	struct mechs *m = NULL;

	(void)state;
	assert_int_equal(eng_new("default,legacy", NULL, 1024, &e), CKR_OK);
	if (!eng_can(e, &des)) {
		print_message("SKIP: this libcrypto has no legacy provider\n");
		skip();
	}
	assert_int_equal(mechs_new(e, &old, &m), CKR_OK);
	for (size_t i = 0; i < KL_COUNT(single_des); i++)
		assert_non_null(mech_find(m, single_des[i]));
	mechs_free(m);
	assert_int_equal(mechs_new(e, &plain, &m), CKR_OK);
	assert_null(mech_find(m, CKM_DES_CBC));
	mechs_free(m);
}

/* The list gives each row once, ascending, and each can be found. */
static void
test_list(void **state)
{
	struct mechs *m = offer(&plain);
	const struct mech_row *row;
	CK_MECHANISM_TYPE last = 0;
	size_t i;

	(void)state;
	for (i = 0; (row = mech_at(m, i)) != NULL; i++) {
		assert_true(i == 0 || row->type > last);
		assert_ptr_equal(mech_find(m, row->type), row);
		last = row->type;
	}
	assert_true(i > 80);
	mechs_free(m);
}

static void
test_provider_lacks(void **state)
{
	static struct eng *none;
	struct mechs *m = NULL;

	(void)state;
	assert_int_equal(eng_new("null", NULL, 2048, &none), CKR_OK);
	assert_int_equal(mechs_new(none, &plain, &m), CKR_OK);
	assert_null(mech_find(m, CKM_RSA_PKCS));
	assert_null(mech_at(m, 0));
	mechs_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_found_by_number),
		cmocka_unit_test(test_wrong_purpose),
		cmocka_unit_test(test_edwards_alias),
		cmocka_unit_test(test_strict_sha1),
		cmocka_unit_test(test_rsa_min),
		cmocka_unit_test(test_ffc_min),
		cmocka_unit_test(test_legacy),
		cmocka_unit_test(test_legacy_provider),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_provider_lacks),
	};

	if (eng_new(NULL, NULL, 2048, &eng) != CKR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
