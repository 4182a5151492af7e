/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kluis adds to PKCS#11 under the numbers reserved for vendors.
 *
 * Vendors choose their own numbers above CKA_VENDOR_DEFINED and its relatives
 * (3.2 §3.4), and the standard does not say how two of them keep apart. kluis
 * takes the 65536 numbers from KLUIS_VENDOR_BASE up, for each kind (CKA_,
 * CKK_, CKM_, CKO_, CKR_) separately. The base has the vendor bit, "K" "L"
 * without the bit of CKF_ARRAY_ATTRIBUTE (an attribute that is an array adds
 * it), and none of the ranges of NSS, p11-kit or OpenSC.
 *
 * Mechanisms are all that stands there so far: kluis has no attribute, return
 * value or interface of its own.
 */
#ifndef KLUIS_H
#define KLUIS_H

#define KLUIS_VENDOR_BASE	0x8b4c0000UL

/* CKM_HOTP with another hash than SHA-1, which RFC 6238 allows for TOTP: keys,
 * parameters and results are the same. */
#define CKM_KLUIS_HOTP_SHA256	(KLUIS_VENDOR_BASE + 0x10UL)
#define CKM_KLUIS_HOTP_SHA512	(KLUIS_VENDOR_BASE + 0x11UL)

/*
 * Numbers of NSS that it uses on tokens of others.  CKM_NSS_AES_KEY_WRAP is
 * CKM_AES_KEY_WRAP: what S/MIME with EC keys wraps and unwraps with.
 */
#ifndef CKM_NSS_AES_KEY_WRAP
#define CKM_NSS_AES_KEY_WRAP	0xce534351UL
#endif

#endif /* KLUIS_H */
