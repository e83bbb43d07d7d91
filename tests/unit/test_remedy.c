/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/remedy.c: every reason leads somewhere, and no text names a program
 * that is not there.
 */
#include "policy/config.h"
#include "policy/remedy.h"
#include "unit.h"

static void
only_programs_that_ship_are_run(void **state)
{
	(void)state;
	for (int i = 0; i <= REMEDY_PERSON; i++) {
		const char *program = remedy_program((enum remedy)i);
		const char *text = remedy_text((enum remedy)i);

		assert_true(strlen(text) > 0);
		assert_null(strchr(text, '|'));
		if (program != NULL) {
			assert_int_equal(strncmp(text, "run ", 4), 0);
			assert_has(text, program);
		} else {
			assert_true(strncmp(text, "a person decides", 16) == 0 ||
			    i == REMEDY_NONE);
		}
	}
	assert_string_equal(remedy_program(REMEDY_RENEW_TLS), "renew_amt_tls");
	assert_null(remedy_program(REMEDY_PERSON));
	assert_null(remedy_program(REMEDY_NONE));
	assert_int_equal(remedy_find("renew_amt_tls"), REMEDY_RENEW_TLS);
	assert_int_equal(remedy_find("renew_amt_tls2"), REMEDY_NONE);
	assert_int_equal(remedy_find(""), REMEDY_NONE);
}

static void
a_person_says_which_root(void **state)
{
	(void)state;
	assert_false(remedy_is_unattended(REMEDY_INSTALL_ROOT));
	assert_false(remedy_is_unattended(REMEDY_NONE));
	assert_false(remedy_is_unattended(REMEDY_PERSON));
	assert_true(remedy_is_unattended(REMEDY_RENEW_TLS));
}

struct usage_case {
	enum reason reason;
	unsigned int usage;
	enum remedy remedy;
};

static const struct usage_case cases[] = {
	{ REASON_DUE, USAGE_NONE, REMEDY_RENEW_TLS },
	{ REASON_DUE, USAGE_TLS, REMEDY_RENEW_TLS },
	{ REASON_DUE, USAGE_TLS | USAGE_8021X_WIRED, REMEDY_RENEW_TLS },
	{ REASON_DUE, USAGE_8021X_WIRED, REMEDY_RENEW_8021X },
	{ REASON_DUE, USAGE_8021X_WIRELESS, REMEDY_RENEW_8021X },
	{ REASON_DUE, USAGE_CIRA, REMEDY_PERSON },
	{ REASON_DUE, USAGE_8021X_WIRELESS_ROOT, REMEDY_INSTALL_ROOT },
	{ REASON_EXPIRED, USAGE_TLS, REMEDY_REPROVISION_TLS },
	{ REASON_EXPIRED, USAGE_8021X_WIRED, REMEDY_RENEW_8021X },
	{ REASON_EXPIRED, USAGE_OTHER, REMEDY_PERSON },
	{ REASON_CLOCK_OFF, USAGE_8021X_WIRED, REMEDY_SYNC_CLOCK },
	{ REASON_VALID, USAGE_8021X_WIRED, REMEDY_NONE },
	{ REASON_ORPHAN_KEY, USAGE_NONE, REMEDY_PRUNE_STORE },
	{ REASON_PIN_MISMATCH, USAGE_NONE, REMEDY_PERSON },
};

static void
the_usage_chooses_among_remedies(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		assert_int_equal(remedy_for(cases[i].reason, cases[i].usage),
		    cases[i].remedy);
}

static const struct {
	const char *device;
	enum remedy remedy;
	const char *ca;
} cas[] = {
	{ "pc1", REMEDY_RENEW_TLS, "corp" },
	{ "pc1", REMEDY_REPROVISION_TLS, "corp" },
	{ "pc1", REMEDY_RENEW_8021X, "net" },
	{ "pc2", REMEDY_RENEW_8021X, "corp" },
	{ "pc3", REMEDY_RENEW_8021X, "net" },
	{ "pc3", REMEDY_RENEW_TLS, "own" },
	{ "pc1", REMEDY_SYNC_CLOCK, "" },
};

static void
a_network_may_have_a_ca_of_its_own(void **state)
{
	static const char text[] = "[defaults]\nca = corp\n"
				   "[device pc1]\n8021x-ca = net\n"
				   "[group g]\n8021x-ca = net\n"
				   "[device pc3]\ngroup = g\nca = own\n";
	struct conf *conf = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(conf_parse("x.conf", text, strlen(text), config_rules, &conf, &err),
	    RC_OK, &err);
	for (size_t i = 0; i < UNIT_COUNT(cas); i++)
		assert_string_equal(remedy_ca(conf, cas[i].device, cas[i].remedy),
		    cas[i].ca);
	conf_free(conf);
	assert_string_equal(remedy_ca(NULL, "pc1", REMEDY_RENEW_8021X), "local");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_programs_that_ship_are_run),
		cmocka_unit_test(a_person_says_which_root),
		cmocka_unit_test(the_usage_chooses_among_remedies),
		cmocka_unit_test(a_network_may_have_a_ca_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
