/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key pairs against the vectors of project Wycheproof, where they are at
 * hand: signatures, decryption, key agreement.
 */
#include "crypto/pair_kit.h"
#include "crypto/json.h"
#include "crypto/der.h"

/* Some files have keys of 1024 bits. */
static struct eng *
small_eng(void)
{
	static struct eng *e;

	if (e == NULL)
		assert_int_equal(eng_new(NULL, NULL, 1024, &e), CKR_OK);
	return e;
}

static void
text_freep(char **p)
{
	free(*p);
	*p = NULL;
}

/* Wycheproof's names of hashes. */
static const char *
hash_name(struct json group, const char *member)
{
	static const char *const names[][2] = {
		{ "SHA-1", "SHA1" }, { "SHA-224", "SHA2-224" },
		{ "SHA-256", "SHA2-256" }, { "SHA-384", "SHA2-384" },
		{ "SHA-512", "SHA2-512" }, { "SHA3-256", "SHA3-256" },
		{ "SHA-512/224", "SHA2-512/224" },
		{ "SHA-512/256", "SHA2-512/256" }, { "SHA3-512", "SHA3-512" },
	};

	for (size_t i = 0; i < KL_COUNT(names); i++)
		if (json_is(group, member, names[i][0]))
			return names[i][1];
	return NULL;
}

/* What a case should give: 1 valid, 0 invalid, -1 either. */
static int
expected(struct json test)
{
	return json_is(test, "result", "valid") ? 1 :
	    json_is(test, "result", "invalid") ? 0 : -1;
}

static void
check(struct json test, bool ok)
{
	int want = expected(test);

	if (want >= 0 && ok != (want == 1))
		fail_msg("case %ld: %s", json_int(test, "tcId"),
		    ok ? "accepted" : "refused");
}

/* A public key from a DER SubjectPublicKeyInfo; false when refused. */
static bool
import_spki(struct kit_bytes der, enum eng_type type, struct eng_key **out)
{
	struct eng_parts parts = { .part = { { NULL, 0 } } };
	struct reader all = reader_of(kit_view(&der));
	struct reader seq = der_enter(&all, DER_SEQUENCE);
	struct reader alg = der_enter(&seq, DER_SEQUENCE);
	struct bytes bits = der_read_bits(&seq);
	struct reader rsa = reader_of(bits);

	if (type == ENG_EC)
		(void)der_read(&alg, DER_OID);
	if (type != ENG_RSA) {
		parts.part[PART_CURVE] = der_read_whole(&alg, DER_OID);
		parts.part[PART_POINT] = bits;
	} else {
		rsa = der_enter(&rsa, DER_SEQUENCE);
		parts.part[PART_N] = der_read_uint(&rsa);
		parts.part[PART_E] = der_read_uint(&rsa);
	}
	return !seq.failed && eng_key_import(small_eng(), type, false, &parts,
	    out) == CKR_OK;
}

/* ---------------------------------------------------------- verification */

static struct eng_key *
group_key(struct json group, enum eng_type type)
{
	KL_AUTO(kit_free) struct kit_bytes der = json_hex(group,
	    "publicKeyDer");
	struct eng_key *key = NULL;

	assert_true(import_spki(der, type, &key));
	return key;
}

/*
 * 3.2 section 6.3.1: shorter r and s of equal length are good for a token,
 * which these vectors, made for another interface, call an invalid size.
 */
static bool
short_ecdsa(const struct kit_run *r, size_t n)
{
	return r->alg->fam == ENG_F_ECDSA && n > 0 && n % 2 == 0 &&
	    n < 2 * r->key->curve->priv;
}

static void
verify_group(struct json group, struct kit_run *r)
{
	struct json test = { NULL, NULL };

	while (json_next(json_get(group, "tests"), &test)) {
		KL_AUTO(kit_free) struct kit_bytes msg = json_hex(test, "msg");
		KL_AUTO(kit_free) struct kit_bytes sig = json_hex(test, "sig");
		bool ok = pair_verify(r, kit_view(&msg), kit_view(&sig)) ==
		    CKR_OK;

		if (!short_ecdsa(r, sig.n))
			check(test, ok);
	}
	eng_op_freep(&r->op);
	eng_key_putp(&r->key);
}

/* Runs all groups of a file; returns how many had a hash we have. */
static size_t
verify_file(const char *file, enum eng_type type, enum eng_family fam)
{
	KL_AUTO(text_freep) char *text = NULL;
	struct json groups = json_get(json_vectors(file, &text), "testGroups");
	struct json group = { NULL, NULL };
	size_t count = 0;

	while (json_next(groups, &group)) {
		struct eng_alg alg = { .fam = fam,
		    .md = hash_name(group, "sha") };
		struct kit_run r = { .alg = &alg, .dir = ENG_VERIFY };

		if (type != ENG_ED && alg.md == NULL)
			continue;
		if (fam == ENG_F_RSA_PSS) {
			r.par.md = alg.md;
			r.par.mgf_md = hash_name(group, "mgfSha");
			r.par.salt_len = (size_t)json_int(group, "sLen");
			if (r.par.mgf_md == NULL)
				continue;
		}
		r.key = group_key(group, type);
		verify_group(group, &r);
		count++;
	}
	return count;
}

static void
test_ecdsa(void **state)
{
	static const char *const files[] = {
		"ecdsa_brainpoolP256r1_sha256_p1363_test.json",
		"ecdsa_secp224r1_sha256_p1363_test.json",
		"ecdsa_secp256k1_sha256_p1363_test.json",
		"ecdsa_secp256r1_sha256_p1363_test.json",
		"ecdsa_secp256r1_sha512_p1363_test.json",
		"ecdsa_secp384r1_sha384_p1363_test.json",
		"ecdsa_secp521r1_sha512_p1363_test.json",
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(files); i++)
		assert_true(verify_file(files[i], ENG_EC, ENG_F_ECDSA) > 0);
}

static void
test_eddsa(void **state)
{
	(void)state;
	assert_true(verify_file("ed25519_test.json", ENG_ED, ENG_F_EDDSA) > 0);
	assert_true(verify_file("ed448_test.json", ENG_ED, ENG_F_EDDSA) > 0);
}

static void
test_rsa_pkcs1(void **state)
{
	static const char *const files[] = {
		"rsa_signature_2048_sha256_test.json",
		"rsa_signature_2048_sha3_256_test.json",
		"rsa_signature_3072_sha512_test.json",
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(files); i++)
		assert_true(verify_file(files[i], ENG_RSA, ENG_F_RSA_PKCS1) >
		    0);
}

static void
test_rsa_pss(void **state)
{
	static const char *const files[] = {
		"rsa_pss_2048_sha1_mgf1_20_test.json",
		"rsa_pss_2048_sha256_mgf1_0_test.json",
		"rsa_pss_2048_sha256_mgf1_32_test.json",
		"rsa_pss_2048_sha256_mgf1sha1_20_test.json",
		"rsa_pss_misc_test.json",
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(files); i++)
		assert_true(verify_file(files[i], ENG_RSA, ENG_F_RSA_PSS) > 0);
}

/* ------------------------------------------------------------ decryption */

static void
decrypt_group(struct json group, const struct eng_alg *alg)
{
	KL_AUTO(kit_free) struct kit_bytes der = json_hex(group,
	    "privateKeyPkcs8");
	struct kit_run r = { .alg = alg, .dir = ENG_DECRYPT };
	struct json test = { NULL, NULL };

	assert_int_equal(eng_key_from_pkcs8(small_eng(), kit_view(&der), false,
	    &r.key), CKR_OK);
	r.par.md = hash_name(group, "sha");
	r.par.mgf_md = hash_name(group, "mgfSha");
	while (json_next(json_get(group, "tests"), &test)) {
		KL_AUTO(kit_free) struct kit_bytes msg = json_hex(test, "msg");
		KL_AUTO(kit_free) struct kit_bytes ct = json_hex(test, "ct");
		KL_AUTO(kit_free) struct kit_bytes label = json_hex(test,
		    "label");
		KL_AUTO(kit_free) struct kit_bytes got = { .p = NULL };
		bool ok;

		r.par.label = kit_view(&label);
		ok = kit_once(&r, kit_view(&ct), &got) == CKR_OK &&
		    bytes_equal(kit_view(&got), kit_view(&msg));
		check(test, ok);
	}
	eng_op_freep(&r.op);
	eng_key_putp(&r.key);
}

static void
decrypt_file(const char *file, enum eng_family fam)
{
	KL_AUTO(text_freep) char *text = NULL;
	struct eng_alg alg = { .fam = fam };
	struct json groups = json_get(json_vectors(file, &text), "testGroups");
	struct json group = { NULL, NULL };

	while (json_next(groups, &group))
		if (fam != ENG_F_RSA_OAEP || hash_name(group, "sha") != NULL)
			decrypt_group(group, &alg);
}

static void
test_decrypt(void **state)
{
	(void)state;
	decrypt_file("rsa_pkcs1_2048_test.json", ENG_F_RSA_PKCS1);
	decrypt_file("rsa_oaep_2048_sha1_mgf1sha1_test.json", ENG_F_RSA_OAEP);
	decrypt_file("rsa_oaep_2048_sha256_mgf1sha1_test.json",
	    ENG_F_RSA_OAEP);
	decrypt_file("rsa_oaep_2048_sha256_mgf1sha256_test.json",
	    ENG_F_RSA_OAEP);
	decrypt_file("rsa_oaep_2048_sha512_mgf1sha512_test.json",
	    ENG_F_RSA_OAEP);
	decrypt_file("rsa_oaep_misc_test.json", ENG_F_RSA_OAEP);
}

/* --------------------------------------------------------- key agreement */

static const struct curve *
group_curve(struct json group)
{
	static const char *const names[][2] = {
		{ "secp256r1", "prime256v1" }, { "secp384r1", "secp384r1" },
		{ "secp256k1", "secp256k1" },
		{ "brainpoolP256r1", "brainpoolP256r1" },
		{ "curve25519", "X25519" }, { "curve448", "X448" },
	};

	for (size_t i = 0; i < KL_COUNT(names); i++)
		if (json_is(group, "curve", names[i][0]))
			return pair_curve(names[i][1]);
	fail_msg("a curve that is not known");
	return NULL;
}

/* The point of a SubjectPublicKeyInfo on our curve, or nothing. */
static struct bytes
spki_point(const struct curve *c, struct bytes der)
{
	struct reader all = reader_of(der);
	struct reader seq = der_enter(&all, DER_SEQUENCE);
	struct reader alg = der_enter(&seq, DER_SEQUENCE);
	struct bytes bits = der_read_bits(&seq);

	(void)der_read(&alg, DER_OID);
	if (!bytes_equal(der_read_whole(&alg, DER_OID), c->oid) || seq.failed)
		return BYTES_NONE;
	return bits;
}

static CK_RV
derive_one(const struct curve *c, struct bytes priv, struct bytes peer,
    struct secret **out)
{
	static const struct eng_alg ecdh = { .fam = ENG_F_ECDH };
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	struct eng_parts parts = { .part = { [PART_CURVE] = c->oid,
	    [PART_PRIV] = priv } };
	struct eng_par par = { .peer = peer };

	assert_int_equal(eng_key_import(small_eng(), c->type, true, &parts,
	    &key), CKR_OK);
	return eng_derive(small_eng(), &ecdh, &par, key, 0, out);
}

static void
derive_group(struct json group)
{
	const struct curve *c = group_curve(group);
	bool spki = json_is(group, "encoding", "asn");
	struct json test = { NULL, NULL };

	while (json_next(json_get(group, "tests"), &test)) {
		KL_AUTO(kit_free) struct kit_bytes priv = json_hex(test,
		    "private");
		KL_AUTO(kit_free) struct kit_bytes peer = json_hex(test,
		    "public");
		KL_AUTO(kit_free) struct kit_bytes want = json_hex(test,
		    "shared");
		KL_AUTO(secret_freep) struct secret *got = NULL;
		struct bytes point = spki ? spki_point(c, kit_view(&peer)) :
		    kit_view(&peer);
		CK_RV rv = derive_one(c, kit_view(&priv), point, &got);

		if (rv != CKR_OK)
			assert_int_equal(rv, CKR_MECHANISM_PARAM_INVALID);
		check(test, rv == CKR_OK && bytes_equal(secret_view(got),
		    kit_view(&want)));
	}
}

static void
test_derive(void **state)
{
	static const char *const files[] = {
		"ecdh_brainpoolP256r1_test.json", "ecdh_secp256k1_test.json",
		"ecdh_secp256r1_ecpoint_test.json",
		"ecdh_secp384r1_ecpoint_test.json", "x25519_test.json",
		"x448_test.json",
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(files); i++) {
		KL_AUTO(text_freep) char *text = NULL;
		struct json groups = json_get(json_vectors(files[i], &text),
		    "testGroups");
		struct json group = { NULL, NULL };

		while (json_next(groups, &group))
			derive_group(group);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ecdsa),
		cmocka_unit_test(test_eddsa),
		cmocka_unit_test(test_rsa_pkcs1),
		cmocka_unit_test(test_rsa_pss),
		cmocka_unit_test(test_decrypt),
		cmocka_unit_test(test_derive),
	};

	return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
