/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that the C library would otherwise allocate for us.
 *
 * What strdup, asprintf, getcwd(NULL), realpath or reallocarray return comes
 * from the malloc that the C library sees, which may be the host's (BIND
 * brings jemalloc); what we free goes to the free that we see, which is the C
 * library's when we were loaded with RTLD_DEEPBIND (pkcs11-provider does so).
 * So only malloc, calloc and realloc, called by ourselves, allocate what we
 * free.  All functions give NULL when memory is out; free() takes the results.
 * Any thread, no lock.
 */
#ifndef KLUIS_BASE_MEM_H
#define KLUIS_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* A copy of a string with its ending zero. */
char *mem_string(const char *s) __attribute__((malloc, nonnull));
/* The formatted text in new memory.  Also NULL when printf cannot format. */
char *mem_format(const char *fmt, ...)
    __attribute__((malloc, format(printf, 1, 2)));
char *mem_vformat(const char *fmt, va_list ap)
    __attribute__((malloc, format(printf, 1, 0)));
/*
 * old (or NULL) with room for n elements of `size` bytes; NULL, and old as it
 * was, when that is too much.  Not for secrets: what moves leaves a copy.
 */
void *mem_array(void *old, size_t n, size_t size)
    __attribute__((warn_unused_result));

#endif
