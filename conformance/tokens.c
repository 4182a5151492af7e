/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "token": C_InitToken, first time and again (5.5.7).
 */
#include "suite.h"

#include <string.h>

static CK_UTF8CHAR *
text(const char *s)
{
	return (CK_UTF8CHAR *)(uintptr_t)s;
}

static CK_RV
init_token(CK_SLOT_ID slot, const char *pin, const char *name)
{
	CK_UTF8CHAR label[32];

	kit_pad(label, sizeof(label), name);
	return kit.f->C_InitToken(slot, text(pin), strlen(pin), label);
}

static void
first_time(const void *arg)
{
	CK_TOKEN_INFO i;
	CK_SLOT_ID slot;

	(void)arg;
	slot = kit_need_free_slot();
	NEED(init_token(slot, KIT_SO_PIN, "a new one"));
	REQUIRE(kit_find_slot("a new one", &kit.slot), "token not listed");
	NEED(kit.f->C_GetTokenInfo(kit.slot, &i));
	CHECK((i.flags & CKF_TOKEN_INITIALIZED) != 0,
	    "flags 0x%lx: not initialised", i.flags);
	CHECK((i.flags & CKF_USER_PIN_INITIALIZED) == 0,
	    "flags 0x%lx: a user PIN before C_InitPIN", i.flags);
	kit.s = kit_session(CKF_RW_SESSION);
	WANT(kit.f->C_Login(kit.s, CKU_USER, text(KIT_PIN), strlen(KIT_PIN)),
	    CKR_USER_PIN_NOT_INITIALIZED);
	WANT(kit.f->C_Login(
		 kit.s, CKU_USER, text(KIT_SO_PIN), strlen(KIT_SO_PIN)),
	    CKR_USER_PIN_NOT_INITIALIZED);
	WANT(kit.f->C_SetPIN(kit.s, text(KIT_PIN), strlen(KIT_PIN),
		 text(KIT_PIN), strlen(KIT_PIN)),
	    CKR_USER_PIN_NOT_INITIALIZED, CKR_PIN_INCORRECT,
	    CKR_USER_NOT_LOGGED_IN);
	kit_login(kit.s, CKU_SO);
}

static void
arguments(const void *arg)
{
	CK_UTF8CHAR label[32];
	CK_SLOT_ID slot;

	(void)arg;
	slot = kit_need_free_slot();
	kit_pad(label, sizeof(label), "x");
	WANT(kit.f->C_InitToken(slot, NULL, 8, label), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_InitToken(
		 slot, text(KIT_SO_PIN), strlen(KIT_SO_PIN), NULL),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_InitToken(slot, text("1"), 1, label), CKR_PIN_LEN_RANGE,
	    CKR_PIN_INVALID, CKR_PIN_INCORRECT, CKR_ARGUMENTS_BAD);
	CHECK(!kit_find_slot("x", &slot), "a refused C_InitToken left a token");
}

static void
check_serial(const CK_TOKEN_INFO *before)
{
	CK_TOKEN_INFO after;

	NEED(kit.f->C_GetTokenInfo(kit.slot, &after));
	CHECK(memcmp(before->serialNumber, after.serialNumber,
		  sizeof(after.serialNumber)) == 0,
	    "the serial number changed from %.16s to %.16s",
	    before->serialNumber, after.serialNumber);
	CHECK((after.flags & CKF_USER_PIN_INITIALIZED) == 0,
	    "the user PIN survived");
}

static void
make_objects(void)
{
	struct tmpl t;

	for (int i = 0; i < 4; i++) {
		tmpl_data(&t);
		t_b(&t, CKA_TOKEN, (i & 1) != 0);
		t_b(&t, CKA_PRIVATE, (i & 2) != 0);
		(void)obj_make(&t);
	}
}

static void
again(const void *arg)
{
	struct tmpl all = { .n = 0 };
	CK_TOKEN_INFO before;
	CK_OBJECT_HANDLE h;

	(void)arg;
	make_objects();
	NEED(kit.f->C_CloseAllSessions(kit.slot));
	NEED(kit.f->C_GetTokenInfo(kit.slot, &before));
	NEED(init_token(kit.slot, KIT_SO_PIN, "renamed"));
	REQUIRE(
	    kit_find_slot("renamed", &kit.slot), "the new label is not shown");
	check_serial(&before);
	kit.s = kit_session(CKF_RW_SESSION);
	CHECK(obj_find(kit.s, &all, &h, 1) == 0, "public objects survived");
	WANT(kit.f->C_Login(kit.s, CKU_USER, text(KIT_PIN), strlen(KIT_PIN)),
	    CKR_USER_PIN_NOT_INITIALIZED);
	kit_login(kit.s, CKU_SO);
	NEED(kit.f->C_InitPIN(kit.s, text(KIT_PIN), strlen(KIT_PIN)));
	NEED(kit.f->C_Logout(kit.s));
	kit_login(kit.s, CKU_USER);
	CHECK(obj_find(kit.s, &all, &h, 1) == 0, "private objects survived");
	make_objects();
}

static void
again_wrong_pin(const void *arg)
{
	struct tmpl all = { .n = 0 };
	CK_OBJECT_HANDLE h;
	size_t n;

	(void)arg;
	make_objects();
	NEED(kit.f->C_CloseAllSessions(kit.slot));
	WANT(init_token(kit.slot, "not-the-so-pin", "stolen"),
	    CKR_PIN_INCORRECT);
	WANT(init_token(kit.slot, KIT_PIN, "stolen"), CKR_PIN_INCORRECT);
	CHECK(kit_find_slot(KIT_LABEL, &kit.slot), "the label changed");
	kit.s = kit_session(CKF_RW_SESSION);
	kit_login(kit.s, CKU_USER);
	n = obj_find(kit.s, &all, &h, 1);
	CHECK(n >= 2, "%zu of 2 token objects left", n);
}

static void
again_with_session(const void *arg)
{
	CK_SESSION_HANDLE ro;

	(void)arg;
	WANT(init_token(kit.slot, KIT_SO_PIN, "x"), CKR_SESSION_EXISTS);
	ro = kit_session(0);
	NEED(kit.f->C_CloseSession(kit.s));
	WANT(init_token(kit.slot, KIT_SO_PIN, "x"), CKR_SESSION_EXISTS);
	NEED(kit.f->C_CloseSession(ro));
	WANT(init_token(kit.slot, KIT_SO_PIN, "x"), CKR_OK);
}

/*
 * A label of 32 bytes, some of them UTF-8, comes back byte by byte; two
 * tokens live side by side.
 */
static void
two_tokens(const void *arg)
{
	static const char name[] = "t\xc3\xb6ken of exactly 32 characters!";
	CK_SESSION_HANDLE other;
	CK_TOKEN_INFO a, b;
	CK_SLOT_ID slot;
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	slot = kit_need_free_slot();
	NEED(init_token(slot, KIT_SO_PIN, name));
	REQUIRE(kit_find_slot(name, &slot),
	    "second token not listed under its label");
	NEED(kit.f->C_GetTokenInfo(kit.slot, &a));
	NEED(kit.f->C_GetTokenInfo(slot, &b));
	CHECK(
	    memcmp(a.serialNumber, b.serialNumber, sizeof(a.serialNumber)) != 0,
	    "both have one serial number");
	tmpl_data(&t);
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, false);
	h = obj_make(&t);
	NEED(kit.f->C_OpenSession(
	    slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &other));
	CHECK(obj_find(other, &t, &h, 1) == 0,
	    "the second token shows the first one's object");
	NEED(kit.f->C_Login(
	    other, CKU_SO, text(KIT_SO_PIN), strlen(KIT_SO_PIN)));
	CHECK(
	    obj_find(kit.s, &t, &h, 1) == 1, "the first token lost its object");
	NEED(kit.f->C_CloseAllSessions(slot));
	WANT(kit.f->C_Logout(kit.s), CKR_OK);
}

static const struct kit_case cases[] = {
	{ "token/first-time", "5.5.7", AT_INIT, first_time, NULL, 0 },
	{ "token/arguments", "5.5.7", AT_INIT, arguments, NULL, 0 },
	{ "token/again", "5.5.7", AT_USER, again, NULL, 0 },
	{ "token/again-wrong-pin", "5.5.7", AT_USER, again_wrong_pin, NULL, 0 },
	{ "token/again-with-session", "5.5.7", AT_PUBLIC, again_with_session,
	    NULL, 0 },
	{ "token/two-tokens", "5.5.7", AT_USER, two_tokens, NULL, 0 },
};

void
token_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
