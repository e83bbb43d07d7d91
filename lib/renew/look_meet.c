/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a device is met: handshake, login, and who it says it is.
 */
#include <ctype.h>
#include <string.h>

#include "amt/identity.h"
#include "amt/survey.h"
#include "base/clock.h"
#include "renew/ledger.h"
#include "renew/look.h"
#include "renew/resume.h"

#define REALM_PREFIX "Digest:"

enum {
	/* The firmware answers elsewhere: a port that is silent is filtered. */
	REDIRECTION_MS = 5000
};

bool
look_is_passing(enum rc r)
{
	return r == RC_LOST || r == RC_CONNECT || r == RC_TIMEOUT || r == RC_TLS ||
	    r == RC_HTTP || r == RC_FAULT || r == RC_FORMAT || r == RC_LIMIT ||
	    r == RC_PT_STATUS;
}

static int64_t
step_deadline(const struct renewal *rn)
{
	int64_t end = clock_monotonic_ms() + RENEWAL_REQUEST_MS;

	return end < rn->options->deadline_ms ? end : rn->options->deadline_ms;
}

void
look_disconnect(struct renewal *rn)
{
	device_close(rn->device);
	rn->device = NULL;
}

static uint16_t
tls_port(const struct target *target)
{
	uint16_t port = target->plain ? target->tls_port : target->port;

	return port == 0 ? TARGET_PORT_TLS : port;
}

static enum rc
shake_hands(const struct renewal *rn, uint16_t port, int64_t deadline_ms,
    struct presented *ret_presented, struct err *err)
{
	const struct target *target = rn->options->target;
	const struct tls_endpoint endpoint = { .address = target_address(target),
		.port = port,
		.family = target->family,
		.client_cert_file = target->client_cert_file,
		.client_key_file = target->client_key_file };
	struct presented presented = { 0 };
	enum rc r = tls_handshake(&endpoint, deadline_ms, &presented, err);

	if (r != RC_OK)
		return r;
	if (presented.n_certs == 0) {
		presented_clear(&presented);
		return err_set(err, RC_TLS, "%s: no certificate was presented",
		    target->name);
	}
	*ret_presented = presented;
	return RC_OK;
}

enum rc
look_shake_hands(struct renewal *rn, struct presented *ret_presented, struct err *err)
{
	return shake_hands(rn, tls_port(rn->options->target), step_deadline(rn),
	    ret_presented, err);
}

enum rc
look_shake_redirection(struct renewal *rn, struct presented *ret_presented,
    struct err *err)
{
	int64_t end_ms = clock_monotonic_ms() + REDIRECTION_MS;
	int64_t step_ms = step_deadline(rn);

	return shake_hands(rn, rn->options->target->redirection_port,
	    end_ms < step_ms ? end_ms : step_ms, ret_presented, err);
}

void
look_take_served(struct renewal *rn, struct presented *presented)
{
	cert_free(rn->served);
	rn->served = presented->certs[0];
	presented->certs[0] = NULL;
	rn->stale &= ~(unsigned int)STALE_SERVED;
}

/*
 * A pin names the old key. Once the device serves the key pair that it made at
 * our request, that one is as well known: it came over the pinned session.
 */
static void
choose_pin(struct renewal *rn)
{
	const uint8_t *served = rn->served == NULL ? NULL : rn->served->spki_sha256;
	uint8_t sha256[CERT_FINGERPRINT_BYTES];

	if (!rn->session.has_pin && rn->has_stored_pin) {
		rn->session.has_pin = true;
		memcpy(rn->session.pin, rn->stored_pin, sizeof(rn->session.pin));
	}
	if (!rn->session.has_pin || served == NULL)
		return;
	if ((renewal_new_spki_sha256(rn, sha256) &&
		memcmp(sha256, served, sizeof(sha256)) == 0) ||
	    (rn->has_heir && memcmp(rn->heir, served, sizeof(sha256)) == 0))
		memcpy(rn->session.pin, served, sizeof(sha256));
}

const struct target *
look_session(struct renewal *rn)
{
	struct target *session = &rn->session;

	*session = *rn->options->target;
	if (session->plain && !rn->over_tls)
		return session;
	session->port = tls_port(rn->options->target);
	if (rn->met_plain && rn->new_cert != NULL) {
		/* What was asked for over the plain port must be what is met here. */
		session->has_pin = true;
		memcpy(session->pin, rn->new_cert->spki_sha256, sizeof(session->pin));
	} else {
		choose_pin(rn);
	}
	session->plain = false;
	return session;
}

enum rc
look_connect(struct renewal *rn, struct err *err)
{
	if (rn->device != NULL) {
		device_set_deadline(rn->device, step_deadline(rn));
		return RC_OK;
	}
	return device_open(look_session(rn), TRUST_TIME_JUDGED, renewal_now(rn),
	    step_deadline(rn), &rn->device, err);
}

static bool
is_broken_uuid(const char *uuid)
{
	static const char *const broken[] = { "",
		"00000000-0000-0000-0000-000000000000",
		"03000200-0400-0500-0006-000700080009",
		"ffffffff-ffff-ffff-ffff-ffffffffffff" };

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		if (strcmp(uuid, broken[i]) == 0)
			return true;
	return false;
}

/* Boards without a UUID of their own share one: they are told apart by the realm,
 * which the firmware makes at random when it is provisioned. */
static enum rc
name_device(struct renewal *rn, struct err *err)
{
	const char *realm = rn->facts.realm;
	size_t out = 0;

	if (!is_broken_uuid(rn->facts.uuid)) {
		memcpy(rn->uuid, rn->facts.uuid, sizeof(rn->uuid));
		return RC_OK;
	}
	if (strncmp(realm, REALM_PREFIX, sizeof(REALM_PREFIX) - 1) == 0)
		realm += sizeof(REALM_PREFIX) - 1;
	if (strlen(realm) != 32 || strspn(realm, "0123456789abcdefABCDEF") != 32)
		return err_set(err, RC_STATE,
		    "%s: neither a UUID nor a realm tells it from others",
		    rn->facts.name);
	for (size_t i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			rn->uuid[out++] = '-';
		rn->uuid[out++] = (char)tolower((unsigned char)realm[i]);
	}
	rn->uuid[out] = '\0';
	return RC_OK;
}

static enum rc
log_in(struct renewal *rn, struct err *err)
{
	enum rc r = ledger_ask(rn, err);

	if (r != RC_OK)
		return r;
	r = look_connect(rn, err);
	if (r == RC_OK)
		r = identity_read_names(rn->device, &rn->facts, err);
	if (r == RC_OK)
		r = identity_read(rn->device, &rn->facts, err);
	ledger_note(rn, r);
	return r;
}

enum rc
look_at_presented(struct renewal *rn, struct err *err)
{
	struct target target = *rn->options->target;
	struct facts facts = { 0 };
	enum rc r = RC_OK;

	target.port = tls_port(rn->options->target);
	r = survey_read_presented(&target, renewal_now(rn), step_deadline(rn), &facts,
	    err);
	if (r != RC_OK)
		return r;
	facts_clear(&rn->facts);
	rn->facts = facts;
	if (facts.presented.n_certs == 0)
		return err_set(err, RC_TLS, "%s: no certificate was presented",
		    target.name);
	cert_free(rn->served);
	rn->served = NULL;
	r = cert_dup(facts.presented.certs[0], &rn->served, err);
	return r == RC_OK ? resume_find_heir(rn, err) : r;
}

enum rc
look_log_in(struct renewal *rn, struct err *err)
{
	enum rc r = log_in(rn, err);

	if (r == RC_OK)
		r = name_device(rn, err);
	if (r == RC_OK && rn->has_heir && strcmp(rn->heir_uuid, rn->uuid) != 0)
		r = err_set(err, RC_UNTRUSTED,
		    "%s: its key was made on another device (%s)",
		    rn->options->target->name, rn->heir_uuid);
	return r;
}

enum rc
look_judge_client(const struct renewal *rn, struct err *err)
{
	const struct target *target = rn->options->target;

	if (!rn->facts.presented.wants_client_cert)
		return RC_OK;
	if (target->client_cert_file == NULL)
		return err_set(err, RC_STATE,
		    "%s: it wants a client certificate: give --client-cert and "
		    "--client-key",
		    target->name);
	return err_set(err, RC_STATE,
	    "%s: it refuses our client certificate; when its clock was reset by a dead "
	    "battery every one is not valid yet: set the clock over port 16992 "
	    "(sync_amt_clock --plain, where plain-allowed), with a client certificate "
	    "that began before 2004, on the PC itself, or in the BIOS extension",
	    target->name);
}

enum rc
look_meet(struct renewal *rn, struct err *err)
{
	enum rc r = look_at_presented(rn, err);

	if (r == RC_OK)
		r = look_judge_client(rn, err);
	return r == RC_OK ? look_log_in(rn, err) : r;
}
