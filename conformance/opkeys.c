/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Area "usekey": which keys an operation takes: handles, types, usages,
 * CKA_ALLOWED_MECHANISMS, dates, states of login (5.8 to 5.15, 4.8).
 */
#include "ops.h"

#include <string.h>

static const CK_MECHANISM_TYPE known[] = { CKM_AES_CBC, CKM_RSA_PKCS,
	CKM_SHA256_HMAC, CKM_ECDSA, CKM_AES_GCM, CKM_SHA256_RSA_PKCS_PSS,
	CKM_RSA_PKCS_OAEP };

static void
handles(const void *arg)
{
	static const CK_OBJECT_HANDLE bad[] = { 0, 0x7fffffff,
		(CK_OBJECT_HANDLE)-1 };
	enum op op;

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(known); i++)
		for (op = OP_ENCRYPT; op <= OP_VERIFY; op++) {
			CK_MECHANISM_INFO info;
			struct subject sj;
			CK_MECHANISM m;

			if (!kit_has_mech(known[i], &info) ||
			    (info.flags & op_flag(op)) == 0)
				continue;
			subject_init(&sj, mech_find(known[i]));
			m = sj.m;
			for (size_t k = 0; k < KIT_COUNT(bad); k++)
				REFUSE_INIT(
				    kit_text("%s, %s, handle 0x%lx",
					op_names[op], kit_mech_name(known[i]),
					bad[k]),
				    op, &m, bad[k], CKR_KEY_HANDLE_INVALID);
		}
}

static void
not_a_key(const void *arg)
{
	CK_BYTE iv[16] = { 0 };
	CK_MECHANISM m = { CKM_AES_CBC, iv, sizeof(iv) };
	CK_OBJECT_HANDLE h;
	struct tmpl t;

	(void)arg;
	tmpl_data(&t);
	h = obj_make(&t);
	WANT(kit.f->C_EncryptInit(kit.s, &m, h), CKR_KEY_HANDLE_INVALID,
	    CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	h = key_secret(CKK_AES, 16);
	NEED(kit.f->C_DestroyObject(kit.s, h));
	WANT(kit.f->C_EncryptInit(kit.s, &m, h), CKR_KEY_HANDLE_INVALID);
}

/* A key of another type, and of the right type but the wrong class. */
static void
wrong_type(const void *arg)
{
	CK_OBJECT_HANDLE aes = key_secret(CKK_AES, 16),
			 generic = key_secret(CKK_GENERIC_SECRET, 32), rpub,
			 rpriv, epub, epriv;
	CK_BYTE iv[16] = { 0 };
	CK_MECHANISM cbc = { CKM_AES_CBC, iv, sizeof(iv) },
		     rsa = { CKM_RSA_PKCS, NULL, 0 };
	CK_MECHANISM mac = { CKM_SHA256_HMAC, NULL, 0 },
		     ecdsa = { CKM_ECDSA, NULL, 0 };

	(void)arg;
	pair_rsa(&rpub, &rpriv);
	pair_ec(&epub, &epriv);
	REFUSE_INIT("AES-CBC, RSA key", OP_ENCRYPT, &cbc, rpub,
	    CKR_KEY_TYPE_INCONSISTENT);
	REFUSE_INIT("AES-CBC, RSA private key", OP_DECRYPT, &cbc, rpriv,
	    CKR_KEY_TYPE_INCONSISTENT);
	REFUSE_INIT(
	    "RSA, AES key", OP_ENCRYPT, &rsa, aes, CKR_KEY_TYPE_INCONSISTENT);
	REFUSE_INIT(
	    "RSA, EC key", OP_SIGN, &rsa, epriv, CKR_KEY_TYPE_INCONSISTENT);
	REFUSE_INIT("RSA signature, AES key", OP_SIGN, &rsa, aes,
	    CKR_KEY_TYPE_INCONSISTENT);
	REFUSE_INIT("ECDSA, RSA key", OP_SIGN, &ecdsa, rpriv,
	    CKR_KEY_TYPE_INCONSISTENT);
	REFUSE_INIT("ECDSA, RSA public key", OP_VERIFY, &ecdsa, rpub,
	    CKR_KEY_TYPE_INCONSISTENT);
	REFUSE_INIT(
	    "HMAC, RSA key", OP_SIGN, &mac, rpriv, CKR_KEY_TYPE_INCONSISTENT);
	REFUSE_INIT("AES-CBC, generic secret", OP_ENCRYPT, &cbc, generic,
	    CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	REFUSE_INIT("signing with a public key", OP_SIGN, &rsa, rpub,
	    CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED,
	    CKR_KEY_HANDLE_INVALID);
	REFUSE_INIT("verifying with a private key", OP_VERIFY, &rsa, rpriv,
	    CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED,
	    CKR_KEY_HANDLE_INVALID);
	REFUSE_INIT("decrypting with a public key", OP_DECRYPT, &rsa, rpub,
	    CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED,
	    CKR_KEY_HANDLE_INVALID);
}

static void
not_permitted(const void *arg)
{
	static const struct {
		enum op op;
		CK_ATTRIBUTE_TYPE usage;
		CK_MECHANISM_TYPE type;
		void (*make)(struct tmpl *);
	} rows[] = {
		{ OP_ENCRYPT, CKA_ENCRYPT, CKM_RSA_PKCS, tmpl_rsa_public },
		{ OP_DECRYPT, CKA_DECRYPT, CKM_RSA_PKCS, tmpl_rsa_private },
		{ OP_SIGN, CKA_SIGN, CKM_RSA_PKCS, tmpl_rsa_private },
		{ OP_VERIFY, CKA_VERIFY, CKM_RSA_PKCS, tmpl_rsa_public },
		{ OP_SIGN, CKA_SIGN, CKM_ECDSA, tmpl_ec_private },
		{ OP_VERIFY, CKA_VERIFY, CKM_ECDSA, tmpl_ec_public },
		{ OP_ENCRYPT, CKA_ENCRYPT, CKM_AES_ECB, NULL },
		{ OP_DECRYPT, CKA_DECRYPT, CKM_AES_ECB, NULL },
		{ OP_SIGN, CKA_SIGN, CKM_AES_CMAC, NULL },
		{ OP_VERIFY, CKA_VERIFY, CKM_AES_CMAC, NULL },
	};

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		CK_MECHANISM m = { rows[i].type, NULL, 0 };
		struct tmpl t;

		if (!kit_has_mech(rows[i].type, NULL))
			continue;
		if (rows[i].make != NULL)
			rows[i].make(&t);
		else
			tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
		t_b(&t, rows[i].usage, false);
		REFUSE_INIT(kit_text("row %zu", i), rows[i].op, &m,
		    obj_make(&t), CKR_KEY_FUNCTION_NOT_PERMITTED);
		/* A refused start leaves nothing active. */
		t_b(&t, rows[i].usage, true);
		NEED(op_init_with(rows[i].op, &m, obj_make(&t)));
		op_abort(rows[i].op);
	}
}

static void
mechanisms(const void *arg)
{
	static const CK_MECHANISM_TYPE bad[] = { 0x7fffffffUL,
		CKM_VENDOR_DEFINED | 0x1234, (CK_MECHANISM_TYPE)-1 };
	CK_OBJECT_HANDLE key = key_secret(CKK_AES, 16);
	CK_MECHANISM m = { 0, NULL, 0 };

	(void)arg;
	for (enum op op = OP_ENCRYPT; op < OPS; op++)
		for (size_t i = 0; i < KIT_COUNT(bad); i++) {
			m.mechanism = bad[i];
			REFUSE_INIT(kit_text("%s, 0x%lx", op_names[op], bad[i]),
			    op, &m, key, CKR_MECHANISM_INVALID);
		}
	m.mechanism = CKM_SHA256;
	WANT(kit.f->C_EncryptInit(kit.s, &m, key), CKR_MECHANISM_INVALID,
	    CKR_KEY_TYPE_INCONSISTENT);
	WANT(kit.f->C_SignInit(kit.s, &m, key), CKR_MECHANISM_INVALID,
	    CKR_KEY_TYPE_INCONSISTENT);
	m.mechanism = CKM_AES_KEY_GEN;
	WANT(kit.f->C_EncryptInit(kit.s, &m, key), CKR_MECHANISM_INVALID,
	    CKR_KEY_TYPE_INCONSISTENT);
	WANT(kit.f->C_DigestInit(kit.s, &m), CKR_MECHANISM_INVALID);
	m.mechanism = CKM_AES_ECB;
	WANT(kit.f->C_DigestInit(kit.s, &m), CKR_MECHANISM_INVALID);
	if (!kit_has_mech(CKM_AES_ECB, NULL))
		return;
	WANT(kit.f->C_SignInit(kit.s, &m, key), CKR_MECHANISM_INVALID,
	    CKR_KEY_TYPE_INCONSISTENT);
}

static void
allowed(const void *arg)
{
	static const CK_MECHANISM_TYPE list[] = { CKM_AES_CBC };
	CK_BYTE iv[16] = { 0 };
	CK_MECHANISM cbc = { CKM_AES_CBC, iv, 16 },
		     ecb = { CKM_AES_ECB, NULL, 0 },
		     pad = { CKM_AES_CBC_PAD, iv, 16 };
	CK_OBJECT_HANDLE key, out;
	struct tmpl t;

	(void)arg;
	tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
	t_v(&t, CKA_ALLOWED_MECHANISMS, list, sizeof(list));
	key = obj_make(&t);
	WANT(kit.f->C_EncryptInit(kit.s, &ecb, key), CKR_MECHANISM_INVALID,
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	WANT(kit.f->C_DecryptInit(kit.s, &pad, key), CKR_MECHANISM_INVALID,
	    CKR_KEY_FUNCTION_NOT_PERMITTED);
	WANT(kit.f->C_UnwrapKey(kit.s, &pad, key, iv, 16, t.a, 2, &out),
	    CKR_MECHANISM_INVALID, CKR_KEY_FUNCTION_NOT_PERMITTED);
	WANT(kit.f->C_EncryptInit(kit.s, &cbc, key), CKR_OK);
}

/*
 * A public key works without login; a private key-object that is not
 * CKA_PRIVATE too (4.4).
 */
static void
without_login(const void *arg)
{
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE pub, priv;
	CK_BYTE sig[256];
	CK_ULONG n = sizeof(sig);
	struct tmpl t;

	(void)arg;
	kit.s = kit_session(0);
	kit_need_mech(m.mechanism, CKF_SIGN | CKF_VERIFY);
	tmpl_rsa_private(&t);
	t_b(&t, CKA_PRIVATE, false);
	priv = obj_make(&t);
	tmpl_rsa_public(&t);
	t_b(&t, CKA_PRIVATE, false);
	pub = obj_make(&t);
	NEED(kit.f->C_SignInit(kit.s, &m, priv));
	NEED(kit.f->C_Sign(kit.s, (CK_BYTE *)"abc", 3, sig, &n));
	NEED(kit.f->C_VerifyInit(kit.s, &m, pub));
	WANT(kit.f->C_Verify(kit.s, (CK_BYTE *)"abc", 3, sig, n), CKR_OK);
}

/*
 * A key before its start or after its end (4.8: the library may refuse;
 * design 9: it does).
 */
static void
dates(const void *arg)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		const char *date;
		bool ok;
	} rows[] = {
		{ CKA_START_DATE, "20200101", true },
		{ CKA_END_DATE, "20991231", true },
		{ CKA_START_DATE, "20990101", false },
		{ CKA_END_DATE, "20200101", false },
	};

	(void)arg;
	for (size_t i = 0; i < KIT_COUNT(rows); i++) {
		CK_BYTE iv[16] = { 0 };
		CK_MECHANISM m = { CKM_AES_CBC, iv, sizeof(iv) };
		struct tmpl t;
		CK_RV rv;

		tmpl_secret(&t, CKK_AES, "0123456789abcdef", 16);
		t_v(&t, rows[i].type, rows[i].date, 8);
		rv = kit.f->C_EncryptInit(kit.s, &m, obj_make(&t));
		if (rows[i].ok || kit.profile == PROFILE_KLUIS)
			CHECK((rv == CKR_OK) == rows[i].ok, "row %zu: %s", i,
			    kit_rv_name(rv));
		if (rv == CKR_OK)
			op_abort(OP_ENCRYPT);
	}
}

static const struct kit_case cases[] = {
	{ "usekey/handles", "5.8.1, 5.13.1", AT_USER, handles, NULL, 0 },
	{ "usekey/not-a-key", "5.8.1", AT_USER, not_a_key, NULL, 0 },
	{ "usekey/wrong-type", "5.8.1, 5.13.1", AT_USER, wrong_type, NULL, 0 },
	{ "usekey/not-permitted", "4.8, 5.8.1", AT_USER, not_permitted, NULL,
	    0 },
	{ "usekey/mechanisms", "5.8.1", AT_USER, mechanisms, NULL, 0 },
	{ "usekey/allowed-mechanisms", "4.8", AT_USER, allowed, NULL, 0 },
	{ "usekey/without-login", "4.4", AT_PUBLIC, without_login, NULL, 0 },
	{ "usekey/dates", "4.8", AT_USER, dates, NULL, 0 },
};

void
opkey_cases(struct kit_list *l)
{
	kit_add(l, cases, KIT_COUNT(cases));
}
