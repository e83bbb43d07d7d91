/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/alert.c: the truth table of the gates, in the words of both cores, and
 * every value that a core may leave out or get wrong.
 */
#include "policy/alert.h"
#include "unit.h"

enum {
	GATE_SOFT = 1,
	GATE_DOWNTIME = 2,
	GATE_FLAPPING = 4,
	GATE_ACKNOWLEDGED = 8,
	GATE_OUTSIDE = 16,
	GATES = 32, /* 2^5 */
};

/* How a core writes yes and no, by what was seen of Nagios 4.4 and Icinga 2.13. */
struct dialect {
	const char *downtime[2];
	const char *flapping[2];
	const char *acknowledged[2];
	const char *in_window[2]; /* [1]: outside */
};

static const struct dialect dialects[] = {
	{ { "0", "1" }, { "0", "1" }, { "0", "1" }, { "1", "0" } },
	{ { "0", "2" }, { "false", "true" }, { "0", "2" }, { "true", "false" } },
};

static struct alert
alert_of(const struct dialect *dialect, unsigned int gates)
{
	struct alert alert = { .host = "pc1.example",
		.service = "AMT TLS certificate",
		.state = "WARNING",
		.state_type = (gates & GATE_SOFT) != 0 ? "SOFT" : "HARD",
		.attempt = "1" };

	alert.host_downtime = dialect->downtime[0];
	alert.service_downtime = dialect->downtime[(gates & GATE_DOWNTIME) != 0];
	alert.flapping = dialect->flapping[(gates & GATE_FLAPPING) != 0];
	alert.acknowledged = dialect->acknowledged[(gates & GATE_ACKNOWLEDGED) != 0];
	alert.in_window = dialect->in_window[(gates & GATE_OUTSIDE) != 0];
	return alert;
}

/* The first shut gate, in the order of the table. */
static const char *
reason_of(unsigned int gates)
{
	static const char *const reasons[] = { "not sure", "downtime", "flapping",
		"person", "outside" };

	for (size_t i = 0; i < UNIT_COUNT(reasons); i++)
		if ((gates & 1U << i) != 0)
			return reasons[i];
	return NULL;
}

static void
only_one_row_of_the_truth_table_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(dialects); i++)
		for (unsigned int gates = 0; gates < GATES; gates++) {
			struct alert alert = alert_of(&dialects[i], gates);
			char why[ALERT_WHY_SIZE] = "untouched";

			if (gates == 0) {
				assert_true(alert_passes(&alert, why));
				assert_string_equal(why, "untouched");
				continue;
			}
			assert_false(alert_passes(&alert, why));
			assert_has(why, reason_of(gates));
		}
}

static void
a_downtime_of_the_host_counts_as_one_of_the_service(void **state)
{
	char why[ALERT_WHY_SIZE];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(dialects); i++) {
		struct alert alert = alert_of(&dialects[i], 0);

		alert.host_downtime = dialects[i].downtime[1];
		assert_false(alert_passes(&alert, why));
		assert_has(why, "the host is in downtime");
	}
}

struct state_case {
	const char *text;
	bool passes;
};

static const struct state_case state_cases[] = {
	{ "WARNING", true },
	{ "CRITICAL", true },
	{ "OK", false },
	{ "UNKNOWN", false },
	{ "UP", false },
	{ "DOWN", false },
	{ "warning", false },
	{ "WARN", false },
	{ "WARNING CRITICAL", false },
	{ "1", false },
	{ " ", false },
};

static void
states_that_a_remedy_may_cure_pass(void **state)
{
	char why[ALERT_WHY_SIZE];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(state_cases); i++) {
		struct alert alert = alert_of(&dialects[0], 0);

		alert.state = state_cases[i].text;
		assert_int_equal(alert_passes(&alert, why), state_cases[i].passes);
	}
}

enum {
	FIELDS = sizeof(struct alert) / sizeof(const char *),
	FIRST_NUMBER = 4, /* attempt, and all behind it */
};

/* All fields are alike, so that each can be set by its number. */
static void
set_field(struct alert *alert, size_t i, const char *value)
{
	memcpy((char *)alert + i * sizeof(value), &value, sizeof(value));
}

static void
refuse_all(const char *value, const char *reason)
{
	char why[ALERT_WHY_SIZE];

	for (size_t n = 0; n < FIELDS; n++)
		for (size_t i = 0; i < UNIT_COUNT(dialects); i++) {
			struct alert alert = alert_of(&dialects[i], 0);

			set_field(&alert, n, value);
			assert_false(alert_passes(&alert, why));
			assert_has(why, reason);
		}
}

static void
a_missing_value_means_no(void **state)
{
	(void)state;
	refuse_all(NULL, "not told");
}

static void
an_empty_value_means_no(void **state)
{
	(void)state;
	refuse_all("", "empty");
}

static void
a_literal_macro_means_no(void **state)
{
	static const char *const macros[] = { "$HOSTNAME$", "$SERVICEDESC$",
		"$SERVICESTATE$", "$SERVICESTATETYPE$", "$SERVICEATTEMPT$",
		"$HOSTDOWNTIME$", "$SERVICEDOWNTIME$", "$ISVALIDTIME:amt-remedies$",
		"$host.name$", "$service.name$", "$service.state$",
		"$service.state_type$", "$service.check_attempt$",
		"$host.downtime_depth$", "$service.downtime_depth$",
		"$service.flapping$", "$service.acknowledgement$", "$", "1$" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(macros); i++)
		refuse_all(macros[i], "macro that the core does not know");
}

static void
numbers_that_are_none_mean_no(void **state)
{
	static const char *const wrong[] = { "-1", "+", "one", "0x1", "99999999999999",
		"1 ", "False", "yes", "0.5" };
	char why[ALERT_WHY_SIZE];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
		for (size_t n = FIRST_NUMBER; n < FIELDS; n++) {
			struct alert alert = alert_of(&dialects[1], 0);

			set_field(&alert, n, wrong[i]);
			assert_false(alert_passes(&alert, why));
			assert_has(why, "not understood");
		}
}

static void
attempt_zero_is_no_attempt(void **state)
{
	struct alert alert = alert_of(&dialects[0], 0);
	char why[ALERT_WHY_SIZE];

	(void)state;
	alert.attempt = "0";
	assert_false(alert_passes(&alert, why));
	alert.attempt = "3";
	assert_true(alert_passes(&alert, why));
}

static void
a_hostile_value_is_one_printable_line(void **state)
{
	struct alert alert = alert_of(&dialects[0], 0);
	char why[ALERT_WHY_SIZE];

	(void)state;
	alert.state = "OK\n|x=1;`id`\x1b[2J<b>, and more than fits into such a line";
	assert_false(alert_passes(&alert, why));
	assert_null(strpbrk(why, "\n|;`<>\x1b"));
	assert_has(why, "not understood");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_row_of_the_truth_table_passes),
		cmocka_unit_test(a_downtime_of_the_host_counts_as_one_of_the_service),
		cmocka_unit_test(states_that_a_remedy_may_cure_pass),
		cmocka_unit_test(a_missing_value_means_no),
		cmocka_unit_test(an_empty_value_means_no),
		cmocka_unit_test(a_literal_macro_means_no),
		cmocka_unit_test(numbers_that_are_none_mean_no),
		cmocka_unit_test(attempt_zero_is_no_attempt),
		cmocka_unit_test(a_hostile_value_is_one_printable_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
