/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One loop that waits for descriptors and moments, for everything a scan has
 * under way.  epoll(7) and a heap; times are of clock_monotonic_ms().
 */
#ifndef AMTCERT_SCAN_LOOP_H
#define AMTCERT_SCAN_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

#define LOOP_NEVER INT64_MAX

struct loop;

/* Who waits; part of a struct of its owner. Zeroed but for the first two. It must
 * stay where it is until the turn has ended in which it left the loop. */
struct loop_source {
	void (*on_ready)(void *ctx); /* a descriptor is ready, or it is time */
	void *ctx;
	int64_t at_ms;
	size_t place; /* in the heap, from 1; 0: not there */
	bool has_joined;
};

/* RC_SYSTEM, RC_NOMEM. Caller frees. */
enum rc loop_new(struct loop **ret_loop, struct err *err);
void loop_free(struct loop *loop);

/* Come and go; room for its moments is made here. RC_NOMEM. One that never joined
 * may leave. */
enum rc loop_join(struct loop *loop, struct loop_source *source, struct err *err);
void loop_leave(struct loop *loop, struct loop_source *source);

/*
 * Call on_ready whenever fd becomes ready to read or to write: told once per
 * change, so go as far as possible each time. Once more is once. Closing the
 * descriptor ends it. RC_SYSTEM.
 */
enum rc loop_watch(struct loop *loop, struct loop_source *source, int fd,
    struct err *err);

/* The same as long as there is something to read; ended with loop_unwatch. */
enum rc loop_watch_input(struct loop *loop, struct loop_source *source, int fd,
    struct err *err);
void loop_unwatch(struct loop *loop, int fd);

/* Call on_ready once at that moment, 0 is in the next turn; takes the place of
 * what was set before. LOOP_NEVER takes it back. */
void loop_call_at(struct loop *loop, struct loop_source *source, int64_t at_ms);

/* Wait until something is ready, at most until until_ms, and call all that is.
 * Returns at once after a signal. RC_SYSTEM. */
enum rc loop_turn(struct loop *loop, int64_t until_ms, struct err *err);

#endif
