/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key agreement: bad peers and lengths, the answers of RFC 7748, the KDFs
 * against hashing by hand, both sides on every curve.
 */
#include "crypto/pair_kit.h"

static const struct eng_alg ecdh = { .fam = ENG_F_ECDH };
static const struct eng_alg cofactor = { .fam = ENG_F_ECDH, .cofactor = true };

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
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(eng_key_putp) struct eng_key *x = pair_generate("X25519");
	KL_AUTO(eng_key_putp) struct eng_key *ed = pair_generate("ED25519");
	KL_AUTO(eng_key_putp) struct eng_key *rsa = pair_rsa();
	KL_AUTO(eng_key_putp) struct eng_key *public = pair_public(ec);
	KL_AUTO(secret_freep) struct secret *p = pair_part(ec, PART_POINT);
	KL_AUTO(secret_freep) struct secret *px = pair_part(x, PART_POINT);
	struct eng_par par = { .peer = secret_view(p) };

	(void)state;
	assert_int_equal(derive(&ecdh, &par, public, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(derive(&ecdh, &par, ed, 0), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(derive(&ecdh, &par, rsa, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(derive(&ecdh, &par, ec, 0), CKR_OK);
	par.peer = secret_view(px);
	assert_int_equal(derive(&ecdh, &par, ec, 0),
	    CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(derive(&ecdh, &par, x, 0), CKR_OK);
	assert_int_equal(derive(&cofactor, &par, x, 0),
	    CKR_KEY_TYPE_INCONSISTENT);
}

static void
test_bad_peers(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("prime256v1");
	KL_AUTO(eng_key_putp) struct eng_key *x = pair_generate("X25519");
	KL_AUTO(secret_freep) struct secret *p = pair_part(ec, PART_POINT);
	static const uint8_t zero[32];
	struct eng_par par = { .peer = secret_view(p) };

	(void)state;
	secret_data(p)[64] ^= 1;
	assert_int_equal(derive(&ecdh, &par, ec, 0),
	    CKR_MECHANISM_PARAM_INVALID);
	par.peer = bytes_of(zero, 1); /* infinity */
	assert_int_equal(derive(&ecdh, &par, ec, 0),
	    CKR_MECHANISM_PARAM_INVALID);
	par.peer = BYTES_NONE;
	assert_int_equal(derive(&ecdh, &par, ec, 0),
	    CKR_MECHANISM_PARAM_INVALID);
	par.peer = bytes_of(zero, 32);
	assert_int_equal(derive(&ecdh, &par, x, 0),
	    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_lengths(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("secp521r1");
	KL_AUTO(secret_freep) struct secret *p = pair_part(ec, PART_POINT);
	struct eng_par par = { .peer = secret_view(p) };

	(void)state;
	assert_int_equal(derive(&ecdh, &par, ec, 67), CKR_KEY_SIZE_RANGE);
	assert_int_equal(derive(&ecdh, &par, ec, 66), CKR_OK);
	par.shared = BYTES_STR("x"); /* without a KDF */
	assert_int_equal(derive(&ecdh, &par, ec, 66),
	    CKR_MECHANISM_PARAM_INVALID);
	par.kdf_md = "SHA2-256";
	assert_int_equal(derive(&ecdh, &par, ec, 0), CKR_KEY_SIZE_RANGE);
	assert_int_equal(derive(&ecdh, &par, ec, (size_t)-1),
	    CKR_KEY_SIZE_RANGE);
	par.kdf_md = "NO-SUCH";
	assert_int_equal(derive(&ecdh, &par, ec, 16),
	    CKR_MECHANISM_PARAM_INVALID);
}

/* 3.2 section 6.3.20: what is too much goes from the leading end. */
static void
test_truncation(void **state)
{
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("secp384r1");
	KL_AUTO(secret_freep) struct secret *p = pair_part(ec, PART_POINT);
	KL_AUTO(secret_freep) struct secret *all = NULL;
	KL_AUTO(secret_freep) struct secret *some = NULL;
	struct eng_par par = { .peer = secret_view(p) };

	(void)state;
	assert_int_equal(eng_derive(kit_eng(), &ecdh, &par, ec, 0, &all),
	    CKR_OK);
	assert_int_equal(secret_len(all), 48);
	assert_int_equal(eng_derive(kit_eng(), &ecdh, &par, ec, 20, &some),
	    CKR_OK);
	assert_int_equal(secret_len(some), 20);
	assert_memory_equal(secret_data(some), secret_data(all) + 28, 20);
}

/* RFC 7748 section 6: Bob's private key and Alice's public one. */
static void
test_answers(void **state)
{
	static const struct {
		const char *curve, *priv, *peer, *z;
	} rows[] = {
		{ "X25519", "5dab087e624a8a4b79e17f8b83800ee6"
		    "6f3bb1292618b6fd1c2f8b27ff88e0eb",
		    "8520f0098930a754748b7ddcb43ef75a"
		    "0dbf3a0d26381af4eba4a98eaa9b4e6a",
		    "4a5d9d5ba4ce2de1728e3bf480350f25"
		    "e07e21c947d19e3376f09b3c1e161742" },
		{ "X448", "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad"
		    "0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b6"
		    "5173992d",
		    "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa7"
		    "3d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e5"
		    "32c41fa0",
		    "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d"
		    "282bb60c0b56fd2464c335543936521c24403085d59a449a5037"
		    "514a879d" },
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
		KL_AUTO(secret_freep) struct secret *got = NULL;
		KL_AUTO(kit_free) struct kit_bytes peer = kit_hex(rows[i].peer);
		KL_AUTO(kit_free) struct kit_bytes want = kit_hex(rows[i].z);
		struct eng_par par = { .peer = kit_view(&peer) };

		assert_int_equal(pair_import(pair_curve(rows[i].curve),
		    rows[i].priv, NULL, &key), CKR_OK);
		assert_int_equal(eng_derive(kit_eng(), &ecdh, &par, key, 0,
		    &got), CKR_OK);
		assert_true(bytes_equal(secret_view(got), kit_view(&want)));
	}
}

/* What the KDF should give, block by block. */
static void
by_hand(const struct eng_par *par, struct bytes z, size_t len, uint8_t *out)
{
	struct eng_alg md = { .fam = ENG_F_DIGEST, .md = par->kdf_md };
	struct kit_run r = { .alg = &md, .dir = ENG_DIGEST };
	size_t done = 0;

	for (uint32_t i = 1; done < len; i++) {
		KL_AUTO(buf_done) struct buf in = { .p = NULL };
		KL_AUTO(kit_free) struct kit_bytes h = { .p = NULL };
		size_t n;

		if (par->kdf_sp800)
			buf_put_u32(&in, i);
		buf_put(&in, z);
		if (!par->kdf_sp800)
			buf_put_u32(&in, i);
		buf_put(&in, par->shared);
		assert_int_equal(kit_once(&r, buf_view(&in), &h), CKR_OK);
		n = h.n < len - done ? h.n : len - done;
		memcpy(out + done, h.p, n);
		done += n;
	}
	eng_op_free(r.op);
}

static void
test_kdfs(void **state)
{
	static const char *const hashes[] = { "SHA1", "SHA2-224", "SHA2-256",
		"SHA2-384", "SHA2-512", "SHA3-224", "SHA3-256", "SHA3-384",
		"SHA3-512" };
	KL_AUTO(eng_key_putp) struct eng_key *ec = pair_generate("secp224k1");
	KL_AUTO(secret_freep) struct secret *p = pair_part(ec, PART_POINT);
	KL_AUTO(secret_freep) struct secret *z = NULL;
	struct eng_par par = { .peer = secret_view(p) };

	(void)state;
	assert_int_equal(eng_derive(kit_eng(), &ecdh, &par, ec, 0, &z), CKR_OK);
	for (size_t i = 0; i < 2 * KL_COUNT(hashes); i++) {
		KL_AUTO(secret_freep) struct secret *got = NULL;
		size_t len = 1 + 13 * i;
		uint8_t want[256];

		par.kdf_md = hashes[i / 2];
		par.kdf_sp800 = i % 2 == 1;
		par.shared = bytes_of("some shared info", i % 7);
		by_hand(&par, secret_view(z), len, want);
		assert_int_equal(eng_derive(kit_eng(), &ecdh, &par, ec, len,
		    &got), CKR_OK);
		assert_int_equal(secret_len(got), len);
		assert_memory_equal(secret_data(got), want, len);
	}
}

/* Both sides get the same, whatever form the points have. */
static void
test_both_sides(void **state)
{
	const struct curve *c;

	(void)state;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		KL_AUTO(eng_key_putp) struct eng_key *a = NULL;
		KL_AUTO(eng_key_putp) struct eng_key *b = NULL;
		KL_AUTO(secret_freep) struct secret *pa = NULL;
		KL_AUTO(secret_freep) struct secret *pb = NULL;
		KL_AUTO(secret_freep) struct secret *za = NULL;
		KL_AUTO(secret_freep) struct secret *zb = NULL;
		KL_AUTO(buf_done) struct buf wrapped = { .p = NULL };
		struct eng_par par = { .ph = false };

		if (c->type == ENG_ED)
			continue;
		a = pair_generate(c->name);
		b = pair_generate(c->name);
		pa = pair_part(a, PART_POINT);
		pb = pair_part(b, PART_POINT);
		par.peer = secret_view(pb);
		assert_int_equal(eng_derive(kit_eng(), &ecdh, &par, a, 0, &za),
		    CKR_OK);
		if (c->type == ENG_EC) { /* compressed, in place */
			secret_data(pa)[0] = 2 +
			    (secret_data(pa)[2 * c->len] & 1);
			secret_cut(pa, 1 + c->len);
		}
		eng_octet_string(secret_view(pa), &wrapped);
		par.peer = buf_view(&wrapped);
		assert_int_equal(eng_derive(kit_eng(), c->type == ENG_EC ?
		    &cofactor : &ecdh, &par, b, 0, &zb), CKR_OK);
		assert_int_equal(secret_len(za), c->len);
		assert_true(secret_equal(secret_view(za), secret_view(zb)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_keys),
		cmocka_unit_test(test_bad_peers),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_kdfs),
		cmocka_unit_test(test_both_sides),
	};

	return cmocka_run_group_tests_name("derive", tests, NULL, NULL);
}
