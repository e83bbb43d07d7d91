/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The common part of a command line.  Descriptors 0 to 2 are made safe first: a
 * socket that got number 1 would be sent the status line.
 */
#include "plugin/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/text.h"

enum {
	MESSAGE_MAX_BYTES = 400, /* five lines and the usage below them */
	ANSWER_MAX_BYTES = 64 * 1024,
	HEAD_MAX_BYTES = 80,
	MS_PER_S = 1000
};

/* In the order of the rows. */
enum common {
	COMMON_HELP,
	COMMON_VERSION,
	COMMON_VERBOSE,
	COMMON_TIMEOUT,
	COMMON_CONFIG,
	COMMON_EXTRA_OPTS,
	COMMON_N
};

/* clang-format off */
const struct opt command_options[COMMON_N + 1] = {
	[COMMON_HELP] = { "help", 'h', NULL, "Print this help." },
	[COMMON_VERSION] = { "version", 'V', NULL, "Print the version." },
	[COMMON_VERBOSE] = { "verbose", 'v', NULL,
	    "Say more: -v in the same line, -vv in several, -vvv for diagnosis." },
	[COMMON_TIMEOUT] = { "timeout", 't', "SECONDS", "Time for the whole run." },
	[COMMON_CONFIG] = { "config", 'f', "FILE",
	    "Configuration file, /etc/amtcert/amtcert.conf unless set." },
	[COMMON_EXTRA_OPTS] = { "extra-opts", 0, "[SECTION][@FILE]",
	    "Read options from an ini file of the Monitoring Plugins, section named after "
	    "the program unless set; the command line wins. May be repeated." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

/*
 * Descriptors that are closed are opened on /dev/null, standard output for reading
 * only: whoever closed it learns from the exit status that nobody was told.
 */
static enum rc
guard_descriptors(struct err *err)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) != fd)
			return err_system(err, "/dev/null");
	}
	return RC_OK;
}

static enum rc
ignore_broken_pipes(struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (sigaction(SIGPIPE, &ignore, NULL) != 0)
		return err_system(err, "SIGPIPE");
	return RC_OK;
}

static enum rc
take_timeout(struct command *command, const char *value, struct err *err)
{
	struct err cause = { 0 };

	if (num_parse(value, 1, COMMAND_TIMEOUT_MAX_S, &command->timeout_s, &cause) !=
	    RC_OK)
		return err_set(err, RC_USAGE, "--timeout: %s", cause.text);
	return RC_OK;
}

static enum rc
take_common(struct command *command, enum common row, const char *value,
    struct err *err)
{
	switch (row) {
	case COMMON_HELP:
		command->wants_help = true;
		return RC_USAGE; /* nothing behind it is looked at */
	case COMMON_VERSION:
		command->wants_version = true;
		return RC_USAGE;
	case COMMON_VERBOSE:
		if (command->verbosity < COMMAND_VERBOSITY_MAX)
			command->verbosity++;
		return RC_OK;
	case COMMON_TIMEOUT:
		return take_timeout(command, value, err);
	case COMMON_CONFIG:
		if (value[0] == '\0')
			return err_set(err, RC_USAGE, "--config: empty");
		command->config_file = value;
		return RC_OK;
	case COMMON_EXTRA_OPTS: /* expanded before, wherever it is spelt out */
		return err_set(err, RC_USAGE, "--extra-opts: is not abbreviated");
	case COMMON_N:
		break;
	}
	return err_set(err, RC_INTERNAL, "option: not in the table");
}

static enum rc
take_any(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct command *command = ctx;
	int row = opt_row(command_options, opt);
	enum rc r;

	if (row >= 0)
		return take_common(command, (enum common)row, value, err);
	r = command->take(command->ctx, opt, value, err);
	if (r == RC_NOTFOUND)
		return err_set(err, RC_INTERNAL, "--%s: nobody takes it",
		    opt->long_name);
	return r;
}

enum rc
command_start(struct command *command, const struct command_info *info,
    opt_handler take, void *ctx, int argc, char *const *argv, struct err *err)
{
	enum rc r;

	command->info = info;
	command->take = take;
	command->ctx = ctx;
	command->timeout_s = info->timeout_s;
	command->started_ms = clock_monotonic_ms();
	r = guard_descriptors(err);
	if (r == RC_OK)
		r = ignore_broken_pipes(err);
	if (r == RC_OK)
		r = extra_opts_expand(&command->extra, info->program, argc, argv, err);
	if (r == RC_OK)
		r = opt_parse(info->options, command->extra.argc, command->extra.argv,
		    take_any, command, err);
	command->deadline_ms = command->started_ms + command->timeout_s * MS_PER_S;
	if (command->verbosity == COMMAND_VERBOSITY_MAX)
		log_set_level(COMMAND_VERBOSITY_MAX);
	return r;
}

void
command_clear(struct command *command)
{
	extra_opts_clear(&command->extra);
}

static void
add_version(struct buf *out, const struct command_info *info)
{
	(void)buf_addf(out, "%s v" AMTCERT_VERSION " (amtcert " AMTCERT_VERSION ")\n",
	    info->program);
}

static void
add_help(struct buf *out, const struct command_info *info)
{
	add_version(out, info);
	(void)buf_addf(out, "%s\n", info->purpose);
	(void)opt_usage(out, info->program, info->options);
	(void)buf_add_char(out, '\n');
	(void)opt_help(out, info->options);
	(void)buf_addf(out, "\nExamples:\n%s", info->examples);
}

enum rc
command_format_answer(struct buf *out, const struct command *command, const char *head,
    const struct err *err)
{
	const struct command_info *info = command->info;
	char message[MESSAGE_MAX_BYTES];
	struct buf line;

	if (command->wants_help || command->wants_version) {
		if (command->wants_help)
			add_help(out, info);
		else
			add_version(out, info);
		return out->rc;
	}
	buf_init(&line, 2 * sizeof(message));
	text_printable_field(message, sizeof(message), err->text, strlen(err->text));
	(void)buf_addf(&line, "%.80s%s", head, message);
	if (line.rc == RC_OK)
		(void)opt_wrap(out, buf_str(&line), 0);
	else
		out->rc = line.rc;
	buf_clear(&line);
	return opt_usage(out, info->program, info->options);
}

enum rc
command_write(int fd, const char *text, size_t len, struct err *err)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, text, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_system(err, "descriptor %d: write", fd);
		text += n;
		len -= (size_t)n;
	}
	return RC_OK;
}

int
command_fail(const struct command *command, enum rc r, const struct err *err,
    int failed)
{
	bool is_asked = command->wants_help || command->wants_version;
	struct buf head, out;

	buf_init(&head, HEAD_MAX_BYTES);
	buf_init(&out, ANSWER_MAX_BYTES);
	(void)buf_addf(&head, "%s: ", command->info->program);
	if (r == RC_USAGE)
		(void)command_format_answer(&out, command, buf_str(&head), err);
	else
		(void)buf_addf(&out, "%s%s\n", buf_str(&head),
		    err->text[0] != '\0' ? err->text : rc_text(r));
	(void)command_write(is_asked ? STDOUT_FILENO : STDERR_FILENO, buf_str(&out),
	    out.len, NULL);
	buf_clear(&head);
	buf_clear(&out);
	return r == RC_USAGE || r == RC_CONFIG ? COMMAND_EXIT_USAGE : failed;
}
