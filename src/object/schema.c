/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The attributes that objects have, as data: a schema per class and key type,
 * made of shared tables of rows.  What a footnote means is policy.c's
 * business; what follows from key material is material.c's.
 *
 * Rows stand in the order of the standard's tables (3.2 sections 4 and 6).
 * Where a row says other than they do:
 *  - CKA_PUBLIC_EXPONENT of a private key may be left out: the engine finds it.
 *  - CKA_VALUE of ML-KEM and ML-DSA private keys may be left out where CKA_SEED
 *    is given, as their sections say below the tables.
 *  - CKA_SUBPRIME_BITS may be given to the generation of DSA parameters, as
 *    3.2 section 6.2.4 says below its table; CKA_PRIME and CKA_SUBPRIME are
 *    given to that of a base.
 *  - CKA_EC_POINT is an attribute of private keys too: programs read it there.
 *  - CKA_TRUSTED may be set later, by the SO, as CKA_WRAP_WITH_TRUSTED may by
 *    the user; data objects may be changed; CKA_COPYABLE may be taken away.
 *  - What a trust object says of its certificate may change, which the text of
 *    3.2 section 4.7 takes for granted and its table does not say.
 *  - CKA_OTP_TIME_INTERVAL is an attribute of HOTP keys too, for TOTP.
 *  - CKA_OBJECT_VALIDATION_FLAGS is the token's to say: nothing is validated.
 *  - The parity of DES keys that are imported or unwrapped is not judged.
 *
 * Constants only; no locks.
 */
#include "object/object_int.h"

static const struct attr_row storage[] = {
	/* attribute                kind        footnotes                  default */
	{ CKA_CLASS,                A_NUM,      F1 | FIND,                 D_NONE },
	{ CKA_TOKEN,                A_BOOL,     COPY,                      D_FALSE },
	{ CKA_PRIVATE,              A_BOOL,     COPY | F9,                 D_RULE },
	{ CKA_MODIFIABLE,           A_BOOL,     COPY,                      D_TRUE },
	{ CKA_LABEL,                A_STRING,   F8 | FIND,                 D_EMPTY },
	{ CKA_COPYABLE,             A_BOOL,     F8 | F12,                  D_TRUE },
	{ CKA_DESTROYABLE,          A_BOOL,     COPY,                      D_TRUE },
	{ CKA_UNIQUE_ID,            A_STRING,   F2 | F4 | F6 | NEVER | FIND, D_NONE },
};

/* Of objects that are no storage objects. */
static const struct attr_row common[] = {
	{ CKA_CLASS,                A_NUM,      F1,                        D_NONE },
};

static const struct attr_row data[] = {
	{ CKA_APPLICATION,          A_STRING,   F8 | FIND,                 D_EMPTY },
	{ CKA_OBJECT_ID,            A_BYTES,    F8 | NOCOPY | FIND,        D_EMPTY },
	{ CKA_VALUE,                A_BYTES,    F8,                        D_EMPTY },
};

static const struct attr_row profile[] = {
	{ CKA_PROFILE_ID,           A_NUM,      F1 | NEVER,                D_NONE },
};

static const struct attr_row certificate[] = {
	{ CKA_CERTIFICATE_TYPE,     A_NUM,      F1 | FIND,                 D_NONE },
	{ CKA_TRUSTED,              A_BOOL,     F8 | F10,                  D_FALSE },
	{ CKA_CERTIFICATE_CATEGORY, A_NUM,      0,                         D_ZERO },
	{ CKA_CHECK_VALUE,          A_BYTES,    CLEAR,                     D_RULE },
	{ CKA_START_DATE,           A_DATE,     0,                         D_EMPTY },
	{ CKA_END_DATE,             A_DATE,     0,                         D_EMPTY },
	{ CKA_PUBLIC_KEY_INFO,      A_BYTES,    0,                         D_RULE },
};

static const struct attr_row x509[] = {
	{ CKA_SUBJECT,              A_BYTES,    F1 | SAME | FIND,          D_NONE },
	{ CKA_ID,                   A_BYTES,    F8 | FIND,                 D_EMPTY },
	{ CKA_ISSUER,               A_BYTES,    F8 | FIND,                 D_EMPTY },
	{ CKA_SERIAL_NUMBER,        A_BYTES,    F8 | FIND,                 D_EMPTY },
	{ CKA_VALUE,                A_BYTES,    SAME,                      D_EMPTY },
	{ CKA_URL,                  A_STRING,   0,                         D_EMPTY },
	{ CKA_HASH_OF_SUBJECT_PUBLIC_KEY, A_BYTES, 0,                      D_EMPTY },
	{ CKA_HASH_OF_ISSUER_PUBLIC_KEY, A_BYTES, 0,                       D_EMPTY },
	{ CKA_JAVA_MIDP_SECURITY_DOMAIN, A_NUM, 0,                         D_ZERO },
	{ CKA_NAME_HASH_ALGORITHM,  A_NUM,      0,                         D_RULE },
};

static const struct attr_row attr_cert[] = {
	{ CKA_OWNER,                A_BYTES,    F1,                        D_NONE },
	{ CKA_AC_ISSUER,            A_BYTES,    F8,                        D_EMPTY },
	{ CKA_SERIAL_NUMBER,        A_BYTES,    F8 | FIND,                 D_EMPTY },
	{ CKA_ATTR_TYPES,           A_BYTES,    F8,                        D_EMPTY },
	{ CKA_VALUE,                A_BYTES,    F1 | SAME,                 D_NONE },
};

static const struct attr_row trust[] = {
	{ CKA_ISSUER,               A_BYTES,    F1 | FIND,                 D_NONE },
	{ CKA_SERIAL_NUMBER,        A_BYTES,    F1 | FIND,                 D_NONE },
	{ CKA_HASH_OF_CERTIFICATE,  A_BYTES,    F8,                        D_EMPTY },
	{ CKA_NAME_HASH_ALGORITHM,  A_NUM,      F8,                        D_RULE },
	{ CKA_TRUST_SERVER_AUTH,    A_NUM,      F8,                        D_ZERO },
	{ CKA_TRUST_CLIENT_AUTH,    A_NUM,      F8,                        D_ZERO },
	{ CKA_TRUST_CODE_SIGNING,   A_NUM,      F8,                        D_ZERO },
	{ CKA_TRUST_EMAIL_PROTECTION, A_NUM,    F8,                        D_ZERO },
	{ CKA_TRUST_IPSEC_IKE,      A_NUM,      F8,                        D_ZERO },
	{ CKA_TRUST_TIME_STAMPING,  A_NUM,      F8,                        D_ZERO },
	{ CKA_TRUST_OCSP_SIGNING,   A_NUM,      F8,                        D_ZERO },
};

static const struct attr_row hw_clock[] = {
	{ CKA_HW_FEATURE_TYPE,      A_NUM,      F1 | NEVER,                D_NONE },
	{ CKA_VALUE,                A_BYTES,    NEVER | LIVE,              D_NONE },
};

static const struct attr_row hw_counter[] = {
	{ CKA_HW_FEATURE_TYPE,      A_NUM,      F1 | NEVER,                D_NONE },
	{ CKA_RESET_ON_INIT,        A_BOOL,     NEVER,                     D_NONE },
	{ CKA_HAS_RESET,            A_BOOL,     NEVER,                     D_NONE },
	{ CKA_VALUE,                A_BYTES,    NEVER | LIVE,              D_NONE },
};

static const struct attr_row mechanism[] = {
	{ CKA_MECHANISM_TYPE,       A_NUM,      F1 | NEVER,                D_NONE },
};

/* Read-only; kluis has been validated by nobody, so there are none. */
static const struct attr_row validation[] = {
	{ CKA_VALIDATION_TYPE,      A_NUM,      F1 | NEVER,                D_NONE },
	{ CKA_VALIDATION_VERSION,   A_BYTES,    NEVER,                     D_NONE },
	{ CKA_VALIDATION_LEVEL,     A_NUM,      NEVER,                     D_NONE },
	{ CKA_VALIDATION_MODULE_ID, A_STRING,   NEVER,                     D_NONE },
	{ CKA_VALIDATION_FLAG,      A_NUM,      NEVER,                     D_NONE },
	{ CKA_VALIDATION_AUTHORITY_TYPE, A_NUM, NEVER,                     D_NONE },
	{ CKA_VALIDATION_COUNTRY,   A_STRING,   NEVER,                     D_EMPTY },
	{ CKA_VALIDATION_CERTIFICATE_IDENTIFIER, A_STRING, NEVER,          D_EMPTY },
	{ CKA_VALIDATION_CERTIFICATE_URI, A_STRING, NEVER,                 D_EMPTY },
	{ CKA_VALIDATION_VENDOR_URI, A_STRING,  NEVER,                     D_EMPTY },
	{ CKA_VALIDATION_PROFILE,   A_STRING,   NEVER,                     D_EMPTY },
};

static const struct attr_row key[] = {
	{ CKA_KEY_TYPE,             A_NUM,      F1 | F5 | FIND,            D_NONE },
	{ CKA_ID,                   A_BYTES,    F8 | FIND,                 D_EMPTY },
	{ CKA_START_DATE,           A_DATE,     F8,                        D_EMPTY },
	{ CKA_END_DATE,             A_DATE,     F8,                        D_EMPTY },
	{ CKA_DERIVE,               A_BOOL,     F8,                        D_CAN },
	{ CKA_LOCAL,                A_BOOL,     F2 | F4 | F6 | NEVER,      D_RULE },
	{ CKA_KEY_GEN_MECHANISM,    A_NUM,      F2 | F4 | F6 | NEVER,      D_RULE },
	{ CKA_ALLOWED_MECHANISMS,   A_MECHS,    0,                         D_EMPTY },
	{ CKA_OBJECT_VALIDATION_FLAGS, A_NUM,   F4 | F6 | F9 | F12 | NEVER, D_ZERO },
};

static const struct attr_row public_key[] = {
	{ CKA_SUBJECT,              A_BYTES,    F8 | FIND,                 D_EMPTY },
	{ CKA_ENCRYPT,              A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_VERIFY,               A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_VERIFY_RECOVER,       A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_WRAP,                 A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_ENCAPSULATE,          A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_TRUSTED,              A_BOOL,     F8 | F10,                  D_FALSE },
	{ CKA_WRAP_TEMPLATE,        A_TEMPLATE, 0,                         D_EMPTY },
	{ CKA_ENCAPSULATE_TEMPLATE, A_TEMPLATE, 0,                         D_EMPTY },
	{ CKA_PUBLIC_KEY_INFO,      A_BYTES,    0,                         D_RULE },
};

static const struct attr_row private_key[] = {
	{ CKA_SUBJECT,              A_BYTES,    F8 | FIND,                 D_EMPTY },
	{ CKA_SENSITIVE,            A_BOOL,     F8 | F9 | F11,             D_RULE },
	{ CKA_DECRYPT,              A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_SIGN,                 A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_SIGN_RECOVER,         A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_UNWRAP,               A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_DECAPSULATE,          A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_EXTRACTABLE,          A_BOOL,     F8 | F9 | F12,             D_RULE },
	{ CKA_ALWAYS_SENSITIVE,     A_BOOL,     F2 | F4 | F6 | NEVER,      D_RULE },
	{ CKA_NEVER_EXTRACTABLE,    A_BOOL,     F2 | F4 | F6 | NEVER,      D_RULE },
	{ CKA_WRAP_WITH_TRUSTED,    A_BOOL,     F8 | F11,                  D_FALSE },
	{ CKA_UNWRAP_TEMPLATE,      A_TEMPLATE, 0,                         D_EMPTY },
	{ CKA_ALWAYS_AUTHENTICATE,  A_BOOL,     0,                         D_FALSE },
	{ CKA_PUBLIC_KEY_INFO,      A_BYTES,    F8,                        D_RULE },
	{ CKA_DERIVE_TEMPLATE,      A_TEMPLATE, 0,                         D_EMPTY },
	{ CKA_DECAPSULATE_TEMPLATE, A_TEMPLATE, 0,                         D_EMPTY },
};

static const struct attr_row secret_key[] = {
	{ CKA_SENSITIVE,            A_BOOL,     F8 | F11,                  D_RULE },
	{ CKA_ENCRYPT,              A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_DECRYPT,              A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_SIGN,                 A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_VERIFY,               A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_WRAP,                 A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_UNWRAP,               A_BOOL,     F8 | F9,                   D_CAN },
	{ CKA_EXTRACTABLE,          A_BOOL,     F8 | F9 | F12,             D_RULE },
	{ CKA_ALWAYS_SENSITIVE,     A_BOOL,     F2 | F4 | F6 | NEVER,      D_RULE },
	{ CKA_NEVER_EXTRACTABLE,    A_BOOL,     F2 | F4 | F6 | NEVER,      D_RULE },
	{ CKA_CHECK_VALUE,          A_BYTES,    CLEAR,                     D_RULE },
	{ CKA_WRAP_WITH_TRUSTED,    A_BOOL,     F8 | F11,                  D_FALSE },
	{ CKA_TRUSTED,              A_BOOL,     F8 | F10,                  D_FALSE },
	{ CKA_WRAP_TEMPLATE,        A_TEMPLATE, 0,                         D_EMPTY },
	{ CKA_UNWRAP_TEMPLATE,      A_TEMPLATE, 0,                         D_EMPTY },
	{ CKA_DERIVE_TEMPLATE,      A_TEMPLATE, 0,                         D_EMPTY },
	{ CKA_VALUE,                A_BYTES,    F1 | F4 | F6 | F7 | SEAL,  D_NONE },
};

/* Secret keys of various lengths. */
static const struct attr_row value_len[] = {
	{ CKA_VALUE_LEN,            A_NUM,      F2 | F3,                   D_NONE },
};

/* Of a key type that has one length: nobody need say it. */
static const struct attr_row one_len[] = {
	{ CKA_VALUE_LEN,            A_NUM,      F2,                        D_NONE },
};

static const struct attr_row otp[] = {
	{ CKA_VALUE_LEN,            A_NUM,      F2,                        D_NONE },
	{ CKA_OTP_FORMAT,           A_NUM,      0,                         D_ZERO },
	{ CKA_OTP_LENGTH,           A_NUM,      F9,                        D_RULE },
	{ CKA_OTP_USER_FRIENDLY_MODE, A_BOOL,   F9,                        D_TRUE },
	{ CKA_OTP_CHALLENGE_REQUIREMENT, A_NUM, F9,                        D_ZERO },
	{ CKA_OTP_TIME_REQUIREMENT, A_NUM,      F9,                        D_ZERO },
	{ CKA_OTP_COUNTER_REQUIREMENT, A_NUM,   F9,                        D_RULE },
	{ CKA_OTP_PIN_REQUIREMENT,  A_NUM,      F9,                        D_ZERO },
	{ CKA_OTP_COUNTER,          A_BYTES,    0,                         D_RULE },
	{ CKA_OTP_TIME,             A_STRING,   NEVER,                     D_EMPTY },
	{ CKA_OTP_TIME_INTERVAL,    A_NUM,      0,                         D_RULE },
	{ CKA_OTP_USER_IDENTIFIER,  A_STRING,   F8,                        D_EMPTY },
	{ CKA_OTP_SERVICE_IDENTIFIER, A_STRING, F8,                        D_EMPTY },
	{ CKA_OTP_SERVICE_LOGO,     A_BYTES,    F8,                        D_EMPTY },
	{ CKA_OTP_SERVICE_LOGO_TYPE, A_STRING,  F8,                        D_EMPTY },
};

static const struct attr_row rsa_public[] = {
	{ CKA_MODULUS,              A_BIGINT,   F1 | F4,                   D_NONE },
	{ CKA_MODULUS_BITS,         A_NUM,      F2 | F3,                   D_NONE },
	{ CKA_PUBLIC_EXPONENT,      A_BIGINT,   F1,                        D_NONE },
};

static const struct attr_row rsa_private[] = {
	{ CKA_MODULUS,              A_BIGINT,   F1 | F4 | F6,              D_NONE },
	{ CKA_PUBLIC_EXPONENT,      A_BIGINT,   F4 | F6,                   D_NONE },
	{ CKA_PRIVATE_EXPONENT,     A_BIGINT,   F1 | F4 | F6 | F7 | SEAL,  D_NONE },
	{ CKA_PRIME_1,              A_BIGINT,   F4 | F6 | F7 | SEAL,       D_NONE },
	{ CKA_PRIME_2,              A_BIGINT,   F4 | F6 | F7 | SEAL,       D_NONE },
	{ CKA_EXPONENT_1,           A_BIGINT,   F4 | F6 | F7 | SEAL,       D_NONE },
	{ CKA_EXPONENT_2,           A_BIGINT,   F4 | F6 | F7 | SEAL,       D_NONE },
	{ CKA_COEFFICIENT,          A_BIGINT,   F4 | F6 | F7 | SEAL,       D_NONE },
};

static const struct attr_row ec_public[] = {
	{ CKA_EC_PARAMS,            A_BYTES,    F1 | F3,                   D_NONE },
	{ CKA_EC_POINT,             A_BYTES,    F1 | F4,                   D_NONE },
};

static const struct attr_row ec_private[] = {
	{ CKA_EC_PARAMS,            A_BYTES,    F1 | F4 | F6,              D_NONE },
	{ CKA_EC_POINT,             A_BYTES,    F4 | F6,                   D_NONE },
	{ CKA_VALUE,                A_BIGINT,   F1 | F4 | F6 | F7 | SEAL,  D_NONE },
};

/* ML-KEM, ML-DSA and SLH-DSA (3.2 sections 6.67 to 6.69). */
static const struct attr_row pqc_public[] = {
	{ CKA_PARAMETER_SET,        A_NUM,      F1 | F3,                   D_NONE },
	{ CKA_VALUE,                A_BYTES,    F1 | F4,                   D_NONE },
};

static const struct attr_row seeded_private[] = {
	{ CKA_PARAMETER_SET,        A_NUM,      F1 | F4 | F6,              D_NONE },
	{ CKA_SEED,                 A_BYTES,    F4 | F6 | F7 | SEAL,       D_NONE },
	{ CKA_VALUE,                A_BYTES,    F4 | F6 | F7 | SEAL,       D_NONE },
};

static const struct attr_row slh_private[] = {
	{ CKA_PARAMETER_SET,        A_NUM,      F1 | F4 | F6,              D_NONE },
	{ CKA_VALUE,                A_BYTES,    F1 | F4 | F6 | F7 | SEAL,  D_NONE },
};

/* DSA and X9.42 DH alike. */
static const struct attr_row ffc_public[] = {
	{ CKA_PRIME,                A_BIGINT,   F1 | F3,                   D_NONE },
	{ CKA_SUBPRIME,             A_BIGINT,   F1 | F3,                   D_NONE },
	{ CKA_BASE,                 A_BIGINT,   F1 | F3,                   D_NONE },
	{ CKA_VALUE,                A_BIGINT,   F1 | F4,                   D_NONE },
};

static const struct attr_row ffc_private[] = {
	{ CKA_PRIME,                A_BIGINT,   F1 | F4 | F6,              D_NONE },
	{ CKA_SUBPRIME,             A_BIGINT,   F1 | F4 | F6,              D_NONE },
	{ CKA_BASE,                 A_BIGINT,   F1 | F4 | F6,              D_NONE },
	{ CKA_VALUE,                A_BIGINT,   F1 | F4 | F6 | F7 | SEAL,  D_NONE },
};

static const struct attr_row dh_public[] = {
	{ CKA_PRIME,                A_BIGINT,   F1 | F3,                   D_NONE },
	{ CKA_BASE,                 A_BIGINT,   F1 | F3,                   D_NONE },
	{ CKA_VALUE,                A_BIGINT,   F1 | F4,                   D_NONE },
};

static const struct attr_row dh_private[] = {
	{ CKA_PRIME,                A_BIGINT,   F1 | F4 | F6,              D_NONE },
	{ CKA_BASE,                 A_BIGINT,   F1 | F4 | F6,              D_NONE },
	{ CKA_VALUE,                A_BIGINT,   F1 | F4 | F6 | F7 | SEAL,  D_NONE },
	{ CKA_VALUE_BITS,           A_NUM,      F2 | F6,                   D_NONE },
};

static const struct attr_row domain[] = {
	{ CKA_KEY_TYPE,             A_NUM,      F1 | FIND,                 D_NONE },
	{ CKA_LOCAL,                A_BOOL,     F2 | F4 | F6 | NEVER,      D_RULE },
};

static const struct attr_row dsa_domain[] = {
	{ CKA_PRIME,                A_BIGINT,   F1 | F4 | GIVEN,           D_NONE },
	{ CKA_SUBPRIME,             A_BIGINT,   F1 | F4 | GIVEN,           D_NONE },
	{ CKA_BASE,                 A_BIGINT,   F1 | F4,                   D_NONE },
	{ CKA_PRIME_BITS,           A_NUM,      F2 | F3,                   D_NONE },
	{ CKA_SUBPRIME_BITS,        A_NUM,      F2,                        D_NONE },
};

static const struct attr_row dh_domain[] = {
	{ CKA_PRIME,                A_BIGINT,   F1 | F4,                   D_NONE },
	{ CKA_BASE,                 A_BIGINT,   F1 | F4,                   D_NONE },
	{ CKA_PRIME_BITS,           A_NUM,      F2 | F3,                   D_NONE },
};

static const struct attr_row x942_domain[] = {
	{ CKA_PRIME,                A_BIGINT,   F1 | F4,                   D_NONE },
	{ CKA_BASE,                 A_BIGINT,   F1 | F4,                   D_NONE },
	{ CKA_SUBPRIME,             A_BIGINT,   F1 | F4,                   D_NONE },
	{ CKA_PRIME_BITS,           A_NUM,      F2 | F3,                   D_NONE },
	{ CKA_SUBPRIME_BITS,        A_NUM,      F2 | F3,                   D_NONE },
};

/* The tables a schema consists of. */
#define TABLES(...) .tables = (const struct attr_row *const[]){ __VA_ARGS__, NULL }
#define COUNTS(...) .counts = (const size_t[]){ __VA_ARGS__ }
#define ROWS2(a, b) TABLES(a, b), COUNTS(KL_COUNT(a), KL_COUNT(b))
#define ROWS3(a, b, c)                                                         \
	TABLES(a, b, c), COUNTS(KL_COUNT(a), KL_COUNT(b), KL_COUNT(c))
#define ROWS4(a, b, c, d)                                                      \
	TABLES(a, b, c, d),                                                    \
	    COUNTS(KL_COUNT(a), KL_COUNT(b), KL_COUNT(c), KL_COUNT(d))

#define U(use) ((uint32_t)1 << OBJ_USE_##use)
#define U_RSA_PUBLIC                                                           \
	(U(ENCRYPT) | U(VERIFY) | U(VERIFY_RECOVER) | U(WRAP) | U(ENCAPSULATE))
#define U_RSA_PRIVATE                                                          \
	(U(DECRYPT) | U(SIGN) | U(SIGN_RECOVER) | U(UNWRAP) | U(DECAPSULATE))
#define U_CRYPT (U(ENCRYPT) | U(DECRYPT) | U(WRAP) | U(UNWRAP))
#define U_CIPHER (U_CRYPT | U(SIGN) | U(VERIFY))

static bool
len_any(size_t n)
{
	return n >= 1;
}

static bool
len_32(size_t n)
{
	return n == 32;
}

static bool
len_blake2(size_t n)
{
	return n >= 1 && n <= 64;
}

/* 80 bits is what many services give, though RFC 4226 wants 128. */
static bool
len_otp(size_t n)
{
	return n >= 10;
}

#define MAC_KEY(type, old)                                                     \
	{ .class = CKO_SECRET_KEY, .key_type = (type), .eng = ENG_SECRET,      \
	  ROWS4(storage, key, secret_key, value_len), .len_ok = len_any,       \
	  .cipher = ENG_CIPHERS, .legacy = (old), .can = U(SIGN) | U(VERIFY) }
#define BLAKE2_KEY(type)                                                       \
	{ .class = CKO_SECRET_KEY, .key_type = (type), .eng = ENG_SECRET,      \
	  ROWS4(storage, key, secret_key, value_len), .len_ok = len_blake2,    \
	  .cipher = ENG_CIPHERS, .can = U(SIGN) | U(VERIFY) }
#define CIPHER_KEY(type, which, old)                                           \
	{ .class = CKO_SECRET_KEY, .key_type = (type), .eng = ENG_SECRET,      \
	  ROWS4(storage, key, secret_key, value_len), .cipher = (which),       \
	  .legacy = (old), .can = U_CIPHER }
/* Of one length: no CKA_VALUE_LEN. */
#define FIXED_KEY(type, n, which, old, uses)                                   \
	{ .class = CKO_SECRET_KEY, .key_type = (type), .eng = ENG_SECRET,      \
	  ROWS3(storage, key, secret_key), .fixed_len = (n),                   \
	  .cipher = (which), .legacy = (old), .can = (uses) }
/* Of one length, which may be said.  A check value is of SHA-1 (3.2 section
 * 6.58). */
#define STREAM_KEY(type, uses)                                                 \
	{ .class = CKO_SECRET_KEY, .key_type = (type), .eng = ENG_SECRET,      \
	  ROWS4(storage, key, secret_key, one_len), .len_ok = len_32,          \
	  .fixed_len = 32, .cipher = ENG_CIPHERS, .can = (uses) }
#define PUBLIC_KEY(type, engine, rows, uses)                                   \
	{ .class = CKO_PUBLIC_KEY, .key_type = (type), .eng = (engine),        \
	  ROWS4(storage, key, public_key, rows), .can = (uses) }
#define PRIVATE_KEY(type, engine, rows, uses)                                  \
	{ .class = CKO_PRIVATE_KEY, .key_type = (type), .eng = (engine),       \
	  ROWS4(storage, key, private_key, rows), .can = (uses) }
/* Of classes that have types of another kind (certificates), and of others. */
#define NO_KEY_OF(x)                                                           \
	.key_type = CK_UNAVAILABLE_INFORMATION, .eng = ENG_TYPES, .sub = (x)
#define DOMAIN(type, engine, rows)                                             \
	{ .class = CKO_DOMAIN_PARAMETERS, .key_type = (type), .eng = (engine), \
	  ROWS3(storage, domain, rows) }
#define NO_KEY NO_KEY_OF(CK_UNAVAILABLE_INFORMATION)

static const struct schema schemas[] = {
	{ .class = CKO_DATA, NO_KEY, ROWS2(storage, data) },
	{ .class = CKO_CERTIFICATE, NO_KEY_OF(CKC_X_509),
	  ROWS3(storage, certificate, x509) },
	{ .class = CKO_CERTIFICATE, NO_KEY_OF(CKC_X_509_ATTR_CERT),
	  ROWS3(storage, certificate, attr_cert) },
	{ .class = CKO_TRUST, NO_KEY, ROWS2(storage, trust) },
	{ .class = CKO_PROFILE, NO_KEY, .builtin = true,
	  ROWS2(storage, profile) },
	{ .class = CKO_VALIDATION, NO_KEY, .builtin = true,
	  ROWS2(storage, validation) },
	{ .class = CKO_HW_FEATURE, NO_KEY_OF(CKH_CLOCK), .builtin = true,
	  ROWS2(common, hw_clock) },
	{ .class = CKO_HW_FEATURE, NO_KEY_OF(CKH_MONOTONIC_COUNTER),
	  .builtin = true, ROWS2(common, hw_counter) },
	{ .class = CKO_MECHANISM, NO_KEY, .builtin = true,
	  ROWS2(common, mechanism) },
	PUBLIC_KEY(CKK_RSA, ENG_RSA, rsa_public, U_RSA_PUBLIC),
	PUBLIC_KEY(CKK_EC, ENG_EC, ec_public, U(VERIFY) | U(ENCAPSULATE)),
	PUBLIC_KEY(CKK_EC_EDWARDS, ENG_ED, ec_public, U(VERIFY)),
	PUBLIC_KEY(CKK_EC_MONTGOMERY, ENG_MONT, ec_public, U(ENCAPSULATE)),
	PUBLIC_KEY(CKK_ML_KEM, ENG_ML_KEM, pqc_public, U(ENCAPSULATE)),
	PUBLIC_KEY(CKK_ML_DSA, ENG_ML_DSA, pqc_public, U(VERIFY)),
	PUBLIC_KEY(CKK_SLH_DSA, ENG_SLH_DSA, pqc_public, U(VERIFY)),
	PRIVATE_KEY(CKK_RSA, ENG_RSA, rsa_private, U_RSA_PRIVATE),
	PRIVATE_KEY(CKK_EC, ENG_EC, ec_private, U(SIGN) | U(DERIVE) | U(DECAPSULATE)),
	PRIVATE_KEY(CKK_EC_EDWARDS, ENG_ED, ec_private, U(SIGN)),
	PRIVATE_KEY(CKK_EC_MONTGOMERY, ENG_MONT, ec_private, U(DERIVE) | U(DECAPSULATE)),
	PRIVATE_KEY(CKK_ML_KEM, ENG_ML_KEM, seeded_private, U(DECAPSULATE)),
	PRIVATE_KEY(CKK_ML_DSA, ENG_ML_DSA, seeded_private, U(SIGN)),
	PRIVATE_KEY(CKK_SLH_DSA, ENG_SLH_DSA, slh_private, U(SIGN)),
	CIPHER_KEY(CKK_AES, ENG_AES, false),
	{ .class = CKO_SECRET_KEY, .key_type = CKK_AES_XTS, .eng = ENG_SECRET,
	  ROWS4(storage, key, secret_key, value_len), .cipher = ENG_XTS,
	  .can = U_CRYPT },
	CIPHER_KEY(CKK_ARIA, ENG_ARIA, false),
	CIPHER_KEY(CKK_CAMELLIA, ENG_CAMELLIA, false),
	FIXED_KEY(CKK_SEED, 16, ENG_SEED, false, U_CIPHER),
	{ .class = CKO_OTP_KEY, .key_type = CKK_HOTP, .eng = ENG_SECRET,
	  ROWS4(storage, key, secret_key, otp), .len_ok = len_otp, .gen_len = 20,
	  .cipher = ENG_CIPHERS, .can = U(SIGN) | U(VERIFY) },
	PUBLIC_KEY(CKK_DSA, ENG_DSA, ffc_public, U(VERIFY)),
	PUBLIC_KEY(CKK_DH, ENG_DH, dh_public, 0),
	PUBLIC_KEY(CKK_X9_42_DH, ENG_X942, ffc_public, 0),
	PRIVATE_KEY(CKK_DSA, ENG_DSA, ffc_private, U(SIGN)),
	PRIVATE_KEY(CKK_DH, ENG_DH, dh_private, U(DERIVE)),
	PRIVATE_KEY(CKK_X9_42_DH, ENG_X942, ffc_private, U(DERIVE)),
	DOMAIN(CKK_DSA, ENG_DSA, dsa_domain),
	DOMAIN(CKK_DH, ENG_DH, dh_domain),
	DOMAIN(CKK_X9_42_DH, ENG_X942, x942_domain),
	MAC_KEY(CKK_GENERIC_SECRET, false),
	{ .class = CKO_SECRET_KEY, .key_type = CKK_HKDF, .eng = ENG_SECRET,
	  ROWS4(storage, key, secret_key, value_len), .len_ok = len_any,
	  .cipher = ENG_CIPHERS, .can = U(DERIVE) },
	MAC_KEY(CKK_SHA_1_HMAC, false),
	MAC_KEY(CKK_SHA224_HMAC, false),
	MAC_KEY(CKK_SHA256_HMAC, false),
	MAC_KEY(CKK_SHA384_HMAC, false),
	MAC_KEY(CKK_SHA512_HMAC, false),
	MAC_KEY(CKK_SHA512_224_HMAC, false),
	MAC_KEY(CKK_SHA512_256_HMAC, false),
	MAC_KEY(CKK_SHA3_224_HMAC, false),
	MAC_KEY(CKK_SHA3_256_HMAC, false),
	MAC_KEY(CKK_SHA3_384_HMAC, false),
	MAC_KEY(CKK_SHA3_512_HMAC, false),
	MAC_KEY(CKK_SHA512_T_HMAC, false),
	BLAKE2_KEY(CKK_BLAKE2B_160_HMAC),
	BLAKE2_KEY(CKK_BLAKE2B_256_HMAC),
	BLAKE2_KEY(CKK_BLAKE2B_384_HMAC),
	BLAKE2_KEY(CKK_BLAKE2B_512_HMAC),
	MAC_KEY(CKK_MD5_HMAC, true),
	MAC_KEY(CKK_RIPEMD160_HMAC, true),
	STREAM_KEY(CKK_CHACHA20, U_CRYPT),
	STREAM_KEY(CKK_POLY1305, U(SIGN) | U(VERIFY)),
	FIXED_KEY(CKK_DES3, 24, ENG_DES3, true, U_CIPHER),
	FIXED_KEY(CKK_DES2, 16, ENG_DES2, true, U_CIPHER),
	FIXED_KEY(CKK_DES, 8, ENG_DES, true, U_CIPHER),
	{ .class = CKO_SECRET_KEY, .key_type = CKK_BLOWFISH, .eng = ENG_SECRET,
	  ROWS4(storage, key, secret_key, value_len), .cipher = ENG_BLOWFISH,
	  .legacy = true, .can = U_CRYPT },
	CIPHER_KEY(CKK_CAST128, ENG_CAST5, true),
	FIXED_KEY(CKK_IDEA, 16, ENG_IDEA, true, U_CIPHER),
};

const struct schema *
schema_all(size_t i)
{
	return i < KL_COUNT(schemas) ? &schemas[i] : NULL;
}

const struct schema *
schema_find(CK_OBJECT_CLASS class, CK_ULONG sub)
{
	for (size_t i = 0; i < KL_COUNT(schemas); i++) {
		const struct schema *s = &schemas[i];

		if (s->class == class && (s->eng != ENG_TYPES ?
		    s->key_type == sub : s->sub == sub ||
		    s->sub == CK_UNAVAILABLE_INFORMATION))
			return s;
	}
	return NULL;
}

CK_ATTRIBUTE_TYPE
schema_chooser(CK_OBJECT_CLASS class)
{
	static const CK_ATTRIBUTE_TYPE choosers[] = {
		CKA_KEY_TYPE, CKA_CERTIFICATE_TYPE, CKA_HW_FEATURE_TYPE
	};

	for (size_t i = 0; i < KL_COUNT(schemas); i++)
		for (size_t k = 0; k < KL_COUNT(choosers); k++)
			if (schemas[i].class == class &&
			    schema_row(&schemas[i], choosers[k]) != NULL)
				return choosers[k];
	return CK_UNAVAILABLE_INFORMATION;
}

CK_ATTRIBUTE_TYPE
schema_type(CK_ATTRIBUTE_TYPE t)
{
	/* 3.2's tables and its header disagree about the array bit here. */
	if (t == (CKA_ENCAPSULATE_TEMPLATE | CKF_ARRAY_ATTRIBUTE) ||
	    t == (CKA_DECAPSULATE_TEMPLATE | CKF_ARRAY_ATTRIBUTE))
		return t & ~(CK_ATTRIBUTE_TYPE)CKF_ARRAY_ATTRIBUTE;
	return t;
}

const struct attr_row *
schema_at(const struct schema *s, size_t i)
{
	for (size_t k = 0; s->tables[k] != NULL; k++) {
		if (i < s->counts[k])
			return &s->tables[k][i];
		i -= s->counts[k];
	}
	return NULL;
}

const struct attr_row *
schema_row(const struct schema *s, CK_ATTRIBUTE_TYPE t)
{
	t = schema_type(t);
	for (size_t k = 0; s->tables[k] != NULL; k++)
		for (size_t i = 0; i < s->counts[k]; i++)
			if (s->tables[k][i].type == t)
				return &s->tables[k][i];
	return NULL;
}

const struct attr_row *
schema_any(CK_ATTRIBUTE_TYPE t)
{
	const struct attr_row *row;

	for (size_t i = 0; i < KL_COUNT(schemas); i++)
		if ((row = schema_row(&schemas[i], t)) != NULL)
			return row;
	return NULL;
}

bool
schema_len_ok(const struct schema *s, size_t n)
{
	return s->len_ok != NULL ? s->len_ok(n) : eng_cipher_len(s->cipher, n);
}

bool
schema_value_ok(const struct schema *s, struct bytes value)
{
	return schema_len_ok(s, value.n) &&
	    (s->len_ok != NULL || eng_cipher_key(s->cipher, value));
}
