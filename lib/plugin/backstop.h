/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last line of a plugin that is stopped: SIGALRM when its own deadline has
 * passed and it still runs, SIGTERM when the scheduler loses patience.  A handler
 * writes a line that was prepared beforehand and leaves; nothing else is safe there.
 */
#ifndef AMTCERT_PLUGIN_BACKSTOP_H
#define AMTCERT_PLUGIN_BACKSTOP_H

#include <stdint.h>

#include "policy/state.h"

enum {
	BACKSTOP_LINE_SIZE = 1024
};

/*
 * Prepare both lines (whole, with their line feed; cut to BACKSTOP_LINE_SIZE), set
 * the exit status, install the handlers and let the alarm ring after_ms from now.
 * May be called again. RC_SYSTEM.
 */
enum rc backstop_arm(const char *alarm_line, const char *term_line, enum state state,
    int64_t after_ms, struct err *err);

/* The line is about to be written: handlers leave with this status from now on, and
 * say nothing. */
void backstop_mute(enum state state);

#endif
