/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports of a running case, and the list of cases.
 *
 * The case's process writes lines to descriptor KIT_FD: 'F' a failed
 * expectation, 'S' a skip with its reason, 'N' a note. The driver (driver.c)
 * reads them; what the case's process prints otherwise is the module's and is
 * kept apart.
 */
#include "kit.h"
#include "suite.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct kit kit;

static void
report(char tag, const char *fmt, va_list ap)
{
	char line[1200];
	int n, room = (int)sizeof(line) - 2;

	line[0] = tag;
	n = vsnprintf(line + 1, (size_t)room, fmt, ap);
	if (n < 0)
		n = 0;
	if (n >= room)
		n = room - 1;
	for (int i = 1; i <= n; i++)
		if (line[i] == '\n' || line[i] == '\t')
			line[i] = ' ';
	line[n + 1] = '\n';
	if (write(KIT_FD, line, (size_t)n + 2) < 0)
		_exit(KIT_EXIT_FAILED);
}

static void
report_fmt(char tag, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(tag, fmt, ap);
	va_end(ap);
}

void
kit_fail(const char *file, int line, const char *fmt, ...)
{
	const char *base = strrchr(file, '/');
	char text[1000];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	report_fmt(
	    'F', "%s:%d: %s", base != NULL ? base + 1 : file, line, text);
}

void
kit_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report('N', fmt, ap);
	va_end(ap);
}

void
kit_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report('S', fmt, ap);
	va_end(ap);
	_exit(KIT_EXIT_SKIPPED);
}

void
kit_end(void)
{
	_exit(KIT_EXIT_FAILED);
}

const char *
kit_text(const char *fmt, ...)
{
	static char text[8][160];
	static unsigned int turn;
	va_list ap;

	turn = (turn + 1) % KIT_COUNT(text);
	va_start(ap, fmt);
	(void)vsnprintf(text[turn], sizeof(text[turn]), fmt, ap);
	va_end(ap);
	return text[turn];
}

bool
kit_rv(const char *file, int line, const char *what, CK_RV got,
    const CK_RV *want, size_t n)
{
	char list[200] = "";

	for (size_t i = 0; i < n; i++)
		if (got == want[i])
			return true;
	for (size_t i = 0; i < n; i++) {
		size_t at = strlen(list);

		if (i > 0 && want[i] == want[i - 1])
			continue;
		(void)snprintf(list + at, sizeof(list) - at, "%s%s",
		    i > 0 ? " or " : "", kit_rv_name(want[i]));
	}
	kit_fail(
	    file, line, "%s: got %s, want %s", what, kit_rv_name(got), list);
	return false;
}

void
kit_add(struct kit_list *l, const struct kit_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (l->n == l->room) {
			l->room = l->room == 0 ? 256 : l->room * 2;
			l->v = reallocarray(l->v, l->room, sizeof(*l->v));
			if (l->v == NULL)
				abort();
		}
		l->v[l->n++] = cases[i];
	}
}

void
kit_add_named(struct kit_list *l, const char *area, const char *what,
    const struct kit_case *model)
{
	struct kit_case c = *model;
	size_t len = strlen(area) + strlen(what) + 2;
	char *name = malloc(len);

	if (name == NULL)
		abort();
	(void)snprintf(name, len, "%s/%s", area, what);
	c.name = name;
	kit_add(l, &c, 1);
}
