/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/pacing.c: the section [queue], and what it makes of a date.
 */
#include "policy/config.h"
#include "policy/pacing.h"
#include "unit.h"

enum {
	DAY_S = 86400,
	DUE = 20000 * DAY_S,
};

static enum rc
read_text(const char *text, struct conf **conf, struct pacing *pacing, struct err *err)
{
	enum rc r =
	    conf_parse("amtcert.conf", text, strlen(text), config_rules, conf, err);

	return r == RC_OK ? pacing_read(*conf, pacing, err) : r;
}

static void
has_defaults(void **state)
{
	struct pacing pacing;
	struct err err = { 0 };

	(void)state;
	assert_rc(pacing_read(NULL, &pacing, &err), RC_OK, &err);
	assert_int_equal(pacing.budget, 60);
	assert_int_equal(pacing.ca_budget, 60);
	assert_int_equal(pacing.n_jobs, 4);
	assert_int_equal(pacing.n_failures, 12);
	assert_int_equal(pacing.n_breaker, 3);
	assert_int_equal(pacing.spread_s, DAY_S);
	assert_int_equal(pacing.job_s, 1800);
	assert_int_equal(pacing.window.n, 0);
	assert_string_equal(pacing.stop_file, "/etc/amtcert/stop");
	assert_null(pacing.program_dir);
}

static void
takes_every_key(void **state)
{
	struct conf *conf = NULL;
	struct pacing pacing;
	struct err err = { 0 };

	(void)state;
	assert_rc(read_text("[queue]\nbudget = 7\nca-budget = 6\njobs = 5\n"
			    "attempts = 4\nbreaker = 2\nspread = 0s\n"
			    "job-timeout = 2m\nwindow = 22:00-06:00\n"
			    "stop-file = /run/stop\nprogram-dir = /opt/sbin\n",
		      &conf, &pacing, &err),
	    RC_OK, &err);
	assert_int_equal(pacing.budget, 7);
	assert_int_equal(pacing.ca_budget, 6);
	assert_int_equal(pacing.n_jobs, 5);
	assert_int_equal(pacing.n_failures, 4);
	assert_int_equal(pacing.n_breaker, 2);
	assert_int_equal(pacing.spread_s, 0);
	assert_int_equal(pacing.job_s, 120);
	assert_int_equal(pacing.window.n, 1);
	assert_string_equal(pacing.stop_file, "/run/stop");
	assert_string_equal(pacing.program_dir, "/opt/sbin");
	conf_free(conf);
}

static void
refuses_what_makes_no_sense(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} rows[] = {
		{ "[queue]\nbudget = 0\n", "amtcert.conf:2: [queue]: budget: " },
		{ "[queue]\nbudget = many\n", "amtcert.conf:2: [queue]: budget: " },
		{ "[queue]\n\njobs = 1001\n", "amtcert.conf:3: [queue]: jobs: " },
		{ "[queue]\nspread = 2\n", "[queue]: spread: " },
		{ "[queue]\njob-timeout = 5s\n", "[queue]: job-timeout: " },
		{ "[queue]\nwindow = night\n", "[queue]: window: " },
		{ "[queue]\nstop-file = stop\n", "not an absolute path" },
		{ "[queue]\nspeed = 3\n", "speed" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct conf *conf = NULL;
		struct pacing pacing = { .budget = -1 };
		struct err err = { 0 };

		assert_rc(read_text(rows[i].text, &conf, &pacing, &err), RC_CONFIG,
		    &err);
		assert_has(err.text, rows[i].words);
		assert_int_equal(pacing.budget, -1);
		conf_free(conf);
	}
}

static void
starts_inside_the_window_and_not_before_now(void **state)
{
	struct pacing pacing;
	struct err err = { 0 };
	int64_t at;

	(void)state;
	assert_rc(pacing_read(NULL, &pacing, &err), RC_OK, &err);
	at = pacing_not_before(&pacing, "pc01", "0a", DUE, DUE + 28 * DAY_S, 0);
	assert_in_range(at, DUE, DUE + DAY_S - 1);
	assert_int_equal(pacing_not_before(&pacing, "pc01", "0a", DUE, DUE + 28 * DAY_S,
			     DUE + 20 * DAY_S),
	    DUE + 20 * DAY_S);
	assert_rc(hours_parse("22:00-06:00", &pacing.window, &err), RC_OK, &err);
	pacing.spread_s = 0;
	assert_int_equal(pacing_not_before(&pacing, "pc01", "0a", DUE + 12 * 3600,
			     DUE + 28 * DAY_S, 0),
	    DUE + 22 * 3600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(takes_every_key),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(starts_inside_the_window_and_not_before_now),
	};

	return cmocka_run_group_tests_name("pacing", tests, NULL, NULL);
}
