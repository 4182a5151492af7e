/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests that drive sessions through the C_ functions, on top of
 * kit/token.h: a token with the user logged in, keys of known values, and the
 * published vectors they are tried with.  Header only; `api` is what the
 * running test has.
 */
#ifndef KLUIS_TESTS_API_KIT_H
#define KLUIS_TESTS_API_KIT_H

#include "kit/token.h"

/* Fails the test unless the call gives this code. */
#define IS(call, rv) assert_int_equal((call), (rv))
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* In a child process, whose end is its parent's business: a function that
 * answers false, and says where. */
#define MUST(cond) \
	do { \
		if (!(cond)) { \
			dprintf(2, "# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			return false; \
		} \
	} while (0)
/* One attribute whose value is the variable. */
#define A(type, v) { (type), &(v), sizeof(v) }
#define OFF(type) { (type), &no, 1 }
#define ON(type) { (type), &yes, 1 }
/* A session that is none. */
#define NOWHERE (api.hs + 1000)

struct api {
	struct kit_token *t;
	CK_SESSION_HANDLE hs;
};
static struct api api;
__attribute__((unused)) static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

static inline int
api_new(void **state)
{
	if (kit_token_new(state) != 0)
		return 1;
	api.t = *state;
	api.hs = kit_user(api.t, CKF_RW_SESSION);
	return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, api_new, kit_token_free)

/* Hexadecimal digits into out, which has room; how many bytes. */
static inline CK_ULONG
hex(const char *text, CK_BYTE *out)
{
	CK_ULONG n = 0;
	unsigned v;

	for (; text[2 * n] != '\0'; n++) {
		assert_int_equal(sscanf(text + 2 * n, "%2x", &v), 1);
		out[n] = (CK_BYTE)v;
	}
	return n;
}

static inline void
assert_hex(const CK_BYTE *got, CK_ULONG n, const char *want)
{
	CK_BYTE v[1024];

	assert_true(strlen(want) <= 2 * sizeof(v));
	assert_int_equal(n, hex(want, v));
	assert_memory_equal(got, v, n);
}

static inline CK_OBJECT_HANDLE
api_create(CK_ATTRIBUTE *templ, CK_ULONG n)
{
	CK_OBJECT_HANDLE made = 0;

	OK(C_CreateObject(api.hs, templ, n, &made));
	assert_int_not_equal(made, 0);
	return made;
}

/* A secret key that may be read. */
static inline CK_OBJECT_HANDLE
api_secret(CK_KEY_TYPE type, const char *value)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_BYTE v[64];
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, class), A(CKA_KEY_TYPE, type),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE),
		{ CKA_VALUE, v, hex(value, v) } };

	return api_create(t, COUNT(t));
}

/* An attribute of at most 600 bytes; how long it is. */
static inline CK_ULONG
api_get(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, CK_BYTE *out)
{
	CK_ATTRIBUTE t = { type, out, 600 };

	OK(C_GetAttributeValue(api.hs, h, &t, 1));
	return t.ulValueLen;
}

static inline void
assert_value(CK_OBJECT_HANDLE h, const char *want)
{
	CK_BYTE v[600];

	assert_hex(v, api_get(h, CKA_VALUE, v), want);
}

static inline bool
api_bool(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE v[600];

	assert_int_equal(api_get(h, type, v), 1);
	return v[0] != 0;
}

static inline CK_ULONG
api_number(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG v = 0;
	CK_ATTRIBUTE t = A(type, v);

	OK(C_GetAttributeValue(api.hs, h, &t, 1));
	return v;
}

/* How many objects the session sees that match. */
static inline CK_ULONG
api_count(CK_ATTRIBUTE *templ, CK_ULONG n)
{
	CK_OBJECT_HANDLE found[64];
	CK_ULONG got = 0;

	OK(C_FindObjectsInit(api.hs, templ, n));
	OK(C_FindObjects(api.hs, found, 64, &got));
	OK(C_FindObjectsFinal(api.hs));
	return got;
}

/* ------------------------------------------------------------- vectors */

/* SP 800-38A appendix F, AES-128, the first two blocks. */
#define AES_KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define AES_IV "000102030405060708090a0b0c0d0e0f"
#define AES_PLAIN "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
#define AES_ECB "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"
#define AES_CBC "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"

/* SHA-256 of "abc" (FIPS 180-4), and HMAC: RFC 4231 case 2. */
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define HMAC_KEY "4a656665"
#define HMAC_TEXT "what do ya want for nothing?"
#define HMAC_MAC "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

/* RFC 3394 section 4.1: a key of 16 bytes under one of 16. */
#define KW_KEK "000102030405060708090a0b0c0d0e0f"
#define KW_KEY "00112233445566778899aabbccddeeff"
#define KW_OUT "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"

/* RFC 6979 appendix A.2.5: P-256, SHA-256, "sample". */
#define P256_OID "06082a8648ce3d030107"
#define EC_X "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define EC_Y "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define EC_R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define EC_S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"

/* RFC 5903 section 8.1: both sides of an agreement on P-256. */
#define DH_I "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"
#define DH_IX "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
#define DH_IY "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3"
#define DH_R "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53"
#define DH_RX "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
#define DH_RY "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab"
#define DH_Z "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"

/* An RSA key of 2048 bits made for the tests, and its CKM_SHA256_RSA_PKCS
 * signature of "abc", both by another program. */
#define RSA_N \
	"ddb7525b870c02d4562196828988924df28924d0f316cb8725dcb6aef46123bc" \
	"635a53ddc9dfc4f61527467390c5f19be4d341f4ac87ce5e43484983a042f863" \
	"3a3a9538538e2120a5d69f1d8e45f46de345ad6cc72543f4debd8e16a2a052f2" \
	"62f5db2d4769f6f84c032866ab125cd93fe94508756957e536f985f9e97e7f7b" \
	"e3da70f1268db0d641dbc5ec3189592f0eed2f42fc34442af192dbacaba67146" \
	"a767053e4e5ecb2b161c818c6850e1c4ad476037d7c92b872fcbc7227be03632" \
	"775f6f0f67a9104d7e48f6f38365439f3c301713a61426dc81e184ef0653995e" \
	"c4fc94b7b251ac1d3f44f800aa1422dbf171d97c3f7b6cf9ef4a2fe3ca2bda71"
#define RSA_D \
	"0ac7dc86a6cd1160d1c4aaff8895ce1cb6d659a69a00af14d08fd2dcdef524e5" \
	"06cfb594408f5391c3a58d3f6bf8095a2888e7d9707f8a0150b435c98e0408f5" \
	"34e249af30cb906b78a4def273a08dd4bf60514bcb6dd1c81901e3e425dee07e" \
	"f8b6365a1546df18b90423a01a61623263712c477a58b7a01049971777cb0c2d" \
	"1ad3c1f2105668f4f5a691f78ecd34c5e4a134f4fc356110591b0c8f8ab698ad" \
	"b7b6af212ec17ad66fd536fc7264e9312a4e48420482d4ac6361caed3c7d65a7" \
	"ad71c5e73a157e88d83c11510979cee10b7952a58979454ed34d819dee6fedd1" \
	"cae4ad7b04092b31160eb06d7b7e5563a44e41f20699c4b7c82624ddfb571ea1"
#define RSA_P \
	"f034408ad5bff05790536f008fb6f503c8bc02b60b640875c992a6ae7de26bf0" \
	"6e9659af7aeed573b897bf7dae6ea7edf76b737422010b87f2c7c0a671f9ca58" \
	"6d52f8283f10f17978d9c0ccb7711a6d8810d322afc2e090be53a052b89d091b" \
	"9a7330968d9a15f5357189f2b81f345d1a6b861d6e592fb7f0fd054de90fcf6b"
#define RSA_Q \
	"ec4bd4abf84a53d36cb25bc8a6cb768ec6ccc9f0089de520f3abc67558c2ad5f" \
	"301b504ef1370fdbc88d6c04f99d2bdab6c2a78ba0d39918f0e5bdb9c85980a7" \
	"04ca6d9c650e1bf6657103d3aabc01554a518b9595cc1fba4162a710d68fa930" \
	"41cbc569a4eaa2667df454032210b5c7f813bf881e60f482ba21468826f74093"
#define RSA_DP \
	"b8e49fa1be72a5ffe0da3821487e5e0ef19eb6bf85f91402068cd9bc8aad94c4" \
	"577b67c18970f9e0bf801f2810f2a054ae1489a424e0850dba3543f75ad81987" \
	"036fd010baaac214ec8f40b6d3a53de07dd1e59357933be46e7c54761820d877" \
	"e4e531cb5167ffeae59e65beed3727c95aa2d57326138485a3fc3eeefface9cd"
#define RSA_DQ \
	"b10ea51df2df26eeae6cfb0f5fc3e763569d4ed7386dafa9c04c3f59e0978737" \
	"6321a44c72bc727a9a4d35da887b77c7dbd80199437a2a26a12354c5a7d540ec" \
	"654f955071fc5f8182436bbda81a55d965e5b274f498ce514efb2ffa12fbf4a7" \
	"7f35c407c416387819fb011493eaf77b0e6d25c0461b1a3bf66246aa70a02657"
#define RSA_QI \
	"38c101e7fff6084fbe0dd474204d2c00ed93ee9e29c1e73562ad162f8c6375f4" \
	"08265a8ce169ffd85bf5125d881c9acb3240feb73ccf0ad7d890369b4ac0edfb" \
	"b95e27a40f5506bf1b0780c2a686ac81ae6fb213bfb319dfd481742651970eff" \
	"af883448bf03b88ef7a1353ea4af6fa19cc27b6b4bf8c5a1a9e1607f0f694ca6"
#define RSA_SIG \
	"19bdeb2eb7178976bd98f0fa6a0b91dc7f6a073cca3c0ef940acc590c083b86d" \
	"ba6966b91870c22d677b7ebf2c5a0da43f8b7af721d99794733fe1f57dc927b9" \
	"575fd956a78de5f8fc86ae4d1b2c29d925d40376818435c260f96c3122c73343" \
	"993a0698b7f3c1dbebb287698b1a8296c572dad797cd8d90bdb5517650217b95" \
	"78d6b48af40645714ce51ecf459b941fad0761143a011d861d20232c924ec65a" \
	"e7bb9f920e8969adb825b76b8a1278e87cd704f44b405aab38806b62e28ad15f" \
	"1cb26f840fab6d6dc470270178b18aacfa97c4614c4798f53458936b14be9f1f" \
	"4a3428087c6cf38be7cb0ff6d35d14998334a52ac5a21ab8e8e42e3fb9424cbc"

/* ----------------------------------------------------------- their keys */

static inline CK_OBJECT_HANDLE
api_rsa_public(void)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = CKK_RSA;
	CK_BYTE modulus[256], e[] = { 1, 0, 1 };
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, class), A(CKA_KEY_TYPE, type),
		{ CKA_MODULUS, modulus, hex(RSA_N, modulus) },
		A(CKA_PUBLIC_EXPONENT, e) };

	return api_create(t, COUNT(t));
}

/* The private half, with up to 4 more attributes. */
static inline CK_OBJECT_HANDLE
api_rsa_private(const CK_ATTRIBUTE *more, size_t n)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		const char *text;
	} parts[] = {
		{ CKA_MODULUS, RSA_N }, { CKA_PRIVATE_EXPONENT, RSA_D },
		{ CKA_PRIME_1, RSA_P }, { CKA_PRIME_2, RSA_Q },
		{ CKA_EXPONENT_1, RSA_DP }, { CKA_EXPONENT_2, RSA_DQ },
		{ CKA_COEFFICIENT, RSA_QI },
	};
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = CKK_RSA;
	CK_BYTE v[COUNT(parts)][256], e[] = { 1, 0, 1 };
	CK_ATTRIBUTE t[COUNT(parts) + 7] = { A(CKA_CLASS, class),
		A(CKA_KEY_TYPE, type), A(CKA_PUBLIC_EXPONENT, e) };

	assert_true(n <= 4);
	for (size_t i = 0; i < COUNT(parts); i++)
		t[3 + i] = (CK_ATTRIBUTE){ parts[i].type, v[i],
			hex(parts[i].text, v[i]) };
	if (n > 0)
		memcpy(t + 3 + COUNT(parts), more, n * sizeof(*more));
	return api_create(t, 3 + COUNT(parts) + n);
}

/* A public key on P-256 of its affine coordinates. */
static inline CK_OBJECT_HANDLE
api_ec_public(const char *xy)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = CKK_EC;
	CK_BYTE oid[16], point[67] = { 4, 65, 4 };
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, class), A(CKA_KEY_TYPE, type),
		{ CKA_EC_PARAMS, oid, hex(P256_OID, oid) },
		{ CKA_EC_POINT, point, 3 + hex(xy, point + 3) } };

	return api_create(t, COUNT(t));
}

static inline CK_OBJECT_HANDLE
api_ec_private(const char *scalar)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = CKK_EC;
	CK_BYTE oid[16], v[32];
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, class), A(CKA_KEY_TYPE, type),
		OFF(CKA_SENSITIVE), ON(CKA_EXTRACTABLE), ON(CKA_DERIVE),
		{ CKA_EC_PARAMS, oid, hex(P256_OID, oid) },
		{ CKA_VALUE, v, hex(scalar, v) } };

	return api_create(t, COUNT(t));
}

#endif
