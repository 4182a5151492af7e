/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Primitives for seal: HKDF against RFC 5869, HMAC against RFC 4231, scrypt and
 * Argon2id against other implementations, and sealing there and back.
 */
#include "crypto/prim.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

#include "crypto/eng_kit.h"

/* Whether two byte strings are equal, the second in hexadecimal. */
static void
expect(const uint8_t *got, const char *want)
{
	struct kit_bytes w = kit_hex(want);

	assert_memory_equal(got, w.p, w.n);
	kit_free(&w);
}

static const struct {
	const char *key, *salt, *info, *out;
} hkdf[] = {
	/* RFC 5869 appendix A.1 to A.3 */
	{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	    "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
	    "34007208d5b887185865" },
	{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	  "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
	  "404142434445464748494a4b4c4d4e4f",
	    "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
	    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
	    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
	    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
	    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
	    "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
	    "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
	    "cc30c58179ec3e87c14c01d5c1f3434f1d87" },
	{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
	    "9d201395faa4b61a96c8" },
};

static void
test_hkdf(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(hkdf); i++) {
		struct kit_bytes key = kit_hex(hkdf[i].key);
		struct kit_bytes salt = kit_hex(hkdf[i].salt);
		struct kit_bytes info = kit_hex(hkdf[i].info);
		struct kit_bytes out = kit_alloc(strlen(hkdf[i].out) / 2);

		assert_int_equal(prim_hkdf(kit_eng(), kit_view(&key),
				     kit_view(&salt), kit_view(&info), out.p,
				     out.n),
		    CKR_OK);
		expect(out.p, hkdf[i].out);
		kit_free(&key);
		kit_free(&salt);
		kit_free(&info);
		kit_free(&out);
	}
}

static void
test_hashes(void **state)
{
	uint8_t out[32];

	(void)state;
	assert_int_equal(prim_sha256(kit_eng(), BYTES_STR("abc"), out), CKR_OK);
	expect(out,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(prim_sha256(kit_eng(), BYTES_NONE, out), CKR_OK);
	expect(out,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(
	    prim_hmac(kit_eng(), BYTES_STR("Jefe"),
		BYTES_STR("what do ya want for nothing?"), out),
	    CKR_OK);
	expect(out,
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_int_equal(
	    prim_hmac(kit_eng(), BYTES_NONE, BYTES_NONE, out), CKR_OK);
	expect(out,
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* -------------------------------------------------------- seal and open */

static const uint8_t key1[PRIM_KEY] = { 1 };
static const uint8_t key2[PRIM_KEY] = { 2 };
#define KEY1 bytes_of(key1, sizeof(key1))
#define KEY2 bytes_of(key2, sizeof(key2))

static void
test_seal(void **state)
{
	static const uint8_t plain[300] = { 5, 4, 3 };

	(void)state;
	for (size_t n = 0; n <= sizeof(plain); n += 75) {
		KL_AUTO(buf_done) struct buf out = { .p = NULL };
		KL_AUTO(secret_freep) struct secret *back = NULL;
		struct bytes sealed;

		buf_put(&out, BYTES_STR("before"));
		assert_int_equal(prim_seal(kit_eng(), KEY1, BYTES_STR("aad"),
				     bytes_of(plain, n), &out),
		    CKR_OK);
		assert_int_equal(out.n, 6 + PRIM_NONCE + n + PRIM_TAG);
		assert_memory_equal(out.p, "before", 6);
		sealed = bytes_of(out.p + 6, out.n - 6);
		assert_int_equal(prim_open(kit_eng(), KEY1, BYTES_STR("aad"),
				     sealed, &back),
		    CKR_OK);
		assert_true(
		    bytes_equal(secret_view(back), bytes_of(plain, n)));
	}
}

/* The layout is nonce, ciphertext, tag of plain AES-256-GCM. */
static void
test_layout(void **state)
{
	static const struct eng_alg gcm = { .fam = ENG_F_AEAD, .mode = "GCM" };
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	struct kit_run r = { .alg = &gcm, .dir = ENG_DECRYPT,
		.key = kit_key(KEY1) };
	struct kit_bytes back;

	(void)state;
	assert_int_equal(prim_seal(kit_eng(), KEY1, BYTES_STR("aad"),
			     BYTES_STR("plain"), &out),
	    CKR_OK);
	r.par = (struct eng_par){ .iv = { out.p, PRIM_NONCE },
		.aad = BYTES_STR("aad"), .tag_len = PRIM_TAG };
	assert_int_equal(kit_once(&r,
			     bytes_of(out.p + PRIM_NONCE, out.n - PRIM_NONCE),
			     &back),
	    CKR_OK);
	assert_int_equal(back.n, 5);
	assert_memory_equal(back.p, "plain", 5);
	kit_free(&back);
	eng_key_put(r.key);
	eng_op_free(r.op);
}

/* Two seals of the same have nothing in common. */
static void
test_fresh_nonce(void **state)
{
	KL_AUTO(buf_done) struct buf a = { .p = NULL };
	KL_AUTO(buf_done) struct buf b = { .p = NULL };

	(void)state;
	assert_int_equal(prim_seal(kit_eng(), KEY1, BYTES_NONE,
			     BYTES_STR("plain"), &a),
	    CKR_OK);
	assert_int_equal(prim_seal(kit_eng(), KEY1, BYTES_NONE,
			     BYTES_STR("plain"), &b),
	    CKR_OK);
	assert_memory_not_equal(a.p, b.p, PRIM_NONCE);
	assert_memory_not_equal(a.p + PRIM_NONCE, b.p + PRIM_NONCE, 5);
}

static CK_RV
open_as(struct bytes key, struct bytes aad, struct bytes sealed)
{
	struct secret *back = NULL;
	CK_RV rv = prim_open(kit_eng(), key, aad, sealed, &back);

	assert_true((rv == CKR_OK) == (back != NULL));
	secret_free(back);
	return rv;
}

static void
test_open_wrong(void **state)
{
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	struct bytes aad = BYTES_STR("aad");

	(void)state;
	assert_int_equal(
	    prim_seal(kit_eng(), KEY1, aad, BYTES_STR("plain"), &out), CKR_OK);
	assert_int_equal(open_as(KEY1, aad, buf_view(&out)), CKR_OK);
	assert_int_equal(open_as(KEY2, aad, buf_view(&out)),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(open_as(KEY1, BYTES_STR("abd"), buf_view(&out)),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(open_as(KEY1, BYTES_NONE, buf_view(&out)),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(open_as(bytes_of(key1, 16), aad, buf_view(&out)),
	    CKR_DEVICE_ERROR);
	for (size_t i = 0; i < out.n; i++) {
		out.p[i] ^= 1;
		assert_int_equal(open_as(KEY1, aad, buf_view(&out)),
		    CKR_ENCRYPTED_DATA_INVALID);
		out.p[i] ^= 1;
		assert_int_equal(open_as(KEY1, aad, bytes_of(out.p, i)),
		    CKR_ENCRYPTED_DATA_INVALID);
	}
	assert_int_equal(open_as(KEY1, aad, buf_view(&out)), CKR_OK);
}

static void
test_seal_wrong_key(void **state)
{
	KL_AUTO(buf_done) struct buf out = { .p = NULL };

	(void)state;
	buf_put(&out, BYTES_STR("before"));
	assert_int_equal(prim_seal(kit_eng(), bytes_of(key1, 16), BYTES_NONE,
			     BYTES_STR("plain"), &out),
	    CKR_DEVICE_ERROR);
	assert_int_equal(out.n, 6);
}

/* ------------------------------------------------------------------ PINs */

#define SALT { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }

static const struct {
	struct prim_pin_kdf kdf;
	const char *pin, *key;
} pins[] = {
	{ { PRIM_KDF_SCRYPT, 4, 8, 1, SALT }, "1234",
	    "6bdb774a4bb4b5d4e22bc1aae66b16872b08f30bd0e35e2938efa676bedb76f0" },
	{ { PRIM_KDF_SCRYPT, 4, 8, 1, SALT }, "",
	    "b9f23e804daceb6c5acac04a26e47cbb6a82815299866b05a50c7f905c11a5c7" },
	{ { PRIM_KDF_SCRYPT, 6, 4, 3, SALT }, "1234",
	    "080c480888d5cfe596044191a2ef1fdc9158b5906d60e1931df5bfea69fa3666" },
	{ { PRIM_KDF_SCRYPT, 15, 8, 1, SALT }, "1234",
	    "e379020bc7ef9d041731520d0b2bf6ec344efd929caccb63587de66e87e56aef" },
	{ { PRIM_KDF_ARGON2ID, 64, 2, 2, SALT }, "1234",
	    "b69b85f3c7221e9663d4e0292959e04eec4d348662c698d2b08fba9a88cf4a35" },
	{ { PRIM_KDF_ARGON2ID, 65536, 3, 4, SALT }, "1234",
	    "f3a46292f48049d8e27fb0b65a6dbaebb5904382769db9318fdb6ae8ccdd4e0a" },
};

/* PINs that HMAC, whose key a PIN would be, takes for one and the same in each
 * line: with zeros behind it; longer than a block, and its SHA-256. */
static const char longer[] = "0123456789abcdef0123456789abcdef"
			     "0123456789abcdef0123456789abcdef.";
static const struct {
	const char *a, *b;
	size_t na, nb;
} twins[] = {
	{ "1234", "1234\0", 4, 5 },
	{ "1234\0", "1234\0\0\0", 5, 7 },
	{ "", "\0", 0, 1 },
	{ longer,
	    "\x0e\x3a\xdf\xc5\xba\x7b\xe7\x68\xac\x65\xc5\xd9\x66\x6e\xf2\x71"
	    "\x9b\x2d\xd1\x40\x54\x41\x28\x7b\xa2\x2b\xc1\xd5\x8b\x1e\x47\x55",
	    65, 32 },
};

static void
test_pin_any_bytes(void **state)
{
	uint8_t a[PRIM_KEY], b[PRIM_KEY];

	(void)state;
	for (size_t i = 0; i < KL_COUNT(twins); i++) {
		assert_int_equal(prim_pin_key(kit_eng(), &pins[0].kdf,
				     bytes_of(twins[i].a, twins[i].na), a),
		    CKR_OK);
		assert_int_equal(prim_pin_key(kit_eng(), &pins[0].kdf,
				     bytes_of(twins[i].b, twins[i].nb), b),
		    CKR_OK);
		assert_memory_not_equal(a, b, sizeof(a));
	}
}

/* Whether libcrypto has Argon2id shows in what a new PIN would get. */
static bool
has_argon2(void)
{
	struct prim_pin_kdf k;

	assert_int_equal(prim_pin_kdf_new(kit_eng(), false, &k), CKR_OK);
	return k.kdf == PRIM_KDF_ARGON2ID;
}

static void
expect_pins(enum prim_kdf kdf)
{
	for (size_t i = 0; i < KL_COUNT(pins); i++) {
		uint8_t out[PRIM_KEY];

		if (pins[i].kdf.kdf != kdf)
			continue;
		assert_int_equal(prim_pin_key(kit_eng(), &pins[i].kdf,
				     bytes_of(pins[i].pin, strlen(pins[i].pin)),
				     out),
		    CKR_OK);
		expect(out, pins[i].key);
	}
}

static void
test_scrypt(void **state)
{
	(void)state;
	expect_pins(PRIM_KDF_SCRYPT);
}

static void
test_argon2(void **state)
{
	(void)state;
	if (!has_argon2()) {
		print_message("SKIP: this libcrypto has no Argon2id\n");
		skip();
	}
	expect_pins(PRIM_KDF_ARGON2ID);
}

/* A file that gets what is logged at error level. */
struct logged {
	char path[40];
	FILE *file;
};

static void
log_catch(struct logged *l)
{
	char setting[64];
	int fd;

	(void)snprintf(l->path, sizeof(l->path), "/tmp/kluis-test-prim-XXXXXX");
	assert_int_not_equal(fd = mkstemp(l->path), -1);
	assert_non_null(l->file = fdopen(fd, "r"));
	(void)snprintf(setting, sizeof(setting), "error:file:%s", l->path);
	assert_int_equal(log_setup(setting), CKR_OK);
}

/* One line was logged, and it has both texts. */
static void
log_caught(struct logged *l, const char *one, const char *two)
{
	char line[400] = "";

	assert_int_equal(log_setup("none"), CKR_OK);
	assert_non_null(fgets(line, sizeof(line), l->file));
	assert_non_null(strstr(line, one));
	assert_non_null(strstr(line, two));
	assert_null(fgets(line, sizeof(line), l->file));
	(void)fclose(l->file);
	(void)unlink(l->path);
}

/* A key slot that asks for what libcrypto lacks is an error that says what to
 * do, not a crash. */
static void
test_argon2_lacking(void **state)
{
	struct logged l = { .file = NULL };
	uint8_t out[PRIM_KEY];

	(void)state;
	if (has_argon2()) {
		print_message("SKIP: this libcrypto has Argon2id\n");
		skip();
	}
	log_catch(&l);
	assert_int_equal(
	    prim_pin_key(kit_eng(), &pins[4].kdf, BYTES_STR("1234"), out),
	    CKR_DEVICE_ERROR);
	log_caught(&l, "set with Argon2id", "use the token with OpenSSL 3.2");
}

/* Providers that cannot do what a token needs. */
static void
test_no_provider(void **state)
{
	struct logged l = { .file = NULL };
	static struct eng *e; /* stays, as engines do */
	uint8_t out[PRIM_KEY];

	(void)state;
	assert_int_equal(eng_new("base", NULL, 2048, &e), CKR_OK);
	log_catch(&l);
	assert_int_equal(prim_hkdf(e, BYTES_STR("k"), BYTES_NONE, BYTES_NONE,
			     out, sizeof(out)),
	    CKR_DEVICE_ERROR);
	log_caught(&l, "no provider has HKDF", "`providers`");
}

static void
test_pin_new(void **state)
{
	struct prim_pin_kdf a;
	struct prim_pin_kdf b;

	(void)state;
	assert_int_equal(prim_pin_kdf_new(kit_eng(), false, &a), CKR_OK);
	assert_int_equal(prim_pin_kdf_new(kit_eng(), false, &b), CKR_OK);
	assert_true(prim_pin_kdf_ok(&a, false));
	assert_memory_not_equal(a.salt, b.salt, sizeof(a.salt));
	assert_int_equal(prim_pin_kdf_new(kit_eng(), true, &a), CKR_OK);
	assert_false(prim_pin_kdf_ok(&a, false));
	assert_true(prim_pin_kdf_ok(&a, true));
}

static const struct {
	struct prim_pin_kdf kdf;
	bool ok;
	bool ok_test;
} limits[] = {
	{ { PRIM_KDF_SCRYPT, 15, 8, 1, SALT }, true, true },
	{ { PRIM_KDF_SCRYPT, 14, 8, 1, SALT }, false, true },
	{ { PRIM_KDF_SCRYPT, 15, 7, 1, SALT }, false, true },
	{ { PRIM_KDF_SCRYPT, 0, 8, 1, SALT }, false, false },
	{ { PRIM_KDF_SCRYPT, 15, 0, 1, SALT }, false, false },
	{ { PRIM_KDF_SCRYPT, 15, 8, 0, SALT }, false, false },
	{ { PRIM_KDF_SCRYPT, 15, 8, 17, SALT }, false, false },
	{ { PRIM_KDF_SCRYPT, 20, 8, 1, SALT }, true, true },
	{ { PRIM_KDF_SCRYPT, 20, 9, 1, SALT }, false, false },
	{ { PRIM_KDF_SCRYPT, 21, 1, 1, SALT }, false, false },
	{ { PRIM_KDF_SCRYPT, 64, 1, 1, SALT }, false, false },
	{ { PRIM_KDF_SCRYPT, 15, 1u << 31, 1, SALT }, false, false },
	{ { PRIM_KDF_ARGON2ID, 65536, 3, 4, SALT }, true, true },
	{ { PRIM_KDF_ARGON2ID, 32768, 3, 1, SALT }, true, true },
	{ { PRIM_KDF_ARGON2ID, 32768, 2, 1, SALT }, false, true },
	{ { PRIM_KDF_ARGON2ID, 16384, 64, 1, SALT }, false, true },
	{ { PRIM_KDF_ARGON2ID, 7, 3, 1, SALT }, false, false },
	{ { PRIM_KDF_ARGON2ID, 65536, 0, 1, SALT }, false, false },
	{ { PRIM_KDF_ARGON2ID, 65536, 65, 1, SALT }, false, false },
	{ { PRIM_KDF_ARGON2ID, 65536, 3, 0, SALT }, false, false },
	{ { PRIM_KDF_ARGON2ID, 1u << 20, 3, 1, SALT }, true, true },
	{ { PRIM_KDF_ARGON2ID, (1u << 20) + 1, 3, 1, SALT }, false, false },
	{ { 0, 15, 8, 1, SALT }, false, false },
	{ { 3, 15, 8, 1, SALT }, false, false },
};

static void
test_pin_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(limits); i++) {
		assert_int_equal(prim_pin_kdf_ok(&limits[i].kdf, false),
		    limits[i].ok);
		assert_int_equal(prim_pin_kdf_ok(&limits[i].kdf, true),
		    limits[i].ok_test);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hkdf),
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_seal),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_fresh_nonce),
		cmocka_unit_test(test_open_wrong),
		cmocka_unit_test(test_seal_wrong_key),
		cmocka_unit_test(test_scrypt),
		cmocka_unit_test(test_argon2),
		cmocka_unit_test(test_argon2_lacking),
		cmocka_unit_test(test_no_provider),
		cmocka_unit_test(test_pin_any_bytes),
		cmocka_unit_test(test_pin_new),
		cmocka_unit_test(test_pin_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
