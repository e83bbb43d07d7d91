/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll_wait(2) up to the earliest moment of a binary heap.  A source that is
 * ready and due in one turn is called twice; that does no harm to who looks
 * what has changed.
 */
#include "scan/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	EVENTS_A_TURN = 256,
	HEAP_FIRST = 64
};

struct loop {
	int epoll_fd;
	struct loop_source **heap; /* from 1: the earliest first */
	size_t n;
	size_t n_joined;
	size_t cap; /* above n_joined */
};

enum rc
loop_new(struct loop **ret_loop, struct err *err)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (loop == NULL)
		return err_set(err, RC_NOMEM, "loop: out of memory");
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		free(loop);
		return err_system(err, "loop: epoll_create1");
	}
	*ret_loop = loop;
	return RC_OK;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	(void)close(loop->epoll_fd);
	free(loop->heap);
	free(loop);
}

enum rc
loop_watch(struct loop *loop, struct loop_source *source, int fd, struct err *err)
{
	struct epoll_event event = { .events =
					 EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET };

	event.data.ptr = source;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0 &&
	    errno != EEXIST)
		return err_system(err, "loop: epoll_ctl");
	return RC_OK;
}

enum rc
loop_watch_input(struct loop *loop, struct loop_source *source, int fd, struct err *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	event.data.ptr = source;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		return err_system(err, "loop: epoll_ctl");
	return RC_OK;
}

void
loop_unwatch(struct loop *loop, int fd)
{
	(void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

static void
put(struct loop *loop, size_t place, struct loop_source *source)
{
	loop->heap[place] = source;
	source->place = place;
}

static void
sift_up(struct loop *loop, size_t place, struct loop_source *source)
{
	while (place > 1 && loop->heap[place / 2]->at_ms > source->at_ms) {
		put(loop, place, loop->heap[place / 2]);
		place /= 2;
	}
	put(loop, place, source);
}

static void
sift_down(struct loop *loop, size_t place, struct loop_source *source)
{
	size_t below = 2 * place;

	while (below <= loop->n) {
		if (below < loop->n &&
		    loop->heap[below + 1]->at_ms < loop->heap[below]->at_ms)
			below++;
		if (loop->heap[below]->at_ms >= source->at_ms)
			break;
		put(loop, place, loop->heap[below]);
		place = below;
		below = 2 * place;
	}
	put(loop, place, source);
}

static void
take_out(struct loop *loop, struct loop_source *source)
{
	size_t place = source->place;
	struct loop_source *last = loop->heap[loop->n];

	loop->n--;
	source->place = 0;
	if (last == source)
		return;
	sift_down(loop, place, last);
	sift_up(loop, last->place, last);
}

enum rc
loop_join(struct loop *loop, struct loop_source *source, struct err *err)
{
	size_t cap = loop->cap == 0 ? HEAP_FIRST : loop->cap * 2;
	struct loop_source **heap;

	if (loop->n_joined + 1 >= loop->cap) {
		heap = reallocarray(loop->heap, cap, sizeof(struct loop_source *));
		if (heap == NULL)
			return err_set(err, RC_NOMEM, "loop: out of memory");
		loop->heap = heap;
		loop->cap = cap;
	}
	loop->n_joined++;
	source->has_joined = true;
	return RC_OK;
}

void
loop_leave(struct loop *loop, struct loop_source *source)
{
	if (!source->has_joined)
		return;
	loop_call_at(loop, source, LOOP_NEVER);
	loop->n_joined--;
	source->has_joined = false;
}

void
loop_call_at(struct loop *loop, struct loop_source *source, int64_t at_ms)
{
	if (source->place != 0)
		take_out(loop, source);
	source->at_ms = at_ms;
	if (at_ms == LOOP_NEVER)
		return;
	loop->n++;
	sift_up(loop, loop->n, source);
}

/* Of what is due when this begins: a call that sets itself a new time in the past
 * waits for the next turn, so that descriptors get theirs. */
static void
call_due(struct loop *loop)
{
	int64_t now_ms = clock_monotonic_ms();
	size_t n_most = loop->n;

	while (n_most > 0 && loop->n > 0 && loop->heap[1]->at_ms <= now_ms) {
		struct loop_source *source = loop->heap[1];

		take_out(loop, source);
		source->on_ready(source->ctx);
		n_most--;
	}
}

static int
wait_ms(const struct loop *loop, int64_t until_ms)
{
	int64_t left_ms;

	if (loop->n > 0 && loop->heap[1]->at_ms < until_ms)
		until_ms = loop->heap[1]->at_ms;
	if (until_ms == LOOP_NEVER)
		return -1;
	left_ms = until_ms - clock_monotonic_ms();
	if (left_ms < 0)
		left_ms = 0;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

enum rc
loop_turn(struct loop *loop, int64_t until_ms, struct err *err)
{
	struct epoll_event events[EVENTS_A_TURN];
	int n =
	    epoll_wait(loop->epoll_fd, events, EVENTS_A_TURN, wait_ms(loop, until_ms));

	if (n < 0 && errno != EINTR)
		return err_system(err, "loop: epoll_wait");
	for (int i = 0; i < n; i++) {
		struct loop_source *source = events[i].data.ptr;

		source->on_ready(source->ctx);
	}
	call_due(loop);
	return RC_OK;
}
