/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a MAC to a one-time password (RFC 4226 section 5.3): four bytes of it,
 * chosen by its last four bits, without the sign bit, as decimal digits.  For
 * MACs of other lengths RFC 6238 says the same.
 */
#include "crypto/eng.h"

void
eng_hotp_digits(struct bytes mac, unsigned digits, uint8_t *out)
{
	size_t at = mac.p[mac.n - 1] & 0x0f;
	uint32_t v = (uint32_t)(mac.p[at] & 0x7f) << 24 |
	    (uint32_t)mac.p[at + 1] << 16 | (uint32_t)mac.p[at + 2] << 8 |
	    mac.p[at + 3];

	for (unsigned i = digits; i > 0; i--) {
		out[i - 1] = (uint8_t)('0' + v % 10);
		v /= 10;
	}
}
