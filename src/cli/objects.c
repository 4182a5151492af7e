/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects, for the verbs: see objects.h.
 */
#include "cli/objects.h"

#include <stdlib.h>
#include <string.h>

#include "cli/text.h"

CK_RV
object_attr(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type,
    struct buf *out)
{
	CK_ATTRIBUTE a = { type, NULL, 0 };
	size_t before = out->n;
	CK_RV rv;

	if ((rv = C_GetAttributeValue(hs, h, &a, 1)) != CKR_OK)
		return rv;
	if (a.ulValueLen == 0)
		return CKR_OK;
	if ((a.pValue = buf_grow(out, a.ulValueLen)) == NULL)
		return CKR_HOST_MEMORY;
	rv = C_GetAttributeValue(hs, h, &a, 1);
	out->n = before + (rv == CKR_OK ? a.ulValueLen : 0);
	return rv;
}

bool
object_number(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type,
    CK_ULONG *out)
{
	CK_ULONG value = 0;
	CK_ATTRIBUTE a = { type, &value, sizeof(value) };

	if (C_GetAttributeValue(hs, h, &a, 1) != CKR_OK ||
	    a.ulValueLen != sizeof(value))
		return false;
	*out = value;
	return true;
}

bool
object_flag(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL value = CK_FALSE;
	CK_ATTRIBUTE a = { type, &value, sizeof(value) };

	return C_GetAttributeValue(hs, h, &a, 1) == CKR_OK &&
	    a.ulValueLen == sizeof(value) && value != CK_FALSE;
}

/* --------------------------------------------------------------- finding */

void
object_list_done(struct object_list *l)
{
	free(l->v);
	memset(l, 0, sizeof(*l));
}

bool
objects_chosen(const struct cli_args *args)
{
	return args->opt[OPT_LABEL] != NULL || args->opt[OPT_ID] != NULL ||
	    args->opt[OPT_UNIQUE_ID] != NULL || args->opt[OPT_CLASS] != NULL;
}

/* A template from the options, at most four entries. */
struct choice {
	CK_ATTRIBUTE v[4];
	CK_ULONG n;
	CK_OBJECT_CLASS class;
	struct buf id;
};

static void
choice_done(struct choice *c)
{
	buf_done(&c->id);
}

static void
choice_add(struct choice *c, CK_ATTRIBUTE_TYPE type, const void *p, size_t n)
{
	c->v[c->n++] = (CK_ATTRIBUTE){ type, (void *)(uintptr_t)p, n };
}

static enum cli_exit
choice_read(const struct cli_args *args, struct choice *c)
{
	const char *label = args->opt[OPT_LABEL];
	const char *unique = args->opt[OPT_UNIQUE_ID];
	const char *id = args->opt[OPT_ID], *class = args->opt[OPT_CLASS];

	if (class != NULL) {
		if (!name_class_parse(class, &c->class))
			return cli_fail(CLI_USAGE, "--class must be data, "
			    "certificate, public, private, secret or profile");
		choice_add(c, CKA_CLASS, &c->class, sizeof(c->class));
	}
	if (id != NULL) {
		if (!text_unhex(id, &c->id))
			return cli_fail(CLI_USAGE, "--id must be hexadecimal, "
			    "two digits a byte");
		if (buf_rv(&c->id) != CKR_OK)
			return cli_no_memory();
		choice_add(c, CKA_ID, c->id.p, c->id.n);
	}
	if (label != NULL)
		choice_add(c, CKA_LABEL, label, strlen(label));
	if (unique != NULL)
		choice_add(c, CKA_UNIQUE_ID, unique, strlen(unique));
	return CLI_OK;
}

enum cli_exit
objects_choice_check(const struct cli_args *args)
{
	KL_AUTO(choice_done) struct choice c = { .n = 0 };

	return choice_read(args, &c);
}

/* Makes room for one more in the list. */
static bool
list_grow(struct object_list *l, size_t *room)
{
	CK_OBJECT_HANDLE *v;

	if (l->n < *room)
		return true;
	v = reallocarray(l->v, *room == 0 ? 64 : 2 * *room, sizeof(*v));
	if (v == NULL)
		return false;
	*room = *room == 0 ? 64 : 2 * *room;
	l->v = v;
	return true;
}

enum cli_exit
objects_find(CK_SESSION_HANDLE hs, const struct cli_args *args,
    struct object_list *out)
{
	KL_AUTO(object_list_done) struct object_list l = { 0 };
	KL_AUTO(choice_done) struct choice c = { .n = 0 };
	enum cli_exit e;
	size_t room = 0;
	CK_ULONG n = 0;
	CK_RV rv;

	if ((e = choice_read(args, &c)) != CLI_OK)
		return e;
	if ((rv = C_FindObjectsInit(hs, c.v, c.n)) != CKR_OK)
		return cli_fail_rv(rv, "looking for objects");
	do {
		if (!list_grow(&l, &room))
			return cli_no_memory();
		rv = C_FindObjects(hs, l.v + l.n, room - l.n, &n);
		if (rv != CKR_OK)
			return cli_fail_rv(rv, "looking for objects");
		l.n += n;
	} while (n > 0);
	if ((rv = C_FindObjectsFinal(hs)) != CKR_OK)
		return cli_fail_rv(rv, "looking for objects");
	*out = l;
	memset(&l, 0, sizeof(l));
	return CLI_OK;
}

/* --------------------------------------------------------- what it is */

void
object_info_done(struct object_info *o)
{
	buf_done(&o->label);
	buf_done(&o->id);
	buf_done(&o->unique_id);
}

/* Bits of a key that has no CKA_MODULUS_BITS or the like. */
static size_t
key_bits(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h)
{
	KL_AUTO(buf_done) struct buf modulus = { 0 };
	struct bytes m;
	CK_ULONG n;
	size_t bits;

	if (object_number(hs, h, CKA_VALUE_LEN, &n))
		return 8 * n;
	if (object_number(hs, h, CKA_MODULUS_BITS, &n))
		return n;
	if (object_attr(hs, h, CKA_MODULUS, &modulus) != CKR_OK)
		return 0;
	m = bytes_trim(buf_view(&modulus));
	bits = 8 * m.n;
	for (unsigned top = m.n > 0 ? m.p[0] : 0x80; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

/* "EC P-256", "Ed25519", "RSA 3072", "AES 256", "ML-DSA-65". */
static void
key_kind(CK_SESSION_HANDLE hs, struct object_info *o)
{
	KL_AUTO(buf_done) struct buf params = { 0 };
	const char *type = name_key_type(o->key_type);
	const char *own = NULL;	/* a name that says the type, too */
	const char *curve = NULL;
	CK_ULONG set;
	char number[32];

	(void)snprintf(number, sizeof(number), "key type 0x%lx", o->key_type);
	type = type != NULL ? type : number;
	if (object_attr(hs, o->handle, CKA_EC_PARAMS, &params) == CKR_OK)
		curve = name_curve(buf_view(&params));
	if (object_number(hs, o->handle, CKA_PARAMETER_SET, &set))
		own = name_set(o->key_type, set);
	else if (o->key_type != CKK_EC)
		own = curve;
	o->bits = key_bits(hs, o->handle);
	if (own != NULL)
		(void)snprintf(o->kind, sizeof(o->kind), "%s", own);
	else if (curve != NULL)
		(void)snprintf(o->kind, sizeof(o->kind), "%s %s", type, curve);
	else if (o->bits != 0)
		(void)snprintf(o->kind, sizeof(o->kind), "%s %zu", type,
		    o->bits);
	else
		(void)snprintf(o->kind, sizeof(o->kind), "%s", type);
}

/* An attribute that the class may not have. */
static CK_RV
optional(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type,
    struct buf *out)
{
	CK_RV rv = object_attr(hs, h, type, out);

	return rv == CKR_ATTRIBUTE_TYPE_INVALID ? CKR_OK : rv;
}

enum cli_exit
object_info_read(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h,
    struct object_info *out)
{
	CK_ATTRIBUTE class;
	CK_RV rv;

	memset(out, 0, sizeof(*out));
	out->handle = h;
	out->key_type = CK_UNAVAILABLE_INFORMATION;
	class = (CK_ATTRIBUTE){ CKA_CLASS, &out->class, sizeof(out->class) };
	rv = C_GetAttributeValue(hs, h, &class, 1);
	if (rv == CKR_OK)
		rv = optional(hs, h, CKA_LABEL, &out->label);
	if (rv == CKR_OK)
		rv = optional(hs, h, CKA_ID, &out->id);
	if (rv == CKR_OK)
		rv = optional(hs, h, CKA_UNIQUE_ID, &out->unique_id);
	if (rv == CKR_HOST_MEMORY)
		return cli_no_memory();
	out->rv = rv;
	if (rv != CKR_OK)
		return CLI_OK;
	out->private = object_flag(hs, h, CKA_PRIVATE);
	if (object_number(hs, h, CKA_KEY_TYPE, &out->key_type))
		key_kind(hs, out);
	else if (out->class == CKO_CERTIFICATE)
		(void)snprintf(out->kind, sizeof(out->kind), "X.509");
	return CLI_OK;
}

enum cli_exit
object_fingerprint(CK_SESSION_HANDLE hs, const struct object_info *o,
    struct buf *out)
{
	CK_MECHANISM sha256 = { CKM_SHA256, NULL, 0 };
	KL_AUTO(buf_done) struct buf data = { 0 };
	CK_ATTRIBUTE_TYPE what = o->class == CKO_CERTIFICATE ? CKA_VALUE :
	    CKA_PUBLIC_KEY_INFO;
	CK_BYTE hash[32];
	CK_ULONG n = sizeof(hash);
	CK_RV rv;

	if (o->class != CKO_CERTIFICATE && o->class != CKO_PUBLIC_KEY &&
	    o->class != CKO_PRIVATE_KEY)
		return CLI_OK;
	if (optional(hs, o->handle, what, &data) != CKR_OK || data.n == 0)
		return CLI_OK;
	if ((rv = C_DigestInit(hs, &sha256)) != CKR_OK ||
	    (rv = C_Digest(hs, data.p, data.n, hash, &n)) != CKR_OK)
		return cli_fail_rv(rv, "fingerprint");
	buf_put(out, bytes_of(hash, n));
	return buf_rv(out) == CKR_OK ? CLI_OK : cli_no_memory();
}

/* -------------------------------------------------------------- printing */

static const struct usage {
	CK_ATTRIBUTE_TYPE type;
	const char *word;
} usages[] = {
	{ CKA_SIGN, "sign" }, { CKA_VERIFY, "verify" },
	{ CKA_ENCRYPT, "encrypt" }, { CKA_DECRYPT, "decrypt" },
	{ CKA_WRAP, "wrap" }, { CKA_UNWRAP, "unwrap" },
	{ CKA_DERIVE, "derive" }, { CKA_ENCAPSULATE, "encapsulate" },
	{ CKA_DECAPSULATE, "decapsulate" },
};

void
object_print_usages(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h)
{
	const char *before = "";

	for (size_t i = 0; i < KL_COUNT(usages); i++) {
		if (!object_flag(hs, h, usages[i].type))
			continue;
		printf("%s%s", before, usages[i].word);
		before = " ";
	}
}

const char *
object_name(const struct object_info *o, char out[OBJECT_NAME])
{
	const char *class = name_class(o->class);
	struct text_quoted label = { "" };
	struct buf id = o->id;
	size_t used;

	if (o->rv != CKR_OK) {
		(void)snprintf(out, OBJECT_NAME, "object %lu (%s)", o->handle,
		    rv_name(o->rv));
		return out;
	}
	if (o->label.n > 0)
		(void)text_quote(&label, buf_view(&o->label));
	used = (size_t)snprintf(out, OBJECT_NAME, "%s%s%s%s%s%s",
	    class != NULL ? class : "object", o->kind[0] != '\0' ? " " : "",
	    o->kind, label.s[0] != '\0' ? " " : "", label.s,
	    id.n > 0 ? " id " : "");
	for (size_t i = 0; i < id.n && used + 6 < OBJECT_NAME; i++)
		used += (size_t)snprintf(out + used, OBJECT_NAME - used,
		    i < 32 ? "%02x" : "...", id.p[i]);
	return out;
}

void
object_print_line(CK_SESSION_HANDLE hs, const struct object_info *o)
{
	const char *class = name_class(o->class);
	struct text_quoted label = { "" };

	if (o->rv != CKR_OK) {
		printf("  object %lu cannot be read (%s)\n", o->handle,
		    rv_name(o->rv));
		return;
	}
	if (o->label.n > 0)
		(void)text_quote(&label, buf_view(&o->label));
	printf("  %-11s  %-15s  ", class != NULL ? class : "object", o->kind);
	if (o->id.n > 0)
		printf("id ");
	text_put_hex(stdout, buf_view(&o->id));
	printf("%s%s", o->id.n > 0 ? "  " : "", label.s);
	if (o->key_type != CK_UNAVAILABLE_INFORMATION) {
		printf("  ");
		object_print_usages(hs, o->handle);
	}
	putchar('\n');
}

struct jout
object_json(CK_SESSION_HANDLE hs, const struct object_info *o)
{
	KL_AUTO(jout_done) struct jout words = jout_array();
	struct jout j = jout_object();

	if (o->rv != CKR_OK) {
		jout_put(&j, "usable", json_false());
		jout_put(&j, "error", json_string(rv_name(o->rv)));
		return j;
	}
	jout_put(&j, "usable", json_true());
	jout_put(&j, "class", name_class_word(o->class) != NULL ?
	    json_string(name_class_word(o->class)) :
	    json_integer((json_int_t)o->class));
	jout_put(&j, "type", json_string(o->kind));
	if (o->bits != 0)
		jout_put(&j, "bits", json_integer((json_int_t)o->bits));
	jout_put(&j, "label", jout_text(buf_view(&o->label)));
	jout_put(&j, "id", jout_hex(buf_view(&o->id)));
	jout_put(&j, "unique_id", jout_text(buf_view(&o->unique_id)));
	jout_put(&j, "private", json_boolean(o->private));
	for (size_t i = 0; i < KL_COUNT(usages); i++)
		if (object_flag(hs, o->handle, usages[i].type))
			jout_add(&words, json_string(usages[i].word));
	if (o->key_type != CK_UNAVAILABLE_INFORMATION)
		jout_put(&j, "usages", jout_take(&words));
	return j;
}
