/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects between memory and the store's rows (db/README, "object").
 *
 *	clear     public: attributes; private: nothing
 *	sealed    private: attributes; public: nothing, authenticated
 *	secret    SEAL attributes (key material)
 *
 * `secret` is empty when there is no key material (STORE_F_SECRET not set).
 * sealed and secret are sealed under the store key's root (public) or the
 * master key's (private), each bound to UUID, version, flags, clear and tags; so
 * every row has a value that shows whether it is what was written.
 *
 * Invariant: of a row that was changed behind our back nothing is used.
 * No locks.
 */
#include "object/space_int.h"

#include <string.h>

#include "base/log.h"

/* ------------------------------------------------------------------- UUIDs */

CK_RV
persist_uuid(struct obj_space *sp, uint8_t out[SEAL_UUID])
{
	CK_RV rv = space_uuid(sp, out);

	/* RFC 9562 section 5.4: version 4, variant 10. */
	out[6] = (uint8_t)((out[6] & 0x0f) | 0x40);
	out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
	return rv;
}

void
persist_uuid_text(const uint8_t uuid[SEAL_UUID], char out[UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0;

	for (size_t i = 0; i < SEAL_UUID; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = digits[uuid[i] >> 4];
		out[at++] = digits[uuid[i] & 15];
	}
}

/* ----------------------------------------------------------------- writing */

void
sealed_row_done(struct sealed_row *r)
{
	buf_done(&r->clear);
	buf_done(&r->sealed);
	buf_done(&r->secret);
}

bool
persist_tagged(const struct attr_row *row, struct bytes value)
{
	return (row->foot & FIND) && value.n > 0;
}

static CK_RV
seal_tags(const struct keyring *kr, const struct object *o,
    struct sealed_row *out)
{
	size_t n = 0;
	CK_RV rv;

	for (size_t i = 0; i < o->attrs.n; i++) {
		const struct attr *a = &o->attrs.v[i];
		struct bytes value = bytes_of(a->p, a->n);
		const struct attr_row *row =
		    schema_row(o->schema, (CK_ATTRIBUTE_TYPE)a->type);

		if (row == NULL || !persist_tagged(row, value))
			continue;
		KL_ASSERT(n < STORE_TAGS_MAX);
		if ((rv = seal_tag(kr, o->private, a->type, value,
		    out->tags + STORE_TAG * n)) != CKR_OK)
			return rv;
		n++;
	}
	out->row.tags = bytes_of(out->tags, n * STORE_TAG);
	return CKR_OK;
}

struct seal_bind
persist_bind(const struct store_object *row)
{
	struct seal_bind b = { .version = row->version, .flags = row->flags,
		.clear = row->clear, .tags = row->tags };

	memcpy(b.uuid, row->uuid, SEAL_UUID);
	return b;
}

/* Seals a list; o: whose. */
static CK_RV
seal_list(const struct keyring *kr, enum seal_use use,
    const struct store_object *row, const struct attrs *list, struct buf *out)
{
	KL_AUTO(buf_done) struct buf plain = { 0 };
	struct seal_bind bind = persist_bind(row);
	CK_RV rv;

	if (list != NULL && (rv = attrs_encode(list, &plain)) != CKR_OK)
		return rv;
	return seal_object(kr, (row->flags & STORE_F_PRIVATE) != 0, use, &bind,
	    buf_view(&plain), out);
}

CK_RV
persist_seal(const struct obj_env *env, const struct object *o,
    const struct attrs *secrets, struct sealed_row *out)
{
	const struct keyring *kr = env->keyring;
	struct store_object *row = &out->row;
	CK_RV rv;

	memcpy(row->uuid, o->uuid, SEAL_UUID);
	row->version = o->version;
	row->flags = o->flags | (secrets->n > 0 ? STORE_F_SECRET : 0);
	if ((rv = seal_tags(kr, o, out)) != CKR_OK)
		return rv;
	if (!o->private && (rv = attrs_encode(&o->attrs, &out->clear)) !=
	    CKR_OK)
		return rv;
	row->clear = buf_view(&out->clear);
	if ((rv = seal_list(kr, SEAL_ATTRS, row, o->private ? &o->attrs : NULL,
	    &out->sealed)) != CKR_OK)
		return rv;
	if (secrets->n > 0 && (rv = seal_list(kr, SEAL_SECRET, row, secrets,
	    &out->secret)) != CKR_OK)
		return rv;
	row->sealed = buf_view(&out->sealed);
	row->secret = buf_view(&out->secret);
	return CKR_OK;
}

/* ----------------------------------------------------------------- reading */

/* What an opened row says besides its attributes. */
static CK_RV
object_describe(struct object *o, const struct store_object *row)
{
	CK_ULONG class = attrs_num(&o->attrs, CKA_CLASS,
	    CK_UNAVAILABLE_INFORMATION);
	CK_ULONG sub = attrs_num(&o->attrs, schema_chooser(class),
	    CK_UNAVAILABLE_INFORMATION);

	if ((o->schema = schema_find(class, sub)) == NULL)
		return log_fail_rv(CKR_DEVICE_ERROR, "object: row %llu is of "
		    "class 0x%lx, type 0x%lx: written by a newer kluis?",
		    (unsigned long long)row->id, class, sub);
	o->class = class;
	o->key_type = o->schema->key_type;
	o->token = true;
	o->private = (row->flags & STORE_F_PRIVATE) != 0;
	o->id = row->id;
	memcpy(o->uuid, row->uuid, SEAL_UUID);
	o->version = row->version;
	o->flags = row->flags;
	return CKR_OK;
}

/* A row that is authentic but not in our form. */
static CK_RV
row_malformed(const struct store_object *row)
{
	return log_fail_rv(CKR_DEVICE_ERROR,
	    "object: row %llu: not an attribute list",
	    (unsigned long long)row->id);
}

CK_RV
persist_open(struct obj_space *sp, const struct store_object *row,
    struct object **out)
{
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	KL_AUTO(obj_putp) struct object *o = NULL;
	bool private = (row->flags & STORE_F_PRIVATE) != 0;
	struct seal_bind bind = persist_bind(row);
	CK_RV rv;

	if ((rv = seal_object_open(sp->env.keyring, private, SEAL_ATTRS, &bind,
	    row->sealed, &plain)) != CKR_OK)
		return rv;
	if ((private ? row->clear.n : secret_len(plain)) != 0)
		return row_malformed(row);
	if ((rv = object_new(sp, &o)) != CKR_OK)
		return rv;
	rv = attrs_decode(private ? secret_view(plain) : row->clear, &o->attrs);
	if (rv == CKR_DEVICE_ERROR)
		return row_malformed(row);
	if (rv != CKR_OK || (rv = object_describe(o, row)) != CKR_OK)
		return rv;
	*out = KL_TAKE(o);
	return CKR_OK;
}

CK_RV
persist_secrets(const struct obj_env *env, const struct store_object *row,
    struct attrs *out)
{
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	struct seal_bind bind = persist_bind(row);
	CK_RV rv;

	if ((row->flags & STORE_F_SECRET) == 0)
		return CKR_OK;
	/* An emptied column, which no binding covers. */
	if (row->secret.n == 0)
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "object: row %llu has lost its key material",
		    (unsigned long long)row->id);
	if ((rv = seal_object_open(env->keyring,
	    (row->flags & STORE_F_PRIVATE) != 0, SEAL_SECRET, &bind,
	    row->secret, &plain)) != CKR_OK)
		return rv;
	rv = attrs_decode(secret_view(plain), out);
	return rv == CKR_DEVICE_ERROR ? row_malformed(row) : rv;
}
