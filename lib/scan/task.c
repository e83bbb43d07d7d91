/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Only the loop resumes a fiber, so that none ever runs inside another.
 */
#include "scan/task.h"

#include "base/clock.h"

static void
on_ready(void *ctx)
{
	struct task *task = ctx;

	if (fiber_is_idle(task->fiber))
		return; /* an event of a descriptor that is no longer wanted */
	fiber_resume(task->fiber);
	if (fiber_is_idle(task->fiber) && task->on_end != NULL)
		task->on_end(task->ctx);
}

enum rc
task_init(struct task *task, struct loop *loop, void (*on_end)(void *ctx), void *ctx,
    struct err *err)
{
	enum rc r;

	task->loop = loop;
	task->source.on_ready = on_ready;
	task->source.ctx = task;
	task->on_end = on_end;
	task->ctx = ctx;
	r = loop_join(loop, &task->source, err);
	return r == RC_OK ? fiber_new(&task->fiber, err) : r;
}

void
task_clear(struct task *task)
{
	if (task->loop != NULL)
		loop_leave(task->loop, &task->source);
	fiber_free(task->fiber);
	task->fiber = NULL;
}

void
task_start(struct task *task, fiber_body body, void *ctx)
{
	fiber_start(task->fiber, body, ctx);
	task_wake(task);
}

bool
task_is_idle(const struct task *task)
{
	return fiber_is_idle(task->fiber);
}

bool
task_wait(struct task *task, int64_t until_ms)
{
	if (task->is_stopped)
		return false;
	loop_call_at(task->loop, &task->source, until_ms);
	fiber_pause(task->fiber);
	loop_call_at(task->loop, &task->source, LOOP_NEVER);
	return !task->is_stopped &&
	    (until_ms == LOOP_NEVER || clock_monotonic_ms() < until_ms);
}

enum rc
task_watch(struct task *task, int fd, struct err *err)
{
	return loop_watch(task->loop, &task->source, fd, err);
}

void
task_wake(struct task *task)
{
	loop_call_at(task->loop, &task->source, 0);
}

void
task_stop(struct task *task)
{
	task->is_stopped = true;
	if (task->fiber != NULL && !fiber_is_idle(task->fiber))
		task_wake(task);
}
