/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "parameter": wrong mechanism parameters for every mechanism, wrong
 * values inside those that have structures, and the less usual values that
 * must work (chapter 6).
 */
#include "kit_ref.h"
#include "ops.h"

#include <string.h>

static enum op
first_op(const struct mech *row)
{
	CK_MECHANISM_INFO info;

	if (!kit_has_mech(row->type, &info))
		kit_skip("%s is not offered", row->name);
	for (enum op op = OP_ENCRYPT; op < OPS; op++)
		if (op_fits(op, row) && (info.flags & op_flag(op)) != 0)
			return op;
	kit_skip("%s has no operation to start", row->name);
}

/* Every wrong length of the parameter, and NULL with a length. */
static void
outer(const void *arg)
{
	const struct op_case *c = arg;
	enum op op = first_op(c->row);
	static CK_BYTE room[256];
	struct trial t;
	CK_ULONG right;
	CK_MECHANISM m;

	subject_init(&t.sj, c->row);
	t.op = op;
	m = t.sj.m;
	right = m.ulParameterLen;
	if (right != 0)
		memcpy(room, m.pParameter, right);
	m.pParameter = room;
	for (CK_ULONG n = 0; n < sizeof(room);
	     n = n < right + 2 ? n + 1 : n * 2) {
		if (n == right ||
		    (c->row->kind == K_EDDSA && n == sizeof(CK_EDDSA_PARAMS)))
			continue;
		m.ulParameterLen = n;
		if (right == 0)
			REFUSE_INIT(
			    kit_text(
				"parameter of %lu bytes, none is defined", n),
			    op, &m, op_key(&t), CKR_MECHANISM_PARAM_INVALID,
			    CKR_OK);
		else
			REFUSE_INIT(
			    kit_text("parameter of %lu bytes, right is %lu", n,
				right),
			    op, &m, op_key(&t), CKR_MECHANISM_PARAM_INVALID);
	}
	m.pParameter = NULL;
	m.ulParameterLen = right != 0 ? right : 5;
	REFUSE_INIT("NULL parameter with a length", op, &m, op_key(&t),
	    CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD,
	    right != 0 ? CKR_ARGUMENTS_BAD : CKR_OK);
}

static void
gcm(const void *arg)
{
	static CK_BYTE iv[300];
	struct subject sj;
	CK_GCM_PARAMS good;

	(void)arg;
	kit_need_mech(CKM_AES_GCM, CKF_ENCRYPT);
	subject_init(&sj, mech_find(CKM_AES_GCM));
	good = sj.p.gcm;
	sj.p.gcm.ulIvLen = 0;
	sj.p.gcm.ulIvBits = 0;
	REFUSE_INIT(
	    "empty IV", OP_ENCRYPT, &sj.m, sj.fwd, CKR_MECHANISM_PARAM_INVALID);
	sj.p.gcm = good;
	sj.p.gcm.pIv = NULL;
	REFUSE_INIT("NULL IV", OP_ENCRYPT, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	sj.p.gcm = good;
	sj.p.gcm.pAAD = NULL;
	REFUSE_INIT("NULL AAD", OP_ENCRYPT, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	for (CK_ULONG bits = 0; bits <= 256; bits += bits < 136 ? 1 : 40) {
		sj.p.gcm = good;
		sj.p.gcm.ulTagBits = bits;
		if (bits >= 96 && bits <= 128 && bits % 8 == 0)
			continue;
		if (bits == 32 || bits == 64)
			REFUSE_INIT("short tag", OP_ENCRYPT, &sj.m, sj.fwd,
			    CKR_MECHANISM_PARAM_INVALID, CKR_OK);
		else if (bits % 8 == 0 && bits < 128 && bits > 0)
			continue;
		else
			REFUSE_INIT(kit_text("tag of %lu bits", bits),
			    OP_ENCRYPT, &sj.m, sj.fwd,
			    CKR_MECHANISM_PARAM_INVALID,
			    bits == 0 && kit.profile != PROFILE_KLUIS ?
				CKR_OK :
				CKR_MECHANISM_PARAM_INVALID);
	}
	fill(iv, sizeof(iv), 9);
	for (CK_ULONG len = 1; len <= 257;
	     len = len < 16 ? len + 1 : len * 2 - 15) {
		CK_BYTE in[20], out[64];
		CK_ULONG n = sizeof(out);

		fill(in, sizeof(in), 1);
		sj.p.gcm = good;
		sj.p.gcm.pIv = iv;
		sj.p.gcm.ulIvLen = len;
		sj.p.gcm.ulIvBits = len * 8;
		CHECK(kit.f->C_EncryptInit(kit.s, &sj.m, sj.fwd) == CKR_OK &&
			kit.f->C_Encrypt(kit.s, in, sizeof(in), out, &n) ==
			    CKR_OK,
		    "an IV of %lu bytes is refused", len);
	}
}

/* Every tag length that GCM defines gives the longer tag's first bytes. */
static void
gcm_tags(const void *arg)
{
	CK_BYTE in[20], full[64], out[64];
	struct subject sj;
	CK_ULONG n;

	(void)arg;
	kit_need_mech(CKM_AES_GCM, CKF_ENCRYPT);
	subject_init(&sj, mech_find(CKM_AES_GCM));
	fill(in, sizeof(in), 1);
	for (CK_ULONG bits = 128; bits >= 96; bits -= 8) {
		CK_BYTE *to = bits == 128 ? full : out;

		sj.p.gcm.ulTagBits = bits;
		NEED(kit.f->C_EncryptInit(kit.s, &sj.m, sj.fwd));
		n = sizeof(out);
		NEED(kit.f->C_Encrypt(kit.s, in, sizeof(in), to, &n));
		CHECK(n == sizeof(in) + bits / 8,
		    "%lu bytes with a tag of %lu bits", n, bits);
		CHECK(memcmp(to, full, n) == 0,
		    "a tag of %lu bits is another tag", bits);
		NEED(kit.f->C_DecryptInit(kit.s, &sj.m, sj.fwd));
		WANT(kit.f->C_Decrypt(
			 kit.s, to, n, (CK_BYTE[64]){ 0 }, &(CK_ULONG){ 64 }),
		    CKR_OK);
	}
}

/* Every length of MAC and nonce, one after the other on one key. */
static void
ccm_lengths(struct subject *sj)
{
	const CK_CCM_PARAMS good = sj->p.ccm;
	CK_BYTE in[64], out[100], want[100];

	fill(in, sizeof(in), 4);
	for (CK_ULONG mac = 4; mac <= 16; mac += 2)
		for (CK_ULONG nonce = 7; nonce <= 13; nonce++) {
			CK_ULONG n = sizeof(out);

			sj->p.ccm = good;
			sj->p.ccm.ulMACLen = mac;
			sj->p.ccm.ulNonceLen = nonce;
			sj->p.ccm.ulDataLen = sizeof(in);
			if (!CHECK(kit.f->C_EncryptInit(
				       kit.s, &sj->m, sj->fwd) == CKR_OK &&
				    kit.f->C_Encrypt(kit.s, in, sizeof(in), out,
					&n) == CKR_OK,
				"MAC %lu, nonce %lu: refused", mac, nonce))
				continue;
			CHECK(ref_cipher(sj, in, sizeof(in), want) == n &&
				memcmp(out, want, n) == 0,
			    "MAC %lu, nonce %lu: another ciphertext", mac,
			    nonce);
		}
}

static void
ccm(const void *arg)
{
	static const CK_ULONG bad_mac[] = { 0, 1, 2, 3, 5, 7, 15, 17, 18 },
			      bad_nonce[] = { 0, 1, 6, 14, 16 };
	struct subject sj;
	CK_CCM_PARAMS good;
	CK_BYTE in[64], out[100];
	CK_ULONG n = sizeof(out);

	(void)arg;
	kit_need_mech(CKM_AES_CCM, CKF_ENCRYPT);
	subject_init(&sj, mech_find(CKM_AES_CCM));
	good = sj.p.ccm;
	for (size_t i = 0; i < KIT_COUNT(bad_mac); i++) {
		sj.p.ccm = good;
		sj.p.ccm.ulMACLen = bad_mac[i];
		REFUSE_INIT(kit_text("MAC of %lu bytes", bad_mac[i]),
		    OP_ENCRYPT, &sj.m, sj.fwd, CKR_MECHANISM_PARAM_INVALID);
	}
	for (size_t i = 0; i < KIT_COUNT(bad_nonce); i++) {
		sj.p.ccm = good;
		sj.p.ccm.ulNonceLen = bad_nonce[i];
		REFUSE_INIT(kit_text("nonce of %lu bytes", bad_nonce[i]),
		    OP_ENCRYPT, &sj.m, sj.fwd, CKR_MECHANISM_PARAM_INVALID);
	}
	sj.p.ccm = good;
	sj.p.ccm.pNonce = NULL;
	REFUSE_INIT("NULL nonce", OP_ENCRYPT, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	sj.p.ccm = good;
	ccm_lengths(&sj);
	/* The data must have the length announced. */
	sj.p.ccm = good;
	sj.p.ccm.ulDataLen = 10;
	NEED(kit.f->C_EncryptInit(kit.s, &sj.m, sj.fwd));
	n = sizeof(out);
	WANT(kit.f->C_Encrypt(kit.s, in, 11, out, &n), CKR_DATA_LEN_RANGE);
}

static void
ctr(const void *arg)
{
	static const CK_ULONG bad[] = { 0, 129, 256, (CK_ULONG)-1 };
	struct subject sj;
	CK_BYTE in[64] = { 0 }, out[64];
	CK_ULONG n = sizeof(out);

	(void)arg;
	kit_need_mech(CKM_AES_CTR, CKF_ENCRYPT);
	subject_init(&sj, mech_find(CKM_AES_CTR));
	for (size_t i = 0; i < KIT_COUNT(bad); i++) {
		sj.p.ctr.ulCounterBits = bad[i];
		REFUSE_INIT(kit_text("%lu counter bits", bad[i]), OP_ENCRYPT,
		    &sj.m, sj.fwd, CKR_MECHANISM_PARAM_INVALID);
	}
	/* A counter of 8 bits at its end must not run over. */
	sj.p.ctr.ulCounterBits = 8;
	sj.p.ctr.cb[15] = 0xff;
	if (kit.f->C_EncryptInit(kit.s, &sj.m, sj.fwd) != CKR_OK)
		return;
	WANT(kit.f->C_Encrypt(kit.s, in, 32, out, &n), CKR_DATA_LEN_RANGE,
	    CKR_FUNCTION_FAILED);
}

static void
pss(const void *arg)
{
	struct subject sj;
	CK_RSA_PKCS_PSS_PARAMS good;

	(void)arg;
	kit_need_mech(CKM_SHA256_RSA_PKCS_PSS, CKF_SIGN);
	subject_init(&sj, mech_find(CKM_SHA256_RSA_PKCS_PSS));
	good = sj.p.pss;
	sj.p.pss.hashAlg = CKM_SHA_1;
	REFUSE_INIT("another hash than the mechanism's", OP_SIGN, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID);
	sj.p.pss = good;
	sj.p.pss.hashAlg = CKM_AES_CBC;
	REFUSE_INIT("a hash that is none", OP_SIGN, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID);
	sj.p.pss = good;
	sj.p.pss.mgf = 0x7777;
	REFUSE_INIT("an unknown MGF", OP_SIGN, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID);
	sj.p.pss = good;
	sj.p.pss.sLen = 256 - 32 - 1;
	REFUSE_INIT("a salt that does not fit", OP_SIGN, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID, CKR_KEY_SIZE_RANGE);
	sj.p.pss.sLen = (CK_ULONG)-1;
	REFUSE_INIT("a salt of -1 bytes", OP_SIGN, &sj.m, sj.fwd,
	    CKR_MECHANISM_PARAM_INVALID, CKR_KEY_SIZE_RANGE);
}

/* Salt lengths from nothing to the longest, each checked by libcrypto. */
static void
pss_salts(const void *arg)
{
	static const CK_ULONG salts[] = { 0, 1, 20, 32, 64, 222 };
	CK_BYTE in[50], sig[256];
	struct subject sj;

	(void)arg;
	kit_need_mech(CKM_SHA256_RSA_PKCS_PSS, CKF_SIGN);
	subject_init(&sj, mech_find(CKM_SHA256_RSA_PKCS_PSS));
	fill(in, sizeof(in), 2);
	for (size_t i = 0; i < KIT_COUNT(salts); i++) {
		CK_ULONG n = sizeof(sig);

		sj.p.pss.sLen = salts[i];
		NEED(kit.f->C_SignInit(kit.s, &sj.m, sj.fwd));
		NEED(kit.f->C_Sign(kit.s, in, sizeof(in), sig, &n));
		CHECK(ref_verify(&sj, in, sizeof(in), sig, n),
		    "salt of %lu bytes: wrong signature", salts[i]);
	}
}

static void
oaep(const void *arg)
{
	static const CK_MECHANISM_TYPE hashes[] = { CKM_SHA_1, CKM_SHA224,
		CKM_SHA256, CKM_SHA384, CKM_SHA512 };
	CK_BYTE label[13], in[30], text[256], out[256];
	struct subject sj;

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS_OAEP, CKF_ENCRYPT);
	subject_init(&sj, mech_find(CKM_RSA_PKCS_OAEP));
	fill(in, sizeof(in), 6);
	fill(label, sizeof(label), 7);
	for (size_t i = 0; i < KIT_COUNT(hashes) * KIT_COUNT(hashes) * 3; i++) {
		CK_ULONG n = sizeof(text), m = sizeof(out);
		size_t form = i % 3;

		sj.p.oaep.hashAlg = hashes[i / 3 % KIT_COUNT(hashes)];
		sj.p.oaep.mgf = mech_mgf(hashes[i / 3 / KIT_COUNT(hashes)]);
		sj.p.oaep.source = form == 0 ? 0 : CKZ_DATA_SPECIFIED;
		sj.p.oaep.pSourceData = form == 2 ? label : NULL;
		sj.p.oaep.ulSourceDataLen = form == 2 ? sizeof(label) : 0;
		if (!CHECK(
			kit.f->C_EncryptInit(kit.s, &sj.m, sj.back) == CKR_OK &&
			    kit.f->C_Encrypt(kit.s, in, sizeof(in), text, &n) ==
				CKR_OK &&
			    kit.f->C_DecryptInit(kit.s, &sj.m, sj.fwd) ==
				CKR_OK &&
			    kit.f->C_Decrypt(kit.s, text, n, out, &m) ==
				CKR_OK &&
			    m == sizeof(in) && memcmp(in, out, m) == 0,
			"hash 0x%lx, MGF %lu, form %zu", sj.p.oaep.hashAlg,
			sj.p.oaep.mgf, form))
			continue;
		if (form != 2)
			continue;
		label[0] ^= 1;
		NEED(kit.f->C_DecryptInit(kit.s, &sj.m, sj.fwd));
		m = sizeof(out);
		CHECK(kit.f->C_Decrypt(kit.s, text, n, out, &m) != CKR_OK,
		    "another label decrypts as well");
		label[0] ^= 1;
	}
}

static void
oaep_bad(const void *arg)
{
	struct subject sj;
	CK_RSA_PKCS_OAEP_PARAMS good;

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS_OAEP, CKF_ENCRYPT);
	subject_init(&sj, mech_find(CKM_RSA_PKCS_OAEP));
	good = sj.p.oaep;
	sj.p.oaep.hashAlg = CKM_AES_CBC;
	REFUSE_INIT("a hash that is none", OP_ENCRYPT, &sj.m, sj.back,
	    CKR_MECHANISM_PARAM_INVALID);
	sj.p.oaep = good;
	sj.p.oaep.mgf = 0x7777;
	REFUSE_INIT("an unknown MGF", OP_ENCRYPT, &sj.m, sj.back,
	    CKR_MECHANISM_PARAM_INVALID);
	sj.p.oaep = good;
	sj.p.oaep.source = 0x7777;
	REFUSE_INIT("an unknown source", OP_ENCRYPT, &sj.m, sj.back,
	    CKR_MECHANISM_PARAM_INVALID);
	sj.p.oaep = good;
	sj.p.oaep.ulSourceDataLen = 9;
	REFUSE_INIT("NULL label with a length", OP_ENCRYPT, &sj.m, sj.back,
	    CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
}

static void
mac_general(const void *arg)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_SHA_1_HMAC_GENERAL,
		CKM_SHA256_HMAC_GENERAL, CKM_SHA512_HMAC_GENERAL,
		CKM_SHA3_256_HMAC_GENERAL, CKM_AES_CMAC_GENERAL };
	unsigned int offered = 0;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(types); i++) {
		CK_BYTE in[30], want[64], got[64];
		struct subject sj;
		CK_ULONG full;

		if (!kit_has_mech(types[i], NULL))
			continue;
		offered++;
		subject_init(&sj, mech_find(types[i]));
		full = types[i] == CKM_AES_CMAC_GENERAL ?
		    16 :
		    mech_md_size(sj.row->md);
		fill(in, sizeof(in), 3);
		(void)ref_mac(&sj, in, sizeof(in), want);
		for (sj.p.len = 1; sj.p.len <= full; sj.p.len++) {
			CK_ULONG n = sizeof(got);
			CK_RV rv = kit.f->C_SignInit(kit.s, &sj.m, sj.fwd);

			if (rv == CKR_MECHANISM_PARAM_INVALID && sj.p.len < 4)
				continue;
			NEED(rv);
			NEED(kit.f->C_Sign(kit.s, in, sizeof(in), got, &n));
			CHECK(n == sj.p.len && memcmp(got, want, n) == 0,
			    "%s of %lu bytes: wrong", sj.row->name, sj.p.len);
		}
		sj.p.len = full + 1;
		REFUSE_INIT(kit_text("%s of %lu bytes", sj.row->name, sj.p.len),
		    OP_SIGN, &sj.m, sj.fwd, CKR_MECHANISM_PARAM_INVALID);
	}
	if (offered == 0)
		kit_skip("no MAC of chosen length");
}

/*
 * Ed25519 and Ed448 with context and prehash: parameters that must count
 * (6.3.15).
 */
static void
eddsa(const void *arg)
{
	static CK_BYTE context[256] = { 'c' };
	CK_EDDSA_PARAMS p = { CK_FALSE, 0, NULL };
	CK_BYTE sig[3][114];
	CK_MECHANISM m = { CKM_EDDSA, &p, sizeof(p) };
	CK_OBJECT_HANDLE pub, priv;
	CK_ULONG n;

	(void)arg;
	kit_need_mech(CKM_EDDSA, CKF_SIGN);
	NEED(pair_curve("ED448", &pub, &priv));
	for (int i = 0; i < 3; i++) {
		p.phFlag = i == 2;
		p.pContextData = i == 1 ? context : NULL;
		p.ulContextDataLen = i == 1 ? 7 : 0;
		n = sizeof(sig[i]);
		NEED(kit.f->C_SignInit(kit.s, &m, priv));
		NEED(kit.f->C_Sign(kit.s, (CK_BYTE *)"abc", 3, sig[i], &n));
		CHECK(n == 114, "%lu bytes", n);
		NEED(kit.f->C_VerifyInit(kit.s, &m, pub));
		WANT(kit.f->C_Verify(kit.s, (CK_BYTE *)"abc", 3, sig[i], n),
		    CKR_OK);
		for (int k = 0; k < i; k++) {
			CHECK(memcmp(sig[i], sig[k], n) != 0,
			    "forms %d and %d give one signature", k, i);
			NEED(kit.f->C_VerifyInit(kit.s, &m, pub));
			WANT(kit.f->C_Verify(
				 kit.s, (CK_BYTE *)"abc", 3, sig[k], n),
			    CKR_SIGNATURE_INVALID);
		}
	}
	p.phFlag = CK_FALSE;
	p.pContextData = context;
	p.ulContextDataLen = 256;
	REFUSE_INIT("a context of 256 bytes", OP_SIGN, &m, priv,
	    CKR_MECHANISM_PARAM_INVALID);
	p.pContextData = NULL;
	p.ulContextDataLen = 5;
	REFUSE_INIT("NULL context with a length", OP_SIGN, &m, priv,
	    CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
}

static const struct kit_case cases[] = {
	{ "parameter/gcm", "6.13.3", AT_USER, gcm, NULL, 0 },
	{ "parameter/gcm-tags", "6.13.3", AT_USER, gcm_tags, NULL, 0 },
	{ "parameter/ccm", "6.13.3", AT_USER, ccm, NULL, 0 },
	{ "parameter/ctr", "6.11", AT_USER, ctr, NULL, 0 },
	{ "parameter/pss", "6.1.8", AT_USER, pss, NULL, 0 },
	{ "parameter/pss-salts", "6.1.8", AT_USER, pss_salts, NULL, 0 },
	{ "parameter/oaep", "6.1.7", AT_USER, oaep, NULL, 0 },
	{ "parameter/oaep-bad", "6.1.7", AT_USER, oaep_bad, NULL, 0 },
	{ "parameter/mac-general", "6.9, 6.14", AT_USER, mac_general, NULL, 0 },
	{ "parameter/eddsa", "6.3.15", AT_USER, eddsa, NULL, 0 },
};

void
param_cases(struct kit_list *l)
{
	static const struct kit_case model = { NULL, "6", AT_USER, outer, NULL,
		0 };

	kit_add(l, cases, KIT_COUNT(cases));
	op_add(l, "parameter/length",
	    1U << OP_ENCRYPT | 1U << OP_SIGN | 1U << OP_DIGEST, &model, false);
}
