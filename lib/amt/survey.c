/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the TLS port presents, as facts: the chain as it came, its path to the
 * operator's anchors, the name, the pin.  Nothing is decided here.
 */
#include "amt/survey.h"

#include <stdio.h>
#include <string.h>

/* Path, name and pin of a chain whose leaf comes first. */
static enum rc
judge_chain(const struct target *target, int64_t now, struct facts_presented *facts,
    struct err *err)
{
	const struct cert *leaf = facts->certs[0];
	enum rc r = path_verify(target->anchors, facts->certs, facts->n_certs, now, 0,
	    &facts->path, err);

	if (r == RC_OK)
		r = name_match_host(leaf, target->name, &facts->name_match, err);
	facts->has_pin = target->has_pin;
	facts->pin_matches = target->has_pin &&
	    memcmp(leaf->spki_sha256, target->pin, sizeof(target->pin)) == 0;
	facts->has_known_key = facts->has_pin;
	facts->is_known_key = facts->pin_matches;
	return r;
}

static void
free_presented(struct facts_presented *facts)
{
	cert_free_list(facts->certs, facts->n_certs);
	path_clear(&facts->path);
}

void
survey_note_target(const struct target *target, int64_t now, struct facts *facts)
{
	(void)snprintf(facts->name, sizeof(facts->name), "%s", target->name);
	(void)snprintf(facts->address, sizeof(facts->address), "%s",
	    target_address(target));
	facts->port = target->port;
	facts->read_at = now;
}

enum rc
survey_judge_presented(const struct target *target, int64_t now,
    struct presented *presented, struct facts *facts, struct err *err)
{
	struct facts_presented fresh = { .known = true,
		.certs = presented->certs,
		.n_certs = presented->n_certs,
		.secure_renegotiation = presented->secure_renegotiation,
		.wants_client_cert = !presented->complete,
		.elapsed_ms = presented->elapsed_ms };
	enum rc r = RC_OK;

	if (presented->n_certs == 0)
		return err_set(err, RC_TLS, "%s: no certificate was presented",
		    target->name);
	(void)snprintf(fresh.protocol, sizeof(fresh.protocol), "%.*s",
	    (int)sizeof(fresh.protocol) - 1, presented->protocol);
	(void)snprintf(fresh.cipher, sizeof(fresh.cipher), "%s", presented->cipher);
	presented->certs = NULL;
	presented->n_certs = 0;
	r = judge_chain(target, now, &fresh, err);
	if (r != RC_OK) {
		free_presented(&fresh);
		return r;
	}
	free_presented(&facts->presented);
	facts->presented = fresh;
	return RC_OK;
}

enum rc
survey_read_presented(const struct target *target, int64_t now, int64_t deadline_ms,
    struct facts *facts, struct err *err)
{
	const struct tls_endpoint endpoint = { .address = target_address(target),
		.port = target->port,
		.family = target->family,
		.client_cert_file = target->client_cert_file,
		.client_key_file = target->client_key_file };
	struct presented presented = { 0 };
	enum rc r = tls_handshake(&endpoint, deadline_ms, &presented, err);

	if (r == RC_OK)
		r = survey_judge_presented(target, now, &presented, facts, err);
	presented_clear(&presented);
	if (r == RC_OK)
		survey_note_target(target, now, facts);
	return r;
}
