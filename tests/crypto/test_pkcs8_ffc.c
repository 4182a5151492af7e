/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finite-field keys as DER: broken ones, round trips, that libcrypto's own
 * decoders read what we write, and that the openssl command works with it.
 */
#include "crypto/ffc_kit.h"
#include "crypto/sign_int.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/x509.h>

static const enum eng_type types[] = { ENG_DSA, ENG_DH, ENG_X942 };

/* No byte of the frame or the parameters may change unnoticed. */
static void
test_broken(void **state)
{
	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		KL_AUTO(secret_freep) struct secret *der = NULL;
		KL_AUTO(eng_key_putp) struct eng_key *again = NULL;
		uint8_t *p;

		assert_int_equal(eng_key_pkcs8(kit_eng(), pair, &der), CKR_OK);
		p = secret_data(der);
		for (size_t i = 0; i < 30; i++) {
			p[i] ^= 0x40;
			assert_int_equal(eng_key_from_pkcs8(kit_eng(),
			    secret_view(der), false, &again),
			    CKR_WRAPPED_KEY_INVALID);
			p[i] ^= 0x40;
		}
		for (size_t n = 0; n < secret_len(der); n += 37)
			assert_int_equal(eng_key_from_pkcs8(kit_eng(),
			    bytes_of(p, n), false, &again),
			    CKR_WRAPPED_KEY_INVALID);
	}
}

static void
test_round(void **state)
{
	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		KL_AUTO(eng_key_putp) struct eng_key *again = NULL;
		KL_AUTO(secret_freep) struct secret *der = NULL;
		KL_AUTO(secret_freep) struct secret *x = NULL;
		KL_AUTO(secret_freep) struct secret *x1 = NULL;

		assert_int_equal(eng_key_pkcs8(kit_eng(), pair, &der), CKR_OK);
		assert_int_equal(eng_key_from_pkcs8(kit_eng(),
		    secret_view(der), false, &again), CKR_OK);
		assert_int_equal(eng_key_type(again), types[t]);
		x = pair_part(pair, PART_PRIV);
		x1 = pair_part(again, PART_PRIV);
		assert_true(bytes_equal(secret_view(x), secret_view(x1)));
	}
}

/* libcrypto reads both halves and finds that they are a pair. */
static void
test_libcrypto(void **state)
{
	static const char *const names[] = { "DSA", "DH", "DHX" };

	(void)state;
	for (size_t t = 0; t < KL_COUNT(types); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(types[t]);
		KL_AUTO(secret_freep) struct secret *der = NULL;
		KL_AUTO(buf_done) struct buf spki = { .p = NULL };
		KL_AUTO(pkey_freep) EVP_PKEY *priv = NULL;
		KL_AUTO(pkey_freep) EVP_PKEY *pub = NULL;
		const unsigned char *p;

		assert_int_equal(eng_key_pkcs8(kit_eng(), pair, &der), CKR_OK);
		assert_int_equal(eng_key_spki(kit_eng(), pair, &spki), CKR_OK);
		p = secret_data(der);
		priv = d2i_AutoPrivateKey(NULL, &p, (long)secret_len(der));
		p = spki.p;
		pub = d2i_PUBKEY(NULL, &p, (long)spki.n);
		assert_non_null(priv);
		assert_non_null(pub);
		assert_true(EVP_PKEY_is_a(priv, names[t]));
		assert_int_equal(EVP_PKEY_eq(priv, pub), 1);
	}
}

/* What others write besides is skipped. */
static void
test_optional(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(ENG_DH);
	KL_AUTO(eng_key_putp) struct eng_key *again = NULL;
	unsigned char *der = NULL;
	PKCS8_PRIV_KEY_INFO *info;
	int n;

	(void)state;
	/* libcrypto writes privateValueLength for the groups it knows */
	info = EVP_PKEY2PKCS8(pair->pkey);
	assert_non_null(info);
	n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	PKCS8_PRIV_KEY_INFO_free(info);
	assert_true(n > 0);
	assert_int_equal(eng_key_from_pkcs8(kit_eng(), bytes_of(der, (size_t)n),
	    false, &again), CKR_OK);
	assert_int_equal(eng_key_type(again), ENG_DH);
	OPENSSL_free(der);
}

/* Writes a file in the test's folder. */
static void
save(const char *dir, const char *name, struct bytes data)
{
	char path[300];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data.p, 1, data.n, f), data.n);
	assert_int_equal(fclose(f), 0);
}

/* Runs the command in dir; the first room bytes that it prints go to out. */
static size_t
command(const char *dir, const char *what, uint8_t *out, size_t room)
{
	char line[600];
	size_t n;
	FILE *p;

	(void)snprintf(line, sizeof(line), "cd '%s' && openssl %s 2>&1", dir,
	    what);
	p = popen(line, "r");
	assert_non_null(p);
	n = fread(out, 1, room, p);
	(void)pclose(p);
	return n;
}

/* A folder with the pair as files; false when there is no command. */
static bool
work_place(const struct eng_key *pair, char *dir)
{
	KL_AUTO(secret_freep) struct secret *der = NULL;
	KL_AUTO(buf_done) struct buf spki = { .p = NULL };
	uint8_t out[100];

	if (command(".", "version", out, sizeof(out)) < 7 ||
	    memcmp(out, "OpenSSL", 7) != 0)
		return false;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(eng_key_pkcs8(kit_eng(), pair, &der), CKR_OK);
	assert_int_equal(eng_key_spki(kit_eng(), pair, &spki), CKR_OK);
	save(dir, "key", secret_view(der));
	save(dir, "pub", buf_view(&spki));
	return true;
}

static void
clear_up(const char *dir)
{
	static const char *const names[] = { "key", "pub", "msg", "sig" };
	char path[300];

	for (size_t i = 0; i < KL_COUNT(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(dir), 0);
}

/* Our signature under the command, the command's under us. */
static void
test_command_dsa(void **state)
{
	static const struct eng_alg alg = { .fam = ENG_F_DSA,
		.md = "SHA2-256" };
	KL_AUTO(eng_key_putp) struct eng_key *pair = ffc_pair(ENG_DSA);
	KL_AUTO(buf_done) struct buf der = { .p = NULL };
	struct kit_run s = { .alg = &alg, .dir = ENG_SIGN, .key = pair };
	struct kit_run v = { .alg = &alg, .dir = ENG_VERIFY, .key = pair };
	struct bytes msg = bytes_of("a message", 9);
	char dir[] = "/tmp/kluis-ffc-XXXXXX";
	uint8_t sig[64], out[200];
	size_t n = 0;

	(void)state;
	if (!work_place(pair, dir))
		skip();
	assert_int_equal(kit_init(&s), CKR_OK);
	assert_int_equal(eng_op_once(s.op, msg, sig, &n), CKR_OK);
	assert_int_equal(ecdsa_raw_to_der(bytes_of(sig, n), 32, &der), CKR_OK);
	save(dir, "msg", msg);
	save(dir, "sig", buf_view(&der));
	n = command(dir, "dgst -sha256 -keyform DER -verify pub -signature sig "
	    "msg", out, sizeof(out));
	assert_true(n >= 11 && memcmp(out, "Verified OK", 11) == 0);
	n = command(dir, "dgst -sha256 -keyform DER -sign key msg", out,
	    sizeof(out));
	assert_int_equal(ecdsa_der_to_raw(bytes_of(out, n), 32, sig), CKR_OK);
	assert_int_equal(pair_verify(&v, msg, bytes_of(sig, 64)), CKR_OK);
	eng_op_free(s.op);
	eng_op_free(v.op);
	clear_up(dir);
}

/* A pair agrees with itself, here and in the command. */
static void
test_command_dh(void **state)
{
	static const struct eng_alg algs[] = { { .fam = ENG_F_DH,
		.mode = "DH" }, { .fam = ENG_F_DH, .mode = "DHX" } };

	(void)state;
	for (size_t t = 0; t < KL_COUNT(algs); t++) {
		KL_AUTO(eng_key_putp) struct eng_key *pair =
		    ffc_pair(t == 0 ? ENG_DH : ENG_X942);
		KL_AUTO(secret_freep) struct secret *y =
		    pair_part(pair, PART_PUB);
		KL_AUTO(secret_freep) struct secret *z = NULL;
		struct eng_par par = { .peer = secret_view(y) };
		char dir[] = "/tmp/kluis-ffc-XXXXXX";
		uint8_t out[300];
		size_t n;

		if (!work_place(pair, dir))
			skip();
		assert_int_equal(eng_derive(kit_eng(), &algs[t], &par, pair, 0,
		    &z), CKR_OK);
		n = command(dir, "pkeyutl -derive -keyform DER -inkey key "
		    "-peerform DER -peerkey pub", out, sizeof(out));
		/* the command of 3.0 cannot keep leading zeros */
		assert_true(bytes_equal(bytes_trim(bytes_of(out, n)),
		    bytes_trim(secret_view(z))));
		clear_up(dir);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_libcrypto),
		cmocka_unit_test(test_optional),
		cmocka_unit_test(test_command_dsa),
		cmocka_unit_test(test_command_dh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
