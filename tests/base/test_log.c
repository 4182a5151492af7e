/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines: wrong settings, silence, then form and targets.  The system's log
 * is stood in for by a socket of the test's own: connect below, which the
 * linker takes for the C library's, turns /dev/log into it.
 */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "kit/kit.h"

static struct {
	char *folder, *path, *setting;
	struct sockaddr_un syslog; /* empty path = as if there was none */
} test;

int
connect(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	const struct sockaddr_un *un = addr.__sockaddr_un__;

	if (un->sun_family == AF_UNIX && strcmp(un->sun_path, "/dev/log") == 0)
		return (int)syscall(SYS_connect, fd, &test.syslog,
		    (socklen_t)sizeof(test.syslog));
	return (int)syscall(SYS_connect, fd, un, len);
}

static int
setup(void **state)
{
	(void)state;
	test.folder = kit_folder_new();
	test.path = kit_path(test.folder, "log");
	test.syslog = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return asprintf(&test.setting, "debug:file:%s", test.path) < 0;
}

static int
teardown(void **state)
{
	(void)state;
	log_reset();
	free(test.setting);
	free(test.path);
	kit_folder_free(test.folder);
	return 0;
}

/* Binds a socket that stands for the system's log, of the given type. */
static int
syslog_listen(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int n = snprintf(test.syslog.sun_path, sizeof(test.syslog.sun_path),
	    "%s/s", test.folder);

	assert_true(n > 0 && (size_t)n < sizeof(test.syslog.sun_path));
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&test.syslog,
	    sizeof(test.syslog)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void
test_wrong_settings(void **state)
{
	static const char *const wrong[] = { "", "loud", "debugger", "DEBUG",
		" debug", "debug ", "debug:", "debug:stdout", "debug:stderr:",
		"debug:syslogd", "debug:file", "debug:file:", "debug:file:/",
		"debug:file:relative", ":stderr", "stderr" };

	(void)state;
	assert_int_equal(log_setup(test.setting), CKR_OK);
	for (size_t i = 0; i < KL_COUNT(wrong); i++) {
		assert_false(log_setting_valid(wrong[i]));
		assert_int_equal(log_setup(wrong[i]), CKR_ARGUMENTS_BAD);
		assert_true(log_enabled(LOG_LEVEL_DEBUG));
	}
}

static void
test_right_settings(void **state)
{
	static const char *const right[] = { "none", "error", "info",
		"debug", "debug:stderr", "none:syslog", "error:syslog",
		"info:file:/x", "debug:file:/a:b" };

	(void)state;
	assert_true(log_setting_valid(NULL));
	for (size_t i = 0; i < KL_COUNT(right); i++) {
		assert_true(log_setting_valid(right[i]));
		assert_int_equal(log_setup(right[i]), CKR_OK);
	}
}

static void
test_levels(void **state)
{
	static const char *const words[] = { "none", "error", "info", "debug" };

	(void)state;
	for (int set = 0; set < 4; set++) {
		assert_int_equal(log_setup(words[set]), CKR_OK);
		for (int ask = 1; ask < 4; ask++)
			assert_int_equal(log_enabled((enum log_level)ask),
			    ask <= set);
	}
	log_reset();
	assert_true(log_enabled(LOG_LEVEL_ERROR));
	assert_false(log_enabled(LOG_LEVEL_INFO));
}

/* Below the level no line is written and no file made. */
static void
test_silent(void **state)
{
	char *setting = NULL;

	(void)state;
	assert_true(asprintf(&setting, "error:file:%s", test.path) > 0);
	assert_int_equal(log_setup(setting), CKR_OK);
	log_info("not to be seen");
	log_debug("not to be seen");
	assert_int_equal(log_rv(CKR_PIN_INCORRECT, "nor this"),
	    CKR_PIN_INCORRECT);
	assert_int_not_equal(access(test.path, F_OK), 0);
	free(setting);
}

/* Runs with stderr and stdout closed off into the test's file. */
static bool
default_prints_nothing(void *arg)
{
	int fd = open(test.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)arg;
	if (dup2(fd, 1) != 1 || dup2(fd, 2) != 2)
		return false;
	log_reset();
	log_error("to nowhere, as there is no system's log");
	return log_setup(NULL) == CKR_OK &&
	    log_fail_rv(CKR_DEVICE_ERROR, "nor this") == CKR_DEVICE_ERROR;
}

static void
test_default_prints_nothing(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(kit_child(default_prints_nothing, NULL), 0);
	text = kit_read(test.path);
	assert_string_equal(text, "");
	free(text);
}

static void
test_symlink_refused(void **state)
{
	char *target = kit_path(test.folder, "target");

	(void)state;
	assert_int_equal(symlink(target, test.path), 0);
	assert_int_equal(log_setup(test.setting), CKR_OK);
	log_debug("not through a link");
	assert_int_not_equal(access(target, F_OK), 0);
	free(target);
}

/* Checks `kluis: 2026-11-24T10:00:00Z pid LEVEL message` and its newline. */
static void
assert_line(const char *line, const char *level, const char *message)
{
	char *rest = NULL;
	int pid = 0, used = 0;
	unsigned at[6];

	assert_int_equal(sscanf(line, "kluis: %4u-%2u-%2uT%2u:%2u:%2uZ %d%n",
	    &at[0], &at[1], &at[2], &at[3], &at[4], &at[5], &pid, &used), 7);
	assert_int_equal(pid, getpid());
	assert_true(asprintf(&rest, " %s %s\n", level, message) > 0);
	assert_string_equal(line + used, rest);
	free(rest);
}

static void
test_form(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(log_setup(test.setting), CKR_OK);
	log_info("slot %d: \"%s\"", 7, "caf\xc3\xa9");
	text = kit_read(test.path);
	assert_line(text, "info", "slot 7: \"caf\xc3\xa9\"");
	free(text);
}

static void
test_codes(void **state)
{
	char *text, *second;

	(void)state;
	assert_int_equal(log_setup(test.setting), CKR_OK);
	assert_int_equal(log_rv(CKR_DEVICE_ERROR, "store: %s", "a"),
	    CKR_DEVICE_ERROR);
	assert_int_equal(log_fail_rv(CKR_OK, "b"), CKR_OK);
	text = kit_read(test.path);
	second = strchr(text, '\n') + 1;
	assert_line(second, "error", "b (CKR_OK)");
	*second = '\0';
	assert_line(text, "debug", "store: a (CKR_DEVICE_ERROR)");
	free(text);
}

/* The time of the line against the C library's own idea. */
static void
test_time(void **state)
{
	char before[32], after[32], *text;
	time_t now = time(NULL);
	struct tm tm;

	(void)state;
	assert_int_equal(log_setup(test.setting), CKR_OK);
	strftime(before, sizeof(before), "%Y-%m-%dT%H:%M:%SZ",
	    gmtime_r(&now, &tm));
	log_error("x");
	now = time(NULL);
	strftime(after, sizeof(after), "%Y-%m-%dT%H:%M:%SZ",
	    gmtime_r(&now, &tm));
	text = kit_read(test.path);
	text[7 + strlen(before)] = '\0';
	assert_true(strcmp(before, text + 7) <= 0);
	assert_true(strcmp(text + 7, after) <= 0);
	free(text);
}

static void
test_control_characters(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(log_setup(test.setting), CKR_OK);
	log_error("a\nkluis: b\r\x1b[2J\x7f\tc");
	text = kit_read(test.path);
	assert_line(text, "error", "a?kluis: b??[2J??c");
	free(text);
}

static void
test_long_line(void **state)
{
	char *word = calloc(1, 5000), *text;

	(void)state;
	assert_non_null(word);
	memset(word, 'x', 4999);
	assert_int_equal(log_setup(test.setting), CKR_OK);
	log_error("%s", word);
	assert_int_equal(log_rv(CKR_OK, "%s", word), CKR_OK);
	text = kit_read(test.path);
	assert_ptr_equal(strchr(text, '\n'), text + strcspn(text, "\n"));
	assert_true(strcspn(text, "\n") < LOG_LINE_MAX);
	assert_true(strcspn(text, "\n") > LOG_LINE_MAX - 8);
	assert_int_equal(text[strlen(text) - 1], '\n');
	free(text);
	free(word);
}

static void
test_file_mode_and_append(void **state)
{
	char *text;
	struct stat st;

	(void)state;
	assert_int_equal(log_setup(test.setting), CKR_OK);
	log_error("one");
	log_reset();
	assert_int_equal(log_setup(test.setting), CKR_OK);
	log_error("two");
	assert_int_equal(stat(test.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	text = kit_read(test.path);
	assert_non_null(strstr(text, " one\n"));
	assert_non_null(strstr(text, " two\n"));
	free(text);
}

/* Neither the descriptor table nor errno shows that a line was written. */
static void
test_leaves_no_trace(void **state)
{
	int first = dup(0), second;

	(void)state;
	assert_int_equal(close(first), 0);
	assert_int_equal(log_setup(test.setting), CKR_OK);
	errno = ENOTTY;
	log_error("x");
	assert_int_equal(errno, ENOTTY);
	log_reset();
	log_error("x");
	assert_int_equal(errno, ENOTTY);
	second = dup(0);
	assert_int_equal(second, first);
	assert_int_equal(close(second), 0);
}

static bool
stderr_line(void *arg)
{
	int fd = open(test.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)arg;
	if (dup2(fd, 2) != 2 || log_setup("info") != CKR_OK)
		return false;
	log_info("to stderr");
	log_debug("not seen");
	return true;
}

static void
test_stderr(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(kit_child(stderr_line, NULL), 0);
	text = kit_read(test.path);
	assert_non_null(strstr(text, " info to stderr\n"));
	assert_null(strstr(text, "not seen"));
	free(text);
}

/* authpriv.err = 10 * 8 + 3, the line without its newline. */
static void
test_syslog_datagram(void **state)
{
	int fd = syslog_listen(SOCK_DGRAM);
	char packet[2048] = { 0 };

	(void)state;
	log_error("to syslog");
	assert_true(recv(fd, packet, sizeof(packet) - 2, 0) > 0);
	assert_int_equal(strncmp(packet, "<83>", 4), 0);
	packet[strlen(packet)] = '\n';
	assert_line(packet + 4, "error", "to syslog");
	assert_int_equal(log_setup("debug:syslog"), CKR_OK);
	log_debug("more");
	assert_true(recv(fd, packet, sizeof(packet), 0) > 0);
	assert_int_equal(strncmp(packet, "<87>", 4), 0);
	assert_int_equal(close(fd), 0);
}

static void
test_syslog_stream(void **state)
{
	int fd = syslog_listen(SOCK_STREAM), peer;
	char packet[2048] = { 0 };
	ssize_t n;

	(void)state;
	log_error("to syslog");
	peer = accept(fd, NULL, NULL);
	assert_true(peer >= 0);
	n = recv(peer, packet, sizeof(packet) - 1, 0);
	assert_true(n > 0);
	/* The NUL that ends a record came with it. */
	assert_int_equal(strlen(packet) + 1, n);
	assert_non_null(strstr(packet, " error to syslog"));
	assert_int_equal(close(peer), 0);
	assert_int_equal(close(fd), 0);
}

/* A full system's log must not stop the host: the lines are lost. */
static void
test_syslog_full(void **state)
{
	int fd = syslog_listen(SOCK_DGRAM);

	(void)state;
	for (int i = 0; i < 5000; i++)
		log_error("line %d", i);
	assert_int_equal(close(fd), 0);
}

static void
test_file_lost_goes_to_syslog(void **state)
{
	int fd = syslog_listen(SOCK_DGRAM);
	char packet[2048] = { 0 };

	(void)state;
	assert_int_equal(log_setup("debug:file:/nonexistent/x/log"), CKR_OK);
	log_debug("not important");
	log_error("important");
	assert_true(recv(fd, packet, sizeof(packet) - 1, 0) > 0);
	assert_non_null(strstr(packet, "important"));
	assert_null(strstr(packet, "not important"));
	assert_true(recv(fd, packet, sizeof(packet) - 1, 0) < 0);
	assert_int_equal(close(fd), 0);
}

static void *
log_many(void *arg)
{
	for (int i = 0; i < 500; i++)
		log_debug("thread %s line", (const char *)arg);
	return NULL;
}

/* Lines stay whole while threads write and the setting changes. */
static void
test_threads(void **state)
{
	pthread_t thread[2];
	char *text, *line, *end;

	(void)state;
	assert_int_equal(log_setup(test.setting), CKR_OK);
	assert_int_equal(pthread_create(&thread[0], NULL, log_many, "A"), 0);
	assert_int_equal(pthread_create(&thread[1], NULL, log_many, "B"), 0);
	for (int i = 0; i < 200; i++) {
		log_reset();
		assert_int_equal(log_setup(test.setting), CKR_OK);
	}
	log_debug("thread C line");
	assert_int_equal(pthread_join(thread[0], NULL), 0);
	assert_int_equal(pthread_join(thread[1], NULL), 0);
	text = kit_read(test.path);
	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		assert_int_equal(strncmp(line, "kluis: ", 7), 0);
		assert_true(end - line > 5);
		assert_string_equal(end - 5, " line");
	}
	assert_int_equal(*line, '\0');
	assert_true(line > text);
	free(text);
}

static bool
assertion(void *arg)
{
	if (log_setup(arg) != CKR_OK)
		return false;
	kl_assert_failed("a == b", "file.c", 12);
	return true;
}

static void
test_assertion(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(kit_child(assertion, test.setting) != 0,
	    KL_DEBUGGING);
	text = kit_read(test.path);
	assert_non_null(strstr(text,
	    " error assertion failed: a == b (file.c:12)\n"));
	free(text);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_wrong_settings),
		T(test_right_settings),
		T(test_levels),
		T(test_silent),
		T(test_default_prints_nothing),
		T(test_symlink_refused),
		T(test_form),
		T(test_codes),
		T(test_time),
		T(test_control_characters),
		T(test_long_line),
		T(test_file_mode_and_append),
		T(test_leaves_no_trace),
		T(test_stderr),
		T(test_syslog_datagram),
		T(test_syslog_stream),
		T(test_syslog_full),
		T(test_file_lost_goes_to_syslog),
		T(test_threads),
		T(test_assertion),
	};

	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
