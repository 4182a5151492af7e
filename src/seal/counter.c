/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of the token's monotonic counter (db/README, "counter"): readable,
 * as its value is no secret, and authenticated, so that damage is not taken
 * for a number.
 * No locks.
 */
#include "seal/seal_int.h"

#define RECORD "counter"

CK_RV
seal_counter_record(const struct keyring *kr, uint64_t value, struct buf *out)
{
	KL_AUTO(buf_done) struct buf body = { 0 };
	CK_RV rv;

	buf_put_u8(&body, SEAL_FORMAT);
	buf_put_u64(&body, value);
	if ((rv = buf_rv(&body)) != CKR_OK)
		return rv;
	return seal_record_make(kr, RECORD, buf_view(&body), out);
}

CK_RV
seal_counter_read(const struct keyring *kr, struct bytes record, uint64_t *out)
{
	struct bytes body;
	struct reader r;
	uint64_t value;
	CK_RV rv;

	if ((rv = seal_record_open(kr, RECORD, record, &body)) != CKR_OK)
		return rv;
	r = reader_of(body);
	(void)read_u8(&r); /* the format, seen already */
	value = read_u64(&r);
	if (!read_done(&r))
		return seal_record_bad(kr, RECORD);
	*out = value;
	return CKR_OK;
}
