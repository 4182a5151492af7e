/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The five operations with one face, so that a rule of the standard that all
 * share is tested by one function.
 */
#ifndef CONFORMANCE_OPS_H
#define CONFORMANCE_OPS_H

#include "mechs.h"
#include "suite.h"

enum op { OP_ENCRYPT, OP_DECRYPT, OP_SIGN, OP_VERIFY, OP_DIGEST, OPS };

extern const char *const op_names[OPS];
/* The flag of CK_MECHANISM_INFO. */
CK_FLAGS op_flag(enum op op);
/* Whether the row's mechanism can be tested in this operation. */
bool op_fits(enum op op, const struct mech *row);
/* Whether each part of a multi-part operation gives output. */
bool op_streams(enum op op);

/*
 * A subject in one operation, with an input that works and the output it
 * gave.
 */
struct trial {
	struct subject sj;
	enum op op;
	CK_BYTE in[SUBJECT_MAX], out[SUBJECT_MAX];
	size_t inlen, outlen;
};

/*
 * Skips where the token does not offer it. Plain data of the sample length
 * (or plain) is made; for decryption the input is its ciphertext, for
 * verification out is its signature. Nothing is active afterwards.
 */
void trial_prepare(struct trial *t, enum op op, const struct mech *row);
void trial_prepare_len(
    struct trial *t, enum op op, const struct mech *row, size_t plain);

/*
 * The calls. For verification out and outlen are the signature, which is only
 * read.
 */
CK_RV op_init(const struct trial *t);
CK_RV op_init_with(enum op op, CK_MECHANISM *m, CK_OBJECT_HANDLE key);
CK_RV op_one(enum op op, const CK_BYTE *in, size_t inlen, CK_BYTE *out,
    CK_ULONG *outlen);
CK_RV op_update(enum op op, const CK_BYTE *in, size_t inlen, CK_BYTE *out,
    CK_ULONG *outlen);
CK_RV op_final(enum op op, CK_BYTE *out, CK_ULONG *outlen);
/* Ends whatever is active, with whatever result. */
void op_abort(enum op op);
/*
 * The start of an operation must be refused with one of the codes; if it is
 * not, it is ended again.
 */
struct op_refusal {
	const char *what;
	enum op op;
	const CK_MECHANISM *m;
	CK_OBJECT_HANDLE key;
};
void op_refuse(const char *file, int line, const struct op_refusal *r,
    const CK_RV *want, size_t n);
#define REFUSE_INIT(what, op, m, key, ...)                  \
	op_refuse(__FILE__, __LINE__,                       \
	    &(const struct op_refusal){ what, op, m, key }, \
	    (const CK_RV[]){ __VA_ARGS__ },                 \
	    sizeof((const CK_RV[]){ __VA_ARGS__ }) / sizeof(CK_RV))
CK_OBJECT_HANDLE op_key(const struct trial *t);

/*
 * Adds a case area/op/mechanism for each operation in the mask (1 << op) and
 * each row that fits.
 */
struct op_case {
	enum op op;
	const struct mech *row;
};
void op_add(struct kit_list *l, const char *area, unsigned int mask,
    const struct kit_case *model, bool multi_only);

#endif
