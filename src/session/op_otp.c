/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One-time passwords through C_Sign and C_Verify (3.2 section 6.53): MACs of a
 * counter or of the time, cut to digits (RFC 4226, RFC 6238).
 *
 *	init    parameters against the key: where the factor comes from
 *	C_Sign  the factor: given, the time, or the key's counter, which has
 *	        moved in the store by then; the password with what it was made
 *	        of, in one block
 *
 * Invariants:
 *  1. No password is made of the key's own counter before the counter behind it
 *     is committed; what fails afterwards wastes a number.
 *  2. A length query and a short buffer move nothing.
 * Session locked.
 */
#include "session/op_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utc.h"

#define MAC_MAX 64	/* SHA-512 */
#define FACTOR 8	/* bytes: counters and time steps, big-endian */

struct otp {
	struct obj_otp key;
	unsigned digits;
	bool given;		/* factor is the caller's */
	bool next;		/* CKF_NEXT_OTP */
	uint64_t factor;	/* counter, or seconds when key.time says so */
};

/* Where it is made of in the block that C_Sign gives. */
struct made {
	CK_OTP_SIGNATURE_INFO info;
	CK_OTP_PARAM param[2];
	uint8_t of[UTC_OTP_TIME];	/* CK_OTP_COUNTER or CK_OTP_TIME */
	uint8_t value[OBJ_OTP_DIGITS];
};

static bool
is_timed(const struct obj_otp *key)
{
	return key->time != CK_OTP_PARAM_IGNORED;
}

static bool
was_given(const struct mech_otp *p, CK_OTP_PARAM_TYPE type)
{
	return (p->given >> type & 1) != 0;
}

/* What the factor is to be: the caller's, or the token's own. */
static CK_RV
choose_factor(const struct mech_otp *p, bool verify, struct otp *out)
{
	bool timed = is_timed(&out->key);
	CK_ULONG need = timed ? out->key.time : out->key.counter;

	out->given = need != CK_OTP_PARAM_IGNORED &&
	    was_given(p, timed ? CK_OTP_TIME : CK_OTP_COUNTER);
	out->factor = timed ? p->seconds : p->counter;
	/* Whose counter would it be that a check uses? */
	if (!out->given && (need == CK_OTP_PARAM_MANDATORY ||
	    (verify && !timed)))
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "session: the key asks for a %s", timed ? "time" :
		    "counter");
	if ((p->flags & (timed ? CKF_EXCLUDE_TIME : CKF_EXCLUDE_COUNTER)) != 0)
		return log_rv(CKR_MECHANISM_PARAM_INVALID,
		    "session: a password of nothing");
	return CKR_OK;
}

CK_RV
op_otp_begin(struct op *op, const struct mech_otp *p, bool verify)
{
	struct otp o = { .key = obj_otp(op->key),
		.next = (p->flags & CKF_NEXT_OTP) != 0 };
	CK_ULONG digits = was_given(p, CK_OTP_OUTPUT_LENGTH) ? p->length :
	    o.key.digits;
	CK_RV rv;

	if (digits < 6 || digits > OBJ_OTP_DIGITS ||
	    p->format != CK_OTP_FORMAT_DECIMAL ||
	    ((p->flags & CKF_USER_FRIENDLY_OTP) != 0 && !o.key.friendly))
		return CKR_MECHANISM_PARAM_INVALID;
	o.digits = (unsigned)digits;
	if ((rv = choose_factor(p, verify, &o)) != CKR_OK)
		return rv;
	if ((op->otp = malloc(sizeof(o))) == NULL)
		return CKR_HOST_MEMORY;
	*op->otp = o;
	return CKR_OK;
}

void
op_otp_end(struct op *op)
{
	free(op->otp);
	op->otp = NULL;
}

/* ------------------------------------------------------------------ making */

/* The time to make it of, as seconds and as text. */
static CK_RV
find_time(const struct otp *o, uint64_t *seconds, uint8_t of[UTC_OTP_TIME])
{
	uint8_t text[UTC_TEXT];

	*seconds = o->factor;
	if (!o->given && (!utc_text(text) || !utc_seconds(text, seconds)))
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "session: the system has no time of day");
	if (o->next)
		*seconds = o->key.interval > UINT64_MAX - *seconds ?
		    UINT64_MAX : *seconds + o->key.interval;
	if (!utc_text_of(*seconds, text))
		return CKR_MECHANISM_PARAM_INVALID;
	memcpy(of, text, UTC_OTP_TIME);
	return CKR_OK;
}

/* The factor of RFC 4226, and what tells where it comes from. */
static CK_RV
find_factor(struct session *s, struct op *op, bool verify, uint64_t *factor,
    uint8_t of[UTC_OTP_TIME])
{
	struct obj_who who = sess_who(s);
	const struct otp *o = op->otp;
	CK_RV rv = CKR_OK;

	if (is_timed(&o->key)) {
		if ((rv = find_time(o, factor, of)) == CKR_OK)
			*factor /= o->key.interval;
		return rv;
	}
	*factor = o->factor + (o->next ? 1 : 0);
	if (!o->given && !verify)
		rv = obj_otp_next(s->token->space, &who, op->key,
		    o->next ? 2 : 1, factor);
	for (size_t i = 0; i < FACTOR; i++)
		of[i] = (uint8_t)(*factor >> (56 - 8 * i));
	return rv;
}

/* The password. */
static CK_RV
make(struct session *s, struct op *op, bool verify, struct made *out)
{
	WIPE_AUTO(mac, MAC_MAX);
	uint8_t message[FACTOR];
	uint64_t factor = 0;
	size_t n = 0;
	CK_RV rv;

	KL_ASSERT(eng_op_once_len(op->eng, FACTOR) <= MAC_MAX);
	if ((rv = find_factor(s, op, verify, &factor, out->of)) != CKR_OK)
		return rv;
	for (size_t i = 0; i < FACTOR; i++)
		message[i] = (uint8_t)(factor >> (56 - 8 * i));
	rv = eng_op_once(op->eng, bytes_of(message, FACTOR), mac, &n);
	if (rv != CKR_OK)
		return rv;
	eng_hotp_digits(bytes_of(mac, n), op->otp->digits, out->value);
	return CKR_OK;
}

/* One of the block's parameters, whose value stands at `at` of the caller's
 * block. */
static CK_OTP_PARAM
param_at(CK_OTP_PARAM_TYPE type, CK_BYTE *block, size_t at, size_t len)
{
	return (CK_OTP_PARAM){ .type = type, .pValue = block + at,
		.ulValueLen = len };
}

CK_RV
op_otp_sign(struct session *s, struct op *op, struct bytes in,
    struct op_out out)
{
	bool timed = is_timed(&op->otp->key);
	struct made m = { .info.ulCount = 2 };
	bool go;
	CK_RV rv;

	if (in.n != 0)
		return CKR_DATA_LEN_RANGE;
	if ((rv = out_room(out, sizeof(m), &go)) != CKR_OK || !go)
		return rv;
	if ((rv = make(s, op, false, &m)) != CKR_OK)
		return rv;
	m.info.pParams = (CK_OTP_PARAM_PTR)(void *)(out.buf +
	    offsetof(struct made, param));
	m.param[0] = param_at(CK_OTP_VALUE, out.buf,
	    offsetof(struct made, value), op->otp->digits);
	m.param[1] = param_at(timed ? CK_OTP_TIME : CK_OTP_COUNTER, out.buf,
	    offsetof(struct made, of), timed ? UTC_OTP_TIME : FACTOR);
	memcpy(out.buf, &m, sizeof(m));
	*out.len = sizeof(m);
	secret_wipe(&m, sizeof(m));
	return CKR_OK;
}

CK_RV
op_otp_verify(struct session *s, struct op *op, struct bytes in,
    struct bytes value)
{
	struct made m = { .info.ulCount = 0 };
	bool same;
	CK_RV rv;

	if (in.n != 0)
		return CKR_DATA_LEN_RANGE;
	if (value.n != op->otp->digits)
		return CKR_SIGNATURE_LEN_RANGE;
	if ((rv = make(s, op, true, &m)) != CKR_OK)
		return rv;
	same = secret_equal(bytes_of(m.value, op->otp->digits), value);
	secret_wipe(&m, sizeof(m));
	return same ? CKR_OK : CKR_SIGNATURE_INVALID;
}
