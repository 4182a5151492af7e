/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every attribute of an object, for `kluis show`: a table of the attributes
 * with what their values are, and two writers, one for people and one for
 * machines.
 *
 * Invariant: an attribute that holds a secret in its class is never read, not
 * even where the policy would give it out: what stands on a screen ends up in a
 * scrollback, a log or a bug report.
 */
#include "cli/objects.h"

#include <string.h>

#include "cli/text.h"
#include "session/session.h"

enum kind {
	BOOL, NUMBER, TEXT, BYTES, DATE, CLASS, KEY_TYPE, MECH, MECHS, PARAMS,
	TEMPLATE
};

/* What a reader must not see of whom. */
#define SECRET 1u	/* of secret and private keys */

#define A(type, kind) { CKA_##type, "CKA_" #type, kind, 0 }
#define S(type, kind) { CKA_##type, "CKA_" #type, kind, SECRET }
/* clang-format off */
static const struct row {
	CK_ATTRIBUTE_TYPE type;
	const char *name;
	enum kind kind;
	unsigned flags;
} rows[] = {
	A(CLASS, CLASS), A(TOKEN, BOOL), A(PRIVATE, BOOL), A(LABEL, TEXT), A(UNIQUE_ID, TEXT),
	A(MODIFIABLE, BOOL), A(COPYABLE, BOOL), A(DESTROYABLE, BOOL),
	A(APPLICATION, TEXT), A(OBJECT_ID, BYTES), A(PROFILE_ID, NUMBER),
	A(CERTIFICATE_TYPE, NUMBER), A(CERTIFICATE_CATEGORY, NUMBER), A(TRUSTED, BOOL),
	A(KEY_TYPE, KEY_TYPE), A(ID, BYTES), A(SUBJECT, BYTES), A(ISSUER, BYTES),
	A(SERIAL_NUMBER, BYTES), A(START_DATE, DATE), A(END_DATE, DATE), A(URL, TEXT),
	A(HASH_OF_SUBJECT_PUBLIC_KEY, BYTES), A(HASH_OF_ISSUER_PUBLIC_KEY, BYTES),
	A(JAVA_MIDP_SECURITY_DOMAIN, NUMBER), A(NAME_HASH_ALGORITHM, MECH),
	A(SENSITIVE, BOOL), A(ALWAYS_SENSITIVE, BOOL), A(EXTRACTABLE, BOOL),
	A(NEVER_EXTRACTABLE, BOOL), A(WRAP_WITH_TRUSTED, BOOL), A(ALWAYS_AUTHENTICATE, BOOL),
	A(SIGN, BOOL), A(SIGN_RECOVER, BOOL), A(VERIFY, BOOL), A(VERIFY_RECOVER, BOOL),
	A(ENCRYPT, BOOL), A(DECRYPT, BOOL), A(WRAP, BOOL), A(UNWRAP, BOOL), A(DERIVE, BOOL),
	A(ENCAPSULATE, BOOL), A(DECAPSULATE, BOOL),
	A(LOCAL, BOOL), A(KEY_GEN_MECHANISM, MECH), A(ALLOWED_MECHANISMS, MECHS),
	A(WRAP_TEMPLATE, TEMPLATE), A(UNWRAP_TEMPLATE, TEMPLATE), A(DERIVE_TEMPLATE, TEMPLATE),
	A(ENCAPSULATE_TEMPLATE, TEMPLATE), A(DECAPSULATE_TEMPLATE, TEMPLATE),
	A(OBJECT_VALIDATION_FLAGS, NUMBER), A(CHECK_VALUE, BYTES),
	A(VALUE_LEN, NUMBER), A(MODULUS_BITS, NUMBER), A(MODULUS, BYTES),
	A(PUBLIC_EXPONENT, BYTES), A(EC_PARAMS, PARAMS), A(EC_POINT, BYTES),
	A(PRIME, BYTES), A(SUBPRIME, BYTES), A(BASE, BYTES),
	A(PARAMETER_SET, NUMBER), A(PUBLIC_KEY_INFO, BYTES),
	S(PRIVATE_EXPONENT, BYTES), S(PRIME_1, BYTES), S(PRIME_2, BYTES), S(EXPONENT_1, BYTES),
	S(EXPONENT_2, BYTES), S(COEFFICIENT, BYTES), S(SEED, BYTES), S(VALUE, BYTES),
};
/* clang-format on */

static bool
hidden(const struct object_info *o, const struct row *r)
{
	return (r->flags & SECRET) != 0 && (o->class == CKO_SECRET_KEY ||
	    o->class == CKO_PRIVATE_KEY);
}

/* An attribute's value, or that there is none to show. */
enum seen { SEEN_VALUE, SEEN_NOTHING, SEEN_TROUBLE };

static enum seen
value_read(CK_SESSION_HANDLE hs, const struct object_info *o,
    const struct row *r, struct buf *out)
{
	CK_RV rv;

	if (hidden(o, r) || r->kind == TEMPLATE) {
		/* Only whether there is one. */
		CK_ATTRIBUTE a = { r->type, NULL, 0 };

		rv = C_GetAttributeValue(hs, o->handle, &a, 1);
		if (rv == CKR_ATTRIBUTE_SENSITIVE)
			return SEEN_VALUE;
		return rv == CKR_OK && a.ulValueLen > 0 ? SEEN_VALUE :
		    SEEN_NOTHING;
	}
	rv = object_attr(hs, o->handle, r->type, out);
	if (rv == CKR_OK)
		return SEEN_VALUE;
	return rv == CKR_ATTRIBUTE_TYPE_INVALID ? SEEN_NOTHING : SEEN_TROUBLE;
}

/* The n-th number of a value made of CK_ULONGs. */
static CK_ULONG
number_at(struct bytes value, size_t n)
{
	CK_ULONG number = 0;

	if ((n + 1) * sizeof(number) <= value.n)
		memcpy(&number, value.p + n * sizeof(number), sizeof(number));
	return number;
}

/* A number that has a name, as text. */
static void
number_text(enum kind kind, CK_ULONG n, char *out, size_t size)
{
	const char *name = NULL;

	if (kind == CLASS)
		name = name_class_code(n);
	else if (kind == KEY_TYPE)
		name = name_key_code(n);
	else if (kind != NUMBER && n != CK_UNAVAILABLE_INFORMATION)
		name = sess_mech_name(n);
	if (name != NULL && strchr(name, '?') == NULL)
		(void)snprintf(out, size, "%s", name);
	else if (n == CK_UNAVAILABLE_INFORMATION)
		(void)snprintf(out, size, "none");
	else if (kind == NUMBER)
		(void)snprintf(out, size, "%lu", n);
	else
		(void)snprintf(out, size, "0x%lx", n);
}

/* CK_DATE, eight digits, as 2026-01-31. */
static struct bytes
date_text(struct bytes value, char out[11])
{
	if (value.n != sizeof(CK_DATE))
		return value;
	(void)snprintf(out, 11, "%.4s-%.2s-%.2s", (const char *)value.p,
	    (const char *)value.p + 4, (const char *)value.p + 6);
	return bytes_of(out, 10);
}

/* ------------------------------------------------------------ for people */

#define SHOWN 32	/* bytes of a long value */

static void
print_bytes(struct bytes value)
{
	if (value.n == 0)
		fputs("(empty)", stdout);
	text_put_hex(stdout, bytes_of(value.p, value.n > 2 * SHOWN ? SHOWN :
	    value.n));
	if (value.n > 2 * SHOWN)
		printf("... (%zu bytes)", value.n);
}

static void
print_value(enum kind kind, struct bytes value)
{
	char text[64], date[11];

	switch (kind) {
	case BOOL:
		fputs(value.n == 1 && value.p[0] != 0 ? "true" : "false",
		    stdout);
		return;
	case NUMBER:
	case CLASS:
	case KEY_TYPE:
	case MECH:
	case MECHS:
		for (size_t i = 0; i < value.n / sizeof(CK_ULONG); i++) {
			number_text(kind, number_at(value, i), text,
			    sizeof(text));
			printf("%s%s", i > 0 ? " " : "", text);
		}
		if (value.n == 0)
			fputs("(any)", stdout);
		return;
	case TEXT:
		text_put(stdout, value);
		return;
	case DATE:
		fputs(value.n == 0 ? "none" : "", stdout);
		text_put(stdout, date_text(value, date));
		return;
	case PARAMS:
		if (name_curve(value) != NULL)
			printf("%s ", name_curve(value));
		print_bytes(value);
		return;
	default:
		print_bytes(value);
	}
}

void
object_print_attrs(CK_SESSION_HANDLE hs, const struct object_info *o)
{
	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(buf_done) struct buf value = { 0 };
		const struct row *r = &rows[i];
		enum seen seen = value_read(hs, o, r, &value);

		if (seen == SEEN_NOTHING)
			continue;
		printf("    %-27s ", r->name);
		if (seen == SEEN_TROUBLE)
			fputs("(cannot be read)", stdout);
		else if (hidden(o, r))
			fputs("(secret, not shown)", stdout);
		else if (r->kind == TEMPLATE)
			fputs("(a template)", stdout);
		else
			print_value(r->kind, buf_view(&value));
		putchar('\n');
	}
}

/* ---------------------------------------------------------- for machines */

static json_t *
json_numbers(enum kind kind, struct bytes value)
{
	KL_AUTO(jout_done) struct jout list = jout_array();
	char text[64];

	for (size_t i = 0; i < value.n / sizeof(CK_ULONG); i++) {
		number_text(kind, number_at(value, i), text, sizeof(text));
		jout_add(&list, json_string(text));
	}
	return jout_take(&list);
}

static json_t *
json_value(enum kind kind, struct bytes value)
{
	char text[64], date[11];

	switch (kind) {
	case BOOL:
		return json_boolean(value.n == 1 && value.p[0] != 0);
	case NUMBER:
		return json_integer((json_int_t)number_at(value, 0));
	case CLASS:
	case KEY_TYPE:
	case MECH:
		number_text(kind, number_at(value, 0), text, sizeof(text));
		return json_string(text);
	case MECHS:
		return json_numbers(kind, value);
	case TEXT:
		return jout_text(value);
	case DATE:
		return jout_text(date_text(value, date));
	default:
		return jout_hex(value);
	}
}

json_t *
object_attrs_json(CK_SESSION_HANDLE hs, const struct object_info *o)
{
	KL_AUTO(jout_done) struct jout j = jout_object();

	for (size_t i = 0; i < KL_COUNT(rows); i++) {
		KL_AUTO(buf_done) struct buf value = { 0 };
		const struct row *r = &rows[i];

		if (hidden(o, r) || r->kind == TEMPLATE ||
		    value_read(hs, o, r, &value) != SEEN_VALUE)
			continue;
		jout_put(&j, r->name, json_value(r->kind, buf_view(&value)));
	}
	return jout_take(&j);
}
