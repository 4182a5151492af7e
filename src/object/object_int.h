/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside object: attribute lists, the schema's rows, an object's and a
 * draft's insides.  attr.c, schema.c, policy.c, draft.c, material.c make and
 * judge; space.c, object.c, persist.c, find.c, get.c, verify.c keep.
 */
#ifndef KLUIS_OBJECT_OBJECT_INT_H
#define KLUIS_OBJECT_OBJECT_INT_H

#include <stdatomic.h>

#include "base/handles.h"
#include "kluis.h"
#include "object/object.h"

/* ------------------------------------------------------- attribute lists */

/*
 * One attribute in stored form (db/README): integers 8 bytes big-endian,
 * booleans 1 byte, dates 8 bytes or empty, mechanism lists 8 bytes each,
 * templates a nested encoded list, all else as given.  Independent of
 * CK_ULONG's size and byte order.
 */
struct attr {
	uint64_t type;
	size_t n;
	uint8_t *p;		/* owned, wiped when freed */
};
/* A list ascending by type, no type twice.  Zero-initialised is empty. */
struct attrs {
	struct attr *v;
	size_t n, cap;
};
void attrs_done(struct attrs *a);
/* Sets (adds or replaces) a copy of value. */
CK_RV attrs_put(struct attrs *a, uint64_t type, struct bytes value) KL_MUST_USE;
CK_RV attrs_put_bool(struct attrs *a, uint64_t type, bool v) KL_MUST_USE;
CK_RV attrs_put_num(struct attrs *a, uint64_t type, uint64_t v) KL_MUST_USE;
/* NULL when absent. */
const struct attr *attrs_find(const struct attrs *a, uint64_t type);
struct bytes attrs_bytes(const struct attrs *a, uint64_t type);	/* empty if absent */
bool attrs_bool(const struct attrs *a, uint64_t type, bool absent);
uint64_t attrs_num(const struct attrs *a, uint64_t type, uint64_t absent);
void attrs_remove(struct attrs *a, uint64_t type);
CK_RV attrs_copy(struct attrs *to, const struct attrs *from) KL_MUST_USE;
/* db/README's attribute list; decode refuses anything not canonical with CKR_DEVICE_ERROR. */
CK_RV attrs_encode(const struct attrs *a, struct buf *out) KL_MUST_USE;
CK_RV attrs_decode(struct bytes b, struct attrs *out) KL_MUST_USE;

/* ---------------------------------------------------------------- schema */

enum attr_kind {
	A_BOOL, A_NUM, A_BYTES, A_STRING, A_BIGINT, A_DATE, A_MECHS, A_TEMPLATE
};

/* Footnotes of 3.2 table 13 (F1..F12) and our own. */
#define F1  0x00001u	/* must be given to C_CreateObject */
#define F2  0x00002u	/* must not be given to C_CreateObject */
#define F3  0x00004u	/* must be given to generation */
#define F4  0x00008u	/* must not be given to generation */
#define F5  0x00010u	/* must be given to unwrapping */
#define F6  0x00020u	/* must not be given to unwrapping */
#define F7  0x00040u	/* not revealed when sensitive or unextractable */
#define F8  0x00080u	/* may be changed by set, and by copy */
#define F9  0x00100u	/* default is the token's choice */
#define F10 0x00200u	/* only the SO may set it true */
#define F11 0x00400u	/* once true, stays */
#define F12 0x00800u	/* once false, stays */
#define SEAL 0x01000u	/* key material: in the secret column only */
#define COPY 0x02000u	/* may be changed while copying, not by set */
#define FIND 0x04000u	/* indexed: carries a search tag */
#define NEVER 0x08000u	/* never given by a caller: the token fills it in */
#define NOCOPY 0x10000u	/* F8, but by set only */
#define SAME 0x20000u	/* set may repeat the value it has */
#define CLEAR 0x40000u	/* set and copy may make it empty */
#define LIVE 0x80000u	/* no stored value: found out at each reading (builtin.c) */
#define GIVEN 0x100000u	/* given, against F4, where a mechanism wants primes */

/* D_CAN: true when the key type can do it (struct schema, can); D_RULE: a rule
 * in policy.c. */
enum attr_default {
	D_NONE, D_EMPTY, D_TRUE, D_FALSE, D_ZERO, D_CAN, D_RULE
};

struct attr_row {
	CK_ATTRIBUTE_TYPE type;
	enum attr_kind kind;
	unsigned foot;
	enum attr_default def;
};

/* One class and key type: common rows are shared tables it points to. */
struct schema {
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE key_type;		/* CK_UNAVAILABLE_INFORMATION: no key */
	enum eng_type eng;		/* engine's type of such a key; ENG_TYPES:
					   no key */
	CK_ULONG sub;			/* no key: the type within the class
					   (certificates), or
					   CK_UNAVAILABLE_INFORMATION */
	const struct attr_row *const *tables;	/* NULL-terminated */
	const size_t *counts;
	bool (*len_ok)(size_t n);	/* secret keys: allowed value lengths; NULL:
					   what the cipher takes */
	size_t fixed_len;		/* secret keys: the one length, or 0 */
	size_t gen_len;			/* secret keys: how long new ones are when the
					   template is silent, 0: it must speak */
	enum eng_cipher cipher;		/* secret keys: CKA_CHECK_VALUE is made
					   with it; ENG_CIPHERS: with SHA-1 */
	bool builtin;			/* the token's own: in no store, made,
					   changed and destroyed by nobody */
	bool legacy;			/* new ones only with legacy = yes */
	uint32_t can;			/* bit 1 << enum obj_use: what such a key
					   can do, hence may by default */
};
/* Whether secret keys of the schema may have n bytes. */
bool schema_len_ok(const struct schema *s, size_t n);
/* Whether these bytes may be a secret key of the schema: so many, and no weak
 * key of its cipher (eng_cipher_key). */
bool schema_value_ok(const struct schema *s, struct bytes value);
/* The schema; NULL when the pair is not supported.  sub: the value of the
 * class's chooser, ignored for classes without one. */
const struct schema *schema_find(CK_OBJECT_CLASS class, CK_ULONG sub);
/* The attribute by which objects of a class are told apart, such as
 * CKA_KEY_TYPE; CK_UNAVAILABLE_INFORMATION for a class without types, and for
 * one that nobody knows. */
CK_ATTRIBUTE_TYPE schema_chooser(CK_OBJECT_CLASS class);
const struct attr_row *schema_row(const struct schema *s, CK_ATTRIBUTE_TYPE t);
/* Every row in turn (i from 0), NULL past the end. */
const struct attr_row *schema_at(const struct schema *s, size_t i);
/* Every schema in turn (i from 0), NULL past the end. */
const struct schema *schema_all(size_t i);
/*
 * The number under which we store a type: some array attributes are known
 * with and without CKF_ARRAY_ATTRIBUTE.  schema_row takes both; row->type is
 * the number stored.
 */
CK_ATTRIBUTE_TYPE schema_type(CK_ATTRIBUTE_TYPE t);
/* A row of that type in whatever schema: tells the kind of an attribute inside a
 * template, and whether a type is known at all.  NULL when it is not. */
const struct attr_row *schema_any(CK_ATTRIBUTE_TYPE t);

/*
 * One CK_ATTRIBUTE into stored form: lengths and values checked for the
 * kind (CKR_ATTRIBUTE_VALUE_INVALID); and back: *need gets the length in
 * CK terms, out (room `have`) is filled when not NULL and large enough
 * (CKR_BUFFER_TOO_SMALL).  Templates read in two steps (3.2 section 5.7.5).
 */
CK_RV attr_from_ck(const struct attr_row *row, const CK_ATTRIBUTE *a,
    struct buf *out) KL_MUST_USE;
CK_RV attr_to_ck(const struct attr_row *row, struct bytes stored,
    CK_ATTRIBUTE *a) KL_MUST_USE;

/* --------------------------------------------------------------- objects */

/*
 * An object in memory.  Token objects are immutable once loaded: a change
 * replaces the cached one by a newer version; whoever holds the older keeps it
 * until he gives it back.  Session objects likewise (set makes a new struct,
 * same handle).
 */
struct object {
	atomic_uint refs;
	struct obj_space *space;
	const struct schema *schema;
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE key_type;
	CK_OBJECT_HANDLE handle;
	bool token, private;
	CK_SESSION_HANDLE session;	/* owner of a session object */
	uint64_t id;			/* row number of a token object */
	uint8_t uuid[SEAL_UUID];
	uint64_t version;
	uint32_t flags;			/* STORE_F_* */
	_Atomic uint64_t seen;		/* generation at which it was known fresh */
	struct attrs attrs;		/* all but SEAL ones */
	struct attrs secrets;		/* SEAL ones: session objects always, token
					   objects never (see obj_secrets) */
	_Atomic(struct eng_key *) key;	/* built at first use */
	_Atomic uint32_t free_uses;	/* use.c: usages that nothing narrows */
	atomic_bool listed;		/* the table of numbers points to it; written
					   under the space's lock */
	/* For space.c, under its lock: */
	struct object *prev, *next;	/* session objects: the owner's list */
	size_t cache_at;		/* token objects: place in the cache + 1 */
	size_t cost;			/* token objects: bytes in memory, about */
	bool used;			/* since the cache's hand passed */
};
/* Copies the SEAL attributes (from the store for token objects) into *out,
 * which the caller wipes with attrs_done. */
CK_RV obj_secrets(struct obj_space *sp, const struct object *o,
    struct attrs *out) KL_MUST_USE;

/*
 * An attribute that only the store sees: it has no row, so nobody can give or
 * read it.  The number 1: made here as a wrapping key that may not decrypt nor
 * be read (of a pair: whose private half may not).  Fixed at generation and
 * kept by copies; such a key never gets the role it was made without (design
 * section 9, rules 1 and 3).
 */
#define ATTR_WRAPS (KLUIS_VENDOR_BASE + 1)
/*
 * Likewise.  The number 1: derived from a sensitive key and bytes that somebody
 * may know, one after the other; no part of it becomes a key, because one that
 * holds a few unknown bytes is guessed.
 */
#define ATTR_JOINED (KLUIS_VENDOR_BASE + 2)

/*
 * otp.c: what attributes of CKO_OTP_KEY must hold together
 * (CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT); the value of one
 * whose default is a rule; and the counter moved on by `by` (1 or 2), as a
 * change of o, with the last value passed: CKR_FUNCTION_FAILED at its end.
 */
CK_RV otp_consistent(const struct attrs *a) KL_MUST_USE;
CK_RV otp_default(struct attrs *a, const struct attr_row *row) KL_MUST_USE;
CK_RV otp_moved(const struct object *o, uint64_t by, uint64_t *value,
    struct attrs *change) KL_MUST_USE;

/* What the space was made with; borrowed.  Lives in space.c. */
const struct obj_env *space_env(const struct obj_space *sp);

/* ----------------------------------------------------------------- policy */

/* A draft: a checked template on its way to become an object. */
struct obj_draft {
	struct obj_space *space;
	struct eng *eng;
	const struct conf *conf;
	const struct schema *schema;
	enum obj_way way;
	enum obj_role role;
	CK_MECHANISM_TYPE mech;
	bool one_way;
	bool primes_given;
	bool base_sensitive, base_always_sensitive;	/* of the base or copied key */
	bool base_extractable, base_never_extractable;
	bool base_may_decrypt;		/* rule 2 of design section 9 */
	bool inherits, joins;		/* as in the request */
	size_t len;			/* the request's, or of derived data */
	const struct object *pair;	/* private key whose public half it
					   becomes; borrowed, or NULL */
	struct attrs attrs;		/* given, then defaults, then material */
	struct attrs secrets;
	struct eng_key *key;
	bool token, private;
};

/*
 * policy.c: enforces footnotes and predicates.
 * policy_draft: template -> draft->attrs with defaults (way-dependent).
 * policy_set: what C_SetAttributeValue may do on o: fills changed.
 * policy_copy: the same for C_CopyObject into a new draft.
 * policy_readable: false when the attribute's value must not be revealed.
 */
CK_RV policy_draft(struct obj_draft *d, const struct obj_who *who,
    const struct obj_request *rq) KL_MUST_USE;
CK_RV policy_set(const struct object *o, const struct obj_who *who,
    const CK_ATTRIBUTE *templ, CK_ULONG count, struct attrs *changed)
    KL_MUST_USE;
CK_RV policy_copy(const struct object *o, const struct obj_who *who,
    const CK_ATTRIBUTE *templ, CK_ULONG count, struct obj_draft *d) KL_MUST_USE;
bool policy_readable(const struct object *o, const struct attr_row *row);
/*
 * What two drafts that become a key pair must know of each other (ATTR_WRAPS).
 * obj_commit calls it before it writes anything; does nothing for other drafts.
 */
CK_RV policy_pair(struct obj_draft *const *drafts, size_t n) KL_MUST_USE;
/* Session rules for making or changing an object (3.2 sections 5.6.10, 4.4):
 * CKR_SESSION_READ_ONLY, CKR_USER_NOT_LOGGED_IN. */
CK_RV policy_session(const struct obj_who *who, bool token, bool private)
    KL_MUST_USE;

/*
 * draft.c, for obj_copy: the draft of a copy of o, complete with o's secrets
 * and key, for obj_commit.  CKA_UNIQUE_ID is left out: obj_commit makes it.
 */
CK_RV draft_copy(struct obj_space *sp, const struct obj_who *who,
    struct object *o, const CK_ATTRIBUTE *templ, CK_ULONG count,
    struct obj_draft **out) KL_MUST_USE;

/*
 * material.c: attributes <-> engine keys.
 * material_import: builds draft->key from the draft's own attributes (create),
 *   checking; obj_draft_new has called it for OBJ_WAY_CREATE.
 * material_fill: attributes that follow from draft->key (generate, unwrap ...).
 * material_load: builds the engine key of a stored object (checked before it was stored).
 */
CK_RV material_import(struct obj_draft *d) KL_MUST_USE;
CK_RV material_fill(struct obj_draft *d) KL_MUST_USE;
CK_RV material_load(struct eng *e, const struct object *o,
    const struct attrs *secrets, struct eng_key **out) KL_MUST_USE;

#endif
