/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "pin": C_InitPIN and C_SetPIN in every state, lengths, counters and
 * locks (5.5.8, 5.5.9).
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define OTHER_PIN  "another-pin-99"
#define MANY_TRIES 40

static CK_UTF8CHAR *
text(const char *s)
{
	return (CK_UTF8CHAR *)(uintptr_t)s;
}

static CK_RV
login(CK_USER_TYPE who, const char *pin)
{
	return kit.f->C_Login(kit.s, who, text(pin), strlen(pin));
}

static CK_RV
init_pin(const char *pin)
{
	return kit.f->C_InitPIN(kit.s, text(pin), strlen(pin));
}

static CK_RV
set_pin(CK_SESSION_HANDLE s, const char *old, const char *new)
{
	return kit.f->C_SetPIN(
	    s, text(old), strlen(old), text(new), strlen(new));
}

static CK_FLAGS
flags(void)
{
	CK_TOKEN_INFO i;

	NEED(kit.f->C_GetTokenInfo(kit.slot, &i));
	return i.flags;
}

static void
init_states(const void *arg)
{
	CK_SESSION_HANDLE ro;

	(void)arg;
	WANT(init_pin(OTHER_PIN), CKR_USER_NOT_LOGGED_IN);
	ro = kit_session(0);
	WANT(kit.f->C_InitPIN(ro, text(OTHER_PIN), strlen(OTHER_PIN)),
	    CKR_USER_NOT_LOGGED_IN, CKR_SESSION_READ_ONLY);
	kit_login(kit.s, CKU_USER);
	WANT(init_pin(OTHER_PIN), CKR_USER_NOT_LOGGED_IN);
	WANT(kit.f->C_InitPIN(ro, text(OTHER_PIN), strlen(OTHER_PIN)),
	    CKR_USER_NOT_LOGGED_IN, CKR_SESSION_READ_ONLY);
	NEED(kit.f->C_Logout(kit.s));
	NEED(kit.f->C_CloseSession(ro));
	kit_login(kit.s, CKU_SO);
	WANT(kit.f->C_InitPIN(kit.s, NULL, 8), CKR_ARGUMENTS_BAD);
	WANT(init_pin(OTHER_PIN), CKR_OK);
	NEED(kit.f->C_Logout(kit.s));
	WANT(login(CKU_USER, KIT_PIN), CKR_PIN_INCORRECT);
	WANT(login(CKU_USER, OTHER_PIN), CKR_OK);
}

/* The SO gives the user a new PIN; the user's objects are still there. */
static void
init_keeps_objects(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_data(&t);
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, true);
	(void)obj_make(&t);
	NEED(kit.f->C_Logout(kit.s));
	kit_login(kit.s, CKU_SO);
	NEED(init_pin(OTHER_PIN));
	NEED(kit.f->C_Logout(kit.s));
	NEED(login(CKU_USER, OTHER_PIN));
	REQUIRE(obj_find(kit.s, &t, &h, 1) == 1, "the private object is gone");
	attr_is(h, CKA_VALUE, "some bytes", 10);
}

static void
lengths(const void *arg)
{
	static char longest[4096];
	CK_TOKEN_INFO i;

	(void)arg;
	NEED(kit.f->C_GetTokenInfo(kit.slot, &i));
	memset(longest, 'x', sizeof(longest));
	kit_login(kit.s, CKU_SO);
	WANT(kit.f->C_InitPIN(kit.s, text(longest), 0), CKR_PIN_LEN_RANGE);
	if (i.ulMinPinLen > 1)
		WANT(kit.f->C_InitPIN(kit.s, text(longest), i.ulMinPinLen - 1),
		    CKR_PIN_LEN_RANGE, CKR_PIN_INVALID);
	if (i.ulMaxPinLen < sizeof(longest))
		WANT(kit.f->C_InitPIN(kit.s, text(longest), i.ulMaxPinLen + 1),
		    CKR_PIN_LEN_RANGE, CKR_PIN_INVALID);
	NEED(kit.f->C_InitPIN(kit.s, text(longest), i.ulMinPinLen));
	NEED(kit.f->C_Logout(kit.s));
	NEED(kit.f->C_Login(kit.s, CKU_USER, text(longest), i.ulMinPinLen));
	if (i.ulMaxPinLen >= sizeof(longest))
		i.ulMaxPinLen = sizeof(longest) - 1;
	NEED(kit.f->C_SetPIN(
	    kit.s, text(longest), i.ulMinPinLen, text(longest), i.ulMaxPinLen));
	NEED(kit.f->C_Logout(kit.s));
	WANT(kit.f->C_Login(kit.s, CKU_USER, text(longest), i.ulMaxPinLen - 1),
	    CKR_PIN_INCORRECT);
	WANT(kit.f->C_Login(kit.s, CKU_USER, text(longest), i.ulMaxPinLen),
	    CKR_OK);
	WANT(kit.f->C_SetPIN(
		 kit.s, text(longest), i.ulMaxPinLen, text(longest), 0),
	    CKR_PIN_LEN_RANGE);
	WANT(kit.f->C_SetPIN(kit.s, NULL, 4, text(longest), 8),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_SetPIN(kit.s, text(longest), 4, NULL, 8),
	    CKR_ARGUMENTS_BAD);
}

static void
set_user(const void *arg)
{
	(void)arg;
	WANT(set_pin(kit.s, "wrong-old-pin", OTHER_PIN), CKR_PIN_INCORRECT);
	WANT(set_pin(kit.s, KIT_PIN, OTHER_PIN), CKR_OK);
	NEED(kit.f->C_Logout(kit.s));
	WANT(login(CKU_USER, KIT_PIN), CKR_PIN_INCORRECT);
	WANT(login(CKU_USER, OTHER_PIN), CKR_OK);
}

static void
set_public(const void *arg)
{
	(void)arg;
	WANT(set_pin(kit.s, "wrong-old-pin", OTHER_PIN), CKR_PIN_INCORRECT);
	WANT(set_pin(kit.s, KIT_PIN, OTHER_PIN), CKR_OK);
	WANT(login(CKU_USER, KIT_PIN), CKR_PIN_INCORRECT);
	WANT(login(CKU_USER, OTHER_PIN), CKR_OK);
}

static void
set_so(const void *arg)
{
	(void)arg;
	kit_login(kit.s, CKU_SO);
	WANT(set_pin(kit.s, KIT_PIN, OTHER_PIN), CKR_PIN_INCORRECT);
	WANT(set_pin(kit.s, KIT_SO_PIN, OTHER_PIN), CKR_OK);
	NEED(kit.f->C_Logout(kit.s));
	WANT(login(CKU_SO, KIT_SO_PIN), CKR_PIN_INCORRECT);
	WANT(login(CKU_SO, OTHER_PIN), CKR_OK);
	NEED(kit.f->C_Logout(kit.s));
	WANT(login(CKU_USER, KIT_PIN), CKR_OK);
}

static void
set_read_only(const void *arg)
{
	CK_SESSION_HANDLE ro = kit_session(0);

	(void)arg;
	WANT(set_pin(ro, KIT_PIN, OTHER_PIN), CKR_SESSION_READ_ONLY);
	kit_login(kit.s, CKU_USER);
	WANT(set_pin(ro, KIT_PIN, OTHER_PIN), CKR_SESSION_READ_ONLY);
	NEED(kit.f->C_Logout(kit.s));
	WANT(login(CKU_USER, KIT_PIN), CKR_OK);
}

/*
 * PINs are bytes: UTF-8, a zero byte inside, and what only begins like the
 * right one is wrong.
 */
static void
bytes(const void *arg)
{
	static const CK_BYTE zero[] = { 'p', 'i', 'n', 0, 'r', 'e', 's', 't' };
	CK_RV rv;

	(void)arg;
	NEED(set_pin(
	    kit.s, KIT_PIN, "p\xc3\xafn-\xe2\x82\xac-\xf0\x9f\x94\x91"));
	NEED(kit.f->C_Logout(kit.s));
	NEED(login(CKU_USER, "p\xc3\xafn-\xe2\x82\xac-\xf0\x9f\x94\x91"));
	NEED(set_pin(
	    kit.s, "p\xc3\xafn-\xe2\x82\xac-\xf0\x9f\x94\x91", KIT_PIN));
	NEED(kit.f->C_Logout(kit.s));
	WANT(login(CKU_USER, KIT_PIN "5"), CKR_PIN_INCORRECT);
	WANT(
	    kit.f->C_Login(kit.s, CKU_USER, text(KIT_PIN), strlen(KIT_PIN) - 1),
	    CKR_PIN_INCORRECT);
	kit_login(kit.s, CKU_USER);
	rv = kit.f->C_SetPIN(kit.s, text(KIT_PIN), strlen(KIT_PIN),
	    (CK_BYTE *)(uintptr_t)zero, sizeof(zero));
	if (!WANT(rv, CKR_OK, CKR_PIN_INVALID) || rv != CKR_OK)
		return;
	NEED(kit.f->C_Logout(kit.s));
	WANT(kit.f->C_Login(kit.s, CKU_USER, (CK_BYTE *)(uintptr_t)zero, 4),
	    CKR_PIN_INCORRECT);
	WANT(kit.f->C_Login(
		 kit.s, CKU_USER, (CK_BYTE *)(uintptr_t)zero, sizeof(zero)),
	    CKR_OK);
}

static void
count_low(const void *arg)
{
	const CK_FLAGS low[] = { CKF_SO_PIN_COUNT_LOW, CKF_USER_PIN_COUNT_LOW };

	(void)arg;
	for (CK_USER_TYPE who = CKU_SO; who <= CKU_USER; who++) {
		CHECK((flags() & low[who]) == 0,
		    "user %lu: COUNT_LOW before a miss", who);
		WANT(login(who, "wrong-pin-1"), CKR_PIN_INCORRECT);
		CHECK((flags() & low[who]) != 0,
		    "user %lu: no COUNT_LOW after a miss", who);
		CHECK((flags() & low[1 - who]) == 0,
		    "user %lu: the other user's COUNT_LOW is set", who);
		kit_login(kit.s, who);
		CHECK((flags() & low[who]) == 0,
		    "user %lu: COUNT_LOW after the right PIN", who);
		NEED(kit.f->C_Logout(kit.s));
	}
}

/*
 * Wrong PINs until the token locks; the number of them, 0 where it never
 * does. Checks the flags on the way.
 */
static unsigned int
lock(CK_USER_TYPE who)
{
	const CK_FLAGS last =
	    who == CKU_SO ? CKF_SO_PIN_FINAL_TRY : CKF_USER_PIN_FINAL_TRY;
	const CK_FLAGS locked =
	    who == CKU_SO ? CKF_SO_PIN_LOCKED : CKF_USER_PIN_LOCKED;
	bool was_last = false;

	for (unsigned int i = 1; i <= MANY_TRIES; i++) {
		CK_RV rv = login(who, "wrong-pin-1");

		WANT(rv, CKR_PIN_INCORRECT, CKR_PIN_LOCKED);
		if ((flags() & locked) != 0) {
			CHECK(was_last,
			    "locked after %u tries, FINAL_TRY was not shown before",
			    i);
			return i;
		}
		CHECK(!was_last,
		    "try %u: FINAL_TRY was shown and the token is not locked",
		    i);
		was_last = (flags() & last) != 0;
	}
	return 0;
}

static void
need_lock(unsigned int tries)
{
	if (tries == 0 && kit.profile == PROFILE_KLUIS)
		REQUIRE(
		    tries != 0, "not locked after %d wrong PINs", MANY_TRIES);
	if (tries == 0)
		kit_skip("the token never locks a PIN");
	if (kit.profile == PROFILE_KLUIS)
		CHECK(tries == 10, "locked after %u tries", tries);
}

static void
lock_user(const void *arg)
{
	const CK_FLAGS all = CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY |
	    CKF_USER_PIN_COUNT_LOW;

	(void)arg;
	need_lock(lock(CKU_USER));
	WANT(login(CKU_USER, KIT_PIN), CKR_PIN_LOCKED);
	WANT(set_pin(kit.s, KIT_PIN, OTHER_PIN), CKR_PIN_LOCKED);
	NEED(kit.f->C_Finalize(NULL));
	NEED(kit_initialize());
	REQUIRE(kit_find_slot(KIT_LABEL, &kit.slot), "no token");
	CHECK((flags() & CKF_USER_PIN_LOCKED) != 0,
	    "the lock does not outlive C_Finalize");
	kit.s = kit_session(CKF_RW_SESSION);
	WANT(login(CKU_USER, KIT_PIN), CKR_PIN_LOCKED);
	kit_login(kit.s, CKU_SO);
	NEED(init_pin(OTHER_PIN));
	NEED(kit.f->C_Logout(kit.s));
	CHECK(
	    (flags() & all) == 0, "flags 0x%lx after C_InitPIN", flags() & all);
	WANT(login(CKU_USER, OTHER_PIN), CKR_OK);
}

static void
lock_so(const void *arg)
{
	CK_UTF8CHAR label[32];

	(void)arg;
	need_lock(lock(CKU_SO));
	WANT(login(CKU_SO, KIT_SO_PIN), CKR_PIN_LOCKED);
	WANT(login(CKU_USER, KIT_PIN), CKR_OK);
	NEED(kit.f->C_CloseAllSessions(kit.slot));
	kit_pad(label, sizeof(label), "x");
	WANT(kit.f->C_InitToken(
		 kit.slot, text(KIT_SO_PIN), strlen(KIT_SO_PIN), label),
	    CKR_PIN_LOCKED);
}

/* Every way of trying a PIN counts. */
static void
lock_counts_all(const void *arg)
{
	CK_UTF8CHAR label[32];

	(void)arg;
	WANT(set_pin(kit.s, "wrong-pin-1", OTHER_PIN), CKR_PIN_INCORRECT);
	CHECK((flags() & CKF_USER_PIN_COUNT_LOW) != 0,
	    "a wrong old PIN in C_SetPIN does not count");
	kit_login(kit.s, CKU_SO);
	WANT(set_pin(kit.s, "wrong-pin-1", OTHER_PIN), CKR_PIN_INCORRECT);
	CHECK((flags() & CKF_SO_PIN_COUNT_LOW) != 0,
	    "a wrong old SO PIN in C_SetPIN does not count");
	NEED(kit.f->C_Logout(kit.s));
	kit_login(kit.s, CKU_SO);
	NEED(kit.f->C_CloseAllSessions(kit.slot));
	kit_pad(label, sizeof(label), "x");
	WANT(kit.f->C_InitToken(kit.slot, text("wrong-pin-1"), 11, label),
	    CKR_PIN_INCORRECT);
	CHECK((flags() & CKF_SO_PIN_COUNT_LOW) != 0,
	    "a wrong PIN in C_InitToken does not count");
}

static const struct kit_case cases[] = {
	{ "pin/init-states", "5.5.8", AT_PUBLIC, init_states, NULL, 0 },
	{ "pin/init-keeps-objects", "design 4", AT_USER, init_keeps_objects,
	    NULL, 0 },
	{ "pin/lengths", "5.5.8, 5.5.9", AT_PUBLIC, lengths, NULL, 0 },
	{ "pin/set-user", "5.5.9", AT_USER, set_user, NULL, 0 },
	{ "pin/set-public", "5.5.9", AT_PUBLIC, set_public, NULL, 0 },
	{ "pin/set-so", "5.5.9", AT_PUBLIC, set_so, NULL, 0 },
	{ "pin/set-read-only", "5.5.9", AT_PUBLIC, set_read_only, NULL, 0 },
	{ "pin/bytes", "5.5.9", AT_USER, bytes, NULL, 0 },
	{ "pin/count-low", "3.2", AT_PUBLIC, count_low, NULL, 0 },
	{ "pin/lock-user", "3.2, 5.6.8", AT_PUBLIC, lock_user, NULL, 0 },
	{ "pin/lock-so", "3.2, 5.6.8", AT_PUBLIC, lock_so, NULL, 0 },
	{ "pin/lock-counts-all", "3.2", AT_PUBLIC, lock_counts_all, NULL, 0 },
};

void
pin_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
