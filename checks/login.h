/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A check that logs in, from its first line to its exit status: what is read and
 * how it is judged is all that differs.
 */
#ifndef AMTCERT_CHECKS_LOGIN_H
#define AMTCERT_CHECKS_LOGIN_H

#include "amt/device.h"
#include "known.h"
#include "plugin/plugin.h"

struct login_check {
	const struct command_info *info;
	const char *service; /* "AMT_STORE" */
	/* Takes an option of the check's own; RC_NOTFOUND: not mine. NULL: none. */
	opt_handler take;
	/* Read over an open session; the first request logs in. facts bear the
	 * target already. */
	enum rc (*read)(struct device *device, const struct target *target, int64_t now,
	    struct facts *facts, struct err *err);
	enum rc (*judge)(void *ctx, const struct facts *facts,
	    const struct policy *policy, int64_t now, struct verdict *verdict,
	    struct err *err);
	void *ctx; /* of take and judge */
	/* What was read before can be judged in place of what cannot be read now. */
	bool recalls;
	/* The whole device is judged: its history, too. */
	bool judges_history;
};

/* Run it. Returns the exit status. */
int login_check_main(const struct login_check *check, int argc, char **argv);

#endif
