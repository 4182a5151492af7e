/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The five operations with one face.
 */
#include "ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const op_names[OPS] = { "encrypt", "decrypt", "sign", "verify",
	"digest" };

CK_FLAGS
op_flag(enum op op)
{
	static const CK_FLAGS flags[OPS] = { CKF_ENCRYPT, CKF_DECRYPT, CKF_SIGN,
		CKF_VERIFY, CKF_DIGEST };

	return flags[op];
}

bool
op_fits(enum op op, const struct mech *row)
{
	return (row->may & op_flag(op)) != 0;
}

bool
op_streams(enum op op)
{
	return op == OP_ENCRYPT || op == OP_DECRYPT;
}

static CK_BYTE *
loose(const CK_BYTE *p)
{
	return (CK_BYTE *)(uintptr_t)p;
}

CK_RV
op_init_with(enum op op, CK_MECHANISM *m, CK_OBJECT_HANDLE key)
{
	switch (op) {
	case OP_ENCRYPT:
		return kit.f->C_EncryptInit(kit.s, m, key);
	case OP_DECRYPT:
		return kit.f->C_DecryptInit(kit.s, m, key);
	case OP_SIGN:
		return kit.f->C_SignInit(kit.s, m, key);
	case OP_VERIFY:
		return kit.f->C_VerifyInit(kit.s, m, key);
	default:
		return kit.f->C_DigestInit(kit.s, m);
	}
}

CK_OBJECT_HANDLE
op_key(const struct trial *t)
{
	bool public = t->sj.row->key == CKK_RSA ?
	    t->op == OP_ENCRYPT || t->op == OP_VERIFY :
	    t->op == OP_VERIFY;

	return public ? t->sj.back : t->sj.fwd;
}

/*
 * For RSA the public key (back) encrypts and verifies, the private one (fwd)
 * decrypts and signs.
 */
CK_RV
op_init(const struct trial *t)
{
	CK_MECHANISM m = t->sj.m;

	return op_init_with(t->op, &m, op_key(t));
}

CK_RV
op_one(
    enum op op, const CK_BYTE *in, size_t inlen, CK_BYTE *out, CK_ULONG *outlen)
{
	switch (op) {
	case OP_ENCRYPT:
		return kit.f->C_Encrypt(kit.s, loose(in), inlen, out, outlen);
	case OP_DECRYPT:
		return kit.f->C_Decrypt(kit.s, loose(in), inlen, out, outlen);
	case OP_SIGN:
		return kit.f->C_Sign(kit.s, loose(in), inlen, out, outlen);
	case OP_VERIFY:
		return kit.f->C_Verify(
		    kit.s, loose(in), inlen, out, outlen != NULL ? *outlen : 0);
	default:
		return kit.f->C_Digest(kit.s, loose(in), inlen, out, outlen);
	}
}

CK_RV
op_update(
    enum op op, const CK_BYTE *in, size_t inlen, CK_BYTE *out, CK_ULONG *outlen)
{
	if (!op_streams(op) && outlen != NULL)
		*outlen = 0;
	switch (op) {
	case OP_ENCRYPT:
		return kit.f->C_EncryptUpdate(
		    kit.s, loose(in), inlen, out, outlen);
	case OP_DECRYPT:
		return kit.f->C_DecryptUpdate(
		    kit.s, loose(in), inlen, out, outlen);
	case OP_SIGN:
		return kit.f->C_SignUpdate(kit.s, loose(in), inlen);
	case OP_VERIFY:
		return kit.f->C_VerifyUpdate(kit.s, loose(in), inlen);
	default:
		return kit.f->C_DigestUpdate(kit.s, loose(in), inlen);
	}
}

CK_RV
op_final(enum op op, CK_BYTE *out, CK_ULONG *outlen)
{
	switch (op) {
	case OP_ENCRYPT:
		return kit.f->C_EncryptFinal(kit.s, out, outlen);
	case OP_DECRYPT:
		return kit.f->C_DecryptFinal(kit.s, out, outlen);
	case OP_SIGN:
		return kit.f->C_SignFinal(kit.s, out, outlen);
	case OP_VERIFY:
		return kit.f->C_VerifyFinal(
		    kit.s, out, outlen != NULL ? *outlen : 0);
	default:
		return kit.f->C_DigestFinal(kit.s, out, outlen);
	}
}

/*
 * A call without a length pointer ends any operation; the others are for
 * modules that let it live.
 */
void
op_abort(enum op op)
{
	CK_BYTE in[256] = { 0 }, out[SUBJECT_MAX];
	CK_ULONG n = sizeof(out);

	(void)op_one(op, NULL, 1, NULL, NULL);
	(void)op_one(op, in, 16, out, &n);
	n = sizeof(out);
	(void)op_one(op, in, sizeof(in), out, &n);
	n = sizeof(out);
	(void)op_final(op, out, &n);
}

void
op_refuse(const char *file, int line, const struct op_refusal *r,
    const CK_RV *want, size_t n)
{
	CK_RV rv = op_init_with(r->op, (CK_MECHANISM *)(uintptr_t)r->m, r->key);

	(void)kit_rv(file, line, r->what, rv, want, n);
	if (rv == CKR_OK)
		op_abort(r->op);
}

static void
run_once(struct trial *t, enum op op, const CK_BYTE *in, size_t inlen,
    CK_BYTE *out, size_t *outlen)
{
	CK_ULONG n = SUBJECT_MAX;
	enum op keep = t->op;

	t->op = op;
	NEED(op_init(t));
	NEED(op_one(op, in, inlen, out, &n));
	*outlen = n;
	t->op = keep;
}

void
trial_prepare_len(
    struct trial *t, enum op op, const struct mech *row, size_t plain)
{
	kit_need_mech(row->type, op_flag(op));
	if (op == OP_DECRYPT)
		kit_need_mech(row->type, CKF_ENCRYPT);
	if (op == OP_VERIFY)
		kit_need_mech(row->type, CKF_SIGN);
	subject_init(&t->sj, row);
	t->op = op;
	t->inlen = plain != 0 ? plain : t->sj.sample;
	subject_length(&t->sj, t->inlen);
	fill(t->in, t->inlen, 5);
	if (row->kind == K_RSA_X509)
		t->in[0] = 0;
	if (op == OP_DECRYPT) {
		CK_BYTE text[SUBJECT_MAX];
		size_t n;

		run_once(t, OP_ENCRYPT, t->in, t->inlen, text, &n);
		memcpy(t->in, text, n);
		t->inlen = n;
	}
	run_once(t, op == OP_VERIFY ? OP_SIGN : op, t->in, t->inlen, t->out,
	    &t->outlen);
}

void
trial_prepare(struct trial *t, enum op op, const struct mech *row)
{
	trial_prepare_len(t, op, row, 0);
}

static bool
multi(const struct mech *row)
{
	switch (row->kind) {
	case K_RSA_PKCS:
	case K_RSA_X509:
	case K_PSS_RAW:
	case K_OAEP:
	case K_ECDSA_RAW:
	case K_EDDSA:
	case K_PQ_RAW:
	case K_KW:
	case K_KWP:
		return false;
	default:
		return true;
	}
}

void
op_add(struct kit_list *l, const char *area, unsigned int mask,
    const struct kit_case *model, bool multi_only)
{
	const struct mech *row;

	for (unsigned int op = 0; op < OPS; op++)
		for (size_t i = 0; (row = mech_at(i)) != NULL; i++) {
			struct kit_case c = *model;
			struct op_case *arg;
			char name[80];

			if ((mask & 1U << op) == 0 ||
			    !op_fits((enum op)op, row) ||
			    (multi_only && !multi(row)))
				continue;
			if ((arg = malloc(sizeof(*arg))) == NULL)
				abort();
			arg->op = (enum op)op;
			arg->row = row;
			c.arg = arg;
			(void)snprintf(name, sizeof(name), "%s/%s",
			    op_names[op], row->name);
			kit_add_named(l, area, name, &c);
		}
}
