/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HMAC against RFC 2202, RFC 2286 and RFC 4231, CMAC against SP 800-38B's
 * examples, Poly1305 against RFC 8439 section 2.5.2, GMAC against another make's values;
 * cut codes, verification, keys of every kind.  (SHA-3 and the one-byte key:
 * from an HMAC of another make.)
 */
#include "crypto/eng_kit.h"

#define JEFE "4a656665"
/* "what do ya want for nothing?" */
#define WHAT "7768617420646f2079612077616e7420666f72206e6f7468696e673f"
/* RFC 4231 test case 6: a key of 131 bytes 0xaa. */
#define AA16 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AA131 AA16 AA16 AA16 AA16 AA16 AA16 AA16 AA16 "aaaaaa"
/* "Test Using Larger Than Block-Size Key - Hash Key First" */
#define LARGER                                                                 \
	"54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65"   \
	"204b6579202d2048617368204b6579204669727374"

#define AES128 "2b7e151628aed2a6abf7158809cf4f3c"
#define AES192 "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"
#define AES256                                                                 \
	"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
#define BLAKE_KEY                                                              \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"     \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define XCBC "000102030405060708090a0b0c0d0e0f"
#define DES "0123456789abcdef"
/* "7654321 Now is the time for " */
#define DAC_TEXT "37363534333231204e6f77206973207468652074696d6520666f7220"
#define TDEA3 "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5"
#define TDEA2 "4cf15134a2850dd58a3d10ba80570d38"
#define M16 "6bc1bee22e409f96e93d7e117393172a"
#define M40                                                                    \
	M16 "ae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411"
#define M64                                                                    \
	M40 "e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"

static const struct eng_alg hmac_md5 = { .fam = ENG_F_HMAC, .md = "MD5" };
static const struct eng_alg hmac_rmd = { .fam = ENG_F_HMAC,
	.md = "RIPEMD-160" };
static const struct eng_alg hmac1 = { .fam = ENG_F_HMAC, .md = "SHA1" };
static const struct eng_alg hmac224 = { .fam = ENG_F_HMAC, .md = "SHA2-224" };
static const struct eng_alg hmac256 = { .fam = ENG_F_HMAC, .md = "SHA2-256" };
static const struct eng_alg hmac384 = { .fam = ENG_F_HMAC, .md = "SHA2-384" };
static const struct eng_alg hmac512 = { .fam = ENG_F_HMAC, .md = "SHA2-512" };
static const struct eng_alg hmac3_256 = { .fam = ENG_F_HMAC, .md = "SHA3-256" };
static const struct eng_alg hmac5_256 = { .fam = ENG_F_HMAC,
	.md = "SHA2-512/256" };
static const struct eng_alg gmac = { .fam = ENG_F_GMAC };
static const struct eng_alg poly = { .fam = ENG_F_POLY1305 };
static const struct eng_alg cmac = { .fam = ENG_F_CMAC };
static const struct eng_alg blake160 = { .fam = ENG_F_BLAKE2, .size = 20 };
static const struct eng_alg blake256 = { .fam = ENG_F_BLAKE2, .size = 32 };
static const struct eng_alg blake384 = { .fam = ENG_F_BLAKE2, .size = 48 };
static const struct eng_alg blake512 = { .fam = ENG_F_BLAKE2, .size = 64 };
static const struct eng_alg xcbc = { .fam = ENG_F_XCBC };
static const struct eng_alg xcbc96 = { .fam = ENG_F_XCBC, .size = 12 };
static const struct eng_alg cbcmac_des = { .fam = ENG_F_CBCMAC,
	.cipher = ENG_TDEA };
static const struct eng_alg cmac_des3 = { .fam = ENG_F_CMAC,
	.cipher = ENG_TDEA };

static const struct {
	const struct eng_alg *alg;
	const char *key;
	const char *in;
	size_t len;
	const char *mac;
} table[] = {
	{ &hmac1, JEFE, WHAT, 0, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ &hmac224, JEFE, WHAT, 0,
	    "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44" },
	{ &hmac256, JEFE, WHAT, 0,
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ &hmac256, JEFE, WHAT, 16, "5bdcc146bf60754e6a042426089575c7" },
	{ &hmac256, JEFE, WHAT, 1, "5b" },
	{ &hmac384, JEFE, WHAT, 0,
	    "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
	    "8e2240ca5e69e2c78b3239ecfab21649" },
	{ &hmac512, JEFE, WHAT, 0,
	    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
	{ &hmac3_256, JEFE, WHAT, 0,
	    "c7d4072e788877ae3596bbb0da73b887c9171f93095b294ae857fbe2645e1ba5" },
	{ &hmac256, AA131, LARGER, 0,
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ &hmac256, "61", "", 0,
	    "3acdaa86b3d73e8d18b7019d3f520000531a23db3b6dda7a94ad28db61a9008c" },
	{ &cmac, AES128, "", 0, "bb1d6929e95937287fa37d129b756746" },
	{ &cmac, AES128, M16, 0, "070a16b46b4d4144f79bdd9dd04a287c" },
	{ &cmac, AES128, M40, 0, "dfa66747de9ae63030ca32611497c827" },
	{ &cmac, AES128, M64, 0, "51f0bebf7e3b9d92fc49741779363cfe" },
	{ &cmac, AES128, M64, 8, "51f0bebf7e3b9d92" },
	{ &cmac, AES192, M40, 0, "8a1de5be2eb31aad089a82e6ee908b0e" },
	{ &cmac, AES256, M64, 0, "e1992190549f6ed5696a2c056c315410" },
	{ &blake160, BLAKE_KEY, WHAT, 0,
	    "593584054885ea087b8268912baf590a48e39297" },
	{ &blake256, BLAKE_KEY, WHAT, 0,
	    "84c99c6937fd2af9540678abc9116ae3cbf33997ca2426adc4429c1d1f8e7aad" },
	{ &blake384, BLAKE_KEY, WHAT, 0,
	    "6492c18befb9a778b500fba42ca89d60e152faaac84076c0620152815cc7e9a0"
	    "a5acfc02229e0819a4181721bcaa2b37" },
	{ &blake512, BLAKE_KEY, WHAT, 0,
	    "7c2017d91f10bae86f8e1e8ae422fe67298aed28581137e1ff6165a9af738311"
	    "a4030825afe6d0763280f6b66e808f2fb02974aa32786a2f4de1ab8d50cb6e56" },
	{ &blake160, JEFE, "", 0, "4bda1710fd09744c205d5f2f942161dee1a17902" },
	{ &blake256, JEFE, WHAT, 5, "44a4b7e70b" },
	/* FIPS PUB 113, appendix 3: DES is triple DES with one key twice */
	{ &cbcmac_des, DES DES, DAC_TEXT, 0, "f1d30f6849312ca4" },
	{ &cbcmac_des, DES DES, DAC_TEXT, 4, "f1d30f68" },
	{ &xcbc, XCBC, "", 0, "75f0251d528ac01c4573dfd584d79f29" },
	{ &xcbc, XCBC, "000102", 0, "5b376580ae2f19afe7219ceef172756f" },
	{ &xcbc96, XCBC, XCBC, 0, "d2a246fa349b68a79998a439" },
	/* SP 800-38B, D.4 and D.5 */
	{ &cmac_des3, TDEA3, "", 0, "b7a688e122ffaf95" },
	{ &cmac_des3, TDEA3, "6bc1bee22e409f96", 0, "8e8f293136283797" },
	{ &cmac_des3, TDEA3, "6bc1bee22e409f96", 3, "8e8f29" },
	{ &cmac_des3, TDEA2, "", 0, "bd2ebf9a3ba00361" },
	{ &hmac_rmd, JEFE, WHAT, 0,
	    "dda6c0213a485a9e24f4742064a7f033b43c4069" },
	{ &hmac_md5, JEFE, WHAT, 0, "750c783e6ab0b503eaa86e310a5db738" },
};

/* Verifies a code at once and in two parts; both must say the same. */
static CK_RV
verify(struct kit_run *r, struct bytes in, struct bytes sig)
{
	size_t n;
	CK_RV once;

	r->dir = ENG_VERIFY;
	assert_int_equal(kit_init(r), CKR_OK);
	once = eng_op_verify(r->op, in, sig);
	assert_int_equal(kit_init(r), CKR_OK);
	assert_int_equal(
	    eng_op_update(r->op, bytes_of(in.p, in.n / 2), NULL, &n), CKR_OK);
	assert_int_equal(
	    eng_op_update(r->op,
		bytes_of(in.p + in.n / 2, in.n - in.n / 2), NULL, &n),
	    CKR_OK);
	assert_int_equal(eng_op_verify_final(r->op, sig), once);
	eng_op_rest(r->op);
	return once;
}

static void
test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct kit_run r = { .alg = table[i].alg, .dir = ENG_SIGN,
			.par = { .mac_len = table[i].len } };
		struct kit_bytes in = kit_hex(table[i].in);
		struct kit_bytes want = kit_hex(table[i].mac);

		assert_true(eng_can(kit_eng(), r.alg));
		r.key = kit_key_hex(table[i].key);
		kit_expect(&r, kit_view(&in), kit_view(&want));
		assert_int_equal(verify(&r, kit_view(&in), kit_view(&want)),
		    CKR_OK);
		eng_key_put(r.key);
		eng_op_free(r.op);
		kit_free(&in);
		kit_free(&want);
	}
}

/* -------------------------------------- codes with a nonce, for one message */

static const struct {
	const struct eng_alg *alg;
	const char *key;
	const char *iv;
	const char *in;
	size_t len;
	const char *mac;
} spent[] = {
	{ &gmac, "f0cfce280656fabd93f68ba6b3a3ad6e",
	    "0a38ca626b430ed84a2a8dfe", "4b", 16,
	    "8677a0160a923ce7437ca94b8de97da5" },
	{ &gmac, "6ada91c9742dc01e953ef120b22a2649c0be9304386515a2",
	    "e19faa23f871fc6658f5b596", "0d", 16,
	    "b1d2a3db724ff1ef11aa76954e39498e" },
	{ &gmac,
	    "262f1c9504ff7967ac503015e397ff30ab0e88ff74bcd0df34411f110f60cbae",
	    "dbc01da6e51148187e95383625ecb0f1", "2c", 16,
	    "966a58802c3057281278a87520862190" },
	{ &gmac,
	    "262f1c9504ff7967ac503015e397ff30ab0e88ff74bcd0df34411f110f60cbae",
	    "dbc01da6e51148187e95383625ecb0f1", "2c", 5, "966a58802c" },
	/* "Cryptographic Forum Research Group" */
	{ &poly,
	    "85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b",
	    "", "43727970746f6772617068696320466f72756d20526573656172636820"
	    "47726f7570", 0, "a8061dc1305136c6c22b8baf0c0127a9" },
};

static void
test_spent(void **state)
{
	struct kit_run r = { .dir = ENG_SIGN };

	(void)state;
	for (size_t i = 0; i < 2 * KL_COUNT(spent); i++) {
		size_t k = i * 3 % KL_COUNT(spent);
		struct kit_bytes in = kit_hex(spent[k].in);
		struct kit_bytes iv = kit_hex(spent[k].iv);
		struct kit_bytes want = kit_hex(spent[k].mac);

		r.alg = spent[k].alg;
		r.dir = ENG_SIGN;
		r.par = (struct eng_par){ .iv = kit_view(&iv),
			.mac_len = spent[k].len };
		r.key = kit_key_hex(spent[k].key);
		assert_true(eng_can(kit_eng(), r.alg));
		kit_expect(&r, kit_view(&in), kit_view(&want));
		assert_int_equal(verify(&r, kit_view(&in), kit_view(&want)),
		    CKR_OK);
		want.p[0] ^= 1;
		assert_int_equal(verify(&r, kit_view(&in), kit_view(&want)),
		    CKR_SIGNATURE_INVALID);
		eng_key_put(r.key);
		kit_free(&in);
		kit_free(&iv);
		kit_free(&want);
	}
	eng_op_free(r.op);
}

/* GMAC is GCM of nothing but additional data, long IVs too. */
static void
test_gmac_is_gcm(void **state)
{
	static const struct eng_alg gcm = { .fam = ENG_F_AEAD, .mode = "GCM" };
	static const size_t lens[] = { 1, 12, 16, 128, 129, 200 };
	uint8_t iv[200];
	struct eng_key *key = kit_key_hex(AES128);

	(void)state;
	for (size_t i = 0; i < sizeof(iv); i++)
		iv[i] = (uint8_t)(3 * i);
	for (size_t i = 0; i < KL_COUNT(lens); i++) {
		struct kit_run mac = { .alg = &gmac, .dir = ENG_SIGN,
			.key = key, .par = { .mac_len = 16,
			    .iv = bytes_of(iv, lens[i]) } };
		struct kit_run seal = { .alg = &gcm, .dir = ENG_ENCRYPT,
			.key = key, .par = { .tag_len = 16,
			    .iv = bytes_of(iv, lens[i]),
			    .aad = bytes_of(iv, 33) } };
		struct kit_bytes a, b;

		assert_int_equal(kit_once(&mac, bytes_of(iv, 33), &a), CKR_OK);
		assert_int_equal(kit_once(&seal, BYTES_NONE, &b), CKR_OK);
		assert_int_equal(a.n, b.n);
		assert_memory_equal(a.p, b.p, a.n);
		kit_free(&a);
		kit_free(&b);
		eng_op_free(mac.op);
		eng_op_free(seal.op);
	}
	eng_key_put(key);
}

/* One operation for all: state of one algorithm, key or length never shows
 * in the next. */
static void
test_change(void **state)
{
	struct kit_run r = { .dir = ENG_SIGN };

	(void)state;
	for (size_t i = 0; i < 2 * KL_COUNT(table); i++) {
		size_t k = i * 7 % KL_COUNT(table);
		struct kit_bytes in = kit_hex(table[k].in);
		struct kit_bytes want = kit_hex(table[k].mac);
		struct kit_bytes out;

		r.alg = table[k].alg;
		r.par.mac_len = table[k].len;
		r.key = kit_key_hex(table[k].key);
		assert_int_equal(kit_once(&r, kit_view(&in), &out), CKR_OK);
		assert_int_equal(out.n, want.n);
		assert_memory_equal(out.p, want.p, want.n);
		eng_key_put(r.key);
		kit_free(&out);
		kit_free(&in);
		kit_free(&want);
	}
	eng_op_free(r.op);
}

static void
test_verify_wrong(void **state)
{
	struct kit_run r = { .alg = &hmac256, .key = kit_key_hex(JEFE) };
	struct kit_bytes in = kit_hex(WHAT);
	struct kit_bytes sig = kit_hex(table[2].mac);

	(void)state;
	for (size_t i = 0; i < sig.n; i++) {
		sig.p[i] ^= 0x80;
		assert_int_equal(verify(&r, kit_view(&in), kit_view(&sig)),
		    CKR_SIGNATURE_INVALID);
		sig.p[i] ^= 0x80;
	}
	assert_int_equal(verify(&r, kit_view(&in), kit_view(&sig)), CKR_OK);
	assert_int_equal(verify(&r, kit_view(&in), bytes_of(sig.p, 31)),
	    CKR_SIGNATURE_LEN_RANGE);
	assert_int_equal(verify(&r, kit_view(&in), BYTES_NONE),
	    CKR_SIGNATURE_LEN_RANGE);
	r.par.mac_len = 31;
	assert_int_equal(verify(&r, kit_view(&in), bytes_of(sig.p, 31)),
	    CKR_OK);
	assert_int_equal(verify(&r, kit_view(&in), kit_view(&sig)),
	    CKR_SIGNATURE_LEN_RANGE);
	eng_key_put(r.key);
	eng_op_free(r.op);
	kit_free(&in);
	kit_free(&sig);
}

static CK_RV
try_init(const struct eng_alg *alg, struct eng_key *key, size_t mac_len)
{
	struct kit_run r = { .alg = alg, .dir = ENG_SIGN, .key = key,
		.par = { .mac_len = mac_len } };
	CK_RV rv = kit_init(&r);

	eng_op_free(r.op);
	return rv;
}

static void
test_refused(void **state)
{
	struct eng_key *key = kit_key_hex(AES128);
	struct eng_key *odd = kit_key_hex(JEFE);

	(void)state;
	assert_int_equal(try_init(&hmac256, key, 32), CKR_OK);
	assert_int_equal(try_init(&hmac256, key, 33),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&hmac1, key, 21),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&hmac5_256, key, 33),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&cmac, key, 16), CKR_OK);
	assert_int_equal(try_init(&cmac, key, 17),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&cmac, odd, 0), CKR_KEY_SIZE_RANGE);
	assert_int_equal(try_init(&cmac, NULL, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(try_init(&hmac256, NULL, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(try_init(&gmac, key, 16), CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&poly, NULL, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(try_init(&poly, key, 0), CKR_KEY_SIZE_RANGE);
	eng_key_put(key);
	eng_key_put(odd);
}

/* After a refused length the same key still gives right codes. */
static void
test_after_refusal(void **state)
{
	struct kit_run r = { .alg = &hmac256, .dir = ENG_SIGN };
	struct kit_bytes in = kit_hex(WHAT);
	struct kit_bytes want = kit_hex(table[2].mac);

	(void)state;
	r.key = kit_key_hex(JEFE);
	kit_expect(&r, kit_view(&in), kit_view(&want));
	r.par.mac_len = 33;
	assert_int_equal(kit_init(&r), CKR_MECHANISM_PARAM_INVALID);
	r.par.mac_len = 0;
	kit_expect(&r, kit_view(&in), kit_view(&want));
	eng_key_put(r.key);
	eng_op_free(r.op);
	kit_free(&in);
	kit_free(&want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_spent),
		cmocka_unit_test(test_gmac_is_gcm),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_verify_wrong),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_after_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
