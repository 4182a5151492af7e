/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration: none needed.  A file of `key = value` lines (# starts a
 * comment, blank lines are fine), overridden by `key=value` pairs that the
 * application passes in CK_C_INITIALIZE_ARGS.pReserved, overridden by the
 * environment (KLUIS_STORE, KLUIS_LOG).  File: KLUIS_CONF, else
 * $XDG_CONFIG_HOME/kluis/kluis.conf (~/.config when unset), else
 * /etc/kluis/kluis.conf.  Environment through secure_getenv only.
 * A missing file is normal (but one named by KLUIS_CONF must exist), and so is
 * one in a directory that this user may not enter; an unreadable or wrong one
 * (unknown key, bad value, no `=`) is an error.
 *
 * In a line, # starts a comment at the beginning and after white space.  A
 * value may stand in '' or "", then everything up to the closing quote belongs
 * to it.  A key that is set twice has its last value.  Empty variables and
 * relative XDG directories count as unset.
 */
#ifndef KLUIS_BASE_CONF_H
#define KLUIS_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/rv.h"

/* policy = default | strict | compatible */
enum conf_policy { CONF_POLICY_DEFAULT, CONF_POLICY_STRICT, CONF_POLICY_COMPATIBLE };

/*
 * What was read; keys are the fields' names unless a comment says otherwise.
 * All strings are owned by the struct; NULL means not set.
 */
struct conf {
	char *file;		/* the file that was read, NULL = none */
	char *store;		/* store directory, absolute, never NULL;
				   ~/ is the home directory; relative to the
				   working directory only in KLUIS_STORE and
				   `reserved`, an error in a file */
	char *log;		/* log setting, see log_setup */
	char *providers;	/* comma-separated provider names */
	char *properties;	/* property query for fetches */
	enum conf_policy policy;
	bool legacy;		/* legacy = yes: RSA-1024, MD5, 3DES ... */
	size_t pin_min;		/* pin-min: 4..255, default 4 */
	unsigned pin_tries;	/* pin-tries: 3..255, default 10 */
	/*
	 * pin-cost = default | test.  test makes PIN derivation cheap, for
	 * tests only.  It takes effect only when the store directory holds a
	 * file named kluis-test-store, so that no production set-up reaches
	 * it by accident; otherwise C_Initialize fails and says why.
	 */
	bool pin_cost_test;
	size_t rsa_min;		/* rsa-min: smallest RSA modulus in bits, and of
				   1024 at least the smallest prime of DSA and DH;
				   default 2048, 1024 with legacy = yes;
				   512..16384 */
};

/*
 * Reads the configuration.  reserved: the application's string of pairs
 * separated by white space (values may be quoted with '' or ""), or NULL.
 * store is resolved as design says: KLUIS_STORE, else `store`, else
 * /var/lib/kluis for root, else $XDG_DATA_HOME/kluis or ~/.local/share/kluis.
 * CKR_GENERAL_ERROR with one log line naming file, line and reason;
 * CKR_ARGUMENTS_BAD when `reserved` is wrong; CKR_HOST_MEMORY.  *out is then
 * untouched.  Nothing is created on disk.  Called with the library lock held.
 */
CK_RV conf_read(const char *reserved, struct conf *out) KL_MUST_USE;
/* Frees the strings and zeroes. */
void conf_done(struct conf *c);

#endif
