/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which process is this: fork detection without a system call.  A page that
 * the kernel wipes in a forked child (MADV_WIPEONFORK) holds a mark; when it
 * reads zero we are in a child.  Where the kernel cannot do that, getpid is
 * compared.  No atfork handler, no lock.
 */
#ifndef KLUIS_BASE_PROCESS_H
#define KLUIS_BASE_PROCESS_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/rv.h"

/* The mark; lives in struct library, zero-initialised. */
struct process_mark {
	volatile const unsigned *page;
	int pid;
};

/*
 * Sets the mark for this process (again after a fork).  Falls back to the
 * process number where no such page can be had; CKR_HOST_MEMORY is kept for
 * systems that have neither.  Called with the library lock held.
 */
CK_RV process_mark_set(struct process_mark *m) KL_MUST_USE;
/* Whether the mark was set by this very process and not by an ancestor. */
bool process_mark_valid(const struct process_mark *m);
/* Gives the page back; the mark is not valid afterwards.  Only when no other
 * thread can be reading it (the library's unloading), not in C_Finalize. */
void process_mark_clear(struct process_mark *m);

#endif
