/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/explain.c: the printed numbers lead to the printed verdict.  The test
 * does the sums again from the inputs that were printed, and from nothing else.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "hand_cert.h"
#include "plugin/explain.h"
#include "policy/verdict.h"
#include "unit.h"

#define DAY HAND_DAY

/* The number behind "name" and " = "; the last "=" of its line counts. */
static int64_t
number(const char *text, const char *name)
{
	const char *line = strstr(text, name);
	const char *value = NULL;

	if (line == NULL)
		fail_msg("no %s in %s", name, text);
	for (const char *p = line; line != NULL && *p != '\n' && *p != '\0'; p++)
		if (p[0] == '=' && p[1] == ' ')
			value = p + 2;
	assert_non_null(value);
	return value != NULL ? strtoimax(value, NULL, 10) : 0;
}

static void
explain(const struct policy *policy, int64_t lifetime_s, int64_t now, struct buf *out)
{
	struct hand_cert hand;
	struct cert *certs[1] = { &hand.cert };
	struct facts facts = { .presented = { .known = true,
				   .certs = certs,
				   .n_certs = 1,
				   .has_pin = true,
				   .pin_matches = true,
				   .name_match = NAME_MATCH_SAN } };
	struct verdict verdict = { 0 };
	struct output output;

	hand_cert_init(&hand, 1, "CN=pc|1.example", "CN=CA");
	hand.cert.not_after = HAND_NB + lifetime_s;
	assert_int_equal(verdict_judge_presented(&facts, policy, now, &verdict, NULL),
	    RC_OK);
	output_init(&output, "AMT_TLS");
	explain_judged(&output, &verdict.judged[0], policy, now);
	assert_int_equal(output_format(&output, out), RC_OK);
	output_clear(&output);
	verdict_clear(&verdict);
}

/* Where R and the version are from, and how old that is. */
static void
says_which_ca_said_it_and_when(void **state)
{
	struct offer list[1] = { { .name = "\"AMT\"",
	    .oid = "1.2.3",
	    .major = 101,
	    .minor = 4,
	    .renewal_s = 20 * DAY,
	    .validity_s = 365 * DAY } };
	struct offers offers = { .ca = "corp",
		.read_at = HAND_NB,
		.list = list,
		.n = 1 };
	struct policy policy;
	struct buf out;

	(void)state;
	policy_init(&policy);
	policy.offers[POLICY_FOR_TLS] = &offers;
	buf_init(&out, OUTPUT_MAX_BYTES);
	explain(&policy, 365 * DAY, HAND_NB + 8 * DAY, &out);
	assert_has(buf_str(&out), "renewal period R = 3628800 s");
	assert_has(buf_str(&out),
	    "CA corp, as read 8 d ago (2026-01-01T00:00:00Z), too long ago to act on");
	assert_has(buf_str(&out), "does not offer the template of it");
	assert_has(buf_str(&out), "R is the default");
	buf_clear(&out);
	policy.has_renew_before = true;
	policy.has_template_major = true;
	policy.template_major = 7;
	buf_init(&out, OUTPUT_MAX_BYTES);
	explain(&policy, 365 * DAY, HAND_NB + 3600, &out);
	assert_has(buf_str(&out), "CA corp, as read 1 h ago");
	assert_has(buf_str(&out), "version wanted 7, as configured");
	assert_has(buf_str(&out), "R is as configured");
	buf_clear(&out);
}

struct row {
	int64_t lifetime_s;
	int64_t renew_before_s;
	int64_t window_s;
	const char *start; /* day or second at which it is due, in words */
};

/* The eleven worked rows of the rule. */
static const struct row rows[] = {
	{ 365 * DAY, 42 * DAY, 42 * DAY, "2026-11-20T00:00:00Z" },
	{ 730 * DAY, 42 * DAY, 42 * DAY, "2027-11-20T00:00:00Z" },
	{ 210 * DAY, 42 * DAY, 42 * DAY, "2026-06-18T00:00:00Z" },
	{ 180 * DAY, 42 * DAY, 36 * DAY, "2026-05-25T00:00:00Z" },
	{ 365 * DAY, 90 * DAY, 73 * DAY, "2026-10-20T00:00:00Z" },
	{ 90 * DAY, 30 * DAY, 18 * DAY, "2026-03-14T00:00:00Z" },
	{ 47 * DAY, 42 * DAY, 812160, "2026-02-07T14:24:00Z" },
	{ 7 * DAY, 4 * DAY, 120960, "2026-01-06T14:24:00Z" },
	{ 30 * DAY, 42 * DAY, 6 * DAY, "2026-01-25T00:00:00Z" },
	{ DAY, 17280, 17280, "2026-01-01T19:12:00Z" },
	{ 103, 50, 20, "2026-01-01T00:01:23Z" },
};

static void
assert_sums(const char *text, const struct row *row, int64_t now)
{
	int64_t nb = number(text, "notBefore NB"), na = number(text, "notAfter NA");
	int64_t period = number(text, "renewal period R"), lifetime = na - nb;
	int64_t window = period < lifetime / 5 ? period : lifetime / 5;
	int64_t due = na - window, floor = window / 3;

	assert_int_equal(nb, HAND_NB);
	assert_int_equal(number(text, "now"), now);
	assert_int_equal(period, row->renew_before_s);
	assert_int_equal(number(text, "lifetime L"), lifetime);
	assert_int_equal(number(text, "L/5"), lifetime / 5);
	assert_int_equal(number(text, "window W"), window);
	assert_int_equal(window, row->window_s);
	assert_int_equal(number(text, "left = NA - now"), na - now);
	assert_int_equal(number(text, "due D"), due);
	assert_int_equal(number(text, "until due"), due - now);
	assert_int_equal(number(text, "floor F"), floor);
	assert_has(text, row->start);
	assert_has(text, now >= due ? "D reached, due? yes" : "D reached, due? no");
	assert_has(text, now >= due ? "so: warning\n" : "so: ok\n");
}

static void
the_eleven_rows_can_be_done_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		int64_t due_at = HAND_NB + rows[i].lifetime_s - rows[i].window_s;

		for (int64_t now = due_at - 1; now <= due_at + 1; now++) {
			struct policy policy;
			struct buf out;

			policy_init(&policy);
			policy.renew_before_s = rows[i].renew_before_s;
			buf_init(&out, OUTPUT_MAX_BYTES);
			explain(&policy, rows[i].lifetime_s, now, &out);
			assert_sums(buf_str(&out), &rows[i], now);
			buf_clear(&out);
		}
	}
}

static void
every_line_of_the_first_row_is_as_documented(void **state)
{
	struct policy policy;
	struct buf out;

	(void)state;
	policy_init(&policy);
	buf_init(&out, OUTPUT_MAX_BYTES);
	explain(&policy, 365 * DAY, HAND_NB + 327 * DAY, &out);
	assert_string_equal(buf_str(&out),
	    "AMT_TLS UNKNOWN - nothing to tell\n"
	    "leaf: CN=pc\\x7c1.example\n"
	    "  notBefore NB = 1767225600 (2026-01-01T00:00:00Z)\n"
	    "  notAfter NA = 1798761600 (2027-01-01T00:00:00Z)\n"
	    "  now = 1795478400 (2026-11-24T00:00:00Z)\n"
	    "  lifetime L = NA - NB = 31536000 s (365 d)\n"
	    "  left = NA - now = 3283200 s (38 d)\n"
	    "  policy autoenroll\n"
	    "  renewal period R = 3628800 s (42 d)\n"
	    "  L/5 = 6307200 s (73 d)\n"
	    "  window W = min(R, L/5) = 3628800 s (42 d)\n"
	    "  due D = NA - W = 1795132800 (2026-11-20T00:00:00Z)\n"
	    "  until due = D - now = -345600 s (-4 d)\n"
	    "  grace G = 0 s (0 s)\n"
	    "  floor F = min(W, L) * 1/3 = 1209600 s\n"
	    "  NA before NB? no. now after NA, expired? no. now before NB? no\n"
	    "  D reached, due? yes. left down to F, critical? no. D + G reached, "
	    "warning? yes\n"
	    "  that is, in seconds left: warning 3628800:, critical 1209600:\n"
	    "  so: warning\n"
	    "  made by an unknown program, renewed by nobody known\n");
	buf_clear(&out);
}

static void
each_policy_shows_its_own_sum(void **state)
{
	static const struct {
		const char *policy;
		const char *line;
	} cases[] = {
		{ "autoenroll", "  window W = min(R, L/5) = 3628800 s (42 d)\n" },
		{ "configmgr", "  window W = R = 3628800 s (42 d)\n" },
		{ "scs", "  window W = R = 2592000 s (30 d)\n" },
		{ "fraction",
		    "  share = 1/3\n  window W = L * share = 10512000 s (121 d)\n" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy policy;
		struct buf out;

		policy_init(&policy);
		assert_int_equal(policy_set_rule(&policy, cases[i].policy, NULL),
		    RC_OK);
		buf_init(&out, OUTPUT_MAX_BYTES);
		explain(&policy, 365 * DAY, HAND_NB, &out);
		assert_has(buf_str(&out), cases[i].line);
		buf_clear(&out);
	}
}

static void
thresholds_say_that_they_decide(void **state)
{
	struct policy policy;
	struct buf out;

	(void)state;
	policy_init(&policy);
	assert_int_equal(time_range_parse("20%:", &policy.warning, NULL), RC_OK);
	policy.has_warning = true;
	buf_init(&out, OUTPUT_MAX_BYTES);
	explain(&policy, 365 * DAY, HAND_NB + 364 * DAY, &out);
	assert_has(buf_str(&out),
	    "  thresholds given, they take the place of the policy, in seconds left: "
	    "warning 6307200:, critical none\n  so: warning\n");
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_which_ca_said_it_and_when),
		cmocka_unit_test(the_eleven_rows_can_be_done_again),
		cmocka_unit_test(every_line_of_the_first_row_is_as_documented),
		cmocka_unit_test(each_policy_shows_its_own_sum),
		cmocka_unit_test(thresholds_say_that_they_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
