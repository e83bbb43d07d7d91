/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll(7), level triggered, with a binary heap of timers.  Time is the
 * monotonic clock; nothing here knows what it waits for.
 */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "mem.h"

enum {
	EVENTS_PER_ROUND = 256,
	WAIT_MAX_MS = 60000,
};

struct late {
	loop_fn fn;
	void *ctx;
};

struct loop {
	int epoll_fd;
	bool stop;
	struct loop_timer **heap; /* heap[0] is the earliest */
	size_t heap_n;
	size_t heap_max;
	struct late *late;
	size_t late_n;
	size_t late_max;
};

struct loop *
loop_new(void)
{
	struct loop *loop = mem_new(1, sizeof(*loop));

	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		free(loop);
		return NULL;
	}
	return loop;
}

static void
run_late(struct loop *loop)
{
	/* A late call may add another one. */
	for (size_t i = 0; i < loop->late_n; i++) {
		struct late late = loop->late[i];

		late.fn(late.ctx);
	}
	loop->late_n = 0;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	run_late(loop);
	close(loop->epoll_fd);
	free(loop->heap);
	free(loop->late);
	free(loop);
}

void
loop_watch(struct loop *loop, struct loop_fd *fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = { .ptr = fd } };
	int op = EPOLL_CTL_MOD;

	if (fd->events == events)
		return;
	if (fd->events == 0)
		op = EPOLL_CTL_ADD;
	else if (events == 0)
		op = EPOLL_CTL_DEL;
	if (epoll_ctl(loop->epoll_fd, op, fd->fd, &event) == 0)
		fd->events = events;
}

static void
place(struct loop *loop, size_t i, struct loop_timer *timer)
{
	loop->heap[i] = timer;
	timer->place = i + 1;
}

static void
sift_up(struct loop *loop, size_t i)
{
	struct loop_timer *timer = loop->heap[i];

	while (i > 0 && loop->heap[(i - 1) / 2]->at_ms > timer->at_ms) {
		place(loop, i, loop->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(loop, i, timer);
}

static void
sift_down(struct loop *loop, size_t i)
{
	struct loop_timer *timer = loop->heap[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= loop->heap_n)
			break;
		if (child + 1 < loop->heap_n &&
		    loop->heap[child + 1]->at_ms < loop->heap[child]->at_ms)
			child++;
		if (loop->heap[child]->at_ms >= timer->at_ms)
			break;
		place(loop, i, loop->heap[child]);
		i = child;
	}
	place(loop, i, timer);
}

void
loop_disarm(struct loop *loop, struct loop_timer *timer)
{
	size_t i = timer->place;
	struct loop_timer *last = NULL;

	if (i == 0)
		return;
	i--;
	timer->place = 0;
	loop->heap_n--;
	if (i == loop->heap_n)
		return;
	last = loop->heap[loop->heap_n];
	place(loop, i, last);
	sift_up(loop, i);
	sift_down(loop, last->place - 1);
}

void
loop_arm(struct loop *loop, struct loop_timer *timer, int64_t delay_ms)
{
	loop_disarm(loop, timer);
	if (loop->heap_n == loop->heap_max) {
		loop->heap_max = loop->heap_max * 2 + 64;
		loop->heap =
		    mem_resize(loop->heap, loop->heap_max, sizeof(struct loop_timer *));
	}
	timer->at_ms = clock_monotonic_ms() + delay_ms;
	loop->heap_n++;
	place(loop, loop->heap_n - 1, timer);
	sift_up(loop, loop->heap_n - 1);
}

void
loop_later(struct loop *loop, loop_fn fn, void *ctx)
{
	if (loop->late_n == loop->late_max) {
		loop->late_max = loop->late_max * 2 + 16;
		loop->late =
		    mem_resize(loop->late, loop->late_max, sizeof(*loop->late));
	}
	loop->late[loop->late_n].fn = fn;
	loop->late[loop->late_n].ctx = ctx;
	loop->late_n++;
}

static void
run_timers(struct loop *loop)
{
	int64_t now_ms = clock_monotonic_ms();

	while (loop->heap_n > 0 && loop->heap[0]->at_ms <= now_ms) {
		struct loop_timer *timer = loop->heap[0];

		loop_disarm(loop, timer);
		timer->fn(timer->ctx);
	}
}

static int
wait_ms(const struct loop *loop)
{
	int64_t left_ms = WAIT_MAX_MS;

	if (loop->heap_n > 0)
		left_ms = loop->heap[0]->at_ms - clock_monotonic_ms();
	if (left_ms < 0)
		return 0;
	return left_ms > WAIT_MAX_MS ? WAIT_MAX_MS : (int)left_ms;
}

void
loop_run(struct loop *loop)
{
	struct epoll_event events[EVENTS_PER_ROUND];

	while (!loop->stop) {
		int n =
		    epoll_wait(loop->epoll_fd, events, EVENTS_PER_ROUND, wait_ms(loop));

		if (n < 0 && errno != EINTR)
			return;
		for (int i = 0; i < n; i++) {
			struct loop_fd *fd = events[i].data.ptr;

			/* An earlier event of this round may have closed it. */
			if (fd->events != 0)
				fd->fn(fd->ctx, events[i].events);
		}
		run_timers(loop);
		run_late(loop);
	}
}

void
loop_stop(struct loop *loop)
{
	loop->stop = true;
}
