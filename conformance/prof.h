/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program profiles: test cases of the OASIS PKCS#11 profiles, XML files in
 * which a call stands before what it must answer, run through the module.
 */
#ifndef CONFORMANCE_PROF_H
#define CONFORMANCE_PROF_H

#include "kit.h"

#define PROF_PAIRS 4

/* An element of the file; text between elements is a remark and left out. */
struct prof_node {
	char *name;
	char *key[PROF_PAIRS], *value[PROF_PAIRS]; /* its XML attributes */
	size_t pairs;
	struct prof_node *child, *next, *parent;
};

/* prof_xml.c: the file's root element; ends the case when it is no XML. */
struct prof_node *prof_read(const char *path);
/* The element's XML attribute, or NULL; node may be NULL. */
const char *prof_value(const struct prof_node *n, const char *key);
/* The first child of that name, or NULL; node may be NULL. */
const struct prof_node *
prof_child(const struct prof_node *n, const char *name);

/* prof_names.c: what a name of the file stands for. */
CK_ATTRIBUTE_TYPE prof_attribute(const char *name);
/* Flags joined with '|', or a number; what is not known ends the case. */
CK_FLAGS prof_flags(const char *text);
/* CKR_, CKM_ and CKU_ names without their prefix. */
bool prof_is_rv(CK_RV rv, const char *name);
CK_MECHANISM_TYPE prof_mechanism(const char *name);
/*
 * An attribute's value as bytes: TRUE and FALSE, a class, hexadecimal or text
 * by the type; returns its length.
 */
size_t prof_attr_bytes(
    CK_ATTRIBUTE_TYPE type, const char *text, CK_BYTE *out, size_t room);

/* prof_calls.c: runs the pairs of call and answer below root. */
void prof_run(const struct prof_node *root);

#endif
