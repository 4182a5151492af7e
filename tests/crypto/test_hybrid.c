/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wrapping in two steps: wrong keys and parameters, every length, every broken
 * byte; and what comes out, taken apart and put together step by step.
 */
#include "crypto/pair_kit.h"

static const struct eng_alg rsa_alg = { .fam = ENG_F_HYBRID, .mode = "OAEP" };
static const struct eng_alg ec_alg = { .fam = ENG_F_HYBRID, .mode = "ECDH" };
static const struct eng_alg cof_alg = { .fam = ENG_F_HYBRID, .mode = "ECDH",
	.cofactor = true };
static const struct eng_alg oaep = { .fam = ENG_F_RSA_OAEP };
static const struct eng_alg ecdh = { .fam = ENG_F_ECDH };
static const struct eng_alg kwp = { .fam = ENG_F_KEYWRAP, .cipher = ENG_AES,
	.mode = "WRAP-PAD" };
static const struct eng_par none, rsa_par = { .md = "SHA2-256",
	.mgf_md = "SHA1", .aes_len = 32,
	.label = { (const uint8_t *)"label", 5 } };
static const struct eng_par bare = { .aes_len = 16 };
static const struct eng_par kdf = { .aes_len = 32, .kdf_md = "SHA2-256",
	.shared = { (const uint8_t *)"info", 4 } };

static const uint8_t key_bytes[37] = "thirty-seven bytes are no multiple..";

/* Wraps n bytes into a new buffer; as long as was told. */
static CK_RV
wrap(const struct eng_alg *alg, const struct eng_par *par, struct eng_key *key,
    size_t n, struct buf *out)
{
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
	CK_RV rv = eng_op_init(kit_eng(), alg, par, ENG_ENCRYPT, key, &op);
	size_t len = 0, told;
	uint8_t *p;

	if (rv != CKR_OK)
		return rv;
	told = eng_op_once_len(op, n);
	assert_non_null(p = buf_grow(out, told));
	rv = eng_op_once(op, bytes_of(key_bytes, n), p, &len);
	if (rv == CKR_OK)
		assert_int_equal(len, told);
	return rv;
}

static CK_RV
unwrap(const struct eng_alg *alg, const struct eng_par *par,
    struct eng_key *key, struct bytes in, size_t want)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	CK_RV rv = eng_open(kit_eng(), alg, par, key, in, &s);

	if (rv == CKR_OK) {
		assert_int_equal(secret_len(s), want);
		assert_memory_equal(secret_data(s), key_bytes, want);
	}
	return rv;
}

static void
test_wrong_keys(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(eng_key_putp) struct eng_key *x = pair_generate("X25519");
	KL_AUTO(eng_key_putp) struct eng_key *ed = pair_generate("ED25519");
	KL_AUTO(eng_key_putp) struct eng_key *pub = pair_public(ec);
	KL_AUTO(buf_done) struct buf b = { .p = NULL };

	(void)state;
	assert_int_equal(wrap(&rsa_alg, &rsa_par, ec, 16, &b),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(wrap(&ec_alg, &bare, rsa, 16, &b),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(wrap(&ec_alg, &bare, ed, 16, &b),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(wrap(&cof_alg, &bare, x, 16, &b),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(unwrap(&ec_alg, &bare, pub, bytes_of(key_bytes, 37),
	    0), CKR_KEY_TYPE_INCONSISTENT);
}

static void
test_parameters(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *small = pair_generate(
	    "secp224r1");
	KL_AUTO(buf_done) struct buf b = { .p = NULL };
	struct eng_par par = rsa_par;

	(void)state;
	par.md = "NO-SUCH";
	assert_int_equal(wrap(&rsa_alg, &par, rsa, 16, &b),
	    CKR_MECHANISM_PARAM_INVALID);
	par = kdf;
	par.kdf_md = NULL;
	par.shared = BYTES_NONE;
	assert_int_equal(wrap(&ec_alg, &par, small, 16, &b),
	    CKR_MECHANISM_PARAM_INVALID); /* 28 bytes are no AES-256 key */
	par.aes_len = 24;
	assert_int_equal(wrap(&ec_alg, &par, small, 16, &b), CKR_OK);
	assert_int_equal(wrap(&ec_alg, &kdf, small, 16, &b), CKR_OK);
	assert_int_equal(wrap(&ec_alg, &kdf, small, 0, &b),
	    CKR_DATA_LEN_RANGE);
}

static void
test_lengths(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");

	(void)state;
	for (size_t n = 1; n <= sizeof(key_bytes); n++) {
		KL_AUTO(buf_done) struct buf a = { .p = NULL };
		KL_AUTO(buf_done) struct buf b = { .p = NULL };
		KL_AUTO(buf_done) struct buf c = { .p = NULL };

		assert_int_equal(wrap(&rsa_alg, &rsa_par, rsa, n, &a), CKR_OK);
		assert_int_equal(wrap(&ec_alg, &kdf, ec, n, &b), CKR_OK);
		assert_int_equal(wrap(&cof_alg, &bare, ec, n, &c), CKR_OK);
		assert_int_equal(unwrap(&rsa_alg, &rsa_par, rsa, buf_view(&a),
		    n), CKR_OK);
		assert_int_equal(unwrap(&ec_alg, &kdf, ec, buf_view(&b), n),
		    CKR_OK);
		assert_int_equal(unwrap(&cof_alg, &bare, ec, buf_view(&c), n),
		    CKR_OK);
		for (size_t cut = 1; cut < 8; cut++)
			assert_int_equal(unwrap(&rsa_alg, &rsa_par, rsa,
			    bytes_of(a.p, a.n - cut), n),
			    CKR_ENCRYPTED_DATA_LEN_RANGE);
		assert_int_equal(unwrap(&ec_alg, &kdf, ec,
		    bytes_of(b.p, b.n - 1), n), CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
}

/* Every part changed gives one code, and another parameter too. */
static void
test_broken(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(buf_done) struct buf a = { .p = NULL };
	KL_AUTO(buf_done) struct buf b = { .p = NULL };
	struct eng_par par = rsa_par;

	(void)state;
	assert_int_equal(wrap(&rsa_alg, &rsa_par, rsa, 32, &a), CKR_OK);
	assert_int_equal(wrap(&ec_alg, &kdf, ec, 32, &b), CKR_OK);
	for (size_t i = 0; i < a.n; i += 13) {
		a.p[i] ^= 4;
		assert_int_equal(unwrap(&rsa_alg, &rsa_par, rsa, buf_view(&a),
		    32), CKR_ENCRYPTED_DATA_INVALID);
		a.p[i] ^= 4;
	}
	for (size_t i = 0; i < b.n; i++) {
		b.p[i] ^= 4;
		assert_int_equal(unwrap(&ec_alg, &kdf, ec, buf_view(&b), 32),
		    CKR_ENCRYPTED_DATA_INVALID);
		b.p[i] ^= 4;
	}
	par.label = BYTES_NONE;
	assert_int_equal(unwrap(&rsa_alg, &par, rsa, buf_view(&a), 32),
	    CKR_ENCRYPTED_DATA_INVALID);
	par = rsa_par;
	par.aes_len = 16;
	assert_int_equal(unwrap(&rsa_alg, &par, rsa, buf_view(&a), 32),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(unwrap(&ec_alg, &kdf, ec, buf_view(&b), 32), CKR_OK);
}

/* KWP by itself, under a key of these bytes. */
static struct secret *
kwp_open(struct bytes aes, struct bytes in)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = kit_key(aes);
	struct secret *s = NULL;

	assert_int_equal(eng_open(kit_eng(), &kwp, &none, key, in, &s), CKR_OK);
	return s;
}

static void
test_rsa_parts(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(buf_done) struct buf b = { .p = NULL };
	KL_AUTO(secret_freep) struct secret *aes = NULL;
	KL_AUTO(secret_freep) struct secret *plain = NULL;

	(void)state;
	assert_int_equal(wrap(&rsa_alg, &rsa_par, rsa, 37, &b), CKR_OK);
	assert_int_equal(eng_open(kit_eng(), &oaep, &rsa_par, rsa,
	    bytes_of(b.p, 256), &aes), CKR_OK);
	assert_int_equal(secret_len(aes), 32);
	plain = kwp_open(secret_view(aes), bytes_of(b.p + 256, b.n - 256));
	assert_int_equal(secret_len(plain), 37);
	assert_memory_equal(secret_data(plain), key_bytes, 37);
}

/* 3.2 section 6.3.20: the first bits of what was agreed; head: bytes before
 * the transport key's bare point. */
static void
ec_parts(const struct eng_alg *alg, const struct eng_par *par,
    struct eng_key *key, size_t head, size_t point)
{
	KL_AUTO(buf_done) struct buf b = { .p = NULL };
	KL_AUTO(secret_freep) struct secret *z = NULL;
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	struct eng_par with = *par;
	size_t len = par->kdf_md != NULL ? par->aes_len : 0;

	assert_int_equal(wrap(alg, par, key, 37, &b), CKR_OK);
	assert_int_equal(b.n, head + point + 48);
	with.peer = bytes_of(b.p + head, point);
	assert_int_equal(eng_derive(kit_eng(), &ecdh, &with, key, len, &z),
	    CKR_OK);
	plain = kwp_open(bytes_of(secret_data(z), par->aes_len),
	    bytes_of(b.p + head + point, 48));
	assert_memory_equal(secret_data(plain), key_bytes, 37);
}

static void
test_ec_parts(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(eng_key_putp) struct eng_key *big = pair_generate("secp521r1");
	KL_AUTO(eng_key_putp) struct eng_key *x = pair_generate("X25519");
	KL_AUTO(eng_key_putp) struct eng_key *x448 = pair_generate("X448");

	(void)state;
	ec_parts(&ec_alg, &bare, ec, 0, 65);
	ec_parts(&ec_alg, &kdf, big, 0, 133);
	ec_parts(&ec_alg, &bare, x, 0, 32);
	ec_parts(&ec_alg, &kdf, x448, 0, 56);
	ec_parts(&cof_alg, &bare, ec, 2, 65);
	ec_parts(&cof_alg, &kdf, big, 3, 133);
}

/* Each form of the point is read by the mechanism that writes the other. */
static void
test_forms(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("secp521r1");
	KL_AUTO(buf_done) struct buf a = { .p = NULL };
	KL_AUTO(buf_done) struct buf b = { .p = NULL };

	(void)state;
	assert_int_equal(wrap(&ec_alg, &kdf, ec, 32, &a), CKR_OK);
	assert_int_equal(wrap(&cof_alg, &kdf, ec, 32, &b), CKR_OK);
	assert_int_equal(b.n, a.n + 3);
	assert_int_equal(unwrap(&cof_alg, &kdf, ec, buf_view(&a), 32), CKR_OK);
	assert_int_equal(unwrap(&ec_alg, &kdf, ec, buf_view(&b), 32), CKR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_keys),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_rsa_parts),
		cmocka_unit_test(test_ec_parts),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
