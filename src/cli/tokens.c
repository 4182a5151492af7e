/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library, its tokens and sessions: see tokens.h.
 */
#include "cli/tokens.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/pin.h"
#include "cli/text.h"

enum cli_exit
cli_lib_read(struct cli_lib *lib)
{
	memset(lib, 0, sizeof(*lib));
	if (log_setup("error:stderr") != CKR_OK)
		return cli_no_memory();
	if (conf_read(NULL, &lib->conf) != CKR_OK)
		return cli_fail(CLI_FAILED, "the configuration cannot be used "
		    "as it is; the line above says why");
	return CLI_OK;
}

enum cli_exit
cli_lib_open(struct cli_lib *lib)
{
	static char to_stderr[] = "log=error:stderr";
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	enum cli_exit e;
	CK_RV rv;

	if ((e = cli_lib_read(lib)) != CLI_OK)
		return e;
	if (lib->conf.log == NULL)
		args.pReserved = to_stderr;
	if ((rv = C_Initialize(&args)) != CKR_OK)
		return cli_fail_rv(rv, "the library does not start");
	lib->on = true;
	return CLI_OK;
}

void
cli_lib_close(struct cli_lib *lib)
{
	if (lib->on)
		(void)C_Finalize(NULL); /* nothing can be done about it */
	lib->on = false;
}

void
cli_lib_done(struct cli_lib *lib)
{
	cli_lib_close(lib);
	conf_done(&lib->conf);
}

/* ---------------------------------------------------------------- tokens */

/* Whether the file of a slot is there: a token that is not recognised must
 * not look like a free slot. */
static bool
file_there(const struct cli_lib *lib, CK_SLOT_ID slot)
{
	char *path = NULL;
	bool there;

	if (asprintf(&path, "%s/%lu.db", lib->conf.store, slot) < 0)
		return true;
	there = access(path, F_OK) == 0 || errno != ENOENT;
	free(path);
	return there;
}

static void
token_read(const struct cli_lib *lib, CK_SLOT_ID slot, struct cli_token *t)
{
	memset(t, 0, sizeof(*t));
	t->slot = slot;
	t->rv = C_GetTokenInfo(slot, &t->info);
	if (t->rv != CKR_OK || (t->info.flags & CKF_TOKEN_INITIALIZED) != 0)
		return;
	if (file_there(lib, slot))
		t->rv = CKR_TOKEN_NOT_RECOGNIZED;
	else
		t->blank = true;
}

enum cli_exit
cli_tokens_read(const struct cli_lib *lib, struct cli_tokens *out)
{
	struct cli_tokens all = { 0 };
	CK_SLOT_ID *slots;
	CK_ULONG n = 0;
	CK_RV rv;

	if ((rv = C_GetSlotList(CK_TRUE, NULL, &n)) != CKR_OK)
		return cli_fail_rv(rv, "%s", lib->conf.store);
	/* The free slot has a token too; none at all means blindness. */
	if (n == 0)
		return cli_fail(CLI_FAILED, "%s: the store directory cannot be "
		    "read; run as its owner, or let KLUIS_STORE name another",
		    lib->conf.store);
	slots = calloc(n, sizeof(*slots));
	all.v = calloc(n, sizeof(*all.v));
	if (slots == NULL || all.v == NULL) {
		free(slots);
		free(all.v);
		return cli_no_memory();
	}
	rv = C_GetSlotList(CK_TRUE, slots, &n);
	for (; rv == CKR_OK && all.n < n; all.n++)
		token_read(lib, slots[all.n], &all.v[all.n]);
	free(slots);
	if (rv != CKR_OK) {
		free(all.v);
		return cli_fail_rv(rv, "%s", lib->conf.store);
	}
	*out = all;
	return CLI_OK;
}

void
cli_tokens_done(struct cli_tokens *t)
{
	free(t->v);
	memset(t, 0, sizeof(*t));
}

struct bytes
cli_token_label(const struct cli_token *t)
{
	return text_unpad(t->info.label, sizeof(t->info.label));
}

/* Whether a token is the one that wanted names. */
static bool
token_named(const struct cli_token *t, const char *wanted)
{
	struct bytes serial = text_unpad(t->info.serialNumber,
	    sizeof(t->info.serialNumber));
	bool known = !t->blank && t->rv == CKR_OK;
	unsigned long slot;

	if (strncmp(wanted, "slot:", 5) == 0)
		return text_number(wanted + 5, ~0ul, &slot) && slot == t->slot;
	if (strncmp(wanted, "serial:", 7) == 0)
		return known && bytes_equal(serial,
		    bytes_of(wanted + 7, strlen(wanted + 7)));
	if (strncmp(wanted, "label:", 6) == 0)
		return known && bytes_equal(cli_token_label(t),
		    bytes_of(wanted + 6, strlen(wanted + 6)));
	if (text_number(wanted, ~0ul, &slot) && slot == t->slot)
		return true;
	return known && (
	    bytes_equal(serial, bytes_of(wanted, strlen(wanted))) ||
	    bytes_equal(cli_token_label(t), bytes_of(wanted, strlen(wanted))));
}

/* No token, or several: what to do. */
static enum cli_exit
choice_failed(const char *wanted, size_t found)
{
	struct text_quoted q;

	if (wanted == NULL)
		return found == 0 ?
		    cli_fail(CLI_NOT_FOUND, "there is no token yet; "
		    "\"kluis init --label NAME\" makes one") :
		    cli_fail(CLI_SEVERAL, "there are %zu tokens; say which "
		    "with --token (\"kluis list\" shows them)", found);
	(void)text_quote(&q, bytes_of(wanted, strlen(wanted)));
	return found == 0 ?
	    cli_fail(CLI_NOT_FOUND, "there is no token %s; \"kluis list\" "
	    "shows those that are there", q.s) :
	    cli_fail(CLI_SEVERAL, "%zu tokens are called %s; name one by its "
	    "serial number or slot (serial:..., slot:...)", found, q.s);
}

enum cli_exit
cli_token_choose(const struct cli_tokens *tokens, const char *wanted,
    const struct cli_token **out)
{
	const struct cli_token *hit = NULL;
	size_t found = 0;

	for (size_t i = 0; i < tokens->n; i++) {
		const struct cli_token *t = &tokens->v[i];

		if (t->blank || (wanted != NULL && !token_named(t, wanted)))
			continue;
		hit = t;
		found++;
	}
	if (found != 1)
		return choice_failed(wanted, found);
	*out = hit;
	return CLI_OK;
}

enum cli_exit
cli_token_usable(const struct cli_token *t)
{
	if (t->rv == CKR_OK)
		return CLI_OK;
	return cli_fail_rv(t->rv, "slot %lu", t->slot);
}

const char *
cli_token_state(const struct cli_token *t)
{
	CK_FLAGS f = t->info.flags;

	if (t->blank)
		return "free";
	if (t->rv == CKR_TOKEN_NOT_RECOGNIZED)
		return "not a token, or of a newer kluis";
	if (t->rv != CKR_OK)
		return "cannot be opened";
	if ((f & CKF_USER_PIN_INITIALIZED) == 0)
		return "no user PIN yet";
	if ((f & CKF_USER_PIN_LOCKED) != 0)
		return "user PIN locked";
	if ((f & CKF_USER_PIN_FINAL_TRY) != 0)
		return "last try of the user PIN";
	if ((f & CKF_SO_PIN_LOCKED) != 0)
		return "SO PIN locked";
	if ((f & CKF_WRITE_PROTECTED) != 0)
		return "read-only";
	return "ready";
}

/* The flags of a token by name. */
static void
flags_json(struct jout *o, CK_FLAGS flags)
{
	static const struct {
		CK_FLAGS flag;
		const char *key;
	} names[] = {
		{ CKF_WRITE_PROTECTED, "read_only" },
		{ CKF_USER_PIN_INITIALIZED, "user_pin_set" },
		{ CKF_USER_PIN_COUNT_LOW, "user_pin_count_low" },
		{ CKF_USER_PIN_FINAL_TRY, "user_pin_final_try" },
		{ CKF_USER_PIN_LOCKED, "user_pin_locked" },
		{ CKF_SO_PIN_COUNT_LOW, "so_pin_count_low" },
		{ CKF_SO_PIN_FINAL_TRY, "so_pin_final_try" },
		{ CKF_SO_PIN_LOCKED, "so_pin_locked" },
	};

	for (size_t i = 0; i < KL_COUNT(names); i++)
		jout_put(o, names[i].key,
		    json_boolean((flags & names[i].flag) != 0));
}

json_t *
cli_token_json(const struct cli_token *t, const char *store)
{
	KL_AUTO(jout_done) struct jout o = jout_object();

	jout_put(&o, "slot", json_integer((json_int_t)t->slot));
	jout_put(&o, "file", json_sprintf("%s/%lu.db", store, t->slot));
	jout_put(&o, "usable", json_boolean(t->rv == CKR_OK));
	jout_put(&o, "state", json_string(cli_token_state(t)));
	if (t->rv != CKR_OK) {
		jout_put(&o, "error", json_string(rv_name(t->rv)));
		return jout_take(&o);
	}
	jout_put(&o, "label", jout_text(cli_token_label(t)));
	jout_put(&o, "serial", jout_text(text_unpad(t->info.serialNumber,
	    sizeof(t->info.serialNumber))));
	jout_put(&o, "model", jout_text(text_unpad(t->info.model,
	    sizeof(t->info.model))));
	jout_put(&o, "pin_min", json_integer((json_int_t)t->info.ulMinPinLen));
	jout_put(&o, "pin_max", json_integer((json_int_t)t->info.ulMaxPinLen));
	flags_json(&o, t->info.flags);
	return jout_take(&o);
}

/* -------------------------------------------------------------- sessions */

void
cli_session_done(CK_SESSION_HANDLE *hs)
{
	if (*hs != CK_INVALID_HANDLE)
		(void)C_CloseSession(*hs); /* C_Finalize would do it too */
	*hs = CK_INVALID_HANDLE;
}

bool
cli_wants_login(const struct cli_args *args)
{
	return args->opt[OPT_LOGIN] != NULL ||
	    args->opt[OPT_PIN_SOURCE] != NULL;
}

/* The login failed: how many tries are left is worth a word. */
static enum cli_exit
login_failed(const struct cli_token *t, CK_RV rv)
{
	struct text_quoted q;
	CK_TOKEN_INFO info;

	(void)text_quote(&q, cli_token_label(t));
	if (rv != CKR_PIN_INCORRECT ||
	    C_GetTokenInfo(t->slot, &info) != CKR_OK)
		return cli_fail_rv(rv, "token %s", q.s);
	if ((info.flags & CKF_USER_PIN_LOCKED) != 0)
		return cli_fail(CLI_PIN_WRONG, "token %s: the PIN is wrong, "
		    "and is locked now (CKR_PIN_INCORRECT)", q.s);
	if ((info.flags & CKF_USER_PIN_FINAL_TRY) != 0)
		return cli_fail(CLI_PIN_WRONG, "token %s: the PIN is wrong; "
		    "one more wrong PIN locks it (CKR_PIN_INCORRECT)", q.s);
	return cli_fail_rv(rv, "token %s", q.s);
}

enum cli_exit
cli_session_open(const struct cli_token *t, const struct cli_args *args,
    bool rw, CK_SESSION_HANDLE *out)
{
	KL_AUTO(cli_session_done) CK_SESSION_HANDLE hs = CK_INVALID_HANDLE;
	KL_AUTO(secret_freep) struct secret *pin = NULL;
	enum cli_exit e;
	CK_RV rv;

	if ((e = cli_token_usable(t)) != CLI_OK)
		return e;
	if ((rv = C_OpenSession(t->slot, CKF_SERIAL_SESSION |
	    (rw ? CKF_RW_SESSION : 0), NULL, NULL, &hs)) != CKR_OK)
		return cli_fail_rv(rv, "slot %lu", t->slot);
	if (cli_wants_login(args)) {
		if ((t->info.flags & CKF_USER_PIN_INITIALIZED) == 0)
			return login_failed(t, CKR_USER_PIN_NOT_INITIALIZED);
		if ((t->info.flags & CKF_USER_PIN_LOCKED) != 0)
			return login_failed(t, CKR_PIN_LOCKED);
		e = pin_get(args->opt[OPT_PIN_SOURCE], "User PIN", false, &pin);
		if (e != CLI_OK)
			return e;
		if ((rv = C_Login(hs, CKU_USER, secret_data(pin),
		    secret_len(pin))) != CKR_OK)
			return login_failed(t, rv);
	}
	*out = hs;
	hs = CK_INVALID_HANDLE;
	return CLI_OK;
}
