/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs one program of the operator's: no shell, nothing inherited but what it is
 * given, bounded input, output and time, and nothing of it left behind.
 */
#ifndef AMTCERT_BASE_HELPER_H
#define AMTCERT_BASE_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

enum {
	HELPER_ARGUMENTS_MAX = 32,
	HELPER_IN_MAX_BYTES = 4096, /* fits into any pipe: nobody has to wait */
	HELPER_OUT_MAX_BYTES = 1024 * 1024,
	HELPER_ERR_MAX_BYTES = 64 * 1024, /* more is read and dropped */
	HELPER_TERM_MS = 5000,		  /* from SIGTERM to SIGKILL */
};

/* How it ended. Zeroed is empty; clear with helper_result_clear. */
struct helper_result {
	int status;	/* exit status, when signal is 0 */
	int signal;	/* that ended it; 0: it exited */
	bool timed_out; /* by us, at the deadline */
	bool too_much;	/* by us, after HELPER_OUT_MAX_BYTES */
	struct buf out;
	struct buf err;
};

void helper_result_clear(struct helper_result *result);

/* A program and its arguments. Zeroed is empty; clear with helper_command_clear. */
struct helper_command {
	char *text; /* what argv points into */
	char *argv[HELPER_ARGUMENTS_MAX + 1];
};

/* Cut the text at its blanks; there is no quoting. RC_CONFIG when there is none, or
 * too much, of it, or the first word is no absolute path; RC_NOMEM. */
enum rc helper_command_parse(const char *text, struct helper_command *ret_command,
    struct err *err);
void helper_command_clear(struct helper_command *command);

/*
 * May this file be run? An absolute path to an executable regular file that
 * belongs to root or us and that nobody else can write. RC_CONFIG, RC_SYSTEM.
 */
enum rc helper_check(const char *path, struct err *err);

/*
 * Run argv[0] with exactly this environment, in a session and process group of
 * its own, with these bytes as its standard input (NULL: empty), until it ends or
 * deadline_ms (of clock_monotonic_ms()): then SIGTERM, and SIGKILL HELPER_TERM_MS
 * later. What is left of its group ends with it. RC_OK however it ended; RC_SYSTEM
 * when it could not be started, RC_LIMIT for more than HELPER_IN_MAX_BYTES, RC_NOMEM.
 */
enum rc helper_run(char *const *argv, char *const *environment, const char *input,
    size_t input_len, int64_t deadline_ms, struct helper_result *ret_result,
    struct err *err);

#endif
