/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The built-in profile objects (3.2 section 4.14): which of the OASIS PKCS #11
 * profiles a kluis token keeps to.  They are token objects that no store holds:
 * public, never changed, copied or destroyed, the same in every token.
 *
 *  - Baseline and Extended Provider: what their clauses ask for is there.
 *  - Authentication Token: private keys that sign after C_Login, with their
 *    public keys or certificates beside them.
 *  - Public Certificates Token: certificates and public keys are made public
 *    unless the template says otherwise, so they are seen without login.
 */
#include "object/space_int.h"

#include <string.h>

struct profile_row {
	CK_PROFILE_ID id;
	const char *label;
	const char *unique;
};

static const struct profile_row profiles[PROFILES] = {
	{ CKP_BASELINE_PROVIDER, "Baseline Provider", "profile-baseline" },
	{ CKP_EXTENDED_PROVIDER, "Extended Provider", "profile-extended" },
	{ CKP_AUTHENTICATION_TOKEN, "Authentication Token",
	  "profile-authentication" },
	{ CKP_PUBLIC_CERTIFICATES_TOKEN, "Public Certificates Token",
	  "profile-public-certificates" },
};

static CK_RV
put_text(struct attrs *a, CK_ATTRIBUTE_TYPE type, const char *text)
{
	return attrs_put(a, type, bytes_of(text, strlen(text)));
}

CK_RV
profile_make(struct obj_space *sp, size_t i, struct object **out)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	const struct profile_row *p = &profiles[i];
	struct attrs *a;
	CK_RV rv;

	if ((rv = object_new(sp, &o)) != CKR_OK)
		return rv;
	o->class = CKO_PROFILE;
	o->schema = schema_find(CKO_PROFILE, CK_UNAVAILABLE_INFORMATION);
	KL_ASSERT(o->schema != NULL);
	o->token = true;
	o->version = 1;
	a = &o->attrs;
	if ((rv = attrs_put_num(a, CKA_CLASS, CKO_PROFILE)) != CKR_OK ||
	    (rv = attrs_put_bool(a, CKA_TOKEN, true)) != CKR_OK ||
	    (rv = attrs_put_bool(a, CKA_PRIVATE, false)) != CKR_OK ||
	    (rv = attrs_put_bool(a, CKA_MODIFIABLE, false)) != CKR_OK ||
	    (rv = attrs_put_bool(a, CKA_COPYABLE, false)) != CKR_OK ||
	    (rv = attrs_put_bool(a, CKA_DESTROYABLE, false)) != CKR_OK ||
	    (rv = put_text(a, CKA_LABEL, p->label)) != CKR_OK ||
	    (rv = put_text(a, CKA_UNIQUE_ID, p->unique)) != CKR_OK ||
	    (rv = attrs_put_num(a, CKA_PROFILE_ID, p->id)) != CKR_OK)
		return rv;
	*out = KL_TAKE(o);
	return CKR_OK;
}
