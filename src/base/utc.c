/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time of day as digits and back, without the C library's time zones and
 * locale, which are the host's.
 */
#include "base/utc.h"

#include <string.h>
#include <time.h>

/* 9999-12-31, 23:59:59. */
#define SECONDS_MAX 253402300799u

/* n decimal digits of v. */
static uint8_t *
put_digits(uint8_t *p, unsigned v, unsigned n)
{
	for (unsigned i = n; i > 0; i--) {
		p[i - 1] = (uint8_t)('0' + v % 10);
		v /= 10;
	}
	return p + n;
}

bool
utc_text_of(uint64_t seconds, uint8_t out[UTC_TEXT])
{
	time_t t = (time_t)seconds;
	uint8_t *p = out;
	struct tm tm;

	if (seconds > SECONDS_MAX || gmtime_r(&t, &tm) == NULL)
		return false;
	p = put_digits(p, (unsigned)(tm.tm_year + 1900), 4);
	p = put_digits(p, (unsigned)(tm.tm_mon + 1), 2);
	p = put_digits(p, (unsigned)tm.tm_mday, 2);
	p = put_digits(p, (unsigned)tm.tm_hour, 2);
	p = put_digits(p, (unsigned)tm.tm_min, 2);
	p = put_digits(p, (unsigned)tm.tm_sec, 2);
	(void)put_digits(p, 0, 2);
	return true;
}

bool
utc_text(uint8_t out[UTC_TEXT])
{
	time_t now = time(NULL);

	return now >= 0 && utc_text_of((uint64_t)now, out);
}

static unsigned
digits(const uint8_t *p, unsigned n)
{
	unsigned v = 0;

	for (unsigned i = 0; i < n; i++)
		v = v * 10 + (unsigned)(p[i] - '0');
	return v;
}

static bool
is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to the first of this month. */
static uint64_t
days_before(unsigned year, unsigned month)
{
	static const unsigned to_month[] = { 0, 31, 59, 90, 120, 151, 181, 212,
		243, 273, 304, 334 };
	unsigned y = year - 1;		/* whole years before this one */
	uint64_t days = (uint64_t)(year - 1970) * 365 +
	    (y / 4 - y / 100 + y / 400) -
	    (1969 / 4 - 1969 / 100 + 1969 / 400);

	return days + to_month[month - 1] +
	    (month > 2 && is_leap(year) ? 1 : 0);
}

static unsigned
days_in(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

bool
utc_seconds(const uint8_t text[UTC_OTP_TIME], uint64_t *out)
{
	unsigned year, month, day, hour, min, sec;

	for (unsigned i = 0; i < UTC_OTP_TIME; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	year = digits(text, 4);
	month = digits(text + 4, 2);
	day = digits(text + 6, 2);
	hour = digits(text + 8, 2);
	min = digits(text + 10, 2);
	sec = digits(text + 12, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_in(year, month) || hour > 23 || min > 59 || sec > 60)
		return false;
	sec = sec == 60 ? 59 : sec;
	*out = ((days_before(year, month) + day - 1) * 24 + hour) * 3600 +
	    min * 60 + sec;
	return true;
}
