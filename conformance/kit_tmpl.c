/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Templates and byte strings of the cases.
 */
#include "kit.h"

#include <string.h>

static size_t
place(struct tmpl *t, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < t->n; i++)
		if (t->a[i].type == type)
			return i;
	REQUIRE(t->n < TMPL_MAX, "the suite's template is full");
	t->a[t->n].type = type;
	return t->n++;
}

void
t_u(struct tmpl *t, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	size_t i = place(t, type);

	t->own[i].u = value;
	t->a[i].pValue = &t->own[i].u;
	t->a[i].ulValueLen = sizeof(CK_ULONG);
}

void
t_b(struct tmpl *t, CK_ATTRIBUTE_TYPE type, bool value)
{
	size_t i = place(t, type);

	t->own[i].b = value ? CK_TRUE : CK_FALSE;
	t->a[i].pValue = &t->own[i].b;
	t->a[i].ulValueLen = sizeof(CK_BBOOL);
}

void
t_v(struct tmpl *t, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	size_t i = place(t, type);

	t->a[i].pValue = (void *)(uintptr_t)value;
	t->a[i].ulValueLen = len;
}

void
t_s(struct tmpl *t, CK_ATTRIBUTE_TYPE type, const char *text)
{
	t_v(t, type, text, strlen(text));
}

void
t_drop(struct tmpl *t, CK_ATTRIBUTE_TYPE type)
{
	struct tmpl rest = { .n = 0 };

	for (CK_ULONG i = 0; i < t->n; i++) {
		if (t->a[i].type == type)
			continue;
		rest.a[rest.n] = t->a[i];
		rest.own[rest.n] = t->own[i];
		if (t->a[i].pValue == &t->own[i])
			rest.a[rest.n].pValue = &rest.own[rest.n];
		rest.n++;
	}
	t_copy(t, &rest);
}

void
t_copy(struct tmpl *to, const struct tmpl *from)
{
	*to = *from;
	for (CK_ULONG i = 0; i < to->n; i++)
		if (from->a[i].pValue == (const void *)&from->own[i])
			to->a[i].pValue = &to->own[i];
}

void
t_append(struct tmpl *t, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	REQUIRE(t->n < TMPL_MAX, "the suite's template is full");
	t->a[t->n].type = type;
	t->a[t->n].pValue = (void *)(uintptr_t)value;
	t->a[t->n].ulValueLen = len;
	t->n++;
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t
hex_bytes(const char *hex, CK_BYTE *out, size_t room)
{
	size_t n = 0;

	for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
		int high = nibble(hex[0]), low = nibble(hex[1]);

		REQUIRE(high >= 0 && low >= 0 && n < room,
		    "the suite's hexadecimal text is wrong or too long");
		out[n++] = (CK_BYTE)(high << 4 | low);
	}
	return n;
}

void
fill(CK_BYTE *out, size_t len, unsigned int seed)
{
	unsigned int x = seed * 2654435761U + 12345U;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525U + 1013904223U;
		out[i] = (CK_BYTE)(x >> 24);
	}
}
