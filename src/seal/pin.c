/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keyslots, which let a PIN open the master key, and the records that count
 * wrong PINs.  A damaged keyslot is told from a wrong PIN by the record's MAC
 * under the store key, before any derivation.
 *
 * No locks; a derivation takes 100 ms and more.
 */
#include "seal/seal_int.h"

#include <string.h>

#include "base/log.h"

/* clang-format off */
static const char *const slot_names[] = {
	[SEAL_USER] = "keyslot.user", [SEAL_SO] = "keyslot.so",
	[SEAL_RECOVERY] = "keyslot.recovery", [SEAL_DEVICE] = "keyslot.device",
};
static const char *const pin_names[] = {
	[SEAL_USER] = "pin.user", [SEAL_SO] = "pin.so",
	[SEAL_RECOVERY] = "pin.recovery", [SEAL_DEVICE] = "pin.device",
};
/* clang-format on */

/* Role and derivation, as they stand in the record and in the AAD. */
static void
put_kdf(struct buf *out, enum seal_role role, const struct prim_pin_kdf *kdf)
{
	buf_put_u8(out, (uint8_t)role);
	buf_put_u8(out, (uint8_t)kdf->kdf);
	buf_put_u32(out, kdf->cost);
	buf_put_u32(out, kdf->r);
	buf_put_u32(out, kdf->p);
	buf_put(out, bytes_of(kdf->salt, sizeof(kdf->salt)));
}

static void
slot_aad(const struct keyring *kr, enum seal_role role,
    const struct prim_pin_kdf *kdf, struct buf *out)
{
	seal_aad(kr, SEAL_KIND_SLOT, out);
	put_kdf(out, role, kdf);
}

CK_RV
keyring_slot_make(const struct keyring *kr, enum seal_role role,
    struct bytes pin, struct buf *out)
{
	KL_AUTO(buf_done) struct buf aad = { 0 };
	KL_AUTO(buf_done) struct buf body = { 0 };
	KL_AUTO(buf_done) struct buf sealed = { 0 };
	WIPE_AUTO(kek, PRIM_KEY);
	WIPE_AUTO(master, PRIM_KEY);
	struct prim_pin_kdf kdf;
	CK_RV rv;

	if ((rv = seal_key(kr, KEY_MASTER, master)) != CKR_OK ||
	    (rv = prim_pin_kdf_new(seal_eng(kr), seal_cheap(kr), &kdf)) !=
	    CKR_OK ||
	    (rv = prim_pin_key(seal_eng(kr), &kdf, pin, kek)) != CKR_OK)
		return rv;
	slot_aad(kr, role, &kdf, &aad);
	if ((rv = buf_rv(&aad)) != CKR_OK ||
	    (rv = prim_seal(seal_eng(kr), bytes_of(kek, sizeof(kek)),
	    buf_view(&aad), bytes_of(master, sizeof(master)), &sealed)) !=
	    CKR_OK)
		return rv;
	buf_put_u8(&body, SEAL_FORMAT);
	put_kdf(&body, role, &kdf);
	buf_put_var(&body, buf_view(&sealed));
	if ((rv = buf_rv(&body)) != CKR_OK)
		return rv;
	return seal_record_make(kr, slot_names[role], buf_view(&body), out);
}

/* Reads a keyslot's body; CKR_DEVICE_ERROR when it is not as we write them. */
static CK_RV
slot_read(const struct keyring *kr, enum seal_role role, struct bytes record,
    struct prim_pin_kdf *kdf, struct bytes *sealed)
{
	struct bytes body, salt;
	struct reader r;
	unsigned what;
	CK_RV rv;

	if ((rv = seal_record_open(kr, slot_names[role], record, &body)) !=
	    CKR_OK)
		return rv;
	r = reader_of(body);
	(void)read_u8(&r); /* the format, seen already */
	what = read_u8(&r);
	kdf->kdf = (enum prim_kdf)read_u8(&r);
	kdf->cost = read_u32(&r);
	kdf->r = read_u32(&r);
	kdf->p = read_u32(&r);
	salt = read_bytes(&r, sizeof(kdf->salt));
	*sealed = read_var(&r);
	if (!read_done(&r) || what != (unsigned)role)
		return seal_record_bad(kr, slot_names[role]);
	memcpy(kdf->salt, salt.p, sizeof(kdf->salt));
	if (!prim_pin_kdf_ok(kdf, seal_cheap(kr)))
		return log_fail_rv(CKR_DEVICE_ERROR, "seal: token %.16s: %s "
		    "asks for a PIN derivation outside the limits",
		    keyring_token(kr)->serial, slot_names[role]);
	return CKR_OK;
}

CK_RV
keyring_slot_try(const struct keyring *kr, enum seal_role role,
    struct bytes record, struct bytes pin, struct secret **out)
{
	KL_AUTO(buf_done) struct buf aad = { 0 };
	KL_AUTO(secret_freep) struct secret *master = NULL;
	WIPE_AUTO(kek, PRIM_KEY);
	struct prim_pin_kdf kdf;
	struct bytes sealed;
	CK_RV rv;

	if ((rv = slot_read(kr, role, record, &kdf, &sealed)) != CKR_OK)
		return rv;
	slot_aad(kr, role, &kdf, &aad);
	if ((rv = buf_rv(&aad)) != CKR_OK ||
	    (rv = prim_pin_key(seal_eng(kr), &kdf, pin, kek)) != CKR_OK)
		return rv;
	rv = prim_open(seal_eng(kr), bytes_of(kek, sizeof(kek)),
	    buf_view(&aad), sealed, &master);
	if (rv == CKR_ENCRYPTED_DATA_INVALID)
		return CKR_PIN_INCORRECT;
	if (rv != CKR_OK)
		return rv;
	if (secret_len(master) != PRIM_KEY)
		return seal_record_bad(kr, slot_names[role]);
	*out = KL_TAKE(master);
	return CKR_OK;
}

CK_RV
seal_pin_record(const struct keyring *kr, enum seal_role role,
    const struct seal_pin *pin, struct buf *out)
{
	KL_AUTO(buf_done) struct buf body = { 0 };
	CK_RV rv;

	buf_put_u8(&body, SEAL_FORMAT);
	buf_put_u8(&body, (uint8_t)role);
	buf_put_u8(&body, pin->set ? 1 : 0);
	buf_put_u8(&body, pin->min);
	buf_put_u8(&body, pin->max);
	buf_put_u32(&body, pin->failures);
	if ((rv = buf_rv(&body)) != CKR_OK)
		return rv;
	return seal_record_make(kr, pin_names[role], buf_view(&body), out);
}

CK_RV
seal_pin_read(const struct keyring *kr, enum seal_role role,
    struct bytes record, struct seal_pin *out)
{
	struct seal_pin pin;
	struct bytes body;
	struct reader r;
	unsigned what, set;
	CK_RV rv;

	if ((rv = seal_record_open(kr, pin_names[role], record, &body)) !=
	    CKR_OK)
		return rv;
	r = reader_of(body);
	(void)read_u8(&r); /* the format, seen already */
	what = read_u8(&r);
	set = read_u8(&r);
	pin.min = read_u8(&r);
	pin.max = read_u8(&r);
	pin.failures = read_u32(&r);
	if (!read_done(&r) || what != (unsigned)role || set > 1)
		return seal_record_bad(kr, pin_names[role]);
	pin.set = set == 1;
	*out = pin;
	return CKR_OK;
}
