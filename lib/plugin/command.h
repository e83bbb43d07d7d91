/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line that checks and remedies share: the common options, what is
 * read of them, and help, version and usage error as text.
 */
#ifndef AMTCERT_PLUGIN_COMMAND_H
#define AMTCERT_PLUGIN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/opt.h"
#include "plugin/extra_opts.h"

enum {
	COMMAND_VERBOSITY_MAX = 3,
	COMMAND_TIMEOUT_MAX_S = 86400,
	COMMAND_EXIT_USAGE = 3, /* of help, version and wrong usage alike */
};

/* What a program says of itself; constant. */
struct command_info {
	const char *program;  /* "check_amt_tls" */
	const char *purpose;  /* sentences for --help, wrapped there */
	const char *examples; /* whole lines for --help; tests run each of them */
	int64_t timeout_s;    /* default of -t */
	/* Every table of the program, command_options among them; ends with NULL. */
	const struct opt *const *options;
};

/* -V -h -v -t -f --extra-opts */
extern const struct opt command_options[];

/* Zeroed before command_start; clear with command_clear. */
struct command {
	const struct command_info *info;
	opt_handler take; /* what is not of command_options */
	void *ctx;
	struct extra_opts extra;
	bool wants_help;
	bool wants_version;
	int verbosity;		 /* 0..3 */
	const char *config_file; /* -f; NULL: the default, if it is there. Lent. */
	int64_t timeout_s;
	int64_t started_ms;  /* of clock_monotonic_ms() */
	int64_t deadline_ms; /* started_ms and timeout_s */
};

/*
 * Make standard input, output and error safe to use, expand --extra-opts, parse.
 * A broken pipe is an error from here on, not the end of the process. -v sets the
 * log level when there are three. With -h or -V the rest of the line is not looked
 * at and RC_USAGE comes without a message. take sees, with ctx, what is not of
 * command_options; strings it is handed live until command_clear. RC_USAGE, RC_NOMEM and
 * the errors of extra_opts_expand().
 */
enum rc command_start(struct command *command, const struct command_info *info,
    opt_handler take, void *ctx, int argc, char *const *argv, struct err *err);

void command_clear(struct command *command);

/*
 * What answers RC_USAGE: help, version, or head, the message of err and the usage,
 * together in at most 23 lines of 80 columns. head is "AMT_TLS UNKNOWN - " for a
 * check, "renew_amt_tls: " for a remedy. Whole lines. The exit status is 3.
 */
enum rc command_format_answer(struct buf *out, const struct command *command,
    const char *head, const struct err *err);

/*
 * What a program other than a check has to say when it ends with r, not RC_OK: help and
 * version on standard output; a wrong usage, or "PROGRAM: the message of err", on
 * standard error. Returns COMMAND_EXIT_USAGE for RC_USAGE and RC_CONFIG, else failed.
 */
int command_fail(const struct command *command, enum rc r, const struct err *err,
    int failed);

/* Write all of it to a descriptor, whatever it takes. RC_SYSTEM. */
enum rc command_write(int fd, const char *text, size_t len, struct err *err);

#endif
