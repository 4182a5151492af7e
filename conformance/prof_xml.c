/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a test case's XML into nodes, by expat. Nothing is freed: the case's
 * process ends with it.
 */
#include "prof.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
copy(const char *s)
{
	char *c = strdup(s);

	REQUIRE(c != NULL, "no memory");
	return c;
}

static void
begins(void *arg, const char *name, const char **pairs)
{
	struct prof_node **at = arg, **end, *n = calloc(1, sizeof(*n));

	REQUIRE(n != NULL, "no memory");
	n->name = copy(name);
	for (; pairs[0] != NULL; pairs += 2) {
		REQUIRE(n->pairs < PROF_PAIRS, "%s has too many attributes", name);
		n->key[n->pairs] = copy(pairs[0]);
		n->value[n->pairs++] = copy(pairs[1]);
	}
	n->parent = *at;
	for (end = &(*at)->child; *end != NULL; end = &(*end)->next)
		;
	*end = n;
	*at = n;
}

static void
ends(void *arg, const char *name)
{
	struct prof_node **at = arg;

	(void)name;
	*at = (*at)->parent;
}

struct prof_node *
prof_read(const char *path)
{
	static struct prof_node top;
	struct prof_node *at = &top;
	XML_Parser p = XML_ParserCreate(NULL);
	FILE *f = fopen(path, "r");
	char text[4096];
	size_t n;

	REQUIRE(f != NULL && p != NULL, "cannot read %s", path);
	XML_SetUserData(p, &at);
	XML_SetElementHandler(p, begins, ends);
	do {
		n = fread(text, 1, sizeof(text), f);
		REQUIRE(XML_Parse(p, text, (int)n, n == 0) == XML_STATUS_OK,
		    "%s: %s", path, XML_ErrorString(XML_GetErrorCode(p)));
	} while (n > 0);
	(void)fclose(f);
	XML_ParserFree(p);
	REQUIRE(top.child != NULL && strcmp(top.child->name, "PKCS11") == 0,
	    "%s is no test case of the profiles", path);
	return top.child;
}

const char *
prof_value(const struct prof_node *n, const char *key)
{
	for (size_t i = 0; n != NULL && i < n->pairs; i++)
		if (strcmp(n->key[i], key) == 0)
			return n->value[i];
	return NULL;
}

const struct prof_node *
prof_child(const struct prof_node *n, const char *name)
{
	if (n == NULL)
		return NULL;
	for (n = n->child; n != NULL; n = n->next)
		if (strcmp(n->name, name) == 0)
			return n;
	return NULL;
}
