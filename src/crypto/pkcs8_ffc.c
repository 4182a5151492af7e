/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finite-field keys as DER, for pkcs8.c: DSA (RFC 3279 section 2.3.2), PKCS#3
 * DH and X9.42 DH (RFC 3279 section 2.3.3); both halves are an INTEGER.
 *
 * No state; any thread.
 */
#include "crypto/ffc_int.h"

#include "crypto/der.h"

/* id-dsa, dhKeyAgreement, dhpublicnumber: whole elements */
static const uint8_t oid_dsa[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x38,
	0x04, 0x01 };
static const uint8_t oid_dh[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
	0x0d, 0x01, 0x03, 0x01 };
static const uint8_t oid_x942[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3e,
	0x02, 0x01 };

/* What stands in the parameters, in that order; PARTS: nothing. */
static const struct {
	enum eng_type type;
	const uint8_t *oid;
	size_t oid_n;
	enum eng_part order[3];
} kinds[] = {
	{ ENG_DSA, oid_dsa, sizeof(oid_dsa),
	  { PART_PRIME, PART_SUBPRIME, PART_BASE } },
	{ ENG_DH, oid_dh, sizeof(oid_dh), { PART_PRIME, PART_BASE, PARTS } },
	{ ENG_X942, oid_x942, sizeof(oid_x942),
	  { PART_PRIME, PART_BASE, PART_SUBPRIME } },
};

CK_RV
ffc_put_number(struct eng *e, const struct eng_key *k, enum eng_part part,
    struct buf *out)
{
	KL_AUTO(secret_freep) struct secret *value = NULL;
	CK_RV rv;

	if ((rv = eng_key_part(e, k, part, &value)) != CKR_OK)
		return rv;
	der_put_uint(out, secret_view(value));
	return buf_rv(out);
}

CK_RV
ffc_put_algorithm(struct eng *e, const struct eng_key *k, struct buf *out)
{
	KL_AUTO(buf_done) struct buf params = { .p = NULL };
	KL_AUTO(buf_done) struct buf inner = { .p = NULL };
	size_t at = 0;
	CK_RV rv;

	while (at < KL_COUNT(kinds) && kinds[at].type != k->type)
		at++;
	KL_ASSERT(at < KL_COUNT(kinds));
	for (size_t i = 0; i < KL_COUNT(kinds[at].order); i++)
		if (kinds[at].order[i] != PARTS && (rv = ffc_put_number(e, k,
		    kinds[at].order[i], &params)) != CKR_OK)
			return rv;
	buf_put(&inner, bytes_of(kinds[at].oid, kinds[at].oid_n));
	der_put_buf(&inner, DER_SEQUENCE, &params);
	der_put_buf(out, DER_SEQUENCE, &inner);
	return buf_rv(out);
}

/* What may follow the numbers: PKCS#3's privateValueLength, X9.42's j and
 * validationParms.  Nothing of it is kept. */
static void
skip_optional(enum eng_type type, struct reader *seq)
{
	if (type != ENG_DSA && der_next_is(seq, DER_INTEGER))
		(void)der_read(seq, DER_INTEGER);
	if (type == ENG_X942 && der_next_is(seq, DER_SEQUENCE))
		(void)der_read(seq, DER_SEQUENCE);
}

bool
ffc_read_algorithm(struct bytes oid, struct reader *alg, enum eng_type *type,
    struct eng_parts *parts)
{
	struct reader seq;
	size_t at = 0;

	while (at < KL_COUNT(kinds) && !bytes_equal(oid,
	    bytes_of(kinds[at].oid, kinds[at].oid_n)))
		at++;
	if (at == KL_COUNT(kinds))
		return false;
	*type = kinds[at].type;
	seq = der_enter(alg, DER_SEQUENCE);
	for (size_t i = 0; i < KL_COUNT(kinds[at].order); i++)
		if (kinds[at].order[i] != PARTS)
			parts->part[kinds[at].order[i]] = der_read_uint(&seq);
	skip_optional(*type, &seq);
	if (!read_done(&seq))
		alg->failed = true;
	return true;
}
