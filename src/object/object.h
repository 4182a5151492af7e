/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects: attributes, the schema and policy that rule them, search, and how
 * they rest in the store.  The only room with a `case CKA_`.
 *
 * struct obj_space is one token's objects in this process: session objects in
 * memory, token objects loaded from the store when used and cached (bounded), handle numbers,
 * engine keys built once per object.  It locks itself (LOCK_OBJECT, LOCK_HANDLES, then the store);
 * callers hold at most library, slot, token and session locks.
 *
 * Handles: never used twice in the process's life, the same for every session,
 * private ones invalid for ever after logout (3.2 section 5.6.10).
 *
 * Freshness: each use of a token object compares store_generation (one atomic
 * load); only when it moved is the row's version asked for.
 *
 * Codes not named at a function: CKR_HOST_MEMORY, CKR_DEVICE_ERROR (store or
 * tampering, logged), CKR_DEVICE_MEMORY, CKR_TOKEN_WRITE_PROTECTED.
 */
#ifndef KLUIS_OBJECT_OBJECT_H
#define KLUIS_OBJECT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/lock.h"
#include "base/rv.h"
#include "base/secret.h"
#include "crypto/eng.h"
#include "seal/seal.h"
#include "store/store.h"

struct obj_space;
struct object;
struct obj_search;
struct obj_draft;

/* Who asks: taken from the session and the token's login state at each call. */
enum obj_role { OBJ_ROLE_PUBLIC, OBJ_ROLE_USER, OBJ_ROLE_SO };
struct obj_who {
	enum obj_role role;
	bool rw;			/* read/write session */
	CK_SESSION_HANDLE session;	/* owner of session objects it makes */
	bool der_points;		/* reads Edwards and Montgomery points as
					   3.0 had them (see obj_get_attrs) */
};

/* --------------------------------------------------------------- a space */

/* What a space works with; all borrowed and outliving it.  After C_InitToken a
 * new space is made for the new keyring. */
struct obj_env {
	struct eng *eng;
	struct store *store;
	struct keyring *keyring;
	const struct conf *conf;
	const struct lock_calls *calls;
	_Atomic uint64_t *next_handle;	/* process-wide */
	/* The i-th mechanism on offer, false past the end: always the same, for
	 * CKO_MECHANISM objects.  NULL: there are none. */
	bool (*mechanism)(void *mechs, size_t i, CK_MECHANISM_TYPE *out);
	void *mechs;
};
CK_RV obj_space_new(const struct obj_env *env, struct obj_space **out)
    KL_MUST_USE;
/* Frees everything, wiping; handles and counted objects must be gone or idle. */
void obj_space_free(struct obj_space *sp);
/* The session closed: its session objects are destroyed. */
void obj_space_session_closed(struct obj_space *sp, CK_SESSION_HANDLE session);
/* Logged out: private session objects are destroyed, private handles and
 * cached private objects go. */
void obj_space_logged_out(struct obj_space *sp);
/*
 * After a login as user (keyring unlocked): compares the set-hash and the index with the rows
 * (all of them up to a bound, else counts only; `full`: all always), logs and
 * audits what does not fit, rebuilds a damaged index.  Never fails the login:
 * CKR_OK with *found = number of findings (may be NULL).
 */
CK_RV obj_space_verify(struct obj_space *sp, bool full, unsigned *found)
    KL_MUST_USE;
/* Makes the first set-hash record of a new token, inside the caller's transaction. */
CK_RV obj_space_init_store(struct store *store, const struct keyring *kr)
    KL_MUST_USE;

/* ------------------------------------------------ object calls (3.2 §5.7) */

/* C_CreateObject.  Template codes as 3.2 section 4.1.1. */
CK_RV obj_create(struct obj_space *sp, const struct obj_who *who,
    const CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_HANDLE *out)
    KL_MUST_USE;
/* C_CopyObject: templ changes attributes of the copy; count may be 0. */
CK_RV obj_copy(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, const CK_ATTRIBUTE *templ, CK_ULONG count,
    CK_OBJECT_HANDLE *out) KL_MUST_USE;
CK_RV obj_destroy(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle) KL_MUST_USE;
CK_RV obj_size(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, CK_ULONG *out) KL_MUST_USE;
/*
 * C_GetAttributeValue: every entry is handled (3.2 section 5.7.5).
 * CKA_EC_POINT of Edwards and Montgomery keys: the bare bytes of RFC 8032 and
 * 7748 (3.2 section 6.3), or with who->der_points a DER OCTET STRING around
 * them, as 3.0 had it and the programs of its time still read.
 */
CK_RV obj_get_attrs(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *templ, CK_ULONG count) KL_MUST_USE;
CK_RV obj_set_attrs(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, const CK_ATTRIBUTE *templ, CK_ULONG count)
    KL_MUST_USE;

/* A search: what matches, found piece by piece; belongs to one session. */
CK_RV obj_find_init(struct obj_space *sp, const struct obj_who *who,
    const CK_ATTRIBUTE *templ, CK_ULONG count, struct obj_search **out)
    KL_MUST_USE;
CK_RV obj_find_next(struct obj_search *s, const struct obj_who *who,
    CK_OBJECT_HANDLE *handles, CK_ULONG max, CK_ULONG *n) KL_MUST_USE;
void obj_find_free(struct obj_search *s);

/* -------------------------------------------------- using an object's key */

/*
 * Looks a handle up for use: counted, to be given back by obj_put.
 * CKR_OBJECT_HANDLE_INVALID for a handle that is not one, whose object is gone,
 * or that is private while no user is logged in (callers turn it into KEY_HANDLE_INVALID and such).
 * Fast: no system call when nothing changed.
 */
CK_RV obj_open(struct obj_space *sp, const struct obj_who *who,
    CK_OBJECT_HANDLE handle, struct object **out) KL_MUST_USE;
void obj_put(struct object *o);
void obj_putp(struct object **o);
/*
 * Whether o, counted, is what obj_open would give for this handle, as far as
 * can be told without a lock and without writing anything; false means: ask
 * obj_open.
 */
bool obj_still(const struct object *o, const struct obj_who *who,
    CK_OBJECT_HANDLE handle);

CK_OBJECT_HANDLE obj_handle(const struct object *o);
CK_OBJECT_CLASS obj_class(const struct object *o);
CK_KEY_TYPE obj_key_type(const struct object *o);	/* CK_UNAVAILABLE_INFORMATION: no key */
bool obj_is_private(const struct object *o);		/* CKA_PRIVATE */
bool obj_is_always_auth(const struct object *o);	/* CKA_ALWAYS_AUTHENTICATE */
/* The engine's key, built at first use; borrowed, lives as long as o. */
CK_RV obj_key(struct obj_space *sp, struct object *o, struct eng_key **out)
    KL_MUST_USE;
enum obj_use {
	OBJ_USE_ENCRYPT, OBJ_USE_DECRYPT, OBJ_USE_SIGN, OBJ_USE_VERIFY,
	OBJ_USE_SIGN_RECOVER, OBJ_USE_VERIFY_RECOVER, OBJ_USE_WRAP,
	OBJ_USE_UNWRAP, OBJ_USE_DERIVE, OBJ_USE_ENCAPSULATE,
	OBJ_USE_DECAPSULATE, OBJ_USE_DIGEST,
	OBJ_USE_PUBLIC		/* making the public half of a private key */
};
/*
 * Whether the key may be used so with this mechanism: its class fits
 * (CKR_KEY_TYPE_INCONSISTENT), the usage attribute is true
 * (CKR_KEY_FUNCTION_NOT_PERMITTED), the mechanism is among
 * CKA_ALLOWED_MECHANISMS when that is not empty (CKR_MECHANISM_INVALID), today
 * lies within its dates (signing, encrypting, wrapping, deriving only: what
 * exists can still be read; CKR_KEY_FUNCTION_NOT_PERMITTED).
 */
CK_RV obj_may(struct object *o, enum obj_use use, CK_MECHANISM_TYPE mech)
    KL_MUST_USE;

/* What a key of class CKO_OTP_KEY says of its passwords (3.2 section 6.53);
 * time and counter are CK_OTP_PARAM_..., and one of them is "ignored". */
#define OBJ_OTP_DIGITS 8		/* at most */
struct obj_otp {
	unsigned digits;
	uint64_t interval;		/* seconds, > 0 */
	bool friendly;
	CK_ULONG time, counter;
};
struct obj_otp obj_otp(const struct object *o);
/*
 * Takes the next value (by = 1) or the one after it (2) of an OTP key's own
 * counter, which is committed beyond it before the call returns, so that no
 * other call, thread or process gets it; *out.  It needs no read/write session.
 * CKR_OBJECT_HANDLE_INVALID, CKR_FUNCTION_FAILED (at its end, or others keep
 * changing the key).
 */
CK_RV obj_otp_next(struct obj_space *sp, const struct obj_who *who,
    const struct object *o, unsigned by, uint64_t *out) KL_MUST_USE;

/*
 * May `key` leave wrapped under `wrapper` with mechanism mech (weak: without
 * integrity)?  EXTRACTABLE, WRAP_WITH_TRUSTED, WRAP_TEMPLATE, and rules 1 and
 * 4 of design section 9.  CKR_KEY_UNEXTRACTABLE, CKR_KEY_NOT_WRAPPABLE,
 * CKR_WRAPPING_KEY_... as the standard names them.
 */
CK_RV obj_may_wrap(struct obj_space *sp, const struct object *wrapper,
    const struct object *key, CK_MECHANISM_TYPE mech, bool weak) KL_MUST_USE;
/* What goes into the wrapping: a secret key's value, a private key's PKCS#8;
 * CKR_KEY_NOT_WRAPPABLE for other objects. */
CK_RV obj_wrap_value(struct obj_space *sp, struct object *key,
    struct secret **out) KL_MUST_USE;

/* ------------------------------------------------------------ new keys */

/* How a new object comes into being: decides footnotes, defaults, LOCAL... */
enum obj_way {
	OBJ_WAY_CREATE, OBJ_WAY_GENERATE, OBJ_WAY_UNWRAP, OBJ_WAY_DERIVE,
	OBJ_WAY_ENCAPSULATE, OBJ_WAY_DECAPSULATE, OBJ_WAY_COPY
};
struct obj_request {
	enum obj_way way;
	CK_OBJECT_CLASS class;		/* what it must be; a template that says
					   otherwise is inconsistent.
					   CK_UNAVAILABLE_INFORMATION: as the
					   template says (unwrap, derive) */
	CK_KEY_TYPE key_type;		/* likewise; default for derive/unwrap when the
					   template is silent is the caller's choice */
	CK_MECHANISM_TYPE mech;		/* becomes CKA_KEY_GEN_MECHANISM on generate */
	const struct object *base;	/* unwrapping, base or (de)capsulating key: its
					   template for that and rules 2 and 5 apply;
					   else NULL */
	bool one_way;			/* derive: key agreement or one-way KDF (rule 5);
					   decapsulate: agreement, false: what comes out
					   was encrypted, so it is an unwrapping (rule 2) */
	bool inherits;			/* derive: sensitive and extractable by
					   default as the base is */
	bool joins;			/* derive: with bytes that others know */
	bool fixed;			/* derive: the template may not say another
					   key_type */
	bool typed;			/* derive: the template must say the type */
	bool storage_only;		/* derive: of the template counts only where
					   the key is kept and how guarded */
	size_t len;			/* derive: length of a key when the template
					   is silent, 0 = none */
	/* derive: further keys that go into it, guarded as the base is */
	struct object *const *others;
	size_t n_others;
	/* derive: CKA_ALLOWED_MECHANISMS by default; n = 0: empty */
	const CK_MECHANISM_TYPE *allowed;
	size_t n_allowed;
	const CK_ATTRIBUTE *templ;
	CK_ULONG count;
	bool primes_given;		/* generate: domain parameters whose primes
					   the template has (footnote GIVEN) */
};
/*
 * Checks a template before any work is done and makes a draft: all the
 * codes of 3.2 section 4.1.1 come from here, also session rules
 * (CKR_SESSION_READ_ONLY, CKR_USER_NOT_LOGGED_IN).
 */
CK_RV obj_draft_new(struct obj_space *sp, const struct obj_who *who,
    const struct obj_request *rq, struct obj_draft **out) KL_MUST_USE;
void obj_draft_free(struct obj_draft *d);
void obj_draft_freep(struct obj_draft **d);
/* What the template asks to generate (views live in the draft).  For a pair:
 * from the public key's draft.  CKR_TEMPLATE_INCOMPLETE,
 * CKR_KEY_SIZE_RANGE, CKR_CURVE_NOT_SUPPORTED. */
CK_RV obj_draft_gen(const struct obj_draft *d, struct eng_gen *out) KL_MUST_USE;
/* What the template of a pair's private half adds to that: CKA_VALUE_BITS.
 * CKR_KEY_SIZE_RANGE. */
CK_RV obj_draft_gen_private(const struct obj_draft *priv, struct eng_gen *out)
    KL_MUST_USE;
/* Whether key material will never leave this process: a session object,
 * sensitive and not extractable. */
bool obj_draft_confined(const struct obj_draft *d);
/* Whether a derived key must be sensitive because what it is derived from is. */
bool obj_draft_hides(const struct obj_draft *d);
/* Whether bytes made from the key may be handed out by a mechanism that would
 * show derived keys by them (3.2 section 6.40.6): the key is neither sensitive
 * nor unextractable, or the policy is `compatible`. */
bool obj_may_tell(const struct object *o);
/* Secret keys: CKA_VALUE_LEN of the template, or the length the key type
 * fixes, or the request's; 0 when all are silent.  Data objects that are
 * derived: likewise. */
size_t obj_draft_len(const struct obj_draft *d);
CK_KEY_TYPE obj_draft_key_type(const struct obj_draft *d);
/* Gives the draft its key material (a reference is taken): fills in the key's
 * attributes, check value, PUBLIC_KEY_INFO.  A public key draft takes the
 * private key's eng_key too. */
CK_RV obj_draft_set_key(struct obj_draft *d, struct eng_key *key) KL_MUST_USE;
/* Unwrapping: builds the key from unwrapped bytes, of the type and length the
 * draft wants.  block: up to how many bytes the mechanism filled the value with
 * zeros (eng_block_len), which are cut; 1: it does not.
 * CKR_WRAPPED_KEY_INVALID, CKR_WRAPPED_KEY_LEN_RANGE, CKR_TEMPLATE_INCONSISTENT. */
CK_RV obj_draft_set_wrapped(struct obj_draft *d, struct bytes plain,
    size_t block) KL_MUST_USE;
/* Derivation result: bytes of a secret key (DES keys get odd parity) or of a data
 * object.  CKR_TEMPLATE_INCONSISTENT when they are no such key, or too few to be
 * hidden (rule 5). */
CK_RV obj_draft_set_value(struct obj_draft *d, struct bytes value) KL_MUST_USE;
/* Makes n drafts objects, all or none, in one transaction. */
CK_RV obj_commit(struct obj_space *sp, const struct obj_who *who,
    struct obj_draft **drafts, size_t n, CK_OBJECT_HANDLE *handles) KL_MUST_USE;

#endif
