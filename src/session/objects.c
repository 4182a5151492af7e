/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Object calls of a session (3.2 section 5.7): who asks is the session's
 * business, everything else the object room's.  Session locked.
 */
#include "session/session_int.h"

static CK_RV
template_ok(const CK_ATTRIBUTE *templ, CK_ULONG n)
{
	return templ == NULL && n != 0 ? CKR_ARGUMENTS_BAD : CKR_OK;
}

CK_RV
sess_object_create(struct session *s, CK_ATTRIBUTE *templ, CK_ULONG n,
    CK_OBJECT_HANDLE *out)
{
	struct obj_who who = sess_who(s);

	if (out == NULL || templ == NULL)
		return CKR_ARGUMENTS_BAD;
	return obj_create(s->token->space, &who, templ, n, out);
}

CK_RV
sess_object_copy(struct session *s, CK_OBJECT_HANDLE h, CK_ATTRIBUTE *templ,
    CK_ULONG n, CK_OBJECT_HANDLE *out)
{
	struct obj_who who = sess_who(s);
	CK_RV rv;

	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = template_ok(templ, n)) != CKR_OK)
		return rv;
	return obj_copy(s->token->space, &who, h, templ, n, out);
}

CK_RV
sess_object_destroy(struct session *s, CK_OBJECT_HANDLE h)
{
	struct obj_who who = sess_who(s);

	return obj_destroy(s->token->space, &who, h);
}

CK_RV
sess_object_size(struct session *s, CK_OBJECT_HANDLE h, CK_ULONG *out)
{
	struct obj_who who = sess_who(s);

	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	return obj_size(s->token->space, &who, h, out);
}

CK_RV
sess_object_get(struct session *s, CK_OBJECT_HANDLE h, CK_ATTRIBUTE *templ,
    CK_ULONG n, bool der_points)
{
	struct obj_who who = sess_who(s);

	who.der_points = der_points;
	if (templ == NULL)
		return CKR_ARGUMENTS_BAD;
	return obj_get_attrs(s->token->space, &who, h, templ, n);
}

CK_RV
sess_object_set(struct session *s, CK_OBJECT_HANDLE h, CK_ATTRIBUTE *templ,
    CK_ULONG n)
{
	struct obj_who who = sess_who(s);

	if (templ == NULL)
		return CKR_ARGUMENTS_BAD;
	return obj_set_attrs(s->token->space, &who, h, templ, n);
}

CK_RV
sess_find_init(struct session *s, CK_ATTRIBUTE *templ, CK_ULONG n)
{
	struct obj_who who = sess_who(s);
	CK_RV rv;

	if ((rv = template_ok(templ, n)) != CKR_OK)
		return rv;
	if (s->search != NULL)
		return CKR_OPERATION_ACTIVE;
	return obj_find_init(s->token->space, &who, templ, n, &s->search);
}

CK_RV
sess_find(struct session *s, CK_OBJECT_HANDLE *out, CK_ULONG max, CK_ULONG *n)
{
	struct obj_who who = sess_who(s);

	if (s->search == NULL)
		return CKR_OPERATION_NOT_INITIALIZED;
	if ((out == NULL && max != 0) || n == NULL)
		return CKR_ARGUMENTS_BAD;
	return obj_find_next(s->search, &who, out, max, n);
}

CK_RV
sess_find_final(struct session *s)
{
	if (s->search == NULL)
		return CKR_OPERATION_NOT_INITIALIZED;
	obj_find_free(s->search);
	s->search = NULL;
	return CKR_OK;
}
