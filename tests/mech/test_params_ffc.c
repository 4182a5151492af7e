/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters of DSA and Diffie-Hellman: wrong pointers, lengths and values
 * first, then what good ones give, and the seed that goes back.
 */
#include "mech/mech_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static CK_BYTE data[MECH_SEED_MAX + 8];

static CK_RV
run(mech_params_fn *fn, void *p, size_t n, struct mech_call *call)
{
	static const struct mech_row row = { .type = CKM_DSA };
	CK_MECHANISM m = { CKM_DSA, p, (CK_ULONG)n };

	memset(call, 0, sizeof(*call));
	return fn(&row, &m, CKF_DERIVE, call);
}

static void
test_lengths(void **state)
{
	static const struct {
		mech_params_fn *fn;
		size_t good;
	} rows[] = {
		{ par_x942_dh, sizeof(CK_X9_42_DH1_DERIVE_PARAMS) },
		{ par_dsa_primes, sizeof(CK_DSA_PARAMETER_GEN_PARAM) },
		{ par_dsa_base, sizeof(CK_DSA_PARAMETER_GEN_PARAM) },
	};
	static uint8_t zero[100];
	struct mech_call call;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++)
		for (size_t n = 0; n <= sizeof(zero); n++)
			if (n != rows[i].good)
				assert_int_equal(run(rows[i].fn, zero, n,
				    &call), CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_dh, NULL, 0, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_dh, data, 0, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_dh, NULL, 4, &call),
	    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_dh(void **state)
{
	struct mech_call call;

	(void)state;
	assert_int_equal(run(par_dh, data, 5, &call), CKR_OK);
	assert_ptr_equal(call.par.peer.p, data);
	assert_int_equal(call.par.peer.n, 5);
}

static void
test_x942(void **state)
{
	static const struct {
		CK_X9_42_DH_KDF_TYPE kdf;
		CK_ULONG info, peer;
		CK_RV rv;
	} rows[] = {
		{ CKD_NULL, 1, 4, CKR_MECHANISM_PARAM_INVALID },
		{ CKD_NULL, 0, 0, CKR_MECHANISM_PARAM_INVALID },
		{ CKD_SHA1_KDF_ASN1, 0, 4, CKR_MECHANISM_PARAM_INVALID },
		{ CKD_SHA1_KDF, 4, 4, CKR_MECHANISM_PARAM_INVALID },
		{ 77, 4, 4, CKR_MECHANISM_PARAM_INVALID },
		{ CKD_NULL, 0, 4, CKR_OK },
		{ CKD_SHA1_KDF_ASN1, 8, 4, CKR_OK },
		{ CKD_SHA1_KDF_CONCATENATE, 0, 4, CKR_OK },
		{ CKD_SHA1_KDF_CONCATENATE, 8, 4, CKR_OK },
	};
	struct mech_call call;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		CK_X9_42_DH1_DERIVE_PARAMS p = { .kdf = rows[i].kdf,
			.ulOtherInfoLen = rows[i].info, .pOtherInfo = data,
			.ulPublicDataLen = rows[i].peer, .pPublicData = data };

		assert_int_equal(run(par_x942_dh, &p, sizeof(p), &call),
		    rows[i].rv);
		if (rows[i].rv != CKR_OK)
			continue;
		assert_int_equal(call.par.kdf_md != NULL,
		    rows[i].kdf != CKD_NULL);
		assert_int_equal(call.par.kdf_asn1,
		    rows[i].kdf == CKD_SHA1_KDF_ASN1);
		assert_int_equal(call.par.shared.n, rows[i].info);
		p.pPublicData = NULL;
		assert_int_equal(run(par_x942_dh, &p, sizeof(p), &call),
		    CKR_MECHANISM_PARAM_INVALID);
	}
}

static void
test_dsa_primes(void **state)
{
	CK_DSA_PARAMETER_GEN_PARAM p = { CKM_SHA256, data, MECH_SEED_MAX, 7 };
	struct mech_call call;

	(void)state;
	p.hash = CKM_SHA3_256;
	assert_int_equal(run(par_dsa_primes, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.hash = CKM_SHA256;
	p.ulSeedLen = MECH_SEED_MAX - 1;
	assert_int_equal(run(par_dsa_primes, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulSeedLen = MECH_SEED_MAX;
	p.pSeed = NULL;
	assert_int_equal(run(par_dsa_primes, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.pSeed = data;
	assert_int_equal(run(par_dsa_primes, &p, sizeof(p), &call), CKR_OK);
	assert_string_equal(call.par.md, "SHA2-256");
	assert_int_equal(call.par.shared.n, 0);
}

static void
test_dsa_base(void **state)
{
	CK_DSA_PARAMETER_GEN_PARAM p = { CKM_SHA_1, data, 20, 256 };
	struct mech_call call;

	(void)state;
	assert_int_equal(run(par_dsa_base, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulIndex = 255;
	p.ulSeedLen = 0;
	assert_int_equal(run(par_dsa_base, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulSeedLen = 20;
	assert_int_equal(run(par_dsa_base, &p, sizeof(p), &call), CKR_OK);
	assert_string_equal(call.par.md, "SHA1");
	assert_int_equal(call.par.index, 255);
	assert_ptr_equal(call.par.shared.p, data);
	assert_int_equal(call.par.shared.n, 20);
}

static void
test_give_seed(void **state)
{
	static const uint8_t seed[] = { 1, 2, 3 };
	CK_BYTE room[8] = { 0 };
	CK_DSA_PARAMETER_GEN_PARAM p = { CKM_SHA_1, room, 2, 0 };
	CK_MECHANISM m = { CKM_DSA_PROBABILISTIC_PARAMETER_GEN, &p,
		sizeof(p) };

	(void)state;
	assert_int_equal(mech_give_seed(&m, bytes_of(seed, 3)),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(room[0], 0);
	p.ulSeedLen = sizeof(room);
	assert_int_equal(mech_give_seed(&m, bytes_of(seed, 3)), CKR_OK);
	assert_int_equal(p.ulSeedLen, 3);
	assert_memory_equal(room, "\1\2\3\0", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_dh),
		cmocka_unit_test(test_x942),
		cmocka_unit_test(test_dsa_primes),
		cmocka_unit_test(test_dsa_base),
		cmocka_unit_test(test_give_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
