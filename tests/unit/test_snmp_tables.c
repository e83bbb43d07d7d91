/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The groups of AMT-CERT-MIB: every object of a fleet written by hand with its OID
 * below the root and its value, as GETNEXT yields them from the first to the last.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hand_fleet.h"
#include "snmp/health.h"
#include "snmp/tables.h"

enum {
	LINE_SIZE = 1024
};

static void
append(char line[LINE_SIZE], const char *text)
{
	size_t len = strlen(line);
	int n = snprintf(line + len, LINE_SIZE - len, "%s", text);

	assert_true(n >= 0 && (size_t)n < LINE_SIZE - len);
}

static bool
is_text(const struct value *value)
{
	for (size_t i = 0; i < value->len; i++)
		if (value->octets[i] < 0x20 || value->octets[i] > 0x7e)
			return false;
	return true;
}

/* "i 1", "u 1", "c 1", "s text", "x 07eb..." */
static void
append_value(char line[LINE_SIZE], const struct value *value)
{
	static const char *const kinds[] = { " i ", " u ", " c ", " t ", " s ", " o " };
	char part[32];

	if (value->kind != VALUE_OCTETS) {
		(void)snprintf(part, sizeof(part), "%lld", (long long)value->number);
		append(line, kinds[value->kind]);
		append(line, part);
		return;
	}
	append(line, is_text(value) ? " s " : " x ");
	for (size_t i = 0; i < value->len; i++) {
		(void)snprintf(part, sizeof(part), is_text(value) ? "%c" : "%02x",
		    value->octets[i]);
		append(line, part);
	}
}

static void
format_cell(char line[LINE_SIZE], const struct group *group, const struct view *view,
    const struct cell *cell)
{
	uint32_t rest[GROUP_OID_MAX];
	size_t n = group_name(group, view, cell, rest);
	struct value value = { 0 };
	char part[32];

	line[0] = '\0';
	for (size_t i = 0; i < group->n_base + n; i++) {
		(void)snprintf(part, sizeof(part), "%s%lu", i == 0 ? "" : ".",
		    (unsigned long)(i < group->n_base ? group->base[i]
						      : rest[i - group->n_base]));
		append(line, part);
	}
	cell->column->read(view, cell->row, &value);
	append_value(line, &value);
}

/* All objects of all groups, and that GET gives what GETNEXT gave. */
static size_t
expect_all(const struct view *view, const char *const *lines, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < TABLES_N; i++) {
		const struct group *group = tables[i];
		uint32_t rest[GROUP_OID_MAX];
		size_t n_rest = 0;
		struct cell cell;

		while (group_next(group, view, rest, n_rest, NULL, &cell)) {
			struct cell same = { 0 };
			char line[LINE_SIZE];

			format_cell(line, group, view, &cell);
			if (at >= n)
				fail_msg("one too many: %s", line);
			assert_string_equal(line, lines[at]);
			n_rest = group_name(group, view, &cell, rest);
			assert_int_equal(group_get(group, view, rest, n_rest, &same),
			    GROUP_FOUND);
			assert_ptr_equal(same.column, cell.column);
			assert_int_equal(same.row, cell.row);
			at++;
		}
	}
	return at;
}

static const char *const hand_lines[] = {
#include "hand_fleet.inc"
};

static void
shows_every_object_with_its_value(void **unused)
{
	struct mirror *mirror = hand_fleet();
	struct agent_settings settings;
	struct view view = hand_view(mirror, &settings);

	(void)unused;
	view.n_sent = UINT64_C(0x100000005);
	view.n_suppressed = 6;
	assert_int_equal(expect_all(&view, hand_lines, UNIT_COUNT(hand_lines)),
	    UNIT_COUNT(hand_lines));
	mirror_free(mirror);
}

/* Before the first reading, and of an inventory without devices. */
static void
shows_an_empty_fleet(void **unused)
{
	static const char *const lines[] = {
		"1.1.1.0 i 2",
		"1.1.2.0 u 0",
		"1.1.3.0 x 0000000000000000",
		"1.1.4.0 x 0000000000000000",
		"1.1.5.0 u 4294967295",
		"1.1.6.0 i 3",
		"1.1.7.0 u 0",
		"1.1.8.0 u 0",
		"1.1.9.0 u 0",
		"1.1.10.0 u 0",
		"1.1.11.0 u 0",
		"1.1.12.0 u 0",
		"1.1.13.0 u 0",
		"1.1.14.0 u 0",
		"1.1.15.0 u 0",
		"1.1.16.0 i 2147483647",
		"1.1.17.0 x 0000000000000000",
		"1.1.18.0 s ",
		"1.1.19.0 u 0",
		"1.1.20.0 u 0",
		"1.1.21.0 u 0",
		"1.1.22.0 u 0",
		"1.2.1.0 u 3628800",
		"1.2.2.0 u 1209600",
		"1.2.3.0 u 1814400",
		"1.2.4.0 u 172800",
		"1.2.5.0 u 7776000",
		"1.2.6.0 u 5000",
		"1.2.7.0 i 1",
		"1.2.8.0 u 60",
		"1.2.9.0 s autoenroll",
		"1.3.1.0 c 0",
		"1.3.2.0 c 0",
	};
	struct mirror *mirror = hand_new();
	struct agent_settings settings;
	struct view view = hand_view(mirror, &settings);

	(void)unused;
	view.inventory_state = INVENTORY_UNAVAILABLE;
	assert_int_equal(expect_all(&view, lines, UNIT_COUNT(lines)),
	    UNIT_COUNT(lines));
	mirror_free(mirror);
}

static void
bounds_the_expiry_table_by_horizon_and_rows(void **unused)
{
	static const struct {
		int64_t horizon_s;
		int64_t rows;
		size_t n;
	} cases[] = {
		{ 0, 0, 5 },
		{ 90 * HAND_DAY, 0, 2 },
		{ 5 * HAND_DAY, 0, 0 }, /* fewer seconds left than this */
		{ 5 * HAND_DAY + 1, 0, 1 },
		{ 0, 3, 3 },
		{ 250 * HAND_DAY, 2, 2 },
		{ INT64_MAX, 0, 5 },
	};
	struct mirror *mirror = hand_fleet();
	struct agent_settings settings;
	struct view view = hand_view(mirror, &settings);

	(void)unused;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		settings.horizon_s = cases[i].horizon_s;
		settings.expiry_rows = cases[i].rows;
		assert_int_equal(cert_expiry_group.count(&view), cases[i].n);
	}
	mirror_free(mirror);
}

/* States age without a new reading. */
static void
ages_between_readings(void **unused)
{
	static const struct {
		int64_t now;
		enum state cert;   /* device 1, TLS */
		enum state device; /* device 1 */
		size_t n_ended;
	} cases[] = {
		{ HAND_NOW, STATE_OK, STATE_OK, 0 },
		{ HAND_NOW + 21 * HAND_DAY - 3600, STATE_OK, STATE_OK, 2 },
		{ HAND_NOW + 21 * HAND_DAY - 3599, STATE_UNKNOWN, STATE_WARNING, 2 },
		{ HAND_NOW + 158 * HAND_DAY, STATE_WARNING, STATE_WARNING, 2 },
		{ HAND_NOW + 186 * HAND_DAY, STATE_CRITICAL, STATE_CRITICAL, 2 },
		{ HAND_NOW + 200 * HAND_DAY, STATE_CRITICAL, STATE_CRITICAL, 2 },
		{ HAND_NOW + 200 * HAND_DAY + 1, STATE_CRITICAL, STATE_CRITICAL, 3 },
		{ HAND_NOW - 200 * HAND_DAY, STATE_OK, STATE_OK, 0 }, /* set back */
	};
	struct mirror *mirror = hand_fleet();

	(void)unused;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		assert_int_equal(health_cert(mirror, &mirror->certs[0], cases[i].now),
		    cases[i].cert);
		assert_int_equal(health_device(&mirror->devices[0], cases[i].now),
		    cases[i].device);
		assert_int_equal(health_n_ended(mirror, cases[i].now),
		    cases[i].n_ended);
	}
	mirror_free(mirror);
}

/* A device that is off: with nothing read again, its numbers go on. */
static void
counts_on_while_a_device_is_off(void **unused)
{
	struct mirror *mirror = hand_fleet();
	struct agent_settings settings;
	struct view view = hand_view(mirror, &settings);

	(void)unused;
	for (int64_t days = 0; days < 300; days++) {
		struct value since = { 0 }, left = { 0 };

		view.now = HAND_NOW + days * HAND_DAY;
		group_column(&device_group, 13)->read(&view, 0, &since);
		group_column(&device_group, 4)->read(&view, 0, &left);
		assert_int_equal(since.number, 3600 + days * HAND_DAY);
		assert_int_equal(left.number, (200 - days) * HAND_DAY);
	}
	mirror_free(mirror);
}

static void
takes_times_that_nobody_expects(void **unused)
{
	struct mirror *mirror = hand_new();
	struct mirror_device device = hand_device(mirror, 1, "odd");
	struct mirror_cert cert = hand_cert(mirror, 1, ROLE_TLS, 0);
	struct agent_settings settings;
	struct view view;
	struct value value = { 0 };
	static const uint8_t date_9999[] = { 0x27, 0x0f, 12, 31, 23, 59, 59, 0, '+', 0,
		0 };

	(void)unused;
	hand_add_device(mirror, &device);
	cert.not_after = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */
	cert.warning_at = MIRROR_NEVER;
	cert.critical_at = MIRROR_NEVER;
	hand_add_cert(mirror, cert);
	cert.index = 2;
	cert.not_before = MIRROR_NO_TIME;
	cert.not_after = MIRROR_NO_TIME;
	hand_add_cert(mirror, cert);
	cert.index = 3;
	cert.not_before = INT64_MIN + 1;
	cert.not_after = INT64_MIN + 1;
	hand_add_cert(mirror, cert);
	hand_seal(mirror);
	view = hand_view(mirror, &settings);

	assert_int_equal(health_cert(mirror, &mirror->certs[0], HAND_NOW), STATE_OK);
	group_column(&cert_group, CERT_SECONDS_LEFT)->read(&view, 0, &value);
	assert_int_equal(value.number, INT32_MAX);
	group_column(&cert_group, CERT_NOT_AFTER)->read(&view, 0, &value);
	assert_int_equal(value.len, sizeof(date_9999));
	assert_memory_equal(value.octets, date_9999, sizeof(date_9999));
	assert_int_equal(mirror_end_key(&mirror->certs[0]), UINT32_MAX);

	assert_int_equal(health_cert(mirror, &mirror->certs[1], HAND_NOW),
	    STATE_UNKNOWN);
	group_column(&cert_group, CERT_SECONDS_LEFT)->read(&view, 1, &value);
	assert_int_equal(value.number, INT32_MIN);

	assert_int_equal(health_cert(mirror, &mirror->certs[2], HAND_NOW),
	    STATE_CRITICAL);
	group_column(&cert_group, CERT_SECONDS_LEFT)->read(&view, 2, &value);
	assert_int_equal(value.number, -INT32_MAX);
	assert_int_equal(mirror_end_key(&mirror->certs[2]), 1);
	assert_int_equal(mirror->n_by_end, 2);
	mirror_free(mirror);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_every_object_with_its_value),
		cmocka_unit_test(shows_an_empty_fleet),
		cmocka_unit_test(bounds_the_expiry_table_by_horizon_and_rows),
		cmocka_unit_test(ages_between_readings),
		cmocka_unit_test(counts_on_while_a_device_is_off),
		cmocka_unit_test(takes_times_that_nobody_expects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
