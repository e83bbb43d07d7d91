/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine that works off a table of steps, over a device of three switches
 * whose answers fail by a script.
 */
#include <string.h>

#include "renew/step.h"
#include "unit.h"

enum {
	SWITCHES = 3,
	SCRIPT_MAX = 16
};

/* What becomes of one run of a step. */
enum fate {
	FATE_WORKS,
	FATE_LOST_DONE,	  /* executed, the answer is lost */
	FATE_LOST_UNDONE, /* never arrived */
	FATE_BUSY,
	FATE_REFUSED,
	FATE_NO_EFFECT, /* success is answered, nothing changed */
	FATE_UNDOES,	/* works, and switches the first off again */
};

struct world {
	bool on[SWITCHES];   /* the device */
	bool seen[SWITCHES]; /* as last read */
	bool wants_last;
	enum fate script[SCRIPT_MAX];
	size_t at;
	int looks_to_fail;
	int looks;
	int begins;
	int ends;
	int pauses;
	int pauses_max; /* then the time is over */
	int waits;
	char order[SCRIPT_MAX + 1]; /* of the switches that were run */
	int64_t settle_looks;	    /* looks until the last switch shows its effect */
};

static enum rc
run_switch(struct world *world, size_t n, struct err *err)
{
	enum fate fate = world->script[world->at++];

	world->order[strlen(world->order)] = (char)('1' + (int)n);
	switch (fate) {
	case FATE_UNDOES:
		world->on[0] = false;
		world->on[n] = true;
		return RC_OK;
	case FATE_WORKS:
	case FATE_LOST_DONE:
		world->on[n] = true;
		break;
	case FATE_LOST_UNDONE:
	case FATE_NO_EFFECT:
		break;
	case FATE_BUSY:
		return err_set(err, RC_PT_STATUS, "busy");
	case FATE_REFUSED:
		return err_set(err, RC_STATE, "refused");
	}
	if (fate == FATE_LOST_DONE || fate == FATE_LOST_UNDONE)
		return err_set(err, RC_LOST, "lost");
	return RC_OK;
}

#define SWITCH(n)                                                              \
	static bool is_on_##n(const void *ctx)                                 \
	{                                                                      \
		const struct world *world = ctx;                               \
		return world->seen[n];                                         \
	}                                                                      \
	static enum rc run_##n(void *ctx, struct err *err)                     \
	{                                                                      \
		return run_switch(ctx, n, err);                                \
	}                                                                      \
	static void plan_##n(const void *ctx, struct plan *plan)               \
	{                                                                      \
		(void)ctx;                                                     \
		plan_add_write(plan, "Switch", "Put", n == 0 ? NULL : "n" #n); \
	}

SWITCH(0)
SWITCH(1)
SWITCH(2)

static bool
wants_last(const void *ctx)
{
	const struct world *world = ctx;

	return world->wants_last;
}

static int64_t
a_minute(const void *ctx)
{
	(void)ctx;
	return 60000;
}

static const struct step steps[] = {
	{ "one", "switch one", NULL, is_on_0, plan_0, run_0, NULL, "one is off" },
	{ "two", "switch two", NULL, is_on_1, plan_1, run_1, NULL, NULL },
	{ "three", "switch three", wants_last, is_on_2, plan_2, run_2, a_minute, NULL },
	{ .name = NULL },
};

static enum rc
look(void *ctx, struct err *err)
{
	struct world *world = ctx;

	world->looks++;
	if (world->looks_to_fail > 0) {
		world->looks_to_fail--;
		return err_set(err, RC_CONNECT, "no connection");
	}
	memcpy(world->seen, world->on, sizeof(world->seen));
	if (world->on[2] && world->settle_looks-- > 0)
		world->seen[2] = false;
	return RC_OK;
}

static bool
may_look_again(const void *ctx, enum rc r)
{
	(void)ctx;
	return r == RC_CONNECT;
}

static enum rc
begin(void *ctx, const struct step *step, struct err *err)
{
	struct world *world = ctx;

	(void)step;
	(void)err;
	world->begins++;
	return RC_OK;
}

static enum rc
end(void *ctx, const struct step *step, struct err *err)
{
	struct world *world = ctx;

	(void)step;
	(void)err;
	world->ends++;
	return RC_OK;
}

static enum step_reaction
react(void *ctx, enum rc r)
{
	(void)ctx;
	if (r == RC_LOST)
		return STEP_LOOK_AGAIN;
	return r == RC_PT_STATUS ? STEP_WAIT : STEP_STOP;
}

static enum rc
take_pause(void *ctx, int64_t ms, struct err *err)
{
	struct world *world = ctx;

	if (ms == 0)
		return RC_OK;
	world->pauses++;
	if (world->pauses_max > 0 && world->pauses >= world->pauses_max)
		return err_set(err, RC_TIMEOUT, "time is over");
	return RC_OK;
}

static void
report(void *ctx, const struct step *step, enum step_event event, const char *text)
{
	struct world *world = ctx;

	(void)step;
	assert_non_null(text);
	if (event == STEP_WAITS)
		world->waits++;
}

static const struct step_host host = {
	.look = look,
	.may_look_again = may_look_again,
	.begin = begin,
	.end = end,
	.react = react,
	.pause = take_pause,
	.report = report,
};

struct row {
	const char *what;
	enum fate script[SCRIPT_MAX];
	int looks_to_fail;
	int pauses_max;
	int64_t settle_looks;
	enum rc rc;
	const char *order;
	int ends;
};

/* clang-format off */
static const struct row rows[] = {
	{ "all work", { FATE_WORKS }, 0, 0, 0, RC_OK, "123", 3 },
	{ "a lost answer is not repeated when the device shows the effect",
	  { FATE_LOST_DONE, FATE_WORKS, FATE_LOST_DONE }, 0, 0, 0, RC_OK, "123", 1 },
	{ "a lost request is", { FATE_LOST_UNDONE, FATE_LOST_UNDONE }, 0, 0, 0,
	  RC_OK, "11123", 3 },
	{ "but not for ever",
	  { FATE_LOST_UNDONE, FATE_LOST_UNDONE, FATE_LOST_UNDONE, FATE_LOST_UNDONE,
	    FATE_LOST_UNDONE, FATE_LOST_UNDONE }, 0, 0, 0, RC_LOST, "111111", 0 },
	{ "busy is waited for, until the time is over", { FATE_BUSY, FATE_BUSY, FATE_BUSY },
	  0, 3, 0, RC_TIMEOUT, "111", 0 },
	{ "and then done", { FATE_BUSY, FATE_BUSY, FATE_BUSY }, 0, 0, 0, RC_OK,
	  "111123", 3 },
	{ "no is no", { FATE_WORKS, FATE_REFUSED }, 0, 0, 0, RC_STATE, "12", 1 },
	{ "success without effect is repeated",
	  { FATE_NO_EFFECT, FATE_WORKS }, 0, 0, 0, RC_OK, "1123", 3 },
	{ "six times",
	  { FATE_NO_EFFECT, FATE_NO_EFFECT, FATE_NO_EFFECT, FATE_NO_EFFECT,
	    FATE_NO_EFFECT, FATE_NO_EFFECT }, 0, 0, 0, RC_STATE, "111111", 0 },
	{ "an effect that comes later is waited for", { FATE_WORKS }, 0, 0, 5, RC_OK,
	  "123", 3 },
	{ "a step that was undone is done again", { FATE_WORKS, FATE_UNDOES }, 0, 0, 0,
	  RC_OK, "1213", 4 },
	{ "a look that fails is repeated", { FATE_WORKS }, 4, 0, 0, RC_OK, "123", 3 },
	{ "until the time is over", { FATE_WORKS }, 100, 7, 0, RC_TIMEOUT, "", 0 },
};
/* clang-format on */

static void
works_off_the_table_by_what_it_sees(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world world = { .wants_last = true,
			.looks_to_fail = rows[i].looks_to_fail,
			.pauses_max = rows[i].pauses_max,
			.settle_looks = rows[i].settle_looks };
		struct err err = { 0 };
		enum rc r = RC_OK;

		memcpy(world.script, rows[i].script, sizeof(world.script));
		r = step_run_all(&host, &world, steps, &err);
		if (r != rows[i].rc || strcmp(world.order, rows[i].order) != 0)
			print_error("%s: %s, order %s\n", rows[i].what, rc_text(r),
			    world.order);
		assert_int_equal(r, rows[i].rc);
		assert_int_equal(err.rc, rows[i].rc);
		assert_string_equal(world.order, rows[i].order);
		assert_int_equal(world.begins, (int)strlen(world.order));
		assert_int_equal(world.ends, rows[i].ends);
	}
}

static void
starts_where_an_earlier_run_stopped(void **state)
{
	struct world world = { .wants_last = true, .on = { true, true, false } };

	(void)state;
	assert_int_equal(step_run_all(&host, &world, steps, NULL), RC_OK);
	assert_string_equal(world.order, "3");
}

static void
leaves_out_what_is_not_wanted(void **state)
{
	struct world world = { 0 };

	(void)state;
	assert_int_equal(step_run_all(&host, &world, steps, NULL), RC_OK);
	assert_string_equal(world.order, "12");
	assert_null(step_next(steps, &world));
}

static void
names_the_cause_and_why_it_was_given_up(void **state)
{
	struct world world = { .looks_to_fail = 100, .pauses_max = 2 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(step_run_all(&host, &world, steps, &err), RC_TIMEOUT);
	assert_string_equal(err.text, "time is over: no connection");
	assert_int_equal(world.waits, 2);
}

static void
plans_what_it_would_run(void **state)
{
	static const char rest[] = "  1  two                 switch two\n"
				   "       write Switch Put n1\n"
				   "  2  three               switch three\n"
				   "       write Switch Put n2\n";
	static const char wanted[] = "  1  one                 switch one\n"
				     "       write Switch Put\n"
				     "  2  two                 switch two\n"
				     "       write Switch Put n1\n"
				     "  3  three               switch three\n"
				     "       write Switch Put n2\n";
	struct world world = { .wants_last = true };
	static struct plan plan;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	step_plan(steps, &world, &plan);
	assert_int_equal(plan_count_writes(&plan), 3);
	assert_int_equal(plan_format(&plan, &out), RC_OK);
	assert_string_equal(buf_str(&out), wanted);
	buf_reset(&out);
	memset(&plan, 0, sizeof(plan));
	world.seen[0] = true;
	step_plan(steps, &world, &plan);
	assert_int_equal(plan_format(&plan, &out), RC_OK);
	assert_string_equal(buf_str(&out), rest);
	buf_clear(&out);
}

static void
refuses_a_plan_that_is_too_long(void **state)
{
	static struct plan plan;
	struct buf out;

	(void)state;
	buf_init(&out, 65536);
	for (int i = 0; i <= PLAN_LINES_MAX; i++)
		plan_add_write(&plan, "Switch", "Put", "hostile|name");
	assert_int_equal(plan_format(&plan, &out), RC_LIMIT);
	assert_string_equal(plan.lines[0].selector, "hostile\\x7cname");
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(works_off_the_table_by_what_it_sees),
		cmocka_unit_test(starts_where_an_earlier_run_stopped),
		cmocka_unit_test(leaves_out_what_is_not_wanted),
		cmocka_unit_test(names_the_cause_and_why_it_was_given_up),
		cmocka_unit_test(plans_what_it_would_run),
		cmocka_unit_test(refuses_a_plan_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
