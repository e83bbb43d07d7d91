/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gates in the order in which they are asked: what rules the device out,
 * then what only a person may overrule, and last whether anything is due.
 */
#include "renew/gate.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/remedy.h"
#include "policy/verdict.h"
#include "renew/clock_steps.h"
#include "renew/leftover.h"
#include "renew/offered.h"
#include "renew/renew_tls.h"

enum {
	/* A certificate can be dated back by that much without a question. */
	CLOCK_BEHIND_MAX_S = CLOCK_DAY_S
};

struct gate {
	unsigned int force; /* RENEW_FORCE_... that opens it; 0: nothing does */
	enum rc (*judge)(struct renewal *rn, struct err *err);
};

static enum rc
judge_provisioned(struct renewal *rn, struct err *err)
{
	if (rn->facts.provisioning_state == 0 || rn->facts.provisioning_state == 1 ||
	    rn->facts.control_mode == CONTROL_NONE)
		return err_set(err, RC_STATE, "%s: the device is not provisioned",
		    rn->facts.name);
	return RC_OK;
}

static enum rc
judge_generation(struct renewal *rn, struct err *err)
{
	const struct facts_limits *limits = &rn->facts.limits;
	enum rc r = generation_find(rn->facts.version_major, rn->facts.version_minor,
	    &rn->generation, err);

	if (r != RC_OK)
		return r;
	for (size_t i = 0; i < limits->n_key_bits; i++)
		if (limits->key_bits[i] == rn->generation->key_bits)
			return RC_OK;
	if (limits->n_key_bits > 0)
		return err_set(err, RC_STATE,
		    "%s: the firmware does not list %s among its key lengths",
		    rn->facts.name, rn->generation->key_text);
	return RC_OK;
}

static enum rc
judge_tls(struct renewal *rn, struct err *err)
{
	if (rn->facts.tls_network.known && !rn->facts.tls_network.is_enabled)
		return err_set(err, RC_STATE, "%s: TLS is off: %s", rn->facts.name,
		    remedy_text(REMEDY_REPROVISION_TLS));
	return RC_OK;
}

/* Without it there is no way back. */
static enum rc
judge_old_cert(struct renewal *rn, struct err *err)
{
	const struct facts_cert *old = facts_find_cert_by_der(&rn->facts, rn->served);

	if (old == NULL)
		return err_set(err, RC_STATE,
		    "%s: the certificate that is served is not in the store, so there "
		    "would be no way back",
		    rn->facts.name);
	if (!old->has_key)
		return err_set(err, RC_STATE,
		    "%s: the served certificate has no key pair in the store, so there "
		    "would be no way back",
		    rn->facts.name);
	return RC_OK;
}

static enum rc
judge_expired(struct renewal *rn, struct err *err)
{
	char date[CLOCK_DATE_SIZE];

	if (cert_left_s(rn->served, renewal_now(rn)) >= 0)
		return RC_OK;
	return err_set(err, RC_STATE,
	    "%s: the certificate expired on %s (--force expired renews all the same): %s",
	    rn->facts.name, clock_format_date(rn->served->not_after, date),
	    remedy_text(REMEDY_REPROVISION_TLS));
}

/* May the clock be set, and is there a reason to? */
static bool
sets_clock(const struct renewal *rn)
{
	const struct renew_tls_args *args = rn->options->args;

	return (rn->options->force & RENEW_FORCE_CLOCK) == 0 &&
	    (args == NULL || !args->no_clock_sync) && clock_steps_is_behind(rn);
}

/* Firmware does not look at the dates of its own certificate, but what reads them
 * by its clock (a log, a console beside it) would see one from the future. */
static enum rc
judge_clock(struct renewal *rn, struct err *err)
{
	const struct facts_clock *clock = &rn->facts.clock;
	char late[CLOCK_DURATION_SIZE];

	if (!clock->known || clock->offset_s >= -CLOCK_BEHIND_MAX_S || rn->sets_clock)
		return RC_OK;
	return err_set(err, RC_STATE,
	    "%s: the device's clock is %s behind: a new certificate would not be valid "
	    "yet (without --no-clock-sync it is set first, --force clock renews all the "
	    "same): %s",
	    rn->facts.name, clock_format_duration(clock->offset_s, late),
	    remedy_text(REMEDY_SYNC_CLOCK));
}

/* Somebody replaced what we installed: two managers would take turns for ever. */
static enum rc
judge_manager(struct renewal *rn, struct err *err)
{
	const struct facts_cert *old = facts_find_cert_by_der(&rn->facts, rn->served);
	struct journal_run last = { 0 };
	struct cert *ours = NULL;
	char issuer[FACTS_TEXT_SIZE];
	enum rc r = RC_OK;

	if (!rn->has_db || old == NULL || rn->ours_cert[old - rn->facts.certs])
		return RC_OK;
	r = journal_find_last_tls(&rn->db, rn->uuid, &last, err);
	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r == RC_OK && last.new_cert_len > 0)
		r = cert_parse(last.new_cert, last.new_cert_len, &ours, err);
	if (r == RC_OK && ours != NULL &&
	    strcmp(ours->issuer, rn->served->issuer) != 0) {
		text_printable_field(issuer, sizeof(issuer), rn->served->issuer,
		    strlen(rn->served->issuer));
		r = err_set(err, RC_STATE,
		    "%s: another manager replaced our certificate by one of %s: agree "
		    "who renews this device (--force take-over renews all the same)",
		    rn->facts.name, issuer);
	}
	cert_free(ours);
	journal_run_clear(&last);
	return r;
}

static const struct gate gates[] = {
	{ 0, judge_provisioned },
	{ 0, judge_generation },
	{ 0, judge_tls },
	{ 0, judge_old_cert },
	{ RENEW_FORCE_EXPIRED, judge_expired },
	{ RENEW_FORCE_CLOCK, judge_clock },
	{ RENEW_FORCE_TAKE_OVER, judge_manager },
};

/* Does this finding say that the bound TLS certificate should be renewed? */
static bool
calls_for_renewal(const struct finding *finding)
{
	if (strcmp(finding->slot, "leaf") != 0 && strcmp(finding->slot, "tls") != 0)
		return false;
	/* A name in the wrong place is a note, not a reason. */
	if (finding->reason == REASON_CN_ONLY)
		return false;
	return finding->remedy == REMEDY_RENEW_TLS || finding->reason == REASON_EXPIRED;
}

static enum rc
judge_due(struct renewal *rn, bool *ret_due, struct err *err)
{
	const struct policy policy = offered_policy(rn);
	struct verdict verdict = { 0 };
	int64_t now = renewal_now(rn);
	char left[CLOCK_DURATION_SIZE];
	char date[CLOCK_DATE_SIZE];
	const char *why = "not due";
	const struct policy own = offered_policy_for(rn, rn->served);
	bool due =
	    policy_is_due(&own, rn->served->not_before, rn->served->not_after, now);
	enum rc r = verdict_judge_presented(&rn->facts, &policy, now, &verdict, err);

	if (r == RC_OK)
		r = verdict_judge_store(&rn->facts, &policy, now, &verdict, err);
	if (due)
		why = "renewal due";
	for (size_t i = 0; r == RC_OK && !due && i < verdict.n_findings; i++) {
		if (!calls_for_renewal(&verdict.findings[i]))
			continue;
		why = reason_sentence(verdict.findings[i].reason);
		due = true;
	}
	(void)snprintf(rn->due, sizeof(rn->due), "%s, %s %s (%s)", why,
	    clock_format_duration(rn->served->not_after - now, left),
	    rn->served->not_after >= now ? "left" : "past its end",
	    clock_format_date(rn->served->not_after, date));
	verdict_clear(&verdict);
	if (r == RC_OK)
		*ret_due = due;
	return r;
}

enum rc
gate_judge_device(struct renewal *rn, struct err *err)
{
	enum rc r = judge_provisioned(rn, err);

	return r == RC_OK ? judge_generation(rn, err) : r;
}

enum rc
gate_judge(struct renewal *rn, bool *ret_nothing, struct err *err)
{
	unsigned int force = rn->options->force;
	bool due = false;
	enum rc r = RC_OK;

	rn->sets_clock = sets_clock(rn);
	for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]) && r == RC_OK; i++)
		if ((force & gates[i].force) == 0)
			r = gates[i].judge(rn, err);
	if (r == RC_OK)
		r = judge_due(rn, &due, err);
	if (r == RC_OK)
		*ret_nothing = !due && (force & RENEW_FORCE_NOT_DUE) == 0;
	if (r == RC_OK && !*ret_nothing)
		r = leftover_judge_room(rn, err);
	return r;
}

enum rc
gate_judge_resumed(struct renewal *rn, struct err *err)
{
	char at[CLOCK_TIME_SIZE];

	rn->sets_clock = sets_clock(rn);
	(void)snprintf(rn->due, sizeof(rn->due), "run %lld of %s goes on",
	    (long long)rn->run.id, clock_format_time(rn->run.started_at, at));
	return judge_generation(rn, err);
}
