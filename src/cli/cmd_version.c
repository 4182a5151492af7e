/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kluis version (--version): which kluis on which libcrypto, and which files it
 * works with.  Starts no library: it must answer when nothing else does.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/tokens.h"
#include "session/session.h"

static const char *
store_note(const char *store)
{
	if (access(store, F_OK) != 0)
		return " (not there yet)";
	return access(store, R_OK | X_OK) != 0 ? " (cannot be read)" : "";
}

static enum cli_exit
version_json(const struct cli_lib *lib, enum cli_exit read)
{
	KL_AUTO(jout_done) struct jout o = jout_object();
	const struct conf *c = &lib->conf;
	enum cli_exit e;

	jout_put(&o, "version", json_string(PACKAGE_VERSION));
	jout_put(&o, "openssl", json_string(lib_crypto()));
	if (read == CLI_OK) {
		jout_put(&o, "store", json_string(c->store));
		jout_put(&o, "store_exists",
		    json_boolean(access(c->store, F_OK) == 0));
		jout_put(&o, "configuration", c->file == NULL ? json_null() :
		    json_string(c->file));
	}
	e = jout_print(&o);
	return e != CLI_OK ? e : read;
}

enum cli_exit
cmd_version(const struct cli_args *args)
{
	KL_AUTO(cli_lib_done) struct cli_lib lib = { .on = false };
	enum cli_exit e = cli_lib_read(&lib);

	if (args->opt[OPT_JSON] != NULL)
		return version_json(&lib, e);
	printf("kluis %s\n%-14s %s\n", PACKAGE_VERSION, "OpenSSL",
	    lib_crypto());
	if (e != CLI_OK)
		return e;
	printf("%-14s %s%s\n", "store", lib.conf.store,
	    store_note(lib.conf.store));
	printf("%-14s %s\n", "configuration",
	    lib.conf.file != NULL ? lib.conf.file : "none");
	return CLI_OK;
}
