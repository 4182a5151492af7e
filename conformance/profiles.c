/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profiles MODULE FILE... [--list] [--only PATTERN] [--json FILE]: the test
 * cases of the OASIS PKCS#11 profiles (XML), one TAP line each. Exit status as
 * that of suite.
 *
 * The cases expect objects on the token: a key pair with the labels
 * "testrsa-pub" and "testrsa-pri", whose numbers may be others than the file's,
 * and what any certificate in the file says.
 */
#include "driver.h"
#include "prof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_ROOM 4096

static void
make_pair(void)
{
	struct tmpl t;

	tmpl_rsa_public(&t);
	t_b(&t, CKA_TOKEN, true);
	t_s(&t, CKA_LABEL, "testrsa-pub");
	(void)obj_make(&t);
	tmpl_rsa_private(&t);
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, true);
	t_s(&t, CKA_LABEL, "testrsa-pri");
	(void)obj_make(&t);
}

/* Makes public what the file expects of attributes: a certificate with such a
 * value, an object with such a label. */
static void
make_expected(const struct prof_node *n)
{
	static CK_BYTE value[VALUE_ROOM];
	const char *type = prof_value(n, "type"), *text = prof_value(n, "value");
	struct tmpl t;

	for (const struct prof_node *c = n->child; c != NULL; c = c->next)
		make_expected(c);
	if (strcmp(n->name, "Attribute") != 0 || type == NULL || text == NULL)
		return;
	if (strcmp(type, "VALUE") == 0) {
		tmpl_cert(&t);
		t_v(&t, CKA_VALUE, value, hex_bytes(text, value, sizeof(value)));
	} else if (strcmp(type, "LABEL") == 0 &&
	    strncmp(text, "testrsa-", 8) != 0) {
		tmpl_cert(&t);
		t_s(&t, CKA_LABEL, text);
	} else {
		return;
	}
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, false);
	(void)obj_make(&t);
}

/* How many elements of that name with such a value are below n. */
static unsigned int
mentions(const struct prof_node *n, const char *name, const char *value)
{
	const char *v = prof_value(n, "value");
	unsigned int found = strcmp(n->name, name) == 0 && v != NULL &&
	    strncmp(v, value, strlen(value)) == 0;

	for (const struct prof_node *c = n->child; c != NULL; c = c->next)
		found += mentions(c, name, value);
	return found;
}

/* One public object for each that a case numbers. */
static void
make_numbered(const struct prof_node *root)
{
	struct tmpl t;

	for (unsigned int n = mentions(root, "Object", "${Object"); n > 0; n--) {
		tmpl_cert(&t);
		t_b(&t, CKA_TOKEN, true);
		t_b(&t, CKA_PRIVATE, false);
		(void)obj_make(&t);
	}
}

static void
run_file(const void *arg)
{
	const struct prof_node *root = prof_read(arg);

	if (mentions(root, "Attribute", "testrsa-") > 0)
		make_pair();
	else
		make_numbered(root);
	make_expected(root);
	NEED(kit.f->C_Finalize(NULL));
	prof_run(root);
}

int
main(int argc, char **argv)
{
	struct kit_list l = { NULL, 0, 0 };
	char **rest = calloc((size_t)argc + 1, sizeof(*rest));
	struct options o;

	if (rest == NULL || !driver_options(argc, argv, &o, rest) ||
	    rest[0] == NULL) {
		(void)fputs("usage: profiles MODULE FILE... [--list] "
			    "[--only PATTERN] [--json FILE]\n",
		    stderr);
		return 2;
	}
	for (size_t i = 0; rest[i] != NULL; i++) {
		struct kit_case c = { NULL, "profiles 3.2", AT_USER, run_file,
			rest[i], 0 };
		const char *name = strrchr(rest[i], '/');

		kit_add_named(&l, "profile", name != NULL ? name + 1 : rest[i],
		    &c);
	}
	return driver_run(&l, &o);
}
