/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two operations over one part (3.2 section 5.17): what is encrypted or was
 * decrypted also goes into a digest, a signature or a check.  Called with the
 * session locked.
 *
 * The part enters the second operation only when the first one's output goes
 * out, as the standard asks; so both are looked at before either runs.  The
 * plaintext is read before it is encrypted, because the output may be where it
 * lies.
 */
#include "session/op_int.h"

/* The call failed: neither operation goes on without the other. */
static CK_RV
dual_failed(struct session *s, enum op_kind crypt, enum op_kind also, CK_RV rv)
{
	(void)op_failed(&s->ops[crypt], rv);
	return op_failed(&s->ops[also], rv);
}

/* Runs the part; both operations were asked. */
static CK_RV
dual_run(struct session *s, enum op_kind crypt, enum op_kind also,
    struct bytes in, struct op_out out)
{
	struct op *op = &s->ops[crypt];
	CK_RV rv;

	if (crypt == OP_ENCRYPT) {
		if ((rv = op_feed(s, also, in.p, in.n)) != CKR_OK)
			return rv;
		return op_update_run(op, in, out);
	}
	if ((rv = op_update_run(op, in, out)) != CKR_OK)
		return rv;
	return op_feed(s, also, out.buf, *out.len);
}

CK_RV
op_dual_update(struct session *s, enum op_kind crypt, enum op_kind also,
    struct bytes in, struct op_out out)
{
	bool go = false;
	CK_RV rv;

	if (s->ops[crypt].state == OP_IDLE || s->ops[also].state == OP_IDLE)
		return CKR_OPERATION_NOT_INITIALIZED;
	if ((rv = op_check(s, also, OP_CALL_UPDATE)) == CKR_OK)
		rv = op_update_begin(s, crypt, in, out, &go);
	if (rv == CKR_OK && go)
		rv = op_authorised(&s->ops[also]);
	if (rv == CKR_OK && go)
		rv = dual_run(s, crypt, also, in, out);
	return dual_failed(s, crypt, also, rv);
}
