/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory as a check uses it.  Nothing here fails a check: what goes wrong
 * becomes known.trouble, the first of it.
 */
#include "known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "inventory/news.h"
#include "inventory/ours.h"
#include "policy/config.h"

enum {
	TURN_MS = 100, /* between two looks at a login of another program */
	NS_PER_MS = 1000000,
};

/* clang-format off */
const struct opt known_options[] = {
	{ "inventory", 0, "FILE",
	    "Inventory to take the last reading from when the device is out of reach, and to "
	    "keep refused logins in; none unless set." },
	{ NULL, 0, NULL, NULL },
};

const struct opt known_record_options[] = {
	{ "record", 0, NULL, "Write what was read to the inventory, as a scan does." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static enum rc
copy_text(char **field, const char *value, struct err *err)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return err_set(err, RC_NOMEM, "inventory: out of memory");
	free(*field);
	*field = copy;
	return RC_OK;
}

enum rc
known_take(struct known *known, const struct opt *opt, const char *value,
    struct err *err)
{
	if (opt == &known_record_options[0]) {
		known->record = true;
		return RC_OK;
	}
	if (opt != &known_options[0])
		return RC_NOTFOUND;
	if (value[0] == '\0')
		return err_set(err, RC_USAGE, "--inventory: empty");
	known->is_asked_for = true;
	return copy_text(&known->file, value, err);
}

enum rc
known_configure(struct known *known, const struct conf *conf,
    const struct target *target, struct err *err)
{
	struct config_value file = config_find(conf, target->name, "inventory");
	struct config_value group = config_find(conf, target->name, "group");
	enum rc r = RC_OK;

	known->target = target;
	if (known->file == NULL && file.text != NULL)
		r = copy_text(&known->file, file.text, err);
	if (r == RC_OK && group.text != NULL)
		r = copy_text(&known->group, group.text, err);
	if (r == RC_OK)
		r = feed_choose(conf, target->name, &known->feed, err);
	if (r == RC_OK && known->record && known->file == NULL)
		r = err_set(err, RC_USAGE, "--record: needs --inventory");
	return r;
}

static void
set_trouble(struct known *known, const char *what, enum rc r, const struct err *cause)
{
	const char *why = cause->text[0] != '\0' ? cause->text : rc_text(r);
	char whole[2 * KNOWN_TEXT_SIZE];

	if (known->trouble[0] != '\0')
		return;
	(void)snprintf(whole, sizeof(whole), "%s: %.*s", what, KNOWN_TEXT_SIZE, why);
	text_line_field(known->trouble, sizeof(known->trouble), whole, strlen(whole));
}

static struct snapshot_target
meant(const struct known *known)
{
	return (struct snapshot_target){ .name = known->target->name,
		.address = target_address(known->target),
		.port = known->target->port,
		.group = known->group };
}

static void
close_file(struct known *known)
{
	if (known->is_open)
		db_close(&known->db);
	known->is_open = false;
	known->device_id = 0;
}

/* Who may only read is content with that; who records makes the file, as a scan does. */
static enum rc
open_file(struct known *known, bool writes, struct err *err)
{
	struct err refused = { 0 };
	enum rc r = RC_DB;

	if (writes)
		r = db_open_existing(known->file, false, KNOWN_WAIT_MS, &known->db,
		    &refused);
	if (r == RC_NOTFOUND && known->record) {
		err_clear(&refused);
		r = db_open(known->file, &known->db, &refused);
	}
	if (r != RC_OK && r != RC_NOTFOUND)
		r = db_open_existing(known->file, true, KNOWN_WAIT_MS, &known->db, err);
	else if (r == RC_NOTFOUND)
		(void)err_set(err, r, "%s", refused.text);
	known->is_open = r == RC_OK;
	return r;
}

static enum rc
read_device_row(struct known *known, enum snapshot_part part, struct err *err)
{
	int64_t id = 0;
	enum rc r = snapshot_find(&known->db, known->target->name, &id, err);

	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r == RC_OK)
		r = snapshot_read(&known->db, id, part, known->now, &known->before,
		    err);
	if (r != RC_OK)
		return r;
	known->device_id = id;
	r = pin_find(&known->db, id, &known->pin, err);
	known->has_pin = r == RC_OK;
	return r == RC_NOTFOUND ? RC_OK : r;
}

void
known_open(struct known *known, enum snapshot_part part, bool writes, int64_t now)
{
	struct err cause = { 0 };
	enum rc r;

	known->now = now;
	if (known->file == NULL)
		return;
	r = open_file(known, writes || known->record, &cause);
	if (r == RC_OK)
		r = read_device_row(known, part, &cause);
	if (r == RC_OK)
		return;
	/* What the file of settings names is made by the first scan or remedy. */
	if (r != RC_NOTFOUND || known->is_asked_for)
		set_trouble(known, "inventory not used", r, &cause);
	close_file(known);
}

void
known_close(struct known *known)
{
	close_file(known);
	facts_clear(&known->before);
	shelf_clear(&known->shelf);
	free(known->file);
	free(known->group);
	memset(known, 0, sizeof(*known));
}

void
known_lend(struct known *known, struct policy *policy)
{
	struct err cause = { 0 };
	enum rc r = RC_OK;

	if (known->is_open)
		r = shelf_lend(&known->shelf, &known->db, &known->feed, policy, &cause);
	if (r != RC_OK)
		set_trouble(known, "templates not looked up", r, &cause);
}

static struct login_attempt
attempt_of(const struct known *known)
{
	return (struct login_attempt){ .device = meant(known),
		.account = known->target->logname,
		.secret = &known->target->secret };
}

static void
pause_a_turn(void)
{
	struct timespec turn = { .tv_nsec = (long)TURN_MS * NS_PER_MS };

	(void)nanosleep(&turn, NULL);
}

enum rc
known_ask_login(struct known *known, int64_t wait_until_ms, struct err *err)
{
	const struct login_attempt attempt = attempt_of(known);
	struct err cause = { 0 };
	enum rc r;

	if (!known->is_open)
		return RC_OK;
	r = login_guard_ask(&known->db, &attempt, clock_now(), &cause);
	while (r == RC_LOCKED && clock_monotonic_ms() < wait_until_ms) {
		pause_a_turn();
		err_clear(&cause);
		r = login_guard_ask(&known->db, &attempt, clock_now(), &cause);
	}
	if (r == RC_AUTH || r == RC_LOCKED)
		return err_set(err, r, "%s", cause.text);
	if (r != RC_OK)
		set_trouble(known, "refused logins not looked up", r, &cause);
	return RC_OK;
}

void
known_note_login(struct known *known, enum login_outcome outcome)
{
	const struct login_attempt attempt = attempt_of(known);
	struct err cause = { 0 };
	enum rc r;

	if (!known->is_open || (known->db.read_only && outcome != LOGIN_REFUSED))
		return;
	r = login_guard_note(&known->db, &attempt, outcome, clock_now(), &cause);
	if (r != RC_OK && outcome == LOGIN_REFUSED)
		set_trouble(known, "this refusal is not remembered", r, &cause);
}

/* Its own verdict: a row is judged by all that the facts hold. */
static enum rc
record(struct known *known, const struct policy *policy, struct facts *facts,
    struct err *err)
{
	struct verdict verdict = { 0 };
	int64_t id = 0;
	enum rc r = verdict_judge_presented(facts, policy, known->now, &verdict, err);

	if (r == RC_OK)
		r = verdict_judge_store(facts, policy, known->now, &verdict, err);
	if (r == RC_OK)
		r = snapshot_write(&known->db, facts, known->group, policy, &verdict,
		    &id, err);
	verdict_clear(&verdict);
	return r;
}

/* The key that it was seen with counts once its certificate has expired; one that
 * was set, always. */
static void
add_pin(const struct known *known, struct facts *facts)
{
	struct facts_presented *presented = &facts->presented;

	if (!known->has_pin || presented->has_pin || !presented->known ||
	    presented->n_certs == 0)
		return;
	presented->has_known_key = true;
	presented->is_known_key =
	    memcmp(known->pin.spki_sha256, presented->certs[0]->spki_sha256,
		sizeof(known->pin.spki_sha256)) == 0;
	if (!known->pin.is_set)
		return;
	presented->has_pin = true;
	presented->pin_matches = presented->is_known_key;
}

static void
mark_ours(struct known *known, struct facts *facts)
{
	struct err cause = { 0 };
	enum rc r = ours_mark(&known->db, known->before.uuid, facts, &cause);

	if (r != RC_OK)
		set_trouble(known, "journal not looked up", r, &cause);
}

void
known_add(struct known *known, const struct policy *policy, struct facts *facts)
{
	struct err cause = { 0 };
	enum rc r = RC_OK;

	if (!known->is_open)
		return;
	add_pin(known, facts);
	mark_ours(known, facts);
	if (known->record)
		r = record(known, policy, facts, &cause);
	if (r != RC_OK)
		set_trouble(known, "not recorded", r, &cause);
	if ((known->record && r == RC_OK) || known->device_id == 0)
		return;
	memset(&facts->history, 0, sizeof(facts->history));
	err_clear(&cause);
	r = news_add(&known->db, known->device_id, &known->before, known->now, facts,
	    &cause);
	if (r != RC_OK)
		set_trouble(known, "inventory not used", r, &cause);
}

/* A device that answers, and not as it should, is no device that is off. */
static bool
is_out_of_reach(enum rc r)
{
	return r == RC_RESOLVE || r == RC_CONNECT || r == RC_TIMEOUT || r == RC_LOST;
}

static void
record_failure(struct known *known, enum rc r, const struct err *cause)
{
	const struct snapshot_target target = meant(known);
	struct err failed = { 0 };
	int64_t id = 0;

	if (known->is_open && known->record &&
	    snapshot_write_failure(&known->db, &target, r, cause->text, known->now, &id,
		&failed) != RC_OK)
		set_trouble(known, "not recorded", failed.rc, &failed);
}

bool
known_recall(struct known *known, enum rc r, const struct err *cause,
    struct facts *facts)
{
	struct facts_history *history = &known->before.history;
	const char *why = cause->text[0] != '\0' ? cause->text : rc_text(r);

	record_failure(known, r, cause);
	if (!is_out_of_reach(r) || facts->presented.known ||
	    known->before.read_at <= 0 || !known->before.history.known)
		return false;
	history->has_failed = true;
	history->tried_at = known->now;
	text_line_field(history->error, sizeof(history->error), why, strlen(why));
	facts_clear(facts);
	*facts = known->before;
	memset(&known->before, 0, sizeof(known->before));
	return true;
}

enum rc
known_tell(const struct known *known, struct verdict *verdict, struct err *err)
{
	if (known->trouble[0] == '\0')
		return RC_OK;
	return verdict_note(verdict, REASON_NO_INVENTORY, known->trouble, err);
}
