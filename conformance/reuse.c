/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "reuse": an operation does not depend on those before it in its
 * session: other keys, other parameters, broken-off and failed operations
 * (5.6.1, 5.8 to 5.15). What a session without a past gives is what any
 * session must give.
 */
#include "kit_ref.h"
#include "ops.h"

#include <string.h>

/* The same mechanism with another key, of another size where it has sizes. */
static void
other_key(struct subject *sj)
{
	CK_BYTE value[100];
	struct tmpl t;

	fill(value, sizeof(value), 99);
	switch (sj->row->kind == K_XCBC ? CKK_AES_XTS : sj->row->key) {
	case CKK_CHACHA20:
	case CKK_POLY1305:
	case CKK_AES:
		tmpl_secret(&t, sj->row->key, value, 32);
		sj->fwd = sj->back = obj_make(&t);
		break;
	case CKK_EC:
		NEED(pair_curve("secp384r1", &sj->back, &sj->fwd));
		break;
	case CKK_EC_EDWARDS:
		NEED(pair_curve("ED25519", &sj->back, &sj->fwd));
		break;
	case CKK_ML_DSA:
		NEED(pair_pq(
		    CKK_ML_DSA, CKP_ML_DSA_65, &sj->back, &sj->fwd));
		break;
	case CKK_SLH_DSA:
		NEED(pair_pq(CKK_SLH_DSA, CKP_SLH_DSA_SHAKE_128F, &sj->back,
		    &sj->fwd));
		break;
	case CKK_DSA:
		NEED(pair_dsa_new(&sj->back, &sj->fwd));
		break;
	case CKK_RSA:
		pair_rsa(&sj->back, &sj->fwd);
		break;
	default:
		tmpl_secret(&t, sj->row->key, value,
		    sj->row->keylen != 0 ? sj->row->keylen : sizeof(value));
		sj->fwd = sj->back = obj_make(&t);
		break;
	}
}

/* The parameter changed in what may be changed. */
static void
other_parameter(struct subject *sj)
{
	switch (sj->row->kind) {
	case K_CBC:
	case K_CBC_PAD:
	case K_STREAM:
	case K_UNIT:
		fill(sj->p.iv, sizeof(sj->p.iv), 55);
		break;
	case K_PQ:
	case K_PQ_HASH:
		/* both structures begin alike */
		sj->m.pParameter = &sj->p.pq;
		sj->m.ulParameterLen = sizeof(CK_SIGN_ADDITIONAL_CONTEXT);
		sj->p.pq.pContext = sj->iv;
		sj->p.pq.ulContextLen = sizeof(sj->iv);
		break;
	case K_PQ_RAW:
		sj->p.pq.pContext = sj->iv;
		sj->p.pq.ulContextLen = 1;
		break;
	case K_CTR:
		fill(sj->p.ctr.cb, sizeof(sj->p.ctr.cb), 55);
		break;
	case K_GCM:
		sj->p.gcm.ulIvLen = 16;
		sj->p.gcm.ulIvBits = 128;
		sj->p.gcm.ulAADLen = 3;
		sj->p.gcm.ulTagBits = 96;
		break;
	case K_CCM:
		sj->p.ccm.ulNonceLen = 8;
		sj->p.ccm.ulMACLen = 10;
		sj->p.ccm.ulAADLen = 0;
		break;
	case K_HMAC_GENERAL:
	case K_CMAC_GENERAL:
	case K_CBCMAC_GENERAL:
	case K_BLAKE2_GENERAL:
		sj->p.len -= 3;
		break;
	case K_PSS:
		sj->p.pss.sLen = 5;
		break;
	default:
		break;
	}
}

#define VARIANTS 3

/* Variants: the key alone, the parameter alone, both. */
static void
prepare(struct trial *t, enum op op, const struct mech *row, int variant,
    const struct subject *same_key)
{
	CK_SESSION_HANDLE own = kit.s;
	CK_BYTE text[SUBJECT_MAX];
	CK_ULONG n = sizeof(t->out);

	subject_init(&t->sj, row);
	t->op = op;
	/* Parameters that point into the subject stay right. */
	if (variant != 1)
		other_key(&t->sj);
	if (variant == 1 && same_key != NULL) {
		t->sj.fwd = same_key->fwd;
		t->sj.back = same_key->back;
	}
	if (variant != 0)
		other_parameter(&t->sj);
	t->inlen = t->sj.sample;
	subject_length(&t->sj, t->inlen);
	fill(t->in, t->inlen, (unsigned int)variant);
	if (row->kind == K_RSA_X509)
		t->in[0] = 0;
	kit.s = kit_session(0);
	if (op == OP_DECRYPT) {
		CK_ULONG m = sizeof(text);

		t->op = OP_ENCRYPT;
		NEED(op_init(t));
		NEED(op_one(OP_ENCRYPT, t->in, t->inlen, text, &m));
		t->op = OP_DECRYPT;
		memcpy(t->in, text, m);
		t->inlen = m;
	}
	if (op == OP_VERIFY)
		t->op = OP_SIGN;
	NEED(op_init(t));
	NEED(op_one(t->op, t->in, t->inlen, t->out, &n));
	t->outlen = n;
	t->op = op;
	NEED(kit.f->C_CloseSession(kit.s));
	kit.s = own;
}

static void
check(struct trial *t, const char *after)
{
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = sizeof(out);
	CK_RV rv = op_init(t);

	if (t->op == OP_VERIFY) {
		n = t->outlen;
		memcpy(out, t->out, n);
	}
	if (rv == CKR_OK)
		rv = op_one(t->op, t->in, t->inlen, out, &n);
	if (!CHECK(rv == CKR_OK, "%s: %s", after, kit_rv_name(rv)))
		return;
	if (t->op == OP_VERIFY ||
	    (t->op == OP_ENCRYPT &&
		(t->sj.random || t->sj.row->kind == K_RSA_PKCS)))
		return;
	if (t->sj.random && t->op == OP_SIGN)
		CHECK(ref_verify(&t->sj, t->in, t->inlen, out, n),
		    "%s: wrong signature", after);
	else
		CHECK(n == t->outlen && memcmp(out, t->out, n) == 0,
		    "%s: another output", after);
}

/* Broken off at the start, in the middle, and by an error. */
static void
break_off(struct trial *t)
{
	CK_BYTE out[SUBJECT_MAX];
	CK_ULONG n = sizeof(out);

	NEED(op_init(t));
	op_abort(t->op);
	if (!t->sj.multi)
		return;
	NEED(op_init(t));
	(void)op_update(t->op, t->in, 17 % t->inlen, out, &n);
	op_abort(t->op);
	NEED(op_init(t));
	n = sizeof(out);
	(void)op_update(t->op, NULL, 16, out, &n);
	op_abort(t->op);
}

static void
mechanism(const void *arg)
{
	static const char *const names[VARIANTS] = { "another key",
		"another parameter", "another key and parameter" };
	const struct op_case *c = arg;
	static struct trial first, other[VARIANTS];
	CK_MECHANISM_TYPE type = c->row->type;

	kit_need_mech(type, op_flag(c->op));
	if (c->op == OP_DECRYPT)
		kit_need_mech(type, CKF_ENCRYPT);
	if (c->op == OP_VERIFY)
		kit_need_mech(type, CKF_SIGN);
	trial_prepare(&first, c->op, c->row);
	for (int i = 0; i < VARIANTS; i++)
		prepare(&other[i], c->op, c->row, i, &first.sj);
	for (int i = 0; i < VARIANTS; i++) {
		check(&first, "the first");
		check(&other[i], names[i]);
		check(&first, kit_text("after %s", names[i]));
		break_off(&other[i]);
		check(&first, kit_text("after breaking off %s", names[i]));
		check(&other[(i + 1) % VARIANTS], "and then the next");
	}
}

/* GCM with lengths that change at every turn, against libcrypto. */
static void
gcm_lengths(const void *arg)
{
	static const CK_ULONG ivs[] = { 12, 16, 8, 12, 1, 60, 12, 128, 13 };
	static const CK_ULONG aads[] = { 20, 0, 5, 16, 1 };
	static const CK_ULONG tags[] = { 128, 96, 120, 104 };
	CK_BYTE in[100], out[200], want[200], iv[128];
	struct subject sj;

	(void)arg;
	kit_need_mech(CKM_AES_GCM, CKF_ENCRYPT | CKF_DECRYPT);
	subject_init(&sj, mech_find(CKM_AES_GCM));
	fill(iv, sizeof(iv), 21);
	sj.p.gcm.pIv = iv;
	for (unsigned int i = 0; i < 180; i++) {
		size_t len = i % 7 * 16 + i % 3, back = 0;
		CK_ULONG n = sizeof(out);

		if (len > sizeof(in))
			len = 0;
		iv[0] = (CK_BYTE)i;
		sj.p.gcm.ulIvLen = ivs[i % KIT_COUNT(ivs)];
		sj.p.gcm.ulIvBits = 8 * sj.p.gcm.ulIvLen;
		sj.p.gcm.ulAADLen = aads[i % KIT_COUNT(aads)];
		sj.p.gcm.ulTagBits = tags[i % KIT_COUNT(tags)];
		fill(in, len, i);
		NEED(kit.f->C_EncryptInit(kit.s, &sj.m, sj.fwd));
		NEED(kit.f->C_Encrypt(kit.s, in, len, out, &n));
		back = ref_cipher(&sj, in, len, want);
		CHECK(n == back && memcmp(out, want, n) == 0,
		    "turn %u: IV %lu, AAD %lu, tag %lu bits: another text", i,
		    sj.p.gcm.ulIvLen, sj.p.gcm.ulAADLen, sj.p.gcm.ulTagBits);
		NEED(kit.f->C_DecryptInit(kit.s, &sj.m, sj.fwd));
		n = sizeof(want);
		NEED(kit.f->C_Decrypt(kit.s, out, back, want, &n));
		CHECK(n == len && memcmp(want, in, n) == 0, "turn %u: back", i);
	}
}

/* One session, all mechanisms and operations in turn, twice. */
static void
all_in_turn(const void *arg)
{
	static struct trial t;
	const struct mech *row;
	unsigned int done = 0;

	(void)arg;
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; (row = mech_at(i)) != NULL; i++)
			for (enum op op = OP_ENCRYPT; op < OPS; op++) {
				const CK_FLAGS pair[OPS] = { CKF_ENCRYPT,
					CKF_ENCRYPT | CKF_DECRYPT, CKF_SIGN,
					CKF_SIGN | CKF_VERIFY, CKF_DIGEST };
				CK_MECHANISM_INFO info;

				if (!op_fits(op, row) ||
				    !kit_has_mech(row->type, &info) ||
				    (info.flags & pair[op]) != pair[op])
					continue;
				prepare(&t, op, row, 1, NULL);
				check(&t, row->name);
				done++;
			}
	CHECK(done > 20, "only %u operations", done);
}

static const struct kit_case cases[] = {
	{ "reuse/gcm-lengths", "6.13.2", AT_USER, gcm_lengths, NULL, 0 },
	{ "reuse/all-in-turn", "5.8 to 5.15", AT_USER, all_in_turn, NULL, 0 },
};

void
reuse_cases(struct kit_list *l)
{
	static const struct kit_case model = { NULL, "5.8 to 5.15", AT_USER,
		mechanism, NULL, 0 };

	kit_add(l, cases, KIT_COUNT(cases));
	op_add(l, "reuse", (1U << OPS) - 1, &model, false);
}
