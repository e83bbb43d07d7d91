/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of many handlers at once do not mix: each is one write at the end of the file.
 */
#include "event_log.h"

#include <fcntl.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "plugin/command.h"

enum {
	LINE_MAX_BYTES = 4096,
	FILE_MODE = 0640,
};

bool
event_log_is_place(const char *where)
{
	return where[0] == '/' || strcmp(where, "syslog") == 0 ||
	    strcmp(where, "stderr") == 0;
}

static enum rc
append(const char *path, const struct buf *line, struct err *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
	    FILE_MODE);
	enum rc r;

	if (fd < 0)
		return err_system(err, "%s", path);
	r = command_write(fd, line->data, line->len, err);
	(void)close(fd);
	return r;
}

enum rc
event_log_write(const char *where, const char *line, size_t len, int64_t now,
    struct err *err)
{
	char time[CLOCK_TIME_SIZE];
	struct buf whole;
	enum rc r;

	if (strcmp(where, "syslog") == 0) {
		openlog("amt_event_handler", LOG_PID, LOG_DAEMON);
		syslog(LOG_NOTICE, "%.*s", (int)len, line);
		closelog();
		return RC_OK;
	}
	buf_init(&whole, LINE_MAX_BYTES);
	if (where[0] == '/')
		(void)buf_addf(&whole, "%s ", clock_format_time(now, time));
	(void)buf_add(&whole, line, len);
	(void)buf_add_char(&whole, '\n');
	r = whole.rc;
	if (r != RC_OK)
		(void)err_set(err, r, "log: %s", rc_text(r));
	else if (where[0] == '/')
		r = append(where, &whole, err);
	else
		r = command_write(STDERR_FILENO, whole.data, whole.len, err);
	buf_clear(&whole);
	return r;
}
