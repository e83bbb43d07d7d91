/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts and names of the fleet, gathered first, then put into words.
 */
#include "listing/overview.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "inventory/scan_log.h"
#include "listing/phrase.h"

enum {
	LIMIT_TEXT_SIZE = 128,
	NAME_SIZE = 68,	  /* of a device, in the line */
	WORST_SIZE = 256, /* a name and its phrase */
	TAIL_BYTES = 220, /* what follows the names has room */
	LISTED = 40,	  /* lines of devices with -vv */
	MS_PER_S = 1000,
};

/* What is known before anything is said. */
struct view {
	const struct overview *overview;
	struct output *output;
	struct fleet_counts counts;
	int64_t n_not_ok;
	int64_t fresh_at; /* the last scan ended, or the last reading; 0: never */
	bool has_scan;
	bool is_old;
	struct range warning;
	struct range critical;
	int64_t n_named;
	bool is_full; /* no room for another name */
};

void
overview_init(struct overview *overview)
{
	*overview =
	    (struct overview){ .warning.range = { .has_start = true, .has_end = true },
		    .critical.range = { .has_start = true, .has_end = true },
		    .max_age_s = OVERVIEW_MAX_AGE_S,
		    .n_worst = OVERVIEW_WORST };
}

/* Each % stands behind a digit and before a colon or the end. */
static bool
is_share(const char *text, const char *at)
{
	return at > text && at[-1] >= '0' && at[-1] <= '9' &&
	    (at[1] == ':' || at[1] == '\0');
}

enum rc
overview_limit_parse(const char *text, struct overview_limit *ret_limit,
    struct err *err)
{
	struct overview_limit limit = { .is_percent = strchr(text, '%') != NULL };
	char plain[LIMIT_TEXT_SIZE];
	size_t n = 0;
	enum rc r;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '%' && is_share(text, p))
			continue;
		if (*p == '%' || n == sizeof(plain) - 1)
			return err_set(err, RC_USAGE,
			    "range \"%.80s\": what follows the number is not understood",
			    text);
		plain[n++] = *p;
	}
	plain[n] = '\0';
	r = range_parse(plain, &limit.range, err);
	if (r == RC_OK)
		*ret_limit = limit;
	return r;
}

struct range
overview_limit_resolve(const struct overview_limit *limit, int64_t n_fleet)
{
	enum range_unit unit = limit->is_percent ? RANGE_UNIT_PERCENT : RANGE_UNIT_S;
	const struct time_range share = { .range = limit->range,
		.start_unit = unit,
		.end_unit = unit };

	return time_range_resolve(&share, n_fleet);
}

/* When was the inventory last brought up to date as a whole? Where nobody scans, the
 * checks do it device by device. */
static enum rc
read_freshness(struct db *db, struct view *view, struct err *err)
{
	const struct overview *overview = view->overview;
	struct scan_record scan = { 0 };
	enum rc r = scan_log_last_finished(db, &scan, err);

	if (r != RC_OK && r != RC_NOTFOUND)
		return r;
	view->has_scan = r == RC_OK;
	view->fresh_at = view->has_scan ? scan.finished_at : view->counts.newest_ok_at;
	view->is_old = overview->max_age_s > 0 &&
	    num_difference(overview->now, view->fresh_at) > overview->max_age_s;
	return RC_OK;
}

static void
judge(struct view *view)
{
	const int64_t *n = view->counts.n_by_state;
	const struct overview *overview = view->overview;
	enum state state = STATE_OK;

	view->n_not_ok = view->counts.n_devices - n[STATE_OK];
	view->warning =
	    overview_limit_resolve(&overview->warning, view->counts.n_devices);
	view->critical =
	    overview_limit_resolve(&overview->critical, view->counts.n_devices);
	if (view->is_old || range_alerts(&view->warning, range_value(view->n_not_ok)))
		state = STATE_WARNING;
	if (range_alerts(&view->critical, range_value(n[STATE_CRITICAL])))
		state = STATE_CRITICAL;
	view->output->state = state;
}

/* ", N words" or the first of its kind without the comma. */
static void
add_part(struct output *output, bool *is_first, int64_t n, const char *words)
{
	if (n == 0)
		return;
	output_add(output, "%s%lld %s", *is_first ? "" : ", ", (long long)n, words);
	*is_first = false;
}

static void
add_counts(struct view *view)
{
	const struct fleet_counts *counts = &view->counts;
	struct output *output = view->output;
	bool is_first = true;

	if (view->n_not_ok == 0) {
		output_add(output, "all %lld devices are fine",
		    (long long)counts->n_devices);
		return;
	}
	output_add(output,
	    "%lld of %lld devices need attention: ", (long long)view->n_not_ok,
	    (long long)counts->n_devices);
	add_part(output, &is_first, counts->n_by_state[STATE_CRITICAL], "critical");
	add_part(output, &is_first, counts->n_by_state[STATE_WARNING], "warning");
	add_part(output, &is_first, counts->n_by_state[STATE_UNKNOWN], "unknown");
	if (counts->n_expired + counts->n_will_miss + counts->n_never_read == 0)
		return;
	is_first = true;
	output_add(output, " (");
	add_part(output, &is_first, counts->n_expired, "expired");
	add_part(output, &is_first, counts->n_will_miss,
	    "likely to miss their renewal window");
	add_part(output, &is_first, counts->n_never_read, "never read");
	output_add(output, ")");
}

static enum rc
name_one(void *ctx, const struct fleet_device *device, struct err *err)
{
	struct view *view = ctx;
	struct output *output = view->output;
	char name[NAME_SIZE], phrase[PHRASE_SIZE], text[WORST_SIZE];
	int n;

	(void)err;
	if (view->is_full)
		return RC_OK;
	text_printable_field(name, sizeof(name), device->name, strlen(device->name));
	n = snprintf(text, sizeof(text), "%s%s %s",
	    view->n_named == 0 ? "; worst: " : ", ", name,
	    phrase_of(&device->standing, view->overview->now, phrase));
	view->is_full =
	    n < 0 || output->text.len + (size_t)n + TAIL_BYTES > OUTPUT_TEXT_MAX;
	if (view->is_full)
		return RC_OK;
	output_add(output, "%s", text);
	view->n_named++;
	return RC_OK;
}

static void
add_tail(struct view *view)
{
	const int64_t *n = view->counts.n_by_state;
	int64_t n_more = n[STATE_CRITICAL] + n[STATE_WARNING] - view->n_named;
	int64_t now = view->overview->now, next_end = view->counts.next_end;
	struct output *output = view->output;
	char field[CLOCK_DURATION_SIZE], date[CLOCK_DATE_SIZE];

	if (view->n_named > 0 && n_more > 0)
		output_add(output, " and %lld more", (long long)n_more);
	if (view->n_not_ok > 0 && view->counts.n_due > 0)
		output_add(output, "; run evaluate_amt_fleet");
	if (view->n_not_ok == 0 && next_end > 0)
		output_add(output, "; the next end is in %s (%s)",
		    clock_format_duration(num_difference(next_end, now), field),
		    clock_format_date(next_end, date));
	if (view->fresh_at == 0)
		output_add(output, "; never scanned: run scan_amt_fleet");
	else
		output_add(output, "; last %s %s ago%s",
		    view->has_scan ? "scan" : "reading",
		    clock_format_duration(num_difference(now, view->fresh_at), field),
		    view->is_old ? ", longer than allowed: run scan_amt_fleet" : "");
}

static void
add_count(const struct view *view, const char *label, int64_t n,
    const struct range *warning, const struct range *critical)
{
	const struct perfdata perfdata = { .label = label,
		.is_count = true,
		.value_ms = n * MS_PER_S,
		.warning = warning,
		.critical = critical,
		.has_min = true };

	output_perfdata(view->output, &perfdata, view->overview->thresholds);
}

static void
add_seconds(const struct view *view, const char *label, int64_t seconds,
    const struct range *warning)
{
	const struct perfdata perfdata = { .label = label,
		.value_ms = num_product(seconds, MS_PER_S),
		.warning = warning };

	output_perfdata(view->output, &perfdata, view->overview->thresholds);
}

static void
add_perfdata(const struct view *view)
{
	const struct fleet_counts *counts = &view->counts;
	int64_t now = view->overview->now;
	struct range fresh = { .has_start = true, .has_end = true };

	fresh.end = range_value(view->overview->max_age_s);
	add_count(view, "total", counts->n_devices, NULL, NULL);
	add_count(view, "ok", counts->n_by_state[STATE_OK], NULL, NULL);
	add_count(view, "warning", counts->n_by_state[STATE_WARNING], NULL, NULL);
	add_count(view, "critical", counts->n_by_state[STATE_CRITICAL], NULL,
	    &view->critical);
	add_count(view, "unknown", counts->n_by_state[STATE_UNKNOWN], NULL, NULL);
	add_count(view, "not_ok", view->n_not_ok, &view->warning, NULL);
	add_count(view, "due", counts->n_due, NULL, NULL);
	add_count(view, "expired", counts->n_expired, NULL, NULL);
	add_count(view, "will_miss", counts->n_will_miss, NULL, NULL);
	add_count(view, "never_read", counts->n_never_read, NULL, NULL);
	if (counts->oldest_ok_at != 0)
		add_seconds(view, "oldest", num_difference(now, counts->oldest_ok_at),
		    NULL);
	if (counts->next_end != 0)
		add_seconds(view, "next_end", num_difference(counts->next_end, now),
		    NULL);
	if (view->fresh_at != 0)
		add_seconds(view, "age", num_difference(now, view->fresh_at),
		    view->overview->max_age_s > 0 ? &fresh : NULL);
}

static enum rc
list_one(void *ctx, const struct fleet_device *device, struct err *err)
{
	struct view *view = ctx;
	int64_t now = view->overview->now;
	const struct standing *standing = &device->standing;
	char name[FACTS_TEXT_SIZE], group[FACTS_TEXT_SIZE], error[FACTS_TEXT_SIZE];
	char phrase[PHRASE_SIZE];

	(void)err;
	text_printable_field(name, sizeof(name), device->name, strlen(device->name));
	text_printable_field(group, sizeof(group), device->group,
	    strlen(device->group));
	text_printable_field(error, sizeof(error), standing->error,
	    strlen(standing->error));
	output_line(view->output, "%s %s: %s%s%s%s%s",
	    state_text(standing_state(standing, now)), name,
	    phrase_of(standing, now, phrase), group[0] != '\0' ? "; group " : "", group,
	    view->overview->verbosity > 2 && error[0] != '\0' ? "; " : "",
	    view->overview->verbosity > 2 ? error : "");
	return RC_OK;
}

static void
explain_limit(const struct view *view, const char *words, const struct range *range,
    int64_t value)
{
	struct buf text;

	buf_init(&text, LIMIT_TEXT_SIZE);
	(void)range_format(&text, range);
	output_line(view->output, "%s: %lld, range %s: %s", words, (long long)value,
	    buf_str(&text),
	    range_alerts(range, range_value(value)) ? "alerts" : "does not alert");
	if (text.rc == RC_NOMEM)
		view->output->lines.rc = RC_NOMEM;
	buf_clear(&text);
}

/* Every number behind the state. */
static void
explain(const struct view *view)
{
	const struct fleet_counts *counts = &view->counts;
	char field[CLOCK_TIME_SIZE];

	explain_limit(view, "devices that are critical", &view->critical,
	    counts->n_by_state[STATE_CRITICAL]);
	explain_limit(view, "devices that are not ok", &view->warning, view->n_not_ok);
	output_line(view->output,
	    "%lld failed at the last attempt, %lld not read for "
	    "longer than the policy of each allows",
	    (long long)counts->n_failed, (long long)counts->n_stale);
	if (view->fresh_at != 0)
		output_line(view->output, "last %s at %s, %lld s ago; allowed %lld s",
		    view->has_scan ? "scan ended" : "reading",
		    clock_format_time(view->fresh_at, field),
		    (long long)num_difference(view->overview->now, view->fresh_at),
		    (long long)view->overview->max_age_s);
	output_line(view->output, "the state of each device is that of its dates at %s",
	    clock_format_time(view->overview->now, field));
}

static enum rc
list(struct db *db, struct view *view, struct err *err)
{
	const struct overview *overview = view->overview;
	const int64_t *n = view->counts.n_by_state;
	int64_t n_worst = n[STATE_CRITICAL] + n[STATE_WARNING];

	if (n_worst > LISTED)
		output_line(view->output, "the worst %d of %lld devices:", (int)LISTED,
		    (long long)n_worst);
	return fleet_each_device(db, overview->group, FLEET_BY_URGENCY, overview->now,
	    LISTED, list_one, view, err);
}

static enum rc
tell_names(struct db *db, struct view *view, struct err *err)
{
	const struct overview *overview = view->overview;
	enum rc r = RC_OK;

	if (overview->n_worst > 0)
		r = fleet_each_device(db, overview->group, FLEET_BY_URGENCY,
		    overview->now, overview->n_worst, name_one, view, err);
	if (r != RC_OK)
		return r;
	add_tail(view);
	if (overview->explain)
		explain(view);
	return overview->verbosity > 1 ? list(db, view, err) : RC_OK;
}

static enum rc
tell(struct db *db, struct view *view, struct err *err)
{
	const struct overview *overview = view->overview;
	enum rc r = fleet_count(db, overview->group, overview->now, overview->max_age_s,
	    &view->counts, err);

	if (r != RC_OK)
		return r;
	if (view->counts.n_devices == 0) {
		char group[NAME_SIZE] = "";

		if (overview->group != NULL)
			text_printable_field(group, sizeof(group), overview->group,
			    strlen(overview->group));
		output_add(view->output, "there is no device in the inventory%s%s",
		    group[0] != '\0' ? " of group " : "", group);
		return RC_OK; /* an output is UNKNOWN until it is told otherwise */
	}
	r = read_freshness(db, view, err);
	if (r != RC_OK)
		return r;
	judge(view);
	add_counts(view);
	add_perfdata(view);
	return tell_names(db, view, err);
}

enum rc
overview_tell(struct db *db, const struct overview *overview, struct output *output,
    struct err *err)
{
	struct view view = { .overview = overview, .output = output };
	enum rc r = db_begin_read(db, err);

	if (r == RC_OK)
		r = tell(db, &view, err);
	db_rollback(db);
	return r;
}
