/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is due, in which order, and how much of it.
 */
#include "snmp/notifier.h"

#include <string.h>

#include "snmp/health.h"
#include "snmp/notifier_told.h"

enum {
	MS_PER_S = 1000,
	TURN = 20, /* notices that a turn of the SNMP thread sends at most */
};

/* One tick on its way. */
struct tick {
	struct notifier *notifier;
	const struct mirror *mirror;
	const struct notifier_now *now;
	enum rc r;
	struct err *err;
};

enum due {
	DUE_SEND,
	DUE_SUPPRESS, /* counted for the summary */
	DUE_LATER,
};

int64_t
notifier_pause_ms(const struct agent_settings *settings)
{
	int64_t ms = (int64_t)TURN * MS_PER_S / settings->notify_per_second;

	return ms > MS_PER_S ? MS_PER_S : ms;
}

enum rc
notifier_init(struct notifier *notifier, const struct agent_settings *settings,
    struct mailbox *mailbox, struct db *db, int64_t mono_ms, struct err *err)
{
	notifier->settings = settings;
	notifier->mailbox = mailbox;
	notifier->db = db;
	notifier->window_ms = mono_ms;
	notifier->refill_ms = mono_ms;
	notifier->left = settings_notify_share(settings);
	notifier->failing_since_ms = -1;
	return told_db_read(db, &notifier->told, &notifier->is_new, err);
}

void
notifier_clear(struct notifier *notifier)
{
	told_clear(&notifier->told);
}

/*
 * The pace.
 */
static void
refill(struct notifier *notifier, int64_t mono_ms)
{
	int64_t most = notifier->settings->notify_per_second * MS_PER_S;
	int64_t added =
	    (mono_ms - notifier->refill_ms) * notifier->settings->notify_per_second;

	notifier->refill_ms = mono_ms;
	notifier->budget_ms += added;
	if (notifier->budget_ms > most)
		notifier->budget_ms = most;
}

static bool
has_room(const struct notifier *notifier)
{
	return notifier->budget_ms >= MS_PER_S && mailbox_room(notifier->mailbox) > 0;
}

static enum due
due(const struct notifier *notifier, bool is_critical)
{
	bool is_allowed =
	    notifier->settings->notify_per_minute == 0 || notifier->left > 0;

	if (!is_critical && !is_allowed)
		return DUE_SUPPRESS;
	return has_room(notifier) ? DUE_SEND : DUE_LATER;
}

static void
suppress(struct notifier *notifier)
{
	notifier->suppressed++;
	atomic_fetch_add(&notifier->mailbox->n_suppressed, 1);
}

/* Into the mailbox, with what it changes. */
static void
put(struct notifier *notifier, const struct notice *notice,
    const struct notifier_sent *sent)
{
	notifier->sent[notifier->n_put++ % MAILBOX_NOTICES] = *sent;
	notifier->budget_ms -= MS_PER_S;
	mailbox_put(notifier->mailbox, notice);
}

static void
put_about_cert(struct tick *tick, struct notice *notice,
    const struct notifier_sent *sent)
{
	struct notifier *notifier = tick->notifier;

	if (notifier->left > 0)
		notifier->left--;
	put(notifier, notice, sent);
}

/*
 * What is due of one certificate. Each returns false when there is no room for more.
 */
static void
keep_quietly(struct tick *tick,
    enum rc (*keep)(struct db *, const struct told_row *, struct err *),
    const struct told_row *row)
{
	struct notifier *notifier = tick->notifier;
	enum rc r;

	if (notifier->is_behind)
		return;
	r = keep(notifier->db, row, tick->err);
	if (r != RC_OK) {
		notifier->is_behind = true;
		tick->r = r;
	}
}

static bool
tell_state(struct tick *tick, size_t place, struct told_row *row, enum state state)
{
	struct notifier *notifier = tick->notifier;
	int64_t mono_s = tick->now->mono_ms / MS_PER_S + 1;
	struct notifier_sent sent = { .kind = NOTICE_STATE_CHANGE,
		.old_state = row->state };
	struct notice notice;

	/* Once in a minute, net of what changes back. */
	if (row->told_s != 0 && mono_s - row->told_s < NOTIFIER_MINUTE_MS / MS_PER_S)
		return true;
	switch (due(notifier, state == STATE_CRITICAL)) {
	case DUE_LATER:
		return false;
	case DUE_SUPPRESS:
		suppress(notifier);
		row->state = (uint8_t)state;
		keep_quietly(tick, told_db_set_state, row);
		return true;
	case DUE_SEND:
		break;
	}
	notice_of_cert(&notice, NOTICE_STATE_CHANGE, tick->mirror, place,
	    tick->now->now);
	notice.previous_state = (enum state)row->state;
	row->state = (uint8_t)state;
	row->told_s = (uint32_t)mono_s;
	sent.row = *row;
	put_about_cert(tick, &notice, &sent);
	return true;
}

static bool
tell_expired(struct tick *tick, size_t place, struct told_row *row)
{
	struct notifier_sent sent = { .kind = NOTICE_EXPIRED };
	struct notice notice;

	if (due(tick->notifier, true) == DUE_LATER)
		return false;
	notice_of_cert(&notice, NOTICE_EXPIRED, tick->mirror, place, tick->now->now);
	row->has_expired = true;
	sent.row = *row;
	put_about_cert(tick, &notice, &sent);
	return true;
}

/* Another certificate in the use: told when it ends later. */
static bool
tell_end(struct tick *tick, size_t place, struct told_row *row, uint32_t end)
{
	struct notifier_sent sent = { .kind = NOTICE_RENEWED,
		.old_end = row->end,
		.old_has_expired = row->has_expired };
	bool is_renewed = row->end != 0 && end > row->end;
	enum due is_due = is_renewed ? due(tick->notifier, false) : DUE_SUPPRESS;
	struct notice notice;

	if (is_due == DUE_LATER)
		return false;
	row->end = end;
	row->has_expired = false;
	if (is_due == DUE_SUPPRESS) {
		if (is_renewed)
			suppress(tick->notifier);
		keep_quietly(tick, told_db_set_end, row);
		return true;
	}
	notice_of_cert(&notice, NOTICE_RENEWED, tick->mirror, place, tick->now->now);
	notice.previous_not_after = sent.old_end;
	sent.row = *row;
	put_about_cert(tick, &notice, &sent);
	return true;
}

/* Nothing of the critical may be left out, so it goes first. */
static bool
tell_critical(struct tick *tick, size_t place, struct told_row *row)
{
	const struct mirror_cert *cert = &tick->mirror->certs[place];
	enum state state = health_cert(tick->mirror, cert, tick->now->now);
	uint32_t end = cert->not_after == MIRROR_NO_TIME ? 0 : mirror_end_key(cert);

	if (state != STATE_CRITICAL)
		return true;
	/* One that ended, was renewed, and ended again. */
	if (row->end != end && !tell_end(tick, place, row, end))
		return false;
	if (row->state != state && !tell_state(tick, place, row, state))
		return false;
	if (health_has_ended(cert, tick->now->now) && !row->has_expired)
		return tell_expired(tick, place, row);
	return true;
}

static bool
tell_other(struct tick *tick, size_t place, struct told_row *row)
{
	const struct mirror_cert *cert = &tick->mirror->certs[place];
	enum state state = health_cert(tick->mirror, cert, tick->now->now);
	uint32_t end = cert->not_after == MIRROR_NO_TIME ? 0 : mirror_end_key(cert);

	if (state == STATE_CRITICAL)
		return true;
	if (row->end != end && !tell_end(tick, place, row, end))
		return false;
	return row->state == state || tell_state(tick, place, row, state);
}

static bool
tell_job(struct tick *tick, const struct mirror_job *job)
{
	struct notifier *notifier = tick->notifier;
	struct notifier_sent sent = { .kind = NOTICE_RENEWAL_FAILED, .job = job->id };
	enum due is_due = due(notifier, false);
	struct notice notice;
	const uint8_t *message;

	if (is_due == DUE_LATER)
		return false;
	tick->r = notifier_add_job(&notifier->told, job->id, tick->err);
	if (tick->r != RC_OK)
		return false;
	if (is_due == DUE_SUPPRESS) {
		suppress(notifier);
		if (!notifier->is_behind &&
		    told_db_add_job(notifier->db, job->id, tick->err) != RC_OK)
			notifier->is_behind = true;
		return true;
	}
	notice_of_cert(&notice, NOTICE_RENEWAL_FAILED, tick->mirror, job->cert,
	    tick->now->now);
	notice.job_action = job->action;
	notice.job_attempts = job->attempts;
	message = mirror_octets(tick->mirror, job->message, &notice.message_len);
	memcpy(notice.message, message, notice.message_len);
	put_about_cert(tick, &notice, &sent);
	return true;
}

/* Returns false when there was no room for all. */
static bool
tell_certs(struct tick *tick)
{
	struct told *told = &tick->notifier->told;
	const struct mirror *mirror = tick->mirror;
	bool goes_on = true, is_whole;

	for (size_t i = 0; goes_on && i < told->n; i++)
		goes_on = tell_critical(tick, i, &told->rows[i]);
	is_whole = goes_on;
	goes_on = true;
	for (size_t i = 0; goes_on && i < told->n; i++)
		goes_on = tell_other(tick, i, &told->rows[i]);
	for (size_t i = 0; goes_on && i < mirror->n_jobs; i++)
		if (mirror->jobs[i].state == JOB_FAILED &&
		    !notifier_knows_job(told, mirror->jobs[i].id))
			goes_on = tell_job(tick, &mirror->jobs[i]);
	return is_whole && goes_on;
}

/*
 * What is due of the fleet.
 */
static void
tell_summary(struct tick *tick)
{
	struct notifier *notifier = tick->notifier;
	struct notifier_sent sent = { .kind = NOTICE_BULK_CHANGE };
	struct notice notice = { .kind = NOTICE_BULK_CHANGE };

	if (!notifier->owes_summary || mailbox_room(notifier->mailbox) == 0)
		return;
	notice.totals = health_count(tick->mirror, tick->now->now);
	notice.n_suppressed = atomic_load(&notifier->mailbox->n_suppressed);
	notifier->owes_summary = false;
	put(notifier, &notice, &sent);
}

static void
turn_window(struct notifier *notifier, int64_t mono_ms)
{
	const struct agent_settings *settings = notifier->settings;

	if (mono_ms - notifier->window_ms < settings->notify_window_s * MS_PER_S)
		return;
	notifier->window_ms = mono_ms;
	notifier->left = settings_notify_share(settings);
	notifier->owes_summary = notifier->owes_summary || notifier->suppressed > 0;
	notifier->suppressed = 0;
}

static bool
is_stalled(const struct tick *tick)
{
	const struct notifier *notifier = tick->notifier;
	int64_t stall_s = notifier->settings->stall_s;
	int64_t last = tick->mirror->last_pass;

	if (stall_s == 0)
		return false;
	if (notifier->failing_since_ms >= 0 &&
	    (tick->now->mono_ms - notifier->failing_since_ms) / MS_PER_S > stall_s)
		return true;
	if (tick->mirror->generation == 0)
		return false;
	return last == MIRROR_NO_TIME || tick->now->now - last > stall_s;
}

static void
tell_scan(struct tick *tick, enum inventory_state inventory_state)
{
	struct notifier *notifier = tick->notifier;
	struct told *told = &notifier->told;
	struct notifier_sent sent = { .was_stalled = told->is_stalled,
		.old_stalled_at = told->stalled_at };
	bool stalled = is_stalled(tick);
	int64_t since_s = tick->now->now - told->stalled_at;
	struct notice notice = { .kind = NOTICE_SCAN_STALLED };

	if (stalled == told->is_stalled && (!stalled || since_s < NOTIFIER_AGAIN_S))
		return;
	if (mailbox_room(notifier->mailbox) == 0)
		return;
	if (!stalled)
		notice.kind = NOTICE_SCAN_RESUMED;
	notice.inventory_state = inventory_state;
	notice.last_pass = tick->mirror->last_pass;
	notice.totals = health_count(tick->mirror, tick->now->now);
	sent.kind = notice.kind;
	told->is_stalled = stalled;
	told->stalled_at = tick->now->now;
	put(notifier, &notice, &sent);
}

/* A new mirror, or the first of all. */
static enum rc
meet(struct tick *tick)
{
	struct notifier *notifier = tick->notifier;
	const struct mirror *mirror = tick->mirror;
	enum rc r;

	if (notifier->is_new) {
		r = notifier_take_baseline(notifier, mirror, tick->now, tick->err);
		notifier->owes_summary =
		    notifier->owes_summary || mirror->totals.worst != STATE_OK;
	} else {
		r = notifier_merge(notifier, mirror, tick->now->now, tick->err);
	}
	notifier->rest_until_ms = 0;
	if (notifier->told.n == mirror->n_certs) {
		notifier->merged = mirror;
		notifier->merged_generation = mirror->generation;
	}
	return r;
}

static void
tell_all(struct tick *tick, enum inventory_state inventory_state)
{
	struct notifier *notifier = tick->notifier;
	bool has_begun;

	if (!atomic_load(&notifier->mailbox->is_connected))
		return;
	tell_scan(tick, inventory_state);
	if (notifier->is_new || tick->mirror->generation == 0)
		return;
	tell_summary(tick);
	if (tick->now->mono_ms < notifier->rest_until_ms)
		return;
	has_begun = !notifier->is_behind && db_begin(notifier->db, tick->err) == RC_OK;
	if (!has_begun)
		notifier->is_behind = true;
	if (tell_certs(tick))
		notifier->rest_until_ms = tick->now->mono_ms + MS_PER_S;
	if (has_begun && db_commit(notifier->db, tick->err) != RC_OK) {
		db_rollback(notifier->db);
		notifier->is_behind = true;
	}
}

enum rc
notifier_tick(struct notifier *notifier, const struct mirror *mirror,
    enum inventory_state inventory_state, const struct notifier_now *now,
    struct err *err)
{
	struct tick tick = { notifier, mirror, now, RC_OK, err };
	enum rc r;

	if (inventory_state == INVENTORY_OK)
		notifier->failing_since_ms = -1;
	else if (notifier->failing_since_ms < 0)
		notifier->failing_since_ms = now->mono_ms;
	r = notifier_settle(notifier, err);
	if (r == RC_OK)
		r = notifier_catch_up(notifier, now->mono_ms, err);
	refill(notifier, now->mono_ms);
	turn_window(notifier, now->mono_ms);
	if (r == RC_OK && mirror->generation != 0 &&
	    (notifier->merged != mirror ||
		notifier->merged_generation != mirror->generation))
		r = meet(&tick);
	if (notifier->merged == mirror || mirror->generation == 0)
		tell_all(&tick, inventory_state);
	return r == RC_OK ? tick.r : r;
}
