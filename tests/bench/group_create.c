/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Token objects made per second, beside the fsyncs per second that the same
 * directory allows; the limit applies where one fsync takes a millisecond or
 * less.
 */
#include "bench.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FSYNC_BYTES	4096
#define FSYNC_LIMIT_MS	1.0

/* The file whose growth is synced. */
struct disk {
	int fd;
};

static CK_BBOOL yes = CK_TRUE;

static bool
create_import(struct side *side, unsigned long n)
{
	struct bench *b = side->b;
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_BYTE value[32] = { 1 };
	CK_ATTRIBUTE attr[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_ENCRYPT, &yes, sizeof(yes) },
		{ CKA_VALUE, value, sizeof(value) },
	};
	CK_OBJECT_HANDLE made;
	CK_RV rv;

	while (n-- > 0) {
		rv = b->p11->C_CreateObject(b->session, attr, 5, &made);
		if (rv != CKR_OK)
			return op_fail(side, "C_CreateObject", rv);
		if (!b->fresh)
			(void)b->p11->C_DestroyObject(b->session, made);
	}
	return true;
}

static bool
create_generate(struct side *side, unsigned long n)
{
	struct bench *b = side->b;
	CK_MECHANISM mech = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_ULONG len = 32;
	CK_ATTRIBUTE attr[] = {
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_ENCRYPT, &yes, sizeof(yes) },
		{ CKA_VALUE_LEN, &len, sizeof(len) },
	};
	CK_OBJECT_HANDLE made;
	CK_RV rv;

	while (n-- > 0) {
		rv = b->p11->C_GenerateKey(b->session, &mech, attr, 3, &made);
		if (rv != CKR_OK)
			return op_fail(side, "C_GenerateKey", rv);
		if (!b->fresh)
			(void)b->p11->C_DestroyObject(b->session, made);
	}
	return true;
}

static bool
create_fsync(struct side *side, unsigned long n)
{
	static const char page[FSYNC_BYTES];
	const struct disk *disk = side->state;

	while (n-- > 0)
		if (write(disk->fd, page, sizeof(page)) !=
		    (ssize_t)sizeof(page) || fsync(disk->fd) != 0)
			return op_fail_bare(side, "fsync");
	return true;
}

static const struct op_side sides[] = {
	{ .run = create_import }, { .run = create_generate },
};
static const struct op_side fsync_side = { .run = create_fsync };

/* One row of creations, the disk's figures as its bare side. */
static void
create_row(struct bench *b, size_t index, const struct row *row,
	   struct disk *disk)
{
	struct result res = { .verdict = VERDICT_ABSENT };
	struct side module = { .b = b, .fn = &sides[row->op] };
	struct side bare = { .b = b, .fn = &fsync_side, .state = disk };
	double ms;

	if (!meas_pairs(b->opt, 1, &module, &bare, &res.fig, res.note)) {
		proc_report_note(b, index, VERDICT_ERROR, res.note);
		return;
	}
	ms = 1000 / res.fig.bare;
	snprintf(res.note, sizeof(res.note), "bare: fsync of 4 KiB, %.2f ms%s",
		 ms, ms > FSYNC_LIMIT_MS ? "; limit needs <= 1 ms" : "");
	if (ms > FSYNC_LIMIT_MS)
		res.verdict = VERDICT_NONE;
	proc_report(b, index, &res);
}

static void
create_fsync_row(struct bench *b, size_t index, struct disk *disk)
{
	struct result res = { .verdict = VERDICT_ABSENT };
	struct side side = { .b = b, .fn = &fsync_side, .state = disk };

	if (!meas_pairs(b->opt, 1, &side, NULL, &res.fig, res.note)) {
		proc_report_note(b, index, VERDICT_ERROR, res.note);
		return;
	}
	res.fig.bare = 1000 / res.fig.module;
	res.fig.module = NAN;
	snprintf(res.note, sizeof(res.note), "the disk alone, in %.80s",
		 b->opt->dir);
	proc_report(b, index, &res);
}

void
group_create(struct bench *b)
{
	char path[PATH_MAX_LEN + 16];
	struct disk disk;
	size_t i;

	snprintf(path, sizeof(path), "%s/fsync", b->dir);
	disk.fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (disk.fd < 0) {
		proc_report_all(b, GROUP_CREATE, VERDICT_ERROR,
				"cannot write the fsync file");
		return;
	}
	for (i = 0; i < b->plan->len; i++) {
		const struct row *row = &b->plan->row[i];

		if (row->group != GROUP_CREATE)
			continue;
		proc_progress(b, row->name);
		if (row->kind == ROW_FSYNC)
			create_fsync_row(b, i, &disk);
		else
			create_row(b, i, row, &disk);
	}
	close(disk.fd);
}
