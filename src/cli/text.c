/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text made safe for a terminal, and hexadecimal: see text.h.  Knows UTF-8
 * itself, because the locale of who runs the command does not matter: what a
 * token holds is UTF-8 (3.2 section 3.1).
 */
#include "cli/text.h"

#include <string.h>

/* The length of the well-formed sequence at the start of b and its code point;
 * 0 when there is none. */
static size_t
utf8_next(struct bytes b, uint32_t *code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = b.p[0] < 0x80 ? 1 : b.p[0] < 0xc0 ? 0 :
	    b.p[0] < 0xe0 ? 2 : b.p[0] < 0xf0 ? 3 : b.p[0] < 0xf8 ? 4 : 0;
	uint32_t c;

	if (n == 0 || n > b.n)
		return 0;
	c = n == 1 ? b.p[0] : b.p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((b.p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (b.p[i] & 0x3fu);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*code = c;
	return n;
}

/* Whether a terminal shows the character and does nothing else. */
static bool
harmless(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} bad[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f },	/* control characters */
		{ 0xad, 0xad },			/* soft hyphen */
		{ 0x61c, 0x61c },		/* marks of direction ... */
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
		{ 0xe0000, 0xe0fff },		/* tags */
	};

	for (size_t i = 0; i < KL_COUNT(bad); i++)
		if (c >= bad[i].from && c <= bad[i].to)
			return false;
	return true;
}

void
text_char(struct bytes *in, char out[TEXT_CHAR])
{
	uint32_t code = 0;
	size_t n = utf8_next(*in, &code), used = 0;

	if (n > 0 && harmless(code)) {
		if (code == '\\')
			out[used++] = '\\';
		memcpy(out + used, in->p, n);
		out[used + n] = '\0';
	} else {
		n = n == 0 ? 1 : n;
		for (size_t i = 0; i < n; i++)
			used += (size_t)snprintf(out + used, TEXT_CHAR - used,
			    "\\x%02x", in->p[i]);
	}
	*in = bytes_of(in->p + n, in->n - n);
}

void
text_put(FILE *f, struct bytes b)
{
	char c[TEXT_CHAR];

	while (b.n > 0) {
		text_char(&b, c);
		fputs(c, f);
	}
}

const char *
text_quote(struct text_quoted *q, struct bytes b)
{
	const size_t end = sizeof("...\"");	/* with its NUL */
	char c[TEXT_CHAR];
	size_t used = 0;

	q->s[used++] = '"';
	while (b.n > 0) {
		text_char(&b, c);
		if (used + strlen(c) + end > sizeof(q->s)) {
			memcpy(q->s + used, "...", 3);
			used += 3;
			break;
		}
		memcpy(q->s + used, c, strlen(c));
		used += strlen(c);
	}
	memcpy(q->s + used, "\"", 2);
	return q->s;
}

bool
text_is_utf8(struct bytes b)
{
	uint32_t code;
	size_t n;

	while (b.n > 0) {
		if ((n = utf8_next(b, &code)) == 0)
			return false;
		b = bytes_of(b.p + n, b.n - n);
	}
	return true;
}

struct bytes
text_unpad(const unsigned char *field, size_t size)
{
	while (size > 0 && field[size - 1] == ' ')
		size--;
	return bytes_of(field, size);
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	char low = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
	const char *at = c == '\0' ? NULL : strchr(digits, low);

	return at == NULL ? -1 : (int)(at - digits);
}

bool
text_unhex(const char *hex, struct buf *out)
{
	if (*hex == '\0')
		return false;
	while (*hex != '\0') {
		int high = digit(hex[0]);
		int low = high < 0 ? -1 : digit(hex[1]);

		if (low < 0)
			return false;
		buf_put_u8(out, (uint8_t)(high << 4 | low));
		hex += 2;
		if (*hex == ':' && hex[1] != '\0')
			hex++;
	}
	return true;
}

void
text_put_hex(FILE *f, struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		fprintf(f, "%02x", b.p[i]);
}

bool
text_number(const char *s, unsigned long max, unsigned long *out)
{
	unsigned long n = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		unsigned long d = (unsigned long)(*s - '0');

		if (*s < '0' || *s > '9' || n > (max - d) / 10)
			return false;
		n = n * 10 + d;
	}
	*out = n;
	return true;
}
