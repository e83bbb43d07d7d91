/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asked before the first login, told after it.  A plan has the inventory open for
 * reading, and yet its refusals count: for these it is opened once more.
 */
#include "renew/ledger.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "inventory/login_guard.h"
#include "policy/config.h"

enum {
	TURN_MS = 100, /* between two looks at a login of another program */
	NS_PER_MS = 1000000,
	WAIT_MS = 2000, /* for whoever else writes */
};

static struct login_attempt
attempt_of(const struct renewal *rn)
{
	const struct target *target = rn->options->target;
	const char *group = config_find(rn->options->conf, target->name, "group").text;

	return (struct login_attempt){ .device = { .name = target->name,
					   .address = target_address(target),
					   .port = target->port == 0 ? TARGET_PORT_TLS
								     : target->port,
					   .group = group },
		.account = target->logname,
		.secret = &target->secret };
}

static bool
may_wait(const struct renewal *rn)
{
	const struct procedure_options *options = rn->options;

	return renewal_left_ms(rn) > TURN_MS &&
	    (options->is_stopped == NULL || !options->is_stopped());
}

static void
pause_a_turn(void)
{
	struct timespec turn = { .tv_nsec = (long)TURN_MS * NS_PER_MS };

	(void)nanosleep(&turn, NULL);
}

enum rc
ledger_ask(struct renewal *rn, struct err *err)
{
	const struct login_attempt attempt = attempt_of(rn);
	struct err cause = { 0 };
	enum rc r;

	if (!rn->has_db || rn->may_log_in)
		return RC_OK;
	r = login_guard_ask(&rn->db, &attempt, clock_now(), &cause);
	while (r == RC_LOCKED && may_wait(rn)) {
		pause_a_turn();
		err_clear(&cause);
		r = login_guard_ask(&rn->db, &attempt, clock_now(), &cause);
	}
	rn->may_log_in = r == RC_OK;
	rn->refusal_noted = r == RC_AUTH;
	return r == RC_OK ? r : err_set(err, r, "%s", cause.text);
}

static void
note(struct renewal *rn, enum login_outcome outcome)
{
	const struct login_attempt attempt = attempt_of(rn);
	struct err cause = { 0 };
	struct db own = { 0 };
	struct db *db = &rn->db;
	enum rc r = RC_OK;

	if (!rn->has_db || (db->read_only && outcome != LOGIN_REFUSED))
		return;
	if (db->read_only) {
		r = db_open_existing(rn->options->inventory_file, false, WAIT_MS, &own,
		    &cause);
		db = &own;
	}
	if (r == RC_OK)
		r = login_guard_note(db, &attempt, outcome, clock_now(), &cause);
	if (db == &own)
		db_close(&own);
	if (r != RC_OK)
		renewal_say(rn, "login", cause.text);
}

void
ledger_note(struct renewal *rn, enum rc r)
{
	if (r == RC_AUTH)
		ledger_note_refusal(rn);
	else if (rn->device == NULL || !device_has_shown_login(rn->device)) {
		rn->may_log_in = false;
		note(rn, LOGIN_NOT_SHOWN);
	} else if (device_has_logged_in(rn->device))
		note(rn, LOGIN_TAKEN);
}

void
ledger_note_refusal(struct renewal *rn)
{
	if (rn->refusal_noted)
		return;
	rn->refusal_noted = true;
	note(rn, LOGIN_REFUSED);
}
