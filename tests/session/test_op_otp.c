/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One-time passwords through C_Sign and C_Verify: parameters against keys, the
 * test values of RFC 4226 and RFC 6238, and that no process, killed or not,
 * gives a password of the counter twice.
 */
#include "api/api_kit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kluis.h"

#define SECRET20 "3132333435363738393031323334353637383930"
#define SECRET32 SECRET20 "313233343536373839303132"
#define SECRET64 SECRET20 SECRET20 SECRET20 "31323334"

static CK_ULONG optional = CK_OTP_PARAM_OPTIONAL;
static CK_ULONG mandatory = CK_OTP_PARAM_MANDATORY;
static CK_ULONG ignored = CK_OTP_PARAM_IGNORED;
static CK_ULONG eight = 8;

/* A key with this value and at most four attributes more. */
static CK_OBJECT_HANDLE
otp_key(const char *value, const CK_ATTRIBUTE *more, CK_ULONG n)
{
	static CK_OBJECT_CLASS class = CKO_OTP_KEY;
	static CK_KEY_TYPE type = CKK_HOTP;
	CK_BYTE v[64];
	CK_ATTRIBUTE t[8] = { A(CKA_CLASS, class), A(CKA_KEY_TYPE, type),
		{ CKA_VALUE, v, hex(value, v) } };

	assert_true(n <= 4);
	for (CK_ULONG i = 0; i < n; i++)
		t[3 + i] = more[i];
	return api_create(t, 3 + n);
}

static CK_RV
begin(CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, CK_OTP_PARAM *v, CK_ULONG n)
{
	CK_OTP_PARAMS p = { v, n };
	CK_MECHANISM m = { type, &p, sizeof(p) };

	return C_SignInit(api.hs, &m, key);
}

static CK_RV
begin_verify(CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, CK_OTP_PARAM *v,
    CK_ULONG n)
{
	CK_OTP_PARAMS p = { v, n };
	CK_MECHANISM m = { type, &p, sizeof(p) };

	return C_VerifyInit(api.hs, &m, key);
}

/* What C_Sign gives, in a block of its own. */
union block {
	CK_OTP_SIGNATURE_INFO info;
	CK_BYTE bytes[400];
};

static void
sign(union block *b)
{
	CK_ULONG n = sizeof(*b);

	OK(C_Sign(api.hs, NULL, 0, b->bytes, &n));
	assert_true(n <= sizeof(*b));
}

/* The parameter of this type in a block. */
static const CK_OTP_PARAM *
find(const union block *b, CK_OTP_PARAM_TYPE type)
{
	for (CK_ULONG i = 0; i < b->info.ulCount; i++) {
		const CK_OTP_PARAM *p = &b->info.pParams[i];
		const CK_BYTE *v = p->pValue;

		assert_true(v >= b->bytes && v + p->ulValueLen <=
		    b->bytes + sizeof(b->bytes));
		if (p->type == type)
			return p;
	}
	fail_msg("no parameter %lu", type);
	return NULL;
}

static void
assert_otp(const union block *b, const char *want)
{
	const CK_OTP_PARAM *p = find(b, CK_OTP_VALUE);

	assert_int_equal(p->ulValueLen, strlen(want));
	assert_memory_equal(p->pValue, want, p->ulValueLen);
}

static void
test_params_refused(void **state)
{
	static CK_FLAGS no_counter = CKF_EXCLUDE_COUNTER;
	static CK_FLAGS no_time = CKF_EXCLUDE_TIME;
	static CK_FLAGS friendly = CKF_USER_FRIENDLY_OTP;
	static CK_ULONG nine = 9, hexa = CK_OTP_FORMAT_HEXADECIMAL;
	CK_ATTRIBUTE timed[] = { A(CKA_OTP_TIME_REQUIREMENT, optional) };
	CK_ATTRIBUTE asks[] = { A(CKA_OTP_COUNTER_REQUIREMENT, mandatory) };
	CK_ATTRIBUTE blunt[] = { OFF(CKA_OTP_USER_FRIENDLY_MODE) };
	struct {
		CK_OBJECT_HANDLE key;
		CK_OTP_PARAM v;
	} rows[] = {
		{ otp_key(SECRET20, NULL, 0), A(CK_OTP_FLAGS, no_counter) },
		{ otp_key(SECRET20, timed, 1), A(CK_OTP_FLAGS, no_time) },
		{ otp_key(SECRET20, blunt, 1), A(CK_OTP_FLAGS, friendly) },
		{ otp_key(SECRET20, NULL, 0), A(CK_OTP_OUTPUT_LENGTH, nine) },
		{ otp_key(SECRET20, NULL, 0), A(CK_OTP_OUTPUT_FORMAT, hexa) },
		{ otp_key(SECRET20, asks, 1), { CK_OTP_PIN, NULL, 0 } },
	};
	CK_MECHANISM none = { CKM_HOTP, NULL, 0 };
	CK_OTP_PARAM unused = { CK_OTP_PIN, NULL, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		IS(begin(CKM_HOTP, rows[i].key, &rows[i].v, 1),
		    CKR_MECHANISM_PARAM_INVALID);
		IS(C_SignFinal(api.hs, NULL, NULL),
		    CKR_OPERATION_NOT_INITIALIZED);
	}
	IS(C_SignInit(api.hs, &none, rows[0].key),
	    CKR_MECHANISM_PARAM_INVALID);
	/* A check must be told whose counter it is. */
	IS(begin_verify(CKM_HOTP, rows[0].key, &unused, 1),
	    CKR_MECHANISM_PARAM_INVALID);
}

static void
test_wrong_key(void **state)
{
	CK_OBJECT_HANDLE hotp = otp_key(SECRET20, NULL, 0);
	CK_OBJECT_HANDLE other = api_secret(CKK_GENERIC_SECRET, SECRET20);
	CK_MECHANISM hmac = { CKM_SHA_1_HMAC, NULL, 0 };

	(void)state;
	IS(begin(CKM_HOTP, other, NULL, 0), CKR_KEY_TYPE_INCONSISTENT);
	IS(C_SignInit(api.hs, &hmac, hotp), CKR_KEY_TYPE_INCONSISTENT);
}

/* Data there is none; parts neither; what goes wrong ends it. */
static void
test_data(void **state)
{
	CK_OBJECT_HANDLE key = otp_key(SECRET20, NULL, 0);
	union block b;
	CK_BYTE data[8] = { 0 };
	CK_ULONG n = sizeof(b);

	(void)state;
	OK(begin(CKM_HOTP, key, NULL, 0));
	IS(C_Sign(api.hs, data, 8, b.bytes, &n), CKR_DATA_LEN_RANGE);
	IS(C_Sign(api.hs, NULL, 0, b.bytes, &n),
	    CKR_OPERATION_NOT_INITIALIZED);
	OK(begin(CKM_HOTP, key, NULL, 0));
	IS(C_SignUpdate(api.hs, data, 8), CKR_OPERATION_NOT_INITIALIZED);
	OK(begin(CKM_HOTP, key, NULL, 0));
	n = sizeof(b);
	OK(C_SignFinal(api.hs, b.bytes, &n));
	assert_otp(&b, "755224");
}

/* Neither a question nor a short buffer moves the counter. */
static void
test_lengths(void **state)
{
	CK_OBJECT_HANDLE key = otp_key(SECRET20, NULL, 0);
	CK_BYTE counter[600];
	union block b;
	CK_ULONG n = 0, need;

	(void)state;
	OK(begin(CKM_HOTP, key, NULL, 0));
	OK(C_Sign(api.hs, NULL, 0, NULL, &n));
	need = n;
	assert_true(need >= sizeof(CK_OTP_SIGNATURE_INFO) && need < sizeof(b));
	n = need - 1;
	IS(C_Sign(api.hs, NULL, 0, b.bytes, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, need);
	OK(C_Sign(api.hs, NULL, 0, b.bytes, &n));
	assert_otp(&b, "755224");
	assert_int_equal(api_get(key, CKA_OTP_COUNTER, counter), 8);
	assert_int_equal(counter[7], 1);
}

static void
test_rfc4226(void **state)
{
	static const char *const want[] = { "755224", "287082", "359152",
		"969429", "338314", "254676", "287922", "162583", "399871",
		"520489" };
	CK_ATTRIBUTE token[] = { ON(CKA_TOKEN) };

	(void)state;
	for (CK_ULONG k = 0; k < 2; k++) {
		CK_OBJECT_HANDLE key = otp_key(SECRET20, token, k);

		for (size_t i = 0; i < COUNT(want); i++) {
			CK_BYTE count[8] = { 0 };
			CK_OTP_PARAM p = { CK_OTP_COUNTER, count, 8 };
			union block b;

			OK(begin(CKM_HOTP, key, NULL, 0));
			sign(&b);
			assert_otp(&b, want[i]);
			count[7] = (CK_BYTE)i;
			assert_memory_equal(find(&b, CK_OTP_COUNTER)->pValue,
			    count, 8);
			OK(begin_verify(CKM_HOTP, key, &p, 1));
			OK(C_Verify(api.hs, NULL, 0,
			    (CK_BYTE_PTR)(uintptr_t)want[i], 6));
		}
	}
}

static void
test_verify_wrong(void **state)
{
	CK_OBJECT_HANDLE key = otp_key(SECRET20, NULL, 0);
	CK_BYTE count[8] = { 0 };
	CK_OTP_PARAM p = { CK_OTP_COUNTER, count, 8 };
	CK_BYTE data[1] = { 0 };

	(void)state;
	OK(begin_verify(CKM_HOTP, key, &p, 1));
	IS(C_Verify(api.hs, NULL, 0, (CK_BYTE_PTR) "755225", 6),
	    CKR_SIGNATURE_INVALID);
	OK(begin_verify(CKM_HOTP, key, &p, 1));
	IS(C_Verify(api.hs, NULL, 0, (CK_BYTE_PTR) "75522", 5),
	    CKR_SIGNATURE_LEN_RANGE);
	OK(begin_verify(CKM_HOTP, key, &p, 1));
	IS(C_Verify(api.hs, data, 1, (CK_BYTE_PTR) "755224", 6),
	    CKR_DATA_LEN_RANGE);
	OK(begin_verify(CKM_HOTP, key, &p, 1));
	OK(C_VerifyFinal(api.hs, (CK_BYTE_PTR) "755224", 6));
}

/* Counters that the caller gives, the next one, and a key that takes none. */
static void
test_given(void **state)
{
	static CK_FLAGS next = CKF_NEXT_OTP;
	CK_ATTRIBUTE own[] = { A(CKA_OTP_COUNTER_REQUIREMENT, ignored) };
	CK_OBJECT_HANDLE key = otp_key(SECRET20, NULL, 0);
	CK_OBJECT_HANDLE deaf = otp_key(SECRET20, own, 1);
	CK_BYTE count[8] = { 0, 0, 0, 0, 0, 0, 0, 7 };
	CK_OTP_PARAM p[] = { { CK_OTP_COUNTER, count, 8 },
		A(CK_OTP_FLAGS, next), A(CK_OTP_OUTPUT_LENGTH, eight) };
	union block b;

	(void)state;
	OK(begin(CKM_HOTP, key, p, 1));
	sign(&b);
	assert_otp(&b, "162583");
	OK(begin(CKM_HOTP, key, p, 2));
	sign(&b);
	assert_otp(&b, "399871");
	/* the key's own counter stood still: 0 is skipped, 1 is given */
	OK(begin(CKM_HOTP, key, p + 1, 2));
	sign(&b);
	assert_otp(&b, "94287082");
	OK(begin(CKM_HOTP, key, NULL, 0));
	sign(&b);
	assert_otp(&b, "359152");
	OK(begin(CKM_HOTP, deaf, p, 1));
	sign(&b);
	assert_otp(&b, "755224");
}

static void
totp(CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, const char *time,
    const char *want)
{
	CK_OTP_PARAM p = { CK_OTP_TIME, (void *)(uintptr_t)time, 14 };
	union block b;

	OK(begin(type, key, &p, 1));
	sign(&b);
	assert_otp(&b, want);
	assert_memory_equal(find(&b, CK_OTP_TIME)->pValue, time, 14);
	OK(begin_verify(type, key, &p, 1));
	OK(C_Verify(api.hs, NULL, 0, (CK_BYTE_PTR)(uintptr_t)want, 8));
}

static void
test_rfc6238(void **state)
{
	static const char *const rows[][4] = {
		{ "19700101000059", "94287082", "46119246", "90693936" },
		{ "20050318015829", "07081804", "68084774", "25091201" },
		{ "20050318015831", "14050471", "67062674", "99943326" },
		{ "20090213233130", "89005924", "91819424", "93441116" },
		{ "20330518033320", "69279037", "90698825", "38618901" },
		{ "26031011113320", "65353130", "77737706", "47863826" },
	};
	CK_ATTRIBUTE t[] = { A(CKA_OTP_TIME_REQUIREMENT, mandatory),
		A(CKA_OTP_LENGTH, eight) };
	CK_OBJECT_HANDLE k20 = otp_key(SECRET20, t, 2);
	CK_OBJECT_HANDLE k32 = otp_key(SECRET32, t, 2);
	CK_OBJECT_HANDLE k64 = otp_key(SECRET64, t, 2);

	(void)state;
	IS(begin(CKM_HOTP, k20, NULL, 0), CKR_MECHANISM_PARAM_INVALID);
	for (size_t i = 0; i < COUNT(rows); i++) {
		totp(CKM_HOTP, k20, rows[i][0], rows[i][1]);
		totp(CKM_KLUIS_HOTP_SHA256, k32, rows[i][0], rows[i][2]);
		totp(CKM_KLUIS_HOTP_SHA512, k64, rows[i][0], rows[i][3]);
	}
}

/* Without a time in the parameters it is the token's clock. */
static void
test_clock(void **state)
{
	CK_ATTRIBUTE t[] = { A(CKA_OTP_TIME_REQUIREMENT, optional) };
	CK_OBJECT_HANDLE key = otp_key(SECRET20, t, 1);
	CK_OTP_PARAM p;
	union block b, again;

	(void)state;
	OK(begin(CKM_HOTP, key, NULL, 0));
	sign(&b);
	p = *find(&b, CK_OTP_TIME);
	assert_memory_equal(p.pValue, "20", 2);
	OK(begin(CKM_HOTP, key, &p, 1));
	sign(&again);
	assert_memory_equal(find(&b, CK_OTP_VALUE)->pValue,
	    find(&again, CK_OTP_VALUE)->pValue, 6);
}

static void
test_generate(void **state)
{
	CK_MECHANISM gen = { CKM_HOTP_KEY_GEN, NULL, 0 };
	CK_OBJECT_CLASS class = CKO_OTP_KEY, secret = CKO_SECRET_KEY;
	CK_ULONG len = 32, odd = 15;
	CK_ATTRIBUTE good[] = { A(CKA_CLASS, class) };
	CK_ATTRIBUTE bad[] = { A(CKA_CLASS, secret), A(CKA_VALUE_LEN, odd) };
	CK_ATTRIBUTE longer[] = { A(CKA_VALUE_LEN, len) };
	CK_BYTE v[600];
	CK_OBJECT_HANDLE key;
	union block b;

	(void)state;
	IS(C_GenerateKey(api.hs, &gen, bad, 1, &key),
	    CKR_TEMPLATE_INCONSISTENT);
	IS(C_GenerateKey(api.hs, &gen, bad + 1, 1, &key),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	OK(C_GenerateKey(api.hs, &gen, longer, 1, &key));
	assert_int_equal(api_get(key, CKA_VALUE, v), 32);
	OK(C_GenerateKey(api.hs, &gen, good, 1, &key));
	assert_int_equal(api_get(key, CKA_VALUE, v), 20);
	assert_true(api_bool(key, CKA_LOCAL));
	OK(begin(CKM_HOTP, key, NULL, 0));
	sign(&b);
	assert_int_equal(find(&b, CK_OTP_VALUE)->ulValueLen, 6);
}

/* ---------------------------------------------------------- several processes */

/* In a child: writes the counter of each password it gets, as soon as it has
 * it, for ever or n times. */
static bool
child_signs(int fd, unsigned n)
{
	CK_OBJECT_CLASS class = CKO_OTP_KEY;
	CK_ATTRIBUTE t[] = { A(CKA_CLASS, class) };
	CK_OTP_PARAMS p = { NULL, 0 };
	CK_MECHANISM m = { CKM_HOTP, &p, sizeof(p) };
	CK_OBJECT_HANDLE key;
	CK_ULONG found;

	MUST(C_Initialize(NULL) == CKR_OK);
	MUST(C_OpenSession(api.t->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    &api.hs) == CKR_OK);
	MUST(C_Login(api.hs, CKU_USER, KIT_USER, KIT_USER_LEN) == CKR_OK);
	MUST(C_FindObjectsInit(api.hs, t, 1) == CKR_OK);
	MUST(C_FindObjects(api.hs, &key, 1, &found) == CKR_OK && found == 1);
	for (unsigned i = 0; n == 0 || i < n; i++) {
		union block b;
		CK_ULONG len = sizeof(b);

		MUST(C_SignInit(api.hs, &m, key) == CKR_OK);
		MUST(C_Sign(api.hs, NULL, 0, b.bytes, &len) == CKR_OK);
		MUST(write(fd, b.info.pParams[1].pValue, 8) == 8);
	}
	return true;
}

static pid_t
child(int fd, unsigned n)
{
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(child_signs(fd, n) ? 0 : 1);
	return pid;
}

/* Counts a number that was seen, none of which comes twice; false: no more. */
static bool
take(int fd, unsigned char *seen, size_t room)
{
	CK_BYTE v[8];
	size_t at;

	if (read(fd, v, 8) != 8)
		return false;
	at = (size_t)v[6] << 8 | v[7];
	assert_true(at < room);
	assert_int_equal(seen[at]++, 0);
	return true;
}

static void
test_processes(void **state)
{
	static unsigned char seen[4096];
	CK_ATTRIBUTE token[] = { ON(CKA_TOKEN) };
	int fd[2], status, more = 0;
	pid_t killed, a, b;

	(void)state;
	memset(seen, 0, sizeof(seen));
	(void)otp_key(SECRET20, token, 1);
	assert_int_equal(pipe(fd), 0);
	killed = child(fd[1], 0);
	a = child(fd[1], 20);
	for (int i = 0; i < 15; i++)
		assert_true(take(fd[0], seen, sizeof(seen)));
	assert_int_equal(kill(killed, SIGKILL), 0);
	assert_int_equal(waitpid(killed, &status, 0), killed);
	b = child(fd[1], 20);
	assert_int_equal(waitpid(a, &status, 0), a);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(b, &status, 0), b);
	assert_int_equal(status, 0);
	(void)close(fd[1]);
	while (take(fd[0], seen, sizeof(seen)))
		more++;
	assert_true(more >= 25);
	(void)close(fd[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_params_refused),
		CASE(test_wrong_key),
		CASE(test_data),
		CASE(test_lengths),
		CASE(test_rfc4226),
		CASE(test_verify_wrong),
		CASE(test_given),
		CASE(test_rfc6238),
		CASE(test_clock),
		CASE(test_generate),
		CASE(test_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
