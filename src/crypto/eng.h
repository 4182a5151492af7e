/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: everything cryptographic, over libcrypto's EVP.  It knows no
 * handle, session, attribute or template: keys come in as parts, algorithms as
 * rows of mech's table, parameters parsed.
 *
 * One struct eng serves a process.  It owns an OSSL_LIB_CTX of its own, loaded
 * with the configured providers; nothing touches the application's default
 * context.  Algorithms are fetched at first use and kept.  All functions are
 * safe to call from several threads, except that one eng_op is used by one
 * thread at a time.  A struct eng is never destroyed once a context was made
 * (threads keep DRBGs in it); after libcrypto's own clean-up (OPENSSL_cleanup)
 * eng_gone() is true and no function but eng_gone, *_put and *_free (which then
 * do nothing) may be called.  After a fork the child makes a new one.
 *
 * Failures leave the caller's OpenSSL error queue as it was; only when libcrypto
 * runs out of memory in an operation that runs again, it may be emptied.
 */
#ifndef KLUIS_CRYPTO_ENG_H
#define KLUIS_CRYPTO_ENG_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/secret.h"

/* ------------------------------------------------------------ the engine */

struct eng;

/*
 * A new engine.  providers: comma-separated names to load ("default" when
 * NULL); properties: property query for every fetch, or NULL; rsa_min: the
 * smallest RSA modulus in bits that import and generation accept, and the
 * smallest prime of DSA and DH (1024 at least); both strings are copied.
 * Cheap: the library context is made at first use, under the engine's own lock.
 * A provider that does not load is an error at that first use:
 * CKR_GENERAL_ERROR and one log line.
 */
CK_RV eng_new(const char *providers, const char *properties, size_t rsa_min,
    struct eng **out) KL_MUST_USE;
/* Whether `e` was made with these same settings, so that a second C_Initialize
 * may keep it. */
bool eng_same(const struct eng *e, const char *providers,
    const char *properties, size_t rsa_min);
/* An engine that is used no more can be neither freed nor forgotten: e keeps
 * older (or NULL) from now on. */
void eng_succeed(struct eng *e, struct eng *older);
/* Before the first eng_new of a process and with no lock held: lets libcrypto
 * read the application's openssl.cnf into the default context now, so that it
 * cannot happen inside one of our calls, and arranges eng_gone.  Idempotent.
 * end, or NULL, is called once when libcrypto's clean-up begins: eng_gone() is
 * true then, and everything still works until it returns. */
void eng_prepare(void (*end)(void));
/* Whether libcrypto was cleaned up (the process is exiting). */
bool eng_gone(void);
/* Text such as "OpenSSL 3.0.15 3 Sep 2024" of the libcrypto in use. */
const char *eng_library(void);

/* n random bytes to p from the engine's own DRBG.  CKR_DEVICE_ERROR. */
CK_RV eng_random(struct eng *e, uint8_t *p, size_t n) KL_MUST_USE;
/* Mixes caller's bytes into the DRBG (as additional input, never as entropy). */
CK_RV eng_seed(struct eng *e, struct bytes seed) KL_MUST_USE;

/* ------------------------------------------------------------------ keys */

enum eng_type {
	ENG_SECRET,	/* bytes: AES, generic, HMAC ... */
	ENG_RSA,
	ENG_EC,		/* short Weierstrass */
	ENG_ED,		/* Ed25519, Ed448 */
	ENG_MONT,	/* X25519, X448 */
	ENG_ML_KEM,	/* FIPS 203 */
	ENG_ML_DSA,	/* FIPS 204 */
	ENG_SLH_DSA,	/* FIPS 205 */
	ENG_DSA,
	ENG_DH,		/* PKCS#3: prime and base */
	ENG_X942,	/* X9.42 DH: prime, base and subprime */
	ENG_TYPES
};

/* What a key is made of; numbers are unsigned big-endian, no length rule. */
enum eng_part {
	PART_N, PART_E, PART_D, PART_P, PART_Q, PART_DP, PART_DQ, PART_QINV,
	PART_CURVE,	/* curve as DER: OBJECT IDENTIFIER or PrintableString */
	PART_POINT,	/* public point: EC: X9.62 octets (0x04.., compressed taken
			   too), Edwards/Montgomery: RFC 8032/7748 bytes */
	PART_PRIV,	/* EC: scalar; Edwards/Montgomery: RFC 8032/7748 bytes;
			   DSA, DH, X942: the private value;
			   ML-*, SLH-DSA: the (expanded) private key */
	PART_PUB,	/* ML-*, SLH-DSA: the public key; DSA, DH, X942: the
			   public value */
	PART_SEED,	/* ML-KEM: d || z, ML-DSA: xi; DSA parameters made here:
			   what the primes came from */
	PART_SET,	/* ML-*, SLH-DSA: the standard's number of the parameter
			   set, given back in 8 bytes */
	PART_VALUE,	/* secret key bytes */
	PART_PRIME, PART_SUBPRIME, PART_BASE,	/* DSA, X942; DH: no subprime */
	PARTS
};
struct eng_parts {
	struct bytes part[PARTS];	/* n == 0: absent */
};

/* A key ready for use: counted, immutable, shared between threads. */
struct eng_key;

/*
 * Builds a key.  Private keys (private = true) need: RSA N and D (E is found
 * when absent, if it is one of those in use; P and Q together or not at all,
 * and with them DP, DQ and QINV are computed when absent; without P and Q the
 * key works but has no such parts), EC CURVE and PRIV (POINT computed when
 * absent), ED/MONT CURVE and PRIV, ML-KEM and ML-DSA SET and SEED or PRIV or
 * both (with PRIV alone the key works but has no SEED), SLH-DSA SET and PRIV;
 * a PUB that is given must fit.  Public: N and E; CURVE and POINT, in any
 * form that eng_curve and eng_point take; SET and PUB.  Secret: VALUE, 1 byte or more.
 * DSA, DH, X942: PRIME, SUBPRIME (not DH), BASE, and PRIV or PUB; what is a group
 * is said in key_ffc.c, else CKR_DOMAIN_PARAMS_INVALID.
 * Refuses weak or inconsistent material (design 9.6): even, small or
 * (> 16384 bit) moduli, e even or < 3, n != p*q, d that does not fit, points off the curve, at
 * infinity or (Montgomery/Edwards) of small order, private half not matching
 * POINT.  CKR_ATTRIBUTE_VALUE_INVALID for bad material, CKR_CURVE_NOT_SUPPORTED
 * and CKR_DOMAIN_PARAMS_INVALID as eng_curve, CKR_TEMPLATE_INCOMPLETE for a missing part,
 * CKR_KEY_SIZE_RANGE for a modulus size outside the limits,
 * CKR_PARAMETER_SET_NOT_SUPPORTED for a SET that libcrypto lacks.  The caller owns
 * one reference.
 */
CK_RV eng_key_import(struct eng *e, enum eng_type type, bool private,
    const struct eng_parts *parts, struct eng_key **out) KL_MUST_USE;
/*
 * Domain parameters (PRIME, SUBPRIME, BASE of DSA, DH, X942), with the same
 * checks and codes: a key without halves, good for eng_key_part and
 * eng_key_bits only.
 */
CK_RV eng_params_import(struct eng *e, enum eng_type type,
    const struct eng_parts *parts, struct eng_key **out) KL_MUST_USE;
/*
 * The same for material that eng_key_import or eng_key_generate accepted once
 * and that came back from sealed storage: sizes and forms are looked at, what
 * costs arithmetic (consistency, curve equation, small orders) is not.
 */
CK_RV eng_key_load(struct eng *e, enum eng_type type, bool private,
    const struct eng_parts *parts, struct eng_key **out) KL_MUST_USE;

/*
 * Ciphers, each with the keys it takes (cipher.c has the table).  What
 * libcrypto keeps in its legacy provider (SEED, DES of one key, Blowfish, CAST5,
 * IDEA) is there only when that is loaded.
 */
enum eng_cipher {
	ENG_AES,
	ENG_XTS,	/* two AES keys, which differ, for mode "XTS" */
	ENG_ARIA,
	ENG_CAMELLIA,
	ENG_SEED,
	ENG_DES,	/* 8 bytes */
	ENG_DES2,	/* triple DES, 16 bytes: the third key is the first */
	ENG_DES3,	/* triple DES, 24 bytes */
	ENG_TDEA,	/* either of those two */
	ENG_DEA,	/* any of those three */
	ENG_BLOWFISH,
	ENG_CAST5,
	ENG_IDEA,
	ENG_CHACHA20,	/* a stream cipher: blocks of one byte */
	ENG_CIPHERS	/* none */
};
/* Whether keys of the cipher may have n bytes; of ENG_CIPHERS: one at least. */
bool eng_cipher_len(enum eng_cipher which, size_t n);
/* Whether these bytes are a key of the cipher: of such a length, and for XTS
 * two halves that differ.  Takes the same time whatever the bytes are. */
bool eng_cipher_key(enum eng_cipher which, struct bytes value);

/* Keys, or domain parameters (DSA, DH, X942) in whole or in part. */
enum eng_making {
	ENG_MAKE_KEY,
	ENG_MAKE_PARAMS,	/* all of them */
	ENG_MAKE_PRIMES,	/* DSA: prime and subprime from a seed, by
				   FIPS 186-4 section A.1.1.2 */
	ENG_MAKE_BASE		/* DSA: the base from primes, their seed and an
				   index, by FIPS 186-4 section A.2.3 */
};

/* What to generate. */
struct eng_gen {
	enum eng_type type;
	enum eng_making making;
	size_t bits;		/* RSA: modulus bits (2048..16384); PARAMS and
				   PRIMES: of the prime */
	size_t sub_bits;	/* PARAMS, PRIMES: of the subprime; 0 = the usual
				   ones (3.2 section 6.2.4) */
	size_t priv_bits;	/* DH: most bits of the private value, 0 = free */
	struct eng_parts group;	/* DSA, DH, X942: KEY: PRIME, SUBPRIME, BASE;
				   BASE: PRIME, SUBPRIME */
	const char *md;		/* PRIMES, BASE: the hash */
	struct bytes seed;	/* BASE */
	unsigned index;		/* BASE: 0..255 */
	struct bytes pub_exp;	/* RSA: public exponent, absent = 65537 */
	struct bytes curve;	/* EC, ED, MONT: as PART_CURVE */
	uint64_t set;		/* ML-*, SLH-DSA: the standard's number */
	size_t len;		/* SECRET: bytes */
	enum eng_cipher cipher;	/* SECRET: what it is for (ENG_CIPHERS: none);
				   DES keys get odd parity */
	bool extra_bits;	/* EC: the scalar out of 64 random bits more than
				   the order has (FIPS 186-5 A.2.1) */
	bool prove_later;	/* EC, ED, MONT: the pair stays in this process */
};
/*
 * A new key (pair), or domain parameters.  DH parameters of 2048, 3072, 4096,
 * 6144 and 8192 bits are the groups of RFC 7919; others get a new safe prime,
 * which takes its time.  CKR_KEY_SIZE_RANGE, CKR_DOMAIN_PARAMS_INVALID,
 * CKR_MECHANISM_PARAM_INVALID for an unusable hash, seed or index.
 * Pairs get the pairwise check of design section 8: what one
 * half does, the other undoes.  With prove_later it happens in eng_op_init or
 * eng_derive, before the private half is used; who lets it out in another way
 * calls eng_key_prove before.
 */
CK_RV eng_key_generate(struct eng *e, const struct eng_gen *spec,
    struct eng_key **out) KL_MUST_USE;

/* Makes the pairwise check if it is still due: CKR_DEVICE_ERROR (logged). */
CK_RV eng_key_prove(struct eng *e, struct eng_key *k) KL_MUST_USE;

/* One more reference / one fewer (NULL is fine; putp leaves NULL). */
struct eng_key *eng_key_get(struct eng_key *k);
void eng_key_put(struct eng_key *k);
void eng_key_putp(struct eng_key **k);

enum eng_type eng_key_type(const struct eng_key *k);
bool eng_key_private(const struct eng_key *k);	/* true for SECRET */
/* RSA modulus, prime of DSA/DH/X942, EC field, ED/MONT nominal (255, 448...) in
 * bits; SECRET: bytes * 8; ML-*, SLH-DSA: bytes of the public key * 8. */
size_t eng_key_bits(const struct eng_key *k);
/*
 * One part of the key, in canonical form (numbers without leading zeros except
 * EC PRIV, which has the order's length; POINT uncompressed; CURVE as OID DER,
 * Edwards and Montgomery curves also as OID).  Owned by the caller.
 * CKR_ATTRIBUTE_TYPE_INVALID when the key has no such part.
 */
CK_RV eng_key_part(struct eng *e, const struct eng_key *k, enum eng_part part,
    struct secret **out) KL_MUST_USE;
/* DER SubjectPublicKeyInfo of a public or private key, appended to out. */
CK_RV eng_key_spki(struct eng *e, const struct eng_key *k, struct buf *out)
    KL_MUST_USE;
/* DER PrivateKeyInfo (PKCS#8, 3.2 section 6.7) of a private key;
 * CKR_KEY_NOT_WRAPPABLE for an RSA key without its CRT numbers; ML-KEM and ML-DSA
 * with the seed where there is one.  And back, with
 * the checks of eng_key_import; eng_key_type tells what it was.
 * CKR_WRAPPED_KEY_INVALID when der is not one or holds a bad key,
 * CKR_CURVE_NOT_SUPPORTED, CKR_PARAMETER_SET_NOT_SUPPORTED;
 * trailing zero bytes are ignored when trailing_zeros is set, else refused. */
CK_RV eng_key_pkcs8(struct eng *e, const struct eng_key *k, struct secret **out)
    KL_MUST_USE;
CK_RV eng_key_from_pkcs8(struct eng *e, struct bytes der, bool trailing_zeros,
    struct eng_key **out) KL_MUST_USE;
/*
 * CKA_CHECK_VALUE, 3 bytes (3.2 section 4.10.2): the first bytes of a zero
 * block encrypted with the cipher under the key; of SHA-1 of the value when
 * cipher is ENG_CIPHERS or has no ECB (XTS).  CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_SIZE_RANGE.
 */
CK_RV eng_key_check(struct eng *e, const struct eng_key *k,
    enum eng_cipher cipher, uint8_t out[3]) KL_MUST_USE;
/* First n bytes (n <= 20) of SHA-1 over data: certificates' check value. */
CK_RV eng_sha1_prefix(struct eng *e, struct bytes data, uint8_t *out, size_t n)
    KL_MUST_USE;

/*
 * Curves.  Reads CKA_EC_PARAMS in any accepted form (OID; PrintableString
 * curveName, case-insensitive, both OpenSSL's, NIST's and SEC names; never
 * explicit parameters) for a key type EC, ED or MONT and appends the standard
 * form (OID DER) to out.  Ed25519 etc. also under the OIDs of RFC 8410 and the
 * 3.0-era curveName strings.  CKR_CURVE_NOT_SUPPORTED for a curve of another
 * type or one that libcrypto lacks, CKR_DOMAIN_PARAMS_INVALID for other forms
 * (3.2 section 6.3).  bits may be NULL.
 */
CK_RV eng_curve(struct eng *e, enum eng_type type, struct bytes params,
    struct buf *out, size_t *bits) KL_MUST_USE;
/*
 * Reads CKA_EC_POINT as callers give it for a curve in standard form: DER
 * OCTET STRING, DER BIT STRING or raw bytes, compressed or not; appends the
 * raw point (X9.62 uncompressed, or RFC bytes) to out.  A raw point that looks
 * like DER is still taken raw when only that fits the curve's length.
 */
CK_RV eng_point(struct eng *e, enum eng_type type, struct bytes curve,
    struct bytes point, struct buf *out) KL_MUST_USE;
/* Appends the DER OCTET STRING around data. */
void eng_octet_string(struct bytes data, struct buf *out);
/* SubjectPublicKeyInfo inside a DER X.509 certificate, appended to out;
 * CKR_ATTRIBUTE_VALUE_INVALID when der is no certificate. */
CK_RV eng_cert_spki(struct eng *e, struct bytes der, struct buf *out)
    KL_MUST_USE;

/* ------------------------------------------------------------ algorithms */

enum eng_family {
	ENG_F_NONE,
	ENG_F_DIGEST,		/* md */
	ENG_F_HMAC,		/* md, par.mac_len */
	ENG_F_CMAC,		/* cipher, par.mac_len */
	ENG_F_GMAC,		/* cipher, par.iv, par.mac_len */
	ENG_F_CBCMAC,		/* cipher, par.mac_len */
	ENG_F_XCBC,		/* AES keys of 16 bytes */
	ENG_F_BLAKE2,		/* keyed BLAKE2b, par.mac_len */
	ENG_F_POLY1305,		/* under a key of 32 bytes, for one message */
	ENG_F_CIPHER,		/* cipher, mode: "ECB" "CBC" (pad for CBC_PAD), and as
				   a stream of bytes "CTR" "OFB" "CFB" "CFB1"
				   "CFB8"; ChaCha20: "", par.iv, par.counter */
	ENG_F_UNIT,		/* cipher and mode: ENG_XTS "XTS", ENG_AES "CBC-CTS" */
	ENG_F_AEAD,		/* cipher, mode: "GCM" "CCM", ChaCha20: "Poly1305" */
	ENG_F_KEYWRAP,		/* mode: "WRAP" (RFC 3394), "WRAP-PAD" (RFC 5649) */
	ENG_F_RSA_PKCS1,	/* sign (md or raw DigestInfo) and encrypt */
	ENG_F_RSA_RAW,		/* X.509 */
	ENG_F_RSA_PSS,		/* md = digest done here, else par.md of the input */
	ENG_F_RSA_OAEP,
	ENG_F_ECDSA,		/* md or raw hash; signatures are r || s */
	ENG_F_EDDSA,		/* par.ph, par.has_context, par.context */
	ENG_F_ML_DSA,		/* md = message hashed here, else par.md (may be NULL)
				   of the input; par.context, par.deterministic */
	ENG_F_SLH_DSA,		/* likewise */
	ENG_F_DSA,		/* md or raw hash; signatures are r || s */
	ENG_F_ECDH,		/* derive; cofactor */
	ENG_F_DH,		/* derive: PKCS#3 and X9.42 */
	ENG_F_ML_KEM,		/* encapsulates only */
	ENG_F_KDF,		/* derive: struct eng_kdf says all */
	ENG_F_HKDF,		/* derive: RFC 5869 */
	ENG_F_HASH_KDF,		/* derive: the hash (md) of the key; mode "XOF": of
				   any length */
	ENG_F_MIX,		/* derive: mode "join" "prepend" "xor" "extract" */
	ENG_F_ENCRYPT_DATA,	/* derive: cipher, mode "ECB" "CBC" */
	ENG_F_PASSWORD,		/* derive without a key: mode "PBKDF2" "PKCS12KDF" (md);
				   cipher: what the key is for */
	ENG_F_PREMASTER,	/* derive without a key: kdf->info, then random */
	ENG_F_TLS_MAC,		/* par.md (NULL: as TLS 1.0), par.label, par.mac_len */
	ENG_F_HYBRID,		/* wraps: AES key wrap under a key of par.aes_len
				   bytes, which goes by mode: "OAEP", or "ECDH"
				   (cofactor); in one call */
	ENG_F_KEYGEN		/* pairs, parameters: mode is libcrypto's type */
};

/* Static description of what a mechanism does, part of a row in mech. */
struct eng_alg {
	enum eng_family fam;
	const char *md;		/* libcrypto's digest name, NULL = none */
	const char *mode;
	enum eng_cipher cipher;	/* CIPHER, UNIT, AEAD, CMAC, GMAC, CBCMAC; KEYGEN
				   of a secret: what it is for (ENG_CIPHERS:
				   none).  The other families know AES only */
	size_t size;		/* DIGEST and MACs: bytes of the whole result,
				   0 = as the algorithm has it; DIGEST: BLAKE2b */
	bool pad;		/* PKCS#7 padding */
	bool cofactor;
	bool extra_bits;	/* KEYGEN of EC: see struct eng_gen */
	enum eng_making making;	/* KEYGEN */
};

/* Parsed parameters; views are borrowed for the call of eng_op_init only. */
struct eng_par {
	struct bytes iv;
	struct bytes aad;
	size_t tag_len;		/* bytes */
	bool apart;		/* AEAD: the tag is kept apart from the text
				   (eng_op_tag, eng_op_expect) */
	struct bytes tag;	/* apart: the one to find, when it is known */
	struct bytes counter;	/* ChaCha20: 4 or 8 bytes, little-endian */
	size_t data_len;	/* CCM: message length in bytes */
	unsigned ctr_bits;	/* CTR: 1..128 */
	const char *md;		/* PSS, OAEP, ML-DSA, SLH-DSA: hash;
				   DIGEST, HMAC: in the algorithm's place */
	const char *mgf_md;	/* PSS, OAEP: MGF1's hash */
	size_t salt_len;	/* PSS, bytes */
	struct bytes label;	/* OAEP */
	size_t mac_len;		/* *_GENERAL; 0 = full length */
	bool has_context;	/* EdDSA: Ed25519ctx / explicit parameters */
	bool ph;
	struct bytes context;	/* EdDSA, ML-DSA, SLH-DSA */
	bool deterministic;	/* ML-DSA, SLH-DSA: not hedged */
	const char *kdf_md;	/* ECDH: NULL = CKD_NULL, else X9.63 with this hash */
	bool kdf_sp800;		/* SP 800-56A one-step instead of X9.63 */
	bool kdf_asn1;		/* X9.42 DH: the counter stands in shared, which
				   is the OtherInfo of RFC 2631 section 2.1.2 */
	struct bytes shared;	/* ECDH: shared info */
	size_t aes_len;		/* HYBRID, with what OAEP or ECDH take */
	struct bytes peer;	/* ECDH: the other's public point, as given; DH:
				   the other's public value */
	unsigned index;		/* generation of a DSA base, with shared: its seed */
	const struct eng_kdf *kdf;	/* derivation by the families below ECDH */
};

/*
 * What a pseudo-random function is fed with, piece by piece.
 *
 * ITERATION is what the mode iterates: the counter in counter mode, else the
 * output of the round before (or A(i) of the double pipeline).
 */
enum eng_piece_kind {
	ENG_PIECE_BYTES,	/* data */
	ENG_PIECE_KEY,		/* the value of a secret key */
	ENG_PIECE_ITERATION,	/* in counter mode with width and order */
	ENG_PIECE_COUNTER,	/* 1 for the first round; width and order */
	ENG_PIECE_KEYS_LEN,	/* kdf->keys_len in bits; width and order */
	ENG_PIECE_TOTAL_LEN	/* bits of all rounds together; width and order */
};
struct eng_piece {
	enum eng_piece_kind kind;
	struct bytes data;
	const struct eng_key *key;	/* borrowed */
	unsigned width;		/* bits: 8, 16 ... 64 */
	bool little;		/* least significant byte first */
};
#define ENG_PIECES 32
enum eng_kdf_mode {
	ENG_KDF_COUNTER, ENG_KDF_FEEDBACK, ENG_KDF_PIPELINE	/* SP 800-108 */
};

/*
 * A derivation, parsed; views are borrowed for the call.
 * KDF: all but the fields named for others.  HKDF: prf_md, extract, expand,
 * salt or salt_key, info.  MIX: pieces, of which BYTES and KEY count, or
 * first_bit; whole.  ENCRYPT_DATA: iv, info (the data).  PASSWORD: password,
 * salt, rounds, prf_md, id.
 */
struct eng_kdf {
	const char *prf_md;		/* HMAC over it; NULL: CMAC */
	enum eng_cipher prf_cipher;	/* CMAC's */
	bool tls10;		/* RFC 2246: MD5 and SHA-1 over half of the key */
	bool pieces_key;	/* the pieces are the key, and the key is the input */
	enum eng_kdf_mode mode;
	struct eng_piece piece[ENG_PIECES];
	size_t pieces;
	struct bytes iv;	/* feedback mode: the iteration of the first round */
	size_t keys_len;	/* bytes wanted of all keys together */
	size_t rounds_max;	/* 0: 2^32 - 1 */
	bool cut_key;		/* up to the PRF's length, the key itself, cut */
	bool extract, expand;
	struct bytes salt, info;
	const struct eng_key *salt_key;
	bool whole;		/* MIX: nothing of what is joined may be left out */
	size_t first_bit;
	struct bytes password;
	uint64_t rounds;
	uint8_t id;		/* PKCS12KDF: 1 key, 2 IV, 3 MAC key */
};

/*
 * A copy that owns what the views of par show, for an operation that is begun
 * again later with the same parameters (names of digests and such are static
 * and stay).  CKR_HOST_MEMORY.
 */
struct eng_par_copy;
CK_RV eng_par_copy(const struct eng_par *par, struct eng_par_copy **out)
    KL_MUST_USE;
const struct eng_par *eng_par_view(const struct eng_par_copy *c);
void eng_par_free(struct eng_par_copy *c);

/* ENG_RECOVER: once takes a signature and gives the data that it carries
 * (RSA_PKCS1 and RSA_RAW); CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE. */
enum eng_dir {
	ENG_ENCRYPT, ENG_DECRYPT, ENG_SIGN, ENG_VERIFY, ENG_DIGEST, ENG_RECOVER
};

/* Whether the libcrypto in use offers it (fetched once, remembered). */
bool eng_can(struct eng *e, const struct eng_alg *alg);
/* Bytes of a block: of the cipher (CIPHER, ENCRYPT_DATA), a semiblock (KEYWRAP); else 1. */
size_t eng_block_len(const struct eng_alg *alg);

/* ------------------------------------------------------------ operations */

/*
 * A running operation.  States are the session's business; here a caller
 * must use: init, then once | (update* final), then init again or free.
 * After an error, and after once/final, only init and free are allowed.
 * Multi-part works for every family, except that RSA raw/PKCS1/OAEP without md,
 * ECDSA without md, SLH-DSA without md, KEYWRAP, CCM and decryption with an
 * AEAD buffer their input (up to 64 MiB) until final.
 */
struct eng_op;

/*
 * Starts alg with par in direction dir under key (a reference is kept; NULL for
 * digests).  *op NULL: a new one is made; otherwise it is used again, and when alg, dir
 * and key are those it last ran, its contexts are kept (this is the fast path: no
 * fetch, no key schedule, no allocation).  On failure *op stays usable for another init or free.
 * CKR_MECHANISM_PARAM_INVALID for unusable parameters (IV or tag length,
 * counter bits, salt longer than the key allows), CKR_KEY_TYPE_INCONSISTENT,
 * CKR_KEY_SIZE_RANGE.
 */
CK_RV eng_op_init(struct eng *e, const struct eng_alg *alg,
    const struct eng_par *par, enum eng_dir dir, struct eng_key *key,
    struct eng_op **op) KL_MUST_USE;
void eng_op_free(struct eng_op *op);
void eng_op_freep(struct eng_op **op);
/* Forgets key and data but keeps the contexts when that is cheap and safe;
 * called when an operation ends. */
void eng_op_rest(struct eng_op *op);

/*
 * A copy of a running operation, data and key included, for digests, MACs,
 * ciphers without authentication, and signatures, where libcrypto can.
 * CKR_STATE_UNSAVEABLE for others and where much data was gathered;
 * CKR_HOST_MEMORY.  op is only read.
 */
CK_RV eng_op_copy(const struct eng_op *op, struct eng_op **out) KL_MUST_USE;

/*
 * Upper bounds, exact but for decryption with padding and recovery: bytes that a once, an update or
 * a final will give for in_len more bytes (final: 0).
 */
size_t eng_op_once_len(const struct eng_op *op, size_t in_len);
size_t eng_op_update_len(const struct eng_op *op, size_t in_len);
size_t eng_op_final_len(const struct eng_op *op);

/*
 * Run.  out has room for at least what the *_len function said; *out_len gets
 * what was written.  in and out may be the same place; other overlaps are
 * handled too (copied).  Decryption with a tag gives nothing before the tag
 * was checked (AEAD decrypt update buffers).  CKR_DATA_LEN_RANGE /
 * CKR_ENCRYPTED_DATA_LEN_RANGE for lengths, CKR_ENCRYPTED_DATA_INVALID for
 * padding and tags alike, CKR_DATA_INVALID.
 */
CK_RV eng_op_once(struct eng_op *op, struct bytes in, uint8_t *out,
    size_t *out_len) KL_MUST_USE;
CK_RV eng_op_update(struct eng_op *op, struct bytes in, uint8_t *out,
    size_t *out_len) KL_MUST_USE;
CK_RV eng_op_final(struct eng_op *op, uint8_t *out, size_t *out_len)
    KL_MUST_USE;
/*
 * An AEAD whose tag is kept apart (par.apart).  Encryption: the tag, tag_len
 * bytes to out, once the text came out of once or final.  Decryption: the tag
 * to find, of tag_len bytes, to be told after init and before once or final
 * (CKR_ENCRYPTED_DATA_LEN_RANGE for another length); without it none fits.
 */
CK_RV eng_op_tag(const struct eng_op *op, uint8_t *out) KL_MUST_USE;
CK_RV eng_op_expect(struct eng_op *op, struct bytes tag) KL_MUST_USE;
/* Bytes that such an operation gives for a last update with in_len bytes and its
 * final together. */
size_t eng_op_last_len(const struct eng_op *op, size_t in_len);

/*
 * IVs of messages under one key.  A set keeps in mind those that were used with
 * it, and refuses to use one twice; it counts for the generators.  One thread
 * at a time.
 */
enum eng_iv_gen {
	ENG_IV_GIVEN,		/* p has it */
	ENG_IV_COUNTER,		/* the free bits are a counter, from 0 on */
	ENG_IV_COUNTER_XOR,	/* the free bits of p, xored with the counter */
	ENG_IV_RANDOM
};
struct eng_iv {
	uint8_t *p;		/* borrowed; only read here */
	size_t n;		/* bytes */
	size_t fixed_bits;	/* the first ones, which generators leave */
	enum eng_iv_gen gen;
};
#define ENG_IV_ROOM 256		/* generated ones are no longer */
struct eng_ivs;
CK_RV eng_ivs_new(struct eng_ivs **out) KL_MUST_USE;
void eng_ivs_free(struct eng_ivs *v);
void eng_ivs_freep(struct eng_ivs **v);
/*
 * The next message's IV as iv says, in *out: a view of room, or of iv->p where
 * that is longer.  It counts as used from here on.  CKR_MECHANISM_PARAM_INVALID
 * when it was used before, a counter has run out, there are too few free bits
 * to be random (32), or more bits are fixed than there are; CKR_DEVICE_MEMORY
 * when a million of them, that make no ranges, are in mind; CKR_HOST_MEMORY.
 */
CK_RV eng_ivs_next(struct eng *e, struct eng_ivs *v, const struct eng_iv *iv,
    uint8_t room[ENG_IV_ROOM], struct bytes *out) KL_MUST_USE;

/* Verify in one part, or after updates.  CKR_SIGNATURE_INVALID,
 * CKR_SIGNATURE_LEN_RANGE. */
CK_RV eng_op_verify(struct eng_op *op, struct bytes in, struct bytes sig)
    KL_MUST_USE;
CK_RV eng_op_verify_final(struct eng_op *op, struct bytes sig) KL_MUST_USE;
/* Feeds a secret key's value into a digest (C_DigestKey). */
CK_RV eng_op_update_key(struct eng_op *op, const struct eng_key *key)
    KL_MUST_USE;

/*
 * Cuts a MAC of 20 bytes or more to a one-time password: digits (at most 10)
 * decimal digits go to out (RFC 4226 section 5.3).
 */
void eng_hotp_digits(struct bytes mac, unsigned digits, uint8_t *out);

/*
 * Key derivation: the derived bytes.  len: bytes wanted, 0 = the natural length.
 *
 * ENG_F_ECDH, ENG_F_DH: natural is the field's or prime's size for CKD_NULL; a KDF needs len.
 * CKD_NULL gives the trailing bytes of the shared secret when len is shorter:
 * 3.2 section 6.3.20 removes bytes from the leading end.
 * The others give leading bytes.  Natural: KDF the PRF's length, HKDF the hash's
 * when it only extracts, HASH_KDF the hash's (XOF: none), MIX all there is
 * ("extract": none), ENCRYPT_DATA the data's, PASSWORD none.
 * key is NULL for PASSWORD and PREMASTER, else a private or secret key.
 * CKR_MECHANISM_PARAM_INVALID for a bad peer point, a PRF that libcrypto lacks,
 * or what does not go together; CKR_KEY_SIZE_RANGE when len is 0 and there is no
 * natural length, or more than there is; CKR_DATA_LEN_RANGE for data to encrypt
 * that is no whole number of blocks or too short; CKR_KEY_TYPE_INCONSISTENT.
 */
CK_RV eng_derive(struct eng *e, const struct eng_alg *alg,
    const struct eng_par *par, struct eng_key *key, size_t len,
    struct secret **out) KL_MUST_USE;
/* Bytes that one round of a KDF gives, of which no two keys may share any:
 * the PRF's length of KDF, else 1.  0 when libcrypto lacks the PRF. */
size_t eng_kdf_unit(struct eng *e, const struct eng_alg *alg,
    const struct eng_kdf *kdf);
/* Sets the parity of a value that becomes a key of the cipher, where its keys
 * have one. */
void eng_cipher_parity(enum eng_cipher which, uint8_t *value, size_t n);

/*
 * Key encapsulation (3.2 sections 5.18.8 and 5.18.9): RSA_PKCS1, RSA_OAEP,
 * RSA_RAW, ECDH (par->peer is not looked at) and ML_KEM.  len: bytes wanted of
 * the secret; RSA_RAW and ML_KEM give what they give, ECDH as eng_derive.
 * eng_encap_len: bytes of the ciphertext under this key.  eng_encap appends
 * the ciphertext to ct (which holds part of one on failure).  eng_decap: of the
 * private key; RSA_PKCS1 and RSA_OAEP give what was encrypted, whatever len.
 * CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_SIZE_RANGE (len is too much for the RSA
 * key), CKR_TEMPLATE_INCOMPLETE (len is 0 and cannot be), CKR_TEMPLATE_INCONSISTENT
 * (len is more than there is), CKR_MECHANISM_PARAM_INVALID; eng_decap:
 * CKR_ENCRYPTED_DATA_LEN_RANGE, CKR_ENCRYPTED_DATA_INVALID.
 */
struct eng_kem {
	const struct eng_alg *alg;
	const struct eng_par *par;
	size_t len;
};
CK_RV eng_encap_len(struct eng *e, const struct eng_alg *alg,
    const struct eng_key *key, size_t *out) KL_MUST_USE;
CK_RV eng_encap(struct eng *e, const struct eng_kem *k, struct eng_key *key,
    struct buf *ct, struct secret **out) KL_MUST_USE;
CK_RV eng_decap(struct eng *e, const struct eng_kem *k, struct eng_key *key,
    struct bytes ct, struct secret **out) KL_MUST_USE;
/* One decryption to a secret of its own: eng_op_init and eng_op_once, with
 * their codes. */
CK_RV eng_open(struct eng *e, const struct eng_alg *alg,
    const struct eng_par *par, struct eng_key *key, struct bytes in,
    struct secret **out) KL_MUST_USE;

#endif
