/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The set-hash: a keyed sum over all objects written under login, which shows
 * that one was deleted or put back from the past.  It is stored sealed: who
 * saw it before and after a change would know an object's summand, and could
 * take that off again together with the object.
 *
 * No locks; the caller keeps reading, changing and storing it inside one
 * transaction of the store.
 */
#include "seal/seal_int.h"

#include <string.h>

#include "base/log.h"

#define SET_RECORD "sethash"

/* An object's summand. */
static CK_RV
summand(const struct keyring *kr, const struct seal_bind *bind,
    uint8_t out[SEAL_MAC])
{
	KL_AUTO(buf_done) struct buf data = { 0 };
	WIPE_AUTO(key, PRIM_KEY);
	uint8_t clear[SEAL_MAC], tags[SEAL_MAC];
	CK_RV rv;

	if ((rv = seal_key(kr, KEY_INTEGRITY, key)) != CKR_OK ||
	    (rv = prim_sha256(seal_eng(kr), bind->clear, clear)) != CKR_OK ||
	    (rv = prim_sha256(seal_eng(kr), bind->tags, tags)) != CKR_OK)
		return rv;
	buf_put(&data, bytes_of(bind->uuid, SEAL_UUID));
	buf_put_u64(&data, bind->version);
	buf_put_u32(&data, bind->flags);
	buf_put(&data, bytes_of(clear, sizeof(clear)));
	buf_put(&data, bytes_of(tags, sizeof(tags)));
	if ((rv = buf_rv(&data)) != CKR_OK)
		return rv;
	return prim_hmac(seal_eng(kr), bytes_of(key, sizeof(key)),
	    buf_view(&data), out);
}

CK_RV
seal_set_add(const struct keyring *kr, struct seal_set *set,
    const struct seal_bind *bind)
{
	uint8_t m[SEAL_MAC];
	unsigned carry = 0;
	size_t i;
	CK_RV rv;

	if ((rv = summand(kr, bind, m)) != CKR_OK)
		return rv;
	for (i = SEAL_MAC; i-- > 0; carry >>= 8) {
		carry += (unsigned)set->sum[i] + m[i];
		set->sum[i] = (uint8_t)carry;
	}
	set->count++;
	set->counter++;
	return CKR_OK;
}

CK_RV
seal_set_remove(const struct keyring *kr, struct seal_set *set,
    const struct seal_bind *bind)
{
	uint8_t m[SEAL_MAC];
	unsigned carry = 1;
	size_t i;
	CK_RV rv;

	if ((rv = summand(kr, bind, m)) != CKR_OK)
		return rv;
	/* a - m = a + ~m + 1 */
	for (i = SEAL_MAC; i-- > 0; carry >>= 8) {
		carry += (unsigned)set->sum[i] + (uint8_t)~m[i];
		set->sum[i] = (uint8_t)carry;
	}
	set->count--;
	set->counter++;
	return CKR_OK;
}

CK_RV
seal_set_record(const struct keyring *kr, const struct seal_set *set,
    struct buf *out)
{
	KL_AUTO(buf_done) struct buf aad = { 0 };
	KL_AUTO(buf_done) struct buf plain = { 0 };
	KL_AUTO(buf_done) struct buf body = { 0 };
	WIPE_AUTO(key, PRIM_KEY);
	CK_RV rv;

	seal_aad(kr, SEAL_KIND_SET, &aad);
	buf_put_u64(&plain, set->counter);
	buf_put_u64(&plain, set->count);
	buf_put(&plain, bytes_of(set->sum, sizeof(set->sum)));
	buf_put_u8(&body, SEAL_FORMAT);
	if ((rv = buf_rv(&aad)) != CKR_OK ||
	    (rv = buf_rv(&plain)) != CKR_OK ||
	    (rv = buf_rv(&body)) != CKR_OK ||
	    (rv = seal_key(kr, KEY_SET_SEAL, key)) != CKR_OK ||
	    (rv = prim_seal(seal_eng(kr), bytes_of(key, sizeof(key)),
	    buf_view(&aad), buf_view(&plain), &body)) != CKR_OK)
		return rv;
	return seal_record_make(kr, SET_RECORD, buf_view(&body), out);
}

CK_RV
seal_set_read(const struct keyring *kr, struct bytes record,
    struct seal_set *out)
{
	KL_AUTO(buf_done) struct buf aad = { 0 };
	KL_AUTO(secret_freep) struct secret *plain = NULL;
	WIPE_AUTO(key, PRIM_KEY);
	struct seal_set set;
	struct bytes body, sum;
	struct reader r;
	CK_RV rv;

	seal_aad(kr, SEAL_KIND_SET, &aad);
	if ((rv = buf_rv(&aad)) != CKR_OK ||
	    (rv = seal_key(kr, KEY_SET_SEAL, key)) != CKR_OK ||
	    (rv = seal_record_open(kr, SET_RECORD, record, &body)) != CKR_OK)
		return rv;
	rv = prim_open(seal_eng(kr), bytes_of(key, sizeof(key)),
	    buf_view(&aad), bytes_of(body.p + 1, body.n - 1), &plain);
	if (rv != CKR_OK)
		return rv == CKR_ENCRYPTED_DATA_INVALID ?
		    seal_record_bad(kr, SET_RECORD) : rv;
	r = reader_of(secret_view(plain));
	set.counter = read_u64(&r);
	set.count = read_u64(&r);
	sum = read_bytes(&r, sizeof(set.sum));
	if (!read_done(&r))
		return seal_record_bad(kr, SET_RECORD);
	memcpy(set.sum, sum.p, sizeof(set.sum));
	*out = set;
	return CKR_OK;
}
