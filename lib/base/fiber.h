/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A function with a stack of its own, which can stop in the middle and go on
 * later: code that waits for a device stays linear, and one loop has thousands of
 * them.  No threads: a fiber runs only while its owner stands in fiber_resume().
 * Source: makecontext(3).
 */
#ifndef AMTCERT_BASE_FIBER_H
#define AMTCERT_BASE_FIBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

enum {
	/* Address space; memory is what was touched, see fiber_stack_used(). The
	 * page below it ends the process: an overflow is not survived. */
	FIBER_STACK_BYTES = 256 * 1024
};

struct fiber;

typedef void (*fiber_body)(void *ctx);

/* A fiber with nothing to do. RC_NOMEM. Caller frees. */
enum rc fiber_new(struct fiber **ret_fiber, struct err *err);

/* Give it something to do, as often as it is idle; begins with fiber_resume(). */
void fiber_start(struct fiber *fiber, fiber_body body, void *ctx);

/* Run until it pauses or its body returns. Never from inside a fiber, never for
 * one that is idle. */
void fiber_resume(struct fiber *fiber);

/* From inside that fiber: back to its owner, until it is resumed. */
void fiber_pause(struct fiber *fiber);

/* Has it nothing to do? */
bool fiber_is_idle(const struct fiber *fiber);

/* Bytes of the stack that have ever been touched, whole pages. */
size_t fiber_stack_used(const struct fiber *fiber);

/* Accepts NULL. One that is not idle is dropped where it stands, with all that
 * its body holds: let it end first. */
void fiber_free(struct fiber *fiber);

#endif
