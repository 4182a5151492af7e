/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scripts of db/sqlite as strings, so that the module needs no file to
 * make or upgrade a token.  tests/store/test_schema.c compares each with its
 * file byte by byte; change the file first, then this copy.
 */
#include "store/sqlite_int.h"

const char sq_schema_0001[] =
	"-- SPDX-License-Identifier: BSD-2-Clause\n"
	"-- The stored format, version 1 (db/README).  src/store/schema.c holds a copy\n"
	"-- of this script; a test compares the two.\n"
	"\n"
	"CREATE TABLE object (\n"
	"\tid INTEGER PRIMARY KEY AUTOINCREMENT,\n"
	"\tuuid BLOB NOT NULL UNIQUE,\n"
	"\tversion INTEGER NOT NULL,\n"
	"\tflags INTEGER NOT NULL,\n"
	"\ttags BLOB NOT NULL,\n"
	"\tclear BLOB NOT NULL,\n"
	"\tsealed BLOB NOT NULL,\n"
	"\tsecret BLOB NOT NULL\n"
	");\n"
	"\n"
	"CREATE TABLE tag (\n"
	"\ttag BLOB NOT NULL,\n"
	"\tobject INTEGER NOT NULL,\n"
	"\tPRIMARY KEY (tag, object)\n"
	") WITHOUT ROWID;\n"
	"\n"
	"CREATE TABLE record (\n"
	"\tname TEXT NOT NULL PRIMARY KEY,\n"
	"\tvalue BLOB NOT NULL\n"
	") WITHOUT ROWID;\n"
	"\n"
	"CREATE TABLE audit (\n"
	"\tseq INTEGER PRIMARY KEY,\n"
	"\tentry BLOB NOT NULL,\n"
	"\tmac BLOB NOT NULL\n"
	");\n"
	"\n"
	"PRAGMA application_id = 1802270057;\n"
	"PRAGMA user_version = 1;\n";
