/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two handlers that know what to write.  They touch nothing but what is below,
 * which changes only while both signals are blocked.
 */
#include "plugin/backstop.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
	MS_PER_S = 1000,
	US_PER_MS = 1000
};

/* A handler has no argument of ours: this is what the two share with the program. */
static struct {
	char alarm_line[BACKSTOP_LINE_SIZE];
	char term_line[BACKSTOP_LINE_SIZE];
	size_t alarm_len;
	size_t term_len;
	int status;
	volatile sig_atomic_t is_muted;
} prepared;

static void
leave(int signal_number)
{
	const char *line = prepared.term_line;
	size_t len = prepared.term_len;
	int status = prepared.status;

	if (signal_number == SIGALRM) {
		line = prepared.alarm_line;
		len = prepared.alarm_len;
	}
	if (prepared.is_muted == 0 && write(STDOUT_FILENO, line, len) != (ssize_t)len)
		status = STATE_UNKNOWN;
	_exit(status);
}

/* A line that is too long keeps its line feed. */
static size_t
prepare(char field[BACKSTOP_LINE_SIZE], const char *line)
{
	size_t len = strlen(line);

	if (len >= BACKSTOP_LINE_SIZE) {
		len = BACKSTOP_LINE_SIZE - 1;
		memcpy(field, line, len);
		field[len - 1] = '\n';
		field[len] = '\0';
		return len;
	}
	memcpy(field, line, len + 1);
	return len;
}

static enum rc
install(int64_t after_ms, struct err *err)
{
	struct sigaction action = { .sa_handler = leave };
	struct itimerval timer = { .it_value = { .tv_sec = after_ms / MS_PER_S } };

	timer.it_value.tv_usec = after_ms % MS_PER_S * US_PER_MS;
	if (sigfillset(&action.sa_mask) != 0 ||
	    sigaction(SIGALRM, &action, NULL) != 0 ||
	    sigaction(SIGTERM, &action, NULL) != 0)
		return err_system(err, "signal handler");
	if (setitimer(ITIMER_REAL, &timer, NULL) != 0)
		return err_system(err, "alarm");
	return RC_OK;
}

static enum rc
block(sigset_t *ret_before, struct err *err)
{
	sigset_t both;

	if (sigemptyset(&both) != 0 || sigaddset(&both, SIGALRM) != 0 ||
	    sigaddset(&both, SIGTERM) != 0 ||
	    pthread_sigmask(SIG_BLOCK, &both, ret_before) != 0)
		return err_system(err, "signal mask");
	return RC_OK;
}

/* Whatever the mask was that we were started with: both have to come through. */
static enum rc
unblock(sigset_t *before, struct err *err)
{
	if (sigdelset(before, SIGALRM) != 0 || sigdelset(before, SIGTERM) != 0 ||
	    pthread_sigmask(SIG_SETMASK, before, NULL) != 0)
		return err_system(err, "signal mask");
	return RC_OK;
}

enum rc
backstop_arm(const char *alarm_line, const char *term_line, enum state state,
    int64_t after_ms, struct err *err)
{
	sigset_t before;
	enum rc r;

	r = block(&before, err);
	if (r != RC_OK)
		return r;
	prepared.alarm_len = prepare(prepared.alarm_line, alarm_line);
	prepared.term_len = prepare(prepared.term_line, term_line);
	prepared.status = (int)state;
	/* A time of 0 would stop the alarm. */
	r = install(after_ms > 0 ? after_ms : 1, err);
	if (r != RC_OK)
		return r;
	return unblock(&before, err);
}

void
backstop_mute(enum state state)
{
	prepared.status = (int)state;
	prepared.is_muted = 1;
}
