/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * src/crypto/hotp.c: the intermediate values of RFC 4226, appendix D, and the
 * bounds of what is cut out.
 */
#include "crypto/eng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
assert_digits(struct bytes mac, unsigned digits, const char *want)
{
	uint8_t out[11];

	memset(out, 'x', sizeof(out));
	assert_int_equal(strlen(want), digits);
	eng_hotp_digits(mac, digits, out);
	assert_memory_equal(out, want, digits);
	assert_int_equal(out[digits], 'x');
}

static void
test_rfc4226(void **state)
{
	/* HMAC-SHA-1 of counters 0 and 1 */
	static const uint8_t mac0[] = { 0xcc, 0x93, 0xcf, 0x18, 0x50, 0x8d,
		0x94, 0x93, 0x4c, 0x64, 0xb6, 0x5d, 0x8b, 0xa7, 0x66, 0x7f,
		0xb7, 0xcd, 0xe4, 0xb0 };
	static const uint8_t mac1[] = { 0x75, 0xa4, 0x8a, 0x19, 0xd4, 0xcb,
		0xe1, 0x00, 0x64, 0x4e, 0x8a, 0xc1, 0x39, 0x7e, 0xea, 0x74,
		0x7a, 0x2d, 0x33, 0xab };

	(void)state;
	assert_digits(bytes_of(mac0, sizeof(mac0)), 6, "755224");
	assert_digits(bytes_of(mac0, sizeof(mac0)), 10, "1284755224");
	assert_digits(bytes_of(mac1, sizeof(mac1)), 6, "287082");
	assert_digits(bytes_of(mac1, sizeof(mac1)), 8, "94287082");
}

static void
test_edges(void **state)
{
	uint8_t mac[20];

	(void)state;
	memset(mac, 0xff, sizeof(mac));		/* offset 15, all bits set */
	assert_digits(bytes_of(mac, sizeof(mac)), 10, "2147483647");
	memset(mac, 0, sizeof(mac));		/* offset 0 */
	assert_digits(bytes_of(mac, sizeof(mac)), 8, "00000000");
	mac[0] = 0x80;				/* the sign is left out */
	assert_digits(bytes_of(mac, sizeof(mac)), 8, "00000000");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc4226),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
