/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines: to nowhere, stderr, a file, or the system's log.
 *
 * Invariants:
 *  1. `state` below is the only writable static data outside of session's
 *     `struct library` (lint: the documented exception).
 *  2. A struct sink does not change once state.sink points to it.  A writer
 *     of lines counts itself in state.readers before it loads the pointer;
 *     who replaces the sink frees the old one only when it saw no reader
 *     after the exchange.  When readers do not go away (a fork copied their
 *     count but not their threads) the old sink is left, a few bytes.
 *  3. No lock anywhere, so a child forked at any moment can log.
 *  4. No descriptor stays open between lines: hosts close descriptors they
 *     do not know, and one kept here could by then be a socket of theirs.
 *  5. Nothing blocks: the system's log gets its line by a non-blocking send.
 *
 * syslog(3) is not used: it shares the host's ident and facility, keeps a
 * descriptor, takes a lock that a fork may leave taken, and may block.
 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define SYSLOG_SOCKET "/dev/log"
/* How often the replaced sink is looked at before it is left behind. */
#define SINK_PATIENCE 1000

enum log_target { TARGET_SYSLOG, TARGET_STDERR, TARGET_FILE };

/* Where lines go; path follows for TARGET_FILE, empty otherwise. */
struct sink {
	enum log_target target;
	char path[];
};

static struct {
	atomic_int level;
	atomic_uint readers;
	struct sink *_Atomic sink; /* NULL = syslog */
} state = { .level = LOG_LEVEL_ERROR };

static const char *const level_words[] = {
	[LOG_LEVEL_NONE] = "none",
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/* What a setting says; path is borrowed from its text. */
struct setting {
	enum log_level level;
	enum log_target target;
	const char *path;
};

/* Parses what follows the level: "", ":stderr", ":syslog", ":file:/path". */
static bool
target_parse(const char *text, struct setting *out)
{
	out->path = "";
	if (*text == '\0' || strcmp(text, ":stderr") == 0) {
		out->target = TARGET_STDERR;
		return true;
	}
	if (strcmp(text, ":syslog") == 0) {
		out->target = TARGET_SYSLOG;
		return true;
	}
	if (strncmp(text, ":file:/", 7) != 0 || text[7] == '\0')
		return false;
	out->target = TARGET_FILE;
	out->path = text + 6;
	return true;
}

/* Parses a setting; NULL is the default. */
static bool
setting_parse(const char *text, struct setting *out)
{
	*out = (struct setting){ LOG_LEVEL_ERROR, TARGET_SYSLOG, "" };
	if (text == NULL)
		return true;
	for (size_t i = 0; i < KL_COUNT(level_words); i++) {
		size_t n = strlen(level_words[i]);

		if (strncmp(text, level_words[i], n) == 0 &&
		    (text[n] == '\0' || text[n] == ':')) {
			out->level = (enum log_level)i;
			return target_parse(text + n, out);
		}
	}
	return false;
}

bool
log_setting_valid(const char *setting)
{
	struct setting parsed;

	return setting_parse(setting, &parsed);
}

/* Makes fresh (owned, NULL = syslog) the sink; frees the old when unused. */
static void
sink_replace(struct sink *fresh)
{
	struct sink *old = atomic_exchange(&state.sink, fresh);

	for (int i = 0; i < SINK_PATIENCE; i++) {
		if (atomic_load(&state.readers) == 0) {
			free(old);
			return;
		}
		(void)sched_yield(); /* cannot fail on Linux */
	}
}

CK_RV
log_setup(const char *setting)
{
	struct setting parsed;
	struct sink *fresh = NULL;
	size_t n;

	if (!setting_parse(setting, &parsed))
		return CKR_ARGUMENTS_BAD;
	if (parsed.target != TARGET_SYSLOG) {
		n = strlen(parsed.path) + 1;
		if ((fresh = calloc(1, sizeof(*fresh) + n)) == NULL)
			return CKR_HOST_MEMORY;
		fresh->target = parsed.target;
		memcpy(fresh->path, parsed.path, n);
	}
	sink_replace(fresh);
	atomic_store(&state.level, (int)parsed.level);
	return CKR_OK;
}

void
log_reset(void)
{
	sink_replace(NULL);
	atomic_store(&state.level, (int)LOG_LEVEL_ERROR);
}

bool
log_enabled(enum log_level level)
{
	return (int)level <=
	    atomic_load_explicit(&state.level, memory_order_relaxed);
}

/* The length in days of a month (0 = January) in a year. */
static unsigned
month_days(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month] + (month == 1 && leap ? 1u : 0u);
}

/*
 * The time as YYYY-MM-DDTHH:MM:SSZ.  Not gmtime_r, which takes the C library's
 * time zone lock; counting the months since 1970 costs less than the write.
 */
static void
format_time(char *out, size_t n)
{
	time_t now = time(NULL);
	unsigned long days = now > 0 ? (unsigned long)now / 86400 : 0;
	unsigned sec = now > 0 ? (unsigned)(now % 86400) : 0;
	unsigned year = 1970, month = 0;

	while (days >= month_days(year, month)) {
		days -= month_days(year, month);
		month = (month + 1) % 12;
		year += month == 0;
	}
	(void)snprintf(out, n, "%04u-%02u-%02luT%02u:%02u:%02uZ", year,
	    month + 1, days + 1, sec / 3600, sec / 60 % 60, sec % 60);
}

/* One line appended to a file; false when it cannot be opened. */
static bool
write_file(const char *path, const char *line, size_t n)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0)
		return false;
	/* A full disk must not disturb the host; there is nobody to tell. */
	if (write(fd, line, n) < 0)
		errno = 0;
	(void)close(fd); /* appended or not, nothing is left to do */
	return true;
}

/* One line to the system's log, or nowhere when there is none. */
static void
write_syslog(enum log_level level, const char *text, size_t n)
{
	static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
	struct sockaddr_un to = { .sun_family = AF_UNIX,
		.sun_path = SYSLOG_SOCKET };
	int severity = level == LOG_LEVEL_ERROR ? LOG_ERR :
	    level == LOG_LEVEL_INFO ? LOG_INFO : LOG_DEBUG;
	char packet[LOG_LINE_MAX + 16];
	int head = snprintf(packet, 16, "<%d>", LOG_AUTHPRIV | severity);
	bool sent = false;

	memcpy(packet + head, text, n);
	packet[(size_t)head + n] = '\0'; /* ends a record on a stream socket */
	for (size_t i = 0; i < KL_COUNT(types) && !sent; i++) {
		int fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, 0);
		size_t len = (size_t)head + n + (types[i] == SOCK_STREAM);

		if (fd < 0)
			return;
		sent = connect(fd, (const struct sockaddr *)&to,
		    sizeof(to)) == 0 &&
		    send(fd, packet, len, MSG_NOSIGNAL) >= 0;
		(void)close(fd); /* sent or not, nothing is left to do */
	}
}

/* Brings a finished line (with its newline) to where the sink says. */
static void
line_write(enum log_level level, const char *line, size_t n)
{
	const struct sink *sink;

	atomic_fetch_add(&state.readers, 1);
	sink = atomic_load(&state.sink);
	if (sink == NULL)
		write_syslog(level, line, n - 1);
	else if (sink->target == TARGET_STDERR) {
		if (write(STDERR_FILENO, line, n) < 0)
			errno = 0;
	} else if (!write_file(sink->path, line, n) &&
	    level == LOG_LEVEL_ERROR) {
		/* What an administrator must see is not lost with the file. */
		write_syslog(level, line, n - 1);
	}
	atomic_fetch_sub(&state.readers, 1);
}

/* How much of room[n] a printf that answered `made` has filled. */
static size_t
filled(int made, size_t n)
{
	if (made < 0)
		return 0;
	return (size_t)made < n ? (size_t)made : n - 1;
}

/* Builds the line and writes it; code is appended when it is not NULL. */
static void __attribute__((format(printf, 3, 0)))
line_put(enum log_level level, const char *code, const char *fmt, va_list ap)
{
	int saved = errno;
	char line[LOG_LINE_MAX];
	char when[80];
	size_t room = sizeof(line) - 1, n, start;

	format_time(when, sizeof(when));
	n = filled(snprintf(line, room, "kluis: %s %ld %s ", when,
	    (long)getpid(), level_words[level]), room);
	start = n;
	n += filled(vsnprintf(line + n, room - n, fmt, ap), room - n);
	if (code != NULL)
		n += filled(snprintf(line + n, room - n, " (%s)", code),
		    room - n);
	for (size_t i = start; i < n; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	}
	line[n++] = '\n';
	line_write(level, line, n);
	errno = saved;
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	if (!log_enabled(LOG_LEVEL_ERROR))
		return;
	va_start(ap, fmt);
	line_put(LOG_LEVEL_ERROR, NULL, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	if (!log_enabled(LOG_LEVEL_INFO))
		return;
	va_start(ap, fmt);
	line_put(LOG_LEVEL_INFO, NULL, fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!log_enabled(LOG_LEVEL_DEBUG))
		return;
	va_start(ap, fmt);
	line_put(LOG_LEVEL_DEBUG, NULL, fmt, ap);
	va_end(ap);
}

CK_RV
log_rv(CK_RV rv, const char *fmt, ...)
{
	va_list ap;

	if (!log_enabled(LOG_LEVEL_DEBUG))
		return rv;
	va_start(ap, fmt);
	line_put(LOG_LEVEL_DEBUG, rv_name(rv), fmt, ap);
	va_end(ap);
	return rv;
}

CK_RV
log_fail_rv(CK_RV rv, const char *fmt, ...)
{
	va_list ap;

	if (!log_enabled(LOG_LEVEL_ERROR))
		return rv;
	va_start(ap, fmt);
	line_put(LOG_LEVEL_ERROR, rv_name(rv), fmt, ap);
	va_end(ap);
	return rv;
}

void
kl_assert_failed(const char *expr, const char *file, int line)
{
	log_error("assertion failed: %s (%s:%d)", expr, file, line);
	if (KL_DEBUGGING)
		__builtin_trap();
}
