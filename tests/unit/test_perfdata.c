/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/perfdata.c: pairs as the guideline writes them.
 */
#include "plugin/perfdata.h"
#include "torture.h"
#include "unit.h"

struct pair {
	const char *label;
	int64_t value_ms;
	const char *warning; /* NULL: none */
	const char *critical;
	bool has_min;
	bool has_max;
	int64_t max_s;
	const char *ranges;
	const char *plain;
};

/* clang-format off */
static const struct pair pairs[] = {
	{ "left", 2764800000, "3628800:", "1209600:", false, true, 31536000,
	    "left=2764800s;3628800:;1209600:;;31536000", "left=2764800s;3628800;1209600;;31536000" },
	{ "left", -432000000, "3628800:", "1209600:", false, true, 31536000,
	    "left=-432000s;3628800:;1209600:;;31536000", "left=-432000s;3628800;1209600;;31536000" },
	{ "due", -1000, NULL, NULL, false, false, 0, "due=-1s", "due=-1s" },
	{ "due", 0, NULL, NULL, false, false, 0, "due=0s", "due=0s" },
	{ "time", 34, NULL, NULL, true, true, 10, "time=0.034s;;;0;10", "time=0.034s;;;0;10" },
	{ "time", 10500, NULL, NULL, true, true, 10, "time=10.500s;;;0;10", "time=10.500s;;;0;10" },
	{ "time", -1, NULL, NULL, false, false, 0, "time=-0.001s", "time=-0.001s" },
	{ "time", -2500, NULL, NULL, false, false, 0, "time=-2.500s", "time=-2.500s" },
	{ "skew", 28800000, "-10:10", "-3600:3600", false, false, 0,
	    "skew=28800s;-10:10;-3600:3600", "skew=28800s;10;3600" },
	{ "a", 1000, "@10:20", "~:5", false, false, 0, "a=1s;@10:20;~:5", "a=1s;20;5" },
	{ "a", 1000, "0:", "-5:", false, false, 0, "a=1s;0:;-5:", "a=1s;0;-5" },
	{ "a", 1000, "~:", NULL, false, false, 0, "a=1s;~:", "a=1s" },
	{ "a", 1000, "7", "1.5:", false, false, 0, "a=1s;7;1.5:", "a=1s;7;1.5" },
	{ "a", 1000, NULL, "7:", false, false, 0, "a=1s;;7:", "a=1s;;7" },
	{ "8021x_wired_root_19", INT64_MIN, NULL, NULL, false, true, INT64_MAX,
	    "8021x_wired_root_19=-9223372036854775.808s;;;;9223372036854775807",
	    "8021x_wired_root_19=-9223372036854775.808s;;;;9223372036854775807" },
};
/* clang-format on */

static struct perfdata
make(const struct pair *pair, struct range ranges[2])
{
	struct perfdata perfdata = { .label = pair->label,
		.value_ms = pair->value_ms,
		.has_min = pair->has_min,
		.has_max = pair->has_max,
		.max_s = pair->max_s };
	struct err err = { 0 };

	if (pair->warning != NULL) {
		assert_rc(range_parse(pair->warning, &ranges[0], &err), RC_OK, &err);
		perfdata.warning = &ranges[0];
	}
	if (pair->critical != NULL) {
		assert_rc(range_parse(pair->critical, &ranges[1], &err), RC_OK, &err);
		perfdata.critical = &ranges[1];
	}
	return perfdata;
}

static void
a_count_has_no_unit(void **state)
{
	const struct range range = { .has_start = true, .has_end = true };
	const struct perfdata perfdata = { .label = "not_ok",
		.is_count = true,
		.value_ms = 50000000,
		.warning = &range,
		.has_min = true };
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	assert_int_equal(perfdata_format(&out, &perfdata, PERF_RANGES, NULL), RC_OK);
	assert_string_equal(buf_str(&out), "not_ok=50000;0;;0");
	buf_clear(&out);
}

static void
pairs_are_written_as_the_guideline_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(pairs); i++) {
		struct range ranges[2];
		struct perfdata perfdata = make(&pairs[i], ranges);
		struct err err = { 0 };
		struct buf out;

		buf_init(&out, 1000);
		assert_rc(perfdata_format(&out, &perfdata, PERF_RANGES, &err), RC_OK,
		    &err);
		assert_string_equal(buf_str(&out), pairs[i].ranges);
		buf_reset(&out);
		assert_rc(perfdata_format(&out, &perfdata, PERF_PLAIN, &err), RC_OK,
		    &err);
		assert_string_equal(buf_str(&out), pairs[i].plain);
		buf_clear(&out);
	}
}

static void
a_label_needs_no_quotes(void **state)
{
	static const char *const bad[] = { "", "Left", "a b", "a=b", "it's", "left-1",
		"a|b", "\xc3\xa4", "abcdefghijklmnopqrst" };

	(void)state;
	assert_true(perfdata_is_label("left"));
	assert_true(perfdata_is_label("abcdefghijklmnopqrs"));
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		const struct perfdata perfdata = { .label = bad[i] };
		struct err err = { 0 };
		struct buf out;

		buf_init(&out, 1000);
		assert_false(perfdata_is_label(bad[i]));
		assert_rc(perfdata_format(&out, &perfdata, PERF_RANGES, &err),
		    RC_INTERNAL, &err);
		assert_int_equal(out.len, 0);
		buf_clear(&out);
	}
}

static enum rc
whole_job(void *ctx)
{
	struct range ranges[2];
	struct perfdata perfdata = make(&pairs[0], ranges);
	struct buf out;
	enum rc r;

	(void)ctx;
	buf_init(&out, 1000);
	r = perfdata_format(&out, &perfdata, PERF_RANGES, NULL);
	buf_clear(&out);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(whole_job, NULL) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_has_no_unit),
		cmocka_unit_test(pairs_are_written_as_the_guideline_says),
		cmocka_unit_test(a_label_needs_no_quotes),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
