/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys that leave and keys that come back: who may wrap whom (design section
 * 9, rules 1 and 4), what goes into a wrapping, and what comes out of one or of
 * a derivation.
 *
 * Callers hold references to the objects, whose attributes do not change;
 * drafts belong to one thread.
 */
#include "object/policy_int.h"

#include "base/log.h"

/* Wrapping that another use of the same key opens: modes that are a key stream
 * under an IV of the caller's choice, by the same stream over a known key, or
 * whatever else encrypts one block; RSA_AES_KEY_WRAP, whose first half unwraps
 * as an AES key that decrypts the second. */
static const CK_MECHANISM_TYPE opened[] = {
	CKM_RSA_AES_KEY_WRAP,
	CKM_AES_CTR, CKM_AES_GCM, CKM_AES_CCM, CKM_AES_OFB, CKM_AES_CFB1,
	CKM_AES_CFB8, CKM_AES_CFB128, CKM_CAMELLIA_CTR, CKM_CHACHA20,
	CKM_CHACHA20_POLY1305
};

/* -------------------------------------------------------------- leaving */

/* Whether the key matches the wrapping key's template, as C_FindObjects does
 * (3.2 section 5.18.3).  Key material is not compared: it matches nothing. */
static bool
fits_template(const struct object *wrapper, const struct object *key)
{
	KL_AUTO(attrs_done) struct attrs want = { 0 };
	struct bytes encoded = attrs_bytes(&wrapper->attrs, CKA_WRAP_TEMPLATE);

	if (attrs_decode(encoded, &want) != CKR_OK)
		return false;
	for (size_t i = 0; i < want.n; i++) {
		const struct attr *w = &want.v[i];
		const struct attr *is = attrs_find(&key->attrs, w->type);

		if (is == NULL || !bytes_equal(bytes_of(is->p, is->n),
		    bytes_of(w->p, w->n)))
			return false;
	}
	return true;
}

static bool
is_opened(CK_MECHANISM_TYPE mech)
{
	for (size_t i = 0; i < KL_COUNT(opened); i++)
		if (opened[i] == mech)
			return true;
	return false;
}

/* Whether a key nobody trusted may wrap sensitive keys (rule 1). */
static bool
may_wrap_sensitive(const struct object *wrapper, CK_MECHANISM_TYPE mech)
{
	return !is_opened(mech) &&
	    attrs_num(&wrapper->attrs, ATTR_WRAPS, 0) != 0 &&
	    attrs_bool(&wrapper->attrs, CKA_LOCAL, false) &&
	    !attrs_bool(&wrapper->attrs, CKA_DECRYPT, false);
}

/* Rules 1 and 4. */
static CK_RV
check_rules(const struct object *wrapper, const struct object *key,
    CK_MECHANISM_TYPE mech, bool weak, enum conf_policy policy)
{
	bool trusted = attrs_bool(&wrapper->attrs, CKA_TRUSTED, false);
	bool sensitive = attrs_bool(&key->attrs, CKA_SENSITIVE, true);
	bool strict = policy == CONF_POLICY_STRICT;

	if (strict && !trusted &&
	    !attrs_bool(&wrapper->attrs, CKA_LOCAL, false))
		return log_rv(CKR_KEY_NOT_WRAPPABLE,
		    "policy: only keys made here wrap");
	if (!trusted && attrs_num(&key->attrs, ATTR_WRAPS, 0) != 0)
		return log_rv(CKR_KEY_NOT_WRAPPABLE,
		    "policy: a wrapping key leaves under a trusted key only");
	if (!sensitive)
		return CKR_OK;
	if (!trusted && attrs_bool(&key->attrs, CKA_ALWAYS_AUTHENTICATE, false))
		return log_rv(CKR_KEY_NOT_WRAPPABLE,
		    "policy: a key that asks for the PIN each time, which a "
		    "twin would not, leaves under a trusted key only");
	if (!trusted && (strict || !may_wrap_sensitive(wrapper, mech)))
		return log_rv(CKR_KEY_NOT_WRAPPABLE,
		    "policy: a sensitive key is wrapped by a key that was made "
		    "here as sensitive, to wrap and not to decrypt, or that "
		    "the SO trusts");
	if ((weak || is_opened(mech)) && !use_names(wrapper, mech))
		return log_rv(CKR_KEY_NOT_WRAPPABLE,
		    "policy: wrapping without integrity or by a key stream, "
		    "which the wrapping key does not name in "
		    "CKA_ALLOWED_MECHANISMS");
	return CKR_OK;
}

CK_RV
obj_may_wrap(struct obj_space *sp, const struct object *wrapper,
    const struct object *key, CK_MECHANISM_TYPE mech, bool weak)
{
	enum conf_policy policy = space_env(sp)->conf->policy;

	if (key->class != CKO_SECRET_KEY && key->class != CKO_PRIVATE_KEY)
		return log_rv(CKR_KEY_NOT_WRAPPABLE,
		    "object: class 0x%lx is not wrapped", key->class);
	if (!attrs_bool(&key->attrs, CKA_EXTRACTABLE, false))
		return log_rv(CKR_KEY_UNEXTRACTABLE,
		    "object: CKA_EXTRACTABLE is false");
	if (attrs_bool(&key->attrs, CKA_WRAP_WITH_TRUSTED, false) &&
	    !attrs_bool(&wrapper->attrs, CKA_TRUSTED, false))
		return log_rv(CKR_KEY_NOT_WRAPPABLE,
		    "object: CKA_WRAP_WITH_TRUSTED, but the wrapping key is "
		    "not trusted");
	if (!fits_template(wrapper, key))
		return log_rv(CKR_KEY_HANDLE_INVALID,
		    "object: the key does not match CKA_WRAP_TEMPLATE");
	if (policy == CONF_POLICY_COMPATIBLE)
		return CKR_OK;
	return check_rules(wrapper, key, mech, weak, policy);
}

CK_RV
obj_wrap_value(struct obj_space *sp, struct object *key, struct secret **out)
{
	KL_AUTO(attrs_done) struct attrs secrets = { 0 };
	struct eng_key *k = NULL;
	CK_RV rv;

	if (key->class == CKO_SECRET_KEY) {
		if ((rv = obj_secrets(sp, key, &secrets)) != CKR_OK)
			return rv;
		return secret_copy(attrs_bytes(&secrets, CKA_VALUE), out);
	}
	if (key->class != CKO_PRIVATE_KEY)
		return log_rv(CKR_KEY_NOT_WRAPPABLE,
		    "object: class 0x%lx is not wrapped", key->class);
	if ((rv = obj_key(sp, key, &k)) != CKR_OK)
		return rv;
	return eng_key_pkcs8(space_env(sp)->eng, k, out);
}

/* ---------------------------------------------------------- coming back */

/* Gives a draft of a secret key its bytes. */
static CK_RV
set_secret(struct obj_draft *d, struct bytes value)
{
	struct eng_parts parts = { .part[PART_VALUE] = value };
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	CK_RV rv;

	rv = eng_key_import(d->eng, ENG_SECRET, true, &parts, &key);
	return rv != CKR_OK ? rv : obj_draft_set_key(d, key);
}

CK_RV
obj_draft_set_value(struct obj_draft *d, struct bytes value)
{
	KL_AUTO(secret_freep) struct secret *copy = NULL;
	size_t want = obj_draft_len(d);
	CK_RV rv;

	if (d->schema->class == CKO_DATA)
		return attrs_put(&d->attrs, CKA_VALUE, value);
	if (d->schema->class != CKO_SECRET_KEY ||
	    !schema_value_ok(d->schema, value) || (want != 0 && want != value.n))
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "object: these %zu bytes are not the key the template wants",
		    value.n);
	if (obj_draft_hides(d) && value.n < HIDDEN_MIN)
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "policy: a key that must be sensitive, of %zu bytes",
		    value.n);
	if ((rv = secret_copy(value, &copy)) != CKR_OK)
		return rv;
	eng_cipher_parity(d->schema->cipher, secret_data(copy), value.n);
	return set_secret(d, secret_view(copy));
}

/* Whether what follows the first `want` bytes is what a mechanism appends that
 * fills whole blocks with zeros (3.2 sections 6.10.5 and 6.13.3). */
static bool
only_padding(struct bytes plain, size_t want, size_t block)
{
	uint8_t seen = 0;

	if (plain.n - want >= block)
		return false;
	for (size_t i = want; i < plain.n; i++)
		seen |= plain.p[i];
	return seen == 0;
}

/* Whether these bytes may be a shorter key of the kind, filled with zeros: an
 * AES key of 24 bytes in two blocks. */
static bool
maybe_shorter(const struct schema *s, struct bytes plain, size_t block)
{
	if (s->cipher == ENG_CIPHERS)
		return false;
	for (size_t n = plain.n; n-- > 0 && plain.n - n < block;)
		if (schema_len_ok(s, n) && only_padding(plain, n, block))
			return true;
	return false;
}

/* A secret key's bytes out of a wrapping.  Without CKA_VALUE_LEN they are what
 * came out: programs unwrap generic secrets so (3.2 section 5.18.4 would have
 * us refuse where zero padding makes the length doubtful). */
static CK_RV
unwrap_secret(struct obj_draft *d, struct bytes plain, size_t block)
{
	size_t want = obj_draft_len(d);

	if (want == 0 && maybe_shorter(d->schema, plain, block))
		return log_rv(CKR_TEMPLATE_INCOMPLETE,
		    "unwrap: CKA_VALUE_LEN must say where the key ends");
	if (want == 0)
		want = plain.n;
	if (!schema_len_ok(d->schema, want) || want > plain.n ||
	    !only_padding(plain, want, block))
		return log_rv(CKR_WRAPPED_KEY_LEN_RANGE,
		    "unwrap: not the length of the key the template wants");
	if (!schema_value_ok(d->schema, bytes_of(plain.p, want)))
		return log_rv(CKR_WRAPPED_KEY_INVALID,
		    "unwrap: a weak key of type 0x%lx", d->schema->key_type);
	return set_secret(d, bytes_of(plain.p, want));
}

CK_RV
obj_draft_set_wrapped(struct obj_draft *d, struct bytes plain, size_t block)
{
	KL_AUTO(eng_key_putp) struct eng_key *key = NULL;
	CK_RV rv;

	if (d->schema->class == CKO_SECRET_KEY)
		return unwrap_secret(d, plain, block);
	if (d->schema->class != CKO_PRIVATE_KEY)
		return log_rv(CKR_TEMPLATE_INCONSISTENT,
		    "unwrap: class 0x%lx is not unwrapped", d->schema->class);
	rv = eng_key_from_pkcs8(d->eng, plain, block > 1, &key);
	if (rv != CKR_OK)
		return rv;
	if (eng_key_type(key) != d->schema->eng)
		return log_rv(CKR_WRAPPED_KEY_INVALID,
		    "unwrap: a key of another type than the template's");
	return obj_draft_set_key(d, key);
}
