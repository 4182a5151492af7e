/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard (see call.h).  Called by every entry point and nobody else; holds
 * no state.
 */
#include "api/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define NOTE_LEN 160

/* Room for what the trace line is to say, when one is wanted; without memory
 * there is none. */
static char *
note_new(void)
{
	return log_enabled(LOG_LEVEL_DEBUG) ? calloc(1, NOTE_LEN) : NULL;
}

static char *
note_session(CK_SESSION_HANDLE hs)
{
	char *note = note_new();

	if (note != NULL)
		(void)snprintf(note, NOTE_LEN, " session=%lu", hs);
	return note;
}

struct api_call
api_enter(const char *name)
{
	CK_RV rv = lib_enter();

	return (struct api_call){ .rv = rv, .name = name, .note = note_new(),
		.inside = rv == CKR_OK };
}

struct api_call
api_enter_handle(const char *name, CK_SESSION_HANDLE hs)
{
	CK_RV rv = lib_enter();

	return (struct api_call){ .rv = rv, .name = name,
		.note = note_session(hs), .inside = rv == CKR_OK };
}

struct api_call
api_enter_session(const char *name, CK_SESSION_HANDLE hs)
{
	char *note = note_session(hs);
	struct session *s = NULL;
	CK_RV rv = lib_enter();
	bool inside = rv == CKR_OK;

	if (inside)
		rv = sess_get(hs, &s);
	return (struct api_call){ .rv = rv, .session = s, .name = name,
		.note = note, .inside = inside };
}

void
api_leave(struct api_call *call)
{
	if (call->session != NULL)
		sess_put(call->session);
	if (call->note != NULL) {
		log_debug("%s%s = %s", call->name, call->note,
		    rv_name(call->rv));
		free(call->note);
	}
	if (call->inside)
		lib_leave();
}

void
api_note_add(struct api_call *call, const char *fmt, ...)
{
	size_t used = strlen(call->note);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(call->note + used, NOTE_LEN - used, fmt, ap);
	va_end(ap);
}

void
api_note_mech_add(struct api_call *call, const CK_MECHANISM *m)
{
	if (m == NULL)
		api_note_add(call, " mechanism=NULL");
	else
		api_note_add(call, " mechanism=%s/%lu",
		    sess_mech_name(m->mechanism), m->ulParameterLen);
}
