/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strings and arrays in memory that our own calls of malloc and realloc gave
 * (see mem.h).  No state.
 */
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *
mem_string(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = malloc(n);

	return copy == NULL ? NULL : memcpy(copy, s, n);
}

char *
mem_vformat(const char *fmt, va_list ap)
{
	va_list again;
	char *text = NULL;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n >= 0 && (text = malloc((size_t)n + 1)) != NULL)
		(void)vsnprintf(text, (size_t)n + 1, fmt, ap); /* fits */
	return text;
}

char *
mem_format(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vformat(fmt, ap);
	va_end(ap);
	return text;
}

void *
mem_array(void *old, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	return realloc(old, n * size);
}
