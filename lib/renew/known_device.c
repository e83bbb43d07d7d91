/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pins, paths and ports in the order of the header.
 */
#include "renew/known_device.h"

#include <string.h>

#include "amt/survey.h"
#include "inventory/pin.h"
#include "inventory/snapshot.h"
#include "renew/look.h"
#include "tls/trust.h"

/* What the inventory knows it by. */
static enum rc
find_stored_pin(struct renewal *rn, struct err *err)
{
	struct pin pin = { 0 };
	int64_t id = 0;
	enum rc r = RC_NOTFOUND;

	rn->has_stored_pin = false;
	if (rn->has_db)
		r = snapshot_find(&rn->db, rn->options->target->name, &id, err);
	if (r == RC_OK)
		r = pin_find(&rn->db, id, &pin, err);
	if (r != RC_OK)
		return r == RC_NOTFOUND ? RC_OK : r;
	rn->has_stored_pin = true;
	memcpy(rn->stored_pin, pin.spki_sha256, sizeof(rn->stored_pin));
	return RC_OK;
}

/* Nothing is wrong with what it shows: then a key of before decides nothing. */
static bool
verifies(const struct facts_presented *presented)
{
	return presented->path.at_time == PATH_OK &&
	    (presented->name_match == NAME_MATCH_SAN ||
		presented->name_match == NAME_MATCH_CN_ONLY);
}

static enum rc
look(struct renewal *rn, struct err *err)
{
	enum rc r = look_at_presented(rn, err);

	if (r == RC_OK && verifies(&rn->facts.presented))
		rn->has_stored_pin = false;
	return r;
}

static enum rc
meet_tls(struct renewal *rn, struct err *err)
{
	struct err cause = { 0 };
	enum rc r = look(rn, &cause);

	if (r == RC_CONNECT)
		return err_set(err, r,
		    "%s; if TLS is off: --plain, where its section has plain-allowed",
		    cause.text);
	if (r != RC_OK)
		return err_set(err, r, "%s", cause.text);
	r = look_judge_client(rn, err);
	return r == RC_OK ? look_log_in(rn, err) : r;
}

/* Does the TLS port show who we look for, and take us? */
static bool
is_met_by_tls(struct renewal *rn, struct err *cause)
{
	const struct facts_presented *presented = &rn->facts.presented;
	struct trust trust = { .time = TRUST_TIME_JUDGED };
	const struct target *session = NULL;

	if (look(rn, cause) != RC_OK || look_judge_client(rn, cause) != RC_OK)
		return false;
	rn->over_tls = true;
	session = look_session(rn);
	trust.anchors = session->anchors;
	trust.name = session->name;
	trust.has_pin = session->has_pin;
	memcpy(trust.pin, session->pin, sizeof(trust.pin));
	trust.legacy_tls = session->legacy_tls;
	rn->over_tls = trust_judge(&trust, presented->certs, presented->n_certs,
			   renewal_now(rn), cause) == RC_OK;
	return rn->over_tls;
}

static enum rc
meet_plain(struct renewal *rn, struct err *err)
{
	struct err cause = { 0 };

	rn->over_tls = false;
	cert_free(rn->served);
	rn->served = NULL;
	rn->met_plain = !is_met_by_tls(rn, &cause);
	if (rn->met_plain) {
		renewal_say(rn, "look", cause.text);
		survey_note_target(rn->options->target, renewal_now(rn), &rn->facts);
	}
	return look_log_in(rn, err);
}

enum rc
known_device_meet(struct renewal *rn, struct err *err)
{
	enum rc r = find_stored_pin(rn, err);

	if (r != RC_OK)
		return r;
	return rn->options->target->plain ? meet_plain(rn, err) : meet_tls(rn, err);
}
