/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library, its tokens and sessions on them, for the verbs.
 */
#ifndef KLUIS_CLI_TOKENS_H
#define KLUIS_CLI_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/conf.h"
#include "cli/cli.h"
#include "cli/json.h"

/* The library in use, and the configuration that it reads too. */
struct cli_lib {
	struct conf conf;
	bool on;		/* C_Initialize was called */
};

/*
 * Reads the configuration without starting the library.  CLI_FAILED with a
 * line (and the log's line before it) when it is wrong.  To be given back by
 * cli_lib_done in every case.
 */
enum cli_exit cli_lib_read(struct cli_lib *lib) KL_MUST_USE;
/* The same, and C_Initialize.  Errors that would go to the system log come to
 * stderr, unless the configuration says where they go. */
enum cli_exit cli_lib_open(struct cli_lib *lib) KL_MUST_USE;
/* C_Finalize; the configuration stays. */
void cli_lib_close(struct cli_lib *lib);
/* Closes and frees; for KL_AUTO. */
void cli_lib_done(struct cli_lib *lib);

/* A slot with a token in it, or the free one. */
struct cli_token {
	CK_SLOT_ID slot;
	CK_RV rv;		/* not CKR_OK: there is a token, which cannot
				   be used for this reason; info is empty */
	bool blank;		/* the free slot */
	CK_TOKEN_INFO info;
};
struct cli_tokens {
	struct cli_token *v;
	size_t n;		/* ascending by slot, the free one included */
};

/* Reads all slots.  CLI_FAILED with a line when the store cannot be read. */
enum cli_exit cli_tokens_read(const struct cli_lib *lib,
    struct cli_tokens *out) KL_MUST_USE;
void cli_tokens_done(struct cli_tokens *t);
/*
 * The token that --token names (a label, a serial number or a slot), or the
 * only one when wanted is NULL; it lives in tokens.  CLI_NOT_FOUND, CLI_SEVERAL with a line.
 * A token that cannot be used is found too, by its slot.
 */
enum cli_exit cli_token_choose(const struct cli_tokens *tokens,
    const char *wanted, const struct cli_token **out) KL_MUST_USE;
/* CLI_OK when the token can be used, else a line that says why not. */
enum cli_exit cli_token_usable(const struct cli_token *t) KL_MUST_USE;

/* Its label without padding. */
struct bytes cli_token_label(const struct cli_token *t);
/* What the state of its PINs is, in words (static storage). */
const char *cli_token_state(const struct cli_token *t);
/* The token as JSON; store is the store directory. */
json_t *cli_token_json(const struct cli_token *t, const char *store);

/* A session that closes itself (CK_INVALID_HANDLE: none), for KL_AUTO. */
void cli_session_done(CK_SESSION_HANDLE *hs);
/* Whether the options ask for a login. */
bool cli_wants_login(const struct cli_args *args);
/*
 * Opens a session, read/write when rw is set, and logs in as user when
 * the options ask for it; the PIN comes from --pin-source or the terminal.
 */
enum cli_exit cli_session_open(const struct cli_token *t,
    const struct cli_args *args, bool rw, CK_SESSION_HANDLE *out) KL_MUST_USE;

#endif
