/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secrets in memory: struct secret on the heap, struct vault in pages of its
 * own.
 *
 * Invariants:
 *  1. A secret starts with a mark that is wiped together with its content, so
 *     that use after freeing, or of something else, is an assertion.
 *  2. Bytes between a secret's length and its capacity are zero.
 *  3. A vault's value exists in its pages only as value XOR pad; the two lie
 *     in two mappings, each between guard pages that cannot be touched, and
 *     both are read-only while the vault rests.
 *  4. A vault whose mark reads zero has been wiped by a fork: it answers no
 *     value.
 *
 * No shared state.  A vault may be read by several threads at once; all else
 * belongs to whoever holds it.
 */
#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/log.h"

#define SECRET_MARK 0x6b6c7365u
#define VAULT_MARK  0x6b6c7661u

struct secret {
	uint32_t mark;
	size_t n;
	size_t cap;
	uint8_t data[];
};

/* What lies in each of a vault's two pages. */
struct vault_page {
	uint8_t byte[VAULT_MAX];
	uint32_t mark;
};

struct vault {
	size_t n;
	struct vault_page *masked;
	struct vault_page *pad;
};

static bool
secret_valid(const struct secret *s)
{
	if (s->mark == SECRET_MARK && s->n <= s->cap)
		return true;
	kl_assert_failed("secret_valid", __FILE__, __LINE__);
	return false;
}

CK_RV
secret_new(size_t n, struct secret **out)
{
	struct secret *s;

	if (n > BUF_MAX)
		return CKR_HOST_MEMORY;
	if ((s = calloc(1, sizeof(*s) + n)) == NULL)
		return CKR_HOST_MEMORY;
	s->mark = SECRET_MARK;
	s->n = s->cap = n;
	*out = s;
	return CKR_OK;
}

CK_RV
secret_copy(struct bytes b, struct secret **out)
{
	struct secret *s;
	CK_RV rv;

	if ((rv = secret_new(b.n, &s)) != CKR_OK)
		return rv;
	if (b.n > 0)
		memcpy(s->data, b.p, b.n);
	*out = s;
	return CKR_OK;
}

uint8_t *
secret_data(struct secret *s)
{
	return s != NULL && secret_valid(s) ? s->data : NULL;
}

struct bytes
secret_view(const struct secret *s)
{
	if (s == NULL || !secret_valid(s))
		return BYTES_NONE;
	return bytes_of(s->data, s->n);
}

size_t
secret_len(const struct secret *s)
{
	return s != NULL && secret_valid(s) ? s->n : 0;
}

void
secret_cut(struct secret *s, size_t n)
{
	if (!secret_valid(s))
		return;
	if (n > s->n) {
		kl_assert_failed("n <= s->n", __FILE__, __LINE__);
		return;
	}
	explicit_bzero(s->data + n, s->n - n);
	s->n = n;
}

void
secret_free(struct secret *s)
{
	if (s == NULL || !secret_valid(s))
		return;
	explicit_bzero(s, sizeof(*s) + s->cap);
	free(s);
}

void
secret_freep(struct secret **s)
{
	secret_free(*s);
	*s = NULL;
}

bool
secret_equal(struct bytes a, struct bytes b)
{
	volatile uint8_t diff = 0;

	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		diff = (uint8_t)(diff | (a.p[i] ^ b.p[i]));
	return diff == 0;
}

void
secret_wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}

void
wiped_ref_done(struct wiped_ref *w)
{
	secret_wipe(w->p, w->n);
}

static size_t
page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/*
 * Maps one writable page between two that may not be touched; NULL on
 * failure.  Locking it and the two advices are best effort.
 */
static struct vault_page *
page_map(void)
{
	size_t page = page_size();
	uint8_t *all = mmap(NULL, 3 * page, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *mid;

	if (all == MAP_FAILED)
		return NULL;
	mid = all + page;
	if (mprotect(mid, page, PROT_READ | PROT_WRITE) != 0) {
		(void)munmap(all, 3 * page); /* ours and whole: cannot fail */
		return NULL;
	}
	/* Refused by limits or an old kernel: done without. */
	(void)mlock(mid, page);
	(void)madvise(mid, page, MADV_DONTDUMP);
	(void)madvise(mid, page, MADV_WIPEONFORK);
	return (struct vault_page *)(void *)mid;
}

/* Wipes and unmaps a page and its guards; NULL is fine. */
static void
page_unmap(struct vault_page *p)
{
	size_t page = page_size();

	if (p == NULL)
		return;
	if (mprotect(p, page, PROT_READ | PROT_WRITE) == 0)
		explicit_bzero(p, sizeof(*p));
	/* Ours and whole, so it cannot fail. */
	(void)munmap((uint8_t *)p - page, 3 * page);
}

/* Fills n <= 256 bytes from the kernel's generator. */
static CK_RV
fill_random(uint8_t *p, size_t n)
{
	ssize_t got;

	do
		got = getrandom(p, n, 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)n)
		return log_fail_rv(CKR_GENERAL_ERROR,
		    "vault: the kernel gives no random bytes");
	return CKR_OK;
}

/* Puts value XOR pad and the marks in place, and makes both read-only. */
static CK_RV
vault_fill(struct vault *v, struct bytes value)
{
	CK_RV rv;

	if ((rv = fill_random(v->pad->byte, VAULT_MAX)) != CKR_OK)
		return rv;
	for (size_t i = 0; i < value.n; i++)
		v->masked->byte[i] = value.p[i] ^ v->pad->byte[i];
	v->n = value.n;
	v->masked->mark = v->pad->mark = VAULT_MARK;
	if (mprotect(v->masked, page_size(), PROT_READ) != 0 ||
	    mprotect(v->pad, page_size(), PROT_READ) != 0)
		return CKR_HOST_MEMORY;
	return CKR_OK;
}

CK_RV
vault_new(struct bytes value, struct vault **out)
{
	KL_AUTO(vault_freep) struct vault *v = NULL;
	CK_RV rv;

	KL_ASSERT(value.n <= VAULT_MAX);
	if ((v = calloc(1, sizeof(*v))) == NULL)
		return CKR_HOST_MEMORY;
	if ((v->masked = page_map()) == NULL || (v->pad = page_map()) == NULL)
		return CKR_HOST_MEMORY;
	if ((rv = vault_fill(v, value)) != CKR_OK)
		return rv;
	*out = KL_TAKE(v);
	return CKR_OK;
}

CK_RV
vault_get(const struct vault *v, uint8_t *out, size_t n)
{
	if (n != v->n)
		return log_rv(CKR_GENERAL_ERROR, "vault: wrong length asked");
	if (v->masked->mark != VAULT_MARK || v->pad->mark != VAULT_MARK)
		return log_rv(CKR_GENERAL_ERROR, "vault: wiped by a fork");
	for (size_t i = 0; i < n; i++)
		out[i] = v->masked->byte[i] ^ v->pad->byte[i];
	return CKR_OK;
}

void
vault_free(struct vault *v)
{
	if (v == NULL)
		return;
	page_unmap(v->masked);
	page_unmap(v->pad);
	free(v);
}

void
vault_freep(struct vault **v)
{
	vault_free(*v);
	*v = NULL;
}
