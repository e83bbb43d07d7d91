/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/output.c: the grammar of a plugin's output, its budget, and that
 * nothing put in can break either.
 */
#include <inttypes.h>
#include <stdio.h>

#include "plugin/output.h"
#include "torture.h"
#include "unit.h"

enum {
	ROOM = 2 * OUTPUT_MAX_BYTES
};

static void
assert_output(const struct output *output, const char *wanted)
{
	struct buf out;

	buf_init(&out, ROOM);
	assert_int_equal(output_format(output, &out), RC_OK);
	assert_string_equal(buf_str(&out), wanted);
	buf_clear(&out);
}

static void
perfdata_ends_the_first_line(void **state)
{
	const struct perfdata left = { .label = "left", .value_ms = 5000 };
	const struct perfdata due = { .label = "due", .value_ms = -1000 };
	struct output output;

	(void)state;
	output_init(&output, "AMT_TLS");
	output.state = STATE_WARNING;
	output_add(&output, "%s: ", "pc01.example");
	output_add(&output, "renewal overdue 4 d");
	output_line(&output, "first");
	output_perfdata(&output, &left, PERF_RANGES);
	output_line(&output, "second %d", 2);
	output_perfdata(&output, &due, PERF_RANGES);
	assert_output(&output,
	    "AMT_TLS WARNING - pc01.example: renewal overdue 4 d | left=5s due=-1s\n"
	    "first\n"
	    "second 2\n");
	output_clear(&output);
}

static void
there_is_always_a_line(void **state)
{
	struct output output;

	(void)state;
	output_init(&output, "AMT_TLS");
	assert_output(&output, "AMT_TLS UNKNOWN - nothing to tell\n");
	output_clear(&output);
}

static void
what_is_put_in_stays_on_its_line(void **state)
{
	struct output output;

	(void)state;
	output_init(&output, "AMT_TLS");
	output.state = STATE_OK;
	output_add(&output, "%s", "a|b=1\nOK CRITICAL\x1b[1m \xff");
	output_line(&output, "%s", "c|d=1\r\n\xe2\x80\xae");
	assert_output(&output,
	    "AMT_TLS OK - a\\x7cb=1\\x0aok critical\\x1b[1m \\xff\n"
	    "c\\x7cd=1\\x0d\\x0a\\u{202e}\n");
	output_clear(&output);
}

static void
a_message_carries_no_markup(void **state)
{
	struct output output;

	(void)state;
	output_init(&output, "AMT_TLS");
	output_add_message(&output, "file: <b>'x'</b> & \"$y\" `z`; a|b UNKNOWN");
	assert_output(&output,
	    "AMT_TLS UNKNOWN - file: \\x3cb\\x3e\\x27x\\x27\\x3c/b\\x3e \\x26 "
	    "\\x22\\x24y\\x22 \\x60z\\x60; a\\x7cb unknown\n");
	output_clear(&output);
}

static void
a_long_text_is_cut_once(void **state)
{
	struct output output;
	struct buf out;

	(void)state;
	output_init(&output, "AMT_TLS");
	buf_init(&out, ROOM);
	for (int i = 0; i < 1000; i++)
		output_add(&output, "\xc3\xa4%d, ", i);
	assert_int_equal(output_format(&output, &out), RC_OK);
	assert_true(out.len < OUTPUT_TEXT_MAX + 40);
	assert_true(out.len > OUTPUT_TEXT_MAX - 40);
	assert_string_equal(buf_str(&out) + out.len - 4, "...\n");
	assert_true(buf_str(&out)[out.len - 5] != '.');
	buf_clear(&out);
	output_clear(&output);
}

static void
a_long_line_is_cut(void **state)
{
	char text[3 * OUTPUT_LINE_MAX];
	struct output output;
	struct buf out;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	output_init(&output, "AMT_TLS");
	buf_init(&out, ROOM);
	output_line(&output, "%s", text);
	output_line(&output, "next");
	assert_int_equal(output_format(&output, &out), RC_OK);
	assert_string_equal(buf_str(&out) + out.len - 12, "xxx...\nnext\n");
	assert_true(out.len < OUTPUT_LINE_MAX + 60);
	buf_clear(&out);
	output_clear(&output);
}

static void
what_has_no_room_is_counted(void **state)
{
	struct output output;
	struct buf out;
	char label[24];

	(void)state;
	output_init(&output, "AMT_TLS");
	buf_init(&out, ROOM);
	for (int i = 0; i < 1000; i++) {
		struct perfdata perfdata = { .label = label, .value_ms = 1000 };

		(void)snprintf(label, sizeof(label), "label_%d", i);
		output_perfdata(&output, &perfdata, PERF_RANGES);
		output_line(&output, "line number %d", i);
	}
	assert_int_equal(output_format(&output, &out), RC_OK);
	assert_true(out.len <= OUTPUT_MAX_BYTES);
	assert_true(out.len > OUTPUT_MAX_BYTES - 200);
	assert_has(buf_str(&out), "(left out: ");
	assert_has(buf_str(&out), " lines, ");
	assert_has(buf_str(&out), " values)\n");
	buf_clear(&out);
	output_clear(&output);
}

static void
the_count_is_right(void **state)
{
	struct output output;
	struct buf out;
	size_t n_lines = 0, n_left_out;
	const char *mark, *text;

	(void)state;
	output_init(&output, "AMT_TLS");
	buf_init(&out, ROOM);
	for (int i = 0; i < 1000; i++)
		output_line(&output, "line number %d", i);
	assert_int_equal(output_format(&output, &out), RC_OK);
	for (text = buf_str(&out); *text != '\0'; text++)
		n_lines += *text == '\n';
	mark = strstr(buf_str(&out), "left out: ");
	assert_non_null(mark);
	n_left_out = (size_t)strtoumax(mark + strlen("left out: "), NULL, 10);
	/* beside them the status line and the count itself */
	assert_int_equal(n_lines - 2 + n_left_out, 1000);
	buf_clear(&out);
	output_clear(&output);
}

static void
a_label_stands_once(void **state)
{
	const struct perfdata one = { .label = "tls", .value_ms = 1000 };
	const struct perfdata two = { .label = "tls", .value_ms = 2000 };
	const struct perfdata longer = { .label = "tls_2", .value_ms = 3000 };
	const struct perfdata none = { .label = "handle_-1", .value_ms = 3000 };
	struct output output;

	(void)state;
	output_init(&output, "AMT_TLS");
	output_perfdata(&output, &longer, PERF_RANGES);
	output_perfdata(&output, &one, PERF_RANGES);
	output_perfdata(&output, &two, PERF_RANGES);
	output_perfdata(&output, &none, PERF_RANGES);
	assert_output(&output,
	    "AMT_TLS UNKNOWN - nothing to tell | tls_2=3s tls=1s\n"
	    "(left out: 2 values)\n");
	output_clear(&output);
}

static void
width_counts_columns(void **state)
{
	struct output output;

	(void)state;
	output_init(&output, "AMT_TLS");
	assert_int_equal(output_width(&output), strlen("AMT_TLS CRITICAL - "));
	output_add(&output, "\xc3\xa4o");
	assert_int_equal(output_width(&output), strlen("AMT_TLS CRITICAL - ") + 2);
	output_clear(&output);
}

static enum rc
whole_job(void *ctx)
{
	const struct perfdata left = { .label = "left", .value_ms = 5000 };
	struct output output;
	struct buf out;
	enum rc r;

	(void)ctx;
	output_init(&output, "AMT_TLS");
	buf_init(&out, OUTPUT_MAX_BYTES);
	output_add(&output, "text");
	output_line(&output, "line");
	output_perfdata(&output, &left, PERF_RANGES);
	r = output_format(&output, &out);
	buf_clear(&out);
	output_clear(&output);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(whole_job, NULL) > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(perfdata_ends_the_first_line),
		cmocka_unit_test(there_is_always_a_line),
		cmocka_unit_test(what_is_put_in_stays_on_its_line),
		cmocka_unit_test(a_message_carries_no_markup),
		cmocka_unit_test(a_long_text_is_cut_once),
		cmocka_unit_test(a_long_line_is_cut),
		cmocka_unit_test(what_has_no_room_is_counted),
		cmocka_unit_test(the_count_is_right),
		cmocka_unit_test(a_label_stands_once),
		cmocka_unit_test(width_counts_columns),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
