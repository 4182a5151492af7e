/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects, for the verbs: finding those that the options choose, and what a
 * person wants to know of one.
 */
#ifndef KLUIS_CLI_OBJECTS_H
#define KLUIS_CLI_OBJECTS_H

#include <stdbool.h>

#include "base/bytes.h"
#include "cli/cli.h"
#include "cli/json.h"

/*
 * Reads one attribute and appends its value to out.  CKR_ATTRIBUTE_TYPE_INVALID
 * when the object has none, CKR_ATTRIBUTE_SENSITIVE when it is not shown.
 */
CK_RV object_attr(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h,
    CK_ATTRIBUTE_TYPE type, struct buf *out) KL_MUST_USE;
/* A number (false: there is none); a truth value (absent is false). */
bool object_number(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h,
    CK_ATTRIBUTE_TYPE type, CK_ULONG *out);
bool object_flag(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h,
    CK_ATTRIBUTE_TYPE type);

/* The handles found; owned. */
struct object_list {
	CK_OBJECT_HANDLE *v;
	size_t n;
};
void object_list_done(struct object_list *l);
/* Whether the options choose objects at all. */
bool objects_chosen(const struct cli_args *args);
/* CLI_USAGE with a line when the argument of one of them is wrong. */
enum cli_exit objects_choice_check(const struct cli_args *args) KL_MUST_USE;
/*
 * Finds the objects that --label, --id, --unique-id and --class name (all of
 * them when none is given), as many as the session may see.  CLI_USAGE with a
 * line when an option's argument is wrong.  None found is CLI_OK.
 */
enum cli_exit objects_find(CK_SESSION_HANDLE hs, const struct cli_args *args,
    struct object_list *out) KL_MUST_USE;

/* What a person wants to know of an object; owned. */
struct object_info {
	CK_OBJECT_HANDLE handle;
	CK_RV rv;		/* not CKR_OK: it cannot be read */
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE key_type;	/* CK_UNAVAILABLE_INFORMATION: no key */
	size_t bits;		/* 0: has no size */
	bool private;
	char kind[64];		/* "RSA 3072", "EC P-256", "X.509", "" */
	struct buf label;
	struct buf id;
	struct buf unique_id;
};
void object_info_done(struct object_info *o);
/* Reads it.  A damaged object gives CLI_OK with out->rv set. */
enum cli_exit object_info_read(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h,
    struct object_info *out) KL_MUST_USE;
/*
 * SHA-256 of what is public of it, appended to out: of CKA_PUBLIC_KEY_INFO for
 * keys of a pair, of CKA_VALUE for certificates.  Nothing is appended for
 * other objects.
 */
enum cli_exit object_fingerprint(CK_SESSION_HANDLE hs,
    const struct object_info *o, struct buf *out) KL_MUST_USE;

/* One line for a list: class, kind, ID, label, usages. */
void object_print_line(CK_SESSION_HANDLE hs, const struct object_info *o);
/* The usages that are allowed, as words between blanks. */
void object_print_usages(CK_SESSION_HANDLE hs, CK_OBJECT_HANDLE h);
/* "private key EC P-256 \"label\" id 01", for messages. */
#define OBJECT_NAME 512
const char *object_name(const struct object_info *o, char out[OBJECT_NAME]);
/* The same facts as JSON: class, type, bits, label, id, unique_id, private,
 * usages. */
struct jout object_json(CK_SESSION_HANDLE hs, const struct object_info *o);

/* ------------------------------------------------ every attribute of one */

/*
 * Writes each attribute that the object has, one a line (attrs.c).  Secret
 * values are not written, whether they are readable or not.
 */
void object_print_attrs(CK_SESSION_HANDLE hs, const struct object_info *o);
/* The same as a JSON object; NULL when memory ran out. */
json_t *object_attrs_json(CK_SESSION_HANDLE hs, const struct object_info *o);

/* -------------------------------------------------------------- names.c */
/* Static storage; NULL for what has no name here. */
const char *name_class(CK_OBJECT_CLASS class);		/* "private key" */
const char *name_class_word(CK_OBJECT_CLASS class);	/* "private" */
const char *name_class_code(CK_OBJECT_CLASS class);	/* "CKO_PRIVATE_KEY" */
const char *name_key_type(CK_KEY_TYPE type);		/* "EC" */
const char *name_key_code(CK_KEY_TYPE type);		/* "CKK_EC" */
/* The curve of a CKA_EC_PARAMS value, as "P-256". */
const char *name_curve(struct bytes params);
/* The parameter set of a key type that has them, as "ML-DSA-65". */
const char *name_set(CK_KEY_TYPE type, CK_ULONG set);
/* The class that a word stands for; false when none. */
bool name_class_parse(const char *word, CK_OBJECT_CLASS *out);

#endif
