/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside object: what the files that judge templates share (template, policy,
 * policy_change, draft, use, wrap).  No locks: drafts belong to one thread,
 * objects do not change once others see them.
 */
#ifndef KLUIS_OBJECT_POLICY_INT_H
#define KLUIS_OBJECT_POLICY_INT_H

#include "object/object_int.h"

/* The most attributes a template may have. */
#define TEMPLATE_ATTRS_MAX 512
/* The fewest bytes of a derived key that must be sensitive (rule 5). */
#define HIDDEN_MIN 14

/* ------------------------------------------------------------ template.c */

/* CKR_ARGUMENTS_BAD for no array with a count, or too many entries. */
CK_RV template_shape(const CK_ATTRIBUTE *templ, CK_ULONG count) KL_MUST_USE;
/*
 * A number in a template of the right shape, before its class is known:
 * *found and *out when it is there, both untouched else.
 * CKR_ATTRIBUTE_VALUE_INVALID.
 */
CK_RV template_number(const CK_ATTRIBUTE *templ, CK_ULONG count,
    CK_ATTRIBUTE_TYPE type, bool *found, CK_ULONG *out) KL_MUST_USE;
/*
 * Reads a template of the right shape into *out (empty before), in stored
 * form.  CKR_ATTRIBUTE_TYPE_INVALID for a type that nobody knows,
 * CKR_TEMPLATE_INCONSISTENT for one of another class or with two values,
 * CKR_ATTRIBUTE_VALUE_INVALID.  *out may hold key material: attrs_done wipes.
 */
CK_RV template_read(const struct schema *s, const CK_ATTRIBUTE *templ,
    CK_ULONG count, struct attrs *out) KL_MUST_USE;

/*
 * The template that counts of rq's, which has the right shape, in *out (calloc'ed,
 * *n entries of views into rq->templ): with storage_only what says where a key
 * is kept; for derived data all but CKA_VALUE_LEN, which goes to *len.
 * CKR_ATTRIBUTE_VALUE_INVALID.
 */
CK_RV template_narrow(const struct obj_request *rq, CK_ATTRIBUTE **out,
    CK_ULONG *n, size_t *len) KL_MUST_USE;

/*
 * The template that the base key of a request (if any) imposes on the new
 * key, into *out (empty before).  What C_DecapsulateKey computes, C_UnwrapKey
 * or C_DeriveKey can be asked for too: their template binds it as well.
 * CKR_TEMPLATE_INCONSISTENT when two of them contradict each other.
 */
CK_RV template_imposed(const struct obj_request *rq, struct attrs *out)
    KL_MUST_USE;

/* -------------------------------------------------------------- policy.c */

/* CKR_ATTRIBUTE_READ_ONLY for CKA_TRUSTED made true by another than the SO
 * (footnote 10). */
CK_RV policy_trusted(const struct attr_row *row, struct bytes value,
    enum obj_role role) KL_MUST_USE;
/* What must hold between an object's attributes, whole:
 * CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_VALUE_INVALID, and
 * CKR_TEMPLATE_INCOMPLETE for trust in a certificate without a hash. */
CK_RV policy_consistent(const struct attrs *a) KL_MUST_USE;

/* ----------------------------------------------------------------- use.c */

/* The usage that a boolean attribute stands for, as bit of struct schema's
 * `can`; 0 when it is none. */
uint32_t use_bit(CK_ATTRIBUTE_TYPE type);
/* Whether the key's CKA_ALLOWED_MECHANISMS names the mechanism itself; false
 * for an empty list, which allows all. */
bool use_names(const struct object *o, CK_MECHANISM_TYPE mech);

#endif
