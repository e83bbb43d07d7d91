/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a name to the device's entries in the ledger, and an answer to a sentence.
 */
#include "inventory/login_guard.h"

#include "base/clock.h"
#include "inventory/login.h"

/* RC_NOTFOUND, err as it was, for a stranger that cannot be put there. */
static enum rc
find_device(struct db *db, const struct login_attempt *attempt, int64_t now,
    int64_t *ret_id, struct err *err)
{
	enum rc r = snapshot_find(db, attempt->device.name, ret_id, err);

	if (r != RC_NOTFOUND || db->read_only)
		return r;
	return snapshot_mean(db, &attempt->device, now, ret_id, err);
}

enum rc
login_guard_refuse(const char *name, const struct login_answer *answer, int64_t now,
    struct err *err)
{
	char ago[CLOCK_DURATION_SIZE], until[CLOCK_TIME_SIZE];

	if (answer->n_refused == 0 && answer->next_at - now <= LOGIN_CLAIM_S)
		return err_set(err, RC_LOCKED,
		    "%s: login: another program tries this password right now", name);
	if (answer->n_refused == 0)
		return err_set(err, RC_AUTH,
		    "%s: login: several passwords were refused within the hour; none is "
		    "tried before %s",
		    name, clock_format_time(answer->next_at, until));
	return err_set(err, RC_AUTH,
	    "%s: login refused %s ago; this password is not tried again before %s",
	    name, clock_format_duration(now - answer->refused_at, ago),
	    clock_format_time(answer->next_at, until));
}

enum rc
login_guard_ask(struct db *db, const struct login_attempt *attempt, int64_t now,
    struct err *err)
{
	struct login_answer answer = { .may = false };
	int64_t id = 0;
	enum rc r = find_device(db, attempt, now, &id, err);

	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r == RC_OK)
		r = login_ask(db, id, attempt->account, attempt->secret, now, &answer,
		    err);
	if (r != RC_OK || answer.may)
		return r;
	return login_guard_refuse(attempt->device.name, &answer, now, err);
}

enum rc
login_guard_note(struct db *db, const struct login_attempt *attempt,
    enum login_outcome outcome, int64_t now, struct err *err)
{
	int64_t id = 0;
	enum rc r;

	if (outcome == LOGIN_UNKNOWN)
		return RC_OK;
	if (db->read_only)
		return err_set(err, RC_DB, "%s: cannot be written", db->path);
	r = find_device(db, attempt, now, &id, err);
	if (r == RC_OK && outcome == LOGIN_NOT_SHOWN)
		return login_withdraw(db, id, attempt->account, attempt->secret, err);
	if (r == RC_OK)
		r = login_note(db, id, attempt->account, attempt->secret,
		    outcome == LOGIN_REFUSED, now, err);
	return r;
}
