/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots: the numbers of the tokens in the store directory and the lowest free
 * one, ascending; a token keeps its number for ever, in every process (design
 * section 3).  The list is read anew by C_GetSlotList(NULL) and when a number
 * is asked for that is not in it.
 *
 * Locks: the library lock around the list; a token's own lock inside it only
 * for a moment (order library, token).
 */
#include "session/session_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "session/out.h"

#define SLOTS_MAX 4096

/* The struct of a slot, made when it is not there yet.  Library lock held. */
static CK_RV
slot_struct(struct library *lib, CK_SLOT_ID id, struct token **out)
{
	struct token **more;
	struct token *t;
	CK_RV rv;

	for (size_t i = 0; i < lib->ntokens; i++) {
		if (lib->tokens[i]->slot == id) {
			*out = lib->tokens[i];
			return CKR_OK;
		}
	}
	more = mem_array(lib->tokens, lib->ntokens + 1, sizeof(*more));
	if (more == NULL)
		return CKR_HOST_MEMORY;
	lib->tokens = more;
	if ((rv = token_new(id, &t)) != CKR_OK)
		return rv;
	lib->tokens[lib->ntokens++] = t;
	*out = t;
	return CKR_OK;
}

/* What is found in the store, with room for one more. */
struct found {
	uint32_t ids[SLOTS_MAX + 1];
	size_t n;
};

static bool
found_has(const struct found *f, uint32_t id)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->ids[i] == id)
			return true;
	return false;
}

static void
found_add(struct found *f, uint32_t id)
{
	size_t i = f->n;

	if (f->n > SLOTS_MAX || found_has(f, id))
		return;
	for (; i > 0 && f->ids[i - 1] > id; i--)
		f->ids[i] = f->ids[i - 1];
	f->ids[i] = id;
	f->n++;
}

/* Tokens that went away keep their slot while sessions are open on them, or a
 * PIN is being tried; the others are closed. */
static void
slot_keep_used(struct library *lib, struct found *f)
{
	for (size_t i = 0; i < lib->ntokens; i++) {
		struct token *t = lib->tokens[i];

		if (found_has(f, (uint32_t)t->slot))
			continue;
		lock_take(&t->lock);
		if (!token_idle(t))
			found_add(f, (uint32_t)t->slot);
		else
			token_forget(t);
		lock_give(&t->lock);
	}
}

/* Publishes the list: structs for all, then the numbers. */
static CK_RV
slot_publish(struct library *lib, const struct found *f)
{
	CK_SLOT_ID *shown = calloc(f->n + 1, sizeof(*shown));
	struct token *t;
	CK_RV rv;

	if (shown == NULL)
		return CKR_HOST_MEMORY;
	for (size_t i = 0; i < f->n; i++) {
		shown[i] = f->ids[i];
		if ((rv = slot_struct(lib, f->ids[i], &t)) != CKR_OK) {
			free(shown);
			return rv;
		}
	}
	free(lib->shown);
	lib->shown = shown;
	lib->nshown = f->n;
	return CKR_OK;
}

/* The tokens that are there at first are no events. */
static void
slot_first_look(struct library *lib)
{
	for (size_t i = 0; i < lib->ntokens; i++)
		lib->tokens[i]->present = store_has(lib->stores,
		    (uint32_t)lib->tokens[i]->slot);
	lib->looked = true;
}

/* Reads the directory again.  Library lock held. */
static CK_RV
slot_reread(struct library *lib)
{
	struct found *f = calloc(1, sizeof(*f));
	CK_RV rv;

	if (f == NULL)
		return CKR_HOST_MEMORY;
	rv = store_list(lib->stores, f->ids, SLOTS_MAX, &f->n);
	if (rv == CKR_OK) {
		uint32_t unused = 0;

		slot_keep_used(lib, f);
		while (found_has(f, unused))
			unused++;
		found_add(f, unused);
		rv = slot_publish(lib, f);
	}
	if (rv == CKR_OK && !lib->looked)
		slot_first_look(lib);
	free(f);
	return rv;
}

static bool
slot_is_shown(const struct library *lib, CK_SLOT_ID id)
{
	for (size_t i = 0; i < lib->nshown; i++)
		if (lib->shown[i] == id)
			return true;
	return false;
}

CK_RV
slot_token(CK_SLOT_ID id, struct token **out)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold = lock_hold(&lib->lock);
	CK_RV rv;

	(void)hold;
	if (id > STORE_SLOT_MAX)
		return CKR_SLOT_ID_INVALID;
	if (!slot_is_shown(lib, id)) {
		if ((rv = slot_reread(lib)) != CKR_OK)
			return rv;
		if (!slot_is_shown(lib, id))
			return CKR_SLOT_ID_INVALID;
	}
	return slot_struct(lib, id, out);
}

/*
 * A slot always holds a token: an initialised one, or a blank one that
 * C_InitToken takes.  Only when the store directory cannot be read there is none to
 * be seen (never a token shown as uninitialised that is there).
 */
static bool
slot_has_token(void)
{
	return store_readable(library()->stores);
}

CK_RV
slot_list(CK_BBOOL present, CK_SLOT_ID *out, CK_ULONG *count)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold = lock_hold(&lib->lock);
	CK_RV rv;

	(void)hold;
	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	if (out == NULL || lib->shown == NULL)
		if ((rv = slot_reread(lib)) != CKR_OK)
			return rv;
	if (present != CK_FALSE && !slot_has_token())
		return out_ulongs(lib->shown, 0, out, count);
	return out_ulongs(lib->shown, lib->nshown, out, count);
}

/* Fills a blank-padded field. */
static void
pad(CK_UTF8CHAR *field, size_t size, const char *text)
{
	size_t n = strlen(text);

	memset(field, ' ', size);
	memcpy(field, text, n < size ? n : size);
}

CK_RV
slot_info(CK_SLOT_ID id, CK_SLOT_INFO *out)
{
	char text[32];
	struct token *t;
	CK_RV rv;

	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = slot_token(id, &t)) != CKR_OK)
		return rv;
	(void)snprintf(text, sizeof(text), "kluis slot %lu", id);
	memset(out, 0, sizeof(*out));
	pad(out->slotDescription, sizeof(out->slotDescription), text);
	pad(out->manufacturerID, sizeof(out->manufacturerID), "kluis");
	out->flags = slot_has_token() ? CKF_TOKEN_PRESENT : 0;
	out->hardwareVersion.major = 1;
	out->firmwareVersion.major = 1;
	return CKR_OK;
}

CK_RV
slot_mechanisms(CK_SLOT_ID id, CK_MECHANISM_TYPE *out, CK_ULONG *count)
{
	CK_MECHANISM_TYPE types[512];
	const struct mech_row *row;
	struct token *t;
	CK_ULONG n = 0;
	CK_RV rv;

	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = slot_token(id, &t)) != CKR_OK)
		return rv;
	while (n < KL_COUNT(types) &&
	    (row = mech_at(library()->mechs, n)) != NULL)
		types[n++] = row->type;
	return out_ulongs(types, n, out, count);
}

CK_RV
slot_mechanism_info(CK_SLOT_ID id, CK_MECHANISM_TYPE type,
    CK_MECHANISM_INFO *out)
{
	const struct mech_row *row;
	struct token *t;
	CK_RV rv;

	if (out == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = slot_token(id, &t)) != CKR_OK)
		return rv;
	if ((row = mech_find(library()->mechs, type)) == NULL)
		return CKR_MECHANISM_INVALID;
	mech_info(row, out);
	return CKR_OK;
}

/* A slot whose token came or went since this was last asked. */
static CK_RV
slot_event(CK_SLOT_ID *out)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold = lock_hold(&lib->lock);
	uint64_t stamp = store_list_stamp(lib->stores);
	CK_RV rv;

	(void)hold;
	if (lib->looked && stamp == lib->event_stamp)
		return CKR_NO_EVENT;
	if ((rv = slot_reread(lib)) != CKR_OK)
		return rv;
	for (size_t i = 0; i < lib->ntokens; i++) {
		struct token *t = lib->tokens[i];
		bool present = store_has(lib->stores, (uint32_t)t->slot);

		if (t->present == present)
			continue;
		t->present = present;
		*out = t->slot;
		return CKR_OK;
	}
	lib->event_stamp = stamp;
	return CKR_NO_EVENT;
}

CK_RV
slot_wait(CK_FLAGS flags, CK_SLOT_ID *out)
{
	const struct timespec nap = { 0, 50000000 };
	CK_RV rv;

	if (out == NULL || (flags & ~(CK_FLAGS)CKF_DONT_BLOCK) != 0)
		return CKR_ARGUMENTS_BAD;
	while ((rv = slot_event(out)) == CKR_NO_EVENT &&
	    (flags & CKF_DONT_BLOCK) == 0) {
		lib_nap(&nap);
		if (lib_stopping())
			return CKR_CRYPTOKI_NOT_INITIALIZED;
	}
	return rv;
}

/* The list is out of date: read it again when it is asked for. */
static void
slot_stale(void)
{
	struct library *lib = library();
	KL_AUTO(lock_hold_done) struct lock *hold = lock_hold(&lib->lock);

	(void)hold;
	free(lib->shown);
	lib->shown = NULL;
	lib->nshown = 0;
}

CK_RV
slot_init_token(CK_SLOT_ID id, CK_UTF8CHAR *pin, CK_ULONG pin_len,
    CK_UTF8CHAR *label)
{
	struct token *t;
	CK_RV rv;

	if (pin == NULL || label == NULL)
		return CKR_ARGUMENTS_BAD;
	if ((rv = slot_token(id, &t)) != CKR_OK)
		return rv;
	lock_take(&t->lock);
	rv = token_make(t, bytes_of(pin, pin_len), label);
	lock_give(&t->lock);
	if (rv == CKR_OK)
		slot_stale();
	return rv;
}

void
slots_free(struct library *lib)
{
	for (size_t i = 0; i < lib->ntokens; i++)
		token_free(lib->tokens[i]);
	free(lib->tokens);
	free(lib->shown);
	lib->tokens = NULL;
	lib->ntokens = 0;
	lib->shown = NULL;
	lib->nshown = 0;
	lib->looked = false;
}
