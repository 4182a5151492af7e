/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AES-GCM against the test cases of its specification (McGrew and Viega,
 * appendix B), AES-CCM against the examples of SP 800-38C (appendix C),
 * ChaCha20-Poly1305 against RFC 8439 section 2.8.2 and the example of the draft
 * for XChaCha: at once, in parts, overlapping, with the tag apart; forgeries and
 * refusals.
 */
#include "crypto/eng_kit.h"

#define GCM_KEY "feffe9928665731c6d6a8f9467308308"
#define GCM_IV	"cafebabefacedbaddecaf888"
#define GCM_AAD "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define GCM_60                                                                 \
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"     \
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define ZERO16	"00000000000000000000000000000000"
#define POLY_KEY                                                               \
	"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
#define POLY_AAD "50515253c0c1c2c3c4c5c6c7"
/* "Ladies and Gentlemen of the class of '99: ..." */
#define LADIES                                                                 \
	"4c616469657320616e642047656e746c656d656e206f662074686520636c6173" \
	"73206f66202739393a204966204920636f756c64206f6666657220796f75206f" \
	"6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73" \
	"637265656e20776f756c642062652069742e"
#define CCM_KEY "404142434445464748494a4b4c4d4e4f"

static const struct eng_alg gcm = { .fam = ENG_F_AEAD, .mode = "GCM" };
static const struct eng_alg ccm = { .fam = ENG_F_AEAD, .mode = "CCM" };
static const struct eng_alg poly = { .fam = ENG_F_AEAD, .mode = "Poly1305",
	.cipher = ENG_CHACHA20 };

static const struct vector {
	const struct eng_alg *alg;
	const char *key;
	const char *iv;
	const char *aad;
	const char *in;
	const char *out;
	size_t tag;
} table[] = {
	{ &gcm, ZERO16, "000000000000000000000000", "", "",
	    "58e2fccefa7e3061367f1d57a4e7455a", 16 },
	{ &gcm, ZERO16, "000000000000000000000000", "", ZERO16,
	    "0388dace60b6a392f328c2b971b2fe78"
	    "ab6e47d42cec13bdf53a67b21257bddf", 16 },
	{ &gcm, GCM_KEY, GCM_IV, "", GCM_60 "1aafd255",
	    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
	    "4d5c2af327cd64a62cf35abd2ba6fab4", 16 },
	{ &gcm, GCM_KEY, GCM_IV, GCM_AAD, GCM_60,
	    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
	    "5bc94fbc3221a5db94fae95ae7121a47", 16 },
	{ &gcm, GCM_KEY, "cafebabefacedbad", GCM_AAD, GCM_60,
	    "61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c7423"
	    "73806900e49f24b22b097544d4896b424989b5e1ebac0f07c23f4598"
	    "3612d2e79e3b0785561be14aaca2fccb", 16 },
	{ &gcm, GCM_KEY,
	    "9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728"
	    "c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b",
	    GCM_AAD, GCM_60,
	    "8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca7"
	    "01e4a9a4fba43c90ccdcb281d48c7c6fd62875d2aca417034c34aee5"
	    "619cc5aefffe0bfa462af43c1699d050", 16 },
	{ &gcm, GCM_KEY GCM_KEY, GCM_IV, GCM_AAD, GCM_60,
	    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
	    "76fc6ece0f4e1768cddf8853bb2d551b", 16 },
	/* a shorter tag is the front of the whole one */
	{ &gcm, GCM_KEY, GCM_IV, GCM_AAD, GCM_60,
	    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
	    "5bc94fbc", 4 },
	{ &ccm, CCM_KEY, "10111213141516", "0001020304050607", "20212223",
	    "7162015b4dac255d", 4 },
	{ &ccm, CCM_KEY, "1011121314151617",
	    "000102030405060708090a0b0c0d0e0f",
	    "202122232425262728292a2b2c2d2e2f",
	    "d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd", 6 },
	{ &ccm, CCM_KEY, "101112131415161718191a1b",
	    "000102030405060708090a0b0c0d0e0f10111213",
	    "202122232425262728292a2b2c2d2e2f3031323334353637",
	    "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951",
	    8 },
	{ &poly, POLY_KEY, "070000004041424344454647", POLY_AAD, LADIES,
	    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
	    "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
	    "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
	    "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060"
	    "0691", 16 },
	{ &poly, POLY_KEY, "404142434445464748494a4b4c4d4e4f5051525354555657",
	    POLY_AAD, LADIES,
	    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
	    "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
	    "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
	    "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780a"
	    "cf49", 16 },
};

/* A row made ready to run. */
struct ready {
	struct kit_bytes iv, aad, in, out;
	struct kit_run r;
};

static struct ready
start(const struct vector *v)
{
	struct ready x = { .iv = kit_hex(v->iv), .aad = kit_hex(v->aad),
		.in = kit_hex(v->in), .out = kit_hex(v->out) };

	x.r = (struct kit_run){ .alg = v->alg, .dir = ENG_ENCRYPT,
		.key = kit_key_hex(v->key) };
	x.r.par = (struct eng_par){ .iv = kit_view(&x.iv),
		.aad = kit_view(&x.aad), .tag_len = v->tag,
		.data_len = x.in.n };
	return x;
}

static void
done(struct ready *x)
{
	eng_key_put(x->r.key);
	eng_op_freep(&x->r.op);
	kit_free(&x->iv);
	kit_free(&x->aad);
	kit_free(&x->in);
	kit_free(&x->out);
}

static void
test_known(void **state)
{
	(void)state;
	assert_true(eng_can(kit_eng(), &gcm));
	assert_true(eng_can(kit_eng(), &ccm));
	assert_true(eng_can(kit_eng(), &poly));
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct ready x = start(&table[i]);

		kit_expect(&x.r, kit_view(&x.in), kit_view(&x.out));
		x.r.dir = ENG_DECRYPT;
		kit_expect(&x.r, kit_view(&x.out), kit_view(&x.in));
		done(&x);
	}
}

static void
test_overlap(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct ready x = start(&table[i]);

		for (int shift = -90; shift <= 90; shift++) {
			x.r.dir = ENG_ENCRYPT;
			kit_expect_overlap(&x.r, kit_view(&x.in),
			    kit_view(&x.out), shift);
			x.r.dir = ENG_DECRYPT;
			kit_expect_overlap(&x.r, kit_view(&x.out),
			    kit_view(&x.in), shift);
		}
		done(&x);
	}
}

/* One operation through all rows and both directions. */
static void
test_change(void **state)
{
	struct eng_op *op = NULL;

	(void)state;
	for (size_t i = 0; i < 4 * KL_COUNT(table); i++) {
		struct ready x = start(&table[i * 3 % KL_COUNT(table)]);
		struct kit_bytes out;
		bool enc = i % 3 > 0;

		x.r.op = op;
		x.r.dir = enc ? ENG_ENCRYPT : ENG_DECRYPT;
		assert_int_equal(
		    kit_once(&x.r, kit_view(enc ? &x.in : &x.out), &out),
		    CKR_OK);
		assert_memory_equal(out.p, (enc ? &x.out : &x.in)->p, out.n);
		op = KL_TAKE(x.r.op);
		kit_free(&out);
		done(&x);
	}
	eng_op_free(op);
}

/* The same key with another IV, its length, and another tag length. */
static void
test_same_key(void **state)
{
	static const size_t rows[] = { 3, 4, 5, 7, 3, 7, 5, 2 };
	struct ready first = start(&table[3]);

	(void)state;
	for (int dir = 0; dir < 2; dir++) {
		for (size_t i = 0; i < KL_COUNT(rows); i++) {
			struct ready x = start(&table[rows[i]]);
			bool enc = dir == 0;

			first.r.dir = enc ? ENG_ENCRYPT : ENG_DECRYPT;
			first.r.par = x.r.par;
			kit_expect(&first.r, kit_view(enc ? &x.in : &x.out),
			    kit_view(enc ? &x.out : &x.in));
			done(&x);
		}
	}
	done(&first);
}

/* -------------------------------------------------------- the tag apart */

/* Encrypts a row with its tag apart, at once or in two parts. */
static void
apart_encrypt(struct ready *x, bool parts)
{
	size_t text = x->in.n, half = parts ? text / 2 : 0, n = 0, more = 0;
	struct kit_bytes out = kit_alloc(text);
	uint8_t tag[16];

	x->r.dir = ENG_ENCRYPT;
	x->r.par.apart = true;
	assert_int_equal(kit_init(&x->r), CKR_OK);
	assert_int_equal(eng_op_once_len(x->r.op, text), text);
	if (parts) {
		assert_int_equal(eng_op_update(x->r.op,
		    bytes_of(x->in.p, half), out.p, &n), CKR_OK);
		assert_int_equal(eng_op_update(x->r.op, bytes_of(x->in.p + half,
		    text - half), out.p + n, &more), CKR_OK);
		n += more;
		assert_int_equal(eng_op_final_len(x->r.op), text - n);
		assert_int_equal(eng_op_final(x->r.op, out.p + n, &more),
		    CKR_OK);
		n += more;
	} else {
		assert_int_equal(eng_op_once(x->r.op, kit_view(&x->in), out.p,
		    &n), CKR_OK);
	}
	assert_int_equal(n, text);
	assert_memory_equal(out.p, x->out.p, n);
	assert_int_equal(eng_op_tag(x->r.op, tag), CKR_OK);
	assert_memory_equal(tag, x->out.p + n, x->r.par.tag_len);
	kit_free(&out);
}

/* Decrypts it, with this tag (NULL: none is told). */
static CK_RV
apart_decrypt(struct ready *x, const uint8_t *tag, bool parts)
{
	size_t text = x->in.n, n = 0;
	struct kit_bytes out = kit_alloc(text);
	CK_RV rv;

	x->r.dir = ENG_DECRYPT;
	x->r.par.apart = true;
	assert_int_equal(kit_init(&x->r), CKR_OK);
	assert_int_equal(eng_op_expect(x->r.op, bytes_of(x->out.p, 3)),
	    CKR_ENCRYPTED_DATA_LEN_RANGE);
	if (parts)
		assert_int_equal(eng_op_update(x->r.op,
		    bytes_of(x->out.p, text), NULL, &n), CKR_OK);
	if (tag != NULL)
		assert_int_equal(eng_op_expect(x->r.op,
		    bytes_of(tag, x->r.par.tag_len)), CKR_OK);
	assert_int_equal(eng_op_once_len(x->r.op, text), text);
	rv = parts ? eng_op_final(x->r.op, out.p, &n) :
	    eng_op_once(x->r.op, bytes_of(x->out.p, text), out.p, &n);
	if (rv == CKR_OK) {
		assert_int_equal(n, text);
		assert_memory_equal(out.p, x->in.p, text);
	}
	kit_free(&out);
	return rv;
}

static void
test_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct ready x = start(&table[i]);
		uint8_t *tag = x.out.p + x.in.n;

		for (int parts = 0; parts < 2; parts++) {
			apart_encrypt(&x, parts != 0);
			assert_int_equal(apart_decrypt(&x, tag, parts != 0),
			    CKR_OK);
			assert_int_equal(apart_decrypt(&x, NULL, parts != 0),
			    CKR_ENCRYPTED_DATA_INVALID);
			tag[table[i].tag - 1] ^= 1;
			assert_int_equal(apart_decrypt(&x, tag, parts != 0),
			    CKR_ENCRYPTED_DATA_INVALID);
			tag[table[i].tag - 1] ^= 1;
		}
		/* and together again with the same operation */
		x.r.par.apart = false;
		kit_expect(&x.r, kit_view(&x.out), kit_view(&x.in));
		done(&x);
	}
}

/* ------------------------------------------------------------- forgeries */

/* Decrypts something wrong: nothing may come out, at once or in parts. */
static void
expect_forged(struct ready *x, struct bytes in)
{
	KL_AUTO(buf_done) struct buf parts = { .p = NULL };
	uint8_t room[160];
	size_t n = 77;

	x->r.dir = ENG_DECRYPT;
	memset(room, 0, sizeof(room));
	assert_int_equal(kit_init(&x->r), CKR_OK);
	assert_int_equal(eng_op_once(x->r.op, in, room, &n),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(n, 77);
	for (size_t i = 0; i < sizeof(room); i++)
		assert_int_equal(room[i], 0);
	assert_int_equal(kit_parts(&x->r, in, 9, &parts),
	    CKR_ENCRYPTED_DATA_INVALID);
	assert_int_equal(parts.n, 0);
}

static void
test_forged(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct ready x = start(&table[i]);

		for (size_t at = 0; at < x.out.n; at++) {
			x.out.p[at] ^= 1;
			expect_forged(&x, kit_view(&x.out));
			x.out.p[at] ^= 1;
		}
		for (size_t at = 0; at < x.aad.n; at++) {
			x.aad.p[at] ^= 1;
			expect_forged(&x, kit_view(&x.out));
			x.aad.p[at] ^= 1;
		}
		x.iv.p[0] ^= 1;
		expect_forged(&x, kit_view(&x.out));
		x.iv.p[0] ^= 1;
		/* and what is right still opens with this operation */
		kit_expect(&x.r, kit_view(&x.out), kit_view(&x.in));
		done(&x);
	}
}

static void
test_too_short(void **state)
{
	struct ready x = start(&table[3]);
	KL_AUTO(buf_done) struct buf parts = { .p = NULL };
	struct kit_bytes out;

	(void)state;
	x.r.dir = ENG_DECRYPT;
	for (size_t n = 0; n < 16; n++) {
		assert_int_equal(kit_once(&x.r, bytes_of(x.out.p, n), &out),
		    CKR_ENCRYPTED_DATA_LEN_RANGE);
		kit_free(&out);
		assert_int_equal(
		    kit_parts(&x.r, bytes_of(x.out.p, n), 4, &parts),
		    CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
	done(&x);
}

/* CCM was told how long the data would be. */
static void
test_ccm_length(void **state)
{
	struct ready x = start(&table[9]);
	KL_AUTO(buf_done) struct buf parts = { .p = NULL };
	struct kit_bytes out;
	struct bytes in = bytes_of(x.in.p, x.in.n - 1);

	(void)state;
	assert_int_equal(kit_once(&x.r, in, &out), CKR_DATA_LEN_RANGE);
	kit_free(&out);
	assert_int_equal(kit_parts(&x.r, in, 4, &parts), CKR_DATA_LEN_RANGE);
	x.r.dir = ENG_DECRYPT;
	in = bytes_of(x.out.p, x.out.n - 1);
	assert_int_equal(kit_once(&x.r, in, &out),
	    CKR_ENCRYPTED_DATA_LEN_RANGE);
	kit_free(&out);
	assert_int_equal(kit_parts(&x.r, in, 4, &parts),
	    CKR_ENCRYPTED_DATA_LEN_RANGE);
	done(&x);
}

/* No data at all is a message too. */
static void
test_empty(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(table); i++) {
		struct ready x = start(&table[i]);
		struct kit_bytes sealed;

		x.r.par.data_len = 0;
		assert_int_equal(kit_once(&x.r, BYTES_NONE, &sealed), CKR_OK);
		assert_int_equal(sealed.n, table[i].tag);
		kit_expect(&x.r, BYTES_NONE, kit_view(&sealed));
		x.r.dir = ENG_DECRYPT;
		kit_expect(&x.r, kit_view(&sealed), bytes_of("", 0));
		sealed.p[0] ^= 1;
		expect_forged(&x, kit_view(&sealed));
		kit_free(&sealed);
		done(&x);
	}
}

/* -------------------------------------------------------------- refusals */

static CK_RV
try_init(const struct eng_alg *alg, size_t iv_len, size_t tag, size_t data_len)
{
	static const uint8_t iv[300];
	struct kit_run r = { .alg = alg, .dir = ENG_ENCRYPT,
		.key = kit_key_hex(alg == &poly ? POLY_KEY : ZERO16),
		.par = { .iv = { iv, iv_len }, .tag_len = tag,
		    .data_len = data_len } };
	CK_RV rv = kit_init(&r);

	eng_key_put(r.key);
	eng_op_free(r.op);
	return rv;
}

static void
test_gcm_refused(void **state)
{
	(void)state;
	assert_int_equal(try_init(&gcm, 0, 16, 0), CKR_MECHANISM_PARAM_INVALID);
	for (size_t n = 1; n <= 300; n++)
		assert_int_equal(try_init(&gcm, n, 16, 0), CKR_OK);
	for (size_t n = 0; n <= 20; n++)
		assert_int_equal(try_init(&gcm, 12, n, 0),
		    n >= 4 && n <= 16 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
}

static void
test_ccm_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 20; n++) {
		assert_int_equal(try_init(&ccm, n, 16, 0),
		    n >= 7 && n <= 13 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID);
		assert_int_equal(try_init(&ccm, 12, n, 0),
		    n >= 4 && n <= 16 && n % 2 == 0 ?
			CKR_OK :
			CKR_MECHANISM_PARAM_INVALID);
	}
	assert_int_equal(try_init(&ccm, 13, 16, 65535), CKR_OK);
	assert_int_equal(try_init(&ccm, 13, 16, 65536),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&ccm, 12, 16, 65536), CKR_OK);
	assert_int_equal(try_init(&ccm, 12, 16, (size_t)1 << 24),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(try_init(&ccm, 7, 16, SIZE_MAX),
	    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_poly_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 30; n++) {
		assert_int_equal(try_init(&poly, n, 16, 0), n == 12 || n == 24 ?
		    CKR_OK : CKR_MECHANISM_PARAM_INVALID);
		assert_int_equal(try_init(&poly, 12, n, 0), n == 16 ? CKR_OK :
		    CKR_MECHANISM_PARAM_INVALID);
	}
}

static void
test_key_refused(void **state)
{
	struct ready x = start(&table[3]);
	struct eng_key *key = x.r.key;

	(void)state;
	x.r.key = NULL;
	assert_int_equal(kit_init(&x.r), CKR_KEY_TYPE_INCONSISTENT);
	x.r.key = kit_key_hex("0102030405060708090a0b0c0d0e0f");
	assert_int_equal(kit_init(&x.r), CKR_KEY_SIZE_RANGE);
	eng_key_put(x.r.key);
	x.r.key = key;
	kit_expect(&x.r, kit_view(&x.in), kit_view(&x.out));
	done(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_same_key),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_too_short),
		cmocka_unit_test(test_ccm_length),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_gcm_refused),
		cmocka_unit_test(test_ccm_refused),
		cmocka_unit_test(test_poly_refused),
		cmocka_unit_test(test_key_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
