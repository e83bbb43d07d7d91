/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gathered first, then judged, then told.
 */
#include "listing/queue_view.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "inventory/breaker_row.h"
#include "inventory/cert_request.h"
#include "inventory/job_count.h"
#include "inventory/outbox.h"

enum {
	LISTED = 20, /* lines of a kind with -vv */
	MS_PER_S = 1000,
	NAME_SIZE = 68, /* of a device, in the line */
};

struct look {
	const struct queue_view *view;
	struct output *output;
	struct job_counts counts;
	struct cert_request_age pending;
	int64_t n_breakers;
	char breaker[JOB_WORD_SIZE + JOB_CA_SIZE + 8]; /* the first that is open */
	int64_t n_forgotten;
	int64_t forgotten_since;
	char forgotten[NAME_SIZE]; /* the first of them */
	struct outbox_counts outbox;
};

static int64_t
age(const struct look *look, int64_t since)
{
	return since == 0 ? 0 : num_difference(look->view->now, since);
}

static void
name_field(char *field, size_t size, const char *text)
{
	text_printable_field(field, size, text, strlen(text));
}

static enum rc
note_breaker(void *ctx, const struct breaker_row *row, struct err *err)
{
	struct look *look = ctx;
	char remedy[JOB_WORD_SIZE];
	char ca[JOB_CA_SIZE];
	char text[JOB_TEXT_SIZE];
	char when[CLOCK_TIME_SIZE];

	(void)err;
	name_field(remedy, sizeof(remedy), row->remedy);
	name_field(ca, sizeof(ca), row->ca);
	name_field(text, sizeof(text), row->text);
	if (look->n_breakers == 0)
		(void)snprintf(look->breaker, sizeof(look->breaker), "%s%s%s%s", remedy,
		    ca[0] == '\0' ? "" : " (", ca, ca[0] == '\0' ? "" : ")");
	look->n_breakers++;
	if (look->view->verbosity > 1 && look->n_breakers <= LISTED)
		output_line(look->output,
		    "breaker open: %s %s: %s, %lld probes failed, next at %s: %s",
		    remedy, ca, row->breaker.class, (long long)row->breaker.n_probes,
		    clock_format_time(row->breaker.probe_at, when), text);
	return RC_OK;
}

static enum rc
note_forgotten(void *ctx, const struct job_forgotten *forgotten, struct err *err)
{
	struct look *look = ctx;
	char field[CLOCK_DURATION_SIZE];
	char name[FACTS_TEXT_SIZE];

	(void)err;
	name_field(name, sizeof(name), forgotten->name);
	if (look->n_forgotten == 0) {
		name_field(look->forgotten, sizeof(look->forgotten), forgotten->name);
		look->forgotten_since = forgotten->due_at;
	}
	look->n_forgotten++;
	if (look->view->verbosity > 1 && look->n_forgotten <= LISTED)
		output_line(look->output, "never queued: %s, due for %s", name,
		    clock_format_duration(age(look, forgotten->due_at), field));
	return RC_OK;
}

static enum rc
note_job(void *ctx, const struct job *job, struct err *err)
{
	struct look *look = ctx;
	char name[FACTS_TEXT_SIZE];
	char text[JOB_TEXT_SIZE];
	char when[CLOCK_TIME_SIZE];

	(void)err;
	name_field(name, sizeof(name), job->device_name);
	name_field(text, sizeof(text), job->text);
	output_line(look->output, "job %lld: %s: %s, %s, %s %s%s%s", (long long)job->id,
	    name, job->remedy, job_state_word(job->state),
	    job->state == JOB_RUNNING ? "since" : "not before",
	    clock_format_time(job->state == JOB_RUNNING ? job->started_at
							: job->not_before,
		when),
	    text[0] == '\0' ? "" : ": ", text);
	return RC_OK;
}

/* As long as it counts (inventory/job_count.h). */
static enum rc
note_lost(void *ctx, const struct job *job, struct err *err)
{
	struct look *look = ctx;
	char name[FACTS_TEXT_SIZE];
	char text[JOB_TEXT_SIZE];
	char when[CLOCK_TIME_SIZE];

	(void)err;
	if (age(look, job->ended_at) >= CLOCK_DAY_S)
		return RC_OK;
	name_field(name, sizeof(name), job->device_name);
	name_field(text, sizeof(text), job->text);
	output_line(look->output, "job %lld: %s: %s, %s at %s%s%s", (long long)job->id,
	    name, job->remedy, job_state_word(job->state),
	    clock_format_time(job->ended_at, when), text[0] == '\0' ? "" : ": ", text);
	return RC_OK;
}

static enum rc
note_line(void *ctx, const struct outbox_entry *entry, struct err *err)
{
	struct look *look = ctx;
	char name[FACTS_TEXT_SIZE];
	char text[OUTBOX_TEXT_SIZE];
	char since[CLOCK_TIME_SIZE];
	char when[CLOCK_TIME_SIZE];

	(void)err;
	name_field(name, sizeof(name), entry->device_name);
	name_field(text, sizeof(text), entry->text);
	output_line(look->output,
	    "hand-over: %s: since %s, failed %lld times, not before %s%s%s", name,
	    clock_format_time(entry->created_at, since), (long long)entry->n_failed,
	    clock_format_time(entry->not_before, when), text[0] == '\0' ? "" : ": ",
	    text);
	return RC_OK;
}

static enum rc
gather(struct db *db, struct look *look, struct err *err)
{
	const struct queue_view *view = look->view;
	enum rc r = job_count(db, view->now, &look->counts, err);

	if (r == RC_OK)
		r = cert_request_read_age(db, NULL, &look->pending, err);
	if (r == RC_OK)
		r = breaker_row_each_open(db, note_breaker, look, err);
	if (r == RC_OK)
		r = job_each_forgotten(db, view->now - view->warning_s, view->now,
		    note_forgotten, look, err);
	if (r == RC_OK)
		r = outbox_count(db, &look->outbox, err);
	if (r == RC_OK && view->verbosity > 1)
		r = job_each(db, JOB_CHOICE_OPEN, LISTED, note_job, look, err);
	if (r == RC_OK && view->verbosity > 1)
		r = job_each(db, JOB_CHOICE_LOST, LISTED, note_lost, look, err);
	if (r == RC_OK && view->verbosity > 1)
		r = outbox_each(db, LISTED, note_line, look, err);
	return r;
}

static enum state
state_of_age(const struct queue_view *view, int64_t seconds)
{
	if (seconds > view->critical_s)
		return STATE_CRITICAL;
	return seconds > view->warning_s ? STATE_WARNING : STATE_OK;
}

static enum state
judge(const struct look *look)
{
	const struct queue_view *view = look->view;
	enum state state = STATE_OK;

	if (look->n_breakers > 0)
		state = STATE_CRITICAL;
	if (view->is_stopped || look->counts.n_lost > 0 || look->outbox.n_failed > 0)
		state = state_worse(state, STATE_WARNING);
	state =
	    state_worse(state, state_of_age(view, age(look, look->counts.ready_since)));
	state =
	    state_worse(state, state_of_age(view, age(look, look->pending.oldest_at)));
	state = state_worse(state, state_of_age(view, age(look, look->outbox.since)));
	return state_worse(state, state_of_age(view, age(look, look->forgotten_since)));
}

/* "; " between what is worth a word, the worst first. */
static void
tell_troubles(struct look *look)
{
	struct output *output = look->output;
	const struct job_counts *counts = &look->counts;
	char field[CLOCK_DURATION_SIZE];

	if (look->n_breakers > 0)
		output_add(output, "; breaker open: %s%s", look->breaker,
		    look->n_breakers > 1 ? " and others" : "");
	if (look->view->is_stopped)
		output_add(output, "; the stop file is there");
	if (look->n_forgotten > 0)
		output_add(output,
		    "; %lld due for up to %s though no job was ever queued: %s; run "
		    "evaluate_amt_fleet",
		    (long long)look->n_forgotten,
		    clock_format_duration(age(look, look->forgotten_since), field),
		    look->forgotten);
	if (counts->n_lost > 0)
		output_add(output, "; %lld refused or given up since yesterday",
		    (long long)counts->n_lost);
	if (look->pending.n > 0)
		output_add(output, "; %lld pending at the CA for up to %s",
		    (long long)look->pending.n,
		    clock_format_duration(age(look, look->pending.oldest_at), field));
}

/* Renewals that somebody has not been told of, who may trust the wrong key. One that
 * is just being told is no trouble. */
static void
tell_outbox(struct look *look)
{
	const struct outbox_counts *outbox = &look->outbox;
	char when[CLOCK_TIME_SIZE];
	char name[NAME_SIZE];
	char text[OUTBOX_TEXT_SIZE];

	if (outbox->bad.id == 0 &&
	    state_of_age(look->view, age(look, outbox->since)) == STATE_OK)
		return;
	output_add(look->output, "; %lld hand-over%s not delivered since %s",
	    (long long)outbox->n, outbox->n == 1 ? "" : "s",
	    clock_format_time(outbox->since, when));
	if (outbox->bad.id == 0)
		return;
	name_field(name, sizeof(name), outbox->bad.device_name);
	name_field(text, sizeof(text), outbox->bad.text);
	output_add(look->output, " (%s: %s)", name, text);
}

static void
tell(struct look *look)
{
	const struct job_counts *counts = &look->counts;
	const struct pacing *pacing = &look->view->pacing;
	int64_t left = pacing->budget - counts->n_hour;
	struct output *output = look->output;
	char field[CLOCK_DURATION_SIZE];

	output_add(output, "%lld jobs", (long long)counts->n_open);
	if (counts->n_running > 0)
		output_add(output, ", %lld running", (long long)counts->n_running);
	if (counts->n_failed > 0)
		output_add(output, ", %lld failed", (long long)counts->n_failed);
	if (counts->n_ready > 0)
		output_add(output, ", %lld wait for up to %s",
		    (long long)counts->n_ready,
		    clock_format_duration(age(look, counts->ready_since), field));
	if (counts->n_ready == 0 && counts->next_at != 0)
		output_add(output, ", the next in %s",
		    clock_format_duration(num_difference(counts->next_at,
					      look->view->now),
			field));
	tell_troubles(look);
	tell_outbox(look);
	output_add(output, "; %lld of %lld starts left this hour",
	    (long long)(left > 0 ? left : 0), (long long)pacing->budget);
}

static void
add_count(const struct look *look, const char *label, int64_t n)
{
	const struct perfdata perfdata = { .label = label,
		.is_count = true,
		.value_ms = n * MS_PER_S,
		.has_min = true };

	output_perfdata(look->output, &perfdata, look->view->thresholds);
}

static void
add_age(const struct look *look, const char *label, int64_t since)
{
	const struct queue_view *view = look->view;
	struct range warning = { .has_start = true, .has_end = true };
	struct range critical = { .has_start = true, .has_end = true };
	const struct perfdata perfdata = { .label = label,
		.value_ms = num_product(age(look, since), MS_PER_S),
		.warning = &warning,
		.critical = &critical };

	warning.end = range_value(view->warning_s);
	critical.end = range_value(view->critical_s);
	output_perfdata(look->output, &perfdata, view->thresholds);
}

static void
add_perfdata(const struct look *look)
{
	const struct job_counts *counts = &look->counts;
	int64_t left = look->view->pacing.budget - counts->n_hour;

	add_count(look, "jobs", counts->n_open);
	add_count(look, "running", counts->n_running);
	add_count(look, "failed", counts->n_failed);
	add_count(look, "ready", counts->n_ready);
	add_age(look, "wait", counts->ready_since);
	add_count(look, "budget_left", left > 0 ? left : 0);
	add_count(look, "done_24h", counts->n_day);
	add_count(look, "lost_24h", counts->n_lost);
	add_count(look, "breakers", look->n_breakers);
	add_count(look, "pending", look->pending.n);
	add_age(look, "pending_age", look->pending.oldest_at);
	add_count(look, "never_queued", look->n_forgotten);
	add_count(look, "hand_overs", look->outbox.n);
}

enum rc
queue_view_tell(struct db *db, const struct queue_view *view, struct output *output,
    struct err *err)
{
	struct look look = { .view = view, .output = output };
	enum rc r = db_begin_read(db, err);

	if (r == RC_OK)
		r = gather(db, &look, err);
	db_rollback(db);
	if (r != RC_OK)
		return r;
	output->state = judge(&look);
	tell(&look);
	add_perfdata(&look);
	return RC_OK;
}
