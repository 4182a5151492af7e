/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every function but C_Initialize and the three that hand out tables, with an
 * argument list in which all is zero or NULL but the session s. One list for
 * each version that added functions.
 */
#ifndef CONFORMANCE_CALLS_H
#define CONFORMANCE_CALLS_H

#define CALLS_20(X) \
	X(C_Finalize, NULL) \
	X(C_GetInfo, NULL) \
	X(C_GetSlotList, 0, NULL, NULL) \
	X(C_GetSlotInfo, 0, NULL) \
	X(C_GetTokenInfo, 0, NULL) \
	X(C_GetMechanismList, 0, NULL, NULL) \
	X(C_GetMechanismInfo, 0, 0, NULL) \
	X(C_InitToken, 0, NULL, 0, NULL) \
	X(C_InitPIN, s, NULL, 0) \
	X(C_SetPIN, s, NULL, 0, NULL, 0) \
	X(C_OpenSession, 0, 0, NULL, NULL, NULL) \
	X(C_CloseSession, s) \
	X(C_CloseAllSessions, 0) \
	X(C_GetSessionInfo, s, NULL) \
	X(C_GetOperationState, s, NULL, NULL) \
	X(C_SetOperationState, s, NULL, 0, 0, 0) \
	X(C_Login, s, 0, NULL, 0) \
	X(C_Logout, s) \
	X(C_CreateObject, s, NULL, 0, NULL) \
	X(C_CopyObject, s, 0, NULL, 0, NULL) \
	X(C_DestroyObject, s, 0) \
	X(C_GetObjectSize, s, 0, NULL) \
	X(C_GetAttributeValue, s, 0, NULL, 0) \
	X(C_SetAttributeValue, s, 0, NULL, 0) \
	X(C_FindObjectsInit, s, NULL, 0) \
	X(C_FindObjects, s, NULL, 0, NULL) \
	X(C_FindObjectsFinal, s) \
	X(C_EncryptInit, s, NULL, 0) \
	X(C_Encrypt, s, NULL, 0, NULL, NULL) \
	X(C_EncryptUpdate, s, NULL, 0, NULL, NULL) \
	X(C_EncryptFinal, s, NULL, NULL) \
	X(C_DecryptInit, s, NULL, 0) \
	X(C_Decrypt, s, NULL, 0, NULL, NULL) \
	X(C_DecryptUpdate, s, NULL, 0, NULL, NULL) \
	X(C_DecryptFinal, s, NULL, NULL) \
	X(C_DigestInit, s, NULL) \
	X(C_Digest, s, NULL, 0, NULL, NULL) \
	X(C_DigestUpdate, s, NULL, 0) \
	X(C_DigestKey, s, 0) \
	X(C_DigestFinal, s, NULL, NULL) \
	X(C_SignInit, s, NULL, 0) \
	X(C_Sign, s, NULL, 0, NULL, NULL) \
	X(C_SignUpdate, s, NULL, 0) \
	X(C_SignFinal, s, NULL, NULL) \
	X(C_SignRecoverInit, s, NULL, 0) \
	X(C_SignRecover, s, NULL, 0, NULL, NULL) \
	X(C_VerifyInit, s, NULL, 0) \
	X(C_Verify, s, NULL, 0, NULL, 0) \
	X(C_VerifyUpdate, s, NULL, 0) \
	X(C_VerifyFinal, s, NULL, 0) \
	X(C_VerifyRecoverInit, s, NULL, 0) \
	X(C_VerifyRecover, s, NULL, 0, NULL, NULL) \
	X(C_DigestEncryptUpdate, s, NULL, 0, NULL, NULL) \
	X(C_DecryptDigestUpdate, s, NULL, 0, NULL, NULL) \
	X(C_SignEncryptUpdate, s, NULL, 0, NULL, NULL) \
	X(C_DecryptVerifyUpdate, s, NULL, 0, NULL, NULL) \
	X(C_GenerateKey, s, NULL, NULL, 0, NULL) \
	X(C_GenerateKeyPair, s, NULL, NULL, 0, NULL, 0, NULL, NULL) \
	X(C_WrapKey, s, NULL, 0, 0, NULL, NULL) \
	X(C_UnwrapKey, s, NULL, 0, NULL, 0, NULL, 0, NULL) \
	X(C_DeriveKey, s, NULL, 0, NULL, 0, NULL) \
	X(C_SeedRandom, s, NULL, 0) \
	X(C_GenerateRandom, s, NULL, 0) \
	X(C_GetFunctionStatus, s) \
	X(C_CancelFunction, s) \
	X(C_WaitForSlotEvent, 0, NULL, NULL)

#define CALLS_30(X) \
	X(C_LoginUser, s, 0, NULL, 0, NULL, 0) \
	X(C_SessionCancel, s, 0) \
	X(C_MessageEncryptInit, s, NULL, 0) \
	X(C_EncryptMessage, s, NULL, 0, NULL, 0, NULL, 0, NULL, NULL) \
	X(C_EncryptMessageBegin, s, NULL, 0, NULL, 0) \
	X(C_EncryptMessageNext, s, NULL, 0, NULL, 0, NULL, NULL, 0) \
	X(C_MessageEncryptFinal, s) \
	X(C_MessageDecryptInit, s, NULL, 0) \
	X(C_DecryptMessage, s, NULL, 0, NULL, 0, NULL, 0, NULL, NULL) \
	X(C_DecryptMessageBegin, s, NULL, 0, NULL, 0) \
	X(C_DecryptMessageNext, s, NULL, 0, NULL, 0, NULL, NULL, 0) \
	X(C_MessageDecryptFinal, s) \
	X(C_MessageSignInit, s, NULL, 0) \
	X(C_SignMessage, s, NULL, 0, NULL, 0, NULL, NULL) \
	X(C_SignMessageBegin, s, NULL, 0) \
	X(C_SignMessageNext, s, NULL, 0, NULL, 0, NULL, NULL) \
	X(C_MessageSignFinal, s) \
	X(C_MessageVerifyInit, s, NULL, 0) \
	X(C_VerifyMessage, s, NULL, 0, NULL, 0, NULL, 0) \
	X(C_VerifyMessageBegin, s, NULL, 0) \
	X(C_VerifyMessageNext, s, NULL, 0, NULL, 0, NULL, 0) \
	X(C_MessageVerifyFinal, s)

#define CALLS_32(X) \
	X(C_EncapsulateKey, s, NULL, 0, NULL, 0, NULL, NULL, NULL) \
	X(C_DecapsulateKey, s, NULL, 0, NULL, 0, NULL, 0, NULL) \
	X(C_VerifySignatureInit, s, NULL, 0, NULL, 0) \
	X(C_VerifySignature, s, NULL, 0) \
	X(C_VerifySignatureUpdate, s, NULL, 0) \
	X(C_VerifySignatureFinal, s) \
	X(C_GetSessionValidationFlags, s, 0, NULL) \
	X(C_AsyncComplete, s, NULL, NULL) \
	X(C_AsyncGetID, s, NULL, NULL) \
	X(C_AsyncJoin, s, NULL, 0, NULL, 0) \
	X(C_WrapKeyAuthenticated, s, NULL, 0, 0, NULL, 0, NULL, NULL) \
	X(C_UnwrapKeyAuthenticated, s, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL)

#endif
