/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message-based encryption and decryption (3.2 sections 5.9 and 5.11) at the
 * entry points: known answers, and what a session that is none gets.
 */
#include "api/api_kit.h"

static CK_BYTE text[16], tag[16], iv[12];
static CK_GCM_MESSAGE_PARAMS gcm = { iv, 12, 0, CKG_NO_GENERATE, tag, 128 };
static CK_MECHANISM m = { CKM_AES_GCM, &gcm, sizeof(gcm) };

static void
all_fail(CK_SESSION_HANDLE hs, CK_RV rv)
{
	CK_BYTE out[16];
	CK_ULONG n = 16;

	IS(C_EncryptMessage(hs, &gcm, sizeof(gcm), NULL, 0, text, 16, out, &n),
	    rv);
	IS(C_EncryptMessageBegin(hs, &gcm, sizeof(gcm), NULL, 0), rv);
	IS(C_EncryptMessageNext(hs, &gcm, sizeof(gcm), text, 16, out, &n,
	    CKF_END_OF_MESSAGE), rv);
	IS(C_MessageEncryptFinal(hs), rv);
	IS(C_DecryptMessage(hs, &gcm, sizeof(gcm), NULL, 0, text, 16, out, &n),
	    rv);
	IS(C_DecryptMessageBegin(hs, &gcm, sizeof(gcm), NULL, 0), rv);
	IS(C_DecryptMessageNext(hs, &gcm, sizeof(gcm), text, 16, out, &n,
	    CKF_END_OF_MESSAGE), rv);
	IS(C_MessageDecryptFinal(hs), rv);
	assert_int_equal(n, 16);
}

static void
test_before(void **state)
{
	(void)state;
	all_fail(1, CKR_CRYPTOKI_NOT_INITIALIZED);
	IS(C_MessageEncryptInit(1, &m, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
	IS(C_MessageDecryptInit(1, &m, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
test_no_session(void **state)
{
	(void)state;
	all_fail(NOWHERE, CKR_SESSION_HANDLE_INVALID);
	IS(C_MessageEncryptInit(NOWHERE, &m, 1), CKR_SESSION_HANDLE_INVALID);
	IS(C_MessageDecryptInit(NOWHERE, &m, 1), CKR_SESSION_HANDLE_INVALID);
	all_fail(api.hs, CKR_OPERATION_NOT_INITIALIZED);
}

/* Test case 2 of the GCM specification. */
static void
test_known(void **state)
{
	CK_OBJECT_HANDLE key = api_secret(CKK_AES,
	    "00000000000000000000000000000000");
	CK_BYTE out[16], back[16];
	CK_ULONG n = 16, k = 16;

	(void)state;
	OK(C_MessageEncryptInit(api.hs, &m, key));
	OK(C_EncryptMessage(api.hs, &gcm, sizeof(gcm), NULL, 0, text, 16, out,
	    &n));
	assert_hex(out, n, "0388dace60b6a392f328c2b971b2fe78");
	assert_hex(tag, 16, "ab6e47d42cec13bdf53a67b21257bddf");
	OK(C_MessageEncryptFinal(api.hs));
	OK(C_MessageDecryptInit(api.hs, &m, key));
	OK(C_DecryptMessageBegin(api.hs, &gcm, sizeof(gcm), NULL, 0));
	OK(C_DecryptMessageNext(api.hs, &gcm, sizeof(gcm), out, 16, back, &k,
	    CKF_END_OF_MESSAGE));
	assert_int_equal(k, 16);
	assert_memory_equal(back, text, 16);
	OK(C_MessageDecryptFinal(api.hs));
}

static void
test_flags(void **state)
{
	static const CK_MECHANISM_TYPE all[] = { CKM_AES_GCM, CKM_AES_CCM,
		CKM_CHACHA20_POLY1305 };
	const CK_FLAGS want = CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT |
	    CKF_MULTI_MESSAGE;
	CK_SESSION_INFO s;
	CK_MECHANISM_INFO info;

	(void)state;
	OK(C_GetSessionInfo(api.hs, &s));
	for (size_t i = 0; i < COUNT(all); i++) {
		OK(C_GetMechanismInfo(s.slotID, all[i], &info));
		assert_int_equal(info.flags & want, want);
	}
	OK(C_GetMechanismInfo(s.slotID, CKM_AES_CBC, &info));
	assert_int_equal(info.flags & want, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before),
		CASE(test_no_session),
		CASE(test_known),
		CASE(test_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
