/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing the columns of an object, and its index tags.
 *
 * Every object has a key of its own for each of its two sealed columns, and
 * the additional data names all that is stored in the clear beside them:
 * token, UUID, version, flags, public attributes, tags.  So a value opens only
 * where it was sealed, with the row it was sealed with.
 *
 * No locks: the keyring may be locked at any time, which ends in
 * CKR_USER_NOT_LOGGED_IN.
 */
#include "seal/seal_int.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* The key of one column: HKDF of the root with the use and the UUID. */
static CK_RV
object_key(const struct keyring *kr, bool private, enum seal_use use,
    const uint8_t uuid[SEAL_UUID], uint8_t out[PRIM_KEY])
{
	static const char label[] = "kluis.v1 object";
	WIPE_AUTO(root, PRIM_KEY);
	uint8_t info[sizeof(label) - 1 + 1 + SEAL_UUID];
	CK_RV rv;

	if ((rv = seal_key(kr, private ? KEY_PRIVATE_OBJECT :
	    KEY_PUBLIC_OBJECT, root)) != CKR_OK)
		return rv;
	memcpy(info, label, sizeof(label) - 1);
	info[sizeof(label) - 1] = (uint8_t)use;
	memcpy(info + sizeof(label), uuid, SEAL_UUID);
	return prim_hkdf(seal_eng(kr), bytes_of(root, sizeof(root)),
	    BYTES_NONE, bytes_of(info, sizeof(info)), out, PRIM_KEY);
}

static CK_RV
object_aad(const struct keyring *kr, enum seal_use use,
    const struct seal_bind *bind, struct buf *out)
{
	seal_aad(kr, use, out);
	buf_put(out, bytes_of(bind->uuid, SEAL_UUID));
	buf_put_u64(out, bind->version);
	buf_put_u32(out, bind->flags);
	buf_put_var(out, bind->clear);
	buf_put_var(out, bind->tags);
	return buf_rv(out);
}

CK_RV
seal_object(const struct keyring *kr, bool private, enum seal_use use,
    const struct seal_bind *bind, struct bytes plain, struct buf *out)
{
	KL_AUTO(buf_done) struct buf aad = { 0 };
	WIPE_AUTO(key, PRIM_KEY);
	CK_RV rv;

	if ((rv = object_key(kr, private, use, bind->uuid, key)) != CKR_OK ||
	    (rv = object_aad(kr, use, bind, &aad)) != CKR_OK)
		return rv;
	return prim_seal(seal_eng(kr), bytes_of(key, sizeof(key)),
	    buf_view(&aad), plain, out);
}

static CK_RV
object_bad(const struct keyring *kr, const uint8_t uuid[SEAL_UUID])
{
	char hex[2 * SEAL_UUID + 1];
	size_t i;

	for (i = 0; i < SEAL_UUID; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", uuid[i]);
	return log_fail_rv(CKR_DEVICE_ERROR, "seal: token %.16s: object %s "
	    "does not open: changed, exchanged or put back from the past",
	    keyring_token(kr)->serial, hex);
}

CK_RV
seal_object_open(const struct keyring *kr, bool private, enum seal_use use,
    const struct seal_bind *bind, struct bytes sealed, struct secret **out)
{
	KL_AUTO(buf_done) struct buf aad = { 0 };
	WIPE_AUTO(key, PRIM_KEY);
	CK_RV rv;

	if ((rv = object_key(kr, private, use, bind->uuid, key)) != CKR_OK ||
	    (rv = object_aad(kr, use, bind, &aad)) != CKR_OK)
		return rv;
	rv = prim_open(seal_eng(kr), bytes_of(key, sizeof(key)),
	    buf_view(&aad), sealed, out);
	return rv == CKR_ENCRYPTED_DATA_INVALID ? object_bad(kr, bind->uuid) :
	    rv;
}

CK_RV
seal_tag(const struct keyring *kr, bool private, uint64_t type,
    struct bytes value, uint8_t out[SEAL_TAG])
{
	KL_AUTO(buf_done) struct buf data = { 0 };
	WIPE_AUTO(key, PRIM_KEY);
	uint8_t mac[SEAL_MAC];
	CK_RV rv;

	if ((rv = seal_key(kr, private ? KEY_PRIVATE_INDEX :
	    KEY_PUBLIC_INDEX, key)) != CKR_OK)
		return rv;
	buf_put_u64(&data, type);
	buf_put(&data, value);
	if ((rv = buf_rv(&data)) != CKR_OK ||
	    (rv = prim_hmac(seal_eng(kr), bytes_of(key, sizeof(key)),
	    buf_view(&data), mac)) != CKR_OK)
		return rv;
	memcpy(out, mac, SEAL_TAG);
	return CKR_OK;
}
