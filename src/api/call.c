/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard (see call.h).  Called by every entry point and nobody else; holds
 * no state.
 */
#include "api/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* Fills a call in and counts it in; the note is only begun when it is wanted. */
static void
call_begin(struct api_call *call, const char *name, CK_SESSION_HANDLE hs)
{
	call->name = name;
	call->session = NULL;
	call->hs = hs;
	call->trace = log_enabled(LOG_LEVEL_DEBUG);
	call->rv = lib_enter();
	call->inside = call->rv == CKR_OK;
	if (call->trace)
		call->note[0] = '\0';
}

struct api_call
api_enter(const char *name)
{
	struct api_call call;

	call_begin(&call, name, CK_INVALID_HANDLE);
	return call;
}

struct api_call
api_enter_handle(const char *name, CK_SESSION_HANDLE hs)
{
	struct api_call call;

	call_begin(&call, name, hs);
	api_note(&call, " session=%lu", hs);
	return call;
}

struct api_call
api_enter_session(const char *name, CK_SESSION_HANDLE hs)
{
	struct api_call call;

	call_begin(&call, name, hs);
	api_note(&call, " session=%lu", hs);
	if (call.rv == CKR_OK)
		call.rv = sess_get(hs, &call.session);
	return call;
}

void
api_leave(struct api_call *call)
{
	if (call->session != NULL)
		sess_put(call->session);
	if (call->trace)
		log_debug("%s%s = %s", call->name, call->note,
		    rv_name(call->rv));
	if (call->inside)
		lib_leave();
}

void
api_note_add(struct api_call *call, const char *fmt, ...)
{
	size_t used = strlen(call->note);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(call->note + used, sizeof(call->note) - used, fmt, ap);
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
