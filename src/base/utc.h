/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time of day as PKCS#11 writes it.  No state, no lock.
 */
#ifndef KLUIS_BASE_UTC_H
#define KLUIS_BASE_UTC_H

#include <stdbool.h>
#include <stdint.h>

/* "YYYYMMDDhhmmss00" of now, UTC, without an ending zero (utcTime of
 * CK_TOKEN_INFO, 3.2 section 3.3; the clock of section 4.3.2).  The first eight
 * are a CK_DATE, the first fourteen a CK_OTP_TIME.  False, with out untouched,
 * when the system has no time of day within the years 1970 to 9999. */
#define UTC_TEXT 16
bool utc_text(uint8_t out[UTC_TEXT]);
/* The same for a time given in seconds since 1970. */
bool utc_text_of(uint64_t seconds, uint8_t out[UTC_TEXT]);
/*
 * Seconds since 1970 of the fourteen digits "YYYYMMDDhhmmss", UTC; leap
 * seconds count as the second before.  False for what is no time from 1970 on.
 */
#define UTC_OTP_TIME 14
bool utc_seconds(const uint8_t text[UTC_OTP_TIME], uint64_t *out);

#endif
