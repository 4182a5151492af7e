/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "state": what may follow what in the five operations, what ends an
 * operation and what does not (5.8 to 5.15); and the answers to wrong data
 * and wrong signatures.
 */
#include "ops.h"

#include <string.h>

static const struct mech *
representative(enum op op)
{
	static const CK_MECHANISM_TYPE types[OPS] = { CKM_AES_CBC, CKM_AES_CBC,
		CKM_SHA256_RSA_PKCS, CKM_SHA256_RSA_PKCS, CKM_SHA256 };

	return mech_find(types[op]);
}

static const enum op all_ops[OPS] = { OP_ENCRYPT, OP_DECRYPT, OP_SIGN,
	OP_VERIFY, OP_DIGEST };

static enum op
prepare(const void *arg, struct trial *t)
{
	enum op op = *(const enum op *)arg;

	trial_prepare(t, op, representative(op));
	return op;
}

/* Nothing is active: every call says so. */
static void
not_active(const struct trial *t)
{
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = t->op == OP_VERIFY ? t->outlen : sizeof(out);
	CK_BYTE *buf = t->op == OP_VERIFY ? (CK_BYTE *)(uintptr_t)t->out : out;

	WANT(op_one(t->op, t->in, t->inlen, buf, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	n = t->op == OP_VERIFY ? t->outlen : sizeof(out);
	WANT(op_update(t->op, t->in, t->inlen, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	n = t->op == OP_VERIFY ? t->outlen : sizeof(out);
	WANT(op_final(t->op, buf, &n), CKR_OPERATION_NOT_INITIALIZED);
}

/* The operation just started works. */
static void
still_works(struct trial *t)
{
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = sizeof(out);

	if (t->op == OP_VERIFY) {
		n = t->outlen;
		WANT(op_one(t->op, t->in, t->inlen, t->out, &n), CKR_OK);
		return;
	}
	if (WANT(op_one(t->op, t->in, t->inlen, out, &n), CKR_OK))
		CHECK(n == t->outlen && memcmp(out, t->out, n) == 0,
		    "another output");
}

static void
order(const void *arg)
{
	struct trial t;
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = sizeof(out);
	enum op op = prepare(arg, &t);

	not_active(&t);
	NEED(op_init(&t));
	WANT(op_init(&t), CKR_OPERATION_ACTIVE);
	still_works(&t);
	not_active(&t);
	NEED(op_init(&t));
	NEED(op_update(op, t.in, 16, out, &n));
	WANT(op_init(&t), CKR_OPERATION_ACTIVE);
	n = op == OP_VERIFY ? t.outlen : sizeof(out);
	WANT(op_one(op, t.in, t.inlen, op == OP_VERIFY ? t.out : out, &n),
	    CKR_OPERATION_ACTIVE, CKR_OPERATION_NOT_INITIALIZED);
}

static void
cancel(const void *arg)
{
	struct trial t;
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = sizeof(out);
	enum op op = prepare(arg, &t);

	if (kit.f30 == NULL)
		kit_skip("cancelling by a NULL mechanism is of 3.0");
	NEED(op_init(&t));
	WANT(op_init_with(op, NULL, 0), CKR_OK);
	not_active(&t);
	NEED(op_init(&t));
	NEED(op_update(op, t.in, 16, out, &n));
	WANT(op_init_with(op, NULL, op_key(&t)), CKR_OK);
	not_active(&t);
	WANT(op_init_with(op, NULL, 0), CKR_OK, CKR_OPERATION_NOT_INITIALIZED,
	    CKR_ARGUMENTS_BAD, CKR_MECHANISM_INVALID);
	NEED(op_init(&t));
	still_works(&t);
}

/* ARGUMENTS_BAD ends the operation like any other error. */
static void
errors_end(const void *arg)
{
	struct trial t;
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = sizeof(out);
	enum op op = prepare(arg, &t);

	NEED(op_init(&t));
	n = op == OP_VERIFY ? t.outlen : sizeof(out);
	WANT(op_one(op, NULL, 16, op == OP_VERIFY ? t.out : out, &n),
	    CKR_ARGUMENTS_BAD);
	not_active(&t);
	if (op != OP_VERIFY) {
		NEED(op_init(&t));
		WANT(op_one(op, t.in, t.inlen, out, NULL), CKR_ARGUMENTS_BAD);
		not_active(&t);
		NEED(op_init(&t));
		WANT(op_one(op, t.in, t.inlen, NULL, NULL), CKR_ARGUMENTS_BAD);
		not_active(&t);
	}
	NEED(op_init(&t));
	n = sizeof(out);
	WANT(op_update(op, NULL, 16, out, &n), CKR_ARGUMENTS_BAD);
	not_active(&t);
	NEED(op_init(&t));
	WANT(op_final(
		 op, op == OP_VERIFY ? NULL : out, op == OP_VERIFY ? &n : NULL),
	    CKR_ARGUMENTS_BAD, CKR_SIGNATURE_LEN_RANGE);
	not_active(&t);
}

static void
bad_session_keeps(const void *arg)
{
	struct trial t;
	CK_SESSION_HANDLE good;

	(void)prepare(arg, &t);
	NEED(op_init(&t));
	good = kit.s;
	kit.s = (CK_SESSION_HANDLE)0x7fffffff;
	WANT(op_one(t.op, t.in, t.inlen, t.out, &(CK_ULONG){ t.outlen }),
	    CKR_SESSION_HANDLE_INVALID);
	kit.s = good;
	still_works(&t);
}

/*
 * The answer to a question for the length binds to the one-part call or not,
 * as the module likes; the operation works to its end either way.
 */
static void
query_then_parts(const void *arg)
{
	struct trial t;
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = 0;
	enum op op = prepare(arg, &t);
	CK_RV rv;

	if (op == OP_VERIFY)
		kit_skip("verification gives no output");
	NEED(op_init(&t));
	NEED(op_one(op, t.in, t.inlen, NULL, &n));
	n = sizeof(out);
	rv = op_update(op, t.in, t.inlen, out, &n);
	if (WANT(rv, CKR_OK, CKR_OPERATION_ACTIVE) && rv == CKR_OK) {
		n = sizeof(out);
		WANT(op_final(op, out, &n), CKR_OK);
	}
	op_abort(op);
	NEED(op_init(&t));
	still_works(&t);
}

/*
 * Operations of one session do not see those of another; one of each kind
 * lives beside the others.
 */
static void
side_by_side(const void *arg)
{
	CK_SESSION_HANDLE first = kit.s, second = kit_session(0);
	struct trial t[2];
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n;

	(void)arg;
	trial_prepare(&t[0], OP_ENCRYPT, representative(OP_ENCRYPT));
	trial_prepare(&t[1], OP_DIGEST, representative(OP_DIGEST));
	NEED(op_init(&t[0]));
	NEED(op_init(&t[1]));
	kit.s = second;
	NEED(op_init(&t[0]));
	NEED(op_init(&t[1]));
	for (int i = 0; i < 4; i++) {
		kit.s = i % 2 == 0 ? first : second;
		n = sizeof(out);
		NEED(
		    op_update(OP_ENCRYPT, t[0].in + (i / 2) * 32, 32, out, &n));
		CHECK(n == 32 && memcmp(out, t[0].out + (i / 2) * 32, 32) == 0,
		    "turn %d: another ciphertext", i);
		NEED(op_update(OP_DIGEST, t[1].in + (i / 2) * 50, 50, out, &n));
	}
	for (int i = 0; i < 2; i++) {
		kit.s = i == 0 ? first : second;
		n = sizeof(out);
		NEED(op_final(OP_DIGEST, out, &n));
		CHECK(n == 32 && memcmp(out, t[1].out, n) == 0,
		    "session %d: another digest", i);
		n = sizeof(out);
		NEED(op_final(OP_ENCRYPT, out, &n));
	}
}

/*
 * Input of a length that the mechanism cannot take; the operation is over
 * afterwards.
 */
static void
partial_block(const void *arg)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_ECB, CKM_AES_CBC };
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		struct trial t;

		for (int dec = 0; dec < 2; dec++) {
			CK_RV want = dec != 0 ? CKR_ENCRYPTED_DATA_LEN_RANGE :
						CKR_DATA_LEN_RANGE;

			trial_prepare(&t, dec != 0 ? OP_DECRYPT : OP_ENCRYPT,
			    mech_find(types[i]));
			NEED(op_init(&t));
			n = sizeof(out);
			WANT(op_one(t.op, t.in, 17, out, &n), want);
			not_active(&t);
			NEED(op_init(&t));
			n = sizeof(out);
			NEED(op_update(t.op, t.in, 17, out, &n));
			CHECK(n == 16, "%lu bytes of a first block", n);
			n = sizeof(out);
			WANT(op_final(t.op, out, &n), want);
			not_active(&t);
		}
	}
}

static void
too_long(const void *arg)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		size_t max;
	} rows[] = {
		{ CKM_RSA_PKCS, 245 },
		{ CKM_RSA_PKCS_OAEP, 214 },
		{ CKM_RSA_X_509, 256 },
	};
	CK_BYTE in[300] = { 0 }, out[300];
	CK_ULONG n;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		struct trial t;

		if (!kit_has_mech(rows[i].type, NULL))
			continue;
		trial_prepare(&t, OP_ENCRYPT, mech_find(rows[i].type));
		NEED(op_init(&t));
		n = sizeof(out);
		WANT(op_one(OP_ENCRYPT, in, rows[i].max, out, &n), CKR_OK);
		NEED(op_init(&t));
		n = sizeof(out);
		WANT(op_one(OP_ENCRYPT, in, rows[i].max + 1, out, &n),
		    CKR_DATA_LEN_RANGE);
		if (rows[i].type == CKM_RSA_PKCS_OAEP)
			continue;
		t.op = OP_SIGN;
		NEED(op_init(&t));
		n = sizeof(out);
		WANT(op_one(OP_SIGN, in, rows[i].max + 1, out, &n),
		    CKR_DATA_LEN_RANGE);
	}
}

/* A signature with one bit changed, cut, prolonged, over other data. */
static void
wrong_signature(const void *arg)
{
	const struct op_case *c = arg;
	CK_BYTE sig[SUBJECT_MAX];
	struct trial t;
	CK_ULONG n;

	trial_prepare(&t, OP_VERIFY, c->row);
	for (size_t i = 0; i < 5; i++) {
		size_t at[] = { 0, t.outlen / 2, t.outlen - 1 };

		memcpy(sig, t.out, t.outlen);
		n = t.outlen;
		if (i < 3)
			sig[at[i]] ^= 1;
		if (i == 3)
			n--;
		if (i == 4)
			sig[n++] = 0;
		NEED(op_init(&t));
		if (i < 3)
			WANT(op_one(OP_VERIFY, t.in, t.inlen, sig, &n),
			    CKR_SIGNATURE_INVALID);
		else /* "should" be the code about its length */
			WANT(op_one(OP_VERIFY, t.in, t.inlen, sig, &n),
			    CKR_SIGNATURE_LEN_RANGE,
			    kit.profile == PROFILE_KLUIS ?
				CKR_SIGNATURE_LEN_RANGE :
				CKR_SIGNATURE_INVALID);
		not_active(&t);
	}
	n = t.outlen;
	t.in[t.inlen - 1] ^= 1;
	NEED(op_init(&t));
	WANT(
	    op_one(OP_VERIFY, t.in, t.inlen, t.out, &n), CKR_SIGNATURE_INVALID);
	if (!t.sj.multi)
		return;
	NEED(op_init(&t));
	NEED(op_update(OP_VERIFY, t.in, t.inlen, NULL, NULL));
	n = t.outlen;
	WANT(op_final(OP_VERIFY, t.out, &n), CKR_SIGNATURE_INVALID);
	not_active(&t);
}

/* Changed ciphertext of the modes that can tell. */
static void
wrong_ciphertext(const void *arg)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_GCM, CKM_AES_CCM,
		CKM_AES_CBC_PAD, CKM_RSA_PKCS_OAEP, CKM_AES_KEY_WRAP,
		CKM_AES_KEY_WRAP_KWP };
	CK_BYTE out[SUBJECT_MAX];

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		CK_MECHANISM_INFO info;
		struct trial t;
		CK_ULONG n = sizeof(out);

		if (!kit_has_mech(types[i], &info) ||
		    (info.flags & CKF_DECRYPT) == 0)
			continue;
		trial_prepare(&t, OP_DECRYPT, mech_find(types[i]));
		t.in[t.inlen - (t.sj.row->kind == K_CBC_PAD ? 17 : 1)] ^= 0x55;
		NEED(op_init(&t));
		if (!WANT(op_one(OP_DECRYPT, t.in, t.inlen, out, &n),
			CKR_ENCRYPTED_DATA_INVALID, CKR_AEAD_DECRYPT_FAILED))
			kit_note("the last one: %s", t.sj.row->name);
		not_active(&t);
		NEED(op_init(&t));
		n = sizeof(out);
		if (!WANT(op_one(OP_DECRYPT, t.in, 3, out, &n),
			CKR_ENCRYPTED_DATA_INVALID, CKR_AEAD_DECRYPT_FAILED,
			CKR_ENCRYPTED_DATA_LEN_RANGE))
			kit_note("the last one: %s, 3 bytes", t.sj.row->name);
		not_active(&t);
	}
}

static void
digest_key(const void *arg)
{
	CK_MECHANISM m = { CKM_SHA256, NULL, 0 };
	CK_BYTE value[20], want[32], got[32];
	CK_ULONG n = sizeof(got);
	CK_OBJECT_HANDLE key = key_secret(CKK_GENERIC_SECRET, sizeof(value));
	CK_RV rv;

	(void)arg;
	key_bytes(value, sizeof(value));
	WANT(kit.f->C_DigestKey(kit.s, key), CKR_OPERATION_NOT_INITIALIZED);
	NEED(kit.f->C_DigestInit(kit.s, &m));
	NEED(kit.f->C_Digest(kit.s, value, sizeof(value), want, &n));
	NEED(kit.f->C_DigestInit(kit.s, &m));
	rv = kit.f->C_DigestKey(kit.s, key);
	if (rv == CKR_KEY_INDIGESTIBLE && kit.profile != PROFILE_KLUIS)
		kit_skip("keys are indigestible");
	NEED(rv);
	n = sizeof(got);
	NEED(kit.f->C_DigestFinal(kit.s, got, &n));
	CHECK(memcmp(got, want, sizeof(got)) == 0, "another digest");
	NEED(kit.f->C_DigestInit(kit.s, &m));
	WANT(kit.f->C_DigestKey(kit.s, 0), CKR_KEY_HANDLE_INVALID);
}

static void
random_bytes(const void *arg)
{
	CK_BYTE a[5000], b[5000];
	CK_RV rv = kit.f->C_SeedRandom(kit.s, (CK_BYTE *)"seed", 4);

	(void)arg;
	WANT(rv, CKR_OK, CKR_RANDOM_SEED_NOT_SUPPORTED);
	WANT(kit.f->C_SeedRandom(kit.s, NULL, 4), CKR_ARGUMENTS_BAD,
	    CKR_RANDOM_SEED_NOT_SUPPORTED);
	WANT(kit.f->C_GenerateRandom(kit.s, NULL, 4), CKR_ARGUMENTS_BAD);
	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	NEED(kit.f->C_GenerateRandom(kit.s, a, sizeof(a)));
	NEED(kit.f->C_GenerateRandom(kit.s, b, sizeof(b)));
	CHECK(memcmp(a, b, 32) != 0 && memcmp(a + 4900, b + 4900, 100) != 0,
	    "the same bytes twice");
	CHECK(a[4999] != 0 || a[4998] != 0 || a[4997] != 0 || a[4996] != 0,
	    "the end is not filled");
	b[1] = 77;
	NEED(kit.f->C_GenerateRandom(kit.s, b, 1));
	CHECK(b[1] == 77, "more than asked for is written");
}

static const struct kit_case cases[] = {
	{ "state/side-by-side", "5.8, 5.12", AT_USER, side_by_side, NULL, 0 },
	{ "state/partial-block", "5.8, 5.10", AT_USER, partial_block, NULL, 0 },
	{ "state/too-long", "5.8.2, 5.13.2", AT_USER, too_long, NULL, 0 },
	{ "state/wrong-ciphertext", "5.10.2", AT_USER, wrong_ciphertext, NULL,
	    0 },
	{ "state/digest-key", "5.12.4", AT_USER, digest_key, NULL, 0 },
	{ "state/random", "5.19", AT_USER, random_bytes, NULL, 0 },
};

void
opstate_cases(struct kit_list *l)
{
	static const struct {
		const char *area;
		void (*run)(const void *);
	} each[] = {
		{ "state/order", order },
		{ "state/cancel", cancel },
		{ "state/errors-end", errors_end },
		{ "state/bad-session-keeps", bad_session_keeps },
		{ "state/query-then-parts", query_then_parts },
	};
	static const struct kit_case wrong = { NULL, "5.15.2", AT_USER,
		wrong_signature, NULL, 0 };

	for (size_t i = 0; i < KIT_COUNT(each); i++)
		for (size_t op = 0; op < OPS; op++) {
			struct kit_case c = { NULL, "5.8 to 5.15", AT_USER,
				each[i].run, &all_ops[op], 0 };

			kit_add_named(l, each[i].area, op_names[op], &c);
		}
	kit_add(l, cases, KIT_COUNT(cases));
	op_add(l, "state/wrong-signature", 1U << OP_VERIFY, &wrong, false);
}
