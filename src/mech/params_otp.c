/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CK_OTP_PARAMS (3.2 section 6.53): a list of typed values, read into struct
 * mech_otp.  What the key lets the caller say is the operation's business.
 *
 * Invariants: those of params.c; and a type given twice is refused, as it
 * would be doubtful which one counts.
 */
#include "mech/mech_int.h"

#include <string.h>

#include "base/utc.h"

#define COUNT_MAX 32
#define FLAGS_ALL (CKF_NEXT_OTP | CKF_EXCLUDE_TIME | CKF_EXCLUDE_COUNTER | \
	CKF_EXCLUDE_CHALLENGE | CKF_EXCLUDE_PIN | CKF_USER_FRIENDLY_OTP)

static CK_RV
read_counter(struct bytes v, struct mech_otp *otp)
{
	struct reader r = reader_of(v);

	otp->counter = read_u64(&r);
	return read_done(&r) ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

static CK_RV
read_time(struct bytes v, struct mech_otp *otp)
{
	return v.n == UTC_OTP_TIME && utc_seconds(v.p, &otp->seconds) ?
	    CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

static CK_RV
read_ulong(struct bytes v, CK_ULONG *out)
{
	if (v.n != sizeof(*out))
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(out, v.p, sizeof(*out));
	return CKR_OK;
}

static CK_RV
read_flags(struct bytes v, struct mech_otp *otp)
{
	CK_RV rv = read_ulong(v, &otp->flags);

	if (rv == CKR_OK && (otp->flags & ~(CK_FLAGS)FLAGS_ALL) != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	return rv;
}

static CK_RV
read_one(const CK_OTP_PARAM *p, struct mech_otp *otp)
{
	struct bytes v = bytes_of(p->pValue, p->ulValueLen);

	if ((p->pValue == NULL && p->ulValueLen != 0) || v.n > BUF_MAX ||
	    p->type > CK_OTP_OUTPUT_FORMAT || (otp->given >> p->type & 1) != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	otp->given |= 1u << p->type;
	switch (p->type) {
	case CK_OTP_COUNTER:
		return read_counter(v, otp);
	case CK_OTP_TIME:
		return read_time(v, otp);
	case CK_OTP_FLAGS:
		return read_flags(v, otp);
	case CK_OTP_OUTPUT_LENGTH:
		return read_ulong(v, &otp->length);
	case CK_OTP_OUTPUT_FORMAT:
		return read_ulong(v, &otp->format);
	case CK_OTP_VALUE:	/* only ever comes out */
		return CKR_MECHANISM_PARAM_INVALID;
	default:
		return CKR_OK;
	}
}

CK_RV
par_otp(const struct mech_row *row, const CK_MECHANISM *m, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_OTP_PARAMS list;
	CK_OTP_PARAM p;
	CK_RV rv;

	(void)row;
	(void)purpose;
	if ((rv = par_struct(m, &list, sizeof(list))) != CKR_OK)
		return rv;
	if (list.ulCount > COUNT_MAX ||
	    (list.pParams == NULL && list.ulCount != 0))
		return CKR_MECHANISM_PARAM_INVALID;
	for (CK_ULONG i = 0; i < list.ulCount; i++) {
		memcpy(&p, (const uint8_t *)list.pParams + i * sizeof(p),
		    sizeof(p));
		if ((rv = read_one(&p, &call->otp)) != CKR_OK)
			return rv;
	}
	return CKR_OK;
}
