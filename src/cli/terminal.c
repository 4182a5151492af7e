/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking at the terminal.
 *
 * Invariant: while echo is off, the signals that would end or stop the command
 * are blocked and read through a descriptor, so that the terminal is put back
 * before any of them works; no handler is installed.  After a stop the question
 * is asked again.
 */
#include "cli/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* The terminal while a question is open. */
struct terminal {
	int fd;			/* -1: not open */
	int signals;		/* signalfd, -1: none */
	bool silent;		/* echo is off, saved is valid */
	bool blocked;		/* signals are, mask is valid */
	struct termios saved;
	sigset_t mask;		/* as it was */
};

static bool
terminal_open(struct terminal *t)
{
	sigset_t set;

	t->signals = -1;
	t->silent = t->blocked = false;
	if ((t->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
		return false;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTSTP);
	if (sigprocmask(SIG_BLOCK, &set, &t->mask) != 0)
		return false;
	t->blocked = true;
	t->signals = signalfd(-1, &set, SFD_CLOEXEC);
	return t->signals >= 0;
}

static void
terminal_restore(struct terminal *t)
{
	if (t->silent)
		(void)tcsetattr(t->fd, TCSAFLUSH, &t->saved); /* best effort */
	t->silent = false;
}

static void
terminal_done(struct terminal *t)
{
	if (t->fd < 0)
		return;
	terminal_restore(t);
	if (t->signals >= 0)
		(void)close(t->signals); /* nothing was written to it */
	if (t->blocked)
		(void)sigprocmask(SIG_SETMASK, &t->mask, NULL); /* cannot fail */
	(void)close(t->fd); /* it stays open elsewhere */
}

/* Writes the question and turns echo off when it is to be. */
static bool
terminal_question(struct terminal *t, const char *question, bool echo)
{
	struct termios quiet;

	if (!echo) {
		if (tcgetattr(t->fd, &t->saved) != 0)
			return false;
		quiet = t->saved;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
		quiet.c_lflag |= ICANON | ISIG;
		if (tcsetattr(t->fd, TCSAFLUSH, &quiet) != 0)
			return false;
		t->silent = true;
	}
	return write(t->fd, question, strlen(question)) >= 0;
}

/* Puts the terminal back and lets the signal work; true when the command goes
 * on afterwards (it was stopped and continued). */
static bool
terminal_signal(struct terminal *t)
{
	struct signalfd_siginfo info;
	sigset_t one;

	if (read(t->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return false;
	terminal_restore(t);
	(void)!write(t->fd, "\n", 1); /* only looks */
	sigemptyset(&one);
	sigaddset(&one, (int)info.ssi_signo);
	(void)raise((int)info.ssi_signo); /* pending until unblocked */
	(void)sigprocmask(SIG_UNBLOCK, &one, NULL);
	(void)sigprocmask(SIG_BLOCK, &one, NULL);
	return info.ssi_signo == SIGTSTP;
}

/* A line from the terminal, which gives whole lines; -1 when there is none. */
static ssize_t
terminal_line(struct terminal *t, const char *question, bool echo,
    uint8_t *line, size_t size)
{
	if (!terminal_question(t, question, echo))
		return -1;
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = t->signals, .events = POLLIN },
			{ .fd = t->fd, .events = POLLIN },
		};

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -1;
		if (fds[0].revents != 0) {
			if (!terminal_signal(t) ||
			    !terminal_question(t, question, echo))
				return -1;
		} else if (fds[1].revents != 0) {
			return read(t->fd, line, size);
		}
	}
}

enum cli_exit
terminal_ask(const char *question, bool echo, const char *hint,
    struct secret **out)
{
	KL_AUTO(terminal_done) struct terminal t = { .fd = -1 };
	WIPE_AUTO(line, PIN_MAX + 2);
	ssize_t n;

	if (!terminal_open(&t))
		return cli_fail(CLI_FAILED, "there is no terminal to ask at; "
		    "%s", hint);
	n = terminal_line(&t, question, echo, line, sizeof(line));
	if (!echo)
		(void)!write(t.fd, "\n", 1); /* only looks */
	if (n <= 0)
		return cli_fail(CLI_FAILED, "nothing was typed");
	if (line[n - 1] == '\n')
		n--;
	else if ((size_t)n > PIN_MAX)
		return cli_fail(CLI_FAILED, "what was typed is longer than "
		    "%d bytes", PIN_MAX);
	if (secret_copy(bytes_of(line, (size_t)n), out) != CKR_OK)
		return cli_no_memory();
	return CLI_OK;
}
