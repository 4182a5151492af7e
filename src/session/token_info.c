/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C_GetTokenInfo (3.2 section 5.5.4): what a token says of itself, true in
 * every flag.
 */
#include "session/session_int.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"

/* The three flags of a PIN's count. */
struct pin_flags {
	CK_FLAGS low, final, locked;
};
static const struct pin_flags user_flags = {
	CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED
};
static const struct pin_flags so_flags = {
	CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED
};

static CK_FLAGS
count_flags(const struct seal_pin *pin, const struct pin_flags *f)
{
	unsigned tries = library()->conf.pin_tries;
	CK_FLAGS flags = 0;

	if (pin->failures >= tries)
		return f->low | f->locked;
	if (pin->failures > 0)
		flags |= f->low;
	if (pin->failures + 1 == tries)
		flags |= f->final;
	return flags;
}

static void
blank(CK_TOKEN_INFO *out)
{
	const struct conf *c = &library()->conf;

	memset(out, 0, sizeof(*out));
	memset(out->label, ' ', sizeof(out->label));
	memset(out->manufacturerID, ' ', sizeof(out->manufacturerID));
	memset(out->model, ' ', sizeof(out->model));
	memset(out->serialNumber, ' ', sizeof(out->serialNumber));
	memset(out->utcTime, ' ', sizeof(out->utcTime));
	memcpy(out->manufacturerID, "kluis", 5);
	memcpy(out->model, "kluis v1", 8);
	out->flags = CKF_RNG | CKF_LOGIN_REQUIRED |
	    CKF_DUAL_CRYPTO_OPERATIONS | CKF_RESTORE_KEY_NOT_NEEDED;
	if (utc_text(out->utcTime))
		out->flags |= CKF_CLOCK_ON_TOKEN;
	out->ulMaxSessionCount = CK_EFFECTIVELY_INFINITE;
	out->ulMaxRwSessionCount = CK_EFFECTIVELY_INFINITE;
	out->ulMinPinLen = c->pin_min;
	out->ulMaxPinLen = 255;
	out->ulTotalPublicMemory = CK_UNAVAILABLE_INFORMATION;
	out->ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
	out->ulTotalPrivateMemory = CK_UNAVAILABLE_INFORMATION;
	out->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
	out->hardwareVersion.major = 1;
	out->firmwareVersion.major = 1;
}

static CK_RV
describe(struct token *t, CK_TOKEN_INFO *out)
{
	const struct seal_token *tok = keyring_token(t->keyring);
	const struct token_door door = token_door(t);
	struct seal_pin user, so;
	CK_RV rv;

	if ((rv = token_pin(&door, SEAL_USER, &user)) != CKR_OK ||
	    (rv = token_pin(&door, SEAL_SO, &so)) != CKR_OK)
		return rv;
	memcpy(out->label, tok->label, sizeof(out->label));
	memcpy(out->serialNumber, tok->serial, sizeof(out->serialNumber));
	out->flags |= CKF_TOKEN_INITIALIZED | count_flags(&so, &so_flags);
	if (user.set)
		out->flags |= CKF_USER_PIN_INITIALIZED |
		    count_flags(&user, &user_flags);
	if (!store_writable(t->store))
		out->flags |= CKF_WRITE_PROTECTED;
	out->ulSessionCount = atomic_load(&t->sessions);
	out->ulRwSessionCount = out->ulSessionCount -
	    atomic_load(&t->ro_sessions);
	return CKR_OK;
}

CK_RV
slot_token_info(CK_SLOT_ID id, CK_TOKEN_INFO *out)
{
	CK_TOKEN_INFO info;
	struct token *t;
	CK_RV rv;

	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = slot_token(id, &t)) != CKR_OK)
		return rv;
	if (!store_readable(library()->stores))
		return CKR_TOKEN_NOT_PRESENT;
	blank(&info);
	lock_take(&t->lock);
	rv = token_refresh(t);
	if (rv == CKR_OK)
		rv = describe(t, &info);
	lock_give(&t->lock);
	/* A free slot has a blank token; a file that is none of ours has not. */
	if (rv != CKR_OK && (rv != CKR_TOKEN_NOT_RECOGNIZED ||
	    store_has(library()->stores, (uint32_t)id)))
		return rv;
	*out = info;
	return CKR_OK;
}
