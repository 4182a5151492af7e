-- SPDX-License-Identifier: BSD-2-Clause
-- The stored format, version 1 (db/README).  src/store/schema.c holds a copy
-- of this script; a test compares the two.

CREATE TABLE object (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid BLOB NOT NULL UNIQUE,
	version INTEGER NOT NULL,
	flags INTEGER NOT NULL,
	tags BLOB NOT NULL,
	clear BLOB NOT NULL,
	sealed BLOB NOT NULL,
	secret BLOB NOT NULL
);

CREATE TABLE tag (
	tag BLOB NOT NULL,
	object INTEGER NOT NULL,
	PRIMARY KEY (tag, object)
) WITHOUT ROWID;

CREATE TABLE record (
	name TEXT NOT NULL PRIMARY KEY,
	value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
	seq INTEGER PRIMARY KEY,
	entry BLOB NOT NULL,
	mac BLOB NOT NULL
);

PRAGMA application_id = 1802270057;
PRAGMA user_version = 1;
