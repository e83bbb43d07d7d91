/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/config.c: which keys there are, and whose value counts.
 */
#include "folder.h"
#include "policy/config.h"
#include "policy/setting.h"
#include "unit.h"

static const char file[] = "[defaults]\n"
			   "port = 1\n"
			   "policy = scs\n"
			   "logname = all\n"
			   "[group lab]\n"
			   "port = 2\n"
			   "legacy-tls = yes\n"
			   "[device pc01.example]\n"
			   "group = lab\n"
			   "port = 3\n"
			   "[device pc02.example]\n"
			   "group = lab\n"
			   "[device pc03.example]\n"
			   "plain-allowed = yes\n";

static struct conf *
read_text(void **state, const char *text, enum rc wanted, struct err *err)
{
	const char *path = folder_file(*state, "amtcert.conf");
	struct conf *conf = NULL;

	folder_put(path, text, strlen(text));
	assert_rc(config_read(path, &conf, err), wanted, err);
	return conf;
}

static void
a_device_goes_before_its_group_before_the_defaults(void **state)
{
	static const struct {
		const char *device, *key, *text, *kind;
		size_t line;
	} rows[] = {
		{ "pc01.example", "port", "3", "device", 10 },
		{ "PC01.Example", "port", "3", "device", 10 },
		{ "pc02.example", "port", "2", "group", 6 },
		{ "pc03.example", "port", "1", "defaults", 2 },
		{ "other.example", "port", "1", "defaults", 2 },
		{ NULL, "port", "1", "defaults", 2 },
		{ "pc02.example", "logname", "all", "defaults", 4 },
		{ "pc02.example", "legacy-tls", "yes", "group", 7 },
		{ "pc03.example", "legacy-tls", NULL, NULL, 0 },
	};
	struct err err = { 0 };
	struct conf *conf = read_text(state, file, RC_OK, &err);

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct config_value value =
		    config_find(conf, rows[i].device, rows[i].key);

		if (rows[i].text == NULL) {
			assert_null(value.text);
			continue;
		}
		assert_non_null(value.text);
		assert_string_equal(value.text, rows[i].text);
		assert_string_equal(value.kind, rows[i].kind);
		assert_int_equal(value.line, rows[i].line);
	}
	assert_null(config_find(NULL, "pc01.example", "port").text);
	conf_free(conf);
}

static void
refuses_what_lowers_a_guard_for_all(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "[defaults]\nlegacy-tls = yes\n", "amtcert.conf:2" },
		{ "[defaults]\nplain-allowed = yes\n", "amtcert.conf:2" },
		{ "[group g]\nplain-allowed = yes\n", "amtcert.conf:2" },
		{ "[defaults]\npin = sha256:00\n", "amtcert.conf:2" },
		{ "[nonsense]\n", "amtcert.conf:1" },
		{ "[device pc01]\ngroup = nowhere\n",
		    "amtcert.conf:2: [device pc01]: group: there is no [group nowhere]" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct err err = { 0 };

		assert_null(read_text(state, rows[i].text, RC_CONFIG, &err));
		assert_has(err.text, rows[i].says);
	}
}

static void
a_file_that_was_asked_for_has_to_be_there(void **state)
{
	struct conf *conf = NULL;
	struct err err = { 0 };

	assert_rc(config_read(folder_file(*state, "none.conf"), &conf, &err), RC_SYSTEM,
	    &err);
	assert_null(conf);
}

static void
says_where_a_wrong_value_stands(void **state)
{
	struct err cause = { .rc = RC_FORMAT, .text = "3: not a port" };
	struct err err = { 0 };
	struct conf *conf = read_text(state, file, RC_OK, &err);
	struct config_value value = config_find(conf, "pc01.example", "port");

	assert_rc(config_refuse(conf, &value, "port", &cause, &err), RC_CONFIG, &err);
	assert_has(err.text,
	    "amtcert.conf:10: [device pc01.example]: port: 3: not a port");
	err_clear(&err);
	value = config_find(conf, NULL, "port");
	assert_rc(config_refuse(conf, &value, "port", &cause, &err), RC_CONFIG, &err);
	assert_has(err.text, "amtcert.conf:2: [defaults]: port: 3: not a port");
	conf_free(conf);
}

static void
assert_keys(const struct opt *opt)
{
	for (; opt->long_name != NULL; opt++) {
		bool found = false;

		for (const char *const *key = config_rules[0].keys; *key != NULL; key++)
			found = found || strcmp(*key, opt->long_name) == 0;
		if (!found)
			fail_msg("%s is no key of [defaults]", opt->long_name);
	}
}

/* One name each, on the command line and in the file. */
static void
every_policy_option_is_a_key(void **state)
{
	(void)state;
	assert_keys(policy_options);
	assert_keys(policy_clock_options);
	assert_keys(policy_age_options);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_device_goes_before_its_group_before_the_defaults, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(refuses_what_lowers_a_guard_for_all,
		    folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    a_file_that_was_asked_for_has_to_be_there, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(says_where_a_wrong_value_stands,
		    folder_setup, folder_teardown),
		cmocka_unit_test(every_policy_option_is_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
