/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kit of the black-box suite: what every case is written with.
 *
 * A case is a function that runs in a process of its own, against one module,
 * in one fresh store. Before it runs, the kit brings the module as far as the
 * case's level asks. A case reports with the macros below: a WANT or a CHECK
 * that fails is written down and the case goes on; a NEED or a REQUIRE that
 * fails ends it.
 *
 * Nothing here knows more of the module than the standard says, apart from
 * the profile (kit_module.c), which knows how a fresh store is made.
 */
#ifndef CONFORMANCE_KIT_H
#define CONFORMANCE_KIT_H

#include "pkcs11.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* eight bytes: opencryptoki takes no more */
#define KIT_SO_PIN "so-87654"
#define KIT_PIN    "user-123"
#define KIT_LABEL  "conformance"

#define KIT_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * How far the module is brought before the case runs; each level includes
 * those before it.
 */
enum kit_level {
	AT_STORE, /* the store's directory and the environment are ready, nothing loaded */
	AT_LOADED, /* the module is loaded, its function tables are known */
	AT_INIT, /* C_Initialize(OS_LOCKING_OK) was called */
	AT_TOKEN, /* a token exists, SO and user PIN are set, no session is open */
	AT_PUBLIC, /* kit.s is a R/W session, nobody is logged in */
	AT_USER, /* the user is logged in */
};

struct kit_case {
	const char *name; /* area/what: unique */
	const char *section; /* of PKCS#11 v3.2, or the rule's source */
	enum kit_level level;
	void (*run)(const void *arg);
	const void *arg;
	unsigned int limit; /* seconds; 0: the usual limit */
};

struct kit_list {
	struct kit_case *v;
	size_t n, room;
};

enum kit_profile {
	PROFILE_KLUIS, PROFILE_SOFTHSM, PROFILE_SOFTOKN, PROFILE_OPENCRYPTOKI,
	PROFILE_OTHER
};

/* The suite's only global: a process tests one module. */
struct kit {
	const char *module; /* path */
	enum kit_profile profile;
	char store[512]; /* this case's directory, removed afterwards */
	void *dl;
	CK_FUNCTION_LIST *f; /* always there once loaded */
	CK_FUNCTION_LIST_3_0 *f30; /* NULL where the module offers none */
	CK_FUNCTION_LIST_3_2 *f32;
	CK_SLOT_ID slot; /* of the fresh token, from AT_TOKEN on */
	CK_SESSION_HANDLE s; /* from AT_PUBLIC on */
};
extern struct kit kit;

/*
 * Every area adds its cases to the list; called once, before anything is
 * loaded.
 */
void kit_add(struct kit_list *l, const struct kit_case *cases, size_t n);
/* The same for a case made from a table row; name is copied. */
void kit_add_named(struct kit_list *l, const char *area, const char *what,
    const struct kit_case *model);

/* ---- reporting ---- */

void kit_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void kit_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void
kit_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void kit_end(void) __attribute__((noreturn));
bool kit_rv(const char *file, int line, const char *what, CK_RV got,
    const CK_RV *want, size_t n);
/* A formatted text, valid until the eighth next call. */
const char *
kit_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * "CKR_OK"; for an unknown value its hexadecimal form, valid until the fourth
 * next call.
 */
const char *kit_rv_name(CK_RV rv);
const char *kit_mech_name(CK_MECHANISM_TYPE m);

/*
 * The call must answer one of the codes listed; the value tells whether it
 * did.
 */
#define WANT(call, ...)                           \
	kit_rv(__FILE__, __LINE__, #call, (call), \
	    (const CK_RV[]){ __VA_ARGS__ },       \
	    sizeof((const CK_RV[]){ __VA_ARGS__ }) / sizeof(CK_RV))
/* The call must answer CKR_OK, otherwise the case ends here as failed. */
#define NEED(call)                       \
	do {                             \
		if (!WANT(call, CKR_OK)) \
			kit_end();       \
	} while (0)
#define CHECK(cond, ...) \
	((cond) ? true : (kit_fail(__FILE__, __LINE__, __VA_ARGS__), false))
#define REQUIRE(cond, ...)                     \
	do {                                   \
		if (!CHECK(cond, __VA_ARGS__)) \
			kit_end();             \
	} while (0)
#define SKIP_UNLESS(cond, ...)                 \
	do {                                   \
		if (!(cond))                   \
			kit_skip(__VA_ARGS__); \
	} while (0)

/* ---- the module (kit_module.c, kit_profile.c) ---- */

/*
 * Writes the configuration for a fresh store at kit.store and sets the
 * environment.
 */
void kit_store_prepare(void);
/* dlopen and function tables. */
void kit_load(void);
/* C_Initialize as the module's profile wants it; args as the standard's, or
 * NULL. The other one asks for the system's locks. */
CK_RV kit_initialize_with(const CK_C_INITIALIZE_ARGS *args);
CK_RV kit_initialize(void);
/* A free slot is made a token with KIT_LABEL, both PINs set; kit.slot. */
void kit_token(void);
/* The first slot whose token is not initialised. */
bool kit_free_slot(CK_SLOT_ID *out);
/* That slot; skips the case where a module has a fixed number of tokens. */
CK_SLOT_ID kit_need_free_slot(void);
/* The slot whose token bears the label (padded by the kit). */
bool kit_find_slot(const char *label, CK_SLOT_ID *out);
void kit_pad(CK_UTF8CHAR *out, size_t room, const char *text);
CK_SESSION_HANDLE kit_session(CK_FLAGS flags);
void kit_login(CK_SESSION_HANDLE s, CK_USER_TYPE who);
void kit_raise(enum kit_level level);
/* True where the token lists it; info may be NULL. */
bool kit_has_mech(CK_MECHANISM_TYPE m, CK_MECHANISM_INFO *info);
void kit_need_mech(CK_MECHANISM_TYPE m, CK_FLAGS flags);
/*
 * Skips where the module has no such table, except for kluis, which promises
 * all of them.
 */
void kit_need_30(void);
void kit_need_32(void);

/* ---- templates (kit_tmpl.c) ---- */

#define TMPL_MAX 48
/*
 * Values up to a CK_ULONG live inside, the others are borrowed. Not to be
 * copied by assignment.
 */
struct tmpl {
	CK_ATTRIBUTE a[TMPL_MAX];
	CK_ULONG n;
	union {
		CK_ULONG u;
		CK_BBOOL b;
		CK_BYTE raw[8];
	} own[TMPL_MAX];
};
/* Each sets the attribute, replacing an earlier value of the same type. */
void t_u(struct tmpl *t, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
void t_b(struct tmpl *t, CK_ATTRIBUTE_TYPE type, bool value);
void t_v(struct tmpl *t, CK_ATTRIBUTE_TYPE type, const void *value, size_t len);
void t_s(struct tmpl *t, CK_ATTRIBUTE_TYPE type, const char *text);
void t_drop(struct tmpl *t, CK_ATTRIBUTE_TYPE type);
void t_copy(struct tmpl *to, const struct tmpl *from);
/*
 * Appends without looking for an earlier one: for templates that name an
 * attribute twice.
 */
void
t_append(struct tmpl *t, CK_ATTRIBUTE_TYPE type, const void *value, size_t len);

/* ---- objects (kit_keys.c) ---- */

/* No attribute the suite reads is longer. */
#define ATTR_ROOM 5000

CK_RV obj_try(const struct tmpl *t, CK_OBJECT_HANDLE *out);
CK_OBJECT_HANDLE obj_make(const struct tmpl *t);
/* Reads one attribute; -1 where it cannot be read. */
long
attr_read(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, void *buf, size_t room);
CK_RV attr_rv(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type);
/*
 * The value, or CK_UNAVAILABLE_INFORMATION after a failure has been written
 * down.
 */
CK_ULONG attr_u(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type);
bool attr_b(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type);
/* Compares, and writes down what differs. */
bool attr_is(
    CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, const void *want, size_t len);
bool attr_is_b(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, bool want);
bool attr_is_u(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, CK_ULONG want);
CK_RV attr_set(
    CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, const void *value, size_t len);
CK_RV attr_set_b(CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type, bool value);
/*
 * Number of objects the session finds; the first max handles. An empty
 * template leaves out what the token shows of itself (profiles, mechanisms,
 * hardware features, validations).
 */
size_t obj_find(CK_SESSION_HANDLE s, const struct tmpl *t,
    CK_OBJECT_HANDLE *out, size_t max);

/* Templates of complete objects, session objects, all usages set. */
void tmpl_data(struct tmpl *t);
void tmpl_cert(struct tmpl *t);
void
tmpl_secret(struct tmpl *t, CK_KEY_TYPE type, const void *value, size_t len);
void tmpl_rsa_public(struct tmpl *t);
void tmpl_rsa_private(struct tmpl *t);
void tmpl_ec_public(struct tmpl *t);
void tmpl_ec_private(struct tmpl *t);

/*
 * A secret key of fixed bytes 0, 1, 2, ... that may do everything and is
 * readable.
 */
CK_OBJECT_HANDLE key_secret(CK_KEY_TYPE type, size_t len);
void key_bytes(CK_BYTE *out, size_t len);
/* One fixed RSA-2048 pair, imported, readable. */
void pair_rsa(CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv);
/* One fixed P-256 pair, imported, readable. */
void pair_ec(CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv);
/* One fixed DSA pair of 2048 and 256 bits, imported, readable. */
void pair_dsa(CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv);
/* A generated pair over the same group. */
CK_RV pair_dsa_new(CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv);
/*
 * Generates a pair on the curve (named below); token's defaults but for the
 * usages and SENSITIVE FALSE.
 */
CK_RV
pair_curve(const char *curve, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv);
/*
 * Generates a pair of ML-KEM, ML-DSA or SLH-DSA with that parameter set;
 * readable.
 */
CK_RV pair_pq(CK_KEY_TYPE type, CK_ULONG set, CK_OBJECT_HANDLE *pub,
    CK_OBJECT_HANDLE *priv);
/* The mechanism that generates the type's pairs. */
CK_MECHANISM_TYPE pq_generates(CK_KEY_TYPE type);
struct curve {
	const char *name; /* as libcrypto knows it */
	CK_BYTE oid[16]; /* DER */
	size_t oidlen,
	    field; /* field: bytes of a coordinate or of the raw key */
	CK_KEY_TYPE type;
};
const struct curve *curve_find(const char *name);
const struct curve *
curve_by_params(const CK_BYTE *params, size_t n); /* NULL: unknown */
const struct curve *curve_at(size_t i); /* NULL after the last */

/* ---- bytes (kit_tmpl.c) ---- */

size_t hex_bytes(const char *hex, CK_BYTE *out, size_t room);
/* A deterministic pattern, different for each seed. */
void fill(CK_BYTE *out, size_t len, unsigned int seed);

#endif
