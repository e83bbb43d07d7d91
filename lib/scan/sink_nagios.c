/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two ways into Nagios Core, Naemon and their kin.  A spool file is made under a
 * name that the core does not look at, and gets its own by link(2), which takes no
 * name twice; the empty file with .ok says that it is whole.  The command file is a
 * FIFO: a write of up to PIPE_BUF bytes is never mixed with another's.
 * Source: Nagios Core 4, base/utils.c (process_check_result_queue), pipe(7).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "scan/sink.h"

enum {
	SPOOL_BATCH = 1000, /* results in a file */
	SPOOL_MAX_BYTES = 16 * 1024 * 1024,
	SPOOL_MODE = 0644, /* the core runs as another user; it is no secret */
	SPOOL_NAME_SIZE = 16,
	SPOOL_TRIES = 100,
	ESCAPED_MAX_BYTES = 16 * 1024,
	COMMAND_WAIT_MS = 5000, /* for a core that does not read */
};

struct spool {
	struct sink sink;
	int folder;
	struct buf text;
	size_t n; /* results in it */
};

struct command {
	struct sink sink;
	int fd;
	struct buf text; /* whole lines, at most PIPE_BUF */
	size_t n;
};

static enum rc
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return RC_SYSTEM;
		bytes += n;
		len -= (size_t)n;
	}
	return RC_OK;
}

/* 'c' and six characters that nobody else has just thought of. */
static enum rc
make_name(char name[SPOOL_NAME_SIZE])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz012345";
	unsigned char bytes[6];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return RC_SYSTEM;
	name[0] = 'c';
	for (size_t i = 0; i < sizeof(bytes); i++)
		name[i + 1] = digits[bytes[i] % (sizeof(digits) - 1)];
	name[sizeof(bytes) + 1] = '\0';
	return RC_OK;
}

/* From its hidden name to one of its own. */
static enum rc
publish(int folder, const char *hidden, char name[SPOOL_NAME_SIZE])
{
	char ok[SPOOL_NAME_SIZE + 4];
	int fd = -1;

	for (int i = 0; i < SPOOL_TRIES; i++) {
		if (make_name(name) != RC_OK)
			return RC_SYSTEM;
		if (linkat(folder, hidden, folder, name, 0) == 0)
			break;
		if (errno != EEXIST || i == SPOOL_TRIES - 1)
			return RC_SYSTEM;
	}
	(void)snprintf(ok, sizeof(ok), "%s.ok", name);
	fd = openat(folder, ok, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, SPOOL_MODE);
	if (fd < 0) {
		(void)unlinkat(folder, name, 0);
		return RC_SYSTEM;
	}
	(void)close(fd);
	return RC_OK;
}

static enum rc
write_file(const struct spool *spool)
{
	char hidden[SPOOL_NAME_SIZE + 1], name[SPOOL_NAME_SIZE];
	enum rc r = make_name(name);
	int fd;

	if (r != RC_OK)
		return r;
	(void)snprintf(hidden, sizeof(hidden), ".%s", name);
	fd = openat(spool->folder, hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    SPOOL_MODE);
	if (fd < 0)
		return RC_SYSTEM;
	if (fchmod(fd, SPOOL_MODE) != 0)
		r = RC_SYSTEM;
	if (r == RC_OK)
		r = write_all(fd, buf_str(&spool->text), spool->text.len);
	if (close(fd) != 0)
		r = RC_SYSTEM;
	if (r == RC_OK)
		r = publish(spool->folder, hidden, name);
	(void)unlinkat(spool->folder, hidden, 0);
	return r;
}

static void
spool_flush(struct sink *sink)
{
	struct spool *spool = (struct spool *)sink;
	struct err why = { 0 };

	if (spool->n == 0)
		return;
	if (spool->text.rc != RC_OK)
		sink_count_untold(sink, (int64_t)spool->n, spool->text.rc,
		    "spool: no room for the results");
	else if (write_file(spool) == RC_OK)
		sink->n_told += (int64_t)spool->n;
	else {
		(void)err_system(&why, "spool");
		sink_count_untold(sink, (int64_t)spool->n, RC_SYSTEM, why.text);
	}
	spool->n = 0;
	buf_reset(&spool->text);
}

static void
spool_put(struct sink *sink, const struct passive_result *result)
{
	struct spool *spool = (struct spool *)sink;
	long long at = (long long)result->at;

	if (spool->n == 0)
		(void)buf_addf(&spool->text, "file_time=%lld\n\n", at);
	(void)buf_addf(&spool->text,
	    "host_name=%s\nservice_description=%s\ncheck_type=1\nscheduled_check=0\n"
	    "reschedule_check=0\nstart_time=%lld.0\nfinish_time=%lld.0\n"
	    "early_timeout=0\nexited_ok=1\nreturn_code=%d\noutput=",
	    result->host, result->service, at, at, (int)result->state);
	(void)sink_add_escaped(&spool->text, result->text);
	(void)buf_add_str(&spool->text, "\n\n");
	spool->n++;
	if (spool->n == SPOOL_BATCH)
		spool_flush(sink);
}

static void
spool_free(struct sink *sink)
{
	struct spool *spool = (struct spool *)sink;

	if (spool->folder >= 0)
		(void)close(spool->folder);
	buf_clear(&spool->text);
	free(spool);
}

static const struct sink_ops spool_ops = {
	.put = spool_put,
	.flush = spool_flush,
	.free = spool_free,
};

enum rc
sink_open_spool(const char *folder, struct sink **ret_sink, struct err *err)
{
	struct spool *spool = calloc(1, sizeof(*spool));

	if (spool == NULL)
		return err_set(err, RC_NOMEM, "spool: out of memory");
	spool->sink.ops = &spool_ops;
	buf_init(&spool->text, SPOOL_MAX_BYTES);
	spool->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->folder < 0 || faccessat(spool->folder, ".", W_OK | X_OK, 0) != 0) {
		(void)err_system(err, "--passive: nagios-spool: %s", folder);
		spool_free(&spool->sink);
		return RC_SYSTEM;
	}
	*ret_sink = &spool->sink;
	return RC_OK;
}

/* Everything or, after a while, nothing. */
static enum rc
write_lines(const struct command *command)
{
	int64_t until_ms = clock_monotonic_ms() + COMMAND_WAIT_MS;
	struct pollfd pollfd = { .fd = command->fd, .events = POLLOUT };

	for (;;) {
		int64_t left_ms = until_ms - clock_monotonic_ms();

		if (write(command->fd, buf_str(&command->text), command->text.len) ==
		    (ssize_t)command->text.len)
			return RC_OK;
		if (errno != EAGAIN && errno != EINTR)
			return RC_SYSTEM;
		if (left_ms <= 0)
			return RC_SYSTEM;
		(void)poll(&pollfd, 1, (int)left_ms);
	}
}

static void
command_flush(struct sink *sink)
{
	struct command *command = (struct command *)sink;
	struct err why = { 0 };

	if (command->n == 0)
		return;
	if (write_lines(command) == RC_OK)
		sink->n_told += (int64_t)command->n;
	else {
		(void)err_system(&why, "command file");
		sink_count_untold(sink, (int64_t)command->n, RC_SYSTEM, why.text);
	}
	command->n = 0;
	buf_reset(&command->text);
}

/* One line, of at most PIPE_BUF bytes; what does not fit is long output. */
static enum rc
format_line(const struct passive_result *result, struct buf *line)
{
	(void)buf_addf(line, "[%lld] PROCESS_SERVICE_CHECK_RESULT;%s;%s;%d;",
	    (long long)result->at, result->host, result->service, (int)result->state);
	(void)sink_add_escaped(line, result->text);
	if (line->rc != RC_OK)
		return line->rc;
	if (line->len > PIPE_BUF - 1) {
		size_t len = PIPE_BUF - 1;

		/* Not in the middle of \n or \\, nor of a character. */
		while (len > 0 &&
		    (buf_str(line)[len - 1] == '\\' ||
			((unsigned char)buf_str(line)[len] & 0xc0) == 0x80))
			len--;
		buf_truncate(line, len);
	}
	return buf_add_char(line, '\n');
}

static void
command_put(struct sink *sink, const struct passive_result *result)
{
	struct command *command = (struct command *)sink;
	struct buf line;
	enum rc r;

	buf_init(&line, ESCAPED_MAX_BYTES);
	r = format_line(result, &line);
	if (r == RC_OK && command->text.len + line.len > PIPE_BUF)
		command_flush(sink);
	if (r == RC_OK)
		r = buf_add(&command->text, buf_str(&line), line.len);
	if (r == RC_OK)
		command->n++;
	else
		sink_count_untold(sink, 1, r, "command file: no room for the result");
	buf_clear(&line);
}

static void
command_free(struct sink *sink)
{
	struct command *command = (struct command *)sink;

	if (command->fd >= 0)
		(void)close(command->fd);
	buf_clear(&command->text);
	free(command);
}

static const struct sink_ops command_ops = {
	.put = command_put,
	.flush = command_flush,
	.free = command_free,
};

enum rc
sink_open_command(const char *path, struct sink **ret_sink, struct err *err)
{
	struct command *command = calloc(1, sizeof(*command));
	struct stat status;
	enum rc r = RC_OK;

	if (command == NULL)
		return err_set(err, RC_NOMEM, "command file: out of memory");
	command->sink.ops = &command_ops;
	buf_init(&command->text, PIPE_BUF);
	/* Without a reader the open fails instead of waiting for one. */
	command->fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (command->fd < 0 && errno == ENXIO)
		r = err_set(err, RC_CONNECT,
		    "--passive: nagios-command: %s: nobody reads it: is the core running?",
		    path);
	else if (command->fd < 0 || fstat(command->fd, &status) != 0)
		r = err_system(err, "--passive: nagios-command: %s", path);
	else if (!S_ISFIFO(status.st_mode))
		r = err_set(err, RC_CONFIG, "--passive: nagios-command: %s: not a FIFO",
		    path);
	if (r == RC_OK)
		*ret_sink = &command->sink;
	else
		command_free(&command->sink);
	return r;
}
