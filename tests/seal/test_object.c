/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sealed column opens in its own row, as it was, and nowhere else.
 */
#include "seal/kit.h"

static CK_RV
opens(const struct kit *k, bool private, enum seal_use use,
    const struct seal_bind *b, const struct buf *sealed)
{
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	CK_RV rv = seal_object_open(k->kr, private, use, b, buf_view(sealed),
	    &plain);

	assert_true((rv == CKR_OK) == (plain != NULL));
	if (rv == CKR_OK)
		assert_true(bytes_equal(secret_view(plain),
		    BYTES_STR("private")));
	return rv;
}

static void
seal(const struct kit *k, bool private, enum seal_use use,
    const struct seal_bind *b, struct buf *out)
{
	assert_int_equal(seal_object(k->kr, private, use, b,
	    BYTES_STR("private"), out), CKR_OK);
}

static void
tampered(void **state)
{
	struct kit *k = *state;
	const struct seal_bind b = kit_bind(1);
	KL_AUTO(buf_done) struct buf s = { 0 };
	size_t i;

	seal(k, true, SEAL_ATTRS, &b, &s);
	assert_int_equal(s.n, PRIM_NONCE + 7 + PRIM_TAG);
	for (i = 0; i < s.n; i++) {
		s.p[i] ^= 1;
		assert_int_equal(opens(k, true, SEAL_ATTRS, &b, &s),
		    CKR_DEVICE_ERROR);
		s.p[i] ^= 1;
	}
	assert_int_equal(opens(k, true, SEAL_ATTRS, &b, &s), CKR_OK);
	while (s.n-- > 0)
		assert_int_equal(opens(k, true, SEAL_ATTRS, &b, &s),
		    CKR_DEVICE_ERROR);
	s.n = 0;
	assert_null(memmem(s.p, s.n, "private", 7));
}

/* Everything that stands beside it is bound. */
static void
bound(void **state)
{
	struct kit *k = *state;
	const struct seal_bind b = kit_bind(1);
	static const uint8_t tags[32] = { 1, 2, 4 };
	KL_AUTO(buf_done) struct buf s = { 0 };
	struct seal_bind c;
	int i;

	seal(k, true, SEAL_ATTRS, &b, &s);
	for (i = 0; i < 9; i++) {
		c = b;
		switch (i) {
		case 0: c.uuid[15] ^= 1; break;
		case 1: c.version++; break;
		case 2: c.version--; break;
		case 3: c.version += (uint64_t)1 << 32; break;
		case 4: c.flags ^= 1; break;
		case 5: c.clear = BYTES_STR("Public attributes"); break;
		case 6: c.clear.n--; break;
		case 7: c.tags.n = 16; break;
		default: c.tags = bytes_of(tags, 32); break;
		}
		assert_int_equal(opens(k, true, SEAL_ATTRS, &c, &s),
		    CKR_DEVICE_ERROR);
	}
	/* a byte moved over the border between two fields */
	c = b;
	c.clear = bytes_of("public attributes\1", 18);
	c.tags = bytes_of(b.tags.p + 1, 31);
	assert_int_equal(opens(k, true, SEAL_ATTRS, &c, &s),
	    CKR_DEVICE_ERROR);
	assert_int_equal(opens(k, true, SEAL_ATTRS, &b, &s), CKR_OK);
}

/* Columns of one row, rows of one token, tokens: none can be exchanged. */
static void
exchanged(void **state)
{
	struct kit *k = *state;
	const struct seal_bind b = kit_bind(1), c = kit_bind(2);
	KL_AUTO(buf_done) struct buf s = { 0 };
	struct seal_token tok = k->tok;
	struct kit other = *k;

	seal(k, true, SEAL_ATTRS, &b, &s);
	assert_int_equal(opens(k, true, SEAL_SECRET, &b, &s),
	    CKR_DEVICE_ERROR);
	assert_int_equal(opens(k, false, SEAL_ATTRS, &b, &s),
	    CKR_DEVICE_ERROR);
	assert_int_equal(opens(k, true, SEAL_ATTRS, &c, &s),
	    CKR_DEVICE_ERROR);
	assert_int_equal(keyring_create(k->e, &tok, true, &other.kr), CKR_OK);
	assert_int_equal(opens(&other, true, SEAL_ATTRS, &b, &s),
	    CKR_DEVICE_ERROR);
	keyring_free(other.kr);
}

static void
logged_out(void **state)
{
	struct kit *k = *state;
	const struct seal_bind b = kit_bind(1);
	KL_AUTO(buf_done) struct buf s = { 0 };
	KL_AUTO(buf_done) struct buf p = { 0 };
	uint8_t tag[SEAL_TAG];

	seal(k, true, SEAL_ATTRS, &b, &s);
	keyring_lock(k->kr);
	assert_int_equal(opens(k, true, SEAL_ATTRS, &b, &s),
	    CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(seal_object(k->kr, true, SEAL_ATTRS, &b, BYTES_NONE,
	    &p), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(p.n, 0);
	assert_int_equal(seal_tag(k->kr, true, 3, BYTES_NONE, tag),
	    CKR_USER_NOT_LOGGED_IN);
	/* public objects need no login */
	seal(k, false, SEAL_SECRET, &b, &p);
	assert_int_equal(opens(k, false, SEAL_SECRET, &b, &p), CKR_OK);
}

/* Nothing in it: still authenticates the row. */
static void
empty(void **state)
{
	struct kit *k = *state;
	struct seal_bind b = kit_bind(1);
	KL_AUTO(buf_done) struct buf s = { 0 };
	KL_AUTO(secret_freep) struct secret *plain = NULL;

	assert_int_equal(seal_object(k->kr, false, SEAL_ATTRS, &b, BYTES_NONE,
	    &s), CKR_OK);
	assert_int_equal(s.n, PRIM_NONCE + PRIM_TAG);
	assert_int_equal(seal_object_open(k->kr, false, SEAL_ATTRS, &b,
	    buf_view(&s), &plain), CKR_OK);
	assert_int_equal(secret_len(plain), 0);
	b.flags = 0;
	secret_freep(&plain);
	assert_int_equal(seal_object_open(k->kr, false, SEAL_ATTRS, &b,
	    buf_view(&s), &plain), CKR_DEVICE_ERROR);
	assert_null(plain);
}

/* The same value sealed twice looks different. */
static void
fresh_nonce(void **state)
{
	struct kit *k = *state;
	const struct seal_bind b = kit_bind(1);
	KL_AUTO(buf_done) struct buf s = { 0 };
	KL_AUTO(buf_done) struct buf t = { 0 };

	seal(k, true, SEAL_ATTRS, &b, &s);
	seal(k, true, SEAL_ATTRS, &b, &t);
	assert_memory_not_equal(s.p, t.p, PRIM_NONCE);
	assert_memory_not_equal(s.p + PRIM_NONCE, t.p + PRIM_NONCE, 7);
}

static void
tags(void **state)
{
	struct kit *k = *state;
	struct keyring *kr = kit_reopen(k);
	uint8_t a[SEAL_TAG], b[SEAL_TAG];

	assert_int_equal(seal_tag(k->kr, true, 3, BYTES_STR("x"), a), CKR_OK);
	kit_unlock(k, kr);
	assert_int_equal(seal_tag(kr, true, 3, BYTES_STR("x"), b), CKR_OK);
	assert_memory_equal(a, b, SEAL_TAG);
	keyring_free(kr);
	assert_int_equal(seal_tag(k->kr, true, 4, BYTES_STR("x"), b), CKR_OK);
	assert_memory_not_equal(a, b, SEAL_TAG);
	assert_int_equal(seal_tag(k->kr, true, 3, BYTES_STR("y"), b), CKR_OK);
	assert_memory_not_equal(a, b, SEAL_TAG);
	assert_int_equal(seal_tag(k->kr, false, 3, BYTES_STR("x"), b), CKR_OK);
	assert_memory_not_equal(a, b, SEAL_TAG);
	assert_int_equal(seal_tag(k->kr, true, 3, BYTES_NONE, b), CKR_OK);
	assert_memory_not_equal(a, b, SEAL_TAG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(tampered),
		KIT_TEST(bound),
		KIT_TEST(exchanged),
		KIT_TEST(logged_out),
		KIT_TEST(empty),
		KIT_TEST(fresh_nonce),
		KIT_TEST(tags),
	};

	return cmocka_run_group_tests_name("seal/object", tests, NULL, NULL);
}
