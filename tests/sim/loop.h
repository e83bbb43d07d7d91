/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one event loop: descriptors by epoll(7), timers in a heap, and work put
 * off to the end of a round so that nothing is freed under a pending event.
 */
#ifndef AMTSIM_LOOP_H
#define AMTSIM_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

typedef void (*loop_fd_fn)(void *ctx, uint32_t events);
typedef void (*loop_fn)(void *ctx);

/* Inside the object that owns the descriptor; fd is -1 when there is none. */
struct loop_fd {
	int fd;
	uint32_t events; /* 0: not in the epoll set */
	loop_fd_fn fn;
	void *ctx;
};

/* Inside the object that waits. Zeroed is "not armed". */
struct loop_timer {
	int64_t at_ms;
	size_t place; /* in the heap, from 1; 0: not armed */
	loop_fn fn;
	void *ctx;
};

/* NULL when epoll is not to be had; errno says why. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Watch for events (EPOLLIN, EPOLLOUT); 0 stops watching. */
void loop_watch(struct loop *loop, struct loop_fd *fd, uint32_t events);

/* Call fn once, delay_ms from now; an armed timer is set anew. */
void loop_arm(struct loop *loop, struct loop_timer *timer, int64_t delay_ms);
void loop_disarm(struct loop *loop, struct loop_timer *timer);

/* Call fn(ctx) when the events of this round have been handled. */
void loop_later(struct loop *loop, loop_fn fn, void *ctx);

/* Handle events until loop_stop. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
