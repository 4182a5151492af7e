/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two forms of an ECDSA or DSA signature.  Nothing here is secret.
 *
 * No state; any thread.
 */
#include "crypto/sign_int.h"

#include <string.h>

#include "base/log.h"
#include "crypto/der.h"

CK_RV
ecdsa_der_to_raw(struct bytes der, size_t size, uint8_t *out)
{
	struct reader all = reader_of(der);
	struct reader seq = der_enter(&all, DER_SEQUENCE);
	struct bytes r = der_read_uint(&seq);
	struct bytes s = der_read_uint(&seq);

	if (!read_done(&seq) || !read_done(&all) || r.n > size || s.n > size ||
	    r.n == 0 || s.n == 0)
		return log_rv(CKR_DEVICE_ERROR,
		    "sign: libcrypto gave no signature");
	memset(out, 0, 2 * size);
	memcpy(out + size - r.n, r.p, r.n);
	memcpy(out + 2 * size - s.n, s.p, s.n);
	return CKR_OK;
}

CK_RV
ecdsa_raw_to_der(struct bytes raw, size_t size, struct buf *out)
{
	KL_AUTO(buf_done) struct buf inner = { .p = NULL };
	size_t half = raw.n / 2;

	if (raw.n == 0 || raw.n % 2 != 0 || half > size)
		return log_rv(CKR_SIGNATURE_LEN_RANGE,
		    "verify: signature of %zu bytes", raw.n);
	der_put_uint(&inner, bytes_of(raw.p, half));
	der_put_uint(&inner, bytes_of(raw.p + half, half));
	der_put_buf(out, DER_SEQUENCE, &inner);
	return buf_rv(out);
}
