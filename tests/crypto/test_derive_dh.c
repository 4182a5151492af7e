/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diffie-Hellman in finite fields: bad keys, peers and lengths; both sides
 * agree; the shared secret and the KDFs against libcrypto's own.
 */
#include "crypto/ffc_kit.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>

static const struct eng_alg pkcs3 = { .fam = ENG_F_DH, .mode = "DH" };
static const struct eng_alg x942 = { .fam = ENG_F_DH, .mode = "DHX" };

static CK_RV
derive(const struct eng_alg *alg, const struct eng_par *par,
    struct eng_key *key, size_t len)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;

	return eng_derive(kit_eng(), alg, par, key, len, &s);
}

static void
test_wrong_keys(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *dh = ffc_pair(ENG_DH);
	KL_AUTO(eng_key_putp) struct eng_key *dhx = ffc_pair(ENG_X942);
	KL_AUTO(eng_key_putp) struct eng_key *dsa = ffc_pair(ENG_DSA);
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(eng_key_putp) struct eng_key *public = ffc_public(dh);
	KL_AUTO(secret_freep) struct secret *y = pair_part(dh, PART_PUB);
	struct eng_par par = { .peer = secret_view(y) };

	(void)state;
	assert_int_equal(derive(&pkcs3, &par, dhx, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(derive(&x942, &par, dh, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(derive(&x942, &par, dsa, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(derive(&pkcs3, &par, ec, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(derive(&pkcs3, &par, public, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(derive(&pkcs3, &par, dh, 0), CKR_OK);
}

/* Peers out of range, out of the subgroup, or longer than the prime. */
static void
test_bad_peers(void **state)
{
	static const uint8_t small[] = { 0, 1 };
	static const enum eng_type types[] = { ENG_DH, ENG_X942 };

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		const struct eng_alg *alg = t == 0 ? &pkcs3 : &x942;
		KL_AUTO(eng_key_putp) struct eng_key *key = ffc_pair(types[t]);
		KL_AUTO(secret_freep) struct secret *p =
		    pair_part(key, PART_PRIME);
		struct eng_par par = { .peer = BYTES_NONE };
		uint8_t long_one[257] = { 2 };
		uint8_t *v = secret_data(p);

		assert_int_equal(derive(alg, &par, key, 0),
		    CKR_MECHANISM_PARAM_INVALID);
		for (size_t i = 0; i < sizeof(small); i++) {
			par.peer = bytes_of(&small[i], 1);
			assert_int_equal(derive(alg, &par, key, 0),
			    CKR_MECHANISM_PARAM_INVALID);
		}
		par.peer = bytes_of(long_one, sizeof(long_one));
		assert_int_equal(derive(alg, &par, key, 0),
		    CKR_MECHANISM_PARAM_INVALID);
		par.peer = secret_view(p);
		assert_int_equal(derive(alg, &par, key, 0),
		    CKR_MECHANISM_PARAM_INVALID);
		v[255] ^= 1; /* p - 1 */
		assert_int_equal(derive(alg, &par, key, 0),
		    CKR_MECHANISM_PARAM_INVALID);
	}
}

/* p - y: in range, but no power of the base. */
static void
test_subgroup(void **state)
{
	static const enum eng_type types[] = { ENG_DH, ENG_X942 };

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = ffc_pair(types[t]);
		KL_AUTO(secret_freep) struct secret *p =
		    pair_part(key, PART_PRIME);
		KL_AUTO(secret_freep) struct secret *y =
		    pair_part(key, PART_PUB);
		BIGNUM *a = BN_bin2bn(secret_data(p), 256, NULL);
		BIGNUM *b = BN_bin2bn(secret_data(y), (int)secret_len(y), NULL);
		struct eng_par par;
		uint8_t out[256];

		assert_int_equal(BN_sub(a, a, b), 1);
		assert_int_equal(BN_bn2binpad(a, out, 256), 256);
		par = (struct eng_par){ .peer = bytes_of(out, 256) };
		assert_int_equal(derive(t == 0 ? &pkcs3 : &x942, &par, key, 0),
		    CKR_MECHANISM_PARAM_INVALID);
		BN_free(a);
		BN_free(b);
	}
}

static void
test_lengths(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = ffc_pair(ENG_DH);
	KL_AUTO(secret_freep) struct secret *y = pair_part(key, PART_PUB);
	KL_AUTO(secret_freep) struct secret *whole = NULL;
	KL_AUTO(secret_freep) struct secret *part = NULL;
	struct eng_par par = { .peer = secret_view(y) };

	(void)state;
	assert_int_equal(derive(&pkcs3, &par, key, 257), CKR_KEY_SIZE_RANGE);
	assert_int_equal(eng_derive(kit_eng(), &pkcs3, &par, key, 0, &whole),
	    CKR_OK);
	assert_int_equal(secret_len(whole), 256);
	assert_int_equal(eng_derive(kit_eng(), &pkcs3, &par, key, 32, &part),
	    CKR_OK);
	/* 3.2 section 6.4: bytes are removed from the leading end */
	assert_memory_equal(secret_data(part), secret_data(whole) + 224, 32);
	par.kdf_md = "SHA1";
	assert_int_equal(derive(&pkcs3, &par, key, 0), CKR_KEY_SIZE_RANGE);
}

/*
 * Leading zeros stay: with the private value 1 the secret is the peer's value,
 * and that may be short.
 */
static void
test_leading_zeros(void **state)
{
	static const uint8_t one = 1, four = 4;
	FFC_HELD(h);
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	KL_AUTO(secret_freep) struct secret *z = NULL;
	struct eng_par par = { .peer = bytes_of(&four, 1) };

	(void)state;
	ffc_take_apart(ffc_group(ENG_DH), true, &h);
	h.parts.part[PART_PRIV] = bytes_of(&one, 1);
	assert_int_equal(eng_key_import(kit_eng(), ENG_DH, true, &h.parts,
	    &key), CKR_OK);
	assert_int_equal(eng_derive(kit_eng(), &pkcs3, &par, key, 0, &z),
	    CKR_OK);
	assert_int_equal(secret_len(z), 256);
	for (size_t i = 0; i < 255; i++)
		assert_int_equal(secret_data(z)[i], 0);
	assert_int_equal(secret_data(z)[255], 4);
}

static void
test_both_sides(void **state)
{
	static const enum eng_type types[] = { ENG_DH, ENG_X942 };

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		const struct eng_alg *alg = t == 0 ? &pkcs3 : &x942;
		KL_AUTO(eng_key_putp) struct eng_key *a = ffc_pair(types[t]);
		KL_AUTO(eng_key_putp) struct eng_key *b = ffc_pair(types[t]);
		KL_AUTO(secret_freep) struct secret *ya =
		    pair_part(a, PART_PUB);
		KL_AUTO(secret_freep) struct secret *yb =
		    pair_part(b, PART_PUB);
		KL_AUTO(secret_freep) struct secret *za = NULL;
		KL_AUTO(secret_freep) struct secret *zb = NULL;
		struct eng_par pa = { .peer = secret_view(yb) };
		struct eng_par pb = { .peer = secret_view(ya) };

		assert_int_equal(eng_derive(kit_eng(), alg, &pa, a, 0, &za),
		    CKR_OK);
		assert_int_equal(eng_derive(kit_eng(), alg, &pb, b, 0, &zb),
		    CKR_OK);
		assert_true(secret_equal(secret_view(za), secret_view(zb)));
	}
}

/* 50 bytes of libcrypto's KDF. */
static void
reference(const char *kdf, struct bytes z, OSSL_PARAM extra, uint8_t out[50])
{
	EVP_KDF *f = EVP_KDF_fetch(NULL, kdf, NULL);
	EVP_KDF_CTX *c = EVP_KDF_CTX_new(f);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    (char *)(uintptr_t)"SHA1", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
		    (void *)(uintptr_t)z.p, z.n),
		extra, OSSL_PARAM_construct_end(),
	};

	assert_non_null(c);
	assert_int_equal(EVP_KDF_derive(c, out, 50, params), 1);
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(f);
}

/* The OtherInfo of RFC 2631 for CMS3DESwrap and 50 bytes, counter as given. */
static const uint8_t other_info[] = { 0x30, 0x1c,
	0x30, 0x13, 0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09,
	0x10, 0x03, 0x06, 0x04, 0x04, 0x00, 0x00, 0x00, 0x01,
	0xa2, 0x05, 0x04, 0x03, 0x01, 0x02, 0x03 };

static void
test_bad_info(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = ffc_pair(ENG_X942);
	KL_AUTO(secret_freep) struct secret *y = pair_part(key, PART_PUB);
	struct eng_par par = { .peer = secret_view(y), .kdf_md = "SHA1",
		.kdf_asn1 = true };
	uint8_t info[sizeof(other_info)];

	(void)state;
	assert_int_equal(derive(&x942, &par, key, 20),
	    CKR_MECHANISM_PARAM_INVALID);
	for (size_t i = 0; i < 19; i++) {
		if (i >= 6 && i < 17)
			continue; /* any algorithm */
		memcpy(info, other_info, sizeof(info));
		info[i] ^= 1;
		par.shared = bytes_of(info, sizeof(info));
		assert_int_equal(derive(&x942, &par, key, 20),
		    CKR_MECHANISM_PARAM_INVALID);
	}
	par.shared = bytes_of(other_info, sizeof(other_info) - 1);
	assert_int_equal(derive(&x942, &par, key, 20),
	    CKR_MECHANISM_PARAM_INVALID);
	par.shared = bytes_of(other_info, sizeof(other_info));
	assert_int_equal(derive(&x942, &par, key, 20), CKR_OK);
}

static void
test_kdfs(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = ffc_pair(ENG_X942);
	KL_AUTO(secret_freep) struct secret *y = pair_part(key, PART_PUB);
	KL_AUTO(secret_freep) struct secret *z = NULL;
	KL_AUTO(secret_freep) struct secret *got = NULL;
	KL_AUTO(secret_freep) struct secret *asn1 = NULL;
	struct eng_par par = { .peer = secret_view(y) };
	uint8_t info[9] = "any info", want[50], hash[20], in[400];

	(void)state;
	assert_int_equal(eng_derive(kit_eng(), &x942, &par, key, 0, &z),
	    CKR_OK);
	par.kdf_md = "SHA1";
	par.shared = bytes_of(info, sizeof(info));
	assert_int_equal(eng_derive(kit_eng(), &x942, &par, key, 50, &got),
	    CKR_OK);
	/* X9.63 is what X9.42 calls concatenation */
	reference("X963KDF", secret_view(z), OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_INFO, info, sizeof(info)), want);
	assert_memory_equal(secret_data(got), want, 50);
	par.kdf_asn1 = true;
	par.shared = bytes_of(other_info, sizeof(other_info));
	assert_int_equal(eng_derive(kit_eng(), &x942, &par, key, 50, &asn1),
	    CKR_OK);
	/* RFC 2631 section 2.1.2 by hand, the counter counts */
	for (uint8_t i = 1; i <= 2; i++) {
		memcpy(in, secret_data(z), 256);
		memcpy(in + 256, other_info, sizeof(other_info));
		in[256 + 22] = i;
		assert_int_equal(EVP_Digest(in, 256 + sizeof(other_info), hash,
		    NULL, EVP_sha1(), NULL), 1);
		assert_memory_equal(secret_data(asn1) + 20 * (i - 1), hash, 20);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_keys),
		cmocka_unit_test(test_bad_peers),
		cmocka_unit_test(test_subgroup),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_leading_zeros),
		cmocka_unit_test(test_both_sides),
		cmocka_unit_test(test_bad_info),
		cmocka_unit_test(test_kdfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
