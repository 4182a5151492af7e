/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key pairs while libcrypto runs out of memory: its n-th allocation fails,
 * n = 1, 2, ... until the case passes.  A failure leaves nothing behind (what
 * leaks is seen under the sanitizers), what succeeds is right, and the next
 * try works.
 *
 * Each try reads its key anew: the blinding in an RSA key of libcrypto 3.0 is
 * out of step for a while after a failed allocation.
 */
#include "crypto/pair_kit.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

/* Counts down to the allocation that fails; 0 = none does. */
static unsigned long countdown;

static bool
fails_now(void)
{
	return countdown > 0 && --countdown == 0;
}

static void *
fault_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails_now() ? NULL : malloc(n);
}

static void *
fault_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails_now() ? NULL : realloc(p, n);
}

static void
fault_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* A case: a key, as PKCS#8, and what to do with it. */
struct fault {
	const char *curve;	/* NULL: RSA, */
	struct eng_gen pq;	/* or with a type: that */
	struct eng_alg alg;
	struct eng_par par;
	struct secret *der;
	struct secret *point;
};

typedef CK_RV run_fn(const struct fault *f);

static void
each_failure(run_fn *run, const struct fault *f)
{
	bool failed = true;

	assert_int_equal(run(f), CKR_OK);
	for (unsigned long n = 1; failed; n++) {
		CK_RV rv;

		countdown = n;
		rv = run(f);
		failed = countdown == 0;
		countdown = 0;
		if (!failed)
			assert_int_equal(rv, CKR_OK);
		assert_int_equal(ERR_peek_error(), 0);
	}
	assert_int_equal(run(f), CKR_OK);
}

/* The key of the case, read with allocations that fail or not. */
static CK_RV
read_key(const struct fault *f, struct eng_key **out)
{
	return eng_key_from_pkcs8(kit_eng(), secret_view(f->der), false, out);
}

/* The same with no failure. */
static struct eng_key *
good_key(const struct fault *f)
{
	unsigned long left = countdown;
	struct eng_key *key = NULL;

	countdown = 0;
	assert_int_equal(read_key(f, &key), CKR_OK);
	countdown = left;
	return key;
}

static CK_RV
run_import(const struct fault *f)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	return read_key(f, &key);
}

static CK_RV
run_export(const struct fault *f)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = good_key(f);
	KL_AUTO(secret_freep) struct secret *der = NULL;
	KL_AUTO(buf_done) struct buf spki = { .p = NULL };
	CK_RV rv = eng_key_pkcs8(kit_eng(), key, &der);

	if (rv != CKR_OK)
		return rv;
	assert_true(secret_equal(secret_view(der), secret_view(f->der)));
	return eng_key_spki(kit_eng(), key, &spki);
}

static CK_RV
run_generate(const struct fault *f)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	struct eng_gen spec = f->pq;

	if (f->curve != NULL) {
		spec.type = pair_curve(f->curve)->type;
		spec.curve = pair_curve(f->curve)->oid;
	}

	return eng_key_generate(kit_eng(), &spec, &key);
}

/* Signs; a signature that is given verifies when memory is there again. */
static CK_RV
run_sign(const struct fault *f)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = good_key(f);
	struct kit_run s = { .alg = &f->alg, .par = f->par, .dir = ENG_SIGN,
	    .key = key };
	struct kit_run v = { .alg = &f->alg, .par = f->par,
	    .dir = ENG_VERIFY, .key = key };
	KL_AUTO(kit_free) struct kit_bytes sig = { .p = NULL };
	struct bytes in = BYTES_STR("12345678901234567890123456789012");
	CK_RV rv = kit_once(&s, in, &sig);

	if (rv == CKR_OK) {
		unsigned long left = countdown;

		countdown = 0;
		assert_int_equal(pair_verify(&v, in, kit_view(&sig)), CKR_OK);
		countdown = left;
		rv = pair_verify(&v, in, kit_view(&sig));
	}
	eng_op_free(s.op);
	eng_op_free(v.op);
	return rv;
}

static CK_RV
run_crypt(const struct fault *f)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = good_key(f);
	struct kit_run e = { .alg = &f->alg, .par = f->par,
	    .dir = ENG_ENCRYPT, .key = key };
	struct kit_run d = { .alg = &f->alg, .par = f->par,
	    .dir = ENG_DECRYPT, .key = key };
	KL_AUTO(kit_free) struct kit_bytes ct = { .p = NULL };
	KL_AUTO(kit_free) struct kit_bytes out = { .p = NULL };
	CK_RV rv = kit_once(&e, BYTES_STR("message"), &ct);

	if (rv == CKR_OK)
		rv = kit_once(&d, kit_view(&ct), &out);
	if (rv == CKR_OK)
		assert_true(bytes_equal(kit_view(&out), BYTES_STR("message")));
	eng_op_free(e.op);
	eng_op_free(d.op);
	return rv;
}

/* Twice, the second time with what the first left in the key. */
static CK_RV
run_derive(const struct fault *f)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = good_key(f);
	KL_AUTO(secret_freep) struct secret *a = NULL;
	KL_AUTO(secret_freep) struct secret *b = NULL;
	struct eng_par par = f->par;
	CK_RV rv;

	par.peer = secret_view(f->point);
	rv = eng_derive(kit_eng(), &f->alg, &par, key, 20, &a);
	if (rv == CKR_OK)
		rv = eng_derive(kit_eng(), &f->alg, &par, key, 20, &b);
	if (rv == CKR_OK)
		assert_true(secret_equal(secret_view(a), secret_view(b)));
	return rv;
}

/* Makes the key of a case and runs it. */
static void
run_case(run_fn *run, struct fault f)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	if (f.pq.type != ENG_SECRET)
		assert_int_equal(eng_key_generate(kit_eng(), &f.pq, &key),
		    CKR_OK);
	else
		key = f.curve == NULL ? pair_rsa() : pair_generate(f.curve);

	assert_int_equal(eng_key_pkcs8(kit_eng(), key, &f.der), CKR_OK);
	if (f.curve != NULL)
		f.point = pair_part(key, PART_POINT);
	each_failure(run, &f);
	secret_free(f.der);
	secret_free(f.point);
}

static void
test_keys(void **state)
{
	static const char *const curves[] = { NULL, "prime256v1",
		"brainpoolP320r1", "ED25519", "ED448", "X25519" };

	(void)state;
	for (size_t i = 0; i < KL_COUNT(curves); i++) {
		run_case(run_import, (struct fault){ .curve = curves[i] });
		run_case(run_export, (struct fault){ .curve = curves[i] });
		if (curves[i] != NULL)
			run_case(run_generate,
			    (struct fault){ .curve = curves[i] });
	}
}

static void
test_signatures(void **state)
{
	static const struct fault faults[] = {
		{ .alg = { .fam = ENG_F_RSA_PKCS1, .md = "SHA2-256" } },
		{ .alg = { .fam = ENG_F_RSA_RAW } },
		{ .alg = { .fam = ENG_F_RSA_PSS }, .par = { .md = "SHA2-256",
		    .mgf_md = "SHA1", .salt_len = 9 } },
		{ .curve = "prime256v1", .alg = { .fam = ENG_F_ECDSA,
		    .md = "SHA2-384" } },
		{ .curve = "ED25519", .alg = { .fam = ENG_F_EDDSA } },
		{ .curve = "ED25519", .alg = { .fam = ENG_F_EDDSA },
		    .par = { .ph = true } },
		{ .curve = "ED448", .alg = { .fam = ENG_F_EDDSA },
		    .par = { .context = { (const uint8_t *)"c", 1 } } },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(faults); i++)
		run_case(run_sign, faults[i]);
}

static void
test_encryption(void **state)
{
	static const struct fault faults[] = {
		{ .alg = { .fam = ENG_F_RSA_PKCS1 } },
		{ .alg = { .fam = ENG_F_RSA_OAEP }, .par = { .md = "SHA2-256",
		    .mgf_md = "SHA1", .label = { (const uint8_t *)"l", 1 } } },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(faults); i++)
		run_case(run_crypt, faults[i]);
}

static void
test_agreement(void **state)
{
	static const struct fault faults[] = {
		{ .curve = "prime256v1", .alg = { .fam = ENG_F_ECDH } },
		{ .curve = "secp384r1", .alg = { .fam = ENG_F_ECDH },
		    .par = { .kdf_md = "SHA2-256" } },
		{ .curve = "X448", .alg = { .fam = ENG_F_ECDH } },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(faults); i++)
		run_case(run_derive, faults[i]);
}

static void
test_post_quantum(void **state)
{
	static const struct fault faults[] = {
		{ .pq = { .type = ENG_ML_KEM, .set = 1 } },
		{ .pq = { .type = ENG_ML_DSA, .set = 1 },
		    .alg = { .fam = ENG_F_ML_DSA } },
		{ .pq = { .type = ENG_ML_DSA, .set = 1 },
		    .alg = { .fam = ENG_F_ML_DSA, .md = "SHAKE-128" },
		    .par = { .context = { (const uint8_t *)"c", 1 } } },
		{ .pq = { .type = ENG_SLH_DSA, .set = 3 },
		    .alg = { .fam = ENG_F_SLH_DSA } },
	};

	(void)state;
	if (!eng_can(kit_eng(), &faults[1].alg) ||
	    !eng_can(kit_eng(), &faults[3].alg))
		skip();
	for (size_t i = 0; i < KL_COUNT(faults); i++) {
		run_case(run_import, faults[i]);
		run_case(run_export, faults[i]);
		run_case(run_generate, faults[i]);
		if (faults[i].alg.fam != ENG_F_NONE)
			run_case(run_sign, faults[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_encryption),
		cmocka_unit_test(test_agreement),
		cmocka_unit_test(test_post_quantum),
	};

	if (CRYPTO_set_mem_functions(fault_malloc, fault_realloc, fault_free)
	    != 1)
		return 1;
	return cmocka_run_group_tests_name("fault_pair", tests, NULL, NULL);
}
