/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameter parsers: every wrong pointer, length and value first, then what a
 * good parameter gives.
 */
#include "mech/params_kit.h"

static CK_BYTE data[32];
static enum eng_cipher cipher; /* of the row that the parser sees */

/* Runs a parser on a parameter placed at an odd address. */
static CK_RV
run(mech_params_fn *fn, CK_MECHANISM_TYPE type, const void *p, size_t n,
    struct mech_call *call)
{
	struct mech_row row = { .type = type,
		.alg = { .fam = ENG_F_CIPHER, .cipher = cipher } };

	memset(call, 0, sizeof(*call));
	return run_odd(fn, &row, bytes_of(p, n), CKF_SIGN, call);
}

static void
test_lengths(void **state)
{
	static const struct {
		mech_params_fn *fn;
		size_t good;
	} rows[] = {
		{ par_iv, 16 }, { par_ctr, sizeof(CK_AES_CTR_PARAMS) },
		{ par_mac_len, sizeof(CK_MAC_GENERAL_PARAMS) },
		{ par_sha512_t, sizeof(CK_MAC_GENERAL_PARAMS) },
		{ par_pss, sizeof(CK_RSA_PKCS_PSS_PARAMS) },
		{ par_oaep, sizeof(CK_RSA_PKCS_OAEP_PARAMS) },
		{ par_eddsa, sizeof(CK_EDDSA_PARAMS) },
		{ par_ecdh, sizeof(CK_ECDH1_DERIVE_PARAMS) },
		{ par_rsa_aes, sizeof(CK_RSA_AES_KEY_WRAP_PARAMS) },
		{ par_ecdh_aes, sizeof(CK_ECDH_AES_KEY_WRAP_PARAMS) },
	};
	static const uint8_t zero[128];
	struct mech_call call;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++)
		for (size_t n = 1; n < sizeof(zero); n++)
			if (n != rows[i].good)
				assert_int_equal(run(rows[i].fn, 0, zero, n,
				    &call), CKR_MECHANISM_PARAM_INVALID);
	cipher = ENG_DES3;
	for (size_t n = 0; n < sizeof(zero); n++)
		assert_int_equal(run(par_iv, 0, zero, n, &call), n == 8 ?
		    CKR_OK : CKR_MECHANISM_PARAM_INVALID);
	cipher = ENG_AES;
	assert_int_equal(run(par_none, 0, zero, 1, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_none, 0, NULL, 0, &call), CKR_OK);
	assert_int_equal(run(par_eddsa, 0, NULL, 0, &call), CKR_OK);
	assert_false(call.par.has_context);
}

static void
test_ctr(void **state)
{
	CK_AES_CTR_PARAMS p = { .ulCounterBits = 0 };
	struct mech_call call;

	(void)state;
	assert_int_equal(run(par_ctr, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulCounterBits = 129;
	assert_int_equal(run(par_ctr, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulCounterBits = 32;
	assert_int_equal(run(par_ctr, 0, &p, sizeof(p), &call), CKR_OK);
	assert_int_equal(call.par.iv.n, 16);
	assert_int_equal(call.par.ctr_bits, 32);
}

static void
test_wrap_iv(void **state)
{
	struct mech_call call;

	(void)state;
	for (size_t n = 1; n < 17; n++) {
		assert_int_equal(run(par_wrap_iv, CKM_AES_KEY_WRAP, data, n,
		    &call), n == 8 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
		assert_int_equal(run(par_wrap_iv, CKM_AES_KEY_WRAP_KWP, data,
		    n, &call), n == 4 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
	}
	assert_int_equal(run(par_wrap_iv, CKM_AES_KEY_WRAP, NULL, 0, &call),
	    CKR_OK);
}

static void
test_pss_oaep(void **state)
{
	CK_RSA_PKCS_PSS_PARAMS p = { CKM_SHA256, CKG_MGF1_SHA1, 20 };
	CK_RSA_PKCS_OAEP_PARAMS o = { CKM_SHA_1, CKG_MGF1_SHA256,
		CKZ_DATA_SPECIFIED, data, 3 };
	struct mech_call call;

	(void)state;
	assert_int_equal(run(par_pss, 0, &p, sizeof(p), &call), CKR_OK);
	assert_string_equal(call.par.md, "SHA2-256");
	assert_string_equal(call.par.mgf_md, "SHA1");
	p.hashAlg = CKM_RSA_PKCS;
	assert_int_equal(run(par_pss, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.hashAlg = CKM_SHA256;
	p.mgf = 0;
	assert_int_equal(run(par_pss, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_oaep, 0, &o, sizeof(o), &call), CKR_OK);
	assert_int_equal(call.par.label.n, 3);
	o.source = 0;
	assert_int_equal(run(par_oaep, 0, &o, sizeof(o), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	o.ulSourceDataLen = 0;
	assert_int_equal(run(par_oaep, 0, &o, sizeof(o), &call), CKR_OK);
	o.source = 2;
	assert_int_equal(run(par_oaep, 0, &o, sizeof(o), &call),
	    CKR_MECHANISM_PARAM_INVALID);
}

/* A mechanism with a hash of its own refuses another one in the parameter. */
static void
test_pss_same_hash(void **state)
{
	const struct mech_row *t;
	CK_RSA_PKCS_PSS_PARAMS p = { CKM_SHA384, CKG_MGF1_SHA384, 48 };
	CK_MECHANISM m = { 0, &p, sizeof(p) };
	struct mech_call call = { 0 };

	(void)state;
	for (size_t i = 0; (t = mech_row_at(i)) != NULL; i++) {
		if (t->alg.fam != ENG_F_RSA_PSS)
			continue;
		assert_int_equal(t->params(t, &m, CKF_SIGN, &call),
		    t->alg.md == NULL || strcmp(t->alg.md, "SHA2-384") == 0
		    ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
	}
}

/* t in bits: what libcrypto makes, nothing else. */
static void
test_sha512_t(void **state)
{
	static const CK_MAC_GENERAL_PARAMS wrong[] = { 0, 1, 28, 32, 160, 223,
		225, 255, 257, 384, 512, (CK_ULONG)-1 };
	CK_MAC_GENERAL_PARAMS t;
	struct mech_call call;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(wrong); i++)
		assert_int_equal(run(par_sha512_t, 0, &wrong[i], sizeof(t),
		    &call), CKR_MECHANISM_PARAM_INVALID);
	t = 224;
	assert_int_equal(run(par_sha512_t, 0, &t, sizeof(t), &call), CKR_OK);
	assert_string_equal(call.par.md, "SHA2-512/224");
	t = 256;
	assert_int_equal(run(par_sha512_t, 0, &t, sizeof(t), &call), CKR_OK);
	assert_string_equal(call.par.md, "SHA2-512/256");
}

static void
test_ecdh(void **state)
{
	const CK_ECDH1_DERIVE_PARAMS good = { CKD_SHA256_KDF, 4, data, 32, data };
	CK_ECDH1_DERIVE_PARAMS p;
	struct mech_call call;

	(void)state;
	p = good;
	p.kdf = CKD_NULL;
	assert_int_equal(run(par_ecdh, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulSharedDataLen = 0;
	assert_int_equal(run(par_ecdh, 0, &p, sizeof(p), &call), CKR_OK);
	assert_null(call.par.kdf_md);
	p = good;
	p.ulPublicDataLen = 0;
	assert_int_equal(run(par_ecdh, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.pPublicData = NULL;
	assert_int_equal(run(par_ecdh, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.kdf = CKD_CPDIVERSIFY_KDF;
	assert_int_equal(run(par_ecdh, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_ecdh, 0, &good, sizeof(good), &call), CKR_OK);
	assert_string_equal(call.par.kdf_md, "SHA2-256");
	assert_false(call.par.kdf_sp800);
	p = good;
	p.kdf = CKD_SHA3_384_KDF_SP800;
	assert_int_equal(run(par_ecdh, 0, &p, sizeof(p), &call), CKR_OK);
	assert_true(call.par.kdf_sp800);
}

static void
test_eddsa(void **state)
{
	CK_EDDSA_PARAMS p = { CK_TRUE, 256, data };
	struct mech_call call;

	(void)state;
	assert_int_equal(run(par_eddsa, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulContextDataLen = 1;
	p.pContextData = NULL;
	assert_int_equal(run(par_eddsa, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.pContextData = data;
	assert_int_equal(run(par_eddsa, 0, &p, sizeof(p), &call), CKR_OK);
	assert_true(call.par.has_context && call.par.ph);
	assert_int_equal(call.par.context.n, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_ctr),
		cmocka_unit_test(test_wrap_iv),
		cmocka_unit_test(test_pss_oaep),
		cmocka_unit_test(test_pss_same_hash),
		cmocka_unit_test(test_sha512_t),
		cmocka_unit_test(test_ecdh),
		cmocka_unit_test(test_eddsa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
