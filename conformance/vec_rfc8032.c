/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the test vectors of RFC 8032 as its section 7 prints them: titles
 * that end with a colon, values in lines of hexadecimal digits below. Each
 * secret key signs, each public key verifies, with context and prehash.
 */
#include "vec.h"

#include <stdio.h>
#include <string.h>

#define FIELDS    6
#define FIELD_MAX 4096

enum field { ALGORITHM, SECRET, PUBLIC, MESSAGE, CONTEXT, SIGNATURE };

struct example {
	char text[FIELDS][FIELD_MAX];
};

static enum field
title(const char *line)
{
	static const char *const titles[FIELDS] = { "ALGORITHM", "SECRET KEY",
		"PUBLIC KEY", "MESSAGE", "CONTEXT", "SIGNATURE" };

	for (size_t i = 0; i < FIELDS; i++)
		if (strncmp(line, titles[i], strlen(titles[i])) == 0)
			return (enum field)i;
	return FIELDS;
}

static bool
make_pair(const struct example *e, const struct curve *c, CK_OBJECT_HANDLE *pub,
    CK_OBJECT_HANDLE *priv)
{
	struct vbytes d = vec_hex(e->text[SECRET]);
	struct vbytes q = vec_hex(e->text[PUBLIC]);
	CK_BYTE der[70] = { 0x04, (CK_BYTE)c->field };
	struct tmpl t;

	REQUIRE(d.n == c->field && q.n == c->field, "keys of %zu, %zu bytes",
	    d.n, q.n);
	memcpy(der + 2, q.v, q.n);
	tmpl_ec_public(&t);
	t_u(&t, CKA_KEY_TYPE, c->type);
	t_v(&t, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_v(&t, CKA_EC_POINT, der, q.n + 2);
	if (obj_try(&t, pub) != CKR_OK)
		return false;
	tmpl_ec_private(&t);
	t_drop(&t, CKA_DERIVE);
	t_u(&t, CKA_KEY_TYPE, c->type);
	t_v(&t, CKA_EC_PARAMS, c->oid, c->oidlen);
	t_v(&t, CKA_VALUE, d.v, d.n);
	return obj_try(&t, priv) == CKR_OK;
}

static enum outcome
run(const struct example *e)
{
	const char *name = e->text[ALGORITHM];
	bool big = strncmp(name, "Ed448", 5) == 0;
	bool bare = strcmp(name, "Ed25519") == 0;
	struct vbytes msg = vec_hex(e->text[MESSAGE]);
	struct vbytes sig = vec_hex(e->text[SIGNATURE]);
	struct vbytes context = vec_hex(e->text[CONTEXT]);
	CK_EDDSA_PARAMS p = { strstr(name, "ph") != NULL, context.n,
		context.n != 0 ? context.v : NULL };
	CK_MECHANISM m = { CKM_EDDSA, bare ? NULL : &p, bare ? 0 : sizeof(p) };
	CK_BYTE out[200];
	CK_ULONG n = sizeof(out);
	CK_OBJECT_HANDLE pub, priv;

	if (!vec_offered(CKM_EDDSA, CKF_SIGN | CKF_VERIFY) ||
	    !make_pair(e, curve_find(big ? "ED448" : "ED25519"), &pub, &priv))
		return V_UNSUPPORTED;
	if (kit.f->C_SignInit(kit.s, &m, priv) == CKR_MECHANISM_PARAM_INVALID)
		return V_UNSUPPORTED;
	if (kit.f->C_Sign(kit.s, msg.v, msg.n, out, &n) != CKR_OK ||
	    n != sig.n || memcmp(out, sig.v, n) != 0)
		return V_WRONG;
	return kit.f->C_VerifyInit(kit.s, &m, pub) == CKR_OK &&
		kit.f->C_Verify(kit.s, msg.v, msg.n, sig.v, sig.n) == CKR_OK ?
	    V_PASSED :
	    V_WRONG;
}

static void
flush(struct example *e, struct tally *tally)
{
	if (e->text[SIGNATURE][0] != '\0')
		vec_count(tally, run(e), "%s, public key %.16s...",
		    e->text[ALGORITHM], e->text[PUBLIC]);
	memset(e, 0, sizeof(*e));
}

void
vec_rfc8032_file(const void *path)
{
	static struct example e;
	struct tally tally = { { 0 } };
	enum field at = FIELDS;
	FILE *f = fopen(path, "r");
	char line[300];

	REQUIRE(f != NULL, "cannot read");
	while (fgets(line, (int)sizeof(line), f) != NULL) {
		size_t have;

		if (strncmp(line, "-----", 5) == 0) {
			flush(&e, &tally);
			at = FIELDS;
		} else if (title(line) != FIELDS) {
			at = title(line);
		} else if (at != FIELDS) {
			line[strcspn(line, " \r\n")] = '\0';
			have = strlen(e.text[at]);
			(void)snprintf(
			    e.text[at] + have, FIELD_MAX - have, "%s", line);
		}
	}
	flush(&e, &tally);
	(void)fclose(f);
	vec_report(&tally);
}
