/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a job becomes the command line and environment of a remedy.  A job names a
 * remedy, never a path; no secret is in either.
 */
#ifndef AMTCERT_QUEUE_CALL_H
#define AMTCERT_QUEUE_CALL_H

#include "base/rc.h"
#include "inventory/job.h"

enum {
	CALL_ARGS_MAX = 8,
	CALL_ENV_MAX = 16,
	CALL_RESULT_FD = 4, /* where a remedy tells in a word what failed */
};

/* Where remedies are, and what each is given. Lent. */
struct call_setup {
	const char *program_dir;
	const char *inventory_file;
	const char *config_file; /* NULL: the default */
};

/* Both lists end with NULL. Zeroed is empty; clear with call_clear. */
struct call {
	char *args[CALL_ARGS_MAX + 1]; /* args[0]: the path of the program */
	char *env[CALL_ENV_MAX + 1];
};

/*
 * RC_NOTFOUND, with a message, when the job names no remedy of policy/remedy.h, or one
 * that needs a person. RC_NOMEM. environment: what is handed on of it is where things are (PATH, HOME,
 * TMPDIR, systemd's credentials, Kerberos), nothing else.
 */
enum rc call_make(const struct call_setup *setup, const struct job *job,
    char *const *environment, struct call *ret_call, struct err *err);
void call_clear(struct call *call);

#endif
