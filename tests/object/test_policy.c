/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Templates judged: each code of 3.2 section 4.1.1 for each way a key comes
 * into being, defaults, and rules 2 and 5 of design section 9.
 */
#include "object/obj_kit.h"

static CK_ULONG ck_none = 0x7f, ck_trust = CKO_TRUST, ck_validation = CKO_VALIDATION;
static CK_ULONG ck_attr_cert = CKC_X_509_ATTR_CERT, ck_wtls = CKC_WTLS;
static CK_ULONG ck_anchor = CKT_TRUST_ANCHOR, ck_distrust = CKT_NOT_TRUSTED;
static CK_ULONG ck_verify = CKT_TRUST_MUST_VERIFY_TRUST;
static CK_ULONG ck_des3 = CKK_DES3, ck_profile = CKO_PROFILE, four = 4;
static CK_ULONG sixteen = 16, bits = 2048;
static uint8_t junk[8] = "junk";

#define AES KIT_A(CKA_CLASS, kit_secret), KIT_A(CKA_KEY_TYPE, kit_aes)
#define VALUE KIT_A(CKA_VALUE, kit_16)
#define CERT KIT_A(CKA_CLASS, kit_cert),                                       \
	KIT_A(CKA_CERTIFICATE_TYPE, kit_x509), KIT_A(CKA_SUBJECT, junk)

#define ATTR_CERT                                                              \
	KIT_A(CKA_CLASS, kit_cert), KIT_A(CKA_CERTIFICATE_TYPE, ck_attr_cert)
#define TRUST                                                                  \
	KIT_A(CKA_CLASS, ck_trust), KIT_A(CKA_ISSUER, junk),                   \
	    KIT_A(CKA_SERIAL_NUMBER, junk)

struct draft_case {
	const char *name;
	enum obj_way way;
	CK_ATTRIBUTE t[8];
	CK_RV rv;
	const struct obj_who *who;	/* NULL: the user */
};

static const struct obj_who reader = {
	.role = OBJ_ROLE_USER, .rw = false, .session = 1
};
static const struct obj_who stranger = {
	.role = OBJ_ROLE_PUBLIC, .rw = false, .session = 1
};

static const struct draft_case creates[] = {
	{ "empty", OBJ_WAY_CREATE, { { 0 } }, CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "value alone", OBJ_WAY_CREATE, { VALUE },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "class of 1 byte", OBJ_WAY_CREATE, { { CKA_CLASS, junk, 1 } },
	  CKR_ATTRIBUTE_VALUE_INVALID, NULL },
	{ "class we do not have", OBJ_WAY_CREATE,
	  { KIT_A(CKA_CLASS, ck_none) }, CKR_ATTRIBUTE_VALUE_INVALID, NULL },
	{ "no key type", OBJ_WAY_CREATE,
	  { KIT_A(CKA_CLASS, kit_secret), VALUE },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "key type we do not have", OBJ_WAY_CREATE,
	  { KIT_A(CKA_CLASS, kit_secret), KIT_A(CKA_KEY_TYPE, ck_des3) },
	  CKR_ATTRIBUTE_VALUE_INVALID, NULL },
	{ "no certificate type", OBJ_WAY_CREATE,
	  { KIT_A(CKA_CLASS, kit_cert), KIT_A(CKA_SUBJECT, junk) },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "certificate without value", OBJ_WAY_CREATE, { CERT },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "certificate with URL only", OBJ_WAY_CREATE,
	  { CERT, KIT_A(CKA_URL, junk) }, CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "certificate of no category", OBJ_WAY_CREATE,
	  { CERT, KIT_A(CKA_VALUE, junk),
	    KIT_A(CKA_CERTIFICATE_CATEGORY, four) },
	  CKR_ATTRIBUTE_VALUE_INVALID, NULL },
	{ "WTLS certificate", OBJ_WAY_CREATE,
	  { KIT_A(CKA_CLASS, kit_cert), KIT_A(CKA_CERTIFICATE_TYPE, ck_wtls) },
	  CKR_ATTRIBUTE_VALUE_INVALID, NULL },
	{ "attribute certificate without owner", OBJ_WAY_CREATE,
	  { ATTR_CERT, KIT_A(CKA_VALUE, junk) },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "attribute certificate without value", OBJ_WAY_CREATE,
	  { ATTR_CERT, KIT_A(CKA_OWNER, junk) },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "attribute certificate with a subject", OBJ_WAY_CREATE,
	  { ATTR_CERT, KIT_A(CKA_OWNER, junk), KIT_A(CKA_VALUE, junk),
	    KIT_A(CKA_SUBJECT, junk) }, CKR_TEMPLATE_INCONSISTENT, NULL },
	{ "attribute certificate", OBJ_WAY_CREATE,
	  { ATTR_CERT, KIT_A(CKA_OWNER, junk), KIT_A(CKA_VALUE, junk),
	    KIT_A(CKA_AC_ISSUER, junk), KIT_A(CKA_ATTR_TYPES, junk) },
	  CKR_OK, &stranger },
	{ "trust in nobody", OBJ_WAY_CREATE,
	  { KIT_A(CKA_CLASS, ck_trust), KIT_A(CKA_ISSUER, junk) },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "trust without a hash", OBJ_WAY_CREATE,
	  { TRUST, KIT_A(CKA_TRUST_SERVER_AUTH, ck_anchor) },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "trust to be verified, without a hash", OBJ_WAY_CREATE,
	  { TRUST, KIT_A(CKA_TRUST_OCSP_SIGNING, ck_verify) },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "trust of no kind", OBJ_WAY_CREATE,
	  { TRUST, KIT_A(CKA_HASH_OF_CERTIFICATE, junk),
	    KIT_A(CKA_TRUST_EMAIL_PROTECTION, sixteen) },
	  CKR_ATTRIBUTE_VALUE_INVALID, NULL },
	{ "distrust without a hash", OBJ_WAY_CREATE,
	  { TRUST, KIT_A(CKA_TRUST_SERVER_AUTH, ck_distrust) }, CKR_OK,
	  &stranger },
	{ "trust", OBJ_WAY_CREATE,
	  { TRUST, KIT_A(CKA_HASH_OF_CERTIFICATE, junk),
	    KIT_A(CKA_TRUST_IPSEC_IKE, ck_anchor) }, CKR_OK, &stranger },
	{ "validation", OBJ_WAY_CREATE, { KIT_A(CKA_CLASS, ck_validation) },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "no value", OBJ_WAY_CREATE, { AES }, CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "value of 17 bytes", OBJ_WAY_CREATE,
	  { AES, KIT_A(CKA_VALUE, kit_17) },
	  CKR_ATTRIBUTE_VALUE_INVALID, NULL },
	{ "unknown attribute", OBJ_WAY_CREATE,
	  { AES, VALUE, { 0x7fff0000, NULL, 0 } },
	  CKR_ATTRIBUTE_TYPE_INVALID, NULL },
	{ "attribute of RSA keys", OBJ_WAY_CREATE,
	  { AES, VALUE, KIT_A(CKA_MODULUS, junk) },
	  CKR_TEMPLATE_INCONSISTENT, NULL },
	{ "twice", OBJ_WAY_CREATE, { AES, VALUE, KIT_A(CKA_VALUE, kit_17) },
	  CKR_TEMPLATE_INCONSISTENT, NULL },
	{ "twice the same", OBJ_WAY_CREATE, { AES, VALUE, VALUE }, CKR_OK,
	  NULL },
	{ "boolean of 8 bytes", OBJ_WAY_CREATE,
	  { AES, VALUE, KIT_A(CKA_SIGN, junk) },
	  CKR_ATTRIBUTE_VALUE_INVALID, NULL },
	{ "unique ID", OBJ_WAY_CREATE,
	  { AES, VALUE, KIT_A(CKA_UNIQUE_ID, junk) },
	  CKR_ATTRIBUTE_READ_ONLY, NULL },
	{ "local", OBJ_WAY_CREATE, { AES, VALUE, KIT_A(CKA_LOCAL, kit_no) },
	  CKR_ATTRIBUTE_READ_ONLY, NULL },
	{ "length (footnote 2)", OBJ_WAY_CREATE,
	  { AES, VALUE, KIT_A(CKA_VALUE_LEN, sixteen) },
	  CKR_ATTRIBUTE_READ_ONLY, NULL },
	{ "wrong check value", OBJ_WAY_CREATE,
	  { AES, VALUE, { CKA_CHECK_VALUE, junk, 3 } },
	  CKR_ATTRIBUTE_VALUE_INVALID, NULL },
	{ "trusted by the user", OBJ_WAY_CREATE,
	  { AES, VALUE, KIT_A(CKA_TRUSTED, kit_yes) },
	  CKR_ATTRIBUTE_READ_ONLY, NULL },
	{ "profile", OBJ_WAY_CREATE,
	  { KIT_A(CKA_CLASS, ck_profile) },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "private without login", OBJ_WAY_CREATE, { AES, VALUE },
	  CKR_USER_NOT_LOGGED_IN, &kit_nobody },
	{ "private by the SO", OBJ_WAY_CREATE, { AES, VALUE },
	  CKR_USER_NOT_LOGGED_IN, &kit_so },
	{ "token object, read-only", OBJ_WAY_CREATE,
	  { AES, VALUE, KIT_A(CKA_TOKEN, kit_yes) },
	  CKR_SESSION_READ_ONLY, &reader },
	{ "read-only wins over login", OBJ_WAY_CREATE,
	  { AES, VALUE, KIT_A(CKA_TOKEN, kit_yes) },
	  CKR_SESSION_READ_ONLY, &stranger },
	{ "public without login", OBJ_WAY_CREATE,
	  { AES, VALUE, KIT_A(CKA_PRIVATE, kit_no) }, CKR_OK, &stranger },
	{ "trusted by the SO", OBJ_WAY_CREATE,
	  { CERT, KIT_A(CKA_VALUE, junk), KIT_A(CKA_TRUSTED, kit_yes),
	    KIT_A(CKA_TOKEN, kit_yes) }, CKR_OK, &kit_so },
	{ "data of nothing", OBJ_WAY_CREATE, { KIT_A(CKA_CLASS, kit_data) },
	  CKR_OK, &stranger },
};

static const struct draft_case others[] = {
	{ "generate: value", OBJ_WAY_GENERATE,
	  { KIT_A(CKA_VALUE_LEN, sixteen), VALUE },
	  CKR_ATTRIBUTE_READ_ONLY, NULL },
	{ "generate: no length", OBJ_WAY_GENERATE, { { 0 } },
	  CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "generate: another class", OBJ_WAY_GENERATE,
	  { KIT_A(CKA_CLASS, kit_private), KIT_A(CKA_VALUE_LEN, sixteen) },
	  CKR_TEMPLATE_INCONSISTENT, NULL },
	{ "generate: another type", OBJ_WAY_GENERATE,
	  { KIT_A(CKA_KEY_TYPE, kit_generic), KIT_A(CKA_VALUE_LEN, sixteen) },
	  CKR_TEMPLATE_INCONSISTENT, NULL },
	{ "generate", OBJ_WAY_GENERATE, { AES, KIT_A(CKA_VALUE_LEN, sixteen) },
	  CKR_OK, NULL },
	{ "unwrap: no class", OBJ_WAY_UNWRAP,
	  { KIT_A(CKA_KEY_TYPE, kit_aes) }, CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "unwrap: no type", OBJ_WAY_UNWRAP,
	  { KIT_A(CKA_CLASS, kit_secret) }, CKR_TEMPLATE_INCOMPLETE, NULL },
	{ "unwrap: a certificate", OBJ_WAY_UNWRAP,
	  { CERT }, CKR_TEMPLATE_INCONSISTENT, NULL },
	{ "unwrap: value", OBJ_WAY_UNWRAP, { AES, VALUE },
	  CKR_ATTRIBUTE_READ_ONLY, NULL },
	{ "unwrap", OBJ_WAY_UNWRAP, { AES }, CKR_OK, NULL },
	{ "derive: value", OBJ_WAY_DERIVE, { AES, VALUE },
	  CKR_ATTRIBUTE_READ_ONLY, NULL },
	{ "derive: nothing said", OBJ_WAY_DERIVE, { { 0 } }, CKR_OK, NULL },
};

static void
run_case(const struct draft_case *c)
{
	struct obj_request rq = kit_request(c->way, c->t);
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;
	CK_RV rv;

	if (c->way == OBJ_WAY_GENERATE) {
		rq.class = CKO_SECRET_KEY;
		rq.key_type = CKK_AES;
	}
	rv = obj_draft_new(kit_space(), c->who != NULL ? c->who : &kit_user,
	    &rq, &d);
	if (rv != c->rv)
		fail_msg("%s: 0x%lx", c->name, rv);
	assert_true((rv == CKR_OK) == (d != NULL));
}

static void
test_creates(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(creates); i++)
		run_case(&creates[i]);
}

static void
test_other_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(others); i++)
		run_case(&others[i]);
}

static void
test_no_array(void **state)
{
	struct obj_request rq = kit_request(OBJ_WAY_CREATE,
	    (CK_ATTRIBUTE[]){ { 0 } });
	struct obj_draft *d = NULL;

	(void)state;
	rq.templ = NULL;
	rq.count = 1;
	assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq, &d),
	    CKR_ARGUMENTS_BAD);
	rq.count = 0;
	assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq, &d),
	    CKR_TEMPLATE_INCOMPLETE);
}

static void
test_defaults_secret(void **state)
{
	CK_ATTRIBUTE t[4] = { AES, VALUE };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_create(t);

	(void)state;
	assert_true(d->private && !d->token);
	assert_true(kit_is(d, CKA_PRIVATE) && kit_is(d, CKA_EXTRACTABLE));
	assert_false(kit_is(d, CKA_SENSITIVE) || kit_is(d, CKA_LOCAL));
	assert_false(kit_is(d, CKA_ALWAYS_SENSITIVE));
	assert_false(kit_is(d, CKA_NEVER_EXTRACTABLE));
	assert_true(kit_is(d, CKA_ENCRYPT) && kit_is(d, CKA_UNWRAP));
	assert_true(kit_is(d, CKA_SIGN) && !kit_is(d, CKA_DERIVE));
	assert_true(kit_is(d, CKA_MODIFIABLE) && kit_is(d, CKA_COPYABLE));
	assert_false(kit_is(d, CKA_TRUSTED) || kit_is(d, CKA_WRAP_WITH_TRUSTED));
	assert_true(attrs_num(&d->attrs, CKA_KEY_GEN_MECHANISM, 0) ==
	    UINT64_MAX);
	assert_non_null(attrs_find(&d->attrs, CKA_WRAP_TEMPLATE));
	assert_non_null(attrs_find(&d->attrs, CKA_START_DATE));
	assert_null(attrs_find(&d->attrs, CKA_VALUE));
	assert_int_equal(attrs_bytes(&d->secrets, CKA_VALUE).n, 16);
}

static void
test_defaults_sensitive(void **state)
{
	CK_ATTRIBUTE t[5] = { AES, VALUE, KIT_A(CKA_SENSITIVE, kit_yes) };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_create(t);

	(void)state;
	assert_true(kit_is(d, CKA_SENSITIVE));
	assert_false(kit_is(d, CKA_EXTRACTABLE));
	assert_false(kit_is(d, CKA_ALWAYS_SENSITIVE));
}

static void
test_defaults_generated(void **state)
{
	CK_ATTRIBUTE t[2] = { KIT_A(CKA_SENSITIVE, kit_yes) };
	KL_AUTO(obj_draft_freep) struct obj_draft *d = kit_generate(t);

	(void)state;
	assert_true(kit_is(d, CKA_LOCAL) && kit_is(d, CKA_ALWAYS_SENSITIVE));
	assert_true(kit_is(d, CKA_NEVER_EXTRACTABLE));
	assert_int_equal(attrs_num(&d->attrs, CKA_KEY_GEN_MECHANISM, 0),
	    CKM_AES_KEY_GEN);
}

/* Both halves of a pair, as session generates them. */
static void
test_defaults_pair(void **state)
{
	CK_ATTRIBUTE pub[2] = { KIT_A(CKA_MODULUS_BITS, bits) }, none[1] = { 0 };
	struct obj_request rq = kit_request(OBJ_WAY_GENERATE, pub);
	KL_AUTO(obj_draft_freep) struct obj_draft *a = NULL, *b = NULL;

	(void)state;
	rq.key_type = CKK_RSA;
	rq.class = CKO_PUBLIC_KEY;
	a = kit_draft(&kit_user, &rq);
	rq.class = CKO_PRIVATE_KEY;
	rq.templ = none;
	rq.count = 0;
	b = kit_draft(&kit_user, &rq);
	assert_true(!a->private && kit_is(a, CKA_WRAP) && kit_is(a, CKA_VERIFY));
	assert_false(kit_is(a, CKA_DERIVE));
	assert_true(b->private && kit_is(b, CKA_SENSITIVE));
	assert_true(!kit_is(b, CKA_EXTRACTABLE) && kit_is(b, CKA_DECRYPT));
	assert_true(kit_is(b, CKA_SIGN) && kit_is(b, CKA_DECAPSULATE));
	assert_true(kit_is(b, CKA_ALWAYS_SENSITIVE));
}

static void
test_defaults_unwrapped(void **state)
{
	CK_ATTRIBUTE t[3] = { AES };
	struct obj_request rq = kit_request(OBJ_WAY_UNWRAP, t);
	KL_AUTO(obj_draft_freep) struct obj_draft *d = NULL;

	(void)state;
	d = kit_draft(&kit_user, &rq);
	assert_false(kit_is(d, CKA_SENSITIVE) || kit_is(d, CKA_LOCAL));
	assert_true(kit_is(d, CKA_EXTRACTABLE));
	assert_false(kit_is(d, CKA_NEVER_EXTRACTABLE));
}

static void
test_always_authenticate(void **state)
{
	CK_ATTRIBUTE t[] = { KIT_A(CKA_ALWAYS_AUTHENTICATE, kit_yes),
		KIT_A(CKA_PRIVATE, kit_no), { 0 } };
	struct obj_request rq = kit_request(OBJ_WAY_GENERATE, t);
	struct obj_draft *d = NULL;

	(void)state;
	rq.class = CKO_PRIVATE_KEY;
	rq.key_type = CKK_EC;
	assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq, &d),
	    CKR_TEMPLATE_INCONSISTENT);
	rq.count = 1;
	d = kit_draft(&kit_user, &rq);
	assert_true(kit_is(d, CKA_ALWAYS_AUTHENTICATE));
	obj_draft_free(d);
}

/* ---------------------------------------------------- rules 2 and 5 */

struct base_case {
	const char *name;
	enum obj_way way;
	bool one_way;
	enum conf_policy policy;
	CK_ATTRIBUTE base[3];	/* besides class, type and value */
	CK_ATTRIBUTE t[5];
	CK_RV rv;
	int sensitive, extractable;	/* of the result */
};

static CK_ATTRIBUTE label_a[] = { { CKA_LABEL, "a", 1 } };
static CK_ULONG three = 3, fourteen = 14;
static CK_ATTRIBUTE sensitive[] = { KIT_A(CKA_SENSITIVE, kit_yes) };
static CK_ATTRIBUTE not_sensitive[] = { KIT_A(CKA_SENSITIVE, kit_no) };
static CK_ATTRIBUTE of_rsa[] = { KIT_A(CKA_MODULUS, junk) };

#define SENSITIVE KIT_A(CKA_SENSITIVE, kit_yes)
#define READABLE KIT_A(CKA_SENSITIVE, kit_no)
#define NO_DECRYPT KIT_A(CKA_DECRYPT, kit_no)
#define LEAVES KIT_A(CKA_EXTRACTABLE, kit_yes)
#define DEFAULT CONF_POLICY_DEFAULT

static const struct base_case bases[] = {
	{ "rule 2: readable", OBJ_WAY_UNWRAP, false, DEFAULT,
	  { NO_DECRYPT }, { AES, READABLE }, CKR_TEMPLATE_INCONSISTENT, 0, 0 },
	{ "rule 2: nothing said", OBJ_WAY_UNWRAP, false, DEFAULT,
	  { NO_DECRYPT }, { AES }, CKR_OK, 1, 1 },
	{ "rule 2: base decrypts", OBJ_WAY_UNWRAP, false, DEFAULT,
	  { { 0 } }, { AES, READABLE }, CKR_OK, 0, 1 },
	{ "rule 2: compatible", OBJ_WAY_UNWRAP, false, CONF_POLICY_COMPATIBLE,
	  { NO_DECRYPT }, { AES, READABLE }, CKR_OK, 0, 1 },
	{ "rule 5: readable", OBJ_WAY_DERIVE, false, DEFAULT,
	  { SENSITIVE }, { READABLE }, CKR_TEMPLATE_INCONSISTENT, 0, 0 },
	{ "rule 5: extractable", OBJ_WAY_DERIVE, false, DEFAULT,
	  { SENSITIVE }, { LEAVES }, CKR_TEMPLATE_INCONSISTENT, 0, 0 },
	{ "rule 5: nothing said", OBJ_WAY_DERIVE, false, DEFAULT,
	  { SENSITIVE }, { { 0 } }, CKR_OK, 1, 0 },
	{ "rule 5: also when compatible", OBJ_WAY_DERIVE, false,
	  CONF_POLICY_COMPATIBLE, { SENSITIVE }, { READABLE },
	  CKR_TEMPLATE_INCONSISTENT, 0, 0 },
	{ "rule 5: plain base", OBJ_WAY_DERIVE, false, DEFAULT,
	  { { 0 } }, { { 0 } }, CKR_OK, 0, 1 },
	{ "rule 5: one way", OBJ_WAY_DERIVE, true, DEFAULT,
	  { SENSITIVE }, { READABLE, LEAVES }, CKR_OK, 0, 1 },
	{ "rule 5: one way, strict", OBJ_WAY_DERIVE, true, CONF_POLICY_STRICT,
	  { SENSITIVE }, { READABLE }, CKR_TEMPLATE_INCONSISTENT, 0, 0 },
	{ "rule 5: short and hidden", OBJ_WAY_DERIVE, true, CONF_POLICY_STRICT,
	  { SENSITIVE }, { KIT_A(CKA_VALUE_LEN, three) },
	  CKR_TEMPLATE_INCONSISTENT, 0, 0 },
	{ "rule 5: short", OBJ_WAY_DERIVE, true, DEFAULT,
	  { SENSITIVE }, { KIT_A(CKA_VALUE_LEN, three) }, CKR_OK, 0, 1 },
	{ "rule 5: short, hidden by template", OBJ_WAY_DERIVE, true, DEFAULT,
	  { KIT_A(CKA_DERIVE_TEMPLATE, sensitive) },
	  { KIT_A(CKA_VALUE_LEN, three) }, CKR_TEMPLATE_INCONSISTENT, 0, 0 },
	{ "rule 5: long, hidden by template", OBJ_WAY_DERIVE, true, DEFAULT,
	  { KIT_A(CKA_DERIVE_TEMPLATE, sensitive) },
	  { KIT_A(CKA_VALUE_LEN, fourteen) }, CKR_OK, 1, 0 },
	{ "template: other label", OBJ_WAY_DERIVE, true, DEFAULT,
	  { KIT_A(CKA_DERIVE_TEMPLATE, label_a) },
	  { { CKA_LABEL, "b", 1 } }, CKR_TEMPLATE_INCONSISTENT, 0, 0 },
	{ "template: same label", OBJ_WAY_DERIVE, true, DEFAULT,
	  { KIT_A(CKA_DERIVE_TEMPLATE, label_a) },
	  { { CKA_LABEL, "a", 1 } }, CKR_OK, 0, 1 },
	{ "template: of the other way", OBJ_WAY_UNWRAP, false, DEFAULT,
	  { KIT_A(CKA_DERIVE_TEMPLATE, label_a) },
	  { AES, { CKA_LABEL, "b", 1 } }, CKR_OK, 0, 1 },
	{ "template: does not fit the class", OBJ_WAY_UNWRAP, false, DEFAULT,
	  { KIT_A(CKA_UNWRAP_TEMPLATE, of_rsa) }, { AES },
	  CKR_TEMPLATE_INCONSISTENT, 0, 0 },
	{ "template: contradicts rule 2", OBJ_WAY_UNWRAP, false, DEFAULT,
	  { KIT_A(CKA_UNWRAP_TEMPLATE, not_sensitive), NO_DECRYPT }, { AES },
	  CKR_TEMPLATE_INCONSISTENT, 0, 0 },
};

static void
run_base(const struct base_case *c)
{
	CK_ATTRIBUTE bt[8] = { AES, VALUE };
	struct obj_request rq = kit_request(c->way, c->t);
	KL_AUTO(obj_draft_freep) struct obj_draft *base = NULL, *d = NULL;
	struct object o;
	CK_RV rv;

	memcpy(bt + 3, c->base, sizeof(c->base));
	base = kit_create(bt);
	o = kit_object(base);
	kit_conf()->policy = c->policy;
	rq.base = &o;
	rq.one_way = c->one_way;
	rv = obj_draft_new(kit_space(), &kit_user, &rq, &d);
	kit_conf()->policy = CONF_POLICY_DEFAULT;
	if (rv != c->rv)
		fail_msg("%s: 0x%lx", c->name, rv);
	if (rv == CKR_OK && (kit_is(d, CKA_SENSITIVE) != c->sensitive ||
	    kit_is(d, CKA_EXTRACTABLE) != c->extractable))
		fail_msg("%s: wrong defaults", c->name);
}

static void
test_bases(void **state)
{
	(void)state;
	for (size_t i = 0; i < KL_COUNT(bases); i++)
		run_base(&bases[i]);
}

/* What the base key's template adds. */
static void
test_imposed(void **state)
{
	CK_ATTRIBUTE in[] = { AES, { CKA_LABEL, "a", 1 } };
	CK_ATTRIBUTE bt[5] = { AES, VALUE, KIT_A(CKA_UNWRAP_TEMPLATE, in) };
	struct obj_request rq = kit_request(OBJ_WAY_UNWRAP,
	    (CK_ATTRIBUTE[]){ { 0 } });
	KL_AUTO(obj_draft_freep) struct obj_draft *base = NULL, *d = NULL;
	struct object o;

	(void)state;
	base = kit_create(bt);
	o = kit_object(base);
	rq.base = &o;
	d = kit_draft(&kit_user, &rq);
	assert_int_equal(obj_draft_key_type(d), CKK_AES);
	assert_true(bytes_equal(attrs_bytes(&d->attrs, CKA_LABEL),
	    BYTES_STR("a")));
}

/* Nobody becomes trusted through a base key's template. */
static void
test_imposed_trust(void **state)
{
	CK_ATTRIBUTE in[] = { KIT_A(CKA_TRUSTED, kit_yes) };
	CK_ATTRIBUTE bt[5] = { AES, VALUE, KIT_A(CKA_UNWRAP_TEMPLATE, in) };
	CK_ATTRIBUTE t[3] = { AES };
	struct obj_request rq = kit_request(OBJ_WAY_UNWRAP, t);
	KL_AUTO(obj_draft_freep) struct obj_draft *base = NULL, *d = NULL;
	struct object o;

	(void)state;
	base = kit_create(bt);
	o = kit_object(base);
	rq.base = &o;
	assert_int_equal(obj_draft_new(kit_space(), &kit_user, &rq, &d),
	    CKR_ATTRIBUTE_READ_ONLY);
}

static void
test_readable(void **state)
{
	CK_ATTRIBUTE plain[4] = { AES, VALUE };
	CK_ATTRIBUTE kept[5] = { AES, VALUE, KIT_A(CKA_EXTRACTABLE, kit_no) };
	KL_AUTO(obj_draft_freep) struct obj_draft *a = NULL, *b = NULL;
	struct object oa, ob;

	(void)state;
	a = kit_create(plain);
	b = kit_create(kept);
	oa = kit_object(a);
	ob = kit_object(b);
	assert_false(policy_readable(&ob, schema_row(b->schema, CKA_VALUE)));
	assert_true(policy_readable(&ob, schema_row(b->schema, CKA_LABEL)));
	assert_true(policy_readable(&oa, schema_row(a->schema, CKA_VALUE)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_array),
		cmocka_unit_test(test_creates),
		cmocka_unit_test(test_other_ways),
		cmocka_unit_test(test_bases),
		cmocka_unit_test(test_imposed_trust),
		cmocka_unit_test(test_imposed),
		cmocka_unit_test(test_always_authenticate),
		cmocka_unit_test(test_readable),
		cmocka_unit_test(test_defaults_secret),
		cmocka_unit_test(test_defaults_sensitive),
		cmocka_unit_test(test_defaults_generated),
		cmocka_unit_test(test_defaults_pair),
		cmocka_unit_test(test_defaults_unwrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
