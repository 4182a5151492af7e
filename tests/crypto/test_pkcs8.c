/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PKCS#8, SubjectPublicKeyInfo and certificates: what must not be read, and
 * that libcrypto and we read each other's.
 */
#include "crypto/pair_kit.h"

#include <openssl/ec.h>
#include <openssl/x509.h>

#include "crypto/der.h"

static CK_RV
read_key(struct bytes der, bool zeros)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;

	return eng_key_from_pkcs8(kit_eng(), der, zeros, &key);
}

static CK_RV
read_hex(const char *hex)
{
	KL_AUTO(kit_free) struct kit_bytes b = kit_hex(hex);

	return read_key(kit_view(&b), true);
}

static struct secret *
write_key(const struct eng_key *key)
{
	struct secret *s = NULL;

	assert_int_equal(eng_key_pkcs8(kit_eng(), key, &s), CKR_OK);
	return s;
}

/* The seed of RFC 8410 section 10.3. */
#define SEED "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"
#define POINT "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"

static void
test_bad_structures(void **state)
{
	static const char *const bad[] = {
		"", "30", "3000", "0500", "00000000",
		/* version 2; version missing */
		"302e020102300506032b657004220420" SEED,
		"302b" "300506032b657004220420" SEED,
		/* an OID we do not know; none; parameters that must not be */
		"302e020100300506032b657504220420" SEED,
		"30290201003000" "04220420" SEED,
		"30300201003007" "06032b65700500" "04220420" SEED,
		/* key too short, not wrapped, more after it */
		"302d020100300506032b657004210" "41f" "d4ee72dbf913584ad5b6d8f1"
		    "f769f8ad3afe7c28cbf1d4fbe097a88f447558",
		"302c020100300506032b65700420" SEED,
		"302f020100300506032b657004230420" SEED "00",
		/* more in the sequence; a point without version 1 */
		"3030020100300506032b657004220420" SEED "0500",
		"3051020100300506032b657004220420" SEED "812100" POINT,
		/* the wrong point */
		"3051020101300506032b657004220420" SEED "812100" SEED,
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_int_equal(read_hex(bad[i]), CKR_WRAPPED_KEY_INVALID);
	assert_int_equal(read_hex("302e020100300506032b657004220420" SEED),
	    CKR_OK);
	/* attributes, and the point (RFC 5958) */
	assert_int_equal(read_hex("3030020100300506032b657004220420" SEED
	    "a000"), CKR_OK);
	assert_int_equal(read_hex("3051020101300506032b657004220420" SEED
	    "812100" POINT), CKR_OK);
}

#define K256 "0000000000000000000000000000000000000000000000000000000000000005"
#define EC256 "301306072a8648ce3d020106082a8648ce3d030107"

static void
test_bad_ec(void **state)
{
	static const char *const bad[] = {
		/* version of the inner structure; order and more as scalar */
		"3041020100" EC256 "0427" "3025020100" "0420" K256,
		"3041020100" EC256 "0427" "3025020101" "0420"
		    "ffffffff00000000ffffffffffffffff"
		    "bce6faada7179e84f3b9cac2fc632551",
		/* other parameters inside: those of P-384 */
		"304a020100" EC256 "0430" "302e020101" "0420" K256
		    "a007" "06052b81040022",
		/* no parameters outside */
		"3037020100" "300906072a8648ce3d0201" "0427" "3025020101"
		    "0420" K256,
		/* point at infinity */
		"3047020100" EC256 "042d" "302b020101" "0420" K256
		    "a104" "03020000",
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_int_equal(read_hex(bad[i]), CKR_WRAPPED_KEY_INVALID);
	/* without point, as NSS writes it */
	assert_int_equal(read_hex("3041020100" EC256 "0427" "3025020101"
	    "0420" K256), CKR_OK);
	/* without point, the same parameters inside */
	assert_int_equal(read_hex("304d020100" EC256 "0433" "3031020101"
	    "0420" K256 "a00a" "06082a8648ce3d030107"), CKR_OK);
	/* sect163k1; explicit parameters */
	assert_int_equal(read_hex("303e020100301006072a8648ce3d020106052b810400"
	    "01" "0427" "3025020101" "0420" K256), CKR_CURVE_NOT_SUPPORTED);
	assert_int_equal(read_hex("3039020100300b06072a8648ce3d02013000"
	    "0427" "3025020101" "0420" K256), CKR_CURVE_NOT_SUPPORTED);
}

/* Cut anywhere, or with something after it, it is not read. */
static void
test_cut_and_longer(void **state)
{
	static const char *const names[] = { "secp521r1", "ED448", "X25519" };

	(void)state;
	for (size_t i = 0; i <= KL_COUNT(names); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = i > 0 ?
		    pair_generate(names[i - 1]) : pair_rsa();
		KL_AUTO(secret_freep) struct secret *der = write_key(key);
		struct bytes all = secret_view(der);
		KL_AUTO(kit_free) struct kit_bytes more = kit_alloc(all.n + 9);

		for (size_t n = 0; n < all.n; n += 3)
			assert_int_equal(read_key(bytes_of(all.p, n), true),
			    CKR_WRAPPED_KEY_INVALID);
		memset(more.p, 0, more.n);
		memcpy(more.p, all.p, all.n);
		assert_int_equal(read_key(all, false), CKR_OK);
		assert_int_equal(read_key(kit_view(&more), false),
		    CKR_WRAPPED_KEY_INVALID);
		assert_int_equal(read_key(kit_view(&more), true), CKR_OK);
		more.p[more.n - 1] = 1;
		assert_int_equal(read_key(kit_view(&more), true),
		    CKR_WRAPPED_KEY_INVALID);
	}
}

/* A bit changed anywhere is seen; but version 1 without a point is taken. */
static void
test_flipped(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = pair_generate("prime256v1");
	KL_AUTO(secret_freep) struct secret *der = write_key(key);

	(void)state;
	for (size_t i = 0; i < secret_len(der); i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			CK_RV rv;

			secret_data(der)[i] ^= (uint8_t)(1u << bit);
			rv = read_key(secret_view(der), false);
			if (i == 5 && bit == 0)
				assert_int_equal(rv, CKR_OK);
			else
				assert_true(rv == CKR_WRAPPED_KEY_INVALID ||
				    rv == CKR_CURVE_NOT_SUPPORTED);
			secret_data(der)[i] ^= (uint8_t)(1u << bit);
		}
}

static void
test_not_wrappable(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *public = pair_public(rsa);
	KL_AUTO(eng_key_putp) struct eng_key *aes = kit_key_hex("00");
	KL_AUTO(eng_key_putp) struct eng_key *lone = NULL;
	KL_AUTO(secret_freep) struct secret *n = pair_part(rsa, PART_N);
	KL_AUTO(secret_freep) struct secret *d = pair_part(rsa, PART_D);
	struct eng_parts parts = { .part = { [PART_N] = secret_view(n),
	    [PART_D] = secret_view(d) } };
	struct secret *out = NULL;
	struct buf spki = { .p = NULL };

	(void)state;
	assert_int_equal(eng_key_pkcs8(kit_eng(), public, &out),
	    CKR_KEY_NOT_WRAPPABLE);
	assert_int_equal(eng_key_pkcs8(kit_eng(), aes, &out),
	    CKR_KEY_NOT_WRAPPABLE);
	assert_int_equal(eng_key_spki(kit_eng(), aes, &spki),
	    CKR_KEY_TYPE_INCONSISTENT);
	/* 3.2 section 6.7: an RSA key needs all its numbers. */
	assert_int_equal(eng_key_import(kit_eng(), ENG_RSA, true, &parts,
	    &lone), CKR_OK);
	assert_int_equal(eng_key_pkcs8(kit_eng(), lone, &out),
	    CKR_KEY_NOT_WRAPPABLE);
	assert_null(out);
	assert_null(spki.p);
}

/* libcrypto reads our DER, means the same key, and writes the same SPKI. */
static void
against_libcrypto(const struct eng_key *key)
{
	KL_AUTO(secret_freep) struct secret *der = write_key(key);
	KL_AUTO(buf_done) struct buf spki = { .p = NULL };
	KL_AUTO(eng_key_putp) struct eng_key *again = NULL;
	const unsigned char *p = secret_data(der);
	EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &p, (long)secret_len(der));
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	unsigned char *theirs = NULL;
	int n;

	assert_non_null(pkey);
	assert_ptr_equal(p, secret_data(der) + secret_len(der));
	assert_int_equal(eng_key_spki(kit_eng(), key, &spki), CKR_OK);
	n = i2d_PUBKEY(pkey, &theirs);
	assert_int_equal(n, spki.n);
	assert_memory_equal(theirs, spki.p, spki.n);
	OPENSSL_free(theirs);
	theirs = NULL;
	n = i2d_PKCS8_PRIV_KEY_INFO(info, &theirs);
	assert_int_equal(n, secret_len(der));
	assert_memory_equal(theirs, secret_data(der), (size_t)n);
	assert_int_equal(eng_key_from_pkcs8(kit_eng(), bytes_of(theirs,
	    (size_t)n), false, &again), CKR_OK);
	assert_int_equal(again->type, key->type);
	OPENSSL_free(theirs);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(pkey);
}

static void
test_against_libcrypto(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	const struct curve *c;

	(void)state;
	against_libcrypto(rsa);
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = pair_generate(
		    c->name);

		against_libcrypto(key);
	}
}

static void
test_certificates(void **state)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	unsigned char *der = NULL;
	unsigned char *want = NULL;
	int m = i2d_PUBKEY(pkey, &want);
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	int n;

	(void)state;
	X509_set_version(x, 2);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 9);
	X509_set_pubkey(x, pkey);
	assert_true(X509_sign(x, pkey, EVP_sha256()) > 0);
	n = i2d_X509(x, &der);
	for (int i = 0; i < n; i += 7)
		assert_int_equal(eng_cert_spki(kit_eng(), bytes_of(der,
		    (size_t)i), &out), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(eng_cert_spki(kit_eng(), bytes_of(want, (size_t)m),
	    &out), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(out.n, 0);
	assert_int_equal(eng_cert_spki(kit_eng(), bytes_of(der, (size_t)n),
	    &out), CKR_OK);
	assert_int_equal(out.n, m);
	assert_memory_equal(out.p, want, out.n);
	OPENSSL_free(der);
	OPENSSL_free(want);
	X509_free(x);
	EVP_PKEY_free(pkey);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_structures),
		cmocka_unit_test(test_bad_ec),
		cmocka_unit_test(test_cut_and_longer),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_not_wrappable),
		cmocka_unit_test(test_against_libcrypto),
		cmocka_unit_test(test_certificates),
	};

	return cmocka_run_group_tests_name("pkcs8", tests, NULL, NULL);
}
