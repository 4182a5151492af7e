/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "class": the object classes that few programs know: what a token shows
 * of itself (4.3, 4.13, 4.15), trust objects (4.7), attribute certificates
 * (4.6.5).
 */
#include "suite.h"

#include <string.h>
#include <time.h>

#define VALUE_ROOM 64

/* All of a class, and no more than room of them. */
static size_t
of_class(CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *out, size_t room)
{
	struct tmpl t = { .n = 0 };

	t_u(&t, CKA_CLASS, class);
	return obj_find(kit.s, &t, out, room);
}

/* Each mechanism that is listed has its object and each object is listed. */
static void
mechanisms(const void *arg)
{
	CK_MECHANISM_TYPE list[1024];
	CK_OBJECT_HANDLE h[1024];
	CK_ULONG n = KIT_COUNT(list);
	size_t found = of_class(CKO_MECHANISM, h, KIT_COUNT(h));

	(void)arg;
	SKIP_UNLESS(found > 0 || kit.profile == PROFILE_KLUIS,
	    "no mechanism objects");
	NEED(kit.f->C_GetMechanismList(kit.slot, list, &n));
	CHECK(found == n, "%zu objects for %lu mechanisms", found, n);
	for (CK_ULONG i = 0; i < n; i++) {
		CK_OBJECT_HANDLE one = 0;
		struct tmpl t = { .n = 0 };

		t_u(&t, CKA_CLASS, CKO_MECHANISM);
		t_u(&t, CKA_MECHANISM_TYPE, list[i]);
		CHECK(obj_find(kit.s, &t, &one, 1) == 1, "%s has no object",
		    kit_mech_name(list[i]));
		(void)attr_is_u(one, CKA_MECHANISM_TYPE, list[i]);
	}
}

/* Programs that know nothing of them do not meet them (2.40 4.3, 4.12). */
static void
hidden(const void *arg)
{
	CK_OBJECT_HANDLE h[64];
	CK_ULONG n = 0;

	(void)arg;
	NEED(kit.f->C_FindObjectsInit(kit.s, NULL, 0));
	NEED(kit.f->C_FindObjects(kit.s, h, KIT_COUNT(h), &n));
	NEED(kit.f->C_FindObjectsFinal(kit.s));
	for (CK_ULONG i = 0; i < n; i++) {
		CK_ULONG class = attr_u(h[i], CKA_CLASS);

		CHECK(class != CKO_HW_FEATURE && class != CKO_MECHANISM,
		    "a search for everything finds class %lu", class);
	}
}

static CK_OBJECT_HANDLE
feature(CK_HW_FEATURE_TYPE type)
{
	CK_OBJECT_HANDLE h = 0;
	struct tmpl t = { .n = 0 };

	t_u(&t, CKA_CLASS, CKO_HW_FEATURE);
	t_u(&t, CKA_HW_FEATURE_TYPE, type);
	if (obj_find(kit.s, &t, &h, 1) == 0) {
		SKIP_UNLESS(kit.profile == PROFILE_KLUIS, "no such feature");
		REQUIRE(false, "no hardware feature %lu", type);
	}
	return h;
}

/* It tells the time that CK_TOKEN_INFO tells. */
static void
clock_object(const void *arg)
{
	CK_OBJECT_HANDLE h = feature(CKH_CLOCK);
	CK_TOKEN_INFO before, after;
	CK_BYTE now[VALUE_ROOM];

	(void)arg;
	NEED(kit.f->C_GetTokenInfo(kit.slot, &before));
	REQUIRE(attr_read(h, CKA_VALUE, now, sizeof(now)) == 16,
	    "the time is not 16 characters");
	NEED(kit.f->C_GetTokenInfo(kit.slot, &after));
	CHECK((before.flags & CKF_CLOCK_ON_TOKEN) != 0,
	    "a clock object but no CKF_CLOCK_ON_TOKEN");
	CHECK(memcmp(before.utcTime, now, 16) <= 0 &&
		memcmp(now, after.utcTime, 16) <= 0,
	    "the clock tells another time than CK_TOKEN_INFO");
	WANT(kit.f->C_DestroyObject(kit.s, h), CKR_ACTION_PROHIBITED);
}

/* Every reading is more than the one before, whatever happened between. */
static void
counter(const void *arg)
{
	CK_BYTE last[VALUE_ROOM] = { 0 }, now[VALUE_ROOM];
	CK_OBJECT_HANDLE h = feature(CKH_MONOTONIC_COUNTER);

	(void)arg;
	for (int i = 0; i < 10; i++) {
		long n = attr_read(h, CKA_VALUE, now, sizeof(now));

		REQUIRE(n > 0, "no value");
		CHECK(memcmp(last, now, (size_t)n) < 0, "reading %d: no more "
							"than before", i);
		memcpy(last, now, (size_t)n);
	}
	WANT(attr_set(h, CKA_VALUE, last, 8), CKR_ACTION_PROHIBITED,
	    CKR_ATTRIBUTE_READ_ONLY);
	(void)attr_b(h, CKA_HAS_RESET);
	(void)attr_b(h, CKA_RESET_ON_INIT);
}

/* C_InitToken does not bring old values back, unless the counter says so. */
static void
counter_reset(const void *arg)
{
	CK_OBJECT_HANDLE h = feature(CKH_MONOTONIC_COUNTER);
	CK_BYTE last[VALUE_ROOM], now[VALUE_ROOM];
	CK_UTF8CHAR label[32];
	bool resets = attr_b(h, CKA_RESET_ON_INIT);
	long n = attr_read(h, CKA_VALUE, last, sizeof(last));

	(void)arg;
	REQUIRE(n > 0, "no value");
	SKIP_UNLESS(!resets, "the counter is reset by C_InitToken");
	NEED(kit.f->C_CloseAllSessions(kit.slot));
	kit_pad(label, sizeof(label), KIT_LABEL);
	NEED(kit.f->C_InitToken(kit.slot, (CK_UTF8CHAR_PTR)KIT_SO_PIN,
	    strlen(KIT_SO_PIN), label));
	kit.s = kit_session(CKF_RW_SESSION);
	h = feature(CKH_MONOTONIC_COUNTER);
	CHECK(attr_read(h, CKA_VALUE, now, sizeof(now)) == n &&
		memcmp(last, now, (size_t)n) < 0,
	    "no more than before C_InitToken");
}

static void
tmpl_trust(struct tmpl *t)
{
	static const CK_BYTE name[] = { 0x30, 0x00 }, serial[] = { 2, 1, 5 };

	t->n = 0;
	t_u(t, CKA_CLASS, CKO_TRUST);
	t_b(t, CKA_TOKEN, true);
	t_v(t, CKA_ISSUER, name, sizeof(name));
	t_v(t, CKA_SERIAL_NUMBER, serial, sizeof(serial));
}

static CK_OBJECT_HANDLE
trust_make(const struct tmpl *t)
{
	CK_OBJECT_HANDLE h = 0;
	CK_RV rv = obj_try(t, &h);

	SKIP_UNLESS(rv != CKR_ATTRIBUTE_VALUE_INVALID ||
		kit.profile == PROFILE_KLUIS, "no trust objects");
	REQUIRE(rv == CKR_OK, "C_CreateObject: %s", kit_rv_name(rv));
	return h;
}

static void
trust(const void *arg)
{
	static const CK_BYTE hash[20] = { 1 };
	CK_ULONG anchor = CKT_TRUST_ANCHOR;
	CK_OBJECT_HANDLE h, found = 0;
	struct tmpl t;

	(void)arg;
	tmpl_trust(&t);
	h = trust_make(&t);
	CHECK(obj_find(kit.s, &t, &found, 1) == 1 && found == h,
	    "not found by issuer and serial number");
	CHECK(!attr_b(h, CKA_PRIVATE) && attr_b(h, CKA_MODIFIABLE),
	    "defaults are not those of 4.7");
	WANT(attr_set(h, CKA_TRUST_EMAIL_PROTECTION, &anchor, sizeof(anchor)),
	    CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_READ_ONLY);
	NEED(kit.f->C_DestroyObject(kit.s, h));
	t_u(&t, CKA_TRUST_SERVER_AUTH, CKT_TRUST_ANCHOR);
	WANT(obj_try(&t, &h), CKR_TEMPLATE_INCOMPLETE);
	t_v(&t, CKA_HASH_OF_CERTIFICATE, hash, sizeof(hash));
	h = trust_make(&t);
	(void)attr_is_u(h, CKA_TRUST_SERVER_AUTH, CKT_TRUST_ANCHOR);
}

static void
attribute_certificate(const void *arg)
{
	static const CK_BYTE der[] = { 0x30, 0x03, 0x02, 0x01, 0x07 };
	CK_OBJECT_HANDLE h = 0;
	struct tmpl t = { .n = 0 };
	CK_RV rv;

	(void)arg;
	t_u(&t, CKA_CLASS, CKO_CERTIFICATE);
	t_u(&t, CKA_CERTIFICATE_TYPE, CKC_X_509_ATTR_CERT);
	t_b(&t, CKA_TOKEN, true);
	t_v(&t, CKA_VALUE, der, sizeof(der));
	rv = obj_try(&t, &h);
	SKIP_UNLESS(rv == CKR_TEMPLATE_INCOMPLETE ||
		kit.profile == PROFILE_KLUIS, "no attribute certificates");
	CHECK(rv == CKR_TEMPLATE_INCOMPLETE, "made without CKA_OWNER: %s",
	    kit_rv_name(rv));
	t_v(&t, CKA_OWNER, der, sizeof(der));
	h = obj_make(&t);
	(void)attr_is(h, CKA_OWNER, der, sizeof(der));
	(void)attr_is(h, CKA_AC_ISSUER, "", 0);
	WANT(attr_set(h, CKA_AC_ISSUER, der, sizeof(der)), CKR_OK);
	WANT(attr_set(h, CKA_OWNER, "x", 1), CKR_ATTRIBUTE_READ_ONLY);
}

static void
read_only(const void *arg)
{
	static const CK_ULONG classes[] = { CKO_VALIDATION, CKO_MECHANISM,
		CKO_HW_FEATURE, CKO_PROFILE };

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(classes); i++) {
		struct tmpl t = { .n = 0 };
		CK_OBJECT_HANDLE h;

		t_u(&t, CKA_CLASS, classes[i]);
		CHECK(obj_try(&t, &h) != CKR_OK, "an object of class %lu "
						 "was made", classes[i]);
	}
}

static const struct kit_case cases[] = {
	{ "class/mechanism", "4.13", AT_PUBLIC, mechanisms, NULL, 0 },
	{ "class/hidden", "2.40 4.3, 4.12", AT_USER, hidden, NULL, 0 },
	{ "class/clock", "4.3.2", AT_PUBLIC, clock_object, NULL, 0 },
	{ "class/counter", "4.3.3", AT_PUBLIC, counter, NULL, 0 },
	{ "class/counter-reset", "4.3.3", AT_PUBLIC, counter_reset, NULL, 0 },
	{ "class/trust", "4.7", AT_USER, trust, NULL, 0 },
	{ "class/attribute-certificate", "4.6.5", AT_USER,
	    attribute_certificate, NULL, 0 },
	{ "class/read-only", "4.3, 4.13 to 4.15", AT_USER, read_only, NULL, 0 },
};

void
class_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
