/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/scan/loop.c and task.c: moments in order, descriptors, and code that waits.
 * Moments lie in the past, so that nothing here waits for a clock.
 */
#include <fcntl.h>
#include <unistd.h>

#include "scan/loop.h"
#include "scan/task.h"
#include "torture.h"
#include "unit.h"

enum {
	MANY = 200
};

struct call {
	struct loop_source source;
	int *counter;
	int order; /* which of all calls it was; 0: none */
};

static void
note(void *ctx)
{
	struct call *call = ctx;

	(*call->counter)++;
	call->order = *call->counter;
}

static void
calls_in_the_order_of_their_moments(void **state)
{
	struct call calls[MANY] = { 0 };
	struct loop *loop = NULL;
	struct err err = { 0 };
	int counter = 0;

	(void)state;
	assert_rc(loop_new(&loop, &err), RC_OK, &err);
	for (int i = 0; i < MANY; i++) {
		calls[i].source.on_ready = note;
		calls[i].source.ctx = &calls[i];
		calls[i].counter = &counter;
		assert_rc(loop_join(loop, &calls[i].source, &err), RC_OK, &err);
		/* 77 and MANY have no common divisor: each place once. */
		loop_call_at(loop, &calls[i].source, 1 + (i * 77) % MANY);
	}
	loop_call_at(loop, &calls[5].source, LOOP_NEVER);
	loop_call_at(loop, &calls[6].source, 0);
	assert_rc(loop_turn(loop, 0, &err), RC_OK, &err);
	assert_int_equal(counter, MANY - 1);
	assert_int_equal(calls[5].order, 0);
	assert_int_equal(calls[6].order, 1);
	for (int i = 0; i < MANY; i++)
		for (int j = 0; j < MANY; j++)
			if (calls[i].order != 0 && i != 6 && calls[j].order != 0 &&
			    j != 6 && (i * 77) % MANY < (j * 77) % MANY)
				assert_true(calls[i].order < calls[j].order);
	for (int i = 0; i < MANY; i++)
		loop_leave(loop, &calls[i].source);
	loop_free(loop);
	loop_free(NULL);
}

static void
tells_of_input(void **state)
{
	struct call call = { .source = { .on_ready = note } };
	struct loop *loop = NULL;
	struct err err = { 0 };
	int counter = 0, ends[2];

	(void)state;
	call.source.ctx = &call;
	call.counter = &counter;
	assert_int_equal(pipe(ends), 0);
	assert_rc(loop_new(&loop, &err), RC_OK, &err);
	assert_rc(loop_watch_input(loop, &call.source, ends[0], &err), RC_OK, &err);
	assert_rc(loop_turn(loop, 0, &err), RC_OK, &err);
	assert_int_equal(counter, 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_rc(loop_turn(loop, 0, &err), RC_OK, &err);
	assert_rc(loop_turn(loop, 0, &err), RC_OK, &err);
	assert_int_equal(counter, 2);
	loop_unwatch(loop, ends[0]);
	assert_rc(loop_turn(loop, 0, &err), RC_OK, &err);
	assert_int_equal(counter, 2);
	assert_rc(loop_watch_input(loop, &call.source, -1, &err), RC_SYSTEM, &err);
	(void)close(ends[0]);
	(void)close(ends[1]);
	loop_free(loop);
}

/* Waits for a byte, or for its end. */
struct reader {
	struct task task;
	int fd;
	bool was_late;
	bool has_ended;
	char byte;
};

static void
read_a_byte(void *ctx)
{
	struct reader *reader = ctx;

	if (task_watch(&reader->task, reader->fd, NULL) != RC_OK)
		return;
	while (!reader->was_late && read(reader->fd, &reader->byte, 1) != 1)
		reader->was_late = !task_wait(&reader->task, LOOP_NEVER);
}

static void
at_end(void *ctx)
{
	struct reader *reader = ctx;

	reader->has_ended = true;
}

/* A loop with readers of two pipes under way. */
struct pair {
	struct loop *loop;
	struct reader readers[2];
	int ends[2][2];
};

static void
start_pair(struct pair *pair)
{
	struct err err = { 0 };

	assert_rc(loop_new(&pair->loop, &err), RC_OK, &err);
	for (int i = 0; i < 2; i++) {
		struct reader *reader = &pair->readers[i];

		assert_int_equal(pipe2(pair->ends[i], O_NONBLOCK), 0);
		reader->fd = pair->ends[i][0];
		assert_rc(task_init(&reader->task, pair->loop, at_end, reader, &err),
		    RC_OK, &err);
		task_start(&reader->task, read_a_byte, reader);
	}
	assert_rc(loop_turn(pair->loop, 0, &err), RC_OK, &err);
	assert_false(pair->readers[0].has_ended || pair->readers[1].has_ended);
}

static void
end_pair(struct pair *pair)
{
	for (int i = 0; i < 2; i++) {
		task_clear(&pair->readers[i].task);
		(void)close(pair->ends[i][0]);
		(void)close(pair->ends[i][1]);
	}
	loop_free(pair->loop);
}

static void
linear_code_waits_while_others_run(void **state)
{
	struct pair pair = { .loop = NULL };
	struct err err = { 0 };

	(void)state;
	start_pair(&pair);
	assert_int_equal(write(pair.ends[1][1], "b", 1), 1);
	assert_rc(loop_turn(pair.loop, 0, &err), RC_OK, &err);
	assert_true(pair.readers[1].has_ended);
	assert_true(task_is_idle(&pair.readers[1].task));
	assert_int_equal(pair.readers[1].byte, 'b');
	assert_false(pair.readers[0].has_ended);
	assert_int_equal(write(pair.ends[0][1], "a", 1), 1);
	assert_rc(loop_turn(pair.loop, 0, &err), RC_OK, &err);
	assert_int_equal(pair.readers[0].byte, 'a');
	end_pair(&pair);
}

static void
what_is_woken_for_nothing_waits_on_and_what_is_stopped_ends(void **state)
{
	struct pair pair = { .loop = NULL };
	struct err err = { 0 };

	(void)state;
	start_pair(&pair);
	task_wake(&pair.readers[0].task);
	assert_rc(loop_turn(pair.loop, 0, &err), RC_OK, &err);
	assert_false(pair.readers[0].has_ended);
	task_stop(&pair.readers[0].task);
	task_stop(&pair.readers[1].task);
	assert_rc(loop_turn(pair.loop, 0, &err), RC_OK, &err);
	for (int i = 0; i < 2; i++)
		assert_true(pair.readers[i].has_ended && pair.readers[i].was_late);
	end_pair(&pair);
}

static enum rc
make_some(void *ctx)
{
	struct task task = { 0 };
	struct loop *loop = NULL;
	struct err err = { 0 };
	enum rc r = loop_new(&loop, &err);

	(void)ctx;
	if (r == RC_OK)
		r = task_init(&task, loop, NULL, NULL, &err);
	task_clear(&task);
	loop_free(loop);
	return r;
}

static void
says_when_memory_is_out(void **state)
{
	(void)state;
	assert_int_equal(torture(make_some, NULL), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_in_the_order_of_their_moments),
		cmocka_unit_test(tells_of_input),
		cmocka_unit_test(linear_code_waits_while_others_run),
		cmocka_unit_test(
		    what_is_woken_for_nothing_waits_on_and_what_is_stopped_ends),
		cmocka_unit_test(says_when_memory_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
