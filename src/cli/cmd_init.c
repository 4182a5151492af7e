/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kluis init: makes a token in a free slot with both PINs, or makes an
 * existing one anew, which destroys what it holds.
 *
 * Invariant: all PINs are known and have a permitted length before anything is
 * changed.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "cli/pin.h"
#include "cli/text.h"
#include "cli/tokens.h"

/* What C_InitToken and C_InitPIN will get. */
struct plan {
	const struct cli_token *token;
	CK_UTF8CHAR label[32];
	struct secret *so_pin;
	struct secret *user_pin;
};

static void
plan_done(struct plan *p)
{
	secret_freep(&p->so_pin);
	secret_freep(&p->user_pin);
}

static enum cli_exit
plan_label(const char *label, struct plan *p)
{
	size_t n = label != NULL ? strlen(label) : 0;

	if (n == 0)
		return cli_fail(CLI_USAGE, "init: name the token with --label");
	if (n > sizeof(p->label) || !text_is_utf8(bytes_of(label, n)))
		return cli_fail(CLI_USAGE, "init: the label must be UTF-8 of "
		    "at most 32 bytes");
	memset(p->label, ' ', sizeof(p->label));
	memcpy(p->label, label, n);
	return CLI_OK;
}

/* The slot of --slot. */
static enum cli_exit
plan_slot(const struct cli_tokens *tokens, const char *wanted, struct plan *p)
{
	unsigned long slot = 0;
	bool any = wanted == NULL || strcmp(wanted, "free") == 0;

	if (!any && !text_number(wanted, ~0ul, &slot))
		return cli_fail(CLI_USAGE, "init: --slot must be a number or "
		    "free");
	for (size_t i = 0; i < tokens->n; i++) {
		const struct cli_token *t = &tokens->v[i];

		if (any ? !t->blank : t->slot != slot)
			continue;
		p->token = t;
		return cli_token_usable(t);
	}
	if (any)
		return cli_fail(CLI_NOT_FOUND, "init: no slot is free");
	return cli_fail(CLI_NOT_FOUND, "init: there is no slot %lu; \"--slot "
	    "free\" takes the next one", slot);
}

/* Two tokens of one label are confusing, but may be meant. */
static void
warn_of_twin(const struct cli_tokens *tokens, const struct plan *p)
{
	struct bytes label = text_unpad(p->label, sizeof(p->label));
	struct text_quoted q;

	for (size_t i = 0; i < tokens->n; i++) {
		const struct cli_token *t = &tokens->v[i];

		if (t->blank || t->rv != CKR_OK || t == p->token ||
		    !bytes_equal(cli_token_label(t), label))
			continue;
		cli_warn("warning: slot %lu holds a token %s too; programs "
		    "that choose by label may take either", t->slot,
		    text_quote(&q, label));
	}
}

static enum cli_exit
confirm_anew(const struct cli_token *t)
{
	char question[2 * TEXT_QUOTED + 128];
	struct text_quoted q;

	(void)snprintf(question, sizeof(question), "Slot %lu holds token %s; "
	    "this destroys it with every key in it.\nType anew to go on: ",
	    t->slot, text_quote(&q, cli_token_label(t)));
	return pin_confirm(question, BYTES_STR("anew"));
}

static enum cli_exit
length_ok(const struct cli_token *t, const struct secret *pin, const char *what)
{
	if (secret_len(pin) >= t->info.ulMinPinLen &&
	    secret_len(pin) <= t->info.ulMaxPinLen)
		return CLI_OK;
	return cli_fail(CLI_FAILED, "the %s must have %lu to %lu bytes; "
	    "nothing was changed", what, t->info.ulMinPinLen,
	    t->info.ulMaxPinLen);
}

static enum cli_exit
plan_pins(const struct cli_args *args, struct plan *p)
{
	const struct cli_token *t = p->token;
	enum cli_exit e;

	e = pin_get(args->opt[OPT_SO_PIN_SOURCE], t->blank ?
	    "SO PIN (of the security officer)" : "SO PIN of this token",
	    t->blank, &p->so_pin);
	if (e != CLI_OK)
		return e;
	if (t->blank && (e = length_ok(t, p->so_pin, "SO PIN")) != CLI_OK)
		return e;
	e = pin_get(args->opt[OPT_PIN_SOURCE], "user PIN", true, &p->user_pin);
	return e != CLI_OK ? e : length_ok(t, p->user_pin, "user PIN");
}

/* C_InitToken failed; the SO's PIN has nobody above it. */
static enum cli_exit
anew_failed(CK_SLOT_ID slot, CK_RV rv)
{
	if (rv != CKR_PIN_LOCKED)
		return cli_fail_rv(rv, rv == CKR_PIN_INCORRECT ?
		    "slot %lu, SO PIN" : "slot %lu", slot);
	return cli_fail(CLI_PIN_LOCKED, "slot %lu: the SO PIN is locked after "
	    "too many wrong ones; \"kluis delete --whole-token\" is what is "
	    "left (CKR_PIN_LOCKED)", slot);
}

/* Makes the token and sets the user PIN as its security officer. */
static enum cli_exit
carry_out(const struct plan *p)
{
	KL_AUTO(cli_session_done) CK_SESSION_HANDLE hs = CK_INVALID_HANDLE;
	CK_SLOT_ID slot = p->token->slot;
	CK_UTF8CHAR label[32];
	CK_RV rv;

	memcpy(label, p->label, sizeof(label));
	if ((rv = C_InitToken(slot, secret_data(p->so_pin),
	    secret_len(p->so_pin), label)) != CKR_OK)
		return anew_failed(slot, rv);
	if ((rv = C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
	    NULL, NULL, &hs)) != CKR_OK ||
	    (rv = C_Login(hs, CKU_SO, secret_data(p->so_pin),
	    secret_len(p->so_pin))) != CKR_OK ||
	    (rv = C_InitPIN(hs, secret_data(p->user_pin),
	    secret_len(p->user_pin))) != CKR_OK)
		return cli_fail_rv(rv, "slot %lu: the token is made, but has "
		    "no user PIN yet", slot);
	return CLI_OK;
}

static enum cli_exit
tell(const struct cli_lib *lib, const struct plan *p, bool json)
{
	KL_AUTO(cli_tokens_done) struct cli_tokens tokens = { 0 };
	KL_AUTO(jout_done) struct jout o = jout_object();
	const struct cli_token *t = NULL;
	struct text_quoted q;
	enum cli_exit e;
	char slot[32];

	(void)snprintf(slot, sizeof(slot), "slot:%lu", p->token->slot);
	if ((e = cli_tokens_read(lib, &tokens)) != CLI_OK ||
	    (e = cli_token_choose(&tokens, slot, &t)) != CLI_OK)
		return e;
	if (json) {
		jout_put(&o, "token", cli_token_json(t, lib->conf.store));
		return jout_print(&o);
	}
	printf("token %s is ready in slot %lu, serial %.16s\nits file is "
	    "%s/%lu.db\n", text_quote(&q, cli_token_label(t)), t->slot,
	    (const char *)t->info.serialNumber, lib->conf.store, t->slot);
	return CLI_OK;
}

enum cli_exit
cmd_init(const struct cli_args *args)
{
	KL_AUTO(cli_lib_done) struct cli_lib lib = { .on = false };
	KL_AUTO(cli_tokens_done) struct cli_tokens tokens = { 0 };
	KL_AUTO(plan_done) struct plan p = { .token = NULL };
	enum cli_exit e;

	if ((e = plan_label(args->opt[OPT_LABEL], &p)) != CLI_OK ||
	    (e = cli_lib_open(&lib)) != CLI_OK ||
	    (e = cli_tokens_read(&lib, &tokens)) != CLI_OK ||
	    (e = plan_slot(&tokens, args->opt[OPT_SLOT], &p)) != CLI_OK)
		return e;
	warn_of_twin(&tokens, &p);
	if (!p.token->blank && args->opt[OPT_YES] == NULL &&
	    (e = confirm_anew(p.token)) != CLI_OK)
		return e;
	if ((e = plan_pins(args, &p)) != CLI_OK ||
	    (e = carry_out(&p)) != CLI_OK)
		return e;
	return tell(&lib, &p, args->opt[OPT_JSON] != NULL);
}
