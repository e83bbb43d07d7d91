/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device that could not be read has its last known state, as far as the inventory
 * knows one; what was read of it all the same (the chain before a refused login) is
 * kept.
 */
#include "scan/outcome.h"

#include <string.h>

#include "inventory/login.h"
#include "inventory/snapshot.h"
#include "plugin/rc_state.h"
#include "plugin/report.h"
#include "policy/config.h"

enum {
	MS_PER_S = 1000
};

/* All of one outcome under way. */
struct making {
	const struct scan_setup *setup;
	const struct outcome_style *style;
	struct db *db;
	const char *name;
	struct probe *probe;
	struct policy policy;
	struct verdict verdict;
	int64_t device_id;
};

void
outcome_clear(struct outcome *outcome)
{
	buf_clear(&outcome->text);
	memset(outcome, 0, sizeof(*outcome));
}

const char *
outcome_service(enum scan_depth depth)
{
	return depth == SCAN_TLS ? "AMT_TLS" : "AMT_STORE";
}

static bool
has_facts(const struct probe *probe)
{
	return probe->facts.presented.known || probe->facts.has_store;
}

static enum rc
judge(struct making *making, struct err *err)
{
	const struct probe *probe = making->probe;
	enum rc r = verdict_judge_presented(&probe->facts, &making->policy, probe->now,
	    &making->verdict, err);

	if (r == RC_OK)
		r = verdict_judge_store(&probe->facts, &making->policy, probe->now,
		    &making->verdict, err);
	return r;
}

/* In the configuration a device stands in a group; so does its row. */
static const char *
group_of(const struct making *making)
{
	return config_find(making->setup->conf, making->name, "group").text;
}

static enum rc
write_facts(struct making *making, struct err *err)
{
	return snapshot_write(making->db, &making->probe->facts, group_of(making),
	    &making->policy, &making->verdict, &making->device_id, err);
}

static enum rc
write_failure(struct making *making, struct err *err)
{
	const struct probe *probe = making->probe;
	const struct snapshot_target target = { .name = making->name,
		.address =
		    probe->has_target ? target_address(&probe->target) : making->name,
		.port = probe->has_target ? probe->target.port : TARGET_PORT_TLS,
		.group = group_of(making) };

	return snapshot_write_failure(making->db, &target, probe->rc, probe->err.text,
	    probe->now, &making->device_id, err);
}

/* The ledger that all programs share; see inventory/login.h. */
static enum rc
note_login(const struct making *making, struct err *err)
{
	const struct probe *probe = making->probe;

	if (probe->login == PROBE_LOGIN_NONE)
		return RC_OK;
	if (probe->login == PROBE_LOGIN_NOT_SHOWN)
		return login_withdraw(making->db, making->device_id,
		    probe->target.logname, &probe->target.secret, err);
	return login_note(making->db, making->device_id, probe->target.logname,
	    &probe->target.secret, probe->login == PROBE_LOGIN_REFUSED, probe->now,
	    err);
}

/* --unreachable is a key of the file, too. */
static void
choose_state(const struct making *making, struct rc_choice *choice)
{
	struct config_value value =
	    config_find(making->setup->conf, making->name, "unreachable");

	memset(choice, 0, sizeof(*choice));
	if (value.text != NULL &&
	    state_parse(value.text, &choice->unreachable, NULL) == RC_OK)
		choice->has_unreachable = true;
}

static void
report(const struct making *making, struct output *output)
{
	const struct probe *probe = making->probe;
	const struct report report = { .name = making->name,
		.facts = &probe->facts,
		.verdict = &making->verdict,
		.policy = &making->policy,
		.now = probe->now,
		.verbosity = making->style->verbosity,
		.thresholds = making->style->thresholds };
	struct rc_choice choice;

	choose_state(making, &choice);
	report_result(output, &report, probe->rc, &probe->err, &choice);
	report_time(output, probe->elapsed_ms, making->setup->timeout_ms / MS_PER_S,
	    making->style->thresholds);
}

static enum rc
say(const struct making *making, struct outcome *ret_outcome, struct err *err)
{
	struct output output;
	struct buf text;
	enum rc r;

	output_init(&output, outcome_service(making->setup->depth));
	buf_init(&text, OUTPUT_MAX_BYTES);
	report(making, &output);
	r = output_format(&output, &text);
	if (r == RC_OK) {
		ret_outcome->state = output.state;
		ret_outcome->text = text;
	} else {
		buf_clear(&text);
		r = err_set(err, r, "%s: output: %s", making->name, rc_text(r));
	}
	output_clear(&output);
	return r;
}

/* A policy that is wrong is an error of this device alone. */
static enum rc
make_policy(struct making *making, bool *ret_is_made, struct err *err)
{
	const struct scan_setup *setup = making->setup;
	struct probe *probe = making->probe;
	struct feed feed;
	struct err cause = { 0 };
	enum rc r = setting_apply(&setup->settings, setup->conf, making->name,
	    &making->policy, &cause);

	if (r == RC_OK)
		r = feed_choose(setup->conf, making->name, &feed, &cause);
	if (r != RC_OK) {
		(void)err_set(&probe->err, r, "%s", cause.text);
		probe->rc = probe->err.rc;
		return RC_OK;
	}
	*ret_is_made = true;
	return shelf_lend(setup->shelf, making->db, &feed, &making->policy, err);
}

/* What was read is judged even when not all could be. */
static enum rc
write(struct making *making, struct err *err)
{
	struct probe *probe = making->probe;
	bool is_made = false;
	enum rc r = make_policy(making, &is_made, err);

	if (r == RC_OK && is_made && has_facts(probe))
		r = judge(making, err);
	if (r != RC_OK || making->db == NULL)
		return r;
	if (making->verdict.n_findings > 0)
		r = write_facts(making, err);
	if (r == RC_OK && probe->rc != RC_OK)
		r = write_failure(making, err);
	if (r == RC_OK)
		r = note_login(making, err);
	return r;
}

enum rc
outcome_make(const struct scan_setup *setup, const struct outcome_style *style,
    struct db *db, const struct roster_entry *entry, struct probe *probe,
    struct outcome *ret_outcome, struct err *err)
{
	struct making making = { .setup = setup,
		.style = style,
		.db = db,
		.name = probe->has_target ? probe->target.name : roster_label(entry),
		.probe = probe };
	enum rc r = write(&making, err);

	if (r == RC_OK)
		r = say(&making, ret_outcome, err);
	verdict_clear(&making.verdict);
	return r;
}
