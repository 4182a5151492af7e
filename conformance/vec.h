/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vectors program: test vectors of others through the public interface.
 * vectors.c finds the files, vec_json.c and vec_nist.c read them, the rest
 * runs one vector each.
 */
#ifndef CONFORMANCE_VEC_H
#define CONFORMANCE_VEC_H

#include "kit_ref.h"

#include <jansson.h>

#define VEC_MAX 16384

enum outcome { V_PASSED, V_WRONG, V_UNSUPPORTED };

struct tally {
	unsigned int count[3];
};

/* Counts, and writes a wrong one down under the name. */
void vec_count(struct tally *t, enum outcome o, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Notes the numbers; skips where nothing could be tried. */
void vec_report(const struct tally *t);

/* A byte string; valid until the process ends. */
struct vbytes {
	CK_BYTE *v;
	size_t n;
};
struct vbytes vec_hex(const char *hex);
/* The member, empty where it is absent. */
struct vbytes vec_bytes(const json_t *o, const char *name);
const char *vec_text(const json_t *o, const char *name);
size_t vec_number(const json_t *o, const char *name);

/*
 * What the module did against what the vector says ("valid", "invalid",
 * "acceptable"): done = it answered CKR_OK and the right bytes.
 */
enum outcome vec_judge(const json_t *test, bool done);
bool vec_offered(CK_MECHANISM_TYPE m, CK_FLAGS flags);

/* A hash as the vectors name it. */
struct vec_hash {
	const char *name, *md;
	CK_MECHANISM_TYPE hash, hmac, rsa, pss, ecdsa, dsa;
};
const struct vec_hash *vec_hash(const char *name); /* NULL: unknown */

/* One vector each; the group carries what its vectors share. */
typedef enum outcome (*vec_run)(const json_t *group, const json_t *test);
enum outcome vec_aead(const json_t *group, const json_t *test);
enum outcome vec_cbc(const json_t *group, const json_t *test);
enum outcome vec_mac(const json_t *group, const json_t *test);
enum outcome vec_keywrap(const json_t *group, const json_t *test);
enum outcome vec_ecdsa(const json_t *group, const json_t *test);
enum outcome vec_dsa(const json_t *group, const json_t *test);
enum outcome vec_eddsa(const json_t *group, const json_t *test);
enum outcome vec_rsa_verify(const json_t *group, const json_t *test);
enum outcome vec_rsa_sign(const json_t *group, const json_t *test);
enum outcome vec_rsa_decrypt(const json_t *group, const json_t *test);
enum outcome vec_ecdh(const json_t *group, const json_t *test);
enum outcome vec_digest(const json_t *group, const json_t *test);
enum outcome vec_aes(const json_t *group, const json_t *test);
enum outcome vec_mldsa_sign(const json_t *group, const json_t *test);
enum outcome vec_mldsa_verify(const json_t *group, const json_t *test);
enum outcome vec_mlkem_keygen(const json_t *group, const json_t *test);
enum outcome vec_mlkem_decaps(const json_t *group, const json_t *test);
enum outcome vec_mlkem_encaps(const json_t *group, const json_t *test);
enum outcome vec_acvp_kem(const json_t *group, const json_t *test);
enum outcome vec_acvp_keygen(const json_t *group, const json_t *test);

/* The algorithm named at the head of the file that is being read. */
extern const char *vec_algorithm;

/* Whole files; each is a case's function, arg is the path. */
void vec_json_file(const void *path);
void vec_nist_file(const void *path);
void vec_rfc8032_file(const void *path);
/* Whether a file of this name is one of NIST's that vec_nist_file reads. */
bool vec_nist_knows(const char *name);

#endif
