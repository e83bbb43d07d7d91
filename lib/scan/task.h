/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linear code that waits in the loop: a fiber, and what wakes it.
 */
#ifndef AMTCERT_SCAN_TASK_H
#define AMTCERT_SCAN_TASK_H

#include <stdbool.h>

#include "base/fiber.h"
#include "scan/loop.h"

/* Zeroed, then task_init; stays where it is. */
struct task {
	struct loop *loop;
	struct loop_source source;
	struct fiber *fiber;
	bool is_stopped;
	void (*on_end)(void *ctx); /* on the loop's stack, once the body has returned */
	void *ctx;
};

/* RC_NOMEM. on_end may be NULL. */
enum rc task_init(struct task *task, struct loop *loop, void (*on_end)(void *ctx),
    void *ctx, struct err *err);

/* Idle, or never begun. Accepts a zeroed struct. */
void task_clear(struct task *task);

/* Begin in the next turn of the loop; the task is idle. */
void task_start(struct task *task, fiber_body body, void *ctx);

/* Is it neither under way nor about to be? */
bool task_is_idle(const struct task *task);

/*
 * From inside: let others run until woken or until until_ms. false when the time is
 * up, also when the task was stopped. It may be woken for nothing: look again.
 */
bool task_wait(struct task *task, int64_t until_ms);

/* Wake it whenever that descriptor changes. RC_SYSTEM. */
enum rc task_watch(struct task *task, int fd, struct err *err);

/* Go on in the next turn. */
void task_wake(struct task *task);

/* Whatever it waits for from now on is late. */
void task_stop(struct task *task);

#endif
