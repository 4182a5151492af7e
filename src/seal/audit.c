/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit chain.  Each entry is authenticated under a key of its own, from
 * which the next one is derived and which is then forgotten: who reads the
 * present key can neither compute an earlier one nor, therefore, rewrite what
 * was written before.
 *
 *	key of the first entry = derived from the master key
 *	MAC of entry i = HMAC(key i, i || entry i)
 *	key i + 1 = HKDF(key i)
 *
 * The record holds the key of the next entry, sealed under the store key, with
 * the numbers of the chain's first and next entry (0: none yet).
 *
 * No locks; the caller keeps record and entry inside one transaction.
 */
#include "seal/seal_int.h"

#include <string.h>

#include "base/log.h"

#define AUDIT_RECORD "audit"

struct chain {
	uint64_t first;
	uint64_t next;
};

static CK_RV
chain_aad(const struct keyring *kr, const struct chain *c, struct buf *out)
{
	seal_aad(kr, SEAL_KIND_AUDIT, out);
	buf_put_u64(out, c->first);
	buf_put_u64(out, c->next);
	return buf_rv(out);
}

static CK_RV
chain_record(const struct keyring *kr, const struct chain *c,
    struct bytes entry_key, struct buf *out)
{
	KL_AUTO(buf_done) struct buf aad = { 0 };
	KL_AUTO(buf_done) struct buf body = { 0 };
	WIPE_AUTO(key, PRIM_KEY);
	CK_RV rv;

	buf_put_u8(&body, SEAL_FORMAT);
	buf_put_u64(&body, c->first);
	buf_put_u64(&body, c->next);
	if ((rv = buf_rv(&body)) != CKR_OK ||
	    (rv = chain_aad(kr, c, &aad)) != CKR_OK ||
	    (rv = seal_key(kr, KEY_AUDIT_SEAL, key)) != CKR_OK ||
	    (rv = prim_seal(seal_eng(kr), bytes_of(key, sizeof(key)),
	    buf_view(&aad), entry_key, &body)) != CKR_OK)
		return rv;
	return seal_record_make(kr, AUDIT_RECORD, buf_view(&body), out);
}

static CK_RV
chain_open(const struct keyring *kr, struct bytes record, struct chain *c,
    struct secret **out)
{
	KL_AUTO(buf_done) struct buf aad = { 0 };
	WIPE_AUTO(key, PRIM_KEY);
	struct bytes body;
	struct reader r;
	CK_RV rv;

	if ((rv = seal_record_open(kr, AUDIT_RECORD, record, &body)) != CKR_OK)
		return rv;
	r = reader_of(body);
	(void)read_u8(&r); /* the format, seen already */
	c->first = read_u64(&r);
	c->next = read_u64(&r);
	if (r.failed)
		return seal_record_bad(kr, AUDIT_RECORD);
	if ((rv = chain_aad(kr, c, &aad)) != CKR_OK ||
	    (rv = seal_key(kr, KEY_AUDIT_SEAL, key)) != CKR_OK)
		return rv;
	rv = prim_open(seal_eng(kr), bytes_of(key, sizeof(key)),
	    buf_view(&aad), r.left, out);
	if (rv == CKR_ENCRYPTED_DATA_INVALID ||
	    (rv == CKR_OK && secret_len(*out) != PRIM_KEY))
		return seal_record_bad(kr, AUDIT_RECORD);
	return rv;
}

CK_RV
seal_audit_first(const struct keyring *kr, struct buf *record)
{
	const struct chain none = { 0, 0 };
	WIPE_AUTO(first, PRIM_KEY);
	CK_RV rv;

	if ((rv = seal_key(kr, KEY_AUDIT_FIRST, first)) != CKR_OK)
		return rv;
	return chain_record(kr, &none, bytes_of(first, sizeof(first)), record);
}

CK_RV
seal_audit_step(const struct keyring *kr, struct bytes record, uint64_t seq,
    struct bytes entry, uint8_t mac[SEAL_MAC], struct buf *next)
{
	KL_AUTO(secret_freep) struct secret *key = NULL;
	KL_AUTO(buf_done) struct buf data = { 0 };
	WIPE_AUTO(following, PRIM_KEY);
	uint8_t m[SEAL_MAC];
	struct chain c;
	CK_RV rv;

	if ((rv = chain_open(kr, record, &c, &key)) != CKR_OK)
		return rv;
	if (c.next != 0 && c.next != seq)
		return log_fail_rv(CKR_DEVICE_ERROR, "seal: token %.16s: the "
		    "audit trail goes on at %llu, not %llu: entries are "
		    "missing", keyring_token(kr)->serial,
		    (unsigned long long)c.next, (unsigned long long)seq);
	c.first = c.first == 0 ? seq : c.first;
	c.next = seq + 1;
	buf_put_u64(&data, seq);
	buf_put(&data, entry);
	if ((rv = buf_rv(&data)) != CKR_OK ||
	    (rv = prim_hmac(seal_eng(kr), secret_view(key), buf_view(&data),
	    m)) != CKR_OK ||
	    (rv = prim_hkdf(seal_eng(kr), secret_view(key), BYTES_NONE,
	    BYTES_STR("kluis.v1 audit next"), following, PRIM_KEY)) != CKR_OK ||
	    (rv = chain_record(kr, &c, bytes_of(following, PRIM_KEY), next)) !=
	    CKR_OK)
		return rv;
	memcpy(mac, m, SEAL_MAC);
	return CKR_OK;
}
