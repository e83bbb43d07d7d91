/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/listing/format_*.c: whatever an inventory holds, each format keeps its grammar,
 * all of them tell the same, and the sums close.
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "csv_read.h"
#include "json_read.h"
#include "made_listing.h"
#include "read_back.h"
#include "stock.h"
#include "torture.h"
#include "unit.h"

#define T0 MADE_NOW

enum {
	ROUNDS = 25,
	DEVICES_MAX = 40,
	FIXED_FORECASTS = 5,		       /* as configured, and the four rules */
	DAY_LINES = 1 + 1 + FORECAST_DAYS + 1, /* head, overdue, days, beyond */
};

static void
assert_printable(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		assert_false((unsigned char)*p < 0x20 || *p == 0x7f);
	assert_true(read_back_is_utf8(text));
}

/* The next whole line; NULL behind the last one. */
static char *
take_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (*line == '\0')
		return NULL;
	assert_non_null(end);
	*end = '\0';
	*text = end + 1;
	return line;
}

static int64_t
number_of(const char *text, const char *before)
{
	const char *at = strstr(text, before);

	if (at == NULL)
		fail_msg("no %s in %.300s", before, text);
	return strtoll(at + strlen(before), NULL, 10);
}

/* Devices: as many records as there are, no formula in a text, nothing that moves a
 * terminal. */
static void
check_csv(struct db *db, const struct listing_order *order, const struct folder *folder,
    int64_t n_devices)
{
	char *text = made_listing_text(db, order, LISTING_CSV, folder);
	size_t n = 0;
	struct csv_record *records = csv_read(text, &n);

	assert_int_equal(n, 1 + n_devices);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(records[i].n_fields, records[0].n_fields);
		for (size_t k = 0; k < records[i].n_fields; k++) {
			const char *field = records[i].fields[k];

			assert_printable(field);
			assert_int_equal(strspn(field + strspn(field, " "), "=+-@"), 0);
			assert_int_not_equal(strncmp(field, "\xef\xbc\x9d", 3), 0);
		}
	}
	free(records);
	free(text);
}

/* Forecasts: every column comes to all of its certificates, and those of the issuers
 * to the first one, day by day. */
static void
check_forecast(struct db *db, const struct listing_order *devices,
    const struct folder *folder, int64_t n_certs)
{
	struct listing_order order = *devices;
	struct csv_record *records;
	size_t n = 0, first_issuer = 1 + FIXED_FORECASTS + order.what_if.is_asked;
	long long sums[CSV_FIELDS_MAX] = { 0 }, by_issuer = 0;
	char *text;

	order.only_forecast = true;
	text = made_listing_text(db, &order, LISTING_CSV, folder);
	records = csv_read(text, &n);
	assert_int_equal(n, DAY_LINES);
	for (size_t i = 1; i < n; i++) {
		long long by_issuer_today = 0;

		assert_int_equal(records[i].n_fields, records[0].n_fields);
		for (size_t k = 1; k < records[i].n_fields; k++) {
			sums[k] += csv_number(&records[i], k);
			if (k >= first_issuer)
				by_issuer_today += csv_number(&records[i], k);
		}
		assert_int_equal(by_issuer_today, csv_number(&records[i], 1));
	}
	for (size_t k = 1; k < records[0].n_fields; k++) {
		if (k < first_issuer)
			assert_int_equal(sums[k], n_certs);
		else
			by_issuer += sums[k];
	}
	assert_int_equal(by_issuer, n_certs);
	free(records);
	free(text);
}

static int64_t
check_json(struct db *db, const struct listing_order *order,
    const struct folder *folder, int64_t n_devices)
{
	static const char *const states[] = { "ok", "warning", "critical", "unknown" };
	char *text = made_listing_text(db, order, LISTING_JSON, folder);
	int64_t n_certs = number_of(text, "\"certificates\":"), n = 0;

	assert_true(json_is_valid(text));
	assert_null(strpbrk(text, "<>&"));
	assert_int_equal(number_of(text, "\"devices\":"), n_devices);
	assert_int_equal(number_of(text, "\"ok\":") + number_of(text, "\"warning\":") +
		number_of(text, "\"critical\":") + number_of(text, "\"unknown\":"),
	    n_devices);
	for (const char *p = text; (p = strstr(p, "{\"id\":")) != NULL; p++)
		n++;
	assert_int_equal(n, n_devices);
	for (size_t i = 0; i < UNIT_COUNT(states); i++) {
		char member[40];

		(void)snprintf(member, sizeof(member), "\"state\":\"%s\"", states[i]);
		n = 0;
		for (const char *p = text; (p = strstr(p, member)) != NULL; p++)
			n++;
		(void)snprintf(member, sizeof(member), "\"%s\":", states[i]);
		assert_int_equal(n, number_of(text, member));
	}
	free(text);
	return n_certs;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines of the grammar, no series twice, "# EOF" at the end; the series are counted. */
static size_t
check_lines_of_metrics(char *text)
{
	static const char grammar[] =
	    "^(# (TYPE amtcert_[a-z_]+ gauge|UNIT amtcert_[a-z_]+_seconds seconds"
	    "|HELP amtcert_[a-z_]+ .+)"
	    "|amtcert_[a-z_]+([{][a-z_]+=\"([^\"\\]|[\\][\\\"])*\""
	    "(,[a-z_]+=\"([^\"\\]|[\\][\\\"])*\")*[}])? -?[0-9]+)$";
	char **series;
	size_t n = 0, n_max = 0;
	regex_t regex;

	assert_true(strlen(text) > 6);
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	text[strlen(text) - 6] = '\0';
	for (const char *p = text; *p != '\0'; p++)
		n_max += *p == '\n';
	series = calloc(n_max + 1, sizeof(*series));
	assert_non_null(series);
	assert_int_equal(regcomp(&regex, grammar, REG_EXTENDED | REG_NOSUB), 0);
	for (char *line = take_line(&text); line != NULL; line = take_line(&text)) {
		assert_printable(line);
		if (regexec(&regex, line, 0, NULL, 0) != 0)
			fail_msg("not of the grammar: %s", line);
		if (line[0] == '#')
			continue;
		*strrchr(line, ' ') = '\0';
		series[n++] = line;
	}
	regfree(&regex);
	qsort(series, n, sizeof(*series), by_text);
	for (size_t i = 1; i < n; i++)
		assert_string_not_equal(series[i - 1], series[i]);
	free(series);
	return n;
}

static void
check_openmetrics(struct db *db, const struct listing_order *devices,
    const struct folder *folder, int64_t n_devices, int64_t n_certs)
{
	struct listing_order order = *devices;
	char *text = made_listing_text(db, &order, LISTING_OPENMETRICS, folder);
	size_t n;

	assert_int_equal(number_of(text, "\namtcert_certificates "), n_certs);
	assert_int_equal(
	    number_of(text,
		"{kind=\"forecast\",name=\"as configured\",within_days=\"400\"} ") +
		number_of(text, "_later{kind=\"forecast\",name=\"as configured\"} "),
	    n_certs);
	n = check_lines_of_metrics(text);
	free(text);
	order.per_device = true;
	text = made_listing_text(db, &order, LISTING_OPENMETRICS, folder);
	assert_in_range(check_lines_of_metrics(text), n + (size_t)n_devices,
	    n + 4 * (size_t)n_devices);
	free(text);
}

/* A head, a line for each device, a summary behind an empty line. */
static void
check_table(struct db *db, const struct listing_order *order,
    const struct folder *folder, int64_t n_devices)
{
	char *text = made_listing_text(db, order, LISTING_TABLE, folder), *rest = text;
	const char *summary = strstr(text, "\n\n");
	int64_t n = 0;

	assert_non_null(summary);
	for (const char *p = text; p < summary; p++)
		n += *p == '\n';
	assert_int_equal(n, n_devices);
	assert_int_equal(strtoll(summary + 2, NULL, 10), n_devices);
	for (char *line = take_line(&rest); line != NULL; line = take_line(&rest))
		assert_printable(line);
	free(text);
}

static void
a_hostile_inventory_keeps_every_grammar(void **state)
{
	struct db db = stock_open(*state);
	struct listing_order order = { .now = T0 };
	struct err err = { 0 };

	stock_exec(&db, "PRAGMA synchronous = OFF");
	for (int round = 0; round < ROUNDS; round++) {
		int64_t n = (int64_t)any(DEVICES_MAX), n_certs;

		stock_exec(&db, "BEGIN; DELETE FROM device; DELETE FROM cert");
		for (int64_t id = 1; id <= n; id++)
			made_listing_hostile(&db, id);
		stock_exec(&db, "COMMIT");
		if (round == ROUNDS / 2)
			assert_rc(what_if_take(&order.what_if, "renew-before=30d",
				      &err),
			    RC_OK, &err);
		n_certs = check_json(&db, &order, *state, n);
		check_csv(&db, &order, *state, n);
		check_forecast(&db, &order, *state, n_certs);
		check_openmetrics(&db, &order, *state, n, n_certs);
		check_table(&db, &order, *state, n);
	}
	db_close(&db);
}

struct job {
	struct db *db;
	struct listing_order order;
	enum listing_format format;
};

static enum rc
write_once(void *ctx)
{
	struct job *job = ctx;
	struct err err = { 0 };

	return made_listing_write(job->db, &job->order, job->format, "/dev/null", &err);
}

static void
memory_may_run_out(void **state)
{
	struct db db = stock_open(*state);
	struct job job = { .db = &db, .order = { .now = T0, .per_device = true } };
	struct made_leaf leaf = { .device = 1,
		.issuer = "CN=CA 1",
		.not_before = T0 - 100 * MADE_DAY,
		.not_after = T0 + 100 * MADE_DAY };
	struct err err = { 0 };

	made_listing_device(&db, 1, "pc1", "berlin");
	made_listing_leaf(&db, &leaf);
	assert_rc(what_if_take(&job.order.what_if, "policy=scs", &err), RC_OK, &err);
	for (int format = LISTING_TABLE; format <= LISTING_OPENMETRICS; format++) {
		job.format = (enum listing_format)format;
		(void)torture(write_once, &job);
	}
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(a_hostile_inventory_keeps_every_grammar),
		STOCK_TEST(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
