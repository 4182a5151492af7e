/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "truth": what C_GetMechanismInfo claims works, and what comes out is
 * right: every mechanism in every operation against libcrypto, with every key
 * size it claims where that is cheap (5.5.6, chapter 6).
 */
#include "kit_ref.h"
#include "ops.h"

#include <stdio.h>
#include <string.h>

static void
digest(const void *arg)
{
	const struct op_case *c = arg;
	CK_BYTE in[300], want[64], got[64];
	struct subject sj;

	kit_need_mech(c->row->type, CKF_DIGEST);
	subject_init(&sj, c->row);
	for (size_t len = 0; len < sizeof(in); len++) {
		CK_ULONG n = sizeof(got);
		size_t wantlen;

		fill(in, len, (unsigned int)len);
		wantlen = ref_digest_row(c->row, in, len, want);
		NEED(kit.f->C_DigestInit(kit.s, &sj.m));
		NEED(kit.f->C_Digest(kit.s, in, len, got, &n));
		CHECK(n == wantlen && memcmp(got, want, n) == 0,
		    "%zu bytes: wrong digest", len);
	}
}

static bool
is_mac(const struct mech *row)
{
	return row->kind == K_HMAC || row->kind == K_HMAC_GENERAL ||
	    row->kind == K_CMAC || row->kind == K_CMAC_GENERAL ||
	    row->kind == K_GMAC || row->kind == K_POLY ||
	    row->kind == K_HMAC_T ||
	    (row->kind >= K_CBCMAC && row->kind <= K_BLAKE2_GENERAL);
}

static void
sign(const void *arg)
{
	const struct op_case *c = arg;
	static const size_t lens[] = { 1, 20, 32, 100, 1000 };
	struct trial t;

	trial_prepare(&t, OP_SIGN, c->row);
	for (size_t i = 0; i < KIT_COUNT(lens); i++) {
		CK_BYTE want[64];
		CK_ULONG n = sizeof(t.out);

		if ((t.sj.exact != 0 ||
			(!t.sj.multi && c->row->kind != K_EDDSA)) &&
		    i > 0)
			break;
		if (t.sj.exact == 0 && (t.sj.multi || c->row->kind == K_EDDSA))
			t.inlen = lens[i];
		fill(t.in, t.inlen, 77);
		if (c->row->kind == K_RSA_X509)
			t.in[0] = 0;
		NEED(op_init(&t));
		NEED(op_one(OP_SIGN, t.in, t.inlen, t.out, &n));
		if (is_mac(c->row))
			CHECK(ref_mac(&t.sj, t.in, t.inlen, want) == n &&
				memcmp(want, t.out, n) == 0,
			    "%zu bytes: wrong MAC", t.inlen);
		else
			CHECK(ref_verify(&t.sj, t.in, t.inlen, t.out, n),
			    "%zu bytes: libcrypto refuses the signature",
			    t.inlen);
	}
}

static void
verify(const void *arg)
{
	const struct op_case *c = arg;
	struct trial t;
	CK_ULONG n;

	trial_prepare(&t, OP_VERIFY, c->row);
	n = t.outlen;
	NEED(op_init(&t));
	WANT(op_one(OP_VERIFY, t.in, t.inlen, t.out, &n), CKR_OK);
}

static void
encrypt(const void *arg)
{
	const struct op_case *c = arg;
	static const size_t lens[] = { 16, 32, 64, 1024, 17, 100 };
	struct trial t;

	trial_prepare(&t, OP_ENCRYPT, c->row);
	for (size_t i = 0; c->row->key != CKK_RSA && i < KIT_COUNT(lens); i++) {
		CK_BYTE want[SUBJECT_MAX];
		CK_ULONG n = sizeof(t.out);
		size_t wantlen;

		if (lens[i] % t.sj.unit != 0 || c->row->md == NULL)
			continue;
		fill(t.in, lens[i], 9);
		subject_length(&t.sj, lens[i]);
		NEED(op_init(&t));
		NEED(op_one(OP_ENCRYPT, t.in, lens[i], t.out, &n));
		wantlen = ref_cipher(&t.sj, t.in, lens[i], want);
		CHECK(n == wantlen && memcmp(want, t.out, n) == 0,
		    "%zu bytes: another ciphertext than libcrypto's", lens[i]);
	}
}

static void
decrypt(const void *arg)
{
	const struct op_case *c = arg;
	CK_BYTE in[SUBJECT_MAX], text[SUBJECT_MAX], out[SUBJECT_MAX];
	CK_ULONG n = sizeof(out);
	struct trial t;
	size_t len;

	kit_need_mech(c->row->type, CKF_DECRYPT);
	subject_init(&t.sj, c->row);
	t.op = OP_DECRYPT;
	fill(in, t.sj.sample, 12);
	in[0] = 0;
	if (c->row->md == NULL && c->row->key == CKK_AES)
		kit_skip("libcrypto has no such mode");
	subject_length(&t.sj, t.sj.sample);
	len = c->row->key == CKK_RSA ?
	    ref_rsa_encrypt(&t.sj, in, t.sj.sample, text, sizeof(text)) :
	    ref_cipher(&t.sj, in, t.sj.sample, text);
	NEED(op_init(&t));
	NEED(op_one(OP_DECRYPT, text, len, out, &n));
	CHECK(n == t.sj.sample && memcmp(in, out, n) == 0,
	    "libcrypto's ciphertext gives another text");
}

/* Signature with recovery of the data, where claimed. */
static void
recover(const void *arg)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_RSA_PKCS,
		CKM_RSA_X_509 };
	unsigned int offered = 0;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		CK_BYTE in[256] = { 0 }, sig[256], out[256];
		CK_ULONG n = sizeof(sig), m = sizeof(out);
		CK_MECHANISM_INFO info;
		struct subject sj;

		if (!kit_has_mech(types[i], &info) ||
		    (info.flags & CKF_SIGN_RECOVER) == 0)
			continue;
		offered++;
		subject_init(&sj, mech_find(types[i]));
		fill(in + 1, sj.sample - 1, 6);
		NEED(kit.f->C_SignRecoverInit(kit.s, &sj.m, sj.fwd));
		NEED(kit.f->C_SignRecover(kit.s, in, sj.sample, sig, &n));
		NEED(kit.f->C_VerifyRecoverInit(kit.s, &sj.m, sj.back));
		NEED(kit.f->C_VerifyRecover(kit.s, sig, n, out, &m));
		CHECK(m == sj.sample && memcmp(in, out, m) == 0,
		    "%s: other data came back", sj.row->name);
	}
	if (offered == 0)
		kit_skip("not offered");
}

/*
 * AES with every key size inside the claim, HMAC with the shortest and a long
 * key.
 */
static void
key_sizes(const void *arg)
{
	static const size_t aes[] = { 16, 24, 32 };
	const struct mech *row;

	(void)arg;
	for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
		CK_MECHANISM_INFO info;
		struct subject sj;

		if (row->key != CKK_AES || row->kind == K_KEYGEN ||
		    row->kind == K_XCBC ||
		    !kit_has_mech(row->type, &info) ||
		    (info.flags & (CKF_ENCRYPT | CKF_SIGN)) == 0)
			continue;
		CHECK(info.ulMinKeySize <= 16 && info.ulMaxKeySize >= 32 &&
			info.ulMaxKeySize <= 64,
		    "%s: key sizes %lu to %lu, want bytes", row->name,
		    info.ulMinKeySize, info.ulMaxKeySize);
		subject_init(&sj, row);
		for (size_t k = 0; k < KIT_COUNT(aes); k++) {
			enum op op = (info.flags & CKF_ENCRYPT) != 0 ?
			    OP_ENCRYPT :
			    OP_SIGN;

			if (aes[k] < info.ulMinKeySize ||
			    aes[k] > info.ulMaxKeySize)
				continue;
			CHECK(op_init_with(op, &sj.m,
				  key_secret(CKK_AES, aes[k])) == CKR_OK,
			    "%s: a key of %zu bytes", row->name, aes[k]);
			op_abort(op);
		}
	}
}

static void
hmac_sizes(const void *arg)
{
	static const size_t sizes[] = { 1, 8, 16, 31, 64, 65, 129, 200 };
	const struct mech *row;

	(void)arg;
	for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
		CK_MECHANISM_INFO info;
		CK_MECHANISM m = { row->type, NULL, 0 };

		if (row->kind != K_HMAC || !kit_has_mech(row->type, &info))
			continue;
		for (size_t k = 0; k < KIT_COUNT(sizes); k++) {
			CK_BYTE key[256], want[64], got[64];
			CK_ULONG n = sizeof(got);
			size_t wantlen = 0;

			if (sizes[k] < info.ulMinKeySize ||
			    sizes[k] > info.ulMaxKeySize) {
				CHECK(kit.profile != PROFILE_KLUIS,
				    "%s: no key of %zu bytes", row->name,
				    sizes[k]);
				continue;
			}
			key_bytes(key, sizes[k]);
			NEED(kit.f->C_SignInit(kit.s, &m,
			    key_secret(CKK_GENERIC_SECRET, sizes[k])));
			NEED(kit.f->C_Sign(kit.s, key, 20, got, &n));
			(void)EVP_Q_mac(NULL, "HMAC", NULL, row->md, NULL, key,
			    sizes[k], key, 20, want, sizeof(want), &wantlen);
			CHECK(n == wantlen && memcmp(want, got, n) == 0,
			    "%s: key of %zu bytes: wrong", row->name, sizes[k]);
		}
	}
}

/* The HMAC mechanisms take the key types made for them. */
static void
hmac_types(const void *arg)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		CK_KEY_TYPE key;
	} rows[] = {
		{ CKM_SHA_1_HMAC, CKK_SHA_1_HMAC },
		{ CKM_SHA224_HMAC, CKK_SHA224_HMAC },
		{ CKM_SHA256_HMAC, CKK_SHA256_HMAC },
		{ CKM_SHA384_HMAC, CKK_SHA384_HMAC },
		{ CKM_SHA512_HMAC, CKK_SHA512_HMAC },
	};

	(void)arg;
	if (kit.profile != PROFILE_KLUIS)
		kit_skip("the special key types are optional");
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		CK_MECHANISM m = { rows[i].type, NULL, 0 };
		CK_OBJECT_HANDLE h = key_secret(rows[i].key, 32);

		WANT(kit.f->C_SignInit(kit.s, &m, h), CKR_OK);
		op_abort(OP_SIGN);
		m.mechanism = rows[(i + 1) % KIT_COUNT(rows)].type;
		REFUSE_INIT("another hash's key type", OP_SIGN, &m, h,
		    CKR_KEY_TYPE_INCONSISTENT);
	}
}

/* ECDSA and EdDSA on every curve inside the claim. */
static void
curve_signs(const void *arg)
{
	const struct curve *c = arg;
	struct subject sj;
	CK_BYTE in[32], sig[200];
	CK_ULONG n = sizeof(sig);
	CK_MECHANISM_INFO info;
	CK_RV rv;

	memset(&sj, 0, sizeof(sj));
	sj.row = mech_find(c->type == CKK_EC ? CKM_ECDSA : CKM_EDDSA);
	sj.m.mechanism = sj.row->type;
	kit_need_mech(sj.row->type, CKF_SIGN | CKF_VERIFY);
	(void)kit_has_mech(sj.row->type, &info);
	rv = pair_curve(c->name, &sj.back, &sj.fwd);
	if (rv == CKR_CURVE_NOT_SUPPORTED || rv == CKR_MECHANISM_INVALID)
		kit_skip("the curve is not offered");
	NEED(rv);
	if (c->type == CKK_EC)
		CHECK(info.ulMinKeySize <= c->field * 8 &&
			info.ulMaxKeySize >= c->field * 8 - 7,
		    "claimed %lu to %lu bits", info.ulMinKeySize,
		    info.ulMaxKeySize);
	fill(in, sizeof(in), 1);
	NEED(kit.f->C_SignInit(kit.s, &sj.m, sj.fwd));
	NEED(kit.f->C_Sign(kit.s, in, sizeof(in), sig, &n));
	CHECK(n == 2 * c->field, "%lu bytes", n);
	CHECK(ref_verify(&sj, in, sizeof(in), sig, n),
	    "libcrypto refuses the signature");
	NEED(kit.f->C_VerifyInit(kit.s, &sj.m, sj.back));
	WANT(kit.f->C_Verify(kit.s, in, sizeof(in), sig, n), CKR_OK);
	/*
	 * A hash longer than the order loses its right end, a shorter one is
	 * a number.
	 */
	for (size_t len = 1; c->type == CKK_EC && len <= 64; len += 21) {
		CK_BYTE hash[64];

		fill(hash, sizeof(hash), 2);
		n = sizeof(sig);
		NEED(kit.f->C_SignInit(kit.s, &sj.m, sj.fwd));
		NEED(kit.f->C_Sign(kit.s, hash, len, sig, &n));
		CHECK(ref_verify(&sj, hash, len, sig, n),
		    "%zu bytes of hash: libcrypto refuses", len);
	}
}

/* RSA keys of other sizes made here work. */
static void
rsa_sizes(const void *arg)
{
	static const CK_ULONG sizes[] = { 2048, 3072, 4096 };
	CK_MECHANISM m = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_MECHANISM_INFO info;

	(void)arg;
	kit_need_mech(m.mechanism, CKF_GENERATE_KEY_PAIR);
	(void)kit_has_mech(m.mechanism, &info);
	for (size_t i = 0; i < KIT_COUNT(sizes); i++) {
		CK_BYTE in[20] = { 1 }, sig[1024];
		CK_ULONG n = sizeof(sig);
		struct tmpl t = { .n = 0 };
		struct subject sj;

		if (sizes[i] < info.ulMinKeySize ||
		    sizes[i] > info.ulMaxKeySize)
			continue;
		memset(&sj, 0, sizeof(sj));
		sj.row = mech_find(CKM_SHA256_RSA_PKCS);
		sj.m.mechanism = sj.row->type;
		t_u(&t, CKA_MODULUS_BITS, sizes[i]);
		t_b(&t, CKA_VERIFY, true);
		NEED(kit.f->C_GenerateKeyPair(
		    kit.s, &m, t.a, t.n, NULL, 0, &sj.back, &sj.fwd));
		NEED(kit.f->C_SignInit(kit.s, &sj.m, sj.fwd));
		NEED(kit.f->C_Sign(kit.s, in, sizeof(in), sig, &n));
		CHECK(n == sizes[i] / 8 &&
			ref_verify(&sj, in, sizeof(in), sig, n),
		    "RSA-%lu: wrong signature", sizes[i]);
	}
	CHECK(info.ulMinKeySize >= 512, "the smallest modulus is %lu bits",
	    info.ulMinKeySize);
}

/*
 * What is listed and not tried here is named, so that nobody takes it for
 * proved.
 */
static void
unproved(const void *arg)
{
	CK_MECHANISM_TYPE list[600];
	CK_ULONG n = KIT_COUNT(list);
	char text[900] = "";

	(void)arg;
	NEED(kit.f->C_GetMechanismList(kit.slot, list, &n));
	for (CK_ULONG i = 0; i < n; i++) {
		size_t at = strlen(text);

		if (mech_find(list[i]) == NULL)
			(void)snprintf(
			    text + at, sizeof(text) - at, " 0x%lx", list[i]);
	}
	if (text[0] != '\0')
		kit_note("listed, not tried here:%s", text);
}

/* Every mechanism of the table is there: what kluis promises. */
static void
promised(const void *arg)
{
	const struct mech *row;

	(void)arg;
	if (kit.profile != PROFILE_KLUIS)
		kit_skip("a promise of kluis");
	for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
		/* BLAKE2b has one size before libcrypto 3.2. */
		if (mech_legacy_run() || !ref_has(row) ||
		    (row->kind == K_DIGEST && row->size != 0 &&
			row->size != 64))
			continue;
		CHECK(kit_has_mech(row->type, NULL), "%s is not offered",
		    row->name);
	}
}

static const struct kit_case cases[] = {
	{ "truth/recover", "5.13.5", AT_USER, recover, NULL, 0 },
	{ "truth/key-sizes", "5.5.6", AT_USER, key_sizes, NULL, 0 },
	{ "truth/hmac-sizes", "5.5.6, 6.9", AT_USER, hmac_sizes, NULL, 0 },
	{ "truth/hmac-types", "6.9", AT_USER, hmac_types, NULL, 0 },
	{ "truth/rsa-sizes", "5.5.6", AT_USER, rsa_sizes, NULL, 240 },
	{ "truth/unproved", "5.5.5", AT_TOKEN, unproved, NULL, 0 },
	{ "truth/promised", "README", AT_TOKEN, promised, NULL, 0 },
};

void
mech_cases(struct kit_list *l)
{
	static void (*const run[OPS])(
	    const void *) = { encrypt, decrypt, sign, verify, digest };
	const struct curve *c;

	for (unsigned int op = 0; op < OPS; op++) {
		struct kit_case model = { NULL, "6", AT_USER, run[op], NULL,
			0 };

		op_add(l, "truth", 1U << op, &model, false);
	}
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		struct kit_case k = { NULL, "6.3", AT_USER, curve_signs, c, 0 };

		if (c->type != CKK_EC_MONTGOMERY)
			kit_add_named(l, "truth/curve", c->name, &k);
	}
	kit_add(l, cases, KIT_COUNT(cases));
}
