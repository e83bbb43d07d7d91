/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/setting.c: options and keys to one policy.
 */
#include "policy/config.h"
#include "policy/setting.h"
#include "unit.h"

#define DAY INT64_C(86400)

static const struct opt *
option(const char *name)
{
	static const struct opt *const tables[] = { policy_options,
		policy_clock_options, policy_store_options, policy_age_options };

	for (size_t i = 0; i < UNIT_COUNT(tables); i++)
		for (const struct opt *opt = tables[i]; opt->long_name != NULL; opt++)
			if (strcmp(opt->long_name, name) == 0)
				return opt;
	fail_msg("no option %s", name);
	return NULL;
}

static struct conf *
parse(const char *text)
{
	struct conf *conf = NULL;
	struct err err = { 0 };

	assert_rc(conf_parse("test.conf", text, strlen(text), config_rules, &conf,
		      &err),
	    RC_OK, &err);
	return conf;
}

/* Options as "name", "value", ..., NULL. */
static enum rc
apply(const char *const *options, const char *text, struct policy *policy,
    struct err *err)
{
	struct settings settings = { 0 };
	struct conf *conf = text == NULL ? NULL : parse(text);
	enum rc r = RC_OK;

	for (; options[0] != NULL; options += 2)
		assert_int_equal(setting_take(&settings, option(options[0]),
				     options[1]),
		    RC_OK);
	r = setting_apply(&settings, conf, "pc01", policy, err);
	conf_free(conf);
	return r;
}

static void
nothing_said_is_the_default_policy(void **state)
{
	const char *const none[] = { NULL };
	struct policy policy;
	struct policy init;
	struct err err = { 0 };

	(void)state;
	memset(&policy, 0xff, sizeof(policy));
	policy_init(&init);
	assert_rc(apply(none, NULL, &policy, &err), RC_OK, &err);
	assert_int_equal(policy.rule, init.rule);
	assert_int_equal(policy.renew_before_s, init.renew_before_s);
	assert_false(policy.has_warning || policy.has_critical);
}

static void
the_order_of_options_does_not_matter(void **state)
{
	const char *const one[] = { "renew-before", "10d", "policy", "configmgr",
		NULL };
	const char *const two[] = { "policy", "configmgr", "renew-before", "10d",
		NULL };
	struct policy policy;
	struct err err = { 0 };

	(void)state;
	assert_rc(apply(one, NULL, &policy, &err), RC_OK, &err);
	assert_int_equal(policy.renew_before_s, 10 * DAY);
	assert_int_equal(policy.rule, POLICY_CONFIGMGR);
	assert_rc(apply(two, NULL, &policy, &err), RC_OK, &err);
	assert_int_equal(policy.renew_before_s, 10 * DAY);
}

static void
the_command_line_goes_before_the_file(void **state)
{
	static const char text[] =
	    "[defaults]\npolicy = configmgr\nrenew-before = 50d\n"
	    "grace = 3d\ndays = 40,20\n[device pc01]\ngrace = 5d\n";
	const char *const scs[] = { "policy", "scs", NULL };
	const char *const warning[] = { "warning", "25d:", NULL };
	const char *const none[] = { NULL };
	struct policy policy;
	struct err err = { 0 };

	(void)state;
	assert_rc(apply(none, text, &policy, &err), RC_OK, &err);
	assert_int_equal(policy.rule, POLICY_CONFIGMGR);
	assert_int_equal(policy.renew_before_s, 50 * DAY);
	assert_int_equal(policy.grace_s, 5 * DAY);
	assert_true(policy.has_warning && policy.has_critical);
	/* A rule that is named comes with its own R. */
	assert_rc(apply(scs, text, &policy, &err), RC_OK, &err);
	assert_int_equal(policy.rule, POLICY_SCS);
	assert_int_equal(policy.renew_before_s, 30 * DAY);
	/* Thresholds take the place of those of the file in either form. */
	assert_rc(apply(warning, text, &policy, &err), RC_OK, &err);
	assert_true(policy.has_warning);
	assert_false(policy.has_critical);
	assert_int_equal(policy.warning.range.start, range_value(25 * DAY));
}

static void
takes_every_setting(void **state)
{
	const char *const all[] = { "policy", "fraction", "fraction", "1/4", "floor",
		"1/2", "grace", "1d", "warning", "20%:", "critical",
		"10%:", "template-major", "101", "no-template", "ok", "max-age", "7d",
		"max-lifetime", "400d", "store-size", "20,8", "clock-warning", "30s",
		"clock-critical", "2h", NULL };
	struct policy p;
	struct err err = { 0 };

	(void)state;
	assert_rc(apply(all, NULL, &p, &err), RC_OK, &err);
	assert_int_equal(p.rule, POLICY_FRACTION);
	assert_true(p.fraction_num == 1 && p.fraction_den == 4);
	assert_true(p.floor_num == 1 && p.floor_den == 2);
	assert_int_equal(p.grace_s, DAY);
	assert_true(p.has_warning && p.has_critical);
	assert_true(p.has_template_major && p.template_major == 101);
	assert_int_equal(p.no_template, STATE_OK);
	assert_int_equal(p.max_age_s, 7 * DAY);
	assert_int_equal(p.max_lifetime_s, 400 * DAY);
	assert_true(p.store_certs == 20 && p.store_keys == 8);
	assert_int_equal(p.clock_warning_s, 30);
	assert_int_equal(p.clock_critical_s, 7200);
}

static void
names_the_setting_that_is_wrong(void **state)
{
	static const struct {
		const char *option, *value, *says;
	} options[] = {
		{ "policy", "weekly", "--policy: weekly: not a policy" },
		{ "renew-before", "42", "--renew-before: 42: a duration needs a unit" },
		{ "warning", "30", "--warning: 30: a bare number" },
		{ "critical", "x:", "--critical: x:" },
		{ "days", "5,30", "--days: 5,30: the second" },
		{ "fraction", "3/1", "--fraction: 3/1" },
		{ "template-major", "-1", "--template-major: -1" },
		{ "store-size", "20", "--store-size: 20: not two numbers" },
		{ "store-size", "20,0", "--store-size: 0" },
		{ "store-size", "123456789,1", "--store-size: 123456789,1: not two" },
		{ "no-template", "fine", "--no-template: " },
	};
	static const struct {
		const char *text, *says;
	} files[] = {
		{ "[defaults]\npolicy = weekly\n",
		    "test.conf:2: [defaults]: policy: weekly: not a policy" },
		{ "[device pc01]\nmax-age = 21\n",
		    "test.conf:2: [device pc01]: max-age: 21: a duration needs a unit" },
		{ "[defaults]\nwarning = 30\n",
		    "test.conf:2: [defaults]: warning: 30: a bare number" },
	};
	const char *const none[] = { NULL };
	struct policy policy;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(options); i++) {
		const char *const one[] = { options[i].option, options[i].value, NULL };
		struct err err = { 0 };

		assert_rc(apply(one, NULL, &policy, &err), RC_USAGE, &err);
		assert_has(err.text, options[i].says);
	}
	for (size_t i = 0; i < UNIT_COUNT(files); i++) {
		struct err err = { 0 };

		assert_rc(apply(none, files[i].text, &policy, &err), RC_CONFIG, &err);
		assert_has(err.text, files[i].says);
	}
}

static void
refuses_what_cannot_be_meant(void **state)
{
	const char *const both[] = { "days", "30,14", "warning", "30d:", NULL };
	const char *const hidden[] = { "warning", "10d:", "critical", "20d:", NULL };
	struct policy policy;
	struct err err = { 0 };

	(void)state;
	assert_rc(apply(both, NULL, &policy, &err), RC_USAGE, &err);
	assert_has(err.text, "--days");
	err_clear(&err);
	assert_rc(apply(hidden, NULL, &policy, &err), RC_USAGE, &err);
}

static void
leaves_other_options_alone(void **state)
{
	static const struct opt other = { "hostname", 'H', "NAME", "" };
	struct settings settings = { 0 };

	(void)state;
	assert_int_equal(setting_take(&settings, &other, "x"), RC_NOTFOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_the_default_policy),
		cmocka_unit_test(the_order_of_options_does_not_matter),
		cmocka_unit_test(the_command_line_goes_before_the_file),
		cmocka_unit_test(takes_every_setting),
		cmocka_unit_test(names_the_setting_that_is_wrong),
		cmocka_unit_test(refuses_what_cannot_be_meant),
		cmocka_unit_test(leaves_other_options_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
