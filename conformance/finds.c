/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "find": C_FindObjectsInit, C_FindObjects, C_FindObjectsFinal (5.7.7 to
 * 5.7.9).
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 37

static int
by_value(const void *a, const void *b)
{
	CK_OBJECT_HANDLE x = *(const CK_OBJECT_HANDLE *)a,
			 y = *(const CK_OBJECT_HANDLE *)b;

	return x < y ? -1 : x > y;
}

static void
make_many(CK_OBJECT_HANDLE *h)
{
	char label[20];
	struct tmpl t;

	for (size_t i = 0; i < MANY; i++) {
		tmpl_data(&t);
		(void)snprintf(label, sizeof(label), "object %zu", i);
		t_s(&t, CKA_LABEL, label);
		t_b(&t, CKA_TOKEN, i % 2 == 0);
		t_b(&t, CKA_PRIVATE, i % 3 == 0);
		h[i] = obj_make(&t);
	}
	qsort(h, MANY, sizeof(*h), by_value);
}

static void
batches(const void *arg)
{
	static const CK_ULONG size[] = { 1, 2, 3, 10, MANY - 1, MANY, MANY + 1,
		200 };
	CK_OBJECT_HANDLE made[MANY], found[220];
	struct tmpl t = { .n = 0 };

	(void)arg;
	make_many(made);
	t_u(&t, CKA_CLASS, CKO_DATA);
	for (size_t i = 0; i < KIT_COUNT(size); i++) {
		CK_ULONG n = 0, total = 0;

		NEED(kit.f->C_FindObjectsInit(kit.s, t.a, t.n));
		do {
			REQUIRE(total <= MANY,
			    "batches of %lu: more objects than there are",
			    size[i]);
			NEED(kit.f->C_FindObjects(kit.s, found + total,
			    size[i] <= 200 - total ? size[i] : 200 - total,
			    &n));
			CHECK(
			    n <= size[i], "asked for %lu, got %lu", size[i], n);
			total += n;
		} while (n != 0);
		WANT(kit.f->C_FindObjects(kit.s, found + total, 1, &n), CKR_OK);
		CHECK(n == 0, "objects after the end");
		NEED(kit.f->C_FindObjectsFinal(kit.s));
		qsort(found, total, sizeof(found[0]), by_value);
		CHECK(total == MANY && memcmp(found, made, sizeof(made)) == 0,
		    "batches of %lu: %lu of %d objects", size[i], total, MANY);
	}
}

static void
states(const void *arg)
{
	CK_OBJECT_HANDLE h, made[MANY];
	CK_ULONG n = 77;
	struct tmpl t;

	(void)arg;
	make_many(made);
	tmpl_data(&t);
	WANT(kit.f->C_FindObjects(kit.s, &h, 1, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	WANT(kit.f->C_FindObjectsFinal(kit.s), CKR_OPERATION_NOT_INITIALIZED);
	WANT(kit.f->C_FindObjectsInit(kit.s, NULL, 1), CKR_ARGUMENTS_BAD);
	NEED(kit.f->C_FindObjectsInit(kit.s, NULL, 0));
	WANT(kit.f->C_FindObjectsInit(kit.s, NULL, 0), CKR_OPERATION_ACTIVE);
	WANT(kit.f->C_FindObjects(kit.s, &h, 1, &n), CKR_OK);
	CHECK(n == 1, "%lu objects", n);
	WANT(kit.f->C_FindObjectsFinal(kit.s), CKR_OK);
	WANT(kit.f->C_FindObjectsFinal(kit.s), CKR_OPERATION_NOT_INITIALIZED);
	NEED(kit.f->C_FindObjectsInit(kit.s, t.a, t.n));
	WANT(kit.f->C_FindObjects(kit.s, NULL, 1, &n), CKR_ARGUMENTS_BAD);
	(void)kit.f->C_FindObjectsFinal(kit.s);
	NEED(kit.f->C_FindObjectsInit(kit.s, t.a, t.n));
	WANT(kit.f->C_FindObjects(kit.s, &h, 1, NULL), CKR_ARGUMENTS_BAD);
	(void)kit.f->C_FindObjectsFinal(kit.s);
	NEED(kit.f->C_FindObjectsInit(kit.s, t.a, t.n));
}

static void
several_sessions(const void *arg)
{
	CK_OBJECT_HANDLE made[MANY], h;
	CK_SESSION_HANDLE s[4];
	CK_ULONG n, total[4] = { 0, 0, 0, 0 };

	(void)arg;
	make_many(made);
	for (size_t k = 0; k < KIT_COUNT(s); k++) {
		struct tmpl t = { .n = 0 };

		s[k] = kit_session(0);
		t_u(&t, CKA_CLASS, CKO_DATA);
		t_b(&t, CKA_TOKEN, k % 2 == 0);
		NEED(kit.f->C_FindObjectsInit(s[k], t.a, t.n));
	}
	for (int i = 0; i < MANY; i++)
		for (size_t k = 0; k < KIT_COUNT(s); k++) {
			NEED(kit.f->C_FindObjects(s[k], &h, 1, &n));
			total[k] += n;
		}
	for (size_t k = 0; k < KIT_COUNT(s); k++)
		CHECK(total[k] == (k % 2 == 0 ? (MANY + 1) / 2 : MANY / 2),
		    "session %zu found %lu", k, total[k]);
}

/*
 * Each attribute that an index may stand behind finds exactly its object,
 * another value none.
 */
static void
by_attribute(const void *arg)
{
	static const CK_ATTRIBUTE_TYPE of_cert[] = { CKA_CLASS,
		CKA_CERTIFICATE_TYPE, CKA_SUBJECT, CKA_ISSUER,
		CKA_SERIAL_NUMBER, CKA_LABEL, CKA_ID, CKA_VALUE };
	static const CK_ATTRIBUTE_TYPE of_data[] = { CKA_APPLICATION,
		CKA_OBJECT_ID, CKA_LABEL };
	static const CK_BYTE oid[] = { 0x06, 0x03, 0x55, 0x04, 0x03 };
	const int private = arg != NULL;
	CK_OBJECT_HANDLE cert, data, h;
	struct tmpl c, d, q;

	tmpl_cert(&c);
	t_b(&c, CKA_TOKEN, true);
	t_b(&c, CKA_PRIVATE, private != 0);
	cert = obj_make(&c);
	tmpl_data(&d);
	t_b(&d, CKA_TOKEN, true);
	t_b(&d, CKA_PRIVATE, private != 0);
	t_v(&d, CKA_OBJECT_ID, oid, sizeof(oid));
	data = obj_make(&d);
	for (size_t i = 0; i < KIT_COUNT(of_cert) + KIT_COUNT(of_data); i++) {
		bool is_cert = i < KIT_COUNT(of_cert);
		CK_ATTRIBUTE_TYPE type =
		    is_cert ? of_cert[i] : of_data[i - KIT_COUNT(of_cert)];
		CK_BYTE value[2000];
		long n = attr_read(
		    is_cert ? cert : data, type, value, sizeof(value));

		REQUIRE(n > 0, "attribute 0x%lx not readable", type);
		q.n = 0;
		t_v(&q, type, value, (size_t)n);
		CHECK(obj_find(kit.s, &q, &h, 1) == 1 &&
			h == (is_cert ? cert : data),
		    "attribute 0x%lx does not find its object alone", type);
		value[n - 1] ^= 0x40;
		CHECK(obj_find(kit.s, &q, &h, 1) == 0,
		    "attribute 0x%lx: another value finds something", type);
	}
	CHECK(obj_find(kit.s, &c, &h, 1) == 1 && h == cert,
	    "the whole template does not find the certificate");
	t_s(&c, CKA_ID, "other");
	CHECK(obj_find(kit.s, &c, &h, 1) == 0,
	    "one wrong attribute of many is overlooked");
}

static void
by_unique_id(const void *arg)
{
	CK_OBJECT_HANDLE a, h;
	CK_BYTE id[200];
	struct tmpl t, q = { .n = 0 };
	long n;

	(void)arg;
	tmpl_data(&t);
	t_b(&t, CKA_TOKEN, true);
	a = obj_make(&t);
	(void)obj_make(&t);
	n = attr_read(a, CKA_UNIQUE_ID, id, sizeof(id));
	if (n < 0 && kit.f30 == NULL)
		kit_skip("CKA_UNIQUE_ID is of 3.0");
	REQUIRE(
	    n > 0, "CKA_UNIQUE_ID: %s", kit_rv_name(attr_rv(a, CKA_UNIQUE_ID)));
	t_v(&q, CKA_UNIQUE_ID, id, (size_t)n);
	CHECK(obj_find(kit.s, &q, &h, 1) == 1 && h == a,
	    "CKA_UNIQUE_ID does not find its object");
}

/* Searches that clients make all the time: no object, no error. */
static void
unknown(const void *arg)
{
	static const CK_OBJECT_CLASS classes[] = { 0xce534351UL, 0xce534352UL,
		0xce534353UL, 0xce534354UL, 0x0bUL, CKO_DOMAIN_PARAMETERS,
		CKO_HW_FEATURE };
	CK_OBJECT_HANDLE h;
	struct tmpl t;
	CK_RV rv;

	(void)arg;
	tmpl_data(&t);
	(void)obj_make(&t);
	for (size_t i = 0; i < KIT_COUNT(classes); i++) {
		t.n = 0;
		t_u(&t, CKA_CLASS, classes[i]);
		t_s(&t, CKA_ISSUER, "nobody");
		t_s(&t, CKA_SERIAL_NUMBER, "0");
		CHECK(obj_find(kit.s, &t, &h, 1) == 0,
		    "class 0x%lx finds something", classes[i]);
	}
	t.n = 0;
	t_s(&t, 0x7fff1234UL, "x");
	rv = kit.f->C_FindObjectsInit(kit.s, t.a, t.n);
	if (WANT(rv, CKR_OK, CKR_ATTRIBUTE_TYPE_INVALID) && rv == CKR_OK) {
		CK_ULONG n = 1;

		WANT(kit.f->C_FindObjects(kit.s, &h, 1, &n), CKR_OK);
		CHECK(n == 0, "an unknown attribute finds something");
		WANT(kit.f->C_FindObjectsFinal(kit.s), CKR_OK);
	}
}

static void
without_login(const void *arg)
{
	CK_OBJECT_HANDLE h, made[MANY];
	struct tmpl t = { .n = 0 };
	size_t n;

	(void)arg;
	make_many(made);
	NEED(kit.f->C_Logout(kit.s));
	t_b(&t, CKA_PRIVATE, true);
	CHECK(obj_find(kit.s, &t, &h, 1) == 0,
	    "private objects are found without login");
	t.n = 0;
	t_s(&t, CKA_LABEL, "object 6");
	CHECK(obj_find(kit.s, &t, &h, 1) == 0,
	    "a private object is found by its label without login");
	t.n = 0;
	n = obj_find(kit.s, &t, &h, 1);
	CHECK(n == 24, "an empty search finds %zu public objects, want 24", n);
	kit_login(kit.s, CKU_USER);
	t_s(&t, CKA_LABEL, "object 6");
	CHECK(obj_find(kit.s, &t, &h, 1) == 1,
	    "the private token object is not found by its label");
}

/*
 * Objects that come and go while a search runs: no crash, no object twice, no
 * dead handle at once.
 */
static void
while_changing(const void *arg)
{
	CK_SESSION_HANDLE other = kit_session(CKF_RW_SESSION);
	CK_OBJECT_HANDLE made[MANY], seen[2 * MANY + 2], h;
	CK_ULONG n, total = 0;
	struct tmpl t;

	(void)arg;
	make_many(made);
	tmpl_data(&t);
	NEED(kit.f->C_FindObjectsInit(kit.s, t.a, 1));
	for (int i = 0; i < MANY; i++) {
		NEED(kit.f->C_FindObjects(kit.s, &seen[total], 1, &n));
		total += n;
		if (i % 2 == 0)
			NEED(kit.f->C_DestroyObject(other, made[i]));
		else
			NEED(kit.f->C_CreateObject(other, t.a, t.n, &h));
	}
	NEED(kit.f->C_FindObjectsFinal(kit.s));
	qsort(seen, total, sizeof(seen[0]), by_value);
	for (CK_ULONG i = 1; i < total; i++)
		CHECK(seen[i] != seen[i - 1], "an object is found twice");
}

/* What another session just committed is found at once. */
static void
fresh(const void *arg)
{
	CK_SESSION_HANDLE other = kit_session(CKF_RW_SESSION);
	CK_OBJECT_HANDLE a, h;
	struct tmpl t;

	(void)arg;
	for (int i = 0; i < 20; i++) {
		char label[20];

		(void)snprintf(label, sizeof(label), "turn %d", i);
		tmpl_data(&t);
		t_s(&t, CKA_LABEL, label);
		t_b(&t, CKA_TOKEN, i % 2 == 0);
		NEED(kit.f->C_CreateObject(other, t.a, t.n, &a));
		CHECK(obj_find(kit.s, &t, &h, 1) == 1 && h == a,
		    "turn %d: not found after it was made", i);
		NEED(kit.f->C_DestroyObject(other, a));
		CHECK(obj_find(kit.s, &t, &h, 1) == 0,
		    "turn %d: found after it was destroyed", i);
	}
}

static const struct kit_case cases[] = {
	{ "find/batches", "5.7.8", AT_USER, batches, NULL, 0 },
	{ "find/states", "5.7.7 to 5.7.9", AT_USER, states, NULL, 0 },
	{ "find/several-sessions", "5.7.7", AT_USER, several_sessions, NULL,
	    0 },
	{ "find/by-attribute-public", "5.7.7", AT_USER, by_attribute, NULL, 0 },
	{ "find/by-attribute-private", "5.7.7", AT_USER, by_attribute,
	    "private", 0 },
	{ "find/by-unique-id", "4.4.1", AT_USER, by_unique_id, NULL, 0 },
	{ "find/unknown", "5.7.7", AT_USER, unknown, NULL, 0 },
	{ "find/without-login", "5.7.7", AT_USER, without_login, NULL, 0 },
	{ "find/while-changing", "5.7.8", AT_USER, while_changing, NULL, 0 },
	{ "find/fresh", "5.7.7", AT_USER, fresh, NULL, 0 },
};

void
find_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
