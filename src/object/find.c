/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searches (3.2 section 5.7.7).
 *
 * obj_find_init reads the template and looks through what is in memory
 * (session and built-in objects).  Token objects are found by passes over the
 * store's index, page by page as obj_find_next is asked:
 *
 *	a template with indexed attributes:  one pass by all their tags for the
 *	                                     public, one for the private objects
 *	without: one pass for each class that has all the attributes asked for
 *
 * Each object is of one class and either public or private, and each pass goes
 * up in row numbers, so no search gives a number twice.
 *
 * A page's rows are opened and compared, except where the tags say all and the
 * page is long: tags are keyed hashes, so only who can write the file can make
 * them lie, and what is opened later is verified then.  A row that does not
 * open is skipped.
 *
 * What cannot match anything (an attribute nobody knows, a value of the wrong
 * form, key material that may not be read) finds nothing and is no error: clients ask for
 * classes that are not ours, and an error would be an oracle.
 *
 * A search belongs to one session and is used under its lock.
 */
#include "object/policy_int.h"
#include "object/space_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#define PAGE 64
/* Pages so short are opened also when the tags say all: most clients use what
 * they found, so it is in memory then. */
#define PAGE_SHORT 8
#define PASSES_MAX 32

/* One attribute of the template in stored form. */
struct want {
	uint64_t type;
	struct buf value;
};

struct pass {
	bool private;
	uint8_t tags[STORE_TAGS_MAX][STORE_TAG];
	size_t ntags;
};

struct obj_search {
	struct obj_space *sp;
	struct want *wants;
	size_t n_wants;
	bool nothing;			/* the template matches no object */
	bool tagged_only;		/* the tags say all of the template */
	int token, private;		/* -1: either, else as asked */

	CK_OBJECT_HANDLE *ready;	/* from memory */
	size_t n_ready, cap_ready, at_ready;
	CK_RV ready_rv;

	struct pass passes[PASSES_MAX];
	size_t n_passes, at_pass;
	uint64_t after;			/* the last row seen in this pass */
	uint64_t page[PAGE];
	size_t n_page, at_page;
};

void
obj_find_free(struct obj_search *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_wants; i++)
		buf_done(&s->wants[i].value);
	free(s->wants);
	free(s->ready);
	free(s);
}

static void
obj_find_freep(struct obj_search **s)
{
	obj_find_free(*s);
	*s = NULL;
}

/* --------------------------------------------------------------- matching */

/* Whether an attribute that is key material has this value; secrets are
 * fetched when first wanted. */
static bool
match_secret(struct obj_space *sp, const struct object *o,
    const struct attr_row *row, struct bytes value)
{
	KL_AUTO(attrs_done) struct attrs fetched = { 0 };
	const struct attrs *from = &o->secrets;
	const struct attr *a;

	if (!policy_readable(o, row))
		return false;
	if (o->token && o->id != 0) {
		if (obj_secrets(sp, o, &fetched) != CKR_OK)
			return false;
		from = &fetched;
	}
	a = attrs_find(from, row->type);
	return a != NULL && secret_equal(bytes_of(a->p, a->n), value);
}

static bool
match_one(struct obj_space *sp, const struct object *o, const struct want *w)
{
	const struct attr_row *row =
	    schema_row(o->schema, (CK_ATTRIBUTE_TYPE)w->type);
	const struct attr *a;

	if (row == NULL)
		return false;
	if (row->foot & SEAL)
		return match_secret(sp, o, row, buf_view(&w->value));
	a = attrs_find(&o->attrs, row->type);
	return a != NULL && bytes_equal(bytes_of(a->p, a->n),
	    buf_view(&w->value));
}

/* Byte for byte with all of the template. */
static bool
match(const struct obj_search *s, const struct object *o)
{
	for (size_t i = 0; i < s->n_wants; i++)
		if (!match_one(s->sp, o, &s->wants[i]))
			return false;
	return true;
}

/* --------------------------------------------------------------- the template */

/* CKA_TOKEN and CKA_PRIVATE choose where to look. */
static void
narrow(struct obj_search *s, const struct want *w)
{
	int *side = w->type == CKA_TOKEN ? &s->token :
	    w->type == CKA_PRIVATE ? &s->private : NULL;
	int asked = w->value.n == 1 && w->value.p[0] != 0 ? 1 : 0;

	if (side == NULL)
		return;
	if (*side >= 0 && *side != asked)
		s->nothing = true;
	*side = asked;
}

static CK_RV
want_add(struct obj_search *s, const CK_ATTRIBUTE *a)
{
	struct want *w = &s->wants[s->n_wants];
	const struct attr_row *row = schema_any(a->type);
	CK_RV rv;

	if (row == NULL) {
		s->nothing = true;
		return CKR_OK;
	}
	w->type = row->type;
	s->n_wants++;
	rv = attr_from_ck(row, a, &w->value);
	if (rv == CKR_ATTRIBUTE_VALUE_INVALID) {
		s->nothing = true;
		return CKR_OK;
	}
	if (rv != CKR_OK)
		return rv;
	narrow(s, w);
	return CKR_OK;
}

static CK_RV
wants_read(struct obj_search *s, const CK_ATTRIBUTE *templ, CK_ULONG count)
{
	CK_RV rv;

	if ((rv = template_shape(templ, count)) != CKR_OK || count == 0)
		return rv;
	s->wants = calloc(count, sizeof(*s->wants));
	if (s->wants == NULL)
		return CKR_HOST_MEMORY;
	for (CK_ULONG i = 0; i < count; i++)
		if ((rv = want_add(s, &templ[i])) != CKR_OK)
			return rv;
	return CKR_OK;
}

/* ---------------------------------------------------------- what is in memory */

static void
ready_add(struct obj_search *s, CK_OBJECT_HANDLE handle)
{
	if (s->n_ready == s->cap_ready) {
		size_t cap = s->cap_ready == 0 ? 16 : s->cap_ready * 2;
		CK_OBJECT_HANDLE *v =
		    mem_array(s->ready, cap, sizeof(*v));

		if (v == NULL) {
			s->ready_rv = CKR_HOST_MEMORY;
			return;
		}
		s->ready = v;
		s->cap_ready = cap;
	}
	s->ready[s->n_ready++] = handle;
}

struct look {
	struct obj_search *s;
	bool user;
};

static void
look_at(struct object *o, void *arg)
{
	struct look *l = arg;

	if ((!o->private || l->user) && match(l->s, o))
		ready_add(l->s, o->handle);
}

static int
handle_order(const void *a, const void *b)
{
	CK_OBJECT_HANDLE x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* The class asked for; CK_UNAVAILABLE_INFORMATION: any. */
static CK_OBJECT_CLASS
class_wanted(const struct obj_search *s)
{
	for (size_t i = 0; i < s->n_wants; i++) {
		struct reader r = reader_of(buf_view(&s->wants[i].value));

		if (s->wants[i].type == CKA_CLASS)
			return (CK_OBJECT_CLASS)read_u64(&r);
	}
	return CK_UNAVAILABLE_INFORMATION;
}

static CK_RV
ready_find(struct obj_search *s, bool user)
{
	struct look l = { s, user };
	const struct builtin_look look = { look_at, &l };
	CK_RV rv = builtin_each(s->sp, class_wanted(s), &look);

	if (rv != CKR_OK)
		return rv;
	if (s->token != 0)
		for (size_t i = 0; i < PROFILES; i++)
			look_at(s->sp->profiles[i], &l);
	if (s->token != 1)
		space_each(s->sp, look_at, &l);
	if (s->n_ready > 1)
		qsort(s->ready, s->n_ready, sizeof(*s->ready), handle_order);
	return s->ready_rv;
}

/* ------------------------------------------------------------------- passes */

/* Indexed attributes, those that few objects share first; CKA_CLASS last. */
static const CK_ATTRIBUTE_TYPE indexed[] = {
	CKA_UNIQUE_ID, CKA_ID, CKA_LABEL, CKA_SERIAL_NUMBER, CKA_SUBJECT,
	CKA_OBJECT_ID, CKA_ISSUER, CKA_APPLICATION, CKA_KEY_TYPE,
	CKA_CERTIFICATE_TYPE, CKA_CLASS
};

static CK_RV
pass_tag(struct obj_search *s, struct pass *p, uint64_t type,
    struct bytes value)
{
	CK_RV rv = seal_tag(s->sp->env.keyring, p->private, type, value,
	    p->tags[p->ntags]);

	if (rv == CKR_OK)
		p->ntags++;
	return rv;
}

/* Whether a want is one that carries a tag. */
static bool
is_tagged(const struct want *w)
{
	const struct attr_row *row = schema_any((CK_ATTRIBUTE_TYPE)w->type);

	return row != NULL && persist_tagged(row, buf_view(&w->value));
}

/* The tags of the template into p. */
static CK_RV
pass_tags(struct obj_search *s, struct pass *p)
{
	CK_RV rv;

	for (size_t k = 0; k < KL_COUNT(indexed); k++)
		for (size_t i = 0; i < s->n_wants; i++) {
			const struct want *w = &s->wants[i];

			if (w->type != indexed[k] || !is_tagged(w) ||
			    p->ntags == STORE_TAGS_MAX)
				continue;
			rv = pass_tag(s, p, w->type, buf_view(&w->value));
			if (rv != CKR_OK)
				return rv;
		}
	return CKR_OK;
}

/* Whether objects of this schema can have all the attributes asked for. */
static bool
schema_can(const struct obj_search *s, const struct schema *sc)
{
	for (size_t i = 0; i < s->n_wants; i++)
		if (schema_row(sc, (CK_ATTRIBUTE_TYPE)s->wants[i].type) == NULL)
			return false;
	return true;
}

/* A class' tag value: the number in stored form. */
static CK_RV
class_tag(struct obj_search *s, struct pass *p, CK_OBJECT_CLASS class)
{
	uint8_t v[8];

	for (size_t i = 0; i < sizeof(v); i++)
		v[i] = (uint8_t)((uint64_t)class >> (56 - 8 * i));
	return pass_tag(s, p, CKA_CLASS, bytes_of(v, sizeof(v)));
}

/* One pass for each class that can match: the template has no tags. */
static CK_RV
passes_by_class(struct obj_search *s, bool private)
{
	CK_OBJECT_CLASS done[PASSES_MAX / 2];
	const struct schema *sc;
	size_t n = 0, k;
	CK_RV rv;

	for (size_t i = 0; (sc = schema_all(i)) != NULL; i++) {
		for (k = 0; k < n && done[k] != sc->class; k++)
			;
		if (k < n || sc->builtin || !schema_can(s, sc))
			continue;
		KL_ASSERT(n < KL_COUNT(done));
		done[n++] = sc->class;
		s->passes[s->n_passes] = (struct pass){ .private = private };
		rv = class_tag(s, &s->passes[s->n_passes], sc->class);
		if (rv != CKR_OK)
			return rv;
		s->n_passes++;
	}
	return CKR_OK;
}

static CK_RV
passes_of(struct obj_search *s, bool private)
{
	struct pass *p = &s->passes[s->n_passes];
	size_t before = s->n_passes;
	CK_RV rv;

	*p = (struct pass){ .private = private };
	rv = pass_tags(s, p);
	if (rv == CKR_OK && p->ntags > 0)
		s->n_passes++;
	else if (rv == CKR_OK)
		rv = passes_by_class(s, private);
	/* Logged out meanwhile: no private objects. */
	if (rv == CKR_USER_NOT_LOGGED_IN) {
		s->n_passes = before;
		return CKR_OK;
	}
	return rv;
}

/* Whether the tags and the places searched say all of the template. */
static bool
tags_say_all(const struct obj_search *s)
{
	size_t tagged = 0;

	for (size_t i = 0; i < s->n_wants; i++) {
		const struct want *w = &s->wants[i];

		if (w->type == CKA_TOKEN || w->type == CKA_PRIVATE)
			continue;
		if (!is_tagged(w))
			return false;
		tagged++;
	}
	return tagged <= STORE_TAGS_MAX;
}

static CK_RV
passes_make(struct obj_search *s, bool user)
{
	CK_RV rv;

	if (s->token == 0)
		return CKR_OK;
	verify_index_once(s->sp);
	s->tagged_only = tags_say_all(s);
	if (s->private != 1 && (rv = passes_of(s, false)) != CKR_OK)
		return rv;
	if (s->private != 0 && user && (rv = passes_of(s, true)) != CKR_OK)
		return rv;
	return CKR_OK;
}

/* -------------------------------------------------------------------- running */

CK_RV
obj_find_init(struct obj_space *sp, const struct obj_who *who,
    const CK_ATTRIBUTE *templ, CK_ULONG count, struct obj_search **out)
{
	KL_AUTO(obj_find_freep) struct obj_search *s = calloc(1, sizeof(*s));
	bool user = who->role == OBJ_ROLE_USER;
	CK_RV rv;

	if (s == NULL)
		return CKR_HOST_MEMORY;
	s->sp = sp;
	s->token = -1;
	s->private = -1;
	if ((rv = wants_read(s, templ, count)) != CKR_OK)
		return rv;
	if (!s->nothing && ((rv = ready_find(s, user)) != CKR_OK ||
	    (rv = passes_make(s, user)) != CKR_OK))
		return rv;
	*out = KL_TAKE(s);
	return CKR_OK;
}

/* The next page of this pass; s->n_page 0: the pass is over. */
static CK_RV
page_next(struct obj_search *s)
{
	const struct pass *p = &s->passes[s->at_pass];
	struct store_query q = { .tags = p->tags, .ntags = p->ntags,
		.after = s->after };
	CK_RV rv;

	s->at_page = 0;
	s->n_page = 0;
	rv = store_find(s->sp->env.store, &q, s->page, PAGE, &s->n_page);
	if (rv == CKR_OK && s->n_page > 0)
		s->after = s->page[s->n_page - 1];
	return rv;
}

/* Whether row id is what is looked for; a row that is gone or damaged is
 * not. */
static CK_RV
row_matches(struct obj_search *s, uint64_t id, bool private, bool *out)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv;

	*out = true;
	if (s->tagged_only && s->n_page > PAGE_SHORT)
		return CKR_OK;
	rv = object_by_row(s->sp, id, private, &o);
	*out = rv == CKR_OK && match(s, o);
	if (rv == CKR_OBJECT_HANDLE_INVALID || rv == CKR_DEVICE_ERROR ||
	    rv == CKR_USER_NOT_LOGGED_IN)
		return CKR_OK;
	return rv;
}

/* Goes through the rows of a page until *n is max. */
static CK_RV
page_take(struct obj_search *s, CK_OBJECT_HANDLE *handles, CK_ULONG max,
    CK_ULONG *n)
{
	bool private = s->passes[s->at_pass].private;
	bool yes;
	CK_RV rv;

	while (s->at_page < s->n_page && *n < max) {
		uint64_t id = s->page[s->at_page];

		if ((rv = row_matches(s, id, private, &yes)) != CKR_OK)
			return rv;
		if (yes)
			rv = space_handle(s->sp, id, private, &handles[*n]);
		if (rv == CKR_USER_NOT_LOGGED_IN)
			yes = false;
		else if (rv != CKR_OK)
			return rv;
		s->at_page++;
		*n += yes ? 1 : 0;
	}
	return CKR_OK;
}

/* A pass is over when its page was not full. */
static void
pass_end(struct obj_search *s)
{
	if (s->n_page == PAGE)
		return;
	s->at_pass++;
	s->after = 0;
}

/* Gets a page to go through; *more false: there is none left. */
static CK_RV
page_ready(struct obj_search *s, bool user, bool *more)
{
	while (s->at_page == s->n_page && s->at_pass < s->n_passes) {
		CK_RV rv;

		if (s->passes[s->at_pass].private && !user) {
			s->at_pass++;
			continue;
		}
		if ((rv = page_next(s)) != CKR_OK)
			return rv;
		if (s->n_page == 0)
			pass_end(s);
	}
	*more = s->at_page < s->n_page;
	return CKR_OK;
}

CK_RV
obj_find_next(struct obj_search *s, const struct obj_who *who,
    CK_OBJECT_HANDLE *handles, CK_ULONG max, CK_ULONG *n)
{
	bool user = who->role == OBJ_ROLE_USER;
	bool more = true;
	CK_ULONG found = 0;
	CK_RV rv;

	while (found < max && s->at_ready < s->n_ready)
		handles[found++] = s->ready[s->at_ready++];
	while (found < max) {
		if ((rv = page_ready(s, user, &more)) != CKR_OK)
			return rv;
		if (!more)
			break;
		if ((rv = page_take(s, handles, max, &found)) != CKR_OK)
			return rv;
		if (s->at_page == s->n_page)
			pass_end(s);
	}
	*n = found;
	return CKR_OK;
}
