/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSA, ECDSA and DSA signatures: wrong keys, parameters and lengths, then that they
 * verify here and through libcrypto's own way, at once and in parts.
 */
#include "crypto/ffc_kit.h"

#define OK(call) assert_int_equal((call), CKR_OK)
#define ALG(family, hash) { .fam = family, .md = hash }

static const struct eng_alg pkcs1 = ALG(ENG_F_RSA_PKCS1, NULL);
static const struct eng_alg pkcs1_sha256 = ALG(ENG_F_RSA_PKCS1, "SHA2-256");
static const struct eng_alg x509 = ALG(ENG_F_RSA_RAW, NULL);
static const struct eng_alg pss = ALG(ENG_F_RSA_PSS, NULL);
static const struct eng_alg pss_sha256 = ALG(ENG_F_RSA_PSS, "SHA2-256");
static const struct eng_alg ecdsa = ALG(ENG_F_ECDSA, NULL);
static const struct eng_alg ecdsa_sha256 = ALG(ENG_F_ECDSA, "SHA2-256");

static const struct eng_alg dsa = ALG(ENG_F_DSA, NULL);
static const struct eng_alg dsa_sha256 = ALG(ENG_F_DSA, "SHA2-256");

static const uint8_t data[300] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

/* What starting this says. */
static CK_RV
start(const struct eng_alg *alg, const struct eng_par *par, enum eng_dir dir,
    struct eng_key *key)
{
	KL_AUTO(eng_op_freep) struct eng_op *op = NULL;

	return eng_op_init(kit_eng(), alg, par, dir, key, &op);
}

static void
test_wrong_keys(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("secp384r1");
	KL_AUTO(eng_key_putp) struct eng_key *rsa_pub = pair_public(rsa);
	KL_AUTO(eng_key_putp) struct eng_key *ec_pub = pair_public(ec);
	KL_AUTO(eng_key_putp) struct eng_key *aes = kit_key_hex("0011");
	struct eng_par none = { .ph = false };

	(void)state;
	assert_int_equal(start(&pkcs1, &none, ENG_SIGN, ec),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(start(&pkcs1, &none, ENG_SIGN, aes),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(start(&pkcs1, &none, ENG_SIGN, rsa_pub),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(start(&ecdsa, &none, ENG_VERIFY, rsa_pub),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(start(&ecdsa, &none, ENG_SIGN, ec_pub),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(start(&ecdsa, &none, ENG_VERIFY, ec_pub), CKR_OK);
}

/* 3.2 section 6.2.11: what CKM_DSA takes, and signatures in full length. */
static void
test_dsa(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = ffc_pair(ENG_DSA);
	KL_AUTO(eng_key_putp) struct eng_key *public = ffc_public(key);
	KL_AUTO(eng_key_putp) struct eng_key *dh = ffc_pair(ENG_X942);
	struct eng_par none = { .ph = false };
	struct kit_run s = { .alg = &dsa, .dir = ENG_SIGN, .key = key };
	struct kit_run v = { .alg = &dsa, .dir = ENG_VERIFY, .key = public };
	uint8_t sig[64];
	size_t n = 0;

	(void)state;
	assert_int_equal(start(&dsa, &none, ENG_SIGN, public),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(start(&dsa, &none, ENG_SIGN, dh),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(start(&ecdsa, &none, ENG_SIGN, key),
	    CKR_KEY_TYPE_INCONSISTENT);
	OK(kit_init(&s));
	assert_int_equal(eng_op_once_len(s.op, 32), 64);
	assert_int_equal(eng_op_once(s.op, bytes_of(data, 33), sig, &n),
	    CKR_DATA_LEN_RANGE);
	OK(kit_init(&s));
	OK(eng_op_once(s.op, bytes_of(data, 32), sig, &n));
	assert_int_equal(n, 64);
	OK(pair_verify(&v, bytes_of(data, 32), bytes_of(sig, 64)));
	assert_int_equal(pair_verify(&v, bytes_of(data, 32),
	    bytes_of(sig, 62)), CKR_SIGNATURE_LEN_RANGE);
	assert_int_equal(pair_verify(&v, bytes_of(data, 28),
	    bytes_of(sig, 64)), CKR_SIGNATURE_INVALID);
	s.alg = v.alg = &dsa_sha256;
	OK(kit_init(&s));
	OK(eng_op_update(s.op, bytes_of(data, 100), NULL, &n));
	OK(eng_op_final(s.op, sig, &n));
	OK(pair_verify(&v, bytes_of(data, 100), bytes_of(sig, 64)));
	sig[63] ^= 1;
	assert_int_equal(pair_verify(&v, bytes_of(data, 100),
	    bytes_of(sig, 64)), CKR_SIGNATURE_INVALID);
	eng_op_free(s.op);
	eng_op_free(v.op);
}

static void
test_pss_params(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct eng_par par = { .md = "SHA2-256", .mgf_md = "SHA1",
	    .salt_len = 256 - 32 - 2 };
	struct eng_par wrong[] = {
		{ .md = NULL }, { .md = "NO-SUCH", .mgf_md = "SHA1" },
		{ .md = "SHA1", .mgf_md = "NO-SUCH" },
		{ .md = "SHA2-256", .mgf_md = "SHA1", .salt_len = 223 },
		{ .md = "SHA2-512", .mgf_md = "SHA1", .salt_len = 191 },
		{ .md = "SHA1", .mgf_md = "SHA1", .salt_len = (size_t)-1 },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(wrong); i++)
		assert_int_equal(start(&pss, &wrong[i], ENG_SIGN, rsa),
		    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(start(&pss, &par, ENG_SIGN, rsa), CKR_OK);
	/* The hash of the mechanism and that of the parameter. */
	par.md = "SHA2-384";
	assert_int_equal(start(&pss_sha256, &par, ENG_SIGN, rsa),
	    CKR_MECHANISM_PARAM_INVALID);
}

/* How many bytes may be signed without hashing. */
static void
expect_length(struct kit_run *r, size_t n, CK_RV want)
{
	KL_AUTO(kit_free) struct kit_bytes out = { .p = NULL };
	KL_AUTO(buf_done) struct buf parts = { .p = NULL };
	KL_AUTO(kit_free) struct kit_bytes in = kit_alloc(n);

	memset(in.p, 1, n);
	assert_int_equal(kit_once(r, kit_view(&in), &out), want);
	assert_int_equal(kit_parts(r, kit_view(&in), 100, &parts), want);
}

static void
test_lengths(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct kit_run r = { .alg = &pkcs1, .dir = ENG_SIGN, .key = rsa };

	(void)state;
	expect_length(&r, 0, CKR_OK);
	expect_length(&r, 245, CKR_OK);
	expect_length(&r, 246, CKR_DATA_LEN_RANGE);
	expect_length(&r, 300, CKR_DATA_LEN_RANGE);
	r.alg = &x509;
	expect_length(&r, 0, CKR_OK);
	expect_length(&r, 256, CKR_OK);
	expect_length(&r, 257, CKR_DATA_LEN_RANGE);
	r.alg = &pss;
	r.par = (struct eng_par){ .md = "SHA2-256", .mgf_md = "SHA2-256" };
	expect_length(&r, 31, CKR_DATA_LEN_RANGE);
	expect_length(&r, 32, CKR_OK);
	expect_length(&r, 33, CKR_DATA_LEN_RANGE);
	eng_op_free(r.op);
}

/* X.509: a number that is not below the modulus. */
static void
test_raw_too_large(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(secret_freep) struct secret *n = pair_part(rsa, PART_N);
	struct kit_run r = { .alg = &x509, .dir = ENG_SIGN, .key = rsa };
	KL_AUTO(kit_free) struct kit_bytes out = { .p = NULL };
	KL_AUTO(kit_free) struct kit_bytes again = { .p = NULL };

	(void)state;
	assert_int_equal(kit_once(&r, secret_view(n), &out), CKR_DATA_INVALID);
	secret_data(n)[255] ^= 1; /* odd: one less */
	assert_int_equal(kit_once(&r, secret_view(n), &again), CKR_OK);
	eng_op_free(r.op);
}

static void
test_signature_lengths(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	struct kit_run r = { .alg = &pkcs1_sha256, .dir = ENG_VERIFY,
	    .key = rsa };
	struct kit_run v = { .alg = &ecdsa_sha256, .dir = ENG_VERIFY,
	    .key = ec };
	struct bytes in = bytes_of(data, 5);

	(void)state;
	for (size_t n = 0; n < 260; n++)
		assert_int_equal(pair_verify(&r, in, bytes_of(data, n)),
		    n == 256 ? CKR_SIGNATURE_INVALID :
		    CKR_SIGNATURE_LEN_RANGE);
	for (size_t n = 0; n < 80; n++)
		assert_int_equal(pair_verify(&v, in, bytes_of(data, n)),
		    n > 0 && n <= 64 && n % 2 == 0 ? CKR_SIGNATURE_INVALID :
		    CKR_SIGNATURE_LEN_RANGE);
	eng_op_free(r.op);
	eng_op_free(v.op);
}

/* All hashes and all RSA schemes. */
static void
test_rsa_schemes(void **state)
{
	static const char *const hashes[] = { "MD5", "SHA1", "SHA2-224", "SHA2-256",
		"SHA2-384", "SHA2-512", "SHA3-224", "SHA3-256", "SHA3-384",
		"SHA3-512" };
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct eng_par par = { .ph = false };

	(void)state;
	pair_roundtrip(rsa, &pkcs1, &par, bytes_of(data, 51));
	pair_roundtrip(rsa, &pkcs1, &par, bytes_of(data, 0));
	pair_roundtrip(rsa, &pkcs1, &par, bytes_of(data, 245));
	pair_roundtrip(rsa, &x509, &par, bytes_of(data, 256));
	pair_roundtrip(rsa, &x509, &par, bytes_of(data + 1, 100));
	for (size_t i = 0; i < KL_COUNT(hashes); i++) {
		struct eng_alg alg = ALG(ENG_F_RSA_PKCS1, hashes[i]);
		struct eng_alg alg_pss = ALG(ENG_F_RSA_PSS, hashes[i]);

		par = (struct eng_par){ .md = hashes[i],
		    .mgf_md = hashes[(i + 3) % KL_COUNT(hashes)],
		    .salt_len = 7 * i };
		pair_roundtrip(rsa, &alg, &par, bytes_of(data, 300));
		pair_roundtrip(rsa, &alg_pss, &par, bytes_of(data, 299));
	}
}

/* Parameters of one signature are not those of the next. */
static void
test_pss_changes(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	struct kit_run s = { .alg = &pss, .dir = ENG_SIGN, .key = rsa };
	struct kit_run v = { .alg = &pss, .dir = ENG_VERIFY, .key = rsa };
	struct bytes in = bytes_of(data, 32);

	(void)state;
	for (size_t salt = 0; salt < 40; salt += 13) {
		KL_AUTO(kit_free) struct kit_bytes sig = { .p = NULL };

		s.par = v.par = (struct eng_par){ .md = "SHA2-256",
		    .mgf_md = "SHA1", .salt_len = salt };
		assert_int_equal(kit_once(&s, in, &sig), CKR_OK);
		assert_int_equal(pair_verify(&v, in, kit_view(&sig)), CKR_OK);
		v.par.salt_len++;
		assert_int_equal(pair_verify(&v, in, kit_view(&sig)),
		    CKR_SIGNATURE_INVALID);
		v.par.salt_len--;
		v.par.mgf_md = "SHA2-256";
		assert_int_equal(pair_verify(&v, in, kit_view(&sig)),
		    CKR_SIGNATURE_INVALID);
	}
	eng_op_free(s.op);
	eng_op_free(v.op);
}

static void
test_all_curves(void **state)
{
	const struct curve *c;
	struct eng_par par = { .ph = false };

	(void)state;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

		if (c->type != ENG_EC)
			continue;
		key = pair_generate(c->name);
		pair_roundtrip(key, &ecdsa, &par, bytes_of(data, 32));
		pair_roundtrip(key, &ecdsa, &par, bytes_of(data + 1, 150));
		pair_roundtrip(key, &ecdsa_sha256, &par, bytes_of(data, 300));
	}
}

/* The leftmost bits of a long hash count, no others (3.2 section 6.3.1). */
static void
test_long_hash(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = pair_generate("prime256v1");
	struct kit_run s = { .alg = &ecdsa, .dir = ENG_SIGN, .key = key };
	struct kit_run v = { .alg = &ecdsa, .dir = ENG_VERIFY, .key = key };
	KL_AUTO(kit_free) struct kit_bytes sig = { .p = NULL };
	uint8_t other[64] = { 0 };

	(void)state;
	memcpy(other, data, 33);
	assert_int_equal(kit_once(&s, bytes_of(data, 64), &sig), CKR_OK);
	other[40] = 1;
	assert_int_equal(pair_verify(&v, bytes_of(other, 64), kit_view(&sig)),
	    CKR_OK);
	other[31] ^= 1;
	assert_int_equal(pair_verify(&v, bytes_of(other, 64), kit_view(&sig)),
	    CKR_SIGNATURE_INVALID);
	eng_op_free(s.op);
	eng_op_free(v.op);
}

/* PKCS#1 with a hash is PKCS#1 of the DigestInfo. */
static void
test_digest_info(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(kit_free) struct kit_bytes info = kit_hex(
	    "3031300d060960864801650304020105000420"
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	struct kit_run s = { .alg = &pkcs1, .dir = ENG_SIGN, .key = rsa };
	struct kit_run h = { .alg = &pkcs1_sha256, .dir = ENG_SIGN,
	    .key = rsa };
	KL_AUTO(kit_free) struct kit_bytes a = { .p = NULL };
	KL_AUTO(kit_free) struct kit_bytes b = { .p = NULL };

	(void)state;
	assert_int_equal(kit_once(&s, kit_view(&info), &a), CKR_OK);
	assert_int_equal(kit_once(&h, BYTES_STR("abc"), &b), CKR_OK);
	assert_memory_equal(a.p, b.p, 256);
	eng_op_free(s.op);
	eng_op_free(h.op);
}

/* One operation goes from scheme to scheme, key to key, after failures too. */
static void
test_one_operation(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("secp521r1");
	KL_AUTO(eng_key_putp) struct eng_key *ed = pair_generate("ED25519");
	static const struct eng_alg eddsa = ALG(ENG_F_EDDSA, NULL);
	const struct eng_alg *const algs[] = { &pkcs1, &ecdsa, &eddsa,
		&pkcs1_sha256, &ecdsa_sha256, &x509, &pss_sha256 };
	struct eng_key *const keys[] = { rsa, ec, ed, rsa, ec, rsa, rsa };
	struct kit_run s = { .dir = ENG_SIGN };
	struct kit_run v = { .dir = ENG_VERIFY };

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		KL_AUTO(kit_free) struct kit_bytes sig = { .p = NULL };
		size_t at = (i * i + i / 7) % KL_COUNT(algs);
		struct bytes in = bytes_of(data, 32 + i);

		s.alg = v.alg = algs[at];
		s.key = v.key = keys[at];
		assert_int_equal(kit_once(&s, in, &sig), CKR_OK);
		assert_int_equal(pair_verify(&v, in, kit_view(&sig)), CKR_OK);
		sig.p[sig.n / 2 - 1] ^= 1;
		assert_int_equal(pair_verify(&v, in, kit_view(&sig)),
		    CKR_SIGNATURE_INVALID);
	}
	eng_op_free(s.op);
	eng_op_free(v.op);
}

/* What was signed comes back, and nothing else, for every length. */
static void
test_recover(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *pub = pair_public(rsa);
	KL_AUTO(eng_op_freep) struct eng_op *sign = NULL;
	KL_AUTO(eng_op_freep) struct eng_op *open = NULL;
	uint8_t sig[256], out[256];
	size_t n;

	(void)state;
	for (size_t len = 0; len <= 245; len += 49) {
		OK(eng_op_init(kit_eng(), &pkcs1, NULL, ENG_SIGN, rsa, &sign));
		OK(eng_op_once(sign, bytes_of(data, len), sig, &n));
		OK(eng_op_init(kit_eng(), &pkcs1, NULL, ENG_RECOVER, pub,
		    &open));
		assert_int_equal(eng_op_once_len(open, 256), 245);
		OK(eng_op_once(open, bytes_of(sig, 256), out, &n));
		assert_int_equal(n, len);
		assert_memory_equal(out, data, len);
	}
	OK(eng_op_init(kit_eng(), &x509, NULL, ENG_RECOVER, pub, &open));
	OK(eng_op_once(open, bytes_of(sig, 256), out, &n));
	assert_int_equal(n, 256);
	assert_int_equal(out[0], 0);
	assert_int_equal(out[1], 1);
	assert_memory_equal(out + 11, data, 245);
}

/* Blocks that are none of RFC 8017 section 9.2, made by signing them raw. */
static void
test_recover_blocks(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	static const struct {
		size_t at;
		uint8_t byte;
	} wrong[] = { { 0, 1 }, { 1, 2 }, { 2, 0 }, { 9, 0 }, { 5, 0xfe },
		{ 100, 0xfe } };
	uint8_t block[256], sig[256], out[256];
	size_t n;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(wrong); i++) {
		KL_AUTO(eng_op_freep) struct eng_op *sign = NULL;
		KL_AUTO(eng_op_freep) struct eng_op *open = NULL;

		memset(block, 0xff, sizeof(block));
		block[0] = 0;
		block[1] = 1;
		block[wrong[i].at] = wrong[i].byte;
		OK(eng_op_init(kit_eng(), &x509, NULL, ENG_SIGN, rsa, &sign));
		OK(eng_op_once(sign, bytes_of(block, 256), sig, &n));
		OK(eng_op_init(kit_eng(), &pkcs1, NULL, ENG_RECOVER, rsa,
		    &open));
		assert_int_equal(eng_op_once(open, bytes_of(sig, 256), out, &n),
		    CKR_SIGNATURE_INVALID);
	}
}

/* Copies after the first part sign what the originals would have. */
static void
test_copies(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(eng_key_putp) struct eng_key *ed = pair_generate("ED25519");
	static const struct eng_alg eddsa = ALG(ENG_F_EDDSA, NULL);
	struct eng_par par = { .md = "SHA2-256", .salt_len = 11 };
	struct eng_par none = { .ph = false };
	const struct {
		const struct eng_alg *alg;
		struct eng_key *key;
		const struct eng_par *par;
	} rows[] = { { &pkcs1_sha256, rsa, &none }, { &pss_sha256, rsa, &par },
		{ &ecdsa_sha256, ec, &none }, { &ecdsa, ec, &none },
		{ &eddsa, ed, &none } };
	uint8_t sig[256];
	size_t n;

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(eng_op_freep) struct eng_op *op = NULL;
		KL_AUTO(eng_op_freep) struct eng_op *copy = NULL;

		OK(eng_op_init(kit_eng(), rows[i].alg, rows[i].par, ENG_SIGN,
		    rows[i].key, &op));
		OK(eng_op_update(op, bytes_of(data, 20), NULL, &n));
		OK(eng_op_copy(op, &copy));
		OK(eng_op_update(op, bytes_of(data, 5), NULL, &n));
		OK(eng_op_update(copy, bytes_of(data + 20, 12), NULL, &n));
		OK(eng_op_final(copy, sig, &n));
		OK(eng_op_init(kit_eng(), rows[i].alg, rows[i].par, ENG_VERIFY,
		    rows[i].key, &op));
		OK(eng_op_verify(op, bytes_of(data, 32), bytes_of(sig, n)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_keys),
		cmocka_unit_test(test_dsa),
		cmocka_unit_test(test_pss_params),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_raw_too_large),
		cmocka_unit_test(test_signature_lengths),
		cmocka_unit_test(test_rsa_schemes),
		cmocka_unit_test(test_pss_changes),
		cmocka_unit_test(test_all_curves),
		cmocka_unit_test(test_long_hash),
		cmocka_unit_test(test_digest_info),
		cmocka_unit_test(test_one_operation),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_recover),
		cmocka_unit_test(test_recover_blocks),
	};

	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
