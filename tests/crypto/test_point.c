/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public points: forms, and which points are refused.
 */
#include "crypto/pair_kit.h"

#include "crypto/der.h"

/* What eng_point says to these bytes on a curve. */
static CK_RV
point(const char *curve, const char *hex)
{
	KL_AUTO(kit_free) struct kit_bytes b = kit_hex(hex);
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	const struct curve *c = pair_curve(curve);

	return eng_point(kit_eng(), c->type, c->oid, kit_view(&b), &out);
}

/* The base point of P-256. */
#define GX "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
/* Its y with the last bit changed, and that of -G. */
#define GZ "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f4"
#define ZERO32 \
	"0000000000000000000000000000000000000000000000000000000000000000"
#define P256 "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"

static void
test_bad_forms(void **state)
{
	static const char *const bad[] = {
		"", "00", "0400", "04" GX, "04" GX GY "00", GX GY,
		"06" GX GY, "07" GX GY,		/* hybrid */
		"00" GX GY, "05" GX, "02" GX "00",
		"044004" GX GY, "044204" GX GY, "0441" "05" GX GY,
		"044104" GX GY "00",		/* after the OCTET STRING */
		"048141" "04" GX GY,		/* BER */
		"034204" GX GY, "03420104" GX GY,
		"0443" "0441" "04" GX GY,	/* twice */
		"302104" GX,
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_int_equal(point("prime256v1", bad[i]),
		    CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
test_off_curve(void **state)
{
	static const char *const bad[] = {
		"04" GX GZ, "04" GY GX, "04" ZERO32 ZERO32,
		"04" P256 GY,			/* x = p */
		"0200000000000000000000000000000000000000000000000000000000"
		"00000007",			/* no y for this x */
		"02" P256,
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_int_equal(point("prime256v1", bad[i]),
		    CKR_ATTRIBUTE_VALUE_INVALID);
}

/* Small orders of X25519 and X448 (RFC 7748), also above p. */
static void
test_small_orders(void **state)
{
	static const char *const bad[] = {
		ZERO32,
		"01000000000000000000000000000000"
		"00000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46a"
		"da098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b"
		"04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
	};

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++)
		assert_int_equal(point("X25519", bad[i]),
		    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(point("X448", "000000000000000000000000" ZERO32
	    "000000000000000000000000"), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(point("ED25519", ZERO32),
	    CKR_ATTRIBUTE_VALUE_INVALID);
	assert_int_equal(point("ED25519",
	    "02000000000000000000000000000000"
	    "00000000000000000000000000000000"), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* Raw, compressed, OCTET STRING and BIT STRING all give the same. */
static void
expect_forms(const struct curve *c, struct bytes raw)
{
	KL_AUTO(buf_done) struct buf octets = { .p = NULL };
	KL_AUTO(buf_done) struct buf bits = { .p = NULL };
	KL_AUTO(buf_done) struct buf small = { .p = NULL };
	KL_AUTO(buf_done) struct buf wrapped = { .p = NULL };

	eng_octet_string(raw, &octets);
	der_put_bits(&bits, DER_BIT_STRING, raw);
	if (c->type == ENG_EC) {
		buf_put_u8(&small, 2 + (raw.p[raw.n - 1] & 1));
		buf_put(&small, bytes_of(raw.p + 1, c->len));
	} else {
		buf_put(&small, raw);
	}
	eng_octet_string(buf_view(&small), &wrapped);
	struct bytes forms[] = { raw, buf_view(&octets), buf_view(&bits),
		buf_view(&small), buf_view(&wrapped) };

	for (size_t i = 0; i < KL_COUNT(forms); i++) {
		KL_AUTO(buf_done) struct buf out = { .p = NULL };

		assert_int_equal(eng_point(kit_eng(), c->type, c->oid,
		    forms[i], &out), CKR_OK);
		assert_int_equal(out.n, raw.n);
		assert_memory_equal(out.p, raw.p, raw.n);
	}
}

static void
test_all_forms(void **state)
{
	const struct curve *c;

	(void)state;
	for (size_t i = 0; (c = curve_at(i)) != NULL; i++) {
		KL_AUTO(eng_key_putp) struct eng_key *key = pair_generate(
		    c->name);
		KL_AUTO(secret_freep) struct secret *p = pair_part(key,
		    PART_POINT);

		expect_forms(c, secret_view(p));
	}
}

/* A raw key that begins like an OCTET STRING of what follows. */
static void
test_raw_like_der(void **state)
{
	KL_AUTO(kit_free) struct kit_bytes b = kit_hex("041e" GX);
	const struct curve *c = pair_curve("X25519");
	struct bytes raw;

	(void)state;
	assert_int_equal(point_raw(c, bytes_of(b.p, 32), &raw), CKR_OK);
	assert_ptr_equal(raw.p, b.p);
	assert_int_equal(raw.n, 32);
}

static void
test_scalars(void **state)
{
	static const char *const bad[] = { ZERO32,
		/* the order, and one more */
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552" };
	static const char one[] =
	    "0000000000000000000000000000000000000000000000000000000000000001";
	KL_AUTO(kit_free) struct kit_bytes want = kit_hex("04" GX GY);
	KL_AUTO(kit_free) struct kit_bytes k = kit_hex(one);
	KL_AUTO(buf_done) struct buf out = { .p = NULL };
	const struct curve *c = pair_curve("prime256v1");

	(void)state;
	for (size_t i = 0; i < KL_COUNT(bad); i++) {
		KL_AUTO(kit_free) struct kit_bytes b = kit_hex(bad[i]);

		assert_int_equal(point_of_scalar(kit_eng(), c, NULL,
		    kit_view(&b), &out), CKR_ATTRIBUTE_VALUE_INVALID);
	}
	assert_int_equal(point_of_scalar(kit_eng(), c, NULL, kit_view(&k),
	    &out),
	    CKR_OK);
	assert_int_equal(out.n, want.n);
	assert_memory_equal(out.p, want.p, want.n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_forms),
		cmocka_unit_test(test_off_curve),
		cmocka_unit_test(test_small_orders),
		cmocka_unit_test(test_all_forms),
		cmocka_unit_test(test_raw_like_der),
		cmocka_unit_test(test_scalars),
	};

	return cmocka_run_group_tests_name("point", tests, NULL, NULL);
}
