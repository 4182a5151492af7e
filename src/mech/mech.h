/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mechanisms as data: one row each (table.c), parameter parsers (params.c),
 * and which rows the configuration and the libcrypto in use allow (allow.c).
 * No other room has a `case CKM_`.  Nothing here keeps state but struct mechs.
 */
#ifndef KLUIS_MECH_MECH_H
#define KLUIS_MECH_MECH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/rv.h"
#include "crypto/eng.h"

/* Traits of a row that no CK_FLAGS bit says. */
#define MECH_SINGLE	0x01u	/* one-part only (the standard's table footnote) */
#define MECH_WEAK_WRAP	0x02u	/* wraps without integrity (design 9.4) */
#define MECH_LEGACY	0x04u	/* listed only with legacy = yes */
#define MECH_SHA1	0x08u	/* SHA-1 or weaker: refused for signing under
				   policy = strict */
#define MECH_PAIR	0x10u	/* generates a key pair */
#define MECH_ZERO_PAD	0x20u	/* wrapping pads with zeros to whole blocks: ECB,
				   CBC, AES_KEY_WRAP (3.2 sections 6.10, 6.21);
				   eng_block_len says how long they are */
#define MECH_BITS	0x40u	/* sizes are in bits, though its family counts
				   bytes */
#define MECH_OTP	0x80u	/* one-time passwords: keys of class
				   CKO_OTP_KEY, the parameter in call->otp */
#define MECH_DOMAIN	0x100u	/* generates domain parameters, not a key */
#define MECH_BASE	0x200u	/* such that the template gives the primes of */
#define MECH_MIXES	0x400u	/* derivation that hands out or mixes bytes of the
				   base key (design 9.5) */
#define MECH_INHERITS	0x800u	/* derived keys are by default what their base
				   is (3.2 section 6.42.8) */
#define MECH_ANY_KEY	0x1000u	/* takes keys of every type; the class decides */
#define MECH_NATURAL	0x2000u	/* derives its natural length for key types of
				   several lengths too */
#define MECH_BYTES	0x4000u	/* its sizes are in bytes, whatever the family */
#define MECH_KEYLESS	0x8000u	/* C_GenerateKey derives (struct mech_derive) */

#define MECH_KEYS_MAX 10

struct mech_call;
struct mech_message;

struct mech_row {
	CK_MECHANISM_TYPE type;
	const char *name;		/* "CKM_RSA_PKCS" */
	CK_FLAGS flags;			/* CKF_SIGN ... and CKF_EC_*;
					   CKF_MULTI_MESSAGE follows from
					   traits */
	CK_ULONG min, max;		/* as C_GetMechanismInfo says, in the
					   mechanism's own unit */
	CK_KEY_TYPE keys[MECH_KEYS_MAX];/* key types it works with (first nkeys);
					   generation: what it makes */
	unsigned nkeys;
	unsigned traits;
	/* Reads the parameter into call->par for purpose (one CKF_ flag). */
	CK_RV (*params)(const struct mech_row *row, const CK_MECHANISM *m,
	    CK_FLAGS purpose, struct mech_call *call);
	/* Reads the parameter of one message (n bytes at p), also that of
	 * authenticated wrapping; NULL: there are none. */
	CK_RV (*message)(const void *p, size_t n, struct mech_message *out);
	struct eng_alg alg;
};

/* A mechanism as a caller gave it, parsed: views point into the caller's
 * memory and are good for the call in which they were made. */
struct mech_otp {
	unsigned given;		/* bit 1 << CK_OTP_...: what the list has */
	uint64_t counter, seconds;	/* CK_OTP_COUNTER; CK_OTP_TIME since 1970 */
	CK_FLAGS flags;
	CK_ULONG length, format;
};
struct mech_derive;
struct mech_call {
	const struct mech_row *row;
	struct eng_par par;
	struct mech_otp otp;	/* rows with MECH_OTP */
	struct eng_iv iv;	/* wrapping: how par.iv is made (n == 0: as it
				   is), and where to */
	uint8_t *tag;		/* wrapping: where a tag apart goes; else NULL */
	struct mech_derive *derive;	/* by mech_parse_derive; else NULL */
};

/* A message's parameter: IV and tag are the caller's, to be read or written. */
struct mech_message {
	struct eng_iv iv;
	uint8_t *tag;		/* may be NULL */
	size_t tag_len;
	size_t data_len;	/* CCM: bytes of the text */
};

/* What a derivation makes. */
enum mech_makes {
	MECH_MAKES_KEY,
	MECH_MAKES_DATA,	/* a data object */
	MECH_MAKES_KEYS,	/* the key and those in `more` with templates of
				   their own, none sharing a PRF's output */
	MECH_MAKES_BLOCK,	/* those in `more` only, one after the other; then
				   bytes for `told` */
	MECH_MAKES_BYTES,	/* bytes for `told` only */
	MECH_MAKES_PUBLIC	/* the public key of the base key */
};
struct mech_more {
	CK_ATTRIBUTE *templ;		/* MAKES_KEYS */
	CK_ULONG n;
	CK_OBJECT_HANDLE *handle;	/* where it goes */
	bool mac;		/* MAKES_BLOCK: a generic secret, else as the
				   call's template says */
	size_t len;		/* MAKES_BLOCK: bytes */
};
#define MECH_MORE_MAX 15	/* with the call's own: what one commit takes */
#define MECH_OTHERS_MAX 8

/* A derivation as a caller gave it.  It points into itself: it is parsed where
 * it stays.  Views and pointers are the caller's, good for the call. */
struct mech_derive {
	struct mech_call call;
	struct eng_kdf kdf;
	enum mech_makes makes;
	CK_KEY_TYPE base_type;	/* what the base key must be;
				   CK_UNAVAILABLE_INFORMATION: as the row says */
	CK_KEY_TYPE key_type;	/* made when the template is silent */
	bool typed;		/* the template must name the key type */
	bool sized;		/* it must name the length, unless the type does */
	bool fixed;		/* key_type and len are the mechanism's */
	size_t len;		/* made when the template is silent; 0: natural */
	struct mech_more more[MECH_MORE_MAX];
	size_t n_more;
	/* second keys: the handle, and where the engine wants the key */
	struct {
		CK_OBJECT_HANDLE handle;
		const struct eng_key **key;
		CK_KEY_TYPE type;	/* or CK_UNAVAILABLE_INFORMATION */
	} other[MECH_OTHERS_MAX];
	size_t n_others;
	/* what the call writes for the caller when all went well */
	struct {
		CK_BYTE *p;
		size_t n;
	} told[2];		/* bytes after those of the keys */
	CK_VERSION *version;	/* first bytes of the base key */
	CK_BYTE *iv;		/* PKCS#12: 8 bytes made with id 2 */
	uint8_t len_raw[2];	/* where a parser writes a length that it adds */
	const CK_MECHANISM_TYPE *allowed;	/* the key's
				   CKA_ALLOWED_MECHANISMS by default */
	size_t n_allowed;
};

/* The rows on offer: made once per C_Initialize from the configuration. */
struct mechs;
CK_RV mechs_new(struct eng *e, const struct conf *conf, struct mechs **out)
    KL_MUST_USE;
void mechs_free(struct mechs *m);

/* The row of a type that is on offer, or NULL.  Asks libcrypto at most once
 * per row. */
const struct mech_row *mech_find(struct mechs *m, CK_MECHANISM_TYPE type);
/* The i-th row on offer, ascending by type; NULL past the end. */
const struct mech_row *mech_at(struct mechs *m, size_t i);
/* What C_GetMechanismInfo answers; every field assigned (3.2 section 5.5.7). */
void mech_info(const struct mech_row *row, CK_MECHANISM_INFO *out);
/* Any row of the table, on offer or not; for names in logs: "CKM_..." or
 * "CKM_?"; static storage. */
const char *mech_name(CK_MECHANISM_TYPE type);

/*
 * Finds the row, checks that it serves purpose (one of CKF_ENCRYPT, CKF_SIGN,
 * CKF_GENERATE_KEY_PAIR, CKF_DERIVE ...) and reads the parameter.
 * CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID.
 */
CK_RV mech_parse(struct mechs *m, const CK_MECHANISM *mechanism,
    CK_FLAGS purpose, struct mech_call *out) KL_MUST_USE;
/*
 * The same for authenticated wrapping (CKF_WRAP, CKF_UNWRAP), whose parameter is
 * a message's and whose additional data comes beside it.
 */
CK_RV mech_parse_wrap(struct mechs *m, const CK_MECHANISM *mechanism,
    CK_FLAGS purpose, struct bytes aad, struct mech_call *out) KL_MUST_USE;
/* Reads the parameter of one message: CKR_MECHANISM_PARAM_INVALID. */
CK_RV mech_message(const struct mech_row *row, const void *p, CK_ULONG n,
    struct mech_message *out) KL_MUST_USE;
/*
 * Puts a seed into the parameter that mech_parse read for a row that makes
 * primes (CK_DSA_PARAMETER_GEN_PARAM, 3.2 section 6.2.1), which is the caller's
 * memory.  CKR_MECHANISM_PARAM_INVALID when it has no room: never after a
 * mech_parse that went well.
 */
CK_RV mech_give_seed(const CK_MECHANISM *mechanism, struct bytes seed)
    KL_MUST_USE;
/* The same for a derivation (purpose CKF_DERIVE, or CKF_GENERATE for rows that are
 * MECH_KEYLESS): fills *out where it stands. */
CK_RV mech_parse_derive(struct mechs *m, const CK_MECHANISM *mechanism,
    CK_FLAGS purpose, struct mech_derive *out) KL_MUST_USE;
/* Whether the row works with keys of this type. */
bool mech_takes(const struct mech_row *row, CK_KEY_TYPE type);
/* Whether bits lies between the row's limits, in its own unit; rows that
 * state no size (0..0) leave it to the key type. */
bool mech_size_ok(const struct mech_row *row, size_t key_bits);

#endif
