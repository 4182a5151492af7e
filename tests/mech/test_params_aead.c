/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parsers of params_aead.c: every wrong pointer, length and value first, then
 * what a good parameter gives.
 */
#include "mech/params_kit.h"

static CK_BYTE data[32];

/* Runs a parser on a parameter placed at an odd address. */
static CK_RV
run(mech_params_fn *fn, CK_MECHANISM_TYPE type, const void *p, size_t n,
    struct mech_call *call)
{
	struct mech_row row = { .type = type,
		.alg = { .fam = ENG_F_AEAD } };

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
		{ par_gcm, sizeof(CK_GCM_PARAMS) },
		{ par_gmac, sizeof(CK_GCM_PARAMS) },
		{ par_ccm, sizeof(CK_CCM_PARAMS) },
		{ par_chacha20, sizeof(CK_CHACHA20_PARAMS) },
		{ par_chacha20_poly1305,
		    sizeof(CK_SALSA20_CHACHA20_POLY1305_PARAMS) },
	};
	static const uint8_t zero[128];
	struct mech_call call;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++)
		for (size_t n = 0; n < sizeof(zero); n++)
			assert_int_equal(run(rows[i].fn, 0, zero, n, &call),
			    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_gcm(void **state)
{
	const CK_GCM_PARAMS good = { data, 12, 96, data, 5, 128 };
	CK_GCM_PARAMS p;
	struct mech_call call;

	(void)state;
	p = good;
	p.ulIvLen = 0;
	assert_int_equal(run(par_gcm, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.pIv = NULL;
	assert_int_equal(run(par_gcm, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.pAAD = NULL;
	assert_int_equal(run(par_gcm, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.ulAADLen = ~0UL;
	assert_int_equal(run(par_gcm, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.ulIvLen = 1UL << 31;
	assert_int_equal(run(par_gcm, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	for (p = good, p.ulTagBits = 129; p.ulTagBits < 140; p.ulTagBits++)
		assert_int_equal(run(par_gcm, 0, &p, sizeof(p), &call),
		    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_gcm, 0, &good, sizeof(good), &call), CKR_OK);
	assert_int_equal(call.par.iv.n, 12);
	assert_int_equal(call.par.aad.n, 5);
	assert_int_equal(call.par.tag_len, 16);
}

static void
test_ccm(void **state)
{
	const CK_CCM_PARAMS good = { 20, data, 12, NULL, 0, 8 };
	CK_CCM_PARAMS p;
	struct mech_call call;

	(void)state;
	for (CK_ULONG n = 0; n < 20; n++) {
		p = good;
		p.ulNonceLen = n;
		assert_int_equal(run(par_ccm, 0, &p, sizeof(p), &call),
		    n >= 7 && n <= 13 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
		p = good;
		p.ulMACLen = n;
		assert_int_equal(run(par_ccm, 0, &p, sizeof(p), &call),
		    n >= 4 && n <= 16 && n % 2 == 0 ? CKR_OK :
		    CKR_MECHANISM_PARAM_INVALID);
	}
	assert_int_equal(run(par_ccm, 0, &good, sizeof(good), &call), CKR_OK);
	assert_int_equal(call.par.data_len, 20);
}

static void
test_gmac(void **state)
{
	const CK_GCM_PARAMS good = { data, 12, 0, data, 0, 96 };
	CK_GCM_PARAMS p = good;
	struct mech_call call;

	(void)state;
	p.ulAADLen = 1;
	assert_int_equal(run(par_gmac, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.ulTagBits = 95;
	assert_int_equal(run(par_gmac, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(run(par_gmac, 0, &good, sizeof(good), &call), CKR_OK);
	assert_int_equal(call.par.iv.n, 12);
	assert_int_equal(call.par.mac_len, 12);
}

/* How long a nonce is, in bytes, that is said to have n bits; 0: none. */
static size_t
nonce_of(CK_ULONG n)
{
	if (n == 8 || n == 12 || n == 24)
		return n;
	return n == 64 || n == 96 || n == 192 ? n / 8 : 0;
}

static void
test_chacha20(void **state)
{
	const CK_CHACHA20_PARAMS good = { data, 32, data + 8, 96 };
	CK_CHACHA20_PARAMS p = good;
	struct mech_call call;

	(void)state;
	p.pBlockCounter = NULL;
	assert_int_equal(run(par_chacha20, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.pNonce = NULL;
	assert_int_equal(run(par_chacha20, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	for (CK_ULONG n = 0; n < 200; n++) {
		p = good;
		p.blockCounterBits = n;
		assert_int_equal(run(par_chacha20, 0, &p, sizeof(p), &call),
		    n == 32 || n == 64 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
		p = good;
		p.ulNonceBits = n;
		assert_int_equal(run(par_chacha20, 0, &p, sizeof(p), &call),
		    nonce_of(n) != 0 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
		if (nonce_of(n) != 0)
			assert_int_equal(call.par.iv.n, nonce_of(n));
	}
	assert_int_equal(run(par_chacha20, 0, &good, sizeof(good), &call),
	    CKR_OK);
	assert_ptr_equal(call.par.counter.p, data);
	assert_int_equal(call.par.counter.n, 4);
	assert_ptr_equal(call.par.iv.p, data + 8);
}

static void
test_chacha20_poly1305(void **state)
{
	const CK_SALSA20_CHACHA20_POLY1305_PARAMS good = { data, 96, data, 5 };
	CK_SALSA20_CHACHA20_POLY1305_PARAMS p = good;
	struct mech_call call;

	(void)state;
	p.pNonce = NULL;
	assert_int_equal(run(par_chacha20_poly1305, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.pAAD = NULL;
	assert_int_equal(run(par_chacha20_poly1305, 0, &p, sizeof(p), &call),
	    CKR_MECHANISM_PARAM_INVALID);
	for (CK_ULONG n = 0; n < 200; n++) {
		p = good;
		p.ulNonceLen = n;
		assert_int_equal(run(par_chacha20_poly1305, 0, &p, sizeof(p),
		    &call), nonce_of(n) != 0 ? CKR_OK :
		    CKR_MECHANISM_PARAM_INVALID);
	}
	assert_int_equal(run(par_chacha20_poly1305, 0, &good, sizeof(good),
	    &call), CKR_OK);
	assert_int_equal(call.par.iv.n, 12);
	assert_int_equal(call.par.aad.n, 5);
	assert_int_equal(call.par.tag_len, 16);
}

/* ------------------------------------------------------------- messages */

static void
test_message_lengths(void **state)
{
	static const struct {
		mech_message_fn *fn;
		size_t good;
	} rows[] = {
		{ msg_gcm, sizeof(CK_GCM_MESSAGE_PARAMS) },
		{ msg_ccm, sizeof(CK_CCM_MESSAGE_PARAMS) },
		{ msg_chacha20_poly1305,
		    sizeof(CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS) },
	};
	static const uint8_t zero[128];
	struct mech_message msg;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++)
		for (size_t n = 0; n < sizeof(zero); n++)
			assert_int_equal(rows[i].fn(zero, n, &msg),
			    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_message_gcm(void **state)
{
	const CK_GCM_MESSAGE_PARAMS good = { data, 12, 32, CKG_GENERATE_COUNTER,
		data + 16, 96 };
	CK_GCM_MESSAGE_PARAMS p;
	struct mech_message msg;

	(void)state;
	for (CK_ULONG n = 0; n < 200; n++) {
		p = good;
		p.ulTagBits = n;
		assert_int_equal(msg_gcm(&p, sizeof(p), &msg),
		    n > 0 && n <= 128 && n % 8 == 0 ? CKR_OK :
		    CKR_MECHANISM_PARAM_INVALID);
		p = good;
		p.ivGenerator = n;
		assert_int_equal(msg_gcm(&p, sizeof(p), &msg), n <= 4 ?
		    CKR_OK : CKR_MECHANISM_PARAM_INVALID);
	}
	p = good;
	p.pIv = NULL;
	assert_int_equal(msg_gcm(&p, sizeof(p), &msg),
	    CKR_MECHANISM_PARAM_INVALID);
	p = good;
	p.ulIvLen = 0;
	assert_int_equal(msg_gcm(&p, sizeof(p), &msg),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulIvLen = ~0UL;
	assert_int_equal(msg_gcm(&p, sizeof(p), &msg),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(msg_gcm(&good, sizeof(good), &msg), CKR_OK);
	assert_ptr_equal(msg.iv.p, data);
	assert_int_equal(msg.iv.n, 12);
	assert_int_equal(msg.iv.fixed_bits, 32);
	assert_int_equal(msg.iv.gen, ENG_IV_COUNTER);
	assert_ptr_equal(msg.tag, data + 16);
	assert_int_equal(msg.tag_len, 12);
}

static void
test_message_ccm(void **state)
{
	const CK_CCM_MESSAGE_PARAMS good = { 20, data, 12, 0, CKG_GENERATE,
		data + 16, 8 };
	CK_CCM_MESSAGE_PARAMS p;
	struct mech_message msg;

	(void)state;
	for (CK_ULONG n = 0; n < 20; n++) {
		p = good;
		p.ulNonceLen = n;
		assert_int_equal(msg_ccm(&p, sizeof(p), &msg),
		    n >= 7 && n <= 13 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
		p = good;
		p.ulMACLen = n;
		assert_int_equal(msg_ccm(&p, sizeof(p), &msg),
		    n >= 4 && n <= 16 && n % 2 == 0 ? CKR_OK :
		    CKR_MECHANISM_PARAM_INVALID);
	}
	assert_int_equal(msg_ccm(&good, sizeof(good), &msg), CKR_OK);
	assert_int_equal(msg.data_len, 20);
	assert_int_equal(msg.tag_len, 8);
	assert_int_equal(msg.iv.gen, ENG_IV_RANDOM);
}

static void
test_message_poly(void **state)
{
	CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS p = { data, 96, data + 16 };
	struct mech_message msg;

	(void)state;
	assert_int_equal(msg_chacha20_poly1305(&p, sizeof(p), &msg), CKR_OK);
	assert_int_equal(msg.iv.n, 12);
	assert_int_equal(msg.iv.gen, ENG_IV_GIVEN);
	assert_int_equal(msg.tag_len, 16);
	p.ulNonceLen = 97;
	assert_int_equal(msg_chacha20_poly1305(&p, sizeof(p), &msg),
	    CKR_MECHANISM_PARAM_INVALID);
	p.ulNonceLen = 96;
	p.pNonce = NULL;
	assert_int_equal(msg_chacha20_poly1305(&p, sizeof(p), &msg),
	    CKR_MECHANISM_PARAM_INVALID);
}

/* Keys may have the longer structures, others not. */
static void
test_wrap_params(void **state)
{
	CK_GCM_WRAP_PARAMS g = { data, 12, 32, CKG_GENERATE, data, 5, 128 };
	CK_CCM_WRAP_PARAMS c = { 7, data, 12, 32, CKG_NO_GENERATE, data, 5,
		16 };
	CK_MECHANISM m = { CKM_AES_GCM, &g, sizeof(g) };
	struct mech_row row = { .type = CKM_AES_GCM };
	struct mech_call call = { .row = &row };

	(void)state;
	assert_int_equal(par_gcm(&row, &m, CKF_ENCRYPT, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(par_gcm(&row, &m, CKF_UNWRAP, &call), CKR_OK);
	assert_int_equal(par_gcm(&row, &m, CKF_WRAP, &call), CKR_OK);
	assert_ptr_equal(call.iv.p, data);
	assert_int_equal(call.iv.gen, ENG_IV_RANDOM);
	assert_int_equal(call.par.aad.n, 5);
	assert_int_equal(call.par.tag_len, 16);
	g.ulTagBits = 12;
	assert_int_equal(par_gcm(&row, &m, CKF_WRAP, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	m = (CK_MECHANISM){ CKM_AES_CCM, &c, sizeof(c) };
	assert_int_equal(par_ccm(&row, &m, CKF_DECRYPT, &call),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(par_ccm(&row, &m, CKF_WRAP, &call), CKR_OK);
	assert_int_equal(call.iv.gen, ENG_IV_GIVEN);
	c.nonceGenerator = 9;
	assert_int_equal(par_ccm(&row, &m, CKF_WRAP, &call),
	    CKR_MECHANISM_PARAM_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_gcm),
		cmocka_unit_test(test_ccm),
		cmocka_unit_test(test_gmac),
		cmocka_unit_test(test_chacha20),
		cmocka_unit_test(test_chacha20_poly1305),
		cmocka_unit_test(test_message_lengths),
		cmocka_unit_test(test_message_gcm),
		cmocka_unit_test(test_message_ccm),
		cmocka_unit_test(test_message_poly),
		cmocka_unit_test(test_wrap_params),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
