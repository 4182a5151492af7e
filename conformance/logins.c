/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "login": who may log in when, what each state may do, what logging out
 * does, keys that ask for the PIN at each use (5.6.8 to 5.6.10, 4.10).
 */
#include "suite.h"

#include <string.h>

static CK_UTF8CHAR *
text(const char *s)
{
	return (CK_UTF8CHAR *)(uintptr_t)s;
}

static CK_RV
login(CK_SESSION_HANDLE s, CK_USER_TYPE who, const char *pin)
{
	return kit.f->C_Login(s, who, text(pin), strlen(pin));
}

static CK_STATE
state(CK_SESSION_HANDLE s)
{
	CK_SESSION_INFO i;

	memset(&i, 0, sizeof(i));
	NEED(kit.f->C_GetSessionInfo(s, &i));
	return i.state;
}

static void
arguments(const void *arg)
{
	(void)arg;
	WANT(login(kit.s, 77, KIT_PIN), CKR_USER_TYPE_INVALID);
	WANT(kit.f->C_Login(kit.s, CKU_USER, NULL, 8), CKR_ARGUMENTS_BAD);
	WANT(login(kit.s, CKU_USER, ""), CKR_PIN_INCORRECT);
	WANT(login(kit.s, CKU_SO, ""), CKR_PIN_INCORRECT);
	WANT(login(kit.s, CKU_USER, "wrong-pin-1"), CKR_PIN_INCORRECT);
	WANT(login(kit.s, CKU_USER, KIT_SO_PIN), CKR_PIN_INCORRECT);
	WANT(login(kit.s, CKU_SO, KIT_PIN), CKR_PIN_INCORRECT);
	WANT(login(kit.s, CKU_CONTEXT_SPECIFIC, KIT_PIN),
	    CKR_OPERATION_NOT_INITIALIZED);
	CHECK(state(kit.s) == CKS_RW_PUBLIC_SESSION,
	    "state %lu after refused logins", state(kit.s));
	WANT(kit.f->C_Logout(kit.s), CKR_USER_NOT_LOGGED_IN);
}

static void
states(const void *arg)
{
	CK_SESSION_HANDLE ro = kit_session(0), later;

	(void)arg;
	NEED(login(ro, CKU_USER, KIT_PIN));
	CHECK(state(ro) == CKS_RO_USER_FUNCTIONS, "R/O state %lu", state(ro));
	CHECK(state(kit.s) == CKS_RW_USER_FUNCTIONS, "R/W state %lu",
	    state(kit.s));
	later = kit_session(0);
	CHECK(state(later) == CKS_RO_USER_FUNCTIONS,
	    "a later session's state %lu", state(later));
	WANT(login(kit.s, CKU_USER, KIT_PIN), CKR_USER_ALREADY_LOGGED_IN);
	WANT(login(kit.s, CKU_USER, "wrong-pin-1"), CKR_USER_ALREADY_LOGGED_IN,
	    CKR_PIN_INCORRECT);
	WANT(login(kit.s, CKU_SO, KIT_SO_PIN),
	    CKR_USER_ANOTHER_ALREADY_LOGGED_IN, CKR_SESSION_READ_ONLY_EXISTS);
	NEED(kit.f->C_CloseSession(later));
	NEED(kit.f->C_CloseSession(ro));
	WANT(login(kit.s, CKU_SO, KIT_SO_PIN),
	    CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	NEED(kit.f->C_Logout(kit.s));
	CHECK(state(kit.s) == CKS_RW_PUBLIC_SESSION, "state %lu after logout",
	    state(kit.s));
	WANT(kit.f->C_Logout(kit.s), CKR_USER_NOT_LOGGED_IN);
}

static void
so_rules(const void *arg)
{
	CK_SESSION_HANDLE ro = kit_session(0), other;

	(void)arg;
	WANT(login(kit.s, CKU_SO, KIT_SO_PIN), CKR_SESSION_READ_ONLY_EXISTS);
	WANT(login(ro, CKU_SO, KIT_SO_PIN), CKR_SESSION_READ_ONLY_EXISTS,
	    CKR_SESSION_READ_ONLY);
	NEED(kit.f->C_CloseSession(ro));
	NEED(login(kit.s, CKU_SO, KIT_SO_PIN));
	CHECK(state(kit.s) == CKS_RW_SO_FUNCTIONS, "state %lu", state(kit.s));
	WANT(
	    kit.f->C_OpenSession(kit.slot, CKF_SERIAL_SESSION, NULL, NULL, &ro),
	    CKR_SESSION_READ_WRITE_SO_EXISTS);
	other = kit_session(CKF_RW_SESSION);
	CHECK(state(other) == CKS_RW_SO_FUNCTIONS,
	    "a later session's state %lu", state(other));
	WANT(login(other, CKU_SO, KIT_SO_PIN), CKR_USER_ALREADY_LOGGED_IN);
	WANT(login(other, CKU_USER, KIT_PIN),
	    CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	NEED(kit.f->C_Logout(other));
	CHECK(state(kit.s) == CKS_RW_PUBLIC_SESSION,
	    "state %lu after logout elsewhere", state(kit.s));
}

/* Which objects may be made: rows are states, columns {token, private}. */
static void
may_create(const char *who, CK_SESSION_HANDLE s, const CK_RV want[2][2],
    const CK_RV or [2][2])
{
	for (int token = 0; token < 2; token++)
		for (int private = 0; private < 2; private ++) {
			CK_OBJECT_HANDLE h = CK_INVALID_HANDLE;
			struct tmpl t;
			CK_RV rv;

			tmpl_data(&t);
			t_b(&t, CKA_TOKEN, token != 0);
			t_b(&t, CKA_PRIVATE, private != 0);
			rv = kit.f->C_CreateObject(s, t.a, t.n, &h);
			CHECK(rv == want[token][private] ||
				rv == or [token][private],
			    "%s, token %d, private %d: %s, want %s", who, token,
			    private, kit_rv_name(rv),
			    kit_rv_name(want[token][private]));
			if (rv == CKR_OK)
				WANT(kit.f->C_DestroyObject(s, h), CKR_OK);
		}
}

static void
create_matrix(const void *arg)
{
	static const CK_RV public_rw[2][2] = { { CKR_OK,
						   CKR_USER_NOT_LOGGED_IN },
		{ CKR_OK, CKR_USER_NOT_LOGGED_IN } };
	static const CK_RV public_ro[2][2] = { { CKR_OK,
						   CKR_USER_NOT_LOGGED_IN },
		{ CKR_SESSION_READ_ONLY, CKR_SESSION_READ_ONLY } };
	static const CK_RV public_ro_or[2][2] = { { CKR_OK,
						      CKR_USER_NOT_LOGGED_IN },
		{ CKR_SESSION_READ_ONLY, CKR_USER_NOT_LOGGED_IN } };
	static const CK_RV user_rw[2][2] = { { CKR_OK, CKR_OK },
		{ CKR_OK, CKR_OK } };
	static const CK_RV user_ro[2][2] = { { CKR_OK, CKR_OK },
		{ CKR_SESSION_READ_ONLY, CKR_SESSION_READ_ONLY } };
	CK_SESSION_HANDLE ro = kit_session(0);

	(void)arg;
	may_create("R/W public", kit.s, public_rw, public_rw);
	may_create("R/O public", ro, public_ro, public_ro_or);
	kit_login(kit.s, CKU_USER);
	may_create("R/W user", kit.s, user_rw, user_rw);
	may_create("R/O user", ro, user_ro, user_ro);
	NEED(kit.f->C_Logout(kit.s));
	NEED(kit.f->C_CloseSession(ro));
	kit_login(kit.s, CKU_SO);
	may_create("R/W SO", kit.s, public_rw, public_rw);
}

static void
read_only(const void *arg)
{
	CK_SESSION_HANDLE ro = kit_session(0);
	CK_OBJECT_HANDLE h, copy;
	CK_ATTRIBUTE label = { CKA_LABEL, (void *)(uintptr_t) "x", 1 };
	struct tmpl t, token = { .n = 0 };

	(void)arg;
	tmpl_data(&t);
	t_b(&t, CKA_TOKEN, true);
	h = obj_make(&t);
	WANT(kit.f->C_SetAttributeValue(ro, h, &label, 1),
	    CKR_SESSION_READ_ONLY);
	WANT(kit.f->C_DestroyObject(ro, h), CKR_SESSION_READ_ONLY);
	t_b(&token, CKA_TOKEN, true);
	WANT(kit.f->C_CopyObject(ro, h, token.a, token.n, &copy),
	    CKR_SESSION_READ_ONLY);
	WANT(kit.f->C_CopyObject(ro, h, NULL, 0, &copy), CKR_SESSION_READ_ONLY);
	t_b(&token, CKA_TOKEN, false);
	NEED(kit.f->C_CopyObject(ro, h, token.a, token.n, &copy));
	WANT(kit.f->C_SetAttributeValue(ro, copy, &label, 1), CKR_OK);
	WANT(kit.f->C_DestroyObject(ro, copy), CKR_OK);
	attr_is(h, CKA_LABEL, "a data object", 13);
}

static void
logout_objects(const void *arg)
{
	CK_OBJECT_HANDLE h[2][2], again;
	struct tmpl t;

	(void)arg;
	for (int token = 0; token < 2; token++)
		for (int private = 0; private < 2; private ++) {
			tmpl_data(&t);
			t_s(&t, CKA_LABEL, token != 0 ? "token" : "session");
			t_b(&t, CKA_TOKEN, token != 0);
			t_b(&t, CKA_PRIVATE, private != 0);
			h[token][private] = obj_make(&t);
		}
	NEED(kit.f->C_Logout(kit.s));
	WANT(attr_rv(h[0][0], CKA_LABEL), CKR_OK);
	WANT(attr_rv(h[1][0], CKA_LABEL), CKR_OK);
	WANT(attr_rv(h[0][1], CKA_LABEL), CKR_OBJECT_HANDLE_INVALID);
	WANT(attr_rv(h[1][1], CKA_LABEL), CKR_OBJECT_HANDLE_INVALID);
	CHECK(obj_find(kit.s, &t, &again, 1) == 0,
	    "a private object is found after logout");
	kit_login(kit.s, CKU_USER);
	WANT(attr_rv(h[0][1], CKA_LABEL), CKR_OBJECT_HANDLE_INVALID);
	WANT(attr_rv(h[1][1], CKA_LABEL), CKR_OBJECT_HANDLE_INVALID);
	REQUIRE(obj_find(kit.s, &t, &again, 1) == 1,
	    "the private token object is not found after a new login");
	CHECK(again != h[1][1], "the private object has its old handle again");
	attr_is(again, CKA_LABEL, "token", 5);
	t_s(&t, CKA_LABEL, "session");
	t_b(&t, CKA_TOKEN, false);
	CHECK(obj_find(kit.s, &t, &again, 1) == 0,
	    "a private session object outlives the logout");
}

/* The SO sees public objects only and cannot use the user's keys. */
static void
so_sees_public(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t, all = { .n = 0 };

	(void)arg;
	tmpl_data(&t);
	t_b(&t, CKA_TOKEN, true);
	t_b(&t, CKA_PRIVATE, true);
	(void)obj_make(&t);
	t_b(&t, CKA_PRIVATE, false);
	(void)obj_make(&t);
	NEED(kit.f->C_Logout(kit.s));
	kit_login(kit.s, CKU_SO);
	CHECK(
	    obj_find(kit.s, &t, &h, 1) == 1, "the public object is not found");
	t_b(&t, CKA_PRIVATE, true);
	CHECK(obj_find(kit.s, &t, &h, 1) == 0,
	    "a private object is shown to the SO");
	CHECK(obj_find(kit.s, &all, &h, 1) == 1,
	    "an empty search shows the SO more than the public object");
}

/*
 * Whatever becomes of the operation, it does not crash and does not sign any
 * more with a private key.
 */
static void
logout_operation(const void *arg)
{
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE pub, priv;
	CK_BYTE sig[256];
	CK_ULONG n = sizeof(sig);

	(void)arg;
	kit_need_mech(CKM_SHA256_RSA_PKCS, CKF_SIGN);
	pair_rsa(&pub, &priv);
	NEED(kit.f->C_SignInit(kit.s, &m, priv));
	NEED(kit.f->C_Logout(kit.s));
	WANT(kit.f->C_Sign(kit.s, (CK_BYTE *)"x", 1, sig, &n),
	    CKR_OPERATION_NOT_INITIALIZED, CKR_USER_NOT_LOGGED_IN,
	    CKR_KEY_HANDLE_INVALID, CKR_OK);
	WANT(kit.f->C_SignInit(kit.s, &m, priv), CKR_KEY_HANDLE_INVALID,
	    CKR_USER_NOT_LOGGED_IN);
	kit_login(kit.s, CKU_USER);
	WANT(kit.f->C_SignInit(kit.s, &m, priv), CKR_KEY_HANDLE_INVALID);
}

static CK_OBJECT_HANDLE
careful_key(void)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	tmpl_rsa_private(&t);
	t_b(&t, CKA_SENSITIVE, true);
	t_b(&t, CKA_EXTRACTABLE, false);
	t_b(&t, CKA_PRIVATE, true);
	t_b(&t, CKA_ALWAYS_AUTHENTICATE, true);
	h = obj_make(&t);
	REQUIRE(attr_b(h, CKA_ALWAYS_AUTHENTICATE),
	    "CKA_ALWAYS_AUTHENTICATE is not kept");
	return h;
}

static void
always_sign(const void *arg)
{
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE key;
	CK_BYTE sig[256];
	CK_ULONG n = sizeof(sig);

	(void)arg;
	kit_need_mech(CKM_SHA256_RSA_PKCS, CKF_SIGN);
	key = careful_key();
	WANT(login(kit.s, CKU_CONTEXT_SPECIFIC, KIT_PIN),
	    CKR_OPERATION_NOT_INITIALIZED);
	NEED(kit.f->C_SignInit(kit.s, &m, key));
	WANT(kit.f->C_Sign(kit.s, (CK_BYTE *)"x", 1, sig, &n),
	    CKR_USER_NOT_LOGGED_IN);
	WANT(kit.f->C_Sign(kit.s, (CK_BYTE *)"x", 1, sig, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	NEED(kit.f->C_SignInit(kit.s, &m, key));
	WANT(login(kit.s, CKU_CONTEXT_SPECIFIC, "wrong-pin-1"),
	    CKR_PIN_INCORRECT);
	WANT(login(kit.s, CKU_CONTEXT_SPECIFIC, KIT_PIN), CKR_OK);
	n = sizeof(sig);
	WANT(kit.f->C_Sign(kit.s, (CK_BYTE *)"x", 1, sig, &n), CKR_OK);
	NEED(kit.f->C_SignInit(kit.s, &m, key));
	WANT(kit.f->C_SignUpdate(kit.s, (CK_BYTE *)"x", 1),
	    CKR_USER_NOT_LOGGED_IN);
	NEED(kit.f->C_SignInit(kit.s, &m, key));
	NEED(login(kit.s, CKU_CONTEXT_SPECIFIC, KIT_PIN));
	WANT(kit.f->C_SignUpdate(kit.s, (CK_BYTE *)"x", 1), CKR_OK);
	WANT(kit.f->C_SignUpdate(kit.s, (CK_BYTE *)"y", 1), CKR_OK);
	n = 0;
	WANT(kit.f->C_SignFinal(kit.s, NULL, &n), CKR_OK);
	n = sizeof(sig);
	WANT(kit.f->C_SignFinal(kit.s, sig, &n), CKR_OK);
	CHECK(state(kit.s) == CKS_RW_USER_FUNCTIONS, "state %lu", state(kit.s));
}

static void
always_decrypt(const void *arg)
{
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE key, pub;
	CK_SESSION_HANDLE other;
	CK_BYTE text_in[256], out[256];
	CK_ULONG len = sizeof(text_in), n = sizeof(out);
	struct tmpl t;

	(void)arg;
	kit_need_mech(CKM_RSA_PKCS, CKF_DECRYPT);
	key = careful_key();
	tmpl_rsa_public(&t);
	pub = obj_make(&t);
	NEED(kit.f->C_EncryptInit(kit.s, &m, pub));
	NEED(kit.f->C_Encrypt(kit.s, (CK_BYTE *)"secret", 6, text_in, &len));
	NEED(kit.f->C_DecryptInit(kit.s, &m, key));
	WANT(kit.f->C_Decrypt(kit.s, text_in, len, out, &n),
	    CKR_USER_NOT_LOGGED_IN);
	WANT(kit.f->C_Decrypt(kit.s, text_in, len, out, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	/* The other session's authentication does not count here. */
	other = kit_session(0);
	NEED(kit.f->C_DecryptInit(other, &m, key));
	NEED(kit.f->C_DecryptInit(kit.s, &m, key));
	NEED(login(other, CKU_CONTEXT_SPECIFIC, KIT_PIN));
	n = sizeof(out);
	WANT(kit.f->C_Decrypt(kit.s, text_in, len, out, &n),
	    CKR_USER_NOT_LOGGED_IN);
	n = sizeof(out);
	if (WANT(kit.f->C_Decrypt(other, text_in, len, out, &n), CKR_OK))
		CHECK(n == 6 && memcmp(out, "secret", 6) == 0,
		    "%lu bytes decrypted", n);
}

/* A private object with CKA_ALWAYS_AUTHENTICATE must be private (4.10). */
static void
always_needs_private(const void *arg)
{
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_rsa_private(&t);
	t_b(&t, CKA_PRIVATE, false);
	t_b(&t, CKA_ALWAYS_AUTHENTICATE, true);
	WANT(obj_try(&t, &h), CKR_TEMPLATE_INCONSISTENT);
}

static void
login_user(const void *arg)
{
	CK_RV rv;

	(void)arg;
	kit_need_30();
	rv = kit.f30->C_LoginUser(
	    kit.s, CKU_USER, text(KIT_PIN), strlen(KIT_PIN), text(""), 0);
	if (rv == CKR_FUNCTION_NOT_SUPPORTED && kit.profile != PROFILE_KLUIS)
		kit_skip("not supported");
	NEED(rv);
	CHECK(state(kit.s) == CKS_RW_USER_FUNCTIONS, "state %lu", state(kit.s));
	WANT(kit.f30->C_LoginUser(
		 kit.s, CKU_USER, text(KIT_PIN), strlen(KIT_PIN), NULL, 0),
	    CKR_USER_ALREADY_LOGGED_IN);
	NEED(kit.f->C_Logout(kit.s));
	WANT(kit.f30->C_LoginUser(
		 kit.s, CKU_USER, text("wrong-pin-1"), 11, NULL, 0),
	    CKR_PIN_INCORRECT);
	WANT(kit.f30->C_LoginUser(
		 kit.s, CKU_USER, text(KIT_PIN), strlen(KIT_PIN), NULL, 5),
	    CKR_ARGUMENTS_BAD);
	WANT(kit.f30->C_LoginUser(
		 kit.s, 77, text(KIT_PIN), strlen(KIT_PIN), NULL, 0),
	    CKR_USER_TYPE_INVALID);
	NEED(kit.f30->C_LoginUser(
	    kit.s, CKU_SO, text(KIT_SO_PIN), strlen(KIT_SO_PIN), NULL, 0));
	CHECK(state(kit.s) == CKS_RW_SO_FUNCTIONS, "state %lu", state(kit.s));
}

static const struct kit_case cases[] = {
	{ "login/arguments", "5.6.8", AT_PUBLIC, arguments, NULL, 0 },
	{ "login/states", "5.6.8, 5.6.10", AT_PUBLIC, states, NULL, 0 },
	{ "login/so-rules", "5.6.1, 5.6.8", AT_PUBLIC, so_rules, NULL, 0 },
	{ "login/create-matrix", "5.7.1", AT_PUBLIC, create_matrix, NULL, 0 },
	{ "login/read-only", "5.7.2 to 5.7.6", AT_USER, read_only, NULL, 0 },
	{ "login/logout-objects", "5.6.10", AT_USER, logout_objects, NULL, 0 },
	{ "login/so-sees-public", "4.4", AT_USER, so_sees_public, NULL, 0 },
	{ "login/logout-operation", "5.6.10", AT_USER, logout_operation, NULL,
	    0 },
	{ "login/always-sign", "4.10, 5.13.2", AT_USER, always_sign, NULL, 0 },
	{ "login/always-decrypt", "4.10, 5.10.2", AT_USER, always_decrypt, NULL,
	    0 },
	{ "login/always-needs-private", "4.10", AT_USER, always_needs_private,
	    NULL, 0 },
	{ "login/login-user", "5.6.9", AT_PUBLIC, login_user, NULL, 0 },
};

void
login_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
