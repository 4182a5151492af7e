/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which process is this: a page that a fork wipes.
 *
 * Invariants:
 *  1. page is NULL, or a mapping of our own whose content a fork zeroes; it
 *     reads PROCESS_MARK exactly in the process that set it.
 *  2. Where page is NULL, pid is 0 (never set) or the setting process's.
 *
 * Reading the mark needs no lock; setting and clearing it needs the owner's.
 */
#include "base/process.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROCESS_MARK 0x6b6c7072u

/* A zero page that a fork wipes; NULL where the kernel has no such thing. */
static unsigned *
wiped_page(void)
{
	size_t n = (size_t)sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (madvise(p, n, MADV_WIPEONFORK) == 0)
		return p;
	(void)munmap(p, n); /* ours and whole: cannot fail */
	return NULL;
}

CK_RV
process_mark_set(struct process_mark *m)
{
	if (m->page == NULL)
		m->page = wiped_page();
	if (m->page != NULL)
		*(volatile unsigned *)m->page = PROCESS_MARK;
	m->pid = (int)getpid();
	return CKR_OK;
}

bool
process_mark_valid(const struct process_mark *m)
{
	if (m->page != NULL)
		return *m->page == PROCESS_MARK;
	return m->pid != 0 && m->pid == (int)getpid();
}

void
process_mark_clear(struct process_mark *m)
{
	if (m->page != NULL) /* ours and whole: cannot fail */
		(void)munmap((void *)m->page, (size_t)sysconf(_SC_PAGESIZE));
	*m = (struct process_mark){ .page = NULL };
}
