/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Built-in objects that are made when a search asks for their class, and are
 * found by no other search: 2.40 sections 4.3 and 4.12 demand that, for the
 * sake of programs that do not know them, and 3.2 does not say otherwise.
 *
 *	CKO_HW_FEATURE   a clock and a monotonic counter (3.2 section 4.3)
 *	CKO_MECHANISM    one for each mechanism on offer (3.2 section 4.13)
 *
 * They are public, never changed, copied or destroyed, and no storage objects:
 * CKA_TOKEN, CKA_LABEL and the like they have not.  Once made they stay as long
 * as the space, under the same number; profile objects (profile.c) are there
 * from the beginning.
 *
 * The counter is the record "counter", advanced in a transaction of its own
 * before a value is given, so that no value is given twice, whatever dies; the
 * token's epoch stands before it, so that C_InitToken resets it to no value
 * that was given before.  Callers hold no transaction.
 */
#include "object/space_int.h"

#include <string.h>

#include "base/log.h"
#include "base/utc.h"

#define RECORD_COUNTER "counter"

/* Numbers of built-in objects: profiles, features, mechanisms. */
#define FIRST_FEATURE PROFILES
#define FIRST_MECHANISM (FIRST_FEATURE + KL_COUNT(features))

static const CK_HW_FEATURE_TYPE features[] = {
	CKH_CLOCK, CKH_MONOTONIC_COUNTER
};

/* ------------------------------------------------------------------ making */

static CK_RV
feature_attrs(struct attrs *a, CK_HW_FEATURE_TYPE type)
{
	CK_RV rv;

	if ((rv = attrs_put_num(a, CKA_HW_FEATURE_TYPE, type)) != CKR_OK ||
	    type != CKH_MONOTONIC_COUNTER)
		return rv;
	if ((rv = attrs_put_bool(a, CKA_RESET_ON_INIT, false)) != CKR_OK)
		return rv;
	return attrs_put_bool(a, CKA_HAS_RESET, false);
}

/* The object of a number, except for profiles. */
static CK_RV
builtin_make(struct obj_space *sp, size_t n, CK_MECHANISM_TYPE mech,
    struct object **out)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	bool feature = n < FIRST_MECHANISM;
	CK_HW_FEATURE_TYPE type = feature ? features[n - FIRST_FEATURE] : 0;
	CK_RV rv;

	if ((rv = object_new(sp, &o)) != CKR_OK)
		return rv;
	o->class = feature ? CKO_HW_FEATURE : CKO_MECHANISM;
	o->schema = schema_find(o->class, type);
	KL_ASSERT(o->schema != NULL);
	o->token = true;
	o->version = 1;
	if ((rv = attrs_put_num(&o->attrs, CKA_CLASS, o->class)) != CKR_OK)
		return rv;
	rv = feature ? feature_attrs(&o->attrs, type) :
	    attrs_put_num(&o->attrs, CKA_MECHANISM_TYPE, mech);
	if (rv != CKR_OK)
		return rv;
	*out = KL_TAKE(o);
	return CKR_OK;
}

static CK_RV
builtin_get(struct obj_space *sp, size_t n, CK_MECHANISM_TYPE mech,
    struct object **out)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv;

	if (space_builtin(sp, n, out))
		return CKR_OK;
	if ((rv = builtin_make(sp, n, mech, &o)) != CKR_OK)
		return rv;
	return space_add_builtin(sp, n, o, out);
}

/* ----------------------------------------------------------------- finding */

static CK_RV
show(struct obj_space *sp, size_t n, CK_MECHANISM_TYPE mech,
    const struct builtin_look *look)
{
	KL_AUTO(obj_putp) struct object *o = NULL;
	CK_RV rv = builtin_get(sp, n, mech, &o);

	if (rv == CKR_OK)
		look->fn(o, look->arg);
	return rv;
}

static CK_RV
each_feature(struct obj_space *sp, const struct builtin_look *look)
{
	CK_RV rv = CKR_OK;

	for (size_t i = 0; rv == CKR_OK && i < KL_COUNT(features); i++)
		rv = show(sp, FIRST_FEATURE + i, 0, look);
	return rv;
}

static CK_RV
each_mechanism(struct obj_space *sp, const struct builtin_look *look)
{
	const struct obj_env *env = &sp->env;
	CK_MECHANISM_TYPE mech;
	CK_RV rv = CKR_OK;

	for (size_t i = 0; rv == CKR_OK && env->mechanism != NULL &&
	    env->mechanism(env->mechs, i, &mech); i++) {
		KL_ASSERT(FIRST_MECHANISM + i < BUILTINS_MAX);
		rv = show(sp, FIRST_MECHANISM + i, mech, look);
	}
	return rv;
}

CK_RV
builtin_each(struct obj_space *sp, CK_OBJECT_CLASS class,
    const struct builtin_look *look)
{
	if (class == CKO_HW_FEATURE)
		return each_feature(sp, look);
	return class == CKO_MECHANISM ? each_mechanism(sp, look) : CKR_OK;
}

/* ------------------------------------------------------------ moving values */

/* One more than the record says, written back. */
static CK_RV
counter_step(struct obj_space *sp, uint64_t *out)
{
	KL_AUTO(buf_done) struct buf old = { 0 };
	KL_AUTO(buf_done) struct buf fresh = { 0 };
	const struct keyring *kr = sp->env.keyring;
	struct store *s = sp->env.store;
	uint64_t value = 0;
	CK_RV rv = store_record_get(s, RECORD_COUNTER, &old);

	if (rv == CKR_OK)
		rv = seal_counter_read(kr, buf_view(&old), &value);
	else if (rv == CKR_OBJECT_HANDLE_INVALID)
		rv = CKR_OK;
	if (rv == CKR_OK && value == UINT64_MAX)
		rv = log_fail_rv(CKR_DEVICE_ERROR, "object: the token's "
		    "counter has come to its end");
	if (rv != CKR_OK ||
	    (rv = seal_counter_record(kr, value + 1, &fresh)) != CKR_OK ||
	    (rv = store_record_put(s, RECORD_COUNTER, buf_view(&fresh))) !=
	    CKR_OK)
		return rv;
	*out = value + 1;
	return CKR_OK;
}

static CK_RV
counter_value(struct obj_space *sp, struct buf *out)
{
	KL_AUTO(store_tx_done) struct store_tx tx = { NULL };
	uint64_t value = 0;
	CK_RV rv;

	if ((rv = store_tx_begin(sp->env.store, &tx)) != CKR_OK ||
	    (rv = set_token(sp->env.store, sp->env.keyring)) != CKR_OK ||
	    (rv = counter_step(sp, &value)) != CKR_OK ||
	    (rv = store_tx_commit(&tx)) != CKR_OK)
		return rv;
	buf_put_u64(out, keyring_token(sp->env.keyring)->epoch);
	buf_put_u64(out, value);
	return buf_rv(out);
}

static CK_RV
clock_value(struct buf *out)
{
	uint8_t text[UTC_TEXT];

	if (!utc_text(text))
		return log_fail_rv(CKR_DEVICE_ERROR,
		    "object: the system has no time of day");
	buf_put(out, bytes_of(text, sizeof(text)));
	return buf_rv(out);
}

CK_RV
builtin_value(struct obj_space *sp, const struct object *o, size_t room,
    struct buf *out)
{
	static const uint8_t none[LIVE_VALUE] = { 0 };

	_Static_assert(UTC_TEXT == LIVE_VALUE, "one length for both");
	if (room < LIVE_VALUE) {
		buf_put(out, bytes_of(none, sizeof(none)));
		return buf_rv(out);
	}
	if (attrs_num(&o->attrs, CKA_HW_FEATURE_TYPE, 0) == CKH_CLOCK)
		return clock_value(out);
	return counter_value(sp, out);
}
