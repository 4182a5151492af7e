/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a test case of the profiles: a call, then the element of the same name
 * with what it must answer. What the profiles let differ does: descriptions,
 * versions, times, handles, sizes, the order of slots, mechanisms and objects,
 * the numbers of keys; a signature is checked with libcrypto.
 *
 * Which of the objects found is the file's "Object[i]" shows when one of them
 * has the attributes that the file says; until then each may be it.
 */
#include "kit_ref.h"
#include "prof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOUND_MAX 64
#define ROOM 4096

/* The case's state; a process runs one case. */
static struct {
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE found[FOUND_MAX];
	CK_ULONG n_found;
	CK_OBJECT_HANDLE bound[FOUND_MAX]; /* the file's i-th; 0: not known */
	CK_OBJECT_HANDLE key;
	CK_BYTE data[ROOM], out[ROOM];
	CK_ULONG data_len, out_len;
	CK_ATTRIBUTE attr[16];
	CK_BYTE value[16][ROOM];
	CK_ULONG n_attr;
	CK_ULONG count;
	CK_MECHANISM_TYPE list[1000];
	CK_MECHANISM_INFO mechanism;
	CK_INFO info;
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;
} at;

/* The i of "${Object.Object[i]}"; 0 for anything else. */
static size_t
object_index(const char *text)
{
	const char *open = text != NULL ? strrchr(text, '[') : NULL;
	size_t i = open != NULL ? strtoul(open + 1, NULL, 10) : 0;

	REQUIRE(i < FOUND_MAX, "the file numbers too many objects");
	return i;
}

static CK_OBJECT_HANDLE
object_of(const struct prof_node *n)
{
	size_t i = object_index(prof_value(n, "value"));

	return at.bound[i] != 0 ? at.bound[i] : at.found[i];
}

/* ------------------------------------------------- templates and answers */

static void
template_of(const struct prof_node *call)
{
	const struct prof_node *t = prof_child(call, "Template"), *a;

	at.n_attr = 0;
	for (a = t != NULL ? t->child : NULL; a != NULL; a = a->next) {
		CK_ATTRIBUTE *out = &at.attr[at.n_attr];
		CK_BYTE *value = at.value[at.n_attr];
		const char *text = prof_value(a, "value");
		const char *length = prof_value(a, "length");

		REQUIRE(++at.n_attr < KIT_COUNT(at.attr), "a long template");
		out->type = prof_attribute(prof_value(a, "type"));
		out->pValue = text != NULL || length != NULL ? value : NULL;
		out->ulValueLen = text != NULL ?
		    prof_attr_bytes(out->type, text, value, ROOM) :
		    length != NULL ? strtoul(length, NULL, 10) : 0;
	}
}

/* Key numbers may be others than the file's, a text's length may count an
 * ending zero. */
static bool
attribute_fits(const CK_ATTRIBUTE *got, const struct prof_node *want)
{
	static CK_BYTE bytes[ROOM];
	const char *text = prof_value(want, "value");
	const char *length = prof_value(want, "length");
	CK_ULONG n = length != NULL ? strtoul(length, NULL, 10) : 0;

	if (length != NULL)
		return got->ulValueLen == n ||
		    (got->type == CKA_LABEL && got->ulValueLen + 1 == n);
	if (text == NULL || got->type == CKA_UNIQUE_ID)
		return got->ulValueLen != CK_UNAVAILABLE_INFORMATION;
	n = prof_attr_bytes(got->type, text, bytes, ROOM);
	if (got->type == CKA_MODULUS)
		return got->ulValueLen == n;
	return got->ulValueLen == n && memcmp(got->pValue, bytes, n) == 0;
}

static bool
attributes_fit(const struct prof_node *answer)
{
	const struct prof_node *t = prof_child(answer, "Template"), *a;
	CK_ULONG i = 0;

	for (a = t != NULL ? t->child : NULL; a != NULL; a = a->next, i++)
		if (i >= at.n_attr || !attribute_fits(&at.attr[i], a))
			return false;
	return i == at.n_attr;
}

/* ------------------------------------------------------------- the calls */

typedef CK_RV call_fn(const struct prof_node *call);
typedef void answer_fn(const struct prof_node *answer);

static CK_RV
initialize(const struct prof_node *call)
{
	(void)call;
	return kit_initialize_with(NULL);
}

static CK_RV
finalize(const struct prof_node *call)
{
	(void)call;
	return kit.f->C_Finalize(NULL);
}

static CK_RV
get_info(const struct prof_node *call)
{
	(void)call;
	return kit.f->C_GetInfo(&at.info);
}

static void
info_answer(const struct prof_node *answer)
{
	const struct prof_node *i = prof_child(answer, "Info");
	const char *major = prof_value(prof_child(i, "CryptokiVersion"), "major");

	CHECK(at.info.flags == prof_flags(prof_value(prof_child(i, "Flags"),
	    "value")), "CK_INFO.flags is 0x%lx", at.info.flags);
	CHECK(major != NULL && at.info.cryptokiVersion.major ==
	    strtoul(major, NULL, 10), "Cryptoki %u.%u",
	    at.info.cryptokiVersion.major, at.info.cryptokiVersion.minor);
}

static CK_RV
get_slot_list(const struct prof_node *call)
{
	CK_SLOT_ID ids[256];
	bool ask = prof_value(prof_child(call, "SlotList"), "length") == NULL;
	CK_BBOOL present = strcmp(prof_value(prof_child(call, "TokenPresent"),
	    "value"), "true") == 0;
	CK_RV rv;

	at.count = ask ? 0 : KIT_COUNT(ids);
	rv = kit.f->C_GetSlotList(present, ask ? NULL : ids, &at.count);
	/* The token's slot is the file's SlotID[0]; its number may have
	 * changed with C_Initialize. */
	if (!ask)
		(void)kit_find_slot(KIT_LABEL, &kit.slot);
	for (CK_ULONG i = 0; !ask && rv == CKR_OK; i++) {
		if (!CHECK(i < at.count, "the token's slot is not listed") ||
		    ids[i] == kit.slot)
			break;
	}
	return rv;
}

static void
count_answer(const struct prof_node *answer)
{
	(void)answer;
	CHECK(at.count > 0, "the list is empty");
}

static CK_RV
get_slot_info(const struct prof_node *call)
{
	(void)call;
	return kit.f->C_GetSlotInfo(kit.slot, &at.slot);
}

static void
flags_answer(const char *what, CK_FLAGS got, const struct prof_node *info)
{
	CK_FLAGS want = prof_flags(prof_value(prof_child(info, "Flags"),
	    "value"));

	CHECK((got & want) == want, "%s: flags 0x%lx lack 0x%lx", what, got,
	    want & ~got);
}

static void
slot_info_answer(const struct prof_node *answer)
{
	flags_answer("CK_SLOT_INFO", at.slot.flags,
	    prof_child(answer, "SlotInfo"));
}

static CK_RV
get_token_info(const struct prof_node *call)
{
	(void)call;
	return kit.f->C_GetTokenInfo(kit.slot, &at.token);
}

/* What a token can besides that is its own affair. */
static void
token_info_answer(const struct prof_node *answer)
{
	flags_answer("CK_TOKEN_INFO", at.token.flags |
	    CKF_RESTORE_KEY_NOT_NEEDED | CKF_RNG,
	    prof_child(answer, "TokenInfo"));
}

static CK_RV
get_mechanism_list(const struct prof_node *call)
{
	bool ask = prof_value(prof_child(call, "MechanismList"), "length") ==
	    NULL;

	at.count = ask ? 0 : KIT_COUNT(at.list);
	return kit.f->C_GetMechanismList(
	    kit.slot, ask ? NULL : at.list, &at.count);
}

static void
mechanism_list_answer(const struct prof_node *answer)
{
	const struct prof_node *l = prof_child(answer, "MechanismList");

	CHECK(at.count > 0, "the list is empty");
	for (l = l != NULL ? l->child : NULL; l != NULL; l = l->next) {
		CK_MECHANISM_TYPE want = prof_mechanism(prof_value(l, "value"));
		CK_ULONG i = 0;

		while (i < at.count && at.list[i] != want)
			i++;
		CHECK(i < at.count, "CKM_%s is not listed",
		    prof_value(l, "value"));
	}
}

static CK_RV
get_mechanism_info(const struct prof_node *call)
{
	return kit.f->C_GetMechanismInfo(kit.slot,
	    prof_mechanism(prof_value(prof_child(call, "Type"), "value")),
	    &at.mechanism);
}

static void
mechanism_info_answer(const struct prof_node *answer)
{
	flags_answer("CK_MECHANISM_INFO", at.mechanism.flags,
	    prof_child(answer, "MechanismInfo"));
}

static CK_RV
open_session(const struct prof_node *call)
{
	return kit.f->C_OpenSession(kit.slot,
	    prof_flags(prof_value(prof_child(call, "Flags"), "value")), NULL,
	    NULL, &at.session);
}

static CK_RV
close_session(const struct prof_node *call)
{
	(void)call;
	return kit.f->C_CloseSession(at.session);
}

static CK_RV
close_all_sessions(const struct prof_node *call)
{
	(void)call;
	return kit.f->C_CloseAllSessions(kit.slot);
}

static CK_RV
login(const struct prof_node *call)
{
	const char *who = prof_value(prof_child(call, "UserType"), "value");

	REQUIRE(who != NULL && strcmp(who, "USER") == 0, "a login as %s", who);
	return kit.f->C_Login(at.session, CKU_USER,
	    (CK_UTF8CHAR *)(uintptr_t)KIT_PIN, strlen(KIT_PIN));
}

static CK_RV
logout(const struct prof_node *call)
{
	(void)call;
	return kit.f->C_Logout(at.session);
}

static CK_RV
find_init(const struct prof_node *call)
{
	template_of(call);
	memset(at.bound, 0, sizeof(at.bound));
	return kit.f->C_FindObjectsInit(at.session, at.attr, at.n_attr);
}

/* More than the file asks for, so that every one of its objects is among
 * them. */
static CK_RV
find(const struct prof_node *call)
{
	(void)call;
	return kit.f->C_FindObjects(
	    at.session, at.found, FOUND_MAX, &at.n_found);
}

static void
find_answer(const struct prof_node *answer)
{
	const struct prof_node *o = prof_child(answer, "Object");
	CK_ULONG want = 0;

	for (o = o != NULL ? o->child : NULL; o != NULL; o = o->next)
		want++;
	REQUIRE(at.n_found >= want, "%lu objects found, want %lu", at.n_found,
	    want);
}

static CK_RV
find_final(const struct prof_node *call)
{
	(void)call;
	return kit.f->C_FindObjectsFinal(at.session);
}

static CK_RV
read_object(const struct prof_node *call, CK_OBJECT_HANDLE h)
{
	template_of(call);
	return kit.f->C_GetAttributeValue(at.session, h, at.attr, at.n_attr);
}

/* Tries all that were found when it is not known yet which one it is. */
static CK_RV
get_attributes(const struct prof_node *call)
{
	const struct prof_node *o = prof_child(call, "Object");
	size_t index = object_index(prof_value(o, "value"));

	for (CK_ULONG i = 0; at.bound[index] == 0 && i < at.n_found; i++)
		if (read_object(call, at.found[i]) == CKR_OK &&
		    attributes_fit(call->next)) {
			at.bound[index] = at.found[i];
			break;
		}
	return read_object(call, object_of(o));
}

static void
attributes_answer(const struct prof_node *answer)
{
	CHECK(attributes_fit(answer), "no object found has these attributes");
}

static CK_RV
sign_init(const struct prof_node *call)
{
	const struct prof_node *m = prof_child(call, "Mechanism");
	CK_MECHANISM mech = { .mechanism = prof_mechanism(prof_value(
	    prof_child(m, "Type"), "value")) };

	at.key = object_of(prof_child(call, "Key"));
	return kit.f->C_SignInit(at.session, &mech, at.key);
}

static CK_RV
sign(const struct prof_node *call)
{
	at.data_len = hex_bytes(prof_value(prof_child(call, "Data"), "value"),
	    at.data, sizeof(at.data));
	at.out_len = strtoul(prof_value(prof_child(call, "Signature"),
	    "length"), NULL, 10);
	return kit.f->C_Sign(at.session, at.data, at.data_len, at.out,
	    &at.out_len);
}

/* By the public numbers that the token shows of the key. */
static void
sign_answer(const struct prof_node *answer)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *key;

	(void)answer;
	kit.s = at.session;
	key = ref_public(at.key);
	CHECK(ctx != NULL && key != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, at.out, at.out_len, at.data, at.data_len) == 1,
	    "libcrypto does not take the signature");
}

static const struct {
	const char *name;
	call_fn *call;
	answer_fn *answer;
} calls[] = {
	{ "C_Initialize", initialize, NULL },
	{ "C_Finalize", finalize, NULL },
	{ "C_GetInfo", get_info, info_answer },
	{ "C_GetSlotList", get_slot_list, count_answer },
	{ "C_GetSlotInfo", get_slot_info, slot_info_answer },
	{ "C_GetTokenInfo", get_token_info, token_info_answer },
	{ "C_GetMechanismList", get_mechanism_list, mechanism_list_answer },
	{ "C_GetMechanismInfo", get_mechanism_info, mechanism_info_answer },
	{ "C_OpenSession", open_session, NULL },
	{ "C_CloseSession", close_session, NULL },
	{ "C_CloseAllSessions", close_all_sessions, NULL },
	{ "C_Login", login, NULL },
	{ "C_Logout", logout, NULL },
	{ "C_FindObjectsInit", find_init, NULL },
	{ "C_FindObjects", find, find_answer },
	{ "C_FindObjectsFinal", find_final, NULL },
	{ "C_GetAttributeValue", get_attributes, attributes_answer },
	{ "C_SignInit", sign_init, NULL },
	{ "C_Sign", sign, sign_answer },
};

void
prof_run(const struct prof_node *root)
{
	const struct prof_node *n = root->child;
	unsigned int step = 0;

	for (; n != NULL; n = n->next->next) {
		const struct prof_node *answer = n->next;
		const char *want = prof_value(answer, "rv");
		size_t i = 0;
		CK_RV rv;

		step++;
		REQUIRE(answer != NULL && want != NULL &&
		    strcmp(answer->name, n->name) == 0,
		    "call %u, %s, has no answer", step, n->name);
		while (i < KIT_COUNT(calls) && strcmp(calls[i].name, n->name))
			i++;
		REQUIRE(i < KIT_COUNT(calls), "the runner does not know %s",
		    n->name);
		rv = calls[i].call(n);
		REQUIRE(prof_is_rv(rv, want), "call %u, %s: got %s, want CKR_%s",
		    step, n->name, kit_rv_name(rv), want);
		if (rv == CKR_OK && calls[i].answer != NULL)
			calls[i].answer(answer);
	}
}
