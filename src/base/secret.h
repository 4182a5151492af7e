/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secrets in memory.  struct secret is a heap value that is wiped by its only
 * freeing function; struct vault is for the few long-lived keys (master key,
 * roots derived from it): locked pages with guard pages around, left out of
 * core dumps, wiped in a forked child, and masked while they rest.
 * Nothing here can be printed.
 */
#ifndef KLUIS_BASE_SECRET_H
#define KLUIS_BASE_SECRET_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/bytes.h"

struct secret;

/* A new secret of n zero bytes (n may be 0), owned by the caller.
 * CKR_HOST_MEMORY; n above BUF_MAX counts as that too. */
CK_RV secret_new(size_t n, struct secret **out) KL_MUST_USE;
/* A new secret holding a copy of b. */
CK_RV secret_copy(struct bytes b, struct secret **out) KL_MUST_USE;
/* Its bytes: to fill in, to read, and how many. secret_view(NULL) is empty. */
uint8_t *secret_data(struct secret *s);
struct bytes secret_view(const struct secret *s);
size_t secret_len(const struct secret *s);
/* Makes s shorter; the cut bytes are wiped.  n must not exceed its length. */
void secret_cut(struct secret *s, size_t n);
/* Wipes and frees; NULL is fine.  secret_freep for KL_AUTO leaves NULL. */
void secret_free(struct secret *s);
void secret_freep(struct secret **s);
/* Constant-time comparison of contents; lengths are not secret. */
bool secret_equal(struct bytes a, struct bytes b);
/* explicit_bzero on a local array; WIPE_AUTO(name, n) declares such an array
 * which is wiped when it leaves its scope. */
void secret_wipe(void *p, size_t n);
struct wiped_ref {
	void *p;
	size_t n;
};
void wiped_ref_done(struct wiped_ref *w);
#define WIPE_AUTO(name, size)                                                  \
	uint8_t name[size] = { 0 };                                            \
	KL_AUTO(wiped_ref_done)                                                \
	struct wiped_ref name##_wipe_ __attribute__((unused)) = { name, size }

/*
 * A vault holds one value of at most VAULT_MAX bytes.  mlock and the madvise
 * flags are tried and silently done without where the limits refuse them.
 */
struct vault;
#define VAULT_MAX 256
CK_RV vault_new(struct bytes value, struct vault **out) KL_MUST_USE;
/* Copies the value out, unmasked, into out[0..n): n must be its length, else
 * CKR_GENERAL_ERROR, as it is in a forked child, where the page is wiped. */
CK_RV vault_get(const struct vault *v, uint8_t *out, size_t n) KL_MUST_USE;
void vault_free(struct vault *v);
void vault_freep(struct vault **v);

#endif
