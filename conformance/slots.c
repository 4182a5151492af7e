/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "slots": lists of slots and mechanisms, what is said of slot, token
 * and mechanism, slot events (5.5).
 */
#include "mechs.h"
#include "suite.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_SLOT ((CK_SLOT_ID)0x7ffffff1)

static void
slot_list(const void *arg)
{
	CK_SLOT_ID list[64], with[64];
	CK_ULONG n = 0, m = 0, less;

	(void)arg;
	WANT(kit.f->C_GetSlotList(CK_FALSE, NULL, NULL), CKR_ARGUMENTS_BAD);
	NEED(kit.f->C_GetSlotList(CK_FALSE, NULL, &n));
	REQUIRE(n >= 1 && n <= KIT_COUNT(list), "%lu slots", n);
	memset(list, 0xa5, sizeof(list));
	less = n - 1;
	if (WANT(kit.f->C_GetSlotList(CK_FALSE, list, &less),
		CKR_BUFFER_TOO_SMALL)) {
		CHECK(less == n, "short buffer: count %lu, want %lu", less, n);
		CHECK(((CK_BYTE *)list)[0] == 0xa5, "short buffer was written");
	}
	less = KIT_COUNT(list);
	NEED(kit.f->C_GetSlotList(CK_FALSE, list, &less));
	CHECK(less == n, "long buffer: count %lu, want %lu", less, n);
	CHECK(((CK_BYTE *)&list[n])[0] == 0xa5,
	    "more slots written than counted");
	m = KIT_COUNT(with);
	NEED(kit.f->C_GetSlotList(CK_TRUE, with, &m));
	CHECK(m >= 1 && m <= n, "%lu of %lu slots have a token", m, n);
	for (CK_ULONG i = 0; i < m; i++) {
		CK_SLOT_INFO info;

		NEED(kit.f->C_GetSlotInfo(with[i], &info));
		CHECK((info.flags & CKF_TOKEN_PRESENT) != 0,
		    "slot %lu listed as with token has none", with[i]);
	}
	for (CK_ULONG i = 0; i < n; i++)
		for (CK_ULONG k = 0; k < i; k++)
			CHECK(list[i] != list[k], "slot %lu is listed twice",
			    list[i]);
}

static void
slot_stable(const void *arg)
{
	CK_SLOT_ID a[64], b[64];
	CK_ULONG n = KIT_COUNT(a), m = KIT_COUNT(b);

	(void)arg;
	NEED(kit.f->C_GetSlotList(CK_TRUE, a, &n));
	NEED(kit.f->C_Finalize(NULL));
	NEED(kit_initialize());
	NEED(kit.f->C_GetSlotList(CK_TRUE, b, &m));
	CHECK(n == m && memcmp(a, b, n * sizeof(a[0])) == 0,
	    "the slot list changed over C_Finalize and C_Initialize");
}

/*
 * A token's slot has the same number right after C_InitToken, and a free slot
 * is offered anew.
 */
static void
slot_number_kept(const void *arg)
{
	CK_SLOT_ID first, second, found, free_slot;
	CK_UTF8CHAR label[32];

	(void)arg;
	first = kit_need_free_slot();
	kit_pad(label, sizeof(label), "first");
	NEED(kit.f->C_InitToken(
	    first, (CK_UTF8CHAR *)KIT_SO_PIN, strlen(KIT_SO_PIN), label));
	REQUIRE(kit_find_slot("first", &found), "token not listed");
	CHECK(
	    found == first, "slot %lu became %lu by C_InitToken", first, found);
	second = kit_need_free_slot();
	CHECK(second != found, "the free slot is the token's");
	kit_pad(label, sizeof(label), "second");
	NEED(kit.f->C_InitToken(
	    second, (CK_UTF8CHAR *)KIT_SO_PIN, strlen(KIT_SO_PIN), label));
	REQUIRE(kit_find_slot("second", &found), "second token not listed");
	CHECK(found == second, "slot %lu became %lu by C_InitToken", second,
	    found);
	CHECK(kit_free_slot(&free_slot), "no third free slot");
}

static void
bogus_slots(const void *arg)
{
	static const CK_SLOT_ID bad[] = { NO_SLOT, (CK_SLOT_ID)-1 };
	CK_MECHANISM_INFO mi;
	CK_TOKEN_INFO ti;
	CK_SLOT_INFO si;
	CK_SESSION_HANDLE s;
	CK_ULONG n = 0;
	CK_UTF8CHAR label[32];

	(void)arg;
	kit_pad(label, sizeof(label), "x");
	for (size_t i = 0; i < KIT_COUNT(bad); i++) {
		WANT(kit.f->C_GetSlotInfo(bad[i], &si), CKR_SLOT_ID_INVALID);
		WANT(kit.f->C_GetTokenInfo(bad[i], &ti), CKR_SLOT_ID_INVALID);
		WANT(kit.f->C_GetMechanismList(bad[i], NULL, &n),
		    CKR_SLOT_ID_INVALID);
		WANT(kit.f->C_GetMechanismInfo(bad[i], CKM_SHA256, &mi),
		    CKR_SLOT_ID_INVALID);
		WANT(kit.f->C_InitToken(
			 bad[i], (CK_UTF8CHAR *)KIT_SO_PIN, 8, label),
		    CKR_SLOT_ID_INVALID);
		WANT(kit.f->C_OpenSession(
			 bad[i], CKF_SERIAL_SESSION, NULL, NULL, &s),
		    CKR_SLOT_ID_INVALID);
		WANT(kit.f->C_CloseAllSessions(bad[i]), CKR_SLOT_ID_INVALID);
	}
	WANT(kit.f->C_GetSlotInfo(kit.slot, NULL), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_GetTokenInfo(kit.slot, NULL), CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_GetMechanismInfo(kit.slot, CKM_SHA256, NULL),
	    CKR_ARGUMENTS_BAD);
	WANT(
	    kit.f->C_GetMechanismList(kit.slot, NULL, NULL), CKR_ARGUMENTS_BAD);
}

static bool
has_nul(const CK_UTF8CHAR *s, size_t n)
{
	return memchr(s, 0, n) != NULL;
}

static void
slot_info(const void *arg)
{
	CK_SLOT_INFO info;

	(void)arg;
	memset(&info, 0, sizeof(info));
	NEED(kit.f->C_GetSlotInfo(kit.slot, &info));
	CHECK(!has_nul(info.slotDescription, sizeof(info.slotDescription)),
	    "slotDescription is not padded");
	CHECK(!has_nul(info.manufacturerID, sizeof(info.manufacturerID)),
	    "manufacturerID is not padded");
	CHECK((info.flags & CKF_TOKEN_PRESENT) != 0, "no token present");
	CHECK((info.flags &
		  ~(CK_FLAGS)(CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE |
		      CKF_HW_SLOT)) == 0,
	    "flags 0x%lx", info.flags);
}

static void
token_info(const void *arg)
{
	const CK_FLAGS must = CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED |
	    CKF_LOGIN_REQUIRED | CKF_RNG;
	const CK_FLAGS wrong = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY |
	    CKF_USER_PIN_LOCKED | CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY |
	    CKF_SO_PIN_LOCKED | CKF_WRITE_PROTECTED |
	    CKF_USER_PIN_TO_BE_CHANGED | CKF_SO_PIN_TO_BE_CHANGED |
	    CKF_PROTECTED_AUTHENTICATION_PATH;
	CK_UTF8CHAR label[32];
	CK_TOKEN_INFO i;

	(void)arg;
	memset(&i, 0, sizeof(i));
	i.flags = (CK_FLAGS)-1;
	NEED(kit.f->C_GetTokenInfo(kit.slot, &i));
	kit_pad(label, sizeof(label), KIT_LABEL);
	CHECK(memcmp(i.label, label, sizeof(label)) == 0,
	    "label is not the one set");
	CHECK(!has_nul(i.manufacturerID, sizeof(i.manufacturerID)) &&
		!has_nul(i.model, sizeof(i.model)) &&
		!has_nul(i.serialNumber, sizeof(i.serialNumber)),
	    "a text is not padded");
	CHECK((i.flags & must) == must, "flags 0x%lx lack 0x%lx", i.flags,
	    must & ~i.flags);
	CHECK((i.flags & wrong) == 0, "flags 0x%lx of a fresh token",
	    i.flags & wrong);
	CHECK(i.ulMinPinLen <= strlen(KIT_PIN) &&
		i.ulMaxPinLen >= strlen(KIT_PIN) &&
		i.ulMinPinLen <= i.ulMaxPinLen,
	    "PIN length %lu to %lu", i.ulMinPinLen, i.ulMaxPinLen);
	CHECK(i.ulSessionCount == 0 ||
		i.ulSessionCount == CK_UNAVAILABLE_INFORMATION,
	    "%lu sessions", i.ulSessionCount);
}

static void
session_counts(const void *arg)
{
	CK_SESSION_HANDLE ro;
	CK_TOKEN_INFO i;

	(void)arg;
	ro = kit_session(0);
	NEED(kit.f->C_GetTokenInfo(kit.slot, &i));
	if (i.ulSessionCount == CK_UNAVAILABLE_INFORMATION)
		kit_skip("the token does not count sessions");
	CHECK(i.ulSessionCount == 2, "two sessions open, counted %lu",
	    i.ulSessionCount);
	CHECK(i.ulRwSessionCount == 1 ||
		i.ulRwSessionCount == CK_UNAVAILABLE_INFORMATION,
	    "one R/W session, counted %lu", i.ulRwSessionCount);
	NEED(kit.f->C_CloseSession(ro));
	NEED(kit.f->C_GetTokenInfo(kit.slot, &i));
	CHECK(i.ulSessionCount == 1, "one session open, counted %lu",
	    i.ulSessionCount);
}

/* An uninitialised token: shown as such, no session, no login. */
static void
free_slot(const void *arg)
{
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE s;
	CK_TOKEN_INFO i;

	(void)arg;
	slot = kit_need_free_slot();
	NEED(kit.f->C_GetTokenInfo(slot, &i));
	CHECK((i.flags & CKF_USER_PIN_INITIALIZED) == 0,
	    "a token without C_InitToken has a user PIN");
	WANT(kit.f->C_OpenSession(
		 slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s),
	    CKR_TOKEN_NOT_RECOGNIZED, CKR_TOKEN_NOT_PRESENT);
}

static void
mechanism_list(const void *arg)
{
	CK_MECHANISM_TYPE list[600];
	CK_ULONG n = 0, less, more = KIT_COUNT(list);

	(void)arg;
	NEED(kit.f->C_GetMechanismList(kit.slot, NULL, &n));
	REQUIRE(n > 0 && n < KIT_COUNT(list), "%lu mechanisms", n);
	memset(list, 0xa5, sizeof(list));
	less = n - 1;
	if (WANT(kit.f->C_GetMechanismList(kit.slot, list, &less),
		CKR_BUFFER_TOO_SMALL))
		CHECK(less == n, "short buffer: count %lu, want %lu", less, n);
	NEED(kit.f->C_GetMechanismList(kit.slot, list, &more));
	REQUIRE(more == n, "long buffer: count %lu, want %lu", more, n);
	CHECK(((CK_BYTE *)&list[n])[0] == 0xa5,
	    "more mechanisms written than counted");
	for (CK_ULONG i = 0; i < n; i++) {
		CK_MECHANISM_INFO a, b;

		for (CK_ULONG k = 0; k < i; k++)
			CHECK(list[i] != list[k],
			    "mechanism 0x%lx is listed twice", list[i]);
		memset(&a, 0, sizeof(a));
		memset(&b, 0xff, sizeof(b));
		WANT(kit.f->C_GetMechanismInfo(kit.slot, list[i], &a), CKR_OK);
		WANT(kit.f->C_GetMechanismInfo(kit.slot, list[i], &b), CKR_OK);
		CHECK(a.ulMinKeySize == b.ulMinKeySize &&
			a.ulMaxKeySize == b.ulMaxKeySize && a.flags == b.flags,
		    "%s: the answer keeps bits of the caller's buffer",
		    kit_mech_name(list[i]));
		CHECK(a.ulMinKeySize <= a.ulMaxKeySize,
		    "%s: key sizes %lu to %lu", kit_mech_name(list[i]),
		    a.ulMinKeySize, a.ulMaxKeySize);
		CHECK(a.flags != 0, "%s: no flag", kit_mech_name(list[i]));
	}
}

static void
mechanism_unknown(const void *arg)
{
	static const CK_MECHANISM_TYPE bad[] = { 0x7fffffffUL, 0x0000ffffUL,
		(CK_MECHANISM_TYPE)-1, 0x80000000UL };
	CK_MECHANISM_INFO info;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(bad); i++)
		WANT(kit.f->C_GetMechanismInfo(kit.slot, bad[i], &info),
		    CKR_MECHANISM_INVALID);
}

/* Every flag of a known mechanism is one that the standard gives it. */
static void
mechanism_flags(const void *arg)
{
	CK_MECHANISM_INFO info;
	const struct mech *m;

	(void)arg;
	for (size_t i = 0; (m = mech_at(i)) != NULL; i++)
		if (kit_has_mech(m->type, &info))
			CHECK((info.flags &
				  ~(m->may | CKF_HW | CKF_EXTENSION)) == 0,
			    "%s: flags 0x%lx", m->name,
			    info.flags & ~(m->may | CKF_HW | CKF_EXTENSION));
}

/* C_InitToken may count as an event of its slot and of the next free one. */
static void
drain_events(void)
{
	CK_SLOT_ID slot = 0;

	for (int i = 0; i < 4 &&
	     kit.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) == CKR_OK;
	     i++)
		continue;
}

static void
event_poll(const void *arg)
{
	CK_SLOT_ID slot = 0;
	int x;

	(void)arg;
	drain_events();
	WANT(kit.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL),
	    CKR_NO_EVENT);
	WANT(kit.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, &x),
	    CKR_ARGUMENTS_BAD, CKR_NO_EVENT);
}

static void *
wait_event(void *out)
{
	CK_SLOT_ID slot = 0;

	*(CK_RV *)out = kit.f->C_WaitForSlotEvent(0, &slot, NULL);
	return NULL;
}

static void
event_block(const void *arg)
{
	CK_RV rv = CKR_VENDOR_DEFINED;
	pthread_t thread;

	(void)arg;
	drain_events();
	REQUIRE(
	    pthread_create(&thread, NULL, wait_event, &rv) == 0, "no thread");
	(void)usleep(200000);
	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		kit_skip("blocking is not supported");
	WANT(kit.f->C_Finalize(NULL), CKR_OK);
	REQUIRE(pthread_join(thread, NULL) == 0, "no end");
	WANT(rv, CKR_CRYPTOKI_NOT_INITIALIZED);
	NEED(kit_initialize());
}

static const struct kit_case cases[] = {
	{ "slots/list", "5.5.1", AT_TOKEN, slot_list, NULL, 0 },
	{ "slots/stable", "design 3", AT_TOKEN, slot_stable, NULL, 0 },
	{ "slots/number-kept", "5.5.1, design 3", AT_INIT, slot_number_kept,
	    NULL, 0 },
	{ "slots/bogus", "5.5", AT_TOKEN, bogus_slots, NULL, 0 },
	{ "slots/slot-info", "5.5.2", AT_TOKEN, slot_info, NULL, 0 },
	{ "slots/token-info", "5.5.3", AT_TOKEN, token_info, NULL, 0 },
	{ "slots/session-counts", "3.2", AT_PUBLIC, session_counts, NULL, 0 },
	{ "slots/free-slot", "5.5.3, 5.6.1", AT_INIT, free_slot, NULL, 0 },
	{ "slots/mechanism-list", "5.5.5, 5.5.6", AT_TOKEN, mechanism_list,
	    NULL, 0 },
	{ "slots/mechanism-unknown", "5.5.6", AT_TOKEN, mechanism_unknown, NULL,
	    0 },
	{ "slots/mechanism-flags", "6", AT_TOKEN, mechanism_flags, NULL, 0 },
	{ "slots/event-poll", "5.5.4", AT_TOKEN, event_poll, NULL, 0 },
	{ "slots/event-block", "5.5.4", AT_TOKEN, event_block, NULL, 20 },
};

void
slot_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
