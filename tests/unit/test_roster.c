/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/scan/roster.c: names, lists and ranges, each device once.
 */
#include <stdio.h>

#include "scan/roster.h"
#include "torture.h"
#include "unit.h"

static void
reads_names_and_addresses_of_a_list(void **state)
{
	static const char text[] = "# a comment\n"
				   "\n"
				   "pc2.example, 192.0.2.2 \r\n"
				   "  pc1.example\t\n"
				   "PC1.example,192.0.2.1\n"
				   "pc3.example,2001:db8::3";
	struct roster roster = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(roster_add_lines(&roster, "list", text, &err), RC_OK, &err);
	assert_int_equal(roster.n, 4);
	roster_settle(&roster);
	assert_int_equal(roster.n, 3);
	assert_string_equal(roster.entries[0].address, "192.0.2.1");
	assert_string_equal(roster.entries[1].name, "pc2.example");
	assert_string_equal(roster.entries[1].address, "192.0.2.2");
	assert_string_equal(roster.entries[2].address, "2001:db8::3");
	roster_clear(&roster);
}

static const struct {
	const char *line;
	const char *says;
} bad_lines[] = {
	{ "pc1 pc2", "list:1: pc1 pc2: not a host name" },
	{ "pc;1", "list:1: pc;1: not a host name" },
	{ "ok\npc,", "list:2: " },
	{ "pc,not an address", "list:1: " },
	{ ",192.0.2.1", "list:1: " },
};

static void
refuses_lines_that_are_neither(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad_lines); i++) {
		struct roster roster = { 0 };
		struct err err = { 0 };

		assert_rc(roster_add_lines(&roster, "list", bad_lines[i].line, &err),
		    RC_FORMAT, &err);
		assert_has(err.text, bad_lines[i].says);
		roster_clear(&roster);
	}
}

static const struct {
	const char *cidr;
	enum rc rc;
	size_t n;
	const char *first;
	const char *last;
} ranges[] = {
	{ "192.0.2.0/24", RC_OK, 254, "192.0.2.1", "192.0.2.254" },
	{ "192.0.2.77/30", RC_OK, 2, "192.0.2.77", "192.0.2.78" },
	{ "192.0.2.4/31", RC_OK, 2, "192.0.2.4", "192.0.2.5" },
	{ "192.0.2.9/32", RC_OK, 1, "192.0.2.9", "192.0.2.9" },
	{ "10.0.255.0/23", RC_OK, 510, "10.0.254.1", "10.0.255.254" },
	{ "2001:db8::f0/124", RC_OK, 16, "2001:db8::f0", "2001:db8::ff" },
	{ "10.0.0.0/12", RC_OK, (1 << 20) - 2, "10.0.0.1", "10.15.255.254" },
	{ "10.0.0.0/11", RC_LIMIT, 0, NULL, NULL },
	{ "::/0", RC_LIMIT, 0, NULL, NULL },
	{ "192.0.2.0", RC_FORMAT, 0, NULL, NULL },
	{ "192.0.2.0/33", RC_FORMAT, 0, NULL, NULL },
	{ "192.0.2/24", RC_FORMAT, 0, NULL, NULL },
	{ "pc1.example/24", RC_FORMAT, 0, NULL, NULL },
	{ "/24", RC_FORMAT, 0, NULL, NULL },
	{ "192.0.2.0/-1", RC_FORMAT, 0, NULL, NULL },
};

static void
counts_out_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ranges); i++) {
		struct roster roster = { 0 };
		struct err err = { 0 };

		assert_rc(roster_add_range(&roster, ranges[i].cidr, &err), ranges[i].rc,
		    &err);
		assert_int_equal(roster.n, ranges[i].n);
		if (ranges[i].n > 0) {
			assert_null(roster.entries[0].name);
			assert_string_equal(roster.entries[0].address, ranges[i].first);
			assert_string_equal(roster.entries[roster.n - 1].address,
			    ranges[i].last);
		}
		roster_clear(&roster);
	}
}

static void
takes_devices_of_the_file(void **state)
{
	static const struct conf_section_rule rules[] = { { "device", true, NULL },
		{ "group", true, NULL }, { NULL, false, NULL } };
	static const char text[] = "[group berlin]\n[group other]\n"
				   "[device pc1]\ngroup = berlin\n"
				   "[device pc2]\n[device pc3]\ngroup = Berlin\n";
	struct roster roster = { 0 };
	struct conf *conf = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(conf_parse("conf", text, sizeof(text) - 1, rules, &conf, &err), RC_OK,
	    &err);
	assert_rc(roster_add_configured(&roster, conf, NULL, &err), RC_OK, &err);
	assert_int_equal(roster.n, 3);
	roster_clear(&roster);
	assert_rc(roster_add_configured(&roster, conf, "berlin", &err), RC_OK, &err);
	assert_int_equal(roster.n, 2);
	roster_clear(&roster);
	assert_rc(roster_add_configured(&roster, conf, "paris", &err), RC_NOTFOUND,
	    &err);
	conf_free(conf);
}

static void
a_name_has_its_place_whatever_its_case(void **state)
{
	char upper[] = "PC1.example", lower[] = "pc1.EXAMPLE", other[] = "pc2.example";
	struct roster_entry a = { .name = upper }, b = { .name = lower };
	struct roster_entry c = { .name = other };

	(void)state;
	assert_true(roster_hash(&a) == roster_hash(&b));
	assert_false(roster_hash(&a) == roster_hash(&c));
}

static void
places_are_spread_evenly(void **state)
{
	enum {
		PLACES = 10,
		NAMES = 5000
	};
	size_t count[PLACES] = { 0 };
	char name[32];
	struct roster_entry entry = { .name = name };

	(void)state;
	for (int i = 0; i < NAMES; i++) {
		assert_true(snprintf(name, sizeof(name), "pc%04d.example", i) > 0);
		count[roster_hash(&entry) % PLACES]++;
	}
	for (size_t i = 0; i < PLACES; i++) {
		assert_true(count[i] > NAMES / PLACES * 8 / 10);
		assert_true(count[i] < NAMES / PLACES * 12 / 10);
	}
}

static enum rc
add_some(void *ctx)
{
	struct roster roster = { 0 };
	struct err err = { 0 };
	enum rc r;

	(void)ctx;
	r = roster_add_lines(&roster, "list", "a,192.0.2.1\nb\n", &err);
	if (r == RC_OK)
		r = roster_add_range(&roster, "192.0.2.0/29", &err);
	roster_clear(&roster);
	return r;
}

static void
says_when_memory_is_out(void **state)
{
	(void)state;
	assert_true(torture(add_some, NULL) > 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names_and_addresses_of_a_list),
		cmocka_unit_test(refuses_lines_that_are_neither),
		cmocka_unit_test(counts_out_ranges),
		cmocka_unit_test(takes_devices_of_the_file),
		cmocka_unit_test(a_name_has_its_place_whatever_its_case),
		cmocka_unit_test(places_are_spread_evenly),
		cmocka_unit_test(says_when_memory_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
