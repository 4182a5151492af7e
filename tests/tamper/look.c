/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program sees of a token, written down line by line, so that
 * tests/tamper/tamper can compare what it saw before a change of the store and
 * after it.
 *
 * usage: look make CERTIFICATE	 makes the token (the certificate in DER)
 *	  look again		 writes some of its objects anew
 *	  look dump		 prints all that is to be seen, without a PIN,
 *				 then with the user's, then with the SO's
 *
 * A line is "WHO WHAT", WHO being the object's CKA_UNIQUE_ID or "token". What
 * fails is printed as "!" and the code. Exit status 0 unless make or again
 * failed, or dump died.
 */
#include "process/proc.h"

#define SECRET "tamper-secret-value-0123456789ab"

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

/* --------------------------------------------------------------- making */

static void
make_one(const char *label, CK_ATTRIBUTE *more, CK_ULONG n)
{
	CK_ATTRIBUTE t[12] = { { CKA_TOKEN, &yes, 1 },
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		{ CKA_ID, (void *)(uintptr_t)label, strlen(label) } };
	CK_OBJECT_CLASS class = *(CK_OBJECT_CLASS *)more[0].pValue;
	CK_ULONG at = class == CKO_DATA ? 2 : 3;
	CK_OBJECT_HANDLE h;

	MUST(at + n <= COUNT(t), "a template too long");
	memcpy(t + at, more, n * sizeof(*more));
	OK(p.f->C_CreateObject(p.s, t, at + n, &h));
}

static void
make_data(const char *label, const char *value, CK_BBOOL *private)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_PRIVATE, private, 1 },
		{ CKA_APPLICATION, (void *)(uintptr_t)"tamper-app", 10 },
		{ CKA_VALUE, (void *)(uintptr_t)value, strlen(value) } };

	make_one(label, t, COUNT(t));
}

static void
make_certificate(const char *path)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	static CK_BYTE der[8192];
	FILE *f = fopen(path, "re");
	size_t n = f == NULL ? 0 : fread(der, 1, sizeof(der), f);
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_CERTIFICATE_TYPE, &type, sizeof(type) },
		{ CKA_SUBJECT, (void *)(uintptr_t)"0", 1 },
		{ CKA_VALUE, der, n } };

	MUST(n > 0, "%s", path);
	(void)fclose(f);
	make_one("certificate", t, COUNT(t));
}

static void
make_secret(const char *label, CK_BBOOL *private)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_PRIVATE, private, 1 },
		{ CKA_SENSITIVE, private, 1 },
		{ CKA_VALUE, (void *)(uintptr_t)SECRET, 32 } };

	make_one(label, t, COUNT(t));
}

static void
make_pair(CK_MECHANISM_TYPE mech, const char *label)
{
	CK_BYTE p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	CK_MECHANISM m = { mech, NULL, 0 };
	CK_ULONG bits = 2048;
	CK_ATTRIBUTE rsa = { CKA_MODULUS_BITS, &bits, sizeof(bits) };
	CK_ATTRIBUTE ec = { CKA_EC_PARAMS, p256, sizeof(p256) };
	CK_ATTRIBUTE t[] = { { CKA_TOKEN, &yes, 1 },
		{ CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
		{ CKA_ID, (void *)(uintptr_t)label, strlen(label) },
		mech == CKM_EC_KEY_PAIR_GEN ? ec : rsa };
	CK_OBJECT_HANDLE a, b;

	OK(p.f->C_GenerateKeyPair(p.s, &m, t, 4, t, 3, &a, &b));
}

static void
make(const char *certificate)
{
	mod_load();
	OK(mod_init());
	mod_token_new(TOKEN);
	p.s = mod_session(CKF_RW_SESSION);
	make_data("data nobody", "written without a login", &no);
	OK(mod_login(p.s));
	make_data("data public", "tamper-public-value-01", &no);
	make_data("data private", "tamper-private-value-02", &yes);
	make_data("data twin", "tamper-private-value-03", &yes);
	make_certificate(certificate);
	make_secret("aes private", &yes);
	make_secret("aes open", &no);
	make_pair(CKM_RSA_PKCS_KEY_PAIR_GEN, "pair rsa");
	make_pair(CKM_EC_KEY_PAIR_GEN, "pair ec");
	OK(p.f->C_Finalize(NULL));
}

/* Writes objects anew: an older copy of their rows is then a roll-back. */
static void
again(void)
{
	static const char *const labels[] = { "data public", "data private",
		"aes private" };
	CK_ATTRIBUTE t = { CKA_LABEL, NULL, 0 };
	CK_ATTRIBUTE set = { CKA_LABEL, (void *)(uintptr_t)"set anew", 8 };

	mod_load();
	mod_open();
	for (size_t i = 0; i < COUNT(labels); i++) {
		CK_OBJECT_HANDLE h[2];
		CK_ULONG n = 2;

		t.pValue = (void *)(uintptr_t)labels[i];
		t.ulValueLen = strlen(labels[i]);
		OK(mod_find_rv(p.s, &t, 1, h, &n));
		MUST(n == 1, "%s: %lu", labels[i], n);
		OK(p.f->C_SetAttributeValue(p.s, h[0], &set, 1));
		set.ulValueLen--;	/* labels differ */
	}
	OK(p.f->C_Finalize(NULL));
}

/* -------------------------------------------------------------- looking */

static const char *phase;

static void
say_hex(const char *who, const char *what, const CK_BYTE *b, CK_ULONG n)
{
	printf("%s %s %s ", phase, who, what);
	for (CK_ULONG i = 0; i < n; i++)
		printf("%02x", b[i]);
	printf("\n");
}

static void
say_rv(const char *who, const char *what, CK_RV rv)
{
	printf("%s %s %s %s0x%lx\n", phase, who, what, rv == CKR_OK ? "" : "!",
	    rv);
}

/* The object's CKA_UNIQUE_ID, or what reading it gave. */
static const char *
who_is(CK_OBJECT_HANDLE h)
{
	static char who[64];
	CK_ATTRIBUTE t = { CKA_UNIQUE_ID, who, sizeof(who) - 1 };
	CK_RV rv = p.f->C_GetAttributeValue(p.s, h, &t, 1);

	if (rv == CKR_OK)
		who[t.ulValueLen] = '\0';
	else
		(void)snprintf(who, sizeof(who), "unreadable");
	if (rv != CKR_OK)
		say_rv(who, "CKA_UNIQUE_ID", rv);
	return who;
}

static void
dump_attributes(CK_OBJECT_HANDLE h, const char *who)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_CLASS, CKA_TOKEN,
		CKA_PRIVATE, CKA_LABEL, CKA_ID, CKA_VALUE, CKA_APPLICATION,
		CKA_KEY_TYPE, CKA_SENSITIVE, CKA_EXTRACTABLE, CKA_LOCAL,
		CKA_SIGN, CKA_VERIFY, CKA_ENCRYPT, CKA_DECRYPT, CKA_WRAP,
		CKA_UNWRAP, CKA_DERIVE, CKA_MODULUS, CKA_PUBLIC_EXPONENT,
		CKA_EC_PARAMS, CKA_EC_POINT, CKA_ALWAYS_SENSITIVE,
		CKA_NEVER_EXTRACTABLE, CKA_MODIFIABLE, CKA_DESTROYABLE,
		CKA_COPYABLE, CKA_CHECK_VALUE, CKA_SUBJECT, CKA_TRUSTED,
		CKA_PUBLIC_KEY_INFO, CKA_ALWAYS_AUTHENTICATE,
		CKA_WRAP_WITH_TRUSTED };
	static CK_BYTE value[8192];

	for (size_t i = 0; i < COUNT(types); i++) {
		CK_ATTRIBUTE t = { types[i], value, sizeof(value) };
		CK_RV rv = p.f->C_GetAttributeValue(p.s, h, &t, 1);
		char what[40];

		(void)snprintf(what, sizeof(what), "attribute-%lx", types[i]);
		if (rv == CKR_OK)
			say_hex(who, what, value, t.ulValueLen);
		else
			say_rv(who, what, rv);
	}
}

static void
dump_key(CK_OBJECT_HANDLE h, const char *who)
{
	static CK_BYTE iv[16], in[32] = "to be signed or encrypted";
	CK_MECHANISM sign[] = { { CKM_SHA256_RSA_PKCS, NULL, 0 },
		{ CKM_ECDSA, NULL, 0 } };
	CK_MECHANISM cbc = { CKM_AES_CBC, iv, sizeof(iv) };
	CK_OBJECT_CLASS class = 0;
	CK_KEY_TYPE type = 0;
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) } };
	CK_BYTE out[512];
	CK_ULONG n = sizeof(out);
	CK_RV rv;

	if (p.f->C_GetAttributeValue(p.s, h, t, 2) != CKR_OK)
		return;
	if (class == CKO_PRIVATE_KEY) {
		if ((rv = p.f->C_SignInit(p.s, &sign[type == CKK_EC], h)) ==
		    CKR_OK)
			rv = p.f->C_Sign(p.s, in, 32, out, &n);
		say_rv(who, "C_Sign", rv);
		if (rv == CKR_OK && type == CKK_RSA)
			say_hex(who, "signature", out, n);
	} else if (class == CKO_SECRET_KEY) {
		if ((rv = p.f->C_EncryptInit(p.s, &cbc, h)) == CKR_OK)
			rv = p.f->C_Encrypt(p.s, in, 32, out, &n);
		say_rv(who, "C_Encrypt", rv);
		if (rv == CKR_OK)
			say_hex(who, "encrypted", out, n);
	}
}

static void
dump_search(const char *what, CK_ATTRIBUTE *t, CK_ULONG n)
{
	CK_OBJECT_HANDLE h[32];
	CK_ULONG found = COUNT(h);
	CK_RV rv = mod_find_rv(p.s, t, n, h, &found);

	say_rv("token", what, rv);
	for (CK_ULONG i = 0; rv == CKR_OK && i < found; i++)
		printf("%s %s found-by %s\n", phase, who_is(h[i]), what);
}

/* Every way by which a program looks for these objects. */
static void
dump_searches(void)
{
	static const char *const labels[] = { "data nobody", "data public",
		"data private", "data twin", "certificate", "aes private",
		"aes open", "pair rsa", "pair ec", "set anew", "set ane",
		"set an" };
	static const CK_OBJECT_CLASS classes[] = { CKO_DATA, CKO_CERTIFICATE,
		CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKO_SECRET_KEY };
	char what[40];

	for (size_t i = 0; i < COUNT(labels); i++) {
		CK_ATTRIBUTE t = { CKA_LABEL, (void *)(uintptr_t)labels[i],
			strlen(labels[i]) };

		(void)snprintf(what, sizeof(what), "label-%zu", i);
		dump_search(what, &t, 1);
		t.type = CKA_ID;
		(void)snprintf(what, sizeof(what), "id-%zu", i);
		dump_search(what, &t, 1);
	}
	for (size_t i = 0; i < COUNT(classes); i++) {
		CK_ATTRIBUTE t = { CKA_CLASS, (void *)(uintptr_t)&classes[i],
			sizeof(classes[i]) };

		(void)snprintf(what, sizeof(what), "class-%zu", i);
		dump_search(what, &t, 1);
	}
}

static void
dump_objects(void)
{
	CK_OBJECT_HANDLE h[64];
	CK_ULONG n = COUNT(h);
	CK_RV rv = mod_find_rv(p.s, NULL, 0, h, &n);

	say_rv("token", "all", rv);
	for (CK_ULONG i = 0; rv == CKR_OK && i < n; i++) {
		const char *who = who_is(h[i]);

		dump_attributes(h[i], who);
		dump_key(h[i], who);
	}
	dump_searches();
}

static void
dump(void)
{
	CK_TOKEN_INFO info;
	CK_RV rv;

	mod_load();
	phase = "public";
	rv = mod_init();
	say_rv("token", "C_Initialize", rv);
	if (rv != CKR_OK)
		return;
	if ((rv = p.f->C_GetTokenInfo(0, &info)) == CKR_OK) {
		say_hex("token", "label", info.label, 32);
		say_hex("token", "serial", info.serialNumber, 16);
		printf("public token flags %lx\n", info.flags);
	} else
		say_rv("token", "C_GetTokenInfo", rv);
	rv = p.f->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
	    NULL, &p.s);
	say_rv("token", "C_OpenSession", rv);
	if (rv != CKR_OK)
		return;
	dump_objects();
	phase = "user";
	say_rv("token", "C_Login", mod_login(p.s));
	dump_objects();
	phase = "so";
	say_rv("token", "C_Logout", p.f->C_Logout(p.s));
	say_rv("token", "C_Login", p.f->C_Login(p.s, CKU_SO,
	    (CK_UTF8CHAR *)(uintptr_t)SO_PIN, sizeof(SO_PIN) - 1));
	say_rv("token", "C_Finalize", p.f->C_Finalize(NULL));
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "make") == 0)
		make(argv[2]);
	else if (argc == 2 && strcmp(argv[1], "again") == 0)
		again();
	else if (argc == 2 && strcmp(argv[1], "dump") == 0)
		dump();
	else
		return 2;
	return 0;
}
