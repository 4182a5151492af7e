/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameters that outlive the caller's memory.  The copy owns one run of bytes,
 * wiped at its end, into which all its views point.
 *
 * Invariant: `views` names every view in struct eng_par; a test reads eng.h for
 * that.  Everything else there is a value or static text.
 */
#include "crypto/eng.h"

#include <stdlib.h>
#include <string.h>

struct eng_par_copy {
	struct eng_par par;
	struct secret *bytes;	/* NULL: no view has any */
};

#define V(field) offsetof(struct eng_par, field)
static const size_t views[] = {
	V(iv), V(aad), V(counter), V(tag), V(label), V(context), V(shared), V(peer),
};

/* The view at an offset: where it is, and what it says. */
static uint8_t *
view_at(struct eng_par *par, size_t offset, struct bytes *out)
{
	uint8_t *at = (uint8_t *)par + offset;

	memcpy(out, at, sizeof(*out));
	return at;
}

/* Moves the views of a copy into memory of its own. */
static CK_RV
par_own(struct eng_par_copy *c)
{
	struct bytes v;
	size_t total = 0, used = 0;
	CK_RV rv;

	for (size_t i = 0; i < KL_COUNT(views); i++) {
		(void)view_at(&c->par, views[i], &v);
		if (v.n > BUF_MAX - total)
			return CKR_HOST_MEMORY;
		total += v.n;
	}
	if (total == 0)
		return CKR_OK;
	if ((rv = secret_new(total, &c->bytes)) != CKR_OK)
		return rv;
	for (size_t i = 0; i < KL_COUNT(views); i++) {
		uint8_t *at = view_at(&c->par, views[i], &v);
		uint8_t *to = secret_data(c->bytes) + used;

		if (v.n == 0)
			continue;
		memcpy(to, v.p, v.n);
		used += v.n;
		v = bytes_of(to, v.n);
		memcpy(at, &v, sizeof(v));
	}
	return CKR_OK;
}

CK_RV
eng_par_copy(const struct eng_par *par, struct eng_par_copy **out)
{
	struct eng_par_copy *c = calloc(1, sizeof(*c));
	CK_RV rv;

	if (c == NULL)
		return CKR_HOST_MEMORY;
	c->par = *par;
	if ((rv = par_own(c)) != CKR_OK) {
		eng_par_free(c);
		return rv;
	}
	*out = c;
	return CKR_OK;
}

const struct eng_par *
eng_par_view(const struct eng_par_copy *c)
{
	return &c->par;
}

void
eng_par_free(struct eng_par_copy *c)
{
	if (c == NULL)
		return;
	secret_freep(&c->bytes);
	free(c);
}
