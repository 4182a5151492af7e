/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of one-time passwords (3.2 section 6.53): what they may say, and the
 * counter, which moves before a password is made of it.
 *
 * A key whose CKA_OTP_TIME_REQUIREMENT is not "ignored" makes passwords of the
 * time (RFC 6238), one for each CKA_OTP_TIME_INTERVAL seconds; all others make
 * them of the counter (RFC 4226).
 */
#include "object/policy_int.h"

#include "base/log.h"

#define DIGITS_MIN 6	/* RFC 4226 section 5.3 */
#define DIGITS_MAX OBJ_OTP_DIGITS

/* A number that must not be more than max. */
static bool
up_to(const struct attrs *a, CK_ATTRIBUTE_TYPE t, uint64_t max)
{
	return attrs_num(a, t, UINT64_MAX) <= max;
}

CK_RV
otp_consistent(const struct attrs *a)
{
	uint64_t length = attrs_num(a, CKA_OTP_LENGTH, 0);
	uint64_t time = attrs_num(a, CKA_OTP_TIME_REQUIREMENT, 0);
	uint64_t counter = attrs_num(a, CKA_OTP_COUNTER_REQUIREMENT, 0);

	if (!up_to(a, CKA_OTP_FORMAT, CK_OTP_FORMAT_DECIMAL) ||
	    length < DIGITS_MIN || length > DIGITS_MAX ||
	    !up_to(a, CKA_OTP_CHALLENGE_REQUIREMENT, CK_OTP_PARAM_IGNORED) ||
	    !up_to(a, CKA_OTP_PIN_REQUIREMENT, CK_OTP_PARAM_IGNORED) ||
	    time > CK_OTP_PARAM_MANDATORY || counter > CK_OTP_PARAM_MANDATORY ||
	    attrs_num(a, CKA_OTP_TIME_INTERVAL, 0) == 0 ||
	    attrs_bytes(a, CKA_OTP_COUNTER).n != sizeof(uint64_t))
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "template: no such one-time passwords");
	if (time != CK_OTP_PARAM_IGNORED && counter != CK_OTP_PARAM_IGNORED)
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "template: one-time passwords of time and counter");
	return CKR_OK;
}

CK_RV
otp_default(struct attrs *a, const struct attr_row *row)
{
	static const uint8_t zero[sizeof(uint64_t)] = { 0 };
	bool timed = attrs_num(a, CKA_OTP_TIME_REQUIREMENT,
	    CK_OTP_PARAM_IGNORED) != CK_OTP_PARAM_IGNORED;

	switch (row->type) {
	case CKA_OTP_LENGTH:
		return attrs_put_num(a, row->type, DIGITS_MIN);
	case CKA_OTP_TIME_INTERVAL:
		return attrs_put_num(a, row->type, 30);	/* RFC 6238 */
	case CKA_OTP_COUNTER_REQUIREMENT:
		return attrs_put_num(a, row->type, timed ?
		    CK_OTP_PARAM_IGNORED : CK_OTP_PARAM_OPTIONAL);
	case CKA_OTP_COUNTER:
		return attrs_put(a, row->type, bytes_of(zero, sizeof(zero)));
	default:
		return CKR_OK;
	}
}

struct obj_otp
obj_otp(const struct object *o)
{
	const struct attrs *a = &o->attrs;

	return (struct obj_otp){
		.digits = (unsigned)attrs_num(a, CKA_OTP_LENGTH, DIGITS_MIN),
		.interval = attrs_num(a, CKA_OTP_TIME_INTERVAL, 30),
		.friendly = attrs_bool(a, CKA_OTP_USER_FRIENDLY_MODE, false),
		.time = (CK_ULONG)attrs_num(a, CKA_OTP_TIME_REQUIREMENT,
		    CK_OTP_PARAM_IGNORED),
		.counter = (CK_ULONG)attrs_num(a, CKA_OTP_COUNTER_REQUIREMENT,
		    CK_OTP_PARAM_IGNORED),
	};
}

CK_RV
otp_moved(const struct object *o, uint64_t by, uint64_t *value,
    struct attrs *change)
{
	struct reader r = reader_of(attrs_bytes(&o->attrs, CKA_OTP_COUNTER));
	KL_AUTO(buf_done) struct buf next = { 0 };
	uint64_t now = read_u64(&r);
	CK_RV rv;

	if (!read_done(&r) || now > UINT64_MAX - by)
		return log_rv(CKR_FUNCTION_FAILED,
		    "object: the key's counter is at its end");
	buf_put_u64(&next, now + by);
	if ((rv = buf_rv(&next)) != CKR_OK || (rv = attrs_put(change,
	    CKA_OTP_COUNTER, buf_view(&next))) != CKR_OK)
		return rv;
	*value = now + by - 1;
	return CKR_OK;
}
