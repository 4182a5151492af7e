/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all message-based kinds share: the table drawn in op.h, and how a
 * message ends.  Called with the session locked.
 *
 * Invariants: 1. OP_ASKED is not used: a question for a length leaves OP_READY.
 * 2. Whatever ends a message forgets its data and asks for the next login.
 */
#include "session/op_int.h"

#define NOT_INIT CKR_OPERATION_NOT_INITIALIZED
#define ACTIVE CKR_OPERATION_ACTIVE
static const CK_RV rules[OP_STATES][MESSAGE_CALLS] = {
	/*             once      begin     next      finish */
	[OP_IDLE] =  { NOT_INIT, NOT_INIT, NOT_INIT, NOT_INIT },
	[OP_READY] = { CKR_OK,   CKR_OK,   NOT_INIT, CKR_OK },
	[OP_PARTS] = { ACTIVE,   ACTIVE,   CKR_OK,   ACTIVE },
};

void
message_over(struct op *op, enum op_kind kind)
{
	op->state = OP_READY;
	eng_op_rest(op->eng);
	op_ask_auth(op, kind);
}

CK_RV
message_failed(struct op *op, enum op_kind kind, CK_RV rv)
{
	if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
		message_over(op, kind);
	return rv;
}

CK_RV
message_check(struct session *s, enum op_kind kind, enum message_call call)
{
	struct op *op = &s->ops[kind];
	CK_RV rv = rules[op->state][call];

	if (op->state == OP_IDLE)
		return rv;
	if (op_login_lost(s, op))
		return op_failed(op, CKR_USER_NOT_LOGGED_IN);
	if (rv == CKR_OK && (call == CALL_BEGIN || call == CALL_NEXT) &&
	    (op->row->traits & MECH_SINGLE) != 0)
		rv = CKR_OPERATION_NOT_INITIALIZED;
	return message_failed(op, kind, rv);
}

CK_RV
op_message_finish(struct session *s, enum op_kind kind)
{
	CK_RV rv;

	if ((rv = message_check(s, kind, CALL_FINISH)) == CKR_OK)
		op_end(&s->ops[kind]);
	return rv;
}
