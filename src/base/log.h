/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling what happened: silent by default, except that errors an
 * administrator must see go to syslog.  Levels and targets come from the
 * configuration (`log = level[:stderr|syslog|file:PATH]`) or KLUIS_LOG.
 * Log once, where the cause is first known.  Never values, PINs, or labels of
 * private objects; struct secret has no way in.
 *
 * A line reads `kluis: 2026-11-24T10:00:00Z pid LEVEL message`; control
 * characters in it become '?', and what is longer than LOG_LINE_MAX is cut.
 * Thread-safe; a line is written by one write(2) or send(2); errno stays as
 * it was; no lock is needed by callers and none is held while calling out.
 *
 * This is the one place besides `struct library` with state of the process:
 * a log line must be possible before C_Initialize, after C_Finalize and under
 * any lock, so level and target stand in one static struct in log.c.
 */
#ifndef KLUIS_BASE_LOG_H
#define KLUIS_BASE_LOG_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/rv.h"

enum log_level { LOG_LEVEL_NONE, LOG_LEVEL_ERROR, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* The longest line in bytes, its newline included. */
#define LOG_LINE_MAX 1024

/*
 * Sets level and target from text such as "none", "debug", "error:syslog",
 * "debug:file:/tmp/k.log"; a level without target goes to stderr.  NULL sets
 * the default: errors to syslog.  CKR_ARGUMENTS_BAD for anything else (a
 * file's path must be absolute), CKR_HOST_MEMORY; the setting then stays as
 * it was.  A log file is created 0600 and opened for appending for each line,
 * so that no descriptor of ours stays open in the host and rotation works; a
 * symbolic link in its last part is not followed.  Called with the library
 * lock held; lines may be written by other threads meanwhile.
 */
CK_RV log_setup(const char *setting) KL_MUST_USE;
/* Whether log_setup would take the setting (NULL included). */
bool log_setting_valid(const char *setting);
/* Goes back to the default and frees what log_setup allocated.  Called with
 * the library lock held, or from a destructor. */
void log_reset(void);
/* Whether a line of this level would be written: cheap, one atomic load. */
bool log_enabled(enum log_level level);

/* One line, printf-style without newline; at the given level. */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Logs the cause of a failure at debug level together with the code's name
 * and returns rv, so that a failing line reads
 *	return log_rv(CKR_DEVICE_ERROR, "store: %s: not a token", path);
 * log_fail_rv does the same at error level, for what an administrator must
 * see (store, permissions, tampering, configuration).
 */
CK_RV log_rv(CK_RV rv, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
CK_RV log_fail_rv(CK_RV rv, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
